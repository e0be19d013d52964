"""The way back: an element of a field as a SymPy expression."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, Rational

from .generators import Field, Generator, Poly, Quotient, Undecided


def to_expression(field: Field, a: Quotient) -> Expr:
    """The element as an expression. Raises Undecided where a generator has no plain name."""
    return _poly(field, a.num) / _poly(field, a.den)


def _poly(field: Field, poly: Poly) -> Expr:
    values = {i: _generator(field, field.generators[i]) for i in field.members(poly)}
    terms = []
    for monomial, coefficient in poly.terms():
        factors = [values[i] ** e for i, e in enumerate(monomial) if e]
        terms.append(sp.Mul(Rational(int(coefficient.p), int(coefficient.q)), *factors))
    return sp.Add(*terms)


def _generator(field: Field, generator: Generator) -> Expr:
    if generator.kind == "symbol":
        return generator.label
    arguments: list[Any] = [to_expression(field, a) for a in generator.arguments]
    one_d = Rational(1, generator.degree)
    if generator.kind == "exp":
        return sp.exp(arguments[0] * one_d)
    if generator.kind == "root":
        return arguments[0] ** one_d
    plain = {"log": sp.log, "abs": sp.Abs, "gamma": sp.gamma, "I": lambda: sp.I, "pi": lambda: sp.pi}
    if generator.kind in plain:
        return plain[generator.kind](*arguments)
    if isinstance(generator.label, sp.Function | sp.core.function.FunctionClass):
        return generator.label(*arguments)
    raise Undecided(f"no expression for {generator.kind} {generator.label}")
