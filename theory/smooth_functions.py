"""Functions of several numbers of which nothing is known but that they are smooth, with symmetric partial derivatives.

>>> from theoremcheck.theory.symbols import reals
>>> x, y = reals("x y")
>>> loss = smooth("L")
>>> loss(x, y).diff(x).diff(y) == loss(x, y).diff(y).diff(x)
True
>>> (loss(2 * x, y).diff(x) - 2 * smooth("L", (0,))(2 * x, y)).expand()
0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sympy import Expr, Function, Matrix, expand


@cache
def smooth(name: str, order: tuple[int, ...] = ()) -> Any:
    """A smooth function of any number of real numbers, or its partial derivative by the arguments in `order`.

    The order of differentiation does not matter (Schwarz), so the places are kept sorted.
    """

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return smooth(name, tuple(sorted((*order, argindex - 1))))(*self.args)

    def tex(self: Any, printer: Any, exp: Any = None) -> str:
        lower = f"_{{{''.join(str(place + 1) for place in order)}}}" if order else ""
        power = f"^{{{exp}}}" if exp else ""
        return f"{name}{lower}{power}({', '.join(printer._print(one) for one in self.args)})"

    members = {"fdiff": fdiff, "_latex": tex, "is_real": True}
    return type(f"{name}{''.join(f'_{place + 1}' for place in order)}", (Function,), members)


def gradient_of(name: str, at: Sequence[Expr]) -> Matrix:
    """The partial derivatives of the smooth function of that name, as a column."""
    return Matrix([smooth(name, (i,))(*at) for i in range(len(at))])


def hessian_of(name: str, at: Sequence[Expr]) -> Matrix:
    """Its second partial derivatives."""
    size = len(at)
    return Matrix(size, size, lambda i, j: smooth(name, tuple(sorted((i, j))))(*at))


def second_derivatives(value: Expr, variables: Sequence[Expr]) -> Matrix:
    """The second derivatives of an expression, multiplied out."""
    size = len(variables)
    return Matrix(size, size, lambda i, j: expand(value.diff(variables[i]).diff(variables[j])))


def along(value: Callable[..., Any], start: Sequence[Expr], direction: Sequence[Expr], step: Expr) -> Expr:
    """The value at start + step * direction."""
    moved: Expr = value(*(x + step * d for x, d in zip(start, direction, strict=True)))
    return moved


__all__ = ["along", "gradient_of", "hessian_of", "second_derivatives", "smooth"]
