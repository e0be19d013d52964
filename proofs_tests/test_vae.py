"""Variational autoencoders: every statement accepted, the eight numbers judged, every measurement passed."""

import math
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import torch
from sympy import lambdify

from theoremcheck.numerics import autoencoders, digits_vae
from theoremcheck.numerics import vae as numerics
from theoremcheck.numerics.measured import run
from theoremcheck.numerics.measurement import measurements
from theoremcheck.theory import vae
from theoremcheck.theory.judge import check
from theoremcheck.theory.statements import statements_of

STATEMENTS = {one.name: one for one in statements_of(vae)}
MEASUREMENTS = {one.key: one for module in (numerics, autoencoders, digits_vae) for one in measurements(module)}

VERDICTS = {
    518: ("reconstruction_loss", "definition"),
    519: ("linear_autoencoder", "definition"),
    520: ("joint_factorization", "holds"),
    521: ("evidence_integral", "holds"),
    522: ("evidence_lower_bound", "holds"),
    523: ("elbo_objective", "definition"),
    524: ("reparametrization", "holds"),
    525: ("monte_carlo_elbo", "refuted"),
}

report = cache(lambda name: check(STATEMENTS[name]))


@pytest.mark.slow  # the main job checks every statement, and the ledger's picture every verdict
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_is_proved_and_its_mutants_are_rejected(name):
    found = report(name)
    written_out = STATEMENTS[name].theorem.sizes
    assert (found.problems, found.strength) == ([], "proved at sizes" if written_out else "proved")
    assert any(mutant.rejected for mutant in found.mutants)
    verdicts = {number: (name.partition(".")[2], one.verdict) for number, one in found.printed.items()}
    assert verdicts == {str(number): VERDICTS[number] for number in STATEMENTS[name].answers}


def test_every_number_is_answered_once():
    answered = [number for one in STATEMENTS.values() for number in one.answers]
    assert sorted(answered) == sorted(VERDICTS) == list(vae.EQUATIONS)


def test_the_counterexample_to_525_is_replayed_by_plain_python():
    found = report("vae.monte_carlo_elbo").printed["525"].answer["counterexample"]
    assert found["replay"]
    assert "theoremcheck" not in found["replay"]
    done = subprocess.run([sys.executable, "-c", found["replay"]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    left, right = map(float, done.stdout.split())
    assert (left, right) == (pytest.approx(math.log(2)), 0)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("key", MEASUREMENTS)
def test_the_measurement_agrees(key, seed):
    found = run(MEASUREMENTS[key], run_seed=seed)
    assert (found.problems, found.status) == ([], "measured")


def test_every_statement_is_measured():
    assert {one.statement for one in MEASUREMENTS.values()} == set(STATEMENTS)


def test_the_divergence_serves_as_a_function_of_torch_tensors():
    symbols = (vae.mu, vae.sigma, vae.mean0, vae.scale0)
    divergence = lambdify(symbols, vae.gaussian_kl.rhs, {"log": torch.log, "sqrt": torch.sqrt}, dummify=True)
    means, scales = torch.randn((2, 50), dtype=torch.float64), torch.rand((2, 50), dtype=torch.float64) + 0.1
    laws = [torch.distributions.Normal(mean, scale) for mean, scale in zip(means, scales, strict=True)]
    expected = torch.distributions.kl_divergence(*laws)
    found = divergence(means[0], scales[0], means[1], scales[1])
    size = 1 + expected + (means[0] - means[1]) ** 2 / scales[1] ** 2 + torch.log(scales[1] / scales[0]).abs()
    assert bool(((found - expected).abs() <= 32 * 2.0**-52 * size).all())


def test_the_enumerated_bounds_start_at_the_bound_and_increase_to_the_evidence():
    bounds = [numerics.enumerated_bound(count) for count in (1, 2, 3, 4, 6, 9)]
    assert bounds[0] == pytest.approx(numerics.on_states(vae.elbo), abs=1e-14)
    assert np.all(np.diff(bounds) > 0)
    assert bounds[-1] < numerics.on_states(vae.evidence_lower_bound.lhs)


def test_quadrature_of_the_digits_evidence_has_converged():
    network = digits_vae.trained(15)
    spacings = digits_vae.SPACING, digits_vae.SPACING / 2
    coarse, fine = (digits_vae.log_evidence(network, network.held_out[:16], spacing) for spacing in spacings)
    assert np.abs(coarse - fine).max() < 1e-5
    assert abs((coarse - fine).mean()) < 1e-6


def test_annealing_agrees_with_the_evidence_where_everything_is_known():
    """A decoder that ignores its latent: the evidence is one likelihood, and so is every weight."""
    rng = np.random.default_rng(5)
    silent = (np.zeros((32, 2)), np.zeros(32), np.zeros((64, 32)), rng.standard_normal(64))
    encoder = (np.zeros((32, 64)), np.zeros(32), np.zeros((4, 32)), np.zeros(4))
    images = (rng.random((3, 64)) < 0.5).astype(float)
    network = digits_vae.Network(encoder, silent, images)
    ink = 1 / (1 + np.exp(-silent[3]))
    truth = images @ np.log(ink) + (1 - images) @ np.log1p(-ink)
    up = digits_vae.annealed(network, images, rng, chains=4, rungs=3)
    down = digits_vae.annealed(network, images, rng, chains=4, rungs=3, start=rng.standard_normal((3, 2)))
    for found in (up, down, digits_vae.log_evidence(network, images)[:, None]):
        assert np.abs(found - truth[:, None]).max() < 1e-10


def test_normal_moments_are_exact_for_polynomials():
    assert numerics.normal_moments(lambda eps: eps**2) == (
        pytest.approx(1, abs=1e-12),
        pytest.approx(2, abs=1e-11),
    )
    assert math.isclose(numerics.normal_moments(lambda eps: eps**4)[1], 96, rel_tol=1e-12)
