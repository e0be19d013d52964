"""The references of the statements: entries of references.bib by key, read once.

>>> entry("kingma2014").kind
'inproceedings'
>>> entry("kingma2014").fields["year"]
'2014'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_HEAD = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,")
_FIELD = re.compile(r"(\w+)\s*=\s*")


@dataclass(frozen=True)
class Entry:
    """One entry: its key, kind ("article", "book" ...), fields with the outer braces removed, and its BibTeX text."""

    key: str
    kind: str
    fields: Mapping[str, str]
    bibtex: str

    def __str__(self) -> str:
        return self.bibtex


@cache
def entries() -> Mapping[str, Entry]:
    """All entries by key; raises ValueError for an entry whose braces do not close."""
    text = files(__package__).joinpath("references.bib").read_text(encoding="utf-8")
    return MappingProxyType({one.key: one for one in read(text)})


def entry(key: str) -> Entry:
    """The entry with that key; raises KeyError where references.bib has none."""
    if key not in entries():
        raise KeyError(f"references.bib has no entry {key!r}")
    return entries()[key]


def read(text: str) -> Iterator[Entry]:
    """The entries of a BibTeX text; macros and preambles are passed over."""
    for head in _HEAD.finditer(text):
        begin = text.index("{", head.start())
        end = _closing(text, begin)
        if head.group(1).lower() not in ("comment", "string", "preamble"):
            body = text[head.end() : end]
            yield Entry(head.group(2), head.group(1).lower(), dict(_fields(body)), text[head.start() : end + 1])


def _fields(body: str) -> Iterator[tuple[str, str]]:
    at = 0
    while found := _FIELD.search(body, at):
        start = found.end()
        if body[start : start + 1] == "{":
            at = _closing(body, start) + 1
            value = body[start + 1 : at - 1]
        elif body[start : start + 1] == '"':
            at = body.index('"', start + 1) + 1
            value = body[start + 1 : at - 1]
        else:
            comma = body.find(",", start)
            at = len(body) if comma < 0 else comma
            value = body[start:at]
        yield found.group(1).lower(), " ".join(value.split())


def _closing(text: str, begin: int) -> int:
    """Where the brace that opens at `begin` closes."""
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    raise ValueError(f"a brace is never closed: {text[begin : begin + 40]!r}")


__all__ = ["Entry", "entries", "entry", "read"]
