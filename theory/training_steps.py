"""One step of training as a formula: losses and what they hand back, descent, Adam's averages, gradients of shards.

The statements of `theory.autodiff` that speak of training are built here.  Coordinates, samples and shards are points
of a measure space: with a counting measure there may be any number of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Abs, Expr, Integer, Rational, Sum, exp, log, oo, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion
from .measures import integral
from .statements import Printed, Theorem
from .symbols import POSITIVE, UNIT, function, integer, positive, probability, real, reals

ZERO, ONE = Integer(0), Integer(1)
y, yhat, move = function("y"), function("yhat", tex=r"\hat{y}"), function("u")  # targets, outputs, a change of them
prob, logit = function("p", UNIT, tex=r"\hat{y}"), function("z")
N = positive("N")
eta, eps = positive("eta", tex=r"\eta", typical=(0.01, 0.5)), positive("epsilon", tex=r"\epsilon")
beta = probability("beta", tex=r"\beta", typical=(0.5, 0.99))
theta, slope = function("theta", tex=r"\theta"), function("g")  # a coordinate of the parameters and of the gradient
average, gradient, level, drift = reals("m_t g a b")
t = integer("t", least=1)


def squared_loss() -> Theorem:
    """Equation 597."""

    def properties(loss: Expr) -> Mapping[str, Claim]:
        at = {out: loss.xreplace({yhat: out}) for out in (y, yhat, yhat + move)}
        first = integral(2 * (yhat - y) / N * move)
        return {
            "zero at the targets": Identity(at[y], ZERO),
            "gradient": Identity(at[yhat + move], at[yhat] + first + integral(move**2) / N),
        }

    loss = Definition(r"L(\hat{y},y)", integral((y - yhat) ** 2) / N, properties)
    mutants = {"sum": integral((y - yhat) ** 2), "half": integral((y - yhat) ** 2) / (2 * N)}
    note = "Outputs with several coordinates need a norm inside the square, and libraries divide by their number too."
    return Theorem(
        loss, mutants={name: loss.of(other) for name, other in mutants.items()}, printed={597: Printed(note=note)}
    )


def cross_entropy_loss() -> Theorem:
    """Equation 598."""
    own, rest, label, others, total = real("z_i"), positive("r"), real("y_i"), real("w"), positive("T")
    # In the i-th logit alone: the other classes' exponentials add up to `rest`, their labels to `others`.
    of_own = (label + others) * log(exp(own) + rest) - label * own
    share = exp(own) / (exp(own) + rest)

    def properties(loss: Expr) -> Mapping[str, Claim]:
        partition = integral(exp(logit))
        through = loss.xreplace({prob: exp(logit) / partition})
        return {
            "of the logits": Identity(through, integral(y) * log(partition) - integral(y * logit)),
            "by a logit": Identity(of_own.diff(own), (label + others) * share - label),
            "certain": Identity(loss.xreplace({prob: ONE}), ZERO),
            "temperature": Identity(loss.xreplace({prob: prob**total}), total * loss),
        }

    loss = Definition(r"L(\hat{y},y)", -integral(y * log(prob)), properties)
    mutants = {"arguments exchanged": -integral(prob * y), "base two": -integral(y * log(prob) / log(2))}
    note = "For labels that sum to one the derivative by the logits is yhat - y: what the backward pass starts from."
    return Theorem(
        loss, mutants={name: loss.of(other) for name, other in mutants.items()}, printed={598: Printed(note=note)}
    )


def gradient_step() -> Theorem:
    """Equation 599."""
    bend = real("c")  # the remainder of the loss over the squared length of the step

    def properties(new: Expr) -> Mapping[str, Claim]:
        step = new - theta
        change = integral(slope * step) + bend * integral(step**2)
        return {
            "change of the loss": Identity(change, -eta * (1 - bend * eta) * integral(slope**2)),
            "stationary points stay": Identity(integral((new.xreplace({slope: ZERO}) - theta) * move), ZERO),
        }

    new = Definition(r"\theta_{t+1}", theta - eta * slope, properties)
    note = "The gradient is taken at theta_t; the step lowers the loss where the remainder is less than |step|^2/eta."
    return Theorem(new, mutants={"ascent": new.of(theta + eta * slope)}, printed={599: Printed(note=note)})


def batch_step() -> Theorem:
    """Equation 600: one coordinate of the parameters, the integral running over the batch."""
    here, size, of_sample, other = real("theta", tex=r"\theta"), integral(ONE), slope, function("q")

    def properties(new: Expr) -> Mapping[str, Claim]:
        step = new - here
        return {
            "equal samples": Identity(step.xreplace({of_sample: gradient}), -eta * gradient),
            "mean of the samples' steps": Identity(step, integral(-eta * of_sample) / size),
            "linear": Identity(step.xreplace({of_sample: of_sample + other}) - step, step.xreplace({of_sample: other})),
        }

    new = Definition(r"\theta_{t+1}", here - eta * integral(of_sample) / size, properties)
    mutants = {"sum": here - eta * integral(of_sample), "ascent": here + eta * integral(of_sample) / size}
    note = "The gradient of the batch's mean loss is the mean of the gradients; it is taken at theta_t."
    return Theorem(
        new, mutants={name: new.of(other) for name, other in mutants.items()}, printed={600: Printed(note=note)}
    )


def moments() -> Theorem:
    """Equations 601 and 602."""
    shift, last = real("s"), integer("t", least=0)

    def properties(new: Expr) -> Mapping[str, Claim]:
        def unrolled() -> Iterator[tuple[str, Any, Any]]:
            drawn, value = reals("g1 g2 g3"), ZERO
            for count in range(1, 4):
                value = new.xreplace({average: value, gradient: drawn[count - 1]})
                weights = [(1 - beta) * beta ** (count - j) for j in range(1, count + 1)]
                yield f"t = {count}", value, sum(w * g for w, g in zip(weights, drawn, strict=False))

        return {
            "expansion": Finite(unrolled, r"m_t=(1-\beta)\sum_{i\le t}\beta^{t-i}g_i", "one to three steps from 0"),
            "constant expectation": Recursion(
                last, 0, ZERO, average, new.xreplace({gradient: level}), level * (1 - beta**last)
            ),
            "a mean that is right stays": Identity(new.xreplace({average: gradient}), gradient),
            "shift": Identity(new.xreplace({average: average + shift, gradient: gradient + shift}), new + shift),
        }

    new = Definition("m_t", beta * average + (1 - beta) * gradient, properties)
    mutants = {
        "momentum": new.of(beta * average + gradient),
        "exchanged": new.of((1 - beta) * average + beta * gradient),
    }
    note = (
        "The gradient is taken at theta_{t-1}; in 602 it is squared entry by entry. The averages start from 0, so with "
        "gradients of constant expectation they are too small by the factor 1 - beta^t."
    )
    return Theorem(new, mutants=mutants, printed=dict.fromkeys((601, 602), Printed(note=note)))


def bias_correction() -> Theorem:
    """Equation 603."""

    def properties(corrected: Expr) -> Mapping[str, Claim]:
        first = corrected.xreplace({t: ONE})
        return {
            "unbiased": Identity(corrected.subs(average, level * (1 - beta**t)), level),
            "first step": Identity(first.subs(average, (1 - beta) * gradient), gradient),
        }

    corrected = Definition(r"\hat{m}_t", average / (1 - beta**t), properties)
    mutants = {
        "by the last weight": average / (1 - beta),
        "none": average,
        "one step late": average / (1 - beta ** (t + 1)),
    }
    note = (
        "Unbiased where the gradients have one expectation at all steps (autodiff.drift_bias: otherwise not); the same "
        "for v, with the expectation of the squared gradient."
    )
    return Theorem(
        corrected,
        mutants={name: corrected.of(other) for name, other in mutants.items()},
        printed={603: Printed(note=note)},
    )


def drift_bias() -> Theorem:
    """The correction does not mend drift."""
    last = integer("t", least=0)
    closed = level * (1 - beta**last) + drift * (last - beta * (1 - beta**last) / (1 - beta))
    step = beta * average + (1 - beta) * (level + drift * (last + 1))
    corrected = closed.subs(last, t) / (1 - beta**t)
    lag = drift * (t * beta**t / (1 - beta**t) - beta / (1 - beta))
    slow, k = Rational(1, 2), integer("k", least=0)
    return Theorem(
        AllOf(
            {
                "the weights of the past": Identity(Sum((1 - beta) * beta**k, (k, 0, t - 1)), 1 - beta**t),
                "expectation": Recursion(last, 0, ZERO, average, step, closed),
                "bias": Identity(corrected - (level + drift * t), lag),
                "half, in the long run": Limit(lag.subs({beta: slow, drift: 1}), t, oo, -ONE),
            }
        ),
        mutants={"no bias": Identity(corrected, level + drift * t)},
    )


def adam_step() -> Theorem:
    """Equation 604."""
    here, m = real("theta", tex=r"\theta"), real("m", tex=r"\hat{m}")
    square, scale = positive("v", tex=r"\hat{v}"), positive("s")

    def properties(new: Expr) -> Mapping[str, Claim]:
        move = new - here
        constant = move.subs({m: gradient, square: gradient**2})
        return {
            "constant gradients": Identity(constant, -eta * gradient / (Abs(gradient) + eps)),
            "at most the rate": Inequality(Abs(constant), "<=", eta),
            "rescaled loss": Identity(move.subs({m: scale * m, square: scale**2 * square, eps: scale * eps}), move),
            "against the mean": Inequality(move * m, "<=", ZERO),
        }

    new = Definition(r"\theta_{t+1}", here - eta * m / (sqrt(square) + eps), properties)
    mutants = {
        "no root": here - eta * m / (square + eps),
        "inside the root": here - eta * m / sqrt(square + eps),
        "ascent": here + eta * m / (sqrt(square) + eps),
    }
    return Theorem(new, mutants={name: new.of(other) for name, other in mutants.items()})


size, summed = function("n", POSITIVE), function("G")  # of a shard: its number of samples, the sum of their gradients
everything = integral(summed) / integral(size)  # the mean gradient of all samples
equally = integral(summed / size) / integral(ONE)  # the mean of the shards' mean gradients


def sharding() -> Theorem:
    """Means of means."""
    weight = size / integral(size)
    n1, n2 = positive("n_1"), positive("n_2")
    g1, g2 = reals("G_1 G_2")
    two = (g1 / n1 + g2 / n2) / 2 - (g1 + g2) / (n1 + n2)
    return Theorem(
        AllOf(
            {
                "weighted by size": Identity(integral(weight * summed / size), everything),
                "equal sizes": Identity(equally.xreplace({size: N}), everything.xreplace({size: N})),
                "two shards": Identity(two, (n2 - n1) * (g1 / n1 - g2 / n2) / (2 * (n1 + n2))),
            }
        ),
        mutants={
            "equal weights, any sizes": Identity(equally, everything),
            "weights turned round": Identity(integral(summed / size**2) / integral(1 / size), everything),
        },
    )


def data_parallel_step() -> Theorem:
    """Equation 605: one coordinate of the parameters, the integral running over the workers."""
    here = real("theta", tex=r"\theta")

    def properties(new: Expr) -> Mapping[str, Claim]:
        shards = (new - here).xreplace({slope: summed / size})
        return {
            "one worker's gradient everywhere": Identity((new - here).xreplace({slope: gradient}), -eta * gradient),
            "shards of equal size": Identity(shards.xreplace({size: N}), -eta * everything.xreplace({size: N})),
        }

    new = Definition(r"\theta_{t+1}", here - eta * integral(slope) / integral(ONE), properties)
    mutants = {
        "summed, not averaged": here - eta * integral(slope),
        "ascent": here + eta * integral(slope) / integral(ONE),
    }
    note = (
        "A step on the whole batch's mean loss only where the shards have equal sizes; otherwise each worker has to be "
        "weighted with its share of the samples (autodiff.sharding). The text splits the parameters across the "
        "workers; it is the data that is split, every worker has all parameters."
    )
    return Theorem(
        new, mutants={name: new.of(other) for name, other in mutants.items()}, printed={605: Printed(note=note)}
    )
