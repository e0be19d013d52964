"""Pictures of matrix calculus: linear models and their errors, the kink of a norm, a transport of tangent vectors, the
derivative of a matrix by a matrix, a stationary field, and what the engine derives of the Matrix Cookbook."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from sympy import Determinant, KroneckerProduct, MatrixSymbol, Trace, log, sqrt

from ..numerics.matrix_expressions import evaluated, well_conditioned
from ..theory import matrix_calculus as theory
from ..theory.cookbook import standing
from .curves import BLUE, GREEN, GREY, ORANGE, VERMILION, generator
from .picture import COLOURS, picture

X, dX, A = theory.X, theory.dX, theory.A


@picture(size=(6.8, 2.8), panels=2)
def remainder(left: Any, right: Any) -> None:
    """What is left of the increment after the differential, against the norm of H along a ray (left): slope 2 for every
    right differential, slope 1 where the factors of the inverse's are commuted (dotted). Equation 696's quotient along
    four rays (right): each has its own limit from either side, and no number is all of them."""
    rng = generator("matrix_calculus.remainder")
    x, by = well_conditioned(rng, 4), rng.standard_normal((4, 4))
    by /= np.linalg.norm(by)
    steps = 2.0 ** -np.arange(1, 14.0)
    functions = {
        "inverse": (X.inv(), BLUE, "o"),
        "log-determinant": (log(Determinant(X.T * X)), GREEN, "s"),
        "quadratic form": (Trace(X.T * A * X), ORANGE, "^"),
    }
    at = {X: x, dX: by, A: rng.standard_normal((4, 4))}
    for label, (f, colour, marker) in functions.items():
        slope = theory.differential(f, X, dX)
        left.plot(steps, _remainders(f, slope, at, steps), marker + "-", color=colour, label=label, markersize=3)
    wrong: Any = theory.inverse_differential.theorem.mutants["commuting"]
    left.plot(steps, _remainders(X.inv(), wrong.rhs, at, steps), ":", color=BLUE, label="inverse, as if commuting")
    left.plot(steps[-5:], 0.06 * steps[-5:] ** 2, color=GREY, linewidth=0.8)
    left.text(steps[-3], 0.02 * steps[-3] ** 2, "slope 2", fontsize=7, color=GREY, va="top")
    left.set(xscale="log", yscale="log", xlabel=r"$\|H\|$", ylabel=r"$\|f(X+H)-f(X)-Df(H)\|$", ylim=(2e-10, 60))
    left.legend(loc="upper left", fontsize=7)
    _quotients(right, x, rng)


def _remainders(f: Any, slope: Any, at: dict[Any, Any], steps: Any) -> list[float]:
    base, linear = evaluated(f, at), evaluated(slope, at)
    moved = [evaluated(f, at | {X: at[X] + step * at[dX]}) for step in steps]
    return [float(np.linalg.norm(one - base - step * linear)) for one, step in zip(moved, steps, strict=True)]


def _quotients(axes: Any, x: Any, rng: np.random.Generator) -> None:
    f = log(Determinant(X.T * X)) / 2
    base = float(evaluated(f, {X: x})[0, 0])
    steps = np.concatenate([-np.geomspace(0.5, 1e-3, 25), np.geomspace(1e-3, 0.5, 25)])
    for colour in (BLUE, GREEN, ORANGE, VERMILION):
        by = rng.standard_normal((4, 4))
        by /= np.linalg.norm(by)
        values = np.array([(float(evaluated(f, {X: x + t * by})[0, 0]) - base) / abs(t) for t in steps])
        axes.plot(steps[:25], values[:25], color=colour)
        axes.plot(steps[25:], values[25:], color=colour)
        axes.plot([0, 0], [values[24], values[25]], "o", color=colour, markerfacecolor="white", markersize=3.5)
    axes.axvline(0, color=GREY, linewidth=0.6, linestyle=":")
    axes.set(xlabel="signed size of $H$ along a ray", ylabel=r"$(f(X+H)-f(X))/\|H\|$")


@picture(size=(6.8, 2.8), panels=2)
def kink_of_the_norm(left: Any, right: Any) -> None:
    """The Frobenius norm of diag(s, t) with its gradient A/|A| (arrows): of length one everywhere, in every direction
    about zero (left). Its section through zero has slopes -1 and 1 there, one that passes zero by has none (right)."""
    s = np.linspace(-1.3, 1.3, 200)
    grid_s, grid_t = np.meshgrid(s, s)
    left.contour(grid_s, grid_t, np.hypot(grid_s, grid_t), levels=np.arange(0.2, 1.8, 0.2), colors=GREY, linewidths=0.5)
    matrix = MatrixSymbol("A", 2, 2)
    slope = theory.gradient(sqrt(Trace(matrix.T * matrix)), matrix)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    for radius, colour in ((0.15, VERMILION), (0.8, BLUE)):
        for angle in angles:
            place = radius * np.array([np.cos(angle), np.sin(angle)])
            arrow = 0.38 * np.diag(evaluated(slope, {matrix: np.diag(place)}))
            left.annotate("", place + arrow, xytext=place, arrowprops={"arrowstyle": "->", "color": colour, "lw": 0.9})
    left.plot([0], [0], "o", color="black", markersize=3)
    left.set(xlabel="$s$", ylabel="$t$", aspect="equal", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    for off, colour in ((0.0, VERMILION), (0.1, ORANGE), (0.4, BLUE)):
        right.plot(s, np.hypot(s, off), color=colour, label=f"$t={off:g}$")
    right.set(xlabel="$s$", ylabel=r"$\|\mathrm{diag}(s,t)\|_F$", xlim=(-1.3, 1.3), ylim=(0, 1.4))
    right.legend(loc="lower right", fontsize=7)


@picture(size=(6.8, 2.6), panels=3)
def derivatives_by_a_matrix(first: Any, second: Any, third: Any) -> None:
    """The derivative of A B by A at a 3 x 3 matrix, columns stacked: every entry of the product by every entry of A
    (left), B transposed times the identity; B transposed itself, as equation 689 prints it (middle); the derivative of
    the inverse less what equation 707 prints (right), which is not zero."""
    rng = generator("matrix_calculus.derivatives_by_a_matrix")
    b, x = rng.standard_normal((3, 3)), well_conditioned(rng, 3)
    inverse = X.inv()
    printed = -KroneckerProduct(inverse, inverse)
    panels = {
        r"$\partial\,\mathrm{vec}(AB)/\partial\,\mathrm{vec}A$": (
            theory.jacobian(A * theory.B, A),
            {theory.B: b, A: x},
        ),
        "$B^T$": (theory.B.T, {theory.B: b}),
        r"$\partial\,\mathrm{vec}X^{-1}/\partial\,\mathrm{vec}X+X^{-1}\otimes X^{-1}$": (
            theory.jacobian(inverse, X) - printed,
            {X: x},
        ),
    }
    for axes, (title, (expr, at)) in zip((first, second, third), panels.items(), strict=True):
        values = evaluated(expr, at)
        largest = np.abs(values).max()
        axes.imshow(values, cmap="RdBu_r", vmin=-largest, vmax=largest, interpolation="nearest")
        axes.set_title(title, fontsize=8)
        for k in range(1, len(values)):
            heavy = k % 3 == 0 and len(values) > 3
            axes.axhline(k - 0.5, color=GREY, linewidth=0.8 if heavy else 0.2)
            axes.axvline(k - 0.5, color=GREY, linewidth=0.8 if heavy else 0.2)
        axes.set(xticks=[], yticks=[], xlabel=f"{values.shape[0]} x {values.shape[1]}")


@picture(size=(6.8, 3.0), panels=2)
def variations_and_transport(left: Any, right: Any) -> None:
    """The unit tangent field of the circle (blue) and its derivative in the plane along the circle (red), which is what
    equation 711's limit gives; projected onto the tangent, as the Levi-Civita derivative has it, it is zero (left). Two
    fields on [0, 1] with the same ends: the integral of X'^2/2 along the variation u(1-u) is flat at the line alone,
    though it does not depend on time for either (right)."""
    turn = np.linspace(0, 2 * np.pi, 200)
    left.plot(np.cos(turn), np.sin(turn), color=GREY, linewidth=0.8)
    for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        place = np.array([np.cos(angle), np.sin(angle)])
        for vector, colour in ((np.array([-place[1], place[0]]), BLUE), (-place, VERMILION)):
            end = place + 0.55 * vector
            left.annotate("", end, xytext=place, arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.1})
    left.set(aspect="equal", xlim=(-1.7, 1.7), ylim=(-1.7, 1.7))
    left.axis("off")
    u, steps = np.linspace(0, 1, 4001), np.linspace(-1, 1, 41)
    bump = 1 - 2 * u
    fields = (("$X=u$, stationary", 1 + 0 * u, GREEN), ("$X=u^2$", 2 * u, VERMILION))
    for label, slope, colour in fields:
        energy = [np.trapezoid((slope + eps * bump) ** 2, u) / 2 for eps in steps]
        tangent = energy[20] + steps * np.trapezoid(slope * bump, u)
        right.plot(steps, energy, color=colour, label=label)
        right.plot(steps, tangent, "--", color=colour, linewidth=0.7)
        right.plot([0], [energy[20]], "o", color=colour, markersize=3)
    right.set(xlabel=r"$\epsilon$", ylabel=r"$\int (X+\epsilon u(1-u))'^2/2\,du$", xlim=(-1, 1))
    right.legend(loc="upper center", fontsize=7)


_STANDINGS = {
    "derived": COLOURS["holds"],
    "derived with a condition": COLOURS["holds-if"],
    "printed wrongly": COLOURS["refuted"],
    "not derived": "black",
    "definition": COLOURS["definition"],
    "complex": COLOURS["open"],
}


@picture(size=(6.8, 2.2))
def cookbook(axes: Any) -> None:
    """Equations 32 to 144 of the Matrix Cookbook, its section on derivatives, with what the engine makes of each, in
    matrices of any size: derived as printed (sums over powers for exponents up to 5), or with a condition that the
    book leaves out; shown to be printed wrongly; definitions, and derivatives of complex matrices, which it does not
    treat."""
    from matplotlib.patches import Patch, Rectangle

    found = {number: standing(number) for number in range(32, 145)}
    for place, (number, kind) in enumerate(found.items()):
        row, column = divmod(place, 19)
        axes.add_patch(Rectangle((column, row), 0.94, 0.94, facecolor=_STANDINGS[kind], edgecolor="none"))
        axes.text(
            column + 0.47,
            row + 0.5,
            str(number),
            fontsize=7,
            ha="center",
            va="center",
            color="white" if kind not in ("complex", "definition") else "black",
        )
    counts = Counter(found.values())
    handles = [
        Patch(color=colour, label=f"{kind} ({counts[kind]})") for kind, colour in _STANDINGS.items() if counts[kind]
    ]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=5, fontsize=7, frameon=False)
    axes.set(xlim=(0, 19), ylim=(6, 0))
    axes.axis("off")


__all__ = ["cookbook", "derivatives_by_a_matrix", "kink_of_the_norm", "remainder", "variations_and_transport"]
