"""Matrix calculus in symbolic dimensions: differentials, gradients, Jacobians and Hessians, checked before they return.

Arguments are ordinary SymPy matrix expressions (`MatrixSymbol`, `Trace`, `Determinant`, `HadamardProduct` ...).

>>> from sympy import Determinant, MatrixSymbol, Symbol, log
>>> n = Symbol("n")
>>> X = MatrixSymbol("X", n, n)
>>> gradient(log(Determinant(X)), X)
X.T**(-1)
"""

from .conditions import conditions
from .differentials import differential, directional_derivative
from .gradients import gradient
from .matrix_algebra import equal, tidy
from .matrix_jacobians import hessian, jacobian
from .matrix_nodes import (
    BasisVector,
    CheckFailed,
    Commutation,
    DiagonalSelection,
    DiagonalSums,
    Eigenvalue,
    Eigenvector,
    FrechetDerivative,
    LeftSingularVector,
    LowerTriangle,
    MatrixFunction,
    NotDifferentiable,
    NuclearNorm,
    ShapeMismatch,
    SingularValue,
    Vec,
    matrix_exp,
    matrix_log,
)

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
    "conditions",
    "differential",
    "directional_derivative",
    "equal",
    "gradient",
    "hessian",
    "jacobian",
    "matrix_exp",
    "matrix_log",
    "tidy",
]
