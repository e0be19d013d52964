"""Seconds for shattering, dichotomies, counts and bounds; HiGHS on every labelling beside the exact answer.

    python benchmarks/vc.py [--repeat N]

Prints a Markdown table. The column "HiGHS" decides each labelling by a linear program in floating point, without
certificates; "-" where that does not apply.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from theoremcheck.numerics import hypothesis_classes as hc
from theoremcheck.numerics.vc import separable
from theoremcheck.numerics.vc_bounds import coverage, deviation_bound, sample_size, vc_bound


def timed(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The median of the seconds, and the answer."""
    seconds, answer = [], None
    for _ in range(repeat):
        begun = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def programs(points: Any) -> int:
    """How many labellings HiGHS finds feasible."""
    return sum(separable(np.asarray(points, dtype=float), y) for y in product((0, 1), repeat=len(points)))


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    rng = np.random.default_rng(0)
    seven, plane, space = rng.normal(size=(9, 7)), rng.normal(size=(10, 2)), rng.normal(size=(9, 3))
    half, polynomials = hc.HalfSpaces, hc.PolynomialClassifiers(2, 3)
    witnesses = hc.shatters(half(7), seven[:8])
    rows: list[tuple[str, Callable[[], Any], Callable[[], Any] | None]] = [
        (
            "half-spaces in R^7, 8 points shattered",
            lambda: bool(hc.shatters(half(7), seven[:8])),
            lambda: programs(seven[:8]),
        ),
        ("half-spaces in R^7, 9 points not", lambda: bool(hc.shatters(half(7), seven)), None),
        ("all 256 witnesses of those 8", lambda: len(list(witnesses.witnesses())), None),
        ("dichotomies of 10 points in R^2", lambda: len(hc.dichotomies(half(2), plane)), lambda: programs(plane)),
        ("dichotomies of 9 points in R^3", lambda: len(hc.dichotomies(half(3), space)), lambda: programs(space)),
        ("polynomials of degree 3 in R^2, dimension", lambda: hc.vc_dimension(polynomials).value, None),
        ("boxes in R^4, dimension", lambda: hc.vc_dimension(hc.Boxes(4)).value, None),
        ("stumps in R^10, dimension", lambda: hc.vc_dimension(hc.DecisionStumps(10)).value, None),
        ("sines, 8 points", lambda: len(hc.shatters(hc.SineClass(), hc.SineClass().good_points(8)).points), None),
        ("ReLU network 2-8-1, 9 points", lambda: hc.vc_dimension(hc.ReluNetworks((2, 8))).low, None),
        ("finite class, 1000 hypotheses on 14 points", lambda: hc.vc_dimension(_finite()).value, None),
        ("vc_bound, n = 60,000, d = 7,850", lambda: vc_bound(500, 60_000, 7850, 0.05), None),
        ("sample_size(0.05, 20, 0.01)", lambda: sample_size(0.05, 20, 0.01), None),
        ("coverage, 2,000 samples of 200", lambda: coverage(deviation_bound, 200, 20, 0.05).high, None),
    ]
    print("| task | seconds | answer | HiGHS, seconds | HiGHS, answer |")
    print("|---|---:|---:|---:|---:|")
    for name, call, other in rows:
        seconds, answer = timed(call, repeat)
        theirs = ("-", "-") if other is None else tuple(f"{part:.4g}" for part in timed(other, 1))
        told = f"{answer:.5g}" if isinstance(answer, float) else str(answer)
        print(f"| {name} | {seconds:.4f} | {told} | {theirs[0]} | {theirs[1]} |", flush=True)


def _finite() -> hc.FiniteClass:
    table = np.random.default_rng(1).integers(0, 2, size=(1000, 14))
    return hc.FiniteClass(tuple(map(tuple, table.tolist())))


if __name__ == "__main__":
    main()
