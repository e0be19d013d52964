"""Pictures of activations with their subdifferentials, of the collapse of linear networks and of approximation; the
curves are the expressions of `theory.activations` and the theorems' own bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from sympy import lambdify

from ..theory import activations
from ..theory.activations import Activation, alpha, z
from .curves import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, curve
from .picture import picture

LEAK = 0.2
SLOPE = {alpha: LEAK}
DRAWN = (
    (activations.SIGMOID, BLUE),
    (activations.TANH, VERMILION),
    (activations.RECTIFIER, GREEN),
    (activations.LEAKY, PURPLE),
)


@picture(size=(6.8, 2.6), panels=2)
def activation_functions(left: Any, right: Any) -> None:
    """Four activations and their slopes. At 0 the rectifier and the leaky rectifier (here with alpha = 0.2) have no
    derivative: the bars are their subdifferentials, open circles the one-sided derivatives."""
    for one, colour in DRAWN:
        _drawn(left, right, one, colour)
    left.set(xlabel="$z$", ylabel="activation", ylim=(-1.2, 2.2), xlim=(-4, 4))
    right.set(xlabel="$z$", ylabel="slope", ylim=(-0.08, 1.12), xlim=(-4, 4))
    left.legend(loc="upper left")


def _drawn(left: Any, right: Any, one: Activation, colour: str) -> None:
    below, above = np.linspace(-4, 0, 201)[:-1], np.linspace(0, 4, 201)[1:]
    slope = curve(one.slope(z), z, SLOPE)
    everywhere = np.concatenate([below, above])
    left.plot(everywhere, curve(one.value(z), z, SLOPE)(everywhere), color=colour, label=one.name)
    if not one.kinks:
        right.plot(everywhere, slope(everywhere), color=colour)
        return
    shift = -0.06 if one is activations.LEAKY else 0.0
    ends = [float(end.subs(alpha, LEAK)) for end in one.subdifferential(0)]
    for side in (below, above):
        style = (0, (4, 2)) if one is activations.LEAKY and side is above else "-"
        right.plot(side, slope(side), color=colour, linestyle=style)
    right.plot([shift, shift], ends, color=colour, linewidth=3.5, alpha=0.35, solid_capstyle="butt")
    right.plot([shift, shift], ends, "o", color=colour, markerfacecolor="white", zorder=3)


@picture(size=(3.5, 2.6))
def vanishing_slopes(axes: Any) -> None:
    """The slope of tanh is the larger one near 0 and vanishes like 4 exp(-2|z|), faster than the sigmoid's, which stays
    below exp(-|z|) and 1/4."""
    at = np.linspace(0, 8, 400)
    sigmoid, tanh = curve(activations.SIGMOID.slope(z), z, SLOPE), curve(activations.TANH.slope(z), z, SLOPE)
    axes.plot(at, np.exp(-at), color=BLUE, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(at, 4 * np.exp(-2 * at), color=VERMILION, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(at, sigmoid(at), color=BLUE, label="sigmoid: below $e^{-|z|}$")
    axes.plot(at, tanh(at), color=VERMILION, label="tanh: near $4e^{-2|z|}$")
    axes.set(yscale="log", xlabel="$z$", ylabel="slope", ylim=(1e-7, 4), xlim=(0, 8))
    axes.legend(loc="lower left")


@picture(size=(6.8, 2.6), panels=2)
def uniform_approximation(left: Any, right: Any) -> None:
    """Left: a rectifier network with 2 and 5 cells interpolates the square on [0, 1]. Right: its error there is at most
    half the largest slope times the cell, and grows without bound outside, where the network is affine."""
    inside, outside = np.linspace(0, 1, 801), np.linspace(-1.5, 2.5, 801)
    left.plot(inside, inside**2, color="black", linewidth=0.8, label="$x^2$")
    for cells, colour in ((2, VERMILION), (5, BLUE)):
        knots = np.linspace(0, 1, cells + 1)
        network = _interpolant(cells)
        left.plot(inside, network(inside), color=colour, label=f"{cells} cells")
        left.plot(knots, knots**2, "o", color=colour, markerfacecolor="white")
        right.plot(outside, np.abs(network(outside) - outside**2), color=colour, label=f"{cells} cells")
        right.plot([0, 1], [1 / cells, 1 / cells], color=colour, linewidth=0.8, linestyle=(0, (4, 2)))
    right.axvspan(0, 1, color=SKY, alpha=0.15, linewidth=0)
    right.text(0.5, 2.0, "compact set", ha="center", fontsize=7)
    left.set(xlabel="$x$", ylabel="value", xlim=(0, 1))
    right.set(yscale="log", ylim=(1e-4, 5), xlim=(-1.5, 2.5), xlabel="$x$", ylabel="$|f-g|$, bound dashed")
    left.legend(loc="upper left")


def _interpolant(cells: int) -> Callable[[Any], Any]:
    """The square through equally spaced knots, by one hidden layer of rectifiers."""
    relu = curve(activations.RECTIFIER.value(z), z, SLOPE)
    knots = np.linspace(0, 1, cells + 1)
    slopes = np.diff(knots**2) * cells
    changes = np.concatenate([slopes[:1], np.diff(slopes)])
    return lambda at: sum(change * relu(at - knot) for change, knot in zip(changes, knots[:-1], strict=True))


@picture(size=(3.5, 2.6))
def collapse(axes: Any) -> None:
    """Three layers of eight units with the same weights along a line of inputs: without activations the network is
    affine; leaky rectifiers of slope alpha bend it the more the further alpha is from 1, the identity."""
    rng = np.random.default_rng(3)
    widths = (1, 8, 8, 1)
    layers = [
        (rng.standard_normal((m, n)) / math.sqrt(n), rng.standard_normal((m, 1)) / 2) for n, m in pairwise(widths)
    ]
    at = np.linspace(-3, 3, 601)
    for slope, colour in ((1.0, "black"), (0.6, SKY), (0.3, ORANGE), (0.0, GREEN)):
        leaky = lambdify((z, alpha), activations.leaky_mixture(z), "numpy")
        value = at[None, :]
        for k, (weights, biases) in enumerate(layers):
            value = weights @ value + biases
            value = value if k == len(layers) - 1 else leaky(value, slope)
        axes.plot(at, value[0], color=colour, label=f"$\\alpha = {slope:g}$")
    axes.set(xlabel="input", ylabel="output", xlim=(-3, 3))
    axes.legend(loc="best")
