"""Q-learning and double Q-learning in sweeps: every state and action is sampled once in each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .mdp_solver import Array, DecisionProcess


def learn(process: DecisionProcess, rng: np.random.Generator, sweeps: int, tables: int = 1) -> Iterator[Array]:
    """The table after each sweep (the mean of both where there are two): one sampled next state for each pair.

    The step is 1/(1 + (1 - discount) n) in the n-th update of a table: its sum is infinite and its sum of squares
    finite, as convergence needs. With two tables one of them, chosen at random, is updated in each entry, at the value
    that the other gives to its own best action.
    """
    states, actions = process.rewards.shape
    reached = np.cumsum(process.moves.toarray(), axis=1).reshape(states, actions, states)
    reached[..., -1] = 1.0
    values = np.zeros((tables, states, actions))
    updates = np.zeros(values.shape)
    pair = np.indices((states, actions))
    for _ in range(sweeps):
        drawn = rng.random((states, actions, 1))
        following = (drawn >= reached).sum(axis=2)
        chosen = rng.integers(0, tables, (states, actions))
        greedy = values.argmax(axis=2)[chosen, following]
        target = process.rewards + process.discount * values[(chosen + 1) % tables, following, greedy]
        entry = (chosen, *pair)
        updates[entry] += 1
        step = 1 / (1 + (1 - process.discount) * updates[entry])
        values[entry] += step * (target - values[entry])
        yield values.mean(axis=0)
