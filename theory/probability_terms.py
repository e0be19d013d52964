"""What the statements about probability are made of: laws, variables, events, and the probability of an event.

A probability space is any measure space with a density `p`. An event is where a real function (u, v, w) is positive,
and its probability is the integral of its indicator. A variable is any real function X on the space; a count N is one
with values 0, 1, 2, ..., such as how many of a sequence of events occur, so that the union is where N > 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Abs, And, Expr, Integer, Integral, Piecewise, binomial, exp, oo, pi

from .claims import Claim, Inequality
from .gaussian import Normal
from .measures import expect
from .symbols import POSITIVE, Domain, density, function, integer, positive, probability, real, reals

COUNTS = Domain(Integer(0), lower_open=False, integer=True)

p = density("p")  # the law of the outcomes, on any space
X, Y = function("X"), function("Y")  # variables
N = function("N", COUNTS)  # how many events of a sequence occur
pieces = function("M", Domain(Integer(1), lower_open=False, integer=True))  # the same where at least one must occur
u, v, w = function("u"), function("v"), function("w")  # events, where these are positive
raw = function("g", POSITIVE)  # a positive function that is not normalized

a, t, mu, mu2 = real("a"), real("t"), real("mu", tex=r"\mu"), real("mu2", tex=r"\nu")
x, y = reals("x y")
d, e = positive("d"), positive("e")  # lengths of intervals
h = positive("h")
lam = positive("lambda", tex=r"\lambda", typical=(0.5, 4))
sigma = positive("sigma", tex=r"\sigma", typical=(0.3, 2))
tau = positive("tau", tex=r"\tau", typical=(0.3, 2))
q = probability("q")  # of success
n, m, k, r, i = (integer(name, least=0) for name in "nmkri")
some = integer("m", least=1)  # how many events occur at an outcome where one does

A, B, C = (Piecewise((1, one > 0), (0, True)) for one in (u, v, w))
"""The indicators of three events."""

normal = Normal(mu, sigma**2)


def where(*conditions: Any) -> Expr:
    """The indicator of the outcomes that meet all conditions."""
    return Piecewise((1, And(*conditions)), (0, True))


def P(event: Expr) -> Expr:
    """The probability of the event with this indicator."""
    return expect(p, event)


def variance(variable: Expr) -> Expr:
    """The expected square less the square of the expectation."""
    return expect(p, variable**2) - expect(p, variable) ** 2


def both_ways(name: str, lhs: Expr, rhs: Expr) -> dict[str, Claim]:
    """Equality of two probabilities as two inequalities, each shown outcome by outcome."""
    return {f"{name}, at most": Inequality(lhs, "<=", rhs), f"{name}, at least": Inequality(lhs, ">=", rhs)}


def equalities(*names: str) -> dict[str, str]:
    """Why the flipped halves of `both_ways` are no mutants."""
    why = "the other half of an equality, claimed and proved beside it"
    return {f"{name}, {half}: relation flipped": why for name in names for half in ("at most", "at least")}


def over_line(expr: Expr, variable: Expr = x) -> Integral:
    """The integral over the real line."""
    return Integral(expr, (variable, -oo, oo))


def binomial_mass(trials: Expr, successes: Expr, chance: Expr = q) -> Expr:
    """The probability of so many successes in independent trials, as the source prints it."""
    return binomial(trials, successes) * chance**successes * (1 - chance) ** (trials - successes)


DENSITIES: Mapping[str, Expr] = {
    "Laplace": lam / 2 * exp(-lam * Abs(x)),
    "Cauchy": 1 / (pi * (1 + x**2)),
    "normal": normal.pdf(x),
}
"""Densities on the whole line."""
