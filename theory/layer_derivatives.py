"""The derivatives of one layer in symbolic sizes: what `theory.backprop` puts together by induction over the layers.

Gradients and Jacobians come from `theory.matrix_calculus`. The activation f is a function of which nothing is known but
that it has a derivative; a batch has one sample a column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    DiagMatrix,
    Expr,
    Function,
    HadamardProduct,
    Integer,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    exp,
    log,
)
from sympy import Identity as Unit
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from .activations import SIGMOID, sigmoid
from .claims import AllOf, Claim, Definition, Identity, MatrixIdentity, Typing
from .matrix_calculus import gradient, jacobian
from .shapes import elementwise, shaped
from .statements import Printed, Theorem
from .symbols import integer, real
from .written_networks import Form

ZERO, ONE = Integer(0), Integer(1)
m, n, N = (integer(name, 1) for name in ("m", "n", "N"))  # units above, units below, samples
W, b, ones = MatrixSymbol("W", m, n), MatrixSymbol("b", m, 1), OneMatrix(N, 1)
below, Z = MatrixSymbol("A", n, N), MatrixSymbol("Z", n, N)  # activations and preactivations of the lower layer
above = MatrixSymbol("Delta", m, N)  # the error of the upper layer
stacked, change = MatrixSymbol("g", n * N, 1), MatrixSymbol("dz", n * N, 1)  # G and a change of Z, columns stacked
diagonal = DiagMatrix(MatrixSymbol("s", n * N, 1))  # of the slopes
reached, target = MatrixSymbol("G", n, N), MatrixSymbol("Y", n, N)  # loss gradient by outputs; targets
f = Function("f", real=True)
_t = Symbol("t", real=True)

delta, u, w = real("delta", tex=r"\delta^{(l+1)}"), real("u"), real("w")

Layers = list[tuple[Any, Any]]

NO_KINK = (
    "f has a derivative at every preactivation: at a rectifier's 0 the recursion picks an element, not a derivative"
)


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


def preactivation() -> Theorem:
    """What `backprop.preactivation` says."""
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


def activation() -> Theorem:
    """What `backprop.activation` says."""
    z = MatrixSymbol("z", m, 1)

    def properties(make: Callable[[Any], Any]) -> Mapping[str, Claim]:
        size = integer("m", 1)
        return {
            "Jacobian": MatrixIdentity(jacobian(make(z), z), DiagMatrix(entrywise(f_slope, z))),
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


def network_output() -> Theorem:
    """What `backprop.network_output` says."""

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


def output_error() -> Theorem:
    """What `backprop.output_error` says."""
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


def squared_output_error() -> Theorem:
    """What `backprop.squared_output_error` says."""
    found = gradient(inner(output - target, output - target) / 2, Z)
    return Theorem(
        MatrixIdentity(found, hadamard(output - target, slopes)),
        mutants={
            "slope forgotten": MatrixIdentity(found, output - target),
            "net for output": MatrixIdentity(found, hadamard(Z - target, slopes)),
            "twice": MatrixIdentity(found, 2 * hadamard(output - target, slopes)),
        },
    )


def softmax_error() -> Theorem:
    """What `backprop.softmax_error` says."""
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


def backward_step() -> Theorem:
    """What `backprop.backward_step` says."""
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


def chain_rule() -> Theorem:
    """What `backprop.chain_rule` says."""
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
        "three indices. For a rectifier the middle factor does not exist at 0, and training takes a subgradient."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={204: Printed(note=note)})
