"""Sums over a row of Pascal's triangle in closed form: the binomial theorem with polynomial weights, and Vandermonde.

- sum_{k=0}^n P(k) C(n, k) r^k = sum_j c_j n(n-1)...(n-j+1) r^j (1+r)^(n-j), P(k) = sum_j c_j k(k-1)...(k-j+1),
  for n = 0, 1, 2, ...; where 1 + r = 0 the last power is Kronecker's delta of n and j;
- sum_{k=0}^c C(a, k) C(b, c-k) = C(a+b, c), for natural a, b, c.

Both are theorems; they apply only where their conditions are proved.
"""

from __future__ import annotations

import sympy as sp
from sympy import Add, Basic, Expr, Integer, KroneckerDelta, Mul, Poly, Pow, Sum, Symbol, binomial, exp

from .positivity import is_proved_nonnegative, is_proved_nonzero, is_proved_zero

Where = tuple[Basic, ...]
HIGHEST_WEIGHT = 8


def closed(node: Sum, where: Where = ()) -> Expr | None:
    """The closed form of the sum, or None where it is not of either kind."""
    if not isinstance(node, Sum) or len(node.limits) != 1 or len(node.limits[0]) != 3:
        return None
    k, lower, upper = node.limits[0]
    if lower != 0 or not upper.is_integer or not is_proved_nonnegative(upper, where):
        return None
    constant, term = node.function.as_independent(k, as_Add=False)
    found = _vandermonde(term, k, upper, where)
    if found is None:
        found = _binomial_theorem(term, k, upper, where)
    return None if found is None else constant * found


def _vandermonde(term: Expr, k: Symbol, upper: Expr, where: Where) -> Expr | None:
    if isinstance(term, Pow) and term.exp == 2 and term.base == binomial(upper, k):
        return binomial(2 * upper, upper)
    if not (isinstance(term, Mul) and len(term.args) == 2 and all(isinstance(part, binomial) for part in term.args)):
        return None
    for first, second in (term.args, term.args[::-1]):
        a, b = first.args[0], second.args[0]
        natural = all(row.is_integer and is_proved_nonnegative(row, where) and not row.has(k) for row in (a, b))
        if natural and first.args[1] == k and second.args[1] == upper - k:
            return binomial(a + b, upper)
    return None


def _binomial_theorem(term: Expr, k: Symbol, n: Expr, where: Where) -> Expr | None:
    rows = [part for part in Mul.make_args(term) if isinstance(part, binomial) and part.args[0] == n]
    if len(rows) != 1 or rows[0].args[1] not in (k, n - k):
        return None
    weight: Expr = Integer(1)
    start: Expr = Integer(1)
    ratio: Expr = Integer(1)
    for part in Mul.make_args(term / rows[0]):
        if part.is_polynomial(k):
            weight *= part
            continue
        base, power = (sp.E, part.args[0]) if isinstance(part, exp) else part.as_base_exp()
        if base.has(k) or not power.is_polynomial(k) or Poly(power, k).degree() != 1:
            return None
        slope, offset = Poly(power, k).nth(1), Poly(power, k).nth(0)
        # base^(slope k + offset) is split, which at base 0 or base < 0 needs natural numbers.
        if not _splits(base, slope, offset, where):
            return None
        start, ratio = start * base**offset, ratio * base**slope
    polynomial = Poly(weight, k)
    if polynomial.degree() > HIGHEST_WEIGHT:
        return None
    return _row(polynomial, n, start, ratio, where)


def _splits(base: Expr, slope: Expr, offset: Expr, where: Where) -> bool:
    """Whether base^(slope k + offset) = base^offset (base^slope)^k for k = 0, 1, 2, ..."""
    if is_proved_nonzero(base, where):
        whole = slope.is_integer and offset.is_integer
        return bool(whole) or base is sp.E or is_proved_nonnegative(base, where)
    return bool(slope.is_integer and slope > 0 and offset.is_integer and is_proved_nonnegative(offset, where))


def _row(weight: Poly, n: Expr, start: Expr, ratio: Expr, where: Where) -> Expr | None:
    """start * sum_k weight(k) C(n, k) ratio^k."""
    whole = sp.together(1 + ratio)
    vanishes = is_proved_zero(whole, where)
    if weight.degree() > 0 and not vanishes and not is_proved_nonzero(whole, where):
        return None
    total: list[Expr] = []
    for j, coefficient in enumerate(_in_falling_factorials(weight)):
        if coefficient == 0:
            continue
        falling = Mul(*(n - i for i in range(j)))
        power = KroneckerDelta(n, j) if vanishes else whole ** (n - j)
        total.append(coefficient * falling * ratio**j * power)
    return start * Add(*total)


def _in_falling_factorials(weight: Poly) -> list[Expr]:
    """c_0, c_1, ... with weight(k) = sum of c_j k(k-1)...(k-j+1), by division with remainder."""
    coefficients, (k,) = [], weight.gens
    rest = weight
    for j in range(weight.degree() + 1):
        rest, remainder = rest.div(Poly(k - j, k, domain=rest.domain))
        coefficients.append(remainder.as_expr())
    return coefficients
