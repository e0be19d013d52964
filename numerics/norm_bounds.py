"""Norm-based generalization bounds of a trained rectifier network: path norm, Frobenius norms, spectral complexity.

Each bound holds with probability 1 - delta over the sample, at once for all weights: the norms need not be fixed
beforehand, since they are rounded up to a grid over whose points delta is split. With n examples, k classes, depth L
(matrices) and the margin gamma, on which the share of errors on new data depends by

    errors <= share of the sample with margin below gamma + 2 C + 3 sqrt(log(2/delta') / (2n)),

the complexity C of the margin loss (sqrt(2)/gamma-Lipschitz in the outputs, in Euclidean norm) is at most

- path norm: (2k/gamma) P 2^(L-1) sqrt(2 log(2D)) max_j |X_j| / n, P the largest over outputs of the sum over paths of
  products of |weights|; by peeling the layers, with the factor 2 of the contraction at each (Neyshabur et al. 2015);
- Frobenius: (2k/gamma) M (sqrt(2 log(2) L) + 1) |X|_F / n, M the product of the Frobenius norms of all layers but the
  last and the largest row norm of that (Golowich, Rakhlin and Shamir 2018, theorem 1; Maurer 2016 for k outputs);
- spectral: 4/n^(3/2) + 18 R log(n)/n, R = (2/gamma) |X|_F sqrt(log(2 W^2)) prod s_i (sum_i (b_i/s_i)^(2/3))^(3/2), with
  s_i the spectral norms, b_i the sums of the Euclidean norms of rows of W_i - M_i, W the largest width (Bartlett,
  Foster and Telgarsky 2017, theorem 3.3, with the ceiling in Maurey's lemma bounded by twice its argument, and covers
  projected to the balls that hold a layer's outputs, so that they need not belong to the class).

Biases are weights of one more input that is 1, and carried along through every layer. Norms are rounded upwards, so
that each bound is an upper one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array, checked_alpha

EPS = float(np.finfo(float).eps)
STEPS = 8
"""Grid points of a norm per factor of two."""

Layers = list[Array]


@dataclass(frozen=True)
class NormBound:
    """One bound: its name, the norm of the network, the complexity of its margin loss, and the bound on the error.

    errors: the share of the sample whose margin is below gamma; confidence: the summand for delta; bound may exceed 1.
    """

    name: str
    norm: float
    complexity: float
    errors: float
    confidence: float
    delta: float

    @property
    def bound(self) -> float:
        """errors + 2 complexity + confidence: at least the probability of an error on new data, but for delta."""
        return _up(self.errors + 2 * self.complexity + self.confidence)

    @property
    def vacuous(self) -> bool:
        """Whether the bound says nothing."""
        return self.bound >= 1


def _up(value: float, terms: int = 64) -> float:
    """A number above the exact value of an expression of positive terms computed with so many roundings."""
    return math.nextafter(value * (1 + terms * EPS), math.inf)


def layers_of(network: Any) -> Layers:
    """The matrices of a network, the biases in their last column and the row (0, ..., 0, 1) below all but the last.

    network: a torch Sequential of Linear layers with ReLU between them (Flatten, Identity and Dropout in evaluation do
    nothing), or a sequence of pairs (weight, bias or None). Raises ValueError, naming the layer, for anything else.
    """
    pairs = _torch_pairs(network) if hasattr(network, "named_children") else list(network)
    if not pairs:
        raise ValueError("the network has no linear layer")
    layers: Layers = []
    for index, (weight, bias) in enumerate(pairs):
        W = np.asarray(weight, dtype=float)
        b = np.zeros(len(W)) if bias is None else np.asarray(bias, dtype=float)
        if W.ndim != 2 or b.shape != (len(W),):
            raise ValueError(
                f"layer {index}: the weight has shape {W.shape} and the bias {b.shape}; (m, d) and (m,) fit"
            )
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            raise ValueError(f"layer {index} has entries that are not finite")
        if layers and layers[-1].shape[0] != W.shape[1] + 1:
            raise ValueError(f"layer {index} takes {W.shape[1]} inputs, the one before gives {layers[-1].shape[0] - 1}")
        full = np.hstack([W, b[:, None]])
        if index < len(pairs) - 1:
            full = np.vstack([full, np.eye(1, full.shape[1], full.shape[1] - 1)])
        layers.append(full)
    return layers


def _torch_pairs(network: Any) -> list[tuple[Array, Array | None]]:
    from torch import nn

    pairs: list[tuple[Array, Array | None]] = []
    rectified = True
    modules = [one for one in network.modules() if not list(one.children())]
    for module in modules:
        if isinstance(module, nn.Linear):
            if not rectified:
                raise ValueError(f"layer {len(pairs)}: there is no ReLU between two Linear layers")
            bias = None if module.bias is None else module.bias.detach().double().cpu().numpy()
            pairs.append((module.weight.detach().double().cpu().numpy(), bias))
            rectified = False
        elif isinstance(module, nn.ReLU):
            rectified = True
        elif not isinstance(module, nn.Flatten | nn.Identity | nn.Dropout):
            raise ValueError(f"{type(module).__name__}: these bounds are for Linear layers with ReLU between them")
    if pairs and rectified:
        raise ValueError("the last Linear layer is followed by a ReLU: the outputs must be linear in the last layer")
    return pairs


def _inputs(layers: Layers, inputs: ArrayLike) -> Array:
    """The inputs with the constant 1 appended; ValueError where they do not fit the first layer."""
    X = np.asarray(inputs, dtype=float)
    X = X.reshape(len(X), -1) if X.ndim > 1 else X
    if X.ndim != 2 or X.shape[1] + 1 != layers[0].shape[1]:
        raise ValueError(f"inputs of shape {X.shape} do not fit a first layer of {layers[0].shape[1] - 1} inputs")
    if not np.isfinite(X).all():
        raise ValueError("an input is not finite")
    return np.hstack([X, np.ones((len(X), 1))])


def margins(network: Any, inputs: ArrayLike, labels: ArrayLike) -> Array:
    """f_y(x) - max over j != y of f_j(x); for one output, y f(x) with labels -1 and 1."""
    layers = layers_of(network)
    values = _inputs(layers, inputs)
    for index, layer in enumerate(layers):
        values = values @ layer.T
        if index < len(layers) - 1:
            values = np.maximum(values, 0)
    y = np.asarray(labels)
    if y.shape != (len(values),):
        raise ValueError(f"{len(values)} inputs need as many labels, not an array of shape {y.shape}")
    if values.shape[1] == 1:
        if not np.isin(y, (-1, 1)).all():
            raise ValueError("with one output the labels are -1 and 1")
        return np.asarray(values[:, 0] * y)
    if not np.issubdtype(y.dtype, np.integer) or y.min() < 0 or y.max() >= values.shape[1]:
        raise ValueError(f"labels are integers from 0 to {values.shape[1] - 1}")
    own = values[np.arange(len(y)), y]
    values[np.arange(len(y)), y] = -np.inf
    return np.asarray(own - values.max(axis=1))


def path_norm(network: Any) -> float:
    """The largest over outputs of the sum over all paths from an input, or a bias, of the products of |weights|."""
    total = np.ones(layers_of(network)[0].shape[1])
    count = 0
    for layer in layers_of(network):
        total = np.abs(layer) @ total
        count += layer.shape[1]
    return _up(float(total.max()), 2 * count)


def frobenius_norm(network: Any) -> float:
    """The product of the Frobenius norms of the layers, of the last one the largest norm of a row."""
    layers = layers_of(network)
    inner = math.prod(float(np.linalg.norm(layer)) for layer in layers[:-1])
    return _up(inner * float(np.linalg.norm(layers[-1], axis=1).max()), 4 * sum(layer.size for layer in layers))


def spectral_terms(network: Any, reference: Any = None) -> list[tuple[float, float]]:
    """For each layer (s, b): its spectral norm, and the sum of the Euclidean norms of the rows of W - M, from above.

    reference: the network of the matrices M, fixed before the data were seen (its initial weights); zero where not
    given.
    """
    layers = layers_of(network)
    start = [np.zeros_like(layer) for layer in layers] if reference is None else layers_of(reference)
    if [one.shape for one in start] != [one.shape for one in layers]:
        raise ValueError("the reference network has other shapes")
    found = []
    for layer, at in zip(layers, start, strict=True):
        largest = _up(float(np.linalg.norm(layer, 2)), 64 * max(layer.shape))
        # the theorem's norm is (2,1) of the transposed matrix: the columns of W^T are the rows of W
        found.append((largest, _up(float(np.linalg.norm(layer - at, axis=1).sum()), 4 * layer.size)))
    return found


def rounded_to_grid(value: float) -> tuple[float, float]:
    """The grid point above a norm, and minus the logarithm of its share of delta.

    The shares 1/(2.3 (1 + |k|)^2) over all integers k add up to less than one, since 2 (pi^2/6) - 1 < 2.29.
    """
    if value <= 0:
        value = 2.0**-1000
    k = math.ceil(STEPS * math.log2(value) + 1e-9)
    return _up(2.0 ** (k / STEPS)), math.log(2.3) + 2 * math.log(1 + abs(k))


def uniform_confidence(n: int, delta: float, cost: float) -> float:
    return _up(3 * math.sqrt((math.log(2 / delta) + cost) / (2 * n)))


def norm_bounds(
    network: Any, inputs: ArrayLike, labels: ArrayLike, *, margin: float, delta: float = 0.05, reference: Any = None
) -> list[NormBound]:
    """The three bounds, each with probability 1 - delta, in the order path norm, Frobenius, spectral.

    margin: any positive number, chosen by the data if one likes. reference: see `spectral_terms`. Raises ValueError for
    a margin that is not positive, delta outside (0, 1), fewer than two examples, or what does not fit.
    """
    checked_alpha(delta)
    if not (math.isfinite(margin) and margin > 0):
        raise ValueError(f"the margin {margin} is not positive and finite")
    layers = layers_of(network)
    X, held = _inputs(layers, inputs), margins(network, inputs, labels)
    n, k, depth = len(X), layers[-1].shape[0], len(layers)
    if n < 2:
        raise ValueError("these bounds need at least two examples")
    # a margin whose computed value is within rounding of gamma counts as an error
    errors = float(np.mean(held < margin * (1 + 1e-9)))
    # with one output the margin is the output itself: 1/gamma-Lipschitz, and no vector contraction is needed
    outputs = 2.0 * k if k > 1 else 1.0
    frobenius = _up(float(np.linalg.norm(X)), 4 * X.size)

    def bound(name: str, norm: float, factor: float) -> NormBound:
        above, cost = rounded_to_grid(norm / margin)
        return NormBound(
            name, norm, _up(outputs * above * factor / n), errors, uniform_confidence(n, delta, cost), delta
        )

    widest_column = _up(float(np.linalg.norm(X, axis=0).max()), 4 * n)
    peeled = 2.0 ** (depth - 1) * math.sqrt(2 * math.log(2 * X.shape[1])) * widest_column
    found = [
        bound("path norm", path_norm(network), peeled),
        bound("Frobenius", frobenius_norm(network), (math.sqrt(2 * math.log(2) * depth) + 1) * frobenius),
    ]
    terms = spectral_terms(network, reference)
    rescaled = reference is None
    return [*found, _spectral(layers, terms, rescaled, frobenius, margin, errors, n, delta)]


def _spectral(
    layers: Sequence[Array],
    terms: Sequence[tuple[float, float]],
    rescaled: bool,
    data: float,
    margin: float,
    errors: float,
    n: int,
    delta: float,
) -> NormBound:
    """The spectral bound: Dudley's at the cut 1/n, from the entropy R^2/e^2, is 4/n^(3/2) + 18 R log(n)/n.

    rescaled: layers may be brought to norm 1, so that the grid is over prod s_i / gamma and the quotients b_i / s_i;
    with a reference, which must not move with the data, it is over gamma and each s_i and b_i.
    """
    product = _up(math.prod(s for s, _ in terms))
    quotients = [_up(b / s) if s > 0 else 0.0 for s, b in terms]
    if rescaled:
        scale, cost = rounded_to_grid(product / margin)
        grid = [rounded_to_grid(one) for one in quotients]
        spread, cost = [value for value, _ in grid], cost + sum(one for _, one in grid)
    else:
        inverse, cost = rounded_to_grid(1 / margin)
        sides = [(rounded_to_grid(s), rounded_to_grid(b)) for s, b in terms]
        scale = _up(inverse * math.prod(s for (s, _), _ in sides))
        spread = [_up(b / s) for (s, _), (b, _) in sides]
        cost += sum(one + other for (_, one), (_, other) in sides)
    width = max(max(layer.shape) for layer in layers)
    lipschitz = math.sqrt(2) if layers[-1].shape[0] > 1 else 1.0
    factor = sum(value ** (2 / 3) for value in spread) ** 1.5
    # sqrt(2) more for the ceiling in Maurey's lemma
    root = lipschitz * math.sqrt(2) * data * math.sqrt(math.log(2 * width**2)) * scale * factor
    complexity = _up(4 / n**1.5 + 18 * root * math.log(n) / n)
    norm = product * sum(one ** (2 / 3) for one in quotients) ** 1.5
    return NormBound("spectral", _up(norm), complexity, errors, uniform_confidence(n, delta, cost), delta)
