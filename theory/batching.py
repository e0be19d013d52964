"""Whole batches at once: layers, vectorization, parallel devices, fusion, Hessians, in executable form.

The statements of `theory.autodiff` that speak of functions of arrays are built here.  A definition is a function that
runs on SymPy matrices; the functions that it is applied to are arbitrary ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any

from sympy import Add, Expr, Function, Integer, Matrix, diag, eye, hessian, ones

from .claims import AllOf, Claim, Definition, Finite, Limit, Typing
from .shapes import Array, diagonal, elementwise, gradient, jacobian, scalar, shaped
from .statements import Printed, Theorem
from .symbols import integer, real, reals

ZERO, ONE = Integer(0), Integer(1)
sigma = Function("sigma", real=True)
f1, f2, g1, g2 = (Function(name, real=True) for name in ("f1", "f2", "g1", "g2"))


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


def symbols_of(name: str, rows: int, columns: int = 1) -> Matrix:
    """A matrix of free symbols."""
    return Matrix(rows, columns, lambda i, j: real(f"{name}{i + 1}{j + 1}"))


def each(function: Function, values: Matrix) -> Matrix:
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
    inside = W * h + V * x + b

    def properties(value: Rule) -> Mapping[str, Claim]:
        def one_layer() -> Iterator[tuple[str, Any, Any]]:
            side_by_side = Matrix.hstack(W, V) * Matrix.vstack(h, x) + b
            for k in range(2):
                yield f"unit {k + 1}", value(W, V, h, x, b)[k], sigma(side_by_side[k])

        def derivative() -> Iterator[tuple[str, Any, Any]]:
            smooth = value(W, V, h, x, b).replace(sigma, lambda at: at**3)  # any differentiable activation
            expected = diag(*(3 * one**2 for one in inside)) * W
            yield "by the state", smooth.jacobian(h), expected

        shapes = elementwise(
            "f",
            shaped("W_h", state, state) @ shaped("h", state) + shaped("W_x", state, inputs) @ shaped("x", inputs)
            + shaped("b", state),
        )  # fmt: skip
        return {
            "shapes": Typing(shapes, shaped("h_t", state)),
            "one layer on state and input": Finite(one_layer, r"f([W_h\,W_x][h;x]+b)", "two units, two inputs"),
            "Jacobian": Finite(
                derivative, r"\partial h_t/\partial h_{t-1}=\mathrm{diag}(f')W_h", "f(z) = z^3, two units"
            ),
        }

    step = Definition(
        "h_t", Rule(r"f(W_hh_{t-1}+W_xx_t+b)", lambda W, V, h, x, b: each(sigma, W * h + V * x + b)), properties
    )
    return Theorem(
        step,
        mutants={
            "weights exchanged": step.of(Rule("h", lambda W, V, h, x, b: each(sigma, V * h + W * x + b))),
            "transposed": step.of(Rule("h", lambda W, V, h, x, b: each(sigma, W.T * h + V * x + b))),
        },
    )


def listing() -> Theorem:
    """Equation 612."""
    x = symbols_of("x", 2)
    inner = [x[0] ** 2 * x[1], x[0] + x[1] ** 3, x[0] * x[1]]

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for count in (1, 2, 3):
                listed = value(inner[:count], x)
                yield f"m = {count}", Matrix(count, 2, list(listed)), Matrix(inner[:count]).jacobian(x)

        return {"rows of the Jacobian": Finite(cases, r"\mathrm{vec}(J^{\top})", "one to three outputs, two inputs")}

    value = Definition(
        r"\nabla_xf",
        Rule(r"\mathrm{vec}(J^{\top})", lambda fs, xs: [f.diff(one) for f in fs for one in xs]),
        properties,
    )
    note = (
        "All mn partial derivatives in one row are the Jacobian written row after row, not a gradient: the text speaks "
        "of the gradient of a scalar-valued output and then lists the partials of m outputs. For m = 1 both agree."
    )
    columns = Rule("c", lambda fs, xs: [f.diff(one) for one in xs for f in fs])
    return Theorem(value, mutants={"column after column": value.of(columns)}, printed={612: Printed(note=note)})


def composed_jacobian() -> Theorem:
    """Equation 613."""
    n, m, p = (integer(name, 1) for name in "nmp")
    x, h, g = shaped("x", n), shaped("h", m), shaped("g", p)
    X = symbols_of("x", 2)
    U = symbols_of("u", 3)
    below = Matrix([X[0] ** 2 * X[1], X[0] + 3 * X[1], X[0] * X[1]])
    above = Matrix([U[0] * U[1], U[1] ** 2 - U[2]])
    through = dict(zip(U, below, strict=True))
    outer, inner = above.jacobian(U).xreplace(through), below.jacobian(X)
    whole = above.xreplace(through).jacobian(X)

    def entries(right: Matrix) -> Finite:
        return Finite(
            lambda: [(f"entry {i + 1}, {j + 1}", whole[i, j], right[i, j]) for i in range(2) for j in range(2)],
            r"J_{g\circ h}=J_g\,J_h",
            "g: R^3 -> R^2, h: R^2 -> R^3, both nonlinear",
        )

    number, at = shaped("g"), scalar("g", h)
    return Theorem(
        AllOf(
            {
                "shapes": Typing(jacobian(g, x), jacobian(g, h) @ jacobian(h, x)),
                "one output": Typing(gradient(number, x), jacobian(h, x).T @ gradient(at, h)),
                "entries": entries(outer * inner),
            }
        ),
        mutants={
            "outer Jacobian taken at x": entries(
                above.jacobian(U).xreplace({U[0]: X[0], U[1]: X[1], U[2]: X[0]}) * inner
            ),
            "factors exchanged": Typing(jacobian(g, x), jacobian(h, x) @ jacobian(g, h)),
        },
        printed={
            613: Printed(
                Typing(shaped(r"\nabla_xf", n * p), jacobian(g, h) @ jacobian(h, x)),
                "the gradient stands for the p x n Jacobian, not for the row of all partial derivatives of 612",
                correction=r"J_f(x)=J_g(h(x))\,J_h(x)\in\mathbb{R}^{p\times n},\qquad"
                r"\nabla_xf=J_h(x)^{\top}\nabla_hg\ \ \mathrm{for}\ p=1",
                note="The columns of J_h are the derivatives by x_1 ... x_n; the product is a sum over the m values of h.",
            )
        },
    )


def second_derivatives() -> Theorem:
    """Equation 614."""
    count = 2
    X, V = symbols_of("x", count), symbols_of("v", count)
    coefficients = reals("a b c d e")
    monomials = (X[0] ** 3, X[0] ** 2 * X[1], X[0] * X[1] ** 2, X[1] ** 4, X[0])
    general = Add(*(one * other for one, other in zip(coefficients, monomials, strict=True)))
    s = real("s")

    def properties(value: Rule) -> Mapping[str, Claim]:
        found = value(general, X)
        slope = Matrix([general.diff(one) for one in X])
        ahead = slope.xreplace(dict(zip(X, X + s * V, strict=True)))
        second = general.xreplace(dict(zip(X, X + s * V, strict=True))).diff(s, 2).subs(s, 0)

        def product() -> Iterator[tuple[str, Any, Any]]:
            yield "Hv, a tangent of the gradient", found * V, ahead.diff(s).subs(s, 0)
            yield "v.Hv, the second derivative along v", (V.T * found * V)[0, 0], second
            yield "symmetric", found, found.T

        return {"derivative of the gradient": Finite(product, r"H=J_{\nabla f}", "a quartic in two variables")}

    value = Definition("H", Rule(r"\left(\frac{\partial^2f}{\partial x_i\partial x_j}\right)", hessian), properties)
    outer = Rule("H", lambda f, xs: Matrix([f.diff(one) for one in xs]) * Matrix([f.diff(one) for one in xs]).T)
    return Theorem(
        value,
        mutants={
            "outer product of the gradient": value.of(outer),
            "diagonal only": value.of(Rule("H", lambda f, xs: diag(*(f.diff(one, 2) for one in xs)))),
        },
        printed={614: Printed(note="Symmetric where the second derivatives are continuous (autodiff.unequal_mixed).")},
    )


def unequal_mixed() -> Theorem:
    """Peano's function."""
    x, y, h = real("x"), real("y"), real("h")

    def f(u: Expr, v: Expr) -> Expr:
        return u * v * (u**2 - v**2) / (u**2 + v**2)

    by_x, by_y = f(h, y) / h, f(x, h) / h  # difference quotients at x = 0 and at y = 0, where f vanishes

    def slopes(first: Expr, second: Expr) -> AllOf:
        return AllOf({"f_x(0, y)": Limit(by_x, h, ZERO, first), "f_y(x, 0)": Limit(by_y, h, ZERO, second)})

    return Theorem(slopes(-y, x), mutants={"equal": slopes(y, x)})


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
