"""One statement on a terminal: the theorem, its derivation typeset, its evidence, and what the source prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text
from sympy import pretty

from ..theory.claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion, Typing
from ..theory.evidence import Report
from ..theory.source import equation
from ..theory.statements import Printed, Statement
from ..theory.symbols import domain_of
from .errata import counterexample
from .tables import STYLES, number

_SIGNS = {"==": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}


def print_statement(console: Console, statement: Statement, report: Report, measured: list[Any]) -> None:
    """The whole statement with its evidence."""
    console.print(Text(statement.name, style="bold"))
    console.print(Text(statement.words))
    for title, body in _sections(console, statement, report, measured):
        if body:
            console.print(Rule(Text(title, "bold"), align="left", style="dim"))
            for part in body:
                console.print(Padding(part, (0, 0, 0, 2), expand=False))


def _sections(
    console: Console, statement: Statement, report: Report, measured: list[Any]
) -> Iterator[tuple[str, list[RenderableType]]]:
    width = console.width - 4
    yield "theorem", [_formula(line, width) for line in _typeset(statement.claim, width)]
    yield "where", [Text(f"{symbol} in {_domain(symbol)}") for symbol in statement.symbols]
    yield "derivation", list(_derivation(statement, report, width))
    yield "verdict", list(_verdict(report))
    yield "mutants", list(_mutants(report))
    yield "measurements", list(_measurements(measured))
    yield "printed in the source", list(_printed(statement, report, width))
    yield "rests on", [Text(name) for name in report.cites]
    yield "references", [Text(key) for key in statement.keys]


def _formula(text: str, width: int) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis" if max(map(len, text.split("\n"))) > width else "ignore")


def _set(expr: Any, width: int) -> str:
    """An expression in two dimensions; on one line per part where it is wider than the terminal."""
    return str(pretty(expr, use_unicode=True, num_columns=width, wrap_line=True))


def _typeset(claim: Claim, width: int) -> Iterator[str]:
    if isinstance(claim, Identity | Inequality):
        yield _related(claim.lhs, claim.relation, claim.rhs, width)
        yield from (f"given {_set(condition, width)}" for condition in claim.where)
    elif isinstance(claim, Limit):
        yield _related(claim.expr, "==", claim.value, width)
        yield f"as {claim.variable} → {claim.point}{claim.side if claim.side != '+-' else ''}"
        yield from (f"given {_set(condition, width)}" for condition in claim.where)
    elif isinstance(claim, Recursion):
        a, n = claim.term, claim.variable
        yield f"{a}({claim.start}) = {claim.initial}, {a}({n}+1) = {claim.step}"
        yield _related(a, claim.relation, claim.closed, width)
    elif isinstance(claim, AllOf):
        for name, part in claim.claims.items():
            yield f"{name}:"
            yield from _typeset(part, width)
    elif isinstance(claim, Definition):
        yield f"{claim.name} :="
        yield _set(claim.value, width)
        for name, part in claim.properties(claim.value).items():
            yield f"{name}:"
            yield from _typeset(part, width)
    elif isinstance(claim, Finite):
        yield f"{claim.formula}\n({claim.sizes})"
    elif isinstance(claim, Typing):
        yield claim.latex()


def _related(left: Any, relation: str, right: Any, width: int) -> str:
    """Both sides with the sign between them: beside each other where they fit, else the right side below."""
    one, other, sign = _set(left, width), _set(right, width - 2), _SIGNS[relation]
    if max(map(len, one.split("\n"))) + max(map(len, other.split("\n"))) + 3 <= width:
        return _beside(left, sign, right, width)
    return f"{one}\n\n{_after(sign, other)}"


def _beside(left: Any, sign: str, right: Any, width: int) -> str:
    from sympy.printing.pretty.pretty import PrettyPrinter
    from sympy.printing.pretty.stringpict import prettyForm

    printer = PrettyPrinter({"use_unicode": True, "wrap_line": False, "num_columns": width})
    forms = printer._print(left), printer._print(right)
    return str(prettyForm(*prettyForm.next(forms[0], f" {sign} ", forms[1])))


def _after(sign: str, block: str) -> str:
    """A block of lines with a sign before its middle."""
    lines = block.split("\n")
    middle = (len(lines) - 1) // 2
    return "\n".join(f"{sign if at == middle else ' '} {line}" for at, line in enumerate(lines))


def _domain(symbol: Any) -> str:
    try:
        return str(domain_of(symbol))
    except ValueError as error:
        return f"no domain: {error}"


def _derivation(statement: Statement, report: Report, width: int) -> Iterator[RenderableType]:
    theorem = statement.theorem
    if not theorem.derivation:
        return
    start = theorem.start if theorem.start is not None else statement.lhs
    yield _formula(_set(start, width), width)
    outcomes = [*report.derivation, *[None] * len(theorem.derivation)]
    for step, outcome in zip(theorem.derivation, outcomes, strict=False):
        yield _formula(_after(_SIGNS[step.relation], _set(step.expr, width - 2)), width)
        by = f" (by {step.by.statement.name})" if step.by is not None else ""
        found = outcome.answer["answer"] if outcome is not None else "not checked"
        told = "" if found == "holds" else f"  [{found}]"
        yield Padding(Text.assemble((f"{step.reason}{by}", "italic"), (told, "bold red")), (0, 0, 0, 4), expand=False)


def _verdict(report: Report) -> Iterator[RenderableType]:
    answer = report.answer
    if report.accepted:
        style = STYLES.get(str(report.strength), "")
        yield Text.assemble((str(report.strength), style), f" by {answer['method']}")
        if answer["detail"]:
            yield Text(answer["detail"], style="dim")
    for problem in report.problems:
        yield Text(problem, style="red")
    if report.witness:
        yield Text("witness: " + ", ".join(f"{name} = {value}" for name, value in report.witness.items()), style="dim")


def _mutants(report: Report) -> Iterator[RenderableType]:
    for mutant in report.mutants:
        if mutant.exempt is not None:
            yield Text.assemble(("exempt    ", "yellow"), f"{mutant.name}: {mutant.exempt}")
        elif mutant.rejected:
            yield Text.assemble(("rejected  ", "green"), f"{mutant.name}: {mutant.by}")
        else:
            yield Text.assemble(("survives  ", "bold red"), f"{mutant.name}: {mutant.by}")


def _measurements(measured: list[Any]) -> Iterator[RenderableType]:
    for one in measured:
        yield Text.assemble((str(one.status), STYLES.get(str(one.status), "bold red")), f"  {one.name}: {one.route}")
        for found in one.estimates:
            sign = _SIGNS[found.relation]
            inside = f"[{found.low:.6g}, {found.high:.6g}]"
            told = f"  {found.what}: {inside} {sign} {found.predicted:.6g}, detects {number(found.detects)}"
            yield Text(f"{told}, alpha {number(found.alpha)}")


def _printed(statement: Statement, report: Report, width: int) -> Iterator[RenderableType]:
    for answered in statement.answers:
        outcome, own = report.printed.get(str(answered)), statement.theorem.printed.get(answered, Printed())
        verdict = outcome.verdict if outcome is not None else "open"
        yield Text.assemble((f"({answered}) ", "bold"), (verdict, STYLES[verdict]))
        yield Text(f"  {equation(answered).printed}", style="dim")
        if own.claim is not None:
            yield from (
                Padding(_formula(line, width), (0, 0, 0, 2), expand=False) for line in _typeset(own.claim, width - 2)
            )
        found = (outcome.answer or {}).get("counterexample") if outcome is not None else None
        if found is not None:
            yield Text(f"  counterexample {counterexample(found)}", style="red")
            yield from (Text(f"    {line}", style="dim") for line in found["replay"].splitlines())
        for note in (own.assumption and f"holds if {own.assumption}", outcome and outcome.note):
            if note:
                yield Text(f"  {note}")
