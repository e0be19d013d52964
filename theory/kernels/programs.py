"""Expressions as straight lines of operations on earlier results, equal parts computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Program = tuple[tuple[Any, tuple[int, ...]], ...]


def straight_line(expr: Any, operation: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> Program:
    """What is done in order, and to which earlier results; `operation` gives what is done at the top, and to what."""
    steps: list[tuple[Any, tuple[int, ...]]] = []
    place: dict[Any, int] = {}

    def put(part: Any) -> int:
        if part not in place:
            done, parts = operation(part)
            arguments = tuple(put(argument) for argument in parts)
            steps.append((done, arguments))
            place[part] = len(steps) - 1
        return place[part]

    put(expr)
    return tuple(steps)
