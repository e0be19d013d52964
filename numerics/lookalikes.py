"""What a wrong implementation looks like: the known mistake that fits all values that were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .adversarial_inputs import Case, cases
from .reference_values import plain
from .targets import Target, target_named

Array = NDArray[np.float64]

FEW = 64
"""Inputs with more entries are not looked at."""
CLOSE = {"float64": 1e-8, "float32": 2e-4}


@dataclass(frozen=True, eq=False)
class Seen:
    """What came back at a case: the value (None where the call failed), and the right value with its scale."""

    place: int
    case: Case
    found: Array | None
    right: Array
    scale: Array


def looks_like(target: Target, seed: int, dtype: str, seen: Sequence[Seen]) -> str | None:
    """The name of the mistake that fits every value seen, or None; the target's own mistakes come first."""
    few = [one for one in seen if one.case.entries <= FEW]
    for name in target.mutants:
        predicted = _mutant_values(target.name, seed, name)
        if _fits([(one, predicted[one.place]) for one in few], dtype):
            return name
    for name, factors in _factors(target, few):
        if _fits([(one, one.right * factor) for one, factor in zip(few, factors, strict=True)], dtype):
            return name
    if _fits([(one, one.right.T) for one in few], dtype):
        return "the transposed form"
    offsets = [float(np.median(one.found - one.right)) for one in few if one.found is not None and _comparable(one)]
    if offsets and _fits([(one, one.right + offsets[0]) for one in few], dtype):
        return f"off by the constant {offsets[0]:.6g}"
    return None


def _comparable(one: Seen) -> bool:
    return one.found is not None and one.found.shape == one.right.shape and bool(np.isfinite(one.found).all())


@lru_cache(maxsize=1024)
def _mutant_values(name: str, seed: int, mutant: str) -> tuple[Array | None, ...]:
    target = target_named(name)
    formula = target.mutants[mutant]
    return tuple(plain(formula, one.values) if one.entries <= FEW else None for one in cases(target, seed))


def _fits(pairs: Sequence[tuple[Seen, Array | None]], dtype: str) -> bool:
    """Whether all values agree, one at least being a number and away from the right value."""
    told = False
    for one, predicted in pairs:
        if one.found is None or predicted is None:
            if predicted is not one.found:
                return False
            continue
        if predicted.shape != one.found.shape:
            return False
        scale = np.abs(predicted) + (one.scale if one.scale.shape == predicted.shape else np.max(np.abs(predicted)))
        with np.errstate(all="ignore"):
            apart = np.abs(one.found - predicted) > CLOSE[dtype] * scale
            apart |= np.isnan(one.found) & np.isfinite(predicted)
            if np.any(apart & np.isfinite(predicted)):
                return False
            if predicted.shape != one.right.shape:
                told = told or bool(np.isfinite(predicted).any())
            else:
                told = told or bool(np.any(np.abs(predicted - one.right) > CLOSE[dtype] * one.scale))
    return told


def _factors(target: Target, seen: Sequence[Seen]) -> Iterator[tuple[str, list[Any]]]:
    """Factors that a result is often off by: of sign, 2, log 2, and lengths of axes."""
    for name, factor in CONSTANTS.items():
        yield name, [factor] * len(seen)
    lengths = [_lengths(target, one.case) for one in seen]
    for several in (1, 2):
        for axes in combinations(target.axes, several):
            products = [float(np.prod([one[axis] for axis in axes])) for one in lengths]
            what = " and ".join(axes)
            yield f"mean over {what} forgotten: {what} times too large", products
            yield f"divided by {what}, where it is not due", [1 / one for one in products]


CONSTANTS = {
    "sign": -1.0,
    "twice the right value": 2.0,
    "half the right value": 0.5,
    "logarithm base 2, not natural": 1 / np.log(2),
    "four times the right value": 4.0,
    "a quarter of the right value": 0.25,
}


def _lengths(target: Target, case: Case) -> dict[str, int]:
    return {
        axis: int(length)
        for one, value in zip(target.arguments, case.values, strict=True)
        for axis, length in zip(one.axes, np.shape(value), strict=True)
    }


def gradient_looks_like(pairs: Sequence[tuple[Array, Array]]) -> str | None:
    """What gradients look like that are not right, from pairs (found, right): zero, or off by a constant factor."""
    told = [(found, right) for found, right in pairs if np.isfinite(right).all() and np.abs(right).max() > 0]
    for name, factor in {"no gradient: zero everywhere": 0.0, **CONSTANTS}.items():
        if told and all(np.allclose(found, factor * right, rtol=1e-4, atol=1e-12) for found, right in told):
            return name
    return None
