"""The ledger: one row an equation, its verdict computed from the reports of the statements that answer it.

Nothing here is typed in: `open` is what remains when no accepted statement answers a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .evidence import PrintedOutcome, Report, weakest
from .source import Equation, equations
from .statements import Statement, catalogue

VERDICTS = ("holds", "definition", "informal", "holds-if", "refuted", "ill-posed", "open")
"""From the best to the worst: where several statements answer one number, the worst of theirs is its verdict."""


@dataclass(frozen=True)
class Row:
    """One equation of the source and what was found out about it."""

    equation: str
    section: str
    topic: str
    verdict: str
    strength: str | None
    statements: list[str] = field(default_factory=list)
    assumption: str | None = None
    printed: str = ""
    correction: str | None = None
    counterexample: dict[str, Any] | None = None
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return asdict(self)


def rows(
    reports: Mapping[str, Report],
    contradicted: Mapping[str, str] | None = None,
    statements: Mapping[str, Statement] | None = None,
) -> list[Row]:
    """The ledger of all equations, in the source's order.

    reports: by statement name. contradicted: statements whose measurement failed, with what it found; their numbers
    are open, whatever was proved. statements: the catalogue where it is another than the package's own.
    """
    statements = catalogue() if statements is None else statements
    answering: dict[str, list[str]] = {}
    for name, statement in statements.items():
        for number in statement.answers:
            answering.setdefault(str(number), []).append(name)
    return [_row(one, answering.get(one.equation, []), reports, contradicted or {}) for one in equations()]


def _row(equation: Equation, names: list[str], reports: Mapping[str, Report], contradicted: Mapping[str, str]) -> Row:
    blank = Row(equation.equation, equation.section, equation.topic, "open", None, names, printed=equation.printed)
    if not names:
        return blank
    missing = [name for name in names if name not in reports]
    if missing:
        return _with(blank, note=f"not checked yet: {', '.join(missing)}")
    against = [f"{name}: {contradicted[name]}" for name in names if name in contradicted]
    if against:
        return _with(blank, note="a measurement contradicts the statement: " + "; ".join(against))
    outcomes = [
        reports[name].printed[equation.equation] if reports[name].accepted else PrintedOutcome("open", None)
        for name in names
    ]
    worst = max(outcomes, key=lambda outcome: VERDICTS.index(outcome.verdict))
    if worst.verdict == "open":
        problems = [problem for name in names for problem in reports[name].problems]
        return _with(blank, note="; ".join(problems) or worst.note)
    strengths = [strength for name in names if (strength := reports[name].strength) is not None]
    notes = [note for outcome in outcomes if (note := outcome.note)]
    unproved = sorted(set(names) - fully_proved(reports))
    if unproved:
        notes.append(f"rests on a statement that is not accepted: {', '.join(unproved)}")
    return _with(
        blank,
        verdict=worst.verdict,
        strength=str(weakest(strengths)),
        assumption=worst.assumption,
        correction=worst.correction,
        counterexample=_counterexample(worst),
        note=" ".join(notes) or None,
    )


def _with(row: Row, **changes: Any) -> Row:
    return Row(**{**asdict(row), **changes})


def _counterexample(outcome: PrintedOutcome) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (outcome.answer or {}).get("counterexample")
    return found


def fully_proved(reports: Mapping[str, Report]) -> set[str]:
    """The statements that are accepted together with everything that they cite.

    Raises ValueError where the citations go round in a circle, naming it.
    """
    settled: dict[str, bool] = {}

    def visit(name: str, path: tuple[str, ...]) -> bool:
        if name in path:
            raise ValueError(f"the citations go round in a circle: {' -> '.join((*path[path.index(name) :], name))}")
        if name not in settled:
            report = reports.get(name)
            cited = [visit(other, (*path, name)) for other in report.cites] if report else []
            settled[name] = report is not None and report.accepted and all(cited)
        return settled[name]

    return {name for name in reports if visit(name, ())}
