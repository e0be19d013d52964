"""Seconds for each part of the generalization report, and what the PAC-Bayes recipes reach, as a Markdown table.

    python benchmarks/generalization.py [--full] [--data digits]

Without --full about a minute. No package that computes such a report is known; the recipes of the literature are done
again on the same data.
"""

from __future__ import annotations

import argparse
import time

from theoremcheck.interface.generalization import DATA, upwards
from theoremcheck.numerics.generalization import FULL, QUICK, sample, sizes, study
from theoremcheck.numerics.network_growth import exact_test_bound, growth_bound
from theoremcheck.numerics.pac_bayes_recipes import recipes


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--data", choices=DATA, action="append")
    given = parser.parse_args()
    effort = FULL if given.full else QUICK
    print("| data | part | bound | test error | seconds |\n|---|---|---|---|---|")
    for data in given.data or DATA:
        found = sample(data)
        for n in sizes(found, effort):
            for model in ("network", "linear"):
                one = study(found, model, n, effort=effort)
                best = one.tightest
                told = f"{upwards(best.computed)} ({best.name})"
                print(f"| {data} | {model}, n = {n}, all bounds | {told} | {one.test_error:.4f} | {one.seconds:.2f} |")
        for recipe in recipes(found, effort=effort):
            name = f"{recipe.name} ({recipe.reference})" if recipe.reference else recipe.name
            print(f"| {data} | {name} | {upwards(recipe.bound)} | {recipe.test_error:.4f} | {recipe.seconds:.2f} |")
    for name, call in (
        ("growth of a 64-128-10 network, n = 1438", lambda: growth_bound(10, 1438, (64, 128, 10), 0.05)),
        ("certified binomial end, 11 of 359", lambda: exact_test_bound(11, 359, 0.05)),
    ):
        begun = time.perf_counter()
        value = call()
        print(f"| | {name} | {upwards(value)} | | {time.perf_counter() - begun:.4f} |")


if __name__ == "__main__":
    main()
