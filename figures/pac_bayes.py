"""Pictures of PAC-Bayes: the kl ball and its inverse, the bounds side by side, coverage, and a certificate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..numerics.certificates import catoni, mcallester, seeger, thiemann
from ..numerics.kl_inverse import binary_kl, kl_ball, kl_upper_inverses
from ..numerics.pac_bayes import experiment
from .curves import BLUE, GREEN, GREY, ORANGE, VERMILION, generator
from .picture import picture

DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))


@picture(size=(3.5, 2.6))
def kl_ball_and_inverse(axes: Any) -> None:
    """The divergence kl(q || p) of a coin p from the frequency q = 0.1 (blue) and Pinsker's parabola below it (grey):
    the risks p that a budget B allows lie between the two inverses, and Pinsker's interval is wider: on the left it
    leaves [0, 1]."""
    q, budget = 0.1, 0.1
    p = np.linspace(0.0005, 0.6, 500)
    ball, reach = kl_ball(q, budget), math.sqrt(budget / 2)
    axes.plot(p, binary_kl(q, p), color=BLUE)
    axes.plot(np.linspace(-0.2, 0.6, 300), 2 * (np.linspace(-0.2, 0.6, 300) - q) ** 2, color=GREY, linestyle=DASHED)
    axes.axhline(budget, color="black", linewidth=0.7, linestyle=DOTTED)
    axes.plot([ball.low, ball.high], [budget, budget], color=VERMILION, linewidth=2.5, solid_capstyle="butt")
    for end in (ball.low, ball.high):
        axes.plot([end, end], [0, budget], color=VERMILION, linewidth=0.8)
    axes.plot([q - reach, q + reach], [budget, budget], "|", color=GREY, markersize=9)
    axes.axvspan(-0.2, 0, color=GREY, alpha=0.15, linewidth=0)
    axes.text(0.59, 0.105, "budget $B$", ha="right", va="bottom", fontsize=7)
    axes.text(0.43, 0.29, "$\\mathrm{kl}(q\\Vert p)$", color=BLUE, ha="right", fontsize=8)
    axes.text(0.595, 0.2, "$2(p-q)^2$", color=GREY, ha="right", va="top", fontsize=8)
    axes.text(q + 0.05, 0.106, "kl ball", color=VERMILION, ha="center", va="bottom", fontsize=7)
    axes.set(xlabel="risk $p$", ylabel="divergence", xlim=(-0.2, 0.6), ylim=(0, 0.4))
    axes.set_xticks([-0.2, 0, q, 0.2, 0.4, 0.6], ["-0.2", "0", "$q$", "0.2", "0.4", "0.6"])


@picture(size=(3.5, 2.6))
def inverse(axes: Any) -> None:
    """The upper inverse of kl against the empirical risk, for four budgets B: where nothing is misclassified the bound
    is 1 - exp(-B), about B, while Pinsker's (dashed) is the root of B/2."""
    q = np.linspace(0, 0.5, 251)
    for budget, colour in ((0.003, BLUE), (0.01, GREEN), (0.03, ORANGE), (0.1, VERMILION)):
        axes.plot(q, kl_upper_inverses(q, budget) - q, color=colour)
        axes.axhline(math.sqrt(budget / 2), color=colour, linewidth=0.9, linestyle=DASHED)
        axes.text(
            0.497,
            float(kl_upper_inverses(0.5, budget)) - 0.5 - 0.006,
            f"$B={budget:g}$",
            color=colour,
            ha="right",
            va="top",
            fontsize=7,
        )
    axes.set(xlabel="empirical risk $q$", ylabel="bound less empirical risk", xlim=(0, 0.5), ylim=(0, 0.24))


@picture(size=(3.5, 2.6))
def bounds(axes: Any) -> None:
    """Four bounds against the empirical risk, for 1,000 data, KL(Q||P) = 5 and confidence 0.95: Seeger's is the least
    that holds for every posterior without a parameter; Catoni's, with its parameter fixed, can be below it."""
    risk = np.linspace(0, 0.3, 121)
    kl, m, delta = 5.0, 1000, 0.05
    at = [float(r) for r in risk]
    drawn = (
        ("McAllester", GREY, [mcallester(r, kl, m, delta) for r in at]),
        ("Thiemann et al.", ORANGE, [thiemann(r, kl, m, delta) for r in at]),
        ("Seeger", BLUE, [seeger(r, kl, m, delta) for r in at]),
        ("Catoni, $\\lambda=1$", GREEN, [catoni(r, kl, m, delta, 1.0) for r in at]),
    )
    for name, colour, bound in drawn:
        axes.plot(risk, np.array(bound) - risk, color=colour, label=name)
    axes.set(xlabel="empirical risk", ylabel="bound less empirical risk", xlim=(0, 0.3), ylim=(0, 0.11))
    axes.legend(loc="lower right")


@picture(size=(3.5, 2.6))
def coverage(axes: Any) -> None:
    """The logarithm that a bound kl <= (KL + logarithm)/m needs for coverage, posteriors being chosen to violate it
    (1000 hypotheses, independent coins, m = 100, risk 0.2, 4,000 samples): below what is proved, log(2 sqrt(m)/delta),
    and here below log(1/delta) too; with half of the divergence in the bound it is above that."""
    m, runs = 100, 4_000
    cloud = experiment(1000, m, 0.2, runs, generator("pac_bayes.coverage"))
    delta = np.logspace(-2.3, math.log10(0.6), 60)
    for weight, colour, name in ((1.0, BLUE, "needed"), (0.5, VERMILION, "needed with half of KL")):
        axes.plot(delta, np.quantile(cloud.excess(weight), 1 - delta), color=colour, label=name)
    axes.plot(
        delta, np.log(2 * math.sqrt(m) / delta), color="black", linestyle=DASHED, label="$\\log(2\\sqrt{m}/\\delta)$"
    )
    axes.plot(delta, np.log(1 / delta), color=GREY, linestyle=DOTTED, label="$\\log(1/\\delta)$")
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.set(xlabel="$\\delta$", ylabel="logarithm", xscale="log", xlim=(0.005, 0.6))
    axes.legend(loc="upper right")
