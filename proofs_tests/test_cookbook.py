"""The engine derives section 2 of the Matrix Cookbook: every real derivative of equations 32 to 144."""

import pytest

from theoremcheck.theory.claims import MatrixIdentity
from theoremcheck.theory.cookbook import COMPLEX, COOKBOOK, DEFINITIONS, standing
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.kernels.matrices import refute

WRONG = {92, 95}


@pytest.mark.parametrize("number", sorted(COOKBOOK))
def test_equation_is_derived(number):
    expected = "printed wrongly" if number in WRONG else "derived"
    assert standing(number).startswith(expected)


CONDITIONAL = (53, 84, 85, 86, 87, 88, 125, 126, 127)


@pytest.mark.parametrize("number", CONDITIONAL)
def test_condition_is_needed(number):
    """Symmetry of W, of C, and for 127 of A, which the book does not state."""
    rule = COOKBOOK[number]()
    kept = rule.where if rule.needs else ()
    assert isinstance(refute(MatrixIdentity(rule.derived, rule.printed, kept)), Fails)


def test_what_the_book_prints_wrongly():
    assert {number for number, make in COOKBOOK.items() if make().wrong} == WRONG


def test_every_real_derivative_is_there():
    assert set(COOKBOOK) == set(range(32, 145)) - COMPLEX - DEFINITIONS


def test_the_readme_counts_them():
    from pathlib import Path

    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"All {len(COOKBOOK)} real derivatives" in text
    assert len(WRONG) == 2
    assert "two of them are printed wrongly" in text
