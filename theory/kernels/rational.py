"""Exact values at rational points, by arithmetic on fractions alone: what certifies a counterexample."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, isqrt

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Expr,
    Max,
    Min,
    Mod,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    ceiling,
    sign,
)
from sympy import floor as floor_of
from sympy.core.relational import Relational

from ..symbols import domain_of

Point = Mapping[Symbol, Fraction]


class NoValue(Exception):
    """The expression has no value at the point, or none that fractions can hold; the message says which part."""


def value(expr: Expr, point: Point) -> Fraction:
    """The value of the expression at the point. Raises NoValue where it is undefined or not rational."""
    if isinstance(expr, Rational):
        return Fraction(int(expr.p), int(expr.q))
    if isinstance(expr, Symbol) and expr in point:
        return point[expr]
    if isinstance(expr, Pow):
        return _power(value(expr.base, point), value(expr.exp, point))
    if isinstance(expr, Piecewise):
        for piece, condition in expr.args:
            if truth(condition, point):
                return value(piece, point)
        raise NoValue(f"no piece of {expr} applies")
    if expr.func in (Add, Mul, Abs, sign, Max, Min, floor_of, ceiling, Mod):
        return _applied(expr, [value(part, point) for part in expr.args])
    raise NoValue(f"{expr} is not rational")


def _applied(expr: Expr, parts: list[Fraction]) -> Fraction:
    first = parts[0]
    if expr.func in (Add, Mul):
        result = Fraction(int(expr.func == Mul))
        for part in parts:
            result = result + part if expr.func == Add else result * part
        return result
    if expr.func in (Max, Min):
        return max(parts) if expr.func == Max else min(parts)
    if expr.func == Mod:
        if parts[1] == 0:
            raise NoValue(f"{expr} divides by zero")
        return first - parts[1] * floor(first / parts[1])
    if expr.func in (floor_of, ceiling):
        return Fraction(floor(first) if expr.func == floor_of else ceil(first))
    return abs(first) if expr.func == Abs else Fraction((first > 0) - (first < 0))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0 and exponent <= 0 and exponent != 0:
        raise NoValue("a division by zero")
    if abs(exponent) > 256:
        raise NoValue(f"the power {exponent} is too high")
    if exponent.denominator == 1:
        return Fraction(base ** int(exponent))
    if base < 0:
        raise NoValue("a root of a negative number")
    root = Fraction(_root(base.numerator, exponent.denominator), _root(base.denominator, exponent.denominator))
    return Fraction(root**exponent.numerator)


def _root(number: int, degree: int) -> int:
    """The exact root of a perfect power."""
    guess = isqrt(number) if degree == 2 else round(number ** (1 / degree))
    if guess**degree != number:
        raise NoValue(f"the root of {number} is irrational")
    return guess


def truth(condition: Basic, point: Point) -> bool:
    """Whether a relation, or a Boolean combination of relations, holds at the point. Raises NoValue."""
    if condition in (S.true, S.false):
        return bool(condition)
    if isinstance(condition, Relational):
        return compare(value(condition.lhs, point), condition.rel_op, value(condition.rhs, point))
    if condition.func in (And, Or):
        return (all if condition.func == And else any)(truth(part, point) for part in condition.args)
    if condition.func == Not:
        return not truth(condition.args[0], point)
    raise NoValue(f"the condition {condition}")


def compare(left: Fraction, relation: str, right: Fraction) -> bool:
    """Whether left relation right."""
    return {
        "==": left == right,
        "!=": left != right,
        "<=": left <= right,
        "<": left < right,
        ">=": left >= right,
        ">": left > right,
    }[relation]


def in_domain(symbol: Symbol, number: Fraction) -> bool:
    """Whether the number lies in the symbol's domain."""
    return Rational(number.numerator, number.denominator) in domain_of(symbol)
