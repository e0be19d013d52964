"""Half-spaces and finitely many points, exactly: a separating affine function, or why there is none.

For points x_1, ..., x_m with labels 0 and 1 exactly one of two things exists (Gordan's theorem): an affine function
that is positive on the points with label 1 and negative on the others, or Farkas weights, which are nonnegative, sum to
one and put the same mass with the same centre on both labels, so that the two convex hulls meet.  The simplex method in
integers finds one of them, and what it finds is verified before it is returned.

>>> square = [(0, 0), (1, 1), (0, 1), (1, 0)]
>>> separate(square, (1, 1, 0, 1))
Halfspace(bias=Fraction(1, 2), weights=(Fraction(1, 1), Fraction(-1, 1)))
>>> separate(square, (1, 1, 0, 0)).weights
(Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

Point = tuple[Fraction, ...]
Labels = tuple[int, ...]


@dataclass(frozen=True)
class Halfspace:
    """The points where bias + weights . x > 0."""

    bias: Fraction
    weights: Point

    def value(self, point: Sequence[Fraction]) -> Fraction:
        """The affine function at a point."""
        return self.bias + sum((w * x for w, x in zip(self.weights, point, strict=True)), Fraction(0))

    def __call__(self, point: Sequence[Fraction]) -> int:
        """The label of a point: 1 inside, 0 outside and on the boundary."""
        return int(self.value(point) > 0)

    def separates(self, points: Sequence[Sequence[Fraction]], labels: Sequence[int]) -> bool:
        """Whether every point lies strictly on the side of its label."""
        return all((self.value(x) > 0) if y else (self.value(x) < 0) for x, y in zip(points, labels, strict=True))


@dataclass(frozen=True)
class FarkasVector:
    """Weights on labelled points that put equal mass with equal centre on both labels: no half-space has the labels."""

    weights: tuple[Fraction, ...]

    def refutes(self, points: Sequence[Sequence[Fraction]], labels: Sequence[int]) -> bool:
        """Whether the weights are nonnegative, sum to one, and sum(s_i w_i) = 0, sum(s_i w_i x_i) = 0 for s_i = +-1."""
        if len(self.weights) != len(points) or any(w < 0 for w in self.weights) or sum(self.weights) != 1:
            return False
        signed = [w if y else -w for w, y in zip(self.weights, labels, strict=True)]
        axes = range(len(points[0]))
        return sum(signed) == 0 and all(sum(s * x[k] for s, x in zip(signed, points, strict=True)) == 0 for k in axes)

    def common_point(self, points: Sequence[Sequence[Fraction]], labels: Sequence[int]) -> Point:
        """A point of both convex hulls: the centre of the weights on label 1, which is that on label 0."""
        on_one = [(2 * w, x) for w, x, y in zip(self.weights, points, labels, strict=True) if y]
        return tuple(sum((w * x[k] for w, x in on_one), Fraction(0)) for k in range(len(points[0])))


@dataclass(frozen=True)
class RadonPartition:
    """An affine dependence of points: its signs are a labelling that no half-space has (weight 0: either label)."""

    dependence: tuple[Fraction, ...]

    @property
    def labels(self) -> Labels:
        """The labelling that is impossible: 1 where the weight is positive."""
        return tuple(int(weight > 0) for weight in self.dependence)

    @property
    def farkas(self) -> FarkasVector:
        """The same as Farkas weights for that labelling."""
        total = sum(abs(weight) for weight in self.dependence)
        return FarkasVector(tuple(abs(weight) / total for weight in self.dependence))

    def refutes(self, points: Sequence[Sequence[Fraction]]) -> bool:
        """Whether it is an affine dependence of the points, and not the zero one."""
        return any(self.dependence) and self.farkas.refutes(points, self.labels)


def exact_points(points: Sequence[Sequence[object]]) -> tuple[Point, ...]:
    """The points in fractions, floats by their exact binary value.

    Raises ValueError where there is no point, where they differ in length, or where a coordinate is no finite number.
    """
    rows = [tuple(_fraction(x, i) for x in _coordinates(row, i)) for i, row in enumerate(points)]
    if not rows:
        raise ValueError("no point is given: at least one is needed")
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(f"point {i} has {len(row)} coordinates, point 0 has {len(rows[0])}")
    return tuple(rows)


def _coordinates(row: object, i: int) -> list[object]:
    try:
        return list(row)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        raise ValueError(f"point {i} is {row!r}: a point is a sequence of coordinates, as in (1, 2)") from None


def _fraction(x: object, i: int) -> Fraction:
    try:
        return Fraction(x.item() if hasattr(x, "item") else x)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"point {i} has the coordinate {x!r}: a finite real number is needed") from None


def exact_labels(labels: Sequence[object], count: int) -> Labels:
    """The labels as zeros and ones; raises ValueError unless there is one for each point and each is 0 or 1."""
    found = tuple(int(y) if y in (0, 1) else -1 for y in labels)
    if len(found) != count:
        raise ValueError(f"{len(found)} labels for {count} points: one each is needed")
    if -1 in found:
        raise ValueError(f"label {found.index(-1)} is {labels[found.index(-1)]!r}: labels are 0 and 1")
    return found


def separate(points: Sequence[Sequence[object]], labels: Sequence[object]) -> Halfspace | FarkasVector:
    """A half-space with the labels, strictly, or a Farkas vector that proves that there is none.

    points: (m, d) numbers; labels: m zeros and ones. Raises ValueError for points or labels of other kinds.
    """
    rows = exact_points(points)
    signs = exact_labels(labels, len(rows))
    scales = [lcm(*(x.denominator for x in row)) for row in rows]
    columns = [
        [(1 if y else -1) * int(scale * x) for x in (Fraction(1), *row)]
        for row, y, scale in zip(rows, signs, scales, strict=True)
    ]
    weights, dual = _phase_one(columns)
    if weights is not None:
        scaled = [w * scale for w, scale in zip(weights, scales, strict=True)]
        total = sum(scaled)
        found = FarkasVector(tuple(w / total for w in scaled))
        if not found.refutes(rows, signs):
            raise ArithmeticError("the simplex method ended with weights that do not refute")
        return found
    half = Halfspace(dual[0], tuple(dual[1:]))
    if not half.separates(rows, signs):
        raise ArithmeticError("the simplex method ended with a half-space that does not separate")
    return half


def _phase_one(columns: list[list[int]]) -> tuple[list[Fraction] | None, list[Fraction]]:
    """Weights w >= 0, sum 1, of the columns with sum 0, or None and a vector with a positive product with each column.

    Phase one of the simplex method by Bland's rule (so it ends) on a tableau of integers with one common denominator.
    """
    m, rows = len(columns), len(columns[0]) + 1
    table = [
        [*([*column, 1][i] for column in columns), *(int(i == k) for k in range(rows)), int(i == rows - 1)]
        for i in range(rows)
    ]
    costs = [-sum(table[i][j] for i in range(rows)) for j in range(m)] + [0] * rows + [-1]
    table.append(costs)
    basis = [m + i for i in range(rows)]
    denominator = 1
    while (entering := next((j for j in range(m) if table[-1][j] < 0), None)) is not None:
        ratios = [
            (Fraction(table[i][-1], table[i][entering]), basis[i], i) for i in range(rows) if table[i][entering] > 0
        ]
        leaving = min(ratios)[2]
        denominator = _pivot(table, leaving, entering, denominator)
        basis[leaving] = entering
    if table[-1][-1] == 0:
        weights = [Fraction(0)] * m
        for i, j in enumerate(basis):
            if j < m:
                weights[j] = Fraction(table[i][-1], denominator)
        return weights, []
    # The reduced cost of artificial i is 1 - pi_i for the dual pi.
    return None, [Fraction(table[-1][m + i], denominator) - 1 for i in range(rows - 1)]


def _pivot(table: list[list[int]], row: int, column: int, denominator: int) -> int:
    """One pivot of a tableau of integers over a common denominator (Edmonds); the divisions leave no remainder."""
    pivot, pivot_row = table[row][column], table[row]
    for i, other in enumerate(table):
        if i != row:
            factor = other[column]
            table[i] = [(a * pivot - factor * b) // denominator for a, b in zip(other, pivot_row, strict=True)]
    return pivot


def affine_dependence(points: Sequence[Sequence[object]]) -> RadonPartition | None:
    """A Radon partition of the points, or None where they are affinely independent.

    d + 2 points in R^d always have one. Verified before it is returned.
    """
    from flint import fmpz_mat

    rows = exact_points(points)
    scales = [lcm(*(x.denominator for x in row)) for row in rows]
    lifted = [[int(scale * x) for x in (Fraction(1), *row)] for row, scale in zip(rows, scales, strict=True)]
    kernel, nullity = fmpz_mat(lifted).transpose().nullspace()
    if nullity == 0:
        return None
    found = RadonPartition(tuple(Fraction(int(kernel[i, 0]) * scale) for i, scale in enumerate(scales)))
    if not found.refutes(rows):
        raise ArithmeticError("the null vector is no affine dependence of the points")
    return found


def interpolation(points: Sequence[Sequence[object]]) -> tuple[tuple[Fraction, ...], ...] | None:
    """One affine function a point, which is 1 there and 0 at the others, or None for affinely dependent points.

    Each as (bias, weights ...). Sums of them with signs are half-spaces with any labels: so the points are shattered.
    """
    from flint import fmpq, fmpq_mat

    rows = exact_points(points)
    lifted = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in (Fraction(1), *row)] for row in rows])
    gram = lifted * lifted.transpose()
    if gram.det() == 0:
        return None
    dual = lifted.transpose() * gram.inv()
    entry = [[Fraction(int(q.p), int(q.q)) for q in row] for row in dual.transpose().tolist()]
    for i, function in enumerate(entry):
        for j, row in enumerate(rows):
            if Halfspace(function[0], tuple(function[1:])).value(row) != int(i == j):
                raise ArithmeticError("the interpolating functions do not interpolate")
    return tuple(tuple(function) for function in entry)


def signed_sum(functions: Sequence[Sequence[Fraction]], labels: Sequence[int]) -> Halfspace:
    """The half-space of the sum of the affine functions, each with the sign of its point's label."""
    total = [
        sum((f[k] if y else -f[k]) for f, y in zip(functions, labels, strict=True)) for k in range(len(functions[0]))
    ]
    return Halfspace(Fraction(total[0]), tuple(Fraction(w) for w in total[1:]))


def linear_dichotomies(points: Sequence[Sequence[object]]) -> dict[Labels, Halfspace]:
    """All labellings of the points that half-spaces have, each with a half-space that has it strictly.

    Point by point: a labelling of the first k points that has no half-space has none with more points.
    """
    rows = exact_points(points)
    found: dict[Labels, Halfspace] = {(): Halfspace(Fraction(1), (Fraction(0),) * len(rows[0]))}
    for k, row in enumerate(rows):
        longer: dict[Labels, Halfspace] = {}
        for labels, half in found.items():
            value = half.value(row)
            if value != 0:
                longer[(*labels, int(value > 0))] = half
            for label in (0, 1):
                if (*labels, label) not in longer:
                    other = separate(rows[: k + 1], (*labels, label))
                    if isinstance(other, Halfspace):
                        longer[(*labels, label)] = other
        found = longer
    return found


__all__ = [
    "FarkasVector",
    "Halfspace",
    "Labels",
    "Point",
    "RadonPartition",
    "affine_dependence",
    "exact_labels",
    "exact_points",
    "interpolation",
    "linear_dichotomies",
    "separate",
    "signed_sum",
]
