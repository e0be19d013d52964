"""Median, mode and quartiles: definitions that allow for atoms and plateaus, and what the short forms leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from sympy import Abs, And, Eq, Expr, Integer, Piecewise, Rational, exp, log, pi, sqrt

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .moments import X, mean
from .statements import Printed, Theorem
from .symbols import bounded, positive, real, reals

HALF = Rational(1, 2)
below, atom = bounded("B", 0, 1, tex="P(X<m)"), bounded("A", 0, 1, tex="P(X=m)")
LAW = below + atom <= 1
Law = tuple[int, ...]


def _conditions(value: Any) -> tuple[Any, ...]:
    return value.args if isinstance(value, And) else (value,)


def _satisfied(value: Any, at: Mapping[Any, Any], where: tuple[Any, ...]) -> dict[str, Claim]:
    """The conditions of a definition as claims, at the given masses."""
    named = enumerate(_conditions(value), start=1)
    return {
        f"condition {k}": Inequality(one.lhs.subs(at), one.rel_op, one.rhs.subs(at), where)
        for k, one in named
    }  # fmt: skip


def median() -> Theorem:
    """What `statistics.median` says."""

    def properties(value: Any) -> Mapping[str, Claim]:
        assumed = (*_conditions(value), LAW)
        heavy = _satisfied(value, {}, (LAW, atom >= HALF))
        symmetric = _satisfied(value, {below: (1 - atom) / 2}, ())
        return {
            "no more than half below": Inequality(below, "<=", HALF, assumed),
            "no more than half above": Inequality(1 - below - atom, "<=", HALF, assumed),
            **{f"an atom of half the mass, {name}": claim for name, claim in heavy.items()},
            **{f"a centre of symmetry, {name}": claim for name, claim in symmetric.items()},
        }

    at_most, at_least = below + atom, 1 - below
    value = Definition("m", And(at_most >= HALF, at_least >= HALF), properties)
    note = "Every law has a median and may have an interval of them (statistics.sets_of_medians)."
    return Theorem(
        value,
        mutants={
            "one side only": value.of(at_most >= HALF),
            "strict": value.of(And(at_most > HALF, at_least > HALF)),
            "an upper quartile": value.of(And(at_most >= Rational(3, 4), at_least >= Rational(1, 4))),
        },
        printed={649: Printed(note=note)},
    )


def median_equation() -> Theorem:
    """What `statistics.median_equation` says."""
    up_to = below + atom  # the distribution function at m
    medians = (LAW, below <= HALF, up_to >= HALF)
    printed = Identity(up_to, HALF, medians)
    return Theorem(
        AllOf(
            {
                "no atom": Identity(up_to, HALF, (*medians, Eq(atom, 0))),
                "in general": Inequality(below, "<=", HALF, medians),
                "jump": Inequality(up_to - HALF, "<=", atom, medians),
                "converse": Inequality(1 - below, ">=", HALF, (LAW, Eq(up_to, HALF))),
            }
        ),
        mutants={"atoms too": printed, "half the atom": Inequality(up_to - HALF, "<=", atom / 2, medians)},
        printed={
            650: Printed(
                printed,
                assumption="the distribution function is continuous at m: the median has no mass of its own",
                note="A solution of F(m) = 1/2 is a median always; the law of a single point has none. Where F is 1/2 "
                "on an interval each of its points is one.",
            )
        },
    )


def least_absolute_deviation() -> Theorem:
    """What `statistics.least_absolute_deviation` says."""
    c, m = reals("c m")

    def chance(condition: Any) -> Expr:
        return mean(Piecewise((1, condition), (0, True)))

    excess = mean(Abs(X - c)) - mean(Abs(X - m))
    right, left = 2 * chance(X <= m) - 1, 2 * chance(X >= m) - 1
    return Theorem(
        AllOf(
            {
                "to the right": Inequality(excess, ">=", (c - m) * right, (c >= m,)),
                "to the left": Inequality(excess, ">=", (m - c) * left, (c <= m,)),
            }
        ),
        mutants={"twice": Inequality(excess, ">=", 2 * (c - m) * right, (c >= m,))},
    )


def mean_and_median() -> Theorem:
    """What `statistics.mean_and_median` says."""
    c, scale = real("c"), positive("s")
    bound = (mean((X - c) ** 2) / scale + scale) / 2
    deviation = mean(Abs(X - c))
    return Theorem(
        AllOf(
            {
                "mean deviation": Inequality(deviation, "<=", bound),
                "at the root mean square": Identity(
                    bound.subs(scale, sqrt(mean((X - c) ** 2))), sqrt(mean((X - c) ** 2))
                ),
                "mean to the right": Inequality(mean(X) - c, "<=", deviation),
                "mean to the left": Inequality(c - mean(X), "<=", deviation),
            }
        ),
        mutants={"half": Inequality(deviation, "<=", bound / 2)},
    )


def laws(points: int, most: int) -> Iterator[Law]:
    """All laws on 0, 1, ... with whole weights from 1 to `most`, not normalized."""
    yield from product(range(1, most + 1), repeat=points)


def medians(law: Law) -> tuple[int, int]:
    """The least and the greatest median of a law on 0, 1, ...: the ends of the interval of all."""
    total, sums = sum(law), [sum(law[: k + 1]) for k in range(len(law))]
    first = next(k for k, mass in enumerate(sums) if 2 * mass >= total)
    last = next(k for k, mass in enumerate(sums) if 2 * mass > total)
    return first, last


def closest(law: Law, power: int = 1) -> tuple[Fraction, Fraction]:
    """The ends of the quarters of integers that minimize the expected power of the distance."""
    grid = [Fraction(k, 4) for k in range(4 * len(law) - 3)]
    costs = [sum(w * abs(x - c) ** power for x, w in enumerate(law)) for c in grid]
    best = [c for c, cost in zip(grid, costs, strict=True) if cost == min(costs)]
    return best[0], best[-1]


def sets_of_medians() -> Theorem:
    """What `statistics.sets_of_medians` says."""

    def cases(power: int = 1) -> Iterator[tuple[str, Any, Any]]:
        for points in range(1, 5):
            for law in laws(points, 4):
                yield f"weights {law}", medians(law), closest(law, power)

    def coin() -> Iterator[tuple[str, Any, Any]]:
        yield "weights (1, 1)", medians((1, 1)), (0, 1)

    sizes = "all laws on one to four points with weights 1 to 4, centres in steps of a quarter"
    formula = r"\{m\}=\arg\min_c\mathbb{E}|X-c|"
    return Theorem(
        AllOf({"minimizers": Finite(cases, formula, sizes), "a fair coin": Finite(coin, "[0,1]", "a fair coin")}),
        mutants={"squares": Finite(lambda: cases(2), formula, sizes)},
    )


def mode() -> Theorem:
    """What `statistics.mode` says."""

    def properties(value: Callable[[Law], tuple[int, ...]]) -> Mapping[str, Claim]:
        def relabelled() -> Iterator[tuple[str, Any, Any]]:
            for law in laws(3, 3):
                for order in permutations(range(3)):
                    moved = tuple(law[k] for k in order)
                    yield f"{law} in the order {order}", sorted(order[k] for k in value(moved)), sorted(value(law))

        def plateaus() -> Iterator[tuple[str, Any, Any]]:
            for size in range(1, 6):
                yield f"uniform on {size} points", value((1,) * size), tuple(range(size))

        def mixed() -> Iterator[tuple[str, Any, Any]]:
            for law in laws(4, 3):
                peak = tuple(2 * w + (k == 1) * 7 for k, w in enumerate(law))
                yield f"weights {peak}", value(peak), (1,)

        sizes = "all laws with weights 1 to 3"
        return {
            "relabelled": Finite(relabelled, "f\\circ\\pi", f"three points, {sizes}"),
            "plateaus": Finite(plateaus, "f=1/n", "uniform laws on one to five points"),
            "one heaviest": Finite(mixed, "f(1)>f(k)", f"four points, {sizes}"),
        }

    rule = Rule(r"\arg\max_x f(x)", _heaviest)
    value = Definition("x_m", rule, properties)
    note = (
        "It need be no single point, nor exist (statistics.modes). A density is fixed up to null sets only: one takes "
        "its continuous version."
    )
    return Theorem(
        value,
        mutants={
            "the first alone": value.of(Rule("first", lambda law: _heaviest(law)[:1])),
            "the lightest": value.of(Rule("min", lambda law: _heaviest(tuple(-w for w in law)))),
            "the median": value.of(Rule("median", lambda law: (medians(law)[0],))),
        },
        printed={651: Printed(note=note)},
    )


def _heaviest(law: Law) -> tuple[int, ...]:
    return tuple(k for k, weight in enumerate(law) if weight == max(law))


def modes() -> Theorem:
    """What `statistics.modes` says."""
    x, t, s, k = positive("x"), real("t"), positive("theta", tex=r"\theta"), positive("k")
    gamma_log = k * log(x) - x / s  # of the gamma law with shape k + 1
    twin = 2 * t**2 * exp(-(t**2)) / sqrt(pi)
    logarithm = 2 * log(x) - x**2  # of the twin density at x and at -x, up to a constant
    arcsine = 1 / (pi * sqrt(x * (1 - x)))
    return Theorem(
        AllOf(
            {
                "gamma": Inequality(gamma_log, "<=", gamma_log.subs(x, k * s)),
                "a peak": Inequality(logarithm, "<=", logarithm.subs(x, 1)),
                "as high on the left": Identity(twin.subs(t, -t), twin),
                "no highest point": Limit(1 / arcsine, x, Integer(0), Integer(0), "+"),
            }
        ),
        mutants={"mean for mode": Inequality(gamma_log, "<=", gamma_log.subs(x, (k + 1) * s))},
    )


def interquartile_range() -> Theorem:
    """What `statistics.interquartile_range` says."""
    first, third, c, width = real("Q1", tex="Q_1"), real("Q3", tex="Q_3"), real("c"), positive("L")
    a = positive("a")

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(lower: Expr, upper: Expr) -> Expr:
            return value.subs({first: lower, third: upper}, simultaneous=True)

        rate = positive("lambda", tex=r"\lambda")
        return {
            "shift": Identity(at(first + c, third + c), value),
            "scale": Identity(at(a * first, a * third), a * value),
            "mirror": Identity(at(-third, -first), value),
            "nonnegative": Inequality(value, ">=", 0, (first <= third,)),
            "uniform law of length L": Identity(at(width / 4, 3 * width / 4), width / 2),
            "exponential law": Identity(at(log(Rational(4, 3)) / rate, log(4) / rate), log(3) / rate),
        }

    value = Definition(r"\mathrm{IQR}", third - first, properties)
    note = (
        "The quartiles of a data set are a convention: the usual packages interpolate in nine ways, which differ on "
        "small samples."
    )
    return Theorem(value, mutants={"half the range": value.of((third - first) / 2)}, printed={655: Printed(note=note)})
