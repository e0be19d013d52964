"""Pictures of Sobolev spaces: bubbles that concentrate, norms against frequency, eigenvalues and singular values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sympy import sin

from ..numerics.poincare import poincare_constant
from ..numerics.sobolev_norms import TWO_PI, fourier_norm, periodic_norm
from ..theory import bubbles
from ..theory.convergence import N, s, singular_value
from ..theory.embeddings import critical_exponent
from ..theory.sobolev_spaces import torus_norm
from ..theory.symbols import real
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, curve
from .picture import picture


@picture(size=(6.8, 2.7), panels=2)
def concentration(left: Any, right: Any) -> None:
    """Cones of the energy 4 pi/3 in the unit ball of space that concentrate at a point (left), and their norms (right):
    below the critical exponent 6 they vanish, at 6 the norm stays, so the embedding is compact below 6 alone."""
    radius = np.linspace(0, 1, 1001)
    colours = (SKY, BLUE, GREEN, ORANGE, VERMILION)
    for scale, colour in zip((1.0, 0.5, 0.25, 0.1, 0.05), colours, strict=True):
        height = np.maximum(curve(bubbles.cone(), bubbles.r, {bubbles.epsilon: scale})(radius), 0)
        left.plot(radius, height, color=colour, label=rf"$\varepsilon$ = {scale:g}")
    left.set(xlabel="$|x|$", ylabel=r"$u_\varepsilon$", xlim=(0, 1), ylim=(0, 4.6))
    left.legend(loc="upper right")
    scales = np.geomspace(1e-3, 1, 100)
    right.axhline(math.sqrt(4 * math.pi / 3), color="black", linewidth=1.0, label="gradient in $L^2$")
    for q, colour in ((6, VERMILION), (5, ORANGE), (4, GREEN), (2, BLUE)):
        powers = curve(bubbles.cone_power(q), bubbles.epsilon)(scales)
        right.loglog(scales, powers ** (1 / q), color=colour, label=f"$L^{q}$")
    right.set(xlabel=r"$\varepsilon$", ylabel="norm", xlim=(1e-3, 1), ylim=(1e-3, 20))
    right.legend(loc="lower right", ncols=2)


@picture(size=(6.8, 2.7), panels=2)
def frequencies(left: Any, right: Any) -> None:
    """Sobolev norms of sin(jx) against the frequency (left), lines by the exact formula and dots by FFT; and the
    singular values of the embedding of H^s in L^2 on the torus (right), whose decay is its compactness."""
    frequency, x = np.geomspace(1, 30, 100), real("x")
    samples = TWO_PI * np.arange(64) / 64
    dots = np.array([1, 2, 4, 8, 16, 30])
    exact = torus_norm(sin(x), [x], s)
    for order, colour in ((-1.0, PURPLE), (0.0, GREY), (0.5, GREEN), (1.0, BLUE), (2.0, VERMILION)):
        # sin(jx) has the two frequencies j and -j: the formula of torus_norm with 1 + j^2 for 1 + 1.
        square = (exact**2).subs(s, order)
        line = [math.sqrt(float(square) * ((1 + k * k) / 2) ** order) for k in frequency]
        left.loglog(frequency, line, color=colour, label=f"$s$ = {order:g}")
        left.loglog(dots, [fourier_norm(np.sin(k * samples), order) for k in dots], "o", color=colour, markersize=3)
    left.set(xlabel="frequency $j$", ylabel=r"$\|\sin(jx)\|_{H^s}$", xlim=(1, 32))
    left.legend(loc="upper left")
    places = np.arange(0, 41)
    for order, colour in ((0.25, ORANGE), (0.5, GREEN), (1.0, BLUE), (2.0, VERMILION)):
        values = curve(singular_value(N), N, {s: order})(places.astype(float))
        ordered = np.concatenate([values[:1], np.repeat(values[1:], 2)])
        right.semilogy(
            np.arange(1, len(ordered) + 1), ordered, ".", color=colour, markersize=3, label=f"$s$ = {order:g}"
        )
    right.set(xlabel="number of the singular value", ylabel="singular value", xlim=(0, 82))
    right.legend(loc="lower left", ncols=2)


@picture(size=(6.8, 2.7), panels=2)
def constants(left: Any, right: Any) -> None:
    """How the finite-element eigenvalue behind Poincaré's constant converges to the known value (left); the L-shape
    is the slowest, for its re-entrant corner. The quotient of the sharp Sobolev inequality in space for the powers
    (1 + |x|^2)^(-g) (right): least at the bubble g = 1/2, where it is the constant 3 (pi/2)^(4/3)."""
    from ..numerics.sobolev import radial_quotient

    for domain, colour, marker in (
        ("interval", GREY, "s"),
        ("square", BLUE, "o"),
        ("disc", GREEN, "^"),
        ("L-shape", VERMILION, "D"),
    ):
        found = poincare_constant(domain)  # type: ignore[arg-type]
        errors = [abs(value / found.known - 1) for value in found.upper]
        label = f"{domain}: order {found.order:.2f}"
        left.loglog(found.sizes, errors, marker=marker, color=colour, markersize=3, label=label)
    left.set(xlabel="longest edge $h$", ylabel="relative error of the eigenvalue")
    left.set_xticks([0.03, 0.1, 0.3], ["0.03", "0.1", "0.3"])
    left.set_xticks([], minor=True)
    left.legend(loc="lower right")
    powers = np.linspace(0.3, 1.2, 60)
    quotients = [radial_quotient(lambda r, g=g: (1 + r * r) ** (-g), 3)[0] for g in powers]
    least = float(bubbles.sharp_constant(3))
    right.plot(powers, quotients, color=BLUE)
    right.axhline(least, color=VERMILION, linestyle="--", linewidth=0.9)
    right.plot([0.5], [least], "o", color=VERMILION, markersize=4)
    right.annotate("sharp constant, Aubin and Talenti", (0.5, least), (0.52, least - 0.35), fontsize=7, color=VERMILION)
    right.set(xlabel="$g$", ylabel=r"$\|\nabla u\|_2^2\,/\,\|u\|_6^2$", xlim=(0.3, 1.2), ylim=(least - 0.6, least + 4))


@picture(size=(6.8, 2.7), panels=2)
def oscillation(left: Any, right: Any) -> None:
    """sin(kx)/k and its slope cos(kx): the functions vanish uniformly, the slopes pair to zero with every test
    function and keep their norm (left); their norms against k (right) - weak convergence without strong convergence."""
    x = np.linspace(0, np.pi, 800)
    for k, colour in ((2, SKY), (8, BLUE), (32, VERMILION)):
        left.plot(x, np.sin(k * x) / k, color=colour, label=f"$k$ = {k}")
    left.set(xlabel="$x$", ylabel=r"$\sin(kx)/k$", xlim=(0, np.pi), ylim=(-0.6, 0.75))
    left.legend(loc="upper right", ncols=3)
    samples = TWO_PI * np.arange(256) / 256
    counts = np.array([1, 2, 4, 8, 16, 32, 64])
    waves = [np.sin(k * samples) / k for k in counts]
    right.loglog(
        counts, [periodic_norm(u, 0, 2) for u in waves], "o-", color=BLUE, markersize=3, label="function in $L^2$"
    )
    slopes = [math.sqrt(periodic_norm(u, 1, 2) ** 2 - periodic_norm(u, 0, 2) ** 2) for u in waves]
    right.loglog(counts, slopes, "s-", color=VERMILION, markersize=3, label="slope in $L^2$")
    pairings = [abs(np.mean(np.cos(k * samples) * np.exp(np.cos(samples)))) * TWO_PI for k in counts[:4]]
    right.loglog(counts[:4], pairings, "^-", color=GREEN, markersize=3, label=r"slope against $e^{\cos x}$")
    right.set(xlabel="$k$", ylabel="norm, pairing", ylim=(1e-7, 30))
    right.legend(loc="lower right")


@picture(size=(3.6, 2.7))
def trichotomy(axes: Any) -> None:
    """The largest exponent q of W^{1,p} in L^q in space, 1/q = 1/p - 1/3, and beyond p = 3 the Hölder exponent 1 - 3/p:
    the embedding is compact strictly below the curve."""
    p = np.linspace(1, 8, 400)
    small = p[p < 3]
    axes.plot(small, [1 / float(critical_exponent(1, _rational(one), 3)) for one in small], color=BLUE, label="$1/q^*$")
    axes.plot(p[p >= 3], 1 - 3 / p[p >= 3], color=VERMILION, label=r"Hölder exponent $\alpha$")
    axes.axvline(3, color=GREY, linewidth=0.7, linestyle=":")
    axes.text(3.06, 0.62, "$p = n = 3$", fontsize=7, color=GREY)
    axes.set(xlabel="$p$", ylabel="exponent", xlim=(1, 8), ylim=(0, 0.7))
    axes.legend(loc="lower right")


def _rational(value: float) -> Any:
    from sympy import Rational

    return Rational(float(value)).limit_denominator(10**6)
