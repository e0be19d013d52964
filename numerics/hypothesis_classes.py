"""Shattering, dichotomies, growth and VC dimension of hypothesis classes: every yes has a witness, every no a proof.

>>> from theoremcheck.numerics.hypothesis_classes import HalfSpaces, shatters
>>> triangle = shatters(HalfSpaces(2), [(0, 0), (1, 0), (0, 1)])
>>> bool(triangle), triangle.witness((0, 1, 1))
(True, Halfspace(bias=Fraction(-1, 1), weights=(Fraction(2, 1), Fraction(2, 1))))
>>> square = shatters(HalfSpaces(2), [(0, 0), (1, 1), (0, 1), (1, 0)])
>>> bool(square), square.labels, square.certificate.refutes(square.points, square.labels)
(False, (1, 1, 0, 0), True)

A class of one's own needs the members of the protocol `HypothesisClass`.  Points may be floats: they stand for their
binary values, and no decision is made in floating point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from numpy.typing import NDArray

from ..theory.hypothesis_classes import (
    Boxes,
    DecisionStumps,
    FiniteClass,
    HalfSpaces,
    HypothesisClass,
    Intervals,
    LiftedFarkas,
    PolynomialClassifiers,
    ReluNetworks,
    SineClass,
    Thresholds,
    Undecided,
    UnionsOfIntervals,
    vectors,
)
from ..theory.separation import (
    FarkasVector,
    Labels,
    Point,
    RadonPartition,
    affine_dependence,
    exact_labels,
    interpolation,
    linear_dichotomies,
    signed_sum,
)
from ..theory.set_systems import sauer

MOST_POINTS = 20
"""More points are not tried labelling by labelling: there would be more than a million."""


@dataclass(frozen=True)
class Shattering:
    """The answer of `shatters`: true with a witness for each labelling, or false with one labelling and why.

    labels: the labelling that no hypothesis has, None where all are had; certificate: the proof, which
    `certificate.refutes(points, labels)` checks; radon: for linear classes, the affine dependence behind it.
    """

    hypotheses: HypothesisClass
    points: tuple[Point, ...]
    labels: Labels | None = None
    certificate: Any = None
    radon: RadonPartition | None = None
    functions: tuple[tuple[Any, ...], ...] | None = None

    def __bool__(self) -> bool:
        return self.labels is None

    def witness(self, labels: Sequence[Any]) -> Any:
        """A hypothesis with these labels on the points; ValueError where there is none."""
        wanted = exact_labels(labels, len(self.points))
        if self.functions is not None and isinstance(self.hypotheses, PolynomialClassifiers):
            return self.hypotheses.rule(signed_sum(self.functions, wanted))
        found = self.hypotheses.realize(self.points, wanted)
        if hasattr(found, "refutes") or isinstance(found, Undecided):
            raise ValueError(f"no hypothesis of {self.hypotheses.name} has the labels {wanted}: {found}")
        return found

    def witnesses(self) -> Iterator[tuple[Labels, Any]]:
        """All labellings with a hypothesis each, where the points are shattered."""
        for labels in product((0, 1), repeat=len(self.points)):
            yield labels, self.witness(labels)


class UndecidedError(ValueError):
    """The class could not say whether a labelling has a hypothesis."""


def shatters(hypotheses: HypothesisClass, points: Sequence[Any] | NDArray[Any]) -> Shattering:
    """Whether every labelling of the points has a hypothesis.

    Half-spaces and polynomials: by the rank of the lifted points, which settles all labellings at once; others one
    by one, each hypothesis verified on the points. Raises ValueError for points that are not distinct or do not
    fit the class, or more than 20 of them; UndecidedError where the class is undecided on a labelling and refutes none.
    """
    _checked(hypotheses)
    if isinstance(hypotheses, PolynomialClassifiers):
        return _linear(hypotheses, vectors(points, hypotheses.variables))
    rows = vectors(points)
    if len(rows) > MOST_POINTS:
        raise ValueError(f"{len(rows)} points have more labellings than can be tried: at most {MOST_POINTS} points")
    undecided = ""
    for labels in product((0, 1), repeat=len(rows)):
        found = hypotheses.realize(rows, labels)
        if isinstance(found, Undecided):
            undecided = undecided or f"{labels}: {found.reason}"
        elif hasattr(found, "refutes"):
            if not found.refutes(rows, labels):
                raise ArithmeticError(f"{hypotheses.name}: the certificate {found} does not refute {labels}")
            return Shattering(hypotheses, rows, labels, found)
        elif tuple(found(x) for x in rows) != labels:
            raise ArithmeticError(f"{hypotheses.name}: the hypothesis {found} does not have the labels {labels}")
    if undecided:
        raise UndecidedError(f"{hypotheses.name}: undecided on the labels {undecided}")
    return Shattering(hypotheses, rows)


def _linear(hypotheses: PolynomialClassifiers, rows: tuple[Point, ...]) -> Shattering:
    lifted = hypotheses.lifted(rows)
    dependence = affine_dependence(lifted)
    if dependence is None:
        return Shattering(hypotheses, rows, functions=interpolation(lifted))
    farkas: Any = dependence.farkas
    if hypotheses.degree > 1:
        farkas = LiftedFarkas(hypotheses.exponents, farkas)
    return Shattering(hypotheses, rows, dependence.labels, farkas, dependence)


def dichotomies(hypotheses: HypothesisClass, points: Sequence[Any] | NDArray[Any]) -> dict[Labels, Any]:
    """All labellings of the points that the class has, each with a hypothesis that has it.

    Points are added one by one: a labelling without a hypothesis has none on more points. Raises ValueError for points
    that do not fit, UndecidedError where the class is undecided on a labelling.
    """
    _checked(hypotheses)
    if isinstance(hypotheses, PolynomialClassifiers):
        found = linear_dichotomies(hypotheses.lifted(list(points)))
        return {labels: hypotheses.rule(half) for labels, half in found.items()}
    rows = vectors(points)
    kept: dict[Labels, Any] = {(): None}
    for k in range(1, len(rows) + 1):
        longer: dict[Labels, Any] = {}
        for labels in kept:
            for label in (0, 1):
                answer = hypotheses.realize(rows[:k], (*labels, label))
                if isinstance(answer, Undecided):
                    raise UndecidedError(f"{hypotheses.name}: undecided on {(*labels, label)}: {answer.reason}")
                if not hasattr(answer, "refutes"):
                    longer[(*labels, label)] = answer
        kept = longer
    return kept


@dataclass(frozen=True)
class Growth:
    """What is known of the growth function at m points: low dichotomies are attained, on `points`; high bounds it."""

    count: int
    low: int
    high: int
    points: tuple[Any, ...]

    @property
    def exact(self) -> bool:
        """Whether the two ends meet."""
        return self.low == self.high


def growth_function(hypotheses: HypothesisClass, count: int) -> Growth:
    """The largest number of dichotomies of `count` points: what the class's good points have, and an upper bound.

    The ends meet for thresholds, unions of intervals, half-spaces, polynomials, sines, and for shattered points.
    Raises ValueError for a count that is no positive integer; UndecidedError as `dichotomies`.
    """
    _checked(hypotheses)
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"count = {count!r}: a positive number of points is needed")
    points = tuple(hypotheses.good_points(count))
    return Growth(count, len(dichotomies(hypotheses, points)), hypotheses.growth_bound(count), points)


@dataclass(frozen=True)
class VCDimension:
    """low <= VC dimension <= high (math.inf: infinite); shattered: points that prove the lower end, of which the first
    12 alone where it is infinite; proof: the statement that proves the upper end, or for finite classes the search."""

    low: float
    high: float
    shattered: Shattering
    proof: str

    @property
    def exact(self) -> bool:
        """Whether the two ends meet."""
        return self.low == self.high

    @property
    def value(self) -> float:
        """The VC dimension; ValueError where only bounds are known."""
        if not self.exact:
            raise ValueError(f"the VC dimension is only known to lie between {self.low} and {self.high}")
        return self.low


def vc_dimension(hypotheses: HypothesisClass, points: int = 8) -> VCDimension:
    """The VC dimension with a shattered set of that size, found and verified, and the statement for the upper end.

    points: how many points of an infinite-dimensional class are shattered as evidence. Raises ArithmeticError where the
    class claims a dimension that its good points do not bear out, or a set of one more of them is shattered as well.
    """
    _checked(hypotheses)
    known = hypotheses.dimension
    size = points if math.isinf(known.low) else int(known.low)
    if size == 0:
        if not isinstance(hypotheses, FiniteClass):
            raise ValueError(f"{hypotheses.name}: a class of dimension 0 shatters no point")
        return VCDimension(0, 0, Shattering(hypotheses, ()), known.proof)
    found = shatters(hypotheses, hypotheses.good_points(size))
    if not found:
        raise ArithmeticError(f"{hypotheses.name}: the {size} points that should be shattered are not: {found}")
    return VCDimension(known.low, known.high, found, known.proof)


def sauer_shelah(hypotheses: HypothesisClass, count: int) -> int:
    """Sauer and Shelah's bound on the growth of the class, by the upper end of its VC dimension."""
    high = hypotheses.dimension.high
    return 2**count if high >= count else sauer(count, int(high))


def _checked(hypotheses: Any) -> None:
    if not isinstance(hypotheses, HypothesisClass):
        raise ValueError(
            f"{hypotheses!r} is no hypothesis class: it needs name, dimension, realize, good_points and growth_bound"
        )


__all__ = [
    "Boxes",
    "DecisionStumps",
    "FarkasVector",
    "FiniteClass",
    "Growth",
    "HalfSpaces",
    "HypothesisClass",
    "Intervals",
    "PolynomialClassifiers",
    "RadonPartition",
    "ReluNetworks",
    "Shattering",
    "SineClass",
    "Thresholds",
    "Undecided",
    "UndecidedError",
    "UnionsOfIntervals",
    "VCDimension",
    "dichotomies",
    "growth_function",
    "sauer_shelah",
    "shatters",
    "vc_dimension",
]
