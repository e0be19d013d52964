"""Pictures of Hessians: the spectrum of a network on digits, gradient descent at its edge, intervals for traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics.digits_curvature import descend, digits_classifier, train
from ..numerics.hessian_products import gauss_newton, of_matrix
from ..numerics.hessian_spectra import hutch_plus_plus, hutchinson, lanczos_sample
from ..theory import hessian as theory
from ..theory import stability
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, curve, generator
from .picture import picture


def _trained(name: str) -> Any:
    """A classifier of the digits, trained on 300 of them."""
    found = digits_classifier(generator(name), hidden=12, samples=300)
    train(found, 60)
    return found


@picture(size=(6.8, 2.9), panels=2)
def spectral_density(left: Any, right: Any) -> None:
    """The Hessian of a trained classifier of handwritten digits: its smoothed spectral density from ten random vectors
    with a pointwise 95 % band, the exact one by full diagonalization, and the nine largest eigenvalues, one fewer than
    there are classes, as outliers (left); eigenvalues of the Hessian and of its Gauss-Newton term, which has no
    negative ones (right)."""
    import torch

    torch.set_num_threads(1)
    classifier = _trained("hessian.spectral_density")
    operator = classifier.hessian()
    matrix = operator.dense()
    values = np.linalg.eigvalsh(matrix)
    width = 0.012 * (values[-1] - values[0])
    grid = np.linspace(values[0] - 4 * width, values[-1] + 4 * width, 600)
    sample = lanczos_sample(of_matrix(matrix), 10, 120, generator("hessian.spectral_density, vectors"))
    band = sample.density(grid, width)
    exact = np.exp(-(((grid[:, None] - values) / width) ** 2) / 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    floor = 1e-4
    left.fill_between(grid, np.maximum(band.low, floor), np.maximum(band.high, floor), color=SKY, alpha=0.5, lw=0)
    left.plot([], [], color=SKY, linewidth=5, alpha=0.5, label="95 % band, Lanczos")
    left.plot(grid, np.maximum(band.value, floor), color=BLUE, label="ten vectors, Lanczos")
    left.plot(grid, np.maximum(exact, floor), "--", color="black", linewidth=0.8, label="all eigenvalues")
    outliers = values[-9:]
    left.plot(outliers, np.full(9, 1.6 * floor), "v", color=VERMILION, markersize=4, label="outliers: nine largest")
    left.set_yscale("log")
    left.set(xlabel=r"eigenvalue $\lambda$", ylabel="density", ylim=(floor, 3 * exact.max()))
    left.legend(loc="upper right", fontsize=6.5)
    term = np.linalg.eigvalsh(gauss_newton(classifier.model, classifier.loss, classifier.data).dense())
    rank = np.arange(1, len(values) + 1)
    right.plot(rank, values[::-1], ".", color=BLUE, markersize=3, label="Hessian")
    right.plot(rank, term[::-1], ".", color=ORANGE, markersize=2, label="Gauss-Newton term")
    right.axhline(0, color=GREY, linewidth=0.6)
    right.set_yscale("symlog", linthresh=1e-4)
    right.set(xlabel="rank", ylabel=r"eigenvalue $\lambda$")
    right.legend(loc="upper right")


@picture(size=(6.8, 2.7), panels=2)
def edge_of_stability(left: Any, right: Any) -> None:
    """The largest Hessian eigenvalue along gradient descent with a fixed step, for a network on digits: it rises to
    2/step, the dashed line of each colour, and stays about it (left), while the loss goes on falling (right)."""
    import torch

    torch.set_num_threads(1)
    for step, colour in ((0.25, BLUE), (0.3, VERMILION)):
        classifier = digits_classifier(generator("hessian.edge_of_stability"), hidden=12, samples=100, kind="square")
        with torch.no_grad():
            for one in classifier.model.parameters():
                one.mul_(0.6)
        at, losses, sharpness = descend(classifier, step, round(200 / step), round(10 / step))
        left.plot(step * at, sharpness, color=colour, label=f"step {step:g}")
        left.axhline(2 / step, color=colour, linestyle="--", linewidth=0.8)
        right.plot(step * at, losses, color=colour, label=f"step {step:g}")
    left.set(xlabel="step times rounds", ylabel=r"largest eigenvalue", ylim=(0, 13))
    left.legend(loc="lower right")
    right.set(xlabel="step times rounds", ylabel="loss")
    right.set_yscale("log")


@picture(size=(6.8, 2.6), panels=2)
def eigenbasis_steps(left: Any, right: Any) -> None:
    """Coordinates along eigenvectors during gradient descent on a quadratic loss, below, at and beyond the edge, each
    with the closed form that is proved (left); the squared factor of a step against step times eigenvalue (right)."""
    solved = theory.coordinate_steps.claim.claims["solved"]
    rounds = np.arange(0, 16)
    for product, colour in ((0.5, BLUE), (1.6, GREEN), (2.0, ORANGE), (2.1, VERMILION)):
        known = {stability.eta: 1.0, stability.lam: product, stability.slope: 0.0, stability.start: 1.0}
        closed = curve(solved.closed, solved.variable, known)(rounds)
        steps = [1.0]
        for _ in rounds[1:]:
            steps.append(steps[-1] - product * steps[-1])
        left.plot(rounds, closed, color=colour, linewidth=0.9, label=rf"$\eta\lambda={product:g}$")
        left.plot(rounds, steps, "o", color=colour, markersize=2.5)
    left.set(xlabel="round", ylabel="coordinate", ylim=(-4.5, 4.5))
    left.legend(loc="lower left", ncol=2, fontsize=6.5)
    x = np.linspace(-0.3, 2.5, 200)
    squared = theory.stability_edge.claim.claims["squared factor"].lhs
    right.plot(x, curve(squared, stability.lam, {stability.eta: 1.0})(x), color=BLUE)
    right.axhline(1, color=GREY, linewidth=0.6)
    right.axvspan(0, 2, color=SKY, alpha=0.2, linewidth=0)
    right.text(1, 1.3, "shrinks", ha="center", fontsize=7)
    right.set(xlabel=r"$\eta\lambda$", ylabel=r"$(1-\eta\lambda)^2$", xlim=(x[0], x[-1]), ylim=(0, 2.2))


@picture(size=(6.8, 2.6), panels=2)
def trace_estimates(left: Any, right: Any) -> None:
    """Twenty-five estimates of the trace of a network's Hessian from 60 products each, with 95 % intervals, by
    Hutchinson's method and by Hutch++ (left); the median half-width of the intervals against the products (right)."""
    import torch

    torch.set_num_threads(1)
    operator = of_matrix(_trained("hessian.trace_estimates").hessian().dense())
    trace, rng = float(np.trace(operator.dense())), generator("hessian.trace_estimates, draws")
    counts = (15, 30, 60, 120, 240)
    for shift, colour, label, estimate in (
        (-0.15, BLUE, "Hutchinson", hutchinson),
        (0.15, VERMILION, "Hutch++", hutch_plus_plus),
    ):
        drawn = [estimate(operator, 60, rng) for _ in range(25)]
        middle = np.array([one.value for one in drawn])
        ends = np.array([[one.value - one.interval.low, one.interval.high - one.value] for one in drawn]).T
        left.errorbar(
            np.arange(25) + shift, middle, ends, fmt="o", color=colour, markersize=2, linewidth=0.8, label=label
        )
        half = [np.median([estimate(operator, n, rng).interval.half_width for _ in range(40)]) / trace for n in counts]
        right.loglog(counts, half, "o-", color=colour, markersize=3, label=label)
    left.axhline(trace, color="black", linewidth=0.8)
    left.set(xlabel="run", ylabel="trace")
    left.legend(loc="upper right")
    right.plot(counts, half[0] * np.array(counts[0]) / np.array(counts), ":", color=PURPLE, label="1/products")
    right.set_xticks(counts, [str(n) for n in counts])
    right.minorticks_off()
    right.set(xlabel="products", ylabel="half-width over trace")
    right.legend(loc="lower left")
