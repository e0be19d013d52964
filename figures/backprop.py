"""Pictures of backpropagation: values and errors in a small network, accuracy of differences, cost of both passes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Matrix, Rational, lambdify, tanh
from sympy.abc import z

from ..numerics import network_gradients as gradients
from ..theory import written_networks as written
from .curves import BLUE, GREEN, GREY, ORANGE, VERMILION
from .picture import picture


def _small() -> tuple[list[written.Layer], Matrix, Matrix]:
    """Two inputs, two tanh units, one linear output."""
    slope = lambdify(z, tanh(z).diff(z), "sympy")
    hidden = Matrix([[1, -Rational(1, 2)], [Rational(1, 2), 1]]), Matrix([0, -Rational(1, 2)])
    top = Matrix([[Rational(3, 2), -1]]), Matrix([Rational(1, 4)])
    layers = [
        written.Layer(*hidden, tanh, slope),
        written.Layer(*top, lambda at: at, lambda at: Rational(1)),
    ]
    return layers, Matrix([1, Rational(1, 2)]), Matrix([0])


@picture(size=(6.8, 3.3))
def values_and_errors(axes: Any) -> None:
    """A network with two tanh units at one sample: activations flow to the right (blue), errors delta back (red); an
    edge carries its weight and, below, the derivative of the loss by it: the error above times the activation below."""
    layers, inputs, target = _small()
    outputs = written.forward(layers, inputs)[1]
    deltas = written.errors(layers, inputs, target)
    by_weights = [one[0] for one in written.gradients(layers, inputs, target)]
    places = [[(0.0, 1.0), (0.0, -1.0)], [(3.0, 1.0), (3.0, -1.0)], [(6.0, 0.0)], [(8.2, 0.0)]]
    for level, layer in enumerate(layers):
        for i, head in enumerate(places[level + 1]):
            for j, tail in enumerate(places[level]):
                _edge(axes, tail, head, float(layer.weights[i, j]), float(by_weights[level][i, j]), crossing=i != j)
    _edge(axes, places[2][0], places[3][0], None, None)
    for level, column in enumerate(places[:3]):
        for i, at in enumerate(column):
            name = "x" if level == 0 else rf"a^{{({level})}}"
            _node(axes, at, rf"${name}_{i + 1}={float(outputs[level][i]):.3f}$", 0.19, BLUE)
            if level:
                _node(axes, at, rf"$\delta^{{({level})}}_{i + 1}={float(deltas[level - 1][i]):.3f}$", -0.19, VERMILION)
    _disc(axes, places[3][0])
    loss = float(written.mean_squared_error(layers, inputs, target))
    axes.text(*places[3][0], f"$L={loss:.3f}$", ha="center", va="center", fontsize=8)
    for y, text, colour, ends in ((1.95, "forward", BLUE, (3.6, 5.2)), (-1.95, "backward", VERMILION, (5.2, 3.6))):
        axes.annotate("", (ends[1], y), xytext=(ends[0], y), arrowprops={"arrowstyle": "->", "color": colour})
        axes.text(5.35, y, text, color=colour, fontsize=8, va="center")
    axes.set(xlim=(-0.9, 9.0), ylim=(-2.2, 2.2))
    axes.axis("off")


def _disc(axes: Any, at: tuple[float, float]) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = at
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.62, y - 0.36), 1.24, 0.72, boxstyle="round,pad=0.04", facecolor="white", edgecolor=GREY, zorder=3
        )
    )


def _node(axes: Any, at: tuple[float, float], text: str, lift: float, colour: str) -> None:
    if lift > 0:
        _disc(axes, at)
    axes.text(at[0], at[1] + lift * (1 if text.count("delta") or at[0] else 0), text, color=colour, fontsize=8,
              ha="center", va="center", zorder=4)  # fmt: skip


def _edge(
    axes: Any,
    tail: tuple[float, float],
    head: tuple[float, float],
    weight: float | None,
    slope: float | None,
    crossing: bool = False,
) -> None:
    aside = np.array([0.66, 0.0])
    start, end = np.array(tail) + aside, np.array(head) - aside
    axes.annotate("", end, xytext=start, arrowprops={"arrowstyle": "->", "color": GREY, "linewidth": 0.8}, zorder=1)
    if weight is None:
        return
    middle = start + (0.27 if crossing else 0.52) * (end - start)
    for text, colour, lift in ((f"{weight:g}", BLUE, 0.14), (f"{slope:.3f}", VERMILION, -0.14)):
        axes.text(middle[0], middle[1] + lift, text, color=colour, fontsize=7, ha="center", va="center", zorder=2,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip


@picture(size=(3.5, 2.6))
def accuracy_of_differences(axes: Any) -> None:
    """Relative error of the gradient of a three-layer network against the step, by forward and central differences and
    by complex steps in double precision, which subtract nothing; dotted, the error of the recursion itself."""
    rng = np.random.default_rng(11)
    net = gradients.network(rng, [4, 6, 5, 2], ["tanh", "sigmoid", "sin"], rng.standard_normal((2, 3)))
    true = np.concatenate([one.ravel() for one in gradients.complex_step(net)])

    def off(found: Any) -> float:
        flat = np.concatenate([np.asarray(one).ravel() for one in found])
        return float(np.linalg.norm((flat - true).astype(float)) / np.linalg.norm(true.astype(float)))

    steps = 10.0 ** np.arange(-16, 0.1, 0.5)
    for route, colour, marker, label in (
        (_forward_differences, VERMILION, "s", "forward difference"),
        (gradients.central_differences, ORANGE, "^", "central difference"),
        (_double_complex_step, BLUE, "o", "complex step"),
    ):
        axes.plot(steps, [off(route(net, step)) for step in steps], marker + "-", color=colour, label=label,
                  markersize=2.5)  # fmt: skip
    axes.axhline(off(gradients.backward(net)), color="black", linestyle=":", linewidth=1, label="recursion")
    axes.set(xscale="log", yscale="log", xlabel="step $h$", ylabel="relative error of the gradient", ylim=(3e-18, 30))
    axes.legend(loc="upper center", fontsize=6, ncols=2)


def _moved(net: gradients.Network, quotient: Any) -> list[Any]:
    found = []
    for which, values in enumerate(net.parameters):
        slopes = np.empty(values.shape)
        for index in np.ndindex(values.shape):
            slopes[index] = quotient(which, index)
        found.append(slopes)
    return found


def _loss_at(net: gradients.Network, which: int, index: Any, step: complex) -> Any:
    parameters = [one.astype(complex) if isinstance(step, complex) else one.copy() for one in net.parameters]
    parameters[which][index] += step
    return gradients.loss(net.at(parameters))


def _forward_differences(net: gradients.Network, step: float) -> list[Any]:
    here = gradients.loss(net)
    return _moved(net, lambda which, index: (_loss_at(net, which, index, step) - here) / step)


def _double_complex_step(net: gradients.Network, step: float) -> list[Any]:
    return _moved(net, lambda which, index: _loss_at(net, which, index, 1j * step).imag / step)


@picture(size=(3.5, 2.6))
def cost_of_both_passes(axes: Any) -> None:
    """Multiply-adds of the whole gradient in units of one forward pass, counted: the recursion tends to 3 from below as
    layers are added; one forward difference a parameter grows with the number of parameters."""
    depths = np.arange(1, 13)
    for width, colour, marker in ((4, BLUE, "o"), (8, GREEN, "D")):
        both, differences = [], []
        for depth in depths:
            widths = [width] * (int(depth) + 1)
            ahead, back = written.multiply_adds(widths, 1)
            both.append((ahead + back) / ahead)
            differences.append(1 + sum(m * n + m for n, m in pairwise(widths)))
        axes.plot(depths, both, marker, color=colour, label=f"recursion, width {width}",
                  markerfacecolor="none" if width == 4 else colour, markersize=5 if width == 4 else 2)  # fmt: skip
        axes.plot(depths, differences, marker + "--", color=colour, label=f"differences, width {width}",
                  markersize=2.5, linewidth=0.8)  # fmt: skip
    axes.plot(depths, 3 - 1 / depths, color="black", linewidth=0.8, label="$3-1/L$")
    axes.axhline(3, color=GREY, linewidth=0.6, linestyle=":")
    axes.set(yscale="log", xlabel="layers $L$", ylabel="gradient / forward pass", ylim=(1, 4e4), xlim=(0.5, 12.5))
    axes.legend(loc="upper left", fontsize=6, ncols=2)


__all__ = ["accuracy_of_differences", "cost_of_both_passes", "values_and_errors"]
