"""The rectifier, the leaky rectifier and the softplus, with subdifferentials: what `feedforward` says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Abs, Expr, Integer, Max, Min, Rational, log

from .activations import alpha, leaky_mixture, leaky_rectifier, rectifier, sigmoid, softplus, z
from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit
from .statements import Printed, Theorem
from .symbols import bounded, positive, real, reals

ZERO, ONE = Integer(0), Integer(1)
x, y = reals("x y")
u, c, h = positive("u"), real("c"), real("h")

OFF_THE_KINK = "z is not 0: there the two one-sided derivatives differ and the printed value is a choice between them"
KINK_NOTE = (
    "At 0 the printed case z <= 0 asserts a derivative that does not exist; its value is one element of the "
    "subdifferential, which is what automatic differentiation returns. The text itself asks that an activation be "
    "differentiable."
)


def rectifier_function() -> Theorem:
    """What `feedforward.rectifier_function` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def f(at: Any) -> Expr:
            return value.subs(z, at)

        return {
            "half the sum": Identity(value, (z + Abs(z)) / 2),
            "nonnegative": Inequality(value, ">=", ZERO),
            "homogeneous": Identity(f(u * z), u * value),
            "parts": Identity(f(z) - f(-z), z),
            "idempotent": Identity(f(f(z)), value),
            "Lipschitz": Inequality(Abs(f(x) - f(y)), "<=", Abs(x - y)),
            "convex": Inequality(f((x + y) / 2), "<=", (f(x) + f(y)) / 2),
        }

    value = Definition(r"\mathrm{ReLU}(z)", rectifier(z), properties)
    return Theorem(
        value, mutants={"minimum": value.of(Min(ZERO, z)), "absolute value": value.of(Abs(z)), "identity": value.of(z)}
    )


def quotient(f: Callable[[Any], Expr], at: Expr) -> Expr:
    """The difference quotient with the step h."""
    return (f(at + h) - f(at)) / h


def derivatives(f: Callable[[Any], Expr], right: Expr, left: Expr) -> dict[str, Claim]:
    """The derivative of a function with its only kink at 0, on both sides of it."""
    return {
        "positive": Limit(quotient(f, u), h, ZERO, right),
        "negative": Limit(quotient(f, -u), h, ZERO, left),
    }


def one_sided(f: Callable[[Any], Expr], right: Expr, left: Expr) -> dict[str, Claim]:
    """The two one-sided derivatives at 0."""
    return {
        "from the left at 0": Limit(quotient(f, ZERO), h, ZERO, left, side="-"),
        "from the right at 0": Limit(quotient(f, ZERO), h, ZERO, right, side="+"),
    }


def subgradients(f: Callable[[Any], Expr], low: Expr, high: Expr) -> dict[str, Claim]:
    """That the slopes of the lines below the graph that touch it at 0 are those from low to high."""
    share = bounded("s", 0, 1)
    return {
        "every slope between": Inequality(f(y), ">=", (low + (high - low) * share) * y),
        "none steeper": Inequality(f(u), "<", (high + c) * u, where=(c > 0,)),
        "none flatter": Inequality(f(-u), "<", (low - c) * -u, where=(c > 0,)),
    }


def rectifier_derivative() -> Theorem:
    """What `feedforward.rectifier_derivative` says."""
    away, kink = derivatives(rectifier, ONE, ZERO), one_sided(rectifier, ONE, ZERO)
    printed = Printed(
        AllOf({**away, **one_sided(rectifier, ZERO, ZERO)}),
        OFF_THE_KINK,
        correction=r"\phi'(z)=\begin{cases}1,&z>0,\\0,&z<0,\end{cases}\qquad\partial\phi(0)=[0,1]",
        note=KINK_NOTE,
    )
    return Theorem(
        AllOf({**away, **kink, **subgradients(rectifier, ZERO, ONE)}),
        mutants={
            "one half at 0": AllOf(one_sided(rectifier, Rational(1, 2), Rational(1, 2))),
            "one at 0": AllOf(one_sided(rectifier, ONE, ONE)),
            "a wider subdifferential": AllOf(subgradients(rectifier, -ONE, ONE)),
            "a narrower one": AllOf(subgradients(rectifier, ZERO, Rational(1, 2))),
        },
        printed=dict.fromkeys((177, 193, 210), printed),
    )


def leaky_function() -> Theorem:
    """What `feedforward.leaky_function` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def f(at: Any) -> Expr:
            return value.subs(z, at)

        return {
            "larger": Identity(value, Max(z, alpha * z)),
            "mixture": Identity(value, leaky_mixture(z)),
            "homogeneous": Identity(f(u * z), u * value),
            "inverse": Identity(Min(value, value / alpha), z),
        }

    value = Definition(r"\mathrm{LeakyReLU}(z)", leaky_rectifier(z), properties)
    return Theorem(
        value,
        mutants={
            "leak on the right": value.of(-leaky_rectifier(-z)),
            "no leak": value.of(rectifier(z)),
        },
        printed={211: Printed(note="For alpha > 1 it would be the smaller of z and alpha z.")},
    )


def leaky_derivative() -> Theorem:
    """What `feedforward.leaky_derivative` says."""
    away, kink = derivatives(leaky_mixture, ONE, alpha), one_sided(leaky_mixture, ONE, alpha)
    return Theorem(
        AllOf({**away, **kink}),
        mutants={"no leak": AllOf(derivatives(leaky_mixture, ONE, ZERO))},
        printed={
            212: Printed(
                AllOf({**away, **one_sided(leaky_mixture, alpha, alpha)}),
                OFF_THE_KINK,
                correction=r"\mathrm{LeakyReLU}'(z)=\begin{cases}1,&z>0,\\\alpha,&z<0,\end{cases}"
                r"\qquad\partial\,\mathrm{LeakyReLU}(0)=[\alpha,1]",
                note=KINK_NOTE,
            )
        },
    )


def leaky_subdifferential() -> Theorem:
    """What `feedforward.leaky_subdifferential` says."""
    change = Abs(leaky_mixture(x) - leaky_mixture(y))
    lipschitz = Inequality(change, "<=", Abs(x - y))
    return Theorem(
        AllOf({**subgradients(leaky_mixture, alpha, ONE), "Lipschitz": lipschitz}),
        mutants={
            "that of the rectifier": AllOf(subgradients(leaky_mixture, ZERO, ONE)),
            "nine tenths": Inequality(change, "<=", Abs(x - y) * 9 / 10),
        },
    )


def softplus_smooths() -> Theorem:
    """What `feedforward.softplus_smooths` says."""
    excess = softplus(z) - rectifier(z)
    sharp = softplus(u * z) / u - rectifier(z)
    return Theorem(
        AllOf(
            {
                "derivative": Identity(softplus(z).diff(z), sigmoid(z)),
                "above": Inequality(excess, ">", ZERO),
                "at most": Inequality(excess, "<=", log(2)),
                "attained": Identity(excess.subs(z, 0), log(2)),
                "sharpened": Identity(sharp, excess.subs(z, u * z) / u),
            }
        ),
        mutants={"one half": Inequality(excess, "<=", Rational(1, 2))},
    )
