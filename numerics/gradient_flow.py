"""Gradient flow, measured: ODE solvers with error control, torch networks, gradient descent as the step goes to zero.

An ODE solution enters as an enclosure whose error is the one that the solver was held to, times the constant with which
the quantity depends on the point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from ..theory.flow_convergence import COMB_AREA, comb, comb_time
from .flows import Loss, flow, gradient_descent, kernel_flow, linear_flow
from .measurement import Estimate, Tier, enclosure, measures

Array = NDArray[np.float64]
TIGHT = 1e-10
DOP = "Dormand-Prince of order 8, two tolerances"


def _estimate(
    what: str, value: float, error: float, predicted: float, mutants: Mapping[str, float], **more: Any
) -> Any:
    return Estimate(
        what, enclosure(float(value), error=error, method=more.pop("method", DOP)), predicted, mutants, **more
    )


def _network(rng: np.random.Generator, samples: int, hidden: int) -> tuple[Any, Array, Array]:
    """predict(parameters, inputs) of a tanh network with two inputs and one output, its start, and the inputs."""
    import torch

    inputs = rng.standard_normal((samples, 2))
    start = rng.standard_normal(4 * hidden) / np.sqrt(2)

    def predict(theta: Any, x: Any) -> Any:
        first, shift, last = theta[: 2 * hidden].reshape(hidden, 2), theta[2 * hidden : 3 * hidden], theta[3 * hidden :]
        return torch.tanh(torch.as_tensor(x) @ first.T + shift) @ last / hidden**0.5

    return predict, start, inputs


def _fit(predict: Any, inputs: Array, targets: Array) -> Loss:
    """Half the mean squared error of a torch model."""
    import torch

    goal = torch.as_tensor(targets)
    return Loss.torch(lambda theta: ((predict(theta, inputs) - goal) ** 2).sum() / (2 * len(targets)))


@measures("gradient_flow.gradient_flow", route="central difference of the loss along the solution", needs=("torch",))
def rate_of_the_loss(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The loss of a network falls at the rate of the squared gradient."""
    predict, start, inputs = _network(rng, 12, 5)
    loss = _fit(predict, inputs, np.sin(inputs[:, 0]))
    h, found = 1e-3, []
    for at in tier.choose((0.5,), (0.5, 1.0, 2.0)):
        path = flow(loss, start, [at - 2 * h, at - h, at, at + h, at + 2 * h], TIGHT)
        a, b, _, c, d = path.values
        rate, squared = (a - 8 * b + 8 * c - d) / (12 * h), path.gradient_norms[2] ** 2
        wrong = {"half": -squared / 2, "norm not squared": -math.sqrt(squared), "uphill": squared}
        found.append(_estimate(f"at t = {at}", rate, 1e-7, -squared, wrong))
    return found


@measures(
    "gradient_flow.energy_identity", route="squared gradient by Gauss-Legendre along the solution", needs=("torch",)
)
def energy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """What the loss of a network has lost against the integral of the squared gradient."""
    predict, start, inputs = _network(rng, 12, 5)
    loss = _fit(predict, inputs, np.sin(inputs[:, 0]))
    nodes, weights = np.polynomial.legendre.leggauss(tier.choose(24, 40))
    times = np.concatenate([nodes + 1, [2.0]])
    path = flow(loss, start, times, TIGHT)
    spent = float(weights @ path.gradient_norms[:-1] ** 2)
    lost = loss.value(start) - path.values[-1]
    return [_estimate("energy up to t = 2", spent, 1e-7, lost, {"half": lost / 2, "twice": 2 * lost})]


@measures("gradient_flow.mean_square_loss", route="torch.nn.MSELoss and autograd", needs=("torch",))
def loss_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Gradient of half the mean squared distance, three outputs."""
    import torch

    n = tier.choose(7, 50)
    found = torch.as_tensor(rng.standard_normal((n, 3))).requires_grad_()
    wanted = torch.as_tensor(rng.standard_normal((n, 3)))
    (3 * torch.nn.functional.mse_loss(found, wanted) / 2).backward()
    off = float((found - wanted)[0, 0].detach())
    wrong = {"without 1/n": off, "without 1/2": 2 * off / n, "by all entries": off / (3 * n)}
    return [_estimate("one entry", float(found.grad[0, 0]), 1e-14, off / n, wrong, method="torch")]


@measures("gradient_flow.stationary_points", route="where the solution comes to rest, against LAPACK's least squares")
def rest(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The flow of least squares ends at the solution of the normal equations."""
    X, y = rng.standard_normal((30, 4)), rng.standard_normal(30)
    base = rng.standard_normal(30)
    loss = Loss(lambda w: float(((base + X @ w - y) ** 2).mean() / 2), lambda w: X.T @ (base + X @ w - y) / 30)
    path = flow(loss, np.zeros(4), [150.0], TIGHT)
    best, other = np.linalg.lstsq(X, y - base)[0], np.linalg.lstsq(X, y)[0]
    wrong = {"without the predictions at zero": float(other[0]), "twice": 2 * float(best[0])}
    return [_estimate("first coefficient", path.points[-1, 0], 1e-8, float(best[0]), wrong)]


@measures("gradient_flow.second_order_test", route="least value on spheres about the point, by sampling")
def ball_of_the_minimum(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """On x^2 + y^2 - x^3/3 (curvature 2, third derivatives at most 2) the excess over the minimum at 0, in the ball."""
    directions = rng.standard_normal((tier.choose(2000, 50_000), 2))
    directions[0] = (1, 0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    found = []
    for share in (0.5, 0.99):
        r = 3 * share
        x = r * directions
        least = float((x[:, 0] ** 2 + x[:, 1] ** 2 - x[:, 0] ** 3 / 3).min())
        bound = r**2 - 2 * r**3 / 6
        wrong = {"no remainder": r**2, "half the remainder": r**2 - r**3 / 6}
        found.append(
            _estimate(f"at {share} of the radius", least, 1e-9, bound, wrong, relation=">=", method="sampling")
        )
    return found


@measures("gradient_flow.interpolating_minima", route="eigenvalues of torch.func's Hessian", needs=("torch",))
def flat_directions(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """How many eigenvalues vanish at a network's interpolating minimum: parameters less samples."""
    import torch

    samples, hidden = 6, tier.choose(5, 9)
    predict, start, inputs = _network(rng, samples, hidden)
    theta = torch.as_tensor(start)
    goal = predict(theta, inputs)
    hessian = torch.func.hessian(lambda at: ((predict(at, inputs) - goal) ** 2).sum() / (2 * samples))(theta)
    values = np.linalg.eigvalsh(hessian.numpy())
    flat = int((np.abs(values) < 1e-12 * values[-1]).sum())
    wrong = {"none": 0.0, "all": float(len(start)), "one more": len(start) - samples + 1.0}
    return [_estimate("eigenvalues zero", flat, 0.0, len(start) - samples, wrong, method="below 1e-12 of the largest")]


@measures("gradient_flow.saddle_escape", route="ODE solver")
def escape(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The way from next to the saddle into the minimum, against its closed form."""
    a0, found = 0.05, []
    loss = Loss(lambda x: float((x[0] ** 2 - 1) ** 2 / 4 + x[1] ** 2), lambda x: np.array([x[0] ** 3 - x[0], 2 * x[1]]))
    path = flow(loss, [a0, 0.5], [1.0, 3.0, 6.0], TIGHT)
    for t, point in zip(path.times, path.points, strict=True):
        known = a0 * math.exp(t) / math.sqrt(1 + a0**2 * math.expm1(2 * t))
        wrong = {"linearized": a0 * math.exp(t), "at the saddle": 0.0}
        found.append(_estimate(f"at t = {t}", point[0], 1e-8, known, wrong))
    return found


@measures("gradient_flow.balanced_layers", route="flow of a torch model with two linear layers", needs=("torch",))
def balance(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """An entry of W_1 W_1^T - W_2^T W_2 after training."""
    import torch

    X, Y = torch.as_tensor(rng.standard_normal((2, 8))), torch.as_tensor(rng.standard_normal((2, 8)))

    def fit(theta: Any) -> Any:
        first, second = theta[:6].reshape(3, 2), theta[6:].reshape(2, 3)
        return ((second @ first @ X - Y) ** 2).sum() / 16

    def parts(theta: Array) -> tuple[float, float]:
        first, second = theta[:6].reshape(3, 2), theta[6:].reshape(2, 3)
        return float((first @ first.T)[0, 0]), float((second.T @ second)[0, 0])

    start = rng.standard_normal(12) / 2
    end = flow(Loss.torch(fit), start, [5.0], TIGHT).points[-1]
    (a, b), (c, d) = parts(start), parts(end)
    wrong = {"the sum": a + b - 2 * d, "each alone": a - d}
    return [_estimate("at t = 5", c - d, 1e-7, a - b, wrong)]


@measures("gradient_flow.vanishing_gradient", route="ODE solver and adaptive quadrature")
def comb_flow(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The comb: its flow is at k pi at the time known, with slope one, and the loss falls no further than its bound."""
    from scipy.integrate import quad

    x, found = Symbol("x", real=True), []
    slope = Loss(lambda at: 0.0, lambda at: -1 / (1 + at**4 * np.sin(at) ** 2))
    for k in tier.choose((1, 2), (1, 2, 3)):
        time = float(comb_time(x).subs(x, k * math.pi))
        place = flow(slope, [0.0], [time], 5e-8).points[-1, 0]
        found.append(_estimate(f"place {k}", place, 1e-6, k * math.pi, {"a tenth earlier": k * math.pi - 0.1}))
        found.append(_estimate(f"slope {k}", float(comb(x).subs(x, place)), 1e-4, 1.0, {"vanished": 0.0}))
    teeth = tier.choose(20, 60)
    pieces = []
    for k in range(1, teeth):
        width = 3 / (k * math.pi) ** 2  # a tooth is about 1/(k pi)^2 wide

        def tooth(u: float, centre: float = k * math.pi) -> float:
            return 1 / (1 + (centre + u) ** 4 * math.sin(u) ** 2)

        pieces.append(quad(tooth, -math.pi / 2, math.pi / 2, points=[-width, 0, width]))
    begin = quad(lambda u: 1 / (1 + u**4 * math.sin(u) ** 2), 0, math.pi / 2)
    area, error = (begin[i] + math.fsum(piece[i] for piece in pieces) for i in (0, 1))
    wrong = {"a third of the bound": float(COMB_AREA) / 3}
    told = "QUADPACK"
    found.append(_estimate("fallen", area, error, float(COMB_AREA), wrong, relation="<=", method=told))
    return found


@measures("gradient_flow.finite_escape", route="ODE solver, until the point has passed 1000")
def escape_time(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """When the flow of -theta^4/4 passes 1000: half a millionth before its end."""
    from scipy.integrate import solve_ivp

    def far(_: float, y: Array) -> float:
        return float(y[0] - 1000)

    far.terminal = True  # type: ignore[attr-defined]
    found = []
    for start in (0.5, 1.0):
        path = solve_ivp(lambda _, y: y**3, (0, 10), [start], method="DOP853", rtol=1e-12, atol=1e-12, events=far)
        end = 1 / (2 * start**2)
        wrong = {"twice as late": 2 * end, "of -theta^3/3": 1 / start - 1e-3 if start != 1 else 1.0}
        found.append(_estimate(f"from {start}", path.t_events[0][0], 1e-8, end - 1 / (2 * 1000**2), wrong))
    return found


@measures("gradient_flow.flight_to_infinity", route="ODE solver")
def flight(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Where the flow of exp(-theta) is after a long time."""
    times = tier.choose([10.0, 1e3], [10.0, 1e3, 1e5])
    path = flow(Loss(lambda x: math.exp(-x[0]), lambda x: -np.exp(-x)), [0.5], times, 1e-9)
    return [
        _estimate(f"t = {t:g}", p[0], 1e-7, math.log(math.exp(0.5) + t), {"from zero": math.log1p(t), "stays": 0.5})
        for t, p in zip(times, path.points, strict=True)
    ]


@measures("gradient_flow.polyak_lojasiewicz", route="ODE solver on least squares without a unique solution")
def linear_rate(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Loss and length of the way from a start along the slowest direction, where the bounds are attained."""
    X, y = rng.standard_normal((5, 8)), rng.standard_normal(5)
    values, vectors = np.linalg.eigh(X.T @ X / 5)
    mu, best = values[3], np.linalg.lstsq(X, y)[0]  # three directions are flat
    start = best + 2 * vectors[:, 3] + vectors[:, 0]
    loss = Loss(lambda w: float(((X @ w - y) ** 2).mean() / 2), lambda w: X.T @ (X @ w - y) / 5)
    t = 1 / mu
    path, gap = flow(loss, start, [t], TIGHT), loss.value(start)
    bound = gap * math.exp(-2 * mu * t)
    far = float(np.linalg.norm(path.points[-1] - start))
    length = math.sqrt(2 * gap / mu)
    return [
        _estimate("loss", path.values[-1], 1e-8, bound, {"twice the rate": gap * math.exp(-4 * mu * t)}, relation="<="),
        _estimate("way", far, 1e-8, length, {"half": length / 2}, relation="<="),
    ]


@measures("gradient_flow.lojasiewicz", route="ODE solver")
def quartic(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The flow of theta^4/4 after a hundred units of time."""
    path = flow(Loss(lambda x: float(x[0] ** 4 / 4), lambda x: x**3), [2.0], [100.0], TIGHT)
    known = 2 / math.sqrt(1 + 800)
    return [_estimate("t = 100", path.points[-1, 0], 1e-8, known, {"exponential": 2 * math.exp(-100), "1/t": 0.01})]


@measures("gradient_flow.convex_rate", route="ODE solver")
def convex(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The loss sqrt(1 + theta^2) - 1, nearly linear far out, against the bound."""
    path = flow(Loss(lambda x: math.hypot(1, x[0]) - 1, lambda x: x / np.hypot(1, x)), [100.0], [20.0, 50.0], TIGHT)
    return [
        _estimate(f"t = {t}", v, 1e-8, 100**2 / (2 * t), {"1/t^2": 100**2 / (2 * t**2)}, relation="<=")
        for t, v in zip(path.times, path.values, strict=True)
    ]


def _mode(curvature: float) -> Loss:
    return Loss(lambda x: float(curvature * x[0] ** 2 / 2), lambda x: curvature * x)


@measures("gradient_flow.descent_follows_flow", route="gradient descent with three steps, extrapolated")
def first_order(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """(descent - flow)/step as the step goes to zero, on modes of three curvatures."""
    found, t, start = [], 1.0, 1.5
    for lam in (0.5, 1.0, 2.0):
        loss = _mode(lam)
        steps = [2.0**-k for k in tier.choose((6, 7, 8), (8, 9, 10))]
        exact = flow(loss, [start], [t], 1e-12).points[-1, 0]
        offs = [(gradient_descent(loss, [start], step, round(t / step))[-1, 0] - exact) / step for step in steps]
        once = [2 * b - a for a, b in pairwise(offs)]
        limit, error = (4 * once[1] - once[0]) / 3, abs(once[1] - once[0])
        known = -start * lam**2 * t * math.exp(-lam * t) / 2
        wrong = {"twice": 2 * known, "behind": -known, "second order": 0.0}
        found.append(_estimate(f"curvature {lam}", limit, error, known, wrong, method="extrapolation"))
    return found


@measures("gradient_flow.modified_loss", route="order at which descent nears the flow of the modified loss")
def modified(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The order of the distance from descent to the flow of L + step |grad L|^2/4, for a quartic loss."""
    t, start = 1.0, 0.8

    def distance(step: float, weight: float) -> float:
        """With the gradient x^3 and the curvature 3 x^2 of x^4/4."""
        plain = Loss(lambda x: float(x[0] ** 4 / 4), lambda x: x**3)
        bent = Loss(lambda x: 0.0, lambda x: x**3 + weight * step * 3 * x**5)
        gone = gradient_descent(plain, [start], step, round(t / step))[-1, 0]
        return float(abs(gone - flow(bent, [start], [t], 1e-12).points[-1, 0]))

    steps = [2.0**-k for k in tier.choose((5, 6), (7, 8))]
    order = math.log2(distance(steps[0], 0.5) / distance(steps[1], 0.5))
    return [_estimate("order", order, 0.05, 2.0, {"without the term": 1.0, "third": 3.0}, method="two steps")]


@measures(
    "gradient_flow.second_order_expansion", route="torch.func's Jacobian and Hessian of a network", needs=("torch",)
)
def remainder(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The order of what the second-order expansion of a network's prediction leaves."""
    import torch

    predict, start, inputs = _network(rng, 1, tier.choose(4, 8))
    theta, h = torch.as_tensor(start), torch.as_tensor(rng.standard_normal(len(start)) / len(start) ** 0.5)

    def value(at: Any) -> Any:
        return predict(at, inputs)[0]

    slope, bend = torch.func.grad(value)(theta), torch.func.hessian(value)(theta)

    def left(s: float) -> float:
        return float(value(theta + s * h) - value(theta) - s * slope @ h - s**2 * h @ bend @ h / 2)

    def odd(s: float) -> float:
        """Without the fourth order."""
        return left(s) - left(-s)

    order = math.log2(abs(odd(2.0**-6) / odd(2.0**-7)))
    wrong = {"linear only": 2.0, "one more": 4.0}
    return [_estimate("order", order, 0.15, 3.0, wrong, method="two lengths")]


@measures("gradient_flow.linearization", route="networks of growing width", needs=("torch",))
def wide(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The error of the linearized prediction of sum tanh(w_j)/sqrt(N), moved where its second derivative is largest."""
    import torch

    found, length = [], 0.5
    most = 4 / (3 * math.sqrt(3))  # of |tanh''|
    for width in tier.choose((16, 256), (16, 256, 4096)):
        w = torch.full((width,), -math.atanh(1 / math.sqrt(3)), dtype=torch.float64)
        d = torch.full((width,), length / math.sqrt(width), dtype=torch.float64)
        at, along = torch.func.jvp(lambda v: torch.tanh(v).sum() / len(v) ** 0.5, (w,), (d,))
        error = abs(float(torch.tanh(w + d).sum() / width**0.5 - at - along))
        bound = most * length**2 / (2 * math.sqrt(width))
        wrong = {"half": bound / 2, "1/N": most * length**2 / (2 * width)}
        found.append(_estimate(f"width {width}", error, 1e-12, bound, wrong, relation="<=", method="torch"))
    return found


def _prediction(rng: np.random.Generator, samples: int) -> tuple[float, float, float]:
    """How fast a network's prediction at a new input moves at time 0.5 of its flow: by central differences along the
    solution, as Jacobian times velocity, and as the kernel times the residuals."""
    import torch

    predict, start, inputs = _network(rng, samples, 5)
    targets, new, h = np.sin(inputs[:, 0]), rng.standard_normal((1, 2)), 1e-3
    path = flow(_fit(predict, inputs, targets), start, 0.5 + h * np.arange(-2, 3), TIGHT)
    a, b, _, c, d = (float(predict(torch.as_tensor(point), new)[0]) for point in path.points)
    theta = torch.as_tensor(path.points[2])
    own = torch.func.jacrev(lambda at: predict(at, new))(theta).numpy()
    all_ = torch.func.jacrev(lambda at: predict(at, inputs))(theta).numpy()
    residual = predict(theta, inputs).numpy() - targets
    velocity = _fit(predict, inputs, targets).gradient(path.points[2])
    summed = (own @ all_.T @ residual)[0]
    return (a - 8 * b + 8 * c - d) / (12 * h), -float((own @ velocity)[0]), -float(summed)


@measures("gradient_flow.prediction_chain_rule", route="central difference along the solution", needs=("torch",))
def moving_prediction(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A network's prediction moves with its Jacobian times the velocity."""
    moved, predicted, _ = _prediction(rng, tier.choose(8, 30))
    return [_estimate("at t = 0.5", moved, 1e-7, predicted, {"sign": -predicted, "twice": 2 * predicted})]


@measures("gradient_flow.prediction_flow", route="central difference along the solution", needs=("torch",))
def moving_by_residuals(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A network's prediction moves with 1/n times the kernel times the residuals."""
    n = tier.choose(8, 30)
    moved, _, summed = _prediction(rng, n)
    return [_estimate("at t = 0.5", moved, 1e-7, summed / n, {"without 1/n": summed, "1/(2n)": summed / (2 * n)})]


def _features(rng: np.random.Generator, n: int, p: int) -> tuple[Array, Array, Array]:
    """Random features, targets and a start of a model that is linear in its parameters."""
    return rng.standard_normal((n, p)), rng.standard_normal(n), rng.standard_normal(p) / 4


def _linear(X: Array, y: Array) -> Loss:
    return Loss(lambda w: float(((X @ w - y) ** 2).mean() / 2), lambda w: X.T @ (X @ w - y) / len(y))


@measures("gradient_flow.constant_kernel_flow", route="ODE solver in the parameters; random features")
def constant_kernel(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A prediction at a sample and at a new input: training the parameters against the kernel in closed form."""
    n, p = tier.choose((6, 9), (20, 30))
    X, y, start = _features(rng, n, p)
    new = rng.standard_normal((1, p))
    end = flow(_linear(X, y), start, [1.0], TIGHT).points[-1]
    K, first, k = X @ X.T, X @ start, new @ X.T
    found = []
    for what, value, cross, base in (("sample", X[0] @ end, None, None), ("new input", new[0] @ end, k, new @ start)):
        known = kernel_flow(K, first, y, [1.0], cross=cross, cross_start=base)[0, 0]
        wrong = kernel_flow(K, first, y, [1.0], cross=cross, cross_start=base, normalization="sum")[0, 0]
        found.append(_estimate(what, value, 1e-7, known, {"without 1/n": wrong}))
    return found


@measures("gradient_flow.kernel_solution", route="ODE solver against the matrix exponential of SciPy")
def exponential(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The system f' = -K (f - y) as printed, solved step by step."""
    from scipy.linalg import expm

    n = tier.choose(5, 12)
    A, first, y = rng.standard_normal((n, n)), rng.standard_normal(n), rng.standard_normal(n)
    K = A @ A.T / n
    system = Loss(lambda f: float((f - y) @ K @ (f - y) / 2), lambda f: K @ (f - y))
    found = flow(system, first, [0.8], TIGHT).points[-1]
    decay, half = expm(-0.8 * K), expm(-0.4 * K)
    known = decay @ first + y - decay @ y
    wrong = {"half the rate": float((half @ first + y - half @ y)[0]), "targets forgotten": float((decay @ first)[0])}
    return [_estimate("first prediction", found[0], 1e-8, float(known[0]), wrong)]


@measures("gradient_flow.interpolation", route="ODE solver in the parameters; two equal inputs")
def contradicting_labels(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Where the prediction ends at an input that stands twice in the data with different targets."""
    X, y, start = _features(rng, 5, 8)
    X[1] = X[0]
    end = flow(_linear(X, y), start, [400.0], TIGHT).points[-1]
    wrong = {"first target": float(y[0]), "second target": float(y[1])}
    return [_estimate("prediction", X[0] @ end, 1e-7, float(y[:2].mean()), wrong)]


@measures("gradient_flow.kernel_modes", route="ODE solver in the parameters, in the eigenbasis of the kernel")
def mode_rates(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The rate at which the residual along each eigenvector decays: eigenvalue over samples."""
    n, p = tier.choose((4, 7), (8, 14))
    X, y, start = _features(rng, n, p)
    values, vectors = np.linalg.eigh(X @ X.T)
    end = flow(_linear(X, y), start, [0.5], 1e-11).points[-1]
    before, after = vectors.T @ (X @ start - y), vectors.T @ (X @ end - y)
    rates = np.log(before / after) / 0.5
    found = []
    for k in (0, n - 1):
        error = 2 * (1e-9 * np.linalg.norm(X) / abs(after[k]))
        wrong = {"without 1/n": values[k], "half": values[k] / (2 * n)}
        found.append(_estimate(f"mode {k + 1}", rates[k], error, values[k] / n, wrong))
    return found


@measures("gradient_flow.mode_solution", route="ODE solver in the parameters")
def modes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The prediction of one mode: parameters trained on one sample against the closed form, and SVD for many."""
    X, y, start = _features(rng, 1, 3)
    lam, t = float((X @ X.T)[0, 0]), 0.7
    end = flow(_linear(X, y), start, [t], TIGHT).points[-1]
    first, goal = float(X[0] @ start), float(y[0])
    known = math.exp(-lam * t) * first + (1 - math.exp(-lam * t)) * goal
    wrong = {"twice the rate": math.exp(-2 * lam * t) * first + (1 - math.exp(-2 * lam * t)) * goal, "start": first}
    closed = linear_flow(X, y, start, [t])[-1]
    return [
        _estimate("prediction", float(X[0] @ end), 1e-8, known, wrong),
        _estimate("closed form", float(X[0] @ closed), 1e-12, known, wrong, method="singular values"),
    ]
