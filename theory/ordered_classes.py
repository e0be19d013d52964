"""Classes that look at orders along axes: thresholds, unions of intervals, boxes, decision stumps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .hypotheses import Dimension, SauerGrowth, checked_count, vectors
from .separation import Labels, Point, exact_labels
from .set_systems import (
    spread_orders,
    stump_dimension,
    stump_orders,
)


@dataclass(frozen=True)
class IntervalUnion:
    """1 on a union of closed intervals of the line."""

    intervals: tuple[tuple[Fraction, Fraction], ...]

    def __call__(self, point: Point) -> int:
        return int(any(a <= point[0] <= b for a, b in self.intervals))


@dataclass(frozen=True)
class Alternation:
    """2k + 1 points in increasing order whose labels alternate 1, 0, 1, ..., 1: too often for k intervals."""

    order: tuple[int, ...]
    intervals: int

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether there are so many points, they increase, and their labels alternate from 1 to 1."""
        ordered = all(points[i][0] < points[j][0] for i, j in pairwise(self.order))
        alternate = [labels[i] for i in self.order] == [(k + 1) % 2 for k in range(len(self.order))]
        return ordered and alternate and len(self.order) == 2 * self.intervals + 1


@dataclass(frozen=True)
class UnionsOfIntervals(SauerGrowth):
    """Unions of at most k closed intervals of the line; VC dimension 2k."""

    k: int

    def __post_init__(self) -> None:
        checked_count(self.k, "k")

    @property
    def name(self) -> str:
        return "intervals" if self.k == 1 else f"unions of {self.k} intervals"

    @property
    def dimension(self) -> Dimension:
        return Dimension(2 * self.k, 2 * self.k, "vc.unions_of_intervals")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> IntervalUnion | Alternation:
        rows = vectors(points, 1)
        wanted = exact_labels(labels, len(rows))
        runs: list[list[int]] = []  # of equal labels, from left to right
        for i in sorted(range(len(rows)), key=lambda i: rows[i]):
            if runs and wanted[runs[-1][0]] == wanted[i]:
                runs[-1].append(i)
            else:
                runs.append([i])
        if sum(wanted[run[0]] for run in runs) > self.k:
            first = 0 if wanted[runs[0][0]] else 1
            return Alternation(tuple(run[0] for run in runs[first : first + 2 * self.k + 1]), self.k)
        return IntervalUnion(tuple((rows[run[0]][0], rows[run[-1]][0]) for run in runs if wanted[run[0]]))

    def good_points(self, count: int) -> list[int]:
        return list(range(1, count + 1))


def Intervals() -> UnionsOfIntervals:
    """Closed intervals of the line; VC dimension 2."""
    return UnionsOfIntervals(1)


@dataclass(frozen=True)
class Threshold:
    """1 where x >= t."""

    t: Fraction

    def __call__(self, point: Point) -> int:
        return int(point[0] >= self.t)


@dataclass(frozen=True)
class WrongOrder:
    """A point with label 1 that is not to the right of a point with label 0."""

    one: int
    zero: int

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether the labels and the order are as it says."""
        return labels[self.one] == 1 and labels[self.zero] == 0 and points[self.one][0] <= points[self.zero][0]


@dataclass(frozen=True)
class Thresholds(SauerGrowth):
    """Half-lines to the right; VC dimension 1, growth m + 1."""

    name: str = "thresholds"

    @property
    def dimension(self) -> Dimension:
        return Dimension(1, 1, "vc.thresholds")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Threshold | WrongOrder:
        rows = vectors(points, 1)
        wanted = exact_labels(labels, len(rows))
        ones = [i for i, y in enumerate(wanted) if y]
        zeros = [i for i, y in enumerate(wanted) if not y]
        if not ones:
            return Threshold(max(rows)[0] + 1)
        least = min(ones, key=lambda i: rows[i])
        most = max(zeros, key=lambda i: rows[i], default=None)
        if most is not None and rows[most] > rows[least]:
            return WrongOrder(least, most)
        return Threshold(rows[least][0])

    def good_points(self, count: int) -> list[int]:
        return list(range(1, count + 1))


@dataclass(frozen=True)
class Box:
    """1 in the closed box between two corners, nowhere where it has none."""

    corners: tuple[Point, Point] | None

    def __call__(self, point: Point) -> int:
        if self.corners is None:
            return 0
        return int(all(a <= x <= b for a, x, b in zip(self.corners[0], point, self.corners[1], strict=True)))


@dataclass(frozen=True)
class InsideBox:
    """A point with label 0 in the smallest box around points with label 1."""

    zero: int
    ones: tuple[int, ...]

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether the labels are as it says and no coordinate of the point is beyond all of theirs."""
        if labels[self.zero] or not self.ones or not all(labels[i] for i in self.ones):
            return False
        return all(
            min(points[i][k] for i in self.ones) <= x <= max(points[i][k] for i in self.ones)
            for k, x in enumerate(points[self.zero])
        )


@dataclass(frozen=True)
class Boxes(SauerGrowth):
    """Closed boxes of R^d with sides parallel to the axes; VC dimension 2d."""

    d: int

    def __post_init__(self) -> None:
        checked_count(self.d, "d")

    @property
    def name(self) -> str:
        return f"boxes in R^{self.d}"

    @property
    def dimension(self) -> Dimension:
        return Dimension(2 * self.d, 2 * self.d, "vc.boxes")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Box | InsideBox:
        rows = vectors(points, self.d)
        wanted = exact_labels(labels, len(rows))
        ones = [i for i, y in enumerate(wanted) if y]
        if not ones:
            return Box(None)
        ends = []
        for axis in zip(*rows, strict=True):
            ends += [min(ones, key=axis.__getitem__), max(ones, key=axis.__getitem__)]
        low = tuple(rows[ends[2 * k]][k] for k in range(self.d))
        high = tuple(rows[ends[2 * k + 1]][k] for k in range(self.d))
        box = Box((low, high))
        inside = next((i for i, x in enumerate(rows) if not wanted[i] and box(x)), None)
        return box if inside is None else InsideBox(inside, tuple(dict.fromkeys(ends)))

    def good_points(self, count: int) -> list[tuple[int, ...]]:
        """Points on the axes in turn, one on either side first: the first 2d are shattered."""
        found = []
        for i in range(count):
            turn, place = divmod(i, 2 * self.d)
            axis, side = divmod(place, 2)
            found.append(tuple((1 - 2 * side) * (turn + 1) if k == axis else 0 for k in range(self.d)))
        return found


@dataclass(frozen=True)
class Stump:
    """1 where sign (x_axis - t) >= 0."""

    axis: int
    t: Fraction
    sign: int

    def __call__(self, point: Point) -> int:
        return int(self.sign * (point[self.axis] - self.t) >= 0)


@dataclass(frozen=True)
class NoCut:
    """For every axis and both signs a point with label 1 that is not beyond a point with label 0."""

    pairs: tuple[tuple[int, int], ...]

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether all the pairs are as it says: first label 1, second label 0, in the wrong order along the axis."""
        if len(self.pairs) != 2 * len(points[0]):
            return False
        return all(
            labels[one] == 1 and labels[zero] == 0 and sign * (points[one][k] - points[zero][k]) <= 0
            for (one, zero), (k, sign) in zip(self.pairs, _cuts(len(points[0])), strict=True)
        )


def _cuts(axes: int) -> Iterator[tuple[int, int]]:
    return ((k, sign) for k in range(axes) for sign in (1, -1))


@dataclass(frozen=True)
class DecisionStumps(SauerGrowth):
    """Cuts of R^d across one axis, with either side labelled 1; the VC dimension is the largest k with
    binomial(k, floor(k/2)) <= 2d."""

    d: int

    def __post_init__(self) -> None:
        checked_count(self.d, "d")

    @property
    def name(self) -> str:
        return f"decision stumps in R^{self.d}"

    @property
    def dimension(self) -> Dimension:
        exact = stump_dimension(self.d)
        return Dimension(exact, exact, "vc.decision_stumps")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Stump | NoCut:
        rows = vectors(points, self.d)
        wanted = exact_labels(labels, len(rows))
        ones = [i for i, y in enumerate(wanted) if y]
        zeros = [i for i, y in enumerate(wanted) if not y]
        if not ones:
            return Stump(0, max(x[0] for x in rows) + 1, 1)
        pairs = []
        for k, sign in _cuts(self.d):
            along = [sign * x[k] for x in rows]
            one = min(ones, key=along.__getitem__)
            zero = max(zeros, key=along.__getitem__, default=None)
            if zero is None or sign * (rows[one][k] - rows[zero][k]) > 0:
                return Stump(k, rows[one][k], sign)
            pairs.append((one, zero))
        return NoCut(tuple(pairs))

    def good_points(self, count: int) -> list[tuple[int, ...]]:
        """Points whose ranks along the axes are orders that shatter them, or that differ where they are too many."""
        if count < 2:
            return [(0,) * self.d] * count
        few = count <= min(stump_dimension(self.d), 7)
        orders = stump_orders(count) if few else spread_orders(count, self.d)
        chosen = [orders[k % len(orders)] for k in range(self.d)]
        return [tuple(order.index(i) for order in chosen) for i in range(count)]

    def growth_bound(self, count: int) -> int:
        """Each axis has 2 m labellings, of which all share the two constant ones; and Sauer and Shelah's bound."""
        return min(2 * self.d * (count - 1) + 2, super().growth_bound(count))
