"""Derivatives of the inverse and of the determinant, in matrices of any size.

What `theory.matrix_calculus` says of them. The inverse is differentiated twice over: by the engine, and by the exact
remainder of its increment, which is of second order.
"""

from __future__ import annotations

from sympy import Abs, Determinant, KroneckerProduct, MatrixSymbol, Q, Symbol, Trace, ZeroMatrix, log
from sympy.matrices.expressions.matexpr import MatrixElement

from .claims import AllOf, MatrixIdentity
from .derivative_claims import derived
from .differentials import differential, directional_derivative
from .gradients import gradient
from .matrix_jacobians import jacobian
from .matrix_nodes import BasisVector, Vec
from .statements import Printed, Theorem
from .symbols import integer

m, n = integer("m", 1), integer("n", 1)
i, j, k, l = (Symbol(name, integer=True, nonnegative=True) for name in "ijkl")
X, Y, dX = (MatrixSymbol(name, n, n) for name in ("X", "Y", "dX"))
Z = MatrixSymbol("Z", n, m)
place = BasisVector(n, i) * BasisVector(n, j).T  # the matrix with a one at (i, j)


def inverse_differential() -> Theorem:
    """What `matrix_calculus.inverse_differential` says."""
    inverse, moved = X.inv(), differential(X.inv(), X, dX)
    change = Y - X
    claims = {
        "the product is constant": MatrixIdentity(dX * inverse + X * moved, ZeroMatrix(n, n)),
        "differential": derived(differential, (inverse, X, dX), -inverse * dX * inverse),
        "one entry moves": derived(directional_derivative, (inverse, X, place), -inverse * place * inverse),
        "entries": MatrixIdentity(
            MatrixElement(directional_derivative(inverse, X, place), k, l),
            -MatrixElement(inverse, k, i) * MatrixElement(inverse, j, l),
        ),
        "remainder": MatrixIdentity(
            Y.inv() - inverse + inverse * change * inverse, inverse * change * inverse * change * Y.inv()
        ),
    }
    mutants = {
        "commuting": MatrixIdentity(moved, -inverse * inverse * dX),
        "as for numbers": MatrixIdentity(moved, -dX * inverse * inverse),
        "one factor": MatrixIdentity(moved, -inverse * dX),
        "factors on the wrong side": MatrixIdentity(inverse * dX + X * moved, ZeroMatrix(n, n)),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            690: Printed(
                note="Entry by entry: dA/dA stands for dA/da_ij, the matrix with a single one. As a whole it is the "
                "identity of order four, and the factors beside it act on its first two indices."
            )
        },
    )


def inverse_jacobian() -> Theorem:
    """What `matrix_calculus.inverse_jacobian` says."""
    found, inverse = jacobian(X.inv(), X), X.inv()
    rows = Vec(differential(inverse, X, dX).T)
    both = -KroneckerProduct(inverse, inverse)
    claims = {
        "columns stacked": derived(jacobian, (inverse, X), -KroneckerProduct(inverse.T, inverse)),
        "rows stacked": MatrixIdentity(rows, -KroneckerProduct(inverse, inverse.T) * Vec(dX.T)),
        "symmetric": derived(jacobian, (inverse, X), both, (Q.symmetric(X),)),
    }
    mutants = {
        "rows for columns": MatrixIdentity(found, -KroneckerProduct(inverse, inverse.T)),
        "rows, not transposed": MatrixIdentity(rows, both * Vec(dX.T)),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            707: Printed(
                MatrixIdentity(found, both),
                correction=r"D_X(X^{-1})=-(X^{-T}\otimes X^{-1})",
                note="Holds for symmetric X alone; stacking rows does not mend it, it moves the transpose to the other "
                "factor. As a map it takes dX to -X^{-1} dX X^{-1}, and is linear, not bilinear.",
            )
        },
    )


def log_determinant() -> Theorem:
    """What `matrix_calculus.log_determinant` says."""
    determinant, inverse = Determinant(X), X.inv()
    claims = {
        "Jacobi": derived(differential, (determinant, X, dX), determinant * Trace(inverse * dX)),
        "gradient": derived(gradient, (log(Abs(determinant)), X), inverse.T),
        "of a Gram matrix": derived(
            gradient, (log(Determinant(Z.T * Z)), Z), 2 * Z * (Z.T * Z).inv(), (Q.fullrank(Z),)
        ),
        "second": derived(
            directional_derivative,
            (log(determinant), X, dX, 2),
            -Trace(inverse * dX * inverse * dX),
            (determinant > 0,),
        ),
    }
    mutants = {
        "not transposed": derived(gradient, (log(Abs(determinant)), X), inverse),
        "constant": derived(gradient, (log(Abs(determinant)), X), 0 * X),
    }
    return Theorem(AllOf(claims), mutants=mutants)
