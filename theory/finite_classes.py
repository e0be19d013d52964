"""Classes that are given by their table of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .hypotheses import Dimension, vectors
from .separation import Labels, Point, exact_labels
from .set_systems import (
    largest_shattered,
    members,
    sauer,
)


@dataclass(frozen=True)
class Row:
    """One hypothesis of a finite class: its labels on the points of the domain."""

    labels: Labels

    def __call__(self, point: Point) -> int:
        return self.labels[int(point[0])]


@dataclass(frozen=True)
class Missing:
    """The labels stand in no row of the table; every row differs somewhere."""

    table: tuple[Labels, ...]

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether every row has another label somewhere."""
        return all(any(row[int(x[0])] != y for x, y in zip(points, labels, strict=True)) for row in self.table)


@dataclass(frozen=True)
class FiniteClass:
    """A class given by its table: one row of zeros and ones a hypothesis, one column a point; points are columns."""

    table: tuple[Labels, ...]
    name: str = "finite class"

    def __post_init__(self) -> None:
        if not len(self.table):
            raise ValueError("the table has no row: a class needs a hypothesis")
        width = len(self.table[0])
        rows = tuple(dict.fromkeys(exact_labels(row, width) for row in self.table))
        object.__setattr__(self, "table", rows)

    @property
    def masks(self) -> frozenset[int]:
        """The hypotheses as bit masks."""
        return frozenset(sum(y << i for i, y in enumerate(row)) for row in self.table)

    @property
    def dimension(self) -> Dimension:
        exact = len(self._shattered)
        return Dimension(exact, exact, "vc.finite_classes")

    @property
    def _shattered(self) -> tuple[int, ...]:
        return _largest(self.masks, len(self.table[0]))

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Row | Missing:
        columns = [int(x[0]) for x in vectors(points, 1)]
        width = len(self.table[0])
        if any(x < 0 or x >= width for x in columns):
            raise ValueError(f"the points of this class are its columns 0 to {width - 1}, not {columns}")
        wanted = exact_labels(labels, len(columns))
        row = next((row for row in self.table if all(row[x] == y for x, y in zip(columns, wanted, strict=True))), None)
        return Missing(self.table) if row is None else Row(row)

    def good_points(self, count: int) -> list[int]:
        """The largest shattered columns first."""
        width = len(self.table[0])
        if count > width:
            raise ValueError(f"the class has {width} points, not {count}")
        first = list(self._shattered)
        return (first + [x for x in range(width) if x not in first])[:count]

    def growth_bound(self, count: int) -> int:
        """Sauer and Shelah's bound, and the number of hypotheses."""
        return min(len(self.table), sauer(count, int(self.dimension.high)))


@lru_cache(maxsize=64)
def _largest(masks: frozenset[int], width: int) -> tuple[int, ...]:
    return members(largest_shattered(masks, width) or 0)
