"""The solver of decision processes beside QuantEcon's: seconds, rounds, values, and what is promised of the error.

    python benchmarks/mdp.py [--repeat N]

Prints a Markdown table; needs gymnasium, and names quantecon where it is absent. QuantEcon's policy and value
iteration are given the same rows, dense for random processes and sparse pairs of state and action for environments; its
values are judged by the same Bellman residual. A first call of each routine is not timed, since QuantEcon compiles
some. "apart" is the largest difference of the values.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from theoremcheck.numerics.mdp_solver import (
    DecisionProcess,
    certified,
    modified_policy_iteration,
    random_process,
    solve,
    value_iteration,
)
from theoremcheck.numerics.reinforcement import ENVIRONMENTS, program, tabulated

try:
    from quantecon.markov import DiscreteDP
except ModuleNotFoundError:
    DiscreteDP = None

TOLERANCE = 1e-8


def processes() -> dict[str, DecisionProcess]:
    """Random processes and Gymnasium's toy-text environments."""
    rng = np.random.default_rng(0)
    found = {}
    for states, actions, discount in ((20, 4, 0.95), (200, 20, 0.99), (400, 10, 0.99)):
        found[f"random, {states} states, {actions} actions, {discount}"] = random_process(
            rng, states, actions, discount
        )
    return found | {f"{name}, 0.99": tabulated(name, 0.99) for name in ENVIRONMENTS}


def theirs(process: DecisionProcess, dense: bool) -> Any:
    """QuantEcon's form of a process."""
    if dense:
        shape = (process.states, process.actions, process.states)
        return DiscreteDP(process.rewards, process.moves.toarray().reshape(shape), process.discount)
    import scipy.sparse as sp

    states = np.repeat(np.arange(process.states), process.actions)
    actions = np.tile(np.arange(process.actions), process.states)
    rows = sp.csr_matrix(process.moves)
    return DiscreteDP(process.rewards.ravel(), rows, process.discount, states, actions)


def timed(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The median of the seconds, and the answer."""
    answer, seconds = call(), []
    for _ in range(repeat):
        begun = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def main() -> None:
    """Run all solvers and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    print("| process | solver | seconds | rounds | proved error | promised by itself | apart |")
    print("|---|---|---:|---:|---:|---|---:|")
    ratios = {}
    for name, process in processes().items():
        best = solve(process)
        calls: dict[str, tuple[Callable[[], Any], str]] = {
            "solve": (lambda p=process: solve(p), "the proved error"),
            "value_iteration": (lambda p=process: value_iteration(p, TOLERANCE), "the proved error"),
            "modified_policy_iteration": (
                lambda p=process: modified_policy_iteration(p, TOLERANCE),
                "the proved error",
            ),
            "HiGHS": (lambda p=process: program(p), "none"),
        }
        if DiscreteDP is not None:
            other = theirs(process, dense=name.startswith("random"))
            calls["quantecon, policy iteration"] = (lambda o=other: o.solve("policy_iteration"), "none")
            calls["quantecon, value iteration"] = (
                lambda o=other: o.solve("value_iteration", epsilon=TOLERANCE, max_iter=100_000),
                f"policy within {TOLERANCE:g}",
            )
        spent = {}
        for solver, (call, promised) in calls.items():
            seconds, answer = timed(call, options.repeat if solver != "HiGHS" else 1)
            spent[solver] = seconds
            values = np.asarray(
                answer.v if isinstance(answer, dict) else getattr(answer, "values", answer), dtype=float
            )
            rounds = answer.num_iter if isinstance(answer, dict) else getattr(answer, "rounds", "")
            held = certified(process, values, best.policy)
            apart = float(np.abs(values - best.values).max())
            print(
                f"| {name} | {solver} | {seconds:.4f} | {rounds} | {held.error:.1e} | {promised} | {apart:.1e} |",
                flush=True,
            )
        ratios[name] = spent["solve"] / spent.get("quantecon, policy iteration", math.nan)
    if DiscreteDP is None:
        print("\nquantecon is not installed: pip install quantecon")
        return
    print("\nsolve, with its proof, against quantecon's policy iteration, without one: times as long")
    for name, ratio in ratios.items():
        print(f"- {name}: {ratio:.2f}")


if __name__ == "__main__":
    main()
