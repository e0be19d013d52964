"""Counterexamples: searched for in floating point and ball arithmetic, certified in balls or fractions, then shrunk.

A point refutes a claim when it lies in every domain, satisfies every assumption, gives both sides a value, and
the relation between those values is certainly false. Everything else, a side that has no value included, is no
counterexample. The search is deterministic: its random numbers are seeded from the text of the claim.

>>> from sympy import Symbol, log
>>> from theoremcheck.theory.claims import Inequality
>>> x = Symbol("x", positive=True)
>>> print(refute(Inequality(log(x), ">=", x - 1)).counterexample)
at x = 2: 0.6931471805599453 >= 1 is false
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from flint import ctx
from sympy import Basic, Expr, Integer, Rational, preorder_traversal, srepr

from ..claims import Identity, Inequality, is_about_measures
from ..evidence import Counterexample, Fails
from . import complexballs, exact, search
from .balls import enclose, relation_at
from .points import Point, Space, length, sample_points, witness
from .replay import replay

Effort = Literal["spot", "quick", "full"]
_HEAVY = {
    "besseli",
    "besselj",
    "besselk",
    "polylog",
    "zeta",
    "uppergamma",
    "lowergamma",
    "expint",
    "polygamma",
    "harmonic",
    "binomial",
}
MASS_ONE = Integer(1)
_LOOPS = {"Sum", "Product", "Integral"}


@dataclass(frozen=True)
class _Plan:
    """How many points are tried, by kind; a function of the claim and the effort alone, never of the clock."""

    structured: int
    random: int
    screened: int
    starts: int
    steps: int


def refute(claim: Identity | Inequality, effort: Effort = "quick", name: str = "") -> Fails | None:
    """A certified and shrunk counterexample to the claim, or None where the search found none.

    A claim about every measure is instantiated on one, two and three atoms. Effort "spot" tries a handful of simple
    points, "full" about ten times as many as "quick".
    """
    if is_about_measures(claim):
        return _refute_on_atoms(claim, effort, name)
    space = Space(claim.symbols, claim.where, _largest(claim))
    plan = _plan(claim, effort)
    for point in _candidates(claim, space, plan, name):
        if violated(claim, point):
            return Fails(certified(claim, shrink(claim, space, point)), "search, certified")
        if (found := _off_the_real_line(claim, point)) is not None:
            return Fails(found, "search, certified")
    return None


def violated(claim: Identity | Inequality, point: Point) -> bool:
    """Whether both sides have values at the point and the relation between them is certainly false."""
    left, right = enclose(claim.lhs, point), enclose(claim.rhs, point)
    if left is None or right is None:
        return False
    if not left.overlaps(right):
        apart = {"==": True, "<=": left > right, "<": left > right, ">=": left < right, ">": left < right}
        return bool(apart[claim.relation])
    if claim.relation in ("<", ">"):
        return relation_at(claim.lhs, claim.relation, claim.rhs, point) is False
    finer = enclose(claim.lhs - claim.rhs, point, 1024)
    if finer is None:
        return False
    return bool({"==": finer != 0, "<=": finer > 0, ">=": finer < 0}[claim.relation])


def _off_the_real_line(claim: Identity | Inequality, point: Point) -> Counterexample | None:
    """The point as a counterexample to an identity, where a side leaves the real line and principal values differ."""
    if claim.relation != "==" or None not in (enclose(claim.lhs, point), enclose(claim.rhs, point)):
        return None
    if not complexballs.certainly_differ(claim.lhs, claim.rhs, point):
        return None
    return Counterexample(
        point={symbol.name: str(value) for symbol, value in point.items()},
        left=complexballs.printed(claim.lhs, point),
        relation="==",
        right=complexballs.printed(claim.rhs, point),
        certificate="complex ball arithmetic at 128 bits, principal values",
        replay=replay(claim.lhs, "==", claim.rhs, point, 50),
    )


def _candidates(claim: Identity | Inequality, space: Space, plan: _Plan, name: str) -> Iterator[Point]:
    """Points in the order of what they cost and how simple they are."""
    if not space.free:
        yield from _only(space)
        return
    tried = list(islice(space.structured(), plan.structured))
    yield from tried
    rng = np.random.default_rng(_seed(claim, name))
    drawn = list(islice(space.random(rng), plan.random))
    yield from drawn
    if not plan.screened:
        return
    yield from search.screen(claim, space, tried + drawn, plan.screened, rng)
    starts = search.most_violated(claim, tried + drawn, plan.starts)
    for start in starts:
        yield from search.descend(claim, space, start, plan.steps, rng)
        yield from search.around(space, start)


def _only(space: Space) -> Iterator[Point]:
    point = space.complete({})
    if point is not None:
        yield point


def _seed(claim: Identity | Inequality, name: str) -> int:
    text = f"{name} {srepr(claim.lhs)} {claim.relation} {srepr(claim.rhs)} {[srepr(c) for c in claim.where]}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _names(claim: Identity | Inequality) -> list[str]:
    return [type(part).__name__ for side in (claim.lhs, claim.rhs) for part in preorder_traversal(side)]


def _largest(claim: Identity | Inequality) -> int:
    """The decimal exponent of the largest values that are worth trying."""
    names = set(_names(claim))
    if names & _LOOPS:
        return 2
    return 3 if names & _HEAVY else 30


def _plan(claim: Identity | Inequality, effort: Effort) -> _Plan:
    names = _names(claim)
    slow = 100 if "Integral" in names else 12 if set(names) & _LOOPS else 3 if set(names) & _HEAVY else 1
    share = max(0.02 if slow == 100 else 0.1, min(1.0, 30 / (slow * max(len(names), 1))))
    share /= max(1, len(claim.symbols) / 2)
    few, many = int(150 * share) + 10, int(1000 * share) + 50
    if effort == "spot":
        return _Plan(12, 4, 0, 0, 0)
    if effort == "quick":
        return _Plan(few, few // 2, 2000, 2, few)
    return _Plan(many, many, 50_000, max(3, int(10 * share)), many // 2)


def shrink(claim: Identity | Inequality, space: Space, point: Point) -> Point:
    """A point of shorter numbers where the claim is still certainly false."""
    best = point
    for _ in range(4):
        before = _cost(best)
        for symbol in space.free:
            for value in _simpler(best[symbol]):
                trial = space.complete({s: value if s == symbol else best[s] for s in space.free})
                if trial is not None and _cost(trial) < _cost(best) and violated(claim, trial):
                    best = trial
                    break
        if _cost(best) == before:
            break
    return best


def _cost(point: Point) -> int:
    return sum(length(value) for value in point.values())


def _simpler(value: Any) -> list[Rational]:
    """Shorter numbers than the value, the shortest first: small ones, convergents, few digits."""
    if not value.is_Rational:
        return [Integer(0), Integer(1), Integer(2)]
    small = [Rational(n, d) for d in (1, 2, 3, 4, 5) for n in range(-5, 6)]
    near = [value.limit_denominator(d) for d in (1, 2, 3, 5, 10, 20, 50, 100, 1000, 10**4, 10**6)]
    found = {*small, *near, *_few_digits(value)}
    size = length(value)
    return sorted((v for v in found if length(v) < size), key=lambda v: (length(v), abs(v - value)))


def _few_digits(value: Rational) -> Iterator[Rational]:
    if value == 0:
        return
    exponent = len(str(abs(value.p))) - len(str(value.q))
    for power in range(exponent - 2, exponent + 2):
        scale = Rational(10) ** power
        lead = int(abs(value) / scale)
        for mantissa in (lead, lead + 1, 1):
            if 0 < mantissa < 1000:
                yield mantissa * scale * (1 if value > 0 else -1)


def certified(claim: Identity | Inequality, point: Point) -> Counterexample:
    """The counterexample at a point where the claim is violated, with its certificate and a replay."""
    left, right = exact.value(claim.lhs, point), exact.value(claim.rhs, point)
    how = "exact fractions" if left is not None and right is not None else ""
    digits, bits = 16, 1
    if not how:
        digits, bits = _digits_to_differ(claim, point)
        how = f"ball arithmetic at {bits} bits" if bits else "exact equality"
    return Counterexample(
        point={symbol.name: str(value) for symbol, value in point.items()},
        left=_printed(claim.lhs, left, point, digits),
        relation=claim.relation,
        right=_printed(claim.rhs, right, point, digits),
        certificate=how,
        replay=replay(claim.lhs, claim.relation, claim.rhs, point, max(50, 2 * digits), equal=not bits),
    )


def _digits_to_differ(claim: Identity | Inequality, point: Point) -> tuple[int, int]:
    """How many digits show the difference of the two sides, and at how many bits they part; 0 if they are equal."""
    for bits in (128, 512, 1024, 2048):
        left, right = enclose(claim.lhs, point, bits), enclose(claim.rhs, point, bits)
        if left is None or right is None or left.overlaps(right):
            continue
        with ctx.workprec(bits):
            ratio = (left - right) / (abs(left) + abs(right))
            places = -int((abs(ratio).log() / 2.302585).mid().floor().unique_fmpz() or 0)
        return max(16, places + 4), bits
    return 16, 0


def _printed(side: Expr, fraction: Any | None, point: Point, digits: int) -> str:
    """The exact value where it is a short fraction, else a decimal whose digits are all certain."""
    if fraction is not None and len(str(fraction)) <= 40:
        return str(fraction)
    bits = 64 + 4 * digits
    ball = enclose(side, point, bits)
    if ball is None:
        return str(fraction)
    with ctx.workprec(bits):
        return str(ball.str(digits, radius=False))


def _refute_on_atoms(claim: Identity | Inequality, effort: Effort, name: str) -> Fails | None:
    # Atoms of other mass than one tell densities from weights: the sum of p^2 is at most one, its integral is not.
    spaces = [(count, Integer(1)) for count in (1, 2, 3)]
    if effort != "spot":
        spaces += [(2, Rational(1, 100)), (2, Integer(100))]
    for count, mass in spaces:
        try:
            scalar = on_atoms(claim, count, mass)
        except ValueError:
            return None
        failure = refute(scalar, effort, name)
        if failure is not None:
            return Fails(_on_atoms_said(failure.counterexample, claim, count, mass), failure.method)
    return None


def on_atoms(claim: Identity | Inequality, count: int, mass: Expr = MASS_ONE) -> Identity | Inequality:
    """The claim on a space of `count` atoms of equal mass; raises ValueError as `measures.on_atoms` does."""
    from ..measures import atom_values, pointwise_symbols, varies
    from ..measures import on_atoms as close

    where: list[Basic] = []
    for condition in claim.where:
        if varies(condition):
            values = {s: atom_values(s, count, mass) for s in pointwise_symbols(condition)}
            where += [condition.xreplace({s: v[i] for s, v in values.items()}) for i in range(count)]
        else:
            where.append(close(condition, count, mass))
    lhs, rhs = close(claim.lhs, count, mass), close(claim.rhs, count, mass)
    if isinstance(claim, Inequality):
        return Inequality(lhs, claim.relation, rhs, tuple(where))
    return Identity(lhs, rhs, tuple(where))


def _on_atoms_said(found: Counterexample, claim: Identity | Inequality, count: int, mass: Expr) -> Counterexample:
    from ..measures import pointwise_symbols

    densities = sorted({s.name for side in (claim.lhs, claim.rhs) for s in pointwise_symbols(side) if s.normalized})
    said = f"{found.certificate}, on {count} atom{'s' if count > 1 else ''} of mass {mass}"
    if densities:
        said += f"; weights of {', '.join(densities)} are divided by their sum{' and the mass' if mass != 1 else ''}"
    return Counterexample(found.point, found.left, found.relation, found.right, said, found.replay)


__all__ = ["certified", "on_atoms", "refute", "sample_points", "shrink", "violated", "witness"]
