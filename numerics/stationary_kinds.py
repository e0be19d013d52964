"""Kinds of stationary points, certified: minimum, maximum or saddle, by exact or ball arithmetic.

    classify(a**2 - b**2, {a: 0, b: 0}).kind           # "saddle", exactly
    locate((a**2 - 1)**2 + b**2, {a: 0.9, b: 0.1})      # proves that there is one, and says which kind

A kind is said only where it is proved; where the Hessian is singular it is mostly "undecided", as it must be
(`theory.gradient_flow.second_order_test`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat
from sympy import Expr, Symbol, diff, lambdify, sympify

from ..theory.kernels import exact
from ..theory.kernels.balls import enclose, in_domain, sign_at
from ..theory.symbols import domain_of

Kind = Literal["strict minimum", "strict maximum", "saddle", "undecided"]
SMOOTH = (
    sp.exp,
    sp.log,
    sp.sin,
    sp.cos,
    sp.tan,
    sp.cot,
    sp.sec,
    sp.csc,
    sp.sinh,
    sp.cosh,
    sp.tanh,
    sp.coth,
    sp.sech,
    sp.atan,
    sp.asinh,
    sp.erf,
    sp.erfc,
    sp.gamma,
    sp.loggamma,
)
"""Functions that have all derivatives wherever they have a value."""
HIGHEST_ORDER = 12
BITS = 128


@dataclass(frozen=True)
class StationaryPoint:
    """A stationary point whose existence is proved.

    at: the exact coordinates, or the middle of the box in which there is exactly one; radius: of that box, 0 where the
    point is exact; signs: how many eigenvalues of the Hessian are certainly negative, zero and positive (they add up to
    the number of parameters where all are known); certificate: how it was proved.
    """

    at: Mapping[Any, Any]
    radius: float
    kind: Kind
    signs: tuple[int, int, int]
    certificate: str


def classify(loss: Any, at: Mapping[Any, Any]) -> StationaryPoint:
    """The kind of a stationary point that is known exactly: at gives each symbol an integer, Rational or exact number.

    In one variable the first derivative that is not zero decides where the second is; of odd order it makes a "saddle".
    Raises ValueError where the loss holds a function that is not smooth, a symbol has no value, a value is a float or
    no inner point of the symbol's domain, or the gradient there is not zero for certain.
    """
    expr = _smooth(loss)
    point = {symbol: _exact(symbol, value) for symbol, value in at.items()}
    symbols = _symbols(expr, point)
    for symbol in symbols:
        slope = diff(expr, symbol)
        sign = sign_at(slope, point)
        if sign != 0:
            what = {None: "is not known to be zero", 1: "is positive", -1: "is negative"}[sign]
            raise ValueError(f"this is no stationary point: the derivative by {symbol}, {slope}, {what} there")
    rows = [[diff(expr, a, b) for b in symbols] for a in symbols]
    values = [[exact.value(entry, point) for entry in row] for row in rows]
    if all(value is not None for row in values for value in row):
        signs, told = _inertia(values), "exact: signs of the coefficients of the characteristic polynomial"
    else:
        signs, told = _ball_signs(_balls(rows, point)), f"ball arithmetic at {BITS} bits"
    kind = _kind(signs, len(symbols))
    if kind == "undecided" and len(symbols) == 1:
        kind, found = _by_higher_derivative(expr, symbols[0], point)
        told = f"{told}; {found}" if found else told
    return StationaryPoint(point, 0.0, kind, signs, told)


def _smooth(loss: Any) -> Expr:
    """The loss as an expression; ValueError where a function in it may have kinks, whose derivatives would mislead."""
    expr = sympify(loss, strict=True)
    kinked = sorted(
        {type(part).__name__ for part in expr.atoms(sp.Function, sp.Piecewise) if not isinstance(part, SMOOTH)}
    )
    if kinked:
        raise ValueError(f"the loss holds {', '.join(kinked)}, which is not known to be smooth everywhere")
    return expr


def _exact(symbol: Any, value: Any) -> Any:
    value = sympify(value, strict=True)
    domain = domain_of(symbol)
    if value.is_real and not (bool(domain.lower < value) and bool(value < domain.upper)):
        raise ValueError(f"{symbol} = {value} is no inner point of {domain}")
    if value.is_Float or not value.is_real:
        raise ValueError(
            f"{symbol} = {value} is not an exact real number: give an integer or a Rational, or use locate"
        )
    return value


def _symbols(expr: Expr, at: Mapping[Any, Any]) -> Sequence[Symbol]:
    missing = expr.free_symbols - set(at)
    if missing or not at:
        raise ValueError(f"the point gives no value for {', '.join(sorted(map(str, missing))) or 'any symbol'}")
    return sorted(at, key=str)


def _inertia(rows: Any) -> tuple[int, int, int]:
    """Negative, zero and positive eigenvalues of a symmetric matrix of fractions.

    All roots of its characteristic polynomial are real: by Descartes' rule the sign changes of the coefficients are
    then the number of positive ones, exactly, and the lowest coefficients that vanish count the zeros.
    """
    matrix = fmpq_mat([[fmpq(int(x.numerator), int(x.denominator)) for x in map(_fraction, row)] for row in rows])
    coefficients = list(matrix.charpoly())
    zeros = next(k for k, c in enumerate(coefficients) if c != 0)
    nonzero = [c for c in coefficients if c != 0]
    positive = sum((a > 0) != (b > 0) for a, b in pairwise(nonzero))
    return len(rows) - zeros - positive, zeros, positive


def _fraction(value: Any) -> Any:
    return sp.Rational(int(value.p), int(value.q)) if isinstance(value, fmpq) else value


def _balls(rows: Any, point: Mapping[Any, Any]) -> Any:
    found = [[enclose(entry, point, BITS) for entry in row] for row in rows]
    if any(value is None for row in found for value in row):
        raise ValueError("the loss has no second derivative there that ball arithmetic can enclose")
    return arb_mat(found)


def _ball_signs(hessian: Any) -> tuple[int, int, int]:
    """Eigenvalues that are certainly negative and positive, of every symmetric matrix that the balls hold.

    The matrix is turned by approximate eigenvectors V: V^T H V has as many eigenvalues of each sign (Sylvester), and
    if Gershgorin's discs about its diagonal leave out zero they tell all of them (V is then regular). Else one sure
    sign on the diagonal, a value of the quadratic form, is one eigenvalue of that sign at least.
    """
    size = hessian.nrows()
    middle = np.array([[float(hessian[i, j].mid()) for j in range(size)] for i in range(size)])
    vectors = np.linalg.eigh((middle + middle.T) / 2)[1]
    with ctx.workprec(BITS):
        turn = arb_mat([[arb(float(x)) for x in row] for row in vectors])
        turned = turn.transpose() * hessian * turn
        discs = [
            turned[i, i] + arb(0, sum((abs(turned[i, j]).upper() for j in range(size) if j != i), arb(0)).upper())
            for i in range(size)
        ]
        negative, positive = sum(bool(d < 0) for d in discs), sum(bool(d > 0) for d in discs)
        if negative + positive == size:
            return negative, 0, positive
        forms = [turned[i, i] for i in range(size)]
        return int(any(d < 0 for d in forms)), 0, int(any(d > 0 for d in forms))


def _kind(signs: tuple[int, int, int], size: int) -> Kind:
    negative, _, positive = signs
    if negative and positive:
        return "saddle"
    if positive == size:
        return "strict minimum"
    return "strict maximum" if negative == size else "undecided"


def _by_higher_derivative(expr: Expr, symbol: Symbol, point: Mapping[Any, Any]) -> tuple[Kind, str]:
    """In one variable the first derivative that is not zero decides: by its sign where its order is even."""
    for order in range(2, HIGHEST_ORDER + 1):
        sign = sign_at(diff(expr, symbol, order), point)
        if sign is None:
            break
        if sign:
            kind: Kind = "saddle" if order % 2 else "strict minimum" if sign > 0 else "strict maximum"
            return kind, f"the derivative of order {order} is the first that is not zero"
    return "undecided", ""


def locate(loss: Any, near: Mapping[Any, float], most: float = 1e-2) -> StationaryPoint:
    """A stationary point near the given one, proved to exist and to be the only one in a box, with its kind.

    Newton's method suggests the point; Krawczyk's test in ball arithmetic proves it, in boxes of radius up to `most`.
    Raises ValueError where the loss holds a function that is not smooth, a symbol has no value, or no box passes the
    test (with a singular Hessian none does).
    """
    expr = _smooth(loss)
    symbols = _symbols(expr, near)
    slopes = [diff(expr, symbol) for symbol in symbols]
    rows = [[diff(slope, symbol) for symbol in symbols] for slope in slopes]
    slope, second = lambdify([symbols], slopes, "numpy"), lambdify([symbols], rows, "numpy")
    centre = np.array([float(near[symbol]) for symbol in symbols])
    for _ in range(50):
        try:
            step = np.linalg.solve(np.array(second(centre), dtype=float), np.array(slope(centre), dtype=float))
        except np.linalg.LinAlgError:
            break
        centre = centre - step
        if not np.isfinite(centre).all() or np.abs(step).max() < 1e-15 * (1 + np.abs(centre).max()):
            break
    radius = 1e-13 * (1 + float(np.abs(centre).max()))
    while np.isfinite(centre).all() and radius <= most:
        box = {symbol: arb(float(c), radius) for symbol, c in zip(symbols, centre, strict=True)}
        if in_domain(box) and _krawczyk(slopes, rows, symbols, centre, radius, box):
            signs = _ball_signs(_balls(rows, box))
            found = dict(zip(symbols, map(float, centre), strict=True))
            told = f"Krawczyk's test and Gershgorin's discs in ball arithmetic at {BITS} bits"
            return StationaryPoint(found, radius, _kind(signs, len(symbols)), signs, told)
        radius *= 10
    raise ValueError(f"no stationary point could be proved near {dict(near)}: the Hessian may be singular there")


def _krawczyk(slopes: Any, rows: Any, symbols: Any, centre: Any, radius: float, box: Mapping[Any, Any]) -> bool:
    """Whether c - C g(c) + (I - C H(X))(X - c) lies inside X, so that X holds exactly one zero of g."""
    size = len(symbols)
    here = {symbol: arb(float(c)) for symbol, c in zip(symbols, centre, strict=True)}
    gradient = [enclose(slope, here, BITS) for slope in slopes]
    hessian = [[enclose(entry, box, BITS) for entry in row] for row in rows]
    if None in gradient or any(None in row for row in hessian):
        return False
    with ctx.workprec(BITS):
        matrix = arb_mat(hessian)
        middle = np.array([[float(matrix[i, j].mid()) for j in range(size)] for i in range(size)])
        try:
            inverse = arb_mat([[arb(float(x)) for x in row] for row in np.linalg.inv(middle)])
        except np.linalg.LinAlgError:
            return False
        unit = arb_mat([[arb(int(i == j)) for j in range(size)] for i in range(size)])
        off = arb_mat([[arb(0, radius)] for _ in range(size)])
        moved = (unit - inverse * matrix) * off - inverse * arb_mat([[g] for g in gradient])
        return all(bool(abs(moved[i, 0]) < arb(radius)) for i in range(size))
