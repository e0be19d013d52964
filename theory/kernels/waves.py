"""Trigonometric integrands: the explicit zeros of products of waves, and integrals over whole periods."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Poly, Pow, Symbol, cos, pi, sin, sqrt

from .balls import enclose
from .definite import Range, Unmatched
from .positivity import is_proved_positive, is_proved_zero

MOST_ZEROS = 64


def cut_at_zeros(g: Expr, over: Range) -> list[tuple[Expr, Expr, bool]]:
    """The range cut at the zeros of g, each part (lower, upper, whether g is positive inside).

    g is a product of waves sin(a x + b), cos(a x + b) and of linear factors, without parameters, and the range is
    finite. g is continuous and has no zero inside a part, so that its sign at the middle is its sign on the part.
    Raises Unmatched for any other g, and where a zero cannot be told from an end.
    """
    inside = {zero for factor in Mul.make_args(g) for zero in _zeros(factor, over) if _is_inside(zero, over)}
    ordered = sorted(inside, key=lambda zero: float(_ball(zero).mid()))
    points = [
        over.lower,
        *(zero for i, zero in enumerate(ordered) if not i or _apart(ordered[i - 1], zero)),
        over.upper,
    ]
    parts = []
    for low, high in pairwise(points):
        middle = _ball(g.subs(over.x, (low + high) / 2))
        if not (middle > 0 or middle < 0):
            raise Unmatched(f"the sign of {g} between {low} and {high} is not certain")
        parts.append((low, high, bool(middle > 0)))
    return parts


def _ball(number: Expr) -> Any:
    value = enclose(number, {})
    if value is None:
        raise Unmatched(f"no enclosure of {number}")
    return value


def _apart(left: Expr, right: Expr) -> bool:
    if _ball(left) < _ball(right):
        return True
    if is_proved_zero(left - right):
        return False
    raise Unmatched(f"{left} and {right} cannot be told apart")


def _is_inside(zero: Expr, over: Range) -> bool:
    beyond = [_ball(zero - over.lower), _ball(over.upper - zero)]
    if all(distance > 0 for distance in beyond):
        return True
    if any(distance < 0 for distance in beyond):
        return False
    if any(is_proved_zero(zero - end) for end in (over.lower, over.upper)):
        return False
    raise Unmatched(f"whether {zero} lies in the range is not certain")


def _zeros(factor: Expr, over: Range) -> list[Expr]:
    """All zeros of the factor in the range, and perhaps some beyond it."""
    x = over.x
    if factor.free_symbols - {x} or over.lower.free_symbols or over.upper.free_symbols:
        raise Unmatched(f"the kink at {factor} = 0 depends on parameters")
    if over.lower.is_infinite or over.upper.is_infinite:
        raise Unmatched("a kink without end")
    if x not in factor.free_symbols:
        return []
    if isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp > 0:
        return _zeros(factor.base, over)
    argument = factor.args[0] if isinstance(factor, sin | cos) else factor
    if not argument.is_polynomial(x) or Poly(argument, x).degree() != 1:
        raise Unmatched(f"the zeros of {factor} are not known")
    slope, offset = Poly(argument, x).nth(1), Poly(argument, x).nth(0)
    if _ball(slope).contains(0):
        raise Unmatched(f"the slope {slope} is not certain")
    if argument == factor:
        return [-offset / slope]
    shift = pi / 2 if isinstance(factor, cos) else Integer(0)
    turns = [_ball((slope * end + offset - shift) / pi) for end in (over.lower, over.upper)]
    first = int(min(float(turn.lower()) for turn in turns)) - 1
    last = int(max(float(turn.upper()) for turn in turns)) + 1
    if last - first > MOST_ZEROS:
        raise Unmatched(f"more than {MOST_ZEROS} kinks")
    return [(k * pi + shift - offset) / slope for k in range(first, last + 1)]


def over_whole_periods(f: Expr, over: Range) -> Expr:
    """The integral of c/(a + b cos(w x) + d sin(w x)) over n periods: n c (2 pi/|w|) / sqrt(a^2 - b^2 - d^2).

    By the substitution u = tan(w x/2), where a > 0 and a^2 > b^2 + d^2 are proved. Raises Unmatched for anything else.
    """
    x = over.x
    varying = [part for part in Mul.make_args(f) if x in part.free_symbols]
    if len(varying) != 1 or not isinstance(varying[0], Pow) or varying[0].exp != -1:
        raise Unmatched("no reciprocal of a wave")
    constant, amplitude, speed = _wave(varying[0].base, x)
    sign = 1 if is_proved_positive(constant, over.where) else -1
    gap = sp.expand(constant**2 - amplitude)
    if not (is_proved_positive(sign * constant, over.where) and is_proved_positive(gap, over.where)):
        raise Unmatched(f"{varying[0].base} is not proved to keep its sign")
    periods = sp.expand((over.upper - over.lower) * abs(speed) / (2 * pi))
    if not (periods.is_Integer and periods > 0):
        raise Unmatched("the range is not a whole number of periods")
    return sign * (f / varying[0]) * periods * 2 * pi / abs(speed) / sqrt(gap)


def _wave(expr: Expr, x: Symbol) -> tuple[Expr, Expr, Expr]:
    """(a, b^2 + d^2, w) of a + b cos(w x + e) + d sin(w x + e), w a rational number."""
    waves: dict[Expr, dict[Any, Expr]] = {}
    constant: Expr = Integer(0)
    for term in Add.make_args(expr.expand()):
        factors = [part for part in Mul.make_args(term) if x in part.free_symbols]
        if not factors:
            constant += term
        elif len(factors) == 1 and isinstance(factors[0], sin | cos):
            held = waves.setdefault(factors[0].args[0], {})
            held[factors[0].func] = held.get(factors[0].func, Integer(0)) + term / factors[0]
        else:
            raise Unmatched(f"{term} is no wave")
    if len(waves) != 1:
        raise Unmatched("not one wave")
    ((argument, amplitudes),) = waves.items()
    speed = argument.diff(x)
    if not (speed.is_Rational and speed != 0):
        raise Unmatched(f"the speed {speed} of the wave is no rational number")
    return constant, Add(*(amplitude**2 for amplitude in amplitudes.values())), speed
