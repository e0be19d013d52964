"""The independent check of derivatives: a complex step through ball arithmetic at random matrices of two sizes.

f(X + i h V) is computed with complex balls of 384 bits and h = 2**-150; its imaginary part over h is the derivative in
the direction V up to a relative 2**-290. Not one rule of differentiation is used. A claimed derivative must agree to
2**-100 at random points that meet the conditions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from flint import acb, arb, fmpq
from sympy import MatrixSymbol, Q, Symbol

from .matrix_nodes import CheckFailed
from .matrix_points import concrete, meets, points, shaped
from .matrix_values import Balls, NoValue, Point, Values, with_precision
from .matrix_words import text_of

STEP_BITS = 150
AGREEMENT_BITS = 100
SIZES = 2
TRIES = 60


def verify(
    expr: Any,
    variable: Any,
    claimed: Any,
    increment: Any,
    where: Iterable[Any] = (),
    structure: Any = None,
    equations: Iterable[tuple[Any, Any]] = (),
) -> None:
    """Raises CheckFailed unless `claimed`, linear in `increment`, is the derivative of `expr` by `variable`.

    structure: a predicate such as Q.symmetric that the variable and its increments have, or "toeplitz" and the like.
    equations: pairs that must be equal at every point as well. Raises CheckFailed too where no point is found.
    """
    question = _Question(expr, variable, claimed, increment, tuple(where), structure, tuple(equations))
    with_precision(lambda: _verify(question))


@dataclass(frozen=True)
class _Question:
    """What is to be verified: the arguments of `verify`."""

    expr: Any
    variable: Any
    claimed: Any
    increment: Any
    where: tuple[Any, ...]
    structure: Any
    equations: tuple[tuple[Any, Any], ...]


def _verify(question: _Question) -> None:
    expr, variable = question.expr, question.variable
    random = Random(f"{text_of(expr)} by {variable.name}")
    evaluated = replace(question, expr=concrete(expr), claimed=concrete(question.claimed))
    others = [side for pair in question.equations for side in pair]
    agreed: list[tuple[int, ...]] = []
    reason = "no point was tried"
    for point in islice(points([expr, variable, *others], question.where, random), TRIES):
        sizes = tuple(point.sizes.values())
        if sizes in agreed and sizes:
            continue
        try:
            _compare(evaluated, point, random)
        except NoValue as error:
            reason = str(error)
            continue
        except CheckFailed as failure:
            raise CheckFailed(f"the derivative of {expr} by {variable} {failure}") from None
        agreed.append(sizes)
        if len(agreed) >= SIZES:
            return
    found = f"{len(agreed)} of {SIZES} points of different sizes at which it has a value"
    raise CheckFailed(f"{expr} by {variable}: found {found}: {reason}")


def _compare(question: _Question, point: Point, random: Random) -> None:
    """One point and one direction. Raises CheckFailed, or NoValue where the point is not in the domain."""
    variable, increment = question.variable, question.increment
    values = _started(point, variable, question.structure)
    direction = _direction(values, variable, question.structure, random)
    if not all(meets(values, fact) for fact in question.where):
        raise NoValue(f"no point was found that meets {', '.join(map(str, question.where))}")
    base = values.of(question.expr)
    step = acb(0, arb(2) ** -STEP_BITS)
    moved = values.set(variable, values.of(variable) + direction * step).of(question.expr)
    expected = _entries(moved, lambda v: v.imag * arb(2) ** STEP_BITS)
    along = values.set(increment, direction)
    found = _entries(along.of(question.claimed), lambda v: v.real)
    if not all(v.is_finite() for v in [*_entries(base, lambda v: v), *found]):
        raise NoValue("a value that is not finite")
    scale = max([1.0] + [float(abs(v.real).mid()) for v in _entries(base, lambda v: v)])
    _agree(expected, found, scale, point)
    for pair in question.equations:
        left, right = (_entries(along.of(side), lambda v: v.real) for side in pair)
        _agree(left, right, 1.0, point)


def _agree(expected: list[Any], found: list[Any], scale: float, point: Point) -> None:
    bound = arb(2) ** -AGREEMENT_BITS * (1 + max([scale] + [float(abs(v).mid()) for v in expected]))
    for one, other in zip(expected, found, strict=True):
        if not abs(one - other) < bound:
            values = one.str(15, radius=False), other.str(15, radius=False)
            raise CheckFailed(f"is {values[0]}, the rules give {values[1]}, at sizes {point.sizes}")


def _entries(value: Any, part: Any) -> list[Any]:
    return [part(entry) for entry in value.entries()] if hasattr(value, "entries") else [part(value)]


def _started(point: Point, variable: Any, structure: Any) -> Values:
    if structure is not None and variable in point.matrices:
        rows = structured(point.matrices[variable], structure)
        point = Point(point.sizes, point.scalars, {**point.matrices, variable: rows})
    return Values(Balls, point)


def structured(rows: list[list[Any]], structure: Any) -> list[list[Any]]:
    """A matrix with the structure, from any matrix of its shape. Raises NoValue where the shape allows none."""
    if structure not in ("toeplitz", "symmetric toeplitz"):
        return shaped(rows, {structure})
    size = len(rows)
    if structure == "symmetric toeplitz":
        return [[rows[0][abs(i - j)] for j in range(size)] for i in range(size)]
    return [[rows[0][j - i] if j >= i else rows[i - j][0] for j in range(size)] for i in range(size)]


def _direction(values: Values, variable: Any, structure: Any, random: Random) -> Any:
    """A random tangent at the variable, of its structure."""
    if isinstance(variable, Symbol) and not isinstance(variable, MatrixSymbol):
        return acb(1)
    at = values.of(variable)
    drawn = [[fmpq(random.randint(-8, 8), 8) for _ in range(at.ncols())] for _ in range(at.nrows())]
    if structure == Q.orthogonal:
        skew = [[drawn[i][j] - drawn[j][i] for j in range(len(drawn))] for i in range(len(drawn))]
        return at * Balls.matrix([[acb(arb(v)) for v in row] for row in skew])
    if structure == Q.positive_definite:
        structure = Q.symmetric
    if structure is not None:
        drawn = structured(drawn, structure)
    return Balls.matrix([[acb(arb(v)) for v in row] for row in drawn])


__all__ = ["structured", "verify"]
