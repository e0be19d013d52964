"""Measurements of one step of training: torch's layers, losses and optimizers, drawn gradients, gradients of shards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sympy import Rational

from ..theory import autodiff as theory
from ..theory import training_steps
from .autodiff import defined, exactly, probe, rounded, tensor, whole
from .intervals import empirical_bernstein_mean
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures


@measures("autodiff.two_layers", route="torch.nn.Linear on a batch", needs=("torch",))
def two_layers(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Torch's layers on a batch of rows, against the theory's formula on the columns of the transposed batch."""
    import torch

    W, b, V, c, X = (whole(rng, *s) for s in ((4, 3), (4,), (2, 4), (2,), (5, 3)))
    G = probe(rng, 5, 2)
    output = torch.nn.functional.linear(tensor(X), tensor(W), tensor(b)).relu()
    output = torch.nn.functional.linear(output, tensor(V), tensor(c)).numpy()
    hidden = W @ X.T + b[:, None]
    right = V @ np.maximum(hidden, 0) + c[:, None]
    outside = V @ (np.maximum(W @ X.T, 0) + b[:, None]) + c[:, None]
    forms = {
        "bias outside the activation": float((outside.T * G).sum()),
        "no activation": float(((V @ hidden + c[:, None]).T * G).sum()),
    }
    return [Estimate("<Y, G>", exactly((output * G).sum()), float((right.T * G).sum()), forms)]


@measures("autodiff.recurrent_step", route="torch.nn.RNNCell and its Jacobian", needs=("torch",))
def recurrent_step(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """One step of torch's cell and the derivative by the state, against diag(f') W_h."""
    import torch

    cell = torch.nn.RNNCell(3, 2).double()
    W, V, b, h, x = (rng.normal(size=s) for s in ((2, 2), (2, 3), (2,), (2,), (3,)))
    state = {"weight_hh": W, "weight_ih": V, "bias_hh": b, "bias_ih": 0 * b}
    cell.load_state_dict({name: tensor(one) for name, one in state.items()})
    jacobian = torch.func.jacrev(lambda at: cell(tensor(x), at))(tensor(h)).detach().numpy()
    after = np.tanh(W @ h + V @ x + b)
    predicted = np.diag(1 - after**2) @ W
    forms = {"transposed": float(predicted[1, 0]), "slope forgotten": float(W[0, 1])}
    value = float(cell(tensor(x), tensor(h))[0].detach())
    return [
        Estimate("h_1", rounded(value, 40), float(after[0]), {"no bias": math.tanh(float((W @ h + V @ x)[0]))}),
        Estimate("dh_1/dh_2", rounded(jacobian[0, 1], 80), float(predicted[0, 1]), forms),
    ]


@measures("autodiff.squared_loss", route="torch.nn.functional.mse_loss", needs=("torch",))
def squared_loss(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The loss and a functional of its gradient on eight samples."""
    from torch.nn.functional import mse_loss

    y, outputs, u = whole(rng, 8), whole(rng, 8) + 0.5, probe(rng, 8)
    yhat = tensor(outputs, leaf=True)
    loss = mse_loss(yhat, tensor(y))
    loss.backward()
    value, slope = float(((y - outputs) ** 2).mean()), float((2 * (outputs - y) * u).mean())
    return [
        Estimate("loss", exactly(loss.detach()), value, {"sum": 8 * value, "half": value / 2}),
        Estimate("<gradient, u>", exactly((yhat.grad * tensor(u)).sum()), slope, {"of the sum": 8 * slope}),
    ]


@measures("autodiff.cross_entropy_loss", route="torch.nn.functional.cross_entropy", needs=("torch",))
def cross_entropy_loss(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The loss of one sample with soft labels, and its derivative by the logits along a direction."""
    from torch.nn.functional import cross_entropy

    logits, u = rng.normal(size=(2, 5))
    labels = rng.dirichlet(np.ones(5))
    z = tensor(logits, leaf=True)
    loss = cross_entropy(z, tensor(labels))
    loss.backward()
    s = np.exp(logits) / np.exp(logits).sum()
    value, slope = -float((labels * np.log(s)).sum()), float(((s - labels) * u).sum())
    return [
        Estimate(
            "loss", rounded(loss.detach(), 100), value, {"arguments exchanged": -float((s * np.log(labels)).sum())}
        ),
        Estimate(
            "<gradient, u>", rounded(z.grad @ tensor(u), 100), slope, {"sign": -slope, "no softmax": -float(labels @ u)}
        ),
    ]


@measures("autodiff.adam_step", route="torch.optim.Adam, step by step", needs=("torch",))
def adam(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A parameter after six steps on given gradients, against the theory's four formulas in 50 digits."""
    import torch

    steps = training_steps
    gradients = [Rational(int(k), 8) for k in whole(rng, 6)]
    rate, small, decay = Rational(1, 16), Rational(1, 1024), (Rational(7, 8), Rational(15, 16))
    theta = tensor(1.0, leaf=True)
    optimizer = torch.optim.Adam([theta], lr=float(rate), betas=tuple(map(float, decay)), eps=float(small))
    for one in gradients:
        theta.grad = tensor(float(one))
        optimizer.step()

    def after(corrected: bool = True, inside: bool = False) -> float:
        value, mean, square = Rational(1), Rational(0), Rational(0)
        for t, g in enumerate(gradients, 1):
            rule = defined(theory.moments)
            mean = rule.xreplace({steps.average: mean, steps.gradient: g, steps.beta: decay[0]})
            square = rule.xreplace({steps.average: square, steps.gradient: g**2, steps.beta: decay[1]})
            hats = [
                defined(theory.bias_correction).xreplace({steps.average: one, steps.beta: beta, steps.t: Rational(t)})
                if corrected
                else one
                for one, beta in ((mean, decay[0]), (square, decay[1]))
            ]
            root = (
                (hats[1] + small).evalf(50) ** Rational(1, 2) if inside else hats[1].evalf(50) ** Rational(1, 2) + small
            )
            value = value - rate * hats[0] / root
        return float(value)

    forms = {"no correction": after(corrected=False), "epsilon inside the root": after(inside=True)}
    return [Estimate("theta after six steps", rounded(theta.detach(), 200), after(), forms)]


@measures("autodiff.bias_correction", route="averages of drawn gradients")
def correction(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The corrected and the raw average after five steps on gradients drawn around 2."""
    beta, steps, level = 0.9, 5, 2.0
    gradients = level + rng.uniform(-1, 1, (tier.choose(quick=100_000, full=2_000_000), steps))
    average = np.zeros(len(gradients))
    for one in gradients.T:
        average = beta * average + (1 - beta) * one
    corrected = average / (1 - beta**steps)
    raw = float(_expected(beta, steps, level))
    return [
        Estimate(
            "corrected",
            empirical_bernstein_mean(corrected, 1, 3, ALPHA_PER_TEST),
            level,
            {"no correction": raw, "by the last weight": raw / (1 - beta)},
        ),
        Estimate("raw", empirical_bernstein_mean(average, 0, 3, ALPHA_PER_TEST), raw, {"no bias": level}),
    ]


def _expected(beta: float, steps: int, level: float) -> float:
    """What the induction of `autodiff.moments` says of the raw average."""
    claim = theory.moments.claim.properties(theory.moments.claim.value)["constant expectation"]
    values = {claim.variable: steps, training_steps.beta: beta, training_steps.level: level}
    return float(claim.closed.subs(values))


@measures("autodiff.drift_bias", route="averages of drifting gradients")
def drifting(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The corrected average after twenty steps on gradients drawn around 1 + t/2, less the last expectation."""
    beta, steps, level, drift = 0.8, 20, 1.0, 0.5
    means = level + drift * np.arange(1, steps + 1)
    gradients = means + rng.uniform(-1, 1, (tier.choose(quick=50_000, full=1_000_000), steps))
    average = np.zeros(len(gradients))
    for one in gradients.T:
        average = beta * average + (1 - beta) * one
    bias = average / (1 - beta**steps) - means[-1]
    symbols = {training_steps.beta: beta, training_steps.t: steps, training_steps.drift: drift}
    predicted = float(theory.drift_bias.claim.claims["bias"].rhs.subs(symbols))
    forms = {"no bias": 0.0, "the limit": -drift * beta / (1 - beta)}
    return [Estimate("bias", empirical_bernstein_mean(bias, -11, 1, ALPHA_PER_TEST), predicted, forms)]


@measures(
    "autodiff.sharding", route="torch gradients of a classifier on handwritten digits", needs=("torch", "sklearn")
)
def sharding(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A functional of the gradient of the whole batch's loss, from shards of unequal and of equal sizes."""
    from sklearn.datasets import load_digits
    from torch.nn.functional import cross_entropy

    data = load_digits()
    rows = rng.choice(len(data.target), 120, replace=False)
    X, labels = tensor(data.data[rows] / 16), data.target[rows]
    W, along = tensor(0.1 * rng.normal(size=(10, 64)), leaf=True), tensor(rng.normal(size=(10, 64)))

    def slope(part: slice) -> float:
        import torch

        loss = cross_entropy(X[part] @ W.T, torch.tensor(labels[part]))
        return float((torch.autograd.grad(loss, W)[0] * along).sum())

    def mean(cuts: Sequence[int], weighted: bool) -> float:
        parts = [slice(i, j) for i, j in pairwise(cuts)]
        weights = [(one.stop - one.start) / 120 if weighted else 1 / len(parts) for one in parts]
        return math.fsum(w * slope(one) for w, one in zip(weights, parts, strict=True))

    full = enclosure(slope(slice(0, 120)), error=1e-12, method="about 1e5 roundings of terms below 1")
    uneven, even = (0, 10, 40, 120), (0, 40, 80, 120)
    return [
        Estimate(
            "unequal shards, weighted",
            full,
            mean(uneven, weighted=True),
            {"equal weights": mean(uneven, weighted=False)},
        ),
        Estimate("equal shards, equal weights", full, mean(even, weighted=False)),
    ]


@measures("autodiff.data_parallel_step", route="torch.optim.SGD on the summed loss of the workers", needs=("torch",))
def data_parallel(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A parameter after one step on the mean of four workers' losses, which are quadratic with integer coefficients."""
    import torch

    curvatures, targets = whole(rng, 4) ** 2, probe(rng, 4)
    theta = tensor(3.0, leaf=True)
    optimizer = torch.optim.SGD([theta], lr=0.25)
    (tensor(curvatures) * (theta - tensor(targets)) ** 2).mean().backward()
    optimizer.step()
    slopes = 2 * curvatures * (3.0 - targets)
    forms = {"summed": 3 - 0.25 * slopes.sum(), "ascent": 3 + 0.25 * slopes.mean()}
    return [Estimate("theta", exactly(theta.detach()), 3 - 0.25 * slopes.mean(), forms)]
