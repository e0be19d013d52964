"""The functions of analysis on balls of reals: each raises `Undefined` outside its real domain.

`Straddles` says that the ball is too wide to tell: it touches a pole, a jump or
the end of a domain, and more bits may help.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, arb, fmpq

MAX_EXPONENT = 10**6


class Undefined(Exception):
    """The expression has no real value here, or none that can be computed."""


class Straddles(Exception):
    """The ball is too wide to decide whether the value exists, or which branch it takes."""


def finite(ball: Any) -> Any:
    """The ball, if it is a bounded one; raises Straddles."""
    if not ball.is_finite():
        raise Straddles
    return ball


def above(ball: Any, least: Any = 0, strict: bool = False) -> Any:
    """The ball, if all of it is at least (or more than) `least`; raises Undefined or Straddles."""
    if (ball > least) if strict else (ball >= least):
        return ball
    if (ball <= least) if strict else (ball < least):
        raise Undefined
    raise Straddles


def span(lower: Any, upper: Any) -> Any:
    """The smallest ball over two balls."""
    return lower.union(upper)


def _monotone(function: Callable[[Any], Any], ball: Any) -> Any:
    """The image of a ball under a monotone function, tight for wide balls."""
    if ball.is_exact() or ball.rel_accuracy_bits() > 20:
        return function(ball)
    return span(function(ball.lower()), function(ball.upper()))


def magnitude(ball: Any) -> Any:
    """The absolute value, never below zero."""
    if ball >= 0:
        return ball
    if ball <= 0:
        return -ball
    return arb(0).union(ball.abs_upper()).nonnegative_part()


def whole_power(base: Any, n: int) -> Any:
    """base**n for an integer n."""
    if n < 0:
        if base.is_exact() and base == 0:
            raise Undefined
        if base.contains(0):
            raise Straddles
        return 1 / whole_power(base, -n)
    if n <= 1:
        return base if n else arb(1)
    if base.is_exact() or base.rel_accuracy_bits() > 20:
        return base**n
    if n % 2:
        return span(base.lower() ** n, base.upper() ** n)
    size = magnitude(base)
    low, high = arb(size.abs_lower()), arb(size.abs_upper())
    result = span(low**n, high**n)
    return result.nonnegative_part() if result.lower() < 0 else result


def power(base: Any, exponent: Any) -> Any:
    """base**exponent: any base for an exact integer exponent, else a positive base, or 0 to a positive exponent."""
    if exponent.is_exact() and exponent.is_integer():
        n = int(exponent.unique_fmpz())
        if abs(n) <= MAX_EXPONENT:
            return whole_power(base, n)
        if base < 0:
            size = arb(1) if base.is_exact() and base == -1 else _monotone(arb.exp, exponent * logarithm(-base))
            return -size if n % 2 else size
    if base > 0:
        if exponent.is_exact() and exponent == arb(fmpq(1, 2)):
            return square_root(base)
        if base.is_exact() and base == 1:
            return arb(1)
        return _monotone(arb.exp, exponent * logarithm(base))
    if base < 0:
        raise Undefined if exponent.is_exact() else Straddles
    if exponent > 0 and base >= 0:
        high = base.upper()
        if high == 0:
            return arb(0)
        rises = [(e * logarithm(high)).exp() for e in (exponent.lower(), exponent.upper())]
        return arb(0).union(rises[0]).union(rises[1]).nonnegative_part()
    if exponent <= 0 and base.is_exact():
        raise Undefined
    raise Straddles


def square_root(x: Any) -> Any:
    """The square root of a nonnegative ball."""
    return _monotone(arb.sqrt, above(x))


def logarithm(x: Any, base: Any = None) -> Any:
    """The logarithm of a positive ball, natural or to a base."""
    value = _monotone(arb.log, above(x, strict=True))
    return value if base is None else value / logarithm(base)


def _pole_free(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function whose poles Arb reports as a ball without bounds; at an exact argument that is final."""

    def evaluate(x: Any) -> Any:
        value = function(x)
        if not value.is_finite() and x.is_exact():
            raise Undefined
        return value

    return evaluate


def _between(function: Callable[[Any], Any], open_ends: bool) -> Callable[[Any], Any]:
    """A monotone function on [-1, 1] or on (-1, 1)."""

    def evaluate(x: Any) -> Any:
        above(x, -1, strict=open_ends)
        above(-x, -1, strict=open_ends)
        return _monotone(function, x)

    return evaluate


def _log_gamma(x: Any) -> Any:
    return above(x, strict=True).lgamma()


def _polygamma(order: Any, x: Any) -> Any:
    if not (order.is_exact() and order.is_integer() and order >= 0):
        raise Undefined
    if order == 0:
        return _pole_free(arb.digamma)(x)
    value = acb(above(x, strict=True)).polygamma(acb(order))
    if not value.imag.contains(0):
        raise Undefined
    return value.real


def _beta(a: Any, b: Any) -> Any:
    return (_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)).exp()


def _factorial(x: Any) -> Any:
    if x.is_exact() and x.is_integer() and x < 0:
        raise Undefined
    return _pole_free(arb.gamma)(x + 1)


def _binomial(n: Any, k: Any) -> Any:
    if k.is_exact() and k.is_integer():
        if k < 0:
            return arb(0)
        if k <= 10_000:
            product = arb(1)
            for i in range(int(k.unique_fmpz())):
                product = product * (n - i) / (i + 1)
            return product
    return _factorial(n) * (k + 1).rgamma() * (n - k + 1).rgamma()


def _harmonic(n: Any, order: Any = None) -> Any:
    if order is not None and not (order.is_exact() and order == 1):
        raise Undefined
    return above(n).__add__(1).digamma() + arb.const_euler()


def _sign(x: Any) -> Any:
    return x.sgn()


def _step(x: Any, at_zero: Any) -> Any:
    if x > 0 or x < 0:
        return arb(1 if x > 0 else 0)
    return at_zero if x.is_exact() else arb(0).union(arb(1)).union(at_zero)


def _jumps(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function with integer values: constant on the ball, or Straddles."""

    def evaluate(x: Any) -> Any:
        value = function(x)
        if not value.is_exact():
            raise Straddles
        return value

    return evaluate


def _kronecker(i: Any, j: Any, span_: Any = None) -> Any:
    if not i.overlaps(j):
        return arb(0)
    if i.is_exact() and j.is_exact():
        return arb(1)
    raise Straddles


def _fold(choose: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def evaluate(*balls: Any) -> Any:
        best = balls[0]
        for ball in balls[1:]:
            best = choose(best, ball)
        return best

    return evaluate


def _modulo(a: Any, b: Any) -> Any:
    if b.contains(0):
        raise Straddles
    return a - b * _jumps(arb.floor)(a / b)


def _arc_tangent(y: Any, x: Any) -> Any:
    if x.is_exact() and x == 0 and y.is_exact() and y == 0:
        raise Undefined
    return arb.atan2(y, x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Exp1": arb.const_e,
    "Pi": arb.pi,
    "EulerGamma": arb.const_euler,
    "Catalan": arb.const_catalan,
    "GoldenRatio": lambda: (1 + arb(5).sqrt()) / 2,
    "exp": lambda x: _monotone(arb.exp, x),
    "log": logarithm,
    "sin": arb.sin,
    "cos": arb.cos,
    "tan": _pole_free(arb.tan),
    "cot": _pole_free(arb.cot),
    "sec": _pole_free(arb.sec),
    "csc": _pole_free(arb.csc),
    "sinc": arb.sinc,
    "asin": _between(arb.asin, False),
    "acos": _between(arb.acos, False),
    "atan": lambda x: _monotone(arb.atan, x),
    "atan2": _arc_tangent,
    "sinh": lambda x: _monotone(arb.sinh, x),
    "cosh": lambda x: _monotone(arb.cosh, magnitude(x)),
    "tanh": lambda x: _monotone(arb.tanh, x),
    "coth": _pole_free(arb.coth),
    "sech": lambda x: 1 / _monotone(arb.cosh, magnitude(x)),
    "csch": _pole_free(arb.csch),
    "asinh": lambda x: _monotone(arb.asinh, x),
    "acosh": lambda x: _monotone(arb.acosh, above(x, 1)),
    "atanh": _between(arb.atanh, True),
    "erf": lambda x: _monotone(arb.erf, x),
    "erfc": lambda x: _monotone(arb.erfc, x),
    "erfi": lambda x: _monotone(arb.erfi, x),
    "erfinv": _between(arb.erfinv, True),
    "erfcinv": lambda x: _between(arb.erfinv, True)(1 - x),
    "gamma": _pole_free(arb.gamma),
    "loggamma": _log_gamma,
    "digamma": _pole_free(arb.digamma),
    "polygamma": _polygamma,
    "beta": _beta,
    "factorial": _factorial,
    "binomial": _binomial,
    "harmonic": _harmonic,
    "uppergamma": lambda s, x: above(x, strict=True).gamma_upper(s),
    "lowergamma": lambda s, x: above(x).gamma_lower(above(s, strict=True)),
    "zeta": lambda s, a=None: above(s, 1, strict=True).zeta(*(() if a is None else (above(a, strict=True),))),
    "polylog": lambda s, x: x.polylog(s),
    "LambertW": lambda x, branch=None: x.lambertw() if branch is None else _lower_lambert(x, branch),
    "besseli": lambda order, x: above(x).bessel_i(order),
    "besselj": lambda order, x: above(x).bessel_j(order),
    "besselk": lambda order, x: above(x, strict=True).bessel_k(order),
    "Ei": lambda x: above(x, strict=True).ei(),
    "expint": lambda order, x: above(x, strict=True).expint(order),
    "Si": arb.si,
    "Shi": arb.shi,
    "Ci": lambda x: above(x, strict=True).ci(),
    "Abs": magnitude,
    "sign": _sign,
    "Max": _fold(lambda a, b: a.max(b)),
    "Min": _fold(lambda a, b: a.min(b)),
    "Heaviside": _step,
    "floor": _jumps(arb.floor),
    "ceiling": _jumps(arb.ceil),
    "frac": lambda x: x - _jumps(arb.floor)(x),
    "Mod": _modulo,
    "KroneckerDelta": _kronecker,
    "re": lambda x: x,
    "im": lambda x: arb(0),
    "conjugate": lambda x: x,
}


def _lower_lambert(x: Any, branch: Any) -> Any:
    """The lower real branch, on [-1/e, 0)."""
    if not (branch.is_exact() and branch == -1 and x < 0):
        raise Undefined
    return x.lambertw(-1)
