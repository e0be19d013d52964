"""The generalization report: errors and bounds as CSV, Markdown and picture, and how the run is watched."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from .tables import plain_table, seconds

if TYPE_CHECKING:
    from rich.progress import TaskID

    from ..numerics.generalization import Reading
    from ..numerics.pac_bayes_recipes import Recipe

DATA = ("digits", "breast_cancer")
"""The data sets, both of scikit-learn."""
EXTRAS = {"torch": "torch", "sklearn": "data", "matplotlib": "figures"}
"""What the report needs, and the extra that brings it."""
READING_FIELDS = ("data", "model", "n", "parameters", "train_error", "test_error", "test_size")
BOUND_FIELDS = ("name", "about", "confidence", "computed", "value", "vacuous", "note")


def missing_extras() -> str | None:
    """What is not installed, and how to get it, in a sentence; None where all is there."""
    absent = [module for module in EXTRAS if find_spec(module) is None]
    if not absent:
        return None
    extras = ",".join(EXTRAS[module] for module in absent)
    return f"the generalization report needs {' and '.join(absent)}: pip install 'theoremcheck[{extras}]'"


@dataclass
class Findings:
    """What a run has found so far."""

    readings: list[Reading] = field(default_factory=list)
    recipes: list[tuple[str, Recipe]] = field(default_factory=list)


def gather(findings: Findings, console: Console, data: Sequence[str], seed: int, full: bool) -> None:
    """Go through all readings and recipes of the data sets, telling of each when it is there."""
    from ..numerics.generalization import FULL, QUICK, planned, sample, study
    from ..numerics.pac_bayes_recipes import RECIPES, recipes

    effort = FULL if full else QUICK
    samples = [sample(name, seed) for name in data]
    total = sum(len(planned(one, effort)) + len(RECIPES) for one in samples)
    with _watched(console, total) as (progress, task):
        for one in samples:
            for model, n in planned(one, effort):
                progress.update(task, description=f"{one.name}, {model}, n = {n}")
                found = study(one, model, n, seed=seed, effort=effort)
                findings.readings.append(found)
                _tell(progress, f"{one.name}, {model}, n = {n}: {_short(found)}", found.seconds)
                progress.advance(task)
            progress.update(task, description=f"{one.name}, recipes for PAC-Bayes")
            for recipe in recipes(one, seed=seed, effort=effort):
                findings.recipes.append((one.name, recipe))
                _tell(progress, f"{one.name}, {recipe.name}: {upwards(recipe.bound)}", recipe.seconds)
                progress.advance(task)


class _watched:
    """A live line in a terminal; elsewhere only the lines that are told."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (SpinnerColumn(), BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn())
        self.progress = Progress(
            *columns, TextColumn("{task.description}"), console=console, transient=True, disable=not console.is_terminal
        )
        self.total = total

    def __enter__(self) -> tuple[Progress, TaskID]:
        self.progress.start()
        return self.progress, self.progress.add_task("", total=self.total)

    def __exit__(self, *_: object) -> None:
        self.progress.stop()


def _tell(progress: Progress, line: str, took: float) -> None:
    progress.console.print(f"{line}  [dim]{seconds(took)}[/dim]", soft_wrap=True)


def _short(one: Reading) -> str:
    return f"test error {one.test_error:.4f}, {one.tightest.name} {upwards(one.tightest.computed)}"


def upwards(bound: float) -> str:
    """A bound to four digits after the point, never below its value; above 1, what was computed in brackets."""
    if bound >= 1:
        return f"1 ({math.ceil(bound):,})" if bound >= 100 else f"1 ({math.ceil(bound * 10) / 10:.1f})"
    return f"{math.ceil(bound * 10**4) / 10**4:.4f}"


def bound_names(readings: Sequence[Reading]) -> list[str]:
    """The names of all bounds, in the order of their first reading of most bounds."""
    longest = max(readings, key=lambda one: len(one.bounds), default=None)
    return [] if longest is None else [one.name for one in longest.bounds]


def cells(one: Reading, names: Sequence[str]) -> list[str]:
    """A row of the wide table."""
    known = {bound.name: bound for bound in one.bounds}
    own = [one.data, one.model, str(one.n), f"{one.train_error:.4f}", f"{one.test_error:.4f}"]
    return own + [upwards(known[name].computed) if name in known else "" for name in names]


HEAD = ("data", "classifier", "n", "train error", "test error")
RECIPE_HEAD = ("data", "recipe", "from", "classifier", "bound", "train error", "test error", "KL", "m")


def recipe_cells(data: str, one: Recipe) -> list[str]:
    """A row of the table of recipes."""
    errors = f"{one.train_error:.4f}", f"{one.test_error:.4f}"
    return [
        data,
        one.name,
        one.reference or "here",
        one.classifier,
        upwards(one.bound),
        *errors,
        f"{one.kl:.3g}",
        str(one.m),
    ]


def terminal_tables(findings: Findings) -> list[Table]:
    """For a terminal of 80 columns: a table for each classifier, a column for each n; and the recipes."""
    tables = []
    for data, model in dict.fromkeys((one.data, one.model) for one in findings.readings):
        found = [one for one in findings.readings if (one.data, one.model) == (data, model)]
        heads = [f"n = {one.n}" for one in found]
        table = plain_table("", *heads, right=heads, title=f"{data}, {model}")
        columns = [cells(one, bound_names(found))[3:] for one in found]
        for name, *row in zip([*HEAD[3:], *bound_names(found)], *columns, strict=True):
            table.add_row(name, *row)
        tables.append(table)
    for data in dict.fromkeys(name for name, _ in findings.recipes):
        heads = ["bound", "train error", "test error"]
        table = plain_table("recipe", *heads, right=heads, title=f"{data}, PAC-Bayes certificates")
        for one in (recipe for name, recipe in findings.recipes if name == data):
            table.add_row(one.name, upwards(one.bound), f"{one.train_error:.4f}", f"{one.test_error:.4f}")
        tables.append(table)
    return tables


def markdown(findings: Findings, complete: bool = True) -> str:
    """Both tables, and what the numbers mean."""
    names = bound_names(findings.readings)
    rows = [cells(one, names) for one in findings.readings]
    parts = ["# Errors and bounds\n", "" if complete else "The run was interrupted: what was computed by then.\n"]
    parts += [_markdown_table([*HEAD, *names], rows), NOTES.format(confidence=_confidence(findings))]
    if findings.recipes:
        rows = [recipe_cells(data, one) for data, one in findings.recipes]
        parts += ["## Recipes for PAC-Bayes certificates\n", _markdown_table(RECIPE_HEAD, rows), _best(findings)]
    return "\n".join(one for one in parts if one) + "\n"


def _confidence(findings: Findings) -> str:
    found = {bound.confidence for one in findings.readings for bound in one.bounds}
    return f"{min(found):g}" if found else "0.95"


NOTES = """
Each bound holds by itself with confidence {confidence} over the data, if these are independent draws; it is rounded
upwards. A bound of 1 says nothing; what was computed stands in brackets. PAC-Bayes bounds are on the randomized
classifier, whose normal posterior over the last layer was fitted to the bound; its prior was trained on half of the n
data, or ("blocks") on all before each block. The other bounds are on the trained classifier itself. The norm-based ones
hold for all margins at once, and are given at the best. The test-set bound (exact binomial) alone needs further data.
The settings of training are constants; other splits of these data were seen when they were set.
"""


def _best(findings: Findings) -> str:
    """The least published and the least own certificate of each data set, in a sentence each."""
    lines = []
    for data in dict.fromkeys(name for name, _ in findings.recipes):
        of_data = [one for name, one in findings.recipes if name == data]
        published = min((one for one in of_data if one.reference), key=lambda one: one.bound, default=None)
        ours = [one for one in of_data if not one.reference]
        if published is None or not ours:
            continue
        best = min(ours, key=lambda one: one.bound)
        # the least of several needs its share of delta; so this is a comparison, and each number holds by itself
        lines.append(
            f"\n{data}: the published recipes reach {upwards(published.bound)} ({published.reference}), those here "
            f"{upwards(best.bound)} ({best.name}), at the same confidence, each by itself."
        )
    return "\n".join(lines)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def bounds_csv(readings: Sequence[Reading]) -> str:
    """One line a bound, with all digits."""
    lines: list[list[object]] = [[*READING_FIELDS, "bound", *BOUND_FIELDS[1:]]]
    for one in readings:
        own = [getattr(one, name) for name in READING_FIELDS]
        lines += [[*own, *(getattr(bound, name) for name in BOUND_FIELDS)] for bound in one.bounds]
    return _csv(lines)


def recipes_csv(recipes: Sequence[tuple[str, Recipe]]) -> str:
    """One line a recipe, with all digits."""
    rows = [{"data": data, **asdict(one)} for data, one in recipes]
    return _csv([list(rows[0]), *(list(row.values()) for row in rows)]) if rows else ""


def _csv(lines: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def write_all(findings: Findings, out: Path, complete: bool = True) -> list[Path]:
    """Write what was found into the folder: bounds.csv, bounds.md, recipes.csv and a picture a data set; the paths."""
    texts = {"bounds.csv": bounds_csv(findings.readings), "bounds.md": markdown(findings, complete)}
    if findings.recipes:
        texts["recipes.csv"] = recipes_csv(findings.recipes)
    written = []
    for name, text in texts.items():
        part = out / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        written.append(part.replace(out / name))
    return written + _pictures(findings, out)


def _pictures(findings: Findings, out: Path) -> list[Path]:
    from ..figures.bounds_table import bounds_picture
    from ..figures.picture import save

    written = []
    for data in dict.fromkeys(one.data for one in findings.readings):
        found = bounds_picture([one for one in findings.readings if one.data == data])
        written += save(found.figure(), out, found.name)
    return written
