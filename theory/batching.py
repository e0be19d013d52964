"""Whole batches at once: layers, vectorization, parallel devices, fusion, in executable form.

The statements of `theory.autodiff` that speak of functions of arrays are built here.  A definition is a function that
runs on SymPy matrices; the functions that it is applied to are arbitrary ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any

from sympy import Add, Expr, Integer, Matrix, diag, expand, ones

from .claims import Claim, Definition, Finite, Typing
from .shapes import Array, diagonal, elementwise, shaped
from .statements import Printed, Theorem
from .symbols import integer, real

ZERO, ONE = Integer(0), Integer(1)


@dataclass(frozen=True)
class Rule:
    """A definition that runs, with the formula that it is printed as."""

    tex: str
    at: Callable[..., Any]

    def __call__(self, *given: Any) -> Any:
        """The value."""
        return self.at(*given)

    def _latex(self, printer: Any) -> str:
        return self.tex


@dataclass(frozen=True)
class Arbitrary:
    """A function of which nothing is known: its value at each argument is a symbol of its own.

    Polynomial arguments that are equal after expansion give one symbol; others can be told apart by some function.
    """

    name: str

    def __call__(self, *at: Expr) -> Expr:
        """The value."""
        return real(f"{self.name}({', '.join(str(expand(one)) for one in at)})")


sigma, f1, f2, g1, g2 = (Arbitrary(name) for name in ("sigma", "f1", "f2", "g1", "g2"))


def symbols_of(name: str, rows: int, columns: int = 1) -> Matrix:
    """A matrix of free symbols."""
    return Matrix(rows, columns, lambda i, j: real(f"{name}{i + 1}{j + 1}"))


def each(function: Callable[[Expr], Expr], values: Matrix) -> Matrix:
    """A function applied entry by entry."""
    return values.applyfunc(function)


def two_layers() -> Theorem:
    """Equations 595 and 596."""
    hidden, inputs, outputs, batch = (integer(name, 1) for name in "mnpB")
    W1, W2 = shaped("W_1", hidden, inputs), shaped("W_2", outputs, hidden)
    one = shaped(r"\mathbf{1}", batch)
    repeated = [shaped(name, size) @ one.T for name, size in (("b_1", hidden), ("b_2", outputs))]
    X = shaped("X", inputs, batch)
    U1, U2, c1, c2 = symbols_of("U", 2, 2), symbols_of("V", 2, 2), symbols_of("b", 2), symbols_of("c", 2)
    data = symbols_of("x", 2, 2)

    def properties(network: Rule) -> Mapping[str, Claim]:
        def column_by_column() -> Iterator[tuple[str, Any, Any]]:
            whole = network(U1, c1, U2, c2, data)
            for j in range(2):
                rows = [Add(*(U1[k, i] * data[i, j] for i in range(2)), c1[k]) for k in range(2)]
                for k in range(2):
                    expected = Add(*(U2[k, i] * sigma(rows[i]) for i in range(2)), c2[k])
                    yield f"output {k + 1} of sample {j + 1}", whole[k, j], expected

        return {
            "shapes": Typing(
                W2 @ elementwise(r"\sigma", W1 @ X + repeated[0]) + repeated[1], shaped("Y", outputs, batch)
            ),
            "each sample": Finite(column_by_column, r"\hat{y}=W_2\sigma(W_1x+b_1)+b_2", "two samples, widths of two"),
        }

    def network(A: Matrix, b: Matrix, B: Matrix, c: Matrix, x: Matrix) -> Matrix:
        row = ones(1, x.cols)
        return B * each(sigma, A * x + b * row) + c * row

    tex = r"W_2\,\sigma(W_1X+b_1\mathbf{1}^{\top})+b_2\mathbf{1}^{\top}"
    value = Definition(r"\hat{y}", Rule(tex, network), properties)
    note = (
        "A batch of samples as the columns of X needs the bias once for each of them, b_1 1^T, which frameworks do "
        "without a word; as printed the sum fits for a single column."
    )
    return Theorem(
        value,
        mutants={
            "activation on top": value.of(Rule(tex, lambda A, b, B, c, x: each(sigma, network(A, b, B, c, x)))),
            "bias outside the activation": value.of(
                Rule(tex, lambda A, b, B, c, x: B * (each(sigma, A * x) + b * ones(1, x.cols)) + c * ones(1, x.cols))
            ),
            "bias along the samples": value.of(
                Rule(tex, lambda A, b, B, c, x: B * each(sigma, A * x + ones(x.rows, 1) * b.T) + c * ones(1, x.cols))
            ),
        },
        printed=dict.fromkeys((595, 596), Printed(note=note)),
    )


def recurrent_step() -> Theorem:
    """Equation 607."""
    state, inputs = integer("n", 1), integer("m", 1)
    W, V, h, x, b = (
        symbols_of("W", 2, 2),
        symbols_of("V", 2, 2),
        symbols_of("h", 2),
        symbols_of("x", 2),
        symbols_of("b", 2),
    )

    def properties(value: Rule) -> Mapping[str, Claim]:
        def one_layer() -> Iterator[tuple[str, Any, Any]]:
            side_by_side = Matrix.hstack(W, V) * Matrix.vstack(h, x) + b
            for k in range(2):
                yield f"unit {k + 1}", value(W, V, h, x, b, sigma)[k], sigma(side_by_side[k])

        def derivative() -> Iterator[tuple[str, Any, Any]]:
            numbers = Matrix([[1, 2], [3, 5]]), Matrix([7, 4]), Matrix([1, 6])
            squared = value(W, numbers[0], h, *numbers[1:], lambda at: at**2)
            below = W * h + numbers[0] * numbers[1] + numbers[2]
            yield "by the state", squared.jacobian(h).expand(), (2 * diag(*below) * W).expand()

        shapes = elementwise(
            "f",
            shaped("W_h", state, state) @ shaped("h", state) + shaped("W_x", state, inputs) @ shaped("x", inputs)
            + shaped("b", state),
        )  # fmt: skip
        return {
            "shapes": Typing(shapes, shaped("h_t", state)),
            "one layer on state and input": Finite(one_layer, r"f([W_h\,W_x][h;x]+b)", "two units, two inputs"),
            "Jacobian": Finite(
                derivative, r"\partial h_t/\partial h_{t-1}=\mathrm{diag}(f')W_h", "f(z) = z^2, two units"
            ),
        }

    step = Definition(
        "h_t", Rule(r"f(W_hh_{t-1}+W_xx_t+b)", lambda W, V, h, x, b, f: each(f, W * h + V * x + b)), properties
    )
    return Theorem(
        step,
        mutants={
            "weights exchanged": step.of(Rule("h", lambda W, V, h, x, b, f: each(f, V * h + W * x + b))),
            "transposed": step.of(Rule("h", lambda W, V, h, x, b, f: each(f, W.T * h + V * x + b))),
        },
    )


def compose(operations: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Op_1(Op_2(...Op_n(x))) as one function of an entry."""

    def fused(at: Any) -> Any:
        for one in reversed(operations):
            at = one(at)
        return at

    return fused


def fusion() -> Theorem:
    """Equation 615."""
    operations = (f1, g1, lambda at: at**2 + 1)
    x = symbols_of("x", 2, 2)

    def one_after_another(values: Matrix) -> tuple[Matrix, int]:
        """The result, and how often an entry was read from or written to memory."""
        moved = 0
        for operation in reversed(operations):
            values = values.applyfunc(operation)
            moved += 2 * len(values)
        return values, moved

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            expected, moved = one_after_another(x)
            yield "every entry", x.applyfunc(value(operations)), expected
            yield "memory traffic", len(operations) * 2 * len(x), moved

        return {
            "same function": Finite(
                cases, r"\mathrm{Op}_1\circ\cdots\circ\mathrm{Op}_n", "three operations, 2 x 2 entries"
            )
        }

    fused = Definition(r"\mathrm{Fused}", Rule(r"\mathrm{Op}_1\circ\cdots\circ\mathrm{Op}_n", compose), properties)
    note = (
        "An equality of functions on real numbers: n operations on N entries move 2nN numbers, the fused one 2N. In "
        "floating point the two may differ by roundings (autodiff.fused_rounding)."
    )
    return Theorem(
        fused,
        mutants={
            "other order": fused.of(Rule("F", lambda operations: compose(operations[::-1]))),
            "one left out": fused.of(Rule("F", lambda operations: compose(operations[1:]))),
        },
        printed={615: Printed(note=note)},
    )


def vector_function(row: Matrix) -> Matrix:
    """An arbitrary function of a row of two entries with values in rows of two."""
    return Matrix([[f1(*row), f2(*row)]])


def outer_function(row: Matrix) -> Matrix:
    """Another one."""
    return Matrix([[g1(*row), g2(*row)]])


def vmap(function: Callable[[Matrix], Matrix]) -> Callable[[Matrix], Matrix]:
    """The function applied to every row."""
    return lambda batch: Matrix.vstack(*(function(batch[i, :]) for i in range(batch.rows)))


def vectorization() -> Theorem:
    """Equation 616."""
    rows, n, m = (integer(name, 1) for name in "Bnm")
    W = symbols_of("w", 2, 2)

    def properties(value: Rule) -> Mapping[str, Claim]:
        batches = [symbols_of("x", count, 2) for count in (1, 2, 3)]

        def row_by_row() -> Iterator[tuple[str, Any, Any]]:
            for X in batches:
                for i in range(X.rows):
                    yield f"row {i + 1} of {X.rows}", value(vector_function)(X)[i, :], vector_function(X[i, :])

        def laws() -> Iterator[tuple[str, Any, Any]]:
            for X in batches:
                nested = value(outer_function)(value(vector_function)(X))
                yield f"composition, {X.rows} rows", value(lambda row: outer_function(vector_function(row)))(X), nested
                yield f"linear, {X.rows} rows", value(lambda row: row * W.T)(X), X * W.T
                for order in permutations(range(X.rows)):
                    mixed = value(vector_function)(X[list(order), :])
                    yield f"rows in the order {order}", mixed, value(vector_function)(X)[list(order), :]

        sizes = "one to three rows of two entries, any function"
        return {
            "shapes": Typing(shaped("X", rows, n) @ shaped("W", m, n).T, shaped("Y", rows, m)),
            "rows": Finite(row_by_row, r"Y_i=f(X_i)", sizes),
            "laws": Finite(laws, r"\mathrm{vmap}(g\circ f)=\mathrm{vmap}(g)\circ\mathrm{vmap}(f)", sizes),
        }

    value = Definition(r"\mathrm{vmap}", Rule(r"(f)(X)_i=f(X_i)", vmap), properties)
    return Theorem(
        value,
        mutants={
            "first row everywhere": value.of(Rule("c", lambda f: lambda X: vmap(f)(ones(X.rows, 1) * X[0, :]))),
            "rows turned round": value.of(Rule("c", lambda f: lambda X: vmap(f)(X)[::-1, :])),
        },
    )


def parallel_map() -> Theorem:
    """Equation 617."""
    X = symbols_of("x", 3, 2)

    def gathered(function: Callable[[Matrix], Matrix], shards: Sequence[Matrix]) -> Matrix:
        return Matrix.vstack(*(function(shard) for shard in shards))

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for cuts in ((0, 3), (0, 1, 3), (0, 2, 3), (0, 1, 2, 3)):
                shards = [X[i:j, :] for i, j in pairwise(cuts)]
                yield f"{len(shards)} devices", value(vmap(vector_function), shards), vmap(vector_function)(X)

        return {
            "any split": Finite(
                cases, r"\mathrm{pmap}(f)(X_1,\ldots,X_p)=\mathrm{vmap}(f)(X)", "three rows, all splits"
            )
        }

    value = Definition(r"\mathrm{pmap}", Rule(r"(f)(X)_i=f(X_i)", gathered), properties)
    note = (
        "f takes one vector, so on a shard with several rows it has to be vectorized first; where the shards are "
        "single rows pmap and vmap are the same function, run in different places."
    )
    return Theorem(
        value,
        mutants={
            "gathered in the wrong order": value.of(Rule("p", lambda f, shards: gathered(f, shards[::-1]))),
            "first device everywhere": value.of(Rule("p", lambda f, shards: gathered(f, [shards[0]] * len(shards)))),
        },
        printed={617: Printed(note=note)},
    )


def matrix_product() -> Theorem:
    """Equation 618."""
    n, m, p = (integer(name, 1) for name in "nmp")
    A, B, C = shaped("A", n, m), shaped("B", m, p), shaped("C", n, p)

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for rows, inner, columns in ((1, 2, 1), (2, 1, 2), (2, 2, 2), (2, 3, 2)):
                left, right, vector = (
                    symbols_of("a", rows, inner),
                    symbols_of("b", inner, columns),
                    symbols_of("v", columns),
                )
                found, label = value(left, right), f"{rows} x {inner} by {inner} x {columns}"
                yield f"{label}, composition", found * vector, left * (right * vector)
                for i in range(rows):
                    for k in range(columns):
                        entry = Add(*(left[i, j] * right[j, k] for j in range(inner)))
                        yield f"{label}, entry {i + 1}, {k + 1}", found[i, k], entry
            tiles = [[symbols_of(f"{name}{k}", 1, 1) for k in range(4)] for name in "ab"]
            (a, b), (c, d) = tiles[0][:2], tiles[0][2:]
            (e, f), (g, h) = tiles[1][:2], tiles[1][2:]
            whole = value(Matrix([[a[0], b[0]], [c[0], d[0]]]), Matrix([[e[0], f[0]], [g[0], h[0]]]))
            yield "by tiles", whole, Matrix([[a * e + b * g, a * f + b * h], [c * e + d * g, c * f + d * h]])

        return {
            "shapes": Typing(A @ B, C),
            "entries": Finite(cases, r"C_{ik}=\sum_jA_{ij}B_{jk}", "sizes 1 to 3, all entries"),
        }

    value = Definition("C", Rule("AB", lambda left, right: left * right), properties)
    note = "The cross is the matrix product AB, the composition of the two maps; it takes n m p multiplications."
    return Theorem(
        value,
        mutants={
            "shifted rows": value.of(Rule("AB", lambda left, right: left[::-1, :] * right)),
            "one product of each sum": value.of(Rule("AB", lambda left, right: left[:, :1] * right[:1, :])),
        },
        printed={618: Printed(note=note)},
    )


def diagonal_less_outer(s: Array) -> Array:
    """diag(s) - s s^T."""
    return diagonal(s) - s @ s.T
