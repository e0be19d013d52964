"""Norms, products and contractions of matrices and of tensors of any order, and their derivatives.

What `theory.matrix_calculus` says of them. A tensor of any order is either a function on its index set, under a sum
that `measures.integral` stands for, or the column of its entries: the derivative of a column by a column is a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    Expr,
    Function,
    HadamardProduct,
    Integer,
    KroneckerProduct,
    MatrixSymbol,
    Trace,
    sqrt,
)
from sympy import Identity as Unit

from .claims import AllOf, Claim, Definition, Identity, Limit, MatrixIdentity, Typing
from .derivative_claims import derived
from .differentials import differential
from .gradients import gradient
from .matrix_jacobians import jacobian
from .matrix_nodes import Commutation, Vec
from .measures import integral, on_atoms
from .shapes import shaped
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, DomainSymbol, function, integer, positive, real
from .written_networks import Form

ZERO = Integer(0)
m, n, p = (integer(name, 1) for name in ("m", "n", "p"))
A, B, dA = MatrixSymbol("A", m, n), MatrixSymbol("B", n, p), MatrixSymbol("dA", m, n)
X, Y, dX = (MatrixSymbol(name, n, n) for name in ("X", "Y", "dX"))
a, b, c, dx = (MatrixSymbol(name, size, 1) for name, size in (("a", m), ("b", n), ("c", p), ("dx", n)))
x = MatrixSymbol("x", n, 1)
t, s, weight = function("t"), function("s"), function("w")  # entries of tensors of any order
h, k, entry, rest = real("h"), positive("k"), real("t"), DomainSymbol("r", NONNEGATIVE)
eps = real("epsilon", tex=r"\epsilon")
g = Function("g", real=True)

AWAY = "the matrix or tensor is not zero"


def inner(one: Any, another: Any) -> Expr:
    """The inner product tr(A^T B) of two matrices of one shape."""
    return Trace(one.T * another)


def frobenius_norm() -> Theorem:
    """What `matrix_calculus.frobenius_norm` says."""

    def properties(norm: Expr) -> Mapping[str, Claim]:
        def of(value: Expr) -> Expr:
            return norm.xreplace({t: value})

        three, four = on_atoms(norm, 2).free_symbols
        return {
            "of entries 3 and 4": Identity(on_atoms(norm, 2).subs({three: 3, four: 4}), Integer(5)),
            "homogeneous": Identity(of(k * t), k * norm),
            "from an inner product": Identity(of(t + s) ** 2 - of(t - s) ** 2, 4 * integral(t * s)),
        }

    norm = Definition(r"\|T\|_F", sqrt(integral(t**2)), properties)
    return Theorem(
        norm,
        mutants={
            "no root": norm.of(integral(t**2)),
            "sum of sizes": norm.of(integral(sqrt(t**2))),
            "mean of squares": norm.of(sqrt(integral(t**2) / integral(Integer(1)))),
        },
    )


def norm_gradient() -> Theorem:
    """What `matrix_calculus.norm_gradient` says."""
    norm = sqrt(inner(A, A))
    single = sqrt(h**2)  # the norm of a matrix with one entry that is not zero

    def quotient(value: Any, side: Any) -> Limit:
        return Limit(single / h, h, ZERO, value, side)

    claims = {
        "gradient": derived(gradient, (norm, A), A / norm, (inner(A, A) > 0,)),
        "one entry among any others": Identity(
            sqrt(entry**2 + rest).diff(entry), entry / sqrt(entry**2 + rest), (entry**2 + rest > 0,)
        ),
        "from the right at zero": quotient(Integer(1), "+"),
        "from the left at zero": quotient(Integer(-1), "-"),
    }
    mutants: dict[str, Claim] = {
        "not normalized": derived(gradient, (norm, A), A, (inner(A, A) > 0,)),
        "of the square": derived(gradient, (norm, A), 2 * A, (inner(A, A) > 0,)),
        "a derivative at zero": quotient(Integer(1), "-"),
    }
    smooth_at_zero = AllOf({"from the right": quotient(Integer(1), "+"), "from the left": quotient(Integer(1), "-")})
    note = "At zero the formula divides by zero, and the norm has a kink: with one entry h its quotients are 1 and -1."
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={number: Printed(smooth_at_zero, assumption=AWAY, note=note) for number in (687, 693)},
    )


def tensor_gradient() -> Theorem:
    """What `matrix_calculus.tensor_gradient` says."""
    stacked = MatrixSymbol("t", m * n * p, 1)
    rank_one = KroneckerProduct(c, b, a)
    through = gradient(g(inner(rank_one, stacked)), stacked)
    value = inner(rank_one, stacked)
    claims = {
        "entry by entry, any order": Identity(
            integral(weight * (t + eps * s) ** 3) - integral(weight * t**3),
            eps * integral(3 * weight * t**2 * s) + eps**2 * integral(weight * (3 * t + eps * s) * s**2),
        ),
        "contraction of order three": derived(gradient, (value, stacked), rank_one),
        "squared contraction": derived(gradient, (value**2, stacked), 2 * value * rank_one),
        "differential": derived(
            differential,
            (g(value), stacked, MatrixSymbol("dt", m * n * p, 1)),
            inner(through, MatrixSymbol("dt", m * n * p, 1)),
        ),
    }
    mutants = {
        "factors in another order": derived(
            gradient,
            (inner(KroneckerProduct(x, dx), MatrixSymbol("t", n * n, 1)), MatrixSymbol("t", n * n, 1)),
            KroneckerProduct(dx, x),
        ),
        "power kept": Identity(
            integral(weight * (t + eps * s) ** 3) - integral(weight * t**3),
            eps * integral(3 * weight * t**3 * s) + eps**2 * integral(weight * (3 * t + eps * s) * s**2),
        ),
    }
    told = (
        "It names the derivative and gives no value. Of a number by the entries of T it is the array of the partial "
        "derivatives, of the order of T; a Jacobian in the usual sense is that array as one row."
    )
    correction = (
        r"\left(\frac{\partial f}{\partial T}\right)_{i_1\ldots i_k}=\frac{\partial f}{\partial T_{i_1\ldots i_k}},"
        r"\quad df=\sum_{i_1,\ldots,i_k}\frac{\partial f}{\partial T_{i_1\ldots i_k}}\,dT_{i_1\ldots i_k}"
    )
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            691: Printed(informal=told, correction=correction, note="The i's are indices, not the dimensions."),
            694: Printed(informal=told, correction=correction),
        },
    )


def tensor_product() -> Theorem:
    """What `matrix_calculus.tensor_product` says."""
    dB = MatrixSymbol("dB", n, p)
    product = KroneckerProduct(a, b)
    claims = {
        "product rule": MatrixIdentity(
            differential(KroneckerProduct(A, B), A, dA) + differential(KroneckerProduct(A, B), B, dB),
            KroneckerProduct(dA, B) + KroneckerProduct(A, dB),
        ),
        "by the first factor": derived(jacobian, (product, a), KroneckerProduct(Unit(m), b)),
        "by the second factor": derived(jacobian, (product, b), KroneckerProduct(a, Unit(n))),
    }
    square = KroneckerProduct(x, dx)
    mutants = {
        "the other factor, applied": derived(differential, (KroneckerProduct(X, Y), X, dX), KroneckerProduct(Y, dX)),
        "identity on the other side": derived(jacobian, (square, x), KroneckerProduct(dx, Unit(n))),
    }
    by_first = Typing(shaped("D_{T_1}(T_1 T_2)", m * n, m), shaped("T_2", n))
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            695: Printed(
                by_first,
                correction=r"\frac{\partial(T_1\otimes T_2)_{IJ}}{\partial (T_1)_K}=\delta_{IK}(T_2)_J,\quad"
                r"\frac{\partial(T_1\otimes T_2)_{IJ}}{\partial (T_2)_K}=(T_1)_I\,\delta_{JK}",
                note="The derivative has order 2p + q, the right side q: shown for vectors, with the product in a "
                "column. They agree only where the factor that is differentiated by is a number. The product rule that "
                "the sentence names is d(T1 x T2) = dT1 x T2 + T1 x dT2.",
            )
        },
    )


def derivative_tensor() -> Theorem:
    """What `matrix_calculus.derivative_tensor` says."""
    L, R = MatrixSymbol("L", n, n), MatrixSymbol("R", n, n)
    functions: dict[str, Callable[[Any], Any]] = {
        "products": lambda at: L * at * R,
        "transpose": lambda at: L * at.T,
        "square": lambda at: at * at,
        "inverse": lambda at: at.inv(),
        "Gram matrix": lambda at: at.T * at,
    }

    def properties(make: Callable[[Any, Any], Any]) -> Mapping[str, Claim]:
        found: dict[str, Claim] = {
            name: MatrixIdentity(Vec(differential(F(X), X, dX)), make(F(X), X) * Vec(dX))
            for name, F in functions.items()
        }
        higher = X * HadamardProduct(x, x)
        return found | {"stacked tensors": derived(differential, (higher, x, dx), make(higher, x) * dx)}

    derivative = Definition("D_XF", Form(r"\frac{\partial F_{ij}}{\partial X_{kl}}", jacobian), properties)
    return Theorem(
        derivative,
        mutants={
            "transposed": derivative.of(Form("(D_XF)^T", lambda F, at: jacobian(F, at).T)),
            "indices of dX swapped": derivative.of(
                Form("D_XF K", lambda F, at: jacobian(F, at) * Commutation(at.rows, at.cols))
            ),
            "twice": derivative.of(Form("2D_XF", lambda F, at: 2 * jacobian(F, at))),
        },
        printed={
            704: Printed(note="The colon sums over both indices of dX."),
            708: Printed(note="The sum has to run over all three indices of dX; the order of the derivative is six."),
        },
    )


def contraction_gradients() -> Theorem:
    """What `matrix_calculus.contraction_gradients` says."""
    C = MatrixSymbol("C", m * n, n * p)  # of order four, two indices in each place
    columns = MatrixSymbol("x", n * p, 1)
    two_sided = KroneckerProduct(MatrixSymbol("L", n, n), MatrixSymbol("R", n, n))
    square = MatrixSymbol("x", n * n, 1)
    claims = {
        "order two": derived(gradient, (inner(A, dA), A), dA),
        "order four": derived(jacobian, (C * columns, columns), C),
        "order four, a product": derived(jacobian, (two_sided * square, square), two_sided),
    }
    mutants = {
        "indices crossed": derived(gradient, (inner(X, Y), X), Y.T),
        "tensor transposed": derived(jacobian, (two_sided * square, square), two_sided.T),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            709: Printed(note="With the colon as the sum of X_ij A_ij; as that of X_ij A_ji it gives the transpose."),
            710: Printed(note="C : X is a matrix here, and its derivative has four indices, as C does."),
        },
    )
