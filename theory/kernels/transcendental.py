"""Exponentials, logarithms, powers, absolute values and gamma functions as generators of a field, with their relations.

Conventions. Functions have their principal values, an identity is meant wherever both sides are defined, and:
- exp(a) is split over the terms of a, always valid; exp(c log f) with rational c is a power or a root of f;
- log is split off the factors that are proved positive (or not negative: the logarithm is undefined at zero), and even
  powers of real factors give log|f|; the product of all other factors keeps one opaque logarithm;
- f^e means exp(e log f), which also holds at f = 0 wherever both sides are defined there.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_mat, fmpz

from .generators import Field, Generator, Poly, Quotient, Undecided, to_fraction
from .ranges import NONNEGATIVE_RAY, POSITIVE_RAY, REAL_LINE, Range, enclosure
from .signs import poly_sign, sign

LARGEST_FACTORED = 10**40
LONGEST_SHIFT = 40
HALF = Fraction(1, 2)
PARTS_OF_QUARTER_TURN = {
    Fraction(1, 3): ((3, HALF), (1, HALF)),
    Fraction(1, 2): ((2, HALF), (2, HALF)),
    Fraction(2, 3): ((1, HALF), (3, HALF)),
}
"""Cosine and sine of a part of a quarter turn, each (n, c) for c sqrt(n)."""


def imaginary_unit(field: Field) -> Quotient:
    """I, with I^2 = -1."""
    index = field.find("I", ())
    if index is None:
        index = field.add_generator(Generator("I", values=None, relation=(2, field.constant(-1))))
    return field.element(index)


def number_pi(field: Field) -> Quotient:
    """The number pi."""
    index = field.find("pi", ())
    if index is None:
        index = field.add_generator(Generator("pi", values=enclosure(arb.pi)))
    return field.element(index)


# --- exp


def exp(field: Field, a: Quotient) -> Quotient:
    """The exponential of an element."""
    powers: list[Quotient] = []
    rest = a
    for index in field.members(a.num):
        coefficient = _multiple_of(field, rest, index)
        generator = field.generators[index]
        if coefficient is None or generator.kind != "log":
            continue
        rest = field.subtract(rest, field.scaled(field.element(index), coefficient))
        powers.append(root_power(field, generator.arguments[0], coefficient))
    rest, turn = _without_turns(field, rest)
    return _product(field, [*powers, turn, *_exp_basis(field, rest)])


def _product(field: Field, factors: list[Quotient]) -> Quotient:
    result = field.one
    for factor in factors:
        result = field.multiply(result, factor)
    return result


def _multiple_of(field: Field, a: Quotient, index: int) -> Fraction | None:
    """The rational c for which a - c g has no more term c g, for a generator g outside the denominator."""
    if a.den.degrees()[index]:
        return None
    monomial, below = next(iter(a.den.terms()))
    wanted = tuple(e + int(i == index) for i, e in enumerate(monomial))
    coefficient = dict(a.num.terms()).get(wanted)
    return to_fraction(coefficient / below) if coefficient else None


def _without_turns(field: Field, a: Quotient) -> tuple[Quotient, Quotient]:
    """a without its term c I pi where exp of that is a known root of unity, and that root."""
    unit, circle = field.find("I", ()), field.find("pi", ())
    if unit is None or circle is None or not a.den.is_constant():
        return a, field.one
    monomial = [0] * len(field.variables)
    monomial[unit] = monomial[circle] = 1
    coefficient = dict(a.num.terms()).get(tuple(monomial), fmpq(0))
    halves = to_fraction(coefficient / a.den.leading_coefficient()) * 2
    quarter, rest = divmod(halves, 1)
    if rest in PARTS_OF_QUARTER_TURN:
        (p, q), (u, v) = PARTS_OF_QUARTER_TURN[rest]
        roots = [root_power(field, field.constant(n), Fraction(1, 2)) for n in (p, u)]
        cosine, sine = (field.scaled(r, w) for r, w in zip(roots, (q, v), strict=True))
        turn = field.add(cosine, field.multiply(field.element(unit), sine))
    else:
        turn, halves = field.one, Fraction(quarter)
    i_pi = field.multiply(field.element(unit), field.element(circle))
    remaining = field.subtract(a, field.scaled(i_pi, halves / 2))
    return remaining, field.multiply(turn, field.power(field.element(unit), quarter % 4))


def _exp_basis(field: Field, a: Quotient) -> list[Quotient]:
    if a.num.is_zero():
        return []
    if len(a.den) > 1:
        return _exp_combination(field, a, Fraction(1))
    factors = []
    for monomial, coefficient in a.num.terms():
        term = field.quotient(field.context.from_dict({monomial: fmpq(1)}), a.den)
        factors += _exp_combination(field, term, to_fraction(coefficient))
    return factors


def _exp_combination(field: Field, a: Quotient, coefficient: Fraction) -> list[Quotient]:
    """exp(coefficient * a) as a product of powers of exponentials of a rationally independent family."""
    basis = [(i, g) for i, g in enumerate(field.generators) if g.kind == "exp"]
    weights = _in_span(field, a, [g.arguments[0] for _, g in basis])
    if weights is None:
        number = len(basis)
        degree = field.scale("exp", number, 1)
        index = field.add_generator(_exp_generator(field, a, degree))
        basis.append((index, field.generators[index]))
        weights = [Fraction(0)] * number + [Fraction(1)]
    factors = []
    for number, ((index, generator), weight) in enumerate(zip(basis, weights, strict=True)):
        power = weight * coefficient
        if power:
            field.scale("exp", number, power.denominator)
            factors.append(field.element(index, int(power * generator.degree)))
    return factors


def _exp_generator(field: Field, a: Quotient, degree: int) -> Generator:
    values: Range | None = None
    relation = None
    if field.is_real(a):
        direction = sign(field, a)
        values = {2: Range(Fraction(1)), -2: Range(Fraction(0), Fraction(1))}.get(direction, POSITIVE_RAY)
        values = {1: Range(Fraction(1), lower_open=False)}.get(direction, values)
    constant = field.rational(a)
    if constant is not None:
        exponent = fmpq(constant.numerator, constant.denominator * degree)
        values = enclosure(lambda: arb(exponent).exp())
    unit, circle = field.find("I", ()), field.find("pi", ())
    if degree == 1 and unit is not None and circle is not None:
        half_turn = field.multiply(field.element(unit), field.element(circle))
        if field.is_integer(field.divide(a, half_turn)):
            values, relation = Range(Fraction(-1), Fraction(1), False, False), (2, field.one)
    return Generator("exp", (a,), values, field.depends(a), relation, degree)


def _in_span(field: Field, a: Quotient, basis: list[Quotient]) -> list[Fraction] | None:
    """Rational weights with a = sum of weight * member, or None; the basis is rationally independent."""
    for number, member in enumerate(basis):
        if member == a:
            return [Fraction(int(i == number)) for i in range(len(basis))]
    if not basis or (len(a.den) == 1 and all(len(b.den) == 1 and len(b.num) == 1 for b in basis)):
        return None
    den = a.den
    for member in basis:
        den = den * (member.den / den.gcd(member.den))
    columns = [dict((q.num * (den / q.den)).terms()) for q in (*basis, a)]
    rows = sorted({monomial for column in columns for monomial in column})
    matrix = fmpq_mat([[column.get(row, fmpq(0)) for column in columns] for row in rows])
    reduced, rank = matrix.rref()
    if any(reduced[i, i] != 1 for i in range(min(len(basis), rank))) or rank > len(basis):
        return None
    weights = [to_fraction(reduced[i, len(basis)]) for i in range(len(basis))]
    return weights if rank == len(basis) else None


# --- log and powers


def log(field: Field, a: Quotient, each_factor: bool = False) -> Quotient:
    """The logarithm of an element; `each_factor` splits every factor, which is valid below an integer power only."""
    if a.num.is_zero():
        raise Undecided("the logarithm of zero")
    (content, factors), (below, divisors) = a.num.factor(), a.den.factor()
    constant = to_fraction(content) / to_fraction(below)
    terms: list[Quotient] = []
    rest = field.one
    for factor, exponent in [*((f, int(e)) for f, e in factors), *((f, -int(e)) for f, e in divisors)]:
        found = poly_sign(field, factor)
        element = Quotient(factor if found >= 0 else -factor, field.one_poly)
        constant *= -1 if found < 0 and exponent % 2 else 1
        if found or each_factor:
            terms.append(field.scaled(_log_of_factor(field, element, bool(found)), exponent))
            continue
        real = field.is_real(element)
        even = exponent - exponent % 2 if real else 0
        if even:
            size = magnitude(field, element)
            terms.append(field.scaled(_log_of_factor(field, size, True), even))
        rest = field.multiply(rest, field.power(element, exponent - even))
    terms.append(_log_of_rational(field, abs(constant)))
    terms.append(_log_of_rest(field, rest, constant < 0, each_factor))
    return field.sum(terms)


def _log_of_rest(field: Field, rest: Quotient, negative: bool, each_factor: bool) -> Quotient:
    if rest == field.one or each_factor:
        return field.multiply(imaginary_unit(field), number_pi(field)) if negative else field.zero
    return field.element(_log_generator(field, field.negative(rest) if negative else rest, None))


def _log_of_rational(field: Field, value: Fraction) -> Quotient:
    terms = []
    for number, direction in ((value.numerator, 1), (value.denominator, -1)):
        primes = fmpz(number).factor() if number < LARGEST_FACTORED else [(number, 1)]
        for prime, exponent in primes:
            if prime != 1:
                index = _log_generator(field, field.constant(int(prime)), _log_enclosure(int(prime)))
                terms.append(field.scaled(field.element(index), direction * int(exponent)))
    return field.sum(terms)


def _log_enclosure(prime: int) -> Range:
    return enclosure(lambda: arb(prime).log())


def _log_of_factor(field: Field, a: Quotient, positive: bool) -> Quotient:
    """The logarithm of an irreducible factor (for an unknown sign its principal value)."""
    members = field.members(a.num)
    if positive and len(members) == 1 and a == field.element(members[0]):
        generator = field.generators[members[0]]
        if generator.kind == "exp" and generator.relation is None and field.is_real(generator.arguments[0]):
            return field.scaled(generator.arguments[0], Fraction(1, generator.degree))
        if generator.kind == "root":
            return field.scaled(log(field, generator.arguments[0]), Fraction(1, generator.degree))
    if not positive:
        return field.element(_log_generator(field, a, None))
    above, below = sign(field, field.subtract(a, field.one)), Range(upper=Fraction(0))
    values = {2: POSITIVE_RAY, 1: NONNEGATIVE_RAY, -2: below, -1: replace(below, upper_open=False)}.get(
        above, REAL_LINE
    )
    return field.element(_log_generator(field, a, values))


def _log_generator(field: Field, a: Quotient, values: Range | None) -> int:
    index = field.find("log", (a,))
    if index is None:
        index = field.add_generator(Generator("log", (a,), values, field.depends(a)))
    return index


def root_power(field: Field, a: Quotient, exponent: Fraction) -> Quotient:
    """exp(exponent * log a) for the argument a of a logarithm and a rational exponent."""
    if exponent.denominator == 1 or a == field.one:
        return field.power(a, int(exponent))
    roots = [i for i, g in enumerate(field.generators) if g.kind == "root"]
    number = next((n for n, i in enumerate(roots) if field.equal(field.generators[i].arguments[0], a)), len(roots))
    degree = field.scale("root", number, exponent.denominator)
    if number == len(roots):
        roots.append(field.add_generator(_root_generator(field, a, degree)))
    return field.power(field.element(roots[number]), int(exponent * degree))


def _root_generator(field: Field, a: Quotient, degree: int) -> Generator:
    rational = field.rational(a)
    if rational is not None and rational > 0:
        number = fmpq(rational.numerator, rational.denominator)
        values: Range | None = enclosure(lambda: arb(number).root(degree))
    else:
        known = sign(field, a)
        values = {2: POSITIVE_RAY, 1: NONNEGATIVE_RAY}.get(known) if field.is_real(a) else None
    return Generator("root", (a,), values, field.depends(a), (degree, a), degree)


def power(field: Field, base: Quotient, exponent: Quotient) -> Quotient:
    """base^exponent."""
    number = field.rational(exponent)
    if number is not None and number.denominator == 1:
        return field.power(base, int(number))
    if base.num.is_zero():
        if sign(field, exponent) == 2:
            return field.zero
        raise Undecided("a power of zero")
    integral = field.is_integer(exponent)
    return exp(field, field.multiply(exponent, log(field, base, each_factor=integral)))


# --- absolute values


def magnitude(field: Field, a: Quotient) -> Quotient:
    """The absolute value of a real element. Raises Undecided where it is not known to be real."""
    if not field.is_real(a):
        raise Undecided("the absolute value of a number that is not known to be real")
    if a.num.is_zero():
        return a
    known = sign(field, a)
    if known:
        return a if known > 0 else field.negative(a)
    (content, factors), (below, divisors) = a.num.factor(), a.den.factor()
    result = field.constant(abs(to_fraction(content) / to_fraction(below)))
    for factor, exponent in [*((f, int(e)) for f, e in factors), *((f, -int(e)) for f, e in divisors)]:
        result = field.multiply(result, field.power(_factor_size(field, factor, exponent), exponent))
    return result


def _factor_size(field: Field, factor: Poly, exponent: int) -> Quotient:
    element = Quotient(factor, field.one_poly)
    known = poly_sign(field, factor)
    if exponent % 2 == 0 or known > 0:
        return element
    if known < 0:
        return field.negative(element)
    if factor.leading_coefficient() < 0:
        element = field.negative(element)
    index = field.find("abs", (element,))
    if index is None:
        square = field.multiply(element, element)
        generator = Generator("abs", (element,), NONNEGATIVE_RAY, field.depends(element), (2, square))
        index = field.add_generator(generator)
    return field.element(index)


# --- functions with a shift


def gamma(field: Field, a: Quotient) -> Quotient:
    """The gamma function, arguments that differ by an integer brought to one representative."""
    whole = field.rational(a)
    if whole is not None and whole.denominator == 1:
        if not 0 < whole <= LONGEST_SHIFT:
            raise Undecided("the gamma function at a pole or at a large number")
        return _rising(field, field.one, int(whole) - 1)
    index, shift = _shifted(field, "gamma", a)
    if index is None:
        values = POSITIVE_RAY if sign(field, a) == 2 else REAL_LINE if field.is_real(a) else None
        index = field.add_generator(Generator("gamma", (a,), values, field.depends(a)))
    start = field.generators[index].arguments[0]
    if shift >= 0:
        return field.multiply(field.element(index), _rising(field, start, shift))
    return field.divide(field.element(index), _rising(field, a, -shift))


def _rising(field: Field, a: Quotient, steps: int) -> Quotient:
    return _product(field, [field.add(a, field.constant(i)) for i in range(steps)])


def _shifted(field: Field, kind: str, a: Quotient) -> tuple[int | None, int]:
    for index, generator in enumerate(field.generators):
        if generator.kind == kind:
            shift = field.rational(field.subtract(a, generator.arguments[0]))
            if shift is not None and shift.denominator == 1 and abs(shift) <= LONGEST_SHIFT:
                return index, int(shift)
    return None, 0


def polygamma(field: Field, order: int, a: Quotient) -> Quotient:
    """The polygamma function of the given order, by psi_m(x+1) = psi_m(x) + (-1)^m m! / x^(m+1)."""
    kind = f"polygamma {order}"
    index, shift = _shifted(field, kind, a)
    if index is None:
        values: Any = None
        if sign(field, a) == 2:
            values = REAL_LINE if order == 0 else POSITIVE_RAY if order % 2 else Range(upper=Fraction(0))
        index = field.add_generator(Generator(kind, (a,), values, field.depends(a)))
    start = field.generators[index].arguments[0] if shift >= 0 else a
    weight = field.scaled(field.one, (-1) ** order)
    weight = field.multiply(weight, _rising(field, field.one, order))
    steps = [field.power(field.add(start, field.constant(i)), -order - 1) for i in range(abs(shift))]
    change = field.multiply(weight, field.sum(steps))
    element = field.element(index)
    return field.add(element, change) if shift >= 0 else field.subtract(element, change)
