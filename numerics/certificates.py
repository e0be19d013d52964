"""Bounds on the risk of a randomized predictor, with their conditions, and certificates of trained ones.

A bound takes the empirical risk of a posterior on m data, its divergence from a prior that did not see these data, and
delta; it holds with probability at least 1 - delta over the data. Every rounding error is taken outward. What a bound
asks for stands in `CONDITIONS`.

`certificate` trains a stochastic classifier on part of real data, fits its posterior to the bound on the rest, and
certifies it:

>>> certificate("digits", rng=np.random.default_rng(0)).bound < 0.1  # doctest: +SKIP
True
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import Array, checked_alpha, proportion
from .kl_inverse import checked_probability, kl_upper_inverse

_UP = 1 + 2.0**-47  # more than covers the roundings of the few operations of a bound

Name = Literal["seeger", "mcallester", "catoni", "thiemann", "fixed posterior", "test set", "test set kl"]


@dataclass(frozen=True)
class Conditions:
    """What a bound asks for. posterior: "any" (one event for all, it may depend on the data) or "fixed" before them.

    loss: the range of the loss; parameter: what is asked of a free parameter; statement: where it is derived.
    """

    posterior: Literal["any", "fixed"]
    loss: str
    parameter: str
    statement: str


_UNIT = "in [0, 1]"
CONDITIONS: Mapping[Name, Conditions] = MappingProxyType(
    {
        "seeger": Conditions("any", _UNIT, "none", "pac_bayes.seeger"),
        "mcallester": Conditions("any", _UNIT, "none", "pac_bayes.mcallester"),
        "catoni": Conditions("any", _UNIT, "lambda > 0 fixed before the data", "pac_bayes.catoni"),
        "thiemann": Conditions("any", _UNIT, "any lambda in (0, 2), also after the data", "pac_bayes.thiemann"),
        "fixed posterior": Conditions("fixed", _UNIT, "none", "pac_bayes.fixed_posterior"),
        "test set": Conditions("fixed", "0 or 1, one predictor", "none", "pac_bayes.test_set"),
        "test set kl": Conditions("fixed", _UNIT, "none", "pac_bayes.test_set"),
    }
)
"""What each bound asks for; all of them: independent data, and a prior that does not depend on them."""


def _checked(empirical: float, kl: float, m: int, delta: float) -> tuple[float, float]:
    risk = checked_probability(empirical, "the empirical risk")
    if not kl >= 0:
        raise ValueError(f"the divergence {kl} must be a number >= 0")
    if m != int(m) or m < 1:
        raise ValueError(f"m = {m} is no sample size: a whole number from 1 on is needed")
    checked_alpha(delta)
    return risk, float(kl)


def complexity(kl: float, m: int, delta: float) -> float:
    """(KL + log(2 sqrt(m)/delta))/m, the right side of the kl bound, rounded up."""
    _checked(0.0, kl, m, delta)
    return (kl + math.log(2 * math.sqrt(m) / delta)) / m * _UP


def seeger(empirical: float, kl: float, m: int, delta: float) -> float:
    """The largest R with kl(empirical || R) <= (KL + log(2 sqrt(m)/delta))/m: for every posterior at once.

    Raises ValueError for a risk outside of [0, 1], a negative divergence, no sample size, or delta outside of (0, 1).
    """
    risk, kl = _checked(empirical, kl, m, delta)
    return kl_upper_inverse(risk, complexity(kl, m, delta))


def mcallester(empirical: float, kl: float, m: int, delta: float) -> float:
    """Empirical risk + sqrt((KL + log(2 sqrt(m)/delta))/(2m)), at most 1: for every posterior at once.

    Raises ValueError as `seeger` does.
    """
    risk, kl = _checked(empirical, kl, m, delta)
    return min((risk + math.sqrt(complexity(kl, m, delta) / 2)) * _UP, 1.0)


def catoni(empirical: float, kl: float, m: int, delta: float, lam: float) -> float:
    """(1 - exp(-lam empirical - (KL + log(1/delta))/m))/(1 - exp(-lam)), at most 1, for a lam fixed before the data.

    For every posterior at once; the log(2 sqrt(m)) of the kl bound is not paid. Raises ValueError as `seeger` does, and
    for lam <= 0.
    """
    risk, kl = _checked(empirical, kl, m, delta)
    if not (math.isfinite(lam) and lam > 0):
        raise ValueError(f"lam = {lam} must be a positive number that does not depend on the data")
    return min(math.expm1(-(lam * risk + (kl + math.log(1 / delta)) / m) * _UP) / math.expm1(-lam) * _UP, 1.0)


def catoni_grid(empirical: float, kl: float, m: int, delta: float) -> float:
    """The least of Catoni's bounds over `LAMBDAS`, each at its share of delta: for every posterior at once."""
    return min(catoni(empirical, kl, m, delta / len(LAMBDAS), lam) for lam in LAMBDAS)


def thiemann(empirical: float, kl: float, m: int, delta: float, lam: float | None = None) -> float:
    """Empirical/(1 - lam/2) + (KL + log(2 sqrt(m)/delta))/(m lam (1 - lam/2)), at most 1; the best lam where None.

    For every posterior and every lam in (0, 2) at once. Raises ValueError as `seeger` does, and for lam outside.
    """
    risk, kl = _checked(empirical, kl, m, delta)
    size = complexity(kl, m, delta)
    tilt = 2 / (math.sqrt(2 * risk / size + 1) + 1) if lam is None else float(lam)
    if not 0 < tilt < 2 and lam is not None:
        raise ValueError(f"lam = {lam} does not lie strictly between 0 and 2")
    return min((risk / (1 - tilt / 2) + size / (tilt * (1 - tilt / 2))) * _UP, 1.0)


def fixed_posterior(empirical: float, m: int, delta: float) -> float:
    """Empirical risk + sqrt(log(1/delta)/(2m)), at most 1: Hoeffding, for one posterior fixed before the data."""
    risk, _ = _checked(empirical, 0.0, m, delta)
    return min((risk + math.sqrt(math.log(1 / delta) / (2 * m))) * _UP, 1.0)


def held_out(errors: int, m: int, delta: float, method: Literal["exact", "kl"] = "exact") -> float:
    """The test-set bound of one predictor with so many errors among m data that it did not see.

    "exact" inverts the binomial tail (Clopper and Pearson), "kl" Chernoff's bound of it. Raises ValueError for counts
    that are none, delta outside of (0, 1) and an unknown method.
    """
    if method == "exact":
        return min(proportion(errors, m, delta, side="upper").high * (1 + 1e-12), 1.0)
    if method != "kl":
        raise ValueError(f"the method {method!r} is neither 'exact' nor 'kl'")
    if m < 1 or not 0 <= errors <= m or errors != int(errors):
        raise ValueError(f"{errors} errors among {m} data is no count")
    rate = errors / m
    return kl_upper_inverse(min(math.nextafter(rate, 1.0), 1.0) if errors else 0.0, _log(1 / checked_alpha(delta)) / m)


def _log(x: float) -> float:
    return math.log(x) * _UP


@dataclass(frozen=True)
class Certificate:
    """What was certified, and how. Errors are shares of misclassified data, between 0 and 1.

    bound: with probability at least `confidence` over the data and the draws, the risk of the stochastic classifier is
    at most this; test_bound is the exact binomial bound of the deterministic one (the posterior's mean) on the
    test data at the same confidence. train_error: of the stochastic classifier on the m data of the bound, estimated;
    train_error_bound: what its draws certify; test_error: of the stochastic one, estimated on the held-out data;
    mean_test_error: of the posterior's mean. prior_error: of the prior's mean on the test data. kl: KL(Q||P). bounds:
    the other bounds at the same numbers.
    """

    data: str
    model: str
    objective: str
    m: int
    prior_size: int
    test_size: int
    train_error: float
    train_error_bound: float
    test_error: float
    mean_test_error: float
    prior_error: float
    kl: float
    bound: float
    test_bound: float
    confidence: float
    seconds: float
    bounds: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.data}, {self.model} ({self.objective}): risk <= {self.bound:.4f} with confidence "
            f"{self.confidence:.3g} (test error {self.test_error:.4f} on {self.test_size}, "
            f"train {self.train_error:.4f} on {self.m}, KL {self.kl:.2f})"
        )


DATA = ("digits", "breast_cancer")
MODELS = ("linear", "kernel", "network", "pbb")
SCALES = (0.1,)
"""Deviations of the prior that are tried; each spends its share of delta, so the best may be taken."""
LAMBDAS = (0.5, 1.0, 2.0, 4.0)
"""The parameters of Catoni's bound that are tried, fixed before the data; each spends its share of delta."""


def load(data: str | tuple[ArrayLike, ArrayLike]) -> tuple[str, Array, NDArray[Any]]:
    """The name, the inputs (n, d) and the labels 0, 1, ... of a data set; a pair is taken as it is.

    Raises ValueError for an unknown name, shapes that do not fit, or values that are not finite.
    """
    if isinstance(data, str):
        if data not in DATA:
            raise ValueError(f"no data set {data!r}: there are {', '.join(DATA)}, or give a pair (inputs, labels)")
        from sklearn import datasets

        found = getattr(datasets, f"load_{data}")()
        return data, np.asarray(found.data, dtype=np.float64), np.asarray(found.target)
    inputs, labels = np.asarray(data[0], dtype=np.float64), np.asarray(data[1])
    if inputs.ndim != 2 or labels.shape != (len(inputs),):
        raise ValueError(
            f"inputs of shape {inputs.shape} and labels of shape {labels.shape}: (n, d) and (n,) are needed"
        )
    if not np.isfinite(inputs).all():
        raise ValueError("the inputs hold a value that is not finite")
    return "given", inputs, np.unique(labels, return_inverse=True)[1]


def split(
    n: int, prior_share: float, test_share: float, rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """A random partition of n data into those of the prior, of the bound, and of the test."""
    for name, share in (("prior_share", prior_share), ("test_share", test_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} = {share} must lie strictly between 0 and 1")
    order, held = rng.permutation(n), round(n * test_share)
    first = round((n - held) * prior_share)
    if min(held, first, n - held - first) < 10:
        raise ValueError(f"{n} data are too few for a prior, a bound and a test of ten each")
    return order[held : held + first], order[held + first :], order[:held]


def certificate(
    data: str | tuple[ArrayLike, ArrayLike],
    rng: np.random.Generator,
    *,
    model: str = "kernel",
    delta: float = 0.05,
    prior_share: float = 0.5,
    test_share: float = 0.2,
    draws: int = 2000,
) -> Certificate:
    """Train a stochastic classifier and certify its risk by the least of Catoni's bounds over `LAMBDAS`.

    The prior is a normal law about a classifier trained on `prior_share` of the training data; the posterior, normal
    with independent coordinates, minimizes the bound on the others. model: "linear" (on standardized inputs), "kernel"
    (on features of a normal kernel at the prior's data), "network" (on the last hidden layer of a torch network that
    was trained on the prior's data), "pbb" (all weights of such a network stochastic, trained by the quadratic
    objective of Perez-Ortiz et al. 2021). data: "digits", "breast_cancer", or a pair of inputs (n, d) and labels (n,).
    Raises ValueError for an unknown name or a share or delta out of range.
    """
    from . import gaussian_posteriors as fits

    begun = time.perf_counter()
    if model not in MODELS:
        raise ValueError(f"no model {model!r}: there are {', '.join(MODELS)}")
    checked_alpha(delta)
    name, inputs, labels = load(data)
    parts = split(len(inputs), prior_share, test_share, rng)
    sets = [(inputs[part], labels[part]) for part in parts]
    classes = int(labels.max()) + 1
    fitted = fits.fit(sets[0], sets[1], classes, model, delta, rng)
    m, spent = len(parts[1]), delta / 50  # one fiftieth for the draws
    errors, count = fits.sampled_errors(fitted, sets[1], draws, rng)
    certain = kl_upper_inverse(min(errors / count * _UP, 1.0), _log(fitted.tried / spent) / count)
    share = (delta - spent) / fitted.tried
    numbers = (certain, fitted.kl * _UP, m, share)
    test_errors, test_count = fits.sampled_errors(fitted, sets[2], max(draws // 4, 1), rng)
    wrong = int((fits.mean_prediction(fitted, sets[2][0]) != sets[2][1]).sum())
    prior_wrong = int((fits.mean_prediction(fitted, sets[2][0], prior=True) != sets[2][1]).sum())
    return Certificate(
        data=name,
        model=model,
        objective=fitted.objective,
        m=m,
        prior_size=len(parts[0]),
        test_size=len(parts[2]),
        train_error=errors / count,
        train_error_bound=certain,
        test_error=test_errors / test_count,
        mean_test_error=wrong / len(parts[2]),
        prior_error=prior_wrong / len(parts[2]),
        kl=fitted.kl,
        bound=catoni_grid(*numbers),
        test_bound=held_out(wrong, len(parts[2]), delta),
        confidence=1 - delta,
        seconds=time.perf_counter() - begun,
        bounds={"mcallester": mcallester(*numbers), "thiemann": thiemann(*numbers), "seeger": seeger(*numbers)},
    )


def as_row(found: Certificate) -> dict[str, Any]:
    """A certificate as a row of a table: its plain fields, percentages left to the reader."""
    fields = ("data", "model", "m", "train_error", "test_error", "mean_test_error", "kl", "bound", "test_bound")
    return {name: getattr(found, name) for name in (*fields, "confidence", "seconds")}
