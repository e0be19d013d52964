"""Skewness, kurtosis and cumulants: their definitions, how they bound each other, and what they do not say of tails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Add, Expr, Integer, Integral, Rational, binomial, exp, oo, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .moments import X, alpha, b, central, mean, on_two_points, standardized, under_normal, variance
from .statements import Printed, Theorem
from .symbols import positive, reals


def skewness() -> Theorem:
    """What `statistics.skewness` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "location and scale": Identity(value.xreplace({X: alpha * X + b}), value),
            "mirror": Identity(value.xreplace({X: -X}), -value),
            "two points": Identity(on_two_points(value, 2), 1 / sqrt(2)),
            "normal": Identity(under_normal(value), 0),
        }

    value = Definition(r"\gamma_1", standardized(X, 3), properties)
    needs = "It needs a finite third moment and a variance that is not zero. "
    zero = "Zero does not make a law symmetric, nor does the sign tell the longer tail (statistics.skewness_and_tails)."
    return Theorem(
        value,
        mutants={"raw third moment": value.of(mean(X**3)), "not divided": value.of(central(X, 3))},
        printed={656: Printed(note=needs + zero), 671: Printed(note=needs + zero)},
    )


def kurtosis() -> Theorem:
    """What `statistics.kurtosis` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "location and scale": Identity(value.xreplace({X: alpha * X + b}), value),
            "mirror": Identity(value.xreplace({X: -X}), value),
            "two points": Identity(on_two_points(value, 1), 1),
            "normal": Identity(under_normal(value), 3),
        }

    value = Definition(r"\gamma_2", standardized(X, 4), properties)
    needs = "It needs a finite fourth moment and a variance that is not zero. "
    tails = (
        "That it is high for heavy tails and low for light ones is no theorem: a law with tails x^-6 can have 9/5, one "
        "on two points 98 (statistics.kurtosis_and_tails)."
    )
    return Theorem(
        value,
        mutants={"excess": value.of(standardized(X, 4) - 3), "square of the deviation": value.of(central(X, 4))},
        printed={
            657: Printed(note=needs + tails + " Elsewhere gamma_2 is the excess over 3."),
            672: Printed(note=needs + tails),
        },
    )


def skewness_and_tails() -> Theorem:
    """What `statistics.skewness_and_tails` says."""
    lopsided, left = {-5: 1, -1: 3, 4: 2}, {-7: 1, -1: 8, 5: 3}

    def moments(law: Mapping[int, int], of: tuple[int, ...]) -> tuple[Rational, ...]:
        total = sum(law.values())
        return tuple(Rational(sum(weight * value**k for value, weight in law.items()), total) for k in of)

    def skewless() -> Iterator[tuple[str, Any, Any]]:
        yield "mean and third moment", moments(lopsided, (1, 3)), (0, 0)

    def asymmetric() -> Iterator[tuple[str, Any, Any]]:
        yield "the fifth moment", moments(lopsided, (5,))[0], Integer(0)

    def longer(law: Mapping[int, int] = left) -> Iterator[tuple[str, Any, Any]]:
        yield "mean", moments(law, (1,))[0], Integer(0)
        yield "third moment", moments(law, (3,))[0], Rational(1, 10**6)
        yield "reach to the left and to the right", Integer(-min(law)), Integer(max(law) + 1)

    case = "weights 1, 3, 2 of -5, -1, 4 and 1, 8, 3 of -7, -1, 5"
    turned = {-value: weight for value, weight in left.items()}
    return Theorem(
        AllOf(
            {
                "skewness zero": Finite(skewless, r"\mathbb{E}X=\mathbb{E}X^3=0", case),
                "not symmetric": Finite(asymmetric, r"\mathbb{E}X^5<0", case, "<"),
                "positive skewness, longer left side": Finite(longer, r"\mathbb{E}X^3>0,\ |\min X|>\max X", case, ">="),
            }
        ),
        mutants={"the mirror image": Finite(lambda: longer(turned), r"\mathbb{E}X^3>0", case, ">=")},
    )


def kurtosis_and_tails() -> Theorem:
    """What `statistics.kurtosis_and_tails` says."""
    x = positive("x")
    tail = 5 * x**-6  # the density of |X|, on x > 1
    second, fourth = (Integral(x**k * tail, (x, 1, oo)) for k in (2, 4))
    normal = exp(-(x**2) / (2 * Rational(5, 3)))
    return Theorem(
        AllOf(
            {
                "second moment": Identity(second, Rational(5, 3)),
                "fourth moment": Identity(fourth, Rational(9, 5) * Rational(5, 3) ** 2),
                "heavier than normal": Limit(normal / x**-6, x, oo, Integer(0)),
                "a rare event": Identity(on_two_points(standardized(X, 4), 99), Rational(9703, 99)),
            }
        ),
        mutants={
            "kurtosis 3": Identity(fourth, 3 * Rational(5, 3) ** 2),
            "a fair coin": Identity(on_two_points(standardized(X, 4), 1), 3),
        },
    )


def kurtosis_bound() -> Theorem:
    """What `statistics.kurtosis_bound` says."""
    g, kappa = reals("g kappa")
    square = mean((X**2 - g * X - 1) ** 2)
    expanded = mean(X**4) - 2 * g * mean(X**3) + (g**2 - 2) * mean(X**2) + 2 * g * mean(X) + 1
    # For a standardized variable the moments are 0, 1, g and kappa.
    moments = {mean(X): Integer(0), mean(X**2): Integer(1), mean(X**3): g, mean(X**4): kappa}
    return Theorem(
        AllOf(
            {
                "a square": Identity(square, expanded),
                "nonnegative": Inequality(expanded, ">=", 0),
                "of a standardized variable": Identity(expanded.xreplace(moments), kappa - g**2 - 1),
                "attained": Identity(
                    on_two_points(standardized(X, 4), 5), on_two_points(standardized(X, 3), 5) ** 2 + 1
                ),
            }
        ),
        mutants={
            "two": Identity(expanded.xreplace(moments), kappa - g**2 - 2),
            "skewness not squared": Identity(
                on_two_points(standardized(X, 4), 5), on_two_points(standardized(X, 3), 5) + 1
            ),
        },
    )


def cumulants() -> Theorem:
    """What `statistics.cumulants` says."""
    first, second, third, fourth = (mean(X**k) for k in range(1, 5))
    polynomials = _cumulants((first, second, third, fourth))
    one, other = reals("m1 m2 m3 m4"), reals("n1 n2 n3 n4")
    both = tuple(
        Add(*(binomial(k, j) * power(one, j) * power(other, k - j) for j in range(k + 1))).expand() for k in range(1, 5)
    )
    sums = {
        f"order {k}, of a sum": Identity(of_both, left + right)
        for k, of_both, left, right in zip(
            range(1, 5), _cumulants(both), _cumulants(one), _cumulants(other), strict=True
        )
    }
    return Theorem(
        AllOf(
            {
                "variance": Identity(variance(X), polynomials[1]),
                "third": Identity(central(X, 3), polynomials[2]),
                "fourth": Identity(central(X, 4) - 3 * variance(X) ** 2, polynomials[3]),
                **sums,
            }
        ),
        mutants={
            "fourth central moment": Identity(central(X, 4), polynomials[3]),
            "raw moments add": Identity(both[1], one[1] + other[1]),
        },
    )


def power(moments: tuple[Expr, ...], order: int) -> Expr:
    """The moment of that order; 1 for order zero."""
    return moments[order - 1] if order else Integer(1)


def _cumulants(moments: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The first four cumulants by the moments: k_n = m_n - sum of binomial(n-1, j-1) k_j m_(n-j)."""
    found: list[Expr] = []
    for n in range(1, 5):
        lower = (binomial(n - 1, j - 1) * found[j - 1] * power(moments, n - j) for j in range(1, n))
        found.append((moments[n - 1] - Add(*lower)).expand())
    return tuple(found)
