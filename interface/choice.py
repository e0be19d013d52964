"""Which statements are meant: names, patterns, topics and numbers; the nearest names where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from ..theory.source import equations
from ..theory.statements import Statement, topics


class NoSuch(Exception):
    """Nothing is called that; the message names what is nearest."""


def choose(wanted: Sequence[str], known: Mapping[str, Statement]) -> list[str]:
    """The names of the statements that are meant, in the catalogue's order; all of them where nothing is said.

    Each word is a name ("vae.elbo"), a pattern ("vae.*", "*kl*"), a topic ("vae") or a number of the source ("522").
    Raises NoSuch for a word that fits nothing.
    """
    chosen: set[str] = set()
    for word in wanted:
        found = [name for name, one in known.items() if _fits(word, one)]
        if not found:
            raise NoSuch(_missing(word, known))
        chosen.update(found)
    return [name for name in known if not wanted or name in chosen]


def _fits(word: str, one: Statement) -> bool:
    return word in (one.name, one.topic) or word in map(str, one.answers) or fnmatchcase(one.name, word)


def _missing(word: str, known: Mapping[str, Statement]) -> str:
    if any(row.equation == word for row in equations()):
        return f"no statement answers number {word} yet"
    topics = dict.fromkeys(one.topic for one in known.values())
    short = {name.partition(".")[2]: name for name in known}
    hint = nearest(word, [*known, *topics, *short], short) or ": theoremcheck list names them all"
    return f"no statement fits {word!r}{hint}"


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """The word, if it is known; raises NoSuch otherwise."""
    known = list(known)
    if word in known:
        return word
    raise NoSuch(f"there is no {what} {word!r}" + nearest(word, known))


def drawn_topics() -> list[str]:
    """The topics that have a module of figures; none of these is imported."""
    folder = Path(__file__).parent.parent / "figures"
    return [topic for topic in topics() if (folder / f"{topic}.py").exists()]


def nearest(word: str, known: Sequence[str], full: Mapping[str, str] | None = None) -> str:
    """The end of a sentence that suggests the nearest of the known words; empty where none is near."""
    close = dict.fromkeys((full or {}).get(name, name) for name in get_close_matches(word, known, n=6, cutoff=0.5))
    return f"; did you mean {', '.join(list(close)[:3])}?" if close else ""
