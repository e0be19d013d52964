"""Gradients of fully connected networks by hand, by complex steps and by differences, with a bound on their rounding.

A batch has one sample a column. `backward` is the recursion of `theory.backprop` on arrays; `complex_step` and
`central_differences` know nothing of it: they run the forward pass once or twice a parameter.

`rounding` follows the rounding errors of both passes, entry by entry, to first order in the unit roundoff: whatever the
order of the sums, a backward pass in double precision lies within it. So a gradient is compared entry by entry, at the
scale of its own arithmetic, and no tolerance is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ROUNDOFF = 2.0**-53
EXTENDED = float(np.finfo(np.longdouble).eps) / 2
"""The unit roundoff of the complex steps: 2^-64 where the machine has 80-bit numbers."""


class Smooth(NamedTuple):
    """An activation, its slope as a function of the preactivation, and bounds: |slope| and |second derivative|."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    steepest: float
    curvature: float


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


ACTIVATIONS = {
    "sigmoid": Smooth(_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z)), 0.25, 0.1),
    "tanh": Smooth(np.tanh, lambda z: 1 - np.tanh(z) ** 2, 1.0, 0.77),
    "softplus": Smooth(lambda z: np.log(1 + np.exp(z)), _sigmoid, 1.0, 0.25),
    "sin": Smooth(np.sin, np.cos, 1.0, 1.0),
    "identity": Smooth(lambda z: z, np.ones_like, 1.0, 0.0),
}
OPERATIONS = 8
"""Roundings that an activation, its slope or a softmax may commit, relative to 1 + its size."""


@dataclass(frozen=True)
class Network:
    """Layers a = f(W a + b), a batch and its targets (one sample a column), and a loss averaged over the samples.

    loss: "squared", half the squared distance, or "softmax", the cross-entropy of a softmax with targets that sum to 1.
    """

    weights: Sequence[Array]
    biases: Sequence[Array]
    activations: Sequence[str]
    inputs: Array
    targets: Array
    loss: str = "squared"

    @property
    def parameters(self) -> list[Array]:
        """Weights and biases, layer by layer."""
        return [one for pair in zip(self.weights, self.biases, strict=True) for one in pair]

    @property
    def widths(self) -> list[int]:
        """The numbers of inputs and of units of each layer."""
        return [self.inputs.shape[0], *(len(b) for b in self.biases)]

    def at(self, parameters: Sequence[Array]) -> Network:
        """The network with other parameters."""
        return replace(self, weights=list(parameters[::2]), biases=list(parameters[1::2]))


def draw(
    rng: np.random.Generator, depth: int, widest: int, samples: int, loss: str = "squared", scale: float = 1.0
) -> Network:
    """A random network: widths up to `widest`, any activations (the identity on top of a softmax), normal weights."""
    widths = [int(n) for n in rng.integers(1 if loss == "squared" else 2, widest + 1, depth + 1)]
    names = list(rng.choice(list(ACTIVATIONS), depth))
    targets = rng.standard_normal((widths[-1], samples))
    if loss == "softmax":
        names[-1] = "identity"
        targets = np.eye(widths[-1])[:, rng.integers(0, widths[-1], samples)]
    return network(rng, widths, [str(name) for name in names], targets, loss, scale)


def network(
    rng: np.random.Generator,
    widths: Sequence[int],
    activations: Sequence[str],
    targets: Array,
    loss: str = "squared",
    scale: float = 1.0,
) -> Network:
    """A network of the given widths with normal weights of variance scale^2 / inputs, and a normal batch."""
    pairs = list(zip(widths[1:], widths[:-1], strict=True))
    weights = [scale * rng.standard_normal(pair) / np.sqrt(pair[1]) for pair in pairs]
    biases = [0.5 * rng.standard_normal(m) for m, _ in pairs]
    return Network(weights, biases, activations, rng.standard_normal((widths[0], targets.shape[1])), targets, loss)


def forward(net: Network) -> tuple[list[Array], list[Array]]:
    """Preactivations Z_1, ..., Z_L and activations A_0, ..., A_L."""
    below, nets, outputs = net.inputs, [], [net.inputs]
    for W, b, name in zip(net.weights, net.biases, net.activations, strict=True):
        nets.append(W @ below + b[:, None])
        below = ACTIVATIONS[name].value(nets[-1])
        outputs.append(below)
    return nets, outputs


def softmax(z: Array) -> Array:
    """The softmax of each column."""
    shifted = np.exp(z - z.real.max(axis=0))
    return shifted / shifted.sum(axis=0)  # type: ignore[no-any-return]


def loss(net: Network) -> Any:
    """The loss averaged over the batch; analytic in every parameter, so that complex steps may be taken."""
    out = forward(net)[1][-1]
    samples = out.shape[1]
    if net.loss == "squared":
        return ((out - net.targets) ** 2).sum() / (2 * samples)
    top = out.real.max(axis=0)
    return (np.log(np.exp(out - top).sum(axis=0)) + top - (net.targets * out).sum(axis=0)).sum() / samples


def top_gradient(net: Network, out: Array) -> Array:
    """The derivative of each sample's own loss by the output activations."""
    return (out if net.loss == "squared" else softmax(out)) - net.targets


def errors(net: Network) -> list[Array]:
    """The derivatives of each sample's own loss by the preactivations of the layers 1, ..., L: the recursion."""
    nets, outputs = forward(net)
    rules = [ACTIVATIONS[name] for name in net.activations]
    found = [top_gradient(net, outputs[-1]) * rules[-1].slope(nets[-1])]
    for W, z, rule in zip(net.weights[:0:-1], nets[-2::-1], rules[-2::-1], strict=True):
        found.append((W.T @ found[-1]) * rule.slope(z))
    return found[::-1]


def backward(net: Network) -> list[Array]:
    """The gradient of the averaged loss by every weight matrix and bias vector, layer by layer."""
    samples, outputs = net.inputs.shape[1], forward(net)[1]
    gradient = []
    for delta, below in zip(errors(net), outputs[:-1], strict=True):
        gradient += [delta @ below.T / samples, delta.sum(axis=1) / samples]
    return gradient


def complex_step(net: Network, step: float = 1e-40) -> list[Array]:
    """The gradient by complex steps in extended precision, one forward pass a parameter; truncation is step^2.

    W. Squire and G. Trapp, SIAM Review 40 (1998): f(x + i h) = f(x) + i h f'(x) + O(h^2), and nothing is subtracted.
    """
    wide = replace(net, inputs=net.inputs.astype(np.longdouble), targets=net.targets.astype(np.longdouble))
    imaginary = np.longdouble(step) * np.clongdouble(1j)
    return _each(
        [p.astype(np.clongdouble) for p in net.parameters],
        lambda moved: (loss(wide.at(moved(imaginary))).imag / np.longdouble(step)).astype(np.longdouble),
    )


def central_differences(net: Network, step: float) -> list[Array]:
    """The gradient by (f(x + h) - f(x - h)) / (2 h) in double precision."""
    return _each(
        [p.copy() for p in net.parameters],
        lambda moved: (loss(net.at(moved(step))) - loss(net.at(moved(-step)))) / (2 * step),
    )


def _each(parameters: list[Array], quotient: Callable[[Callable[[Any], list[Array]]], Any]) -> list[Array]:
    """The quotient at every entry; it is given a function that moves this entry by a step and gives all parameters."""
    found = []
    for which, values in enumerate(parameters):
        slopes = np.empty(values.shape, dtype=np.longdouble)
        for index in np.ndindex(values.shape):

            def moved(step: Any, which: int = which, values: Array = values, index: Any = index) -> list[Array]:
                other = values.copy()
                other[index] += step
                return [*parameters[:which], other, *parameters[which + 1 :]]

            slopes[index] = quotient(moved)
        found.append(slopes)
    return found


def _forward_rounding(net: Network) -> tuple[list[Array], list[Array]]:
    """Bounds on the rounding of preactivations 1, ..., L and of activations 0, ..., L."""
    nets, outputs = forward(net)
    off_nets, off_outputs = [], [np.zeros_like(net.inputs)]
    for W, b, name, z, below in zip(net.weights, net.biases, net.activations, nets, outputs[:-1], strict=True):
        sizes = np.abs(W) @ np.abs(below) + np.abs(b)[:, None]
        off_nets.append(np.abs(W) @ off_outputs[-1] + _sum(W.shape[1]) * sizes)
        rule = ACTIVATIONS[name]
        off_outputs.append(rule.steepest * off_nets[-1] + OPERATIONS * ROUNDOFF * (1 + np.abs(rule.value(z))))
    return off_nets, off_outputs


def rounding_of_outputs(net: Network) -> list[Array]:
    """How far two computations of the activations 0, ..., L in double precision may lie apart."""
    return [2 * one for one in _forward_rounding(net)[1]]


def rounding(net: Network) -> list[Array]:
    """For every entry of the gradient, how far two computations of it may lie apart by rounding alone.

    One is a backward pass in double precision, with sums in any order; the other the complex steps, to which 64 times
    the share of their own unit roundoff is granted. First order in the roundoff; smooth activations only.
    """
    nets, outputs = forward(net)
    rules = [ACTIVATIONS[name] for name in net.activations]
    off_nets, off_outputs = _forward_rounding(net)
    deltas = errors(net)
    off = [_off_slope(rule, z, e) for rule, z, e in zip(rules, nets, off_nets, strict=True)]
    above = top_gradient(net, outputs[-1])
    off_above = _off_top(net, outputs[-1], off_outputs[-1])
    found: list[Array] = []
    for layer in reversed(range(len(net.weights))):
        slope, delta = rules[layer].slope(nets[layer]), deltas[layer]
        off_delta = off_above * np.abs(slope) + np.abs(above) * off[layer] + ROUNDOFF * np.abs(delta)
        found[:0] = _off_parameters(delta, off_delta, outputs[layer], off_outputs[layer])
        W = net.weights[layer]
        above = W.T @ delta
        off_above = np.abs(W.T) @ off_delta + _sum(len(W)) * (np.abs(W.T) @ np.abs(delta))
    return [(1 + 64 * EXTENDED / ROUNDOFF) * one for one in found]


def _sum(terms: int) -> float:
    """The relative rounding of a sum of so many products and one more term."""
    return (terms + 2) * ROUNDOFF


def _off_slope(rule: Smooth, z: Array, off: Array) -> Array:
    return np.asarray(rule.curvature * off + OPERATIONS * ROUNDOFF * (1 + np.abs(rule.slope(z))))


def _off_top(net: Network, out: Array, off: Array) -> Array:
    if net.loss == "squared":
        return np.asarray(off + ROUNDOFF * np.abs(out - net.targets))
    p = softmax(out)
    moved = 2 * off.max(axis=0) + (OPERATIONS + len(out)) * ROUNDOFF * (1 + np.abs(out).max(axis=0))
    return np.asarray(p * moved + ROUNDOFF * np.abs(p - net.targets))


def _off_parameters(delta: Array, off_delta: Array, below: Array, off_below: Array) -> list[Array]:
    """The bounds for one layer's weights and biases."""
    samples = delta.shape[1]
    products = off_delta @ np.abs(below).T + np.abs(delta) @ off_below.T
    sums = _sum(samples) * np.abs(delta) @ np.abs(below).T
    return [(products + sums) / samples, (off_delta.sum(axis=1) + _sum(samples) * np.abs(delta).sum(axis=1)) / samples]


def disagreement(
    net: Network,
    gradient: Sequence[Array],
    reference: Sequence[Array] | None = None,
    bounds: Sequence[Array] | None = None,
) -> float:
    """The largest distance of an entry of the gradient from the complex steps, in units of its own rounding bound.

    At most 1 for a right gradient; infinite where an entry is no number. reference, bounds: `complex_step(net)` and
    `rounding(net)`, where they are known already. Raises ValueError where the gradient has not the parameters' shapes.
    """
    reference = complex_step(net) if reference is None else reference
    bounds = rounding(net) if bounds is None else bounds
    worst = 0.0
    for found, true, bound in zip(gradient, reference, bounds, strict=True):
        if found.shape != true.shape:
            raise ValueError(f"a gradient of shape {found.shape} for parameters of shape {true.shape}")
        off = np.abs(found - true)
        ratios = np.where(off == 0, 0.0, off / np.where(bound == 0, np.finfo(float).tiny, bound))
        worst = max(worst, float(np.where(np.isfinite(ratios), ratios, np.inf).max()))
    return worst


def detectable(net: Network) -> Array:
    """For every entry of the gradient, the relative error above which `disagreement` must exceed 1.

    An entry that is off by more than twice its bound lies outside, wherever in the bound the right value would lie.
    """
    return np.concatenate(
        [2 * bound.ravel() / np.abs(true).ravel() for bound, true in zip(rounding(net), backward(net), strict=True)]
    )


def torch_activations() -> dict[str, Any]:
    """The activations as torch has them."""
    import torch

    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        # Its default is the identity above 20, which is 2e-9 off: enough for `disagreement` to object.
        "softplus": lambda z: torch.nn.functional.softplus(z, threshold=700),
        "sin": torch.sin,
        "identity": lambda z: z,
    }


def by_torch(net: Network, names: str = "parameters") -> list[Array]:
    """The gradient by torch.autograd in double precision; names="errors" for each sample's own preactivations."""
    import torch

    rules = torch_activations()
    parameters = [torch.tensor(p, requires_grad=True) for p in net.parameters]
    below, nets = torch.tensor(net.inputs.T), []
    for W, b, name in zip(parameters[::2], parameters[1::2], net.activations, strict=True):
        nets.append(torch.nn.functional.linear(below, W, b))
        below = rules[name](nets[-1])
    targets, samples = torch.tensor(net.targets.T), net.inputs.shape[1]
    if net.loss == "squared":
        total = torch.nn.functional.mse_loss(below, targets, reduction="sum") / 2
    else:
        total = torch.nn.functional.cross_entropy(below, targets, reduction="sum")
    if names == "errors":
        return [found.numpy().T for found in torch.autograd.grad(total, nets)]
    return [found.numpy() / samples for found in torch.autograd.grad(total, parameters)]
