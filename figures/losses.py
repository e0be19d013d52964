"""Pictures of losses, their slopes, scores of forecasts and penalties: the curves are `theory.losses`' expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr, log

from ..numerics.losses import evaluated
from ..theory import loss_terms as terms
from ..theory import losses as theory
from ..theory.penalties import soft_thresholded
from .curves import BLUE, GREEN, GREY, SKY, VERMILION, curve
from .picture import picture


@picture(size=(6.8, 2.6), panels=2)
def from_logits(left: Any, right: Any) -> None:
    """Cross-entropy and squared error of a sigmoid for a positive label, against the logit (left), with their
    derivatives (right): the squared error goes flat where the output is confidently wrong, and is not convex."""
    z, at = np.linspace(-7, 5, 400), {terms.target: 1.0}
    entropy, square = theory.logit_gradient.claim.claims, theory.squared_error_of_a_sigmoid.claim.claims
    probability = terms.sigmoid(terms.logit)
    for label, colour, value, slope in (
        ("cross-entropy", BLUE, entropy["without overflow"].lhs, entropy["derivative"].rhs),
        ("squared error", VERMILION, (probability - terms.target) ** 2, square["derivative"].rhs),
    ):
        left.plot(z, curve(value, terms.logit, at)(z), color=colour, label=label)
        right.plot(z, curve(slope, terms.logit, at)(z), color=colour, label=label)
    left.set(xlabel="logit $z$", ylabel="loss", xlim=(z[0], z[-1]), ylim=(0, 5))
    right.set(xlabel="logit $z$", ylabel="derivative by the logit", xlim=(z[0], z[-1]), ylim=(-1.1, 0.1))
    right.annotate("no signal", (-6, -0.03), (-5.6, -0.4), fontsize=7, arrowprops={"arrowstyle": "->", "lw": 0.6})
    left.legend(loc="upper right")


@picture(size=(3.5, 2.6))
def proper_scores(axes: Any) -> None:
    """What a forecast of a coin loses in expectation against the truth 0.7, by three scores: the logarithm and the
    squared distance are least at the truth, minus the probability of the label is least at certainty."""
    law, forecasts = np.array([0.7, 0.3]), np.linspace(0.02, 0.98, 193)
    linear: Any = theory.brier_score.theorem.mutants["linear score"]
    for label, colour, style, expr in (
        ("logarithm", BLUE, "-", theory.strictly_proper.claim.claims["divergence"].rhs),
        ("squared distance", GREEN, "-", theory.brier_score.claim.claims["excess"].rhs),
        ("minus the probability", VERMILION, "--", linear.lhs - linear.rhs),
    ):
        lost = [evaluated(expr, {terms.q: law, terms.r: np.array([one, 1 - one])}) for one in forecasts]
        axes.plot(forecasts, lost, style, color=colour, label=label)
    axes.axvline(law[0], color=GREY, linewidth=0.6, linestyle=":")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.text(law[0] + 0.015, 0.93, "truth", fontsize=7, color=GREY, ha="left")
    axes.set(xlabel="forecast of the first side", ylabel="expected excess", xlim=(0, 1), ylim=(-0.25, 1))
    axes.legend(loc="upper center", bbox_to_anchor=(0.42, 1.0))


@picture(size=(6.8, 2.6), panels=2)
def printed_slopes(left: Any, right: Any) -> None:
    """Tangents with the derivative that is proved and with the one that the source prints: the mean squared error of
    four samples by one output (equation 217), and the cross-entropy by a predicted probability (equation 220)."""
    samples = 4
    rest = {terms.b: 0.0, terms.N: float(samples), terms.others: 0.0}
    x = np.linspace(-2, 2, 200)
    loss = curve((terms.others + (terms.a - terms.b) ** 2) / terms.N, terms.a, rest)
    gradient, printed = _slopes(theory.output_gradient, 217, "derivative")
    _tangents(left, loss, x, 1.0, [curve(one, terms.a, rest) for one in (gradient, printed)])
    left.set(xlabel=r"output $\hat{y}_i$", ylabel="loss (other errors zero)", xlim=(-2, 2), ylim=(-0.3, 1.1))
    left.set_title("217: mean of four squared errors")
    rest = {terms.share: 1.0, terms.N: 1.0}
    p = np.linspace(0.02, 1, 200)
    gradient, printed = _slopes(theory.probability_gradient, 220, "derivative")
    loss = curve(-log(terms.s), terms.s, {})
    _tangents(right, loss, p, 0.25, [curve(one, terms.s, rest) for one in (gradient, printed)])
    right.set(xlabel=r"probability $\hat{y}_{i,c}$ of the true class", ylabel="loss", xlim=(0, 1), ylim=(-0.2, 3))
    right.set_title("220: cross-entropy of one sample")
    right.legend(loc="upper right")


def _slopes(statement: Any, number: int, part: str) -> tuple[Expr, Expr]:
    """The proved derivative and the printed one."""
    return statement.claim.claims[part].rhs, statement.theorem.printed[number].claim.rhs


def _tangents(axes: Any, loss: Any, x: Any, at: float, slopes: list[Any]) -> None:
    axes.plot(x, loss(x), color="black", label="loss")
    reach = 0.32 * (x[-1] - x[0])
    near = np.array([at - reach, at + reach])
    for slope, colour, style, label in zip(
        slopes, (BLUE, VERMILION), ("-", "--"), ("slope as proved", "slope as printed"), strict=True
    ):
        height, rise = float(loss(np.array(at))), float(slope(np.array(at)))
        axes.plot(near, height + rise * (near - at), style, color=colour, label=label)
    axes.plot([at], [float(loss(np.array(at)))], "o", color="black", markersize=4)


@picture(size=(6.8, 2.6), panels=2)
def penalties(left: Any, right: Any) -> None:
    """The L1 penalty with lines of slope between -1 and 1 below it, its subgradients at zero, beside the L2 penalty
    (left); the minimizers of (v - x)^2/2 plus either penalty, of weight 1/2, against x (right)."""
    w = np.linspace(-1.5, 1.5, 301)
    for slope in np.linspace(-1, 1, 9):
        left.plot(w, slope * w, color=SKY, linewidth=0.6)
    left.plot(w, np.abs(w), color=BLUE, label="L1: $|w|$")
    left.plot(w, w**2, color=VERMILION, label="L2: $w^2$")
    left.plot([], [], color=SKY, linewidth=0.6, label="subgradients at zero")
    left.set(xlabel="weight $w$", ylabel="penalty", xlim=(-1.5, 1.5), ylim=(-0.6, 1.6))
    left.legend(loc="upper center")
    x, at = np.linspace(-2, 2, 401), {terms.lam: 0.5}
    right.plot(x, x, color=GREY, linewidth=0.6, linestyle=":", label="no penalty")
    right.plot(x, curve(soft_thresholded(terms.c, terms.lam), terms.c, at)(x), color=BLUE, label="L1: soft threshold")
    right.plot(x, curve(terms.c / (1 + 2 * terms.lam), terms.c, at)(x), color=VERMILION, label="L2: shrinkage")
    right.axvspan(-0.5, 0.5, color=SKY, alpha=0.2, linewidth=0)
    right.set(xlabel="$x$", ylabel="minimizer $v$", xlim=(-2, 2), ylim=(-2, 2))
    right.legend(loc="upper left")
