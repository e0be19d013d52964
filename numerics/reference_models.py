"""Divergences, adversarial losses and variational autoencoders: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_mat

from .ball_formulas import kl, ln2, log_sum_exp, sigmoid, softplus
from .targets import Target, definite, law, positive, real, summed, swapped, times, unit


def _entropy(p: Any) -> Any:
    return kl(p, 1 + 0 * p) * -1


def _jensen_shannon(p: Any, q: Any) -> Any:
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


def _discriminator(real_logits: Any, fake_logits: Any) -> Any:
    return np.mean(softplus(-real_logits)) + np.mean(softplus(fake_logits))


def _probability_loss(on_data: Any, on_fakes: Any) -> Any:
    return -np.mean(np.log(on_data)) - np.mean(np.log(1 - on_fakes))


def _gaussian_kl(m1: Any, s1: Any, m2: Any, s2: Any) -> Any:
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - arb(1) / 2


def _diagonal_kl(m: Any, v: Any) -> Any:
    return np.sum(m * m + np.exp(v) - 1 - v, axis=-1) / 2


def _matrix(a: Any) -> Any:
    return arb_mat([[arb(x) for x in row] for row in a])


def _covariance_kl(m: Any, sigma: Any) -> Any:
    return (np.trace(sigma) + m @ m - len(m) - _matrix(sigma).det().log()) / 2


def _bound(w: Any) -> Any:
    return log_sum_exp(w) - arb(w.shape[1]).log()


def _elbo(likelihood: Any, prior: Any, q: Any) -> Any:
    return np.mean(likelihood + prior - q, axis=-1)


def _sorted_distance(x: Any, y: Any) -> Any:
    return np.mean(np.abs(np.sort(x) - np.sort(y)))


def _squared_distance(x: Any, y: Any) -> Any:
    return np.sum((x - y) ** 2, axis=-1)


TARGETS = (
    Target(
        "gan.jensen_shannon",
        "gan.jensen_shannon",
        "The Jensen-Shannon divergence of two laws on C points, in nats, with 0 log 0 = 0.",
        (law("p", "C", sparse=True), law("q", "C", sparse=True)),
        _jensen_shannon,
        {
            "logarithm base 2, not natural": lambda p, q: _jensen_shannon(p, q) / ln2(),
            "half forgotten": times(2, _jensen_shannon),
            "its square root, the distance": lambda p, q: np.sqrt(_jensen_shannon(p, q)),
            "KL(p||q), the mixture forgotten": kl,
            "the first half alone": lambda p, q: kl(p, (p + q) / 2) / 2,
            "the divergences from the mixture reversed": lambda p, q: (kl((p + q) / 2, p) + kl((p + q) / 2, q)) / 2,
        },
        terms=lambda p, q: 1,
    ),
    Target(
        "gan.optimal_discriminator",
        "gan.optimal_discriminator",
        "The best discriminator p/(p + q) for data density p and generator density q, entry by entry.",
        (positive("p", "N"), positive("q", "N")),
        lambda p, q: p / (p + q),
        {
            "q/(p + q): data and generator exchanged": lambda p, q: q / (p + q),
            "the ratio p/q": lambda p, q: p / q,
            "its logit": lambda p, q: np.log(p / q),
            "p/(2 p + q)": lambda p, q: p / (2 * p + q),
        },
    ),
    Target(
        "gan.discriminator_loss",
        "gan.discriminator_loss",
        "-mean log D(data) - mean log(1 - D(fakes)) from the probabilities D.",
        (unit("on_data", "N"), unit("on_fakes", "N")),
        _probability_loss,
        {
            "sign: the value of the game": times(-1, _probability_loss),
            "half of it": times(0.5, _probability_loss),
            "mean forgotten": summed(_probability_loss),
            "data and fakes exchanged": swapped(_probability_loss),
            "logarithm base 2, not natural": lambda d, f: _probability_loss(d, f) / ln2(),
            "the term of the fakes forgotten": lambda d, f: -np.mean(np.log(d)),
            "log D, not log(1 - D), of the fakes": lambda d, f: -np.mean(np.log(d)) - np.mean(np.log(f)),
        },
    ),
    Target(
        "gan.discriminator_loss_with_logits",
        "gan.discriminator_loss",
        "-mean log D(data) - mean log(1 - D(fakes)) from the logits of D.",
        (real("on_data", "N"), real("on_fakes", "N")),
        _discriminator,
        {
            "sign: the value of the game": times(-1, _discriminator),
            "half of it": times(0.5, _discriminator),
            "mean forgotten": summed(_discriminator),
            "data and fakes exchanged": swapped(_discriminator),
            "the term of the fakes forgotten": lambda d, f: np.mean(softplus(-d)),
            "sigmoid applied twice": lambda d, f: _discriminator(sigmoid(d), sigmoid(f)),
        },
    ),
    Target(
        "gan.nonsaturating_loss",
        "gan.nonsaturating_loss",
        "The generator's loss -mean log D(fakes), from the logits of D.",
        (real("on_fakes", "N"),),
        lambda f: np.mean(softplus(-f)),
        {
            "the saturating loss mean log(1 - D)": lambda f: -np.mean(softplus(f)),
            "fakes labelled as fakes: -mean log(1 - D)": lambda f: np.mean(softplus(f)),
            "sign": lambda f: -np.mean(softplus(-f)),
            "mean forgotten": lambda f: np.sum(softplus(-f)),
            "log of the mean, not mean of the log": lambda f: -np.log(np.mean(sigmoid(f))),
        },
    ),
    Target(
        "gan.wasserstein_1d",
        "gan.sorted_matching",
        "The Wasserstein-1 distance of two samples of N numbers on the line: the mean distance of the sorted ones.",
        (real("x", "N"), real("y", "N")),
        _sorted_distance,
        {
            "samples not sorted": lambda x, y: np.mean(np.abs(x - y)),
            "mean over N forgotten": summed(_sorted_distance),
            "squared distance (Wasserstein-2 squared)": lambda x, y: np.mean((np.sort(x) - np.sort(y)) ** 2),
            "the distance of the means": lambda x, y: np.abs(np.mean(x) - np.mean(y)),
            "one sample sorted the other way": lambda x, y: np.mean(np.abs(np.sort(x) - np.sort(y)[::-1])),
        },
        gradient=False,
    ),
    Target(
        "vae.gaussian_kl",
        "vae.gaussian_kl",
        "KL(N(m1, s1^2) || N(m2, s2^2)) of normal laws with standard deviations s1 and s2, entry by entry.",
        (real("m1", "N", extent=100), positive("s1", "N"), real("m2", "N", extent=100), positive("s2", "N")),
        _gaussian_kl,
        {
            "reversed: KL(second || first)": lambda a, s, b, t: _gaussian_kl(b, t, a, s),
            "variances taken for standard deviations": lambda a, s, b, t: _gaussian_kl(a, np.sqrt(s), b, np.sqrt(t)),
            "-1/2 forgotten": lambda a, s, b, t: _gaussian_kl(a, s, b, t) + 0.5,
            "factor 1/2 of the quadratic term forgotten": lambda a, s, b, t: (
                np.log(t / s) + (s**2 + (a - b) ** 2) / t**2 - 0.5
            ),
            "sign of the logarithm": lambda a, s, b, t: _gaussian_kl(a, s, b, t) - 2 * np.log(t / s),
            "logarithm forgotten": lambda a, s, b, t: _gaussian_kl(a, s, b, t) - np.log(t / s),
            "divided by the first variance": lambda a, s, b, t: np.log(t / s) + (t**2 + (a - b) ** 2) / s**2 / 2 - 0.5,
            "difference of the means not squared": lambda a, s, b, t: np.log(t / s) + (s**2 + a - b) / (2 * t**2) - 0.5,
        },
        terms=lambda a, s, b, t: 1 + np.abs(np.log(s)) + np.abs(np.log(t)),
    ),
    Target(
        "vae.diagonal_kl",
        "vae.diagonal_kl",
        "KL(N(mu, diag exp(logvar)) || N(0, 1)) for N rows of D coordinates: summed over D, one number a row.",
        (real("mu", "N D", extent=100), real("logvar", "N D", extent=20)),
        _diagonal_kl,
        {
            "mean over D, not the sum": lambda m, v: _diagonal_kl(m, v) / m.shape[1],
            "summed over the batch": lambda m, v: np.sum(_diagonal_kl(m, v)),
            "factor 1/2 forgotten": times(2, _diagonal_kl),
            "sign": times(-1, _diagonal_kl),
            "logvar taken for the log of the standard deviation": lambda m, v: _diagonal_kl(m, 2 * v),
            "half of logvar taken for it": lambda m, v: _diagonal_kl(m, v / 2),
            "logvar taken for the variance": lambda m, v: np.sum(m * m + v - 1 - np.log(v), axis=-1) / 2,
            "mu not squared": lambda m, v: np.sum(m + np.exp(v) - 1 - v, axis=-1) / 2,
            "sign of logvar": lambda m, v: np.sum(m * m + np.exp(v) - 1 + v, axis=-1) / 2,
            "summed over the samples (axis 0)": lambda m, v: _diagonal_kl(m.T, v.T),
        },
        terms=lambda m, v: np.sum(1 + np.abs(v), axis=-1),
    ),
    Target(
        "vae.full_covariance_kl",
        "vae.full_covariance_kl",
        "KL(N(mu, Sigma) || N(0, I)) in D dimensions: (tr Sigma + |mu|^2 - D - log det Sigma)/2.",
        (real("mu", "D", extent=100), definite("sigma", "D D")),
        _covariance_kl,
        {
            "factor 1/2 forgotten": times(2, _covariance_kl),
            "sign of the log-determinant": lambda m, s: _covariance_kl(m, s) + _matrix(s).det().log(),
            "D forgotten": lambda m, s: _covariance_kl(m, s) + arb(len(m)) / 2,
            "the determinant, its logarithm forgotten": lambda m, s: (
                (np.trace(s) + m @ m - len(m) - _matrix(s).det()) / 2
            ),
            "off-diagonal entries ignored": lambda m, s: (
                (np.trace(s) + m @ m - len(m) - np.sum(np.log(np.diag(s)))) / 2
            ),
            "Sigma taken for its square root": lambda m, s: _covariance_kl(m, s @ s),
        },
        terms=lambda m, s: arb(len(m)) + abs(_matrix(s).det().log()),
    ),
    Target(
        "vae.reparametrization",
        "vae.reparametrization",
        "The sample mu + sigma eps from standard normal eps, entry by entry; sigma is the standard deviation.",
        (real("mu", "N"), positive("sigma", "N"), real("eps", "N", extent=10)),
        lambda m, s, e: m + s * e,
        {
            "standard deviation squared": lambda m, s, e: m + s * s * e,
            "standard deviation's root taken": lambda m, s, e: m + np.sqrt(s) * e,
            "sigma taken for a log-variance": lambda m, s, e: m + np.exp(s / 2) * e,
            "sigma taken for a log standard deviation": lambda m, s, e: m + np.exp(s) * e,
            "sign of the noise": lambda m, s, e: m - s * e,
            "mu in the bracket: sigma (mu + eps)": lambda m, s, e: s * (m + e),
        },
    ),
    Target(
        "vae.reconstruction_loss",
        "vae.reconstruction_loss",
        "The squared distance of x and its reconstruction, summed over D coordinates, one number a row.",
        (real("x", "N D"), real("reconstruction", "N D")),
        _squared_distance,
        {
            "mean over D, not the sum": lambda x, y: _squared_distance(x, y) / x.shape[1],
            "mean over the batch": lambda x, y: np.mean(_squared_distance(x, y)),
            "factor 1/2 (the Gaussian log-likelihood)": times(0.5, _squared_distance),
            "the distance, not its square": lambda x, y: np.sqrt(_squared_distance(x, y)),
            "absolute distance": lambda x, y: np.sum(np.abs(x - y), axis=-1),
        },
    ),
    Target(
        "vae.monte_carlo_elbo",
        "vae.monte_carlo_elbo",
        "The mean over K draws (last axis) of log-likelihood + log-prior - log-q, one number a row.",
        (real("log_likelihood", "N K"), real("log_prior", "N K"), real("log_q", "N K")),
        _elbo,
        {
            "sum over the draws": lambda a, b, c: np.sum(a + b - c, axis=-1),
            "sign of log-q (of the entropy)": lambda a, b, c: np.mean(a + b + c, axis=-1),
            "log-prior forgotten": lambda a, b, c: np.mean(a - c, axis=-1),
            "entropy forgotten": lambda a, b, c: np.mean(a + b, axis=-1),
            "sign: the loss, not the bound": times(-1, _elbo),
            "the importance-weighted bound": lambda a, b, c: _bound(a + b - c),
            "mean over the samples (axis 0)": lambda a, b, c: np.mean(a + b - c, axis=0),
        },
    ),
    Target(
        "vae.importance_weighted_bound",
        "vae.importance_weighted_bound",
        "The logarithm of the mean of K importance weights (last axis) from their logarithms, one number a row.",
        (real("log_weights", "N K"),),
        _bound,
        {
            "log K forgotten": log_sum_exp,
            "the mean of the logarithms: the ELBO": lambda w: np.mean(w, axis=-1),
            "sign": times(-1, _bound),
            "mean over the samples (axis 0)": lambda w: _bound(w.T),
            "the largest": lambda w: np.max(w, axis=-1),
            "logarithm base 2, not natural": lambda w: _bound(w) / ln2(),
        },
        terms=lambda w: 1 + np.max(np.abs(w), axis=-1),
    ),
    Target(
        "statistics.kl_divergence",
        "statistics.relative_entropy",
        "KL(p || q) of two laws on C points, in nats, with 0 log 0 = 0.",
        (law("p", "C", sparse=True), law("q", "C")),
        kl,
        {
            "reversed: KL(q || p)": swapped(kl),
            "logarithm base 2, not natural": lambda p, q: kl(p, q) / ln2(),
            "sign": times(-1, kl),
            "mean over the classes": lambda p, q: kl(p, q) / len(p),
            "the cross-entropy: entropy of p forgotten": lambda p, q: kl(p, q) + _entropy(p),
            "the entropy of p": lambda p, q: _entropy(p),
        },
        terms=lambda p, q: 1 + abs(_entropy(p)),
    ),
    Target(
        "gan.value",
        "gan.objective",
        "The value of the game, mean log D(data) + mean log(1 - D(fakes)), from the probabilities D.",
        (unit("on_data", "N"), unit("on_fakes", "N")),
        times(-1, _probability_loss),
        {
            "sign: the discriminator's loss": _probability_loss,
            "mean forgotten": summed(times(-1, _probability_loss)),
            "data and fakes exchanged": swapped(times(-1, _probability_loss)),
            "log D, not log(1 - D), of the fakes": lambda d, f: np.mean(np.log(d)) + np.mean(np.log(f)),
        },
    ),
)
