"""Networks of rectifiers: labellings by construction, and an upper bound by the number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .hypotheses import Dimension, SauerGrowth, Undecided, checked_count, vectors
from .separation import Point, exact_labels
from .set_systems import (
    network_dimension_bound,
)


@dataclass(frozen=True)
class Network:
    """1 where a network of rectifiers is positive; each layer is its rows of weights with the bias last."""

    layers: tuple[tuple[tuple[Fraction, ...], ...], ...]

    def value(self, point: Point) -> Fraction:
        """The output before the threshold."""
        x = tuple(point)
        for depth, layer in enumerate(self.layers):
            x = tuple(sum((w * v for w, v in zip(row, (*x, Fraction(1)), strict=True)), Fraction(0)) for row in layer)
            if depth < len(self.layers) - 1:
                x = tuple(max(v, Fraction(0)) for v in x)
        return x[0]

    def __call__(self, point: Point) -> int:
        return int(self.value(point) > 0)


@dataclass(frozen=True)
class ReluNetworks(SauerGrowth):
    """Networks of rectifiers with given widths (inputs, hidden layers ...), one output, thresholded at zero.

    Lower bound by construction: the widest hidden layer, of N units, interpolates N + 1 points of a line. Upper bound:
    Bartlett, Harvey, Liaw and Mehrabian's. Labellings beyond the construction are `Undecided`.
    """

    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        if len(self.widths) < 2:
            raise ValueError(
                f"widths = {self.widths}: the inputs and at least one hidden layer are needed, as in (2, 8)"
            )
        for width in self.widths:
            checked_count(width, "width")

    @property
    def name(self) -> str:
        return f"ReLU networks {'-'.join(map(str, (*self.widths, 1)))}"

    @property
    def dimension(self) -> Dimension:
        return Dimension(max(self.widths[1:]) + 1, network_dimension_bound(self.widths), "vc.relu_networks")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Network | Undecided:
        rows = vectors(points, self.widths[0])
        wanted = exact_labels(labels, len(rows))
        direction = _telling_apart(rows)
        at = [sum((c * x for c, x in zip(direction, row, strict=True)), Fraction(0)) for row in rows]
        knots = sorted((t, y) for t, y in zip(at, wanted, strict=True))
        levels = _levels(knots)
        units = max(self.widths[1:])
        if len(levels) > units + 1:
            return Undecided(f"{len(levels) - 1} changes of the label along the line are more than {units} units")
        return self._interpolating(direction, levels)

    def _interpolating(self, direction: Point, levels: list[tuple[Fraction, Fraction]]) -> Network:
        """The network that is piecewise linear through the levels along the direction."""
        hidden = self.widths[1:]
        wide = hidden.index(max(hidden))
        slopes = [(v - u) / (t - s) for (s, u), (t, v) in pairwise(levels)]
        bends = [b - a for a, b in pairwise([Fraction(0), *slopes])]
        origin, start = levels[0]
        reach = max(abs(v) for _, v in levels) if wide < len(hidden) - 1 else Fraction(0)
        row, offset = list(direction), -origin  # what the next unit reads: nonnegative at every point of the line
        layers = []
        for depth, width in enumerate(hidden):
            inputs = self.widths[depth]
            units = [[*_padded(row, inputs), offset]]
            row, offset = [Fraction(1)], Fraction(0)
            if depth == wide:
                units = [[*units[0][:-1], units[0][-1] - (t - origin)] for t, _ in levels[: len(bends)]]
                row, offset = bends, start + reach
            layers.append(units + [[Fraction(0)] * (inputs + 1)] * (width - len(units)))
        layers.append([[*_padded(row, hidden[-1]), offset - reach]])
        return Network(tuple(tuple(tuple(one) for one in layer) for layer in layers))

    def good_points(self, count: int) -> list[tuple[int, ...]]:
        return [(t, *(0,) * (self.widths[0] - 1)) for t in range(1, count + 1)]


def _padded(row: list[Fraction], size: int) -> list[Fraction]:
    return row + [Fraction(0)] * (size - len(row))


def _telling_apart(rows: Sequence[Point]) -> Point:
    """A direction along which distinct points have distinct coordinates."""
    s = 1
    while True:
        direction = tuple(Fraction(s) ** k for k in range(len(rows[0])))
        if len({sum(c * x for c, x in zip(direction, row, strict=True)) for row in rows}) == len(rows):
            return direction
        s += 1


def _levels(knots: list[tuple[Fraction, int]]) -> list[tuple[Fraction, Fraction]]:
    """Knots through which a broken line has the signs of the labels: one at each end of a run, fewer where a zigzag
    through the middles between runs does."""
    turns = [(s + t) / 2 for (s, y), (t, z) in pairwise(knots) if y != z]
    if not turns:
        return [(knots[0][0], Fraction(2 * knots[0][1] - 1))]
    ends = [
        min(knots[0][0], turns[0]) - 1,
        *((a + b) / 2 for a, b in pairwise(turns)),
        max(knots[-1][0], turns[-1]) + 1,
    ]
    sign = Fraction(2 * knots[0][1] - 1)
    found = [(ends[0], sign * (turns[0] - ends[0]))]
    for turn, end in zip(turns, ends[1:], strict=True):
        before, value = found[-1]
        found.append((end, -value * (end - turn) / (turn - before)))
    return found
