"""The derivation of a statement as one figure: steps with reasons, the verdict, what the source prints instead."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from sympy import Add, Expr, latex

from ..theory.claims import RELATION_TEX
from ..theory.evidence import Report
from ..theory.source import equation
from ..theory.statements import Statement
from .picture import COLOURS

WIDTH = 6.8
"""Inches: the width of a page's text."""
_INK, _PALE = "#1A1A1A", "#5F5F5F"
_LEAD = {"words": 0.19, "formula": 0.33, "reason": 0.19, "head": 0.24, "plain": 0.18}
_UNKNOWN_TO_MATHTEXT = {
    r"\lVert": r"\Vert",
    r"\rVert": r"\Vert",
    r"\mathrm": r"\mathrm",
    r"\text": r"\mathrm",
    r"\top": r"T",
    r"\tfrac": r"\frac",
    r"\limits": "",
}


@dataclass
class _Sheet:
    """Lines to be set from the top down, each with its kind, its text, its indent in inches and its colour."""

    lines: list[tuple[str, str, float, str]] = field(default_factory=list)

    def add(self, kind: str, text: str, indent: float = 0.0, colour: str = _INK) -> None:
        self.lines.append((kind, text, indent, colour))

    def prose(self, text: str, kind: str = "words", indent: float = 0.0, colour: str = _INK) -> None:
        for line in textwrap.wrap(text, 108 - int(12 * indent)):
            self.add(kind, line, indent, colour)


def derivation_figure(statement: Statement, report: Report) -> Any:
    """The matplotlib figure of a statement: words, formula, checked steps with reasons, verdicts, counterexample."""
    sheet = _Sheet()
    sheet.prose(statement.words)
    _claim(sheet, statement)
    _steps(sheet, statement, report)
    _printed(sheet, report)
    _evidence(sheet, statement, report)
    return _set(sheet, f"{statement.name}", _strength(report))


def _strength(report: Report) -> tuple[str, str]:
    if report.accepted:
        return str(report.strength), COLOURS["holds"]
    return "not accepted", COLOURS["refuted"]


def _claim(sheet: _Sheet, statement: Statement) -> None:
    claim = statement.claim
    relation = getattr(claim, "relation", None)
    if relation is not None and isinstance(getattr(claim, "lhs", None), Expr):
        _formula(sheet, latex(claim.lhs), None)  # type: ignore[attr-defined]
        _formula(sheet, claim.rhs, RELATION_TEX[relation])  # type: ignore[attr-defined]
    else:
        for part in claim.latex().split(r" \quad\text{and}\quad "):
            _formula(sheet, part, None)


def _steps(sheet: _Sheet, statement: Statement, report: Report) -> None:
    if not report.derivation:
        return
    sheet.add("head", "Derivation")
    theorem = statement.theorem
    start = theorem.start if theorem.start is not None else statement.lhs
    _formula(sheet, start, None)
    exprs = [step.expr for step in theorem.derivation]
    for i, step in enumerate(report.derivation):
        _formula(sheet, exprs[i] if i < len(exprs) else step.latex, RELATION_TEX[step.relation])
        mark = "checked" if step.answer["answer"] == "holds" else "NOT accepted"
        cited = f", citing {step.cites}" if step.cites else ""
        sheet.prose(f"{step.reason} ({mark}{cited})", "reason", 0.75, _PALE)


def _printed(sheet: _Sheet, report: Report) -> None:
    for number, outcome in report.printed.items():
        sheet.add("head", f"Equation {number} as printed: {outcome.verdict}", colour=COLOURS[outcome.verdict])
        _formula(sheet, equation(number).printed, None)
        if outcome.answer and outcome.answer.get("counterexample"):
            found = outcome.answer["counterexample"]
            where = ", ".join(f"{name} = {value}" for name, value in found["point"].items())
            sheet.prose(f"fails at {where}:", "plain", 0.3)
            sheet.prose(f"{found['left']} {found['relation']} {found['right']} is false", "plain", 0.3)
        if outcome.assumption:
            sheet.prose(f"It holds if {outcome.assumption}.", "plain", 0.3)
        if outcome.verdict in ("refuted", "ill-posed") and outcome.correction:
            sheet.add("plain", "corrected:", 0.3)
            _formula(sheet, outcome.correction, None)
        if outcome.note:
            sheet.prose(outcome.note, "plain", 0.3, _PALE)


def _evidence(sheet: _Sheet, statement: Statement, report: Report) -> None:
    rejected = sum(mutant.rejected for mutant in report.mutants)
    counted = sum(mutant.exempt is None for mutant in report.mutants)
    by = f" by {report.answer['method']}" if report.answer.get("method") else ""
    sheet.add("head", "Evidence")
    sheet.prose(
        f"Accepted{by}; {rejected} of {counted} mutants rejected; references: {', '.join(statement.references)}."
        if report.accepted
        else "; ".join(report.problems),
        "plain",
        0.3,
        _PALE,
    )


def _formula(sheet: _Sheet, body: Expr | str, relation: str | None) -> None:
    """A formula on as many lines as it needs, broken before a plus or minus."""
    lead = f"{relation} " if relation else ""
    indent = 0.55 if relation else 0.3
    for i, text in enumerate(_broken(body)):
        sheet.add("formula", f"{lead}{text}" if i == 0 else rf"\quad {text}", indent)


def _broken(body: Expr | str, longest: int = 46) -> list[str]:
    if isinstance(body, str):
        return [body]
    lines: list[list[Expr]] = [[]]
    for term in body.as_ordered_terms() if isinstance(body, Add) else [body]:
        if lines[-1] and _length(Add(*lines[-1], evaluate=False)) + _length(term) > longest:
            lines.append([])
        lines[-1].append(term)
    texts = [latex(Add(*terms, evaluate=False), order="none") for terms in lines]
    return [text if i == 0 or text.startswith("-") else f"+ {text}" for i, text in enumerate(texts)]


def _length(term: Expr) -> int:
    """Roughly how many glyphs wide a term is set."""
    return len(str(term).replace("**", "").replace("*", "").replace("log", "lg"))


def _set(sheet: _Sheet, title: str, badge: tuple[str, str]) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.style.context(str(files(__package__).joinpath("house.mplstyle"))):
        height = 0.62 + sum(_LEAD[kind] for kind, *_ in sheet.lines)
        figure = Figure(figsize=(WIDTH, height), layout="none")
        figure.text(0.15 / WIDTH, 1 - 0.24 / height, title, fontsize=11, fontweight="bold", va="center")
        figure.text(
            1 - 0.15 / WIDTH, 1 - 0.24 / height, badge[0], fontsize=8.5, color="white", va="center", ha="right",
            bbox={"boxstyle": "round,pad=0.35", "facecolor": badge[1], "edgecolor": "none"},
        )  # fmt: skip
        top = 0.44
        for kind, text, indent, colour in sheet.lines:
            top += _LEAD[kind]
            y = 1 - (top - _LEAD[kind] / 2) / height
            _line(figure, kind, text, (0.15 + indent) / WIDTH, y, colour)
    return figure


def _line(figure: Any, kind: str, text: str, x: float, y: float, colour: str) -> None:
    if kind != "formula":
        style = {"reason": {"style": "italic", "fontsize": 8}, "head": {"weight": "bold", "fontsize": 8.5}}
        figure.text(x, y, text.replace("$", r"\$"), color=colour, va="center", **style.get(kind, {"fontsize": 8.5}))
        return
    shown = figure.text(x, y, f"${mathtext(text)}$", color=colour, va="center", fontsize=10)
    if not _parses(mathtext(text)):
        shown.set_text(text.replace("$", ""))
        shown.set_family("monospace")
        shown.set_fontsize(7)
    room = (1 - 0.1 / WIDTH - x) * figure.bbox.width
    width = shown.get_window_extent(figure.canvas.get_renderer()).width
    if width > room:
        shown.set_fontsize(shown.get_fontsize() * room / width)


def mathtext(tex: str) -> str:
    """LaTeX within what matplotlib sets by itself."""
    for macro, plain in _UNKNOWN_TO_MATHTEXT.items():
        tex = tex.replace(macro, plain)
    return tex


def _parses(tex: str) -> bool:
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(f"${tex}$")
    except ValueError:
        return False
    return True
