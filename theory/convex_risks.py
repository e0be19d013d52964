"""Convexity and monotonicity of risks, and what diversification does to a variance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .coherence import HALF, MEASURES, THIRD, Case, Losses, Measure, conditional_value_at_risk, expected, spread
from .coherence import value_at_risk as quantile
from .statements import Printed, Theorem
from .symbols import bounded, positive

weight = bounded("lambda", 0, 1, tex=r"\lambda")


def _convexity_gap(measure: Measure, one: Losses, other: Losses, weights: Any, share: Fraction) -> Any:
    mixed = [share * x + (1 - share) * y for x, y in zip(one, other, strict=True)]
    return share * measure(one, weights) + (1 - share) * measure(other, weights) - measure(mixed, weights)


Gap = Callable[[Measure, Losses, Losses, Any, Fraction], Any]


def _pairs() -> Iterator[tuple[str, Losses, Losses, Any]]:
    vectors = list(product((Fraction(-1), Fraction(0), Fraction(2)), repeat=3))
    for one in vectors[::2]:
        for other in vectors:
            yield f"L = {_told(one)}, M = {_told(other)}", one, other, (1, 1, 2)


def _told(losses: Losses) -> str:
    return f"({', '.join(map(str, losses))})"


def convexity() -> Theorem:
    """What `risk.convexity` says."""

    def properties(value: Gap) -> Mapping[str, Claim]:
        def of_variance() -> Iterator[Case]:
            for label, one, other, weights in _pairs():
                distance = spread([x - y for x, y in zip(one, other, strict=True)], weights)
                yield label, value(spread, one, other, weights, THIRD), THIRD * (1 - THIRD) * distance

        def of_tail() -> Iterator[Case]:
            for label, one, other, weights in _pairs():
                yield label, value(conditional_value_at_risk(HALF), one, other, weights, THIRD), 0

        def of_quantile() -> Iterator[Case]:
            one, other = (Fraction(2), Fraction(0), Fraction(0)), (Fraction(0), Fraction(2), Fraction(0))
            yield "L = (2, 0, 0), M = (0, 2, 0)", value(quantile(HALF), one, other, (1, 1, 1), HALF), -1

        def of_mean() -> Iterator[Case]:
            for label, one, other, weights in _pairs():
                yield label, value(expected, one, other, weights, THIRD), 0

        sizes = "pairs of losses with values -1, 0, 2 on three outcomes with weights 1, 1, 2, lambda = 1/3"
        return {
            "variance": Finite(of_variance, r"\lambda(1-\lambda)\operatorname{Var}(L-M)", sizes),
            "CVaR": Finite(of_tail, r"\ge0", sizes, ">="),
            "mean": Finite(of_mean, "0", sizes),
            "VaR": Finite(of_quantile, "<0", "one pair, lambda = 1/2"),
        }

    tex = r"\lambda R(x_1)+(1-\lambda)R(x_2)-R(\lambda x_1+(1-\lambda)x_2)\ge0"
    value = Definition(r"\text{convexity}", Rule(tex, _convexity_gap), properties)

    def exchanged(measure: Measure, one: Losses, other: Losses, weights: Any, share: Fraction) -> Any:
        mixed = [share * y + (1 - share) * x for x, y in zip(one, other, strict=True)]
        return share * measure(one, weights) + (1 - share) * measure(other, weights) - measure(mixed, weights)

    def reversed_gap(*given: Any) -> Any:
        return -_convexity_gap(*given)

    note = (
        "A demand on risks, which the variance and CVaR meet and VaR does not. It bounds the risk of a mixture by the "
        "weighted mean of the risks, hence by the larger one: that the mixture has less variance than each of its "
        "parts is false (risk.diversification)."
    )
    return Theorem(
        value,
        mutants={
            "shares exchanged": value.of(Rule("exchanged", exchanged)),
            "concave": value.of(Rule("concave", reversed_gap)),
        },
        printed={10: Printed(note=note)},
    )


def diversification() -> Theorem:
    """What `risk.diversification` says."""
    s1, s2 = positive("s1"), positive("s2")
    rho = bounded("rho", -1, 1, tex=r"\rho")
    mixed = weight**2 * s1**2 + (1 - weight) ** 2 * s2**2 + 2 * weight * (1 - weight) * rho * s1 * s2
    share = bounded("w", 0, 1, closed=False)
    below = share**2 * s1**2 + (1 - share) ** 2 * s2**2 + 2 * share * (1 - share) * rho * s1 * s2
    return Theorem(
        AllOf(
            {
                "at most the weighted mean": Inequality(mixed, "<=", weight * s1**2 + (1 - weight) * s2**2),
                "at most the larger": Inequality(mixed, "<=", s2**2, (s1 <= s2,)),
                "slope at the safer asset": Identity(mixed.diff(weight).subs(weight, 1), 2 * s1 * (s1 - rho * s2)),
                "no gain": Inequality(below, ">=", s1**2, (rho * s2 >= s1,)),
            }
        ),
        mutants={
            "below each of the parts": Inequality(mixed, "<=", s1**2),
            "gain whenever not fully dependent": Inequality(below, "<", s1**2, (rho < 1, s1 <= s2)),
        },
    )


def monotonicity() -> Theorem:
    """What `risk.monotonicity` says."""

    def change(measure: Measure, one: Losses, other: Losses, weights: Any) -> Any:
        return measure(one, weights) - measure(other, weights)

    def properties(value: Callable[..., Any]) -> Mapping[str, Claim]:
        def ordered(measure: Measure) -> Callable[[], Iterator[Case]]:
            def cases() -> Iterator[Case]:
                for label, one, other, weights in _pairs():
                    if all(x >= y for x, y in zip(one, other, strict=True)):
                        yield label, value(measure, one, other, weights), 0

            return cases

        def cash() -> Iterator[Case]:
            for label, one, _, weights in _pairs():
                yield label, value(expected, tuple(x + 1 for x in one), one, weights), 1

        def narrower() -> Iterator[Case]:
            yield "L = (1, 1), M = (0, 1)", value(spread, (1, 1), (0, 1), (1, 1)), Fraction(-1, 4)

        sizes = "pairs of losses with L >= M, values -1, 0, 2 on three outcomes with weights 1, 1, 2"
        kept = ("mean", "worst case", "VaR", "CVaR", "mean + semideviation")
        return {
            **{name: Finite(ordered(MEASURES[name]), r"R(L)-R(M)\ge0", sizes, ">=") for name in kept},
            "one more everywhere": Finite(cash, "1", sizes),
            "variance": Finite(narrower, "<0", "one pair"),
        }

    value = Definition(r"\text{monotonicity}", Rule(r"R(x_1)-R(x_2)\ge0\ \text{where}\ x_1\ge x_2", change), properties)
    note = (
        "With larger losses as worse outcomes. The variance and the mean plus two standard deviations are not "
        "monotone, nor is the tail mean of equation 7 where the law has atoms."
    )
    return Theorem(
        value,
        mutants={
            "reversed": value.of(Rule("reversed", lambda measure, one, other, w: change(measure, other, one, w))),
            "size": value.of(Rule("size", lambda measure, one, other, w: abs(change(measure, one, other, w)))),
        },
        printed={11: Printed(note=note)},
    )
