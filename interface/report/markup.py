"""The pieces that every page of the report is made of; all text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from .mathml import formula

_CONJUNCTION = " \\quad\\text{and}\\quad "
_PAGES = (
    ("index.html", "Ledger"),
    ("statements.html", "Statements"),
    ("errata.html", "Errata"),
    ("figures.html", "Figures"),
    ("words.html", "What the words mean"),
)


@dataclass(frozen=True)
class Page:
    """A page before it is dressed: its path in the site, title, body and whether it has filters of its own."""

    path: str
    title: str
    body: str
    filters: bool = False


def dressed(page: Page, colophon: str) -> str:
    """The whole document. colophon: the line at the foot of every page."""
    up = "../" * page.path.count("/")
    links = "".join(
        f'<li><a href="{up}{path}"{" aria-current=page" if path == page.path else ""}>{escape(name)}</a></li>'
        for path, name in _PAGES
    )
    find = "" if page.filters else _FIND.format(up=up)
    return _DOCUMENT.format(
        title=escape(page.title), up=up, links=links, find=find, body=page.body, colophon=escape(colophon)
    )


_FIND = """<form class="find" role="search" action="{up}index.html">
<label for="find">Search the ledger</label> <input type="search" id="find" name="q"> <button>Search</button></form>
"""
_DOCUMENT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · theoremcheck</title>
<link rel="stylesheet" href="{up}assets/style.css">
<script src="{up}assets/report.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="home"><a href="{up}index.html">theoremcheck</a></p>
<nav aria-label="Pages"><ul>{links}</ul></nav>
<button type="button" id="theme" hidden>Dark</button>
{find}</header>
<main id="main" tabindex="-1">
{body}
</main>
<footer><p>{colophon}</p></footer>
</body>
</html>
"""


def slug(text: str) -> str:
    """Text as a word for a class or an id."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text).split()).lower()


def chip(word: str, text: str | None = None) -> str:
    """A verdict in its colour."""
    return f'<span class="chip {slug(word)}">{escape(text or word)}</span>'


def shown(tex: str) -> str:
    """A displayed formula in a box that scrolls by itself; the parts of a conjunction below each other."""
    boxes = (f'<div class="formula">{formula(part, display=True)}</div>' for part in tex.split(_CONJUNCTION))
    return "".join(boxes)


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of plain text; nothing where there is none."""
    mark = f' class="{style}"' if style else ""
    return f"<p{mark}>{escape(text)}</p>" if text else ""


_SIGNS = {"= -> ": "→ ", " == ": " = ", "<=": "≤", ">=": "≥", "!=": "≠", "->": "→"}


def signs(text: str) -> str:
    """A sentence about values, with the signs that mathematicians write."""
    for ascii_sign, sign in _SIGNS.items():
        text = text.replace(ascii_sign, sign)
    return text


def breakable(name: str) -> str:
    """A dotted name that a narrow line may break after its points and underscores."""
    return escape(name).replace(".", ".<wbr>").replace("_", "_<wbr>")


def section(title: str, body: str, name: str = "") -> str:
    """A section with its heading; nothing where it would be empty."""
    name = name or slug(title)
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(title)}</h2>\n{body}</section>\n' if body else ""


def bullets(items: Iterable[str], style: str = "") -> str:
    """A list of items that are markup already; nothing where there are none."""
    body = "".join(f"<li>{item}</li>\n" for item in items)
    mark = f' class="{style}"' if style else ""
    return f"<ul{mark}>\n{body}</ul>\n" if body else ""


def fold(summary: str, body: str) -> str:
    """Something that is opened by hand."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>\n" if body else ""


def choices(label: str, name: str, options: Iterable[tuple[str, str]]) -> str:
    """A field to choose one of several values, or all."""
    listed = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
    return (
        f'<p><label for="by-{name}">{escape(label)}</label> <select id="by-{name}" name="{name}">'
        f'<option value="">all</option>{listed}</select></p>\n'
    )


def filters(fields: str, what: str) -> str:
    """The form above a list; it is shown by the script that makes it work."""
    return (
        f'<form class="filters" role="search" aria-label="Choose {what}" hidden>\n'
        '<p class="words"><label for="q">Search</label> '
        '<input type="search" id="q" name="q" autocomplete="off" aria-describedby="q-help"></p>\n'
        f'{fields}<p><button type="reset">Show all</button></p>\n'
        '<p class="hint" id="q-help">Words, names, numbers or TeX; press / to search.</p>\n'
        f'<p class="count" role="status" data-what="{escape(what)}"></p>\n</form>\n'
    )
