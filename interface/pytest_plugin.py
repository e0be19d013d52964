"""pytest's door: each statement and each measurement of a module `*_theorems.py` becomes a test.

A statement passes when the judge accepts it: its claim proved, its derivation checked, each mutant rejected. Nothing
heavy is imported before such a module is met.

    pytest --theoremcheck-seed 1 --theoremcheck-budget 20
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ENDING = "_theorems.py"
STRENGTH = "theoremcheck strength"
"""The user property that carries a test's strength into the summary, and into JUnit files."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The seed and the budget."""
    group = parser.getgroup("theoremcheck", "statements of mathematics")
    group.addoption(
        "--theoremcheck-seed",
        type=_natural,
        default=0,
        metavar="N",
        help="seed of the measurements in *_theorems.py (default 0)",
    )
    group.addoption(
        "--theoremcheck-budget",
        type=_positive,
        default=60.0,
        metavar="SECONDS",
        help="for each claim in *_theorems.py, its derivation and its mutants (default 60)",
    )


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("a seed is a natural number")
    return int(text)


def _positive(text: str) -> float:
    if not float(text) > 0:
        raise ValueError("a budget is a positive number of seconds")
    return float(text)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A module of statements."""
    return TheoremModule.from_parent(parent, path=file_path) if file_path.name.endswith(ENDING) else None


class TheoremModule(pytest.Module):
    """A module whose statements and measurements are tests; so are test functions in it."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Statements, their measurements, and whatever pytest finds by itself."""
        from ..numerics.measurement import measurements
        from ..theory.statements import Statement

        own = self.obj.__name__.rpartition(".")[2]
        found = {one.name: one for one in vars(self.obj).values() if isinstance(one, Statement) and one.topic == own}
        for one in found.values():
            yield TheoremItem.from_parent(self, name=one.name.partition(".")[2], statement=one)
        for measurement in measurements(self.obj):
            yield MeasurementItem.from_parent(self, name=measurement.key.partition(".")[2], measurement=measurement)
        if not self._collected_anyway():
            yield from super().collect()

    def _collected_anyway(self) -> bool:
        """Whether pytest finds the module's test functions without us: it is named outright, or fits python_files."""
        fits = any(self.path.match(pattern) for pattern in self.config.getini("python_files"))
        return fits or self.session.isinitpath(self.path)


class NotAccepted(Exception):
    """What was not accepted, a line each."""


class _Item(pytest.Item):
    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems alone: a traceback through the judge tells nobody anything."""
        if isinstance(excinfo.value, NotAccepted):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def told(self, strength: str) -> None:
        """Hand the strength on to the summary."""
        self.user_properties.append((STRENGTH, strength))


class TheoremItem(_Item):
    """A statement before the judge."""

    def __init__(self, *, statement: Any, **options: Any) -> None:
        super().__init__(**options)
        self.statement = statement

    def runtest(self) -> None:
        """Raises NotAccepted with the problems, if there are any."""
        from ..theory.budget import Budget
        from ..theory.judge import check

        report = check(self.statement, Budget(seconds=self.config.getoption("theoremcheck_budget")))
        if not report.accepted:
            lines = [f"{self.statement.name}: {self.statement.words}", *(f"  {one}" for one in report.problems)]
            raise NotAccepted("\n".join(lines))
        rejected = sum(mutant.rejected for mutant in report.mutants)
        self.user_properties.append(("theoremcheck mutants rejected", rejected))
        self.told(str(report.strength))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the statement's function."""
        line = self.statement.build.__code__.co_firstlineno - 1
        return self.path, line, f"theorem {self.statement.name}"


class MeasurementItem(_Item):
    """A measurement under the run's seed."""

    def __init__(self, *, measurement: Any, **options: Any) -> None:
        super().__init__(**options)
        self.measurement = measurement

    def runtest(self) -> None:
        """Raises NotAccepted with the problems; is skipped where a package is missing."""
        from ..numerics.measured import Status, run
        from ..numerics.measurement import Tier

        seed = self.config.getoption("theoremcheck_seed")
        found = run(self.measurement, Tier.QUICK, seed)
        if found.status is Status.NEEDS_EXTRA:
            pytest.skip("; ".join(found.problems))
        if found.status is not Status.MEASURED:
            head = f"{self.measurement.key} (seed {seed}), by {self.measurement.route}: {found.status}"
            raise NotAccepted("\n".join([head, *(f"  {one}" for one in found.problems)]))
        self.told("measured")

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the measurement's function."""
        line = self.measurement.function.__code__.co_firstlineno - 1
        return self.path, line, f"measurement {self.measurement.key}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many were accepted, by strength, and the seed."""
    passed = terminalreporter.stats.get("passed", [])
    strengths = Counter(value for one in passed for name, value in one.user_properties if name == STRENGTH)
    if strengths:
        terminalreporter.section("theoremcheck")
        for strength, count in sorted(strengths.items()):
            terminalreporter.line(f"{count:6d} {strength}")
        terminalreporter.line(f"seed {terminalreporter.config.getoption('theoremcheck_seed')}")
