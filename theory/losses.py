"""Losses and penalties: squared error, cross-entropy, L1 and L2, with their gradients and every normalization.

Source: sections 5.1, 5.2 and 5.4, equations 181, 182, 194, 195 and 214-225.  Good 1952; Brier 1950; Gneiting and Raftery
2007; Bridle 1990; Tibshirani 1996; Hoerl and Kennard 1970; Loshchilov and Hutter 2019; Robbins and Monro 1951.

Sums of any length are integrals against a counting measure: over the samples, over pairs of a sample and a coordinate
(or class), or over the weights.  A derivative by one output or one weight treats what the other terms add as constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from sympy import (
    Abs,
    Add,
    Derivative,
    Expr,
    Integer,
    Matrix,
    Max,
    Ne,
    Piecewise,
    Rational,
    exp,
    log,
    oo,
    pi,
    sign,
    sqrt,
)

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion
from .divergence import HALF, entropy, kl
from .measures import expect, integral
from .statements import Printed, Theorem, statement
from .symbols import (
    NONNEGATIVE,
    UNIT,
    Domain,
    bounded,
    density,
    function,
    integer,
    positive,
    probability,
    real,
    reals,
)

EQUATIONS = (181, 182, 194, 195, *range(214, 226))

CLOSED_UNIT = Domain(Integer(0), Integer(1), lower_open=False, upper_open=False)

N = integer("N", least=1)  # samples
C = integer("C", least=1)  # classes, or coordinates of an output
count = integral(Integer(1))  # the number of terms of a sum
y, yhat, move = function("y"), function("yhat", tex=r"\hat{y}"), function("h")
t, p = function("t", CLOSED_UNIT), function("p", UNIT, tex=r"\hat{p}")  # targets and predicted probabilities
q, r = density("q"), density("r")  # laws of the label: the true one and a forecast
z = function("z")  # logits

W, V = function("W"), function("V")  # weights, over their indices
lam, eta = positive("lambda", tex=r"\lambda"), positive("eta", tex=r"\eta")
data = real("L", tex=r"\mathcal{L}_{\mathrm{MSE}}")  # the loss on the data at the weights
others = real("R")  # what the other terms of a sum add
c, h, m = reals("c h m")

a, b = real("a", tex=r"\hat{y}_i"), real("b", tex=r"y_i")  # one output and its target
s, share = probability("s", tex=r"\hat{y}_{i,c}"), bounded("b", 0, 1, tex=r"y_{i,c}")  # one probability, its target
logit, target = real("z"), bounded("y", 0, 1)
rival = positive("E")  # the sum of exp(logit) over the other classes
rest = bounded("T", 0, 1)  # the sum of the other targets of the sample


def over_all(value: Expr, each: int | Expr = 1) -> Expr:
    """A mean over N samples, where the sum runs over all samples with `each` terms a sample."""
    return value.xreplace({N: count / each})


def squared(output: Expr) -> Expr:
    """The squared error of the outputs, summed and divided by the number of samples."""
    return integral((y - output) ** 2) / N


def binary(truth: Expr, forecast: Expr) -> Expr:
    """The binary cross-entropy, summed and divided by the number of samples."""
    return -integral(truth * log(forecast) + (1 - truth) * log(1 - forecast)) / N


def categorical(truth: Expr, forecast: Expr) -> Expr:
    """The cross-entropy, summed over samples and classes and divided by the number of samples."""
    return -integral(truth * log(forecast)) / N


def sigmoid(x: Expr) -> Expr:
    """The logistic function."""
    return 1 / (1 + exp(-x))


@statement(answers=(214,), references=("goodfellow2016",))
def averaged_loss() -> Theorem:
    """The average of the losses of N samples is additive and monotone in them and equal to their common value where
    they are equal."""
    loss, other, slack = function("l", tex=r"\ell"), function("k"), function("d", NONNEGATIVE)

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(losses: Expr) -> Expr:
            return value.xreplace({loss: losses})

        return {
            "equal losses": Identity(over_all(at(c)), c),
            "additive": Identity(at(loss + other), at(loss) + at(other)),
            "monotone": Inequality(at(loss + slack), ">=", at(loss)),
        }

    average = Definition(r"\mathcal{L}(W)", integral(loss) / N, properties)
    return Theorem(average, mutants={"sum": average.of(integral(loss)), "squares": average.of(integral(loss**2) / N)})


@statement(answers=(216,), references=("goodfellow2016", "gneiting2007"), cites=(averaged_loss,))
def mean_squared_error() -> Theorem:
    """The mean squared error is a quadratic function of the outputs with gradient 2 (yhat - y)/N and second derivative
    2/N; it is c^2 where all errors are c, and of all constant outputs the mean of the targets has the least."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(output: Expr) -> Expr:
            return value.xreplace({yhat: output})

        slope, bend = integral(2 * (yhat - y) * move) / N, integral(move**2) / N
        mean = integral(y) / count
        return {
            "zero at the targets": Identity(at(y), Integer(0)),
            "errors of one size": Identity(over_all(at(y + c)), c**2),
            "gradient and curvature": Identity(at(yhat + move), value + slope + bend),
            "best constant": Identity(over_all(at(c)), over_all(at(mean)) + (c - mean) ** 2),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{MSE}}", squared(yhat), properties)
    mutants = {"sum": integral((y - yhat) ** 2), "half": squared(yhat) / 2, "no square": integral(yhat - y) / N}
    return Theorem(loss, mutants={name: loss.of(other) for name, other in mutants.items()})


def _error(of: Expr) -> Expr:
    return (others + (of - b) ** 2) / N


@statement(answers=(217,), references=("goodfellow2016",), cites=(mean_squared_error,))
def output_gradient() -> Theorem:
    """The derivative of the mean squared error of N samples by one output is 2 (yhat - y)/N; the change of the loss is
    that times the change of the output, plus its square over N."""
    right, printed = 2 * (a - b) / N, 2 * (a - b)
    return Theorem(
        AllOf(
            {
                "derivative": Identity(Derivative(_error(a), a), right),
                "remainder": Identity(_error(a + h) - _error(a), h * right + h**2 / N),
            }
        ),
        mutants={
            "of the sum": Identity(Derivative(_error(a), a), printed),
            "error with the other sign": Identity(Derivative(_error(a), a), 2 * (b - a) / N),
        },
        printed={
            217: Printed(
                Identity(_error(a).diff(a), printed),
                correction=r"\frac{\partial\mathcal{L}_{\mathrm{MSE}}}{\partial\hat{y}_i}=\frac{2}{N}(\hat{y}_i-y_i)",
                note="The factor 1/N of the mean is lost: this is the derivative of the sum of the squared errors.",
            )
        },
    )


@statement(answers=(181,), references=("goodfellow2016",), cites=(mean_squared_error,))
def vector_squared_error() -> Theorem:
    """For outputs with C coordinates the squared distance is averaged over the samples and summed over coordinates: it
    is C times the mean over all entries."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(output: Expr) -> Expr:
            return value.xreplace({yhat: output})

        slope, bend = integral(2 * (yhat - y) * move) / N, integral(move**2) / N
        return {
            "errors of one size": Identity(over_all(at(y + c), C), C * c**2),
            "gradient and curvature": Identity(at(yhat + move), value + slope + bend),
            "zero at the targets": Identity(at(y), Integer(0)),
        }

    loss = Definition("L", squared(yhat), properties)
    mutants = {"mean over all entries": squared(yhat) / C, "root": sqrt(squared(yhat))}
    note = "The sum runs over samples and coordinates; deep-learning libraries divide by the number of entries as well."
    return Theorem(
        loss, mutants={name: loss.of(other) for name, other in mutants.items()}, printed={181: Printed(note=note)}
    )


@statement(answers=(194,), references=("goodfellow2016",), cites=(vector_squared_error,))
def norm_and_entries() -> Theorem:
    """The mean of the squared Euclidean norms of the errors is the sum of all squared entries over the number of
    samples."""

    def cases(power: int = 2, entries: bool = False) -> Iterator[tuple[str, Any, Any]]:
        for samples, size in product(range(1, 4), repeat=2):
            output, truth = (Matrix(samples, size, lambda i, j, n=n: real(f"{n}{i}{j}")) for n in "yt")
            norms = Add(*((output[i, :] - truth[i, :]).norm() ** power for i in range(samples))) / samples
            both = samples * size if entries else samples
            yield f"N = {samples}, m = {size}", norms, Add(*((v - w) ** 2 for v, w in zip(output, truth))) / both

    formula = r"\frac1N\sum_i\|y_i-t_i\|^2=\frac1N\sum_i\sum_j(y_{i,j}-t_{i,j})^2"
    sizes = "one to three samples with one to three coordinates, all entries"
    return Theorem(
        Finite(cases, formula, sizes),
        mutants={
            "norms not squared": Finite(lambda: cases(power=1), formula, sizes),
            "mean over all entries": Finite(lambda: cases(entries=True), formula, sizes),
        },
    )


@statement(answers=(182, 218), references=("good1952", "goodfellow2016"), cites=(averaged_loss,))
def binary_cross_entropy() -> Theorem:
    """The binary cross-entropy is the mean negative log-likelihood of independent labels; what it exceeds its value at
    the targets by is the mean divergence between two coins, so the targets themselves are the best probabilities."""
    truth = function("s", UNIT)

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(label: Expr, forecast: Expr) -> Expr:
            return value.xreplace({t: label, p: forecast})

        chance = probability("c")
        coins = integral(truth * log(truth / p) + (1 - truth) * log((1 - truth) / (1 - p))) / N
        return {
            "positive labels": Identity(over_all(at(Integer(1), chance)), -log(chance)),
            "negative labels": Identity(over_all(at(Integer(0), chance)), -log(1 - chance)),
            "likelihood": Identity(value, -integral(log(p**t * (1 - p) ** (1 - t))) / N),
            "excess": Identity(at(truth, p) - at(truth, truth), coins),
            "least at the targets": Inequality(at(truth, p), ">=", at(truth, truth)),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{CE}}", binary(t, p), properties)
    mutants = {
        "labels exchanged": binary(1 - t, p),
        "second term forgotten": categorical(t, p),
        "sum": N * binary(t, p),
    }
    note = (
        "For vectors it adds one coin a coordinate: labels that do not exclude one another (sigmoid outputs). Exclusive "
        "classes have the loss 195, of which this is the case of two classes. Each sample's coordinates are summed."
    )
    return Theorem(
        loss, mutants={name: loss.of(other) for name, other in mutants.items()}, printed={182: Printed(note=note)}
    )


@statement(answers=(195, 219), references=("good1952", "gneiting2007"), cites=(averaged_loss,))
def cross_entropy() -> Theorem:
    """The cross-entropy of N samples, whose targets and forecasts over the classes sum to one, is least where the
    forecasts are the targets; the excess is a Kullback-Leibler divergence; uniform forecasts have the loss log C."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(truth: Expr, forecast: Expr) -> Expr:
            # Over pairs of a sample and a class, targets that sum to one a sample are N times a density.
            return value.xreplace({t: N * truth, p: forecast})

        return {
            "uniform forecasts": Identity(at(q, 1 / C), log(C)),
            "excess": Identity(at(q, N * r) - at(q, N * q), kl(q, r)),
            "least at the targets": Inequality(at(q, N * r), ">=", at(q, N * q)),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{CE}}", categorical(t, p), properties)
    mutants = {
        "sum": integral(-t * log(p)),
        "no logarithm": -integral(t * p) / N,
        "squares": integral((t - p) ** 2) / N,
    }
    note = "Where labels are one-hot, this is the mean of minus the log-probability of the true class."
    return Theorem(
        loss, mutants={name: loss.of(other) for name, other in mutants.items()}, printed={195: Printed(note=note)}
    )


@statement(answers=(220,), references=("bridle1990", "goodfellow2016"), cites=(cross_entropy,))
def probability_gradient() -> Theorem:
    """The derivative of the cross-entropy of N samples by one predicted probability is -y/(N yhat), and moving
    probability from one class to another changes it at the difference of two such rates."""
    other, its = probability("u"), bounded("d", 0, 1)
    loss = (others - share * log(s)) / N
    moved = (others - share * log(s + h) - its * log(other - h)) / N
    return Theorem(
        AllOf(
            {
                "derivative": Identity(Derivative(loss, s), -share / (N * s)),
                "along the simplex": Identity(moved.diff(h).subs(h, 0), (its / other - share / s) / N),
            }
        ),
        mutants={
            "of the sum": Identity(Derivative(loss, s), -share / s),
            "the logit's": Identity(Derivative(loss, s), (s - share) / N),
        },
        printed={
            220: Printed(
                Identity(loss.diff(s), s - share),
                correction=r"\frac{\partial\mathcal{L}_{\mathrm{CE}}}{\partial\hat{y}_{i,c}}"
                r"=-\frac{1}{N}\frac{y_{i,c}}{\hat{y}_{i,c}}",
                note="What is printed is N times the derivative by the logit of a softmax (losses.softmax_gradient).",
            )
        },
    )


@statement(references=("bridle1990",), cites=(cross_entropy,))
def softmax_gradient() -> Theorem:
    """The derivative of the softmax cross-entropy of N samples by one logit is (T s - y)/N with T the sum of the
    sample's targets: (s - y)/N where they sum to one, and only there."""

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


@statement(references=("bridle1990",), cites=(probability_gradient, softmax_gradient))
def through_the_softmax() -> Theorem:
    """The derivatives -y/yhat by all the probabilities, each times the softmax's derivative yhat (delta - yhat), sum to T
    yhat - y: the chain rule takes the gradient by probabilities into that by a logit, whatever the number of classes."""
    own = -share / s * s * (1 - s)
    chained = own + integral(-t / p * (-p * s))  # over the other classes
    return Theorem(
        Identity(chained, (integral(t) + share) * s - share),
        mutants={"own class alone": Identity(own, (integral(t) + share) * s - share)},
    )


@statement(references=("goodfellow2016", "blanchard2021"), cites=(binary_cross_entropy,))
def logit_gradient() -> Theorem:
    """As a function of the logit the binary cross-entropy is log(1 + exp z) - y z, with derivative sigmoid(z) - y and
    second derivative between 0 and 1/4; written with |z| it never overflows."""
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


@statement(references=("solla1988", "goodfellow2016"), cites=(logit_gradient,))
def squared_error_of_a_sigmoid() -> Theorem:
    """The squared error of a sigmoid has the logit derivative 2 (s - y) s (1 - s), which vanishes on a sample that is
    confidently wrong while that of the cross-entropy tends to 1; and it is not convex in the logit."""
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


@statement(references=("blanchard2021", "boyd2004"))
def log_sum_exp() -> Theorem:
    """The logarithm of the sum of C exponentials moves with its arguments, and lies above the largest of them by no more
    than log C."""
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


@statement(references=("cover2006", "boyd2004"), cites=(log_sum_exp,))
def variational_log_sum_exp() -> Theorem:
    """The logarithm of the sum of exponentials is the largest expectation of the logits plus entropy, attained by the
    softmax: a supremum of functions that are affine in the logits, hence convex, and so is the softmax cross-entropy."""
    soft = exp(z) / integral(exp(z))
    whole = log(integral(exp(z)))
    return Theorem(
        AllOf(
            {
                "bound": Inequality(expect(q, z) + entropy(q), "<=", whole),
                "attained": Identity(expect(soft, z) + entropy(soft), whole),
            }
        ),
        mutants={
            "entropy forgotten": Identity(expect(soft, z), whole),
            "entropy subtracted": Identity(expect(soft, z) - entropy(soft), whole),
        },
    )


@statement(references=("bohning1992", "boyd2004"), cites=(softmax_gradient,))
def logit_curvature() -> Theorem:
    """The Hessian diag(s) - s s^T of the softmax cross-entropy is the covariance of the label: as a quadratic form it is
    the variance of the direction, between 0 and half of its squared length, whatever the number of classes."""
    law, other = rival / (rival + exp(logit)), exp(logit) / (rival + exp(logit))
    spread, bend = function("k", bounded("k", -1, 1).domain), reals("u v")
    ends = (bend[0] - bend[1]) ** 2 / 4
    form = expect(q, move**2) - expect(q, move) ** 2
    loss = log(rival + exp(logit))
    return Theorem(
        AllOf(
            {
                "entry": Identity(Derivative(loss, logit, 2), law * other),
                "variance": Identity(form, expect(q, (move - expect(q, move)) ** 2)),
                "convex": Inequality(form, ">=", 0),
                "half the range, squared": Inequality(form.xreplace({move: c + h * spread}), "<=", h**2),
                "at most half the length": Inequality(ends, "<=", (bend[0] ** 2 + bend[1] ** 2) / 2),
            }
        ),
        mutants={
            "strictly convex": Inequality(form, ">", 0),
            "a quarter": Inequality(ends, "<=", (bend[0] ** 2 + bend[1] ** 2) / 4),
        },
    )


@statement(references=("boyd2004",), cites=(cross_entropy,))
def convex_in_probabilities() -> Theorem:
    """The cross-entropy and its binary form lie above their tangents in the predicted probabilities."""
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


@statement(references=("good1952", "gneiting2007"), cites=(cross_entropy,))
def strictly_proper() -> Theorem:
    """The expected log loss of a forecast r exceeds that of the true law q by at least their squared Hellinger distance:
    the true law is its only minimizer."""
    excess = expect(q, -log(r)) - expect(q, -log(q))
    gap = integral((sqrt(q) - sqrt(r)) ** 2)
    return Theorem(
        AllOf({"divergence": Identity(excess, kl(q, r)), "distance": Inequality(excess, ">=", gap)}),
        mutants={
            "other law": Identity(excess, kl(r, q)),
            "three times the distance": Inequality(excess, ">=", 3 * gap),
        },
    )


@statement(references=("brier1950", "gneiting2007"))
def brier_score() -> Theorem:
    """The expected squared distance of a forecast from the one-hot label exceeds that of the true law by their squared
    distance, so it is strictly proper too; minus the probability of the true class is not proper."""

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


@statement(references=("goodfellow2016", "tibshirani1996", "hoerl1970"), cites=(binary_cross_entropy,))
def negative_log_likelihoods() -> Theorem:
    """Up to constants squared error is the negative log-likelihood of normal noise, times twice its variance; the L2
    and L1 penalties are the negative log-densities of normal and Laplace priors with variance 1/(2 lambda) and scale
    1/lambda."""
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


@statement(references=("szegedy2016",), cites=(cross_entropy,))
def label_smoothing() -> Theorem:
    """With targets mixed with the uniform law the cross-entropy is the same mixture of the losses; it is least at the
    mixed targets, not at the labels."""
    mix = probability("epsilon", tex=r"\varepsilon")
    smooth = (1 - mix) * t + mix / C
    loss = (1 - mix) * categorical(t, p) + mix * categorical(1 / C, p)
    uniform = density("u")  # 1/C on C classes
    mixed = (1 - mix) * q + mix * uniform
    least = Inequality(expect(mixed, -log(r)), ">=", expect(mixed, -log(mixed)))
    return Theorem(
        AllOf({"mixture": Identity(categorical(smooth, p), loss), "least": least}),
        mutants={"unmixed": Identity(categorical(smooth, p), categorical(t, p))},
    )


def _descends(gradient: Expr, step: Expr, rate: Expr) -> Claim:
    """The step minimizes the linear model of the loss plus the squared length of the step over twice the rate."""
    rivals = function("e")
    return Inequality(
        integral(gradient * step) + integral(step**2) / (2 * rate),
        "<=",
        integral(gradient * rivals) + integral(rivals**2) / (2 * rate),
    )


@statement(answers=(215,), references=("goodfellow2016", "bottou2018"))
def gradient_step() -> Theorem:
    """The gradient step minimizes the linear model of the loss plus |step|^2/(2 eta); where the gradient is Lipschitz
    with a constant below 2/eta, the loss falls."""
    slope = function("g")  # the gradient, over the weights

    def properties(moved: Expr) -> Mapping[str, Claim]:
        step, smooth = moved - W, positive("K")
        rise = integral(slope * step) + smooth / 2 * integral(step**2)  # bounds the change of the loss
        return {
            "best step": _descends(slope, step, eta),
            "descent": Identity(rise, -eta * (1 - smooth * eta / 2) * integral(slope**2)),
            "steps of rate below 1/K": Inequality(rise, "<=", -eta / 2 * integral(slope**2), (smooth * eta <= 1,)),
        }

    update = Definition("W", W - eta * slope, properties)
    return Theorem(
        update, mutants={"ascent": update.of(W + eta * slope), "half the rate": update.of(W - eta * slope / 2)}
    )


@statement(answers=(225,), references=("robbins1951", "bottou2018"), cites=(gradient_step,))
def stochastic_step() -> Theorem:
    """The step along the mean gradient of a batch of two of four samples minimizes the batch's model, and averages over
    the six batches to the step along the whole gradient."""
    slopes, w = reals("g1 g2 g3 g4"), real("w")

    def properties(moved: Expr) -> Mapping[str, Claim]:
        def at(batch: tuple[Expr, ...]) -> Expr:
            return moved.xreplace(dict(zip(slopes[:2], batch, strict=True)))

        batches = list(combinations(slopes, 2))
        step, other, gradient = moved - w, real("e"), (slopes[0] + slopes[1]) / 2
        return {
            "unbiased": Identity(Add(*(at(batch) for batch in batches)) / len(batches), w - eta * Add(*slopes) / 4),
            "best step": Inequality(
                gradient * step + step**2 / (2 * eta), "<=", gradient * other + other**2 / (2 * eta)
            ),
        }

    update = Definition("W", w - eta * (slopes[0] + slopes[1]) / 2, properties)
    note = (
        "That it converges to a local minimum or a saddle point rather than to the global minimum is an observation, not "
        "a consequence of the rule: of a convex loss every local minimum is global."
    )
    return Theorem(
        update,
        mutants={"sum of the batch": update.of(w - eta * (slopes[0] + slopes[1]))},
        printed={225: Printed(note=note)},
    )


@statement(references=("robbins1951", "bottou2018"), cites=(stochastic_step,))
def unbiased_batches() -> Theorem:
    """The mean over all batches of a size of the batch's mean gradient is the mean gradient of all samples."""

    def cases(short: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for samples in range(1, 6):
            slopes = [real(f"g{i}") for i in range(samples)]
            for size in range(1, samples + 1):
                batches = list(combinations(slopes, size))
                mean = Add(*(Add(*batch) / (size + short) for batch in batches)) / len(batches)
                yield f"N = {samples}, batch of {size}", mean.expand(), Add(*slopes) / samples

    formula = r"\mathbb{E}[\nabla L_{\mathrm{batch}}]=\nabla L"
    sizes = "all batches of one to five samples, all gradients"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"divided by one more": Finite(lambda: cases(1), formula, sizes)}
    )


@statement(answers=(221,), references=("hoerl1970", "krogh1992"))
def l2_penalized() -> Theorem:
    """The L2 penalty adds lambda times the sum of squares: nothing for zero weights, lambda for each weight of size one,
    and a curvature that makes every convex loss strongly convex."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(weights: Expr) -> Expr:
            return value.xreplace({W: weights})

        gap = (at(W) + at(V)) / 2 - at((W + V) / 2)
        return {
            "no weights": Identity(at(Integer(0)), data),
            "weights of size one": Identity(at(Integer(-1)), data + lam * count),
            "no reward": Inequality(value, ">=", data),
            "curvature": Identity(gap, lam / 4 * integral((W - V) ** 2)),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{reg}}", data + lam * integral(W**2), properties)
    return Theorem(
        loss,
        mutants={
            "half": loss.of(data + lam * integral(W**2) / 2),
            "norm not squared": loss.of(data + lam * sqrt(integral(W**2))),
        },
        printed={221: Printed(note="Ridge regression is the case of a linear model.")},
    )


@statement(answers=(222,), references=("hoerl1970",), cites=(l2_penalized, output_gradient))
def l2_gradient() -> Theorem:
    """The L2 penalty adds 2 lambda W_j to the derivative: its difference quotient is 2 lambda W_j + lambda h, and for a
    linear model all factors are written out."""
    w, x, offset = reals("w x b")
    fit = (others + (w * x + offset - b) ** 2) / N  # one sample that holds the weight, and the others
    penalized = fit + lam * (rival + w**2)
    return Theorem(
        AllOf(
            {
                "penalty": Limit(lam * ((w + h) ** 2 - w**2) / h, h, Integer(0), 2 * lam * w),
                "sum": Identity(Derivative(penalized, w), Derivative(fit, w) + 2 * lam * w),
                "linear model": Identity(Derivative(penalized, w), 2 * x * (w * x + offset - b) / N + 2 * lam * w),
            }
        ),
        mutants={"factor 2 forgotten": Identity(Derivative(penalized, w), Derivative(fit, w) + lam * w)},
    )


@statement(references=("krogh1992", "loshchilov2019"), cites=(gradient_step, l2_gradient))
def weight_decay() -> Theorem:
    """A gradient step on the L2-penalized loss is a step on the loss after the weights were scaled by 1 - 2 eta lambda,
    and k steps without data scale them by its k-th power; with a preconditioner the two differ."""
    w, slope, held = reals("w g v")
    precondition = positive("v")
    k, start = integer("k", least=0), real("w0")
    shrink = 1 - 2 * eta * lam
    return Theorem(
        AllOf(
            {
                "one step": Identity(w - eta * (slope + 2 * lam * w), shrink * w - eta * slope),
                "k steps": Recursion(k, 0, start, held, shrink * held, shrink**k * start),
            }
        ),
        mutants={
            "preconditioned": Identity(
                w - eta * (slope + 2 * lam * w) / sqrt(precondition), shrink * w - eta * slope / sqrt(precondition)
            ),
            "factor 2 forgotten": Identity(w - eta * (slope + 2 * lam * w), (1 - eta * lam) * w - eta * slope),
        },
    )


@statement(answers=(223,), references=("tibshirani1996",))
def l1_penalized() -> Theorem:
    """The L1 penalty adds lambda times the sum of sizes: lambda for each weight of size one whatever its sign, growing
    in proportion to the weights, and convex."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(weights: Expr) -> Expr:
            return value.xreplace({W: weights})

        ones, scale = (at(Integer(1)), at(Integer(-1))), positive("c")
        return {
            "weights of one": Identity(ones[0], data + lam * count),
            "weights of minus one": Identity(ones[1], data + lam * count),
            "proportional": Identity(at(scale * W) - data, scale * (value - data)),
            "convex": Inequality(at((W + V) / 2), "<=", (value + at(V)) / 2),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{reg}}", data + lam * integral(Abs(W)), properties)
    return Theorem(
        loss,
        mutants={
            "signs kept": loss.of(data + lam * integral(W)),
            "squares": loss.of(data + lam * integral(W**2)),
        },
    )


@statement(answers=(224,), references=("tibshirani1996", "rockafellar1970"), cites=(l1_penalized,))
def l1_gradient() -> Theorem:
    """Away from zero the L1 penalty adds lambda sign(W_j) to the derivative, and the quotient is exact until the weight
    changes its sign; at zero the derivatives from the right and from the left are lambda and -lambda."""
    w, down = positive("w"), bounded("k", -1, 1, closed=False)  # steps h = k w keep the sign

    def quotient(weight: Expr, step: Expr) -> Expr:
        return lam * (Abs(weight + step) - Abs(weight)) / step

    at_zero = quotient(Integer(0), h)
    away: dict[str, Claim] = {
        "positive": Identity(quotient(w, down * w), lam, (Ne(down, 0),)),
        "negative": Identity(quotient(-w, -down * w), -lam, (Ne(down, 0),)),
    }
    kink: dict[str, Claim] = {
        "from the right": Limit(at_zero, h, Integer(0), lam, side="+"),
        "from the left": Limit(at_zero, h, Integer(0), -lam, side="-"),
    }
    printed = AllOf(
        {**away, "at zero, from the right": Limit(at_zero, h, Integer(0), lam * sign(Integer(0)), side="+")}
    )
    one_side = AllOf({**kink, "from the left": Limit(at_zero, h, Integer(0), lam, side="-")})
    return Theorem(
        AllOf({**away, **kink}),
        mutants={"derivative 0 at zero": printed, "one derivative at zero": one_side},
        printed={
            224: Printed(
                printed,
                assumption="W_j is not 0 (there the one-sided derivatives of the penalty are -lambda and lambda)",
                note="The value 0 that the text gives to sign(0) is one of the subgradients (losses.l1_subgradients).",
            )
        },
    )


@statement(references=("rockafellar1970", "tibshirani1996"), cites=(l1_gradient,))
def l1_subgradients() -> Theorem:
    """At zero the slopes of the lines through the origin that lie below |v| are the numbers from -1 to 1; elsewhere the
    sign alone: so zero weights are optimal where no data slope exceeds lambda."""
    v, w, g = real("v"), positive("w"), bounded("g", -1, 1)
    steeper, off = positive("d"), real("e")
    below = Inequality(Abs(v), ">=", g * v)
    return Theorem(
        AllOf(
            {
                "at zero": below,
                "no steeper line": Inequality(Abs(Integer(1)), "<", (1 + steeper) * 1),
                "elsewhere": Inequality(Abs(v), ">=", w + (v - w)),
                "no other slope there": Inequality(
                    Abs(w + w * off / (1 + Abs(off))), "<", w + (1 + off) * (w * off / (1 + Abs(off))), (Ne(off, 0),)
                ),
                "zero is optimal": Inequality(lam * g * v + lam * Abs(v), ">=", 0),
            }
        ),
        mutants={
            "slopes up to two": Inequality(Abs(v), ">=", 2 * g * v),
            "any data slope": Inequality(2 * lam * g * v + lam * Abs(v), ">=", 0),
        },
    )


def soft_thresholded(x: Expr, threshold: Expr) -> Expr:
    """The number moved towards zero by the threshold, and zero within it."""
    return Max(x - threshold, 0) - Max(-x - threshold, 0)


@statement(references=("donoho1995", "tibshirani1996", "rockafellar1970"), cites=(l1_subgradients,))
def soft_threshold() -> Theorem:
    """Soft thresholding is the proximal map of the L1 penalty: it minimizes (v - x)^2/2 + lambda |v|, with room of half
    the squared distance, and is zero where |x| is at most lambda."""
    v, x = reals("v x")
    best = soft_thresholded(x, lam)

    def objective(at: Expr) -> Expr:
        return (at - x) ** 2 / 2 + lam * Abs(at)

    def least(at: Expr) -> Claim:
        return Inequality(objective(v), ">=", objective(at) + (v - at) ** 2 / 2)

    return Theorem(
        AllOf(
            {
                "minimizer": least(best),
                "zero within": Identity(best, Integer(0), (Abs(x) <= lam,)),
                "not beyond": Inequality(Abs(best), ">", 0, (Abs(x) > lam,)),
            }
        ),
        mutants={
            "half the threshold": least(soft_thresholded(x, lam / 2)),
            "hard": least(Piecewise((x, Abs(x) > lam), (Integer(0), True))),
        },
    )


@statement(references=("tibshirani1996", "hoerl1970"), cites=(soft_threshold, l2_penalized))
def normalized_thresholds() -> Theorem:
    """For one weight and inputs with mean square s the loss mean (y - W x)^2 + lambda |W| is least at the thresholded
    correlation: the threshold is lambda/2, since the square has no factor 1/2; the L2 penalty divides by s + lambda and
    makes no weight zero that was not."""
    v, x, s_x = real("v"), real("c"), positive("s")  # x: the mean of y times the input
    loss = s_x * v**2 - 2 * x * v  # the mean squared error less its value at zero

    def least(penalty: Callable[[Expr], Expr], at: Expr, bend: Expr) -> Claim:
        return Inequality(loss + penalty(v), ">=", loss.xreplace({v: at}) + penalty(at) + bend * (v - at) ** 2)

    def size(at: Expr) -> Expr:
        return lam * Abs(at)

    def square(at: Expr) -> Expr:
        return lam * at**2

    ridge = x / (s_x + lam)
    return Theorem(
        AllOf(
            {
                "L1": least(size, soft_thresholded(x, lam / 2) / s_x, s_x),
                "L2": least(square, ridge, s_x + lam),
                "L2 keeps": Inequality(Abs(ridge), ">", 0, (Ne(x, 0),)),
            }
        ),
        mutants={
            "threshold lambda": least(size, soft_thresholded(x, lam) / s_x, s_x),
            "twice lambda": least(square, x / (s_x + 2 * lam), s_x + lam),
        },
    )
