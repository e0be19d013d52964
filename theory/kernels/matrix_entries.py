"""Matrix identities at small sizes: matrices of independent symbols in the place of all, every entry decided."""

from __future__ import annotations

from typing import Any

from sympy import (
    Adjoint,
    Determinant,
    DiagMatrix,
    Dummy,
    Expr,
    HadamardProduct,
    Identity,
    ImmutableMatrix,
    Integer,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from ..claims import MatrixIdentity
from ..matrix_points import dimensions
from ..symbols import real
from . import algebra

SIZES = (1, 2)


class Unreadable(Exception):
    """A node that has no entries here."""


def entries_vanish(claim: MatrixIdentity) -> str:
    """The sizes, in words, at which every entry of lhs - rhs is proved to vanish; empty where one is not."""
    names = dimensions([claim.lhs, claim.rhs])
    done = []
    for size in SIZES:
        # Sizes that differ tell what is equal only between square matrices.
        sizes = {name: Integer(max(1, size - index % 2)) for index, name in enumerate(names)}
        try:
            left, right = (Entries(claim, sizes).of(side) for side in (claim.lhs, claim.rhs))
        except (Unreadable, ZeroDivisionError, IndexError):
            return ""
        if left.shape != right.shape or not all(algebra.is_zero(a - b) for a, b in zip(left, right, strict=True)):
            return ""
        done.append(", ".join(f"{name} = {value}" for name, value in sizes.items()) or "the given size")
    return "; ".join(dict.fromkeys(done))


class Entries:
    """Expressions as explicit matrices of symbols at fixed sizes."""

    def __init__(self, claim: MatrixIdentity, sizes: dict[Any, Any]) -> None:
        self.sizes = sizes
        self.kinds: dict[Any, set[Any]] = {}
        for fact in claim.where:
            if hasattr(fact, "arguments"):
                self.kinds.setdefault(fact.arguments[0], set()).add(fact.function)

    def of(self, expr: Any) -> Any:
        """The matrix of a side; a scalar is 1 x 1."""
        if getattr(expr, "is_Matrix", False):
            return self.matrix(expr)
        return ImmutableMatrix([[self.scalar(expr)]])

    def size(self, expr: Any) -> int:
        """A size as an integer."""
        value = expr.xreplace(self.sizes)
        if not value.is_Integer or value < 1:
            raise Unreadable(f"{expr} is no size")
        return int(value)

    def symbol(self, expr: Any) -> Any:
        """A matrix of symbols with the properties of its symbol."""
        kinds = self.kinds.get(expr, set())
        rows, cols = (self.size(length) for length in expr.shape)

        def entry(i: int, j: int) -> Any:
            if Q.diagonal in kinds and i != j:
                return Integer(0)
            if (Q.lower_triangular in kinds and i < j) or (Q.upper_triangular in kinds and i > j):
                return Integer(0)
            if kinds & {Q.symmetric, Q.positive_definite}:
                i, j = max(i, j), min(i, j)
            return real(f"{expr.name}[{i}, {j}]")

        return ImmutableMatrix(rows, cols, entry)

    def matrix(self, expr: Any) -> Any:
        """The explicit matrix of a matrix expression. Raises Unreadable."""
        if isinstance(expr, MatrixSymbol):
            return self.symbol(expr)
        if isinstance(expr, Identity | ZeroMatrix | OneMatrix):
            rows, cols = (self.size(length) for length in expr.shape)
            fill = {Identity: lambda i, j: int(i == j), ZeroMatrix: lambda i, j: 0, OneMatrix: lambda i, j: 1}
            return ImmutableMatrix(rows, cols, fill[type(expr)])
        if isinstance(expr, MatAdd):
            parts = [self.matrix(arg) for arg in expr.args]
            return sum(parts[1:], parts[0])
        if isinstance(expr, MatMul):
            return self._product(expr)
        if isinstance(expr, Transpose | Adjoint):
            return self.matrix(expr.arg).T
        if isinstance(expr, Inverse):
            return _inverse(self.matrix(expr.arg))
        if isinstance(expr, MatPow) and expr.exp.is_Integer:
            matrix = self.matrix(expr.base)
            return (matrix if expr.exp > 0 else _inverse(matrix)) ** abs(int(expr.exp))
        return self._entrywise(expr)

    def _product(self, expr: Any) -> Any:
        total, scalar = None, Integer(1)
        for arg in expr.args:
            if getattr(arg, "is_Matrix", False):
                total = self.matrix(arg) if total is None else total * self.matrix(arg)
            else:
                scalar *= self.scalar(arg)
        return total * scalar

    def _entrywise(self, expr: Any) -> Any:
        if isinstance(expr, HadamardProduct):
            total = self.matrix(expr.args[0])
            for arg in expr.args[1:]:
                total = total.multiply_elementwise(self.matrix(arg))
            return total
        if isinstance(expr, HadamardPower):
            return self.matrix(expr.base).applyfunc(lambda entry: entry ** self.scalar(expr.exp))
        if isinstance(expr, ElementwiseApplyFunction):
            try:
                return self.matrix(expr.expr).applyfunc(expr.function)
            except ValueError as error:  # SymPy cannot put a product into the derivative of an unknown function
                raise Unreadable(str(error)) from None
        if isinstance(expr, KroneckerProduct):
            total = self.matrix(expr.args[0])
            for arg in expr.args[1:]:
                total = _kronecker(total, self.matrix(arg))
            return total
        if isinstance(expr, DiagMatrix):
            return ImmutableMatrix.diag(*self.matrix(expr.args[0]))
        if isinstance(expr, DiagonalOf):
            return ImmutableMatrix(self.matrix(expr.args[0]).diagonal()).T
        if isinstance(expr, DiagonalMatrix):
            return ImmutableMatrix.diag(*self.matrix(expr.args[0]).diagonal())
        raise Unreadable(f"{type(expr).__name__} has no entries")

    def scalar(self, expr: Any) -> Any:
        """The explicit value of a scalar expression. Raises Unreadable."""
        if getattr(expr, "is_Matrix", False):
            return self.matrix(expr)[0, 0]
        if isinstance(expr, Trace):
            return self.matrix(expr.arg).trace()
        if isinstance(expr, Determinant):
            return self.matrix(expr.arg).det(method="berkowitz")
        if isinstance(expr, MatrixElement):
            return self.matrix(expr.parent)[expr.i, expr.j]
        if isinstance(expr, Symbol):
            if expr in self.sizes:
                return self.sizes[expr]
            if not expr.is_extended_real and not isinstance(expr, Dummy):
                raise Unreadable(f"{expr} is not declared real")
            return expr
        if not expr.args:
            return expr
        if not isinstance(expr, Expr) or hasattr(expr, "limits"):
            raise Unreadable(f"{type(expr).__name__} has no value here")
        return expr.func(*(self.scalar(arg) for arg in expr.args))


def _inverse(matrix: Any) -> Any:
    return matrix.adjugate(method="berkowitz") / matrix.det(method="berkowitz")


def _kronecker(a: Any, b: Any) -> Any:
    r, c = b.shape
    return ImmutableMatrix(a.rows * r, a.cols * c, lambda i, j: a[i // r, j // c] * b[i % r, j % c])


__all__ = ["entries_vanish"]
