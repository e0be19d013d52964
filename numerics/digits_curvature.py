"""A small classifier of handwritten digits whose Hessian can be written down, and gradient descent at its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .hessian_products import SymmetricOperator, loss_hessian
from .intervals import Array


@dataclass(frozen=True)
class DigitsClassifier:
    """A torch network with tanh units on images of digits, its data, and its loss."""

    model: Any
    inputs: Any
    targets: Any
    loss: Any

    @property
    def data(self) -> list[tuple[Any, Any]]:
        """All samples as one batch."""
        return [(self.inputs, self.targets)]

    def value(self) -> Any:
        """The loss of all samples, as torch can differentiate it."""
        return self.loss(self.model(self.inputs), self.targets)

    def hessian(self) -> SymmetricOperator:
        """The Hessian of the loss by all parameters."""
        return loss_hessian(self.model, self.loss, self.data)

    def accuracy(self) -> float:
        """The share of samples whose largest output is that of their label."""
        labels = self.targets if self.targets.ndim == 1 else self.targets.argmax(dim=1)
        return float((self.model(self.inputs).argmax(dim=1) == labels).double().mean())


def half_mean_square(outputs: Any, targets: Any) -> Any:
    """Half the squared distance of outputs and targets, summed over outputs and averaged over samples."""
    return ((outputs - targets) ** 2).sum(dim=1).mean() / 2


def digits_classifier(
    rng: np.random.Generator,
    *,
    hidden: int = 12,
    samples: int = 300,
    pixels: Literal[4, 8] = 4,
    kind: Literal["cross-entropy", "square"] = "cross-entropy",
) -> DigitsClassifier:
    """A network with one hidden layer at a random start, on the first digits, averaged to pixels x pixels.

    With cross-entropy the targets are labels, with half the mean square they are one-hot vectors.
    """
    import torch
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    block = 8 // pixels
    images = images[:samples].reshape(-1, pixels, block, pixels, block).mean(axis=(2, 4)).reshape(-1, pixels**2)
    model = torch.nn.Sequential(torch.nn.Linear(pixels**2, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 10))
    model = model.double()
    with torch.no_grad():
        for one in model.parameters():
            spread = 0.0 if one.ndim == 1 else one.shape[1] ** -0.5
            one.copy_(torch.from_numpy(spread * rng.normal(size=tuple(one.shape))))
    inputs = torch.from_numpy(images / 8 - 0.5)
    if kind == "cross-entropy":
        return DigitsClassifier(
            model, inputs, torch.from_numpy(labels[:samples].astype(np.int64)), torch.nn.functional.cross_entropy
        )
    return DigitsClassifier(model, inputs, torch.from_numpy(np.eye(10)[labels[:samples]]), half_mean_square)


def train(classifier: DigitsClassifier, rounds: int, rate: float = 0.02) -> float:
    """Trains with Adam on all samples; the last loss."""
    import torch

    optimizer = torch.optim.Adam(classifier.model.parameters(), lr=rate)
    for _ in range(rounds):
        optimizer.zero_grad()
        classifier.value().backward()
        optimizer.step()
    return float(classifier.value().detach())


def descend(classifier: DigitsClassifier, step: float, rounds: int, every: int) -> tuple[Array, Array, Array]:
    """Plain gradient descent with a fixed step on all samples: rounds, losses and largest eigenvalues, every so often.

    Raises ValueError where the loss leaves the numbers.
    """
    import torch

    optimizer = torch.optim.SGD(classifier.model.parameters(), lr=step)
    at, losses, sharpness = [], [], []
    for t in range(rounds + 1):
        if t % every == 0:
            at.append(t)
            losses.append(float(classifier.value().detach()))
            if not np.isfinite(losses[-1]):
                raise ValueError(f"gradient descent with step {step} has left the numbers after {t} rounds")
            sharpness.append(float(classifier.hessian().extremes(1)[0]))
        optimizer.zero_grad()
        classifier.value().backward()
        optimizer.step()
    return np.array(at, dtype=float), np.array(losses), np.array(sharpness)


__all__ = ["DigitsClassifier", "descend", "digits_classifier", "half_mean_square", "train"]
