"""Measurements of the topic backprop on random networks: torch.autograd, complex steps, counted operations.

The predicted numbers come from the recursion (`numerics.network_gradients`), the measured ones from routes that do not
use it. A gradient of many entries is one number by a random combination of them; its enclosure is the combination of
the entries' rounding bounds, so that no tolerance is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from .intervals import Interval
from .measurement import Estimate, Tier, enclosure, measures
from .network_gradients import (
    ACTIVATIONS,
    ROUNDOFF,
    Array,
    Network,
    backward,
    by_torch,
    complex_step,
    draw,
    errors,
    forward,
    network,
    rounding,
    rounding_of_outputs,
    softmax,
    top_gradient,
    torch_activations,
)


def combined(arrays: Sequence[Array], weights: Sequence[Array]) -> float:
    """The sum of all entries, each times its weight."""
    return float(sum((one * w).sum() for one, w in zip(arrays, weights, strict=True)))


def enclosed(found: Sequence[Array], bounds: Sequence[Array], weights: Sequence[Array], route: str) -> Interval:
    """The combination of entries that are known up to their bounds."""
    sizes = [np.abs(w) for w in weights]
    entries = sum(one.size for one in found)
    summing = (entries + 2) * ROUNDOFF * combined([np.abs(one) for one in found], sizes)
    return enclosure(combined(found, weights), error=combined(bounds, sizes) + 2 * summing, method=route)


def directions(rng: np.random.Generator, arrays: Sequence[Array]) -> list[Array]:
    """Normal weights for every entry."""
    return [rng.standard_normal(one.shape) for one in arrays]


def deep(rng: np.random.Generator, tier: Tier, loss: str = "squared") -> Network:
    """A network of four layers, sigmoid and tanh in the middle, on a batch of six."""
    wide = tier.choose(quick=8, full=20)
    widths = [wide, wide + 2, wide, wide + 1, 4]
    names = ["tanh", "sigmoid", "softplus", "sin" if loss == "squared" else "identity"]
    targets = rng.standard_normal((4, 6)) if loss == "squared" else np.eye(4)[:, rng.integers(0, 4, 6)]
    return network(rng, widths, names, targets, loss)


def bounds_of_errors(net: Network) -> list[Array]:
    """How far the computed errors may lie off: the bounds on the bias gradients of each sample as its own batch."""
    columns = [
        rounding(replace(net, inputs=net.inputs[:, [i]], targets=net.targets[:, [i]]))[1::2]
        for i in range(net.inputs.shape[1])
    ]
    return [np.stack(layer, axis=1) for layer in zip(*columns, strict=True)]


def against_errors(rng: np.random.Generator, net: Network, what: str, layer: int, wrong: dict[str, Array]) -> Estimate:
    """One layer's error: torch.autograd by that layer's preactivations against the recursion and against mutants."""
    found, bound = by_torch(net, "errors")[layer], bounds_of_errors(net)[layer]
    (weights,) = directions(rng, [found])
    mutants = {name: combined([one], [weights]) for name, one in wrong.items()}
    return Estimate(
        what,
        enclosed([found], [bound], [weights], "torch.autograd, rounding bound"),
        combined([errors(net)[layer]], [weights]),
        mutants,
    )


def against_gradient(
    rng: np.random.Generator,
    net: Network,
    what: str,
    route: Callable[[Network], Sequence[Array]],
    wrong: dict[str, Any],
) -> Estimate:
    """The whole gradient: a route against the recursion and against mutants of it."""
    found, bounds = route(net), rounding(net)
    weights = directions(rng, found)
    mutants = {name: combined(one, weights) for name, one in wrong.items()}
    name = route.__name__.replace("_", " ")
    return Estimate(
        what, enclosed(found, bounds, weights, f"{name}, rounding bound"), combined(backward(net), weights), mutants
    )


@measures("backprop.sample_loss", route="torch's mse_loss, summed over the coordinates", needs=("torch",))
def loss_of_one_sample(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    out, y = rng.standard_normal((2, tier.choose(quick=50, full=500)))
    found = float(torch.nn.functional.mse_loss(torch.tensor(out), torch.tensor(y), reduction="sum")) / 2
    return [_squares("half the squared distance", found, out, y, {"no half": 2.0, "mean of coordinates": 2 / len(y)})]


@measures("backprop.mean_loss", route="torch's MSELoss averages one loss a sample", needs=("torch",))
def mean_over_samples(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    out, y = rng.standard_normal((2, tier.choose(quick=50, full=500)))
    found = float(torch.nn.MSELoss()(torch.tensor(out), torch.tensor(y))) / 2
    return [_squares("mean of half squares", found, out, y, {"sum": float(len(y))}, 1 / len(y))]


@measures("backprop.mean_squared_error", route="the trace of a Gram matrix")
def through_the_gram_matrix(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    out, y = rng.standard_normal((2, tier.choose(quick=5, full=50), 20))
    found = float(np.trace((out - y).T @ (out - y))) / 40
    return [
        _squares("mean over 20 samples", found, out, y, {"no half": 2.0, "mean of all entries": 1 / len(y)}, 1 / 20)
    ]


def _squares(what: str, found: float, out: Array, y: Array, factors: dict[str, float], share: float = 1.0) -> Estimate:
    """Half the sum of squares times a share, added up exactly, and mutants that differ from it by factors."""
    predicted = math.fsum((out - y).ravel() ** 2) / 2 * share
    error = (out.size + 8) * ROUNDOFF * predicted
    mutants = {name: factor * predicted for name, factor in factors.items()}
    return Estimate(what, enclosure(found, error=error, method="a rounding a term"), predicted, mutants)


@measures("backprop.preactivation", route="torch.nn.Linear, one sample a row", needs=("torch",))
def linear_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    right = forward(net)[0][0]
    b = net.biases[0][:, None]
    found = _torch_layers(replace(net, activations=["identity"]), 1)
    size = np.abs(net.weights[0]) @ np.abs(net.inputs) + np.abs(b)
    bound = (len(net.inputs) + 4) * ROUNDOFF * size
    return [
        _outputs(rng, "preactivations", found, bound, right, {"no bias": right - b, "bias subtracted": right - 2 * b})
    ]


@measures("backprop.activation", route="torch's tanh", needs=("torch",))
def activation_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    nets, outputs = forward(net)
    found, bound = _torch_layers(net, 1), rounding_of_outputs(net)[1]
    wrong = {"none": nets[0], "on the sum": np.tanh(nets[0].sum(axis=0)) + 0 * nets[0]}
    return [_outputs(rng, "activations", found, bound, outputs[1], wrong)]


@measures("backprop.network_output", route="torch.nn.Linear layer by layer", needs=("torch",))
def output_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    nets, outputs = forward(net)
    found, bound = _torch_layers(net, len(net.weights)), rounding_of_outputs(net)[-1]
    return [_outputs(rng, "outputs", found, bound, outputs[-1], {"no activation on top": nets[-1]})]


def _outputs(
    rng: np.random.Generator, what: str, found: Array, bound: Array, right: Array, wrong: dict[str, Array]
) -> Estimate:
    (weights,) = directions(rng, [found])
    interval = enclosed([found], [bound], [weights], "torch, rounding bound")
    mutants = {name: combined([one], [weights]) for name, one in wrong.items()}
    return Estimate(f"combination of the {what}", interval, combined([right], [weights]), mutants)


def _torch_layers(net: Network, layers: int) -> Array:
    """What the first layers put out, by torch modules."""
    import torch

    below = torch.tensor(net.inputs.T)
    for W, b, name in list(zip(net.weights, net.biases, net.activations, strict=False))[:layers]:
        linear = torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(W), "bias": torch.tensor(b)})
        below = torch_activations()[name](linear(below)).detach()
    return np.asarray(below.numpy().T)


@measures("backprop.output_error", route="torch.autograd by the top preactivations", needs=("torch",))
def top_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    outputs = forward(net)[1]
    raw = top_gradient(net, outputs[-1])
    wrong = {"slope forgotten": raw, "slope at the output": raw * np.cos(outputs[-1]), "sign": -errors(net)[-1]}
    return [against_errors(rng, net, "combination of the top layer's errors", -1, wrong)]


@measures("backprop.squared_output_error", route="torch.autograd by the top preactivations", needs=("torch",))
def squared_top_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    nets, _ = forward(net)
    right = errors(net)[-1]
    wrong = {"no half in the loss": 2 * right, "net for output": (nets[-1] - net.targets) * np.cos(nets[-1])}
    return [against_errors(rng, net, "combination of the top layer's errors", -1, wrong)]


@measures("backprop.softmax_error", route="torch's cross_entropy and autograd", needs=("torch",))
def softmax_top_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier, "softmax")
    nets, _ = forward(net)
    p = softmax(nets[-1])
    wrong = {"targets minus softmax": net.targets - p, "sigmoid": 1 / (1 + np.exp(-nets[-1])) - net.targets}
    return [against_errors(rng, net, "combination of the logits' errors", -1, wrong)]


@measures("backprop.backward_step", route="torch.autograd by hidden preactivations", needs=("torch",))
def hidden_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    outputs = forward(net)[1]
    carried = net.weights[2].T @ errors(net)[2]
    sigmoid = ACTIVATIONS["sigmoid"]
    wrong = {
        "slope forgotten": carried,
        "slope at the output, as printed in 185": carried * sigmoid.slope(outputs[2]),
        "output for slope": carried * outputs[2],
    }
    return [against_errors(rng, net, "combination of the second layer's errors", 1, wrong)]


@measures("backprop.squared_error_gradient", route="complex steps in the output", name="by_complex_steps")
def loss_gradient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    y, out, way = rng.standard_normal((3, tier.choose(quick=50, full=500)))
    moved = ((out + 1e-40j * way - y) ** 2).sum().imag / 2 / 1e-40
    predicted = float(way @ (out - y))
    error = (len(y) + 8) * ROUNDOFF * float(np.abs(way) @ (np.abs(out) + np.abs(y)))
    found = enclosure(float(moved), error=2 * error, method="complex step, rounding bound")
    return [Estimate("slope along a direction", found, predicted, {"twice": 2 * predicted, "sign": -predicted})]


@measures("backprop.parameter_gradients", route="torch.autograd by weights and biases", needs=("torch",))
def parameters_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = deep(rng, tier)
    right, samples = backward(net), net.inputs.shape[1]
    deltas, outputs = errors(net), forward(net)[1]
    first = [one for d, a in zip(deltas, outputs[:-1], strict=True) for one in (d[:, :1] @ a[:, :1].T, d[:, 0])]
    wrong = {"sum for mean": [samples * one for one in right], "one sample, as printed in 246 and 247": first}
    return [against_gradient(rng, net, "combination of the gradient", by_torch, wrong)]


@measures("backprop.backpropagation", route="complex steps, one forward pass a parameter, on random networks")
def whole_by_complex_steps(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for number in range(tier.choose(quick=4, full=40)):
        loss = ("squared", "softmax")[number % 2]
        net = draw(rng, int(rng.integers(2, 5)), 8, int(rng.integers(1, 6)), loss)
        right = backward(net)
        wrong = {"sign": [-one for one in right], "a hundred-millionth off": [one * (1 + 1e-8) for one in right]}
        what = f"gradient of network {number + 1}, {loss}, combined"
        found.append(against_gradient(rng, net, what, complex_step, wrong))
    return found


@measures("backprop.written_out", route="complex steps: the worst entry of a thousand, made wrong by 1e-8")
def single_entries(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    net = network(rng, [20, 25, 16, 6], ["tanh", "sigmoid", "sin"], rng.standard_normal((6, 5)))
    right, true, bounds = backward(net), complex_step(net), rounding(net)
    flat = [np.concatenate([one.ravel() for one in arrays]) for arrays in (right, true, bounds)]
    hardest = int((flat[2] / np.abs(flat[1])).argmax())
    entries = [hardest, *(int(i) for i in rng.integers(0, flat[0].size, 3))]
    return [
        Estimate(
            f"entry {i + 1} of {flat[0].size} of the gradient",
            enclosure(float(flat[1][i]), error=float(flat[2][i]), method="complex step, rounding bound"),
            float(flat[0][i]),
            {"wrong by 1e-8": float(flat[0][i]) * (1 + 1e-8), "wrong by -1e-8": float(flat[0][i]) * (1 - 1e-8)},
        )
        for i in entries
    ]


@measures("backprop.chain_rule", route="the product of three Jacobians that torch.func finds", needs=("torch",))
def three_jacobians(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    rows, columns = tier.choose(quick=(5, 7), full=(12, 20))
    W, a, y, way = (torch.tensor(rng.standard_normal(s)) for s in ((rows, columns), columns, rows, (rows, columns)))
    z = W @ a
    by_weights = torch.func.jacrev(lambda w: w @ a)(W)
    by_nets = torch.func.jacrev(torch.tanh)(z)
    by_outputs = torch.func.grad(lambda out: ((out - y) ** 2).sum() / 2)(torch.tanh(z))
    found = float((torch.einsum("i,ij,jkl->kl", by_outputs, by_nets, by_weights) * way).sum())
    g, s = by_outputs.numpy(), 1 - np.tanh(z.numpy()) ** 2
    predicted, scale = [combined([np.outer(one, a.numpy())], [way.numpy()]) for one in (g * s, g)]
    size = combined([np.outer(np.abs(g) + 1, np.abs(a.numpy()))], [np.abs(way.numpy())])
    slack = (rows * columns + 4 * columns + 32) * ROUNDOFF * size * (1 + float(z.abs().max()))
    interval = enclosure(found, error=slack, method="einsum, rounding bound")
    return [Estimate("combination of the derivative", interval, predicted, {"slope forgotten": scale})]


@measures("backprop.update", route="one step of torch.optim.SGD", needs=("torch",))
def step_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    start, slope = rng.standard_normal((2, 5))
    parameter = torch.tensor(start, requires_grad=True)
    parameter.grad = torch.tensor(slope)
    torch.optim.SGD([parameter], lr=0.3).step()
    moved = parameter.detach().numpy()[0]
    interval = enclosure(float(moved), error=4 * ROUNDOFF * (abs(start[0]) + abs(slope[0])), method="4 roundings")
    mutants = {"ascent": start[0] + 0.3 * slope[0], "half": start[0] - 0.15 * slope[0]}
    return [Estimate("a parameter after the step", interval, start[0] - 0.3 * slope[0], mutants)]


@measures("backprop.cost", route="torch's FlopCounterMode", needs=("torch",))
def cost_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for depth in (1, 3, tier.choose(quick=6, full=20)):
        widths = [int(n) for n in rng.integers(3, 40, depth + 1)]
        samples = int(rng.integers(2, 9))
        ahead, back = counted_by_torch(widths, samples)
        products = [up * low for low, up in pairwise(widths)]
        forward_cost = samples * sum(products)
        right = 2 * forward_cost - samples * products[0]
        what = f"multiply-adds, {depth} layers, batch of {samples}"
        found += [
            Estimate(f"forward {what}", enclosure(ahead, error=0), forward_cost, {"backward": 2 * forward_cost}),
            Estimate(f"backward {what}", enclosure(back, error=0), right, {"first layer too": 2 * forward_cost}),
        ]
    return found


@measures("backprop.counted_cost", route="torch's FlopCounterMode with the inputs differentiated too", needs=("torch",))
def input_gradient_cost(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from ..theory.written_networks import multiply_adds

    widths = [int(n) for n in rng.integers(2, 9, 5)]
    ahead, back = counted_by_torch(widths, 3, inputs=True)
    spared = multiply_adds(widths, 3)[1]
    right = multiply_adds(widths, 3, input_gradient=True)
    return [
        Estimate("forward multiply-adds", enclosure(ahead, error=0), right[0], {"backward": right[1]}),
        Estimate("backward multiply-adds", enclosure(back, error=0), right[1], {"inputs spared": spared}),
    ]


def counted_by_torch(widths: Sequence[int], samples: int, inputs: bool = False) -> tuple[int, int]:
    """Multiply-adds of a forward and of a backward pass through linear layers with tanh, as torch counts them."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layers = [torch.nn.Linear(low, up) for low, up in pairwise(widths)]
    x = torch.ones(samples, widths[0], requires_grad=inputs)
    with FlopCounterMode(display=False) as ahead:
        for layer in layers:
            x = torch.tanh(layer(x))
        total = x.sum()
    with FlopCounterMode(display=False) as back:
        total.backward()
    return int(ahead.get_total_flops()) // 2, int(back.get_total_flops()) // 2
