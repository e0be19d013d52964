"""Ball arithmetic: values against mpmath, signs, what is undefined, and three-valued conditions."""

import mpmath
import pytest
from flint import arb
from sympy import (
    E,
    Heaviside,
    Integer,
    LambertW,
    Max,
    Ne,
    Or,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    beta,
    binomial,
    cosh,
    erf,
    exp,
    floor,
    gamma,
    log,
    loggamma,
    pi,
    polygamma,
    sinh,
    sqrt,
    symbols,
    tan,
)

from theoremcheck.theory.kernels.balls import conditions_at, enclose, in_domain, relation_at, sign_at
from theoremcheck.theory.kernels.intervals import Interval
from theoremcheck.theory.kernels.intervals import enclose as range_of
from theoremcheck.theory.symbols import UNIT, DomainSymbol, integer, positive

x, y = symbols("x y", real=True)
k = Symbol("k", integer=True)


@pytest.mark.parametrize(
    ("expr", "oracle"),
    [
        (exp(x) + log(x), lambda t: mpmath.exp(t) + mpmath.log(t)),
        (gamma(x) * erf(x), lambda t: mpmath.gamma(t) * mpmath.erf(t)),
        (
            loggamma(x) + polygamma(1, x) + polygamma(0, x),
            lambda t: mpmath.loggamma(t) + mpmath.psi(1, t) + mpmath.psi(0, t),
        ),
        (LambertW(x) ** Rational(3, 2), lambda t: mpmath.lambertw(t).real ** 1.5),
        (beta(x, 2 * x), lambda t: mpmath.beta(t, 2 * t)),
        (x**x * E**-x, lambda t: t**t * mpmath.e**-t),
        (binomial(x, 3), lambda t: mpmath.binomial(t, 3)),
        (Sum(1 / (k + x), (k, 1, 20)), lambda t: sum(1 / (i + t) for i in range(1, 21))),
    ],
)
@pytest.mark.parametrize("at", [Rational(1, 3), Rational(5, 2), Integer(7)])
def test_values_agree_with_mpmath(expr, oracle, at):
    with mpmath.workdps(40):
        expected = oracle(mpmath.mpf(at.p) / at.q)
    ball = enclose(expr, {x: at})
    assert abs(float(ball.mid()) - float(expected)) <= 1e-14 * abs(float(expected))
    assert ball.rel_accuracy_bits() > 90


@pytest.mark.parametrize(
    ("expr", "point"),
    [
        (x * log(x), {x: 0}),
        (log(x), {x: -1}),
        (1 / (x**2 - 2), {x: sqrt(2)}),
        (gamma(x), {x: -3}),
        (sqrt(x), {x: Rational(-1, 10**40)}),
        (x**y, {x: -2, y: Rational(1, 3)}),
        (tan(x), {x: pi / 2}),
        (floor(x), {x: arb(0, 1)}),
        (x + y, {x: 1}),
        (Piecewise((x, x > 0), (log(x), True)), {x: -1}),
    ],
)
def test_what_has_no_value_is_none(expr, point):
    assert enclose(expr, point) is None


def test_signs_are_certain():
    assert sign_at(exp(x) - 1 - x, {x: Rational(1, 10**50)}) == 1
    assert sign_at(cosh(x) - sinh(x) - 1, {x: 0}) == 0
    assert sign_at(x - Rational(1, 3), {x: Rational(1, 3)}) == 0
    assert sign_at(Heaviside(x) - Max(x, 1), {x: -5}) == -1
    assert sign_at(log(x), {x: 0}) is None
    assert sign_at((-1) ** k, {k: 10**9 + 1}) == -1


def test_a_ball_is_never_said_to_be_zero():
    assert sign_at(x, {x: arb(0, 1)}) is None
    assert enclose(x**2, {x: arb(0, 1)}).abs_lower() == 0
    assert not enclose(x**2, {x: arb(0, 1)}) < 0


def test_relations_and_conditions():
    assert relation_at(log(x), "<=", x - 1, {x: 1}) is True
    assert relation_at(log(x), "<", x - 1, {x: 1}) is False
    assert relation_at(log(x), "<", x, {x: 0}) is None
    assert conditions_at((x > 0, Or(y > 1, Ne(y, 0))), {x: 1, y: -1}) is True
    assert conditions_at(x > y, {x: 1, y: 1}) is False
    assert conditions_at(log(x) > y, {x: -1, y: 1}) is None


def test_domains():
    p, n, u = positive("p"), integer("n", 1), DomainSymbol("u", UNIT)
    assert in_domain({p: sqrt(2), n: 3, u: Rational(1, 2)}) is True
    assert in_domain({p: 0}) is False
    assert in_domain({n: Rational(3, 2)}) is False
    assert in_domain({u: 1}) is False
    assert in_domain({u: arb(0.5, 0.75)}) is None


def _interval(low, high, low_open=False, high_open=False):
    return Interval(arb(low), arb(high), low_open, high_open)


def test_intervals_know_their_open_ends():
    assert range_of(log(x), (x,), (_interval(0, 1),)) is None
    image = range_of(log(x), (x,), (_interval(0, 1, True),))
    assert not image.lower.is_finite()
    assert image.upper == 0
    assert range_of(1 / (x * (x - Rational(1, 2))), (x,), (_interval(0, 0.5, True),)) is None
    assert range_of(x * (1 - x), (x,), (_interval(0, 1, True, True),)).positive
    assert not range_of(x * (1 - x), (x,), (_interval(0, 1, True),)).positive


@pytest.mark.parametrize("expr", [x**2 - x, x**3 * exp(-x), sinh(x) / (2 + x**2), Max(x, 1 - x), x * cosh(x)])
def test_intervals_hold_the_values(expr):
    box = _interval(-1.25, 2.5)
    image = range_of(expr, (x,), (box,))
    for i in range(31):
        value = enclose(expr, {x: Rational(-5, 4) + Rational(15, 4) * Rational(i, 30)})
        assert value >= image.lower
        assert value <= image.upper
