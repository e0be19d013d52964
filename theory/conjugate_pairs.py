"""Conjugate pairs as theorems: prior times likelihood is evidence times posterior, and the evidence is the integral.

Raiffa and Schlaifer 1961.  The statements of `theory.bayes` put them into words.
"""

from __future__ import annotations

from sympy import Expr, Integer, Integral, Rational, exp, gamma, log, oo, pi, sqrt

from .claims import AllOf, Claim, Identity
from .conjugate import (
    beta_density,
    beta_function,
    binomial_mass,
    choose,
    dirichlet_constant,
    dirichlet_log_density,
    dirichlet_multinomial_log_mass,
    gamma_density,
    inverse_gamma_density,
    multinomial_log_mass,
    negative_binomial_mass,
    normal_inverse_gamma_log_density,
    normal_log_likelihood,
    poisson_mass,
    student_predictive,
)
from .gaussian import Normal
from .measures import integral
from .statements import Theorem
from .symbols import NONNEGATIVE, POSITIVE, density, function, integer, positive, probability, real

a, b, x = positive("a"), positive("b"), probability("x")
k, m = integer("k", least=0), integer("m", least=0)
rate, exposure = positive("y"), positive("T")
theta, datum, centre = real("theta", tex=r"\theta"), real("d"), real("m0", tex="m_0")
s, t = positive("s", typical=(0.3, 2)), positive("t", typical=(0.3, 2))
variance, kappa = positive("w"), positive("kappa", tex=r"\kappa")


def beta_binomial() -> Theorem:
    """Successes and failures under a beta prior."""
    likelihood, before = binomial_mass(k, m, x), beta_density(x, a, b)
    mass_of = choose(k, m) * beta_function(a + k, b + m) / beta_function(a, b)
    following = (a + k) / (a + b + k + m)
    weight = (a + b) / (a + b + k + m)
    claims = {
        "posterior": Identity(before * likelihood, mass_of * beta_density(x, a + k, b + m)),
        "evidence": Identity(Integral(before * likelihood, (x, 0, 1)), mass_of),
        "predictive": Identity(Integral(x * beta_density(x, a + k, b + m), (x, 0, 1)), following),
        "shrinkage": Identity(following, weight * a / (a + b) + (1 - weight) * k / (k + m)),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "failures forgotten": Identity(before * likelihood, mass_of * beta_density(x, a + k, b)),
            "number of orders forgotten": Identity(Integral(before * likelihood, (x, 0, 1)), mass_of / choose(k, m)),
            "frequency for the predictive": Identity(
                Integral(x * beta_density(x, a + k, b + m), (x, 0, 1)), (k + 1) / (k + m + 2)
            ),
        },
    )


def dirichlet_multinomial() -> Theorem:
    """Counts of any number of categories under a Dirichlet prior."""
    alpha, counts, share = function("alpha", POSITIVE, tex=r"\alpha"), function("n", NONNEGATIVE), density("x")

    total = dirichlet_log_density(share, alpha) + multinomial_log_mass(counts, share)

    def split(after: Expr) -> Claim:
        return Identity(total, dirichlet_multinomial_log_mass(counts, alpha) + dirichlet_log_density(share, after))

    a1, a2, a3, z = positive("a1"), positive("a2"), positive("a3"), probability("z")
    # Stick breaking: shares x, (1 - x) z and (1 - x)(1 - z), whose Jacobian is 1 - x.
    stick = Integral(x ** (a1 - 1) * (1 - x) ** (a2 + a3 - 1), (x, 0, 1)) * Integral(
        z ** (a2 - 1) * (1 - z) ** (a3 - 1), (z, 0, 1)
    )
    claims = {
        "posterior": split(alpha + counts),
        "normalization, three categories": Identity(stick, dirichlet_constant(a1, a2, a3)),
        "predictive": Identity(
            dirichlet_constant(a1 + 1, a2, a3) / dirichlet_constant(a1, a2, a3), a1 / (a1 + a2 + a3)
        ),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "counts forgotten": split(alpha),
            "counts twice": split(alpha + 2 * counts),
            "Jacobian forgotten": Identity(stick, dirichlet_constant(a1, a2, a3 + 1)),
        },
    )


def gamma_poisson() -> Theorem:
    """Events in a time under a gamma prior on their rate."""
    before, likelihood = gamma_density(rate, a, b), poisson_mass(k, exposure * rate)
    mass_of = negative_binomial_mass(k, a, b / (b + exposure))
    after = gamma_density(rate, a + k, b + exposure)
    mean = Integral(rate * after, (rate, 0, oo))
    claims = {
        "posterior": Identity(before * likelihood, mass_of * after),
        "evidence": Identity(Integral(before * likelihood, (rate, 0, oo)), mass_of),
        "mean": Identity(mean, (a + k) / (b + exposure)),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "exposure forgotten": Identity(before * likelihood, mass_of * gamma_density(rate, a + k, b)),
            "Poisson at the prior mean": Identity(
                Integral(before * likelihood, (rate, 0, oo)), poisson_mass(k, exposure * a / b)
            ),
        },
    )


def normal_normal() -> Theorem:
    """Normal data of known variance under a normal prior."""
    data = function("x")  # over data
    count, total = integral(Integer(1)), integral(data)
    precision = 1 / t**2 + count / s**2
    mean = (centre / t**2 + total / s**2) / precision

    def contrast(mean: Expr, precision: Expr) -> Claim:
        """The log-density at theta less that at 0, which needs no constant."""

        def joint(at: Expr) -> Expr:
            return Normal(centre, t**2).logpdf(at) + normal_log_likelihood(data, at, s**2)

        after = -precision * (theta - mean) ** 2 / 2 + precision * mean**2 / 2
        return Identity(joint(theta) - joint(Integer(0)), after)

    before, likelihood = Normal(centre, t**2).pdf(theta), Normal(theta, s**2).pdf(datum)
    law = Normal(centre, s**2 + t**2).pdf(datum)
    after = Normal((s**2 * centre + t**2 * datum) / (s**2 + t**2), s**2 * t**2 / (s**2 + t**2)).pdf(theta)
    integrated = Integral(before * likelihood, (theta, -oo, oo))
    claims = {
        "posterior of any number of data": contrast(mean, precision),
        "one datum": Identity(before * likelihood, law * after),
        "evidence": Identity(integrated, law),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "variances added": contrast(mean, 1 / (t**2 + s**2 / count)),
            "mean not weighted": contrast((centre + total) / (1 + count), precision),
            "prior variance forgotten": Identity(integrated, Normal(centre, s**2).pdf(datum)),
        },
    )


def normal_inverse_gamma() -> Theorem:
    """Normal data of unknown mean and variance."""
    data = function("x")
    mu = theta
    count, total, squares = integral(Integer(1)), integral(data), integral(data**2)
    mean = (kappa * centre + total) / (kappa + count)
    scatter = b + (squares + kappa * centre**2 - (kappa + count) * mean**2) / 2

    def contrast(shape: Expr, scale: Expr) -> Claim:
        def joint(at: Expr, spread: Expr) -> Expr:
            before = normal_inverse_gamma_log_density(at, spread, centre, kappa, a, b)
            return before + normal_log_likelihood(data, at, spread)

        def after(at: Expr, spread: Expr) -> Expr:
            weight = kappa + count
            return -weight * (at - mean) ** 2 / (2 * spread) - (shape + Rational(3, 2)) * log(spread) - scale / spread

        zero, one = Integer(0), Integer(1)
        return Identity(joint(mu, variance) - joint(zero, one), after(mu, variance) - after(zero, one))

    marginal = Normal(centre, variance * (1 + 1 / kappa)).pdf(datum)
    inner = Integral(Normal(centre, variance / kappa).pdf(mu) * Normal(mu, variance).pdf(datum), (mu, -oo, oo))
    power, level = a + Rational(1, 2), positive("r")  # the integral over the variance, in the precision 1/w
    precise = Integral(rate ** (power - 1) * exp(-level * rate), (rate, 0, oo))
    spread = kappa * (datum - centre) ** 2 / (2 * (kappa + 1))
    constant = sqrt(kappa / (2 * pi * (kappa + 1))) * b**a / gamma(a)

    def by_precision(at: Expr) -> Expr:
        """The density of datum and precision."""
        return constant * at ** (power - 1) * exp(-(b + spread) * at)

    claims = {
        "posterior of any number of data": contrast(a + count / 2, scatter),
        "mean integrated out": Identity(inner, marginal),
        "in the precision": Identity(
            marginal * inverse_gamma_density(variance, a, b),
            by_precision(1 / variance) / variance**2,
        ),
        "precision integrated out": Identity(precise, gamma(power) / level**power),
        "Student's law": Identity(
            constant * gamma(power) / (b + spread) ** power,
            student_predictive(datum, centre, kappa, a, b),
        ),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "shape grows by n": contrast(a + count, scatter),
            "scatter about zero": contrast(a + count / 2, b + squares / 2),
            "uncertainty of the mean forgotten": Identity(inner, Normal(centre, variance).pdf(datum)),
        },
    )
