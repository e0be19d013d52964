"""Generative adversarial networks: the game, its optimal discriminator, its gradients, and the Wasserstein variant.

Source: sections 7.3.1 and 9.2, equations 402, 403 and 506-517.  Goodfellow et al. 2014; Nowozin, Cseke and Tomioka
2016; Arjovsky, Chintala and Bottou 2017; Gulrajani et al. 2017; Villani 2009.

p is the law of the data, q that of the generated samples, both densities with respect to any measure that dominates
them: Lebesgue densities and weights of discrete laws at once.  The discriminator D takes values between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Abs, Add, Expr, Integer, Rational, log, sqrt

from . import lipschitz, logistic_game
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .divergence import (
    HALF,
    HELLINGER,
    KL,
    PEARSON,
    REVERSE_KL,
    SMOOTH,
    FDivergence,
    affinity,
    bernoulli_kl,
    entropy,
    js,
    kl,
    mixture,
    total_variation,
    triangular,
)
from .measures import expect, integral
from .statements import Printed, Step, Theorem, statement
from .symbols import NONNEGATIVE, POSITIVE, UNIT, bounded, density, function, positive, probability, reals

EQUATIONS = (402, 403, *range(506, 518))

p, q = density("p", r"p_{\mathrm{data}}"), density("q", r"p_g")
D = function("D", UNIT)
prior, fooled = density("r", r"p_z"), function("S", UNIT, r"D(G(z))")  # on the latent space


def value(discriminator: Expr, generated: Expr = q, data: Expr = p) -> Expr:
    """V(D, G), by the law of the generated samples."""
    return expect(data, log(discriminator)) + expect(generated, log(1 - discriminator))


best = p / (p + q)
V = value(D)


def likelihood(discriminator: Expr, label: int) -> Expr:
    """The probability that the discriminator gives to a label: 1 says real, 0 says generated."""
    return discriminator**label * (1 - discriminator) ** (1 - label)


@statement(answers=(506,), references=("goodfellow2014",))
def objective() -> Theorem:
    """The value of the game is twice the expected log-likelihood of the labels when real and generated samples come
    with equal chances; a discriminator that tosses a coin gets -log 4, and none gets more than zero."""

    def properties(game: Expr) -> Mapping[str, Claim]:
        labelled = HALF * expect(p, log(likelihood(D, 1))) + HALF * expect(q, log(likelihood(D, 0)))
        return {
            "log-likelihood of the labels": Identity(game, 2 * labelled),
            "zero at best": Inequality(game, "<=", Integer(0)),
            "a coin toss": Identity(game.subs(D, HALF), -log(4)),
        }

    game = Definition("V(D,G)", V, properties)
    mutants = {"labels exchanged": game.of(value(1 - D)), "no logarithm": game.of(expect(p, D) - expect(q, D))}
    note = "Generated samples have the law p_g, the image of the latent law under G: see gan.pushforward."
    return Theorem(game, mutants=mutants, printed={506: Printed(note=note)})


@statement(references=("goodfellow2014",))
def pushforward() -> Theorem:
    """An expectation over latent variables of a function of G(z) is the expectation of that function under the law of
    the generated samples: all maps from three latent points to three samples."""
    latent, values = [positive(f"r{i}") for i in range(3)], reals("f0 f1 f2")

    def cases(shift: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for image in product(range(3), repeat=3):
            masses = [Add(*(r for r, x in zip(latent, image, strict=True) if x == at)) for at in range(3)]
            over_latent = Add(*(r * values[(x + shift) % 3] for r, x in zip(latent, image, strict=True)))
            yield f"G = {image}", over_latent, Add(*(m * f for m, f in zip(masses, values, strict=True))).expand()

    formula = r"\mathbb{E}_{z\sim p_z}[f(G(z))]=\mathbb{E}_{x\sim p_g}[f(x)]"
    sizes = "all 27 maps between three latent points and three samples, all weights and functions"
    other = Finite(lambda: cases(1), formula, sizes)
    return Theorem(Finite(cases, formula, sizes), mutants={"another sample": other})


@statement(answers=(507,), references=("goodfellow2014",), cites=(objective,))
def optimal_discriminator() -> Theorem:
    """For a fixed generator no discriminator does better than p/(p+q), for densities and discrete laws alike."""
    rivals = {"the laws exchanged": 1 - best, "square roots": sqrt(p) / (sqrt(p) + sqrt(q)), "a coin": HALF}
    note = (
        "The maximum is the only one and stationary: gan.optimality_conditions, gan.regret. Where one of the two laws "
        "has no mass D* is 0 or 1, the limit of the formula."
    )
    return Theorem(
        Inequality(V, "<=", value(best)),
        mutants={name: Inequality(V, "<=", value(rival)) for name, rival in rivals.items()},
        printed={507: Printed(note=note)},
    )


@statement(references=("goodfellow2014",), cites=(optimal_discriminator,))
def optimality_conditions() -> Theorem:
    """At each point the integrand of the value is stationary at p/(p+q) and strictly concave, so that is its only
    maximum."""
    a, b, d = positive("a"), positive("b"), probability("d")  # p, q and D at one point
    integrand = a * log(d) + b * log(1 - d)
    stationary = Identity(integrand.diff(d).subs(d, a / (a + b)), 0)
    return Theorem(
        AllOf({"stationary": stationary, "strictly concave": Inequality(integrand.diff(d, 2), "<", 0)}),
        mutants={"the laws exchanged": Identity(integrand.diff(d).subs(d, b / (a + b)), 0)},
    )


@statement(references=("goodfellow2014", "reid2011"), cites=(optimal_discriminator,))
def regret() -> Theorem:
    """What a discriminator falls short of the best value is the expected KL divergence between the coins D* and D."""
    short = value(best) - V
    reverse = integral((p + q) * bernoulli_kl(D, best))
    return Theorem(
        Identity(short, integral((p + q) * bernoulli_kl(best, D))),
        mutants={"coins exchanged": Identity(short, reverse)},
    )


@statement(references=("reid2011",), cites=(regret,))
def stability() -> Theorem:
    """The KL divergence between two coins is at least twice the squared difference of their chances (Pinsker), so a
    discriminator with nearly the best value is near D* in mean square."""
    s, d = probability("s"), probability("d")
    more = Inequality(bernoulli_kl(s, d), ">=", Rational(21, 10) * (s - d) ** 2)
    return Theorem(Inequality(bernoulli_kl(s, d), ">=", 2 * (s - d) ** 2), mutants={"a larger constant": more})


@statement(answers=(508,), references=("goodfellow2014",), cites=(optimal_discriminator,))
def value_at_optimum() -> Theorem:
    """At the optimal discriminator the value is the sum of the expected log-shares of the two laws."""
    return Theorem(Identity(value(best), expect(p, log(p / (p + q))) + expect(q, log(q / (p + q)))))


@statement(references=("goodfellow2014", "lin1991"), cites=(value_at_optimum,))
def value_is_jensen_shannon() -> Theorem:
    """At the optimal discriminator the value is twice the Jensen-Shannon divergence, less log 4."""
    middle = mixture(p, q)
    wrong = {"log 2": 2 * js(p, q) - log(2), "once": js(p, q) - log(4), "Kullback-Leibler": kl(p, q) - log(4)}
    return Theorem(
        Identity(value(best), 2 * js(p, q) - log(4)),
        derivation=(
            Step(expect(p, log(p / (2 * middle))) + expect(q, log(q / (2 * middle))), "p + q is twice the mixture"),
            Step(kl(p, middle) + kl(q, middle) - 2 * log(2), "the factor 2 leaves; densities integrate to one"),
        ),
        mutants={name: Identity(value(best), other) for name, other in wrong.items()},
    )


@statement(answers=(509,), references=("lin1991", "goodfellow2014"), cites=(value_is_jensen_shannon,))
def jensen_shannon() -> Theorem:
    """The Jensen-Shannon divergence is symmetric, is the entropy of the mixture less the mean entropy, and is half of
    what the optimal discriminator gains over a coin."""

    def properties(divergence: Expr) -> Mapping[str, Claim]:
        concavity = entropy(mixture(p, q)) - (entropy(p) + entropy(q)) / 2
        return {
            "symmetric": Identity(divergence, divergence.subs({p: q, q: p}, simultaneous=True)),
            "concavity of entropy": Identity(divergence, concavity),
            "gain of the discriminator": Identity(divergence, (value(best) + log(4)) / 2),
        }

    divergence = Definition(r"\mathrm{JS}(p\Vert q)", js(p, q), properties)
    reverse = (kl(mixture(p, q), p) + kl(mixture(p, q), q)) / 2
    note = "Minimizing V(D*, G) = 2 JS - log 4 is minimizing JS (gan.value_is_jensen_shannon)."
    mutants = {"Jeffreys": divergence.of((kl(p, q) + kl(q, p)) / 2), "from the mixture": divergence.of(reverse)}
    return Theorem(divergence, mutants=mutants, printed={509: Printed(note=note)})


@statement(references=("lin1991",), cites=(jensen_shannon,))
def jensen_shannon_range() -> Theorem:
    """The Jensen-Shannon divergence lies between 0 and log 2."""
    return Theorem(
        AllOf({"below": Inequality(js(p, q), ">=", 0), "above": Inequality(js(p, q), "<=", log(2))}),
        mutants={
            "one half": Inequality(js(p, q), "<=", HALF),
            "variation": Inequality(js(p, q), ">=", total_variation(p, q)),
        },
    )


@statement(references=("topsoe2000",), cites=(jensen_shannon,))
def jensen_shannon_zero() -> Theorem:
    """The Jensen-Shannon divergence of the laws m(1+u) and m(1-u) around their mixture m is at least half of E_m u^2,
    a quarter of their triangular discrimination: it is zero only where they agree almost everywhere."""
    m, u = density("m"), function("u", bounded("u", -1, 1, closed=False).domain)
    pair = m * (1 + u), m * (1 - u)
    shape = expect(m, (1 + u) * log(1 + u) + (1 - u) * log(1 - u)) / 2
    return Theorem(
        AllOf(
            {
                "around the mixture": Identity(js(*pair), shape),
                "discrimination": Identity(triangular(*pair), 2 * expect(m, u**2)),
                "at least": Inequality(shape, ">=", expect(m, u**2) / 2),
            }
        ),
        mutants={"twice as much": Inequality(shape, ">=", expect(m, u**2))},
    )


@statement(references=("goodfellow2014",), cites=(jensen_shannon_zero, value_is_jensen_shannon))
def equilibrium() -> Theorem:
    """At p = q and D = 1/2 neither side can gain: no discriminator gets more than -log 4 from equal laws, and a coin
    gets -log 4 whatever the generator."""
    return Theorem(
        AllOf(
            {
                "no better discriminator": Inequality(value(D, generated=p), "<=", -log(4)),
                "no better generator": Identity(value(HALF), -log(4)),
                "the optimal discriminator": Identity(best.subs(q, p), HALF),
            }
        ),
        mutants={"other generators too": Inequality(V, "<=", -log(4))},
    )


@statement(answers=(402,), references=("goodfellow2014",), cites=(objective, optimal_discriminator))
def discriminator_loss() -> Theorem:
    """The discriminator's loss is its cross-entropy on both kinds of samples, which is minus the value of the game."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        return {
            "cross-entropy": Identity(loss, -expect(p, log(likelihood(D, 1))) - expect(q, log(likelihood(D, 0)))),
            "zero sum": Identity(loss + V, 0),
            "a coin": Identity(loss.subs(D, HALF), log(4)),
        }

    loss = Definition(r"\mathcal{L}_D", -value(D), properties)
    return Theorem(loss, mutants={"labels exchanged": loss.of(-value(1 - D))})


@statement(answers=(403, 513, 515), references=("goodfellow2014",))
def nonsaturating_loss() -> Theorem:
    """The non-saturating loss is the cross-entropy of the generated samples labelled as real; at the equilibrium it is
    log 2."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        return {
            "labelled as real": Identity(loss, -expect(prior, log(likelihood(fooled, 1)))),
            "nonnegative": Inequality(loss, ">=", 0),
            "at equilibrium": Identity(loss.subs(fooled, HALF), log(2)),
        }

    loss = Definition(r"\mathcal{L}_G", -expect(prior, log(fooled)), properties)
    mutants = {"saturating": expect(prior, log(1 - fooled)), "labelled as generated": -expect(prior, log(1 - fooled))}
    note = (
        "A sample's own signal is the stronger one where D(G(z)) < 1/2 (gan.saturation); the gradient of the "
        "expectation need not be (gan.stronger_signal)."
    )
    return Theorem(
        loss,
        mutants={name: loss.of(other) for name, other in mutants.items()},
        printed={513: Printed(note=note), 515: Printed(note=note)},
    )


@statement(references=("goodfellow2014",), cites=(objective,))
def logit_expansion() -> Theorem:
    """A change h of the discriminator's logit changes log(1-D) by -g(h) and log D by h - g(h), where g(0) = 0, g'(0)
    = D and g'' is between 0 and 1/4: by Taylor's theorem the value of the game changes by E_p[(1-D)h] - E_q[D h] less
    at most E[h^2]/8 under each law, so expectation and derivative exchange whenever h has second moments."""
    return logistic_game.logit_expansion()


@statement(answers=(510,), references=("goodfellow2014",), cites=(logit_expansion,))
def discriminator_gradient() -> Theorem:
    """The discriminator's gradient of the value is the sum of the two expected gradients, here of a logistic
    discriminator: real samples pull with 1 - D, generated ones push with D."""
    return logistic_game.discriminator_gradient()


@statement(answers=(511,), references=("goodfellow2014",), cites=(discriminator_gradient,))
def discriminator_step() -> Theorem:
    """The discriminator's update moves along the gradient of the value, so the value grows at the rate of the squared
    gradient."""
    return logistic_game.discriminator_step()


@statement(answers=(514,), references=("goodfellow2014",), cites=(discriminator_gradient,))
def generator_gradient() -> Theorem:
    """The generator's gradient of the value is plus the expected gradient of log(1 - D(G(z))): the term of the data
    does not depend on the generator."""
    return logistic_game.generator_gradient()


@statement(answers=(512,), references=("goodfellow2014",), cites=(generator_gradient,))
def generator_step() -> Theorem:
    """The generator's update moves against the gradient of the value, of which only the second term depends on it, so
    the value falls at the rate of the squared gradient."""
    return logistic_game.generator_step()


@statement(references=("goodfellow2014", "arjovsky2017principled"), cites=(generator_gradient, nonsaturating_loss))
def saturation() -> Theorem:
    """At one sample the saturating loss has the logit derivative -D and the non-saturating one -(1-D): of one sign, the
    second the larger where D < 1/2, and their ratio vanishes as the discriminator gets sure."""
    return logistic_game.saturation()


@statement(references=("goodfellow2014",), cites=(saturation,))
def stronger_signal() -> Theorem:
    """Samples that pull the same way get the larger expected gradient from the non-saturating loss where D(G(z)) < 1/2;
    where they pull in opposite ways the gradient of the expectation may be the smaller one, even zero."""
    return logistic_game.stronger_signal()


@statement(references=("arjovsky2017principled", "lin1991"), cites=(optimal_discriminator, saturation))
def vanishing() -> Theorem:
    """Against the optimal discriminator the expected size D*(G(z)) of the saturating signal is at most half the
    affinity of the two laws, so it vanishes where they hardly overlap; that of the other, 1 - D*(G(z)), stays above
    1/2."""
    return Theorem(
        AllOf(
            {
                "vanishes": Inequality(expect(q, best), "<=", affinity(p, q) / 2),
                "the other stays": Inequality(expect(q, 1 - best), ">=", HALF),
            }
        ),
        mutants={"a third of the affinity": Inequality(expect(q, best), "<=", affinity(p, q) / 3)},
    )


rival = function("R", POSITIVE)  # any guess of the ratio p/q; f'(R) runs through all critics


def certified(one: FDivergence) -> Inequality:
    """What the critic f'(R) certifies is no more than the divergence."""
    return Inequality(one.bound(p, q, one.best_critic(rival)), "<=", one.between(p, q))


@statement(references=("nowozin2016", "nguyen2010"))
def variational_kl() -> Theorem:
    """Every critic T certifies a lower bound E_p[T] - E_q[f*(T)] of an f-divergence, by the inequality of Fenchel and
    Young at each point: the Kullback-Leibler divergence, both ways."""
    forgotten = Inequality(integral((p - q) * (1 + log(rival))), "<=", kl(p, q))
    both = {"forward": certified(KL), "reverse": certified(REVERSE_KL)}
    return Theorem(AllOf(both), mutants={"conjugate forgotten": forgotten})


@statement(references=("nowozin2016", "nguyen2010"))
def variational_squares() -> Theorem:
    """The same for Pearson's chi-square and the squared Hellinger distance."""
    twice = Inequality(2 * PEARSON.bound(p, q, PEARSON.best_critic(rival)), "<=", PEARSON.between(p, q))
    return Theorem(AllOf({one.name: certified(one) for one in (PEARSON, HELLINGER)}), mutants={"twice": twice})


@statement(references=("nowozin2016", "nguyen2010"))
def variational_bounded() -> Theorem:
    """The same for the total variation, by critics between -1/2 and 1/2, and for the Jensen-Shannon divergence, by
    discriminators: the game is its variational form."""
    critic, wide = (function("T", bounded("t", -c, c).domain) for c in (HALF, 1))
    variation = Inequality(integral((p - q) * critic), "<=", total_variation(p, q))
    shannon = Inequality(expect(p, log(2 * D)) + expect(q, log(2 * (1 - D))), "<=", 2 * js(p, q))
    wider = Inequality(integral((p - q) * wide), "<=", total_variation(p, q))
    return Theorem(AllOf({"total variation": variation, "Jensen-Shannon": shannon}), mutants={"wider critics": wider})


@statement(references=("nowozin2016", "nguyen2010"), cites=(variational_kl, variational_squares, variational_bounded))
def variational_attained() -> Theorem:
    """The critic f'(p/q) attains each of these f-divergences."""

    def attained(one: FDivergence, ratio: Expr) -> Identity:
        return Identity(one.bound(p, q, one.best_critic(ratio)), one.between(p, q))

    return Theorem(
        AllOf({one.name: attained(one, p / q) for one in SMOOTH}), mutants={"ratio upside down": attained(KL, q / p)}
    )


@statement(references=("villani2009",))
def weak_duality() -> Theorem:
    """Under every coupling a 1-Lipschitz function gains at most the expected distance."""
    coupling, f, g, slack = density("gamma", r"\gamma"), function("f"), function("g"), function("s", NONNEGATIVE)
    distance = Abs(f - g) + slack  # f = f(x), g = f(y): any distance with |f(x) - f(y)| <= d(x, y)
    return Theorem(
        Inequality(expect(coupling, f - g), "<=", expect(coupling, distance)),
        mutants={
            "half the distance": Inequality(expect(coupling, f - g), "<=", expect(coupling, distance) / 2),
            "2-Lipschitz": Inequality(2 * expect(coupling, f - g), "<=", expect(coupling, distance)),
        },
    )


@statement(answers=(516,), references=("kantorovich1958", "villani2009"), cites=(weak_duality,))
def wasserstein() -> Theorem:
    """The Wasserstein-1 distance is the least expected distance over all couplings; on finite spaces it is attained,
    is a metric on laws, and extends the distance of points."""
    return lipschitz.wasserstein()


@statement(answers=(517,), references=("kantorovich1958", "villani2009"), cites=(weak_duality, wasserstein))
def kantorovich_rubinstein() -> Theorem:
    """The least expected distance over couplings equals the largest gain of a 1-Lipschitz function: both are
    exhibited, in exact rationals, for every pair of laws listed."""
    return lipschitz.kantorovich_rubinstein()


@statement(references=("villani2009",), cites=(weak_duality,))
def three_points() -> Theorem:
    """Laws on three points, one of which takes up what the others give off: moving it there costs what the distance
    to that point gains, a 1-Lipschitz function, whatever the weights and the metric."""
    return lipschitz.three_points()


@statement(references=("villani2009",))
def quantiles() -> Theorem:
    """The common lengths of the steps of two distribution functions couple the two laws: those of the middle one of
    three points sum to its weight."""
    return lipschitz.quantiles()


@statement(references=("villani2009", "vallender1974"), cites=(weak_duality, quantiles))
def on_the_line() -> Theorem:
    """On the line the quantile coupling costs the area between the distribution functions: on three points, with any
    weights and gaps."""
    return lipschitz.on_the_line()


@statement(references=("villani2009", "vallender1974"), cites=(on_the_line,))
def critics_on_the_line() -> Theorem:
    """On the line no critic with slopes up to one gains more than that area, and slopes of size one gain it: so it is
    the distance, by both certificates."""
    return lipschitz.critics_on_the_line()


@statement(references=("villani2009",), cites=(critics_on_the_line,))
def sorted_matching() -> Theorem:
    """Of the two ways to match two pairs of numbers the sorted one is never dearer: so for empirical laws of equal
    size the distance is the mean distance of the order statistics."""
    return lipschitz.sorted_matching()


@statement(references=("arjovsky2017wgan",), cites=(jensen_shannon_range, wasserstein))
def disjoint_supports() -> Theorem:
    """Point masses at different places have Jensen-Shannon divergence log 2 however near they are, while their
    Wasserstein distance is their distance: the one gives a generator no gradient, the other does."""
    return lipschitz.disjoint_supports()


@statement(references=("gulrajani2017",), cites=(kantorovich_rubinstein,))
def slope_on_rays() -> Theorem:
    """Where an optimal critic gains the whole distance d between x and y, it falls by t d on the first part t of the
    segment, so where it is differentiable its gradient is the unit vector along the ray, and the penalty is zero
    there."""
    return lipschitz.slope_on_rays()


@statement(references=("gulrajani2017", "petzka2018"), cites=(slope_on_rays,))
def penalty_overshoots() -> Theorem:
    """A penalty of finite weight does not enforce its constraint: against a gain of m for each unit of slope the best
    slope is 1 + m/(2 lambda), above 1, and tends to 1 as lambda grows. The one-sided penalty is zero on all slopes up
    to 1."""
    return lipschitz.penalty_overshoots()
