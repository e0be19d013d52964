"""Measurements: one interval faces statement and mutants; reports are plain data; seeds depend on names alone."""

import json
import math
import pickle
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from theoremcheck.numerics.betting import bounded_mean
from theoremcheck.numerics.intervals import Interval
from theoremcheck.numerics.measured import Measured, Status, run
from theoremcheck.numerics.measurement import (
    ALPHA_BUDGET,
    ALPHA_PER_TEST,
    Estimate,
    Measurement,
    Tier,
    all_measurements,
    enclosure,
    measurements,
    measures,
    rng_for,
    seed_for,
)


@measures("demo.second_moment", route="Monte Carlo over the unit interval")
def second_moment(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x = rng.random(tier.choose(quick=5_000, full=50_000))
    interval = bounded_mean(x**2, 0, 1, ALPHA_PER_TEST)
    return [Estimate("E[U^2]", interval, predicted=1 / 3, mutants={"first moment": 1 / 2, "third": 1 / 4})]


def a_measurement(*estimates: Estimate, needs: tuple[str, ...] = ()) -> Measurement:
    return measures("demo.made_up", route="none", needs=needs)(lambda rng, tier: list(estimates))


SPAN = Interval(1.0, 2.0, 1e-9, "made up", 10)


def test_a_true_statement_is_measured_and_its_mutants_are_rejected() -> None:
    for tier in Tier:
        report = run(second_moment, tier, run_seed=3)
        assert (report.status, report.problems) == (Status.MEASURED, [])
        assert report.passed
        assert all(mutant.rejected for mutant in report.estimates[0].mutants)
        assert report.alpha == ALPHA_PER_TEST


def test_the_full_tier_detects_less() -> None:
    quick, full = (run(second_moment, tier).estimates[0].detects for tier in Tier)
    assert full < quick / 2.5


def test_a_false_statement_fails_and_says_by_how_much() -> None:
    wrong = Estimate("a length", SPAN, predicted=4.0, mutants={"shorter": 0.5}, unit="m")
    report = run(a_measurement(wrong))
    assert report.status is Status.FAILED
    assert report.problems == [
        "a length: predicted == 4, measured [1, 2] m (made up, alpha 1e-09), off by 5 half-widths"
    ]


@pytest.mark.parametrize(
    ("relation", "predicted", "mutant", "accepted", "survives"),
    [
        ("==", 1.5, 2.5, True, False),
        ("==", 0.5, 1.5, False, True),
        ("<=", 1.5, 0.5, True, False),
        ("<=", 9.0, 8.0, True, True),
        ("<=", 0.5, 0.4, False, False),
        (">=", 1.5, 2.5, True, False),
        (">=", 2.5, 0.0, False, True),
    ],
)
def test_verdicts_by_relation(relation: str, predicted: float, mutant: float, accepted: bool, survives: bool) -> None:
    estimate = Estimate("x", SPAN, predicted, {"m": mutant}, relation)  # type: ignore[arg-type]
    assert (estimate.accepted, estimate.surviving == ["m"]) == (accepted, survives)
    assert run(a_measurement(estimate)).passed == (accepted and not survives)


def test_a_prediction_off_by_more_than_declared_is_always_caught_when_the_interval_holds_the_truth() -> None:
    for truth in np.linspace(SPAN.low, SPAN.high, 11):
        for wrong in (truth + 1.000001 * SPAN.width, truth - 1.000001 * SPAN.width):
            assert not Estimate("x", SPAN, wrong).accepted
    assert Estimate("x", SPAN, 1.5).detects == SPAN.width


def test_a_measurement_that_cannot_fail_is_a_problem() -> None:
    assert "nothing was estimated" in run(a_measurement()).problems[0]
    assert "can fail" in run(a_measurement(Estimate("x", SPAN, 1.5))).problems[0]
    survivor = run(a_measurement(Estimate("x", SPAN, 1.5, {"near": 1.6, "far": 9.0})))
    assert survivor.status is Status.FAILED
    assert "mutant 'near' survives" in survivor.problems[0]


def test_an_estimate_that_spends_too_much_is_a_problem() -> None:
    greedy = Estimate("x", Interval(1.0, 2.0, 1e-3, "made up"), 1.5, {"far": 9.0})
    assert "more than" in run(a_measurement(greedy)).problems[0]
    assert 1_000 * ALPHA_PER_TEST <= ALPHA_BUDGET * (1 + 1e-12)


def test_an_exception_becomes_an_error_in_words() -> None:
    @measures("demo.broken", route="none")
    def broken(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
        return [Estimate("x", bounded_mean([math.nan], 0, 1, ALPHA_PER_TEST), 0.5)]

    report = run(broken)
    assert report.status is Status.ERROR
    assert "value 0 of the sample is nan" in report.problems[0]


def test_a_missing_extra_is_named() -> None:
    report = run(a_measurement(Estimate("x", SPAN, 1.5, {"far": 9.0}), needs=("no_such_package.part",)))
    assert report.status is Status.NEEDS_EXTRA
    assert report.problems == ["needs no_such_package"]
    assert not report.passed


def test_reports_survive_json_and_depend_on_the_seed_alone() -> None:
    report = run(second_moment, Tier.QUICK, run_seed=11)
    assert Measured.from_json(json.loads(json.dumps(report.to_json(), allow_nan=False))) == report
    assert run(second_moment, Tier.QUICK, run_seed=11) == report
    assert run(second_moment, Tier.QUICK, run_seed=12).estimates != report.estimates


def test_seeds_are_stable_across_processes_and_distinct() -> None:
    drawn = rng_for("vae.elbo", 7).integers(0, 2**32, 3).tolist()
    code = (
        "from theoremcheck.numerics.measurement import rng_for;"
        "print(rng_for('vae.elbo', 7).integers(0, 2**32, 3).tolist())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == drawn
    entropies = {seed_for(name, seed).entropy for name in ("a.b", "a.c") for seed in (0, 1)}
    assert len(entropies) == 4


def test_importing_is_light() -> None:
    code = (
        "import sys, theoremcheck.numerics.measured;"
        "print([name for name in ('scipy', 'sympy', 'torch') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_enclosures_are_stated_in_ulps_or_absolutely() -> None:
    assert enclosure(3.0, error=0.0) == Interval(3.0, 3.0, 0.0, "floating point, exact")
    narrow = enclosure(1e10, ulps=2, method="quadrature")
    assert narrow.contains(1e10 + 3e-6)
    assert not narrow.contains(1e10 + 1e-5)
    assert narrow.method == "quadrature, 2 units in the last place"
    assert enclosure(0.0, error=1e-12).contains(-1e-12)
    for wrong in ({}, {"error": 1.0, "ulps": 1.0}, {"error": -1.0}, {"error": math.inf}, {"ulps": math.nan}):
        with pytest.raises(ValueError):
            enclosure(1.0, **wrong)
    with pytest.raises(ValueError):
        enclosure(math.nan, ulps=1)


def test_a_deterministic_prediction_is_off_by_ulps() -> None:
    off = Estimate("x", enclosure(1.0, ulps=4), 1.0 + 2**-40, {"far": 2.0})
    assert "off by 4.1e+03 units in the last place" in run(a_measurement(off)).problems[0]


def test_measurements_are_found_in_modules_and_names_are_distinct() -> None:
    module = ModuleType("demo")
    module.first = module.alias = second_moment  # type: ignore[attr-defined]
    assert measurements(module) == [second_moment]
    module.second = measures("demo.second_moment", route="other", name="second_moment")(second_moment.function)  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"two measurements are called demo\.second_moment/second_moment"):
        measurements(module)


def test_a_measurement_travels_between_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("demo_numerics")
    module.moment = second_moment  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "demo_numerics", module)
    monkeypatch.setattr(second_moment.function, "__module__", "demo_numerics")
    assert pickle.loads(pickle.dumps(second_moment)) is second_moment


def test_all_measurements_of_the_package_have_distinct_keys() -> None:
    keys = [measurement.key for measurement in all_measurements()]
    assert keys == sorted(set(keys))


def test_wrong_declarations_are_refused() -> None:
    with pytest.raises(ValueError, match=r"topic\.name"):
        measures("second_moment", route="x")
    with pytest.raises(ValueError, match="route"):
        measures("demo.a", route=" ")
    with pytest.raises(ValueError, match="tuple"):
        measures("demo.a", route="x", needs="torch")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="predicts nan"):
        Estimate("x", SPAN, math.nan)
    with pytest.raises(ValueError, match="m predicts inf"):
        Estimate("x", SPAN, 1.5, {"m": math.inf})
    with pytest.raises(ValueError, match="relation"):
        Estimate("x", SPAN, 1.5, relation="<")  # type: ignore[arg-type]
