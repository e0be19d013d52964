"""Jacobians and Hessians of functions of several variables: their rows, their products, their symmetry.

The statements of `theory.autodiff` that speak of them are built here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Add, Expr, Integer, Matrix, diag, hessian

from .batching import Rule, symbols_of
from .claims import AllOf, Claim, Definition, Finite, Identity, Limit, Typing
from .shapes import gradient, jacobian, scalar, shaped
from .statements import Printed, Theorem
from .symbols import integer, positive, real, reals

ZERO, ONE = Integer(0), Integer(1)


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
                note="The columns of J_h are the derivatives by x_1 ... x_n; the product sums over the m values of h.",
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
    x, y, h = positive("x"), positive("y"), real("h")
    u, v = reals("u v")

    def f(at: Expr, over: Expr) -> Expr:
        return at * over * (at**2 - over**2) / (at**2 + over**2)

    by_x, by_y = f(h, y) / h, f(x, h) / h  # difference quotients at x = 0 and at y = 0, where f vanishes

    def slopes(first: Expr, second: Expr) -> AllOf:
        return AllOf({"f_x(0, y)": Limit(by_x, h, ZERO, first), "f_y(x, 0)": Limit(by_y, h, ZERO, second)})

    odd = Identity(f(u, -v), -f(u, v), where=(u**2 + v**2 > 0,))  # so both hold below 0 as well
    return Theorem(AllOf({**slopes(-y, x).claims, "odd": odd}), mutants={"equal": slopes(y, x)})
