"""Statements: named theorems with their derivation, their mutants and what the source prints.

A topic module is a sequence of functions that build a `Theorem`, each marked `@statement`. The mark makes a
`Statement`: its name, numbers and references are known at once, its expressions are built when they are asked for.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Literal

from sympy import Basic, Contains, Expr, Ge, Gt, Le, Lt, S, Symbol

from . import bibliography
from .bibliography import Entry
from .claims import Claim
from .source import equations
from .symbols import Domain, domain_of

if TYPE_CHECKING:
    from .budget import Budget
    from .evidence import Report

Number = int | str


@dataclass(frozen=True)
class Citation:
    """Another statement's identity at the given values of its symbols."""

    statement: Statement
    at: Mapping[Symbol, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One link of a derivation: the expression so far stands in this relation to expr, and why."""

    expr: Expr
    reason: str
    relation: Literal["==", "<=", "<", ">=", ">"] = "=="
    by: Citation | None = None


@dataclass(frozen=True)
class Printed:
    """The source's own form of a number, where it differs from the statement.

    claim: that form, exactly as printed (None where it is the statement itself and only a note is due).
    assumption: what the statement assumes beyond it, in words, where that is the only difference (`holds-if`).
    informal: why the printed form is no mathematical claim; the statement is then the nearest precise one.
    correction: the corrected formula in LaTeX, where the statement's own formula would not be read as one.
    """

    claim: Claim | None = None
    assumption: str | None = None
    informal: str | None = None
    correction: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Theorem:
    """What a statement says, how it is derived, what must be rejected, and what the source prints.

    start: where the derivation starts; the claim's left side where it is not given, and then the derivation must end at
    the right side and is a proof of the claim by itself.
    sizes: the sizes at which the claim is written out, in words, where the theorem speaks of all sizes: what is proved
    is then "proved at sizes".
    mutants: near misses by name. exempt: generated mutants that are equivalent to the claim, each with the reason.
    """

    claim: Claim
    derivation: tuple[Step, ...] = ()
    start: Expr | None = None
    sizes: str = ""
    mutants: Mapping[str, Claim] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[Number, Printed] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Statement:
    """A theorem of the catalogue; `theorem` and what hangs on it are built on first use.

    keys: its references, as keys of references.bib; cites: names of the statements that it rests on.
    """

    name: str
    words: str
    answers: tuple[Number, ...]
    keys: tuple[str, ...]
    cites: tuple[str, ...]
    build: Callable[[], Theorem]

    @property
    def topic(self) -> str:
        """The topic that the statement belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def theorem(self) -> Theorem:
        """The theorem, built once."""
        return self.build()

    @property
    def claim(self) -> Any:
        """What is claimed: one of the classes of `theory.claims`."""
        return self.theorem.claim

    @property
    def lhs(self) -> Any:
        """The left side; AttributeError where the claim has none."""
        return self._side("lhs")

    @property
    def rhs(self) -> Any:
        """The right side: the closed form; AttributeError where the claim has none."""
        return self._side("rhs")

    def _side(self, side: str) -> Any:
        if not hasattr(self.claim, side):
            raise AttributeError(f"{self.name} is a {self.claim.kind}, which has no {side}")
        return getattr(self.claim, side)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free symbols of the claim, by name."""
        symbols: tuple[Symbol, ...] = self.claim.symbols
        return symbols

    @property
    def domains(self) -> dict[Symbol, Domain]:
        """The domain of each scalar symbol."""
        return {symbol: domain_of(symbol) for symbol in self.symbols if isinstance(symbol, Symbol) and symbol.is_real}

    @property
    def assumptions(self) -> tuple[Any, ...]:
        """All that the claim assumes: the domain of each symbol as relations, then its joint conditions.

        A conjunction assumes what any of its parts does.
        """
        of_symbols = (fact for symbol, domain in self.domains.items() for fact in _facts(symbol, domain))
        joint = (condition for part in self.parts.values() for condition in getattr(part, "where", ()))
        return tuple(dict.fromkeys((*of_symbols, *joint)))

    @property
    def parts(self) -> dict[str, Claim]:
        """The claims that a conjunction consists of, by name; any other claim is its own single part, named ""."""
        found: dict[str, Claim] = _translation().parts(self.claim)
        return found

    @property
    def derivation(self) -> tuple[Step, ...]:
        """The steps of the derivation, in order; empty where the claim is decided as a whole."""
        return self.theorem.derivation

    @property
    def references(self) -> tuple[Entry, ...]:
        """The entries of the bibliography that the statement refers to; `str` of one is its BibTeX."""
        return tuple(bibliography.entry(key) for key in self.keys)

    def check(self, budget: Budget | None = None) -> Report:
        """Judge the statement: claim, witness, derivation, mutants and printed forms; see `theory.judge.check`."""
        from .judge import check

        return check(self, budget)

    def numpy(self, side: str = "rhs", part: str | None = None, stable: bool = True) -> Any:
        """The closed form as a function of NumPy arrays, a `theory.translation.ArrayFunction`; raises NoNumericForm."""
        return self._function("numpy", side, part, stable)

    def torch(self, side: str = "rhs", part: str | None = None, stable: bool = True) -> Any:
        """The closed form as a differentiable function of torch tensors; raises NoNumericForm."""
        return self._function("torch", side, part, stable)

    def jax(self, side: str = "rhs", part: str | None = None, stable: bool = True) -> Any:
        """The closed form as a differentiable function of JAX arrays; raises NoNumericForm."""
        return self._function("jax", side, part, stable)

    def _function(self, library: str, side: str, part: str | None, stable: bool) -> Any:
        return _translation().translate(self.claim, library, side, part, stable, self.name)

    def latex(self) -> str:
        """The claim as a formula."""
        formula: str = self.claim.latex()
        return formula

    def at(self, values: Mapping[Symbol, Expr] | None = None) -> Citation:
        """This statement as the reason of a step, at the given values of its symbols."""
        return Citation(self, dict(values or {}))

    @property
    def cited(self) -> tuple[str, ...]:
        """The names of the statements that this one rests on."""
        steps = (step.by.statement.name for step in self.theorem.derivation if step.by is not None)
        return tuple(dict.fromkeys((*self.cites, *steps)))

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def __repr__(self) -> str:
        return f"<statement {self.name}: {self.words}>"


def _translation() -> ModuleType:
    # Not by an import statement: the judge has no part in it, so a change there leaves the stored evidence valid.
    return import_module(".translation", __package__)


def _facts(symbol: Symbol, domain: Domain) -> Iterator[Basic]:
    """A domain as relations between the symbol and its ends, kept from evaluating to true."""
    if domain.integer or (domain.lower.is_infinite and domain.upper.is_infinite):
        yield Contains(symbol, S.Integers if domain.integer else S.Reals, evaluate=False)
    if domain.lower.is_finite:
        yield (Gt if domain.lower_open else Ge)(symbol, domain.lower, evaluate=False)
    if domain.upper.is_finite:
        yield (Lt if domain.upper_open else Le)(symbol, domain.upper, evaluate=False)


def statement(
    answers: tuple[Number, ...] = (), references: tuple[str, ...] = (), cites: tuple[Statement, ...] = ()
) -> Callable[[Callable[[], Theorem]], Statement]:
    """Mark a function that builds a `Theorem`; its docstring is the theorem in words, its module the topic.

    answers: the numbers of the source that it decides; references: keys of references.bib; cites: statements that it
    rests on beyond those that its steps cite. Raises ValueError where there is no docstring.
    """

    def mark(build: Callable[[], Theorem]) -> Statement:
        if not build.__doc__:
            raise ValueError(f"{build.__module__}.{build.__name__}: the docstring must state the theorem in words")
        words = " ".join(build.__doc__.split())
        name = f"{build.__module__.rpartition('.')[2]}.{build.__name__}"
        return Statement(name, words, answers, references, tuple(one.name for one in cites), build)

    return mark


def statements_of(module: ModuleType) -> list[Statement]:
    """The statements that a module defines, in its order."""
    own = module.__name__.rpartition(".")[2]
    return [one for one in vars(module).values() if isinstance(one, Statement) and one.topic == own]


@cache
def topics() -> tuple[str, ...]:
    """The topics that have a module here, in the source's order."""
    here = {module.name for module in pkgutil.iter_modules(import_module(__package__).__path__)}
    return tuple(topic for topic in dict.fromkeys(row.topic for row in equations()) if topic in here)


def topic_module(topic: str) -> ModuleType:
    """The theory module of a topic."""
    return import_module(f".{topic}", __package__)


@cache
def catalogue() -> Mapping[str, Statement]:
    """All statements by name, topic by topic; no expression is built."""
    found = {one.name: one for topic in topics() for one in statements_of(topic_module(topic))}
    return MappingProxyType(found)
