"""A run: what is to be decided, what the store knows of it already, and the deciding of the rest in several processes.

Work travels by name: a worker looks the statement or the measurement up in its own catalogue and sends plain data back.
Only the parent writes the store.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from ..numerics.measured import Measured, Status
from ..numerics.measured import run as measure
from ..numerics.measurement import ALPHA_BUDGET, Measurement, Tier, all_measurements
from ..theory import statements as theory
from ..theory.evidence import PrintedOutcome, Report, Unknown, to_json
from ..theory.ledger import Row, rows
from ..theory.statements import Statement
from .backends import Decided, in_processes, on_cluster
from .children import end_with_parent
from .digest import measurement_digest, statement_digest
from .store import Entry, Key, Store

BROKEN = "the check itself broke"


class Watch(Protocol):
    """Who is told how a run goes on."""

    def begin(self, pending: int, reused: int) -> None:
        """So many results are to be computed, and so many were taken from the store."""

    def working(self, names: list[str]) -> None:
        """These are being worked on."""

    def done(self, key: Key, result: Report | Measured, seconds: float) -> None:
        """One was decided."""


@dataclass
class Evidence:
    """The results of a run, by name, in the catalogue's order once the run is over."""

    tier: Tier
    seed: int
    reports: dict[str, Report] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    entries: dict[Key, Entry] = field(default_factory=dict)
    planned: list[Key] = field(default_factory=list)
    reused: set[Key] = field(default_factory=set)

    def add(self, key: Key, entry: Entry) -> Report | Measured:
        """Take in one result."""
        self.entries[key] = entry
        if key.kind == "statement":
            return self.reports.setdefault(key.name, Report.from_json(entry.result))
        return self.measured.setdefault(key.name, Measured.from_json(entry.result))

    @property
    def failures(self) -> list[tuple[str, list[str]]]:
        """What did not check out, with its problems; a measurement that lacks an extra is none."""
        found = [(name, report.problems) for name, report in self.reports.items() if not report.accepted]
        harmless = (Status.MEASURED, Status.NEEDS_EXTRA)
        return found + [(name, one.problems) for name, one in self.measured.items() if one.status not in harmless]

    @property
    def unmeasured(self) -> dict[str, list[str]]:
        """The measurements that lack an extra, with what it takes."""
        return {name: one.problems for name, one in self.measured.items() if one.status is Status.NEEDS_EXTRA}

    @property
    def comparisons(self) -> int:
        """How many comparisons could have raised a false alarm."""
        return sum(estimate.alpha > 0 for one in self.measured.values() for estimate in one.estimates)

    @property
    def alpha(self) -> float:
        """The probability that any of them did, at most."""
        return math.fsum(one.alpha for one in self.measured.values())

    @property
    def passed(self) -> bool:
        """Whether everything planned was decided and checked out, within the budget for false alarms."""
        return not self.failures and len(self.entries) == len(self.planned) and self.alpha <= ALPHA_BUDGET

    def ledger(self, topics: Iterable[str] | None = None) -> list[Row]:
        """The rows of the ledger, of some topics; a number whose statement is contradicted by a measurement is open."""
        against: dict[str, str] = {}
        for one in self.measured.values():
            if one.status is Status.FAILED:
                against[one.statement] = "; ".join([*filter(None, [against.get(one.statement)]), *one.problems])
        chosen = None if topics is None else set(topics)
        return [row for row in rows(self.reports, against, theory.catalogue()) if chosen is None or row.topic in chosen]

    def sort(self) -> None:
        """Put everything in the order of the catalogue."""
        place = {name: at for at, name in enumerate(theory.catalogue())}
        self.reports = dict(sorted(self.reports.items(), key=lambda item: place[item[0]]))
        self.measured = dict(sorted(self.measured.items(), key=lambda item: (place[item[1].statement], item[0])))


@cache
def measurements() -> Mapping[str, Measurement]:
    """All measurements by key."""
    return {one.key: one for one in all_measurements()}


def plan(names: Iterable[str], tier: Tier, seed: int) -> list[Key]:
    """What there is to decide about the statements: each theorem and each of its measurements."""
    of: dict[str, list[str]] = {}
    for key, one in measurements().items():
        of.setdefault(one.statement, []).append(key)
    keys: list[Key] = []
    for name in names:
        keys.append(Key("statement", name))
        keys += (Key("measurement", key, str(tier), str(seed)) for key in of.get(name, []))
    return keys


@dataclass(frozen=True)
class Site:
    """Where the work is done: so many processes, of this machine (loky) or of a dask or ray cluster at an address."""

    jobs: int = 1
    backend: str = "loky"
    scheduler: str | None = None


def gather(
    evidence: Evidence, names: Iterable[str], store: Store, watch: Watch, site: Site | None = None, fresh: bool = False
) -> None:
    """Fill the evidence on the statements and on all that they rest on: from the store where it is current, else anew.

    Each result is stored at once. Raises WorkerDied, NoCluster, StoreError or KeyboardInterrupt with the evidence
    filled so far.
    """
    site = site or Site()
    keys = plan(names, evidence.tier, evidence.seed)
    while keys:
        evidence.planned += keys
        digests = {key: _digest(key) for key in keys}
        known = {} if fresh else {key: entry for key in keys if (entry := store.get(key, digests[key]))}
        for key, entry in known.items():
            evidence.add(key, entry)
        evidence.reused |= set(known)
        pending = [key for key in keys if key not in known]
        watch.begin(len(pending), len(known))
        for key, result, seconds in _decided(pending, site, watch):
            entry = Entry.now(digests[key], seconds, result)
            if _is_lasting(result):
                store.put(key, entry)
            watch.done(key, evidence.add(key, entry), seconds)
        cited = dict.fromkeys(name for report in evidence.reports.values() for name in report.cites)
        keys = [Key("statement", name) for name in cited if name not in evidence.reports and name in theory.catalogue()]
    evidence.sort()


def decide(key: Key) -> Decided:
    """Decide one thing, in this process; what breaks becomes a result that is not accepted."""
    start = time.perf_counter()
    if key.kind == "measurement":
        result = measure(measurements()[key.name], Tier(key.tier), int(key.seed)).to_json()
    else:
        result = _report(theory.catalogue()[key.name]).to_json()
    return key, _plain(result), time.perf_counter() - start


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """The result as the store will give it back: NumPy's numbers and truth values become Python's."""
    plain: dict[str, Any] = json.loads(json.dumps(result, default=lambda value: value.item()))
    return plain


def decide_in_worker(key: Key) -> Decided:
    """`decide` in a process that ends with its parent."""
    end_with_parent()
    return decide(key)


def _report(statement: Statement) -> Report:
    try:
        from ..theory.judge import check

        return check(statement)
    except Exception as error:
        reason = f"{BROKEN}: {type(error).__name__}: {error}"
        outcomes = {str(number): PrintedOutcome("open", None, note=reason) for number in statement.answers}
        return Report(statement.name, to_json(Unknown(reason)), None, printed=outcomes, problems=[reason])


def _decided(keys: list[Key], site: Site, watch: Watch) -> Iterator[Decided]:
    flying: list[Key] = []

    def dispatched() -> Iterator[Key]:
        for key in keys:
            flying.append(key)
            watch.working([one.name for one in flying[: site.jobs]])
            yield key

    for result in _results(dispatched(), len(keys), site):
        flying.remove(result[0])
        watch.working([one.name for one in flying[: site.jobs]])
        yield result


def _results(keys: Iterator[Key], count: int, site: Site) -> Iterator[Decided]:
    if count and site.backend != "loky":
        return on_cluster(decide_in_worker, _digest, keys, site.jobs, site.backend, site.scheduler)
    return map(decide, keys) if min(site.jobs, count) <= 1 else in_processes(decide_in_worker, keys, site.jobs)


def _digest(key: Key) -> str:
    if key.kind == "statement":
        return statement_digest(theory.catalogue()[key.name])
    return measurement_digest(measurements()[key.name], key.tier, int(key.seed))


def _is_lasting(result: dict[str, Any]) -> bool:
    """Whether another run would find the same: not where the time or the memory ran out or something broke."""
    text = json.dumps(result)
    return "out of budget:" not in text and BROKEN not in text and result.get("status") != Status.ERROR
