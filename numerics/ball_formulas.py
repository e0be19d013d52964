"""Formulas that several reference tables use, on NumPy arrays of balls (python-flint's `arb`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

nonnegative = np.frompyfunc(lambda v: v.nonnegative_part(), 1, 1)
"""max(v, 0); of a ball that cannot be told from a negative one, a ball from 0 on."""
cosh = np.frompyfunc(lambda v: v.cosh(), 1, 1)
sign = np.frompyfunc(lambda v: arb(int(v > 0) - int(v < 0)), 1, 1)
_information = np.frompyfunc(lambda p, q: arb(0) if p == 0 else p * (p / q).log(), 2, 1)
_log_weighted = np.frompyfunc(lambda p, q: arb(0) if p == 0 else p * q.log(), 2, 1)


def sigmoid(z: Any) -> Any:
    """1/(1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softplus(z: Any) -> Any:
    """log(1 + exp z)."""
    return np.log(1 + np.exp(z))


def softmax(z: Any, axis: int = -1) -> Any:
    """exp z over its sum along the axis."""
    powers = np.exp(z)
    return powers / np.sum(powers, axis=axis, keepdims=True)


def log_sum_exp(z: Any, axis: int = -1) -> Any:
    """The logarithm of the sum of exponentials along the axis."""
    return np.log(np.sum(np.exp(z), axis=axis))


def kl(p: Any, q: Any) -> Any:
    """The sum of p log(p/q) along the last axis, with 0 log 0 = 0."""
    return np.sum(_information(p, q), axis=-1)


def weighted_logs(p: Any, q: Any) -> Any:
    """p log q entry by entry, with 0 log 0 = 0."""
    return _log_weighted(p, q)


def one_hot(labels: Any, classes: int) -> Any:
    """Rows with a one at the label."""
    return np.eye(classes, dtype=int)[labels]


def chosen(rows: Any, labels: Any) -> Any:
    """The entry of each row that its label names."""
    return np.take_along_axis(rows, labels[:, None], axis=1)[:, 0]


def ln2() -> Any:
    """log 2 at the present precision."""
    return arb(2).log()


def pi() -> Any:
    """pi at the present precision."""
    return arb.pi()


def norm(v: Any) -> Any:
    """The Euclidean norm of all entries."""
    return np.sum(v * v).sqrt()
