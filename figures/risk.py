"""Pictures of risk: quantiles and tail means of a loss, the tail cost and its minimum, coherence, derivatives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import lambdify

from ..numerics.risk_measures import conditional_value_at_risk, tail_law
from ..theory.coherence import AXIOMS, MEASURES, REFUTED
from ..theory.finite_losses import LossLaw
from ..theory.risk_derivatives import valley
from ..theory.symbols import real
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, generator
from .picture import COLOURS, picture

DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))
LEVEL = Fraction(9, 10)
ATOMS = LossLaw.of([0, 1, 2, 4, 8], ["0.45", "0.25", "0.15", "0.1", "0.05"])


@picture(size=(6.8, 2.7), panels=2)
def tail(smooth: Any, jumps: Any) -> None:
    """Left: density of a loss with Student's law of 3 degrees of freedom, its value at risk at level 0.9 and the mean
    of the tail beyond it. Right: a law of five atoms by its quantiles. CVaR is the mean height of the shaded tenth; the
    atom at the value at risk is divided. Equation 7 averages all of it: the conditional mean is smaller."""
    x = np.linspace(-4, 8, 500)
    from scipy.stats import t

    law = tail_law("student t", nu=3)
    edge, mean = law.value_at_risk(0.9), law.conditional_value_at_risk(0.9)
    smooth.plot(x, t(3).pdf(x), color=BLUE)
    beyond = x[x >= edge]
    smooth.fill_between(beyond, t(3).pdf(beyond), color=VERMILION, alpha=0.35, linewidth=0)
    for at, colour, name, height in ((edge, ORANGE, "VaR", 0.3), (mean, VERMILION, "CVaR", 0.2)):
        smooth.plot([at, at], [0, height], color=colour)
        smooth.text(at + 0.1, height, f"{name} = {at:.2f}", color=colour, fontsize=7, va="center")
    smooth.text(mean + 0.3, 0.045, "probability 0.1", fontsize=7, color=GREY)
    smooth.set(xlabel="loss", ylabel="density", xlim=(-4, 8), ylim=(0, 0.4))

    levels = np.concatenate([[0.0], np.cumsum([float(w) for w in ATOMS.weights])])
    heights = [float(value) for value in ATOMS.values]
    jumps.stairs(heights, levels, color=BLUE, baseline=None)
    jumps.stairs([4.0, 8.0], [0.9, 0.95, 1.0], fill=True, color=VERMILION, alpha=0.35)
    cvar, given = float(ATOMS.conditional_value_at_risk(LEVEL)), float(ATOMS.tail_mean(LEVEL))
    for value, colour, name in (
        (cvar, VERMILION, "CVaR"),
        (given, PURPLE, r"$\mathrm{E}[L\mid L\geq\mathrm{VaR}]$"),
        (float(ATOMS.value_at_risk(LEVEL)), ORANGE, "VaR"),
    ):
        start = 0.9 if colour == VERMILION else 0.85
        jumps.plot([start, 1], [value, value], color=colour, linestyle=DASHED)
        jumps.text(start - 0.01, value, f"{name} = {value:.2f}", color=colour, fontsize=7, ha="right", va="center")
    jumps.set(xlabel=r"level $u$", ylabel=r"$\mathrm{VaR}_u$", xlim=(0.3, 1), ylim=(-0.2, 8.4))


@picture(size=(6.8, 2.6), panels=2)
def tail_cost(costs: Any, levels: Any) -> None:
    """Left: threshold plus expected excess over 1 - alpha, for the five atoms; its minimum is CVaR, attained at the
    value at risk, or on the interval of quantiles at levels 0.7 and 0.95, which the distribution function hits. Right:
    VaR and CVaR of the same law over the level: VaR jumps, CVaR is continuous; the conditional mean of equation 7 joins
    CVaR only at the end of each atom."""
    grid = np.linspace(-1, 10, 221)
    for level, colour in ((Fraction(7, 10), GREEN), (LEVEL, BLUE), (Fraction(19, 20), VERMILION)):
        cost = [float(ATOMS.tail_cost(Fraction(one), level)) for one in grid]
        costs.plot(grid, cost, color=colour, label=rf"$\alpha={float(level):g}$")
        ends = [float(ATOMS.value_at_risk(level)), float(ATOMS.upper_value_at_risk(level))]
        least = float(ATOMS.conditional_value_at_risk(level))
        costs.plot(ends, [least, least], "o-", color=colour, linewidth=3, markersize=4)
    costs.set(xlabel="threshold $c$", ylabel=r"$c+\mathrm{E}(L-c)_+/(1-\alpha)$", xlim=(-1, 10), ylim=(2, 14))
    costs.legend(loc="upper center")

    at = [Fraction(k, 400) for k in range(4, 397)]
    x = [float(one) for one in at]
    for name, colour, values, style in (
        ("CVaR", VERMILION, [ATOMS.conditional_value_at_risk(one) for one in at], "-"),
        (r"$\mathrm{E}[L\mid L\geq\mathrm{VaR}]$", PURPLE, [ATOMS.tail_mean(one) for one in at], DASHED),
        ("VaR", ORANGE, [ATOMS.value_at_risk(one) for one in at], "-"),
    ):
        levels.plot(x, [float(value) for value in values], color=colour, linestyle=style, label=name)
    levels.set(xlabel=r"level $\alpha$", ylabel="loss", xlim=(0, 1), ylim=(-0.2, 8.4))
    levels.legend(loc="upper left")


@picture(size=(6.8, 2.7), panels=2)
def diversification(mixtures: Any, variances: Any) -> None:
    """Left: two loans that fail independently with probability 0.04. Mixing them raises the value at risk at level 0.95
    from 0, so it is not convex; CVaR is, and falls. Right: variance of a mixture of two assets with standard deviations
    1 and 2. Convexity keeps it below the dashed chord; it falls below the safer asset only where the correlation is
    less than 1/2."""
    chance = Fraction(1, 25)
    weights = [(1 - chance) ** 2, chance * (1 - chance), chance * (1 - chance), chance**2]
    shares = [Fraction(k, 200) for k in range(201)]
    laws = [LossLaw.of([0, 100 * w, 100 * (1 - w), 100], weights) for w in shares]
    x = [float(one) for one in shares]
    for name, colour, values in (
        ("CVaR", VERMILION, [law.conditional_value_at_risk("0.95") for law in laws]),
        ("VaR", ORANGE, [law.value_at_risk("0.95") for law in laws]),
    ):
        mixtures.plot(x, [float(value) for value in values], color=colour, label=name)
    mixtures.set(xlabel="share of the first loan", ylabel="risk at level 0.95", xlim=(0, 1), ylim=(-3, 100))
    mixtures.legend(loc="upper center")
    w = np.linspace(0, 1, 201)
    for rho, colour in ((-0.5, SKY), (0.0, BLUE), (0.5, GREEN), (0.9, PURPLE)):
        spread = w**2 + 4 * (1 - w) ** 2 + 4 * rho * w * (1 - w)
        variances.plot(w, spread, color=colour, label=rf"$\rho={rho:g}$")
        variances.plot(w[spread.argmin()], spread.min(), "o", color=colour, clip_on=False, zorder=5)
    variances.plot(w, w + 4 * (1 - w), color="black", linestyle=DASHED, linewidth=1)
    variances.axhline(1, color=GREY, linestyle=DOTTED, linewidth=0.8)
    variances.set(xlabel="share of the safer asset", ylabel="variance", xlim=(0, 1), ylim=(0, 4))
    variances.legend(loc="upper right")


@picture(size=(5.2, 2.8))
def coherence(axes: Any) -> None:
    """Which measures satisfy which axioms: green is proved, red is refuted by an exact counterexample on three
    outcomes. Coherent are those that satisfy the first four."""
    names, axioms = list(MEASURES), list(AXIOMS)
    for i, measure in enumerate(names):
        for j, axiom in enumerate(axioms):
            broken = axiom in REFUTED[measure]
            colour = COLOURS["refuted" if broken else "holds"]
            axes.add_patch(_cell(j, len(names) - 1 - i, colour))
            axes.text(
                j + 0.5, len(names) - 0.5 - i, "no" if broken else "yes", color="white", fontsize=7,
                ha="center", va="center",
            )  # fmt: skip
    axes.set(xlim=(0, len(axioms)), ylim=(0, len(names)))
    axes.set_xticks(np.arange(len(axioms)) + 0.5, axioms)
    axes.set_yticks(np.arange(len(names)) + 0.5, names[::-1])
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for side in axes.spines.values():
        side.set_visible(False)


def _cell(x: float, y: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, facecolor=colour, linewidth=0)


@picture(size=(6.8, 2.8), panels=2)
def gateaux(plane: Any, quotients: Any) -> None:
    """A functional on the L2 space of two points with Gateaux gradient zero at the origin that is not Fréchet
    differentiable there. Left: its size over the norm; each ray leaves the ridge along the parabola before the origin.
    Right: the same quotient against the norm: it falls to zero on each ray and stays near one on the parabola."""
    u, v = real("u"), real("v")
    value = lambdify([u, v], valley(u, v), "numpy")
    a, b = np.meshgrid(np.linspace(-1, 1, 400), np.linspace(-0.25, 1, 400))
    image = value(a, b) / np.hypot(a, b)
    plane.contourf(a, b, image, levels=np.linspace(0, 1, 11), cmap="Blues")
    x = np.linspace(-1, 1, 201)
    plane.plot(x, x**2, color=VERMILION)
    for slope, colour in ((0.25, GREEN), (1.0, ORANGE), (4.0, PURPLE)):
        end = min(1.0, 1 / slope)
        plane.plot([0, end], [0, slope * end], color=colour)
        steps = np.geomspace(1e-3, 1, 300)
        unit = np.array([1, slope]) / np.hypot(1, slope)
        quotients.plot(steps, value(*(steps * unit[:, None])) / steps, color=colour, label=f"ray of slope {slope:g}")
    plane.set(xlabel="$u$", ylabel="$v$", xlim=(-1, 1), ylim=(-0.25, 1), xticks=[-1, -0.5, 0, 0.5, 1])
    e = np.geomspace(1e-3, 0.78, 300)
    size = np.hypot(e, e**2)
    quotients.plot(size, value(e, e**2) / size, color=VERMILION, label="parabola")
    quotients.set(xlabel="norm of the step", ylabel="remainder over norm", xscale="log", xlim=(1e-3, 1), ylim=(0, 1.05))
    quotients.legend(loc="center left", bbox_to_anchor=(0.0, 0.62))


@picture(size=(6.8, 2.6), panels=2)
def samples(errors: Any, families: Any) -> None:
    """Left: error of the sample CVaR at level 0.95 for normal and Student losses against the closed forms, 40 samples a
    size; the line falls as the inverse root of the size. Right: CVaR over VaR by the level. It tends to 1 for the
    normal law and to nu/(nu - 1) for heavy tails."""
    rng = generator("risk.samples")
    sizes = np.array([100, 300, 1_000, 3_000, 10_000, 30_000])
    for law, draw, colour, name in (
        (tail_law("normal"), rng.standard_normal, BLUE, "normal"),
        (tail_law("student t", nu=3), lambda size: rng.standard_t(3, size), VERMILION, "Student, 3"),
    ):
        truth = law.conditional_value_at_risk(0.95)
        found = [[abs(conditional_value_at_risk(draw(n), 0.95) - truth) for _ in range(40)] for n in sizes]
        errors.plot(sizes, np.sqrt(np.mean(np.square(found), axis=1)), "o-", color=colour, label=name)
    errors.plot(sizes, 5 / np.sqrt(sizes), color=GREY, linestyle=DASHED, linewidth=1, label="$5/\\sqrt{n}$")
    errors.set(xlabel="sample size", ylabel="root mean squared error", xscale="log", yscale="log")
    errors.legend(loc="lower left")
    beyond = np.geomspace(0.2, 1e-5, 200)
    for law, colour, name in (
        (tail_law("normal"), BLUE, "normal"),
        (tail_law("exponential"), GREEN, "exponential"),
        (tail_law("student t", nu=3), VERMILION, "Student, 3"),
        (tail_law("Pareto", nu=3), ORANGE, "Pareto, 3"),
    ):
        ratio = law.conditional_value_at_risk(1 - beyond) / law.value_at_risk(1 - beyond)
        families.plot(beyond, ratio, color=colour, label=name)
    families.set(xlabel=r"$1-\alpha$", ylabel="CVaR / VaR", xscale="log", xlim=(0.2, 1e-5), ylim=(1, 2))
    families.legend(loc="upper right")
