"""The errata, the gallery of figures, and the meaning of the words."""

from __future__ import annotations

from html import escape

from ...theory.ledger import VERDICTS, Row
from ..errata import counterexample, errata
from .edition import Edition, chapter
from .ledger_page import attributes, row_head
from .markup import Page, bullets, chip, choices, filters, fold, paragraph, shown, signs
from .statement_page import figure


def errata_page(edition: Edition) -> Page:
    """What is wrong in the source and what is true instead."""
    rows = errata(edition.rows)
    intro = (
        f'<h1>Errata</h1>\n<p class="lead">{len(rows)} of {len(edition.rows)} equations need mending: the printed form '
        "is rejected by the same check that accepts the correction, or it needs an assumption or a precise reading."
        "</p>\n"
    )
    form = filters(
        choices("Chapter", "chapter", ((one, f"chapter {one}") for one in dict.fromkeys(map(_chapter, rows))))
        + choices("Topic", "topic", ((one, one) for one in dict.fromkeys(row.topic for row in rows)))
        + choices("Verdict", "verdict", ((one, one) for one in VERDICTS if any(row.verdict == one for row in rows))),
        "errata",
    )
    listed = "".join(f"<li {attributes(row)}>{_erratum(edition, row)}</li>\n" for row in rows)
    body = f'{form}<ol class="rows" data-rows>\n{listed}</ol>\n' if rows else "<p>Nothing to mend.</p>"
    return Page("errata.html", "Errata", intro + body, filters=bool(rows))


def _chapter(row: Row) -> str:
    return chapter(row.equation)


def _erratum(edition: Edition, row: Row) -> str:
    parts = [row_head(row), '<p class="label">As printed</p>', shown(row.printed)]
    if row.counterexample is not None:
        found = paragraph(signs(counterexample(row.counterexample)), "counterexample")
        parts.append(f'<p class="label">Counterexample</p>{found}')
    if row.assumption:
        parts.append(f'<p class="label">It holds if</p>{paragraph(row.assumption)}')
    if row.correction:
        label = "The nearest precise statement" if row.verdict == "informal" else "Corrected"
        parts.append(f'<p class="label">{label}</p>{shown(row.correction)}')
    parts.append(edition.remark(row.note))
    shown_by = ", ".join(edition.link(name) for name in row.statements)
    parts.append(f'<p class="by">Shown by {shown_by} · <a href="index.html#eq-{row.equation}">in the ledger</a></p>')
    return "".join(parts)


def gallery_page(edition: Edition) -> Page:
    """All figures, topic by topic."""
    intro = (
        '<h1>Figures</h1>\n<p class="lead">The curves are the very expressions that were proved; each picture leads to '
        "itself in full size.</p>\n"
    )
    needs = "; ".join(f"{topic} needs {module}" for topic, module in edition.undrawn.items())
    intro += paragraph(f"Not drawn for want of a package: {needs}." if needs else "", "problem")
    if not edition.drawings:
        missing = (
            "<p>This report was written without figures. They are drawn where matplotlib is installed "
            "(<code>pip install 'theoremcheck[figures]'</code>) and <code>--no-figures</code> is not given.</p>"
        )
        return Page("figures.html", "Figures", intro + missing)
    topics = dict.fromkeys(one.topic for one in edition.drawings)
    jump = bullets((f'<a href="#{topic}">{topic}</a>' for topic in topics), "jump")
    return Page("figures.html", "Figures", intro + jump + "".join(_topic(edition, topic) for topic in topics))


def _topic(edition: Edition, topic: str) -> str:
    own = [one for one in edition.drawings if one.topic == topic]
    pictures = "".join(
        f'<div class="picture" id="{escape(one.name)}">{figure(one)}{_drawn(edition, one.statements)}</div>'
        for one in own
        if not one.derivation
    )
    derivations = bullets(
        f'<a href="figures/{one.name}.svg">{escape(one.statements[0])}</a> (<a href="figures/{one.name}.png">PNG</a>)'
        for one in own
        if one.derivation
    )
    count = sum(one.derivation for one in own)
    return (
        f'<section aria-labelledby="{topic}"><h2 id="{topic}">{topic}</h2>\n<div class="pictures">{pictures}</div>'
        f"{fold(f'Derivations as figures ({count})', derivations)}</section>\n"
    )


def _drawn(edition: Edition, names: tuple[str, ...]) -> str:
    linked = [edition.link(name) for name in names if name in edition.statements]
    return f'<p class="by">Draws {", ".join(linked)}</p>' if linked else ""


_WORDS = {
    "holds": "The claim as printed is accepted, and its mutants are rejected.",
    "definition": "An executable object whose defining properties are accepted.",
    "informal": "No mathematical claim; the nearest precise one is accepted.",
    "holds-if": "It is accepted with an assumption that is named, and rejected, with a counterexample, without it.",
    "refuted": "The printed form is rejected with a certified counterexample, and its correction is accepted.",
    "ill-posed": "The shapes do not fit, or a symbol has no meaning; the correction is accepted.",
    "open": "Not decided; it never counts as a pass.",
}
_STRENGTHS = {
    "proved": "Exact, for all values and all sizes that the statement speaks of.",
    "proved at sizes": "Exact for all values, at the listed finite sizes.",
    "certified": "By ball arithmetic over a stated box, or by an exact certificate.",
    "measured": "A number with a confidence interval, a false-alarm rate and the smallest error that it would catch.",
}
_OTHERS = {
    "mutant": "A near miss of a statement: a sign, a factor, a dropped term, swapped arguments. The check that accepts "
    "the statement must reject it; an exempt one is equivalent to the statement, for the reason given.",
    "counterexample": "A point where the claim fails. Both sides are evaluated exactly or in ball arithmetic and shown "
    "to differ; the replay shows it in plain Python, without this package.",
    "measurement": "The same statement by a route that does not use its closed form: sampling, quadrature, automatic "
    "differentiation, brute force. An interval with false-alarm rate alpha must hold the statement's "
    "value and exclude those of its mutants.",
}


def words_page() -> Page:
    """What verdicts and strengths mean."""
    assert tuple(_WORDS) == VERDICTS
    verdicts = "".join(f"<dt>{chip(word)}</dt><dd>{text}</dd>" for word, text in _WORDS.items())
    strengths = "".join(f"<dt>{word}</dt><dd>{text}</dd>" for word, text in _STRENGTHS.items())
    others = "".join(f"<dt>{word}</dt><dd>{text}</dd>" for word, text in _OTHERS.items())
    body = (
        '<h1>What the words mean</h1>\n<p class="lead">The printed form, the corrected form and every mutant face the '
        f'same check.</p>\n<h2>Verdicts</h2>\n<dl class="words">{verdicts}</dl>\n<h2>Strengths</h2>\n'
        f'<dl class="words">{strengths}</dl>\n<h2>Evidence</h2>\n<dl class="words">{others}</dl>\n'
    )
    return Page("words.html", "What the words mean", body)
