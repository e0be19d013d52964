"""Probability: every statement is accepted, every number has its verdict, every measurement passes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from sympy import Integer

from theoremcheck.theory import event_spaces, probability
from theoremcheck.theory import probability_terms as terms
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition, Inequality
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide, decide_all
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(probability)
BUDGET = Budget(seconds=60)
VERDICTS = {
    "636": "definition",
    "637": "holds",
    "638": "holds",
    "639": "definition",
    "640": "holds",
    "641": "definition",
}


def short(one: Any) -> str:
    """A statement's name without the topic."""
    return str(one.name.partition(".")[2])


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = [number for one in ALL for number in one.answers]
    assert sorted(answered) == [*range(636, 642)] == sorted(probability.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.parametrize("statement", ALL, ids=short)
def test_what_is_claimed_holds(statement: Statement) -> None:
    for part, answer in zip(parts(statement.claim), decide_all(parts(statement.claim), BUDGET), strict=True):
        assert isinstance(answer, Holds), part.latex()


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts_and_mutants_are_rejected(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)
    for number, outcome in report.printed.items():
        assert outcome.verdict == VERDICTS[number]
        assert outcome.note or number == "640"


@pytest.mark.parametrize("name", ["mass_total", "density_total", "conditional_law", "union_bound"])
def test_mutants_written_by_hand_are_rejected(name: str) -> None:
    mutants = getattr(probability, name).theorem.mutants
    for mutant, answer in zip(mutants, decide_all(list(mutants.values()), BUDGET), strict=True):
        assert isinstance(answer, Fails), mutant


def test_only_equalities_are_exempt_from_flipping() -> None:
    for one in ALL:
        claims = getattr(one.claim, "claims", {})
        for name in one.theorem.exempt:
            part = name.removesuffix(": relation flipped")
            half, other = claims[part], claims[_other_half(part)]
            assert isinstance(half, Inequality)
            assert (half.lhs, half.rhs) == (other.lhs, other.rhs)
            assert {half.relation, other.relation} == {"<=", ">="}


def _other_half(part: str) -> str:
    name, _, half = part.rpartition(", ")
    return f"{name}, {'at most' if half == 'at least' else 'at least'}"


def test_the_mass_of_an_integer_is_counted_over_a_half_open_interval() -> None:
    claims = probability.mass_total.claim.claims
    step = claims["step, at most"].lhs
    for counted, i in product(range(4), range(4)):
        added = step.args[0].args[0] + step.args[1].args[0]
        assert (added / terms.p).subs({terms.N: counted, terms.i: i}) == (counted <= i + 1)


def test_inequalities_that_need_positive_indicators_fail_for_their_sum() -> None:
    both = terms.P(terms.A + terms.B)
    assert isinstance(decide(Inequality(both, "<=", Integer(1)), BUDGET), Fails)


def test_events_that_are_independent_in_pairs_alone() -> None:
    found = set(event_spaces.only_pairwise(4))
    assert len(found) == 48
    for triple in found:
        assert event_spaces.independent(triple, 2)
        assert not event_spaces.independent(triple, 3)
        assert event_spaces.chance(event_spaces.meet(triple)) in (0, Fraction(1, 4))
    assert not any(list(event_spaces.only_pairwise(size)) for size in (1, 2, 3))


def test_unions_and_meets() -> None:
    some = ((True, False, False), (True, True, False))
    assert event_spaces.join(some) == some[1]
    assert event_spaces.meet(some) == some[0]
    assert event_spaces.chance(some[1]) == Fraction(2, 3)
    assert len(event_spaces.events(5)) == 32


def test_probabilities_are_summed_over_outcomes() -> None:
    numerics = pytest.importorskip("theoremcheck.numerics.probability")
    even = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]
    assert numerics.over_outcomes(terms.P(terms.A), u=np.array(even)) == 0.5
    assert sum(numerics._masses(5, Fraction(1, 3))) == 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import probability as measured
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    assert {one.name for one in ALL if one.answers} <= {one.statement for one in found}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status is Status.MEASURED, report.problems
