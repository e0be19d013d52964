"""Bayes' rule: every statement accepted, the four numbers judged, every measurement passed."""

import subprocess
import sys
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy import stats
from sympy import Rational

from theoremcheck.figures import bayes as figures
from theoremcheck.figures.picture import pictures_of
from theoremcheck.numerics import bayes as numerics
from theoremcheck.numerics import conjugate_pairs
from theoremcheck.numerics.measured import run
from theoremcheck.numerics.measurement import measurements
from theoremcheck.theory import bayes, conjugate
from theoremcheck.theory.judge import check
from theoremcheck.theory.statements import statements_of

STATEMENTS = {one.name.partition(".")[2]: one for one in statements_of(bayes)}
MEASUREMENTS = {one.key: one for module in (numerics, conjugate_pairs) for one in measurements(module)}
VERDICTS = {
    642: ("bayes_rule", "holds-if"),
    643: ("total_probability", "holds-if"),
    644: ("bayes_densities", "holds-if"),
    645: ("base_rate", "holds"),
}

report = cache(lambda name: check(STATEMENTS[name]))


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in dict(VERDICTS.values()) else pytest.mark.slow) for n in STATEMENTS]
)
def test_the_statement_is_proved_and_its_mutants_are_rejected(name):
    found = report(name)
    assert (found.problems, found.strength) == ([], "proved")
    assert any(mutant.rejected for mutant in found.mutants)


@pytest.mark.parametrize("number", VERDICTS)
def test_the_verdict(number):
    name, verdict = VERDICTS[number]
    assert report(name).printed[str(number)].verdict == verdict


def test_every_number_is_answered_once():
    assert sorted(n for one in STATEMENTS.values() for n in one.answers) == list(bayes.EQUATIONS)


def test_the_counterexample_to_643_is_replayed_by_plain_python():
    found = report("total_probability").printed["643"].answer["counterexample"]
    assert "theoremcheck" not in found["replay"]
    done = subprocess.run([sys.executable, "-c", found["replay"]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    left, right = map(float, done.stdout.split())
    assert left != right


def test_no_posterior_where_the_evidence_vanishes():
    found = report("bayes_densities").printed["644"]
    assert found.answer["counterexample"]["left"] in ("0", "0.0")
    assert "P(B)" in found.assumption


@pytest.mark.parametrize("key", MEASUREMENTS)
def test_the_measurement_agrees(key):
    found = run(MEASUREMENTS[key], run_seed=1)
    assert (found.problems, found.status) == ([], "measured")


def test_every_statement_is_measured():
    assert {one.statement for one in MEASUREMENTS.values()} == {f"bayes.{name}" for name in STATEMENTS}


def test_the_example_of_the_base_rate_is_exact():
    assert bayes.predictive_value(Rational(1, 1000), Rational(99, 100), Rational(95, 100)) == Rational(11, 566)


def test_predictive_value_serves_fractions_and_arrays():
    assert bayes.predictive_value(Fraction(1, 1000), Fraction(99, 100), Fraction(95, 100)) == Fraction(11, 566)
    prevalence = np.array([0.0, 0.5, 1.0])
    assert bayes.predictive_value(prevalence, 0.9, 0.9) == pytest.approx([0, 0.9, 1])


@pytest.mark.parametrize(
    ("density", "law"),
    [
        (lambda v: conjugate.gamma_density(v, 3, 2), stats.gamma(3, scale=1 / 2)),
        (lambda v: conjugate.inverse_gamma_density(v, 3, 2), stats.invgamma(3, scale=2)),
        (lambda v: conjugate.beta_density(v, 3, 2), stats.beta(3, 2)),
    ],
)
def test_densities_agree_with_scipy(density, law):
    for v in (Rational(1, 5), Rational(2, 3), Rational(9, 10)):
        assert float(density(v)) == pytest.approx(law.pdf(float(v)), rel=1e-12)


def test_masses_agree_with_scipy():
    for k in range(6):
        assert float(conjugate.negative_binomial_mass(k, 3, Rational(1, 4))) == pytest.approx(
            stats.nbinom.pmf(k, 3, 0.25), rel=1e-12
        )
        assert float(conjugate.poisson_mass(k, Rational(3, 2))) == pytest.approx(stats.poisson.pmf(k, 1.5), rel=1e-12)
        assert float(conjugate.binomial_mass(k, 2, Rational(1, 4))) == pytest.approx(
            stats.binom.pmf(k, k + 2, 0.25), rel=1e-12
        )


def test_a_wrong_posterior_has_ranks_that_are_not_uniform():
    assert conjugate_pairs.wrong_rank_zero(1.0) == pytest.approx(1 / (conjugate_pairs.DRAWS + 1), abs=1e-9)
    assert abs(conjugate_pairs.wrong_rank_zero(0.5) - 1 / (conjugate_pairs.DRAWS + 1)) > 0.05


@pytest.mark.parametrize("one", pictures_of(figures), ids=lambda one: one.name)
def test_the_picture_is_drawn(one):
    assert one.figure().axes
