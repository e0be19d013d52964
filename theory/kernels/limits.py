"""Limits by our own asymptotic expansions; SymPy's and the values at large arguments are second voices that
can only object.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, Integer, Symbol, oo

from ..claims import Limit
from ..evidence import Holds, Strength, Unknown
from ..symbols import POSITIVE, DomainSymbol, domain_of
from .balls import enclose
from .growth import UNIT, Expansion, Undecided
from .oracle import ask
from .points import typical_points
from .positivity import Where, is_proved_zero

ORDERS = (3, 6, 10)
OBJECTION_SECONDS = 0.5


def _sides(variable: Symbol, point: Expr, side: str) -> list[str]:
    """The sides from which the variable can come to the point; ValueError where there is none."""
    domain = domain_of(variable)
    if point in (oo, -oo):
        if (point == oo and domain.upper != oo) or (point == -oo and domain.lower != -oo):
            raise ValueError(f"{variable} is bounded")
        return ["-" if point == oo else "+"]
    if domain.integer:
        raise ValueError(f"{variable} is an integer")
    above = domain.upper != point and not (domain.upper - point).is_negative
    below = domain.lower != point and not (domain.lower - point).is_positive
    sides = [s for s, open_ in (("+", above), ("-", below)) if open_ and s in side]
    if not sides:
        raise ValueError(f"{variable} does not come to {point} from there")
    return sides


def _at_infinity(expr: Expr, variable: Symbol, point: Expr, side: str) -> tuple[Expr, Symbol]:
    """The expression in a variable t > 0 that tends to infinity as the given one tends to the point."""
    t = DomainSymbol(f"{variable.name}_growing", POSITIVE)
    if point == oo:
        return expr.subs(variable, t), t
    if point == -oo:
        return expr.subs(variable, -t), t
    return expr.subs(variable, point + (1 / t if side == "+" else -1 / t)), t


def _limit(expr: Expr, t: Symbol, where: Where) -> Expr:
    """The limit of the expression as t tends to infinity; Undecided where it is not proved."""
    reason = Undecided("no expansion was tried")
    for order in ORDERS:
        calculus = Expansion(t, order, where)
        try:
            return _read(calculus, expr)
        except Undecided as why:
            reason = why
        except (ValueError, TypeError, ZeroDivisionError) as why:
            reason = Undecided(str(why))
    raise reason


def _read(calculus: Expansion, expr: Expr) -> Expr:
    series = calculus.expand(expr)
    terms = series.terms
    while terms and calculus.compare(terms[0][0], UNIT) > 0:
        sign = calculus.sign(terms[0][1])
        if sign:
            return sign * oo
        terms = terms[1:]
    if series.error is not None and calculus.compare(series.error, UNIT) >= 0:
        raise Undecided("the remainder does not tend to zero")
    if terms and calculus.compare(terms[0][0], UNIT) == 0:
        return terms[0][1]
    return Integer(0)


def _decide(expr: Expr, variable: Symbol, point: Expr, side: str, where: Where) -> Expr:
    values = []
    for one in _sides(variable, point, side):
        moved, t = _at_infinity(expr, variable, point, one)
        values.append(_limit(moved, t, where))
    if len(values) == 2 and values[0] != values[1] and not is_proved_zero(values[0] - values[1], where):
        raise Undecided(f"{values[0]} from above and {values[1]} from below")
    return values[0]


def limit_at(expr: Expr, variable: Symbol, point: Expr, side: str = "+-", where: Where = ()) -> Expr | None:
    """The limit (a finite expression, or +-oo) as the variable tends to the point; None where it is not
    proved.
    """
    try:
        return _decide(expr, variable, point, side, where)
    except (Undecided, ValueError):
        return None


def _sympy_objects(claim: Limit) -> bool:
    """Whether SymPy's own algorithm finds another value, and the values near the point do not prove it wrong."""
    side = _sides(claim.variable, claim.point, claim.side)
    direction = side[0] if len(side) == 1 else "+-"
    theirs = ask(lambda: sp.limit(claim.expr, claim.variable, claim.point, direction), OBJECTION_SECONDS)
    if theirs is None or theirs.has(sp.Limit, sp.AccumBounds, sp.nan):
        return False
    if theirs.is_infinite or claim.value.is_infinite:
        return bool(theirs != claim.value and theirs.is_infinite is not None)
    differs = any(
        d is not None and not d.contains(0)
        for point in typical_points(claim.symbols, claim.where, 2)
        for d in [enclose(theirs - claim.value, point)]
    )
    return differs and not _values_contradict(claim, theirs)


def _values_contradict(claim: Limit, theirs: Expr) -> bool:
    """Whether on the way to the point, from every side, the values are certainly nearer to ours than to theirs."""
    for side in _sides(claim.variable, claim.point, claim.side):
        for point in typical_points(claim.symbols, claim.where, 2):
            for values in zip(
                _distances(claim, claim.value, side, point), _distances(claim, theirs, side, point), strict=True
            ):
                if None in values or not 2 * values[0] < values[1]:
                    return False
    return True


def _distances(claim: Limit, value: Expr, side: str, point: dict[Symbol, Any]) -> list[Any]:
    """Balls of |expr - value| at t = 2**8, 2**16, 2**32 on the way to the limit's point; None where there is none."""
    moved, t = _at_infinity(claim.expr - value, claim.variable, claim.point, side)
    balls = [enclose(moved, {**point, t: Integer(2) ** k}, 512) for k in (8, 16, 32)]
    return [None if ball is None else abs(ball) for ball in balls]


def _values_object(claim: Limit) -> bool:
    """Whether the distance to a finite value certainly grows along t = 2**8, 2**16, 2**32 at a sample of
    the parameters.
    """
    if claim.value.is_infinite:
        return False
    side = _sides(claim.variable, claim.point, claim.side)[0]
    for point in typical_points(claim.symbols, claim.where, 2):
        found = _distances(claim, claim.value, side, point)
        if None not in found and found[1] > found[0] and found[2] > found[1]:
            return True
    return False


def prove_limit(claim: Limit) -> Holds | Unknown:
    """Whether the limit is proved by our own expansion, with neither SymPy nor the values at large
    arguments objecting.
    """
    try:
        value = _decide(claim.expr, claim.variable, claim.point, claim.side, claim.where)
    except (Undecided, ValueError) as why:
        return Unknown(f"limit: {why}")
    if value != claim.value and not is_proved_zero(value - claim.value, claim.where):
        return Unknown(f"limit: the expansion gives {value}, which is not proved equal to {claim.value}")
    if _sympy_objects(claim):
        return Unknown("limit: SymPy's limit is another one")
    if _values_object(claim):
        return Unknown("limit: the values at large arguments move away")
    return Holds(Strength.PROVED, "asymptotic expansion with exact coefficients", f"value {value}")
