"""Values of expressions in ball arithmetic: an interval that is certain to hold the true value, or None.

The evaluator walks the SymPy tree itself and computes with Arb (python-flint); SymPy's own numerical evaluation
has no part in it. A value exists only where every part of the expression is a finite real number: `x*log(x)`
has no value at 0.

>>> from sympy import Symbol, log, Rational
>>> x = Symbol("x", positive=True)
>>> relation_at(log(x), "<=", x - 1, {x: Rational(3)})
True
>>> sign_at(log(x) - x + 1, {x: Rational(1)})
0

A point maps symbols to exact numbers (integers, rationals, exact expressions such as sqrt(2)) or to balls. A ball
for a symbol stands for those of its numbers that lie in the symbol's domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import prod
from typing import Any

from flint import arb, ctx, fmpq
from sympy import And, Basic, Eq, Integer, Ne, Not, Or, Rational, Symbol, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from ..symbols import Domain, domain_of
from . import exact
from .ballfunctions import FUNCTIONS, Straddles, Undefined, finite, power
from .programs import Program, straight_line

Point = Mapping[Symbol, Any]
Environment = dict[Any, Any]
MAX_TERMS = 10_000
GIVEN = "given"
_ONE = arb(1)


def enclose(expr: Any, point: Point, bits: int = 128) -> Any | None:
    """A finite ball that holds the value of the expression at the point, or None.

    None means undefined there, or not to be had: an argument outside a function's domain, a function that
    has no evaluator, a quantity that cannot be told from a pole. More bits are tried before a quotient or
    a branch is given up.
    """
    wide = any(isinstance(value, arb) and not value.is_exact() for value in point.values())
    for precision in (bits,) if wide else (bits, 4 * bits, 16 * bits):
        try:
            with ctx.workprec(precision):
                return _value(sympify(expr, strict=True), _environment(point))
        except Straddles:
            continue
        except (Undefined, RecursionError, OverflowError):
            return None
    return None


def sign_at(expr: Any, point: Point, max_bits: int = 4096) -> int | None:
    """The sign of the expression at the point: -1, 0 or 1 for certain, else None.

    Zero is said only of an expression whose value is exactly zero: rational arithmetic says so, or
    `algebra.is_zero` does.
    """
    expr = sympify(expr, strict=True)
    if any(isinstance(value, arb) for value in point.values()):
        return _sign(enclose(expr, point))
    value = exact.value(expr, point)
    if value is not None:
        return int(value > 0) - int(value < 0)
    bits = 64
    while bits <= max_bits:
        ball = enclose(expr, point, bits)
        if ball is None:
            return None
        sign = _sign(ball)
        if sign is not None:
            return sign
        if bits == 1024 and exact.proved_zero(expr, point):
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
    """Whether lhs relation rhs (==, !=, <, <=, >, >=) there; None where a side is undefined or it is uncertain."""
    lhs, rhs = sympify(lhs, strict=True), sympify(rhs, strict=True)
    if not any(isinstance(value, arb) for value in point.values()):
        a, b = exact.value(lhs, point), exact.value(rhs, point)
        if a is not None and b is not None:
            return _holds(relation, (a > b) - (a < b))
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
    number = value
    if not isinstance(value, arb):
        value = sympify(value, strict=True)
        fraction = fmpq(int(value.p), int(value.q)) if value.is_Rational else exact.value(value, {})
        number = enclose(value, {}) if fraction is None else fraction
    if number is None:
        return None
    if domain.integer and isinstance(number, arb):
        return False if not number.contains_integer() else None
    if domain.integer and number.q != 1:
        return False
    lower, upper = _ends(domain)
    answers = [
        True if lower is None else _beyond(number - lower, domain.lower_open),
        True if upper is None else _beyond(upper - number, domain.upper_open),
    ]
    if False in answers:
        return False
    return None if None in answers else True


@lru_cache(maxsize=1024)
def _ends(domain: Domain) -> tuple[Any, Any]:
    """The ends as fractions, or as balls where they are irrational; None for an infinite one."""
    found = []
    for end in (domain.lower, domain.upper):
        fraction = exact.value(end, {}) if end.is_finite else None
        found.append(enclose(end, {}, 256) if fraction is None and end.is_finite else fraction)
    return found[0], found[1]


def _beyond(distance: Any, open_end: bool) -> bool | None:
    """Whether a distance from an end, a fraction or a ball, puts the number inside."""
    if distance > 0 or (not open_end and distance >= 0):
        return True
    if distance < 0 or (open_end and distance <= 0):
        return False
    return None


def _environment(point: Point) -> Environment:
    """The balls of the point's values, and under GIVEN the values themselves."""
    return {GIVEN: point, **{symbol: _number(symbol, value) for symbol, value in point.items()}}


def _number(symbol: Symbol, value: Any) -> Any:
    """The ball of a point's value; a wide one is cut at zero where the symbol's domain ends there."""
    if not isinstance(value, arb):
        value = sympify(value, strict=True)
        return arb(fmpq(int(value.p), int(value.q))) if value.is_Rational else _value(value, {})
    if not value.is_finite():
        raise Undefined
    return value.nonnegative_part() if value.lower() < 0 and domain_of(symbol).lower.is_zero else value


def _value(expr: Any, at: Environment) -> Any:
    """The ball of an expression in an environment; raises Undefined or Straddles."""
    values: list[Any] = []
    for operation, arguments in _program(expr):
        values.append(finite(operation(at, *[values[i] for i in arguments])))
    return values[-1]


Operation = Callable[..., Any]


@lru_cache(maxsize=4096)
def _program(expr: Any) -> Program:
    return straight_line(expr, _operation)


def _operation(expr: Any) -> tuple[Operation, tuple[Any, ...]]:
    """What is done at the top of an expression, and to which parts."""
    if expr.is_Symbol:
        return _lookup(expr), ()
    if expr.is_Integer:
        whole = arb(int(expr))
        return (lambda at: whole), ()
    if expr.is_Rational:
        fraction = fmpq(int(expr.p), int(expr.q))
        return (lambda at: arb(fraction)), ()
    if expr.is_Add:
        return (lambda at, first, *terms: sum(terms, first)), expr.args
    if expr.is_Mul:
        return (lambda at, *factors: prod(factors, start=_ONE)), expr.args
    if expr.is_Pow:
        return (lambda at, base, exponent: power(base, exponent)), (expr.base, expr.exp)
    name = type(expr).__name__
    if name in FUNCTIONS:
        function = FUNCTIONS[name]
        return (lambda at, *arguments: function(*arguments)), expr.args
    if name in _BINDERS:
        binder = _BINDERS[name]
        return (lambda at: binder(expr, at)), ()
    return _fail, ()


def _lookup(symbol: Any) -> Operation:
    def read(at: Environment) -> Any:
        if symbol not in at:
            raise Undefined
        return at[symbol]

    return read


def _fail(at: Environment) -> Any:
    raise Undefined


def _piecewise(expr: Any, at: Environment) -> Any:
    """The first branch whose condition holds; the union of those that may be the first."""
    found = None
    for branch, condition in expr.args:
        truth = _truth(condition, at)
        if truth is False:
            continue
        ball = _value(branch, at)
        found = ball if found is None else found.union(ball)
        if truth is True:
            return found
    raise Undefined if found is None else Straddles


def _truth(condition: Any, at: Environment) -> bool | None:
    if isinstance(condition, Relational):
        left, right = (_value(side, at) for side in condition.args)
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
        return _value(body, at)
    *inner, (index, lower, upper) = (tuple(limit) for limit in limits)
    first, last = (_whole(_value(end, at)) for end in (lower, upper))
    if last < first - 1 or last - first >= MAX_TERMS:
        raise Undefined
    result = arb(0) if add else arb(1)
    for k in range(first, last + 1):
        here = {**at, index: arb(k), GIVEN: {**at.get(GIVEN, {}), index: Integer(k)}}
        term = _nested(body, inner, here, add)
        result = result + term if add else result * term
    return result


def _derivative(expr: Any, at: Environment) -> Any:
    done = expr.doit(deep=False)
    if type(done).__name__ == "Derivative":
        raise Undefined
    return _value(done, at)


def _substitution(expr: Any, at: Environment) -> Any:
    body, variables, values = expr.args
    inner = {variable: _value(value, at) for variable, value in zip(variables, values, strict=True)}
    return _value(body, {**at, **inner})


def _integral(expr: Any, at: Environment) -> Any:
    """A definite integral at rational values of its parameters, enclosed by `quadrature.rigorous`."""
    try:
        from .quadrature import rigorous
    except ImportError:
        raise Undefined from None
    values = {symbol: at.get(GIVEN, {}).get(symbol) for symbol in expr.free_symbols}
    if not all(isinstance(value, int | Rational) for value in values.values()):
        raise Undefined
    try:
        ball = rigorous(expr, values, ctx.prec)
    except (ValueError, TypeError, NotImplementedError, ArithmeticError):
        raise Undefined from None
    if not isinstance(ball, arb):
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
