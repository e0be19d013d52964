"""Matrix identities: refuted at small matrices, proved by normal form for all sizes, else by entries at small sizes.

A counterexample is exact: matrices of small integers that meet the conditions, and both sides in fractions (in ball
arithmetic where a logarithm or a root stands in the claim). It is shrunk: the sizes first, then the entries.

>>> from sympy import MatrixSymbol, Symbol
>>> n = Symbol("n")
>>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
>>> print(decide(MatrixIdentity(A * B, B * A)).counterexample)
at A = [[0, 0], [0, 1]], B = [[0, 0], [1, 0]], n = 2: [[0, 0], [1, 0]] == [[0, 0], [0, 0]] is false
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from flint import fmpq
from sympy import Integer, Q

from ..claims import MatrixIdentity
from ..evidence import Answer, Counterexample, Fails, Holds, Strength, Unknown
from ..matrix_equality import difference, proved_equal
from ..matrix_nodes import ShapeMismatch
from ..matrix_points import concrete, dimensions, meets, points, shaped
from ..matrix_values import Balls, Fractions, NoValue, Point, Values, with_precision
from ..matrix_words import text_of
from .matrix_entries import entries_vanish
from .matrix_replay import replay

_TRIALS = ((2, 24), (3, 12), (1, 6))


def decide(claim: MatrixIdentity) -> Answer:
    """The answer to a matrix identity."""
    try:
        difference(claim.lhs, claim.rhs, claim.where)
    except ShapeMismatch as error:
        return Unknown(f"the shapes do not fit: {error}")
    failure = refute(claim)
    if isinstance(failure, Fails):
        return failure
    if proved_equal(claim.lhs, claim.rhs, claim.where):
        return Holds(Strength.PROVED, "matrix algebra", "both sides have the same normal form, for all sizes")
    sizes = entries_vanish(claim)
    if sizes:
        return Holds(Strength.AT_SIZES, "matrix entries", f"every entry vanishes at {sizes}")
    return failure or Unknown("the two sides have different normal forms and agree at every matrix that was tried")


def refute(claim: MatrixIdentity) -> Fails | Unknown | None:
    """A counterexample; Unknown where no point has values; None where both sides agree at all that were tried."""
    return with_precision(lambda: _refute(claim), 256)  # type: ignore[no-any-return]


def _refute(claim: MatrixIdentity) -> Fails | Unknown | None:
    tried, reason = 0, "no point was tried"
    random = Random(f"{text_of(claim.lhs)} = {text_of(claim.rhs)}")
    for point in _candidates(claim, random):
        try:
            found = _failure(claim, point)
        except NoValue as error:
            reason = str(error)
            continue
        tried += 1
        if found:
            return _shrunk(claim, point)
    return None if tried else Unknown(f"no point was found at which both sides have a value: {reason}")


def _candidates(claim: MatrixIdentity, random: Random) -> Iterator[Point]:
    """Random points, those of sizes two and more first: what fails at size one mostly fails there too."""
    everything = [claim.lhs, claim.rhs]
    for least, count in _TRIALS:
        source = points(everything, claim.where, random, least)
        for _ in range(count if dimensions(everything) or least == 2 else 0):
            yield next(source)


def _failure(claim: MatrixIdentity, point: Point) -> tuple[Any, Any, str] | None:
    """Both sides and how they were told apart, where they certainly differ at a point that meets the conditions."""
    if not all(_meets(point, fact) for fact in claim.where):
        raise NoValue("no point was found that meets the conditions")
    for arithmetic in (Fractions, Balls):
        values = Values(arithmetic, point)
        try:
            left, right = values.of(concrete(claim.lhs)), values.of(concrete(claim.rhs))
        except NoValue:
            if arithmetic is Balls:
                raise
            continue
        return _difference(left, right, arithmetic)
    raise AssertionError


def _meets(point: Point, fact: Any) -> bool:
    """Whether a condition holds at a point: exactly where it is rational, else for certain in balls."""
    try:
        return meets(Values(Fractions, point), fact)
    except NoValue:
        return meets(Values(Balls, point), fact)


def _difference(left: Any, right: Any, arithmetic: Any) -> tuple[Any, Any, str] | None:
    a, b = _rows(left), _rows(right)
    if len(a) != len(b) or len(a[0]) != len(b[0]):
        raise NoValue("the sides have different shapes")
    pairs = [(x, y) for one, other in zip(a, b, strict=True) for x, y in zip(one, other, strict=True)]
    if arithmetic is Fractions:
        return (a, b, "exact") if any(x != y for x, y in pairs) else None
    if any(not x.is_finite() or not y.is_finite() for x, y in pairs):
        raise NoValue("a side is not finite")
    return (a, b, "ball arithmetic at 256 bits") if any(not x.overlaps(y) for x, y in pairs) else None


def _rows(value: Any) -> list[list[Any]]:
    return value.tolist() if hasattr(value, "tolist") else [[value]]


# Shrinking


def _shrunk(claim: MatrixIdentity, point: Point) -> Fails:
    for smaller in _smaller_points(claim):
        if _fails_at(claim, smaller):
            point = smaller
            break
    for symbol in sorted(point.matrices, key=str):
        point = _with_smaller_entries(claim, point, symbol)
    for symbol in sorted(point.scalars, key=str):
        for value in (1, 2, 0, -1, 3):
            candidate = Point(point.sizes, {**point.scalars, symbol: fmpq(value)}, point.matrices)
            if _in_domain(symbol, value) and _fails_at(claim, candidate):
                point = candidate
                break
    return _report(claim, point)


def _in_domain(symbol: Any, value: int) -> bool:
    assumptions = {"positive": value > 0, "nonnegative": value >= 0, "negative": value < 0, "nonzero": value != 0}
    if getattr(symbol, "domain", None) is not None:
        return value in symbol.domain
    return all(holds for name, holds in assumptions.items() if getattr(symbol, f"is_{name}"))


def _smaller_points(claim: MatrixIdentity) -> Iterator[Point]:
    """Points of small integers, by size and then by the size of the entries."""
    random = Random(0)
    for least in (1, 2):
        source = points([claim.lhs, claim.rhs], claim.where, random, least)
        for bound in (1, 2):
            for _ in range(12):
                drawn = next(source)
                sizes = dict.fromkeys(drawn.sizes, least)
                matrices = {}
                try:
                    for symbol in drawn.matrices:
                        shape = [
                            int(length.xreplace({s: Integer(k) for s, k in sizes.items()})) for length in symbol.shape
                        ]
                        rows = [[fmpq(random.randint(-bound, bound)) for _ in range(shape[1])] for _ in range(shape[0])]
                        matrices[symbol] = shaped(rows, _kinds(claim, symbol))
                except (NoValue, ZeroDivisionError, TypeError):
                    continue
                yield Point(sizes, drawn.scalars, matrices)


def _kinds(claim: MatrixIdentity, symbol: Any) -> set[Any]:
    return {fact.function for fact in claim.where if hasattr(fact, "arguments") and fact.arguments[0] == symbol}


def _fails_at(claim: MatrixIdentity, point: Point) -> bool:
    try:
        return _failure(claim, point) is not None
    except (NoValue, ZeroDivisionError):
        return False


def _with_smaller_entries(claim: MatrixIdentity, point: Point, symbol: Any) -> Point:
    """Sets entries to 0, 1 or -1, tied ones together, as long as the claim still fails."""
    size = (len(point.matrices[symbol]), len(point.matrices[symbol][0]))
    tied = bool(_kinds(claim, symbol) & {Q.symmetric, Q.positive_definite})
    for i in range(size[0]):
        for j in range(i + 1 if tied else size[1]):
            for value in (0, 1, -1, 2, round(float(point.matrices[symbol][i][j]))):
                old = point.matrices[symbol]
                if old[i][j] == value:
                    break
                rows = [list(row) for row in old]
                rows[i][j] = fmpq(value)
                if tied:
                    rows[j][i] = fmpq(value)
                candidate = Point(point.sizes, point.scalars, {**point.matrices, symbol: rows})
                if _fails_at(claim, candidate):
                    point = candidate
                    break
    return point


def _report(claim: MatrixIdentity, point: Point) -> Fails:
    found = _failure(claim, point)
    assert found is not None
    left, right, certificate = found
    shown: dict[str, Any] = {str(symbol): _text(rows) for symbol, rows in point.matrices.items()}
    shown |= {str(symbol): str(value) for symbol, value in point.scalars.items()}
    shown |= {str(symbol): str(size) for symbol, size in point.sizes.items()}
    sides = [_text(side) if len(side) * len(side[0]) > 1 else _entry(side[0][0]) for side in (left, right)]
    at = dict(sorted(shown.items()))
    text = replay(claim, point, certificate)
    return Fails(Counterexample(at, sides[0], "==", sides[1], certificate, text), "small matrices")


def _text(rows: list[list[Any]]) -> str:
    return "[" + ", ".join("[" + ", ".join(_entry(entry) for entry in row) + "]" for row in rows) + "]"


def _entry(value: Any) -> str:
    return str(value) if isinstance(value, fmpq | int) else value.real.str(16, radius=False)


def witness(claim: MatrixIdentity) -> dict[str, str] | None:
    """Matrices that meet the conditions and give both sides a value; None where none was found."""

    def search() -> dict[str, str] | None:
        for point in _candidates(claim, Random(0)):
            try:
                _failure(claim, point)
            except NoValue:
                continue
            shown = {str(symbol): _text(rows) for symbol, rows in point.matrices.items()}
            return shown | {str(symbol): str(value) for symbol, value in [*point.scalars.items(), *point.sizes.items()]}
        return None

    return with_precision(search, 256)  # type: ignore[no-any-return]


__all__ = ["decide", "refute", "witness"]
