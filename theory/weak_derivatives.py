"""Weak derivatives on an interval, of functions that are smooth in pieces.

v is the weak derivative of u of order k on (a, b) when integral(u D^k phi) = (-1)^k integral(v phi) for every test
function phi.  A function that is smooth in pieces has one of the first order exactly where its pieces meet without a
jump: each jump leaves (jump) phi(place) over, which no locally integrable v can pair to.

>>> from sympy import Abs
>>> from theoremcheck.theory.symbols import real
>>> x = real("x")
>>> weak_derivative(Abs(x), x, -1, 1)
sign(x)
>>> jumps(Abs(x) + x / Abs(x), x, -1, 1)
{0: 2}
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sympy import (
    Abs,
    Add,
    DiracDelta,
    Expr,
    Integer,
    Integral,
    Max,
    Mul,
    Pow,
    Rational,
    Symbol,
    cos,
    exp,
    expand,
    preorder_traversal,
    sign,
    sin,
    sympify,
    tanh,
)

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .kernels.algebra import is_zero
from .kernels.definite import Range, Unmatched
from .kernels.kinks import first_kink, smooth_pieces
from .statements import Printed, Theorem
from .symbols import DomainSymbol, positive, real, reals

x = real("x")
epsilon = positive("epsilon", r"\varepsilon")
HALF = Rational(1, 2)
COEFFICIENTS = reals("c0 c1 c2")
ENTIRE = (exp, sin, cos, tanh)

Piece = tuple[Expr, Expr, Expr]
"""(left end, right end, the smooth form between them)."""


def pieces(u: Expr, variable: Symbol, lower: Any, upper: Any) -> list[Piece]:
    """The smooth forms of u on (lower, upper), from left to right.

    u may hold Abs, sign, Max, Min and Heaviside. Raises ValueError where the ends are not in order, or the places where
    u changes its form could not be proved.
    """
    ends = sympify(lower, strict=True), sympify(upper, strict=True)
    if (ends[1] - ends[0]).is_positive is not True:
        raise ValueError(f"the interval ({ends[0]}, {ends[1]}) is empty or not ordered: give lower < upper")
    found: list[Piece] = []

    def split(form: Expr, over: Range) -> None:
        if first_kink(form, over) is None:
            found.append((over.lower, over.upper, form.subs(over.x, variable)))
            return
        for part, where in smooth_pieces(form, over):
            split(part, where)

    try:
        split(sympify(u, strict=True), Range(variable, *ends))
    except Unmatched as why:
        raise ValueError(f"the pieces of {u} on ({lower}, {upper}) are not known: {why}") from None
    return found


def jumps(u: Expr, variable: Symbol, lower: Any, upper: Any) -> dict[Expr, Expr]:
    """Where u jumps inside (lower, upper), and by how much.

    Raises ValueError where `pieces` does, and for a form that is not smooth on the whole line by its look.
    """
    parts = pieces(u, variable, lower, upper)
    for _, _, form in parts:
        _need_smooth(form, variable)
    steps = {
        left[1]: right[2].subs(variable, left[1]) - left[2].subs(variable, left[1]) for left, right in pairwise(parts)
    }
    return {place: step for place, step in steps.items() if not is_zero(step)}


def _need_smooth(form: Expr, variable: Symbol) -> None:
    for part in preorder_traversal(form):
        if variable not in part.free_symbols or isinstance(part, ENTIRE):
            continue
        if isinstance(part, Pow) and (variable in part.exp.free_symbols or not part.exp.is_nonnegative):
            raise ValueError(f"{part} is not smooth on the whole line by its look: use nonnegative integer powers")
        if isinstance(part, Pow) and not part.exp.is_integer:
            raise ValueError(f"{part} is not smooth on the whole line by its look: use nonnegative integer powers")
        if not isinstance(part, Pow | Add | Mul | Symbol):
            raise ValueError(f"the smooth pieces may hold sums, products, powers, exp, sin, cos and tanh, not {part}")


def weak_derivative(u: Expr, variable: Symbol, lower: Any, upper: Any, order: int = 1) -> Expr:
    """The weak derivative of u of the given order on (lower, upper), for u that is smooth in pieces.

    Raises ValueError for an order below 0, and where there is no weak derivative, naming the jump that forbids it.
    """
    if order < 0:
        raise ValueError(f"the order of a derivative is 0, 1, 2, ..., not {order}")
    u = sympify(u, strict=True)
    if order == 0:
        jumps(u, variable, lower, upper)
    for done in range(order):
        found = jumps(u, variable, lower, upper)
        if found:
            place, step = next(iter(found.items()))
            what = "the function" if done == 0 else f"its derivative of order {done}"
            raise ValueError(f"no weak derivative: {what} jumps by {step} at {variable} = {place}")
        u = _almost_everywhere(u.diff(variable))
    return u


def _almost_everywhere(expr: Expr) -> Expr:
    """The expression without the point masses that SymPy writes for the derivatives of signs and steps."""
    return expr.replace(lambda part: isinstance(part, DiracDelta), lambda part: Integer(0))


def vanishing_at_the_ends(coefficients: tuple[Expr, ...] = COEFFICIENTS, power: int = 3) -> Expr:
    """(1 - x^2)^power times a polynomial: with its derivatives below `power` it vanishes at both ends of (-1, 1)."""
    return (1 - x**2) ** power * Add(*(c * x**i for i, c in enumerate(coefficients)))


def paired(u: Expr, v: Expr, order: int) -> Identity:
    """integral(u D^k phi) = (-1)^k integral(v phi) over (-1, 1), for the test functions with three free
    coefficients."""
    phi = vanishing_at_the_ends()
    left = Integral(expand(phi.diff(x, order)) * u, (x, -1, 1))
    return Identity(left, (-1) ** order * Integral(expand(phi) * v, (x, -1, 1)))


# ---- what the catalogue says -----------------------------------------------------------------------------------------


def defining_property() -> Theorem:
    """The weak derivative of |x|, its defining property, and what follows for other functions."""

    def properties(v: Expr) -> Mapping[str, Claim]:
        return {
            "of the first order": paired(Abs(x), v, 1),
            "of the second order": paired(x * Abs(x) / 2, v, 2),
        }

    weak = Definition("D|x|", sign(x), properties)
    note = (
        "The sentence gives every u in L^p a weak derivative; a function with a jump has none "
        "(sobolev.jump_has_no_weak_derivative). Smooth test functions and the polynomial ones used here, with three "
        "vanishing derivatives at the ends, decide alike for u and v that are integrable: both are dense in "
        "one another."
    )
    mutants = {
        "constant": weak.of(Integer(1)),
        "step": weak.of((1 + sign(x)) / 2),
        "the function itself": weak.of(Abs(x)),
    }
    return Theorem(
        weak,
        sizes="|x| and x|x|/2, tested by polynomials with three free coefficients",
        mutants=mutants,
        printed={40: Printed(note=note)},
    )


def jump() -> Theorem:
    """A step pairs with the derivative of a test function to minus its value at the jump, which no v can do."""
    phi = vanishing_at_the_ends()
    step = (1 + sign(x)) / 2
    narrow = (1 - x**2 / epsilon**2) ** 2
    q = DomainSymbol("q", positive("q").domain)
    pairing = Identity(Integral(expand(phi.diff(x)) * step, (x, -1, 1)), -phi.subs(x, 0))
    share = Inequality((1 - x**2 / epsilon**2) ** 2, "<=", Integer(1), where=(x**2 <= epsilon**2,))
    # 1 = narrow(0) = |integral(v narrow)|, which is at most |v|_p (2 epsilon)^(1/q) by Hoelder's inequality.
    share_of_one = Limit((2 * epsilon) ** (1 / q), epsilon, 0, 0, "+")
    claims = {
        "pairing": pairing,
        "value at the jump": Identity(narrow.subs(x, 0), 1),
        "at most one": share,
        "pairing with a v of norm one": share_of_one,
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "no jump": Identity(pairing.lhs, 0),
            "a function would do": Identity(pairing.lhs, -Integral(expand(phi), (x, -1, 1))),
        },
    )


def steps_of_pieces() -> Theorem:
    """The weak derivatives that `weak_derivative` finds satisfy the defining property, case by case."""
    functions = (
        Abs(x),
        Max(x, 0),
        Max(0, 1 - 2 * Abs(x)),
        Abs(x - HALF),
        x * Abs(x),
        Abs(x + HALF) - Abs(x),
        x**3 - x**2 + Abs(x),
    )

    def cases(factor: int = 1) -> Any:
        phi = vanishing_at_the_ends((Integer(1), Integer(2), Integer(-3)))
        for u in functions:
            v = weak_derivative(u, x, -1, 1)
            left = _over_pieces(u * phi.diff(x))
            yield str(u), left, -factor * _over_pieces(v * phi)

    formula = r"\int_{-1}^1 u\,\varphi' = -\int_{-1}^1 (Du)\,\varphi"
    sizes = "seven functions made of |.| and max"
    return Theorem(Finite(cases, formula, sizes), mutants={"doubled": Finite(lambda: cases(2), formula, sizes)})


def _over_pieces(f: Expr) -> Expr:
    """The integral of a polynomial in pieces over (-1, 1), by exact antiderivatives."""
    total: list[Expr] = []
    for lower, upper, form in pieces(f, x, -1, 1):
        primitive = expand(form).as_poly(x).integrate(x).as_expr()
        total.append(primitive.subs(x, upper) - primitive.subs(x, lower))
    return Add(*total)
