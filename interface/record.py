"""A run as JSON, in a versioned schema. Two runs with one seed differ in the fields "seconds" and "date" only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..numerics.measurement import ALPHA_BUDGET
from ..theory import statements as theory
from ..theory.ledger import Row
from .run import Evidence

SCHEMA = 1


def record(evidence: Evidence, rows: Sequence[Row]) -> dict[str, Any]:
    """The run as plain data: each statement and measurement in the catalogue's order, the ledger, the budget."""
    from theoremcheck import __version__

    dates = {(key.kind, key.name): entry.date for key, entry in evidence.entries.items()}
    words = {name: one.words for name, one in theory.catalogue().items()}
    return {
        "schema": SCHEMA,
        "theoremcheck": __version__,
        "seed": evidence.seed,
        "tier": str(evidence.tier),
        "passed": evidence.passed,
        "statements": [
            {
                **report.to_json(),
                "words": words[name],
                "accepted": report.accepted,
                "strength": report.strength,
                "date": dates["statement", name],
            }
            for name, report in evidence.reports.items()
        ],
        "measurements": [
            {**one.to_json(), "key": name, "date": dates["measurement", name]}
            for name, one in evidence.measured.items()
        ],
        "ledger": [row.to_json() for row in rows],
        "budget": {"comparisons": evidence.comparisons, "alpha": evidence.alpha, "limit": ALPHA_BUDGET},
    }
