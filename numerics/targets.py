"""Targets: the functions that somebody's implementation can be tested as, as data.

A target belongs to a statement of the catalogue. It names its arguments with their shapes, domains and axes, holds the
textbook formula, and the mistakes that are made with it, each as the formula that it amounts to. Formulas are written
in NumPy's notation and evaluated on arrays of balls (`reference_values`), so the textbook form is exact enough: no
formula here has to be stable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from math import prod
from types import MappingProxyType
from typing import Any

Formula = Callable[..., Any]

TABLES = (
    "reference_activations",
    "reference_losses",
    "reference_models",
    "reference_decisions",
    "reference_steps",
    "reference_statistics",
)
WHOLE = ("label", "count", "binary")
"""Kinds of arguments that no gradient is taken by and that no rounding touches."""


class NoSuchTarget(ValueError):
    """No target has that name; the message names the nearest."""


@dataclass(frozen=True)
class Argument:
    """One argument: its name, the names of its axes, and the kind of numbers that it holds.

    kind: "real", "nonzero", "distinct" (no ties along the last axis), "positive", "unit" (open unit interval),
    "share" (closed unit interval), "law" (nonnegative, the last axis sums to one), "definite" (symmetric positive
    definite matrix), "binary" (0.0 or 1.0), "label" (integers below the length of the axis `of`), "count" (a positive
    integer). An argument without axes is handed over as a Python number. extent: the largest number that is tried.
    sparse: whether a law may hold zeros.
    """

    name: str
    axes: tuple[str, ...]
    kind: str
    of: str = ""
    extent: float = 1e4
    sparse: bool = False

    @property
    def smooth(self) -> bool:
        """Whether gradients by it are asked for."""
        return bool(self.axes) and self.kind not in (*WHOLE, "law", "share", "definite")

    def __str__(self) -> str:
        what = f"{self.kind}({self.of})" if self.of else self.kind
        return f"{self.name}: {what}[{', '.join(self.axes)}]" if self.axes else f"{self.name}: {what}"


@dataclass(frozen=True)
class Target:
    """A function to be implemented: its arguments in order, its formula and the mistakes that are made with it.

    statement: the statement of the catalogue that it belongs to. words: what it computes, with conventions.
    gradient: whether gradients are compared too. terms: the size of the terms that the formula adds up, where these
    cancel even in the best implementations; it counts with the conditioning. least: the shortest length
    of an axis. longest: the length that is tried as a large dimension.
    """

    name: str
    statement: str
    words: str
    arguments: tuple[Argument, ...]
    formula: Formula
    mutants: Mapping[str, Formula]
    gradient: bool = True
    terms: Formula | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    longest: int = 257

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of all axes, in order of appearance."""
        return tuple(dict.fromkeys(axis for one in self.arguments for axis in one.axes))

    @property
    def scalar(self) -> bool:
        """Whether all arguments are Python numbers."""
        return not self.axes

    @property
    def signature(self) -> str:
        """The call, as it is expected: name(argument: kind[axes], ...)."""
        return f"{self.name.partition('.')[2]}({', '.join(map(str, self.arguments))})"


def real(name: str, axes: str, extent: float = 1e4) -> Argument:
    """Any real numbers."""
    return Argument(name, tuple(axes.split()), "real", extent=extent)


def nonzero(name: str, axes: str) -> Argument:
    """Real numbers but zero."""
    return Argument(name, tuple(axes.split()), "nonzero")


def distinct(name: str, axes: str) -> Argument:
    """Real numbers without ties along the last axis."""
    return Argument(name, tuple(axes.split()), "distinct")


def positive(name: str, axes: str = "", extent: float = 1e3) -> Argument:
    """Positive numbers."""
    return Argument(name, tuple(axes.split()), "positive", extent=extent)


def unit(name: str, axes: str = "") -> Argument:
    """Numbers strictly between 0 and 1."""
    return Argument(name, tuple(axes.split()), "unit")


def share(name: str, axes: str = "") -> Argument:
    """Numbers from 0 to 1, the ends included."""
    return Argument(name, tuple(axes.split()), "share")


def binary(name: str, axes: str) -> Argument:
    """Zeros and ones, as floating-point numbers."""
    return Argument(name, tuple(axes.split()), "binary")


def law(name: str, axes: str, sparse: bool = False) -> Argument:
    """Probabilities that sum to one along the last axis; positive unless they may be sparse."""
    return Argument(name, tuple(axes.split()), "law", sparse=sparse)


def label(name: str, axes: str, of: str) -> Argument:
    """Integers from 0, below the length of the axis `of`."""
    return Argument(name, tuple(axes.split()), "label", of=of)


def count(name: str) -> Argument:
    """A positive integer."""
    return Argument(name, (), "count")


def definite(name: str, axes: str) -> Argument:
    """A symmetric positive definite matrix."""
    return Argument(name, tuple(axes.split()), "definite")


def times(factor: Any, formula: Formula) -> Formula:
    """The formula times a constant."""
    return lambda *given: factor * formula(*given)


def summed(formula: Formula, axes: int = 1) -> Formula:
    """The formula times the length of the first argument's first axes: a sum where a mean is due."""
    return lambda *given: formula(*given) * prod(given[0].shape[:axes])


def swapped(formula: Formula) -> Formula:
    """The formula with its first two arguments exchanged."""
    return lambda first, second, *more: formula(second, first, *more)


@cache
def targets() -> Mapping[str, Target]:
    """All targets by name."""
    tables = [import_module(f".{table}", __package__).TARGETS for table in TABLES]
    return MappingProxyType({one.name: one for table in tables for one in table})


def target_named(name: str) -> Target:
    """The target of that name, or the only target that belongs to the statement of that name.

    Raises NoSuchTarget with the nearest names otherwise.
    """
    known = targets()
    if name in known:
        return known[name]
    belonging = [one for one in known.values() if one.statement == name]
    if len(belonging) == 1:
        return belonging[0]
    if belonging:
        raise NoSuchTarget(f"{name} has several: {', '.join(one.name for one in belonging)}")
    short = {one.partition(".")[2]: one for one in known}
    close = get_close_matches(name, [*known, *short], n=6, cutoff=0.4)
    nearest = list(dict.fromkeys(short.get(one, one) for one in close))[:3]
    hint = f"did you mean {', '.join(nearest)}?" if nearest else "theoremcheck.numerics.targets.targets() lists them"
    raise NoSuchTarget(f"no implementation can be tested as {name!r}; {hint}")
