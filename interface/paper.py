"""A list of claims in a TOML file, such as those of a paper, and what became of each.

title = "..."
[domains]                 # of symbols that all claims may use
x = "real"
[[claim]]
name = "Lemma 1"
formula = "cosh(x) <= exp(x^2/2)"
domains = { n = "integer [1, oo)" }   # of this claim
where = ["x <= n"]
budget = 10                            # seconds
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..theory.evidence import Holds
from ..theory.falsify import SECONDS, Outcome, judge
from .choice import nearest
from .formula import NotAFormula, condition, formula, symbol

_KEYS = {"name": str, "formula": str, "domains": dict, "where": list, "budget": (int, float)}
_TOP = {"title": str, "domains": dict, "claim": list}
STYLES = {"proved": "green", "certified": "blue", "refuted": "red", "unknown": "yellow"}


class BadPaper(ValueError):
    """The file is no list of claims; the message says where and why."""


@dataclass(frozen=True)
class Entry:
    """One claim of a file, as it is written there."""

    name: str
    text: str
    domains: Mapping[str, str]
    where: Sequence[str] = ()
    budget: float | None = None

    def outcome(self, budget: float = SECONDS) -> Outcome:
        """What becomes of it; raises NotAFormula."""
        symbols = {name: symbol(name, domain) for name, domain in self.domains.items()}
        conditions = tuple(one for text in self.where for one in condition(text, symbols))
        claim = formula(self.text, symbols, conditions)
        return judge(claim, self.budget or budget)


def entries(file: Path) -> list[Entry]:
    """The claims of a file, each of which can be read; raises BadPaper, which names the claim that cannot."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPaper(f"{file} is no TOML file: {error}") from None
    _checked(data, _TOP, str(file))
    found = []
    for count, one in enumerate(data.get("claim", []), 1):
        place = f"{file}, claim {count}"
        _checked(one, _KEYS, place)
        if "formula" not in one:
            raise BadPaper(f'{place} has no formula: formula = "x^2 >= 0"')
        entry = Entry(
            one.get("name", f"claim {count}"),
            one["formula"],
            {**data.get("domains", {}), **one.get("domains", {})},
            one.get("where", []),
            one.get("budget"),
        )
        found.append(_readable(entry, place))
    if not found:
        raise BadPaper(f"{file} holds no claim: each begins with a line [[claim]]")
    return found


def _readable(entry: Entry, place: str) -> Entry:
    try:
        symbols = {name: symbol(name, domain) for name, domain in entry.domains.items()}
        formula(entry.text, symbols, tuple(one for text in entry.where for one in condition(text, symbols)))
    except NotAFormula as error:
        raise BadPaper(f"{place} ({entry.name}): {error}") from None
    if entry.budget is not None and entry.budget <= 0:
        raise BadPaper(f"{place} ({entry.name}): the budget is a positive number of seconds")
    return entry


def _checked(table: Any, keys: Mapping[str, Any], place: str) -> None:
    if not isinstance(table, dict):
        raise BadPaper(f"{place} is not a table")
    for key, value in table.items():
        if key not in keys:
            raise BadPaper(
                f"{place}: there is no key {key!r}" + (nearest(key, list(keys)) or f"; known: {', '.join(keys)}")
            )
        if not isinstance(value, keys[key]) or isinstance(value, bool):
            raise BadPaper(f"{place}: {key} is a {type(value).__name__}, which it cannot be")
    texts = [*table.get("domains", {}).values(), *(table.get("where") or [])]
    if not all(isinstance(text, str) for text in texts):
        raise BadPaper(f'{place}: domains and assumptions are text, such as x = "real" and where = ["x <= 1"]')


def verdict_table(rows: Iterable[tuple[Entry, Outcome]], title: str | None = None) -> Table:
    """Name, formula, verdict and what it rests on, a claim a line."""
    from .tables import plain_table, seconds

    table = plain_table(
        "claim", "formula", "verdict", "counterexample or evidence", "time", right=("time",), title=title
    )
    for entry, outcome in rows:
        method = outcome.answer.method if isinstance(outcome.answer, Holds) else outcome.evidence
        said = str(outcome.counterexample or method)
        table.add_row(
            Text(entry.name),
            Text(entry.text),
            Text(outcome.verdict, style=STYLES[outcome.verdict]),
            Text(said if len(said) <= 160 else said[:157] + "..."),
            seconds(outcome.seconds),
        )
    return table
