"""Measurements of rounding and of thresholds: a quantizer of torch, stochastic rounding, fused operations.

What is sampled is bounded, so every interval of a mean is one for bounded variables.
"""

from __future__ import annotations

import numpy as np
from sympy import Rational

from ..theory import autodiff as theory
from ..theory import branching, rounding
from .intervals import Interval, empirical_bernstein_mean
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

STEP = 0.125
"""A power of two, so that the grid is exact in floating point."""


@measures("autodiff.quantization_error", route="torch.fake_quantize_per_tensor_affine", needs=("torch",))
def nearest(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The largest and the mean squared error of torch's quantizer on numbers spread evenly over its range."""
    import torch

    x = torch.tensor(rng.uniform(-8, 8, tier.choose(quick=200_000, full=5_000_000)))
    error = (torch.fake_quantize_per_tensor_affine(x.float(), STEP, 0, -128, 127).double() - x.float().double()).numpy()
    at_step = {rounding.step: Rational(1, 8)}
    parts = theory.quantization_error.claim.claims
    worst, square = (float(parts[name].rhs.xreplace(at_step)) for name in ("at most half a step", "mean square"))
    inside = np.abs(x.numpy()) < 7.9  # where nothing is clipped
    largest = float(np.abs(error[inside]).max())
    return [
        Estimate("largest error", _exact(largest), worst, {"a third of a step": STEP / 3}, relation="<="),
        Estimate(
            "mean squared error",
            empirical_bernstein_mean(error[inside] ** 2, 0, STEP**2 / 4, ALPHA_PER_TEST),
            square,
            {"truncation": STEP**2 / 3, "a quarter": STEP**2 / 16},
        ),
    ]


def _exact(value: float) -> Interval:
    return enclosure(value, error=0, method="differences on a grid of powers of two")


@measures("autodiff.quantized_sum", route="the last layer of a classifier of digits, quantized", needs=("sklearn",))
def quantized_classifier(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The change of the logits of handwritten digits when the weights are rounded to a grid, over its bound."""
    from sklearn.datasets import load_digits

    images = load_digits().data / 16
    weights = rng.normal(size=(64, 10))
    rounded = np.round(weights / STEP) * STEP
    share = np.abs(images @ (rounded - weights)) / (STEP / 2 * np.abs(images).sum(axis=1, keepdims=True))
    # Weights that all lie in the middle of a step attain the bound.
    middle = np.full((64, 10), STEP / 2) * 0.999
    attained = np.abs(images @ (0 - middle)) / (STEP / 2 * np.abs(images).sum(axis=1, keepdims=True))
    tall = enclosure(float(attained.max()), error=1e-12, method="sums of 64 terms")
    usual = enclosure(float(share.max()), error=1e-12, method="sums of 64 terms")
    return [
        Estimate("change over the bound, drawn weights", usual, 1.0, relation="<="),
        Estimate("change over the bound, worst weights", tall, 1.0, {"a quarter of a step": 0.5}, relation="<="),
    ]


@measures("autodiff.stochastic_rounding", route="draws")
def stochastic(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Mean and variance of stochastically rounded copies of one number."""
    r, count = 0.3, tier.choose(quick=400_000, full=10_000_000)
    error = STEP * ((rng.random(count) < r) - r)
    spread = {rounding.step: Rational(1, 8), rounding.fraction: Rational(3, 10)}
    variance = float(theory.stochastic_rounding.claim.claims["variance"].rhs.xreplace(spread))
    return [
        Estimate(
            "mean error",
            empirical_bernstein_mean(error, -STEP, STEP, ALPHA_PER_TEST),
            0.0,
            {"to the nearest": -STEP * r, "a coin": STEP * (0.5 - r)},
        ),
        Estimate(
            "mean squared error",
            empirical_bernstein_mean(error**2, 0, STEP**2, ALPHA_PER_TEST),
            variance,
            {"to the nearest": (STEP * r) ** 2, "the largest possible": STEP**2 / 4},
        ),
    ]


@measures("autodiff.fused_rounding", route="a product and a sum rounded to integers, once and twice")
def fused(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The largest error over many triples of multiples of 1/64, exact in floating point."""
    a, b, c = rng.integers(-640, 641, (3, tier.choose(quick=200_000, full=2_000_000))) / 64.0
    once = np.abs(np.floor(a * b + c + 0.5) - (a * b + c)).max()
    twice = np.abs(np.floor(np.floor(a * b + 0.5) + c + 0.5) - (a * b + c)).max()
    return [
        Estimate("rounded once", _exact(float(once)), 0.5, {"a third": 1 / 3}, relation="<="),
        Estimate("rounded twice", _exact(float(twice)), 1.0, {"no more than once": 0.5}, relation="<="),
    ]


@measures("autodiff.threshold", route="draws on both sides of the threshold")
def moved_threshold(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The change of the mean of a branch when the threshold moves from 0.4 to 0.6, one set of inputs for both."""
    values = {branching.upper: 2, branching.lower: 1, branching.above: 3, branching.below: 0}
    x = rng.random(tier.choose(quick=200_000, full=5_000_000))

    def output(cut: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.where(x > cut, 2 * x + 3, x)

    change = output(0.6) - output(0.4)
    mean = theory.threshold.claim.claims["mean"].rhs
    cut = next(one for one in mean.free_symbols if one.name == "t")
    predicted = float(mean.subs({**values, cut: Rational(3, 5)}) - mean.subs({**values, cut: Rational(2, 5)}))
    interval = empirical_bernstein_mean(change, -4, 0, ALPHA_PER_TEST)
    return [Estimate("change of the mean", interval, predicted, {"as the branches say": 0.0, "sign": -predicted})]
