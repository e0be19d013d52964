"""Inequalities in one variable: f >= 0 on an interval, by pieces that start where f vanishes or the interval ends.

The lemma (Taylor with integral remainder): if f, f', ..., f^(k-1) are nonnegative at a and f^(k) is nonnegative
on [a, b), then f is nonnegative on [a, b). At a zero of f the value f(a) = 0 is exact; b may be infinite.
Everything between is covered by intervals.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flint import arb, fmpq
from sympy import Expr, Integer, Rational, Symbol, factor, preorder_traversal

from .balls import sign_at
from .exact import proved_zero
from .intervals import INFINITE, Interval, add, enclose, multiply, negated

ORDER = 6
_JUMPING = {
    "sign",
    "Heaviside",
    "floor",
    "ceiling",
    "frac",
    "Mod",
    "KroneckerDelta",
    "Piecewise",
    "DiracDelta",
    "atan2",
    "arg",
}


class OutOfBoxes(Exception):
    """The budget of boxes is spent, or a box became too small: the message says where."""


class Budget:
    """A number of boxes that may still be looked at."""

    def __init__(self, boxes: int) -> None:
        self.left = boxes

    def spend(self, box: Any) -> None:
        """Take one box off; raises OutOfBoxes."""
        self.left -= 1
        if self.left < 0:
            raise OutOfBoxes(f"the budget of boxes ran out at {described(box)}")


def described(box: Any) -> str:
    """A box in words."""
    sides = box if isinstance(box, tuple) else (box,)
    return " x ".join(f"[{float(i.lower):.6g}, {float(i.upper):.6g}]" for i in sides)


def smooth(expr: Expr) -> bool:
    """Whether the expression holds no function that jumps: then it is continuous wherever it is defined."""
    return not any(type(part).__name__ in _JUMPING or _jumps_at_zero(part) for part in preorder_traversal(expr))


def _jumps_at_zero(part: Any) -> bool:
    """Whether a power with a varying exponent may have the base zero: 0**0 is 1, and 0**t is 0."""
    return bool(part.is_Pow and part.exp.free_symbols and part.base.is_positive is not True)


class Line:
    """A function of one variable t with its derivatives, and what intervals say about it."""

    def __init__(self, f: Expr, t: Symbol, strict: bool, budget: Budget) -> None:
        self.t, self.strict, self.budget = t, strict, budget
        self.derivatives = [f]

    def order(self, k: int) -> Expr | None:
        """The k-th derivative; None where a lower one jumps."""
        while len(self.derivatives) <= k:
            last = self.derivatives[-1]
            if not smooth(last) or last.count_ops() > 3000:
                return None
            self.derivatives.append(last.diff(self.t))
        return self.derivatives[k]

    def on(self, k: int, where: Interval) -> Interval | None:
        """The values of the k-th derivative on an interval."""
        f = self.order(k)
        values = None if f is None else enclose(f, (self.t,), (where,))
        if values is None or values.nonnegative or values.upper <= 0:
            return values
        other = factored(f)
        return _both(values, None if other is None else enclose(other, (self.t,), (where,)))

    def enough(self, values: Interval | None) -> bool:
        """Whether these values of f are what the claim says."""
        return values is not None and (values.positive if self.strict else values.nonnegative)

    def rises_from_zero(self, width: Any, is_open: bool) -> bool:
        """The lemma at the corner t = 0, where signs are exact, on [0, width] or, if `is_open`, (0, width]."""
        inside = Interval(arb(0), width, is_open, not width.is_finite())
        if self.enough(self.on(0, inside)):
            return True
        slope = self.on(1, inside)
        if (
            slope is not None
            and width.is_finite()
            and slope.upper <= 0
            and self.enough(self.on(0, Interval(width, width)))
        ):
            return True
        positive = False
        for k in range(1, ORDER + 1):
            before = self.order(k - 1)
            sign = None if before is None else sign_at(before, {self.t: Integer(0)}, 1024)
            if sign is None or sign < 0 or (k == 1 and self.strict and not is_open and sign == 0):
                return False
            positive = positive or sign > 0
            values = self.on(k, inside)
            if values is not None and ((values.nonnegative and (positive or not self.strict)) or values.positive):
                return True
        return False

    def holds_inside(self, box: Interval) -> bool:
        """One interval at a positive distance from the corner: natural values, monotony, the lemma, the mean value."""
        if self.enough(self.on(0, box)):
            return True
        left = Interval(box.lower, box.lower)
        slope = self.on(1, box)
        if slope is not None:
            if slope.nonnegative and self.enough(self.on(0, left)):
                return True
            if box.upper.is_finite() and slope.upper <= 0 and self.enough(self.on(0, Interval(box.upper, box.upper))):
                return True
            if box.bounded and slope.bounded and self.enough(self._mean_value(box, slope)):
                return True
        start = [self.on(0, left)]
        for k in range(2, ORDER - 1):
            start.append(self.on(k - 1, left))
            if any(v is None or not v.nonnegative for v in start) or not self.enough(start[0]):
                return False
            values = self.on(k, box)
            if values is not None and values.nonnegative:
                return True
        return False

    def _mean_value(self, box: Interval, slope: Interval) -> Interval | None:
        middle = (box.lower + box.upper) / 2
        if not middle.is_exact():
            return None
        centre = Interval(middle, middle)
        value = self.on(0, centre)
        return None if value is None else add(value, multiply(slope, add(box, negated(centre))))

    def prove(self, width: Any, corner_open: bool, end_open: bool) -> None:
        """Cover (0 or [0, to width) or width]; raises OutOfBoxes."""
        reach = width
        while not self.rises_from_zero(reach, corner_open):
            self.budget.spend(Interval(arb(0), reach))
            reach = arb(64) if not reach.is_finite() else reach / 4
            if reach < 1e-9:
                raise OutOfBoxes("no neighbourhood of an end or of an equality point was certified")
        stack = [] if reach == width else [Interval(reach, width, False, end_open or not width.is_finite())]
        while stack:
            box = stack.pop()
            self.budget.spend(box)
            if not self.holds_inside(box):
                stack += reversed(halves(box))


def halves(box: Interval) -> tuple[Interval, Interval]:
    """Two intervals that make up one; an unbounded one is cut as far out again.

    Raises OutOfBoxes when it is too narrow or too far out.
    """
    if box.bounded:
        cut = ((box.lower + box.upper) / 2).mid()
        if box.upper - box.lower < 1e-9 * (1 + abs(cut)):
            raise OutOfBoxes(f"undecided near {float(cut):.9g}")
    elif box.lower.is_finite():
        cut = (box.lower + box.lower.max(-box.lower).max(arb(1))).mid()
    elif box.upper.is_finite():
        cut = (box.upper - box.upper.max(-box.upper).max(arb(1))).mid()
    else:
        cut = arb(0)
    if cut.is_finite() and abs(cut) > 1e12:
        raise OutOfBoxes("undecided near an infinite end")
    return Interval(box.lower, cut, box.lower_open, False), Interval(cut, box.upper, False, box.upper_open)


@lru_cache(maxsize=1024)
def factored(expr: Expr) -> Expr | None:
    """The expression as a product of factors, where that is proved to be the same; None otherwise."""
    numbers = expr.atoms(Rational)
    if expr.count_ops() > 40 or not smooth(expr) or any(abs(n.p) > 12 or n.q > 12 for n in numbers):
        return None  # exponents become degrees: exp(x/5000) would be the 5000th root of a generator
    product = factor(expr)
    return product if product != expr and proved_zero(expr - product, {}) else None


def _both(a: Interval, b: Interval | None) -> Interval:
    """The tighter of two enclosures of the same values."""
    if b is None:
        return a
    low = b if b.lower > a.lower else a
    high = b if b.upper < a.upper else a
    return Interval(low.lower, high.upper, low.lower_open, high.upper_open)


def outward(number: Any) -> Any:
    """An exact dyadic number just above (or equal to) a positive rational."""
    return arb(fmpq(int(number.p), int(number.q))).upper()


__all__ = ["INFINITE", "Budget", "Line", "OutOfBoxes", "described", "halves", "outward", "smooth"]
