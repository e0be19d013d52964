"""The two arithmetics in which matrix expressions are evaluated: exact fractions, and complex balls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from flint import acb, acb_mat, arb, ctx, fmpq, fmpq_mat

PRECISION = 384


class NoValue(Exception):
    """An expression without a value at a point: a singular inverse, the logarithm of a negative number."""


class Fractions:
    """Exact arithmetic: rational operations only."""

    exact = True
    matrix = staticmethod(fmpq_mat)

    @staticmethod
    def number(value: Any) -> Any:
        """A SymPy number or a Python fraction as an element."""
        value = sympy.sympify(value)
        if not value.is_Rational:
            raise NoValue(f"{value} is not rational")
        return fmpq(int(value.p), int(value.q))

    @staticmethod
    def function(function: Any, values: list[Any]) -> Any:
        """A named function at rational arguments."""
        if function is sympy.Abs:
            return abs(values[0])
        if function is sympy.sign:
            return fmpq((values[0] > 0) - (values[0] < 0))
        if function in (sympy.Max, sympy.Min):
            return max(values) if function is sympy.Max else min(values)
        raise NoValue(f"{function} is not rational")

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """A rational power where it is rational."""
        if exponent.q == 1 and abs(exponent.p) < 64:
            if exponent < 0 and base == 0:
                raise NoValue("a division by zero")
            return base ** int(exponent.p)
        root = None
        if base >= 0 and exponent.q == 2:
            p, q = base.p.sqrtrem(), base.q.sqrtrem()
            root = fmpq(p[0], q[0]) if p[1] == 0 and q[1] == 0 else None
        if root is None:
            raise NoValue("a root that is not rational")
        return Fractions.power(root, fmpq(exponent.p))


class Balls:
    """Complex balls. Functions with branch cuts are refused off the right half plane, where derivatives make sense."""

    exact = False
    matrix = staticmethod(acb_mat)

    @staticmethod
    def number(value: Any) -> Any:
        """A SymPy number or a fraction as a ball."""
        if isinstance(value, int):
            return acb(value)
        value = sympy.sympify(value)
        if value.is_Rational:
            return acb(arb(fmpq(int(value.p), int(value.q))))
        if value is sympy.pi:
            return acb.pi()
        if value is sympy.E:
            return acb(1).exp()
        raise NoValue(f"{value} is no number")

    @staticmethod
    def function(function: Any, values: list[Any]) -> Any:
        """A named function at balls."""
        value = values[0]
        if function in (sympy.re, sympy.conjugate):
            return value
        if function is sympy.atan2 and values[1].real > 0:
            return (value / values[1]).atan()
        if function in (sympy.Abs, sympy.sign, sympy.Heaviside):
            if value.real.contains(0):
                raise NoValue(f"{function} at zero")
            sign = 1 if value.real > 0 else -1
            if function is sympy.Heaviside:
                return acb((1 + sign) // 2)
            return acb(sign) if function is sympy.sign else value * sign
        if function in (sympy.Max, sympy.Min):
            sign = 1 if function is sympy.Max else -1
            for other in values[1:]:
                gain = (other - value).real * sign
                if gain.contains(0):
                    raise NoValue(f"{function} at a tie")
                value = other if gain > 0 else value
            return value
        if function is sympy.log and not value.real > 0:
            raise NoValue("the logarithm of a number that is not positive")
        if function in (sympy.asin, sympy.acos, sympy.atanh) and not abs(value.real) < 1:
            raise NoValue(f"{function} outside (-1, 1)")
        name = {"loggamma": "lgamma"}.get(function.__name__, function.__name__)
        if function in _SIMPLE:
            return getattr(value, name)()
        if function is sympy.polygamma:
            return values[1].polygamma(values[0])
        raise NoValue(f"the function {function} has no ball arithmetic here")

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """base ** exponent; the base positive where the exponent is no integer."""
        if exponent.imag == 0 and exponent.real.is_integer():
            if exponent.real < 0 and base.contains(0):
                raise NoValue("a division by zero")
            return base ** int(exponent.real.unique_fmpz())
        if not base.real > 0:
            raise NoValue("a power of a number that is not positive")
        return base**exponent


_SIMPLE = {
    sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh, sympy.asin, sympy.acos,
    sympy.atan, sympy.asinh, sympy.acosh, sympy.atanh, sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma, sympy.cot,
    sympy.digamma, sympy.sech, sympy.csch, sympy.coth, sympy.sec, sympy.csc, sympy.erfi,
}  # fmt: skip


def with_precision(task: Callable[[], Any], bits: int = PRECISION) -> Any:
    """The value of task() computed with balls of the given precision."""
    before = ctx.prec
    ctx.prec = bits
    try:
        return task()
    finally:
        ctx.prec = before


__all__ = ["PRECISION", "Balls", "Fractions", "NoValue", "with_precision"]
