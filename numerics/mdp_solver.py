"""Solving finite Markov decision processes: values and a policy, with a proved bound on the error of the values.

    solution = solve(DecisionProcess.of(transitions, rewards, 0.95))
    solution.values, solution.policy, solution.error

The numbers given are taken for what they are, rows for proportional to the transition probabilities (one third has no
floating-point form).  Policy iteration is done in floating point and may err; what it ends with is judged by its
Bellman residual, the rounding of which is bounded from the data: |values - V*| <= error, whatever came before.
`exact` goes on in rational arithmetic, for processes of a few dozen states, to a policy that is optimal and its values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

EPS = 2.0**-53
"""Half a unit in the last place of 1: the relative error of one rounded operation."""

ROW_SLACK = 1e-9
"""How far a row of transition probabilities may add up to another number than one and still be a rounded law."""

DENSE = 0.2
"""The share of entries that are not zero from which on the rows are multiplied as an array."""


@dataclass(frozen=True)
class DecisionProcess:
    """Transition rows, one for each state and action (row s * actions + a), expected rewards, and the discount.

    Made by `of` or `from_table`, which check them.
    """

    moves: Any
    rewards: Array
    discount: float
    sums: Array  # of each row, as rounded: one for each state and action
    longest: int  # the most entries that a row has
    dense: Any = None  # the same rows as an array, where that is faster

    @property
    def states(self) -> int:
        """How many states there are."""
        return int(self.rewards.shape[0])

    @property
    def actions(self) -> int:
        """How many actions each state has."""
        return int(self.rewards.shape[1])

    @classmethod
    def of(cls, transitions: Any, rewards: Any, discount: float) -> DecisionProcess:
        """A process with transitions[s, a, s'] and rewards[s, a] or rewards[s, a, s'].

        Raises ValueError, which names state and action, for arrays that do not fit, a probability that is negative or
        not finite, a row that does not add up to one, a reward that is not finite, and a discount outside [0, 1).
        """
        P, R = np.asarray(transitions, dtype=float), np.asarray(rewards, dtype=float)
        if P.ndim != 3 or P.shape[0] != P.shape[2] or P.size == 0:
            raise ValueError(f"transitions have the shape {P.shape}, not (states, actions, states)")
        if R.shape not in (P.shape[:2], P.shape):
            raise ValueError(f"rewards have the shape {R.shape}, not {P.shape[:2]} or {P.shape}")
        _refuse(~np.isfinite(R).reshape(*P.shape[:2], -1).all(axis=2), "a reward is not finite")
        if R.ndim == 3:
            R = np.einsum("sat,sat->sa", P, R)
        return cls._checked(sp.csr_array(P.reshape(-1, P.shape[2])), R, discount)

    @classmethod
    def from_table(cls, table: Mapping[int, Mapping[int, Sequence[Any]]], discount: float) -> DecisionProcess:
        """A process from Gymnasium's `env.unwrapped.P`: lists of (probability, next state, reward, ended).

        A transition that ends the episode leads to one state more, the last, where nothing is ever paid again.
        Raises ValueError as `of` does.
        """
        count, actions = len(table), len(table[0])
        rewards = np.zeros((count + 1, actions))
        row, column, weight = [], [], []
        for s, choices in table.items():
            for a, outcomes in choices.items():
                for chance, following, paid, ended in outcomes:
                    row.append(s * actions + a)
                    column.append(count if ended else int(following))
                    weight.append(float(chance))
                    rewards[s, a] += chance * paid
        row += [count * actions + a for a in range(actions)]
        column, weight = column + [count] * actions, weight + [1.0] * actions
        shape = ((count + 1) * actions, count + 1)
        return cls._checked(sp.csr_array(sp.coo_array((weight, (row, column)), shape=shape)), rewards, discount)

    @classmethod
    def _checked(cls, moves: Any, rewards: Array, discount: float) -> DecisionProcess:
        if not 0 <= discount < 1:
            raise ValueError(_told(moves, rewards, discount))
        shape = rewards.shape
        _refuse(~np.isfinite(rewards), "a reward is not finite")
        worst = np.zeros(shape[0] * shape[1], dtype=bool)
        bad = ~np.isfinite(moves.data) | (moves.data < 0)
        worst[np.repeat(np.arange(len(worst)), np.diff(moves.indptr))[bad]] = True
        _refuse(worst.reshape(shape), "a probability is negative or not finite")
        sums = np.asarray(moves.sum(axis=1)).reshape(shape)
        _refuse(np.abs(sums - 1) > ROW_SLACK, "the probabilities do not add up to one", sums)
        dense = moves.toarray() if moves.nnz > DENSE * moves.shape[0] * moves.shape[1] else None
        return cls(moves, rewards, float(discount), sums, int(np.diff(moves.indptr).max()), dense)

    def action_values(self, values: Array) -> Array:
        """R(s, a) + discount * sum P(s'|s, a) values(s'), rounded."""
        return self.rewards + self.discount * self.means(values)

    def means(self, values: Array) -> Array:
        """The mean of values(s') for each state and action, rounded."""
        rows = self.moves if self.dense is None else self.dense
        found: Array = (rows @ values).reshape(self.rewards.shape)
        return found

    def chain(self, policy: Integers) -> tuple[Any, Array]:
        """Transition matrix and rewards of a deterministic policy."""
        states = np.arange(self.states)
        rows = self.moves if self.dense is None else self.dense
        return rows[states * self.actions + policy], self.rewards[states, policy]


def _refuse(bad: NDArray[np.bool_], why: str, numbers: Array | None = None) -> None:
    if bad.any():
        s, a = (int(i) for i in np.argwhere(bad)[0])
        told = "" if numbers is None else f" but to {numbers[s, a]!r}".replace("np.float64(", "").replace(")", "")
        raise ValueError(f"state {s}, action {a}: {why}{told}")


def _told(moves: Any, rewards: Array, discount: float) -> str:
    """Why the discount is refused; at one, with a state and action that would earn for ever."""
    if discount != 1:
        return f"the discount {discount} is not in [0, 1)"
    actions = rewards.shape[1]
    for s in range(rewards.shape[0]):
        for a in range(actions):
            if moves[s * actions + a, s] == 1:
                return f"discount 1: state {s} is absorbing under action {a}, so that values may not exist; give less"
    return "discount 1: values may not exist; give less"


@dataclass(frozen=True)
class Solution:
    """Values and a policy: |values - V*| <= error in every state, and the policy loses at most `loss` in any.

    residual: the bound on |T values - values|, rounding included; rounds: of policy iteration.
    """

    values: Array
    policy: Integers
    error: float
    loss: float
    residual: float
    rounds: int


def solve(process: DecisionProcess, rounds: int = 1000) -> Solution:
    """The optimal values with an error that is proved, and a policy with a bound on what it loses.

    Policy iteration: evaluate by a linear solve, improve where an action is better beyond rounding, so that ties do not
    make it go round in circles. The bounds hold even where `rounds` ends it early.
    """
    policy = process.action_values(process.rewards.max(axis=1)).argmax(axis=1)
    values = evaluate(process, policy)
    done = 0
    while done < rounds:
        done += 1
        table = process.action_values(values)
        own = table[np.arange(process.states), policy]
        slack = 64 * EPS * (1 + np.abs(values).max()) / (1 - process.discount)
        better = np.where(table.max(axis=1) > own + slack, table.argmax(axis=1), policy)
        if (better == policy).all():
            break
        policy, values = better, evaluate(process, better)
    return certified(process, values, policy, done)


def evaluate(process: DecisionProcess, policy: Integers) -> Array:
    """The values of a deterministic policy by a direct solver, sparse where the rows are, rounded."""
    moves, paid = process.chain(policy)
    if process.dense is not None:
        return np.asarray(np.linalg.solve(np.eye(process.states) - process.discount * moves, paid), dtype=float)
    system = sp.csc_array(sp.eye_array(process.states) - process.discount * moves)
    found: Array = np.atleast_1d(np.asarray(spsolve(system, paid), dtype=float))
    return found


def value_iteration(process: DecisionProcess, tolerance: float) -> Solution:
    """Backups from zero until the bound on the error is at most the tolerance, or rounding stops them."""
    values, rounds = np.zeros(process.states), 0
    goal, before = tolerance * (1 - process.discount), math.inf
    while True:
        table = process.action_values(values)
        after = table.max(axis=1)
        step = float(np.abs(after - values).max())
        values, rounds = after, rounds + 1
        if step * process.discount <= goal / 2 or (step >= before and step < 1e-9 * (1 + np.abs(values).max())):
            break
        before = step
    return certified(process, values, process.action_values(values).argmax(axis=1), rounds)


def modified_policy_iteration(process: DecisionProcess, tolerance: float, sweeps: int = 20) -> Solution:
    """Backups each followed by `sweeps` more under the greedy policy, until the bound on the error is at most the
    tolerance, or rounding stops them (Puterman and Shin, 1978).

    It starts from values that a backup raises everywhere, from where every step goes up to the optimal values.
    """
    values = np.full(process.states, process.rewards.min() / (1 - process.discount))
    rounds, before = 0, math.inf
    while True:
        table = process.action_values(values)
        policy, after = table.argmax(axis=1), table.max(axis=1)
        step, rounds = float(np.abs(after - values).max()), rounds + 1
        if step <= tolerance * (1 - process.discount) / 2 or (
            step >= before and step < 1e-9 * (1 + np.abs(after).max())
        ):
            return certified(process, after, policy, rounds)
        before, values = step, after
        moves, paid = process.chain(policy)
        for _ in range(sweeps):
            values = paid + process.discount * (moves @ values)


def certified(process: DecisionProcess, values: Array, policy: Integers, rounds: int = 0) -> Solution:
    """Values and policy with their bounds, whatever they come from.

    |T V - V| <= rho and |T_pi V - V| <= rho' give |V - V*| <= rho/(1 - discount), and the policy's values are off V by
    at most rho'/(1 - discount). Raises ValueError for values that are not finite.
    """
    if values.shape != (process.states,) or not np.isfinite(values).all():
        raise ValueError("the values are not finite, or not one for each state")
    table = process.action_values(values)
    slack = _rounding(process, values)
    residual = _up(float((np.abs(table.max(axis=1) - values) * (1 + 2 * EPS) + slack.max(axis=1)).max()))
    states = np.arange(process.states)
    own = np.abs(table[states, policy] - values) * (1 + 2 * EPS) + slack[states, policy]
    followed = _up(float(own.max()))
    reach = math.nextafter(1 - process.discount, 0)  # 1 - discount, rounded towards zero
    error = _up(residual / reach)
    loss = _up(error + _up(followed / reach))
    return Solution(values, policy, error, loss, residual, rounds)


def _rounding(process: DecisionProcess, values: Array) -> Array:
    """How far each action value may be from that of the exact process, with its rows divided by their sums.

    Sums of n products err by (n + 1) u/(1 - (n + 1) u) times the sum of absolute values; a row that adds up to 1 + e is
    divided by it, which moves the mean by |e|/(1 + e) of it; then a product and a sum are rounded.
    """
    longest = (process.longest if process.dense is None else process.states) + 4
    unit = longest * EPS / (1 - longest * EPS)
    magnitude = process.means(np.abs(values))
    off = np.abs(process.sums - 1) + unit * process.sums
    mean = process.discount * magnitude * (unit + off / (1 - off)) * (1 + 8 * unit)
    found: Array = mean + 4 * EPS * (np.abs(process.rewards) + process.discount * magnitude) + 8 * np.finfo(float).tiny
    return found


def _up(value: float) -> float:
    """The next number above, twice: more than one rounding of a positive result."""
    return math.nextafter(math.nextafter(value, math.inf), math.inf)


def exact(process: DecisionProcess, policy: Integers) -> tuple[list[Fraction], list[int]]:
    """The optimal values and an optimal policy in rational arithmetic, by policy iteration that starts at a policy.

    The rows are divided by their sums first. For processes of a few dozen states; the fractions grow.
    """
    from flint import fmpq, fmpq_mat

    def fraction(number: float) -> Any:
        return fmpq(*float(number).as_integer_ratio())

    n, actions, discount = process.states, process.actions, fraction(process.discount)
    rows = [[fraction(p) for p in row] for row in process.moves.toarray()]
    rows = [[p / total for p in row] for row in rows for total in [sum(row, fmpq(0))]]
    rewards = [[fraction(r) for r in row] for row in process.rewards]
    chosen = [int(a) for a in policy]
    while True:
        own = [rows[s * actions + a] for s, a in enumerate(chosen)]
        system = fmpq_mat(n, n, [int(i == j) - discount * own[i][j] for i in range(n) for j in range(n)])
        values = system.solve(fmpq_mat(n, 1, [rewards[s][a] for s, a in enumerate(chosen)]))
        later = (fmpq_mat(n * actions, n, [p for row in rows for p in row]) * values).table()
        table = [[rewards[s][a] + discount * later[s * actions + a][0] for a in range(actions)] for s in range(n)]
        better = [a if row[a] >= max(row) else row.index(max(row)) for a, row in zip(chosen, table, strict=True)]
        if better == chosen:
            return [Fraction(int(v[0].p), int(v[0].q)) for v in values.table()], chosen
        chosen = better


def random_process(rng: np.random.Generator, states: int, actions: int, discount: float) -> DecisionProcess:
    """A process with Dirichlet rows of which a third of the entries vanish, and normal rewards."""
    weights = rng.exponential(size=(states, actions, states)) * (rng.random((states, actions, states)) < 2 / 3)
    weights[..., 0] += 1e-3
    transitions = weights / weights.sum(axis=2, keepdims=True)
    return DecisionProcess.of(transitions, rng.normal(size=(states, actions)), discount)
