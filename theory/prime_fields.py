"""Vector spaces over the field of p elements, p prime, where every claim about all vectors can be run.

Vectors are tuples of residues, a family of vectors a tuple of them, a map the dictionary of its values.

>>> rank(2, ((1, 1, 0), (0, 1, 1), (1, 0, 1)))
2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product

Vector = tuple[int, ...]
Family = tuple[Vector, ...]
Map = Mapping[Vector, Vector]


@cache
def vectors(p: int, size: int) -> tuple[Vector, ...]:
    """All vectors with that many coordinates."""
    return tuple(product(range(p), repeat=size))


def families(p: int, size: int, count: int) -> Iterator[Family]:
    """All families of `count` vectors: all matrices, by rows."""
    return product(vectors(p, size), repeat=count)


def added(p: int, v: Vector, w: Vector) -> Vector:
    """The sum."""
    return tuple((a + b) % p for a, b in zip(v, w, strict=True))


def scaled(p: int, factor: int, v: Vector) -> Vector:
    """The multiple."""
    return tuple(factor * a % p for a in v)


def combination(p: int, size: int, coefficients: Sequence[int], family: Sequence[Vector]) -> Vector:
    """The linear combination of a family; zero for the empty one."""
    pairs = tuple(zip(coefficients, family, strict=True))
    return tuple(sum(c * v[i] for c, v in pairs) % p for i in range(size))


def combinations(p: int, size: int, family: Family) -> dict[Vector, Vector]:
    """The combination that each tuple of coefficients gives."""
    return {c: combination(p, size, c, family) for c in vectors(p, len(family))}


def independent(p: int, size: int, family: Family) -> bool:
    """Whether only the coefficients zero combine the family to zero."""
    zero = (0,) * size
    return all(not any(c) for c, v in combinations(p, size, family).items() if v == zero)


def spans(p: int, size: int, family: Family) -> bool:
    """Whether every vector is a combination of the family."""
    return set(combinations(p, size, family).values()) == set(vectors(p, size))


def rank(p: int, rows: Sequence[Vector]) -> int:
    """The number of pivots of Gaussian elimination."""
    left, found = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column] % p), None)
        if pivot is None:
            continue
        left.remove(pivot)
        factor = pow(pivot[column], -1, p)
        left = [[(x - row[column] * factor * y) % p for x, y in zip(row, pivot, strict=True)] for row in left]
        found += 1
    return found


def applied(p: int, matrix: Family, v: Vector) -> Vector:
    """The matrix, given by rows, times a column."""
    return tuple(sum(a * b for a, b in zip(row, v, strict=True)) % p for row in matrix)


def kernel(p: int, matrix: Family, columns: int) -> list[Vector]:
    """The vectors that the matrix takes to zero."""
    return [v for v in vectors(p, columns) if not any(applied(p, matrix, v))]


def maps(p: int, domain: int, codomain: int) -> Iterator[Map]:
    """All maps from the vectors of one size to those of another."""
    points = vectors(p, domain)
    for values in product(vectors(p, codomain), repeat=len(points)):
        yield dict(zip(points, values, strict=True))


def is_linear(p: int, of: Map) -> bool:
    """Whether the map respects all combinations of two vectors."""
    return all(
        of[added(p, scaled(p, a, v), scaled(p, b, w))] == added(p, scaled(p, a, of[v]), scaled(p, b, of[w]))
        for v, w in product(of, repeat=2)
        for a, b in product(range(p), repeat=2)
    )
