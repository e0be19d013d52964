"""Adjoints of the usual operations: how a cotangent goes back through each of them.

A loss depends on Y through its differential tr(G.T dY), where G, the cotangent, is its gradient; matrices are SymPy's,
of any size.  The statements of `theory.autodiff` that speak of adjoints are built here.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Determinant,
    Expr,
    HadamardProduct,
    Integer,
    Inverse,
    MatrixSymbol,
    OneMatrix,
    Q,
    Trace,
    exp,
)

from .batching import diagonal_less_outer
from .claims import AllOf, Identity, MatrixIdentity, Typing
from .matrix_calculus import gradient as matrix_gradient
from .measures import integral
from .shapes import gradient, jacobian, shaped
from .statements import Printed, Theorem
from .symbols import function, integer, positive, real

ONE = Integer(1)
n, m, p = integer("n", 1), integer("m", 1), integer("p", 1)
a, b, c = function("a"), function("b"), function("c")
h = real("h")


def transposed_sweep() -> Theorem:
    """See `autodiff.transposed_sweep`."""
    J1, J2 = MatrixSymbol("J_1", m, n), MatrixSymbol("J_2", p, m)
    v, w = MatrixSymbol("v", n, 1), MatrixSymbol("w", p, 1)
    S, T, d = MatrixSymbol("J_1", n, n), MatrixSymbol("J_2", n, n), MatrixSymbol("v", n, 1)
    e = MatrixSymbol("w", n, 1)
    return Theorem(
        AllOf(
            {
                "one Jacobian": MatrixIdentity(Trace(v.T * (J1.T * (J2.T * w))), Trace(((J2 * J1) * v).T * w)),
                "the order turns round": MatrixIdentity((J2 * J1).T * w, J1.T * (J2.T * w)),
            }
        ),
        mutants={
            "transposes in the old order": MatrixIdentity((T * S).T * e, T.T * (S.T * e)),
            "no transpose": MatrixIdentity(Trace(d.T * (S * e)), Trace((S * d).T * e)),
        },
    )


A, B, G = MatrixSymbol("A", n, m), MatrixSymbol("B", m, p), MatrixSymbol("G", n, p)


dA, dB = MatrixSymbol("E", n, m), MatrixSymbol("F", m, p)


S, R, K, dS = (MatrixSymbol(name, n, n) for name in "SRKE")  # square ones, K a cotangent


w, u, d = (MatrixSymbol(name, n, 1) for name in "wud")


def pairing(cotangent: Any, change: Any) -> Any:
    """The inner product tr(G.T dY)."""
    return Trace(cotangent.T * change)


def product_adjoint() -> Theorem:
    """See `autodiff.product_adjoint`."""
    square = pairing(K, S * (R + dS)) - pairing(K, S * R)
    by_left = pairing(G, (A + dA) * B) - pairing(G, A * B)
    by_right = pairing(G, A * (B + dB)) - pairing(G, A * B)
    cotangent, left, right = shaped("G", n, p), shaped("A", n, m), shaped("B", m, p)
    loss = shaped("L")
    note = (
        "G is n x p and A^T is m x n: the printed product exists only for p = m, and then it is n x n, the shape of B "
        "only where all three sizes agree; there, for square matrices, it is wrong (a mutant of this statement)."
    )
    return Theorem(
        AllOf(
            {
                "left factor": MatrixIdentity(by_left, pairing(G * B.T, dA)),
                "right factor": MatrixIdentity(by_right, pairing(A.T * G, dB)),
                "shape on the left": Typing(gradient(loss, left), cotangent @ right.T),
                "shape on the right": Typing(gradient(loss, right), left.T @ cotangent),
            }
        ),
        mutants={
            "610 for square matrices": MatrixIdentity(square, pairing(K * S.T, dS)),
            "not transposed, square": MatrixIdentity(square, pairing(S * K, dS)),
        },
        printed={
            610: Printed(
                Typing(gradient(loss, right), cotangent @ left.T),
                correction=r"\frac{\partial L}{\partial B}=A^{\top}\frac{\partial L}{\partial Y}",
                note=note,
            )
        },
    )


def elementwise_adjoint() -> Theorem:
    """See `autodiff.elementwise_adjoint`."""
    g, slope, bend, move, count = function("g"), function("s"), function("r"), function("u"), real("k")
    change = slope * move * h + bend * (move * h) ** 2  # of each entry, for a step h along u
    first = integral(g * slope * move)
    both = integral(g * ((a + h * move) * (b + h * c) - a * b))
    gathered = integral(g * b * move) + integral(g * a * c)
    return Theorem(
        AllOf(
            {
                "function": Identity(integral(g * change), h * first + h**2 * integral(g * bend * move**2)),
                "sum": Identity(count * integral(a + h * move) - count * integral(a), h * integral(count * move)),
                "copy": Identity(integral(g * move) + integral(b * move), integral((g + b) * move)),
                "product": Identity(both, h * gathered + h**2 * integral(g * move * c)),
            }
        ),
        mutants={
            "sum gets a share": Identity(count * integral(h * move) * integral(ONE), h * integral(count * move)),
            "product gets the own factor": Identity(
                both, h * (integral(g * a * move) + integral(g * b * c)) + h**2 * integral(g * move * c)
            ),
        },
    )


def linear_adjoints() -> Theorem:
    """See `autodiff.linear_adjoints`."""
    bias, ones, Y = MatrixSymbol("b", p, 1), OneMatrix(n, 1), MatrixSymbol("Y", n, p)
    X, H = MatrixSymbol("X", m, m), MatrixSymbol("H", n, p)
    return Theorem(
        AllOf(
            {
                "transpose": MatrixIdentity(pairing(G.T, Y.T), pairing(G, Y)),
                "bias": MatrixIdentity(pairing(G, ones * bias.T), pairing(G.T * ones, bias)),
                "both sides": MatrixIdentity(pairing(G, A * X * B), pairing(A.T * G * B.T, X)),
                "quadratic": MatrixIdentity(
                    Trace((u + d).T * S * (u + d)) - Trace(u.T * S * u), pairing((S + S.T) * u, d) + Trace(d.T * S * d)
                ),
                "squares": MatrixIdentity(pairing(Y + H, Y + H) - pairing(Y, Y), pairing(2 * Y, H) + pairing(H, H)),
            }
        ),
        mutants={
            "quadratic, not symmetric": MatrixIdentity(
                Trace((u + d).T * S * (u + d)) - Trace(u.T * S * u), pairing(2 * S * u, d) + Trace(d.T * S * d)
            ),
            "not transposed": MatrixIdentity(pairing(K, S * dS * R), pairing(S * K * R, dS)),
        },
    )


def inverse_adjoint() -> Theorem:
    """See `autodiff.inverse_adjoint`."""
    P, H = MatrixSymbol("B", n, p), MatrixSymbol("H", n, p)
    where = (Q.invertible(S), Q.invertible(S + dS))
    first = Inverse(S) * dS * Inverse(S)
    exact = Inverse(S) * dS * Inverse(S) * dS * Inverse(S + dS)
    solve, back = Inverse(S) * P, Inverse(S).T * H
    return Theorem(
        AllOf(
            {
                "second order": MatrixIdentity((Inverse(S + dS) - Inverse(S) + first - exact) * (S + dS), 0 * S, where),
                "inverse": MatrixIdentity(pairing(K, -first), pairing(-Inverse(S).T * K * Inverse(S).T, dS), where[:1]),
                "solve, by S": MatrixIdentity(pairing(H, -first * P), pairing(-back * solve.T, dS), where[:1]),
                "solve, by B": MatrixIdentity(pairing(H, Inverse(S) * P), pairing(back, P), where[:1]),
            }
        ),
        mutants={
            "not transposed": MatrixIdentity(pairing(K, -first), pairing(-Inverse(S) * K * Inverse(S), dS), where[:1]),
            "sign": MatrixIdentity(pairing(H, -first * P), pairing(back * solve.T, dS), where[:1]),
        },
    )


def softmax_adjoint() -> Theorem:
    """See `autodiff.softmax_adjoint`."""
    own, chosen, rest = real("z_i"), positive("a"), positive("r")  # rest: the exponentials of the other classes
    scores, direction, g = function("z"), function("u"), function("g")
    s = exp(scores) / integral(exp(scores))
    diagonal = exp(own) / (exp(own) + rest)
    fixed, moved = (top / (exp(own) + rest + chosen) for top in (chosen, exp(own)))
    tangent = s * direction - s * integral(s * direction)

    def adjoint(value: Expr) -> Identity:
        return Identity(integral(g * tangent), integral(value * direction))

    size = integer("C", 1)
    column = shaped("s", size)
    return Theorem(
        AllOf(
            {
                "diagonal": Identity(diagonal.diff(own), diagonal - diagonal**2),
                "elsewhere": Identity(fixed.diff(own), -fixed * moved),
                "adjoint": adjoint(s * (g - integral(g * s))),
                "shapes": Typing(jacobian(column, shaped("x", size)), diagonal_less_outer(column)),
            }
        ),
        mutants={
            "diagonal alone": adjoint(s * g),
            "inner product the other way": Typing(jacobian(column, shaped("x", size)), column.T @ column),
        },
    )


def derived_adjoints() -> Theorem:
    """See `autodiff.derived_adjoints`."""
    P, H, b, bias = MatrixSymbol("B", n, p), MatrixSymbol("H", n, p), MatrixSymbol("C", n, p), MatrixSymbol("b", p, 1)
    X, W, one = MatrixSymbol("X", n, m), MatrixSymbol("W", p, m), OneMatrix(n, 1)
    invertible = (Q.invertible(S),)
    layer = X * W.T + one * bias.T
    table: dict[str, tuple[Any, Any, Any, tuple[Any, ...]]] = {
        "product, by A": (pairing(G, A * B), A, G * B.T, ()),
        "product, by B": (pairing(G, A * B), B, A.T * G, ()),
        "layer, by the weights": (pairing(H, layer), W, H.T * X, ()),
        "layer, by the inputs": (pairing(H, layer), X, H * W, ()),
        "layer, by the bias": (pairing(H, layer), bias, H.T * one, ()),
        "entry by entry": (pairing(H, HadamardProduct(P, b)), P, HadamardProduct(H, b), ()),
        "inverse": (pairing(K, Inverse(S)), S, -Inverse(S.T) * K * Inverse(S.T), invertible),
        "solve, by S": (pairing(H, Inverse(S) * P), S, -Inverse(S.T) * H * P.T * Inverse(S.T), invertible),
        "solve, by B": (pairing(H, Inverse(S) * P), P, Inverse(S.T) * H, invertible),
        "determinant": (Determinant(S), S, Determinant(S) * Inverse(S.T), invertible),
        "quadratic form": (Trace(u.T * S * u), u, (S + S.T) * u, ()),
    }
    wrong = {
        "inverse not transposed": ("inverse", -Inverse(S) * K * Inverse(S)),
        "weights counted twice": ("layer, by the weights", 2 * H.T * X),
        "quadratic form, symmetric part only": ("quadratic form", 2 * S * u),
        "no sign": ("solve, by S", Inverse(S.T) * H * P.T * Inverse(S.T)),
    }

    def claim(name: str, formula: Any) -> MatrixIdentity:
        value, by, _, where = table[name]
        return MatrixIdentity(matrix_gradient(value, by), formula, where)

    return Theorem(
        AllOf({name: claim(name, row[2]) for name, row in table.items()}),
        mutants={name: claim(*one) for name, one in wrong.items()},
    )
