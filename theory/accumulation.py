"""Straight-line programs and chains of Jacobians: tapes, forward and reverse accumulation, and what they cost.

A `Tape` works over any numbers that can be added and multiplied: SymPy expressions, fractions, floats. It counts its
multiplications, so that a cost is read off a run and not off a formula.

>>> tape = Tape()
>>> x, y = tape.leaf(3), tape.leaf(5)
>>> z = x * y + x
>>> z.value, tape.adjoints(z)[x.place], tape.adjoints(z)[y.place]
(18, 6, 3)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations_with_replacement, pairwise, permutations, product
from typing import Any

Rows = tuple[tuple[Any, ...], ...]
"""A matrix with entries of any kind, row by row."""


@dataclass(frozen=True)
class Node:
    """One value of a tape: where it stands, which nodes it was made of and the partial derivative by each."""

    tape: Tape
    place: int
    operation: str
    value: Any
    parents: tuple[tuple[int, Any], ...] = ()

    def __add__(self, other: Node) -> Node:
        return self.tape.add("+", self.value + other.value, ((self.place, 1), (other.place, 1)))

    def __sub__(self, other: Node) -> Node:
        return self.tape.add("-", self.value - other.value, ((self.place, 1), (other.place, -1)))

    def __mul__(self, other: Node) -> Node:
        value = self.tape.times(self.value, other.value)
        return self.tape.add("*", value, ((self.place, other.value), (other.place, self.value)))

    def through(self, name: str, value: Any, slope: Any) -> Node:
        """A function of this node alone, given by its value and its derivative here."""
        return self.tape.add(name, value, ((self.place, slope),))


@dataclass
class Tape:
    """The operations of a run in their order; a node's parents stand before it."""

    nodes: list[Node] = field(default_factory=list)
    multiplications: int = 0
    additions: int = 0

    def leaf(self, value: Any) -> Node:
        """An input."""
        return self.add("input", value)

    def add(self, operation: str, value: Any, parents: tuple[tuple[int, Any], ...] = ()) -> Node:
        """A node at the end of the tape."""
        self.additions += operation in ("+", "-")
        self.nodes.append(Node(self, len(self.nodes), operation, value, parents))
        return self.nodes[-1]

    def times(self, a: Any, b: Any) -> Any:
        """A product of two values, counted."""
        self.multiplications += 1
        return a * b

    def _along(self, partial: Any, value: Any) -> Any:
        """The product with a partial derivative; one by 1 or -1 costs nothing."""
        return value * partial if partial in (1, -1) else self.times(partial, value)

    def adjoints(self, output: Node) -> list[Any]:
        """The derivative of the output by every node, from the output back to the inputs."""
        found: list[Any] = [0] * len(self.nodes)
        reached = {output.place}
        found[output.place] = 1
        for node in reversed(self.nodes[: output.place + 1]):
            if node.place not in reached:
                continue
            for parent, partial in node.parents:
                share = found[node.place] * partial if node is output else self._along(partial, found[node.place])
                self.additions += parent in reached
                found[parent] = found[parent] + share
                reached.add(parent)
        return found

    def tangents(self, directions: dict[int, Any]) -> list[Any]:
        """The derivative of every node along a direction in the inputs, from the inputs on."""
        found: list[Any] = [0] * len(self.nodes)
        for node in self.nodes:
            found[node.place] = directions.get(node.place, 0)
            for parent, partial in node.parents:
                found[node.place] = found[node.place] + self._along(partial, found[parent])
        return found

    def paths(self, start: int, end: int) -> Iterator[tuple[Any, ...]]:
        """The partial derivatives along every path from one node to another."""
        if start == end:
            yield ()
        for parent, partial in self.nodes[end].parents:
            for before in self.paths(start, parent):
                yield (*before, partial)


def programs(inputs: int, length: int) -> Iterator[tuple[tuple[str, int, int], ...]]:
    """Every straight-line program of additions and multiplications of the given length; its last value is the
    result."""
    choices = [
        [(sign, i, j) for sign in "+*" for i, j in combinations_with_replacement(range(inputs + at), 2)]
        for at in range(length)
    ]
    return product(*choices)


def record(program: Sequence[tuple[str, int, int]], values: Sequence[Any]) -> Tape:
    """The tape of a program at the given inputs."""
    tape = Tape()
    for value in values:
        tape.leaf(value)
    for sign, i, j in program:
        one, other = tape.nodes[i], tape.nodes[j]
        one + other if sign == "+" else one * other
    return tape


def orders(program: Sequence[tuple[str, int, int]], inputs: int) -> Iterator[tuple[int, ...]]:
    """Every order of the program's operations in which each follows what it reads: the topological orders."""
    for order in permutations(range(len(program))):
        at = {operation: when for when, operation in enumerate(order)}
        if all(at[read - inputs] < at[k] for k in order for read in program[k][1:] if read >= inputs):
            yield order


def executed(program: Sequence[tuple[str, int, int]], values: Sequence[Any], order: Sequence[int]) -> Any:
    """The result of the program when its operations run in this order; what is not there yet reads as 0."""
    memory = dict(enumerate(values))
    for k in order:
        sign, i, j = program[k]
        one, other = memory.get(i, 0), memory.get(j, 0)
        memory[len(values) + k] = one + other if sign == "+" else one * other
    return memory[len(values) + len(program) - 1]


Bracketing = int | tuple["Bracketing", "Bracketing"]
"""The order of a product: the number of a factor, or a left and a right part."""


@cache
def bracketings(first: int, last: int) -> tuple[Bracketing, ...]:
    """All ways to bracket the product J_last ... J_first, left part first."""
    if first == last:
        return (first,)
    return tuple(
        (left, right)
        for cut in range(first, last)
        for left in bracketings(cut + 1, last)
        for right in bracketings(first, cut)
    )


def forward(count: int) -> Bracketing:
    """J_L (... (J_2 J_1)): from the inputs on."""
    order: Bracketing = 1
    for k in range(2, count + 1):
        order = (k, order)
    return order


def reverse(count: int) -> Bracketing:
    """((J_L J_{L-1}) ...) J_1: from the outputs back."""
    order: Bracketing = count
    for k in range(count - 1, 0, -1):
        order = (order, k)
    return order


def multiply(a: Rows, b: Rows, tape: Tape) -> Rows:
    """The matrix product, each multiplication of two entries counted by the tape."""
    columns = tuple(zip(*b, strict=True))
    return tuple(
        tuple(sum((tape.times(x, y) for x, y in zip(row, column, strict=True)), 0) for column in columns) for row in a
    )


def accumulate(jacobians: Sequence[Rows], order: Bracketing, tape: Tape) -> Rows:
    """The product J_L ... J_1 of the Jacobians (J_1 first in the list), bracketed as the order says."""
    if isinstance(order, int):
        return jacobians[order - 1]
    return multiply(accumulate(jacobians, order[0], tape), accumulate(jacobians, order[1], tape), tape)


def counted(widths: Sequence[int], order: Bracketing) -> int:
    """The multiplications of a run on dense Jacobians: J_k is widths[k] by widths[k-1]."""
    tape = Tape()
    jacobians = [((1,) * widths[k - 1],) * widths[k] for k in range(1, len(widths))]
    accumulate(jacobians, order, tape)
    return tape.multiplications


def forward_cost(widths: Sequence[Any]) -> Any:
    """n_0 (n_2 n_1 + ... + n_L n_{L-1}): a product with each later Jacobian, once for each of the n_0 columns."""
    return widths[0] * sum(a * b for a, b in pairwise(widths[1:]))


def reverse_cost(widths: Sequence[Any]) -> Any:
    """n_L (n_1 n_0 + ... + n_{L-1} n_{L-2}): a product with each earlier Jacobian, once for each of the n_L rows."""
    return forward_cost(tuple(widths)[::-1])


def least_cost(widths: Sequence[int]) -> int:
    """The fewest multiplications of any bracketing, by dynamic programming over the sub-chains."""
    widths = tuple(widths)

    @cache
    def best(first: int, last: int) -> int:
        if first == last:
            return 0
        cuts = range(first, last)
        return min(
            best(cut + 1, last) + best(first, cut) + widths[last] * widths[cut] * widths[first - 1] for cut in cuts
        )

    return best(1, len(widths) - 1)
