"""Sobolev norms of symbolic functions, exactly: W^{k,p} on boxes and on the whole space, H^s on the torus and the
space.

Integrals are closed by the package's own rules, each with its justification; a norm that cannot be closed that way is
refused, never guessed.  The Fourier transform is the unitary one, so that H^0 is L^2.

>>> from sympy import sin, pi
>>> from theoremcheck.theory.symbols import real
>>> x = real("x")
>>> sobolev_norm(sin(x), [(x, 0, 2 * pi)], k=1, p=2)
sqrt(2)*sqrt(pi)
>>> torus_norm(sin(3 * x), [x], s=1)
sqrt(10)*sqrt(pi)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from time import monotonic
from typing import Any

from sympy import (
    Abs,
    Add,
    Derivative,
    DiracDelta,
    Expr,
    Heaviside,
    I,
    Integer,
    Integral,
    Piecewise,
    Poly,
    Rational,
    Symbol,
    ceiling,
    conjugate,
    cos,
    exp,
    expand,
    factorial,
    false,
    floor,
    gamma,
    oo,
    pi,
    powdenest,
    sign,
    sin,
    sqrt,
    sympify,
    true,
)

from .kernels import integrals
from .kernels.calculus import OutOfTime, Prover
from .symbols import DomainSymbol, positive

Range = tuple[Symbol, Any, Any]
JUMPS = (sign, Heaviside, Piecewise, floor, ceiling, DiracDelta, Derivative)
SECONDS = 4.0


def multi_indices(dimension: int, order: int) -> Iterator[tuple[int, ...]]:
    """All multi-indices of the dimension with sum at most `order`, the shortest first."""
    every = product(range(order + 1), repeat=dimension)
    yield from sorted((a for a in every if sum(a) <= order), key=lambda a: (sum(a), tuple(-i for i in a)))


def partial(u: Expr, variables: Sequence[Symbol], alpha: Sequence[int]) -> Expr:
    """D^alpha u."""
    for variable, times in zip(variables, alpha, strict=True):
        u = u.diff(variable, times) if times else u
    return u


def sobolev_norm(u: Any, over: Sequence[Range], k: int, p: Any) -> Expr:
    """The norm (sum of |D^alpha u|_p^p over |alpha| <= k)^(1/p) of u on a box, whose sides may be infinite.

    over: (variable, lower, upper) for each coordinate. The derivatives below the order k have to be continuous on
    the box (kinks are allowed in the last of them). Raises ValueError for k < 0, p < 1, where that continuity is not
    shown, and where an integral has no justified closed form.
    """
    k, p = _orders(k, p)
    variables = [one[0] for one in over]
    need_weak_derivatives(sympify(u), over, k)
    powers = [lebesgue_power(partial(sympify(u), variables, a), over, p) for a in multi_indices(len(over), k)]
    return powdenest(Add(*powers) ** (1 / p))


def sobolev_seminorm(u: Any, over: Sequence[Range], k: int, p: Any) -> Expr:
    """The same with the derivatives of order k alone: zero for polynomials of lower degree."""
    k, p = _orders(k, p)
    variables = [one[0] for one in over]
    need_weak_derivatives(sympify(u), over, k)
    top = [a for a in multi_indices(len(over), k) if sum(a) == k]
    return powdenest(Add(*(lebesgue_power(partial(sympify(u), variables, a), over, p) for a in top)) ** (1 / p))


def need_weak_derivatives(u: Expr, over: Sequence[Range], k: int) -> None:
    """Raises ValueError unless the derivatives of u below the order k are shown to be continuous on the box.

    Then the derivatives of order k, taken piece by piece, are the weak ones.
    """
    variables = [one[0] for one in over]
    facts = tuple(
        fact
        for variable, lower, upper in over
        for fact in (sympify(lower) < variable, variable < sympify(upper))
        if fact not in (true, false)
    )
    prover = Prover(monotonic() + SECONDS)
    for alpha in multi_indices(len(over), k):
        one = partial(u, variables, alpha)
        below = sum(alpha) < k
        jumps = one.has(*JUMPS) if below else one.has(DiracDelta, Derivative)
        try:
            smooth = not jumps and (not below or prover.defined(one, facts, smooth=False))
        except (OutOfTime, ValueError, NotImplementedError):
            smooth = False
        if not smooth:
            what = "the function" if sum(alpha) == 0 else f"its derivative of order {alpha}"
            raise ValueError(
                f"{what}, {one}, is not shown to be continuous on the box: "
                f"{u} may have no weak derivatives of order {k}"
            )


def lebesgue_power(f: Any, over: Sequence[Range], p: Any) -> Expr:
    """The integral of |f|^p over the box, in closed form. Raises ValueError where none is justified."""
    f, p = sympify(f, strict=True), sympify(p, strict=True)
    integrand = expand(f**p) if p.is_Integer and p % 2 == 0 else Abs(f) ** p
    for variable, lower, upper in over:
        integral = Integral(integrand, (variable, lower, upper))
        closed = integrals.close(integral)
        if not closed.complete:
            raise ValueError(f"no justified closed form: {closed.reason}; use numerics.sobolev_norms.box_norm")
        integrand = closed.expr
    return integrand


def _orders(k: int, p: Any) -> tuple[int, Expr]:
    p = sympify(p, strict=True)
    if k < 0 or int(k) != k:
        raise ValueError(f"the order k is 0, 1, 2, ..., not {k}; for fractional orders use torus_norm or space_norm")
    if p == oo or (p - 1).is_nonnegative is not True:
        raise ValueError(f"the exponent p has to be finite and at least 1, not {p}")
    return int(k), p


# ---- H^s -------------------------------------------------------------------------------------------------------------


def fourier_coefficients(u: Any, variables: Sequence[Symbol]) -> dict[tuple[int, ...], Expr]:
    """The coefficients of a trigonometric polynomial: u = sum over j of c_j exp(i j.x).

    Raises ValueError for anything else.
    """
    waves = [DomainSymbol(f"z{i}", positive("z").domain) for i in range(len(variables))]
    turned = expand(expand(sympify(u, strict=True), trig=True).rewrite([cos, sin], exp), power_exp=True)
    turned = turned.replace(lambda e: isinstance(e, exp), lambda e: _wave(e.args[0], variables, waves))
    turned = expand(turned)
    if any(v in turned.free_symbols for v in variables) or turned.has(exp):
        raise ValueError(f"{u} is no trigonometric polynomial in {', '.join(map(str, variables))}")
    shift = 64
    lifted = Poly(expand(turned * Integer(1) * _product(w**shift for w in waves)), *waves)
    return {tuple(j - shift for j in powers): c for powers, c in lifted.terms() if c != 0}


def _product(factors: Iterator[Expr]) -> Expr:
    result: Expr = Integer(1)
    for factor in factors:
        result *= factor
    return result


def _wave(exponent: Expr, variables: Sequence[Symbol], waves: Sequence[Symbol]) -> Expr:
    """exp(i j.x) as a product of powers; unchanged where the exponent is not of that form."""
    rest, result = expand(exponent / I), Integer(1)
    for variable, wave in zip(variables, waves, strict=True):
        frequency = rest.coeff(variable, 1)
        if not frequency.is_Integer or abs(frequency) > 64:
            return exp(exponent)
        rest, result = expand(rest - frequency * variable), result * wave**frequency
    return result * exp(I * rest) if rest != 0 else result


def torus_norm(u: Any, variables: Sequence[Symbol], s: Any) -> Expr:
    """The H^s norm of a trigonometric polynomial on (0, 2 pi)^d: (2 pi)^(d/2) (sum (1 + |j|^2)^s |c_j|^2)^(1/2).

    s is any real number or real symbol. Raises ValueError where u is no trigonometric polynomial with frequencies up
    to 64.
    """
    s = sympify(s, strict=True)
    terms = [
        (1 + sum(i**2 for i in j)) ** s * expand(c * conjugate(c))
        for j, c in fourier_coefficients(u, variables).items()
    ]
    return sqrt((2 * pi) ** len(variables) * Add(*terms))


def space_norm(transform: Any, radius: Symbol, dimension: int, s: Any) -> Expr:
    """The H^s norm on R^n of a function with the radial Fourier transform `transform`, a function of |xi| = radius.

    Raises ValueError where the integral has no justified closed form (a fractional s mostly).
    """
    if dimension < 1:
        raise ValueError(f"the dimension is 1, 2, 3, ..., not {dimension}")
    weight = expand((1 + radius**2) ** sympify(s)) if sympify(s).is_Integer else (1 + radius**2) ** sympify(s)
    integrand = expand(radius ** (dimension - 1) * weight * sympify(transform) ** 2)
    closed = integrals.close(Integral(integrand, (radius, 0, oo)))
    if not closed.complete:
        raise ValueError(f"no justified closed form: {closed.reason}")
    return sqrt(sphere_area(dimension) * closed.expr)


def space_norm_by_derivatives(u: Any, variables: Sequence[Symbol], k: int) -> Expr:
    """The H^k norm on R^n by Plancherel's theorem: sum of k!/(alpha! (k-|alpha|)!) |D^alpha u|_2^2, rooted."""
    k, _ = _orders(k, 2)
    over = [(v, -oo, oo) for v in variables]
    need_weak_derivatives(sympify(u), over, k)
    total = [
        multinomial(k, a) * lebesgue_power(partial(sympify(u), variables, a), over, 2)
        for a in multi_indices(len(variables), k)
    ]
    return sqrt(Add(*total))


def multinomial(k: int, alpha: Sequence[int]) -> Expr:
    """The coefficient of xi^(2 alpha) in (1 + |xi|^2)^k."""
    below = factorial(k - sum(alpha))
    for one in alpha:
        below *= factorial(one)
    return factorial(k) / below


def sphere_area(dimension: int) -> Expr:
    """The area 2 pi^(n/2) / Gamma(n/2) of the unit sphere of R^n."""
    return 2 * pi ** Rational(dimension, 2) / gamma(Rational(dimension, 2))
