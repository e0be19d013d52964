"""Value at risk and conditional value at risk: exactly, of samples, of families in closed form, by linear programming.

    value_at_risk(losses, 0.95), conditional_value_at_risk(losses, 0.95)      of equally likely losses
    LossLaw.of([0, 100], ["0.95", "0.05"]).conditional_value_at_risk("0.9")   in rational arithmetic
    tail_law("student t", nu=4).conditional_value_at_risk(0.99)               in closed form
    conditional_value_at_risk_interval(losses, 0.95, 0, 1, alpha=1e-3)        with its confidence
    linear_program(losses, 0.95), least_tail_portfolio(scenarios, 0.95)       by HiGHS

A loss is bad where it is large; level 0.95 means the worst 5 per cent, and a float level stands for the decimal that it
prints as. Rockafellar and Uryasev 2000, 2002; Thomas and Learned-Miller 2019; Norton, Khokhlov and Uryasev 2021.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..theory.finite_losses import LossLaw, checked_level, probabilities
from .distances import dkwm
from .intervals import Array, Interval, checked_alpha, checked_bounded, checked_sample

__all__ = [
    "LossLaw",
    "TailLaw",
    "conditional_value_at_risk",
    "conditional_value_at_risk_interval",
    "least_tail_portfolio",
    "linear_program",
    "tail_law",
    "value_at_risk",
]


def value_at_risk(losses: ArrayLike, level: float, weights: Sequence[Any] | None = None) -> float:
    """The smallest l with P(L <= l) >= level, of equally likely losses or under the weights (see `LossLaw.of`).

    losses: shape (n,). The order statistic is found exactly: 0.9 of ten losses is the ninth. Raises ValueError for a
    level outside (0, 1), losses that are no vector of finite numbers, and weights that do not fit.
    """
    x, alpha = checked_sample(losses), checked_level(level)
    if weights is not None:
        return float(LossLaw.of(x.tolist(), weights).value_at_risk(alpha))
    rank = math.ceil(alpha * x.size)
    return float(np.partition(x, rank - 1)[rank - 1])


def conditional_value_at_risk(losses: ArrayLike, level: float, weights: Sequence[Any] | None = None) -> float:
    """The mean of the worst share 1 - level, an atom on its edge divided; arguments and errors as `value_at_risk`.

    Without weights one selection of linear cost and one sum without rounding errors; with weights rational arithmetic.
    """
    x, alpha = checked_sample(losses), checked_level(level)
    if weights is not None:
        return float(LossLaw.of(x.tolist(), weights).conditional_value_at_risk(alpha))
    share = (1 - alpha) * x.size
    rank = math.ceil(alpha * x.size)  # the order statistic at the edge
    parted = np.partition(x, rank - 1)
    edge, beyond = float(parted[rank - 1]), parted[rank:]
    left = float(share - beyond.size)
    return math.fsum([*beyond.tolist(), left * edge]) / float(share)


def _worst(values: Array, masses: Array, share: float) -> float:
    """The mean of the worst share of the total mass; values in decreasing order."""
    before = np.concatenate([[0.0], np.cumsum(masses)[:-1]])
    taken = np.clip(share - before, 0.0, masses)
    return math.fsum((taken * values).tolist()) / share


def conditional_value_at_risk_interval(
    losses: ArrayLike, level: float, low: float, high: float, alpha: float
) -> Interval:
    """Thomas and Learned-Miller's interval for the conditional value at risk of independent losses in [low, high].

    A Dvoretzky-Kiefer-Wolfowitz band of half-width e holds the distribution function with probability 1 - alpha; the
    worst law in it has the mass e of the smallest losses at high, the best the mass e of the largest at low. Raises
    ValueError for a loss outside [low, high] or a level or alpha outside (0, 1).
    """
    checked_alpha(alpha)
    checked_bounded(losses, low, high)
    x, share = np.sort(checked_sample(losses))[::-1], float(1 - checked_level(level))
    band = dkwm(x, alpha)
    masses = np.full(x.size, 1 / x.size)
    above = np.concatenate([[high], x]), np.concatenate([[band], masses])
    skipped = np.clip(band - np.concatenate([[0.0], np.cumsum(masses)[:-1]]), 0.0, masses)
    below = np.append(x, low), np.append(masses - skipped, band)
    ends = [min(max(_worst(*side, share), low), high) for side in (below, above)]
    return Interval(ends[0], ends[1], alpha, "DKW band, Thomas and Learned-Miller", x.size)


@dataclass(frozen=True)
class TailProgram:
    """The solution of a tail program: the conditional value at risk, the threshold and the worst density.

    density: of each outcome, at most 1/(1 - level), from the dual; shares: of a portfolio's assets, else empty; bound:
    what the density proves the value to be at least (weak duality), up to the rounding of one sum.
    """

    value: float
    threshold: float
    density: Array
    bound: float
    shares: Array

    @property
    def gap(self) -> float:
        """How far the value may lie above the optimum."""
        return self.value - self.bound


def linear_program(losses: ArrayLike, level: float, weights: Sequence[Any] | None = None) -> TailProgram:
    """Conditional value at risk by HiGHS: the least c + sum w u/(1 - level) with u >= losses - c and u >= 0.

    losses: shape (n,). Raises ValueError as `value_at_risk`, RuntimeError where HiGHS finds no optimum.
    """
    return _program(checked_sample(losses)[:, None], level, weights)


def least_tail_portfolio(scenarios: ArrayLike, level: float, weights: Sequence[Any] | None = None) -> TailProgram:
    """The portfolio without short sales of least conditional value at risk, by one linear program.

    scenarios: the loss of each asset (column) in each scenario (row), shape (n, assets). Raises ValueError for another
    shape or numbers that are not finite, RuntimeError where HiGHS finds no optimum.
    """
    return _program(np.asarray(scenarios, dtype=np.float64), level, weights)


def _program(table: Array, level: float, weights: Sequence[Any] | None) -> TailProgram:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    if table.ndim != 2 or table.size == 0 or not np.isfinite(table).all():
        raise ValueError(f"scenarios are finite numbers of shape (scenarios, assets), not of shape {table.shape}")
    (n, assets), share = table.shape, float(1 - checked_level(level))
    masses = np.array([float(w) for w in probabilities(weights, n)])
    # Unknowns: the shares of the assets, the threshold c, the excesses u.
    cost = np.concatenate([np.zeros(assets), [1.0], masses / share])
    rows = hstack([csr_array(table), csr_array(-np.ones((n, 1))), -eye_array(n)], format="csr")
    total = csr_array(np.concatenate([np.ones(assets), np.zeros(1 + n)])[None, :])
    bounds = [(0, None)] * assets + [(None, None)] + [(0, None)] * n
    found = linprog(cost, A_ub=rows, b_ub=np.zeros(n), A_eq=total, b_eq=[1.0], bounds=bounds, method="highs")
    if found.status != 0:
        raise RuntimeError(f"HiGHS found no optimum: {found.message}")
    tilted = np.clip(-found.ineqlin.marginals, 0.0, masses / share)
    tilted /= max(tilted.sum(), 1.0)
    # What was cut off is put where there is room, so that the density is one.
    room = masses / share - tilted
    tilted += room * ((1.0 - tilted.sum()) / room.sum()) if room.sum() > 0 else 0.0
    bound = min(math.fsum(column) for column in (tilted[:, None] * table).T.tolist())
    shares = np.clip(found.x[:assets], 0.0, None)
    shares /= shares.sum()
    threshold = float(found.x[assets])
    excess = np.maximum(table @ shares - threshold, 0.0)
    density = np.divide(tilted, masses, out=np.zeros(n), where=masses > 0)
    value = threshold + math.fsum((masses * excess).tolist()) / share
    return TailProgram(value, threshold, density, bound, shares if assets > 1 else np.empty(0))


@dataclass(frozen=True)
class TailLaw:
    """A law with closed forms for its value at risk and conditional value at risk; made by `tail_law`."""

    name: str
    parameters: Mapping[str, float]
    _quantile: Callable[[Array], Array]
    _tail: Callable[[Array], Array]

    def value_at_risk(self, level: Any) -> Any:
        """The quantile at the levels, in their shape. Raises ValueError for a level outside (0, 1)."""
        return self._at(self._quantile, level)

    def conditional_value_at_risk(self, level: Any) -> Any:
        """The mean beyond the quantile at the levels, in their shape. Raises ValueError for a level outside (0, 1)."""
        return self._at(self._tail, level)

    def _at(self, function: Callable[[Array], Array], level: Any) -> Any:
        levels = np.asarray(float(level) if isinstance(level, Fraction | str) else level, dtype=np.float64)
        if not bool(np.all((levels > 0) & (levels < 1))):
            raise ValueError(f"the level {level!r} is not strictly between 0 and 1: 0.95 means the worst 5 per cent")
        value = np.asarray(function(levels))
        return float(value) if value.ndim == 0 else value


def _normal(mu: float, sigma: float) -> Any:
    from scipy.special import ndtri

    def tail(level: Array) -> Array:
        return np.asarray(mu + sigma * np.exp(-(ndtri(level) ** 2) / 2) / math.sqrt(2 * math.pi) / (1 - level))

    return lambda level: mu + sigma * ndtri(level), tail


def _log_normal(mu: float, sigma: float) -> Any:
    from scipy.special import ndtr, ndtri

    def tail(level: Array) -> Array:
        return np.asarray(math.exp(mu + sigma**2 / 2) * ndtr(sigma - ndtri(level)) / (1 - level))

    return lambda level: np.exp(mu + sigma * ndtri(level)), tail


def _student(nu: float, mu: float, sigma: float) -> Any:
    from scipy.special import gammaln, stdtrit

    constant = math.exp(gammaln((nu + 1) / 2) - gammaln(nu / 2)) / math.sqrt(nu * math.pi)

    def tail(level: Array) -> Array:
        z = stdtrit(nu, level)
        density = constant * (1 + z**2 / nu) ** (-(nu + 1) / 2)
        return np.asarray(mu + sigma * density * (nu + z**2) / ((nu - 1) * (1 - level)))

    return lambda level: mu + sigma * stdtrit(nu, level), tail


def _uniform(mu: float, sigma: float) -> Any:
    return lambda level: mu + sigma * level, lambda level: mu + sigma * (1 + level) / 2


def _exponential(sigma: float) -> Any:
    return lambda level: -sigma * np.log1p(-level), lambda level: sigma * (1 - np.log1p(-level))


def _logistic(mu: float, sigma: float) -> Any:
    from scipy.special import entr, logit

    return (
        lambda level: mu + sigma * logit(level),
        lambda level: mu + sigma * (entr(level) + entr(1 - level)) / (1 - level),
    )


def _laplace(mu: float, sigma: float) -> Any:
    def quantile(level: Array) -> Array:
        return mu + sigma * np.where(level < 0.5, np.log(2 * level), -np.log(2 * (1 - level)))

    def tail(level: Array) -> Array:
        low = level * (1 - np.log(2 * level)) / (1 - level)
        return mu + sigma * np.where(level < 0.5, low, 1 - np.log(2 * (1 - level)))

    return quantile, tail


def _pareto(nu: float, sigma: float) -> Any:
    def quantile(level: Array) -> Array:
        return np.asarray(sigma * (1 - level) ** (-1 / nu))

    return quantile, lambda level: nu / (nu - 1) * quantile(level)


_FAMILIES: Mapping[str, tuple[Callable[..., Any], Mapping[str, float | None]]] = MappingProxyType(
    {
        "normal": (_normal, {"mu": 0.0, "sigma": 1.0}),
        "log-normal": (_log_normal, {"mu": 0.0, "sigma": 1.0}),
        "student t": (_student, {"nu": None, "mu": 0.0, "sigma": 1.0}),
        "uniform": (_uniform, {"mu": 0.0, "sigma": 1.0}),
        "exponential": (_exponential, {"sigma": 1.0}),
        "logistic": (_logistic, {"mu": 0.0, "sigma": 1.0}),
        "Laplace": (_laplace, {"mu": 0.0, "sigma": 1.0}),
        "Pareto": (_pareto, {"nu": None, "sigma": 1.0}),
    }
)
FAMILIES = tuple(_FAMILIES)
"""The names that `tail_law` knows. mu is the location, sigma the scale: the least value and the length (uniform), the
mean (exponential), the least loss (Pareto); nu > 1 the degrees of freedom (student t) or the exponent (Pareto)."""


def tail_law(name: str, **parameters: float) -> TailLaw:
    """The law of a family, `sigma` 1 and `mu` 0 where not given; nu must be given where the family has it.

    Raises ValueError for another family or parameter, sigma <= 0, and nu <= 1, where there is no mean.
    """
    if name not in _FAMILIES:
        raise ValueError(f"there is no family {name!r}: choose one of {', '.join(_FAMILIES)}")
    make, defaults = _FAMILIES[name]
    if unknown := sorted(parameters.keys() - defaults.keys()):
        raise ValueError(f"the {name} law has no parameter {unknown[0]}: it has {', '.join(defaults)}")
    values = {key: parameters.get(key, default) for key, default in defaults.items()}
    for key, value in values.items():
        if value is None:
            raise ValueError(f"the {name} law needs {key}, as in tail_law({name!r}, {key}=3)")
        least = {"sigma": 0.0, "nu": 1.0}.get(key, -math.inf)
        if not (math.isfinite(value) and value > least):
            raise ValueError(f"{key} = {value} of the {name} law is not a finite number above {least:g}")
    given = {key: float(value) for key, value in values.items() if value is not None}
    return TailLaw(name, MappingProxyType(given), *make(**given))
