"""What came out of a measurement: a report as plain data, and the function that makes it."""

from __future__ import annotations

import math
import time
import traceback
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .measurement import ALPHA_PER_TEST, Estimate, Measurement, Tier, rng_for

_EXTRAS = {
    "torch": "torch",
    "sklearn": "data",
    "ot": "transport",
    "gymnasium": "gym",
    "skfem": "fem",
    "matplotlib": "figures",
    "jax": "jax",
}


class Status(StrEnum):
    """How a measurement ended. Only the first is a pass."""

    MEASURED = "measured"
    """Every prediction stands and every mutant is contradicted."""
    FAILED = "failed"
    """A prediction is contradicted, a mutant is not, or the measurement could not have failed."""
    NEEDS_EXTRA = "needs extra"
    """A package that it needs is not installed; nothing was measured."""
    ERROR = "error"
    """It raised an exception."""


@dataclass(frozen=True)
class MutantVerdict:
    """What the interval said of one mutant's prediction."""

    name: str
    predicted: float
    rejected: bool


@dataclass(frozen=True)
class EstimateVerdict:
    """One estimate with its verdict, as plain data."""

    what: str
    relation: str
    predicted: float
    low: float
    high: float
    alpha: float
    method: str
    samples: int
    detects: float
    unit: str
    accepted: bool
    mutants: list[MutantVerdict] = field(default_factory=list)

    @classmethod
    def of(cls, estimate: Estimate) -> EstimateVerdict:
        """The verdict on an estimate."""
        found = estimate.interval
        mutants = [MutantVerdict(n, value, not estimate.allows(value)) for n, value in estimate.mutants.items()]
        return cls(
            estimate.what,
            estimate.relation,
            estimate.predicted,
            found.low,
            found.high,
            found.alpha,
            found.method,
            found.samples,
            estimate.detects,
            estimate.unit,
            estimate.accepted,
            mutants,
        )

    def problems(self) -> list[str]:
        """What is wrong with it, in sentences."""
        unit = f" {self.unit}" if self.unit else ""
        where = f"[{self.low:.10g}, {self.high:.10g}]{unit} ({self.method}, alpha {self.alpha:g})"
        found = []
        if not self.accepted:
            found.append(f"{self.what}: predicted {self.relation} {self.predicted:.10g}, measured {where}{self._off()}")
        found += [
            f"{self.what}: mutant {mutant.name!r} survives: {self.relation} {mutant.predicted:.10g} "
            f"is not told apart by {where}"
            for mutant in self.mutants
            if not mutant.rejected
        ]
        if self.alpha > ALPHA_PER_TEST * (1 + 1e-12):
            found.append(f"{self.what}: alpha {self.alpha:g} is more than the {ALPHA_PER_TEST:g} of one comparison")
        return found

    def _off(self) -> str:
        """How far the prediction is off the middle, in half-widths or units in the last place."""
        middle, half = self.low + (self.high - self.low) / 2, (self.high - self.low) / 2
        off = abs(self.predicted - middle)
        if self.alpha > 0 and half > 0:
            return f", off by {off / half:.3g} half-widths"
        return f", off by {off / math.ulp(middle):.3g} units in the last place"


@dataclass(frozen=True)
class Measured:
    """Everything that one run of a measurement found out, as plain data. Equal seeds and tiers give equal reports."""

    name: str
    statement: str
    route: str
    status: Status
    tier: Tier
    seed: int
    estimates: list[EstimateVerdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = field(default=0.0, compare=False)

    @property
    def passed(self) -> bool:
        """Whether it was measured and nothing was wrong."""
        return self.status is Status.MEASURED

    @property
    def alpha(self) -> float:
        """The part of the run's false alarms that it may have spent: the sum over its estimates."""
        return math.fsum(estimate.alpha for estimate in self.estimates)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {**asdict(self), "alpha": self.alpha, "status": str(self.status), "tier": str(self.tier)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Measured:
        """The report that `to_json` wrote."""
        data = {f.name: data[f.name] for f in fields(cls)}
        data["status"], data["tier"] = Status(data["status"]), Tier(data["tier"])
        data["estimates"] = [
            EstimateVerdict(**{**one, "mutants": [MutantVerdict(**mutant) for mutant in one["mutants"]]})
            for one in data["estimates"]
        ]
        return cls(**data)


def run(measurement: Measurement, tier: Tier = Tier.QUICK, run_seed: int = 0) -> Measured:
    """Carries a measurement out; whatever it raises becomes a report with status "error".

    The generator depends on the measurement's key and the run's seed only. At least one mutant must be
    contradicted: a measurement that cannot fail is no measurement.
    """

    def report(status: Status, problems: list[str], verdicts: list[EstimateVerdict] | None = None) -> Measured:
        seconds = time.perf_counter() - start
        name, statement, route = measurement.name, measurement.statement, measurement.route
        return Measured(name, statement, route, status, tier, run_seed, verdicts or [], problems, seconds)

    start = time.perf_counter()
    missing = [module for module in measurement.needs if find_spec(module.partition(".")[0]) is None]
    if missing:
        return report(Status.NEEDS_EXTRA, [how_to_install(module) for module in missing])
    try:
        verdicts = [EstimateVerdict.of(one) for one in measurement(rng_for(measurement.key, run_seed), tier)]
    except Exception as error:
        return report(Status.ERROR, [_told(error)])
    problems = [problem for verdict in verdicts for problem in verdict.problems()]
    if not verdicts:
        problems.append("nothing was estimated")
    elif not any(mutant.rejected for verdict in verdicts for mutant in verdict.mutants):
        problems.append("no mutant was contradicted: this measurement has not shown that it can fail")
    return report(Status.FAILED if problems else Status.MEASURED, problems, verdicts)


def how_to_install(module: str) -> str:
    """What a missing module means for the reader."""
    top = module.partition(".")[0]
    extra = _EXTRAS.get(top)
    return f"needs {top}" + (f": pip install 'theoremcheck[{extra}]'" if extra else "")


def _told(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (in {last.name}, {Path(last.filename).name}:{last.lineno})"
