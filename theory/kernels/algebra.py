"""An exact zero test of our own: expressions become rational functions in independent generators, and zero is seen.

SymPy supplies the expression tree and nothing else. An identity is meant on the joint domain of its symbols,
intersected with `where`, at all points where both sides are defined (so x/x = 1 holds on the reals, and sqrt(x**2) = x
does not). All rewriting is by rules whose hypotheses are proved first; see `transcendental`. What is not understood
stays an opaque generator, equal only to itself with equal arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import Basic, Expr, S, Symbol, nan, oo, zoo
from sympy.core.relational import Ge, Gt, Le, Lt, Ne

from ..symbols import domain_of
from .generators import Field, Generator, Quotient, Rescale, Undecided, as_fraction
from .ranges import Range, of_domain
from .signs import sign
from .transcendental import imaginary_unit

Where = tuple[Basic, ...]
RESCALINGS = 12
FLIPPED = {Lt: Gt, Le: Ge}


@dataclass(frozen=True)
class NormalForm:
    """An expression as a quotient in the generators of a field."""

    field: Field
    value: Quotient

    @property
    def is_zero(self) -> bool:
        """Whether the numerator is the zero polynomial: then the expression is zero wherever it is defined."""
        return bool(self.value.num.is_zero())

    def __str__(self) -> str:
        kinds = ", ".join(
            f"g{i}: {g.label if g.kind == 'symbol' else g.kind}" for i, g in enumerate(self.field.generators)
        )
        return f"({self.value.num})/({self.value.den}) with {kinds}"


class Reader:
    """Reads expressions into one field, under fixed assumptions."""

    def __init__(self, where: Where, scales: dict[tuple[str, int], int]) -> None:
        self.field = Field(scales)
        self._known: dict[Expr, Quotient] = {}
        self.infeasible = False
        for fact in where:
            self._assume(fact)

    def _assume(self, fact: Basic) -> None:
        """Takes in a strict or weak inequality; what is not understood is not used."""
        if isinstance(fact, Lt | Le):
            fact = FLIPPED[type(fact)](fact.rhs, fact.lhs)
        if not isinstance(fact, Gt | Ge) or fact.has(oo, -oo, zoo, nan):
            return
        try:
            difference = self.read(fact.lhs - fact.rhs)
        except Undecided:
            return
        field, strict = self.field, isinstance(fact, Gt)
        if not field.is_real(difference):
            return
        known = sign(field, difference)
        if known == -2 or (strict and (known == -1 or difference.num.is_zero())):
            self.infeasible = True
        above = sign(field, Quotient(difference.den, field.one_poly))
        field.assume(difference.num if above == 2 else difference.num * difference.den, strict)
        self._narrow(difference, strict)

    def _narrow(self, difference: Quotient, strict: bool) -> None:
        """Narrows the range of a symbol by a fact a s + b > 0 with rational a and b."""
        field = self.field
        members = field.members(*difference)
        if len(members) != 1 or not difference.den.is_constant() or difference.num.degrees()[members[0]] != 1:
            return
        index, poly = members[0], difference.num
        slope = as_fraction(poly.derivative(index))
        end = slope and -as_fraction(poly - field.variables[index] * poly.derivative(index)) / slope
        generator = field.generators[index]
        if generator.kind != "symbol" or generator.values is None:
            return
        half = Range(lower=end, lower_open=strict) if slope > 0 else Range(upper=end, upper_open=strict)
        narrowed = generator.values.meet(half)
        if narrowed is None:
            self.infeasible = True
        else:
            field.narrow(index, narrowed)

    def read(self, expr: Expr) -> Quotient:
        """The expression as an element of the field. Raises Undecided or Rescale."""
        if expr not in self._known:
            self._known[expr] = self._read(expr)
        return self._known[expr]

    def _read(self, expr: Expr) -> Quotient:
        field = self.field
        if not isinstance(expr, Expr) or expr.is_commutative is not True or getattr(expr, "is_Matrix", False):
            raise Undecided(f"{expr} is no commutative scalar")
        if expr.is_Rational:
            return field.constant(Fraction(int(expr.p), int(expr.q)))
        if expr.is_Symbol:
            return self._symbol(expr)
        if expr.is_Add:
            return field.sum(self.read(term) for term in expr.args)
        if expr.is_Mul:
            product = field.one
            for factor in expr.args:
                product = field.multiply(product, self.read(factor))
            return product
        if expr in (oo, -oo, zoo, nan) or expr.is_Float:
            raise Undecided(f"{expr} is not an exact finite number")
        if expr is S.ImaginaryUnit:
            return imaginary_unit(field)
        from .function_rules import read_function

        return read_function(self, expr)

    def _symbol(self, symbol: Symbol) -> Quotient:
        try:
            domain = domain_of(symbol)
            values, integer = of_domain(domain), domain.integer
        except ValueError:
            values, integer = None, False
        generator = Generator("symbol", (), values, frozenset([symbol]), None, 1, integer, symbol)
        return self.field.element(self.field.add_generator(generator))

    def opaque(self, head: object, arguments: Iterable[Quotient], values: Range | None = None, **more: Any) -> Quotient:
        """The value of a function of which nothing is used but that equal arguments give equal values."""
        arguments = tuple(arguments)
        index = self.field.find("function", arguments, head)
        if index is None:
            depends = frozenset().union(*(self.field.depends(a) for a in arguments)) | more.pop("depends", frozenset())
            depends -= more.pop("bound", frozenset())
            index = self.field.add_generator(Generator("function", arguments, values, depends, label=head, **more))
        return self.field.element(index)


@lru_cache(maxsize=512)
def read(expr: Expr, where: Where = ()) -> tuple[Reader, Quotient]:
    """The reader and the element for an expression. Raises Undecided."""
    scales: dict[tuple[str, int], int] = {}
    for _ in range(RESCALINGS):
        try:
            reader = Reader(where, scales)
            return reader, reader.read(expr)
        except Rescale:
            continue
    raise Undecided("the common denominators of exponents do not settle")


def normal_form(expr: Expr, where: Where = ()) -> NormalForm:
    """The normal form of an expression on the domain of its symbols and `where`. Raises Undecided."""
    from .cases import prepared

    expr, where = prepared(expr, where)
    reader, value = read(expr, where)
    return NormalForm(reader.field, value)


def is_zero(expr: Expr, where: Where = ()) -> bool | None:
    """True where the expression is proved to vanish at all points at which it is defined, else None."""
    from .cases import zero_in_cases

    try:
        return True if zero_in_cases(expr, tuple(where)) else None
    except Undecided:
        return None


def sign_of(expr: Expr, where: Where = ()) -> int:
    """2 for positive, 1 for not negative, -1 for not positive, -2 for negative wherever defined, 0 for not decided."""
    from .cases import prepared

    try:
        expr, where = prepared(expr, tuple(where))
        reader, value = read(expr, where)
        found = sign(reader.field, value)
    except Undecided:
        found = 0
    return found or _sign_by_parts(expr, where)


def _sign_by_parts(expr: Expr, where: Where) -> int:
    """The sign from the signs of the terms or the factors as they stand."""
    if not (expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer)):
        return 0
    parts = [sign_of(part, where) for part in (expr.args if not expr.is_Pow else expr.args[:1])]
    if 0 in parts:
        return 0
    if expr.is_Add:
        if min(parts) > 0:
            return max(parts)
        return min(parts) if max(parts) < 0 else 0
    if expr.is_Pow:
        return abs(parts[0]) if expr.exp % 2 == 0 else parts[0]
    negative = sum(part < 0 for part in parts) % 2
    size = min(abs(part) for part in parts)
    return -size if negative else size


def is_positive(expr: Expr, where: Where = ()) -> bool:
    """Whether the expression is proved to be positive wherever it is defined."""
    return sign_of(expr, where) == 2


def is_nonnegative(expr: Expr, where: Where = ()) -> bool:
    """Whether the expression is proved to be at least zero wherever it is defined."""
    return sign_of(expr, where) > 0


def is_nonzero(expr: Expr, where: Where = ()) -> bool:
    """Whether the expression is proved to be nowhere zero."""
    if abs(sign_of(expr, where)) == 2:
        return True
    differences = [fact.lhs - fact.rhs for fact in where if isinstance(fact, Ne)]
    return any(is_zero(expr - d) or is_zero(expr + d) for d in differences)


__all__ = ["NormalForm", "is_nonnegative", "is_nonzero", "is_positive", "is_zero", "normal_form", "sign_of"]
