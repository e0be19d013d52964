"""What a hypothesis class must offer to be asked about shattering: the protocol and what all classes share.

All arithmetic is exact: points may be integers, fractions or floats, which stand for their binary values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from .separation import Labels, Point, exact_points
from .set_systems import (
    sauer,
)


class Hypothesis(Protocol):
    """A function of a point with the values 0 and 1."""

    def __call__(self, point: Point) -> int:
        """The label of the point."""


class Certificate(Protocol):
    """Why no hypothesis of a class has the labels; `refutes` checks it in exact arithmetic, by itself."""

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether the certificate proves what it says about these points and labels."""


@dataclass(frozen=True)
class Undecided:
    """Neither a hypothesis nor a proof was found, and why."""

    reason: str


Answer = Any
"""A hypothesis, a certificate (it has `refutes`) or `Undecided`."""


@dataclass(frozen=True)
class Dimension:
    """What is known of a VC dimension: low <= VC <= high, math.inf where it is infinite; the proof's statement."""

    low: float
    high: float
    proof: str


@runtime_checkable
class HypothesisClass(Protocol):
    """What a class must offer: its name, what is known of its VC dimension, its answer to a labelling, and points.

    realize(points, labels) is a hypothesis with these labels, a certificate that there is none, or `Undecided`.
    good_points(m) are m points with as many dichotomies as the class knows how to get, shattered where it can.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> Dimension: ...

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Answer: ...

    def good_points(self, count: int) -> list[Any]: ...

    def growth_bound(self, count: int) -> int: ...


def vectors(points: Iterable[Any], coordinates: int | None = None) -> tuple[Point, ...]:
    """Distinct points in fractions; a number stands for a point of the line.

    Raises ValueError where two points are the same or the number of coordinates is another.
    """
    rows = exact_points([x if hasattr(x, "__len__") else (x,) for x in points])
    if coordinates is not None and len(rows[0]) != coordinates:
        raise ValueError(f"the points have {len(rows[0])} coordinates, the class needs {coordinates}")
    seen: dict[Point, int] = {}
    for i, row in enumerate(rows):
        if seen.setdefault(row, i) != i:
            raise ValueError(f"points {seen[row]} and {i} are the same: shattering speaks of distinct points")
    return rows


def checked_count(value: int, what: str, least: int = 1) -> None:
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{what} = {value!r}: an integer of at least {least} is needed")


class SauerGrowth:
    """Growth by Sauer and Shelah's bound, for classes of which nothing better is known."""

    @property
    def dimension(self) -> Dimension:
        raise NotImplementedError

    def growth_bound(self, count: int) -> int:
        """An upper bound on the number of dichotomies of this many points."""
        high = self.dimension.high
        return 2**count if high >= count else sauer(count, int(high))
