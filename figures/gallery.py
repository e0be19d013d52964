"""All figures of some topics: their pictures, and the derivation of every statement that has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from ..theory.evidence import Report
from ..theory.judge import check
from ..theory.statements import Statement, statements_of, topic_module
from .derivation import derivation_figure
from .picture import pictures_of, save


def draw(
    topics: Sequence[str],
    out: Path,
    reports: Mapping[str, Report] | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Path]:
    """Write every figure of the topics into a folder, made if need be, as SVG and PNG; the paths written.

    reports: what is already known of the statements; those that are missing are checked now.
    """
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for topic in topics:
        for picture in pictures_of(import_module(f".{topic}", __package__)):
            progress(picture.name)
            written += save(picture.figure(), out, picture.name)
        for statement in statements_of(topic_module(topic)):
            if _is_drawn(statement):
                progress(statement.name)
                report = (reports or {}).get(statement.name) or check(statement)
                written += save(derivation_figure(statement, report), out, f"{statement.name}.derivation")
    return written


def _is_drawn(statement: Statement) -> bool:
    """A statement has a figure where it has a derivation, or where it judges a printed form that differs from it."""
    theorem = statement.theorem
    return bool(theorem.derivation) or any(printed.claim is not None for printed in theorem.printed.values())
