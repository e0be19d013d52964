"""Inputs that implementations are tried on: random ones, and those that find mistakes.

Ties, zeros, whole numbers, single samples, long axes, one-hot laws, and extremes of magnitude. Every number is exact in
single precision, laws have dyadic probabilities that sum to exactly one, so one reference value serves both precisions.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .targets import Argument, Target

Values = tuple[Any, ...]
"""The arguments in order: float64 arrays, int64 arrays of labels, and Python numbers where there is no axis."""

MODERATE, EXTREME = "moderate", "extreme"
MOST = 1024
"""The most entries of an argument."""
GRID = 2.0**-8
MAGNITUDES = (2.0**-20, 1.0, 24.0, 50.0, 100.0, 800.0, 1e4)


@dataclass(frozen=True, eq=False)
class Case:
    """One input: its values, what kind it is ("ties", "extreme 2", ...), and whether it is moderate or extreme."""

    values: Values
    flavour: str
    level: str = MODERATE

    @property
    def entries(self) -> int:
        """The number of entries of its largest argument."""
        return max(int(np.size(one)) for one in self.values)


def cases(target: Target, seed: int) -> list[Case]:
    """The inputs that an implementation of the target is tried on, the smallest first; the seed decides them."""
    rng = np.random.default_rng([zlib.crc32(target.name.encode()), seed])
    found = [_case(rng, target, _sizes(rng, target, 1, 1), "single")]
    found += [_case(rng, target, _sizes(rng, target, 2, 2), one) for one in ("square", "ties", "zeros", "ends")]
    found += [_case(rng, target, _sizes(rng, target, 2, 4), one) for one in ("random", "random", "ties", "ends")]
    found += [_case(rng, target, dict.fromkeys(target.axes, 3), "square")]
    for axis in target.axes:
        found.append(_case(rng, target, {**dict.fromkeys(target.axes, 2), axis: target.longest}, f"long {axis}"))
    found = [one for one in found if one.entries <= MOST]
    low = max(2, *target.least.values()) if target.least else 1
    for n, most in enumerate((2, 2, 3, 8, 8), 1):
        found.append(_case(rng, target, _sizes(rng, target, max(low, most // 2), most), f"extreme {n}", EXTREME))
    return found


def _sizes(rng: np.random.Generator, target: Target, low: int, high: int) -> dict[str, int]:
    return {axis: max(int(rng.integers(low, high + 1)), target.least.get(axis, 1)) for axis in target.axes}


def _case(
    rng: np.random.Generator, target: Target, sizes: Mapping[str, int], flavour: str, level: str = MODERATE
) -> Case:
    return Case(tuple(_draw(rng, one, sizes, flavour) for one in target.arguments), flavour, level)


def _draw(rng: np.random.Generator, argument: Argument, sizes: Mapping[str, int], flavour: str) -> Any:
    shape = tuple(sizes[axis] for axis in argument.axes)
    kind = flavour.partition(" ")[0]
    if argument.kind == "label":
        return rng.integers(0, sizes[argument.of], shape)
    if argument.kind == "count":
        return int(rng.choice([1, 10**6]) if kind == "extreme" else rng.integers(1, 60))
    drawn = _DRAW[argument.kind](rng, shape, kind, argument)
    return np.asarray(drawn, dtype=np.float32).astype(np.float64) if shape else float(np.float32(drawn))


def _real(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    if kind == "zeros":
        return np.zeros(shape)
    if kind == "ties":
        return rng.integers(-1, 3, shape).astype(float)
    ordinary = np.round(1.5 * rng.standard_normal(shape) / GRID) * GRID
    if kind != "extreme":
        return ordinary
    sizes = np.array([size for size in MAGNITUDES if size <= argument.extent])
    drawn = rng.choice([-1.0, 1.0], shape) * rng.choice(sizes, shape)
    return np.where(rng.random(shape) < 0.8, drawn, ordinary)


def _nonzero(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    drawn = np.asarray(_real(rng, shape, "random" if kind == "zeros" else kind, argument))
    return np.where(drawn == 0, 1.0, drawn)


def _distinct(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    steps = np.argsort(rng.random(shape), axis=-1)
    scale = rng.choice([1.0, 100.0, 1000.0]) if kind == "extreme" else rng.choice([0.25, 1.0, 1.5])
    return (steps - shape[-1] // 2) * scale


def _positive(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    if kind in ("zeros", "ties"):
        return rng.integers(1, 3, shape).astype(float)
    if kind != "extreme":
        return np.maximum(np.round(np.exp(0.7 * rng.standard_normal(shape)) / GRID), 32) * GRID
    return np.exp(rng.uniform(-np.log(argument.extent), np.log(argument.extent), shape))


def _unit(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    if kind == "zeros":
        return np.full(shape, 0.5)
    if kind == "ties":
        return rng.choice([0.25, 0.5, 0.75], shape)
    if kind != "extreme":
        return rng.integers(13, 243, shape) / 256
    return rng.choice([2.0**-20, 2.0**-10, 0.5, 1 - 2.0**-10, 1 - 2.0**-20], shape)


def _share(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    return rng.choice([0.0, 1.0], shape) if kind in ("ends", "extreme") else _unit(rng, shape, kind, argument)


def _binary(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    return np.zeros(shape) if kind == "zeros" else rng.integers(0, 2, shape).astype(float)


def _law(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    """Dyadic weights that sum to exactly one: the cells into which random cuts divide 2^16 atoms."""
    classes = shape[-1]
    if argument.sparse and kind in ("ends", "extreme"):
        return np.eye(classes)[rng.integers(0, classes, shape[:-1])]
    atoms = 2**20 if kind == "extreme" else 2**12
    drawn = rng.dirichlet(np.full(classes, 0.1 if kind == "extreme" else 1.0), shape[:-1])
    if kind == "zeros":
        drawn = np.full(shape, 1 / classes)
    counts = np.maximum(np.floor(drawn * (atoms - classes)), 0) + 1
    counts[..., 0] += atoms - counts.sum(axis=-1)
    return counts / atoms


def _definite(rng: np.random.Generator, shape: tuple[int, ...], kind: str, argument: Argument) -> Any:
    n = shape[-1]
    root = np.round(rng.standard_normal(shape) * 4) / 4
    scale = rng.choice([2.0**-10, 2.0**10]) if kind == "extreme" else 1.0
    return scale * (root @ root.T + np.eye(n) / 4) if kind != "zeros" else np.eye(n)


_DRAW = {
    "real": _real,
    "nonzero": _nonzero,
    "distinct": _distinct,
    "positive": _positive,
    "unit": _unit,
    "share": _share,
    "binary": _binary,
    "law": _law,
    "definite": _definite,
}


def admissible(argument: Argument, value: Any, values: Values, target: Target) -> bool:
    """Whether the value lies in the argument's domain, beside the other values."""
    array: NDArray[Any] = np.asarray(value)
    if array.size == 0:
        return False
    if argument.kind == "label":
        axis = [one.axes for one in target.arguments]
        length = next(
            np.shape(values[i])[axes.index(argument.of)] for i, axes in enumerate(axis) if argument.of in axes
        )
        return bool((array >= 0).all() and (array < length).all())
    if argument.kind == "law":
        positive = (array >= 0).all() if argument.sparse else (array > 0).all()
        return bool(positive and (array.sum(axis=-1) == 1).all())
    if argument.kind == "distinct":
        ordered = np.sort(array, axis=-1)
        return bool((ordered[..., 1:] > ordered[..., :-1]).all())
    if argument.kind == "definite":
        return bool((array == array.T).all() and (np.linalg.eigvalsh(array) > 0).all())
    return bool(_INSIDE[argument.kind](array).all())


_INSIDE = {
    "real": lambda v: np.isfinite(v),
    "nonzero": lambda v: v != 0,
    "positive": lambda v: v > 0,
    "unit": lambda v: (v > 0) & (v < 1),
    "share": lambda v: (v >= 0) & (v <= 1),
    "binary": lambda v: (v == 0) | (v == 1),
    "count": lambda v: v >= 1,
}
