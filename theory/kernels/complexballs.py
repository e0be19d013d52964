"""Values of expressions in complex ball arithmetic, with the principal branch of logarithms and powers.

The real evaluator of `balls` gives no value where a logarithm or a root leaves the real line. An identity whose sides
differ there as complex numbers is false all the same: log(x y) = log x + log y fails at x = y = -1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import acb, ctx, fmpq
from sympy import Add, E, Expr, I, Integer, Mul, Pow, Rational, Symbol, log, pi

Refused = LookupError
"""Raised inside for a node that has no principal value here."""

# The inverse trigonometric functions are left out: on their cuts, conventions differ.
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": lambda z: z.exp(),
    "log": lambda z: z.log(),
    "sin": lambda z: z.sin(),
    "cos": lambda z: z.cos(),
    "tan": lambda z: z.tan(),
    "sinh": lambda z: z.sinh(),
    "cosh": lambda z: z.cosh(),
    "tanh": lambda z: z.tanh(),
    "gamma": lambda z: z.gamma(),
    "erf": lambda z: z.erf(),
}


def enclose_complex(expr: Expr, point: Mapping[Symbol, Any], bits: int = 128) -> Any:
    """A complex ball that holds the value of the expression at a rational point; None where it has none here."""
    with ctx.workprec(bits):
        try:
            value = _value(expr, {symbol: _number(at) for symbol, at in point.items()})
        except (LookupError, ZeroDivisionError, ValueError, OverflowError):
            return None
        return value if value.is_finite() else None


def certainly_differ(left: Expr, right: Expr, point: Mapping[Symbol, Any]) -> bool:
    """Whether both sides have principal values at the point, and these are certainly not equal."""
    one, other = enclose_complex(left, point), enclose_complex(right, point)
    return one is not None and other is not None and not one.overlaps(other)


def printed(expr: Expr, point: Mapping[Symbol, Any]) -> str:
    """The principal value at the point, in decimals that are all certain."""
    value = enclose_complex(expr, point)
    real, imaginary = (part.str(16, radius=False) for part in (value.real, value.imag))
    return str(real) if value.imag.is_zero() else f"{real} + {imaginary} i"


def _number(value: Any) -> Any:
    if isinstance(value, Rational):
        return acb(fmpq(int(value.p), int(value.q)))
    raise Refused(f"{value} is no rational number")


def _value(expr: Expr, point: Mapping[Symbol, Any]) -> Any:
    if isinstance(expr, Symbol):
        return point[expr]
    if isinstance(expr, Rational):
        return _number(expr)
    if expr in _CONSTANTS:
        return _CONSTANTS[expr]()
    if isinstance(expr, Add):
        return sum((_value(term, point) for term in expr.args), acb(0))
    if isinstance(expr, Mul):
        product = acb(1)
        for factor in expr.args:
            product = product * _value(factor, point)
        return product
    if isinstance(expr, Pow):
        return _power(_value(expr.base, point), expr.exp, point)
    function = _FUNCTIONS.get(type(expr).__name__)
    if function is None or len(expr.args) != 1:
        raise Refused(f"{expr.func} has no principal value here")
    argument = _value(expr.args[0], point)
    return function(_off_the_cut(argument) if isinstance(expr, log) else argument)


def _power(base: Any, exponent: Expr, point: Mapping[Symbol, Any]) -> Any:
    if isinstance(exponent, Integer):
        return base ** int(exponent)
    return (_value(exponent, point) * _off_the_cut(base).log()).exp()


def _off_the_cut(z: Any) -> Any:
    """The argument of a logarithm, refused where it is a ball across the branch cut."""
    if not z.imag.is_zero() and z.imag.contains(0) and not z.real > 0:
        raise Refused("the argument cannot be told from the branch cut")
    return z


_CONSTANTS: dict[Any, Callable[[], Any]] = {pi: lambda: acb.pi(), E: lambda: acb(1).exp(), I: lambda: acb(0, 1)}
