"""Pictures of gradient flow: descent against the flow, kinds of stationary points, what may go wrong, kernel modes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sympy import Symbol, lambdify

from ..numerics.flow_paths import hat
from ..numerics.flows import Array, Loss, descent_offset, flow, gradient_descent, kernel_flow, linear_flow
from ..numerics.stationary_kinds import classify
from ..theory import flow_paths
from ..theory.flow_convergence import comb, comb_time
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, curve, generator
from .picture import picture

a, b = Symbol("a", real=True), Symbol("b", real=True)
VALLEY = ((a**2 - 1) ** 2 + 6 * (b - a**2 / 2) ** 2) / 4
"""A loss with two minima, a curved valley between them and a saddle in its middle."""


@picture(size=(6.8, 2.9), panels=2)
def descent(left: Any, right: Any) -> None:
    """A flow on a loss surface with two minima (black), and gradient descent from the same start with four steps; the
    largest is past the minimum's edge of stability, 2/7.16 = 0.28, and does not converge (left). The distance from the
    flow at time 1.5 against the step: dots are measured, the line is the step times the constant that the linearized
    flow gives (right)."""
    loss, start, last = Loss.of(VALLEY, (a, b)), [0.15, 1.4], 9.0
    grid = np.linspace(-0.35, 1.45, 160), np.linspace(-0.45, 1.55, 160)
    values = lambdify([a, b], VALLEY, "numpy")(*np.meshgrid(*grid))
    left.contourf(*grid, np.sqrt(values), levels=14, cmap="Blues", alpha=0.6)
    path = flow(loss, start, np.linspace(0, last, 200)).points
    left.plot(*path.T, color="black", linewidth=1.4, label="flow")
    for step, colour, marker in ((0.05, GREEN, "."), (0.15, ORANGE, "o"), (0.25, PURPLE, "s"), (0.36, VERMILION, "^")):
        points = gradient_descent(loss, start, step, round(last / step))
        left.plot(*points.T, marker + "-", color=colour, linewidth=0.8, markersize=2.5, label=rf"$\eta={step}$")
    left.plot([1], [0.5], "*", color="black", markersize=7)
    left.plot([0], [0], "x", color="black", markersize=5)
    left.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]])
    left.legend(loc="lower right", fontsize=6)
    time = 1.5
    end, offset = flow(loss, start, [time], 1e-11).points[-1], descent_offset(loss, start, [time])[-1]
    steps = time / 2.0 ** np.arange(2, 11)
    off = [np.linalg.norm(gradient_descent(loss, start, s, round(time / s))[-1] - end) for s in steps]
    right.plot(steps, steps * np.linalg.norm(offset), color=GREY, label=r"$\eta\,\|e(t)\|$")
    right.plot(steps, off, "o", color=VERMILION, markerfacecolor="white", label="gradient descent")
    right.set(xscale="log", yscale="log", xlabel=r"step $\eta$", ylabel=r"$\|\theta_k-\theta(k\eta)\|$")
    right.legend(loc="upper left")


@picture(size=(7.2, 2.2), panels=4)
def kinds(*panels: Any) -> None:
    """Four stationary points with their flow, and what exact arithmetic says of them: a minimum, a saddle, and two with
    one and the same singular Hessian of which the second-order test says nothing: the first is a minimum, the second
    attracts from one side only."""
    grid = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    for axes, loss in zip(panels, (a**2 + b**2, a**2 - b**2, a**2 + b**4, a**2 + b**3), strict=True):
        slope = [np.broadcast_to(lambdify([a, b], -loss.diff(s), "numpy")(*grid), grid[0].shape) for s in (a, b)]
        axes.contour(*grid, lambdify([a, b], loss, "numpy")(*grid), levels=9, colors=GREY, linewidths=0.4)
        axes.streamplot(*grid, *slope, color=BLUE, density=0.6, linewidth=0.7, arrowsize=0.6)
        axes.plot([0], [0], "o", color=VERMILION, markersize=3.5)
        found = classify(loss, {a: 0, b: 0})
        text = str(loss).replace("**", "^").replace("a", r"\theta_1").replace("b", r"\theta_2")
        axes.set_title(f"${text}$\n{found.kind}", fontsize=7)
        axes.set(xticks=[], yticks=[], aspect="equal", xlim=(-1, 1), ylim=(-1, 1))


@picture(size=(6.8, 2.6), panels=2)
def conditions(left: Any, right: Any) -> None:
    """Equation 101 without conditions. The gradient along the flow of an analytic loss with a lower bound, with slope
    -1/(1 + x^4 sin^2 x): it returns to one again and again (left; exact times). The loss exp(-x), convex and with a
    lower bound: the gradient falls like 1/t, but the flow grows like log t and converges to nothing (right)."""
    x = Symbol("x", real=True)
    peaks = np.pi * np.arange(1, 8)
    near = np.concatenate([p + np.sinh(np.linspace(-9, 9, 161)) / np.sinh(9) * 1.5 for p in peaks])
    places = np.unique(np.concatenate([np.linspace(0.01, 1.6, 80), near]))
    left.plot(lambdify(x, comb_time(x), "numpy")(places), lambdify(x, comb(x), "numpy")(places), color=VERMILION)
    left.set(xscale="log", xlabel="time $t$", ylabel=r"$|L'(\theta(t))|$", xlim=(0.1, 6e5))
    times = np.geomspace(0.1, 1e5, 60)
    path = flow(Loss(lambda p: float(np.exp(-p[0])), lambda p: -np.exp(-p)), [0.0], times, 1e-9)
    right.plot(times, path.points[:, 0], color=BLUE, label=r"$\theta(t)$")
    right.plot(times, path.gradient_norms, color=VERMILION, label=r"$|L'(\theta(t))|$")
    right.plot(times, np.log1p(times), ":", color=GREY, label=r"$\log(1+t)$")
    right.set(xscale="log", xlabel="time $t$")
    right.legend(loc="upper left")


@picture(size=(3.6, 2.7))
def modes(axes: Any) -> None:
    """Residuals of least squares with 12 samples along three eigenvectors of its kernel, trained by gradient descent
    with a small step (dots), against exp(-lambda t/n) (lines) and against equation 107 as printed, which forgets the
    1/n of its loss (dotted)."""
    rng = generator("gradient_flow.modes")
    n, p, step = 12, 20, 0.005
    X, y, start = rng.standard_normal((n, p)), rng.standard_normal(n), np.zeros(p)
    values, vectors = np.linalg.eigh(X @ X.T)
    loss = Loss(lambda w: float(((X @ w - y) ** 2).mean() / 2), lambda w: X.T @ (X @ w - y) / n)
    points = gradient_descent(loss, start, step, 800)
    times = step * np.arange(801)
    solved = linear_flow(X, y, start, times)
    for k, colour in ((1, BLUE), (5, GREEN), (11, VERMILION)):
        first = abs(vectors[:, k] @ y)
        trained = np.abs((points @ X.T - y) @ vectors[:, k]) / first
        exact = np.abs((solved @ X.T - y) @ vectors[:, k]) / first
        axes.plot(times, exact, color=colour, label=rf"$\lambda={values[k]:.1f}$")
        axes.plot(times[::40], trained[::40], "o", color=colour, markersize=2.5, markerfacecolor="white")
        axes.plot(times, np.exp(-values[k] * times), ":", color=colour, linewidth=0.9)
    axes.set(yscale="log", ylim=(1e-3, 1.5), xlabel="time $t$", ylabel="share of the residual left")
    axes.legend(loc="lower right", fontsize=7)


@picture(size=(6.8, 3.1), panels=2)
def endless_spiral(left: Any, right: Any) -> None:
    """A smooth loss on the disc along whose flank a flow turns without end: the path by SciPy's solver on level lines,
    over the spiral phi = 1/(1 - r^2) that is proved (left); loss and norm of the gradient on that spiral, which vanish
    while the angle grows without bound (right)."""
    value = lambdify([flow_paths.r, flow_paths.phi], flow_paths.spiral_loss, "numpy")
    rho, phi = np.meshgrid(np.linspace(0.02, 0.95, 160), np.linspace(0, 2 * np.pi, 240))
    heights = np.log(np.maximum(value(rho, phi), 1e-12))
    lines = np.linspace(-12, 0, 25)
    left.contour(
        rho * np.cos(phi), rho * np.sin(phi), heights, levels=lines, colors="0.8", linewidths=0.5, linestyles="-"
    )
    angle = np.linspace(1.25, 18, 3000)
    radius = np.sqrt(1 - 1 / angle)
    left.plot(radius * np.cos(angle), radius * np.sin(angle), color=SKY, linewidth=2.2, label="proved")
    start = [radius[0] * math.cos(angle[0]), radius[0] * math.sin(angle[0])]
    path = flow(Loss.torch(hat), start, np.linspace(0, 3, 60), 1e-3)
    left.plot(*path.points.T, color=VERMILION, linewidth=0.9, label="solver")
    left.plot(np.cos(phi[:, 0]), np.sin(phi[:, 0]), color=GREY, linewidth=0.6)
    left.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", aspect="equal")
    left.legend(loc="lower left", fontsize=6.5)
    outwards, around = (curve(one, flow_paths.r)(radius) for one in flow_paths.velocity(flow_paths.spiral_loss))
    right.semilogy(angle, np.exp(-angle), color=BLUE, label="loss")
    right.semilogy(angle, np.hypot(outwards, radius * around), color=VERMILION, label="norm of the gradient")
    right.set(xlabel=r"angle $\varphi=1/(1-r^2)$")
    right.legend(loc="lower left")


def away_from_kernel(width: int, rng: np.random.Generator) -> float:
    """The largest distance over time between a network's predictions along its flow and those of its first kernel."""
    import torch

    x = np.linspace(-1.5, 1.5, 8)
    inputs, targets = torch.as_tensor(np.stack([x, np.ones_like(x)], axis=1)), np.sin(2 * x)

    def outputs(at: Any) -> Any:
        return torch.tanh(inputs @ at[: 2 * width].reshape(2, width)) @ at[2 * width :] / width**0.5

    def loss(at: Any) -> Any:
        return ((outputs(at) - torch.as_tensor(targets)) ** 2).mean() / 2

    weights: Array = rng.normal(size=3 * width)
    begun = torch.as_tensor(weights)
    slopes, times = torch.func.jacrev(outputs)(begun).numpy(), np.linspace(0, 30, 16)
    path = flow(Loss.torch(loss), weights, times, 1e-3).points
    trained = np.array([outputs(torch.as_tensor(one)).numpy() for one in path])
    return float(np.abs(trained - kernel_flow(slopes @ slopes.T, outputs(begun).numpy(), targets, times)).max())


@picture(size=(3.5, 2.7))
def width(axes: Any) -> None:
    """The largest distance over time between a network's predictions along its flow and the closed form with its own
    kernel at the start, for four random starts a width: dots, with their geometric mean and a line of slope -1/2."""
    import torch

    torch.set_num_threads(1)
    rng, widths = generator("gradient_flow.width"), np.array([8, 32, 128, 512])
    gaps = np.array([[away_from_kernel(int(one), rng) for _ in range(4)] for one in widths])
    axes.loglog(np.repeat(widths, 4), gaps.ravel(), "o", color=PURPLE, markersize=3)
    middle = np.exp(np.log(gaps).mean(axis=1))
    axes.loglog(widths, middle, color=PURPLE, linewidth=0.9, label="geometric mean")
    axes.loglog(widths, middle[-1] * np.sqrt(widths[-1] / widths), ":", color=GREY, label=r"width$^{-1/2}$")
    axes.set(xlabel="width", ylabel="largest distance of predictions")
    axes.legend(loc="lower left")
