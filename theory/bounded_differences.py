"""Concentration of suprema: bounded differences after Hoeffding and McDiarmid, and Bousquet's form of Talagrand's.

The theorems that `theory.rademacher` names. `bennett` is the rate function that Poisson-like tails have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from sympy import Abs, Expr, Integer, Max, Rational, exp, log

from .claims import AllOf, Claim, Finite, Identity, Inequality, Recursion
from .empirical_processes import (
    Class,
    Law,
    bound,
    deviation,
    expected_deviation,
    mean,
    models,
    samples,
    signs,
    upper_tail,
)
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, DomainSymbol, bounded, integer, positive, probability, real, reals

Cases = Iterator[tuple[str, Any, Any]]
EXCESSES = tuple(Fraction(k, 4) for k in (1, 2, 4, 6))
SIZES = "three laws, seven classes each, samples of 1 and 2, four deviations"


def rational(value: Fraction) -> Rational:
    """A fraction as SymPy's number."""
    return Rational(value.numerator, value.denominator)


def bennett(u: Expr) -> Expr:
    """h(u) = (1 + u) log(1 + u) - u."""
    return (1 + u) * log(1 + u) - u


def bounded_differences() -> Theorem:
    """See `rademacher.bounded_differences`."""
    p, h = probability("p"), real("h")
    x, B, eps = bounded("x", 0, 1), positive("B"), positive("e", tex=r"\epsilon")
    u1, u2, s1, s2, t1, t2 = reals("u1 u2 s1 s2 t1 t2")
    n, term, scale, change = integer("n", least=1), real("b"), positive("l", tex=r"\lambda"), positive("c")
    within = tuple(Abs(one) <= B for one in (s1, s2, t1, t2))
    exponent = -scale * eps + scale**2 * n * change**2 / 8
    best = {scale: 4 * eps / (n * change**2)}

    def tails(rate: int, absolute: bool) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows, law, size in models(2):
                for eps_ in EXCESSES:
                    # half the range of the values is the least B: a constant in f changes nothing
                    most = max((max(row) - min(row)) * Fraction(1, 2) for row in rows) if not absolute else bound(rows)
                    if most:
                        exponent_ = rational(rate * size * eps_**2 / (2 * Fraction(most) ** 2))
                        yield f"{label}, {eps_} above", upper_tail(rows, law, size, eps_, absolute), exp(-exponent_)

        return cases

    def uncentred() -> Cases:
        for points, size, eps_ in ((3, 1, Fraction(13, 10)), (4, 1, Fraction(7, 5)), (6, 2, Fraction(1, 1))):
            law = (Fraction(1, points),) * points
            rows = tuple(signs(points))
            above = sum(
                (q for drawn, q in samples(law, size) if deviation(rows, law, drawn, absolute=True) > eps_), Fraction(0)
            )
            yield (
                f"all functions to -1 and 1 on {points} equally likely points, n = {size}, epsilon = {eps_}",
                above,
                2 * exp(-rational(size * eps_**2 / 2)),
            )

    formula = r"P(Z\ge EZ+\epsilon)\le\exp\Big(-\frac{n\epsilon^2}{2B^2}\Big)"
    claims: dict[str, Claim] = {
        "a convex function is below its chord": Inequality(exp(h * x), "<=", 1 - x + x * exp(h)),
        "Hoeffding's lemma": Inequality((1 - p) * exp(-p * h) + p * exp((1 - p) * h), "<=", exp(h**2 / 8)),
        "one point changes a supremum by 2B/n": Inequality(
            Abs(Max(u1 + s1 / n, u2 + s2 / n) - Max(u1 + t1 / n, u2 + t2 / n)), "<=", 2 * B / n, within
        ),
        "one difference more": Recursion(
            n,
            1,
            exp(scale**2 * change**2 / 8),
            term,
            term * exp(scale**2 * change**2 / 8),
            exp(n * scale**2 * change**2 / 8),
            "<=",
        ),
        "an exponential is above the indicator": Inequality(Integer(1), "<=", exp(scale * (u1 - eps)), (u1 >= eps,)),
        "best scale": Identity(exponent.subs(best), -2 * eps**2 / (n * change**2)),
        "differences 2B/n": Identity((-2 * eps**2 / (n * change**2)).subs(change, 2 * B / n), -n * eps**2 / (2 * B**2)),
        "one-sided suprema": Finite(tails(1, False), formula, SIZES, "<="),
        "suprema of absolute values": Finite(tails(1, True), formula, SIZES, "<="),
    }
    printed = Finite(
        uncentred,
        r"P\Big(\sup_{f\in F}|P_n[f]-D[f]|>\epsilon\Big)"
        r"\le2\exp\Big(-\frac{n\epsilon^2}{2\lVert f\rVert_\infty^2}\Big)",
        "classes in which all functions have the same norm",
        "<=",
    )
    mutants: dict[str, Claim] = {
        "twice the exponent": Finite(tails(2, False), formula, SIZES, "<="),
        "not centred": printed,
        "range for its square root": Inequality((1 - p) * exp(-p * h) + p * exp((1 - p) * h), "<=", exp(h**2 / 10)),
        "change B/n": Inequality(
            Abs(Max(u1 + s1 / n, u2 + s2 / n) - Max(u1 + t1 / n, u2 + t2 / n)), "<=", B / n, within
        ),
    }
    note = (
        "The supremum concentrates about its mean, which is missing, and the mean is bounded by (31). f is bound on "
        "the left and free on the right; in the counterexample all f have norm 1, so that every reading fails. With "
        "the mean subtracted it is McDiarmid's inequality; Talagrand's has the variance in it."
    )
    correction = (
        r"P\Big(\big|Z-EZ\big|>\epsilon\Big)"
        r"\le2\exp\Big(-\frac{n\epsilon^2}{2\sup_{f\in F}\lVert f\rVert_\infty^2}\Big),"
        r"\ Z=\sup_{f\in F}|P_n[f]-D[f]|"
    )
    return Theorem(
        AllOf(claims),
        sizes=SIZES,
        mutants=mutants,
        printed={35: Printed(claim=printed, correction=correction, note=note)},
    )


def bousquet() -> Theorem:
    """See `rademacher.bousquet`."""
    u = DomainSymbol("u", NONNEGATIVE)

    def tails(with_mean: bool, factor: int) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows, law, n in models(2):
                scaled = _scaled(rows, law)
                if scaled is None:
                    continue
                variance = max(mean([Fraction(x) ** 2 for x in row], law) for row in scaled)
                centre = n * expected_deviation(scaled, law, n)
                total = n * variance + (2 * centre if with_mean else 0)
                for excess in EXCESSES:
                    tail = upper_tail(scaled, law, n, excess / n)
                    if total:
                        rate = factor * rational(total) * bennett(rational(excess / total))
                        yield f"{label}, {excess} above", tail, exp(-rate)

        return cases

    formula = r"P(Z\ge EZ+t)\le\exp(-v\,h(t/v)),\ v=n\sigma^2+2EZ"
    claims: dict[str, Claim] = {
        "Bernstein's form": Inequality(bennett(u), ">=", u**2 / (2 + 2 * u / 3)),
        "below Hoeffding's": Inequality(bennett(u), "<=", u**2 / 2),
        "solved for the deviation": Inequality(bennett(u + u**2 / 6), ">=", u**2 / 2),
        "on exact classes": Finite(tails(True, 1), formula, SIZES, "<="),
    }
    mutants: dict[str, Claim] = {
        "six times the rate": Finite(tails(True, 6), formula, SIZES, "<="),
        "Bernstein with u for u/3": Inequality(bennett(u), "<=", u**2 / (2 + 2 * u / 3)),
        "Gaussian tails": Inequality(bennett(u), ">=", u**2 / 2),
    }
    return Theorem(AllOf(claims), sizes=SIZES, mutants=mutants)


def _scaled(rows: Class, law: Law) -> Class | None:
    """The centred functions divided by their largest value, so that f - D[f] <= 1; None where all are constant."""
    centred = [[Fraction(v) - mean(row, law) for v in row] for row in rows]
    most = max(max(row) for row in centred)
    return [[v / most for v in row] for row in centred] if most else None
