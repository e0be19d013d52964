"""Pictures of Bayes' rule; curves and numbers come from `theory.bayes` and its conjugate pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics.conjugate_pairs import DRAWS, ranks
from ..theory import bayes as theory
from ..theory import conjugate, conjugate_pairs
from .curves import BLUE, GREEN, GREY, ORANGE, SKY, VERMILION, curve, generator
from .picture import picture


@picture(size=(6.8, 2.5), panels=2)
def sequential_updates(left: Any, right: Any) -> None:
    """Left: a Beta(2, 3) prior, the likelihood of 7 successes and 2 failures scaled to integrate to one, and the
    posterior, which is their product over the evidence. Right: nine tosses in two orders; the posterior mean takes two
    paths to the same end."""
    x, shares = theory.x, np.linspace(0.001, 0.999, 400)
    for (a, b), colour, style, label in (
        ((2, 3), GREY, "-", "prior Beta(2, 3)"),
        ((8, 3), ORANGE, (0, (4, 2)), "likelihood, scaled"),
        ((9, 5), BLUE, "-", "posterior Beta(9, 5)"),
    ):
        density = curve(conjugate.beta_density(x, a, b), x)(shares)
        left.plot(shares, density, color=colour, linestyle=style, label=label)
        if colour == BLUE:
            left.fill_between(shares, density, color=SKY, alpha=0.25, linewidth=0)
    left.set(xlabel="probability of success", ylabel="density", xlim=(0, 1), ylim=(0, 4.6))
    left.legend(loc="upper left")
    mean = theory.beta_binomial.claim.claims["predictive"].rhs
    tosses = np.array([1] * 7 + [0] * 2)
    for order, colour, marker, label in (
        (tosses, GREEN, "o", "successes first"),
        (tosses[::-1], VERMILION, "s", "failures first"),
    ):
        counts = [(int(order[:i].sum()), int(i - order[:i].sum())) for i in range(10)]
        at = {conjugate_pairs.a: 2, conjugate_pairs.b: 3}
        means = [float(mean.subs({**at, theory.k: k, theory.m: m})) for k, m in counts]
        right.plot(range(10), means, color=colour, marker=marker, markerfacecolor="white", label=label)
    right.set(xlabel="tosses seen", ylabel="posterior mean", ylim=(0.2, 0.9), xticks=range(0, 10, 3))
    right.legend(loc="upper left")


@picture(size=(6.8, 2.6), panels=2)
def base_rate(square: Any, curves: Any) -> None:
    """Left: everybody as a unit square, prevalence 1/10, sensitivity 9/10, specificity 4/5: of the coloured area, the
    positive tests, one third is sick. Right: that share against the prevalence; the statement's example, p = 1/1000,
    is the dot at 11/566."""
    p, sens, spec = 0.1, 0.9, 0.8
    value = theory.predictive_value(theory.prevalence, theory.sensitivity, theory.specificity)
    for low, width, height, colour, label in (
        (0, p, sens, VERMILION, "sick, positive"),
        (p, 1 - p, 1 - spec, SKY, "well, positive"),
    ):
        square.add_patch(_box(low, 0, width, height, colour))
        square.plot([], [], "s", color=colour, label=label)
    square.axvline(p, color="black", linewidth=0.8)
    square.text(0.55, 0.5, "well, negative", ha="center", va="center", fontsize=8, color=GREY)
    square.set(xlim=(0, 1), ylim=(0, 1), xlabel="sick | well", ylabel="share tested positive", aspect="equal")
    square.set(xticks=[0, p, 1], yticks=[0, 1 - spec, sens, 1])
    square.legend(loc="upper right", bbox_to_anchor=(1.0, 0.96))
    prevalences = np.geomspace(1e-4, 0.9, 300)
    for s, c, colour in ((0.99, 0.95, BLUE), (0.9, 0.8, VERMILION)):
        at = {theory.sensitivity: s, theory.specificity: c}
        shares = curve(value, theory.prevalence, at)(prevalences)
        curves.plot(prevalences, shares, color=colour, label=f"$s$ = {s}, $c$ = {c}")
    curves.plot(prevalences, prevalences, color=GREY, linewidth=0.8, linestyle=":", label="a test that tells nothing")
    curves.plot(1e-3, float(theory.base_rate.claim.claims["example"].rhs), "o", color=BLUE, markerfacecolor="white")
    curves.set(xscale="log", xlabel="prevalence $p$", ylabel="P(sick | positive)", xlim=(1e-4, 0.9), ylim=(0, 1))
    curves.legend(loc="upper left")


def _box(x: float, y: float, width: float, height: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=colour, edgecolor="none")


@picture(size=(6.8, 2.4), panels=2)
def rank_histograms(right_one: Any, wrong_one: Any) -> None:
    """Ranks of the true probability among nine draws from its posterior, 10,000 data sets: with the right posterior
    they are uniform (left); with failures counted by half they are not (right). The band holds the count of one rank
    with probability 99 %."""
    from scipy.stats import binom

    runs = 10_000
    rng = generator("bayes.rank_histograms")
    low, high = binom.interval(0.99, runs, 1 / (DRAWS + 1))
    for axes, failures, colour, title in (
        (right_one, 1.0, BLUE, "right posterior"),
        (wrong_one, 0.5, VERMILION, "failures counted by half"),
    ):
        counts = np.bincount(ranks(rng, runs, failures), minlength=DRAWS + 1)
        axes.axhspan(low, high, color=GREY, alpha=0.3, linewidth=0)
        axes.bar(range(DRAWS + 1), counts, color=colour, width=0.85)
        axes.axhline(runs / (DRAWS + 1), color="black", linewidth=0.8, linestyle=(0, (4, 2)))
        axes.set(xlabel="rank", ylabel="data sets", title=title, xticks=range(0, DRAWS + 1, 3))
