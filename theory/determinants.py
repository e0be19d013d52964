"""Determinants, minors and adjugates of square arrays over any commutative ring, by their formulas.

An array is a sequence of rows. The determinant of the empty array is one: so the recursions have a start.

>>> first_row(((1, 2), (3, 4))), adjugate(((1, 2), (3, 4)))
(-2, ((4, -2), (-3, 1)))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from .symbols import real

Rows = Sequence[Sequence[Any]]
Square = tuple[tuple[Any, ...], ...]


def symbolic(rows: int, columns: int, name: str = "a") -> Square:
    """An array whose entries are all different real symbols."""
    return tuple(tuple(real(f"{name}{i + 1}{j + 1}") for j in range(columns)) for i in range(rows))


def unit(size: int) -> Square:
    """The unit matrix."""
    return tuple(tuple(int(i == j) for j in range(size)) for i in range(size))


def times(a: Rows, b: Rows) -> Square:
    """The product: sums over the columns of a, which are as many as the rows of b."""
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns) for row in a)


def transposed(a: Rows) -> Square:
    """Rows and columns exchanged."""
    return tuple(zip(*a, strict=True))


def without(a: Rows, row: int, column: int) -> Square:
    """The array without one row and one column."""
    return tuple(tuple(x for j, x in enumerate(line) if j != column) for i, line in enumerate(a) if i != row)


def expanded(a: Rows, sign: Callable[[int], int]) -> Any:
    """The recursive expansion along the first row, with the given sign at column j (counted from one)."""
    if not a:
        return 1
    return sum(sign(j + 1) * x * expanded(without(a, 0, j), sign) for j, x in enumerate(a[0]))


def first_row(a: Rows) -> Any:
    """The determinant by expansion along the first row."""
    return expanded(a, lambda j: (-1) ** (1 + j))


def along_row(a: Rows, row: int) -> Any:
    """The expansion along a row."""
    return sum((-1) ** (row + j) * x * first_row(without(a, row, j)) for j, x in enumerate(a[row]))


def along_column(a: Rows, column: int) -> Any:
    """The expansion along a column."""
    return sum((-1) ** (i + column) * line[column] * first_row(without(a, i, column)) for i, line in enumerate(a))


def parity(order: Sequence[int]) -> int:
    """The sign of a permutation, from the number of its inversions."""
    inversions = sum(order[i] > order[j] for j in range(len(order)) for i in range(j))
    return 1 - 2 * (inversions % 2)


def leibniz(a: Rows, sign: Callable[[Sequence[int]], int] = parity) -> Any:
    """The sum over permutations of signed products of one entry a row and a column."""
    total: Any = 0
    for order in permutations(range(len(a))):
        term: Any = sign(order)
        for i, j in enumerate(order):
            term *= a[i][j]
        total += term
    return total


def cofactors(a: Rows) -> Square:
    """The signed minors, each in the place of its entry."""
    size = range(len(a))
    return tuple(tuple((-1) ** (i + j) * first_row(without(a, i, j)) for j in size) for i in size)


def adjugate(a: Rows) -> Square:
    """The transposed array of cofactors."""
    return transposed(cofactors(a))
