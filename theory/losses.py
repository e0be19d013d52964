"""Losses and penalties: squared error, cross-entropy, L1 and L2, with their gradients and every normalization.

Source: sections 5.1, 5.2 and 5.4, equations 181, 182, 194, 195 and 214-225.  Brier 1950; Good 1952; Bridle 1990;
Gneiting and Raftery 2007; Hoerl and Kennard 1970; Tibshirani 1996; Loshchilov and Hutter 2019; Robbins and Monro 1951.

Sums of any length are integrals against a counting measure; see `loss_terms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Add, Derivative, Expr, Integer, Matrix, log, sqrt

from . import penalties, scores
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .divergence import kl
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
    move,
    others,
    over_all,
    p,
    q,
    r,
    s,
    share,
    squared,
    t,
    y,
    yhat,
)
from .measures import integral
from .statements import Printed, Theorem, statement
from .symbols import NONNEGATIVE, UNIT, bounded, function, probability, real

EQUATIONS = (181, 182, 194, 195, *range(214, 226))


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
            entrywise = Add(*((v - w) ** 2 for v, w in zip(output, truth, strict=True)))
            yield f"N = {samples}, m = {size}", norms, entrywise / both

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
        "For vectors it adds one coin a coordinate: labels that do not exclude one another, with sigmoid outputs. "
        "Exclusive classes have the loss 195. The coordinates are summed, not averaged."
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
    return scores.softmax_gradient()


@statement(references=("bridle1990",), cites=(probability_gradient, softmax_gradient))
def through_the_softmax() -> Theorem:
    """The derivatives -y/yhat by the probabilities, each times the softmax's derivative yhat (delta - yhat), sum to
    T yhat - y: the chain rule takes the gradient by probabilities into that by a logit, for any number of classes."""
    return scores.through_the_softmax()


@statement(references=("goodfellow2016", "blanchard2021"), cites=(binary_cross_entropy,))
def logit_gradient() -> Theorem:
    """As a function of the logit the binary cross-entropy is log(1 + exp z) - y z, with derivative sigmoid(z) - y and
    second derivative between 0 and 1/4; written with |z| it never overflows."""
    return scores.logit_gradient()


@statement(references=("solla1988", "goodfellow2016"), cites=(logit_gradient,))
def squared_error_of_a_sigmoid() -> Theorem:
    """The squared error of a sigmoid has the logit derivative 2 (s - y) s (1 - s), which vanishes on a sample that is
    confidently wrong while that of the cross-entropy tends to 1; and it is not convex in the logit."""
    return scores.squared_error_of_a_sigmoid()


@statement(references=("blanchard2021", "boyd2004"))
def log_sum_exp() -> Theorem:
    """The logarithm of the sum of C exponentials moves with its arguments, and lies above the largest of them by no
    more than log C."""
    return scores.log_sum_exp()


@statement(references=("cover2006", "boyd2004"), cites=(log_sum_exp,))
def variational_log_sum_exp() -> Theorem:
    """The logarithm of the sum of exponentials is the largest expectation of the logits plus entropy, attained by the
    softmax: a supremum of functions affine in the logits, hence convex, and so is the softmax cross-entropy."""
    return scores.variational_log_sum_exp()


@statement(references=("bohning1992", "boyd2004"), cites=(softmax_gradient,))
def logit_curvature() -> Theorem:
    """The Hessian diag(s) - s s^T of the softmax cross-entropy is the covariance of the label: as a quadratic form it
    is the variance of the direction, between 0 and half of its squared length, whatever the number of classes."""
    return scores.logit_curvature()


@statement(references=("boyd2004",), cites=(cross_entropy,))
def convex_in_probabilities() -> Theorem:
    """The cross-entropy and its binary form lie above their tangents in the predicted probabilities."""
    return scores.convex_in_probabilities()


@statement(references=("good1952", "gneiting2007"), cites=(cross_entropy,))
def strictly_proper() -> Theorem:
    """The expected log loss of a forecast r exceeds that of the true law q by at least their squared Hellinger
    distance: the true law is its only minimizer."""
    return scores.strictly_proper()


@statement(references=("brier1950", "gneiting2007"))
def brier_score() -> Theorem:
    """The expected squared distance of a forecast from the one-hot label exceeds that of the true law by their squared
    distance, so it is strictly proper too; minus the probability of the true class is not proper."""
    return scores.brier_score()


@statement(references=("goodfellow2016", "tibshirani1996", "hoerl1970"), cites=(binary_cross_entropy,))
def negative_log_likelihoods() -> Theorem:
    """Up to constants squared error is the negative log-likelihood of normal noise, times twice its variance; the L2
    and L1 penalties are the negative log-densities of normal and Laplace priors with variance 1/(2 lambda) and scale
    1/lambda."""
    return scores.negative_log_likelihoods()


@statement(references=("szegedy2016",), cites=(cross_entropy,))
def label_smoothing() -> Theorem:
    """With targets mixed with the uniform law the cross-entropy is the same mixture of the losses; the mixed targets
    sum to one, so they are its best forecasts, not the labels."""
    return scores.label_smoothing()


@statement(answers=(215,), references=("goodfellow2016", "bottou2018"))
def gradient_step() -> Theorem:
    """The gradient step minimizes the linear model of the loss plus |step|^2/(2 eta); where the gradient is Lipschitz
    with a constant below 2/eta, the loss falls."""
    return penalties.gradient_step()


@statement(answers=(225,), references=("robbins1951", "bottou2018"), cites=(gradient_step,))
def stochastic_step() -> Theorem:
    """The step along the mean gradient of a batch of two of four samples minimizes the batch's model, and averages over
    the six batches to the step along the whole gradient."""
    return penalties.stochastic_step()


@statement(references=("robbins1951", "bottou2018"), cites=(stochastic_step,))
def unbiased_batches() -> Theorem:
    """The mean over all batches of a size of the batch's mean gradient is the mean gradient of all samples."""
    return penalties.unbiased_batches()


@statement(answers=(221,), references=("hoerl1970", "krogh1992"))
def l2_penalized() -> Theorem:
    """The L2 penalty adds lambda times the sum of squares: nothing for zero weights, lambda for each weight of size
    one, and a curvature that makes every convex loss strongly convex."""
    return penalties.l2_penalized()


@statement(answers=(222,), references=("hoerl1970",), cites=(l2_penalized, output_gradient))
def l2_gradient() -> Theorem:
    """The L2 penalty adds 2 lambda W_j to the derivative: its difference quotient is 2 lambda W_j + lambda h, and for a
    linear model all factors are written out."""
    return penalties.l2_gradient()


@statement(references=("krogh1992", "loshchilov2019"), cites=(gradient_step, l2_gradient))
def weight_decay() -> Theorem:
    """A gradient step on the L2-penalized loss is a step on the loss after the weights were scaled by 1 - 2 eta lambda,
    and k steps without data scale them by its k-th power; with a preconditioner the two differ."""
    return penalties.weight_decay()


@statement(answers=(223,), references=("tibshirani1996",))
def l1_penalized() -> Theorem:
    """The L1 penalty adds lambda times the sum of sizes: lambda for each weight of size one whatever its sign, growing
    in proportion to the weights, and convex."""
    return penalties.l1_penalized()


@statement(answers=(224,), references=("tibshirani1996", "rockafellar1970"), cites=(l1_penalized,))
def l1_gradient() -> Theorem:
    """Away from zero the L1 penalty adds lambda sign(W_j) to the derivative, and the quotient is exact until the weight
    changes its sign; at zero the derivatives from the right and from the left are lambda and -lambda."""
    return penalties.l1_gradient()


@statement(references=("rockafellar1970", "tibshirani1996"), cites=(l1_gradient,))
def l1_subgradients() -> Theorem:
    """At zero the slopes of the lines through the origin that lie below |v| are the numbers from -1 to 1; elsewhere the
    sign alone: so zero weights are optimal where no data slope exceeds lambda."""
    return penalties.l1_subgradients()


@statement(references=("donoho1995", "tibshirani1996", "rockafellar1970"), cites=(l1_subgradients,))
def soft_threshold() -> Theorem:
    """Soft thresholding is the proximal map of the L1 penalty: it minimizes (v - x)^2/2 + lambda |v|, with room of half
    the squared distance, and is zero where |x| is at most lambda."""
    return penalties.soft_threshold()


@statement(references=("tibshirani1996", "hoerl1970"), cites=(soft_threshold, l2_penalized))
def normalized_thresholds() -> Theorem:
    """For one weight and inputs with mean square s the loss mean (y - W x)^2 + lambda |W| is least at the thresholded
    correlation: the threshold is lambda/2, since the square has no factor 1/2; the L2 penalty divides by s + lambda and
    makes no weight zero that was not."""
    return penalties.normalized_thresholds()
