"""Pictures of automatic differentiation: a tape, the cost of both modes, Adam's bias, shards, rounding.

Curves are the expressions of the theory; counts come from runs, dots from draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..theory import autodiff as theory
from ..theory import branching, training_steps
from ..theory.accumulation import Tape, counted, forward, forward_cost, least_cost, reverse, reverse_cost
from ..theory.rounding import fraction, nearest, step
from ..theory.symbols import integer
from .curves import BLUE, GREEN, GREY, ORANGE, VERMILION, curve, generator
from .picture import picture


@picture(size=(6.8, 2.9))
def tape(axes: Any) -> None:
    """The tape of f = sin(xy) x + xy at x = 1.5, y = 0.6: values (blue) from left to right, adjoints (vermilion), the
    derivatives of f by each node, from right to left; on each edge the derivative of a node by its parent."""
    run = Tape()
    x, y = run.leaf(1.5), run.leaf(0.6)
    u = x * y
    v = u.through("sin", float(np.sin(u.value)), float(np.cos(u.value)))
    f = v * x + u
    names = ("$x$", "$y$", "$u=xy$", "$v=\\sin u$", "$w=vx$", "$f=w+u$")
    places = ((0, 1.6), (0, 0.0), (1.35, 0.6), (2.7, 0.6), (4.05, 1.35), (5.4, 0.6))
    adjoints = run.adjoints(f)
    ahead = {(2, 5): -0.32}
    for node in run.nodes:
        for parent, partial in node.parents:
            bend = ahead.get((parent, node.place), 0.0)
            arrow = {"arrowstyle": "-|>", "color": GREY, "linewidth": 0.8, "shrinkA": 19, "shrinkB": 19}
            axes.annotate(
                "", places[node.place], places[parent],
                arrowprops={**arrow, "connectionstyle": f"arc3,rad={-bend}"},
            )  # fmt: skip
            (a, b), (c, d) = places[parent], places[node.place]
            across = 0.30 * (c - a) / 2.7
            height = (b + d) / 2 + (bend * (c - a) / 2 - 0.02 if bend else 0.0)
            axes.text(
                (a + c) / 2 + (0 if bend else 0.3 * across), height, f"{float(partial):.3g}", fontsize=6.5, color=GREY,
                ha="center", va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
    for node, name, (a, b) in zip(run.nodes, names, places, strict=True):
        axes.plot(a, b, "o", markersize=31, color="white", markeredgecolor=GREY, markeredgewidth=0.9)
        axes.text(a, b + 0.1, f"{node.value:.3f}", color=BLUE, ha="center", va="center", fontsize=7)
        axes.text(a, b - 0.12, f"{adjoints[node.place]:.3f}", color=VERMILION, ha="center", va="center", fontsize=7)
        axes.text(a, b + 0.41, name, ha="center", va="center", fontsize=8)
    axes.annotate("", (3.6, 2.3), (1.8, 2.3), arrowprops={"arrowstyle": "->", "color": BLUE})
    axes.text(1.7, 2.3, "values", color=BLUE, ha="right", va="center", fontsize=7)
    axes.annotate("", (1.8, 2.08), (3.6, 2.08), arrowprops={"arrowstyle": "->", "color": VERMILION})
    axes.text(3.7, 2.08, "adjoints", color=VERMILION, ha="left", va="center", fontsize=7)
    axes.set(xlim=(-0.55, 5.95), ylim=(-0.5, 2.5))
    axes.set_axis_off()


@picture(size=(3.5, 2.6))
def crossover(axes: Any) -> None:
    """Multiplications of the Jacobian of a chain with m = 12 outputs and three hidden layers of width 16 against the
    number of inputs: the formulas as lines, runs as marks; the two modes cost the same at n = m."""
    n, outputs, hidden = integer("n", 1), 12, (16, 16, 16)
    inputs = np.arange(1, 31)
    dots = (2, 6, 12, 20, 28)
    for name, cost, order, colour, mark in (
        ("forward", forward_cost, forward, VERMILION, "s"),
        ("reverse", reverse_cost, reverse, BLUE, "o"),
    ):
        axes.plot(inputs, curve(cost((n, *hidden, outputs)), n)(inputs) / 1000, color=colour, label=name)
        runs = [counted((k, *hidden, outputs), order(4)) / 1000 for k in dots]
        axes.plot(dots, runs, mark, color=colour, markerfacecolor="white")
    axes.axvline(outputs, ymax=0.7, color=GREY, linewidth=0.6, linestyle=":")
    axes.text(outputs + 0.4, 0.6, "$n=m$", fontsize=8)
    best = [least_cost((int(k), *hidden, outputs)) / 1000 for k in inputs]
    axes.plot(inputs, best, color="black", linewidth=0.8, linestyle=(0, (4, 2)), label="least of all orders")
    axes.set(xlabel="inputs $n$", ylabel="multiplications (thousands)", xlim=(0, 31), ylim=(0, None))
    axes.legend(loc="upper left")


@picture(size=(6.8, 2.6), panels=2)
def bottleneck(left: Any, right: Any) -> None:
    """Left: the cost of all bracketings of chains of six Jacobians with random widths up to 9, over the least: the
    two sweeps among them. Right: a chain 9, 9, w, 9, 9 against its middle width: at every width but 9 another order
    is cheaper."""
    rng = generator("autodiff.bottleneck")
    drawn = [tuple(int(k) for k in rng.integers(1, 10, 7)) for _ in range(400)]
    ratios = {
        "forward": [forward_cost(one) / least_cost(one) for one in drawn],
        "reverse": [reverse_cost(one) / least_cost(one) for one in drawn],
        "better sweep": [min(forward_cost(one), reverse_cost(one)) / least_cost(one) for one in drawn],
    }
    share = np.arange(1, len(drawn) + 1) / len(drawn)
    for (name, values), colour in zip(ratios.items(), (VERMILION, BLUE, GREEN), strict=True):
        left.step(np.sort(values), share, where="post", color=colour, label=name)
    left.set(
        xscale="log", xlabel="cost over the least cost", ylabel="share of 400 chains", xlim=(1, 12), ylim=(0, 1.02)
    )
    left.set_xticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    left.minorticks_off()
    left.legend(loc="lower right")
    widths = np.arange(1, 16)
    chains = [(9, 9, int(w), 9, 9) for w in widths]
    right.plot(
        widths,
        [forward_cost(one) for one in chains],
        "s-",
        color=VERMILION,
        markerfacecolor="white",
        label="both sweeps",
    )
    right.plot(widths, [least_cost(one) for one in chains], "o-", color=GREEN, markerfacecolor="white", label="least")
    right.set(xlabel="middle width $w$", ylabel="multiplications", ylim=(0, None))
    right.legend(loc="upper left")


@picture(size=(6.8, 2.6), panels=2)
def adam_bias(left: Any, right: Any) -> None:
    """Adam's average with beta = 0.9, raw and corrected: expectations as lines, means of 200 runs as dots. Left:
    gradients of expectation 1, where the correction is exact; right: of expectation 1 + t/4, where it lags."""
    rng = generator("autodiff.adam_bias")
    steps, beta = 40, 0.9
    at = np.arange(1, steps + 1)
    claim = theory.drift_bias.claim.claims["expectation"]
    for axes, drift in ((left, 0.0), (right, 0.25)):
        values = {training_steps.beta: beta, training_steps.level: 1.0, training_steps.drift: drift}
        raw = curve(claim.closed, claim.variable, values)(at)
        drawn = 1 + drift * at + rng.normal(size=(200, steps))
        average, means = np.zeros(200), []
        for one in drawn.T:
            average = beta * average + (1 - beta) * one
            means.append(average.mean())
        right_size = 1 - beta**at
        axes.plot(
            at, 1 + drift * at, color="black", linewidth=1, linestyle=(0, (4, 2)), label="expected gradient", zorder=3
        )
        for scale, colour, label in ((1.0, VERMILION, "$m_t$"), (right_size, BLUE, "$\\hat{m}_t$")):
            axes.plot(at, raw / scale, color=colour, label=label)
            axes.plot(at[::4], (np.array(means) / scale)[::4], "o", color=colour, markerfacecolor="white")
        axes.set(xlabel="step $t$", xlim=(0, steps + 1), ylim=(0, None))
    left.set(ylabel="average of the gradients")
    left.set_title("constant expectation")
    right.set_title("drifting expectation")
    left.legend(loc="lower right")


@picture(size=(6.8, 2.6), panels=2)
def quantization(left: Any, right: Any) -> None:
    """Left: the distance to the nearest multiple of h, at most h/2, and the standard deviation of stochastic rounding.
    Right: mean squared error of weights on 2^b levels: h^2/12 and h^2/6 as lines, 20,000 drawn weights as marks."""
    within = np.linspace(0, 3, 601)
    share = within % 1
    left.plot(within, curve(nearest, fraction, {step: 1.0})(share), color=BLUE, label="nearest")
    variance = theory.stochastic_rounding.claim.claims["variance"].rhs
    deviation = np.sqrt(np.maximum(curve(variance, fraction, {step: 1.0})(share), 0))
    left.plot(within, deviation, color=ORANGE, label="stochastic, deviation")
    left.axhline(0.5, color="black", linewidth=1, linestyle=(0, (4, 2)), label="bound $h/2$")
    left.set(xlabel="$x/h$", ylabel="error over $h$", ylim=(0, 0.78))
    left.legend(loc="upper center", ncol=3, columnspacing=1.0)
    rng = generator("autodiff.quantization")
    weights = rng.uniform(-1, 1, 20_000)
    bits = np.arange(2, 11)
    sizes = 2 / (2.0**bits - 1)
    share_of = {"nearest": 12, "stochastic": 6}
    for (name, divisor), colour, mark in zip(share_of.items(), (BLUE, ORANGE), "os", strict=True):
        errors = [
            _mean_square(weights, size, rng.random(weights.size) if name == "stochastic" else 0.5) for size in sizes
        ]
        right.plot(bits, sizes**2 / divisor, color=colour)
        right.plot(bits, errors, mark, color=colour, markerfacecolor="white", label=name)
    right.set(yscale="log", xlabel="bits $b$", ylabel="mean squared error")
    right.legend(loc="upper right")


def _mean_square(weights: Any, size: float, dither: Any) -> float:
    """The mean squared error of weights on the grid of this step from -1: rounded down after adding a share of a
    step."""
    places = (weights + 1) / size
    return float((((np.floor(places + dither) - places) * size) ** 2).mean())


@picture(size=(6.8, 2.6), panels=2)
def shards_and_branches(left: Any, right: Any) -> None:
    """Left: gradient descent on two shards of 10 and 90 samples: equal weights lead to the mean of the shards' minima,
    weights by size to the minimum of all samples. Right: the mean of a branch against its threshold, with the tangent
    that has minus the jump as slope, and the slope 0 that the differentiated branch reports."""
    sizes, minima, rate = np.array([10.0, 90.0]), np.array([0.0, 1.0]), 0.15
    truth = float((sizes * minima).sum() / sizes.sum())
    for weights, colour, label in (
        (np.array([0.5, 0.5]), VERMILION, "equal weights"),
        (sizes / sizes.sum(), BLUE, "weights by size"),
    ):
        path = [0.2]
        for _ in range(25):
            path.append(path[-1] - rate * float((weights * 2 * (path[-1] - minima)).sum()))
        left.plot(path, "o-", color=colour, markersize=2.5, label=label)
    left.axhline(truth, color="black", linewidth=1, linestyle=(0, (4, 2)), label="minimum of all samples")
    left.set(xlabel="step", ylabel="parameter", ylim=(0.1, 1.2))
    left.legend(loc="lower right")
    mean = theory.threshold.claim.claims["mean"].rhs
    cut = next(one for one in mean.free_symbols if one.name == "t")
    values = {branching.upper: 1.0, branching.lower: -1.0, branching.above: 1.0, branching.below: 0.5}
    at = np.linspace(0.02, 0.98, 200)
    right.plot(at, curve(mean, cut, values)(at), color=BLUE, label="mean of $y$")
    slope, here = theory.threshold.claim.claims["derivative"].rhs, 0.4
    height, tilt = (float(curve(one, cut, values)(np.array([here]))[0]) for one in (mean, slope))
    near = np.array([here - 0.22, here + 0.22])
    right.plot(near, height + tilt * (near - here), color=GREEN, linestyle=(0, (4, 2)), label="slope: minus the jump")
    right.plot(near, [height, height], color=VERMILION, linestyle=(0, (1, 1)), label="slope by the branch: 0")
    right.plot(here, height, "o", color="black")
    right.set(xlabel="threshold $t$", ylabel="mean over $x$ in $[0,1]$")
    right.legend(loc="lower left")
