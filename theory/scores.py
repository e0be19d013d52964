"""What `losses` says of gradients by logits, log-sum-exp, curvature, convexity, and scores of forecasts."""

from __future__ import annotations

from sympy import Abs, Derivative, Expr, Integer, Max, Rational, exp, log, oo, pi, sqrt

from .claims import AllOf, Identity, Inequality, Limit
from .divergence import entropy, kl
from .loss_terms import (
    C,
    N,
    a,
    b,
    binary,
    c,
    categorical,
    count,
    h,
    lam,
    logit,
    move,
    others,
    p,
    q,
    r,
    rest,
    rival,
    s,
    share,
    sigmoid,
    t,
    target,
    z,
)
from .measures import expect, integral
from .statements import Theorem
from .symbols import NONNEGATIVE, UNIT, bounded, density, function, positive, probability, real, reals


def softmax_gradient() -> Theorem:
    """What `losses.softmax_gradient` says."""

    def loss(total: Expr) -> Expr:
        return (total * log(rival + exp(logit)) - others - target * logit) / N

    soft = exp(logit) / (rival + exp(logit))
    any_targets = Derivative(loss(rest + target), logit)
    return Theorem(
        AllOf(
            {
                "any targets": Identity(any_targets, ((rest + target) * soft - target) / N),
                "targets that sum to one": Identity(Derivative(loss(Integer(1)), logit), (soft - target) / N),
            }
        ),
        mutants={
            "whatever the targets": Identity(any_targets, (soft - target) / N),
            "of the sum": Identity(Derivative(loss(Integer(1)), logit), soft - target),
        },
    )


def through_the_softmax() -> Theorem:
    """What `losses.through_the_softmax` says."""
    own = -share / s * s * (1 - s)
    chained = own + integral(-t / p * (-p * s))  # over the other classes
    total, another = rival + exp(logit), positive("w")  # the exponential of another class's logit
    soft = exp(logit) / total
    right = (integral(t) + share) * s - share
    return Theorem(
        AllOf(
            {
                "own probability": Identity(Derivative(soft, logit), soft * (1 - soft)),
                "another's probability": Identity(Derivative(another / total, logit), -another / total * soft),
                "chain rule": Identity(chained, right),
            }
        ),
        mutants={"own class alone": Identity(own, right)},
    )


def logit_gradient() -> Theorem:
    """What `losses.logit_gradient` says."""
    loss = -(target * log(sigmoid(logit)) + (1 - target) * log(1 - sigmoid(logit)))
    soft = log(1 + exp(logit)) - target * logit
    stable = Max(logit, 0) - target * logit + log(1 + exp(-Abs(logit)))
    return Theorem(
        AllOf(
            {
                "softplus": Identity(loss, soft),
                "without overflow": Identity(stable, soft),
                "derivative": Identity(Derivative(soft, logit), sigmoid(logit) - target),
                "convex": Inequality(soft.diff(logit, 2), ">", 0),
                "smooth": Inequality(soft.diff(logit, 2), "<=", Rational(1, 4)),
            }
        ),
        mutants={
            "by the probability": Identity(
                Derivative(soft, logit), (sigmoid(logit) - target) / (sigmoid(logit) * (1 - sigmoid(logit)))
            ),
            "without the absolute value": Identity(Max(logit, 0) - target * logit + log(1 + exp(-logit)), soft),
            "smoother": Inequality(soft.diff(logit, 2), "<=", Rational(1, 5)),
        },
    )


def squared_error_of_a_sigmoid() -> Theorem:
    """What `losses.squared_error_of_a_sigmoid` says."""
    s_z = sigmoid(logit)
    wrong, label = s_z**2, (s_z - target) ** 2  # the first with the target 0
    return Theorem(
        AllOf(
            {
                "derivative": Identity(Derivative(label, logit), 2 * (s_z - target) * s_z * (1 - s_z)),
                "vanishes": Limit(2 * s_z**2 * (1 - s_z), logit, oo, Integer(0), side="-"),
                "cross-entropy's": Limit(s_z, logit, oo, Integer(1), side="-"),
                "concave beyond log 2": Inequality(wrong.diff(logit, 2), "<", 0, (logit > log(2),)),
            }
        ),
        mutants={
            "sigmoid's slope forgotten": Identity(Derivative(label, logit), 2 * (s_z - target)),
            "convex": Inequality(wrong.diff(logit, 2), ">=", 0),
        },
    )


def log_sum_exp() -> Theorem:
    """What `losses.log_sum_exp` says."""
    gap, most = function("d", NONNEGATIVE), real("M")
    return Theorem(
        AllOf(
            {
                "shift": Identity(log(integral(exp(z + c))), c + log(integral(exp(z)))),
                "above, as exponentials": Inequality(integral(exp(most - gap)), "<=", count * exp(most)),
                "below": Inequality(log(rival + exp(most)), ">", most),
            }
        ),
        mutants={
            "scales": Identity(log(integral(exp(c * z))), c * log(integral(exp(z)))),
            "no more than the largest": Inequality(integral(exp(most - gap)), "<=", exp(most)),
        },
    )


def variational_log_sum_exp() -> Theorem:
    """What `losses.variational_log_sum_exp` says."""
    soft = exp(z) / integral(exp(z))
    whole = log(integral(exp(z)))
    tangent = ((q, whole - 1), (exp(z), 1 / integral(exp(z))))
    return Theorem(
        AllOf(
            {
                "bound": Inequality(expect(q, z) + entropy(q), "<=", whole, multipliers=tangent),
                "attained": Identity(expect(soft, z) + entropy(soft), whole),
            }
        ),
        mutants={
            "entropy forgotten": Identity(expect(soft, z), whole),
            "entropy subtracted": Identity(expect(soft, z) - entropy(soft), whole),
        },
    )


def logit_curvature() -> Theorem:
    """What `losses.logit_curvature` says."""
    second = real("z2")
    total = rival + exp(logit) + exp(second)
    first_p, second_p = exp(logit) / total, exp(second) / total
    spread, (u, v) = function("k", bounded("k", -1, 1).domain), reals("u v")
    ends = (u - v) ** 2 / 4  # half the range of a direction whose largest and least entries are u and v, squared
    form = expect(q, move**2) - expect(q, move) ** 2
    return Theorem(
        AllOf(
            {
                "diagonal": Identity(Derivative(log(total), logit, 2), first_p * (1 - first_p)),
                "off the diagonal": Identity(Derivative(log(total), logit, second), -first_p * second_p),
                "variance": Identity(form, expect(q, (move - expect(q, move)) ** 2)),
                "convex": Inequality(form, ">=", 0),
                "half the range, squared": Inequality(form.xreplace({move: c + h * spread}), "<=", h**2),
                "at most half the length": Inequality(ends, "<=", (u**2 + v**2) / 2),
            }
        ),
        mutants={
            "strictly convex": Inequality(form, ">", 0),
            "a quarter": Inequality(ends, "<=", (u**2 + v**2) / 4),
        },
    )


def convex_in_probabilities() -> Theorem:
    """What `losses.convex_in_probabilities` says."""
    base = function("b", UNIT)
    slope = (1 - t) / (1 - base) - t / base
    return Theorem(
        AllOf(
            {
                "cross-entropy": Inequality(
                    categorical(t, p), ">=", categorical(t, base) - integral(t / base * (p - base)) / N
                ),
                "binary": Inequality(binary(t, p), ">=", binary(t, base) + integral(slope * (p - base)) / N),
            }
        ),
        mutants={
            "the logit's gradient": Inequality(
                categorical(t, p), ">=", categorical(t, base) + integral((base - t) * (p - base)) / N
            )
        },
    )


def strictly_proper() -> Theorem:
    """What `losses.strictly_proper` says."""
    excess = expect(q, -log(r)) - expect(q, -log(q))
    gap = integral((sqrt(q) - sqrt(r)) ** 2)
    return Theorem(
        AllOf({"divergence": Identity(excess, kl(q, r)), "distance": Inequality(excess, ">=", gap)}),
        mutants={
            "other law": Identity(excess, kl(r, q)),
            "three times the distance": Inequality(excess, ">=", 3 * gap),
        },
    )


def brier_score() -> Theorem:
    """What `losses.brier_score` says."""

    def score(forecast: Expr) -> Expr:
        """Of the label c the distance is the sum of r^2, less 2 r(c), plus 1; its expectation over c."""
        return integral(forecast**2) - 2 * expect(q, forecast) + 1

    return Theorem(
        AllOf(
            {
                "excess": Identity(score(r) - score(q), integral((r - q) ** 2)),
                "proper": Inequality(score(r), ">=", score(q)),
            }
        ),
        mutants={
            "linear score": Inequality(-expect(q, r), ">=", -expect(q, q)),
            "expected squared distance": Identity(score(r), integral((r - q) ** 2)),
        },
    )


def negative_log_likelihoods() -> Theorem:
    """What `losses.negative_log_likelihoods` says."""
    sigma = positive("sigma", tex=r"\sigma")

    def normal(x: Expr, variance: Expr) -> Expr:
        return exp(-(x**2) / (2 * variance)) / sqrt(2 * pi * variance)

    def laplace(x: Expr, scale: Expr) -> Expr:
        return exp(-Abs(x) / scale) / (2 * scale)

    noise = -log(normal(a - b, sigma**2))
    ridge = -log(normal(a, 1 / (2 * lam)))
    return Theorem(
        AllOf(
            {
                "normal noise": Identity(2 * sigma**2 * noise, (a - b) ** 2 + sigma**2 * log(2 * pi * sigma**2)),
                "normal prior": Identity(ridge, lam * a**2 + log(pi / lam) / 2),
                "Laplace prior": Identity(-log(laplace(a, 1 / lam)), lam * Abs(a) + log(2 / lam)),
            }
        ),
        mutants={
            "variance 1/lambda": Identity(-log(normal(a, 1 / lam)), lam * a**2 + log(2 * pi / lam) / 2),
            "scale lambda": Identity(-log(laplace(a, lam)), lam * Abs(a) + log(2 * lam)),
        },
    )


def label_smoothing() -> Theorem:
    """What `losses.label_smoothing` says."""
    mix = probability("epsilon", tex=r"\varepsilon")
    smooth = (1 - mix) * t + mix / C
    loss = (1 - mix) * categorical(t, p) + mix * categorical(1 / C, p)
    uniform = density("u")  # 1/C on C classes
    mixed = (1 - mix) * q + mix * uniform
    return Theorem(
        AllOf(
            {
                "mixture": Identity(categorical(smooth, p), loss),
                "sum to one": Identity(integral(mixed), Integer(1)),
            }
        ),
        mutants={
            "unmixed": Identity(categorical(smooth, p), categorical(t, p)),
            "labels not scaled": Identity(integral(q + mix * uniform), Integer(1)),
        },
    )
