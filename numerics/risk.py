"""Measurements of the topic risk: linear programs, autograd, quadrature and draws against the theory's expressions.

Predictions are the theory's functionals with their integrals summed over given weights and values, exact finite laws,
or closed forms at given parameters.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr

from ..theory import moments, risk_derivatives, tail_laws, tail_risk
from ..theory import risk as statements
from ..theory.finite_losses import LossLaw
from .intervals import Array, empirical_bernstein_mean, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures
from .risk_measures import least_tail_portfolio, linear_program
from .statistics import at_parameters, evaluated

LEVEL = Fraction(9, 10)


def atoms(rng: np.random.Generator, size: int = 12) -> tuple[Array, Array]:
    """Losses with ties and whole weights."""
    return np.round(rng.normal(size=size) * 3) / 2, rng.integers(1, 6, size).astype(float)


def on_sample(expr: Expr, losses: Array, weights: Array, threshold: float, level: Fraction = LEVEL) -> float:
    """A tail functional of the theory under weights, at a threshold."""
    at = {
        moments.P: weights / weights.sum(),
        tail_risk.L: losses,
        tail_risk.v: threshold,
        tail_risk.level: float(level),
    }
    return evaluated(expr, {symbol: value for symbol, value in at.items() if symbol in expr.free_symbols})


@measures("risk.rockafellar_uryasev", route="a linear program solved by HiGHS")
def minimum_by_highs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for run in range(tier.choose(quick=3, full=20)):
        losses, weights = atoms(rng)
        law = LossLaw.of(losses.tolist(), weights.astype(int).tolist())
        edge = float(law.value_at_risk(LEVEL))
        cost = tail_risk.tail_cost(tail_risk.L, tail_risk.v)
        predicted = on_sample(cost, losses, weights, edge)
        program = linear_program(losses, float(LEVEL), weights.astype(int).tolist())
        mutants = {
            "value at risk": edge - 1e-6,
            "level for its complement": on_sample(cost, losses, weights, edge, 1 - LEVEL) - 1e-6,
            "next threshold": on_sample(cost, losses, weights, edge + 0.25 + 1e-6) + 1e-6,
        }
        off = {name: value for name, value in mutants.items() if abs(value - predicted) > 1e-6}
        interval = enclosure(program.value, error=1e-9, method="HiGHS, feasibility 1e-7, duality gap checked")
        found.append(Estimate(f"CVaR of a law with ties, {run + 1}", interval, predicted, off))
    return found


@measures("risk.duality", route="the dual linear program solved by HiGHS")
def maximum_by_highs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import linprog

    losses, weights = atoms(rng)
    masses, share = weights / weights.sum(), float(1 - LEVEL)
    bounds = [(0.0, mass / share) for mass in masses]
    result = linprog(-losses, A_eq=np.ones((1, losses.size)), b_eq=[1.0], bounds=bounds, method="highs")
    law = LossLaw.of(losses.tolist(), weights.astype(int).tolist())
    density = zip(law.weights, law.worst_density(LEVEL), law.values, strict=True)
    predicted = float(sum((w * q * x for w, q, x in density), Fraction(0)))
    mutants = {"mean": float(law.mean), "largest loss": float(law.values[-1]) + 1e-6}
    return [Estimate("largest tilted mean", enclosure(-result.fun, error=1e-9, method="HiGHS"), predicted, mutants)]


@measures("risk.tail_average", route="sorted losses, the largest averaged")
def order_statistics(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    losses = rng.standard_t(3, size=tier.choose(quick=2_000, full=20_000))
    count = losses.size // 10
    top = np.sort(losses)[-count:]
    predicted = float(LossLaw.of(losses.tolist()).conditional_value_at_risk(LEVEL))
    mutants = {"one more": float(np.sort(losses)[-count - 1 :].mean()), "value at risk": float(top[0])}
    return [Estimate("mean of a tenth", enclosure(math.fsum(top) / count, ulps=8), predicted, mutants)]


PARAMETERS: dict[str, tuple[str, dict[str, Any], dict[str, float]]] = {
    "normal": ("norm", {"loc": 0.3, "scale": 1.4}, {"mu": 0.3, "sigma": 1.4}),
    "log-normal": ("lognorm", {"s": 0.6, "scale": math.exp(0.3)}, {"mu": 0.3, "sigma": 0.6}),
    "uniform": ("uniform", {"loc": 0.3, "scale": 1.4}, {"mu": 0.3, "sigma": 1.4}),
    "exponential": ("expon", {"scale": 1.4}, {"sigma": 1.4}),
    "logistic": ("logistic", {"loc": 0.3, "scale": 1.4}, {"mu": 0.3, "sigma": 1.4}),
    "Laplace": ("laplace", {"loc": 0.3, "scale": 1.4}, {"mu": 0.3, "sigma": 1.4}),
    "Pareto": ("pareto", {"b": 3.5, "scale": 1.4}, {"nu": 3.5, "sigma": 1.4}),
}
"""Each family's name in scipy.stats, scipy's parameters and the theory's."""


def tail_by_quadrature(law: Any, level: float) -> tuple[float, float]:
    """The mean beyond the quantile, as the quantile plus the integral of the survival function, and its error."""
    from scipy.integrate import quad

    edge = float(law.ppf(level))
    total, error = quad(law.sf, edge, float(law.support()[1]), limit=200, epsabs=1e-13)
    return edge + total / (1 - level), error / (1 - level)


@measures("risk.closed_forms", route="scipy.stats survival functions integrated by quad")
def tails_by_quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats

    found = []
    for name, (label, theirs, ours) in PARAMETERS.items():
        law, family = getattr(stats, label)(**theirs), tail_laws.FAMILIES[name]
        for level in tier.choose(quick=(0.95,), full=(0.6, 0.9, 0.95, 0.99, 0.999)):
            quantile = float(stats.norm.ppf(level))
            at = {**ours, "alpha": level, "z": quantile}
            predicted = at_parameters(family.conditional_value_at_risk, at)
            value, error = tail_by_quadrature(law, level)
            interval = enclosure(value, error=error + 1e-9, method="adaptive quadrature")
            edge = at_parameters(family.value_at_risk, at)
            mutants = {"value at risk": edge, "off by a thousandth": predicted * 1.001}
            found.append(Estimate(f"CVaR, {name}, level {level}", interval, predicted, mutants))
    return found


@measures("risk.student_tail", route="scipy.stats.t integrated by quad")
def student_by_quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy import stats

    found = []
    for nu in tier.choose(quick=(2.5, 4.0), full=(1.5, 2.5, 4.0, 10.0, 30.0)):
        law, level = stats.t(nu), 0.95
        z = float(law.ppf(level))
        predicted = (nu + z**2) / (nu - 1) * float(law.pdf(z)) / (1 - level)
        value, error = tail_by_quadrature(law, level)
        mutants = {"normal tail": float(law.pdf(z)) / (1 - level), "nu for nu - 1": predicted * (nu - 1) / nu}
        interval = enclosure(value, error=error + 1e-9, method="adaptive quadrature")
        found.append(Estimate(f"CVaR, t with {nu:g} degrees of freedom", interval, predicted, mutants))
    return found


@measures("risk.value_at_risk", route="numpy.quantile by the inverted distribution function")
def quantiles_by_numpy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for level in ("0.35", "0.5", "0.93"):
        losses, _ = atoms(rng, 40)
        law = LossLaw.of(losses.tolist())
        value = float(np.quantile(losses, float(level), method="inverted_cdf"))
        predicted = float(law.value_at_risk(level))
        mutants = {"complementary level": float(law.value_at_risk(1 - Fraction(level))), "mean": float(law.mean)}
        off = {name: one for name, one in mutants.items() if one != predicted}
        found.append(Estimate(f"quantile at {level}", enclosure(value, error=0), predicted, off))
    return found


@measures("risk.exceedance", route="draws from a law with an atom, with Clopper and Pearson's limits")
def exceedances_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=50_000, full=500_000)
    law = LossLaw.of([0, 1, 5], ["0.8", "0.15", "0.05"])
    edge = float(law.value_at_risk("0.9"))
    x = rng.choice([0.0, 1.0, 5.0], size=n, p=[0.8, 0.15, 0.05])
    beyond = proportion(int((x > edge).sum()), n, ALPHA_PER_TEST)
    reached = proportion(int((x >= edge).sum()), n, ALPHA_PER_TEST)
    return [
        Estimate("P(L > VaR)", beyond, 0.05, {"1 - alpha": 0.1}),
        Estimate("P(L >= VaR)", reached, 0.2, {"1 - alpha": 0.1}),
    ]


@measures("risk.conditional_value_at_risk", route="the mean of the draws from the value at risk on")
def tail_mean_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=40_000, full=400_000)
    law = LossLaw.of([0, 1, 5], ["0.8", "0.15", "0.05"])
    x = rng.choice([0.0, 1.0, 5.0], size=n, p=[0.8, 0.15, 0.05])
    kept = x[x >= float(law.value_at_risk("0.9"))]
    found = empirical_bernstein_mean(kept, 0.0, 5.0, ALPHA_PER_TEST)
    tail = float(law.conditional_value_at_risk("0.9"))
    return [
        Estimate("E[L | L >= VaR]", found, float(law.tail_mean("0.9")), {"CVaR": tail}),
        Estimate("CVaR is not less", found, tail, {"mean": float(law.mean)}, relation="<="),
    ]


@measures("risk.tail_sensitivity", route="differences of linear programs solved by HiGHS")
def slopes_by_highs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    losses, move = rng.permutation(15).astype(float), rng.normal(size=15)
    step = 2.0**-10
    values = [linear_program(losses + sign * step * move, 0.75).value for sign in (1, -1)]
    density = LossLaw.of(losses.tolist()).worst_density("0.75")
    q = np.array([float(density[int(x)]) for x in losses])
    interval = enclosure((values[0] - values[1]) / (2 * step), error=1e-9 / step, method="central difference")
    predicted = float((q * move).mean())
    mutants = {"mean direction": float(move.mean()), "whole atom": float(move[q > 0].mean())}
    return [Estimate("slope of CVaR", interval, predicted, {k: v for k, v in mutants.items() if v != predicted})]


@measures("risk.coherent", route="portfolios of heavy-tailed losses by HiGHS")
def portfolios(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    table = rng.standard_t(3, size=(tier.choose(quick=300, full=3_000), 4)) * np.array([1.0, 1.2, 1.5, 2.0])
    best = least_tail_portfolio(table, float(LEVEL))
    alone = [float(LossLaw.of(column.tolist()).conditional_value_at_risk(LEVEL)) for column in table.T]
    mixed = float(LossLaw.of(table.mean(axis=1).tolist()).conditional_value_at_risk(LEVEL))
    interval = enclosure(best.value, error=abs(best.gap) + 1e-9, method="HiGHS, with its dual bound")
    equal = enclosure(mixed, ulps=4)
    return [
        Estimate("best portfolio, below the best asset", interval, min(alone), {"half": min(alone) / 4}, "<="),
        Estimate("best portfolio, below equal shares", interval, mixed, {"a tenth": mixed / 10}, "<="),
        Estimate("equal shares", equal, sum(alone) / 4, {"a quarter of the least": min(alone) / 4}, "<="),
    ]


@measures("risk.value_at_risk_axioms", route="convolutions by scipy.stats.binom")
def defaults(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import binom

    loans = binom(2, 0.04)
    pair = 100 * float(loans.ppf(0.95))
    chance = Fraction(1, 25)
    both = LossLaw.of([0, 100, 200], [(1 - chance) ** 2, 2 * chance * (1 - chance), chance**2])
    one = LossLaw.of([0, 100], [1 - chance, chance])
    predicted = float(both.value_at_risk("0.95"))
    return [
        Estimate("VaR of two loans", enclosure(pair, error=0), predicted, {"sum": 2 * float(one.value_at_risk("0.95"))})
    ]


def flat_law(rng: np.random.Generator, size: int = 9) -> dict[Any, Array]:
    """A law on a few points with a predictor, targets and a direction."""
    names = (risk_derivatives.f, risk_derivatives.y, risk_derivatives.h)
    return {moments.P: rng.dirichlet(np.ones(size)), **{name: rng.normal(size=size) for name in names}}


@measures("risk.square_loss_derivative", route="torch autograd along a direction", needs=("torch",))
def square_slope_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    at = flat_law(rng)
    p, f, y, h = (torch.tensor(one, dtype=torch.float64) for one in at.values())
    eps = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad((p * (f + eps * h - y) ** 2).sum(), eps)
    predicted = evaluated(2 * moments.mean((risk_derivatives.f - risk_derivatives.y) * risk_derivatives.h), at)
    mutants = {"half": predicted / 2, "sign": -predicted}
    return [Estimate("slope", enclosure(float(slope), error=1e-13), predicted, mutants)]


@measures("risk.logistic_loss_derivative", route="torch autograd of softplus, remainders in double", needs=("torch",))
def logistic_slope_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    at = flat_law(rng)
    p, f, _, h = (torch.tensor(one, dtype=torch.float64) for one in at.values())
    label = (f > 0).to(torch.float64)

    def cost(of: Any) -> Any:
        return (p * (torch.nn.functional.softplus(of) - label * of)).sum()

    eps = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(cost(f + eps * h), eps)
    predicted = float((p * (1 / (1 + torch.exp(-f)) - label) * h).sum())
    small = 0.01 * h
    remainder = float(cost(f + small) - cost(f)) - 0.01 * predicted
    bound = float((p * small**2).sum()) / 8
    return [
        Estimate("slope", enclosure(float(slope), error=1e-13), predicted, {"sign": -predicted}),
        Estimate("remainder", enclosure(remainder, error=1e-14), bound, {"a thousandth": bound / 1000}, "<="),
    ]


@measures("risk.gateaux_and_frechet", route="the functional evaluated along rays and a parabola")
def quotients(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    def valley(u: float, v: float) -> float:
        return abs(u) * (2 * u * u * v / (u**4 + v * v)) ** 2

    e = 2.0**-20
    angle = float(rng.uniform(0.3, 1.2))
    ray = valley(e * math.cos(angle), e * math.sin(angle)) / e
    curved = valley(e, e * e) / math.hypot(e, e * e)
    near = enclosure(ray, error=e, method="at step 2^-20")
    return [
        Estimate("along a ray", near, 0.0, {"slope 1": 1.0}),
        Estimate("along the parabola", enclosure(curved, error=e, method="at step 2^-20"), 1.0, {"Fréchet": 0.0}),
    ]


@measures("risk.derivative_along_a_path", route="complex steps of the discretized functional")
def path_slope(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    path, target, h, bend = rng.normal(size=(4, 40))
    step = 1e-30
    curved = path + 1j * step * h - step**2 * bend
    slope = float(((curved - target) ** 2).sum().imag / step)
    at = {risk_derivatives.path: path, risk_derivatives.target: target, risk_derivatives.h: h}
    predicted = evaluated(statements.derivative_along_a_path.claim.value, at)
    mutants = {"half": predicted / 2, "target forgotten": float(2 * (path * h).sum())}
    return [Estimate("slope", enclosure(slope, error=1e-12), predicted, mutants)]


@measures("risk.path_power", route="numpy.linalg.norm")
def powers(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    path, found = rng.normal(size=25), []
    value = statements.path_power.claim.value
    order = next(one for one in value.free_symbols if one.name == "p")
    for p in (1.0, 2.0, 3.5):
        predicted = evaluated(value, {risk_derivatives.path: path, order: np.float64(p)})
        norm = float(np.linalg.norm(path, p))
        wrong = {"other power": norm ** (p + 1), "largest": float(np.abs(path).max())}
        found.append(Estimate(f"p = {p:g}", enclosure(norm**p, error=1e-11), predicted, wrong))
    return found


@measures("risk.variance_as_least_risk", route="scipy.optimize over the centre")
def least_square(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import minimize_scalar

    p, x = rng.dirichlet(np.ones(9)), rng.normal(size=9)
    best = minimize_scalar(lambda m: float((p * (x - m) ** 2).sum()))
    predicted = evaluated(moments.variance(moments.X), {moments.P: p, moments.X: x})
    mutants = {"mean square": float((p * x**2).sum()) + 1e-9, "unweighted": float(x.var())}
    return [Estimate("least squared risk", enclosure(float(best.fun), error=1e-12), predicted, mutants)]


@measures("risk.regression_function", route="least squares on indicators of the inputs")
def conditional_means(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    first, second, weight, share = *rng.normal(size=(2, 6)), rng.dirichlet(np.ones(6)), rng.uniform(0.1, 0.9, 6)
    roots = np.sqrt(np.concatenate([weight * share, weight * (1 - share)]))
    design = np.vstack([np.eye(6), np.eye(6)]) * roots[:, None]
    _, residual, *_ = np.linalg.lstsq(design, np.concatenate([first, second]) * roots, rcond=None)
    predicted = float((weight * share * (1 - share) * (first - second) ** 2).sum())
    middle = float((weight * (first - second) ** 2).sum() / 4)
    return [Estimate("least risk", enclosure(float(residual[0]), error=1e-13), predicted, {"midpoints": middle + 1e-9})]


@measures("risk.diversification", route="a grid of portfolios")
def shares_by_grid(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    w, found = np.linspace(0, 1, 2_001), []
    for rho, gains in ((0.4, True), (0.6, False)):
        least = float((w**2 + 4 * (1 - w) ** 2 + 4 * rho * w * (1 - w)).min())
        interval = enclosure(least, error=1e-12)
        # The standard deviations are 1 and 2: there is a gain if and only if rho < 1/2.
        closed = (4 - 4 * rho**2) / (5 - 4 * rho) if gains else 1.0
        other = 1.0 if gains else (4 - 4 * rho**2) / (5 - 4 * rho)
        near = enclosure(least, error=2e-6, method="grid in steps of 1/2000") if gains else interval
        found.append(Estimate(f"least variance, correlation {rho}", near, closed, {"the other case": other}))
    return found


@measures("risk.expected_loss", route="draws of a bounded loss, empirical Bernstein limits")
def losses_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    rate, n = 1.5, tier.choose(quick=40_000, full=400_000)
    found = empirical_bernstein_mean(np.exp(-rng.exponential(1 / rate, n)), 0.0, 1.0, ALPHA_PER_TEST)
    # The integral of exp(-x) against the density r exp(-r x).
    predicted = rate / (rate + 1)
    return [Estimate("mean of exp(-X)", found, predicted, {"loss of the mean": math.exp(-1 / rate), "twice": 1.2})]


@measures("risk.expected_risk", route="pairs of inputs and targets drawn from a table")
def risk_by_draws(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    table, n = np.array([[0.1, 0.3], [0.4, 0.2]]), tier.choose(quick=40_000, full=400_000)
    cell = rng.choice(4, size=n, p=table.ravel())
    prediction = np.array([0.25, 0.75])[cell // 2]
    found = empirical_bernstein_mean((prediction - cell % 2) ** 2, 0.0, 1.0, ALPHA_PER_TEST)
    losses = (np.array([[0.25], [0.75]]) - np.array([[0.0, 1.0]])) ** 2
    value = statements.expected_risk.claim.value
    (loss,) = (one for one in value.free_symbols if one != moments.P)
    predicted = evaluated(value, {moments.P: table.ravel(), loss: losses.ravel()})
    return [Estimate("square risk", found, predicted, {"unweighted": float(losses.mean())})]


@measures("risk.absolute_loss_derivative", route="differences of the mean absolute error")
def absolute_slopes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    y, h = rng.integers(-3, 4, 30).astype(float), rng.normal(size=30)
    f = np.where(np.arange(30) < 10, y, y + rng.choice([-1.0, 2.0], 30))
    step = 2.0**-12
    right, left = (float((np.abs(f + e * h - y).mean() - np.abs(f - y).mean()) / e) for e in (step, -step))
    smooth, kink = float((np.sign(f - y) * h).mean()), float(np.abs(h[f == y]).mean() * (f == y).mean())
    return [
        Estimate("to the right", enclosure(right, error=1e-11), smooth + kink, {"no kink": smooth}),
        Estimate("to the left", enclosure(left, error=1e-11), smooth - kink, {"no kink": smooth}),
    ]


@measures("risk.entropic_axioms", route="scipy.special.logsumexp")
def entropic_by_scipy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.special import logsumexp

    p, one, other = rng.dirichlet(np.ones(8)), *rng.normal(size=(2, 8))

    def entropic(losses: Array) -> float:
        return float(logsumexp(losses, b=p))

    mixed = enclosure(entropic(0.3 * one + 0.7 * other), error=1e-13)
    chord = 0.3 * entropic(one) + 0.7 * entropic(other)
    return [
        Estimate("of a mixture", mixed, chord, {"mean": float((p * (0.3 * one + 0.7 * other)).sum())}, "<="),
        Estimate(
            "twice the loss",
            enclosure(entropic(2 * one), error=1e-13),
            2 * entropic(one),
            {"largest": 2 * float(one.max()) + 1},
            ">=",
        ),
    ]
