"""Gradient flows beside what one would else call: SciPy and torchdiffeq; seconds, errors, and who tells of them.

    python benchmarks/gradient_flow.py [--repeat N]

Prints Markdown tables. Errors are against closed forms, or against mpmath with forty digits for kernels. torchdiffeq is
optional and named where it is missing. "ratio" is a peer's seconds over ours: above one, ours is faster.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from theoremcheck.numerics.flows import Loss, flow, gradient_descent, kernel_flow

LONG = 1e4
TIMES = np.array([0.5, 2.0, 8.0])
START = np.array([0.05, 1.0])


def timed(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The median of the seconds, and the answer; a first call is not timed."""
    answer, seconds = call(), []
    for _ in range(repeat):
        begun = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def peer(name: str) -> Any:
    """A module, or None where it cannot be imported, which is said."""
    try:
        return import_module(name)
    except ImportError as missing:
        print(f"\n{name} is absent ({missing}).")
        return None


def row(*cells: Any) -> None:
    """One line of a table."""
    print("| " + " | ".join(f"{one:.3g}" if isinstance(one, float) else str(one) for one in cells) + " |", flush=True)


def table(*columns: str) -> None:
    """The head of a table."""
    print()
    row(*columns)
    row(*["---"] * len(columns))


def saddle_loss() -> Loss:
    """(a^2 - 1)^2/4 + b^2/2, whose flow leaves the saddle at 0 in closed form."""
    return Loss(lambda x: float((x[0] ** 2 - 1) ** 2 / 4 + x[1] ** 2 / 2), lambda x: np.array([x[0] ** 3 - x[0], x[1]]))


def saddle_flow() -> np.ndarray:
    """Where that flow is at the times."""
    grown = np.exp(TIMES)
    across = START[0] * grown / np.sqrt(1 + START[0] ** 2 * (grown**2 - 1))
    return np.stack([across, START[1] / grown], axis=1)


def flows(repeat: int) -> None:
    """The way from a saddle to a minimum, at a tolerance of 1e-8."""
    loss, exact, tolerance = saddle_loss(), saddle_flow(), 1e-8

    def field(_: Any, x: Any) -> Any:
        return -loss.gradient(np.asarray(x))

    ways: dict[str, Callable[[], Any]] = {
        "theoremcheck, DOP853": lambda: flow(loss, START, TIMES, tolerance),
        "SciPy, RK45": lambda: solve_ivp(field, (0, 8), START, t_eval=TIMES, rtol=tolerance, atol=tolerance).y.T,
        "SciPy, defaults": lambda: solve_ivp(field, (0, 8), START, t_eval=TIMES).y.T,
        "gradient descent, step 0.01": lambda: gradient_descent(loss, START, 0.01, 800)[[50, 200, 800]],
    }
    if (module := peer("torchdiffeq")) is not None:
        import torch

        def slope(_: Any, x: Any) -> Any:
            return torch.stack([x[0] - x[0] ** 3, -x[1]])

        grid, first = torch.tensor([0.0, *TIMES], dtype=torch.float64), torch.tensor(START)
        ways["torchdiffeq, dopri8"] = lambda: module.odeint(
            slope, first, grid, rtol=tolerance, atol=tolerance, method="dopri8"
        )[1:].numpy()
    table("flow from a saddle by", "seconds", "largest error", "estimate of the error", "ratio of seconds")
    ours = 0.0
    for by, call in ways.items():
        seconds, answer = timed(call, repeat)
        told, points = (answer.error, answer.points) if hasattr(answer, "points") else ("none", answer)
        ours = ours or seconds
        row(by, seconds, float(np.abs(points - exact).max()), told, seconds / ours)


def in_forty_digits(kernel: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(I - exp(-K t/n)) y at the time LONG, by mpmath."""
    from mpmath import expm as precise
    from mpmath import matrix, mp

    with mp.workdps(40):
        K, y = matrix(kernel.tolist()), matrix(targets.tolist())
        solved = y - precise(-K * (LONG / len(targets))) * y
        return np.array([float(one) for one in solved])


def kernels(repeat: int) -> None:
    """Predictions of a Gaussian kernel, nearly singular, after a long time."""
    rng = np.random.default_rng(0)
    table("samples", "kernel flow by", "seconds", "largest error", "ratio of seconds")
    for n, precise in ((12, True), (150, False)):
        x = np.sort(rng.uniform(-2, 2, n))
        K, y = np.exp(-((x[:, None] - x) ** 2)), np.sin(3 * x)
        first = np.zeros(n)
        ways: dict[str, Callable[[], Any]] = {
            "theoremcheck": lambda K=K, y=y, first=first: kernel_flow(K, first, y, [LONG])[0],
            "SciPy's expm": lambda K=K, y=y, n=n: y - expm(-K * LONG / n) @ y,
            "SciPy's Radau, 1e-8": lambda K=K, y=y, first=first, n=n: (
                solve_ivp(
                    lambda _, f: -K @ (f - y) / n, (0, LONG), first, method="Radau", rtol=1e-8, atol=1e-8,
                    jac=-K / n, t_eval=[LONG],
                ).y[:, -1]
            ),
        }  # fmt: skip
        truth, ours = in_forty_digits(K, y) if precise else None, 0.0
        for by, call in ways.items():
            seconds, answer = timed(call, repeat if "Radau" not in by else 1)
            ours = ours or seconds
            truth = answer if truth is None else truth
            row(n, by, seconds, float(np.abs(answer - truth).max()), seconds / ours)
    print("\nWith 150 samples errors are distances from the first line.")


def main() -> None:
    """Runs everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    flows(repeat)
    kernels(repeat)


if __name__ == "__main__":
    main()
