"""Gaussian laws in one and in several dimensions, with expectation as an exact linear operator.

An expectation is computed from the integral's definition by proved rules (moments by Stein's lemma, Wick's
theorem); what the
rules do not cover stays an unevaluated integral or raises, never a guess. Divergences follow from densities
and expectations.

>>> from theoremcheck.theory.symbols import positive, real
>>> m, s = real("m"), positive("s")
>>> z = real("z")
>>> Normal(m, s**2).expect(z**2, z)
m**2 + s**2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Integral,
    Matrix,
    Mul,
    Poly,
    Rational,
    Symbol,
    exp,
    expand,
    log,
    oo,
    pi,
    sqrt,
    sympify,
)

from .kernels.definite import Range, Unmatched, terms
from .kernels.integrals import close
from .kernels.positivity import is_proved_positive
from .symbols import REALS, DomainSymbol


@dataclass(frozen=True)
class Normal:
    """The normal law N(mean, variance) on the real line; the variance has to be proved positive.

    Raises ValueError where it is not.
    """

    mean: Expr
    variance: Expr

    def __post_init__(self) -> None:
        for name in ("mean", "variance"):
            object.__setattr__(self, name, sympify(getattr(self, name), strict=True))
        if not is_proved_positive(self.variance):
            raise ValueError(f"the variance {self.variance} is not proved positive")

    def pdf(self, x: Expr) -> Expr:
        """The density exp(-(x - mean)**2 / (2 variance)) / sqrt(2 pi variance)."""
        return exp(-((x - self.mean) ** 2) / (2 * self.variance)) / sqrt(2 * pi * self.variance)

    def logpdf(self, x: Expr) -> Expr:
        """The logarithm of the density, a quadratic polynomial in x."""
        return -((x - self.mean) ** 2) / (2 * self.variance) - log(2 * pi * self.variance) / 2

    def expect(self, expr: Expr, z: Symbol) -> Expr:
        """E[expr] for z ~ N(mean, variance), the integral of expr times the density over the real line.

        Exact for polynomials, exponentials of quadratics that decay, waves, and piecewise such; elsewhere the
        unevaluated
        integral. The law's own parameters may not hold z (ValueError).
        """
        expr = sympify(expr, strict=True)
        if z in (self.mean.free_symbols | self.variance.free_symbols):
            raise ValueError(f"the law's parameters hold {z} themselves")
        moments = self._moments(expr, z)
        if moments is not None:
            return moments
        return close(Integral(expr * self.pdf(z), (z, -oo, oo))).expr

    def _moments(self, expr: Expr, z: Symbol) -> Expr | None:
        """The expectation of a polynomial (logarithms of exponentials expanded); None for anything else."""
        x = DomainSymbol(f"{z.name}_", REALS)
        try:
            parts = terms(expr.subs(z, x), Range(x, -oo, oo))
        except Unmatched:
            return None
        powers: dict[int, list[Expr]] = {}
        for part in parts:
            polynomial = part.power.is_Integer and part.power >= 0 and part.exponent == 0 and part.wave is None
            if not polynomial or part.complement != 0 or part.logs or part.clogs:
                return None
            powers.setdefault(int(part.power), []).append(part.coefficient)
        return Add(*(Add(*c) * raw_moment(self.mean, self.variance, k) for k, c in powers.items()))

    def entropy(self) -> Expr:
        """The differential entropy -E[log p(z)]."""
        z = _free(self.mean, self.variance)
        return -self.expect(self.logpdf(z), z)

    def mgf(self, t: Expr) -> Expr:
        """The moment generating function E[exp(t z)]."""
        z = _free(self.mean, self.variance, sympify(t, strict=True))
        return self.expect(exp(t * z), z)


@cache
def raw_moment(mean: Expr, variance: Expr, k: int) -> Expr:
    """E[z**k] for z ~ N(mean, variance), by Stein's lemma: E[z g(z)] = mean E[g] + variance E[g']."""
    if k < 0:
        raise ValueError(f"a moment of order {k}")
    if k < 2:
        return mean if k else Integer(1)
    lower = mean * raw_moment(mean, variance, k - 1) + (k - 1) * variance * raw_moment(mean, variance, k - 2)
    return expand(lower)


def kl(p: Any, q: Any) -> Expr:
    """The Kullback-Leibler divergence E_p[log p(z) - log q(z)] of two laws of the same kind and size."""
    if isinstance(p, Normal) and isinstance(q, Normal):
        z = _free(p.mean, p.variance, q.mean, q.variance)
        return p.expect(p.logpdf(z) - q.logpdf(z), z)
    if isinstance(p, DiagonalNormal) and isinstance(q, DiagonalNormal):
        _same_size(p.size, q.size)
        return Add(*(kl(a, b) for a, b in zip(p.factors, q.factors, strict=True)))
    if isinstance(p, MultivariateNormal) and isinstance(q, MultivariateNormal):
        _same_size(p.size, q.size)
        z_vector = free_vector(p.size, p.mean, p.covariance, q.mean, q.covariance)
        return p.expect(p.logpdf(z_vector) - q.logpdf(z_vector), z_vector)
    raise TypeError(f"no divergence between {type(p).__name__} and {type(q).__name__}")


def _same_size(p: int, q: int) -> None:
    if p != q:
        raise ValueError(f"laws on R^{p} and R^{q}")


def _taken(parts: Sequence[Any]) -> set[str]:
    return {symbol.name for part in parts for symbol in part.free_symbols}


def _free(*parts: Expr) -> DomainSymbol:
    """A real variable whose name is not taken."""
    name = "z"
    while name in _taken(parts):
        name += "_"
    return DomainSymbol(name, REALS)


def free_vector(size: int, *parts: Any) -> Matrix:
    """A column of real variables whose names are not taken."""
    stem = "z"
    while any(name.startswith(stem) for name in _taken(parts)):
        stem += "_"
    return Matrix([DomainSymbol(f"{stem}{i + 1}", REALS) for i in range(size)])


@dataclass(frozen=True)
class DiagonalNormal:
    """Independent normal coordinates with the given means and variances, both of length n."""

    means: tuple[Expr, ...]
    variances: tuple[Expr, ...]

    def __post_init__(self) -> None:
        if len(self.means) != len(self.variances):
            raise ValueError(f"{len(self.means)} means and {len(self.variances)} variances")
        for name in ("means", "variances"):
            object.__setattr__(self, name, tuple(sympify(value, strict=True) for value in getattr(self, name)))

    @property
    def size(self) -> int:
        """The dimension n."""
        return len(self.means)

    @property
    def factors(self) -> tuple[Normal, ...]:
        """The laws of the coordinates."""
        return tuple(Normal(m, v) for m, v in zip(self.means, self.variances, strict=True))

    def logpdf(self, x: Sequence[Expr]) -> Expr:
        """The log-density at x of shape (n,): the sum of the coordinates'."""
        return Add(*(factor.logpdf(value) for factor, value in zip(self.factors, x, strict=True)))

    def pdf(self, x: Sequence[Expr]) -> Expr:
        """The density at x of shape (n,): the product of the coordinates'."""
        return Mul(*(factor.pdf(value) for factor, value in zip(self.factors, x, strict=True)))

    def expect(self, expr: Expr, z: Sequence[Symbol]) -> Expr:
        """E[expr], one coordinate after the other (Fubini, for what `Normal.expect` closes)."""
        for factor, symbol in zip(self.factors, z, strict=True):
            expr = factor.expect(expr, symbol)
        return expr

    def entropy(self) -> Expr:
        """The differential entropy: the sum of the coordinates'."""
        return Add(*(factor.entropy() for factor in self.factors))


class MultivariateNormal:
    """The normal law on R^n with mean (n x 1) and a covariance (n x n) that is proved positive definite.

    Sylvester's criterion decides: ValueError where a leading minor is not proved positive or the covariance
    is not symmetric.
    """

    def __init__(self, mean: Matrix, covariance: Matrix, where: tuple[Any, ...] = ()) -> None:
        mean, covariance = mean.as_immutable(), covariance.as_immutable()
        n = mean.rows
        if mean.shape != (n, 1) or covariance.shape != (n, n):
            raise ValueError(f"a mean of shape {mean.shape} and a covariance of shape {covariance.shape}")
        if covariance != covariance.T:
            raise ValueError("the covariance is not symmetric")
        for k in range(1, n + 1):
            minor = expand(covariance[:k, :k].det())
            if not is_proved_positive(minor, where):
                raise ValueError(f"the leading minor {minor} of the covariance is not proved positive")
        self.mean, self.covariance = mean, covariance

    @property
    def size(self) -> int:
        """The dimension n."""
        return int(self.mean.rows)

    def logpdf(self, x: Matrix) -> Expr:
        """The log-density at a column x (n x 1)."""
        deviation = Matrix(x) - self.mean
        determinant = expand(self.covariance.det())
        adjugate = self.covariance.adjugate()
        quadratic = (deviation.T * adjugate * deviation)[0, 0] / determinant
        return -quadratic / 2 - log(determinant) / 2 - Rational(self.size, 2) * log(2 * pi)

    def pdf(self, x: Matrix) -> Expr:
        """The density at a column x (n x 1)."""
        return exp(self.logpdf(x))

    def expect(self, expr: Expr, z: Matrix) -> Expr:
        """E[expr] for a polynomial expr in the coordinates of z (n x 1), by Wick's theorem.

        Raises ValueError where expr is no polynomial in them.
        """
        coordinates = list(z)
        if not expr.is_polynomial(*coordinates):
            raise ValueError(f"{expr} is no polynomial in {coordinates}")
        polynomial = Poly(expr, *coordinates)
        return Add(
            *(c * self.moment(tuple(i for i, k in enumerate(e) for _ in range(k))) for e, c in polynomial.terms())
        )

    def moment(self, indices: tuple[int, ...]) -> Expr:
        """E[z_i z_j ...] for the listed coordinates, by Stein's lemma: E[z_i g] = mean_i E[g] + sum_j
        Cov_ij E[dg/dz_j].
        """
        if not indices:
            return Integer(1)
        first, rest = indices[0], indices[1:]
        pairs = (self.covariance[first, j] * self.moment(rest[:k] + rest[k + 1 :]) for k, j in enumerate(rest))
        return expand(self.mean[first] * self.moment(rest) + Add(*pairs))

    def entropy(self) -> Expr:
        """The differential entropy -E[log p(z)]."""
        z = free_vector(self.size, self.mean, self.covariance)
        return -self.expect(self.logpdf(z), z)
