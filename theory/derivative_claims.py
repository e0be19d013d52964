"""Claims that a derivative is what is said: the engine derives the left side, and the formula shows what was asked.

>>> from sympy import MatrixSymbol, Symbol, Trace
>>> n = Symbol("n")
>>> X, A = MatrixSymbol("X", n, n), MatrixSymbol("A", n, n)
>>> claim = derived(gradient, (Trace(A * X), X), A.T)
>>> claim.lhs, claim.latex()
(A.T, '\\\\nabla_{X}\\\\left(\\\\operatorname{tr}\\\\left(A X \\\\right)\\\\right) = A^{T}')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import latex

from .claims import MatrixIdentity
from .gradients import gradient
from .matrix_jacobians import hessian, jacobian


@dataclass(frozen=True)
class DerivedIdentity(MatrixIdentity):
    """A matrix identity whose left side was derived; `asked` says in LaTeX what from."""

    asked: str = ""

    def latex(self) -> str:
        return self.asked + super().latex().removeprefix(latex(self.lhs))


_SIGNS = {gradient: r"\nabla", jacobian: "D", hessian: "D^2"}


def derived(
    operator: Callable[..., Any], of: tuple[Any, ...], rhs: Any, where: tuple[Any, ...] = ()
) -> DerivedIdentity:
    """The claim that operator(*of) = rhs under `where`, for an operator of `theory.matrix_calculus`.

    of: what is differentiated, the variable, and the increment or the direction where there is one.
    """
    expr, variable, *direction = map(latex, of)
    if direction:
        order = f"^{{{direction[1]}}}" if len(direction) > 1 else ""
        along = "" if direction[0] == f"d{variable}" else rf"\left[{direction[0]}\right]"
        asked = rf"d{order}\left({expr}\right){along}"
    else:
        asked = rf"{_SIGNS[operator]}_{{{variable}}}\left({expr}\right)"
    return DerivedIdentity(operator(*of), rhs, where, asked)


__all__ = ["DerivedIdentity", "derived"]
