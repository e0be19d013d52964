"""Shattering and VC dimension: statements are accepted, certificates check themselves, every class says what it is."""

from __future__ import annotations

import doctest
import math
import time
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from theoremcheck.numerics import hypothesis_classes as hc
from theoremcheck.numerics import vc_bounds as bounds
from theoremcheck.theory import hypothesis_classes, separation, set_systems, vc
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.separation import (
    FarkasVector,
    Halfspace,
    RadonPartition,
    affine_dependence,
    linear_dichotomies,
    separate,
)
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(vc)
CLASSES = [
    hc.Thresholds(),
    hc.Intervals(),
    hc.UnionsOfIntervals(3),
    hc.Boxes(1),
    hc.Boxes(3),
    hc.HalfSpaces(1),
    hc.HalfSpaces(3),
    hc.PolynomialClassifiers(2, 2),
    hc.FiniteClass(((0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1))),
    hc.DecisionStumps(1),
    hc.DecisionStumps(3),
    hc.SineClass(),
    hc.ReluNetworks((1, 3)),
    hc.ReluNetworks((2, 2, 5, 2)),
]


def name(one: Any) -> str:
    return one.name.rpartition("vc.")[2] if isinstance(one, Statement) else str(getattr(one, "name", one))


def test_every_number_of_the_topic_is_answered() -> None:
    assert {number for one in ALL for number in one.answers} == set(range(15, 25)) == set(vc.EQUATIONS)


VERDICTS = {
    **dict.fromkeys(("15", "16", "18", "19", "23", "24"), "definition"),
    "17": "holds",
    **dict.fromkeys(("20", "21", "22"), "holds-if"),
}


SLOW = {"massart_lemma", "bounded_differences", "error", "uniform_deviation"}


@pytest.mark.parametrize(
    "statement", [pytest.param(one, marks=pytest.mark.slow if name(one) in SLOW else ()) for one in ALL], ids=name
)
def test_the_judge_accepts_and_the_verdicts_are_these(statement: Statement) -> None:
    report = check(statement, Budget(seconds=60))
    assert report.accepted, report.problems
    assert statement.references
    assert set(statement.cites) <= {one.name for one in ALL}
    for number, outcome in report.printed.items():
        assert outcome.verdict == VERDICTS[number]
        assert outcome.verdict != "holds-if" or (outcome.assumption and outcome.correction)


@pytest.mark.parametrize("hypotheses", CLASSES, ids=name)
def test_the_dimension_has_a_shattered_set_and_a_witness_for_each_labelling(hypotheses: Any) -> None:
    found = hc.vc_dimension(hypotheses, points=6)
    assert found.proof in {one.name for one in ALL}
    labels_seen = set()
    for labels, witness in found.shattered.witnesses():
        assert tuple(witness(x) for x in found.shattered.points) == labels
        labels_seen.add(labels)
    assert len(labels_seen) == 2 ** len(found.shattered.points)
    if found.exact and math.isfinite(found.high) and not isinstance(hypotheses, hc.FiniteClass):
        more = hc.shatters(hypotheses, hypotheses.good_points(int(found.high) + 1))
        assert not more
        assert more.labels is not None
        assert more.certificate.refutes(more.points, more.labels)
        with pytest.raises(ValueError, match="no hypothesis"):
            more.witness(more.labels)


def tampered(labels: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [tuple(y ^ (i == k) for i, y in enumerate(labels)) for k in range(len(labels))]


@pytest.mark.parametrize("hypotheses", [c for c in CLASSES if not isinstance(c, hc.ReluNetworks)], ids=name)
def test_certificates_reject_labels_that_a_hypothesis_has(hypotheses: Any) -> None:
    points = hypotheses.good_points(3 if isinstance(hypotheses, hc.FiniteClass) else 7)
    possible = hc.dichotomies(hypotheses, points)
    rows = hc.vectors(points)
    for labels in product((0, 1), repeat=len(points)):
        answer = hypotheses.realize(points, labels)
        if labels in possible:
            assert tuple(answer(x) for x in rows) == labels
            continue
        assert answer.refutes(rows, labels)
        assert not any(answer.refutes(rows, other) for other in tampered(labels) if other in possible)


def test_nine_points_of_seven_dimensions_in_well_under_a_second() -> None:
    points = np.random.default_rng(3).normal(size=(9, 7))
    begun = time.process_time()
    few, many = hc.shatters(hc.HalfSpaces(7), points[:8]), hc.shatters(hc.HalfSpaces(7), points)
    assert time.process_time() - begun < 0.5
    assert few
    assert not many
    assert isinstance(many.radon, RadonPartition)
    assert many.radon.refutes(many.points)
    assert isinstance(many.certificate, FarkasVector)


def test_a_false_certificate_is_no_certificate() -> None:
    points = [
        (Fraction(0), Fraction(0)),
        (Fraction(1), Fraction(1)),
        (Fraction(0), Fraction(1)),
        (Fraction(1), Fraction(0)),
    ]
    quarter = (Fraction(1, 4),) * 4
    assert FarkasVector(quarter).refutes(points, (1, 1, 0, 0))
    assert not FarkasVector(quarter).refutes(points, (1, 0, 1, 0))
    assert not FarkasVector((Fraction(1, 2), Fraction(1, 2), Fraction(0), Fraction(0))).refutes(points, (1, 1, 0, 0))
    assert not FarkasVector((Fraction(-1, 4), *quarter[1:])).refutes(points, (1, 1, 0, 0))
    assert FarkasVector(quarter).common_point(points, (1, 1, 0, 0)) == (Fraction(1, 2), Fraction(1, 2))
    assert not RadonPartition((Fraction(0),) * 4).refutes(points)
    assert affine_dependence(points[:3]) is None


def test_nearly_degenerate_points_are_decided_exactly() -> None:
    tiny = Fraction(1, 2**200)
    line = [(0, 0), (1, 1), (2, 2)]
    assert not hc.shatters(hc.HalfSpaces(2), line)
    assert hc.shatters(hc.HalfSpaces(2), [(0, 0), (1, 1 + tiny), (2, 2)])
    assert isinstance(separate([(0,), (tiny,)], (0, 1)), Halfspace)
    assert isinstance(separate([(0,), (0,)], (0, 1)), FarkasVector)


@pytest.mark.parametrize(("d", "m"), [(1, 6), (2, 8), (3, 7), (4, 7)])
def test_cover_counts_are_met(d: int, m: int) -> None:
    points = [tuple(t**k for k in range(1, d + 1)) for t in range(m)]
    assert len(linear_dichotomies(points)) == set_systems.cover(m, d + 1)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_sauer_and_shelah_are_met(k: int) -> None:
    for m in range(1, 11):
        found = hc.growth_function(hc.UnionsOfIntervals(k), m)
        assert found.exact
        assert found.low == set_systems.sauer(m, 2 * k) == hc.sauer_shelah(hc.UnionsOfIntervals(k), m)


@pytest.mark.parametrize("hypotheses", [c for c in CLASSES if not isinstance(c, hc.ReluNetworks)], ids=name)
def test_growth_is_bracketed(hypotheses: Any) -> None:
    for m in range(1, 4 if isinstance(hypotheses, hc.FiniteClass) else 8):
        found = hc.growth_function(hypotheses, m)
        assert 1 <= found.low <= found.high <= 2**m


def test_finite_classes_agree_with_brute_force() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        table = rng.integers(0, 2, size=(int(rng.integers(1, 14)), 5))
        hypotheses = hc.FiniteClass(tuple(map(tuple, table.tolist())))
        best = max(
            k
            for k in range(6)
            for chosen in combinations(range(5), k)
            if len({tuple(row[list(chosen)]) for row in table}) == 2**k
        )
        assert hc.vc_dimension(hypotheses).value == best


def test_stumps_by_all_small_configurations() -> None:
    assert [set_systems.stump_dimension(d) for d in (1, 2, 3, 5, 10, 18)] == [2, 3, 4, 5, 6, 7]
    assert len(set_systems.stump_orders(7)) == 18
    assert hc.vc_dimension(hc.DecisionStumps(18)).value == 7


def test_sines_on_an_arithmetic_progression_are_refuted() -> None:
    found = hc.shatters(hc.SineClass(), [1, 2, 3, 4])
    assert not found
    assert found.certificate.refutes(found.points, found.labels)
    assert not found.certificate.refutes(found.points, (1, 0, 1, 0))


def test_networks_say_that_they_are_undecided() -> None:
    with pytest.raises(hc.UndecidedError, match="changes of the label"):
        hc.shatters(hc.ReluNetworks((1, 2)), [1, 2, 3, 4])
    dimension = hc.vc_dimension(hc.ReluNetworks((2, 4)))
    assert not dimension.exact
    with pytest.raises(ValueError, match="between 5 and"):
        _ = dimension.value


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: hc.shatters(hc.HalfSpaces(2), [(0, 0), (0, 0)]), "are the same"),
        (lambda: hc.shatters(hc.HalfSpaces(2), [1, 2]), "needs 2"),
        (lambda: hc.shatters(hc.HalfSpaces(1), [1, math.nan]), "finite real number"),
        (lambda: hc.shatters(hc.HalfSpaces(1), []), "no point"),
        (lambda: hc.shatters(5, [1]), "no hypothesis class"),  # type: ignore[arg-type]
        (lambda: hc.shatters(hc.Intervals(), range(30)), "at most 20"),
        (lambda: hc.Boxes(0), "at least 1"),
        (lambda: hc.ReluNetworks((3,)), "hidden layer"),
        (lambda: hc.Intervals().realize([1, 2], (0, 2)), "labels are 0 and 1"),
        (lambda: hc.Intervals().realize([1, 2], (0,)), "one each"),
        (lambda: hc.FiniteClass(()), "no row"),
        (lambda: hc.growth_function(hc.Intervals(), 0), "positive number"),
        (lambda: bounds.vc_bound(11, 10, 1, 0.1), "from 0 to n"),
        (lambda: bounds.vc_bound(1, 10, -1, 0.1), "VC dimension"),
        (lambda: bounds.vc_bound(1, 10, 1, 1.5), "strictly between"),
        (lambda: bounds.vc_bound(1, 10, 1, 0.1, "best"), "none of"),  # type: ignore[arg-type]
        (lambda: bounds.sample_size(2, 1, 0.1), "strictly between"),
    ],
)
def test_bad_input_is_named(call: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()


def test_bounds_are_above_their_formulas_and_in_order() -> None:
    for n, d, delta in ((100, 3, 0.05), (5000, 40, 0.01), (20, 50, 0.5)):
        growth = math.log(set_systems.sauer(n, d))
        plain = math.sqrt(2 * growth / n) + math.sqrt(math.log(2 / delta) / (2 * n))
        assert plain * (1 - 1e-12) <= bounds.deviation_bound(n, d, delta) <= plain * (1 + 1e-12)
        if n >= d:
            assert bounds.deviation_bound(n, d, delta) <= bounds.printed_bound(n, d, delta)
            assert bounds.printed_bound(n, d, delta) <= bounds.vapnik_bound(n, d, delta)
    assert bounds.printed_bound(13, 28, 0.5) < 15 / 28
    assert math.isnan(bounds.printed_bound(4, 10, 0.5))
    assert bounds.vc_bound(0, 10, math.inf, 0.1) == 1
    assert bounds.vc_bound(np.int64(3), np.int64(900), 2, 0.1) == bounds.vc_bound(3, 900, 2, 0.1)  # type: ignore[arg-type]
    few = [bounds.vc_bound(0, 20_000, 5, 0.05, form) for form in ("uniform", "relative", "both")]
    assert few[1] < few[2] < few[0]


def test_the_sample_size_is_the_least() -> None:
    n = bounds.sample_size(0.1, 7, 0.02)
    assert bounds.deviation_bound(n, 7, 0.02) <= 0.1 < bounds.deviation_bound(n - 1, 7, 0.02)
    assert n <= 80 / 0.1**2 * (7 * math.log(10) + math.log(50))


def test_coverage_accepts_the_bound_and_catches_a_mutant() -> None:
    assert bounds.coverage(bounds.deviation_bound, 200, 40, 0.05, repeats=1000).high < 0.05
    single = lambda n, d, delta: math.sqrt(math.log(2 / delta) / (2 * n))  # noqa: E731
    assert bounds.coverage(single, 200, 40, 0.05, repeats=1000).low > 0.9


def test_largest_deviations_are_those_of_all_labellings() -> None:
    found = bounds.largest_deviations(np.random.default_rng(5), 6, 3, 20)
    rng = np.random.default_rng(5)
    for value in found:
        cells = rng.multinomial(6, np.full(6, 1 / 6)).reshape(3, 2) / 6
        brute = max(abs(sum(cells[x, 1 - y] for x, y in enumerate(h)) - 1 / 2) for h in product((0, 1), repeat=3))
        assert value == pytest.approx(brute, abs=1e-14)


def test_the_printed_forms_fail_without_their_assumptions() -> None:
    for statement, number in ((vc.uniform_deviation, 21), (vc.sample_size, 22)):
        printed = statement.theorem.printed[number].claim
        assert printed is not None
        assert isinstance(decide(printed), Fails)
        assert isinstance(decide(statement.claim), Holds)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_measurements_pass(seed: int) -> None:
    from theoremcheck.numerics import vc as measured_vc
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_vc)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems


@pytest.mark.parametrize("module", [hc, bounds, set_systems, separation, hypothesis_classes], ids=lambda m: m.__name__)
def test_doctests(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


class EvenOnly:
    """A class of one's own: only labellings with an even number of ones, on any points of the line."""

    name = "even"
    dimension = hypothesis_classes.Dimension(1, math.inf, "vc.shattering")

    def realize(self, points: Any, labels: Any) -> Any:
        if sum(labels) % 2:
            return hc.Undecided("an odd number of ones")
        wanted = dict(zip(hc.vectors(points), labels, strict=True))
        return lambda point: wanted[point]

    def good_points(self, count: int) -> list[int]:
        return list(range(count))

    def growth_bound(self, count: int) -> int:
        return 2**count


def test_a_class_of_ones_own() -> None:
    assert isinstance(EvenOnly(), hc.HypothesisClass)
    with pytest.raises(hc.UndecidedError, match="odd number"):
        hc.shatters(EvenOnly(), [1, 2])
