"""Random matrices: statements, the verdict on the printed density, the laws' tools, fits that keep their levels."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest

from theoremcheck.theory import marchenko_pastur as law
from theoremcheck.theory import random_matrix
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.judge import check, decide, decide_all
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(random_matrix)
BUDGET = Budget(seconds=60)


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def test_the_number_of_the_topic_is_answered_once() -> None:
    assert [number for one in ALL for number in one.answers] == list(random_matrix.EQUATIONS) == [121]
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems


@pytest.mark.parametrize("statement", ALL, ids=short)
def test_mutants_written_by_hand_are_rejected(statement: Statement) -> None:
    mutants = statement.theorem.mutants
    for name, answer in zip(mutants, decide_all(list(mutants.values()), BUDGET), strict=True):
        assert isinstance(answer, Fails), name


def test_the_printed_density_is_a_law_for_small_ratios_alone() -> None:
    printed = random_matrix.total_mass.theorem.printed[121]
    assert printed.assumption
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    assert float(answer.counterexample.point["q"]) > 1


def test_counts_by_hand() -> None:
    assert law.planar_pairings(3) == (1, 3, 1)
    assert sum(1 for _ in law.dyck_paths(4)) == 14
    assert law.cycles((1, 2, 0, 3)) == 2
    assert law.recursive_moments(3)[3].expand() == law.narayana(3)


# The laws


@pytest.mark.parametrize("ratio", [1e-4, 0.08, 0.5, 0.999, 1.0, 1.001, 4.0, 100.0])
def test_the_law_of_every_ratio(ratio: float) -> None:
    from theoremcheck.numerics.marchenko_pastur import MarchenkoPastur
    from theoremcheck.numerics.random_matrix import quadrature

    model = MarchenkoPastur(ratio, 1.7)
    low, high = model.support
    assert model.cdf(high) == pytest.approx(1, abs=1e-14)
    assert model.cdf(0.0) == pytest.approx(model.atom, abs=1e-14)
    if abs(ratio - 1) != pytest.approx(1e-3):  # where the pole at zero is too near for this rule
        assert quadrature(model.pdf, low, high, 300) + model.atom == pytest.approx(1, abs=1e-10)
    p = np.linspace(model.atom + 1e-6, 1, 11)
    np.testing.assert_allclose(model.cdf(model.quantile(p)), p, atol=2e-15)
    for k in (1, 2, 5):
        moment = quadrature(lambda x, k=k: x**k * model.pdf(x), low, high)
        assert moment == pytest.approx(model.moment(k), rel=1e-11)
    z = np.array([-1.3 + 0.2j, high + 1, 2j])
    m = model.stieltjes(z)
    residual = ratio * 1.7 * z * m**2 + (z + (ratio - 1) * 1.7) * m + 1
    assert np.abs(residual).max() < 1e-13 * max(1, ratio)


def test_draws_and_spikes_of_the_law() -> None:
    from theoremcheck.numerics.distances import kolmogorov_distance
    from theoremcheck.numerics.marchenko_pastur import MarchenkoPastur

    model = MarchenkoPastur(0.5, 2.0)
    drawn = model.sample(4000, np.random.default_rng(0))
    assert kolmogorov_distance(drawn, model.cdf, 1e-9).contains(0)
    assert MarchenkoPastur(4.0).sample(100, np.random.default_rng(0)).min() == 0
    assert model.population(model.spiked(7.0)) == pytest.approx(7.0, rel=1e-14)
    assert model.spiked(1.01 * 2) == model.support[1]
    assert model.overlap(model.threshold) == 0 < model.overlap(1.01 * model.threshold)


@pytest.mark.parametrize(
    ("beta", "mean", "variance"),
    [(1, -1.2065335745820, 1.6077810345810), (2, -1.7710868074116, 0.8131947928329)],
)
def test_tracy_widom_moments_as_published(beta: int, mean: float, variance: float) -> None:
    from theoremcheck.numerics.tracy_widom import TracyWidom

    model = TracyWidom(beta)
    assert abs(model.moment(0) - 1) < 1e-13
    assert abs(model.mean - mean) < 2e-12
    assert abs(model.variance - variance) < 2e-12
    assert float(model.cdf(model.quantile(0.3))) == pytest.approx(0.3, abs=1e-13)


@pytest.mark.parametrize("s", [-7.0, -3.5, -1.0, 0.5, 3.0])
def test_tracy_widom_by_another_kernel_and_many_more_nodes(s: float) -> None:
    from scipy.special import airy

    from theoremcheck.numerics import tracy_widom

    x, w = np.polynomial.legendre.leggauss(110)
    x, w = s + (16 - s) * (x + 1) / 2, w * (16 - s) / 2
    ai, slope, _, _ = airy(x)
    apart = np.subtract.outer(x, x) + np.eye(x.size)
    kernel = (np.outer(ai, slope) - np.outer(slope, ai)) / apart
    kernel[np.diag_indices(x.size)] = slope**2 - x * ai**2
    airy_kernel = float(np.linalg.det(np.eye(x.size) - np.sqrt(np.outer(w, w)) * kernel))
    spohn = airy((x[:, None] + x) / 2)[0] / 2
    one = float(np.linalg.det(np.eye(x.size) - np.sqrt(np.outer(w, w)) * spohn))
    for beta, other in ((1, one), (2, airy_kernel)):
        value = tracy_widom.cdf(s, beta)
        assert value.error < 1e-12
        # The promise is 1e-12; the difference quotient in the Airy kernel cancels more digits than the sum kernel.
        assert abs(value.value - other) <= 1e-12
        assert abs(float(tracy_widom.TracyWidom(beta).cdf(s)) - value.value) < 1e-13
        step = 1e-4
        difference = (tracy_widom.cdf(s + step, beta).value - tracy_widom.cdf(s - step, beta).value) / (2 * step)
        assert abs(tracy_widom.pdf(s, beta).value - difference) < 1e-7
    assert tracy_widom.cdf(s, 2).value + tracy_widom.sf(s, 2).value == pytest.approx(1, abs=1e-15)


@pytest.mark.slow
def test_tracy_widom_takes_at_most_two_milliseconds_a_point() -> None:
    from theoremcheck.numerics import tracy_widom

    points = np.linspace(-4, 4, 40)
    tracy_widom.cdf(0.0)
    seconds = []
    for s in points:
        begun = time.process_time()
        tracy_widom.cdf(float(s))
        seconds.append(time.process_time() - begun)
    assert float(np.median(seconds)) < 2e-3


def test_small_tails_of_tracy_widom_keep_their_digits() -> None:
    from theoremcheck.numerics import tracy_widom

    # As s grows P(X > s) tends to exp(-4 s^(3/2)/3)/(16 pi s^(3/2)) for beta = 2, from below.
    s = 20.0
    ratio = tracy_widom.sf(s, 2).value / (math.exp(-4 / 3 * s**1.5) / (16 * math.pi * s**1.5))
    assert 0.9 < ratio < 1


# Fits


def test_a_fit_finds_spikes_and_scale() -> None:
    from theoremcheck.numerics.spectrum_fit import fit
    from theoremcheck.numerics.wishart import spectrum

    rng = np.random.default_rng(3)
    for d, n, strong in ((100, 200, (12.0, 8.0)), (200, 100, (40.0, 20.0))):
        deviations = np.ones(d)
        deviations[: len(strong)] = np.sqrt(strong)
        values = spectrum(math.sqrt(3) * deviations[:, None] * rng.normal(size=(d, n)))
        found = fit(values, n, alpha=1e-3, simulations=19, rng=rng)
        assert len(found.spikes) == len(strong)
        assert found.law.ratio == d / n
        assert found.scale.interval.contains(3.0)
        assert found.p_value is not None
        assert found.spikes[0].p_value < 1e-6 < found.edge_p_value
        assert found.spikes[0].population == pytest.approx(3 * strong[0], rel=0.4)
        assert 0.5 < found.spikes[0].overlap < 1
        assert found.threshold == pytest.approx(found.scale.value * (1 + math.sqrt(d / n)))


def test_an_unknown_ratio_is_estimated_with_its_interval() -> None:
    from theoremcheck.numerics.spectrum_fit import fit
    from theoremcheck.numerics.wishart import wishart_spectrum

    rng, missed = np.random.default_rng(5), 0
    for _ in range(14):
        found = fit(wishart_spectrum(60, 150, rng), simulations=0, alpha=0.05)
        missed += not found.ratio.interval.contains(0.4)
    assert missed <= 7  # probability below 1e-5 at the level claimed


def test_a_wrong_model_is_contradicted() -> None:
    from theoremcheck.numerics.spectrum_fit import fit

    rng = np.random.default_rng(7)
    found = fit(rng.exponential(size=60), 120, simulations=39, rng=rng)
    assert found.p_value == 1 / 40


@pytest.mark.slow
def test_layers_and_hessian_of_a_network_trained_on_the_digits() -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics.digits_spectra import trained
    from theoremcheck.numerics.spectrum_fit import fit, fit_matrix

    network = trained(hidden=64, steps=60, images=300)
    assert network.accuracy > 0.9
    before, after = (fit_matrix(one[1], alpha=1e-4, simulations=19) for one in (network.initial, network.final))
    assert not before.spikes
    assert before.scale.interval.contains(1 / 64)
    assert len(after.spikes) >= 2
    assert network.hessian[0] < -1e-3
    with pytest.raises(ValueError, match="negative"):
        fit(network.hessian)
    newton = fit(np.maximum(network.gauss_newton, 0), simulations=19)
    assert newton.p_value == 0.05


def test_a_spectrum_of_either_orientation() -> None:
    from theoremcheck.numerics.wishart import spectrum

    x = np.random.default_rng(0).normal(size=(7, 4))
    np.testing.assert_allclose(spectrum(x), np.linalg.eigvalsh(x @ x.T / 4), atol=1e-14)
    np.testing.assert_allclose(spectrum(x.T), np.linalg.eigvalsh(x.T @ x / 7), atol=1e-14)


def test_spectra_on_an_accelerator() -> None:
    pytest.importorskip("torch")
    from theoremcheck.numerics.wishart import accelerator, spectrum

    device = accelerator()
    if device is None:
        pytest.skip("no accelerator that torch can use")
    x = np.random.default_rng(0).normal(size=(300, 500))
    np.testing.assert_allclose(spectrum(x, device), spectrum(x), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, f, w, t: m.MarchenkoPastur(-1.0), "ratio"),
        (lambda m, f, w, t: m.MarchenkoPastur(1.0, 0.0), "scale"),
        (lambda m, f, w, t: m.MarchenkoPastur(1.0).quantile(2.0), r"\[0, 1\]"),
        (lambda m, f, w, t: m.MarchenkoPastur(0.5).population(1.0), "edge"),
        (lambda m, f, w, t: f.fit([1.0, 2.0]), "too few"),
        (lambda m, f, w, t: f.fit(-np.arange(20.0)), "negative"),
        (lambda m, f, w, t: f.fit(np.arange(1.0, 30.0), samples=12), "samples"),
        (lambda m, f, w, t: f.fit(np.arange(1.0, 30.0), kurtosis=0.5), "kurtosis"),
        (lambda m, f, w, t: w.wishart_spectrum(0, 3, np.random.default_rng(0)), "features"),
        (lambda m, f, w, t: w.spectrum(np.ones(3)), "shape"),
        (lambda m, f, w, t: w.spectrum([[1.0, math.nan]]), "nan"),
        (lambda m, f, w, t: t.TracyWidom(3), "beta"),
        (lambda m, f, w, t: t.cdf(math.nan), "nan"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    from theoremcheck.numerics import marchenko_pastur, spectrum_fit, tracy_widom, wishart

    with pytest.raises(ValueError, match=message):
        call(marchenko_pastur, spectrum_fit, wishart, tracy_widom)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import random_matrix as measured
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured)
    assert {one.statement for one in found} == {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status is Status.MEASURED, report.problems
