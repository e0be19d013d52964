"""The command line. Nothing heavy is imported before a command needs it, so that help is immediate."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ..theory.ledger import Row
    from .run import Evidence
    from .store import Store

FAILED, BAD_USAGE, INTERRUPTED, CUT_OFF = 1, 2, 130, 141
"""The last two as shells count them: by Ctrl-C, and by a reader of the output who has gone."""

PACKAGE = __name__.partition(".")[0]

app = typer.Typer(
    name="theoremcheck",
    help="The machine-checked edition of the mathematics of deep learning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="Names, patterns (vae.*), topics (vae), numbers (522)."),
]
Full = Annotated[bool, typer.Option("--full/--quick", help="Draw more, and detect smaller errors.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, show_default="all processors", help="Processes.")]
Seed = Annotated[int, typer.Option(min=0, help="The seed of the measurements.")]
StoreFile = Annotated[Path | None, typer.Option("--store", metavar="FILE", help="The evidence store.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Decide everything anew.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


ALL = _processors()


def _version(wanted: bool) -> None:
    if wanted:
        from theoremcheck import __version__

        typer.echo(f"theoremcheck {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    # One thread a process: processes are the parallelism, and sums come out the same however many there are.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@app.command()
def check(
    names: Names = None,
    full: Full = False,
    jobs: Jobs = ALL,
    seed: Seed = 0,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all results.")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    store: StoreFile = None,
    fresh: Fresh = False,
    backend: Annotated[str, typer.Option(help="Where: loky (this machine), dask or ray.")] = "loky",
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of a dask or ray cluster.")] = None,
) -> None:
    """Prove, measure and judge statements.

    Exit status 0 where everything checked out, 1 where a claim did not, 2 for bad usage.
    """
    from ..theory.statements import catalogue
    from .backends import BACKENDS
    from .choice import choose, one_of
    from .tables import print_summary

    where = (one_of(backend, BACKENDS, "backend"), scheduler)
    if scheduler is not None and backend == "loky":
        raise _Told("--scheduler is the address of a cluster: give --backend dask or --backend ray")
    _refuse_unwritable(json_file, junit_file)
    chosen = choose(names or [], catalogue())
    console = _console()
    with _gathered(chosen, console, full, jobs, seed, store, fresh, where=where) as evidence:
        touched = evidence.ledger({name.partition(".")[0] for name in evidence.reports})
        print_summary(console, evidence, touched)
    if json_file is not None:
        from .record import record

        _write(json_file, json.dumps(record(evidence, touched), indent=1, ensure_ascii=False) + "\n")
    if junit_file is not None:
        from .junit import junit

        _write(junit_file, junit(evidence))
    raise typer.Exit(0 if evidence.passed else FAILED)


@app.command()
def ledger(
    topic: Topics = None,
    verdict: Annotated[list[str] | None, typer.Option(help="Only this verdict, an equation a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
    picture: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw one cell an equation.")] = None,
    full: Full = False,
    jobs: Jobs = ALL,
    seed: Seed = 0,
    store: StoreFile = None,
    fresh: Fresh = False,
) -> None:
    """The verdict on each equation, by chapter.

    What is missing in the evidence store, or stale there, is decided first.
    """
    from ..theory.ledger import VERDICTS
    from .choice import one_of
    from .tables import chapters, equation_table, verdicts_by_strength

    _refuse_unwritable(picture)
    wanted = [one_of(word, VERDICTS, "verdict") for word in verdict or []]
    rows = _ledger(topic, full, jobs, seed, store, fresh)
    rows = [row for row in rows if not wanted or row.verdict in wanted]
    if as_json:
        _say(json.dumps([row.to_json() for row in rows], indent=1, ensure_ascii=False) + "\n")
        return
    if picture is not None:
        from ..figures.ledger import ledger_svg

        _write(picture, ledger_svg(rows))
        return
    console = _console()
    if topic or wanted:
        console.print(equation_table(rows))
    console.print(chapters(rows))
    console.print(verdicts_by_strength(rows))


@app.command()
def errata(
    topic: Topics = None,
    form: Annotated[str, typer.Option("--format", help="terminal, markdown or latex.")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there (Markdown by default).")] = None,
    full: Full = False,
    jobs: Jobs = ALL,
    seed: Seed = 0,
    store: StoreFile = None,
    fresh: Fresh = False,
) -> None:
    """What is wrong in the source, and how to mend it.

    Each equation as printed, the counterexample, and the correction, which was checked.
    """
    from . import errata as written
    from .choice import one_of

    form = one_of(form or ("markdown" if out is not None else "terminal"), ("terminal", "markdown", "latex"), "format")
    _refuse_unwritable(out)
    rows = written.errata(_ledger(topic, full, jobs, seed, store, fresh))
    if form == "terminal" and out is None:
        written.print_errata(_console(), rows)
        return
    writers = {"terminal": written.plain, "markdown": written.markdown, "latex": written.latex}
    text = writers[form](rows)
    if out is None:
        _say(text)
    else:
        _write(out, text)


@app.command("list")
def list_statements(names: Names = None) -> None:
    """The catalogue: names, numbers, theorems in words."""
    from ..theory.statements import catalogue
    from .choice import choose
    from .tables import statement_table

    known = catalogue()
    _console().print(statement_table({name: known[name] for name in choose(names or [], known)}))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The name of a statement.")],
    store: StoreFile = None,
    fresh: Fresh = False,
) -> None:
    """A theorem with its derivation and its evidence."""
    from ..theory.statements import catalogue
    from .choice import choose
    from .exhibit import print_statement

    known = catalogue()
    chosen = choose([name], known)
    console = _console()
    with _gathered(chosen, _console(stderr=True), False, 1, 0, store, fresh, quiet=True) as evidence:
        for one in chosen:
            measured = [found for found in evidence.measured.values() if found.statement == one]
            print_statement(console, known[one], evidence.reports[one], measured)


@app.command()
def figures(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to draw into.")],
    topic: Annotated[list[str] | None, typer.Argument(metavar="TOPIC", help="All of them by default.")] = None,
    jobs: Jobs = ALL,
    seed: Seed = 0,
    store: StoreFile = None,
    fresh: Fresh = False,
) -> None:
    """Draw the figures of some topics.

    What their statements need in evidence is taken from the store, or decided first.
    """
    from ..theory.statements import catalogue
    from .choice import drawn_topics, one_of

    chosen = [one_of(word, drawn_topics(), "figure of") for word in topic or drawn_topics()]
    from ..figures.gallery import draw

    if out.exists() and not out.is_dir():
        raise _Told(f"{out} is a file: --out names a folder")
    out.mkdir(parents=True, exist_ok=True)
    names = [name for name, one in catalogue().items() if one.topic in chosen]
    told = _console(stderr=True)
    with _gathered(names, told, False, jobs, seed, store, fresh, quiet=True) as evidence:
        with told.status("drawing") as status:
            written = draw(chosen, out, evidence.reports, progress=lambda name: status.update(f"drawing {name}"))
        for path in written:
            _say(f"{path}\n")


@app.command()
def report(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")],
    topic: Topics = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw them, too.")] = True,
    full: Full = False,
    jobs: Jobs = ALL,
    seed: Seed = 0,
    store: StoreFile = None,
    fresh: Fresh = False,
) -> None:
    """Write everything as a site that opens from the disk.

    The ledger, a page a statement, the errata and the figures. What is missing in the evidence store, or stale
    there, is decided first.
    """
    from .choice import drawn_topics
    from .report import prepare, write_site

    prepare(out)
    wanted, names = _wanted(topic)
    told = _console(stderr=True)
    drawn = [one for one in drawn_topics() if figures and one in wanted]
    with _gathered(names, told, full, jobs, seed, store, fresh, quiet=True) as evidence:
        _tell(told, evidence)
        with told.status("writing") as status:
            rows = evidence.ledger(wanted)
            first = write_site(out, evidence, rows, drawn, progress=lambda name: status.update(f"writing {name}"))
        _say(f"{first}\n")


@app.command()
def generalization(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")],
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="NAME", help="digits or breast_cancer; both by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the split, of training and of draws.")] = 0,
    full: Annotated[bool, typer.Option("--full/--quick", help="More sizes, longer training, more draws.")] = False,
) -> None:
    """Train classifiers on real data and bound their risk in every way.

    Training error, test error and VC, norm-based, PAC-Bayes and test-set bounds side by side: tables and a picture.
    """
    from .choice import one_of
    from .generalization import DATA, Findings, gather, missing_extras, terminal_tables, write_all

    chosen = [one_of(name, DATA, "data set") for name in dict.fromkeys(data or DATA)]
    if (sentence := missing_extras()) is not None:
        raise _Told(sentence)
    if out.exists() and not out.is_dir():
        raise _Told(f"{out} is a file: --out names a folder")
    out.mkdir(parents=True, exist_ok=True)
    findings, told, complete = Findings(), _console(stderr=True), True
    try:
        gather(findings, told, chosen, seed, full)
    except KeyboardInterrupt:
        complete = False
    for table in terminal_tables(findings):
        _console().print(table)
    for path in write_all(findings, out, complete):
        _say(f"{path}\n")
    if not complete:
        told.print(f"interrupted: {len(findings.readings)} readings were taken", style="bold")
        raise typer.Exit(INTERRUPTED)


@app.command()
def falsify(
    claim: Annotated[str | None, typer.Argument(metavar="FORMULA", help="Such as 'cosh(x) <= exp(x^2/2)'.")] = None,
    real: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="Real symbols: x or x,y.")] = None,
    positive: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="Positive symbols.")] = None,
    integer: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="Integer symbols.")] = None,
    probability: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="Symbols between 0 and 1.")] = None,
    domain: Annotated[
        list[str] | None, typer.Option(metavar="NAME:DOMAIN", help="Such as 'x: [0, 1)' or 'n: integer [1, oo)'.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(metavar="RELATION", help="An assumption: 'x + y <= 1'.")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="A list of claims in TOML.")] = None,
    budget: Annotated[float, typer.Option(min=0.01, metavar="SECONDS", help="For each claim.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    replay: Annotated[bool, typer.Option("--replay", help="Print a program that shows the failure.")] = False,
) -> None:
    """Prove or refute formulas of your own.

    Exit status 0 where none is refuted, 1 where one is, 2 for what is no formula.
    """
    from .paper import Entry, entries
    from .questions import ask, declared

    if claim is not None and file is None:
        kinds = {"real": real, "positive": positive, "integer": integer, "probability": probability}
        asked = [Entry("", claim, declared(kinds, domain or []), where or [])]
    elif file is None or claim is not None:
        raise _Told("give a formula, or --file with a list of them")
    else:
        if real or positive or integer or probability or domain or where:
            raise _Told("with --file the domains and assumptions stand in the file")
        asked = entries(file)
    outcomes = ask(_console(), asked, budget, as_json, replay)
    raise typer.Exit(FAILED if any(one.verdict == "refuted" for one in outcomes) else 0)


def _say(text: str) -> None:
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        raise BrokenPipeError from None  # Without its number: Typer would exit with status 1, that of a failed claim.


class _Told(Exception):
    """Bad usage; the message is all that the user needs."""


def _console(**options: Any) -> Console:
    from rich.console import Console

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would exit with status 1, which says that a claim failed.

    return Terminal(highlight=False, **options)


def _wanted(topics: list[str] | None) -> tuple[list[str], list[str]]:
    """The topics that are meant, all of them where none is named, and their statements."""
    from ..theory.source import equations
    from ..theory.statements import catalogue
    from .choice import one_of

    all_topics = dict.fromkeys(row.topic for row in equations())
    wanted = [one_of(word, all_topics, "topic") for word in topics or all_topics]
    return wanted, [name for name, one in catalogue().items() if one.topic in wanted]


def _ledger(topics: list[str] | None, full: bool, jobs: int, seed: int, store: Path | None, fresh: bool) -> list[Row]:
    """The rows of the ledger; what it takes to decide them is told on the error stream."""
    wanted, chosen = _wanted(topics)
    told = _console(stderr=True)
    with _gathered(chosen, told, full, jobs, seed, store, fresh, quiet=True) as evidence:
        _tell(told, evidence)
        return evidence.ledger(wanted)


def _tell(console: Console, evidence: Evidence) -> None:
    """What was reused, and what was not accepted."""
    console.print(f"reused {len(evidence.reused)} of {len(evidence.planned)} results from the store", style="dim")
    for name, _ in evidence.failures:
        console.print(f"not accepted: {name}", style="red", soft_wrap=True)


@contextmanager
def _gathered(
    names: list[str],
    console: Console,
    full: bool,
    jobs: int,
    seed: int,
    store: Path | None,
    fresh: bool,
    quiet: bool = False,
    where: tuple[str, str | None] = ("loky", None),
) -> Iterator[Evidence]:
    """The evidence on some statements; an interrupted run prints what was decided so far and ends the program."""
    from ..numerics.measurement import Tier
    from .backends import NoCluster, WorkerDied
    from .progress import Display
    from .run import Evidence, Site, gather
    from .store import Store

    evidence = Evidence(Tier.FULL if full else Tier.QUICK, seed)
    with Store(store) as opened:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with Display(console, quiet and not console.is_terminal) as display:
                gather(evidence, names, opened, display, Site(jobs, *where), fresh)
        except KeyboardInterrupt:
            _stop(console, evidence, opened, "interrupted", INTERRUPTED)
        except WorkerDied as death:
            _stop(console, evidence, opened, str(death), FAILED)
        except NoCluster as error:
            raise _Told(str(error)) from None
        finally:
            signal.signal(signal.SIGTERM, before)
    yield evidence


def _stop(console: Console, evidence: Evidence, store: Store, why: str, status: int) -> None:
    """End at once, with all children, after telling what was decided."""
    from .children import kill_children
    from .tables import print_summary

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.excepthook = lambda _: None  # threads that wait for a killed child have nothing to tell
    kill_children()
    print_summary(console, evidence, [])
    console.print(f"{why}: {len(evidence.entries)} of {len(evidence.planned)} were decided", style="bold")
    store.close()
    sys.stdout.flush()
    os._exit(status)


def _refuse_unwritable(*files: Path | None) -> None:
    """Say before a long run, not after it, that a file cannot be written."""
    for file in files:
        if file is not None and (
            file.is_dir() or not os.access(file if file.exists() else file.absolute().parent, os.W_OK)
        ):
            raise _Told(f"{file} cannot be written")


def _write(file: Path, content: Any) -> None:
    """Write text or an XML document, completely or not at all."""
    part = file.with_name(f".{file.name}.part")
    if isinstance(content, str):
        part.write_text(content, encoding="utf-8")
    else:
        content.write(part, encoding="utf-8", xml_declaration=True)
    part.replace(file)


def main() -> None:
    """Run the command line; whatever happens, the user reads a sentence and no traceback."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CUT_OFF)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    expected = type(error).__name__ in ("NoSuch", "StoreError", "NotAFormula", "BadPaper", "CannotWrite", "_Told")
    if expected or isinstance(error, OSError):
        named = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        print(f"theoremcheck: {named}", file=sys.stderr)
        return BAD_USAGE
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith(PACKAGE):
        from ..numerics.measured import how_to_install

        print(f"theoremcheck: this {how_to_install(error.name)}", file=sys.stderr)
        return BAD_USAGE
    if isinstance(error, ValueError) and "circle" in str(error):
        print(f"theoremcheck: {error}", file=sys.stderr)
        return FAILED
    if os.environ.get("THEOREMCHECK_DEBUG"):
        raise error
    print(
        f"theoremcheck: this should not have happened: {type(error).__name__}: {error}\n"
        "Please report it with the command that you ran; THEOREMCHECK_DEBUG=1 shows where it happened.",
        file=sys.stderr,
    )
    return FAILED
