"""A run: what counts as a failure, what the records hold, and that processes change nothing."""

import json
import math
import subprocess
import sys
from xml.etree.ElementTree import tostring

import numpy as np
import pytest

from theoremcheck.interface import run
from theoremcheck.interface.junit import junit
from theoremcheck.interface.record import record
from theoremcheck.interface.run import Evidence, gather, plan
from theoremcheck.interface.store import Store
from theoremcheck.numerics.intervals import Interval
from theoremcheck.numerics.measurement import ALPHA_BUDGET, Estimate, Tier, measures
from theoremcheck.theory import statements as theory
from theoremcheck.theory.evidence import Holds, PrintedOutcome, Report, Strength, Unknown, to_json
from theoremcheck.theory.statements import Statement, catalogue


def estimate(predicted, alpha=1e-9):
    return [Estimate("a number", Interval(0.0, 1.0, alpha, "by hand", 10), predicted, {"far": 9.0})]


@measures("vae.right", route="by hand")
def agrees(rng, tier):
    return estimate(0.5)


@measures("vae.right", route="by hand", needs=("no_such_module",))
def lacks(rng, tier):
    return estimate(0.5)


@measures("vae.right", route="by hand")
def contradicts(rng, tier):
    return estimate(2.0)


@measures("vae.right", route="by hand")
def breaks(rng, tier):
    raise ZeroDivisionError("by hand")


@measures("vae.right", route="by hand")
def exact(rng, tier):
    return estimate(0.5, alpha=0.0)


@measures("vae.right", route="by hand")
def in_numpy(rng, tier):
    return [Estimate("a number", Interval(*np.array([0.0, 1.0]), 0.0, "by hand", 10), np.float64(0.5), {"far": 9.0})]


def never():
    raise AssertionError("no expression may be built")


RIGHT = Statement("vae.right", "It is accepted.", (518,), (), (), never)
WRONG = Statement("vae.wrong", "It is not.", (519,), (), (), never)


class Mute:
    def begin(self, pending, reused): ...

    def working(self, names): ...

    def done(self, key, result, seconds): ...


@pytest.fixture
def decided(monkeypatch, tmp_path):
    """A function that carries out a run over RIGHT, perhaps WRONG, and some measurements."""

    def report(statement):
        good = statement is RIGHT
        answer = Holds(Strength.PROVED, "by hand") if good else Unknown("by hand")
        verdict = PrintedOutcome("holds" if good else "open", None)
        problems = [] if good else ["the claim is not decided: by hand"]
        return Report(
            statement.name, to_json(answer), {}, printed={str(statement.answers[0]): verdict}, problems=problems
        )

    def decide(*measurements, wrong=False):
        known = {one.name: one for one in (RIGHT, *([WRONG] if wrong else []))}
        monkeypatch.setattr(theory, "catalogue", lambda: known)
        monkeypatch.setattr(run, "measurements", lambda: {one.key: one for one in measurements})
        monkeypatch.setattr(run, "_report", report)
        evidence = Evidence(Tier.QUICK, 0)
        with Store(tmp_path / "store") as store:
            gather(evidence, known, store, Mute(), fresh=True)
        return evidence

    return decide


def verdict_of(evidence, number):
    return next(row for row in evidence.ledger() if row.equation == number)


def test_all_is_well_with_an_accepted_statement_and_its_measurement(decided):
    evidence = decided(agrees, exact)
    assert evidence.passed
    assert evidence.comparisons == 1
    assert evidence.alpha == 1e-9
    assert verdict_of(evidence, "518").verdict == "holds"


def test_numbers_of_numpy_are_stored_as_plain_ones(decided):
    evidence = decided(in_numpy)
    assert evidence.passed
    assert type(evidence.measured["vae.right/in_numpy"].estimates[0].accepted) is bool


def test_a_missing_extra_is_named_and_is_neither_a_failure_nor_measured(decided):
    evidence = decided(lacks)
    assert evidence.passed
    assert list(evidence.unmeasured) == ["vae.right/lacks"]
    assert not evidence.measured["vae.right/lacks"].passed


def test_a_measurement_that_contradicts_fails_the_run_and_opens_the_row(decided):
    evidence = decided(agrees, contradicts)
    assert not evidence.passed
    assert [name for name, _ in evidence.failures] == ["vae.right/contradicts"]
    row = verdict_of(evidence, "518")
    assert row.verdict == "open"
    assert "contradicts" in row.note


def test_a_measurement_that_breaks_fails_the_run_but_contradicts_nothing(decided):
    evidence = decided(breaks)
    assert not evidence.passed
    assert verdict_of(evidence, "518").verdict == "holds"


def test_a_statement_that_is_not_accepted_fails_the_run(decided):
    evidence = decided(wrong=True)
    assert not evidence.passed
    assert evidence.failures == [("vae.wrong", ["the claim is not decided: by hand"])]
    assert verdict_of(evidence, "519").verdict == "open"


def test_a_run_that_overspends_its_false_alarms_fails(decided, monkeypatch):
    evidence = decided(agrees)
    assert evidence.passed
    monkeypatch.setattr(run, "ALPHA_BUDGET", 1e-10)
    assert not evidence.passed


def test_the_whole_suite_stays_within_its_budget_for_false_alarms():
    stochastic = math.fsum(1e-9 for _ in run.measurements())
    assert stochastic <= ALPHA_BUDGET


def test_a_plan_names_each_theorem_and_each_of_its_measurements_once():
    keys = plan(catalogue(), Tier.QUICK, 3)
    assert len(set(keys)) == len(keys) == len(catalogue()) + len(run.measurements())
    assert {key.name for key in keys if key.kind == "statement"} == set(catalogue())


def test_the_record_is_plain_versioned_data(decided):
    evidence = decided(agrees, lacks, wrong=True)
    data = json.loads(json.dumps(record(evidence, evidence.ledger(["vae"]))))
    assert (data["schema"], data["seed"], data["tier"], data["passed"]) == (1, 0, "quick", False)
    assert [one["name"] for one in data["statements"]] == ["vae.right", "vae.wrong"]
    assert [one["status"] for one in data["measurements"]] == ["measured", "needs extra"]
    assert {row["topic"] for row in data["ledger"]} == {"vae"}
    assert data["budget"] == {"comparisons": 1, "alpha": 1e-9, "limit": 1e-6}


def test_junit_has_a_case_for_each_result(decided):
    tree = junit(decided(agrees, lacks, contradicts, breaks, wrong=True))
    counts = [{key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} for suite in tree.getroot()]
    assert counts == [
        {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"},
        {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"},
    ]
    assert b'name="right/contradicts"' in tostring(tree.getroot())


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in ("seconds", "date")}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def test_processes_change_nothing(tmp_path):
    names = list(catalogue())[:2]
    records = []
    for jobs in ("1", "2"):
        file, store = tmp_path / f"{jobs}.json", tmp_path / f"{jobs}.store"
        command = ["check", *names, "-j", jobs, "--store", str(store), "--json", str(file), "--seed", "5"]
        script = "from theoremcheck.interface.command import main; main()"
        done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        records.append(json.loads(file.read_text(encoding="utf-8")))
    assert timeless(records[0]) == timeless(records[1])
    assert {one["name"] for one in records[0]["statements"]} >= set(names)
