"""Risk: every number has its verdict, mutants are rejected, exact and sampled tails agree, every measurement passes.

The slow oracle of conditional value at risk is the integral of the quantile function over a fine partition.
"""

from __future__ import annotations

import doctest
import math
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theoremcheck.numerics import risk as measured_risk
from theoremcheck.numerics import risk_measures
from theoremcheck.numerics.measured import Status, run
from theoremcheck.numerics.measurement import Measurement, measurements
from theoremcheck.numerics.risk_measures import (
    conditional_value_at_risk,
    conditional_value_at_risk_interval,
    least_tail_portfolio,
    linear_program,
    tail_law,
    value_at_risk,
)
from theoremcheck.theory import coherence, finite_losses, risk
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.finite_losses import LossLaw
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(risk)
BUDGET = Budget(seconds=60)
LEVELS = st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=40)
LOSSES = st.lists(st.integers(-4, 4), min_size=1, max_size=9)


def short(one: Any) -> str:
    """A statement's or measurement's name without the topic; anything else as it is."""
    return one.name.rpartition(".")[2] if isinstance(one, Statement | Measurement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered() -> None:
    assert {number for one in ALL for number in one.answers} == set(risk.EQUATIONS) == set(range(1, 13))


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


@pytest.mark.parametrize(
    ("statement", "number", "verdict"),
    [
        (risk.gateaux_and_frechet, 3, "refuted"),
        (risk.variance_as_least_risk, 5, "holds-if"),
        (risk.conditional_value_at_risk, 7, "holds-if"),
        (risk.value_at_risk, 6, "definition"),
        (risk.monotonicity, 11, "definition"),
    ],
    ids=short,
)
def test_verdicts(statement: Statement, number: int, verdict: str) -> None:
    outcome = check(statement, BUDGET).printed[str(number)]
    assert outcome.verdict == verdict
    assert (verdict == "holds-if") == bool(outcome.assumption)


@pytest.mark.parametrize(
    ("statement", "number"), [(risk.variance_as_least_risk, 5), (risk.conditional_value_at_risk, 7)], ids=short
)
def test_counterexamples_replay(statement: Statement, number: int) -> None:
    claim = statement.theorem.printed[number].claim
    assert claim is not None
    answer = decide(claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert replay
    assert "theoremcheck" not in replay
    done = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("statement", "mutant"),
    [
        (risk.rockafellar_uryasev, "level for its complement"),
        (risk.tail_average, "one more"),
        (risk.duality, "less"),
        (risk.tail_sensitivity, "the whole atom"),
        (risk.sets_of_quantiles, "one point"),
        (risk.null_sets, "almost everywhere of mu"),
        (risk.diversification, "below each of the parts"),
        (risk.coherent, "one threshold"),
        (risk.exceedance, "atoms too"),
        (risk.risk_minimizers, "least worst case"),
    ],
    ids=short,
)
def test_mutants_written_by_hand_are_rejected(statement: Statement, mutant: str) -> None:
    answers = (decide(part, BUDGET) for part in parts(statement.theorem.mutants[mutant]))
    assert any(isinstance(answer, Fails) for answer in answers)


def quantile_integral(losses: list[int], level: Fraction) -> Fraction:
    """The mean of the quantile function beyond the level, cell by cell."""
    n, total = len(losses), Fraction(0)
    for k, loss in enumerate(sorted(losses)):
        total += max(Fraction(0), Fraction(k + 1, n) - max(level, Fraction(k, n))) * loss
    return total / (1 - level)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(LOSSES, LEVELS)
def test_exact_sampled_and_integrated_tails_agree(losses: list[int], level: Fraction) -> None:
    law, exact = LossLaw.of(losses), quantile_integral(losses, level)
    assert law.conditional_value_at_risk(level) == exact
    assert conditional_value_at_risk(losses, level) == pytest.approx(float(exact), abs=1e-12)  # type: ignore[arg-type]
    assert value_at_risk(losses, level) == law.value_at_risk(level)  # type: ignore[arg-type]
    assert law.chance(law.value_at_risk(level)) >= level
    assert law.tail_mean(level) <= exact <= law.values[-1]
    density = law.worst_density(level)
    assert sum(w * q for w, q in zip(law.weights, density, strict=True)) == 1


@settings(max_examples=25, deadline=None, derandomize=True)
@given(LOSSES, LEVELS)
def test_linear_programs_agree_with_exact_laws(losses: list[int], level: Fraction) -> None:
    program, law = linear_program(losses, level), LossLaw.of(losses)  # type: ignore[arg-type]
    assert program.value == pytest.approx(float(law.conditional_value_at_risk(level)), abs=1e-9)
    assert abs(program.gap) < 1e-9
    assert law.value_at_risk(level) - 1e-9 <= program.threshold <= law.upper_value_at_risk(level) + 1e-9


def test_a_float_level_is_the_decimal_that_was_written() -> None:
    losses = list(range(10))
    assert Fraction(0.9) != Fraction(9, 10)
    assert value_at_risk(losses, 0.9) == 8
    assert conditional_value_at_risk(losses, 0.9) == 9
    assert LossLaw.of(losses, [0.1] * 10).value_at_risk(0.9) == 8
    assert value_at_risk([0, 5], 0.9, [9, 1]) == 0
    assert conditional_value_at_risk([0, 5], 0.8, [9, 1]) == 2.5


@pytest.mark.parametrize("name", risk_measures.FAMILIES)
def test_families_match_the_integral_of_their_quantiles(name: str) -> None:
    from scipy.integrate import quad

    law = tail_law(name, **({"nu": 3.5} if name in ("student t", "Pareto") else {}))
    area, _ = quad(lambda u: u * law.value_at_risk(1 - u**2) * 2, 0, math.sqrt(0.1), epsabs=1e-12)
    assert law.conditional_value_at_risk(0.9) == pytest.approx(area / 0.1, rel=1e-7)
    levels = np.array([[0.6, 0.9], [0.95, 0.99]])
    assert law.conditional_value_at_risk(levels).shape == (2, 2)
    assert np.all(law.conditional_value_at_risk(levels) > law.value_at_risk(levels))


def test_the_interval_covers_and_narrows() -> None:
    rng, missed, widths = np.random.default_rng(5), 0, []
    truth = float(LossLaw.of([0, 0.5, 1], ["0.7", "0.25", "0.05"]).conditional_value_at_risk("0.8"))
    for size in (200, 2_000):
        for _ in range(100):
            draws = rng.choice([0.0, 0.5, 1.0], size=size, p=[0.7, 0.25, 0.05])
            found = conditional_value_at_risk_interval(draws, 0.8, 0, 1, alpha=0.05)
            missed += not found.contains(truth)
        widths.append(found.width)
    assert missed <= 25  # 200 trials at 0.05: more than 25 has probability below 1e-4
    assert widths[1] < widths[0] / 2


def test_the_best_portfolio_has_a_certificate() -> None:
    rng = np.random.default_rng(2)
    table = rng.standard_t(4, size=(200, 3))
    best = least_tail_portfolio(table, 0.9)
    assert best.shares.sum() == pytest.approx(1)
    assert best.density.max() <= 10 + 1e-9
    assert abs(best.gap) < 1e-9
    for shares in rng.dirichlet(np.ones(3), 50):
        assert conditional_value_at_risk(table @ shares, 0.9) >= best.value - 1e-9


RATIONAL = [name for name in coherence.REFUTED if name not in ("mean + 2 deviations", "entropic")]
"""The measures whose values are fractions; the proofs of what the others keep are general."""


@pytest.mark.parametrize(
    "measure", [one if one in ("VaR", "tail mean") else pytest.param(one, marks=pytest.mark.slow) for one in RATIONAL]
)
def test_violations_are_found_where_axioms_fail(measure: str) -> None:
    for axiom in coherence.AXIOMS:
        found = coherence.violation(coherence.MEASURES[measure], axiom)
        assert (found is not None) == (axiom in coherence.REFUTED[measure]), f"{measure}, {axiom}: {found}"


@pytest.mark.parametrize(("measure", "axiom"), [("mean + 2 deviations", "monotone"), ("entropic", "sub-additive")])
def test_irrational_measures_break_axioms(measure: str, axiom: str) -> None:
    assert coherence.violation(coherence.MEASURES[measure], axiom) is not None


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: LossLaw.of([]), "no losses"),
        (lambda: LossLaw.of([1, 2], [0.5, 0.4]), "add up to 0.9"),
        (lambda: LossLaw.of([1, 2], [1]), "one weight a loss"),
        (lambda: LossLaw.of([1, 2], [3, -1]), "not negative"),
        (lambda: LossLaw.of([1, math.nan]), "loss 1 is nan"),
        (lambda: LossLaw.of([1]).value_at_risk(95), "strictly between 0 and 1"),
        (lambda: value_at_risk([1.0], 1.0), "strictly between 0 and 1"),
        (lambda: conditional_value_at_risk([], 0.9), "empty"),
        (lambda: conditional_value_at_risk([[1.0]], 0.9), "vector"),
        (lambda: tail_law("cauchy"), "choose one of"),
        (lambda: tail_law("student t"), "needs nu"),
        (lambda: tail_law("student t", nu=1), "above 1"),
        (lambda: tail_law("normal", nu=1), "no parameter nu"),
        (lambda: tail_law("normal").value_at_risk(1), "strictly between"),
        (lambda: least_tail_portfolio([1.0, 2.0], 0.9), "shape"),
        (lambda: conditional_value_at_risk_interval([2.0], 0.9, 0, 1, 0.1), "outside"),
        (lambda: coherence.violation(coherence.expected, "coherent"), "choose one of"),
    ],
)
def test_bad_input_is_named(call: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        call()


@pytest.mark.parametrize("module", [finite_losses, coherence], ids=["finite_losses", "coherence"])
def test_doctests(module: Any) -> None:
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0


@pytest.mark.parametrize("measurement", measurements(measured_risk), ids=short)
def test_measurements(measurement: Measurement) -> None:
    report = run(measurement)
    assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
