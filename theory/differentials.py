"""Differentials of matrix expressions of any size: d f as an expression that is linear in dX.

>>> from sympy import Determinant, MatrixSymbol, Symbol, Trace, log
>>> n = Symbol("n")
>>> X, A = MatrixSymbol("X", n, n), MatrixSymbol("A", n, n)
>>> differential(Trace(A * X), X)
Trace(A*dX)
>>> differential(X.inv(), X)
-X**(-1)*dX*X**(-1)

Every rule is a line of `Differential`; what has no rule is refused with `NotDifferentiable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import (
    Adjoint,
    Determinant,
    DiagMatrix,
    Dummy,
    HadamardProduct,
    Integer,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Symbol,
    Trace,
    Transpose,
    preorder_traversal,
    sympify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from .chain_rule import depends, entrywise_derivative, scalar_factors
from .derivative_check import verify
from .index_sums import as_matrices
from .matrix_algebra import Form, MatrixAlgebra, is_scalar_matrix, same
from .matrix_nodes import (
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
from .matrix_points import dimensions
from .spectral_derivatives import eigenvector_response, spectral_gradient


def require_expression(expr: Any, variable: Any) -> Any:
    """The expression as SymPy, after a look at what would make a derivative meaningless.

    Raises TypeError for what is no expression or no variable, ValueError where another symbol has the variable's name
    or the variable is a size, NotDifferentiable for an undefined function of a matrix, which would hide the variable.
    """
    if not isinstance(variable, MatrixSymbol | Symbol):
        raise TypeError(f"the variable {variable!r} is neither a MatrixSymbol nor a Symbol")
    expr = sympify(expr, strict=True)
    for symbol in expr.atoms(MatrixSymbol, Symbol):
        if symbol != variable and symbol.name == variable.name and not isinstance(symbol, Dummy):
            raise ValueError(
                f"{symbol!r} has the name of the variable but is another symbol (shape or assumptions differ)"
            )
    if variable in dimensions([expr]):
        raise ValueError(f"{variable} is the size of a matrix in {expr}: there is no derivative by it")
    for node in preorder_traversal(expr):
        if isinstance(node, AppliedUndef) and any(
            getattr(arg, "is_Matrix", False) and not is_scalar_matrix(arg) for arg in node.args
        ):
            raise NotDifferentiable(node, "an undefined function of a matrix hides how it depends on it")
    return as_matrices(expr.replace(DotProduct, _as_trace))


def _as_trace(one: Any, other: Any) -> Any:
    """The inner product of two vectors, rows or columns, as a trace."""
    row, column = (one if one.rows == 1 else one.T), (other if other.cols == 1 else other.T)
    return Trace(row * column)


class Differential:
    """The rules, for one variable X and its increment dX."""

    def __init__(self, algebra: MatrixAlgebra, variable: Any, increment: Any) -> None:
        self.algebra, self.variable, self.increment = algebra, variable, increment

    def scalar(self, expr: Any) -> Any:
        """The differential of a scalar expression."""
        algebra = self.algebra
        if not depends(expr, self.variable):
            return Integer(0)
        if expr == self.variable:
            return self.increment
        if is_scalar_matrix(expr):
            return algebra.as_scalar(self.matrix(expr))
        if isinstance(expr, Trace):
            return algebra.trace(self.matrix(expr.arg))
        if isinstance(expr, Determinant):
            inner = algebra.matrix(expr.arg)
            return algebra.determinant(inner) * algebra.trace(
                algebra.multiply(algebra.inverse(inner), self.matrix(expr.arg))
            )
        if isinstance(expr, MatrixElement):
            return algebra.element(self.matrix(expr.parent), expr.i, expr.j)
        if isinstance(expr, Eigenvalue | SingularValue | NuclearNorm):
            weight, argument = spectral_gradient(algebra, expr)
            return algebra.trace(algebra.multiply(algebra.transpose(weight), self.matrix(argument)))
        return sum(
            (factor * self.scalar(arg) for factor, arg in scalar_factors(algebra, expr, self.variable)), Integer(0)
        )

    def matrix(self, expr: Any) -> Form:
        """The differential of a matrix expression."""
        algebra = self.algebra
        if not depends(expr, self.variable):
            form = algebra.matrix(expr)
            return algebra.zero(form.rows, form.cols)
        if expr == self.variable:
            return algebra.matrix(self.increment)
        rule = _RULES.get(type(expr))
        if rule is None:
            raise NotDifferentiable(expr, "there is no rule for it")
        return rule(self, expr)


def _product(rule: Differential, expr: Any) -> Form:
    algebra = rule.algebra
    scalars = [arg for arg in expr.args if not getattr(arg, "is_Matrix", False)]
    matrices = [arg for arg in expr.args if getattr(arg, "is_Matrix", False)]
    factor = Mul(*scalars)
    values, scale = [algebra.matrix(arg) for arg in matrices], algebra.scalar(factor)
    whole = algebra.matrix(expr)
    terms = [algebra.zero(whole.rows, whole.cols)]
    for k, arg in enumerate(matrices):
        if depends(arg, rule.variable):
            terms.append(algebra.scale(scale, algebra.multiply(*values[:k], rule.matrix(arg), *values[k + 1 :])))
    if depends(factor, rule.variable):
        terms.append(algebra.scale(rule.scalar(factor), algebra.multiply(*values)))
    return algebra.add(*terms)


def _power(rule: Differential, expr: Any) -> Form:
    algebra = rule.algebra
    base, exponent = expr.args
    form = algebra.matrix(base)
    if depends(exponent, rule.variable):
        raise NotDifferentiable(expr, "the exponent of a matrix depends on the variable")
    if form.rows == 1:
        value = algebra.as_scalar(form)
        inner = algebra.as_scalar(rule.matrix(base))
        return algebra.scale(exponent * value ** (exponent - 1) * inner, algebra.identity(Integer(1)))
    inner = rule.matrix(base)
    if exponent.is_Integer and exponent < -1:
        inverse = algebra.inverse(form)
        turned = algebra.scale(Integer(-1), algebra.multiply(inverse, inner, inverse))
        return algebra.frechet(lambda t: t ** (-exponent), inverse, turned)
    return algebra.frechet(lambda t: t**exponent, form, inner)


def _inverse(rule: Differential, expr: Any) -> Form:
    inverse = rule.algebra.matrix(expr)
    return rule.algebra.scale(Integer(-1), rule.algebra.multiply(inverse, rule.matrix(expr.arg), inverse))


def _hadamard(rule: Differential, expr: Any) -> Form:
    algebra = rule.algebra
    values = [algebra.matrix(arg) for arg in expr.args]
    terms = []
    for k, arg in enumerate(expr.args):
        if depends(arg, rule.variable):
            factors = [*values[:k], rule.matrix(arg), *values[k + 1 :]]
            terms.append(algebra.hadamard([(factor, Integer(1)) for factor in factors]))
    return algebra.add(*terms)


def _hadamard_power(rule: Differential, expr: Any) -> Form:
    if depends(expr.exp, rule.variable) or getattr(expr.exp, "is_Matrix", False):
        raise NotDifferentiable(expr, "the exponent depends on the variable")
    algebra, power = rule.algebra, rule.algebra.scalar(expr.exp)
    outer = [(algebra.matrix(expr.base), power - 1), (rule.matrix(expr.base), Integer(1))]
    return algebra.scale(power, algebra.hadamard(outer))


def _kronecker(rule: Differential, expr: Any) -> Form:
    algebra = rule.algebra
    values = [algebra.matrix(arg) for arg in expr.args]
    return algebra.add(
        *(
            algebra.kronecker([*values[:k], rule.matrix(arg), *values[k + 1 :]])
            for k, arg in enumerate(expr.args)
            if depends(arg, rule.variable)
        )
    )


def _entrywise(rule: Differential, expr: Any) -> Form:
    if depends(expr.function, rule.variable):
        raise NotDifferentiable(expr, "the function itself depends on the variable")
    algebra = rule.algebra
    outer = algebra.entrywise(entrywise_derivative(expr.function, expr), algebra.matrix(expr.expr))
    return algebra.hadamard([(outer, Integer(1)), (rule.matrix(expr.expr), Integer(1))])


def _matrix_function(rule: Differential, expr: Any) -> Form:
    function, argument = expr.args
    if depends(function, rule.variable):
        raise NotDifferentiable(expr, "the function itself depends on the variable")
    return rule.algebra.frechet(function, rule.algebra.matrix(argument), rule.matrix(argument))


def _frechet(rule: Differential, expr: Any) -> Form:
    function, argument, direction = expr.args
    if depends(argument, rule.variable) or depends(function, rule.variable):
        raise NotDifferentiable(expr, "its second derivative has no closed form here")
    return rule.algebra.frechet(function, rule.algebra.matrix(argument), rule.matrix(direction))


def _eigenvector(rule: Differential, expr: Any) -> Form:
    resolvent, vector = eigenvector_response(rule.algebra, expr)
    return rule.algebra.multiply(resolvent, rule.matrix(expr.args[0]), vector)


def _linear(name: str) -> Callable[[Differential, Any], Form]:
    return lambda rule, expr: getattr(rule.algebra, name)(rule.matrix(expr.args[0]))


def _shape_keeping(node: Any) -> Callable[[Differential, Any], Form]:
    def rule(self: Differential, expr: Any) -> Form:
        inner = self.matrix(expr.args[0])
        return self.algebra.linear(inner, node, inner.rows, inner.cols)

    return rule


_RULES: dict[Any, Callable[[Differential, Any], Form]] = {
    MatAdd: lambda rule, expr: rule.algebra.add(*(rule.matrix(arg) for arg in expr.args)),
    MatMul: _product,
    MatPow: _power,
    Inverse: _inverse,
    Transpose: _linear("transpose"),
    Adjoint: _linear("transpose"),
    HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    KroneckerProduct: _kronecker,
    DiagMatrix: _linear("diag"),
    DiagonalMatrix: _linear("diagonal_matrix"),
    DiagonalOf: _linear("diagonal"),
    Vec: _linear("vec"),
    LowerTriangle: _shape_keeping(LowerTriangle),
    DiagonalSums: _shape_keeping(DiagonalSums),
    ElementwiseApplyFunction: _entrywise,
    MatrixFunction: _matrix_function,
    Eigenvector: _eigenvector,
    FrechetDerivative: _frechet,
}


def increment_of(variable: Any, expr: Any) -> Any:
    """A symbol of the variable's shape for its increment, with a name that the expression does not use."""
    name = f"d{variable.name}"
    while any(symbol.name == name for symbol in expr.atoms(MatrixSymbol, Symbol)):
        name = f"d{name}"
    return MatrixSymbol(name, *variable.shape) if isinstance(variable, MatrixSymbol) else Symbol(name, real=True)


def written(algebra: MatrixAlgebra, value: Any) -> Any:
    """A form or a scalar as a SymPy expression; a 1 x 1 form becomes a scalar."""
    if not isinstance(value, Form):
        return value
    return algebra.as_scalar(value) if value.rows == 1 and value.cols == 1 else algebra.write(value)


def is_matrix(expr: Any) -> bool:
    """Whether an expression is a matrix that is no 1 x 1 matrix."""
    return bool(getattr(expr, "is_Matrix", False)) and not is_scalar_matrix(expr)


def rules_applied(expr: Any, variable: Any, increment: Any, where: tuple[Any, ...] = ()) -> Any:
    """The differential by the rules alone, simplified under the conditions, not checked."""
    algebra = MatrixAlgebra(where=where)
    rules = Differential(algebra, variable, increment)
    if is_matrix(expr):
        algebra.matrix(expr)
        return written(algebra, rules.matrix(expr))
    algebra.scalar(expr)
    return rules.scalar(expr)


def differential(
    expr: Any, variable: Any, increment: Any = None, *, where: Iterable[Any] = (), check: bool = True
) -> Any:
    """d expr, linear in the increment dX (a MatrixSymbol of the variable's shape unless given).

    expr: a matrix expression or a scalar, in any sizes. where: conditions on where X lies, see `matrix_algebra`; the
    increment is free all the same. check: compare with an independent directional derivative at random matrices of
    two sizes. Raises NotDifferentiable (naming the node), ShapeMismatch, CheckFailed; ValueError, TypeError for bad
    variables.
    """
    given, where = expr, tuple(where)
    expr = require_expression(expr, variable)
    increment = increment_of(variable, expr) if increment is None else increment
    _require_same_shape(variable, increment)
    result = rules_applied(expr, variable, increment, where)
    if check:
        _check(sympify(given), expr, variable, increment, result, where, where)
    return result


def _require_same_shape(variable: Any, increment: Any) -> None:
    if isinstance(variable, MatrixSymbol) and not all(
        same(a, b) for a, b in zip(increment.shape, variable.shape, strict=True)
    ):
        raise ShapeMismatch(f"the increment is {increment.shape}, the variable {variable.shape}")


def _check(
    given: Any, expr: Any, variable: Any, increment: Any, result: Any, used: tuple[Any, ...], where: tuple[Any, ...]
) -> None:
    free = increment_of(variable, expr)
    claimed = result if increment == free else rules_applied(expr, variable, free, used)
    verify(given, variable, claimed, free, where)


def directional_derivative(
    expr: Any, variable: Any, direction: Any, order: int = 1, *, where: Iterable[Any] = (), check: bool = True
) -> Any:
    """The derivative of the given order of t -> expr(X + t V) at t = 0; V must not depend on X.

    Raises as `differential` does; ValueError where the direction depends on X or the order is no integer >= 0.
    """
    if not isinstance(order, int) or order < 0:
        raise ValueError(f"the order {order!r} is no integer >= 0")
    expr, where = require_expression(expr, variable), tuple(where)
    if depends(direction, variable):
        raise ValueError(f"the direction {direction} depends on the variable")
    _require_same_shape(variable, direction)
    # A condition on X itself simplifies the last order only: before that X has still to move in every direction.
    inner = tuple(fact for fact in where if not is_about(fact, variable))
    for remaining in range(order, 0, -1):
        used = where if remaining == 1 else inner
        result = rules_applied(expr, variable, direction, used)
        if check:
            _check(expr, expr, variable, direction, result, used, where)
        expr = result
    return expr


def is_about(fact: Any, variable: Any) -> bool:
    """Whether a condition restricts the variable, so that X cannot move in every direction within it."""
    return bool(getattr(fact, "arguments", (None,))[0] == variable)


__all__ = ["Differential", "differential", "directional_derivative", "rules_applied"]
