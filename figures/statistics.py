"""Pictures of statistics: kurtosis and tails, medians, entropy, averages, and the distance from the normal law."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Abs, Expr

from ..numerics.statistics import binomial_bound, binomial_distance, evaluated
from ..theory import law_families, moments, uncertainty
from ..theory.divergence import entropy as shannon
from ..theory.law_families import FAMILIES
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, curve, generator
from .picture import picture

DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))


@picture(size=(6.8, 2.9), panels=2)
def kurtosis(tails: Any, plane: Any) -> None:
    """Left: three symmetric densities in units of their standard deviation. The Pareto law with kurtosis 9/5, that of
    the uniform law, has the heaviest tails. Right: kurtosis against squared skewness; nothing lies below the dashed
    line, where the two-point laws are; open marks are binomial laws of 5 coins, lines whole families."""
    x = np.linspace(0.005, 6, 600)
    deviation = np.sqrt(5 / 3)
    pareto = np.where(x * deviation > 1, 2.5 * np.maximum(x * deviation, 1) ** -6.0, np.nan) * deviation
    normal = curve(FAMILIES["normal"].density, law_families.z, {law_families.mu: 0.0, law_families.sigma: 1.0})
    flat = np.where(x < np.sqrt(3), 1 / np.sqrt(12), np.nan)
    for values, colour, name in (
        (pareto, VERMILION, "Pareto, kurtosis 9/5"),
        (normal(x), BLUE, "normal, kurtosis 3"),
        (flat, GREEN, "uniform, kurtosis 9/5"),
    ):
        tails.plot(x, values, color=colour, label=name)
    tails.set(
        xlabel="distance from the mean in deviations", ylabel="density", yscale="log", xlim=(0, 6), ylim=(1e-7, 30)
    )
    tails.legend(loc="lower left")
    squares = np.linspace(0, 5, 60)
    plane.plot(squares, squares + 1, color="black", linewidth=1, linestyle=DASHED)
    plane.fill_between(squares, squares + 1, 0, color=GREY, alpha=0.15, linewidth=0)
    plane.text(2.7, 1.7, "impossible", color=GREY, fontsize=7)
    for name, symbol, colour, at in (
        ("gamma", law_families.shape, ORANGE, np.geomspace(0.6, 400, 200)),
        ("Poisson", law_families.rate, PURPLE, np.geomspace(0.1, 400, 200)),
    ):
        plane.plot(*_shape(name, symbol, at), color=colour, label=name)
    chances = np.array([0.06, 0.1, 0.15, 0.2, 0.3, 0.5])
    five = {law_families.n: 5.0}
    plane.plot(
        curve(FAMILIES["binomial"].skewness ** 2, law_families.chance, five)(chances),
        curve(FAMILIES["binomial"].kurtosis, law_families.chance, five)(chances),
        "o", color=SKY, markerfacecolor="white", label="binomial",
    )  # fmt: skip
    for name, (a, b), colour in (
        ("normal", (0, 3), BLUE),
        ("uniform", (0, 1.8), GREEN),
        ("exponential", (4, 9), ORANGE),
    ):
        plane.plot(a, b, "o", color=colour, clip_on=False, zorder=5)
        if name != "normal":
            plane.text(a - 0.12 if a else 0.12, b + 0.05, name, fontsize=7, ha="right" if a else "left", va="bottom")
    plane.annotate("normal", (0.02, 3.15), (0.08, 4.7), fontsize=7, arrowprops={"arrowstyle": "->", "lw": 0.6})
    plane.set(xlabel="squared skewness", ylabel="kurtosis", xlim=(0, 5), ylim=(0, 11))
    plane.legend(loc="upper left")


def _shape(name: str, symbol: Any, at: Any) -> tuple[Any, Any]:
    """Squared skewness and kurtosis along a family."""
    family = FAMILIES[name]
    return curve(family.skewness**2, symbol)(at), curve(family.kurtosis, symbol)(at)


@picture(size=(6.8, 2.6), panels=2)
def medians(steps: Any, costs: Any) -> None:
    """Left: distribution functions of a fair coin, which is 1/2 on an interval of medians, and of a coin of chance 0.3,
    which jumps over 1/2 at its median (equation 650 has no solution). Right: the mean absolute deviation is least
    exactly at the medians; the mean (square) need not be one of them."""
    at = np.linspace(-0.6, 1.6, 441)
    values = np.array([0.0, 1.0])
    distance = moments.mean(Abs(moments.X - moments.c))
    for chance, colour, name in ((0.5, BLUE, "fair coin"), (0.3, VERMILION, "chance 0.3")):
        law = np.array([1 - chance, chance])
        steps.step([-0.6, 0, 1, 1.6], [0, 1 - chance, 1, 1], where="post", color=colour, label=name)
        cost = [evaluated(distance, {moments.P: law, moments.X: values, moments.c: c}) for c in at[::8]]
        costs.plot(at[::8], cost, color=colour, label=name)
        costs.plot(
            chance, evaluated(distance, {moments.P: law, moments.X: values, moments.c: chance}), "s", color=colour
        )
        costs.plot([0, 1 if chance == 0.5 else 0], [chance] * 2, "o-", color=colour, linewidth=3, markersize=4)
    steps.axhline(0.5, color=GREY, linewidth=0.8, linestyle=DOTTED)
    steps.plot([0, 1], [0.5, 0.5], color=BLUE, linewidth=3)
    steps.plot(0, 0.5, "o", color=VERMILION)
    steps.text(0.5, 0.46, "medians", color=BLUE, ha="center", va="top", fontsize=7)
    steps.text(-0.06, 0.53, "median", color=VERMILION, ha="right", va="bottom", fontsize=7)
    steps.set(xlabel="$m$", ylabel="$F(m)$", xlim=(-0.6, 1.6), ylim=(0, 1.05))
    costs.set(xlabel="centre $c$", ylabel="mean of $|X-c|$", xlim=(-0.6, 1.6), ylim=(0.2, 1.2))
    for axes in (steps, costs):
        axes.set_xticks([-0.5, 0, 0.5, 1, 1.5])
    steps.legend(loc="lower right")
    costs.legend(loc="upper center")


@picture(size=(6.8, 2.6), panels=2)
def entropy(one: Any, two: Any) -> None:
    """Left: entropy of a coin, between 0 and log 2, and differential entropy of the uniform law of length q: negative.
    Right: a fair coin X and a copy Y that is wrong with chance q: what Y tells of X and what stays unknown add up to
    the entropy of X."""
    chance = np.linspace(0.002, 0.998, 250)
    coin = [evaluated(shannon(moments.P), {moments.P: np.array([q, 1 - q])}) for q in chance]
    one.plot(chance, coin, color=BLUE, label="coin of chance $q$")
    one.plot(chance, np.log(chance), color=VERMILION, label="uniform law of length $q$")
    one.axhline(0, color="black", linewidth=0.6)
    one.axhline(np.log(2), color=GREY, linewidth=0.8, linestyle=DOTTED)
    one.text(0.02, np.log(2) + 0.02, "log 2", color=GREY, fontsize=7, va="bottom")
    one.set(xlabel="$q$", ylabel="nats", xlim=(0, 1), ylim=(-2, 1))
    one.legend(loc="lower right")
    told = np.array([_of_channel(uncertainty.shared(), q) for q in chance])
    two.fill_between(chance, told, color=SKY, alpha=0.6, linewidth=0)
    two.fill_between(chance, told, np.log(2), color=ORANGE, alpha=0.45, linewidth=0)
    two.plot(chance, told, color=BLUE)
    two.text(0.5, 0.4, "$H(X\\mid Y)$", ha="center", fontsize=8)
    two.text(0.04, 0.1, "$I(X;Y)$", fontsize=8)
    two.text(0.96, 0.1, "$I(X;Y)$", fontsize=8, ha="right")
    two.set(xlabel="chance $q$ of an error", ylabel="nats", xlim=(0, 1), ylim=(0, np.log(2)))


def _of_channel(value: Expr, wrong: float) -> float:
    """A functional of a pair of coins, the second a copy of the first that errs with this chance."""
    table = np.array([1 - wrong, wrong, wrong, 1 - wrong]) / 2
    half = np.full(4, 0.5)
    return evaluated(value, {uncertainty.joint: table, uncertainty.first: half, uncertainty.second: half})


@picture(size=(6.8, 2.6), panels=2)
def averages(settled: Any, wild: Any) -> None:
    """Running means of six sequences of draws. Left: exponential variables, with the band that Chebyshev's inequality
    gives the mean of n with a chance of 19/20. Right: Cauchy variables, which have no mean: one draw can move the
    average at any time."""
    rng = generator("statistics.averages")
    count = np.arange(1, 3_001)
    for axes, draws in ((settled, rng.exponential(size=(6, 3_000))), (wild, rng.standard_cauchy((6, 3_000)))):
        for path, colour in zip(draws, (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY), strict=True):
            axes.plot(count, np.cumsum(path) / count, color=colour, linewidth=0.9)
        axes.set(xlabel="draws $n$", xscale="log", xlim=(1, 3_000))
    far = np.sqrt(20 / count)
    settled.fill_between(count, 1 - far, 1 + far, color=GREY, alpha=0.2, linewidth=0)
    settled.axhline(1, color="black", linewidth=0.8, linestyle=DASHED)
    settled.set(ylabel="mean of $n$ draws", ylim=(-0.5, 2.5), title="exponential")
    wild.set(ylim=(-10, 10), title="Cauchy")


@picture(size=(6.8, 2.7), panels=2)
def berry_esseen(law: Any, rate: Any) -> None:
    """Left: the distribution function of 20 coins of chance 0.2, standardized, inside the band about the normal one
    that Berry and Esseen's theorem gives with the constant 0.4748. Right: the greatest distance (marks) and the bound
    (lines) against the number of coins: both fall as the root of it, and no faster."""
    from scipy.stats import binom, norm

    size, chance = 20, 0.2
    bound = binomial_bound(size, chance)
    z = np.linspace(-3, 3, 400)
    k = np.arange(-1, size + 2)
    law.fill_between(z, norm.cdf(z) - bound, norm.cdf(z) + bound, color=SKY, alpha=0.35, linewidth=0)
    law.plot(z, norm.cdf(z), color=BLUE, label="normal")
    places = (k - size * chance) / np.sqrt(size * chance * (1 - chance))
    law.step(places, binom.cdf(k, size, chance), where="post", color=VERMILION, label="20 coins")
    law.set(xlabel="standardized sum", ylabel="distribution function", xlim=(-3, 3), ylim=(0, 1))
    law.legend(loc="upper left")
    sizes = np.unique(np.geomspace(1, 3_000, 22).astype(int))
    for coin, colour, mark in ((0.5, BLUE, "o"), (0.1, GREEN, "s"), (0.01, VERMILION, "^")):
        rate.plot(sizes, [binomial_bound(int(n), coin) for n in sizes], color=colour)
        found = [binomial_distance(int(n), coin) for n in sizes]
        rate.plot(sizes, found, mark, color=colour, markerfacecolor="white", label=f"chance {coin:g}")
    rate.set(xlabel="coins $n$", ylabel="distance from the normal law", xscale="log", yscale="log", ylim=(4e-3, 1.2))
    rate.legend(loc="lower left")
