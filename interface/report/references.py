"""Entries of the bibliography as readers expect them: authors, year, title, where."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from ...theory.bibliography import Entry

_MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "H": "\u030b", "u": "\u0306", "k": "\u0328", "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_LETTERS = {"l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "ae": "æ", "ss": "ß", "i": "ı", "j": "ȷ"}
_ACCENT = re.compile(r"""\\(["'`^~=.]|[cvHukrd](?![a-zA-Z]))\s*(?:\{\s*(\\?[a-zA-Z])\s*\}|(\\?[a-zA-Z]))""")


def plain(tex: str) -> str:
    """The text of a BibTeX field: accents as letters, braces gone."""

    def accented(found: re.Match[str]) -> str:
        letter = (found[2] or found[3]).lstrip("\\")
        return unicodedata.normalize("NFC", letter + _MARKS[found[1]])

    text = _ACCENT.sub(accented, tex)
    text = re.sub(r"\\(aa|AA|ae|ss|[lLoOij])(?![a-zA-Z])\s*", lambda found: _LETTERS[found[1]], text)
    text = re.sub(r"\\([&%#_$])", r"\1", text).replace("~", " ").replace("---", "—").replace("--", "–")
    return re.sub(r"[{}$]", "", text).replace("\\", "")


def authors(field: str) -> str:
    """Names as people write them: "Given Family, Given Family and Given Family"."""
    people = []
    for person in re.split(r"\s+and\s+", field):
        family, comma, given = (part.strip() for part in person.partition(","))
        people.append("et al." if person == "others" else f"{given} {family}" if comma else person)
    if len(people) == 1:
        return plain(people[0])
    return plain(f"{', '.join(people[:-1])} and {people[-1]}".replace("and et al.", "et al."))


def cited_as(entry: Entry) -> str:
    """An entry as one line of markup, under its key."""
    said = {name: plain(value) for name, value in entry.fields.items()}
    where = said.get("journal") or said.get("booktitle") or said.get("publisher") or said.get("institution") or ""
    where = where or said.get("howpublished", "")
    volume = " ".join(filter(None, [said.get("volume", ""), f"({said['number']})" if said.get("number") else ""]))
    pages = f"pages {said['pages']}" if said.get("pages") else ""
    tail = ", ".join(escape(part) for part in (volume, pages, said.get("edition", "")) if part)
    place = ", ".join(filter(None, [f"<cite>{escape(where)}</cite>" if where else "", tail]))
    people = authors(entry.fields.get("author") or entry.fields.get("editor", ""))
    return (
        f"<code>{escape(entry.key)}</code> {escape(people)} ({escape(said.get('year', 'no year'))}). "
        f"{escape(said.get('title', ''))}.{f' {place}.' if place else ''} "
    )
