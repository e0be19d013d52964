"""Finding statements: by name, by the source's number, by words.

>>> identity("vae.gaussian_kl").name
'vae.gaussian_kl'
>>> [one.name for one in equation(522)]
['vae.evidence_lower_bound']
>>> search("gaussian kl")[0].name
'vae.gaussian_kl'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from .bibliography import entry
from .budget import Budget
from .ledger import Row, rows
from .source import Equation, equations
from .statements import Statement, catalogue


class NoSuchStatement(LookupError):
    """Nothing is called that; the message names what is nearest."""


def identity(name: str) -> Statement:
    """The statement with that name, the very object that its topic module holds; raises NoSuchStatement."""
    known = catalogue()
    if name in known:
        return known[name]
    short = [full for full in known if full.partition(".")[2] == name]
    if len(short) == 1:
        return known[short[0]]
    if short:
        raise NoSuchStatement(f"several statements are called {name!r}: {', '.join(short)}")
    raise NoSuchStatement(f"there is no statement {name!r}{_nearest(name, known)}")


@dataclass(frozen=True)
class Answered:
    """A numbered equation of the source with the statements that answer it; iterating gives these."""

    source: Equation
    statements: tuple[Statement, ...]

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __len__(self) -> int:
        return len(self.statements)

    def entry(self, budget: Budget | None = None) -> Row:
        """The ledger's row, from a check of the statements here and now; measurements are not run for it."""
        reports = {one.name: one.check(budget) for one in self.statements}
        return next(row for row in rows(reports) if row.equation == self.source.equation)

    @property
    def verdict(self) -> str:
        """The verdict on the printed equation, by `entry`: this checks the statements, which takes seconds."""
        return self.entry().verdict

    def _repr_latex_(self) -> str:
        return f"${self.source.printed}$"

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.statements) or "no statement yet"
        return f"<equation {self.source.equation}, section {self.source.section}: {names}>"


def equation(number: int | str) -> Answered:
    """The equation of the source with that number, and what answers it; raises NoSuchStatement."""
    for row in equations():
        if row.equation == str(number):
            return Answered(row, tuple(one for one in catalogue().values() if str(number) in map(str, one.answers)))
    near = get_close_matches(str(number).upper(), [row.equation for row in equations()], n=1)
    hint = f"; did you mean {near[0]}?" if near and not str(number).isdecimal() else ""
    raise NoSuchStatement(f"the source has no equation {number}: numbers are 1 to 713, B1 to B8 and BT1 to BT9{hint}")


def search(words: str) -> tuple[Statement, ...]:
    """The statements that speak of all the words, the best first: names count most, then the theorem in words, then
    authors and titles of the references. A word fits one that begins with it. Raises NoSuchStatement.
    """
    wanted = _words(words)
    if not wanted:
        raise NoSuchStatement(f"{words!r} has no word to look for")
    scores = {name: _score(wanted, name) for name in catalogue()}
    found = sorted((name for name, score in scores.items() if score), key=lambda name: -scores[name])
    if found:
        return tuple(catalogue()[name] for name in found)
    vocabulary = {word for name in catalogue() for field in _fields(name) for word in field}
    absent = [word for word in wanted if not any(one.startswith(word) for one in vocabulary)]
    if not absent:
        raise NoSuchStatement(f"no statement speaks of {' and '.join(wanted)} together: try fewer words")
    raise NoSuchStatement(f"no statement speaks of {absent[0]!r}{_nearest(absent[0], sorted(vocabulary))}")


def _score(wanted: list[str], name: str) -> int:
    """How well a statement fits; 0 where a word is missing."""
    fields = _fields(name)
    best = [max(_fit(word, field) * weight for field, weight in zip(fields, (9, 3, 1), strict=True)) for word in wanted]
    return sum(best) if all(best) else 0


def _fit(word: str, field: frozenset[str]) -> int:
    return 2 if word in field else int(any(one.startswith(word) for one in field))


@cache
def _fields(name: str) -> tuple[frozenset[str], ...]:
    """The words of a statement's name, of the theorem, and of its references."""
    one = catalogue()[name]
    cited = " ".join(f"{e.key} {e.fields.get('author', '')} {e.fields.get('title', '')}" for e in map(entry, one.keys))
    return frozenset(_words(name)), frozenset(_words(one.words)), frozenset(_words(cited))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"[{}\\'\"]", "", text).lower())


def _nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that suggests the nearest of the known words; empty where none is near."""
    short = {name.rpartition(".")[2]: name for name in known}
    close = get_close_matches(word, [*short.values(), *short], n=6, cutoff=0.6)
    named = dict.fromkeys(short.get(one, one) for one in close)
    return f"; did you mean {', '.join(list(named)[:3])}?" if named else ""


__all__ = ["Answered", "NoSuchStatement", "equation", "identity", "search"]
