"""The ledger with one coloured cell an equation, and the list of all statements; both can be searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from ...theory.evidence import Strength
from ...theory.ledger import VERDICTS, Row
from ...theory.source import equations
from .edition import Edition, chapter, place, standing
from .markup import Page, bullets, chip, choices, filters, paragraph, shown


def ledger_page(edition: Edition) -> Page:
    """The first page: what was found, a cell and an entry for each equation."""
    rows = edition.rows
    intro = (
        "<h1>The ledger</h1>\n"
        f'<p class="lead">{len(rows)} numbered equations of a survey of the mathematics of deep learning, each with '
        'its verdict. No verdict is typed in: <a href="words.html">what the words mean</a>.</p>\n'
    )
    form = filters(
        choices("Chapter", "chapter", ((one, f"chapter {one}") for one in dict.fromkeys(_chapters(rows))))
        + choices("Topic", "topic", ((one, one) for one in dict.fromkeys(row.topic for row in rows)))
        + choices("Verdict", "verdict", ((one, one) for one in VERDICTS if any(row.verdict == one for row in rows)))
        + choices("Strength", "strength", _strengths(row.strength for row in rows)),
        "equations",
    )
    entries = "".join(_entry(edition, row) for row in rows)
    listed = f'<h2 id="equations">The equations</h2>\n{form}<ol class="rows" data-rows>\n{entries}</ol>\n'
    return Page("index.html", "The ledger", f"{intro}{_legend(rows)}{_cells(rows)}{listed}", filters=True)


def _chapters(rows: Sequence[Row]) -> Iterable[str]:
    return (chapter(row.equation) for row in rows)


def _strengths(found: Iterable[str | None]) -> list[tuple[str, str]]:
    present = set(found)
    return [(str(one), str(one)) for one in Strength if str(one) in present]


def _legend(rows: Sequence[Row]) -> str:
    counts = Counter(row.verdict for row in rows)
    links = (
        f'<a href="index.html?verdict={verdict}#equations">{chip(verdict)} {counts[verdict]}</a>'
        for verdict in VERDICTS
        if counts[verdict]
    )
    return bullets(links, "legend")


def _cells(rows: Sequence[Row]) -> str:
    """A group of cells for each chapter; the name of each cell says what its colour does."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(chapter(row.equation), []).append(row)
    parts = []
    for name, group in groups.items():
        label = "second document" if name == "B" else f"chapter {name}"
        cells = "".join(_cell(row) for row in group)
        parts.append(f'<section aria-label="{label}"><h3>{label}</h3><p class="cells">{cells}</p></section>')
    return f'<div class="grid" role="group" aria-label="One cell an equation">{"".join(parts)}</div>\n'


def _cell(row: Row) -> str:
    told = f"{row.equation}, {row.topic}: {row.verdict}{f', {row.strength}' if row.strength else ''}"
    return f'<a class="cell {row.verdict}" href="#eq-{row.equation}" title="{told}" aria-label="{told}"></a>'


def row_head(row: Row, up: str = "") -> str:
    """Number, verdict, strength and place of an equation."""
    strength = f'<span class="strength">{escape(row.strength)}</span> ' if row.strength else ""
    return (
        f'<p class="row-head"><a class="number" href="{up}#eq-{row.equation}">({row.equation})</a> '
        f"{chip(row.verdict)} {strength}"
        f'<span class="quiet">{escape(place(row.equation))} · {escape(row.topic)}</span></p>\n'
    )


def attributes(row: Row) -> str:
    """What the filters go by."""
    return (
        f'id="eq-{row.equation}" data-chapter="{chapter(row.equation)}" data-topic="{row.topic}" '
        f'data-verdict="{row.verdict}" data-strength="{row.strength or ""}"'
    )


def _entry(edition: Edition, row: Row) -> str:
    by = bullets((f"{edition.link(name)} {escape(_words(edition, name))}" for name in row.statements), "by")
    condition = paragraph(f"It holds if {row.assumption}", "note") if row.assumption else ""
    mended = row.verdict in ("refuted", "ill-posed", "holds-if", "informal")
    more = f'<p><a href="errata.html#eq-{row.equation}">What is true instead</a></p>' if mended else ""
    note = edition.remark(row.note) if row.verdict == "open" else ""
    return f"<li {attributes(row)}>{row_head(row)}{shown(row.printed)}{condition}{note}{by}{more}</li>\n"


def _words(edition: Edition, name: str) -> str:
    return edition.statements[name].words if name in edition.statements else ""


def statements_page(edition: Edition) -> Page:
    """All statements, topic by topic."""
    topics: dict[str, list[str]] = {}
    for name, one in edition.statements.items():
        topics.setdefault(one.topic, []).append(name)
    accepted = sum(report.accepted for report in edition.evidence.reports.values())
    mutants = [mutant for report in edition.evidence.reports.values() for mutant in report.mutants]
    exempt = sum(mutant.exempt is not None for mutant in mutants)
    rejected = sum(mutant.rejected for mutant in mutants)
    intro = (
        f'<h1>The statements</h1>\n<p class="lead">{accepted} of {len(edition.statements)} statements are accepted; '
        f"{rejected} of {len(mutants) - exempt} mutants are rejected, {exempt} are exempt as equivalent.</p>\n"
    )
    strengths = [str(report.strength or "not accepted") for report in edition.evidence.reports.values()]
    form = filters(
        choices("Topic", "topic", ((one, one) for one in topics))
        + choices("Strength", "strength", ((one, one) for one in dict.fromkeys(sorted(strengths)))),
        "statements",
    )
    order = {row.topic: at for at, row in reversed(list(enumerate(equations())))}
    groups = "".join(
        f'<section aria-labelledby="{topic}"><h2 id="{topic}">{topic}</h2>\n'
        f'<ul class="rows" data-rows>\n{"".join(_listed(edition, name) for name in topics[topic])}</ul></section>\n'
        for topic in sorted(topics, key=lambda topic: order.get(topic, len(order)))
    )
    return Page("statements.html", "The statements", intro + form + groups, filters=True)


def _listed(edition: Edition, name: str) -> str:
    one, report = edition.statements[name], edition.report(name)
    answers = f" <span>{edition.numbers(one.answers)}</span>" if one.answers else ""
    return (
        f'<li id="{name}" data-topic="{one.topic}" data-strength="{report.strength or "not accepted"}">'
        f'<p class="row-head">{edition.link(name)} {standing(report)}{answers}</p>'
        f"{paragraph(one.words)}</li>\n"
    )
