"""What became of an implementation that was put to the test: the verdict, and where it fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .adversarial_inputs import MODERATE, Case
from .targets import Target

What = Literal[
    "value", "gradient", "not a number", "shape", "precision", "exception", "modifies its input", "no gradient"
]
Verdict = Literal["ok", "wrong", "unstable", "error"]


@dataclass(frozen=True, eq=False)
class Failure:
    """Where an implementation fails: the input, what came back, what is right, and by how many units.

    what: "value", "gradient", or what went wrong with the call. flavour: the kind of input ("ties", "extreme 2").
    gross: whether more than half of the digits are wrong. case: the arguments as they were given, by name.
    """

    what: What
    message: str
    dtype: str
    case: Case
    found: Any = None
    expected: Any = None
    units: float = 0.0
    gross: bool = True

    @property
    def moderate(self) -> bool:
        """Whether the input has moderate numbers, which no implementation should stumble over."""
        return self.case.level == MODERATE

    @property
    def kind(self) -> tuple[str, bool, bool]:
        """What a smaller failing input must share with this one."""
        return self.what, self.moderate, self.gross


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of an implementation.

    verdict: "ok"; "wrong" in value or gradient; "unstable": right, but digits are lost or numbers overflow, as a rule
    at extreme inputs; "error": it raised, or returned something of the wrong shape or precision, or not a number.
    guess: the known mistake that fits all values seen. units: the worst error by precision, in units of what it
    allows. gradient: "checked", or why it was not.
    """

    target: Target
    library: str
    verdict: Verdict
    failure: Failure | None
    guess: str | None
    inputs: int
    units: dict[str, float] = field(default_factory=dict)
    gradient: str = ""

    @property
    def ok(self) -> bool:
        """Whether it passed."""
        return self.verdict == "ok"

    @property
    def arguments(self) -> dict[str, Any]:
        """The smallest failing input by the arguments' names; empty where there is none."""
        if self.failure is None:
            return {}
        return {one.name: value for one, value in zip(self.target.arguments, self.failure.case.values, strict=True)}

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain data."""
        told = self.failure
        failing = (
            None
            if told is None
            else {
                "what": told.what,
                "message": told.message,
                "dtype": told.dtype,
                "input": {name: np.asarray(value).tolist() for name, value in self.arguments.items()},
                "found": None if told.found is None else np.asarray(told.found).tolist(),
                "expected": None if told.expected is None else np.asarray(told.expected).tolist(),
            }
        )
        return {
            "target": self.target.name,
            "statement": self.target.statement,
            "library": self.library,
            "verdict": self.verdict,
            "looks_like": self.guess,
            "failure": failing,
            "inputs": self.inputs,
            "units": self.units,
            "gradient": self.gradient,
        }

    def __str__(self) -> str:
        worst = ", ".join(f"{size:.3g} in {dtype}" for dtype, size in self.units.items())
        head = f"{self.target.name}: {self.verdict} ({self.library}, {self.inputs} inputs"
        head += f"; worst error in units of rounding {worst}" if worst and self.ok else ""
        lines = [f"{head}; gradient {self.gradient})"]
        if self.failure is None:
            return lines[0]
        if self.guess:
            lines.append(f"  looks like: {self.guess}")
        lines.append(f"  {self.failure.message}")
        lines += [f"    {name} = {written(value, 7 + len(name))}" for name, value in self.arguments.items()]
        if self.failure.expected is not None:
            lines += [f"  found    {written(self.failure.found)}", f"  expected {written(self.failure.expected)}"]
        lines.append(f"  expected is {self.target.signature}: {self.target.words}")
        return "\n".join(lines)


def written(value: Any, indent: int = 11) -> str:
    """A value as it is shown, its rows one below the other behind the indent."""
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=17, separator=", ", threshold=30).replace("\n", "\n" + " " * indent)
    return repr(value)
