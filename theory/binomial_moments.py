"""Exact binomial sums behind the bounds for bounded losses: Maurer's moment, Abel's form of it, and tails.

All numbers are exact fractions. ``maurer_moment(m)`` is E exp(m kl(X/m || r)) for X ~ Bin(m, r): the factors r cancel
in every term, so that it does not depend on r.

>>> maurer_moment(1), maurer_moment(2)
(Fraction(2, 1), Fraction(5, 2))
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, factorial, perm
from typing import Any

from sympy import Expr, Integer, Rational, exp

from .claims import Finite


def _size(m: int) -> int:
    if m != int(m) or m < 1:
        raise ValueError(f"m = {m} is no sample size: a whole number from 1 on is needed")
    return int(m)


def maurer_moment(m: int) -> Fraction:
    """The sum over k of C(m, k) (k/m)^k (1 - k/m)^(m-k), with 0^0 = 1. Raises ValueError unless m is at least 1."""
    m = _size(m)
    return Fraction(sum(comb(m, k) * k**k * (m - k) ** (m - k) for k in range(m + 1)), m**m)


def abel_form(m: int) -> Fraction:
    """The sum over k from 0 to m of m (m-1) ... (m-k+1) / m^k. Raises ValueError unless m is at least 1."""
    m = _size(m)
    return Fraction(sum(perm(m, k) * m ** (m - k) for k in range(m + 1)), m**m)


def tail(m: int, k: int, r: Fraction) -> Fraction:
    """P(X <= k) for X ~ Bin(m, r)."""
    return Fraction(sum(comb(m, j) * r**j * (1 - r) ** (m - j) for j in range(k + 1)))


def tail_slope(m: int, k: int, r: Expr) -> Expr:
    """The derivative of P(X <= k) in r: -m C(m-1, k) r^k (1-r)^(m-1-k)."""
    falling = Integer(factorial(m)) / (factorial(k) * factorial(m - 1 - k))
    return -falling * r**k * (1 - r) ** (m - 1 - k)


def moment_bounds(largest: int, factor: int = 4) -> Finite:
    """Maurer's moment is at most sqrt(factor m), as an inequality of squares."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for m in range(1, largest + 1):
            yield f"m = {m}", maurer_moment(m) ** 2, factor * m

    return Finite(cases, r"\Big(\sum_k\binom mk(\tfrac km)^k(1-\tfrac km)^{m-k}\Big)^2\le 4m", f"m to {largest}", "<=")


def moment_floor(largest: int, factor: int = 1) -> Finite:
    """Maurer's moment is at least sqrt(factor m): the argument cannot do without a logarithm of m."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for m in range(1, largest + 1):
            yield f"m = {m}", maurer_moment(m) ** 2, factor * m

    return Finite(cases, r"\Big(\sum_k\binom mk(\tfrac km)^k(1-\tfrac km)^{m-k}\Big)^2\ge m", f"m to {largest}", ">=")


def abel(largest: int, shift: int = 0) -> Finite:
    """Abel's form of the moment, term by term positive and at most 1."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for m in range(1, largest + 1):
            yield f"m = {m}", maurer_moment(m), abel_form(m) + shift

    formula = r"\sum_{k=0}^m\binom mk(\tfrac km)^k(1-\tfrac km)^{m-k}=\sum_{k=0}^m\frac{m!}{(m-k)!\,m^k}"
    return Finite(cases, formula, f"m to {largest}")


CHANCES = tuple(Fraction(i, 6) for i in range(1, 6))


def hoeffding_tails(largest: int, constant: int = 2) -> Finite:
    """P(mean <= k/m) is at most exp(-constant m (r - k/m)^2) below the mean: Bin(m, r) for r in sixths."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for m in range(1, largest + 1):
            for r in CHANCES:
                for k in (k for k in range(m) if Fraction(k, m) < r):
                    gap = r - Fraction(k, m)
                    exponent = -constant * m * gap**2
                    yield f"m = {m}, r = {r}, k = {k}", tail(m, k, r), exp(Rational(exponent))

    formula = rf"\Pr(\hat R\le R-t)\le e^{{-{constant}mt^2}}"
    return Finite(cases, formula, f"binomial losses, m to {largest}, R in sixths", "<=")


def inversion_coverage(largest: int, slack: Fraction = Fraction(0)) -> Finite:
    """Exact binomial inversion fails at a law r with probability at most delta: it fails where P(X <= k) < delta.

    slack: how much is taken off the tail before it is compared, 0 for the exact bound.
    """

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for m in range(1, largest + 1):
            for r in CHANCES:
                for delta in (Fraction(1, 20), Fraction(1, 4), Fraction(1, 2)):
                    missed = [k for k in range(m + 1) if tail(m, k, r) - slack < delta]
                    failure = tail(m, max(missed), r) if missed else Fraction(0)
                    yield f"m = {m}, r = {r}, delta = {delta}", failure, delta

    formula = r"\Pr_r(\Pr_r(X\le K)<\delta)\le\delta"
    return Finite(cases, formula, f"m to {largest}, r in sixths, delta 1/20, 1/4, 1/2", "<=")


def loss_without_range() -> Finite:
    """The printed bound, as a tail P(R - seen >= t) <= exp(-2 m t^2), for one hypothesis whose loss is 0 or top."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for top in (1, 3):
            for size in (1, 2):
                t = Rational(top, 2)  # every loss is 0, while the risk is top/2; KL(Q||P) = 0
                label = f"m = {size}, loss 0 or {top} with equal chances, t = {t}"
                yield label, Rational(1, 2**size), exp(-2 * size * t**2)

    return Finite(cases, r"\Pr(R(Q)-\hat R(Q,S)\ge t)\le e^{-2mt^2}", "one hypothesis", "<=")


def every_hypothesis() -> Finite:
    """The printed bound for every f at once, at Q = P: N data uniform on K points, f errs everywhere but on one set."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for points, size in ((2, 1), (4, 1), (8, 2)):
            t = 1 - Rational(size, points)
            label = f"N = {size}, {points} points, hypotheses that are right on {size} of them, t = {t}"
            yield label, Integer(1), exp(-2 * size * t**2)

    formula = r"\Pr(\exists f:\ L(f)-L_{\rm emp}(f)\ge t)\le e^{-2Nt^2}"
    return Finite(cases, formula, "hypotheses that memorize the sample, Q = P", "<=")
