"""Sums over indices of products of matrix entries, read as traces and matrix products.

SymPy turns (x.T*A*x)[0, 0] into such a sum. An index that occurs twice joins two matrices, one that occurs once meets a
vector of ones, and a cycle is a trace.

>>> from sympy import MatrixSymbol, Symbol
>>> n = Symbol("n")
>>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
>>> as_matrices((x.T * A * x)[0, 0])
(x.T*A*x)[0, 0]
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import Any, NamedTuple

from sympy import Add, Expr, Integer, MatMul, Mul, OneMatrix, Sum, Trace, Transpose, expand
from sympy.matrices.expressions.matexpr import MatrixElement

from .matrix_words import same


class _Entry(NamedTuple):
    """The entry M[row, col]."""

    matrix: Any
    row: Any
    col: Any

    def turned(self) -> _Entry:
        """The same entry of the transpose."""
        matrix = self.matrix.arg if isinstance(self.matrix, Transpose) else Transpose(self.matrix)
        return _Entry(matrix, self.col, self.row)


def as_matrices(expr: Any) -> Any:
    """The expression with every sum over indices that can be read so replaced by matrices."""
    if not isinstance(expr, Expr) or not expr.has(Sum):
        return expr
    if not isinstance(expr, Sum):
        return expr.func(*(as_matrices(arg) for arg in expr.args))
    sizes = {index: high + 1 for index, low, high in expr.limits if low == 0}
    function = as_matrices(expr.function)
    if len(sizes) < len(expr.limits) or function.has(Sum):
        return expr
    terms = [_contracted(term, sizes) for term in expand(function).as_ordered_terms()]
    return expr if None in terms else Add(*terms)


def _contracted(term: Any, sizes: dict[Any, Any]) -> Any | None:
    """The sum of one product over all indices; None where an index occurs more than twice or has another range."""
    entries: list[_Entry] = []
    coefficient = Integer(1)
    for factor in Mul.make_args(term):
        base, power = factor.as_base_exp()
        if not set(sizes) & factor.free_symbols:
            coefficient *= factor
        elif isinstance(base, MatrixElement) and power.is_Integer and 0 < power <= 4:
            entries += [_Entry(base.parent, base.i, base.j)] * int(power)
        else:
            return None
    for index, size in sizes.items():
        slots = [m.shape[k] for m, *ends in entries for k in (0, 1) if ends[k] == index]
        inside = any(index in end.free_symbols and end != index for _, *ends in entries for end in ends)
        if len(slots) > 2 or inside or not all(same(slot, size) for slot in slots):
            return None
        coefficient *= Integer(1) if slots else size
    while entries:
        coefficient *= _chain(entries, sizes)
    return coefficient


def _chain(entries: list[_Entry], sizes: dict[Any, Any]) -> Any:
    """Takes a path or a cycle out of the entries; its value."""

    def is_open(index: Any, others: list[_Entry]) -> bool:
        return index not in sizes or not any(index in (other.row, other.col) for other in others)

    for position, entry in enumerate(entries):
        others = entries[:position] + entries[position + 1 :]
        for one in (entry, entry.turned()):
            if is_open(one.row, others) and (one.row != one.col or one.row not in sizes):
                return _walked(one, others, entries, sizes, closed=False)
    return _walked(entries[0], entries[1:], entries, sizes, closed=True)


def _walked(first: _Entry, rest: list[_Entry], entries: list[_Entry], sizes: dict[Any, Any], closed: bool) -> Any:
    path, end = [first.matrix], first.col
    while end in sizes:
        following = next((other for other in rest if end in (other.row, other.col)), None)
        if following is None:
            break
        rest.remove(following)
        following = following if following.row == end else following.turned()
        path.append(following.matrix)
        end = following.col
    entries[:] = rest
    product = path[0] if len(path) == 1 else MatMul(*path, evaluate=False)
    if closed:
        return Trace(product)
    if first.row not in sizes and end not in sizes:
        return MatrixElement(product, first.row, end)
    left = [OneMatrix(1, product.rows)] if first.row in sizes else []
    right = [OneMatrix(product.cols, 1)] if end in sizes else []
    whole = reduce(mul, [*left, product, *right])
    return MatrixElement(whole, Integer(0) if left else first.row, Integer(0) if right else end)


__all__ = ["as_matrices"]
