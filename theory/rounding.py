"""Rounding to a grid: quantized weights, stochastic rounding, and what fusing two operations changes.

The statements of `theory.autodiff` that speak of rounding are built here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from sympy import (
    Abs,
    Expr,
    Integer,
    Integral,
    Min,
    Rational,
)

from .claims import AllOf, Finite, Identity, Inequality
from .measures import integral
from .statements import Theorem
from .symbols import Domain, bounded, function, integer, positive

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)
a = function("a")
step = positive("h")

fraction = bounded("r", 0, 1)  # x = h (k + r) with an integer k: where x lies between two grid points


nearest: Expr = step * Min(fraction, 1 - fraction)  # its distance to the nearer of them


def quantization_error() -> Theorem:
    """See `autodiff.quantization_error`."""
    squares = Integral(fraction**2, (fraction, 0, HALF)) + Integral((1 - fraction) ** 2, (fraction, HALF, 1))
    return Theorem(
        AllOf(
            {
                "at most half a step": Inequality(nearest, "<=", step / 2),
                "attained": Identity(nearest.subs(fraction, HALF), step / 2),
                "mean square": Identity(step**2 * squares, step**2 / 12),
            }
        ),
        mutants={
            "a third of a step": Inequality(nearest, "<=", step / 3),
            "truncation": Inequality(step * fraction, "<=", step / 2),
            "mean square of truncation": Identity(step**2 * squares, step**2 / 3),
        },
    )


def quantized_sum() -> Theorem:
    """See `autodiff.quantized_sum`."""
    error, length, bits = function("e", Domain(-HALF, HALF, False, False)), positive("R"), integer("k", 1)
    width: Expr = length / (2**bits - 1)
    change = integral(step * error * a)
    return Theorem(
        AllOf(
            {
                "above": Inequality(change, "<=", step / 2 * integral(Abs(a))),
                "below": Inequality(change, ">=", -step / 2 * integral(Abs(a))),
                "one bit more": Identity(width.subs(bits, bits + 1) * (2 + 1 / (2**bits - Rational(1))), width),
            }
        ),
        mutants={
            "a quarter of a step": Inequality(change, "<=", step / 4 * integral(Abs(a))),
            "errors cancel": Inequality(change, "<=", step / 2 * integral(a)),
        },
    )


def stochastic_rounding() -> Theorem:
    """See `autodiff.stochastic_rounding`."""
    down, up = -step * fraction, step * (1 - fraction)
    mean = (1 - fraction) * down + fraction * up
    variance = (1 - fraction) * down**2 + fraction * up**2
    return Theorem(
        AllOf(
            {
                "unbiased": Identity(mean, ZERO),
                "variance": Identity(variance, step**2 * fraction * (1 - fraction)),
                "at most": Inequality(variance, "<=", step**2 / 4),
                "on average": Identity(Integral(fraction * (1 - fraction), (fraction, 0, 1)), Rational(1, 6)),
            }
        ),
        mutants={
            "a coin": Identity((down + up) / 2, ZERO),
            "to the nearest": Identity(nearest, ZERO),
            "an eighth": Inequality(variance, "<=", step**2 / 8),
        },
    )


def fused_rounding() -> Theorem:
    """See `autodiff.fused_rounding`."""
    one, two = (bounded(name, -HALF, HALF) for name in ("e1", "e2"))

    def to_grid(number: Fraction) -> int:
        return int((2 * number + 1) // 2)

    def cases(first: Callable[[Fraction], Any]) -> Iterator[tuple[str, Any, Any]]:
        times = Fraction(3, 2)  # of 1 and 3/2; from it 3/2 is taken
        yield "product rounded first", to_grid(Fraction(first(times)) - times), 1
        yield "fused", to_grid(times - times), 0

    formula, sizes = r"\mathrm{fl}(\mathrm{fl}(ab)+c)\ne\mathrm{fl}(ab+c)", "one example"
    return Theorem(
        AllOf(
            {
                "two roundings": Inequality(Abs(step * one + step * two), "<=", step),
                "one rounding": Inequality(Abs(step * one), "<=", step / 2),
                "example": Finite(lambda: cases(to_grid), formula, sizes),
            }
        ),
        mutants={
            "two cost no more than one": Inequality(Abs(step * one + step * two), "<=", step / 2),
            "no rounding between": Finite(lambda: cases(lambda number: number), formula, sizes),
        },
    )
