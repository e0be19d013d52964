"""Formulas from the command line: their domains, and their outcomes as they are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from ..theory.evidence import Counterexample
from ..theory.falsify import Outcome
from .formula import NotAFormula
from .paper import STYLES, Entry, verdict_table
from .tables import seconds


def declared(kinds: Mapping[str, Sequence[str] | None], domains: Sequence[str]) -> dict[str, str]:
    """The domain of each name that the options declare; raises NotAFormula for one that is declared twice."""
    found: dict[str, str] = {}
    pairs = [(name.strip(), kind) for kind, words in kinds.items() for word in words or () for name in word.split(",")]
    for one in domains:
        name, colon, domain = one.partition(":")
        if not colon:
            raise NotAFormula(f"{one!r} names no domain: write --domain 'x: [0, 1]'")
        pairs.append((name.strip(), domain.strip()))
    for name, domain in pairs:
        if name in found:
            raise NotAFormula(f"{name} is declared twice, as {found[name]} and as {domain}")
        found[name] = domain
    return found


def ask(console: Console, asked: Sequence[Entry], budget: float, as_json: bool, replay: bool) -> list[Outcome]:
    """Decide each and tell it: one in full, several as a table, which Ctrl-C ends with what is decided."""
    outcomes: list[Outcome] = []
    try:
        with Progress(console, len(asked), as_json) as progress:
            for entry in asked:
                progress(entry.name)
                outcomes.append(entry.outcome(budget))
    finally:
        told = list(zip(asked, outcomes, strict=False))
        if as_json:
            rows = [{"name": entry.name, "formula": entry.text, **outcome.to_json()} for entry, outcome in told]
            console.file.write(json.dumps(rows[0] if not asked[0].name and rows else rows, indent=1) + "\n")
        elif asked[0].name:
            console.print(verdict_table(told))
            console.print(_counted(outcomes, len(asked)))
        elif outcomes:
            _tell(console, asked[0], outcomes[0])
        if replay:
            for outcome in outcomes:
                if outcome.counterexample is not None and outcome.counterexample.replay:
                    console.print(outcome.replay(), markup=False, soft_wrap=True)
    return outcomes


def _counted(outcomes: Sequence[Outcome], asked: int) -> str:
    counts = [f"{sum(one.verdict == verdict for one in outcomes)} {verdict}" for verdict in STYLES]
    return f"{len(outcomes)} of {asked} claims decided: {', '.join(counts)}"


def _tell(console: Console, entry: Entry, outcome: Outcome) -> None:
    line = Text(outcome.verdict, style=STYLES[outcome.verdict])
    console.print(line.append(f"  {entry.text}", style="default"), soft_wrap=True)
    found = outcome.counterexample
    console.print(_failure(found) if found else f"  {outcome.evidence}", markup=False, soft_wrap=True)
    console.print(f"  in {seconds(outcome.seconds)}", style="dim")


def _failure(found: Counterexample) -> str:
    return f"  {found}\n  told apart by: {found.certificate}"


class Progress:
    """The claim that is worked on, where the output is a terminal."""

    def __init__(self, console: Console, count: int, silent: bool) -> None:
        self.status = console.status("") if console.is_terminal and not silent else None
        self.count, self.done = count, 0

    def __enter__(self) -> Progress:
        if self.status is not None:
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()

    def __call__(self, name: str) -> None:
        self.done += 1
        if self.status is not None:
            self.status.update(f"{name} ({self.done} of {self.count})" if name else "deciding")
