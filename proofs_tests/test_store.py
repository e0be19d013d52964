"""The evidence store and the digests that its rows hang on."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from types import ModuleType

import pytest

from theoremcheck.interface import run
from theoremcheck.interface.digest import measurement_digest, statement_digest
from theoremcheck.interface.run import Evidence, gather
from theoremcheck.interface.store import Entry, Key, Store, StoreError
from theoremcheck.numerics.intervals import hoeffding_mean
from theoremcheck.numerics.measurement import ALPHA_PER_TEST, Estimate, Tier, measures
from theoremcheck.theory import statements as theory
from theoremcheck.theory.evidence import Holds, Report, Strength, to_json
from theoremcheck.theory.statements import statements_of

TOY = '''
from sympy import Symbol
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.statements import Step, Theorem, statement

x = Symbol("x", real=True)
factor = 2 * x

def twice(value):
    return 2 * value

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

@statement(answers=(1,))
def alone():
    """Nothing refers to it."""
    return Theorem(Identity(x, x))

@statement()
def base():
    """Others refer to it."""
    return Theorem(Identity(twice(x), factor))

@statement()
def stepping():
    """It cites base in a step."""
    return Theorem(Identity(x, x), derivation=(Step(x, "so", by=base.at()),))

@statement(cites=(base,))
def citing():
    """It cites base by name."""
    return Theorem(Identity(x, x))

@statement()
def parity():
    """It calls functions that call each other."""
    return Theorem(Identity(int(even(4)), int(odd(3))))

@statement()
def parity_again():
    """The same from the other end."""
    return Theorem(Identity(int(odd(3)), 1))
'''


def toy(source, monkeypatch):
    """The statements of a topic module with this text, as the whole catalogue."""
    module = ModuleType("toys.toy")
    exec(compile(source, "toy.py", "exec"), vars(module))
    known = {one.name: one for one in statements_of(module)}
    monkeypatch.setattr(theory, "catalogue", lambda: known)
    return known


def digests(source, monkeypatch):
    known = toy(source, monkeypatch)
    found = {name.partition(".")[2]: statement_digest(one) for name, one in known.items()}
    assert not any("theorem" in vars(one) for one in known.values()), "a digest must not build an expression"
    return found


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        (
            "Theorem(Identity(x, x))\n\n@statement()\ndef base",
            "Theorem(Identity(x, -x))\n\n@statement()\ndef base",
            {"alone"},
        ),
        ("Identity(twice(x), factor)", "Identity(twice(x), x + x)", {"base", "stepping", "citing"}),
        ("return 2 * value", "return 3 * value", {"base", "stepping", "citing"}),
        ("factor = 2 * x", "factor = 3 * x", {"base", "stepping", "citing"}),
        ("return n != 0 and even", "return n > 0 and even", {"parity", "parity_again"}),
        ("answers=(1,)", "answers=(1, 2)", {"alone"}),
        ("\n@statement()\ndef base", "\n\n\n# a remark\n\n@statement()\ndef base", set()),
        ("def twice", "unrelated = 5\n\ndef twice", set()),
        ('"x", real=True', '"x", positive=True', {"alone", "base", "stepping", "citing"}),
    ],
)
def test_an_edit_makes_exactly_what_depends_on_it_stale(old, new, stale, monkeypatch):
    assert TOY.count(old) == 1
    before, after = digests(TOY, monkeypatch), digests(TOY.replace(old, new), monkeypatch)
    assert {name for name in before if before[name] != after[name]} == stale


def test_moving_a_statement_changes_nothing(monkeypatch):
    head, *parts = TOY.split("\n@statement")
    moved = "\n@statement".join([head, *parts[1:], parts[0]])
    assert digests(moved, monkeypatch) == digests(TOY, monkeypatch)


def test_digests_depend_on_neither_process_nor_order():
    script = (
        "import sys\n"
        "from theoremcheck.theory.statements import catalogue\n"
        "from theoremcheck.interface.digest import measurement_digest, statement_digest\n"
        "from theoremcheck.interface.run import measurements\n"
        "names = sorted(catalogue(), reverse=len(sys.argv) > 1)\n"
        "print(sorted((name, statement_digest(catalogue()[name])) for name in names))\n"
        "print(sorted((key, measurement_digest(one, 'quick', 0)) for key, one in measurements().items()))\n"
        "assert not any('theorem' in vars(one) for one in catalogue().values())\n"
        "assert not {'torch', 'matplotlib', 'sklearn'} & set(sys.modules)\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script, *extra],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, extra in (("1", []), ("2", ["reversed"]))
    ]
    assert outputs[0] == outputs[1]


def test_digests_do_not_depend_on_what_was_built_before():
    script = (
        "import sys\n"
        "from theoremcheck.theory.symbols import positive\n"
        "if len(sys.argv) > 1:\n"
        "    kept = positive('sigma', typical=(7, 9)) ** 2\n"  # SymPy would give it out again for an equal one
        "from theoremcheck.theory import gan, vae\n"
        "from theoremcheck.theory.statements import statements_of\n"
        "from theoremcheck.interface.digest import statement_digest\n"
        "if len(sys.argv) > 1:\n"
        "    [one.theorem.claim.latex() for module in (gan, vae) for one in statements_of(module)]\n"
        "print([statement_digest(one) for one in statements_of(vae)])\n"
    )
    outputs = [
        subprocess.run([sys.executable, "-c", script, *extra], capture_output=True, text=True, check=True).stdout
        for extra in ([], ["built"])
    ]
    assert outputs[0] == outputs[1]


class Silent:
    """Watches a run without a word, and remembers what was computed."""

    def __init__(self):
        self.computed = []

    def begin(self, pending, reused):
        pass

    def working(self, names):
        pass

    def done(self, key, result, seconds):
        self.computed.append(key.name)


@measures("toy.base", route="the mean of uniform draws")
def mean(rng, tier):
    draws = rng.random(tier.choose(quick=500, full=1000))
    return [Estimate("mean", hoeffding_mean(draws, 0, 1, ALPHA_PER_TEST), 0.5, {"twice": 1.0})]


@pytest.fixture
def judged(monkeypatch):
    """A judge that accepts, and one measurement."""

    def accept(statement):
        return Report(statement.name, to_json(Holds(Strength.PROVED, "by hand")), {}, cites=list(statement.cites))

    monkeypatch.setattr(run, "_report", accept)
    monkeypatch.setattr(run, "measurements", lambda: {mean.key: mean})


def gathered(store, known, seed=0, tier=Tier.QUICK, **options):
    watch, evidence = Silent(), Evidence(tier, seed)
    gather(evidence, known, store, watch, **options)
    return evidence, watch.computed


def test_a_second_run_reuses_everything(tmp_path, monkeypatch, judged):
    known = toy(TOY, monkeypatch)
    with Store(tmp_path / "store") as store:
        first, computed = gathered(store, known)
        assert len(computed) == 7 == len(store)
        assert first.passed
    with Store(tmp_path / "store") as store:
        second, computed = gathered(store, known)
        assert computed == []
        assert len(second.reused) == 7
        assert second.reports == first.reports
        assert second.measured == first.measured
        assert gathered(store, known, fresh=True)[1] != []


def test_a_changed_statement_makes_its_rows_stale(tmp_path, monkeypatch, judged):
    with Store(tmp_path / "store") as store:
        gathered(store, toy(TOY, monkeypatch))
        changed = TOY.replace("Identity(twice(x), factor)", "Identity(twice(x), x + x)")
        _, computed = gathered(store, toy(changed, monkeypatch))
    assert sorted(computed) == ["toy.base", "toy.base/mean", "toy.citing", "toy.stepping"]


def test_what_a_statement_rests_on_is_decided_too(tmp_path, monkeypatch, judged):
    known = toy(TOY, monkeypatch)
    with Store(tmp_path / "store") as store:
        evidence, computed = gathered(store, ["toy.citing"])
    assert computed == ["toy.citing", "toy.base"]
    assert list(evidence.reports) == [name for name in known if name in computed]


def test_seeds_and_tiers_have_rows_of_their_own_and_theorems_have_neither(tmp_path, monkeypatch, judged):
    known = toy(TOY, monkeypatch)
    with Store(tmp_path / "store") as store:
        first, _ = gathered(store, known)
        second, computed = gathered(store, known, seed=1)
        assert computed == ["toy.base/mean"]
        assert gathered(store, known, tier=Tier.FULL)[1] == ["toy.base/mean"]
        assert gathered(store, known)[1] == []
    low = [one.measured["toy.base/mean"].estimates[0].low for one in (first, second)]
    assert low[0] != low[1]
    assert first.passed
    assert second.passed
    assert measurement_digest(mean, "quick", 0) != measurement_digest(mean, "quick", 1)


def test_what_ran_out_of_budget_or_broke_is_tried_again(tmp_path, monkeypatch, judged):
    known = toy(TOY, monkeypatch)
    with Store(tmp_path / "store") as store:
        for reason in ("out of budget: stopped after 20 s", f"{run.BROKEN}: ValueError: no"):
            answer = {"answer": "unknown", "reason": reason}
            monkeypatch.setattr(run, "_report", lambda one, said=answer: Report(one.name, said, None))
            evidence, computed = gathered(store, ["toy.alone"])
            assert computed == ["toy.alone"]
            assert not evidence.passed
        assert len(store) == 0
        assert known


def test_a_crash_is_a_result_that_is_not_accepted(tmp_path, monkeypatch):
    toy(
        TOY.replace(
            "return Theorem(Identity(x, x))\n\n@statement()\ndef base", "return 1 / 0\n\n@statement()\ndef base"
        ),
        monkeypatch,
    )
    with Store(tmp_path / "store") as store:
        evidence, _ = gathered(store, ["toy.alone"])
    assert not evidence.passed
    assert "ZeroDivisionError" in evidence.failures[0][1][0]
    assert evidence.reports["toy.alone"].printed["1"].verdict == "open"


KEY, ENTRY = Key("statement", "toy.alone"), Entry("digest", 0.5, "2030-01-01", {"a": [1, None, "π"]})


def test_entries_come_back_as_they_were(tmp_path):
    with Store(tmp_path / "store") as store:
        store.put(KEY, ENTRY)
    with Store(tmp_path / "store") as store:
        assert store.get(KEY, "digest") == ENTRY
        assert store.get(KEY, "another") is None
        assert store.get(Key("measurement", "toy.alone"), "digest") is None


def test_two_runs_may_share_a_store(tmp_path):
    with Store(tmp_path / "store") as one, Store(tmp_path / "store") as other:
        one.put(KEY, ENTRY)
        other.put(Key("statement", "toy.base"), ENTRY)
        assert other.get(KEY, "digest") == ENTRY
        assert len(one) == len(other) == 2


def test_a_store_of_another_version_is_emptied(tmp_path):
    with Store(tmp_path / "store") as store:
        store.put(KEY, ENTRY)
    with sqlite3.connect(tmp_path / "store") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with Store(tmp_path / "store") as store:
        assert len(store) == 0


def test_a_file_that_is_no_store_is_named_and_left_alone(tmp_path):
    text, foreign = tmp_path / "notes.txt", tmp_path / "foreign.db"
    text.write_text("not a database, but somebody's notes\n" * 100)
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE treasure (gold)")
    connection.commit()
    connection.close()
    for path in (text, foreign, tmp_path, tmp_path / "absent" / "store"):
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(StoreError, match=str(path)):
            Store(path)
        assert before == (path.read_bytes() if path.is_file() else None)


def test_a_damaged_store_is_named(tmp_path):
    path = tmp_path / "store"
    with Store(path) as store:
        for index in range(200):
            store.put(Key("statement", f"toy.s{index}"), Entry("digest", 0, "", {"text": "x" * 500}))
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    path.write_bytes(damaged)

    def read():
        with Store(path) as store:
            return [store.get(Key("statement", f"toy.s{index}"), "digest") for index in range(200)]

    with pytest.raises(StoreError, match=str(path)):
        read()


SLOW_RUN = """
import sys, time
from types import ModuleType
from sympy import Integer
from theoremcheck.interface import run
from theoremcheck.interface.command import main
from theoremcheck.theory import statements as theory
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.evidence import Holds, Report, Strength, to_json

def slow(statement):
    time.sleep(0.2)
    return Report(statement.name, to_json(Holds(Strength.PROVED, "by hand")), {})

def build(): pass

known = {f"toy.s{i}": theory.Statement(f"toy.s{i}", "words", (), (), (), build) for i in range(12)}
theory.catalogue = lambda: known
run.measurements = lambda: {}
run._report = slow
sys.argv[0] = "theoremcheck"
main()
"""


def test_a_killed_run_leaves_what_it_finished(tmp_path):
    path = tmp_path / "store"
    command = [sys.executable, "-c", SLOW_RUN, "check", "-j", "1", "--store", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGKILL)
    assert all(line.startswith("proved") for line in lines)
    with Store(path) as store:
        finished = len(store)
    assert 3 <= finished < 12
    begun = time.perf_counter()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert f"reused {finished} of 12 results" in again.stdout
    assert time.perf_counter() - begun >= 0.2 * (12 - finished)
