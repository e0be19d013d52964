"""Neurons, layers and networks without nonlinearity between their layers: what `feedforward` says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sympy import Expr, Function, Integer, Matrix, MatrixSymbol, Symbol

from .activations import rectifier
from .claims import AllOf, Claim, Definition, Finite, Identity, MatrixIdentity, Typing
from .measures import integral, on_atoms
from .shapes import elementwise, shaped
from .statements import Printed, Theorem
from .symbols import bounded, function, integer, real, reals

ZERO = Integer(0)
weight, given, other = function("w"), function("x"), function("t")  # over the inputs of a neuron
bias, c, x = real("b"), real("c"), real("x")
phi = Function("phi", real=True)
net = integral(weight * given) + bias


def net_input() -> Theorem:
    """What `feedforward.net_input` says."""

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


def neuron() -> Theorem:
    """What `feedforward.neuron` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        across = other - weight * integral(weight * other) / integral(weight**2)
        return {
            "two inputs and the cube": Identity(on_atoms(value.replace(phi, cube), 2), on_atoms(net, 2) ** 3),
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


def layer() -> Theorem:
    """What `feedforward.layer` says."""
    rows, columns = integer("m", 1), integer("n", 1)
    W, b, before, after = shaped("W", rows, columns), shaped("b", rows), shaped("a", columns), shaped("a'", rows)
    entries = Matrix(2, 3, reals("w11 w12 w13 w21 w22 w23"))
    offsets, inputs = Matrix(reals("b1 b2")), Matrix(reals("x1 x2 x3"))

    def cases(make: Callable[[Matrix, Matrix, Matrix], Matrix]) -> Iterator[tuple[str, Any, Any]]:
        output = make(entries, inputs, offsets)
        numbers = dict(zip((*entries, *offsets, *inputs), (1, -2, 3, 2, 1, -1, 2, -3, 1, 2, -1), strict=True))
        for i in range(2):
            own = sum((entries[i, j] * inputs[j] for j in range(3)), offsets[i])
            yield (
                f"unit {i + 1}, squares of integers",
                output[i].replace(phi, square).subs(numbers),
                own.subs(numbers) ** 2,
            )
            yield f"unit {i + 1}, any activation", output[i], phi(own)

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


def two_layers() -> Theorem:
    """What `feedforward.two_layers` says."""
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


def linear_network() -> Theorem:
    """What `feedforward.linear_network` says."""
    n, between, rows = (integer(name, 1) for name in ("n", "m", "p"))
    W, b = MatrixSymbol("W", between, n), MatrixSymbol("b", between, 1)  # the map of the layers below
    top, offset = MatrixSymbol("V", rows, between), MatrixSymbol("c", rows, 1)  # the layer on top
    inputs = MatrixSymbol("x", n, 1)
    stacked = top * (W * inputs + b) + offset
    above, below = shaped("V", rows, between), shaped("W", between, n)
    return Theorem(
        AllOf(
            {
                "one more layer": MatrixIdentity(stacked, (top * W) * inputs + (top * b + offset)),
                "the product fits": Typing(above @ below, shaped("VW", rows, n)),
            }
        ),
        mutants={
            "bias below forgotten": MatrixIdentity(stacked, (top * W) * inputs + offset),
            "bias on top multiplied": MatrixIdentity(stacked, (top * W) * inputs + top * b + 2 * offset),
            "product in the other order": Typing(below @ above, shaped("VW", rows, n)),
        },
        printed={
            189: Printed(
                note="The matrix has at most the rank of the narrowest layer: widths still matter, depth does not."
            )
        },
    )


def cube(at: Any) -> Expr:
    """An activation under which equality is a question of polynomials."""
    return at**3


def square(at: Any) -> Expr:
    """Another one, of lower degree."""
    return at**2


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


def collapsed_bias() -> Theorem:
    """What `feedforward.collapsed_bias` says."""

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


def composition() -> Theorem:
    """What `feedforward.composition` says."""
    w1, w2, w3, w4, b1, b2, b3, b4 = reals("w1 w2 w3 w4 b1 b2 b3 b4")
    deep, (s1, s2, s3, s4) = nested(4)
    start = Symbol("x", real=True)

    def bare(value: Expr, *which: Any) -> Expr:
        for one in which:
            value = value.replace(one, lambda at: at)
        return value

    def properties(value: Expr) -> Mapping[str, Claim]:
        collapsed = w4 * w3 * w2 * (w1 * start + b1) + w4 * w3 * b2 + w4 * b3 + b4
        middle = (w3 * (w2 * (w1 * start + b1) + b2) + b3) ** 2
        return {
            "linear activations": Identity(bare(value, s1, s2, s3, s4), collapsed),
            "third layer": Identity(bare(value.replace(s3, square), s1, s2, s4), w4 * middle + b4),
            "output activation": Identity(bare(value.replace(s4, square), s1, s2, s3), collapsed**2),
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


def linear_activations() -> Theorem:
    """What `feedforward.linear_activations` says."""
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
