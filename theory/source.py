"""The numbered equations of the source, as data: number, section, topic and the formula exactly as printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Equation:
    """One numbered equation of the source; `equation` is "1" to "713", or "B1" to "BT9" for the second document."""

    equation: str
    section: str
    title: str
    topic: str
    printed: str


@cache
def equations() -> tuple[Equation, ...]:
    """All 730 rows, in the source's order."""
    text = files(__package__).joinpath("source.jsonl").read_text(encoding="utf-8")
    return tuple(Equation(**json.loads(line)) for line in text.splitlines())


@cache
def equation(number: str | int) -> Equation:
    """The equation with this number; KeyError where there is none."""
    for row in equations():
        if row.equation == str(number):
            return row
    raise KeyError(f"the source has no equation {number}: numbers are 1 to 713, B1 to B8 and BT1 to BT9")
