"""How each kind of scalar expression is computed in arrays: numbers, functions, cases, sums, integrals."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.numbers import NumberSymbol
from sympy.core.relational import Relational
from sympy.functions.special.tensor_functions import KroneckerDelta
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Not, Or

from .array_libraries import CONSTANTS, is_number
from .array_values import NoNumericForm, Rule, Rules, Values, refusal
from .measures import Mu
from .stable_nodes import Stable
from .symbols import Pointwise, typical_range

LARGEST_WHOLE = 2**53
"""Up to here a float64 holds every integer."""


# ------------------------------------------------------------------------------------------------ numbers and symbols


def _number(at: Values, expr: Any) -> Any:
    if expr.is_Integer:
        value = int(expr)
        return value if abs(value) <= LARGEST_WHOLE else float(value)
    return int(expr.p) / int(expr.q) if expr.is_Rational else float(expr)


def _constant(at: Values, expr: Any) -> Any:
    name = type(expr).__name__
    if name not in CONSTANTS:
        raise NoNumericForm(refusal(expr))
    return CONSTANTS[name]


def _symbol(at: Values, expr: Any) -> Any:
    if expr in at.sizes:
        return at.sizes[expr]
    value = at.leaves[expr]
    if isinstance(expr, Pointwise):  # a pointwise quantity has its points along the last axis already
        return value
    return value[(..., *[None] * at.trail)] if at.trail else value


# ------------------------------------------------------------------------------------------------ arithmetic


def _sum(at: Values, expr: Any) -> Any:
    return reduce(lambda a, b: a + b, (at(arg) for arg in expr.args))


def _product(at: Values, expr: Any) -> Any:
    above, below = [], []
    for arg in expr.args:
        if arg.is_Pow and arg.exp.is_Number and arg.exp.is_negative:
            below.append(_power_of(at, at(arg.base), -arg.exp))
        elif arg.is_Rational and not arg.is_Integer:
            above.append(int(arg.p))
            below.append(int(arg.q))
        else:
            above.append(at(arg))
    top = reduce(lambda a, b: a * b, above) if above else 1.0
    return _divided(at, top, reduce(lambda a, b: a * b, below)) if below else top


def _divided(at: Values, one: Any, other: Any) -> Any:
    if is_number(one) and is_number(other):
        return one / other if other else math.copysign(math.inf, one) if one else math.nan
    return one / other


def _power(at: Values, expr: Any) -> Any:
    exponent = expr.exp
    if exponent.is_Number and exponent.is_negative:
        return _divided(at, 1.0, _power_of(at, at(expr.base), -exponent))
    return _power_of(at, at(expr.base), exponent)


def _power_of(at: Values, base: Any, exponent: Any) -> Any:
    if exponent == sympy.Rational(1, 2):
        return at.call("sqrt", base)
    if exponent.is_Integer and abs(int(exponent)) <= 64:
        return base ** int(exponent)
    power = at(exponent)
    if is_number(base) and is_number(power):
        value = float(base) ** power
        return math.nan if isinstance(value, complex) else value
    return base**power


def _function(name: str) -> Rule:
    return lambda at, expr: at.call(name, *(at(arg) for arg in expr.args))


def _folded(name: str) -> Rule:
    return lambda at, expr: reduce(lambda a, b: at.call(name, a, b), (at(arg) for arg in expr.args))


def _logarithm(at: Values, expr: Any) -> Any:
    return at.call("log", at(expr.args[0]))


def _factorial(at: Values, expr: Any) -> Any:
    value = at(expr.args[0])
    return at.call("gamma", value + 1) if is_number(value) else at.call("exp", at.call("gammaln", value + 1))


def _stable(at: Values, expr: Any) -> Any:
    values = [at(arg) for arg in expr.args]
    if all(map(is_number, values)):
        values = [at.array(value) for value in values]
    return type(expr).evaluate(at, *values)


def _applied(at: Values, expr: Any) -> Any:
    return at.leaves[expr.func](*(at(arg) for arg in expr.args))


# ------------------------------------------------------------------------------------------------ cases


def _relation(at: Values, expr: Any) -> Any:
    left, right = at(expr.lhs), at(expr.rhs)
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[expr.rel_op]()


def _piecewise(at: Values, expr: Any) -> Any:
    result: Any = math.nan
    for branch, condition in reversed(expr.args):
        truth = at(condition)
        result = at.where(truth, _branch(at, branch, truth), result)
    return result


def _branch(at: Values, branch: Any, truth: Any) -> Any:
    """The value of a branch, with harmless arguments where it is not taken: else its gradient there could be nan."""
    symbols = [symbol for symbol in branch.free_symbols if symbol in at.leaves]
    if is_number(truth) or branch.has(Mu) or branch.has(sympy.MatrixExpr) or not symbols:
        return at(branch)
    harmless = {symbol: at.where(truth, at(symbol), _middle(symbol)) for symbol in symbols}
    return at.within(harmless)(branch)


def _middle(symbol: Any) -> float:
    lower, upper = typical_range(symbol)
    return 0.4 * lower + 0.6 * upper


def _delta(at: Values, expr: Any) -> Any:
    return at.where(at(expr.args[0]) == at(expr.args[1]), 1.0, 0.0)


# ------------------------------------------------------------------------------------------------ sums


def _accumulated(add: bool) -> Rule:
    def rule(at: Values, expr: Any) -> Any:
        *inner, (index, low, high) = (tuple(limit) for limit in expr.limits)
        body = expr.func(expr.function, *inner) if inner else expr.function
        result: Any = 0 if add else 1
        for k in range(at.size(low), at.size(high) + 1):
            term = at.within({index: k})(body)
            result = result + term if add else result * term
        return result

    return rule


def _integral(at: Values, expr: Any) -> Any:
    return at.integral(at(expr.args[0]))


RULES: Rules = {
    sympy.Number: _number,
    NumberSymbol: _constant,
    type(sympy.oo): lambda at, expr: math.inf,
    type(-sympy.oo): lambda at, expr: -math.inf,
    sympy.Symbol: _symbol,
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
    sympy.log: _logarithm,
    **{
        getattr(sympy, name): _function(name)
        for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "erf", "erfc", "gamma")
    },
    sympy.Abs: _function("abs"),
    sympy.floor: _function("floor"),
    sympy.ceiling: _function("ceil"),
    sympy.asin: _function("arcsin"),
    sympy.acos: _function("arccos"),
    sympy.atan: _function("arctan"),
    sympy.asinh: _function("arcsinh"),
    sympy.acosh: _function("arccosh"),
    sympy.atanh: _function("arctanh"),
    sympy.atan2: _function("arctan2"),
    sympy.loggamma: _function("gammaln"),
    sympy.digamma: _function("digamma"),
    sympy.binomial: _function("binom"),
    sympy.factorial: _factorial,
    sympy.Max: _folded("maximum"),
    sympy.Min: _folded("minimum"),
    Stable: _stable,
    AppliedUndef: _applied,
    Relational: _relation,
    BooleanTrue: lambda at, expr: True,
    BooleanFalse: lambda at, expr: False,
    And: _folded("logical_and"),
    Or: _folded("logical_or"),
    Not: _function("logical_not"),
    sympy.Piecewise: _piecewise,
    KroneckerDelta: _delta,
    sympy.Sum: _accumulated(True),
    sympy.Product: _accumulated(False),
    Mu: _integral,
}


__all__ = ["RULES"]
