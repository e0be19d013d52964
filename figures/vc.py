"""Pictures of shattering, of growth functions and of what the dimension promises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics.hypothesis_classes import growth_function, shatters
from ..numerics.vc_bounds import deviation_bound, largest_deviations, printed_bound, quantile, vapnik_bound
from ..theory.hypothesis_classes import (
    Boxes,
    DecisionStumps,
    HalfSpaces,
    SineClass,
    Thresholds,
    UnionsOfIntervals,
)
from ..theory.separation import FarkasVector, exact_points, linear_dichotomies
from ..theory.set_systems import sauer
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, generator
from .picture import picture

TRIANGLE = [(0, 0), (4, 0), (1, 3)]
SQUARE = [(0, 0), (4, 0), (4, 3), (1, 4)]


def _dots(axes: Any, points: Any, labels: Any, size: float = 5.0) -> None:
    for point, label in zip(points, labels, strict=True):
        colour = BLUE if label else VERMILION
        axes.plot(*map(float, point), "o" if label else "s", color=colour, markersize=size, zorder=3)


@picture(size=(5.6, 3.0), panels=8)
def half_planes(*panels: Any) -> None:
    """All eight labellings of three points of the plane, each with the half-plane that has it: the three points are
    shattered. The half-planes are the exact witnesses."""
    shattered = shatters(HalfSpaces(2), TRIANGLE)
    figure = panels[0].figure
    shape = figure.add_gridspec(2, 4)
    for i, (axes, (labels, half)) in enumerate(zip(panels, shattered.witnesses(), strict=True)):
        axes.set_subplotspec(shape[i // 4, i % 4])
        x, y = np.meshgrid(np.linspace(-1.2, 5.2, 161), np.linspace(-1.2, 4.2, 137))
        value = float(half.bias) + float(half.weights[0]) * x + float(half.weights[1]) * y
        if all(w == 0 for w in half.weights):
            axes.set_facecolor("#D6EAF5" if half.bias > 0 else "white")
        else:
            axes.contourf(x, y, value, levels=[0, np.inf], colors=["#D6EAF5"])
            axes.contour(x, y, value, levels=[0], colors=[GREY], linewidths=0.8)
        _dots(axes, TRIANGLE, labels)
        limits = {"xlim": (-1.2, 5.2), "ylim": (-1.2, 4.2)}
        axes.set(xticks=[], yticks=[], aspect="equal", title="".join(map(str, labels)), **limits)


@picture(size=(5.6, 2.6), panels=2)
def certificates(crossed: Any, inside: Any) -> None:
    """Why no half-plane has these labels: the hulls of the two labels (shaded) meet, at the cross. Left two crossing
    diagonals, right a point in a triangle; the numbers are the Farkas weights, which put the same mass and the same
    centre on both labels."""
    for axes, points in ((crossed, SQUARE), (inside, [(0, 0), (4, 0), (1, 4), (2, 1)])):
        answer = shatters(HalfSpaces(2), points)
        assert isinstance(answer.certificate, FarkasVector)
        rows = exact_points(points)
        labels, weights = answer.labels, answer.certificate.weights
        assert labels is not None
        for label, colour in ((1, BLUE), (0, VERMILION)):
            hull = np.asarray([[float(c) for c in x] for x, y in zip(rows, labels, strict=True) if y == label])
            axes.fill(*hull.T, facecolor=colour, edgecolor=colour, alpha=0.25, linewidth=1.5)
        _dots(axes, points, labels)
        centre = np.asarray(points, dtype=float).mean(axis=0)
        for point, weight in zip(points, weights, strict=True):
            away = np.asarray(point) - centre
            shift = 12 * away / np.linalg.norm(away)
            axes.annotate(
                str(weight), point, xytext=shift, textcoords="offset points", ha="center", va="center", fontsize=7
            )
        axes.plot(
            *map(float, answer.certificate.common_point(rows, labels)), "x", color="black", markersize=7, zorder=4
        )
        axes.set(xticks=[], yticks=[], aspect="equal", xlim=(-1.0, 5.0), ylim=(-0.9, 4.9))
    crossed.set_title("crossing diagonals")
    inside.set_title("a point in a triangle")


@picture(size=(5.6, 2.9), panels=2)
def growth(line: Any, plane: Any) -> None:
    """Growth functions on a logarithmic scale: dots are exact counts of dichotomies (for boxes on one configuration),
    lines are Sauer and Shelah's bound for the VC dimension, grey is 2^m. Unions of intervals meet it; half-planes and
    stumps, both of dimension 3, stay below."""
    counts = np.arange(1, 13)
    shown = (
        (line, Thresholds(), "thresholds", BLUE, 12),
        (line, UnionsOfIntervals(1), "intervals", GREEN, 12),
        (line, UnionsOfIntervals(2), "2 intervals", VERMILION, 12),
        (line, SineClass(), "sines", PURPLE, 9),
        (plane, HalfSpaces(2), "half-planes", BLUE, 10),
        (plane, Boxes(2), "boxes", VERMILION, 12),
        (plane, DecisionStumps(2), "stumps", GREEN, 7),
    )
    for axes in (line, plane):
        axes.plot(counts, 2.0**counts, color=GREY, linewidth=1)
    for axes, hypotheses, name, colour, most in shown:
        found = [growth_function(hypotheses, int(m)).low for m in counts[:most]]
        axes.plot(counts[:most], found, "o", color=colour, markerfacecolor="white", label=name)
        if hypotheses.dimension.high < np.inf:
            axes.plot(counts, [sauer(int(m), int(hypotheses.dimension.high)) for m in counts], color=colour)
    for axes, title in ((line, "on the line"), (plane, "in the plane")):
        axes.set(yscale="log", xlabel="points $m$", title=title, xlim=(0.5, 12.5), ylim=(1.5, 3000))
        axes.legend(loc="upper left", fontsize=6)
    line.set_ylabel("dichotomies")


@picture(size=(3.5, 2.7))
def cover_capacity(axes: Any) -> None:
    """The share of all labellings of m points in general position that half-spaces of R^d have, against m over the
    number d + 1 of parameters: one up to 1, one half at 2 in every dimension, sharper the more parameters. Dots: exact
    enumeration in the plane."""
    for dimension, colour in ((2, BLUE), (10, GREEN), (50, ORANGE), (400, VERMILION)):
        parameters = dimension + 1
        counts = np.unique(np.linspace(1, 4 * parameters, 120).astype(int))
        share = [2 * sauer(int(m) - 1, dimension) / 2 ** int(m) for m in counts]
        axes.plot(counts / parameters, share, color=colour, label=f"$d={dimension}$")
    exact = [len(linear_dichotomies(HalfSpaces(2).good_points(m))) / 2**m for m in range(1, 11)]
    axes.plot(np.arange(1, 11) / 3, exact, "o", color=BLUE, markerfacecolor="white")
    axes.set(xlabel="points over parameters", ylabel="share of labellings", xlim=(0, 4), ylim=(0, 1.04))
    axes.legend()


@picture(size=(3.5, 2.9))
def deviation(axes: Any) -> None:
    """Bounds on the largest deviation for VC dimension 10 and failure 0.05, and what it is: dots are the 0.95-quantiles
    over 4,000 samples of ten points with labels by a coin. Hoeffding's bound for one hypothesis (dotted) is low; the
    printed root (dashed) is a bound where n >= d; for fewer samples it is not, and for n < d/2 it may have no value."""
    d, delta = 10, 0.05
    sizes = np.unique(np.geomspace(d, 30_000, 40).astype(int))
    for bound, colour, name in (
        (vapnik_bound, ORANGE, "ghost sample"),
        (deviation_bound, BLUE, "Rademacher"),
    ):
        axes.plot(sizes, [bound(int(n), d, delta) for n in sizes], color=colour, label=name)
    every = np.unique(np.geomspace(2, 30_000, 60).astype(int))
    axes.plot(every, [printed_bound(int(n), d, delta) for n in every], color=VERMILION, linestyle="--", label="printed")
    axes.plot(sizes, np.sqrt(np.log(2 / delta) / (2 * sizes)), color=GREY, linestyle=":", label="one hypothesis")
    rng = generator("vc.deviation")
    for n in np.geomspace(d, 30_000, 8).astype(int):
        found = quantile(largest_deviations(rng, int(n), d, 4000), 1 - delta, 1e-3)
        axes.plot(n, found.middle, "o", color="black", markerfacecolor="white")
    axes.axhline(1, color=SKY, linewidth=0.8)
    axes.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="largest deviation", ylim=(0.005, 6))
    axes.legend(loc="lower left", fontsize=6)
