"""Jacobians d vec F = J d vec X and Hessians of matrix expressions of any size.

vec stacks columns; K(m, n) vec(A) = vec(A.T) for m x n matrices A. For a column x and a column F(x) the Jacobian is the
usual one, J[i, j] = dF_i / dx_j, and the Hessian of a scalar is the usual n x n matrix; for a p x q matrix X the
Hessian is that of f as a function of vec X, of shape p q x p q.

>>> from sympy import MatrixSymbol, Symbol, Trace
>>> n = Symbol("n")
>>> A, B, X, x = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("X", n, n), MatrixSymbol("x", n, 1)
>>> jacobian(A * X * B, X)
KroneckerProduct(B.T, A)
>>> hessian(x.T * A * x, x)
A + A.T
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import (
    Adjoint,
    DiagMatrix,
    HadamardProduct,
    Integer,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Transpose,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from .chain_rule import depends, entrywise_derivative
from .derivative_check import verify
from .differentials import Differential, increment_of, is_about, is_matrix, require_expression
from .gradients import backward, gradient
from .matrix_algebra import Form, MatrixAlgebra
from .matrix_nodes import Commutation, DiagonalSelection, LowerTriangle, NotDifferentiable, Vec


class Jacobian:
    """The rules for d vec F = J d vec X, for one variable."""

    def __init__(self, algebra: MatrixAlgebra, variable: Any) -> None:
        self.algebra, self.variable = algebra, variable
        self.columns = variable.rows * variable.cols

    def of(self, expr: Any) -> Form:
        """The Jacobian of a matrix expression."""
        algebra = self.algebra
        form = algebra.matrix(expr)
        if not depends(expr, self.variable):
            return algebra.zero(form.rows * form.cols, self.columns)
        if expr == self.variable:
            return algebra.identity(self.columns)
        rule = _RULES.get(type(expr))
        if rule is None:
            raise NotDifferentiable(expr, "there is no Jacobian rule for it")
        return rule(self, expr)

    def row(self, scalar: Any) -> Form:
        """The Jacobian of a scalar: its gradient as a row."""
        return self.algebra.transpose(self.algebra.vec(backward(self.algebra, scalar, self.variable)))

    def between(self, left: Form, inner: Form, right: Form) -> Form:
        """The Jacobian of L M R from that of M: (R.T kron L) J."""
        kernel = self.algebra.kronecker([self.algebra.transpose(right), left])
        return self.algebra.multiply(kernel, inner)

    def scaled_entries(self, weight: Form, inner: Form) -> Form:
        """The Jacobian of W o M from that of M: diag(vec W) J."""
        return self.algebra.multiply(self.algebra.diag(self.algebra.vec(weight)), inner)


def _sum(jac: Jacobian, expr: Any) -> Form:
    return jac.algebra.add(*(jac.of(arg) for arg in expr.args))


def _product(jac: Jacobian, expr: Any) -> Form:
    algebra = jac.algebra
    scalars = [arg for arg in expr.args if not getattr(arg, "is_Matrix", False)]
    matrices = [arg for arg in expr.args if getattr(arg, "is_Matrix", False)]
    factor, values = Mul(*scalars), [algebra.matrix(arg) for arg in matrices]
    whole = algebra.multiply(*values)
    terms = [algebra.zero(whole.rows * whole.cols, jac.columns)]
    for k, arg in enumerate(matrices):
        if depends(arg, jac.variable):
            left = algebra.multiply(algebra.identity(whole.rows), *values[:k])
            right = algebra.multiply(*values[k + 1 :], algebra.identity(whole.cols))
            terms.append(algebra.scale(algebra.scalar(factor), jac.between(left, jac.of(arg), right)))
    if depends(factor, jac.variable):
        terms.append(algebra.multiply(algebra.vec(whole), jac.row(factor)))
    return algebra.add(*terms)


def _power(jac: Jacobian, expr: Any) -> Form:
    algebra = jac.algebra
    base, exponent = expr.args
    form = algebra.matrix(base)
    if form.rows == 1:
        return jac.row(expr)
    if not exponent.is_Integer or depends(exponent, jac.variable):
        raise NotDifferentiable(expr, "there is no Jacobian rule for this exponent")
    n, sign = abs(int(exponent)), Integer(1)
    inner = jac.of(base)
    if exponent < 0:
        form, sign = algebra.inverse(form), Integer(-1)
        inner = jac.between(form, inner, form)
    powers = [algebra.power(form, Integer(k)) for k in range(n)]
    return algebra.scale(sign, algebra.add(*(jac.between(powers[r], inner, powers[n - 1 - r]) for r in range(n))))


def _inverse(jac: Jacobian, expr: Any) -> Form:
    inverse = jac.algebra.matrix(expr)
    return jac.algebra.scale(Integer(-1), jac.between(inverse, jac.of(expr.arg), inverse))


def _transpose(jac: Jacobian, expr: Any) -> Form:
    form = jac.algebra.matrix(expr.arg)
    if form.rows == 1 or form.cols == 1:
        return jac.of(expr.arg)
    return jac.algebra.multiply(jac.algebra.atom(Commutation(form.rows, form.cols)), jac.of(expr.arg))


def _hadamard(jac: Jacobian, expr: Any) -> Form:
    algebra = jac.algebra
    values = [algebra.matrix(arg) for arg in expr.args]
    terms = []
    for k, arg in enumerate(expr.args):
        if depends(arg, jac.variable):
            others = [(value, Integer(1)) for j, value in enumerate(values) if j != k]
            terms.append(jac.scaled_entries(algebra.hadamard(others), jac.of(arg)))
    return algebra.add(*terms)


def _hadamard_power(jac: Jacobian, expr: Any) -> Form:
    if depends(expr.exp, jac.variable) or getattr(expr.exp, "is_Matrix", False):
        raise NotDifferentiable(expr, "the exponent depends on the variable")
    power = jac.algebra.scalar(expr.exp)
    weight = jac.algebra.hadamard([(jac.algebra.matrix(expr.base), power - 1)])
    return jac.algebra.scale(power, jac.scaled_entries(weight, jac.of(expr.base)))


def _entrywise(jac: Jacobian, expr: Any) -> Form:
    if depends(expr.function, jac.variable):
        raise NotDifferentiable(expr, "the function itself depends on the variable")
    weight = jac.algebra.entrywise(entrywise_derivative(expr.function, expr), jac.algebra.matrix(expr.expr))
    return jac.scaled_entries(weight, jac.of(expr.expr))


def _kronecker(jac: Jacobian, expr: Any) -> Form:
    """vec(A kron B) = (I kron K kron I)(vec A kron vec B)."""
    algebra = jac.algebra
    first, rest = expr.args[0], expr.args[1:]
    other = rest[0] if len(rest) == 1 else KroneckerProduct(*rest)
    a, b = algebra.matrix(first), algebra.matrix(other)
    mixing = algebra.kronecker(
        [algebra.identity(a.cols), algebra.matrix(Commutation(b.cols, a.rows)), algebra.identity(b.rows)]
    )
    # K is named by the shape of what it transposes: here blocks of b.cols and a.rows change places.
    terms = []
    if depends(first, jac.variable):
        stacked = algebra.kronecker([algebra.identity(a.rows * a.cols), algebra.vec(b)])
        terms.append(algebra.multiply(stacked, jac.of(first)))
    if depends(other, jac.variable):
        stacked = algebra.kronecker([algebra.vec(a), algebra.identity(b.rows * b.cols)])
        terms.append(algebra.multiply(stacked, jac.of(other)))
    return algebra.multiply(mixing, algebra.add(*terms))


def _diag(jac: Jacobian, expr: Any) -> Form:
    size = jac.algebra.matrix(expr).rows
    return jac.algebra.multiply(jac.algebra.atom(DiagonalSelection(size)), jac.of(expr.args[0]))


def _diagonal(jac: Jacobian, expr: Any) -> Form:
    size = jac.algebra.matrix(expr).rows
    return jac.algebra.multiply(jac.algebra.atom(DiagonalSelection(size), True), jac.of(expr.args[0]))


def _diagonal_matrix(jac: Jacobian, expr: Any) -> Form:
    form = jac.algebra.matrix(expr)
    return jac.scaled_entries(jac.algebra.identity(form.rows), jac.of(expr.args[0]))


def _triangle(jac: Jacobian, expr: Any) -> Form:
    form = jac.algebra.matrix(expr)
    ones = jac.algebra.linear(jac.algebra.ones(form.rows, form.cols), LowerTriangle, form.rows, form.cols)
    return jac.scaled_entries(ones, jac.of(expr.args[0]))


_RULES: dict[Any, Callable[[Jacobian, Any], Form]] = {
    MatAdd: _sum,
    MatMul: _product,
    MatPow: _power,
    Inverse: _inverse,
    Transpose: _transpose,
    Adjoint: _transpose,
    HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    KroneckerProduct: _kronecker,
    DiagMatrix: _diag,
    DiagonalOf: _diagonal,
    DiagonalMatrix: _diagonal_matrix,
    Vec: lambda jac, expr: jac.of(expr.args[0]),
    LowerTriangle: _triangle,
    ElementwiseApplyFunction: _entrywise,
}


def jacobian(expr: Any, variable: Any, *, where: Iterable[Any] = (), check: bool = True) -> Any:
    """J with d vec F = J d vec X: of shape m n x p q for F of shape m x n and X of shape p x q; a row for a scalar.

    where, check: as for `gradient`. Raises NotDifferentiable, ShapeMismatch, CheckFailed; ValueError, TypeError for bad
    variables.
    """
    expr, where = require_expression(expr, variable), tuple(where)
    algebra = MatrixAlgebra(where=where)
    if not isinstance(variable, MatrixSymbol):
        rules = Differential(algebra, variable, Integer(1))
        if not is_matrix(expr):
            return gradient(expr, variable, where=where, check=check)
        found = algebra.vec(rules.matrix(expr))
    elif is_matrix(expr):
        algebra.matrix(expr)
        found = Jacobian(algebra, variable).of(expr)
    else:
        algebra.scalar(expr)
        found = Jacobian(algebra, variable).row(expr)
    result = algebra.write(found)
    if check:
        increment = increment_of(variable, expr)
        moved = increment if not isinstance(variable, MatrixSymbol) else Vec(increment)
        claimed = MatMul(result, moved, evaluate=False)
        verify(Vec(expr) if is_matrix(expr) else expr, variable, claimed, increment, where)
    return algebra.as_scalar(found) if found.rows == 1 and found.cols == 1 else result


def hessian(expr: Any, variable: Any, *, where: Iterable[Any] = (), check: bool = True) -> Any:
    """The Hessian of a scalar by a column (n x n), or by vec X for a p x q matrix X (p q x p q).

    where, check: as for `gradient`; both derivatives are checked. Raises as `gradient` and `jacobian` do.
    """
    where = tuple(where)
    # The gradient must still be able to move off what the conditions say of X itself.
    inner = tuple(fact for fact in where if not is_about(fact, variable))
    if check:
        gradient(expr, variable, where=where, check=True)
    first = gradient(expr, variable, where=inner, check=False)
    return jacobian(first, variable, where=where, check=check)


__all__ = ["hessian", "jacobian"]
