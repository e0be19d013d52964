"""Pictures of linear algebra: a map on the unit circle, and a defective matrix under perturbation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..theory.eigenvalues import jordan_block
from .curves import BLUE, GREEN, GREY, ORANGE, VERMILION
from .picture import picture


@picture(size=(5.6, 2.7), panels=2)
def singular_vectors(before: Any, after: Any) -> None:
    """A real matrix takes the unit circle to an ellipse: right singular vectors to its half axes, which are orthogonal
    again and as long as the singular values; eigenvectors (dotted) stay on their lines but need not be orthogonal."""
    matrix = np.array([[1.5, 1.0], [0.25, 1.0]])
    left, values, right = np.linalg.svd(matrix)
    signs = np.sign(right[:, 1])  # a pair may be turned together: these point upwards
    left, right = left * signs, right * signs[:, None]
    angles = np.linspace(0, 2 * np.pi, 361)
    circle = np.vstack([np.cos(angles), np.sin(angles)])
    _, eigenvectors = np.linalg.eig(matrix)
    for axes, points, title in ((before, circle, "unit circle"), (after, matrix @ circle, "image under $A$")):
        axes.plot(*points, color=GREY, linewidth=1)
        for vector in eigenvectors.T:
            axes.plot(*np.outer(vector, (-3, 3)), color=GREEN, linestyle=":", linewidth=1)
        axes.set(aspect="equal", xlim=(-2.4, 2.4), ylim=(-1.6, 1.6), title=title)
    for k, colour in enumerate((BLUE, VERMILION)):
        for axes, tip, text in (
            (before, right[k], f"$v_{k + 1}$"),
            (after, values[k] * left[:, k], f"$\\sigma_{k + 1}u_{k + 1}$"),
        ):
            axes.annotate(
                "",
                tip,
                (0, 0),
                arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0},
            )
            axes.annotate(
                text,
                tip,
                xytext=6 * tip / np.linalg.norm(tip),
                textcoords="offset points",
                color=colour,
                ha="right" if tip[0] < 0 else "left",
                va="top" if tip[1] < 0 else "bottom",
            )


@picture(size=(5.6, 2.7), panels=2)
def defective_eigenvalues(plane: Any, rates: Any) -> None:
    """The eigenvalue of a Jordan block of size n with the number epsilon in its corner moves to the n-th roots of
    epsilon: left on circles in the plane for epsilon = 0.001, right with slope 1/n; the marks are LAPACK's values."""
    angles = np.linspace(0, 2 * np.pi, 361)
    corners = np.geomspace(1e-9, 1e-1, 9)
    for size, colour, marker in ((1, GREY, "v"), (2, BLUE, "o"), (3, VERMILION, "s"), (5, ORANGE, "D")):
        radius = 1e-3 ** (1 / size)
        points: dict[str, Any] = {"color": colour, "markerfacecolor": "white", "linestyle": "none"}
        values = np.linalg.eigvals(np.array(jordan_block(size, 0.0, 1e-3), dtype=np.float64))
        plane.plot(radius * np.cos(angles), radius * np.sin(angles), color=colour, linewidth=0.7)
        plane.plot(values.real, values.imag, marker, **points)
        moved = [abs(np.linalg.eigvals(np.array(jordan_block(size, 0.0, c), dtype=np.float64))).max() for c in corners]
        rates.plot(corners, corners ** (1 / size), color=colour)
        rates.plot(corners, moved, marker, **points, label=f"$n={size}$")
    plane.set(aspect="equal", xlabel="real part", ylabel="imaginary part", xlim=(-0.32, 0.32), ylim=(-0.32, 0.32))
    rates.set(xscale="log", yscale="log", xlabel="perturbation $\\varepsilon$", ylabel="shift of the eigenvalue")
    rates.legend(loc="lower right")
