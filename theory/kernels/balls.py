"""Values of expressions in ball arithmetic: an interval that is certain to hold the true value, or None.

The evaluator walks the SymPy tree itself and computes with Arb (python-flint); SymPy's own numerical evaluation has no part
in it. A value exists only where every part of the expression is a finite real number: `x*log(x)` has no value at 0.

>>> from sympy import Symbol, log, Rational
>>> x = Symbol("x", positive=True)
>>> relation_at(log(x), "<=", x - 1, {x: Rational(3)})
True
>>> sign_at(log(x) - x + 1, {x: Rational(1)})
0

A point maps symbols to exact numbers (integers, rationals, exact expressions such as sqrt(2)) or to balls. A ball for a symbol
stands for those of its numbers that lie in the symbol's domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flint import arb, ctx, fmpq
from sympy import And, Basic, Eq, Expr, Ne, Not, Or, Symbol, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from ..symbols import Domain, domain_of
from . import exact
from .ballfunctions import FUNCTIONS, Straddles, Undefined, finite, power

Point = Mapping[Symbol, Any]
Environment = dict[Any, Any]
MAX_TERMS = 10_000


def enclose(expr: Any, point: Point, bits: int = 128) -> Any | None:
    """A finite ball that holds the value of the expression at the point, or None.

    None means undefined there, or not to be had: an argument outside a function's domain, a function without an evaluator,
    a quantity that cannot be told from a pole. More bits are tried before a quotient or a branch is given up.
    """
    wide = any(isinstance(value, arb) and not value.is_exact() for value in point.values())
    for precision in (bits,) if wide else (bits, 4 * bits, 16 * bits):
        try:
            with ctx.workprec(precision):
                return _value(sympify(expr, strict=True), _environment(point), {})
        except Straddles:
            continue
        except (Undefined, RecursionError, OverflowError):
            return None
    return None


def sign_at(expr: Any, point: Point, max_bits: int = 4096) -> int | None:
    """The sign of the expression at the point: -1, 0 or 1 for certain, else None.

    Zero is said only of an expression whose value is exactly zero: rational arithmetic says so, or `algebra.is_zero` does.
    """
    expr = sympify(expr, strict=True)
    if any(isinstance(value, arb) for value in point.values()):
        return _sign(enclose(expr, point))
    value = exact.value(expr, point)
    if value is not None:
        return (value > 0) - (value < 0)
    bits = 64
    while bits <= max_bits:
        ball = enclose(expr, point, bits)
        if ball is None:
            return None
        sign = _sign(ball)
        if sign is not None:
            return sign
        if bits == 256 and exact.proved_zero(expr, point):
            return 0
        bits *= 2
    return None


def _sign(ball: Any | None) -> int | None:
    if ball is None:
        return None
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    return 0 if ball.is_exact() and ball == 0 else None


def relation_at(lhs: Any, relation: str, rhs: Any, point: Point) -> bool | None:
    """Whether lhs relation rhs (==, !=, <, <=, >, >=) at the point; None where a side is undefined or nothing is certain."""
    lhs, rhs = sympify(lhs, strict=True), sympify(rhs, strict=True)
    left, right = enclose(lhs, point), enclose(rhs, point)
    if left is None or right is None:
        return None
    return _holds(relation, _sign(left - right) if not left.overlaps(right) else sign_at(lhs - rhs, point))


def _holds(relation: str, sign: int | None) -> bool | None:
    if sign is None:
        return None
    return {
        "==": sign == 0,
        "!=": sign != 0,
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
    }[relation]


def conditions_at(where: Iterable[Basic] | Basic, point: Point) -> bool | None:
    """Whether all the conditions hold at the point, for certain; None where that is not decided."""
    parts = (where,) if isinstance(where, Basic) else tuple(where)
    answers = [_condition_at(part, point) for part in parts]
    if any(answer is False for answer in answers):
        return False
    return None if None in answers else True


def _condition_at(condition: Basic, point: Point) -> bool | None:
    if isinstance(condition, Relational):
        return relation_at(condition.lhs, condition.rel_op, condition.rhs, point)
    return _connective(condition, lambda part: _condition_at(part, point))


def _connective(condition: Any, decide: Any) -> bool | None:
    """And, Or and Not in three-valued logic, over conditions that `decide` answers."""
    if isinstance(condition, BooleanTrue | BooleanFalse | bool):
        return bool(condition)
    if isinstance(condition, Not):
        answer = decide(condition.args[0])
        return None if answer is None else not answer
    if isinstance(condition, And | Or):
        decisive = isinstance(condition, Or)
        answers = [decide(part) for part in condition.args]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    return None


def in_domain(point: Point) -> bool | None:
    """Whether every exact value of the point lies in its symbol's domain; a ball must lie in it as a whole."""
    answers = [_inside(domain_of(symbol), value) for symbol, value in point.items()]
    if False in answers:
        return False
    return None if None in answers else True


def _inside(domain: Domain, value: Any) -> bool | None:
    if domain.integer:
        whole = exact.value(sympify(value, strict=True), {}) if not isinstance(value, arb) else None
        if whole is None or whole.q != 1:
            return None if whole is None else False
    answers: list[bool | None] = []
    v = Symbol("v", real=True)
    if domain.lower.is_finite:
        answers.append(relation_at(v, ">" if domain.lower_open else ">=", domain.lower, {v: value}))
    if domain.upper.is_finite:
        answers.append(relation_at(v, "<" if domain.upper_open else "<=", domain.upper, {v: value}))
    if False in answers:
        return False
    return None if None in answers else True


def _environment(point: Point) -> Environment:
    return {symbol: _number(symbol, value) for symbol, value in point.items()}


def _number(symbol: Symbol, value: Any) -> Any:
    """The ball of a point's value; a wide one is cut at zero where the symbol's domain ends there."""
    if not isinstance(value, arb):
        return _value(sympify(value, strict=True), {}, {})
    if not value.is_finite():
        raise Undefined
    return value.nonnegative_part() if value.lower() < 0 and domain_of(symbol).lower.is_zero else value


def _value(expr: Any, at: Environment, memo: Environment) -> Any:
    """The ball of an expression in an environment; raises Undefined or Straddles."""
    if expr in memo:
        return memo[expr]
    memo[expr] = ball = finite(_evaluate(expr, at, memo))
    return ball


def _evaluate(expr: Any, at: Environment, memo: Environment) -> Any:
    if expr.is_Symbol:
        if expr not in at:
            raise Undefined
        return at[expr]
    if expr.is_Rational:
        return arb(fmpq(int(expr.p), int(expr.q)))
    if expr.is_Add:
        total = arb(0)
        for term in expr.args:
            total += _value(term, at, memo)
        return total
    if expr.is_Mul:
        product = arb(1)
        for factor in expr.args:
            product *= _value(factor, at, memo)
        return product
    if expr.is_Pow:
        return power(_value(expr.base, at, memo), _value(expr.exp, at, memo))
    name = type(expr).__name__
    if name in FUNCTIONS:
        return FUNCTIONS[name](*(_value(part, at, memo) for part in expr.args))
    if name in _BINDERS:
        return _BINDERS[name](expr, at)
    raise Undefined


def _piecewise(expr: Any, at: Environment) -> Any:
    """The first branch whose condition holds; the union of those that may be the first."""
    found = None
    for branch, condition in expr.args:
        truth = _truth(condition, at)
        if truth is False:
            continue
        ball = _value(branch, at, {})
        found = ball if found is None else found.union(ball)
        if truth is True:
            return found
    raise Undefined if found is None else Straddles


def _truth(condition: Any, at: Environment) -> bool | None:
    if isinstance(condition, Relational):
        left, right = (_value(side, at, {}) for side in condition.args)
        sign = _sign(left - right)
        if sign is None and isinstance(condition, Eq | Ne) and not left.overlaps(right):
            return isinstance(condition, Ne)
        if sign is None and condition.rel_op in (">=", "<="):
            above = left >= right if condition.rel_op == ">=" else left <= right
            return True if above else None
        return _holds(condition.rel_op, sign)
    return _connective(condition, lambda part: _truth(part, at))


def _whole(ball: Any) -> int:
    value = ball.unique_fmpz()
    if value is None or not ball.is_exact():
        raise Straddles
    return int(value)


def _accumulate(expr: Any, at: Environment, add: bool) -> Any:
    """A sum or product with numeric limits, term by term; the last limit is the outermost."""
    body, *limits = expr.args
    return _nested(body, limits, at, add)


def _nested(body: Any, limits: list[Any], at: Environment, add: bool) -> Any:
    if not limits:
        return _value(body, at, {})
    *inner, (index, lower, upper) = (tuple(limit) for limit in limits)
    first, last = (_whole(_value(end, at, {})) for end in (lower, upper))
    if last < first - 1 or last - first >= MAX_TERMS:
        raise Undefined
    result = arb(0) if add else arb(1)
    for k in range(first, last + 1):
        term = _nested(body, inner, {**at, index: arb(k)}, add)
        result = result + term if add else result * term
    return result


def _derivative(expr: Any, at: Environment) -> Any:
    done = expr.doit(deep=False)
    if type(done).__name__ == "Derivative":
        raise Undefined
    return _value(done, at, {})


def _substitution(expr: Any, at: Environment) -> Any:
    body, variables, values = expr.args
    inner = {variable: _value(value, at, {}) for variable, value in zip(variables, values, strict=True)}
    return _value(body, {**at, **inner}, {})


def _integral(expr: Any, at: Environment) -> Any:
    try:
        from .integrals import rigorous
    except ImportError:
        raise Undefined from None
    body, *limits = expr.args
    if len(limits) != 1 or len(limits[0]) != 3:
        raise Undefined
    ball = rigorous(body, *limits[0], at, ctx.prec)
    if ball is None:
        raise Undefined
    return ball


_BINDERS = {
    "Piecewise": _piecewise,
    "Sum": lambda expr, at: _accumulate(expr, at, True),
    "Product": lambda expr, at: _accumulate(expr, at, False),
    "Derivative": _derivative,
    "Subs": _substitution,
    "Integral": _integral,
}
