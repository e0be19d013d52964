"""Measurements of the topic losses, continued: steps of gradient descent, penalties on the weights, and minimizers.

Steps come from torch's optimizers, gradients of a small network from autograd, minimizers from scikit-learn and from
searches that enclose the minimum of a convex function.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from sympy import Symbol

from ..theory import loss_terms as terms
from ..theory import losses as theory
from ..theory import penalties as exact
from .intervals import Array, Interval
from .losses import defined, derivative, evaluated, part, rounded, tensor
from .measurement import Estimate, Tier, measures

WEIGHTS = 6


def stepped(optimizer: str, weights: Array, slope: Array, **options: float) -> Array:
    """The weights after one step of a torch optimizer along a given gradient."""
    import torch

    held = tensor(weights, grad=True)
    held.grad = tensor(slope)
    getattr(torch.optim, optimizer)([held], **options).step()
    return np.asarray(held.detach().numpy())


def named(expr: Any, name: str) -> Symbol:
    """The expression's own symbol of that name."""
    (found,) = (symbol for symbol in expr.free_symbols if symbol.name == name)
    assert isinstance(found, Symbol)
    return found


def network_loss(weights: Any, inputs: Any, targets: Any) -> Any:
    """The mean squared error of a network with two inputs and two hidden units, its six weights in one vector."""
    hidden = (inputs @ weights[:4].reshape(2, 2)).tanh()
    return ((hidden @ weights[4:] - targets) ** 2).mean()


def network_slope(weights: Array, inputs: Any, targets: Any) -> Array:
    """The gradient of `network_loss` by its weights."""
    return derivative(lambda w: network_loss(w, inputs, targets), weights)


def network_data(rng: np.random.Generator, samples: int = 8) -> tuple[Array, Any, Any]:
    """Weights, inputs and targets for `network_loss`."""
    return rng.normal(size=WEIGHTS), tensor(rng.normal(size=(samples, 2))), tensor(rng.normal(size=samples))


@measures("losses.gradient_step", route="torch.optim.SGD on a quadratic with known curvature", needs=("torch",))
def descent(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights, curvature = rng.normal(size=WEIGHTS), float(rng.uniform(0.5, 2))
    value = defined(theory.gradient_step)
    found = []
    for rate in (0.1, 0.5, 1.9):
        eta = rate / curvature
        slope = derivative(lambda w: curvature / 2 * (w**2).sum(), weights)
        after = stepped("SGD", weights, slope, lr=eta)
        change = curvature / 2 * float((after**2).sum() - (weights**2).sum())
        squares = float((slope**2).sum())
        right = -eta * (1 - rate / 2) * squares
        mutants = {"first order alone": -eta * squares, "ascent": -right}
        found.append(Estimate(f"fall of the loss at {rate:g}/K", rounded(change, squares), right, mutants))
        at = {terms.W: weights[0], named(value, "g"): slope[0], terms.eta: eta}
        moved = float(value.subs({symbol: float(number) for symbol, number in at.items()}))
        wrong = {"ascent": 2 * weights[0] - moved, "no step": weights[0]}
        found.append(Estimate(f"weight at {rate:g}/K", rounded(after[0], weights[0]), moved, wrong))
    return found


@measures("losses.stochastic_step", route="torch.optim.SGD on every batch of a network's samples", needs=("torch",))
def batch_steps(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights, inputs, targets = network_data(rng, samples=4)
    eta = 0.1
    each = [network_slope(weights, inputs[[i]], targets[[i]]) for i in range(4)]
    value, found = defined(theory.stochastic_step), []
    for one, other in list(combinations(range(4), 2))[:3]:
        batch = [one, other]
        slope = network_slope(weights, inputs[batch], targets[batch])
        after = stepped("SGD", weights, slope, lr=eta)
        at = {"w": weights[0], "eta": eta, "g1": each[one][0], "g2": each[other][0]}
        right = float(value.subs({named(value, name): float(number) for name, number in at.items()}))
        mutants = {"sum of the batch": 2 * right - weights[0], "no step": weights[0]}
        found.append(Estimate(f"batch {one + 1}, {other + 1}", rounded(after[0], 1), right, mutants))
    return found


@measures("losses.unbiased_batches", route="gradients of all batches of a network's samples", needs=("torch",))
def all_batches(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    samples = tier.choose(quick=5, full=8)
    weights, inputs, targets = network_data(rng, samples)
    whole = network_slope(weights, inputs, targets)
    found = []
    for size in range(1, samples):
        batches = [list(batch) for batch in combinations(range(samples), size)]
        slopes = [network_slope(weights, inputs[b], targets[b]) for b in batches]
        mean, spread = np.mean(slopes, axis=0), float(np.abs(slopes).max())
        mutants = {"one batch": float(slopes[0][0]), "divided by one more": float(whole[0]) * size / (size + 1)}
        found.append(Estimate(f"batches of {size}", rounded(mean[0], spread), float(whole[0]), mutants))
    return found


@measures("losses.l2_penalized", route="torch's norm of the weights", needs=("torch",))
def ridge_penalty(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    return _penalty(rng, theory.l2_penalized, lambda w: torch.linalg.vector_norm(w) ** 2, {"half": 0.5, "twice": 2.0})


@measures("losses.l1_penalized", route="torch's norm of the weights", needs=("torch",))
def lasso_penalty(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    return _penalty(rng, theory.l1_penalized, lambda w: torch.linalg.vector_norm(w, ord=1), {"half": 0.5, "none": 0.0})


def _penalty(
    rng: np.random.Generator, statement: Any, norm: Callable[[Any], Any], scales: dict[str, float]
) -> list[Estimate]:
    weights, loss, rate = rng.normal(size=WEIGHTS), float(rng.random()), float(rng.uniform(0.5, 2))
    whole = loss + rate * float(norm(tensor(weights)))
    right = evaluated(defined(statement), {terms.W: weights, terms.lam: rate, terms.data: loss})
    mutants = {name: loss + scale * (right - loss) for name, scale in scales.items()}
    mutants["signs kept"] = loss + rate * float(weights.sum())
    return [Estimate("penalized loss", rounded(whole), right, mutants)]


@measures("losses.l2_gradient", route="torch's autograd of a penalized network", needs=("torch",))
def ridge_gradient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights, inputs, targets = network_data(rng)
    rate = 0.7
    plain = network_slope(weights, inputs, targets)
    whole = derivative(lambda w: network_loss(w, inputs, targets) + rate * (w**2).sum(), weights)
    slope = theory.l2_gradient.claim.claims["penalty"].value
    found = []
    for j in range(3):
        added = evaluated(slope, {named(slope, "w"): weights[j], terms.lam: rate})
        mutants = {"factor 2 forgotten": plain[j] + added / 2, "sign": plain[j] - added, "no penalty": plain[j]}
        found.append(Estimate(f"weight {j + 1}", rounded(whole[j], 1, added), plain[j] + added, mutants))
    return found


@measures("losses.weight_decay", route="torch's SGD with weight decay, and AdamW against Adam", needs=("torch",))
def decay(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights, slope = rng.uniform(1, 2, size=(2, WEIGHTS))
    eta, rate = 0.1, 0.3
    shrunk = part(theory.weight_decay, "one step").rhs
    at = {named(shrunk, "w"): weights[0], named(shrunk, "g"): slope[0], terms.eta: eta, terms.lam: rate}
    right = evaluated(shrunk, at)
    by_torch = stepped("SGD", weights, slope, lr=eta, weight_decay=2 * rate)[0]
    penalized = stepped("SGD", weights, slope + 2 * rate * weights, lr=eta)[0]
    mutants = {"factor 2 forgotten": right + eta * rate * weights[0], "no decay": weights[0] - eta * slope[0]}
    adam, adamw = (
        stepped(name, weights, slope, lr=eta, weight_decay=2 * rate, eps=1e-300)[0] for name in ("Adam", "AdamW")
    )
    # The first step of Adam has length eta, whatever the gradient: a penalty in it is lost, decay apart from it is not.
    decoupled = (1 - 2 * eta * rate) * weights[0] - eta
    coupled = weights[0] - eta
    return [
        Estimate("decay in SGD", rounded(by_torch, 1), right, mutants),
        Estimate("penalty in the gradient", rounded(penalized, 1), right, mutants),
        Estimate("AdamW", rounded(adamw, 1), decoupled, {"penalty in the gradient": coupled}),
        Estimate("Adam with a penalty", rounded(adam, 1), coupled, {"decay apart": decoupled}),
    ]


@measures("losses.l1_gradient", route="autograd off the kink, difference quotients at it", needs=("torch",))
def lasso_gradient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights, inputs, targets = network_data(rng)
    rate = 0.7
    plain = network_slope(weights, inputs, targets)
    whole = derivative(lambda w: network_loss(w, inputs, targets) + rate * w.abs().sum(), weights)
    found = []
    for j in range(3):
        side = "positive" if weights[j] > 0 else "negative"
        added = evaluated(part(theory.l1_gradient, side).rhs, {terms.lam: rate})
        mutants = {"sign": plain[j] - added, "that of the square": plain[j] + 2 * rate * weights[j]}
        found.append(Estimate(f"weight {j + 1}", rounded(whole[j], 1), plain[j] + added, mutants))
    for side, step in (("right", 2.0**-20), ("left", -(2.0**-20))):
        quotient = float(tensor(step).abs() * rate) / step
        slope = theory.l1_gradient.claim.claims[f"from the {side}"].value
        right = evaluated(slope, {terms.lam: rate})
        mutants = {"as printed": 0.0, "other side": -right}
        found.append(Estimate(f"at zero, from the {side}", rounded(quotient), right, mutants))
    return found


@measures("losses.l1_subgradients", route="bisection for the least penalty that leaves no weight", needs=("sklearn",))
def zero_is_optimal(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from sklearn.linear_model import Lasso

    x, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    low, high = 0.0, 20.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        left = np.count_nonzero(Lasso(alpha=middle, fit_intercept=False, tol=1e-12).fit(x, y).coef_)
        low, high = (middle, high) if left else (low, middle)
    # scikit-learn halves the mean square, so its data slopes at zero are x^T y / 20. It stops at zero where the duality
    # gap |y|^2/2 (1 - penalty/steepest)^2 is below its tolerance times |y|^2: up to 1.5e-6 before the steepest slope.
    steepest = float(np.abs(x.T @ y).max()) / 20
    found = Interval(low, high * (1 + 2e-6), 0.0, "bisection")
    mutants = {"half of it": steepest / 2, "sum over samples": 20 * steepest}
    return [Estimate("least penalty", found, steepest, mutants)]


def searched(objective: Callable[[Array], Array], low: float, high: float) -> Interval:
    """Where a convex function has its least value: beside the least one on a grid, which is refined once.

    The grid stays so coarse that its values differ by far more than their rounding.
    """
    for _ in range(2):
        grid = np.linspace(low, high, 2001)
        best = int(np.clip(np.argmin(objective(grid)), 2, 1998))
        low, high = float(grid[best - 2]), float(grid[best + 2])
    return Interval(low, high, 0.0, "search on grids")


def penalized(centre: float, rate: float, v: Array) -> Array:
    """The objective whose minimizer is the proximal map of the L1 penalty."""
    return np.asarray((v - centre) ** 2 / 2 + rate * np.abs(v))


@measures("losses.soft_threshold", route="search on grids, and torch's softshrink", needs=("torch",))
def proximal(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    rate, found = 0.8, []
    x = Symbol("x", real=True)
    formula = exact.soft_thresholded(x, terms.lam)
    for at in (-2.0, -0.5, 0.3, 1.5):
        right = evaluated(formula, {x: at, terms.lam: rate})
        minimum = searched(partial(penalized, at, rate), -4.0, 4.0)
        mutants = {"half the threshold": evaluated(formula, {x: at, terms.lam: rate / 2}), "no threshold": at}
        if abs(at) < rate:
            mutants = {"shrunk as by a square": at / (1 + 2 * rate), "no threshold": at}
        by_torch = functional.softshrink(tensor(at), rate)
        found += [
            Estimate(f"minimizer at {at:g}", minimum, right, mutants),
            Estimate(f"softshrink at {at:g}", rounded(by_torch, rate), right, mutants),
        ]
    return found


@measures("losses.normalized_thresholds", route="scikit-learn's lasso and ridge with one input", needs=("sklearn",))
def fitted(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from sklearn.linear_model import Lasso, Ridge

    samples, rate = 30, 0.4
    x = rng.normal(size=(samples, 1))
    y = 1.5 * x[:, 0] + 0.1 * rng.normal(size=samples)
    square, product = float((x**2).mean()), float((x[:, 0] * y).mean())
    # scikit-learn's lasso has half the mean square, its ridge the sum of squares.
    lasso = Lasso(alpha=rate / 2, fit_intercept=False, tol=1e-12).fit(x, y).coef_[0]
    ridge = Ridge(alpha=samples * rate, fit_intercept=False, solver="cholesky").fit(x, y).coef_[0]
    threshold = evaluated(exact.soft_thresholded(terms.c, terms.lam / 2), {terms.c: product, terms.lam: rate}) / square
    mutants = {"threshold lambda": (product - rate) / square, "no penalty": product / square}
    wrong = {"twice lambda": product / (square + 2 * rate), "no penalty": product / square}
    return [
        Estimate("lasso", rounded(lasso, 1 / square, operations=samples * 16), threshold, mutants),
        Estimate("ridge", rounded(ridge, 1 / square, operations=samples * 16), product / (square + rate), wrong),
    ]
