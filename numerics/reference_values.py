"""Reference values and gradients of targets, in ball arithmetic (python-flint's Arb) at adaptive precision.

A formula is evaluated on arrays of balls, with more bits until every ball is far narrower than double precision can
tell; so the textbook form is right to the last place even where it cancels or overflows in floating point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from .adversarial_inputs import Case, Values
from .targets import Formula, Target

Array = NDArray[np.float64]

BITS = (160, 700, 2600, 16000)
NARROW = 2.0**-75
STEP = -100
"""The binary exponent of the relative step of difference quotients."""
PARTS = 32
with ctx.workprec(128):  # so that these are exact
    SHRINK = tuple(1 - arb(k) / PARTS * arb(2) ** -60 for k in range(2 * PARTS + 1))
PATTERNS = 4


@dataclass(frozen=True)
class Reference:
    """A value as a sum of two doubles, and the size against which an error counts.

    scale: |f| + the change of f when its inputs change by one part in one (its conditioning) + the terms that cancel.
    terms: the largest of these terms.
    """

    high: Array
    low: Array
    scale: Array
    terms: float = 0.0

    def error(self, found: Array) -> Array:
        """The distance of a computed value from the true one."""
        with np.errstate(all="ignore"):
            distance: Array = np.abs((found - self.high) - self.low)
        return distance


@dataclass(frozen=True)
class Slope:
    """The one-sided derivatives by the entries of one argument, and the size against which an error counts."""

    lower: Array
    upper: Array
    scale: Array


def balls(values: Values) -> Values:
    """The values as object arrays of exact balls; labels and counts stay integers."""
    return tuple(_ball(one) for one in values)


def _ball(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "iu":
            return value
        found = np.empty(value.shape, dtype=object)
        found.flat[:] = [arb(float(one)) for one in value.flat]
        return found
    return value if isinstance(value, int) else arb(value)


def _as_array(value: Any) -> Any:
    found = np.asarray(value, dtype=object)
    result = np.empty(found.shape, dtype=object)
    result.flat[:] = [one if isinstance(one, arb) else arb(float(one)) for one in found.flat]
    return result


def _narrow(ball: Any, part: float, size: float) -> bool:
    if not ball.is_finite():
        return True
    radius = float(ball.rad())
    return radius == 0 or radius <= part * max(abs(float(ball.mid())), size)


def precisely(compute: Callable[[], Any], part: float = NARROW, sizes: Array | None = None) -> Any:
    """The balls that a computation comes to, narrow enough where more bits make them so.

    Narrow is a radius of this part of the number, or of the size that is given for it.
    """
    found = None
    for bits in BITS:
        with ctx.workprec(bits):
            found = _as_array(compute())
        floor = np.zeros(found.shape) if sizes is None else np.broadcast_to(sizes, found.shape)
        narrow = all(_narrow(ball, part, size) for ball, size in zip(found.flat, floor.flat, strict=True))
        if narrow and not (bits == BITS[0] and any(map(_undefined, found.flat))):
            break
        if bits == BITS[2] and found.size > 64:
            break
    return found


def _undefined(ball: Any) -> bool:
    return not ball.is_finite()


def _doubles(found: Any) -> tuple[Array, Array]:
    high = np.empty(found.shape)
    low = np.zeros(found.shape)
    for place, ball in np.ndenumerate(found):
        high[place] = float(ball.mid()) if ball.is_finite() else np.nan
        if np.isfinite(high[place]):
            low[place] = float((ball.mid() - arb(high[place])).mid())
    return high, low


def plain(formula: Formula, values: Values) -> Array | None:
    """The value of a formula as doubles; None where it has none, as where shapes do not fit."""
    try:
        return _doubles(precisely(lambda: formula(*balls(values))))[0]
    except (ValueError, TypeError, IndexError, ZeroDivisionError, AttributeError, OverflowError):
        return None


def reference(target: Target, case: Case) -> Reference:
    """The true value at a case, with the size against which errors count."""
    exact = balls(case.values)
    found = precisely(lambda: target.formula(*exact))
    high, low = _doubles(found)
    scale = known = np.abs(high)
    for pattern in range(PATTERNS):
        apart = partial(_apart, target.formula, exact, pattern, found)
        moved = precisely(apart, 2.0**-10, known)
        scale = scale + np.abs(np.nan_to_num(_doubles(moved)[0], nan=0.0))
    if target.terms is None:
        return Reference(high, low, scale)
    formula = target.terms
    terms = np.abs(_doubles(precisely(lambda: 0 * found + formula(*exact)))[0])
    return Reference(high, low, scale + terms, float(terms.max(initial=0.0)))


def _apart(formula: Formula, exact: Values, pattern: int, found: Any) -> Any:
    return (formula(*_moved(exact, pattern)) - found) * arb(2) ** 60


def _moved(exact: Values, pattern: int) -> Values:
    """Every entry moved towards zero, and so inside every domain, by a part of its own of up to 2^-59.

    The parts are drawn by the pattern, so that no cancellation between entries hides how much each of them matters.
    """
    return tuple(_move(one, np.random.default_rng([pattern, place])) for place, one in enumerate(exact))


def _move(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, arb):
        return value * SHRINK[int(rng.integers(len(SHRINK)))]
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return value
    moved = np.empty(value.shape, dtype=object)
    moved.flat[:] = [
        one * SHRINK[k] for one, k in zip(value.flat, rng.integers(len(SHRINK), size=value.size), strict=True)
    ]
    return moved


def slopes(target: Target, case: Case, cotangent: Array) -> dict[int, Slope]:
    """The derivatives of <cotangent, value> by every entry of the smooth arguments, from both sides.

    Difference quotients with a relative step of 2^-100 in balls: exact to double precision and beyond; where the two
    sides differ, as at a kink, everything between them counts as right.
    """
    exact = balls(case.values)
    weights = _ball(cotangent)
    return {place: _slopes(target, exact, weights, place) for place, one in enumerate(target.arguments) if one.smooth}


def _slopes(target: Target, exact: Values, weights: Any, place: int) -> Slope:
    shape = exact[place].shape
    sides = np.full((2, *shape), np.nan)
    for index in np.ndindex(shape):
        size = abs(exact[place][index])
        step = (size if size > 0 else arb(1)) * arb(2) ** STEP
        for side, signed in enumerate((step, -step)):
            sides[side][index] = _quotient(target, exact, weights, place, index, signed)
    lower, upper = np.fmin(*sides), np.fmax(*sides)
    scale = np.fmax.reduce(np.abs(sides), axis=None, initial=1.0) * np.ones(shape)
    return Slope(lower, upper, scale)


def _quotient(target: Target, exact: Values, weights: Any, place: int, index: tuple[int, ...], step: Any) -> float:
    def compute() -> Any:
        moved = exact[place].copy()
        moved[index] = moved[index] + step
        given = (*exact[:place], moved, *exact[place + 1 :])
        return (np.sum(target.formula(*given) * weights) - np.sum(target.formula(*exact) * weights)) / step

    try:
        return float(_doubles(precisely(compute))[0])
    except (ZeroDivisionError, ValueError):
        return float("nan")
