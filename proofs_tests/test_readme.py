"""The README tells the truth: its examples print what stands beside them, its commands run, what it names exists."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest

from theoremcheck.numerics.measurement import ALPHA_BUDGET
from theoremcheck.theory.evidence import Strength
from theoremcheck.theory.ledger import VERDICTS
from theoremcheck.theory.source import equations

HERE = Path(__file__).parent.parent
TEXT = (HERE / "README.md").read_text(encoding="utf-8")
BLOCKS = {kind: re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE) for kind in ("python", "sh")}
LINES = [line for block in BLOCKS["sh"] for line in block.splitlines()]
SHELL = [shlex.split(line, comments=True) for line in LINES]
COMMANDS = {line: words[1:] for line, words in zip(LINES, SHELL, strict=True) if words[0] == "theoremcheck"}
TARGETS = {words[1] for words in SHELL if words[0] == "make"} | set(re.findall(r"`make (\w+)`", TEXT))

# One statement stands for the catalogue: the commands are run as written, but what they would decide takes minutes.
ONE_STATEMENT = """
from theoremcheck.figures import gallery
from theoremcheck.interface.command import main
from theoremcheck.theory import statements

one = {"vae.gaussian_kl": statements.catalogue()["vae.gaussian_kl"]}
statements.catalogue = lambda: one
gallery.statements_of = lambda module: []
main()
"""


def promised(block):
    """What the comments behind the calls of print say; None where there is no comment, the text before "..." else."""
    for line in block.splitlines():
        if line.startswith("print("):
            comment = line.partition("  # ")[2]
            yield comment.partition("...")[0] or None


@pytest.mark.parametrize("block", BLOCKS["python"])
def test_an_example_prints_what_stands_beside_it(block, tmp_path):
    script = tmp_path / "example.py"
    script.write_text(block, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    expected, printed = list(promised(block)), done.stdout.splitlines()
    assert any(expected)
    assert len(expected) == len(printed)
    for line, beginning in zip(printed, expected, strict=True):
        assert beginning is None or line.startswith(beginning)


def test_a_wrong_promise_would_be_seen():
    assert list(promised('print(1)  # 2\nprint("a, b")  # a, ...\nprint(3)\n')) == ["2", "a, ", None]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The environment of somebody whose cache folder was empty before the first of these commands."""
    folder = str(tmp_path_factory.mktemp("home"))
    return {**os.environ, "HOME": folder, "XDG_CACHE_HOME": folder}


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: " ".join(COMMANDS[line][:2]))
def test_a_command_runs_as_written(line, home, tmp_path):
    shutil.copytree(HERE / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-c", ONE_STATEMENT, *COMMANDS[line]],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=home,
    )
    promised_status = re.search(r"# exits with (\d+)", line)
    assert done.returncode == (int(promised_status[1]) if promised_status else 0), done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr
    kind, *arguments = COMMANDS[line]
    if kind == "show":
        assert arguments[0] in done.stdout
    if kind == "falsify" and "--file" in arguments:
        assert "of its twenty claims seven are refuted" in line
        assert "20 of 20 claims decided: 13 proved, 0 certified, 7 refuted" in done.stdout
    if kind == "figures":
        written = [tmp_path / line for line in done.stdout.splitlines()]
        assert {path.suffix for path in written} == {".svg", ".png"}
        assert all(path.is_file() and path.parent == tmp_path / arguments[-1] for path in written)


def test_every_kind_of_command_is_among_those_that_run():
    kinds = {arguments[0] for arguments in COMMANDS.values()}
    assert kinds == {"ledger", "errata", "show", "figures", "falsify", "report", "generalization", "check"}


def test_the_targets_of_make_exist():
    makefile = (HERE / "Makefile").read_text(encoding="utf-8")
    assert {"check", "test"} <= TARGETS <= set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))


def test_the_files_and_folders_that_it_names_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    folders = re.findall(r"`(\w+)/`", TEXT)
    assert links
    assert {"theory", "numerics", "figures", "interface", "proofs_tests"} <= set(folders)
    assert [name for name in (*links, *folders) if not (HERE / name).exists()] == []


def test_its_words_and_numbers_are_those_of_the_code():
    rows = re.findall(r"^\| ([\w-]+) \|", TEXT, re.MULTILINE)
    assert set(rows) - {"verdict"} == set(VERDICTS)
    for strength in Strength:
        assert f"*{strength}*" in TEXT
    assert f"prints {sum(row.equation.isdigit() for row in equations())} numbered" in TEXT.replace("\n", " ")
    assert float(re.search(r"budget for false alarms, (\S+?)\.\s", TEXT)[1]) == ALPHA_BUDGET
    extras = re.search(r"chosen by extras: ([^.]*)\.", TEXT)[1]
    assert set(re.findall(r"`(\w+)`", extras)) == set(metadata("theoremcheck").get_all("Provides-Extra"))
