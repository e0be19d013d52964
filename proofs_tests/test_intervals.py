"""The intervals of the numerics room keep their word: realized error rates, declared power, refused input."""

import doctest
import math
from importlib import import_module
from itertools import pairwise

import mpmath
import numpy as np
import pytest

from theoremcheck.numerics import intervals
from theoremcheck.numerics.betting import bounded_mean, sequence_bounds, sequential_mean
from theoremcheck.numerics.calibration import BETA, NOMINAL, Calibration, calibration_table
from theoremcheck.numerics.distances import dkwm, kolmogorov_distance, two_sample_distance
from theoremcheck.numerics.power import KINDS, catches, detectable, samples_needed

LEVEL = 1e-9
RUNS = 1_000


@pytest.fixture(scope="module")
def table() -> list[Calibration]:
    return calibration_table(np.random.default_rng(20261), RUNS)


@pytest.mark.parametrize(
    "module", ["intervals", "betting", "distances", "power", "measurement", "measured", "calibration"]
)
def test_the_examples_in_the_docstrings_are_true(module: str) -> None:
    assert doctest.testmod(import_module(f"theoremcheck.numerics.{module}")).failed == 0


def test_no_kind_raises_more_false_alarms_than_nominal(table: list[Calibration]) -> None:
    assert len({row.kind for row in table}) >= 10
    for row in table:
        assert row.runs == RUNS
        assert row.alarm_limit(LEVEL) <= NOMINAL, row


def test_an_error_of_the_declared_size_is_caught_as_often_as_declared(table: list[Calibration]) -> None:
    declared = [row for row in table if row.effect is not None]
    assert len({row.kind for row in declared}) >= 7
    for row in declared:
        assert row.miss_limit(LEVEL) <= BETA, row


def test_the_calibration_finds_an_interval_that_lies() -> None:
    x = (np.random.default_rng(5).random((RUNS, 30)) < 0.02).astype(float)
    low, high = intervals.gaussian_mean_bounds(x, NOMINAL)
    alarms = int(np.sum((low > 0.02) | (high < 0.02)))
    assert Calibration("normal theory for a rare event", "coin", 30, RUNS, alarms, 0.0).alarm_limit(LEVEL) > NOMINAL


def test_the_exact_kinds_are_not_conservative(table: list[Calibration]) -> None:
    for row in table:
        if row.kind in ("normal mean", "Student t", "chi-square", "Kolmogorov"):
            assert intervals.proportion(row.alarms, RUNS, LEVEL, side="upper").high >= NOMINAL, row


@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (3, 7), (7, 7), (1, 1), (12, 400), (399, 400)])
def test_the_ends_of_a_proportion_have_exactly_the_binomial_tail(successes: int, trials: int) -> None:
    alpha = 1e-6
    found = intervals.proportion(successes, trials, alpha)

    def tail(p: float, counts: range) -> float:
        return math.fsum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in counts)

    if successes > 0:
        assert tail(found.low, range(successes, trials + 1)) == pytest.approx(alpha / 2, rel=1e-7)
    else:
        assert found.low == 0
    if successes < trials:
        assert tail(found.high, range(successes + 1)) == pytest.approx(alpha / 2, rel=1e-7)
    else:
        assert found.high == 1


def test_a_proportion_has_one_sided_ends() -> None:
    lower, upper = (intervals.proportion(3, 9, 0.01, side=side) for side in ("lower", "upper"))
    both = intervals.proportion(3, 9, 0.02)
    assert (lower.low, lower.high, upper.low, upper.high) == (both.low, 1.0, 0.0, both.high)


def test_the_constants_are_the_published_ones() -> None:
    x, alpha = [0.0, 1.0] * 50, 0.04  # 100 draws, mean 1/2, unbiased variance 25/99
    # sqrt(log 50 / 200)
    assert intervals.hoeffding_mean(x, 0, 1, alpha).half_width == pytest.approx(0.13985748112683, abs=1e-12)
    # sqrt(2 (25/99) log 100 / 100) + 7 log 100 / 297
    bernstein = intervals.empirical_bernstein_mean(x, 0, 1, alpha)
    assert bernstein.half_width == pytest.approx(0.26104652934615, abs=1e-12)
    # sqrt(2 v log 50 / (100 - 2 log 50)), v = 1/4; the influence is odd, so the middle is the mean
    catoni = intervals.catoni_mean(x, 0.25, alpha)
    assert (catoni.middle, catoni.half_width) == pytest.approx((0.5, 0.14567226792067), abs=1e-12)
    # Student: 1.2 + t(0.975, 2) sqrt(variance / 3); chi-square quantiles 7.3778 and 0.0506 at 2 degrees
    three = [0.2, 1.2, 2.2]
    assert intervals.gaussian_mean(three, 0.05).high == pytest.approx(1.2 + 4.302652730 / math.sqrt(3), abs=1e-8)
    spread = intervals.gaussian_variance(three, 0.05)
    assert (spread.low, spread.high) == pytest.approx((-1 / math.log(0.025), -1 / math.log(0.975)), rel=1e-9)


@pytest.mark.parametrize(("successes", "trials", "alpha"), [(30, 100, 1e-9), (99_999, 100_000, 1e-9)])
def test_the_tails_of_a_proportion_are_right_at_one_in_a_billion(successes: int, trials: int, alpha: float) -> None:
    found = intervals.proportion(successes, trials, alpha)
    with mpmath.workdps(30):
        lower = mpmath.betainc(successes, trials - successes + 1, 0, found.low, regularized=True)
        upper = mpmath.betainc(successes + 1, trials - successes, found.high, 1, regularized=True)
    assert float(lower) == pytest.approx(alpha / 2, rel=1e-5)
    assert float(upper) == pytest.approx(alpha / 2, rel=1e-5)


def test_catonis_interval_is_about_the_root_of_his_influence() -> None:
    x = np.random.default_rng(2).standard_t(3, 60)
    found = intervals.catoni_mean(x, 3.0, 0.05)
    log, n = math.log(40), 60
    scale = math.sqrt(2 * log / (n * (3 + 6 * log / (n - 2 * log))))

    def influence(m: float) -> float:
        return sum(math.copysign(math.log1p(abs(t) + t * t / 2), t) for t in (scale * (x - m)).tolist())

    assert influence(found.middle - 1e-9) > 0 > influence(found.middle + 1e-9)


def test_betting_agrees_with_the_capital_of_a_gambler_followed_draw_by_draw() -> None:
    x = np.random.default_rng(3).random(40) ** 2
    alpha = 0.05
    low = bounded_mean(x, 0, 1, alpha).low

    def most(m: float) -> float:
        capital = reached = 1.0
        total, squares = 0.5, 0.25
        for t, value in enumerate(x, start=1):
            bet = math.sqrt(2 * math.log(2 / alpha) / (len(x) * squares / t))
            capital *= 1 + min(bet, 0.5 / m) * (value - m)
            reached = max(reached, capital)
            total += value
            squares += (value - total / (t + 1)) ** 2
        return reached

    assert most(low) >= 2 / alpha > most(low + 1e-8)


def test_bounded_means_scale_and_reflect() -> None:
    x = np.random.default_rng(4).random(100)
    unit, moved = bounded_mean(x, 0, 1, 0.01), bounded_mean(10 * x - 3, -3, 7, 0.01)
    mirrored = bounded_mean(1 - x, 0, 1, 0.01)
    assert (moved.low, moved.high) == pytest.approx((10 * unit.low - 3, 10 * unit.high - 3), abs=1e-7)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - unit.high, 1 - unit.low), abs=1e-8)


def test_a_constant_sample_keeps_its_value_inside() -> None:
    for value in (0.0, 0.3, 1.0):
        x = np.full(50, value)
        for mean in (intervals.hoeffding_mean, intervals.empirical_bernstein_mean, bounded_mean):
            assert mean(x, 0, 1, 0.01).contains(value)


def test_a_sequence_of_looks_costs_no_alpha() -> None:
    x = np.random.default_rng(6).random((400, 400))
    missed = np.zeros(400, dtype=bool)
    for n in range(10, 401, 39):
        low, high = sequence_bounds(x[:, :n], NOMINAL)
        missed |= (low > 0.5) | (high < 0.5)
    assert intervals.proportion(int(missed.sum()), 400, LEVEL, side="lower").low <= NOMINAL


def test_later_looks_only_narrow_a_confidence_sequence() -> None:
    x = np.random.default_rng(10).random((20, 300))
    bounds = [sequence_bounds(x[:, :n], NOMINAL) for n in (50, 100, 200, 300)]
    for (low, high), (later_low, later_high) in pairwise(bounds):
        assert np.all(later_low >= low)
        assert np.all(later_high <= high)
    assert np.all(bounds[-1][0] > bounds[0][0])


def test_a_sequential_mean_stops_when_it_is_narrow_enough() -> None:
    def mean(width: float, limit: int) -> intervals.Interval:
        rng = np.random.default_rng(7)
        return sequential_mean(lambda k: rng.beta(12, 12, k), 0, 1, 1e-6, width, limit)

    narrow, stopped = mean(0.05, 100_000), mean(0.001, 1_000)
    assert narrow.width <= 0.05
    assert narrow.samples < samples_needed("Hoeffding", 0.05, 1e-6, 1e-6) / 4
    assert narrow.contains(0.5)
    assert stopped.samples == 1_000
    assert stopped.width > 0.001


def test_kolmogorov_distances_hold_the_truth_and_refute_the_rest() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.random(2_000), rng.random(3_000) ** 2
    assert kolmogorov_distance(x, lambda t: t, 1e-9).low == 0
    apart = kolmogorov_distance(y, lambda t: t, 1e-9)
    assert apart.low > 0.15
    assert apart.contains(0.25)
    assert two_sample_distance(x, y, 1e-9).contains(0.25)
    assert two_sample_distance(x, y, 1e-9).low > 0
    assert two_sample_distance(x, rng.random(500), 1e-9).low == 0


def test_dkwm_is_massarts_bound_for_large_samples_and_never_above() -> None:
    for n in (1, 10, 500, 501, 10**6):
        assert dkwm(n, 0.01) <= math.sqrt(math.log(200) / (2 * n))
    assert dkwm(1, 0.5) == pytest.approx(0.75)  # one draw u: sup |F_1 - F| = max(u, 1 - u), uniform on [1/2, 1]


@pytest.mark.parametrize(("variance", "most"), [(0.01, 20_000), (1 / 12, 110_000), (0.25, 290_000)])
def test_the_samples_that_resolve_a_hundredth(variance: float, most: int) -> None:
    n = samples_needed("betting", 0.01, 1e-6, 1e-6, variance=variance)
    assert n <= most
    assert catches("betting", n, 0.01, 1e-6, 1e-6, variance)
    assert not catches("betting", n - 1, 0.01, 1e-6, 1e-6, variance)


def test_betting_catches_on_skewed_laws_what_it_declares() -> None:
    # The worst laws of the proof: most mass just above the prediction, a rare draw far below it.
    rng, n, variance = np.random.default_rng(9), 400, 0.01
    effect = detectable("betting", n, NOMINAL, BETA, variance)
    rare = variance / (variance + 0.95**2)
    x = np.where(rng.random((RUNS, n)) < rare, 0.0, 0.95 / (1 - rare))
    low, high = import_module("theoremcheck.numerics.betting").betting_bounds(x, NOMINAL, variance)
    misses = int(np.sum((low <= 0.95 - effect) & (0.95 - effect <= high)))
    assert intervals.proportion(misses, RUNS, LEVEL, side="lower").low <= BETA


@pytest.mark.parametrize("kind", KINDS)
def test_detectable_inverts_samples_needed(kind: str) -> None:
    n = samples_needed(kind, 0.05, 1e-3, 1e-3, variance=0.1)
    assert detectable(kind, n, 1e-3, 1e-3, variance=0.1) <= 0.05 * (1 + 1e-5)
    assert samples_needed(kind, 0.05, 1e-6, 1e-3, variance=0.1) > n
    assert samples_needed(kind, 0.05, 1e-3, 1e-6, variance=0.1) > n


MEANS = {
    "Hoeffding": lambda x, alpha: intervals.hoeffding_mean(x, 0, 1, alpha),
    "empirical Bernstein": lambda x, alpha: intervals.empirical_bernstein_mean(x, 0, 1, alpha),
    "betting": lambda x, alpha: bounded_mean(x, 0, 1, alpha),
    "Catoni": lambda x, alpha: intervals.catoni_mean(x, 1.0, alpha),
    "normal": lambda x, alpha: intervals.gaussian_mean(x, alpha),
    "chi-square": lambda x, alpha: intervals.gaussian_variance(x, alpha),
    "Kolmogorov": lambda x, alpha: kolmogorov_distance(x, lambda t: np.clip(t, 0, 1), alpha),
    "two samples": lambda x, alpha: two_sample_distance(x, [0.0, 1.0], alpha),
}


@pytest.mark.parametrize("kind", MEANS)
def test_wrong_input_is_refused_in_words(kind: str) -> None:
    mean, good = MEANS[kind], np.linspace(0, 1, 50)
    assert mean(good, 0.1).samples >= 50
    with pytest.raises(ValueError, match=r"empty|too few"):
        mean([], 0.1)
    with pytest.raises(ValueError, match="value 1 of the sample is nan"):
        mean([0.5, math.nan, 0.5], 0.1)
    with pytest.raises(ValueError, match="is a vector"):
        mean([[0.5, 0.5]], 0.1)
    for alpha in (0.0, 1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="alpha"):
            mean(good, alpha)


@pytest.mark.parametrize("kind", ["Hoeffding", "empirical Bernstein", "betting"])
def test_values_out_of_range_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"value 1 of the sample, 1\.5, lies outside \[0, 1\]"):
        MEANS[kind]([0.5, 1.5], 0.1)


def test_other_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="no count"):
        intervals.proportion(5, 4, 0.1)
    with pytest.raises(ValueError, match="too few"):
        intervals.catoni_mean([1.0, 2.0], 1.0, 1e-6)
    with pytest.raises(ValueError, match="not positive"):
        intervals.catoni_mean(np.zeros(100), 0.0, 0.1)
    with pytest.raises(ValueError, match="not positive"):
        intervals.gaussian_mean([1.0], 0.1, variance=-1.0)
    with pytest.raises(ValueError, match="not a range"):
        bounded_mean([0.5], 1, 0, 0.1)
    with pytest.raises(ValueError, match="no distribution function"):
        kolmogorov_distance([0.1, 0.2], lambda t: -t, 0.1)
    with pytest.raises(ValueError, match="no test of the kind"):
        samples_needed("Chebyshev", 0.1, 0.1, 0.1)
    with pytest.raises(ValueError, match="beta"):
        samples_needed("Hoeffding", 0.1, 0.1, 1.0)
    with pytest.raises(ValueError, match="needs the variance"):
        samples_needed("Catoni", 0.1, 0.1, 0.1)
    with pytest.raises(ValueError, match="not an interval"):
        intervals.Interval(1.0, 0.0, 0.1, "made up")
