"""Identities with finite sums of symbolic length, by induction: the base by expansion, the step by telescoping.

sum_{k=a}^{n} t(k, n) is a function of n with S(n+1) - S(n) = t(n+1, n+1) + sum_{k=a}^{n} (t(k, n+1) - t(k, n)). Where t
does not depend on n the last sum vanishes, and the step is a statement for the zero test. SymPy's own summation is
never asked.
"""

from __future__ import annotations

import sympy as sp
from sympy import Basic, Expr, Integer, Product, Sum, Symbol

from ..symbols import domain_of, integer
from . import binomial_sums
from .algebra import is_zero
from .functional_rules import with_canonical_bounds
from .positivity import is_defined

Where = tuple[Basic, ...]
LONGEST = 512
LONGEST_BASE = 12
NESTING = 3


def prove_sum_identity(lhs: Expr, rhs: Expr, where: Where = ()) -> bool | None:
    """True where lhs = rhs is proved by induction over a symbol that bounds its sums and products, else None."""
    return True if _vanishes(lhs - rhs, tuple(where), NESTING) else None


def _vanishes(difference: Expr, where: Where, nesting: int) -> bool:
    difference = close_sums(rows_closed(difference, where))
    if is_zero(difference, where):
        return True
    if nesting == 0:
        return False
    free = [s for s in _lengths(difference) if not any(s in fact.free_symbols for fact in where)]
    return any(_by_induction(*_from_plain_length(difference, s), where, nesting) for s in free)


def _from_plain_length(difference: Expr, symbol: Symbol) -> tuple[Expr, Symbol]:
    """The difference in terms of m = n - c where its sums run up to n - c, so that none is shorter than m."""
    shifts = [Integer(0)]
    for node in difference.atoms(Sum, Product):
        for _, _, *ends in node.limits:
            shift, rest = ends[-1].as_coeff_Add() if ends else (Integer(0), None)
            shifts += [shift] if rest == symbol and shift.is_Integer else []
    least = _least(symbol)
    if min(shifts) == 0 or least is None:
        return difference, symbol
    shorter = integer(f"{symbol.name}_0", least + int(min(shifts)))
    return close_sums(difference.xreplace({symbol: shorter - min(shifts)})), shorter


def _lengths(expr: Expr) -> list[Symbol]:
    """The symbols over which an induction may run: integers with a least value, in the upper limit of a sum."""
    found: set[Symbol] = set()
    for node in expr.atoms(Sum, Product):
        for _, _, *upper in node.limits:
            found |= upper[0].free_symbols if upper else set()
    return sorted((s for s in found if _least(s) is not None), key=lambda s: s.name)


def _least(symbol: Symbol) -> int | None:
    try:
        domain = domain_of(symbol)
    except ValueError:
        return None
    if not (domain.integer and domain.lower.is_Rational and domain.upper == sp.oo):
        return None
    least = int(sp.ceiling(domain.lower))
    return least + 1 if domain.lower_open and least == domain.lower else least


def _by_induction(difference: Expr, symbol: Symbol, where: Where, nesting: int) -> bool:
    """difference = 0 at the least value, and unchanged when the symbol grows by one."""
    least = _least(symbol)
    assert least is not None
    if not is_defined(_without_sums(difference), where, along=symbol):
        # Across a value of n where a side is undefined the induction would prove nothing.
        return False
    base = expanded(difference.xreplace({symbol: Integer(least)}))
    if base is None or not is_zero(base, where):
        return False
    following = close_sums(difference.xreplace({symbol: symbol + 1}), after=symbol)
    if _step_by_hypothesis(following, difference, where):
        return True
    # A step that still holds sums is an identity of the same kind, of lower degree.
    return _vanishes(sp.expand(following - difference), where, nesting - 1)


def _without_sums(expr: Expr) -> Expr:
    return expr.xreplace({node: sp.Dummy("S", real=True) for node in expr.atoms(Sum, Product)})


def _step_by_hypothesis(following: Expr, difference: Expr, where: Where) -> bool:
    """Solves the hypothesis for one of its sums or products, on which it depends linearly, and uses it in the step."""
    for node in sorted(difference.atoms(Sum, Product), key=str):
        mark = sp.Dummy("S", real=True)
        marked = difference.xreplace({node: mark})
        slope = marked.diff(mark)
        if not slope.is_Rational or slope == 0:
            continue
        value = sp.expand(mark - marked / slope)
        if is_zero(following.xreplace({node: value}), where):
            return True
    return False


def rows_closed(expr: Expr, where: Where) -> Expr:
    """The expression with sums of numeric length written out, and those over rows of Pascal's triangle closed."""
    found: dict[Expr, Expr] = {}
    for node in expr.atoms(Sum, Product):
        value = expanded(node)
        if value is None:
            value = binomial_sums.closed(node, where)
        if value is not None:
            found[node] = value
    return expr.xreplace(found)


def close_sums(expr: Expr, after: Symbol | None = None) -> Expr:
    """The expression with canonical bound variables, sums of numeric length written out, and the last terms split off.

    Sums and products up to n + c, c a positive integer, become those up to n with their last c terms apart, where n is
    at least one less than the lower limit (so that no sum runs backwards). `after` restricts this to one symbol.
    """
    expr = with_canonical_bounds(expr)
    while True:
        changed = {node: _shortened(node, after) for node in expr.atoms(Sum, Product)}
        changed = {node: value for node, value in changed.items() if value is not None}
        if not changed:
            return expr
        expr = expr.xreplace(changed)


def _shortened(node: Expr, after: Symbol | None) -> Expr | None:
    """The sum with its last terms split off, or None where there is nothing to do."""
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        return None
    variable, lower, upper = node.limits[0]
    short = expanded(node) if lower.is_Integer and upper.is_Integer else None
    if short is not None:
        return short
    shift, rest = upper.as_coeff_Add()
    if not (rest.is_Symbol and shift.is_Integer and 0 < shift <= LONGEST_BASE and lower.is_Integer):
        return None
    least = _least(rest)
    if least is None or least < lower - 1 or (after is not None and rest != after):
        return None
    combine = sp.Add if isinstance(node, Sum) else sp.Mul
    last = [node.function.xreplace({variable: rest + i}) for i in range(1, int(shift) + 1)]
    return combine(node.func(node.function, (variable, lower, rest)), *last)


def expanded(expr: Expr) -> Expr | None:
    """The expression with all sums and products written out, or None where one has no short numeric length."""
    if not expr.has(Sum, Product):
        return expr
    if not isinstance(expr, Sum | Product):
        parts = [expanded(part) if isinstance(part, Expr) else part for part in expr.args]
        return None if any(part is None for part in parts) else expr.func(*parts)
    if len(expr.limits) != 1 or len(expr.limits[0]) != 3:
        return expanded(with_canonical_bounds(expr)) if len(expr.limits) > 1 else None
    variable, lower, upper = expr.limits[0]
    longest = LONGEST_BASE if expr.function.has(Sum, Product) else LONGEST
    if not (lower.is_Integer and upper.is_Integer and -1 <= upper - lower <= longest):
        return None
    values = range(int(lower), int(upper) + 1)
    terms = [expanded(expr.function.xreplace({variable: Integer(k)})) for k in values]
    if any(term is None for term in terms):
        return None
    return (sp.Add if isinstance(expr, Sum) else sp.Mul)(*terms)


__all__ = ["close_sums", "expanded", "prove_sum_identity", "rows_closed"]
