"""Measurements of shattering, counts of dichotomies and deviations, by routes other than the exact ones.

Linear programs by HiGHS stand against the simplex method in integers, sines and networks in floating point against
fractions, simulated samples against the bounds.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from ..theory.hypothesis_classes import HalfSpaces, PolynomialClassifiers, ReluNetworks, SineClass
from ..theory.separation import Halfspace, separate
from ..theory.set_systems import cover, sauer, vc_dimension
from .hypothesis_classes import shatters
from .intervals import Array, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures
from .vc_bounds import deviation_bound, largest_deviations, printed_bound, quantile, sample_size


def exactly(what: str, count: int, predicted: int, mutants: dict[str, float]) -> Estimate:
    """A count, which has no error."""
    return Estimate(what, enclosure(float(count), error=0.0, method="count"), float(predicted), mutants)


def separable(points: Array, labels: Any) -> bool:
    """Whether HiGHS finds a half-space that has the labels with margin 1."""
    from scipy.optimize import linprog

    signs = 2.0 * np.asarray(labels) - 1
    rows = -signs[:, None] * np.column_stack([np.ones(len(points)), points])
    free = [(None, None)] * rows.shape[1]
    return bool(linprog(np.zeros(rows.shape[1]), rows, -np.ones(len(points)), bounds=free, method="highs").success)


@measures("vc.cover_count", route="a linear program by HiGHS for every labelling of random points")
def counted_by_programs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Normal points are in general position: their dichotomies are Cover's count."""
    found = []
    for d, m in ((2, 7), (3, tier.choose(quick=7, full=9))):
        points = rng.normal(size=(m, d))
        half = sum(separable(points, (0, *rest)) for rest in product((0, 1), repeat=m - 1))
        mutants = {"Sauer and Shelah": sauer(m, d + 1), "without bias": cover(m, d), "all": 2.0**m}
        found.append(exactly(f"dichotomies of {m} points in R^{d}", 2 * half, cover(m, d + 1), mutants))
    return found


@measures("vc.separation_alternative", route="feasibility by HiGHS on random labels")
def programs_agree(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The exact answer and that of floating point agree on points in general position."""
    trials = tier.choose(quick=80, full=1000)
    agree = 0
    for _ in range(trials):
        points = rng.normal(size=(8, 3))
        labels = rng.integers(0, 2, 8).tolist()
        agree += separable(points, labels) == isinstance(separate(points.tolist(), labels), Halfspace)
    return [exactly("labellings on which both agree", agree, trials, {"half of them": trials / 2})]


@measures("vc.half_spaces", route="rank in floating point and HiGHS on each labelling, random points of R^7")
def seven_dimensions(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """8 points of R^7 are shattered; of 9 points the labelling of the Radon partition is infeasible."""
    points = rng.normal(size=(9, 7))
    few, many = shatters(HalfSpaces(7), points[:8]), shatters(HalfSpaces(7), points)
    feasible = sum(separable(points[:8], labels) for labels in product((0, 1), repeat=8))
    refuted = int(not separable(points, many.labels))
    rank = int(np.linalg.matrix_rank(np.column_stack([np.ones(9), points])))
    return [
        exactly("labellings of 8 points", feasible, 256 if few else 0, {"one missing": 255.0}),
        exactly("labels of the Radon partition refuted", refuted, int(not many), {"feasible": 0.0}),
        exactly("rank of 9 lifted points", rank, int(HalfSpaces(7).dimension.high), {"9": 9.0}),
    ]


@measures("vc.polynomial_classifiers", route="the rank of Vandermonde's matrix in several variables at random points")
def ranks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The number of independent monomials at random points is the VC dimension."""
    found = []
    for n, k in ((2, 3), (3, 2), (5, 2)):
        hypotheses = PolynomialClassifiers(n, k)
        points = rng.uniform(-1, 1, size=(hypotheses.parameters + 5, n))
        powers = np.asarray([[0] * n, *hypotheses.exponents])
        rank = int(np.linalg.matrix_rank(np.prod(points[:, None, :] ** powers[None], axis=2)))
        mutants = {"homogeneous": math.comb(n + k - 1, k), "each exponent up to k": (k + 1) ** n}
        found.append(exactly(f"rank for n = {n}, k = {k}", rank, int(hypotheses.dimension.high), mutants))
    return found


@measures("vc.sauer_shelah", route="random families of sets on seven points")
def random_families(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The family that is the largest for its dimension, of many random ones, against the bound."""
    worst = -math.inf
    for _ in range(tier.choose(quick=60, full=600)):
        family = frozenset(rng.integers(0, 128, rng.integers(2, 80)).tolist())
        worst = max(worst, len(family) - sauer(7, vc_dimension(family, 7)))
    full = frozenset(range(128))
    excess = max(worst, len(full) - sauer(7, vc_dimension(full, 7)))
    interval = enclosure(float(excess), error=0.0, method="count")
    return [Estimate("largest excess of |H| over the bound", interval, 0.0, {"one fewer": -1.0}, "<=")]


@measures("vc.sine_class", route="the signs of NumPy's sine at the witnesses' frequencies")
def floating_sines(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """All labellings of 1/2, ..., 2^-8 appear."""
    m = 8
    line = np.asarray([float(x) for x in SineClass().good_points(m)])
    seen = set()
    for labels in product((0, 1), repeat=m):
        frequency = 1 + sum((1 - y) << (i + 1) for i, y in enumerate(labels))
        seen.add(tuple((np.sin(np.pi * frequency * line) > 0).tolist()))
    return [exactly("labellings of 8 points by sines", len(seen), 2**m, {"VC dimension 7": float(sauer(m, 7))})]


@measures("vc.relu_networks", route="the constructed networks run in torch", needs=("torch",))
def networks_in_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The witnesses, with their weights as floats, have all labels of N + 1 points."""
    import torch

    found = []
    for widths in ((1, 5), (2, 6, 3), (3, 2, 5, 2)):
        size = max(widths[1:]) + 1
        points = rng.integers(-50, 50, size=(size, widths[0])).astype(float) + np.arange(size)[:, None] * 200
        answer = shatters(ReluNetworks(widths), points.tolist())
        seen = set()
        for _, network in answer.witnesses():
            x = torch.tensor(points)
            for depth, layer in enumerate(network.layers):
                weights = torch.tensor([[float(w) for w in row] for row in layer], dtype=torch.float64)
                x = x @ weights[:, :-1].T + weights[:, -1]
                x = torch.relu(x) if depth < len(network.layers) - 1 else x
            seen.add(tuple((x[:, 0] > 0).tolist()))
        found.append(exactly(f"labellings by {widths}", len(seen), 2**size, {"one point fewer": 2.0 ** (size - 1)}))
    return found


@measures("vc.uniform_deviation", route="simulated samples, the largest deviation of all labellings found exactly")
def deviations(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The quantile of the largest deviation is below each bound for n >= d, and above bounds that forget something."""
    delta, repeats = 0.05, tier.choose(quick=4_000, full=40_000)
    found = []
    for n, d in ((50, 50), (200, 50), (1000, 50), (5000, 50)):
        interval = quantile(largest_deviations(rng, n, d, repeats), 1 - delta, ALPHA_PER_TEST)
        one = math.sqrt(math.log(2 / delta) / (2 * n))
        mutants = {"one hypothesis": one, "1/n for its root": deviation_bound(n, d, delta) ** 2 / 16}
        if n == d:
            mutants = {"one hypothesis": one, "1/16 for 8": printed_bound(n, d, delta) / math.sqrt(128)}
        elif n > 500:
            mutants = {"one hypothesis": one}
        what = f"quantile of the largest deviation, n = {n}, d = {d}"
        found.append(Estimate(what, interval, deviation_bound(n, d, delta), mutants, "<="))
        found.append(Estimate(f"{what} (printed)", interval, printed_bound(n, d, delta), mutants, "<="))
    few = quantile(largest_deviations(rng, 13, 28, repeats, noise=0), 0.5, ALPHA_PER_TEST)
    printed = {"printed, with n < d": printed_bound(13, 28, 0.5)}
    found.append(Estimate("median deviation, n = 13, d = 28", few, deviation_bound(13, 28, 0.5), printed, "<="))
    return found


@measures("vc.unseen_points", route="simulated samples")
def unseen(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """With 134 points and 67 draws half of the points at least stay unseen, and the largest deviation is no less."""
    repeats = tier.choose(quick=2_000, full=20_000)
    deviation = float(largest_deviations(rng, 67, 134, repeats, noise=0).min())
    interval = enclosure(deviation, error=1e-12, method="sum over 134 points")
    return [Estimate("least of the largest deviations", interval, 0.5, {"nine tenths": 0.9}, ">=")]


@measures("vc.sample_size", route="simulated samples of the size asked for")
def enough_samples(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """At the sample size failures are rarer than delta. With epsilon and delta near one, one draw would do by the
    printed form, but the drawn point is off by 1."""
    epsilon, d, delta, repeats = 0.2, 5, 0.1, tier.choose(quick=1_000, full=10_000)
    n = sample_size(epsilon, d, delta)
    fails = int((largest_deviations(rng, n, d, repeats) > epsilon).sum())
    printed = math.ceil(80 / epsilon**2 * (d * math.log(1 / epsilon) + math.log(1 / delta)))
    drawn = rng.random((repeats, 1))
    single = [max(np.unique(sample, return_counts=True)[1]) / sample.size for sample in drawn]  # its error is nought
    off = int((np.asarray(single) > 0.9).sum())
    return [
        Estimate(f"share beyond epsilon, n = {n}", proportion(fails, repeats, ALPHA_PER_TEST), delta, {}, "<="),
        Estimate("share of single draws off by 0.9", proportion(off, repeats, ALPHA_PER_TEST), 1.0, {"printed": 0.9}),
        Estimate("sample size", enclosure(float(n), error=0.0), float(printed), {"2 for 80": printed / 40}, "<="),
    ]
