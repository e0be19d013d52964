"""The errata of the source: what is printed, why it fails, and what is true instead."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..theory.ledger import Row
from .tables import STYLES

VERDICTS = ("refuted", "ill-posed", "holds-if", "informal")
"""The verdicts that call for a mend, the worst first."""


def errata(rows: Sequence[Row]) -> list[Row]:
    """The rows that belong in the errata, in the source's order."""
    return [row for row in rows if row.verdict in VERDICTS]


def terminal(rows: Sequence[Row]) -> Group:
    """The errata for the terminal, a paragraph an equation."""
    parts: list[Any] = []
    for row in rows:
        head = Text.assemble(
            (f"({row.equation}) ", "bold"), (row.verdict, STYLES[row.verdict]), f"  section {row.section}"
        )
        told = Table.grid(padding=(0, 2))
        for label, text in _told(row):
            told.add_row(Text(label, "dim"), Text(text, overflow="fold"))
        parts += [Rule(head, align="left", style="dim"), Padding(told, (0, 0, 1, 2), expand=False)]
    return Group(*parts)


def plain(rows: Sequence[Row]) -> str:
    """The errata as the terminal shows them, without colours."""
    console = Console(file=StringIO(), highlight=False, width=100)
    with console.capture() as captured:
        print_errata(console, rows)
    return captured.get()


def markdown(rows: Sequence[Row]) -> str:
    """The errata as a Markdown document, formulas in dollars."""
    lines = ["# Errata", "", f"{len(rows)} of the equations need mending.", ""]
    for row in rows:
        lines += [f"## ({row.equation}) {row.verdict}, section {row.section}", ""]
        for label, text in _told(row):
            shown = f"\n\n$$\n{text}\n$$\n" if label in _FORMULAS else f" {text.replace('|', chr(92) + '|')}"
            lines += [f"**{label.capitalize()}:**{shown}", ""]
    return "\n".join(lines).rstrip() + "\n"


def latex(rows: Sequence[Row]) -> str:
    """The errata as a LaTeX document of its own."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath,amssymb,bm}",
        r"\begin{document}",
        r"\section*{Errata}",
    ]
    for row in rows:
        lines += ["", rf"\subsection*{{({row.equation}) {row.verdict}, section {row.section}}}"]
        for label, text in _told(row):
            shown = f"\\[ {text} \\]" if label in _FORMULAS else _escaped(text)
            lines += [rf"\paragraph{{{label.capitalize()}.}} {shown}"]
    return "\n".join([*lines, r"\end{document}", ""])


def print_errata(console: Console, rows: Sequence[Row]) -> None:
    """The errata on a console."""
    console.print(terminal(rows) if rows else "nothing to mend: no decided equation is refuted, ill-posed or informal")


_FORMULAS = ("printed", "corrected")
_ESCAPES = {
    "\\": r"\textbackslash{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _told(row: Row) -> list[tuple[str, str]]:
    told = [("printed", row.printed)]
    if row.counterexample is not None:
        told.append(("counterexample", counterexample(row.counterexample)))
    if row.assumption:
        told.append(("holds if", row.assumption))
    if row.correction:
        told.append(("corrected", row.correction))
    if row.note:
        told.append(("note", row.note))
    return [*told, ("shown by", ", ".join(row.statements))]


def counterexample(found: dict[str, Any]) -> str:
    """A counterexample in one sentence."""
    at = ", ".join(f"{name} = {value}" for name, value in found["point"].items()) or "every point"
    sides = f"{found['left']} {found['relation']} {found['right']}"
    return f"at {at}: {sides} is false ({found['certificate']})"
