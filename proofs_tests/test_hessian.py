"""Hessians: every statement is accepted, every number has its verdict, every measurement and estimate passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from theoremcheck.theory import hessian
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.judge import check, decide, decide_all
from theoremcheck.theory.smooth_functions import gradient_of, hessian_of, second_derivatives, smooth
from theoremcheck.theory.statements import Statement, statements_of
from theoremcheck.theory.symbols import reals

ALL = statements_of(hessian)
BUDGET = Budget(seconds=60)
VERDICTS = {
    "111": "holds",
    "112": "holds-if",
    "113": "definition",
    "114": "holds-if",
    "115": "holds-if",
    "116": "holds",
    "122": "refuted",
}
SLOW = {"gauss_newton", "gauss_newton_square_loss", "coordinate_steps", "hessian_vector_product"}


def short(one: Any) -> str:
    """A statement's name without the topic."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def known_matrix(size: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """A symmetric matrix with a bulk and three outliers, and its eigenvalues in rising order."""
    rng = np.random.default_rng(5)
    values = np.sort(np.concatenate([0.1 * rng.normal(size=size - 3), [1.0, 2.0, 5.0]]))
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return (basis * values) @ basis.T, values


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = [number for one in ALL for number in one.answers]
    assert sorted(answered) == sorted(hessian.EQUATIONS) == sorted(int(number) for number in VERDICTS)


@pytest.mark.parametrize("statement", [one for one in ALL if short(one) not in SLOW], ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert statement.references
    assert all(one.rejected or one.exempt for one in report.mutants)
    assert {number: one.verdict for number, one in report.printed.items()} == {
        str(number): VERDICTS[str(number)] for number in statement.answers
    }


@pytest.mark.slow
@pytest.mark.parametrize("statement", [one for one in ALL if short(one) in SLOW], ids=short)
def test_the_judge_accepts_what_takes_longer(statement: Statement) -> None:
    test_the_judge_accepts(statement)


def test_the_printed_hessian_is_rejected_and_corrected() -> None:
    printed = hessian.gauss_newton.theorem.printed[122]
    assert printed.claim is not None
    assert isinstance(decide(printed.claim, BUDGET), Fails)
    assert printed.correction


@pytest.mark.parametrize("number", [112, 114, 115])
def test_printed_forms_fail_without_their_assumption(number: int) -> None:
    statement = next(one for one in ALL if number in one.answers)
    printed = statement.theorem.printed[number]
    assert printed.assumption
    assert printed.claim is not None
    assert isinstance(decide(printed.claim, BUDGET), Fails)


@pytest.mark.parametrize("statement", [hessian.gauss_newton, hessian.stability_edge], ids=short)
def test_mutants_written_by_hand_are_rejected(statement: Statement) -> None:
    mutants = statement.theorem.mutants
    for name, answer in zip(mutants, decide_all(list(mutants.values()), BUDGET), strict=True):
        assert isinstance(answer, Fails), name


def test_smooth_functions_have_symmetric_derivatives_and_obey_the_chain_rule() -> None:
    x, y = reals("x y")
    loss = smooth("L")
    assert loss(x, y).diff(x).diff(y) == loss(x, y).diff(y).diff(x) == smooth("L", (0, 1))(x, y)
    assert (loss(x * y, y).diff(x) - y * gradient_of("L", (x * y, y))[0]).expand() == 0
    assert second_derivatives(loss(x, y), (x, y)) == hessian_of("L", (x, y))
    assert (
        loss(x**2, y).diff(x, 2) - (4 * x**2 * smooth("L", (0, 0))(x**2, y) + 2 * smooth("L", (0,))(x**2, y))
    ).expand() == 0


@pytest.fixture(scope="module")
def classifier() -> Any:
    """A small network on digits, a little trained."""
    pytest.importorskip("torch").set_num_threads(1)
    pytest.importorskip("sklearn")
    from theoremcheck.numerics.digits_curvature import digits_classifier, train

    found = digits_classifier(np.random.default_rng(3), hidden=5, samples=60)
    train(found, 20)
    return found


def test_products_are_those_of_the_full_hessian(classifier: Any) -> None:
    from theoremcheck.numerics.hessian import split
    from theoremcheck.numerics.hessian_products import gauss_newton, loss_hessian

    whole, first, _ = split(classifier)
    operator = classifier.hessian()
    assert np.abs(operator.dense() - whole).max() < 1e-13
    inputs, targets = classifier.inputs, classifier.targets
    batches = [(inputs[:7], targets[:7]), (inputs[7:], targets[7:])]
    for make, exact in ((loss_hessian, whole), (gauss_newton, first)):
        assert np.abs(make(classifier.model, classifier.loss, batches).dense() - exact).max() < 1e-13
    summed = loss_hessian(classifier.model, lambda u, y: len(y) * classifier.loss(u, y), batches, reduction="sum")
    assert np.abs(summed.dense() - len(inputs) * whole).max() < 1e-11
    assert np.abs(operator.extremes(3) - np.linalg.eigvalsh(whole)[:-4:-1]).max() < 1e-12
    assert np.linalg.eigvalsh(first)[0] > -1e-12 > np.linalg.eigvalsh(whole)[0]


def test_products_skip_frozen_parameters(classifier: Any) -> None:
    import torch

    from theoremcheck.numerics.hessian_products import loss_hessian

    layers = torch.nn.Sequential(torch.nn.Linear(16, 3), torch.nn.ReLU(), torch.nn.Linear(3, 10)).double()
    layers[0].requires_grad_(False)
    assert loss_hessian(layers, classifier.loss, classifier.data).size == 40


def test_bad_input_is_told_what_would_be_right(classifier: Any) -> None:
    import torch

    from theoremcheck.numerics.hessian_products import loss_hessian, of_matrix
    from theoremcheck.numerics.hessian_spectra import hutch_plus_plus, hutchinson, lanczos_sample

    rng, operator = np.random.default_rng(0), of_matrix(np.eye(4))
    with pytest.raises(ValueError, match=r"torch\.nn\.Module"):
        loss_hessian(lambda x: x, classifier.loss, classifier.data)
    with pytest.raises(ValueError, match="no data"):
        loss_hessian(classifier.model, classifier.loss, [])
    with pytest.raises(ValueError, match="pair"):
        loss_hessian(classifier.model, classifier.loss, [classifier.inputs])
    with pytest.raises(ValueError, match="single number"):
        loss_hessian(classifier.model, lambda u, y: u, classifier.data)
    with pytest.raises(ValueError, match="requires a gradient"):
        loss_hessian(torch.nn.ReLU(), classifier.loss, classifier.data)
    with pytest.raises(ValueError, match="takes 4 rows"):
        operator @ np.ones(3)
    with pytest.raises(ValueError, match="not symmetric"):
        of_matrix([[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="at least 3"):
        hutchinson(operator, 2, rng)
    with pytest.raises(ValueError, match="at least 9"):
        hutch_plus_plus(operator, 8, rng)
    with pytest.raises(ValueError, match="moments up to 7"):
        lanczos_sample(operator, 3, 4, rng).moment(8)
    with pytest.raises(ValueError, match="not positive"):
        lanczos_sample(operator, 3, 4, rng).density([0.0], 0.0)


def test_lanczos_with_all_steps_has_the_exact_measure() -> None:
    from theoremcheck.numerics.hessian_products import of_matrix
    from theoremcheck.numerics.hessian_spectra import lanczos

    matrix, values = known_matrix(12)
    start = np.random.default_rng(1).normal(size=(12, 2))
    nodes, weights, _ = lanczos(of_matrix(matrix), start, 12)
    basis = np.linalg.eigh(matrix)[1]
    assert np.abs(nodes[0] - values).max() < 1e-12
    assert np.abs(weights[1] - (basis.T @ start[:, 1] / np.linalg.norm(start[:, 1])) ** 2).max() < 1e-12


def test_lanczos_stops_at_an_invariant_subspace() -> None:
    from theoremcheck.numerics.hessian_products import of_matrix
    from theoremcheck.numerics.hessian_spectra import lanczos, lanczos_sample

    operator = of_matrix(np.diag([1.0] * 6 + [3.0] * 4))
    nodes, weights, _ = lanczos(operator, np.random.default_rng(2).normal(size=(10, 3)), 8)
    assert np.abs(nodes[:, :2] - [1, 3]).max() < 1e-12
    assert (weights[:, 2:] == 0).all()
    assert np.abs(weights.sum(axis=1) - 1).max() < 1e-12
    identity = lanczos_sample(of_matrix(2 * np.eye(5)), 4, 5, np.random.default_rng(0))
    assert identity.count_below(1.9).high == 0
    assert identity.count_below(2.1).contains(5)
    zero = lanczos_sample(of_matrix(np.zeros((5, 5))), 4, 5, np.random.default_rng(0))
    assert zero.moment(1).value == 0


def test_counts_of_eigenvalues_are_held_and_sharpen() -> None:
    from theoremcheck.numerics.hessian_products import of_matrix
    from theoremcheck.numerics.hessian_spectra import lanczos_sample

    matrix, values = known_matrix()
    operator, rng = of_matrix(matrix), np.random.default_rng(7)
    widths = []
    for probes in (4, 40):
        found = lanczos_sample(operator, probes, 20, rng).count_below(0.6, alpha=1e-3)
        assert found.contains(float((values <= 0.6).sum()))
        widths.append(found.width)
    assert widths[1] < widths[0]


def test_the_density_band_holds_the_density() -> None:
    from theoremcheck.numerics.hessian_products import of_matrix
    from theoremcheck.numerics.hessian_spectra import lanczos_sample, quadrature_error

    matrix, values = known_matrix()
    grid, width = np.linspace(-0.5, 5.5, 50), 0.2
    band = lanczos_sample(of_matrix(matrix), 30, 40, np.random.default_rng(4)).density(grid, width, alpha=1e-3)
    exact = np.exp(-(((grid[:, None] - values) / width) ** 2) / 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    assert ((band.low <= exact) & (exact <= band.high)).all()
    assert quadrature_error((0.0, 1.0), 0.1, 60) < 1e-10 < quadrature_error((0.0, 1.0), 0.1, 6)


def test_the_bound_on_the_quadrature_error_holds() -> None:
    from theoremcheck.numerics.hessian_products import of_matrix
    from theoremcheck.numerics.hessian_spectra import lanczos, quadrature_error

    matrix, values = known_matrix()
    vectors, start = np.linalg.eigh(matrix)[1], np.random.default_rng(9).normal(size=(40, 1))
    exact_weights = (vectors.T @ start[:, 0]) ** 2 / (start**2).sum()
    for steps, width in ((5, 1.5), (8, 1.0), (12, 1.0), (16, 0.7)):
        nodes, weights, _ = lanczos(of_matrix(matrix), start, steps)
        bound = quadrature_error((float(values[0]), float(values[-1])), width, steps)
        for at in np.linspace(-1, 6, 29):
            peak = 1 / (width * np.sqrt(2 * np.pi))
            exact, found = (
                peak * float(w @ np.exp(-(((x - at) / width) ** 2) / 2))
                for x, w in ((values, exact_weights), (nodes[0], weights[0]))
            )
            assert abs(exact - found) <= bound + 1e-14


def test_intervals_are_carried_back_by_halls_transformation() -> None:
    from theoremcheck.numerics.hessian_spectra import mean_bounds

    skewed = np.random.default_rng(0).exponential(size=(20_000, 30))
    coverage = []
    for correction in (False, True):
        low, high = mean_bounds(skewed, 0.05, skewed=correction)
        coverage.append(float(((low <= 1) & (high >= 1)).mean()))
    assert abs(coverage[1] - 0.95) < abs(coverage[0] - 0.95)
    symmetric = np.array([[-1.0, 0.0, 1.0, 2.0, -2.0]])
    plain, moved = mean_bounds(symmetric, 0.1, skewed=False), mean_bounds(symmetric, 0.1)
    assert np.allclose(plain, moved)


def test_gradient_descent_diverges_beyond_its_edge() -> None:
    from theoremcheck.numerics.descent_edge import largest_stable_step

    matrix, values = known_matrix(10)
    positive = matrix + (0.5 - values[0]) * np.eye(10)
    edge = largest_stable_step(positive, np.random.default_rng(0).normal(size=10))
    assert abs(edge - 2 / (values[-1] + 0.5 - values[0])) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import descent_edge, trace_estimates
    from theoremcheck.numerics import hessian as measured
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = [one for module in (measured, descent_edge, trace_estimates) for one in measurements(module)]
    assert {one.statement for one in found} == {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
