"""Gaussian laws: every rule against the rigorous quadrature of the defining integral, or against proved
identities.
"""

import pytest
from sympy import E, Integer, Integral, Matrix, Max, Rational, Symbol, cos, exp, expand, log, oo, pi, sqrt

from theoremcheck.theory.gaussian import DiagonalNormal, MultivariateNormal, Normal, free_vector, kl
from theoremcheck.theory.kernels.balls import enclose
from theoremcheck.theory.kernels.points import typical_points
from theoremcheck.theory.kernels.positivity import is_proved_zero
from theoremcheck.theory.kernels.quadrature import rigorous
from theoremcheck.theory.symbols import positive, reals

m, mu, t, z, z2 = reals("m mu t z z2")
s, sigma = positive("s"), positive("sigma")
law = Normal(m, s**2)


@pytest.mark.parametrize(
    "f",
    [
        z,
        z**2,
        z**4 - 3 * z,
        exp(t * z),
        Max(0, z),
        Max(0, z) ** 2,
        abs(z - m),
        cos(t * z),
        exp(-(z**2)),
        z * exp(t * z),
    ],
)
def test_expectation_agrees_with_rigorous_quadrature(f):
    closed = law.expect(f, z)
    assert not closed.has(Integral)
    for point in typical_points({m, s, t}, (), 3):
        found = rigorous(Integral(f * law.pdf(z), (z, -oo, oo)), point)
        assert found.overlaps(enclose(closed, point))
        assert found.rad() < Rational(1, 10**6)


def test_entropy_generating_function_and_divergence_in_one_dimension():
    assert is_proved_zero(law.entropy() - log(2 * pi * E * s**2) / 2)
    assert is_proved_zero(law.mgf(t) - exp(m * t + s**2 * t**2 / 2))
    closed = log(sigma / s) + (s**2 + (m - mu) ** 2) / (2 * sigma**2) - Rational(1, 2)
    assert is_proved_zero(kl(law, Normal(mu, sigma**2)) - closed)
    assert not is_proved_zero(kl(Normal(mu, sigma**2), law) - closed)
    assert is_proved_zero(kl(law, law))


def test_divergence_is_the_integral_of_its_definition():
    other = Normal(mu, sigma**2)
    integral = Integral(law.pdf(z) * (law.logpdf(z) - other.logpdf(z)), (z, -oo, oo))
    for point in typical_points({m, mu, s, sigma}, (), 3):
        assert rigorous(integral, point).overlaps(enclose(kl(law, other), point))


def test_the_variable_of_the_expectation_is_bound():
    shifted = Normal(z2, 1)
    assert shifted.expect(z2 + z, z) == 2 * z2
    with pytest.raises(ValueError, match="hold z2"):
        shifted.expect(z2, z2)


def test_what_has_no_rule_stays_an_integral():
    assert Normal(0, 1).expect(exp(z**4), z).has(Integral)
    assert Normal(0, 1).expect(exp(z**2), z).has(Integral)


def test_a_variance_that_may_not_be_positive_is_refused():
    for variance in (m, Integer(0), -s, Symbol("v")):
        with pytest.raises(ValueError, match="not proved positive"):
            Normal(0, variance)


def test_diagonal_law_is_the_multivariate_law_of_a_diagonal_covariance():
    diagonal = DiagonalNormal((m, mu), (s**2, sigma**2))
    full = MultivariateNormal(Matrix([m, mu]), Matrix([[s**2, 0], [0, sigma**2]]))
    z_vector = free_vector(2)
    assert is_proved_zero(diagonal.logpdf(list(z_vector)) - full.logpdf(z_vector))
    assert is_proved_zero(diagonal.entropy() - full.entropy())
    f = z_vector[0] ** 2 * z_vector[1] + z_vector[1] ** 3
    assert is_proved_zero(diagonal.expect(f, list(z_vector)) - full.expect(f, z_vector))
    standard = DiagonalNormal((0, 0), (1, 1))
    closed = (s**2 + m**2 - 1 - log(s**2) + sigma**2 + mu**2 - 1 - log(sigma**2)) / 2
    assert is_proved_zero(kl(diagonal, standard) - closed)


def test_wick_moments_of_a_correlated_pair():
    covariance = Matrix([[2, 1], [1, 3]])
    pair, z_vector = MultivariateNormal(Matrix([0, 0]), covariance), free_vector(2)
    a, b = z_vector
    assert pair.expect(a**2 * b**2, z_vector) == 2 * 3 + 2 * 1
    assert pair.expect(a**3 * b, z_vector) == 3 * 2 * 1
    assert pair.expect(a * b**2, z_vector) == 0


def test_wick_moments_by_conditioning():
    pair, z_vector = MultivariateNormal(Matrix([1, -2]), Matrix([[2, 1], [1, 3]])), free_vector(2)
    a, b = z_vector
    given = Normal(-2 + (a - 1) / 2, Rational(5, 2))
    for f in (a**2 * b**2, a * b**3, a + b, a**4):
        assert expand(Normal(1, 2).expect(given.expect(f, b), a) - pair.expect(f, z_vector)) == 0


def test_multivariate_divergence_and_its_refusals():
    p = MultivariateNormal(Matrix([m, 0]), Matrix([[2, 1], [1, 3]]))
    q = MultivariateNormal(Matrix([0, 0]), Matrix([[1, 0], [0, 1]]))
    assert is_proved_zero(kl(p, q) - (5 + m**2 - 2 - log(5)) / 2)
    with pytest.raises(ValueError, match="minor"):
        MultivariateNormal(Matrix([0, 0]), Matrix([[1, 2], [2, 1]]))
    with pytest.raises(ValueError, match="symmetric"):
        MultivariateNormal(Matrix([0, 0]), Matrix([[1, 2], [0, 1]]))
    with pytest.raises(TypeError):
        kl(p, law)


def test_density_integrates_to_one_and_the_mass_is_where_it_should_be():
    assert law.expect(Integer(1), z) == 1
    assert rigorous(Integral(law.pdf(z), (z, -oo, oo)), {m: 1, s: 2}).contains(1)
    assert Normal(0, 1).pdf(Integer(0)) == 1 / sqrt(2 * pi)
