"""One page a statement: the theorem, how it is derived, what supports it, and what the source prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

from sympy import latex

from ...numerics.measured import EstimateVerdict, Measured
from ...theory import mutants as mutation
from ...theory.bibliography import Entry
from ...theory.claims import RELATION_TEX, AllOf, Claim, Definition, Finite
from ...theory.evidence import PrintedOutcome, Report
from ...theory.source import equation
from ...theory.statements import Printed, Statement
from ...theory.symbols import domain_of
from ..errata import counterexample
from .edition import Edition, place, standing
from .markup import Page, breakable, bullets, chip, fold, paragraph, section, shown, signs
from .mathml import formula
from .references import cited_as

UP = "../"


def statement_page(edition: Edition, name: str) -> Page:
    """The page of a statement that has a report."""
    statement, report = edition.statements[name], edition.report(name)
    answers = edition.numbers(statement.answers, UP)
    head = (
        f'<p class="kicker"><a href="{UP}statements.html#{statement.topic}">{statement.topic}</a>'
        f"{' · answers ' + answers if answers else ''}</p>\n"
        f"<h1><code>{breakable(name)}</code> {standing(report)}</h1>\n{paragraph(statement.words, 'lead')}"
    )
    parts = (
        section("Theorem", _claim(statement.claim) + _symbols(statement)),
        section("Derivation", _derivation(edition, statement, report)),
        section("Evidence", _evidence(report) + _measurements(edition.measured.get(name, ()))),
        section("Mutants", _mutants(statement, report)),
        section("Printed in the source", "".join(_printed(edition, statement, report))),
        section("Figures", _figures(edition, name)),
        section("Citations", _citations(edition, name)),
        section("References", bullets(map(_reference, statement.references))),
    )
    return Page(f"statements/{name}.html", name, head + "".join(parts) + _neighbours(edition, name))


def _claim(claim: Claim) -> str:
    """The formula of a claim, part by part where it has parts, with its conditions below it."""
    if isinstance(claim, AllOf):
        return _parts(claim.claims)
    if isinstance(claim, Definition):
        return shown(claim.latex()) + "<p>with the properties</p>" + _parts(claim.properties(claim.value))
    if isinstance(claim, Finite):
        return shown(claim.latex()) + paragraph(f"in every case: {claim.sizes}", "quiet")
    conditions = getattr(claim, "where", ())
    bare: Any = replace(claim, where=()) if conditions else claim  # type: ignore[type-var]
    given = "".join(f"<li>{formula(latex(condition))}</li>" for condition in conditions)
    return shown(bare.latex()) + (f'<ul class="given" aria-label="given">{given}</ul>' if given else "")


def _parts(claims: Any) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{_claim(part)}</dd>" for name, part in claims.items())
    return f'<dl class="parts">{items}</dl>'


def _symbols(statement: Statement) -> str:
    items = (f"{formula(latex(symbol))} <span>{escape(_domain(symbol))}</span>" for symbol in statement.symbols)
    listed = bullets(items, "symbols")
    return f"<p>for all</p>{listed}" if listed else ""


def _domain(symbol: Any) -> str:
    if (shape := getattr(symbol, "shape", None)) is not None:
        return f"of shape {' × '.join(str(size) for size in shape)}"
    try:
        domain = str(domain_of(symbol)).replace("oo", "∞").replace("-", "−")
    except ValueError:
        return "an integer" if symbol.is_integer else "of any kind"
    return domain if domain.startswith("integers") else f"in {domain}"


def _answer(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return ""
    if answer["answer"] == "holds":
        return chip("accepted", answer["strength"])
    return chip("failed", "fails") if answer["answer"] == "fails" else chip("open", "not decided")


def _derivation(edition: Edition, statement: Statement, report: Report) -> str:
    theorem = statement.theorem
    if not report.derivation:
        return ""
    start = theorem.start if theorem.start is not None else statement.lhs
    items = [shown(latex(start))]
    for step in report.derivation:
        cited = f", by {edition.link(step.cites, UP)}" if step.cites else ""
        told = f'<p class="reason">{_answer(step.answer)} {escape(step.reason)}{cited}</p>'
        if step.answer["answer"] == "unknown":
            told += paragraph(step.answer["reason"], "problem")
        items.append(shown(f"{RELATION_TEX[step.relation]} {step.latex}") + told)
    return f'<ol class="steps">{"".join(f"<li>{item}</li>" for item in items)}</ol>'


def _evidence(report: Report) -> str:
    answer = report.answer
    lines = [paragraph(problem, "problem") for problem in report.problems]
    if answer["answer"] == "holds":
        lines.append(f"<p>{_answer(answer)} Method: {escape(answer['method'])}</p>")
        lines.append(paragraph(answer["detail"], "quiet"))
    if answer["answer"] == "fails":
        lines.append(_counterexample(answer["counterexample"]))
    if report.witness:
        point = ", ".join(f"{name} = {value}" for name, value in report.witness.items())
        lines.append(paragraph(f"Not vacuous: the assumptions are satisfied at {point}."))
    return "".join(lines)


def _measurements(measured: Any) -> str:
    return "".join(_measurement(one) for one in measured)


def _measurement(one: Measured) -> str:
    status = chip("accepted" if one.passed else "failed", str(one.status))
    problems = "".join(paragraph(problem, "problem") for problem in one.problems)
    items = bullets((_estimate(found) for found in one.estimates), "estimates")
    route = f"<p>{status} Independent route: {escape(one.route)}</p>"
    return f'<div class="measurement"><h3>{escape(one.name)}</h3>{route}{problems}{items}</div>'


def _estimate(found: EstimateVerdict) -> str:
    sign = {"==": "", "<=": "at most ", ">=": "at least "}[found.relation]
    unit = f" {found.unit}" if found.unit else ""
    draws = f", {found.samples:,} draws" if found.samples else ""
    told = (
        f"measured [{found.low:.6g}, {found.high:.6g}]{unit}, the statement says {sign}{found.predicted:.6g}; "
        f"{found.method}{draws}, false alarms {found.alpha:.2g}, detects errors above {found.detects:.3g}"
    )
    against = (
        f"{mutant.name} would say {mutant.predicted:.6g}: {'contradicted' if mutant.rejected else 'not contradicted'}"
        for mutant in found.mutants
    )
    return f"<strong>{escape(found.what)}</strong>: {escape(told)}{bullets(map(escape, against), 'quiet')}"


def _mutants(statement: Statement, report: Report) -> str:
    claims = {**mutation.generate(statement.claim), **statement.theorem.mutants}
    items = []
    for mutant in report.mutants:
        word, style = ("rejected", "accepted") if mutant.rejected else ("survives", "failed")
        word, style = ("exempt", "holds-if") if mutant.exempt is not None else (word, style)
        why = mutant.exempt if mutant.exempt is not None else mutant.by
        claim = claims.get(mutant.name)
        said = shown(claim.latex()) if claim is not None else ""
        items.append(f"<p>{chip(style, word)} <strong>{escape(mutant.name)}</strong></p>{said}{paragraph(signs(why))}")
    rejected = sum(mutant.rejected for mutant in report.mutants)
    exempt = sum(mutant.exempt is not None for mutant in report.mutants)
    told = f"Near misses that the same check must reject: {rejected} of {len(report.mutants) - exempt} rejected"
    return paragraph(f"{told}{f', {exempt} exempt as equivalent' if exempt else ''}.") + bullets(items, "mutants")


def _printed(edition: Edition, statement: Statement, report: Report) -> Iterator[str]:
    for number in statement.answers:
        outcome = report.printed.get(str(number), PrintedOutcome("open", None))
        own = statement.theorem.printed.get(number, Printed())
        yield (
            f'<article class="printed"><h3>{edition.numbers([number], UP)} {chip(outcome.verdict)} '
            f'<span class="quiet">{escape(place(str(number)))}</span></h3>'
        )
        yield f'<p class="label">As printed</p>{shown(equation(number).printed)}'
        if own.claim is not None:
            yield f'<p class="label">What was checked of it</p>{_claim(own.claim)}'
        if found := (outcome.answer or {}).get("counterexample"):
            yield f'<p class="label">Counterexample</p>{_counterexample(found)}'
        if outcome.assumption:
            yield f'<p class="label">It holds if</p>{paragraph(outcome.assumption)}'
        if outcome.correction:
            yield f'<p class="label">Corrected</p>{shown(outcome.correction)}'
        yield edition.remark(outcome.note, UP) + "</article>"


def _counterexample(found: dict[str, Any]) -> str:
    replay = found.get("replay") or ""
    code = f'<pre tabindex="0"><code>{escape(replay)}</code></pre>' if replay else ""
    return paragraph(signs(counterexample(found)), "counterexample") + fold("Replay it in plain Python", code)


def _figures(edition: Edition, name: str) -> str:
    topic = name.partition(".")[0]
    own = [one for one in edition.drawings if name in one.statements]
    pictures = "".join(figure(one, UP) for one in own if not one.derivation)
    drawn = "".join(fold("The derivation as a figure", figure(one, UP)) for one in own if one.derivation)
    others = any(one.topic == topic and not one.derivation for one in edition.drawings)
    more = f'<p><a href="{UP}figures.html#{topic}">All figures of the topic {topic}</a></p>' if others else ""
    return pictures + drawn + more


def figure(drawing: Any, up: str = "") -> str:
    """A figure with its caption; the picture leads to itself in full size."""
    path = f"{up}figures/{drawing.name}"
    return (
        f'<figure><a href="{path}.svg"><img src="{path}.svg" loading="lazy" alt="{escape(drawing.name)}, drawn; '
        f'the caption says what it shows"></a><figcaption>{escape(drawing.caption)} '
        f'<span class="files"><a href="{path}.svg">SVG</a> <a href="{path}.png">PNG</a></span></figcaption></figure>\n'
    )


def _citations(edition: Edition, name: str) -> str:
    told = ""
    for title, names in (("Rests on", edition.report(name).cites), ("Cited by", edition.citing.get(name, ()))):
        if names:
            listed = bullets(f"{edition.link(one, UP)} {_words(edition, one)}" for one in dict.fromkeys(names))
            told += f"<h3>{title}</h3>{listed}"
    return told


def _words(edition: Edition, name: str) -> str:
    return escape(edition.statements[name].words) if name in edition.statements else ""


def _reference(found: Entry) -> str:
    code = f'<pre tabindex="0"><code>{escape(found.bibtex)}</code></pre>'
    return f"{cited_as(found)}{fold('BibTeX', code)}"


def _neighbours(edition: Edition, name: str) -> str:
    """Links to the statements before and after this one."""
    names = list(edition.statements)
    at = names.index(name)
    before, after = (names[at - 1] if at else None), (names[at + 1] if at + 1 < len(names) else None)
    links = [f'<a rel="{rel}" href="{one}.html">{sign}</a>' for rel, one, sign in (
        ("prev", before, f"← {before}"), ("next", after, f"{after} →")) if one]  # fmt: skip
    return f'<nav class="neighbours" aria-label="Neighbours">{" ".join(links)}</nav>\n' if links else ""
