"""Bayes' rule for events, partitions and densities; odds, sequences, base rates; conjugate pairs; calibration.

Source: section 13.2.2, equations 642-645.  Bayes 1763; Laplace 1774; Kolmogorov 1933; Raiffa and Schlaifer 1961;
Talts, Betancourt, Simpson, Vehtari and Gelman 2018.

A conditional probability P(A|B) is any number u with u P(B) = P(A and B): only where P(B) > 0 is there just one.
`prior` is a density of hypotheses against any measure: finitely many, a sequence, or a continuum of them, at once.
"""

from __future__ import annotations

from sympy import Eq, Expr, Gt, Integer, Integral, Lt, Rational, log

from . import conjugate_pairs as pairs
from .claims import AllOf, Identity, Inequality, Limit, Recursion
from .conjugate import beta_density, binomial_mass
from .divergence import kl
from .measures import expect, integral
from .statements import Printed, Step, Theorem, statement
from .symbols import (
    NONNEGATIVE,
    POSITIVE,
    DomainSymbol,
    density,
    function,
    integer,
    positive,
    probability,
    real,
    reals,
)

EQUATIONS = (642, 643, 644, 645)


def mass(name: str) -> DomainSymbol:
    """A probability that may be zero, before normalization."""
    return DomainSymbol(name, NONNEGATIVE)


both, only_a, only_b = mass("both"), mass("only_a"), mass("only_b")  # P(A and B), P(A, not B), P(B, not A)
p_a, p_b = both + only_a, both + only_b
u, v = reals("u v")  # versions of P(A|B) and of P(B|A)

prior, q = density("pi", tex=r"\pi"), density("q")
lik = function("l", NONNEGATIVE, tex=r"\ell")  # likelihood of the datum, which may vanish
lik1, lik2 = function("l1", POSITIVE, tex=r"\ell_1"), function("l2", POSITIVE, tex=r"\ell_2")
test = function("f")

k, m, x = pairs.k, pairs.m, pairs.x
prevalence, sensitivity, specificity = probability("p"), probability("s1", tex="s"), probability("c")


def evidence(likelihood: Expr, before: Expr = prior) -> Expr:
    """The probability (or density) of the datum: the likelihood averaged over the prior."""
    return integral(before * likelihood)


def updated(likelihood: Expr, before: Expr = prior) -> Expr:
    """The posterior density."""
    return before * likelihood / evidence(likelihood, before)


def predictive_value(p: Expr, sens: Expr, spec: Expr) -> Expr:
    """The probability of the disease given a positive test."""
    return sens * p / (sens * p + (1 - spec) * (1 - p))


@statement(answers=(642,), references=("bayes1763", "kolmogorov1933"))
def bayes_rule() -> Theorem:
    """For any two events with P(B) > 0 the conditional probability of A given B is P(B|A) P(A) / P(B), whichever
    version of P(B|A) is taken where P(A) = 0, and lies between 0 and 1."""
    versions = (Eq(u * p_b, both), Eq(v * p_a, both))
    positive_b = (Gt(p_b, 0),)
    rule = Identity(u, v * p_a / p_b, versions + positive_b)
    claims = {
        "rule": rule,
        "symmetric": Identity(u * p_b, v * p_a, versions),
        "at least 0": Inequality(both / p_b, ">=", Integer(0), positive_b),
        "at most 1": Inequality(both / p_b, "<=", Integer(1), positive_b),
    }
    printed = {"the conditional probability exists": Inequality(p_b, ">", Integer(0)), "it is the quotient": rule}
    mutants = {
        "the inverse: P(A|B) = P(B|A)": Identity(u, v, versions + positive_b),
        "prior forgotten": Identity(u, v / p_b, versions + positive_b),
        "divided by P(A)": Identity(u, v * p_b / p_a, (*versions, *positive_b, Gt(p_a, 0))),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            642: Printed(
                AllOf(printed),
                assumption="P(B) > 0",
                note="Said of any two events; given an event of probability zero no conditional probability is fixed.",
            )
        },
    )


@statement(answers=(643,), references=("kolmogorov1933",), cites=(bayes_rule,))
def total_probability() -> Theorem:
    """Over any partition, of any number of events, the probability of B is the sum of P(B|A_i) P(A_i): by induction on
    the events, and for countably many as an integral; the part of B outside of them must have probability zero."""
    covered, part, rest, outside, total = map(mass, ("covered", "part", "rest", "outside", "total"))
    joint = function("j", POSITIVE)  # P(B and A_i), as a function of i; prior is P(A_i)
    first, second, twice, beyond = map(mass, ("b1", "b2", "b12", "r12"))  # of B; in A1 alone, A2 alone, both; in A1 A2
    version = (Eq(v * (part + rest), part),)
    extended = total + v * (part + rest)
    settled = (*version, Eq(total, covered))
    claims = {
        "one event": Identity(v * (part + rest), part, version),
        "one more event": Identity(extended, covered + part, settled),
        "the union has all of B": Identity(extended, covered + part + outside, (*settled, Eq(outside, 0))),
        "as an integral": Identity(expect(prior, joint / prior), integral(joint)),
    }
    one, two = first + twice, second + twice  # P(B and A1), P(B and A2)
    overlapping = one / (one + beyond) * (one + beyond) + two / (two + beyond) * (two + beyond)
    return Theorem(
        AllOf(claims),
        mutants={
            "a part of B outside all events": Identity(extended, covered + part + outside, settled),
            "unweighted": Identity(expect(prior, joint / prior), integral(joint / prior)),
        },
        printed={
            643: Printed(
                Identity(first + second + twice, overlapping),
                assumption="the events A_i are disjoint, cover B up to probability zero and have positive probability",
                correction=r"P(B)=\sum_i P(B\mid A_i)\,P(A_i),\quad A_i\cap A_j=\emptyset\ (i\ne j),\ "
                r"P\left(B\setminus\bigcup_i A_i\right)=0,\ P(A_i)>0",
                note="The sentence does not say what the A_i are.",
            )
        },
    )


@statement(references=("kolmogorov1933",), cites=(total_probability,))
def overlap_excess() -> Theorem:
    """For two events that are no partition the sum of P(B|A_i) P(A_i) exceeds P(B) by P(B, A1, A2) less the probability
    of B outside of both: the two errors may cancel."""
    alone1, alone2, shared, outside, rest1, rest2 = map(mass, ("b1", "b2", "b12", "b0", "r1", "r2"))
    v1, v2 = reals("v1 v2")
    versions = (
        Eq(v1 * (alone1 + shared + rest1), alone1 + shared),
        Eq(v2 * (alone2 + shared + rest2), alone2 + shared),
    )
    added = v1 * (alone1 + shared + rest1) + v2 * (alone2 + shared + rest2)
    whole = alone1 + alone2 + shared + outside
    return Theorem(
        Identity(added - whole, shared - outside, versions),
        mutants={"always too large": Inequality(added, ">=", whole, versions)},
    )


@statement(answers=(644,), references=("kolmogorov1933", "bernardo2000"), cites=(total_probability,))
def bayes_densities() -> Theorem:
    """If 0 < evidence < infinity, prior times likelihood over evidence is a density, and it disintegrates the joint
    law: for every test function, evidence times posterior mean is the integral against prior times likelihood."""
    posterior = updated(lik)
    normalized = Identity(integral(posterior), Integer(1))
    claims = {
        "normalized": normalized,
        "disintegration": Identity(evidence(lik) * expect(posterior, test), integral(prior * lik * test)),
        "the evidence cancels in ratios": Identity(
            integral(posterior * test) / integral(posterior * q),
            integral(prior * lik * test) / integral(prior * lik * q),
        ),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "evidence without the prior": Identity(integral(prior * lik / integral(lik)), Integer(1)),
            "evidence forgotten": Identity(integral(prior * lik), Integer(1)),
            "evidence squared": Identity(evidence(lik) ** 2 * expect(posterior, test), integral(prior * lik * test)),
        },
        printed={
            644: Printed(
                AllOf({"the posterior exists": Inequality(evidence(lik), ">", Integer(0)), "a density": normalized}),
                assumption="0 < P(B) < infinity",
                note="P(A) and P(A|B) are densities in A here, not probabilities; P(B|A) may be either in B.",
            )
        },
    )


@statement(answers=(645,), references=("bayes1763", "gigerenzer1995"), cites=(bayes_rule, total_probability))
def base_rate() -> Theorem:
    """The probability of the disease given a positive test is s p / (s p + (1 - c)(1 - p)) for prevalence p,
    sensitivity s and specificity c: at p = 1/1000, s = 99/100, c = 95/100 it is 11/566, and it vanishes with p."""
    sick_pos, sick_neg, well_pos, well_neg = map(positive, ("n11", "n10", "n01", "n00"))
    sick, well = sick_pos + sick_neg, well_pos + well_neg
    at = (sick / (sick + well), sick_pos / sick, well_neg / well)
    counted = sick_pos / (sick_pos + well_pos)
    value = predictive_value(prevalence, sensitivity, specificity)
    example = Rational(1, 1000), Rational(99, 100), Rational(95, 100)
    more_false = (Lt(sensitivity * prevalence, (1 - specificity) * (1 - prevalence)),)
    informative = (Gt(sensitivity, 1 - specificity),)
    claims = {
        "by counting": Identity(counted, predictive_value(*at)),
        "example": Identity(predictive_value(*example), Rational(11, 566)),
        "below one half": Inequality(value, "<", Rational(1, 2), more_false),
        "above the prevalence": Inequality(value, ">", prevalence, informative),
        "rare disease": Limit(value, prevalence, Integer(0), Integer(0), side="+"),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "base rate neglected": Identity(counted, at[1]),
            "specificity for its complement": Identity(counted, predictive_value(at[0], at[1], 1 - at[2])),
            "a positive test makes the disease likely": Inequality(value, ">", Rational(1, 2), informative),
        },
        printed={
            645: Printed(note="P(B) is not written out: it needs the specificity, which the example does not mention.")
        },
    )


@statement(references=("good1950",), cites=(bayes_rule,))
def odds_form() -> Theorem:
    """Posterior odds are the likelihood ratio times the prior odds, so that logarithms of odds add; n independent data
    with the same ratio r multiply them by r^n."""
    l1, l0 = positive("l1"), positive("l0")
    p = prevalence
    posterior = p * l1 / (p * l1 + (1 - p) * l0)
    odds, ratio, n, term = positive("o"), positive("r"), integer("n", least=0), real("a_n")
    claims = {
        "odds": Identity(posterior / (1 - posterior), l1 / l0 * p / (1 - p)),
        "logarithms": Identity(log(posterior / (1 - posterior)), log(p / (1 - p)) + log(l1) - log(l0)),
        "n data": Recursion(n, 0, odds, term, term * ratio, odds * ratio**n),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "ratio inverted": Identity(posterior / (1 - posterior), l0 / l1 * p / (1 - p)),
            "probabilities multiplied": Identity(posterior, l1 / l0 * p),
        },
    )


@statement(references=("bernardo2000",), cites=(bayes_densities,))
def sequential_updating() -> Theorem:
    """Updating by one datum and then by another is updating by both, in either order, and the evidences multiply; the
    first likelihood may be that of any number of earlier data, so that by induction this holds for every sequence."""
    together = expect(updated(lik1 * lik2), test)

    def after(first: Expr, second: Expr) -> Expr:
        return expect(updated(second, before=updated(first)), test)

    chained = evidence(lik1) * evidence(lik2, before=updated(lik1))
    claims = {
        "both at once": Identity(after(lik1, lik2), together),
        "order does not matter": Identity(after(lik1, lik2), after(lik2, lik1)),
        "evidences multiply": Identity(evidence(lik1 * lik2), chained),
        "a datum that tells nothing": Identity(expect(updated(Integer(3)), test), expect(prior, test)),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "first datum forgotten": Identity(after(lik1, lik2), expect(updated(lik2), test)),
            "first datum used twice": Identity(after(lik1, lik1 * lik2), together),
            "evidences of independent data": Identity(evidence(lik1 * lik2), evidence(lik1) * evidence(lik2)),
        },
    )


@statement(references=("zellner1988",), cites=(bayes_densities,))
def optimal_update() -> Theorem:
    """Among all densities the posterior has the least sum of expected log-loss and divergence from the prior, which is
    minus the log-evidence; the excess of another density is its divergence from the posterior."""
    cost = expect(q, -log(lik1)) + kl(q, prior)
    excess = cost + log(evidence(lik1))
    return Theorem(
        AllOf(
            {
                "excess": Identity(excess, kl(q, updated(lik1))),
                "least": Inequality(cost, ">=", -log(evidence(lik1))),
            }
        ),
        mutants={
            "divergence reversed": Identity(excess, kl(updated(lik1), q)),
            "no divergence": Inequality(expect(q, -log(lik1)), ">=", -log(evidence(lik1))),
        },
    )


@statement(references=("kolmogorov1933", "lindley1985"), cites=(bayes_rule,))
def null_events() -> Theorem:
    """Given an event of probability zero every number is a conditional probability; and a hypothesis with prior
    probability zero keeps it after any datum that has positive probability: Cromwell's rule."""
    null = (Eq(p_b, 0),)
    claims = {
        "every number": Identity(u * p_b, both, null),
        "Cromwell's rule": Identity(u, Integer(0), (Eq(p_a, 0), Eq(u * p_b, both), Gt(p_b, 0))),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "even without P(B) = 0": Identity(u * p_b, both),
            "zero is the version": Identity(u, Integer(0), (Eq(p_b, 0), Eq(u * p_b, both))),
        },
        exempt=dict.fromkeys(
            ("every number: sign", "every number: factor 2"), "P(A and B) is zero here, so that its multiples are"
        ),
    )


@statement(references=("kolmogorov1933",), cites=(null_events,))
def borel_paradox() -> Theorem:
    """For (X, Y) uniform on the unit square the law of X given X = Y depends on how the null event is approached: by
    0 < X - Y < e the limit of P(X < z) is z, by 1 - e < Y/X < 1 it is z^2."""
    e, z, h = probability("e"), probability("z"), probability("h")
    strip = Integral(h, (h, 0, e)) + Integral(e, (h, e, z))  # of height min(h, e) over h
    whole_strip = Integral(h, (h, 0, e)) + Integral(e, (h, e, 1))
    wedge, whole_wedge = Integral(e * h, (h, 0, z)), Integral(e * h, (h, 0, 1))
    by_difference = (e * z - e**2 / 2) / (e - e**2 / 2)
    claims = {
        "strip": Identity(strip, e * z - e**2 / 2, (Lt(e, z),)),
        "whole strip": Identity(whole_strip, e - e**2 / 2),
        "by the difference": Limit(by_difference, e, Integer(0), z, side="+"),
        "by the quotient": Identity(wedge / whole_wedge, z**2),
    }
    return Theorem(
        AllOf(claims),
        mutants={"both alike": Limit(by_difference, e, Integer(0), z**2, side="+")},
    )


@statement(references=("raiffa1961",), cites=(bayes_densities,))
def beta_binomial() -> Theorem:
    """A Beta(a, b) prior and k successes with m failures give the posterior Beta(a + k, b + m), the beta-binomial
    evidence, the predictive probability (a + k)/(a + b + k + m), and a mean between the prior's and the frequency."""
    return pairs.beta_binomial()


@statement(references=("raiffa1961",), cites=(beta_binomial,))
def dirichlet_multinomial() -> Theorem:
    """For any number of categories a Dirichlet prior with weights alpha and counts n give the posterior alpha + n, and
    prior times likelihood is the Dirichlet-multinomial evidence times the posterior; for three categories the constant
    is the integral over the simplex, and a category's predictive probability is its share of the weights."""
    return pairs.dirichlet_multinomial()


@statement(references=("raiffa1961",), cites=(bayes_densities,))
def gamma_poisson() -> Theorem:
    """A gamma prior with shape a and rate b and k events in time T give the posterior with shape a + k and rate b + T,
    the negative binomial evidence with success probability b/(b + T), and the posterior mean (a + k)/(b + T)."""
    return pairs.gamma_poisson()


@statement(references=("raiffa1961", "gelman2013"), cites=(bayes_densities,))
def normal_normal() -> Theorem:
    """With a known variance s^2 and a normal prior of variance t^2 precisions add: any number n of data give precision
    1/t^2 + n/s^2 and the precision-weighted mean; the evidence of one datum is normal with variance s^2 + t^2."""
    return pairs.normal_normal()


@statement(references=("raiffa1961", "gelman2013"), cites=(normal_normal,))
def normal_inverse_gamma() -> Theorem:
    """With mean and variance unknown the normal-inverse-gamma law is conjugate for any number n of data: kappa + n,
    a + n/2, the weighted mean, and b plus half the scatter; the predictive law of one datum is Student's."""
    return pairs.normal_inverse_gamma()


@statement(references=("talts2018", "cook2006"), cites=(beta_binomial,))
def uniform_ranks() -> Theorem:
    """The rank of the true parameter among draws from its posterior, k below and m above it, is uniform on the
    k + m + 1 possible ranks; and so is the number of successes under a uniform prior, which gives Laplace's rule."""
    ranked = Integral(binomial_mass(k, m, x), (x, 0, 1))
    rule = Integral(x * beta_density(x, k + 1, m + 1), (x, 0, 1))
    claims = {
        "uniform rank": Identity(ranked, 1 / (k + m + 1)),
        "rule of succession": Identity(rule, (k + 1) / (k + m + 2)),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "one rank too few": Identity(ranked, 1 / (k + m + 2)),
            "frequency": Identity(rule, k / (k + m), (Gt(k + m, 0),)),
        },
    )


@statement(references=("talts2018", "cook2006"), cites=(bayes_densities,))
def averaged_posterior() -> Theorem:
    """Averaged over the data that prior and model predict, the posterior probability of a hypothesis is its prior
    probability, for data in any space: what simulation-based calibration tests."""
    predicted = density("g")  # the density of the data
    likelihood = density("h")  # the density of the data under the hypothesis
    p = prevalence
    # The posterior probability of the hypothesis given the datum, the evidence being p h + (1 - p) g.
    mixture = p * likelihood + (1 - p) * predicted
    averaged = integral(mixture * (p * likelihood / mixture))
    return Theorem(
        Identity(averaged, p),
        derivation=(Step(p * integral(likelihood), "the evidence cancels at each datum"),),
        mutants={
            "averaged under the hypothesis": Identity(integral(likelihood * p * likelihood / mixture), p),
            "averaged under the other": Identity(integral(predicted * p * likelihood / mixture), p),
        },
    )
