"""Intervals of the real line with rational or infinite ends, each open or closed: what a generator can be.

Arithmetic is exact and outward: the range of a result holds every value that the operands allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from flint import arb, ctx

from ..symbols import Domain

End = Fraction | float


@dataclass(frozen=True)
class Range:
    """A non-empty interval; infinite ends are open."""

    lower: End = -inf
    upper: End = inf
    lower_open: bool = True
    upper_open: bool = True

    def __add__(self, other: Range) -> Range:
        return Range(
            _plus(self.lower, other.lower),
            _plus(self.upper, other.upper),
            self.lower_open or other.lower_open,
            self.upper_open or other.upper_open,
        )

    def __mul__(self, other: Range) -> Range:
        corners = [_corner(a, b) for a in self._ends() for b in other._ends()]
        low = min(value for value, _ in corners)
        high = max(value for value, _ in corners)
        attained = {value for value, closed in corners if closed}
        return Range(low, high, low not in attained, high not in attained)

    def __pow__(self, exponent: int) -> Range:
        """The range of the power; the exponent is a natural number."""
        if exponent == 0:
            return point(Fraction(1))
        base = self.magnitude() if exponent % 2 == 0 else self
        return _monotone_power(base, exponent)

    def magnitude(self) -> Range:
        """The range of the absolute value."""
        if self.lower >= 0:
            return self
        flipped = Range(-self.upper, -self.lower, self.upper_open, self.lower_open)
        if self.upper <= 0:
            return flipped
        left, right = (flipped.upper, not flipped.upper_open), (self.upper, not self.upper_open)
        top, closed = max(left, right)
        return Range(Fraction(0), top, False, not closed)

    def meet(self, other: Range) -> Range | None:
        """The intersection, or None where it is empty."""
        lower, lower_open = max((self.lower, self.lower_open), (other.lower, other.lower_open))
        upper, closed = min((self.upper, not self.upper_open), (other.upper, not other.upper_open))
        if lower > upper or (lower == upper and (lower_open or not closed)):
            return None
        return Range(lower, upper, lower_open, not closed)

    def _ends(self) -> tuple[tuple[End, bool], tuple[End, bool]]:
        return (self.lower, not self.lower_open), (self.upper, not self.upper_open)

    @property
    def sign(self) -> int:
        """2 where all values are positive, 1 where none is negative, else 0."""
        if self.lower > 0 or (self.lower == 0 and self.lower_open):
            return 2
        return int(self.lower >= 0)


def _corner(a: tuple[End, bool], b: tuple[End, bool]) -> tuple[End, bool]:
    if a[0] == 0 or b[0] == 0:
        closed = (a[0] == 0 and a[1]) or (b[0] == 0 and b[1])
        return Fraction(0), closed
    if isinstance(a[0], Fraction) and isinstance(b[0], Fraction):
        return a[0] * b[0], a[1] and b[1]
    return (inf if (a[0] > 0) == (b[0] > 0) else -inf), False


def _plus(a: End, b: End) -> End:
    # Mixed sums would pass through floating point.
    if isinstance(a, Fraction):
        return a + b if isinstance(b, Fraction) else b
    return a


def _monotone_power(base: Range, exponent: int) -> Range:
    return Range(_power(base.lower, exponent), _power(base.upper, exponent), base.lower_open, base.upper_open)


def _power(end: End, exponent: int) -> End:
    if isinstance(end, Fraction):
        return end**exponent
    return end if end > 0 or exponent % 2 else inf


REAL_LINE = Range()
POSITIVE_RAY = Range(Fraction(0))
NONNEGATIVE_RAY = Range(Fraction(0), lower_open=False)


def point(value: Fraction) -> Range:
    """The range of a rational constant."""
    return Range(value, value, False, False)


def of_domain(domain: Domain) -> Range:
    """The range of a symbol; irrational ends are forgotten, which makes it wider."""
    lower: End = -inf
    upper: End = inf
    if domain.lower.is_Rational:
        lower = Fraction(int(domain.lower.p), int(domain.lower.q))
    if domain.upper.is_Rational:
        upper = Fraction(int(domain.upper.p), int(domain.upper.q))
    return Range(lower, upper, domain.lower_open or lower == -inf, domain.upper_open or upper == inf)


def enclosure(compute: Any) -> Range:
    """A range from a rigorous ball: compute() is evaluated at 64 bits."""
    old = ctx.prec
    try:
        ctx.prec = 64
        ball: arb = compute()
    finally:
        ctx.prec = old
    low, high = ball.lower().fmpq(), ball.upper().fmpq()
    return Range(Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q)), False, False)
