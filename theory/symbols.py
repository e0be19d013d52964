"""Symbols that carry their domain, their LaTeX name and a typical range.

Every symbol of a topic is made once, at the head of its module:

>>> x, z = reals("x z")
>>> sigma = positive("sigma", tex=r"\\sigma", typical=(0.3, 3))
>>> sigma.domain
Domain(lower=0, upper=oo, lower_open=True, upper_open=True, integer=False)

A symbol of plain SymPy is understood too: `domain_of` reads its assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sympy import Expr, Integer, Symbol, latex, oo, sympify
from sympy.core.numbers import Number


@dataclass(frozen=True)
class Domain:
    """An interval of the real line, or the integers in it; infinite ends are open."""

    lower: Expr = -oo
    upper: Expr = oo
    lower_open: bool = True
    upper_open: bool = True
    integer: bool = False

    def __contains__(self, value: Any) -> bool:
        value = sympify(value, strict=True)
        if self.integer and value.is_integer is not True:
            return False
        above = value > self.lower if self.lower_open else value >= self.lower
        below = value < self.upper if self.upper_open else value <= self.upper
        return bool(above) and bool(below)

    def __str__(self) -> str:
        left, right = "(" if self.lower_open else "[", ")" if self.upper_open else "]"
        return f"{'integers in ' if self.integer else ''}{left}{self.lower}, {self.upper}{right}"


REALS = Domain()
POSITIVE = Domain(lower=Integer(0))
NONNEGATIVE = Domain(lower=Integer(0), lower_open=False)
UNIT = Domain(lower=Integer(0), upper=Integer(1))
"""The open unit interval, where probabilities live that may be divided by and logged."""


def _assumptions(domain: Domain) -> dict[str, bool]:
    facts = {"integer": True} if domain.integer else {"real": True}
    if domain.lower.is_positive or (domain.lower.is_zero and domain.lower_open):
        facts["positive"] = True
    elif domain.lower.is_zero:
        facts["nonnegative"] = True
    if domain.upper.is_negative or (domain.upper.is_zero and domain.upper_open):
        facts["negative"] = True
    elif domain.upper.is_zero:
        facts["nonpositive"] = True
    return facts


class DomainSymbol(Symbol):  # type: ignore[misc]
    """A symbol with its domain, LaTeX name and typical range; equal to another that agrees in all of them.

    SymPy's cache hands out one of two equal symbols for the other, so that whatever is not part of the equality would
    depend on what was imported before.
    """

    __slots__ = ("_content", "domain", "tex", "typical")
    domain: Domain
    tex: str
    typical: tuple[float, float]

    def __new__(
        cls,
        name: str,
        domain: Domain = REALS,
        tex: str | None = None,
        typical: tuple[float, float] | None = None,
    ) -> DomainSymbol:
        self = cast("DomainSymbol", Symbol.__xnew__(cls, name, **_assumptions(domain)))
        self.domain = domain
        self.tex = tex or latex(Symbol(name))
        self.typical = typical or _typical(domain)
        self._content = (*Symbol._hashable_content(self), str(domain), self.tex, self.typical)
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        # Computed once: SymPy asks at every comparison.
        content: tuple[Any, ...] = self._content
        return content

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.domain, self.tex, self.typical), {}

    def _latex(self, printer: Any) -> str:
        return self.tex


class Pointwise(DomainSymbol):
    """The value at one point of a function on a measure space; see `theory.measures`.

    `normalized` says that its integral is one, so that it is a density, which no other function is equal to.
    """

    __slots__ = ("normalized",)
    normalized: bool

    def __new__(
        cls,
        name: str,
        domain: Domain = REALS,
        tex: str | None = None,
        typical: tuple[float, float] | None = None,
        normalized: bool = False,
    ) -> Pointwise:
        self = cast("Pointwise", DomainSymbol.__new__(cls, name, domain, tex, typical))
        self.normalized = normalized
        self._content = (*self._content, normalized)
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.domain, self.tex, self.typical, self.normalized), {}


def _typical(domain: Domain) -> tuple[float, float]:
    lower = float(domain.lower) if domain.lower.is_finite else None
    upper = float(domain.upper) if domain.upper.is_finite else None
    if lower is None and upper is None:
        return (-2.0, 2.0)
    if upper is None:
        assert lower is not None
        return (lower, lower + 8) if domain.integer else (lower + 0.2, lower + 3)
    if lower is None:
        return (upper - 3, upper - 0.2)
    margin = 0.0 if domain.integer else 0.05 * (upper - lower)
    return (lower + margin, upper - margin)


def _several(names: str, make: Any) -> Any:
    made = tuple(make(name) for name in names.split())
    return made[0] if len(made) == 1 else made


def real(name: str, tex: str | None = None, typical: tuple[float, float] | None = None) -> DomainSymbol:
    """A real symbol."""
    return DomainSymbol(name, REALS, tex, typical)


def reals(names: str) -> tuple[DomainSymbol, ...]:
    """Real symbols, one a word."""
    return tuple(real(name) for name in names.split())


def positive(name: str, tex: str | None = None, typical: tuple[float, float] | None = None) -> DomainSymbol:
    """A positive symbol."""
    return DomainSymbol(name, POSITIVE, tex, typical)


def probability(name: str, tex: str | None = None, typical: tuple[float, float] | None = None) -> DomainSymbol:
    """A symbol in the open unit interval."""
    return DomainSymbol(name, UNIT, tex, typical)


def bounded(
    name: str,
    lower: Any,
    upper: Any,
    closed: bool = True,
    tex: str | None = None,
    typical: tuple[float, float] | None = None,
) -> DomainSymbol:
    """A real symbol between two exact numbers, the ends included unless `closed` is false."""
    ends = sympify(lower, strict=True), sympify(upper, strict=True)
    return DomainSymbol(name, Domain(*ends, not closed, not closed), tex, typical)


def integer(
    name: str, least: int | None = None, tex: str | None = None, typical: tuple[float, float] | None = None
) -> DomainSymbol:
    """An integer symbol, at least `least` where that is given."""
    domain = Domain(integer=True) if least is None else Domain(Integer(least), lower_open=False, integer=True)
    return DomainSymbol(name, domain, tex, typical)


def density(name: str, tex: str | None = None) -> Pointwise:
    """The value of a positive probability density (with respect to any measure) at a point."""
    return Pointwise(name, POSITIVE, tex, normalized=True)


def function(name: str, domain: Domain = REALS, tex: str | None = None) -> Pointwise:
    """The value of a function at a point of a measure space, with its range."""
    return Pointwise(name, domain, tex)


def domain_of(symbol: Symbol) -> Domain:
    """The domain of a symbol: its own where it is a `DomainSymbol`, else what its SymPy assumptions say.

    Raises ValueError for a symbol that is not known to be real.
    """
    if isinstance(symbol, DomainSymbol):
        return symbol.domain
    if not symbol.is_extended_real:
        raise ValueError(f"symbol {symbol} is not declared real: make it with Symbol({str(symbol)!r}, real=True)")
    lower: Number = -oo
    upper: Number = oo
    if symbol.is_nonnegative:
        lower = Integer(0)
    if symbol.is_nonpositive:
        upper = Integer(0)
    return Domain(
        lower,
        upper,
        not (lower == 0 and not symbol.is_nonzero),
        not (upper == 0 and not symbol.is_nonzero),
        bool(symbol.is_integer),
    )


def typical_range(symbol: Symbol) -> tuple[float, float]:
    """The range over which figures draw and measurements sample a symbol."""
    return symbol.typical if isinstance(symbol, DomainSymbol) else _typical(domain_of(symbol))
