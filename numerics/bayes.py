"""Measurements of the topic bayes on events and finitely many hypotheses: exact enumeration, and simulation.

Conjugate pairs and calibration are measured in `numerics.conjugate_pairs`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations, product

import numpy as np
from sympy import Expr, Rational, Symbol, log

from ..theory import bayes as theory
from ..theory.measures import atom_values, expect, on_atoms, pointwise_symbols
from .betting import bounded_mean
from .intervals import Array, Interval, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

ROLLS = list(product(range(1, 7), repeat=2))
Event = Callable[[int, int], bool]

PRIOR = np.array([0.2, 0.3, 0.5])
HEADS = np.array([0.9, 0.6, 0.1])  # of three coins


def chance(event: Event) -> Fraction:
    """The probability of an event of two fair dice, by counting."""
    return Fraction(sum(event(*roll) for roll in ROLLS), len(ROLLS))


def on_coins(expr: Expr, **values: Array) -> float:
    """An expression on integrals over the three coins, pi being the prior and the other functions as given by name."""
    at: dict[Symbol, float] = {}
    for pointwise in pointwise_symbols(expr):
        numbers = {"pi": PRIOR, **values}[pointwise.name]
        free = [next(iter(one.as_numer_denom()[0].free_symbols)) for one in atom_values(pointwise, 3)]
        at.update(zip(free, map(float, numbers), strict=True))
    return float(on_atoms(expr, 3).subs(at))


def counted(value: Fraction) -> Interval:
    """The enclosure of an exact rational, up to the rounding of what is compared with it."""
    return enclosure(float(value), ulps=8, method="exact enumeration")


def _six(first: int, second: int) -> bool:
    return first == 6


def _high(first: int, second: int) -> bool:
    return first + second >= 9


def _even(first: int, second: int) -> bool:
    return first % 2 == 0


def _shows(face: int) -> Event:
    return lambda first, second: first == face


def _with_high(event: Event) -> Fraction:
    """The probability of the event together with a sum of at least 9."""
    return chance(lambda first, second: event(first, second) and _high(first, second))


@measures("bayes.bayes_rule", route="two dice: all rolls counted, and rolls simulated")
def rule_by_dice(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    together = chance(lambda i, j: _six(i, j) and _high(i, j))
    likelihood, before, marginal = together / chance(_six), chance(_six), chance(_high)
    rule = theory.bayes_rule.claim.claims["rule"].rhs
    cells = {
        theory.both: Rational(together),
        theory.only_a: Rational(before - together),
        theory.only_b: Rational(marginal - together),
        theory.v: Rational(likelihood),
    }
    predicted = float(rule.subs(cells))
    mutants = {"the inverse": float(likelihood), "prior forgotten": float(likelihood / marginal)}
    rolls = rng.integers(1, 7, (tier.choose(quick=40_000, full=400_000), 2))
    given = rolls[rolls.sum(axis=1) >= 9]
    drawn = proportion(int(np.sum(given[:, 0] == 6)), len(given), ALPHA_PER_TEST)
    return [
        Estimate("P(first die 6 | sum at least 9), counted", counted(together / marginal), predicted, mutants),
        Estimate("the same, drawn", drawn, predicted, mutants),
    ]


@measures(
    "bayes.total_probability", route="two dice: all rolls counted, partitioned by the first die; and coins tossed"
)
def total_by_dice(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    def summed(parts: list[Event]) -> Fraction:
        """The sum of P(B|A_i) P(A_i)."""
        return sum((_with_high(part) for part in parts), Fraction(0))

    partition = [_shows(face) for face in range(1, 7)]
    wrong = {"overlapping events": [*partition, _even], "an event missing": partition[:-1]}
    mutants = {name: float(summed(parts)) for name, parts in wrong.items()}
    n = tier.choose(quick=30_000, full=300_000)
    heads = rng.random(n) < HEADS[rng.choice(3, n, p=PRIOR)]
    found = proportion(int(heads.sum()), n, ALPHA_PER_TEST)
    return [
        Estimate("P(sum at least 9)", counted(chance(_high)), float(summed(partition)), mutants),
        Estimate(
            "P(heads)", found, on_coins(theory.evidence(theory.lik), l=HEADS), {"unweighted": float(HEADS.mean())}
        ),
    ]


@measures("bayes.overlap_excess", route="two dice: all rolls counted")
def overlap_by_dice(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    def first(i: int, j: int) -> bool:
        return i % 2 == 0

    def second(i: int, j: int) -> bool:
        return j >= 5

    added = chance(lambda i, j: first(i, j) and _high(i, j)) + chance(lambda i, j: second(i, j) and _high(i, j))
    shared = chance(lambda i, j: first(i, j) and second(i, j) and _high(i, j))
    outside = chance(lambda i, j: not first(i, j) and not second(i, j) and _high(i, j))
    mutants = {"always the overlap": float(shared), "the two errors added": float(shared + outside)}
    excess = counted(added - chance(_high))
    if outside == 0:  # then both mutants would be the statement
        raise ValueError("the dice do not tell the statement from its mutants")
    return [Estimate("excess of the sum over P(B)", excess, float(shared - outside), mutants)]


@measures("bayes.bayes_densities", route="simulation: coins drawn from the prior, kept where the toss is heads")
def posterior_by_rejection(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=40_000, full=400_000)
    coin = rng.choice(3, n, p=PRIOR)
    kept = coin[rng.random(n) < HEADS[coin]]
    mean = expect(theory.updated(theory.lik), theory.test)
    posterior = [on_coins(mean, l=HEADS, f=np.eye(3)[i]) for i in range(3)]
    return [
        Estimate(
            f"posterior of coin {i + 1}",
            proportion(int(np.sum(kept == i)), len(kept), ALPHA_PER_TEST),
            posterior[i],
            {"prior": float(PRIOR[i]), "likelihood alone": float(HEADS[i] / HEADS.sum())},
        )
        for i in (0, 2)
    ]


@measures("bayes.base_rate", route="a population counted in whole people, and one drawn")
def screening(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    people = 100_000
    sick = people // 1000
    true, false = sick * 99 // 100, (people - sick) * 5 // 100
    predicted = float(theory.base_rate.claim.claims["example"].rhs)
    mutants = {"base rate neglected": 0.99, "specificity": 0.95}
    p, sens, spec = 0.02, 0.9, 0.91
    n = tier.choose(quick=100_000, full=1_000_000)
    ill = rng.random(n) < p
    positive = rng.random(n) < np.where(ill, sens, 1 - spec)
    drawn = proportion(int(np.sum(ill & positive)), int(positive.sum()), ALPHA_PER_TEST)
    value = float(theory.predictive_value(p, sens, spec))
    return [
        Estimate("sick among the positive, counted", counted(Fraction(true, true + false)), predicted, mutants),
        Estimate("sick among the positive, drawn", drawn, value, {"base rate neglected": sens, "prevalence": p}),
    ]


@measures("bayes.odds_form", route="all sequences of tosses of two coins enumerated in fractions")
def odds_by_enumeration(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    p, one, other, n = Fraction(1, 5), Fraction(3, 4), Fraction(1, 3), 6
    joint = {True: Fraction(0), False: Fraction(0)}  # with n heads, by which coin it is
    for tosses in product((True, False), repeat=n):
        for fair, before, heads in ((True, p, one), (False, 1 - p, other)):
            mass = before
            for toss in tosses:
                mass *= heads if toss else 1 - heads
            joint[fair] += mass if all(tosses) else 0
    closed = theory.odds_form.claim.claims["n data"].closed
    numbers = {"o": Rational(p / (1 - p)), "r": Rational(one / other), "n": n}
    predicted = float(closed.subs({symbol: numbers[symbol.name] for symbol in closed.free_symbols}))
    mutants = {
        "one ratio only": float(p / (1 - p) * one / other),
        "ratio inverted": float(p / (1 - p) * (other / one) ** n),
    }
    return [Estimate("odds after six heads", counted(joint[True] / joint[False]), predicted, mutants)]


@measures("bayes.sequential_updating", route="updates in fractions, in all orders, against two tosses drawn")
def orders(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    prior = [Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)]
    heads = [Fraction(9, 10), Fraction(3, 5), Fraction(1, 10)]
    tails = [1 - one for one in heads]

    def update(before: list[Fraction], likelihood: list[Fraction]) -> list[Fraction]:
        joint = [one * other for one, other in zip(before, likelihood, strict=True)]
        return [one / sum(joint) for one in joint]

    found = []
    for order in permutations([heads, heads, tails]):
        law = prior
        for likelihood in order:
            law = update(law, likelihood)
        found.append(law[1])
    mean = expect(theory.updated(theory.lik1 * theory.lik2), theory.test)
    predicted = on_coins(mean, l1=HEADS**2, l2=1 - HEADS, f=np.eye(3)[1])
    mutants = {
        "last datum alone": float(update(prior, tails)[1]),
        "first forgotten": float(update(after_one_head(), tails)[1]),
    }
    estimates = [
        Estimate(f"posterior of coin 2, order {i + 1}", counted(one), predicted, mutants) for i, one in enumerate(found)
    ]
    n = tier.choose(quick=40_000, full=400_000)
    coin = rng.choice(3, n, p=PRIOR)
    both = (rng.random(n) < HEADS[coin]) & (rng.random(n) < HEADS[coin])
    independent = {"evidences of independent data": float((PRIOR @ HEADS) ** 2)}
    chained = proportion(int(both.sum()), n, ALPHA_PER_TEST)
    return [
        *estimates,
        Estimate(
            "P(two heads)",
            chained,
            on_coins(theory.evidence(theory.lik1 * theory.lik2), l1=HEADS, l2=HEADS),
            independent,
        ),
    ]


def after_one_head() -> list[Fraction]:
    """The prior of three coins after one head, in fractions: 18/41, 18/41, 5/41."""
    return [Fraction(18, 41), Fraction(18, 41), Fraction(5, 41)]


def _cost(q: Array) -> Array:
    """Expected log-loss of one head plus divergence from the prior, of each row."""
    return np.asarray((q * (np.log(q / PRIOR) - np.log(HEADS))).sum(axis=-1))


@measures("bayes.optimal_update", route="random densities, and the minimum by exponentiated gradients")
def least_cost(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    least = on_coins(-log(theory.evidence(theory.lik1)), l1=HEADS)
    trials = rng.dirichlet(np.ones(3), tier.choose(quick=2_000, full=20_000))
    tried = float(_cost(trials).min())
    q = np.ones(3) / 3
    for _ in range(200):
        q = q * np.exp(-0.3 * (np.log(q / PRIOR) - np.log(HEADS)))
        q /= q.sum()
    reached = enclosure(float(_cost(q)), error=1e-13, method="exponentiated gradient, contraction 0.7^200")
    mutants = {"loss under the prior": -float(PRIOR @ np.log(HEADS)), "loss without divergence": -math.log(0.9)}
    higher = {"loss under the prior": -float(PRIOR @ np.log(HEADS))}
    return [
        Estimate("least cost", reached, least, mutants),
        Estimate("cost of the best random density", enclosure(tried, ulps=8), least, higher, relation=">="),
    ]


@measures("bayes.null_events", route="simulation with a hypothesis that the prior rules out")
def cromwell(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=20_000, full=200_000)
    prior = np.array([0.0, 0.5, 0.5])
    coin = rng.choice(3, n, p=prior)
    kept = coin[rng.random(n) < HEADS[coin]]
    found = proportion(int(np.sum(kept == 0)), len(kept), ALPHA_PER_TEST)
    flat = float(HEADS[0] / HEADS.sum())
    return [Estimate("posterior of a coin of prior 0", found, 0.0, {"likelihood alone": flat})]


@measures("bayes.borel_paradox", route="points of the square kept near the diagonal, by difference and by quotient")
def diagonals(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, e, z = tier.choose(quick=200_000, full=2_000_000), 0.1, 0.6
    x, y = rng.random((2, n))
    strip, wedge = x[(0 < x - y) & (x - y < e)], x[(1 - e < y / x) & (y / x < 1)]
    by_difference, by_quotient = (e * z - e**2 / 2) / (e - e**2 / 2), z**2

    def share(kept: Array) -> Interval:
        return proportion(int(np.sum(kept < z)), len(kept), ALPHA_PER_TEST)

    return [
        Estimate("P(X < z) in the strip", share(strip), by_difference, {"by the quotient": by_quotient}),
        Estimate("P(X < z) in the wedge", share(wedge), by_quotient, {"by the difference": by_difference}),
    ]


@measures("bayes.averaged_posterior", route="posterior probabilities averaged over simulated data")
def average_of_posteriors(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, tosses = tier.choose(quick=20_000, full=200_000), 5
    coin = rng.choice(3, n, p=PRIOR)
    heads = rng.binomial(tosses, HEADS[coin])[:, None]
    joint = PRIOR * HEADS**heads * (1 - HEADS) ** (tosses - heads)
    posterior = joint[:, 1] / joint.sum(axis=1)
    counts = np.arange(tosses + 1)[:, None]
    table = HEADS**counts * (1 - HEADS) ** (tosses - counts)
    orders_of = np.array([math.comb(tosses, one) for one in range(tosses + 1)])
    under = float(orders_of @ (table[:, 1] ** 2 * PRIOR[1] / (table @ PRIOR)))  # over data of that coin alone
    found = bounded_mean(posterior, 0.0, 1.0, ALPHA_PER_TEST)
    mutants = {"averaged under the hypothesis": under}
    return [Estimate("mean posterior probability of coin 2", found, float(PRIOR[1]), mutants)]
