"""Matrix calculus in symbolic dimensions: differentials, gradients, Jacobians and Hessians, checked before they return.

Source: sections 13.4.1 and 13.4.2, equations 685-713.  Magnus and Neudecker 2019; Petersen and Pedersen 2012.

The gradient G of a number f by X has the shape of X and d f = tr(G^T dX); the Jacobian J of a matrix F has
d vec F = J d vec X with columns stacked. Statements hold for matrices of all sizes. Arguments of the functions are
ordinary SymPy matrix expressions (`MatrixSymbol`, `Trace`, `Determinant`, `HadamardProduct` ...).

>>> from sympy import Determinant, MatrixSymbol, Symbol, log
>>> n = Symbol("n")
>>> X = MatrixSymbol("X", n, n)
>>> gradient(log(Determinant(X)), X)
X.T**(-1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    Determinant,
    Function,
    KroneckerProduct,
    MatrixSymbol,
    Q,
    Symbol,
    Trace,
    log,
    sqrt,
)
from sympy import Identity as Unit
from sympy.matrices.expressions.diagonal import DiagonalMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from . import inverse_derivatives as inverses
from . import tensor_derivatives as tensors
from . import variations
from .claims import AllOf, Claim, Definition, MatrixIdentity, Typing
from .conditions import conditions
from .derivative_claims import derived
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
from .shapes import shaped
from .statements import Printed, Theorem, statement
from .symbols import integer
from .tensor_derivatives import inner
from .written_networks import Form

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

EQUATIONS = tuple(range(685, 714))

m, n, p = (integer(name, 1) for name in ("m", "n", "p"))
i, j, k, l = (Symbol(name, integer=True, nonnegative=True) for name in "ijkl")
A, B, X, Y, dX = (MatrixSymbol(name, n, n) for name in ("A", "B", "X", "Y", "dX"))
S, dS, Z, H = (
    MatrixSymbol("Sigma", n, n),
    MatrixSymbol("dSigma", n, n),
    MatrixSymbol("Z", n, m),
    MatrixSymbol("H", n, m),
)
L, R = MatrixSymbol("A", m, n), MatrixSymbol("B", n, p)
x, dx, mean, a, b = (MatrixSymbol(name, n, 1) for name in ("x", "dx", "mu", "a", "b"))
place = BasisVector(n, i) * BasisVector(n, j).T  # the matrix with a one at (i, j)
g = Function("g", real=True)


@statement(answers=(685, 698), references=("magnus2019", "petersen2012"))
def matrix_of_partials() -> Theorem:
    """The gradient of a number by a matrix is the matrix of its partial derivatives in the same places: the one matrix
    G with df = tr(G^T dX) for every dX."""
    functions = {
        "linear": inner(B, X),
        "quadratic": Trace(A * X * B * X),
        "of two traces": g(inner(B, X), Trace(X * X)),
    }

    def properties(make: Callable[[Any], Any]) -> Mapping[str, Claim]:
        found: dict[str, Claim] = {}
        for name, f in functions.items():
            found[f"{name}: entries"] = MatrixIdentity(
                MatrixElement(make(f), i, j), directional_derivative(f, X, place)
            )
            found[f"{name}: differential"] = derived(differential, (f, X, dX), inner(make(f), dX))
        return found

    layout = Definition(
        r"\frac{\partial f}{\partial X}", Form(r"\left[\frac{\partial f}{\partial x_{ij}}\right]", _by), properties
    )
    return Theorem(
        layout,
        mutants={
            "transposed": layout.of(Form(r"[\partial f/\partial x_{ji}]", lambda f: _by(f).T)),
            "twice": layout.of(Form(r"2[\partial f/\partial x_{ij}]", lambda f: 2 * _by(f))),
            "diagonal only": layout.of(Form(r"\mathrm{diag}", lambda f: DiagonalMatrix(_by(f)))),
        },
        printed={
            685: Printed(note="The entries of A must be free: of a symmetric A each pair of entries is one variable."),
            698: Printed(note="The f is missing after D_X; that G is unique shows where dX has a single one in it."),
        },
    )


def _by(f: Any) -> Any:
    return gradient(f, X)


@statement(answers=(686, 692), references=("horn2013", "kolda2009"))
def frobenius_norm() -> Theorem:
    """The Frobenius norm is the root of the sum of all squared entries, for tensors of any order: it is homogeneous and
    comes from an inner product."""
    return tensors.frobenius_norm()


@statement(answers=(687, 693), references=("magnus2019", "petersen2012"), cites=(frobenius_norm,))
def norm_gradient() -> Theorem:
    """The Frobenius norm of a matrix or tensor that is not zero has the gradient A/|A|; at zero it has no
    derivative."""
    return tensors.norm_gradient()


@statement(answers=(688,), references=("petersen2012",), cites=(matrix_of_partials,))
def trace_gradient() -> Theorem:
    """The gradient of the trace of a square matrix by the matrix is the identity."""
    found = gradient(Trace(X), X)
    return Theorem(
        derived(gradient, (Trace(X), X), Unit(n)),
        mutants={"the matrix": MatrixIdentity(found, X), "trace": MatrixIdentity(found, Trace(X) * Unit(n))},
    )


@statement(answers=(689,), references=("magnus2019",), cites=(matrix_of_partials,))
def product_jacobian() -> Theorem:
    """By its first factor the product A B has the Jacobian B^T kron I, by its second I kron A; the gradient of tr(A B)
    by A is B^T, and that of <G, A B> is G B^T."""
    G, square = MatrixSymbol("G", m, p), MatrixSymbol("C", n, m)
    claims = {
        "by the first factor": derived(jacobian, (L * R, L), KroneckerProduct(R.T, Unit(m))),
        "by the second factor": derived(jacobian, (L * R, R), KroneckerProduct(Unit(p), L)),
        "vec of a product": MatrixIdentity(Vec(A * X * B), KroneckerProduct(B.T, A) * Vec(X)),
        "trace": derived(gradient, (Trace(L * square), L), square.T),
        "inner product": derived(gradient, (inner(G, L * R), L), G * R.T),
    }
    mutants = {
        "not transposed": derived(jacobian, (A * B, A), KroneckerProduct(B, Unit(n))),
        "factors swapped": derived(jacobian, (A * B, A), KroneckerProduct(Unit(n), B.T)),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            689: Printed(
                Typing(
                    shaped("D_A(AB)", m * p, m * n),
                    shaped("B", n, p).T,
                ),
                correction=r"\frac{\partial\,\mathrm{vec}(AB)}{\partial\,\mathrm{vec}(A)}=B^T\otimes I,\quad"
                r"\frac{\partial\,\mathrm{tr}(AB)}{\partial A}=B^T",
                note="Every entry of A B has a derivative by every entry of A: four indices. B^T is the gradient of "
                "tr(A B).",
            )
        },
    )


@statement(answers=(690, 705, 706), references=("magnus2019", "petersen2012"))
def inverse_differential() -> Theorem:
    """The inverse has the differential -X^{-1} dX X^{-1}: the product with X does not change, and the remainder of the
    increment H is exactly X^{-1} H X^{-1} H (X + H)^{-1}, of second order."""
    return inverses.inverse_differential()


@statement(answers=(707,), references=("magnus2019",), cites=(inverse_differential,))
def inverse_jacobian() -> Theorem:
    """The Jacobian of the inverse is -(X^{-T} kron X^{-1}) with columns stacked, and -(X^{-1} kron X^{-T}) with rows
    stacked; the transpose stays in either order, unless X is symmetric."""
    return inverses.inverse_jacobian()


@statement(answers=(691, 694), references=("kolda2009",), cites=(matrix_of_partials,))
def tensor_gradient() -> Theorem:
    """The derivative of a number by a tensor is the tensor of the same order that holds the partial derivatives: the
    number moves by its inner product with dT."""
    return tensors.tensor_gradient()


@statement(answers=(695,), references=("kolda2009", "magnus2019"))
def tensor_product() -> Theorem:
    """The tensor product moves by dT1 x T2 + T1 x dT2; its derivative by one factor is the other one times the identity
    that ties the indices of the first, of order 2p + q."""
    return tensors.tensor_product()


@statement(answers=(696,), references=("rudin1976", "coleman2012"))
def frechet_derivative() -> Theorem:
    """The differential is the linear part of the increment: for a quadratic function of a tensor the remainder is at
    most the squared norm of H, in every direction. The quotient of an increment by the norm of H tends along a ray to
    one number forwards and to its negative backwards."""
    return variations.frechet_derivative()


@statement(answers=(697,), references=("magnus2019",), cites=(matrix_of_partials, frechet_derivative))
def total_differential() -> Theorem:
    """A number moves by tr(G^T dX) with its gradient G: shown for traces of products, for an inverse, a determinant, a
    norm, and any differentiable function of two such numbers."""
    bilinear = a.T * X.inv() * b
    composed = g(inner(B, X), log(Determinant(X.T * X)))
    numbers = {
        "trace": Trace(A * X * B * X.T),
        "inverse": bilinear,
        "determinant": Determinant(A + X),
        "norm": sqrt(inner(X - B, X - B)),
        "unknown function": composed,
    }
    claims = {name: derived(differential, (f, X, dX), inner(gradient(f, X), dX)) for name, f in numbers.items()}
    mutants = {
        "not transposed": derived(differential, (bilinear, X, dX), Trace(gradient(bilinear, X) * dX)),
        "twice": derived(differential, (composed, X, dX), 2 * inner(gradient(composed, X), dX)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(699, 700, 701, 702), references=("petersen2012",), cites=(frechet_derivative,))
def quadratic_form() -> Theorem:
    """tr(X^T A X) at X + H is its value at X, plus tr(H^T A X) + tr(X^T A H) = tr(H^T (A X + A^T X)), plus
    tr(H^T A H): so its gradient is A X + A^T X, and its Hessian I kron (A + A^T)."""

    def f(at: Any) -> Any:
        return Trace(at.T * A * at)

    linear = Trace(H.T * A * Z) + Trace(Z.T * A * H)
    claims = {
        "expanded": MatrixIdentity(f(Z + H), f(Z) + linear + f(H)),
        "linear part": derived(differential, (f(Z), Z, H), linear),
        "cyclic": MatrixIdentity(linear, Trace(H.T * (A * Z + A.T * Z))),
        "gradient": derived(gradient, (f(Z), Z), A * Z + A.T * Z),
        "Hessian": derived(hessian, (f(Z), Z), KroneckerProduct(Unit(m), A + A.T)),
    }
    mutants = {
        "gradient one-sided": derived(gradient, (f(Z), Z), 2 * A * Z),
        "not transposed": MatrixIdentity(linear, Trace(H.T * (A * Z + A * Z))),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(703,), references=("petersen2012",), cites=(quadratic_form,))
def symmetric_quadratic_form() -> Theorem:
    """For symmetric A, and only then for every X, the gradient of tr(X^T A X) is 2 A X."""
    form = Trace(Z.T * A * Z)
    return Theorem(
        derived(gradient, (form, Z), 2 * A * Z, (Q.symmetric(A),)),
        mutants={"without symmetry": derived(gradient, (form, Z), 2 * A * Z)},
        exempt={"A transposed": "A is symmetric"},
    )


@statement(answers=(704, 708), references=("magnus2019", "kolda2009"), cites=(matrix_of_partials,))
def derivative_tensor() -> Theorem:
    """The derivative of a matrix or tensor by another is the array that, summed against every index of dX, gives dF:
    with both stacked in columns it is the Jacobian."""
    return tensors.derivative_tensor()


@statement(answers=(709, 710), references=("kolda2009", "petersen2012"), cites=(derivative_tensor,))
def contraction_gradients() -> Theorem:
    """A contraction with a constant tensor is linear, and its derivative is that tensor."""
    return tensors.contraction_gradients()


@statement(answers=(711,), references=("absil2008",))
def covariant_derivative() -> Theorem:
    """On a sphere of any dimension the derivative in the surrounding space, projected onto the tangent space at the
    point after it is taken, is the Levi-Civita connection: metric and without torsion. Before it is projected it is
    not tangent."""
    return variations.covariant_derivative()


@statement(answers=(712,), references=("coleman2012", "gelfand1963"), cites=(frechet_derivative,))
def directional_variation() -> Theorem:
    """The variation of f at X along H is the limit of the difference quotient along X + eps H: for differentiable f
    its differential at H."""
    return variations.directional_variation()


@statement(references=("coleman2012",), cites=(directional_variation, frechet_derivative))
def variation_that_is_not_linear() -> Theorem:
    """The function x^3/(x^2 + y^2), continued by 0, has a variation at 0 along every direction, but that is not
    additive: variations alone make no derivative."""
    return variations.variation_that_is_not_linear()


@statement(answers=(713,), references=("gelfand1963",), cites=(directional_variation,))
def euler_lagrange() -> Theorem:
    """The first variation of the sum of g(X) + f(grad X) on any grid vanishes in every direction exactly where
    g'(X) - div f'(grad X) = 0, with minus the divergence as the transpose of the gradient; on an interval the same
    follows by parts for variations that vanish at the ends."""
    return variations.euler_lagrange()


@statement(references=("magnus2019", "petersen2012"), cites=(inverse_differential, total_differential))
def log_determinant() -> Theorem:
    """Jacobi's formula: d det X = det X tr(X^{-1} dX), so log |det X| has the gradient X^{-T}, and the second
    differential -tr(X^{-1} dX X^{-1} dX)."""
    return inverses.log_determinant()


@statement(references=("magnus2019", "petersen2012"), cites=(matrix_of_partials,))
def symmetric_argument() -> Theorem:
    """By the free entries of a symmetric matrix the derivative is G + G^T - diag(G), where G is the gradient by all
    entries: so tr(A X) has A + A^T - diag(A), and log det X has 2 X^{-1} - diag(X^{-1})."""
    where, of_trace = (Q.symmetric(X),), gradient(Trace(A * X), X, structure="symmetric")
    of_log = gradient(log(Determinant(X)), X, structure="symmetric")
    claims = {
        "trace": MatrixIdentity(of_trace, A + A.T - DiagonalMatrix(A)),
        "log-determinant": MatrixIdentity(of_log, 2 * X.inv() - DiagonalMatrix(X.inv()), where),
    }
    mutants = {
        "as if free": MatrixIdentity(of_trace, A.T),
        "symmetric part": MatrixIdentity(of_trace, (A + A.T) / 2),
        "diagonal twice": MatrixIdentity(of_log, 2 * X.inv(), where),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("magnus2019",), cites=(log_determinant, quadratic_form))
def gaussian_scores() -> Theorem:
    """The negative log-likelihood of a normal law, (log det S + (x - mu)^T S^{-1} (x - mu))/2 up to a constant, has the
    gradients -S^{-1}(x - mu) by the mean and (S^{-1} - S^{-1}(x - mu)(x - mu)^T S^{-1})/2 by the covariance."""
    away, where = x - mean, (Q.positive_definite(S),)
    loss = (log(Determinant(S)) + inner(away, S.inv() * away)) / 2
    claims = {
        "mean": derived(gradient, (loss, mean), -S.inv() * away, where),
        "covariance": derived(gradient, (loss, S), (S.inv() - S.inv() * away * away.T * S.inv()) / 2, where),
        "information": derived(hessian, (loss, mean), S.inv(), where),
    }
    mutants = {
        "without the inverse": derived(gradient, (loss, mean), -away, where),
        "one inverse": derived(gradient, (loss, S), (S.inv() - away * away.T) / 2, where),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("absil2008", "horn2013"), cites=(quadratic_form,))
def rayleigh_quotient() -> Theorem:
    """The Rayleigh quotient r = x^T A x / x^T x of a symmetric A has the gradient 2 (A x - r x)/x^T x, which is zero
    exactly at eigenvectors, and is orthogonal to x."""
    quotient = inner(x, A * x) / inner(x, x)
    where = (Q.symmetric(A), inner(x, x) > 0)
    found = gradient(quotient, x)
    claims = {
        "gradient": derived(gradient, (quotient, x), 2 * (A * x - quotient * x) / inner(x, x), where),
        "orthogonal to x": MatrixIdentity(inner(x, found), 0 * inner(x, x), where),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "of the numerator": MatrixIdentity(found, 2 * A * x / inner(x, x), where),
            "not symmetric": MatrixIdentity(found, 2 * (A * x - quotient * x) / inner(x, x), (inner(x, x) > 0,)),
        },
    )
