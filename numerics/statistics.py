"""Measurements of the topic statistics: scipy.stats and NumPy against the theory's expressions, and averages drawn.

Predictions are the theory's functionals with their integrals summed over the given weights and values, or the moments
of `theory.law_families` at given parameters. Tail chances and sample variances come from draws with exact or empirical
Bernstein limits; distances from the normal law from scipy's distribution functions at every jump.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Dummy, Expr, Symbol, lambdify

from ..theory import law_families, limit_laws, uncertainty
from ..theory import moments as theory
from ..theory import statistics as statements
from ..theory.claims import AllOf, Definition
from ..theory.divergence import kl
from ..theory.measures import Mu
from ..theory.statements import Statement
from .intervals import Array, empirical_bernstein_mean, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

Values = Mapping[Symbol, Any]
LAWS: dict[str, tuple[str, dict[str, float], dict[str, Any]]] = {
    "normal": ("norm", {"mu": 0.7, "sigma": 1.3}, {"loc": 0.7, "scale": 1.3}),
    "uniform": ("uniform", {"L": 2.5}, {"scale": 2.5}),
    "exponential": ("expon", {"lambda": 0.8}, {"scale": 1.25}),
    "gamma": ("gamma", {"k": 2.3, "theta": 0.7}, {"a": 2.3, "scale": 0.7}),
    "beta": ("beta", {"alpha": 1.7, "beta": 3.1}, {"a": 1.7, "b": 3.1}),
    "binomial": ("binom", {"n": 12, "q": 0.3}, {"n": 12, "p": 0.3}),
    "Poisson": ("poisson", {"lambda": 2.4}, {"mu": 2.4}),
    "geometric": ("geom", {"q": 0.35}, {"p": 0.35}),
}
"""Each family's name in scipy.stats, the theory's parameters and scipy's."""


def evaluated(expr: Expr, at: Values) -> float:
    """The expression in double precision, each integral, nested ones too, a sum over the arrays."""
    known: dict[Symbol, Any] = {}
    size = max(np.size(one) for one in at.values())

    def closed(part: Expr) -> Expr:
        if not part.has(Mu):
            return part
        inner = part.func(*(closed(one) for one in part.args))
        if not isinstance(inner, Mu):
            return inner
        mark = Dummy()
        known[mark] = math.fsum(np.broadcast_to(numbers(inner.args[0]), size))
        return mark

    def numbers(body: Expr) -> Array:
        values = {**at, **known}
        needed = [symbol for symbol in values if symbol in body.free_symbols]
        return np.asarray(lambdify(needed, body, "numpy", dummify=True)(*(values[one] for one in needed)))

    return float(numbers(closed(expr)))


def defined(statement: Statement) -> Expr:
    """The expression that a statement defines."""
    assert isinstance(statement.claim, Definition)
    return statement.claim.value


def at_parameters(expr: Expr, values: Mapping[str, float]) -> float:
    """A number of a family at parameters given by name."""
    return float(expr.evalf(30, subs={symbol: values[symbol.name] for symbol in expr.free_symbols}))


def weighted(rng: np.random.Generator, size: int = 9) -> Values:
    """A law on a few points, with two random variables."""
    return {theory.P: rng.dirichlet(np.ones(size)), theory.X: rng.normal(size=size), theory.Y: rng.normal(size=size)}


def _family(name: str) -> list[Estimate]:
    from scipy import stats

    family, (label, ours, theirs) = law_families.FAMILIES[name], LAWS[name]
    law = getattr(stats, label)(**theirs)
    average, spread, skew, excess = (float(one) for one in law.stats(moments="mvsk"))
    numbers = [at_parameters(one, ours) for one in (family.mean, family.variance, family.skewness, family.kurtosis)]
    found = []
    for what, value, predicted in zip(
        ("mean", "variance", "skewness", "kurtosis"), (average, spread, skew, excess + 3), numbers, strict=True
    ):
        mutants = {"off by a thousandth": predicted * 1.001 + 1e-3}
        if what == "kurtosis":
            mutants["excess"] = predicted - 3
        if what == "variance":
            mutants["standard deviation"] = math.sqrt(predicted) * (1 + 1e-9)
        error = 64 * 2.0**-52 * (abs(value) + 3)
        found.append(Estimate(f"{what}, {name}", enclosure(value, error=error), predicted, mutants))
    return found


@measures("statistics.continuous_laws", route="scipy.stats")
def continuous_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return [one for name in ("normal", "uniform", "exponential", "gamma", "beta") for one in _family(name)]


@measures("statistics.counting_laws", route="scipy.stats")
def counting_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return [one for name in ("binomial", "Poisson", "geometric") for one in _family(name)]


@measures("statistics.expectation", route="sums over two million cells of the unit interval by the quantile function")
def means_by_quantiles(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats

    cells = tier.choose(quick=200_000, full=2_000_000)
    edges = np.arange(cells + 1) / cells
    found = []
    for name in ("uniform", "beta"):
        label, ours, theirs = LAWS[name]
        quantiles = np.sort(getattr(stats, label)(**theirs).ppf(edges))
        # The quantile function increases, so the sums over the left and the right ends enclose its integral.
        low, high = (math.fsum(side) / cells for side in (quantiles[:-1], quantiles[1:]))
        predicted = at_parameters(law_families.FAMILIES[name].mean, ours)
        interval = enclosure((low + high) / 2, error=(high - low) / 2 + 1e-12, method="monotone sums")
        median = float(quantiles[cells // 2])
        wrong = {"one percent off": 1.01 * predicted, **({"median": median} if name == "beta" else {})}
        found.append(Estimate(f"mean, {name}", interval, predicted, wrong))
    return found


@measures("statistics.skewness", route="scipy.stats.skew of repeated values")
def skewness_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import skew

    return [_of_sample(rng, "skewness", skew, defined(statements.skewness), 1.3)]


@measures("statistics.kurtosis", route="scipy.stats.kurtosis of repeated values")
def kurtosis_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import kurtosis

    return [_of_sample(rng, "kurtosis", lambda x: kurtosis(x, fisher=False), defined(statements.kurtosis), 3.0)]


def _of_sample(rng: np.random.Generator, what: str, measured: Any, value: Expr, off: float) -> Estimate:
    counts, x = rng.permutation(7) + 1, rng.exponential(size=7)
    predicted = evaluated(value, {theory.P: counts / counts.sum(), theory.X: x})
    unweighted = evaluated(value, {theory.P: np.full(7, 1 / 7), theory.X: x})
    found = enclosure(float(measured(np.repeat(x, counts))), error=1e-12, method="sums of few terms")
    return Estimate(what, found, predicted, {"unweighted": unweighted, "shifted": predicted - off})


@measures("statistics.variance_expanded", route="numpy.var of repeated values")
def variance_by_numpy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    counts, x = rng.permutation(7) + 1, rng.normal(size=7)
    at = {theory.P: counts / counts.sum(), theory.X: x}
    sample = np.repeat(x, counts)
    predicted = evaluated(statements.variance_expanded.rhs, at)
    mutants = {
        "mean square": evaluated(theory.mean(theory.X**2), at) + 1e-9,
        "n - 1": float(sample.var(ddof=1)),
    }
    return [Estimate("variance", enclosure(float(sample.var()), error=1e-13), predicted, mutants)]


@measures("statistics.correlation", route="scipy.stats.pearsonr and numpy.cov with weights")
def correlation_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import pearsonr

    counts, x, y = rng.permutation(7) + 1, *rng.normal(size=(2, 7))
    at = {theory.P: counts / counts.sum(), theory.X: x, theory.Y: y}
    rho, cov = (evaluated(defined(one), at) for one in (statements.correlation, statements.covariance))
    repeated = float(pearsonr(np.repeat(x, counts), np.repeat(y, counts)).statistic)
    matrix = np.cov(x, y, fweights=counts, ddof=0)
    plain = float(pearsonr(x, y).statistic)
    return [
        Estimate("correlation", enclosure(repeated, error=1e-12), rho, {"unweighted": plain, "covariance": cov}),
        Estimate("covariance", enclosure(float(matrix[0, 1]), error=1e-12), cov, {"correlation": rho, "sign": -cov}),
    ]


@measures("statistics.interquartile_range", route="scipy.stats.expon.ppf and scipy.stats.iqr of a grid")
def quartiles_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats

    value, rate = defined(statements.interquartile_range), 0.8
    first, third = sorted(value.free_symbols, key=str)
    law = stats.expon(scale=1 / rate)
    predicted = evaluated(value, {first: law.ppf(0.25), third: law.ppf(0.75)})
    exact = enclosure(math.log(3) / rate, ulps=8)
    grid = 2.5 * np.arange(4_001) / 4_000
    flat = evaluated(value, {first: np.float64(0.625), third: np.float64(1.875)})
    return [
        Estimate("exponential", exact, predicted, {"half": predicted / 2, "to the median": math.log(2) / rate}),
        Estimate("uniform grid", enclosure(float(stats.iqr(grid)), error=1e-12), flat, {"half": flat / 2}),
    ]


@measures("statistics.median_equation", route="scipy.stats at the medians of binomial, Poisson and geometric laws")
def medians_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats

    found = []
    for name, law in {
        "binomial": stats.binom(7, 0.31),
        "Poisson": stats.poisson(1.0),
        "geometric": stats.geom(0.4),
    }.items():
        m = law.median()
        jump = enclosure(float(law.cdf(m)) - 0.5, error=1e-12)
        mutants = {"F(m) = 1/2": 0.0}
        found.append(Estimate(f"F(m) - 1/2, {name}", jump, float(law.pmf(m)), mutants, relation="<="))
    return found


@measures("statistics.least_absolute_deviation", route="numpy.median against a fine grid of centres")
def median_by_search(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x = rng.exponential(size=31)
    grid = np.sort(np.concatenate([x, np.linspace(0, 4, 2_001)]))
    costs = np.abs(x[:, None] - grid).mean(axis=0)

    def cost(centre: float) -> float:
        return float(np.abs(x - centre).mean())

    least = enclosure(float(costs.min()), error=1e-13)
    centres = {"mean": cost(float(x.mean())), "upper quartile": cost(float(np.percentile(x, 75)))}
    return [Estimate("least mean absolute deviation", least, cost(float(np.median(x))), centres)]


@measures("statistics.entropy", route="scipy.stats.entropy")
def entropy_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import entropy

    weights = rng.dirichlet(np.ones(9))
    predicted = evaluated(defined(statements.entropy), {theory.P: weights})
    found = enclosure(float(entropy(weights)), error=1e-13)
    return [Estimate("entropy", found, predicted, {"bits": predicted / math.log(2), "uniform": math.log(9)})]


@measures("statistics.differential_entropy", route="scipy.integrate.quad of -f log f")
def differential_by_quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats
    from scipy.integrate import quad

    found = []
    for name, law, predicted in (
        ("normal", stats.norm(scale=1.3), (1 + math.log(2 * math.pi * 1.3**2)) / 2),
        ("exponential", stats.expon(scale=0.2), 1 - math.log(5)),
    ):
        low, high = (-20.0, 20.0) if name == "normal" else (0.0, 12.0)
        total, error = quad(lambda x, f=law: -f.pdf(x) * f.logpdf(x), low, high, limit=200, epsabs=1e-11)
        interval = enclosure(total, error=error + 1e-10, method="adaptive quadrature")
        mutants = {"sign": -predicted, "bits": predicted / math.log(2), "in units of two": predicted - math.log(2)}
        found.append(Estimate(name, interval, predicted, mutants))
    return found


@measures("statistics.mutual_information", route="scikit-learn's score of a contingency table", needs=("sklearn",))
def information_by_sklearn(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from sklearn.metrics import mutual_info_score

    table = rng.integers(1, 20, (3, 4))
    masses = table / table.sum()
    rows, columns = np.broadcast_arrays(masses.sum(axis=1, keepdims=True), masses.sum(axis=0, keepdims=True))
    at = {uncertainty.joint: masses.ravel(), uncertainty.first: rows.ravel(), uncertainty.second: columns.ravel()}
    predicted = evaluated(defined(statements.mutual_information), at)
    found = enclosure(float(mutual_info_score(None, None, contingency=table)), error=1e-13)
    return [Estimate("mutual information", found, predicted, {"bits": predicted / math.log(2), "none": 0.0})]


@measures("statistics.relative_entropy", route="scipy.special.rel_entr")
def relative_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.special import rel_entr

    p, g = rng.dirichlet(np.ones(9), 2)
    divergence = kl(theory.P, uncertainty.other)
    predicted = evaluated(divergence, {theory.P: p, uncertainty.other: g})
    reverse = evaluated(divergence, {theory.P: g, uncertainty.other: p})
    found = enclosure(float(rel_entr(p, g).sum()), error=1e-13)
    return [Estimate("relative entropy", found, predicted, {"reversed": reverse})]


@measures("statistics.chebyshev", route="draws counted, with Clopper and Pearson's limits")
def chebyshev_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=50_000, full=500_000)
    # The law that attains the bound: -2 and 2 with chance 1/8 each, else 0; its variance is 1.
    x = rng.choice([-2.0, 0.0, 2.0], size=n, p=[0.125, 0.75, 0.125])
    found = proportion(int((np.abs(x) >= 2).sum()), n, ALPHA_PER_TEST)
    return [Estimate("chance of two deviations", found, 1 / 4, {"half": 1 / 8, "cubed": 1 / 2**3.0}, "<=")]


@measures("statistics.large_numbers", route="squared errors of averages of coins, empirical Bernstein limits")
def large_numbers_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    runs, size, chance = tier.choose(quick=100_000, full=1_000_000), 20, 0.3
    means = rng.binomial(size, chance, runs) / size
    found = empirical_bernstein_mean((means - chance) ** 2, 0.0, 1.0, ALPHA_PER_TEST)
    spread = chance * (1 - chance)
    mutants = {"root n": spread / math.sqrt(size), "one coin": spread, "half": spread / (2 * size)}
    return [Estimate("variance of a mean of 20", found, spread / size, mutants)]


@measures("statistics.sample_variance", route="sample variances of three uniform draws, empirical Bernstein limits")
def sample_variance_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x = rng.random((tier.choose(quick=100_000, full=1_000_000), 3))
    # Three numbers between 0 and 1 have a sample variance of at most 1/3.
    found = empirical_bernstein_mean(x.var(axis=1, ddof=1), 0.0, 0.334, ALPHA_PER_TEST)
    return [Estimate("mean of s^2", found, 1 / 12, {"divided by n": 2 / 36, "divided by n - 2": 2 / 12})]


@measures("statistics.standardized_sums", route="scipy.stats.gamma, the law of a sum of exponential variables")
def sums_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import gamma

    assert isinstance(statements.standardized_sums.claim, AllOf)
    claims = statements.standardized_sums.claim.claims
    at = {limit_laws.n: 10, limit_laws.sigma: 1.0, limit_laws.third: 2.0, limit_laws.fourth: 9.0}
    skew, excess = (float(one) for one in gamma(10).stats(moments="sk"))
    numbers = [evaluated(claims[name].rhs, at) for name in ("skewness", "kurtosis")]  # type: ignore[attr-defined]
    return [
        Estimate("skewness", enclosure(skew, error=1e-13), numbers[0], {"over n": 0.2, "of one": 2.0}),
        Estimate("kurtosis", enclosure(excess + 3, error=1e-12), numbers[1], {"over root n": 3 + 6 / math.sqrt(10)}),
    ]


@measures("statistics.berry_esseen", route="scipy.stats distribution functions at every jump")
def distance_from_normal(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for size in tier.choose(quick=(10, 100, 1_000), full=(10, 100, 1_000, 10_000)):
        for chance in (0.5, 0.1):
            bound = binomial_bound(size, chance)
            below = bound * 0.37 / float(limit_laws.SHEVTSOVA)
            interval = enclosure(binomial_distance(size, chance), error=1e-9, method="scipy.stats.binom")
            mutants = {"constant 0.37": below} if chance == 0.5 else {"rate 1/n": bound / math.sqrt(size)}
            found.append(Estimate(f"{size} coins of chance {chance}", interval, bound, mutants, "<="))
    return found


def binomial_bound(size: int, chance: float) -> float:
    """Berry and Esseen's bound for a standardized binomial law."""
    spread = math.sqrt(chance * (1 - chance))
    return float(limit_laws.SHEVTSOVA) * (chance**2 + (1 - chance) ** 2) / (spread * math.sqrt(size))


def binomial_distance(size: int, chance: float) -> float:
    """The greatest distance of the distribution functions of a standardized binomial and the normal law."""
    from scipy.stats import binom, norm

    k = np.arange(size + 1)
    normal = norm.cdf((k - size * chance) / math.sqrt(size * chance * (1 - chance)))
    steps = binom.cdf(np.arange(-1, size + 1), size, chance)
    return float(max(np.abs(steps[1:] - normal).max(), np.abs(steps[:-1] - normal).max()))


@measures("statistics.slowest_rate", route="scipy.stats.binom.pmf at the centre")
def central_mass_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import binom

    found = []
    for pairs in (5, 50, 5_000):
        mass = enclosure(float(binom.pmf(pairs, 2 * pairs, 0.5)), error=1e-11, method="scipy.stats.binom")
        mutants = {"1/sqrt(2k)": 1 / math.sqrt(2 * pairs)}
        found.append(Estimate(f"central mass of {2 * pairs} coins", mass, 1 / (2 * math.sqrt(pairs)), mutants, ">="))
    return found


@measures("statistics.no_mean", route="scipy.integrate.quad between -T and kT")
def cauchy_by_quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.integrate import quad

    cut = statements.no_mean.claim.claims["cut at -T and kT"].rhs
    top, ratio = 50.0, 3.0
    named = {"T": top, "k": ratio}
    total, error = quad(lambda x: x / (math.pi * (1 + x * x)), -top, ratio * top, limit=400, points=[0.0])
    predicted = at_parameters(cut, named)
    interval = enclosure(total, error=error + 1e-12, method="adaptive quadrature")
    return [
        Estimate("truncated mean", interval, predicted, {"principal value": 0.0, "its limit": math.log(3) / math.pi})
    ]


@measures("statistics.heavy_averages", route="means of ten Cauchy draws counted, Clopper and Pearson's limits")
def cauchy_averages(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    runs = tier.choose(quick=50_000, full=500_000)
    means = rng.standard_cauchy((runs, 10)).mean(axis=1)
    found = proportion(int((np.abs(means) <= 1).sum()), runs, ALPHA_PER_TEST)
    # A mean with the scale 1/10 or 1/sqrt(10) would lie within one of zero with these chances.
    mutants = {f"scale {s:.2f}": 2 / math.pi * math.atan(1 / s) for s in (0.1, 1 / math.sqrt(10))}
    return [Estimate("chance to be within one", found, 0.5, mutants)]
