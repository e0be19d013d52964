"""Integrals over any measure space: one abstract functional that is linear, monotone and normalized on densities.

`integral(f)` is the integral of f against a fixed measure that dominates every density in sight: Lebesgue measure, a
counting measure, anything. Quantities that vary from point to point are `symbols.density` and `symbols.function`; all
other symbols are constants. So E_p[f] = integral(p * f) for densities and for discrete laws at once, and a pointwise
identity or inequality lifts to the theorem for every measure.

>>> from theoremcheck.theory.symbols import density, function, real
>>> p, f, c = density("p"), function("f"), real("c")
>>> linear(integral(p * (f + c)))
c + Mu(f*p)
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Function, Integer, Mul, expand_mul

from .symbols import DomainSymbol, Pointwise

ONE = Integer(1)


class Mu(Function):  # type: ignore[misc]
    """The integral of its argument over the whole space, against the dominating measure."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\int {printer._print(self.args[0])} \,d\mu"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

    def _pretty(self, printer: Any) -> Any:
        from sympy.printing.pretty.stringpict import prettyForm, stringPict

        body = printer._print(self.args[0])
        return prettyForm(*stringPict("∫ ").right(body, " dμ"), binding=prettyForm.MUL)

    def _eval_is_real(self) -> bool | None:
        return True if self.args[0].is_real else None

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None


integral = Mu


def expect(density: Expr, value: Expr) -> Expr:
    """The expectation of a function under a density: E_p[f] = integral of p f."""
    return Mu(density * value)


def varies(expr: Expr) -> bool:
    """Whether the expression varies from point to point, outside of integrals."""
    if isinstance(expr, Pointwise):
        return True
    if isinstance(expr, Mu):
        return False
    return any(varies(part) for part in expr.args)


def linear(expr: Expr) -> Expr:
    """The expression with every integral split into terms and freed of constants, densities integrating to one."""
    if isinstance(expr, Mu):
        return Add(*(_integrated(term) for term in Add.make_args(expand_mul(linear(expr.args[0])))))
    if not expr.args or not expr.has(Mu):
        return expr
    return expr.func(*(linear(part) for part in expr.args))


def _integrated(term: Expr) -> Expr:
    constant: list[Expr] = []
    varying: list[Expr] = []
    for factor in Mul.make_args(term):
        (varying if varies(factor) else constant).append(factor)
    body = Mul(*varying)
    if isinstance(body, Pointwise) and body.normalized:
        return Mul(*constant)
    return Mul(*constant) * Mu(body)


def pointwise_symbols(expr: Expr) -> tuple[Pointwise, ...]:
    """The functions and densities that the expression speaks of, by name."""
    return tuple(sorted(expr.atoms(Pointwise), key=lambda symbol: symbol.name))


def on_atoms(expr: Expr, count: int, mass: Expr = ONE) -> Expr:
    """The expression on the space of `count` atoms of equal mass, in free symbols: a closed finite instance.

    A function f becomes f_1, f_2, ...; a density p becomes weights p_1, p_2, ... divided by their sum and the mass.
    Raises ValueError where a pointwise symbol stands outside every integral.
    """
    if varies(expr):
        loose = [str(symbol) for symbol in pointwise_symbols(expr)]
        raise ValueError(f"a pointwise quantity stands outside the integral: one of {', '.join(loose)}")
    values = {symbol: atom_values(symbol, count, mass) for symbol in pointwise_symbols(expr)}

    def close(part: Expr) -> Expr:
        if isinstance(part, Mu):
            body = close(part.args[0]) if part.args[0].has(Mu) else part.args[0]
            return mass * Add(*(body.xreplace({s: v[i] for s, v in values.items()}) for i in range(count)))
        return part.func(*(close(arg) for arg in part.args)) if part.has(Mu) else part

    return close(expr)


def atom_values(symbol: Pointwise, count: int, mass: Expr = ONE) -> list[Expr]:
    """The values of a pointwise quantity on `count` atoms of equal mass, in free symbols with its domain."""
    free = [DomainSymbol(f"{symbol.name}_{i + 1}", symbol.domain, f"{symbol.tex}_{{{i + 1}}}") for i in range(count)]
    if not symbol.normalized:
        return list(free)
    total = mass * Add(*free)
    return [weight / total for weight in free]
