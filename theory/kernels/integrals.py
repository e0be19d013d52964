"""Definite integrals in closed form, each proved by one route and confirmed by another.

Route A proves: exact rules with proved conditions (`definite`), kinks removed by splitting the range
(`kinks`), or an
antiderivative whose derivative, continuity and end limits are proved (`antiderivative`). Route B encloses the
same integral in
balls (`quadrature`) at rational points of the parameters; a disjoint enclosure raises KernelDisagreement.

>>> from sympy import Integral, exp, oo
>>> from theoremcheck.theory.symbols import real
>>> x = real("x")
>>> close(Integral(exp(-x**2), (x, -oo, oo))).expr
sqrt(pi)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Basic,
    Derivative,
    Expr,
    Float,
    Integer,
    Integral,
    Symbol,
    beta,
    binomial,
    factorial,
    gamma,
    oo,
)

from ..evidence import Holds, KernelDisagreement, Strength, Unknown
from .antiderivative import by_antiderivative
from .balls import enclose
from .definite import Range, Unmatched, integrate_terms
from .kinks import first_kink, smooth_pieces
from .points import typical_points
from .positivity import Where, bound_variable, is_proved_nonnegative, is_proved_zero
from .quadrature import Refused, rigorous
from .sums import rows_closed
from .waves import over_whole_periods

CONFIRMATIONS = 3
ROUTES = (
    (integrate_terms, "exact rules"),
    (over_whole_periods, "whole periods"),
    (by_antiderivative, "antiderivative, differentiated"),
)


@dataclass(frozen=True)
class Justification:
    """How one integral was closed: the rule, and at how many parameter points balls confirmed it; or why it
    was not.
    """

    integral: Integral
    value: Expr | None
    method: str = ""
    confirmed: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Closed:
    """An expression with every integral that could be justified replaced by its closed form."""

    expr: Expr
    integrals: tuple[Justification, ...]

    @property
    def complete(self) -> bool:
        """Whether no integral is left."""
        return all(one.value is not None for one in self.integrals)

    @property
    def reason(self) -> str:
        """Why integrals are left, in words."""
        return "; ".join(f"{one.integral}: {one.reason}" for one in self.integrals if one.value is None)


@cache
def close(expr: Expr, where: tuple[Basic, ...] = ()) -> Closed:
    """Replace every definite integral by a closed form, the innermost first, and every sum that has one at once.

    Raises KernelDisagreement where a proved closed form lies outside of a rigorous enclosure of its integral.
    """
    records: list[Justification] = []
    return Closed(_closed(rows_closed(expr, where), tuple(where), records), tuple(records))


def _closed(expr: Expr, where: Where, records: list[Justification]) -> Expr:
    if not expr.has(Integral):
        return expr
    if isinstance(expr, Integral):
        return _integral(expr, where, records)
    if isinstance(expr, Derivative):
        inner = _closed(expr.expr, where, records)
        return inner.diff(*expr.variable_count) if not inner.has(Integral) else expr
    parts = [_closed(part, where, records) if isinstance(part, Expr) else part for part in expr.args]
    return expr.func(*parts)


def _integral(integral: Integral, where: Where, records: list[Justification]) -> Expr:
    *inner_limits, limit = integral.limits
    inner = Integral(integral.function, *inner_limits) if inner_limits else integral.function
    if len(limit) != 3:
        records.append(Justification(integral, None, reason="it is not definite"))
        return integral
    x, lower, upper = limit
    if any(end.has(Integral) for end in (lower, upper)):
        lower, upper = (_closed(end, where, records) for end in (lower, upper))
    fresh, assumed = bound_variable(integral, x, lower, upper, where)
    body = _closed(inner.subs(x, fresh), assumed, records)
    stated = Integral(body, (fresh, lower, upper))
    if body.has(Integral):
        records.append(Justification(stated, None, reason="an inner integral is left"))
        return integral
    try:
        value, method = definite(body, Range(fresh, lower, upper, assumed))
    except Unmatched as why:
        records.append(Justification(stated, None, reason=str(why)))
        return integral
    confirmed = _confirm(stated, value, where)
    records.append(Justification(stated, value, method, confirmed))
    return value


def definite(f: Expr, over: Range) -> tuple[Expr, str]:
    """(value, method) of the integral of f over the range by a proof; Unmatched where none is found."""
    if over.lower == over.upper or f == 0:
        return Integer(0), "empty range"
    if f.has(Float):
        raise Unmatched("a floating-point number stands in the integrand")
    if not _is_ordered(over):
        raise Unmatched("the ends of the range are not proved in order")
    if first_kink(f, over) is not None:
        pieces = [definite(piece, part) for piece, part in smooth_pieces(f, over)]
        methods = sorted({method for _, method in pieces})
        return sum((value for value, _ in pieces), Integer(0)), "splitting at the kinks; " + ", ".join(methods)
    reasons = []
    for route, method in ROUTES:
        try:
            return route(f, over), method
        except Unmatched as why:
            reasons.append(str(why))
    raise Unmatched("; ".join(reasons))


def _is_ordered(over: Range) -> bool:
    if over.lower == oo or over.upper == -oo:
        return False
    if over.lower == -oo or over.upper == oo:
        return True
    return is_proved_nonnegative(over.upper - over.lower, over.where)


def _confirm(integral: Integral, value: Expr, where: Where) -> int:
    """At how many points of the parameters a rigorous enclosure of the integral meets the closed form's."""
    confirmed = 0
    symbols: set[Symbol] = integral.free_symbols | value.free_symbols
    for point in typical_points(symbols, where, CONFIRMATIONS):
        try:
            theirs: Any = rigorous(integral, point)
        except (Refused, ValueError, ZeroDivisionError):
            continue
        ours = enclose(value, point)
        if ours is None:
            continue
        if not ours.overlaps(theirs):
            raise KernelDisagreement(f"{integral} at {point}: the closed form {value} is {ours}, the integral {theirs}")
        confirmed += 1
    return confirmed


def prove_integral_identity(lhs: Expr, rhs: Expr, where: tuple[Basic, ...] = ()) -> Holds | Unknown:
    """Whether both sides are equal once their integrals are closed."""
    where = tuple(where)
    left, right = close(lhs, where), close(rhs, where)
    if not (left.complete and right.complete):
        return Unknown("integral not closed: " + "; ".join(r for r in (left.reason, right.reason) if r))
    difference = _in_gammas(left.expr) - _in_gammas(right.expr)
    if not is_proved_zero(difference, where):
        return Unknown("the integrals are closed, but their difference is not proved zero")
    records = (*left.integrals, *right.integrals)
    methods = sorted({one.method for one in records})
    least = min((one.confirmed for one in records), default=0)
    detail = f"{len(records)} integrals in closed form, each confirmed by rigorous quadrature at {least} points or more"
    return Holds(Strength.PROVED, "integration by " + ", ".join(methods), detail)


def _in_gammas(expr: Expr) -> Expr:
    return expr.rewrite(gamma) if expr.has(beta, binomial, factorial) else expr
