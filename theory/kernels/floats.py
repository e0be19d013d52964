"""What an expression looks like in floating point: it says what is worth trying, and decides nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any

from sympy import Basic, E, EulerGamma, Expr, Rational, Symbol, pi

from ..symbols import domain_of, typical_range
from .programs import Program, straight_line

Value = Callable[..., "float | None"]
_SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1 / 3, 2 / 3, 0.25, 0.75, 5.0, 10.0)
_CONSTANTS = {pi: math.pi, E: math.e, EulerGamma: 0.5772156649015329}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "Add": lambda *parts: sum(parts),
    "Mul": lambda *parts: math.prod(parts),
    "Pow": pow,
    "Abs": abs,
    "Max": max,
    "Min": min,
    "sign": lambda t: float((t > 0) - (t < 0)),
    **{
        name: getattr(math, name)
        for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos")
    },
    **{name: getattr(math, name) for name in ("atan", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "floor")},
    "ceiling": math.ceil,
    "loggamma": math.lgamma,
    "factorial": lambda t: math.gamma(t + 1),
}


@lru_cache(maxsize=4096)
def compiled(f: Expr, symbols: tuple[Symbol, ...]) -> Value:
    """f as a function of floats: its value, or None where it has none, or none that is known."""
    try:
        program = straight_line(f, lambda part: _operation(part, symbols))
    except KeyError:
        return lambda *point: None
    return lambda *point: _run(program, point)


def _run(program: Program, point: tuple[float, ...]) -> float | None:
    values: list[Any] = []
    try:
        for done, arguments in program:
            if type(done) is int:
                values.append(point[done])
            elif type(done) is float:
                values.append(done)
            else:
                values.append(done(*[values[i] for i in arguments]))
        result = float(values[-1])
    except (ArithmeticError, ValueError, TypeError):
        return None
    return result if math.isfinite(result) else None


def _operation(expr: Expr, symbols: tuple[Symbol, ...]) -> tuple[Any, tuple[Expr, ...]]:
    """The number of a symbol, a number, or a function of floats with its arguments; raises KeyError for others."""
    if expr.is_Symbol:
        return {symbol: i for i, symbol in enumerate(symbols)}[expr], ()
    if expr.is_Rational:
        return float(expr), ()
    if expr in _CONSTANTS:
        return _CONSTANTS[expr], ()
    return _FUNCTIONS[type(expr).__name__], expr.args


def plausible(margin: Expr, where: tuple[Basic, ...], strict: bool) -> bool:
    """Whether the claim looks true at small points: where it does not, no proof is looked for."""
    symbols = tuple(sorted(margin.free_symbols, key=str))
    if where:
        return True
    fast = compiled(margin, symbols)
    places = [[v for v in _SIMPLE if Rational(v).limit_denominator(10) in domain_of(s)] for s in symbols]
    rng = random.Random(0)
    if all(places) and len(symbols) <= 3:
        points = list(product(*places))
    else:
        points = [
            tuple(rng.choice(place) if place else sample(s, rng) for s, place in zip(symbols, places, strict=True))
            for _ in range(2000)
        ]
    values = [v for point in points if (v := fast(*point)) is not None]
    if strict and any(abs(v) < 1e-13 for v in values):
        return False
    values += [v for _ in range(200) if (v := fast(*(sample(s, rng) for s in symbols))) is not None]
    return not any(v < -1e-9 for v in values)


def sample(symbol: Symbol, rng: random.Random) -> float:
    """Typical values, and now and then a far one."""
    low, high = typical_range(symbol)
    domain = domain_of(symbol)
    if rng.random() < 0.7 or (domain.lower.is_finite and domain.upper.is_finite):
        return rng.uniform(low, high)
    size = math.exp(rng.uniform(-4, 4))
    if domain.lower.is_finite:
        return float(domain.lower) + size
    return float(domain.upper) - size if domain.upper.is_finite else rng.choice((-1, 1)) * size
