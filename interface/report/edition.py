"""What one report is about: the evidence, the rows of the ledger, the figures, and who cites whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from ...numerics.measured import Measured
from ...theory.evidence import Report
from ...theory.ledger import Row
from ...theory.source import equation
from ...theory.statements import Statement, catalogue
from ..run import Evidence
from .markup import breakable, chip

_NAME = re.compile(r"\b[a-z_]+\.[a-z][a-z0-9_]+\b")


@dataclass(frozen=True)
class Drawing:
    """A figure of the site: the path of its SVG without the suffix, what it shows, and the statements that it draws."""

    name: str
    topic: str
    caption: str
    statements: tuple[str, ...] = ()
    derivation: bool = False


@dataclass(frozen=True)
class Edition:
    """Everything that the pages are made from; statements are in the catalogue's order.

    undrawn: topics whose figures need a package that is not installed, with its name.
    """

    evidence: Evidence
    rows: Sequence[Row]
    drawings: Sequence[Drawing] = field(default_factory=tuple)
    undrawn: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """The statements that have a page."""
        known = catalogue()
        return {name: known[name] for name in self.evidence.reports}

    @cached_property
    def measured(self) -> Mapping[str, Sequence[Measured]]:
        """The measurements of each statement."""
        found: dict[str, list[Measured]] = {}
        for one in self.evidence.measured.values():
            found.setdefault(one.statement, []).append(one)
        return found

    @cached_property
    def citing(self) -> Mapping[str, Sequence[str]]:
        """The statements that rest on each statement."""
        found: dict[str, list[str]] = {}
        for name, report in self.evidence.reports.items():
            for cited in dict.fromkeys(report.cites):
                found.setdefault(cited, []).append(name)
        return found

    @cached_property
    def numbered(self) -> Mapping[str, Row]:
        """The rows by number."""
        return {row.equation: row for row in self.rows}

    def report(self, name: str) -> Report:
        """What was found out about a statement."""
        return self.evidence.reports[name]

    def link(self, name: str, up: str = "") -> str:
        """A statement's name, leading to its page where it has one."""
        if name not in self.evidence.reports:
            return f"<code>{breakable(name)}</code>"
        return f'<a href="{up}statements/{name}.html"><code>{breakable(name)}</code></a>'

    def linked(self, text: str, up: str = "") -> str:
        """Plain text as markup, in which the names of statements lead to their pages."""
        return _NAME.sub(
            lambda name: self.link(name[0], up) if name[0] in self.evidence.reports else name[0], escape(text)
        )

    def remark(self, text: str | None, up: str = "") -> str:
        """A paragraph about an equation, with links; nothing where there is none."""
        return f'<p class="note">{self.linked(text, up)}</p>' if text else ""

    def numbers(self, numbers: Sequence[int | str], up: str = "") -> str:
        """Numbers of the source, leading to their rows."""
        return ", ".join(
            f'<a href="{up}index.html#eq-{number}">({number})</a>' if str(number) in self.numbered else f"({number})"
            for number in numbers
        )


def standing(report: Report) -> str:
    """Whether a statement was accepted, and how strongly."""
    if report.accepted:
        return chip("accepted", str(report.strength))
    return chip("failed", "fails" if report.answer["answer"] == "fails" else "not accepted")


def chapter(number: str) -> str:
    """The chapter that an equation of the source stands in; the second document is B."""
    return equation(number).section.partition(".")[0] if number.isdigit() else "B"


def place(number: str) -> str:
    """Where an equation stands, in words."""
    row = equation(number)
    return f"{row.section} {row.title}" if number.isdigit() else f"{row.title}, {row.section}"
