"""The ledger: it is complete, and no verdict stands in it without evidence."""

import ast
import re
from pathlib import Path

import pytest

import theoremcheck
from theoremcheck.interface.run import measurements
from theoremcheck.theory.evidence import (
    Counterexample,
    Fails,
    Holds,
    PrintedOutcome,
    Report,
    Strength,
    Unknown,
    to_json,
)
from theoremcheck.theory.ledger import VERDICTS, fully_proved, rows
from theoremcheck.theory.source import equation, equations
from theoremcheck.theory.statements import Statement, catalogue, statements_of, topic_module, topics

ROOT = Path(theoremcheck.__file__).parent


def numbers_of(topic):
    return {row.equation for row in equations() if row.topic == topic}


def test_the_ledger_has_a_row_for_each_equation():
    told = [row.equation for row in rows({})]
    survey, second = [one for one in told if one.isdigit()], [one for one in told if not one.isdigit()]
    assert sorted(map(int, survey)) == list(range(1, 714))
    assert len(second) == len(set(second)) == 17
    assert all(re.fullmatch(r"B[1-8]|BT[1-9]", one) for one in second)


def test_without_evidence_everything_is_open():
    assert {row.verdict for row in rows({})} == {"open"}
    assert {row.strength for row in rows({})} == {None}


@pytest.mark.parametrize("topic", topics())
def test_a_topic_declares_the_numbers_that_the_source_gives_it(topic):
    declared = [str(number) for number in topic_module(topic).EQUATIONS]
    assert len(set(declared)) == len(declared), "a number is declared twice"
    assert set(declared) == numbers_of(topic)


@pytest.mark.parametrize("topic", topics())
def test_each_declared_number_is_answered(topic):
    answered = {str(number) for one in statements_of(topic_module(topic)) for number in one.answers}
    assert answered == {str(number) for number in topic_module(topic).EQUATIONS}


def test_no_number_is_declared_by_two_topics():
    declared = [str(number) for topic in topics() for number in topic_module(topic).EQUATIONS]
    assert len(set(declared)) == len(declared)


def test_topics_stand_in_every_room():
    """A module of a topic in one room has its twins in the others."""
    known = {row.topic for row in equations()}
    rooms = {
        room: {path.stem for path in (ROOT / room).glob("*.py")} & known for room in ("theory", "numerics", "figures")
    }
    rooms["proofs_tests"] = {
        path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")
    } & known
    assert all(found == set(topics()) for found in rooms.values()), rooms


def test_each_measurement_belongs_to_a_statement_of_its_module_s_topic():
    known = catalogue()
    for key, one in measurements().items():
        assert one.statement in known, key
        module = one.function.__module__.rpartition(".")[2]
        assert module not in topics() or module == one.statement.partition(".")[0], key


def test_no_verdict_is_typed_in():
    """No topic module names a verdict: the judge computes them."""
    for topic in topics():
        tree = ast.parse((ROOT / "theory" / f"{topic}.py").read_text(encoding="utf-8"))
        words = [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert not set(words) & set(VERDICTS), topic


# ------------------------------------------------------------------------------- a small catalogue with made reports

HOLDS = to_json(Holds(Strength.PROVED, "by hand"))
POINT = Counterexample({"x": "2"}, "4", "==", "2", "exact")
FAILS = to_json(Fails(POINT, "by hand"))


def named(name, *numbers):
    return Statement(f"vae.{name}", "Words.", numbers, (), (), lambda: None)


def report(one, verdict="holds", answer=HOLDS, problems=(), cites=(), **outcome):
    printed = {str(number): PrintedOutcome(verdict, outcome.pop("told", None), **outcome) for number in one.answers}
    return Report(one.name, answer, {}, printed=printed, problems=list(problems), cites=list(cites))


def row_of(number, *made, contradicted=None):
    reports = {one.name: told for one, told in made if told is not None}
    found = rows(reports, contradicted, {one.name: one for one, _ in made})
    return next(row for row in found if row.equation == str(number))


ONE, OTHER = named("one", 518), named("other", 518)


def test_an_accepted_statement_decides_its_number():
    row = row_of(518, (ONE, report(ONE)))
    assert (row.verdict, row.strength, row.statements, row.note) == ("holds", "proved", ["vae.one"], None)
    assert row.printed == equation(518).printed


def test_a_refuted_number_carries_its_counterexample_and_correction():
    row = row_of(518, (ONE, report(ONE, "refuted", told=FAILS, correction="x = x")))
    assert (row.verdict, row.correction, row.counterexample["point"]) == ("refuted", "x = x", {"x": "2"})


def test_holds_if_carries_its_assumption():
    row = row_of(518, (ONE, report(ONE, "holds-if", told=FAILS, assumption="x is one")))
    assert (row.verdict, row.assumption) == ("holds-if", "x is one")


def test_a_number_that_is_not_checked_yet_is_open_though_another_statement_holds():
    row = row_of(518, (ONE, report(ONE)), (OTHER, None))
    assert (row.verdict, row.strength) == ("open", None)
    assert "vae.other" in row.note


def test_a_statement_that_is_not_accepted_leaves_its_number_open():
    made = report(ONE, "open", to_json(Unknown("too hard")), ["the claim is not decided: too hard"])
    row = row_of(518, (ONE, made))
    assert (row.verdict, row.strength) == ("open", None)
    assert "too hard" in row.note


def test_the_worst_verdict_counts():
    refuted = report(OTHER, "refuted", told=FAILS)
    assert row_of(518, (ONE, report(ONE)), (OTHER, refuted)).verdict == "refuted"


def test_a_measurement_that_contradicts_opens_what_was_proved():
    row = row_of(518, (ONE, report(ONE)), contradicted={"vae.one": "predicted 1, measured [2, 3]"})
    assert (row.verdict, row.strength) == ("open", None)
    assert "measured [2, 3]" in row.note


def test_what_rests_on_an_unaccepted_statement_says_so():
    failed = report(OTHER, "open", to_json(Unknown("no")), ["no"])
    unused = named("other")
    row = row_of(518, (ONE, report(ONE, cites=["vae.other"])), (unused, failed))
    assert "rests on" in row.note
    assert fully_proved({"vae.one": report(ONE, cites=["vae.absent"])}) == set()


def test_circular_citations_are_named():
    made = {"vae.one": report(ONE, cites=["vae.other"]), "vae.other": report(OTHER, cites=["vae.one"])}
    with pytest.raises(ValueError, match=r"circle: vae\.one -> vae\.other -> vae\.one"):
        fully_proved(made)


def test_a_problem_alone_denies_acceptance():
    """A claim that holds, but one of whose mutants survives, is open, whatever its printed form was said to be."""
    made = report(ONE, "holds", problems=["the mutant 'sign' survives"])
    assert not made.accepted
    assert row_of(518, (ONE, made)).verdict == "open"
