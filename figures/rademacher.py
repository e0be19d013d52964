"""Pictures of Rademacher complexity: deviations against it, balls, covers and Dudley's integral, rates and tails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..numerics.complexity import FiniteClass, KernelBall, LinearBall, empirical_complexity, exact_complexity
from ..numerics.covering_numbers import dudley_bound, farthest_points, gaussian_entropy, lipschitz_entropy
from ..numerics.rademacher import coverage_gaps
from .curves import BLUE, GREEN, GREY, PURPLE, VERMILION, generator
from .picture import picture

DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))
POINTS = 12


@picture(size=(3.5, 2.6))
def symmetrization(axes: Any) -> None:
    """The expected largest deviation of all functions to -1 and 1 on twelve equally likely points (dots, 4,000 samples)
    below twice the complexity (line); and one function alone, whose deviation is above its own complexity, zero."""
    rng = generator("rademacher.symmetrization")
    sizes = np.unique(np.geomspace(1, 200, 18).astype(int))
    largest, doubled, single = [], [], []
    for n in sizes:
        counts = rng.multinomial(n, np.full(POINTS, 1 / POINTS), size=4_000)
        largest.append(np.abs(counts / n - 1 / POINTS).sum(axis=1).mean())
        # the signs at one point add up: the mean size of each sum, by its exact law
        sums = np.array([mean_size(int(k)) for k in range(n + 1)])
        doubled.append(2 * sums[counts].sum(axis=1).mean() / n)
        single.append(2 * mean_size(int(n)) / (2 * n))
    axes.loglog(sizes, doubled, color=BLUE)
    axes.loglog(sizes, largest, "o", color="black", markerfacecolor="white")
    axes.loglog(sizes, single, color=VERMILION, linestyle=DASHED)
    axes.text(12, 1.9, "$2R_n$, all signs", color=BLUE, fontsize=7)
    axes.text(2.2, 0.72, "largest deviation", fontsize=7)
    axes.text(
        14, 0.085, "one function, $|P_nf-D[f]|$:\nits $2R_n$ is 0", color=VERMILION, ha="right", va="top", fontsize=7
    )
    axes.set(xlabel="sample size $n$", ylabel="expected supremum")


def mean_size(n: int) -> float:
    """The mean absolute value of a sum of n signs."""
    half = (n + 1) // 2
    return 2.0 * half * math.comb(2 * half, half) / 4.0**half if n else 0.0


@picture(size=(3.5, 2.6))
def balls(axes: Any) -> None:
    """Exact empirical complexity of four balls on normal inputs in dimension 5, over all signs of up to 22 points
    (dots), and the closed bounds (lines)."""
    rng = generator("rademacher.balls")
    X = rng.normal(size=(22, 5))
    sizes = [2, 3, 4, 6, 8, 11, 16, 22]
    gaps = ((X[:, None] - X) ** 2).sum(axis=-1)
    kernel = np.exp(-gaps / 2)
    kinds = (
        ("$\\ell_\\infty$", GREEN, lambda n: LinearBall(X[:n], "linf")),
        ("$\\ell_2$", BLUE, lambda n: LinearBall(X[:n], "l2")),
        ("$\\ell_1$", VERMILION, lambda n: LinearBall(X[:n], "l1")),
        ("Gaussian kernel", PURPLE, lambda n: KernelBall(kernel[:n, :n])),
    )
    for name, colour, ball in kinds:
        axes.loglog(sizes, [ball(n).bound() for n in sizes], color=colour, linewidth=1)
        axes.loglog(sizes, [empirical_complexity(ball(n)).middle for n in sizes], "o", color=colour, label=name)
    axes.legend(loc="lower left", ncols=2)
    axes.set(xlabel="sample size $n$", ylabel="complexity", ylim=(0.08, 6))
    axes.set_xticks([2, 4, 8, 16], ["2", "4", "8", "16"])
    axes.minorticks_off()


@picture(size=(5.4, 2.5), panels=2)
def entropy(covers: Any, integral: Any) -> None:
    """Left: entropy of the Lipschitz functions and of the Gaussian kernel's ball on an interval (bounds on both sides,
    and from above), and of 400 ramps from computed covers and packings. Right: Dudley's bound as n grows, from the
    covers, over the exact complexity."""
    radii = np.geomspace(0.01, 0.9, 60)
    sides = np.array([lipschitz_entropy(float(r)) for r in radii])
    covers.fill_between(radii, np.maximum(sides[:, 0], 0.1), sides[:, 1], color=BLUE, alpha=0.45, linewidth=0)
    covers.loglog(radii, [gaussian_entropy(float(r)) for r in radii], color=PURPLE)
    ramps = np.clip(4 * (np.linspace(0, 1, 64) - np.linspace(-0.25, 1, 400)[:, None]), 0, 1)
    profile = farthest_points(ramps)
    fine = radii[radii < 0.5]
    upper = [math.log(profile.upper(float(r))) for r in fine]
    lower = [math.log(profile.lower(float(r))) for r in fine]
    covers.fill_between(fine, np.maximum(lower, 0.1), np.maximum(upper, 0.1), color=GREEN, alpha=0.45, linewidth=0)
    covers.loglog(radii, 1 / radii**2, color=GREY, linestyle=DOTTED)
    covers.text(0.045, 700, "$1/\\epsilon^2$", color=GREY, fontsize=7)
    covers.text(0.0105, 105, "Lipschitz", color=BLUE, va="bottom", fontsize=7)
    covers.text(0.27, 24, "Gaussian kernel", color=PURPLE, fontsize=7)
    covers.text(0.0105, 2.2, "ramps", color=GREEN, fontsize=7)
    covers.set(title="entropy $\\log N(\\epsilon)$", xlabel="radius $\\epsilon$", xlim=(0.01, 1), ylim=(0.3, 1e4))
    sizes = [2, 4, 6, 8, 12, 16, 20]
    exact, bound = [], []
    for n in sizes:
        table = np.clip(4 * (np.linspace(0, 1, n) - np.linspace(-0.25, 1, 200)[:, None]), 0, 1)
        exact.append(exact_complexity(FiniteClass(table)).middle)
        bound.append(dudley_bound(table))
    integral.loglog(sizes, bound, color=GREEN)
    integral.loglog(sizes, exact, "o", color="black", markerfacecolor="white")
    integral.text(4.2, bound[1] * 1.1, "Dudley's bound", color=GREEN, va="bottom", fontsize=7)
    integral.text(4.2, exact[1] * 1.15, "exact, all signs", va="bottom", fontsize=7)
    integral.set(title="complexity of 200 ramps", xlabel="sample size $n$", ylim=(0.05, 20))
    integral.set_xticks([2, 4, 8, 16], ["2", "4", "8", "16"])
    integral.minorticks_off()


@picture(size=(3.5, 2.6))
def sobolev_rate(axes: Any) -> None:
    """Complexity of the unit ball of H^2 on the line at spread samples (dots: all signs), between its two bounds of
    order n^(-1/2); the rate n^(-s/d) = n^(-2) falls below them."""
    rng = generator("rademacher.sobolev_rate")
    x = rng.uniform(-5, 5, 22)
    sizes = np.array([1, 2, 3, 4, 6, 8, 11, 16, 22])
    gaps = np.abs(x[:, None] - x)
    kernel = (1 + gaps) * np.exp(-gaps) / 4
    exact = [exact_complexity(KernelBall(kernel[:n, :n])).middle for n in sizes]
    axes.fill_between(sizes, 0.5 / np.sqrt(3 * sizes), 0.5 / np.sqrt(sizes), color=BLUE, alpha=0.2, linewidth=0)
    axes.loglog(sizes, exact, "o", color=BLUE)
    axes.loglog(sizes, 0.5 * sizes**-2.0, color=VERMILION, linestyle=DASHED)
    axes.text(5, 0.27, "$\\kappa/\\sqrt{n}$ and $\\kappa/\\sqrt{3n}$", color=BLUE, fontsize=7)
    axes.text(4.2, 0.011, "as printed, $n^{-s/d}$", color=VERMILION, ha="right", fontsize=7)
    axes.set(xlabel="sample size $n$", ylabel="complexity of the unit ball of $H^2(\\mathbb{R})$", ylim=(1e-3, 0.8))


@picture(size=(3.5, 2.6))
def tail(axes: Any) -> None:
    """The chance that the largest deviation of all functions to -1 and 1 on eight points exceeds epsilon at n = 20
    (steps), the bound as printed, which has the mean left out, and the bound about the mean."""
    rng = generator("rademacher.tail")
    n, points = 20, 8
    counts = rng.multinomial(n, np.full(points, 1 / points), size=40_000)
    largest = np.sort(np.abs(counts / n - 1 / points).sum(axis=1))
    eps = np.linspace(0, 1.6, 400)
    centre = float(largest.mean())
    axes.plot(eps, 1 - np.searchsorted(largest, eps, side="right") / largest.size, color="black")
    axes.plot(eps, np.minimum(1, 2 * np.exp(-n * eps**2 / 2)), color=VERMILION, linestyle=DASHED)
    over = np.maximum(eps - centre, 0)
    axes.plot(eps, np.exp(-n * over**2 / 2), color=BLUE)
    axes.axvline(centre, color=GREY, linewidth=0.8, linestyle=DOTTED)
    axes.text(centre - 0.02, 0.03, "mean", color=GREY, ha="right", fontsize=7)
    axes.text(0.22, 0.42, "as\nprinted", color=VERMILION, ha="right", fontsize=7)
    axes.text(0.95, 0.62, "about the mean", color=BLUE, fontsize=7)
    axes.set(xlabel="$\\epsilon$", ylabel="probability", xlim=(0, 1.6), ylim=(0, 1.03))


@picture(size=(3.5, 2.6))
def coverage(axes: Any) -> None:
    """The largest gap between mean and sample mean of all indicators on 20,000 points (dots, 200 samples), below the
    bound at delta = 0.05; with the complexity once, the mutant is violated on every sample from some n on."""
    rng = generator("rademacher.coverage")
    sizes = np.unique(np.geomspace(10, 5_000, 14).astype(int))
    gaps = [coverage_gaps(20_000, int(n), 200, rng) for n in sizes]
    width = np.sqrt(np.log(40) / (2 * sizes))
    axes.semilogx(sizes, 1 + 3 * width, color=BLUE)
    axes.semilogx(sizes, 0.5 + 3 * width, color=VERMILION, linestyle=DASHED)
    axes.semilogx(sizes, [gap.mean() for gap in gaps], "o", color="black", markerfacecolor="white")
    axes.text(200, 1.36, "$2\\hat R_S+3\\sqrt{\\log(2/\\delta)/2n}$", color=BLUE, fontsize=7)
    axes.text(400, 0.57, "complexity once", color=VERMILION, ha="left", va="top", fontsize=7)
    axes.text(10, 0.95, "largest gap", ha="left", va="top", fontsize=7)
    axes.set(xlabel="sample size $n$", ylabel="gap", ylim=(0.4, 2))
