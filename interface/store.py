"""The evidence store: one SQLite file that outlives the run, a row a result.

Each row holds the result as JSON with the digest of what it depends on; a result whose digest has changed is stale and
is not given out. Every write is a transaction of its own, so that a run that is killed leaves what it finished. Two
runs may share a store: SQLite's lock makes one wait for the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path

Kind = Literal["statement", "measurement"]

FORMAT = 1
"""The version of the table below; a store of another version is emptied."""
_MARK = 0x74686D63
"""SQLite's application_id of our files: "thmc"."""
_PATIENCE = 30.0
"""Seconds to wait for another run that is writing."""

_TABLE = """CREATE TABLE IF NOT EXISTS evidence (
    kind TEXT NOT NULL, name TEXT NOT NULL, tier TEXT NOT NULL, seed TEXT NOT NULL,
    digest TEXT NOT NULL, seconds REAL NOT NULL, date TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (kind, name, tier, seed))"""


class StoreError(Exception):
    """The store cannot be used; the message names the file and says what to do."""


@dataclass(frozen=True)
class Key:
    """What a row is about. Results that depend on no tier or seed, those of statements, leave both empty."""

    kind: Kind
    name: str
    tier: str = ""
    seed: str = ""


@dataclass(frozen=True)
class Entry:
    """A result as plain data, the digest that it was computed under, how long it took and when that was."""

    digest: str
    seconds: float
    date: str
    result: dict[str, Any]

    @classmethod
    def now(cls, digest: str, seconds: float, result: dict[str, Any]) -> Entry:
        """An entry of this moment."""
        return cls(digest, seconds, datetime.now(UTC).isoformat(timespec="seconds"), result)


def default_path() -> Path:
    """The store in the user's cache folder."""
    return user_cache_path("theoremcheck", appauthor=False) / "evidence.sqlite"


class Store:
    """The rows of one file. Raises StoreError, which names the file, where it cannot be read or written."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        with self._named():
            if path is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        with self._named(), self._transaction():
            empty = not self._number("SELECT count(*) FROM sqlite_master")
            if not empty and self._number("PRAGMA application_id") != _MARK:
                raise StoreError(f"{self.path} is a database of another program: name another file with --store")
            if not empty and self._number("PRAGMA user_version") != FORMAT:
                self._connection.execute("DROP TABLE IF EXISTS evidence")
            if empty or self._number("PRAGMA user_version") != FORMAT:
                self._connection.execute(f"PRAGMA application_id = {_MARK}")
                self._connection.execute(f"PRAGMA user_version = {FORMAT}")
                self._connection.execute(_TABLE)

    def get(self, key: Key, digest: str) -> Entry | None:
        """The entry of a key, unless it is missing or was computed under another digest."""
        query = "SELECT digest, seconds, date, result FROM evidence WHERE (kind, name, tier, seed) = (?, ?, ?, ?)"
        with self._named():
            row = self._connection.execute(query, (key.kind, key.name, key.tier, key.seed)).fetchone()
        if row is None or row[0] != digest:
            return None
        try:
            return Entry(row[0], row[1], row[2], json.loads(row[3]))
        except ValueError:
            raise StoreError(f"{self.path} is damaged (the row of {key.name}): delete it and run again") from None

    def put(self, key: Key, entry: Entry) -> None:
        """Write one entry, durably, in the place of an older one."""
        row = (
            key.kind,
            key.name,
            key.tier,
            key.seed,
            entry.digest,
            entry.seconds,
            entry.date,
            json.dumps(entry.result),
        )
        with self._named(), self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        with self._named():
            return self._number("SELECT count(*) FROM evidence")

    def _number(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors of SQLite and of the file system, told with the file's name and a way out."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} {_told(error)}") from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(f"{self.path} cannot be used as the store ({reason}): name a file with --store") from None


def _told(error: sqlite3.DatabaseError) -> str:
    message = str(error)
    if "not a database" in message:
        return "is not an evidence store: name another file with --store"
    if "locked" in message:
        return f"has been locked by another run for {_PATIENCE:g} s: wait for it, or name another file with --store"
    if "malformed" in message:
        return "is damaged: delete it and run again"
    return f"cannot be used as the store ({message}): name another file with --store"
