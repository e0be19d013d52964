"""Equality of matrix expressions for all sizes, proved by their normal form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Determinant, Expr, MatrixSymbol, Q, expand
from sympy.core.function import AppliedUndef

from .kernels.algebra import is_zero
from .matrix_algebra import MatrixAlgebra
from .matrix_words import ONE, Form
from .symbols import positive, real


def difference(a: Any, b: Any, where: Iterable[Any] = ()) -> Form:
    """The form of a - b with everything multiplied out. Raises ShapeMismatch where the shapes differ."""
    algebra = MatrixAlgebra(expanded=True, where=where)
    forms = [
        algebra.matrix(side)
        if getattr(side, "is_Matrix", False)
        else algebra.scale(algebra.scalar(side), algebra.identity(ONE))
        for side in (a, b)
    ]
    forms = [algebra.collect(form.rows, form.cols, [(c, w) for w, c in form.terms.items()]) for form in forms]
    return algebra.add(forms[0], algebra.scale(-ONE, forms[1]))


def proved_equal(a: Any, b: Any, where: Iterable[Any] = ()) -> bool:
    """Whether the normal form of a - b is zero, for all sizes; False says nothing."""
    where = tuple(where)
    return all(_vanishes(expand(coefficient), where) for coefficient in difference(a, b, where).terms.values())


def _vanishes(coefficient: Any, where: tuple[Any, ...]) -> bool:
    if coefficient == 0:
        return True
    return bool(is_zero(with_symbols(coefficient, where)))


def with_symbols(scalar: Any, where: tuple[Any, ...] = ()) -> Any:
    """The scalar with a real symbol in the place of every trace, determinant, entry and plain symbol."""
    positives = {
        fact.gts for fact in where if getattr(fact, "is_Relational", False) and fact.lts == 0 and fact.rel_op == ">"
    }
    definite = {fact.arguments[0] for fact in where if getattr(fact, "function", None) == Q.positive_definite}

    def opaque(node: Any) -> bool:
        return bool(node.is_Symbol and not node.is_extended_real) or (
            isinstance(node, Expr) and (node.has(MatrixSymbol) or isinstance(node, AppliedUndef)) and _is_atom(node)
        )

    found: dict[Any, Any] = {}

    def replaced(node: Any) -> Any:
        if opaque(node):
            if node not in found:
                known = node in positives or (isinstance(node, Determinant) and node.arg in definite)
                found[node] = (positive if known or node.is_positive else real)(f"scalar{len(found)}")
            return found[node]
        return node.func(*(replaced(arg) for arg in node.args)) if node.args else node

    return replaced(scalar)


def _is_atom(node: Any) -> bool:
    """Whether a scalar is no sum, product, power or known function of scalars."""
    if isinstance(node, AppliedUndef):
        return True
    return not (node.is_Add or node.is_Mul or node.is_Pow or node.is_Function) or any(
        getattr(arg, "is_Matrix", False) for arg in node.args
    )


__all__ = ["difference", "proved_equal", "with_symbols"]
