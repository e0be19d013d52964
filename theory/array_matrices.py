"""How each kind of matrix expression is computed in arrays: rows and columns the last two axes, the rest a batch."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from . import matrix_nodes as nodes
from .array_libraries import is_number
from .array_values import NoNumericForm, Rule, Rules, Values


def _spread(value: Any) -> Any:
    """A scalar that multiplies a matrix."""
    return value if is_number(value) or not value.ndim else value[..., None, None]


def _product(at: Values, expr: Any) -> Any:
    """Scalars and matrices multiplied; an inverse that is applied to a matrix is a solved system."""
    scalars = [_spread(at(arg)) for arg in expr.args if not arg.is_Matrix]
    result = None
    for arg in reversed([arg for arg in expr.args if arg.is_Matrix]):
        if result is not None and isinstance(arg, sympy.Inverse):
            result = at.lib.linalg.solve(*_batched(at, at(arg.arg), result))
        else:
            result = at(arg) if result is None else at(arg) @ result
    return reduce(lambda a, b: a * b, [*scalars, result])


def _batched(at: Values, matrix: Any, right: Any) -> tuple[Any, Any]:
    """Both with the same batch axes: where they differ, libraries disagree on what a right side is."""
    if matrix.ndim == right.ndim == 2:
        return matrix, right
    batch = np.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(right.shape[:-2]))
    to = at.lib.module.broadcast_to
    return to(matrix, (*batch, *matrix.shape[-2:])), to(right, (*batch, *right.shape[-2:]))


def _sum(at: Values, expr: Any) -> Any:
    return reduce(lambda a, b: a + b, (at(arg) for arg in expr.args))


def _power(at: Values, expr: Any) -> Any:
    base, exponent = at(expr.base), expr.exp
    if base.shape[-1] == 1 == base.shape[-2]:
        return base ** _spread(at(exponent))
    return at.lib.linalg.matrix_power(base, at.size(exponent))


def _hadamard(at: Values, expr: Any) -> Any:
    return reduce(lambda a, b: a * b, (at(arg) for arg in expr.args))


def _hadamard_power(at: Values, expr: Any) -> Any:
    return at(expr.base) ** _spread(at(expr.exp))


def _kronecker(at: Values, expr: Any) -> Any:
    def of_two(a: Any, b: Any) -> Any:
        both = a[..., :, None, :, None] * b[..., None, :, None, :]
        rows, cols = both.shape[-4] * both.shape[-3], both.shape[-2] * both.shape[-1]
        return at.lib.reshape(both, (*both.shape[:-4], rows, cols))

    return reduce(of_two, (at(arg) for arg in expr.args))


def _vec(at: Values, expr: Any) -> Any:
    matrix = at.lib.transpose(at(expr.args[0]))
    return at.lib.reshape(matrix, (*matrix.shape[:-2], matrix.shape[-2] * matrix.shape[-1], 1))


def _unit(at: Values, expr: Any) -> Any:
    return at.matrix(np.eye(at.size(expr.rows), at.size(expr.cols)))


def _filled(value: float) -> Rule:
    return lambda at, expr: at.matrix(np.full((at.size(expr.rows), at.size(expr.cols)), value))


def _square_unit(at: Values, matrix: Any) -> Any:
    return at.matrix(np.eye(matrix.shape[-2], matrix.shape[-1]))


def _diagonal_from(at: Values, expr: Any) -> Any:
    vector = at(expr.args[0])
    return vector * at.matrix(np.eye(max(vector.shape[-2:])))


def _diagonal_kept(at: Values, expr: Any) -> Any:
    matrix = at(expr.args[0])
    return matrix * _square_unit(at, matrix)


def _einsum(pattern: str) -> Rule:
    return lambda at, expr: at.lib.module.einsum(pattern, at(expr.args[0]))


def _diagonal_of(at: Values, expr: Any) -> Any:
    return at.lib.module.einsum("...ii->...i", at(expr.args[0]))[..., None]


def _elementwise(at: Values, expr: Any) -> Any:
    matrix, function = at(expr.expr), expr.function
    value = at.within({function.variables[0]: matrix}, trail=2)(function.expr)
    return matrix * 0 + value if is_number(value) else value


def _explicit(at: Values, expr: Any) -> Any:
    entries = at.stack(*(at(entry) for entry in expr.flat()))
    return at.lib.reshape(entries, (*entries.shape[:-1], *expr.shape))


def _basis(at: Values, expr: Any) -> Any:
    size, index = (at.size(arg) for arg in expr.args)
    return at.matrix(np.eye(size)[:, index : index + 1])


def _commutation(at: Values, expr: Any) -> Any:
    m, n = (at.size(arg) for arg in expr.args)
    # Entry i + j m of vec(A) is A[i, j]; it stands at j + i n in vec(A.T).
    return at.matrix(np.eye(m * n).reshape(n, m, m * n).transpose(1, 0, 2).reshape(m * n, m * n))


def _selection(at: Values, expr: Any) -> Any:
    n = at.size(expr.args[0])
    return at.matrix(np.eye(n * n)[:, :: n + 1])


def _diagonal_sums(at: Values, expr: Any) -> Any:
    matrix = at(expr.args[0])
    bands = [at.matrix(np.eye(matrix.shape[-1], k=k)) for k in range(1 - matrix.shape[-1], matrix.shape[-1])]
    return reduce(lambda a, b: a + b, (_spread((matrix * band).sum((-2, -1))) * band for band in bands))


def _exponential(function: Any) -> None:
    """Raises NoNumericForm for a function of a matrix that is not the exponential."""
    if not isinstance(function.expr, sympy.exp) or function.expr.args[0] != function.variables[0]:
        raise NoNumericForm(f"of the functions of a matrix only the exponential has a numeric form, not {function}")


def _matrix_function(at: Values, expr: Any) -> Any:
    _exponential(expr.args[0])
    return at.lib.expm(at(expr.args[1]))


def _spectral(which: str) -> Rule:
    def rule(at: Values, expr: Any) -> Any:
        return getattr(at.lib, which)(at(expr.args[0]))[..., at.size(expr.args[1])]

    return rule


def _dot(at: Values, expr: Any) -> Any:
    one, other = (at.lib.reshape(v, (*v.shape[:-2], v.shape[-2] * v.shape[-1])) for v in map(at, expr.args))
    return at.lib.total(one * other, keep=False)


def _transpose(at: Values, expr: Any) -> Any:
    return at.lib.transpose(at(expr.args[0]))


RULES: Rules = {
    sympy.MatrixSymbol: lambda at, expr: at.leaves[expr],
    sympy.MatrixBase: _explicit,
    sympy.Identity: _unit,
    sympy.ZeroMatrix: _filled(0.0),
    sympy.OneMatrix: _filled(1.0),
    sympy.MatAdd: _sum,
    sympy.MatMul: _product,
    sympy.MatPow: _power,
    sympy.Inverse: lambda at, expr: at.lib.linalg.inv(at(expr.arg)),
    sympy.Transpose: _transpose,
    sympy.Adjoint: _transpose,
    sympy.HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    sympy.KroneckerProduct: _kronecker,
    sympy.DiagMatrix: _diagonal_from,
    DiagonalMatrix: _diagonal_kept,
    DiagonalOf: _diagonal_of,
    DotProduct: _dot,
    ElementwiseApplyFunction: _elementwise,
    MatrixElement: lambda at, expr: at(expr.parent)[..., at.size(expr.i), at.size(expr.j)],
    sympy.Trace: _einsum("...ii->..."),
    sympy.Determinant: lambda at, expr: at.lib.linalg.det(at(expr.arg)),
    nodes.Vec: _vec,
    nodes.BasisVector: _basis,
    nodes.Commutation: _commutation,
    nodes.DiagonalSelection: _selection,
    nodes.LowerTriangle: lambda at, expr: at.lib.module.tril(at(expr.args[0])),
    nodes.DiagonalSums: _diagonal_sums,
    nodes.MatrixFunction: _matrix_function,
    nodes.Eigenvalue: _spectral("eigenvalues"),
    nodes.SingularValue: _spectral("singular_values"),
    nodes.NuclearNorm: lambda at, expr: at.lib.total(at.lib.singular_values(at(expr.args[0])), keep=False),
}


__all__ = ["RULES"]
