"""Claims decided by z3: proofs, certified counterexamples, and the answers that it must not give."""

import pytest
from flint import fmpq
from sympy import Abs, Max, Min, Piecewise, Rational, cos, cosh, exp, floor, log, pi, sign, sin, sinh, sqrt, tanh

from theoremcheck.theory.claims import Identity, Inequality
from theoremcheck.theory.evidence import Fails, Holds, Strength, Unknown
from theoremcheck.theory.kernels.exact import value
from theoremcheck.theory.kernels.smt import decide, implied, implies
from theoremcheck.theory.symbols import integer, positive, probability, real, reals

x, y = reals("x y")
a, b, p, n = positive("a"), positive("b"), probability("p"), integer("n", 1)

HOLD = {
    "squares": Inequality(2 * x * y, "<=", x**2 + y**2),
    "means": Inequality(sqrt(a * b), "<=", (a + b) / 2),
    "harmonic mean": Inequality(2 / (1 / a + 1 / b), "<=", (a + b) / 2),
    "absolute value": Identity(Abs(x), Max(x, -x)),
    "sign": Identity(sign(x) * Abs(x), x),
    "clip": Inequality(Min(Max(x, 0), 1), "<=", 1),
    "pieces": Inequality(Piecewise((x, x > 0), (x / 100, True)), "<=", Max(x, 0)),
    "guarded pole": Inequality(Piecewise((1 / x, x > 1), (1, True)), "<=", 1),
    "variance": Inequality(p * (1 - p), "<=", Rational(1, 4)),
    "integers": Inequality(n, "<=", n**2),
    "floor": Inequality(floor(x), "<=", x),
    "assumed": Inequality(1 / (x - y), ">", 0, where=(x > y,)),
    "sigmoid": Inequality(1 / (1 + exp(-x)), "<", 1),
    "hyperbolic": Identity(cosh(x) ** 2 - sinh(x) ** 2, 1),
    "tanh": Inequality(tanh(x), "<", 1),
    "circle": Identity(sin(x) ** 2 + cos(x) ** 2, 1),
    "power": Inequality(p**x, ">", 0),
    "e": Inequality(exp(1), ">", Rational(271828, 100000)),
    "pi": Inequality(pi, "<", Rational(22, 7)),
    "logarithm": Inequality(1 - 1 / a, "<=", log(a)),
}
FAIL = {
    "root of a square": (Identity(Abs(x), x), {"x": "-1"}),
    "relu adds": (Identity(Max(x, 0) + Max(y, 0), Max(x + y, 0)), None),
    "strict at equality": (Inequality(2 * x * y, "<", x**2 + y**2), {"x": "0", "y": "0"}),
    "integers": (Inequality(n, "<", n**2), {"n": "1"}),
    "floor": (Identity(floor(x), x), None),
    "far": (Inequality(x, "<=", 1000), None),
    "assumed": (Inequality(x**2, ">", 2, where=(x > 0,)), {"x": "1"}),
}
UNDECIDED = {
    "pole": Inequality(1 / x, "<=", 1 / x + x**2),
    "root of a negative": Inequality(sqrt(x), ">=", 0),
    "logarithm of a negative": Inequality(log(x), "<=", x - 1),
    "false but abstract": Inequality(exp(a), "<=", 1 + 2 * a + a**2),
    "unknown function": Inequality(real("z") * sin(x) * log(1 + a), "<=", exp(exp(x)) * y**65),
}


@pytest.mark.parametrize("name", HOLD)
def test_holds(name):
    answer = decide(HOLD[name])
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.PROVED


@pytest.mark.parametrize("name", FAIL)
def test_fails(name):
    claim, point = FAIL[name]
    answer = decide(claim)
    assert isinstance(answer, Fails), answer
    assert answer.counterexample.certificate == "exact fractions"
    if point:
        assert answer.counterexample.point == point
    at = {symbol: Rational(answer.counterexample.point[symbol.name]) for symbol in claim.symbols}
    assert str(value(claim.lhs, at)) == answer.counterexample.left


@pytest.mark.parametrize("name", UNDECIDED)
def test_unknown(name):
    assert isinstance(decide(UNDECIDED[name]), Unknown)


def test_implied():
    assert implied(x**2 > 1, (x > 1,))
    assert not implied(x**2 > 1, (x >= 1,))
    assert not implies(1 / x, "<=", 1 / x + 1)
    assert implies(1 / x, "<=", 1 / x + 1, (x > 0,))
    assert implies(n, ">=", 1)
    assert not implies(n, ">", 1)


def test_exact_values():
    assert value(sqrt(x) / 3 + floor(x), {x: Rational(9, 4)}) == fmpq(5, 2)
    assert value(x ** Rational(2, 3), {x: Rational(27, 8)}) == fmpq(9, 4)
    for bad in (1 / x, sqrt(x - 1), sqrt(x + 2), exp(x + 1)):
        assert value(bad, {x: Rational(0)}) is None
