"""Backpropagation: the gradient of a network of any depth and widths by a recursion from the top layer down.

Source: sections 5.1 to 5.3, 6.1 and 6.2, equations 183-185, 196-199, 204, 226-239 and 242-247.  Linnainmaa 1976;
Rumelhart, Hinton and Williams 1986; Baur and Strassen 1983; Griewank and Walther 2008.

A batch has one sample a column: Z = W A + b 1^T, and the layer puts out f(Z), entry by entry. The error of a layer is
the derivative of the loss by Z. With inner(A, B) = tr(A^T B), the matrix G is the gradient where a loss moves by
inner(G, dZ). The theorem is an induction over layers: the top layer's error, and each layer's from the next; both are
proved for all sizes, for a function f of which nothing is known but that it has a derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise, product
from typing import Any

from sympy import (
    DiagMatrix,
    Expr,
    Function,
    HadamardProduct,
    Integer,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Rational,
    Symbol,
    Trace,
    exp,
    expand,
    log,
)
from sympy import Identity as Unit
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from . import written_networks as written
from .activations import SIGMOID, sigmoid
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity, Recursion, Typing
from .matrix_calculus import gradient, jacobian
from .measures import integral, on_atoms
from .shapes import elementwise, shaped
from .statements import Printed, Theorem, statement
from .symbols import POSITIVE, function, integer, positive, real, reals
from .written_networks import Form

EQUATIONS = (183, 184, 185, *range(196, 200), 204, *range(226, 240), *range(242, 248))

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)
m, n, N = (integer(name, 1) for name in ("m", "n", "N"))  # units above, units below, samples
W, b, ones = MatrixSymbol("W", m, n), MatrixSymbol("b", m, 1), OneMatrix(N, 1)
below, Z = MatrixSymbol("A", n, N), MatrixSymbol("Z", n, N)  # activations and preactivations of the lower layer
above = MatrixSymbol("Delta", m, N)  # the error of the upper layer
stacked, change = MatrixSymbol("g", n * N, 1), MatrixSymbol("dz", n * N, 1)  # G and a change of Z, columns stacked
diagonal = DiagMatrix(MatrixSymbol("s", n * N, 1))  # of the slopes
reached, target = MatrixSymbol("G", n, N), MatrixSymbol("Y", n, N)  # loss gradient by outputs; targets
f = Function("f", real=True)
_t = Symbol("t", real=True)

y, yhat, step, other = function("y"), function("yhat", tex=r"\hat{y}"), function("d"), function("e")
sample = function("l", tex=r"\ell")  # the losses of the samples
theta, g = function("theta", tex=r"\theta"), function("g")  # parameters and the gradient by them
eta, h, u, w = positive("eta", tex=r"\eta"), real("h"), real("u"), real("w")
count = integral(ONE)

Layers = list[tuple[Any, Any]]

NO_KINK = (
    "f has a derivative at every preactivation: at a rectifier's 0 the recursion picks an element, not a derivative"
)
ONE_SAMPLE = "the loss is that of one sample: over several, the right side is summed over the samples"


def f_slope(t: Any) -> Any:
    """The derivative of f, at a symbol."""
    return f(t).diff(t)


def inner(one: Any, another: Any) -> Expr:
    """The inner product tr(A^T B) of two matrices of one shape."""
    return Trace(one.T * another)


def entrywise(value: Callable[[Any], Any], at: Any) -> Any:
    """A function of one number at every entry of a matrix."""
    return ElementwiseApplyFunction(Lambda(_t, value(_t)), at)


def hadamard(*factors: Any) -> Any:
    """The entrywise product."""
    return HadamardProduct(*factors)


output, slopes = entrywise(f, Z), entrywise(f_slope, Z)
net = W * output + b * ones.T  # the preactivations of the upper layer


@statement(answers=(226,), references=("rumelhart1986",))
def sample_loss() -> Theorem:
    """Half the squared distance of output and target is zero at the target, and moves with the output by the inner
    product of y_hat - y with the change, plus half the squared change: so y_hat - y is its gradient."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        return {
            "zero at the target": Identity(loss.xreplace({yhat: y}), ZERO),
            "change": Identity(
                loss.xreplace({yhat: yhat + step}), loss + integral((yhat - y) * step) + integral(step**2) / 2
            ),
        }

    loss = Definition(r"L(\hat{y},y)", integral((yhat - y) ** 2) / 2, properties)
    return Theorem(loss, mutants={"no half": loss.of(2 * loss.value), "no square": loss.of(integral(yhat - y) / 2)})


@statement(answers=(227,), references=("goodfellow2016",))
def mean_loss() -> Theorem:
    """The loss of a data set is the mean of the losses of its samples: it is linear in them, is c where each is c, and
    moves by the N-th part of what one sample's loss moves."""

    def properties(total: Expr) -> Mapping[str, Claim]:
        return {
            "equal losses": Identity(total.xreplace({sample: w}), w),
            "linear": Identity(
                total.xreplace({sample: sample + u * other}), total + u * total.xreplace({sample: other})
            ),
            "three samples": Identity(on_atoms(total, 3), on_atoms(integral(sample), 3) / 3),
        }

    mean = Definition("J", integral(sample) / count, properties)
    return Theorem(mean, mutants={"sum": mean.of(integral(sample))})


@statement(answers=(228,), references=("goodfellow2016",), cites=(sample_loss, mean_loss))
def mean_squared_error() -> Theorem:
    """The mean over the samples of half their squared distances is their sum over 2 N: for a batch, tr(E^T E)/(2N) with
    the differences E as its columns, whose gradient by the outputs is E/N."""
    distance = function("r", POSITIVE)  # the squared distance of each sample
    A = MatrixSymbol("A", n, N)
    batch = inner(A - target, A - target) / (2 * N)
    claims = {
        "mean": Identity(integral(distance / 2) / count, integral(distance) / (2 * count)),
        "gradient": MatrixIdentity(gradient(batch, A), (A - target) / N),
    }
    mutants: dict[str, Claim] = {
        "no half": Identity(integral(distance / 2) / count, integral(distance) / count),
        "gradient of the sum": MatrixIdentity(gradient(batch, A), A - target),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(229, 242), references=("goodfellow2016",))
def preactivation() -> Theorem:
    """The preactivations of a batch are W A + b 1^T: affine in A with differential W dA, the biases alone
    without input, and linear in W and b together."""
    dA, dW, db = MatrixSymbol("dA", n, N), MatrixSymbol("dW", m, n), MatrixSymbol("db", m, 1)
    upper, lower = integer("m", 1), integer("n", 1)

    def properties(make: Callable[[Any, Any, Any], Any]) -> Mapping[str, Claim]:
        return {
            "affine in the inputs": MatrixIdentity(make(W, below + dA, b) - make(W, below, b), W * dA),
            "no input": MatrixIdentity(make(W, 0 * below, b), b * ones.T),
            "linear in the parameters": MatrixIdentity(
                make(W + dW, below, b + db) - make(W, below, b), make(dW, below, db)
            ),
            "shapes": Typing(shaped("W", upper, lower) @ shaped("a", lower) + shaped("b", upper), shaped("z", upper)),
        }

    net = Definition("Z", Form(r"WA+b\mathbf{1}^\top", lambda W, A, b: W * A + b * ones.T), properties)
    return Theorem(
        net,
        mutants={
            "bias subtracted": net.of(Form(r"WA-b\mathbf{1}^\top", lambda W, A, b: W * A - b * ones.T)),
            "bias forgotten": net.of(Form("WA", lambda W, A, b: W * A)),
            "bias a sample": net.of(Form(r"W(A+\ldots)", lambda W, A, b: W * A + N * b * ones.T)),
        },
    )


@statement(answers=(230, 243), references=("goodfellow2016",), cites=(preactivation,))
def activation() -> Theorem:
    """A layer's output is its activation function at each preactivation, so each output moves with its own
    preactivation alone: the Jacobian is the diagonal of the slopes."""
    z = MatrixSymbol("z", m, 1)

    def properties(make: Callable[[Any], Any]) -> Mapping[str, Claim]:
        size = integer("m", 1)
        return {
            "Jacobian": MatrixIdentity(jacobian(make(z), z), DiagMatrix(entrywise(f_slope, z))),
            "value": MatrixIdentity(make(0 * z), f(ZERO) * OneMatrix(m, 1)),
            "shapes": Typing(elementwise(r"\sigma", shaped("z", size)), shaped("a", size)),
        }

    layer = Definition("a", Form(r"\sigma(z)", lambda at: entrywise(f, at)), properties)
    return Theorem(
        layer,
        mutants={
            "reflected": layer.of(Form(r"\sigma(-z)", lambda at: entrywise(lambda t: f(-t), at))),
            "of all units": layer.of(Form(r"\sigma(1^\top z)", lambda at: OneMatrix(m, m) * entrywise(f, at))),
            "net added": layer.of(Form(r"z+\sigma(z)", lambda at: at + entrywise(f, at))),
        },
    )


@statement(answers=(231,), references=("goodfellow2016",), cites=(preactivation, activation))
def network_output() -> Theorem:
    """The output of a network is the activation of its last layer: of one layer it is that layer's, and of L + 1 layers
    it is the last one's at the output of the first L."""

    k = integer("k", 1)
    lower, offset, inputs = MatrixSymbol("V", n, k), MatrixSymbol("c", n, 1), MatrixSymbol("X", k, N)

    def run(layers: Layers, at: Any, top: Callable[[Any], Any] = lambda at: entrywise(f, at)) -> Any:
        for i, (weights, biases) in enumerate(layers, start=1):
            at = weights * at + biases * ones.T
            at = top(at) if i == len(layers) else entrywise(f, at)
        return at

    def properties(make: Callable[..., Any]) -> Mapping[str, Claim]:
        first, second = (lower, offset), (W, b)
        of_one = make([first], inputs)
        return {
            "no layer": MatrixIdentity(make([], inputs), inputs),
            "one layer": MatrixIdentity(of_one, entrywise(f, lower * inputs + offset * ones.T)),
            "two layers": MatrixIdentity(make([first, second], inputs), make([second], of_one)),
        }

    out = Definition(r"\hat{y}", Form("a^{(L)}", run), properties)
    mutants = {
        "no activation on top": out.of(Form("z^{(L)}", lambda layers, at: run(layers, at, lambda top: top))),
        "two activations on top": out.of(
            Form(r"\sigma(a^{(L)})", lambda layers, at: run(layers, at, lambda top: entrywise(f, entrywise(f, top))))
        ),
    }
    return Theorem(out, mutants=mutants)


@statement(answers=(196, 232, 244), references=("rumelhart1986", "goodfellow2016"), cites=(activation,))
def output_error() -> Theorem:
    """Base of the induction: if the loss moves with the outputs by inner(G, dA), it moves with their preactivations by
    inner(G o f'(Z), dZ), for any number of units and samples."""
    claims = {
        "gradient": MatrixIdentity(gradient(inner(reached, output), Z), hadamard(reached, slopes)),
        "Jacobian": MatrixIdentity(stacked.T * (diagonal * change), (diagonal * stacked).T * change),
    }
    mutants = {
        "slope forgotten": MatrixIdentity(gradient(inner(reached, output), Z), reached),
        "output for slope": MatrixIdentity(gradient(inner(reached, output), Z), hadamard(reached, output)),
        "slope at the output": MatrixIdentity(
            gradient(inner(reached, output), Z), hadamard(reached, entrywise(f_slope, output))
        ),
    }
    softmax = (
        "For a layer that is not entrywise, such as a softmax, the slopes become a Jacobian (backprop.softmax_error)."
    )
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            196: Printed(note=f"The section has said that f_L acts entry by entry. {softmax}"),
            232: Printed(
                note="The sentence calls it the derivative by the activations; it is that by the preactivations."
            ),
            244: Printed(note=softmax),
        },
    )


@statement(answers=(233,), references=("rumelhart1986",), cites=(sample_loss,))
def squared_error_gradient() -> Theorem:
    """The gradient of half the squared distance by the output is the output minus the target, in any dimension."""
    a, t = MatrixSymbol("a", n, 1), MatrixSymbol("y", n, 1)
    found = gradient(inner(a - t, a - t) / 2, a)
    return Theorem(
        MatrixIdentity(found, a - t),
        mutants={"twice": MatrixIdentity(found, 2 * (a - t)), "target minus output": MatrixIdentity(found, t - a)},
    )


@statement(answers=(234,), references=("rumelhart1986",), cites=(output_error, squared_error_gradient))
def squared_output_error() -> Theorem:
    """With half the squared distance as the loss of each sample the error of the last layer is (f(Z) - Y) o f'(Z)."""
    found = gradient(inner(output - target, output - target) / 2, Z)
    return Theorem(
        MatrixIdentity(found, hadamard(output - target, slopes)),
        mutants={
            "slope forgotten": MatrixIdentity(found, output - target),
            "net for output": MatrixIdentity(found, hadamard(Z - target, slopes)),
            "twice": MatrixIdentity(found, 2 * hadamard(output - target, slopes)),
        },
    )


@statement(references=("bridle1990", "goodfellow2016"), cites=(output_error,))
def softmax_error() -> Theorem:
    """With a softmax and the cross-entropy on top the error of the last layer is the softmax minus the targets, for any
    number of classes and samples, where the targets of a sample sum to one."""
    totals = OneMatrix(1, n) * entrywise(exp, Z)  # the sums over the classes, a row with one entry a sample
    probabilities = hadamard(entrywise(exp, Z), OneMatrix(n, 1) * entrywise(lambda t: 1 / t, totals))
    found = gradient(Trace(entrywise(log, totals) * ones) - inner(target, Z), Z)
    return Theorem(
        MatrixIdentity(found, probabilities - target),
        mutants={
            "targets minus softmax": MatrixIdentity(found, target - probabilities),
            "not normalized": MatrixIdentity(found, entrywise(exp, Z) - target),
            "with a slope": MatrixIdentity(found, hadamard(probabilities - target, probabilities)),
        },
    )


@statement(
    answers=(185, 197, 235, 245), references=("rumelhart1986", "linnainmaa1976"), cites=(preactivation, activation)
)
def backward_step() -> Theorem:
    """Step of the induction: if the loss moves by inner(Delta, dZ') with the upper preactivations Z' = W f(Z) + b 1^T,
    it moves by inner((W^T Delta) o f'(Z), dZ) with the lower ones, for any widths and number of samples."""
    found = gradient(inner(above, net), Z)
    upper = MatrixSymbol("delta", m * N, 1)
    claims = {
        "gradient": MatrixIdentity(found, hadamard(W.T * above, slopes)),
        "Jacobians": MatrixIdentity(
            upper.T * KroneckerProduct(Unit(N), W) * diagonal * change,
            (diagonal * KroneckerProduct(Unit(N), W.T) * upper).T * change,
        ),
    }
    at_output = entrywise(f_slope, output)
    mutants = {
        "slope forgotten": MatrixIdentity(found, W.T * above),
        "slope of the slope": MatrixIdentity(found, hadamard(W.T * above, entrywise(lambda t: f(t).diff(t, 2), Z))),
        "slope at the output": MatrixIdentity(found, hadamard(W.T * above, at_output)),
        "sign": MatrixIdentity(found, -hadamard(W.T * above, slopes)),
        "Jacobian not transposed": MatrixIdentity(
            upper.T * KroneckerProduct(Unit(N), W) * diagonal * change,
            (KroneckerProduct(Unit(N), W.T) * upper).T * change,
        ),
    }
    many, few = integer("n_{l+1}", 1), integer("n_l", 1)
    delta = real("delta", tex=r"\delta^{(l+1)}")
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            185: Printed(
                Identity((delta * w * sigmoid(u)).diff(u), delta * w * SIGMOID.slope(sigmoid(u))),
                correction=r"\delta^{(l)}=(W^{(l+1)\top}\delta^{(l+1)})\circ\phi'^{(l)}(W^{(l)}z^{(l-1)}+b^{(l)})",
                note="By equation 178 z^(l) is the layer's output, the slope belongs at its preactivation. Shown for a "
                "sigmoid unit at preactivation u below one unit; for a rectifier both readings agree off its kink.",
            ),
            197: Printed(note=f"It needs that {NO_KINK}."),
            235: Printed(
                Typing(shaped("W", many, few).T, shaped(r"W^{(l+1)T}", many, few)),
                correction=r"\delta^{(l)}=(W^{(l+1)T}\delta^{(l+1)})\odot\sigma^{(l)\prime}(z^{(l)}),\quad"
                r" W^{(l+1)T}\in\mathbb{R}^{n_l\times n_{l+1}}",
                note="The recursion is right; the transpose has n_l rows and n_{l+1} columns.",
            ),
            245: Printed(
                note="The matrix product goes before the entrywise one: the other order does not fit in shape."
            ),
        },
    )


@statement(answers=(204,), references=("goodfellow2016", "magnus2019"), cites=(preactivation, activation))
def chain_rule() -> Theorem:
    """The derivative by the stacked weights is the row vector g^T times the diagonal of slopes times the Jacobian
    (a^T kron I) of the net inputs: as a matrix of the weights' shape it is the outer product (g o s) a^T."""
    gave, s, a, net = (MatrixSymbol(name, size, 1) for name, size in (("g", m), ("s", m), ("a", n), ("z", m)))
    whole = hadamard(gave, entrywise(f_slope, W * a))
    dW = MatrixSymbol("dW", m, n)
    claims = {
        "nets by stacked weights": MatrixIdentity(jacobian(W * a, W), KroneckerProduct(a.T, Unit(m))),
        "outputs by nets": MatrixIdentity(jacobian(entrywise(f, net), net), DiagMatrix(entrywise(f_slope, net))),
        "loss by outputs": MatrixIdentity(gave.T * DiagMatrix(s) * (dW * a), inner((DiagMatrix(s) * gave) * a.T, dW)),
        "loss by weights": MatrixIdentity(gradient(inner(gave, entrywise(f, W * a)), W), whole * a.T),
    }
    mutants = {
        "slope forgotten": MatrixIdentity(gave.T * DiagMatrix(s) * (dW * a), inner(gave * a.T, dW)),
        "slope twice": MatrixIdentity(
            gave.T * DiagMatrix(s) * (dW * a), inner((DiagMatrix(s) * DiagMatrix(s) * gave) * a.T, dW)
        ),
    }
    note = (
        "Read with derivatives as linear maps, or as Jacobians with the weights stacked: else the last factor has "
        "three indices. For a rectifier the middle factor does not exist at 0, and training proceeds with a subgradient."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={204: Printed(note=note)})


@statement(
    answers=(184, 198, 236, 237, 246, 247),
    references=("rumelhart1986", "goodfellow2016"),
    cites=(preactivation, mean_loss),
)
def parameter_gradients() -> Theorem:
    """If the loss of each sample moves by its error times the change of its preactivations, the mean loss has the
    gradient Delta A^T / N by the weights and Delta 1 / N by the biases: means of the samples' delta a^T and delta."""
    batch = inner(above, W * below + b * ones.T) / N
    dW, db = MatrixSymbol("dW", m, n), MatrixSymbol("db", m, 1)
    claims = {
        "weights": MatrixIdentity(gradient(batch, W), above * below.T / N),
        "biases": MatrixIdentity(gradient(batch, b), above * ones / N),
        "differentials": MatrixIdentity(
            inner(above, dW * below + db * ones.T), inner(above * below.T, dW) + inner(above * ones, db)
        ),
    }
    mutants = {
        "sum": MatrixIdentity(gradient(batch, W), above * below.T),
        "biases forgotten": MatrixIdentity(gradient(batch, b), 0 * b),
        "sum over the samples": MatrixIdentity(gradient(batch, b), above * ones),
        "sign": MatrixIdentity(gradient(batch, W), -above * below.T / N),
    }
    w_, b_, d1, d2, a1, a2 = reals("w b delta_1 delta_2 a_1 a_2")
    mean = (d1 * (w_ * a1 + b_) + d2 * (w_ * a2 + b_)) / 2
    of_mean = "The section's loss is a mean over samples; the printed product is one sample's. Shown for two samples."
    index = "delta and a depend on the sample: its index i is missing under the sum."
    of_sample = (
        "delta was made from the loss of one sample, so the right side is its gradient; that of the mean loss on "
        "the left is its mean over the samples. Shown for two samples."
    )
    gradients = r"\frac{\partial\mathcal{L}}{\partial %s}=\frac{1}{N}\sum_{i=1}^N\delta^{(l)}_i%s"
    weights = Identity(mean.diff(w_), d1 / 2 * a1)
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            184: Printed(weights, assumption=ONE_SAMPLE, note=of_mean),
            198: Printed(
                AllOf({"weights": weights, "biases": Identity(mean.diff(b_), d1 / 2)}),
                assumption=ONE_SAMPLE,
                note=of_mean,
            ),
            236: Printed(note=index),
            237: Printed(note=index),
            246: Printed(
                Identity(mean.diff(w_), d1 * a1),
                correction=gradients % ("W^{(l)}", r"(a^{(l-1)}_i)^\top"),
                note=of_sample,
            ),
            247: Printed(Identity(mean.diff(b_), d1), correction=gradients % ("b^{(l)}", ""), note=of_sample),
        },
    )


@statement(
    references=("rumelhart1986", "linnainmaa1976", "griewank2008"),
    cites=(output_error, squared_output_error, softmax_error, backward_step, parameter_gradients),
)
def backpropagation() -> Theorem:
    """For a network of any depth and any widths, on a batch of any size, the recursion gives the derivative of the loss
    by every layer's preactivations, by induction from the top layer down, and so the gradient by all parameters."""
    parts = (output_error, squared_output_error, softmax_error, backward_step, parameter_gradients)
    names = ("base", "base, squared error", "base, softmax", "step", "parameters")
    claims = {name: part.claim for name, part in zip(names, parts, strict=True)}
    transposed = MatrixSymbol("W", n, n)
    square = MatrixSymbol("Delta", n, N)
    mutants = {
        "weights not transposed": MatrixIdentity(
            gradient(inner(square, transposed * output), Z), hadamard(transposed * square, slopes)
        ),
        "slopes of the layer above": MatrixIdentity(
            gradient(inner(square, transposed * output), Z), transposed.T * hadamard(square, slopes)
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("rumelhart1986",), cites=(backpropagation,))
def written_out() -> Theorem:
    """The recursion gives the derivatives of networks of one, two and three layers that are written out in full, by
    every single weight and bias, with unknown activations."""

    def cases(activation: Any = written.unknown, **options: Any) -> Iterator[tuple[str, Any, Any]]:
        for widths, samples in (((2, 1), 2), ((1, 2, 1), 2), ((2, 1, 2), 1), ((1, 2, 1, 1), 1)):
            layers, inputs, targets = written.symbolic(widths, samples, activation)
            total = written.mean_squared_error(layers, inputs, targets)
            found = written.gradients(layers, inputs, targets, **options)
            for k, (layer, pair) in enumerate(zip(layers, found, strict=True), start=1):
                for what, parameters, one in zip(("W", "b"), (layer.weights, layer.biases), pair, strict=True):
                    label = f"widths {widths}, {samples} samples, {what}{k}"
                    yield label, written.differentiated(total, parameters), one.applyfunc(expand)

    tex = r"\frac{\partial J}{\partial W_k}=\frac{1}{N}\sum_i\delta_{k,i}a_{k-1,i}^\top"
    sizes = "one to three layers of one or two units, one or two samples"
    wrong = {"slopes at the outputs": lambda _, output: output, "slopes at the origin": lambda net, _: 0 * net}
    return Theorem(
        Finite(cases, tex, sizes),
        mutants={
            name: Finite(lambda at=at: cases(written.square, slope_at=at), tex, sizes)  # type: ignore[misc]
            for name, at in wrong.items()
        },
    )


@statement(answers=(183, 199, 238, 239), references=("robbins1951", "bottou2018"), cites=(backpropagation,))
def update() -> Theorem:
    """The step -eta g minimizes the linear model of the loss plus the squared step over 2 eta, so it lowers the linear
    model by eta times the squared gradient, whatever the number of parameters."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        change = value - theta

        def model(by: Expr) -> Expr:
            return integral(g * by) + integral(by**2) / (2 * eta)

        return {
            "best step": Inequality(model(change), "<=", model(step)),
            "descent": Identity(integral(g * change), -eta * integral(g**2)),
            "stays where the gradient is zero": Identity(
                integral(step * value.xreplace({g: ZERO})), integral(step * theta)
            ),
        }

    rule = Definition(r"\theta", theta - eta * g, properties)
    whole = "With the gradient of the loss over all samples it is gradient descent; a stochastic step takes a batch's."
    note = (
        "That the steps converge to a local minimum does not follow: on w^2 with eta = 1 they jump between w and -w, "
        "and a saddle point is never left once it is met."
    )
    return Theorem(
        rule,
        mutants={"ascent": rule.of(theta + eta * g), "half": rule.of(theta - eta * g / 2)},
        printed={183: Printed(note=whole), 199: Printed(note=whole), 239: Printed(note=note)},
    )


@statement(references=("griewank2008", "baur1983"), cites=(backpropagation,))
def cost() -> Theorem:
    """A backward pass takes twice the multiply-adds of the forward pass, less those of the first layer once, whose
    inputs need no error; so both passes together take less than three forward passes, for all depths and widths."""
    units, fan = function("m", POSITIVE), function("n", POSITIVE)  # of the layers 2, 3, ..., and of their inputs
    first = positive("c", tex=r"n_1n_0")
    size = positive("B")  # samples
    ahead = size * (first + integral(units * fan))
    back = size * (first + 2 * integral(units * fan))
    depth, width, term = integer("L", 1), positive("n"), real("C")
    claims = {
        "exactly": Identity(back, 2 * ahead - size * first),
        "at most three": Inequality(ahead + back, "<", 3 * ahead),
        "at least two": Inequality(ahead + back, ">=", 2 * ahead),
        "equal widths": Recursion(depth, 1, width**2, term, term + 2 * width**2, (2 * depth - 1) * width**2),
    }
    mutants = {
        "as dear as the forward pass": Identity(back, ahead),
        "less than twice": Inequality(ahead + back, "<", 2 * ahead),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("griewank2008", "baur1983"), cites=(cost,))
def counted_cost() -> Theorem:
    """The multiply-adds of both passes, counted while they run, are N sum n_l n_{l-1} and that twice less N n_1 n_0: in
    all networks of up to four layers with up to three units, and two samples."""

    def cases(first: bool = False) -> Iterator[tuple[str, Any, Any]]:
        for depth in range(1, 5):
            for widths in product((1, 2, 3), repeat=depth + 1):
                products = [low * up for low, up in pairwise(widths)]
                spared = 0 if first else products[0]
                yield f"{widths}", written.multiply_adds(widths, 2), (2 * sum(products), 4 * sum(products) - 2 * spared)

    tex = r"C_{\mathrm{backward}}=2C_{\mathrm{forward}}-Nn_1n_0"
    sizes = "up to four layers of up to three units, two samples"
    return Theorem(
        Finite(cases, tex, sizes), mutants={"first layer too": Finite(lambda: cases(first=True), tex, sizes)}
    )
