"""Gradient descent at the edge of its stability: the largest step on a quadratic, and where networks settle."""

from __future__ import annotations

from typing import Any

import numpy as np

from .hessian import close, descended, quadratic
from .intervals import Array, Interval
from .losses import tensor
from .measurement import Estimate, Tier, enclosure, measures

STARTS = 31
"""Independent starts whose smallest and largest value enclose their median, but for a probability of 2^-30."""


def largest_stable_step(matrix: Array, start: Array, rounds: int = 400) -> float:
    """The largest step with which plain gradient descent on x . matrix x/2 does not grow in its last rounds.

    Found by bisection on runs; the eigenvalues are not used.
    """
    low, high = 0.0, 4 / float(np.abs(matrix).max())
    for _ in range(48):
        step = (low + high) / 2
        x = start / np.linalg.norm(start)
        before = x
        for _ in range(rounds):
            before, x = x, x - step * (matrix @ x)
            x, before = x / np.linalg.norm(x), before / np.linalg.norm(x)
        grows = np.linalg.norm(x) > np.linalg.norm(before)
        low, high = (low, step) if grows else (step, high)
    return low


@measures(
    "hessian.stability_edge", route="bisection on runs of gradient descent, and torch.optim.SGD", needs=("torch",)
)
def edge(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    values = np.concatenate([rng.uniform(0.5, 2, 5), [3.0]])
    matrix, basis, slope = quadratic(rng, values)
    found = largest_stable_step(matrix, rng.normal(size=6))
    start = basis[:, -1]
    flipped = descended(matrix, 0 * slope, start, 2 / 3, 101) @ start
    grown = float(np.linalg.norm(descended(matrix, 0 * slope, start, 0.7, 10)))
    shrunk = float(np.linalg.norm(descended(matrix, 0 * slope, start, 0.6, 10)))
    at = enclosure(found, error=1e-6, method="bisection on 400 rounds")
    return [
        Estimate("largest stable step", at, 2 / 3, {"1/lambda": 1 / 3, "2 over the mean": 2 / float(values.mean())}),
        Estimate("after 101 steps at the edge", close(flipped, 100), -1.0, {"even": 1.0, "gone": 0.0}),
        Estimate("beyond it", close(grown, 10), 1.1**10, {"shrinks": 0.9**10}),
        Estimate("inside", close(shrunk, 10), 0.8**10, {"grows": 1.2**10}),
    ]


@measures("hessian.two_layer_edge", route="torch's Hessian and one step of its SGD", needs=("torch",))
def two_layers(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    a, y, step = float(rng.uniform(0.5, 2)), float(rng.uniform(0.5, 2)), 0.2
    sharpness = torch.linalg.eigvalsh(torch.func.hessian(lambda p: (p[0] * p[1] - y) ** 2 / 2)(tensor([a, y / a])))
    b = float(rng.uniform(0.5, 2))
    point = tensor([a, b], grad=True)
    optimizer = torch.optim.SGD([point], lr=step)
    ((point[0] * point[1] - y) ** 2 / 2).backward()
    optimizer.step()
    one, other = (float(value) for value in point.detach())
    residual, square = a * b - y, a * a + b * b
    right = residual * (1 - step * square + step**2 * residual * a * b)
    return [
        Estimate("largest eigenvalue", close(float(sharpness[1])), a**2 + (y / a) ** 2, {"2 y + 1": 2 * y + 1}),
        Estimate("other eigenvalue", close(float(sharpness[0])), 0.0, {"sign": 0.1}),
        Estimate("residual", close(one * other - y), right, {"linear": residual * (1 - step * square)}),
        Estimate(
            "difference of squares",
            close(one**2 - other**2),
            (a * a - b * b) * (1 - step**2 * residual**2),
            {"kept": a * a - b * b},
        ),
    ]


def settled_sharpness(rng: np.random.Generator, step: float, rounds: int, hidden: int = 8) -> Array:
    """step times the largest Hessian eigenvalue of small networks, averaged over the last 20 rounds, a start each.

    Networks with one input, tanh units and one output fit twenty points of a curve by plain gradient descent on half
    the mean squared error.
    """
    import torch

    x = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None]
    y = (torch.sin(4 * x) + x**2)[:, 0]

    def loss(at: Any) -> Any:
        w, b, v = at[: 3 * hidden].reshape(3, hidden)
        return ((torch.tanh(x * w + b) @ v + at[-1] - y) ** 2).mean() / 2

    weights = [2 * rng.normal(size=(STARTS, hidden)), *rng.normal(size=(2, STARTS, hidden))]
    at = tensor(np.concatenate([*weights[:2], weights[2] / hidden**0.5, np.zeros((STARTS, 1))], axis=1))
    gradient, bend = torch.func.vmap(torch.func.grad(loss)), torch.func.vmap(torch.func.hessian(loss))
    late = []
    for t in range(rounds):
        at = at - step * gradient(at)
        if t >= rounds - 20:
            late.append(step * torch.linalg.eigvalsh(bend(at))[:, -1])
    return np.asarray(torch.stack(late).mean(dim=0))


@measures(
    "hessian.stability_edge",
    route="gradient descent of networks from independent starts",
    needs=("torch",),
    name="networks",
)
def networks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = settled_sharpness(rng, 0.5, tier.choose(quick=1000, full=4000))
    median = Interval(float(found.min()), float(found.max()), 2.0 ** (1 - STARTS), "smallest and largest", STARTS)
    return [Estimate("median of step times sharpness", median, 2.0, {"edge at 1": 1.0, "edge at 4": 4.0})]


__all__ = ["largest_stable_step", "settled_sharpness"]
