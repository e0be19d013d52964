"""How long value at risk and conditional value at risk take: selection, rational arithmetic, linear programs.

Run as `python benchmarks/risk.py`; about twenty seconds. Prints a Markdown table.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from theoremcheck.numerics.risk_measures import (
    LossLaw,
    conditional_value_at_risk,
    conditional_value_at_risk_interval,
    least_tail_portfolio,
    linear_program,
    tail_law,
)


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The least time of several calls."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def sort_and_average(losses: np.ndarray, level: float) -> float:
    """The usual short cut: the mean of the losses from the sample quantile on, which counts all of an atom."""
    return float(losses[losses >= np.quantile(losses, level)].mean())


def main() -> None:
    """Prints the table."""
    rng = np.random.default_rng(2026)
    linear_program([0.0, 1.0], 0.5)  # what is imported on first use is not timed
    print("| what | losses | seconds |\n|---|---:|---:|")
    for n in (1_000, 100_000, 1_000_000):
        x = rng.standard_t(3, n)
        print(f"| mean beyond numpy.quantile | {n:,} | {seconds(lambda x=x: sort_and_average(x, 0.99), 3):.5f} |")
        print(
            f"| conditional_value_at_risk | {n:,} | {seconds(lambda x=x: conditional_value_at_risk(x, 0.99), 3):.5f} |"
        )
    for n in (1_000, 10_000):
        x = rng.standard_t(3, n)
        exact = seconds(lambda x=x: LossLaw.of(x.tolist()).conditional_value_at_risk("0.99"), 1)
        print(f"| LossLaw, in rationals | {n:,} | {exact:.4f} |")
        print(f"| linear_program | {n:,} | {seconds(lambda x=x: linear_program(x, 0.99), 1):.4f} |")
    u = rng.random(100_000)
    interval = seconds(lambda: conditional_value_at_risk_interval(u, 0.99, 0, 1, 1e-3), 3)
    print(f"| conditional_value_at_risk_interval | 100,000 | {interval:.4f} |")
    table = rng.standard_t(3, (2_000, 10))
    print(f"| least_tail_portfolio, 10 assets | 2,000 | {seconds(lambda: least_tail_portfolio(table, 0.95), 1):.4f} |")
    law, levels = tail_law("student t", nu=4), np.linspace(0.5, 0.999, 100_000)
    print(f"| closed form, Student t | 100,000 | {seconds(lambda: law.conditional_value_at_risk(levels), 3):.4f} |")


if __name__ == "__main__":
    main()
