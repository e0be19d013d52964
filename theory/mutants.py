"""Mutants of a claim: near misses that its check must reject.

Generated from the expression: a sign, a factor of two, a dropped term, swapped arguments, a shifted index, a flipped
relation.
What only a mathematician would confuse is written by hand beside the statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from sympy import Add, Basic, Expr, Integer, MatAdd, Matrix, MatrixSymbol, Symbol

from .claims import FLIPPED, AllOf, Claim, Definition, Identity, Inequality, Limit, MatrixIdentity, Recursion
from .symbols import DomainSymbol, domain_of

_TERMS = 4
_SWAPS = 3


def generate(claim: Claim) -> dict[str, Claim]:
    """The generated mutants of a claim, by name; none for kinds whose mutants must be written by hand."""
    if isinstance(claim, Identity):
        return {name: replace(claim, rhs=rhs) for name, rhs in _near_misses(claim.rhs)}
    if isinstance(claim, MatrixIdentity):
        return {name: replace(claim, rhs=rhs) for name, rhs in _matrix_near_misses(claim.rhs)}
    if isinstance(claim, Inequality):
        return {"relation flipped": replace(claim, relation=FLIPPED[claim.relation])}
    if isinstance(claim, Limit):
        return {name: replace(claim, value=value) for name, value in _near_misses(claim.value)}
    if isinstance(claim, Recursion) and claim.relation == "==":
        return {name: replace(claim, closed=closed) for name, closed in _near_misses(claim.closed)}
    if isinstance(claim, Definition) and isinstance(claim.value, Expr) and not isinstance(claim.value, Matrix):
        return {name: claim.of(value) for name, value in _near_misses(claim.value)}
    if isinstance(claim, AllOf):
        return {
            f"{part}: {name}": AllOf({part: mutant})
            for part, one in claim.claims.items()
            for name, mutant in generate(one).items()
        }
    return {}


def _near_misses(expr: Expr) -> Iterator[tuple[str, Expr]]:
    if expr.is_zero:
        yield "one added", expr + 1
        return
    yield "sign", -expr
    yield "factor 2", 2 * expr
    terms = Add.make_args(expr)
    if len(terms) > 1:
        for term in terms[:_TERMS]:
            yield f"{term} dropped", expr - term
            yield f"{term} with the other sign", expr - 2 * term
    for one, other in _like_pairs(expr):
        yield f"{one} and {other} swapped", expr.xreplace({one: other, other: one})
    for index in sorted(expr.free_symbols, key=str):
        if domain_of(index).integer:
            yield f"{index} shifted by one", expr.subs(index, index + Integer(1))


def _matrix_near_misses(expr: Any) -> Iterator[tuple[str, Any]]:
    yield "sign", -expr
    yield "factor 2", 2 * expr
    if isinstance(expr, MatAdd | Add):
        for term in expr.args[:_TERMS]:
            yield f"{term} dropped", expr - term
    for matrix in sorted(expr.atoms(MatrixSymbol), key=str):
        if matrix.rows == matrix.cols:
            yield f"{matrix} transposed", expr.subs(matrix, matrix.T)


def _like_pairs(expr: Basic) -> list[tuple[Symbol, Symbol]]:
    """Pairs of symbols that a slip of the pen would swap: those of the same kind and domain."""
    symbols = sorted(expr.free_symbols, key=str)
    pairs = [(a, b) for a, b in combinations(symbols, 2) if type(a) is type(b) and domain_of(a) == domain_of(b)]
    alike = [
        (a, b)
        for a, b in pairs
        if not isinstance(a, DomainSymbol) or getattr(a, "normalized", 0) == getattr(b, "normalized", 0)
    ]
    return alike[:_SWAPS]
