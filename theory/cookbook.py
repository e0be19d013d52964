"""Section 2 of the Matrix Cookbook (Petersen and Pedersen, November 2012), equations 32 to 144, derived by the engine.

For every number: what is differentiated, how, and the form that the book prints, as data. The engine derives;
`standing` compares what it derived with the printed form, for all sizes, and refutes with matrices what is printed
wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from sympy import (
    Abs,
    Determinant,
    Function,
    HadamardProduct,
    Identity,
    KroneckerDelta,
    KroneckerProduct,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    ZeroMatrix,
    cos,
    log,
    sin,
    sqrt,
    symbols,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from .claims import MatrixIdentity
from .evidence import Fails
from .kernels.matrices import refute
from .matrix_calculus import (
    BasisVector,
    DiagonalSums,
    Eigenvalue,
    Eigenvector,
    MatrixFunction,
    differential,
    directional_derivative,
    equal,
    gradient,
    hessian,
    jacobian,
)

n, m, p, q = symbols("n m p q")
i, j, k, l, r = symbols("i j k l r", integer=True, nonnegative=True)
t = Symbol("t", real=True)
alpha = Symbol("alpha", real=True)


def square(names: str, size: Any = n) -> list[Any]:
    """Square matrices of one size."""
    return [MatrixSymbol(name, size, size) for name in names.split()]


A, B, C, D, W, X, Y, U, E = square("A B C D W X Y U E")
dX, dY, Y1, Y2, J = square("dX dY Y1 Y2 J")
Z, dZ = MatrixSymbol("Z", n, m), MatrixSymbol("dZ", n, m)  # where the book's X need not be square
L, R, N = MatrixSymbol("L", p, n), MatrixSymbol("R", m, q), MatrixSymbol("N", p, q)
Bm, Am = square("Bm Am", m)
V, dV = MatrixSymbol("V", n, m), MatrixSymbol("dV", n, m)
P = MatrixSymbol("P", m, n)  # the pseudo-inverse of a tall matrix
a, b, c, d, x, s = (MatrixSymbol(name, n, 1) for name in ["a", "b", "c", "d", "x", "s"])
bm, cm, am = (MatrixSymbol(name, m, 1) for name in ["bm", "cm", "am"])
I, one = Identity(n), OneMatrix(n, 1)
f, g = Function("f"), Function("g")
v = Eigenvector(A, i)


def unit(row: Any, col: Any, rows: Any = n, cols: Any = n) -> Any:
    """The matrix J^{ij} with a one at (i, j)."""
    return BasisVector(rows, row) * BasisVector(cols, col).T


def entry(matrix: Any, row: Any, col: Any) -> Any:
    """One entry of a matrix."""
    return MatrixElement(matrix, row, col)


@dataclass(frozen=True)
class Rule:
    """What the engine derives and the printed form, with more such pairs in `also`.

    where: the conditions that the book states; needs: those that it does not, but under which alone both sides are
    defined, or equal; wrong: the printed form is false, and the pairs of `also` hold the corrected one.
    """

    derived: Any
    printed: Any
    also: tuple[tuple[Any, Any], ...] = ()
    where: tuple[Any, ...] = ()
    needs: tuple[Any, ...] = ()
    wrong: bool = False


def total(terms: Iterable[Any]) -> Any:
    """A sum of matrices; Python's own would start from the number 0."""
    return reduce(add, terms)


def by_exponent(derive: Callable[[Any], Any], term: Callable[[Any, Any], Any]) -> tuple[Any, Any, tuple[Any, ...]]:
    """Rules for the exponents 1 to 5, and what the engine says for a symbolic one at each of them.

    The printed sum over r < n has no closed form; the engine's is FrechetDerivative, which is defined as that sum.
    """
    pairs, symbolic = [], derive(r + 1)
    for e in range(1, 6):
        printed = total(term(e, s) for s in range(e))
        pairs += [(derive(e), printed), (symbolic.subs(r, e - 1), printed)]
    return (*pairs[0], tuple(pairs[1:]))


SYMMETRIC_W = (Q.symmetric(W),)
INV = (Q.invertible(X),)
tall = (Q.fullrank(Z),)

COOKBOOK: dict[int, Callable[[], Rule]] = {
    32: lambda: Rule(gradient(entry(X, k, l), X), unit(k, l)),
    33: lambda: Rule(differential(A * B, X, dX), ZeroMatrix(n, n)),
    34: lambda: Rule(differential(alpha * Z, Z, dZ), alpha * dZ),
    35: lambda: Rule(differential(Z + V, Z, dZ) + differential(Z + V, V, dV), dZ + dV),
    36: lambda: Rule(differential(Trace(X), X, dX), Trace(dX)),
    37: lambda: Rule(differential(X * Y, X, dX) + differential(X * Y, Y, dY), dX * Y + X * dY),
    38: lambda: Rule(
        differential(HadamardProduct(Z, V), Z, dZ) + differential(HadamardProduct(Z, V), V, dV),
        HadamardProduct(dZ, V) + HadamardProduct(Z, dV),
    ),
    39: lambda: Rule(
        differential(KroneckerProduct(Z, V), Z, dZ) + differential(KroneckerProduct(Z, V), V, dV),
        KroneckerProduct(dZ, V) + KroneckerProduct(Z, dV),
    ),
    40: lambda: Rule(differential(X.inv(), X, dX), -X.inv() * dX * X.inv()),
    41: lambda: Rule(differential(Determinant(X), X, dX), Trace(Determinant(X) * X.inv() * dX), needs=INV),
    42: lambda: Rule(differential(Determinant(X), X, dX), Determinant(X) * Trace(X.inv() * dX)),
    43: lambda: Rule(differential(log(Determinant(X)), X, dX), Trace(X.inv() * dX)),
    44: lambda: Rule(differential(Z.T, Z, dZ), dZ.T),
    46: lambda: Rule(directional_derivative(Determinant(Y), Y, Y1), Determinant(Y) * Trace(Y.inv() * Y1)),
    47: lambda: Rule(entry(gradient(Determinant(X), X) * X.T, i, j), KroneckerDelta(i, j) * Determinant(X), where=INV),
    48: lambda: Rule(
        directional_derivative(Determinant(Y), Y, Y1, 2) + directional_derivative(Determinant(Y), Y, Y2),
        Determinant(Y)
        * (Trace(Y.inv() * Y2) + Trace(Y.inv() * Y1) * Trace(Y.inv() * Y1) - Trace(Y.inv() * Y1 * Y.inv() * Y1)),
    ),
    49: lambda: Rule(gradient(Determinant(X), X), Determinant(X) * X.inv().T),
    50: lambda: Rule(entry(gradient(Determinant(X), X) * X.T, i, j), KroneckerDelta(i, j) * Determinant(X), where=INV),
    51: lambda: Rule(gradient(Determinant(A * X * B), X), Determinant(A * X * B) * X.inv().T),
    52: lambda: Rule(gradient(Determinant(X.T * A * X), X), 2 * Determinant(X.T * A * X) * X.T.inv()),
    53: lambda: Rule(
        gradient(Determinant(Z.T * A * Z), Z),
        2 * Determinant(Z.T * A * Z) * A * Z * (Z.T * A * Z).inv(),
        where=(Q.symmetric(A),),
    ),
    54: lambda: Rule(
        gradient(Determinant(Z.T * A * Z), Z),
        Determinant(Z.T * A * Z) * (A * Z * (Z.T * A * Z).inv() + A.T * Z * (Z.T * A.T * Z).inv()),
    ),
    55: lambda: Rule(gradient(log(Determinant(Z.T * Z)), Z), 2 * ((Z.T * Z).inv() * Z.T).T, needs=tall),
    56: lambda: Rule(
        # Of a tall X of full rank, X.T X is (P P.T)**-1 for the pseudo-inverse P, any wide matrix of full rank.
        gradient(log(Determinant((P * P.T).inv())), P),
        -2 * (P.T * (P * P.T).inv()).T,
        needs=tall,
    ),
    57: lambda: Rule(gradient(log(Abs(Determinant(X))), X), X.inv().T),
    58: lambda: Rule(gradient(Determinant(X**r), X), r * Determinant(X**r) * X.T.inv()),
    59: lambda: Rule(directional_derivative(Y.inv(), Y, Y1), -Y.inv() * Y1 * Y.inv()),
    60: lambda: Rule(
        entry(directional_derivative(X.inv(), X, unit(i, j)), k, l),
        -entry(X.inv(), k, i) * entry(X.inv(), j, l),
    ),
    61: lambda: Rule(gradient(a.T * X.inv() * b, X), -X.inv().T * a * b.T * X.inv().T),
    62: lambda: Rule(gradient(Determinant(X.inv()), X), -Determinant(X.inv()) * X.inv().T),
    63: lambda: Rule(gradient(Trace(A * X.inv() * B), X), -(X.inv() * B * A * X.inv()).T),
    64: lambda: Rule(gradient(Trace((X + A).inv()), X), -((X + A).inv() * (X + A).inv()).T),
    65: lambda: Rule(gradient(Trace(X), X), I),
    66: lambda: Rule(gradient(Determinant(X), X), Determinant(X) * X.T.inv()),
    67: lambda: Rule(
        differential(Eigenvalue(A, i), A, dX, where=[Q.symmetric(A)]),
        Eigenvector(A, i).T * dX * Eigenvector(A, i),
        where=(Q.symmetric(A),),
    ),
    68: lambda: Rule(
        # The pseudo-inverse of the symmetric w I - A with the kernel spanned by v is (w I - A + v v.T)**-1 - v v.T.
        differential(Eigenvector(A, i), A, dX, where=[Q.symmetric(A)]),
        ((Eigenvalue(A, i) * I - A + v * v.T).inv() - v * v.T) * dX * v,
        where=(Q.symmetric(A),),
    ),
    69: lambda: Rule(gradient(x.T * a, x), a, also=((gradient(a.T * x, x), a),)),
    70: lambda: Rule(gradient(a.T * Z * bm, Z), a * bm.T),
    71: lambda: Rule(gradient(bm.T * Z.T * a, Z), a * bm.T),
    72: lambda: Rule(gradient(a.T * X * a, X), a * a.T, also=((gradient(a.T * X.T * a, X), a * a.T),)),
    73: lambda: Rule(directional_derivative(Z, Z, unit(i, j, n, m)), unit(i, j, n, m)),
    74: lambda: Rule(
        gradient(entry(X * A, i, j), X),
        BasisVector(n, i) * (A * BasisVector(n, j)).T,
        also=((entry(directional_derivative(X * A, X, unit(k, l)), i, j), entry(unit(k, l) * A, i, j)),),
    ),
    75: lambda: Rule(
        entry(directional_derivative(X.T * A, X, unit(k, l)), i, j),
        KroneckerDelta(i, l) * entry(A, k, j),
        also=((entry(directional_derivative(X.T * A, X, unit(k, l)), i, j), entry(unit(l, k) * A, i, j)),),
    ),
    76: lambda: Rule(
        entry(gradient(Trace(one.T * X * one) ** 2, X), i, j), 2 * Trace(one.T * X * one) * entry(one * one.T, i, j)
    ),
    77: lambda: Rule(gradient(bm.T * Z.T * Z * cm, Z), Z * (bm * cm.T + cm * bm.T)),
    78: lambda: Rule(gradient((B * x + b).T * C * (D * x + d), x), B.T * C * (D * x + d) + D.T * C.T * (B * x + b)),
    79: lambda: Rule(
        entry(directional_derivative(X.T * B * X, X, unit(i, j)), k, l),
        KroneckerDelta(l, j) * entry(X.T * B, k, i) + KroneckerDelta(k, j) * entry(B * X, i, l),
    ),
    80: lambda: Rule(directional_derivative(X.T * B * X, X, unit(i, j)), X.T * B * unit(i, j) + unit(j, i) * B * X),
    81: lambda: Rule(gradient(x.T * B * x, x), (B + B.T) * x),
    82: lambda: Rule(gradient(bm.T * Z.T * D * Z * cm, Z), D.T * Z * bm * cm.T + D * Z * cm * bm.T),
    83: lambda: Rule(gradient((Z * bm + c).T * D * (Z * bm + c), Z), (D + D.T) * (Z * bm + c) * bm.T),
    84: lambda: Rule(gradient((x - A * s).T * W * (x - A * s), s), -2 * A.T * W * (x - A * s), where=SYMMETRIC_W),
    85: lambda: Rule(gradient((x - s).T * W * (x - s), x), 2 * W * (x - s), where=SYMMETRIC_W),
    86: lambda: Rule(gradient((x - s).T * W * (x - s), s), -2 * W * (x - s), where=SYMMETRIC_W),
    87: lambda: Rule(gradient((x - A * s).T * W * (x - A * s), x), 2 * W * (x - A * s), where=SYMMETRIC_W),
    88: lambda: Rule(gradient((x - A * s).T * W * (x - A * s), A), -2 * W * (x - A * s) * s.T, where=SYMMETRIC_W),
    90: lambda: Rule(
        *by_exponent(
            lambda e: directional_derivative(X**e, X, unit(i, j)), lambda e, s: X**s * unit(i, j) * X ** (e - 1 - s)
        )
    ),
    91: lambda: Rule(
        *by_exponent(lambda e: gradient(a.T * X**e * b, X), lambda e, s: (X**s).T * a * b.T * (X ** (e - 1 - s)).T)
    ),
    92: lambda: Rule(
        gradient(a.T * (X**3).T * X**3 * b, X),
        total(
            X ** (2 - s) * a * b.T * (X**3).T * X**s + (X**s).T * X**3 * a * b.T * (X ** (2 - s)).T for s in range(3)
        ),
        wrong=True,
        also=by_exponent(
            lambda e: gradient(a.T * (X**e).T * X**e * b, X),
            lambda e, s: (
                (X ** (e - 1 - s)).T * X**e * b * a.T * (X**s).T + (X**s).T * X**e * a * b.T * (X ** (e - 1 - s)).T
            ),
        )[2],
    ),
    93: lambda: Rule(
        gradient(x.applyfunc(f).T * A * (B * x.applyfunc(g)), x),
        jacobian(x.applyfunc(f), x).T * A * B * x.applyfunc(g)
        + jacobian(B * x.applyfunc(g), x).T * A.T * x.applyfunc(f),
    ),
    94: lambda: Rule(
        gradient(Trace((A * x).T * (A * x)) / Trace((B * x).T * (B * x)), x),
        gradient(Trace(x.T * A.T * A * x) / Trace(x.T * B.T * B * x), x),
    ),
    95: lambda: Rule(
        gradient(Trace(x.T * A.T * A * x) / Trace(x.T * B.T * B * x), x),
        2 / Trace(x.T * B * B * x) * A.T * A * x
        - 2 * Trace(x.T * A.T * A * x) / Trace(x.T * B.T * B * x) ** 2 * B.T * B * x,
        wrong=True,
        also=(
            (
                gradient(Trace(x.T * A.T * A * x) / Trace(x.T * B.T * B * x), x),
                2 / Trace(x.T * B.T * B * x) * A.T * A * x
                - 2 * Trace(x.T * A.T * A * x) / Trace(x.T * B.T * B * x) ** 2 * B.T * B * x,
            ),
        ),
    ),
    97: lambda: Rule(gradient(x.T * A * x + b.T * x, x), (A + A.T) * x + b),
    98: lambda: Rule(hessian(x.T * A * x + b.T * x, x), A + A.T),
    99: lambda: Rule(gradient(Trace(X), X), I),
    100: lambda: Rule(gradient(Trace(X * A), X), A.T),
    101: lambda: Rule(gradient(Trace(N.T * L * Z * R), Z), L.T * N * R.T),
    102: lambda: Rule(gradient(Trace(A * X.T * B), X), B * A),
    103: lambda: Rule(gradient(Trace(Z.T * V), Z), V),
    104: lambda: Rule(gradient(Trace(V * Z.T), Z), V),
    105: lambda: Rule(gradient(Trace(KroneckerProduct(Am, X)), X), Trace(Am) * I),
    106: lambda: Rule(gradient(Trace(X**2), X), 2 * X.T),
    107: lambda: Rule(gradient(Trace(X**2 * B), X), (X * B + B * X).T),
    108: lambda: Rule(gradient(Trace(Z.T * B * Z), Z), B * Z + B.T * Z),
    109: lambda: Rule(gradient(Trace(B * Z * Z.T), Z), B * Z + B.T * Z),
    110: lambda: Rule(gradient(Trace(Z * Z.T * B), Z), B * Z + B.T * Z),
    111: lambda: Rule(gradient(Trace(Z * Bm * Z.T), Z), Z * Bm.T + Z * Bm),
    112: lambda: Rule(gradient(Trace(Bm * Z.T * Z), Z), Z * Bm.T + Z * Bm),
    113: lambda: Rule(gradient(Trace(Z.T * Z * Bm), Z), Z * Bm.T + Z * Bm),
    114: lambda: Rule(gradient(Trace(A * X * B * X), X), A.T * X.T * B.T + B.T * X.T * A.T),
    115: lambda: Rule(gradient(Trace(Z.T * Z), Z), 2 * Z, also=((gradient(Trace(Z * Z.T), Z), 2 * Z),)),
    116: lambda: Rule(gradient(Trace(R.T * Z.T * C * Z * R), Z), C.T * Z * R * R.T + C * Z * R * R.T),
    117: lambda: Rule(gradient(Trace(Z.T * B * Z * Bm), Z), B * Z * Bm + B.T * Z * Bm.T),
    118: lambda: Rule(gradient(Trace(A * Z * Bm * Z.T * C), Z), A.T * C.T * Z * Bm.T + C * A * Z * Bm),
    119: lambda: Rule(gradient(Trace((L * Z * R + N) * (L * Z * R + N).T), Z), 2 * L.T * (L * Z * R + N) * R.T),
    120: lambda: Rule(
        gradient(Trace(KroneckerProduct(X, X)), X),
        2 * Trace(X) * I,
        also=((gradient(Trace(X) * Trace(X), X), 2 * Trace(X) * I),),
    ),
    121: lambda: Rule(gradient(Trace(X**r), X), r * (X ** (r - 1)).T),
    122: lambda: Rule(
        *by_exponent(lambda e: gradient(Trace(A * X**e), X), lambda e, s: (X**s * A * X ** (e - 1 - s)).T)
    ),
    123: lambda: Rule(
        gradient(Trace(R.T * Z.T * C * Z * Z.T * C * Z * R), Z),
        C * Z * Z.T * C * Z * R * R.T
        + C.T * Z * R * R.T * Z.T * C.T * Z
        + C * Z * R * R.T * Z.T * C * Z
        + C.T * Z * Z.T * C.T * Z * R * R.T,
    ),
    124: lambda: Rule(
        gradient(Trace(A * X.inv() * B), X),
        -(X.inv() * B * A * X.inv()).T,
        also=((gradient(Trace(A * X.inv() * B), X), -X.T.inv() * A.T * B.T * X.T.inv()),),
    ),
    125: lambda: Rule(
        gradient(Trace((Z.T * C * Z).inv() * Am), Z),
        -(C * Z * (Z.T * C * Z).inv()) * (Am + Am.T) * (Z.T * C * Z).inv(),
        where=(Q.symmetric(C),),
    ),
    126: lambda: Rule(
        gradient(Trace((Z.T * C * Z).inv() * (Z.T * B * Z)), Z),
        -2 * C * Z * (Z.T * C * Z).inv() * Z.T * B * Z * (Z.T * C * Z).inv() + 2 * B * Z * (Z.T * C * Z).inv(),
        where=(Q.symmetric(B), Q.symmetric(C)),
    ),
    127: lambda: Rule(
        gradient(Trace((Am + Z.T * C * Z).inv() * (Z.T * B * Z)), Z),
        -2 * C * Z * (Am + Z.T * C * Z).inv() * Z.T * B * Z * (Am + Z.T * C * Z).inv()
        + 2 * B * Z * (Am + Z.T * C * Z).inv(),
        where=(Q.symmetric(B), Q.symmetric(C)),
        needs=(Q.symmetric(Am),),
    ),
    128: lambda: Rule(gradient(Trace(MatrixFunction(sin, X)), X), MatrixFunction(cos, X).T),
    129: lambda: Rule(gradient(sqrt((x - a).T * (x - a)), x), (x - a) / sqrt((x - a).T * (x - a))),
    130: lambda: Rule(
        jacobian((x - a) / sqrt((x - a).T * (x - a)), x),
        I / sqrt(Trace((x - a).T * (x - a))) - (x - a) * (x - a).T / sqrt(Trace((x - a).T * (x - a))) ** 3,
    ),
    131: lambda: Rule(
        gradient(x.T * x, x), 2 * x, also=((gradient(Abs(Trace(x.T * x)), x), 2 * x),), needs=(Trace(x.T * x) > 0,)
    ),
    132: lambda: Rule(gradient(Trace(Z * Z.T), Z), 2 * Z),
    133: lambda: Rule(directional_derivative(Trace(A * X**2), X, E), Trace(gradient(Trace(A * X**2), X).T * E)),
    135: lambda: Rule(
        gradient(log(Determinant(Z.T * Z)), Z),
        2 * Z * gradient(log(Determinant(Bm)), Bm, where=(Q.symmetric(Bm),)).subs(Bm, Z.T * Z),
    ),
    136: lambda: Rule(
        entry(gradient(log(Determinant(X.T * X)), X), i, j),
        Trace(((X.T * X).inv()).T * directional_derivative(X.T * X, X, unit(i, j))),
    ),
    137: lambda: Rule(
        entry(gradient(Determinant(A + X * X), X), i, j),
        Trace((gradient(Determinant(U), U).subs(U, A + X * X)).T * directional_derivative(A + X * X, X, unit(i, j))),
    ),
    138: lambda: Rule(
        gradient(Trace(B * A * C * A), A, structure="symmetric"),
        gradient(Trace(B * A * C * A), A)
        + gradient(Trace(B * A * C * A), A).T
        - HadamardProduct(gradient(Trace(B * A * C * A), A), I),
        where=(Q.symmetric(A),),
    ),
    139: lambda: Rule(gradient(Trace(A * X), X, structure="symmetric"), A + A.T - HadamardProduct(A, I)),
    140: lambda: Rule(
        gradient(Determinant(X), X, structure="symmetric"),
        Determinant(X) * (2 * X.inv() - HadamardProduct(X.inv(), I)),
        where=(Q.symmetric(X),),
    ),
    141: lambda: Rule(
        gradient(log(Determinant(X)), X, structure="symmetric"),
        2 * X.inv() - HadamardProduct(X.inv(), I),
        where=(Q.symmetric(X),),
    ),
    142: lambda: Rule(gradient(Trace(A * X), X, structure="diagonal"), HadamardProduct(A, I)),
    143: lambda: Rule(gradient(Trace(A * X), X, structure="toeplitz"), DiagonalSums(A.T)),
    144: lambda: Rule(
        gradient(Trace(A * X), X, structure="symmetric toeplitz"),
        DiagonalSums(A.T) + DiagonalSums(A.T).T - HadamardProduct(DiagonalSums(A.T), I),
    ),
}
"""Every real derivative of the section: 45 and 89 are about complex matrices, 96 and 134 are definitions."""

COMPLEX, DEFINITIONS = frozenset({45, 89}), frozenset({96, 134})


def standing(number: int) -> str:
    """What the engine says of a number: derived, derived with a condition that the book leaves out, printed wrongly,
    not derived; or complex, or a definition."""
    if number in COMPLEX:
        return "complex"
    if number in DEFINITIONS:
        return "definition"
    rule = COOKBOOK[number]()
    conditions = (*rule.where, *rule.needs)
    if rule.wrong:
        refuted = isinstance(refute(MatrixIdentity(rule.derived, rule.printed, conditions)), Fails)
        mended = all(equal(derived, printed, conditions) for derived, printed in rule.also)
        return "printed wrongly" if refuted and mended else "not derived"
    if not all(equal(one, other, conditions) for one, other in ((rule.derived, rule.printed), *rule.also)):
        return "not derived"
    return "derived with a condition" if rule.needs else "derived"
