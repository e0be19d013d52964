"""Seconds for empirical Rademacher complexity over all signs, against a plain loop, and for covers and norm bounds.

    python benchmarks/rademacher.py [--repeat N]

Prints a Markdown table. No package for Rademacher complexity is known; the plain loop over sign vectors in Python with
NumPy is what one would write. "apart" is the difference of the two values.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from theoremcheck.numerics.complexity import (
    FiniteClass,
    Hypotheses,
    KernelBall,
    LinearBall,
    empirical_complexity,
    gaussian_kernel,
)
from theoremcheck.numerics.covering_numbers import covering_number, dudley_bound, farthest_points
from theoremcheck.numerics.norm_bounds import norm_bounds

PLAIN_UP_TO = 14


def timed(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The median of the seconds, and the answer."""
    seconds, answer = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def plain(hypotheses: Hypotheses) -> float:
    """The mean over all signs, one vector at a time."""
    total = 0.0
    for sigma in itertools.product((1.0, -1.0), repeat=hypotheses.n):
        signs = np.array(sigma)
        if isinstance(hypotheses, KernelBall):
            total += float(np.sqrt(max(0.0, signs @ hypotheses.kernel @ signs)))
        else:
            total += float(hypotheses.pair(signs @ hypotheses.columns))
    return total / (hypotheses.n * 2**hypotheses.n)


def classes(n: int) -> dict[str, Hypotheses]:
    """One class of each kind on n points."""
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, 10))
    return {
        "l1 ball, dimension 10": LinearBall(X, "l1"),
        "l2 ball, dimension 10": LinearBall(X, "l2"),
        "linf ball, dimension 10": LinearBall(X, "linf"),
        "Gaussian kernel": KernelBall(gaussian_kernel(X, 3.0)),
        "100 functions": FiniteClass(rng.normal(size=(100, n))),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    print("| what | size | seconds | width | plain loop | apart |")
    print("|---|---|---|---|---|---|")
    for n in (PLAIN_UP_TO, 20, 24):
        for name, one in classes(n).items():
            seconds, found = timed(lambda one=one: empirical_complexity(one), repeat)
            slow = apart = "-"
            if n == PLAIN_UP_TO:
                theirs, value = timed(lambda one=one: plain(one), 1)
                slow, apart = f"{theirs:.2f}", f"{abs(value - found.middle):.0e}"
            print(f"| {name} | n = {n} | {seconds:.3f} | {found.width:.0e} | {slow} | {apart} |")
    rng = np.random.default_rng(0)
    ball = LinearBall(rng.normal(size=(1_000, 20)))
    seconds, found = timed(lambda: empirical_complexity(ball), repeat)
    print(f"| l2 ball, 20,000 draws | n = 1000 | {seconds:.3f} | {found.width:.0e} | - | - |")
    table = rng.normal(size=(1_000, 20))
    for name, call in {
        "farthest-point covers": lambda: farthest_points(table),
        "Dudley's bound": lambda: dudley_bound(table),
        "covering number, integer program": lambda: covering_number(table[:60, :2], 0.5),
    }.items():
        seconds, _ = timed(call, repeat)
        print(f"| {name} | 1,000 functions (60 for the program) | {seconds:.3f} | - | - | - |")
    net = [(rng.normal(size=(m, d)) / d**0.5, np.zeros(m)) for d, m in ((784, 600), (600, 600), (600, 10))]
    X, y = rng.random((2_000, 784)), rng.integers(0, 10, 2_000)
    seconds, _ = timed(lambda: norm_bounds(net, X, y, margin=1.0), repeat)
    print(f"| three norm bounds | 784-600-600-10, n = 2,000 | {seconds:.3f} | - | - | - |")


if __name__ == "__main__":
    main()
