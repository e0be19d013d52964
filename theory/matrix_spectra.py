"""Values of functions of a matrix by its spectrum: f(A), its derivative in a direction, and cofactors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from flint import acb, acb_mat, arb

from .matrix_arithmetic import PRECISION, NoValue


def cofactor(matrix: Any, row: int, col: int) -> Any:
    size = matrix.nrows()
    if size == 1:
        return acb(1)
    rows = [[matrix[i, j] for j in range(size) if j != col] for i in range(size) if i != row]
    return acb_mat(rows).det() * (-1) ** (row + col)


def spectral_function(values: Any, matrix: Any, function: Callable[[Any], Any]) -> Any:
    """f(A) by Newton's interpolation at the eigenvalues: exact for f on a matrix with simple spectrum."""
    if values.arithmetic.exact:
        raise NoValue("a matrix function is not rational")
    size = matrix.nrows()
    roots = sorted(matrix.eig(), key=lambda v: -float(v.real.mid()))
    table = [function(root) for root in roots]
    total = values.unit(size) * table[0]
    basis = values.unit(size)
    differences = list(table)
    for order in range(1, size):
        differences = [
            (differences[k + 1] - differences[k]) / (roots[k + order] - roots[k]) for k in range(size - order)
        ]
        basis = basis * (matrix - values.unit(size) * roots[order - 1])
        total = total + basis * differences[0]
    return total


def matrix_function(values: Any, expr: Any) -> Any:
    function, argument = expr.args
    matrix = values.matrix(argument)
    (t,) = function.variables
    if function.expr == sympy.exp(t) and not values.arithmetic.exact:
        return matrix.exp()
    return spectral_function(values, matrix, lambda v: apply_lambda(values, function, v))


def frechet(values: Any, expr: Any) -> Any:
    """The upper right block of f([[A, E], [0, A]])."""
    function, at, direction = expr.args
    a, e = values.matrix(at), values.matrix(direction)
    size = a.nrows()
    (t,) = function.variables
    exponent = function.expr.as_base_exp()[1] if function.expr.as_base_exp()[0] == t else None
    zero = values.arithmetic.number(0)
    if exponent is not None and not exponent.is_number:
        exponent = sympy.Integer(values.index(exponent))
    if (exponent is not None and exponent.is_integer) or function.expr == sympy.exp(t):
        blocks = [[a, e], [None, a]]

        def entry(i: int, j: int) -> Any:
            block = blocks[i // size][j // size]
            return zero if block is None else block[i % size, j % size]

        block = values._build(2 * size, 2 * size, entry)
        if exponent is None:
            whole = block.exp()
        else:
            base = block if exponent >= 0 else values.inverse(block)
            whole = values.unit(2 * size)
            for _ in range(abs(int(exponent))):
                whole = whole * base
        return values._build(size, size, lambda i, j: whole[i, j + size])
    # For other functions the block has a double spectrum: the derivative is taken along A + i h E instead.
    if values.arithmetic.exact:
        raise NoValue("a matrix function is not rational")
    h = acb(arb(2) ** (-PRECISION // 4))
    shifted = [
        spectral_function(values, a + e * (h * sign), lambda v: apply_lambda(values, function, v)) for sign in (1, -1)
    ]
    return (shifted[0] - shifted[1]) * (1 / (2 * h))


def apply_lambda(values: Any, function: Any, value: Any) -> Any:
    """A Lambda of one scalar at a value."""
    (t,) = function.variables
    return values.set(t, value).scalar(function.expr)


__all__ = ["apply_lambda", "cofactor", "frechet", "matrix_function", "spectral_function"]
