"""Uniform convergence: how far empirical errors are from errors, for all hypotheses of a class at once.

The theorems of `theory.vc` on samples. The route: twice the Rademacher average bounds the expected largest deviation,
Massart's lemma the average, bounded differences the rest; Sauer and Shelah bring in the dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Add, E, Expr, Integer, Rational, exp, log, sqrt

from . import shattering as cases
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Recursion
from .shattering import Rule
from .statements import Printed, Theorem
from .symbols import integer, positive, probability, real

n, d = positive("n", typical=(10, 1000)), positive("d", typical=(1, 10))
delta, epsilon = probability("delta", r"\delta"), probability("epsilon", r"\epsilon")
HALF = Rational(1, 2)

printed_root = sqrt(8 / n * (d * log(2 * n / d) + log(4 / delta)))


def empirical_error() -> Theorem:
    """The theorem of `vc.empirical_error`."""
    sizes = "all labels of up to four points"

    def properties(rule: Rule) -> Mapping[str, Claim]:
        def by(check: Any) -> Finite:
            return Finite(lambda: check(rule.of), r"\widehat{\mathrm{err}}", sizes)

        return {
            "consistent": by(cases.error_of_truth),
            "opposite labels": by(cases.error_of_opposite),
            "points": by(cases.error_by_points),
        }

    formula = r"\frac1n\sum_{i=1}^n 1\{h(x_i)\ne y_i\}"
    definition = Definition(r"\widehat{\mathrm{err}}(h)", Rule(formula, cases.empirical_error), properties)
    count = Rule("count", lambda a, b: len(a) * cases.empirical_error(a, b))
    agree = Rule("agree", lambda a, b: 1 - cases.empirical_error(a, b))
    return Theorem(definition, mutants={"the count": definition.of(count), "agreements": definition.of(agree)})


def error() -> Theorem:
    """The theorem of `vc.error`."""
    sizes = "all laws on two points with labels, all hypotheses, samples of one and two"

    def properties(rule: Rule) -> Mapping[str, Claim]:
        def moment(power: int, formula: str) -> Finite:
            return Finite(lambda: cases.moments_of_empirical_error(rule.of, power), formula, sizes)

        return {
            "unbiased": moment(1, r"E\,\widehat{\mathrm{err}}(h)=\mathrm{err}(h)"),
            "variance": moment(2, r"\mathrm{Var}\,\widehat{\mathrm{err}}(h)=\mathrm{err}(h)(1-\mathrm{err}(h))/n"),
        }

    definition = Definition(r"\mathrm{err}(h)", Rule(r"P(h(x)\ne y)", cases.error), properties)
    agree = Rule("agree", lambda law, h: cases.error(law, [1 - y for y in h]))
    positives = Rule("ones", lambda law, h: Add(*(mass for (x, _), mass in law.items() if h[x])))
    note = "A hypothesis that is chosen with the sample has a biased empirical error: hence uniform deviations."
    return Theorem(
        definition,
        mutants={"agreement": definition.of(agree), "the mass of label 1": definition.of(positives)},
        printed={19: Printed(note=note)},
    )


def symmetrization() -> Theorem:
    """The theorem of `vc.symmetrization`."""
    formula = r"E\sup_h(\mathrm{err}-\widehat{\mathrm{err}})(h)\le 2E R_n"
    sizes = "two laws on two points, all families of losses, samples of one and two"
    return Theorem(
        Finite(cases.symmetrized, formula, sizes, "<="),
        mutants={"without the factor 2": Finite(lambda: cases.symmetrized(1), formula, sizes, "<=")},
    )


def massart_lemma() -> Theorem:
    """The theorem of `vc.massart_lemma`."""
    t, size, r = real("t"), positive("L", "L"), positive("r")
    best = sqrt(8 * n * size)
    root = sqrt(size / (2 * n))
    formula, sizes = (
        r"E\max_v\tfrac1n\sum_i\epsilon_i v_i\le\sqrt{\log N/(2n)}",
        "all families of losses on three points",
    )
    return Theorem(
        AllOf(
            {
                "a sign": Inequality((exp(t) + exp(-t)) / 2, "<=", exp(t**2 / 2)),
                "best exponent": Identity(size / best + best / (8 * n), root),
                "no better one": Inequality(size / r + r / (8 * n), ">=", root),
                "families": Finite(lambda: cases.massart(HALF), formula, sizes, "<="),
            }
        ),
        sizes="the bound for all families on three points, its exponent for all sizes",
        mutants={
            "half the root": Finite(lambda: cases.massart(Rational(1, 8)), formula, sizes, "<="),
            "a tighter sign": Inequality((exp(t) + exp(-t)) / 2, "<=", exp(t**2 / 3)),
        },
    )


def bounded_differences() -> Theorem:
    """The theorem of `vc.bounded_differences`."""
    h, s, t = real("h"), positive("s"), positive("t")
    p, k, a = probability("p"), integer("k", 0), positive("a")
    cumulants = log(1 - p + p * exp(h)) - h * p
    tilted = p * exp(h) / (1 - p + p * exp(h))
    u = probability("u")
    factor = exp(s**2 / (8 * n**2))
    best = 4 * n * t
    tail = s**2 / (8 * n) - s * t
    formula, sizes = r"P(\bar X-p\ge t)\le e^{-2nt^2}", "up to six coins with six chances, all t"
    return Theorem(
        AllOf(
            {
                "starts at zero": Identity(cumulants.subs(h, 0), 0),
                "starts flat": Identity(cumulants.diff(h).subs(h, 0), 0),
                "curvature": Identity(cumulants.diff(h, 2), tilted * (1 - tilted)),
                "curvature is at most 1/4": Inequality(u * (1 - u), "<=", Rational(1, 4)),
                "factors": Recursion(k, 0, Integer(1), a, a * factor, exp(k * s**2 / (8 * n**2))),
                "best exponent": Identity(tail.subs(s, best), -2 * n * t**2),
                "no better one": Inequality(tail, ">=", -2 * n * t**2),
                "coins": Finite(cases.coin_tails, formula, sizes, "<="),
            }
        ),
        sizes="the exponent for all sizes, the tails of the mean of up to six coins with six chances",
        mutants={
            "curvature at most 1/5": Inequality(u * (1 - u), "<=", Rational(1, 5)),
            "exponent -4 n t^2": Identity(tail.subs(s, best), -4 * n * t**2),
            "coins with -4 n t^2": Finite(lambda: cases.coin_tails(4), formula, sizes, "<="),
        },
    )


def unseen_points() -> Theorem:
    """The theorem of `vc.unseen_points`."""
    formula, sizes = r"\min_S\sup_h|\widehat{\mathrm{err}}-\mathrm{err}|\ge(d-n)/d", "d up to 4, n up to 3, all samples"

    def claim(more: int) -> Finite:
        return Finite(lambda: cases.unseen(lambda d, n: Fraction(max(d - n, 0) + more, d)), formula, sizes, ">=")

    return Theorem(claim(0), mutants={"one point more": claim(1)})


def uniform_deviation() -> Theorem:
    """The theorem of `vc.uniform_deviation`."""
    squares = (4 * d * log(E * n / d) + log(2 / delta)) / n
    a, b = positive("a"), positive("b")
    mean = Inequality((sqrt(2 * a / n) + sqrt(b / (2 * n))) ** 2, "<=", (4 * a + b) / n)
    printed = Finite(
        lambda: iter([("d = 28, n = 13, delta = 1/2", Rational(28 - 13, 28), _printed_at(13, 28, HALF))]),
        r"\min_S\sup_h|\widehat{\mathrm{err}}-\mathrm{err}|\le\epsilon",
        "one class and one law",
        "<=",
    )
    note = (
        "The usual theorem has d log(2 e n/d), by the growth function of 2 n points: (2 n/d)^d does not bound it "
        "(vc.sauer_power). With d log(2 n/d) the root is still enough where n >= d, by the sharper route of "
        "vc.symmetrization and vc.massart_lemma. For n far below d it is false: all subsets of 28 equally likely "
        "points and 13 draws leave 15 points unseen, so a hypothesis is off by 15/28 on every sample, and the printed "
        "root is 0.05; where d > 2n it may have no real value. It must say that epsilon is the root, not at most it. "
        "For one fixed hypothesis it is Hoeffding's inequality, with no dimension; the uniform statement is not."
    )
    one = Printed(
        claim=printed,
        assumption="the sample is at least as large as the VC dimension, n >= d",
        correction=r"|\widehat{\mathrm{err}}(h)-\mathrm{err}(h)|\le\sqrt{\tfrac{2d}{n}\log\tfrac{en}{d}}+"
        r"\sqrt{\tfrac{1}{2n}\log\tfrac2\delta}\le\epsilon=\sqrt{\tfrac8n\left(d\log\tfrac{2n}{d}+\log\tfrac4\delta\right)},"
        r"\quad n\ge d",
        note=note,
    )
    return Theorem(
        AllOf(
            {
                "square of a sum": mean,
                "squares": Inequality(squares, "<=", printed_root**2, where=(n >= d,)),
            }
        ),
        sizes="the constants for all n >= d and delta; the deviation by the cited lemmas, at their sizes",
        mutants={
            "2 for 8": Inequality(squares, "<=", printed_root**2 / 4, where=(n >= d,)),
            "without n >= d": Inequality(squares, "<=", printed_root**2),
            "the square of a sum without mixed terms": Inequality(mean.lhs, "<=", 2 * a / n + b / (2 * n)),
        },
        printed={20: one, 21: one},
    )


def _printed_at(sample: int, dimension: int, failure: Rational) -> Expr:
    return printed_root.subs({n: sample, d: dimension, delta: failure})


def empirical_risk_minimization() -> Theorem:
    """The theorem of `vc.empirical_risk_minimization`."""
    found, other, seen, compared = (real(name) for name in ("R_1", "R_2", "r_1", "r_2"))
    where = (found - seen <= epsilon, compared - other <= epsilon, seen <= compared)
    return Theorem(
        Inequality(found, "<=", other + 2 * epsilon, where=where),
        mutants={"one epsilon": Inequality(found, "<=", other + epsilon, where=where)},
    )


def sample_size() -> Theorem:
    """The theorem of `vc.sample_size`."""
    size, r = positive("L", "L"), positive("r")
    constant = positive("C", "C")
    near = 1 / (8 * (1 + constant))
    enough = Inequality(8 * (1 + log(80 * size) + 2 * size), "<=", 80 * size, where=(size >= log(2),))
    printed = Inequality(1, "<=", epsilon, where=(constant / epsilon**2 * (log(1 / epsilon) + log(1 / delta)) <= 1,))
    note = (
        "With epsilon and delta near one the right side is below 1 whatever C is, so one draw would do; but the class "
        "of single points under a law without atoms is then off by 1, as the drawn point shows. The constant does not "
        "depend on the law: 80 serves for all."
    )
    return Theorem(
        AllOf(
            {
                "dimension": enough,
                "larger samples": Inequality(((1 + log(r)) / r).diff(r), "<=", 0, where=(r >= 1,)),
                "confidence": Inequality(2 * log(2 / delta), "<=", 80 * log(1 / delta), where=(delta <= HALF,)),
                "no constant serves near one": Inequality(2 * constant * near * exp(2 * near), "<", 1),
            }
        ),
        sizes="the constants for all epsilon and delta; the deviation by vc.uniform_deviation",
        mutants={
            "40 for 80": Inequality(8 * (1 + log(40 * size) + 2 * size), "<=", 40 * size, where=(size >= log(2),)),
            "any epsilon": Inequality(8 * (1 + log(80 * size) + 2 * size), "<=", 80 * size),
            "any delta": Inequality(2 * log(2 / delta), "<=", 80 * log(1 / delta)),
        },
        printed={
            22: Printed(
                claim=printed,
                assumption="epsilon and delta are at most 1/2; then C = 80 serves for every law",
                correction=r"n\ge\frac{80}{\epsilon^2}\left(d\log\frac1\epsilon+\log\frac1\delta\right),\ "
                r"\epsilon,\delta\le\tfrac12",
                note=note,
            )
        },
    )
