"""Value at risk and conditional value at risk: quantiles, the Rockafellar-Uryasev minimum, duality, tail means.

`L` is the loss under a law with density `P` against any measure, so that atoms are allowed throughout; `level` is the
confidence level alpha. Finite laws are `finite_losses.LossLaw`, exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import accumulate, pairwise, product
from typing import Any

from sympy import Eq, Expr, Integer, Max, Piecewise

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .finite_losses import LossLaw
from .moments import mean
from .statements import Printed, Theorem
from .symbols import Domain, bounded, function, probability, real, reals

L = function("L")
level = probability("alpha", tex=r"\alpha")
c, v = reals("c v")
beyond, reached = bounded("t", 0, 1, tex="P(L>v)"), bounded("s", 0, 1, tex=r"P(L\ge v)")
excess = real("e", tex=r"\mathbb{E}[L;L>v]")
QUANTILE = (beyond <= 1 - level, 1 - level <= reached, excess >= v * beyond)
"""What holds at v = VaR: P(L > v) <= 1 - alpha <= P(L >= v), and losses beyond v are at least v."""

LEVELS = tuple(Fraction(k, n) for k, n in ((1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (9, 10)))
SIZES = "all laws on 0, 1, 3 with weights 0 to 3, levels 1/4 to 9/10"


def chance(condition: Any) -> Expr:
    """The probability of a condition."""
    return mean(Piecewise((1, condition), (0, True)))


def tail_cost(loss: Expr, threshold: Expr) -> Expr:
    """What is minimized over the threshold: threshold + E max(loss - threshold, 0)/(1 - alpha)."""
    return threshold + mean(Max(loss - threshold, 0)) / (1 - level)


def laws() -> Iterator[LossLaw]:
    """All laws on 0, 1, 3 with whole weights from 0 to 3."""
    for weights in product(range(4), repeat=3):
        if any(weights):
            yield LossLaw.of((0, 1, 3), weights)


def _each() -> Iterator[tuple[str, LossLaw, Fraction]]:
    for law in laws():
        for alpha in LEVELS:
            yield f"values {_told(law.values)}, weights {_told(law.weights)}, level {alpha}", law, alpha


def _told(numbers: tuple[Fraction, ...]) -> str:
    return ", ".join(map(str, numbers))


Quantile = Callable[[LossLaw, Fraction], Fraction]


def value_at_risk() -> Theorem:
    """What `risk.value_at_risk` says."""

    def properties(value: Quantile) -> Mapping[str, Claim]:
        def reached_there() -> Iterator[tuple[str, Any, Any]]:
            for label, law, alpha in _each():
                yield label, law.chance(value(law, alpha)), alpha

        def smallest() -> Iterator[tuple[str, Any, Any]]:
            for label, law, alpha in _each():
                yield label, law.chance(value(law, alpha) - Fraction(1, 2)), alpha

        def exceeded() -> Iterator[tuple[str, Any, Any]]:
            for label, law, alpha in _each():
                yield label, 1 - law.chance(value(law, alpha)), 1 - alpha

        def inverse() -> Iterator[tuple[str, Any, Any]]:
            for label, law, alpha in _each():
                for threshold in range(-1, 5):
                    yield f"{label}, l = {threshold}", value(law, alpha) <= threshold, alpha <= law.chance(threshold)

        return {
            "the condition": Finite(reached_there, r"P(L\le v)\ge\alpha", SIZES, ">="),
            "the smallest": Finite(smallest, r"P(L\le v-\tfrac12)<\alpha", SIZES, "<"),
            "exceeded with at most 1 - alpha": Finite(exceeded, r"P(L>v)\le1-\alpha", SIZES, "<="),
            "inverse": Finite(inverse, r"v\le l\Leftrightarrow\alpha\le F(l)", f"{SIZES}, l from -1 to 4"),
        }

    def strictly(law: LossLaw, alpha: Fraction) -> Fraction:
        return law.upper_value_at_risk(alpha)

    rule = Rule(r"\min\{l:P(L\le l)\ge\alpha\}", lambda law, alpha: law.value_at_risk(alpha))
    value = Definition(r"\mathrm{VaR}_\alpha", rule, properties)
    note = (
        "Any larger l satisfies the condition as well: the sentence's word smallest makes it a definition, for levels "
        "0 < alpha < 1 (at 0 every l will do, at 1 an unbounded loss has none). That worse outcomes have probability "
        "1 - alpha is true only without an atom at the threshold (risk.exceedance)."
    )
    return Theorem(
        value,
        mutants={
            "upper quantile": value.of(Rule("upper", strictly)),
            "complementary level": value.of(Rule("1-a", lambda law, alpha: law.value_at_risk(1 - alpha))),
            "mean": value.of(Rule("mean", lambda law, alpha: law.mean)),
        },
        printed={6: Printed(note=note)},
    )


def exceedance() -> Theorem:
    """What `risk.exceedance` says."""
    atom = bounded("a", 0, 1, tex="P(L=v)")
    at_quantile = (beyond <= 1 - level, 1 - level <= beyond + atom, beyond + atom <= 1)
    return Theorem(
        AllOf(
            {
                "in general": Inequality(beyond, ">=", 1 - level - atom, at_quantile),
                "no atom": Identity(beyond, 1 - level, (*at_quantile, Eq(atom, 0))),
            }
        ),
        mutants={
            "atoms too": Identity(beyond, 1 - level, at_quantile),
            "half the atom": Inequality(beyond, ">=", 1 - level - atom / 2, at_quantile),
        },
    )


def rockafellar_uryasev() -> Theorem:
    """What `risk.rockafellar_uryasev` says."""
    right, left = 1 - chance(L > v) / (1 - level), chance(L >= v) / (1 - level) - 1
    rise = tail_cost(L, c) - tail_cost(L, v)
    split = mean(Piecewise((L, L > v), (0, True))) - v * chance(L > v)
    return Theorem(
        AllOf(
            {
                "to the right": Inequality(rise, ">=", (c - v) * right, (c >= v,)),
                "to the left": Inequality(rise, ">=", (v - c) * left, (c <= v,)),
                "slopes at a quantile": Inequality(1 - beyond / (1 - level), ">=", 0, QUANTILE),
                "slopes at a quantile, left": Inequality(reached / (1 - level) - 1, ">=", 0, QUANTILE),
                "value": Identity(tail_cost(L, v), v + split / (1 - level)),
                "above the mean": Inequality(tail_cost(L, c), ">=", mean(L)),
                "above the threshold": Inequality(tail_cost(L, c), ">=", c),
            }
        ),
        mutants={
            "twice the slope": Inequality(rise, ">=", 2 * (c - v) * right, (c >= v,)),
            "level for its complement": Identity(tail_cost(L, v), v + split / level),
        },
    )


def minimizers() -> Theorem:
    """What `risk.sets_of_quantiles` says."""

    def cases(upper: bool = True) -> Iterator[tuple[str, Any, Any]]:
        for label, law, alpha in _each():
            grid = [Fraction(k, 4) for k in range(-2, 15)]
            costs = [law.tail_cost(one, alpha) for one in grid]
            best = [one for one, cost in zip(grid, costs, strict=True) if cost == min(costs)]
            last = law.upper_value_at_risk(alpha) if upper else law.value_at_risk(alpha)
            found = law.value_at_risk(alpha), last, law.conditional_value_at_risk(alpha)
            yield label, found, (best[0], best[-1], min(costs))

    formula, sizes = r"\arg\min_cF(c)=[\mathrm{VaR},\mathrm{VaR}^+]", f"{SIZES}, thresholds in steps of a quarter"
    return Theorem(Finite(cases, formula, sizes), mutants={"one point": Finite(lambda: cases(False), formula, sizes)})


def conditional_value_at_risk() -> Theorem:
    """What `risk.conditional_value_at_risk` says."""
    least = v + (excess - v * beyond) / (1 - level)
    given = (excess + v * (reached - beyond)) / reached
    gap = (excess - v * beyond) * (1 / (1 - level) - 1 / reached)
    return Theorem(
        AllOf(
            {
                "difference": Identity(least - given, gap, (reached > 0,)),
                "never below": Inequality(least, ">=", given, QUANTILE),
                "no atom, or one that ends at the level": Identity(least, given, (*QUANTILE, Eq(reached, 1 - level))),
                "nothing beyond": Identity(least, given, (*QUANTILE, Eq(excess, v * beyond))),
            }
        ),
        mutants={"not above": Inequality(least, "<=", given, QUANTILE)},
        printed={
            7: Printed(
                Identity(least, given, QUANTILE),
                assumption="P(L >= VaR) = 1 - alpha, as where the loss has no atom at its value at risk, or no loss is "
                "beyond it",
                correction=r"\mathrm{CVaR}_\alpha=\min_c\{c+\tfrac{1}{1-\alpha}\mathbb{E}(L-c)_+\}",
                note="With an atom at the value at risk the conditional mean counts all of it and is smaller; it is "
                "neither monotone nor sub-additive (risk.tail_mean_axioms). The loss needs a finite mean.",
            )
        },
    )


def tail_average() -> Theorem:
    """What `risk.tail_average` says."""

    def quantiles(shift: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for label, law, alpha in _each():
            edges = [alpha, *(one for one in accumulate(law.weights) if one > alpha)]
            area = sum((b - a) * law.value_at_risk((a + b) / 2) for a, b in pairwise(edges))
            yield label, law.conditional_value_at_risk(alpha), area / (1 - alpha) + shift * (area - law.mean)

    def ordered(worst: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for losses in product((0, 1, 2, 5), repeat=4):
            for k in range(1, 4):
                top = sorted(losses)[4 - k - worst :]
                yield (
                    f"{losses}, k = {k}",
                    LossLaw.of(losses).conditional_value_at_risk(Fraction(4 - k, 4)),
                    Fraction(sum(top), len(top)),
                )

    tex, ranks = r"\tfrac{1}{1-\alpha}\int_\alpha^1\mathrm{VaR}_u\,du", r"\tfrac1k\sum_{i>n-k}L_{(i)}"
    sizes = "four equally likely losses among 0, 1, 2, 5, level 1 - k/4"
    return Theorem(
        AllOf({"mean of quantiles": Finite(quantiles, tex, SIZES), "order statistics": Finite(ordered, ranks, sizes)}),
        mutants={
            "one more": Finite(lambda: ordered(1), ranks, sizes),
            "whole": Finite(lambda: quantiles(1), tex, SIZES),
        },
    )


def duality() -> Theorem:
    """What `risk.duality` says."""
    kept = function("k", Domain(Integer(0), Integer(1), False, False))
    tilted = mean(kept * L) - c * mean(kept)

    def attained(level_off: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for label, law, alpha in _each():
            q = law.worst_density(alpha)
            under = [w * one for w, one in zip(law.weights, q, strict=True)]
            value = sum(w * x for w, x in zip(under, law.values, strict=True))
            allowed = all(0 <= one <= 1 / (1 - alpha) for one in q)
            most = law.conditional_value_at_risk(alpha) - level_off * law.shortfall(law.mean)
            yield label, (value, sum(under), allowed), (most, 1, True)

    formula = r"\mathrm{CVaR}_\alpha=\max\{\mathbb{E}[qL]:\mathbb{E}q=1,\ 0\le q\le\tfrac{1}{1-\alpha}\}"
    return Theorem(
        AllOf(
            {
                "no density gives more": Inequality(tilted, "<=", mean(Max(L - c, 0))),
                "one attains it": Finite(attained, formula, SIZES),
            }
        ),
        mutants={
            "half": Inequality(tilted, "<=", mean(Max(L - c, 0)) / 2),
            "less": Finite(lambda: attained(1), formula, SIZES),
        },
    )
