"""Kinks and branches: what the chain rule says where a program is not differentiable.

The statements of `theory.autodiff` that speak of them are built here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Abs,
    Derivative,
    Expr,
    Integer,
    Integral,
    Max,
    Piecewise,
)

from .batching import Rule
from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit
from .statements import Printed, Theorem
from .symbols import positive, probability, real, reals

ZERO, ONE = Integer(0), Integer(1)
h, x, t = reals("h x t")
upper, lower, above, below = (
    real("A"),
    real("C"),
    real("b"),
    real("d"),
)  # A x + b above the threshold, C x + d elsewhere
jump = (upper - lower) * t + above - below


def kinks() -> Theorem:
    """See `autodiff.kinks`."""
    value = real("c")

    def relu(of: Any) -> Expr:
        return Max(ZERO, of)

    slope = real("e")
    return Theorem(
        AllOf(
            {
                "the identity": Identity(relu(x) - relu(-x), x),
                "twice": Identity(relu(relu(x)), relu(x)),
                "its derivative at 0": Limit((relu(slope) - relu(-slope)) / slope, slope, ZERO, ONE),
                "no value fits": Inequality((2 * value - 1) ** 2 + (value**2 - value) ** 2, ">", ZERO),
                "zero, as frameworks take it": Inequality(Abs(2 * value - 1).subs(value, ZERO), ">", ZERO),
            }
        ),
        mutants={
            "one half fits": Inequality((2 * value - 1) ** 2 + (2 * value**2 - value) ** 2, ">", ZERO),
            "not the identity": Identity(relu(x) + relu(-x), x),
        },
    )


def branch(at: Any, threshold: Any) -> Expr:
    """A x + b above the threshold, C x + d elsewhere."""
    return Piecewise((upper * at + above, at > threshold), (lower * at + below, True))


def branches() -> Theorem:
    """See `autodiff.branches`."""
    away = positive("u")

    def properties(value: Rule) -> Mapping[str, Claim]:
        def quotient(at: Expr) -> Expr:
            return (value(at + h, t) - value(at, t)) / h

        return {
            "above": Limit(quotient(t + away), h, ZERO, upper),
            "below": Limit(quotient(t - away), h, ZERO, lower),
            "jump": Limit(value(t + h, t) - value(t, t), h, ZERO, jump, side="+"),
            "no jump from the left": Limit(value(t - h, t) - value(t, t), h, ZERO, ZERO, side="+"),
            "at the threshold": Identity(value(t, t), lower * t + below),
        }

    rule = Definition("y_i", Rule(r"Ax_i+b\ \mathrm{if}\ x_i>t,\ \mathrm{else}\ Cx_i+d", branch), properties)

    def exchanged(at: Any, threshold: Any) -> Expr:
        return Piecewise((lower * at + below, at > threshold), (upper * at + above, True))

    def closed(at: Any, threshold: Any) -> Expr:
        return Piecewise((upper * at + above, at >= threshold), (lower * at + below, True))

    note = (
        "One branch runs and is differentiated for each entry; the derivative by t is then 0, although the mean of y "
        "depends on t (autodiff.threshold)."
    )
    return Theorem(
        rule,
        mutants={
            "branches exchanged": rule.of(Rule("y", exchanged)),
            "threshold in the upper branch": rule.of(Rule("y", closed)),
        },
        printed={611: Printed(note=note)},
    )


def threshold() -> Theorem:
    """See `autodiff.threshold`."""
    cut = probability("t")
    mean = Integral(lower * x + below, (x, 0, cut)) + Integral(upper * x + above, (x, cut, 1))
    closed = lower * cut**2 / 2 + below * cut + upper * (1 - cut**2) / 2 + above * (1 - cut)
    slope = -jump.subs(t, cut)
    return Theorem(
        AllOf({"mean": Identity(mean, closed), "derivative": Identity(Derivative(closed, cut), slope)}),
        mutants={"as the branches say": Identity(Derivative(closed, cut), ZERO)},
    )
