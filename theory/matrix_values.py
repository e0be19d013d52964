"""Values of matrix expressions at explicit matrices, exact or in complex balls.

Nothing here knows a rule of differentiation or of the normal form: it is the independent route by
which both are checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy
from flint import acb, arb, fmpq
from sympy import Basic, Derivative, Subs
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from . import matrix_nodes as nodes
from .matrix_arithmetic import Balls, Fractions, NoValue, with_precision
from .matrix_spectra import apply_lambda, cofactor, frechet, matrix_function, spectral_function


@dataclass
class Point:
    """Sizes, scalars and matrices: values for all the symbols of an expression."""

    sizes: dict[Any, int]
    scalars: dict[Any, Any]
    matrices: dict[Any, list[list[Any]]]


class Values:
    """The values of expressions at a point, in an arithmetic (`Fractions` or `Balls`)."""

    def __init__(self, arithmetic: Any, point: Point) -> None:
        self.arithmetic = arithmetic
        self.sizes = point.sizes
        self._known: dict[Any, Any] = {}
        for symbol, size in point.sizes.items():
            self._known[symbol] = arithmetic.number(size)
        for symbol, value in point.scalars.items():
            self._known[symbol] = self._element(value)
        for symbol, rows in point.matrices.items():
            self._known[symbol] = arithmetic.matrix([[self._element(entry) for entry in row] for row in rows])

    def _element(self, value: Any) -> Any:
        if isinstance(value, int | Basic):
            return self.arithmetic.number(value)
        return acb(arb(value)) if isinstance(value, fmpq) and not self.arithmetic.exact else value

    def set(self, symbol: Any, value: Any) -> Values:
        """The same point with another value of one symbol."""
        other = object.__new__(Values)
        other.arithmetic, other.sizes = self.arithmetic, self.sizes
        # A value that does not depend on the symbol stays known.
        kept = {e: v for e, v in self._known.items() if symbol not in e.free_symbols}
        other._known = {**kept, symbol: value}
        return other

    def size(self, expr: Any) -> int:
        """A size as an integer."""
        value = sympy.sympify(expr).xreplace({s: sympy.Integer(k) for s, k in self.sizes.items()})
        if not value.is_Integer or value < 1:
            raise NoValue(f"{expr} is no size here")
        return int(value)

    def index(self, expr: Any) -> int:
        """An index as an integer."""
        value = self.scalar(expr)
        if self.arithmetic.exact:
            return int(value.p)
        return int(value.real.unique_fmpz())

    def of(self, expr: Any) -> Any:
        """The value: a matrix for a matrix expression, an element for a scalar. Raises NoValue."""
        try:
            return self.matrix(expr) if getattr(expr, "is_Matrix", False) else self.scalar(expr)
        except (ZeroDivisionError, ValueError, OverflowError, NotImplementedError, TypeError) as error:
            raise NoValue(str(error)) from None

    def matrix(self, expr: Any) -> Any:
        """The value of a matrix expression."""
        if expr not in self._known:
            rule = _MATRIX_RULES.get(type(expr))
            if rule is None:
                if isinstance(expr, sympy.MatrixBase):
                    rows, cols = expr.shape
                    return self._build(rows, cols, lambda i, j: self.scalar(expr[i, j]))
                raise NoValue(f"{type(expr).__name__} has no value rule")
            self._known[expr] = rule(self, expr)
        return self._known[expr]

    def _build(self, rows: int, cols: int, entry: Callable[[int, int], Any]) -> Any:
        return self.arithmetic.matrix([[entry(i, j) for j in range(cols)] for i in range(rows)])

    def each(self, matrix: Any, function: Callable[[Any], Any]) -> Any:
        """A function at every entry."""
        return self._build(matrix.nrows(), matrix.ncols(), lambda i, j: function(matrix[i, j]))

    def ones(self, rows: int, cols: int) -> Any:
        """The matrix of ones."""
        return self._build(rows, cols, lambda i, j: self.arithmetic.number(1))

    def unit(self, size: int) -> Any:
        """The identity."""
        return self._build(size, size, lambda i, j: self.arithmetic.number(int(i == j)))

    def inverse(self, matrix: Any) -> Any:
        """The inverse; raises NoValue where the matrix is singular."""
        if matrix.nrows() != matrix.ncols():
            raise NoValue("an inverse of a matrix that is not square")
        det = matrix.det()
        if (det == 0) if self.arithmetic.exact else det.contains(0):
            raise NoValue("a singular matrix")
        return matrix.inv()

    def scalar(self, expr: Any) -> Any:
        """The value of a scalar expression."""
        if expr not in self._known:
            self._known[expr] = self._scalar(expr)
        return self._known[expr]

    def _scalar(self, expr: Any) -> Any:
        arithmetic = self.arithmetic
        if expr.is_number and not expr.args:
            return arithmetic.number(expr)
        if getattr(expr, "is_Matrix", False):
            return self.matrix(expr)[0, 0]
        if expr.is_Add:
            return sum((self.scalar(arg) for arg in expr.args[1:]), self.scalar(expr.args[0]))
        if expr.is_Mul:
            value = arithmetic.number(1)
            for arg in expr.args:
                value = value * self.scalar(arg)
            return value
        if expr.is_Pow:
            return arithmetic.power(self.scalar(expr.base), self.scalar(expr.exp))
        if isinstance(expr, sympy.Trace):
            matrix = self.matrix(expr.arg)
            return sum((matrix[i, i] for i in range(1, matrix.nrows())), matrix[0, 0])
        if isinstance(expr, sympy.Determinant):
            return self.matrix(expr.arg).det()
        if isinstance(expr, MatrixElement):
            matrix, i, j = self.matrix(expr.parent), self.index(expr.i), self.index(expr.j)
            if not (0 <= i < matrix.nrows() and 0 <= j < matrix.ncols()):
                raise NoValue(f"{expr} is outside the matrix")
            return matrix[i, j]
        if isinstance(expr, sympy.KroneckerDelta):
            return arithmetic.number(int(self.index(expr.args[0]) == self.index(expr.args[1])))
        if isinstance(expr, DotProduct):
            one, other = (self.matrix(arg).entries() for arg in expr.args)
            return sum((a * b for a, b in zip(one, other, strict=True)), arithmetic.number(0))
        if isinstance(expr, sympy.Sum):
            return self._sum(expr.function, list(expr.limits))
        if isinstance(expr, Subs) and isinstance(expr.expr, Derivative):
            raise NoValue(f"{expr} is not evaluated")
        if isinstance(expr, nodes.Eigenvalue | nodes.SingularValue | nodes.NuclearNorm):
            return self._spectral(expr)
        if expr.is_Function and not isinstance(expr, AppliedUndef):
            return arithmetic.function(expr.func, [self.scalar(arg) for arg in expr.args])
        raise NoValue(f"{type(expr).__name__} {expr} has no value rule")

    def _sum(self, function: Any, limits: list[Any]) -> Any:
        if not limits:
            return self.scalar(function)
        *inner, (index, low, high) = limits
        total = self.arithmetic.number(0)
        for value in range(self.index(low), self.index(high) + 1):
            total = total + self.set(index, self.arithmetic.number(value))._sum(function, inner)
        return total

    def _spectral(self, expr: Any) -> Any:
        matrix = expr.args[0]
        values = self._roots(self.matrix(matrix), symmetric=isinstance(expr, nodes.Eigenvalue))
        if isinstance(expr, nodes.NuclearNorm):
            return sum((Balls.power(v, acb(0.5)) for v in values[1:]), Balls.power(values[0], acb(0.5)))
        index = self.index(expr.args[1])
        if not 0 <= index < len(values):
            raise NoValue(f"{expr} is beyond the spectrum")
        value = values[index]
        return value if isinstance(expr, nodes.Eigenvalue) else Balls.power(value, acb(0.5))

    def _roots(self, matrix: Any, symmetric: bool) -> list[Any]:
        """The eigenvalues of a symmetric matrix, or of the smaller Gram matrix, from the largest."""
        if self.arithmetic.exact:
            raise NoValue("an eigenvalue is not rational")
        if not symmetric:
            gram = matrix.transpose() * matrix if matrix.nrows() >= matrix.ncols() else matrix * matrix.transpose()
            matrix = gram
        return sorted(matrix.eig(), key=lambda v: -float(v.real.mid()))

    def eigenvector(self, matrix: Any, index: int) -> Any:
        """A unit eigenvector of a symmetric matrix; its largest entry is positive."""
        values = self._roots(matrix, symmetric=True)
        if not 0 <= index < len(values):
            raise NoValue("an eigenvector beyond the spectrum")
        value = values[index]
        size = matrix.nrows()
        shifted = matrix - self.unit(size) * value
        best = None
        for column in range(size):
            # The columns of the adjugate of a matrix of corank one span its kernel.
            vector = [cofactor(shifted, column, row) for row in range(size)]
            length = sum((v * v for v in vector[1:]), vector[0] * vector[0])
            if best is None or float(abs(length).mid()) > float(abs(best[1]).mid()):
                best = vector, length
        assert best is not None
        vector, length = best
        norm = Balls.power(length, acb(0.5))
        largest = max(vector, key=lambda v: abs(float(v.real.mid())))
        sign = 1 if largest.real > 0 else -1
        return self._build(size, 1, lambda i, j: vector[i] / norm * sign)


def _product(values: Values, expr: Any) -> Any:
    scalar, matrix = None, None
    for arg in expr.args:
        if getattr(arg, "is_Matrix", False):
            found = values.matrix(arg)
            matrix = found if matrix is None else matrix * found
        else:
            found = values.scalar(arg)
            scalar = found if scalar is None else scalar * found
    return matrix if scalar is None else matrix * scalar


def _sum(values: Values, expr: Any) -> Any:
    total = values.matrix(expr.args[0])
    for arg in expr.args[1:]:
        total = total + values.matrix(arg)
    return total


def _power(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    if matrix.nrows() == 1:
        entry = values.arithmetic.power(matrix[0, 0], values.scalar(expr.args[1]))
        return values.arithmetic.matrix([[entry]])
    exponent = values.scalar(expr.args[1])
    if not (exponent.q == 1 if values.arithmetic.exact else exponent.real.is_integer()):
        return spectral_function(values, matrix, lambda v: Balls.power(v, exponent))
    n = values.index(expr.args[1])
    base = matrix if n >= 0 else values.inverse(matrix)
    total = values.unit(matrix.nrows())
    for _ in range(abs(n)):
        total = total * base
    return total


def _kronecker(values: Values, expr: Any) -> Any:
    def of_two(a: Any, b: Any) -> Any:
        r, c = b.nrows(), b.ncols()
        return values._build(a.nrows() * r, a.ncols() * c, lambda i, j: a[i // r, j // c] * b[i % r, j % c])

    return reduce(of_two, (values.matrix(arg) for arg in expr.args))


def _hadamard(values: Values, expr: Any) -> Any:
    factors = [values.matrix(arg) for arg in expr.args]

    def entry(i: int, j: int) -> Any:
        value = factors[0][i, j]
        for factor in factors[1:]:
            value = value * factor[i, j]
        return value

    return values._build(factors[0].nrows(), factors[0].ncols(), entry)


def _hadamard_power(values: Values, expr: Any) -> Any:
    exponent = values.scalar(expr.exp)
    return values.each(values.matrix(expr.base), lambda v: values.arithmetic.power(v, exponent))


def _entrywise(values: Values, expr: Any) -> Any:
    return values.each(values.matrix(expr.expr), lambda v: apply_lambda(values, expr.function, v))


def _triangle(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    zero = values.arithmetic.number(0)
    return values._build(matrix.nrows(), matrix.ncols(), lambda i, j: matrix[i, j] if i >= j else zero)


def _diagonal_sums(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    size = matrix.nrows()
    zero = values.arithmetic.number(0)
    sums = {d: sum((matrix[k, k + d] for k in range(size) if 0 <= k + d < size), zero) for d in range(1 - size, size)}
    return values._build(size, size, lambda i, j: sums[j - i])


def _commutation(values: Values, expr: Any) -> Any:
    m, n = (values.size(arg) for arg in expr.args)
    # Entry i + j m of vec(A) is A[i, j]; it stands at j + i n in vec(A.T).
    return values._build(
        m * n, m * n, lambda row, col: values.arithmetic.number(int(row == (col // m) + (col % m) * n))
    )


def _selection(values: Values, expr: Any) -> Any:
    n = values.size(expr.args[0])
    return values._build(n * n, n, lambda row, col: values.arithmetic.number(int(row == col * (n + 1))))


def _vec(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    rows = matrix.nrows()
    return values._build(rows * matrix.ncols(), 1, lambda i, j: matrix[i % rows, i // rows])


def _diag(values: Values, expr: Any) -> Any:
    vector = values.matrix(expr.args[0])
    if vector.ncols() != 1:
        vector = vector.transpose()
    zero = values.arithmetic.number(0)
    return values._build(vector.nrows(), vector.nrows(), lambda i, j: vector[i, 0] if i == j else zero)


def _diagonal(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    return values._build(matrix.nrows(), 1, lambda i, j: matrix[i, i])


def _diagonal_matrix(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    zero = values.arithmetic.number(0)
    return values._build(matrix.nrows(), matrix.ncols(), lambda i, j: matrix[i, i] if i == j else zero)


def _basis(values: Values, expr: Any) -> Any:
    index, size = values.index(expr.args[1]), values.size(expr.args[0])
    if not 0 <= index < size:
        raise NoValue(f"{expr} has no entry {index}")
    return values._build(size, 1, lambda i, j: values.arithmetic.number(int(i == index)))


def _eigenvector(values: Values, expr: Any) -> Any:
    return values.eigenvector(values.matrix(expr.args[0]), values.index(expr.args[1]))


def _left_singular(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    return values.eigenvector(matrix * matrix.transpose(), values.index(expr.args[1]))


def _transpose(values: Values, expr: Any) -> Any:
    return values.matrix(expr.args[0]).transpose()


_MATRIX_RULES: dict[Any, Callable[[Values, Any], Any]] = {
    sympy.Identity: lambda values, expr: values.unit(values.size(expr.rows)),
    sympy.ZeroMatrix: lambda values, expr: (
        values.ones(values.size(expr.rows), values.size(expr.cols)) * values.arithmetic.number(0)
    ),
    sympy.OneMatrix: lambda values, expr: values.ones(values.size(expr.rows), values.size(expr.cols)),
    sympy.MatAdd: _sum,
    sympy.MatMul: _product,
    sympy.MatPow: _power,
    sympy.Inverse: lambda values, expr: values.inverse(values.matrix(expr.arg)),
    sympy.Transpose: _transpose,
    sympy.Adjoint: _transpose,
    sympy.HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    sympy.KroneckerProduct: _kronecker,
    sympy.DiagMatrix: _diag,
    DiagonalMatrix: _diagonal_matrix,
    DiagonalOf: _diagonal,
    ElementwiseApplyFunction: _entrywise,
    nodes.MatrixFunction: matrix_function,
    nodes.FrechetDerivative: frechet,
    nodes.LowerTriangle: _triangle,
    nodes.DiagonalSums: _diagonal_sums,
    nodes.Commutation: _commutation,
    nodes.DiagonalSelection: _selection,
    nodes.Vec: _vec,
    nodes.BasisVector: _basis,
    nodes.Eigenvector: _eigenvector,
    nodes.LeftSingularVector: _left_singular,
}


__all__ = ["Balls", "Fractions", "NoValue", "Point", "Values", "with_precision"]
