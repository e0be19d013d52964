"""Measurements of activations and the softmax: torch's values, gradients and Jacobians against what was proved.

Every comparison is in double precision with a bound on the rounding errors of torch's route; worst cases are searched
over random draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Expr, Float, Rational

from ..theory import activations
from ..theory.activations import Activation, alpha, z
from .intervals import Array, Interval, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

EPSILON = 2.0**-52
LEAK = 0.1  # slope of the leaky rectifier on the left
KIND = {"sigmoid": "Sigmoid", "tanh": "Tanh", "ReLU": "ReLU", "leaky ReLU": "LeakyReLU", "softplus": "Softplus"}


def module(one: Activation) -> Any:
    """torch's module of that activation."""
    import torch

    return torch.nn.LeakyReLU(LEAK) if one is activations.LEAKY else getattr(torch.nn, KIND[one.name])()


def number(expr: Expr, at: float) -> float:
    """The expression in z at a number, with fifty digits on the way."""
    return float(expr.subs({z: Float(at, 50), alpha: Float(LEAK, 50)}).evalf(30))


def about(found: float, size: float, operations: int = 8) -> Interval:
    """The enclosure of a torch result: so many roundings of numbers up to that size."""
    return enclosure(found, error=operations * EPSILON * size, method=f"torch, {operations} roundings")


def tensor(values: Any) -> Any:
    """The values as a torch tensor of doubles."""
    import torch

    return torch.tensor(np.asarray(values), dtype=torch.float64)


def value_and_slope(one: Activation, at: float) -> tuple[float, float]:
    """torch's value and its gradient by automatic differentiation."""
    point = tensor(at).requires_grad_()
    value = module(one)(point)
    value.backward()
    return float(value.detach()), float(point.grad)


def places(rng: np.random.Generator) -> tuple[float, float]:
    """A random place on either side of 0."""
    return float(rng.uniform(0.5, 3)), -float(rng.uniform(0.5, 3))


def values(one: Activation, rng: np.random.Generator, slips: dict[str, Callable[[float], float]]) -> list[Estimate]:
    """Values of an activation by torch; slips: wrong functions by name."""
    return [
        Estimate(
            f"{one.name}({at:.4f})",
            about(value_and_slope(one, at)[0], 1 + abs(at)),
            number(one.value(z), at),
            {name: slip(at) for name, slip in slips.items()},
        )
        for at in places(rng)
    ]


def slopes(one: Activation, rng: np.random.Generator, slips: dict[str, Callable[[float], float]]) -> list[Estimate]:
    """Slopes of an activation by torch's automatic differentiation; slips: wrong slopes by name."""
    return [
        Estimate(
            f"slope of {one.name} at {at:.4f}",
            about(value_and_slope(one, at)[1], 1.0),
            number(one.slope(z), at),
            {name: slip(at) for name, slip in slips.items()},
        )
        for at in places(rng)
    ]


def logistic(at: float) -> float:
    """The sigmoid in plain floating point, for the slips."""
    return 1 / (1 + math.exp(-at))


@measures("feedforward.sigmoid_function", route="torch.nn.Sigmoid", needs=("torch",))
def sigmoid_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return values(activations.SIGMOID, rng, {"mirrored": lambda at: logistic(-at), "as tanh": math.tanh})


@measures("feedforward.tanh_function", route="torch.nn.Tanh", needs=("torch",))
def tanh_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return values(
        activations.TANH,
        rng,
        {"half argument": lambda at: math.tanh(at / 2), "cotangent": lambda at: 1 / math.tanh(at)},
    )


@measures("feedforward.rectifier_function", route="torch.nn.ReLU", needs=("torch",))
def rectifier_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return values(activations.RECTIFIER, rng, {"minimum": lambda at: min(0.0, at)})


@measures("feedforward.leaky_function", route="torch.nn.LeakyReLU", needs=("torch",))
def leaky_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return values(activations.LEAKY, rng, {"leak on the right": lambda at: min(LEAK * at, at)})


@measures("feedforward.sigmoid_derivative", route="torch.nn.Sigmoid and torch.autograd", needs=("torch",))
def sigmoid_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    slips = {
        "plus the square": lambda at: logistic(at) * (1 + logistic(at)),
        "of tanh": lambda at: 1 - logistic(at) ** 2,
    }
    return slopes(activations.SIGMOID, rng, slips)


@measures("feedforward.tanh_derivative", route="torch.nn.Tanh and torch.autograd", needs=("torch",))
def tanh_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    slips = {
        "of the sigmoid": lambda at: math.tanh(at) * (1 - math.tanh(at)),
        "no square": lambda at: 1 - math.tanh(at),
    }
    return slopes(activations.TANH, rng, slips)


@measures(
    "feedforward.rectifier_derivative", route="torch.nn.ReLU and torch.autograd, at the kink too", needs=("torch",)
)
def rectifier_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    slips = {"the other side": lambda at: float(at < 0)}
    return slopes(activations.RECTIFIER, rng, slips) + at_the_kink(activations.RECTIFIER)


@measures(
    "feedforward.leaky_derivative", route="torch.nn.LeakyReLU and torch.autograd, at the kink too", needs=("torch",)
)
def leaky_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    slips = {"the other side": lambda at: LEAK if at > 0 else 1.0}
    return slopes(activations.LEAKY, rng, slips) + at_the_kink(activations.LEAKY)


def at_the_kink(one: Activation) -> list[Estimate]:
    """torch's slope at 0 lies in the subdifferential, and the one-sided difference quotients are its two ends."""
    low, high = (number(end, 0.0) for end in one.subdifferential(0))
    chosen = about(value_and_slope(one, 0.0)[1], 1.0)
    f, step = module(one), 2.0**-20
    right, left = (float(f(tensor(h)) - f(tensor(0.0))) / h for h in (step, -step))
    return [
        Estimate("torch's slope at 0, from below", chosen, low, {"an end above it": 1 - 1e-9}, ">="),
        Estimate("torch's slope at 0, from above", chosen, high, {"an end below it": low - 1e-9}, "<="),
        Estimate("difference quotient from the right", about(right, 1.0), high, {"the printed value": low}),
        Estimate("difference quotient from the left", about(left, 1.0), low, {"the right one": high}),
    ]


@measures("feedforward.softplus_smooths", route="torch.nn.Softplus and torch.autograd", needs=("torch",))
def softplus_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return slopes(activations.SOFTPLUS, rng, {"of the rectifier": lambda at: float(at > 0)})


def steepest(one: Activation, rng: np.random.Generator, draws: int) -> tuple[float, float]:
    """The largest difference quotient of torch's activation over random pairs, half of them near 0, and its error."""
    left = np.concatenate([rng.normal(0, 3, draws), rng.normal(0, 0.01, draws)])
    step = rng.uniform(0.01, 1, 2 * draws)
    quotients = np.abs((module(one)(tensor(left + step)) - module(one)(tensor(left))).numpy()) / step
    return float(quotients.max()), 16 * EPSILON / 0.01


def lipschitz(one: Activation, rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """No difference quotient exceeds the constant, and one comes near it."""
    quotient, error = steepest(one, rng, tier.choose(quick=5_000, full=200_000))
    constant = float(one.lipschitz)
    interval = enclosure(quotient, error=error, method="largest of random difference quotients")
    return [Estimate(f"steepest secant of {one.name}", interval, constant, {"a hundredth less": 0.99 * constant}, "<=")]


@measures("feedforward.sigmoid_lipschitz", route="largest difference quotient of torch.nn.Sigmoid", needs=("torch",))
def sigmoid_steepness(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return lipschitz(activations.SIGMOID, rng, tier)


@measures("feedforward.tanh_lipschitz", route="largest difference quotient of torch.nn.Tanh", needs=("torch",))
def tanh_steepness(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return lipschitz(activations.TANH, rng, tier)


@measures(
    "feedforward.leaky_subdifferential", route="largest difference quotient of torch.nn.LeakyReLU", needs=("torch",)
)
def leaky_steepness(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    return lipschitz(activations.LEAKY, rng, tier)


@measures("feedforward.sigmoid_saturates", route="gradients through a chain of torch.nn.Sigmoid", needs=("torch",))
def chain_of_sigmoids(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for depth in (1, 4, 8):
        start = tensor(rng.normal(0, 2, 500)).requires_grad_()
        value = start
        for _ in range(depth):
            value = module(activations.SIGMOID)(value - 0.5 if value is not start else value)
        value.sum().backward()
        largest = float(start.grad.max())
        interval = enclosure(largest, ulps=64, method="largest gradient of 500 chains")
        bound = 0.25**depth
        found.append(Estimate(f"gradient through {depth} units", interval, bound, {"a quarter of it": bound / 4}, "<="))
    return found


def soft(logits: Array) -> Array:
    """The softmax of a vector in plain floating point."""
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum())


@measures("feedforward.softmax_function", route="torch.softmax and frequencies of Gumbel maxima", needs=("torch",))
def softmax_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    tenths = (7, -4, 11)
    logits = np.array(tenths) / 10
    closed = float(activations.softmax_of([Rational(one, 10) for one in tenths])[0].evalf(30))
    n = tier.choose(quick=40_000, full=400_000)
    # The largest of logits with independent Gumbel noise is distributed by the softmax.
    winners = (logits + rng.gumbel(size=(n, 3))).argmax(axis=1)
    by_torch, shifted = (torch.softmax(tensor(logits + by), 0).numpy() for by in (0.0, 3.0))
    alone = {"of the own logit alone": math.exp(logits[0]), "logit over the sum of logits": 0.7 / 1.4}
    return [
        Estimate("first share by torch", about(float(by_torch[0]), 1.0), closed, alone),
        Estimate("first share, logits shifted", about(float(shifted[0]), 1.0, 32), closed, alone),
        Estimate(
            "frequency of the first class",
            proportion(int(np.sum(winners == 0)), n, ALPHA_PER_TEST),
            closed,
            {"negative exponents": float(soft(-logits)[0]), "uniform": 1 / 3},
        ),
    ]


@measures("feedforward.softmax_jacobian", route="torch.autograd.functional.jacobian at five classes", needs=("torch",))
def jacobian_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    logits = rng.standard_normal(5)
    found = torch.autograd.functional.jacobian(lambda at: torch.softmax(at, 0), tensor(logits)).numpy()
    s = soft(logits)
    jacobian = np.diag(s) - np.outer(s, s)
    picked = [(0, 0), (0, 1), (3, 2)]
    mutants = {"diagonal only": np.diag(s), "plus the outer product": np.diag(s) + np.outer(s, s)}
    return [
        Estimate(
            f"entry {i}, {j}",
            about(float(found[i, j]), 1.0, 16),
            jacobian[i, j],
            {name: float(matrix[i, j]) for name, matrix in mutants.items()},
        )
        for i, j in picked
    ]


@measures(
    "feedforward.softmax_lipschitz", route="largest eigenvalue of torch's Jacobian over random logits", needs=("torch",)
)
def softmax_steepness(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    logits = rng.standard_normal((tier.choose(quick=200, full=5_000), 3)) * np.array([0.3, 0.3, 1.0]) - [0, 0, 4]
    jacobian = torch.func.vmap(torch.func.jacrev(lambda at: torch.softmax(at, 0)))(tensor(logits)).numpy()
    largest = float(np.linalg.norm(jacobian, ord=2, axis=(1, 2)).max())
    interval = enclosure(largest, error=64 * EPSILON, method="spectral norm by LAPACK")
    return [Estimate("largest spectral norm", interval, 0.5, {"a quarter": 0.25, "nine twentieths": 0.45}, "<=")]
