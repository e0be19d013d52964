"""A point at which expressions are evaluated in arrays: what is given, and what has been worked out already.

A scalar symbol is an array of any shape, and the shapes broadcast. A matrix has its rows and columns in the last two
axes, and whatever stands before them is a batch. A pointwise quantity (`symbols.density`, `symbols.function`) has the
points of its measure space along the last axis, and the integral over that space is the sum along it, weighted where
weights are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from .array_libraries import Library, is_number
from .symbols import Pointwise

LONGEST = 80
"""How much of a node an error message shows."""


class NoNumericForm(ValueError):
    """An expression that has no form in arrays; the message names the node and says what to do instead."""


class Values:
    """The values of expressions at one point: `leaves` maps symbols to arrays, `sizes` size symbols to integers.

    trail: how many axes a scalar symbol has to gain on the right: one for the points of a measure, two inside a matrix.
    """

    def __init__(
        self,
        lib: Library,
        rules: Rules,
        like: Any,
        leaves: Mapping[Any, Any],
        sizes: Mapping[Any, int],
        trail: int = 0,
        weights: Any = None,
    ) -> None:
        self.lib, self.rules, self.like, self.leaves = lib, rules, like, leaves
        self.sizes, self.trail, self.weights = sizes, trail, weights
        self.known: dict[Any, Any] = {}

    def __call__(self, expr: Any) -> Any:
        """The value of an expression: a Python number, or an array."""
        if expr not in self.known:
            self.known[expr] = rule_of(expr, self.rules)(self, expr)
        return self.known[expr]

    def within(self, known: Mapping[Any, Any], trail: int | None = None) -> Values:
        """The same point with some values given; scalars gain `trail` axes there."""
        axes = self.trail if trail is None else trail
        other = Values(self.lib, self.rules, self.like, self.leaves, self.sizes, axes, self.weights)
        if trail is None:
            own = set(known)
            other.known = {e: v for e, v in self.known.items() if not own & e.free_symbols}
        other.known.update(known)
        return other

    def call(self, name: str, *values: Any) -> Any:
        """A function of the library, see `array_libraries.Library.call`."""
        return self.lib.call(name, *values)

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        """One where the condition holds, the other elsewhere."""
        return self.lib.where(condition, one, other)

    def stack(self, *values: Any) -> Any:
        """The values side by side along a new last axis."""
        return self.lib.stack([self.array(v) for v in values])

    def array(self, value: Any) -> Any:
        """The value as an array in the precision of the arguments, also where it is a Python number."""
        return self.lib.like(float(value), self.like) if is_number(value) else value

    def integral(self, value: Any) -> Any:
        """The sum over the points, which is along the last axis; that axis is kept."""
        measure = self.lib.module.ones_like(self.points()) if self.weights is None else self.weights
        return self.lib.total(self.array(value) * measure)

    def points(self) -> Any:
        """An array with the points of the measure space along its last axis."""
        found = [value for symbol, value in self.leaves.items() if isinstance(symbol, Pointwise) and value.ndim]
        if not found:
            raise ValueError("no argument has an axis for the points of the measure space")
        return max(found, key=lambda value: int(value.shape[-1]))

    def matrix(self, rows: Any) -> Any:
        """A constant matrix in the precision of the arguments."""
        return self.lib.constant(rows, self.like)

    def size(self, expr: Any) -> int:
        """A size or an index as an integer; raises ValueError where it is not one."""
        value = expr.xreplace({symbol: sympy.Integer(n) for symbol, n in self.sizes.items()})
        return int(value) if value.is_Integer else whole(self(expr), expr)


def whole(value: Any, expr: Any) -> int:
    """A number or an array of one entry as an integer; raises ValueError where it is not one."""
    try:
        number = float(value)
    except Exception:
        raise ValueError(f"{expr} must be one integer, known when the function is called") from None
    if not number.is_integer():
        raise ValueError(f"{expr} is {number:g}, which is not an integer")
    return int(number)


Rule = Callable[[Values, Any], Any]
Rules = Mapping[Any, Rule]


def rule_of(expr: Any, rules: Rules) -> Rule:
    """How a node is computed; raises NoNumericForm, which names the node, where there is no way."""
    for kind in type(expr).__mro__:
        if kind in rules:
            return rules[kind]
    raise NoNumericForm(refusal(expr))


def refusal(expr: Any) -> str:
    """Why a node has no numeric form, and what to do instead."""
    name, text = type(expr).__name__, str(expr)
    expr_text = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    if isinstance(expr, sympy.Integral):
        return (
            f"{expr_text} has no closed numeric form: take the other side of the identity, or enclose it with "
            "theoremcheck.theory.kernels.quadrature.rigorous"
        )
    if isinstance(expr, sympy.Derivative | sympy.Subs):
        return f"{expr_text} is the derivative of a function that is not given: differentiate with torch or JAX"
    if expr is sympy.I:
        return "the imaginary unit: complex values are not translated"
    return f"{name} {expr_text} has no numeric form"


__all__ = ["NoNumericForm", "Rule", "Rules", "Values", "refusal", "rule_of", "whole"]
