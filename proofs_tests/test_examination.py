"""The examination of the kernels: true and false claims of the kind that fool computer algebra.

The truth of each claim was established by hand; the check must accept no false claim, reject no true one, find a
certified counterexample for the false ones and a proof for the true ones. What it cannot decide is listed with the
reason, and the list is held to be exact: a claim that becomes decided must leave it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache

import mpmath
import pytest
import sympy
from sympy import (
    Abs,
    Derivative,
    Dummy,
    E,
    Integral,
    KroneckerDelta,
    Matrix,
    Max,
    Min,
    Ne,
    Piecewise,
    Rational,
    S,
    Sum,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    binomial,
    ceiling,
    cos,
    cosh,
    digamma,
    erf,
    exp,
    eye,
    factorial,
    fibonacci,
    floor,
    gamma,
    isprime,
    lambdify,
    log,
    oo,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import Claim, Finite, Identity, Inequality, Limit, Recursion
from theoremcheck.theory.evidence import Answer, Counterexample, Fails, Holds, Unknown
from theoremcheck.theory.judge import decide, decide_all, decide_here
from theoremcheck.theory.measures import integral
from theoremcheck.theory.symbols import (
    POSITIVE,
    bounded,
    density,
    function,
    integer,
    positive,
    probability,
    real,
    reals,
)

x, y, z, w = reals("x y z w")
a, b, c, d, s, v = (positive(name) for name in "abcdsv")
p, q, r = (probability(name) for name in "pqr")
i, n, m, N = integer("i"), integer("n", 0), integer("m", 0), integer("N", 1)
k, t, term = integer("k"), real("t"), real("a_n")
u = bounded("u", -1, 1)
narrow, wide, half = bounded("x", -3, 3), bounded("x", -4, 4), bounded("x", Rational(-3, 2), Rational(3, 2))
theta = bounded("theta", 0, pi)
P, Q, F, H = density("p"), density("q"), function("f"), function("h", POSITIVE)
TINY = Rational(1, 10**12)


def equal(lhs: object, rhs: object, *where: object) -> Identity:
    return Identity(lhs, rhs, where)  # type: ignore[arg-type]


def le(lhs: object, rhs: object, *where: object) -> Inequality:
    return Inequality(lhs, "<=", rhs, where)  # type: ignore[arg-type]


def ge(lhs: object, rhs: object, *where: object) -> Inequality:
    return Inequality(lhs, ">=", rhs, where)  # type: ignore[arg-type]


def gt(lhs: object, rhs: object, *where: object) -> Inequality:
    return Inequality(lhs, ">", rhs, where)  # type: ignore[arg-type]


def over(body: sympy.Expr, lower: object, upper: object) -> Integral:
    return Integral(body, (t, lower, upper))


def total(body: sympy.Expr, lower: object, upper: object) -> Sum:
    return Sum(body, (k, lower, upper))


def normal(at: sympy.Expr, mean: object = 0, deviation: object = 1) -> sympy.Expr:
    return exp(-((at - mean) ** 2) / (2 * deviation**2)) / (sqrt(2 * pi) * deviation)


def sigmoid(at: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + exp(-at))


def kl(p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def entropy(p: sympy.Expr) -> sympy.Expr:
    return -p * log(p) - (1 - p) * log(1 - p)


def divergence(p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
    return integral(p * log(p / q))


def sizes(least: int, most: int, sides: Callable[[int], tuple[object, object]], relation: str = "==") -> Finite:
    def cases() -> list[tuple[str, object, object]]:
        return [(f"n = {size}", *sides(size)) for size in range(least, most + 1)]

    return Finite(cases, "both sides agree", f"n = {least}, ..., {most}", relation)  # type: ignore[arg-type]


def entries(name: str, size: int) -> Matrix:
    return Matrix(size, size, lambda row, column: real(f"{name}_{row}{column}"))


def vector(name: str, size: int) -> Matrix:
    return Matrix(size, 1, lambda row, _: real(f"{name}_{row}"))


def chain(size: int) -> Matrix:
    return Matrix(size, size, lambda row, column: {0: 2, 1: -1}.get(abs(row - column), 0))


JS = (divergence(P, (P + Q) / 2) + divergence(Q, (P + Q) / 2)) / 2
ELBO = integral(Q * log(P * H / Q))
EVIDENCE = integral(P * H)
MOTZKIN = x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1
LSE = log(exp(x) + exp(y))
TAYLOR5 = x - x**3 / 6 + x**5 / 120

# What computer algebra closes wrongly: name -> (open form, SymPy's own answer, the wrong value, the right one).
TRAPS: dict[str, tuple[sympy.Expr, Callable[[], sympy.Expr], sympy.Expr, sympy.Expr]] = {}


def trap_integral(name: str, body: sympy.Expr, lower: object, upper: object, wrong: object, right: object) -> None:
    said = over(body, lower, upper)
    TRAPS[name] = (said, lambda: sympy.integrate(body, (t, lower, upper)), sympy.S(wrong), sympy.S(right))


trap_integral("root times its reciprocal", sqrt(2 - t) * sqrt(1 / (2 - t)), 0, 1, -1, 1)
trap_integral("root at the end of the range", sqrt(1 - t) * sqrt(1 / (1 - t)), 0, 1, -1, 1)
trap_integral("root over a reciprocal root", sqrt(3 - t) / sqrt(1 / (3 - t)), 0, 1, -Rational(5, 2), Rational(5, 2))
trap_integral("shifted pole and root", 1 / ((2 - t) * sqrt(1 - t)), 0, 1, -pi / 2, pi / 2)
trap_integral("root over a shifted pole", sqrt(1 - t) / (2 - t), 0, 1, pi / 2 - 2, 2 - pi / 2)
trap_integral(
    "twice shifted", 1 / ((3 - t) * sqrt(2 - t)), 0, 1, pi / 2 - 2 * atan(sqrt(2)), 2 * atan(sqrt(2)) - pi / 2
)
trap_integral("reciprocal root of a cube", 1 / sqrt((2 - t) ** 3), 0, 1, 0, 2 - sqrt(2))
trap_integral("|cos| on a quarter", Abs(cos(t)), -pi / 2, 0, -1, 1)
trap_integral("|cos| on a circle", Abs(cos(t)), -pi, pi, 2, 4)
trap_integral("|sin| twice around", Abs(sin(t)), 0, 4 * pi, 4, 8)
trap_integral("|sin cos| on a circle", Abs(sin(t) * cos(t)), 0, 2 * pi, 1, 2)
trap_integral("rectified cosine", Max(0, cos(t)), -pi, pi, 1, 2)
TRAPS |= {
    "alternating binomial sum": (
        total((-1) ** k * binomial(n, k), 0, n),
        lambda: sympy.summation((-1) ** k * binomial(n, k), (k, 0, n)),
        S(0),
        KroneckerDelta(n, 0),
    ),
    "diagonal binomial sum": (
        total(binomial(k, n - k), 0, n),
        lambda: sympy.summation(binomial(k, n - k), (k, 0, n)).subs(n, 3).doit(),
        S(0),
        fibonacci(n + 1),
    ),
    "evalf of a binomial mean": (
        total(binomial(100, k) / S(2) ** 100, 0, 100),
        lambda: total(binomial(100, k) / S(2) ** 100, 0, 100).evalf(),
        S(0),
        S(1),
    ),
    "evalf of a far bump": (
        total(exp(-((k - 200) ** 2)), 0, 400),
        lambda: total(exp(-((k - 200) ** 2)), 0, 400).evalf(),
        S(0),
        total(exp(-(k**2)), -200, 200),
    ),
}

TRUE: dict[str, Claim] = {
    # branches and domains
    "root of a square": equal(sqrt(x**2), Abs(x)),
    "root of a square, cubed": equal((x**2) ** Rational(3, 2), Abs(x) ** 3),
    "log of a square": equal(log(x**2), 2 * log(Abs(x)), Ne(x, 0)),
    "log of a product": equal(log(a * b), log(a) + log(b)),
    "acos of cos inside": equal(acos(cos(narrow)), Abs(narrow)),
    "arctan addition, with its condition": equal(atan(x) + atan(y), atan((x + y) / (1 - x * y)), x * y < 1),
    "arctan of the reciprocal": equal(atan(a) + atan(1 / a), pi / 2),
    "asin plus acos": equal(asin(u) + acos(u), pi / 2),
    "asinh": equal(asinh(x), log(x + sqrt(x**2 + 1))),
    "sine of arccosine": equal(sin(acos(u)), sqrt(1 - u**2)),
    "cosine of arctangent": equal(cos(atan(x)), 1 / sqrt(1 + x**2)),
    "power of a positive power": equal((a**x) ** y, a ** (x * y)),
    "floor below": le(floor(x), x),
    "floor above x - 1": gt(floor(x), x - 1),
    "halves of an integer": equal(floor(i / 2) + ceiling(i / 2), i),
    "floor of an integer": equal(floor(i + Rational(1, 2)), i),
    "sign cubed": equal(sign(x) ** 3, sign(x)),
    "sign times modulus": equal(sign(x) * Abs(x), x),
    "triangle": le(Abs(x + y), Abs(x) + Abs(y)),
    "reverse triangle": le(Abs(Abs(x) - Abs(y)), Abs(x - y)),
    "max": equal(Max(x, y), (x + y + Abs(x - y)) / 2),
    "max times min": equal(Max(x, y) * Min(x, y), x * y),
    "positive and negative part": equal(Max(x, 0) - Max(-x, 0), x),
    "modulus by cases": equal(Piecewise((x, x >= 0), (-x, True)), Abs(x)),
    "sign by cases": equal(Piecewise((1, x > 0), (-1, x < 0), (0, True)), sign(x)),
    "zero to the n": equal(S(0) ** n, KroneckerDelta(n, 0)),
    # trigonometry, exponentials, constants
    "triple angle": equal(sin(3 * x), 3 * sin(x) - 4 * sin(x) ** 3),
    "product to sum": equal(cos(x) * cos(y), (cos(x - y) + cos(x + y)) / 2),
    "fourth powers": equal(sin(x) ** 4 + cos(x) ** 4, Rational(3, 4) + cos(4 * x) / 4),
    "hyperbola": equal(cosh(x) ** 2 - sinh(x) ** 2, 1),
    "tanh is a sigmoid": equal(tanh(x), 2 * sigmoid(2 * x) - 1),
    "sigmoid reflected": equal(sigmoid(-x), 1 - sigmoid(x)),
    "softplus reflected": equal(log(1 + exp(x)) - log(1 + exp(-x)), x),
    "log-sum-exp shifted": equal(log(exp(x + z) + exp(y + z)), z + LSE),
    "softmax shifted": equal(exp(x + z) / (exp(x + z) + exp(y + z)), exp(x) / (exp(x) + exp(y))),
    "softmax is a sigmoid": equal(exp(x) / (exp(x) + exp(y)), sigmoid(x - y)),
    "nested root": equal(sqrt(3 + 2 * sqrt(2)), 1 + sqrt(2)),
    "cube roots": equal((2 + sqrt(5)) * (sqrt(5) - 2), 1),
    "Machin": equal(4 * atan(Rational(1, 5)) - atan(Rational(1, 239)), pi / 4),
    # gamma, beta, binomial
    "gamma shifted": equal(gamma(a + 1), a * gamma(a)),
    "gamma and factorial": equal(gamma(n + 1), factorial(n)),
    "gamma reflected": equal(gamma(p) * gamma(1 - p), pi / sin(pi * p)),
    "gamma doubled": equal(gamma(a) * gamma(a + S.Half), 2 ** (1 - 2 * a) * sqrt(pi) * gamma(2 * a)),
    "digamma shifted": equal(digamma(a + 1), digamma(a) + 1 / a),
    "Pascal": equal(binomial(n + 1, m + 1), binomial(n, m) + binomial(n, m + 1)),
    # inequalities
    "exponential tangent": ge(exp(x), 1 + x),
    "exponential parabola, x >= 0": ge(exp(x), 1 + x + x**2 / 2, x >= 0),
    "logarithm tangent": le(log(a), a - 1),
    "logarithm below, a >= 1": le(log(a), sqrt(a) - 1 / sqrt(a), a >= 1),
    "log1p above its rational bound": ge(log(1 + a), 2 * a / (2 + a)),
    "Hoeffding's cosh": le(cosh(x), exp(x**2 / 2)),
    "tanh below x, x >= 0": le(tanh(x), x, x >= 0),
    "sine above its cubic": ge(sin(x), x - x**3 / 6, x >= 0),
    "sine below its quintic": le(sin(x), TAYLOR5, x >= 0),
    "cosine below the Gaussian, near 0": le(cos(half), exp(-(half**2) / 2)),
    "Bernoulli at 3": ge((1 + x) ** 3, 1 + 3 * x, x >= -3),
    "Bernoulli": Recursion(n, 0, S(1), term, term * (1 + x), 1 + n * x, ">=", (x >= -1,)),
    "compound interest": le((1 + 1 / N) ** N, E),
    "AM-GM": le(sqrt(a * b), (a + b) / 2),
    "AM-GM of three": ge(a**3 + b**3 + c**3, 3 * a * b * c),
    "Cauchy-Schwarz": le((x * z + y * w) ** 2, (x**2 + y**2) * (z**2 + w**2)),
    "Young": le(a * b, (a**2 + b**2) / 2),
    "Young at 3": le(a * b, a**3 / 3 + 2 * b ** Rational(3, 2) / 3),
    "Motzkin": ge(MOTZKIN, 0),
    "a square": ge(x**4 - 2 * x**2 + 1, 0),
    "a square off zero": gt((x**2 - 2) ** 2 + TINY**2, 0),
    "integer squares": ge(i**2, i),
    "between thirds, on integers": gt((3 * i - 1) * (3 * i - 2), 0),
    "odd squares": ge((2 * i - 1) ** 2, 1),
    "Pinsker": ge(kl(p, q), 2 * (p - q) ** 2),
    "binary entropy": le(entropy(p), log(2)),
    "binary KL": ge(kl(p, q), 0),
    "two-point Jensen": le((a + b) / 2 * log((a + b) / 2), (a * log(a) + b * log(b)) / 2),
    "log-sum": ge(a * log(a / c) + b * log(b / d), (a + b) * log((a + b) / (c + d))),
    "log-sum-exp above max": ge(LSE, Max(x, y)),
    "log-sum-exp below max": le(LSE, Max(x, y) + log(2)),
    "softplus above relu": ge(log(1 + exp(x)), Max(x, 0)),
    "steepest sigmoid": le(sigmoid(x) * (1 - sigmoid(x)), Rational(1, 4)),
    "log cosh": le(log(cosh(x)), Abs(x)),
    "x exp(-x)": le(x * exp(-x), exp(-1)),
    "a plus 1/a": ge(a + 1 / a, 2),
    "sine by modulus": le(Abs(sin(x)), Abs(x)),
    # sums and recursions
    "sum of integers": equal(total(k, 1, n), n * (n + 1) / 2),
    "sum of cubes": equal(total(k**3, 1, n), (n * (n + 1) / 2) ** 2),
    "geometric sum": equal(total(x**k, 0, n - 1), (1 - x**n) / (1 - x), Ne(x, 1)),
    "geometric sum, said where both sides are defined": equal(total(x**k, 0, n), (1 - x ** (n + 1)) / (1 - x)),
    "telescoping": equal(total(1 / (k * (k + 1)), 1, n), n / (n + 1)),
    "quartic telescoping": equal(total(k / (k**4 + k**2 + 1), 1, n), n * (n + 1) / (2 * (n**2 + n + 1))),
    "Sophie Germain": equal(total(4 * k / (4 * k**4 + 1), 1, n), 1 - 1 / (2 * n**2 + 2 * n + 1)),
    "factorials": equal(total(k * factorial(k), 1, n), factorial(n + 1) - 1),
    "binomial row": equal(total(binomial(n, k), 0, n), 2**n),
    "binomial mean": equal(total(k * binomial(n, k), 0, n), n * 2**n / 2),
    "binomial variance": equal(
        total((k - n * p) ** 2 * binomial(n, k) * p**k * (1 - p) ** (n - k), 0, n), n * p * (1 - p)
    ),
    "binomial theorem": equal(total(binomial(n, k) * x**k, 0, n), (1 + x) ** n),
    "Vandermonde": equal(total(binomial(n, k) * binomial(m, n - k), 0, n), binomial(n + m, n)),
    "binomial squares": equal(total(binomial(n, k) ** 2, 0, n), binomial(2 * n, n)),
    "a sum that hangs, by one term": equal(
        total(1 / (k**4 + 4), 1, n + 1) - total(1 / (k**4 + 4), 1, n), 1 / ((n + 1) ** 4 + 4)
    ),
    "exponential series": equal(total(x**k / factorial(k), 0, oo), exp(x)),
    "Basel": equal(total(1 / k**2, 1, oo), pi**2 / 6),
    "towers of Hanoi": Recursion(n, 0, S(0), term, 2 * term + 1, 2**n - 1),
    "moving average": Recursion(n, 0, S(0), term, p * term + (1 - p) * c, c * (1 - p**n)),
    "harmonic decay": Recursion(N, 1, S(1), term, term * N / (N + 1), 1 / N),
    "contraction": Recursion(n, 0, S(1), term, term * p, S(1), "<="),
    # limits
    "sinc": Limit(sin(x) / x, x, 0, 1),
    "second-order exponential": Limit((exp(x) - 1 - x) / x**2, x, 0, S.Half),
    "Euler's number": Limit((1 + 1 / x) ** x, x, oo, E, "-"),
    "Euler's number, sharpened": Limit((1 + 1 / x) ** (x**2) / exp(x), x, oo, exp(-S.Half), "-"),
    "step from above": Limit(Piecewise((1, x > 0), (0, True)), x, 0, 1, "+"),
    "modulus quotient from above": Limit(Abs(x) / x, x, 0, 1, "+"),
    "conjugate roots": Limit(sqrt(x**2 + x) + x, x, -oo, -S.Half, "+"),
    "x log x": Limit(x * log(x), x, 0, 0, "+"),
    "softplus far out": Limit(log(1 + exp(x)) - x, x, oo, 0, "-"),
    # integrals
    "Gaussian": equal(over(exp(-(t**2)), -oo, oo), sqrt(pi)),
    "Gaussian modulus": equal(over(Abs(t) * normal(t), -oo, oo), sqrt(2 / pi)),
    "Gaussian fourth moment": equal(over(t**4 * normal(t, 0, s), -oo, oo), 3 * s**4),
    "Gaussian tail": equal(over(normal(t), -oo, x), (1 + erf(x / sqrt(2))) / 2),
    "gamma integral": equal(over(t ** (a - 1) * exp(-t), 0, oo), gamma(a)),
    "exponential mean": equal(over(t * a * exp(-a * t), 0, oo), 1 / a),
    "reciprocal wave": equal(over(1 / (2 + cos(t)), -pi, pi), 2 * pi / sqrt(3)),
    "reciprocal wave with a parameter": equal(over(1 / (a + 1 + sqrt(a) * sin(2 * t)), 0, pi), pi / sqrt(a**2 + a + 1)),
    "rational": equal(over(t**4 * (1 - t) ** 4 / (1 + t**2), 0, 1), Rational(22, 7) - pi),
    # any measure
    "KL is nonnegative": ge(divergence(P, Q), 0),
    "Jensen": le(integral(P * log(H)), log(EVIDENCE)),
    "variance": ge(integral(P * F**2), integral(P * F) ** 2),
    "ELBO": le(ELBO, log(EVIDENCE)),
    "ELBO gap": equal(log(EVIDENCE) - ELBO, integral(Q * log(Q * EVIDENCE / (P * H)))),
    "cross entropy": equal(-integral(P * log(Q)), -integral(P * log(P)) + divergence(P, Q)),
    "Jensen-Shannon": le(JS, log(2)),
    "Gibbs": le(integral(Q * F) - divergence(Q, P), log(integral(P * exp(F)))),
    "KL below chi squared": le(divergence(P, Q), integral(P**2 / Q) - 1),
    "Hellinger below KL": le(2 - 2 * integral(sqrt(P * Q)), divergence(P, Q)),
    "total variation": le(integral(Abs(P - Q)) / 2, 1),
    "overlap": equal(integral(Max(P, Q)), 1 + integral(Abs(P - Q)) / 2),
    # finite
    "rank one update": sizes(
        1, 3, lambda m: ((eye(m) + vector("u", m) * vector("v", m).T).det(), 1 + vector("u", m).dot(vector("v", m)))
    ),
    "determinant scaled": sizes(1, 3, lambda m: ((2 * entries("a", m)).det(), 2**m * entries("a", m).det())),
    "trace of a product": sizes(
        1, 3, lambda m: ((entries("a", m) * entries("b", m)).trace(), (entries("b", m) * entries("a", m)).trace())
    ),
    "log det of a chain": sizes(1, 12, lambda m: (log(chain(m).det()), log(m + 1))),
    "Euler's primes": sizes(0, 39, lambda m: (int(isprime(m**2 + m + 41)), 1)),
    "central binomial": sizes(0, 60, lambda m: (sympy.binomial(2 * m, m), 4**m), "<="),
}

GAUSSIAN_KL = normal(t, x, s) * (log(v / s) + (t - y) ** 2 / (2 * v**2) - (t - x) ** 2 / (2 * s**2))
FAST: dict[str, Claim] = {
    "KL of two Gaussians": equal(over(GAUSSIAN_KL, -oo, oo), log(v / s) + (s**2 + (x - y) ** 2) / (2 * v**2) - S.Half),
    "entropy of a Gaussian": equal(
        over(normal(t, x, s) * ((t - x) ** 2 / (2 * s**2) + log(2 * pi * s**2) / 2), -oo, oo),
        log(2 * pi * E * s**2) / 2,
    ),
    "moment generating function": equal(over(exp(z * t) * normal(t, x, s), -oo, oo), exp(z * x + z**2 * s**2 / 2)),
    "convolution": equal(over(normal(t, x, s) * normal(y - t, 0, v), -oo, oo), normal(y, x, sqrt(s**2 + v**2))),
    "second moment of relu": equal(over(Max(t, 0) ** 2 * normal(t), -oo, oo), S.Half),
    "arc-cosine kernel of order 0": equal(
        over(t * exp(-(t**2) / 2), 0, oo) * over(1 / (2 * pi), theta - pi / 2, pi / 2), (pi - theta) / (2 * pi)
    ),
    "arc-cosine kernel of order 1": equal(
        over(t**3 * exp(-(t**2) / 2), 0, oo) * over(cos(t) * cos(t - theta), theta - pi / 2, pi / 2) / (2 * pi),
        (sin(theta) + (pi - theta) * cos(theta)) / (2 * pi),
    ),
    "slope of the sigmoid": equal(Derivative(sigmoid(x), x), sigmoid(x) * (1 - sigmoid(x))),
    "slope of softplus": equal(Derivative(log(1 + exp(x)), x), sigmoid(x)),
    "optimal discriminator": le(a * log(r) + b * log(1 - r), a * log(a / (a + b)) + b * log(b / (a + b))),
    "evidence of Beta-Bernoulli": equal(
        over(t ** (a - 1 + n) * (1 - t) ** (b - 1 + m), 0, 1) * gamma(a + b) / (gamma(a) * gamma(b)),
        gamma(a + n) * gamma(b + m) * gamma(a + b) / (gamma(a + b + n + m) * gamma(a) * gamma(b)),
    ),
}

FALSE: dict[str, Claim] = {
    # branches and domains
    "root of a square": equal(sqrt(x**2), x),
    "root of a square, cubed": equal((x**2) ** Rational(3, 2), x**3),
    "log of a product of reals": equal(log(x * y), log(x) + log(y)),
    "log of a square": equal(log(x**2), 2 * log(x)),
    "acos of cos": equal(acos(cos(x)), Abs(x)),
    "acos of cos, false beyond pi": equal(acos(cos(wide)), Abs(wide)),
    "asin of sin": equal(asin(sin(x)), x),
    "atan of tan": equal(atan(tan(x)), x),
    "arctan addition": equal(atan(x) + atan(y), atan((x + y) / (1 - x * y))),
    "arctan of the reciprocal": equal(atan(x) + atan(1 / x), pi / 2, Ne(x, 0)),
    "acosh of cosh": equal(acosh(cosh(x)), x),
    "power of a power": equal((x**y) ** z, x ** (y * z)),
    "floor of the negative": equal(floor(x) + floor(-x), -1),
    "floor doubled": equal(floor(2 * x), 2 * floor(x)),
    "floor of a sum": equal(floor(x + y), floor(x) + floor(y)),
    "ceiling is floor plus one": equal(ceiling(x), floor(x) + 1),
    "floor above x - 99/100": ge(floor(x), x - Rational(99, 100)),
    "sign squared": equal(sign(x) ** 2, 1),
    "triangle as an equation": equal(Abs(x + y), Abs(x) + Abs(y)),
    "reverse triangle reversed": le(Abs(x - y), Abs(Abs(x) - Abs(y))),
    "max with the sign of min": equal(Max(x, y), (x + y - Abs(x - y)) / 2),
    "max times min": equal(Max(x, y) * Min(x, y), Abs(x * y)),
    "positive and negative part": equal(Max(x, 0) + Max(-x, 0), x),
    "step by the sign": equal(Piecewise((1, x > 0), (0, True)), (1 + sign(x)) / 2),
    "zero to the n": equal(S(0) ** n, 0),
    # trigonometry, exponentials, constants; differences of a hair's breadth
    "triple angle": equal(cos(3 * x), 3 * cos(x) - 4 * cos(x) ** 3),
    "sine of a sum": equal(sin(x + y), sin(x) + sin(y)),
    "fourth powers and 1e-12": equal(sin(x) ** 4 + cos(x) ** 4, Rational(3, 4) + cos(4 * x) / 4 + TINY),
    "Pythagoras and 1e-12": equal(sin(x) ** 2 + cos(x) ** 2, 1 + TINY),
    "x and exp(-1000)": equal(x + exp(-1000), x),
    "slope off by 1e-12": equal(Derivative(tanh(x), x), (1 + TINY) * (1 - tanh(x) ** 2)),
    "tanh is a sigmoid": equal(tanh(x), 2 * sigmoid(x) - 1),
    "softplus reflected": equal(log(1 + exp(x)) - log(1 + exp(-x)), -x),
    "log-sum-exp is a sum": equal(LSE, x + y),
    "softmax scaled": equal(exp(2 * x) / (exp(2 * x) + exp(2 * y)), exp(x) / (exp(x) + exp(y))),
    "Ramanujan's constant": equal(exp(pi * sqrt(163)), 262537412640768744),
    "roots for pi": equal(sqrt(2) + sqrt(3), pi),
    "Ramanujan's fourth root": equal(22 * pi**4, 2143),
    "Machin at 238": equal(4 * atan(Rational(1, 5)) - atan(Rational(1, 238)), pi / 4),
    "cosine near 0": equal(cos(Rational(1, 10**7)), 1 - Rational(5, 10**15)),
    # gamma, beta, binomial
    "gamma shifted": equal(gamma(a + 1), (a + 1) * gamma(a)),
    "gamma and factorial": equal(gamma(N), factorial(N)),
    "gamma linear": equal(gamma(p) * gamma(1 - p), pi / sin(p)),
    "central binomials": equal(binomial(2 * n, n), binomial(2 * n, n + 1)),
    "digamma shifted": equal(digamma(a + 1), digamma(a) + 1 / (a + 1)),
    # inequalities: poles and jumps, narrow violations, huge arguments
    "tangent is monotone": le(tan(x), tan(y), x <= y),
    "reciprocal is monotone": ge(1 / x, 1 / y, x <= y, Ne(x, 0), Ne(y, 0)),
    "a pole far up": ge(1 / (x - 1) ** 3, -(10**6)),
    "Gaussian tail by a hair": le((1 - erf(a / sqrt(2))) / 2, Rational(99, 100) * normal(a) / a),
    "two irrational zeros": ge((x**2 - 2) ** 2 + (y**2 - 3) ** 2 / 10**6, Rational(1, 10**15)),
    "exponential parabola": ge(exp(x), 1 + x + x**2 / 2),
    "logarithm bent": le(log(a), a - 1 - (a - 1) ** 2 / 1000),
    "logarithm below": le(log(a), sqrt(a) - 1 / sqrt(a)),
    "log1p bent": ge(log(1 + a), a - a**2 / 3),
    "Hoeffding's cosh, sharpened": le(cosh(x), exp(Rational(4999, 10000) * x**2)),
    "tanh below x": le(tanh(x), x),
    "sine below a wrong quintic": le(sin(x), x - x**3 / 6 + x**5 / 121, x >= 0),
    "sine below its quintic": le(sin(x), TAYLOR5),
    "cosine below the Gaussian": le(cos(x), exp(-(x**2) / 2)),
    "cosine times hyperbolic cosine": le(cos(x) * cosh(x), 1),
    "Bernoulli at 3, too far": ge((1 + x) ** 3, 1 + 3 * x, x >= -Rational(301, 100)),
    "Bernoulli at real exponents": ge((1 + a) ** b, 1 + a * b),
    "compound interest": le((1 + 1 / N) ** N, Rational(271827, 100000)),
    "AM-GM, sharpened": le(sqrt(a * b), Rational(999, 1000) * (a + b) / 2),
    "AM-GM of three, sharpened": ge(a**3 + b**3 + c**3, Rational(3001, 1000) * a * b * c),
    "Young with one exponent": le(a * b, (a**3 + b**3) / 3),
    "Motzkin, lowered": ge(MOTZKIN - Rational(1, 1000), 0),
    "a square, lowered": ge(x**4 - 2 * x**2 + 1 - Rational(1, 10**8), 0),
    "zero at the root of two": gt((x**2 - 2) ** 2, 0),
    "zero at the cube root of two": gt((x**3 - 2) ** 2, 0),
    "real squares": ge(x**2, x),
    "integer cubes": ge(i**3, i),
    "between thirds": gt((3 * x - 1) * (3 * x - 2), 0),
    "one integer": ge((i - 1234567) ** 2, 1),
    "far from 355/113": ge((x - Rational(355, 113)) ** 2, Rational(1, 10**20)),
    "a bump of width 1e-6": le(1 / (1 + 10**12 * (x - Rational(1, 7)) ** 2), S.Half),
    "a bump at pi": le(exp(-((1000 * (x - pi)) ** 2)), S.Half),
    "log log": le(log(log(x)), 3, x >= 3),
    "tenth root": le(a ** Rational(1, 10), 10 * log(a + 1), a >= 1),
    "powers of two": le(2**N, N**10 + 2),
    "factorial growth": le(factorial(n), 8**n),
    "central binomial": ge(binomial(2 * N, N), 4**N / N),
    "Pinsker, sharpened": ge(kl(p, q), Rational(201, 100) * (p - q) ** 2),
    "binary KL symmetric": equal(kl(p, q), kl(q, p)),
    "binary entropy": le(entropy(p), Rational(693, 1000)),
    "two-point Jensen": ge((a + b) / 2 * log((a + b) / 2), (a * log(a) + b * log(b)) / 2),
    "log-sum": le(a * log(a / c) + b * log(b / d), (a + b) * log((a + b) / (c + d))),
    "log-sum-exp below max": le(LSE, Max(x, y) + Rational(69, 100)),
    "softplus below relu": le(log(1 + exp(x)), Max(x, 0) + Rational(693, 1000)),
    "steepest sigmoid": le(sigmoid(x) * (1 - sigmoid(x)), Rational(249999, 10**6)),
    "root by its parabola": le(sqrt(1 + x**2), 1 + 2 * x**2 / 5),
    "x exp(-x)": le(x * exp(-x), Rational(36787, 100000)),
    "a plus 1/a": ge(a + 1 / a, 2 + Rational(1, 10**9)),
    "x plus 1/x": ge(x + 1 / x, 2, Ne(x, 0)),
    "sine below one": le(sin(x), 1 - Rational(1, 10**9)),
    "two sines out of step": le(sin(x) + sin(sqrt(2) * x), Rational(19, 10)),
    # sums and recursions, mostly off by one
    "sum of integers": equal(total(k, 1, n), n * (n - 1) / 2),
    "sum of integers, shifted": equal(total(k, 0, n - 1), n * (n + 1) / 2),
    "geometric sum": equal(total(x**k, 0, n), (1 - x**n) / (1 - x), Ne(x, 1)),
    "telescoping": equal(total(1 / (k * (k + 1)), 1, n), (n - 1) / n, n >= 1),
    "quartic telescoping": equal(total(k / (k**4 + k**2 + 1), 1, n), n**2 / (2 * (n**2 + n + 1))),
    "factorials": equal(total(k * factorial(k), 1, n), factorial(n + 1)),
    "binomial row": equal(total(binomial(n, k), 0, n), 2**n - 1),
    "binomial theorem": equal(total(binomial(n, k) * x**k, 0, n), (1 - x) ** n),
    "binomial mean": equal(total(k * binomial(n, k) * p**k * (1 - p) ** (n - k), 0, n), n * (1 - p)),
    "Vandermonde": equal(total(binomial(n, k) * binomial(m, n - k), 0, n), binomial(n + m, n + 1)),
    "harmonic numbers bounded": le(total(1 / k, 1, n), 8),
    "floor of e n!": equal(total(factorial(n) / factorial(k), 0, n), floor(E * factorial(n))),
    "Basel to six digits": equal(total(1 / k**2, 1, oo), Rational(1644934, 10**6)),
    "a sum that hangs": le(total(1 / (k**4 + 4), 1, n), Rational(1, 4)),
    "towers of Hanoi": Recursion(n, 0, S(0), term, 2 * term + 1, 2**n),
    "moving average": Recursion(n, 0, S(0), term, p * term + (1 - p) * c, c * (1 - p ** (n + 1))),
    "harmonic decay": Recursion(N, 1, S(1), term, term * N / (N + 1), 1 / (N + 1)),
    "a product of two steps": Recursion(n, 0, S(1), term, term * n, factorial(n)),
    # limits
    "sinc": Limit(sin(x) / x, x, 0, 0),
    "second-order exponential": Limit((exp(x) - 1 - x) / x**2, x, 0, 1),
    "Euler's number": Limit((1 + 1 / x) ** x, x, oo, Rational(271828, 100000), "-"),
    "Euler's number, sharpened": Limit((1 + 1 / x) ** (x**2) / exp(x), x, oo, 1, "-"),
    "step from above": Limit(Piecewise((1, x > 0), (0, True)), x, 0, 0, "+"),
    "modulus quotient from both sides": Limit(Abs(x) / x, x, 0, 1),
    "conjugate roots": Limit(sqrt(x**2 + x) + x, x, -oo, S.Half, "+"),
    "oscillation": Limit(sin(x), x, oo, 0, "-"),
    "softplus far out": Limit(log(1 + exp(x)) - x, x, oo, 1, "-"),
    # integrals
    "Gaussian": equal(over(exp(-(t**2)), -oo, oo), sqrt(2 * pi)),
    "Gaussian modulus": equal(over(Abs(t) * normal(t), -oo, oo), 1 / sqrt(2 * pi)),
    "Gaussian fourth moment": equal(over(t**4 * normal(t, 0, s), -oo, oo), 2 * s**4),
    "KL with the deviations swapped": equal(
        over(normal(t, x, s) * (log(v / s) + (t - y) ** 2 / (2 * v**2) - (t - x) ** 2 / (2 * s**2)), -oo, oo),
        log(s / v) + (s**2 + (x - y) ** 2) / (2 * v**2) - S.Half,
    ),
    "convolution of deviations": equal(over(normal(t, x, s) * normal(y - t, 0, v), -oo, oo), normal(y, x, s + v)),
    "second moment of relu": equal(over(Max(t, 0) ** 2 * normal(t), -oo, oo), 1),
    "reciprocal wave, half around": equal(over(1 / (2 + cos(t)), 0, pi), 2 * pi / sqrt(3)),
    "22/7": equal(over(t**4 * (1 - t) ** 4 / (1 + t**2), 0, 1), 0),
    "Borwein's eighth": equal(over(sympy.prod(sin(t / odd) / (t / odd) for odd in range(1, 16, 2)), 0, oo), pi / 2),
    "Gaussian of a negative deviation": equal(over(normal(t, 0, y), -oo, oo), 1, Ne(y, 0)),
    "Lorentzian of a negative width": equal(over(1 / (t**2 + y**2), -oo, oo), pi / y, Ne(y, 0)),
    "cosines are orthogonal": equal(over(cos(i * t) * cos(t), 0, 2 * pi), 0),
    "inverse square across its pole": equal(over(1 / t**2, -1, 1), -2),
    "Laplace without a sign": equal(over(exp(-x * t), 0, oo), 1 / x, Ne(x, 0)),
    # any measure
    "KL is symmetric": equal(divergence(P, Q), divergence(Q, P)),
    "KL is negative": le(divergence(P, Q), 0),
    "Jensen": ge(integral(P * log(H)), log(EVIDENCE)),
    "variance": le(integral(P * F**2), integral(P * F) ** 2),
    "ELBO": ge(ELBO, log(EVIDENCE)),
    "cross entropy": equal(-integral(P * log(Q)), -integral(P * log(P)) - divergence(P, Q)),
    "Jensen-Shannon": le(JS, Rational(69, 100)),
    "KL below Hellinger": ge(2 - 2 * integral(sqrt(P * Q)), divergence(P, Q)),
    "total variation": le(integral(Abs(P - Q)) / 2, Rational(99, 100)),
    "Gibbs with half the divergence": le(integral(Q * F) - divergence(Q, P) / 2, log(integral(P * exp(F)))),
    "independence": equal(integral(P * F * H), integral(P * F) * integral(P * H)),
    # finite
    "determinant scaled": sizes(1, 3, lambda m: ((2 * entries("a", m)).det(), 2 * entries("a", m).det())),
    "determinant of a sum": sizes(
        2, 2, lambda m: ((entries("a", m) + entries("b", m)).det(), entries("a", m).det() + entries("b", m).det())
    ),
    "log det of a chain": sizes(1, 12, lambda m: (log(chain(m).det()), log(m))),
    "Euler's primes": sizes(0, 40, lambda m: (int(isprime(m**2 + m + 41)), 1)),
    "Fermat's primes": sizes(0, 5, lambda m: (int(isprime(2 ** (2**m) + 1)), 1)),
}

TRUE |= FAST | {f"trap: {name}": equal(said, right) for name, (said, _, _, right) in TRAPS.items()}
FALSE |= {f"trap: {name}": equal(said, wrong) for name, (said, _, wrong, _) in TRAPS.items()}

# The claims that are not decided, with the reason.
UNKNOWN_TRUE: dict[str, str] = {
    "acos of cos inside": "no kernel inverts a wave on an interval",
    "arctan addition, with its condition": "the derivative is taken in one variable without conditions",
    "arctan of the reciprocal": "needs a constant found by differentiation",
    "Machin": "no exact arithmetic of arctangents",
    "gamma doubled": "no duplication formula among the rules for gamma",
    "gamma reflected": "no reflection formula among the rules for gamma",
    "exponential series": "no kernel for infinite sums",
    "Basel": "no kernel for infinite sums",
    "trap: diagonal binomial sum": "sums with the upper limit in the term need creative telescoping",
}
UNKNOWN_FALSE: dict[str, str] = {
    "zero at the root of two": "the only counterexample is irrational",
    "zero at the cube root of two": "the only counterexample is irrational",
    "a bump at pi": "the counterexamples are within 1/1200 of pi",
    "modulus quotient from both sides": "a limit that does not exist has no value to compare",
    "oscillation": "a limit that does not exist has no value to compare",
    "inverse square across its pole": "a divergent integral has no value to compare",
    "Laplace without a sign": "a divergent integral has no value to compare",
    "Basel to six digits": "no kernel for infinite sums",
    "Borwein's eighth": "no enclosure of a slowly decaying oscillating integral",
}


# Decided in seconds, not tenths: left to the full run.
SLOW = ("Borwein's eighth", "cosine below the Gaussian, near 0", "22/7", "tenth root")


def marked(names: Iterable[str]) -> list[object]:
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in names]


@cache
def answers_beside(place: int, truth: bool) -> dict[str, Answer]:
    """Ten claims share a process, which is quicker; `decide_all` sees to it that none depends on another."""
    table = TRUE if truth else FALSE
    names = [name for name in table if name not in SLOW][10 * place : 10 * place + 10]
    return dict(zip(names, decide_all([table[name] for name in names], Budget(seconds=60.0)), strict=True))


def answer_of(name: str, truth: bool) -> Answer:
    table = TRUE if truth else FALSE
    if name in SLOW:
        return decide(table[name], Budget(seconds=30.0))
    place = [name for name in table if name not in SLOW].index(name) // 10
    return answers_beside(place, truth)[name]


def fails_at(claim: Identity | Inequality, counterexample: Counterexample) -> bool | None:
    """Whether mpmath, at 600 digits, finds the claim false at the point; None where it is irrational or a pole."""
    plain = {symbol: Dummy() for symbol in claim.symbols}
    with mpmath.workdps(600):
        try:
            fractions = [Rational(counterexample.point[str(symbol)]) for symbol in plain]
            point = [mpmath.mpf(fraction.p) / fraction.q for fraction in fractions]
            sides = [lambdify(plain.values(), side.xreplace(plain), "mpmath") for side in (claim.lhs, claim.rhs)]
            gap = sides[0](*point) - sides[1](*point)
        except (KeyError, TypeError, ValueError):
            return None
        if claim.relation == "==":
            return bool(abs(gap) > mpmath.mpf(10) ** -550)
        return {"<=": gap > 0, "<": gap >= 0, ">=": gap < 0, ">": gap <= 0}[claim.relation]


@pytest.mark.parametrize("name", marked(FALSE))
def test_a_false_claim_is_refuted(name: str) -> None:
    answer = answer_of(name, False)
    assert not isinstance(answer, Holds), f"a false claim was accepted: {answer}"
    if name in UNKNOWN_FALSE:
        assert isinstance(answer, Unknown), f"decided now, so it must leave the list: {answer}"
        return
    assert isinstance(answer, Fails), answer
    assert answer.counterexample.certificate


@pytest.mark.parametrize("name", marked(name for name in FALSE if name not in UNKNOWN_FALSE))
def test_a_counterexample_stands_without_the_kernels(name: str) -> None:
    claim, answer = FALSE[name], answer_of(name, False)
    assert isinstance(answer, Fails)
    if isinstance(claim, Identity | Inequality) and not claim.lhs.has(Integral, Sum, Derivative, integral):
        assert fails_at(claim, answer.counterexample) in (True, None)


@pytest.mark.parametrize("name", marked(TRUE))
def test_a_true_claim_is_proved(name: str) -> None:
    answer = answer_of(name, True)
    assert not isinstance(answer, Fails), f"a true claim was refuted: {answer}"
    if name in UNKNOWN_TRUE:
        assert isinstance(answer, Unknown), f"decided now, so it must leave the list: {answer}"
        return
    assert isinstance(answer, Holds), answer


def test_nine_in_ten_of_the_true_claims_are_proved() -> None:
    assert UNKNOWN_TRUE.keys() <= TRUE.keys() - FAST.keys(), "each listed name is a claim, and no closed form is listed"
    assert UNKNOWN_FALSE.keys() <= FALSE.keys()
    assert len(TRUE) + len(FALSE) >= 200
    assert 10 * len(UNKNOWN_TRUE) <= len(TRUE)


def test_the_closed_forms_are_all_proved() -> None:
    print()
    for name in FAST:
        begun = time.process_time()
        answer = decide_here(FAST[name])
        print(f"{time.process_time() - begun:6.2f} s  {name}")
        assert isinstance(answer, Holds), f"{name}: {answer}"


@pytest.mark.parametrize("name", TRAPS)
def test_computer_algebra_falls_into_the_trap(name: str) -> None:
    said, _, wrong, right = TRAPS[name]
    if sympy.simplify(TRAPS[name][1]() - wrong) != 0:
        pytest.skip("mended in this version of SymPy")
    assert any(sympy.N(wrong.subs(n, at)) != sympy.N(right.subs(n, at).doit()) for at in range(4)), said
