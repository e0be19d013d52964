"""Measurements of single paths: SciPy's solvers on starts side by side, on a spiral, and beside gradient descent.

The statements on paths of `theory.gradient_flow`; those on energies, rates and kernels are measured in
`numerics.gradient_flow`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .flows import Loss, flow, gradient_descent
from .hessian import close
from .intervals import Array, Interval
from .losses import tensor
from .measurement import Estimate, Tier, enclosure, measures


def solved(value: float, error: float) -> Interval:
    """The enclosure of a solver's answer by ten times its estimated error, and by its rounding errors."""
    return enclosure(value, error=10 * error + 1e-12 * (1 + abs(value)), method="ten times the solver's estimate")


def one_parameter(value: Any, slope: Any) -> Loss:
    """The loss of one parameter."""
    return Loss(lambda at: float(value(at[0])), lambda at: np.array([slope(at[0])]))


@measures("gradient_flow.uniqueness", route="SciPy's solver from starts side by side, and from zero and nearly zero")
def starts(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    curvature, time = float(rng.uniform(0.5, 1.5)), float(rng.uniform(1, 2))
    hill = one_parameter(lambda x: -curvature * x * x / 2, lambda x: -curvature * x)
    wavy = one_parameter(lambda x: curvature * math.cos(x), lambda x: -curvature * math.sin(x))
    near, grown = 1e-3, math.exp(curvature * time)

    def apart(loss: Loss, at: float) -> Interval:
        ends = [flow(loss, [one], [time], 1e-9) for one in (at, at + near)]
        away = float(abs(ends[1].points[0, 0] - ends[0].points[0, 0]))
        return solved(away / near, sum(end.error for end in ends) / near)

    cusp = one_parameter(lambda x: -0.75 * abs(x) ** (4 / 3), lambda x: -np.cbrt(x))
    left = flow(cusp, [1e-15], [time], 1e-7)
    # From x the flow is (x^(2/3) + 2 t/3)^(3/2): from 1e-15 it is 1e-10 times that from zero ahead of it, or less.
    leaving = solved(float(left.points[0, 0]), left.error + 1e-9)
    stays = flow(cusp, [0.0], [time], 1e-7)
    return [
        Estimate("growth of a distance on a hill", apart(hill, 0.5), grown, {"half the rate": math.sqrt(grown)}),
        Estimate(
            "growth of a distance on a wave", apart(wavy, 0.3), grown, {"shrinks": math.exp(-curvature * time)}, "<="
        ),
        Estimate(
            "leaving a cusp", leaving, (2 * time / 3) ** 1.5, {"resting": 0.0, "half the time": (time / 3) ** 1.5}
        ),
        Estimate("resting on it", close(float(stays.points[0, 0]), 0.1), 0.0, {"leaving": (2 * time / 3) ** 1.5}),
    ]


def hat(at: Any) -> Any:
    """The loss of `theory.flow_paths` in Cartesian coordinates, for torch."""
    import torch

    square = at[0] ** 2 + at[1] ** 2
    turns = 1 / (1 - square)
    ripple = 4 * square**2 / (4 * square**2 + (1 - square) ** 4)
    # sin(phi - turns) without an angle, which would jump.
    sine = (at[1] * torch.cos(turns) - at[0] * torch.sin(turns)) / torch.sqrt(square)
    return torch.exp(-turns) * (1 - ripple * sine)


@measures(
    "gradient_flow.endless_spiral", route="SciPy's solver in Cartesian coordinates, slopes by torch", needs=("torch",)
)
def spiral(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    radius = float(rng.uniform(0.55, 0.65))
    angle = 1 / (1 - radius**2)
    start = [radius * math.cos(angle), radius * math.sin(angle)]
    path = flow(Loss.torch(hat), start, np.linspace(0.25, 2, 8), 1e-7)
    radii = np.linalg.norm(path.points, axis=1)
    angles = np.unwrap([angle, *np.arctan2(path.points[:, 1], path.points[:, 0])])[1:]
    turns = 1 / (1 - radii**2)
    # The derivative of phi - 1/(1 - r^2) by a coordinate is at most 1/r + 2 r/(1 - r^2)^2.
    error = 2 * path.error * float((1 / radii + 2 * radii * turns**2).max())
    off = float(np.abs(angles - turns).max())
    straight = float(np.abs(angle - turns).max())
    value = float(path.values[-1])
    return [
        Estimate("off the spiral, at most", solved(off, error), 0.0, {"straight outwards": straight}),
        Estimate("turned by", solved(float(angles[-1] - angle), error), float(turns[-1] - angle), {"no turn": 0.0}),
        Estimate(
            "loss on it",
            solved(value, path.error),
            math.exp(-turns[-1]),
            {"of the middle of the valley": math.exp(-turns[-1]) * 0.5},
        ),
    ]


def cosh_loss(rows: Array) -> Loss:
    """The sum of log cosh of the products with the rows: convex, with curvatures at most those of rows^T rows."""

    def value(at: Array) -> float:
        return float(np.logaddexp(rows @ at, -rows @ at).sum() - len(rows) * math.log(2))

    return Loss(value, lambda at: np.asarray(rows.T @ np.tanh(rows @ at)))


@measures("gradient_flow.descent_bound", route="gradient descent beside SciPy's solver, convex and on a hill")
def bound(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    rows, start, step, rounds = rng.normal(size=(6, 3)), 2 * rng.normal(size=3), 0.01, 100
    loss = cosh_loss(rows)
    most, slope = float(np.linalg.eigvalsh(rows.T @ rows)[-1]), float(np.linalg.norm(loss.gradient(start)))
    times = step * np.arange(1, rounds + 1)
    path = flow(loss, start, times, 1e-9)
    away = np.linalg.norm(gradient_descent(loss, start, step, rounds)[1:] - path.points, axis=1)
    worst = int(np.argmax(away))
    allowed = step * most * slope * float(times[worst]) / 2
    bend = float(rng.uniform(0.5, 1.5))
    hill = Loss(lambda at: -bend * float(at @ at) / 2, lambda at: -bend * at)
    ends = gradient_descent(hill, [1.0], step, rounds)[-1], flow(hill, [1.0], [1.0], 1e-9)
    gap = float(abs(ends[0][0] - ends[1].points[0, 0]))
    grown = math.exp(bend)
    return [
        Estimate(
            "distance, convex loss",
            solved(float(away[worst]), 2 * path.error),
            allowed,
            {"second order in the step": step * allowed},
            "<=",
        ),
        Estimate(
            "distance on a hill",
            solved(gap, ends[1].error),
            step * bend * grown * (grown - 1) / 2,
            {"second order in the step": step**2 * bend * grown * (grown - 1) / 2},
            "<=",
        ),
    ]


@measures("gradient_flow.network_predictions", route="torch's Jacobian products of a network", needs=("torch",))
def velocities(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    inputs, targets, other = (
        tensor(rng.normal(size=(5, 2))),
        tensor(rng.normal(size=5)),
        tensor(rng.normal(size=(1, 2))),
    )
    weights = tensor(rng.normal(size=16))

    def outputs(at: Any, x: Any) -> Any:
        return torch.tanh(x @ at[:8].reshape(2, 4) + at[8:12]) @ at[12:]

    def loss(at: Any) -> Any:
        return ((outputs(at, inputs) - targets) ** 2).mean() / 2

    down = -torch.func.grad(loss)(weights)
    measured = torch.func.jvp(lambda at: outputs(at, other), (weights,), (down,))[1]
    slopes = torch.func.jacrev(lambda at: outputs(at, inputs))(weights)
    beside = torch.func.jacrev(lambda at: outputs(at, other))(weights)
    total = -float((beside @ slopes.T @ (outputs(weights, inputs) - targets))[0])
    return [
        Estimate(
            "velocity of a prediction", close(float(measured[0])), total / 5, {"without 1/n": total, "sign": -total / 5}
        )
    ]
