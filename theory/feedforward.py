"""Feedforward networks: neurons and layers, the collapse of linear networks, activations, the softmax, approximation.

Source: sections 5.1 to 5.3, equations 172-180, 186-193, 200-203 and 205-213.  Nair and Hinton 2010; Maas, Hannun and
Ng 2013; Bridle 1990; Leshno et al. 1993; Goodfellow, Bengio and Courville 2016.

Sums over inputs, hidden units or classes are integrals (`measures.integral`): over a counting measure they are sums of
any length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Abs, Expr, Function, Integer, Matrix, Max, Min, Rational, Symbol, exp, log, oo, tanh

from .activations import (
    alpha,
    hyperbolic_tangent,
    leaky_mixture,
    leaky_rectifier,
    rectifier,
    sigmoid,
    softmax,
    softmax_of,
    softplus,
    z,
)
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Typing
from .measures import integral, on_atoms
from .shapes import elementwise, shaped
from .statements import Printed, Theorem, statement
from .symbols import NONNEGATIVE, bounded, density, function, integer, positive, real, reals

EQUATIONS = (*range(172, 181), *range(186, 194), *range(200, 204), *range(205, 214))

ZERO, ONE = Integer(0), Integer(1)
weight, given, other = function("w"), function("x"), function("t")  # over the inputs of a neuron
bias, c, h = real("b"), real("c"), real("h")
x, y = reals("x y")
u = positive("u")
phi = Function("phi", real=True)
net = integral(weight * given) + bias

OFF_THE_KINK = "z is not 0: there the two one-sided derivatives differ and the printed value is a choice between them"
KINK_NOTE = (
    "At 0 the printed case z <= 0 asserts a derivative that does not exist; its value is one element of the "
    "subdifferential, which is what automatic differentiation returns. The text itself asks that an activation be "
    "differentiable."
)


@statement(answers=(200,), references=("goodfellow2016",))
def net_input() -> Theorem:
    """The net input of a neuron with any number of inputs is the inner product of weights and inputs plus the bias: it
    is affine in the inputs, and symmetric in weights and inputs."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        entries = [Matrix(reals(f"{name}_1 {name}_2 {name}_3")) for name in ("w", "x")]
        product = (entries[0].T * entries[1])[0, 0]
        return {
            "three inputs": Identity(on_atoms(value, 3), product + bias),
            "no input": Identity(value.xreplace({given: ZERO}), bias),
            "superposition": Identity(
                value.xreplace({given: given + c * other}) - value, c * (value.xreplace({given: other}) - bias)
            ),
            "symmetric": Identity(value, value.xreplace({weight: given, given: weight})),
        }

    return Theorem(
        Definition("z", net, properties),
        mutants={"bias for each input": Definition("z", integral(weight * given + bias), properties)},
    )


@statement(answers=(201,), references=("goodfellow2016",), cites=(net_input,))
def neuron() -> Theorem:
    """The output of a neuron is its activation function at the net input: without weights it is constant, with the
    identity as activation it is the net input, and inputs orthogonal to the weights do not change it."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        across = other - weight * integral(weight * other) / integral(weight**2)
        return {
            "no weights": Identity(value.xreplace({weight: ZERO}), phi(bias)),
            "sigmoid without weights": Identity(value.xreplace({weight: ZERO}).replace(phi, sigmoid), sigmoid(bias)),
            "two inputs": Identity(
                on_atoms(value, 2).replace(phi, rectifier), rectifier(on_atoms(net, 2)), where=(bias > 0,)
            ),
            "identity": Identity(value.replace(phi, lambda at: at), net),
            "orthogonal inputs": Identity(value.xreplace({given: given + across}), value),
        }

    output = Definition("a", phi(net), properties)
    return Theorem(
        output,
        mutants={
            "activation of each product": output.of(integral(phi(weight * given)) + bias),
            "bias outside": output.of(phi(net - bias) + bias),
        },
    )


@statement(answers=(178, 179, 186), references=("goodfellow2016",), cites=(neuron,))
def layer() -> Theorem:
    """A layer maps a vector of any length to one of any other: a matrix product, a bias for each unit, and the
    activation entry by entry, so each unit is a neuron of its own row of weights."""
    rows, columns = integer("m", 1), integer("n", 1)
    W, b, before, after = shaped("W", rows, columns), shaped("b", rows), shaped("a", columns), shaped("a'", rows)
    entries = Matrix(2, 3, reals("w11 w12 w13 w21 w22 w23"))
    offsets, inputs = Matrix(reals("b1 b2")), Matrix(reals("x1 x2 x3"))

    def cases(make: Callable[[Matrix, Matrix, Matrix], Matrix]) -> Iterator[tuple[str, Any, Any]]:
        output = make(entries, inputs, offsets)
        for i, f in product(range(2), (phi, sigmoid)):
            own = sum((entries[i, j] * inputs[j] for j in range(3)), offsets[i])
            yield f"unit {i + 1} of 2", output[i].replace(phi, f), f(own)

    def properties(make: Callable[[Matrix, Matrix, Matrix], Matrix]) -> Mapping[str, Claim]:
        return {
            "shapes": Typing(elementwise(r"\phi", W @ before + b), after),
            "each unit": Finite(lambda: cases(make), r"a'_i=\phi(\sum_jW_{ij}a_j+b_i)", "two units of three inputs"),
        }

    made = Definition(r"\phi(Wa+b)", LayerForm(lambda W, a, b: (W * a + b).applyfunc(phi)), properties)
    return Theorem(
        made,
        mutants={
            "bias outside": made.of(LayerForm(lambda W, a, b: (W * a).applyfunc(phi) + b)),
            "units exchanged": made.of(LayerForm(lambda W, a, b: (W * a + b).applyfunc(phi)[::-1])),
            "one bias for all": made.of(LayerForm(lambda W, a, b: (W * a + b[0] * Matrix([1, 1])).applyfunc(phi))),
        },
        printed={186: Printed(note="f_k acts entry by entry, which R^m -> R^m alone does not say.")},
    )


class LayerForm:
    """A function of weights, inputs and biases that is printed as the formula of a layer."""

    def __init__(self, make: Callable[[Matrix, Matrix, Matrix], Matrix]) -> None:
        self.make = make

    def __call__(self, weights: Matrix, inputs: Matrix, biases: Matrix) -> Any:
        """The output, entry by entry."""
        return self.make(weights, inputs, biases)

    def _latex(self, printer: Any) -> str:
        return r"\phi(Wa+b)"


@statement(answers=(187, 188), references=("goodfellow2016",), cites=(layer,))
def two_layers() -> Theorem:
    """Two layers without an activation between them multiply out to one affine map, for any number of units between
    them; an activation f changes the second net input by the sum of its weights times f(z) - z."""
    above, below, offset = function("w"), function("s"), function("b")  # over the units between the two layers
    slope = bounded("rho", 0, 1, tex=r"\rho")  # of the activation on the left: 1 is the identity, 0 the rectifier

    def activation(at: Expr) -> Expr:
        return slope * at + (1 - slope) * rectifier(at)

    def network(f: Callable[[Expr], Expr]) -> Expr:
        return integral(above * f(below + offset)) + c

    composed = integral(above * (below + offset)) + c
    expanded = integral(above * below) + integral(above * offset) + c
    changed = integral(above * (activation(below + offset) - below - offset))
    assumption = "the activation f_k between the two layers is the identity"
    note = "The text defines a_k = f_k(z_k) just before, and then leaves f_k out of the two layers."
    formula = r"\vec z_{k+1}=W_{k+1}f_k(W_k\vec a_{k-1}+\vec b_k)+\vec b_{k+1}"
    return Theorem(
        AllOf(
            {
                "without an activation": Identity(network(lambda at: at), expanded),
                "what it changes": Identity(network(activation) - composed, changed),
            }
        ),
        mutants={
            "first bias not multiplied": Identity(composed, integral(above * below) + integral(offset) + c),
            "second bias multiplied": Identity(composed, integral(above * (below + offset + c))),
        },
        printed={
            187: Printed(Identity(network(activation), composed), assumption, correction=formula, note=note),
            188: Printed(
                Identity(network(activation), expanded),
                assumption,
                correction=formula,
                note="As an expansion of 187 it is right; as the net input of the layer it inherits the assumption.",
            ),
        },
    )


@statement(answers=(189,), references=("goodfellow2016",), cites=(two_layers,))
def linear_network() -> Theorem:
    """A network of any depth and widths without activations is one affine map y = Wx + b: an affine layer on top of an
    affine map is affine again, its matrix the product in this order and its bias W_{L+1} b + b_{L+1}."""
    above, offset = function("w"), function("b")  # a row of the layer on top; the bias of the map below it
    columns, inputs = [function(f"W{j}") for j in (1, 2, 3)], reals("x1 x2 x3")
    below = sum((column * one for column, one in zip(columns, inputs, strict=True)), offset)
    multiplied = sum(integral(above * column) * one for column, one in zip(columns, inputs, strict=True))
    rows, between, n = integer("p", 1), integer("m", 1), integer("n", 1)
    top, bottom = shaped("W_{L+1}", rows, between), shaped("W", between, n)

    def step(bias_above: Expr) -> Claim:
        return Identity(integral(above * below) + c, multiplied + bias_above)

    return Theorem(
        AllOf(
            {
                "one more layer": step(integral(above * offset) + c),
                "the product fits": Typing(top @ bottom, shaped("W'", rows, n)),
            }
        ),
        mutants={
            "biases added": step(integral(offset) + c),
            "bias below forgotten": step(c),
            "product in the other order": Typing(bottom @ top, shaped("W'", rows, n)),
        },
        printed={
            189: Printed(
                note="The matrix has at most the rank of the narrowest layer: widths still matter, depth does not."
            )
        },
    )


def layered(depth: int) -> tuple[str, ...]:
    """The terms of W_L(...W_2(W_1 x + b_1) + b_2...) + b_L, multiplied out layer by layer, nothing commuting."""
    terms = ["x"]
    for k in range(1, depth + 1):
        terms = [f"W{k} {term}" for term in terms] + [f"b{k}"]
    return tuple(sorted(terms))


def in_one_sum(depth: int, first: Callable[[int], int] = lambda k: k + 1, order: int = -1) -> tuple[str, ...]:
    """The terms of W_L...W_1 x and, for each layer k, of W_L...W_first(k) b_k."""

    def times(low: int, end: str) -> str:
        return " ".join([*(f"W{j}" for j in sorted(range(low, depth + 1), reverse=order < 0)), end])

    return tuple(sorted([times(1, "x"), *(times(first(k), f"b{k}") for k in range(1, depth + 1))]))


@statement(answers=(190,), references=("goodfellow2016",), cites=(linear_network,))
def collapsed_bias() -> Theorem:
    """The bias of a linear network is the sum over layers of each bias times the weights of all layers above it,
    W_L ... W_{k+1} b_k, the last one bare: term by term in noncommuting symbols, so for matrices of all sizes."""

    def claim(first: Callable[[int], int] = lambda k: k + 1, order: int = -1) -> Finite:
        cases = [(f"depth {L}", layered(L), in_one_sum(L, first, order)) for L in range(1, 9)]
        formula = r"\vec b=\sum_{k=1}^{L}W_L\cdots W_{k+1}\vec b_k"
        return Finite(lambda: cases, formula, "depths 1 to 8, matrices of all sizes")

    return Theorem(
        claim(),
        mutants={
            "its own weights too": claim(first=lambda k: k),
            "one layer too few": claim(first=lambda k: k + 2),
            "weights in the order of the layers": claim(order=1),
        },
        printed={190: Printed(note="The ellipsis is read as the terms W_L...W_{k+1} b_k for k = 2, ..., L - 1.")},
    )


def nested(depth: int) -> tuple[Expr, tuple[Function, ...]]:
    """The network with one unit a layer, inside out, and its activations."""
    value, activations = Symbol("x", real=True), []
    for k in range(1, depth + 1):
        activations.append(Function(f"sigma{k}", real=True))
        value = activations[-1](real(f"w{k}") * value + real(f"b{k}"))
    return value, tuple(activations)


@statement(answers=(202,), references=("goodfellow2016",), cites=(layer, collapsed_bias))
def composition() -> Theorem:
    """The output of a deep network is the composition of its layers, each bias inside its own layer's activation: at
    four layers, where linear activations turn the biases into the sum of products of a linear network."""
    w1, w2, w3, w4, b1, b2, b3, b4 = reals("w1 w2 w3 w4 b1 b2 b3 b4")
    deep, (s1, s2, s3, s4) = nested(4)
    start = Symbol("x", real=True)

    def bare(value: Expr, *which: Any) -> Expr:
        for one in which:
            value = value.replace(one, lambda at: at)
        return value

    def properties(value: Expr) -> Mapping[str, Claim]:
        collapsed = w4 * w3 * w2 * (w1 * start + b1) + w4 * w3 * b2 + w4 * b3 + b4
        middle = s3(w3 * (w2 * (w1 * start + b1) + b2) + b3)
        return {
            "linear activations": Identity(bare(value, s1, s2, s3, s4), collapsed),
            "third layer": Identity(bare(value, s1, s2, s4), w4 * middle + b4),
            "output activation": Identity(value.xreplace({w4: ZERO}), s4(b4)),
        }

    output = Definition(r"\hat y", deep, properties)
    inner = s2(w2 * s1(w1 * start + b1) + b2)
    note = (
        "The second ellipsis has to hide the parentheses that close the layers 3 to L-1. Counting only what is "
        "visible, b_3, ... stand beside b_L, outside their own activations: another function from four layers on."
    )
    return Theorem(
        output,
        mutants={"biases from the third on at the outermost level": output.of(s4(w4 * s3(w3 * inner) + b3 + b4))},
        printed={202: Printed(note=note)},
    )


@statement(answers=(203,), references=("goodfellow2016",), cites=(linear_network,))
def linear_activations() -> Theorem:
    """With activations sigma_k(z) = c_k z a network of any depth and widths is an affine map c1 x + c2: so is a layer
    on top of an affine map, and the constants of two layers are c_2 w_2 c_1 w_1 and c_2 (w_2 c_1 b_1 + b_2)."""
    above, column, offset = function("w"), function("A"), function("B")
    scale = real("c_k")
    w1, w2, b1, b2, c1, c2 = reals("w1 w2 b1 b2 c1 c2")
    stacked = c2 * (w2 * c1 * (w1 * x + b1) + b2)
    higher = scale * (integral(above * (column * x + offset)) + bias)

    def step(slope: Expr) -> Claim:
        return Identity(higher, slope * x + scale * (integral(above * offset) + bias))

    return Theorem(
        AllOf(
            {
                "one more layer": step(scale * integral(above * column)),
                "two layers": Identity(stacked, (c2 * w2 * c1 * w1) * x + c2 * (w2 * c1 * b1 + b2)),
            }
        ),
        mutants={"activation forgotten": step(integral(above * column))},
        printed={
            203: Printed(note="The map is affine, not linear, unless all biases vanish; c1 is a matrix, c2 a vector.")
        },
    )


@statement(answers=(172, 205), references=("goodfellow2016",))
def sigmoid_function() -> Theorem:
    """The sigmoid lies strictly between 0 and 1, tends to both, and sigma(-z) = 1 - sigma(z); its logit is z."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "positive": Inequality(value, ">", ZERO),
            "below one": Inequality(value, "<", ONE),
            "symmetric": Identity(value.subs(z, -z), 1 - value),
            "at the right": Limit(value, z, oo, ONE),
            "at the left": Limit(value, z, -oo, ZERO),
            "log-odds": Identity(value / (1 - value), exp(z)),
        }

    value = Definition(r"\sigma(z)", sigmoid(z), properties)
    return Theorem(value, mutants={"mirrored": value.of(sigmoid(-z)), "twice as steep": value.of(sigmoid(2 * z))})


@statement(answers=(173, 191, 206), references=("goodfellow2016",), cites=(sigmoid_function,))
def sigmoid_derivative() -> Theorem:
    """The derivative of the sigmoid is sigma (1 - sigma), an even function; the second is sigma' (1 - 2 sigma)."""
    value = sigmoid(z)
    slope = value * (1 - value)
    return Theorem(
        AllOf(
            {
                "slope": Identity(value.diff(z), slope),
                "even": Identity(slope.subs(z, -z), slope),
                "curvature": Identity(value.diff(z, 2), slope * (1 - 2 * value)),
            }
        ),
        mutants={
            "of tanh": Identity(value.diff(z), 1 - value**2),
            "square forgotten": Identity(value.diff(z), value * (1 + value)),
        },
    )


@statement(references=("goodfellow2016", "hochreiter1998"), cites=(sigmoid_derivative,))
def sigmoid_saturates() -> Theorem:
    """The slope of the sigmoid is at most 1/4, attained at 0, and at most e^-|z|, with equality in the limit: it vanishes at both ends, and a path through k sigmoid units of weight 1 multiplies gradients by at most 4^-k."""
    slope = sigmoid(z) * (1 - sigmoid(z))
    quarter = Rational(1, 4)
    return Theorem(
        AllOf(
            {
                "at most a quarter": Inequality(slope, "<=", quarter),
                "attained": Identity(slope.subs(z, 0), quarter),
                "decay": Inequality(slope, "<=", exp(-Abs(z))),
                "rate": Limit(slope * exp(z), z, oo, ONE),
                "vanishes at the left": Limit(slope, z, -oo, ZERO),
            }
        ),
        mutants={
            "one fifth": Inequality(slope, "<=", Rational(1, 5)),
            "half as fast": Limit(slope * exp(z / 2), z, oo, ONE),
        },
    )


@statement(references=("goodfellow2016",), cites=(sigmoid_saturates,))
def sigmoid_lipschitz() -> Theorem:
    """The sigmoid is 1/4-Lipschitz."""
    change = Abs(sigmoid(x) - sigmoid(y))
    return Theorem(
        Inequality(change, "<=", Abs(x - y) / 4), mutants={"one fifth": Inequality(change, "<=", Abs(x - y) / 5)}
    )


@statement(answers=(174, 207), references=("goodfellow2016", "lecun2012"))
def tanh_function() -> Theorem:
    """The hyperbolic tangent is odd, lies strictly between -1 and 1 and tends to both; it is 2 sigma(2z) - 1."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "SymPy's": Identity(value, tanh(z)),
            "odd": Identity(value.subs(z, -z), -value),
            "rescaled sigmoid": Identity(value, 2 * sigmoid(2 * z) - 1),
            "below one": Inequality(value, "<", ONE),
            "above minus one": Inequality(value, ">", -ONE),
            "at the right": Limit(value, z, oo, ONE),
            "at the left": Limit(value, z, -oo, -ONE),
        }

    value = Definition(r"\tanh(z)", hyperbolic_tangent(z), properties)
    return Theorem(
        value,
        mutants={
            "cotangent": value.of(1 / hyperbolic_tangent(z)),
            "half argument": value.of(hyperbolic_tangent(z / 2)),
        },
    )


@statement(answers=(175, 192, 208), references=("goodfellow2016",), cites=(tanh_function,))
def tanh_derivative() -> Theorem:
    """The derivative of the hyperbolic tangent is 1 - tanh^2, four times the sigmoid's at twice the argument."""
    value = hyperbolic_tangent(z)
    twice = sigmoid(2 * z)
    return Theorem(
        AllOf(
            {
                "slope": Identity(value.diff(z), 1 - value**2),
                "by the sigmoid": Identity(value.diff(z), 4 * twice * (1 - twice)),
            }
        ),
        mutants={"of the sigmoid": Identity(value.diff(z), value * (1 - value))},
    )


@statement(references=("lecun2012", "hochreiter1998"), cites=(tanh_derivative, sigmoid_saturates))
def tanh_saturates() -> Theorem:
    """The slope of tanh is at most 1, attained at 0 alone; it is steeper than the sigmoid near
    0, but flatter far out: its slope vanishes like 4 e^-2|z|, faster than the sigmoid's by a factor that grows."""
    slope = 1 - hyperbolic_tangent(z) ** 2
    logistic = sigmoid(z) * (1 - sigmoid(z))
    return Theorem(
        AllOf(
            {
                "at most one": Inequality(slope, "<=", ONE),
                "attained": Identity(slope.subs(z, 0), ONE),
                "less elsewhere": Inequality(slope.subs(z, u), "<", ONE),
                "rate": Limit(slope * exp(2 * z), z, oo, Integer(4)),
                "against the sigmoid": Limit(slope / logistic, z, oo, ZERO),
            }
        ),
        mutants={
            "one half": Inequality(slope, "<=", Rational(1, 2)),
            "never flatter": Inequality(slope, ">=", logistic),
            "rate of the sigmoid": Limit(slope * exp(z), z, oo, Integer(4)),
        },
    )


@statement(references=("lecun2012",), cites=(tanh_saturates,))
def tanh_lipschitz() -> Theorem:
    """The hyperbolic tangent is 1-Lipschitz."""
    change = Abs(tanh(x) - tanh(y))
    return Theorem(
        Inequality(change, "<=", Abs(x - y)), mutants={"nine tenths": Inequality(change, "<=", Abs(x - y) * 9 / 10)}
    )


@statement(answers=(176, 209), references=("nair2010",))
def rectifier_function() -> Theorem:
    """The rectifier max(0, z) is (z + |z|)/2: nonnegative, positively homogeneous, idempotent, and the larger of 0 and
    z; z = relu(z) - relu(-z), and it is 1-Lipschitz."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def f(at: Any) -> Expr:
            return value.subs(z, at)

        return {
            "half the sum": Identity(value, (z + Abs(z)) / 2),
            "nonnegative": Inequality(value, ">=", ZERO),
            "homogeneous": Identity(f(u * z), u * value),
            "parts": Identity(f(z) - f(-z), z),
            "idempotent": Identity(f(f(z)), value),
            "Lipschitz": Inequality(Abs(f(x) - f(y)), "<=", Abs(x - y)),
            "convex": Inequality(f((x + y) / 2), "<=", (f(x) + f(y)) / 2),
        }

    value = Definition(r"\mathrm{ReLU}(z)", rectifier(z), properties)
    return Theorem(
        value, mutants={"minimum": value.of(Min(ZERO, z)), "absolute value": value.of(Abs(z)), "identity": value.of(z)}
    )


def quotient(f: Callable[[Any], Expr], at: Expr) -> Expr:
    """The difference quotient with the step h."""
    return (f(at + h) - f(at)) / h


def derivatives(f: Callable[[Any], Expr], right: Expr, left: Expr) -> dict[str, Claim]:
    """The derivative of a function with its only kink at 0, on both sides of it."""
    return {
        "positive": Limit(quotient(f, u), h, ZERO, right),
        "negative": Limit(quotient(f, -u), h, ZERO, left),
    }


def one_sided(f: Callable[[Any], Expr], right: Expr, left: Expr) -> dict[str, Claim]:
    """The two one-sided derivatives at 0."""
    return {
        "from the left at 0": Limit(quotient(f, ZERO), h, ZERO, left, side="-"),
        "from the right at 0": Limit(quotient(f, ZERO), h, ZERO, right, side="+"),
    }


def subgradients(f: Callable[[Any], Expr], low: Expr, high: Expr) -> dict[str, Claim]:
    """That the slopes of the lines below the graph that touch it at 0 are those from low to high."""
    share = bounded("s", 0, 1)
    return {
        "every slope between": Inequality(f(y), ">=", (low + (high - low) * share) * y),
        "none steeper": Inequality(f(u), "<", (high + c) * u, where=(c > 0,)),
        "none flatter": Inequality(f(-u), "<", (low - c) * -u, where=(c > 0,)),
    }


@statement(answers=(177, 193, 210), references=("nair2010", "clarke1983"), cites=(rectifier_function,))
def rectifier_derivative() -> Theorem:
    """The rectifier has derivative 1 right of 0 and 0 left of it; at 0 its one-sided derivatives are 0 and 1, so it has
    none there, and its subdifferential is the interval [0, 1]."""
    away, kink = derivatives(rectifier, ONE, ZERO), one_sided(rectifier, ONE, ZERO)
    printed = Printed(
        AllOf({**away, **one_sided(rectifier, ZERO, ZERO)}),
        OFF_THE_KINK,
        correction=r"\phi'(z)=\begin{cases}1,&z>0,\\0,&z<0,\end{cases}\qquad\partial\phi(0)=[0,1]",
        note=KINK_NOTE,
    )
    return Theorem(
        AllOf({**away, **kink, **subgradients(rectifier, ZERO, ONE)}),
        mutants={
            "one half at 0": AllOf(one_sided(rectifier, Rational(1, 2), Rational(1, 2))),
            "one at 0": AllOf(one_sided(rectifier, ONE, ONE)),
            "a wider subdifferential": AllOf(subgradients(rectifier, -ONE, ONE)),
            "a narrower one": AllOf(subgradients(rectifier, ZERO, Rational(1, 2))),
        },
        printed=dict.fromkeys((177, 193, 210), printed),
    )


@statement(answers=(211,), references=("maas2013",), cites=(rectifier_function,))
def leaky_function() -> Theorem:
    """For 0 < alpha < 1 the leaky rectifier is the larger of z and alpha z, a mixture of identity and rectifier,
    positively homogeneous, continuous and one-to-one, its inverse again of that form with slope 1/alpha."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def f(at: Any) -> Expr:
            return value.subs(z, at)

        return {
            "larger": Identity(value, Max(z, alpha * z)),
            "mixture": Identity(value, leaky_mixture(z)),
            "homogeneous": Identity(f(u * z), u * value),
            "inverse": Identity(Min(value, value / alpha), z),
        }

    value = Definition(r"\mathrm{LeakyReLU}(z)", leaky_rectifier(z), properties)
    return Theorem(
        value,
        mutants={
            "leak on the right": value.of(-leaky_rectifier(-z)),
            "no leak": value.of(rectifier(z)),
        },
        printed={211: Printed(note="For alpha > 1 it would be the smaller of z and alpha z.")},
    )


@statement(answers=(212,), references=("maas2013", "clarke1983"), cites=(leaky_function,))
def leaky_derivative() -> Theorem:
    """The leaky rectifier has derivative 1 right of 0 and alpha left of it; at 0 its one-sided derivatives are alpha
    and 1, so for alpha < 1 it has none there."""
    away, kink = derivatives(leaky_mixture, ONE, alpha), one_sided(leaky_mixture, ONE, alpha)
    return Theorem(
        AllOf({**away, **kink}),
        mutants={"no leak": AllOf(derivatives(leaky_mixture, ONE, ZERO))},
        printed={
            212: Printed(
                AllOf({**away, **one_sided(leaky_mixture, alpha, alpha)}),
                OFF_THE_KINK,
                correction=r"\mathrm{LeakyReLU}'(z)=\begin{cases}1,&z>0,\\\alpha,&z<0,\end{cases}"
                r"\qquad\partial\,\mathrm{LeakyReLU}(0)=[\alpha,1]",
                note=KINK_NOTE,
            )
        },
    )


@statement(references=("maas2013", "clarke1983"), cites=(leaky_derivative,))
def leaky_subdifferential() -> Theorem:
    """The subdifferential of the leaky rectifier at 0 is [alpha, 1], and it is 1-Lipschitz: a unit that is off still
    passes on the share alpha of its gradient."""
    change = Abs(leaky_mixture(x) - leaky_mixture(y))
    lipschitz = Inequality(change, "<=", Abs(x - y))
    return Theorem(
        AllOf({**subgradients(leaky_mixture, alpha, ONE), "Lipschitz": lipschitz}),
        mutants={
            "that of the rectifier": AllOf(subgradients(leaky_mixture, ZERO, ONE)),
            "nine tenths": Inequality(change, "<=", Abs(x - y) * 9 / 10),
        },
    )


@statement(references=("glorot2011",), cites=(rectifier_function, sigmoid_function))
def softplus_smooths() -> Theorem:
    """The softplus log(1 + e^z) has the sigmoid as derivative and lies above the rectifier by at most log 2, attained
    at 0: sharpened to softplus(k z)/k it comes within (log 2)/k of it everywhere."""
    excess = softplus(z) - rectifier(z)
    sharp = softplus(u * z) / u - rectifier(z)
    return Theorem(
        AllOf(
            {
                "derivative": Identity(softplus(z).diff(z), sigmoid(z)),
                "above": Inequality(excess, ">", ZERO),
                "at most": Inequality(excess, "<=", log(2)),
                "attained": Identity(excess.subs(z, 0), log(2)),
                "sharpened": Identity(sharp, excess.subs(z, u * z) / u),
            }
        ),
        mutants={"one half": Inequality(excess, "<=", Rational(1, 2))},
    )


logit, test, direction = function("z"), function("t"), function("v")  # over the classes


@statement(answers=(213,), references=("bridle1990",))
def softmax_function() -> Theorem:
    """The softmax of any number of logits is the probability vector that is proportional to their exponentials: it is
    positive, sums to one, and does not change when a constant is added to all logits."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        shifted = value.xreplace({logit: logit + c})
        own = exp(c) / (exp(c) + u)  # the others' exponentials sum to u
        return {
            "sums to one": Identity(integral(value), ONE),
            "proportional": Identity(integral(value * exp(-logit) * test), integral(test) / integral(exp(logit))),
            "shift": Identity(integral(shifted * test), integral(value * test)),
            "positive": Inequality(own, ">", ZERO),
            "below one": Inequality(own, "<", ONE),
        }

    value = Definition(r"\mathrm{Softmax}(z)_i", softmax(logit), properties)
    note = "Printed as a function of z_i alone; the i-th output depends on all logits: Softmax(z)_i."
    return Theorem(
        value,
        mutants={
            "of the own logit alone": value.of(exp(logit)),
            "negative exponents": value.of(softmax(-logit)),
            "logits divided by their sum": value.of(logit / integral(logit)),
        },
        printed={213: Printed(note=note)},
    )


@statement(references=("bridle1990", "gao2017"), cites=(softmax_function,))
def softmax_jacobian() -> Theorem:
    """The Jacobian of the softmax is diag(s) - s s^T, for any number of classes; its quadratic form is the variance of
    the direction under s, so it is positive semidefinite and vanishes along constant directions."""
    own, chosen, rest = real("z_i"), positive("a"), positive("r")  # rest: the other classes' exponentials
    s = softmax(logit)
    diagonal = exp(own) / (exp(own) + rest)
    fixed = chosen / (exp(own) + rest + chosen)  # another class's share, as a function of this logit
    moved = exp(own) / (exp(own) + rest + chosen)
    mean = integral(s * direction)
    form = integral(s * direction**2) - mean**2
    return Theorem(
        AllOf(
            {
                "on the diagonal": Identity(diagonal.diff(own), diagonal * (1 - diagonal)),
                "off the diagonal": Identity(fixed.diff(own), -fixed * moved),
                "variance": Identity(form, integral(s * (direction - mean) ** 2)),
                "constant direction": Identity(form.xreplace({direction: c}), ZERO),
            }
        ),
        mutants={
            "diagonal only": Identity(fixed.diff(own), ZERO),
            "sign off the diagonal": Identity(fixed.diff(own), fixed * moved),
            "without the square": Identity(form, integral(s * direction**2)),
        },
    )


@statement(references=("bridle1990",), cites=(softmax_jacobian,))
def softmax_jacobian_matrix() -> Theorem:
    """The Jacobian matrix of the softmax of two or three logits, entry by entry: diag(s) - s s^T, symmetric, with rows
    that sum to zero."""

    def cases(square: int = 1) -> Iterator[tuple[str, Any, Any]]:
        for n in (2, 3):
            logits = reals(" ".join(f"z{i}" for i in range(1, n + 1)))
            shares = Matrix(softmax_of(logits))
            found, outer = shares.jacobian(Matrix(logits)), shares * shares.T
            for i, j in product(range(n), repeat=2):
                yield f"{n} classes, entry {i + 1}, {j + 1}", found[i, j], (i == j) * shares[i] - square * outer[i, j]

    formula, sizes = r"\frac{\partial s}{\partial z}=\operatorname{diag}(s)-ss^{\top}", "two and three classes"
    return Theorem(
        Finite(cases, formula, sizes),
        mutants={
            "diagonal only": Finite(lambda: cases(0), formula, sizes),
            "plus the outer product": Finite(lambda: cases(-1), formula, sizes),
        },
    )


@statement(references=("gao2017",), cites=(softmax_jacobian,))
def softmax_lipschitz() -> Theorem:
    """The softmax is 1/2-Lipschitz in the Euclidean norm: the variance of a direction is at most a quarter of its
    squared range, which is at most half of its squared length; two equally likely classes attain it."""
    s, spread = density("s"), function("u", bounded("u", -1, 1).domain)
    a, b = reals("a b")
    variance = (a**2 + b**2) / 2 - ((a + b) / 2) ** 2
    return Theorem(
        AllOf(
            {
                "range from -1 to 1": Inequality(integral(s * (spread - c) ** 2), "<=", (1 + Abs(c)) ** 2),
                "centred": Inequality(integral(s * spread**2), "<=", ONE),
                "range and length": Inequality(((a - b) / 2) ** 2, "<=", (a**2 + b**2) / 2),
                "attained": Identity(variance.subs(b, -a), (a**2 + a**2) / 2),
            }
        ),
        mutants={
            "a quarter of the length": Inequality(((a - b) / 2) ** 2, "<=", (a**2 + b**2) / 4),
            "less than the range": Inequality(integral(s * spread**2), "<=", Rational(9, 10)),
        },
    )


@statement(references=("goodfellow2016",), cites=(softmax_function, sigmoid_function))
def softmax_of_two() -> Theorem:
    """The softmax of two logits is the sigmoid of their difference; scaled up, it tends to the indicator of the larger
    logit, and scaled down to the uniform law."""
    z1, z2 = reals("z1 z2")
    temperature = positive("k")
    larger = softmax_of((temperature * u, ZERO))[0]  # of logits that differ by u > 0
    return Theorem(
        AllOf(
            {
                "sigmoid": Identity(softmax_of((z1, z2))[0], sigmoid(z1 - z2)),
                "scaled up": Limit(larger, temperature, oo, ONE),
                "scaled down": Limit(larger, temperature, ZERO, Rational(1, 2), side="+"),
            }
        ),
        mutants={"of the sum": Identity(softmax_of((z1, z2))[0], sigmoid(z1 + z2))},
    )


def hat(at: Any) -> Expr:
    """The piecewise linear bump that is 1 at 0 and vanishes outside of (-1, 1), of three rectifiers."""
    return rectifier(at + 1) - 2 * rectifier(at) + rectifier(at - 1)


@statement(answers=(180,), references=("leshno1993", "stone1948", "hornik1991"), cites=(rectifier_function,))
def universal_approximation() -> Theorem:
    """On a compact set rectifier networks come arbitrarily near to every continuous function: they are closed under
    maxima and minima, pass values on unchanged, and take any two values at any two points, in any dimension, which is
    what the Stone-Weierstrass theorem for lattices asks for."""
    one, two = function("P"), function("Q")  # coordinates of two points

    def affine(at: Expr) -> Expr:
        """Value x at the first point and y at the second."""
        return x + (y - x) * integral((at - one) * (two - one)) / integral((two - one) ** 2)

    step, tolerance = positive("d"), positive("epsilon", tex=r"\epsilon")
    start = real("t")

    def distance(at: Expr) -> Expr:
        """From the square to the affine function that is nearest to it at t, t + d and t + 2d."""
        slope = 2 * (start + step)
        return Abs(at**2 - (start**2 - step**2 / 2 + slope * (at - start)))

    least = Max(*(distance(start + k * step) for k in range(3)))
    note = (
        "On all of R^n it is false: beyond its last kink a rectifier network on the line is affine, and every affine "
        "function misses x^2 by d^2/2 somewhere among t, t + d, t + 2d (feedforward.no_uniform_approximation); a "
        "network of bounded activations is bounded. That the activation is not a polynomial is needed too "
        "(feedforward.polynomial_activations), and suffices (Leshno et al.); checked here is the case of the rectifier."
    )
    return Theorem(
        AllOf(
            {
                "maxima": Identity(Max(x, y), y + rectifier(x - y)),
                "minima": Identity(Min(x, y), x - rectifier(x - y)),
                "values passed on": Identity(rectifier(x) - rectifier(-x), x),
                "value at one point": Identity(affine(one), x),
                "value at another": Identity(affine(two), y),
            }
        ),
        mutants={
            "maximum with the minimum's sign": Identity(Max(x, y), y - rectifier(x - y)),
            "one rectifier passes values on": Identity(rectifier(x), x),
        },
        printed={
            180: Printed(
                Inequality(least, "<", tolerance),
                "x is confined to a compact set and the activation is not a polynomial",
                correction=r"\sup_{\vec x\in K}\|f(\vec x)-g(\vec x)\|_\infty<\epsilon\quad\text{for compact }"
                r"K\subset\mathbb R^n",
                note=note,
            )
        },
    )


@statement(references=("leshno1993",))
def no_uniform_approximation() -> Theorem:
    """Every affine function misses the square by at least d^2/2 at one of t, t + d and t + 2d: no network that is affine
    far out stays within any distance of it on the line, whatever its width and depth."""
    slope, level, step, start = real("p"), real("q"), positive("d"), real("t")

    def miss(at: Expr) -> Expr:
        return at**2 - (slope * at + level)

    second = miss(start) - 2 * miss(start + step) + miss(start + 2 * step)
    worst = Max(*(Abs(miss(start + k * step)) for k in range(3)))
    return Theorem(
        AllOf(
            {
                "second difference": Identity(second, 2 * step**2),
                "worst of three": Inequality(worst, ">=", step**2 / 2),
            }
        ),
        mutants={"a bit more": Inequality(worst, ">=", step**2 * Rational(51, 100))},
    )


@statement(references=("devore1993", "leshno1993"), cites=(universal_approximation,))
def interpolation_error() -> Theorem:
    """A rectifier network of one hidden layer interpolates any function on a grid of the line; between two knots it misses
    f by no more than f changes from there to either knot, so by L d/2 where f is L-Lipschitz and d the spacing, which
    is below epsilon from L/(2 epsilon) cells on the unit interval on."""
    s = bounded("s", 0, 1)  # the place in the cell
    v = function("v", NONNEGATIVE)
    left, right = reals("l r")  # f there less f at the two knots
    most, slope, cells, tolerance = positive("m"), positive("L"), positive("n"), positive("epsilon", tex=r"\epsilon")
    off, beyond = (1 - s) * left + s * right, bounded("o", 0, oo)
    near = (left <= most, left >= -most, right <= most, right >= -most)
    steep = (left <= slope * s, left >= -slope * s, right <= slope * (1 - s), right >= -slope * (1 - s))
    return Theorem(
        AllOf(
            {
                "own share": Identity(hat(s), 1 - s),
                "share of the next knot": Identity(hat(s - 1), s),
                "none to the right": Identity(hat(-1 - beyond), ZERO),
                "none to the left": Identity(hat(1 + beyond), ZERO),
                "by the change of f": Inequality(Abs(off), "<=", most, where=near),
                "Lipschitz": Inequality(Abs(off), "<=", slope / 2, where=steep),
                "enough cells": Inequality(
                    slope / (2 * cells), "<", tolerance, where=(cells > slope / (2 * tolerance),)
                ),
            }
        ),
        mutants={
            "a third": Inequality(Abs(off), "<=", slope / 3, where=steep),
            "half as many cells": Inequality(
                slope / (2 * cells), "<", tolerance, where=(cells > slope / (4 * tolerance),)
            ),
        },
    )


@statement(references=("leshno1993", "pinkus1999"), cites=(universal_approximation,))
def polynomial_activations() -> Theorem:
    """Nonlinear is not enough: a hidden layer of any width with the activation z^2 makes quadratic functions, and every
    quadratic function misses x^3 by at least 3/4 at one of 0, 1, 2, 3."""
    out, w, b = function("v"), function("w"), function("b")  # over the hidden units
    p, q, r = reals("p q r")

    def network(at: Any) -> Expr:
        return integral(out * (w * at + b) ** 2)

    def miss(at: int) -> Expr:
        return Abs(at**3 - (p * at**2 + q * at + r))

    third = network(x + 3) - 3 * network(x + 2) + 3 * network(x + 1) - network(x)
    worst = Max(*(miss(at) for at in range(4)))
    return Theorem(
        AllOf(
            {
                "third differences vanish": Identity(third, ZERO),
                "worst of four": Inequality(worst, ">=", Rational(3, 4)),
            }
        ),
        mutants={
            "second differences too": Identity(network(x + 2) - 2 * network(x + 1) + network(x), ZERO),
            "four fifths": Inequality(worst, ">=", Rational(4, 5)),
        },
    )
