"""Pictures of random matrices: spectra over the Marchenko-Pastur law, edges against Tracy-Widom, spikes leaving."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..numerics.marchenko_pastur import MarchenkoPastur, semicircle_cdf
from ..numerics.tracy_widom import TracyWidom
from ..numerics.wishart import largest_eigenvalue, spectrum, wigner, wishart_spectrum
from ..theory import marchenko_pastur as law
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, curve, generator
from .picture import picture


def _density(axes: Any, ratio: float, colour: str, label: str) -> None:
    low, high = MarchenkoPastur(ratio).support
    x = low + (high - low) * np.sin(np.linspace(0.02, math.pi / 2, 300)) ** 2
    axes.plot(
        x, curve(law.density(law.level, law.r), law.level, {law.r: math.sqrt(ratio)})(x), color=colour, label=label
    )


@picture(size=(6.8, 2.7), panels=2)
def densities(left: Any, right: Any) -> None:
    """The proved density over simulated spectra of 800 features for three ratios d/n (left; for q = 4 three quarters of
    the eigenvalues are zero, an atom that the source's formula 121 lacks). Right: Kolmogorov's distance of spectra of
    growing size from the law, for normal, sign and heavy-tailed entries, and of Wigner's from the semicircle."""
    rng = generator("random_matrix.densities")
    for ratio, colour in ((0.25, BLUE), (1.0, GREEN), (4.0, VERMILION)):
        values = wishart_spectrum(800, round(800 / ratio), rng)
        shown = values[values > 1e-9]
        bins = np.linspace(0, 9, 90)
        heights, _ = np.histogram(shown, bins)
        left.stairs(heights / (800 * (bins[1] - bins[0])), bins, color=colour, alpha=0.25, fill=True)
        _density(left, ratio, colour, f"$q = {ratio:g}$")
    left.annotate(
        "atom 3/4 at 0\n($q = 4$)", (0.0, 0.9), (1.6, 0.86), fontsize=7, arrowprops={"arrowstyle": "->", "lw": 0.6}
    )
    left.set(xlabel=r"eigenvalue $\lambda$", ylabel="density", xlim=(-0.1, 9.2), ylim=(0, 1.1))
    left.legend(loc="upper right")
    sizes = (20, 40, 80, 160, 320)
    entries: dict[str, tuple[Any, str]] = {
        "normal": (rng.normal, BLUE),
        "signs": (lambda size: rng.choice([-1.0, 1.0], size=size), GREEN),
        "Student t, 5 d.f.": (lambda size: rng.standard_t(5, size=size) * math.sqrt(3 / 5), VERMILION),
    }
    for name, (draw, colour) in entries.items():
        apart = [
            _mean_distance(lambda d, f=draw: spectrum(f(size=(d, 2 * d))), MarchenkoPastur(0.5).cdf, d) for d in sizes
        ]
        right.loglog(sizes, apart, "o-", color=colour, markersize=3, label=name)
    circle = [_mean_distance(lambda d: np.linalg.eigvalsh(wigner(d, rng)), semicircle_cdf, d) for d in sizes]
    right.loglog(sizes, circle, "s-", color=PURPLE, markersize=3, label="semicircle")
    right.loglog(sizes, [1.0 / d for d in sizes], ":", color=GREY, linewidth=0.8, label="$1/d$")
    right.set_xticks(sizes, [str(one) for one in sizes])
    right.set_xticks([], minor=True)
    right.set(xlabel="features $d$", ylabel="Kolmogorov distance")
    right.legend(loc="upper right")


def _mean_distance(draw: Any, cdf: Any, size: int) -> float:
    found = []
    for _ in range(6):
        values = np.sort(draw(size))
        given, steps = cdf(values), np.arange(size + 1) / size
        found.append(max((steps[1:] - given).max(), (given - steps[:-1]).max()))
    return float(np.mean(found))


@picture(size=(6.8, 2.7), panels=2)
def trained_spectra(left: Any, right: Any) -> None:
    """Left: the spectrum of a 100 x 100 layer before and after training on the digits, with the fitted law and the
    spikes that training made. Right: the distribution function of the positive Hessian eigenvalues of a small network
    and of the law fitted to its Gauss-Newton part, which it contradicts; some eigenvalues are even negative."""
    from ..numerics.digits_spectra import trained
    from ..numerics.spectrum_fit import fit, fit_matrix

    network = trained()
    bins = np.linspace(0, 0.1, 61)
    for weights, colour, label in ((network.initial[1], SKY, "before"), (network.final[1], ORANGE, "after training")):
        values = spectrum(weights)
        left.hist(values, bins=bins, density=True, color=colour, alpha=0.5, label=label)
        found = fit_matrix(weights, simulations=0)
        x = np.linspace(1e-3, found.law.support[1], 300)
        left.plot(x, found.law.pdf(x), color=BLUE if label == "before" else VERMILION)
        for one in found.spikes:
            left.plot(one.eigenvalue, 0.6, "v", color=VERMILION, markersize=4)
    left.set(xlabel="eigenvalue of $WW^T/n$", ylabel="density (log)", yscale="log", ylim=(0.3, 300))
    left.legend(loc="upper right")
    positive = network.hessian[network.hessian > 1e-8]
    right.step(positive, (np.arange(positive.size) + 1) / positive.size, color=BLUE, label="Hessian, positive part")
    model = fit(np.maximum(network.gauss_newton, 0), simulations=0).law
    x = np.geomspace(1e-8, positive[-1], 400)
    right.plot(x, (model.cdf(x) - model.atom) / (1 - model.atom), "--", color=VERMILION, label="fitted law")
    negative = int((network.hessian < -1e-8).sum())
    right.set(xlabel="eigenvalue", ylabel="share below", xscale="log", xlim=(1e-8, None), ylim=(0, 1.02))
    right.set_title(f"{negative} of {network.hessian.size} eigenvalues are negative")
    right.legend(loc="upper left")


@picture(size=(6.8, 2.7), panels=2)
def edge_fluctuations(left: Any, right: Any) -> None:
    """The largest eigenvalue of 3,000 real and complex Wishart matrices, centred and in the proved unit, against the
    Tracy-Widom laws of beta 1 and 2 (left), and its distribution function minus the law's, with the band that holds it
    with probability 0.99 (right)."""
    rng = generator("random_matrix.edge_fluctuations")
    d, n, draws = 100, 200, 3000
    p, m = math.sqrt(d - 0.5), math.sqrt(n - 0.5)
    x = np.linspace(-5.5, 4, 300)
    for beta, colour in ((1, BLUE), (2, VERMILION)):
        # For complex entries the corrections of half a column vanish to this order.
        a, b = (p, m) if beta == 1 else (math.sqrt(d), math.sqrt(n))
        centre, unit = (a + b) ** 2, (a + b) * (1 / a + 1 / b) ** (1 / 3)
        shown = np.sort([(largest_eigenvalue(d, n, rng, beta) * n - centre) / unit for _ in range(draws)])
        model = TracyWidom(beta)
        left.hist(shown, bins=50, density=True, color=colour, alpha=0.25)
        left.plot(x, model.pdf(x), color=colour, label=rf"$\beta = {beta}$")
        right.plot(shown, (np.arange(draws) + 0.5) / draws - model.cdf(shown), color=colour, label=rf"$\beta = {beta}$")
    band = math.sqrt(math.log(2 / 0.01) / (2 * draws))
    right.axhspan(-band, band, color=GREY, alpha=0.15, linewidth=0)
    right.axhline(0, color="black", linewidth=0.6)
    left.set(xlabel=r"$(\lambda_{\max}-\mu)/\sigma$", ylabel="density")
    right.set(xlabel=r"$(\lambda_{\max}-\mu)/\sigma$", ylabel="difference of the distributions", ylim=(-0.05, 0.05))
    left.legend(loc="upper right")
    right.legend(loc="upper right")


@picture(size=(6.8, 2.7), panels=2)
def spike_transition(left: Any, right: Any) -> None:
    """The largest sample eigenvalue (left) and the squared cosine of its eigenvector with the population's (right) as
    one population eigenvalue grows through the threshold 1 + sqrt q (dotted): proved limits, and matrices of 300
    features and 600 samples."""
    rng, ratio, d, n = generator("random_matrix.spike_transition"), 0.5, 300, 600
    excess = np.linspace(0.05, 3, 200)
    root = math.sqrt(ratio)
    beyond = excess > root
    edge, given = float((1 + root) ** 2), {law.q: ratio}
    where = curve(law.spiked_edge(law.spike, law.q), law.spike, given)(excess)
    angle = curve(law.spiked_overlap(law.spike, law.q), law.spike, given)(excess)
    left.plot(1 + excess, np.where(beyond, where, edge), color=BLUE, label="limit")
    right.plot(1 + excess, np.where(beyond, angle, 0.0), color=BLUE, label="limit")
    tops, cosines, at = [], [], np.linspace(0.1, 3, 14)
    for one in at:
        x = rng.normal(size=(d, n))
        x[0] *= math.sqrt(1 + one)
        values, vectors = np.linalg.eigh(x @ x.T / n)
        tops.append(values[-1])
        cosines.append(vectors[0, -1] ** 2)
    left.plot(1 + at, tops, "o", color=VERMILION, markersize=3, label="one matrix each")
    right.plot(1 + at, cosines, "o", color=VERMILION, markersize=3, label="one matrix each")
    left.plot(1 + excess, 1 + excess, "--", color=GREY, linewidth=0.8, label="population value")
    for axes in (left, right):
        axes.axvline(1 + root, color=GREY, linewidth=0.8, linestyle=":")
        axes.set(xlabel=r"population eigenvalue $1+\delta$", xlim=(1, 4))
        axes.legend(loc="upper left")
    left.set(ylabel="largest sample eigenvalue")
    right.set(ylabel="squared cosine", ylim=(-0.03, 1))
