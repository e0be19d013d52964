"""Entropy, differential entropy, mutual information and relative entropy, for laws on any measure space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Add, Expr, Integer, Integral, Matrix, Rational, exp, log, oo, pi

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .divergence import affinity, entropy, kl
from .gaussian import Normal
from .measures import expect, integral
from .moments import P
from .statements import Printed, Theorem
from .symbols import POSITIVE, UNIT, density, function, positive, probability, real

count = integral(Integer(1))  # the number of values, or the length of the interval
other = density("G")
joint, rival = density("J"), density("R")  # on pairs
first, second = function("p_X", POSITIVE), function("p_Y", POSITIVE)  # the marginal laws, as functions of the pair
alpha = positive("alpha", tex=r"\alpha")


def shannon() -> Theorem:
    """What `statistics.entropy` says."""
    weights, q = function("w", UNIT), positive("q")

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "uniform": Identity(value.xreplace({P: 1 / count}), log(count)),
            "greatest where uniform": Inequality(value, "<=", log(count)),
            "nonnegative": Inequality(value.xreplace({P: weights}), ">=", 0),
            "weights zero": Limit(-q * log(q), q, Integer(0), Integer(0), "+"),
        }

    value = Definition("H(X)", entropy(P), properties)
    note = (
        "With 0 log 0 = 0, its limit; the base of the logarithm is the choice of a unit; over infinitely many values "
        "the sum may be infinite."
    )
    return Theorem(
        value,
        mutants={
            "bits": value.of(entropy(P) / log(2)),
            "mean improbability": value.of(expect(P, 1 - P)),
        },
        printed={661: Printed(note=note)},
    )


def differential() -> Theorem:
    """What `statistics.differential_entropy` says."""
    x, m, s, rate = real("x"), real("m"), positive("s"), positive("lambda", tex=r"\lambda")
    law = Normal(m, s**2)

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "of aX": Identity(alpha * value.xreplace({P: P / alpha}), value + log(alpha)),
            "uniform": Identity(value.xreplace({P: 1 / count}), log(count)),
            "below cross-entropy": Inequality(value, "<=", -expect(P, log(other))),
            "normal": Identity(-law.expect(law.logpdf(x), x), (1 + log(2 * pi * s**2)) / 2),
            "exponential": Identity(
                -Integral(rate * exp(-rate * x) * (log(rate) - rate * x), (x, 0, oo)), 1 - log(rate)
            ),
        }

    value = Definition("h(X)", entropy(P), properties)
    note = (
        "It depends on the unit of X, is negative for laws on less than unit length, and is no limit of entropies; the "
        "integral need not exist."
    )
    return Theorem(
        value,
        mutants={"logarithm forgotten": value.of(-expect(P, P)), "bits": value.of(entropy(P) / log(2))},
        printed={662: Printed(note=note)},
    )


def negative() -> Theorem:
    """What `statistics.negative_entropy` says."""
    length, cells = positive("L"), positive("N")
    return Theorem(
        AllOf(
            {
                "short intervals": Inequality(log(length), "<", 0, (length < 1,)),
                "cells of width L/N": Identity(log(cells), log(length) - log(length / cells)),
            }
        ),
        mutants={"up to length two": Inequality(log(length), "<", 0, (length < 2,))},
    )


def normal_is_greatest() -> Theorem:
    """What `statistics.normal_entropy` says."""
    x, m, s, v = real("x"), real("m"), positive("s"), positive("v")
    score = -Normal(m, s**2).logpdf(x)
    quadratic = log(2 * pi * s**2) / 2 + (x - m) ** 2 / (2 * s**2)
    cross = log(2 * pi * s**2) / 2 + v / (2 * s**2)  # of a law with mean m and variance v
    return Theorem(
        AllOf(
            {
                "Gibbs": Inequality(entropy(P), "<=", -expect(P, log(other))),
                "score of the normal law": Identity(score, quadratic),
                "at its own variance": Identity(cross.subs(v, s**2), (1 + log(2 * pi * s**2)) / 2),
            }
        ),
        mutants={
            "reversed": Inequality(entropy(P), ">=", -expect(P, log(other))),
            "one half forgotten": Identity(cross.subs(v, s**2), log(2 * pi * s**2) / 2),
        },
    )


def shared() -> Expr:
    """H(X) + H(Y) - H(X,Y), each a sum over pairs."""
    return -expect(joint, log(first)) - expect(joint, log(second)) - entropy(joint)


def mutual() -> Theorem:
    """What `statistics.mutual_information` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        given = -expect(joint, log(joint / first))  # H(Y|X)
        return {
            "divergence from independence": Identity(value, kl(joint, first * second)),
            "nonnegative": Inequality(value.xreplace({first: rival / second}), ">=", 0),
            "independent": Identity(value.xreplace({joint: rival, first: rival / second}), 0),
            "reduction of uncertainty": Identity(value, -expect(joint, log(second)) - given),
            "a function of the other": Identity(value.xreplace({first: joint}), -expect(joint, log(second))),
        }

    value = Definition("I(X;Y)", shared(), properties)
    note = (
        "The three entropies have to be finite; with densities the differential entropies take their place. The "
        "divergence of the joint law from the product of the marginal ones needs neither."
    )
    return Theorem(
        value,
        mutants={
            "joint entropy": value.of(entropy(joint)),
            "conditional entropy": value.of(-expect(joint, log(joint / first))),
        },
        printed={663: Printed(note=note)},
    )


def tables() -> Theorem:
    """What `statistics.information_tables` says."""

    def entropy_of(masses: Any) -> Expr:
        return -Add(*(mass * log(mass) for mass in masses))

    def cases(marginals: bool = True) -> Iterator[tuple[str, Any, Any]]:
        for rows, columns in ((2, 2), (2, 3), (3, 3)):
            table = Matrix(rows, columns, lambda i, j: positive(f"p{i}{j}"))
            sides = [Add(*table[i, :]) for i in range(rows)], [Add(*table[:, j]) for j in range(columns)]
            total = entropy_of(sides[0]) + entropy_of(sides[1]) - entropy_of(table)
            ratio = Add(
                *(
                    table[i, j] * (log(table[i, j]) - log(sides[0][i]) - (log(sides[1][j]) if marginals else 0))
                    for i in range(rows)
                    for j in range(columns)
                )
            )
            yield f"{rows} x {columns}", total.expand(), ratio.expand()

    formula = r"H(X)+H(Y)-H(X,Y)=\sum p_{ij}\log\frac{p_{ij}}{p_i p_j}"
    sizes = "tables of 2 x 2, 2 x 3 and 3 x 3 masses, all masses"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"one marginal": Finite(lambda: cases(False), formula, sizes)}
    )


def relative() -> Theorem:
    """What `statistics.relative_entropy` says."""
    q = probability("q")
    reverse = Identity(kl(P, other), kl(other, P))
    hellinger = 2 - 2 * affinity(P, other)
    return Theorem(
        AllOf(
            {
                "nonnegative": Inequality(kl(P, other), ">=", 0),
                "at least Hellinger's distance": Inequality(kl(P, other), ">=", hellinger),
                "of a law from itself": Identity(kl(P, P), 0),
                "from the uniform law": Identity(kl(P, 1 / count), log(count) - entropy(P)),
                "two coins": Inequality(
                    q * log(2 * q) + (1 - q) * log(2 * (1 - q)), ">=", 2 * (q - Rational(1, 2)) ** 2
                ),
            }
        ),
        mutants={"symmetric": reverse, "twice Hellinger": Inequality(kl(P, other), ">=", 2 * hellinger)},
    )
