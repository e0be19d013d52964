"""Inequalities by calculus: the true ones are proved, their false neighbours never."""

import pytest
from sympy import Abs, Integer, Max, Rational, cos, cosh, exp, log, sin, sqrt, tanh

from theoremcheck.theory.claims import Inequality
from theoremcheck.theory.evidence import Holds, Strength, Unknown
from theoremcheck.theory.kernels.calculus import prove
from theoremcheck.theory.kernels.forms import factored, obligations
from theoremcheck.theory.symbols import NONNEGATIVE, Domain, DomainSymbol, bounded, integer, positive, probability, real

x = real("x")
a, b, P, Q = (positive(name) for name in "abPQ")
p, q, d, t = (probability(name) for name in "pqdt")
s, r = DomainSymbol("s", NONNEGATIVE), bounded("r", 1, 100)
y = DomainSymbol("y", Domain(lower=Integer(-1)))
n = integer("n", 1)
kl = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
sigmoid = 1 / (1 + exp(-x))
entropy = -p * log(p) - (1 - p) * log(1 - p)
js = P * log(2 * P / (P + Q)) + Q * log(2 * Q / (P + Q))

TRUE = {
    "logarithm": (log(a), "<=", a - 1),
    "exponential": (exp(x), ">=", 1 + x),
    "subgaussian Rademacher": (cosh(x), "<=", exp(x**2 / 2)),
    "tanh": (tanh(s), "<=", s),
    "tanh in absolute value": (Abs(tanh(x)), "<=", Abs(x)),
    "Pinsker": (kl, ">=", 2 * (p - q) ** 2),
    "Gibbs": (Q * log(Q / P) - Q + P, ">=", 0),
    "optimal discriminator": (P * log(d) + Q * log(1 - d), "<=", P * log(P / (P + Q)) + Q * log(Q / (P + Q))),
    "slope of the sigmoid": (sigmoid.diff(x), "<=", Rational(1, 4)),
    "sine": (sin(s), "<=", s),
    "sine of third order": (s - s**3 / 6, "<=", sin(s)),
    "cosine": (1 - x**2 / 2, "<=", cos(x)),
    "logarithm from below": (log(1 + y), ">=", y / (1 + y)),
    "tangent of softplus": (log(1 + exp(x)), ">=", log(2) + x / 2),
    "softplus above relu": (log(1 + exp(x)), ">", Max(x, 0)),
    "root": (sqrt(a), "<=", (1 + a) / 2),
    "weighted means": (a**t * b ** (1 - t), "<=", t * a + (1 - t) * b),
    "Bernoulli": ((1 + y) ** r, ">=", 1 + r * y),
    "entropy": (entropy, "<=", log(2)),
    "x log x": (a * log(a), ">=", -exp(-1)),
    "concave": (log((a + b) / 2), ">=", (log(a) + log(b)) / 2),
    "JS generator": (a * log(a) - (a + 1) * log((a + 1) / 2), ">=", 0),
    "JS above 0": (js, ">=", 0),
    "JS below log 2": (js, "<=", (P + Q) * log(2)),
    "limit at infinity": (1 / (a + 1), "<", log(1 + 1 / a)),
    "strict": (1 - exp(-a), "<", a),
    "integers": (log(n), "<", n),
}
FALSE = {
    "Pinsker": (kl, ">=", Rational(201, 100) * (p - q) ** 2),
    "Pinsker, strict": (kl, ">", 2 * (p - q) ** 2),
    "subgaussian Rademacher": (cosh(x), "<=", exp(Rational(4999, 10000) * x**2)),
    "logarithm": (log(a), "<=", a - Rational(10001, 10000)),
    "logarithm, strict": (log(a), "<", a - 1),
    "exponential": (exp(x), ">=", 1 + x + x**2 / 2),
    "sine": (sin(s), "<=", s * Rational(9999, 10000)),
    "tanh, strict at 0": (tanh(s), "<", s),
    "weighted means, swapped": (a**t * b ** (1 - t), "<=", (1 - t) * a + t * b),
    "Bernoulli below 1": ((1 + y) ** a, ">=", 1 + a * y),
    "x log x": (a * log(a), ">=", -exp(-1) + Rational(1, 10000)),
    "entropy": (entropy, "<=", Rational(69, 100)),
    "slope of the sigmoid": (sigmoid.diff(x), "<=", Rational(2499, 10000)),
    "JS": (js, "<=", (P + Q) * Rational(69, 100)),
    "hidden pole": (1 / x, "<=", 1 / x + 1),
    "hidden logarithm": (log(x), "<=", log(x) + 1),
}


@pytest.mark.parametrize("name", TRUE)
def test_proves(name):
    answer = prove(Inequality(*TRUE[name]), seconds=30)
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.PROVED
    assert answer.method == "calculus"
    assert answer.detail


@pytest.mark.parametrize("name", FALSE)
def test_never_proves(name):
    assert isinstance(prove(Inequality(*FALSE[name]), seconds=2), Unknown)


def test_assumptions():
    assert isinstance(prove(Inequality(log(a), ">=", 0, where=(a >= 1,))), Holds)
    assert isinstance(prove(Inequality(x**3 * exp(x), ">=", x * exp(x), where=(x >= 1,))), Holds)
    assert isinstance(prove(Inequality(log(a), ">", 0, where=(a >= 1,)), seconds=1), Unknown)


def test_a_punctured_line_is_no_interval():
    # -1/x rises on both halves of the line, and at x = 1 it is above -2: that proves nothing about the other half.
    claim = Inequality(-1 / x, "<=", 0, where=(x**2 > 0,))
    assert isinstance(prove(claim, seconds=1), Unknown)


def test_what_is_not_smooth_is_refused():
    from sympy import floor

    with pytest.raises(ValueError, match="floor"):
        obligations(floor(x), smooth=True)
    assert isinstance(prove(Inequality(floor(x) * exp(x), "<=", x * exp(x)), seconds=1), Unknown)


def test_factored():
    assert dict(factored(exp(2 * x) + exp(x) - 2)) == {exp(x) - 1: 1, exp(x) + 2: 1}
