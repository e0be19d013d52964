"""Coherence of risk measures: the axioms, exact counterexamples, and proofs for the usual measures.

A measure maps the losses of finitely many outcomes and their probabilities to a number. `violation` looks through all
pairs of small losses and returns what contradicts an axiom; that none was found is no proof. The proofs are about
every probability space, by inequalities between the losses at each outcome.

>>> violation(value_at_risk(Fraction(1, 2)), "sub-additive")[:2]
('L = (-1, -1, 0), M = (-1, 0, -1), weights (1, 1, 1)', '-1 <= -2')
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import Any

from sympy import Add, Expr, Max, Piecewise, Rational, exp, log, sqrt

from .claims import AllOf, Claim, Finite, Identity, Inequality
from .evidence import Fails
from .finite_losses import LossLaw
from .kernels import finite
from .measures import integral
from .moments import mean, variance
from .statements import Theorem
from .symbols import NONNEGATIVE, DomainSymbol, bounded, density, function, positive, reals
from .tail_risk import chance, tail_cost

Losses = tuple[Fraction, ...]
Measure = Callable[[Sequence[Any], Sequence[Any]], Any]
Case = tuple[str, Any, Any]

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
WEIGHTS = ((1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1))
VALUES = (-1, 0, 2)
SIZES = "all pairs of losses with values -1, 0, 2 on three outcomes, four laws"


def value_at_risk(level: Fraction) -> Measure:
    """The smallest quantile at the level."""
    return lambda losses, weights: LossLaw.of(losses, weights).value_at_risk(level)


def conditional_value_at_risk(level: Fraction) -> Measure:
    """The mean of the worst share 1 - level."""
    return lambda losses, weights: LossLaw.of(losses, weights).conditional_value_at_risk(level)


def tail_mean(level: Fraction) -> Measure:
    """The mean of the losses from the value at risk on."""
    return lambda losses, weights: LossLaw.of(losses, weights).tail_mean(level)


def expected(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The mean loss."""
    return LossLaw.of(losses, weights).mean


def worst(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The largest loss that is possible."""
    return LossLaw.of(losses, weights).values[-1]


def spread(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The variance."""
    return LossLaw.of(losses, weights).variance


def mean_and_deviation(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The mean plus twice the standard deviation."""
    law = LossLaw.of(losses, weights)
    return _sympy(law.mean) + 2 * sqrt(_sympy(law.variance))


def semideviation(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The mean plus the mean excess over it."""
    law = LossLaw.of(losses, weights)
    return law.mean + law.shortfall(law.mean)


def entropic(losses: Sequence[Any], weights: Sequence[Any]) -> Any:
    """The logarithm of the mean exponential."""
    law = LossLaw.of(losses, weights)
    return log(Add(*(_sympy(w) * exp(_sympy(x)) for w, x in zip(law.weights, law.values, strict=True))))


def _sympy(number: Fraction) -> Expr:
    return Rational(number.numerator, number.denominator)


AXIOMS: Mapping[str, tuple[Any, str]] = {
    "monotone": ("==>", "R(L) >= R(M) where L >= M at each outcome"),
    "translation": ("==", "R(L + 1) = R(L) + 1"),
    "homogeneous": ("==", "R(2 L) = 2 R(L)"),
    "sub-additive": ("<=", "R(L + M) <= R(L) + R(M)"),
    "convex": ("<=", "R(L/3 + 2M/3) <= R(L)/3 + 2R(M)/3"),
}
"""What is asked of a coherent measure: the first four, which imply the fifth."""


def axiom(measure: Measure, name: str) -> Finite:
    """The axiom for a measure as a claim about all pairs of small losses.

    Raises ValueError for an axiom of another name.
    """
    if name not in AXIOMS:
        raise ValueError(f"there is no axiom {name!r}: choose one of {', '.join(AXIOMS)}")

    def cases() -> Iterator[Case]:
        for weights in WEIGHTS:
            vectors = list(product(VALUES, repeat=3))
            risk = cache(partial(_measured, measure, weights))
            for one in vectors:
                if name in ("translation", "homogeneous"):
                    yield _one(risk, name, one, weights)
                    continue
                for other in vectors:
                    yield from _two(risk, name, one, other, weights)

    relation: Any = {"==>": ">="}.get(AXIOMS[name][0], AXIOMS[name][0])
    return Finite(cases, AXIOMS[name][1], SIZES, relation)


def _measured(measure: Measure, weights: tuple[int, ...], losses: tuple[Any, ...]) -> Any:
    return measure(losses, weights)


def _one(risk: Callable[..., Any], name: str, loss: tuple[int, ...], weights: tuple[int, ...]) -> Case:
    label = f"L = {loss}, weights {weights}"
    if name == "translation":
        return label, risk(tuple(x + 1 for x in loss)), risk(loss) + 1
    return label, risk(tuple(2 * x for x in loss)), 2 * risk(loss)


def _two(
    risk: Callable[..., Any], name: str, one: tuple[int, ...], other: tuple[int, ...], weights: tuple[int, ...]
) -> Iterator[Case]:
    label = f"L = {one}, M = {other}, weights {weights}"
    pairs = list(zip(one, other, strict=True))
    if name == "monotone":
        if all(x >= y for x, y in pairs):
            yield label, risk(one), risk(other)
    elif name == "sub-additive":
        yield label, risk(tuple(x + y for x, y in pairs)), risk(one) + risk(other)
    else:
        mixed = tuple(x * THIRD + y * (1 - THIRD) for x, y in pairs)
        yield label, risk(mixed), (risk(one) + 2 * risk(other)) / 3


def violation(measure: Measure, name: str) -> tuple[str, str] | None:
    """The first pair of small losses that contradicts the axiom, with both sides; None where there is none.

    measure(losses, weights) returns an exact number: an integer, a fraction or a SymPy expression. Raises ValueError
    for an axiom of another name, TypeError for a value that is not exact.
    """
    answer = finite.decide(axiom(measure, name))
    if not isinstance(answer, Fails):
        return None
    found = answer.counterexample
    return found.point["case"], f"{found.left} {found.relation} {found.right}"


L, M, slack = function("L"), function("M"), function("d", NONNEGATIVE)
a, b, m, l0 = reals("a b m l")
c, v = reals("c v")
scale, weight = positive("s"), bounded("lambda", 0, 1, tex=r"\lambda")
MEASURES: Mapping[str, Measure] = {
    "mean": expected,
    "worst case": worst,
    "VaR": value_at_risk(HALF),
    "CVaR": conditional_value_at_risk(HALF),
    "tail mean": tail_mean(HALF),
    "variance": spread,
    "mean + 2 deviations": mean_and_deviation,
    "mean + semideviation": semideviation,
    "entropic": entropic,
}
"""The usual measures, at level 1/2 where they have one."""

REFUTED: Mapping[str, tuple[str, ...]] = {
    "mean": (),
    "worst case": (),
    "VaR": ("sub-additive", "convex"),
    "CVaR": (),
    "tail mean": ("monotone", "sub-additive", "convex"),
    "variance": ("monotone", "translation", "homogeneous", "sub-additive"),
    "mean + 2 deviations": ("monotone",),
    "mean + semideviation": (),
    "entropic": ("homogeneous", "sub-additive"),
}
"""The axioms that each of the measures breaks, which the checks confirm by a counterexample; it keeps all others."""


def _broken(measure: str) -> dict[str, Claim]:
    """The axioms that a measure breaks, as claims that must be rejected."""
    return {name: axiom(MEASURES[measure], name) for name in REFUTED[measure]}


def _enumerated(measure: str) -> dict[str, Claim]:
    kept = (name for name in AXIOMS if name not in REFUTED[measure])
    return {f"{name}, small losses": axiom(MEASURES[measure], name) for name in kept}


def coherent_tail() -> Theorem:
    """What `risk.coherent` says."""
    mixed = tail_cost(weight * L + (1 - weight) * M, weight * c + (1 - weight) * v)
    return Theorem(
        AllOf(
            {
                "monotone": Inequality(tail_cost(L + slack, c), ">=", tail_cost(L, c)),
                "translation": Identity(tail_cost(L + m, c + m), tail_cost(L, c) + m),
                "homogeneous": Identity(tail_cost(scale * L, scale * c), scale * tail_cost(L, c)),
                "sub-additive": Inequality(tail_cost(L + M, c + v), "<=", tail_cost(L, c) + tail_cost(M, v)),
                "convex": Inequality(mixed, "<=", weight * tail_cost(L, c) + (1 - weight) * tail_cost(M, v)),
            }
        ),
        mutants={
            "super-additive": Inequality(tail_cost(L + M, c + v), ">=", tail_cost(L, c) + tail_cost(M, v)),
            "one threshold": Inequality(tail_cost(L + M, c), "<=", tail_cost(L, c) + tail_cost(M, c)),
        },
    )


def quantile_axioms() -> Theorem:
    """What `risk.value_at_risk_axioms` says."""
    s1, s2, rho = positive("s1"), positive("s2"), bounded("rho", -1, 1, tex=r"\rho")
    joint = sqrt(s1**2 + s2**2 + 2 * rho * s1 * s2)
    return Theorem(
        AllOf(
            {
                "monotone": Inequality(chance(L + slack <= l0), "<=", chance(L <= l0)),
                "translation": Identity(chance(L + m <= l0 + m), chance(L <= l0)),
                "homogeneous, one way": Inequality(chance(scale * L <= scale * l0), "<=", chance(L <= l0)),
                "homogeneous, the other": Inequality(chance(scale * L <= scale * l0), ">=", chance(L <= l0)),
                "normal losses": Inequality(joint, "<=", s1 + s2),
            }
        ),
        mutants={
            **_broken("VaR"),
            "normal losses, below the median": Inequality(-joint, "<=", -s1 - s2),
        },
        exempt={
            f"homogeneous, {way}: relation flipped": "the two directions are claimed side by side: they are equal"
            for way in ("one way", "the other")
        },
    )


def tail_mean_axioms() -> Theorem:
    """What `risk.tail_mean_axioms` says."""
    kept = _enumerated("tail mean")
    total, mass = mean(Piecewise((L, L >= v), (0, True))), chance(L >= v)
    shifted = mean(Piecewise((L + m, L + m >= v + m), (0, True)))
    scaled = mean(Piecewise((scale * L, scale * L >= scale * v), (0, True)))

    def smaller() -> Iterator[Case]:
        weights, measure = (1, 1, 2), tail_mean(HALF)
        yield "losses (0, 0, 2) and (-1, 0, 2)", measure((0, 0, 2), weights), measure((-1, 0, 2), weights)

    return Theorem(
        AllOf(
            {
                "translation": Identity(shifted, total + m * mass),
                "homogeneous, at most": Inequality(scaled, "<=", scale * total),
                "homogeneous, at least": Inequality(scaled, ">=", scale * total),
                **kept,
                "less for more": Finite(smaller, "R(L)<R(M),\\ L\\ge M", "weights 1, 1, 2, level 1/2", "<"),
            }
        ),
        mutants=_broken("tail mean"),
        exempt={
            f"homogeneous, at {way}: relation flipped": "the two directions are claimed side by side: they are equal"
            for way in ("most", "least")
        },
    )


def mean_and_worst() -> Theorem:
    """What `risk.mean_and_worst_case` says."""
    x, y = reals("x y")
    return Theorem(
        AllOf(
            {
                "mean, monotone": Inequality(mean(L + slack), ">=", mean(L)),
                "mean, linear": Identity(mean(scale * L + M + m), scale * mean(L) + mean(M) + m),
                "bounds, sub-additive": Inequality(x + y, "<=", a + b, (x <= a, y <= b)),
                "bounds, monotone": Inequality(y, "<=", a, (y <= x, x <= a)),
                "bounds, translation": Inequality(x + m, "<=", a + m, (x <= a,)),
                "bounds, homogeneous": Inequality(scale * x, "<=", scale * a, (x <= a,)),
            }
        ),
        mutants={"bounds, additive": Inequality(x + y, ">=", a + b, (x <= a, y <= b))},
    )


def variance_axioms() -> Theorem:
    """What `risk.variance_axioms` says."""
    mixed = weight * L + (1 - weight) * M
    gap = weight * variance(L) + (1 - weight) * variance(M) - variance(mixed)
    return Theorem(
        AllOf(
            {
                "convex": Identity(gap, weight * (1 - weight) * variance(L - M)),
                "shifts": Identity(variance(L + m), variance(L)),
                "scale": Identity(variance(scale * L), scale**2 * variance(L)),
            }
        ),
        mutants=_broken("variance"),
    )


def deviation_axioms() -> Theorem:
    """What `risk.deviation_axioms` says."""
    ratio, s1, s2 = positive("t"), positive("s1"), positive("s2")
    bound = (1 + ratio) * mean((L - a) ** 2) + (1 + 1 / ratio) * mean((M - b) ** 2)
    return Theorem(
        AllOf(
            {
                "sub-additive in any ratio": Inequality(mean((L - a + M - b) ** 2), "<=", bound),
                "at the best ratio": Identity((1 + s2 / s1) * s1**2 + (1 + s1 / s2) * s2**2, (s1 + s2) ** 2),
                "shifts": Identity(variance(L + m), variance(L)),
                "scale": Identity(sqrt(scale**2 * s1**2), scale * s1),
            }
        ),
        mutants={**_broken("mean + 2 deviations"), "ratio forgotten": Inequality(
            mean((L - a + M - b) ** 2), "<=", mean((L - a) ** 2) + mean((M - b) ** 2))},
    )  # fmt: skip


def semideviation_axioms() -> Theorem:
    """What `risk.semideviation_axioms` says."""
    rise = DomainSymbol("delta", NONNEGATIVE, tex=r"\delta")  # the mean of the slack

    def over(of: Expr) -> Expr:
        return mean(Max(of, 0))

    return Theorem(
        AllOf(
            {
                "monotone": Inequality(over(L - m) - over(L + slack - m - rise), "<=", rise),
                "sub-additive": Inequality(over(L - a + M - b), "<=", over(L - a) + over(M - b)),
                "homogeneous": Identity(over(scale * L - scale * m), scale * over(L - m)),
                "translation": Identity(over(L + c - (m + c)), over(L - m)),
            }
        ),
        mutants={"strict gain": Inequality(over(L - m) - over(L + slack - m - rise), "<=", rise / 2)},
    )


def entropic_axioms() -> Theorem:
    """What `risk.entropic_axioms` says."""
    q, ratio = density("q"), function("u", positive("u").domain)
    return Theorem(
        AllOf(
            {
                "monotone": Inequality(mean(exp(scale * (L + slack))), ">=", mean(exp(scale * L))),
                "translation": Identity(mean(exp(scale * (L + m))), exp(scale * m) * mean(exp(scale * L))),
                # With q proportional to P exp(M) and u = exp(L - M) up to factors, E[e^(wL + (1-w)M)] is E_q[u^w].
                "convex": Inequality(
                    integral(q * ratio**weight), "<=", 1 + weight * (integral(q * ratio) - 1)
                ),
            }
        ),
        mutants={**_broken("entropic"), "half the weight": Inequality(
            integral(q * ratio**weight), "<=", 1 + weight * (integral(q * ratio) - 1) / 2)},
    )  # fmt: skip
