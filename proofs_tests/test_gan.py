"""The adversarial game: every statement is accepted, every number has its verdict, every measurement passes."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from sympy import Rational, log, oo

from theoremcheck.theory import divergence, gan, transport
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of
from theoremcheck.theory.symbols import density

ALL = statements_of(gan)
BUDGET = Budget(seconds=60)
ANSWERED = {402, 403, *range(506, 518)}


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered_once_at_least() -> None:
    assert {number for one in ALL for number in one.answers} == ANSWERED == set(gan.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.parametrize("statement", [one for one in ALL if one.answers], ids=short)
def test_what_answers_a_number_holds(statement: Statement) -> None:
    for part in parts(statement.claim):
        assert isinstance(decide(part, BUDGET), Holds), part.latex()


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


@pytest.mark.parametrize(
    ("statement", "mutant"),
    [(one, name) for one in ALL for name in one.theorem.mutants if not isinstance(one.claim, Definition)],
    ids=short,
)
def test_mutants_written_by_hand_are_rejected(statement: Statement, mutant: str) -> None:
    answers = [decide(part, BUDGET) for part in parts(statement.theorem.mutants[mutant])]
    assert any(isinstance(answer, Fails) for answer in answers)


def test_the_printed_generator_gradient_is_rejected_and_its_counterexample_replays() -> None:
    printed = gan.generator_gradient.theorem.printed[514]
    assert printed.claim is not None
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert replay
    assert "theoremcheck" not in replay
    run = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "verdicts"),
    [
        (gan.generator_gradient, {"514": "refuted"}),
        (gan.nonsaturating_loss, {"403": "definition", "513": "definition", "515": "definition"}),
        (gan.value_at_optimum, {"508": "holds"}),
        (gan.kantorovich_rubinstein, {"517": "holds"}),
    ],
    ids=short,
)
def test_verdicts(statement: Statement, verdicts: dict[str, str]) -> None:
    printed = check(statement, BUDGET).printed
    assert {number: outcome.verdict for number, outcome in printed.items()} == verdicts
    assert all(outcome.correction for outcome in printed.values() if outcome.verdict == "refuted")


@pytest.mark.parametrize(("p", "q"), [((1, 0, 0), (0, 1, 1)), ((3, 1, 0), (1, 1, 2)), ((1, 2, 3), (1, 2, 3))])
def test_a_plan_certifies_itself(p: tuple[int, ...], q: tuple[int, ...]) -> None:
    one, other, metric = transport.law(*p), transport.law(*q), transport.path_metric(3)
    plan = transport.solve(one, other, metric)
    assert plan.marginals == (one, other)
    assert plan.least_mass >= 0
    assert plan.steepness <= 1
    assert plan.slack_on_rays == 0
    area = transport.total(abs(transport.total(one[: k + 1]) - transport.total(other[: k + 1])) for k in range(2))
    assert plan.cost == plan.gain == area


def test_laws_of_different_mass_have_no_plan() -> None:
    with pytest.raises(ValueError, match="different masses"):
        transport.solve((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1)), transport.path_metric(2))


def test_the_discrete_metric_gives_the_total_variation() -> None:
    for p in transport.laws(3, 4):
        for q in transport.laws(3, 4):
            cost = transport.solve(p, q, transport.discrete_metric(3)).cost
            assert 2 * cost == transport.total(abs(a - b) for a, b in zip(p, q, strict=True))


def test_divergences_of_finite_laws() -> None:
    half = Rational(1, 2)
    assert divergence.finite_kl((half, half, 0), (Rational(1, 4), Rational(1, 4), half)) == log(2)
    assert divergence.finite_kl((half, half), (1, 0)) == oo
    assert divergence.finite_js((1, 0), (0, 1)) == log(2)
    assert divergence.finite_js((half, half), (half, half)) == 0
    assert divergence.finite_total_variation((1, 0), (half, half)) == half
    with pytest.raises(ValueError, match="is no law"):
        divergence.finite_kl((half, half), (half, Rational(1, 3)))


def test_conjugates_are_those_of_the_generators() -> None:
    ratio = Rational(9, 4)
    for one in divergence.SMOOTH:
        t = one.best_critic(ratio)
        young = ratio * t - one.f.subs(divergence.u, ratio)
        assert float(young - one.conjugate.subs(one.t, t)) == pytest.approx(0, abs=1e-14)
        assert one.f.subs(divergence.u, 1) == 0
        assert one.between(density("p"), density("q")).has(density("p"))


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import gan as measured_gan
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_gan)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
