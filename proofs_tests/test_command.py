"""The command line: exit statuses, suggestions, light imports, interruption."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from theoremcheck.interface.choice import NoSuch, choose, one_of
from theoremcheck.theory.statements import catalogue

TOY = """
import os, sys, time
from sympy import Symbol
from theoremcheck.interface import run
from theoremcheck.interface.command import main
from theoremcheck.theory import statements as theory
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.evidence import *
from theoremcheck.theory.statements import Printed, Statement, Step, Theorem

x = Symbol("x", real=True)

def square():
    derivation = (Step((x + 1) * (x + 1), "a square is a product"), Step(x**2 + 2 * x + 1, "distributivity"))
    return Theorem(Identity((x + 1) ** 2, x**2 + 2 * x + 1), derivation, printed={518: Printed(Identity(x**2, x))})

def build():
    if "list" in sys.argv:
        raise SystemExit("an expression was built")
    return square()

def report(statement):
    time.sleep(float(os.environ.get("SLOW", "0")))
    if statement.name == "vae.crash":
        raise RuntimeError("unforeseen")
    good = statement.name != "vae.bad"
    answer = to_json(Holds(Strength.PROVED, "by hand") if good else Unknown("by hand"))
    point = Counterexample({"x": "2"}, "4", "==", "2", "exact", "print(2**2 == 2)")
    told = PrintedOutcome("refuted", to_json(Fails(point)), correction="x^2 = x_2 & more") if good else PrintedOutcome("open", None)
    steps = [StepOutcome("==", "x", "so", answer)] * 2
    mutants = [MutantOutcome("sign", True, "at x = 1: 1 == -1 is false")]
    return Report(statement.name, answer, {"x": "1"}, steps, mutants, {str(n): told for n in statement.answers},
                  [] if good else ["the claim is not decided: by hand"])

names = os.environ.get("NAMES", "vae.square").split()
known = {name: Statement(name, "A square of a sum.", (518,) if name == "vae.square" else (), ("key2000",), (), build) for name in names}
theory.catalogue = lambda: known
run.measurements = lambda: {}
real = run._report
if "vae.crash" not in names:
    run._report = report
sys.argv[0] = "theoremcheck"
main()
"""


def toy(*arguments, names="vae.square", stdin=None, **options):
    """Run the command line over a small catalogue with a made judge."""
    environment = {**os.environ, "NAMES": names, "COLUMNS": "80", **options}
    command = [sys.executable, "-c", TOY, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "Traceback" not in done.stderr + done.stdout
    return done


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "store")


def test_status_zero_when_everything_checks_out(store, tmp_path):
    record, xml = tmp_path / "out.json", tmp_path / "out.xml"
    done = toy("check", "-j", "1", "--store", store, "--json", str(record), "--junit", str(xml))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 statements accepted" in done.stdout
    assert "total alpha 0 of 1e-06" in done.stdout
    assert json.loads(record.read_text())["ledger"][0]["verdict"] == "refuted"
    assert "<testcase" in xml.read_text()
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_status_one_when_a_claim_fails(store):
    done = toy("check", "-j", "1", "--store", store, names="vae.square vae.bad")
    assert done.returncode == 1
    assert "FAILED vae.bad" in done.stdout
    assert "the claim is not decided: by hand" in done.stdout


def test_status_one_and_no_traceback_when_a_builder_crashes(store):
    done = toy("check", "-j", "1", "--store", store, names="vae.crash")
    assert done.returncode == 1


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
def test_status_two_for_bad_usage(arguments, message):
    done = toy(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 5


def test_a_foreign_store_is_named_and_kept(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("somebody's notes " * 100)
    done = toy("check", "--store", str(file))
    assert done.returncode == 2
    assert str(file) in done.stderr
    assert file.read_text() == "somebody's notes " * 100


def test_list_builds_no_expression():
    done = toy("list")
    assert done.returncode == 0, done.stderr
    assert "vae.square" in done.stdout
    assert "518" in done.stdout


def test_show_typesets_the_derivation(store):
    told = toy("show", "vae.square", "--store", store).stdout
    for part in (
        "A square of a sum.",
        "(x + 1) = x  + 2⋅x + 1",
        "distributivity",
        "rejected",
        "counterexample",
        "key2000",
    ):
        assert part in told


def test_errata_in_three_forms(store, tmp_path):
    terminal = toy("errata", "--topic", "vae", "--store", store).stdout
    assert "at x = 2: 4 == 2 is false" in terminal
    assert toy("errata", "--format", "markdown", "--store", store).stdout.startswith("# Errata")
    file = tmp_path / "errata.tex"
    assert toy("errata", "--format", "latex", "--out", str(file), "--store", store).returncode == 0
    text = file.read_text()
    assert text.startswith(r"\documentclass")
    assert text.rstrip().endswith(r"\end{document}")


def test_ledger_as_json_and_as_tables(store):
    rows = json.loads(toy("ledger", "--json", "--store", store).stdout)
    assert len(rows) == 730
    assert {row["verdict"] for row in rows} == {"refuted", "open"}
    one = json.loads(toy("ledger", "--json", "--topic", "vae", "--verdict", "refuted", "--store", store).stdout)
    assert [row["equation"] for row in one] == ["518"]
    assert "730" in toy("ledger", "--store", store).stdout


def test_a_broken_pipe_is_silent(store):
    command = f'"{sys.executable}" -c "$TOY" ledger --json --store {store} | head -1'
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, "TOY": TOY}
    )
    assert done.stdout.strip() == "["
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_control_c_ends_at_once_and_tells_what_was_decided(store):
    names = " ".join(f"vae.s{index}" for index in range(20))
    environment = {**os.environ, "NAMES": names, "SLOW": "0.3"}
    command = [sys.executable, "-c", TOY, "check", "-j", "1", "--store", store]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    assert all(line.startswith("proved") for line in lines)
    assert process.returncode == 130
    assert "interrupted" in rest
    assert "of 20 were decided" in rest
    assert "Traceback" not in rest + errors
    assert errors == ""


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are listed from /proc")
def test_control_c_leaves_no_process_behind(tmp_path):
    script = (
        "import subprocess, sys, time\n"
        "from theoremcheck.interface.children import kill_children\n"
        'inner = \'import subprocess, sys, time; print(subprocess.Popen(["sleep", "60"]).pid, flush=True); time.sleep(60)\'\n'
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
    with pytest.raises(NoSuch, match="there is no verdict 'q'$"):
        one_of("q", ["holds"], "verdict")
