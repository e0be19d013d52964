"""Measurements of the topic losses: torch's losses and their derivatives against closed forms, and forecasts scored.

Predictions are the theory's expressions with their integrals summed over the given arrays.  Values and gradients come
from torch in double precision or from complex steps; an enclosure counts the roundings of a sum of the given size.
Scores and convexity are measured in `numerics.forecasts`, steps and penalties in `numerics.penalties`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from sympy import Dummy, Expr, Symbol, lambdify

from ..theory import loss_terms as terms
from ..theory import losses as theory
from ..theory.claims import AllOf, Definition, Identity
from ..theory.measures import Mu
from ..theory.statements import Statement
from .intervals import Array, Interval
from .measurement import Estimate, Tier, enclosure, measures

EPSILON = 2.0**-52
SAMPLES, CLASSES = 7, 4
Values = Mapping[Symbol, Any]


def evaluated(expr: Expr, at: Values) -> float:
    """The expression in double precision, its integrals sums over the arrays that stand for pointwise symbols."""
    sums = {mu: Dummy() for mu in expr.atoms(Mu)}
    inner = {sums[mu]: math.fsum(np.ravel(_numbers(mu.args[0], at) + 0 * _any_array(at))) for mu in sums}
    return float(_numbers(expr.xreplace(sums), {**at, **inner}))


def _numbers(expr: Expr, at: Values) -> Array:
    needed = [symbol for symbol in at if symbol in expr.free_symbols]
    function = lambdify(needed, expr, "numpy", dummify=True)
    with np.errstate(over="ignore"):
        return np.asarray(function(*(np.asarray(at[s], dtype=np.float64) for s in needed)), dtype=np.float64)


def _any_array(at: Values) -> Array:
    """Zeros in the shape of the arrays, so that a constant is summed as often as they have entries."""
    return np.zeros(next((np.shape(one) for one in at.values() if np.ndim(one)), ()))


def defined(statement: Statement) -> Expr:
    """The expression that a statement defines."""
    assert isinstance(statement.claim, Definition)
    return statement.claim.value


def part(statement: Statement, name: str) -> Identity:
    """One of the identities of which a statement consists."""
    assert isinstance(statement.claim, AllOf)
    found = statement.claim.claims[name]
    assert isinstance(found, Identity)
    return found


def rounded(value: Any, *sizes: float, operations: int = 64) -> Interval:
    """The enclosure of a computed sum of terms of the given total size, each right to that many roundings."""
    size = abs(float(value)) + sum(abs(float(one)) for one in sizes)
    return enclosure(float(value), error=operations * EPSILON * size, method=f"{operations} roundings of the terms")


def tensor(array: Any, grad: bool = False) -> Any:
    """The array as a torch tensor of doubles."""
    import torch

    return torch.tensor(np.asarray(array), dtype=torch.float64, requires_grad=grad)


def derivative(loss: Callable[[Any], Any], at: Array) -> Array:
    """The gradient of a torch loss by automatic differentiation."""
    import torch

    point = tensor(at, grad=True)
    (found,) = torch.autograd.grad(loss(point), point)
    return np.asarray(found.numpy())


def complex_step(loss: Callable[[Any], Any], at: Array, index: Any) -> float:
    """The derivative of an analytic function by one coordinate, from its value a tiny imaginary step away."""
    moved = at.astype(complex)
    moved[index] += 1e-200j
    return float(np.imag(loss(moved))) * 1e200


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def targets_of(rng: np.random.Generator, shape: tuple[int, ...] = (SAMPLES, CLASSES)) -> Array:
    """Random targets that sum to one along the last axis."""
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1])


@measures("losses.averaged_loss", route="torch's reduction of three losses", needs=("torch",))
def reductions(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    x, y = tensor(rng.normal(size=SAMPLES)), tensor(rng.normal(size=SAMPLES))
    value = defined(theory.averaged_loss)
    (loss,) = (symbol for symbol in value.free_symbols if symbol != terms.N)
    found = []
    for name in ("mse_loss", "smooth_l1_loss", "huber_loss"):
        torch_loss = getattr(functional, name)
        at = {loss: torch_loss(x, y, reduction="none").numpy(), terms.N: SAMPLES}
        mean = evaluated(value, at)
        mutants = {"sum": mean * SAMPLES, "one sample less": mean * SAMPLES / (SAMPLES - 1)}
        found.append(Estimate(name, rounded(torch_loss(x, y)), mean, mutants))
    return found


@measures("losses.mean_squared_error", route="torch, and scikit-learn", needs=("torch", "sklearn"))
def squared_error(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from sklearn.metrics import mean_squared_error
    from torch.nn import functional

    x, y = rng.normal(size=(2, SAMPLES))
    mean = evaluated(defined(theory.mean_squared_error), {terms.yhat: x, terms.y: y, terms.N: SAMPLES})
    mutants = {"sum": SAMPLES * mean, "half": mean / 2, "root": math.sqrt(mean)}
    return [
        Estimate("torch", rounded(functional.mse_loss(tensor(x), tensor(y))), mean, mutants),
        Estimate("scikit-learn", rounded(mean_squared_error(y, x)), mean, mutants),
    ]


@measures("losses.output_gradient", route="torch's autograd, and complex steps", needs=("torch",))
def output_derivative(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    x, y = rng.normal(size=(2, SAMPLES))
    slope = part(theory.output_gradient, "derivative").rhs
    by_torch = derivative(lambda at: functional.mse_loss(at, tensor(y)), x)
    of_the_sum = derivative(lambda at: functional.mse_loss(at, tensor(y), reduction="sum"), x)
    found = []
    for i in range(tier.choose(quick=3, full=SAMPLES)):
        right = evaluated(slope, {terms.a: x[i], terms.b: y[i], terms.N: SAMPLES})
        printed = 2 * (x[i] - y[i])
        mutants = {"as printed": printed, "half": right / 2, "sign": -right}
        stepped = complex_step(lambda at: ((at - y) ** 2).mean(), x, i)
        size = abs(x[i]) + abs(y[i])
        found += [
            Estimate(f"autograd, output {i + 1}", rounded(by_torch[i], size), right, mutants),
            Estimate(f"complex step, output {i + 1}", rounded(stepped, size), right, mutants),
            Estimate(f"of the sum, output {i + 1}", rounded(of_the_sum[i], size), SAMPLES * right, {"mean": right}),
        ]
    return found


@measures("losses.vector_squared_error", route="torch with vectors as outputs", needs=("torch",))
def vector_error(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    x, y = rng.normal(size=(2, SAMPLES, CLASSES))
    mean = evaluated(defined(theory.vector_squared_error), {terms.yhat: x, terms.y: y, terms.N: SAMPLES})
    rows = functional.mse_loss(tensor(x), tensor(y), reduction="none").sum(dim=1).mean()
    entries = functional.mse_loss(tensor(x), tensor(y))
    mutants = {"mean over all entries": mean / CLASSES, "sum": mean * SAMPLES}
    return [
        Estimate("mean of row sums", rounded(rows), mean, mutants),
        Estimate("torch's own mean", rounded(entries), mean / CLASSES, {"coordinates summed": mean}),
    ]


@measures("losses.norm_and_entries", route="torch's vector norm against a sum of squares", needs=("torch",))
def norms(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    x, y = rng.normal(size=(2, SAMPLES, CLASSES))
    double_sum = math.fsum(np.ravel((x - y) ** 2)) / SAMPLES
    lengths = torch.linalg.vector_norm(tensor(x) - tensor(y), dim=1)
    mutants = {"not squared": float(lengths.mean()), "mean over all entries": double_sum / CLASSES}
    return [Estimate("mean squared norm", rounded((lengths**2).mean()), double_sum, mutants)]


@measures("losses.binary_cross_entropy", route="torch, and scikit-learn's log loss", needs=("torch", "sklearn"))
def binary_losses(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from sklearn.metrics import log_loss
    from torch.nn import functional

    value = defined(theory.binary_cross_entropy)
    p, t = rng.uniform(0.1, 0.9, (SAMPLES, CLASSES)), rng.random((SAMPLES, CLASSES))
    labels = np.array([0, 1] * SAMPLES)
    chances = rng.uniform(0.1, 0.9, labels.size)
    vectors = evaluated(value, {terms.t: t, terms.p: p, terms.N: SAMPLES})
    scalars = evaluated(value, {terms.t: labels, terms.p: chances, terms.N: labels.size})
    swapped = evaluated(value, {terms.t: 1 - labels, terms.p: chances, terms.N: labels.size})
    by_torch = functional.binary_cross_entropy(tensor(p), tensor(t), reduction="none").sum(dim=1).mean()
    own_mean = functional.binary_cross_entropy(tensor(p), tensor(t))
    second = float(-(np.log(chances) * labels).mean())
    return [
        Estimate("vectors", rounded(by_torch), vectors, {"mean over all entries": vectors / CLASSES}),
        Estimate("torch's own mean", rounded(own_mean), vectors / CLASSES, {"coordinates summed": vectors}),
        Estimate(
            "labels",
            rounded(log_loss(labels, chances)),
            scalars,
            {"labels exchanged": swapped, "second term forgotten": second},
        ),
    ]


@measures("losses.cross_entropy", route="torch from logits, with soft and with one-hot targets", needs=("torch",))
def class_losses(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from torch.nn import functional

    logits, soft = rng.normal(size=(SAMPLES, CLASSES)), targets_of(rng)
    classes = rng.integers(0, CLASSES, SAMPLES)
    one_hot = np.eye(CLASSES)[classes]
    value, p = defined(theory.cross_entropy), softmax(logits)
    found = []
    for name, targets, given in (("soft", soft, tensor(soft)), ("one-hot", one_hot, torch.from_numpy(classes))):
        mean = evaluated(value, {terms.t: targets, terms.p: p, terms.N: SAMPLES})
        mutants = {"sum": mean * SAMPLES, "mean over all entries": mean / CLASSES, "base 2": mean / math.log(2)}
        by_torch = functional.cross_entropy(tensor(logits), given)
        found.append(Estimate(f"{name} targets", rounded(by_torch, float(np.abs(logits).max())), mean, mutants))
    flat = functional.cross_entropy(torch.zeros((SAMPLES, CLASSES), dtype=torch.float64), tensor(soft))
    return [*found, Estimate("uniform forecasts", rounded(flat), math.log(CLASSES), {"number of classes": CLASSES})]


@measures("losses.probability_gradient", route="torch's autograd, and complex steps", needs=("torch",))
def probability_derivative(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    p, t = softmax(rng.normal(size=(SAMPLES, CLASSES))), targets_of(rng)
    slope = part(theory.probability_gradient, "derivative").rhs
    by_torch = derivative(lambda at: -(tensor(t) * at.log()).sum() / SAMPLES, p)
    found = []
    for i in range(tier.choose(quick=3, full=SAMPLES)):
        at = (i, i % CLASSES)
        right = evaluated(slope, {terms.s: p[at], terms.share: t[at], terms.N: SAMPLES})
        printed = p[at] - t[at]
        mutants = {"as printed": printed, "of the sum": right * SAMPLES, "the logit's": printed / SAMPLES}
        stepped = complex_step(lambda moved: -(t * np.log(moved)).sum() / SAMPLES, p, at)
        found += [
            Estimate(f"autograd, sample {i + 1}", rounded(by_torch[at]), right, mutants),
            Estimate(f"complex step, sample {i + 1}", rounded(stepped), right, mutants),
        ]
    return found


@measures("losses.softmax_gradient", route="torch's autograd, targets of any sum", needs=("torch",))
def logit_derivative(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    logits = rng.normal(size=(SAMPLES, CLASSES))
    found = []
    for name, t in (("targets that sum to one", targets_of(rng)), ("any targets", rng.random((SAMPLES, CLASSES)))):
        slope = part(theory.softmax_gradient, name).rhs
        by_torch = derivative(partial(functional.cross_entropy, target=tensor(t)), logits)
        for i in range(3):
            row, target = np.exp(logits[i]), t[i, 0]
            at = {terms.logit: logits[i, 0], terms.rival: row[1:].sum(), terms.target: target, terms.N: SAMPLES}
            right = evaluated(slope, {**at, terms.rest: t[i, 1:].sum()})
            share = row[0] / row.sum()
            mutants = {"of the sum": right * SAMPLES, "by the probability": -target / (share * SAMPLES)}
            if name == "any targets":
                mutants["as if they summed to one"] = (share - target) / SAMPLES
            found.append(Estimate(f"{name}, sample {i + 1}", rounded(by_torch[i, 0], 1), right, mutants))
    return found


@measures("losses.through_the_softmax", route="torch's Jacobian of the softmax times the gradient", needs=("torch",))
def chain_rule(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    logits, t = rng.normal(size=CLASSES), rng.random(CLASSES)
    jacobian = torch.func.jacrev(lambda at: torch.softmax(at, 0))(tensor(logits)).numpy()
    p = softmax(logits)
    chained = jacobian.T @ (-t / p)
    right = part(theory.through_the_softmax, "chain rule").rhs
    found = []
    for k in range(CLASSES):
        others = np.delete(t, k)
        predicted = evaluated(right, {terms.t: others, terms.share: t[k], terms.s: p[k]})
        mutants = {"own class alone": -t[k] * (1 - p[k]), "targets that sum to one": p[k] - t[k]}
        found.append(Estimate(f"logit {k + 1}", rounded(chained[k], t.sum()), predicted, mutants))
    return found


@measures("losses.logit_gradient", route="torch's loss from logits, far beyond overflow too", needs=("torch",))
def from_logits(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from torch.nn import functional

    slope, stable = part(theory.logit_gradient, "derivative").rhs, part(theory.logit_gradient, "without overflow").lhs
    found = []
    for logit in (-800.0, -3.0, 0.5, 4.0, 800.0):
        at = {terms.logit: logit, terms.target: float(rng.uniform(0.2, 0.8))}
        y = tensor([at[terms.target]])
        value = functional.binary_cross_entropy_with_logits(tensor([logit]), y)
        by_torch = derivative(partial(functional.binary_cross_entropy_with_logits, target=y), np.array([logit]))
        right, whole = evaluated(slope, at), evaluated(stable, at)
        wrong = {"labels exchanged": whole + (2 * at[terms.target] - 1) * logit, "sign of the logit": whole - logit}
        found.append(Estimate(f"loss at {logit:g}", rounded(value, logit), whole, wrong))
        mutants = {"no target": right + at[terms.target], "sign": -right}
        found.append(Estimate(f"derivative at {logit:g}", rounded(by_torch[0], 1), right, mutants))
    curve = torch.func.hessian(lambda z: functional.binary_cross_entropy_with_logits(z, tensor(0.5)))
    bends = [float(curve(tensor(z))) for z in np.linspace(-4, 4, 33)]
    return [*found, Estimate("largest curvature", rounded(max(bends)), 0.25, {"a fifth": 0.2}, relation="<=")]


def squared_sigmoid(target: float, logit: Any) -> Any:
    """The squared error of a sigmoid in torch."""
    return (logit.sigmoid() - target) ** 2


@measures("losses.squared_error_of_a_sigmoid", route="torch's first and second derivatives", needs=("torch",))
def saturated(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    slope = part(theory.squared_error_of_a_sigmoid, "derivative").rhs
    found = []
    for logit in (0.5, 2.0, 6.0, 12.0):
        y = float(rng.uniform(0.0, 0.3))
        by_torch = derivative(partial(squared_sigmoid, y), np.array(logit))
        right = evaluated(slope, {terms.logit: logit, terms.target: y})
        slopeless = 2 * (1 / (1 + math.exp(-logit)) - y)
        found.append(Estimate(f"at {logit:g}", rounded(by_torch, 1), right, {"sigmoid's slope forgotten": slopeless}))
    bend = theory.squared_error_of_a_sigmoid.claim.claims["concave beyond log 2"].lhs
    for logit in (-1.0, 2.0):
        by_torch = torch.func.hessian(lambda z: torch.sigmoid(z) ** 2)(tensor(logit))
        p = 1 / (1 + math.exp(-logit))
        mutants = {"the cross-entropy's": p * (1 - p), "absolute": -evaluated(bend, {terms.logit: logit})}
        right = evaluated(bend, {terms.logit: logit})
        found.append(Estimate(f"second derivative at {logit:g}", rounded(by_torch, 1), right, mutants))
    return found
