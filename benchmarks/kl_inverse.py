"""The kl inverse: sides, distances from the truth and times, beside plain root finders, as a Markdown table.

Run as `python benchmarks/kl_inverse.py [COUNT]`; with 100,000 random arguments about half a minute. The truth is the
sign of kl - B in balls of 500 bits (python-flint). SciPy's Brent and a bisection in floating point, as codes for
PAC-Bayes bounds use them, stand for the peers.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

import numpy as np
from flint import arb, ctx

from theoremcheck.numerics.kl_inverse import kl_upper_inverse, kl_upper_inverses


def arguments(count: int) -> tuple[list[float], list[float]]:
    """Frequencies and bounds of ordinary size, so that the peers can do them, and in a tenth of the cases extreme."""
    rng = np.random.default_rng(2026)
    q, bounds = rng.random(count), 10 ** rng.uniform(-4, 0.5, count)
    extreme = rng.random(count) < 0.1
    q = np.where(extreme, 10 ** rng.uniform(-30, 0, count), q)
    return q.tolist(), np.where(extreme, 10 ** rng.uniform(-30, 2, count), bounds).tolist()


def excess(q: float, p: float, bound: float) -> float:
    """kl(q || p) - bound as the formula is written."""
    if p >= 1:
        return math.inf
    first = q * math.log(q / p) if q > 0 else 0.0
    return first + ((1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0) - bound


def bisection(q: float, bound: float) -> float:
    """Twenty halvings between q and 1, and the middle."""
    low, high = q, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(q, middle, bound) < 0 else (low, middle)
    return (low + high) / 2


def brent(q: float, bound: float) -> float:
    """SciPy's root finder at its finest tolerance."""
    from scipy.optimize import brentq

    if excess(q, q, bound) >= 0:
        return q
    return float(brentq(lambda p: min(excess(q, p, bound), 1e300), q, 1.0, xtol=1e-15, rtol=1e-14, disp=False))


def quality(q: list[float], bounds: list[float], ends: list[float]) -> tuple[int, int]:
    """How many ends lie below the inverse, and how many more than 1e-12 above it."""
    ctx.prec = 500
    below = above = 0
    for at, bound, end in zip(q, bounds, ends, strict=True):
        below += end < 1 and not bool(_kl(at, arb(end)) >= arb(bound))
        inner = arb(end) - arb("1e-12")
        above += bool(inner > at) and not bool(_kl(at, inner) <= arb(bound))
    return below, above


def _kl(q: float, p: arb) -> arb:
    one = arb(q)
    first = one * (one / p).log() if q > 0 else arb(0)
    return first + ((1 - one) * ((1 - one) / (1 - p)).log() if q < 1 else arb(0))


def main(count: int) -> None:
    """Prints the table."""
    q, bounds = arguments(count)
    one_by_one: dict[str, Callable[[float, float], float]] = {
        "kl_upper_inverse": kl_upper_inverse,
        "Brent (SciPy)": brent,
        "bisection, 20 halvings": bisection,
    }
    print(f"| {count:,} random arguments | below the truth | more than 1e-12 above | microseconds a call |")
    print("|---|---|---|---|")
    for name, function in one_by_one.items():
        begun = time.perf_counter()
        ends = [function(a, b) for a, b in zip(q, bounds, strict=True)]
        seconds = time.perf_counter() - begun
        below, above = quality(q, bounds, ends)
        print(f"| {name} | {below:,} | {above:,} | {seconds / count * 1e6:.1f} |")
    begun = time.perf_counter()
    several = kl_upper_inverses(q, bounds)
    seconds = time.perf_counter() - begun
    below, above = quality(q, bounds, several.tolist())
    print(f"| kl_upper_inverses, one array | {below:,} | {above:,} | {seconds / count * 1e6:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
