"""Textbook expressions rewritten so that floating-point numbers survive them.

log(1 + exp(x)) overflows at 710 though its value is x; 1 - 1/(1 + exp(-x)) is 0 from 37 on; exp(x) - 1 has no digit
left at 1e-17. `stable` replaces such parts, from the leaves up, by the functions of `theory.stable_nodes`:

>>> from sympy import Symbol, exp, log
>>> x = Symbol("x", real=True)
>>> stable(log(1 + exp(x)))
LogSumExp(0, x)
>>> stable(log(1 / (1 + exp(-x))))
LogSigmoid(x)
>>> stable(log(1 - 1 / (1 + exp(-x))))
LogSigmoid(-x)

Every rule is an equation between real numbers wherever the textbook form has a value. Where it has none, the stable
form may have its limit: sin(u)/u is 1 at 0, and x log(y) is 0 at x = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import (
    Add,
    Basic,
    Determinant,
    Expr,
    Integer,
    Lambda,
    Mul,
    Pow,
    Rational,
    Symbol,
    cos,
    cosh,
    exp,
    expand_mul,
    gamma,
    log,
    loggamma,
    sin,
    tanh,
)
from sympy.functions.combinatorial.factorials import factorial

from .measures import Mu, varies
from .stable_nodes import (
    Expm1,
    ExpRel,
    Log1mExp,
    Log1p,
    Log1pRel,
    LogCosh,
    LogDet,
    LogMu,
    LogSigmoid,
    LogSumExp,
    MuRatio,
    MuShare,
    Sech2,
    Share,
    Sigmoid,
    Sinc,
    Sqrt1pm1,
    Versine,
    XLog1pY,
    XLogY,
)
from .symbols import domain_of

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)
_ROUNDS = 8
"""How many fragile parts of one product or sum are replaced."""


def stable(expr: Any) -> Any:
    """The expression with its fragile parts replaced; matrices are left as they are, but for log(det(A))."""
    if not isinstance(expr, Basic) or not expr.args or getattr(expr, "is_Matrix", False):
        return expr
    if isinstance(expr, Lambda):
        return Lambda(expr.variables, stable(expr.expr))
    # A reciprocal inside a product is looked at together with what it divides.
    args = [_within(arg) if isinstance(expr, Mul) else stable(arg) for arg in expr.args]
    rebuilt = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
    return _settled(rebuilt)


def _within(factor: Any) -> Any:
    return Pow(stable(factor.base), factor.exp) if isinstance(factor, Pow) else stable(factor)


def _settled(expr: Any) -> Any:
    """The rules of the top node applied until none fits."""
    for _ in range(_ROUNDS):
        found = next((found for rule in _rules(expr) if (found := rule(expr)) is not None), None)
        if found is None:
            break
        expr = found
    return expr


def _rules(expr: Any) -> tuple[Callable[[Any], Any], ...]:
    if isinstance(expr, log):
        return (_logarithm,)
    if isinstance(expr, Add):
        return (_difference,)
    if isinstance(expr, Mul | Pow):
        return (_quotient, _over_an_integral, _removable, _vanishing)
    return ()


# ------------------------------------------------------------------------------------------------ exponentials


def _split(term: Any) -> tuple[Any, Any]:
    """A product as (c, u) with value c exp(u)."""
    factors = Mul.make_args(term)
    exponent = Add(*(f.args[0] for f in factors if isinstance(f, exp)))
    return Mul(*(f for f in factors if not isinstance(f, exp))), exponent


def _exponents(total: Any) -> list[Any] | None:
    """The u of a sum of exp(u), positive coefficients taken in; None where it is no such sum."""
    terms = Add.make_args(total)
    if len(terms) < 2 or not any(term.has(exp) for term in terms):
        return None
    found, genuine = [], False
    for term in terms:
        coefficient, exponent = _split(term)
        if not coefficient.is_positive or coefficient.has(exp):
            return None
        genuine = genuine or exponent != 0
        found.append(exponent + log(coefficient))
    return found if genuine else None


def _share(u: Any, terms: list[Any]) -> Any:
    if len(terms) == 2 and u in terms:
        return Sigmoid(u - terms[1 - terms.index(u)])
    return Share(u, *terms)


def _quotient(expr: Any) -> Any:
    """exp(u) / (exp(v1) + ...), the sigmoid and the softmax, and the hyperbolic tangent written out."""
    factors = Mul.make_args(expr)
    for below in factors:
        if not (isinstance(below, Pow) and below.exp.is_Integer and below.exp < 0 and isinstance(below.base, Add)):
            continue
        terms = _exponents(below.base)
        if terms is None:
            continue
        others = [f for f in factors if f is not below]
        for above in others:
            root, power = above.as_base_exp()
            if len(terms) == 2 and power == -below.exp and (side := _odd(root, terms)) is not None:
                return _settled(Mul(side**power, *(f for f in others if f is not above)))
        rest, u = _split(Mul(*others))
        return rest * Mul(*(_share(part, terms) for part in _parts(u, terms, int(-below.exp))))
    return None


def _odd(above: Any, terms: list[Any]) -> Any:
    """tanh, where the numerator is exp(a) - exp(b) over exp(a) + exp(b)."""
    a, b = terms
    if isinstance(above, Expm1) and set(terms) == {ZERO, above.args[0]}:
        return tanh(above.args[0] / 2)
    for sign, candidate in ((1, exp(a) - exp(b)), (-1, exp(b) - exp(a))):
        if above == candidate:
            return sign * tanh((a - b) / 2)
    return None


def _parts(u: Any, terms: list[Any], count: int) -> list[Any]:
    """u as a sum of `count` exponents, of the terms themselves where they add up."""
    for one in terms:
        left = expand_mul(u - one)
        if count == 1 and left == 0:
            return [one]
        if count > 1 and (left == 0 or left in terms or left / (count - 1) in terms):
            return [one, *_parts(left, terms, count - 1)]
    return [u, *[ZERO] * (count - 1)]


def _over_an_integral(expr: Any) -> Any:
    """a exp(u) or its integral, over the integral of b exp(u)."""
    factors = Mul.make_args(expr)
    for below in factors:
        if not (isinstance(below, Pow) and below.exp == -1 and isinstance(below.base, Mu)):
            continue
        b, u = _split(below.base.args[0])
        if u == 0 or not varies(u):
            continue
        others = [f for f in factors if f is not below]
        for above in others:
            if isinstance(above, exp) and above.args[0] == u:
                return Mul(MuShare(u, ONE, b), *(f for f in others if f is not above))
            if isinstance(above, Mu) and _split(above.args[0])[1] == u:
                return Mul(MuRatio(u, _split(above.args[0])[0], b), *(f for f in others if f is not above))
    return None


# ------------------------------------------------------------------------------------------------ logarithms


def _logarithm(expr: Any) -> Any:
    inside = expr.args[0]
    terms = _exponents(inside)
    if terms is not None:
        return LogSumExp(*terms)
    if isinstance(inside, Mul | Sigmoid | Share | MuShare):
        found = _log_of_product(inside)
        if found is not None:
            return found
    if isinstance(inside, Mu):
        weight, u = _split(inside.args[0])
        return LogMu(u, weight) if u != 0 and varies(u) else None
    if isinstance(inside, cosh):
        return LogCosh(inside.args[0])
    if isinstance(inside, gamma | factorial):
        return loggamma(inside.args[0] + (1 if isinstance(inside, factorial) else 0))
    if isinstance(inside, Determinant):
        return LogDet(inside.arg)
    if isinstance(inside, Add) and ONE in inside.args:
        return Log1p(inside - 1)
    return None


def _log_of_product(inside: Any) -> Any:
    """Positive factors whose logarithm is known exactly come out; the logarithm of the others remains."""
    known: list[Any] = []
    others: list[Any] = []
    for factor in Mul.make_args(inside):
        if isinstance(factor, exp):
            known.append(factor.args[0])
        elif isinstance(factor, Sigmoid):
            known.append(LogSigmoid(factor.args[0]))
        elif isinstance(factor, Share):
            known.append(factor.args[0] - LogSumExp(*factor.args[1:]))
        elif isinstance(factor, MuShare) and factor.args[1] == 1:
            known.append(factor.args[0] - LogMu(factor.args[0], factor.args[2]))
        else:
            others.append(factor)
    if len(others) == 2 and others[0] == -1 and isinstance(others[1], Expm1):
        return Add(*known, Log1mExp(others[1].args[0]))
    return Add(*known, _settled(log(Mul(*others)))) if known else None


# ------------------------------------------------------------------------------------------------ differences


def _difference(expr: Any) -> Any:
    """c f - c for the functions f that come close to 1."""
    terms = list(expr.args)
    for term, coefficient, near in _candidates(terms):
        if -coefficient in terms and -coefficient is not term:
            rest = [one for one in terms if one is not term]
            rest.remove(-coefficient)
            return _settled(Add(coefficient * near, *rest))
    return None


def _candidates(terms: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Each term as c f, with the stable form of f - 1."""
    for term in terms:
        for factor in Mul.make_args(term):
            near = _less_one(factor)
            if near is not None:
                yield term, term / factor, near


def _less_one(f: Any) -> Any:
    if isinstance(f, exp):
        return Expm1(f.args[0])
    if isinstance(f, Sigmoid):
        return -Sigmoid(-f.args[0])
    if isinstance(f, cos):
        return -Versine(f.args[0])
    if isinstance(f, Pow) and f.exp == 2 and isinstance(f.base, tanh):
        return -Sech2(f.base.args[0])
    if isinstance(f, Pow) and f.exp == HALF and isinstance(f.base, Add) and ONE in f.base.args:
        return Sqrt1pm1(f.base - 1)
    return None


# ------------------------------------------------------------------------------------------------ quotients at zero


def _removable(expr: Any) -> Any:
    """f(u) / u for the functions f with f(0) = 0 and slope 1."""
    factors = list(Mul.make_args(expr))
    for below in factors:
        if not (isinstance(below, Pow) and below.exp.is_Integer and below.exp < 0):
            continue
        for above in factors:
            kind = {sin: Sinc, Expm1: ExpRel, Log1p: Log1pRel}.get(type(above))
            ratio = above.args[0] / below.base if kind or isinstance(above, Versine) else None
            if ratio is None or not ratio.is_number:
                continue
            rest = Mul(*(f for f in factors if f is not above and f is not below))
            if kind is not None:
                return rest * ratio * kind(above.args[0]) * below.base ** (below.exp + 1)
            if below.exp <= -2:
                return rest * ratio**2 * HALF * Sinc(above.args[0] / 2) ** 2 * below.base ** (below.exp + 2)
    return None


def _vanishing(expr: Any) -> Any:
    """x log(y) with x >= 0, which is 0 at x = 0."""
    factors = list(Mul.make_args(expr))
    for one in factors:
        if not isinstance(one, log | Log1p):
            continue
        for x in factors:
            if x is not one and _may_vanish(x):
                kind = XLogY if isinstance(one, log) else XLog1pY
                return Mul(kind(x, one.args[0]), *(f for f in factors if f is not one and f is not x))
    return None


def _may_vanish(x: Expr) -> bool:
    """Whether x is a symbol that is nonnegative, or one minus a symbol that is at most one."""
    if isinstance(x, Symbol):
        return bool(x.is_nonnegative)
    share = 1 - x if isinstance(x, Add) else None
    return isinstance(share, Symbol) and bool(share.is_extended_real) and bool(domain_of(share).upper <= 1)


__all__ = ["stable"]
