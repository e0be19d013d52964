"""Rational points of the parameters at which a closed form is confirmed, and enclosures there."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Any

from flint import ctx
from sympy import Basic, Expr, Integer, Rational, Symbol, ceiling

from ..symbols import domain_of, typical_range
from .positivity import Where, differences
from .quadrature import Refused, ball, real_ball

TRIES = 80


def _value(symbol: Symbol, fraction: float) -> Rational:
    low, high = typical_range(symbol)
    domain = domain_of(symbol)
    if domain.integer:
        return ceiling(Rational(round(low))) + Integer(int(fraction * (high - low)))
    value = Rational(round(32 * (low + fraction * (high - low))), 32)
    return value if value in domain else Rational(round(4096 * (low + fraction * (high - low))), 4096)


def _satisfies(point: dict[Symbol, Rational], where: Where) -> bool:
    """Whether the point certainly satisfies every assumption; equations only exactly."""
    for value, strict in differences(where):
        at = value.subs(point)
        if not (at.is_Rational and (at > 0 or (at == 0 and not strict))):
            found = enclosure(value, point)
            if found is None or not found > 0:
                return False
    return len(differences(where)) == len(where)


def sample_points(symbols: Iterable[Symbol], where: tuple[Basic, ...], count: int) -> list[dict[Symbol, Rational]]:
    """Up to `count` rational points in the domains that certainly satisfy the assumptions; the same ones
    every time.
    """
    names = sorted(set(symbols), key=lambda symbol: symbol.name)
    if not names:
        return [{}]
    found: list[dict[Symbol, Rational]] = []
    for trial in range(1, TRIES + 1):
        fractions = ((trial * sqrt(p) + 0.31 * p) % 1.0 for p in _primes(len(names)))
        point = {symbol: _value(symbol, fraction) for symbol, fraction in zip(names, fractions, strict=True)}
        if all(value in domain_of(s) for s, value in point.items()) and point not in found and _satisfies(point, where):
            found.append(point)
        if len(found) == count:
            break
    return found


def _primes(count: int) -> list[int]:
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % p for p in primes):
            primes.append(candidate)
        candidate += 1
    return primes


def enclosure(expr: Expr, point: dict[Symbol, Rational], bits: int = 128) -> Any:
    """A ball (arb) that holds the value of a real expression at the point; None where there is none."""
    saved, ctx.prec = ctx.prec, bits
    try:
        # Not by substitution: SymPy would write out (1 + 1/n)**n at a large n.
        return real_ball(expr, {symbol: ball(value, {}) for symbol, value in point.items()})
    except (Refused, ValueError, ZeroDivisionError):
        return None
    finally:
        ctx.prec = saved
