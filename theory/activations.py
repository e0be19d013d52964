"""Activation functions of one variable with what is known of each: slope, kinks, subdifferential, Lipschitz constant,
tails; and the softmax, over any number of classes.

>>> RECTIFIER.subdifferential(0)
(0, 1)
>>> RECTIFIER.subdifferential(-3)
(0, 0)
>>> SIGMOID.lipschitz
1/4
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Integer, Max, Piecewise, Rational, exp, log, oo, sympify

from .measures import integral
from .symbols import probability, real

z = real("z", typical=(-5, 5))
alpha = probability("alpha", tex=r"\alpha", typical=(0.01, 0.3))  # slope of the leaky rectifier on the left


def sigmoid(at: Any) -> Expr:
    """The logistic function 1 / (1 + e^-z)."""
    return 1 / (1 + exp(-at))


def hyperbolic_tangent(at: Any) -> Expr:
    """(e^z - e^-z) / (e^z + e^-z), written out."""
    return (exp(at) - exp(-at)) / (exp(at) + exp(-at))


def rectifier(at: Any) -> Expr:
    """max(0, z)."""
    return Max(Integer(0), at)


def leaky_rectifier(at: Any) -> Expr:
    """z where z > 0 and alpha z elsewhere."""
    return Piecewise((at, at > 0), (alpha * at, True))


def leaky_mixture(at: Any) -> Expr:
    """The leaky rectifier as a mixture of the identity and the rectifier: alpha z + (1 - alpha) max(0, z)."""
    return alpha * at + (1 - alpha) * rectifier(at)


def softplus(at: Any) -> Expr:
    """log(1 + e^z)."""
    return log(1 + exp(at))


def softmax(logits: Expr) -> Expr:
    """The softmax at one class; the logits are a `symbols.function` over the classes, however many."""
    return exp(logits) / integral(exp(logits))


def softmax_of(logits: Sequence[Any]) -> list[Expr]:
    """The softmax of logits that are listed one by one."""
    total = Add(*(exp(one) for one in logits))
    return [exp(one) / total for one in logits]


@dataclass(frozen=True)
class Activation:
    """A continuous function that is smooth off its kinks.

    value and slope: the function and, off the kinks, its derivative. kinks: where the one-sided derivatives differ,
    with the left and the right one. lipschitz: the best constant. tails: the limits at minus and plus infinity.
    """

    name: str
    value: Callable[[Any], Expr]
    slope: Callable[[Any], Expr]
    lipschitz: Expr
    tails: tuple[Expr, Expr]
    kinks: tuple[tuple[Expr, Expr, Expr], ...] = ()

    def subdifferential(self, at: Any) -> tuple[Expr, Expr]:
        """The ends of the interval of generalized derivatives at an exact number: one point off the kinks."""
        at = sympify(at, strict=True)
        for kink, left, right in self.kinks:
            if at == kink:
                return left, right
        slope = self.slope(at)
        return slope, slope


SIGMOID = Activation(
    "sigmoid", sigmoid, lambda at: sigmoid(at) * (1 - sigmoid(at)), Rational(1, 4), (Integer(0), Integer(1))
)
TANH = Activation(
    "tanh", hyperbolic_tangent, lambda at: 1 - hyperbolic_tangent(at) ** 2, Integer(1), (Integer(-1), Integer(1))
)
RECTIFIER = Activation(
    "ReLU",
    rectifier,
    lambda at: Piecewise((1, at > 0), (0, True)),
    Integer(1),
    (Integer(0), oo),
    ((Integer(0), Integer(0), Integer(1)),),
)
LEAKY = Activation(
    "leaky ReLU",
    leaky_rectifier,
    lambda at: Piecewise((1, at > 0), (alpha, True)),
    Integer(1),
    (-oo, oo),
    ((Integer(0), alpha, Integer(1)),),
)
SOFTPLUS = Activation("softplus", softplus, sigmoid, Integer(1), (Integer(0), oo))
FAMILY = (SIGMOID, TANH, RECTIFIER, LEAKY, SOFTPLUS)
