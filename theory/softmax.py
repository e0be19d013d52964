"""The softmax over any number of classes and its Jacobian: what `feedforward` says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Expr, Integer, Matrix, Rational, exp, oo

from .activations import sigmoid, softmax, softmax_of
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .measures import integral
from .statements import Printed, Theorem
from .symbols import bounded, density, function, positive, real, reals

ZERO, ONE = Integer(0), Integer(1)
logit, test, direction = function("z"), function("t"), function("v")  # over the classes
c, u = real("c"), positive("u")


def softmax_function() -> Theorem:
    """What `feedforward.softmax_function` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        shifted = value.xreplace({logit: logit + c})
        own = exp(c) / (exp(c) + u)  # the others' exponentials sum to u
        return {
            "sums to one": Identity(integral(value), ONE),
            "proportional": Identity(integral(value * exp(-logit) * test), integral(test) / integral(exp(logit))),
            "shift": Identity(integral(shifted * test), integral(value * test)),
            "positive": Inequality(own, ">", ZERO),
            "below one": Inequality(own, "<", ONE),
        }

    value = Definition(r"\mathrm{Softmax}(z)_i", softmax(logit), properties)
    note = "Printed as a function of z_i alone; the i-th output depends on all logits: Softmax(z)_i."
    return Theorem(
        value,
        mutants={
            "of the own logit alone": value.of(exp(logit)),
            "negative exponents": value.of(softmax(-logit)),
            "logits divided by their sum": value.of(logit / integral(logit)),
        },
        printed={213: Printed(note=note)},
    )


def softmax_jacobian() -> Theorem:
    """What `feedforward.softmax_jacobian` says."""
    own, chosen, rest = real("z_i"), positive("a"), positive("r")  # rest: the other classes' exponentials
    s = softmax(logit)
    diagonal = exp(own) / (exp(own) + rest)
    fixed = chosen / (exp(own) + rest + chosen)  # another class's share, as a function of this logit
    moved = exp(own) / (exp(own) + rest + chosen)
    mean = integral(s * direction)
    form = integral(s * direction**2) - mean**2
    return Theorem(
        AllOf(
            {
                "on the diagonal": Identity(diagonal.diff(own), diagonal * (1 - diagonal)),
                "off the diagonal": Identity(fixed.diff(own), -fixed * moved),
                "variance": Identity(form, integral(s * (direction - mean) ** 2)),
                "constant direction": Identity(form.xreplace({direction: c}), ZERO),
            }
        ),
        mutants={
            "diagonal only": Identity(fixed.diff(own), ZERO),
            "sign off the diagonal": Identity(fixed.diff(own), fixed * moved),
            "without the square": Identity(form, integral(s * direction**2)),
        },
    )


def softmax_jacobian_matrix() -> Theorem:
    """What `feedforward.softmax_jacobian_matrix` says."""

    def cases(square: int = 1) -> Iterator[tuple[str, Any, Any]]:
        for n in (2, 3):
            logits = reals(" ".join(f"z{i}" for i in range(1, n + 1)))
            shares = Matrix(softmax_of(logits))
            found, outer = shares.jacobian(Matrix(logits)), shares * shares.T
            for i, j in product(range(n), repeat=2):
                own = shares[i] if i == j else ZERO
                yield f"{n} classes, entry {i + 1}, {j + 1}", found[i, j], own - square * outer[i, j]

    formula, sizes = r"\frac{\partial s}{\partial z}=\operatorname{diag}(s)-ss^{\top}", "two and three classes"
    return Theorem(
        Finite(cases, formula, sizes),
        mutants={
            "diagonal only": Finite(lambda: cases(0), formula, sizes),
            "plus the outer product": Finite(lambda: cases(-1), formula, sizes),
        },
    )


def softmax_lipschitz() -> Theorem:
    """What `feedforward.softmax_lipschitz` says."""
    s, spread = density("s"), function("u", bounded("u", -1, 1).domain)
    a, b = reals("a b")

    def variance_under(values: Expr) -> Expr:
        return integral(s * values**2) - integral(s * values) ** 2

    variance = (a**2 + b**2) / 2 - ((a + b) / 2) ** 2
    return Theorem(
        AllOf(
            {
                "centre and half the range": Identity(variance_under(c + u * spread), u**2 * variance_under(spread)),
                "range from -1 to 1": Inequality(integral(s * spread**2), "<=", ONE),
                "range and length": Inequality(((a - b) / 2) ** 2, "<=", (a**2 + b**2) / 2),
                "attained": Identity(variance.subs(b, -a), (a**2 + a**2) / 2),
            }
        ),
        mutants={
            "a quarter of the length": Inequality(((a - b) / 2) ** 2, "<=", (a**2 + b**2) / 4),
            "less than the range": Inequality(integral(s * spread**2), "<=", Rational(9, 10)),
        },
    )


def softmax_of_two() -> Theorem:
    """What `feedforward.softmax_of_two` says."""
    z1, z2 = reals("z1 z2")
    temperature = positive("k")
    larger = softmax_of((temperature * u, ZERO))[0]  # of logits that differ by u > 0
    return Theorem(
        AllOf(
            {
                "sigmoid": Identity(softmax_of((z1, z2))[0], sigmoid(z1 - z2)),
                "scaled up": Limit(larger, temperature, oo, ONE),
                "scaled down": Limit(larger, temperature, ZERO, Rational(1, 2), side="+"),
            }
        ),
        mutants={"of the sum": Identity(softmax_of((z1, z2))[0], sigmoid(z1 + z2))},
    )
