"""Rademacher complexity: every number has its verdict, exact values by hand, bounds from above, errors that name."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import log, sqrt

from theoremcheck.numerics import complexity, covering_numbers, norm_bounds
from theoremcheck.numerics.complexity import FiniteClass, KernelBall, LinearBall, empirical_complexity
from theoremcheck.theory import covering, empirical_processes, rademacher
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(rademacher)
BUDGET = Budget(seconds=60)
RNG = np.random.default_rng(7)


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered_exactly_once() -> None:
    numbers = sorted(number for one in ALL for number in one.answers)
    assert numbers == [13, 14, *range(25, 39)] == list(rademacher.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cited) <= known
        assert one.words.endswith(".")


VERDICTS = {
    13: "definition",
    14: "definition",
    25: "definition",
    26: "definition",
    27: "definition",
    28: "definition",
    29: "definition",
    30: "definition",
    31: "holds-if",
    32: "definition",
    33: "definition",
    34: "holds",
    35: "refuted",
    36: "holds-if",
    37: "holds",
    38: "refuted",
}


SLOW = {"massart", "bounded_differences", "bousquet", "gaussian_entropy", "contraction", "dudley", "linear_balls"}


@pytest.mark.parametrize(
    "statement", [pytest.param(one, marks=pytest.mark.slow if short(one) in SLOW else []) for one in ALL], ids=short
)
def test_verdicts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    for number, outcome in report.printed.items():
        assert outcome.verdict == VERDICTS[int(number)]
        assert outcome.correction or outcome.verdict in ("definition", "holds")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (rademacher.symmetrization, 31),
        (rademacher.bounded_differences, 35),
        (rademacher.gaussian_entropy, 36),
        (rademacher.sobolev_rate, 38),
    ],
    ids=short,
)
def test_what_is_printed_wrongly_is_rejected(statement: Statement, number: int) -> None:
    answer = decide(statement.theorem.printed[number].claim, BUDGET)
    assert isinstance(answer, Fails)
    if answer.counterexample.replay:
        assert "theoremcheck" not in answer.counterexample.replay
        told = [sys.executable, "-c", answer.counterexample.replay]
        run = subprocess.run(told, capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr


def test_the_pieces_of_the_tail_bound_hold() -> None:
    claims = rademacher.bounded_differences.claim.claims
    for name in ("one point changes a supremum by 2B/n", "best scale", "differences 2B/n"):
        assert isinstance(decide(claims[name], BUDGET), Holds)


def test_exact_complexities_by_hand() -> None:
    assert empirical_processes.complexity([[1, 1], [-1, -1]]) == Fraction(1, 2)
    assert empirical_processes.complexity(list(itertools.product((0, 1), repeat=3))) == Fraction(1, 2)
    coin = (Fraction(1, 2), Fraction(1, 2))
    assert empirical_processes.expected_deviation([(0, 1)], coin, 1, absolute=True) == Fraction(1, 2)
    assert empirical_processes.expected_complexity([(0, 1)], coin, 1) == 0
    bound = covering.dudley_bound([[1], [-1]], Fraction(0), 4)
    assert bound == 12 * sqrt(log(2))


@pytest.mark.parametrize("n", [1, 2, 3, 6, 11])
@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_balls_against_all_signs(n: int, norm: Any) -> None:
    X = RNG.normal(size=(n, 3))
    signs = np.array(list(itertools.product((1, -1), repeat=n)))
    dual = {"l1": np.inf, "l2": 2, "linf": 1}[norm]
    direct = 0.5 * np.linalg.norm(signs @ X, ord=dual, axis=1).mean() / n
    found = empirical_complexity(LinearBall(X, norm, 0.5))
    assert found.contains(direct)
    assert found.width < 1e-12
    assert found.alpha == 0


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_classes_and_kernels_against_all_signs(n: int) -> None:
    table = RNG.normal(size=(4, n))
    signs = np.array(list(itertools.product((1, -1), repeat=n)))
    sums = signs @ table.T
    assert empirical_complexity(FiniteClass(table)).contains(sums.max(axis=1).mean() / n)
    assert empirical_complexity(FiniteClass(table, absolute=True)).contains(np.abs(sums).max(axis=1).mean() / n)
    X = RNG.normal(size=(n, 2))
    linear, kernel = empirical_complexity(LinearBall(X)), empirical_complexity(KernelBall(X @ X.T))
    assert kernel.low <= linear.high
    assert linear.low <= kernel.high
    exact = [[Fraction(int(v)) for v in row] for row in np.round(4 * table)]
    assert empirical_complexity(FiniteClass(np.round(4 * table))).contains(float(empirical_processes.complexity(exact)))


def test_singular_kernels_are_enclosed() -> None:
    found = empirical_complexity(KernelBall(np.ones((20, 20))))
    known = 10 * math.comb(20, 10) / 4**10 / 10
    assert found.contains(known)


def test_monte_carlo_encloses_the_exact_value() -> None:
    X = RNG.normal(size=(12, 3))
    for ball in (LinearBall(X), LinearBall(X, "l1"), KernelBall(X @ X.T), FiniteClass(X.T)):
        exact = empirical_complexity(ball).middle
        assert empirical_complexity(ball, exact_up_to=1, draws=5_000).contains(exact)
        assert exact <= ball.bound() * (1 + 1e-12)
    many = empirical_complexity(LinearBall(RNG.normal(size=(300, 4))), draws=4_000)
    assert many.alpha == 1e-6
    assert many.width < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LinearBall([1.0, 2.0]), "is a matrix"),
        (lambda: LinearBall([[math.nan]]), "not finite"),
        (lambda: LinearBall([[1.0]], "l3"), "none of 'l1', 'l2', 'linf'"),
        (lambda: LinearBall([[1.0]], radius=0), "radius 0 is not positive"),
        (lambda: KernelBall([[1.0, 2.0]]), "is square"),
        (lambda: KernelBall([[1.0, 2.0], [0.0, 1.0]]), "not symmetric"),
        (lambda: KernelBall([[1.0, 2.0], [2.0, 1.0]]), "it is no kernel"),
        (lambda: empirical_complexity([[1.0]]), "a FiniteClass, a LinearBall or a KernelBall is needed, not a list"),
        (lambda: empirical_complexity(LinearBall([[1.0]]), exact_up_to=40), "too many"),
        (lambda: complexity.exact_complexity(LinearBall(np.eye(30))), "at most 24 points"),
        (lambda: empirical_complexity(LinearBall(np.eye(30)), draws=1), "too few"),
        (lambda: covering_numbers.distances([[1.0]], "l1"), "neither"),
        (lambda: covering_numbers.covering_number([[1.0]], -1), "radius -1"),
        (lambda: covering_numbers.lipschitz_entropy(0), "not positive"),
        (lambda: covering.covering_number([], Fraction(1)), "empty set"),
        (lambda: empirical_processes.complexity([]), "at least one function"),
        (lambda: norm_bounds.layers_of([]), "no linear layer"),
        (lambda: norm_bounds.layers_of([(np.eye(2), None), (np.eye(3), None)]), "layer 1 takes 3 inputs"),
        (lambda: norm_bounds.norm_bounds([(np.eye(2), None)], np.eye(2), [0, 1], margin=0), "margin 0 is not positive"),
        (lambda: norm_bounds.norm_bounds([(np.eye(2), None)], np.eye(3), [0, 1, 1], margin=1), "do not fit"),
        (lambda: norm_bounds.margins([(np.eye(2), None)], np.eye(2), [0, 2]), "labels are integers from 0 to 1"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_covers_and_packings_enclose_the_covering_number() -> None:
    points = RNG.random((25, 2))
    profile = covering_numbers.farthest_points(points)
    exact = [[Fraction(float(v)) for v in row] for row in points[:9]]
    for radius in (0.1, 0.2, 0.4, 0.8):
        number = covering_numbers.covering_number(points, radius)
        assert profile.lower(radius) <= number <= profile.upper(radius)
        few = covering_numbers.covering_number(points[:9], radius)
        assert few == covering.covering_number(exact, Fraction(radius))


def test_dudley_from_covers_is_above_the_exact_complexity() -> None:
    table = RNG.normal(size=(40, 10))
    exact = empirical_complexity(FiniteClass(table)).middle
    for metric in ("max", "mean square"):
        assert covering_numbers.dudley_bound(table, metric) >= exact  # type: ignore[arg-type]
    assert covering_numbers.dudley_bound(table[:1]) == 0
    whole = 12 / math.sqrt(10) * covering_numbers.entropy_integral(table, 0.0)
    assert covering_numbers.dudley_bound(table) <= whole * (1 + 1e-12)


def drawn_network() -> list[tuple[Any, Any]]:
    """Three layers with biases."""
    return [(RNG.normal(size=(m, d)), RNG.normal(size=m)) for d, m in ((4, 6), (6, 5), (5, 3))]


def test_path_norm_is_the_sum_over_paths() -> None:
    net = drawn_network()
    full = norm_bounds.layers_of(net)
    best = 0.0
    for out in range(3):
        total = 0.0
        for path in itertools.product(*(range(layer.shape[1]) for layer in full)):
            ends = (*path[1:], out)
            total += math.prod(abs(layer[e, s]) for layer, s, e in zip(full, path, ends, strict=True))
        best = max(best, total)
    assert norm_bounds.path_norm(net) == pytest.approx(best, rel=1e-12)
    assert norm_bounds.path_norm(net) >= best * (1 - 1e-15)


def test_norm_bounds_do_not_depend_on_how_layers_are_scaled() -> None:
    net, X, y = drawn_network(), RNG.normal(size=(50, 4)), RNG.integers(0, 3, 50)
    scaled = [(net[0][0] * 4, net[0][1] * 4), (net[1][0], net[1][1] * 4), (net[2][0] / 4, net[2][1])]
    plain, other = norm_bounds.margins(net, X, y), norm_bounds.margins(scaled, X, y)
    assert plain == pytest.approx(other)
    assert norm_bounds.path_norm(scaled) == pytest.approx(norm_bounds.path_norm(net))


def test_complexity_bounds_exceed_the_complexity_of_the_linear_ball() -> None:
    X, w = RNG.normal(size=(60, 3)), RNG.normal(size=(1, 3))
    y = np.where(RNG.random(60) < 0.5, -1, 1)
    found = norm_bounds.norm_bounds([(w, None)], X, y, margin=1.0)
    assert [one.name for one in found] == ["path norm", "Frobenius", "spectral"]
    inputs = np.hstack([X, np.ones((60, 1))])
    for one, norm, size in ((found[0], "l1", np.abs(w).sum()), (found[1], "l2", np.linalg.norm(w))):
        exact = empirical_complexity(LinearBall(inputs, norm, float(size)), draws=3_000)  # type: ignore[arg-type]
        assert one.complexity >= exact.low
        assert one.norm >= size
        assert one.bound > one.errors + 2 * one.complexity
    more = norm_bounds.norm_bounds([(w, None)], X, y, margin=1.0, delta=0.001)
    assert all(b.bound > a.bound for a, b in zip(found, more, strict=True))


def test_a_bound_that_is_not_vacuous() -> None:
    X = np.array([[1.0, 0.0], [-1.0, 0.0]] * 100_000)
    y = np.array([1, -1] * 100_000)
    found = norm_bounds.norm_bounds([(np.array([[1.0, 0.0]]), None)], X, y, margin=1.0 - 1e-6)
    assert not found[0].vacuous
    assert found[0].errors == 0


def test_torch_networks_are_read() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    ).double()
    X, y = RNG.normal(size=(20, 4)), RNG.integers(0, 3, 20)
    outputs = net(torch.tensor(X)).detach().numpy()
    own = outputs[np.arange(20), y].copy()
    outputs[np.arange(20), y] = -np.inf
    assert norm_bounds.margins(net, X, y) == pytest.approx(own - outputs.max(axis=1))
    start = [(RNG.normal(size=(5, 4)), None), (RNG.normal(size=(3, 5)), None)]
    assert norm_bounds.spectral_terms(net, net)[0][1] == pytest.approx(0, abs=1e-12)
    assert len(norm_bounds.norm_bounds(net, X, y, margin=0.5, reference=start)) == 3
    for bad, told in (
        (torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh()), "Tanh"),
        (torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)), "no ReLU between"),
        (torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()), "followed by a ReLU"),
    ):
        with pytest.raises(ValueError, match=told):
            norm_bounds.layers_of(bad)


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import rademacher as measured_rademacher
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_rademacher)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems


def test_examples_in_docstrings() -> None:
    import doctest

    for module in (complexity, covering_numbers, covering, empirical_processes):
        assert doctest.testmod(module).failed == 0
