"""The report: the ledger, every statement, the errata and the figures as one static site."""

from __future__ import annotations

from .site import CannotWrite, prepare, write_site

__all__ = ["CannotWrite", "prepare", "write_site"]
