"""The sigmoid and the hyperbolic tangent, and how their slopes vanish: what `feedforward` says of them."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Abs, Expr, Integer, Rational, exp, oo, tanh

from .activations import hyperbolic_tangent, sigmoid, z
from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit, Recursion
from .statements import Theorem
from .symbols import integer, positive, reals

ZERO, ONE = Integer(0), Integer(1)
x, y = reals("x y")
u = positive("u")


def sigmoid_function() -> Theorem:
    """What `feedforward.sigmoid_function` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "positive": Inequality(value, ">", ZERO),
            "below one": Inequality(value, "<", ONE),
            "symmetric": Identity(value.subs(z, -z), 1 - value),
            "at the right": Limit(value, z, oo, ONE),
            "at the left": Limit(value, z, -oo, ZERO),
            "log-odds": Identity(value / (1 - value), exp(z)),
        }

    value = Definition(r"\sigma(z)", sigmoid(z), properties)
    return Theorem(value, mutants={"mirrored": value.of(sigmoid(-z)), "twice as steep": value.of(sigmoid(2 * z))})


def sigmoid_derivative() -> Theorem:
    """What `feedforward.sigmoid_derivative` says."""
    value = sigmoid(z)
    slope = value * (1 - value)
    return Theorem(
        AllOf(
            {
                "slope": Identity(value.diff(z), slope),
                "even": Identity(slope.subs(z, -z), slope),
                "curvature": Identity(value.diff(z, 2), slope * (1 - 2 * value)),
            }
        ),
        mutants={
            "of tanh": Identity(value.diff(z), 1 - value**2),
            "square forgotten": Identity(value.diff(z), value * (1 + value)),
        },
    )


def sigmoid_saturates() -> Theorem:
    """What `feedforward.sigmoid_saturates` says."""
    slope = sigmoid(z) * (1 - sigmoid(z))
    quarter = Rational(1, 4)
    k, reached = integer("k", least=0), positive("g")  # units on the path, and what is left of the gradient
    return Theorem(
        AllOf(
            {
                "at most a quarter": Inequality(slope, "<=", quarter),
                "attained": Identity(slope.subs(z, 0), quarter),
                "decay": Inequality(slope, "<=", exp(-Abs(z))),
                "rate": Limit(slope * exp(z), z, oo, ONE),
                "vanishes at the left": Limit(slope, z, -oo, ZERO),
                "through k units": Recursion(k, 0, ONE, reached, reached * quarter, quarter**k),
            }
        ),
        mutants={
            "one fifth": Inequality(slope, "<=", Rational(1, 5)),
            "half as fast": Limit(slope * exp(z / 2), z, oo, ONE),
        },
    )


def sigmoid_lipschitz() -> Theorem:
    """What `feedforward.sigmoid_lipschitz` says."""
    change = Abs(sigmoid(x) - sigmoid(y))
    return Theorem(
        Inequality(change, "<=", Abs(x - y) / 4), mutants={"one fifth": Inequality(change, "<=", Abs(x - y) / 5)}
    )


def tanh_function() -> Theorem:
    """What `feedforward.tanh_function` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "SymPy's": Identity(value, tanh(z)),
            "odd": Identity(value.subs(z, -z), -value),
            "rescaled sigmoid": Identity(value, 2 * sigmoid(2 * z) - 1),
            "below one": Inequality(value, "<", ONE),
            "above minus one": Inequality(value, ">", -ONE),
            "at the right": Limit(value, z, oo, ONE),
            "at the left": Limit(value, z, -oo, -ONE),
        }

    value = Definition(r"\tanh(z)", hyperbolic_tangent(z), properties)
    return Theorem(
        value,
        mutants={
            "cotangent": value.of(1 / hyperbolic_tangent(z)),
            "half argument": value.of(hyperbolic_tangent(z / 2)),
        },
    )


def tanh_derivative() -> Theorem:
    """What `feedforward.tanh_derivative` says."""
    value = hyperbolic_tangent(z)
    twice = sigmoid(2 * z)
    return Theorem(
        AllOf(
            {
                "slope": Identity(value.diff(z), 1 - value**2),
                "by the sigmoid": Identity(value.diff(z), 4 * twice * (1 - twice)),
            }
        ),
        mutants={"of the sigmoid": Identity(value.diff(z), value * (1 - value))},
    )


def tanh_saturates() -> Theorem:
    """What `feedforward.tanh_saturates` says."""
    slope = 1 - hyperbolic_tangent(z) ** 2
    logistic = sigmoid(z) * (1 - sigmoid(z))
    return Theorem(
        AllOf(
            {
                "at most one": Inequality(slope, "<=", ONE),
                "attained": Identity(slope.subs(z, 0), ONE),
                "less elsewhere": Inequality(slope.subs(z, u), "<", ONE),
                "rate": Limit(slope * exp(2 * z), z, oo, Integer(4)),
                "against the sigmoid": Limit(slope / logistic, z, oo, ZERO),
            }
        ),
        mutants={
            "one half": Inequality(slope, "<=", Rational(1, 2)),
            "never flatter": Inequality(slope, ">=", logistic),
            "rate of the sigmoid": Limit(slope * exp(z), z, oo, Integer(4)),
        },
    )


def tanh_lipschitz() -> Theorem:
    """What `feedforward.tanh_lipschitz` says."""
    change = Abs(tanh(x) - tanh(y))
    return Theorem(
        Inequality(change, "<=", Abs(x - y)), mutants={"nine tenths": Inequality(change, "<=", Abs(x - y) * 9 / 10)}
    )
