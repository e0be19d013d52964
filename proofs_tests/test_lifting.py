"""Claims about every measure: pointwise facts, integrated."""

import pytest
from sympy import Abs, Heaviside, Rational, exp, log, sqrt

from theoremcheck.theory.claims import Identity, Inequality
from theoremcheck.theory.evidence import Holds, Strength, Unknown
from theoremcheck.theory.kernels.lifting import lift, prove
from theoremcheck.theory.measures import Mu, expect, integral
from theoremcheck.theory.symbols import POSITIVE, UNIT, density, function, positive, real

p, q, prior = density("p"), density("q"), density("prior")
f, g, lik, d = function("f"), function("g", POSITIVE), function("lik", POSITIVE), function("d", UNIT)
a, c = positive("a"), real("c")


def kl(one, other):
    return integral(one * log(one / other))


js = kl(p, (p + q) / 2) / 2 + kl(q, (p + q) / 2) / 2
evidence = integral(prior * lik)
game, best = integral(p * log(d) + q * log(1 - d)), integral(p * log(p / (p + q)) + q * log(q / (p + q)))
mean = expect(p, f)

TRUE = {
    "Gibbs": (kl(q, p), ">=", 0),
    "scaled Gibbs": (a * kl(p, q), ">=", 0),
    "optimal discriminator": (game, "<=", best),
    "JS above 0": (js, ">=", 0),
    "JS below log 2": (js, "<=", log(2)),
    "Jensen for the logarithm": (log(expect(p, g)), ">=", expect(p, log(g))),
    "Jensen for the square": (expect(p, f**2), ">=", mean**2),
    "Jensen for the exponential": (exp(mean), "<=", expect(p, exp(f))),
    "Jensen for the inverse": (1 / expect(p, g), "<=", expect(p, 1 / g)),
    "the mean is closest": (expect(p, (f - c) ** 2), ">=", expect(p, (f - mean) ** 2)),
    "ELBO": (log(evidence), ">=", integral(q * log(lik * prior / q))),
    "divergence from the posterior": (kl(q, prior * lik / evidence), ">=", 0),
    "Donsker-Varadhan": (log(expect(p, exp(f))), ">=", expect(q, f) - kl(q, p)),
    "total variation": (integral(Abs(p - q)) / 2, "<=", 1),
    "Bhattacharyya": (integral(sqrt(p * q)), "<=", 1),
    "Hellinger below KL": (integral((sqrt(p) - sqrt(q)) ** 2), "<=", kl(p, q)),
    "KL below chi square": (kl(p, q), "<=", integral(p**2 / q) - 1),
    "Markov": (expect(p, g), ">=", a * expect(p, Heaviside(g - a, 1))),
    "strict": (expect(p, d), "<", 1),
}
FALSE = {
    "KL is symmetric": (kl(q, p), ">=", kl(p, q)),
    "KL reversed": (kl(q, p), "<=", 0),
    "KL is never 0": (kl(q, p), ">", 0),
    "JS below 0.69": (js, "<=", Rational(69, 100)),
    "Jensen reversed": (log(expect(p, g)), "<=", expect(p, log(g))),
    "variance reversed": (expect(p, f**2), "<=", mean**2),
    "ELBO reversed": (log(evidence), "<=", integral(q * log(lik * prior / q))),
    "worst discriminator": (game, ">=", best),
    "densities below 1": (integral(p * q), "<=", 1),
    "total variation": (integral(Abs(p - q)), "<=", 1),
}


@pytest.mark.parametrize("name", TRUE)
def test_proves(name):
    answer = prove(Inequality(*TRUE[name]), seconds=30)
    assert isinstance(answer, Holds), answer
    assert (answer.strength, answer.method) == (Strength.PROVED, "lifted")
    assert "densities are positive" in answer.detail


@pytest.mark.parametrize("name", FALSE)
def test_never_proves(name):
    assert isinstance(prove(Inequality(*FALSE[name]), seconds=0.5), Unknown)


def test_identities():
    split = integral(q * log(q)) - integral(q * log(p))
    assert isinstance(prove(Identity(kl(q, p), split)), Holds)
    assert isinstance(prove(Identity(expect(p, (f - mean) ** 2), expect(p, f**2) - mean**2)), Holds)
    assert isinstance(prove(Identity(kl(q, p), -split)), Unknown)


def test_given_multipliers():
    assert isinstance(prove(Inequality(kl(q, p), ">=", 0, multipliers=((p, 1), (q, -1)))), Holds)
    assert isinstance(prove(Inequality(kl(q, p), ">=", 0, multipliers=((p, -1), (q, 1)))), Unknown)
    with pytest.raises(ValueError, match="no density"):
        prove(Inequality(kl(q, p), ">=", 0, multipliers=((g, Rational(1)),)))


def test_a_moment_is_never_taken_for_a_symbol_of_the_claim():
    lifted = lift(log(Mu(p * g)) - log(positive("m_1")))
    assert [symbol.name for symbol, _ in lifted.moments] == ["m_2"]


def test_what_varies_outside_an_integral_is_refused():
    assert isinstance(prove(Inequality(f**2, ">=", mean)), Unknown)
