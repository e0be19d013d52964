"""The command line: exit statuses, suggestions, light imports, interruption."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sympy import Symbol

from theoremcheck.interface import run
from theoremcheck.interface.choice import NoSuch, choose, one_of
from theoremcheck.interface.command import main
from theoremcheck.theory import statements as theory
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.evidence import (
    Counterexample,
    Fails,
    Holds,
    MutantOutcome,
    PrintedOutcome,
    Report,
    StepOutcome,
    Strength,
    Unknown,
    to_json,
)
from theoremcheck.theory.statements import Printed, Statement, Step, Theorem, catalogue

X = Symbol("x", real=True)
REAL_REPORT = run._report


def square():
    derivation = (Step((X + 1) * (X + 1), "a square is a product"), Step(X**2 + 2 * X + 1, "distributivity"))
    printed = {518: Printed(Identity(X**2, X))}
    return Theorem(Identity((X + 1) ** 2, X**2 + 2 * X + 1), derivation, printed=printed)


def crash():
    raise RuntimeError("unforeseen")


def judge(statement):
    """Refutes what the source prints, and accepts what is not called bad."""
    if statement.name == "vae.bad":
        return Report(statement.name, to_json(Unknown("by hand")), {}, problems=["the claim is not decided: by hand"])
    answer = to_json(Holds(Strength.PROVED, "by hand"))
    point = Counterexample({"x": "2"}, "4", "==", "2", "exact", "print(2**2 == 2)")
    told = PrintedOutcome("refuted", to_json(Fails(point)), correction="x^2 = x_2 & more")
    steps = [StepOutcome("==", "x", "so", answer)] * 2
    mutants = [MutantOutcome("sign", True, "at x = 1: 1 == -1 is false")]
    return Report(statement.name, answer, {"x": "1"}, steps, mutants, {str(n): told for n in statement.answers})


def small_catalogue(*names, build=square):
    made = {"vae.square": Statement("vae.square", "A square of a sum.", (518,), ("key2000",), (), build)}
    made |= {name: Statement(name, "Another one.", (), (), (), build) for name in names}
    return made


@pytest.fixture
def toy(monkeypatch, capsys):
    """The command line over a small catalogue with a made judge: call it with arguments."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(run, "measurements", dict)
    monkeypatch.setattr(run, "_report", judge)

    def call(*arguments, known=None):
        known = known or small_catalogue()
        monkeypatch.setattr(theory, "catalogue", lambda: known)
        monkeypatch.setattr(sys, "argv", ["theoremcheck", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return subprocess.CompletedProcess(arguments, end.value.code or 0, out, err)

    return call


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "store")


def test_status_zero_when_everything_checks_out(toy, store, tmp_path):
    record, xml = tmp_path / "out.json", tmp_path / "out.xml"
    done = toy("check", "-j", "1", "--store", store, "--json", str(record), "--junit", str(xml))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 statements accepted" in done.stdout
    assert "total alpha 0 of 1e-06" in done.stdout
    assert json.loads(record.read_text())["ledger"][0]["verdict"] == "refuted"
    assert "<testcase" in xml.read_text()
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_status_one_when_a_claim_fails(toy, store):
    done = toy("check", "-j", "1", "--store", store, known=small_catalogue("vae.bad"))
    assert done.returncode == 1
    assert "FAILED vae.bad" in done.stdout
    assert "the claim is not decided: by hand" in done.stdout


def test_status_one_and_no_traceback_when_a_builder_crashes(toy, store, monkeypatch):
    monkeypatch.setattr(run, "_report", REAL_REPORT)
    done = toy("check", "-j", "1", "--store", store, known=small_catalogue(build=crash))
    assert done.returncode == 1
    assert "RuntimeError: unforeseen" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "vae.sqaure"], "did you mean vae.square?"),
        (["check", "vea"], "did you mean vae?"),
        (["check", "524"], "no statement answers number 524 yet"),
        (["check", "--seed", "-1"], "--seed"),
        (["check", "--json", "/no/such/folder/out.json"], "/no/such/folder/out.json"),
        (["check", "--store", "/no/such/folder/store"], "/no/such/folder/store"),
        (["chekc"], "Did you mean 'check'?"),
        (["ledger", "--topic", "gna"], "did you mean gan?"),
        (["ledger", "--verdict", "refutd"], "did you mean refuted?"),
        (["errata", "--format", "latx"], "did you mean latex?"),
        (["figures", "nothing", "--out", "somewhere"], "nothing"),
        (["show", "square"], "did you mean vae.square?"),
    ],
)
def test_status_two_for_bad_usage(toy, arguments, message):
    done = toy(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 5


def test_a_foreign_store_is_named_and_kept(toy, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("somebody's notes " * 100)
    done = toy("check", "--store", str(file))
    assert done.returncode == 2
    assert str(file) in done.stderr
    assert file.read_text() == "somebody's notes " * 100


def test_list_builds_no_expression(toy):
    done = toy("list", known=small_catalogue(build=crash))
    assert done.returncode == 0, done.stderr
    assert "vae.square" in done.stdout
    assert "518" in done.stdout


def test_show_typesets_the_derivation(toy, store):
    told = toy("show", "vae.square", "--store", store).stdout
    for part in (
        "A square of a sum.",
        "(x + 1)  = x  + 2⋅x + 1",
        "distributivity",
        "rejected",
        "counterexample",
        "key2000",
    ):
        assert part in told


def test_errata_in_three_forms(toy, store, tmp_path):
    terminal = toy("errata", "--topic", "vae", "--store", store).stdout
    assert "at x = 2: 4 == 2 is false" in terminal
    assert toy("errata", "--format", "markdown", "--store", store).stdout.startswith("# Errata")
    file = tmp_path / "errata.tex"
    assert toy("errata", "--format", "latex", "--out", str(file), "--store", store).returncode == 0
    text = file.read_text()
    assert text.startswith(r"\documentclass")
    assert text.rstrip().endswith(r"\end{document}")


def test_ledger_as_json_and_as_tables(toy, store):
    rows = json.loads(toy("ledger", "--json", "--store", store).stdout)
    assert len(rows) == 730
    assert {row["verdict"] for row in rows} == {"refuted", "open"}
    one = json.loads(toy("ledger", "--json", "--topic", "vae", "--verdict", "refuted", "--store", store).stdout)
    assert [row["equation"] for row in one] == ["518"]
    assert "730" in toy("ledger", "--store", store).stdout


SCRIPT = """
import sys, time
from theoremcheck.interface import run
from theoremcheck.interface.command import main
from theoremcheck.theory import statements as theory
from theoremcheck.theory.evidence import Holds, Report, Strength, to_json

def slow(statement):
    time.sleep(0.3)
    return Report(statement.name, to_json(Holds(Strength.PROVED, "by hand")), {})

def build(): pass

known = {f"vae.s{i}": theory.Statement(f"vae.s{i}", "words", (), (), (), build) for i in range(20)}
theory.catalogue = lambda: known if "check" in sys.argv else {}
run.measurements = lambda: {}
run._report = slow
main()
"""


def test_a_broken_pipe_is_silent(store):
    first = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "ledger", "--json", "--store", store],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with first:
        assert first.stdout.readline() == "[\n"
        first.stdout.close()
        errors = first.stderr.read()
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_control_c_ends_at_once_and_tells_what_was_decided(store):
    # A suite that runs in the background may have been told to ignore the signal, and would hand that down.
    command = [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)" + SCRIPT]
    command += ["check", "-j", "1", "--store", store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    assert all(line.startswith("proved") for line in lines)
    assert process.returncode == 130
    assert "interrupted" in rest
    assert "of 20 were decided" in rest
    assert errors == ""


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are listed from /proc")
def test_control_c_leaves_no_process_behind():
    script = (
        "import subprocess, sys, time\n"
        "from theoremcheck.interface.children import kill_children\n"
        'inner = \'import subprocess; p = subprocess.Popen(["sleep", "60"]); print(p.pid, flush=True); p.wait()\'\n'
        "child = subprocess.Popen([sys.executable, '-c', inner], stdout=subprocess.PIPE, text=True)\n"
        "grandchild = int(child.stdout.readline())\n"
        "kill_children()\n"
        "child.wait()\n"
        "print(grandchild)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    status = Path(f"/proc/{int(done.stdout)}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_help_and_version_load_nothing_heavy():
    for argument in ("--help", "--version"):
        script = (
            "import sys\n"
            "from theoremcheck.interface.command import main\n"
            f"sys.argv = ['theoremcheck', {argument!r}]\n"
            "try:\n    main()\n"
            "except SystemExit as end:\n    assert not end.code\n"
            "assert not {'sympy', 'numpy', 'torch', 'joblib', 'sqlite3'} & set(sys.modules)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "theoremcheck" in done.stdout


def test_words_choose_names_patterns_topics_and_numbers():
    known = catalogue()
    names = list(known)
    assert choose([], known) == names
    assert choose([names[-1], names[0]], known) == list(dict.fromkeys([names[0], names[-1]]))
    topic = known[names[0]].topic
    assert (
        choose([topic], known) == choose([f"{topic}.*"], known) == [one for one in names if known[one].topic == topic]
    )
    answering = next(one for one in names if known[one].answers)
    assert answering in choose([str(known[answering].answers[0])], known)
    with pytest.raises(NoSuch, match="did you mean"):
        choose([names[0] + "x"], known)
    with pytest.raises(NoSuch, match=r"there is no verdict 'q'$"):
        one_of("q", ["holds"], "verdict")
