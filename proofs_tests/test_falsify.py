"""Formulas of somebody's own: the Python call, the grammar, the command line and lists of claims in a file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import theoremcheck
from theoremcheck.interface.formula import FUNCTIONS, LONGEST, NotAFormula, condition, formula, parse, symbol
from theoremcheck.interface.paper import BadPaper, entries
from theoremcheck.theory.falsify import falsify

HERE = Path(__file__).parent.parent
x, y = sp.symbols("x y", real=True)
SYMBOLS = {"x": symbol("x"), "n": symbol("n", "integer [0, oo)"), "p": symbol("p", "probability")}


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "theoremcheck", "falsify", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("lhs", "relation", "rhs", "verdict"),
    [
        (sp.cosh(x), "<=", sp.exp(x**2 / 2), "proved"),
        (sp.cosh(x), "<=", sp.exp(0.4999 * x**2), "refuted"),
        ((x + y) ** 2, "==", x**2 + 2 * x * y + y**2, "proved"),
        (sp.sqrt(x**2), "==", x, "refuted"),
        (x**2 + 1, ">", 0, "proved"),
        (x**2, ">", 0, "refuted"),
        (sp.exp(x), ">=", 1 + x, "proved"),
        (0.1 + sp.Integer(0), "==", sp.Rational(1, 10), "proved"),
    ],
)
def test_verdicts(lhs, relation, rhs, verdict):
    assert falsify(lhs, relation, rhs).verdict == verdict


def test_it_is_the_packages_own_name():
    assert theoremcheck.falsify is falsify
    assert theoremcheck.parse is parse


def test_assumptions_are_used():
    assert falsify(x * y, "<=", 1).verdict == "refuted"
    assert falsify(x * y, "<=", 1, where=[x >= 0, y >= 0, x + y <= 2]).verdict == "proved"


def test_a_replay_runs_in_plain_python_and_shows_the_failure(tmp_path):
    outcome = falsify(sp.cosh(x), "<=", sp.exp(sp.Rational(4999, 10000) * x**2))
    script = tmp_path / "replay.py"
    script.write_text(outcome.replay())
    assert "theoremcheck" not in outcome.replay()
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    left, right = (float(word) for word in done.stdout.split())
    assert left > right


def test_a_replay_of_what_holds_is_refused():
    with pytest.raises(ValueError, match="no failure to replay: the verdict is 'proved'"):
        falsify(x**2, ">=", 0).replay()


def test_matrices():
    n = sp.Symbol("n", integer=True, positive=True)
    A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    assert falsify((A * B).T, "==", B.T * A.T).verdict == "proved"
    assert falsify(A * B, "==", B * A).verdict == "refuted"
    with pytest.raises(ValueError, match="can be claimed equal"):
        falsify(A, "<=", B)


def test_unknown_says_what_was_tried():
    outcome = falsify(sp.exp(x) * sp.sin(x) ** 2, "<=", sp.exp(x) * x**2 + sp.Rational(1, 10**9), budget=0.05)
    assert outcome.verdict == "unknown"
    assert "0.05 s" in outcome.evidence
    assert "boxes" in outcome.evidence


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (("x", "<=", 1), TypeError, "text"),
        ((x, "=<", 1), ValueError, "not one of =="),
        ((sp.Symbol("z"), "<=", 1), ValueError, "z is not declared real"),
        ((x, "<=", sp.oo), ValueError, "not a finite expression"),
        ((x, "<=", [1]), TypeError, "list"),
        ((x, "<=", 1, [True]), ValueError, "assumption is True"),
        ((x, "<=", 1, [x]), TypeError, "not a SymPy relation"),
        ((x, "<=", 1, (), -1), ValueError, "positive number"),
        ((x, "<=", float("nan")), ValueError, "nan"),
    ],
)
def test_bad_questions_are_told(arguments, error, match):
    with pytest.raises(error, match=match):
        falsify(*arguments)


HOSTILE = [
    "__import__('os').system('true')",
    "x.__class__",
    "().__class__.__bases__",
    "9**9**9**9",
    "factorial(10^9)",
    "2^(2^(2^(2^2)))",
    "(lambda: 1)()",
    "[x for x in (1,)]",
    "'text'",
    "f'{x}'",
    "x[0]",
    "x if 1 else 2",
    "x := 1",
    "print(x)",
    "exec(x)",
    "sin(*x)",
    "sin(x, y=1)",
    "1j",
    "True",
    "...",
    "(" * 300 + "x" + ")" * 300,
    "-" * 1000 + "x",
    "x" * (LONGEST + 1),
    "1" * (LONGEST - 1),
    "1e999999999",
    "1/0",
    "log(0)",
    "oo - oo",
    "x; y",
    "x\n\ny",
    "\x00",
    "",
    "sum(x, 2, 1, 3)",
    "sum(x, sin, 1, 3)",
    "sin",
    "binomial(10^6, 3)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_formula_is_refused_with_a_reason(text):
    with pytest.raises(NotAFormula) as told:
        parse(text, SYMBOLS)
    assert len(str(told.value)) > 10


@given(st.text(alphabet="xnp0123456789.+-*/^()=<>!,_ eEsincoxpqrtlgabm[]{}'\"\\:;@&|~%$#?\n\u2264\u221e", max_size=60))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_no_text_makes_the_grammar_stumble(text):
    for read in (lambda: parse(text, SYMBOLS), lambda: formula(text, SYMBOLS), lambda: condition(text, SYMBOLS)):
        try:
            read()
        except NotAFormula:
            continue


def written(depth):
    """Texts in the grammar, with the numbers that they stand for at x = 3/7, p = 1/3."""
    leaf = st.sampled_from([("x", "(3/7)"), ("p", "(1/3)"), ("2", "2"), ("0.25", "(1/4)"), ("pi", "pi")])
    if not depth:
        return leaf
    inner = written(depth - 1)
    both = st.tuples(inner, st.sampled_from("+-*"), inner)
    return st.one_of(leaf, both.map(lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", f"({t[0][1]} {t[1]} {t[2][1]})")))


@given(written(4))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_value_is_pythons(pair):
    from mpmath import mp

    text, plain = pair
    found = parse(text, SYMBOLS).subs({SYMBOLS["x"]: sp.Rational(3, 7), SYMBOLS["p"]: sp.Rational(1, 3)})
    expected = eval(plain, {"__builtins__": {}}, {"pi": mp.pi})  # a text of this test's own making
    assert abs(mp.mpf(sp.N(found, 30)) - expected) < 1e-12 * (1 + abs(expected))


def test_precedence_is_that_of_mathematics():
    at = {"x": symbol("x")}
    s = at["x"]
    assert parse("0.5*x^2", at) == s**2 / 2
    assert parse("-x^2", at) == -(s**2)
    assert parse("2^-x", at) == 2**-s
    assert parse("x^2^3", at) == s**8
    assert parse("1e-3", at) == sp.Rational(1, 1000)
    assert parse("log(x, 2)", at) == sp.log(s) / sp.log(2)
    assert parse("x·x", at) == s**2


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_has_a_value(name):
    function, fewest, _ = FUNCTIONS[name]
    value = function(*[sp.Rational(1, 3), sp.Rational(2, 3)][:fewest])
    assert parse(f"{name}({', '.join(['1/3', '2/3'][:fewest])})") == value


def test_domains_in_words():
    assert str(symbol("t", "[0, 1)").domain) == "[0, 1)"
    assert str(symbol("t", "(-oo, 2]").domain) == "(-oo, 2]"
    assert str(symbol("n", "integer [1, oo)").domain) == "integers in [1, oo)"
    for wrong in ("[1, 0]", "natural", "[0; 1]", "(x, 1)"):
        with pytest.raises(NotAFormula):
            symbol("t", wrong)
    with pytest.raises(NotAFormula, match="cannot be the name"):
        symbol("sin")


def test_chains_are_claimed_in_all_parts():
    assert theoremcheck.theory.falsify.judge(formula("0 <= x^2 <= x^2 + p", SYMBOLS)).verdict == "proved"
    outcome = theoremcheck.theory.falsify.judge(formula("0 <= x^2 <= 1", SYMBOLS))
    assert outcome.counterexample is not None
    assert outcome.counterexample.point == {"x": "2"}


def test_the_command_tells_the_verdict_by_its_status():
    done = command("cosh(x) <= exp(0.4999*x^2)", "--real", "x", "--replay")
    assert done.returncode == 1
    assert done.stdout.startswith("refuted")
    assert "assert not" in done.stdout
    done = command("log(1 + x) <= x", "--domain", "x: (-1, oo)", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "proved"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x.real < 1", "--real", "x"), "Attribute is not in the grammar"),
        (("x + 1", "--real", "x"), "claims nothing"),
        (("x <= y", "--real", "x"), "symbol y is not declared"),
        (("x <= 1", "--real", "x", "--positive", "x"), "declared twice"),
        (("x <= 1", "--domain", "x=[0,1]"), "names no domain"),
        (("x <= 1", "--real", "x", "--where", "x"), "claims nothing"),
        ((), "give a formula, or --file"),
        (("--file", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_bad_usage_is_a_sentence(arguments, told, tmp_path):
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_example_paper():
    done = command("--file", str(HERE / "examples" / "paper.toml"), "--json", "--budget", "30")
    assert done.returncode == 1
    rows = {row["name"].partition(" ")[0].strip("()"): row["verdict"] for row in json.loads(done.stdout)}
    wrong = {"4", "6", "9", "11", "12", "14", "17"}
    assert rows == {str(n): "refuted" if str(n) in wrong else "proved" for n in range(1, 21)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no claim"),
        ("[[claim]]\nname = 'a'\n", "claim 1 has no formula"),
        ("[[claim]]\nformula = 'x <= 1'\n", "x is not declared"),
        ("[[claim]]\nformula = 'x <= 1'\ndomain = {}\n", "no key 'domain'; did you mean domains"),
        ("[[claim]]\nformula = 3\n", "formula is a int"),
        ("[[claim]]\nformula = '1 <= 2'\nbudget = -1\n", "positive number of seconds"),
        ("claim = [3]", "claim 1 is not a table"),
        ("[[claim", "no TOML file"),
        ("[domains]\nx = 1\n[[claim]]\nformula = 'x <= 1'\n", "domains and assumptions are text"),
    ],
)
def test_bad_files_are_told(text, told, tmp_path):
    file = tmp_path / "paper.toml"
    file.write_text(text)
    with pytest.raises(BadPaper, match=told):
        entries(file)
