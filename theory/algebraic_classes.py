"""Classes by the sign of a function: half-spaces and polynomials, which are linear in monomials, and sines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, pairwise
from typing import Any

from .hypotheses import Answer, Dimension, SauerGrowth, Undecided, checked_count, vectors
from .separation import FarkasVector, Halfspace, Labels, Point, exact_labels, separate
from .set_systems import (
    cover,
)


@dataclass(frozen=True)
class PolynomialRule:
    """1 where bias + the sum of weights times monomials is positive; exponents lists the monomials."""

    exponents: tuple[tuple[int, ...], ...]
    half: Halfspace

    def __call__(self, point: Point) -> int:
        return self.half(monomials(point, self.exponents))


@dataclass(frozen=True)
class LiftedFarkas:
    """A Farkas vector for the points that the monomials (Veronese's map) make of the points."""

    exponents: tuple[tuple[int, ...], ...]
    farkas: FarkasVector

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether the vector refutes the labels of the lifted points."""
        return self.farkas.refutes([monomials(x, self.exponents) for x in points], labels)


def exponents_up_to(variables: int, degree: int) -> tuple[tuple[int, ...], ...]:
    """The exponents of all monomials but the constant one."""
    found = []
    for total in range(1, degree + 1):
        for chosen in combinations_with_replacement(range(variables), total):
            found.append(tuple(chosen.count(k) for k in range(variables)))
    return tuple(found)


def monomials(point: Sequence[Fraction], exponents: Sequence[Sequence[int]]) -> Point:
    """The values of the monomials at a point."""
    return tuple(
        math.prod((x**e for x, e in zip(point, powers, strict=True)), start=Fraction(1)) for powers in exponents
    )


@dataclass(frozen=True)
class PolynomialClassifiers(SauerGrowth):
    """Signs of polynomials of degree at most k on R^n; VC dimension binomial(n + k, k). Half-spaces are degree 1."""

    variables: int
    degree: int

    def __post_init__(self) -> None:
        checked_count(self.variables, "variables")
        checked_count(self.degree, "degree")

    @property
    def name(self) -> str:
        space = f"R^{self.variables}"
        return f"half-spaces in {space}" if self.degree == 1 else f"polynomials of degree {self.degree} in {space}"

    @property
    def parameters(self) -> int:
        """The number of coefficients."""
        return math.comb(self.variables + self.degree, self.degree)

    @property
    def dimension(self) -> Dimension:
        proof = "vc.half_spaces" if self.degree == 1 else "vc.polynomial_classifiers"
        return Dimension(self.parameters, self.parameters, proof)

    @property
    def exponents(self) -> tuple[tuple[int, ...], ...]:
        """The monomials that the points are lifted by, but the constant one."""
        return exponents_up_to(self.variables, self.degree)

    def lifted(self, points: Sequence[Any]) -> list[Point]:
        """The values of the monomials at the points."""
        rows = vectors(points, self.variables)
        return list(rows) if self.degree == 1 else [monomials(x, self.exponents) for x in rows]

    def rule(self, half: Halfspace) -> Halfspace | PolynomialRule:
        """The hypothesis of a half-space of the lifted points."""
        return half if self.degree == 1 else PolynomialRule(self.exponents, half)

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Answer:
        found = separate(self.lifted(points), labels)
        if isinstance(found, Halfspace):
            return self.rule(found)
        return found if self.degree == 1 else LiftedFarkas(self.exponents, found)

    def good_points(self, count: int) -> list[tuple[int, ...]]:
        """Points on a curve on which the monomials are distinct powers: in general position by Vandermonde."""
        step = self.degree + 1
        powers = (
            [k + 1 for k in range(self.variables)] if self.degree == 1 else [step**k for k in range(self.variables)]
        )
        return [tuple(t**power for power in powers) for t in range(1, count + 1)]

    def growth_bound(self, count: int) -> int:
        """Cover's count, which points in general position attain."""
        return cover(count, self.parameters)


def HalfSpaces(d: int) -> PolynomialClassifiers:
    """Half-spaces of R^d, with bias; VC dimension d + 1."""
    checked_count(d, "d")
    return PolynomialClassifiers(d, 1)


@dataclass(frozen=True)
class Sine:
    """1 where sin(pi f x) > 0."""

    frequency: Fraction

    def __call__(self, point: Point) -> int:
        return int(0 < (self.frequency * point[0]) % 2 < 1)


@dataclass(frozen=True)
class Swept:
    """No frequency has the labels: one of each cell between sign changes, and each sign change, was tried."""

    period: Fraction

    def refutes(self, points: Sequence[Point], labels: Labels) -> bool:
        """Whether the sweep over the period finds no frequency with the labels."""
        return labels not in _sine_labels(tuple(x[0] for x in points))


@dataclass(frozen=True)
class SineClass:
    """Signs of sin(w x) over all frequencies w: one parameter and infinite VC dimension."""

    name: str = "sines"
    most_cells: int = 200_000

    @property
    def dimension(self) -> Dimension:
        return Dimension(math.inf, math.inf, "vc.sine_class")

    def realize(self, points: Sequence[Any], labels: Sequence[Any]) -> Sine | Swept | Undecided:
        line = tuple(x[0] for x in vectors(points, 1))
        wanted = exact_labels(labels, len(line))
        scale = math.lcm(*(x.denominator for x in line))
        cells = sum(4 * int(abs(x) * scale) for x in line)
        if cells > self.most_cells:
            return Undecided(f"{cells} sign changes over one period are more than {self.most_cells}")
        found = _sine_labels(line)
        return Sine(found[wanted]) if wanted in found else Swept(Fraction(2 * scale))

    def good_points(self, count: int) -> list[Fraction]:
        """1/2, 1/4, 1/8, ...: shattered, however many."""
        return [Fraction(1, 2**i) for i in range(1, count + 1)]

    def growth_bound(self, count: int) -> int:
        """All labellings: there is no better bound for so wild a class."""
        return 1 << count


@lru_cache(maxsize=32)
def _sine_labels(line: tuple[Fraction, ...]) -> dict[Labels, Fraction]:
    """All labellings of rational points by signs of sines, each with its frequency over pi.

    In integers: sin(pi f x) for x = a/q, f = q u has its sign changes where a u is an integer, and period 2 in u.
    """
    scale = math.lcm(*(x.denominator for x in line))
    numbers = [int(x * scale) for x in line]
    turns = sorted({Fraction(k, abs(a)) for a in numbers if a for k in range(2 * abs(a))} | {Fraction(0)})
    tried = [*turns, *((u + v) / 2 for u, v in pairwise([*turns, Fraction(2)]))]
    found: dict[Labels, Fraction] = {}
    for u in tried:
        found.setdefault(tuple(int(0 < (a * u) % 2 < 1) for a in numbers), u * scale)
    return found
