"""The ledger as a picture: one cell an equation, in the source's order, coloured by its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.sax.saxutils import escape

from ..theory.ledger import VERDICTS, Row
from .picture import COLOURS

_COLUMNS, _CELL, _GAP = 73, 10, 2


def ledger_svg(rows: Sequence[Row]) -> str:
    """The ledger as an SVG of its own, with a title on each cell and a legend that counts the verdicts."""
    step = _CELL + _GAP
    lines = -(-len(rows) // _COLUMNS)
    width, height = _COLUMNS * step + _GAP, lines * step + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img" aria-label="Verdicts on all equations">',
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
    ]
    for i, row in enumerate(rows):
        x, y = _GAP + i % _COLUMNS * step, _GAP + i // _COLUMNS * step
        strength = f", {row.strength}" if row.strength else ""
        title = escape(f"{row.equation} ({row.topic}): {row.verdict}{strength}")
        parts.append(
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" rx="2" fill="{COLOURS[row.verdict]}">'
            f"<title>{title}</title></rect>"
        )
    counts = Counter(row.verdict for row in rows)
    x = _GAP
    for verdict in VERDICTS:
        if counts[verdict]:
            label = f"{verdict} {counts[verdict]}"
            parts.append(f'<rect x="{x}" y="{height - 20}" width="12" height="12" rx="2" fill="{COLOURS[verdict]}"/>')
            parts.append(f'<text x="{x + 17}" y="{height - 10}" fill="#333333">{label}</text>')
            x += 34 + 7 * len(label)
    return "\n".join([*parts, "</svg>", ""])
