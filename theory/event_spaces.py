"""Finite spaces of outcomes, all their events, exact tests of independence, and the cases of finite claims on them.

An event is a tuple of truth values, one an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

from sympy import Add, Expr, Integer, Mul, Rational, Symbol

from .claims import Finite

Event = tuple[bool, ...]


def events(size: int) -> tuple[Event, ...]:
    """All events of a space of so many outcomes."""
    return tuple(product((False, True), repeat=size))


def chance(event: Event) -> Fraction:
    """The probability of an event where all outcomes are equally likely."""
    return Fraction(sum(event), len(event))


def meet(some: Sequence[Event]) -> Event:
    """The event that all of them occur; at least one is given."""
    return tuple(map(all, zip(*some, strict=True)))


def join(some: Sequence[Event]) -> Event:
    """The event that one of them occurs; at least one is given."""
    return tuple(map(any, zip(*some, strict=True)))


def multiplies(some: Sequence[Event]) -> bool:
    """Whether the probability that all occur is the product of their probabilities."""
    return chance(meet(some)) == prod(map(chance, some))


def independent(some: Sequence[Event], among: int) -> bool:
    """Whether the product rule holds for all of them that are taken 2, 3, ... up to `among` at a time."""
    return all(multiplies(chosen) for size in range(2, among + 1) for chosen in combinations(some, size))


def only_pairwise(size: int) -> Iterator[tuple[Event, ...]]:
    """Triples of events, in any order, that are independent in pairs while their joint probability is no product."""
    every = events(size)
    paired = {(a, b) for a, b in product(every, repeat=2) if multiplies((a, b))}
    for triple in product(every, repeat=3):
        if paired.issuperset(combinations(triple, 2)) and not multiplies(triple):
            yield triple


def bits_and_parity(count: int) -> list[Event]:
    """The events that each of so many fair bits is one, and that their sum is odd."""
    outcomes = list(product((0, 1), repeat=count))
    bits = [tuple(outcome[i] == 1 for outcome in outcomes) for i in range(count)]
    return [*bits, tuple(sum(outcome) % 2 == 1 for outcome in outcomes)]


def pairs_and_all(claimed: int = 48) -> Iterator[tuple[str, Any, Any]]:
    """Independence in pairs against all together, in spaces of up to four outcomes and for bits with their parity."""
    for size in (1, 2, 3):
        yield f"{size} outcomes: triples independent in pairs alone", sum(1 for _ in only_pairwise(size)), 0
    yield "4 outcomes: triples independent in pairs alone", sum(1 for _ in only_pairwise(4)), claimed
    for count in (2, 3, 4):
        among = bits_and_parity(count)
        yield f"{count} bits and their parity, any {count}", independent(among, count), True
        yield f"{count} bits and their parity, all", multiplies(among), False


def triple_alone() -> tuple[Event, ...]:
    """Three events of eight outcomes whose joint probability is the product, no two being independent."""
    first = (True, True, True, True, False, False, False, False)
    return first, first, (True, False, False, False, True, True, True, False)


def unions_of_three(broken_off: int) -> Iterator[tuple[str, Any, Any]]:
    """Every triple of events of up to three outcomes: probability of the union, and the sum over so many at a time."""
    for size in (1, 2, 3):
        for index, triple in enumerate(product(events(size), repeat=3)):
            signed = [
                (-1) ** (taken + 1) * chance(meet(chosen))
                for taken in range(1, broken_off + 1)
                for chosen in combinations(triple, taken)
            ]
            yield f"{size} outcomes, triple {index}", chance(join(triple)), sum(signed)


def _sequences(trials: int, success: Expr) -> Iterator[tuple[int, Expr]]:
    """Every sequence of independent trials: its successes and its probability."""
    for sequence in product((0, 1), repeat=trials):
        yield sum(sequence), Mul(*(success if one else 1 - success for one in sequence))


def sequences_counted(formula: Callable[[int, int, Expr], Expr], q: Symbol) -> Finite:
    """The mass from all sequences of up to four trials, against a formula."""

    def cases() -> Iterator[tuple[str, Expr, Expr]]:
        for trials, success in product(range(5), (Integer(0), Rational(1, 3), q, Integer(1))):
            for successes in range(trials + 1):
                total = Add(*(chance for found, chance in _sequences(trials, success) if found == successes))
                yield f"n = {trials}, k = {successes}, p = {success}", total, formula(trials, successes, success)

    tex = r"\sum_{\omega:\,|\omega|=k}\prod_i p^{\omega_i}(1-p)^{1-\omega_i}=\binom nk p^k(1-p)^{n-k}"
    return Finite(cases, tex, "all sequences of 0 to 4 trials, p = 0, 1/3, 1 and any p between")
