"""Derivatives of eigenvalues, eigenvectors, singular values and the nuclear norm by their matrix."""

from __future__ import annotations

from typing import Any

from sympy import (
    Integer,
    sqrt,
)

from .matrix_algebra import Form, MatrixAlgebra
from .matrix_nodes import (
    Eigenvalue,
    Eigenvector,
    LeftSingularVector,
    NotDifferentiable,
    SingularValue,
)


def require_symmetric(algebra: MatrixAlgebra, node: Any, form: Form) -> None:
    """Raises NotDifferentiable where a form is not known to be symmetric."""
    if form.terms != algebra.transpose(form).terms:
        raise NotDifferentiable(node, "its matrix is not known to be symmetric; say so with Q.symmetric in `where`")


def spectral_gradient(algebra: MatrixAlgebra, expr: Any) -> tuple[Form, Any]:
    """The gradient of an eigenvalue, a singular value or the nuclear norm by its matrix, and that matrix.

    The eigenvalue and the singular value must be simple, the matrix of the nuclear norm must have full rank.
    """
    argument = expr.args[0]
    form = algebra.matrix(argument)
    if isinstance(expr, Eigenvalue):
        require_symmetric(algebra, expr, form)
        v = algebra.atom(Eigenvector(algebra.write(form), expr.args[1]))
        return algebra.multiply(v, algebra.transpose(v)), argument
    if isinstance(expr, SingularValue):
        u = algebra.atom(LeftSingularVector(algebra.write(form), expr.args[1]))
        value = SingularValue(algebra.write(form), expr.args[1])
        return algebra.scale(1 / value, algebra.multiply(u, algebra.transpose(u), form)), argument
    gram = algebra.multiply(algebra.transpose(form), form)
    return algebra.multiply(form, algebra.function(lambda t: 1 / sqrt(t), gram)), argument


def eigenvector_response(algebra: MatrixAlgebra, expr: Any) -> tuple[Form, Form]:
    """The pseudo-inverse of w I - A, as (w I - A + v v.T)**-1 - v v.T, and v, for a simple eigenvalue w of A = A.T."""
    form = algebra.matrix(expr.args[0])
    require_symmetric(algebra, expr, form)
    node = Eigenvector(algebra.write(form), expr.args[1])
    vector = algebra.atom(node)
    outer = algebra.multiply(vector, algebra.transpose(vector))
    shift = algebra.scale(Eigenvalue(*node.args), algebra.identity(form.rows))
    inverse = algebra.inverse(algebra.add(shift, algebra.scale(Integer(-1), form), outer))
    return algebra.add(inverse, algebra.scale(Integer(-1), outer)), vector


__all__ = ["eigenvector_response", "require_symmetric", "spectral_gradient"]
