"""Generative adversarial networks: the game, its optimal discriminator, its gradients, and the Wasserstein variant.

Source: sections 7.3.1 and 9.2, equations 402, 403 and 506-517.  Goodfellow et al. 2014; Nowozin, Cseke and Tomioka 2016;
Arjovsky, Chintala and Bottou 2017; Gulrajani et al. 2017; Villani 2009.

p is the law of the data, q that of the generated samples, both densities with respect to any measure that dominates
them: Lebesgue densities and weights of discrete laws at once.  The discriminator D takes values between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Abs, Eq, Expr, Integer, Max, Rational, exp, log, oo, sign, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .divergence import (
    HALF,
    SMOOTH,
    TOTAL_VARIATION,
    affinity,
    bernoulli_kl,
    entropy,
    finite_js,
    js,
    kl,
    mixture,
    point_mass,
    total_variation,
    triangular,
)
from .measures import expect, integral
from .statements import Printed, Step, Theorem, statement
from .symbols import NONNEGATIVE, POSITIVE, UNIT, bounded, density, function, positive, probability, real, reals
from .transport import (
    SIZES,
    Distance,
    bounded_critic,
    certificates,
    greatest_cost,
    independent,
    independent_cost,
    law,
    least_cost,
    path_metric,
    quantile_coupling,
    solve,
    squared_cost,
    too_steep,
)

EQUATIONS = (402, 403, *range(506, 518))

p, q = density("p", r"p_{\mathrm{data}}"), density("q", r"p_g")
D = function("D", UNIT)
step = function("h")  # a change of the discriminator's logit from point to point
prior, fooled = density("r", r"p_z"), function("S", UNIT, r"D(G(z))")  # on the latent space


def value(discriminator: Expr, generated: Expr = q, data: Expr = p) -> Expr:
    """V(D, G), by the law of the generated samples."""
    return expect(data, log(discriminator)) + expect(generated, log(1 - discriminator))


def sigmoid(logit: Expr) -> Expr:
    """The logistic function."""
    return 1 / (1 + exp(-logit))


best = p / (p + q)
V = value(D)


def likelihood(discriminator: Expr, label: int) -> Expr:
    """The probability that the discriminator gives to a label: 1 says real, 0 says generated."""
    return discriminator**label * (1 - discriminator) ** (1 - label)


@statement(answers=(506,), references=("goodfellow2014",))
def objective() -> Theorem:
    """The value of the game is twice the expected log-likelihood of the labels when real and generated samples come with
    equal chances; it is never positive, and a discriminator that cannot tell them apart gets -log 4."""

    def properties(game: Expr) -> Mapping[str, Claim]:
        labelled = HALF * expect(p, log(likelihood(D, 1))) + HALF * expect(q, log(likelihood(D, 0)))
        return {
            "log-likelihood of the labels": Identity(game, 2 * labelled),
            "zero at best": Inequality(game, "<=", Integer(0)),
            "a coin toss": Identity(game.subs(D, HALF), -log(4)),
        }

    game = Definition("V(D,G)", V, properties)
    note = "Generated samples have the law p_g, the image of the latent law under G: see gan.pushforward."
    mutants = {
        "real and generated exchanged": game.of(value(1 - D)),
        "no logarithm": game.of(expect(p, D) - expect(q, D)),
    }
    return Theorem(game, mutants=mutants, printed={506: Printed(note=note)})


@statement(references=("goodfellow2014",))
def pushforward() -> Theorem:
    """An expectation over latent variables of a function of G(z) is the expectation of that function under the law of the
    generated samples: all maps from three latent points to three samples."""
    latent, values = [positive(f"r{i}") for i in range(3)], reals("f0 f1 f2")

    def cases(shift: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for image in product(range(3), repeat=3):
            law_of_samples = [
                sum((r for r, x in zip(latent, image, strict=True) if x == at), Integer(0)) for at in range(3)
            ]
            over_latent = sum(r * values[(x + shift) % 3] for r, x in zip(latent, image, strict=True))
            yield f"G = {image}", over_latent, sum(m * f for m, f in zip(law_of_samples, values, strict=True)).expand()

    formula = r"\mathbb{E}_{z\sim p_z}[f(G(z))]=\mathbb{E}_{x\sim p_g}[f(x)]"
    sizes = "all 27 maps between three latent points and three samples, all weights and functions"
    return Theorem(Finite(cases, formula, sizes), mutants={"another sample": Finite(lambda: cases(1), formula, sizes)})


@statement(answers=(507,), references=("goodfellow2014",), cites=(objective,))
def optimal_discriminator() -> Theorem:
    """For a fixed generator p/(p+q) maximizes the value: it is stationary at each point, the integrand is strictly concave,
    and no discriminator does better, for densities and discrete laws alike."""
    a, b, d = positive("a"), positive("b"), probability("d")  # p, q and D at one point
    integrand = a * log(d) + b * log(1 - d)

    def claim(candidate: Expr) -> AllOf:
        there = candidate.subs({p: a, q: b})
        return AllOf(
            {
                "stationary": Identity(integrand.diff(d).subs(d, there), 0),
                "strictly concave": Inequality(integrand.diff(d, 2), "<", 0),
                "optimal": Inequality(V, "<=", value(candidate)),
            }
        )

    mutants = {
        "the laws exchanged": q / (p + q),
        "the ratio": p / q,
        "square roots": sqrt(p) / (sqrt(p) + sqrt(q)),
        "half": HALF,
    }
    note = "Where only one of the two laws has mass D* is 1 or 0, the limit of the formula."
    stationary = claim(best).claims["stationary"]
    return Theorem(
        claim(best),
        mutants={
            **{name: AllOf({"optimal": claim(other).claims["optimal"]}) for name, other in mutants.items()},
            "convex": AllOf({"stationary": stationary, "convex": Inequality(integrand.diff(d, 2), ">", 0)}),
        },
        printed={507: Printed(note=note)},
    )


@statement(references=("goodfellow2014", "nowozin2016"), cites=(optimal_discriminator,))
def regret() -> Theorem:
    """What a discriminator falls short of the best value is the expected KL divergence between the coins D* and D, so D* is
    the only maximizer, and a small shortfall means a small distance to it."""
    short = value(best) - V
    return Theorem(
        AllOf(
            {
                "exactly": Identity(short, integral((p + q) * bernoulli_kl(best, D))),
                "at least": Inequality(short, ">=", 2 * integral((p + q) * (D - best) ** 2)),
            }
        ),
        mutants={
            "coins exchanged": Identity(short, integral((p + q) * bernoulli_kl(D, best))),
            "twice as much": Inequality(short, ">=", 4 * integral((p + q) * (D - best) ** 2)),
        },
    )


@statement(answers=(508,), references=("goodfellow2014",), cites=(optimal_discriminator,))
def value_at_optimum() -> Theorem:
    """At the optimal discriminator the value is the sum of the expected log-shares of the two laws."""
    shares = expect(p, log(p / (p + q))) + expect(q, log(q / (p + q)))
    return Theorem(Identity(value(best), shares))


@statement(references=("goodfellow2014", "lin1991"), cites=(value_at_optimum,))
def value_is_jensen_shannon() -> Theorem:
    """At the optimal discriminator the value is twice the Jensen-Shannon divergence, less log 4."""
    middle = mixture(p, q)
    return Theorem(
        Identity(value(best), 2 * js(p, q) - log(4)),
        derivation=(
            Step(expect(p, log(p / (2 * middle))) + expect(q, log(q / (2 * middle))), "p + q is twice the mixture"),
            Step(
                kl(p, middle) + kl(q, middle) - 2 * log(2), "a factor 2 in a logarithm, and densities integrate to one"
            ),
        ),
        mutants={
            "log 2": Identity(value(best), 2 * js(p, q) - log(2)),
            "once": Identity(value(best), js(p, q) - log(4)),
            "Kullback-Leibler": Identity(value(best), kl(p, q) - log(4)),
        },
    )


@statement(answers=(509,), references=("lin1991", "goodfellow2014"), cites=(value_is_jensen_shannon,))
def jensen_shannon() -> Theorem:
    """The Jensen-Shannon divergence is symmetric, is the entropy of the mixture less the mean entropy, and is what the game
    gains over a coin toss when the discriminator is optimal, halved."""

    def properties(divergence: Expr) -> Mapping[str, Claim]:
        gain = (entropy(mixture(p, q)) - (entropy(p) + entropy(q)) / 2).subs(
            entropy(mixture(p, q)), entropy(mixture(p, q))
        )
        return {
            "symmetric": Identity(divergence, divergence.subs({p: q, q: p}, simultaneous=True)),
            "concavity of entropy": Identity(divergence, gain),
            "the gain of the game": Identity(divergence, (value(best) + log(4)) / 2),
        }

    divergence = Definition(r"\mathrm{JS}(p\Vert q)", js(p, q), properties)
    note = (
        "Minimizing V(D*, G) is the same as minimizing JS, since V(D*, G) = 2 JS - log 4: gan.value_is_jensen_shannon."
    )
    return Theorem(
        divergence,
        mutants={
            "without the halves": divergence.of(2 * js(p, q)),
            "Jeffreys": divergence.of((kl(p, q) + kl(q, p)) / 2),
            "from the mixture": divergence.of((kl(mixture(p, q), p) + kl(mixture(p, q), q)) / 2),
        },
        exempt={f"{a} and {b} swapped": "the divergence is symmetric" for a, b in ((p, q), (q, p))},
        printed={509: Printed(note=note)},
    )


@statement(references=("lin1991", "topsoe2000"), cites=(jensen_shannon,))
def jensen_shannon_range() -> Theorem:
    """The Jensen-Shannon divergence lies between 0 and log 2, and above a quarter of the triangular discrimination: it is
    zero only for equal laws."""
    return Theorem(
        AllOf(
            {
                "nonnegative": Inequality(js(p, q), ">=", 0),
                "at most log 2": Inequality(js(p, q), "<=", log(2)),
                "zero only for equal laws": Inequality(js(p, q), ">=", triangular(p, q) / 4),
                "zero for equal laws": Identity(js(p, p), 0),
            }
        ),
        mutants={
            "at most one half": Inequality(js(p, q), "<=", HALF),
            "half of the triangular discrimination": Inequality(js(p, q), ">=", triangular(p, q) / 2),
            "at least the total variation": Inequality(js(p, q), ">=", total_variation(p, q)),
        },
    )


@statement(references=("goodfellow2014",), cites=(jensen_shannon_range,))
def equilibrium() -> Theorem:
    """At the equilibrium p = q with D = 1/2 neither side can gain: no discriminator beats -log 4 there, and against D = 1/2
    every generator gets -log 4; away from p = q the best discriminator gets more."""
    return Theorem(
        AllOf(
            {
                "no better discriminator": Inequality(value(D, generated=p), "<=", -log(4)),
                "no better generator": Identity(value(HALF), -log(4)),
                "the optimal discriminator": Identity(best.subs(q, p), HALF),
                "other generators": Inequality(value(best), ">=", triangular(p, q) / 2 - log(4)),
            }
        ),
        mutants={
            "below -log 4": Inequality(value(D, generated=p), "<=", -log(5)),
            "for other generators too": Inequality(V, "<=", -log(4)),
        },
    )


@statement(answers=(402,), references=("goodfellow2014",), cites=(objective, optimal_discriminator))
def discriminator_loss() -> Theorem:
    """The discriminator's loss is its cross-entropy on both kinds of samples, minus the value of the game, and is least at
    the optimal discriminator."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        return {
            "cross-entropy": Identity(loss, -expect(p, log(likelihood(D, 1))) - expect(q, log(likelihood(D, 0)))),
            "zero sum": Identity(loss + V, 0),
            "least at D*": Inequality(loss, ">=", loss.subs(D, best)),
        }

    loss = Definition(r"\mathcal{L}_D", -V, properties)
    return Theorem(loss, mutants={"labels exchanged": loss.of(-value(1 - D))})


@statement(answers=(403, 513, 515), references=("goodfellow2014",))
def nonsaturating_loss() -> Theorem:
    """The non-saturating loss is the cross-entropy of the generated samples labelled as real; it falls as D(G(z)) grows, and
    its derivative with respect to the logit is D(G(z)) - 1."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        more = function("M", POSITIVE)
        fitter = (fooled + more) / (1 + more)  # any number between D(G(z)) and 1
        return {
            "labelled as real": Identity(loss, -expect(prior, log(likelihood(fooled, 1)))),
            "nonnegative": Inequality(loss, ">=", 0),
            "less when fooled more": Inequality(loss.subs(fooled, fitter), "<=", loss),
            "at equilibrium": Identity(loss.subs(fooled, HALF), log(2)),
        }

    loss = Definition(r"\mathcal{L}_G", -expect(prior, log(fooled)), properties)
    note = (
        "Each sample's signal is the stronger one where D(G(z)) < 1/2 (gan.saturation); the gradient of the expectation need "
        "not be (gan.stronger_signal)."
    )
    return Theorem(
        loss,
        mutants={
            "saturating": loss.of(expect(prior, log(1 - fooled))),
            "labels": loss.of(-expect(prior, log(1 - fooled))),
        },
        printed={403: Printed(), 513: Printed(note=note), 515: Printed(note=note)},
    )


# A model in which everything is written out: a logistic discriminator on the line, a generator that scales its latent
# variable, two data points and two latent points with any weights.
w, b, theta = real("w"), real("b"), real("theta", tex=r"\theta")
eta = positive("eta", tex=r"\eta")
x1, x2, z1, z2 = reals("x1 x2 z1 z2")
share, chance = probability("s"), probability("c")  # weights of the first data point and the first latent point


def over_data(values: Any) -> Expr:
    """The expectation over the two data points."""
    return share * values(x1) + (1 - share) * values(x2)


def over_latent(values: Any) -> Expr:
    """The expectation over the two latent points."""
    return chance * values(z1) + (1 - chance) * values(z2)


def judged(x: Expr) -> Expr:
    """The logistic discriminator."""
    return sigmoid(w * x + b)


def generated(z: Expr) -> Expr:
    """The scaling generator."""
    return theta * z


def played() -> Expr:
    """The value of the game in the model."""
    return over_data(lambda x: log(judged(x))) + over_latent(lambda z: log(1 - judged(generated(z))))


def expansions(sharpened: Expr = Rational(1)) -> dict[str, Claim]:
    """The value under any change h of the discriminator's logit, between its linear part and that less E h^2 / 8."""
    moved_data = -log(D + (1 - D) * exp(-step))  # log of sigmoid(logit + h) over sigmoid(logit)
    moved_generated = -log(1 - D + D * exp(step))
    change = expect(p, moved_data) + expect(q, moved_generated)
    linear_part = expect(p, (1 - D) * step) - expect(q, D * step)
    squares = expect(p + q, step**2)
    return {
        "concave in the logit": Inequality(change, "<=", linear_part),
        "smooth in the logit": Inequality(change, ">=", linear_part - sharpened * squares / 8),
    }


@statement(answers=(510,), references=("goodfellow2014",), cites=(objective,))
def discriminator_gradient() -> Theorem:
    """The discriminator's gradient is the sum of the two expected gradients: for all laws the change of the value under a
    change h of the logit is linear in h up to E h^2 / 8, so that gradient and expectation exchange whenever h has a second
    moment; written out in the model."""
    exchanged = over_data(lambda x: log(judged(x)).diff(w)) + over_latent(
        lambda z: log(1 - judged(generated(z))).diff(w)
    )
    explicit = over_data(lambda x: (1 - judged(x)) * x) - over_latent(lambda z: judged(generated(z)) * generated(z))
    model = Identity(played().diff(w), explicit)
    wrong = {"sign of the second term": exchanged - 2 * over_latent(lambda z: log(1 - judged(generated(z))).diff(w))}
    note = "Differentiation under the expectation is justified here by the bound E h^2 / 8, not assumed."
    return Theorem(
        AllOf({**expansions(), "exchanged": Identity(played().diff(w), exchanged), "written out": model}),
        mutants={
            **{name: Identity(played().diff(w), other) for name, other in wrong.items()},
            "half the remainder": AllOf({"smooth": expansions(HALF)["smooth in the logit"]}),
        },
        exempt={},
        printed={510: Printed(note=note)},
    )


@statement(answers=(511,), references=("goodfellow2014",), cites=(discriminator_gradient,))
def discriminator_step() -> Theorem:
    """The discriminator's update moves along the gradient of the value, so the value grows at the rate of the squared
    gradient."""
    slope = played().diff(w)

    def properties(moved: Expr) -> Mapping[str, Claim]:
        after = played().subs(w, moved)
        return {
            "no step": Identity(moved.subs(eta, 0), w),
            "first-order increase": Identity(after.diff(eta).subs(eta, 0), slope**2),
        }

    update = Definition(r"\theta_D", w + eta * slope, properties)
    return Theorem(update, mutants={"descent": update.of(w - eta * slope)})


@statement(answers=(514,), references=("goodfellow2014",), cites=(discriminator_gradient,))
def generator_gradient() -> Theorem:
    """The generator's gradient of the value is plus the expected gradient of log(1 - D(G(z))); the term of the data does not
    depend on the generator."""
    gradient = over_latent(lambda z: log(1 - judged(generated(z))).diff(theta))
    explicit = -w * over_latent(lambda z: judged(generated(z)) * z)
    slope = played().diff(theta)
    formula = r"\nabla_{\theta_G}V(D,G)=\mathbb{E}_{z\sim p_z}[\nabla_{\theta_G}\log(1-D(G(z)))]"
    return Theorem(
        AllOf({"gradient": Identity(slope, gradient), "written out": Identity(slope, explicit)}),
        mutants={
            "of the non-saturating loss": Identity(slope, -over_latent(lambda z: log(judged(generated(z))).diff(theta)))
        },
        printed={
            514: Printed(
                Identity(slope, -gradient),
                correction=formula,
                note="The minus sign belongs to the update (512), not to the gradient.",
            )
        },
    )


@statement(answers=(512,), references=("goodfellow2014",), cites=(generator_gradient,))
def generator_step() -> Theorem:
    """The generator's update moves against the gradient of the value, of which only the second term depends on it, so the
    value falls at the rate of the squared gradient."""
    slope = over_latent(lambda z: log(1 - judged(generated(z)))).diff(theta)

    def properties(moved: Expr) -> Mapping[str, Claim]:
        after = played().subs(theta, moved)
        return {
            "no step": Identity(moved.subs(eta, 0), theta),
            "first-order decrease": Identity(after.diff(eta).subs(eta, 0), -(played().diff(theta) ** 2)),
        }

    update = Definition(r"\theta_G", theta - eta * slope, properties)
    return Theorem(update, mutants={"ascent": update.of(theta + eta * slope)})


@statement(references=("goodfellow2014", "arjovsky2017principled"), cites=(generator_gradient, nonsaturating_loss))
def saturation() -> Theorem:
    """At one sample the saturating loss has the logit derivative -D and the non-saturating one -(1-D): the same sign, the
    second is the larger where D < 1/2, and the ratio vanishes as the discriminator gets sure."""
    s, d = real("s"), probability("d")
    saturating, other = log(1 - sigmoid(s)), -log(sigmoid(s))
    return Theorem(
        AllOf(
            {
                "saturating": Identity(saturating.diff(s), -sigmoid(s)),
                "non-saturating": Identity(other.diff(s), -(1 - sigmoid(s))),
                "stronger": Inequality(d, "<", 1 - d, (d < HALF,)),
                "vanishes": Limit(d / (1 - d), d, Integer(0), Integer(0), side="+"),
            }
        ),
        mutants={
            "opposite signs": Identity(other.diff(s), 1 - sigmoid(s)),
            "everywhere stronger": Inequality(d, "<", 1 - d),
        },
    )


@statement(references=("goodfellow2014",), cites=(saturation,))
def stronger_signal() -> Theorem:
    """Samples that pull the same way get the larger expected gradient from the non-saturating loss where D(G(z)) <= 1/2;
    where they pull in opposite ways they need not."""
    d1, d2 = (bounded(name, 0, HALF, closed=False) for name in ("d1", "d2"))
    h1, h2 = positive("h1"), positive("h2")
    saturating, other = chance * d1 * h1 + (1 - chance) * d2 * h2, chance * (1 - d1) * h1 + (1 - chance) * (1 - d2) * h2
    g1, g2 = reals("g1 g2")  # any direction
    pulls = {h1: g1, h2: g2}
    return Theorem(
        Inequality(saturating, "<", other),
        mutants={
            "whatever the directions": Inequality(Abs(saturating.xreplace(pulls)), "<=", Abs(other.xreplace(pulls)))
        },
    )


@statement(references=("arjovsky2017principled", "lin1991"), cites=(optimal_discriminator, saturation))
def vanishing() -> Theorem:
    """Against the optimal discriminator the expected size D*(G(z)) of the saturating signal is at most half the affinity of
    the two laws, so it vanishes where they hardly overlap; its complement stays above 1/2."""
    return Theorem(
        AllOf(
            {
                "vanishes": Inequality(expect(q, best), "<=", affinity(p, q) / 2),
                "symmetric": Identity(expect(q, best), expect(p, 1 - best)),
                "the other stays": Inequality(expect(q, 1 - best), ">=", HALF),
            }
        ),
        mutants={
            "a third of the affinity": Inequality(expect(q, best), "<=", affinity(p, q) / 3),
            "the other stays higher": Inequality(expect(q, 1 - best), ">=", Rational(3, 5)),
        },
    )


@statement(references=("nowozin2016", "nguyen2010"))
def variational_bound() -> Theorem:
    """Every critic certifies a lower bound of an f-divergence, E_p[T] - E_q[f*(T)], by the inequality of Fenchel and Young at
    each point: Kullback-Leibler both ways, Pearson, Hellinger, total variation and Jensen-Shannon."""
    rival = function("R", POSITIVE)  # any guess of the ratio p/q; f'(R) runs through all critics
    bounds: dict[str, Claim] = {
        one.name: Inequality(one.bound(p, q, one.best_critic(rival)), "<=", one.between(p, q)) for one in SMOOTH
    }
    critic = function("T", TOTAL_VARIATION.t.domain)
    bounds[TOTAL_VARIATION.name] = Inequality(integral((p - q) * critic), "<=", total_variation(p, q))
    bounds["Jensen-Shannon"] = Inequality(expect(p, log(2 * D)) + expect(q, log(2 * (1 - D))), "<=", 2 * js(p, q))
    wide = function("T", bounded("t", -1, 1).domain)
    return Theorem(
        AllOf(bounds),
        mutants={
            "conjugate forgotten": Inequality(integral((p - q) * (1 + log(rival))), "<=", kl(p, q)),
            "wider critics": Inequality(integral((p - q) * wide), "<=", total_variation(p, q)),
        },
    )


@statement(references=("nowozin2016", "nguyen2010"), cites=(variational_bound,))
def variational_attained() -> Theorem:
    """The critic f'(p/q) attains the f-divergence, and D* does so for the Jensen-Shannon divergence."""
    equal: dict[str, Claim] = {
        one.name: Identity(one.bound(p, q, one.best_critic(p / q)), one.between(p, q)) for one in SMOOTH
    }
    equal["Jensen-Shannon"] = Identity(expect(p, log(2 * best)) + expect(q, log(2 * (1 - best))), 2 * js(p, q))
    reverse = {one.name: Identity(one.bound(p, q, one.best_critic(q / p)), one.between(p, q)) for one in SMOOTH[:1]}
    return Theorem(AllOf(equal), mutants={f"ratio upside down: {name}": claim for name, claim in reverse.items()})


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
    """The Wasserstein-1 distance is the least expected distance over all couplings; on finite spaces it is attained, is a
    metric on laws, and extends the distance of points."""

    def properties(distance: Distance) -> Mapping[str, Claim]:
        return {
            "least over couplings": Finite(distance.least, r"W=\min_{\gamma}\mathbb{E}_\gamma d", SIZES),
            "point masses": Finite(distance.on_points, r"W(\delta_x,\delta_y)=d(x,y)", SIZES),
            "triangle inequality": Finite(distance.triangles, r"W(p,q)\le W(p,r)+W(r,q)", SIZES, "<="),
        }

    distance = Definition("W", least_cost(), properties)
    mutants = {"greatest": greatest_cost(), "squared distance": squared_cost(), "independent": independent_cost()}
    return Theorem(distance, mutants={name: distance.of(other) for name, other in mutants.items()})


@statement(answers=(517,), references=("kantorovich1958", "villani2009"), cites=(weak_duality, wasserstein))
def kantorovich_rubinstein() -> Theorem:
    """The least expected distance over couplings equals the largest gain of a 1-Lipschitz function: both are exhibited, in
    exact rationals, for every pair of laws listed."""
    formula = r"\inf_{\gamma\in\Pi(p,q)}\mathbb{E}_{\gamma}[d(x,y)]=\sup_{\lVert f\rVert_L\le 1}\mathbb{E}_p[f]-\mathbb{E}_q[f]"
    note = "For laws on a metric space with finite first moments; weak duality is proved for all of them (gan.weak_duality)."
    return Theorem(
        Finite(lambda: certificates(solve), formula, SIZES),
        mutants={
            "independent coupling": Finite(lambda: certificates(independent), formula, SIZES),
            "2-Lipschitz critics": Finite(lambda: certificates(too_steep), formula, SIZES),
            "critics bounded by one half": Finite(lambda: certificates(bounded_critic), formula, SIZES),
        },
        printed={517: Printed(note=note)},
    )


@statement(references=("villani2009",), cites=(weak_duality,))
def three_points() -> Theorem:
    """Laws on three points, one of which takes up what the others give off: moving it there costs what the distance to that
    point gains, a 1-Lipschitz function, whatever the weights and the metric."""
    d12, d13, d23, excess1, excess2 = (positive(name) for name in ("d12", "d13", "d23", "e1", "e2"))
    triangle = (d13 <= d12 + d23, d23 <= d12 + d13)
    cost = excess1 * d13 + excess2 * d23
    critic = (d13, d23, Integer(0))
    gain = excess1 * critic[0] + excess2 * critic[1] - (excess1 + excess2) * critic[2]
    return Theorem(
        AllOf(
            {
                "1-Lipschitz": Inequality(Abs(critic[0] - critic[1]), "<=", d12, triangle),
                "no gap": Identity(cost, gain),
            }
        ),
        mutants={"no triangle inequality": Inequality(Abs(critic[0] - critic[1]), "<=", d12)},
    )


@statement(references=("villani2009", "vallender1974"), cites=(weak_duality,))
def on_the_line() -> Theorem:
    """On the line the distance is the area between the distribution functions: on three points with any weights and gaps
    the quantile coupling costs it, a critic with slopes of size one gains it, and no critic gains more."""
    f1, f2, g1, g2 = (
        bounded(name, 0, 1, tex=name.replace(name[0], name[0].upper() + "_")) for name in ("f1", "f2", "g1", "g2")
    )
    gap1, gap2 = positive("l1"), positive("l2")
    slope1, slope2 = bounded("s1", -1, 1), bounded("s2", -1, 1)
    ordered = (f1 <= f2, g1 <= g2)
    area = gap1 * Abs(f1 - g1) + gap2 * Abs(f2 - g2)
    levels = ((Integer(0), f1, f2, Integer(1)), (Integer(0), g1, g2, Integer(1)))
    moved = quantile_coupling(*levels)
    away = ((0, gap1, gap1 + gap2), (gap1, 0, gap2), (gap1 + gap2, gap2, 0))
    cost = sum(m * d for row, far in zip(moved, away, strict=True) for m, d in zip(row, far, strict=True))
    rows: dict[str, Claim] = {
        f"mass of point {i + 1}": Identity(sum(moved[i]), levels[0][i + 1] - levels[0][i], ordered) for i in range(3)
    }
    gain = -slope1 * gap1 * (f1 - g1) - slope2 * gap2 * (f2 - g2)  # E_p f - E_q f, summed by parts
    best_gain = gain.xreplace({slope1: -sign(f1 - g1), slope2: -sign(f2 - g2)})
    return Theorem(
        AllOf(
            {
                **rows,
                "cost": Identity(cost, area, ordered),
                "gain": Identity(best_gain, area),
                "no larger gain": Inequality(gain, "<=", area),
            }
        ),
        mutants={"squared": Identity(cost, gap1 * (f1 - g1) ** 2 + gap2 * (f2 - g2) ** 2, ordered)},
    )


@statement(references=("villani2009",), cites=(on_the_line,))
def sorted_matching() -> Theorem:
    """Of the two ways to match two pairs of numbers the sorted one is never dearer: so for empirical laws of equal size the
    distance is the mean distance of the order statistics."""
    a1, a2, b1, b2 = reals("a1 a2 b1 b2")
    crossed = Abs(a1 - b2) + Abs(a2 - b1)
    claim = Inequality(Abs(a1 - b1) + Abs(a2 - b2), "<=", crossed, (a1 <= a2, b1 <= b2))
    return Theorem(claim, mutants={"unsorted": replace(claim, where=(a1 <= a2,))})


@statement(references=("arjovsky2017wgan",), cites=(jensen_shannon_range, wasserstein))
def disjoint_supports() -> Theorem:
    """Point masses at different places have Jensen-Shannon divergence log 2 however near they are, while their Wasserstein
    distance is their distance: the one gives a generator no gradient, the other does."""

    def cases(divergence: Expr = log(2)) -> Iterator[tuple[str, Any, Any]]:
        for far in range(1, 6):
            here, there = point_mass(0, 6), point_mass(far, 6)
            plan = solve(law(*here), law(*there), path_metric(6))
            yield f"distance {far}", (finite_js(here, there), plan.cost), (divergence, Fraction(far))

    formula = r"\mathrm{JS}(\delta_0,\delta_\theta)=\log 2,\quad W(\delta_0,\delta_\theta)=|\theta|"
    sizes = "theta = 1 to 5 on a line of six points"
    return Theorem(Finite(cases, formula, sizes), mutants={"log 4": Finite(lambda: cases(log(4)), formula, sizes)})


@statement(references=("gulrajani2017",), cites=(kantorovich_rubinstein,))
def slope_on_rays() -> Theorem:
    """Where an optimal critic gains the whole distance d between x and y, it falls by t d on the first part t of the segment,
    so where it is differentiable its gradient is the unit vector along the ray, and the penalty is zero there."""
    drop, t, d = real("A"), bounded("t", 0, 1), positive("d")
    lipschitz = (drop <= t * d, d - drop <= (1 - t) * d)
    g1, g2, u1, u2 = reals("g1 g2 u1 u2")
    along = (g1**2 + g2**2 <= 1, Eq(u1**2 + u2**2, 1), Eq(g1 * u1 + g2 * u2, 1))
    return Theorem(
        AllOf(
            {
                "straight": Identity(drop, t * d, lipschitz),
                "along the ray": Inequality((g1 - u1) ** 2 + (g2 - u2) ** 2, "<=", 0, along),
            }
        ),
        mutants={
            "any 1-Lipschitz function": Identity(drop, t * d, lipschitz[:1]),
            "any gradient": Inequality((g1 - u1) ** 2 + (g2 - u2) ** 2, "<=", 0, along[1:]),
        },
    )


@statement(references=("gulrajani2017", "petzka2018"), cites=(slope_on_rays,))
def penalty_overshoots() -> Theorem:
    """A penalty of finite weight does not enforce its constraint: against a gain of m for each unit of slope the best slope
    is 1 + m/(2 lambda), above 1, and tends to 1 as lambda grows. The one-sided penalty is zero on all slopes up to 1."""
    s, m, weight = real("s"), positive("m"), positive("lambda", tex=r"\lambda")
    steep = 1 + m / (2 * weight)
    penalized = m * s - weight * (s - 1) ** 2
    one_sided = Max(0, Abs(s) - 1) ** 2
    return Theorem(
        AllOf(
            {
                "best": Inequality(penalized, "<=", m + m**2 / (4 * weight)),
                "attained": Identity(penalized.subs(s, steep), m + m**2 / (4 * weight)),
                "too steep": Inequality(steep, ">", 1),
                "in the limit": Limit(steep, weight, oo, Integer(1), side="-"),
                "one-sided": Identity(one_sided, 0, (Abs(s) <= 1,)),
            }
        ),
        mutants={
            "the constraint is met": Inequality(steep, "<=", 1),
            "the two-sided penalty too": Identity((Abs(s) - 1) ** 2, 0, (Abs(s) <= 1,)),
            "no more than the distance": Inequality(penalized, "<=", m),
        },
    )
