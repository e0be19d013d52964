"""Equality of matrix expressions for all sizes, proved by their normal form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Determinant, Expr, MatrixSymbol, Q, expand
from sympy.core.function import AppliedUndef

from .kernels.algebra import is_zero
from .matrix_algebra import MatrixAlgebra
from .matrix_words import ONE, Form, word_key
from .symbols import positive, real

CLEARINGS = 3
MAX_TERMS = 40


def difference(a: Any, b: Any, where: Iterable[Any] = ()) -> Form:
    """The form of a - b with everything multiplied out. Raises ShapeMismatch where the shapes differ."""
    return _subtracted(MatrixAlgebra(expanded=True, where=where), a, b)


def _subtracted(algebra: MatrixAlgebra, a: Any, b: Any) -> Form:
    forms = [
        algebra.matrix(side)
        if getattr(side, "is_Matrix", False)
        else algebra.scale(algebra.scalar(side), algebra.identity(ONE))
        for side in (a, b)
    ]
    return algebra.add(_again(algebra, forms[0]), algebra.scale(-ONE, _again(algebra, forms[1])))


def _again(algebra: MatrixAlgebra, form: Form) -> Form:
    """The form reduced by all that the algebra has learnt of inverses since it was made."""
    return algebra.collect(form.rows, form.cols, [(c, w) for w, c in form.terms.items()])


def proved_equal(a: Any, b: Any, where: Iterable[Any] = ()) -> bool:
    """Whether a - b is proved to be zero for all sizes; False says nothing.

    The normal form of a - b is zero, or becomes so when the inverses at its ends are multiplied away: P E = 0 with an
    invertible P is E = 0. Raises ShapeMismatch where the shapes differ.
    """
    where = tuple(where)
    algebra = MatrixAlgebra(expanded=True, where=where)
    return _is_zero_form(algebra, _subtracted(algebra, a, b), where, CLEARINGS)


def _is_zero_form(algebra: MatrixAlgebra, form: Form, where: tuple[Any, ...], clearings: int) -> bool:
    rest = {word: c for word, c in form.terms.items() if not _vanishes(expand(c), where)}
    if not rest:
        return True
    if not clearings or len(rest) > MAX_TERMS:
        return False
    form = Form(form.rows, form.cols, rest)
    for left in (True, False):
        ends = {word[0 if left else -1] for word in rest if word}
        for letter in sorted((end for end in ends if end.power == -1), key=lambda end: word_key((end,))):
            base = algebra.matrix(letter.base)
            base = algebra.transpose(base) if letter.flip else base
            cleared = algebra.multiply(base, form) if left else algebra.multiply(form, base)
            if _is_zero_form(algebra, cleared, where, clearings - 1):
                return True
    return False


def _vanishes(coefficient: Any, where: tuple[Any, ...]) -> bool:
    if coefficient == 0:
        return True
    return bool(is_zero(with_symbols(coefficient, where)))


def with_symbols(scalar: Any, where: tuple[Any, ...] = ()) -> Any:
    """The scalar with a real symbol in the place of every trace, determinant, entry and plain symbol."""
    algebra = MatrixAlgebra(expanded=True, where=where)
    positives = {
        algebra.scalar(fact.gts)
        for fact in where
        if getattr(fact, "is_Relational", False) and fact.lts == 0 and fact.rel_op == ">"
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
