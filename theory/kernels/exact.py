"""Exact rational values of expressions, by fractions alone: what can be computed without rounding, or None.

>>> from sympy import Symbol, Rational, Max
>>> x = Symbol("x", real=True)
>>> value(Max(x**2, 1) / 3, {x: Rational(1, 2)})
1/3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import fmpq, fmpz
from sympy import Expr, Rational, Symbol, sympify
from sympy.core.relational import Relational

Point = Mapping[Symbol, Any]
MAX_BITS = 200_000
MAX_TERMS = 10_000
HIGHEST_ROOT = 64


class _Inexact(Exception):
    """The value is undefined, irrational, or too long to be worth writing down."""


def value(expr: Any, point: Point) -> Any | None:
    """The value as a fraction (`flint.fmpq`), or None where it is undefined, irrational or not found."""
    try:
        at = {symbol: _value(sympify(given, strict=True), {}) for symbol, given in point.items()}
        return _value(sympify(expr, strict=True), at)
    except (_Inexact, RecursionError, OverflowError, ZeroDivisionError):
        return None


def compare(left: Any, relation: str, right: Any) -> bool:
    """Whether left relation right, between fractions."""
    return bool(
        {
            "==": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[relation]
    )


def rational(fraction: Any) -> Rational:
    """A flint fraction as a SymPy number."""
    return Rational(int(fraction.p), int(fraction.q))


def proved_zero(expr: Expr, point: Point) -> bool:
    """Whether algebra proves that the expression, with the point put in, is zero."""
    closed = expr.xreplace({symbol: sympify(given, strict=True) for symbol, given in point.items()})
    if closed.is_Rational:
        return bool(closed == 0)
    if any(abs(number.p) >= 1000 or number.q >= 1000 for number in closed.atoms(Rational)):
        return False  # exp(1000000) and the like are not worth expanding
    try:
        from .algebra import is_zero

        return is_zero(closed) is True
    except ImportError:
        return False


def _value(expr: Any, at: dict[Any, Any]) -> Any:
    if expr.is_Symbol:
        if expr not in at:
            raise _Inexact
        return at[expr]
    if expr.is_Rational:
        return fmpq(int(expr.p), int(expr.q))
    name = type(expr).__name__
    if name in _BINDERS:
        return _BINDERS[name](expr, at)
    if expr.is_Pow or name in _FUNCTIONS or expr.is_Add or expr.is_Mul:
        arguments = [_value(part, at) for part in expr.args]
        result = _power(*arguments) if expr.is_Pow else _FUNCTIONS[name](*arguments)
        if result.p.bit_length() + result.q.bit_length() > MAX_BITS:
            raise _Inexact
        return result
    raise _Inexact


def _power(base: Any, exponent: Any) -> Any:
    if exponent.q == 1:
        n = int(exponent.p)
        if base == 0 and n < 0:
            raise _Inexact
        if base in (0, 1):
            return base if n else fmpq(1)
        size = max(base.p.bit_length(), base.q.bit_length())
        if abs(n) * size > MAX_BITS:
            raise _Inexact
        return base**n
    if exponent.q <= HIGHEST_ROOT and base >= 0:
        degree = int(exponent.q)
        top, bottom = base.p.root(degree), base.q.root(degree)
        if top**degree == base.p and bottom**degree == base.q:
            return _power(fmpq(top, bottom), fmpq(exponent.p))
    raise _Inexact


def _at(where: int, image: int) -> Callable[..., Any]:
    """A function that is rational at one argument only."""

    def evaluate(x: Any) -> Any:
        if x != where:
            raise _Inexact
        return fmpq(image)

    return evaluate


def _whole(x: Any, most: int = MAX_TERMS) -> int:
    if x.q != 1 or abs(x) > most:
        raise _Inexact
    return int(x.p)


def _factorial(x: Any) -> Any:
    if x < 0:
        raise _Inexact
    return fmpq(fmpz.fac_ui(_whole(x)))


def _gamma(x: Any) -> Any:
    return _factorial(x - 1)


def _binomial(n: Any, k: Any) -> Any:
    result = fmpq(1 if k >= 0 else 0)
    for i in range(_whole(k)):
        result = result * (n - i) / (i + 1)
    return result


def _product(*factors: Any) -> Any:
    result = fmpq(1)
    for factor in factors:
        result *= factor
    return result


def _sum(*terms: Any) -> Any:
    result = fmpq(0)
    for term in terms:
        result += term
    return result


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": _sum,
    "Mul": _product,
    "Abs": abs,
    "Max": lambda *values: max(values),
    "Min": lambda *values: min(values),
    "sign": lambda x: fmpq((x > 0) - (x < 0)),
    "floor": lambda x: fmpq(x.floor()),
    "ceiling": lambda x: fmpq(x.ceil()),
    "Mod": lambda x, y: x - y * (x / y).floor(),
    "frac": lambda x: x - x.floor(),
    "Heaviside": lambda x, middle: fmpq(x > 0) if x != 0 else middle,
    "KroneckerDelta": lambda i, j: fmpq(i == j),
    "factorial": _factorial,
    "gamma": _gamma,
    "binomial": _binomial,
    "exp": _at(0, 1),
    "log": _at(1, 0),
    "loggamma": lambda x: fmpq(0) if x in (1, 2) else _at(1, 0)(x),
    "sin": _at(0, 0),
    "cos": _at(0, 1),
    "tan": _at(0, 0),
    "sinh": _at(0, 0),
    "cosh": _at(0, 1),
    "tanh": _at(0, 0),
    "atan": _at(0, 0),
    "asin": _at(0, 0),
    "asinh": _at(0, 0),
    "atanh": _at(0, 0),
    "erf": _at(0, 0),
    "erfc": _at(0, 1),
}


def _piecewise(expr: Any, at: dict[Any, Any]) -> Any:
    for branch, condition in expr.args:
        if _truth(condition, at):
            return _value(branch, at)
    raise _Inexact


def _truth(condition: Any, at: dict[Any, Any]) -> bool:
    if isinstance(condition, Relational):
        left, right = (_value(side, at) for side in condition.args)
        return compare(left, condition.rel_op, right)
    name = type(condition).__name__
    if name in ("BooleanTrue", "BooleanFalse"):
        return bool(condition)
    if name in ("And", "Or", "Not"):
        parts = [_truth(part, at) for part in condition.args]
        return all(parts) if name == "And" else any(parts) if name == "Or" else not parts[0]
    raise _Inexact


def _accumulate(expr: Any, at: dict[Any, Any], fold: Callable[..., Any]) -> Any:
    body, *limits = expr.args

    def nested(rest: list[Any], here: dict[Any, Any]) -> Any:
        if not rest:
            return _value(body, here)
        *inner, (index, lower, upper) = (tuple(limit) for limit in rest)
        first, last = (_whole(_value(end, here), 10**9) for end in (lower, upper))
        if last < first - 1 or last - first >= MAX_TERMS:
            raise _Inexact
        return fold(*(nested(inner, {**here, index: fmpq(k)}) for k in range(first, last + 1)))

    return nested(limits, at)


_BINDERS: dict[str, Callable[..., Any]] = {
    "Piecewise": _piecewise,
    "Sum": lambda expr, at: _accumulate(expr, at, _sum),
    "Product": lambda expr, at: _accumulate(expr, at, _product),
}

__all__ = ["compare", "proved_zero", "rational", "value"]
