"""Automatic differentiation: graphs, the chain rule as a product of Jacobians, what it costs, and what frameworks do.

Source: sections 12.1 to 12.3, equations 591-619.  Griewank and Walther 2008; Baydin et al. 2018; Baur and Strassen
1983; Bauer 1974; Kingma and Ba 2015; Jacob et al. 2018; Bolte and Pauwels 2020.

Sums of any length are integrals (`measures.integral`); matrices of any size are SymPy's, a cotangent is called G.
`accumulation` has the tape and the chains of Jacobians, `training_steps` the steps of training, `batching` what acts on
whole batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import (
    Abs,
    Derivative,
    Determinant,
    Expr,
    Integer,
    Integral,
    Inverse,
    Matrix,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Q,
    Rational,
    Trace,
    exp,
    prod,
)

from . import batching, training_steps
from .accumulation import (
    Tape,
    bracketings,
    counted,
    accumulate,
    executed,
    forward,
    forward_cost,
    least_cost,
    orders,
    programs,
    record,
    reverse,
    reverse_cost,
)
from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, MatrixIdentity, Recursion, Typing
from .measures import integral, on_atoms
from .shapes import Array, Index, gradient, jacobian, shaped, total
from .statements import Printed, Theorem, statement
from .symbols import Domain, bounded, function, integer, positive, probability, real, reals

EQUATIONS = tuple(range(591, 620))

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)
n, m, p = integer("n", 1), integer("m", 1), integer("p", 1)
a, b, c = function("a"), function("b"), function("c")
h, x, y, t = reals("h x y t")
step = positive("h")


def rule_of(name: str, at: Callable[..., Any]) -> Rule:
    """An executable definition and how it is printed."""
    return Rule(name, at)


# Graphs and the chain rule


@statement(answers=(591,), references=("kolda2009",))
def tensor() -> Theorem:
    """A tensor is an array with one entry for each choice of its indices: stored row by row its entries fill the
    places from 0 to d_1...d_n - 1, each once, and a scalar, of no index, has one."""

    def place(index: Sequence[int], sizes: Sequence[int]) -> int:
        found = 0
        for one, size in zip(index, sizes, strict=True):
            found = found * size + one
        return found

    def swapped(index: Sequence[int], sizes: Sequence[int]) -> int:
        return place(index[::-1], sizes)

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for order in range(4):
                for sizes in product((1, 2, 3), repeat=order):
                    places = [value(index, sizes) for index in product(*map(range, sizes))]
                    yield f"sizes {sizes}", sorted(places), list(range(prod(sizes)))

        return {"every place once": Finite(cases, r"\#T=d_1\cdots d_n", "orders 0 to 3, sizes 1 to 3")}

    stored = Definition("T", rule_of(r"T_{i_1\cdots i_n}", place), properties)
    note = "The rank of the text is the number of indices, the order; the rank of a matrix is another thing."
    return Theorem(
        stored,
        mutants={
            "strides of the transposed tensor": stored.of(rule_of(r"T_{i_n\cdots i_1}", swapped)),
            "counted from one": stored.of(rule_of("T", lambda index, sizes: place(index, sizes) + 1)),
        },
        printed={591: Printed(note=note)},
    )


@statement(answers=(592,), references=("horn2013",))
def dot_product() -> Theorem:
    """The dot product of vectors of any length is the sum of the products of their entries: symmetric, linear in each,
    positive off zero, and what a row of a matrix does to a vector."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        rows = [Matrix(reals(f"{name}_1 {name}_2 {name}_3")) for name in "ab"]
        return {
            "symmetric": Identity(value.xreplace({a: b, b: a}), value),
            "linear": Identity(value.xreplace({a: a + t * c}), value + t * value.xreplace({a: c})),
            "lengths": Identity(value.xreplace({a: a + b, b: a + b}) - value.xreplace({a: a - b, b: a - b}), 4 * value),
            "positive": Inequality(value.xreplace({b: a}), ">=", ZERO),
            "three entries": Identity(on_atoms(value, 3), (rows[0].T * rows[1])[0, 0]),
        }

    value = Definition(r"a\cdot b", integral(a * b), properties)
    return Theorem(value, mutants={"product of the sums": value.of(integral(a) * integral(b))})


@statement(answers=(593, 606), references=("griewank2008", "baydin2018"))
def graph() -> Theorem:
    """A node of a graph without cycles is a function of the nodes it reads: any order that runs a node after those
    gives one result, the composition."""

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for program in programs(2, 3):
                ways = list(orders(program, 2))
                for way in ways if len(ways) > 1 else ():
                    result = record(program, (2, 5)).nodes[-1].value
                    yield f"{program} in the order {way}", value(program, (2, 5), way), result

        sizes = "two inputs, 2 and 5, three sums and products, more than one order"
        return {"any order": Finite(cases, r"y=f(x_1,\ldots,x_n)", sizes)}

    run = Definition("y", rule_of(r"f(x_1,\ldots,x_n)", executed), properties)

    def backwards(program: Any, values: Any, way: Any) -> Any:
        return executed(program, values, way[::-1])

    note = "Parameters are inputs of the node like any other; the graph records which node made which."
    return Theorem(
        run,
        mutants={"read before written": run.of(rule_of("f", backwards))},
        printed={606: Printed(note=note)},
    )


@statement(answers=(594, 608), references=("griewank2008", "magnus2019"))
def chain_rule() -> Theorem:
    """If f depends on x through intermediate values y_j alone, any number of them, its derivative is the sum of the
    products of the partial derivatives: a step h in x changes f by h times that sum and a remainder of order h^2."""
    partial, slope, bend, curve = function("p"), function("s"), function("r"), real("c")
    change = slope * h + bend * h**2  # of each y_j; bend and curve are bounded where the second derivatives are
    remainder = integral(partial * bend) + curve * integral((slope + bend * h) ** 2)
    of_f = integral(partial * change) + curve * integral(change**2)
    i, rows, columns = Index("i", p), n, m
    each = shaped(r"\frac{\partial L}{\partial Y}", over=(i,)) * shaped(
        r"\frac{\partial Y}{\partial A}", rows, columns, over=(i,)
    )
    whole = gradient(shaped("L"), shaped("A", rows, columns))
    note = (
        "The n of the sum is the number of the intermediate values, not of the inputs. They have to be a cut of the "
        "graph: no y_j a function of another, else paths are counted twice (autodiff.paths)."
    )
    return Theorem(
        AllOf(
            {
                "first order": Identity(of_f, h * integral(partial * slope) + h**2 * remainder),
                "shapes": Typing(whole, total(i, each)),
            }
        ),
        mutants={
            "product of the sums": Identity(of_f, h * integral(partial) * integral(slope) + h**2 * remainder),
            "transposed shapes": Typing(whole.T, total(i, each)),
        },
        printed={
            594: Printed(note=note),
            608: Printed(note="Y_i is one entry of Y, so its derivative by A is a gradient of the shape of A."),
        },
    )


@statement(references=("bauer1974", "griewank2008"), cites=(chain_rule,))
def paths() -> Theorem:
    """The derivative of a node by another is the sum over all paths between them of the products of the derivatives
    along the edges, which one sweep from the inputs or one from the output adds up; the sum over all nodes between
    of the product of both derivatives counts a path once for every node on it."""
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


# Accumulation and its cost


@statement(references=("griewank2008",), cites=(chain_rule,))
def transposed_sweep() -> Theorem:
    """The Jacobian of a chain is the product of the Jacobians: a direction goes through it from the right, forward, a
    cotangent through the transposes from the left, in reverse, and both give one number, in any dimensions."""
    J1, J2 = MatrixSymbol("J_1", m, n), MatrixSymbol("J_2", p, m)
    v, w = MatrixSymbol("v", n, 1), MatrixSymbol("w", p, 1)
    S, T, d = MatrixSymbol("J_1", n, n), MatrixSymbol("J_2", n, n), MatrixSymbol("v", n, 1)
    e = MatrixSymbol("w", n, 1)
    return Theorem(
        AllOf(
            {
                "one Jacobian": MatrixIdentity(Trace(v.T * (J1.T * (J2.T * w))), Trace(((J2 * J1) * v).T * w)),
                "the order turns round": MatrixIdentity((J2 * J1).T * w, J1.T * (J2.T * w)),
            }
        ),
        mutants={
            "transposes in the old order": MatrixIdentity((T * S).T * e, T.T * (S.T * e)),
            "no transpose": MatrixIdentity(Trace(d.T * (S * e)), Trace((S * d).T * e)),
        },
    )


def entries(name: str, rows: int, columns: int) -> tuple[tuple[Expr, ...], ...]:
    """A matrix of free symbols."""
    return tuple(tuple(real(f"{name}_{i}{j}") for j in range(columns)) for i in range(rows))


@statement(references=("griewank2008", "godbole1973"), cites=(transposed_sweep,))
def any_bracketing() -> Theorem:
    """Every bracketing of a product of Jacobians gives the same matrix: forward and reverse accumulation are two of
    them and differ in cost alone."""

    def cases(last: int = 3) -> Iterator[tuple[str, Any, Any]]:
        for widths in ((2, 2, 2, 2), (1, 2, 2, 1), (2, 1, 2, 1)):
            chain = [entries("ABC"[k], widths[k + 1], widths[k]) for k in range(3)]
            result = Matrix(chain[2]) * Matrix(chain[1]) * Matrix(chain[0])
            for order in bracketings(1, last):
                yield f"widths {widths}, order {order}", Matrix(accumulate(chain, order, Tape())), result

    formula, sizes = r"(J_3J_2)J_1=J_3(J_2J_1)", "three Jacobians, widths 1 and 2, all entries"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"last Jacobian left out": Finite(lambda: cases(2), formula, sizes)}
    )


WIDTHS = tuple(widths for length in (3, 4, 5) for widths in product((1, 2, 3), repeat=length))


def against(count: Callable[[Sequence[int]], int], cost: Callable[[Sequence[int]], Any]) -> Finite:
    """That the multiplications counted in a run are what the formula says, for chains of two to four Jacobians."""
    return Finite(
        lambda: ((f"widths {widths}", count(widths), cost(widths)) for widths in WIDTHS),
        r"C(n_0,\ldots,n_L)",
        "two to four dense Jacobians, widths 1 to 3",
    )


@statement(references=("griewank2008",), cites=(any_bracketing,))
def costs() -> Theorem:
    """With S = sum_k n_k n_{k-1}, one tangent and one cotangent through a chain of dense Jacobians cost S
    multiplications each; forward accumulation costs n_0 (S - n_1 n_0), reverse accumulation n_L (S - n_L n_{L-1})."""

    def chain(widths: Sequence[int]) -> int:
        return sum(one * other for one, other in zip(widths, widths[1:], strict=False))

    last = {
        "forward": lambda w: w[0] * (chain(w) - w[1] * w[0]),
        "reverse": lambda w: w[-1] * (chain(w) - w[-1] * w[-2]),
    }
    return Theorem(
        AllOf(
            {
                "forward": against(lambda w: counted(w, forward(len(w) - 1)), last["forward"]),
                "reverse": against(lambda w: counted(w, reverse(len(w) - 1)), last["reverse"]),
                "a tangent": against(
                    lambda w: counted((1, *w), forward(len(w))) - w[0], lambda w: chain((1, *w)) - w[0]
                ),
                "a direction": against(lambda w: forward_cost((1, *w)), chain),
                "a cotangent": against(lambda w: reverse_cost((*w, 1)), chain),
            }
        ),
        mutants={
            "forward by rows": against(lambda w: counted(w, forward(len(w) - 1)), last["reverse"]),
            "first product counted twice": against(
                lambda w: counted(w, forward(len(w) - 1)), lambda w: w[0] * chain(w)
            ),
        },
    )


@statement(references=("griewank2008",), cites=(costs,))
def crossover() -> Theorem:
    """For n inputs, m outputs and L - 1 hidden layers of equal width w, forward accumulation costs (L-2) w^2 (n-m) more
    multiplications than reverse: the crossover is at n = m, whatever the width and the depth."""
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


@statement(references=("godbole1973", "griewank2008", "naumann2008"), cites=(costs,))
def best_order() -> Theorem:
    """Dynamic programming over sub-chains finds the cheapest of all bracketings; for widths that never grow it is the
    reverse one, but past a bottleneck neither sweep: the chain 3, 3, 1, 3, 3 needs 27 multiplications, each sweep 45."""

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


@statement(references=("baur1983", "griewank2008"), cites=(paths,))
def cheap_gradient() -> Theorem:
    """All partial derivatives of a program of sums and products cost, by the reverse sweep, at most two multiplications
    for each of its own and at most two additions for each operation, however many inputs there are."""

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
