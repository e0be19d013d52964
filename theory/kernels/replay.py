"""Counterexamples as a few lines of plain Python: fractions where all is rational, else mpmath."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

from sympy import Symbol, sympify

from . import exact

DIGITS = 50


class _Unprintable(Exception):
    """A function that plain Python with mpmath does not have."""


def replay(
    lhs: Any, relation: str, rhs: Any, point: Mapping[Symbol, Any], digits: int = DIGITS, equal: bool = False
) -> str:
    """A program that prints both sides at the point and asserts that lhs relation rhs is false there.

    With `equal` the sides are known to be equal, which mpmath sees up to rounding. Empty where a side holds
    something that plain Python with mpmath cannot say.
    """
    lhs, rhs = sympify(lhs, strict=True), sympify(rhs, strict=True)
    rational = exact.value(lhs, point) is not None and exact.value(rhs, point) is not None
    for write in (_Writer(point, True), _Writer(point, False)) if rational else (_Writer(point, False),):
        try:
            values = [f"{write.names[s]} = {write(sympify(v, strict=True))}" for s, v in point.items()]
            sides = [f"left = {write(lhs)}", f"right = {write(rhs)}"]
        except _Unprintable:
            continue
        head = (
            ["from fractions import Fraction"] if write.fractions else ["from mpmath import mp", f"mp.dps = {digits}"]
        )
        false = f"assert not (left {relation} right)"
        if equal and not write.fractions:
            false = f"assert abs(left - right) < mp.mpf(10)**{10 - digits}  # equal, so {relation} is false"
        lines = [*head, *values, *sides, "print(left, right)", false]
        return "\n".join(lines) + "\n"
    return ""


class _Writer:
    """Writes expressions as Python, with fractions or with mpmath."""

    def __init__(self, point: Mapping[Symbol, Any], fractions: bool) -> None:
        self.fractions = fractions
        self.names: dict[Any, str] = {}
        for symbol in point:
            self._name(symbol)

    def _name(self, symbol: Any) -> str:
        if symbol not in self.names:
            name = re.sub(r"\W", "", symbol.name) or "v"
            name = f"v{name}" if name[0].isdigit() else name
            taken = {*self.names.values(), "mp", "left", "right", "Fraction"}
            while keyword.iskeyword(name) or name in taken:
                name += "_"
            self.names[symbol] = name
        return self.names[symbol]

    def __call__(self, expr: Any) -> str:
        if expr.is_Symbol:
            return self._name(expr)
        if expr.is_Rational:
            return self._number(int(expr.p), int(expr.q))
        if expr.is_Add:
            return "(" + " + ".join(self(term) for term in expr.args) + ")"
        if expr.is_Mul:
            return "(" + " * ".join(self(factor) for factor in expr.args) + ")"
        if expr.is_Pow:
            return self._power(expr)
        name = type(expr).__name__
        if name in _BINDERS:
            return _BINDERS[name](self, expr)
        table = _FRACTIONS if self.fractions else _MPMATH
        if name not in table:
            raise _Unprintable(name)
        return table[name].format(*(self(part) for part in expr.args), all=", ".join(self(part) for part in expr.args))

    def _number(self, p: int, q: int) -> str:
        if q == 1:
            return f"Fraction({p})" if self.fractions else f"mp.mpf({p})"
        return f"Fraction({p}, {q})" if self.fractions else f"(mp.mpf({p}) / {q})"

    def _power(self, expr: Any) -> str:
        base = self(expr.base)
        if expr.exp.is_Integer:
            return f"({base})**({int(expr.exp)})"
        if self.fractions:
            raise _Unprintable("root")
        if expr.exp.is_Rational and expr.exp.q == 2 and expr.exp.p == 1:
            return f"mp.sqrt({base})"
        return f"({base})**({self(expr.exp)})"

    def condition(self, expr: Any) -> str:
        name = type(expr).__name__
        if name in ("BooleanTrue", "BooleanFalse"):
            return str(bool(expr))
        if expr.is_Relational:
            return f"({self(expr.lhs)} {expr.rel_op} {self(expr.rhs)})"
        if name in ("And", "Or"):
            return "(" + f" {name.lower()} ".join(self.condition(part) for part in expr.args) + ")"
        if name == "Not":
            return f"(not {self.condition(expr.args[0])})"
        raise _Unprintable(name)


def _piecewise(write: _Writer, expr: Any) -> str:
    text = "None"
    for branch, condition in reversed(expr.args):
        text = f"({write(branch)} if {write.condition(condition)} else {text})"
    return text


def _loop(fold: str) -> Callable[[_Writer, Any], str]:
    def written(write: _Writer, expr: Any) -> str:
        body, *limits = expr.args
        if len(limits) != 1:
            raise _Unprintable("nested limits")
        index, lower, upper = limits[0]
        name = write._name(index)
        if write.fractions and fold == "product":
            raise _Unprintable("product")
        function = {"sum": "sum" if write.fractions else "mp.fsum", "product": "mp.fprod"}[fold]
        return f"{function}({write(body)} for {name} in range(int({write(lower)}), int({write(upper)}) + 1))"

    return written


def _integral(write: _Writer, expr: Any) -> str:
    body, *limits = expr.args
    if write.fractions or len(limits) != 1 or len(limits[0]) != 3:
        raise _Unprintable("integral")
    variable, lower, upper = limits[0]
    ends = ", ".join({"oo": "mp.inf", "-oo": "-mp.inf"}.get(str(end)) or write(end) for end in (lower, upper))
    return f"mp.quad(lambda {write._name(variable)}: {write(body)}, [{ends}])"


def _derivative(write: _Writer, expr: Any) -> str:
    done = expr.doit(deep=False)
    if type(done).__name__ == "Derivative":
        raise _Unprintable("derivative")
    return write(done)


_BINDERS: dict[str, Callable[[_Writer, Any], str]] = {
    "Piecewise": _piecewise,
    "Sum": _loop("sum"),
    "Product": _loop("product"),
    "Integral": _integral,
    "Derivative": _derivative,
}

_FRACTIONS = {
    "Abs": "abs({0})",
    "Max": "max({all})",
    "Min": "min({all})",
    "sign": "(({0} > 0) - ({0} < 0))",
    "floor": "({0} // 1)",
    "ceiling": "(-(-{0} // 1))",
    "Heaviside": "({1} if {0} == 0 else Fraction({0} > 0))",
    "KroneckerDelta": "Fraction({0} == {1})",
}

_SAME = [
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "cot",
    "sec",
    "csc",
    "sinc",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "coth",
    "sech",
    "csch",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "erfi",
    "erfinv",
    "gamma",
    "loggamma",
    "digamma",
    "beta",
    "factorial",
    "binomial",
    "harmonic",
    "zeta",
    "polylog",
    "besseli",
    "besselj",
    "besselk",
    "expint",
    "ceiling",
]

_MPMATH = {
    **{name: f"mp.{name}({{all}})" for name in _SAME},
    "ceiling": "mp.ceil({0})",
    "floor": "mp.floor({0})",
    "frac": "mp.frac({0})",
    "polygamma": "mp.psi({all})",
    "LambertW": "mp.lambertw({all}).real",
    "uppergamma": "mp.gammainc({0}, {1})",
    "lowergamma": "mp.gammainc({0}, 0, {1})",
    "Ei": "mp.ei({0})",
    "Si": "mp.si({0})",
    "Ci": "mp.ci({0})",
    "Shi": "mp.shi({0})",
    "Abs": "abs({0})",
    "sign": "mp.sign({0})",
    "Max": "max({all})",
    "Min": "min({all})",
    "Mod": "(({0}) % ({1}))",
    "Heaviside": "({1} if {0} == 0 else mp.mpf({0} > 0))",
    "KroneckerDelta": "mp.mpf({0} == {1})",
    "Exp1": "mp.e",
    "Pi": "mp.pi",
    "EulerGamma": "mp.euler",
    "Catalan": "mp.catalan",
    "GoldenRatio": "mp.phi",
}
