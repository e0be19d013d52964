"""Steps of optimizers and of backpropagation: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .ball_formulas import sigmoid
from .targets import Target, count, positive, real, times, unit


def _adam(theta: Any, m: Any, v: Any, eta: Any, eps: Any) -> Any:
    return theta - eta * m / (np.sqrt(v) + eps)


def _average(g: Any, beta: Any) -> Any:
    weights = np.array([(1 - beta) * beta ** (len(g) - 1 - i) for i in range(len(g))], dtype=object)
    return weights @ g


def _slope(z: Any) -> Any:
    return sigmoid(z) * (1 - sigmoid(z))


def _back(delta: Any, w: Any, z: Any) -> Any:
    return (delta @ w) * _slope(z)


TARGETS = (
    Target(
        "autodiff.gradient_step",
        "autodiff.gradient_step",
        "theta - eta g.",
        (real("theta", "D"), real("g", "D"), positive("eta", extent=10)),
        lambda t, g, eta: t - eta * g,
        {
            "uphill: sign": lambda t, g, eta: t + eta * g,
            "rate forgotten": lambda t, g, eta: t - g,
            "the step alone": lambda t, g, eta: -eta * g,
            "divided by the rate": lambda t, g, eta: t - g / eta,
            "normalized gradient": lambda t, g, eta: t - eta * g / np.sqrt(np.sum(g * g)),
        },
    ),
    Target(
        "autodiff.batch_step",
        "autodiff.batch_step",
        "theta - eta times the mean of N samples' gradients, given as (N, D).",
        (real("theta", "D"), real("gradients", "N D"), positive("eta", extent=10)),
        lambda t, g, eta: t - eta * np.mean(g, axis=0),
        {
            "mean over N forgotten": lambda t, g, eta: t - eta * np.sum(g, axis=0),
            "uphill: sign": lambda t, g, eta: t + eta * np.mean(g, axis=0),
            "mean over the parameters": lambda t, g, eta: t - eta * np.mean(g),
            "the last sample alone": lambda t, g, eta: t - eta * g[-1],
        },
    ),
    Target(
        "autodiff.adam_step",
        "autodiff.adam_step",
        "theta - eta m/(sqrt v + eps), for bias-corrected averages m of the gradient and v of its square.",
        (real("theta", "D"), real("m", "D"), positive("v", "D"), positive("eta", extent=10), unit("eps")),
        _adam,
        {
            "epsilon under the root": lambda t, m, v, eta, eps: t - eta * m / np.sqrt(v + eps),
            "root forgotten": lambda t, m, v, eta, eps: t - eta * m / (v + eps),
            "epsilon forgotten": lambda t, m, v, eta, eps: t - eta * m / np.sqrt(v),
            "uphill: sign": lambda t, m, v, eta, eps: t + eta * m / (np.sqrt(v) + eps),
            "averages exchanged": lambda t, m, v, eta, eps: t - eta * v / (np.sqrt(np.abs(m)) + eps),
        },
    ),
    Target(
        "autodiff.bias_correction",
        "autodiff.bias_correction",
        "m/(1 - beta^t) at step t = 1, 2, ...",
        (real("m", "D"), unit("beta"), count("t")),
        lambda m, b, t: m / (1 - b**t),
        {
            "not corrected": lambda m, b, t: m,
            "the first step's correction at every step": lambda m, b, t: m / (1 - b),
            "steps counted from zero": lambda m, b, t: m / (1 - b ** (t + 1)),
            "divided by beta^t": lambda m, b, t: m / b**t,
            "multiplied, not divided": lambda m, b, t: m * (1 - b**t),
        },
    ),
    Target(
        "autodiff.moving_average",
        "autodiff.moments",
        "The last of Adam's averages m_t = beta m_{t-1} + (1 - beta) g_t of T gradients of D parameters, from m_0 = 0.",
        (real("gradients", "T D"), unit("beta")),
        _average,
        {
            "weights exchanged: 1 - beta on the old average": lambda g, b: _average(g, 1 - b),
            "1 - beta forgotten (heavy ball)": lambda g, b: _average(g, b) / (1 - b),
            "bias-corrected": lambda g, b: _average(g, b) / (1 - b ** len(g)),
            "the gradients from the last to the first": lambda g, b: _average(g[::-1], b),
            "squared gradients": lambda g, b: _average(g * g, b),
        },
    ),
    Target(
        "autodiff.product_adjoint",
        "autodiff.product_adjoint",
        "The gradient G B^T by A of a number whose gradient by Y = A B is G; A is (N, M), B is (M, K), G is (N, K).",
        (real("b", "M K", extent=100), real("g", "N K", extent=100)),
        lambda b, g: g @ b.T,
        {
            "the transposed form": lambda b, g: b @ g.T,
            "B not transposed": lambda b, g: g @ b,
            "sign": lambda b, g: -(g @ b.T),
            "entry by entry": lambda b, g: g * b,
        },
    ),
    Target(
        "backprop.backward_step",
        "backprop.backward_step",
        "(delta W) * sigmoid'(z): the error of N samples taken from H units back through W of shape (H, D) to D "
        "sigmoid units with net inputs z.",
        (real("delta", "N H", extent=100), real("w", "H D", extent=100), real("z", "N D", extent=30)),
        _back,
        {
            "the transposed weights": lambda d, w, z: (d @ w.T) * _slope(z),
            "the activation's slope forgotten": lambda d, w, z: d @ w,
            "the sigmoid itself for its slope": lambda d, w, z: (d @ w) * sigmoid(z),
            "slope z (1 - z), at the net input": lambda d, w, z: (d @ w) * z * (1 - z),
            "slope of tanh": lambda d, w, z: (d @ w) * (1 - np.tanh(z) ** 2),
            "sign": times(-1, _back),
        },
        terms=lambda d, w, z: np.abs(d) @ np.abs(w),
    ),
    Target(
        "backprop.weight_gradient",
        "backprop.parameter_gradients",
        "The gradient of the mean loss by W of shape (H, D): the mean over N samples of delta a^T.",
        (real("delta", "N H", extent=100), real("a", "N D", extent=100)),
        lambda d, a: d.T @ a / len(d),
        {
            "mean over N forgotten": lambda d, a: d.T @ a,
            "the transposed form": lambda d, a: a.T @ d / len(d),
            "sign": lambda d, a: -(d.T @ a) / len(d),
            "divided by the number of inputs": lambda d, a: d.T @ a / a.shape[1],
        },
    ),
    Target(
        "backprop.bias_gradient",
        "backprop.parameter_gradients",
        "The gradient of the mean loss by H biases: the mean of the errors of N samples.",
        (real("delta", "N H"),),
        lambda d: np.mean(d, axis=0),
        {
            "mean over N forgotten": lambda d: np.sum(d, axis=0),
            "mean over the units": lambda d: np.mean(d, axis=1),
            "mean over everything": np.mean,
            "sign": lambda d: -np.mean(d, axis=0),
        },
    ),
    Target(
        "backprop.squared_output_error",
        "backprop.squared_output_error",
        "(sigmoid(z) - y) sigmoid'(z): the error of sigmoid output units under half the squared distance.",
        (real("z", "N"), real("y", "N")),
        lambda z, y: (sigmoid(z) - y) * _slope(z),
        {
            "factor 2: the square not halved": lambda z, y: 2 * (sigmoid(z) - y) * _slope(z),
            "the slope forgotten: the error under the cross-entropy": lambda z, y: sigmoid(z) - y,
            "sign": lambda z, y: (y - sigmoid(z)) * _slope(z),
            "divided by N": lambda z, y: (sigmoid(z) - y) * _slope(z) / len(z),
        },
        terms=lambda z, y: 1 + np.abs(y),
    ),
)
