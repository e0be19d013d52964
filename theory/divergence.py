"""Divergences between probability laws: Kullback-Leibler, Jensen-Shannon, f-divergences and their variational forms.

Each is an expression on `measures.integral`, so that what is proved of it holds for densities and for discrete laws at
once. The last functions are exact on finite laws, zeros included.

>>> from theoremcheck.theory.symbols import density
>>> p, q = density("p"), density("q")
>>> kl(p, q)
Mu(p*log(p/q))
>>> from sympy import Rational
>>> finite_js((Rational(1), Rational(0)), (Rational(0), Rational(1)))
log(2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Abs, Add, Expr, Integer, Rational, S, Symbol, exp, log, oo, sqrt

from .measures import expect, integral
from .symbols import Domain, DomainSymbol, positive, real

HALF = Rational(1, 2)
u = positive("u")  # the ratio of the two densities


def kl(p: Expr, q: Expr) -> Expr:
    """KL(p || q), the expectation under p of log p/q."""
    return expect(p, log(p / q))


def mixture(p: Expr, q: Expr) -> Expr:
    """The law that draws from p or from q with equal chances."""
    return (p + q) / 2


def js(p: Expr, q: Expr) -> Expr:
    """JS(p || q), the mean of the two KL divergences to the mixture."""
    return (kl(p, mixture(p, q)) + kl(q, mixture(p, q))) / 2


def entropy(p: Expr) -> Expr:
    """H(p), the expectation under p of -log p, relative to the dominating measure."""
    return -expect(p, log(p))


def total_variation(p: Expr, q: Expr) -> Expr:
    """Half the L1 distance of the densities."""
    return integral(Abs(p - q)) / 2


def triangular(p: Expr, q: Expr) -> Expr:
    """The triangular discrimination of Le Cam, a squared metric between 0 and 2."""
    return integral((p - q) ** 2 / (p + q))


def affinity(p: Expr, q: Expr) -> Expr:
    """The affinity of Bhattacharyya and Hellinger, 1 where the laws agree and 0 where they are mutually singular."""
    return integral(sqrt(p * q))


@dataclass(frozen=True)
class FDivergence:
    """D_f(p || q), the expectation under q of f(p/q), for f convex on (0, oo) with f(1) = 0.

    f: a function of `u`; conjugate: f*, a function of t, which is finite on the domain of t.
    """

    name: str
    f: Expr
    t: DomainSymbol
    conjugate: Expr

    def between(self, p: Expr, q: Expr) -> Expr:
        """The divergence of p from q."""
        return expect(q, self.f.subs(u, p / q))

    def bound(self, p: Expr, q: Expr, critic: Expr) -> Expr:
        """E_p[critic] - E_q[f*(critic)]: what a critic with values in the domain of f* certifies."""
        return integral(p * critic - q * self.conjugate.subs(self.t, critic))

    def best_critic(self, ratio: Expr) -> Expr:
        """f'(p/q), the critic that attains the divergence."""
        return self.f.diff(u).subs(u, ratio)


def _below(bound: Expr) -> DomainSymbol:
    return DomainSymbol("t", Domain(upper=bound))


KL = FDivergence("Kullback-Leibler", u * log(u), real("t"), exp(real("t") - 1))
REVERSE_KL = FDivergence("reverse Kullback-Leibler", -log(u), _below(S.Zero), -1 - log(-_below(S.Zero)))
PEARSON = FDivergence("Pearson chi-square", (u - 1) ** 2, real("t"), real("t") + real("t") ** 2 / 4)
HELLINGER = FDivergence("squared Hellinger", (sqrt(u) - 1) ** 2, _below(S.One), _below(S.One) / (1 - _below(S.One)))
SMOOTH = (KL, REVERSE_KL, PEARSON, HELLINGER)

_half_wide = DomainSymbol("t", Domain(-HALF, HALF, lower_open=False, upper_open=False))
TOTAL_VARIATION = FDivergence("total variation", Abs(u - 1) / 2, _half_wide, _half_wide)


def weights(law: Sequence[Expr]) -> tuple[Expr, ...]:
    """The weights of a law on finitely many points; ValueError where they are negative or do not sum to one."""
    exact = tuple(S(weight) for weight in law)
    if Add(*exact) != 1 or any(not weight.is_Rational or weight < 0 for weight in exact):
        raise ValueError(f"{exact} is no law: its weights must be exact, nonnegative, and sum to 1")
    return exact


def finite_kl(p: Sequence[Expr], q: Sequence[Expr]) -> Expr:
    """KL(p || q) on finitely many points, with 0 log 0 = 0; infinite where p charges a point that q does not.

    Raises ValueError where p or q is no law with exact weights.
    """
    pairs = [(a, b) for a, b in zip(weights(p), weights(q), strict=True) if a != 0]
    if any(b == 0 for _, b in pairs):
        return oo
    return Add(*(a * log(a / b) for a, b in pairs))


def finite_js(p: Sequence[Expr], q: Sequence[Expr]) -> Expr:
    """JS(p || q) on finitely many points; always finite. Raises ValueError where p or q is no exact law."""
    middle = [mixture(a, b) for a, b in zip(weights(p), weights(q), strict=True)]
    return (finite_kl(p, middle) + finite_kl(q, middle)) / 2


def finite_total_variation(p: Sequence[Expr], q: Sequence[Expr]) -> Expr:
    """Half the L1 distance on finitely many points. Raises ValueError where p or q is no law with exact weights."""
    return Add(*(Abs(a - b) for a, b in zip(weights(p), weights(q), strict=True))) / 2


def point_mass(at: int, size: int) -> tuple[Expr, ...]:
    """The law on `size` points that charges one of them alone."""
    return tuple(Integer(i == at) for i in range(size))


def bernoulli_kl(s: Expr | Symbol, t: Expr | Symbol) -> Expr:
    """The KL divergence of two coins with chances s and t."""
    return s * log(s / t) + (1 - s) * log((1 - s) / (1 - t))
