"""Losses and penalties: every statement is accepted, every number has its verdict, every measurement passes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sympy import Integer

from theoremcheck.theory import loss_terms as terms
from theoremcheck.theory import losses
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition, Finite
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide, decide_all
from theoremcheck.theory.measures import integral
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(losses)
BUDGET = Budget(seconds=60)
ANSWERED = {181, 182, 194, 195, *range(214, 226)}
VERDICTS = {
    "181": "definition",
    "182": "definition",
    "194": "holds",
    "195": "definition",
    "214": "definition",
    "215": "definition",
    "216": "definition",
    "217": "refuted",
    "218": "definition",
    "219": "definition",
    "220": "refuted",
    "221": "definition",
    "222": "holds",
    "223": "definition",
    "224": "holds-if",
    "225": "definition",
}


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = [number for one in ALL for number in one.answers]
    assert sorted(answered) == sorted(ANSWERED) == sorted(losses.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.parametrize("statement", [one for one in ALL if one.answers], ids=short)
def test_what_answers_a_number_holds(statement: Statement) -> None:
    for part, answer in zip(parts(statement.claim), decide_all(parts(statement.claim), BUDGET), strict=True):
        assert isinstance(answer, Holds), part.latex()


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


@pytest.mark.slow
@pytest.mark.parametrize("statement", [one for one in ALL if one.answers], ids=short)
def test_verdicts(statement: Statement) -> None:
    printed = check(statement, BUDGET).printed
    assert {number: outcome.verdict for number, outcome in printed.items()} == {
        str(number): VERDICTS[str(number)] for number in statement.answers
    }
    for outcome in printed.values():
        assert (outcome.verdict == "refuted") <= bool(outcome.correction)
        assert (outcome.verdict == "holds-if") <= bool(outcome.assumption)


@pytest.mark.parametrize("statement", ALL, ids=short)
def test_mutants_written_by_hand_are_rejected(statement: Statement) -> None:
    for name, answer in zip(
        statement.theorem.mutants, decide_all(list(statement.theorem.mutants.values()), BUDGET), strict=True
    ):
        assert isinstance(answer, Fails), name


@pytest.mark.parametrize(
    ("statement", "number"), [(losses.output_gradient, 217), (losses.probability_gradient, 220)], ids=short
)
def test_printed_gradients_are_rejected_and_their_counterexamples_replay(statement: Statement, number: int) -> None:
    printed = statement.theorem.printed[number]
    assert printed.claim is not None
    assert printed.correction
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert replay
    assert "theoremcheck" not in replay
    run = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


def test_the_printed_mean_squared_error_gradient_is_right_for_one_sample_alone() -> None:
    claim = losses.output_gradient.theorem.printed[217].claim
    assert (claim.lhs - claim.rhs).subs(terms.N, 1).expand() == 0
    assert (claim.lhs - claim.rhs).subs(terms.N, 2).expand() != 0


def test_the_printed_derivative_of_the_l1_penalty_fails_at_zero_alone() -> None:
    printed = losses.l1_gradient.theorem.printed[224].claim
    answers = {name: decide(claim, BUDGET) for name, claim in printed.claims.items()}
    assert [name for name, answer in answers.items() if isinstance(answer, Fails)] == ["at zero, from the right"]
    assert all(isinstance(answer, Holds) for name, answer in answers.items() if not name.startswith("at zero"))


def test_finite_statements_cover_the_sizes_they_name() -> None:
    claim = losses.norm_and_entries.claim
    assert isinstance(claim, Finite)
    assert [label for label, *_ in claim.cases()][-1] == "N = 3, m = 3"
    batches = losses.unbiased_batches.claim
    assert isinstance(batches, Finite)
    assert len(list(batches.cases())) == 15


def test_an_integral_of_one_is_the_number_of_terms() -> None:
    evaluated = pytest.importorskip("theoremcheck.numerics.losses").evaluated
    x = np.arange(6.0).reshape(2, 3)
    assert evaluated(integral(Integer(1)), {terms.y: x}) == 6
    assert evaluated(terms.over_all(terms.squared(terms.yhat)), {terms.y: x, terms.yhat: x + 2}) == 4
    assert evaluated(terms.over_all(terms.squared(terms.yhat), 3), {terms.y: x, terms.yhat: x + 2}) == 12


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import forecasts, penalties
    from theoremcheck.numerics import losses as measured_losses
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = [one for module in (measured_losses, forecasts, penalties) for one in measurements(module)]
    assert {one.statement for one in found} == {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
