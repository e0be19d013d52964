"""Pictures of events and laws: areas counted in and out, bounds of a union, bits with their parity, masses."""

from __future__ import annotations

import math
from itertools import combinations, product
from typing import Any

import numpy as np

from ..numerics.probability import DAYS
from ..theory import probability_terms as terms
from .curves import BLUE, GREEN, GREY, PURPLE, SKY, VERMILION, curve
from .picture import picture

DISCS = ((0.36, 0.62, 0.26), (0.62, 0.62, 0.24), (0.50, 0.38, 0.25))
"""Three events of the unit square: centres and radii."""
SHADES = ("#FFFFFF", "#D6EAF7", "#7FB9E0", "#0072B2")


def _counts(cells: int) -> tuple[Any, list[Any]]:
    """How many of the discs hold each point of a grid, and which."""
    middles = (np.arange(cells) + 0.5) / cells
    x, y = np.meshgrid(middles, middles)
    inside = [(x - a) ** 2 + (y - b) ** 2 < r**2 for a, b, r in DISCS]
    return sum(one.astype(int) for one in inside), inside


@picture(size=(6.8, 2.9), panels=2)
def counted_areas(left: Any, right: Any) -> None:
    """Three events as discs in a square of area one, each point labelled by how many of them hold it (left); the sums
    of inclusion and exclusion, broken off after one, two and three at a time, against the area of the union (right)."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Circle

    count, inside = _counts(600)
    left.imshow(count, origin="lower", extent=(0, 1, 0, 1), cmap=ListedColormap(SHADES), vmin=-0.5, vmax=3.5)
    for (a, b, r), name, at in zip(DISCS, "ABC", ((0.1, 0.86), (0.86, 0.86), (0.76, 0.16)), strict=True):
        left.add_patch(Circle((a, b), r, fill=False, edgecolor=GREY, linewidth=0.8))
        left.text(*at, f"${name}$", ha="center", va="center", fontsize=9)
    for at, number in (((0.24, 0.68), 1), ((0.75, 0.68), 1), ((0.5, 0.24), 1), ((0.49, 0.73), 2), ((0.37, 0.48), 2),
                       ((0.63, 0.48), 2)):  # fmt: skip
        left.text(*at, str(number), ha="center", va="center", fontsize=8)
    left.text(0.495, 0.55, "3", ha="center", va="center", fontsize=8, color="white")
    left.set(xticks=[], yticks=[])
    for side in ("top", "right"):
        left.spines[side].set_visible(True)
    left.set_title("how many events occur")
    union = float((count > 0).mean())
    sums = np.cumsum([
        (-1) ** (size + 1) * sum(np.logical_and.reduce(some).mean() for some in combinations(inside, size))
        for size in (1, 2, 3)
    ])  # fmt: skip
    right.bar([1, 2, 3], sums, color=[VERMILION, PURPLE, BLUE], width=0.6)
    right.axhline(union, color="black", linewidth=1, linestyle=(0, (4, 2)))
    for bar, total, told in zip((1, 2, 3), sums, ("too much", "too little", "exact"), strict=True):
        right.text(bar, total - 0.03, told, ha="center", va="top", fontsize=7, color="white")
    right.text(2, union + 0.015, "area of the union", ha="center", va="bottom", fontsize=7)
    right.set(xticks=[1, 2, 3], ylabel="sum of areas", xlim=(0.5, 3.5), ylim=(0, 0.72))
    right.set_xticklabels(["one at a time", "and pairs", "and the triple"])
    right.grid(visible=False, axis="x")
    right.set_title("inclusion and exclusion, broken off")


def _flat(point: tuple[float, ...]) -> tuple[float, float]:
    """A point of the cube on the page, in oblique projection."""
    return point[0] + 0.42 * point[1], point[2] + 0.30 * point[1]


@picture(size=(6.8, 3.0), panels=2)
def parity_cube(left: Any, right: Any) -> None:
    """Laws of three bits, the area of a corner being its probability. Three fair bits (left), and two fair bits with
    their parity (right): every face, seen along an edge, shows four equal probabilities in both, so no two of the
    bits tell them apart, but half the corners on the right are empty."""
    for axes, title, chance in (
        (left, "independent: eight corners of 1/8", lambda corner: 1 / 8),
        (right, "parity: four corners of 1/4", lambda corner: (sum(corner) % 2 == 0) / 4),
    ):
        _cube(axes, chance)
        axes.set_title(title)
        axes.set(xlim=(-0.3, 1.9), ylim=(-0.3, 1.55), xticks=[], yticks=[], aspect="equal")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)


def _cube(axes: Any, chance: Any) -> None:
    corners = list(product((0, 1), repeat=3))
    for one, other in combinations(corners, 2):
        if sum(a != b for a, b in zip(one, other, strict=True)) == 1:
            hidden = (0, 1, 0) in (one, other)
            ends = np.array([_flat(one), _flat(other)])
            axes.plot(ends[:, 0], ends[:, 1], color=GREY, linewidth=0.7, linestyle=":" if hidden else "-", zorder=1)
    for corner in corners:
        mass = chance(corner)
        at = _flat(corner)
        if mass:
            axes.scatter(*at, s=1800 * mass, color=BLUE if mass > 0.2 else SKY, zorder=3, linewidths=0)
        else:
            axes.scatter(*at, s=26, facecolor="white", edgecolor=GREY, linewidths=0.7, zorder=3)
        axes.text(at[0] + 0.14, at[1] - 0.14, "".join(map(str, corner)), fontsize=6.5, ha="center", va="center")


@picture(size=(3.5, 2.6))
def birthday_bounds(axes: Any) -> None:
    """The probability that two of n people share a birthday, between the bounds from the expected number of pairs that
    do: the union bound above, below the second moment and inclusion and exclusion broken off after pairs of pairs."""
    people = np.arange(2, 61)
    exact = 1 - np.array([math.prod((DAYS - i) / DAYS for i in range(n)) for n in people])
    mean = people * (people - 1) / 2 / DAYS
    spread = mean * (1 - 1 / DAYS)
    axes.plot(people, np.minimum(mean, 1), color=VERMILION, label="union bound $E N$")
    axes.plot(people, exact, color="black", label="exact")
    axes.plot(people, mean**2 / (mean**2 + spread), color=BLUE, label="$(E N)^2/E N^2$")
    second = mean - (mean**2 + spread - mean) / 2
    axes.plot(people[:29], second[:29], "--", color=GREEN, label="$E N - E\\binom{N}{2}$")
    axes.plot([23], [exact[21]], "o", color="black", markersize=4)
    axes.annotate("23 people", (23, exact[21]), (7, 0.6), fontsize=7, arrowprops={"arrowstyle": "-", "lw": 0.5})
    axes.set(xlabel="people $n$", ylabel="probability", xlim=(2, 60), ylim=(0, 1.04))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.02))


@picture(size=(6.8, 2.6), panels=2)
def masses_and_areas(left: Any, right: Any) -> None:
    """Masses of the number of successes in twelve trials, with the normal density of the same mean and variance (left);
    probabilities under a density are areas, here of one, two and three standard deviations about the mean (right)."""
    trials, success = 12, 0.4
    k = np.arange(trials + 1)
    masses = [float(terms.binomial_mass(trials, int(one), success)) for one in k]
    left.bar(k, masses, color=SKY, width=0.9, label="binomial masses")
    x = np.linspace(-0.5, trials + 0.5, 300)
    at = {terms.mu: trials * success, terms.sigma: math.sqrt(trials * success * (1 - success))}
    left.plot(x, curve(terms.normal.pdf(terms.x), terms.x, at)(x), color=VERMILION, label="normal density")
    left.set(xlabel="successes", ylabel="probability, density", xlim=(-0.5, trials + 0.5), xticks=k[::2])
    left.grid(visible=False, axis="x")
    left.legend(loc="upper right")
    z = np.linspace(-3.6, 3.6, 400)
    density = curve(terms.normal.pdf(terms.x), terms.x, {terms.mu: 0.0, terms.sigma: 1.0})
    right.plot(z, density(z), color="black")
    for reach, colour in ((3, "#D6EAF7"), (2, "#7FB9E0"), (1, BLUE)):
        inner = z[np.abs(z) <= reach]
        share = f"{reach}: {math.erf(reach / math.sqrt(2)):.1%}"
        right.fill_between(inner, density(inner), color=colour, linewidth=0, label=share)
    right.set(xlabel="standard deviations from the mean", ylabel="density", xlim=(-3.6, 3.6), ylim=(0, 0.44))
    right.legend(loc="upper right", title="within", title_fontsize=7)
