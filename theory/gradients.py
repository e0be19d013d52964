"""Gradients of scalar functions of matrices of any size, by propagation backwards through the expression.

The gradient G of f by X has the shape of X and satisfies d f = tr(G.T dX): G[i, j] is the derivative by X[i, j]. Where
X is structured (`structure="symmetric"` ...) G[i, j] is the derivative by the free parameter that stands in that place.

>>> from sympy import Determinant, MatrixSymbol, Symbol, log
>>> n = Symbol("n")
>>> X, A = MatrixSymbol("X", n, n), MatrixSymbol("A", n, n)
>>> gradient(log(Determinant(X)), X)
X.T**(-1)
>>> gradient(log(Determinant(X)), X, structure="symmetric")
-DiagonalMatrix(X**(-1)) + 2*X**(-1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from sympy import (
    Adjoint,
    Determinant,
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
    Q,
    Rational,
    Trace,
    Transpose,
    sympify,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from .chain_rule import depends, entrywise_derivative, scalar_factors
from .derivative_check import verify
from .differentials import increment_of, is_matrix, require_expression
from .matrix_algebra import Form, MatrixAlgebra, is_scalar_matrix, same
from .matrix_nodes import (
    BasisVector,
    DiagonalSums,
    Eigenvalue,
    Eigenvector,
    FrechetDerivative,
    LowerTriangle,
    MatrixFunction,
    NotDifferentiable,
    NuclearNorm,
    ShapeMismatch,
    SingularValue,
    Vec,
)
from .spectral_derivatives import eigenvector_response, spectral_gradient

Structure = Literal[
    "general", "symmetric", "diagonal", "lower triangular", "upper triangular", "orthogonal", "toeplitz",
    "symmetric toeplitz",
]  # fmt: skip
_KINDS = {
    "symmetric": Q.symmetric,
    "diagonal": Q.diagonal,
    "lower triangular": Q.lower_triangular,
    "upper triangular": Q.upper_triangular,
    "orthogonal": Q.orthogonal,
    "toeplitz": "toeplitz",
    "symmetric toeplitz": "symmetric toeplitz",
}


class Backward:
    """Propagates the weight G of a node (d f = tr(G.T d node) + ...) to the variable's occurrences below it."""

    def __init__(self, algebra: MatrixAlgebra, variable: Any) -> None:
        self.algebra, self.variable = algebra, variable
        self.found: list[Any] = []

    def scalar(self, expr: Any, weight: Any) -> None:
        """A scalar node with its scalar weight."""
        algebra = self.algebra
        if not depends(expr, self.variable) or weight == 0:
            return
        if expr == self.variable:
            self.found.append(weight)
        elif is_scalar_matrix(expr):
            self.matrix(expr, algebra.scale(weight, algebra.identity(Integer(1))))
        elif isinstance(expr, Trace):
            size = algebra.matrix(expr.arg).rows
            self.matrix(expr.arg, algebra.scale(weight, algebra.identity(size)))
        elif isinstance(expr, Determinant):
            inner = algebra.matrix(expr.arg)
            inverse = algebra.transpose(algebra.inverse(inner))
            self.matrix(expr.arg, algebra.scale(weight * algebra.determinant(inner), inverse))
        elif isinstance(expr, MatrixElement):
            parent = algebra.matrix(expr.parent)
            row = algebra.transpose(algebra.atom(BasisVector(parent.cols, expr.j)))
            outer = algebra.multiply(algebra.atom(BasisVector(parent.rows, expr.i)), row)
            self.matrix(expr.parent, algebra.scale(weight, outer))
        elif isinstance(expr, Eigenvalue | SingularValue | NuclearNorm):
            inner, argument = spectral_gradient(algebra, expr)
            self.matrix(argument, algebra.scale(weight, inner))
        else:
            for factor, arg in scalar_factors(algebra, expr, self.variable):
                self.scalar(arg, weight * factor)

    def matrix(self, expr: Any, weight: Form) -> None:
        """A matrix node with its weight, of the node's shape."""
        if not depends(expr, self.variable) or not weight.terms:
            return
        if expr == self.variable:
            self.found.append(weight)
            return
        rule = _RULES.get(type(expr))
        if rule is None:
            raise NotDifferentiable(expr, "there is no rule for it")
        rule(self, expr, weight)


def _product(back: Backward, expr: Any, weight: Form) -> None:
    algebra = back.algebra
    scalars = [arg for arg in expr.args if not getattr(arg, "is_Matrix", False)]
    matrices = [arg for arg in expr.args if getattr(arg, "is_Matrix", False)]
    factor = Mul(*scalars)
    values = [algebra.matrix(arg) for arg in matrices]
    scaled = algebra.scale(algebra.scalar(factor), weight)
    for k, arg in enumerate(matrices):
        if depends(arg, back.variable):
            left = [algebra.transpose(value) for value in reversed(values[:k])]
            right = [algebra.transpose(value) for value in reversed(values[k + 1 :])]
            back.matrix(arg, algebra.multiply(*left, scaled, *right))
    if depends(factor, back.variable):
        back.scalar(factor, algebra.trace(algebra.multiply(algebra.transpose(weight), *values)))


def _power(back: Backward, expr: Any, weight: Form) -> None:
    algebra = back.algebra
    base, exponent = expr.args
    form = algebra.matrix(base)
    if depends(exponent, back.variable):
        raise NotDifferentiable(expr, "the exponent of a matrix depends on the variable")
    if form.rows == 1:
        value = algebra.as_scalar(form)
        back.matrix(base, algebra.scale(exponent * value ** (exponent - 1), weight))
        return
    flipped = algebra.transpose(form)
    if exponent.is_Integer and exponent < -1:
        inverse = algebra.inverse(flipped)
        weight = algebra.frechet(lambda t: t ** (-exponent), inverse, weight)
        back.matrix(base, algebra.scale(Integer(-1), algebra.multiply(inverse, weight, inverse)))
        return
    back.matrix(base, algebra.frechet(lambda t: t**exponent, flipped, weight))


def _inverse(back: Backward, expr: Any, weight: Form) -> None:
    algebra = back.algebra
    inverse = algebra.transpose(algebra.matrix(expr))
    back.matrix(expr.arg, algebra.scale(Integer(-1), algebra.multiply(inverse, weight, inverse)))


def _hadamard(back: Backward, expr: Any, weight: Form) -> None:
    values = [back.algebra.matrix(arg) for arg in expr.args]
    for k, arg in enumerate(expr.args):
        if depends(arg, back.variable):
            factors = [weight, *values[:k], *values[k + 1 :]]
            back.matrix(arg, back.algebra.hadamard([(factor, Integer(1)) for factor in factors]))


def _hadamard_power(back: Backward, expr: Any, weight: Form) -> None:
    if depends(expr.exp, back.variable) or getattr(expr.exp, "is_Matrix", False):
        raise NotDifferentiable(expr, "the exponent is a matrix or depends on the variable")
    algebra, power = back.algebra, back.algebra.scalar(expr.exp)
    outer = algebra.hadamard([(weight, Integer(1)), (algebra.matrix(expr.base), power - 1)])
    back.matrix(expr.base, algebra.scale(power, outer))


def _kronecker(back: Backward, expr: Any, weight: Form) -> None:
    """tr((P kron Q).T (dA kron B)) = tr(P.T dA) tr(Q.T B): the weight must be a sum of Kronecker products that fit."""
    algebra = back.algebra
    values = [algebra.matrix(arg) for arg in expr.args]
    for word, coefficient in weight.terms.items():
        if not word and all(same(value.rows, value.cols) for value in values):
            parts = [algebra.identity(value.rows) for value in values]
        elif len(word) == 1 and isinstance(word[0].base, KroneckerProduct) and word[0].power == 1:
            parts = algebra.factors(word[0])
        else:
            parts = []
        fits = len(parts) == len(values) and all(
            same(part.rows, value.rows) and same(part.cols, value.cols)
            for part, value in zip(parts, values, strict=True)
        )
        if not fits:
            raise NotDifferentiable(expr, "its weight is no Kronecker product of the same shapes")
        for k, arg in enumerate(expr.args):
            if not depends(arg, back.variable):
                continue
            factor = coefficient
            for other, (part, value) in enumerate(zip(parts, values, strict=True)):
                if other != k:
                    factor *= algebra.trace(algebra.multiply(algebra.transpose(part), value))
            back.matrix(arg, algebra.scale(factor, parts[k]))


def _vec(back: Backward, expr: Any, weight: Form) -> None:
    """Unstacks a weight made of vec(M) and (P kron Q) vec(M) = vec(Q M P.T)."""
    algebra = back.algebra
    inner = algebra.matrix(expr.args[0])
    if inner.cols == 1 or inner.rows == 1:
        back.matrix(expr.args[0], weight if inner.cols == 1 else algebra.transpose(weight))
        return
    for word, coefficient in weight.terms.items():
        if word and isinstance(word[-1].base, Vec) and not word[-1].flip and len(word) <= 2:
            form = algebra.matrix(word[-1].base.args[0])
            factors = algebra.factors(word[0]) if len(word) == 2 and isinstance(word[0].base, KroneckerProduct) else []
            if len(factors) == 2 and same(factors[1].cols, form.rows):
                form = algebra.multiply(factors[1], form, algebra.transpose(factors[0]))
            elif len(word) == 2:
                raise NotDifferentiable(expr, "its weight is no vec of a matrix")
            back.matrix(expr.args[0], algebra.scale(coefficient, form))
        else:
            raise NotDifferentiable(expr, "its weight is no vec of a matrix")


def _entrywise(back: Backward, expr: Any, weight: Form) -> None:
    if depends(expr.function, back.variable):
        raise NotDifferentiable(expr, "the function itself depends on the variable")
    outer = back.algebra.entrywise(entrywise_derivative(expr.function, expr), back.algebra.matrix(expr.expr))
    back.matrix(expr.expr, back.algebra.hadamard([(weight, Integer(1)), (outer, Integer(1))]))


def _matrix_function(back: Backward, expr: Any, weight: Form) -> None:
    function, argument = expr.args
    if depends(function, back.variable):
        raise NotDifferentiable(expr, "the function itself depends on the variable")
    flipped = back.algebra.transpose(back.algebra.matrix(argument))
    back.matrix(argument, back.algebra.frechet(function, flipped, weight))


def _frechet(back: Backward, expr: Any, weight: Form) -> None:
    function, argument, direction = expr.args
    if depends(argument, back.variable) or depends(function, back.variable):
        raise NotDifferentiable(expr, "its second derivative has no closed form here")
    flipped = back.algebra.transpose(back.algebra.matrix(argument))
    back.matrix(direction, back.algebra.frechet(function, flipped, weight))


def _eigenvector(back: Backward, expr: Any, weight: Form) -> None:
    algebra = back.algebra
    resolvent, vector = eigenvector_response(algebra, expr)
    outer = algebra.multiply(algebra.transpose(resolvent), weight, algebra.transpose(vector))
    back.matrix(expr.args[0], outer)


def _each(back: Backward, expr: Any, weight: Form) -> None:
    for arg in expr.args:
        back.matrix(arg, weight)


def _diag(back: Backward, expr: Any, weight: Form) -> None:
    diagonal = back.algebra.diagonal(weight)
    if back.algebra.matrix(expr.args[0]).cols != 1:
        diagonal = back.algebra.transpose(diagonal)
    back.matrix(expr.args[0], diagonal)


def _shape_keeping(node: Any) -> Callable[[Backward, Any, Form], None]:
    """A map that is its own adjoint."""

    def rule(back: Backward, expr: Any, weight: Form) -> None:
        back.matrix(expr.args[0], back.algebra.linear(weight, node, weight.rows, weight.cols))

    return rule


def _unary(name: str) -> Callable[[Backward, Any, Form], None]:
    return lambda back, expr, weight: back.matrix(expr.args[0], getattr(back.algebra, name)(weight))


_RULES: dict[Any, Callable[[Backward, Any, Form], None]] = {
    MatAdd: _each,
    MatMul: _product,
    MatPow: _power,
    Inverse: _inverse,
    Transpose: _unary("transpose"),
    Adjoint: _unary("transpose"),
    HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    KroneckerProduct: _kronecker,
    DiagMatrix: _diag,
    DiagonalMatrix: _unary("diagonal_matrix"),
    DiagonalOf: _unary("diag"),
    Vec: _vec,
    LowerTriangle: _shape_keeping(LowerTriangle),
    DiagonalSums: _shape_keeping(DiagonalSums),
    ElementwiseApplyFunction: _entrywise,
    MatrixFunction: _matrix_function,
    Eigenvector: _eigenvector,
    FrechetDerivative: _frechet,
}


def backward(algebra: MatrixAlgebra, expr: Any, variable: Any) -> Any:
    """The gradient as a form (a scalar for a scalar variable), by the rules alone."""
    if is_matrix(expr):
        raise ShapeMismatch(f"{expr} is {expr.rows} x {expr.cols}, and a gradient needs a scalar; see jacobian")
    back = Backward(algebra, variable)
    algebra.scalar(expr)
    back.scalar(expr, Integer(1))
    if not isinstance(variable, MatrixSymbol):
        return sum(back.found, Integer(0))
    return algebra.add(algebra.zero(*variable.shape), *back.found)


def _arranged(algebra: MatrixAlgebra, form: Form, variable: Any, structure: Structure) -> Form:
    """The derivatives by the free parameters, in the shape of the variable, from the gradient by free entries."""
    flipped = algebra.transpose(form)

    def keep_lower(one: Form) -> Form:
        return algebra.linear(one, LowerTriangle, one.rows, one.cols)

    def sums(one: Form) -> Form:
        return algebra.linear(one, DiagonalSums, one.rows, one.cols)

    if structure == "symmetric":
        return algebra.add(form, flipped, algebra.scale(Integer(-1), algebra.diagonal_matrix(form)))
    if structure == "diagonal":
        return algebra.diagonal_matrix(form)
    if structure == "lower triangular":
        return keep_lower(form)
    if structure == "upper triangular":
        return algebra.transpose(keep_lower(flipped))
    if structure == "toeplitz":
        return sums(form)
    if structure == "symmetric toeplitz":
        total = sums(form)
        return algebra.add(total, algebra.transpose(total), algebra.scale(Integer(-1), algebra.diagonal_matrix(total)))
    at = algebra.matrix(variable)
    return algebra.scale(
        Rational(1, 2), algebra.add(form, algebra.scale(Integer(-1), algebra.multiply(at, flipped, at)))
    )


def gradient(
    expr: Any, variable: Any, *, structure: Structure = "general", where: Iterable[Any] = (), check: bool = True
) -> Any:
    """The gradient G of a scalar by a matrix, of the matrix's shape: d f = tr(G.T dX).

    structure: what ties the variable's entries. "symmetric": G + G.T - diag(G) of the free gradient, as the Matrix
    Cookbook has it; "diagonal", "lower triangular", "upper triangular": the free gradient in the free places;
    "toeplitz", "symmetric toeplitz": its sums along the diagonals; "orthogonal": its projection on the tangent space,
    (G - X G.T X) / 2.
    where: conditions that the matrices meet (see `matrix_algebra`), which simplify; X moves in every direction that the
    structure leaves it. check: compare with an independent directional derivative at random matrices of two sizes.
    Raises NotDifferentiable (naming the node), ShapeMismatch, CheckFailed; ValueError, TypeError for bad variables.
    """
    given, where = expr, tuple(where)
    expr = require_expression(expr, variable)
    if structure != "general" and structure not in _KINDS:
        raise ValueError(f"the structure {structure!r} is none of general, {', '.join(_KINDS)}")
    kind = _KINDS.get(structure)
    if kind is not None:
        if not isinstance(variable, MatrixSymbol) or not same(*variable.shape):
            raise ShapeMismatch(f"{variable} is not square, so that it cannot be {structure}")
        if not isinstance(kind, str):
            where = (*where, kind(variable))
    algebra = MatrixAlgebra(where=where)
    found = backward(algebra, expr, variable)
    if kind is not None:
        found = _arranged(algebra, found, variable, structure)
    if not isinstance(variable, MatrixSymbol):
        result = found
    else:
        result = algebra.as_scalar(found) if found.rows == 1 and found.cols == 1 else algebra.write(found)
    if check:
        _check(sympify(given), variable, result, structure, where)
    return result


def _check(expr: Any, variable: Any, result: Any, structure: Structure, where: tuple[Any, ...]) -> None:
    increment = increment_of(variable, expr)
    kind = _KINDS.get(structure)
    if not getattr(result, "is_Matrix", False):
        factor = increment if not getattr(increment, "is_Matrix", False) else Trace(increment)
        verify(expr, variable, result * factor, increment, where, kind)
        return
    total = Trace(MatMul(Transpose(result), increment, evaluate=False))
    equations: list[tuple[Any, Any]] = []
    if structure in ("symmetric", "symmetric toeplitz"):
        equations.append((result, Transpose(result)))
    if structure == "symmetric":
        total = Trace(MatMul(Transpose(LowerTriangle(result)), increment, evaluate=False))
    elif structure == "diagonal":
        equations.append((result, DiagonalMatrix(result)))
    elif structure == "lower triangular":
        equations.append((result, LowerTriangle(result)))
    elif structure == "upper triangular":
        equations.append((Transpose(result), LowerTriangle(Transpose(result))))
    elif structure == "orthogonal":
        turned = MatMul(Transpose(variable), result, evaluate=False)
        equations.append((turned, MatMul(-1, Transpose(turned), evaluate=False)))
    elif structure == "toeplitz":
        # One parameter a diagonal: those in the first row and below it in the first column.
        first = MatrixElement(MatMul(result, Transpose(increment), evaluate=False), 0, 0)
        below = MatrixElement(MatMul(Transpose(result), increment, evaluate=False), 0, 0)
        total = first + below - MatrixElement(result, 0, 0) * MatrixElement(increment, 0, 0)
    elif structure == "symmetric toeplitz":
        total = MatrixElement(MatMul(result, Transpose(increment), evaluate=False), 0, 0)
    verify(expr, variable, total, increment, where, kind, equations)


__all__ = ["Backward", "Structure", "backward", "gradient"]
