"""Averages of suprema over random signs: definitions, Massart, contraction, the lower bound.

The theorems that `theory.rademacher` names. Each is proved by its steps (a maximum below a sum of exponentials, one
coordinate at a time, Jensen), for all values; and run on exact classes with all signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Abs, Expr, Integer, Max, Rational, exp, log, sqrt

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Recursion
from .empirical_processes import Class, bound, classes, complexity, distance, dot, negatives, signs, with_negatives
from .measures import expect
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, POSITIVE, DomainSymbol, density, function, integer, positive, real, reals

ONE = Integer(1)
Cases = Iterator[tuple[str, Any, Any]]
SIZES = "classes of up to 8 functions on 1 to 3 points, all signs"
law, g = density("p"), function("g", POSITIVE)
scale, radius, count = positive("l", tex=r"\lambda"), positive("r"), positive("M")


PAIRS: Class = ((1, 1, 0), (1, 0, -1), (0, -1, -1))
"""Its absolute values have a larger complexity with the absolute value inside, by the factor 4/3."""


def family() -> Iterator[tuple[str, Class]]:
    """Classes on one, two and three points."""
    for points in (1, 2, 3):
        for index, rows in enumerate(classes(points)):
            yield f"{points} points, class {index + 1}", rows


def shallow_class() -> Theorem:
    """See `rademacher.shallow_class`."""
    c1, a1, b1, c2, a2, b2, x, k = reals("c1 a1 b1 c2 a2 b2 x k")
    positive_scale = positive("t")
    network = c1 * Max(0, a1 * x + b1) + c2 * Max(0, a2 * x + b2)

    def properties(f: Expr) -> Mapping[str, Claim]:
        at = {x: 2, a1: 1, b1: 3, a2: 4, b2: 1}
        rescaled = {c1: c1 / positive_scale, a1: positive_scale * a1, b1: positive_scale * b1}
        return {
            "value": Identity(f.subs(at), 5 * c1 + 9 * c2),
            "the class holds -f": Identity(f.subs({c1: -c1, c2: -c2}, simultaneous=True), -f),
            "a cone": Identity(f.subs({c1: k * c1, c2: k * c2}, simultaneous=True), k * f),
            "fewer units": Identity(f.subs({c2: 0}), c1 * Max(0, a1 * x + b1)),
            "rectifiers: scale moves inward": Identity(f.subs(rescaled, simultaneous=True), f),
        }

    note = (
        "n counts the units, N the sample. With all parameters allowed the class is a cone: its complexity is 0 or "
        "infinite, and it violates (25); a bound on a norm of the parameters is needed."
    )
    return Theorem(
        Definition(r"f_\theta(x)", network, properties),
        sizes="two rectified units on the line",
        printed={13: Printed(note=note)},
    )


def complexity_of_a_sample() -> Theorem:
    """See `rademacher.empirical_complexity`."""

    def properties(rule: Callable[[Class], Fraction]) -> Mapping[str, Claim]:
        def laws() -> Cases:
            for label, rows in family():
                shift = tuple(Fraction(3 * i - 1) for i in range(len(rows[0])))
                middles = tuple(
                    tuple((Fraction(a) + b) / 2 for a, b in zip(f, h, strict=True)) for f, h in product(rows, repeat=2)
                )
                yield f"{label}: one function", rule(rows[:1]), 0
                yield (
                    f"{label}: moved",
                    rule([[a + b for a, b in zip(f, shift, strict=True)] for f in rows]),
                    rule(rows),
                )
                yield f"{label}: scaled", rule([[-2 * a for a in f] for f in rows]), 2 * rule(rows)
                yield f"{label}: midpoints added", rule((*rows, *middles)), rule(rows)
                if len(rows) > 1:
                    apart = [a - b for a, b in zip(rows[0], rows[1], strict=True)]
                    mean = sum(abs(dot(sigma, apart)) for sigma in signs(len(apart)))
                    yield f"{label}: two", rule(rows[:2]), Fraction(mean) / (2 * len(apart) * 2 ** len(apart))

        def order() -> Cases:
            for label, rows in family():
                yield f"{label}: nonnegative", 0, rule(rows)
                yield f"{label}: a smaller class", rule(rows[:-1] or rows), rule(rows)
                other = ((1,) * len(rows[0]), tuple(range(len(rows[0]))))
                sums = [[a + b for a, b in zip(f, h, strict=True)] for f in rows for h in other]
                yield f"{label}: sums of two classes", rule(sums), rule(rows) + rule(other)

        formula = r"\hat R(cF+g)=|c|\hat R(F),\ \hat R(\{g\})=0"
        return {
            "its values": Finite(laws, formula, SIZES),
            "its order": Finite(order, r"F\subseteq G\Rightarrow\hat R(F)\le\hat R(G)", SIZES, "<="),
        }

    def outside(rows: Class) -> Fraction:
        n = len(rows[0])
        sums: list[Fraction] = [Fraction(sum(dot(sigma, row) for sigma in signs(n))) for row in rows]
        largest: Fraction = max(sums) / (n * 2**n)
        return largest

    rule = Definition(r"\hat R_S(F)", Rule(r"E_\sigma\sup_{f\in F}\frac1n\sum_i\sigma_if(x_i)", complexity), properties)
    note = (
        "It is the support function of F at a random sign vector, not a norm unless F = -F; with the unit ball of "
        "bounded functions for F, the dual norm of the text, it is 1 at every sample without ties."
    )
    return Theorem(
        rule,
        sizes=SIZES,
        mutants={
            "absolute value": rule.of(Rule("abs", lambda rows: complexity(rows, absolute=True))),
            "sum for the mean": rule.of(Rule("sum", lambda rows: len(rows[0]) * complexity(rows))),
            "supremum of the mean": rule.of(Rule("sup E", outside)),
            "twice": rule.of(Rule("2R", lambda rows: 2 * complexity(rows))),
        },
        printed={
            14: Printed(note="A mean over the signs alone: a function of the sample, the quantity of (30)."),
            30: Printed(note=note),
        },
    )


def uniform_bound() -> Theorem:
    """See `rademacher.uniform_bound`."""

    def properties(rule: Callable[[Class], Fraction]) -> Mapping[str, Claim]:
        def below() -> Cases:
            for label, rows in family():
                yield f"{label}: complexity", complexity(rows, absolute=True), rule(rows)
                yield f"{label}: each value", max(abs(Fraction(v)) for row in rows for v in row), rule(rows)

        def attained() -> Cases:
            for points in (1, 2, 3):
                cube = tuple(signs(points))
                yield f"all signs on {points} points", rule(cube), complexity(cube)
            for label, rows in family():
                yield f"{label}: -F", rule(negatives(rows)), rule(rows)
                yield f"{label}: scaled", rule([[3 * v for v in row] for row in rows]), 3 * rule(rows)

        return {
            "a bound": Finite(below, r"\hat R_S(F)\le\sup_F\lVert f\rVert_\infty", SIZES, "<="),
            "attained": Finite(attained, r"\hat R_S(\{-1,1\}^n)=1", SIZES),
        }

    rule = Definition("B", Rule(r"\sup_{f\in F}\lVert f\rVert_\infty", bound), properties)
    note = (
        "The values at the sample points are bounded by the pointwise supremum. The essential supremum does not see "
        "the indicators of finite sets under a law without atoms: their norms are 0, and their complexity is 1/2."
    )
    return Theorem(
        rule,
        sizes=SIZES,
        mutants={
            "half": rule.of(Rule("B/2", lambda rows: bound(rows) / 2)),
            "first function": rule.of(Rule("f_1", lambda rows: bound(rows[:1]))),
            "twice": rule.of(Rule("2B", lambda rows: 2 * bound(rows))),
        },
        printed={25: Printed(note=note)},
    )


def separable_class() -> Theorem:
    """See `rademacher.separable_class`."""

    def properties(rule: Callable[[Class, Class], Fraction]) -> Mapping[str, Claim]:
        def near() -> Cases:
            for label, rows in family():
                for size in range(1, len(rows) + 1):
                    part = rows[:size]
                    yield f"{label}, {size} kept: loss", complexity(rows) - complexity(part), rule(rows, part)

        def zero() -> Cases:
            for label, rows in family():
                yield f"{label}: itself", rule(rows, rows), 0
                yield f"{label}: a part of it", rule(rows[:1], rows), 0
                spread = max(max(abs(Fraction(a) - b) for a, b in zip(f, rows[0], strict=True)) for f in rows)
                yield f"{label}: one function kept", rule(rows, rows[:1]), spread

        formula = r"\hat R(F)-\hat R(F_\epsilon)\le\sup_f\inf_g\lVert f-g\rVert_\infty"
        return {
            "what is lost": Finite(near, formula, SIZES, "<="),
            "distances": Finite(zero, r"\sup_{f\in F}\inf_{g\in F}\lVert f-g\rVert_\infty=0", SIZES),
        }

    rule = Definition(r"d(F,F_\epsilon)", Rule(r"\sup_f\inf_g\lVert f-g\rVert_\infty", distance), properties)
    u, v, s, t, e = reals("u v s t e")
    net = Inequality(Abs(Max(u, v) - Max(s, t)), "<=", e, (Abs(u - s) <= e, Abs(v - t) <= e))
    note = (
        "This is separability of F in the supremum norm, which makes suprema over F those over a countable subset, "
        "hence measurable; with the essential supremum they need not be."
    )

    def reversed_roles(rows: Class, part: Class) -> Fraction:
        return distance(part, rows)

    return Theorem(
        Definition(rule.name, rule.value, lambda one: {**properties(one), "suprema are close": net}),
        sizes=SIZES,
        mutants={
            "roles swapped": rule.of(Rule("inf sup", reversed_roles)),
            "half": rule.of(Rule("d/2", lambda rows, part: distance(rows, part) / 2)),
        },
        printed={26: Printed(note=note)},
    )


def massart() -> Theorem:
    """See `rademacher.massart`."""
    u, v, a = reals("u v a")
    size, part = DomainSymbol("A", NONNEGATIVE), DomainSymbol("c", NONNEGATIVE)
    n, term = integer("n", least=0), real("b")

    def exact(constant: Expr) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows in family():
                distinct = {tuple(Fraction(x) for x in row) for row in rows}
                square = max(dot(row, row) for row in rows)
                radius_ = sqrt(Rational(Fraction(square).numerator, Fraction(square).denominator))
                yield label, complexity(rows), radius_ * sqrt(constant * log(len(distinct))) / len(rows[0])

        return cases

    formula = r"\hat R_S(F)\le\frac{\max_f\lVert f\rVert_2\sqrt{2\log|F|}}n"
    at_best = {scale: sqrt(2 * log(count)) / radius}
    upper = log(count) / scale + scale * radius**2 / 2
    claims: dict[str, Claim] = {
        "a maximum is below the sum": Inequality(exp(scale * Max(u, v)), "<=", exp(scale * u) + exp(scale * v)),
        "Jensen": Inequality(expect(law, log(g)), "<=", log(expect(law, g))),
        "one sign": Inequality((exp(a) + exp(-a)) / 2, "<=", exp(a**2 / 2)),
        "one sign more": Inequality(size * part, "<=", exp(u + v), (size <= exp(u), part <= exp(v))),
        "n equal signs": Recursion(n, 0, ONE, term, term * exp(scale**2 / 2), exp(n * scale**2 / 2), "<="),
        "best scale": Identity(upper.subs(at_best), radius * sqrt(2 * log(count)), (count > 1,)),
        "on exact classes": Finite(exact(Integer(2)), formula, SIZES, "<="),
    }
    mutants: dict[str, Claim] = {
        "without the 2": Finite(exact(ONE), formula, SIZES, "<="),
        "cosh below exp(a^2/4)": Inequality((exp(a) + exp(-a)) / 2, "<=", exp(a**2 / 4)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def contraction() -> Theorem:
    """See `rademacher.contraction`."""
    u, v, s, t, x, y = reals("u v s t x y")
    step = Inequality(u + v + s - t, "<=", Max(u + x + v - y, u - x + v + y), (Abs(s - t) <= Abs(x - y),))
    maps: dict[str, Callable[[Fraction], Fraction]] = {
        "absolute value": abs,
        "rectifier": lambda z: max(z, Fraction(0)),
        "rectifier, moved": lambda z: max(z - 1, Fraction(0)) + 5,
        "clipped": lambda z: min(max(z, Fraction(-1)), Fraction(1)),
    }

    def signed(rows: Class) -> Class:
        return [[Fraction(v) - 1 for v in row] for row in rows]

    def exact(factor: int | Fraction, absolute: bool, names: tuple[str, ...]) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows in (*family(), ("pairs", PAIRS)):
                for name in names:
                    for moved in (rows, signed(rows), with_negatives(rows)[1:]):
                        image = [[maps[name](Fraction(z)) for z in row] for row in moved]
                        yield f"{label}: {name}", complexity(image, absolute), factor * complexity(moved, absolute)

        return cases

    every = tuple(maps)
    at_zero = tuple(name for name in maps if name != "rectifier, moved")
    formula = r"\hat R_S(\varphi\circ F)\le L\,\hat R_S(F)"
    with_bars = r"\hat R^{|\cdot|}_S(\varphi\circ F)\le 2L\,\hat R^{|\cdot|}_S(F)"
    claims: dict[str, Claim] = {
        "one coordinate": step,
        "one-sided, factor 1": Finite(exact(1, False, every), formula, SIZES, "<="),
        "absolute values, factor 2, zero at zero": Finite(exact(2, True, at_zero), with_bars, SIZES, "<="),
    }
    mutants: dict[str, Claim] = {
        "half": Finite(exact(Fraction(1, 2), False, every), formula, SIZES, "<="),
        "absolute values, factor 1": Finite(exact(1, True, at_zero), with_bars, SIZES, "<="),
        "absolute values, any value at zero": Finite(exact(2, True, every), with_bars, SIZES, "<="),
        "steeper than 1": Inequality(step.lhs, "<=", step.rhs, (Abs(s - t) <= 2 * Abs(x - y),)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def moment_bound() -> Theorem:
    """See `rademacher.moment_bound`."""
    S = function("S", NONNEGATIVE)
    n, term, fourth = integer("n", least=1), real("b"), real("w")

    def exact(constant: Rational) -> Callable[[], Cases]:
        def cases() -> Cases:
            for weights in ((1,), (1, 1), (1, 1, 1), (2, 1, 0), (1, 2, 3, 4), (1, 1, 1, 1, 1, 1)):
                mean = Fraction(sum(abs(dot(sigma, weights)) for sigma in signs(len(weights))), 2 ** len(weights))
                yield f"weights {weights}", mean, sqrt(constant * dot(weights, weights))

        return cases

    second, fourth_power = expect(law, S**2), expect(law, S**4)
    lifted = Inequality(expect(law, S), ">=", 3 * sqrt(3) / 2 * (second - fourth_power))
    formula = r"E\Big|\sum_ia_i\sigma_i\Big|\ge\lVert a\rVert_2/\sqrt3"
    # With S = |sum of n signs| / (3 sqrt n): second moment 1/9, fourth at most 1/27.
    claims: dict[str, Claim] = {
        "first from second and fourth moment": lifted,
        "second moment": Recursion(n, 1, ONE, term, term + 1, n),
        "fourth moment": Recursion(n, 1, ONE, fourth, fourth + 6 * n + 1, 3 * n**2 - 2 * n),
        "together": Inequality(
            3 * sqrt(3) / 2 * (n / (9 * n) - (3 * n**2 - 2 * n) / (81 * n**2)) * 3 * sqrt(n), ">=", sqrt(n / Integer(3))
        ),
        "exact weights": Finite(exact(Rational(1, 3)), formula, "six vectors of weights", ">="),
    }
    mutants: dict[str, Claim] = {
        "the second moment itself": Finite(exact(ONE), formula, "six vectors of weights", ">="),
        "factor 3": Inequality(lifted.lhs, ">=", 2 * lifted.rhs),
        "fourth moment 3n^2": Recursion(n, 1, ONE, fourth, fourth + 6 * n + 1, 3 * n**2),
    }
    return Theorem(AllOf(claims), mutants=mutants)
