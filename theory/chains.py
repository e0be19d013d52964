"""Sweeps over graphs and chains of Jacobians: sums over paths, bracketings, and the multiplications that they take.

The statements of `theory.autodiff` that speak of accumulation and its cost are built here; every count is read off a
run of `theory.accumulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from sympy import (
    Expr,
    Integer,
    Matrix,
    prod,
)

from .accumulation import (
    Tape,
    accumulate,
    bracketings,
    counted,
    forward,
    forward_cost,
    least_cost,
    programs,
    record,
    reverse,
    reverse_cost,
)
from .claims import AllOf, Finite, Identity, Inequality, Recursion
from .statements import Theorem
from .symbols import integer, real, reals

ONE = Integer(1)


def paths() -> Theorem:
    """See `autodiff.paths`."""
    u, v = reals("x y")

    def tapes() -> Iterator[tuple[str, Tape]]:
        for program in programs(2, 2):
            yield str(program), record(program, (u, v))

    def cases(what: Callable[[Tape], Any]) -> Iterator[tuple[str, Any, Any]]:
        for label, tape in tapes():
            yield label, what(tape), tape.nodes[-1].value.expand().diff(u)

    def every_node(tape: Tape) -> Any:
        end = len(tape.nodes) - 1
        between = range(2, end + 1)
        return sum(tape.tangents({0: ONE})[k] * tape.adjoints(tape.nodes[end])[k] for k in between)

    ways: dict[str, Callable[[Tape], Any]] = {
        "paths": lambda tape: sum(prod(path) for path in tape.paths(0, len(tape.nodes) - 1)),
        "reverse": lambda tape: tape.adjoints(tape.nodes[-1])[0],
        "forward": lambda tape: tape.tangents({0: ONE})[-1],
    }
    sizes = "all programs of two sums or products of two inputs"

    def claim(way: Callable[[Tape], Any]) -> Finite:
        return Finite(lambda: cases(way), r"\partial f/\partial x=\sum_{\pi}\prod_{e\in\pi}c_e", sizes)

    return Theorem(
        AllOf({name: claim(way) for name, way in ways.items()}),
        mutants={
            "sum over all nodes between": claim(every_node),
            "longest path alone": claim(
                lambda tape: prod(max(tape.paths(0, len(tape.nodes) - 1), key=len, default=(0,)))
            ),
        },
    )


def entries(name: str, rows: int, columns: int) -> tuple[tuple[Expr, ...], ...]:
    """A matrix of free symbols."""
    return tuple(tuple(real(f"{name}_{i}{j}") for j in range(columns)) for i in range(rows))


def any_bracketing() -> Theorem:
    """See `autodiff.any_bracketing`."""

    def cases(last: int = 3) -> Iterator[tuple[str, Any, Any]]:
        for widths in ((2, 2, 1, 2), (1, 2, 2, 1), (2, 1, 2, 1)):
            chain = [entries("ABC"[k], widths[k + 1], widths[k]) for k in range(3)]
            result = Matrix(chain[2]) * Matrix(chain[1]) * Matrix(chain[0])
            for order in bracketings(1, last):
                yield (
                    f"widths {widths}, order {order}",
                    Matrix(accumulate(chain, order, Tape())).expand(),
                    result.expand(),
                )

    formula, sizes = r"(J_3J_2)J_1=J_3(J_2J_1)", "three Jacobians, widths 1 and 2, all entries"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"last Jacobian left out": Finite(lambda: cases(2), formula, sizes)}
    )


WIDTHS = tuple(widths for length in (3, 4, 5) for widths in product((1, 2, 3), repeat=length))


def against(count: Callable[[Sequence[int]], Any], cost: Callable[[Sequence[int]], Any]) -> Finite:
    """That the multiplications counted in a run are what the formula says, for chains of two to four Jacobians."""
    return Finite(
        lambda: ((f"widths {widths}", count(widths), cost(widths)) for widths in WIDTHS),
        r"C(n_0,\ldots,n_L)",
        "two to four dense Jacobians, widths 1 to 3",
    )


def costs() -> Theorem:
    """See `autodiff.costs`."""

    def chain(widths: Sequence[int]) -> int:
        return sum(one * other for one, other in pairwise(widths))

    def by_columns(widths: Sequence[int]) -> int:
        return widths[0] * (chain(widths) - widths[1] * widths[0])

    def by_rows(widths: Sequence[int]) -> int:
        return by_columns(widths[::-1])

    def formulas(widths: Sequence[int]) -> tuple[int, int]:
        return forward_cost(widths), reverse_cost(widths)

    return Theorem(
        AllOf(
            {
                "forward": against(lambda w: counted(w, forward(len(w) - 1)), by_columns),
                "reverse": against(lambda w: counted(w, reverse(len(w) - 1)), by_rows),
                "a tangent": against(lambda w: counted((1, *w), forward(len(w))), chain),
                "a cotangent": against(lambda w: counted((*w, 1), reverse(len(w))), chain),
                "the formulas": against(formulas, lambda w: (by_columns(w), by_rows(w))),
            }
        ),
        mutants={
            "forward by rows": against(lambda w: counted(w, forward(len(w) - 1)), by_rows),
            "first product counted twice": against(
                lambda w: counted(w, forward(len(w) - 1)), lambda w: w[0] * chain(w)
            ),
        },
    )


def crossover() -> Theorem:
    """See `autodiff.crossover`."""
    inputs, outputs, width = integer("n", 1), integer("m", 1), integer("w", 1)
    depth, term = integer("L", 2), real("d")

    def gap(hidden: int) -> Expr:
        widths = (inputs, *(width,) * hidden, outputs)
        return forward_cost(widths) - reverse_cost(widths)

    more = term + inputs * width**2 - outputs * width**2
    closed = (depth - 2) * width**2 * (inputs - outputs)
    fewer = (inputs <= outputs - 1,)
    widths = (inputs, width, width, outputs)
    return Theorem(
        AllOf(
            {
                "any depth": Recursion(depth, 2, gap(1), term, more, closed),
                "three Jacobians": Identity(gap(2), width**2 * (inputs - outputs)),
                "five Jacobians": Identity(gap(4), 3 * width**2 * (inputs - outputs)),
                "few inputs": Inequality(forward_cost(widths), "<", reverse_cost(widths), where=fewer),
            }
        ),
        mutants={
            "many inputs": Inequality(reverse_cost(widths), "<", forward_cost(widths), where=fewer),
            "one more layer": Recursion(depth, 2, gap(1), term, more, closed + width**2 * (inputs - outputs)),
        },
    )


def best_order() -> Theorem:
    """See `autodiff.best_order`."""

    def brute(widths: Sequence[int]) -> int:
        return min(counted(widths, order) for order in bracketings(1, len(widths) - 1))

    def sorted_widths() -> Iterator[tuple[str, Any, Any]]:
        for widths in WIDTHS:
            if list(widths) == sorted(widths, reverse=True):
                yield f"widths {widths}", reverse_cost(widths), brute(widths)

    def bottleneck(middle: int) -> Iterator[tuple[str, Any, Any]]:
        widths = (3, 3, 1, 3, 3)
        yield (
            "least, forward, reverse",
            (least_cost(widths), forward_cost(widths), reverse_cost(widths)),
            (middle, 45, 45),
        )

    def narrow(middle: int) -> Finite:
        return Finite(lambda: bottleneck(middle), r"C(3,3,1,3,3)", "one chain of four Jacobians")

    shrinking = Finite(sorted_widths, r"n_0\ge\cdots\ge n_L", "two to four dense Jacobians, widths 1 to 3")
    parts = {"dynamic programming": against(least_cost, brute), "shrinking": shrinking, "bottleneck": narrow(27)}
    return Theorem(
        AllOf(parts),
        mutants={
            "forward is best": against(forward_cost, brute),
            "the better sweep is best": against(lambda w: min(forward_cost(w), reverse_cost(w)), brute),
        },
    )


def cheap_gradient() -> Theorem:
    """See `autodiff.cheap_gradient`."""

    def cases(most: int, additions: bool) -> Iterator[tuple[str, Any, Any]]:
        for program in (*programs(2, 2), *programs(1, 3)):
            tape = record(program, (Fraction(2), Fraction(5))[: 1 if len(program) == 3 else 2])
            before = tape.additions, tape.multiplications
            tape.adjoints(tape.nodes[-1])
            used = tape.additions - before[0] if additions else tape.multiplications - before[1]
            yield str(program), used, most * (len(program) if additions else before[1])

    def claim(most: int, additions: bool) -> Finite:
        sizes = "all programs of two operations on two inputs, or three on one"
        return Finite(lambda: cases(most, additions), r"C(\nabla f)\le c\,C(f)", sizes, "<=")

    return Theorem(
        AllOf({"multiplications": claim(2, False), "additions": claim(2, True)}),
        mutants={"no more than the program": claim(1, False), "no addition": claim(0, True)},
    )
