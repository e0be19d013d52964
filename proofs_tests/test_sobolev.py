"""Sobolev spaces: every statement is accepted, every number has its verdict, norms agree by all routes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sympy import Abs, Max, Rational, cos, exp, oo, pi, sin, sqrt, tanh
from sympy import sign as sign_of

from theoremcheck.numerics import sobolev_norms as numeric
from theoremcheck.theory import sobolev, sobolev_spaces
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide, decide_here
from theoremcheck.theory.kernels.balls import relation_at
from theoremcheck.theory.statements import Statement, statements_of
from theoremcheck.theory.symbols import positive, real, reals

ALL = statements_of(sobolev)
BUDGET = Budget(seconds=60)
VERDICTS = {
    39: "holds-if", 40: "definition", 41: "definition", 42: "holds-if", 43: "refuted", 44: "refuted", 45: "refuted",
    46: "refuted", 47: "definition", 48: "holds-if", 49: "definition", 50: "holds-if", 51: "definition", 52: "holds",
    53: "refuted", 54: "refuted", 55: "holds-if",
}  # fmt: skip
x, y = reals("x y")
r, s = positive("r"), real("s")


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_is_answered() -> None:
    assert {number for one in ALL for number in one.answers} == set(sobolev.EQUATIONS) == set(VERDICTS)
    assert all(one.references for one in ALL)


SLOWER = ("weak_derivative", "continuity", "mean_dropped", "poincare", "weak_is_not_strong")
QUICK = [one for one in ALL if one.answers and short(one) not in SLOWER]


@pytest.mark.parametrize("statement", QUICK, ids=short)
def test_what_is_claimed_holds(statement: Statement) -> None:
    for part in parts(statement.claim):
        assert isinstance(decide_here(part), Holds), part.latex()


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)
    assert {int(number): one.verdict for number, one in report.printed.items()} == {
        number: VERDICTS[int(number)] for number in statement.answers
    }


@pytest.mark.parametrize(
    ("statement", "number"),
    [(one, n) for one in ALL for n, printed in one.theorem.printed.items() if printed.claim is not None],
    ids=short,
)
def test_printed_forms_are_rejected_with_a_counterexample(statement: Statement, number: int) -> None:
    printed = statement.theorem.printed[number]
    assert isinstance(decide(printed.claim, BUDGET), Fails)
    assert printed.correction
    assert VERDICTS[number] == ("holds-if" if printed.assumption else "refuted")


# ---- exact norms -----------------------------------------------------------------------------------------------------


def test_exact_norms() -> None:
    assert sobolev.sobolev_norm(sin(x), [(x, 0, 2 * pi)], 1, 2) == sqrt(2 * pi)
    assert sobolev.sobolev_norm(x * (1 - x), [(x, 0, 1)], 1, 1) == Rational(2, 3)
    assert sobolev.sobolev_norm(Abs(x), [(x, -1, 1)], 1, 2) ** 2 == Rational(8, 3)
    assert sobolev.sobolev_seminorm(3 * x + 1, [(x, 0, 1)], 2, 2) == 0
    assert sobolev.torus_norm(sin(3 * x), [x], 1) ** 2 == 10 * pi
    assert sobolev.torus_norm(sin(3 * x), [x], s).subs(s, 1) == sobolev.torus_norm(sin(3 * x), [x], 1)
    gauss = exp(-(x**2) / 2)
    assert sobolev.space_norm_by_derivatives(gauss, [x], 2) == sobolev.space_norm(exp(-(r**2) / 2), r, 1, 2)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (lambda: sobolev.sobolev_norm(x, [(x, 0, 1)], -1, 2), "the order k is 0, 1, 2"),
        (lambda: sobolev.sobolev_norm(x, [(x, 0, 1)], 1, Rational(1, 2)), "at least 1"),
        (lambda: sobolev.sobolev_norm(x, [(x, 0, 1)], 1, oo), "finite"),
        (lambda: sobolev.sobolev_norm(x / Abs(x), [(x, -1, 1)], 1, 2), "not shown to be continuous"),
        (lambda: sobolev.sobolev_norm(Abs(x), [(x, -1, 1)], 2, 2), "not shown to be continuous"),
        (lambda: numeric.box_norm(sign_of(x), [(x, -1, 1)], 1, 2), "has a jump"),
        (lambda: sobolev.torus_norm(x, [x], 1), "no trigonometric polynomial"),
        (lambda: sobolev.embedding(0, 2, 3), "integers >= 1"),
        (lambda: sobolev.embedding(1, 0.5, 3), "rational number >= 1"),
        (lambda: sobolev.critical_exponent(2, 2, 3), "k p < n alone"),
        (lambda: sobolev.sharp_constant(2), "n >= 3"),
        (lambda: sobolev.poincare_constant(1, 0), "all are positive"),
        (lambda: sobolev.weak_derivative_of(sign_of(x), x, -1, 1), "jumps by 2 at x = 0"),
        (lambda: sobolev.weak_derivative_of(Abs(x), x, -1, 1, 2), "its derivative of order 1 jumps"),
        (lambda: sobolev.weak_derivative_of(1 / x, x, -1, 1), "not smooth"),
        (lambda: sobolev.weak_derivative_of(x, x, 1, 0), "lower < upper"),
        (lambda: numeric.fourier_norm([1.0, math.nan], 1), "must be finite"),
        (lambda: numeric.fourier_norm([1.0, 2.0], 1, lengths=(1.0, 2.0)), "one positive period"),
        (lambda: numeric.periodic_norm([1.0, 2.0], 1, 0.5), "at least 1"),
        (lambda: numeric.box_norm(x, [(x, 1, 0)], 1, 2), "smaller to a larger"),
    ],
)
def test_bad_input_is_refused_in_words(bad: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bad()


def test_weak_derivatives() -> None:
    assert sobolev.weak_derivative_of(Abs(x), x, -1, 1) == sign_of(x)
    hat = sobolev.weak_derivative_of(Max(0, 1 - 2 * Abs(x)), x, -1, 1)
    assert [hat.subs(x, at) for at in (Rational(-3, 4), Rational(-1, 4), Rational(1, 4), Rational(3, 4))] == [
        0,
        2,
        -2,
        0,
    ]
    assert sobolev.jumps(sign_of(x - Rational(1, 3)), x, -1, 1) == {Rational(1, 3): 2}


def test_embeddings() -> None:
    assert sobolev.embedding(1, 2, 3).q == sobolev.critical_exponent(1, 2, 3) == 6
    assert sobolev.embedding(1, 2, 1).alpha == Rational(1, 2)
    planar = sobolev.embedding(2, 2, 2)
    assert (planar.m, planar.alpha, planar.attained) == (0, 1, False)
    assert sobolev.embedding(1, 2, 2).q == oo
    assert sobolev.embedding(3, 1, 3).kind == "continuous"


def test_the_sharp_constant_in_every_dimension_is_the_quotient_of_the_bubble() -> None:
    from theoremcheck.numerics.sobolev import radial_quotient

    for n in (3, 4, 5, 7):
        value, error = radial_quotient(lambda z, n=n: (1 + z * z) ** (1 - n / 2), n)
        assert abs(value - float(sobolev.sharp_constant(n))) <= error
    assert relation_at(sobolev.sharp_constant(3), "==", 3 * (pi / 2) ** Rational(4, 3), {}) is not False


# ---- the routes agree ------------------------------------------------------------------------------------------------


def test_fft_reaches_rounding_geometrically() -> None:
    from scipy.special import iv

    exact = math.sqrt(2 * math.pi * (iv(0, 2) + iv(1, 2) / 2))
    errors = []
    for count in (4, 8, 16, 32):
        at = 2 * np.pi * np.arange(count) / count
        errors.append(abs(numeric.fourier_norm(np.exp(np.cos(at)), 1) - exact) / exact)
    assert errors[1] < errors[0] / 10
    assert errors[2] < errors[1] / 1000
    assert errors[3] < 1e-14


def test_symbolic_fft_and_quadrature_agree() -> None:
    u = cos(2 * x) + sin(x)
    at = 2 * np.pi * np.arange(16) / 16
    samples = np.cos(2 * at) + np.sin(at)
    exact = float(sobolev.torus_norm(u, [x], 2) ** 2)
    assert numeric.fourier_norm(samples, 2) ** 2 == pytest.approx(exact, rel=1e-13)
    plain = float(sobolev.sobolev_norm(u, [(x, 0, 2 * pi)], 1, 2))
    assert numeric.periodic_norm(samples, 1, 2) == pytest.approx(plain, rel=1e-13)
    assert numeric.box_norm(u, [(x, 0, 2 * math.pi)], 1, 2).value == pytest.approx(plain, rel=1e-13)
    assert numeric.periodic_norm(samples, 1, math.inf) == pytest.approx(3.0, rel=0.1)
    assert numeric.spectral_derivative(samples, (1,)) == pytest.approx(-2 * np.sin(2 * at) + np.cos(at), abs=1e-13)


def test_fractional_norms_interpolate() -> None:
    samples = np.random.default_rng(0).normal(size=(8, 8))
    low, middle, high = (numeric.fourier_norm(samples, order, (1.0, 2.0)) for order in (-1, 0.5, 2))
    assert middle**2 <= low * high
    assert numeric.fourier_norm(samples, 0, (1.0, 2.0)) == pytest.approx(math.sqrt(2 * np.mean(samples**2)))


def test_networks() -> None:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    linear = torch.nn.Linear(2, 1, bias=False).double()
    a, b = linear.weight.detach().numpy()[0]
    exact = sobolev.sobolev_norm(Rational(float(a)) * x + Rational(float(b)) * y, [(x, 0, 1), (y, 0, 1)], 2, 2)
    assert numeric.network_norm(linear, [(0, 1), (0, 1)], 2, 2).value == pytest.approx(float(exact), rel=1e-14)
    deep = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    found = numeric.network_norm(deep, [(0, 1), (-1, 1)], 2, 2)
    first, bias = (p.detach().numpy() for p in deep[0].parameters())
    last, shift = (p.detach().numpy() for p in deep[2].parameters())
    u = sum(
        (
            float(v) * tanh(float(w[0]) * x + float(w[1]) * y + float(c))
            for v, w, c in zip(last[0], first, bias, strict=True)
        ),
        float(shift[0]),
    )
    assert found.value == pytest.approx(numeric.box_norm(u, [(x, 0, 1), (y, -1, 1)], 2, 2).value, rel=1e-12)
    assert found.moved < 1e-9
    kinked = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    with pytest.raises(ValueError, match="no weak derivatives of order 2"):
        numeric.network_norm(kinked, [(0, 1), (0, 1)], 2, 2)


def test_fourier_coefficients() -> None:
    assert sobolev_spaces.fourier_coefficients(2 * cos(3 * x) + 1, [x]) == {(3,): 1, (0,): 1, (-3,): 1}


# ---- Poincaré constants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "boundary", "order"),
    [
        ("interval", "neumann", 2), ("square", "neumann", 2), ("square", "dirichlet", 2), ("disc", "neumann", 2),
        ("disc", "dirichlet", 2), ("L-shape", "neumann", 4 / 3), ("L-shape", "dirichlet", 4 / 3),
    ],
)  # fmt: skip
def test_eigenvalues_converge_at_their_order(domain: Any, boundary: Any, order: float) -> None:
    pytest.importorskip("skfem")
    from theoremcheck.numerics import poincare

    found = poincare.poincare_constant(domain, boundary)
    assert (
        all(low <= found.known <= high for low, high in zip(found.lower, found.upper, strict=True)) or domain == "disc"
    )
    # On the L-shape the singular part takes over slowly: between its order 4/3 and the regular 2.
    assert order - 0.05 <= found.order <= (2.05 if domain == "L-shape" else order + 0.05)
    assert found.extrapolated == pytest.approx(found.known, abs=max(4 * found.moved, 1e-4))
    assert found.constant == pytest.approx(1 / math.sqrt(found.known), rel=1e-3)


def test_unknown_domains_and_boundaries_are_refused() -> None:
    pytest.importorskip("skfem")
    from theoremcheck.numerics import poincare

    with pytest.raises(ValueError, match="interval, square, disc or L-shape"):
        poincare.mesh_of("torus", 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neumann or dirichlet"):
        poincare.eigenvalues(poincare.mesh_of("square", 2), "robin")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 4"):
        poincare.poincare_constant("square", refinements=2)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import sobolev as measured_sobolev
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_sobolev)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
