"""Other people's statements as their own tests."""

import subprocess
import sys

import pytest

THEOREMS = '''
"""Statements of somebody else's project."""
from sympy import Integer, cosh, exp, log

from theoremcheck.numerics.intervals import hoeffding_mean
from theoremcheck.numerics.measurement import ALPHA_PER_TEST, Estimate, measures
from theoremcheck.theory.claims import Identity, Inequality
from theoremcheck.theory.statements import Theorem, statement
from theoremcheck.theory.symbols import positive, real

x, s = real("x"), positive("s")


@statement()
def sub_gaussian():
    """A Rademacher variable is sub-Gaussian with variance proxy one."""
    return Theorem(Inequality(cosh(x), "<=", exp(x**2 / 2)))


@statement()
def power_rule():
    """The logarithm of a square is twice the logarithm."""
    return Theorem(Identity(log(s**2), 2 * log(s)))


@measures("own_theorems.power_rule", route="signs of a generator")
def coins(rng, tier):
    flips = rng.integers(0, 2, 4000)
    interval = hoeffding_mean(flips.astype(float), 0, 1, ALPHA_PER_TEST)
    return [Estimate("mean", interval, 0.5, {"three in four": 0.75})]


def test_of_their_own():
    assert Integer(1) + 1 == 2
'''
FALSE = '''
from sympy import log
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.statements import Theorem, statement
from theoremcheck.theory.symbols import reals

x, y = reals("x y")


@statement()
def product():
    """The logarithm of a product is the sum of the logarithms."""
    return Theorem(Identity(log(x * y), log(x) + log(y)))
'''


def run(folder, *options):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    """A project with folders named as ours are."""
    for name in ("theory", "numerics"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('not the one')\n")
    (tmp_path / "figures.py").write_text("raise ImportError('not the one')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_statements_and_measurements_are_collected_and_pass(project):
    (project / "own_theorems.py").write_text(THEOREMS)
    status, output = run(project, "-v", "--theoremcheck-seed", "3", "--ignore", "theory", "--ignore", "numerics")
    assert status == 0, output
    for name in ("sub_gaussian", "power_rule", "power_rule/coins", "test_of_their_own"):
        assert f"own_theorems.py::{name} PASSED" in output
    assert "= theoremcheck =" in output
    assert "2 proved" in output
    assert "1 measured" in output
    assert "seed 3" in output


@pytest.mark.parametrize("named", [[], ["own_theorems.py"], ["-o", "python_files=*_theorems.py"]])
def test_nothing_is_collected_twice(project, named):
    (project / "own_theorems.py").write_text(THEOREMS)
    status, output = run(project, "--collect-only", "-q", "--ignore", "theory", "--ignore", "numerics", *named)
    assert status == 0, output
    assert "4 tests collected" in output


def test_they_run_in_parallel(project):
    (project / "own_theorems.py").write_text(THEOREMS)
    status, output = run(project, "-n", "2", "--ignore", "theory", "--ignore", "numerics")
    assert status == 0, output
    assert "2 proved" in output


def test_a_false_statement_fails_with_its_counterexample_and_no_traceback(project):
    (project / "false_theorems.py").write_text(FALSE)
    status, output = run(project, "--ignore", "theory", "--ignore", "numerics")
    assert status == 1
    assert "the claim fails at x = -1, y = -1" in output
    assert "Traceback" not in output
    assert "judge.py" not in output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--theoremcheck-budget", "-1"], "--theoremcheck-budget: invalid"),
        (["--theoremcheck-seed", "x"], "--theoremcheck-seed: invalid"),
    ],
)
def test_bad_options_are_told(project, options, told):
    status, output = run(project, *options)
    assert status == 4
    assert told in output


def test_a_small_budget_is_kept(project):
    (project / "own_theorems.py").write_text(THEOREMS)
    status, output = run(project, "-k", "sub_gaussian", "--theoremcheck-budget", "0.01", "own_theorems.py")
    assert status == 1
    assert "out of budget" in output


def test_the_plugin_is_light():
    script = (
        "import sys, theoremcheck.interface.pytest_plugin\n"
        "heavy = {'sympy', 'numpy', 'torch', 'scipy', 'z3', 'flint'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
