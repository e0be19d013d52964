"""Gradient flow: every statement is accepted, every number has its verdict, flows and certificates keep their word."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sympy import Abs, Piecewise, Rational, Symbol, cos, exp, pi, sqrt, symbols

from theoremcheck.figures import gradient_flow as figures
from theoremcheck.figures.picture import pictures_of
from theoremcheck.numerics import flow_paths
from theoremcheck.numerics import gradient_flow as numerics
from theoremcheck.numerics.flows import (
    FlowEnds,
    Loss,
    descent_offset,
    flow,
    gradient_descent,
    kernel_flow,
    linear_flow,
)
from theoremcheck.numerics.measured import run
from theoremcheck.numerics.measurement import Measurement, measurements
from theoremcheck.numerics.stationary_kinds import classify, locate
from theoremcheck.theory import gradient_flow
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.flow_paths import phi, r, spiral_loss
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(gradient_flow)
MEASURED = [*measurements(numerics), *measurements(flow_paths)]
BUDGET = Budget(seconds=60)
VERDICTS = {
    "98": "definition",
    "99": "definition",
    "100": "holds",
    "101": "holds-if",
    "102": "holds-if",
    "103": "informal",
    "104": "holds",
    "105": "refuted",
    "106": "refuted",
    "107": "refuted",
    "108": "holds",
    "109": "refuted",
    "110": "holds",
}
SLOW = {
    "vanishing_gradient",
    "second_order_expansion",
    "prediction_chain_rule",
    "energy_identity",
    "kernel_solution",
    "descent_bound",
}
a, b = symbols("a b", real=True)
WELLS = (a**2 - 1) ** 2 / 4 + b**2 / 2


def short(one: Any) -> str:
    """A statement's or a measurement's name without the topic."""
    return one.name.rpartition(".")[2] if isinstance(one, Statement | Measurement) else str(one)


def accepted(statement: Statement) -> None:
    """Checks a statement and compares its verdicts."""
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)
    assert {number: one.verdict for number, one in report.printed.items()} == {
        str(number): VERDICTS[str(number)] for number in statement.answers
    }
    assert all(one.correction for one in report.printed.values() if one.verdict in ("refuted", "holds-if"))


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = [number for one in ALL for number in one.answers]
    assert sorted(answered) == sorted(gradient_flow.EQUATIONS) == sorted(map(int, VERDICTS))


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    assert all(one.references and set(one.cites) <= known for one in ALL)
    assert all(one.words.endswith(".") for one in ALL)


@pytest.mark.parametrize("statement", [one for one in ALL if short(one) not in SLOW], ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    accepted(statement)


@pytest.mark.slow
@pytest.mark.parametrize("statement", [one for one in ALL if short(one) in SLOW], ids=short)
def test_the_judge_accepts_what_takes_longer(statement: Statement) -> None:
    accepted(statement)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (gradient_flow.vanishing_gradient, 101),
        (gradient_flow.second_order_expansion, 102),
        (gradient_flow.prediction_flow, 105),
        (gradient_flow.constant_kernel_flow, 106),
        (gradient_flow.constant_kernel_flow, 107),
        (gradient_flow.kernel_modes, 109),
    ],
    ids=short,
)
def test_what_is_printed_wrongly_is_rejected_and_its_counterexample_replays(statement: Statement, number: int) -> None:
    answer = decide(statement.theorem.printed[number].claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert "theoremcheck" not in replay
    ended = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("measurement", MEASURED, ids=short)
def test_measurements_pass(measurement: Measurement) -> None:
    pytest.importorskip("torch") if measurement.needs else None
    report = run(measurement)
    assert report.passed, report.problems


def test_every_statement_is_measured() -> None:
    assert {one.statement for one in MEASURED} == {one.name for one in ALL}


def test_the_spiral_is_one_loss_in_both_rooms() -> None:
    torch = pytest.importorskip("torch")
    for radius, angle in ((0.3, 0.5), (0.7, 2.0), (0.9, -1.0)):
        at = torch.tensor([radius * math.cos(angle), radius * math.sin(angle)], dtype=torch.float64)
        polar = float(spiral_loss.subs({r: radius, phi: angle}))
        assert float(flow_paths.hat(at)) == pytest.approx(polar, rel=1e-12)


@pytest.mark.parametrize("mutant", gradient_flow.endless_spiral.theorem.mutants)
def test_no_other_spiral_is_accepted(mutant: str) -> None:
    assert isinstance(decide(gradient_flow.endless_spiral.theorem.mutants[mutant], BUDGET), Fails)


# Flows


def test_a_flow_meets_its_tolerance_against_the_closed_form() -> None:
    times = [0.0, 0.5, 2.0, 8.0]
    for tolerance in (1e-5, 1e-9):
        path = flow(a**4 / 4, [1.5], times, tolerance)
        exact = 1.5 / np.sqrt(1 + 2 * 1.5**2 * np.array(times))
        assert path.error <= tolerance
        assert np.abs(path.points[:, 0] - exact).max() <= tolerance
        assert path.energy_residual <= 10 * tolerance


def test_a_stiff_flow_is_followed_by_radau() -> None:
    path = flow(5000 * a**2 + b**2 / 2, [1.0, 1.0], [1.0], 1e-7, method="Radau")
    assert path.points[-1] == pytest.approx([0, math.exp(-1)], abs=1e-7)


def test_a_flow_that_runs_away_says_when() -> None:
    with pytest.raises(FlowEnds, match="leaves every bounded set") as caught:
        flow(-(a**4) / 4, [1.0], [1.0])
    assert caught.value.time == pytest.approx(0.5, abs=1e-6)


def test_descent_is_off_the_flow_by_its_offset() -> None:
    start, end = [0.1, 1.0], flow(WELLS, [0.1, 1.0], [2.0], 1e-11).points[-1]
    offset = descent_offset(WELLS, start, [2.0])[-1]
    off = [(gradient_descent(WELLS, start, s, round(2 / s))[-1] - end) / s for s in (0.02, 0.01, 0.005)]
    distances = [np.abs(one - offset).max() for one in off]
    assert distances[0] / distances[1] == pytest.approx(2, abs=0.1)
    assert distances[1] / distances[2] == pytest.approx(2, abs=0.1)


def test_torch_and_sympy_losses_agree() -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = Loss.of(WELLS, (a, b)), Loss.torch(lambda x: (x[0] ** 2 - 1) ** 2 / 4 + x[1] ** 2 / 2)
    at, v = np.array([0.3, -0.7]), np.array([1.0, 2.0])
    assert ours.value(at) == pytest.approx(theirs.value(at), abs=1e-15)
    assert ours.gradient(at) == pytest.approx(theirs.gradient(at), abs=1e-15)
    assert ours.curvature is not None
    assert theirs.curvature is not None
    assert ours.curvature(at, v) == pytest.approx(theirs.curvature(at, v), abs=1e-15)
    del torch


@pytest.mark.parametrize("normalization", ["mean", "sum"])
@pytest.mark.parametrize("shape", [(5, 8), (8, 3)], ids=["regular kernel", "singular kernel"])
def test_kernel_and_parameters_tell_the_same_story(normalization: Any, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    X, new = rng.standard_normal(shape), rng.standard_normal((2, shape[1]))
    y, start, times = rng.standard_normal(shape[0]), rng.standard_normal(shape[1]), [0.0, 0.3, 2.0, 50.0]
    weights = linear_flow(X, y, start, times, normalization=normalization)
    K = X @ X.T
    seen = kernel_flow(K, X @ start, y, times, normalization=normalization)
    unseen = kernel_flow(K, X @ start, y, times, normalization=normalization, cross=new @ X.T, cross_start=new @ start)
    assert seen == pytest.approx(weights @ X.T, abs=1e-12)
    assert unseen == pytest.approx(weights @ new.T, abs=1e-11)
    scale = shape[0] if normalization == "mean" else 1
    loss = Loss(lambda w: float(((X @ w - y) ** 2).sum() / (2 * scale)), lambda w: X.T @ (X @ w - y) / scale)
    assert flow(loss, start, times, 1e-9).points == pytest.approx(weights, abs=1e-8)


def test_several_outputs_move_independently() -> None:
    rng = np.random.default_rng(4)
    A, y = rng.standard_normal((4, 4)), rng.standard_normal((4, 3))
    both = kernel_flow(A @ A.T, np.zeros((4, 3)), y, [1.0], cross=A)
    for k in range(3):
        alone = kernel_flow(A @ A.T, np.zeros(4), y[:, k], [1.0], cross=A)
        assert both[..., k] == pytest.approx(alone, abs=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flow(a**2, [1.0], [1.0, 0.5]), "times must grow"),
        (lambda: flow(a**2, [math.nan], [1.0]), "start .* must be a finite vector"),
        (lambda: flow(a**2, [1.0, 2.0], [1.0]), "gradient has the shape|values to unpack"),
        (lambda: flow(a**2, [1.0], [1.0], tolerance=0), "tolerance 0 is not between"),
        (lambda: flow(a**2, [1.0], [1.0], method="Euler"), "method 'Euler' is not one of"),  # type: ignore[arg-type]
        (lambda: Loss.of(a * b, (a,)), "the loss has the symbols"),
        (lambda: gradient_descent(a**2, [1.0], -1, 3), "step -1 must be positive"),
        (lambda: descent_offset(Loss(lambda x: 0.0, lambda x: x), [1.0], [1.0]), "has no curvature"),
        (lambda: kernel_flow([[1, 2], [0, 1]], [0, 0], [0, 0], [1]), "not symmetric"),
        (lambda: kernel_flow([[1, 2], [2, 1]], [0, 0], [0, 0], [1]), "negative eigenvalue -1"),
        (lambda: kernel_flow([[1, 0], [0, 1]], [0], [0, 0], [1]), "must both be"),
        (lambda: kernel_flow([[1, 0], [0, 1]], [0, 0], [0, 0], [1], cross=[[1]]), "cross has the shape"),
        (lambda: kernel_flow([[1]], [0], [0], [1], normalization="n"), "is not one of mean, sum"),  # type: ignore[arg-type]
        (lambda: linear_flow([[1, 0]], [0], [0], [1]), "features have the shape"),
        (lambda: classify(a**2 + a, {a: 0}), "no stationary point: the derivative by a, .* is positive"),
        (lambda: classify(a**2, {a: 0.5}), "not an exact real number"),
        (lambda: classify(a**2 + b, {a: 0}), "no value for b"),
        (lambda: classify(a * Abs(a), {a: 0}), "holds Abs, which is not known to be smooth"),
        (lambda: classify(Piecewise((a**2, a > 0), (-(a**2), True)), {a: 0}), "holds Piecewise"),
        (lambda: classify(Symbol("z") ** 2, {Symbol("z"): 0}), "not declared real"),
        (lambda: locate(a**4, {a: 0.1}), "no stationary point could be proved"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# Kinds of stationary points


@pytest.mark.parametrize(
    ("loss", "at", "kind", "signs"),
    [
        (WELLS, {a: 0, b: 0}, "saddle", (1, 0, 1)),
        (WELLS, {a: 1, b: 0}, "strict minimum", (0, 0, 2)),
        (-(a**2) - exp(b) + b, {a: 0, b: 0}, "strict maximum", (2, 0, 0)),
        (a**2 + b**4, {a: 0, b: 0}, "undecided", (0, 1, 1)),
        (a**2 - b**4, {a: 0, b: 0}, "undecided", (0, 1, 1)),
        (a**2 + sqrt(2) * a * b, {a: 0, b: 0}, "saddle", (1, 0, 1)),
        (cos(a), {a: pi}, "strict minimum", (0, 0, 1)),
        (a**4, {a: 0}, "strict minimum", (0, 1, 0)),
        (-(a**6), {a: 0}, "strict maximum", (0, 1, 0)),
        (a**3, {a: 0}, "saddle", (0, 1, 0)),
        (
            (a - Rational(1, 3)) ** 2 + (a - Rational(1, 3)) * b + b**2,
            {a: Rational(1, 3), b: 0},
            "strict minimum",
            (0, 0, 2),
        ),
    ],
)
def test_kinds(loss: Any, at: Any, kind: str, signs: tuple[int, int, int]) -> None:
    found = classify(loss, at)
    assert (found.kind, found.signs) == (kind, signs)


def test_inertia_agrees_with_numpy_on_random_integer_forms() -> None:
    rng, names = np.random.default_rng(0), symbols("x0:4", real=True)
    for _ in range(30):
        rank = int(rng.integers(1, 5))
        left = rng.integers(-2, 3, (4, rank))
        H = left @ np.diag(rng.choice([-1, 1], rank)) @ left.T
        form = sum(int(H[i, j]) * names[i] * names[j] for i in range(4) for j in range(4)) / 2
        values = np.linalg.eigvalsh(H.astype(float))
        expected = (int((values < -1e-9).sum()), int((np.abs(values) < 1e-9).sum()), int((values > 1e-9).sum()))
        if expected != (0, 4, 0):
            assert classify(form, dict.fromkeys(names, 0)).signs == expected


def test_a_located_point_is_where_it_should_be() -> None:
    found = locate(a**4 / 4 - 2 * a + b**2, {a: 1.1, b: 0.2})
    assert found.kind == "strict minimum"
    assert abs(found.at[a] - 2 ** (1 / 3)) <= found.radius + 1e-15
    assert found.radius < 1e-10


# Pictures


@pytest.mark.slow
@pytest.mark.parametrize("picture", pictures_of(figures), ids=lambda one: one.name)
def test_pictures_are_drawn(picture: Any) -> None:
    assert picture.figure().axes
