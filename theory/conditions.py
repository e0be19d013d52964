"""The conditions under which matrix expressions have a value: what must be invertible, positive, nonzero, simple.

>>> from sympy import Determinant, MatrixSymbol, Symbol, log
>>> n = Symbol("n")
>>> X = MatrixSymbol("X", n, n)
>>> conditions(log(Determinant(X)) + 1)
(Determinant(X) > 0,)
>>> conditions(X.T.inv())
(Q.invertible(X),)
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Determinant, Inverse, MatPow, Ne, Q, Symbol, Trace, Transpose, log, preorder_traversal, sympify
from sympy.core.relational import StrictGreaterThan

from .matrix_algebra import is_scalar_matrix, tidy
from .matrix_nodes import Eigenvalue, MatrixFunction, NuclearNorm, SingularValue


def conditions(*exprs: Any) -> tuple[Any, ...]:
    """What every expression needs, each once: Q.invertible(M), u > 0, u != 0, Q.fullrank(M), Q.symmetric(M).

    A sufficient set: a power of a scalar that is not known to be positive is asked to be positive or nonzero. That an
    eigenvalue or a singular value must be simple where it is differentiated goes without a symbol and is not listed.
    """
    found: dict[Any, None] = {}
    for expr in exprs:
        for node in preorder_traversal(sympify(expr, strict=True)):
            for fact in _needs(node):
                found[fact] = None
    invertible = {fact.arguments[0] for fact in found if getattr(fact, "function", None) == Q.invertible}
    positive = {fact.gts for fact in found if isinstance(fact, StrictGreaterThan)}
    implied = {Ne(value, 0) for value in positive} | {
        Q.invertible(value.arg) for value in positive if isinstance(value, Determinant)
    }
    implied |= {Ne(Determinant(matrix), 0) for matrix in invertible}
    return tuple(fact for fact in found if fact not in implied)


def _needs(node: Any) -> list[Any]:
    if isinstance(node, log):
        inner = node.args[0]
        return [Ne(_plain(inner.args[0]), 0)] if isinstance(inner, Abs) else _positive(inner)
    if isinstance(node, Inverse | MatPow):
        base, exponent = node.args
        if is_scalar_matrix(base):
            return _power(base, exponent)
        return [Q.invertible(_core(base))] if exponent.could_extract_minus_sign() else []
    if getattr(node, "is_Pow", False):
        return _power(node.base, node.exp)
    if isinstance(node, Eigenvalue):
        return [Q.symmetric(node.args[0])]
    if isinstance(node, NuclearNorm):
        return [Q.fullrank(node.args[0])]
    if isinstance(node, SingularValue):
        return [StrictGreaterThan(node, 0)]
    if isinstance(node, MatrixFunction) and node.args[0].expr.has(log):
        return [Q.positive_definite(node.args[1])]
    return []


def _power(base: Any, exponent: Any) -> list[Any]:
    if exponent.is_integer:
        negative = exponent.could_extract_minus_sign() and base.is_nonzero is not True and not base.is_number
        return [Ne(_plain(base), 0)] if negative and not _is_size(base) else []
    return _positive(base)


def _positive(value: Any) -> list[Any]:
    if value.is_positive or value.is_number or _is_size(value):
        return []
    return [StrictGreaterThan(_plain(value), 0, evaluate=False)]


def _is_size(value: Any) -> bool:
    return isinstance(value, Symbol) and not value.is_extended_real


def _plain(value: Any) -> Any:
    return tidy(value) if value.has(Trace) or getattr(value, "is_Matrix", False) else value


def _core(matrix: Any) -> Any:
    return matrix.arg if isinstance(matrix, Transpose) else matrix


__all__ = ["conditions"]
