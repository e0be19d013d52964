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


# Adjoints of the usual operations: L depends on Y through its differential tr(G.T dY)

A, B, G = MatrixSymbol("A", n, m), MatrixSymbol("B", m, p), MatrixSymbol("G", n, p)
dA, dB = MatrixSymbol("E", n, m), MatrixSymbol("F", m, p)
S, R, K, dS = (MatrixSymbol(name, n, n) for name in "SRKE")  # square ones, K a cotangent
w, u, d = (MatrixSymbol(name, n, 1) for name in "wud")


def pairing(cotangent: Any, change: Any) -> Any:
    """The inner product tr(G.T dY)."""
    return Trace(cotangent.T * change)


@statement(answers=(609, 610), references=("giles2008", "magnus2019"), cites=(chain_rule,))
def product_adjoint() -> Theorem:
    """For Y = AB of any sizes the gradient by A is G B^T and the gradient by B is A^T G, where G is the gradient by Y:
    changes E of A and F of B change Y by EB and AF, and tr(G^T E B) and tr(G^T A F) are these inner products."""
    square = pairing(K, S * (R + dS)) - pairing(K, S * R)
    by_left = pairing(G, (A + dA) * B) - pairing(G, A * B)
    by_right = pairing(G, A * (B + dB)) - pairing(G, A * B)
    cotangent, left, right = shaped("G", n, p), shaped("A", n, m), shaped("B", m, p)
    loss = shaped("L")
    note = (
        "G is n x p and A^T is m x n: the printed product exists only for p = n and then is no m x p matrix unless all "
        "three sizes agree; for square matrices, where it exists, it is wrong as well (a mutant of this statement)."
    )
    return Theorem(
        AllOf(
            {
                "left factor": MatrixIdentity(by_left, pairing(G * B.T, dA)),
                "right factor": MatrixIdentity(by_right, pairing(A.T * G, dB)),
                "shape on the left": Typing(gradient(loss, left), cotangent @ right.T),
                "shape on the right": Typing(gradient(loss, right), left.T @ cotangent),
            }
        ),
        mutants={
            "610 for square matrices": MatrixIdentity(square, pairing(K * S.T, dS)),
            "not transposed, square": MatrixIdentity(square, pairing(S * K, dS)),
        },
        printed={
            610: Printed(
                Typing(gradient(loss, right), cotangent @ left.T),
                correction=r"\frac{\partial L}{\partial B}=A^{\top}\frac{\partial L}{\partial Y}",
                note=note,
            )
        },
    )


@statement(references=("giles2008", "baydin2018"), cites=(product_adjoint,))
def elementwise_adjoint() -> Theorem:
    """Through a function applied entry by entry a cotangent is multiplied by its derivative there; through a sum each
    entry gets the cotangent, through a copy the cotangents add; through a product each factor gets it times the other."""
    g, slope, bend, move, count = function("g"), function("s"), function("r"), function("u"), real("k")
    change = slope * move * h + bend * (move * h) ** 2  # of each entry, for a step h along u
    first = integral(g * slope * move)
    both = integral(g * ((a + h * move) * (b + h * c) - a * b))
    gathered = integral(g * b * move) + integral(g * a * c)
    return Theorem(
        AllOf(
            {
                "function": Identity(integral(g * change), h * first + h**2 * integral(g * bend * move**2)),
                "sum": Identity(count * integral(a + h * move) - count * integral(a), h * integral(count * move)),
                "copy": Identity(integral(g * move) + integral(b * move), integral((g + b) * move)),
                "product": Identity(both, h * gathered + h**2 * integral(g * move * c)),
            }
        ),
        mutants={
            "sum gets a share": Identity(count * integral(h * move) * integral(ONE), h * integral(count * move)),
            "product gets the own factor": Identity(
                both, h * (integral(g * a * move) + integral(g * b * c)) + h**2 * integral(g * move * c)
            ),
        },
    )


@statement(references=("giles2008", "magnus2019"), cites=(product_adjoint,))
def linear_adjoints() -> Theorem:
    """The adjoint of the transpose transposes, that of a bias added to every row sums the rows, that of a product with a
    matrix from both sides multiplies by both transposes, and that of a trace spreads over the identity."""
    bias, ones, Y = MatrixSymbol("b", p, 1), OneMatrix(n, 1), MatrixSymbol("Y", n, p)
    X, H = MatrixSymbol("X", m, m), MatrixSymbol("H", n, p)
    return Theorem(
        AllOf(
            {
                "transpose": MatrixIdentity(pairing(G.T, Y.T), pairing(G, Y)),
                "bias": MatrixIdentity(pairing(G, ones * bias.T), pairing(G.T * ones, bias)),
                "both sides": MatrixIdentity(pairing(G, A * X * B), pairing(A.T * G * B.T, X)),
                "quadratic": MatrixIdentity(
                    Trace((u + d).T * S * (u + d)) - Trace(u.T * S * u), pairing((S + S.T) * u, d) + Trace(d.T * S * d)
                ),
                "squares": MatrixIdentity(pairing(Y + H, Y + H) - pairing(Y, Y), pairing(2 * Y, H) + pairing(H, H)),
            }
        ),
        mutants={
            "quadratic, not symmetric": MatrixIdentity(
                Trace((u + d).T * S * (u + d)) - Trace(u.T * S * u), pairing(2 * S * u, d) + Trace(d.T * S * d)
            ),
            "not transposed": MatrixIdentity(pairing(K, S * dS * R), pairing(S * K * R, dS)),
        },
    )


@statement(references=("giles2008", "magnus2019"), cites=(product_adjoint,))
def inverse_adjoint() -> Theorem:
    """The inverse changes by -S^-1 E S^-1 up to second order, so its adjoint is -S^-T G S^-T; a solve X = S^-1 B hands
    S^-T G back to B and -(S^-T G) X^T to S."""
    P, H = MatrixSymbol("B", n, p), MatrixSymbol("H", n, p)
    where = (Q.invertible(S), Q.invertible(S + dS))
    first = Inverse(S) * dS * Inverse(S)
    exact = Inverse(S) * dS * Inverse(S) * dS * Inverse(S + dS)
    solve, back = Inverse(S) * P, Inverse(S).T * H
    return Theorem(
        AllOf(
            {
                "second order": MatrixIdentity((Inverse(S + dS) - Inverse(S) + first - exact) * (S + dS), 0 * S, where),
                "inverse": MatrixIdentity(pairing(K, -first), pairing(-Inverse(S).T * K * Inverse(S).T, dS), where[:1]),
                "solve, by S": MatrixIdentity(pairing(H, -first * P), pairing(-back * solve.T, dS), where[:1]),
                "solve, by B": MatrixIdentity(pairing(H, Inverse(S) * P), pairing(back, P), where[:1]),
            }
        ),
        mutants={
            "not transposed": MatrixIdentity(pairing(K, -first), pairing(-Inverse(S) * K * Inverse(S), dS), where[:1]),
            "sign": MatrixIdentity(pairing(H, -first * P), pairing(back * solve.T, dS), where[:1]),
        },
    )


@statement(answers=(619,), references=("bridle1990", "martins2016"), cites=(chain_rule,))
def softmax_adjoint() -> Theorem:
    """The Jacobian of the softmax over any number of classes is diag(s) - s s^T, so a cotangent g goes back as
    s (g - <g, s>), with one inner product and no matrix."""
    own, chosen, rest = real("z_i"), positive("a"), positive("r")  # rest: the exponentials of the other classes
    scores, direction, g = function("z"), function("u"), function("g")
    s = exp(scores) / integral(exp(scores))
    diagonal = exp(own) / (exp(own) + rest)
    fixed, moved = (top / (exp(own) + rest + chosen) for top in (chosen, exp(own)))
    tangent = s * direction - s * integral(s * direction)

    def adjoint(value: Expr) -> Identity:
        return Identity(integral(g * tangent), integral(value * direction))

    size = integer("C", 1)
    column = shaped("s", size)
    return Theorem(
        AllOf(
            {
                "diagonal": Identity(diagonal.diff(own), diagonal - diagonal**2),
                "elsewhere": Identity(fixed.diff(own), -fixed * moved),
                "adjoint": adjoint(s * (g - integral(g * s))),
                "shapes": Typing(jacobian(column, shaped("x", size)), batching.diagonal_less_outer(column)),
            }
        ),
        mutants={
            "diagonal alone": adjoint(s * g),
            "inner product the other way": Typing(jacobian(column, shaped("x", size)), column.T @ column),
        },
    )


# Kinks and branches


@statement(references=("griewank2008", "bolte2020"), cites=(chain_rule,))
def kinks() -> Theorem:
    """No value c of the rectifier's derivative at 0 makes the chain rule right for all programs: relu(x) - relu(-x) is
    x, which asks for 2c = 1, and relu(relu(x)) is relu(x), which asks for c^2 = c."""
    value, at = real("c"), positive("u")

    def relu(of: Any) -> Expr:
        return Max(ZERO, of)

    slope = real("e")
    right, left = Limit((relu(slope) - relu(-slope)) / slope, slope, ZERO, ONE), at
    return Theorem(
        AllOf(
            {
                "the identity": Identity(relu(x) - relu(-x), x),
                "twice": Identity(relu(relu(x)), relu(x)),
                "its derivative at 0": right,
                "no value fits": Inequality((2 * value - 1) ** 2 + (value**2 - value) ** 2, ">", ZERO),
                "zero, as frameworks take it": Inequality(Abs(2 * value - 1).subs(value, ZERO), ">", ZERO),
            }
        ),
        mutants={
            "one half fits": Inequality((2 * value - 1) ** 2 + (2 * value**2 - value) ** 2, ">", ZERO),
            "not the identity": Identity(relu(x) + relu(-x), left),
        },
    )


def branch(at: Any, threshold: Any) -> Expr:
    """A x + b above the threshold, C x + d elsewhere."""
    return Piecewise((upper * at + above, at > threshold), (lower * at + below, True))


upper, lower, above, below = real("A"), real("C"), real("b"), real("d")
jump = (upper - lower) * t + above - below


@statement(answers=(611,), references=("griewank2008", "bolte2020"))
def branches() -> Theorem:
    """A branch on a threshold has the derivative of the side that runs, off the threshold; at it the value jumps by
    (A - C) t + b - d, it is differentiable there only where that vanishes and A = C."""
    away = positive("u")

    def properties(value: Rule) -> Mapping[str, Claim]:
        def quotient(at: Expr) -> Expr:
            return (value(at + h, t) - value(at, t)) / h

        return {
            "above": Limit(quotient(t + away), h, ZERO, upper),
            "below": Limit(quotient(t - away), h, ZERO, lower),
            "jump": Limit(value(t + h, t) - value(t, t), h, ZERO, jump, side="+"),
            "no jump from the left": Limit(value(t - h, t) - value(t, t), h, ZERO, ZERO, side="+"),
            "at the threshold": Identity(value(t, t), lower * t + below),
        }

    rule = Definition("y_i", rule_of(r"Ax_i+b\ \mathrm{if}\ x_i>t,\ \mathrm{else}\ Cx_i+d", branch), properties)

    def exchanged(at: Any, threshold: Any) -> Expr:
        return Piecewise((lower * at + below, at > threshold), (upper * at + above, True))

    def closed(at: Any, threshold: Any) -> Expr:
        return Piecewise((upper * at + above, at >= threshold), (lower * at + below, True))

    note = (
        "One branch runs and is differentiated for each entry; the derivative by t is then 0, although the mean of y "
        "depends on t (autodiff.threshold)."
    )
    return Theorem(
        rule,
        mutants={
            "branches exchanged": rule.of(rule_of("y", exchanged)),
            "threshold in the upper branch": rule.of(rule_of("y", closed)),
        },
        printed={611: Printed(note=note)},
    )


@statement(references=("griewank2008",), cites=(branches,))
def threshold() -> Theorem:
    """The mean of a branch over inputs spread evenly over [0, 1] depends on the threshold with the derivative minus the
    jump, which the derivative of the branch that runs, 0 for every input, does not show."""
    cut = probability("t")
    mean = Integral(lower * x + below, (x, 0, cut)) + Integral(upper * x + above, (x, cut, 1))
    closed = lower * cut**2 / 2 + below * cut + upper * (1 - cut**2) / 2 + above * (1 - cut)
    slope = -jump.subs(t, cut)
    return Theorem(
        AllOf({"mean": Identity(mean, closed), "derivative": Identity(Derivative(closed, cut), slope)}),
        mutants={"as the branches say": Identity(Derivative(closed, cut), ZERO)},
    )


# Networks, losses and steps


@statement(answers=(595, 596), references=("goodfellow2016",))
def two_layers() -> Theorem:
    """The forward pass of a network with one hidden layer treats every sample of a batch alone: an affine map, the
    activation entry by entry, an affine map."""
    return batching.two_layers()


@statement(answers=(607,), references=("goodfellow2016",), cites=(two_layers,))
def recurrent_step() -> Theorem:
    """A recurrent step is one layer on state and input side by side; its derivative by the state is diag(f') W_h."""
    return batching.recurrent_step()


@statement(answers=(597,), references=("goodfellow2016",))
def squared_loss() -> Theorem:
    """The mean squared error over any number of samples is zero at the targets, with gradient 2 (yhat - y)/N, from which
    the backward pass starts."""
    return training_steps.squared_loss()


@statement(answers=(598,), references=("goodfellow2016", "bridle1990"), cites=(softmax_adjoint,))
def cross_entropy_loss() -> Theorem:
    """The cross-entropy of one sample under a softmax is the log-partition weighted by the labels' sum less the labelled
    logits; its derivative by a logit is the labels' sum times the softmax less the label."""
    return training_steps.cross_entropy_loss()


@statement(answers=(599,), references=("goodfellow2016", "bottou2018"), cites=(squared_loss,))
def gradient_step() -> Theorem:
    """A gradient step changes the loss by minus the rate times the squared gradient, up to a remainder of second order;
    stationary points stay where they are."""
    return training_steps.gradient_step()


@statement(answers=(600,), references=("robbins1951", "bottou2018"), cites=(gradient_step,))
def batch_step() -> Theorem:
    """A step on a mini-batch is the mean of its samples' steps, for any batch size: the gradient of the mean loss is the
    mean of the gradients."""
    return training_steps.batch_step()


@statement(answers=(601, 602), references=("kingma2015",), cites=(gradient_step,))
def moments() -> Theorem:
    """Adam's averages weigh the i-th of t gradients with (1 - beta) beta^(t-i), in all 1 - beta^t: with gradients of
    constant expectation g the expectation of m_t is (1 - beta^t) g, by induction."""
    return training_steps.moments()


@statement(answers=(603,), references=("kingma2015",), cites=(moments,))
def bias_correction() -> Theorem:
    """Divided by 1 - beta^t the average of gradients of constant expectation is unbiased; at the first step it is the
    gradient itself."""
    return training_steps.bias_correction()


@statement(references=("kingma2015",), cites=(bias_correction,))
def drift_bias() -> Theorem:
    """For expectations a + b t that drift the corrected average is biased, by b (t beta^t/(1 - beta^t) -
    beta/(1 - beta)): in the long run it lags by beta/(1 - beta) steps."""
    return training_steps.drift_bias()


@statement(answers=(604,), references=("kingma2015",), cites=(bias_correction,))
def adam_step() -> Theorem:
    """Adam's step is the rate times mhat over the root of vhat plus epsilon: against mhat, at most the rate in size for
    constant gradients, and unchanged when loss and epsilon are rescaled together."""
    return training_steps.adam_step()


@statement(references=("dean2012", "bottou2018"), cites=(batch_step,))
def sharding() -> Theorem:
    """The shards' mean gradients, weighted by the shards' sizes, average to the mean gradient of all samples, for any
    number of shards; with equal weights they do so for equal sizes, and for two shards they miss it by
    (n_2 - n_1)(g_1 - g_2)/(2 (n_1 + n_2))."""
    return training_steps.sharding()


@statement(answers=(605,), references=("dean2012",), cites=(sharding,))
def data_parallel_step() -> Theorem:
    """The data-parallel step moves by the mean of the workers' gradients, the step of the whole batch where all shards
    have one size."""
    return training_steps.data_parallel_step()


# What JAX makes of functions


@statement(answers=(612,), references=("griewank2008", "magnus2019"))
def listing() -> Theorem:
    """The row of all partial derivatives of m functions of n variables is their Jacobian, row after row."""
    return batching.listing()


@statement(answers=(613,), references=("griewank2008", "magnus2019"), cites=(chain_rule,))
def composed_jacobian() -> Theorem:
    """The Jacobian of g after h is the Jacobian of g at h(x), p x m, times that of h, m x n; for p = 1 the gradient is
    the transposed Jacobian of h times the gradient of g."""
    return batching.composed_jacobian()


@statement(answers=(614,), references=("pearlmutter1994", "griewank2008"))
def second_derivatives() -> Theorem:
    """The Hessian is the Jacobian of the gradient, so its product with a vector is a tangent of the gradient, without
    the matrix; it is symmetric where the second derivatives are continuous."""
    return batching.second_derivatives()


@statement(references=("rudin1976",), cites=(second_derivatives,))
def unequal_mixed() -> Theorem:
    """For Peano's xy(x^2 - y^2)/(x^2 + y^2), 0 at 0, the derivative by x along x = 0 is -y and the derivative by y along
    y = 0 is x: the two mixed derivatives at the origin are -1 and 1."""
    return batching.unequal_mixed()


@statement(answers=(615,), references=("bradbury2018",), cites=(graph,))
def fusion() -> Theorem:
    """A fused operation is the composition of its parts, entry by entry: the same function, with one pass over the data
    in the place of n."""
    return batching.fusion()


@statement(answers=(616,), references=("bradbury2018",))
def vectorization() -> Theorem:
    """A vectorized function is the function of each row: so it maps compositions to compositions, commutes with every
    order of the rows, and makes of x -> Wx the product X W^T."""
    return batching.vectorization()


@statement(answers=(617,), references=("bradbury2018",), cites=(vectorization,))
def parallel_map() -> Theorem:
    """Mapping over devices and gathering gives what vectorization gives, however the rows are split."""
    return batching.parallel_map()


@statement(answers=(618,), references=("horn2013",))
def matrix_product() -> Theorem:
    """The product of an n x m and an m x p matrix is the n x p matrix of the composed map, entry by entry the products
    of rows and columns, and can be computed by tiles."""
    return batching.matrix_product()


# Quantization

fraction = bounded("r", 0, 1)  # x = h (k + r) with an integer k: where x lies between two grid points
moved = Piecewise((ZERO, fraction < HALF), (ONE, True))  # to the nearest, in steps, upwards from the middle


@statement(references=("jacob2018", "gray1998"))
def quantization_error() -> Theorem:
    """Rounding to the nearest multiple of h moves a number by at most h/2, with equality in the middle; for numbers spread
    evenly over a step the mean squared error is h^2/12."""
    error = step * (moved - fraction)
    squares = Integral(fraction**2, (fraction, 0, HALF)) + Integral((1 - fraction) ** 2, (fraction, HALF, 1))
    truncated = -step * fraction
    return Theorem(
        AllOf(
            {
                "at most half a step": Inequality(Abs(error), "<=", step / 2),
                "attained": Identity(Abs(error).subs(fraction, HALF), step / 2),
                "mean square": Identity(step**2 * squares, step**2 / 12),
            }
        ),
        mutants={
            "a third of a step": Inequality(Abs(error), "<=", step / 3),
            "truncation": Inequality(Abs(truncated), "<=", step / 2),
            "mean square of truncation": Identity(step**2 * squares, step**2 / 3),
        },
    )


@statement(references=("jacob2018",), cites=(quantization_error,))
def quantized_sum() -> Theorem:
    """With weights rounded to multiples of h, a weighted sum of any number of inputs changes by at most h/2 times the sum
    of their absolute values; b bits over a range of length R make h = R/(2^b - 1), and one bit more halves it at least."""
    error, length, bits = function("e", Domain(-HALF, HALF, False, False)), positive("R"), integer("k", 1)
    width = length / (2**bits - 1)
    change = integral(step * error * a)
    return Theorem(
        AllOf(
            {
                "above": Inequality(change, "<=", step / 2 * integral(Abs(a))),
                "below": Inequality(change, ">=", -step / 2 * integral(Abs(a))),
                "one bit more": Identity(width.subs(bits, bits + 1) * (2 + 1 / (2**bits - Rational(1))), width),
            }
        ),
        mutants={
            "a quarter of a step": Inequality(change, "<=", step / 4 * integral(Abs(a))),
            "errors cancel": Inequality(change, "<=", step / 2 * integral(a)),
        },
    )


@statement(references=("gupta2015", "croci2022"), cites=(quantization_error,))
def stochastic_rounding() -> Theorem:
    """Rounding up with the probability that is the fraction of the step is unbiased; the variance h^2 r(1 - r) is at most
    h^2/4, and spread evenly over a step h^2/6 on average: twice the mean square of rounding to the nearest."""
    down, up = -step * fraction, step * (1 - fraction)
    mean = (1 - fraction) * down + fraction * up
    variance = (1 - fraction) * down**2 + fraction * up**2
    return Theorem(
        AllOf(
            {
                "unbiased": Identity(mean, ZERO),
                "variance": Identity(variance, step**2 * fraction * (1 - fraction)),
                "at most": Inequality(variance, "<=", step**2 / 4),
                "on average": Identity(Integral(fraction * (1 - fraction), (fraction, 0, 1)), Rational(1, 6)),
            }
        ),
        mutants={
            "a coin": Identity((down + up) / 2, ZERO),
            "to the nearest": Identity(step * (moved - fraction), ZERO),
            "an eighth": Inequality(variance, "<=", step**2 / 8),
        },
    )


@statement(references=("higham2002", "bradbury2018"), cites=(quantization_error, fusion))
def fused_rounding() -> Theorem:
    """Rounded once, a fused product and sum is off by at most h/2; rounded after each operation by at most h, which is
    attained on a grid of integers: fusion may change a result, though no function of real numbers."""
    one, two = (bounded(name, -HALF, HALF) for name in ("e1", "e2"))
    exact = Rational(3, 2) * 1 + HALF * 0  # 1.5, rounded up to 2

    def to_grid(number: Fraction) -> int:
        return int((2 * number + 1) // 2)

    def cases(first: Callable[[Fraction], Any]) -> Iterator[tuple[str, Any, Any]]:
        product_, added = Fraction(3, 2), Fraction(-3, 2)
        yield "3/2 - 3/2, product rounded first", to_grid(Fraction(first(product_)) + added), 1
        yield "fused", to_grid(product_ + added), int(exact - Rational(3, 2))

    formula, sizes = r"\mathrm{fl}(\mathrm{fl}(ab)+c)\ne\mathrm{fl}(ab+c)", "one example"
    return Theorem(
        AllOf(
            {
                "two roundings": Inequality(Abs(step * one + step * two), "<=", step),
                "one rounding": Inequality(Abs(step * one), "<=", step / 2),
                "example": Finite(lambda: cases(to_grid), formula, sizes),
            }
        ),
        mutants={
            "two cost no more than one": Inequality(Abs(step * one + step * two), "<=", step / 2),
            "no rounding between": Finite(lambda: cases(lambda number: number), formula, sizes),
        },
    )
