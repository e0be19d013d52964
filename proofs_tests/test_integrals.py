"""Integrals and limits: what has to be proved is proved, what is false is not, and balls agree with every
closed form.
"""

import pytest
from sympy import (
    Abs,
    E,
    Heaviside,
    Integer,
    Integral,
    Max,
    Piecewise,
    Rational,
    Symbol,
    atan,
    beta,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)
from sympy import Le as AtMost

from theoremcheck.theory.claims import Limit
from theoremcheck.theory.evidence import Holds, KernelDisagreement, Unknown
from theoremcheck.theory.kernels import integrals
from theoremcheck.theory.kernels.balls import enclose
from theoremcheck.theory.kernels.integrals import close, prove_integral_identity
from theoremcheck.theory.kernels.limits import limit_at, prove_limit
from theoremcheck.theory.kernels.points import typical_points
from theoremcheck.theory.kernels.quadrature import Refused, rigorous
from theoremcheck.theory.symbols import bounded, integer, positive, reals

x, y, m, t, w = reals("x y m t w")
a, b, s, rate = positive("a"), positive("b"), positive("s"), positive("lambda")
n, k = integer("n", 0), integer("k", 0)
p, r, alpha = Symbol("p"), Symbol("r"), Symbol("alpha")
theta = bounded("theta", 0, pi)


def normal(z, mean, variance):
    return exp(-((z - mean) ** 2) / (2 * variance)) / sqrt(2 * pi * variance)


def over_reals(f):
    return Integral(f, (x, -oo, oo))


TRUE = {
    "gaussian with parameters": (
        over_reals(exp(-a * x**2 + m * x + t)),
        sqrt(pi / a) * exp(m**2 / (4 * a) + t),
    ),
    "gaussian convolution": (over_reals(normal(x, 0, a) * normal(y - x, 0, b)), normal(y, 0, a + b)),
    "fourth moment": (over_reals(x**4 * normal(x, 0, s**2)), 3 * s**4),
    "characteristic function": (over_reals(normal(x, 0, s**2) * cos(x * t)), exp(-(s**2) * t**2 / 2)),
    "sine moment": (over_reals(x * normal(x, 0, 1) * sin(x * t)), t * exp(-(t**2) / 2)),
    "expected relu": (over_reals(normal(x, 0, s**2) * Max(0, x)), s / sqrt(2 * pi)),
    "expected relu squared": (over_reals(normal(x, 0, s**2) * Max(0, x) ** 2), s**2 / 2),
    "expected relu, any mean": (
        over_reals(normal(x, m, s**2) * Max(0, x)),
        s * exp(-(m**2) / (2 * s**2)) / sqrt(2 * pi) + m * (1 + erf(m / (s * sqrt(2)))) / 2,
    ),
    "expected modulus": (over_reals(normal(x, 0, s**2) * Abs(x)), s * sqrt(2 / pi)),
    "half the mass": (over_reals(normal(x, m, s**2) * Heaviside(x - m)), Rational(1, 2)),
    "cases": (Integral(Piecewise((x, x < 1), (2 - x, True)), (x, 0, 2)), Integer(1)),
    "laplace density": (over_reals(exp(-Abs(x - m) / b) / (2 * b)), Integer(1)),
    "arc-cosine kernel of degree 0": (
        Integral(Integral(r * exp(-(r**2) / 2), (r, 0, oo)) / (2 * pi), (alpha, theta - pi / 2, pi / 2)),
        (pi - theta) / (2 * pi),
    ),
    "arc-cosine kernel of degree 1": (
        Integral(
            Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo)) * cos(alpha) * cos(theta - alpha) / (2 * pi),
            (alpha, theta - pi / 2, pi / 2),
        ),
        (sin(theta) + (pi - theta) * cos(theta)) / (2 * pi),
    ),
    "exponential third moment": (Integral(x**3 * rate * exp(-rate * x), (x, 0, oo)), 6 / rate**3),
    "exponential log-density": (
        Integral(rate * exp(-rate * x) * (log(rate) - rate * x), (x, 0, oo)),
        log(rate) - 1,
    ),
    "gamma mean": (Integral(x * b**a * x ** (a - 1) * exp(-b * x) / gamma(a), (x, 0, oo)), a / b),
    "gamma log-mean": (
        Integral(log(x) * b**a * x ** (a - 1) * exp(-b * x) / gamma(a), (x, 0, oo)),
        digamma(a) - log(b),
    ),
    "beta log-mean": (
        Integral(log(p) * p ** (a - 1) * (1 - p) ** (b - 1), (p, 0, 1)),
        beta(a, b) * (digamma(a) - digamma(a + b)),
    ),
    "arctangent": (over_reals(1 / (1 + x**2)), pi),
    "logistic density": (over_reals(exp(-x) / (1 + exp(-x)) ** 2), Integer(1)),
    "logarithm at its singularity": (Integral(log(x), (x, 0, 1)), Integer(-1)),
    "logarithmic derivative": (Integral(x / (1 + x**2), (x, 0, a)), log(1 + a**2) / 2),
    "half disc": (Integral(sqrt(1 - x**2), (x, -1, 1)), pi / 2),
    "semicircle law": (Integral(x**2 * sqrt(4 - x**2) / (2 * pi), (x, -2, 2)), Integer(1)),
    "iterated": (Integral(exp(-(x**2) / 2 - y**2 / 2), (x, -oo, oo), (y, -oo, oo)), 2 * pi),
    "a bound that is the outer variable": (Integral(Integral(x, (x, 0, x)), (x, 0, 1)), Rational(1, 6)),
}


SLOW = ("logistic density", "arc-cosine kernel of degree 1")


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in TRUE])
def test_true_integral_is_proved_and_its_neighbours_are_not(name):
    left, right = TRUE[name]
    assert isinstance(prove_integral_identity(left, right), Holds)
    for wrong in (-right, right + Rational(1, 10**9)):
        assert isinstance(prove_integral_identity(left, wrong), Unknown)


def test_evidence_of_the_beta_bernoulli_model_for_all_counts():
    likelihood = p**k * (1 - p) ** (n - k)
    prior = p ** (a - 1) * (1 - p) ** (b - 1) / beta(a, b)
    evidence = Integral(likelihood * prior, (p, 0, 1))
    where = (AtMost(k, n),)
    assert isinstance(prove_integral_identity(evidence, beta(a + k, b + n - k) / beta(a, b), where), Holds)
    assert isinstance(prove_integral_identity(evidence, beta(a + k, b + n) / beta(a, b), where), Unknown)
    assert not close(evidence).complete, "without k <= n the integral may diverge"


DIVERGENT_OR_UNDECIDED = {
    "pole inside": Integral(1 / x**2, (x, -1, 1)),
    "odd pole inside": Integral(1 / x, (x, -1, 1)),
    "pole of the tangent": Integral(1 / cos(x) ** 2, (x, 0, pi)),
    "growing gaussian": over_reals(exp(a * x**2)),
    "unsigned quadratic": over_reals(exp(-m * x**2)),
    "divergent gamma": Integral(x ** (-a - 1) * exp(-x), (x, 0, oo)),
    "unsigned exponent of beta": Integral(p ** (m - 1), (p, 0, 1)),
    "harmonic tail": Integral(1 / x, (x, 1, oo)),
    "unsigned rate": Integral(exp(-m * x), (x, 0, oo)),
    "oscillation": Integral(cos(x), (x, 0, oo)),
    "kink at an unknown place": Integral(Abs(x - m), (x, 0, 1)),
    "a floating-point number": Integral(0.5 * x, (x, 0, 1)),
}


@pytest.mark.parametrize("name", DIVERGENT_OR_UNDECIDED)
def test_what_is_not_justified_stays_an_integral_with_a_reason(name):
    closed = close(DIVERGENT_OR_UNDECIDED[name])
    assert not closed.complete
    assert closed.expr.has(Integral)
    assert closed.reason


DISCONTINUOUS = [
    (1 / (2 + cos(x)), 0, 2 * pi),
    (1 / (2 - cos(x)), 0, 3 * pi),
    (Abs(sin(x)), 0, 3 * pi),
]


@pytest.mark.parametrize(("f", "lower", "upper"), DISCONTINUOUS)
def test_an_antiderivative_that_jumps_never_gives_the_integral_of_a_positive_function(f, lower, upper):
    integral = Integral(f, (x, lower, upper))
    closed = close(integral)
    if closed.complete:
        truth = rigorous(integral, {})
        assert enclose(closed.expr, {}).overlaps(truth)


def test_a_wrong_candidate_is_a_disagreement(monkeypatch):
    monkeypatch.setattr(integrals, "definite", lambda f, over: (Integer(2), "a broken rule"))
    with pytest.raises(KernelDisagreement):
        close(over_reals(normal(x, 0, 1)))


@pytest.mark.parametrize("name", [name for name in TRUE if not TRUE[name][0].function.has(Integral)])
def test_quadrature_encloses_the_closed_form(name):
    left, right = TRUE[name]
    for point in typical_points(left.free_symbols | right.free_symbols, (), 2):
        try:
            found = rigorous(left, point)
        except Refused:
            continue
        assert found.overlaps(enclose(right, point))
        assert found.rad() < Rational(1, 100)


def test_quadrature_refuses_a_divergent_tail():
    with pytest.raises(Refused):
        rigorous(Integral(1 / x, (x, 1, oo)), {})
    with pytest.raises(Refused):
        rigorous(over_reals(exp(x)), {})


LIMITS = [
    ((1 + 1 / a) ** a, a, oo, E),
    ((1 + y / a) ** a, a, oo, exp(y)),
    (sin(x) / x, x, 0, 1),
    (x**a * exp(-x), x, oo, 0),
    (log(a) / a, a, oo, 0),
    ((exp(x) - 1 - x) / x**2, x, 0, Rational(1, 2)),
    (log(1 + exp(x)) - x, x, oo, 0),
    (log(1 + exp(x)), x, -oo, 0),
    (sqrt(x**2 + x) - x, x, oo, Rational(1, 2)),
    (1 / (1 + exp(-x)), x, -oo, 0),
    (tanh(x), x, oo, 1),
    (atan(x), x, -oo, -pi / 2),
    (erf(x), x, -oo, -1),
    (x * exp(x**2) * erfc(x), x, oo, 1 / sqrt(pi)),
    (gamma(a + 1) * exp(a) / (sqrt(2 * pi * a) * a**a), a, oo, 1),
    (digamma(a) - log(a), a, oo, 0),
    ((b**a - 1) / a, a, 0, log(b)),
    ((3 * x**2 + 1) / (2 * x**2 - x), x, oo, Rational(3, 2)),
    (cos(x) / x, x, oo, 0),
    (log(cosh(x)) - x, x, oo, -log(2)),
    (1 - (1 - 1 / a) ** a, a, oo, 1 - exp(-1)),
]


@pytest.mark.parametrize(("expr", "variable", "point", "value"), LIMITS)
def test_limit_is_proved_and_its_neighbours_are_not(expr, variable, point, value):
    assert isinstance(prove_limit(Limit(expr, variable, point, value)), Holds)
    for wrong in (value + Rational(1, 10**9), oo):
        assert isinstance(prove_limit(Limit(expr, variable, point, wrong)), Unknown)


@pytest.mark.parametrize(
    ("expr", "point"), [(sin(x), oo), (Abs(x) / x, 0), (exp(-1 / x), 0), (cos(1 / x), 0), (exp(m * x), oo)]
)
def test_what_has_no_limit_or_an_unknown_one_gets_none(expr, point):
    assert limit_at(expr, x, Integer(point) if point == 0 else point) is None


def test_one_sided_limits():
    assert limit_at(exp(-1 / x), x, Integer(0), "+") == 0
    assert limit_at(exp(-1 / x), x, Integer(0), "-") == oo
    assert limit_at(Abs(x) / x, x, Integer(0), "-") == -1
