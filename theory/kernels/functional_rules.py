"""Integrals and sums as linear functionals: split into terms, freed of constants, equal where their integrands are.

The split is sound although the pieces may diverge: a linear functional on the convergent integrands extends to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import fmpq
from sympy import Basic, Dummy, Expr, Symbol, oo

from ..measures import Mu
from ..symbols import REALS, Domain, DomainSymbol, Pointwise
from .generators import Field, Poly, Quotient, Undecided
from .ranges import NONNEGATIVE_RAY, REAL_LINE
from .signs import sign

if TYPE_CHECKING:
    from .algebra import Reader

LONGEST_EXPANSION = 30


def read_functional(reader: Reader, expr: Expr) -> Quotient:
    """An integral against a measure, or a definite integral, sum or product, as an element."""
    if isinstance(expr, Mu):
        return _linear(reader, reader.read(expr.args[0]), "Mu", (), None)
    if len(expr.limits) != 1 or len(expr.limits[0]) != 3:
        return reader.opaque(expr, (), None, depends=frozenset(expr.free_symbols))
    variable, *ends = expr.limits[0]
    body = expr.function
    discrete = not isinstance(expr, sp.Integral) and all(end.is_Integer for end in ends)
    if discrete and 0 <= ends[1] - ends[0] < LONGEST_EXPANSION:
        terms = [body.xreplace({variable: sp.Integer(k)}) for k in range(int(ends[0]), int(ends[1]) + 1)]
        return reader.read((sp.Add if isinstance(expr, sp.Sum) else sp.Mul)(*terms))
    label = (expr.func, variable, *(end if end.is_infinite else None for end in ends))
    limits = tuple(reader.read(end) for end in ends if not end.is_infinite)
    element = reader.read(body)
    if isinstance(expr, sp.Product):
        bound = frozenset([variable])
        return reader.opaque(label, (element, *limits), depends=frozenset(expr.free_symbols), bound=bound)
    return _linear(reader, element, label, limits, variable)


def _linear(
    reader: Reader, body: Quotient, label: Any, limits: tuple[Quotient, ...], variable: Symbol | None
) -> Quotient:
    field = reader.field
    if body.num.is_zero():
        return body
    bound = {s for s in field.depends(body) if isinstance(s, Pointwise)} if variable is None else {variable}
    constant_den, varying_den = _split_denominator(field, body.den, bound)
    parts: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in body.num.terms():
        varying = tuple(e if _varies(field, i, bound) else 0 for i, e in enumerate(monomial))
        fixed = tuple(a - b for a, b in zip(monomial, varying, strict=True))
        parts.setdefault(varying, {})[fixed] = coefficient
    total = field.zero
    for varying, fixed_part in parts.items():
        weight = field.quotient(field.context.from_dict(fixed_part), constant_den)
        integrand = field.quotient(field.context.from_dict({varying: fmpq(1)}), varying_den)
        if variable is None and _is_density(field, integrand):
            value = field.one
        else:
            values = REAL_LINE if field.is_real(integrand) else None
            if variable is None and values and sign(field, integrand) > 0:
                values = NONNEGATIVE_RAY
            value = reader.opaque(label, (integrand, *limits), values, bound=frozenset(bound))
        total = field.add(total, field.multiply(weight, value))
    return total


def _varies(field: Field, index: int, bound: set[Symbol]) -> bool:
    return index < len(field.generators) and bool(field.generators[index].depends & bound)


def _split_denominator(field: Field, den: Poly, bound: set[Symbol]) -> tuple[Poly, Poly]:
    content, factors = den.factor()
    constant, varying = field.one_poly * content, field.one_poly
    for factor, exponent in factors:
        if any(_varies(field, i, bound) for i in field.members(factor)):
            varying = varying * factor**exponent
        else:
            constant = constant * factor**exponent
    return constant, varying


def _is_density(field: Field, a: Quotient) -> bool:
    members = field.members(*a)
    if len(members) != 1 or a != field.element(members[0]):
        return False
    symbol = field.generators[members[0]].label
    return isinstance(symbol, Pointwise) and symbol.normalized


def with_canonical_bounds(expr: Expr) -> Expr:
    """The expression with nested one-dimensional integrals and sums, bound variables named by their height."""
    if not expr.has(sp.Integral, sp.Sum, sp.Product):
        return expr
    if not isinstance(expr, sp.Integral | sp.Sum | sp.Product):
        return expr.func(*(with_canonical_bounds(arg) for arg in expr.args)) if expr.args else expr
    if any(len(limit) != 3 for limit in expr.limits):
        return expr
    body = with_canonical_bounds(expr.function)
    for variable, *ends in expr.limits:
        height = max((s.height for s in body.atoms(Bound) if s != variable), default=-1) + 1
        name = Bound(height, _domain(type(expr), *ends))
        body = expr.func(body.xreplace({variable: name}), (name, *map(with_canonical_bounds, ends)))
        if not isinstance(body, sp.Integral | sp.Sum | sp.Product):
            return body
    return body


class Bound(DomainSymbol):
    """A bound variable; its height counts the binders below its own."""

    __slots__ = ("height",)
    height: int

    def __new__(cls, height: int, domain: Domain) -> Bound:
        self: Bound = DomainSymbol.__new__(cls, f"_t{height}", domain)
        self.height = height
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.height, self.domain), {}


def _domain(kind: Any, lower: Expr, upper: Expr) -> Domain:
    """The domain of a bound variable, as far as the limits tell it."""
    integer = kind is not sp.Integral
    rational = [end if end.is_Rational else None for end in (lower, upper)]
    if None not in rational and lower > upper:
        return Domain(integer=integer)
    if kind is not sp.Integral and rational[1] is None and upper != oo and not _runs_forward(lower, upper):
        # A sum whose upper limit lies below its lower one runs backwards over the values between.
        return Domain(integer=True)
    if kind is sp.Integral and not all(end.is_Rational or end.is_infinite for end in (lower, upper)):
        return REALS
    low = lower if rational[0] is not None else -oo
    high = upper if rational[1] is not None else oo
    # An end point is a null set for an integral, so its domain may be open.
    return Domain(low, high, not integer or low == -oo, not integer or high == oo, integer)


def _runs_forward(lower: Expr, upper: Expr) -> bool:
    from .algebra import is_nonnegative

    return is_nonnegative(upper - lower + 1)


def linear_parts(expr: Expr, nodes: list[Expr]) -> tuple[Expr, list[Expr]] | None:
    """(c0, c) with expr = c0 + sum of c_i * node_i and no node in the coefficients, if expr is linear in the nodes."""
    marks = [Dummy(f"m{i}", real=True) for i in range(len(nodes))]
    marked = expr.xreplace(dict(zip(nodes, marks, strict=True)))
    coefficients = [marked.diff(mark) for mark in marks]
    if any(c.has(*marks) for c in coefficients):
        return None
    return marked.xreplace(dict.fromkeys(marks, sp.Integer(0))), coefficients


def free_of(expr: Basic, symbols: set[Any]) -> bool:
    """Whether none of the symbols occurs."""
    return not (expr.free_symbols & symbols)


__all__ = ["Bound", "Undecided", "free_of", "linear_parts", "read_functional", "with_canonical_bounds"]
