"""Two well-known grid worlds by their rules: the frozen lake and the cliff walk, as tables of transitions.

The tables have the form of Gymnasium's `env.unwrapped.P`: lists of (probability, next state, reward, ended) by state
and action. States are numbered row by row; actions are 0 to 3.
"""

from __future__ import annotations

from collections.abc import Sequence

Outcome = tuple[float, int, float, bool]
Table = dict[int, dict[int, list[Outcome]]]

LAKE_4 = ("SFFF", "FHFH", "FFFH", "HFFG")
LAKE_8 = ("SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG")
"""Start, frozen, hole, goal."""

LEFT_FIRST = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""The lake's actions: left, down, right, up."""

UP_FIRST = ((-1, 0), (0, 1), (1, 0), (0, -1))
"""The cliff's actions: up, right, down, left."""


def frozen_lake(grid: Sequence[str] = LAKE_4) -> Table:
    """The slippery lake: a move goes where it should or to one of the two sides, each with probability one third; the
    goal pays 1, and goal and holes end the episode. Raises ValueError for rows of unequal length."""
    rows, columns = len(grid), len(grid[0])
    if any(len(row) != columns for row in grid):
        raise ValueError("the rows of a lake have one length")

    def outcome(s: int, action: int) -> Outcome:
        there = _moved(s, LEFT_FIRST[action], rows, columns)
        field = grid[there // columns][there % columns]
        return 1 / 3, there, float(field == "G"), field in "GH"

    return {
        s: {a: [outcome(s, (a + side) % 4) for side in (-1, 0, 1)] for a in range(4)}
        if grid[s // columns][s % columns] in "SF"
        else {a: [(1.0, s, 0.0, True)] for a in range(4)}
        for s in range(rows * columns)
    }


def cliff_walk(rows: int = 4, columns: int = 12) -> Table:
    """From the lower left to the lower right corner: every move costs 1, the cliff between them 100 and a return to the
    start; the goal ends the episode."""
    start, goal = (rows - 1) * columns, rows * columns - 1

    def outcome(s: int, action: int) -> Outcome:
        there = _moved(s, UP_FIRST[action], rows, columns)
        if start < there < goal:
            return 1.0, start, -100.0, False
        return 1.0, there, -1.0, there == goal

    return {s: {a: [outcome(s, a)] for a in range(4)} for s in range(rows * columns)}


def _moved(state: int, by: tuple[int, int], rows: int, columns: int) -> int:
    row = min(max(state // columns + by[0], 0), rows - 1)
    column = min(max(state % columns + by[1], 0), columns - 1)
    return row * columns + column
