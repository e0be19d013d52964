"""The refuter: planted falsehoods are found, certified, shrunk and replayed; true claims survive."""

import subprocess
import sys

import numpy as np
import pytest
from sympy import (
    Abs,
    E,
    Eq,
    Max,
    Rational,
    Sum,
    Symbol,
    cos,
    cosh,
    exp,
    floor,
    gamma,
    log,
    loggamma,
    sin,
    sqrt,
)

from theoremcheck.theory.claims import Identity, Inequality
from theoremcheck.theory.kernels.points import Space, sample_points, witness
from theoremcheck.theory.kernels.refuter import refute
from theoremcheck.theory.kernels.replay import replay
from theoremcheck.theory.measures import integral
from theoremcheck.theory.symbols import density, function, integer, positive, probability, reals

x, y = reals("x y")
p, q, r = positive("p"), positive("q"), positive("r")
u, v = probability("u"), probability("v")
n, k = integer("n", 1), integer("k")
P, Q, f = density("P"), density("Q"), function("f")
kl = u * log(u / v) + (1 - u) * log((1 - u) / (1 - v))

FALSE = {
    "narrow at zero": Inequality(cosh(x), "<=", exp(Rational(4999, 10000) * x**2)),
    "narrow on the diagonal": Inequality(kl, ">=", Rational(201, 100) * (u - v) ** 2),
    "the same as a difference": Inequality(kl - Rational(201, 100) * (u - v) ** 2, ">=", 0),
    "apart by 1e-12": Identity(sin(x), sin(x) + x / 10**12),
    "huge n only": Inequality((1 + 1 / n) ** n, "<=", Rational(271827, 100000)),
    "far out": Inequality(x**2, "<=", x**3 + 10**12),
    "a needle at a million": Inequality(Abs(x - 1000003), ">=", Rational(1, 10)),
    "strict at equality": Inequality(log(p), "<", p - 1),
    "sharpened": Inequality(gamma(p), ">=", Rational(8857, 10000)),
    "with a constraint": Inequality(u**2 + v**2, ">=", Rational(1, 2) + Rational(1, 10**6), (Eq(u + v, 1),)),
    "flipped": Inequality(sqrt(p * q), ">=", (p + q) / 2),
    "floor": Identity(floor(x + y), floor(x) + floor(y)),
    "negative half": Identity(Max(x, 0), x),
    "harmonic": Identity(Sum(1 / k, (k, 1, n)), log(n)),
    "KL divergence": Inequality(integral(P * log(P / Q)), "<=", 0),
    "square of a mean": Identity(integral(P * f) ** 2, integral(P * f**2)),
}

TRUE = {
    "sub-Gaussian": Inequality(cosh(x), "<=", exp(x**2 / 2)),
    "Pinsker": Inequality(kl, ">=", 2 * (u - v) ** 2),
    "Pythagoras": Identity(sin(x) ** 2, 1 - cos(x) ** 2),
    "compound interest": Inequality((1 + 1 / n) ** n, "<=", E),
    "tangent": Inequality(log(p), "<=", p - 1),
    "Gibbs": Inequality(integral(P * log(P / Q)), ">=", 0),
    "means": Inequality(p + q + r, ">=", 3 * (p * q * r) ** Rational(1, 3)),
    "gamma": Identity(loggamma(p + 1), log(p) + loggamma(p)),
    "on its domain": Identity(sqrt(x), sqrt(x) * p / p, (x > -1,)),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_falsehood_is_refuted_and_replayed(name):
    counterexample = refute(FALSE[name], "quick", name).counterexample
    assert counterexample.certificate
    assert counterexample.left != counterexample.right or FALSE[name].relation in ("<", ">")
    done = subprocess.run([sys.executable, "-c", counterexample.replay], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("name", TRUE)
def test_a_truth_survives(name):
    assert refute(TRUE[name], "quick", name) is None


def test_counterexamples_are_short_and_the_same_each_time():
    first, second = (refute(FALSE["narrow at zero"]).counterexample for _ in range(2))
    assert first == second
    assert sum(map(len, first.point.values())) <= 5
    assert refute(FALSE["flipped"]).counterexample.point == {"p": "1", "q": "2"}


def test_undefined_sides_refute_nothing():
    z = Symbol("z", real=True)
    assert refute(Identity(log(z), log(z) + 0 * z, (z < 0,))) is None
    assert refute(Inequality(log(-p), "<=", -1)) is None


def test_assumptions_are_respected():
    assert refute(Inequality(p, "<=", 1, (p < 1,))) is None
    assert refute(Inequality(p, "<=", 1, (p < 2,))) is not None
    assert refute(Inequality(x * y, "<=", Rational(1, 4), (Eq(x + y, 1),))) is None


def test_witness():
    assert witness((p, q), (Eq(p + q, 1),)) == {p: Rational(1, 2), q: Rational(1, 2)}
    assert witness((x,), (Eq(x**2, -1),)) is None
    assert witness((n, k), (k < n, k > 2)) is not None
    assert witness((), ()) == {}


def test_sample_points_satisfy_everything():
    where = (Eq(p + q + r, 1), p < q)
    points = sample_points((p, q, r), where, 40, np.random.default_rng(3))
    assert len(points) == 40
    for point in points:
        assert point[p] + point[q] + point[r] == 1
        assert 0 < point[p] < point[q]
        assert point[r] > 0


def test_structured_points_are_distinct():
    points = [tuple(point.values()) for point in Space((u, v), ()).structured()]
    assert len(points) == len(set(points)) > 50


def test_replay_of_odd_names_and_unknown_functions():
    lam = Symbol("lambda", real=True)
    code = replay(lam, "<=", 0, {lam: Rational(1, 2)})
    assert "lambda_ = Fraction(1, 2)" in code
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_equality_of_irrational_sides_is_replayed():
    claim = Inequality(sqrt(p + 1) ** 3, "<", (p + 1) * sqrt(p + 1) + Max(p - 1, 0))
    counterexample = refute(claim).counterexample
    subprocess.run([sys.executable, "-c", counterexample.replay], check=True, capture_output=True)
