"""Where a claim is nearest to failing: screened in floats, descended in balls; it decides nothing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx
from sympy import Add, Rational, lambdify

from ..claims import Identity, Inequality
from ..symbols import Domain, domain_of, typical_range
from .balls import enclose
from .points import Point, Space

Scalar = Identity | Inequality
_NO_ARRAYS = ("Sum", "Product", "Integral", "Derivative", "Subs")


def slack(claim: Scalar, point: Point) -> float:
    """How far the claim is from failing, relative to its sides: negative where it fails, inf for undefined."""
    left, right = enclose(claim.lhs, point), enclose(claim.rhs, point)
    if left is None or right is None:
        return math.inf
    with ctx.workprec(128):
        scale = abs(left) + abs(right) if claim.lhs.free_symbols and claim.rhs.free_symbols else _size(claim, point)
        if not scale > 0:
            return 0.0
        gap = float(((right - left) / scale).mid())
    if claim.relation == "==":
        return -abs(gap)
    return gap if claim.relation in ("<=", "<") else -gap


def _size(claim: Scalar, point: Point) -> Any:
    total = arb(0)
    for term in (*Add.make_args(claim.lhs), *Add.make_args(claim.rhs)):
        ball = enclose(term, point)
        total += abs(ball) if ball is not None else 0
    return total


def most_violated(claim: Scalar, points: list[Point], count: int) -> list[Point]:
    """The points of least slack, the worst first, no two alike in slack."""
    scored: dict[float, Point] = {}
    for point in points:
        value = slack(claim, point)
        if math.isfinite(value):
            scored.setdefault(value, point)
    return [scored[value] for value in sorted(scored)[:count]]


def screen(claim: Scalar, space: Space, seeds: list[Point], count: int, rng: np.random.Generator) -> Iterator[Point]:
    """The worst of many floating-point samples: typical, of all scales, and close to each other."""
    if not seeds or any(
        type(part).__name__ in _NO_ARRAYS for s in (claim.lhs, claim.rhs) for part in s.atoms(Add) | {s}
    ):
        return
    sides = _compiled(claim, space)
    if sides is None:
        return
    columns = [_column(domain_of(s), typical_range(s), count, rng, space.largest) for s in space.free]
    close = rng.random(count) < 0.3
    for i in range(1, len(columns)):
        if not domain_of(space.free[i]).integer:
            offset = columns[i - 1] + 10.0 ** rng.uniform(-5, -1, count) * rng.choice([-1, 1], count)
            columns[i] = np.where(close, offset, columns[i])
    gaps = _gaps(claim, sides, columns)
    for index in np.argsort(gaps, kind="stable")[:12]:
        if not gaps[index] < 1e-9:
            break
        point = space.complete(
            {s: rationalized(float(c[index]), domain_of(s)) for s, c in zip(space.free, columns, strict=True)}
        )
        if point is not None:
            yield point


def _compiled(claim: Scalar, space: Space) -> Callable[..., Any] | None:
    formulas = [(claim.lhs.xreplace(space.determined)), (claim.rhs.xreplace(space.determined))]
    try:
        compiled: Callable[..., Any] = lambdify(space.free, formulas, modules=["scipy", "numpy"])
    except Exception:  # whatever the printer cannot write is left to the other searches
        return None
    return compiled


def _gaps(claim: Scalar, sides: Callable[..., Any], columns: list[Any]) -> Any:
    """Relative slack in floating point; inf where it makes no sense."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            left, right = (np.broadcast_to(np.asarray(v, dtype=float), columns[0].shape) for v in sides(*columns))
        except Exception:  # complex values, unknown functions
            return np.full(columns[0].shape, np.inf)
        gap = (right - left) / (np.abs(left) + np.abs(right) + 1e-300)
    gap = -np.abs(gap) if claim.relation == "==" else gap if claim.relation in ("<=", "<") else -gap
    return np.where(np.isfinite(gap), gap, np.inf)


def _column(domain: Domain, typical: tuple[float, float], count: int, rng: np.random.Generator, largest: int) -> Any:
    """Floats of a domain: a half in the typical range, the rest log-uniform from its ends."""
    low, high = (float(e) if e.is_finite else None for e in (domain.lower, domain.upper))
    scales = 10.0 ** rng.uniform(-6, min(7, largest), count)
    usual = rng.uniform(*typical, count)
    if low is not None and high is not None:
        near = (high - low) * 10.0 ** rng.uniform(-6, -0.3, count)
        far = np.where(rng.random(count) < 0.5, low + near, high - near)
    elif low is not None:
        far = low + scales
    elif high is not None:
        far = high - scales
    else:
        far = scales * rng.choice([-1, 1], count)
    column = np.where(rng.random(count) < 0.5, usual, far)
    return np.round(column) if domain.integer else column


def rationalized(value: float, domain: Domain) -> Rational:
    """The float as a fraction of at most nine significant digits, or a whole number."""
    if domain.integer:
        return Rational(round(value))
    return Rational(Fraction(f"{value:.9g}")) if math.isfinite(value) else Rational(0)


def descend(claim: Scalar, space: Space, start: Point, steps: int, rng: np.random.Generator) -> Iterator[Point]:
    """A pattern search for less slack, in coordinates where every domain is the whole line; yields each improvement."""
    maps = [(domain_of(s), s) for s in space.free]
    here = np.array([_to_line(float(start[s]), domain) for domain, s in maps])

    def at(line: Any) -> Point | None:
        return space.complete(
            {s: rationalized(_from_line(float(t), d), d) for t, (d, s) in zip(line, maps, strict=True)}
        )

    best, step, spent = slack(claim, start), 0.5, 0
    while spent < steps and step > 1e-9:
        moves = [sign * axis for axis in np.eye(len(here)) for sign in (1, -1)]
        if len(here) > 1:
            moves += list(rng.standard_normal((len(here), len(here))))
        improved = False
        for move in moves:
            point = at(here + step * move)
            spent += 1
            value = math.inf if point is None else slack(claim, point)
            if value < best and point is not None:
                best, here, improved = value, here + step * move, True
                yield point
        step = step * 1.5 if improved else step / 3


def around(space: Space, centre: Point) -> Iterator[Point]:
    """Points at small distances from the simple points near a centre: where a violation may be narrow."""
    for digits in (1, 12):
        base = {s: _near(centre[s], digits, domain_of(s)) for s in space.free}
        for k in (1, 2, 3, 5, 8):
            for symbol in space.free:
                for sign in (1, -1):
                    if not domain_of(symbol).integer:
                        point = space.complete({**base, symbol: base[symbol] + sign * Rational(1, 10**k)})
                        if point is not None:
                            yield point


def _near(value: Any, digits: int, domain: Domain) -> Any:
    if not value.is_Rational or domain.integer:
        return value
    return value.limit_denominator(10**digits)


def _to_line(value: float, domain: Domain) -> float:
    low, high = (float(e) if e.is_finite else None for e in (domain.lower, domain.upper))
    if low is not None and high is not None:
        share = min(max((value - low) / (high - low), 1e-12), 1 - 1e-12) if high > low else 0.5
        return math.log(share / (1 - share))
    if low is not None:
        return math.log(max(value - low, 1e-300))
    if high is not None:
        return -math.log(max(high - value, 1e-300))
    return math.asinh(value)


def _from_line(t: float, domain: Domain) -> float:
    low, high = (float(e) if e.is_finite else None for e in (domain.lower, domain.upper))
    t = min(max(t, -690.0), 690.0)
    if low is not None and high is not None:
        return low + (high - low) / (1 + math.exp(-t))
    if low is not None:
        return low + math.exp(t)
    if high is not None:
        return high - math.exp(-t)
    return math.sinh(t)
