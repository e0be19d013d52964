"""The derivation of a statement as one figure: steps with reasons, the verdict, what the source prints instead."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from sympy import Add, Expr, latex

from ..theory.claims import RELATION_TEX, AllOf, Claim, Identity, Inequality
from ..theory.evidence import Report
from ..theory.source import equation
from ..theory.statements import Statement
from .picture import COLOURS

WIDTH = 6.8
"""Inches: the width of a page's text."""
_INK, _PALE = "#1A1A1A", "#5F5F5F"
_LEAD = {"words": 0.19, "formula": 0.3, "reason": 0.19, "head": 0.26, "plain": 0.19}
_SIZE = 10.0
"""Points: the size of formulas."""
_UNKNOWN_TO_MATHTEXT = {
    r"\lVert": r"\Vert",
    r"\rVert": r"\Vert",
    r"\text": r"\mathrm",
    r"\top": "T",
    r"\tfrac": r"\frac",
    r"\limits": "",
    r"\ge": r"\geq",
    r"\le": r"\leq",
    r"\ne": r"\neq",
}
_ROWS = {
    r"\begin{cases}": r"\{\;",
    r"\end{cases}": "",
    **{rf"\begin{{{kind}matrix}}": left for kind, left in (("b", "["), ("p", "("))},
    **{rf"\end{{{kind}matrix}}": right for kind, right in (("b", "]"), ("p", ")"))},
    r",\\": r";\;\;",
    r"\\": r";\;\;",
    "&": r"\;\;",
    r"\ddots": r"\cdots",
    r"\vdots": r"\cdots",
}
"""Rows of cases and matrices, set one after the other."""
_OF_ONE = "mathbf|mathbb|mathcal|mathrm|bar|hat|tilde|vec|sqrt|widehat|widetilde|boldsymbol"
"""Macros of one argument, which mathtext reads in braces only."""
_TOKEN = r"[0-9a-zA-Z]|\\[a-zA-Z]+"
_LOW = re.compile(r"\\left([(\[])((?:(?!\\left|\\right|\\frac|\\int|\\sum|\\prod|\\sqrt).)*)\\right([)\]])")
"""A bracket around nothing tall: mathtext would set its delimiters too small."""


@dataclass
class _Sheet:
    """Lines to be set from the top down, each with its kind, its text, its indent in inches and its colour."""

    lines: list[tuple[str, str, float, str]] = field(default_factory=list)

    def add(self, kind: str, text: str, indent: float = 0.0, colour: str = _INK) -> None:
        self.lines.append((kind, text, indent, colour))

    def prose(self, text: str, kind: str = "words", indent: float = 0.0, colour: str = _INK) -> None:
        for line in textwrap.wrap(text, 104 - int(16 * indent)):
            self.add(kind, line, indent, colour)


def derivation_figure(statement: Statement, report: Report) -> Any:
    """The matplotlib figure of a statement: words, formula, checked steps with reasons, verdicts, counterexample."""
    sheet = _Sheet()
    sheet.prose(statement.words)
    _claim(sheet, statement.claim)
    _steps(sheet, statement, report)
    _printed(sheet, report)
    _evidence(sheet, statement, report)
    return _set(sheet, f"{statement.name}", _strength(report))


def _strength(report: Report) -> tuple[str, str]:
    if report.accepted:
        return str(report.strength), COLOURS["holds"]
    return "not accepted", COLOURS["refuted"]


def _claim(sheet: _Sheet, claim: Claim) -> None:
    """The formula of a claim; of a conjunction each part under its name."""
    if isinstance(claim, AllOf):
        for name, part in claim.claims.items():
            sheet.prose(f"{name}:", "reason", 0.3, _PALE)
            _claim(sheet, part)
        return
    if isinstance(claim, Identity | Inequality):
        relation = RELATION_TEX[claim.relation]
        whole = f"{latex(claim.lhs)} {relation} {latex(claim.rhs)}"
        extent = _extent(mathtext(whole))
        if extent is not None and extent[0] < WIDTH - 1.5:
            _formula(sheet, whole, None)
        else:
            _formula(sheet, claim.lhs, None)
            _formula(sheet, claim.rhs, relation)
        if claim.where:
            _formula(sheet, r"\mathrm{where}\ \ " + r",\ \ ".join(map(latex, claim.where)), None)
    else:
        _formula(sheet, claim.latex(), None)


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
            sheet.prose(f"Fails at {where}:" if where else "Fails:", "plain", 0.3)
            relation = "=" if found["relation"] == "==" else found["relation"]
            sheet.prose(f"{found['left']} {relation} {found['right']} is false.", "plain", 0.3)
        if outcome.assumption:
            sheet.prose(f"It holds if {outcome.assumption}.", "plain", 0.3)
        if outcome.verdict in ("refuted", "ill-posed") and outcome.correction:
            sheet.add("plain", "Corrected:", 0.3)
            _formula(sheet, outcome.correction, None)
        if outcome.note:
            sheet.prose(outcome.note, "plain", 0.3, _PALE)


def _evidence(sheet: _Sheet, statement: Statement, report: Report) -> None:
    rejected = sum(mutant.rejected for mutant in report.mutants)
    counted = sum(mutant.exempt is None for mutant in report.mutants)
    by = f" ({report.answer['method']})" if report.answer.get("method") else ""
    sheet.add("head", "Evidence")
    sheet.prose(
        f"Accepted{by}; {rejected} of {counted} mutants rejected; references: {', '.join(statement.keys)}."
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
    for i, text in enumerate(_broken(body, WIDTH - 0.8 - indent)):
        sheet.add("formula", f"{lead}{text}" if i == 0 else rf"\quad {text}", indent)


def _broken(body: Expr | str, room: float) -> list[str]:
    """The formula in lines that are at most `room` inches wide, where its terms allow."""
    if isinstance(body, str):
        return [body]
    lines = [""]
    for term in body.as_ordered_terms() if isinstance(body, Add) else [body]:
        longer = lines[-1] + _signed(term, first=lines == [""])
        extent = _extent(mathtext(longer))
        if lines[-1] and extent is not None and extent[0] > room:
            lines.append(_signed(term, first=False))
        else:
            lines[-1] = longer
    return lines


def _signed(term: Expr, first: bool) -> str:
    tex: str = latex(term)
    if first:
        return tex
    return f" - {tex[1:].lstrip()}" if tex.startswith("-") else f" + {tex}"


def _set(sheet: _Sheet, title: str, badge: tuple[str, str]) -> Any:
    import matplotlib.style
    from matplotlib.figure import Figure

    with matplotlib.style.context(str(files(__package__).joinpath("house.mplstyle"))):
        leads = [_lead(kind, text) for kind, text, *_ in sheet.lines]
        height = 0.62 + sum(leads)
        figure = Figure(figsize=(WIDTH, height))
        figure.set_layout_engine("none")
        figure.text(0.15 / WIDTH, 1 - 0.24 / height, title, fontsize=11, fontweight="bold", va="center")
        figure.text(
            1 - 0.15 / WIDTH, 1 - 0.24 / height, badge[0], fontsize=8.5, color="white", va="center", ha="right",
            bbox={"boxstyle": "round,pad=0.35", "facecolor": badge[1], "edgecolor": "none"},
        )  # fmt: skip
        top = 0.44
        for lead, (kind, text, indent, colour) in zip(leads, sheet.lines, strict=True):
            top += lead
            _line(figure, kind, text, (0.15 + indent) / WIDTH, 1 - (top - lead / 2) / height, colour)
    return figure


def _line(figure: Any, kind: str, text: str, x: float, y: float, colour: str) -> None:
    if kind != "formula":
        style = {"reason": {"style": "italic", "fontsize": 8}, "head": {"weight": "bold", "fontsize": 8.5}}
        figure.text(x, y, text.replace("$", r"\$"), color=colour, va="center", **style.get(kind, {"fontsize": 8.5}))
        return
    extent = _extent(mathtext(text))
    if extent is None:
        figure.text(x, y, text.replace("$", ""), color=colour, va="center", fontsize=7, family="monospace")
        return
    room = WIDTH * (1 - x) - 0.1
    size = _SIZE * min(1.0, room / extent[0])
    figure.text(x, y, f"${mathtext(text)}$", color=colour, va="center", fontsize=size)


def _lead(kind: str, text: str) -> float:
    """The height of a line in inches, with the space that sets it apart."""
    extent = _extent(mathtext(text)) if kind == "formula" else None
    return _LEAD[kind] if extent is None else max(_LEAD[kind], extent[1] + 0.1)


def mathtext(tex: str) -> str:
    """LaTeX within what matplotlib sets by itself, and as it sets it best."""
    for macro, plain in _UNKNOWN_TO_MATHTEXT.items():
        tex = re.sub(re.escape(macro) + "(?![a-zA-Z])", re.escape(plain), tex)
    tex = re.sub(rf"\\({_OF_ONE})(?![a-zA-Z])\s*({_TOKEN})", r"\\\1{\2}", tex)
    tex = re.sub(rf"\\(frac|binom)(?![a-zA-Z])\s*({_TOKEN})", r"\\\1{\2}", tex)
    tex = re.sub(rf"(\\(?:frac|binom){{[^{{}}]*}})\s*({_TOKEN})", r"\1{\2}", tex)
    tex = re.sub(r"\\[bB]ig+[lr]?(?![a-zA-Z])", "", tex)
    if r"\begin" in tex:
        for macro, plain in _ROWS.items():
            tex = tex.replace(macro, plain)
    tex = re.sub(r"\\int(?![a-zA-Z_^]| *[_^])", lambda _: r"\int\;", tex)
    before = ""
    while before != tex:
        before, tex = tex, _LOW.sub(lambda found: "".join(found.groups()), tex)
    return tex


@cache
def _extent(tex: str) -> tuple[float, float] | None:
    """Width and height in inches of a formula at its full size; None where matplotlib cannot set it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    try:
        width, height, *_ = MathTextParser("path").parse(f"${tex}$", 72, FontProperties(size=_SIZE))
    except ValueError:
        return None
    return width / 72, height / 72
