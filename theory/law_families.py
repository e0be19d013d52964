"""The usual families of laws with their first four moments, each proved from its density or weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    Add,
    Expr,
    Integer,
    Integral,
    Rational,
    Sum,
    Symbol,
    binomial,
    exp,
    expand,
    factorial,
    ff,
    gamma,
    oo,
    sqrt,
)

from .claims import AllOf, Claim, Identity, Limit
from .gaussian import Normal
from .statements import Theorem
from .symbols import integer, positive, probability, real

x = positive("x")
z = real("z")
mu, sigma = real("mu", tex=r"\mu"), positive("sigma", tex=r"\sigma")
rate, shape, scale, width = (
    positive("lambda", tex=r"\lambda"),
    positive("k"),
    positive("theta", tex=r"\theta"),
    positive("L"),
)
left, right = positive("alpha", tex=r"\alpha"), positive("beta", tex=r"\beta")
chance = probability("q")
n = integer("n", 1)
i = integer("i", 0)


@dataclass(frozen=True)
class Family:
    """A family of laws: its parameters, mean, variance, skewness and kurtosis; density and ends where it has one."""

    parameters: tuple[Symbol, ...]
    mean: Expr
    variance: Expr
    skewness: Expr
    kurtosis: Expr
    density: Expr | None = None
    ends: tuple[Expr, Expr] = (Integer(0), oo)

    def raw(self, order: int) -> Expr:
        """E[X**order], for orders up to four, from mean, variance, skewness and kurtosis."""
        third = self.skewness * sqrt(self.variance) ** 3
        central = (Integer(1), Integer(0), self.variance, third, self.kurtosis * self.variance**2)
        return Add(*(binomial(order, j) * central[j] * self.mean ** (order - j) for j in range(order + 1)))


_odds = sqrt(chance * (1 - chance))
FAMILIES = {
    "normal": Family((mu, sigma), mu, sigma**2, Integer(0), Integer(3), Normal(mu, sigma**2).pdf(z), (-oo, oo)),
    "uniform": Family((width,), width / 2, width**2 / 12, Integer(0), Rational(9, 5), 1 / width, (Integer(0), width)),
    "exponential": Family((rate,), 1 / rate, rate**-2, Integer(2), Integer(9), rate * exp(-rate * x)),
    "gamma": Family(
        (shape, scale),
        shape * scale,
        shape * scale**2,
        2 / sqrt(shape),
        3 + 6 / shape,
        x ** (shape - 1) * exp(-x / scale) / (gamma(shape) * scale**shape),
    ),
    "beta": Family(
        (left, right),
        left / (left + right),
        left * right / ((left + right) ** 2 * (left + right + 1)),
        2 * (right - left) * sqrt(left + right + 1) / ((left + right + 2) * sqrt(left * right)),
        3 + 6 * ((left - right) ** 2 * (left + right + 1) - left * right * (left + right + 2))
        / (left * right * (left + right + 2) * (left + right + 3)),
        x ** (left - 1) * (1 - x) ** (right - 1) * gamma(left + right) / (gamma(left) * gamma(right)),
        (Integer(0), Integer(1)),
    ),
    "binomial": Family(
        (n, chance),
        n * chance,
        n * chance * (1 - chance),
        (1 - 2 * chance) / (sqrt(n) * _odds),
        3 + (1 - 6 * chance * (1 - chance)) / (n * chance * (1 - chance)),
    ),
    "Poisson": Family((rate,), rate, rate, 1 / sqrt(rate), 3 + 1 / rate),
    "geometric": Family(
        (chance,), 1 / chance, (1 - chance) / chance**2, (2 - chance) / sqrt(1 - chance), 9 + chance**2 / (1 - chance)
    ),
}  # fmt: skip


def _moment(family: Family, order: int) -> Claim:
    assert family.density is not None
    variable = z if family.density.has(z) else x
    low, high = family.ends
    return Identity(Integral(variable**order * family.density, (variable, low, high)), family.raw(order))


def continuous_laws() -> Theorem:
    """What `statistics.continuous_laws` says."""
    laws = {name: family for name, family in FAMILIES.items() if family.density is not None}
    claims = {f"{name}, order {k}": _moment(laws[name], k) for name in laws for k in range(1, 5) if name != "normal"}
    law = Normal(mu, sigma**2)
    normal = {f"normal, order {k}": Identity(law.expect(z**k, z), FAMILIES["normal"].raw(k)) for k in range(1, 5)}
    wrong = Family((rate,), rate, rate**-2, Integer(2), Integer(9), rate * exp(-rate * x))
    excess = Family((width,), width / 2, width**2 / 12, Integer(0), -Rational(6, 5), 1 / width, (Integer(0), width))
    return Theorem(
        AllOf({**normal, **claims}),
        mutants={"rate for mean": _moment(wrong, 1), "excess for kurtosis": _moment(excess, 4)},
    )


def _falling(family: Family, order: int) -> Expr:
    """E[X(X-1)...(X-order+1)] by the raw moments."""
    polynomial = expand(ff(z, order)).as_poly(z)
    return Add(*(coefficient * (family.raw(k) if k else 1) for (k,), coefficient in polynomial.terms()))


def _binomial_sum(order: int) -> Expr:
    weights = binomial(n, i) * chance**i * (1 - chance) ** (n - i)
    return Sum(expand(ff(i, order)) * weights, (i, 0, n))


def _cut_geometric(order: int, raw: Callable[[int], Expr]) -> tuple[Claim, Expr]:
    """The moment of the first n terms: the whole one less what the law, which forgets, has beyond n."""
    whole = raw(order)
    rest = Add(*(binomial(order, j) * n ** (order - j) * raw(j) for j in range(order + 1)))
    cut = whole - (1 - chance) ** n * rest
    return Identity(Sum(i**order * chance * (1 - chance) ** (i - 1), (i, 1, n)), cut), cut


def counting_laws() -> Theorem:
    """What `statistics.counting_laws` says."""
    claims: dict[str, Claim] = {}
    for k in range(1, 5):
        claims[f"binomial, factorial order {k}"] = Identity(_binomial_sum(k), ff(n, k) * chance**k)
        claims[f"binomial, order {k}"] = Identity(_falling(FAMILIES["binomial"], k), expand(ff(n, k)) * chance**k)
        claims[f"Poisson, order {k}"] = Identity(_falling(FAMILIES["Poisson"], k), rate**k)
        claims[f"geometric, order {k}"], cut = _cut_geometric(k, _geometric)
        claims[f"geometric, all terms of order {k}"] = Limit(cut, n, oo, _geometric(k))
        claims[f"geometric, raw moment {k}"] = Identity(_geometric(k), FAMILIES["geometric"].raw(k))
    shifted = Sum(i * rate**i / factorial(i), (i, 0, n))
    claims["Poisson, shift"] = Identity(shifted, rate * Sum(rate**i / factorial(i), (i, 0, n - 1)))
    return Theorem(
        AllOf(claims),
        mutants={
            "powers of n": Identity(_binomial_sum(2), n**2 * chance**2),
            "from zero": Limit(_cut_geometric(1, _geometric)[1], n, oo, (1 - chance) / chance),
        },
    )


def _geometric(order: int) -> Expr:
    q = chance
    return (
        Integer(1), 1 / q, (2 - q) / q**2, (6 - 6 * q + q**2) / q**3, (24 - 36 * q + 14 * q**2 - q**3) / q**4,
    )[order]  # fmt: skip
