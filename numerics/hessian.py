"""Measurements of Hessians: torch's second derivatives, and its optimizer's steps on quadratics.

The theory's splits and closed forms are evaluated with torch's automatic differentiation of networks on handwritten
digits; random estimates are tried in `numerics.trace_estimates`, and gradient descent at the edge of its stability is
measured in `numerics.descent_edge`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .digits_curvature import DigitsClassifier, digits_classifier, train
from .hessian_products import gauss_newton
from .intervals import Array, Interval
from .losses import rounded, tensor
from .measurement import Estimate, Tier, enclosure, measures

TORCH = ("torch", "sklearn")


def close(value: Any, size: float = 1.0) -> Interval:
    """The enclosure of a computed value by a bound on some ten thousand roundings of terms of that size."""
    return enclosure(float(value), error=1e-11 * (abs(float(value)) + size), method="1e5 roundings of the terms")


def small(rng: np.random.Generator, **options: Any) -> DigitsClassifier:
    """A classifier with few parameters and samples, a little trained."""
    found = digits_classifier(rng, **{"hidden": 4, "samples": 40, **options})
    train(found, 30)
    return found


def split(classifier: DigitsClassifier) -> tuple[Array, Array, Array]:
    """The Hessian and both of its terms by torch's Jacobians of Jacobians, not by `hessian_products`."""
    import torch
    from torch.func import functional_call

    named = dict(classifier.model.named_parameters())
    flat = torch.cat([one.detach().reshape(-1) for one in named.values()])

    def outputs(at: Any) -> Any:
        pieces = at.split([one.numel() for one in named.values()])
        shaped = {name: piece.reshape(named[name].shape) for name, piece in zip(named, pieces, strict=True)}
        return functional_call(classifier.model, shaped, (classifier.inputs,))

    def loss(out: Any) -> Any:
        return classifier.loss(out, classifier.targets)

    out = outputs(flat)
    slopes = torch.func.jacrev(outputs)(flat).reshape(-1, len(flat))
    bend = torch.func.hessian(loss)(out).reshape(out.numel(), out.numel())
    weights = torch.func.grad(loss)(out).detach()
    rest = torch.func.hessian(lambda at: (outputs(at) * weights).sum())(flat)
    whole = torch.func.hessian(lambda at: loss(outputs(at)))(flat)
    return tuple(np.asarray(one.detach()) for one in (whole, slopes.T @ bend @ slopes, rest))  # type: ignore[return-value]


def quadratic(rng: np.random.Generator, values: Array) -> tuple[Array, Array, Array]:
    """A symmetric matrix with the given eigenvalues, its eigenvectors as columns, and a gradient at the origin."""
    basis = np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]
    return (basis * values) @ basis.T, basis, rng.normal(size=len(values))


def descended(matrix: Array, slope: Array, start: Array, step: float, rounds: int) -> Array:
    """Where torch.optim.SGD arrives on slope . x + x . matrix x/2."""
    import torch

    x = tensor(start, grad=True)
    optimizer = torch.optim.SGD([x], lr=step)
    for _ in range(rounds):
        optimizer.zero_grad()
        (tensor(slope) @ x + x @ tensor(matrix) @ x / 2).backward()
        optimizer.step()
    return np.asarray(x.detach().numpy())


@measures("hessian.mixed_derivatives", route="torch's gradients, and their difference quotients", needs=("torch",))
def mixed(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    def slope(place: int, x: float, y: float) -> float:
        at = [tensor(x, grad=True), tensor(y, grad=True)]
        value = at[0] * at[1] * (at[0] ** 2 - at[1] ** 2) / (at[0] ** 2 + at[1] ** 2)
        return float(torch.autograd.grad(value, at)[place])

    h = float(2.0 ** -rng.integers(3, 20))
    by_x_then_y = (slope(0, 0.0, h) - slope(0, 0.0, -h)) / (2 * h)
    by_y_then_x = (slope(1, h, 0.0) - slope(1, -h, 0.0)) / (2 * h)
    return [
        Estimate("by x, then by y", rounded(by_x_then_y), -1, {"symmetric": 1, "zero": 0}),
        Estimate("by y, then by x", rounded(by_y_then_x), 1, {"symmetric": -1, "zero": 0}),
    ]


@measures("hessian.eigenbasis", route="LAPACK's eigenvectors of a network's Hessian by torch", needs=TORCH)
def eigenvectors(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    matrix = split(small(rng))[0]
    values, basis = np.linalg.eigh(matrix)
    along = rng.normal(size=len(values))
    place = len(values) - 1
    image = float(along @ matrix @ basis[:, place])
    right = float(values[place] * (along @ basis[:, place]))
    form = float(values @ (basis.T @ along) ** 2)
    return [
        Estimate("<u, H v>", close(image), right, {"next eigenvalue": right * values[-2] / values[-1], "sign": -right}),
        Estimate(
            "<u, H u>", close(along @ matrix @ along, 10), form, {"not squared": float(values @ (basis.T @ along))}
        ),
        Estimate("asymmetry", close(np.abs(matrix - matrix.T).max()), 0.0, {"one": 1.0}),
    ]


@measures(
    "hessian.second_order_expansion", route="a network's loss along a line, third derivative by torch", needs=TORCH
)
def remainder(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    weights, data = tensor(rng.normal(size=5)), tensor(rng.normal(size=(8, 5)))
    along = tensor(rng.normal(size=5))

    def line(s: Any) -> Any:
        return torch.nn.functional.softplus(torch.tanh(data @ (weights + s * along))).mean()

    first = torch.func.grad(line)
    second, third = torch.func.grad(first), torch.func.grad(torch.func.grad(first))
    zero, h = tensor(0.0), 2.0**-9
    left = float(line(tensor(h)) - line(zero) - h * first(zero) - h**2 / 2 * second(zero)) / h**3
    bound = max(abs(float(third(tensor(s)))) for s in np.linspace(0, h, 65)) / 6
    low = min(abs(float(third(tensor(s)))) for s in np.linspace(0, h, 65)) / 6
    at = enclosure(abs(left), error=16 * 2.0**-52 / h**3, method="16 roundings over h^3")
    return [
        Estimate("|remainder|/h^3, at most", at, bound * (1 + 1e-6), {"half": bound / 2}, relation="<="),
        Estimate("|remainder|/h^3, at least", at, low * (1 - 1e-6), {"without the 6": 6 * low}, relation=">="),
    ]


@measures("hessian.second_order_test", route="torch's Hessians and values nearby", needs=("torch",))
def kinds(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    origin, s = tensor([0.0, 0.0]), float(rng.uniform(0.1, 0.5))
    found = []
    for name, sign in (("minimum", 1), ("saddle", -1)):

        def value(at: Any, sign: int = sign) -> Any:
            return at[0] ** 2 + sign * at[1] ** 4

        bend, nearby = torch.func.hessian(value)(origin), float(value(tensor([0.0, s])))
        found.append(Estimate(f"lower eigenvalue, {name}", rounded(torch.linalg.eigvalsh(bend)[0]), 0, {"one": 1.0}))
        found.append(Estimate(f"value nearby, {name}", rounded(nearby), sign * s**4, {"other": -sign * s**4}))
    return found


@measures("hessian.gradient_descent", route="one step of torch.optim.SGD on a quadratic loss", needs=("torch",))
def one_step(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    matrix, _, slope = quadratic(rng, rng.uniform(-1, 3, 7))
    x, step = rng.normal(size=7), 0.3
    moved = descended(matrix, slope, x, step, 1)

    def loss(at: Array) -> float:
        return float(slope @ at + at @ matrix @ at / 2)

    g = slope + matrix @ x
    drop, bend = -step * float(g @ g), float(g @ matrix @ g)
    right = drop + step**2 * bend / 2
    mutants = {"first order": drop, "curvature twice": drop + step**2 * bend, "ascent": -right}
    return [Estimate("change of the loss", close(loss(moved) - loss(x), 10), right, mutants)]


@measures(
    "hessian.linearized_step", route="torch's gradient of a cubic, and of a quadratic in many places", needs=("torch",)
)
def expanded(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    matrix, _, slope = quadratic(rng, rng.uniform(-1, 3, 6))
    start, x, u = rng.normal(size=(3, 6))
    b = float(rng.uniform(1, 2))

    def loss(at: Any) -> Any:
        away = at - tensor(start)
        return tensor(slope) @ away + away @ tensor(matrix) @ away / 2 + b * (away**3).sum() / 6

    left = float(torch.func.grad(loss)(tensor(x)) @ tensor(u))
    model = float(u @ (slope + matrix @ (x - start)))
    right = model + b * float(u @ (x - start) ** 2) / 2
    return [Estimate("<gradient, u>", close(left, 20), right, {"as printed": model, "no half": 2 * right - model})]


@measures("hessian.eigen_coordinates", route="LAPACK's eigenvectors, with unit length and without", needs=TORCH)
def coordinates(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    basis = np.linalg.eigh(split(small(rng))[0])[1]
    x = rng.normal(size=len(basis))
    stretched = basis * rng.uniform(0.5, 2, len(basis))
    wrong = float((stretched @ (stretched.T @ x))[0])
    length = float(((basis.T @ x) ** 2).sum())
    return [
        Estimate("first entry", close((basis @ (basis.T @ x))[0], 10), float(x[0]), {"orthogonal only": wrong}),
        Estimate("squared length", close(length, 10), float(x @ x), {"not squared": math.sqrt(float(x @ x))}),
    ]


@measures("hessian.coordinate_steps", route="torch.optim.SGD on a quadratic with known eigenvectors", needs=("torch",))
def solved(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    values = np.concatenate([[-0.5, 0.0], rng.uniform(0.5, 3, 4)])
    matrix, basis, slope = quadratic(rng, values)
    start, step, rounds = rng.normal(size=6), 0.4, 12
    after = basis.T @ descended(matrix, slope, start, step, rounds)
    first, push = basis.T @ start, basis.T @ slope
    found = []
    for i, value in enumerate(values):
        if value == 0:
            right, wrong = first[i] - rounds * step * push[i], first[i]
        else:
            rest = -push[i] / value
            right = rest + (1 - step * value) ** rounds * (first[i] - rest)
            wrong = (1 - step * value) ** rounds * first[i]
        found.append(Estimate(f"eigenvalue {value:.2f}", close(after[i], 50), right, {"gradient forgotten": wrong}))
    return found


@measures("hessian.best_step", route="torch.optim.SGD from the slowest start, and with other steps", needs=("torch",))
def rates(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    low, high, rounds = 0.5, 4.0, 30
    matrix, basis, slope = quadratic(rng, np.concatenate([[low, high], rng.uniform(low, high, 4)]))
    start = basis[:, 0] + basis[:, 1]

    def factor(step: float) -> float:
        x = descended(matrix, 0 * slope, start, step, rounds)
        return float((np.linalg.norm(x) / np.linalg.norm(start)) ** (1 / rounds))

    best = (high - low) / (high + low)
    found = [Estimate("best step", close(factor(2 / (low + high))), best, {"1 - mu/l": 1 - low / high})]
    for step in (0.3, 0.47):
        found.append(
            Estimate(f"step {step}", close(factor(step)), best, {"faster": 1.05 * factor(step)}, relation=">=")
        )
    return found


@measures("hessian.gauss_newton", route="torch's Jacobians and Hessians of a network with cross-entropy", needs=TORCH)
def decomposed(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    classifier = small(rng)
    whole, first, rest = split(classifier)
    v = rng.normal(size=len(whole))
    products = gauss_newton(classifier.model, classifier.loss, classifier.data)
    forms = [float(v @ one @ v) for one in (whole, first, rest)]
    outer = _outer_products(classifier)
    mutants = {"first term alone": forms[1], "as printed": float(v @ outer @ v), "subtracted": forms[1] - forms[2]}
    return [
        Estimate("v^T H v", close(forms[0], 10), forms[1] + forms[2], mutants),
        Estimate("v^T G v by products", close(v @ (products @ v), 10), forms[1], {"Hessian": forms[0]}),
        Estimate(
            "v^T H v by products", close(v @ (classifier.hessian() @ v), 10), forms[0], {"Gauss-Newton": forms[1]}
        ),
    ]


def _outer_products(classifier: DigitsClassifier) -> Array:
    """The mean of J^T J over the samples: what is printed, summed over the outputs."""
    ones = type(classifier)(classifier.model, classifier.inputs, classifier.inputs[:, :10] * 0, _half_squares)
    return split(ones)[1]


def _half_squares(outputs: Any, targets: Any) -> Any:
    return ((outputs - targets) ** 2).sum(dim=1).mean() / 2


@measures("hessian.gauss_newton_written_out", route="torch's Hessian of polynomials in whole numbers", needs=("torch",))
def polynomials(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    s, t = (int(one) for one in rng.integers(1, 5, 2))

    def loss(at: Any) -> Any:
        one, other = at[0] * at[1], at[0] + at[1] ** 2
        return one**2 + one * other + other**3

    bend = torch.func.hessian(loss)
    found = np.asarray(bend(tensor([float(s), float(t)])))
    a, b = s * t, s + t * t
    jacobian, middle = np.array([[t, s], [1, 2 * t]]), np.array([[2, 1], [1, 6 * b]])
    slopes = (2 * a + b, a + 3 * b**2)
    first = jacobian.T @ middle @ jacobian
    rest = slopes[0] * np.array([[0, 1], [1, 0]]) + slopes[1] * np.array([[0, 0], [0, 2]])
    return [
        Estimate(
            f"entry {i + 1}{j + 1}",
            enclosure(float(found[i, j]), error=0.0),
            float((first + rest)[i, j]),
            {"first term alone": float(first[i, j])} if rest[i, j] else {"sign": -float(first[i, j])},
        )
        for i, j in ((0, 0), (0, 1), (1, 1))
    ]


@measures("hessian.gauss_newton_square_loss", route="torch's Hessian and Jacobians on digits", needs=TORCH)
def square_loss(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    classifier = small(rng, kind="square")
    whole, _, rest = split(classifier)
    v = rng.normal(size=len(whole))
    outer = float(v @ _outer_products(classifier) @ v)
    right, bend = outer + float(v @ rest @ v), float(v @ whole @ v)
    samples = len(classifier.inputs)
    mutants = {"residuals forgotten": outer, "sum for mean": samples * right, "without the half": 2 * right}
    return [Estimate("v^T H v", close(bend, 10), right, mutants)]


@measures(
    "hessian.vanishing_second_term",
    route="torch's Hessians of a linear model, at zero residuals, of layers",
    needs=TORCH,
)
def vanishing(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    classifier = small(rng, kind="square")
    v = rng.normal(size=split(classifier)[0].shape[:1])
    fitted = type(classifier)(
        classifier.model, classifier.inputs, classifier.model(classifier.inputs).detach(), classifier.loss
    )
    found = []
    for name, one in (("zero residuals", fitted), ("other residuals", classifier)):
        whole, first, rest = split(one)
        told = float(v @ first @ v) if one is fitted else float(v @ (first + rest) @ v)
        found.append(Estimate(name, close(v @ whole @ v, 10), told, {"half": told / 2}))
    linear = type(classifier)(
        torch.nn.Linear(16, 10).double(),
        classifier.inputs,
        classifier.targets.argmax(dim=1),
        torch.nn.functional.cross_entropy,
    )
    whole, first, _ = split(linear)
    found.append(Estimate("linear model, largest difference", close(np.abs(whole - first).max()), 0.0, {"any": 1e-3}))
    return found


@measures(
    "hessian.fisher_information", route="scores of all labels by torch, weighted with the model's law", needs=TORCH
)
def fisher(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    classifier = small(rng)
    products = gauss_newton(classifier.model, classifier.loss, classifier.data)
    v = rng.normal(size=products.size)
    sizes = [one.numel() for one in classifier.model.parameters()]
    along = [
        tensor(piece).reshape(one.shape)
        for piece, one in zip(np.split(v, np.cumsum(sizes)[:-1]), classifier.model.parameters(), strict=True)
    ]
    names = [name for name, _ in classifier.model.named_parameters()]
    point = {name: one.detach() for name, one in classifier.model.named_parameters()}
    moved = torch.func.jvp(
        lambda at: torch.log_softmax(torch.func.functional_call(classifier.model, at, (classifier.inputs,)), dim=1),
        (point,),
        (dict(zip(names, along, strict=True)),),
    )
    law, scores = moved[0].exp(), moved[1]
    second = float((law * scores**2).sum(dim=1).mean())
    labelled = float((scores[torch.arange(len(scores)), classifier.targets] ** 2).mean())
    return [
        Estimate("mean score", close((law * scores).sum(dim=1).mean(), 10), 0.0, {"one": 1.0}),
        Estimate("v^T G v", close(v @ (products @ v), 10), second, {"labels of the data": labelled}),
    ]


@measures("hessian.flat_directions", route="eigenvalues that vanish at a perfect fit", needs=TORCH)
def flat(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    start = digits_classifier(rng, hidden=4, samples=6, kind="square")
    fitted = type(start)(start.model, start.inputs, start.model(start.inputs).detach(), start.loss)
    values = np.linalg.eigvalsh(split(fitted)[0])
    curved = int((values > 1e-9 * values[-1]).sum())
    outputs = 60
    note = enclosure(float(curved), error=0.0, method="eigenvalues beyond rounding")
    wrong = {"one a sample": 6.0, "half of the parameters": len(values) // 2 - 20.0}
    return [Estimate("curved directions, at most", note, float(outputs), wrong, relation="<=")]


@measures(
    "hessian.hessian_vector_product", route="differences of torch's gradients, and the dense Hessian", needs=TORCH
)
def products(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    classifier = small(rng)
    whole, first, _ = split(classifier)
    v, u = rng.normal(size=(2, len(whole)))
    product = classifier.hessian() @ v
    right = float(u @ whole @ v)
    mutants = {"Gauss-Newton": float(u @ first @ v), "twice": 2 * right}
    return [Estimate("<u, H v>", close(u @ product, 10), right, mutants)]
