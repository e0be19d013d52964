"""Measurements: a statement of the theory room, measured by a route that does not use its closed form.

    @measures("vae.evidence_decomposition", route="Monte Carlo over the posterior")
    def gap(rng, tier):
        x = rng.random(tier.choose(quick=20_000, full=200_000))
        return [Estimate("mean of U", bounded_mean(x, 0, 1, ALPHA_PER_TEST), predicted=0.5, mutants={"twice": 1.0})]

What the statement predicts and what each of its mutants predicts face the same interval. A statement survives where its
prediction lies inside; a mutant must lie outside. `numerics.measured.run` carries a measurement out.
"""

from __future__ import annotations

import hashlib
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any, Literal, TypeVar

import numpy as np

from .intervals import Interval

ALPHA_BUDGET = 1e-6
"""The probability that a run raises any false alarm, at most."""

ALPHA_PER_TEST = 1e-9
"""What one stochastic comparison may spend of it; so a run has room for a thousand."""

T = TypeVar("T")


class Tier(StrEnum):
    """How much a run draws. Both tiers are sound; the full one detects smaller errors."""

    QUICK = "quick"
    FULL = "full"

    def choose(self, quick: T, full: T) -> T:
        """The one of the two that belongs to this tier, a number of draws mostly."""
        return full if self is Tier.FULL else quick


def seed_for(statement: str, run_seed: int) -> np.random.SeedSequence:
    """The seed of a statement in a run: it depends on the name and the run's seed alone, not on order or process.

    >>> int(seed_for("vae.elbo", 0).generate_state(1)[0]) == int(seed_for("vae.elbo", 0).generate_state(1)[0])
    True
    """
    digest = hashlib.sha256(f"{run_seed}\n{statement}".encode()).digest()
    return np.random.SeedSequence(int.from_bytes(digest, "big"))


def rng_for(statement: str, run_seed: int) -> np.random.Generator:
    """The generator that starts from `seed_for`."""
    return np.random.default_rng(seed_for(statement, run_seed))


def enclosure(
    value: float, *, error: float | None = None, ulps: float | None = None, method: str = "floating point"
) -> Interval:
    """A deterministic interval about a computed value: it misses the truth with probability 0.

    The bound on the rounding or truncation error is either absolute (`error`) or in units in the last place
    of the value (`ulps`), and somebody must be able to defend it; 0 means that the value is exact. There is
    no relative tolerance. Raises ValueError unless exactly one of the two is given, finite and not negative.

    >>> enclosure(1.0, ulps=4).contains(1.0 + 8e-16), enclosure(1.0, ulps=4).contains(1.0 + 2e-15)
    (True, False)
    """
    if (error is None) == (ulps is None):
        raise ValueError("an enclosure takes either error= or ulps=")
    bound = error if error is not None else (ulps or 0.0) * math.ulp(value)
    if not (math.isfinite(value) and math.isfinite(bound) and bound >= 0):
        raise ValueError(f"the error bound {bound} about {value} encloses nothing")
    if bound == 0:
        return Interval(value, value, 0.0, f"{method}, exact")
    ends = math.nextafter(value - bound, -math.inf), math.nextafter(value + bound, math.inf)
    told = f"{ulps:g} units in the last place" if ulps is not None else f"error at most {bound:.3g}"
    return Interval(*ends, 0.0, f"{method}, {told}")


Relation = Literal["==", "<=", ">="]


@dataclass(frozen=True)
class Estimate:
    """One measured quantity, and what the statement and its mutants say of it.

    what: the quantity in words; interval: where it lies; predicted: the value of the theory room's
    expression, as a float; mutants: what the mutant statements predict, by name; unit: of all these numbers,
    if any. relation: "==" says measured = predicted; "<=" says that the predicted number is an upper bound of
    the measured one, and is contradicted only where the whole interval lies above it; ">=" the other way
    round. Raises ValueError for a prediction that is not finite.
    """

    what: str
    interval: Interval
    predicted: float
    mutants: Mapping[str, float] = field(default_factory=dict)
    relation: Relation = "=="
    unit: str = ""

    def __post_init__(self) -> None:
        if self.relation not in ("==", "<=", ">="):
            raise ValueError(f"{self.what}: relation {self.relation!r} is not one of ==, <=, >=")
        values = {name: float(value) for name, value in self.mutants.items()}
        object.__setattr__(self, "predicted", float(self.predicted))
        object.__setattr__(self, "mutants", MappingProxyType(values))
        for name, value in {"the statement": self.predicted, **values}.items():
            if not math.isfinite(value):
                raise ValueError(f"{self.what}: {name} predicts {value}")

    def allows(self, prediction: float) -> bool:
        """Whether the interval leaves the prediction standing."""
        if self.relation == "<=":
            return self.interval.low <= prediction
        if self.relation == ">=":
            return self.interval.high >= prediction
        return self.interval.contains(prediction)

    @property
    def accepted(self) -> bool:
        """Whether the statement's prediction stands."""
        return self.allows(self.predicted)

    @property
    def surviving(self) -> list[str]:
        """The mutants whose predictions stand as well."""
        return [name for name, value in self.mutants.items() if self.allows(value)]

    @property
    def detects(self) -> float:
        """The width of the interval.

        A prediction that is wrong by more is contradicted whenever the interval holds the truth: 1 - alpha of
        the time.
        """
        return self.interval.width


Function = Callable[[np.random.Generator, Tier], Sequence[Estimate]]


@dataclass(frozen=True)
class Measurement:
    """A function that measures what a statement says; made by the decorator `measures`.

    needs: the modules to import beyond the core dependencies ("torch", "sklearn", "ot").
    """

    statement: str
    name: str
    route: str
    needs: tuple[str, ...]
    function: Function

    @property
    def key(self) -> str:
        """The statement and the name: what seeds and stores go by."""
        return f"{self.statement}/{self.name}"

    def __call__(self, rng: np.random.Generator, tier: Tier) -> list[Estimate]:
        """The estimates."""
        return list(self.function(rng, tier))

    def __reduce__(self) -> tuple[Any, ...]:
        # The decorated name leads to this object, not to the function, so pickle cannot find the function by it.
        return _found_again, (self.function.__module__, self.key)


def measures(
    statement: str, *, route: str, needs: tuple[str, ...] = (), name: str | None = None
) -> Callable[[Function], Measurement]:
    """Turns a function of (generator, tier) into a `Measurement` of the statement, under the function's name or `name`.

    Raises ValueError for a statement's name that is not topic.name, an empty route, or a bare string as
    `needs`.
    """
    if len(statement.split(".")) != 2 or not all(part.isidentifier() for part in statement.split(".")):
        raise ValueError(f"a statement is called topic.name, not {statement!r}")
    if not route.strip():
        raise ValueError(f"{statement}: say by which route it is measured")
    if isinstance(needs, str):
        raise ValueError(f"{statement}: needs is a tuple of module names, as in ({needs!r},)")

    def measurement(function: Function) -> Measurement:
        return Measurement(statement, name or str(getattr(function, "__name__", "measurement")), route, needs, function)

    return measurement


def measurements(module: ModuleType) -> list[Measurement]:
    """The measurements defined in a module, in its order; raises ValueError where two share statement and name."""
    return _distinct(value for value in vars(module).values() if isinstance(value, Measurement))


def _found_again(module: str, key: str) -> Measurement:
    """The measurement of a module by its key: how one travels between processes."""
    return next(found for found in measurements(import_module(module)) if found.key == key)


def all_measurements() -> list[Measurement]:
    """The measurements of every module of this package, sorted by key.

    A module imports core dependencies alone at its head, and what stands in `needs` inside its functions.
    Raises ValueError where two share statement and name.
    """
    package = import_module(__package__ or "theoremcheck.numerics")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    return sorted(_distinct(found for module in modules for found in measurements(module)), key=lambda m: m.key)


def _distinct(found: Iterator[Measurement]) -> list[Measurement]:
    by_key: dict[str, Measurement] = {}
    for measurement in found:
        if by_key.setdefault(measurement.key, measurement) is not measurement:
            raise ValueError(f"two measurements are called {measurement.key}")
    return list(by_key.values())
