"""Rational functions over Q in generators: symbols and transcendental or algebraic kernels, with their relations.

A `Field` is one computation. Its elements are quotients of polynomials (`Quotient`), always reduced by the relations
g^k = value that its algebraic generators carry: I^2 = -1, |f|^2 = f^2, r^k = f. An element whose numerator is the zero
polynomial is zero wherever it is defined; the converse holds as far as the generators are independent otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly_ctx
from sympy import Basic

from .ranges import REAL_LINE, Range

Poly = Any
CAPACITY = 40
MAX_TERMS = 4000


class Undecided(Exception):
    """The expression cannot be brought to normal form; the message says why."""


class Rescale(Exception):
    """A generator exp(a/d) or f^(1/d) was met with a denominator that d does not divide: start again with the new d."""


class Quotient(NamedTuple):
    """A numerator and a non-zero denominator, coprime."""

    num: Poly
    den: Poly


@dataclass(frozen=True)
class Generator:
    """One generator: what it is, where its values lie, which symbols it depends on.

    kind: "symbol", "I", "exp", "log", "root", "abs", or the name of an opaque function; arguments: its arguments, as
    elements of the field; values: its range, or None where it is not known to be real; relation: (k, value) for
    g^k = value; degree: the d of exp(a/d) and f^(1/d).
    """

    kind: str
    arguments: tuple[Quotient, ...] = ()
    values: Range | None = REAL_LINE
    depends: frozenset[Basic] = frozenset()
    relation: tuple[int, Quotient] | None = None
    degree: int = 1
    integer: bool = False
    label: object = None


class Field:
    """A growing set of generators and the arithmetic of quotients over it.

    scales: the denominators d by (kind, number among its kind); a `Rescale` asks to begin again with larger ones.
    facts: polynomials that are positive (True) or not negative (False); signs, effort: what `signs` has proved already,
    and how many attempts its search may still make; samples: values of the generators, where `signs` looks first.
    """

    def __init__(self, scales: dict[tuple[str, int], int] | None = None) -> None:
        names = [f"g{i}" for i in range(CAPACITY)]
        self.context = fmpq_mpoly_ctx.get(names, Ordering.degrevlex)
        self.variables = self.context.gens()
        self.generators: list[Generator] = []
        self.scales = {} if scales is None else scales
        self.facts: list[tuple[Poly, bool]] = []
        self.signs: dict[str, int] = {}
        self.effort = 0
        self.samples: tuple[tuple[int, int], list[list[float]]] = ((-1, -1), [])
        self.one_poly = self.context.constant(1)
        self.zero = Quotient(self.context.constant(0), self.one_poly)
        self.one = Quotient(self.one_poly, self.one_poly)

    def assume(self, poly: Poly, strict: bool) -> None:
        """Takes in that a polynomial is positive, or not negative."""
        self.facts.append((poly, strict))
        self.signs.clear()

    def narrow(self, index: int, values: Range) -> None:
        """Takes in a smaller range of a generator."""
        self.generators[index] = replace(self.generators[index], values=values)
        self.signs.clear()
        self.samples = ((-1, -1), [])

    def add_generator(self, generator: Generator) -> int:
        """The number of a new generator. Raises Undecided when there are too many."""
        if len(self.generators) == CAPACITY:
            raise Undecided(f"more than {CAPACITY} generators")
        self.generators.append(generator)
        return len(self.generators) - 1

    def element(self, index: int, power: int = 1) -> Quotient:
        """The generator with that number, to a power."""
        poly = self.variables[index] ** abs(power)
        if power >= 0:
            return self.quotient(poly, self.one_poly)
        return self.quotient(self.one_poly, poly)

    def find(self, kind: str, arguments: tuple[Quotient, ...], label: object = None) -> int | None:
        """The number of the generator of that kind with equal arguments, if there is one."""
        for index, generator in enumerate(self.generators):
            if generator.kind == kind and generator.label == label and len(arguments) == len(generator.arguments):
                pairs = zip(arguments, generator.arguments, strict=True)
                if all(self.equal(a, b) for a, b in pairs):
                    return index
        return None

    def scale(self, kind: str, number: int, denominator: int) -> int:
        """The d chosen for the generator. Raises Rescale when the denominator does not divide it."""
        chosen = self.scales.setdefault((kind, number), 1)
        if chosen % denominator:
            self.scales[kind, number] = lcm(chosen, denominator)
            raise Rescale
        return chosen

    def constant(self, value: Fraction | int) -> Quotient:
        """A rational number."""
        fraction = Fraction(value)
        return Quotient(self.context.constant(fmpq(fraction.numerator, fraction.denominator)), self.one_poly)

    def quotient(self, num: Poly, den: Poly) -> Quotient:
        """The reduced quotient. Raises Undecided for a denominator that is identically zero."""
        num, den = self._reduced(num, den)
        if den.is_zero():
            raise Undecided("a denominator is identically zero")
        if num.is_zero():
            return self.zero
        common = num.gcd(den) if not den.is_constant() else self.one_poly
        if not common.is_one():
            num, den = num / common, den / common
        lead = den.leading_coefficient()
        if lead != 1:
            num, den = num / lead, den / lead
        if len(num) + len(den) > MAX_TERMS:
            raise Undecided("the normal form is too long")
        return Quotient(num, den)

    def add(self, a: Quotient, b: Quotient) -> Quotient:
        if a.den == b.den:
            return self.quotient(a.num + b.num, a.den)
        return self.quotient(a.num * b.den + b.num * a.den, a.den * b.den)

    def sum(self, terms: Iterable[Quotient]) -> Quotient:
        total = self.zero
        for term in terms:
            total = self.add(total, term)
        return total

    def negative(self, a: Quotient) -> Quotient:
        return Quotient(-a.num, a.den)

    def subtract(self, a: Quotient, b: Quotient) -> Quotient:
        return self.add(a, self.negative(b))

    def multiply(self, a: Quotient, b: Quotient) -> Quotient:
        return self.quotient(a.num * b.num, a.den * b.den)

    def divide(self, a: Quotient, b: Quotient) -> Quotient:
        """The quotient. Raises Undecided where b is identically zero."""
        return self.quotient(a.num * b.den, a.den * b.num)

    def power(self, a: Quotient, exponent: int) -> Quotient:
        """An integer power. Raises Undecided for powers that would be too long."""
        size = max(len(a.num), len(a.den))
        if abs(exponent) > (200 if size == 1 else 60 // size + 8):
            raise Undecided("an exponent is too large")
        if exponent < 0:
            return self.quotient(a.den**-exponent, a.num**-exponent)
        return self.quotient(a.num**exponent, a.den**exponent)

    def scaled(self, a: Quotient, factor: Fraction | int) -> Quotient:
        return self.multiply(a, self.constant(factor))

    def equal(self, a: Quotient, b: Quotient) -> bool:
        return a == b or bool(self.subtract(a, b).num.is_zero())

    def rational(self, a: Quotient) -> Fraction | None:
        """The value of a constant, or None."""
        if not (a.num.is_constant() and a.den.is_constant()):
            return None
        return as_fraction(a.num) / as_fraction(a.den)

    def members(self, *polys: Poly) -> list[int]:
        """The numbers of the generators that occur."""
        occurring: set[int] = set()
        for poly in polys:
            occurring.update(i for i, degree in enumerate(poly.degrees()) if degree > 0)
        return sorted(occurring)

    def depends(self, a: Quotient) -> frozenset[Basic]:
        """The symbols that the element depends on."""
        return frozenset().union(*(self.generators[i].depends for i in self.members(*a)))

    def is_real(self, a: Quotient) -> bool:
        """Whether every generator in the element is known to be real."""
        return all(self.generators[i].values is not None for i in self.members(*a))

    def is_integer(self, a: Quotient) -> bool:
        """Whether the element is a polynomial with integer coefficients in integer generators."""
        whole = bool(a.den.is_one()) and all(c.q == 1 for c in a.num.coeffs())
        return whole and all(self.generators[i].integer for i in self.members(a.num))

    def _reduced(self, num: Poly, den: Poly) -> tuple[Poly, Poly]:
        for index in range(len(self.generators) - 1, -1, -1):
            relation = self.generators[index].relation
            if relation is None:
                continue
            num, den = self._reduce_by(index, relation, num, den)
        return num, den

    def _reduce_by(self, index: int, relation: tuple[int, Quotient], num: Poly, den: Poly) -> tuple[Poly, Poly]:
        order, value = relation
        if num.degrees()[index] >= order:
            num, extra = self._folded(num, index, order, value)
            den = den * extra
        if den.is_zero():
            return num, den
        if den.degrees()[index] >= order:
            den, extra = self._folded(den, index, order, value)
            num = num * extra
        lowest = min((monomial[index] for monomial in den.monoms()), default=0)
        if lowest and not value.num.is_zero():
            num = num * self.variables[index] ** (order - lowest)
            den = den * self.variables[index] ** (order - lowest)
            return self._reduce_by(index, relation, num, den)
        return num, den

    def _folded(self, poly: Poly, index: int, order: int, value: Quotient) -> tuple[Poly, Poly]:
        """The polynomial with g^order replaced by the value, and the denominator that this brings in."""
        parts: dict[int, dict[tuple[int, ...], Any]] = {}
        for monomial, coefficient in poly.terms():
            times, rest = divmod(monomial[index], order)
            kept = (*monomial[:index], rest, *monomial[index + 1 :])
            parts.setdefault(times, {})[kept] = coefficient
        top = max(parts)
        total = self.context.constant(0)
        for times, part in parts.items():
            total = total + self.context.from_dict(part) * value.num**times * value.den ** (top - times)
        return total, value.den**top


def as_fraction(poly: Poly) -> Fraction:
    """The value of a constant polynomial."""
    value = poly.leading_coefficient() if not poly.is_zero() else fmpq(0)
    return to_fraction(value)


def to_fraction(value: Any) -> Fraction:
    """A python-flint rational as a Fraction."""
    return Fraction(int(value.p), int(value.q))
