"""Measurements of linear algebra: LAPACK and torch in double precision against exact rational arithmetic.

Bounds on rounding errors are either a priori (inner products, Gaussian elimination with the factors that it found) or a
posteriori: residuals of the computed result, taken in fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..theory.determinants import adjugate, expanded, first_row, times, transposed
from ..theory.eigenvalues import jordan_block
from ..theory.prime_fields import rank
from ..theory.singular_values import block
from .intervals import Array
from .measurement import Estimate, Tier, enclosure, measures

ROUNDING = 2.0**-53
PRIME = 1_000_003


def gamma(count: int) -> float:
    """The relative error of `count` roundings in a row."""
    return count * ROUNDING / (1 - count * ROUNDING)


def fractions(array: Any) -> list[list[Fraction]]:
    """The entries exactly as they are stored."""
    return [[Fraction(float(entry)) for entry in row] for row in np.atleast_2d(array)]


def integers(rng: np.random.Generator, rows: int, columns: int, most: int = 9) -> Array:
    """A matrix of random integers, as floats."""
    return np.asarray(rng.integers(-most, most + 1, (rows, columns)), dtype=np.float64)


def size(rows: Sequence[Sequence[Fraction]]) -> float:
    """The Frobenius norm, rounded upwards."""
    return math.nextafter(math.sqrt(float(sum(x * x for row in rows for x in row))) * (1 + 2.0**-50), math.inf)


def hilbert(count: int) -> list[list[Fraction]]:
    """The Hilbert matrix times a number that makes all its entries integers."""
    common = math.lcm(*range(1, 2 * count))
    return [[Fraction(common, i + j + 1) for j in range(count)] for i in range(count)]


def determinant_error(matrix: Array) -> float:
    """How far the determinant by elimination can be off: column by column, by the backward error |L| |U|."""
    import scipy.linalg

    _, lower, upper = scipy.linalg.lu(matrix)
    moved = 2 * gamma(len(matrix)) * (np.abs(lower) @ np.abs(upper))
    change, whole = np.linalg.norm(moved, axis=0), np.linalg.norm(np.abs(matrix) + moved, axis=0)
    terms = [change[j] * np.prod(np.delete(whole, j)) for j in range(len(matrix))]
    return float(math.fsum(terms) * (1 + 1e-9) + gamma(2 * len(matrix)) * np.prod(whole))


@measures(
    "linear_algebra.determinant_by_first_row", route="elimination in NumPy and torch, exact expansion", needs=("torch",)
)
def determinants(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    found = []
    for count in tier.choose(quick=(2, 3, 5), full=(2, 3, 4, 5, 6, 7)):
        matrix = integers(rng, count, count)
        matrix[0, 0] += 40.0  # far from singular, and from its own permanent
        rows = fractions(matrix)
        exact = float(first_row(rows))
        mutants = {"permanent": float(expanded(rows, lambda j: 1)), "sign": -exact}
        error = determinant_error(matrix)
        by_torch = float(torch.linalg.det(torch.tensor(matrix, dtype=torch.float64)))
        for name, value in (("NumPy", float(np.linalg.det(matrix))), ("torch", by_torch)):
            found.append(Estimate(f"{name}, n = {count}", enclosure(value, error=error), exact, mutants))
    return found


@measures("linear_algebra.matrix_product", route="torch's product, exact sums of fractions", needs=("torch",))
def products(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    left, right = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
    computed = (torch.tensor(left) @ torch.tensor(right)).numpy()
    exact = times(fractions(left), fractions(right))
    sizes = np.abs(left) @ np.abs(right)
    found = []
    for i, j in ((0, 0), (1, 3), (2, 2)):
        mutants = {"last term forgotten": float(left[i, :-1] @ right[:-1, j]), "entrywise": left[i, j] * right[i, j]}
        interval = enclosure(float(computed[i, j]), error=2 * gamma(6) * float(sizes[i, j]))
        found.append(Estimate(f"entry {i + 1}{j + 1}", interval, float(exact[i][j]), mutants))
    return found


@measures("linear_algebra.matrix_inverse", route="LAPACK's inverse with its residual in fractions")
def inverses(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    skew = fractions(integers(rng, 4, 4) + 30 * np.eye(4))
    found = []
    for name, rows in (("random", skew), ("Hilbert, n = 4", hilbert(4)), ("Hilbert, n = 5", hilbert(5))):
        inverse = np.linalg.inv(np.array([[float(x) for x in row] for row in rows]))
        product = times(rows, fractions(inverse))
        residual = size([[x - int(i == j) for j, x in enumerate(row)] for i, row in enumerate(product)])
        # The inverse is X (A X)^-1 = X + X (I - A X) + ...
        error = size(fractions(inverse)) * residual / (1 - residual)
        exact = adjugate(rows)[0][1] / first_row(rows)
        mutants = {"not divided": float(adjugate(rows)[0][1]), "entry by entry": float(1 / rows[0][1])}
        if name == "random":
            mutants["cofactors not transposed"] = float(adjugate(rows)[1][0] / first_row(rows))
        found.append(Estimate(name, enclosure(float(inverse[0, 1]), error=error), float(exact), mutants))
    return found


@measures("linear_algebra.rank_nullity", route="singular values of integer matrices, elimination modulo a large prime")
def ranks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for rows, inner, columns in ((6, 3, 5), (4, 2, 7), (5, 4, 5)):
        matrix = integers(rng, rows, inner) @ integers(rng, inner, columns)
        exact = rank(PRIME, [tuple(int(x) for x in row) for row in matrix])
        by_svd = float(np.linalg.matrix_rank(matrix))
        mutants = {"full": min(rows, columns), "nullity": columns - exact} if 2 * exact != columns else {"full": rows}
        found.append(Estimate(f"{rows} x {columns}", enclosure(by_svd, error=0), exact, mutants))
    return found


def singular_enclosure(matrix: Array) -> tuple[Array, float]:
    """Singular values by LAPACK, and how far all of them can be off.

    With U S V^* for the computed factors, each is off by |A - U S V^*| and, in proportion, by how far the factors are
    from unitary (Ostrowski). Residuals are in floating point, with their own roundings added.
    """
    u, s, vh = np.linalg.svd(matrix, full_matrices=False)
    own = 64 * matrix.size * ROUNDING
    off = np.linalg.norm(matrix - (u * s) @ vh) + own * s[0]
    skewed = sum(np.linalg.norm(f - np.eye(len(f))) + own for f in (u.conj().T @ u, vh @ vh.conj().T))
    return s, float(off + 2 * skewed * s[0])


@measures("linear_algebra.gram_eigenvalues", route="LAPACK's singular values of complex matrices")
def singular_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    column = np.array([[1.0], [1.0j]])
    values, error = singular_enclosure(column)
    found = [Estimate("column (1, i)", enclosure(float(values[0]), error=error), math.sqrt(2), {"as printed": 0.0})]
    for rows, columns in ((3, 2), (2, 2), (5, 2)):
        matrix = integers(rng, rows, columns) + 1j * integers(rng, rows, columns)
        values, error = singular_enclosure(matrix)
        # Gaussian integers have exact Gram matrices, and a 2 x 2 one has its eigenvalues by a root.
        gram, plain = matrix.conj().T @ matrix, matrix.T @ matrix
        trace, det = gram[0, 0].real + gram[1, 1].real, (gram[0, 0] * gram[1, 1] - abs(gram[0, 1]) ** 2).real
        exact = math.sqrt((trace + math.sqrt(trace**2 - 4 * det)) / 2)
        wrong = math.sqrt(max(abs(np.linalg.eigvals(plain))))
        mutants = {"not conjugated": wrong, "not rooted": exact**2}
        found.append(Estimate(f"{rows} x {columns}", enclosure(float(values[0]), error=error), exact, mutants))
    return found


@measures(
    "linear_algebra.diagonal_of_singular_values", route="NumPy's full decomposition of a matrix that is not square"
)
def shape_of_sigma(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    matrix = rng.normal(size=(4, 3))
    u, s, vh = np.linalg.svd(matrix)
    sigma = np.array(block(tuple(s), 4, 3), dtype=np.float64)
    rebuilt = float((u @ sigma @ vh)[3, 1])
    _, error = singular_enclosure(matrix)
    mutants = {
        "without its last row": float((u[:, :2] @ sigma[:2] @ vh)[3, 1]),
        "transposed factor": float((u @ sigma @ vh.T)[3, 1]),
    }
    return [Estimate("entry of U S V^T", enclosure(rebuilt, error=error), float(matrix[3, 1]), mutants)]


@measures("linear_algebra.defective_block", route="LAPACK's eigenvalues of a Jordan block with a number in its corner")
def moved_eigenvalues(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for count, exponent in ((2, 20), (3, 24), (4, 20)):
        corner = 2.0**-exponent
        block_of = np.array(jordan_block(count, 0.0, corner), dtype=np.float64)
        computed = np.linalg.eigvals(block_of)
        largest = complex(computed[np.argmax(computed.real)])
        # Some root of t^n - corner lies within n |p/p'| of any point; 2^-48 is for the roundings in that quotient.
        error = count * abs((largest**count - corner) / (count * largest ** (count - 1))) * (1 + 1e-9)
        mutants = {"linear": corner, "square root": math.sqrt(corner) if count != 2 else 2 * math.sqrt(corner)}
        interval = enclosure(abs(largest), error=error + 2**-48 * abs(largest))
        found.append(Estimate(f"n = {count}", interval, corner ** (1 / count), mutants))
    return found


@measures("linear_algebra.characteristic_equation", route="trace and determinant from LAPACK's eigenvalues")
def coefficients(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    matrix = integers(rng, 4, 4)
    matrix = matrix + matrix.T + 50 * np.eye(4)
    values = np.linalg.eigvalsh(matrix)
    rows = fractions(matrix)
    # Symmetric: each value is off by no more than the backward error, 64 n roundings of the norm.
    error = 64 * 4 * ROUNDING * float(np.linalg.norm(matrix))
    trace, det = float(sum(rows[i][i] for i in range(4))), float(first_row(rows))
    spread = 4 * error * float(np.prod(np.abs(values) + error)) / float(np.min(np.abs(values)))
    return [
        Estimate(
            "trace",
            enclosure(float(values.sum()), error=5 * error),
            trace,
            {"sign": -trace, "first": float(rows[0][0])},
        ),
        Estimate("determinant", enclosure(float(values.prod()), error=spread), det, {"sign": -det, "trace": trace}),
    ]


@measures("linear_algebra.transpose", route="NumPy's inner products of integer vectors")
def other_side(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    matrix, x, y = integers(rng, 3, 3), integers(rng, 3, 1), integers(rng, 3, 1)
    matrix[0, 2] += 20
    x[2], y[0], y[2], x[0] = 9, 8, 1, 2
    exact = times(times(transposed(fractions(x)), transposed(fractions(matrix))), fractions(y))[0][0]
    value = float(((matrix @ x).T @ y).item())
    mutants = {"not transposed": float((x.T @ matrix @ y).item()), "sign": -float(exact) - 1}
    return [Estimate("(A x)^T y", enclosure(value, error=0), float(exact), mutants)]
