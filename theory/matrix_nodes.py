"""Nodes that matrix calculus needs and SymPy's matrix expressions lack: vec, commutation, basis vectors, spectra.

All matrices are real. Sizes are symbolic; indices count from zero, as in SymPy.

>>> from sympy import MatrixSymbol, Symbol
>>> n, m = Symbol("n"), Symbol("m")
>>> Vec(MatrixSymbol("X", n, m)).shape
(m*n, 1)
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Dummy, Expr, Integer, Lambda, MatrixExpr, exp, log, powsimp, sympify
from sympy.matrices.expressions.matexpr import MatrixElement


class ShapeMismatch(ValueError):
    """An expression whose shapes do not fit: the message names the node and the shapes."""


class NotDifferentiable(ValueError):
    """An expression that the engine cannot differentiate: the message names the node and says why."""

    def __init__(self, node: Any, reason: str) -> None:
        self.node = node
        super().__init__(f"{type(node).__name__} {node}: {reason}")


class CheckFailed(RuntimeError):
    """A derivative that disagrees with an independent directional derivative, or could not be compared with one."""


def require_square(matrix: Any, what: str) -> None:
    """Raises ShapeMismatch where the matrix is not square."""
    if matrix.rows != matrix.cols:
        raise ShapeMismatch(f"{what} of {matrix}, which is {matrix.rows} x {matrix.cols}, not square")


class BasisVector(MatrixExpr):  # type: ignore[misc]
    """The column e_i of length n: 1 at index i, 0 elsewhere."""

    def __new__(cls, n: Any, i: Any) -> BasisVector:
        return Basic.__new__(cls, sympify(n), sympify(i))  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0], Integer(1)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def _sympystr(self, printer: Any) -> str:
        return f"e{self.args[1]}"

    def _latex(self, printer: Any) -> str:
        return f"e_{{{printer._print(self.args[1])}}}"


class Vec(MatrixExpr):  # type: ignore[misc]
    """The columns of an m x n matrix stacked into one column of length m n."""

    def __new__(cls, matrix: Any) -> Vec:
        return Basic.__new__(cls, matrix)  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].rows * self.args[0].cols, Integer(1)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{vec}}({printer._print(self.args[0])})"


class Commutation(MatrixExpr):  # type: ignore[misc]
    """The permutation K with K vec(A) = vec(A.T) for every m x n matrix A."""

    def __new__(cls, m: Any, n: Any) -> Commutation:
        return Basic.__new__(cls, sympify(m), sympify(n))  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0] * self.args[1], self.args[0] * self.args[1]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def _latex(self, printer: Any) -> str:
        return rf"K_{{{printer._print(self.args[0])},{printer._print(self.args[1])}}}"


class DiagonalSelection(MatrixExpr):  # type: ignore[misc]
    """The n**2 x n matrix S with S v = vec(DiagMatrix(v)) and S.T vec(A) = diagonal of A."""

    def __new__(cls, n: Any) -> DiagonalSelection:
        return Basic.__new__(cls, sympify(n))  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0] ** 2, self.args[0]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


class LowerTriangle(MatrixExpr):  # type: ignore[misc]
    """The matrix with all entries above the diagonal set to zero."""

    def __new__(cls, matrix: Any) -> LowerTriangle:
        return Basic.__new__(cls, matrix)  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tril}}({printer._print(self.args[0])})"


class DiagonalSums(MatrixExpr):  # type: ignore[misc]
    """The Toeplitz matrix whose every diagonal holds the sum of the same diagonal of a square matrix."""

    def __new__(cls, matrix: Any) -> DiagonalSums:
        require_square(matrix, "sums of the diagonals")
        return Basic.__new__(cls, matrix)  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


def as_lambda(function: Any) -> Lambda:
    """A function of one scalar in a form that is equal for equal functions."""
    t = Dummy("t", dummy_index=1)
    return Lambda(t, function(t))


class MatrixFunction(MatrixExpr):  # type: ignore[misc]
    """f(A) of a square matrix for an analytic f: its power series, or f on the eigenvalues.

    f: a SymPy function or a Lambda. Raises ShapeMismatch where A is not square.
    """

    def __new__(cls, function: Any, matrix: Any) -> MatrixFunction:
        require_square(matrix, "a function")
        return Basic.__new__(cls, as_lambda(function), matrix)  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].shape  # type: ignore[no-any-return]

    @property
    def derivative(self) -> Lambda:
        """The derivative of f as a function of one scalar."""
        return derivative_of(self.args[0])

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)

    def _sympystr(self, printer: Any) -> str:
        return str(self.args[0].expr).replace("_t", str(self.args[1]))

    def _latex(self, printer: Any) -> str:
        t = self.args[0].variables[0]
        return str(printer._print(self.args[0].expr)).replace(printer._print(t), printer._print(self.args[1]))


class FrechetDerivative(MatrixExpr):  # type: ignore[misc]
    """The derivative of the matrix function f at A in the direction E: the upper right block of f([[A, E], [0, A]]).

    For f(t) = t**n it is the sum over r < n of A**r E A**(n-1-r).
    """

    def __new__(cls, function: Any, matrix: Any, direction: Any) -> FrechetDerivative:
        require_square(matrix, "a function")
        return Basic.__new__(cls, as_lambda(function), matrix, direction)  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].shape  # type: ignore[no-any-return]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


class _Spectral(Expr):  # type: ignore[misc]
    """A scalar made of the spectrum of a matrix."""

    is_commutative = True
    is_real = True

    def __new__(cls, matrix: Any, index: Any = 0) -> _Spectral:
        return Basic.__new__(cls, matrix, sympify(index))  # type: ignore[no-any-return]

    def _eval_derivative(self, symbol: Any) -> Any:
        raise NotDifferentiable(self, "use theoremcheck.theory.matrix_calculus")


class Eigenvalue(_Spectral):
    """The eigenvalue number i of a symmetric matrix, counted from the largest, which is number 0."""


class SingularValue(_Spectral):
    """The singular value number i of a matrix, counted from the largest, which is number 0."""


class NuclearNorm(_Spectral):
    """The sum of the singular values."""

    def __new__(cls, matrix: Any) -> NuclearNorm:
        return Basic.__new__(cls, matrix)  # type: ignore[no-any-return]


class _SpectralVector(MatrixExpr):  # type: ignore[misc]
    """A unit vector that belongs to an eigenvalue or a singular value; its sign is not determined."""

    def __new__(cls, matrix: Any, index: Any = 0) -> _SpectralVector:
        return Basic.__new__(cls, matrix, sympify(index))  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].rows, Integer(1)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


class Eigenvector(_SpectralVector):
    """A unit eigenvector of a symmetric matrix, for its eigenvalue number i."""


class LeftSingularVector(_SpectralVector):
    """A unit left singular vector u; its partner is v = A.T u / s."""


def matrix_exp(matrix: Any) -> MatrixFunction:
    """The exponential of a square matrix."""
    return MatrixFunction(exp, matrix)


def matrix_log(matrix: Any) -> MatrixFunction:
    """The principal logarithm of a square matrix."""
    return MatrixFunction(log, matrix)


def derivative_of(function: Any) -> Lambda:
    """The derivative of a function of one scalar."""
    t = Dummy("t", dummy_index=1)
    return Lambda(t, powsimp(function(t).diff(t)))


__all__ = [
    "BasisVector",
    "CheckFailed",
    "Commutation",
    "DiagonalSelection",
    "DiagonalSums",
    "Eigenvalue",
    "Eigenvector",
    "FrechetDerivative",
    "LeftSingularVector",
    "LowerTriangle",
    "MatrixFunction",
    "NotDifferentiable",
    "NuclearNorm",
    "ShapeMismatch",
    "SingularValue",
    "Vec",
    "as_lambda",
    "derivative_of",
    "matrix_exp",
    "matrix_log",
]
