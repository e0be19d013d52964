"""Fits of the Marchenko-Pastur law to a spectrum: ratio and scale with intervals, spikes, goodness of fit.

The null hypothesis is that the eigenvalues are those of X X^T/n, X a d x n matrix of independent normal entries, but
for a few spikes. What is exact there: the interval of the scale where n is known (chi-squared), and the p-value of the
fit (a Monte Carlo test against Wishart spectra). The test of spikes and the interval of an unknown ratio are
asymptotic; how well they keep their levels is measured in `numerics.random_matrix`.

>>> from theoremcheck.numerics.wishart import wishart_spectrum
>>> found = fit(wishart_spectrum(100, 200, np.random.default_rng(0)), samples=200)
>>> found.law.ratio, found.scale.interval.contains(1.0), len(found.spikes)
(0.5, True, 0)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array, Interval, checked_alpha, checked_sample
from .marchenko_pastur import MarchenkoPastur
from .tracy_widom import TracyWidom
from .wishart import wishart_spectrum

LEAST_SIZE = 10
"""Fewer positive eigenvalues than this are no spectrum to fit."""

SCREEN = 3.0
"""Units of fluctuation beyond the edge from which an eigenvalue is left out of the first estimate of the bulk."""

ROUNDS = 60


@dataclass(frozen=True)
class Fitted:
    """An estimate with its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Spike:
    """An eigenvalue beyond the bulk: its p-value under "no further spike", and what the transition says of it.

    population: the eigenvalue of the population it belongs to; overlap: the squared cosine between the eigenvectors.
    """

    eigenvalue: float
    p_value: float
    population: float
    overlap: float


@dataclass(frozen=True)
class SpectrumFit:
    """The fitted law, with ratio and scale in intervals, the spikes found (the largest first), and its fit.

    edge_p_value: of the largest eigenvalue that was not called a spike; p_value: of the bulk's distance from the law
    (None where no simulations were asked for), uniform where the null hypothesis holds.
    """

    law: MarchenkoPastur
    ratio: Fitted
    scale: Fitted
    spikes: tuple[Spike, ...]
    edge_p_value: float
    distance: float
    p_value: float | None

    @property
    def threshold(self) -> float:
        """The population eigenvalue below which no spike can be seen."""
        return self.law.threshold


@dataclass(frozen=True)
class _Bulk:
    """The smaller Gram matrix's view: p positive eigenvalues of a p x N problem, N perhaps unknown; p <= N."""

    values: Array
    columns: int | None

    def rest(self, spikes: int) -> Array:
        return self.values[: self.values.size - spikes]


def fit(
    eigenvalues: ArrayLike,
    samples: int | None = None,
    *,
    alpha: float = 0.05,
    kurtosis: float = 3.0,
    simulations: int = 99,
    rng: np.random.Generator | None = None,
) -> SpectrumFit:
    """Fit the law to all d eigenvalues of X X^T/n, zeros included.

    samples: n where it is known; else it is the number of positive eigenvalues where there are zeros, and estimated
    where there are none. alpha: the level of the intervals and of the spike test: with probability at most alpha,
    asymptotically, a spectrum without spikes shows any. kurtosis: the fourth moment of an entry over its squared
    variance (3 for normal ones), which widens the scale's interval. simulations: how many Wishart spectra the p-value
    rests on, 0 for none; rng: their generator.

    Raises ValueError for eigenvalues that are negative, not finite or fewer than ten positive ones, for samples that
    do not fit their zeros, and for a level or a kurtosis that is none.
    """
    checked_alpha(alpha)
    if not kurtosis >= 1:
        raise ValueError(f"kurtosis = {kurtosis}: a fourth moment is at least the squared variance, so at least 1")
    if simulations < 0:
        raise ValueError(f"simulations = {simulations} is negative")
    bulk, features, n = _reduced(eigenvalues, samples)
    spikes, tests = _spikes(bulk, alpha)
    ratio, scale = _estimate(bulk, spikes)
    p = bulk.values.size
    columns = bulk.columns or max(p, round(p / ratio))
    # In the larger problem's units the eigenvalues of X X^T/n are those of the bulk times N/n.
    transposed = features > p
    stretch = columns / n if n is not None else 1.0
    law = MarchenkoPastur(1 / ratio if transposed else ratio, scale)
    seen = tuple(_spike(law, stretch * float(bulk.values[-1 - i]), tests[i]) for i in range(spikes))
    distance, p_value = _goodness(bulk, spikes, ratio, simulations, rng or np.random.default_rng(0))
    return SpectrumFit(
        law,
        Fitted(law.ratio, _ratio_interval(law.ratio, p - spikes, bulk.columns is not None, alpha)),
        Fitted(scale, _scale_interval(scale, p - spikes, columns - spikes, kurtosis, alpha)),
        seen,
        tests[spikes],
        distance,
        p_value,
    )


def fit_matrix(matrix: ArrayLike, *, alpha: float = 0.05, simulations: int = 99, known: bool = True) -> SpectrumFit:
    """Fit the law to a matrix of d rows and n columns, such as a layer's weights; its kurtosis is estimated.

    known: whether n is taken from the shape (else the ratio is estimated). Raises ValueError as `spectrum` and `fit`.
    """
    from .wishart import spectrum

    x = np.asarray(matrix, dtype=np.float64)
    values = spectrum(x)
    kurtosis = max(1.0, float((x**4).mean() / (x**2).mean() ** 2))
    return fit(values, x.shape[1] if known else None, alpha=alpha, kurtosis=kurtosis, simulations=simulations)


def _reduced(eigenvalues: ArrayLike, samples: int | None) -> tuple[_Bulk, int, int | None]:
    """The positive eigenvalues as a problem with p <= N, the number of features, and the samples where known."""
    values = np.sort(checked_sample(eigenvalues))
    d, size = values.size, float(np.abs(values).max())
    noise = size * d * 2.0**-50
    if values[0] < -noise:
        raise ValueError(f"eigenvalue {values[0]:.6g} is negative: a matrix X X^T/n has none")
    positive = values[values > noise]
    if positive.size < LEAST_SIZE:
        raise ValueError(f"{positive.size} positive eigenvalues are too few: {LEAST_SIZE} are needed")
    n = samples
    if n is None and positive.size < d:
        n = positive.size
    if n is None:
        return _Bulk(positive, None), d, None
    if n != int(n) or n < 1 or positive.size > n:
        raise ValueError(f"samples = {n}: n must be an integer, at least the {positive.size} positive eigenvalues")
    if d > n and positive.size < n:
        raise ValueError(f"samples = {n} and d = {d} need {n} positive eigenvalues, there are {positive.size}")
    if d <= n:
        return _Bulk(values, int(n)), d, int(n)
    return _Bulk(positive * n / d, d), d, int(n)


def _spikes(bulk: _Bulk, alpha: float) -> tuple[int, list[float]]:
    """How many spikes there are, and the p-values of the largest eigenvalues, one more than there are spikes."""
    p = bulk.values.size
    left_out, most = _screened(bulk), p // 2
    for _ in range(ROUNDS):
        ratio, scale = _estimate(bulk, left_out)
        columns = bulk.columns or max(p, round(p / ratio))
        tests: list[float] = []
        for k in range(most + 1):
            tests.append(edge_p_value(float(bulk.values[p - 1 - k]) * columns / scale, p - k, columns - k))
            if tests[-1] > alpha or k == most:
                break
        found = len(tests) - 1
        if found <= left_out:
            return found, tests
        left_out = found
    return found, tests


def edge_p_value(largest: float, features: int, samples: int) -> float:
    """P(the largest eigenvalue of X X^T is at least this), X of standard normal entries whose scale was estimated.

    Johnstone's limit with Ma's centring, and Nadler's correction for dividing by the mean eigenvalue.
    """
    n, p = math.sqrt(max(samples, features) - 0.5), math.sqrt(min(samples, features) - 0.5)
    centre, unit = (n + p) ** 2, (n + p) * (1 / n + 1 / p) ** (1 / 3)
    s = (largest - centre) / unit
    law, step = TracyWidom(1), 1e-3
    bend = float(law.pdf(s + step) - law.pdf(s - step)) / (2 * step)
    return float(np.clip(law.sf(s) + bend * (centre / unit) ** 2 / (features * samples), 0.0, 1.0))


def _screened(bulk: _Bulk) -> int:
    """How many eigenvalues lie clearly beyond the edge of the law that the lower three quarters of the others show."""
    p, left_out = bulk.values.size, 0
    for _ in range(ROUNDS):
        rest = bulk.rest(left_out)
        ratio = rest.size / bulk.columns if bulk.columns else _ratio_by_quartiles(rest)
        scale = _scale_by_quantiles(rest, ratio)
        law = MarchenkoPastur(ratio, scale)
        limit = law.support[1] + SCREEN * law.edge_unit(round(rest.size / ratio))
        found = min(int((bulk.values > limit).sum()), p // 2)
        if found <= left_out:
            break
        left_out = found
    return left_out


def _scale_by_quantiles(rest: Array, ratio: float) -> float:
    expected = _lower_quantiles(rest.size, ratio)
    return float((rest[: expected.size] * expected).sum() / (expected**2).sum())


@lru_cache(maxsize=64)
def _lower_quantiles(size: int, ratio: float) -> Array:
    """Where the lower three quarters of so many eigenvalues of scale 1 are expected."""
    levels = (np.arange(size) + 0.5) / size
    return MarchenkoPastur(ratio).quantile(levels[levels < 0.75])


@cache
def _quartile_table() -> tuple[Array, Array]:
    """Logarithms of ratios up to 1, and of the quotient of the law's quartiles there, which rises with the ratio."""
    ratios = np.geomspace(1e-6, 1.0, 241)
    quartiles = [MarchenkoPastur(float(one)).quantile(np.array([0.25, 0.75])) for one in ratios]
    return np.log(ratios), np.log([float(high / low) for low, high in quartiles])


def _ratio_by_quartiles(rest: Array) -> float:
    """The ratio at which the law's quartiles stand as the spectrum's do; 1 where they are further apart than any."""
    ratios, apart = _quartile_table()
    return float(np.exp(np.interp(math.log(np.quantile(rest, 0.75) / np.quantile(rest, 0.25)), apart, ratios)))


def _estimate(bulk: _Bulk, spikes: int) -> tuple[float, float]:
    """Ratio p/N and scale from the first two moments of the bulk, corrected for what spikes take from it."""
    rest, p = bulk.rest(spikes), bulk.values.size
    first, second, k = rest.sum(), (rest**2).sum(), rest.size
    ratio = p / bulk.columns if bulk.columns else min(1.0, max((second * k / first**2 - 1) / (1 + 1 / k), 1e-9))
    scale = float(first / k)
    for _ in range(ROUNDS if spikes else 1):
        excess = [_excess(float(one) / scale, ratio) for one in bulk.values[p - spikes :]]
        taken, squared = math.fsum(1 + 1 / e for e in excess), math.fsum((1 + 1 / e) ** 2 for e in excess)
        room = max(k - ratio * taken, 0.1 * k)
        scale = float(first / room)
        if bulk.columns is None:
            spread = second / scale**2 - k + 2 * ratio * taken + ratio**2 * squared
            ratio = min(1.0, max(float(spread / (k + 1)), 1e-9))
    return ratio, scale


def _excess(eigenvalue: float, ratio: float) -> float:
    """By how much the population's eigenvalue exceeds 1; at the threshold where nothing can be seen."""
    law = MarchenkoPastur(ratio)
    return law.population(max(eigenvalue, law.support[1])) - 1


def _spike(law: MarchenkoPastur, eigenvalue: float, p_value: float) -> Spike:
    population = law.population(max(eigenvalue, law.support[1]))
    return Spike(eigenvalue, p_value, population, law.overlap(population))


def _ratio_interval(ratio: float, size: int, known: bool, alpha: float) -> Interval:
    if known:
        return Interval(ratio, ratio, 0.0, "known from the sizes", size)
    from scipy.stats import norm

    # n (p tr S^2/(tr S)^2 - 1) - p is normal with mean 1 and variance 4 (Ledoit and Wolf 2002).
    off = 2 * float(norm.isf(alpha / 2)) / size
    return Interval(ratio / (1 + off), ratio / max(1 - off, 1e-3), alpha, "second moment, asymptotic", size)


def _scale_interval(scale: float, size: int, columns: int, kurtosis: float, alpha: float) -> Interval:
    from scipy.stats import chi2

    freedom = size * columns * 2 / max(kurtosis - 1, 1e-9)  # equal to size * columns for normal entries
    low, high = chi2.ppf([alpha / 2, 1 - alpha / 2], freedom) / freedom
    return Interval(scale / float(high), scale / float(low), alpha, "chi-squared", size * columns)


def _distance(rest: Array, ratio: float | None) -> float:
    """Kolmogorov's distance of a spectrum, scaled to mean 1, from the law of the given or the estimated ratio."""
    k, mean = rest.size, rest.mean()
    if ratio is None:
        ratio = min(1.0, max(float(((rest / mean) ** 2).mean() - 1) / (1 + 1 / k), 1e-9))
    values, steps = MarchenkoPastur(ratio).cdf(rest / mean), np.arange(k + 1) / k
    return float(max((steps[1:] - values).max(), (values - steps[:-1]).max()))


def _goodness(
    bulk: _Bulk, spikes: int, ratio: float, simulations: int, rng: np.random.Generator
) -> tuple[float, float | None]:
    """The distance of the bulk from its law, and its rank among those of simulated spectra of the same size."""
    rest = bulk.rest(spikes)
    columns = (bulk.columns or max(bulk.values.size, round(bulk.values.size / ratio))) - spikes
    given = rest.size / columns if bulk.columns else None
    shown = _distance(rest, given)
    if simulations == 0:
        return shown, None
    drawn = [_distance(wishart_spectrum(rest.size, columns, rng), given) for _ in range(simulations)]
    return shown, (1 + sum(one >= shown for one in drawn)) / (simulations + 1)
