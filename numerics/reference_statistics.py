"""Moments, spectral densities, risk measures and generalization bounds: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from .ball_formulas import kl, ln2, nonnegative, pi
from .targets import Target, count, law, positive, real, share, summed, times, unit


def _centred(x: Any) -> Any:
    return x - np.mean(x)


def _variance(x: Any) -> Any:
    return np.sum(_centred(x) ** 2) / (len(x) - 1)


def _moment(x: Any, k: int) -> Any:
    return np.mean(_centred(x) ** k)


def _covariance(x: Any, y: Any) -> Any:
    return np.mean(_centred(x) * _centred(y))


def _correlation(x: Any, y: Any) -> Any:
    return _covariance(x, y) / np.sqrt(_covariance(x, x) * _covariance(y, y))


def _entropy(p: Any) -> Any:
    return -kl(p, 1 + 0 * p)


def _table_information(p: Any) -> Any:
    product = np.outer(np.sum(p, axis=1), np.sum(p, axis=0))
    return np.sum(kl(p, product))


def _edge(x: Any, q: Any) -> Any:
    low, high = (1 - q.sqrt()) ** 2, (1 + q.sqrt()) ** 2
    return np.sqrt(nonnegative((high - x) * (x - low)))


def _density(x: Any, q: Any) -> Any:
    return _edge(x, q) / (2 * pi() * q * x)


def _semicircle(x: Any, radius: Any) -> Any:
    return np.sqrt(nonnegative(radius**2 - x * x)) * 2 / (pi() * radius**2)


def _mcallester(risk: Any, divergence: Any, m: Any, delta: Any) -> Any:
    return risk + ((divergence + (2 * arb(m).sqrt() / delta).log()) / (2 * m)).sqrt()


def _catoni(risk: Any, divergence: Any, m: Any, delta: Any, lam: Any) -> Any:
    return (1 - (-lam * risk - (divergence + (1 / delta).log()) / m).exp()) / (1 - (-lam).exp())


def _thiemann(risk: Any, divergence: Any, m: Any, delta: Any, lam: Any) -> Any:
    bound = (divergence + (2 * arb(m).sqrt() / delta).log()) / m
    return risk / (1 - lam / 2) + bound / (lam * (1 - lam / 2))


def _fixed(risk: Any, divergence: Any, m: Any, delta: Any) -> Any:
    return risk + ((divergence + (1 / delta).log()) / (2 * m)).sqrt()


def _gaussian(m1: Any, v1: Any, m2: Any, v2: Any) -> Any:
    return np.sum((v1 + (m1 - m2) ** 2) / v2 - 1 - np.log(v1 / v2)) / 2


def _entropic(x: Any, theta: Any) -> Any:
    return np.log(np.mean(np.exp(theta * x))) / theta


def _base_rate(p: Any, s: Any, c: Any) -> Any:
    return s * p / (s * p + (1 - c) * (1 - p))


def _normal(x: Any, m: Any, s: Any) -> Any:
    return np.exp(-(((x - m) / s) ** 2) / 2) / (s * (2 * pi()).sqrt())


BOUND = (share("risk"), positive("divergence", extent=100), count("m"), unit("delta"))

TARGETS = (
    Target(
        "statistics.sample_variance",
        "statistics.sample_variance",
        "The unbiased variance of n >= 2 numbers, with division by n - 1.",
        (real("x", "N"),),
        _variance,
        {
            "biased: division by n, not n - 1": lambda x: _moment(x, 2),
            "the standard deviation": lambda x: np.sqrt(_variance(x)),
            "the sum of squares, not divided": lambda x: np.sum(_centred(x) ** 2),
            "mean not subtracted": lambda x: np.sum(x * x) / (len(x) - 1),
        },
        least={"N": 2},
    ),
    Target(
        "statistics.covariance",
        "statistics.covariance",
        "The mean product of two samples of n numbers less their means, with division by n.",
        (real("x", "N"), real("y", "N")),
        _covariance,
        {
            "division by n - 1": lambda x, y: np.sum(_centred(x) * _centred(y)) / (len(x) - 1),
            "means not subtracted": lambda x, y: np.mean(x * y),
            "the correlation": _correlation,
            "mean over n forgotten": summed(_covariance),
        },
        least={"N": 2},
        terms=lambda x, y: np.mean(np.abs(_centred(x) * _centred(y))) + 0 * x[0],
    ),
    Target(
        "statistics.entropy",
        "statistics.entropy",
        "The entropy of a law on C points, in nats, with 0 log 0 = 0.",
        (law("p", "C", sparse=True),),
        _entropy,
        {
            "logarithm base 2, not natural": lambda p: _entropy(p) / ln2(),
            "sign": times(-1, _entropy),
            "mean over the points": lambda p: _entropy(p) / len(p),
            "relative to the uniform law": lambda p: _entropy(p) / max(arb(len(p)).log(), arb(0.5)),
        },
    ),
    Target(
        "statistics.mutual_information",
        "statistics.information_tables",
        "The mutual information of a table of joint probabilities (each of A rows is a law, times 1/A), in nats.",
        (law("p", "A C"),),
        lambda p: _table_information(p / len(p)),
        {
            "logarithm base 2, not natural": lambda p: _table_information(p / len(p)) / ln2(),
            "rows not weighted by 1/A": _table_information,
            "sign": lambda p: -_table_information(p / len(p)),
        },
        terms=lambda p: 1 + arb(p.size).log(),
    ),
    Target(
        "probability.normal_density",
        "probability.normal_density",
        "The density at x of the normal law with mean mu and standard deviation sigma, entry by entry.",
        (real("x", "N", extent=20), real("mu", "N", extent=10), positive("sigma", "N")),
        _normal,
        {
            "variance taken for the standard deviation": lambda x, m, s: _normal(x, m, np.sqrt(s)),
            "standard deviation taken for the variance": lambda x, m, s: _normal(x, m, s * s),
            "not normalized": lambda x, m, s: np.exp(-(((x - m) / s) ** 2) / 2),
            "factor 1/2 of the exponent forgotten": lambda x, m, s: (
                np.exp(-(((x - m) / s) ** 2)) / (s * (2 * pi()).sqrt())
            ),
            "1/sigma forgotten": lambda x, m, s: s * _normal(x, m, s),
            "its logarithm": lambda x, m, s: np.log(_normal(x, m, s)),
        },
    ),
    Target(
        "bayes.base_rate",
        "bayes.base_rate",
        "The probability of disease given a positive test, from prevalence, sensitivity and specificity.",
        (unit("prevalence", "N"), unit("sensitivity", "N"), unit("specificity", "N")),
        _base_rate,
        {
            "the sensitivity: base rate ignored": lambda p, s, c: s + 0 * p,
            "specificity taken for the false positive rate": lambda p, s, c: _base_rate(p, s, 1 - c),
            "prevalence weights forgotten": lambda p, s, c: s / (s + 1 - c),
            "given a negative test": lambda p, s, c: (1 - s) * p / ((1 - s) * p + c * (1 - p)),
            "the complement": lambda p, s, c: 1 - _base_rate(p, s, c),
        },
    ),
    Target(
        "random_matrix.marchenko_pastur_density",
        "random_matrix.total_mass",
        "Marchenko and Pastur's density at x for the ratio q = d/n and unit variance, without the atom: "
        "sqrt((b - x)(x - a))/(2 pi q x) between a, b = (1 -+ sqrt q)^2, zero elsewhere.",
        (positive("x", "N", extent=10), positive("q", extent=10)),
        _density,
        {
            "1/q forgotten": lambda x, q: q * _density(x, q),
            "1/x forgotten (a semicircle)": lambda x, q: x * _density(x, q),
            "n/d for d/n": lambda x, q: _density(x, 1 / q),
            "factor 2 forgotten in 2 pi": lambda x, q: 2 * _density(x, q),
            "edges (1 -+ q)^2: root forgotten": lambda x, q: (
                np.sqrt(nonnegative(((1 + q) ** 2 - x) * (x - (1 - q) ** 2))) / (2 * pi() * q * x)
            ),
            "normalized to mass one where q > 1": lambda x, q: _density(x, q) * (q if q > 1 else arb(1)),
            "for the singular values, not the eigenvalues": lambda x, q: 2 * x * _density(x * x, q),
        },
        gradient=False,
    ),
    Target(
        "random_matrix.semicircle_density",
        "random_matrix.semicircle_law",
        "Wigner's semicircle density at x with the support [-R, R]: 2 sqrt(R^2 - x^2)/(pi R^2), zero elsewhere.",
        (real("x", "N", extent=10), positive("radius", extent=10)),
        _semicircle,
        {
            "support [-2 R, 2 R]: the radius taken for the standard deviation": lambda x, r: _semicircle(x, 2 * r),
            "factor 2 forgotten": lambda x, r: _semicircle(x, r) / 2,
            "divided by R, not R^2": lambda x, r: r * _semicircle(x, r),
            "root forgotten": lambda x, r: nonnegative(r * r - x * x) * 2 / (pi() * r * r),
        },
        gradient=False,
    ),
    Target(
        "pac_bayes.mcallester_bound",
        "pac_bayes.mcallester",
        "risk + sqrt((KL + log(2 sqrt(m)/delta))/(2 m)), for numbers.",
        BOUND,
        _mcallester,
        {
            "factor 2 in 2 m forgotten": lambda r, k, m, d: r + ((k + (2 * arb(m).sqrt() / d).log()) / m).sqrt(),
            "log(1/delta): 2 sqrt(m) forgotten": _fixed,
            "log(2 m/delta): root of m forgotten": lambda r, k, m, d: r + ((k + (2 * m / d).log()) / (2 * m)).sqrt(),
            "2 (m - 1) for 2 m": lambda r, k, m, d: (
                r + ((k + (2 * arb(m).sqrt() / d).log()) / (2 * max(m - 1, 1))).sqrt()
            ),
            "the logarithm of delta with the wrong sign": lambda r, k, m, d: _mcallester(r, k, m, 1 / d),
            "the excess alone: the risk forgotten": lambda r, k, m, d: _mcallester(r, k, m, d) - r,
            "logarithm base 2, not natural": lambda r, k, m, d: (
                r + ((k + (2 * arb(m).sqrt() / d).log() / ln2()) / (2 * m)).sqrt()
            ),
        },
    ),
    Target(
        "pac_bayes.catoni_bound",
        "pac_bayes.catoni",
        "(1 - exp(-lambda risk - (KL + log(1/delta))/m))/(1 - exp(-lambda)), for numbers.",
        (*BOUND, positive("lam", extent=10)),
        _catoni,
        {
            "2 sqrt(m) paid, where it is not due": lambda r, k, m, d, a: _catoni(r, k, m, d / (2 * arb(m).sqrt()), a),
            "not divided by 1 - exp(-lambda)": lambda r, k, m, d, a: _catoni(r, k, m, d, a) * (1 - (-a).exp()),
            "lambda forgotten in the exponent": lambda r, k, m, d, a: (
                (1 - (-r - (k + (1 / d).log()) / m).exp()) / (1 - (-a).exp())
            ),
            "confidence and failure exchanged": lambda r, k, m, d, a: _catoni(r, k, m, 1 - d, a),
            "divergence not divided by m": lambda r, k, m, d, a: _catoni(r, k * m, m, d, a),
        },
        terms=lambda r, k, m, d, a: 1 / (1 - (-a).exp()),
    ),
    Target(
        "pac_bayes.thiemann_bound",
        "pac_bayes.thiemann",
        "risk/(1 - lambda/2) + (KL + log(2 sqrt(m)/delta))/(m lambda (1 - lambda/2)) for 0 < lambda < 1, for numbers.",
        (*BOUND, unit("lam")),
        _thiemann,
        {
            "lambda for lambda/2": lambda r, k, m, d, a: (
                _thiemann(r, k, m, d, 2 * a) * 1 + (_thiemann(r, k, m, d, 2 * a) - r / (1 - a))
            ),
            "factor lambda forgotten in the second denominator": lambda r, k, m, d, a: (
                r / (1 - a / 2) + (k + (2 * arb(m).sqrt() / d).log()) / (m * (1 - a / 2))
            ),
            "log(1/delta): 2 sqrt(m) forgotten": lambda r, k, m, d, a: _thiemann(r, k, m, d * 2 * arb(m).sqrt(), a),
        },
    ),
    Target(
        "pac_bayes.gaussian_divergence",
        "pac_bayes.gaussian_divergence",
        "KL of independent normal coordinates with means m1 and variances v1 from those with m2 and v2, summed over D.",
        (real("m1", "D", extent=100), positive("v1", "D"), real("m2", "D", extent=100), positive("v2", "D")),
        _gaussian,
        {
            "reversed: KL(second || first)": lambda a, v, b, w: _gaussian(b, w, a, v),
            "standard deviations taken for variances": lambda a, v, b, w: _gaussian(a, v * v, b, w * w),
            "factor 1/2 forgotten": times(2, _gaussian),
            "sign of the logarithm": lambda a, v, b, w: _gaussian(a, v, b, w) + np.sum(np.log(v / w)),
            "mean over the coordinates": lambda a, v, b, w: _gaussian(a, v, b, w) / len(a),
            "-1 a coordinate forgotten": lambda a, v, b, w: _gaussian(a, v, b, w) + arb(len(a)) / 2,
        },
        terms=lambda a, v, b, w: len(a) + np.sum(np.abs(np.log(v)) + np.abs(np.log(w))),
    ),
    Target(
        "risk.entropic",
        "risk.entropic_axioms",
        "The entropic risk log(mean exp(theta x))/theta of N equally likely losses, for theta > 0.",
        (real("x", "N"), positive("theta", extent=10)),
        _entropic,
        {
            "not divided by theta": lambda x, t: t * _entropic(x, t),
            "mean forgotten: log of the sum": lambda x, t: np.log(np.sum(np.exp(t * x))) / t,
            "sign of the losses": lambda x, t: _entropic(-x, t),
            "the mean": lambda x, t: np.mean(x) + 0 * t,
        },
        terms=lambda x, t: np.max(np.abs(x)) + 1 / t,
    ),
)
