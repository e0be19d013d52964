"""The zero test: it proves what is true, and never what is false."""

import random

import mpmath
import pytest
import sympy as sp
from sympy import (
    Abs,
    Eq,
    Function,
    Heaviside,
    I,
    Integer,
    Integral,
    Max,
    Min,
    Ne,
    Piecewise,
    Product,
    Rational,
    Sum,
    acos,
    asinh,
    atan,
    atanh,
    beta,
    binomial,
    ceiling,
    cos,
    digamma,
    erf,
    erfc,
    exp,
    factorial,
    floor,
    gamma,
    harmonic,
    log,
    loggamma,
    pi,
    sech,
    sign,
    sin,
    sqrt,
    tan,
    tanh,
)

from theoremcheck.theory.kernels.algebra import is_nonnegative, is_positive, is_zero, normal_form
from theoremcheck.theory.kernels.generators import Undecided
from theoremcheck.theory.kernels.sums import prove_sum_identity
from theoremcheck.theory.measures import Mu
from theoremcheck.theory.symbols import density, integer, positive, probability, reals

x, y, z, mu, nu = reals("x y z mu nu")
a, b, s, t = (positive(name) for name in "abst")
p, q = probability("p"), probability("q")
n, N, k, m = integer("n", 0), integer("N", 1), integer("k", 0), integer("m")
j = integer("j")
P, Q, R = density("P"), density("Q"), density("R")
f, g = Function("f"), Function("g")
third = Rational(1, 3)


def sigmoid(u):
    return 1 / (1 + exp(-u))


def normal(u, mean, deviation):
    return -log(2 * pi * deviation**2) / 2 - (u - mean) ** 2 / (2 * deviation**2)


TRUE = {
    "sigmoid derivative": (sigmoid(x).diff(x), sigmoid(x) * (1 - sigmoid(x))),
    "sigmoid reflected": (sigmoid(-x), 1 - sigmoid(x)),
    "logit": (log(sigmoid(x) / (1 - sigmoid(x))), x),
    "softplus shift": (log(1 + exp(x)), x + log(1 + exp(-x))),
    "softplus derivative": (log(1 + exp(x)).diff(x), sigmoid(x)),
    "tanh by sigmoid": (tanh(x), 2 * sigmoid(2 * x) - 1),
    "tanh squared": (1 - tanh(x) ** 2, sech(x) ** 2),
    "tanh sum": (tanh(x + y), (tanh(x) + tanh(y)) / (1 + tanh(x) * tanh(y))),
    "half exponents": (exp(x / 2) ** 2, exp(x)),
    "thirds and halves": (exp(x / 2) * exp(x / 3), exp(5 * x / 6)),
    "exponent over a sum": (exp(1 / (1 + s)) * exp(s), exp((s**2 + s + 1) / (s + 1))),
    "partial fractions in an exponent": (exp(1 / s) * exp(-1 / (s + 1)), exp(1 / (s * (s + 1)))),
    "Gaussian density": (exp(normal(x, mu, s)), exp(-((x - mu) ** 2) / (2 * s**2)) / (s * sqrt(2 * pi))),
    "Gaussian log-density": (log(exp(normal(x, mu, s))), normal(x, mu, s)),
    "Gaussian score": (normal(x, mu, s).diff(x), (mu - x) / s**2),
    "Gaussian product": (
        normal(x, mu, s) + normal(x, nu, t),
        normal(x, (mu * t**2 + nu * s**2) / (s**2 + t**2), s * t / sqrt(s**2 + t**2))
        + normal(mu, nu, sqrt(s**2 + t**2)),
    ),
    "Gaussian KL": (
        log(t / s) + (s**2 + (mu - nu) ** 2) / (2 * t**2) - Rational(1, 2),
        (s**2 / t**2 - 1 - log(s**2 / t**2) + (mu - nu) ** 2 / t**2) / 2,
    ),
    "log-sum-exp": (log(exp(x) + exp(y)), Max(x, y) + log(1 + exp(-Abs(x - y)))),
    "log-sum-exp shift": (log(exp(x + z) + exp(y + z)), z + log(exp(x) + exp(y))),
    "softmax": (exp(x) / (exp(x) + exp(y)), sigmoid(x - y)),
    "log of a square": (log(p**2 + 2 * p * q + q**2), 2 * log(p + q)),
    "log six": (log(6), log(2) + log(3)),
    "log of a rational": (log(Rational(12, 35)), 2 * log(2) + log(3) - log(5) - log(7)),
    "log of a quotient": (log(s / t), log(s) - log(t)),
    "log of an even power": (log(x**2), 2 * log(Abs(x))),
    "log of one minus a square": (log(1 - p**2), log(1 - p) + log(1 + p)),
    "log of a positive quadratic": (
        log((x**2 + 2 * x * y + 2 * y**2 + 1) ** 2),
        2 * log(x**2 + 2 * x * y + 2 * y**2 + 1),
    ),
    "log base change": (s ** log(t), t ** log(s)),
    "entropy of a coin": (-p * log(p) - (1 - p) * log(1 - p), p * log((1 - p) / p) - log(1 - p)),
    "root of a square": (sqrt(x**2), Abs(x)),
    "root of eight": (sqrt(8), 2 * sqrt(2)),
    "product of roots": (sqrt(s) * sqrt(t), sqrt(s * t)),
    "rationalized": (1 / (1 + sqrt(2)), sqrt(2) - 1),
    "roots of factors": (sqrt(1 - p**2), sqrt(1 - p) * sqrt(1 + p)),
    "rational powers": (s**third * s ** (2 * third), s),
    "inverse root": ((s + t) / sqrt(s + t), sqrt(s + t)),
    "root over itself": (x / sqrt(s), x * sqrt(s) / s),
    "power shift": (s ** (a + 1), s * s**a),
    "power of a product": ((s * t) ** a, s**a * t**a),
    "power of a power": ((s**a) ** b, s ** (a * b)),
    "integer power of a product": ((x * y) ** m, x**m * y**m),
    "integer power shift": (x ** (n + 1), x * x**n),
    "alternating sign": ((-1) ** (m + 1), -((-1) ** m)),
    "alternating sign squared": (((-1) ** m) ** 2, 1),
    "power of minus x": ((-x) ** n, (-1) ** n * x**n),
    "angle sum": (sin(x + y), sin(x) * cos(y) + cos(x) * sin(y)),
    "Pythagoras": (sin(x) ** 2 + cos(x) ** 2, 1),
    "triple angle": (cos(3 * x), 4 * cos(x) ** 3 - 3 * cos(x)),
    "eighth turn": (cos(x + pi / 4), (cos(x) - sin(x)) / sqrt(2)),
    "sixth turn": (sin(x + pi / 3), (sin(x) + sqrt(3) * cos(x)) / 2),
    "tangent": (tan(x) * cos(x), sin(x)),
    "Euler": (exp(I * x), cos(x) + I * sin(x)),
    "full turns": (exp(2 * I * pi * m), 1),
    "relu": (Max(0, x), (x + Abs(x)) / 2),
    "relu and its mirror": (Max(x, 0) - Max(-x, 0), x),
    "relu idempotent": (Max(x, 0) * x, Max(x, 0) ** 2),
    "max plus min": (Max(x, y) + Min(x, y), x + y),
    "max times min": (Max(x, y) * Min(x, y), x * y),
    "modulus by sign": (x * sign(x), Abs(x)),
    "modulus of a product": (Abs(x * y), Abs(x) * Abs(y)),
    "modulus by cases": (Piecewise((x, x > 0), (-x, True)), Abs(x)),
    "relu by cases": (Piecewise((x, x > 0), (0, True)), Max(x, 0)),
    "continuous patch": (Piecewise((x, Ne(x, 1)), (1, True)), x),
    "sign cubed": (sign(x) ** 3, sign(x)),
    "step reflected": (Heaviside(x) + Heaviside(-x), 1),
    "floor shift": (floor(x + 3), floor(x) + 3),
    "floor symbolic shift": (floor(x + m), floor(x) + m),
    "ceiling": (ceiling(x), -floor(-x)),
    "floor of a half": (floor(m + Rational(1, 2)), m),
    "gamma shift": (gamma(s + 2), s * (s + 1) * gamma(s)),
    "loggamma shift": (loggamma(s + 1), log(s) + loggamma(s)),
    "loggamma is log gamma": (exp(loggamma(s)), gamma(s)),
    "digamma shift": (digamma(s + 1), digamma(s) + 1 / s),
    "trigamma shift": (sp.polygamma(1, s + 1), sp.polygamma(1, s) - 1 / s**2),
    "digamma is the derivative": (loggamma(s).diff(s), digamma(s)),
    "harmonic shift": (harmonic(n + 1), harmonic(n) + 1 / (n + 1)),
    "beta shift": (beta(s + 1, t), beta(s, t) * s / (s + t)),
    "factorial": (factorial(n + 1), (n + 1) * factorial(n)),
    "Pascal": (binomial(n + 1, k), binomial(n, k) + binomial(n, k - 1)),
    "error function": (erfc(x) + erfc(-x), 2),
    "error function of a difference": (erf(x - y), -erf(y - x)),
    "arc functions": (acos(x) + acos(-x), pi),
    "inverse of tanh": (atanh(tanh(x)), x),
    "odd asinh": (asinh(-x), -log(x + sqrt(1 + x**2))),
    "equal arguments": (f((x + y) ** 2), f(x**2 + 2 * x * y + y**2)),
    "derivative": (sp.Derivative(x**2 * exp(x), x), (x**2 + 2 * x) * exp(x)),
    "linear integral": (
        Integral(x**2 + 3 * x, (x, 0, s)),
        Integral(y**2, (y, 0, s)) + 3 * Integral(z, (z, 0, s)),
    ),
    "product of roots of negatives": (sqrt(-s), I * sqrt(s)),
    "chi-square": (Mu((P - Q) ** 2 / Q), Mu(P**2 / Q) - 1),
    "Jensen-Shannon": (
        Mu(P * log(P / (P + Q)) + Q * log(Q / (P + Q))),
        -log(4) + Mu(P * log(2 * P / (P + Q))) + Mu(Q * log(2 * Q / (P + Q))),
    ),
    "common denominator": (Mu(P * Q / (P + Q)), 1 - Mu(P**2 / (P + Q))),
    "total variation": (Mu(Abs(P - Q)) / 2, Mu(Max(P - Q, 0))),
    "total variation by overlap": (Mu(Abs(P - Q)) / 2, 1 - Mu(Min(P, Q))),
    "total variation by cases": (Mu(Abs(P - Q)), 2 * Mu(Piecewise((P - Q, P > Q), (0, True)))),
    "total variation by the sign": (Mu(Abs(P - Q)), Mu(P * sign(P - Q)) - Mu(Q * sign(P - Q))),
    "bound variables know their limits": (Integral(Abs(x), (x, 0, 1)), Integral(x, (x, 0, 1))),
    "chain rule": (Mu(P * log(P / R)), Mu(P * log(P / Q)) + Mu(P * log(Q / R))),
    "nested constants": (log(Mu(P * (f(x) + Q / P))), log(f(x) + 1)),
}

FALSE = {
    "root of a square": (sqrt(x**2), x),
    "root of a square by powers": ((x**2) ** Rational(1, 2) / x, 1),
    "cube root of a cube": ((x**3) ** third, x),
    "log of a product": (log(x * y), log(x) + log(y)),
    "log of a square": (log(x**2), 2 * log(x)),
    "log of a modulus": (log(Abs(x)), log(x)),
    "product of roots": (sqrt(x) * sqrt(y), sqrt(x * y)),
    "real power of a product": ((x * y) ** a, x**a * y**a),
    "power of a square": ((x**2) ** a, x ** (2 * a)),
    "arc of a cosine": (acos(cos(x)), x),
    "arc of a tangent": (atan(tan(x)), x),
    "sign squared": (sign(x) ** 2, 1),
    "step squared": (Heaviside(x) ** 2, Heaviside(x)),
    "off by 1e-12": (x * (1 + Rational(1, 10**12)), x),
    "off by 1e-12 in the sigmoid": (sigmoid(x), sigmoid(x + Rational(1, 10**12))),
    "off by 1e-40": (log(6), log(2) + log(3) + Rational(1, 10**40)),
    "wrong patch": (Piecewise((x, x > 0), (1, True)), Max(x, 0)),
    "wrong at one point": (Piecewise((x, Ne(x, 1)), (2, True)), x),
    "modulus of a complex root": (Abs(sqrt(x)) ** 2, x),
    "modulus of a complex logarithm": (Abs(log(x)) ** 2, log(x) ** 2),
    "wrong at zero": (Piecewise((1, x > 0), (-1, x < 0), (1, True)), sign(x)),
    "modulus of a sum": (Abs(x + y), Abs(x) + Abs(y)),
    "full turns": (exp(2 * I * pi * x), 1),
    "real power of minus one": ((-1) ** (2 * x), 1),
    "floor of twice": (floor(2 * x), 2 * floor(x)),
    "floor of a shifted half": (floor(x / 2 + m), floor(x / 2)),
    "ceiling": (ceiling(x), floor(x) + 1),
    "gamma shift": (gamma(s + 1), gamma(s)),
    "loggamma on the reals": (loggamma(x + 1), log(x) + loggamma(x)),
    "KL symmetric": (Mu(P * log(P / Q)), Mu(Q * log(Q / P))),
    "overlap": (Mu(P * Q), 1),
    "modulus under the integral": (Mu(Abs(P - Q)), Mu(P - Q)),
    "constant not spread": (Mu(P * log(P / (P + Q))), -log(2) + Mu(P * log(P / (P + Q)))),
    "product of integrals": (Mu(P**2 * Q), Mu(P**2) * Mu(Q)),
    "sigmoid derivative": (sigmoid(x).diff(x), sigmoid(x) * (1 + sigmoid(x))),
    "softplus": (log(1 + exp(x)), x - log(1 + exp(-x))),
    "Gaussian variance": (normal(x, mu, s), -log(2 * pi * s) / 2 - (x - mu) ** 2 / (2 * s**2)),
    "modulus inside the limits": (Integral(Abs(x), (x, -1, 1)), Integral(x, (x, -1, 1))),
    "integral of the larger": (Mu(Max(f(1) * P, Q)), Max(f(1), 1)),
    "bound variable": (Integral(x, (x, 0, 1)), Integral(x**2, (x, 0, 1))),
    "negative binomial": (binomial(m + 1, k), (m + 1) * binomial(m, k) / (m + 1 - k) + 1),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_identities_are_proved(name):
    lhs, rhs = TRUE[name]
    assert is_zero(lhs - rhs) is True


@pytest.mark.parametrize("name", TRUE)
def test_their_mutants_are_not(name):
    lhs, rhs = TRUE[name]
    assert is_zero(lhs - rhs - Rational(1, 10**12)) is not True
    assert is_zero(lhs + rhs) is not True


@pytest.mark.parametrize("name", FALSE)
def test_false_identities_are_not_proved(name):
    lhs, rhs = FALSE[name]
    assert is_zero(lhs - rhs) is not True


def test_assumptions():
    assert is_zero(sqrt(x**2) - x, (x >= 0,)) is True
    assert is_zero(log(x * y) - log(x) - log(y), (x > 0, y > 0)) is True
    assert is_zero(log((x - y) ** 2) - 2 * log(x - y), (x > y,)) is True
    assert is_zero(x**2 - y**2, (Eq(x, y),)) is True
    assert is_zero(p + q - 1, (Eq(p, 1 - q),)) is True
    assert is_zero(Abs(x - y) + Abs(y - z) - Abs(x - z), (x >= y, y >= z)) is True
    assert is_zero(x**2 - 1, (Eq(x**2, 1),)) is not True
    assert is_zero(x, (x >= 0,)) is not True
    assert is_zero(sp.Derivative(x * y, x) - 2 * y, (Eq(x, y),)) is not True


def test_what_does_not_commute_is_left_alone():
    left, right = sp.symbols("A B", commutative=False)
    assert is_zero(left * right - right * left) is not True
    left, right = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    assert is_zero(sp.Trace(left * right * right) - sp.Trace(left * right)) is not True


def test_positivity():
    for positive_one in (
        x**2 + 1,
        1 - p,
        exp(x) + 1,
        1 - p * q,
        p + q - p * q,
        x**2 + x * y + y**2 + 1,
        1 - tanh(x) ** 2,
        log(1 + exp(x)),
        1 - exp(-s),
        gamma(s),
        sqrt(s) + t,
        pi - 3,
        log(4) - 1,
        1 + s + s**2,
        p * (1 - p),
    ):
        assert is_positive(positive_one), positive_one
    for not_so in (x, x**2, 1 - s, p - q, log(s), x**2 + x * y, sin(x), p * (1 - p) - Rational(1, 4), 3 - pi):
        assert not is_positive(not_so), not_so
    assert is_nonnegative((x - y) ** 2)
    assert is_nonnegative(n * (n + 1))
    assert is_positive(x - y, (x > y,))
    assert is_nonnegative(x + s, (x >= 0,))
    assert not is_nonnegative(x + y, (x >= 0,))


def test_normal_form_is_readable():
    form = normal_form(sigmoid(x) - sigmoid(x))
    assert form.is_zero
    with pytest.raises(Undecided):
        normal_form(sp.oo + x)


SUMS = {
    "numbers": (Sum(j, (j, 1, n)), n * (n + 1) / 2),
    "squares": (Sum(j**2, (j, 1, n)), n * (n + 1) * (2 * n + 1) / 6),
    "cubes": (Sum(j**3, (j, 1, n)), Sum(j, (j, 1, n)) ** 2),
    "geometric": ((1 - x) * Sum(x**j, (j, 0, n)), 1 - x ** (n + 1)),
    "geometric, one shorter": (Sum(p**j, (j, 0, N - 1)), (1 - p**N) / (1 - p)),
    "weighted geometric": (
        Sum(j * p**j, (j, 0, n)),
        p * (1 - (n + 1) * p**n + n * p ** (n + 1)) / (1 - p) ** 2,
    ),
    "telescope": (Sum(1 / (j * (j + 1)), (j, 1, n)), 1 - 1 / (n + 1)),
    "logarithms": (Sum(log(1 + 1 / j), (j, 1, N)), log(N + 1)),
    "differences": (Sum(f(j) - f(j - 1), (j, 1, n)), f(n) - f(0)),
    "factorial": (Product(j, (j, 1, n)), factorial(n)),
    "linear": (Sum(f(j) + x * g(j), (j, 1, n)), Sum(f(j), (j, 1, n)) + x * Sum(g(j), (j, 1, n))),
    "ones": (Sum(1, (j, 1, n)), n),
    "harmonic": (Sum(1 / j, (j, 1, n)), harmonic(n)),
}


@pytest.mark.parametrize("name", SUMS)
def test_sums(name):
    lhs, rhs = SUMS[name]
    assert prove_sum_identity(lhs, rhs) is True
    assert prove_sum_identity(lhs, rhs + n) is not True
    assert prove_sum_identity(lhs, rhs + Rational(1, 10**12)) is not True


def test_false_sums():
    assert prove_sum_identity(Sum(j, (j, 1, n)), n * (n - 1) / 2) is not True
    assert prove_sum_identity(Sum(x**j, (j, 0, n)), (1 - x**n) / (1 - x)) is not True
    assert prove_sum_identity(Sum(j**3, (j, 1, n)), Sum(j**2, (j, 1, n)) ** 2) is not True


ATOMS = (x, x, y, s, s, p, m, Integer(1), Integer(2), Rational(1, 2), Integer(-1))
UNARY = (exp, log, sqrt, Abs, sign, tanh, sin, Heaviside, lambda u: u**2, lambda u: u**third, lambda u: s**u)
LAWS = (
    lambda u, v: (log(u * v), log(u) + log(v)),
    lambda u, v: (sqrt(u**2), u),
    lambda u, v: (sqrt(u * v), sqrt(u) * sqrt(v)),
    lambda u, v: (sqrt(u / v), sqrt(u) / sqrt(v)),
    lambda u, v: (exp(u + v), exp(u) * exp(v)),
    lambda u, v: (log(exp(u)), u),
    lambda u, v: (log(1 / u), -log(u)),
    lambda u, v: (Max(u, v), (u + v + Abs(u - v)) / 2),
    lambda u, v: ((u * v) ** third, u**third * v**third),
    lambda u, v: (u**v * u**2, u ** (v + 2)),
    lambda u, v: ((u**2) ** v, u ** (2 * v)),
    lambda u, v: ((u * v) ** m, u**m * v**m),
    lambda u, v: (sign(u * v), sign(u) * sign(v)),
    lambda u, v: (sign(u) ** 2, 1),
    lambda u, v: (Piecewise((u, v > 0), (0, True)), u * Heaviside(v)),
    lambda u, v: (sqrt(-u), I * sqrt(u)),
    lambda u, v: (log(Abs(u)), log(u)),
    lambda u, v: (u, v),
)


def random_expression(draw, depth):
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(ATOMS)
    left = random_expression(draw, depth - 1)
    if draw.random() < 0.5:
        return draw.choice(UNARY)(left)
    right = random_expression(draw, depth - 1)
    return draw.choice((left + right, left * right, left - right, left / right))


def random_point(draw, symbols):
    ranges = {s: (1, 50), p: (1, 19), m: None}
    point = {}
    for symbol in symbols:
        low_high = ranges.get(symbol, (-40, 40))
        point[symbol] = Integer(draw.randint(-2, 3)) if low_high is None else Rational(draw.randint(*low_high), 20)
    return point


def value_at(expr, point):
    """The value to 30 digits, or None where the expression is undefined."""
    symbols = sorted(point, key=str)
    plain = {symbol: sp.Symbol(symbol.name) for symbol in symbols}
    compute = sp.lambdify(list(plain.values()), expr.xreplace(plain), "mpmath")
    with mpmath.workdps(30):
        try:
            value = mpmath.mpmathify(compute(*(mpmath.mpf(point[v].p) / point[v].q for v in symbols)))
        except (ZeroDivisionError, ValueError, OverflowError, TypeError, NameError, AttributeError):
            return None
        return value if mpmath.isfinite(value) and abs(value) < 1e12 else None


def random_pair(draw):
    """Two random expressions that a plausible law says are equal, or None where SymPy finds them undefined."""
    try:
        u, v = random_expression(draw, 2), random_expression(draw, 2)
        lhs, rhs = map(sp.sympify, draw.choice(LAWS)(u, v))
    except (TypeError, ValueError):
        return None
    return None if (lhs - rhs).has(sp.nan, sp.zoo, sp.oo) else (lhs, rhs)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_false_is_proved_at_random(seed):
    draw, proved = random.Random(seed), 0
    for _ in range(12):
        pair = random_pair(draw)
        if pair is None or is_zero(pair[0] - pair[1]) is not True:
            continue
        proved += 1
        for _ in range(3):
            point = random_point(draw, sorted(pair[0].free_symbols | pair[1].free_symbols, key=str))
            left, right = value_at(pair[0], point), value_at(pair[1], point)
            if left is not None and right is not None:
                assert abs(left - right) <= 1e-15 * (1 + abs(left)), (pair, point)
    assert proved
