"""Confidence intervals whose error is controlled exactly at every sample size, never only asymptotically.

An interval of level alpha misses the truth with probability at most alpha, under the stated assumption and no
other. So a prediction outside it is wrong, up to a false alarm of probability alpha; and a prediction that is
off by more than the width `high - low` is caught whenever the interval holds the truth. `numerics.power` says
beforehand how many samples that takes.

The functions `*_bounds` work on the last axis of an array (many experiments at once, for calibration); the
public ones take one sample and return an `Interval`.

>>> proportion(9, 10, alpha=0.05)
Interval(low=0.5549839, high=0.9974714, alpha=0.05, method='Clopper-Pearson', samples=10)
>>> proportion(0, 100, alpha=1e-9, side="upper").high < 0.19
True
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Bounds = tuple[Array, Array]


@dataclass(frozen=True)
class Interval:
    """The numbers from low to high, ends included; misses the truth with probability at most alpha.

    alpha is 0 for a deterministic enclosure. method names how it was found, samples how many draws it rests
    on. Raises ValueError for ends that are not finite or not in order.
    """

    low: float
    high: float
    alpha: float
    method: str
    samples: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"not an interval: from {self.low} to {self.high}")
        if not 0 <= self.alpha < 1:
            raise ValueError(f"alpha = {self.alpha} is not in [0, 1)")

    def contains(self, x: float) -> bool:
        """Whether low <= x <= high; false for nan."""
        return bool(self.low <= x <= self.high)

    @property
    def half_width(self) -> float:
        """Half the distance of the ends."""
        return (self.high - self.low) / 2

    @property
    def width(self) -> float:
        """The distance of the ends: a value further than this from the truth lies outside, unless the truth does."""
        return self.high - self.low

    @property
    def middle(self) -> float:
        """The midpoint."""
        return self.low + (self.high - self.low) / 2

    def __repr__(self) -> str:
        return (
            f"Interval(low={self.low:.7g}, high={self.high:.7g}, alpha={self.alpha:g}, "
            f"method={self.method!r}, samples={self.samples})"
        )


def checked_alpha(alpha: float) -> float:
    """alpha itself; raises ValueError unless it lies strictly between 0 and 1."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha} is not strictly between 0 and 1")
    return float(alpha)


def checked_sample(sample: ArrayLike, least: int = 1) -> Array:
    """The sample as a vector of floats; ValueError where it is no vector, too short, or not finite."""
    x = np.asarray(sample, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError(f"a sample is a vector, this one has shape {x.shape}")
    if x.size < least:
        raise ValueError("the sample is empty" if x.size == 0 else f"{x.size} values are too few: {least} needed")
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise ValueError(f"value {bad[0]} of the sample is {x[bad[0]]}")
    return x


def checked_bounded(sample: ArrayLike, low: float, high: float, least: int = 1) -> Array:
    """The sample moved to [0, 1]; raises ValueError where a value lies outside [low, high]."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"not a range: from {low} to {high}")
    x = checked_sample(sample, least)
    bad = np.flatnonzero((x < low) | (x > high))
    if bad.size:
        raise ValueError(f"value {bad[0]} of the sample, {x[bad[0]]}, lies outside [{low}, {high}]")
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def scaled(bounds: Bounds, low: float, high: float, alpha: float, method: str, samples: int) -> Interval:
    """The interval of a mean in [0, 1] carried back to [low, high]."""
    ends = [low + (high - low) * min(max(float(end), 0.0), 1.0) for end in bounds]
    return Interval(ends[0], max(ends), alpha, method, samples)


def proportion(successes: int, trials: int, alpha: float, side: Literal["both", "lower", "upper"] = "both") -> Interval:
    """Clopper and Pearson's interval for a probability, from a count of independent trials.

    One-sided at the full alpha. Exact: each end p is where a count at least (at most) so extreme has
    probability alpha/2. Raises ValueError for counts that are no counts.
    """
    checked_alpha(alpha)
    if trials < 1 or not 0 <= successes <= trials or successes != int(successes):
        raise ValueError(f"{successes} successes in {trials} trials is no count")
    level = alpha / 2 if side == "both" else alpha
    low, high = proportion_bounds(np.asarray(successes), trials, level)
    return Interval(
        0.0 if side == "upper" else float(low),
        1.0 if side == "lower" else float(high),
        alpha,
        "Clopper-Pearson" if side == "both" else f"Clopper-Pearson, {side} end",
        trials,
    )


def proportion_bounds(successes: NDArray[Any], trials: int, level: float) -> Bounds:
    """Both ends of Clopper and Pearson, each wrong with probability at most level."""
    from scipy.special import betaincinv

    def lower(count: NDArray[Any]) -> Array:
        ends = betaincinv(np.maximum(count, 1), trials - np.maximum(count, 1) + 1, level)
        return np.asarray(np.where(count == 0, 0.0, ends))

    return lower(successes), 1 - lower(trials - successes)


def hoeffding_mean(sample: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Hoeffding's interval for a bounded mean: half-width (high - low) sqrt(log(2/alpha) / (2n))."""
    checked_alpha(alpha)
    x = checked_bounded(sample, low, high)
    return scaled(hoeffding_bounds(x, alpha), low, high, alpha, "Hoeffding", x.size)


def hoeffding_bounds(x: Array, alpha: float) -> Bounds:
    """Hoeffding's ends for samples of [0, 1]."""
    half = math.sqrt(math.log(2 / alpha) / (2 * x.shape[-1]))
    return x.mean(axis=-1) - half, x.mean(axis=-1) + half


def empirical_bernstein_mean(sample: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Maurer and Pontil's (2009, theorem 4) interval for the mean of [low, high]-valued variables.

    On [0, 1], with the unbiased sample variance V, the half-width is
    sqrt(2 V log(4/alpha) / n) + 7 log(4/alpha) / (3 (n - 1)); n is at least 2.
    """
    checked_alpha(alpha)
    x = checked_bounded(sample, low, high, least=2)
    return scaled(empirical_bernstein_bounds(x, alpha), low, high, alpha, "empirical Bernstein", x.size)


def empirical_bernstein_bounds(x: Array, alpha: float) -> Bounds:
    """Maurer and Pontil's ends for samples of [0, 1]."""
    n, log = x.shape[-1], math.log(4 / alpha)
    half = np.sqrt(2 * x.var(axis=-1, ddof=1) * log / n) + 7 * log / (3 * (n - 1))
    return x.mean(axis=-1) - half, x.mean(axis=-1) + half


def catoni_mean(sample: ArrayLike, variance: float, alpha: float) -> Interval:
    """Catoni's (2012, proposition 2.4) interval for a mean, given only a bound on the variance.

    The tails may be heavy. The half-width is sqrt(2 v log(2/alpha) / (n (1 - 2 log(2/alpha) / n))), so n must
    exceed 2 log(2/alpha); with a bound that does not hold, nothing is promised. Raises ValueError for fewer
    samples or a variance that is not positive.
    """
    checked_alpha(alpha)
    x = checked_sample(sample)
    low, high = catoni_bounds(x, variance, alpha)
    return Interval(float(low), float(high), alpha, f"Catoni, variance at most {variance:g}", x.size)


def catoni_half_width(n: int, variance: float, alpha: float) -> float:
    """Half the width of Catoni's interval, which does not depend on the sample."""
    if not (math.isfinite(variance) and variance > 0):
        raise ValueError(f"the bound {variance} on the variance is not positive")
    log = math.log(2 / alpha)
    if n <= 2 * log:
        raise ValueError(
            f"{n} values are too few: Catoni's interval needs more than {2 * log:.1f} at alpha = {alpha:g}"
        )
    return math.sqrt(2 * variance * log / (n * (1 - 2 * log / n)))


def catoni_scale(n: int, variance: float, alpha: float) -> float:
    """The scale a of the influence function psi(a (x - m)) that gives this half-width."""
    log = math.log(2 / alpha)
    return math.sqrt(2 * log / (n * (variance + catoni_half_width(n, variance, alpha) ** 2)))


def catoni_bounds(x: Array, variance: float, alpha: float) -> Bounds:
    """Catoni's ends: the root m of sum psi(a (x - m)), psi(t) = sign(t) log(1 + |t| + t^2/2), by bisection."""
    n = x.shape[-1]
    half, scale = catoni_half_width(n, variance, alpha), catoni_scale(n, variance, alpha)
    below, above = x.min(axis=-1), x.max(axis=-1)
    for _ in range(60):
        middle = below + (above - below) / 2
        t = scale * (x - middle[..., None])
        positive = (np.sign(t) * np.log1p(np.abs(t) + t * t / 2)).sum(axis=-1) > 0
        below, above = np.where(positive, middle, below), np.where(positive, above, middle)
    return below - half, above + half


def gaussian_mean(sample: ArrayLike, alpha: float, variance: float | None = None) -> Interval:
    """The interval for the mean of exactly normal variables: Student's t, or normal where the variance is known."""
    checked_alpha(alpha)
    x = checked_sample(sample, least=1 if variance is not None else 2)
    if variance is not None and not (math.isfinite(variance) and variance > 0):
        raise ValueError(f"the variance {variance} is not positive")
    low, high = gaussian_mean_bounds(x, alpha, variance)
    return Interval(float(low), float(high), alpha, "normal" if variance is not None else "Student t", x.size)


def gaussian_mean_bounds(x: Array, alpha: float, variance: float | None = None) -> Bounds:
    """The ends for normal samples."""
    from scipy.special import ndtri, stdtrit

    n = x.shape[-1]
    if variance is not None:
        half = np.asarray(-ndtri(alpha / 2) * math.sqrt(variance / n))
    else:
        half = -stdtrit(n - 1, alpha / 2) * np.sqrt(x.var(axis=-1, ddof=1) / n)
    return x.mean(axis=-1) - half, x.mean(axis=-1) + half


def gaussian_variance(sample: ArrayLike, alpha: float) -> Interval:
    """The chi-square interval for the variance of exactly normal variables with unknown mean."""
    checked_alpha(alpha)
    x = checked_sample(sample, least=2)
    low, high = gaussian_variance_bounds(x, alpha)
    return Interval(float(low), float(high), alpha, "chi-square", x.size)


def gaussian_variance_bounds(x: Array, alpha: float) -> Bounds:
    """The ends for normal samples: (n-1) V over the chi-square quantiles at 1 - alpha/2 and alpha/2."""
    from scipy.special import gammainccinv, gammaincinv

    shape, squares = (x.shape[-1] - 1) / 2, (x.shape[-1] - 1) * x.var(axis=-1, ddof=1)
    return squares / (2 * gammainccinv(shape, alpha / 2)), squares / (2 * gammaincinv(shape, alpha / 2))
