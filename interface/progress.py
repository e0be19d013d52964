"""How a run is watched: a live line in a terminal, a plain line a result elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from ..numerics.measured import Measured, Status
from ..theory.evidence import Report
from .store import Key
from .tables import STYLES, number, seconds


class Display:
    """Tells on a console how a run goes on; a context manager, so that the live line is always taken away."""

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self.console = console
        self.quiet = quiet
        self.bar: Progress | None = None
        if console.is_terminal and not quiet:
            self.bar = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
                console=console,
                transient=True,
                expand=True,
            )

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def begin(self, pending: int, reused: int) -> None:
        """Start the line, or make it longer when more is to be decided."""
        if self.bar is None or not pending:
            return
        self.bar.start()
        if self.bar.tasks:
            self.bar.update(self.bar.tasks[0].id, total=(self.bar.tasks[0].total or 0) + pending)
        else:
            self.bar.add_task("", total=pending)

    def working(self, names: list[str]) -> None:
        """Show what is being worked on."""
        if self.bar is not None and self.bar.tasks:
            self.bar.update(self.bar.tasks[0].id, description=", ".join(names))

    def done(self, key: Key, result: Report | Measured, took: float) -> None:
        """Count one result; a line for each without a terminal, for failures only with one."""
        if self.bar is not None and self.bar.tasks:
            self.bar.advance(self.bar.tasks[0].id)
        word, good = outcome(result)
        if self.quiet or (good and self.bar is not None):
            return
        line = Text.assemble((f"{word:<16}", STYLES.get(word, "bold red")), f"{key.name}  {seconds(took)}")
        if isinstance(result, Measured) and result.estimates:
            line.append(f"  detects {number(min(one.detects for one in result.estimates))}")
        self.console.print(line, soft_wrap=True)


def outcome(result: Report | Measured) -> tuple[str, bool]:
    """A result in a word or two, and whether it is no failure."""
    if isinstance(result, Measured):
        return str(result.status), result.status in (Status.MEASURED, Status.NEEDS_EXTRA)
    return (str(result.strength), True) if result.strength is not None else ("not accepted", False)
