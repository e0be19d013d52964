"""Writing the site: every page completely or not at all, and nothing touched that a report did not write.

A report knows its folder by a file of its own, which lists what it wrote there. Another report into the same folder
replaces those files and takes away those that it no longer has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path, PurePosixPath

from ...theory.ledger import Row
from ..run import Evidence
from .drawings import draw_into
from .edition import Edition
from .ledger_page import ledger_page, statements_page
from .markup import dressed
from .other_pages import errata_page, gallery_page, words_page
from .statement_page import statement_page

MARK = "theoremcheck-report.json"
ASSETS = ("style.css", "report.js")


class CannotWrite(ValueError):
    """The folder is none, or holds something that is not a report; the message says what to do."""


def prepare(out: Path) -> None:
    """Make the folder, or see that it is empty or an earlier report; raises CannotWrite."""
    if out.exists() and not out.is_dir():
        raise CannotWrite(f"{out} is a file: --out names a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise CannotWrite(f"{out} holds other files than a report: name a new or an empty folder")
    out.mkdir(parents=True, exist_ok=True)


def write_site(
    out: Path,
    evidence: Evidence,
    rows: Sequence[Row],
    drawn: Sequence[str] = (),
    progress: Callable[[str], None] = lambda name: None,
) -> Path:
    """Write the report on some evidence into a folder; the path of its first page.

    rows: the ledger's rows to show; drawn: the topics whose figures are drawn. The same evidence gives the same bytes.
    Raises CannotWrite. Figures that need a package which is not installed are left out, and the gallery says so.
    """
    prepare(out)
    earlier = _listed(out)
    _write_mark(out, earlier)
    drawings, pictures, undrawn = draw_into(out, drawn, evidence.reports, progress) if drawn else ([], [], {})
    _write_mark(out, earlier | {path.relative_to(out).as_posix() for path in pictures})
    texts = pages(Edition(evidence, rows, drawings, undrawn), progress)
    for asset in ASSETS:
        texts[f"assets/{asset}"] = files(__package__).joinpath(asset).read_text(encoding="utf-8")
    now = {*texts, *(path.relative_to(out).as_posix() for path in pictures)}
    _write_mark(out, earlier | now)
    for path, text in texts.items():
        _write(out / path, text)
    for path in sorted(earlier - now):
        (out / path).unlink(missing_ok=True)
    _write_mark(out, now)
    return out / "index.html"


def pages(edition: Edition, progress: Callable[[str], None] = lambda name: None) -> dict[str, str]:
    """The text of every page by its path."""
    made = [ledger_page(edition), statements_page(edition), errata_page(edition), gallery_page(edition), words_page()]
    for name in edition.statements:
        progress(name)
        made.append(statement_page(edition, name))
    told = _colophon(edition.evidence)
    return {page.path: dressed(page, told) for page in made}


def _colophon(evidence: Evidence) -> str:
    from theoremcheck import __version__

    alpha = f"the chance of any false alarm is at most {evidence.alpha:.2g}"
    return f"theoremcheck {__version__}; {evidence.tier} measurements, seed {evidence.seed}: {alpha}."


def _listed(out: Path) -> set[str]:
    """What an earlier report wrote here; raises CannotWrite where its list is none."""
    mark = out / MARK
    if not mark.is_file():
        return set()
    try:
        listed: Mapping[str, Iterable[str]] = json.loads(mark.read_text(encoding="utf-8"))
        paths = [PurePosixPath(path) for path in listed["files"]]
    except (ValueError, KeyError, TypeError):
        raise CannotWrite(f"{mark} is damaged: name a new or an empty folder") from None
    return {str(path) for path in paths if not path.is_absolute() and ".." not in path.parts}


def _write_mark(out: Path, listed: Iterable[str]) -> None:
    _write(out / MARK, json.dumps({"files": sorted(listed)}, indent=1) + "\n")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
