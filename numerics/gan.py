"""Measurements of the adversarial game: trained discriminators, sampled divergences, transport solvers and autograd.

Two normal laws on the line stand for the data and the generator.  Expressions of the theory room are evaluated on a
fine grid, which is a discrete measure for which every theorem on `measures.integral` holds as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Dummy, Expr, Symbol, lambdify

from ..theory import gan
from ..theory import logistic_game as model
from ..theory.claims import AllOf, Definition, Identity
from ..theory.divergence import affinity, js, kl, total_variation
from ..theory.measures import Mu
from ..theory.statements import Statement
from ..theory.transport import independent, law, solve
from .distances import dkwm
from .intervals import Array, Interval, empirical_bernstein_mean
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Grid:
    """Two normal laws as weights on a grid: the standard one and one with the given mean and deviation."""

    mean: float
    deviation: float
    points: Array
    p: Array
    q: Array

    @classmethod
    def of(cls, mean: float, deviation: float, count: int = 4001) -> Grid:
        """A grid over 9 deviations to both sides, with weights that sum to one."""
        x = np.linspace(min(-9.0, mean - 9 * deviation), max(9.0, mean + 9 * deviation), count)
        p, q = np.exp(-(x**2) / 2), np.exp(-(((x - mean) / deviation) ** 2) / 2)
        return cls(mean, deviation, x, p / p.sum(), q / q.sum())

    def value(self, expr: Expr, functions: Mapping[Symbol, Array] | None = None) -> float:
        """The value of an expression of `gan` in p, q and further functions, its integrals as sums over the grid."""
        values = {gan.p: self.p, gan.q: self.q, **(functions or {})}

        def total(integral: Mu) -> float:
            body = integral.args[0]
            symbols = sorted(body.free_symbols, key=str)
            return math.fsum(_compiled(body, symbols)(*(values[s] for s in symbols)))

        return float(expr.xreplace({part: total(part) for part in expr.atoms(Mu)}))


def _compiled(expr: Expr, symbols: Sequence[Symbol]) -> Callable[..., Any]:
    """The expression as a NumPy function of the symbols, by plain symbols that every code printer knows."""
    plain = [Dummy(symbol.name) for symbol in symbols]
    function: Callable[..., Any] = lambdify(plain, expr.xreplace(dict(zip(symbols, plain, strict=True))), "numpy")
    return function


def trained(grid: Grid) -> tuple[Array, float]:
    """The logits of a discriminator with quadratic features that torch trained on the grid, and a bound on their error.

    Newton's method on the value of the game, which is concave in the coefficients; the distance to the maximizer is at
    most twice the norm of the gradient over the least curvature, near the maximum.
    """
    import torch

    x = torch.tensor(grid.points, dtype=torch.float64)
    p, q = (torch.tensor(w, dtype=torch.float64) for w in (grid.p, grid.q))
    scaled = x / 3
    features = torch.stack([torch.ones_like(x), scaled, scaled**2])

    def loss(theta: Any) -> Any:
        logit = theta @ features
        return -(p @ torch.nn.functional.logsigmoid(logit)) - q @ torch.nn.functional.logsigmoid(-logit)

    theta = torch.zeros(3, dtype=torch.float64)
    slope, curvature = torch.func.grad(loss), torch.func.hessian(loss)
    for _ in range(60):
        move = torch.linalg.solve(curvature(theta), slope(theta))
        step = 1.0
        while step > 1e-8 and loss(theta - step * move) > loss(theta) + 1e-15:
            step /= 2
        theta = theta - step * move
    least = float(torch.linalg.eigvalsh(curvature(theta))[0])
    error = 2 * (float(slope(theta).norm()) + 1e-15) / least
    return (theta @ features).numpy(), error


@measures("gan.optimal_discriminator", route="a discriminator trained with torch on known densities", needs=("torch",))
def trained_discriminator(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Its output at a few points against p/(p+q), and its value against that of D*."""
    grid = Grid.of(mean=float(rng.uniform(0.6, 1.4)), deviation=float(rng.uniform(1.3, 1.7)))
    logits, error = trained(grid)
    output = 1 / (1 + np.exp(-logits))
    found = []
    for x in (-1.5, 0.0, 2.0):
        i = int(np.argmin(np.abs(grid.points - x)))
        p, q = grid.p[i], grid.q[i]
        reach = error * (1 + abs(x) / 3 + x * x / 9) + 8 * EPS
        forms = {"exchanged": q / (p + q), "q counted twice": p / (p + 2 * q), "roots": 1 / (1 + math.sqrt(q / p))}
        interval = enclosure(float(output[i]), error=reach, method="Newton's method, gradient over curvature")
        found.append(Estimate(f"D({x})", interval, float(_best(p, q)), forms))
    attained = math.fsum(grid.p * np.log(output) + grid.q * np.log1p(-output))
    best = grid.value(gan.value_at_optimum.rhs)
    interval = enclosure(attained, error=1e-12, method="sum over the grid")
    found.append(Estimate("value attained", interval, best, {"coin": -math.log(4), "half the divergence": best / 2}))
    return found


def _best(p: float, q: float) -> float:
    return float(_compiled(gan.best, (gan.p, gan.q))(p, q))


@measures(
    "gan.optimal_discriminator", route="a torch network trained on samples, judged on fresh ones", needs=("torch",)
)
def trained_network(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """No network gets more than the value of D*; this one gets more than mutants of it allow."""
    import torch

    grid, bound = Grid.of(mean=1.5, deviation=1.0), 6.0
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    sizes = [(1, 16), (16, 1)]
    parameters = [torch.randn(o, i, generator=generator, dtype=torch.float64) / math.sqrt(i) for i, o in sizes]
    parameters += [torch.zeros(o, dtype=torch.float64) for _, o in sizes]
    for one in parameters:
        one.requires_grad_()

    def logit(x: Any) -> Any:
        hidden = torch.tanh(x[:, None] @ parameters[0].T + parameters[2])
        return bound * torch.tanh((hidden @ parameters[1].T + parameters[3])[:, 0] / bound)

    real, fake = (torch.tensor(rng.normal(m, 1, 2000)) for m in (0.0, 1.5))
    optimizer = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(tier.choose(quick=150, full=600)):
        optimizer.zero_grad()
        loss = torch.nn.functional.softplus(-logit(real)).mean() + torch.nn.functional.softplus(logit(fake)).mean()
        loss.backward()
        optimizer.step()
    n = tier.choose(quick=100_000, full=1_000_000)
    with torch.no_grad():
        on_real = torch.nn.functional.logsigmoid(logit(torch.tensor(rng.normal(0, 1, n)))).numpy()
        on_fake = torch.nn.functional.logsigmoid(-logit(torch.tensor(rng.normal(1.5, 1, n)))).numpy()
    interval = empirical_bernstein_mean(on_real + on_fake, -2 * bound - 0.1, 0.0, ALPHA_PER_TEST)
    best = grid.value(gan.value(gan.best))
    rivals = {"laws exchanged": grid.value(gan.value(1 - gan.best)), "coin": -math.log(4)}
    return [Estimate("value of the network", interval, best, rivals, relation="<=")]


@measures("gan.regret", route="discriminators at random, summed over the grid")
def shortfall(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """What random discriminators fall short of the best value, against the expected divergence of coins."""
    grid = Grid.of(mean=1.0, deviation=1.4)
    values = 1 / (1 + np.exp(-np.sin(grid.points * rng.uniform(0.3, 1.5)) - rng.normal()))
    best = math.fsum(grid.p * np.log(grid.p / (grid.p + grid.q)) + grid.q * np.log(grid.q / (grid.p + grid.q)))
    short = best - math.fsum(grid.p * np.log(values) + grid.q * np.log1p(-values))
    mutant = gan.regret.theorem.mutants["coins exchanged"]
    assert isinstance(mutant, Identity)
    predictions = {"coins exchanged": grid.value(mutant.rhs, {gan.D: values})}
    predicted = grid.value(gan.regret.rhs, {gan.D: values})
    return [Estimate("shortfall", enclosure(short, error=1e-12, method="sum over the grid"), predicted, predictions)]


@measures("gan.jensen_shannon", route="the information that a sample carries about its label, by Monte Carlo")
def label_information(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Draw from the mixture; the entropy that the label loses is the divergence."""
    grid, divergence = Grid.of(mean=1.5, deviation=1.3), gan.jensen_shannon.claim
    assert isinstance(divergence, Definition)
    n = tier.choose(quick=200_000, full=2_000_000)
    fake = rng.random(n) < 0.5
    x = np.where(fake, rng.normal(grid.mean, grid.deviation, n), rng.normal(0, 1, n))
    logit = math.log(grid.deviation) - x**2 / 2 + ((x - grid.mean) / grid.deviation) ** 2 / 2
    d = 1 / (1 + np.exp(-logit))
    entropy = np.log1p(np.exp(-np.abs(logit))) + np.abs(logit) * np.where(logit > 0, 1 - d, d)
    interval = empirical_bernstein_mean(
        np.clip(math.log(2) - entropy, 0, math.log(2)), 0.0, math.log(2), ALPHA_PER_TEST
    )
    expressions = {"Kullback-Leibler": kl(gan.p, gan.q), "twice": 2 * js(gan.p, gan.q), "half": js(gan.p, gan.q) / 2}
    mutants = {name: grid.value(expr) for name, expr in expressions.items()}
    mutants["total variation"] = grid.value(total_variation(gan.p, gan.q))
    return [Estimate("information about the label", interval, grid.value(divergence.value), mutants)]


def _by_autograd(
    statement: Statement, part: str, variable: Symbol, rng: np.random.Generator, count: int
) -> list[Estimate]:
    """The derivative of the written-out value of the game in a parameter, by torch, against a part of a statement."""
    import torch

    assert isinstance(statement.claim, AllOf)
    claim = statement.claim.claims[part]
    assert isinstance(claim, Identity)
    symbols = (model.w, model.theta, model.x1, model.x2, model.z1, model.z2, model.share, model.chance)
    formula, logsigmoid = _compiled(claim.rhs, symbols), torch.nn.functional.logsigmoid
    found = []
    for k in range(count):
        at = {s: float(rng.uniform(0.2, 0.8)) if s.domain.upper == 1 else float(rng.normal()) for s in symbols}
        held = {s: torch.tensor(value, dtype=torch.float64, requires_grad=s == variable) for s, value in at.items()}
        weight, theta, x1, x2, z1, z2, share, chance = held.values()
        value = share * logsigmoid(weight * x1) + (1 - share) * logsigmoid(weight * x2)
        value = value + chance * logsigmoid(-weight * theta * z1) + (1 - chance) * logsigmoid(-weight * theta * z2)
        value.backward()
        size = (1 + abs(at[model.w]) + abs(at[model.theta])) * sum(abs(at[s]) for s in symbols[2:6])
        predicted = float(formula(*at.values()))
        interval = enclosure(float(held[variable].grad), error=64 * EPS * size, method="torch, 64 roundings of the sum")
        found.append(Estimate(f"gradient {k + 1}", interval, predicted, {"with the other sign": -predicted}))
    return found


@measures("gan.generator_gradient", route="automatic differentiation with torch", needs=("torch",))
def autograd_generator(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The derivative of the value in the generator's parameter; the other sign is the printed one."""
    count = tier.choose(quick=3, full=20)
    return _by_autograd(gan.generator_gradient, "gradient", model.theta, rng, count)


@measures("gan.discriminator_gradient", route="automatic differentiation with torch", needs=("torch",))
def autograd_discriminator(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The derivative of the value in the discriminator's parameter."""
    count = tier.choose(quick=3, full=20)
    return _by_autograd(gan.discriminator_gradient, "exchanged", model.w, rng, count)


@measures(
    "gan.vanishing", route="automatic differentiation with torch against the optimal discriminator", needs=("torch",)
)
def vanishing_gradient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The gradient of both generator losses when a normal law is shifted, for growing distance of the two laws."""
    import torch

    found = []
    for mean in (1.0, 2.0, 4.0, 6.0):
        grid = Grid.of(mean, 1.0)
        x, q = (torch.tensor(values, dtype=torch.float64) for values in (grid.points, grid.q))
        sizes = {}
        for name, sign in (("saturating", -1.0), ("other", 1.0)):
            shift = torch.zeros((), dtype=torch.float64, requires_grad=True)
            logit = mean**2 / 2 - mean * (x + shift)
            loss = -sign * (q @ torch.nn.functional.logsigmoid(sign * logit))
            loss.backward()
            sizes[name] = float(shift.grad) / mean
        bound = grid.value(affinity(gan.p, gan.q)) / 2
        closed = math.exp(-(mean**2) / 8) / 2
        saturating = enclosure(sizes["saturating"], error=1e-13, method="torch on the grid")
        squared = {"squared affinity": 2 * bound**2} if mean > 1 else {}
        found.append(Estimate(f"saturating signal at {mean:g}", saturating, bound, squared, relation="<="))
        other = enclosure(sizes["other"], error=1e-13, method="torch on the grid")
        found.append(Estimate(f"the other at {mean:g}", other, 0.5, {"one": 1.0}, relation=">="))
        found.append(Estimate(f"affinity at {mean:g}", enclosure(bound, error=1e-12), closed, {"no half": 2 * closed}))
    return found


@measures("gan.kantorovich_rubinstein", route="POT's coupling above, HiGHS's critic below", needs=("ot",))
def both_certificates(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Random laws on random finite metric spaces: the exact distance lies between two solvers' certificates."""
    import ot

    found = []
    for k in range(tier.choose(quick=4, full=20)):
        size = 6
        points = rng.integers(0, 12, (size, 2))
        points[:, 0] += 13 * np.arange(size)
        distances = np.abs(points[:, None] - points[None]).sum(axis=2)
        p, q = (law(*(int(c) for c in rng.integers(1, 9, size))) for _ in range(2))
        metric = tuple(tuple(type(p[0])(int(d)) for d in row) for row in distances)
        exact = solve(p, q, metric)
        a, b, cost = np.array(p, dtype=float), np.array(q, dtype=float), distances.astype(float)
        above = float((ot.emd(a, b, cost) * cost).sum())
        below = _critic_gain(a, b, cost)
        slack = 64 * EPS * float(cost.max())
        interval = Interval(below - slack, above + slack, 0.0, "a coupling above, a 1-Lipschitz function below")
        mutants = {
            "twice": 2 * float(exact.cost),
            "independent": float(independent(p, q, metric).cost),
            "total variation": float(np.abs(a - b).sum() / 2),
        }
        found.append(Estimate(f"distance {k + 1}", interval, float(exact.cost), mutants))
    return found


def _critic_gain(p: Array, q: Array, cost: Array) -> float:
    """What HiGHS's critic gains once it was made 1-Lipschitz, whatever the solver's tolerance."""
    from scipy.optimize import linprog

    n = len(p)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    rows = np.zeros((len(pairs), n))
    for row, (i, j) in zip(rows, pairs, strict=True):
        row[i], row[j] = 1.0, -1.0
    limits = np.array([cost[i, j] for i, j in pairs])
    answer = linprog(q - p, A_ub=rows, b_ub=limits, bounds=[(0, cost.max())] + [(None, None)] * (n - 1), method="highs")
    critic = (answer.x[None, :] + cost).min(axis=1)
    return float(critic @ (p - q))


@measures("gan.on_the_line", route="order statistics of samples, with a band for the distribution functions")
def sorted_samples(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A uniform and a triangular law on [0, 1], whose distribution functions x and x^2 enclose the area 1/6."""
    n = tier.choose(quick=100_000, full=1_000_000)
    x, y = np.sort(rng.random(n)), np.sort(np.sqrt(rng.random(n)))
    reach = 2 * dkwm(n, ALPHA_PER_TEST / 2)
    mean = float(np.abs(x - y).mean())
    interval = Interval(
        max(0.0, mean - reach), mean + reach, ALPHA_PER_TEST, "Dvoretzky-Kiefer-Wolfowitz-Massart", 2 * n
    )
    levels = np.linspace(0, 1, 2001)
    area = float(np.abs(levels - levels**2).sum() / 2000)
    mutants = {"largest gap": 0.25, "squared gaps": 1 / 30, "total variation": 0.25}
    return [Estimate("mean distance of order statistics", interval, area, mutants)]


@measures("gan.sorted_matching", route="POT and SciPy on shifted samples", needs=("ot",))
def shifted_samples(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A sample and its shift: two normal laws of one variance are as far apart as their means."""
    import ot
    from scipy.stats import wasserstein_distance

    x, shift = rng.normal(size=500), float(rng.uniform(0.5, 3))
    y = rng.permutation(x + shift)
    error = 500 * EPS * float(np.abs(y).max() + np.abs(x).max())
    values = {"SciPy": wasserstein_distance(x, y), "POT, sorted": ot.emd2_1d(x, y, metric="euclidean")}
    values["POT, general"] = ot.emd2(np.full(500, 0.002), np.full(500, 0.002), np.abs(x[:, None] - y[None]))
    unsorted = {"unsorted": float(np.abs(x - y).mean()), "squared": shift**2 if abs(shift - 1) > 1e-3 else 2.0}
    return [
        Estimate(name, enclosure(float(value), error=error, method=name), shift, unsorted)
        for name, value in values.items()
    ]


@measures("gan.penalty_overshoots", route="a critic with a gradient penalty, trained with torch", needs=("torch",))
def penalized_critic(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The slope at which gradient ascent on gain minus penalty ends, between two points at distance m."""
    import torch

    found = []
    for weight in (1.0, 10.0, 100.0):
        m = float(rng.uniform(0.5, 2))
        slope = torch.zeros((), dtype=torch.float64, requires_grad=True)
        here, there = torch.zeros(1, dtype=torch.float64), torch.tensor([m], dtype=torch.float64)
        optimizer = torch.optim.SGD([slope], lr=0.25 / weight)
        middle = (here + there).div(2).requires_grad_()
        for _ in range(60):
            optimizer.zero_grad()
            (gradient,) = torch.autograd.grad((slope * middle).sum(), middle, create_graph=True)
            loss = weight * (gradient.norm() - 1) ** 2 - (slope * (there - here)).sum()
            loss.backward()
            optimizer.step()
        predicted = 1 + m / (2 * weight)
        residual = abs(float(slope.grad)) / (2 * weight) + 16 * EPS
        interval = enclosure(float(slope.detach()), error=residual, method="residual gradient over curvature")
        found.append(Estimate(f"slope at weight {weight:g}", interval, predicted, {"constraint met": 1.0}))
    return found
