"""Proofs that a polynomial in real generators is positive or not negative, from their ranges and the facts.

Every rule is a theorem: sums and products of ranges; a constant multiple of a fact plus something not negative;
products of factors; a function that is concave in a bounded generator is least at an end; a quadratic with a positive
leading coefficient and a positive discriminant 4ac - b^2.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf, prod
from random import Random

from flint import fmpq

from .generators import Field, Poly, Quotient, to_fraction
from .ranges import Range, point

POSITIVE, NONNEGATIVE, UNKNOWN = 2, 1, 0
DEPTH = 3
MAX_LENGTH = 40
EFFORT = 50
SAMPLED, SAMPLES = 60, 10
"""How many values are drawn to look at, and how many are kept."""


def sign(field: Field, a: Quotient) -> int:
    """2 for positive, 1 for not negative, -1 for not positive, -2 for negative wherever it is defined, else 0."""
    if a.num.is_zero():
        return NONNEGATIVE
    num, den = poly_sign(field, a.num), poly_sign(field, a.den)
    if not (num and den):
        return poly_sign(field, a.num * a.den) if not a.den.is_constant() else 0
    # A denominator that is not negative is positive wherever the quotient is defined.
    return num if den > 0 else -num


def poly_sign(field: Field, poly: Poly) -> int:
    """The sign of a polynomial, as in `sign`."""
    key = str(poly)
    known = field.signs.get(key)
    if known is None:
        try:
            above, below = _looks(field, poly)
        except OverflowError:
            above = below = False
        known = UNKNOWN
        if not below:
            field.effort = EFFORT
            known = prove(field, poly)
        if not above and not known:
            field.effort = EFFORT
            known = -prove(field, -poly)
        field.signs[key] = known
    return known


def _looks(field: Field, poly: Poly) -> tuple[bool, bool]:
    """Whether the polynomial is seen above and below zero at sampled values, in floating point: it only spares effort.

    All rules let the generators vary independently in their ranges, as far as the facts allow; so do the samples.
    """
    stamp = (len(field.generators), len(field.facts))
    if field.samples[0] != stamp:
        field.samples = (stamp, _sampled(field))
    above = below = False
    terms = _float_terms(poly)
    for values in field.samples[1]:
        total = size = 0.0
        for coefficient, powers in terms:
            term = coefficient * prod(values[i] ** e for i, e in powers)
            total, size = total + term, size + abs(term)
        above, below = above or total > 1e-9 * size, below or total < -1e-9 * size
        if above and below:
            break
    return above, below


def _float_terms(poly: Poly) -> list[tuple[float, list[tuple[int, int]]]]:
    return [
        (float(to_fraction(coefficient)), [(i, int(e)) for i, e in enumerate(monomial) if e])
        for monomial, coefficient in poly.terms()
    ]


def _sampled(field: Field) -> list[list[float]]:
    """Values of the generators inside their ranges at which every fact holds clearly, the same ones every time."""
    rng = Random(0)
    facts = [_float_terms(fact) for fact, _ in field.facts]
    kept: list[list[float]] = []
    for _ in range(SAMPLED):
        values = [_inside(generator.values, rng) for generator in field.generators]
        sums = [sum(c * prod(values[i] ** e for i, e in powers) for c, powers in terms) for terms in facts]
        if all(total > 1e-6 for total in sums):
            kept.append(values)
        if len(kept) == SAMPLES:
            break
    return kept


def _inside(values: Range | None, rng: Random) -> float:
    share, size = rng.uniform(0.02, 0.98), rng.choice((0.1, 1.0, 3.0))
    low, high = (-inf, inf) if values is None else (float(values.lower), float(values.upper))
    if low > -inf and high < inf:
        return low + share * (high - low)
    step = size * share / (1 - share)
    if low > -inf:
        return low + step
    return high - step if high < inf else rng.choice((-1, 1)) * step


def prove(field: Field, poly: Poly, depth: int = DEPTH) -> int:
    """POSITIVE or NONNEGATIVE where that is proved, else UNKNOWN."""
    if poly.is_zero():
        return NONNEGATIVE
    if len(poly) > MAX_LENGTH or any(field.generators[i].values is None for i in field.members(poly)):
        return UNKNOWN
    best = poly_range(field, poly).sign
    field.effort -= 1
    if best == POSITIVE or depth == 0 or field.effort < 0:
        return best
    for rule in (_by_facts, _by_factors, _by_ends, _by_discriminant):
        best = max(best, rule(field, poly, depth - 1))
        if best == POSITIVE:
            return best
    return best


def poly_range(field: Field, poly: Poly) -> Range:
    """A range that holds all values of the polynomial."""
    total = point(Fraction(0))
    members = field.members(poly)
    for monomial, coefficient in poly.terms():
        term = point(to_fraction(coefficient))
        for index in members:
            exponent = monomial[index]
            if exponent:
                values = field.generators[index].values
                assert values is not None
                term = term * values ** int(exponent)
        total = total + term
    return total


def _by_facts(field: Field, poly: Poly, depth: int) -> int:
    best = UNKNOWN
    coefficients = dict(poly.terms())
    for fact, strict in field.facts:
        ratios = {coefficients[m] / c for m, c in fact.terms() if m in coefficients}
        for ratio in ratios:
            if ratio <= 0:
                continue
            proved = prove(field, poly - fact * ratio, depth)
            if proved:
                best = max(best, POSITIVE if strict else proved)
            if best == POSITIVE:
                return best
    return best


def _by_factors(field: Field, poly: Poly, depth: int) -> int:
    content, factors = poly.factor()
    if len(factors) == 1 and factors[0][1] == 1:
        return UNKNOWN
    negative, result = content < 0, POSITIVE
    for factor, exponent in factors:
        found = prove(field, factor, depth) or -prove(field, -factor, depth)
        if exponent % 2 == 0:
            result = min(result, POSITIVE if abs(found) == POSITIVE else NONNEGATIVE)
            continue
        if not found:
            return UNKNOWN
        negative ^= found < 0
        result = min(result, abs(found))
    return UNKNOWN if negative else result


def _by_ends(field: Field, poly: Poly, depth: int) -> int:
    for index in field.members(poly):
        parts = _by_powers(field, poly, index)
        values = field.generators[index].values
        if max(parts) > 2 or values is None:
            continue
        proofs = _end_proofs(field, poly, index, parts, values, depth)
        if proofs is None or UNKNOWN in proofs:
            continue
        if min(proofs) == POSITIVE or (max(proofs) == POSITIVE and values.lower_open and values.upper_open):
            return POSITIVE
        return NONNEGATIVE
    return UNKNOWN


def _end_proofs(
    field: Field, poly: Poly, index: int, parts: dict[int, Poly], values: Range, depth: int
) -> list[int] | None:
    """The signs at the ends of the generator's range, where concavity makes them enough; else None."""
    concave = 2 not in parts or prove(field, -parts[2], depth) >= NONNEGATIVE
    if values.lower == -inf and values.upper == inf:
        return None
    proofs = []
    for end, inward in ((values.lower, 1), (values.upper, -1)):
        if isinstance(end, Fraction):
            at_end = field.context.constant(0)
            for power, part in parts.items():
                at_end = at_end + part * fmpq(end.numerator, end.denominator) ** int(power)
            proofs.append(prove(field, at_end, depth) if not at_end.is_zero() else NONNEGATIVE)
        elif 2 in parts:
            return None
        else:
            slope = prove(field, parts[1] * -inward, depth)
            # The value grows without end, or stays as it is: the other end decides.
            proofs.append(slope)
    return proofs if concave else None


def _by_discriminant(field: Field, poly: Poly, depth: int) -> int:
    for index in field.members(poly):
        parts = _by_powers(field, poly, index)
        if max(parts) != 2 or 0 not in parts:
            continue
        zero = field.context.constant(0)
        a, b, c = parts[2], parts.get(1, zero), parts[0]
        if prove(field, a, depth) == POSITIVE:
            found = prove(field, 4 * a * c - b * b, depth)
            if found:
                return found
    return UNKNOWN


def _by_powers(field: Field, poly: Poly, index: int) -> dict[int, Poly]:
    """The coefficients of the powers of one generator."""
    parts: dict[int, dict[tuple[int, ...], object]] = {}
    for monomial, coefficient in poly.terms():
        kept = (*monomial[:index], 0, *monomial[index + 1 :])
        parts.setdefault(monomial[index], {})[kept] = coefficient
    return {power: field.context.from_dict(part) for power, part in parts.items()}
