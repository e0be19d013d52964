"""Determinants, cofactors and inverses: the claims that `linear_algebra` states.

Identities of polynomials in the entries are written out with a symbol for each entry; what matrix algebra can say is
said for all sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from math import factorial
from typing import Any

from sympy import Determinant, MatrixSymbol, Q
from sympy import Identity as Unit

from .claims import AllOf, Claim, Definition, Finite, MatrixIdentity
from .determinants import (
    Rows,
    Square,
    adjugate,
    along_column,
    along_row,
    cofactors,
    expanded,
    first_row,
    leibniz,
    symbolic,
    times,
    transposed,
    unit,
)
from .statements import Printed, Theorem
from .symbols import integer, real
from .written_networks import Form

n = integer("n", 1)
A, B, C, P = (MatrixSymbol(name, n, n) for name in "ABCP")
alpha = real("alpha", tex=r"\alpha")
Cases = Iterator[tuple[str, Any, Any]]


def at_sizes(sizes: range, sides: Callable[[int], Iterator[tuple[str, Any, Any]]], formula: str) -> Finite:
    """A claim about square matrices whose entries are all symbols, at every size of the range."""

    def cases() -> Cases:
        for size in sizes:
            for label, left, right in sides(size):
                yield f"n = {size}{label}", left, right

    return Finite(cases, formula, f"n = {sizes[0]} to {sizes[-1]}, all entries")


def by_first_row() -> Theorem:
    """The recursion along the first row, by the properties that belong to the determinant alone."""

    def properties(det: Form) -> Mapping[str, Claim]:
        def exchanged(size: int) -> Iterator[tuple[str, Any, Any]]:
            rows = symbolic(size, size)
            for at in range(size - 1):
                swapped = (*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :])
                yield f", rows {at + 1} and {at + 2}", det(swapped), -det(rows)

        def in_rows(size: int) -> Iterator[tuple[str, Any, Any]]:
            rows, (other,) = symbolic(size, size), symbolic(1, size, "b")
            for at in range(size):
                mixed = tuple(s + alpha * t for s, t in zip(rows[at], other, strict=True))
                sides = [(*rows[:at], row, *rows[at + 1 :]) for row in (mixed, rows[at], other)]
                yield f", row {at + 1}", det(sides[0]), det(sides[1]) + alpha * det(sides[2])

        return {
            "unit matrix": at_sizes(range(6), lambda size: iter((("", det(unit(size)), 1),)), r"\det I=1"),
            "rows exchanged": at_sizes(range(2, 5), exchanged, r"\det(\dots,r',r,\dots)=-\det(\dots,r,r',\dots)"),
            "linear in each row": at_sizes(range(1, 4), in_rows, r"\det(r+\alpha s)=\det(r)+\alpha\det(s)"),
        }

    value = Definition(r"\det A", Form(r"\sum_{j=1}^n(-1)^{1+j}a_{1j}\det A_{1j}", first_row), properties)
    mutants = {
        "permanent": lambda rows: expanded(rows, lambda col: 1),
        "signs shifted": lambda rows: expanded(rows, lambda col: (-1) ** col),
        "product of the diagonal": lambda rows: rows[0][0] * first_row([row[1:] for row in rows[1:]]) if rows else 1,
    }
    note = "The recursion needs a start, which is not given: the determinant of a 1 x 1 matrix is its entry."
    return Theorem(
        value,
        mutants={name: value.of(Form(name, rule)) for name, rule in mutants.items()},
        printed={625: Printed(note=note)},
    )


def laplace() -> Theorem:
    """Expansions along all rows and columns, and over permutations."""

    def lines(size: int) -> Iterator[tuple[str, Any, Any]]:
        rows = symbolic(size, size)
        for at in range(size):
            yield f", row {at + 1}", along_row(rows, at), first_row(rows)
            yield f", column {at + 1}", along_column(rows, at), first_row(rows)

    def alien(size: int) -> Iterator[tuple[str, Any, Any]]:
        rows = symbolic(size, size)
        for one, other in product(range(size), repeat=2):
            found = sum(s * t for s, t in zip(rows[one], cofactors(rows)[other], strict=True))
            yield f", rows {one + 1} and {other + 1}", found, first_row(rows) * int(one == other)

    def permuted(size: int) -> Iterator[tuple[str, Any, Any]]:
        yield "", leibniz(symbolic(size, size)), first_row(symbolic(size, size))

    def unsigned(size: int) -> Iterator[tuple[str, Any, Any]]:
        yield "", leibniz(symbolic(size, size), lambda order: 1), first_row(symbolic(size, size))

    def from_the_second(size: int) -> Iterator[tuple[str, Any, Any]]:
        rows = symbolic(size, size)
        yield "", -along_row(rows, size - 1), first_row(rows)

    def terms(size: int) -> Iterator[tuple[str, Any, Any]]:
        yield "", leibniz(tuple((1,) * size for _ in range(size)), lambda order: 1), factorial(size)

    claims = {
        "any row or column": at_sizes(range(1, 5), lines, r"\sum_j(-1)^{i+j}a_{ij}\det A_{ij}=\det A"),
        "cofactors of another row": at_sizes(range(1, 4), alien, r"\sum_ja_{ij}C_{kj}=\delta_{ik}\det A"),
        "permutations": at_sizes(range(1, 5), permuted, r"\sum_\pi\mathrm{sgn}(\pi)\prod_ia_{i\pi(i)}=\det A"),
        "number of terms": at_sizes(range(1, 6), terms, "n!"),
    }
    mutants = {
        "permanent": at_sizes(range(1, 5), unsigned, r"\sum_\pi\prod_ia_{i\pi(i)}"),
        "signs of the neighbouring row": at_sizes(range(1, 4), from_the_second, r"\sum_j(-1)^{i+j+1}a_{ij}\det A_{ij}"),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def rules() -> Theorem:
    """Products, transposes, multiples, changes of basis, and factors that are not square."""
    kinds = (Q.invertible(P),)

    def binet(least: int) -> Callable[[], Cases]:
        def cases() -> Cases:
            for small, large in ((1, 2), (1, 3), (2, 3)):
                left, right = symbolic(small, large), symbolic(large, small, "b")
                chosen = list(combinations(range(large), small))[least:]
                minors = [
                    first_row([[row[t] for t in kept] for row in left]) * first_row([right[t] for t in kept])
                    for kept in chosen
                ]
                yield f"{small} x {large}", first_row(times(left, right)), sum(minors)

        return cases

    formula, sizes = r"\det(AB)=\sum_K\det A_{\cdot K}\det B_{K\cdot}", "1 x 2, 1 x 3 and 2 x 3, all entries"
    claims: dict[str, Claim] = {
        "products": MatrixIdentity(Determinant(A * B), Determinant(A) * Determinant(B)),
        "transposes": MatrixIdentity(Determinant(A.T), Determinant(A)),
        "multiples": MatrixIdentity(Determinant(alpha * A), alpha**n * Determinant(A)),
        "bases": MatrixIdentity(Determinant(P.inv() * A * P), Determinant(A), kinds),
        "Cauchy and Binet": Finite(binet(0), formula, sizes),
    }
    mutants: dict[str, Claim] = {
        "sums": MatrixIdentity(Determinant(A + B), Determinant(A) + Determinant(B)),
        "linear": MatrixIdentity(Determinant(alpha * A), alpha * Determinant(A)),
        "a minor forgotten": Finite(binet(1), formula, sizes),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def by_adjugate() -> Theorem:
    """The inverse as adjugate over determinant, on both sides."""

    def properties(make: Form) -> Mapping[str, Claim]:
        def left(size: int) -> Iterator[tuple[str, Any, Any]]:
            yield "", times(make(symbolic(size, size)), symbolic(size, size)), unit(size)

        def right(size: int) -> Iterator[tuple[str, Any, Any]]:
            yield "", times(symbolic(size, size), make(symbolic(size, size))), unit(size)

        return {
            "from the right": at_sizes(range(1, 4), right, "AA^{-1}=I"),
            "from the left": at_sizes(range(1, 4), left, "A^{-1}A=I"),
            "one only": MatrixIdentity(B - C, B * (Unit(n) - A * C) - (Unit(n) - B * A) * C),
            "products are reversed": MatrixIdentity(
                (A * B).inv(), B.inv() * A.inv(), (Q.invertible(A), Q.invertible(B))
            ),
            "determinants": MatrixIdentity(
                Determinant(A) * Determinant(A.inv()), Determinant(Unit(n)), (Q.invertible(A),)
            ),
        }

    def over(rows: Rows, found: Square) -> Square:
        return tuple(tuple(entry / first_row(rows) for entry in row) for row in found)

    value = Definition("A^{-1}", Form(r"\frac{1}{\det A}\mathrm{adj}A", lambda at: over(at, adjugate(at))), properties)
    mutants: dict[str, Callable[[Rows], Square]] = {
        "cofactors not transposed": lambda at: over(at, cofactors(at)),
        "not divided": adjugate,
        "transposed": transposed,
        "entry by entry": lambda at: tuple(tuple(1 / entry for entry in row) for row in at),
    }
    return Theorem(value, mutants={name: value.of(Form(name, rule)) for name, rule in mutants.items()})


def cramer() -> Theorem:
    """Unknowns as quotients of determinants."""

    def solved(size: int, wrong: int = 0) -> Iterator[tuple[str, Any, Any]]:
        rows, solution = symbolic(size, size), symbolic(size, 1, "x")
        side = times(rows, solution)
        for at in range(size):
            place = (at + wrong) % size
            replaced = [(*row[:place], value, *row[place + 1 :]) for row, (value,) in zip(rows, side, strict=True)]
            yield f", unknown {at + 1}", first_row(replaced), first_row(rows) * solution[at][0]

    def transposed_rows(size: int) -> Iterator[tuple[str, Any, Any]]:
        for label, left, right in solved(size):
            yield label, left, -right

    formula = r"\det(\dots,Ax,\dots)=x_j\det A"
    return Theorem(
        at_sizes(range(1, 4), solved, formula),
        mutants={
            "neighbouring column": at_sizes(range(2, 4), lambda size: solved(size, 1), formula),
            "sign": at_sizes(range(1, 4), transposed_rows, formula),
        },
    )
