"""Laws whose value at risk and conditional value at risk have closed forms, and the claims that prove them.

The tail integral (1 - level) CVaR is the integral of the value at risk from the level to 1: it is checked that its
derivative is minus the value at risk and that it vanishes at 1. Where the distribution function has no elementary
inverse the level is a function of the standardized quantile z.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Derivative, Expr, Integer, erf, exp, log, oo, pi, sqrt

from .claims import AllOf, Claim, Identity, Limit
from .statements import Theorem
from .symbols import Domain, DomainSymbol, positive, probability, real

level = probability("alpha", tex=r"\alpha")
mu, sigma, z = real("mu", tex=r"\mu"), positive("sigma", tex=r"\sigma"), real("z")
nu = DomainSymbol("nu", Domain(Integer(1), oo), tex=r"\nu", typical=(1.5, 12))


@dataclass(frozen=True)
class TailLaw:
    """Value at risk and conditional value at risk of a family, at the level, or at the standardized quantile z.

    at: the level; the symbol alpha itself, or the distribution function of z.
    """

    value_at_risk: Expr
    conditional_value_at_risk: Expr
    at: Expr = level

    @property
    def tail(self) -> Expr:
        """The integral of the value at risk from the level to 1."""
        return (1 - self.at) * self.conditional_value_at_risk

    def claims(self) -> Mapping[str, Claim]:
        """That the tail integral has the right derivative and vanishes at level 1."""
        variable, end = (level, Integer(1)) if self.at == level else (z, oo)
        slope = -self.value_at_risk * (Integer(1) if self.at == level else self.at.diff(z))
        return {
            "derivative": Identity(Derivative(self.tail, variable), slope),
            "at level 1": Limit(self.tail, variable, end, Integer(0), "-"),
        }


def _phi(of: Expr) -> Expr:
    return (1 + erf(of / sqrt(2))) / 2


DENSITY = exp(-(z**2) / 2) / sqrt(2 * pi)

FAMILIES: Mapping[str, TailLaw] = MappingProxyType(
    {
        "normal": TailLaw(mu + sigma * z, mu + sigma * DENSITY / (1 - _phi(z)), _phi(z)),
        "log-normal": TailLaw(
            exp(mu + sigma * z), exp(mu + sigma**2 / 2) * _phi(sigma - z) / (1 - _phi(z)), _phi(z)
        ),
        "uniform": TailLaw(mu + sigma * level, mu + sigma * (1 + level) / 2),
        "exponential": TailLaw(-sigma * log(1 - level), sigma * (1 - log(1 - level))),
        "logistic": TailLaw(
            mu + sigma * log(level / (1 - level)),
            mu + sigma * (-level * log(level) - (1 - level) * log(1 - level)) / (1 - level),
        ),
        "Laplace": TailLaw(mu - sigma * log(2 * (1 - level)), mu + sigma * (1 - log(2 * (1 - level)))),
        "Pareto": TailLaw(sigma * (1 - level) ** (-1 / nu), nu / (nu - 1) * sigma * (1 - level) ** (-1 / nu)),
    }
)  # fmt: skip
"""By name. mu is the location and sigma the scale; Pareto: least loss sigma and exponent nu > 1; Laplace: levels from
1/2 on; uniform: from mu to mu + sigma; exponential: mean sigma."""


def closed_forms() -> Theorem:
    """What `risk.closed_forms` says."""
    parts = {f"{name}, {part}": claim for name, law in FAMILIES.items() for part, claim in law.claims().items()}
    normal, threshold = FAMILIES["normal"], FAMILIES["exponential"].value_at_risk
    half = TailLaw(normal.value_at_risk, mu + sigma * DENSITY / _phi(z), _phi(z))
    scaled = TailLaw(normal.value_at_risk, mu + sigma**2 * DENSITY / (1 - _phi(z)), _phi(z))
    return Theorem(
        AllOf(parts),
        mutants={
            "the other tail": half.claims()["derivative"],
            "variance for deviation": scaled.claims()["derivative"],
            "no worse than the threshold": TailLaw(threshold, threshold).claims()["derivative"],
        },
    )


def student() -> Theorem:
    """What `risk.student_tail` says."""
    kernel = (1 + z**2 / nu) ** (-(nu + 1) / 2)  # the density up to its constant
    tail = (nu + z**2) / (nu - 1) * kernel
    parts: dict[str, Claim] = {"derivative": Identity(Derivative(tail, z), -z * kernel)}
    for freedom in (2, 3, 4, 5):
        parts[f"at infinity, nu = {freedom}"] = Limit(tail.subs(nu, freedom), z, oo, Integer(0), "-")
    return Theorem(
        AllOf(parts),
        sizes="the limit at infinity for two to five degrees of freedom, the derivative for all",
        mutants={"normal tail": Identity(Derivative(kernel, z), -z * kernel)},
    )
