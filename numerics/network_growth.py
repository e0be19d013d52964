"""The growth function of the errors of a classifier, counted, and the bounds that follow from it.

A classifier errs at a datum or not; the number of error patterns that a class can show on n data is bounded by counting
the cells into which comparisons of outputs cut the space of parameters. For linear classifiers the comparisons are
hyperplanes through the origin: Cover's count. For rectifier networks the layers are gone through one after the other:
on each cell of the layers before, the next comparisons are polynomials, and Warren's theorem bounds their sign vectors
(Anthony and Bartlett 1999, theorem 8.3; Bartlett, Harvey, Liaw and Mehrabian 2019). Numbers are balls, rounded upwards.

>>> float(log_growth((1, 1), 10)) < math.log(2**10)
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..theory.set_systems import sauer
from .intervals import checked_alpha


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    found = tuple(int(one) for one in sizes)
    if len(found) < 2 or min(found) < 1:
        raise ValueError(f"sizes = {tuple(sizes)!r}: inputs, hidden widths and outputs are needed, each at least 1")
    return found


def parameters(sizes: Sequence[int]) -> int:
    """The number of weights and biases of a network of these widths, inputs and outputs included."""
    return sum((rows + 1) * columns for rows, columns in pairwise(_checked_sizes(sizes)))


def _log_cells(hyperplanes: int, dimension: int) -> Any:
    """The logarithm of Cover's count of the cells of hyperplanes through the origin."""
    from flint import arb, fmpz

    return arb(fmpz(2 * sauer(hyperplanes - 1, dimension - 1))).log()


def log_growth(sizes: Sequence[int], n: int) -> Any:
    """A ball that is not below the logarithm of the number of error patterns on n data, for networks of these widths.

    sizes: inputs, hidden widths, outputs; one output means two classes, by its sign. At most n log 2. Raises ValueError
    for widths or n that are not positive.
    """
    from flint import arb

    sizes = _checked_sizes(sizes)
    if n < 1:
        raise ValueError(f"n = {n}: a positive number of data is needed")
    comparisons = max(sizes[-1] - 1, 1)
    trivial = n * arb(2).log()
    if len(sizes) == 2:
        # only differences of outputs matter, which have (outputs - 1)(inputs + 1) parameters
        found = _log_cells(n * comparisons, comparisons * (sizes[0] + 1))
        return found if found < trivial else trivial
    total = sizes[1] * _log_cells(n, sizes[0] + 1)
    so_far = list(accumulate((rows + 1) * columns for rows, columns in pairwise(sizes)))
    for degree in range(2, len(sizes)):
        tests = n * (comparisons if degree == len(sizes) - 1 else sizes[degree])
        total += _log_sign_vectors(tests, degree, so_far[degree - 1])
    return total if total < trivial else trivial


def _log_sign_vectors(polynomials: int, degree: int, variables: int) -> Any:
    """Warren's bound 2 (2 e M D / W)^W for W <= M polynomials of that degree in W variables; 2^M otherwise."""
    from flint import arb

    if variables > polynomials:
        return polynomials * arb(2).log()
    return arb(2).log() + variables * (2 * arb(1).exp() * polynomials * degree / variables).log()


def growth_bound(errors: int, n: int, sizes: Sequence[int], delta: float) -> float:
    """A bound on the risk of every network of these widths at once, with probability at least 1 - delta.

    The lesser of e + sqrt(2 log Pi(n)/n) + sqrt(log(2/delta)/(2n)) and e + 2 sqrt(e E) + 4 E, where e = errors/n and
    E = (log Pi(2n) + log(8/delta))/n: each at delta/2. Rounded upwards, not cut off at 1. Raises ValueError for counts
    that are none and for delta outside (0, 1).
    """
    from flint import arb

    half = checked_alpha(delta) / 2
    if not isinstance(errors, int | np.integer) or not 0 <= errors <= n:
        raise ValueError(f"errors = {errors!r}: a count from 0 to n = {n} is needed")
    share, chance = arb(int(errors)) / n, arb(half)
    uniform = share + (2 * log_growth(sizes, n) / n).sqrt() + ((1 / chance).log() / (2 * n)).sqrt()
    excess = (log_growth(sizes, 2 * n) + (4 / chance).log()) / n
    relative = share + 2 * (share * excess).sqrt() + 4 * excess
    return min(math.nextafter(float(one.upper()), math.inf) for one in (uniform, relative))


def exact_test_bound(errors: int, m: int, delta: float) -> float:
    """A p at which m data show so few errors with chance at most delta: Clopper and Pearson's upper end, certified.

    The tail sum is checked in balls; p is above the least one by about 1e-13. Raises ValueError for counts that are
    none and for delta outside (0, 1).

    >>> 0.0258 < exact_test_bound(0, 114, 0.05) < 0.026
    True
    """
    from flint import arb, ctx

    from .intervals import proportion

    end = proportion(errors, m, delta, side="upper").high
    if errors == m:
        return 1.0
    before, ctx.prec = ctx.prec, 200
    try:
        for slack in (1e-13, 1e-11, 1e-9, 1e-6):
            p = min(end * (1 + slack), 1.0)
            at = arb(p)
            tail = sum((math.comb(m, i) * at**i * (1 - at) ** (m - i) for i in range(errors + 1)), arb(0))
            if tail <= arb(delta):
                return p
    finally:
        ctx.prec = before
    return 1.0


__all__ = ["exact_test_bound", "growth_bound", "log_growth", "parameters"]
