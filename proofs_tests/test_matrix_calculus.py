"""Matrix calculus: every statement accepted, 29 numbers judged, gradients and Jacobians against torch's."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Determinant, HadamardProduct, MatrixSymbol, Trace, exp, log, sqrt, symbols

from theoremcheck.numerics import matrix_calculus as numerics
from theoremcheck.numerics import tensor_derivatives, variations
from theoremcheck.numerics.matrix_expressions import (
    evaluated,
    gradient_by_torch,
    jacobian_by_torch,
    well_conditioned,
)
from theoremcheck.numerics.measured import run
from theoremcheck.numerics.measurement import measurements
from theoremcheck.theory import matrix_calculus
from theoremcheck.theory.judge import check
from theoremcheck.theory.matrix_calculus import gradient, jacobian
from theoremcheck.theory.statements import statements_of

STATEMENTS = {one.name.partition(".")[2]: one for one in statements_of(matrix_calculus)}
MEASUREMENTS = {one.key: one for module in (numerics, tensor_derivatives, variations) for one in measurements(module)}
VERDICTS = {
    **dict.fromkeys((685, 686, 692, 698, 704, 708, 712), "definition"),
    **dict.fromkeys((688, 690, 697, 699, 700, 701, 702, 703, 705, 706, 709, 710), "holds"),
    **dict.fromkeys((687, 693), "holds-if"),
    **dict.fromkeys((691, 694), "informal"),
    **dict.fromkeys((689, 695), "ill-posed"),
    **dict.fromkeys((696, 707, 711, 713), "refuted"),
}

report = cache(lambda name: check(STATEMENTS[name]))


@pytest.mark.slow  # the main job checks every statement, and the ledger's picture every verdict
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_is_proved_and_its_mutants_are_rejected(name):
    found = report(name)
    assert (found.problems, found.strength) == ([], "proved")
    assert any(mutant.rejected for mutant in found.mutants)
    verdicts = {number: one.verdict for number, one in found.printed.items()}
    assert verdicts == {str(number): VERDICTS[number] for number in STATEMENTS[name].answers}


def test_every_number_is_answered_once():
    answered = [number for one in STATEMENTS.values() for number in one.answers]
    assert sorted(answered) == sorted(VERDICTS) == list(matrix_calculus.EQUATIONS)


def counterexample(name, number):
    return report(name).printed[str(number)].answer["counterexample"]


def test_what_refutes_the_printed_forms():
    found = counterexample("inverse_jacobian", 707)
    assert found["point"]["n"] == "2"
    assert found["certificate"] == "exact"
    assert (counterexample("frechet_derivative", 696)["left"], counterexample("frechet_derivative", 696)["right"]) == (
        "-1",
        "1",
    )
    assert counterexample("covariant_derivative", 711)["left"] == "-1"
    assert counterexample("euler_lagrange", 713)["left"] == "-1/3"
    assert "rows" in counterexample("product_jacobian", 689)["left"]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("key", MEASUREMENTS)
def test_the_measurement_agrees(key, seed):
    found = run(MEASUREMENTS[key], run_seed=seed)
    assert (found.problems, found.status) == ([], "measured")


def test_every_statement_is_measured():
    assert {one.statement.partition(".")[2] for one in MEASUREMENTS.values()} == set(STATEMENTS)


n = symbols("n")
A, B, X = (MatrixSymbol(name, n, n) for name in "ABX")
NUMBERS = {
    "log-determinant of a Gram matrix": (log(Determinant(X.T * X)), lambda a, b, x: torch.logdet(x.T @ x)),
    "scaled determinant": (3 * Determinant(A * X), lambda a, b, x: 3 * torch.linalg.det(a @ x)),
    "exponential of a trace": (exp(Trace(A * X) / 4), lambda a, b, x: torch.exp((a @ x).trace() / 4)),
    "norm": (sqrt(Trace((A * X - B).T * (A * X - B))), lambda a, b, x: (a @ x - b).norm()),
    "inverse": (Trace(A * X.inv() * B * X), lambda a, b, x: (a @ torch.linalg.inv(x) @ b @ x).trace()),
    "entrywise product": (Trace(HadamardProduct(X, X) * A), lambda a, b, x: ((x * x) @ a).trace()),
    "cube": (Trace(X**3 * A), lambda a, b, x: (x @ x @ x @ a).trace()),
}
MATRICES = {
    "two-sided product": (A * X * B, lambda a, b, x: a @ x @ b),
    "square": (X * X, lambda a, b, x: x @ x),
    "transpose": (A * X.T, lambda a, b, x: a @ x.T),
    "inverse": (X.inv() * A, lambda a, b, x: torch.linalg.inv(x) @ a),
    "Gram matrix": (X.T * A * X, lambda a, b, x: x.T @ a @ x),
}


def drawn(seed, size):
    rng = np.random.default_rng(seed)
    return *rng.standard_normal((2, size, size)), well_conditioned(rng, size)


def at(a, b, x):
    return {A: a, B: b, X: x}


def close(found, expected):
    """To 1e-10 of the largest entry: both are computed in double precision from well-conditioned matrices."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-10 * (1 + np.abs(expected).max())


of_number = cache(lambda name: gradient(NUMBERS[name][0], X))
of_matrix = cache(lambda name: jacobian(MATRICES[name][0], X))


@settings(derandomize=True, max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 5))
@pytest.mark.parametrize("name", NUMBERS)
def test_the_engines_gradient_is_torchs(name, seed, size):
    a, b, x = drawn(seed, size)
    torch_a, torch_b = torch.tensor(a), torch.tensor(b)
    found = gradient_by_torch(lambda one: NUMBERS[name][1](torch_a, torch_b, one), x)
    close(found, evaluated(of_number(name), at(a, b, x)))


@settings(derandomize=True, max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 4))
@pytest.mark.parametrize("name", MATRICES)
def test_the_engines_jacobian_is_torchs(name, seed, size):
    a, b, x = drawn(seed, size)
    torch_a, torch_b = torch.tensor(a), torch.tensor(b)
    found = jacobian_by_torch(lambda one: MATRICES[name][1](torch_a, torch_b, one), x)
    close(found, evaluated(of_matrix(name), at(a, b, x)))


def test_the_layout_of_torchs_jacobian():
    x = np.arange(6.0).reshape(2, 3)
    transposition = jacobian_by_torch(lambda one: one.T, x)
    assert np.array_equal(transposition @ x.T.ravel(), x.ravel())


def test_values_are_correct_to_the_last_bit():
    third = evaluated(Trace(X.inv()), {X: np.array([[3.0]])})
    assert third[0, 0] == 1 / 3
    column = MatrixSymbol("c", n, 1)
    assert evaluated(column.T * column, {column: [1.0, 2.0]})[0, 0] == 5
