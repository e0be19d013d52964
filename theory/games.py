"""Finite games of two players in exact rational arithmetic: every Nash equilibrium of a nondegenerate game, certified.

>>> chicken = Game.of([[0, -1], [1, -10]], [[0, 1], [-1, -10]])
>>> [tuple(str(p) for p in one) for one, other in chicken.equilibria()]
[('1', '0'), ('0', '1'), ('9/10', '1/10')]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from .mdp import Row, Table, dot, solve

Pair = tuple[Row, Row]


@dataclass(frozen=True)
class Game:
    """The payoffs of both players, by the row that the first and the column that the second chooses."""

    first: Table
    second: Table

    def __post_init__(self) -> None:
        shapes = {tuple(len(row) for row in payoffs) for payoffs in (self.first, self.second)}
        if len(shapes) != 1 or len(set(next(iter(shapes)))) != 1 or not self.first[0]:
            raise ValueError("the two payoffs are no rectangular tables of one shape")

    @classmethod
    def of(cls, first: Any, second: Any) -> Game:
        """The game of two nested sequences of numbers."""
        one, other = (tuple(tuple(Fraction(u) for u in row) for row in payoffs) for payoffs in (first, second))
        return cls(one, other)

    def payoffs(self, pair: Pair) -> tuple[Fraction, Fraction]:
        """The expected payoffs of a pair of mixed strategies."""
        x, y = pair
        return tuple(dot(x, [dot(row, y) for row in payoffs]) for payoffs in (self.first, self.second))  # type: ignore[return-value]

    def regrets(self, pair: Pair) -> tuple[Fraction, Fraction]:
        """What each player gains by the best pure, hence by the best mixed, deviation: both 0 at an equilibrium."""
        x, y = pair
        own, other = self.payoffs(pair)
        best = max(dot(row, y) for row in self.first)
        reply = max(dot(x, column) for column in zip(*self.second, strict=True))
        return best - own, reply - other

    def equilibria(self) -> list[Pair]:
        """The equilibria with supports of equal size, each checked by its regrets: all of them if the game is
        nondegenerate, by enumeration of the supports."""
        rows, columns = len(self.first), len(self.first[0])
        found: list[Pair] = []
        for size in range(1, min(rows, columns) + 1):
            for one in combinations(range(rows), size):
                for other in combinations(range(columns), size):
                    y = _indifferent([[self.first[i][j] for j in other] for i in one], other, columns)
                    x = _indifferent([[self.second[i][j] for i in one] for j in other], one, rows)
                    if x and y and max(self.regrets((x, y))) == 0 and (x, y) not in found:
                        found.append((x, y))
        return found


def _indifferent(payoffs: Sequence[Sequence[Fraction]], support: Sequence[int], count: int) -> Row | None:
    """The strategy on the support that makes all these payoffs equal, or None where there is no single one."""
    size = len(support)
    system = [[*row, Fraction(-1)] for row in payoffs] + [[Fraction(1)] * size + [Fraction(0)]]
    try:
        weights = solve(system, [Fraction(0)] * size + [Fraction(1)])[:size]
    except ValueError:
        return None
    if min(weights) < 0:
        return None
    by_action = dict(zip(support, weights, strict=True))
    return tuple(by_action.get(k, Fraction(0)) for k in range(count))


def deviations(count: int, steps: int = 4) -> Iterator[Row]:
    """The mixed strategies whose probabilities are multiples of 1/steps."""

    def split(rest: int, parts: int) -> Iterator[tuple[int, ...]]:
        if parts == 1:
            yield (rest,)
            return
        for k in range(rest + 1):
            for tail in split(rest - k, parts - 1):
                yield (k, *tail)

    for weights in split(steps, count):
        yield tuple(Fraction(k, steps) for k in weights)


def examples() -> dict[str, Game]:
    """Games with one, several, pure and mixed equilibria, and with unequal numbers of actions."""
    cycle = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    return {
        "prisoner's dilemma": Game.of([[3, 0], [5, 1]], [[3, 5], [0, 1]]),
        "matching pennies": Game.of([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]),
        "battle of the sexes": Game.of([[2, 0], [0, 1]], [[1, 0], [0, 2]]),
        "chicken": Game.of([[0, -1], [1, -10]], [[0, 1], [-1, -10]]),
        "rock, paper, scissors": Game.of(cycle, [[-u for u in row] for row in cycle]),
        "two against three": Game.of([[3, 1, 0], [0, 2, 4]], [[1, 3, 0], [2, 0, 3]]),
    }
