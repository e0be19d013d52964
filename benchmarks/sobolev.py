"""Sobolev norms and Poincaré constants: error and time of each route, as a Markdown table.

    python benchmarks/sobolev.py

scikit-fem and torch are optional: what they measure is named as absent where they are not installed. No package for
Sobolev norms is known to compare with; the reference is the exact symbolic norm, or the eigenvalue of the books.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from sympy import cos, pi, sin

from theoremcheck.numerics import poincare
from theoremcheck.numerics.sobolev_norms import TWO_PI, box_norm, fourier_norm, network_norm, periodic_norm
from theoremcheck.theory.sobolev import sobolev_norm
from theoremcheck.theory.symbols import reals


def timed(task: Callable[[], Any]) -> tuple[Any, float]:
    """The value of the task and the milliseconds that its second run takes."""
    task()
    begun = time.perf_counter()
    value = task()
    return value, 1e3 * (time.perf_counter() - begun)


def row(what: str, found: float, exact: float, milliseconds: float) -> None:
    """One line of the table."""
    print(f"| {what} | {found:.15g} | {abs(found / exact - 1):.1e} | {milliseconds:.2f} |")


def norms() -> None:
    """W^{1,2} of 2 sin x cos 2y + 1 on the torus by every route."""
    x, y = reals("x y")
    u = 2 * sin(x) * cos(2 * y) + 1
    value, spent = timed(lambda: sobolev_norm(u, [(x, 0, 2 * pi), (y, 0, 2 * pi)], 1, 2))
    exact = float(value)
    row("symbolic, exact (second call: cached)", exact, exact, spent)
    at = TWO_PI * np.arange(256) / 256
    a, b = np.meshgrid(at, at, indexing="ij")
    samples = 2 * np.sin(a) * np.cos(2 * b) + 1
    routes: dict[str, Callable[[], float]] = {
        "FFT of 256 x 256 samples, weights": lambda: fourier_norm(samples, 1),
        "FFT of 256 x 256 samples, derivatives": lambda: periodic_norm(samples, 1, 2),
        "Gauss-Legendre, 32 and 48 nodes a side": lambda: box_norm(u, [(x, 0, TWO_PI), (y, 0, TWO_PI)], 1, 2).value,
    }
    if find_spec("torch"):
        import torch

        def network(points: Any) -> Any:
            return 2 * torch.sin(points[:, 0]) * torch.cos(2 * points[:, 1]) + 1

        routes["torch, automatic differentiation"] = lambda: network_norm(network, [(0, TWO_PI)] * 2, 1, 2).value
    else:
        print("| torch | not installed | | |")
    for what, route in routes.items():
        row(what, *(lambda found, spent: (found, exact, spent))(*timed(route)))


def constants() -> None:
    """Least positive eigenvalues by finite elements, five refinements, against the values of the books."""
    if not find_spec("skfem"):
        print("| scikit-fem | not installed | | |")
        return
    for domain, boundary in poincare.KNOWN:
        found, spent = timed(lambda d=domain, b=boundary: poincare.poincare_constant(d, b))  # type: ignore[misc]
        what = f"eigenvalue of the {domain}, {boundary}, order {found.order:.2f}"
        row(what, found.extrapolated, found.known, spent)


if __name__ == "__main__":
    print("| what | value | relative error | ms |\n|---|---|---|---|")
    norms()
    constants()
