"""Inequalities on boxes: classics are certified on their whole domains, sharpened ones never are."""

import pytest
from sympy import Abs, Heaviside, Rational, cosh, erf, exp, floor, log, oo, pi, sign, sin, sqrt, tanh

from theoremcheck.theory.claims import Inequality
from theoremcheck.theory.evidence import Holds, Strength, Unknown
from theoremcheck.theory.kernels.boxes import prove_on_box
from theoremcheck.theory.symbols import NONNEGATIVE, DomainSymbol, bounded, positive, probability, reals

x, y = reals("x y")
p, q = positive("p"), positive("q")
u, v = probability("u"), probability("v")
c, w = bounded("c", 0, 1), DomainSymbol("w", NONNEGATIVE)
sigmoid = 1 / (1 + exp(-x))
kl = u * log(u / v) + (1 - u) * log((1 - u) / (1 - v))

TRUE = {
    "slope of the sigmoid": Inequality(sigmoid * (1 - sigmoid), "<=", Rational(1, 4)),
    "tangent of log": Inequality(log(p), "<=", p - 1),
    "sine": Inequality(sin(w), "<=", w),
    "sub-Gaussian, in logarithms": Inequality(cosh(x), "<=", exp(x**2 / 2)),
    "Pinsker, by the diagonal": Inequality(kl, ">=", 2 * (u - v) ** 2),
    "tanh": Inequality(tanh(w), "<=", w),
    "erf": Inequality(erf(w), "<=", 2 * w / sqrt(pi)),
    "entropy of a bit": Inequality(-u * log(u) - (1 - u) * log(1 - u), "<=", log(2)),
    "cubes": Inequality(c**3, "<=", c**2),
    "strict on an open end": Inequality(log(1 + p), "<", p),
    "two variables": Inequality((x - 1) ** 2 + (y - 2) ** 2 + (x - 1) ** 4, ">=", 0),
    "strict in the plane": Inequality(x**2 + y**2 - x - y + 1, ">", 0),
    "under a condition": Inequality(p, "<=", 1, (p <= 1,)),
}

FALSE = {
    "sub-Gaussian sharpened": Inequality(cosh(x), "<=", exp(Rational(4999, 10000) * x**2)),
    "Pinsker sharpened": Inequality(kl, ">=", Rational(201, 100) * (u - v) ** 2),
    "strict at equality": Inequality(log(p), "<", p - 1),
    "strict at a closed end": Inequality(tanh(w), "<", w),
    "below the maximum": Inequality(c * (1 - c), "<=", Rational(2499, 10000)),
    "wrong side": Inequality(sin(x), "<=", x),
    "jump": Inequality(sign(x - Rational(1, 3)), ">=", 0),
    "jump far out": Inequality(-(x**2) * Heaviside(x - 10**7), ">=", 0),
    "floor": Inequality(floor(x), ">=", x - Rational(99, 100)),
    "tiny kink": Inequality(Rational(1, 10**15) - Abs(x - Rational(1, 3)), "<=", 0),
    "zero off the grid": Inequality((c - Rational(1, 3)) ** 2, ">", 0),
    "infinite end": Inequality(1 / p, ">=", Rational(1, 10**9)),
    "large product": Inequality(p * q, "<=", 10**20),
    "diagonal": Inequality(x**2 + y**2, ">", 2 * x * y),
    "undefined at a closed end": Inequality(1 / c, ">=", 1),
    "parabola": Inequality(exp(x), ">=", 1 + x + x**2 / 2),
    "power of zero": Inequality(c**c, "<=", Rational(1, 2)),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_truth_is_certified(name):
    answer = prove_on_box(TRUE[name])
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.CERTIFIED
    assert all(str(symbol) in answer.detail for symbol in TRUE[name].symbols)


@pytest.mark.parametrize("name", FALSE)
def test_a_falsehood_is_never_certified(name):
    answer = prove_on_box(FALSE[name], boxes=300)
    assert isinstance(answer, Unknown)
    assert answer.reason


def test_a_stated_box_is_named():
    answer = prove_on_box(Inequality(sin(x), "<=", x), {x: (0, 20)})
    assert isinstance(answer, Holds)
    assert answer.detail == "x in [0, 20]"
    assert isinstance(prove_on_box(Inequality(sin(x), "<=", x), {x: (-1, 20)}), Unknown)
    assert isinstance(prove_on_box(Inequality(x, "<=", 2 * p), {x: (0, 1), p: (Rational(1, 2), oo)}), Holds)
