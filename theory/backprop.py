"""Backpropagation: the gradient of a network of any depth and widths by a recursion from the top layer down.

Source: sections 5.1 to 5.3, 6.1 and 6.2, equations 183-185, 196-199, 204, 226-239 and 242-247.  Linnainmaa 1976;
Rumelhart, Hinton and Williams 1986; Baur and Strassen 1983; Griewank and Walther 2008.

A batch has one sample a column: Z = W A + b 1^T, and the layer puts out f(Z), entry by entry. The error of a layer is
the derivative of the loss by Z. With inner(A, B) = tr(A^T B), the matrix G is the gradient where a loss moves by
inner(G, dZ). The theorem is an induction over layers: the top layer's error, and each layer's from the next; both are
proved for all sizes, for a function f of which nothing is known but that it has a derivative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from typing import Any

from sympy import Expr, MatrixSymbol, expand

from . import layer_derivatives as derivatives
from . import written_networks as written
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity, Recursion
from .layer_derivatives import ONE, ZERO, N, W, Z, above, b, below, hadamard, inner, m, n, ones, output, slopes, target
from .matrix_calculus import gradient
from .measures import integral, on_atoms
from .statements import Printed, Theorem, statement
from .symbols import POSITIVE, function, integer, positive, real, reals

EQUATIONS = (183, 184, 185, *range(196, 200), 204, *range(226, 240), *range(242, 248))

y, yhat, step, other = function("y"), function("yhat", tex=r"\hat{y}"), function("d"), function("e")
sample = function("l", tex=r"\ell")  # the losses of the samples
theta, g = function("theta", tex=r"\theta"), function("g")  # parameters and the gradient by them
eta, u, w = positive("eta", tex=r"\eta"), real("u"), real("w")
count = integral(ONE)

ONE_SAMPLE = "the loss is that of one sample: over several, the right side is summed over the samples"


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
    return derivatives.preactivation()


@statement(answers=(230, 243), references=("goodfellow2016",), cites=(preactivation,))
def activation() -> Theorem:
    """A layer's output is its activation function at each preactivation, so each output moves with its own
    preactivation alone: the Jacobian is the diagonal of the slopes."""
    return derivatives.activation()


@statement(answers=(231,), references=("goodfellow2016",), cites=(preactivation, activation))
def network_output() -> Theorem:
    """The output of a network is the activation of its last layer: of one layer it is that layer's, and of L + 1 layers
    it is the last one's at the output of the first L."""
    return derivatives.network_output()


@statement(answers=(196, 232, 244), references=("rumelhart1986", "goodfellow2016"), cites=(activation,))
def output_error() -> Theorem:
    """Base of the induction: if the loss moves with the outputs by inner(G, dA), it moves with their preactivations by
    inner(G o f'(Z), dZ), for any number of units and samples."""
    return derivatives.output_error()


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
    return derivatives.squared_output_error()


@statement(references=("bridle1990", "goodfellow2016"), cites=(output_error,))
def softmax_error() -> Theorem:
    """With a softmax and the cross-entropy on top the error of the last layer is the softmax minus the targets, for any
    number of classes and samples, where the targets of a sample sum to one."""
    return derivatives.softmax_error()


@statement(
    answers=(185, 197, 235, 245), references=("rumelhart1986", "linnainmaa1976"), cites=(preactivation, activation)
)
def backward_step() -> Theorem:
    """Step of the induction: if the loss moves by inner(Delta, dZ') with the upper preactivations Z' = W f(Z) + b 1^T,
    it moves by inner((W^T Delta) o f'(Z), dZ) with the lower ones, for any widths and number of samples."""
    return derivatives.backward_step()


@statement(answers=(204,), references=("goodfellow2016", "magnus2019"), cites=(preactivation, activation))
def chain_rule() -> Theorem:
    """The derivative by the stacked weights is the row vector g^T times the diagonal of slopes times the Jacobian
    (a^T kron I) of the net inputs: as a matrix of the weights' shape it is the outer product (g o s) a^T."""
    return derivatives.chain_rule()


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


@statement(references=("rumelhart1986", "squire1998"), cites=(backpropagation,))
def written_out() -> Theorem:
    """The recursion gives the derivatives of networks of one, two and three layers that are written out in full, by
    every single weight and bias, with unknown activations."""

    every = (((2, 1), 2), ((1, 2, 1), 2), ((2, 1, 2), 1), ((1, 2, 1, 1), 1))

    def cases(shapes: Any = every, activation: Any = written.unknown, **options: Any) -> Iterator[tuple[str, Any, Any]]:
        for widths, samples in shapes:
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
            name: Finite(lambda at=at: cases((((1, 1), 1),), written.square, slope_at=at), tex, sizes)  # type: ignore[misc]
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
