"""Pictures of decision processes: values and policies, the contraction of backups, the bias of the maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..numerics.gridworlds import LAKE_8, LEFT_FIRST, UP_FIRST, cliff_walk, frozen_lake
from ..numerics.mdp_solver import DecisionProcess, random_process, solve
from ..numerics.q_learning import learn
from ..theory import reinforcement as theory
from .curves import BLUE, GREY, ORANGE, VERMILION, generator
from .picture import picture


@picture(size=(3.5, 3.3))
def lake(axes: Any) -> None:
    """Optimal values and actions on the slippery lake of eight by eight fields at discount 0.99, with a proved error
    below 1e-11: an arrow is the action, which is obeyed one time in three; H are the holes, G is the goal."""
    process = DecisionProcess.from_table(frozen_lake(LAKE_8), 0.99)
    found = solve(process)
    if found.error > 1e-11:
        raise RuntimeError(f"the caption promises more than the bound {found.error}")
    values, policy = found.values[:64].reshape(8, 8), found.policy[:64].reshape(8, 8)
    fields = np.array([list(row) for row in LAKE_8])
    ended = np.isin(fields, ["H", "G"])
    image = axes.imshow(np.ma.masked_array(values, ended), cmap="viridis", vmin=0, vmax=1)
    axes.set_facecolor("#DDDDDD")
    _arrows(axes, policy, LEFT_FIRST, ended)
    for row, column in np.argwhere(ended):
        axes.text(column, row, fields[row, column], ha="center", va="center", fontsize=8)
    axes.set(xticks=[], yticks=[])
    axes.figure.colorbar(image, ax=axes, label="value", shrink=0.85)


@picture(size=(4.6, 2.1))
def cliff(axes: Any) -> None:
    """Optimal values and actions of the cliff walk at discount 0.99: the best way is along the edge, since nothing
    slips; S is the start, G the goal, and the fields between are the cliff."""
    process = DecisionProcess.from_table(cliff_walk(), 0.99)
    found = solve(process)
    values, policy = found.values[:48].reshape(4, 12), found.policy[:48].reshape(4, 12)
    off = np.zeros((4, 12), dtype=bool)
    off[3, 1:] = True
    image = axes.imshow(np.ma.masked_array(values, off), cmap="viridis", vmax=0)
    axes.set_facecolor("#DDDDDD")
    _arrows(axes, policy, UP_FIRST, off)
    axes.text(11, 3, "G", ha="center", va="center", fontsize=8)
    axes.text(5.5, 3, "cliff", ha="center", va="center", fontsize=8)
    axes.text(-0.85, 3, "S", ha="center", va="center", fontsize=8)
    axes.set(xticks=[], yticks=[])
    axes.figure.colorbar(image, ax=axes, label="value", shrink=0.85)


def _arrows(axes: Any, policy: Any, steps: Sequence[tuple[int, int]], off: Any) -> None:
    """An arrow in each field for its action: steps are (down, right)."""
    for row, column in np.argwhere(~off):
        down, right = steps[int(policy[row, column])]
        axes.annotate(
            "",
            xy=(column + 0.34 * right, row + 0.34 * down),
            xytext=(column - 0.34 * right, row - 0.34 * down),
            arrowprops={"arrowstyle": "-|>", "color": "white", "linewidth": 0.9, "mutation_scale": 6},
        )


@picture(size=(3.5, 2.6))
def contraction(axes: Any) -> None:
    """Distance of value iteration from the optimal values of a random process with 30 states and 4 actions, for three
    discounts (dots), and the proved bound gamma^n times the first distance (lines)."""
    rounds = np.arange(61)
    for discount, colour in ((0.7, BLUE), (0.9, ORANGE), (0.97, VERMILION)):
        process = random_process(generator("reinforcement.contraction"), 30, 4, discount)
        best = solve(process)
        values, distances = np.zeros(process.states), []
        for _ in rounds:
            distances.append(float(np.abs(values - best.values).max()))
            values = process.action_values(values).max(axis=1)
        axes.plot(rounds, distances[0] * discount**rounds, color=colour, label=f"$\\gamma={discount}$")
        axes.plot(rounds[::3], distances[::3], "o", color=colour, markersize=3, markerfacecolor="white")
    axes.set(yscale="log", xlabel="backups $n$", ylabel=r"$\Vert V_n-V^*\Vert_\infty$", ylim=(1e-10, 1e2))
    axes.legend(loc="lower left")


@picture(size=(3.5, 2.6))
def q_learning(axes: Any) -> None:
    """Distance of the learnt action values from the optimal ones on the slippery lake of four by four fields at
    discount 0.9, one sampled move for each state and action in a sweep: three runs of Q-learning with one table and
    with two, of which a sweep updates one; the dotted line falls as the root of the number of sweeps."""
    process = DecisionProcess.from_table(frozen_lake(), 0.9)
    goal = process.action_values(solve(process).values)
    rng, sweeps = generator("reinforcement.q_learning"), 2000
    shown = np.unique(np.geomspace(1, sweeps, 60).astype(int)) - 1
    for tables, colour, label in ((1, VERMILION, "one table"), (2, BLUE, "two tables")):
        for k in range(3):
            errors = [float(np.abs(table - goal).max()) for table in learn(process, rng, sweeps, tables)]
            name = {"label": label} if k == 0 else {}
            axes.plot(shown + 1, np.array(errors)[shown], color=colour, linewidth=0.8, alpha=0.8, **name)
    axes.plot(shown + 1, 2 / np.sqrt(shown + 1), color=GREY, linewidth=0.8, linestyle=":", label="$n^{-1/2}$")
    axes.set(xscale="log", yscale="log", xlabel="sweeps $n$", ylabel=r"$\Vert Q_n-Q^*\Vert_\infty$", ylim=(0.01, 1.5))
    axes.legend(loc="lower left")


@picture(size=(6.4, 2.6), panels=2)
def maximization_bias(left: Any, right: Any) -> None:
    """Left: the mean of the larger of two normal estimates of zero against their deviation: sigma/sqrt(pi) for one
    table, zero for two; dots average 20,000 draws. Right: how often, over 2,000 runs, one and two tables go left, where
    ten actions pay -0.1 on the mean with deviation 1; the best policy goes right and explores with probability 0.1."""
    rng = generator("reinforcement.maximization_bias")
    slope = float(theory.overestimation.claim.claims["two normal estimates of zero"].rhs.subs(_sigma(), 1))
    scale = np.linspace(0, 2, 9)
    one, other = rng.normal(size=(2, 20_000, 2))
    left.plot(scale, slope * scale, color=VERMILION, label="one table")
    left.plot(scale, 0 * scale, color=BLUE, label="two tables")
    left.plot(scale, scale * one.max(axis=1).mean(), "o", color=VERMILION, markerfacecolor="white")
    double = other[np.arange(len(other)), one.argmax(axis=1)]
    left.plot(scale, scale * double.mean(), "s", color=BLUE, markerfacecolor="white")
    left.set(xlabel=r"deviation $\sigma$ of an estimate", ylabel="bias of the maximum")
    left.legend(loc="upper left")
    episodes = np.arange(1, 301)
    for tables, colour, label in ((1, VERMILION, "one table"), (2, BLUE, "two tables")):
        right.plot(episodes, 100 * _left_turns(rng, tables, runs=2000, episodes=300), color=colour, label=label)
    right.axhline(5, color=GREY, linewidth=0.8, linestyle=":", label="best")
    right.set(xlabel="episode", ylabel="left from the start (%)", ylim=(0, 100))
    right.legend(loc="upper right")


def _sigma() -> Any:
    claim = theory.overestimation.claim.claims["two normal estimates of zero"]
    (symbol,) = claim.rhs.free_symbols
    return symbol


def _left_turns(rng: np.random.Generator, tables: int, runs: int, episodes: int) -> Any:
    """The share of runs that go left in each episode, with step 0.1 and exploration 0.1 (Sutton and Barto's 6.7)."""
    first, second = np.zeros((tables, runs, 2)), np.zeros((tables, runs, 10))  # left and right; ten actions
    every, share = np.arange(runs), []
    for _ in range(episodes):
        went = _explored(rng, first.sum(axis=0)) == 0
        share.append(went.mean())
        action = _explored(rng, second.sum(axis=0))
        paid = rng.normal(-0.1, 1, runs)
        chosen = rng.integers(0, tables, runs)
        greedy = second[chosen, every].argmax(axis=1)
        following = second[(chosen + 1) % tables, every, greedy]
        old = first[chosen, every, 0]
        first[chosen, every, 0] = np.where(went, old + 0.1 * (following - old), old)
        chosen = rng.integers(0, tables, runs)
        before = second[chosen, every, action]
        second[chosen, every, action] = np.where(went, before + 0.1 * (paid - before), before)
    return np.array(share)


def _explored(rng: np.random.Generator, values: Any) -> Any:
    """The best action, ties broken at random, or with probability 0.1 any action."""
    runs, actions = values.shape
    best = (values + 1e-9 * rng.random(values.shape)).argmax(axis=1)
    return np.where(rng.random(runs) < 0.1, rng.integers(0, actions, runs), best)
