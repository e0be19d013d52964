"""Claims over the reals and the integers, decided by z3: polynomial, rational, piecewise, others by abstraction.

The claim is accepted when z3 finds no point of the domain at which it fails AND none at which a side is undefined.
Where a transcendental term was abstracted to an unknown, a solution proves nothing. Only a rational point at which
exact arithmetic on fractions sees the claim fail is a counterexample; it is looked for among small numbers first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from typing import Any

import z3
from sympy import Basic, Rational, Symbol
from sympy.core.relational import Relational

from ..claims import Identity, Inequality
from ..evidence import Answer, Counterexample, Fails, Holds, Strength, Unknown
from . import exact, refuter
from .balls import conditions_at, in_domain
from .translation import Translation, Untranslatable

SMALL = tuple(
    Rational(Fraction(v))
    for v in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "1/3", "2/3", "1/4", "3/4", "5", "10")
)


def decide(claim: Identity | Inequality, seconds: float = 2.0) -> Answer:
    """Whether the claim holds, by z3 with that many seconds for each of its two questions."""
    try:
        translation = Translation((claim.lhs, claim.rhs, *claim.where))
        assumed, needed = _assume(translation, claim.where)
        goal = translation.versus(claim.relation, translation.ratio(claim.lhs), translation.ratio(claim.rhs))
        for symbol in claim.symbols:
            translation.symbol(symbol)
    except Untranslatable as why:
        return Unknown(f"z3: {why}")
    required = translation.needed[needed:]
    found, model = translation.solve(seconds, *assumed, *required, z3.Not(goal))
    if found == "unsat":
        if required and translation.solve(seconds, *assumed, z3.Not(z3.And(*required)))[0] != "unsat":
            return Unknown("z3: a side may be undefined (a denominator, a root or a logarithm) in the domain")
        facts = ", transcendental terms by known facts" if translation.abstracted else ""
        return Holds(Strength.PROVED, "z3", f"no real point of the domain contradicts it{facts}")
    if found == "unknown":
        return Unknown(f"z3 did not decide within {seconds:g} s")
    for point in _candidates(claim, translation, model):
        counterexample = fails_at(claim, point)
        if counterexample is not None:
            return Fails(counterexample, "z3, certified by fractions")
    return Unknown(
        "z3: a solution of the abstraction, which proves nothing" if translation.abstracted else "z3: no rational model"
    )


def _assume(translation: Translation, where: Iterable[Basic]) -> tuple[list[Any], int]:
    """The assumptions with what makes them defined, and how many needs are theirs."""
    assumed = [translation.truth(condition) for condition in where]
    return assumed + list(translation.needed), len(translation.needed)


@lru_cache(maxsize=4096)
def implied(conclusion: Basic, facts: tuple[Basic, ...] = (), seconds: float = 1.0) -> bool:
    """Whether the relation is defined and true at every point of the symbols' domains where the facts hold.

    False means "not shown".
    """
    try:
        translation = Translation((conclusion, *facts))
        assumed, needed = _assume(translation, facts)
        goal = translation.truth(conclusion)
    except Untranslatable:
        return False
    required = translation.needed[needed:]
    return translation.solve(seconds, *assumed, z3.Not(z3.And(goal, *required)))[0] == "unsat"


def implies(lhs: Any, relation: str, rhs: Any, facts: Iterable[Basic] = (), seconds: float = 1.0) -> bool:
    """`implied` for lhs relation rhs, kept from SymPy's evaluation."""
    return implied(Relational(lhs, rhs, relation, evaluate=False), tuple(facts), seconds)


def _candidates(claim: Identity | Inequality, translation: Translation, model: Any) -> Iterator[dict[Symbol, Rational]]:
    """Small points first, then the model's own."""
    symbols = claim.symbols
    grid = product(SMALL, repeat=len(symbols)) if len(symbols) <= 3 else product(SMALL[:4], repeat=len(symbols))
    ordered = sorted(islice(grid, 4096), key=lambda point: sum(abs(v) + v.q for v in point))
    yield from (dict(zip(symbols, point, strict=True)) for point in ordered)
    for digits in (3, 10, 30):
        yield {s: _fraction(model.eval(t, model_completion=True), digits) for s, t in translation.symbols.items()}


def _fraction(term: Any, digits: int) -> Rational:
    """The model's number, or a rational one near to it."""
    if z3.is_algebraic_value(term):
        term = term.approx(digits)
    if z3.is_rational_value(term) or z3.is_int_value(term):
        return Rational(Fraction(term.as_string()))
    return Rational(0)


def fails_at(claim: Identity | Inequality, point: dict[Symbol, Rational]) -> Counterexample | None:
    """The counterexample at a rational point, where exact arithmetic sees both sides defined and the claim false."""
    left, right = exact.value(claim.lhs, point), exact.value(claim.rhs, point)
    if left is None or right is None or exact.compare(left, claim.relation, right):
        return None
    if not (in_domain(point) and conditions_at(claim.where, point)):
        return None
    return refuter.certified(claim, point)
