"""What a run and the ledger look like on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..numerics.measured import Measured
from ..numerics.measurement import ALPHA_BUDGET
from ..theory.evidence import Strength
from ..theory.ledger import VERDICTS, Row
from ..theory.statements import Statement
from .run import Evidence

STYLES = {
    "holds": "green",
    "definition": "cyan",
    "informal": "blue",
    "holds-if": "yellow",
    "refuted": "red",
    "ill-posed": "magenta",
    "open": "bold",
    "proved": "green",
    "proved at sizes": "cyan",
    "certified": "blue",
    "measured": "green",
    "needs extra": "yellow",
}
_MOST_LINES = 40
_SLOWEST = 5


def seconds(value: float) -> str:
    """A time for people."""
    return f"{value:.2f} s" if value < 100 else f"{value / 60:.1f} min"


def number(value: float) -> str:
    """A small or large number in three digits."""
    return f"{value:.3g}"


def plain_table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """An empty table in the house's style; the columns named in `right` hold numbers."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left")
    return table


def print_summary(console: Console, evidence: Evidence, rows: Sequence[Row]) -> None:
    """What a run found: verdicts by strength, failures, measurements and their power, the slowest, what was reused."""
    answered = [row for row in rows if set(row.statements) & set(evidence.reports)]
    if answered:
        console.print(verdicts_by_strength(answered))
    if evidence.measured:
        console.print(measurement_table(list(evidence.measured.values())))
    for name, needs in evidence.unmeasured.items():
        console.print(Text(f"not measured     {name}: {'; '.join(needs)}", style="yellow"), soft_wrap=True)
    _print_failures(console, evidence.failures)
    computed = {key: entry for key, entry in evidence.entries.items() if key not in evidence.reused}
    slowest = sorted(computed, key=lambda key: -computed[key].seconds)[:_SLOWEST]
    if slowest:
        told = ", ".join(f"{key.name} {seconds(computed[key].seconds)}" for key in slowest)
        console.print(Text(f"slowest: {told}", style="dim"), soft_wrap=not console.is_terminal)
    accepted = sum(report.accepted for report in evidence.reports.values())
    measured = sum(one.passed for one in evidence.measured.values())
    console.print(
        f"{accepted} of {len(evidence.reports)} statements accepted, "
        f"{measured} of {len(evidence.measured)} measurements passed ({evidence.tier}, seed {evidence.seed})"
    )
    mutants = [mutant for report in evidence.reports.values() for mutant in report.mutants]
    exempt = sum(mutant.exempt is not None for mutant in mutants)
    rejected = sum(mutant.rejected for mutant in mutants)
    console.print(f"mutants: {rejected} of {len(mutants) - exempt} rejected, {exempt} exempt as equivalent")
    console.print(
        f"false alarms: {evidence.comparisons} stochastic comparisons, total alpha {number(evidence.alpha)} "
        f"of {number(ALPHA_BUDGET)}"
    )
    console.print(f"reused {len(evidence.reused)} of {len(evidence.planned)} results from the store")


def _print_failures(console: Console, failures: Sequence[tuple[str, list[str]]]) -> None:
    for name, problems in failures:
        console.print(Text.assemble(("FAILED ", "bold red"), (name, "bold")), soft_wrap=True)
        for problem in problems or ["it was not accepted"]:
            console.print(Text(f"  {problem}"), soft_wrap=not console.is_terminal)


def verdicts_by_strength(rows: Sequence[Row]) -> Table:
    """How many equations have which verdict, at which strength."""
    count = Counter((row.verdict, row.strength) for row in rows)
    strengths = [str(one) for one in Strength if any(row.strength == one for row in rows)]
    columns = (*strengths, "equations")
    table = plain_table("verdict", *columns, right=columns)
    for verdict in VERDICTS:
        total = sum(row.verdict == verdict for row in rows)
        if total:
            cells = (str(count[verdict, strength] or "") for strength in strengths)
            table.add_row(Text(verdict, STYLES[verdict]), *cells, str(total))
    return table


def measurement_table(measured: Sequence[Measured]) -> Table:
    """What each measurement found and the smallest error that it would have caught."""
    table = plain_table("measurement", "status", "detects", "draws", right=("detects", "draws"))
    for one in measured[:_MOST_LINES]:
        smallest = min((estimate.detects for estimate in one.estimates), default=None)
        draws = max((estimate.samples for estimate in one.estimates), default=0)
        told = "" if smallest is None else number(smallest)
        status = Text(str(one.status), STYLES.get(str(one.status), "bold red"))
        table.add_row(f"{one.statement}/{one.name}", status, told, f"{draws:,}" if draws else "")
    if len(measured) > _MOST_LINES:
        table.add_row(f"... and {len(measured) - _MOST_LINES} more: --json FILE holds them all", "", "", "")
    return table


def chapters(rows: Sequence[Row]) -> Table:
    """The ledger by chapter: how many equations of each topic have which verdict, the denominator first."""
    present = [verdict for verdict in VERDICTS if any(row.verdict == verdict for row in rows)]
    table = plain_table("chapter", "topic", "of", *present, right=("of", *present))
    table.show_footer = True
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((_chapter(row), row.topic), []).append(row)
    for (chapter, topic), group in groups.items():
        cells = [_count(group, verdict) for verdict in present]
        table.add_row(chapter, topic, str(len(group)), *cells)
    totals = ["", "all", str(len(rows)), *(str(sum(row.verdict == verdict for row in rows)) for verdict in present)]
    for column, total in zip(table.columns, totals, strict=True):
        column.footer = total
    return table


def _count(rows: Iterable[Row], verdict: str) -> Text:
    count = sum(row.verdict == verdict for row in rows)
    return Text(str(count) if count else "·", STYLES[verdict] if count else "dim")


def _chapter(row: Row) -> str:
    """The chapter of the survey; the second document, whose sections have names, counts as one."""
    return row.section.partition(".")[0] if row.equation.isdigit() else "B"


def equation_table(rows: Sequence[Row]) -> Table:
    """The ledger, a line an equation."""
    table = plain_table("equation", "section", "verdict", "strength", "statements and notes")
    for row in rows:
        notes = [", ".join(row.statements), f"if {row.assumption}" if row.assumption else "", row.note or ""]
        told = Text("\n".join(note for note in notes if note), overflow="fold")
        table.add_row(row.equation, row.section, Text(row.verdict, STYLES[row.verdict]), row.strength or "", told)
    return table


def statement_table(statements: Mapping[str, Statement]) -> Table:
    """The catalogue: names, numbers, words."""
    table = plain_table("statement", "answers", "in words")
    table.columns[0].overflow = "fold"
    table.columns[1].max_width = 12
    for name, one in statements.items():
        table.add_row(name, ", ".join(map(str, one.answers)), Text(one.words))
    return table
