"""Measurements of the topic probability: simulated trials with exact binomial limits, and exact counts of outcomes.

Probabilities are predicted by the theory's expressions, summed over the outcomes of a finite space: dice, divisors,
bits with their parity, shared birthdays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Float, Symbol, lambdify

from ..theory import probability as theory
from ..theory import probability_terms as terms
from ..theory.measures import Mu, expect
from .intervals import Array, Interval, empirical_bernstein_mean, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

DICE = np.array(list(product(range(1, 7), repeat=2)), dtype=float)
"""The 36 outcomes of two dice, one a row."""
PEOPLE, DAYS = 23, 365
SUCCESS, TRIALS = 0.3, 8
RATE = 1.7
MEAN, SCALE = 0.4, 1.3


def over_outcomes(expr: Expr, **values: Array) -> float:
    """The expression on the space of equally likely outcomes where X, Y, N, u, v, w take these values, by name."""
    size = len(next(iter(values.values())))
    weights = np.full(size, 1 / size)
    names = [terms.p, *(getattr(terms, name) for name in values)]

    def summed(mu: Any) -> Float:
        inside = lambdify(names, mu.args[0], "numpy")(weights, *values.values())
        return Float(math.fsum(np.broadcast_to(inside, size)), 17)

    return float(expr.xreplace({mu: summed(mu) for mu in expr.atoms(Mu)}))


def value(expr: Expr, at: Mapping[Symbol, float]) -> float:
    """The expression in double precision."""
    return float(lambdify(list(at), expr, ["scipy", "numpy"])(*at.values()))


def occurs(event: NDArray[Any]) -> Interval:
    """The probability of an event from independent trials of it."""
    return proportion(int(np.count_nonzero(event)), event.size, ALPHA_PER_TEST)


def _draws(rng: np.random.Generator, tier: Tier) -> Array:
    """Outcomes of two dice."""
    return rng.integers(1, 7, (tier.choose(quick=40_000, full=400_000), 2)).astype(float)


@measures("probability.mass_function", route="two dice thrown")
def sum_of_dice(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    mass = theory.mass_function.claim.value
    at = over_outcomes(mass.subs(terms.a, 5), X=DICE.sum(axis=1))
    cumulated: Any = theory.mass_function.theorem.mutants["distribution function"]
    mutants = {"equal masses": 1 / 11, "up to 5": over_outcomes(cumulated.value.subs(terms.a, 5), X=DICE.sum(axis=1))}
    return [Estimate("P(sum is 5)", occurs(_draws(rng, tier).sum(axis=1) == 5), at, mutants)]


@measures("probability.mass_total", route="trials until the first success")
def waiting_for_success(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=40_000, full=400_000)
    failures = np.argmax(np.concatenate([rng.random((n, 40)) < SUCCESS, np.ones((n, 1), bool)], axis=1), axis=1)
    claim = theory.mass_total.claim.claims["first n + 1 masses of the geometric law"]
    told = value(claim.rhs, {terms.q: SUCCESS, terms.n: 3})
    mutants = {"one failure fewer": value(claim.rhs, {terms.q: SUCCESS, terms.n: 2}), "all of them": 1.0}
    return [Estimate("P(at most 3 failures)", occurs(failures <= 3), told, mutants)]


def _masses(trials: int, success: Fraction) -> list[Fraction]:
    """Masses of the number of successes, one trial after the other."""
    masses = [Fraction(1)]
    for _ in range(trials):
        failed, succeeded = [*masses, Fraction(0)], [Fraction(0), *masses]
        masses = [(1 - success) * one + success * other for one, other in zip(failed, succeeded, strict=True)]
    return masses


@measures("probability.binomial_law", route="independent trials, and exact masses one trial after the other")
def binomial_by_trials(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, at = tier.choose(quick=40_000, full=400_000), {terms.q: SUCCESS}
    successes = np.count_nonzero(rng.random((n, TRIALS)) < SUCCESS, axis=1)
    told = value(terms.binomial_mass(TRIALS, 3), at)
    mutants = {
        "one order of the outcomes": told / math.comb(TRIALS, 3),
        "success and failure exchanged": value(terms.binomial_mass(TRIALS, TRIALS - 3), at),
    }
    # Conversion to a float is exact up to half a unit; the prediction has three factors and two powers.
    exact = enclosure(float(_masses(TRIALS, Fraction(SUCCESS))[3]), ulps=32, method="rational arithmetic")
    return [
        Estimate("P(3 successes in 8 trials)", occurs(successes == 3), told, mutants),
        Estimate("the same, exactly", exact, told, mutants),
    ]


@measures("probability.binomial_moments", route="exact masses one trial after the other")
def binomial_moments_exactly(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    masses = _masses(TRIALS, Fraction(SUCCESS))
    mean = sum((k * mass for k, mass in enumerate(masses)), Fraction(0))
    spread = sum(((k - mean) ** 2 * mass for k, mass in enumerate(masses)), Fraction(0))
    claims, at = theory.binomial_moments.claim.claims, {terms.q: SUCCESS, terms.n: TRIALS}
    told = {name: value(claims[name].rhs, at) for name in ("mean", "variance")}
    return [
        Estimate("mean", enclosure(float(mean), ulps=8), told["mean"], {"of failures": TRIALS - told["mean"]}),
        Estimate("variance", enclosure(float(spread), ulps=8), told["variance"], {"as the mean": told["mean"]}),
    ]


@measures("probability.poisson_limit", route="scipy's binomial law with a million trials, Le Cam's bound on the rest")
def rare_successes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import binom

    n = 1_000_000
    # Every probability changes by at most the sum of squared success probabilities, rate^2 / n (Le Cam 1960).
    found = enclosure(float(binom.pmf(2, n, RATE / n)), error=RATE**2 / n, method="scipy")
    told = value(theory.poisson_limit.claim.claims["2 successes"].value, {terms.lam: RATE})
    mutants = {"factorial forgotten": 2 * told, "one success": told * 2 / RATE}
    return [Estimate("P(2 successes)", found, told, mutants)]


@measures("probability.interval_probability", route="exponential draws from logarithms of uniform ones")
def exponential_interval(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, low, high = tier.choose(quick=40_000, full=400_000), 0.25, 0.75
    drawn = -np.log1p(-rng.random(n)) / RATE
    upto = theory.atom_without_density.claim.claims["exponential part"].rhs
    below, above = (value(upto, {terms.lam: RATE, terms.h: end}) for end in (low, high))
    mutants = {"from zero on": above, "width times the density at the left end": 0.5 * RATE * math.exp(-RATE * low)}
    return [Estimate("P(1/4 <= X <= 3/4)", occurs((low <= drawn) & (drawn <= high)), above - below, mutants)]


@measures("probability.atom_without_density", route="a mixture drawn")
def atom_in_short_intervals(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, width = tier.choose(quick=20_000, full=200_000), 1e-9
    drawn = np.where(rng.random(n) < SUCCESS, 0.0, -np.log1p(-rng.random(n)) / RATE)
    told = value(theory.atom_without_density.claim.claims["the atom stays"].expr, {
        terms.q: SUCCESS, terms.lam: RATE, terms.h: width
    })  # fmt: skip
    return [Estimate("P(0 <= X <= 1e-9)", occurs(drawn <= width), told, {"a density": RATE * width})]


@measures("probability.density_total", route="darts at a rectangle around Laplace's density")
def area_under_a_density(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, reach = tier.choose(quick=200_000, full=2_000_000), 4.0
    density = lambdify([terms.x, terms.lam], terms.DENSITIES["Laplace"], "numpy")
    thrown = rng.uniform(-reach, reach, n)
    hit = occurs(rng.random(n) * RATE / 2 < density(thrown, RATE))
    box, tails = reach * RATE, math.exp(-RATE * reach)
    area = Interval(hit.low * box, hit.high * box + tails, hit.alpha, f"{hit.method}, tails bounded", hit.samples)
    return [Estimate("area", area, 1.0, {"half-line": 0.5, "rate forgotten": 1 / RATE})]


@measures("probability.normal_density", route="trapezoidal sums, which converge faster than any power of the step")
def normal_moments_by_trapezoids(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    step, at = SCALE / 8, {terms.mu: MEAN, terms.sigma: SCALE}
    x = MEAN + step * np.arange(-96, 97)
    pdf = lambdify([terms.x, *at], theory.normal_density.claim.value, "numpy")(x, *at.values())
    # Discretization errs by multiples of exp(-2 (8 pi)^2) and truncation by those of exp(-72); the rest is rounding,
    # at most a few units of each of the 193 terms.
    rounding = 16 * 193 * 2.0**-53

    def summed(weights: Any) -> Interval:
        size = math.fsum(np.abs(weights) * pdf) * step
        return enclosure(math.fsum(weights * pdf) * step, error=rounding * size, method="trapezoidal rule")

    square, narrow = (x - MEAN) ** 2, SCALE**2 / math.sqrt(8)
    return [
        Estimate("total", summed(np.ones_like(x)), 1.0, {"no root": 1 / (SCALE * math.sqrt(2 * math.pi))}),
        Estimate("mean", summed(x), MEAN, {"mean with the other sign": -MEAN}),
        Estimate("variance", summed(square), SCALE**2, {"scale": SCALE, "no two in the exponent": narrow}),
    ]


@measures("probability.normal_intervals", route="draws of NumPy's generator")
def normal_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, d = tier.choose(quick=40_000, full=400_000), 1.5
    claims = theory.normal_intervals.claim.claims
    first, second = rng.normal(MEAN, SCALE, n), rng.normal(-1.0, 0.8, n)
    within, outside = (value(claims[name].rhs, {terms.d: d}) for name in ("within", "above"))
    spread = math.hypot(SCALE, 0.8)
    scales_add = math.erf(d * spread / (SCALE + 0.8) / math.sqrt(2))
    near = np.abs(first + second - (MEAN - 1.0)) <= d * spread
    return [
        Estimate("within", occurs(np.abs(first - MEAN) <= d * SCALE), within, {"the root forgotten": math.erf(d)}),
        Estimate("above", occurs(first > MEAN + d * SCALE), outside, {"half of it": outside / 2}, relation="<="),
        Estimate("sum within", occurs(near), within, {"scales add": scales_add}),
    ]


@measures("probability.inclusion_exclusion", route="random numbers divided by 2, 3 and 5")
def common_divisors(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    drawn = rng.integers(1, 31, tier.choose(quick=40_000, full=400_000))
    numbers = np.arange(1, 31)
    events = {name: np.where(numbers % by == 0, 1.0, -1.0) for name, by in (("u", 2), ("v", 3), ("w", 5))}
    told = over_outcomes(theory.inclusion_exclusion.claim.claims["three"].rhs, **events)
    mutant: Any = theory.inclusion_exclusion.theorem.mutants
    mutants = {name: over_outcomes(mutant[name].rhs, **events) for name in ("triple subtracted", "triple forgotten")}
    shares = (drawn % 2 == 0) | (drawn % 3 == 0) | (drawn % 5 == 0)
    return [Estimate("P(a common divisor with 30)", occurs(shares), told, mutants)]


def shared_birthdays(rng: np.random.Generator, parties: int) -> Array:
    """Whether two of 23 people share a birthday, party by party."""
    days = np.sort(rng.integers(0, DAYS, (parties, PEOPLE)), axis=1)
    return np.asarray((np.diff(days, axis=1) == 0).any(axis=1))


PAIRS = math.comb(PEOPLE, 2)
EXPECTED = PAIRS / DAYS
"""The expected number of pairs that share a birthday."""
SPREAD = PAIRS * (DAYS - 1) / DAYS**2
"""Its variance: the pairs are independent two at a time."""
MATCHES = EXPECTED**2 + SPREAD - EXPECTED
"""Twice the expected number of pairs of such pairs."""


@measures("probability.union_bound", route="parties of 23 people")
def birthdays_at_most(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = occurs(shared_birthdays(rng, tier.choose(quick=20_000, full=200_000)))
    mutants = {"neighbours alone": (PEOPLE - 1) / DAYS, "half the pairs": EXPECTED / 2}
    return [Estimate("P(a shared birthday)", found, EXPECTED, mutants, relation="<=")]


@measures("probability.bonferroni", route="parties of 23 people")
def birthdays_at_least(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = occurs(shared_birthdays(rng, tier.choose(quick=20_000, full=200_000)))
    mutants = {"pairs added": EXPECTED + MATCHES / 2, "without the pairs": EXPECTED}
    return [Estimate("P(a shared birthday)", found, EXPECTED - MATCHES / 2, mutants, relation=">=")]


@measures("probability.second_moment_bound", route="parties of 23 people")
def birthdays_by_moments(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = occurs(shared_birthdays(rng, tier.choose(quick=20_000, full=200_000)))
    told = EXPECTED**2 / (EXPECTED**2 + SPREAD)
    mutants = {"first moment alone": EXPECTED, "variance forgotten": 1.0}
    return [Estimate("P(a shared birthday)", found, told, mutants, relation=">=")]


@measures("probability.conditional_law", route="throws of two dice, those of the condition kept")
def kept_throws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    drawn = _draws(rng, tier)
    signs: Callable[[Any], Array] = lambda event: np.where(event, 1.0, -1.0)  # noqa: E731
    events = {"u": signs(DICE.sum(axis=1) >= 9), "v": signs(DICE[:, 0] % 2 == 0), "w": signs(DICE[:, 1] > 3)}
    claim = theory.conditional_law.claim.claims["union"]
    told = over_outcomes(claim.rhs, **events)
    kept = drawn[drawn[:, 0] % 2 == 0]
    either = (kept.sum(axis=1) >= 9) | (kept[:, 1] > 3)
    mutants = {
        "not divided": told * over_outcomes(terms.P(terms.B), **events),
        "as if disjoint": over_outcomes((terms.P(terms.A * terms.B) + terms.P(terms.C * terms.B)) * 2, **events),
    }
    return [Estimate("P(sum >= 9 or second > 3 | first even)", occurs(either), told, mutants)]


@measures("probability.pairwise_independence", route="two fair bits and their parity drawn")
def bits_and_parity(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    bits = rng.integers(0, 2, (tier.choose(quick=20_000, full=200_000), 2)) == 1
    parity = bits[:, 0] ^ bits[:, 1]
    pair = {"parity settled by the bit": 0.5, "exclusive": 0.0}
    return [
        Estimate("P(first bit and parity)", occurs(bits[:, 0] & parity), 0.25, pair),
        Estimate("P(all three)", occurs(bits[:, 0] & bits[:, 1] & parity), 0.0, {"mutually independent": 0.125}),
    ]


@measures("probability.covariance_of_events", route="throws of two dice")
def deviations_multiplied(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    events = {"u": DICE.sum(axis=1) - 6.5, "v": DICE[:, 0] - 3.5}  # sum at least 7, first at least 4
    drawn = _draws(rng, tier)
    claim = theory.covariance_of_events.claim.claims["covariance"]
    means = [over_outcomes(terms.P(one), **events) for one in (terms.A, terms.B)]
    products = ((drawn.sum(axis=1) > 6.5) - means[0]) * ((drawn[:, 0] > 3.5) - means[1])
    found = empirical_bernstein_mean(products, -1.0, 1.0, ALPHA_PER_TEST)
    told = over_outcomes(claim.rhs, **events)
    return [Estimate("covariance", found, told, {"independent": 0.0, "with the other sign": -told})]


@measures("probability.moments_of_a_sum", route="throws of two dice, the first counted in both variables")
def dependent_sum(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    values = {"X": DICE[:, 0], "Y": DICE.sum(axis=1)}
    drawn = _draws(rng, tier)
    total = drawn[:, 0] + drawn.sum(axis=1)
    claim = theory.moments_of_a_sum.claim.claims["variance"]
    mutant: Any = theory.moments_of_a_sum.theorem.mutants["variances add"]
    mean = over_outcomes(expect(terms.p, terms.X + terms.Y), **values)
    found = [
        empirical_bernstein_mean(total, 3.0, 18.0, ALPHA_PER_TEST),
        empirical_bernstein_mean((total - mean) ** 2, 0.0, 60.0, ALPHA_PER_TEST),
    ]
    told = over_outcomes(claim.rhs, **values)
    return [
        Estimate("mean", found[0], mean, {"of the dice alone": 7.0}),
        Estimate("variance", found[1], told, {"variances add": over_outcomes(mutant.rhs, **values)}),
    ]
