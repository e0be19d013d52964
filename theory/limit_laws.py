"""Averages of independent variables: the law of large numbers, the central limit theorem and its rate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from sympy import Abs, Add, Expr, Integer, Mul, Piecewise, Rational, binomial, cos, erf, exp, expand, oo, pi, sin, sqrt

from .claims import AllOf, Finite, Identity, Inequality, Limit, Recursion
from .measures import integral
from .moments import X, mean
from .statements import Theorem
from .symbols import function, integer, positive, real, reals

n = integer("n", 1)
sigma, eps, fourth = (
    positive("sigma", tex=r"\sigma"),
    positive("epsilon", tex=r"\varepsilon"),
    positive("mu4", tex=r"\mu_4"),
)
third, moment = real("mu3", tex=r"\mu_3"), real("M")
SHEVTSOVA = Rational(4748, 10_000)
"""The constant of Berry and Esseen's theorem for identically distributed summands that Shevtsova proved in 2011."""


def chebyshev() -> Theorem:
    """What `statistics.chebyshev` says."""
    c = real("c")

    def chance(condition: Any) -> Expr:
        return mean(Piecewise((1, condition), (0, True)))

    far = chance(Abs(X - c) >= eps)
    size = mean(Abs(X))
    return Theorem(
        AllOf(
            {
                "Markov": Inequality(chance(Abs(X) >= eps), "<=", size / eps),
                "Chebyshev": Inequality(far, "<=", mean((X - c) ** 2) / eps**2),
            }
        ),
        mutants={
            "half": Inequality(far, "<=", mean((X - c) ** 2) / (2 * eps**2)),
            "not squared": Inequality(far, "<=", mean((X - c) ** 2) / eps),
        },
    )


def large_numbers() -> Theorem:
    """What `statistics.large_numbers` says."""
    of_sum = Recursion(n, 1, sigma**2, moment, moment + sigma**2, n * sigma**2)
    bound = n * sigma**2 / (n * eps) ** 2
    return Theorem(
        AllOf(
            {
                "variance of the sum": of_sum,
                "Chebyshev's bound": Identity(bound, sigma**2 / (n * eps**2)),
                "limit": Limit(bound, n, oo, Integer(0), "-"),
            }
        ),
        mutants={"one summand": Limit(bound * n, n, oo, Integer(0), "-")},
    )


def sample_variance() -> Theorem:
    """What `statistics.sample_variance` says."""
    count, m = integral(Integer(1)), real("m")
    sample = function("x")
    average = integral(sample) / count
    about = integral((sample - average) ** 2)
    values, weights = reals("x1 x2 x3"), (Rational(1, 2), Rational(1, 3), Rational(1, 6))
    truth = Add(*(w * x**2 for w, x in zip(weights, values, strict=True)))
    truth -= Add(*(w * x for w, x in zip(weights, values, strict=True))) ** 2

    def cases(lost: int = 1) -> Iterator[tuple[str, Any, Any]]:
        for size in range(2, 5):
            expected: Expr = Integer(0)
            for draw in product(range(3), repeat=size):
                xs = [values[k] for k in draw]
                squares = Add(*(x**2 for x in xs)) - Add(*xs) ** 2 / size
                expected += Mul(*(weights[k] for k in draw)) * squares / (size - lost)
            yield f"n = {size}", expand(expected), expand(truth)

    formula = r"\mathbb{E}\,\tfrac{1}{n-1}\sum_i(X_i-\bar X)^2=\sigma^2"
    sizes = "samples of two to four draws from three values with weights 1/2, 1/3, 1/6, all values"
    return Theorem(
        AllOf(
            {
                "about any centre": Identity(about, integral((sample - m) ** 2) - count * (average - m) ** 2),
                "expected": Identity(n * sigma**2 - n * (sigma**2 / n), (n - 1) * sigma**2),
                "enumerated": Finite(cases, formula, sizes),
            }
        ),
        mutants={"divided by n": Finite(lambda: cases(0), formula, sizes)},
    )


def sums() -> Theorem:
    """What `statistics.standardized_sums` says."""
    cube = Recursion(n, 1, third, moment, moment + third, n * third)
    grown = moment + 6 * (n * sigma**2) * sigma**2 + fourth
    closed = n * fourth + 3 * n * (n - 1) * sigma**4
    square = Recursion(n, 1, fourth, moment, grown, closed)
    s, x = reals("s x")
    return Theorem(
        AllOf(
            {
                "one more summand": Identity((s + x) ** 4, s**4 + 4 * s**3 * x + 6 * s**2 * x**2 + 4 * s * x**3 + x**4),
                "third moment": cube,
                "fourth moment": square,
                "skewness": Identity(n * third / sqrt(n * sigma**2) ** 3, third / sigma**3 / sqrt(n)),
                "kurtosis": Identity(closed / (n * sigma**2) ** 2, 3 + (fourth / sigma**4 - 3) / n),
                "tends to 3": Limit(closed / (n * sigma**2) ** 2, n, oo, Integer(3), "-"),
            }
        ),
        mutants={
            "fourth moments add": Recursion(n, 1, fourth, moment, grown, n * fourth),
            "skewness stays": Identity(n * third / sqrt(n * sigma**2) ** 3, third / sigma**3),
        },
    )


def central_limit() -> Theorem:
    """What `statistics.central_limit` says."""
    t = real("t")
    normal = exp(-(t**2) / 2)
    width = sqrt(3) * t / sqrt(n)
    return Theorem(
        AllOf(
            {
                "fair coins": Limit(cos(t / sqrt(n)) ** n, n, oo, normal, "-"),
                "uniform": Limit((sin(width) / width) ** n, n, oo, normal, "-"),
                "Laplace": Limit((1 + t**2 / (2 * n)) ** (-n), n, oo, normal, "-"),
                "sums spread": Limit(1 / (n * sigma**2), n, oo, Integer(0), "-"),
                "sums not standardized": Limit(cos(pi / 3) ** n, n, oo, Integer(0), "-"),
            }
        ),
        sizes="coins, uniform and Laplace variables",
        mutants={
            "not scaled": Limit(cos(t / n) ** n, n, oo, normal, "-"),
            "variance two": Limit(cos(t / sqrt(n)) ** n, n, oo, exp(-(t**2)), "-"),
        },
    )


def heavy_averages() -> Theorem:
    """What `statistics.heavy_averages` says."""
    t = positive("t")
    return Theorem(
        AllOf(
            {
                "mean of n": Identity(exp(-t / n) ** n, exp(-t)),
                "scaled as for a finite variance": Limit(exp(-t / sqrt(n)) ** n, n, oo, Integer(0), "-"),
            }
        ),
        mutants={"the mean settles": Limit(exp(-t / n) ** n, n, oo, Integer(1), "-")},
    )


def normal_cdf(z: Expr) -> Expr:
    """The standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


def distances(size: int, chance: Rational) -> Iterator[tuple[int, Expr]]:
    """At each jump of the standardized binomial law: its distance from the normal law, before and after."""
    spread, cumulated = sqrt(size * chance * (1 - chance)), Integer(0)
    for k in range(size + 1):
        level = normal_cdf((k - size * chance) / spread)
        yield k, Abs(cumulated - level)
        cumulated += binomial(size, k) * chance**k * (1 - chance) ** (size - k)
        yield k, Abs(cumulated - level)


def lyapunov(chance: Rational) -> Expr:
    """E|X - p|^3 / sigma^3 of one coin."""
    return (chance**2 + (1 - chance) ** 2) / sqrt(chance * (1 - chance))


def berry_esseen() -> Theorem:
    """What `statistics.berry_esseen` says."""

    def cases(constant: Rational = SHEVTSOVA) -> Iterator[tuple[str, Any, Any]]:
        for chance in (Rational(1, 2), Rational(1, 3), Rational(1, 10)):
            for size in (1, 2, 3, 5, 8):
                bound = constant * lyapunov(chance) / sqrt(size)
                for k, distance in distances(size, chance):
                    yield f"n = {size}, p = {chance}, at {k}", distance, bound

    formula = r"\sup_x|F_n(x)-\Phi(x)|\le 0.4748\,\mathbb{E}|X|^3/(\sigma^3\sqrt n)"
    sizes = "binomial laws of 1, 2, 3, 5 and 8 coins with chances 1/2, 1/3 and 1/10, at every jump"
    return Theorem(
        Finite(cases, formula, sizes, "<="),
        mutants={"constant 7/20": Finite(lambda: cases(Rational(7, 20)), formula, sizes, "<=")},
    )


def slowest_rate() -> Theorem:
    """What `statistics.slowest_rate` says."""
    k = integer("k", 1)
    step = moment * (2 * k + 1) / (2 * k + 2)
    at_least = Recursion(k, 1, Rational(1, 2), moment, step, 1 / (2 * sqrt(k)), ">=")
    wallis = Identity(binomial(2 * k + 2, k + 1) / 4 ** (k + 1), binomial(2 * k, k) / 4**k * (2 * k + 1) / (2 * k + 2))
    return Theorem(
        AllOf({"one more pair of coins": wallis, "central mass": at_least}),
        mutants={"faster": Recursion(k, 1, Rational(1, 2), moment, step, 1 / sqrt(2 * k), ">=")},
    )
