"""Pictures of the evidence, its lower bounds and their estimators; the curves are the expressions of `theory.vae`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..theory import vae as theory
from ..theory.gaussian import Normal
from .curves import BLUE, GREY, SKY, VERMILION, curve, generator
from .picture import picture

MODEL = {theory.w: 1.0, theory.b: 0.0, theory.s: 0.8, theory.x: 1.2}
"""The linear Gaussian model of the pictures: loading, offset, noise, datum."""


def _log_evidence() -> float:
    law = Normal(theory.b, theory.w**2 + theory.s**2)
    return float(
        curve(law.logpdf(theory.x), theory.x, {k: v for k, v in MODEL.items() if k != theory.x})(MODEL[theory.x])
    )


def _posterior() -> tuple[float, float]:
    total = MODEL[theory.w] ** 2 + MODEL[theory.s] ** 2
    mean = MODEL[theory.w] * (MODEL[theory.x] - MODEL[theory.b]) / total
    return mean, MODEL[theory.s] / total**0.5


@picture(size=(3.5, 2.6))
def evidence_gap(axes: Any) -> None:
    """The log-evidence of a linear Gaussian model and its lower bound against the variational mean, the variational
    scale being the posterior's and twice that: the gap is the divergence from q to the posterior."""
    evidence, (centre, width) = _log_evidence(), _posterior()
    means = np.linspace(centre - 1.5, centre + 1.5, 301)
    for scale, colour, label in (
        (width, BLUE, "bound, $\\sigma$ of the posterior"),
        (2 * width, VERMILION, "bound, $\\sigma$ twice that"),
    ):
        gap = curve(theory.linear_gaussian_gap.rhs, theory.mu, {**MODEL, theory.sigma: scale})
        axes.plot(means, evidence - gap(means), color=colour, label=label)
        if scale == width:
            axes.fill_between(means, evidence - gap(means), evidence, color=SKY, alpha=0.35, linewidth=0)
    axes.axhline(evidence, color="black", linewidth=1, linestyle=(0, (4, 2)), label="log-evidence")
    axes.axvline(centre, color=GREY, linewidth=0.6, linestyle=":")
    axes.text(means[-1] - 0.04, evidence - 0.27, "KL$(q\\,\\|\\,$posterior$)$", ha="right", va="center", fontsize=7)
    axes.set(xlabel="variational mean $\\mu$", ylabel="nats", xlim=(means[0], means[-1]))
    axes.legend(loc="lower center")


@picture(size=(3.5, 2.6))
def gradient_variances(axes: Any) -> None:
    """Variance of two unbiased estimators of the gradient of E z^2 in the mean mu = 1 of q, against the scale of q:
    exact curves, and the sample variance of 20,000 draws."""
    claims, at = theory.gradient_variances.claim.claims, {theory.mu: 1.0}
    scales = np.geomspace(0.1, 3, 200)
    rng = generator("vae.gradient_variances")
    dots = np.geomspace(0.12, 2.6, 9)
    eps = rng.standard_normal((20_000, 1))
    z = at[theory.mu] + dots * eps
    drawn = {"by score": (z**2 * eps / dots).var(axis=0, ddof=1), "by path": (2 * z).var(axis=0, ddof=1)}
    for part, colour, marker, label in (
        ("by score", VERMILION, "s", "score function"),
        ("by path", BLUE, "o", "reparametrized"),
    ):
        axes.plot(scales, curve(claims[part].rhs, theory.sigma, at)(scales), color=colour, label=label)
        axes.plot(dots, drawn[part], marker, color=colour, markerfacecolor="white", linestyle="none")
    axes.set(xscale="log", yscale="log", xlabel="scale $\\sigma$ of $q$", ylabel="variance of one draw")
    axes.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.xaxis.set_minor_locator(_no_ticks())
    axes.legend(loc="lower right")


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


@picture(size=(3.5, 2.6))
def importance_weighted(axes: Any) -> None:
    """The bound with K importance samples closes in on the log-evidence of a linear Gaussian model as K doubles; at
    K = 1 stands the evidence lower bound in closed form, the dots average at least 20,000 groups of draws."""
    evidence, (centre, width) = _log_evidence(), _posterior()
    mean, scale = centre - width, 1.6 * width
    rng = generator("vae.importance_weighted")
    counts = 2 ** np.arange(8)
    eps = rng.standard_normal((20_000, int(counts[-1])))
    z = mean + scale * eps
    joint = curve(
        Normal(theory.w * theory.z + theory.b, theory.s**2).logpdf(theory.x) + Normal(0, 1).logpdf(theory.z),
        theory.z,
        MODEL,
    )
    at = {theory.mu: mean, theory.sigma: scale}
    log_weights = joint(z) - curve(theory.q_normal.logpdf(theory.z), theory.z, at)(z)
    bounds = [np.log(np.exp(log_weights).reshape(len(z), -1, k).mean(axis=2)).mean() for k in counts]
    gap = float(curve(theory.linear_gaussian_gap.rhs, theory.mu, {**MODEL, theory.sigma: scale})(mean))
    axes.axhline(evidence, color="black", linewidth=1, linestyle=(0, (4, 2)))
    axes.text(counts[-1], evidence + 0.02 * gap, "log-evidence", ha="right", va="bottom", fontsize=7)
    axes.fill_between(counts, bounds, evidence, color=SKY, alpha=0.35, linewidth=0)
    axes.plot(counts, bounds, "o-", color=BLUE, markerfacecolor="white")
    axes.plot(1, evidence - gap, "D", color=VERMILION, markersize=5)
    axes.annotate(
        "ELBO, exact", (1, evidence - gap), xytext=(7, 0), textcoords="offset points", va="center", fontsize=7
    )
    axes.set(
        xscale="log",
        xlabel="importance samples $K$",
        ylabel="bound (nats)",
        ylim=(evidence - 1.12 * gap, evidence + 0.16 * gap),
    )
    axes.set_xticks(counts, [str(k) for k in counts])
    axes.xaxis.set_minor_locator(_no_ticks())


@picture(size=(3.5, 2.6))
def reparametrized_noise(axes: Any) -> None:
    """Standard normal noise (grey) through the map z = mu + sigma eps, mu = 3 and sigma = 1/2: the histogram of 5,000
    mapped draws lies on the density N(mu, sigma^2), not on the one that takes sigma for the variance."""
    mean, scale = 3.0, 0.5
    eps = generator("vae.reparametrized_noise").standard_normal(5_000)
    points = np.linspace(-3.5, 5.6, 500)

    def density(mu: float, sigma: float) -> Any:
        return curve(theory.q_normal.pdf(theory.z), theory.z, {theory.mu: mu, theory.sigma: sigma})(points)

    axes.hist(eps, bins=40, density=True, color="#D0D0D0")
    axes.plot(points, density(0, 1), color=GREY)
    axes.hist(mean + scale * eps, bins=40, density=True, color=SKY, alpha=0.7)
    axes.plot(points, density(mean, scale), color=BLUE, label="N($\\mu$, $\\sigma^2$)")
    axes.plot(points, density(mean, scale**0.5), color=VERMILION, linestyle=(0, (4, 2)), label="N($\\mu$, $\\sigma$)")
    axes.annotate("", (1.75, 0.62), xytext=(0, 0.62), arrowprops={"arrowstyle": "->", "color": GREY, "linewidth": 0.8})
    axes.text(0.85, 0.65, "$z=\\mu+\\sigma\\,\\epsilon$", ha="center", va="bottom", fontsize=8)
    axes.text(0, 0.42, "noise $\\epsilon$", ha="center", va="bottom", fontsize=7)
    axes.set(xlabel="value", ylabel="density", xlim=(-3.5, 5.6), ylim=(0, 0.95))
    axes.legend(loc="upper left")


@picture(size=(3.5, 2.6))
def printed_estimator(axes: Any) -> None:
    """Equation 525 as printed, without the prior, and corrected, in a linear Gaussian model: expectations as curves,
    means of 400 averages over K = 8 draws as dots. The printed one exceeds the log-evidence that it should bound."""
    evidence, (_, width) = _log_evidence(), _posterior()
    at = {**MODEL, theory.sigma: width}
    means = np.linspace(-0.4, 2.6, 200)
    gap = curve(theory.linear_gaussian_gap.rhs, theory.mu, at)
    without = curve(theory.q_normal.expect(Normal(0, 1).logpdf(theory.z), theory.z), theory.mu, {theory.sigma: width})
    axes.axhline(evidence, color="black", linewidth=1, linestyle=(0, (4, 2)), label="log-evidence")
    axes.plot(means, evidence - gap(means) - without(means), color=VERMILION, label="as printed")
    axes.plot(means, evidence - gap(means), color=BLUE, label="corrected")
    rng = generator("vae.printed_estimator")
    likelihood = curve(Normal(theory.w * theory.z + theory.b, theory.s**2).logpdf(theory.x), theory.z, MODEL)
    prior = curve(Normal(0, 1).logpdf(theory.z), theory.z, {})
    for mean in np.linspace(-0.2, 2.4, 8):
        z = mean + width * rng.standard_normal((400, 8))
        density = curve(theory.q_normal.logpdf(theory.z), theory.z, {theory.mu: mean, theory.sigma: width})
        printed = (likelihood(z) - density(z)).mean()
        axes.plot(mean, printed, "s", color=VERMILION, markerfacecolor="white")
        axes.plot(mean, printed + prior(z).mean(), "o", color=BLUE, markerfacecolor="white")
    axes.set(xlabel="variational mean $\\mu$", ylabel="nats", xlim=(means[0], means[-1]))
    axes.legend(loc="lower center")
