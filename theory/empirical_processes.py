"""Exact empirical processes on finite spaces: classes of functions, samples, signs, and expectations of suprema.

A function is the tuple of its values at the points of the space, a class a tuple of functions, a law a tuple of
probabilities. Everything here is a sum over all samples and all signs, in rational arithmetic.

>>> coin = (Fraction(1, 2), Fraction(1, 2))
>>> expected_deviation(((0, 1),), coin, 1, absolute=True), expected_complexity(((0, 1),), coin, 1)
(Fraction(1, 2), Fraction(0, 1))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

Number = Fraction | int
Values = Sequence[Number]
Class = Sequence[Values]
Law = Sequence[Fraction]


def signs(n: int) -> Iterator[tuple[int, ...]]:
    """All vectors of n signs."""
    return product((1, -1), repeat=n)


def dot(one: Sequence[Any], other: Sequence[Any]) -> Any:
    """The sum of the products of the entries."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def checked(rows: Class) -> None:
    """Raises ValueError for a class that is empty, or whose functions are not given at the same points."""
    if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
        raise ValueError("a class is a sequence of at least one function, each given by its values at the same points")


def complexity(rows: Class, absolute: bool = False) -> Fraction:
    """E_sigma max over f of (1/n) sum of sigma_i f(x_i), or of its absolute value, from the rows (f(x_1), ..., f(x_n)).

    Raises ValueError where the rows are no class.
    """
    checked(rows)
    n = len(rows[0])
    size = abs if absolute else (lambda value: value)
    total = sum((Fraction(max(size(dot(sigma, row)) for row in rows)) for sigma in signs(n)), Fraction(0))
    average: Fraction = total / (n * 2**n)
    return average


def samples(law: Law, n: int) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """All samples of n points drawn from the law, as indices, with their probabilities."""
    for drawn in product(range(len(law)), repeat=n):
        yield drawn, prod((law[i] for i in drawn), start=Fraction(1))


def mean(values: Values, law: Law) -> Fraction:
    """D[f]: the mean of a function under the law."""
    return Fraction(dot(values, law))


def sample_mean(values: Values, drawn: Sequence[int]) -> Fraction:
    """P_n[f]: the mean of a function over a sample."""
    return Fraction(sum(values[i] for i in drawn)) / len(drawn)


def deviation(rows: Class, law: Law, drawn: Sequence[int], absolute: bool = False) -> Fraction:
    """max over f of P_n[f] - D[f] on one sample, or of its absolute value."""
    gaps = [sample_mean(row, drawn) - mean(row, law) for row in rows]
    return max(abs(gap) for gap in gaps) if absolute else max(gaps)


def expected_deviation(rows: Class, law: Law, n: int, absolute: bool = False) -> Fraction:
    """E_S max over f of P_n[f] - D[f], or of its absolute value."""
    checked(rows)
    return sum((p * deviation(rows, law, drawn, absolute) for drawn, p in samples(law, n)), Fraction(0))


def expected_complexity(rows: Class, law: Law, n: int, absolute: bool = False) -> Fraction:
    """R_n(F): the mean of the empirical complexity over the samples of size n."""
    checked(rows)
    return sum(
        (p * complexity([[row[i] for i in drawn] for row in rows], absolute) for drawn, p in samples(law, n)),
        Fraction(0),
    )


def upper_tail(rows: Class, law: Law, n: int, excess: Fraction, absolute: bool = False) -> Fraction:
    """The probability that the largest deviation exceeds its mean by `excess` or more."""
    centre = expected_deviation(rows, law, n, absolute)
    return sum(
        (p for drawn, p in samples(law, n) if deviation(rows, law, drawn, absolute) >= centre + excess), Fraction(0)
    )


def distance(one: Class, other: Class) -> Fraction:
    """sup over f in the one of the inf over g in the other of the largest |f - g|."""
    return max(min(gap(f, g) for g in other) for f in one)


def gap(f: Values, g: Values) -> Fraction:
    """The largest |f - g|."""
    return max(abs(Fraction(a) - b) for a, b in zip(f, g, strict=True))


def bound(rows: Class) -> Fraction:
    """The largest absolute value of any function of the class."""
    return max(abs(Fraction(value)) for row in rows for value in row)


def negatives(rows: Class) -> tuple[tuple[Number, ...], ...]:
    """The functions -f."""
    return tuple(tuple(-value for value in row) for row in rows)


def with_negatives(rows: Class) -> tuple[tuple[Number, ...], ...]:
    """The class together with the functions -f."""
    return (*(tuple(row) for row in rows), *negatives(rows))


HALF = Fraction(1, 2)
LAWS: tuple[Law, ...] = (
    (HALF, HALF),
    (Fraction(1, 3), Fraction(2, 3)),
    (Fraction(1, 4), Fraction(1, 4), HALF),
)
SIZES = "three laws on two or three points, seven classes each, samples of 1 to 3"


def classes(points: int) -> tuple[tuple[tuple[Number, ...], ...], ...]:
    """Classes on so many points: one function, two, all indicators, all signs, ramps, shifted and scaled ones."""
    one = tuple(Fraction(i) for i in range(points))
    indicators = tuple(product((0, 1), repeat=points))
    ramps = tuple(tuple(t * i for i in range(points)) for t in (Fraction(-1), HALF, Fraction(2)))
    return (
        (one,),
        (one, tuple(1 - v for v in one)),
        indicators,
        tuple(signs(points)),
        ramps,
        tuple(tuple(v + 3 for v in row) for row in ramps),
        tuple(tuple(2 * v for v in row) for row in indicators[1:]),
    )


def models(largest: int = 3) -> Iterator[tuple[str, Class, Law, int]]:
    """Every law, class and sample size of the family: (label, class, law, n)."""
    for law in LAWS:
        for index, rows in enumerate(classes(len(law))):
            for n in range(1, largest + 1):
                weights = ", ".join(str(p) for p in law)
                yield f"n = {n}, law ({weights}), class {index + 1}: {_told(rows)}", rows, law, n


def _told(rows: Class) -> str:
    shown = "; ".join("(" + ", ".join(str(v) for v in row) + ")" for row in rows[:4])
    return shown + ("; ..." if len(rows) > 4 else "")
