"""Expectation, variance, covariance and standardized moments as integrals over any probability space.

`P` is the density of the law with respect to any measure on the outcomes, `X` and `Y` are random variables: what is
proved of them holds for discrete and continuous laws at once, wherever the moments exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Abs, Add, Expr, Integer, Integral, Rational, exp, log, oo, pi, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .gaussian import Normal
from .measures import Mu, expect, integral, on_atoms
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, density, function, positive, real, reals

P = density("P")
X, Y, Z = function("X"), function("Y"), function("Z")
a, b, c = reals("a b c")
alpha = positive("alpha", tex=r"\alpha")
HALF = Rational(1, 2)


def mean(of: Expr) -> Expr:
    """The expectation of a random variable."""
    return expect(P, of)


def covariance(one: Expr, other: Expr) -> Expr:
    """The expected product of the deviations from the means."""
    return mean((one - mean(one)) * (other - mean(other)))


def variance(of: Expr) -> Expr:
    """The expected square of the deviation from the mean."""
    return central(of, 2)


def central(of: Expr, order: int) -> Expr:
    """The expected power of the deviation from the mean."""
    return mean((of - mean(of)) ** order)


def standardized(of: Expr, order: int) -> Expr:
    """The central moment over that power of the standard deviation: skewness for 3, kurtosis for 4."""
    return central(of, order) / variance(of) ** Rational(order, 2)


def under_normal(value: Expr) -> Expr:
    """A functional of X where X is normal, with mean m and standard deviation s."""
    x = real("x")
    law = Normal(real("m"), positive("s") ** 2)
    return value.replace(Mu, lambda body: law.expect((body / P).subs(X, x), x))


def on_two_points(value: Expr, heavy: int) -> Expr:
    """A functional of X where X is 0 with weight `heavy` against weight one of the value 1."""
    closed = on_atoms(value, 2)
    points = {"P_1": heavy, "P_2": 1, "X_1": 0, "X_2": 1}
    return closed.xreplace({symbol: Integer(points[symbol.name]) for symbol in closed.free_symbols})


def expectation() -> Theorem:
    """What `statistics.expectation` says."""
    slack = function("N", NONNEGATIVE)

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(variable: Expr) -> Expr:
            return value.xreplace({X: variable})

        return {
            "constants": Identity(at(c), c),
            "homogeneous": Identity(at(a * X), a * value),
            "additive": Identity(at(X + Y), value + at(Y)),
            "monotone": Inequality(at(X + slack), ">=", value),
        }

    value = Definition(r"\mathbb{E}[X]", mean(X), properties)
    note = (
        "The integral has to converge absolutely; where it does not, as for the Cauchy law, there is no expectation "
        "(statistics.no_mean)."
    )
    return Theorem(
        value,
        mutants={"the law forgotten": value.of(integral(X)), "mean square": value.of(mean(X**2))},
        printed={646: Printed(note=note)},
    )


def discrete_expectation() -> Theorem:
    """What `statistics.discrete_expectation` says."""
    masses = [positive(f"w{i}") for i in range(4)]
    values = reals("x0 x1 x2")

    def cases(counted: bool = False) -> Iterator[tuple[str, Any, Any]]:
        for image in product(range(3), repeat=4):
            over_outcomes = Add(*(mass * values[at] for mass, at in zip(masses, image, strict=True)))
            pmf = [Add(*(mass for mass, at in zip(masses, image, strict=True) if at == k)) for k in range(3)]
            weights = [Integer(k in image) for k in range(3)] if counted else pmf
            yield f"X = {image}", over_outcomes, Add(*(x * p for x, p in zip(values, weights, strict=True))).expand()

    formula = r"\int_\Omega X\,dP=\sum_x x\,p(x)"
    sizes = "all 81 maps from four outcomes to three values, all masses and values"
    note = (
        "The sum over the values has to converge absolutely: a series that converges in one order only gives no "
        "expectation."
    )
    return Theorem(
        Finite(cases, formula, sizes),
        mutants={"each value once": Finite(lambda: cases(True), formula, sizes)},
        printed={647: Printed(note=note), 666: Printed(note=note)},
    )


def density_expectation() -> Theorem:
    """What `statistics.density_expectation` says."""
    u, x, rate, width = real("u"), real("x"), positive("lambda", tex=r"\lambda"), positive("L")
    quantiles = {
        "exponential": (-log(1 - u) / rate, rate * exp(-rate * x), (Integer(0), oo)),
        "uniform": (c + width * u, 1 / width, (c, c + width)),
        "Pareto": ((1 - u) ** Rational(-1, 3), 3 * x**-4, (Integer(1), oo)),
        "triangular": (sqrt(u), 2 * x, (Integer(0), Integer(1))),
    }

    def of(name: str, weight: Expr) -> Claim:
        quantile, f, (low, high) = quantiles[name]
        return Identity(Integral(quantile, (u, 0, 1)), Integral(x * weight * f, (x, low, high)))

    note = (
        "The density has to be one with respect to length (a continuous distribution function is not enough) and the "
        "integral has to converge absolutely: the Cauchy law has a density and no expectation (statistics.no_mean)."
    )
    return Theorem(
        AllOf({name: of(name, Integer(1)) for name in quantiles}),
        sizes="four families of laws, each as a function on the unit interval and by its density",
        mutants={"a density too many": of("triangular", 2 * x), "half the mass": of("exponential", HALF)},
        printed={648: Printed(note=note), 667: Printed(note=note)},
    )


def no_mean() -> Theorem:
    """What `statistics.no_mean` says."""
    x, top, ratio = real("x"), positive("T"), positive("k")
    cut = log((1 + ratio**2 * top**2) / (1 + top**2)) / (2 * pi)
    primitive = log(1 + x**2) / (2 * pi)
    return Theorem(
        AllOf(
            {
                "primitive": Identity(primitive.diff(x), x / (pi * (1 + x**2))),
                "cut at -T and kT": Identity(primitive.subs(x, ratio * top) - primitive.subs(x, -top), cut),
                "limit": Limit(cut, top, oo, log(ratio) / pi),
            }
        ),
        mutants={"it is zero": Limit(cut, top, oo, Integer(0))},
    )


def spread() -> Theorem:
    """What `statistics.variance` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(variable: Expr) -> Expr:
            return value.xreplace({X: variable})

        return {
            "least mean square": Identity(mean((X - c) ** 2), value + (mean(X) - c) ** 2),
            "constants": Identity(at(c), 0),
            "shifts": Identity(at(X + b), value),
            "nonnegative": Inequality(value, ">=", 0),
        }

    value = Definition(r"\mathrm{Var}(X)", variance(X), properties)
    return Theorem(
        value,
        mutants={"mean square": value.of(mean(X**2)), "mean deviation": value.of(mean(Abs(X - mean(X))))},
        printed={652: Printed(note="It may be infinite though the mean exists.")},
    )


def deviation() -> Theorem:
    """What `statistics.standard_deviation` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "square": Identity(value**2, variance(X)),
            "units": Identity(value.xreplace({X: a * X + b}), Abs(a) * value),
            "two points": Identity(on_two_points(value, 1), HALF),
        }

    value = Definition(r"\sigma", sqrt(variance(X)), properties)
    return Theorem(value, mutants={"variance": value.of(variance(X))})


def covariances() -> Theorem:
    """What `statistics.covariance` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(one: Expr, other: Expr) -> Expr:
            return value.xreplace({X: one, Y: other})

        return {
            "symmetric": Identity(at(Y, X), value),
            "linear": Identity(at(a * X + b * Z + c, Y), a * value + b * at(Z, Y)),
            "with itself": Identity(at(X, X), variance(X)),
            "variance of a sum": Identity(variance(X + Y), variance(X) + variance(Y) + 2 * value),
        }

    value = Definition(r"\mathrm{Cov}(X,Y)", covariance(X, Y), properties)
    return Theorem(value, mutants={"not centred": value.of(mean(X * Y))})


def correlation() -> Theorem:
    """What `statistics.correlation` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(one: Expr, other: Expr) -> Expr:
            return value.xreplace({X: one, Y: other})

        return {
            "symmetric": Identity(at(Y, X), value),
            "units": Identity(at(alpha * X + b, Y), value),
            "turned": Identity(at(-alpha * X + b, Y), -value),
            "with itself": Identity(at(X, X), 1),
        }

    value = Definition(r"\rho(X,Y)", covariance(X, Y) / (sqrt(variance(X)) * sqrt(variance(Y))), properties)
    note = (
        "Both variances have to be finite and not zero: a constant has no correlation with anything. Zero correlation "
        "is not independence (statistics.uncorrelated)."
    )
    return Theorem(
        value,
        mutants={
            "over the variances": value.of(covariance(X, Y) / (variance(X) * variance(Y))),
            "slope of regression": value.of(covariance(X, Y) / variance(X)),
        },
        printed={660: Printed(note=note)},
    )


def correlation_bounds() -> Theorem:
    """What `statistics.correlation_bounds` says."""
    s, t = positive("s"), positive("t")
    bound = (variance(X) / s**2 + variance(Y) / t**2) / 2
    over = covariance(X, Y) / (s * t)
    deviations = {s: sqrt(variance(X)), t: sqrt(variance(Y))}
    return Theorem(
        AllOf(
            {
                "above": Inequality(over, "<=", bound),
                "below": Inequality(over, ">=", -bound),
                "at the standard deviations": Identity(bound.subs(deviations), 1),
                "a line": Identity(covariance(X, a * X + b), a * variance(X)),
            }
        ),
        mutants={"half": Inequality(over, "<=", bound / 2)},
    )


def uncorrelated() -> Theorem:
    """What `statistics.uncorrelated` says."""
    law = [(x, x * x, Rational(1, 3)) for x in (-1, 0, 1)]

    def average(f: Any) -> Expr:
        return Add(*(p * f(x, y) for x, y, p in law))

    def covariances(power: int = 2) -> Iterator[tuple[str, Any, Any]]:
        product_of_means = average(lambda x, y: x) * average(lambda x, y: x**power)
        yield "X uniform on -1, 0, 1", average(lambda x, y: x ** (power + 1)) - product_of_means, Integer(0)

    def masses() -> Iterator[tuple[str, Any, Any]]:
        both, one, other = (average(lambda x, y, f=f: int(f(x, y))) for f in (
            lambda x, y: x == y == 0, lambda x, y: x == 0, lambda x, y: y == 0,
        ))  # fmt: skip
        yield "P(X = 0, Y = 0) against the product", both, one * other

    case = "the uniform law on -1, 0, 1"
    return Theorem(
        AllOf(
            {
                "uncorrelated": Finite(covariances, r"\mathrm{Cov}(X,X^2)=0", case),
                "dependent": Finite(masses, r"P(X=0,Y=0)>P(X=0)P(Y=0)", case, ">"),
            }
        ),
        mutants={"Y = X": Finite(lambda: covariances(1), r"\mathrm{Cov}(X,X)=0", case)},
    )
