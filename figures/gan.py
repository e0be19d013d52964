"""Pictures of the adversarial game and of its distances; the curves are the expressions of `theory.gan`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Rational, log

from ..numerics.gan import Grid
from ..theory import gan as theory
from ..theory import lipschitz, logistic_game
from ..theory.divergence import KL, affinity, js, total_variation, u
from ..theory.gaussian import Normal
from ..theory.symbols import real
from ..theory.transport import quantile_coupling
from .curves import BLUE, GREEN, GREY, SKY, VERMILION, curve, generator
from .picture import picture

x = real("x")
DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))


@picture(size=(3.5, 2.6))
def optimal_discriminator(axes: Any) -> None:
    """The optimal discriminator p/(p+q) of two normal laws (filled), exact as the line, and at the dots estimated from
    2,000 draws of each law by logistic regression on 1, x and x^2. It is 1/2 where the densities cross."""
    data, made = Normal(0, 1), Normal(Rational(9, 5), Rational(16, 25))
    points = np.linspace(-4, 5, 400)
    densities = [curve(law.pdf(x), x)(points) for law in (data, made)]
    best = curve(theory.best.subs({theory.p: data.pdf(x), theory.q: made.pdf(x)}), x)
    rng = generator("gan.optimal_discriminator")
    fitted = logistic_regression(rng.normal(0, 1, 2_000), rng.normal(1.8, 0.8, 2_000))
    for values, colour, name, at in zip(densities, (SKY, VERMILION), ("data", "generated"), (-1.35, 3.1), strict=True):
        axes.fill_between(points, values, color=colour, alpha=0.35, linewidth=0)
        axes.text(at, 0.24, name, ha="center" if at > 0 else "right", va="bottom", fontsize=7)
    axes.plot(points, best(points), color=BLUE, label="$D^*=p/(p+q)$")
    dots = np.linspace(-3.8, 4.8, 24)
    axes.plot(dots, fitted(dots), "o", color="black", markerfacecolor="white", label="estimated")
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=DOTTED)
    axes.set(xlabel="sample $x$", ylabel="density, and $D(x)$", xlim=(-4, 5), ylim=(0, 1.04))
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.72))


def logistic_regression(data: Any, made: Any) -> Any:
    """The discriminator that best tells two samples apart, of those whose logit is quadratic; by Newton's method."""

    def features(points: Any) -> Any:
        return np.stack([np.ones_like(points), points, points**2], axis=1)

    rows, labels = features(np.concatenate([data, made])), np.repeat([1.0, 0.0], [len(data), len(made)])
    theta = np.zeros(3)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ theta))
        curvature = rows.T @ (rows * (chance * (1 - chance))[:, None])
        theta = theta + np.linalg.solve(curvature, rows.T @ (labels - chance))
    return lambda points: 1 / (1 + np.exp(-features(points) @ theta))


@picture(size=(3.5, 2.6))
def divergences(axes: Any) -> None:
    """Three distances of two normal laws of one width s against the distance of their means: Jensen-Shannon stops at
    log 2 and total variation at 1, the sooner the narrower the laws; Wasserstein is the distance of the means."""
    apart = np.concatenate([np.linspace(0, 4, 33), np.linspace(4.5, 16, 12)])
    grids = [Grid.of(float(distance), 1.0, count=801) for distance in apart]
    for measure, colour in ((total_variation, GREEN), (js, BLUE)):
        values = [grid.value(measure(theory.p, theory.q)) for grid in grids]
        axes.plot(apart, values, color=colour)
        axes.plot(apart / 4, values, color=colour, linestyle=DASHED)  # they see the distance in widths only
    axes.plot(apart, [area(grid) for grid in grids], color=VERMILION)
    axes.axhline(np.log(2), color=GREY, linewidth=0.8, linestyle=DOTTED)
    axes.text(1.62, 1.72, "Wasserstein", color=VERMILION, ha="right", va="bottom", fontsize=7)
    axes.text(4, 1.03, "total variation", color=GREEN, ha="right", va="bottom", fontsize=7)
    axes.text(2.6, 0.36, "Jensen-Shannon", color=BLUE, va="top", fontsize=7)
    axes.text(4, 0.705, "log 2", color=GREY, ha="right", va="bottom", fontsize=7)
    axes.plot([], [], color="black", label="$s=1$")
    axes.plot([], [], color="black", linestyle=DASHED, label="$s=1/4$")
    axes.set(xlabel="distance of the means", ylabel="distance of the laws", xlim=(0, 4), ylim=(0, 2.2))
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    axes.legend(loc="upper right")


def area(grid: Grid) -> float:
    """The area between the distribution functions of the two laws on a grid: their Wasserstein distance."""
    return float(np.abs(np.cumsum(grid.p - grid.q)).sum() * (grid.points[1] - grid.points[0]))


@picture(size=(3.5, 2.1), panels=2)
def generator_losses(losses: Any, signals: Any) -> None:
    """The generator's two losses at one sample and the sizes of their derivatives in the discriminator's logit: where
    the discriminator is sure that the sample is generated, on the left, only the non-saturating loss still teaches."""
    chance = np.linspace(0.004, 0.996, 400)
    claims = theory.saturation.claim.claims
    logit, d = real("s"), theory.fooled
    kinds = (("saturating", VERMILION, log(1 - d)), ("non-saturating", BLUE, -log(d)))
    for name, colour, loss in kinds:
        losses.plot(chance, curve(loss, d)(chance), color=colour)
        slope = curve(-claims[name].rhs, logit)
        signals.plot(chance, slope(np.log(chance / (1 - chance))), color=colour)
    losses.text(0.22, 1.9, "$-\\log D$", color=BLUE, va="bottom", fontsize=7)
    losses.text(0.78, -2.1, "$\\log(1-D)$", color=VERMILION, ha="right", va="top", fontsize=7)
    signals.text(0.5, 0.86, "non-saturating", color=BLUE, ha="center", va="bottom", fontsize=7)
    signals.text(0.5, 0.14, "saturating", color=VERMILION, ha="center", va="top", fontsize=7)
    losses.set(title="loss", xlabel="$D(G(z))$", xlim=(0, 1), ylim=(-4, 4))
    signals.set(title="size of its slope", xlabel="$D(G(z))$", xlim=(0, 1), ylim=(0, 1))
    for axes in (losses, signals):
        axes.set_xticks([0, 0.5, 1], ["0", "1/2", "1"])


@picture(size=(3.5, 2.6))
def vanishing(axes: Any) -> None:
    """The generator's mean signal against the optimal discriminator, as two normal laws move apart: that of the
    saturating loss is below half the affinity of the laws and vanishes; the other stays. Marks: 50,000 draws."""
    apart = np.linspace(0, 6, 61)
    grids = [Grid.of(float(distance), 1.0, count=1_201) for distance in apart]
    claims = theory.vanishing.claim.claims
    vanishes, stays = (claims[name].lhs for name in ("vanishes", "the other stays"))
    half = affinity(theory.p, theory.q) / 2
    axes.plot(apart, [grid.value(half) for grid in grids], color=GREY, linewidth=1, linestyle=DASHED)
    axes.plot(apart, [grid.value(stays) for grid in grids], color=BLUE)
    axes.plot(apart, [grid.value(vanishes) for grid in grids], color=VERMILION)
    noise = generator("gan.vanishing").standard_normal(50_000)
    mean = real("m")
    best = theory.best.subs({theory.p: Normal(0, 1).pdf(x), theory.q: Normal(mean, 1).pdf(x)})
    for distance in np.arange(0, 6, 1.0):
        shown = curve(best, x, {mean: distance})(distance + noise)
        axes.plot(distance, shown.mean(), "s", color=VERMILION, markerfacecolor="white")
        axes.plot(distance, (1 - shown).mean(), "o", color=BLUE, markerfacecolor="white")
    axes.text(3, 1.25, "non-saturating", color=BLUE, ha="center", va="bottom", fontsize=7)
    axes.text(3.4, 0.011, "saturating", color=VERMILION, ha="right", va="top", fontsize=7)
    axes.text(4.3, 0.085, "half the affinity", color=GREY, va="bottom", fontsize=7)
    axes.set(xlabel="distance of the means", ylabel="mean signal at a sample", yscale="log", xlim=(-0.1, 6))
    axes.set_ylim(3e-4, 3)


@picture(size=(3.5, 2.6))
def variational_bound(axes: Any) -> None:
    """Why a critic certifies a lower bound: the convex f(u) = u log u of the Kullback-Leibler divergence lies above
    each tangent t u - f*(t), and touches that of t = f'(p/q); a critic made for another ratio R loses the gap."""
    ratio, rival = 2.2, 0.8
    points = np.linspace(0.005, 3, 300)
    convex = curve(KL.f, u)
    critic = curve(KL.best_critic(u), u)
    tangent, touching = (curve(KL.t * u - KL.conjugate, u, {KL.t: float(critic(at))}) for at in (rival, ratio))
    axes.plot(points, convex(points), color=BLUE)
    axes.plot(points, touching(points), color=GREY, linewidth=0.9, linestyle=DASHED)
    axes.plot(points, tangent(points), color=VERMILION)
    axes.plot(rival, convex(rival), "o", color=VERMILION)
    axes.plot(0, tangent(0.0), "s", color=VERMILION, clip_on=False, zorder=5)
    axes.annotate(
        "", (ratio, tangent(ratio)), xytext=(ratio, convex(ratio)), arrowprops={"arrowstyle": "<->", "linewidth": 0.8}
    )
    axes.text(ratio + 0.06, 1.25, "gap", va="center", fontsize=7)
    axes.text(1.9, 1.5, "$f(u)$", color=BLUE, ha="right", va="bottom", fontsize=8)
    axes.text(2.98, 0.86, "$t\\,u-f^*(t)$", color=VERMILION, ha="right", va="top", fontsize=8)
    axes.text(1.16, -0.35, "best critic", color=GREY, va="top", fontsize=7)
    axes.text(0.1, tangent(0.0), "$-f^*(t)$", color=VERMILION, va="top", fontsize=8)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set(xlabel="ratio $u$ of the densities", xlim=(0, 3), ylim=(-1.1, 3.2))
    axes.set_xticks([0, rival, 1, ratio, 3], ["0", "$R$", "1", "$p/q$", "3"])


@picture(size=(3.5, 2.6))
def wasserstein_on_the_line(axes: Any) -> None:
    """The Wasserstein distance on the line, twice: the area between the distribution functions of two laws on three
    points, and the cost of the quantile coupling, an arrow for each mass that it moves, as long as its way."""
    levels = {lipschitz.F1: 0.5, lipschitz.F2: 0.8, lipschitz.G1: 0.15, lipschitz.G2: 0.4}
    gaps = {lipschitz.GAPS[0]: 1.0, lipschitz.GAPS[1]: 2.0}
    places = np.cumsum([0.0, *gaps.values()])
    first, second = ([float(level.subs(levels)) for level in side] for side in lipschitz.LEVELS)
    between = float(lipschitz.AREA.subs({**levels, **gaps}))
    axes.fill_between(places, first[1:], second[1:], step="post", color=SKY, alpha=0.35, linewidth=0)
    for side, colour in ((first, BLUE), (second, VERMILION)):
        axes.step([-0.5, *places, 3.5], [0, *side[1:], 1], where="post", color=colour)
    height = 0.0
    for (i, j), mass in moves(quantile_coupling(*lipschitz.LEVELS), levels):
        middle = height + mass / 2
        if i != j:
            axes.annotate(
                "", (places[j], middle), xytext=(places[i], middle), arrowprops={"arrowstyle": "->", "linewidth": 0.9}
            )
        height += mass
    axes.text(2.05, 0.565, f"area = cost = {between:g}", ha="center", va="center", fontsize=7)
    axes.text(0.06, 0.535, "$F$ of the data", color=BLUE, va="bottom", fontsize=7)
    axes.text(1.06, 0.1, "$F$ of the samples", color=VERMILION, va="top", fontsize=7)
    axes.set(xlabel="place", ylabel="distribution function", xlim=(-0.5, 3.5), ylim=(0, 1.04))
    axes.set_xticks(places, [f"{place:g}" for place in places])


def moves(coupling: list[list[Any]], levels: Any) -> list[tuple[tuple[int, int], float]]:
    """The masses that a coupling moves, from the lowest quantile to the highest: from point i to point j."""
    masses = {(i, j): float(mass.subs(levels)) for i, row in enumerate(coupling) for j, mass in enumerate(row)}
    return [(way, mass) for way, mass in sorted(masses.items()) if mass > 0]


@picture(size=(3.5, 2.6))
def printed_gradient(axes: Any) -> None:
    """Equation 514 as printed has a minus sign too many: a generator that descends along it raises the value of the
    logistic game that it should lower. Marks: the value after each step; dashed: what the squared slope at the start
    promises."""
    game, slope = logistic_game.played(), logistic_game.played().diff(logistic_game.theta)
    at = {
        logistic_game.w: 1.0,
        logistic_game.x1: 1.0,
        logistic_game.x2: 2.0,
        logistic_game.z1: 0.5,
        logistic_game.z2: 1.5,
        logistic_game.share: 0.5,
        logistic_game.chance: 0.5,
    }
    value, gradient = (curve(expr, logistic_game.theta, at) for expr in (game, slope))
    rate, steps = 0.15, np.arange(13)
    start = float(value(0.0))
    for sign, colour, marker, label in (
        (-1.0, VERMILION, "s", "gradient as printed"),
        (1.0, BLUE, "o", "corrected"),
    ):
        theta, seen = 0.0, []
        for _ in steps:
            seen.append(float(value(theta)))
            theta -= rate * sign * float(gradient(theta))
        line = start - sign * rate * float(gradient(0.0)) ** 2 * steps
        axes.plot(steps, line, color=colour, linewidth=0.9, linestyle=DASHED)
        axes.plot(steps, seen, marker, color=colour, markerfacecolor="white", linestyle="-", linewidth=0.6, label=label)
    axes.set(xlabel="steps of the generator", ylabel="value of the game", xlim=(-0.3, 12.3))
    axes.legend(loc="upper left")
