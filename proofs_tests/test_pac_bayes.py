"""PAC-Bayes: verdicts, the kl inverse on the right side of the truth, bounds in their order, certificates."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from theoremcheck.numerics import certificates
from theoremcheck.numerics.kl_inverse import (
    binary_kl,
    kl_ball,
    kl_lower_inverse,
    kl_upper_inverse,
    kl_upper_inverses,
    upper_inverse_enclosure,
)
from theoremcheck.theory import binomial_moments, pac_bayes
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.evidence import Fails
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(pac_bayes)
BUDGET = Budget(seconds=60)


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def test_every_number_of_the_topic_is_answered() -> None:
    assert {number for one in ALL for number in one.answers} == set(range(146, 153)) == set(pac_bayes.EQUATIONS)
    assert all(one.references for one in ALL)


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems


@pytest.mark.parametrize(
    ("statement", "verdicts"),
    [
        (pac_bayes.divergence, {"149": "definition"}),
        (pac_bayes.change_of_measure, {"150": "holds-if"}),
        (pac_bayes.fixed_posterior, {"151": "holds-if"}),
        (pac_bayes.single_draw, {"152": "refuted"}),
    ],
    ids=short,
)
def test_verdicts(statement: Statement, verdicts: dict[str, str]) -> None:
    report = check(statement, BUDGET)
    assert {number: outcome.verdict for number, outcome in report.printed.items()} == verdicts


@pytest.mark.parametrize("number", [150, 151, 152])
def test_printed_forms_fail_at_a_finite_example(number: int) -> None:
    statement = next(one for one in ALL if number in one.answers)
    claim = statement.theorem.printed[number].claim
    assert claim is not None
    assert isinstance(decide(claim, BUDGET), Fails)


def test_maurers_moment_by_enumeration() -> None:
    for m in (1, 2, 5, 12):
        for r in (Fraction(1, 3), Fraction(4, 5)):
            total = 0.0
            for k in range(m + 1):
                chance = math.comb(m, k) * float(r) ** k * float(1 - r) ** (m - k)
                total += chance * math.exp(m * binary_kl(k / m, float(r)))
            assert total == pytest.approx(float(binomial_moments.maurer_moment(m)), rel=1e-12)
    with pytest.raises(ValueError, match="no sample size"):
        binomial_moments.maurer_moment(0)


def arguments(count: int, seed: int = 0) -> tuple[list[float], list[float]]:
    """Frequencies and bounds of all sizes: near both ends, tiny, huge, and round numbers."""
    rng = np.random.default_rng(seed)
    kind, other = rng.integers(0, 5, count), rng.integers(0, 4, count)
    small, near_one = 10 ** rng.uniform(-40, 0, count), 1 - 10 ** rng.uniform(-15.9, 0, count)
    q = np.choose(
        kind, [rng.random(count), small, near_one, rng.integers(0, 11, count) / 10, 10 ** rng.uniform(-8, 0, count)]
    )
    bounds = [rng.random(count), 10 ** rng.uniform(-40, 3, count), 10 ** rng.uniform(-8, 0, count), small]
    return np.clip(q, 0, 1).tolist(), np.choose(other, bounds).tolist()


def in_balls(q: float, p: Any) -> Any:
    """kl(q || p) in balls of 500 bits, p a ball."""
    from flint import arb

    one = arb(q)
    first = one * (one / p).log() if q > 0 else arb(0)
    return first + ((1 - one) * ((1 - one) / (1 - p)).log() if q < 1 else arb(0))


def count_wrong(q: list[float], bounds: list[float], ends: list[float], sign: int) -> int:
    """How many ends are on the wrong side of the inverse, or more than 1e-12 away from it; by the sign of kl - B."""
    from flint import arb, ctx

    wrong, before = 0, ctx.prec
    ctx.prec = 500
    try:
        for at, bound, end in zip(q, bounds, ends, strict=True):
            last = end >= 1 if sign > 0 else end <= 0
            covers = last or bool(in_balls(at, arb(end)) >= arb(bound))
            inner = arb(end) - sign * arb("1e-12")
            beyond = bool(inner <= at) if sign > 0 else bool(inner >= at)
            wrong += not (covers and (beyond or bool(in_balls(at, inner) <= arb(bound))))
    finally:
        ctx.prec = before
    return wrong


@pytest.mark.parametrize("count", [8_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_the_inverse_is_never_on_the_wrong_side_and_within_1e_12(count: int) -> None:
    q, bounds = arguments(count)
    assert count_wrong(q, bounds, [kl_upper_inverse(a, b) for a, b in zip(q, bounds, strict=True)], 1) == 0
    assert count_wrong(q, bounds, [kl_lower_inverse(a, b) for a, b in zip(q, bounds, strict=True)], -1) == 0
    assert count_wrong(q, bounds, kl_upper_inverses(q, bounds).tolist(), 1) == 0


def test_a_rounded_inverse_is_caught() -> None:
    q, bounds = [0.1, 0.3, 0.5], [0.01, 0.02, 0.3]
    ends = [kl_upper_inverse(a, b) for a, b in zip(q, bounds, strict=True)]
    assert count_wrong(q, bounds, [end - 1e-13 for end in ends], 1) > 0
    assert count_wrong(q, bounds, [end + 2e-12 for end in ends], 1) == 3


def test_the_inverse_at_the_ends() -> None:
    assert kl_upper_inverse(1.0, 0.3) == 1.0 == kl_upper_inverse(0.2, math.inf)
    assert kl_lower_inverse(0.0, 0.3) == 0.0 == kl_lower_inverse(0.2, math.inf)
    assert kl_upper_inverse(0.37, 0.0) == 0.37 == kl_lower_inverse(0.37, 0.0)
    assert 0 <= kl_upper_inverse(0.0, 0.5) - (1 - math.exp(-0.5)) < 1e-14
    assert kl_upper_inverses([[0.0, 1.0], [0.2, 0.5]], 0.1).shape == (2, 2)
    ball = kl_ball(0.3, 0.05)
    assert binary_kl(0.3, ball.low) == pytest.approx(0.05) == binary_kl(0.3, ball.high)
    for q, bound in zip(*arguments(500, seed=3), strict=True):
        found = upper_inverse_enclosure(q, bound)
        assert found.width <= 1e-12
        assert found.low <= kl_upper_inverse(q, bound)


def test_the_divergence() -> None:
    assert binary_kl(0.0, 0.0) == 0.0 == binary_kl(1.0, 1.0)
    assert binary_kl(0.5, 1.0) == math.inf == binary_kl(1.0, 0.0)
    assert binary_kl(0.5, 0.25) == pytest.approx(0.5 * math.log(4 / 3))
    assert binary_kl(0.3, 0.3 + 1e-9) == pytest.approx(1e-18 / 0.42, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: kl_upper_inverse(1.2, 0.1), "no probability"),
        (lambda: kl_upper_inverse(0.2, -0.1), "must be a number >= 0"),
        (lambda: kl_upper_inverse(0.2, math.nan), "must be a number >= 0"),
        (lambda: kl_upper_inverses([0.1, math.nan], 0.1), "no probability"),
        (lambda: binary_kl(0.5, 1.5), "no probability"),
        (lambda: certificates.seeger(0.1, -1.0, 10, 0.1), "divergence"),
        (lambda: certificates.seeger(0.1, 1.0, 0, 0.1), "no sample size"),
        (lambda: certificates.mcallester(0.1, 1.0, 10, 1.0), "alpha"),
        (lambda: certificates.catoni(0.1, 1.0, 10, 0.1, 0.0), "does not depend on the data"),
        (lambda: certificates.thiemann(0.1, 1.0, 10, 0.1, 2.0), "between 0 and 2"),
        (lambda: certificates.held_out(11, 10, 0.1), "no count"),
        (lambda: certificates.certificate("mnist", np.random.default_rng(0)), "digits"),
        (lambda: certificates.certificate("digits", np.random.default_rng(0), model="forest"), "kernel"),
    ],
)
def test_bad_input_is_named(call: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        call()


def test_bounds_are_in_their_order() -> None:
    for risk, kl, m in ((0.0, 0.0, 30), (0.02, 5.0, 700), (0.3, 40.0, 10_000), (0.9, 2.0, 50)):
        best = certificates.seeger(risk, kl, m, 0.05)
        assert risk < best <= certificates.mcallester(risk, kl, m, 0.05)
        assert best <= certificates.thiemann(risk, kl, m, 0.05)
        assert certificates.thiemann(risk, kl, m, 0.05) <= certificates.thiemann(risk, kl, m, 0.05, 1.0) + 1e-12
        log_free = kl_upper_inverse(risk, (kl + math.log(20)) / m)
        assert all(certificates.catoni(risk, kl, m, 0.05, lam) >= log_free - 1e-12 for lam in (0.1, 1.0, 5.0))
    assert set(certificates.CONDITIONS) >= {"seeger", "mcallester", "catoni", "thiemann", "test set"}
    assert {one.statement for one in certificates.CONDITIONS.values()} <= {one.name for one in ALL}


def test_the_test_set_bound_covers_exactly() -> None:
    m, delta = 40, 0.1
    for risk in (0.05, 0.3, 0.5):
        missed = [k for k in range(m + 1) if certificates.held_out(k, m, delta) < risk]
        assert sum(math.comb(m, k) * risk**k * (1 - risk) ** (m - k) for k in missed) <= delta
    assert certificates.held_out(3, 40, 0.1) < certificates.held_out(3, 40, 0.1, method="kl")


def test_a_certificate_of_a_linear_classifier() -> None:
    pytest.importorskip("torch").set_num_threads(1)
    pytest.importorskip("sklearn")
    found = certificates.certificate("breast_cancer", np.random.default_rng(0), model="linear", draws=300)
    assert found.train_error <= found.train_error_bound < found.bound < 0.25
    assert found.confidence == 0.95
    assert found.m + found.prior_size + found.test_size == 569
    again = certificates.certificate("breast_cancer", np.random.default_rng(0), model="linear", draws=300)
    assert again.bound == found.bound
    assert "risk <=" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("model", certificates.MODELS)
def test_every_model_gets_a_certificate_on_digits(model: str) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    pytest.importorskip("sklearn")
    found = certificates.certificate("digits", np.random.default_rng(0), model=model)
    assert found.test_error < 0.15
    assert found.bound < 0.25
    assert found.seconds < 60


@pytest.mark.slow
def test_measurements_pass() -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import pac_bayes as measured_pac_bayes
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_pac_bayes)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, 0)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
