"""What holds for the package as a whole: light imports, downward arrows, twins in all rooms, known references."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import theoremcheck
from theoremcheck.theory.source import equations
from theoremcheck.theory.statements import catalogue, statements_of, topic_module, topics

ROOT = Path(theoremcheck.__file__).parent
ROOMS = ("theory", "numerics", "figures", "interface")
LAYERS = {room: height for height, room in enumerate(ROOMS)}


def modules(room):
    return sorted((ROOT / room).rglob("*.py"))


def imported_rooms(path):
    """The rooms that a module imports, by relative or absolute import."""
    package = ("theoremcheck", *path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            names = [*base, *(node.module or "").split(".")] if node.module else list(base)
            targets = [names] if len([n for n in names if n]) > 1 else [[*names, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        else:
            continue
        for target in targets:
            parts = [part for part in target if part]
            if parts[:1] == ["theoremcheck"] and len(parts) > 1 and parts[1] in LAYERS:
                yield parts[1]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_downward(room):
    for path in modules(room):
        above = [other for other in imported_rooms(path) if LAYERS[other] > LAYERS[room]]
        assert not above, f"{path.relative_to(ROOT)} imports {above}"


def test_the_check_of_arrows_can_fail(tmp_path, monkeypatch):
    bad = ROOT / "theory" / "imagined.py"
    monkeypatch.setattr(
        Path, "read_text", lambda *_, **__: "from ..figures import gan\nimport theoremcheck.interface\n"
    )
    assert set(imported_rooms(bad)) == {"figures", "interface"}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import theoremcheck", ["sympy", "torch", "numpy", "matplotlib"]),
        ("from theoremcheck.interface.command import main", ["sympy", "torch", "matplotlib"]),
        (
            "from theoremcheck.theory.vae import gaussian_kl; gaussian_kl.rhs",
            ["torch", "matplotlib", "sklearn", "scipy"],
        ),
        ("from theoremcheck.theory.statements import catalogue; catalogue()", ["torch", "matplotlib", "sklearn"]),
    ],
)
def test_imports_are_light(code, absent):
    script = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & set(absent)


@pytest.mark.parametrize("topic", topics())
def test_a_topic_stands_in_all_four_rooms(topic):
    for room in ("numerics", "figures"):
        assert importlib.util.find_spec(f"theoremcheck.{room}.{topic}"), f"{room}/{topic}.py is missing"
    assert (Path(__file__).parent / f"test_{topic}.py").is_file()


def test_only_topics_hold_statements():
    named = {row.topic for row in equations()}
    for path in (ROOT / "theory").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "@statement(" in text and path.stem != "statements":
            assert path.stem in named, f"theory/{path.name} is no topic of the source"


@pytest.mark.parametrize("topic", topics())
def test_every_statement_has_words_and_known_references(topic):
    from pybtex.database import parse_file

    known = set(parse_file(str(ROOT / "theory" / "references.bib")).entries)
    for one in statements_of(topic_module(topic)):
        assert one.words.endswith("."), one.name
        assert one.keys, f"{one.name} has no reference"
        assert set(one.keys) <= known, f"{one.name}: {set(one.keys) - known} not in references.bib"


def test_the_catalogue_builds_no_expression():
    script = (
        "from theoremcheck.theory import statements\n"
        "def refuse(self): raise SystemExit('an expression was built')\n"
        "statements.Statement.theorem = property(refuse)\n"
        "print(len(statements.catalogue()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(catalogue())


def test_nothing_is_evaluated_from_strings():
    for room in ROOMS:
        for path in modules(room):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in {"eval", "exec"}, f"{path.relative_to(ROOT)}:{node.lineno}"
