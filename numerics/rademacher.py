"""Measurements of Rademacher complexity: all signs, sampled deviations, coverage of the bounds, a real data set.

The routes are enumeration, simulation and quadrature; the predictions are the expressions of `theory.rademacher`.
Classes near the worst case (all signs on many points) show that a wrong constant would be caught.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import covering_numbers
from .complexity import (
    FiniteClass,
    KernelBall,
    LinearBall,
    Norm,
    empirical_complexity,
    exact_complexity,
    gaussian_kernel,
)
from .intervals import Array, Interval, empirical_bernstein_mean, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

NORMS: tuple[Norm, ...] = ("l1", "l2", "linf")
METRICS: tuple[covering_numbers.Metric, ...] = ("max", "mean square")


def deterministic(value: float, error: float = 1e-9, method: str = "enumeration") -> Interval:
    """The interval about a number computed by enumeration or quadrature."""
    return enclosure(value, error=error, method=method)


@measures("rademacher.empirical_complexity", route="all signs in the order of the Gray code")
def symmetries(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The complexity of drawn tables moved, scaled and enlarged by midpoints."""
    values = rng.normal(size=(6, tier.choose(quick=14, full=20)))
    plain = exact_complexity(FiniteClass(values)).middle
    moved = values + rng.normal(size=values.shape[1])
    middles = np.concatenate([values, (values[:3] + values[3:]) / 2])
    kinds = {"moved": (moved, plain), "scaled by -3": (-3 * values, 3 * plain), "midpoints added": (middles, plain)}
    absolute = exact_complexity(FiniteClass(moved, absolute=True)).middle
    return [
        Estimate(name, exact_complexity(FiniteClass(table)), predicted, {"with absolute values": absolute})
        for name, (table, predicted) in kinds.items()
    ]


@measures("rademacher.linear_balls", route="all signs of orthonormal inputs, and of drawn ones")
def balls(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Orthonormal inputs, where the complexities are 1/n, 1/sqrt(n) and 1; drawn inputs against the closed bounds."""
    n = tier.choose(quick=16, full=22)
    found = [
        Estimate(
            f"{norm} ball, orthonormal inputs",
            empirical_complexity(LinearBall(np.eye(n), norm)),
            known,
            {"without 1/n": known * n, "another ball": 1 / n**0.75},
        )
        for norm, known in zip(NORMS, (1 / n, 1 / math.sqrt(n), 1.0), strict=True)
    ]
    X = rng.normal(size=(n, 5))
    for norm in NORMS:
        ball = LinearBall(X, norm)
        exact = exact_complexity(ball)
        mutants = {"half of it": ball.bound() / 2} if norm != "l1" else {"a third of it": ball.bound() / 3}
        found.append(Estimate(f"{norm} ball, drawn inputs", exact, ball.bound(), mutants, relation="<="))
    ball = LinearBall(X)
    below = ball.bound() / math.sqrt(3)
    found.append(Estimate("l2 ball, below", exact_complexity(ball), below, {"all of it": ball.bound()}, relation=">="))
    return found


@measures("rademacher.massart", route="all signs, for tables of signs of equal length")
def finite_classes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Massart's bound for one function and its negative, for coordinate vectors, and for drawn signs."""
    n = tier.choose(quick=14, full=20)
    pair = FiniteClass([[1.0], [-1.0]])
    drawn = FiniteClass(rng.choice([-1.0, 1.0], size=(n * n, n)))
    found = []
    for name, table, most in (("1 and -1", pair, 1.0), ("drawn signs", drawn, 1.0)):
        count, size = table.values.shape
        bound = most * math.sqrt(size) * math.sqrt(2 * math.log(count)) / size
        found.append(
            Estimate(
                name,
                exact_complexity(table),
                bound,
                {"half": bound / 2, "without the 2": bound / 2**0.5},
                relation="<=",
            )
            if count == 2
            else Estimate(name, exact_complexity(table), bound, {"half": bound / 2}, relation="<=")
        )
    return found


@measures("rademacher.moment_bound", route="all signs of equal weights")
def signed_sums(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The mean absolute sum of n signs, over sqrt(n), above 1/sqrt(3)."""
    found = []
    for n in (2, 10, 20):
        exact = exact_complexity(FiniteClass(np.stack([np.ones(n), -np.ones(n)])))
        scaled = Interval(exact.low * math.sqrt(n), exact.high * math.sqrt(n), 0.0, exact.method)
        found.append(Estimate(f"{n} signs", scaled, 1 / math.sqrt(3), {"the second moment": 1.0}, relation=">="))
    return found


@measures("rademacher.contraction", route="all signs, for rectified and clipped tables")
def contracted(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Complexities after 1-Lipschitz maps; and with absolute values the class whose complexity grows by 4/3."""
    values = rng.normal(size=(8, tier.choose(quick=12, full=18))) * 2
    before = exact_complexity(FiniteClass(values)).middle
    maps: dict[str, Callable[[Array], Array]] = {
        "absolute values": np.abs,
        "rectified": lambda table: np.maximum(table, 0),
        "sine": np.sin,
    }
    found = [
        Estimate(name, exact_complexity(FiniteClass(one(values))), before, {"a tenth": before / 10}, relation="<=")
        for name, one in maps.items()
    ]
    pairs = np.array([[1.0, 1, 0], [1, 0, -1], [0, -1, -1]])
    plain = exact_complexity(FiniteClass(pairs, absolute=True)).middle
    grown = exact_complexity(FiniteClass(np.abs(pairs), absolute=True))
    mutants = {"factor 1": plain, "factor 5/4": 1.25 * plain}
    return [*found, Estimate("absolute value inside", grown, 2 * plain, mutants, relation="<=")]


@measures("rademacher.kernel_ball", route="all signs of a Gaussian kernel matrix")
def kernels(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """sqrt(n) times the complexity of the ball of the Gaussian kernel, on points near and far."""
    n = tier.choose(quick=16, full=22)
    found = []
    for spread in (0.3, 3.0, 100.0):
        ball = KernelBall(gaussian_kernel(rng.normal(size=(n, 2)) * spread))
        exact = exact_complexity(ball)
        scaled = Interval(exact.low * math.sqrt(n), exact.high * math.sqrt(n), 0.0, exact.method)
        found.append(Estimate(f"spread {spread:g}", scaled, 1.0 + 1e-7, {"n^(-0.7)": n**-0.2}, relation="<="))
    return found


def all_signs(points: int, n: int, samples: int, rng: np.random.Generator) -> Array:
    """The largest |P_n f - D f| over all functions to -1 and 1 on equally likely points, one a sample.

    f = 1 on the points drawn and -1 elsewhere attains it: 1 minus (drawn - not drawn)/points.
    """
    drawn = rng.integers(0, points, (samples, n))
    drawn.sort(axis=1)
    distinct = 1 + (np.diff(drawn, axis=1) > 0).sum(axis=1)
    return np.asarray(2.0 - 2.0 * distinct / points)


@measures("rademacher.symmetrization", route="samples from many points, the class of all signs, near the worst case")
def deviations(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The expected largest deviation of all functions to -1 and 1, whose complexity is below 1, and 1 without ties."""
    samples = tier.choose(quick=20_000, full=200_000)
    found = []
    for points, n in ((1_000, 10), (10_000, 50)):
        largest = all_signs(points, n, samples, rng)
        interval = empirical_bernstein_mean(largest, 0, 2, ALPHA_PER_TEST)
        found.append(
            Estimate(
                f"all signs on {points} points, n = {n}",
                interval,
                2.0,
                {"factor 1": 1.0, "factor 1.9": 1.9},
                relation="<=",
            )
        )
    # one function: complexity 0, and E|P_n f - D f| > 0
    single = np.abs(rng.integers(0, 2, (samples, 20)).mean(axis=1) - 0.5)
    interval = empirical_bernstein_mean(single, 0, 0.5, ALPHA_PER_TEST)
    both = 2 * exact_complexity(FiniteClass(np.ones((1, 20)), absolute=True)).middle
    found.append(
        Estimate("one function, absolute values", interval, both, {"without them on the right": 0.0}, relation="<=")
    )
    return found


@measures("rademacher.bounded_differences", route="coin tosses; all signs on few points")
def concentration(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The share of samples whose largest deviation exceeds its mean by epsilon, against exp(-n epsilon^2/2), B = 1."""
    samples = tier.choose(quick=100_000, full=1_000_000)
    found = []
    for n, eps in ((1, 1.0), (20, 0.4), (100, 0.2)):
        means = 2 * rng.binomial(n, 0.5, samples) / n - 1
        above = int((means >= eps - 1e-12).sum())
        bound = math.exp(-n * eps**2 / 2)
        mutants = {"four times the exponent": bound**4}
        found.append(
            Estimate(f"n = {n}, above {eps}", proportion(above, samples, ALPHA_PER_TEST), bound, mutants, "<=")
        )
    above = int((all_signs(3, 1, samples, rng) > 1.3).sum())
    told = "three points, n = 1: above 1.3, not centred"
    # the printed form has the mean left out: its bound is below the share
    printed = 2 * math.exp(-(1.3**2) / 2)
    mutants = {"as printed": printed}
    found.append(Estimate(told, proportion(above, samples, ALPHA_PER_TEST), 1.0, mutants, "<="))
    return found


@measures(
    "rademacher.generalization_bound", route="coverage over samples, for all indicators of subsets of many points"
)
def coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The share of samples on which some function violates the bound: at most delta, and near 1 for mutant bounds."""
    delta, samples = 0.05, tier.choose(quick=2_000, full=20_000)
    found = []
    for points, n in ((100_000, 200), (1_000_000, 800)):
        gap = coverage_gaps(points, n, samples, rng)
        width = math.sqrt(math.log(2 / delta) / (2 * n))
        # the complexity of the class of all indicators is half the share of distinct points, at most 1/2
        complexity = exact_complexity(FiniteClass([[0.0], [1.0]])).middle
        bounds = {
            "the bound": 2 * complexity + 3 * width,
            "complexity once": complexity + 3 * width,
            "complexity 1.5 times, width once": 1.5 * complexity + width,
        }
        shares = {
            name: proportion(
                int((gap > bound).sum()), samples, ALPHA_PER_TEST, "lower" if name != "the bound" else "both"
            )
            for name, bound in bounds.items()
        }
        found.append(Estimate(f"failures, n = {n}", shares["the bound"], delta, relation="<="))
        for name in ("complexity once", "complexity 1.5 times, width once"):
            found.append(
                Estimate(
                    f"failures of the bound with {name}, n = {n}", shares[name], 1.0, {"covers": delta}, relation="<="
                )
            )
    return found


def coverage_gaps(points: int, n: int, samples: int, rng: np.random.Generator) -> Array:
    """The largest D f - P_n f over all indicators on equally likely points: the share of points not drawn."""
    return all_signs(points, n, samples, rng) / 2


@measures("rademacher.dudley", route="covers in farthest-point order, against all signs")
def chaining(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Dudley's bound from computed covers of ramps and of shifted sines, above their exact complexity."""
    n, count = tier.choose(quick=14, full=20), tier.choose(quick=200, full=1_000)
    x = np.linspace(0, 1, n)
    families = {
        "ramps": np.clip(4 * (x - np.linspace(-0.25, 1, count)[:, None]), 0, 1),
        "sines": np.sin(2 * np.pi * (np.linspace(0, 4, count)[:, None] * x)),
    }
    found = []
    for name, table in families.items():
        exact = exact_complexity(FiniteClass(table))
        for metric in METRICS:
            bound = covering_numbers.dudley_bound(table, metric)
            found.append(Estimate(f"{name}, {metric}", exact, bound, {"a fortieth": bound / 40}, relation="<="))
    return found


@measures("rademacher.covering_number", route="integer programming on grids of the interval and the square")
def grids(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The covering numbers of grids, which are quotients rounded up, and the packings on either side of them."""
    steps = tier.choose(quick=24, full=60)
    line = np.linspace(0, 1, steps + 1)[:, None]
    found = []
    for reach in (1, 2, 5):
        number = covering_numbers.covering_number(line, reach / steps)
        known = -(-(steps + 1) // (2 * reach + 1))
        value = deterministic(float(number), error=0, method="optimum of an integer program")
        packed = float(covering_numbers.farthest_points(line).upper(reach / steps))
        mutants = {"a packing": packed} if packed != known else {"one more": known + 1.0}
        found.append(Estimate(f"interval, radius {reach}/{steps}", value, float(known), mutants))
    side = np.linspace(0, 1, 7)
    plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    number = covering_numbers.covering_number(plane, 1 / 6)
    value = deterministic(float(number), error=0, method="optimum of an integer program")
    return [*found, Estimate("square, radius 1/6", value, 9.0, {"as on the line": 3.0})]


@measures("rademacher.sobolev_rate", route="quadrature of the spectral density; all signs of the kernel matrix")
def sobolev(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The kernel of H^s on the line at 0, and sqrt(n) times the complexity of its unit ball, from both sides."""
    from scipy.integrate import quad

    found = []
    for order, known in ((1, 0.5), (2, 0.25)):
        value, error = quad(lambda xi, s=order: (1 + xi**2) ** -s / math.pi, 0, math.inf)
        mutants = {"of the other order": 0.75 - known, "without 2 pi": known * 2 * math.pi}
        found.append(
            Estimate(f"kernel at 0, order {order}", deterministic(value, 10 * error, "quadrature"), known, mutants)
        )
    n = tier.choose(quick=16, full=22)
    x = np.sort(rng.uniform(-5, 5, n))
    gaps = np.abs(x[:, None] - x)
    for order, kernel in ((1, np.exp(-gaps) / 2), (2, (1 + gaps) * np.exp(-gaps) / 4)):
        exact = exact_complexity(KernelBall(kernel))
        scaled = Interval(exact.low * math.sqrt(n), exact.high * math.sqrt(n), 0.0, exact.method)
        kappa = math.sqrt(kernel[0, 0])
        rate = {"as printed": kappa * n ** (0.5 - order)} if order > 1 else {"half": kappa / 2}
        found.append(Estimate(f"unit ball, order {order}: above", scaled, kappa + 1e-7, rate, relation="<="))
        below = kappa / math.sqrt(3)
        found.append(Estimate(f"unit ball, order {order}: below", scaled, below, {"all of it": 1.01 * kappa}, ">="))
    return found


@measures("rademacher.bousquet", route="samples from rare coins")
def rare_events(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The supremum over 20 rare coins of the centred sums, against Bousquet's and the bounded differences' tails."""
    chance, n, coins, samples = 0.01, 400, 20, tier.choose(quick=40_000, full=400_000)
    sums = rng.binomial(n, chance, (samples, coins)).max(axis=1) / (1 - chance) - n * chance / (1 - chance)
    # centred and divided by 1 - chance, so that f - D f <= 1; the mean of Z from another sample, from above
    other = rng.binomial(n, chance, (samples, coins)).max(axis=1) / (1 - chance) - n * chance / (1 - chance)
    centre = empirical_bernstein_mean(other, -5, n / (1 - chance), ALPHA_PER_TEST / 2)
    variance = chance / (1 - chance)
    found = []
    for excess in (4.0, 7.0):
        total = n * variance + 2 * centre.high
        ratio = excess / total
        bound = math.exp(-total * ((1 + ratio) * math.log1p(ratio) - ratio))
        above = int((sums >= centre.high + excess).sum())
        share = proportion(above, samples, ALPHA_PER_TEST / 2)
        mutants = {"twelve times the exponent": bound**12} if excess < 5 else {}
        found.append(Estimate(f"above the mean by {excess:g}", share, bound, mutants, relation="<="))
    return found


@measures("rademacher.generalization_bound", route="a linear classifier of handwritten digits", needs=("sklearn",))
def digits(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The chain on real data: complexity of the ball of the trained weights, and the gap of the ramp loss it bounds."""
    gap, bound, complexity = digits_chain(rng, tier.choose(quick=2_000, full=50_000))
    interval = deterministic(gap, 1e-12, "two halves of the images")
    mutants = {"minus the bound": -bound}
    high = Estimate("gap between the halves", interval, bound, mutants, relation="<=")
    most = Estimate("complexity of the ball", complexity[0], complexity[1], {"half": complexity[1] / 2}, relation="<=")
    return [high, most]


def digits_chain(rng: np.random.Generator, draws: int) -> tuple[float, float, tuple[Interval, float]]:
    """(gap of the ramp losses, bound on it, (interval of the complexity of the ball, its closed bound)) on digits 3, 8.

    The bound is 2 R/gamma + 3 sqrt(log(2/delta)/(2n)) with delta = 0.01, and the deviation of the second half by
    Hoeffding; the margin is 1 and the radius the norm that ridge regression found.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    kept = np.isin(labels, (3, 8))
    X = np.hstack([images[kept] / 16, np.ones((int(kept.sum()), 1))])
    y = np.where(labels[kept] == 3, 1.0, -1.0)
    order = rng.permutation(len(y))
    train, test = order[: len(y) // 2], order[len(y) // 2 :]
    w = np.linalg.solve(X[train].T @ X[train] + 10 * np.eye(X.shape[1]), X[train].T @ y[train])
    radius = float(np.linalg.norm(w))

    def ramp(rows: Any) -> float:
        return float(np.clip(1 - y[rows] * (X[rows] @ w), 0, 1).mean())

    ball = LinearBall(X[train], "l2", radius)
    complexity = empirical_complexity(ball, alpha=ALPHA_PER_TEST, draws=draws, seed=int(rng.integers(2**31)))
    delta = 0.01
    width = 3 * math.sqrt(math.log(2 / delta) / (2 * len(train))) + math.sqrt(math.log(1 / delta) / (2 * len(test)))
    return ramp(test) - ramp(train), 2 * complexity.high + width, (complexity, ball.bound())
