"""The chain rule for scalar functions of scalars, in which matrices may stand as traces and determinants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    Derivative,
    DiracDelta,
    Dummy,
    Expr,
    Integer,
    Mul,
    Subs,
    log,
)
from sympy.core.function import AppliedUndef

from .matrix_algebra import MatrixAlgebra, is_scalar_matrix
from .matrix_nodes import (
    NotDifferentiable,
    derivative_of,
)


def depends(expr: Any, variable: Any) -> bool:
    """Whether the variable occurs in the expression."""
    return variable in expr.free_symbols


def partial(function: Any, index: int) -> Callable[..., Any]:
    """The partial derivative of a scalar function `f(args)` by one of its arguments, at given arguments.

    Raises NotDifferentiable where SymPy knows none, or only a distribution.
    """
    dummies = [Dummy(f"u{k}", real=True) for k in range(len(function.args))]
    try:
        found = function.func(*dummies).diff(dummies[index])
    except Exception:
        raise NotDifferentiable(function, "no derivative is known") from None
    if isinstance(function, AppliedUndef):
        free = dummies[index]

        def undefined(*args: Any) -> Any:
            placed = (*args[:index], free, *args[index + 1 :])
            return Subs(Derivative(function.func(*placed), free), free, args[index])

        return undefined
    if found.has(Derivative, Subs, DiracDelta):
        raise NotDifferentiable(function, "no derivative is known")
    return lambda *args: found.xreplace(dict(zip(dummies, args, strict=True)))


def entrywise_derivative(function: Any, node: Any) -> Any:
    """The derivative of a Lambda of one scalar. Raises NotDifferentiable."""
    found = derivative_of(function)
    undefined = function.expr.atoms(AppliedUndef)
    if found.expr.has(DiracDelta) or (found.expr.has(Derivative, Subs) and not undefined):
        raise NotDifferentiable(node, "no derivative of the function is known")
    return found


def scalar_factors(algebra: MatrixAlgebra, expr: Any, variable: Any) -> list[tuple[Any, Any]]:
    """Pairs (factor, argument) with d expr = sum of factor * d argument, for a scalar function of scalars."""
    if isinstance(expr, Add):
        return [(Integer(1), arg) for arg in expr.args]
    if isinstance(expr, Mul):
        values = [algebra.scalar(arg) for arg in expr.args]
        return [(Mul(*values[:k], *values[k + 1 :]), arg) for k, arg in enumerate(expr.args) if depends(arg, variable)]
    if isinstance(expr, log) and isinstance(expr.args[0], Abs):
        return [(1 / algebra.scalar(expr.args[0].args[0]), expr.args[0].args[0])]
    if expr.is_Pow:
        base, exponent = algebra.scalar(expr.base), algebra.scalar(expr.exp)
        factors = [(exponent * base ** (exponent - 1), expr.base)]
        return factors + ([(base**exponent * log(base), expr.exp)] if depends(expr.exp, variable) else [])
    if isinstance(expr, Subs) and len(expr.variables) == 1 and not depends(expr.expr, variable):
        (place,), (argument,) = expr.variables, expr.point
        return [(Subs(expr.expr.diff(place), place, algebra.scalar(argument)), argument)]
    if not expr.is_Function or not isinstance(expr, Expr) or not expr.args:
        raise NotDifferentiable(expr, "there is no rule for it")
    if any(getattr(arg, "is_Matrix", False) and not is_scalar_matrix(arg) for arg in expr.args):
        raise NotDifferentiable(
            expr, "a scalar function of a matrix; use MatrixFunction, or applyfunc for the entrywise one"
        )
    if not all(isinstance(arg, Expr) for arg in expr.args):
        raise NotDifferentiable(expr, "there is no rule for it")
    args = [algebra.scalar(arg) for arg in expr.args]
    return [(partial(expr, k)(*args), arg) for k, arg in enumerate(expr.args) if depends(arg, variable)]


__all__ = ["depends", "entrywise_derivative", "partial", "scalar_factors"]
