"""Singular values over the real and over the complex numbers: the claims that `linear_algebra` states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sympy import I, Integer, MatrixSymbol, Q, Trace, conjugate, cos, expand, sin, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity, Typing
from .determinants import Rows, Square, first_row, symbolic, times, transposed, unit
from .eigenvalues import less
from .measures import integral
from .shapes import shaped
from .statements import Printed, Theorem
from .symbols import Domain, function, integer, positive, real, reals
from .written_networks import Form

m, n, r = (integer(name, 1) for name in "mnr")
k, l = integer("k", 0), integer("l", 0)
A, U, V = MatrixSymbol("A", m, n), MatrixSymbol("U", m, m), MatrixSymbol("V", n, n)
S, D = MatrixSymbol("Sigma", m, n), MatrixSymbol("D", n, n)
W = MatrixSymbol("W", n, n)
factored = U * S * V.T
ORTHOGONAL = (Q.orthogonal(U), Q.orthogonal(V))
theta, phi = real("theta", tex=r"\theta"), real("phi", tex=r"\varphi")
mean, spread = real("q"), real("rho", tex=r"\rho")  # half the sum and half the difference of the two stretches
lam = real("lambda", tex=r"\lambda")
Cases = Iterator[tuple[str, Any, Any]]

PLANE = (
    (mean * cos(theta - phi) + spread * cos(theta + phi), -mean * sin(theta - phi) + spread * sin(theta + phi)),
    (mean * sin(theta - phi) + spread * sin(theta + phi), mean * cos(theta - phi) - spread * cos(theta + phi)),
)
"""Every real 2 x 2 matrix ((a, b), (c, d)): the plane vectors (a + d, c - b)/2 = mean * (cos, sin)(theta - phi) and
(a - d, c + b)/2 = spread * (cos, sin)(theta + phi) determine it, and they have polar coordinates."""


def turn(angle: Any) -> Square:
    """The rotation by an angle."""
    return ((cos(angle), -sin(angle)), (sin(angle), cos(angle)))


def star(a: Rows) -> Square:
    """The conjugate transpose."""
    return tuple(tuple(conjugate(x) for x in row) for row in transposed(a))


def complex_column() -> tuple[Any, Any]:
    """A column of two complex numbers in real symbols."""
    x, y, u, t = reals("x y u t")
    return x + I * y, u + I * t


def column_factors() -> tuple[Square, Square, Any]:
    """U and Sigma of a complex column (a, b), with its length: V is one."""
    a, b = complex_column()
    length = sqrt(expand(a * conjugate(a) + b * conjugate(b)))
    return ((a / length, -conjugate(b) / length), (b / length, conjugate(a) / length)), ((length,), (0,)), length


def one(label: str, left: Any, right: Any, formula: str) -> Finite:
    """A claim of a single case."""
    return Finite(lambda: iter(((label, left, right),)), formula, label)


GAUSSIAN = ((1, 0), (1, 1), (1, 2), (1, I))
"""Columns of Gaussian integers; the last is orthogonal to itself where nothing is conjugated."""


def decomposition() -> Theorem:
    """The factorization: from a Gram matrix that is diagonalized, in the real plane, and of complex columns."""
    basis = Q.orthogonal(W)
    left = A * W * D.inv()
    where = (basis, Q.diagonal(D), Q.invertible(D))
    stretches = ((mean + spread, 0), (0, mean - spread))
    product = times(times(turn(theta), stretches), transposed(turn(phi)))
    unitary, stretched, _ = column_factors()
    column = tuple((x,) for x in complex_column())
    claims: dict[str, Claim] = {
        "A V/D, D, V multiply to A": MatrixIdentity(left * D * W.T, A, where),
        "A V/D is orthonormal where V^T A^T A V = D^2": MatrixIdentity(
            left.T * left, D.inv() * (W.T * A.T * A * W) * D.inv(), where
        ),
        "the Gram matrix of the factors": MatrixIdentity(factored.T * factored, V * S.T * S * V.T, ORTHOGONAL),
        "lengths and angles of the images": MatrixIdentity(factored * V, U * S, ORTHOGONAL),
        **{
            f"every real 2 x 2: entry {i + 1}{j + 1}": Identity(product[i][j], PLANE[i][j])
            for i in range(2)
            for j in range(2)
        },
        "complex columns": one("every (a, b) that is not zero", times(unitary, stretched), column, "A=U\\Sigma V^*"),
        "with a unitary factor": one("every (a, b) that is not zero", times(star(unitary), unitary), unit(2), "U^*U=I"),
    }
    mutants: dict[str, Claim] = {
        "V not transposed": MatrixIdentity(left * D * W, A, where),
        "factors exchanged": MatrixIdentity(factored.T * factored, V.T * S.T * S * V, ORTHOGONAL),
        "the unitary factor transposed": one(
            "every (a, b)", times(transposed(unitary), unitary), unit(2), r"U^\top U=I"
        ),
        "one angle": Identity(times(times(turn(theta), stretches), transposed(turn(theta)))[0][1], PLANE[0][1]),
    }
    return Theorem(
        AllOf(claims),
        sizes="that there are factors: real 2 x 2 matrices and complex columns of two",
        mutants=mutants,
        printed={
            633: Printed(
                Finite(
                    _ranks,
                    r"A=U\Sigma V^\top,\ U^\top U=V^\top V=I\ \Rightarrow\ \mathrm{rank}\,A^\top A=\mathrm{rank}\,A",
                    "columns of Gaussian integers",
                ),
                assumption="the field is that of the real numbers; over the complex numbers V is conjugated too",
                correction=r"A=U\Sigma V^*,\quad U^*U=I,\ V^*V=I",
                note="With transposes alone A^T A = V Sigma^T Sigma V^T has the rank of A; but the complex column "
                "(1, i) has A^T A = 0. In other fields roots are missing: those of [[1, 1], [0, 1]] are irrational.",
            )
        },
    )


def _ranks() -> Cases:
    """What the printed factorization implies for columns: A^T A is zero for A = 0 alone."""
    for column in GAUSSIAN:
        gram = expand(sum(x * x for x in column))
        yield f"A = ({column[0]}, {column[1]})^T", int(gram != 0), 1


def block(sigmas: tuple[Any, ...], rows: int, columns: int) -> Square:
    """The singular values at the head of the diagonal of an array of zeros."""
    count = len(sigmas)
    return tuple(tuple(sigmas[i] if i == j and i < count else Integer(0) for j in range(columns)) for i in range(rows))


def diagonal_of_values() -> Theorem:
    """The matrix of singular values, by its images of unit vectors and by its two Gram matrices."""
    sizes = tuple(
        (c, rows, cols) for rows in range(1, 4) for cols in range(1, 4) for c in range(1, min(rows, cols) + 1)
    )

    def properties(make: Form) -> Mapping[str, Claim]:
        def cases(side: Callable[[Square, tuple[Any, ...], int, int], tuple[Any, Any]]) -> Callable[[], Cases]:
            def run() -> Cases:
                for count, rows, cols in sizes:
                    sigmas = tuple(positive(f"sigma{i + 1}") for i in range(count))
                    yield f"r = {count}, m = {rows}, n = {cols}", *side(make(sigmas, rows, cols), sigmas, rows, cols)

            return run

        def squares(sigmas: tuple[Any, ...], size: int) -> Square:
            return block(tuple(s**2 for s in sigmas), size, size)

        told = "m, n up to 3, every r up to both"
        return {
            "shape": Finite(cases(lambda a, s, i, j: ((len(a), len(a[0])), (i, j))), r"\Sigma\in F^{m\times n}", told),
            "n squares, zeros from r on": Finite(
                cases(lambda a, s, i, j: (times(transposed(a), a), squares(s, j))), r"\Sigma^\top\Sigma", told
            ),
            "m squares, zeros from r on": Finite(
                cases(lambda a, s, i, j: (times(a, transposed(a)), squares(s, i))), r"\Sigma\Sigma^\top", told
            ),
            "between the factors": Typing(
                shaped("U", r + k, r + k) @ shaped(r"\Sigma", r + k, r + l) @ shaped("V", r + l, r + l).T,
                shaped("A", r + k, r + l),
            ),
        }

    def from_the_corner(sigmas: tuple[Any, ...], rows: int, columns: int) -> Square:
        return tuple(row[::-1] for row in block(sigmas, rows, columns))

    values = Definition(
        r"\Sigma", Form(r"\begin{pmatrix}\mathrm{diag}(\sigma_1,\dots,\sigma_r)&0\\0&0\end{pmatrix}", block), properties
    )
    wrong = {
        "the block alone": lambda s, i, j: block(s, len(s), len(s)),
        "transposed": lambda s, i, j: block(s, j, i),
        "from the other corner": from_the_corner,
        "squared": lambda s, i, j: block(tuple(x**2 for x in s), i, j),
    }
    return Theorem(
        values,
        mutants={name: values.of(Form(name, rule)) for name, rule in wrong.items()},
        printed={
            634: Printed(
                Typing(shaped(r"\Sigma", r + k, r + l), shaped(r"\mathrm{diag}(\sigma_1,\dots,\sigma_r)", r, r)),
                correction=r"\Sigma=\begin{pmatrix}\mathrm{diag}(\sigma_1,\dots,\sigma_r)&0\\0&0\end{pmatrix}"
                r"\in\mathbb{R}^{m\times n},\quad r\le\min(m,n)",
                note="What is displayed has r rows and r columns; it is m x n only where m = n = r. The zero rows and "
                "columns are missing, as is the order sigma_1 >= ... >= sigma_r >= 0.",
            )
        },
    )


def roots_of_the_gram_matrix() -> Theorem:
    """The squares of the singular values as eigenvalues of A^T A, and of A^* A where A is complex."""
    x = MatrixSymbol("x", n, 1)
    gram = times(transposed(PLANE), PLANE)
    along, across = (cos(phi), sin(phi)), (-sin(phi), cos(phi))
    images = {
        f"every real 2 x 2: {name}, coordinate {i + 1}": Identity(
            gram[i][0] * vector[0] + gram[i][1] * vector[1], value**2 * vector[i]
        )
        for name, vector, value in (("larger", along, mean + spread), ("smaller", across, mean - spread))
        for i in range(2)
    }
    a, b = complex_column()
    re, im = reals("x y")
    wide = symbolic(2, 3)
    small, large = times(wide, transposed(wide)), times(transposed(wide), wide)
    _, _, length = column_factors()
    claims: dict[str, Claim] = {
        "A^T A V = V S^T S": MatrixIdentity(factored.T * factored * V, V * S.T * S, ORTHOGONAL),
        "A A^T U = U S S^T": MatrixIdentity(factored * factored.T * U, U * S * S.T, ORTHOGONAL),
        "the eigenvalues are squared lengths": MatrixIdentity(x.T * A.T * A * x, (A * x).T * (A * x)),
        **images,
        "both Gram matrices": Identity(first_row(less(large, lam)), -lam * first_row(less(small, lam))),
        "complex number": Identity(expand(conjugate(re + I * im) * (re + I * im)), re**2 + im**2),
        "complex column": one("every (a, b)", conjugate(a) * a + conjugate(b) * b, length**2, r"A^*A=\sigma^2"),
    }
    mutants: dict[str, Claim] = {
        "A^T A with U": MatrixIdentity(
            (W * D * V.T).T * (W * D * V.T) * W, W * D.T * D, (Q.orthogonal(W), Q.orthogonal(V), Q.diagonal(D))
        ),
        "not conjugated": one("every (a, b)", expand(a * a + b * b), length**2, r"A^\top A=\sigma^2"),
        "both Gram matrices alike": Identity(first_row(less(large, lam)), first_row(less(small, lam))),
        "not squared": Identity(gram[0][0] * along[0] + gram[0][1] * along[1], (mean + spread) * along[0]),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            635: Printed(
                Finite(_values, r"\sigma^2=\lambda(A^\top A)", "Gaussian integers as 1 x 1 matrices"),
                assumption="A is real; for complex A the lambda_i are the eigenvalues of A^* A",
                correction=r"\sigma_i=\sqrt{\lambda_i(A^*A)},\quad i\le\min(m,n)",
                note="The n eigenvalues are counted from the largest and with multiplicity; from min(m, n) on they are "
                "zero and belong to no entry of Sigma.",
            )
        },
    )


def _values() -> Cases:
    """The square of the singular value of a complex number, against the eigenvalue of A^T A."""
    for number in (Integer(1), Integer(-2), I, 1 + I):
        yield f"A = ({number})", expand(conjugate(number) * number), expand(number * number)


def largest_stretch() -> Theorem:
    """The norms of a matrix from its singular values, for any number of them."""
    top, x = positive("sigma1", tex=r"\sigma_1"), function("x")
    share = function("h", Domain(Integer(0), Integer(1), lower_open=False, upper_open=False))
    claims: dict[str, Claim] = {
        "largest stretch": Inequality(integral((top * share * x) ** 2), "<=", top**2 * integral(x**2)),
        "attained": MatrixIdentity((factored * V).T * (factored * V), S.T * S, ORTHOGONAL),
        "Frobenius norm": MatrixIdentity(Trace(factored.T * factored), Trace(S.T * S), ORTHOGONAL),
    }
    mutants: dict[str, Claim] = {
        "half of it": Inequality(integral((top * share * x) ** 2), "<=", top**2 * integral(x**2) / 2),
        "least stretch": Inequality(integral((top * share * x) ** 2), ">=", top**2 * integral(x**2)),
        "trace for norm": MatrixIdentity(Trace(W * D * V.T), Trace(D), (Q.orthogonal(W), Q.orthogonal(V))),
    }
    return Theorem(AllOf(claims), mutants=mutants)
