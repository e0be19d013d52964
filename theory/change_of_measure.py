"""From the prior to the posterior: Gibbs' variational principle and what it gives on any space of hypotheses.

p is the prior's density, q the posterior's, with respect to any measure that dominates both; phi is any function of the
hypothesis for which E_P exp(phi) is finite. `symbols.density` says that they are positive where they live: a posterior
that charges what the prior does not has KL(Q||P) = oo, and a prior point outside of the posterior's support only
adds to E_P exp(phi).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Expr, Integer, Piecewise, Rational, exp, log

from .claims import AllOf, Finite, Identity, Inequality
from .divergence import bernoulli_kl, kl
from .measures import ONE, expect, integral
from .symbols import NONNEGATIVE, POSITIVE, UNIT, density, function, positive

p, q, g = density("p", r"P"), density("q", r"Q"), density("g", r"G")
phi = function("phi", tex=r"\varphi")
Z, m = positive("Z"), positive("m")
HALF = Rational(1, 2)

a, b = function("a", POSITIVE), function("b", POSITIVE)
seen, true = function("e", UNIT, r"\hat R(h)"), function("r", UNIT, r"R(h)")
gap = function("k", NONNEGATIVE, r"\mathrm{kl}(h)")
X, level = function("X", NONNEGATIVE), positive("t")


def donsker_varadhan(weight: Expr = ONE) -> Inequality:
    """E_Q phi - weight KL(Q||P) is at most log E_P exp(phi)."""
    return Inequality(expect(q, phi) - weight * kl(q, p), "<=", log(expect(p, exp(phi))))


def gibbs_identity() -> Identity:
    """log Z - (E_Q phi - KL(Q||P)) = KL(Q||G) for phi = log(Z g/p): every phi with Z = E_P exp(phi) is of this form."""
    return Identity(log(Z) - expect(q, log(Z * g / p)) + kl(q, p), kl(q, g))


def markov(factor: Expr = ONE) -> Inequality:
    """Markov: P(X >= t) is at most factor E X / t for X >= 0."""
    return Inequality(expect(p, Piecewise((1, level <= X), (0, True))), "<=", factor * expect(p, X) / level)


def log_sum(one: Expr = a, other: Expr = b) -> Inequality:
    """E a log(E a / E b) is at most E[a log(a/b)]: the pair (a, b) -> a log(a/b) is jointly convex."""
    return Inequality(expect(q, one) * log(expect(q, one) / expect(q, other)), "<=", expect(q, one * log(one / other)))


def joint_convexity() -> AllOf:
    """kl of mean risks is at most mean kl: the log-sum inequality for the risks and for their complements, added."""
    e, r, f, s = (function(name, POSITIVE) for name in ("e", "r", "f", "s"))
    first, second = log_sum(e, r), log_sum(f, s)
    ones = {f: 1 - e, s: 1 - r}
    return AllOf(
        {
            "the risks": first,
            "their complements": second,
            "added, where f = 1 - e and s = 1 - r": Identity(
                (first.rhs + second.rhs).subs(ones), expect(q, bernoulli_kl(e, r))
            ),
            "the left sides": Identity((first.lhs + second.lhs).subs(ones), bernoulli_kl(expect(q, e), expect(q, r))),
        }
    )


def missing_mass() -> Finite:
    """The printed change of measure where the posterior charges a hypothesis to which the prior gives no mass."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        laws = {
            "prior (1/2, 1/2), posterior (1/4, 3/4)": ((HALF, HALF), (Rational(1, 4), Rational(3, 4))),
            "prior (1, 0), posterior (1/2, 1/2)": ((Integer(1), Integer(0)), (HALF, HALF)),
        }
        values = (Integer(0), Integer(1))
        for label, (prior, posterior) in laws.items():
            left = Add(*(w * f for w, f in zip(posterior, values, strict=True)))
            right = Add(*(w * f * (v / w) for w, v, f in zip(prior, posterior, values, strict=True) if w != 0))
            yield label, left, right

    return Finite(cases, r"\mathbb E_{Q}[f]=\mathbb E_{P}[f\,Q/P]", "two hypotheses, f = (0, 1)")


def exponential_of_gap(size: Expr = m) -> Inequality:
    """The change of measure at phi = m kl(h)."""
    return Inequality(size * expect(q, gap) - kl(q, p), "<=", log(integral(p * exp(m * gap))))
