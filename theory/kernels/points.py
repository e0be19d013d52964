"""Points of a claim's domain: a witness, structured points and random ones, exact and satisfying the assumptions.

An equation among the assumptions that is linear in a symbol determines that symbol; the others are free.

>>> from sympy import Eq
>>> from theoremcheck.theory.symbols import positive
>>> p, q = positive("p"), positive("q")
>>> witness((p, q), (Eq(p + q, 1),))
{p: 1/2, q: 1/2}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, permutations, product
from math import ceil, sqrt
from typing import Any

import numpy as np
from sympy import Basic, Eq, Expr, Integer, Rational, Symbol, sympify

from ..symbols import Domain, domain_of, typical_range
from . import exact
from .balls import conditions_at, in_domain

Point = dict[Symbol, Any]
_SIMPLE = [
    Rational(v) for v in ("1", "0", "-1", "1/2", "2", "-2", "3", "-1/2", "1/3", "2/3", "-3", "5", "-5", "10", "-10")
]
SPREAD = 80
_SIZES = (1, 2, 3, 4, 6, 9, 12, 30)


class Space:
    """The set where a claim speaks: the product of the symbols' domains, cut by joint conditions."""

    def __init__(self, symbols: Sequence[Symbol], where: Sequence[Basic] = (), largest: int = 30) -> None:
        self.symbols = tuple(symbols)
        self.where = tuple(where)
        self.largest = largest
        self.determined = _determined(self.symbols, self.where)
        self.free = tuple(symbol for symbol in self.symbols if symbol not in self.determined)

    def complete(self, values: Point) -> Point | None:
        """The point with the determined symbols filled in, or None where it leaves the set (or that is not certain)."""
        point = dict(values)
        for symbol, formula in self.determined.items():
            fraction = exact.value(formula, point)
            if fraction is None:
                closed = formula.xreplace(point)
                if not closed.is_finite:
                    return None
                point[symbol] = closed
            else:
                point[symbol] = exact.rational(fraction)
        inside = in_domain(point) and conditions_at(self.where, point)
        return {symbol: point[symbol] for symbol in self.symbols} if inside else None

    def structured(self) -> Iterator[Point]:
        """Simple, equal, extreme and boundary values, the simplest first."""
        seen = set()
        for values in self._structured_values():
            key = tuple(values)
            if key in seen:
                continue
            seen.add(key)
            point = self.complete(dict(zip(self.free, values, strict=True)))
            if point is not None:
                yield point

    def _structured_values(self) -> Iterator[tuple[Any, ...]]:
        simple = [simple_values(symbol) for symbol in self.free]
        extreme = [_extreme_values(symbol, self.largest) for symbol in self.free]
        if len(self.free) <= 1:
            yield from product(*(s + e for s, e in zip(simple, extreme, strict=True)))
            return
        yield from _diagonal(simple)
        yield from islice(product(*(s[:4] for s in simple)), 40)
        for base in range(2):
            centre = [s[min(base, len(s) - 1)] for s in simple]
            for i in range(len(self.free)):
                for value in simple[i][4:] + extreme[i]:
                    yield (*centre[:i], value, *centre[i + 1 :])
        yield from _diagonal(extreme)
        half = [s[-1] for s in simple]
        for i, k in product(range(len(self.free)), (1, 2, 3, 5, 8)):
            for s in simple[i][:5]:
                yield (*([s] * i), s + Rational(1, 10**k), *([s] * (len(half) - i - 1)))

    def random(self, rng: np.random.Generator) -> Iterator[Point]:
        """Random points without end: typical ranges, all scales, values close to each other and to simple ones."""
        misses = 0
        while misses < 400:
            point = self._draw(rng)
            misses = misses + 1 if point is None else 0
            if point is not None:
                yield point

    def _draw(self, rng: np.random.Generator) -> Point | None:
        style = rng.integers(4)
        values = [_random_value(symbol, rng, int(style), self.largest) for symbol in self.free]
        if len(values) > 1 and rng.random() < 0.3:
            i, j = rng.permutation(len(values))[:2]
            gap = Rational(int(rng.integers(-99, 100)), 10 ** int(rng.integers(2, 8)))
            values[j] = values[i] + (gap if not domain_of(self.free[j]).integer else rng.integers(2))
        point = self.complete(dict(zip(self.free, values, strict=True)))
        if point is None and self.where and len(values) <= 4:
            for order in islice(permutations(values), 1, 24):
                point = self.complete(dict(zip(self.free, order, strict=True)))
                if point is not None:
                    break
        return point


def witness(symbols: Sequence[Symbol], where: Sequence[Basic] = ()) -> dict[Symbol, Rational] | None:
    """Values that satisfy all domains and conditions, simple and typical ones preferred; None where none was found."""
    space = Space(symbols, where)
    structured = islice(space.structured(), 60)
    found = min(structured, key=_plainness, default=None)
    if found is not None:
        return found
    return next(space.random(np.random.default_rng(0)), None)


def sample_points(
    symbols: Sequence[Symbol], where: Sequence[Basic], count: int, rng: np.random.Generator
) -> list[dict[Symbol, Rational]]:
    """At most `count` exact points that satisfy everything: a few structured, then random of several scales."""
    space = Space(symbols, where)
    points = list(islice(space.structured(), count // 4)) if space.free else []
    points += islice(space.random(rng), count - len(points) if space.free else 1)
    return points


def typical_points(symbols: Iterable[Symbol], where: Sequence[Basic], count: int) -> list[dict[Symbol, Rational]]:
    """At most `count` exact points of the typical ranges that satisfy everything, spread evenly, always the same."""
    space = Space(sorted(set(symbols), key=lambda symbol: symbol.name), where)
    if not space.free:
        only = space.complete({})
        return [] if only is None else [only]
    found: list[Point] = []
    for trial in range(1, SPREAD + 1):
        shares = [(trial * sqrt(p) + 0.31 * p) % 1.0 for p in _primes(len(space.free))]
        values = {s: _typical_value(s, share) for s, share in zip(space.free, shares, strict=True)}
        point = space.complete(values)
        if point is not None and point not in found:
            found.append(point)
        if len(found) == count:
            break
    return found


def _typical_value(symbol: Symbol, share: float) -> Rational:
    low, high = typical_range(symbol)
    domain = domain_of(symbol)
    if domain.integer:
        return Integer(ceil(low) + int(share * (high - low)))
    value = Rational(round(32 * (low + share * (high - low))), 32)
    return value if value in domain else Rational(round(4096 * (low + share * (high - low))), 4096)


def _primes(count: int) -> list[int]:
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % p for p in primes):
            primes.append(candidate)
        candidate += 1
    return primes


def _plainness(point: Point) -> tuple[int, int]:
    """How many values are atypical, then how long they are to write."""
    odd = 0
    for symbol, value in point.items():
        low, high = typical_range(symbol)
        fraction = exact.value(value, {})
        odd += not (fraction is not None and low <= float(Fraction(int(fraction.p), int(fraction.q))) <= high)
    return odd, sum(length(value) for value in point.values())


def length(value: Expr) -> int:
    """How long an exact value is to write; signs and denominators count extra."""
    if not value.is_Rational:
        return 60 + len(str(value))
    return len(str(abs(value.p))) + int(value.p < 0) + (0 if value.q == 1 else 1 + len(str(value.q)))


def _determined(symbols: tuple[Symbol, ...], where: tuple[Basic, ...]) -> dict[Symbol, Expr]:
    """Symbols that linear equations give in terms of the others, in an order in which they can be computed."""
    formulas: dict[Symbol, Expr] = {}
    for condition in where:
        if not isinstance(condition, Eq):
            continue
        gap = (condition.lhs - condition.rhs).xreplace(formulas)
        for symbol in sorted(symbols, key=lambda s: (domain_of(s).integer, -symbols.index(s))):
            slope = gap.diff(symbol)
            if symbol in formulas or symbol not in gap.free_symbols or slope.has(symbol) or slope == 0:
                continue
            formula = -gap.xreplace({symbol: Integer(0)}) / slope
            formulas = {s: f.xreplace({symbol: formula}) for s, f in formulas.items()} | {symbol: formula}
            break
    return formulas


@lru_cache(maxsize=512)
def simple_values(symbol: Symbol) -> tuple[Any, ...]:
    """The simplest numbers of the symbol's domain, its closed ends among them."""
    domain = domain_of(symbol)
    ends = [e for e, open_ in ((domain.lower, domain.lower_open), (domain.upper, domain.upper_open)) if not open_]
    inner = [Rational(1, 4), Rational(3, 4), Rational(1, 10), Rational(9, 10)] + [Integer(n) for n in (4, 6, 7, 8, 12)]
    low, high = (Rational(Fraction(v).limit_denominator(20)) for v in typical_range(symbol))
    candidates = [*_SIMPLE, *ends, (low + high) / 2, low, high, *inner]
    if domain.integer and domain.lower.is_finite:
        candidates = [*(domain.lower + k for k in range(6)), *candidates]
    if domain.lower.is_finite and domain.upper.is_finite:
        candidates = [(domain.lower + domain.upper) / 2, *candidates]
    return _kept(candidates, domain)


@lru_cache(maxsize=512)
def _extreme_values(symbol: Symbol, largest: int) -> tuple[Any, ...]:
    domain = domain_of(symbol)
    sizes = [k for k in _SIZES if k <= largest]
    candidates: list[Any] = []
    for k in sizes:
        for end, sign in ((domain.lower, 1), (domain.upper, -1)):
            if end.is_finite:
                candidates.append(end + sign * Rational(1, 10**k))
        candidates += [sign * Integer(10) ** k for sign in (1, -1)]
        candidates += [sign * Rational(1, 10**k) for sign in (1, -1)]
        if not domain.integer:
            candidates += [1 + sign * Rational(1, 10**k) for sign in (1, -1)]
    if domain.lower.is_finite and domain.upper.is_finite and not domain.integer:
        middle = (domain.lower + domain.upper) / 2
        candidates += [middle + sign * Rational(1, 10**k) for k in sizes for sign in (1, -1)]
    candidates += [Integer(n) for n in (15, 20, 50, 64)]
    return _kept(candidates, domain)


def _kept(candidates: list[Any], domain: Domain) -> tuple[Any, ...]:
    return tuple(v for v in dict.fromkeys(candidates) if v.is_finite and in_domain_value(v, domain))


def in_domain_value(value: Any, domain: Domain) -> bool:
    """Whether an exact value certainly lies in a domain."""
    from ..symbols import DomainSymbol

    return in_domain({DomainSymbol("v", domain): sympify(value)}) is True


def _diagonal(lists: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Points whose coordinates are all equal."""
    shared = [value for value in lists[0] if all(value in other for other in lists[1:])]
    for value in shared:
        yield (value,) * len(lists)


def _random_value(symbol: Symbol, rng: np.random.Generator, style: int, largest: int) -> Rational:
    """A random rational of the symbol's domain: 0 and 1 typical, 2 of any scale, 3 near a simple value."""
    domain = domain_of(symbol)
    low, high = typical_range(symbol)
    value: Any
    if domain.integer:
        spread = max(high - low, 6.0)
        size = int(10 ** rng.uniform(0, min(largest, 9))) if style == 2 else int(rng.integers(0, int(spread) + 1))
        start = domain.lower if domain.lower.is_finite else Integer(round(low))
        return Integer(start + size * (1 if domain.lower.is_finite or rng.random() < 0.5 else -1))
    if style <= 1:
        return Rational(Fraction(rng.uniform(low, high)).limit_denominator(1000))
    scale = Rational(Fraction(10 ** rng.uniform(-8, min(8, largest)) if style == 2 else 10 ** rng.uniform(-7, -1)))
    scale = Rational(Fraction(float(scale)).limit_denominator(10**12)) or Rational(1, 10**12)
    sign = 1 if rng.random() < 0.5 else -1
    if style == 3:
        anchors = simple_values(symbol) or (Integer(0),)
        value = anchors[int(rng.integers(len(anchors)))] + sign * scale
    elif domain.lower.is_finite and domain.upper.is_finite:
        near = scale / (1 + scale) * (domain.upper - domain.lower)
        value = domain.lower + near if sign > 0 else domain.upper - near
    elif domain.lower.is_finite:
        value = domain.lower + scale
    elif domain.upper.is_finite:
        value = domain.upper - scale
    else:
        value = sign * scale
    return value
