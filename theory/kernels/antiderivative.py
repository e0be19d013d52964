"""Definite integrals by an antiderivative that is proved to be one.

A candidate F may come from anywhere. It counts when F' = f is proved by the algebra kernel, F is proved
continuous on the open
range, and its limits at both ends are proved; the integral is then F(upper-) - F(lower+), improper where it
has to be.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from flint import acb, arb
from sympy import Expr, Symbol, cos, log, oo
from sympy.integrals.manualintegrate import manualintegrate

from .definite import Range, Unmatched
from .limits import limit_at
from .oracle import ask
from .positivity import CONTINUOUS, Where, is_defined, is_proved_nonnegative, is_proved_positive, is_proved_zero
from .quadrature import Refused, ball, real_ball

SUBDIVISIONS = 4000
SUGGESTION_SECONDS = 1.0


def candidates(f: Expr, x: Symbol) -> Iterator[Expr]:
    """Antiderivatives that SymPy suggests; nothing is taken on trust."""
    for suggest in (manualintegrate, lambda g, y: sp.integrate(g, y, conds="none")):
        found = ask(lambda suggest=suggest: suggest(f, x), SUGGESTION_SECONDS)  # type: ignore[misc]
        if found is None:
            continue
        if not found.has(sp.Integral, sp.Piecewise, sp.nan, sp.zoo, sp.I):
            yield found
        for piece in found.atoms(sp.Piecewise):
            yield from (found.xreplace({piece: branch}) for branch, _ in piece.args if not branch.has(sp.Integral))


def excludes_zero(expr: Expr, over: Range) -> bool:
    """Whether expr has no zero on the range: by a proved sign, or by balls where x is the only symbol."""
    if is_proved_positive(expr, over.where) or is_proved_positive(-expr, over.where):
        return True
    return _signed_in_balls(expr, over)


def _signed_in_balls(expr: Expr, over: Range) -> bool:
    """Whether balls show one strict sign on the whole closed range, which has to be finite and free of
    parameters.
    """
    if expr.free_symbols - {over.x} or over.lower.free_symbols or over.upper.free_symbols:
        return False
    if over.lower.is_infinite or over.upper.is_infinite:
        return False
    try:
        pending = [(real_ball(over.lower, {}), real_ball(over.upper, {}))]
        signs: set[bool] = set()
        for _ in range(SUBDIVISIONS):
            if not pending:
                return len(signs) == 1
            low, high = pending.pop()
            value = ball(expr, {over.x: acb(low.union(high))})
            if value.is_finite() and (value.real > 0 or value.real < 0):
                signs.add(bool(value.real > 0))
                continue
            middle = arb(((low + high) / 2).mid())
            pending += [(low, middle), (middle, high)]
    except (Refused, ValueError):
        return False
    return False


def is_continuous(F: Expr, over: Range) -> bool:
    """Whether F is proved continuous in x on the open range, by its structure."""
    x = over.x
    if x not in F.free_symbols:
        # sin((n - 1) x)/(n - 1) is no antiderivative at n = 1, although its difference at the ends may look as if.
        return is_defined(F, _without(over.where, x))
    if x == F:
        return True
    if not all(is_continuous(part, over) for part in F.args):
        return False
    if isinstance(F, (sp.Add, sp.Mul, *CONTINUOUS)):
        return True
    if isinstance(F, sp.Pow):
        if F.exp.is_Integer:
            return bool(F.exp > 0) or excludes_zero(F.base, over)
        return _positive_on(F.base, over) or (
            is_proved_positive(F.exp, over.where) and is_proved_nonnegative(F.base, over.where)
        )
    if isinstance(F, log):
        return _positive_on(F.args[0], over)
    if isinstance(F, sp.asin | sp.acos):
        return is_proved_nonnegative((1 - F.args[0] ** 2).expand(), over.where)
    if isinstance(F, sp.tan):
        return excludes_zero(cos(F.args[0]), over)
    return False


def _positive_on(expr: Expr, over: Range) -> bool:
    if over.positive(expr):
        return True
    middle = expr.subs(over.x, (over.lower + over.upper) / 2)
    return is_proved_positive(middle, over.where) and _signed_in_balls(expr, over)


def _end(F: Expr, over: Range, end: Expr, side: str) -> Expr | None:
    """The proved one-sided limit of F at an end of the range."""
    x = over.x
    if end.is_infinite:
        value = limit_at(F, x, end, side, over.where)
    else:
        value = _by_substitution(F, over, end)
        if value is None:
            value = limit_at(F, x, end, side, over.where)
    return None if value is None or value.is_infinite or value.has(sp.nan, sp.zoo, oo) else value


def _by_substitution(F: Expr, over: Range, end: Expr) -> Expr | None:
    """F at the end, where F, proved continuous on the open range, stays so there by its structure."""
    if not _continuous_at(F, over.x, end, _without(over.where, over.x)):
        return None
    return F.subs(over.x, end)


def _without(where: Where, x: Symbol) -> Where:
    return tuple(fact for fact in where if x not in fact.free_symbols)


def _continuous_at(F: Expr, x: Symbol, end: Expr, where: Where) -> bool:
    if x not in F.free_symbols or x == F:
        return True
    if not all(_continuous_at(part, x, end, where) for part in F.args):
        return False
    if isinstance(F, (sp.Add, sp.Mul, *CONTINUOUS)):
        return True
    if isinstance(F, sp.asin | sp.acos):
        return True
    if isinstance(F, sp.Pow | log | sp.tan):
        inner = F.args[0].subs(x, end) if not isinstance(F, sp.tan) else cos(F.args[0].subs(x, end))
        # On the open range the base is known not to be negative, and so it is at the end.
        if isinstance(F, sp.Pow) and F.exp.is_Rational and F.exp > 0:
            return True
        if is_proved_positive(inner, where):
            return True
        integral = isinstance(F, sp.tan) or (isinstance(F, sp.Pow) and F.exp.is_Integer)
        return bool(integral and is_proved_positive(-inner, where))
    return False


def by_antiderivative(f: Expr, over: Range) -> Expr:
    """The integral of f over the range; Unmatched where no candidate passes."""
    if any(over.x in power.base.free_symbols and power.exp.free_symbols for power in f.atoms(sp.Pow)):
        raise Unmatched("a symbolic power of the variable is left to the exact rules")
    reason = "no antiderivative was suggested"
    for F in candidates(f, over.x):
        if not is_proved_zero(F.diff(over.x) - f, over.where):
            reason = "the derivative of the suggested antiderivative is not proved equal to the integrand"
            continue
        if not is_continuous(F, over):
            reason = "the suggested antiderivative is not proved continuous on the range"
            continue
        lower, upper = _end(F, over, over.lower, "+"), _end(F, over, over.upper, "-")
        if lower is None or upper is None:
            reason = "a limit of the antiderivative at an end is not proved"
            continue
        return upper - lower
    raise Unmatched(reason)
