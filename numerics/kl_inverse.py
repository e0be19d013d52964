"""The binary divergence kl(q || p) and its inverses in p, never on the wrong side of the true value.

``kl_upper_inverse(q, B)`` is the largest p with kl(q || p) <= B, from above; ``kl_lower_inverse(q, B)`` the smallest
one, from below. With p = q + t, a = 1 - q and b = q (a = q and b = 1 - q below q), and h(x) = x - log(1 + x) >= 0,

    kl = a h(-t/a) + b h(t/b),

a sum of nonnegative terms, so that nothing cancels however small t is.

Why the result is on the right side. Let u = 2^-53, and let log1p of the C library and of NumPy be right to 4 units in
the last place. h is evaluated by its series in s = x/(2 + x) for -1/3 <= x <= 1/2 and by its definition elsewhere, with
a relative error below 28 u; quotients and 1 - q move the arguments by a factor within 1 +- 3 u, and kl grows with t. So
the computed value K(t) satisfies

    (1 - 32 u) kl(t (1 - 3u)) <= K(t) <= (1 + 32 u) kl(t (1 + 3u)).

kl is convex in t and 0 at 0, hence kl((1 + e) t) >= (1 + e) kl(t). A t with K(t) >= B therefore has kl(t') >= B at
t' = t (1 + 64 u): a true upper bound of the inverse; and a t with K(t) <= B is, times 1 - 64 u, a true lower one. Both
conditions are looked at, after Newton's method, for two t whose ratio is 1 + 2^-42. The addition to q is rounded
outward, so the ends of the enclosure are at most 2.5e-13 apart. Where q is below 1e-30 and not 0, or B is, it is moved
up to that (down, for lower ends), which moves the inverse by less than 2e-15 as it grows with both.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import Interval

Array = NDArray[np.float64]

OUTWARD = 64 * 2.0**-53
"""The relative step in t that covers every rounding error of the evaluation."""
APART = 2.0**-42
"""The relative distance in t of the two ends that are compared with the bound."""
LEAST = 1e-30
"""Smaller bounds and smaller positive frequencies are replaced by this one."""
WIDEST = 1e-12
"""The enclosure is never wider than this."""
_SERIES = tuple(1 / (2 * k + 1) for k in range(13, 0, -1))


def _h(x: float) -> float:
    """x - log(1 + x), infinite from -1 down."""
    if -1 / 3 <= x <= 0.5:
        s = x / (2 + x)
        square, tail = s * s, 0.0
        for coefficient in _SERIES:
            tail = tail * square + coefficient
        return 2 * square * (1 / (1 - s) - s * tail)
    return math.inf if x <= -1 else x - math.log1p(x)


def _h_array(x: Array) -> Array:
    near = (x >= -1 / 3) & (x <= 0.5)
    s = np.where(near, x / (2 + np.where(near, x, 0.0)), 0.0)
    square, tail = s * s, np.zeros_like(s)
    for coefficient in _SERIES:
        tail = tail * square + coefficient
    far = np.where(near | (x <= -1), 0.0, x)
    return np.where(near, 2 * square * (1 / (1 - s) - s * tail), np.where(x <= -1, np.inf, far - np.log1p(far)))


def checked_probability(value: float, name: str = "q") -> float:
    """The value as a float; ValueError unless 0 <= value <= 1."""
    value = float(value)
    if not 0 <= value <= 1:
        raise ValueError(f"{name} = {value} is no probability: it must lie in [0, 1]")
    return value


def _checked_bound(bound: float) -> float:
    bound = float(bound)
    if not bound >= 0:
        raise ValueError(f"the bound {bound} on the divergence must be a number >= 0")
    return bound


def binary_kl(q: ArrayLike, p: ArrayLike) -> Any:
    """kl(q || p) = q log(q/p) + (1-q) log((1-q)/(1-p)), with 0 log 0 = 0; infinite where p excludes what q allows.

    q, p: numbers or arrays that broadcast; a float for two numbers. Accurate relative to its size when p is near q.
    Raises ValueError outside of [0, 1].

    >>> binary_kl(0.0, 0.5), binary_kl(0.3, 0.0)
    (0.6931471805599453, inf)
    """
    one, other = np.broadcast_arrays(np.asarray(q, dtype=np.float64), np.asarray(p, dtype=np.float64))
    for name, values in (("q", one), ("p", other)):
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError(f"{name} holds a value outside of [0, 1], which is no probability")
    step = other - one
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        up = np.where(one > 0, one * _h_array(np.where(one > 0, step / np.where(one > 0, one, 1.0), 0.0)), step)
        rest = 1 - one
        down = np.where(rest > 0, rest * _h_array(np.where(rest > 0, -step / np.where(rest > 0, rest, 1), 0.0)), -step)
    total = np.where(one == other, 0.0, np.maximum(up + down, 0.0))
    return float(total) if total.ndim == 0 else total


def _start(a: float, b: float, bound: float) -> float:
    """A t at which kl is at least the bound: the least of three, by h(-x) >= x^2/2, Pinsker, and b log b."""
    beyond = -a * math.expm1(-(bound - b * math.log(b)) / a)
    return min(math.sqrt(2 * a * bound), math.sqrt(bound / 2), bound + math.sqrt(bound * (bound + 2 * b)), beyond)


def _steps(a: float, b: float, bound: float) -> tuple[float, float]:
    """Two t with kl at most the bound at the first and at least the bound at the second, whatever the rounding."""
    t = min(_start(a, b, bound) * (1 + OUTWARD), a)
    for _ in range(100):
        excess = a * _h(-t / a) + b * _h(t / b) - bound
        if excess == math.inf:
            smaller = t * (1 - 2.0**-50)
        elif a > t:
            smaller = t - excess * (a - t) * (b + t) / t
        else:
            break
        if not smaller < t * (1 - 2.0**-50):
            break
        t = smaller
    return _spread(a, b, bound, t)


def _spread(a: float, b: float, bound: float, t: float) -> tuple[float, float]:
    """Steps to both sides of t until the computed values lie on both sides of the bound."""
    low, high, wider = t * (1 - APART / 2), t * (1 + APART / 2), APART
    while high < a and a * _h(-high / a) + b * _h(high / b) < bound:
        high, wider = high * (1 + wider), 2 * wider
    wider = APART
    while low > 0 and a * _h(-low / a) + b * _h(low / b) > bound:
        low, wider = low * max(1 - wider, 0.0), 2 * wider
    return low * (1 - OUTWARD), min(high, a) * (1 + OUTWARD)


def _ends(q: float, bound: float, upper: bool) -> tuple[float, float]:
    """The inverse's distance from q, from below and from above."""
    if bound == 0 or (q == 1 if upper else q == 0):
        return 0.0, 0.0
    if bound == math.inf:
        reach = 1 - q if upper else q
        return reach * (1 - OUTWARD), reach * (1 + OUTWARD)
    if q == 0 or q == 1:
        exact = -math.expm1(-bound)
        return exact * (1 - OUTWARD), exact * (1 + OUTWARD)
    b_low, b_high = min(q, 1 - q), max(bound, LEAST)
    if b_low < LEAST or bound < LEAST:
        return 0.0, _moved(q, b_high, upper)
    return _steps(1 - q, q, bound) if upper else _steps(q, 1 - q, bound)


def _moved(q: float, bound: float, upper: bool) -> float:
    """The distance from above where the frequency or the bound is smaller than `LEAST`."""
    a, b = (1 - q, q) if upper else (q, 1 - q)
    return _steps(max(a, LEAST), max(b, LEAST), bound)[1]


def kl_upper_inverse(q: float, bound: float) -> float:
    """A number that is at least the largest p with kl(q || p) <= bound, and above it by at most 1e-12.

    q in [0, 1], bound >= 0 (also infinite). Raises ValueError for anything else.

    >>> kl_upper_inverse(0.0, 0.5) >= 1 - math.exp(-0.5)
    True
    """
    q, bound = checked_probability(q), _checked_bound(bound)
    if bound == 0 or q == 1:
        return q
    return min(math.nextafter(q + _ends(q, bound, True)[1], math.inf), 1.0)


def kl_lower_inverse(q: float, bound: float) -> float:
    """A number that is at most the smallest p with kl(q || p) <= bound, and below it by at most 1e-12.

    q in [0, 1], bound >= 0 (also infinite). Raises ValueError for anything else.
    """
    q, bound = checked_probability(q), _checked_bound(bound)
    if bound == 0 or q == 0:
        return q
    return max(math.nextafter(q - _ends(q, bound, False)[1], -math.inf), 0.0)


def kl_ball(q: float, bound: float) -> Interval:
    """All p with kl(q || p) <= bound lie in this interval, whose ends are off by at most 1e-12 each, outward."""
    return Interval(kl_lower_inverse(q, bound), kl_upper_inverse(q, bound), 0.0, "kl ball, rounded outward")


def upper_inverse_enclosure(q: float, bound: float) -> Interval:
    """An interval that holds the largest p with kl(q || p) <= bound; its width is at most 1e-12."""
    q, bound = checked_probability(q), _checked_bound(bound)
    low, high = _ends(q, bound, True)
    if low == high == 0.0:
        return Interval(q, q, 0.0, "kl upper inverse")
    if q > 0 and (min(q, 1 - q) < LEAST or bound < LEAST):
        low = max(high - WIDEST / 2, 0.0)
    ends = max(math.nextafter(q + low, -math.inf), q), min(math.nextafter(q + high, math.inf), 1.0)
    return Interval(min(ends), max(ends), 0.0, "kl upper inverse")


def kl_upper_inverses(q: ArrayLike, bound: ArrayLike) -> Array:
    """`kl_upper_inverse` of arrays that broadcast, on the same side and as near. Raises ValueError as it does."""
    frequency, bounds = np.broadcast_arrays(np.asarray(q, dtype=np.float64), np.asarray(bound, dtype=np.float64))
    if not ((frequency >= 0) & (frequency <= 1)).all():
        raise ValueError("q holds a value outside of [0, 1], which is no probability")
    if not (bounds >= 0).all():
        raise ValueError("the bounds on the divergence must be numbers >= 0")
    trivial = (bounds == 0) | (frequency == 1) | (bounds == np.inf) | (frequency == 0)
    b = np.where(trivial, 0.5, np.maximum(frequency, LEAST))
    a, target = np.where(trivial, 0.5, 1 - frequency), np.where(trivial, 0.1, np.maximum(bounds, LEAST))
    t = _newton(a, b, target)
    good = a * _h_array(-t / a) + b * _h_array(t / b) >= target
    ends = np.minimum(np.nextafter(frequency + t * (1 + OUTWARD), np.inf), 1.0)
    for index in np.argwhere(trivial | ~good):
        ends[tuple(index)] = kl_upper_inverse(float(frequency[tuple(index)]), float(bounds[tuple(index)]))
    return np.asarray(ends)


def _newton(a: Array, b: Array, target: Array) -> Array:
    """Newton's method from the right, as in `_steps`, then a step outward."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        beyond = -a * np.expm1(-(target - b * np.log(b)) / a)
        starts = (np.sqrt(2 * a * target), np.sqrt(target / 2), target + np.sqrt(target * (target + 2 * b)), beyond)
        t = np.minimum(np.minimum.reduce(starts) * (1 + OUTWARD), a)
        for _ in range(100):
            excess = a * _h_array(-t / a) + b * _h_array(t / b) - target
            smaller = np.where(excess == np.inf, t * (1 - 2.0**-50), t - excess * (a - t) * (b + t) / t)
            moves = (smaller < t * (1 - 2.0**-50)) & (a > t)
            if not moves.any():
                break
            t = np.where(moves, smaller, t)
    return np.asarray(np.minimum(t * (1 + APART / 2), a))
