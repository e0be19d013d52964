"""Finite Markov decision processes in exact rational arithmetic: values of policies, backups, optimal policies.

Rewards and transition probabilities are fractions, so that every value below is exact and every comparison decides.

>>> walk = FiniteMDP.of([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [[0, 1], [2, 0]], Fraction(1, 2))
>>> walk.optimal()
(1, 0)
>>> [str(v) for v in walk.value(walk.optimal())]
['3', '4']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

Row = tuple[Fraction, ...]
Table = tuple[Row, ...]
Policy = tuple[int, ...]


@dataclass(frozen=True)
class FiniteMDP:
    """States 0..S-1, in each of them actions 0..A-1: transitions[s][a][s'], rewards[s][a], and the discount.

    Raises ValueError, which names state and action, for a row of another length, a negative probability or a row whose
    sum is not one, and for a discount outside [0, 1).
    """

    transitions: tuple[Table, ...]
    rewards: Table
    discount: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.discount < 1:
            raise ValueError(f"the discount {self.discount} is not in [0, 1)")
        if not self.transitions or len(self.rewards) != len(self.transitions):
            raise ValueError(f"{len(self.transitions)} states with transitions, {len(self.rewards)} with rewards")
        for s, (rows, rewards) in enumerate(zip(self.transitions, self.rewards, strict=True)):
            if not rows or len(rows) != len(rewards):
                raise ValueError(f"state {s}: {len(rows)} actions with transitions, {len(rewards)} with rewards")
            for a, row in enumerate(rows):
                if len(row) != self.states:
                    raise ValueError(f"state {s}, action {a}: {len(row)} probabilities for {self.states} states")
                if min(row) < 0:
                    raise ValueError(f"state {s}, action {a}: a probability is {min(row)}")
                if sum(row) != 1:
                    raise ValueError(f"state {s}, action {a}: the probabilities add up to {sum(row)}")

    @classmethod
    def of(cls, transitions: Any, rewards: Any, discount: Any) -> FiniteMDP:
        """The process of nested sequences of numbers; floating-point numbers stand for what they are, exactly."""
        moves = tuple(tuple(tuple(Fraction(p) for p in row) for row in rows) for rows in transitions)
        return cls(moves, tuple(tuple(Fraction(r) for r in row) for row in rewards), Fraction(discount))

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.transitions)

    def policies(self) -> Iterator[Policy]:
        """Every deterministic stationary policy."""
        return product(*(range(len(rows)) for rows in self.transitions))

    def action_values(self, values: Sequence[Fraction]) -> Table:
        """R(s, a) + discount * sum P(s'|s, a) values(s'), for every state and action."""
        return tuple(
            tuple(r + self.discount * dot(row, values) for r, row in zip(rewards, rows, strict=True))
            for rewards, rows in zip(self.rewards, self.transitions, strict=True)
        )

    def backup(self, values: Sequence[Fraction]) -> Row:
        """The Bellman optimality operator."""
        return tuple(max(row) for row in self.action_values(values))

    def greedy(self, values: Sequence[Fraction]) -> Policy:
        """The first best action in each state, judged by one step and then these values."""
        return tuple(row.index(max(row)) for row in self.action_values(values))

    def value(self, policy: Sequence[int | Sequence[Fraction]]) -> Row:
        """The expected discounted return from each state, under an action or a law on the actions in each state."""
        moves, rewards = self.chain(policy)
        return solve(_resolvent(moves, self.discount), rewards)

    def chain(self, policy: Sequence[int | Sequence[Fraction]]) -> tuple[Table, Row]:
        """Transition matrix and expected rewards of a policy."""
        laws = [self._law(s, choice) for s, choice in enumerate(policy)]
        moves = tuple(
            tuple(dot(law, [row[to] for row in rows]) for to in range(self.states))
            for law, rows in zip(laws, self.transitions, strict=True)
        )
        return moves, tuple(dot(law, rewards) for law, rewards in zip(laws, self.rewards, strict=True))

    def occupancy(self, policy: Sequence[int | Sequence[Fraction]], start: Sequence[Fraction]) -> Row:
        """sum over t of discount^t P(s_t = s) from the initial law: it adds up to 1/(1 - discount)."""
        matrix = _resolvent(self.chain(policy)[0], self.discount)
        return solve(tuple(zip(*matrix, strict=True)), tuple(start))

    def optimal(self) -> Policy:
        """An optimal policy, by policy iteration: exact, so that it ends."""
        policy: Policy = (0,) * self.states
        while True:
            values = self.value(policy)
            table = self.action_values(values)
            better = tuple(
                choice if row[choice] == max(row) else row.index(max(row))
                for choice, row in zip(policy, table, strict=True)
            )
            if better == policy:
                return policy
            policy = better

    def _law(self, state: int, choice: int | Sequence[Fraction]) -> Sequence[Fraction]:
        if isinstance(choice, int):
            return tuple(Fraction(int(a == choice)) for a in range(len(self.transitions[state])))
        return choice


def dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    """The sum of products."""
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def distance(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    """The largest absolute difference of two vectors."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _resolvent(moves: Table, discount: Fraction) -> Table:
    """The identity minus the discounted transition matrix."""
    return tuple(tuple(int(i == j) - discount * p for j, p in enumerate(row)) for i, row in enumerate(moves))


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Row:
    """The solution of a square linear system by elimination; raises ValueError where it is singular."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next((k for k in range(i, len(rows)) if rows[k][i] != 0), None)
        if pivot is None:
            raise ValueError("the linear system is singular")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in range(len(rows)):
            if k != i and rows[k][i] != 0:
                factor = rows[k][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    return tuple(row[-1] for row in rows)


@cache
def family() -> tuple[tuple[str, FiniteMDP], ...]:
    """Processes with 1 to 3 states and 1 to 3 actions, by name: one where patience pays, one where every policy is
    optimal, and others from a linear congruence, deterministic transitions and discount zero among them."""
    here, there = [[1, 0], [0, 1]], [[0, 1], [0, 1]]
    found = [
        ("patience", FiniteMDP.of([here, there], [[1, 0], [3, 3]], Fraction(1, 2))),
        ("indifference", FiniteMDP.of([here, here], [[1, 1], [1, 1]], Fraction(9, 10))),
    ]
    seed = 7
    for states, actions in product((1, 2, 3), (1, 2, 3)):
        for discount in (Fraction(0), Fraction(1, 2), Fraction(9, 10)):
            drawn = []
            for _ in range(states * actions * (states + 1)):
                seed = (1103515245 * seed + 12345) % 2**31
                drawn.append(seed >> 16)
            draws = iter(drawn)
            moves, rewards = [], []
            for _ in range(states):
                weights = [[next(draws) % 4 for _ in range(states)] for _ in range(actions)]
                weights = [row if any(row) else [1, *row[1:]] for row in weights]
                moves.append([[Fraction(w, sum(row)) for w in row] for row in weights])
                rewards.append([next(draws) % 11 - 5 for _ in range(actions)])
            name = f"{states} states, {actions} actions, discount {discount}"
            found.append((name, FiniteMDP.of(moves, rewards, discount)))
    return tuple(found)


SIZES = "29 rational processes with 1 to 3 states and actions, discounts 0, 1/2 and 9/10"
