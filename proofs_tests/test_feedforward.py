"""Feedforward networks: every statement accepted, the thirty numbers judged, every measurement passed."""

import doctest
import subprocess
import sys
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from sympy import Rational, nan

from theoremcheck.theory import activations, feedforward, layers
from theoremcheck.theory.judge import check
from theoremcheck.theory.source import equations
from theoremcheck.theory.statements import statements_of

STATEMENTS = {one.name: one for one in statements_of(feedforward)}
AT_SIZES = {"feedforward.layer", "feedforward.collapsed_bias", "feedforward.softmax_jacobian_matrix"}

HOLDS = {173, 175, 189, 190, 191, 192, 203, 206, 208}
HOLDS_IF = {177, 180, 187, 188, 193, 210, 212}

report = cache(lambda name: check(STATEMENTS[name]))


def verdict_of(number):
    return "holds" if number in HOLDS else "holds-if" if number in HOLDS_IF else "definition"


@pytest.mark.slow  # the main job checks every statement, and the ledger's picture every verdict
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_is_proved_and_its_mutants_are_rejected(name):
    found = report(name)
    assert found.problems == []
    assert found.strength == ("proved at sizes" if name in AT_SIZES else "proved")
    assert any(mutant.rejected for mutant in found.mutants)
    assert not any(mutant.exempt for mutant in found.mutants if mutant.name in STATEMENTS[name].theorem.mutants)
    verdicts = {number: one.verdict for number, one in found.printed.items()}
    assert verdicts == {str(number): verdict_of(number) for number in STATEMENTS[name].answers}


def test_every_number_is_answered_once():
    answered = [number for one in STATEMENTS.values() for number in one.answers]
    assert sorted(answered) == list(feedforward.EQUATIONS)
    assert {str(number) for number in answered} == {row.equation for row in equations() if row.topic == "feedforward"}


def test_citations_go_back_only():
    names = list(STATEMENTS)
    for i, name in enumerate(names):
        assert STATEMENTS[name].references
        assert set(STATEMENTS[name].cited) <= set(names[:i])


@pytest.mark.parametrize(
    ("name", "number"),
    [("two_layers", 187), ("two_layers", 188), ("universal_approximation", 180), ("rectifier_derivative", 177)],
)
def test_without_its_assumption_the_printed_form_has_a_counterexample(name, number):
    found = report(f"feedforward.{name}").printed[str(number)]
    assert found.assumption
    assert found.correction
    assert found.answer["counterexample"]
    replay = found.answer["counterexample"]["replay"]
    if replay:
        assert "theoremcheck" not in replay
        done = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("depth", range(1, 6))
def test_the_terms_of_a_linear_network_are_those_of_its_matrices(depth):
    assert layers.layered(depth) == layers.in_one_sum(depth)
    assert len(layers.layered(depth)) == depth + 1
    rng = np.random.default_rng(depth)
    weights = {f"W{k}": rng.integers(-3, 4, (2, 2)).astype(object) for k in range(1, depth + 1)}
    vectors = {name: rng.integers(-3, 4, 2).astype(object) for name in ("x", *(f"b{k}" for k in range(1, depth + 1)))}
    value = vectors["x"]
    for k in range(1, depth + 1):
        value = weights[f"W{k}"] @ value + vectors[f"b{k}"]
    total = np.zeros(2, dtype=object)
    for term in layers.in_one_sum(depth):
        *matrices, end = term.split()
        product = vectors[end]
        for name in reversed(matrices):
            product = weights[name] @ product
        total = total + product
    assert list(total) == list(value)


def test_subdifferentials_are_points_off_the_kink_and_intervals_on_it():
    alpha = activations.alpha
    assert activations.RECTIFIER.subdifferential(0) == (0, 1)
    assert activations.LEAKY.subdifferential(0) == (alpha, 1)
    assert activations.LEAKY.subdifferential(Rational(-1, 2)) == (alpha, alpha)
    assert activations.SIGMOID.subdifferential(0) == (Rational(1, 4), Rational(1, 4))
    assert activations.TANH.subdifferential(0) == (1, 1)


@pytest.mark.parametrize("one", activations.FAMILY, ids=lambda one: one.name)
def test_slopes_stay_between_zero_and_the_lipschitz_constant(one):
    for at in (-5, Fraction(-1, 3), 0, Fraction(2, 7), 4):
        low, high = one.subdifferential(Rational(at))
        for end in (low, high):
            value = end.subs(activations.alpha, Rational(1, 100))
            assert value is not nan
            assert 0 <= float(value) <= float(one.lipschitz)


def test_the_doctests_of_the_activations():
    assert doctest.testmod(activations).attempted > 0
    assert doctest.testmod(activations).failed == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed):
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import activations as measured_activations
    from theoremcheck.numerics import feedforward as measured_networks
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = [*measurements(measured_networks), *measurements(measured_activations)]
    assert {one.statement for one in found} <= set(STATEMENTS)
    answered = {name for name, one in STATEMENTS.items() if one.answers}
    assert answered - {one.statement for one in found} <= {"feedforward.net_input", "feedforward.neuron"}
    for one in found:
        done = run(one, Tier.QUICK, seed)
        assert done.status is Status.MEASURED, (one.key, done.problems)
