"""Densities of the conjugate pairs, written out with gamma functions, so that updates are exact algebra.

Counts are k successes and m failures rather than k of n: so every pair of natural numbers is allowed.
"""

from __future__ import annotations

from sympy import Expr, Integer, Rational, exp, factorial, gamma, log, loggamma, pi

from .measures import integral


def beta_function(a: Expr, b: Expr) -> Expr:
    """Euler's B(a, b), the integral of x^(a-1) (1-x)^(b-1) over the unit interval."""
    return gamma(a) * gamma(b) / gamma(a + b)


def beta_density(x: Expr, a: Expr, b: Expr) -> Expr:
    """The density of Beta(a, b) at x in (0, 1)."""
    return x ** (a - 1) * (1 - x) ** (b - 1) / beta_function(a, b)


def binomial_mass(k: Expr, m: Expr, x: Expr) -> Expr:
    """The probability of k successes and m failures, each success of probability x."""
    return choose(k, m) * x**k * (1 - x) ** m


def choose(k: Expr, m: Expr) -> Expr:
    """The number of orders of k successes and m failures."""
    return gamma(k + m + 1) / (gamma(k + 1) * gamma(m + 1))


def gamma_density(y: Expr, a: Expr, b: Expr) -> Expr:
    """The density of the gamma law with shape a and rate b at y > 0."""
    return b**a * y ** (a - 1) * exp(-b * y) / gamma(a)


def poisson_mass(k: Expr, rate: Expr) -> Expr:
    """The probability of k events at the given expected number."""
    return rate**k * exp(-rate) / factorial(k)


def negative_binomial_mass(k: Expr, a: Expr, p: Expr) -> Expr:
    """The probability of k failures before a successes of probability p; a need not be an integer."""
    return gamma(a + k) / (gamma(a) * factorial(k)) * p**a * (1 - p) ** k


def inverse_gamma_density(v: Expr, a: Expr, b: Expr) -> Expr:
    """The density of 1/y for y of the gamma law with shape a and rate b, at v > 0."""
    return b**a / gamma(a) * v ** (-a - 1) * exp(-b / v)


def dirichlet_log_density(share: Expr, alpha: Expr) -> Expr:
    """The log-density of the Dirichlet law, sums over any number of categories written as integrals."""
    return loggamma(integral(alpha)) - integral(loggamma(alpha)) + integral((alpha - 1) * log(share))


def multinomial_log_coefficient(counts: Expr) -> Expr:
    """The logarithm of the number of orders of the counts, over any number of categories."""
    return loggamma(integral(counts) + 1) - integral(loggamma(counts + 1))


def multinomial_log_mass(counts: Expr, share: Expr) -> Expr:
    """The log-probability of the counts when the categories have the given shares."""
    return multinomial_log_coefficient(counts) + integral(counts * log(share))


def normal_inverse_gamma_log_density(mu: Expr, v: Expr, m: Expr, kappa: Expr, a: Expr, b: Expr) -> Expr:
    """The log-density of mean and variance: the mean is N(m, v/kappa) given the variance v, which is inverse gamma."""
    normal = -kappa * (mu - m) ** 2 / (2 * v) - log(2 * pi * v / kappa) / 2
    return normal + a * log(b) - loggamma(a) - (a + 1) * log(v) - b / v


def normal_log_likelihood(data: Expr, mu: Expr, v: Expr) -> Expr:
    """The log-likelihood of independent N(mu, v) data, any number of them: sums over data are integrals."""
    return -integral((data - mu) ** 2) / (2 * v) - integral(Integer(1)) * log(2 * pi * v) / 2


def student_predictive(x: Expr, m: Expr, kappa: Expr, a: Expr, b: Expr) -> Expr:
    """The density of one datum under the normal-inverse-gamma law: Student's with 2 a degrees of freedom."""
    spread = kappa * (x - m) ** 2 / (2 * (kappa + 1))
    half = Rational(1, 2)
    root = (kappa / (2 * pi * (kappa + 1))) ** half
    return root * gamma(a + half) / gamma(a) * b**a * (b + spread) ** (-a - half)


def dirichlet_constant(*weights: Expr) -> Expr:
    """The integral of the product of shares to the powers weight - 1 over the simplex."""
    product = Integer(1)
    for weight in weights:
        product *= gamma(weight)
    return product / gamma(sum(weights, Integer(0)))


def dirichlet_multinomial_log_mass(counts: Expr, alpha: Expr) -> Expr:
    """The log-probability of the counts when the shares have the Dirichlet law with weights alpha."""
    before, after = integral(alpha), integral(alpha) + integral(counts)
    ratios = integral(loggamma(alpha + counts)) - integral(loggamma(alpha))
    return multinomial_log_coefficient(counts) + loggamma(before) - loggamma(after) + ratios
