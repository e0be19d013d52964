"""Automatic differentiation: statements accepted, the 29 numbers judged, the tapes checked, the measurements passed."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import pytest
from sympy import Matrix, MatrixSymbol, Trace, diff, exp, sin, symbols

from theoremcheck.theory import accumulation, adjoints, autodiff
from theoremcheck.theory.accumulation import (
    Tape,
    accumulate,
    bracketings,
    counted,
    executed,
    forward,
    forward_cost,
    least_cost,
    orders,
    programs,
    record,
    reverse,
    reverse_cost,
)
from theoremcheck.theory.batching import Arbitrary, vmap
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import MatrixIdentity
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import statements_of
from theoremcheck.theory.symbols import integer

STATEMENTS = {one.name.partition(".")[2]: one for one in statements_of(autodiff)}
VERDICTS = {
    **dict.fromkeys(range(591, 620), "definition"),
    **dict.fromkeys((594, 608, 609, 619), "holds"),
    610: "ill-posed",
    613: "holds-if",
}
QUICK = ("tensor", "graph", "paths", "costs", "best_order", "product_adjoint", "kinks", "composed_jacobian")

report = cache(lambda name: check(STATEMENTS[name], Budget(seconds=60)))


def test_every_number_of_the_topic_is_answered_once() -> None:
    answered = [number for one in STATEMENTS.values() for number in one.answers]
    assert sorted(answered) == sorted(VERDICTS) == list(autodiff.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in STATEMENTS.values()}
    for one in STATEMENTS.values():
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in STATEMENTS])
def test_the_statement_is_accepted_and_its_numbers_have_their_verdicts(name: str) -> None:
    found = report(name)
    assert found.problems == []
    assert any(mutant.rejected for mutant in found.mutants)
    verdicts = {number: outcome.verdict for number, outcome in found.printed.items()}
    assert verdicts == {str(number): VERDICTS[number] for number in STATEMENTS[name].answers}


@pytest.mark.parametrize("name", [n for n, one in STATEMENTS.items() if one.answers and n not in QUICK])
def test_what_answers_a_number_holds(name: str) -> None:
    assert isinstance(decide(STATEMENTS[name].claim, Budget(seconds=60)), Holds)


def test_610_is_ill_posed_with_the_smallest_sizes_and_replays() -> None:
    printed = report("product_adjoint").printed["610"]
    assert "A^{\\top}" in printed.correction
    counterexample = printed.answer["counterexample"]
    assert counterexample["point"]
    done = subprocess.run([sys.executable, "-c", counterexample["replay"]], capture_output=True, text=True, check=False)
    assert "AssertionError" in done.stderr


def test_610_is_wrong_for_square_matrices_too() -> None:
    n = integer("n", 1)
    A, B, G, F = (MatrixSymbol(name, n, n) for name in "ABGF")
    change = Trace(G.T * A * (B + F)) - Trace(G.T * A * B)
    assert isinstance(decide(MatrixIdentity(change, adjoints.pairing(A.T * G, F))), Holds)
    assert isinstance(decide(MatrixIdentity(change, adjoints.pairing(G * A.T, F))), Fails)


def test_a_tape_differentiates_what_is_no_polynomial() -> None:
    x, y = symbols("x y", real=True)
    tape = Tape()
    a, b = tape.leaf(x), tape.leaf(y)
    product_ = a * b
    result = product_.through("sin", sin(x * y), diff(sin(x * y), x) / y) * a - b.through("exp", exp(y), exp(y))
    found = tape.adjoints(result)
    value = sin(x * y) * x - exp(y)
    assert (found[a.place] - diff(value, x)).simplify() == 0
    assert (found[b.place] - diff(value, y)).simplify() == 0
    assert (tape.tangents({a.place: 1})[result.place] - diff(value, x)).simplify() == 0


def test_an_input_without_influence_has_adjoint_zero() -> None:
    tape = Tape()
    x, y = tape.leaf(2), tape.leaf(3)
    assert tape.adjoints(x * x)[y.place] == 0


@pytest.mark.parametrize("inputs", [1, 2])
def test_both_modes_and_all_paths_agree(inputs: int) -> None:
    values = (Fraction(2), Fraction(3))[:inputs]
    for program in programs(inputs, 3 if inputs == 1 else 2):
        tape = record(program, values)
        adjoints_ = tape.adjoints(tape.nodes[-1])
        for start in range(inputs):
            paths = tape.paths(start, len(tape.nodes) - 1)
            total = sum((accumulation_product(path) for path in paths), Fraction(0))
            assert adjoints_[start] == tape.tangents({start: 1})[-1] == total


def accumulation_product(path: tuple[Any, ...]) -> Any:
    result = Fraction(1)
    for one in path:
        result *= one
    return result


def test_orders_are_those_that_read_what_is_written() -> None:
    independent, dependent = (("+", 0, 0), ("*", 1, 1)), (("+", 0, 1), ("*", 2, 2))
    assert list(orders(independent, 2)) == [(0, 1), (1, 0)]
    assert list(orders(dependent, 2)) == [(0, 1)]
    assert executed(dependent, (1, 2), (0, 1)) == 9
    assert executed(dependent, (1, 2), (1, 0)) == 0


def test_there_are_catalan_many_bracketings_and_both_sweeps_are_among_them() -> None:
    assert [len(bracketings(1, count)) for count in range(1, 7)] == [1, 1, 2, 5, 14, 42]
    assert {forward(4), reverse(4)} < set(bracketings(1, 4))
    chain = [((1, 2), (3, 4), (5, 6)), ((1, 0, 2),), ((7,), (8,))]
    assert {accumulate(chain, order, Tape()) for order in bracketings(1, 3)} == {((77, 98), (88, 112))}


@pytest.mark.parametrize("widths", list(product((1, 3), (2, 4), (1, 5), (2, 3))))
def test_costs_are_what_a_run_counts(widths: tuple[int, ...]) -> None:
    runs = {order: counted(widths, order) for order in bracketings(1, 3)}
    assert runs[forward(3)] == forward_cost(widths)
    assert runs[reverse(3)] == reverse_cost(widths)
    assert min(runs.values()) == least_cost(widths)


def test_the_crossover_is_where_inputs_and_outputs_are_as_many() -> None:
    for inputs, outputs in product(range(1, 6), repeat=2):
        gap = forward_cost((inputs, 7, 7, outputs)) - reverse_cost((inputs, 7, 7, outputs))
        assert (gap > 0) == (inputs > outputs)
        assert (gap == 0) == (inputs == outputs)


def test_an_arbitrary_function_knows_equal_arguments() -> None:
    x, y = symbols("x y", real=True)
    f = Arbitrary("f")
    assert f((x + y) ** 2) == f(x**2 + 2 * x * y + y**2)
    assert f(x) != f(y)
    assert vmap(lambda row: Matrix([[f(*row)]]))(Matrix([[x, y], [y, x]])) == Matrix([f(x, y), f(y, x)])


def test_the_doctest_of_the_tape() -> None:
    import doctest

    assert doctest.testmod(accumulation).failed == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import autodiff as derivatives
    from theoremcheck.numerics import quantization, training_steps
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    for module in (derivatives, quantization, training_steps):
        found = measurements(module)
        assert found
        assert {one.statement.partition(".")[2] for one in found} <= set(STATEMENTS)
        for one in found:
            outcome = run(one, Tier.QUICK, seed)
            assert outcome.status in (Status.MEASURED, Status.NEEDS_EXTRA), outcome.problems


def test_an_exact_measurement_rejects_a_gradient_that_is_wrong_by_one_in_a_million() -> None:
    pytest.importorskip("torch")
    import numpy as np

    from theoremcheck.numerics import autodiff as derivatives

    rng = np.random.default_rng(5)
    A, G, F = derivatives.whole(rng, 3, 3), derivatives.whole(rng, 3, 3), derivatives.probe(rng, 3, 3)
    gradient = A.T @ G
    measured = derivatives.exactly((gradient * F).sum())
    assert measured.contains(float((gradient * F).sum()))
    gradient[1, 2] += 1e-6
    assert not measured.contains(float((gradient * F).sum()))
