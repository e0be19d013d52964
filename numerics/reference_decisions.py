"""Returns, Bellman backups, targets and policies: formulas and the mistakes made with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from .targets import Target, binary, count, distinct, label, law, real, share, summed, times, unit


def _returns(r: Any, gamma: Any) -> Any:
    total, found = arb(0), []
    for one in r[::-1]:
        total = one + gamma * total
        found.append(total)
    return np.array(found[::-1], dtype=object)


def _discounts(gamma: Any, n: int) -> Any:
    return np.array([gamma**k for k in range(n)], dtype=object)


def _late_returns(r: Any, gamma: Any) -> Any:
    """The first reward discounted once already."""
    return gamma * _returns(r, gamma)


def _backup(r: Any, p: Any, v: Any, gamma: Any) -> Any:
    return r + gamma * (p @ v)


def _best(r: Any, p: Any, v: Any, gamma: Any) -> Any:
    return np.max(_backup(r, p, v, gamma), axis=1)


def _target(r: Any, q: Any, done: Any, gamma: Any) -> Any:
    return r + gamma * (1 - done) * np.max(q, axis=1)


def _pick(rows: Any, by: Any) -> Any:
    return np.take_along_axis(rows, np.argmax(by, axis=1)[:, None], axis=1)[:, 0]


def _greedy(q: Any) -> Any:
    return np.eye(q.shape[1], dtype=int)[np.argmax(q, axis=1)]


def _exploring(q: Any, eps: Any) -> Any:
    return (1 - eps) * _greedy(q) + eps / q.shape[1]


def _chosen(q: Any, actions: Any) -> Any:
    return np.take_along_axis(q, actions[:, None], axis=1)[:, 0]


def _replay(q: Any, actions: Any, y: Any) -> Any:
    return np.mean((y - _chosen(q, actions)) ** 2)


def _clipped_target(r: Any, q: Any, done: Any, gamma: Any) -> Any:
    return r + gamma * done * np.max(q, axis=1)


TARGETS = (
    Target(
        "reinforcement.discounted_returns",
        "reinforcement.discounted_return",
        "G_t = r_t + gamma G_{t+1} for each of T steps, the last return being the last reward.",
        (real("rewards", "T"), unit("gamma")),
        _returns,
        {
            "discount off by one": _late_returns,
            "not discounted": lambda r, g: np.cumsum(r[::-1])[::-1],
            "the return from the start alone": lambda r, g: _returns(r, g)[0],
            "accumulated from the front": lambda r, g: _returns(r[::-1], g)[::-1],
            "discounted from the start: gamma^t G_t": lambda r, g: _returns(r, g) * _discounts(g, len(r)),
            "the discounted rewards, not summed": lambda r, g: r * _discounts(g, len(r)),
        },
    ),
    Target(
        "reinforcement.policy_evaluation_backup",
        "reinforcement.expectation_equation",
        "r + gamma P v for S states, where row s of P is the law of the next state after s.",
        (real("r", "S"), law("p", "S S", sparse=True), real("v", "S"), unit("gamma")),
        _backup,
        {
            "the transposed transition matrix": lambda r, p, v, g: r + g * (p.T @ v),
            "gamma forgotten": lambda r, p, v, g: r + p @ v,
            "gamma on the reward too": lambda r, p, v, g: g * (r + p @ v),
            "reward forgotten": lambda r, p, v, g: g * (p @ v),
            "1 - gamma for gamma": lambda r, p, v, g: _backup(r, p, v, 1 - g),
            "the best next state, not the mean": lambda r, p, v, g: r + g * np.max(v),
        },
    ),
    Target(
        "reinforcement.optimality_backup",
        "reinforcement.optimality_equation",
        "max over a of r(s, a) + gamma sum_t p(s, a, t) v(t), for S states and A actions.",
        (real("r", "S A"), law("p", "S A S", sparse=True), real("v", "S"), unit("gamma")),
        _best,
        {
            "the mean over actions": lambda r, p, v, g: np.mean(_backup(r, p, v, g), axis=1),
            "the smallest over actions": lambda r, p, v, g: np.min(_backup(r, p, v, g), axis=1),
            "gamma forgotten": lambda r, p, v, g: _best(r, p, v, 1),
            "gamma on the reward too": lambda r, p, v, g: g * _best(r, p, v, 1),
            "the best reward and the best future apart": lambda r, p, v, g: (
                np.max(r, axis=1) + g * np.max(p @ v, axis=1)
            ),
            "the action values, the maximum not taken": _backup,
            "the maximum over states": lambda r, p, v, g: np.max(_backup(r, p, v, g), axis=0),
        },
    ),
    Target(
        "reinforcement.action_values",
        "reinforcement.action_value",
        "Q(s, a) = r(s, a) + gamma sum_t p(s, a, t) v(t), for S states and A actions.",
        (real("r", "S A"), law("p", "S A S", sparse=True), real("v", "S"), unit("gamma")),
        _backup,
        {
            "gamma forgotten": lambda r, p, v, g: _backup(r, p, v, 1),
            "reward forgotten": lambda r, p, v, g: g * (p @ v),
            "the value of this state, not of the next": lambda r, p, v, g: r + g * v[:, None],
            "the advantage: v subtracted": lambda r, p, v, g: _backup(r, p, v, g) - v[:, None],
            "this and the next state exchanged": lambda r, p, v, g: r + g * (p.transpose(2, 1, 0) @ v),
        },
    ),
    Target(
        "reinforcement.q_learning_target",
        "reinforcement.bootstrap_target",
        "r + gamma (1 - done) max_a q(a) for N transitions with the next states' A action values.",
        (real("r", "N"), real("q_next", "N A"), binary("done", "N"), unit("gamma")),
        _target,
        {
            "end of the episode ignored": lambda r, q, d, g: _target(r, q, 0 * d, g),
            "done for 1 - done": _clipped_target,
            "reward dropped at the end of the episode too": lambda r, q, d, g: (1 - d) * (r + g * np.max(q, axis=1)),
            "gamma forgotten": lambda r, q, d, g: _target(r, q, d, 1),
            "gamma on the reward too": lambda r, q, d, g: g * _target(r, q, d, 1),
            "the mean over actions, not the maximum": lambda r, q, d, g: r + g * (1 - d) * np.mean(q, axis=1),
            "the smallest, not the maximum": lambda r, q, d, g: r + g * (1 - d) * np.min(q, axis=1),
            "the maximum over the whole batch": lambda r, q, d, g: r + g * (1 - d) * np.max(q),
        },
    ),
    Target(
        "reinforcement.double_q_target",
        "reinforcement.double_target",
        "r + gamma (1 - done) q_target(argmax_a q_online(a)) for N transitions.",
        (real("r", "N"), distinct("q_online", "N A"), real("q_target", "N A"), binary("done", "N"), unit("gamma")),
        lambda r, q, t, d, g: r + g * (1 - d) * _pick(t, q),
        {
            "the two networks exchanged": lambda r, q, t, d, g: r + g * (1 - d) * _pick(q, t),
            "the target network's own maximum": lambda r, q, t, d, g: _target(r, t, d, g),
            "the online network's own maximum": lambda r, q, t, d, g: _target(r, q, d, g),
            "end of the episode ignored": lambda r, q, t, d, g: r + g * _pick(t, q),
            "gamma forgotten": lambda r, q, t, d, g: r + (1 - d) * _pick(t, q),
            "the least preferred action": lambda r, q, t, d, g: r + g * (1 - d) * _pick(t, -q),
        },
        gradient=False,
    ),
    Target(
        "reinforcement.epsilon_greedy",
        "reinforcement.epsilon_greedy",
        "The probabilities of A actions in N states: 1 - epsilon + epsilon/A for the best, epsilon/A for the others.",
        (distinct("q", "N A"), share("epsilon")),
        _exploring,
        {
            "the best action left out of the exploration: 1 - epsilon": lambda q, e: (
                (1 - e) * _greedy(q) + e * (1 - _greedy(q)) / max(q.shape[1] - 1, 1)
            ),
            "epsilon for 1 - epsilon": lambda q, e: _exploring(q, 1 - e),
            "greedy, epsilon forgotten": lambda q, e: _exploring(q, 0 * e),
            "the worst action preferred": lambda q, e: _exploring(-q, e),
            "not normalized: epsilon/A forgotten for the best": lambda q, e: (
                (1 - e) * _greedy(q) + e / q.shape[1] * (1 - _greedy(q))
            ),
        },
        gradient=False,
    ),
    Target(
        "reinforcement.dueling",
        "reinforcement.centred_dueling",
        "v + a - mean a over the A actions, for N states.",
        (real("value", "N"), real("advantage", "N A")),
        lambda v, a: v[:, None] + a - np.mean(a, axis=1, keepdims=True),
        {
            "mean advantage not subtracted": lambda v, a: v[:, None] + a,
            "largest advantage subtracted": lambda v, a: v[:, None] + a - np.max(a, axis=1, keepdims=True),
            "mean over the whole batch subtracted": lambda v, a: v[:, None] + a - np.mean(a),
            "mean over the states subtracted": lambda v, a: v[:, None] + a - np.mean(a, axis=0),
            "value forgotten": lambda v, a: a - np.mean(a, axis=1, keepdims=True),
            "sum, not the mean, subtracted": lambda v, a: v[:, None] + a - np.sum(a, axis=1, keepdims=True),
        },
        terms=lambda v, a: np.abs(v)[:, None] + np.max(np.abs(a), axis=1, keepdims=True),
    ),
    Target(
        "reinforcement.q_learning_update",
        "reinforcement.q_learning_update",
        "q + alpha (r + gamma max_a q_next(a) - q) for N transitions.",
        (real("q", "N"), real("r", "N"), real("q_next", "N A"), unit("alpha"), unit("gamma")),
        lambda q, r, n, a, g: q + a * (r + g * np.max(n, axis=1) - q),
        {
            "sign of the error": lambda q, r, n, a, g: q - a * (r + g * np.max(n, axis=1) - q),
            "old value not subtracted": lambda q, r, n, a, g: q + a * (r + g * np.max(n, axis=1)),
            "gamma forgotten": lambda q, r, n, a, g: q + a * (r + np.max(n, axis=1) - q),
            "alpha and gamma exchanged": lambda q, r, n, a, g: q + g * (r + a * np.max(n, axis=1) - q),
            "the mean over actions (expected SARSA)": lambda q, r, n, a, g: q + a * (r + g * np.mean(n, axis=1) - q),
            "the target alone": lambda q, r, n, a, g: r + g * np.max(n, axis=1),
        },
        terms=lambda q, r, n, a, g: np.abs(q) + np.abs(r) + np.max(np.abs(n), axis=1),
    ),
    Target(
        "reinforcement.replay_loss",
        "reinforcement.replay_loss",
        "The mean over N transitions of (y - q(action))^2, for A action values each.",
        (real("q", "N A"), label("actions", "N", "A"), real("y", "N")),
        _replay,
        {
            "mean over N forgotten": summed(_replay),
            "half of it": times(0.5, _replay),
            "the largest action value, not that of the action": lambda q, k, y: np.mean((y - np.max(q, axis=1)) ** 2),
            "absolute error": lambda q, k, y: np.mean(np.abs(y - _chosen(q, k))),
            "all actions compared": lambda q, k, y: np.mean((y[:, None] - q) ** 2),
        },
    ),
    Target(
        "reinforcement.constant_return",
        "reinforcement.discounted_return",
        "The return c (1 - gamma^n)/(1 - gamma) of n equal rewards c.",
        (real("c", "N"), unit("gamma"), count("n")),
        lambda c, g, n: c * (1 - g**n) / (1 - g),
        {
            "one reward too many": lambda c, g, n: c * (1 - g ** (n + 1)) / (1 - g),
            "the endless sum": lambda c, g, n: c / (1 - g),
            "not discounted": lambda c, g, n: c * n,
            "discount off by one": lambda c, g, n: g * c * (1 - g**n) / (1 - g),
        },
    ),
)
