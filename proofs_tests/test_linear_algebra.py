"""Linear algebra: every number has its verdict, mutants fall, kernels' arithmetic is right, measurements pass."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from sympy import I

from theoremcheck.theory import linear_algebra
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.determinants import adjugate, along_column, along_row, first_row, leibniz, times
from theoremcheck.theory.eigenvalues import eigenvalues, jordan_block, less, roots
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.prime_fields import independent, rank, spans
from theoremcheck.theory.singular_values import block, star
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(linear_algebra)
BUDGET = Budget(seconds=60)
JUDGED = {
    linear_algebra.matrix_of_a_map: {"630": "holds-if"},
    linear_algebra.singular_value_decomposition: {"633": "holds-if"},
    linear_algebra.diagonal_of_singular_values: {"634": "ill-posed"},
    linear_algebra.gram_eigenvalues: {"635": "holds-if"},
}


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = sorted(number for one in ALL for number in one.answers)
    assert answered == list(range(620, 636)) == list(linear_algebra.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.parametrize("statement", [one for one in ALL if one.answers], ids=short)
def test_what_answers_a_number_holds(statement: Statement) -> None:
    assert isinstance(decide(statement.claim, BUDGET), Holds)


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


@pytest.mark.parametrize(("statement", "verdicts"), JUDGED.items(), ids=short)
def test_printed_forms_that_need_more(statement: Statement, verdicts: dict[str, str]) -> None:
    ((number, verdict),) = verdicts.items()
    printed = statement.theorem.printed[int(number)]
    assert printed.claim is not None
    assert (printed.assumption is None) == (verdict == "ill-posed")
    assert printed.correction
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert replay
    assert "theoremcheck" not in replay
    if verdict == "holds-if":
        run = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr


def test_determinants_of_numbers() -> None:
    rows = ((2, 0, 1), (1, 3, -1), (0, 5, 4))
    assert first_row(rows) == leibniz(rows) == along_row(rows, 2) == along_column(rows, 1) == 39
    assert times(rows, adjugate(rows)) == ((39, 0, 0), (0, 39, 0), (0, 0, 39))
    assert first_row(()) == 1


def test_independence_depends_on_the_field() -> None:
    triangle = ((1, 1, 0), (0, 1, 1), (1, 0, 1))
    assert not independent(2, 3, triangle)
    assert independent(3, 3, triangle)
    assert spans(3, 3, triangle)
    assert (rank(2, triangle), rank(3, triangle)) == (2, 3)
    assert independent(2, 2, ())


def test_an_eigenvalue_may_be_missing_from_the_field() -> None:
    turn = ((0, 2), (1, 0))
    assert eigenvalues(3, turn) == roots(3, turn) == set()
    assert eigenvalues(2, ((0, 1), (1, 0))) == {1}


def test_blocks() -> None:
    assert jordan_block(2, 5, 7) == ((5, 1), (7, 5))
    assert less(((3, 1), (0, 3)), 3) == ((0, 1), (0, 0))
    assert block((2,), 1, 3) == ((2, 0, 0),)
    assert star(((1, I),)) == ((1,), (-I,))


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import linear_algebra as measured
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
