"""What networks of rectifiers come near to, on compact sets and on the whole line: what `feedforward` says of it."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Basic, Expr, Integer, Max, Min, Rational, oo

from .activations import rectifier
from .claims import AllOf, Identity, Inequality
from .measures import integral
from .statements import Printed, Theorem
from .symbols import bounded, function, positive, real, reals

ZERO = Integer(0)
x, y = reals("x y")
most = positive("M")  # the largest of some misses


def bounds(limit: Expr, *values: Expr) -> tuple[Basic, ...]:
    """That each of the values is at most the limit in size."""
    return tuple(one for value in values for one in (value <= limit, value >= -limit))


def hat(at: Any) -> Expr:
    """The piecewise linear bump that is 1 at 0 and vanishes outside of (-1, 1), of three rectifiers."""
    return rectifier(at + 1) - 2 * rectifier(at) + rectifier(at - 1)


def universal_approximation() -> Theorem:
    """What `feedforward.universal_approximation` says."""
    one, two = function("P"), function("Q")  # coordinates of two points
    share = real("s")  # of the way from the first to the second

    def affine(at: Expr) -> Expr:
        """Value x at the first point (share 0) and y at the second (share 1)."""
        return x + (y - x) * integral((at - one) * (two - one)) / integral((two - one) ** 2)

    step, tolerance = positive("d"), positive("epsilon", tex=r"\epsilon")
    start = real("t")

    def distance(at: Expr) -> Expr:
        """From the square to the affine function that is nearest to it at t, t + d and t + 2d."""
        slope = 2 * (start + step)
        return Abs(at**2 - (start**2 - step**2 / 2 + slope * (at - start)))

    least = Max(*(distance(start + k * step) for k in range(3)))
    note = (
        "On all of R^n it is false: beyond its last kink a rectifier network on the line is affine, and every affine "
        "function misses x^2 by d^2/2 somewhere among t, t + d, t + 2d (feedforward.no_uniform_approximation); a "
        "network of bounded activations is bounded. That the activation is not a polynomial is needed too "
        "(feedforward.polynomial_activations), and suffices (Leshno et al.); checked here is the case of the rectifier."
    )
    return Theorem(
        AllOf(
            {
                "maxima": Identity(Max(x, y), y + rectifier(x - y)),
                "minima": Identity(Min(x, y), x - rectifier(x - y)),
                "values passed on": Identity(rectifier(x) - rectifier(-x), x),
                "values at two points": Identity(affine((1 - share) * one + share * two), (1 - share) * x + share * y),
            }
        ),
        mutants={
            "maximum with the minimum's sign": Identity(Max(x, y), y - rectifier(x - y)),
            "one rectifier passes values on": Identity(rectifier(x), x),
        },
        printed={
            180: Printed(
                Inequality(least, "<", tolerance),
                "x is confined to a compact set and the activation is not a polynomial",
                correction=r"\sup_{\vec x\in K}\|f(\vec x)-g(\vec x)\|_\infty<\epsilon\quad\text{for compact }"
                r"K\subset\mathbb R^n",
                note=note,
            )
        },
    )


def no_uniform_approximation() -> Theorem:
    """What `feedforward.no_uniform_approximation` says."""
    slope, level, step, start = real("p"), real("q"), positive("d"), real("t")
    first, second = reals("m_1 m_2")  # the misses at t and at t + d, which leave no choice at t + 2d

    def miss(at: Expr) -> Expr:
        return at**2 - (slope * at + level)

    third = 2 * step**2 + 2 * second - first
    within = bounds(most, first, second, third)
    last = third.xreplace({first: miss(start), second: miss(start + step)})
    return Theorem(
        AllOf(
            {
                "second difference": Identity(miss(start + 2 * step), last),
                "worst of three": Inequality(most, ">=", step**2 / 2, where=within),
            }
        ),
        mutants={"a bit more": Inequality(most, ">=", step**2 * Rational(51, 100), where=within)},
    )


def interpolation_error() -> Theorem:
    """What `feedforward.interpolation_error` says."""
    s = bounded("s", 0, 1)  # the place in the cell
    left, right = reals("l r")  # f there less f at the two knots
    slope, cells, tolerance = positive("L"), positive("n"), positive("epsilon", tex=r"\epsilon")
    off, beyond = (1 - s) * left + s * right, bounded("o", 0, oo)
    near = bounds(most, left, right)
    steep = (*bounds(slope * s, left), *bounds(slope * (1 - s), right))
    return Theorem(
        AllOf(
            {
                "own share": Identity(hat(s), 1 - s),
                "share of the next knot": Identity(hat(s - 1), s),
                "none to the right": Identity(hat(-1 - beyond), ZERO),
                "none to the left": Identity(hat(1 + beyond), ZERO),
                "by the change of f": Inequality(Abs(off), "<=", most, where=near),
                "Lipschitz": Inequality(Abs(off), "<=", slope / 2, where=steep),
                "enough cells": Inequality(
                    slope / (2 * cells), "<", tolerance, where=(cells > slope / (2 * tolerance),)
                ),
            }
        ),
        mutants={
            "a third": Inequality(Abs(off), "<=", slope / 3, where=steep),
            "half as many cells": Inequality(
                slope / (2 * cells), "<", tolerance, where=(cells > slope / (4 * tolerance),)
            ),
        },
    )


def polynomial_activations() -> Theorem:
    """What `feedforward.polynomial_activations` says."""
    out, w, b = function("v"), function("w"), function("b")  # over the hidden units
    p, q, r = reals("p q r")
    misses = reals("m_0 m_1 m_2")  # at 0, 1 and 2; they leave no choice at 3

    def network(at: Any) -> Expr:
        return integral(out * (w * at + b) ** 2)

    def miss(at: int) -> Expr:
        return Integer(at) ** 3 - (p * at**2 + q * at + r)

    last = Integer(6) + 3 * misses[2] - 3 * misses[1] + misses[0]
    third = network(x + 3) - 3 * network(x + 2) + 3 * network(x + 1) - network(x)
    within = bounds(most, *misses, last)
    return Theorem(
        AllOf(
            {
                "third differences vanish": Identity(third, ZERO),
                "of the miss": Identity(miss(3), last.xreplace({m: miss(at) for at, m in enumerate(misses)})),
                "worst of four": Inequality(most, ">=", Rational(3, 4), where=within),
            }
        ),
        mutants={
            "second differences too": Identity(network(x + 2) - 2 * network(x + 1) + network(x), ZERO),
            "four fifths": Inequality(most, ">=", Rational(4, 5), where=within),
        },
    )
