"""The smallest failing input: fewer samples and dimensions first, then simpler numbers, as long as it still fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from .adversarial_inputs import Case, Values, admissible
from .targets import Argument, Target

ATTEMPTS = 400
"""The most candidates that are tried."""


def shrink(target: Target, case: Case, fails: Callable[[Case], bool], attempts: int = ATTEMPTS) -> Case:
    """The case made as small as can be while `fails` stays true of it; deterministic."""
    left = attempts
    found = True
    while found and left > 0:
        found = False
        for values in candidates(target, case.values):
            if left <= 0:
                break
            smaller = Case(values, case.flavour, case.level)
            if cost(values) >= cost(case.values) or not _inside(target, values):
                continue
            left -= 1
            if fails(smaller):
                case, found = smaller, True
                break
    return case


def cost(values: Values) -> float:
    """How far from small: entries count most, then how long their numbers are to write."""
    flat = [one for value in values for one in np.ravel(value)]
    return 1000.0 * len(flat) + sum(map(_length, flat))


def _length(number: Any) -> float:
    exact = Fraction(float(number))
    negative = 0.5 if number < 0 else 0.0
    return negative + math.log2(1 + abs(exact)) + 3 * (exact.denominator.bit_length() - 1)


def _inside(target: Target, values: Values) -> bool:
    return all(admissible(one, value, values, target) for one, value in zip(target.arguments, values, strict=True))


def candidates(target: Target, values: Values) -> Iterator[Values]:
    """Simpler inputs: shorter axes, then all numbers of an argument at once, then one by one."""
    for axis in target.axes:
        length = _length_of(target, values, axis)
        kept = [list(range(k)) for k in sorted({1, 2, length // 2}) if k < length]
        kept += [[i for i in range(length) if i != gone] for gone in range(min(length, 8))]
        for keep in kept:
            if len(keep) >= target.least.get(axis, 1):
                yield _cut(target, values, axis, keep)
    for place, (argument, value) in enumerate(zip(target.arguments, values, strict=True)):
        for simpler in _simpler(argument, value):
            yield (*values[:place], simpler, *values[place + 1 :])


def _length_of(target: Target, values: Values, axis: str) -> int:
    for one, value in zip(target.arguments, values, strict=True):
        if axis in one.axes:
            return int(np.shape(value)[one.axes.index(axis)])
    return 1


def _cut(target: Target, values: Values, axis: str, keep: list[int]) -> Values:
    found = []
    for one, value in zip(target.arguments, values, strict=True):
        for place in [i for i, name in enumerate(one.axes) if name == axis]:
            value = np.take(value, keep, axis=place)
        if one.kind == "law" and one.axes and one.axes[-1] == axis:
            value[..., 0] += 1 - value.sum(axis=-1)
        if one.of == axis:
            value = np.minimum(value, len(keep) - 1)
        found.append(value)
    return tuple(found)


def _simpler(argument: Argument, value: Any) -> Iterator[Any]:
    if not isinstance(value, np.ndarray):
        yield from _numbers(argument, value)
        return
    if argument.kind == "law":
        yield from _laws(value)
        return
    if argument.kind == "definite":
        yield from (np.eye(len(value)), np.diag(np.diag(value)), np.round(value), np.floor(value / 2) * 2)
        return
    simple = {"unit": 0.5, "positive": 1, "nonzero": 1}.get(argument.kind, 0)
    yield np.full_like(value, simple)
    if argument.kind != "label":
        yield np.round(value)
        yield np.round(value * 4) / 4
    for index in np.ndindex(value.shape):
        for number in _numbers(argument, value[index]):
            simpler = value.copy()
            simpler[index] = number
            yield simpler


def _numbers(argument: Argument, number: Any) -> Iterator[Any]:
    if argument.kind in ("label", "count"):
        yield from (kind(number) for kind in (lambda n: 0, lambda n: 1, lambda n: 2, lambda n: n // 2))
        return
    yield from (0.0, 1.0, 0.5, 2.0, -1.0, 0.25, 0.75)
    yield from (float(round(part * number)) for part in (1, 0.5, 0.75, 0.9, 0.97))
    yield from (number - math.copysign(1, number), -number, number / 2)


def _laws(value: Any) -> Iterator[Any]:
    classes = value.shape[-1]
    for index in np.ndindex(value.shape[:-1]):
        rows = [np.eye(classes)[i] for i in range(min(classes, 4))]
        rows += [np.array([1 - (classes - 1) / 2.0**k] + [2.0**-k] * (classes - 1)) for k in range(1, 5)]
        rows += [row[::-1] for row in rows[-4:]]
        for row in rows:
            simpler = value.copy()
            simpler[index] = row
            yield simpler
