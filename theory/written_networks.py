"""Small networks written out entry by entry: forward pass, backward recursion, and the operations of both.

One code serves for symbols (SymPy's matrices, activations that are unknown functions), for exact numbers, and for
counting; it is what the general theorems of `theory.backprop` are compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import pairwise
from operator import add, mul
from typing import Any

from sympy import Add, Expr, Function, Matrix, expand, ones

from .symbols import reals


@cache
def unknown(layer: int, order: int = 0) -> Any:
    """An unknown smooth activation of a layer, or a derivative of it: SymPy differentiates each into the next."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return unknown(layer, order + 1)(self.args[0])

    def tex(self: Any, printer: Any, exp: Any = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return f"f{chr(39) * order}_{{{layer}}}{power}({printer._print(self.args[0])})"

    return type(f"f{layer}{'_' * order}", (Function,), {"nargs": 1, "fdiff": fdiff, "_latex": tex, "is_real": True})


def square(layer: int, order: int = 0) -> Callable[[Any], Any]:
    """The activation z + z^2, or its slope: something to compute with where a claim is false."""
    return (lambda z: 1 + 2 * z) if order else (lambda z: z + z**2)


@dataclass(frozen=True)
class Layer:
    """a -> f(W a + b) for the columns of a batch, with the slope of f."""

    weights: Matrix
    biases: Matrix
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]

    def net(self, below: Matrix) -> Matrix:
        """The preactivations of a batch."""
        return self.weights * below + self.biases * ones(1, below.cols)


def symbolic(
    widths: Sequence[int], samples: int, activation: Callable[[int, int], Callable[[Any], Any]] = unknown
) -> tuple[list[Layer], Matrix, Matrix]:
    """Layers of the given widths with a symbol for every parameter, a batch and its targets.

    activation: from a layer's number and the order of a derivative to a function.
    """

    def entries(name: str, rows: int, columns: int) -> Matrix:
        names = [f"{name}_{i + 1}{j + 1}" for i in range(rows) for j in range(columns)]
        return Matrix(rows, columns, reals(" ".join(names)))

    layers = [
        Layer(entries(f"w{k}", m, n), entries(f"b{k}", m, 1), activation(k, 0), activation(k, 1))
        for k, (n, m) in enumerate(pairwise(widths), start=1)
    ]
    return layers, entries("x", widths[0], samples), entries("y", widths[-1], samples)


def forward(layers: Sequence[Layer], inputs: Matrix) -> tuple[list[Matrix], list[Matrix]]:
    """Preactivations of the layers 1, ..., L and activations of the layers 0, ..., L."""
    nets, outputs = [], [inputs]
    for layer in layers:
        nets.append(layer.net(outputs[-1]))
        outputs.append(nets[-1].applyfunc(layer.value))
    return nets, outputs


def mean_squared_error(layers: Sequence[Layer], inputs: Matrix, targets: Matrix) -> Expr:
    """Half the squared distance of output and target, averaged over the batch."""
    gap = forward(layers, inputs)[1][-1] - targets
    return Add(*(one**2 for one in gap)) / (2 * inputs.cols)


def errors(
    layers: Sequence[Layer], inputs: Matrix, targets: Matrix, slope_at: Callable[[Matrix, Matrix], Matrix] | None = None
) -> list[Matrix]:
    """The errors delta of the layers 1, ..., L of each sample's own loss, by the recursion.

    slope_at: where the slopes are taken, given a layer's preactivations and activations; at the preactivations
    where it is not given.
    """
    slope_at = slope_at or (lambda net, output: net)
    nets, outputs = forward(layers, inputs)
    points = [slope_at(net, output) for net, output in zip(nets, outputs[1:], strict=True)]
    slopes = [at.applyfunc(layer.slope) for at, layer in zip(points, layers, strict=True)]
    found = [(outputs[-1] - targets).multiply_elementwise(slopes[-1])]
    for layer, slope in zip(layers[:0:-1], slopes[-2::-1], strict=True):
        found.append((layer.weights.T * found[-1]).multiply_elementwise(slope))
    return found[::-1]


def gradients(layers: Sequence[Layer], inputs: Matrix, targets: Matrix, **options: Any) -> list[tuple[Matrix, Matrix]]:
    """The gradient of the averaged loss by weights and biases, layer by layer, by the recursion."""
    outputs = forward(layers, inputs)[1]
    samples = inputs.cols
    return [
        ((delta * below.T / samples), (delta * ones(samples, 1) / samples))
        for delta, below in zip(errors(layers, inputs, targets, **options), outputs[:-1], strict=True)
    ]


def differentiated(value: Expr, parameters: Matrix) -> Matrix:
    """The derivatives of a scalar by every entry of a matrix of symbols, multiplied out."""
    return parameters.applyfunc(lambda one: expand(value.diff(one)))


class Counted:
    """A number that counts the products it takes part in."""

    def __init__(self, tally: list[int]) -> None:
        self.tally = tally

    def __mul__(self, other: Counted) -> Counted:
        self.tally[0] += 1
        return self

    def __add__(self, other: Counted) -> Counted:
        return self


Rows = list[list[Counted]]


def _product(left: Rows, right: Rows) -> Rows:
    return [[reduce(add, map(mul, row, column)) for column in zip(*right, strict=True)] for row in left]


def _transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def multiply_adds(widths: Sequence[int], samples: int, input_gradient: bool = False) -> tuple[int, int]:
    """The products of weights, activations and errors in a forward and in a backward pass, counted while both run.

    Biases, activations and their slopes take one operation a unit and are not counted. input_gradient: whether the
    error is carried down to the inputs, which no parameter needs.
    """
    tally = [0]

    def matrix(rows: int, columns: int) -> Rows:
        return [[Counted(tally) for _ in range(columns)] for _ in range(rows)]

    weights = [matrix(m, n) for n, m in pairwise(widths)]
    outputs = [matrix(widths[0], samples)]
    for W in weights:
        outputs.append(_product(W, outputs[-1]))
    ahead, delta = tally[0], outputs[-1]
    for level, W in reversed(list(enumerate(weights))):
        _product(delta, _transposed(outputs[level]))
        if level or input_gradient:
            delta = _product(_transposed(W), delta)
    return ahead, tally[0] - ahead


class Form:
    """A function that is printed as a formula: the value of a definition."""

    def __init__(self, tex: str, make: Callable[..., Any]) -> None:
        self.tex, self.make = tex, make

    def __call__(self, *parts: Any) -> Any:
        """The value of the formula."""
        return self.make(*parts)

    def _latex(self, printer: Any) -> str:
        return self.tex
