"""How conservative each kind of interval is, and how many samples it takes to resolve an error of .01 on [0, 1].

Run as `python benchmarks/intervals.py [RUNS]`; about a minute for 10,000 runs.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from theoremcheck.numerics.betting import betting_mean
from theoremcheck.numerics.calibration import BETA, NOMINAL, calibration_table
from theoremcheck.numerics.power import samples_needed


def calibration(runs: int) -> None:
    """Prints the realized rates beside the nominal ones."""
    print(f"{runs} runs; nominal false alarms {NOMINAL:g}, nominal misses at the declared effect {BETA:g}")
    print(f"{'kind':22}{'law':32}{'n':>6}{'alarms':>9}{'half-width':>12}{'effect':>9}{'misses':>9}")
    rng = np.random.default_rng(2026)
    for row in calibration_table(rng, runs):
        declared = f"{row.effect:9.4f}{row.misses / runs:9.4f}" if row.effect and row.misses is not None else ""
        print(f"{row.kind:22}{row.law:32}{row.samples:6d}{row.realized:9.4f}{row.half_width:12.4f}{declared}")


def sample_sizes() -> None:
    """Prints the samples that resolve .01 at 1e-6 and 1e-6, by variance of one draw."""
    print(f"\n{'samples to resolve .01 at 1e-6/1e-6':38}{'v = .01':>10}{'v = 1/12':>10}{'v = 1/4':>10}{'s':>8}")
    kinds = (
        "Kolmogorov",
        "Hoeffding",
        "empirical Bernstein",
        "betting",
        "Catoni",
        "proportion",
        "normal mean",
    )
    for kind in kinds:
        start = time.perf_counter()
        sizes = [samples_needed(kind, 0.01, 1e-6, 1e-6, variance=v) for v in (0.01, 1 / 12, 0.25)]
        print(f"{kind:38}" + "".join(f"{size:10,}" for size in sizes) + f"{time.perf_counter() - start:8.3f}")


def speed() -> None:
    """Prints how long the betting interval takes."""
    print(f"\n{'betting interval, draws':38}{'half-width':>12}{'s':>8}")
    for n in (10_000, 100_000, 1_000_000):
        x = np.random.default_rng(n).beta(12, 12, size=n)
        start = time.perf_counter()
        found = betting_mean(x, 0, 1, 1e-6)
        print(f"{n:<38,}{found.half_width:12.6f}{time.perf_counter() - start:8.3f}")


if __name__ == "__main__":
    calibration(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    sample_sizes()
    speed()
