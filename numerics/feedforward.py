"""Measurements of feedforward networks: torch's networks against the closed forms of their collapse, and what networks
of rectifiers come near to, against linear programs and fine grids.

Activations and the softmax are measured in `numerics.activations`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..theory import activations
from ..theory.activations import Activation
from .activations import EPSILON, about, logistic, module, tensor
from .intervals import Array
from .measurement import Estimate, Tier, enclosure, measures


def dense(rng: np.random.Generator, widths: tuple[int, ...]) -> list[tuple[Array, Array]]:
    """Weights and biases of layers with these widths."""
    return [(rng.standard_normal((m, n)), rng.standard_normal(m)) for n, m in pairwise(widths)]


def network(layers: list[tuple[Array, Array]], one: Activation | None = None) -> Any:
    """torch's network of these layers, with the activation after each of them where one is given."""
    import torch

    parts: list[Any] = []
    for weights, biases in layers:
        part = torch.nn.Linear(weights.shape[1], weights.shape[0], dtype=torch.float64)
        with torch.no_grad():
            part.weight.copy_(tensor(weights))
            part.bias.copy_(tensor(biases))
        parts += [part] if one is None else [part, module(one)]
    return torch.nn.Sequential(*parts)


def output(net: Any, inputs: Array) -> Array:
    """The network's output, as an array."""
    import torch

    with torch.no_grad():
        return np.asarray(net(tensor(inputs)).numpy())


def sizes(layers: list[tuple[Array, Array]], inputs: Array) -> float:
    """A bound on all partial sums of a network whose activations do not enlarge: that of absolute values."""
    reach = np.abs(inputs)
    for weights, biases in layers:
        reach = np.abs(weights) @ reach + np.abs(biases)
    return float(reach.max())


@measures("feedforward.layer", route="torch.nn.Linear and an activation against a loop over units", needs=("torch",))
def layer_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, inputs = dense(rng, (4, 3)), rng.standard_normal(4)
    weights, biases = layers[0]
    found, size = output(network(layers, activations.SIGMOID), inputs), sizes(layers, inputs)
    net = [math.fsum(weights[i, j] * inputs[j] for j in range(4)) for i in range(3)]
    return [
        Estimate(
            f"unit {i + 1}",
            about(found[i], 1 + size, 32),
            logistic(net[i] + biases[i]),
            {"bias outside": logistic(net[i]) + biases[i], "another bias": logistic(net[i] + biases[i - 1])},
        )
        for i in range(3)
    ]


@measures("feedforward.linear_activations", route="torch.nn.Linear with outputs scaled by constants", needs=("torch",))
def scaled_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, inputs = dense(rng, (3, 4, 1)), rng.standard_normal(3)
    (w1, b1), (w2, b2) = layers
    c1, c2 = 0.5, -0.75
    below = c1 * output(network(layers[:1]), inputs)
    found = c2 * output(network(layers[1:]), below)
    slope, constant = c2 * c1 * (w2 @ w1), c2 * (c1 * w2 @ b1 + b2)
    mutants = {"one activation forgotten": c2 * (w2 @ w1) @ inputs + constant, "linear": slope @ inputs}
    size = sizes(layers, inputs)
    predicted = (slope @ inputs + constant)[0]
    return [Estimate("output", about(found[0], size, 64), predicted, {name: m[0] for name, m in mutants.items()})]


@measures(
    "feedforward.linear_network", route="torch.nn.Linear, one after another, without activations", needs=("torch",)
)
def linear_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, inputs = dense(rng, (3, 5, 4, 2)), rng.standard_normal(3)
    (w1, b1), (w2, b2), (w3, b3) = layers
    found, size = output(network(layers), inputs), sizes(layers, inputs)
    whole = w3 @ w2 @ w1 @ inputs + w3 @ w2 @ b1 + w3 @ b2 + b3
    mutants = {
        "biases only added": w3 @ w2 @ w1 @ inputs + (w3 @ w2 @ b1 + w3 @ b2) / 2 + b3,
        "middle bias forgotten": whole - w3 @ b2,
    }
    return [
        Estimate(f"output {i + 1}", about(found[i], size, 64), whole[i], {name: m[i] for name, m in mutants.items()})
        for i in range(2)
    ]


@measures("feedforward.collapsed_bias", route="what torch's linear network answers to the zero input", needs=("torch",))
def bias_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, zero = dense(rng, (2, 3, 3, 3, 2)), np.zeros(2)
    (_, b1), (w2, b2), (w3, b3), (w4, b4) = layers
    found, size = output(network(layers), zero), sizes(layers, zero)
    bias = w4 @ w3 @ w2 @ b1 + w4 @ w3 @ b2 + w4 @ b3 + b4
    mutants = {
        "middle weights exchanged": bias + w4 @ (w2 @ w3 - w3 @ w2) @ b1,
        "ellipsis left empty": w4 @ w3 @ w2 @ b1 + b4,
    }
    return [
        Estimate(f"bias {i + 1}", about(found[i], size, 64), bias[i], {name: m[i] for name, m in mutants.items()})
        for i in range(2)
    ]


@measures("feedforward.composition", route="torch.nn.Sequential of four layers with tanh", needs=("torch",))
def composition_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, inputs = dense(rng, (3, 4, 4, 4, 1)), rng.standard_normal(3)
    (w1, b1), (w2, b2), (w3, b3), (w4, b4) = layers
    found, size = output(network(layers, activations.TANH), inputs), sizes(layers, inputs)
    inner = np.tanh(w2 @ np.tanh(w1 @ inputs + b1) + b2)
    nested = np.tanh(w4 @ np.tanh(w3 @ inner + b3) + b4)
    outside = np.tanh(w4 @ np.tanh(w3 @ inner) + b3[:1] + b4)
    mutant = {"third bias at the outermost level": outside[0]}
    return [Estimate("output", about(found[0], size, 64), nested[0], mutant)]


@measures("feedforward.two_layers", route="torch.nn.Linear, ReLU, torch.nn.Linear", needs=("torch",))
def two_layers_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    layers, inputs = dense(rng, (3, 6, 1)), rng.standard_normal(3)
    (w1, b1), (w2, b2) = layers
    below = w1 @ inputs + b1
    net = network(layers, activations.RECTIFIER)[:-1]
    found, size = output(net, inputs), sizes(layers, inputs)
    printed = w2 @ below + b2
    changed = printed + w2 @ (np.maximum(below, 0) - below)
    return [Estimate("second net input", about(found[0], size, 64), changed[0], {"as printed": printed[0]})]


def interpolant(f: Callable[[Array], Array], cells: int) -> Any:
    """torch's one-hidden-layer rectifier network on [0, 1] through f at equally spaced knots."""
    knots = np.linspace(0, 1, cells + 1)
    slopes = np.diff(f(knots)) * cells
    changes = np.concatenate([slopes[:1], np.diff(slopes)])
    hidden = (np.ones((cells, 1)), -knots[:-1])
    parts = network([hidden, (changes[None, :], f(knots[:1]))], activations.RECTIFIER)
    return parts[:-1]


@measures(
    "feedforward.interpolation_error", route="a torch network built from the knots, on a fine grid", needs=("torch",)
)
def interpolation_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for cells in (4, 16, 64):
        places = np.linspace(0, 1, 64 * cells + 1)

        def zigzag(at: Array, cells: int = cells) -> Array:
            """Slopes 1 and -1, with its corners in the middle of the cells: the worst of the 1-Lipschitz functions."""
            return np.asarray(np.abs(at * cells - np.round(at * cells)) / cells)

        worst = float(np.abs(output(interpolant(zigzag, cells), places[:, None])[:, 0] - zigzag(places)).max())
        bound = 1 / (2 * cells)
        interval = enclosure(worst, error=256 * cells * EPSILON, method="largest error on a grid")
        found.append(
            Estimate(
                f"error with {cells} cells",
                interval,
                bound,
                {"half": bound / 2, "one cell more": 0.5 / (cells + 1)},
                "<=",
            )
        )
    return found


@measures("feedforward.universal_approximation", route="two torch networks joined by rectifiers", needs=("torch",))
def maximum_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    cells, at = 16, rng.random((200, 1))
    waves = [lambda t: np.sin(6 * t), lambda t: np.cos(6 * t)]
    one, two = (output(interpolant(wave, cells), at)[:, 0] for wave in waves)
    joined = two + module(activations.RECTIFIER)(tensor(one - two)).numpy()
    lowest = two - module(activations.RECTIFIER)(tensor(one - two)).numpy()
    gap = float(np.abs(joined - np.maximum(one, two)).max())
    interval = enclosure(gap, error=8 * EPSILON, method="largest of 200 places")
    return [Estimate("gap to the larger", interval, 0.0, {"minus the rectifier": float(np.abs(lowest - joined).max())})]


@measures("feedforward.no_uniform_approximation", route="best affine tail by linear programming")
def best_affine_tail(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import linprog

    found = []
    for step in (0.5, 3.0):
        at = rng.uniform(-1, 1) + step * np.arange(3)
        # Variables: slope, level and the largest miss, which is to be least.
        above = np.column_stack([at, np.ones(3), -np.ones(3)])
        below = np.column_stack([-at, -np.ones(3), -np.ones(3)])
        best = linprog(
            [0, 0, 1], np.vstack([above, below]), np.concatenate([at**2, -(at**2)]), bounds=[(None, None)] * 3
        )
        interval = enclosure(float(best.fun), error=1e-7 * step**2, method="HiGHS, feasibility to 1e-7")
        predicted = step**2 / 2
        found.append(Estimate(f"least miss, spacing {step}", interval, predicted, {"a bit more": 1.02 * predicted}))
    return found


@measures("feedforward.polynomial_activations", route="best quadratic by linear programming")
def best_quadratic(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import linprog

    at = np.arange(4.0)
    powers = np.column_stack([at**2, at, np.ones(4)])
    rows = np.vstack([np.column_stack([powers, -np.ones(4)]), np.column_stack([-powers, -np.ones(4)])])
    best = linprog([0, 0, 0, 1], rows, np.concatenate([at**3, -(at**3)]), bounds=[(None, None)] * 4)
    interval = enclosure(float(best.fun), error=1e-6, method="HiGHS, feasibility to 1e-7")
    return [Estimate("least miss of the cube", interval, 0.75, {"four fifths": 0.8, "none": 0.0})]
