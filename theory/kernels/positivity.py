"""Signs that can be read off: a short structural proof first, the algebra kernel's second."""

from __future__ import annotations

from functools import cache

import sympy as sp
from sympy import Abs, Add, Basic, Expr, Integer, Mul, Number, Pow, Symbol, cosh, exp, gamma, oo
from sympy.core.function import AppliedUndef
from sympy.core.numbers import Exp1, Pi
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from ..symbols import Domain, DomainSymbol, domain_of

Where = tuple[Basic, ...]
CONTINUOUS = (exp, sp.sin, sp.cos, sp.sinh, cosh, sp.tanh, sp.atan, sp.asinh, sp.erf, sp.erfc, sp.erfi)
"""Functions that are continuous on the whole line."""
TOTAL = (*CONTINUOUS, Abs, sp.Max, sp.Min, sp.sign, sp.Heaviside, sp.KroneckerDelta, sp.floor, sp.ceiling)
"""Functions that have a value at every real number."""


def bound_variable(body: Expr, x: Symbol, lower: Expr, upper: Expr, where: Where) -> tuple[DomainSymbol, Where]:
    """A fresh variable for x in body that ranges over the open interval (lower, upper), and `where` with
    what that means.
    """
    low = lower if lower.is_Rational else -oo
    high = upper if upper.is_Rational else oo
    taken = {s.name for part in (body, lower, upper, *where) for s in part.atoms(Symbol)}
    name = x.name
    while name in taken:
        name += "_"
    fresh = DomainSymbol(name, Domain(low, high))
    facts: list[Basic] = []
    if low == -oo and lower != -oo:
        facts.append(StrictLessThan(lower, fresh, evaluate=False))
    if high == oo and upper != oo:
        facts.append(StrictLessThan(fresh, upper, evaluate=False))
    return fresh, (*where, *facts)


def differences(where: Where) -> list[tuple[Expr, bool]]:
    """What the assumptions make nonnegative, each with whether it is even positive."""
    found = []
    for fact in where:
        if isinstance(fact, LessThan | StrictLessThan):
            found.append((fact.rhs - fact.lhs, isinstance(fact, StrictLessThan)))
        elif isinstance(fact, GreaterThan | StrictGreaterThan):
            found.append((fact.lhs - fact.rhs, isinstance(fact, StrictGreaterThan)))
    return found


def _least(symbol: Symbol) -> tuple[Expr, bool] | None:
    """The lower end of a symbol's domain and whether it is excluded."""
    try:
        domain = domain_of(symbol)
    except ValueError:
        return None
    return domain.lower, domain.lower_open


def _real(expr: Expr) -> bool:
    """Whether every symbol of the expression is real, and its functions are real on the reals."""
    if isinstance(expr, Symbol):
        return _least(expr) is not None
    if isinstance(expr, Pow):
        base_fits = bool(expr.exp.is_Integer) or read_positive(expr.base)
        return base_fits and _real(expr.base) and _real(expr.exp)
    if isinstance(expr, Number | Pi | Exp1):
        return bool(expr.is_finite)
    if isinstance(expr, sp.log):
        return read_positive(expr.args[0])
    return isinstance(expr, (Add, Mul, *TOTAL)) and all(_real(part) for part in expr.args)


def read_nonnegative(expr: Expr) -> bool:
    """Whether expr >= 0 can be read off its structure and its symbols' domains."""
    if read_positive(expr):
        return True
    if expr == 0:
        return True
    if isinstance(expr, Symbol):
        least = _least(expr)
        return least is not None and least[0].is_Number and bool(least[0] >= 0)
    if isinstance(expr, Add | Mul):
        return all(read_nonnegative(part) for part in expr.args)
    if isinstance(expr, Pow):
        return (expr.exp.is_Integer and expr.exp.is_even and expr.exp > 0 and _real(expr.base)) or (
            read_nonnegative(expr.base) and read_positive(expr.exp)
        )
    return isinstance(expr, Abs)


@cache
def read_positive(expr: Expr) -> bool:
    """Whether expr > 0 can be read off its structure and its symbols' domains."""
    if isinstance(expr, Number):
        return bool(expr.is_Rational and expr > 0)
    if isinstance(expr, Pi | Exp1):
        return True
    if isinstance(expr, Symbol):
        least = _least(expr)
        if least is None or not least[0].is_Number:
            return False
        return bool(least[0] > 0) or bool(least[0] == 0 and least[1])
    if isinstance(expr, Mul):
        negative = [part for part in expr.args if isinstance(part, Number) and part < 0]
        return not negative and all(read_positive(part) for part in expr.args)
    if isinstance(expr, Add):
        return any(read_positive(part) for part in expr.args) and all(read_nonnegative(part) for part in expr.args)
    if isinstance(expr, Pow):
        return read_positive(expr.base) and _real(expr.exp)
    if isinstance(expr, exp | cosh):
        return _real(expr.args[0])
    return isinstance(expr, gamma) and read_positive(expr.args[0])


def _upper_slack(expr: Expr) -> Expr:
    """The expression with each symbol of a finite upper end u written as u minus a nonnegative slack."""
    slack = {}
    for symbol in expr.free_symbols:
        domain = domain_of(symbol) if symbol.is_extended_real else None
        if domain is not None and domain.upper.is_Rational and expr.coeff(symbol).could_extract_minus_sign():
            gap = DomainSymbol(f"{symbol.name}_gap", Domain(Integer(0), lower_open=domain.upper_open))
            slack[symbol] = domain.upper - gap
    return expr.xreplace(slack).expand() if slack else expr


def is_proved_positive(expr: Expr, where: Where = ()) -> bool:
    """Whether expr > 0 is proved for all values of its symbols in their domains that satisfy `where`."""
    if read_positive(expr) or read_positive(_upper_slack(expr.expand())):
        return True
    for difference, strict in differences(where):
        rest = (expr - difference).expand()
        if read_positive(rest) or (strict and read_nonnegative(rest)):
            return True
    return bool(_by_algebra(expr, where))


def is_proved_nonnegative(expr: Expr, where: Where = ()) -> bool:
    """Whether expr >= 0 is proved for all values of its symbols in their domains that satisfy `where`."""
    if expr == 0 or read_nonnegative(expr):
        return True
    if any(read_nonnegative((expr - difference).expand()) for difference, _ in differences(where)):
        return True
    return _by_algebra(expr, where, strict=False) or is_proved_positive(expr, where) or is_proved_zero(expr, where)


@cache
def _by_algebra(expr: Expr, where: Where, strict: bool = True) -> bool:
    from .algebra import is_nonnegative, is_positive

    try:
        return bool(is_positive(expr, where) if strict else is_nonnegative(expr, where))
    except (ValueError, TypeError, NotImplementedError, ZeroDivisionError):
        return False


@cache
def is_proved_zero(expr: Expr, where: Where = ()) -> bool:
    """Whether expr = 0 is proved for all values of its symbols in their domains that satisfy `where`."""
    from .algebra import is_zero

    if expr.is_Rational:
        return bool(expr == 0)
    try:
        return is_zero(expr, where) is True
    except (ValueError, TypeError, NotImplementedError, ZeroDivisionError):
        return False


@cache
def is_proved_nonzero(expr: Expr, where: Where = ()) -> bool:
    """Whether expr is proved to vanish for no values of its symbols in their domains that satisfy `where`."""
    from .algebra import is_nonzero

    if is_proved_positive(expr, where) or is_proved_positive(-expr, where):
        return True
    try:
        return bool(is_nonzero(expr, where))
    except (ValueError, TypeError, NotImplementedError, ZeroDivisionError):
        return False


def is_defined(expr: Expr, where: Where = (), along: Symbol | None = None) -> bool:
    """Whether the expression is proved to have a finite real value for all values of its symbols.

    With `along`, only the parts that hold this symbol are looked at.
    """
    if along is not None and along not in expr.free_symbols:
        return True
    if not all(is_defined(part, where, along) for part in expr.args):
        return False
    if isinstance(expr, Pow):
        if expr.exp.is_integer and (is_proved_nonnegative(expr.exp, where) or is_proved_nonzero(expr.base, where)):
            return True
        if is_proved_positive(expr.base, where):
            return True
        return is_proved_positive(expr.exp, where) and is_proved_nonnegative(expr.base, where)
    if isinstance(expr, sp.log | gamma | sp.loggamma | sp.polygamma):
        return is_proved_positive(expr.args[-1], where)
    if isinstance(expr, sp.factorial | sp.binomial | sp.harmonic):
        return is_proved_nonnegative(expr.args[0], where)
    if isinstance(expr, sp.asin | sp.acos):
        return is_proved_nonnegative(1 - expr.args[0] ** 2, where)
    if expr.is_Atom:
        return expr.is_Symbol or bool(expr.is_finite)
    return isinstance(expr, (Add, Mul, AppliedUndef, *TOTAL))
