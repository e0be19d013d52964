"""Tracy-Widom laws beside other packages', and the time of spectra up to 5,000 rows (more on an accelerator).

    python benchmarks/random_matrix.py [--size 5000] [--accelerator-size 20000]

Prints Markdown tables. Optional peers, named where absent: TracyWidom and scikit-rmt (which needs numpy <= 1.26 and
scipy <= 1.12). The reference values are determinants of 120 nodes with other kernels.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.special import airy

from theoremcheck.numerics import tracy_widom
from theoremcheck.numerics.marchenko_pastur import MarchenkoPastur
from theoremcheck.numerics.spectrum_fit import fit
from theoremcheck.numerics.wishart import accelerator, spectrum, wishart_spectrum

POINTS = np.linspace(-5, 2, 29)


def reference(s: float, beta: int) -> float:
    """det(1 - Ai((x + y)/2)/2) for beta 1; det(1 - B^2), B = Ai(x + y + s), for beta 2; 120 nodes."""
    x, w = np.polynomial.legendre.leggauss(120)
    reach = (2 if beta == 1 else 1) * (16 - s)
    x, w = reach * (x + 1) / 2, reach * w / 2
    root = np.sqrt(np.outer(w, w))
    if beta == 1:
        return float(np.linalg.det(np.eye(120) - root * airy((x[:, None] + x) / 2 + s)[0] / 2))
    kernel = root * airy(x[:, None] + x + s)[0]
    return float(np.linalg.det(np.eye(120) - kernel @ kernel))


def peers() -> dict[str, Callable[[int], Callable[[float], Any]] | None]:
    """The distribution functions to compare, by name; None where a package is not installed."""
    found: dict[str, Callable[[int], Callable[[float], Any]] | None] = {
        "theoremcheck, determinant": lambda beta: lambda s: tracy_widom.cdf(s, beta).value,
        "theoremcheck, interpolant": lambda beta: tracy_widom.TracyWidom(beta).cdf,
    }
    found["TracyWidom"] = _tracywidom if find_spec("TracyWidom") else None
    found["scikit-rmt"] = _skrmt if find_spec("skrmt") else None
    return found


def _tracywidom(beta: int) -> Callable[[float], Any]:
    from TracyWidom import TracyWidom

    return TracyWidom(beta=beta).cdf


def _skrmt(beta: int) -> Callable[[float], Any]:
    from skrmt.ensemble.spectral_law import TracyWidomDistribution

    return TracyWidomDistribution(beta=beta).cdf


def laws() -> None:
    """The table of errors and times of the distribution functions."""
    print("| package | beta | largest error on [-5, 2] | ms a point | its own estimate of the error |")
    print("|---|---:|---:|---:|---:|")
    for name, make in peers().items():
        for beta in (1, 2):
            if make is None:
                print(f"| {name} | {beta} | not installed | | |")
                continue
            try:
                call = make(beta)
                call(0.0)
            except Exception as error:
                print(f"| {name} | {beta} | fails: {error} | | |")
                continue
            begun = time.perf_counter()
            values = [float(call(float(s))) for s in POINTS]
            each = (time.perf_counter() - begun) / POINTS.size * 1e3
            worst = max(abs(v - reference(float(s), beta)) for v, s in zip(values, POINTS, strict=True))
            own = max(tracy_widom.cdf(float(s), beta).error for s in POINTS)
            print(
                f"| {name} | {beta} | {worst:.1e} | {each:.3f} | {f'{own:.0e}' if 'determinant' in name else 'none'} |"
            )


def sizes(largest: int, on_accelerator: int) -> None:
    """The table of times of spectra and fits."""
    rng = np.random.default_rng(0)
    print("\n| spectrum of | seconds | Kolmogorov distance from the law | spikes at level 0.001 |")
    print("|---|---:|---:|---:|")
    device = accelerator()

    def on_device() -> Any:
        import torch

        noise = torch.randn(on_accelerator, 2 * on_accelerator, device=device)
        return spectrum(noise, str(device))

    rows: dict[str, tuple[Callable[[], Any], int]] = {
        f"{largest} x {2 * largest} normal matrix, bidiagonal": (
            lambda: wishart_spectrum(largest, 2 * largest, rng),
            2 * largest,
        ),
        f"{largest} x {2 * largest} dense signs, single precision": (
            lambda: spectrum(2 * rng.integers(0, 2, (largest, 2 * largest), dtype=np.int8).astype(np.float32) - 1),
            2 * largest,
        ),
    }
    if device is not None:
        rows[f"{on_accelerator} x {2 * on_accelerator} dense normal on {device}"] = (on_device, 2 * on_accelerator)
    for name, (draw, samples) in rows.items():
        begun = time.perf_counter()
        values = draw()
        seconds = time.perf_counter() - begun
        found = fit(values, samples, alpha=1e-3, simulations=0)
        steps, given = np.arange(values.size + 1) / values.size, MarchenkoPastur(0.5).cdf(values)
        apart = max((steps[1:] - given).max(), (given - steps[:-1]).max())
        print(f"| {name} | {seconds:.1f} | {apart:.1e} | {len(found.spikes)} |", flush=True)
    if device is None:
        print(f"| {on_accelerator} x {2 * on_accelerator} dense | no accelerator that torch can use | | |")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--accelerator-size", type=int, default=20_000)
    options = parser.parse_args()
    laws()
    sizes(options.size, options.accelerator_size)


if __name__ == "__main__":
    main()
