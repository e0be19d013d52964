"""Claims are data: what is said, about which symbols, under which joint assumptions.

The two sides of a claim are kept apart (`sympy.Eq` would collapse a true identity to `True`). A claim knows nothing
of how it is decided: `theory.judge.decide` turns it into evidence, a counterexample, or "unknown" with a reason.

Domains come from the symbols (see `theory.symbols`), joint assumptions stand in `where` as SymPy relations. A claim
whose sides hold integrals over an arbitrary measure (`theory.measures.integral`) is a claim about every measure space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from sympy import Basic, Expr, Symbol, latex, sympify

Order = Literal["<=", "<", ">=", ">"]
FLIPPED: dict[str, Order] = {"<=": ">=", "<": ">", ">=": "<=", ">": "<"}
RELATION_TEX = {"==": "=", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">", "!=": r"\ne", "->": r"\to"}


def _exact(value: Any) -> Any:
    """The value as SymPy, strings refused."""
    return sympify(value, strict=True)


def _symbols(*parts: Any) -> tuple[Symbol, ...]:
    found: set[Symbol] = set()
    for part in parts:
        found |= part.free_symbols if isinstance(part, Basic) else set()
    return tuple(sorted(found, key=lambda symbol: symbol.name))


class Claim:
    """What every claim can say of itself."""

    kind: ClassVar[str] = "claim"

    def latex(self) -> str:
        """The claim as a formula."""
        raise NotImplementedError

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free symbols, by name."""
        return ()


@dataclass(frozen=True)
class Identity(Claim):
    """lhs = rhs for all values of the symbols in their domains that satisfy `where`, where both sides have values.

    Logarithms and roots have their principal values, complex where they leave the real line: so
    log(x y) = log x + log y is false for real x, y. Where a side has no value at all nothing is claimed:
    1 + x + ... + x^n = (1 - x^(n+1))/(1 - x) needs no x != 1.
    """

    lhs: Expr
    rhs: Expr
    where: tuple[Basic, ...] = ()
    kind: ClassVar[str] = "identity"
    relation: ClassVar[str] = "=="

    def __post_init__(self) -> None:
        object.__setattr__(self, "lhs", _exact(self.lhs))
        object.__setattr__(self, "rhs", _exact(self.rhs))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return _symbols(self.lhs, self.rhs, *self.where)

    def latex(self) -> str:
        return f"{latex(self.lhs)} = {latex(self.rhs)}" + _where_tex(self.where)


@dataclass(frozen=True)
class Inequality(Claim):
    """lhs relation rhs (one of <=, <, >=, >) for all values of the symbols in their domains that satisfy `where`.

    multipliers: for a claim about every measure, pairs (w, lambda) such that adding the sum of
    lambda * (integral(w) - 1) over densities w makes the inequality true at each point; searched for where not given.
    """

    lhs: Expr
    relation: Order
    rhs: Expr
    where: tuple[Basic, ...] = ()
    multipliers: tuple[tuple[Expr, Expr], ...] = ()
    kind: ClassVar[str] = "inequality"

    def __post_init__(self) -> None:
        if self.relation not in FLIPPED:
            raise ValueError(f"relation {self.relation!r} is not one of {', '.join(FLIPPED)}")
        object.__setattr__(self, "lhs", _exact(self.lhs))
        object.__setattr__(self, "rhs", _exact(self.rhs))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return _symbols(self.lhs, self.rhs, *self.where)

    @property
    def strict(self) -> bool:
        """Whether equality is excluded."""
        return self.relation in ("<", ">")

    @property
    def margin(self) -> Expr:
        """The expression that the claim says is nonnegative (positive where it is strict)."""
        return self.rhs - self.lhs if self.relation in ("<=", "<") else self.lhs - self.rhs

    def latex(self) -> str:
        return f"{latex(self.lhs)} {RELATION_TEX[self.relation]} {latex(self.rhs)}" + _where_tex(self.where)


@dataclass(frozen=True)
class MatrixIdentity(Claim):
    """lhs = rhs for all matrices of all sizes that fit: SymPy matrix expressions, or scalars made of them.

    where: the conditions that both sides need (invertible, positive definite ...), as `theory.matrix_algebra` has them.
    """

    lhs: Any
    rhs: Any
    where: tuple[Any, ...] = ()
    kind: ClassVar[str] = "matrix identity"
    relation: ClassVar[str] = "=="

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return _symbols(self.lhs, self.rhs)

    def latex(self) -> str:
        return f"{latex(self.lhs)} = {latex(self.rhs)}" + _where_tex(self.where)


@dataclass(frozen=True)
class Limit(Claim):
    """expr tends to value as the variable tends to point from the side "+" (above), "-" (below) or "+-"."""

    expr: Expr
    variable: Symbol
    point: Expr
    value: Expr
    side: Literal["+", "-", "+-"] = "+-"
    where: tuple[Basic, ...] = ()
    kind: ClassVar[str] = "limit"

    def __post_init__(self) -> None:
        for name in ("expr", "point", "value"):
            object.__setattr__(self, name, _exact(getattr(self, name)))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(s for s in _symbols(self.expr, self.value, *self.where) if s != self.variable)

    def latex(self) -> str:
        side = {"+": "^+", "-": "^-", "+-": ""}[self.side]
        return rf"\lim_{{{latex(self.variable)}\to {latex(self.point)}{side}}} {latex(self.expr)} = {latex(self.value)}"


def rate(expr: Expr, scale: Expr, variable: Symbol, point: Expr, constant: Expr) -> Limit:
    """expr behaves as constant * scale when the variable tends to point: their quotient tends to the constant."""
    return Limit(expr / scale, variable, point, constant, side="-" if _exact(point).is_infinite else "+-")


@dataclass(frozen=True)
class Recursion(Claim):
    """The sequence a(start) = initial, a(n+1) = step(a(n), n) satisfies a(n) relation closed(n) for all n >= start.

    Checked by induction: the base, the step and, for an inequality, that the step is monotone in a(n).
    """

    variable: Symbol
    start: int
    initial: Expr
    term: Symbol
    step: Expr
    closed: Expr
    relation: Literal["==", "<=", ">="] = "=="
    where: tuple[Basic, ...] = ()
    kind: ClassVar[str] = "induction"

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        own = {self.variable, self.term}
        return tuple(s for s in _symbols(self.initial, self.step, self.closed, *self.where) if s not in own)

    def obligations(self) -> dict[str, Claim]:
        """The claims that together prove this one."""
        n, a = self.variable, self.term
        base, following = self.closed.subs(n, self.start), self.closed.subs(n, n + 1)
        continued = self.step.xreplace({a: self.closed})
        if self.relation == "==":
            return {
                "base": Identity(self.initial, base, self.where),
                "step": Identity(continued, following, self.where),
            }
        return {
            "base": Inequality(self.initial, self.relation, base, self.where),
            "step": Inequality(continued, self.relation, following, self.where),
            "monotone": Inequality(self.step.diff(a), ">=", _exact(0), self.where),
        }

    def latex(self) -> str:
        n, a = latex(self.variable), f"{{{latex(self.term)}}}"  # braces: the name may have an index of its own
        return (
            rf"{a}_{{{self.start}}} = {latex(self.initial)},\ {a}_{{{n}+1}} = {latex(self.step)}"
            rf"\ \Rightarrow\ {a}_{{{n}}} {RELATION_TEX[self.relation]} {latex(self.closed)}"
        )


@dataclass(frozen=True)
class Finite(Claim):
    """Both sides agree (or stand in the relation) in every one of finitely many cases, all of which are run.

    cases() lists (label, lhs, rhs) with exact sides: numbers, SymPy expressions, tuples. sizes says in words what is
    covered.
    """

    cases: Callable[[], Iterable[tuple[str, Any, Any]]]
    formula: str
    sizes: str
    relation: Literal["==", "<=", "<", ">=", ">"] = "=="
    kind: ClassVar[str] = "finite"

    def latex(self) -> str:
        return self.formula


@dataclass(frozen=True)
class Typing(Claim):
    """The shapes of both sides fit, for all values of the dimensions; see `theory.shapes`."""

    lhs: Any
    rhs: Any
    kind: ClassVar[str] = "typing"

    def latex(self) -> str:
        return f"{self.lhs.latex()} = {self.rhs.latex()}"


@dataclass(frozen=True)
class AllOf(Claim):
    """Every one of the named claims holds."""

    claims: Mapping[str, Claim]
    kind: ClassVar[str] = "conjunction"

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(sorted({s for claim in self.claims.values() for s in claim.symbols}, key=lambda s: s.name))

    def latex(self) -> str:
        return r" \quad\text{and}\quad ".join(claim.latex() for claim in self.claims.values())


@dataclass(frozen=True)
class Definition(Claim):
    """name := value, with the properties that make it the right definition; a mutant value must break one of them."""

    name: str
    value: Any
    properties: Callable[[Any], Mapping[str, Claim]]
    kind: ClassVar[str] = "definition"

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return _symbols(self.value)

    def of(self, value: Any) -> Definition:
        """The same definition with another value: how its mutants are made."""
        return replace(self, value=value)

    def latex(self) -> str:
        return rf"{self.name} := {latex(self.value)}"


def _where_tex(where: tuple[Basic, ...]) -> str:
    return rf"\quad ({', '.join(latex(condition) for condition in where)})" if where else ""


def is_about_measures(claim: Claim) -> bool:
    """Whether the claim speaks of integrals over an arbitrary measure."""
    from .measures import integral

    sides = (getattr(claim, "lhs", None), getattr(claim, "rhs", None))
    return any(isinstance(side, Basic) and side.has(integral) for side in sides)


__all__ = [
    "AllOf",
    "Claim",
    "Definition",
    "Finite",
    "Identity",
    "Inequality",
    "Limit",
    "MatrixIdentity",
    "Recursion",
    "Typing",
    "is_about_measures",
    "rate",
]
