"""Symmetrization: deviations of means bounded by averages over signs, and the generalization bound that follows.

The theorems that `theory.rademacher` names: on the empirical measure, on signs, on the expected complexity, and the
inequality itself in its three forms (one-sided, with absolute values, for symmetric classes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Add, Expr, Integer, Max, Rational, exp, log, sqrt

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .empirical_processes import (
    LAWS,
    SIZES,
    Class,
    Law,
    bound,
    complexity,
    dot,
    expected_complexity,
    expected_deviation,
    mean,
    models,
    sample_mean,
    samples,
    with_negatives,
)
from .measures import expect
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, UNIT, DomainSymbol, density, function, positive, probability, real, reals

Cases = Iterator[tuple[str, Any, Any]]
Event = tuple[int, ...]


def empirical_measure() -> Theorem:
    """See `rademacher.empirical_measure`."""

    def share(drawn: Sequence[int], event: Event) -> Fraction:
        return Fraction(sum(point in event for point in drawn), len(drawn))

    def without_ties(drawn: Sequence[int], event: Event) -> Fraction:
        return share(sorted(set(drawn)), event)

    def properties(rule: Callable[[Sequence[int], Event], Fraction]) -> Mapping[str, Claim]:
        def measure() -> Cases:
            for drawn in product(range(3), repeat=3):
                yield f"{drawn}: the whole space", rule(drawn, (0, 1, 2)), 1
                yield f"{drawn}: nothing", rule(drawn, ()), 0
                yield f"{drawn}: additive", rule(drawn, (0, 2)), rule(drawn, (0,)) + rule(drawn, (2,))

        def unbiased() -> Cases:
            for law in LAWS:
                for n, event in product((1, 2, 3), ((0,), (1,), (0, 1))):
                    average = sum(p * rule(drawn, event) for drawn, p in samples(law, n))
                    yield f"n = {n}, event {event}", average, sum(law[i] for i in event)

        return {
            "a probability measure": Finite(measure, r"P_n(X)=1", "samples of 3 from 3 points"),
            "unbiased": Finite(unbiased, r"E\,P_n(A)=D(A)", "three laws, samples of 1 to 3"),
        }

    rule = Definition("P_n(A)", Rule(r"\frac1n\sum_i1_{\{x_i\in A\}}", share), properties)
    return Theorem(
        rule,
        sizes="samples of 1 to 3 from up to 3 points",
        mutants={
            "points counted once": rule.of(Rule("set", without_ties)),
            "n - 1 for n": rule.of(
                Rule("n-1", lambda drawn, event: share(drawn, event) * len(drawn) / max(len(drawn) - 1, 2))
            ),
        },
        printed={27: Printed(note="S is written as a set: points that are drawn twice must count twice.")},
    )


def empirical_integral() -> Theorem:
    """See `rademacher.empirical_integral`."""

    def properties(rule: Callable[[Sequence[Any], Sequence[int]], Any]) -> Mapping[str, Claim]:
        def against() -> Cases:
            values = (Fraction(2), Fraction(-1), Fraction(5, 3))
            for drawn in product(range(3), repeat=3):
                shares = [Fraction(drawn.count(i), 3) for i in range(3)]
                yield f"{drawn}: integral against P_n", rule(values, drawn), dot(values, shares)

        def moments() -> Cases:
            for label, rows, law, n in models():
                f = rows[-1]
                first = sum(p * rule(f, drawn) for drawn, p in samples(law, n))
                second = sum(p * rule(f, drawn) ** 2 for drawn, p in samples(law, n))
                variance = mean([Fraction(v) ** 2 for v in f], law) - mean(f, law) ** 2
                yield f"{label}: mean", first, mean(f, law)
                yield f"{label}: variance", second - first**2, variance / n

        return {
            "an integral": Finite(against, r"P_n[f]=\sum_af(a)P_n(\{a\})", "samples of 3 from 3 points"),
            "mean and variance": Finite(moments, r"E\,P_n[f]=D[f],\ \operatorname{Var}=\operatorname{Var}f/n", SIZES),
        }

    rule = Definition("P_n[f]", Rule(r"\frac1n\sum_if(x_i)", sample_mean), properties)
    return Theorem(
        rule,
        sizes=SIZES,
        mutants={
            "first point only": rule.of(Rule("f(x_1)", lambda f, drawn: Fraction(f[drawn[0]]))),
            "sum for the mean": rule.of(Rule("sum", lambda f, drawn: len(drawn) * sample_mean(f, drawn))),
        },
    )


def random_sign() -> Theorem:
    """See `rademacher.random_sign`."""
    h, k, x, y, t = reals("h k x y t")

    def properties(q: Expr) -> Mapping[str, Claim]:
        return {
            "mean zero": Identity(q - (1 - q), Integer(0)),
            "two of them are uncorrelated": Identity((q - (1 - q)) ** 2, Integer(0)),
            "exchangeable pairs": Identity(q * h + (1 - q) * k, q * k + (1 - q) * h),
            "variance of a signed sum": Identity(
                q**2 * (x + y) ** 2 + 2 * q * (1 - q) * (x - y) ** 2 + (1 - q) ** 2 * (x + y) ** 2, x**2 + y**2
            ),
            "moments": Inequality(q * exp(t) + (1 - q) * exp(-t), "<=", exp(t**2 / 2)),
        }

    sign = Definition(r"P(\sigma_i=+1)", Rational(1, 2), properties)
    return Theorem(sign, mutants={"a biased coin": sign.of(Rational(2, 3))})


def expected() -> Theorem:
    """See `rademacher.expected_complexity`."""

    def properties(rule: Callable[[Class, Law, int], Fraction]) -> Mapping[str, Claim]:
        def values() -> Cases:
            for label, rows, law, n in models():
                yield f"{label}: one function", rule(rows[:1], law, n), 0
                sure = (Fraction(1), *(Fraction(0) for _ in law[1:]))
                yield f"{label}: one point", rule(rows, sure, n), complexity([[row[0]] * n for row in rows])

        def order() -> Cases:
            for label, rows, law, n in models(2):
                yield f"{label}: more data", rule(rows, law, n + 1), rule(rows, law, n)
                yield f"{label}: bounded", rule(rows, law, n), bound(rows)

        return {
            "its values": Finite(values, r"R_n(\{f\})=0", SIZES),
            "its order": Finite(order, r"R_{n+1}(F)\le R_n(F)\le\sup_F\lVert f\rVert_\infty", SIZES, "<="),
        }

    def worst(rows: Class, law: Law, n: int) -> Fraction:
        return max(complexity([[row[i] for i in drawn] for row in rows]) for drawn, _ in samples(law, n))

    rule = Definition(r"R_n(F)", Rule(r"E_S\,\hat R_S(F)", expected_complexity), properties)
    return Theorem(
        rule,
        sizes=SIZES,
        mutants={
            "the worst sample": rule.of(Rule("max", worst)),
            "absolute values": rule.of(Rule("abs", lambda rows, law, n: expected_complexity(rows, law, n, True))),
            "sum for the mean": rule.of(Rule("sum", lambda rows, law, n: n * expected_complexity(rows, law, n))),
        },
        printed={32: Printed(note="It depends on the law D as well, and is not the quantity of (14), R_N there.")},
    )


def _both(
    factor: Fraction | int, left: bool, right: bool, symmetric: bool = False, largest: int = 3
) -> Callable[[], Cases]:
    """Deviations against factor times complexities, with absolute values or without on either side."""

    def cases() -> Cases:
        for label, rows, law, n in models(largest):
            members = with_negatives(rows) if symmetric else rows
            lhs = expected_deviation(members, law, n, left)
            yield (
                f"{label}{', with -F' if symmetric else ''}",
                lhs,
                factor * expected_complexity(members, law, n, right),
            )

    return cases


def symmetrization() -> Theorem:
    """See `rademacher.symmetrization`."""
    u1, u2, v1, v2 = reals("u1 u2 v1 v2")
    p, f, rest = density("p"), function("f"), function("r", NONNEGATIVE)
    a, b = probability("a"), probability("b")
    c = [[real(f"h{i}{j}") for j in range(3)] for i in range(3)]
    weights = [a * b, a * (1 - b), 1 - a]
    pairs = [(i, j) for i in range(3) for j in range(3)]
    plain = Add(*(weights[i] * weights[j] * c[i][j] for i, j in pairs))
    swapped = Add(*(weights[i] * weights[j] * (c[i][j] + c[j][i]) / 2 for i, j in pairs))
    formula = r"E\sup_{f\in F}(P_n[f]-D[f])\le2R_n(F)"
    bars = r"E\sup_{f\in F}|P_n[f]-D[f]|\le2E\sup_{f\in F}\Big|\frac1n\sum_i\sigma_if(x_i)\Big|"
    claims: dict[str, Claim] = {
        "a mean of suprema is above each mean": Inequality(expect(p, f), "<=", expect(p, f + rest)),
        "the sample and its ghost change places": Identity(plain, swapped),
        "a supremum of sums": Inequality(Max(u1 + v1, u2 + v2), "<=", Max(u1, u2) + Max(v1, v2)),
        "one-sided": Finite(_both(2, False, False), formula, SIZES, "<="),
        "with absolute values on both sides": Finite(_both(2, True, True), bars, SIZES, "<="),
        "symmetric classes": Finite(
            _both(2, True, False, symmetric=True), r"E\sup_{F=-F}|P_n[f]-D[f]|\le2R_n(F)", SIZES, "<="
        ),
    }
    printed = Finite(_both(2, True, False), r"E\sup_{f\in F}|P_n[f]-D[f]|\le2R_n(F)", SIZES, "<=")
    mutants: dict[str, Claim] = {
        "absolute values on the left only": printed,
        "factor 1": Finite(_both(1, False, False, symmetric=True), formula, SIZES, "<="),
        "the other way round": Finite(_both(2, True, True), bars, SIZES, ">="),
    }
    note = (
        "Without F = -F the left side has an absolute value that the complexity lacks: one function alone has "
        "complexity 0. Without assumption both sides take the absolute value inside, or neither does."
    )
    assumed = Printed(
        claim=printed,
        assumption="F = -F",
        correction=r"E\sup_{f\in F}(P_n[f]-D[f])\le2R_n(F)",
        note=note,
    )
    return Theorem(AllOf(claims), sizes=SIZES, mutants=mutants, printed={31: assumed})


def desymmetrization() -> Theorem:
    """See `rademacher.desymmetrization`."""

    def centred(factor: Fraction, drop: bool) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows, law, n in models():
                moved = rows if drop else [[Fraction(v) - mean(row, law) for v in row] for row in rows]
                yield label, expected_deviation(rows, law, n, True), factor * expected_complexity(moved, law, n, True)

        return cases

    p, s, t = density("p"), function("s"), real("t")
    formula = r"E\sup|P_n[f]-D[f]|\ge\frac12E\sup\Big|\frac1n\sum_i\sigma_i(f(x_i)-D[f])\Big|"
    half = Fraction(1, 2)
    return Theorem(
        AllOf(
            {
                "a mean of sizes": Inequality(abs(expect(p, s + t)), "<=", expect(p, abs(s + t))),
                "on exact classes": Finite(centred(half, False), formula, SIZES, ">="),
            }
        ),
        mutants={
            "factor 1, centres dropped": Finite(centred(Fraction(1), True), formula, SIZES, ">="),
            "centres dropped": Finite(centred(half, True), formula, SIZES, ">="),
        },
        sizes=SIZES,
    )


def generalization_bound() -> Theorem:
    """See `rademacher.generalization_bound`."""
    d, risk = DomainSymbol("d", UNIT, r"\delta"), real("D")
    n = positive("n")
    width = sqrt(log(2 / d) / (2 * n))
    train, average, sample = reals("P R S")
    off = DomainSymbol("w", NONNEGATIVE)
    facts = (risk - train <= 2 * average + off, average <= sample + off)
    claims: dict[str, Claim] = {
        "the two events together": Inequality(risk, "<=", train + 2 * sample + 3 * off, facts),
        "each fails with half of it": Identity(exp(-2 * n * width**2), d / 2),
    }
    mutants: dict[str, Claim] = {
        "twice the width": Inequality(risk, "<=", train + 2 * sample + 2 * off, facts),
        "complexity once": Inequality(risk, "<=", train + sample + 3 * off, facts),
        "delta each": Identity(exp(-2 * n * width**2), d),
    }
    return Theorem(AllOf(claims), mutants=mutants)
