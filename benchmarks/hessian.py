"""Hessians of a small network beside full diagonalization, curvlinops and PyHessian: seconds, errors, coverage.

    python benchmarks/hessian.py [--repeat N] [--runs N]

Prints Markdown tables. The network has 334 parameters (a digit classifier, in double precision), so that everything is
known by diagonalization. Peers are optional and named where they are missing: curvlinops-for-pytorch (with
linear_operator and opt-einsum) and pyhessian. "ratio" is a peer's figure over ours: above one, ours is better.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import torch

from theoremcheck.numerics.digits_curvature import DigitsClassifier, digits_classifier, train
from theoremcheck.numerics.hessian_products import loss_hessian, of_matrix
from theoremcheck.numerics.hessian_spectra import hutch_plus_plus, hutchinson, lanczos_sample

PRODUCTS = 201


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


def curvlinops_operator(module: Any, classifier: DigitsClassifier) -> Any:
    """The Hessian as curvlinops has it."""
    parameters = [one for one in classifier.model.parameters() if one.requires_grad]
    loss = torch.nn.CrossEntropyLoss()
    return module.HessianLinearOperator(classifier.model, loss, parameters, classifier.data, check_deterministic=False)


def products_and_eigenvalues(
    classifier: DigitsClassifier, exact: np.ndarray, repeat: int, peers: dict[str, Any]
) -> None:
    """Dense matrices and the largest eigenvalue."""
    values = np.linalg.eigvalsh(exact)
    operator = loss_hessian(classifier.model, classifier.loss, classifier.data, chunk=128)
    calls: dict[str, dict[str, Callable[[], Any]]] = {
        "dense Hessian": {"theoremcheck": operator.dense},
        "largest eigenvalue": {"theoremcheck": lambda: operator.extremes(1)[0]},
    }
    if (module := peers["curvlinops"]) is not None:
        from scipy.sparse.linalg import eigsh

        other = curvlinops_operator(module, classifier)
        unit = torch.eye(len(exact), dtype=torch.float64)
        calls["dense Hessian"]["curvlinops"] = lambda: (other @ unit).detach().numpy()
        calls["largest eigenvalue"]["curvlinops"] = lambda: eigsh(
            other.to_scipy(), k=1, which="LA", return_eigenvectors=False
        )[0]
    if (module := peers["pyhessian"]) is not None:
        calls["largest eigenvalue"]["PyHessian"] = lambda: pyhessian_of(module, classifier).eigenvalues(
            maxIter=500, tol=1e-6
        )[0][0]
    table("what", "by", "seconds", "relative error", "ratio of seconds")
    for what, ways in calls.items():
        ours = 0.0
        for by, call in ways.items():
            seconds, answer = timed(call, repeat)
            truth = exact if what == "dense Hessian" else values[-1]
            error = float(np.abs(np.asarray(answer) - truth).max() / np.abs(values).max())
            ours = ours or seconds
            row(what, by, seconds, error, seconds / ours)


def pyhessian_of(module: Any, classifier: DigitsClassifier) -> Any:
    """PyHessian's object for the same loss."""
    return module.hessian(classifier.model, classifier.loss, data=classifier.data[0], cuda=False)


def traces(classifier: DigitsClassifier, exact: np.ndarray, runs: int, peers: dict[str, Any]) -> None:
    """Root mean square errors of the trace at equal numbers of products, and the coverage of intervals."""
    rng, trace = np.random.default_rng(0), float(np.trace(exact))
    operator, torch_matrix = of_matrix(exact), torch.from_numpy(exact)
    table("trace by", "products", "relative RMS error", "half-width of 95 % interval", "coverage", "ratio of errors")
    errors: dict[str, float] = {}
    for name, estimate in (("Hutchinson", hutchinson), ("Hutch++", hutch_plus_plus)):
        found = [estimate(operator, PRODUCTS, rng) for _ in range(runs)]
        errors[name] = float(np.sqrt(np.mean([(one.value - trace) ** 2 for one in found]))) / trace
        width = float(np.mean([one.interval.half_width for one in found])) / trace
        held = sum(one.interval.contains(trace) for one in found) / runs
        row(f"theoremcheck, {name}", PRODUCTS, errors[name], width, f"{held:.1%} of {runs}", 1.0)
    if (module := peers["curvlinops"]) is not None:
        torch.manual_seed(0)
        for name, theirs in (("Hutchinson", module.hutchinson_trace), ("Hutch++", module.hutchpp_trace)):
            values = np.array([float(theirs(torch_matrix, PRODUCTS)) for _ in range(min(runs, 300))])
            error = float(np.sqrt(np.mean((values - trace) ** 2))) / trace
            row(f"curvlinops, {name}", PRODUCTS, error, "none", "none", error / errors[name])
    if (module := peers["pyhessian"]) is not None:
        torch.manual_seed(0)
        values = np.array([np.mean(pyhessian_of(module, classifier).trace(maxIter=PRODUCTS, tol=0)) for _ in range(3)])
        error = float(np.sqrt(np.mean((values - trace) ** 2))) / trace
        row("PyHessian, Hutchinson (3 runs)", PRODUCTS, error, "none", "none", error / errors["Hutchinson"])


def spectra(classifier: DigitsClassifier, exact: np.ndarray, runs: int, repeat: int) -> None:
    """Counts of eigenvalues and the smoothed density against full diagonalization."""
    values, rng, operator = np.linalg.eigvalsh(exact), np.random.default_rng(1), of_matrix(exact)
    table("eigenvalues below", "exactly", "mean width of the interval", "coverage")
    for x in (-1e-3, 1e-3, 1e-2, 1e-1):
        found = [lanczos_sample(operator, 8, 40, rng).count_below(x) for _ in range(max(runs // 10, 20))]
        truth = int((values <= x).sum())
        held = sum(one.contains(truth) for one in found) / len(found)
        row(f"{x:g}", truth, float(np.mean([one.width for one in found])), f"{held:.1%} of {len(found)}")
    width = 0.02 * (values[-1] - values[0])
    grid = np.linspace(values[0] - 3 * width, values[-1] + 3 * width, 200)
    matvecs = loss_hessian(classifier.model, classifier.loss, classifier.data, chunk=128)
    seconds, sample = timed(lambda: lanczos_sample(matvecs, 8, 60, rng), repeat)
    band = sample.density(grid, width)
    density = np.exp(-(((grid[:, None] - values) / width) ** 2) / 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    held = float(((band.low <= density) & (density <= band.high)).mean())
    full, _ = timed(lambda: np.linalg.eigvalsh(matvecs.dense()), repeat)
    table("density, 480 products", "seconds", "full diagonalization", "grid points held", "quadrature's error at most")
    row("theoremcheck", seconds, full, f"{held:.0%}", band.truncation)


def main() -> None:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--runs", type=int, default=2000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    classifier = digits_classifier(np.random.default_rng(0), hidden=12, samples=300)
    train(classifier, 100)
    exact = classifier.hessian().dense()
    peers = {name: peer(name) for name in ("curvlinops", "pyhessian")}
    products_and_eigenvalues(classifier, exact, options.repeat, peers)
    traces(classifier, exact, options.runs, peers)
    spectra(classifier, exact, options.runs, options.repeat)


if __name__ == "__main__":
    main()
