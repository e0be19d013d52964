"""Are the intervals as good as they say?  Realized false alarms and misses of each kind, over many experiments.

An alarm is an interval that misses the truth: at most `nominal` of the runs, whatever the method gave away
beforehand. A miss is an interval that holds a prediction which is off by the effect that `numerics.power`
declares detectable: at most `beta` of the runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from . import betting, distances, intervals
from .intervals import Array, Bounds
from .power import detectable

NOMINAL, BETA = 0.01, 0.1


@dataclass(frozen=True)
class Calibration:
    """One kind of interval, tried `runs` times on draws of one law.

    alarms: intervals without the truth; misses: intervals that hold a prediction off by `effect`, on the
    worse of both sides; effect, misses are None where the kind declares no effect beforehand. half_width: on
    average.
    """

    kind: str
    law: str
    samples: int
    runs: int
    alarms: int
    half_width: float
    effect: float | None = None
    misses: int | None = None

    @property
    def realized(self) -> float:
        """The share of false alarms."""
        return self.alarms / self.runs

    def alarm_limit(self, level: float) -> float:
        """The exact lower limit of the true rate of false alarms; above NOMINAL the kind is unsound."""
        return intervals.proportion(self.alarms, self.runs, level, side="lower").low

    def miss_limit(self, level: float) -> float:
        """The exact lower limit of the true rate of misses; above BETA the declared effect is wrong."""
        return intervals.proportion(self.misses or 0, self.runs, level, side="lower").low


def calibration_table(rng: np.random.Generator, runs: int) -> list[Calibration]:
    """Every kind of interval at the nominal rate NOMINAL, tried `runs` times on laws that are hard for it."""
    return [*_bounded(rng, runs), *_unbounded(rng, runs), *_distributions(rng, runs)]


def _tried(kind: str, law: str, n: int, truth: float, bounds: Bounds, effect: float | None = None) -> Calibration:
    low, high = bounds
    runs, half = low.size, float((high - low).mean()) / 2
    alarms = int(np.sum((truth < low) | (truth > high)))
    if effect is None:
        return Calibration(kind, law, n, runs, alarms, half)
    misses = max(int(np.sum((low <= wrong) & (wrong <= high))) for wrong in (truth - effect, truth + effect))
    return Calibration(kind, law, n, runs, alarms, half, effect, misses)


def _bounded(rng: np.random.Generator, runs: int) -> Iterator[Calibration]:
    n = 300
    laws: dict[str, tuple[Array, float, float]] = {
        "coin, p = 1/2": (rng.integers(0, 2, (runs, n)).astype(float), 0.5, 0.25),
        "coin, p = 1/20": ((rng.random((runs, n)) < 0.05).astype(float), 0.05, 0.05 * 0.95),
        "uniform": (rng.random((runs, n)), 0.5, 1 / 12),
    }
    methods: dict[str, Callable[[Array, float], Bounds]] = {
        "Hoeffding": lambda x, v: intervals.hoeffding_bounds(x, NOMINAL),
        "empirical Bernstein": lambda x, v: intervals.empirical_bernstein_bounds(x, NOMINAL),
        "betting": lambda x, v: betting.betting_bounds(x, NOMINAL),
        "betting, designed": lambda x, v: betting.betting_bounds(x, NOMINAL, v),
        "betting, sequential": lambda x, v: betting.sequence_bounds(x, NOMINAL),
    }
    declared = {"Hoeffding", "empirical Bernstein", "betting, designed"}
    for kind, method in methods.items():
        for law, (x, mean, variance) in laws.items():
            effect = None
            if kind in declared:
                effect = detectable(kind.split(",")[0], n, NOMINAL, BETA, variance)
            yield _tried(kind, law, n, mean, method(x, variance), effect)
    for law in ("coin, p = 1/2", "coin, p = 1/20"):
        x, mean, variance = laws[law]
        bounds = intervals.proportion_bounds(x.sum(axis=-1).astype(int), n, NOMINAL / 2)
        yield _tried("Clopper-Pearson", law, n, mean, bounds, detectable("proportion", n, NOMINAL, BETA, variance))


def _unbounded(rng: np.random.Generator, runs: int) -> Iterator[Calibration]:
    n = 200
    normal = rng.standard_normal((runs, n))
    heavy = {"normal": normal, "Student t, 3 degrees / sqrt 3": rng.standard_t(3, (runs, n)) / np.sqrt(3)}
    for law, x in heavy.items():
        bounds = intervals.catoni_bounds(x, 1.0, NOMINAL)
        yield _tried("Catoni", law, n, 0.0, bounds, detectable("Catoni", n, NOMINAL, BETA, 1.0))
    known = intervals.gaussian_mean_bounds(normal, NOMINAL, 1.0)
    yield _tried("normal mean", "normal", n, 0.0, known, detectable("normal mean", n, NOMINAL, BETA, 1.0))
    yield _tried("Student t", "normal", 5, 0.0, intervals.gaussian_mean_bounds(normal[:, :5], NOMINAL))
    spread = intervals.gaussian_variance_bounds(normal, NOMINAL)
    yield _tried("chi-square", "normal", n, 1.0, spread, detectable("normal variance", n, NOMINAL, BETA, 1.0))


def _distributions(rng: np.random.Generator, runs: int) -> Iterator[Calibration]:
    for n in (50, 1000):
        x = np.sort(rng.random((runs, n)), axis=-1)
        radius, effect = distances.dkwm(n, NOMINAL), detectable("Kolmogorov", n, NOMINAL, BETA)
        alarms = int(np.sum(distances.empirical_distance(x) > radius))
        # A uniform law moved by the effect is that far from the uniform one; equality must be rejected.
        misses = int(np.sum(distances.empirical_distance(np.clip(x - effect, 0, 1)) <= radius))
        yield Calibration("Kolmogorov", "uniform", n, runs, alarms, radius, effect, misses)
