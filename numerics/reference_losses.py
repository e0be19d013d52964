"""Losses, their gradients and penalties: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from .ball_formulas import (
    chosen,
    ln2,
    log_sum_exp,
    nonnegative,
    one_hot,
    pi,
    sigmoid,
    sign,
    softmax,
    softplus,
    weighted_logs,
)
from .targets import Target, label, law, nonzero, positive, real, share, summed, swapped, times, unit


def _mse(a: Any, y: Any) -> Any:
    return np.mean((a - y) ** 2)


def _rows(a: Any, y: Any) -> Any:
    return np.sum((a - y) ** 2) / len(a)


def _bce(p: Any, y: Any) -> Any:
    return -np.mean(weighted_logs(y, p) + weighted_logs(1 - y, 1 - p))


def _logit_bce(z: Any, y: Any) -> Any:
    return np.mean(softplus(z) - y * z)


def _cross_entropy(p: Any, q: Any) -> Any:
    return -np.sum(weighted_logs(q, p)) / len(p)


def _softmax_loss(z: Any, labels: Any) -> Any:
    return np.mean(log_sum_exp(z) - chosen(z, labels))


def _softmax_gradient(z: Any, q: Any) -> Any:
    return (softmax(z) - q) / len(z)


def _sigmoid_error(z: Any, y: Any) -> Any:
    s = sigmoid(z)
    return 2 * (s - y) * s * (1 - s)


def _brier(p: Any, labels: Any) -> Any:
    return np.sum((p - one_hot(labels, p.shape[1])) ** 2) / len(p)


def _smoothed(z: Any, labels: Any, eps: Any) -> Any:
    return np.mean(log_sum_exp(z) - (1 - eps) * chosen(z, labels) - eps * np.mean(z, axis=1))


def _spread(z: Any, labels: Any, eps: Any) -> Any:
    """Smoothing over the other classes alone."""
    other = (np.sum(z, axis=1) - chosen(z, labels)) / max(z.shape[1] - 1, 1)
    return np.mean(log_sum_exp(z) - (1 - eps) * chosen(z, labels) - eps * other)


def _normal_loss(y: Any, m: Any, s: Any) -> Any:
    return ((y - m) / s) ** 2 / 2 + np.log(s) + (2 * pi()).log() / 2


def _threshold(x: Any, lam: Any) -> Any:
    return nonnegative(x - lam) - nonnegative(-x - lam)


def _largest(z: Any, *_: Any) -> Any:
    return 1 + np.max(np.abs(z))


TARGETS = (
    Target(
        "losses.mean_squared_error",
        "losses.mean_squared_error",
        "The mean of (prediction - target)^2 over N samples.",
        (real("prediction", "N"), real("target", "N")),
        _mse,
        {
            "mean over N forgotten": summed(_mse),
            "half of it": lambda a, y: _mse(a, y) / 2,
            "root mean squared error": lambda a, y: np.sqrt(_mse(a, y)),
            "absolute error, not squared": lambda a, y: np.mean(np.abs(a - y)),
            "no mean: one number a sample": lambda a, y: (a - y) ** 2,
        },
    ),
    Target(
        "losses.mean_squared_error_gradient",
        "losses.output_gradient",
        "The gradient of the mean squared error of N samples by the predictions.",
        (real("prediction", "N"), real("target", "N")),
        lambda a, y: 2 * (a - y) / len(a),
        {
            "factor 2 forgotten": lambda a, y: (a - y) / len(a),
            "mean over N forgotten": lambda a, y: 2 * (a - y),
            "gradient of half the sum: factor 2 and mean over N forgotten": lambda a, y: a - y,
            "sign": lambda a, y: 2 * (y - a) / len(a),
        },
    ),
    Target(
        "losses.vector_squared_error",
        "losses.vector_squared_error",
        "The squared distance of prediction and target, averaged over N samples and summed over C coordinates.",
        (real("prediction", "N C"), real("target", "N C")),
        _rows,
        {
            "mean over the coordinates too": lambda a, y: np.mean((a - y) ** 2),
            "mean over N forgotten": summed(_rows),
            "mean over the coordinates, sum over the samples": lambda a, y: np.sum((a - y) ** 2) / a.shape[1],
            "half of it": times(0.5, _rows),
            "the distance, not its square": lambda a, y: np.mean(np.sqrt(np.sum((a - y) ** 2, axis=1))),
        },
    ),
    Target(
        "losses.binary_cross_entropy",
        "losses.binary_cross_entropy",
        "The mean of -y log p - (1 - y) log(1 - p) over N samples, for probabilities p and labels y in [0, 1].",
        (unit("p", "N"), share("y", "N")),
        _bce,
        {
            "mean over N forgotten": summed(_bce),
            "sign": times(-1, _bce),
            "logarithm base 2, not natural": lambda p, y: _bce(p, y) / ln2(),
            "the term of y = 0 forgotten": lambda p, y: -np.mean(weighted_logs(y, p)),
            "prediction and label exchanged": swapped(_bce),
            "labels flipped": lambda p, y: _bce(p, 1 - y),
            "p taken as a logit": lambda p, y: _logit_bce(p, y),
        },
    ),
    Target(
        "losses.binary_cross_entropy_with_logits",
        "losses.logit_gradient",
        "The mean of log(1 + exp z) - y z over N samples, for logits z and labels y in [0, 1].",
        (real("z", "N"), share("y", "N")),
        _logit_bce,
        {
            "mean over N forgotten": summed(_logit_bce),
            "sign": times(-1, _logit_bce),
            "logarithm base 2, not natural": lambda z, y: _logit_bce(z, y) / ln2(),
            "labels flipped": lambda z, y: _logit_bce(z, 1 - y),
            "the sign of y z": lambda z, y: np.mean(softplus(z) + y * z),
            "sigmoid applied twice": lambda z, y: _logit_bce(sigmoid(z), y),
            "squared error of the sigmoid": lambda z, y: np.mean((sigmoid(z) - y) ** 2),
        },
        terms=_largest,
    ),
    Target(
        "losses.logit_gradient",
        "losses.logit_gradient",
        "The derivative sigmoid(z) - y of the binary cross-entropy of each sample by its logit (no mean).",
        (real("z", "N"), share("y", "N")),
        lambda z, y: sigmoid(z) - y,
        {
            "sign": lambda z, y: y - sigmoid(z),
            "gradient of the squared error of a sigmoid": _sigmoid_error,
            "the logit taken as a probability": lambda z, y: z - y,
            "divided by N, where no mean is taken": lambda z, y: (sigmoid(z) - y) / len(z),
            "gradient with respect to the probabilities, not the logits": lambda z, y: (
                (sigmoid(z) - y) / (sigmoid(z) * (1 - sigmoid(z)))
            ),
        },
        terms=lambda z, y: 1,
    ),
    Target(
        "losses.cross_entropy",
        "losses.cross_entropy",
        "Minus the sum of target log forecast over C classes, averaged over N samples, with 0 log p = 0.",
        (law("forecast", "N C"), law("target", "N C", sparse=True)),
        _cross_entropy,
        {
            "mean over N forgotten": summed(_cross_entropy),
            "mean over the classes too": lambda p, q: _cross_entropy(p, q) / p.shape[1],
            "sign": times(-1, _cross_entropy),
            "logarithm base 2, not natural": lambda p, q: _cross_entropy(p, q) / ln2(),
            "forecast and target exchanged": swapped(_cross_entropy),
            "the divergence: entropy of the target subtracted": lambda p, q: (
                _cross_entropy(p, q) + np.sum(weighted_logs(q, q)) / len(p)
            ),
            "softmax applied to probabilities": lambda p, q: _cross_entropy(softmax(p), q),
        },
    ),
    Target(
        "losses.probability_gradient",
        "losses.probability_gradient",
        "The gradient -target/(N forecast) of the cross-entropy of N samples by the forecast probabilities.",
        (law("forecast", "N C"), law("target", "N C", sparse=True)),
        lambda p, q: -q / (len(p) * p),
        {
            "gradient with respect to the logits, not the probabilities": lambda p, q: (p - q) / len(p),
            "mean over N forgotten": lambda p, q: -q / p,
            "sign": lambda p, q: q / (len(p) * p),
            "the binary formula": lambda p, q: (p - q) / (len(p) * p * (1 - p)),
        },
    ),
    Target(
        "losses.softmax_cross_entropy",
        "losses.softmax_gradient",
        "The cross-entropy of the softmax of N rows of C logits at integer labels, averaged over N.",
        (real("logits", "N C"), label("labels", "N", "C")),
        _softmax_loss,
        {
            "mean over N forgotten": summed(_softmax_loss),
            "mean over the classes too": lambda z, k: _softmax_loss(z, k) / z.shape[1],
            "sign": times(-1, _softmax_loss),
            "logarithm base 2, not natural": lambda z, k: _softmax_loss(z, k) / ln2(),
            "softmax applied twice": lambda z, k: _softmax_loss(softmax(z), k),
            "softmax over the samples (axis 0), not the classes": lambda z, k: (
                -np.mean(np.log(chosen(softmax(z, 0), k)))
            ),
            "minus the probability, its logarithm forgotten": lambda z, k: -np.mean(chosen(softmax(z), k)),
            "minus the logit, the normalization forgotten": lambda z, k: -np.mean(chosen(z, k)),
            "no mean: one number a sample": lambda z, k: log_sum_exp(z) - chosen(z, k),
        },
        terms=_largest,
    ),
    Target(
        "losses.softmax_cross_entropy_gradient",
        "losses.softmax_gradient",
        "The gradient (softmax - target)/N of the softmax cross-entropy by the logits; targets of a row sum to one.",
        (real("logits", "N C"), law("target", "N C", sparse=True)),
        _softmax_gradient,
        {
            "mean over N forgotten": lambda z, q: softmax(z) - q,
            "sign": lambda z, q: (q - softmax(z)) / len(z),
            "gradient with respect to the probabilities, not the logits": lambda z, q: -q / (len(z) * softmax(z)),
            "the logits taken as probabilities": lambda z, q: (z - q) / len(z),
            "mean over the classes too": lambda z, q: (softmax(z) - q) / z.size,
        },
        terms=lambda z, q: 1,
    ),
    Target(
        "losses.squared_error_of_a_sigmoid_gradient",
        "losses.squared_error_of_a_sigmoid",
        "The derivative 2 (s - y) s (1 - s) of (sigmoid(z) - y)^2 by the logit, entry by entry.",
        (real("z", "N"), share("y", "N")),
        _sigmoid_error,
        {
            "factor 2 forgotten": lambda z, y: _sigmoid_error(z, y) / 2,
            "the sigmoid's slope forgotten": lambda z, y: 2 * (sigmoid(z) - y),
            "gradient of the cross-entropy": lambda z, y: sigmoid(z) - y,
            "slope z (1 - z), at the logit": lambda z, y: 2 * (sigmoid(z) - y) * z * (1 - z),
            "sign": lambda z, y: -_sigmoid_error(z, y),
        },
        terms=lambda z, y: 1,
    ),
    Target(
        "losses.log_sum_exp",
        "losses.log_sum_exp",
        "The logarithm of the sum of C exponentials in each of N rows.",
        (real("z", "N C"),),
        log_sum_exp,
        {
            "the largest entry": lambda z: np.max(z, axis=1),
            "log of the mean of exponentials": lambda z: log_sum_exp(z - arb(z.shape[1]).log()),
            "logarithm base 2, not natural": lambda z: log_sum_exp(z) / ln2(),
            "summed over the samples (axis 0), not the classes": lambda z: log_sum_exp(z, 0),
            "summed over the whole batch": lambda z: np.log(np.sum(np.exp(z))),
            "the sum of exponentials, its logarithm forgotten": lambda z: np.sum(np.exp(z), axis=1),
        },
        terms=lambda z: np.max(np.abs(z), axis=1),
    ),
    Target(
        "losses.brier_score",
        "losses.brier_score",
        "The squared distance of the forecast from the one-hot label, summed over classes, averaged over N samples.",
        (law("forecast", "N C", sparse=True), label("labels", "N", "C")),
        _brier,
        {
            "mean over the classes too": lambda p, k: _brier(p, k) / p.shape[1],
            "mean over N forgotten": summed(_brier),
            "the class that occurs alone": lambda p, k: np.mean((1 - chosen(p, k)) ** 2),
            "half of it": times(0.5, _brier),
            "absolute distance": lambda p, k: np.sum(np.abs(p - one_hot(k, p.shape[1]))) / len(p),
        },
    ),
    Target(
        "losses.label_smoothing",
        "losses.label_smoothing",
        "The softmax cross-entropy against (1 - epsilon) one-hot + epsilon/C, averaged over N samples.",
        (real("logits", "N C"), label("labels", "N", "C"), unit("epsilon")),
        _smoothed,
        {
            "epsilon forgotten": lambda z, k, e: _softmax_loss(z, k),
            "epsilon spread over the other classes, epsilon/(C - 1)": _spread,
            "epsilon not divided by C": lambda z, k, e: (
                _smoothed(z, k, e) + np.mean(e * (z.shape[1] - 1) * (log_sum_exp(z) - np.mean(z, axis=1)))
            ),
            "epsilon for 1 - epsilon": lambda z, k, e: _smoothed(z, k, 1 - e),
            "mean over N forgotten": summed(_smoothed),
            "logarithm base 2, not natural": lambda z, k, e: _smoothed(z, k, e) / ln2(),
        },
        terms=_largest,
    ),
    Target(
        "losses.negative_log_likelihood",
        "losses.negative_log_likelihoods",
        "The negative logarithm of the normal density of y with mean mu and standard deviation sigma, entry by entry.",
        (real("y", "N", extent=100), real("mu", "N", extent=100), positive("sigma", "N")),
        _normal_loss,
        {
            "the constant log(2 pi)/2 forgotten": lambda y, m, s: ((y - m) / s) ** 2 / 2 + np.log(s),
            "variance taken for the standard deviation": lambda y, m, s: _normal_loss(y, m, np.sqrt(s)),
            "standard deviation taken for the variance": lambda y, m, s: _normal_loss(y, m, s * s),
            "the logarithm of sigma forgotten": lambda y, m, s: _normal_loss(y, m, s) - np.log(s),
            "sign": times(-1, _normal_loss),
            "half forgotten in the square": lambda y, m, s: _normal_loss(y, m, s) + ((y - m) / s) ** 2 / 2,
        },
        terms=lambda y, m, s: 1,
    ),
    Target(
        "losses.l2_penalty",
        "losses.l2_penalized",
        "lambda times the sum of squares of D weights.",
        (real("weights", "D"), positive("lam", extent=10)),
        lambda w, lam: lam * np.sum(w * w),
        {
            "half of it": lambda w, lam: lam * np.sum(w * w) / 2,
            "the norm, not its square": lambda w, lam: lam * np.sqrt(np.sum(w * w)),
            "the L1 penalty": lambda w, lam: lam * np.sum(np.abs(w)),
            "mean over the weights": lambda w, lam: lam * np.mean(w * w),
            "lambda squared": lambda w, lam: lam * lam * np.sum(w * w),
        },
    ),
    Target(
        "losses.l2_gradient",
        "losses.l2_gradient",
        "The gradient 2 lambda w of the L2 penalty lambda |w|^2.",
        (real("weights", "D"), positive("lam", extent=10)),
        lambda w, lam: 2 * lam * w,
        {
            "factor 2 forgotten": lambda w, lam: lam * w,
            "gradient of the L1 penalty": lambda w, lam: lam * sign(w),
            "sign": lambda w, lam: -2 * lam * w,
        },
    ),
    Target(
        "losses.weight_decay",
        "losses.weight_decay",
        "The step w - eta (g + 2 lambda w) on the loss with the penalty lambda |w|^2.",
        (real("weights", "D"), real("gradient", "D"), positive("eta", extent=10), positive("lam", extent=10)),
        lambda w, g, eta, lam: w - eta * (g + 2 * lam * w),
        {
            "decay lambda, not 2 lambda": lambda w, g, eta, lam: w - eta * (g + lam * w),
            "decay not scaled by the rate (decoupled)": lambda w, g, eta, lam: w * (1 - 2 * lam) - eta * g,
            "decay forgotten": lambda w, g, eta, lam: w - eta * g,
            "sign of the decay": lambda w, g, eta, lam: w - eta * (g - 2 * lam * w),
        },
        terms=lambda w, g, eta, lam: np.abs(w) * (1 + 2 * eta * lam) + np.abs(eta * g),
    ),
    Target(
        "losses.l1_penalty",
        "losses.l1_penalized",
        "lambda times the sum of absolute values of D weights.",
        (real("weights", "D"), positive("lam", extent=10)),
        lambda w, lam: lam * np.sum(np.abs(w)),
        {
            "the L2 penalty": lambda w, lam: lam * np.sum(w * w),
            "absolute value forgotten": lambda w, lam: lam * np.sum(w),
            "mean over the weights": lambda w, lam: lam * np.mean(np.abs(w)),
            "the largest absolute value": lambda w, lam: lam * np.max(np.abs(w)),
        },
    ),
    Target(
        "losses.l1_gradient",
        "losses.l1_gradient",
        "The gradient lambda sign(w) of the L1 penalty, at weights that are not zero.",
        (nonzero("weights", "D"), positive("lam", extent=10)),
        lambda w, lam: lam * sign(w),
        {
            "the gradient of the L2 penalty": lambda w, lam: 2 * lam * w,
            "the penalty itself": lambda w, lam: lam * np.abs(w),
            "sign": lambda w, lam: -lam * sign(w),
            "lambda forgotten": lambda w, lam: sign(w),
        },
        gradient=False,
    ),
    Target(
        "losses.soft_threshold",
        "losses.soft_threshold",
        "Soft thresholding, sign(x) max(|x| - lambda, 0), entry by entry.",
        (real("x", "N"), positive("lam", extent=10)),
        _threshold,
        {
            "clipped at zero from below: negative entries forgotten": lambda x, lam: nonnegative(x - lam),
            "lambda subtracted on both sides": lambda x, lam: x - lam,
            "the part that is cut away": lambda x, lam: x - _threshold(x, lam),
            "sign forgotten": lambda x, lam: np.abs(_threshold(x, lam)),
            "lambda/2, of the unhalved square": lambda x, lam: _threshold(x, lam / 2),
        },
        terms=lambda x, lam: np.abs(x) + lam,
    ),
)
