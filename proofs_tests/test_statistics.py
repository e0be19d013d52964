"""Statistical measures: every number has its verdict, hand-written mutants are rejected, every measurement passes."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import Rational, log

from theoremcheck.theory import higher_moments, law_families, limit_laws, medians, moments, statistics
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.divergence import entropy
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(statistics)
BUDGET = Budget(seconds=60)
HALF = Rational(1, 2)


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered() -> None:
    assert {number for one in ALL for number in one.answers} == set(statistics.EQUATIONS) == set(range(646, 673))


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


def test_the_median_equation_needs_a_continuous_law() -> None:
    report = check(statistics.median_equation, BUDGET)
    outcome = report.printed["650"]
    assert outcome.verdict == "holds-if"
    assert outcome.assumption
    printed = statistics.median_equation.theorem.printed[650]
    assert printed.claim is not None
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert replay
    assert "theoremcheck" not in replay
    run = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "statement",
    [
        statistics.variance_expanded,
        statistics.covariance_expanded,
        statistics.linearity,
        statistics.median,
        statistics.kurtosis_and_tails,
        statistics.skewness_and_tails,
    ],
    ids=short,
)
def test_claims_hold(statement: Statement) -> None:
    for part in parts(statement.claim):
        assert isinstance(decide(part, BUDGET), Holds), part.latex()


@pytest.mark.parametrize(
    ("statement", "mutant"),
    [
        (statistics.large_numbers, "one summand"),
        (statistics.sample_variance, "divided by n"),
        (statistics.mutual_information, "joint entropy"),
        (statistics.berry_esseen, "constant 7/20"),
        (statistics.slowest_rate, "faster"),
        (statistics.kurtosis_and_tails, "kurtosis 3"),
        (statistics.chebyshev, "half"),
        (statistics.no_mean, "it is zero"),
        (statistics.relative_entropy, "symmetric"),
    ],
    ids=short,
)
def test_mutants_written_by_hand_are_rejected(statement: Statement, mutant: str) -> None:
    answers = (decide(part, BUDGET) for part in parts(statement.theorem.mutants[mutant]))
    assert any(isinstance(answer, Fails) for answer in answers)


@pytest.mark.parametrize(
    ("law", "interval"), [((1, 1), (0, 1)), ((1, 0, 1), (0, 2)), ((1, 2, 1), (1, 1)), ((5,), (0, 0))]
)
def test_medians_of_finite_laws(law: tuple[int, ...], interval: tuple[int, int]) -> None:
    assert medians.medians(law) == interval
    assert medians.closest(law) == (Fraction(interval[0]), Fraction(interval[1]))


def test_functionals_on_simple_laws() -> None:
    skewness, kurtosis = (moments.standardized(moments.X, order) for order in (3, 4))
    assert moments.under_normal(kurtosis).simplify() == 3
    assert moments.on_two_points(kurtosis, 1) == 1
    assert moments.on_two_points(skewness, 1) == 0
    assert moments.on_two_points(moments.variance(moments.X), 3) == Rational(3, 16)
    assert [one.subs(dict.fromkeys(one.free_symbols, 1)) for one in higher_moments._cumulants((HALF,) * 4)] == [
        HALF, Rational(1, 4), 0, -Rational(1, 8)
    ]  # fmt: skip


def test_raw_moments_of_families() -> None:
    exponential, normal = law_families.FAMILIES["exponential"], law_families.FAMILIES["normal"]
    assert [exponential.raw(k).subs(law_families.rate, 1) for k in range(1, 5)] == [1, 2, 6, 24]
    assert normal.raw(4).subs({law_families.mu: 0, law_families.sigma: 1}) == 3


def test_the_distance_of_one_fair_coin_from_the_normal_law() -> None:
    found = max(float(distance) for _, distance in limit_laws.distances(1, HALF))
    assert found == pytest.approx(0.3413447460685429, abs=1e-12)
    assert limit_laws.lyapunov(HALF) == 1


def test_numerics_evaluate_nested_integrals() -> None:
    from theoremcheck.numerics.statistics import binomial_bound, binomial_distance, evaluated

    at = {moments.P: np.array([0.25, 0.75]), moments.X: np.array([0.0, 1.0])}
    assert evaluated(moments.variance(moments.X), at) == pytest.approx(0.1875, abs=1e-15)
    assert evaluated(entropy(moments.P), at) == pytest.approx(float(log(4) - Rational(3, 4) * log(3)))
    assert binomial_distance(1, 0.5) < binomial_bound(1, 0.5)


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import statistics as measured
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
