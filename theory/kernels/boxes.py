"""Inequalities certified on the whole product of the symbols' domains, by intervals, boxes and local expansions.

Unbounded and open ends are covered as they stand (see `intervals`); equality points are met by Taylor expansion, an
equality along a diagonal by the sign of a quotient; claims between positive sides are also tried in logarithms.
What is not covered is unknown.

>>> from sympy import Symbol, log
>>> from theoremcheck.theory.claims import Inequality
>>> x = Symbol("x", positive=True)
>>> prove_on_box(Inequality(log(x), "<=", x - 1)).detail
'x in (0, oo)'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice
from typing import Any

import numpy as np
from flint import arb, fmpq
from sympy import Basic, Eq, Expr, Integer, Rational, Symbol, expand_log, factor, log, sympify
from sympy.core.relational import Relational

from ..claims import Inequality
from ..evidence import Holds, Strength, Unknown
from ..symbols import Domain, DomainSymbol, domain_of
from . import exact, search
from .balls import enclose, sign_at
from .intervals import INFINITE, Interval, add, multiply, negated
from .intervals import enclose as range_of
from .ladder import Budget, Line, OutOfBoxes, halves, outward, smooth
from .points import Space

Box = tuple[Interval, ...]
BOXES = 3000


def prove_on_box(
    claim: Inequality, box: Mapping[Symbol, tuple[Any, Any]] | None = None, boxes: int = BOXES
) -> Holds | Unknown:
    """Certify the inequality on its whole domain, or on the stated closed box (symbol -> exact ends) within it.

    Integer symbols are taken over the reals of their range. `detail` of the answer states exactly the
    set that was covered.
    """
    try:
        claim = _restricted(claim, box or {})
        said = ", ".join(f"{s} in {_reals(s)}" for s in claim.symbols) + "".join(f", {c}" for c in claim.where)
        reason = "no symbol"
        for way, margin in _forms(claim):
            try:
                _prove(margin, claim.symbols, claim.strict, claim.where, Budget(boxes))
                return Holds(Strength.CERTIFIED, f"boxes in interval arithmetic{way}", said or "no free symbols")
            except OutOfBoxes as stop:
                reason = str(stop)
        return Unknown(f"boxes: {reason}")
    except (ValueError, TypeError, NotImplementedError) as error:
        return Unknown(f"boxes: {error}")


def _restricted(claim: Inequality, box: Mapping[Symbol, tuple[Any, Any]]) -> Inequality:
    """The claim with the domains cut to the stated box and by the assumptions that bound one symbol by a number."""
    domains = {s: _reals(s) for s in claim.symbols}
    for symbol, (low, high) in box.items():
        ends = [sympify(low, strict=True), sympify(high, strict=True)]
        domains[symbol] = Domain(ends[0], ends[1], not ends[0].is_finite, not ends[1].is_finite)
    rest = []
    for condition in claim.where:
        if isinstance(condition, Eq):
            raise ValueError(f"the equation {condition} is not handled")
        if not _cuts(condition, domains):
            rest.append(condition)
    renamed = {s: DomainSymbol(s.name, d) for s, d in domains.items() if d != domain_of(s)}
    lhs, rhs = claim.lhs.xreplace(renamed), claim.rhs.xreplace(renamed)
    return Inequality(lhs, claim.relation, rhs, tuple(condition.xreplace(renamed) for condition in rest))


def _cuts(condition: Basic, domains: dict[Symbol, Domain]) -> bool:
    """Narrow a domain by an assumption such as x <= 1; False where it is of another form."""
    if not isinstance(condition, Relational) or condition.rel_op not in ("<", "<=", ">", ">="):
        return False
    condition = condition if condition.lhs.is_Symbol else condition.reversed
    symbol, bound = condition.lhs, condition.rhs
    if symbol not in domains or not bound.is_Rational:
        return False
    old, is_open = domains[symbol], condition.rel_op in ("<", ">")
    if condition.rel_op in ("<", "<="):
        if old.upper > bound or (old.upper == bound and is_open):
            domains[symbol] = replace(old, upper=bound, upper_open=is_open)
    elif old.lower < bound or (old.lower == bound and is_open):
        domains[symbol] = replace(old, lower=bound, lower_open=is_open)
    return True


def _reals(symbol: Symbol) -> Domain:
    d = domain_of(symbol)
    return Domain(d.lower, d.upper, d.lower_open, d.upper_open)


def _forms(claim: Inequality) -> Iterator[tuple[str, Expr]]:
    """The margin; and where both sides are certainly positive, the margin of the logarithms."""
    yield "", claim.margin
    box = _box(claim.symbols)
    small, large = (claim.lhs, claim.rhs) if claim.relation in ("<=", "<") else (claim.rhs, claim.lhs)
    values = [range_of(side, claim.symbols, box) for side in (small, large)]
    if all(v is not None and v.positive for v in values):
        yield ", in logarithms", expand_log(log(large)) - expand_log(log(small))


def _prove(margin: Expr, symbols: tuple[Symbol, ...], strict: bool, where: Sequence[Basic], budget: Budget) -> None:
    """Prove margin >= 0 (> 0 if strict) on the product of the domains; raises OutOfBoxes."""
    symbols = tuple(s for s in symbols if s in margin.free_symbols)
    if not symbols:
        sign = sign_at(margin, {})
        if sign is None or sign < 0 or (strict and sign == 0):
            raise OutOfBoxes("the margin is a number that is not certainly nonnegative")
        return
    if len(symbols) == 1:
        _prove_line(margin, symbols[0], strict, budget)
        return
    if not strict and _prove_diagonal(margin, symbols, budget):
        return
    _Cover(margin, symbols, strict, where, budget).prove()


def _prove_line(margin: Expr, x: Symbol, strict: bool, budget: Budget) -> None:
    """Cut the domain at the equality points and cover each piece from its corner, in a variable that is zero there."""
    domain = domain_of(x)
    corners = _equality_points(margin, x, domain)
    t = Symbol("t", real=True)
    low, high = domain.lower, domain.upper
    marks = [*([low] if low.is_finite else []), *corners, *([high] if high.is_finite else [])]
    marks = list(dict.fromkeys(marks)) or [Integer(0)]
    if any(not mark.is_Rational for mark in marks):
        raise OutOfBoxes("an end of the domain is irrational")
    for i, mark in enumerate(marks):
        following = marks[i + 1] if i + 1 < len(marks) else None
        is_open = (mark == low and domain.lower_open) or (mark == high and domain.upper_open)
        forward = None if following is None and high.is_finite else following
        if following is not None or not high.is_finite:
            width = INFINITE if forward is None else outward((forward - mark) / 2)
            Line(margin.xreplace({x: mark + t}), t, strict, budget).prove(width, is_open, False)
        before = marks[i - 1] if i else None
        if before is not None or not low.is_finite:
            width = INFINITE if before is None else outward((mark - before) / 2)
            Line(margin.xreplace({x: mark - t}), t, strict, budget).prove(width, is_open, False)


def _equality_points(margin: Expr, x: Symbol, domain: Domain) -> list[Rational]:
    """Rational points inside the domain where the margin is exactly zero, in order."""
    claim, space = Inequality(margin, ">=", Integer(0)), Space((x,), (), 6)
    tried = list(islice(space.structured(), 60))
    found = {point[x] for point in tried if _vanishes(margin, point)}
    rng = np.random.default_rng(0)
    for start in search.most_violated(claim, tried, 2):
        *_, last = [start, *search.descend(claim, space, start, 60, rng)]
        for digits in (1, 2):
            near = {x: last[x].limit_denominator(10**digits)}
            if near[x] in domain and _vanishes(margin, near):
                found.add(near[x])
    inside = [c for c in found if c.is_Rational and c not in (domain.lower, domain.upper)]
    return sorted(inside)


def _vanishes(margin: Expr, point: Mapping[Symbol, Any]) -> bool:
    ball = enclose(margin, point, 64)
    return ball is not None and bool(ball.contains(0)) and sign_at(margin, point, 1024) == 0


def _prove_diagonal(margin: Expr, symbols: tuple[Symbol, ...], budget: Budget) -> bool:
    """Two symbols s, t of one domain, margin 0 at t = s, its t-derivative (t - s) times something nonnegative.

    Then the margin falls towards the diagonal from both sides and is nowhere below its value there.
    """
    for s, t in combinations(symbols, 2):
        if _reals(s) != _reals(t) or not smooth(margin):
            continue
        for moving, still in ((t, s), (s, t)):
            if not _zero(margin.xreplace({moving: still})):
                continue
            slope = margin.diff(moving)
            quotient = factor(slope / (moving - still))
            if not _zero(slope - quotient * (moving - still)):
                continue
            if range_of(slope, symbols, _box(symbols)) is None:
                continue  # the derivative must exist everywhere
            try:
                _prove(quotient, symbols, False, (), budget)
            except OutOfBoxes:
                continue
            return True
    return False


def _zero(expr: Expr) -> bool:
    return exact.proved_zero(expr, {})


def _interval(symbol: Symbol) -> Interval:
    """The domain as an interval; a rounded end lies outside and counts as attained."""
    domain = domain_of(symbol)

    def end(value: Expr, up: bool) -> tuple[Any, bool]:
        if not value.is_finite:
            return (INFINITE if up else -INFINITE), True
        if not value.is_Rational:
            ball = enclose(value, {}, 128)
            if ball is None:
                raise OutOfBoxes(f"the end {value} of a domain has no certain value")
            return (ball.upper() if up else ball.lower()), False
        ball = arb(fmpq(int(value.p), int(value.q)))
        return (ball.upper() if up else ball.lower()), ball.is_exact() and (
            domain.upper_open if up else domain.lower_open
        )

    (lower, lower_open), (upper, upper_open) = end(domain.lower, False), end(domain.upper, True)
    return Interval(lower, upper, lower_open, upper_open)


def _box(symbols: Sequence[Symbol]) -> Box:
    return tuple(_interval(symbol) for symbol in symbols)


class _Cover:
    """A cover of a box in several dimensions by boxes on which the margin is certainly nonnegative."""

    def __init__(
        self, margin: Expr, symbols: tuple[Symbol, ...], strict: bool, where: Sequence[Basic], budget: Budget
    ) -> None:
        self.margin, self.symbols, self.strict, self.budget = margin, symbols, strict, budget
        self.where = [c for c in where if isinstance(c, Relational) and c.free_symbols <= set(symbols)]
        self.gradient = [margin.diff(s) for s in symbols] if smooth(margin) else None
        twice = self.gradient is not None and all(smooth(g) for g in self.gradient)
        self.hessian = [[g.diff(s) for s in symbols] for g in self.gradient or []] if twice else None
        self.zeros = [] if strict else self._equality_points()

    def prove(self) -> None:
        """Cover the product of the domains; raises OutOfBoxes."""
        stack = [_box(self.symbols)]
        while stack:
            box = stack.pop()
            self.budget.spend(box)
            if self._excluded(box) or self._holds(box):
                continue
            index = self._widest(box)
            for half in halves(box[index]):
                stack.append((*box[:index], half, *box[index + 1 :]))

    def _excluded(self, box: Box) -> bool:
        """Whether an assumption fails on the whole box."""
        for condition in self.where:
            gap = range_of(condition.lhs - condition.rhs, self.symbols, box)
            if gap is None:
                continue
            below, above = negated(gap).positive, gap.positive
            never = {
                "<": gap.nonnegative,
                "<=": above,
                ">": negated(gap).nonnegative,
                ">=": below,
                "==": above or below,
                "!=": False,
            }
            if never.get(condition.rel_op, False):
                return True
        return False

    def _enough(self, values: Interval | None) -> bool:
        return values is not None and (values.positive if self.strict else values.nonnegative)

    def _holds(self, box: Box) -> bool:
        if self._enough(range_of(self.margin, self.symbols, box)):
            return True
        if self.gradient is None:
            return False
        slopes = [range_of(g, self.symbols, box) for g in self.gradient]
        return (
            self._on_face(box, slopes)
            or self._mean_value(box, slopes)
            or any(self._expands(box, z) for z in self.zeros)
        )

    def _on_face(self, box: Box, slopes: list[Interval | None]) -> bool:
        """Where the margin is monotone in a symbol, the face where it is least decides, be it excluded or not."""
        for i, slope in enumerate(slopes):
            if slope is None or box[i].lower == box[i].upper:
                continue
            if slope.nonnegative and box[i].lower.is_finite():
                end = box[i].lower
            elif slope.upper <= 0 and box[i].upper.is_finite():
                end = box[i].upper
            else:
                continue
            face = (*box[:i], Interval(end, end), *box[i + 1 :])
            if self._enough(range_of(self.margin, self.symbols, face)):
                return True
            assert self.gradient is not None
            if self._on_face(face, [range_of(g, self.symbols, face) for g in self.gradient]):
                return True
        return False

    def _mean_value(self, box: Box, slopes: list[Interval | None]) -> bool:
        if not all(side.bounded for side in box) or any(slope is None or not slope.bounded for slope in slopes):
            return False
        centre = tuple(_middle(side) for side in box)
        total = range_of(self.margin, self.symbols, centre)
        for side, middle, slope in zip(box, centre, slopes, strict=True):
            if total is None or slope is None:
                return False
            total = add(total, multiply(slope, add(side, negated(middle))))
        return self._enough(total)

    def _expands(self, box: Box, zero: tuple[Rational, ...]) -> bool:
        """Taylor at an equality point of the box: gradient inwards or zero, Hessian positive definite."""
        if self.hessian is None or self.gradient is None:
            return False
        values = [arb(fmpq(int(c.p), int(c.q))) for c in zero]
        if not all(side.lower <= v <= side.upper for side, v in zip(box, values, strict=True)):
            return False
        at = dict(zip(self.symbols, zero, strict=True))
        for side, value, g in zip(box, values, self.gradient, strict=True):
            sign = sign_at(g, at, 1024)
            inward = sign == 0 or (sign == 1 and value == side.lower) or (sign == -1 and value == side.upper)
            if not inward:
                return False
        rows = [[range_of(entry, self.symbols, box) for entry in row] for row in self.hessian]
        return _positive_definite(rows)

    def _equality_points(self) -> list[tuple[Rational, ...]]:
        """Dyadic points where the margin is exactly zero, among the structured points and the ends of descents."""
        space = Space(self.symbols, (), 4)
        claim = Inequality(self.margin, ">=", Integer(0))
        tried = list(islice(space.structured(), 120))
        rng = np.random.default_rng(0)
        ends = []
        for start in search.most_violated(claim, tried, 2):
            *_, last = [start, *search.descend(claim, space, start, 100, rng)]
            ends.append({s: v.limit_denominator(8) for s, v in last.items()})
        zeros = []
        for point in [*tried, *ends]:
            dyadic = all(v.is_Rational and (v.q & (v.q - 1)) == 0 for v in point.values())
            if dyadic and _vanishes(self.margin, point):
                zeros.append(tuple(point[s] for s in self.symbols))
        return zeros[:6]

    def _widest(self, box: Box) -> int:
        def width(side: Interval) -> float:
            if not side.bounded:
                return (
                    1e18
                    if not side.lower.is_finite() and not side.upper.is_finite()
                    else 1e9 / (1 + abs(float(_finite(side))))
                )
            return float(side.upper - side.lower)

        return max(range(len(box)), key=lambda i: width(box[i]))


def _finite(side: Interval) -> Any:
    return side.lower if side.lower.is_finite() else side.upper


def _middle(side: Interval) -> Interval:
    middle = ((side.lower + side.upper) / 2).mid()
    return Interval(middle, middle)


def _positive_definite(rows: list[list[Interval | None]]) -> bool:
    """Whether every symmetric matrix with entries in the intervals is positive definite, by elimination."""
    size = len(rows)
    table = [list(row) for row in rows]
    for k in range(size):
        pivot = table[k][k]
        if pivot is None or not pivot.lower > 0 or not pivot.bounded:
            return False
        inverse = Interval((1 / pivot.upper).lower(), (1 / pivot.lower).upper())
        for i in range(k + 1, size):
            for j in range(k + 1, size):
                left, right, old = table[i][k], table[k][j], table[i][j]
                if left is None or right is None or old is None or not (left.bounded and right.bounded):
                    return False
                table[i][j] = add(old, negated(multiply(multiply(left, right), inverse)))
    return True


__all__ = ["BOXES", "prove_on_box"]
