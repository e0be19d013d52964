"""A game written out: a logistic discriminator on the line, a generator that scales its latent variable.

Two data points and two latent points, with any weights, stand for the laws. What `gan` says of gradients and updates
is built here, in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Abs, Expr, Integer, Rational, exp, log

from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit
from .divergence import HALF
from .statements import Printed, Theorem
from .symbols import bounded, positive, probability, real, reals

w, theta = real("w"), real("theta", tex=r"\theta")
eta = positive("eta", tex=r"\eta")
x1, x2, z1, z2 = reals("x1 x2 z1 z2")
share, chance = probability("s"), probability("c")  # weights of the first data point and the first latent point

MODEL = "a logistic discriminator, a scaling generator, two data and two latent points with any weights"


def over_data(values: Callable[[Expr], Expr]) -> Expr:
    """The expectation over the two data points."""
    return share * values(x1) + (1 - share) * values(x2)


def over_latent(values: Callable[[Expr], Expr]) -> Expr:
    """The expectation over the two latent points."""
    return chance * values(z1) + (1 - chance) * values(z2)


def judged(x: Expr) -> Expr:
    """The logistic discriminator."""
    return sigmoid(w * x)


def made(z: Expr) -> Expr:
    """The scaling generator."""
    return theta * z


def played() -> Expr:
    """The value of the game in the model."""
    return over_data(lambda x: log(judged(x))) + over_latent(lambda z: log(1 - judged(made(z))))


def sigmoid(logit: Expr) -> Expr:
    """The logistic function."""
    return 1 / (1 + exp(-logit))


def logit_expansion() -> Theorem:
    """What `gan.logit_expansion` says."""
    d, h, s = probability("d"), real("h"), real("s")
    g = log(1 - d + d * exp(h))
    return Theorem(
        AllOf(
            {
                "generated": Identity(log(1 - sigmoid(s + h)) - log(1 - sigmoid(s)), -g.subs(d, sigmoid(s))),
                "data": Identity(log(sigmoid(s + h)) - log(sigmoid(s)), h - g.subs(d, sigmoid(s))),
                "no change": Identity(g.subs(h, 0), 0),
                "slope": Identity(g.diff(h).subs(h, 0), d),
                "convex": Inequality(g.diff(h, 2), ">=", 0),
                "smooth": Inequality(g.diff(h, 2), "<=", Rational(1, 4)),
            }
        ),
        mutants={
            "slope 1 - D": Identity(g.diff(h).subs(h, 0), 1 - d),
            "smoother": Inequality(g.diff(h, 2), "<=", Rational(1, 5)),
        },
    )


def discriminator_gradient() -> Theorem:
    """What `gan.discriminator_gradient` says."""
    pull, push = over_data(lambda x: log(judged(x)).diff(w)), over_latent(lambda z: log(1 - judged(made(z))).diff(w))
    explicit = over_data(lambda x: (1 - judged(x)) * x) - over_latent(lambda z: judged(made(z)) * made(z))
    slope = played().diff(w)
    note = (
        "That gradient and expectation exchange is not assumed: gan.logit_expansion bounds the remainder by E[h^2]/8."
    )
    return Theorem(
        AllOf({"exchanged": Identity(slope, pull + push), "written out": Identity(slope, explicit)}),
        sizes=MODEL,
        mutants={"sign of the second term": Identity(slope, pull - push)},
        printed={510: Printed(note=note)},
    )


def discriminator_step() -> Theorem:
    """What `gan.discriminator_step` says."""
    slope = played().diff(w)

    def properties(moved: Expr) -> Mapping[str, Claim]:
        after = played().subs(w, moved)
        return {
            "no step": Identity(moved.subs(eta, 0), w),
            "first-order increase": Identity(after.diff(eta).subs(eta, 0), slope**2),
        }

    update = Definition(r"\theta_D", w + eta * slope, properties)
    return Theorem(update, mutants={"descent": update.of(w - eta * slope)})


def generator_gradient() -> Theorem:
    """What `gan.generator_gradient` says."""
    slope = played().diff(theta)
    gradient = over_latent(lambda z: log(1 - judged(made(z))).diff(theta))
    other_loss = -over_latent(lambda z: log(judged(made(z))).diff(theta))
    explicit = -w * over_latent(lambda z: judged(made(z)) * z)
    formula = r"\nabla_{\theta_G}V(D,G)=\mathbb{E}_{z\sim p_z}[\nabla_{\theta_G}\log(1-D(G(z)))]"
    note = (
        "The minus sign belongs to the update (512), not to the gradient; followed as printed, the generator helps D."
    )
    return Theorem(
        AllOf({"gradient": Identity(slope, gradient), "written out": Identity(slope, explicit)}),
        sizes=MODEL,
        mutants={"of the non-saturating loss": Identity(slope, other_loss)},
        printed={514: Printed(Identity(slope, -gradient), correction=formula, note=note)},
    )


def generator_step() -> Theorem:
    """What `gan.generator_step` says."""
    slope = over_latent(lambda z: log(1 - judged(made(z)))).diff(theta)

    def properties(moved: Expr) -> Mapping[str, Claim]:
        after = played().subs(theta, moved)
        return {
            "no step": Identity(moved.subs(eta, 0), theta),
            "first-order decrease": Identity(after.diff(eta).subs(eta, 0), -(played().diff(theta) ** 2)),
        }

    update = Definition(r"\theta_G", theta - eta * slope, properties)
    return Theorem(update, mutants={"ascent": update.of(theta + eta * slope)})


def saturation() -> Theorem:
    """What `gan.saturation` says."""
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


def stronger_signal() -> Theorem:
    """What `gan.stronger_signal` says."""
    d1, d2 = (bounded(name, 0, HALF, closed=False) for name in ("d1", "d2"))
    h1, h2 = positive("h1"), positive("h2")
    saturating: Expr = chance * d1 * h1 + (1 - chance) * d2 * h2
    other: Expr = chance * (1 - d1) * h1 + (1 - chance) * (1 - d2) * h2
    any_way = dict(zip((h1, h2), reals("g1 g2"), strict=True))
    wrong = Inequality(Abs(saturating.xreplace(any_way)), "<=", Abs(other.xreplace(any_way)))
    return Theorem(Inequality(saturating, "<", other), mutants={"whatever the directions": wrong})
