"""Finite claims: every case is run, exactly."""

from fractions import Fraction

import numpy as np
import pytest
from sympy import Matrix, Rational, cos, log, pi, sqrt

from theoremcheck.theory.claims import Finite
from theoremcheck.theory.evidence import Fails, Holds, Strength, Unknown
from theoremcheck.theory.kernels.finite import decide
from theoremcheck.theory.symbols import positive, real

x, a = real("x"), positive("a")


def claim(*cases, relation="=="):
    return Finite(lambda: cases, "formula", "these sizes", relation)


HOLD = {
    "integers": claim(("1", 2, 2), ("2", 3, 3)),
    "fractions": claim(("half", Fraction(1, 2), Rational(1, 2))),
    "numpy integers": claim(("array", np.array([1, 2]), (1, 2))),
    "matrices": claim(("M", Matrix([[1, 2]]), [[1, 2]])),
    "words": claim(("w", "yes", "yes"), ("b", True, 1 == 1)),
    "sets": claim(("s", {1, 2}, frozenset({2, 1}))),
    "roots": claim(("r", sqrt(2) * sqrt(3), sqrt(6))),
    "symbols": claim(("s", (x + 1) ** 2, x**2 + 2 * x + 1)),
    "order": claim(("o", log(2), Rational(7, 10)), ("t", (1, pi), (2, 4)), relation="<"),
    "order of symbols": claim(("o", log(a), a - 1), relation="<="),
}
FAIL = {
    "integers": claim(("1", 2, 2), ("2", 3, 4)),
    "length": claim(("l", (1, 2), (1, 2, 3))),
    "truth is no number": claim(("b", True, 1)),
    "constants": claim(("c", cos(1), Rational(54, 100))),
    "order": claim(("o", 3, 3), relation="<"),
    "symbols": claim(("s", (x + 1) ** 2, x**2 + 1)),
}


@pytest.mark.parametrize("name", HOLD)
def test_holds(name):
    answer = decide(HOLD[name])
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.AT_SIZES


@pytest.mark.parametrize("name", FAIL)
def test_fails(name):
    answer = decide(FAIL[name])
    assert isinstance(answer, Fails), answer
    assert set(answer.counterexample.point) == {"case"}


def test_counterexample_names_the_case():
    answer = decide(claim(("n = 1", 1, 1), ("n = 2", 2, 3), ("n = 3", 3, 5)))
    assert str(answer.counterexample) == "at case = n = 2: 2 == 3 is false"


def test_no_case_is_vacuous():
    assert decide(claim()) == Unknown("no case: the claim is vacuous")


@pytest.mark.parametrize("side", [0.5, np.array([0.5]), x + 0.5, [1, 2.0], 1j])
def test_floats_are_refused(side):
    with pytest.raises(TypeError, match="case bad"):
        decide(claim(("bad", side, 1)))
