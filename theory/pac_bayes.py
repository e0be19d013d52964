"""PAC-Bayes: bounds on the risk of a posterior over hypotheses, each derived from the change of measure.

Source: section 4.1, equations 146-152.  McAllester 1999, 2003; Seeger 2002; Langford 2005; Maurer 2004; Catoni 2007;
Thiemann, Igel, Wintenberger and Seldin 2017; Rivasplata et al. 2020; Foong et al. 2021.

The chain: Gibbs' identity -> Donsker and Varadhan -> with Markov and a moment under the prior (Maurer's, Catoni's) a
bound for all posteriors at once -> with convexity the kl bound -> with Pinsker McAllester's, with the refined Pinsker
inequality Thiemann's. Losses lie in [0, 1], the prior does not depend on the sample of m independent data.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from sympy import Add, Expr, Integer, Mul, Rational, exp, log, oo, pi, sqrt

from . import binomial_moments as binomial
from . import change_of_measure as change
from . import gaussian
from .change_of_measure import Z, m, p, phi, q
from .claims import AllOf, Claim, Definition, Identity, Inequality
from .divergence import bernoulli_kl, kl
from .measures import expect, integral
from .statements import Printed, Theorem, statement
from .symbols import NONNEGATIVE, UNIT, bounded, density, function, integer, positive, probability, real, reals

EQUATIONS = tuple(range(146, 153))

data = density("w", r"\mathcal D")  # the law of one datum
loss, other = function("l", tex=r"\ell(h,z)"), function("o", tex=r"\ell'(h,z)")
more = function("g", NONNEGATIVE)
s, d = probability("s", tex=r"\hat R"), probability("d", tex="R")
B, lam = positive("B"), positive("lambda", tex=r"\lambda")
K, L = bounded("K", 0, oo, tex=r"\mathrm{KL}"), positive("L")
n = integer("n", least=1)
c, c1, c2 = reals("c c_1 c_2")
SAMPLE = reals("l_1 l_2 l_3")
SIZE = "three data; the sum is treated alike at every size"


@statement(answers=(146,), references=("mcallester1999",))
def risk() -> Theorem:
    """The risk of a hypothesis is its expected loss: linear and monotone in the loss, and c for a constant loss c."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        both = value.subs(loss, c1 * loss + c2 * other)
        return {
            "constant": Identity(value.subs(loss, c), c),
            "linear": Identity(both, c1 * value + c2 * value.subs(loss, other)),
            "monotone": Inequality(value.subs(loss, loss + more), ">=", value),
        }

    value = Definition("R(h)", expect(data, loss), properties)
    mutants = {"squared": value.of(expect(data, loss**2)), "not averaged": value.of(integral(loss))}
    return Theorem(value, mutants=mutants)


@statement(answers=(147,), references=("mcallester1999",), cites=(risk,))
def empirical_risk() -> Theorem:
    """The empirical risk is the mean loss on the sample: it does not depend on the order of the data, its expectation
    over independent data is the risk, and its variance is that of one loss divided by their number."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        low, high, chance = real("u"), real("v"), probability("t")

        def mean_over_samples(expr: Expr) -> Expr:
            total = Integer(0)
            for bits in product((0, 1), repeat=3):
                weight = Mul(*(chance if bit else 1 - chance for bit in bits))
                total += weight * expr.subs({x: high if bit else low for x, bit in zip(SAMPLE, bits, strict=True)})
            return total

        at = chance * high + (1 - chance) * low
        return {
            "constant": Identity(value.subs(dict.fromkeys(SAMPLE, c)), c),
            "any order": Identity(value, value.subs(dict(zip(SAMPLE, SAMPLE[::-1], strict=True)), simultaneous=True)),
            "unbiased": Identity(mean_over_samples(value), at),
            "variance": Identity(
                mean_over_samples((value - at) ** 2), chance * (1 - chance) * (high - low) ** 2 / len(SAMPLE)
            ),
        }

    value = Definition(r"\hat R(h,S)", Add(*SAMPLE) / 3, properties)
    mutants = {"over m-1": value.of(Add(*SAMPLE) / 2), "weighted": value.of((SAMPLE[0] + 2 * SAMPLE[1]) / 3)}
    return Theorem(value, sizes=SIZE, mutants=mutants)


@statement(answers=(148,), references=("mcallester1999",), cites=(risk, empirical_risk))
def posterior_risk() -> Theorem:
    """The risk of a posterior is the expected risk of a hypothesis drawn from it: linear in mixtures of posteriors; the
    empirical one is the mean over the data of the posterior's expected losses."""
    hypothesis_risk = function("R", tex="R(h)")
    losses = [function(f"l_{i}", UNIT) for i in (1, 2, 3)]

    def properties(value: Expr) -> Mapping[str, Claim]:
        mixed = value.subs(q, lam * q + (1 - lam) * p)
        return {
            "constant": Identity(value.subs(hypothesis_risk, c), c),
            "mixtures": Identity(mixed, lam * value + (1 - lam) * expect(p, hypothesis_risk)),
            "mean of the data": Identity(
                value.subs(hypothesis_risk, Add(*losses) / 3), Add(*(expect(q, one) for one in losses)) / 3
            ),
        }

    value = Definition("R(Q)", expect(q, hypothesis_risk), properties)
    note = (
        "It is the risk of the randomized (Gibbs) predictor, which draws a hypothesis for each datum; the risk of the "
        "majority vote can be up to twice as large."
    )
    mutants = {"under the prior": value.of(expect(p, hypothesis_risk)), "not averaged": value.of(integral(q))}
    return Theorem(value, sizes=SIZE, mutants=mutants, printed={148: Printed(note=note)})


@statement(answers=(149,), references=("kullback1951", "donsker1975"))
def divergence() -> Theorem:
    """The Kullback-Leibler divergence of posterior from prior is nonnegative, zero at the prior, and of the Gibbs
    posterior with density exp(phi)/Z it is the expectation of phi less log Z."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        gibbs = p * exp(phi) / Z
        of_gibbs = integral(p * exp(phi) * phi) / Z - log(Z) * integral(p * exp(phi)) / Z
        return {
            "nonnegative": Inequality(value, ">=", 0),
            "zero at the prior": Identity(value.subs(q, p), 0),
            "of a Gibbs posterior": Identity(value.subs(q, gibbs), of_gibbs),
        }

    value = Definition(r"\mathrm{KL}(Q\Vert P)", kl(q, p), properties)
    note = "It is infinite where the posterior charges hypotheses without prior mass: then no bound says anything."
    mutants = {"reversed": value.of(kl(p, q)), "chi-square": value.of(expect(q, q / p) - 1)}
    return Theorem(value, mutants=mutants, printed={149: Printed(note=note)})


@statement(references=("kullback1951",), cites=(divergence,))
def gaussian_divergence() -> Theorem:
    """Between normal laws the divergence is half of the variance ratio plus the squared distance of the means over the
    prior's variance, less one, less the logarithm of the ratio; over independent coordinates it adds."""
    means, scales = reals("a_1 a_2 b_1 b_2"), [positive(f"v_{i}") for i in range(4)]

    def closed(a: Expr, v: Expr, b: Expr, w: Expr) -> Expr:
        return (v / w + (a - b) ** 2 / w - 1 - log(v / w)) / 2

    posterior = gaussian.DiagonalNormal(means[:2], tuple(scales[:2]))
    prior = gaussian.DiagonalNormal(means[2:], tuple(scales[2:]))
    total = Add(*(closed(means[i], scales[i], means[2 + i], scales[2 + i]) for i in range(2)))
    return Theorem(
        Identity(gaussian.kl(posterior, prior), total),
        sizes="two coordinates",
        mutants={"laws exchanged": Identity(gaussian.kl(prior, posterior), total)},
    )


@statement(answers=(150,), references=("donsker1975",))
def change_of_measure() -> Theorem:
    """An expectation under the posterior is the expectation under the prior of the function times the ratio of the
    densities, where the posterior has no mass outside of the prior's support."""
    note = "The bounds rest on pac_bayes.donsker_varadhan; this identity alone leaves the ratio, not KL(Q||P), in them."
    return Theorem(
        Identity(expect(q, phi), expect(p, phi * q / p)),
        mutants={"ratio reversed": Identity(expect(q, phi), expect(p, phi * p / q))},
        printed={
            150: Printed(
                claim=change.missing_mass(),
                assumption="Q is absolutely continuous with respect to P: Q(h) = 0 wherever P(h) = 0",
                note=note,
            )
        },
    )


@statement(references=("donsker1975", "catoni2007"), cites=(divergence, change_of_measure))
def gibbs_variational_principle() -> Theorem:
    """What E_Q[phi] - KL(Q||P) falls short of log E_P[exp(phi)] is the divergence of Q from the Gibbs posterior with
    density exp(phi)/Z against P: so the Gibbs posterior is the only maximizer."""
    short = change.gibbs_identity()
    return Theorem(
        AllOf({"shortfall": short, "nonnegative": Inequality(short.rhs, ">=", 0)}),
        mutants={"divergence reversed": Identity(short.lhs, kl(change.g, q))},
    )


@statement(references=("donsker1975", "csiszar1975"), cites=(gibbs_variational_principle,))
def donsker_varadhan() -> Theorem:
    """For every posterior at once, E_Q[phi] is at most KL(Q||P) + log E_P[exp(phi)]."""
    return Theorem(
        change.donsker_varadhan(),
        mutants={
            "half the divergence": change.donsker_varadhan(Rational(1, 2)),
            "no logarithm of a mean": Inequality(expect(q, phi) - kl(q, p), "<=", expect(p, phi)),
        },
    )


@statement(references=("mcallester1999",))
def markov() -> Theorem:
    """A nonnegative variable is at least t with probability at most its expectation over t."""
    return Theorem(change.markov(), mutants={"half": change.markov(Rational(1, 2))})


@statement(references=("maurer2004", "seeger2002"))
def joint_convexity() -> Theorem:
    """The binary divergence of the posterior's two mean risks is at most its mean over the posterior: the log-sum
    inequality, for the risks and for their complements, added."""
    e, r = change.a, change.b
    reverse = Inequality(expect(q, e * log(e / r)), "<=", expect(q, e) * log(expect(q, e) / expect(q, r)))
    return Theorem(change.joint_convexity(), mutants={"Jensen reversed": reverse})


@statement(references=("maurer2004", "germain2015"))
def maurer_moment() -> Theorem:
    """For the mean of m independent coins, E exp(m kl(mean, r)) does not depend on r and lies between sqrt(m) and
    2 sqrt(m): by Abel's form it is at most 2 + sqrt(pi m/2), which is below 2 sqrt(m) from m = 8 on."""
    large = bounded("m", 8, oo)
    shares = s * log(s) + (1 - s) * log(1 - s)
    inner = {
        "r cancels": Identity(bernoulli_kl(s, d) + s * log(d) + (1 - s) * log(1 - d), shares),
        "at most": binomial.moment_bounds(60),
        "at least": binomial.moment_floor(60),
        "Abel's form": binomial.abel(30),
        "a factor 1 - j/m": Inequality(log(1 - s), "<=", -s),
        "from 8 on": Inequality(2 + sqrt(pi * large / 2), "<=", 2 * sqrt(large)),
    }
    wrong = {
        "sqrt(2m)": binomial.moment_bounds(60, factor=2),
        "at least 2 sqrt(m)": binomial.moment_floor(60, factor=4),
        "one term more": binomial.abel(30, shift=1),
    }
    return Theorem(AllOf(inner), sizes="Abel's form at m to 30, both bounds at m to 60", mutants=wrong)


@statement(references=("maurer2004",))
def coins_are_worst() -> Theorem:
    """Among losses in [0, 1] of one mean, coins have the largest expectation of a convex function, as the chord lies
    above it; exp(-lambda l) and exp(m kl(l, r)) are convex."""
    l01 = function("l", UNIT, r"\ell")
    chord = 1 - expect(data, l01) * (1 - exp(-lam))
    return Theorem(
        AllOf(
            {
                "exponential moment": Inequality(expect(data, exp(-lam * l01)), "<=", chord),
                "kl is convex": Inequality(bernoulli_kl(s, d).diff(s, 2), ">", 0),
                "so is its exponential": Inequality(exp(m * bernoulli_kl(s, d)).diff(s, 2), ">", 0),
            }
        ),
        mutants={"other way": Inequality(expect(data, exp(-lam * l01)), ">=", chord)},
    )


@statement(
    references=("seeger2002", "langford2005", "maurer2004"),
    cites=(donsker_varadhan, markov, joint_convexity, maurer_moment, coins_are_worst),
)
def seeger() -> Theorem:
    """With probability at least 1 - delta, for every posterior at once, kl(empirical risk || risk) is at most
    (KL(Q||P) + log(2 sqrt(m)/delta))/m: change of measure at m kl, Markov on the prior's moment, convexity."""
    mean_gap, moment, delta = bounded("J", 0, oo), positive("M"), probability("delta", tex=r"\delta")
    given = (n * mean_gap - K <= log(moment), moment <= 2 * sqrt(n) / delta)
    bound = (K + log(2 * sqrt(n) / delta)) / n
    return Theorem(
        AllOf(
            {
                "change of measure": change.exponential_of_gap(),
                "on Markov's event": Inequality(mean_gap, "<=", bound, where=given),
            }
        ),
        mutants={
            "no sqrt(m)": Inequality(mean_gap, "<=", (K + log(2 / delta)) / n, where=given),
            "half the divergence": Inequality(mean_gap, "<=", bound - K / (2 * n), where=given),
            "twice the gap": change.exponential_of_gap(2 * m),
        },
    )


@statement(references=("seeger2002", "langford2005"), cites=(seeger,))
def kl_inverse() -> Theorem:
    """From the empirical risk upwards the binary divergence grows strictly and convexly from zero, so the kl bound is a
    bound on the risk: the largest R with kl(empirical risk || R) <= B; of no empirical risk it is 1 - exp(-B)."""
    e = bernoulli_kl(s, d)
    return Theorem(
        AllOf(
            {
                "zero": Identity(e.subs(d, s), 0),
                "grows": Inequality(e.diff(d), ">", 0, where=(s < d,)),
                "falls below": Inequality(e.diff(d), "<", 0, where=(d < s,)),
                "convex": Inequality(e.diff(d, 2), ">", 0),
                "without errors": Identity(log(1 / (1 - (1 - exp(-B)))), B),
            }
        ),
        mutants={"grows everywhere": Inequality(e.diff(d), ">", 0)},
    )


@statement(references=("pinsker1964", "csiszar1967"))
def pinsker() -> Theorem:
    """The binary divergence is at least twice the squared difference of the risks."""
    return Theorem(
        Inequality(bernoulli_kl(s, d), ">=", 2 * (s - d) ** 2),
        mutants={"9/4": Inequality(bernoulli_kl(s, d), ">=", Rational(9, 4) * (s - d) ** 2)},
    )


@statement(references=("mcallester1999", "mcallester2003", "maurer2004"), cites=(seeger, pinsker))
def mcallester() -> Theorem:
    """With probability at least 1 - delta, for every posterior at once, the risk is at most the empirical risk plus the
    root of (KL(Q||P) + log(2 sqrt(m)/delta))/(2m), by Pinsker from the kl bound."""
    return Theorem(
        Inequality(d, "<=", s + sqrt(B / 2), where=(2 * (d - s) ** 2 <= B,)),
        mutants={"2 m squared": Inequality(d, "<=", s + sqrt(B / 3), where=(2 * (d - s) ** 2 <= B,))},
    )


@statement(references=("catoni2007", "germain2009"), cites=(donsker_varadhan, markov, coins_are_worst, seeger))
def catoni() -> Theorem:
    """For a lambda chosen before the sample, with probability at least 1 - delta and for every posterior at once, R(Q)
    is at most (1 - exp(-lambda empirical risk - (KL + log(1/delta))/m))/(1 - exp(-lambda)); no sqrt(m) is paid.
    The best lambda would give the kl bound with log(1/delta), which is not proved, as it depends on the sample."""
    moment = -log(1 - d * (1 - exp(-lam)))
    solved = (1 - exp(-B)) / (1 - exp(-lam))
    best = log(d * (1 - s) / (s * (1 - d)))
    return Theorem(
        AllOf(
            {
                "convex in the risk": Inequality(moment.diff(d, 2), ">", 0),
                "grows with the risk": Inequality(moment.diff(d), ">", 0),
                "solved for the risk": Identity(moment.subs(d, solved), B),
                "below kl for every lambda": Inequality(moment - lam * s, "<=", bernoulli_kl(s, d)),
                "kl at the best one": Identity((moment - lam * s).subs(lam, best), bernoulli_kl(s, d)),
            }
        ),
        mutants={
            "below half of kl": Inequality(moment - lam * s, "<=", bernoulli_kl(s, d) / 2),
            "odds reversed": Identity((moment - lam * s).subs(lam, -best), bernoulli_kl(s, d)),
        },
    )


@statement(references=("thiemann2017",), cites=(seeger,))
def thiemann() -> Theorem:
    """On the event of the kl bound, for every posterior and every lambda between 0 and 2 at once, the risk is at most
    the empirical risk over 1 - lambda/2 plus B over lambda (1 - lambda/2), B = (KL + log(2 sqrt(m)/delta))/m: from the
    refined Pinsker inequality kl >= (R - r)^2/(2R) above the empirical risk; the best lambda is in closed form."""
    tilt = bounded("lambda", 0, 2, closed=False, tex=r"\lambda")
    bound: Expr = s / (1 - tilt / 2) + B / (tilt * (1 - tilt / 2))
    near = ((d - s) ** 2 <= 2 * d * B,)
    best = 2 / (sqrt(2 * s / B + 1) + 1)
    refined = (d - s) ** 2 / (2 * d)
    return Theorem(
        AllOf(
            {
                "refined Pinsker": Inequality(bernoulli_kl(s, d), ">=", refined, where=(s < d,)),
                "for every lambda": Inequality(d, "<=", bound, where=near),
                "the best lambda is stationary": Identity(bound.diff(tilt).subs(tilt, best), 0),
            }
        ),
        mutants={
            "below the empirical risk too": Inequality(bernoulli_kl(s, d), ">=", refined),
            "(R - r)^2 / R": Inequality(bernoulli_kl(s, d), ">=", 2 * refined, where=(s < d,)),
            "half of B": Inequality(d, "<=", s / (1 - tilt / 2) + B / (2 * tilt * (1 - tilt / 2)), where=near),
        },
    )


@statement(references=("clopper1934", "langford2005"))
def test_set() -> Theorem:
    """A predictor that does not depend on k errors in m test data: exact inversion of the binomial tail, which falls in
    the risk, fails with probability at most delta, and the tail is at most exp(-m kl(k/m, R)) below the mean."""
    best = log(d * (1 - s) / (s * (1 - d)))
    r = probability("r")
    chernoff = best * s + log(1 - d * (1 - exp(-best)))
    falls = {}
    for size, k in ((2, 0), (3, 1), (5, 2)):
        terms = Add(*(Integer(_choose(size, j)) * r**j * (1 - r) ** (size - j) for j in range(k + 1)))
        falls[f"slope at m = {size}, k = {k}"] = Identity(terms.diff(r), binomial.tail_slope(size, k, r))
    claims: dict[str, Claim] = {
        "Chernoff's exponent": Identity(chernoff, -bernoulli_kl(s, d)),
        "coverage": binomial.inversion_coverage(6),
        **falls,
    }
    return Theorem(
        AllOf(claims),
        sizes="slopes at three sizes, coverage at m to 6",
        mutants={"a smaller tail": binomial.inversion_coverage(6, Fraction(1, 10))},
    )


def _choose(m_: int, k: int) -> int:
    from math import comb

    return comb(m_, k)


@statement(answers=(151,), references=("hoeffding1963", "mcallester1999", "foong2021"), cites=(pinsker, posterior_risk))
def fixed_posterior() -> Theorem:
    """For losses in [0, 1] and a posterior that does not depend on the sample, the risk is at most the empirical risk
    plus the root of (KL(Q||P) + log(1/delta))/(2m) with probability at least 1 - delta: Chernoff's exponent is kl,
    Pinsker gives 2 m t^2, and the divergence only adds."""
    best = log(d * (1 - s) / (s * (1 - d)))
    exponent = best * s + log(1 - d * (1 - exp(-best)))
    return Theorem(
        AllOf(
            {
                "Chernoff's exponent": Identity(exponent, -bernoulli_kl(s, d)),
                "at least 2 t^2": Inequality(bernoulli_kl(s, d), ">=", 2 * (s - d) ** 2),
                "the divergence only adds": Inequality(sqrt(L / (2 * m)), "<=", sqrt((K + L) / (2 * m))),
                "tails of coins": binomial.hoeffding_tails(7),
            }
        ),
        mutants={
            "3 m t^2": binomial.hoeffding_tails(7, constant=3),
            "the divergence subtracts": Inequality(sqrt(L / (2 * m)), "<=", sqrt(L / (2 * m + K))),
        },
        printed={
            151: Printed(
                claim=binomial.loss_without_range(),
                assumption=(
                    "the losses lie in [0, 1], the prior does not depend on the sample, and neither does the posterior"
                ),
                note=(
                    "The text lets the posterior depend on the data. For all posteriors at once what is proved has "
                    "log(2 sqrt(m)/delta) in place of log(1/delta) (pac_bayes.mcallester), or log(1/delta) with a "
                    "lambda fixed in advance (pac_bayes.catoni); whether log(1/delta) alone suffices is open: neither "
                    "a proof nor a counterexample is here. The argument cannot give it, since the moment that it "
                    "bounds is at least sqrt(m) (pac_bayes.maurer_moment)."
                ),
            )
        },
    )


@statement(
    answers=(152,),
    references=("catoni2007", "rivasplata2020"),
    cites=(change_of_measure, markov, maurer_moment, pinsker),
)
def single_draw() -> Theorem:
    """With probability at least 1 - delta over the sample and one hypothesis f drawn from the posterior, its own risk
    is at most its own empirical risk plus the root of (log Q(f)/P(f) + log(2 sqrt(m)/delta))/(2m): the logarithm of the
    ratio at f stands where its mean KL(Q||P) stood."""
    ratio = Identity(expect(q, exp(phi) * p / q), expect(p, exp(phi)))
    return Theorem(
        AllOf(
            {
                "the prior's moment": ratio,
                "in the exponent": Identity(expect(q, exp(phi - log(q / p))), expect(p, exp(phi))),
                "Maurer's moment": binomial.moment_bounds(40),
                "Pinsker": Inequality(bernoulli_kl(s, d), ">=", 2 * (s - d) ** 2),
            }
        ),
        sizes="the moment at m to 40",
        mutants={
            "no ratio": Identity(expect(q, exp(phi)), expect(p, exp(phi))),
            "ratio reversed": Identity(expect(q, exp(phi) * q / p), expect(p, exp(phi))),
        },
        printed={
            152: Printed(
                claim=binomial.every_hypothesis(),
                correction=(
                    r"L(f)-L_{\rm emp}(f)\le\sqrt{\frac{\log\frac{dQ}{dP}(f)+\log(2\sqrt N/\delta)}{2N}}"
                    r"\quad\text{with probability } 1-\delta \text{ over } S \text{ and } f\sim Q"
                ),
                note=(
                    "The left side speaks of one hypothesis f, the right side of a law Q over hypotheses: at Q = P it "
                    "would bound every f, as if there were one. With expectations over Q on the left it is 151."
                ),
            )
        },
    )
