"""Activations, the softmax and the affine layer: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .ball_formulas import cosh, ln2, nonnegative, sigmoid, sign, softmax, softplus
from .targets import Target, distinct, nonzero, positive, real, unit


def _slope(z: Any) -> Any:
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def _leaky(z: Any, alpha: Any) -> Any:
    return nonnegative(z) - alpha * nonnegative(-z)


def _jacobian(z: Any) -> Any:
    s = softmax(z)
    return np.diag(s) - np.outer(s, s)


def _cotangent(z: Any, g: Any) -> Any:
    s = softmax(z)
    return s * (g - np.sum(s * g, axis=-1, keepdims=True))


def _affine(x: Any, w: Any, b: Any) -> Any:
    return x @ w.T + b


def _largest(z: Any) -> Any:
    return np.max(np.abs(z), axis=-1, keepdims=True)


TARGETS = (
    Target(
        "feedforward.sigmoid",
        "feedforward.sigmoid_function",
        "1/(1 + exp(-z)), entry by entry.",
        (real("z", "N"),),
        sigmoid,
        {
            "tanh, not the logistic function": np.tanh,
            "the sign of the exponent": lambda z: sigmoid(-z),
            "(1 + tanh z)/2, the argument not halved": lambda z: sigmoid(2 * z),
            "powers of 2, not of e": lambda z: sigmoid(z * ln2()),
        },
    ),
    Target(
        "feedforward.sigmoid_derivative",
        "feedforward.sigmoid_derivative",
        "The derivative of the sigmoid at the net input z, entry by entry.",
        (real("z", "N"),),
        _slope,
        {
            "z (1 - z): the argument taken as the sigmoid's output": lambda z: z * (1 - z),
            "the sigmoid itself": sigmoid,
            "1 - sigmoid^2, the derivative of tanh": lambda z: 1 - sigmoid(z) ** 2,
            "sign": lambda z: -_slope(z),
        },
    ),
    Target(
        "feedforward.tanh",
        "feedforward.tanh_function",
        "The hyperbolic tangent, entry by entry.",
        (real("z", "N"),),
        np.tanh,
        {
            "the logistic function, not tanh": sigmoid,
            "2 sigmoid(z) - 1, the argument not doubled": lambda z: np.tanh(z / 2),
            "sign": lambda z: -np.tanh(z),
        },
    ),
    Target(
        "feedforward.tanh_derivative",
        "feedforward.tanh_derivative",
        "The derivative of tanh at the net input z, entry by entry.",
        (real("z", "N"),),
        lambda z: 1 / cosh(z) ** 2,
        {
            "1 - z^2: the argument taken as the output of tanh": lambda z: 1 - z * z,
            "1 - tanh, the square forgotten": lambda z: 1 - np.tanh(z),
            "tanh^2, the difference from one forgotten": lambda z: np.tanh(z) ** 2,
            "the sigmoid's derivative": _slope,
        },
    ),
    Target(
        "feedforward.relu",
        "feedforward.rectifier_function",
        "max(0, z), entry by entry.",
        (real("z", "N"),),
        nonnegative,
        {
            "|z|": np.abs,
            "min(0, z)": lambda z: -nonnegative(-z),
            "leaky with slope 0.01": lambda z: nonnegative(z) - nonnegative(-z) / 100,
            "max(1, z)": lambda z: nonnegative(z - 1) + 1,
        },
    ),
    Target(
        "feedforward.relu_derivative",
        "feedforward.rectifier_derivative",
        "The derivative of max(0, z) off zero, entry by entry.",
        (nonzero("z", "N"),),
        lambda z: (1 + sign(z)) / 2,
        {
            "sign(z)": sign,
            "the rectifier itself": nonnegative,
            "one where z is negative": lambda z: (1 - sign(z)) / 2,
        },
        gradient=False,
    ),
    Target(
        "feedforward.leaky_relu",
        "feedforward.leaky_function",
        "z where it is positive and alpha z elsewhere, 0 < alpha < 1.",
        (real("z", "N"), unit("alpha")),
        _leaky,
        {
            "alpha on the positive side": lambda z, a: a * nonnegative(z) - nonnegative(-z),
            "alpha forgotten": lambda z, a: nonnegative(z),
            "1 - alpha for alpha": lambda z, a: _leaky(z, 1 - a),
            "|z| with slope -alpha on the left": lambda z, a: nonnegative(z) + a * nonnegative(-z),
        },
    ),
    Target(
        "feedforward.softplus",
        "feedforward.softplus_smooths",
        "log(1 + exp z), entry by entry.",
        (real("z", "N"),),
        softplus,
        {
            "logarithm base 2, not natural": lambda z: softplus(z) / ln2(),
            "the rectifier": nonnegative,
            "log(1 + exp(-z)): sign of the argument": lambda z: softplus(-z),
            "log(1 - sigmoid z): sign of the result": lambda z: -softplus(z),
        },
    ),
    Target(
        "feedforward.softmax",
        "feedforward.softmax_function",
        "The softmax of each of N rows of C logits.",
        (real("z", "N C"),),
        softmax,
        {
            "normalized over the samples (axis 0), not the classes": lambda z: softmax(z, 0),
            "normalized over the whole batch": lambda z: np.exp(z) / np.sum(np.exp(z)),
            "not normalized": np.exp,
            "powers of 2, not of e": lambda z: softmax(z * ln2()),
            "the sign of the logits (softmin)": lambda z: softmax(-z),
            "sigmoid of each logit": sigmoid,
            "the log-softmax": lambda z: np.log(softmax(z)),
        },
    ),
    Target(
        "feedforward.softmax_jacobian",
        "feedforward.softmax_jacobian",
        "The Jacobian diag(s) - s s^T of the softmax at a vector of C logits.",
        (real("z", "C", extent=100),),
        _jacobian,
        {
            "off-diagonal entries forgotten": lambda z: np.diag(softmax(z) * (1 - softmax(z))),
            "s s^T forgotten": lambda z: np.diag(softmax(z)),
            "diag(s) + s s^T: sign": lambda z: np.diag(softmax(z)) + np.outer(softmax(z), softmax(z)),
            "s s^T - diag(s): sign": lambda z: -_jacobian(z),
            "the identity in place of diag(s)": lambda z: np.eye(len(z), dtype=int) - np.outer(softmax(z), softmax(z)),
        },
        terms=lambda z: 1,
        longest=33,
    ),
    Target(
        "feedforward.softmax_cotangent",
        "autodiff.softmax_adjoint",
        "The cotangent g by the softmax, taken back to the logits: s (g - <g, s>) in each of N rows.",
        (real("z", "N C"), real("g", "N C", extent=100)),
        _cotangent,
        {
            "s (1 - s) g: off-diagonal entries forgotten": lambda z, g: softmax(z) * (1 - softmax(z)) * g,
            "s g: the inner product forgotten": lambda z, g: softmax(z) * g,
            "sign": lambda z, g: -_cotangent(z, g),
            "the sum of g in place of <g, s>": lambda z, g: softmax(z) * (g - np.sum(g, axis=-1, keepdims=True)),
        },
        terms=lambda z, g: _largest(g),
    ),
    Target(
        "feedforward.affine_layer",
        "feedforward.layer",
        "The preactivations x W^T + b of N samples with D inputs, for weights W of shape (H, D) and H biases.",
        (real("x", "N D", extent=100), real("w", "H D", extent=100), real("b", "H", extent=100)),
        _affine,
        {
            "the transposed weights": lambda x, w, b: x @ w + b,
            "bias forgotten": lambda x, w, b: x @ w.T,
            "sign of the bias": lambda x, w, b: x @ w.T - b,
            "bias added to the rows, not the columns": lambda x, w, b: x @ w.T + b[:, None],
        },
    ),
    Target(
        "feedforward.neuron",
        "feedforward.net_input",
        "The net input <w, x> + b of a neuron with D inputs, for each of N samples.",
        (real("x", "N D", extent=100), real("w", "D", extent=100), real("b", "", extent=100)),
        lambda x, w, b: x @ w + b,
        {
            "bias forgotten": lambda x, w, b: x @ w,
            "sign of the bias": lambda x, w, b: x @ w - b,
            "the mean over the inputs, not the sum": lambda x, w, b: x @ w / len(w) + b,
        },
    ),
    Target(
        "feedforward.softmax_temperature",
        "feedforward.softmax_of_two",
        "The softmax of z/T in each of N rows, for a temperature T > 0.",
        (distinct("z", "N C"), positive("temperature", extent=100)),
        lambda z, t: softmax(z / t),
        {
            "multiplied by the temperature": lambda z, t: softmax(z * t),
            "temperature forgotten": lambda z, t: softmax(z),
            "divided after the softmax": lambda z, t: softmax(z) / t,
        },
    ),
)
