"""The three answers of a check: it holds with evidence, it fails with a counterexample, it is unknown with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Strength(StrEnum):
    """How much an acceptance is worth, the strongest first."""

    PROVED = "proved"
    """Exact, for all values and all sizes that the statement speaks of."""
    AT_SIZES = "proved at sizes"
    """Exact for all values, at the listed finite sizes."""
    CERTIFIED = "certified"
    """By ball arithmetic over a stated box, or by an exact certificate."""
    MEASURED = "measured"
    """A number with a confidence interval, a false-alarm rate and a detectable effect."""


def weakest(strengths: list[Strength]) -> Strength:
    """The weakest of several strengths; proved for none."""
    order = list(Strength)
    return max(strengths, key=order.index, default=Strength.PROVED)


@dataclass(frozen=True)
class Counterexample:
    """A point where a claim fails, with both sides, certified.

    point: the exact value of each symbol, as text; left, right: both sides there; certificate: how they were told
    apart ("exact" or "ball arithmetic at 128 bits"); replay: a few lines of plain Python with mpmath, or with
    nothing, that show the failure without this package.
    """

    point: dict[str, str]
    left: str
    relation: str
    right: str
    certificate: str
    replay: str = ""

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point.items()) or "every point"
        return f"at {at}: {self.left} {self.relation} {self.right} is false"


@dataclass(frozen=True)
class Holds:
    """The claim was accepted. method names the kernels; detail says over which box or at which sizes."""

    strength: Strength
    method: str
    detail: str = ""


@dataclass(frozen=True)
class Fails:
    """The claim was rejected, with a certified counterexample."""

    counterexample: Counterexample
    method: str = ""


@dataclass(frozen=True)
class Unknown:
    """The claim was not decided, and why; it never counts as a pass."""

    reason: str


Answer = Holds | Fails | Unknown


class KernelDisagreement(Exception):
    """Two independent kernels decided the same claim differently: a defect of the suite, never a verdict."""


def to_json(answer: Answer) -> dict[str, Any]:
    """An answer as plain data."""
    return {"answer": type(answer).__name__.lower(), **asdict(answer)}


def from_json(data: dict[str, Any]) -> Answer:
    """The answer that `to_json` wrote."""
    rest = {key: value for key, value in data.items() if key != "answer"}
    if data["answer"] == "holds":
        return Holds(Strength(rest["strength"]), rest["method"], rest["detail"])
    if data["answer"] == "fails":
        return Fails(Counterexample(**rest["counterexample"]), rest["method"])
    return Unknown(rest["reason"])


@dataclass(frozen=True)
class MutantOutcome:
    """What the check said of one mutant; an exempt one is equivalent to the statement, for the reason given."""

    name: str
    rejected: bool
    by: str
    exempt: str | None = None


@dataclass(frozen=True)
class StepOutcome:
    """What the check said of one step of a derivation."""

    relation: str
    latex: str
    reason: str
    answer: dict[str, Any]
    cites: str | None = None


@dataclass(frozen=True)
class PrintedOutcome:
    """What the check said of the source's own form of one number, and the verdict that follows."""

    verdict: str
    answer: dict[str, Any] | None
    assumption: str | None = None
    correction: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Report:
    """Everything that the theory room found out about one statement, as plain data."""

    name: str
    answer: dict[str, Any]
    witness: dict[str, str] | None
    derivation: list[StepOutcome] = field(default_factory=list)
    mutants: list[MutantOutcome] = field(default_factory=list)
    printed: dict[str, PrintedOutcome] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    cites: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """The claim holds, a witness exists, each step holds, and each mutant was rejected or exempted."""
        return self.answer["answer"] == "holds" and not self.problems

    @property
    def strength(self) -> Strength | None:
        """The strength of the acceptance, or None."""
        return Strength(self.answer["strength"]) if self.accepted else None

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """The report that `to_json` wrote."""
        data = {f.name: data[f.name] for f in fields(cls)}
        data["derivation"] = [StepOutcome(**step) for step in data["derivation"]]
        data["mutants"] = [MutantOutcome(**mutant) for mutant in data["mutants"]]
        data["printed"] = {number: PrintedOutcome(**one) for number, one in data["printed"].items()}
        return cls(**data)
