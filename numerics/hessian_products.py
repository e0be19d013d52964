"""Products with the Hessian and with the Gauss-Newton matrix of any torch network, loss and data, without the matrix.

    H = loss_hessian(model, torch.nn.functional.cross_entropy, [(inputs, targets)])
    H @ v                      # one product for the price of a few gradients
    H.dense()                  # the matrix, symmetric to rounding
    H.extremes(3)              # the three largest eigenvalues by scipy's Lanczos iteration

Parameters are those of `model.parameters()` that require a gradient, flattened in that order. A product is the
derivative of the gradient along v (Pearlmutter 1994); the Gauss-Newton product is a forward derivative of the outputs,
the loss's own Hessian, and a backward derivative (Schraudolph 2002). Several vectors go through together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array

Data = Sequence[tuple[Any, Any]]
Loss = Callable[[Any, Any], Any]
Reduction = Literal["mean", "sum"]


@dataclass(frozen=True)
class SymmetricOperator:
    """A symmetric matrix of which only products are known: apply takes n x k to n x k."""

    size: int
    apply: Callable[[Array], Array]

    def __matmul__(self, vectors: ArrayLike) -> Array:
        """The product with a vector (n) or with k of them (n x k). Raises ValueError for other shapes or nan."""
        block = np.asarray(vectors, dtype=np.float64)
        if block.ndim not in (1, 2) or block.shape[0] != self.size:
            raise ValueError(f"the operator is {self.size} x {self.size}, so it takes {self.size} rows: {block.shape}")
        if not np.isfinite(block).all():
            raise ValueError("a vector to be multiplied has an entry that is not finite")
        product = np.asarray(self.apply(block.reshape(self.size, -1)), dtype=np.float64)
        return product.reshape(block.shape)

    def dense(self) -> Array:
        """The matrix, by products with all unit vectors, and made symmetric; its size is limited by memory alone."""
        found = self @ np.eye(self.size)
        return (found + found.T) / 2

    def extremes(self, count: int = 1, which: Literal["LA", "SA", "LM"] = "LA", seed: int = 0) -> Array:
        """The `count` largest (LA), smallest (SA) or largest in size (LM) eigenvalues, in falling order."""
        from scipy.sparse.linalg import LinearOperator, eigsh

        if not 1 <= count < self.size:
            raise ValueError(f"{count} eigenvalues of a matrix of size {self.size}: ask for 1 to {self.size - 1}")
        products = LinearOperator((self.size, self.size), matvec=lambda v: self @ np.ravel(v), dtype=np.float64)
        start = np.random.default_rng(seed).normal(size=self.size)
        found = eigsh(products, k=count, which=which, v0=start, return_eigenvectors=False)
        return np.sort(np.asarray(found, dtype=np.float64))[::-1]


def of_matrix(matrix: ArrayLike) -> SymmetricOperator:
    """A symmetric matrix as an operator. Raises ValueError where it is not square, finite and symmetric."""
    known = np.asarray(matrix, dtype=np.float64)
    if known.ndim != 2 or known.shape[0] != known.shape[1]:
        raise ValueError(f"a square matrix is needed, this one has shape {known.shape}")
    if not np.isfinite(known).all():
        raise ValueError("the matrix has an entry that is not finite")
    if not np.allclose(known, known.T, rtol=1e-8, atol=1e-8 * max(float(np.abs(known).max(initial=0.0)), 1e-300)):
        raise ValueError("the matrix is not symmetric")
    return SymmetricOperator(known.shape[0], lambda block: known @ block)


def loss_hessian(
    model: Any, loss: Loss, data: Data | Iterable[Any], *, reduction: Reduction = "mean", chunk: int = 32
) -> SymmetricOperator:
    """The Hessian of the loss of a torch module over the batches (inputs, targets), by its parameters.

    loss(outputs, targets) gives one number a batch; reduction says whether that is the mean over the batch's samples or
    their sum, and the operator is of the same kind over all data. chunk: how many vectors go through together. Layers
    that mix samples (batch normalization) must be in evaluation mode. Raises ValueError for what is no network, no
    data, or a loss that is no single number.
    """
    import torch

    point = _Parameters(model)
    batches = _checked(point, loss, data, reduction)

    def product(vector: Any) -> Any:
        total = torch.zeros_like(vector)
        for inputs, targets, weight in batches:

            def value(at: Any, inputs: Any = inputs, targets: Any = targets) -> Any:
                return loss(point.outputs(at, inputs), targets)

            gradient = torch.func.grad(value)
            total = total + weight * torch.func.jvp(gradient, (point.flat,), (vector,))[1]
        return total

    return point.operator(product, chunk)


def gauss_newton(
    model: Any, loss: Loss, data: Data | Iterable[Any], *, reduction: Reduction = "mean", chunk: int = 32
) -> SymmetricOperator:
    """The Gauss-Newton matrix J^T (Hessian of the loss by the outputs) J; arguments as for `loss_hessian`."""
    import torch

    point = _Parameters(model)
    batches = _checked(point, loss, data, reduction)

    def product(vector: Any) -> Any:
        total = torch.zeros_like(vector)
        for inputs, targets, weight in batches:

            def outputs(at: Any, inputs: Any = inputs) -> Any:
                return point.outputs(at, inputs)

            def value(out: Any, targets: Any = targets) -> Any:
                return loss(out, targets)

            out, forward = torch.func.jvp(outputs, (point.flat,), (vector,))
            bent = torch.func.jvp(torch.func.grad(value), (out,), (forward,))[1]
            total = total + weight * torch.func.vjp(outputs, point.flat)[1](bent)[0]
        return total

    return point.operator(product, chunk)


class _Parameters:
    """The trained parameters of a module as one vector, and the module as a function of it."""

    def __init__(self, model: Any) -> None:
        import torch

        if not isinstance(model, torch.nn.Module):
            raise ValueError(f"the network is a {type(model).__name__}: a torch.nn.Module is needed")
        self.model = model
        named = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
        if not named:
            raise ValueError("the network has no parameter that requires a gradient")
        kinds = {one.dtype for _, one in named}
        if len(kinds) > 1:
            raise ValueError(f"the parameters have several types, {', '.join(map(str, kinds))}: convert the network")
        self.names = [name for name, _ in named]
        self.shapes = [one.shape for _, one in named]
        self.counts = [one.numel() for _, one in named]
        self.flat = torch.cat([one.detach().reshape(-1) for _, one in named])
        self.fixed = {name: one.detach() for name, one in model.named_parameters() if not one.requires_grad}
        self.fixed |= {name: one.detach() for name, one in model.named_buffers()}

    def outputs(self, at: Any, inputs: Any) -> Any:
        """What the network puts out at a vector of parameters."""
        from torch.func import functional_call

        pieces = at.split(self.counts)
        placed = {name: one.reshape(shape) for name, one, shape in zip(self.names, pieces, self.shapes, strict=True)}
        return functional_call(self.model, {**self.fixed, **placed}, (inputs,))

    def operator(self, product: Callable[[Any], Any], chunk: int) -> SymmetricOperator:
        """The operator whose product with one vector is given."""
        import torch

        if chunk < 1:
            raise ValueError(f"chunk = {chunk} vectors at a time: at least one is needed")
        together = torch.func.vmap(product, in_dims=1, out_dims=1)

        def apply(block: Array) -> Array:
            vectors = torch.as_tensor(block, dtype=self.flat.dtype, device=self.flat.device)
            with torch.no_grad():
                parts = [together(vectors[:, k : k + chunk]) for k in range(0, block.shape[1], chunk)]
            return np.asarray(torch.cat(parts, dim=1).cpu().numpy(), dtype=np.float64)

        return SymmetricOperator(int(self.flat.numel()), apply)


def _checked(point: _Parameters, loss: Loss, data: Any, reduction: Reduction) -> list[tuple[Any, Any, float]]:
    """The batches with their weights; the loss is tried on the first of them."""
    if reduction not in ("mean", "sum"):
        raise ValueError(f"the reduction {reduction!r} is neither 'mean' nor 'sum'")
    batches = list(data)
    if not batches:
        raise ValueError("there are no data: a list of pairs (inputs, targets) is needed")
    for batch in batches:
        if not (isinstance(batch, tuple | list) and len(batch) == 2):
            raise ValueError("each batch must be a pair (inputs, targets): wrap a single one as [(inputs, targets)]")
    counts = [len(inputs) for inputs, _ in batches]
    value = loss(point.outputs(point.flat, batches[0][0]), batches[0][1])
    if getattr(value, "ndim", 0) != 0:
        raise ValueError(f"the loss of a batch has shape {tuple(value.shape)}: it must be a single number")
    total = sum(counts) if reduction == "mean" else 1
    return [
        (inputs, targets, (count / total if reduction == "mean" else 1.0))
        for (inputs, targets), count in zip(batches, counts, strict=True)
    ]


__all__ = ["SymmetricOperator", "gauss_newton", "loss_hessian", "of_matrix"]
