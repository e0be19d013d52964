"""Eigenvalues, characteristic polynomials and diagonalization: the claims that `linear_algebra` states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from math import comb
from typing import Any

from sympy import I, Integer, MatrixSymbol, Q, ZeroMatrix, conjugate, cos, sin, sqrt
from sympy import Identity as Unit

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity
from .determinants import Rows, Square, adjugate, first_row, symbolic, times, transposed, unit
from .prime_fields import Family, applied, families, kernel, rank, scaled, vectors
from .statements import Theorem
from .symbols import integer, positive, real, reals
from .written_networks import Form

n = integer("n", 1)
A, D, P = (MatrixSymbol(name, n, n) for name in "ADP")
v, w = MatrixSymbol("v", n, 1), MatrixSymbol("w", n, 1)
lam, mu = real("lambda", tex=r"\lambda"), real("mu", tex=r"\mu")
shift = positive("delta", tex=r"\delta", typical=(0.1, 1))
theta, middle, half = real("theta", tex=r"\theta"), real("s"), real("d")
cosine, sine = reals("c s")
Cases = Iterator[tuple[str, Any, Any]]
FIELDS = ((2, 1), (2, 2), (3, 1), (3, 2))
"""Fields F_p and sizes n of the square matrices that are run through."""
TOLD = "all square matrices up to size 2 over F_2 and F_3"


def less(a: Rows, value: Any) -> Square:
    """The matrix less a multiple of the unit matrix."""
    return tuple(tuple(x - value * int(i == j) for j, x in enumerate(row)) for i, row in enumerate(a))


def jordan_block(size: int, value: Any, corner: Any = 0) -> Square:
    """The value on the diagonal, ones above it, and `corner` added at the lower left."""

    def entry(i: int, j: int) -> Any:
        return value * int(i == j) + int(j == i + 1) + corner * int(i == size - 1 and j == 0)

    return tuple(tuple(entry(i, j) for j in range(size)) for i in range(size))


def eigenpair() -> Theorem:
    """The eigenvalue equation, by what powers, shifts and inverses do with its residual."""

    def properties(make: Form) -> Mapping[str, Claim]:
        left = make(A, v, lam)
        return {
            "the square has the squared eigenvalue": MatrixIdentity(A * A * v - lam**2 * v, (A + lam * Unit(n)) * left),
            "the inverse has the inverse one": MatrixIdentity(
                lam * A.inv() * v - v, -A.inv() * left, (Q.invertible(A),)
            ),
            "shifts move it": MatrixIdentity(make(A + mu * Unit(n), v, lam + mu), left),
            "multiples stay eigenvectors": MatrixIdentity(make(A, mu * v, lam), mu * left),
            "of different eigenvalues, on both sides": MatrixIdentity(
                w.T * left - make(A.T, w, mu).T * v, (mu - lam) * (w.T * v)
            ),
            "zero solves it for every value": MatrixIdentity(make(A, ZeroMatrix(n, 1), lam), ZeroMatrix(n, 1)),
        }

    pair = Definition(r"(\lambda,v):\ Av=\lambda v", Form(r"Av-\lambda v=0", lambda a, x, t: a * x - t * x), properties)
    wrong = {
        "sign": lambda a, x, t: a * x + t * x,
        "transposed": lambda a, x, t: a.T * x - t * x,
        "eigenvalue squared": lambda a, x, t: a * x - t**2 * x,
    }
    return Theorem(pair, mutants={name: pair.of(Form(name, rule)) for name, rule in wrong.items()})


def principal_minors(a: Rows, size: int) -> Any:
    """The sum of the principal minors of a size."""
    chosen = combinations(range(len(a)), size)
    return sum((first_row(tuple(tuple(a[i][j] for j in rows) for i in rows)) for rows in chosen), Integer(0))


def written(a: Rows, sign: int = -1) -> Any:
    """The characteristic polynomial by its coefficients: (sign * lambda)^(n-k) times the principal k-minors."""
    return sum((sign * lam) ** (len(a) - k) * principal_minors(a, k) for k in range(len(a) + 1))


def at_sizes(sides: Callable[[Square], tuple[Any, Any]], formula: str, most: int = 3) -> Finite:
    """A claim about the matrix whose entries are all symbols, at sizes 1 to `most`."""

    def cases() -> Cases:
        for size in range(1, most + 1):
            yield f"n = {size}", *sides(symbolic(size, size))

    return Finite(cases, formula, f"n = 1 to {most}, all entries")


def over_fields(sides: Callable[[int, Family], tuple[Any, Any]], formula: str) -> Finite:
    """A claim about every square matrix up to size 2 over F_2 and F_3."""

    def cases() -> Cases:
        for p, size in FIELDS:
            for a in families(p, size, size):
                yield f"p = {p}, A = {a}", *sides(p, a)

    return Finite(cases, formula, TOLD)


def eigenvalues(p: int, a: Family) -> set[int]:
    """The eigenvalues over F_p, by trying every vector that is not zero."""
    return {t for x in vectors(p, len(a)) if any(x) for t in range(p) if applied(p, a, x) == scaled(p, t, x)}


def roots(p: int, a: Family, sign: int = -1) -> set[int]:
    """The roots over F_p of det(A + sign * lambda I)."""
    return {t for t in range(p) if first_row(less(a, -sign * t)) % p == 0}


def characteristic_equation() -> Theorem:
    """Roots against eigenvectors, coefficients against principal minors, and the matrix in its own polynomial."""
    turn = less(((0, -1), (1, 0)), lam)
    claims: dict[str, Claim] = {
        "the roots are the eigenvalues": over_fields(
            lambda p, a: (eigenvalues(p, a), roots(p, a)),
            r"\{\lambda:Av=\lambda v,v\ne0\}=\{\lambda:\det(A-\lambda I)=0\}",
        ),
        "coefficients": at_sizes(
            lambda a: (first_row(less(a, lam)), written(a)), r"\det(A-\lambda I)=\sum_k(-\lambda)^{n-k}E_k(A)"
        ),
        "columns of the adjugate are eigenvectors": at_sizes(
            lambda a: (
                times(less(a, lam), adjugate(less(a, lam))),
                tuple(tuple(first_row(less(a, lam)) * x for x in row) for row in unit(len(a))),
            ),
            r"(A-\lambda I)\,\mathrm{adj}(A-\lambda I)=\det(A-\lambda I)\,I",
        ),
        "a quarter turn has no real root": Inequality(first_row(turn), ">", Integer(0)),
    }
    mutants: dict[str, Claim] = {
        "sum for difference": over_fields(lambda p, a: (eigenvalues(p, a), roots(p, a, 1)), r"\det(A+\lambda I)=0"),
        "trace with the other sign": at_sizes(lambda a: (first_row(less(a, lam)), written(a, 1)), r"(+\lambda)^{n-k}"),
        "every matrix has one": over_fields(lambda p, a: (bool(roots(p, a)), True), r"\exists\lambda"),
        "never zero": Inequality(first_row(less(((0, 1), (1, 0)), lam)), ">", Integer(0)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def cayley_hamilton() -> Theorem:
    """The matrix in its own characteristic polynomial."""

    def sides(a: Square, skip: int = 0) -> tuple[Square, Square]:
        size = len(a)
        powers = [unit(size)]
        for _ in range(size):
            powers.append(times(powers[-1], a))
        total = [
            [
                sum((-1) ** k * principal_minors(a, size - k) * powers[k][i][j] for k in range(skip, size + 1))
                for j in range(size)
            ]
            for i in range(size)
        ]
        return tuple(map(tuple, total)), tuple((Integer(0),) * size for _ in range(size))

    return Theorem(
        at_sizes(sides, "p_A(A)=0"),
        mutants={
            "constant term forgotten": at_sizes(lambda a: sides(a, 1), r"p_A(A)=\det(A)I"),
            "of the transpose": at_sizes(
                lambda a: (times(a, transposed(a)), times(transposed(a), a)), r"AA^\top=A^\top A"
            ),
        },
    )


def _diagonalizable(p: int, a: Family) -> bool:
    """Whether A P = P D for an invertible P and a diagonal D, by trying every P."""

    def eigen(x: tuple[int, ...]) -> bool:
        return any(applied(p, a, x) == scaled(p, t, x) for t in range(p))

    return any(rank(p, columns) == len(a) and all(map(eigen, columns)) for columns in families(p, len(a), len(a)))


def _eigenvectors(p: int, a: Family) -> int:
    """The sum of the dimensions of the eigenspaces."""
    spaces = [len(kernel(p, tuple(less(a, t)), len(a))) for t in range(p)]
    return sum(next(d for d in range(len(a) + 1) if p**d == count) for count in spaces)


def diagonalization() -> Theorem:
    """Diagonalizable matrices against the dimensions of eigenspaces."""

    def splits(p: int, a: Family) -> bool:
        return len(a) == 1 or bool(roots(p, a))

    claims: dict[str, Claim] = {
        "as many independent eigenvectors as rows": over_fields(
            lambda p, a: (_diagonalizable(p, a), _eigenvectors(p, a) == len(a)), r"\sum_\lambda\dim\ker(A-\lambda I)=n"
        ),
        "different eigenvalues suffice": over_fields(
            lambda p, a: (_diagonalizable(p, a) or len(roots(p, a)) < len(a), True), r"\#\{\lambda\}=n"
        ),
        "powers": MatrixIdentity((P * D * P.inv()) ** 3, P * D**3 * P.inv(), (Q.diagonal(D), Q.invertible(P))),
    }
    mutants: dict[str, Claim] = {
        "different eigenvalues are needed": over_fields(
            lambda p, a: (_diagonalizable(p, a), len(roots(p, a)) == len(a)), r"\#\{\lambda\}=n"
        ),
        "the roots suffice": over_fields(lambda p, a: (_diagonalizable(p, a), splits(p, a)), r"p_A\text{ splits}"),
        "symmetric over any field": over_fields(
            lambda p, a: (_diagonalizable(p, a) or a != transposed(a), True), r"A=A^\top"
        ),
        "every matrix": over_fields(lambda p, a: (_diagonalizable(p, a), True), r"A=PDP^{-1}"),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def defective_block() -> Theorem:
    """Powers of a Jordan block, its single line of eigenvectors, and how its eigenvalue moves."""

    def powers(factor: Callable[[int, int], int]) -> Finite:
        def cases() -> Cases:
            for size, power in product(range(1, 5), range(5)):
                found = unit(size)
                for _ in range(power):
                    found = times(found, jordan_block(size, lam))
                told = [
                    [factor(power, j - i) * lam ** max(power - j + i, 0) if j >= i else 0 for j in range(size)]
                    for i in range(size)
                ]
                yield f"n = {size}, k = {power}", found, told

        return Finite(cases, r"(J^k)_{ij}=\binom{k}{j-i}\lambda^{k-j+i}", "n = 1 to 4, k = 0 to 4")

    def moved(corner: Callable[[int], Any]) -> Finite:
        def cases() -> Cases:
            for size in range(1, 6):
                block = jordan_block(size, mu, corner(size))
                yield f"n = {size}", first_row(less(block, mu + shift)), Integer(0)

        return Finite(cases, r"\det(J_n+\delta^nE_{n1}-(\mu+\delta)I)=0", "n = 1 to 5")

    def alone() -> Cases:
        for p, size in product((2, 3), range(1, 4)):
            for value in range(p):
                found = kernel(p, less(jordan_block(size, value), value), size)
                yield f"p = {p}, n = {size}", found, [scaled(p, t, (1,) + (0,) * (size - 1)) for t in range(p)]

    claims: dict[str, Claim] = {
        "powers": powers(comb),
        "one line of eigenvectors": Finite(alone, r"\ker(J-\lambda I)=\langle e_1\rangle", "n = 1 to 3 over F_2, F_3"),
        "the n-th root of the perturbation": moved(lambda size: shift**size),
    }
    mutants: dict[str, Claim] = {
        "powers of a diagonal matrix": powers(lambda k, step: int(step == 0)),
        "the perturbation itself": moved(lambda size: shift),
        "its square root": moved(lambda size: shift**2),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def _star(a: Rows) -> Square:
    """The conjugate transpose."""
    return tuple(tuple(conjugate(x) for x in row) for row in transposed(a))


def spectral_theorem() -> Theorem:
    """Symmetric matrices and rotations, over the real and over the complex numbers."""
    turn = ((cos(theta), -sin(theta)), (sin(theta), cos(theta)))
    built = times(times(turn, ((middle + half, 0), (0, middle - half))), transposed(turn))
    normal = ((cosine, -sine), (sine, cosine))
    basis = ((1 / sqrt(2), 1 / sqrt(2)), (-I / sqrt(2), I / sqrt(2)))
    values = ((cosine + I * sine, 0), (0, cosine - I * sine))
    null = ((1, I), (I, -1))
    U = MatrixSymbol("U", n, n)
    whole = U * D * U.T
    kinds = (Q.orthogonal(U), Q.diagonal(D))

    def one(label: str, left: Any, right: Any, formula: str) -> Finite:
        return Finite(lambda: iter(((label, left, right),)), formula, label)

    pairing = MatrixIdentity(
        v.T * (A * w - mu * w) - (A * v - lam * v).T * w, (lam - mu) * (v.T * w), (Q.symmetric(A),)
    )
    claims: dict[str, Claim] = {
        "orthogonally diagonalizable matrices are symmetric": MatrixIdentity(whole.T, whole, kinds),
        "eigenvectors of different eigenvalues are orthogonal": pairing,
        "every symmetric 2 x 2: first entry": Identity(built[0][0], middle + half * cos(2 * theta)),
        "every symmetric 2 x 2: second entry": Identity(built[0][1], half * sin(2 * theta)),
        "every symmetric 2 x 2: last entry": Identity(built[1][1], middle - half * cos(2 * theta)),
        "normal matrices need a unitary basis": one(
            "turns with stretch", times(times(basis, values), _star(basis)), normal, "R=UDU^*"
        ),
        "that basis is unitary": one("turns", times(_star(basis), basis), unit(2), "U^*U=I"),
        "complex symmetric is not enough": one("[[1, i], [i, -1]]", times(null, null), ((0, 0), (0, 0)), "N^2=0"),
    }
    mutants: dict[str, Claim] = {
        "any basis": MatrixIdentity((P * D * P.inv()).T, P * D * P.inv(), (Q.invertible(P), Q.diagonal(D))),
        "without symmetry": MatrixIdentity(pairing.lhs, pairing.rhs),
        "transposed for the complex basis": one(
            "turns with stretch", times(times(basis, values), transposed(basis)), normal, r"R=UDU^\top"
        ),
        "angle not doubled": Identity(built[0][1], half * sin(theta)),
    }
    told = "that there is a basis: real symmetric 2 x 2 matrices, and rotations"
    return Theorem(AllOf(claims), sizes=told, mutants=mutants)
