"""How Sobolev norms change under dilation u_lambda(x) = u(lambda x), and which Fourier weights they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from sympy import Abs, Expr, Integer, Integral, Matrix, Rational, exp, eye, oo, pi, sqrt

from .claims import AllOf, Claim, Finite, Identity, Inequality
from .kernels.limits import limit_at
from .measures import integral
from .sobolev_spaces import multi_indices, multinomial, partial
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, DomainSymbol, function, integer, positive, real, reals

x, y = real("x"), real("y")
lam = positive("lam", r"\lambda")
p = DomainSymbol("p", Domain(Integer(1), oo, False))
n, k = integer("n", 1), integer("k", 1)
order = integer("m", 0)
A, B = positive("A"), positive("B")
C0, C1 = reals("c0 c1")
f = function("f")


def on_interval(derivative: int, stretch: Expr) -> Identity:
    """The L^2 norm of D^m u_lambda on (A, A + B) for u = c0 + c1 x against that of D^m u on the stretched interval."""
    u = C0 + C1 * x
    left = (u.subs(x, lam * x)).diff(x, derivative) if derivative else u.subs(x, lam * x)
    right = u.diff(x, derivative).subs(x, y) if derivative else u.subs(x, y)
    return Identity(
        sqrt(Integral(left**2, (x, A, A + B))),
        lam ** (derivative - Rational(1, 2)) * sqrt(Integral(right**2, (y, stretch * A, stretch * (A + B)))),
    )


def functions() -> Theorem:
    """The norm of u_lambda over Omega is lambda^(-n/p) times that of u over lambda Omega."""
    # integral(.) is over lambda Omega, any domain, in the variable lambda x; its element is lambda^n dx.
    moved, plain = integral(lam ** (-n) * Abs(f) ** p) ** (1 / p), integral(Abs(f) ** p) ** (1 / p)
    claims: dict[str, Claim] = {
        "any domain": Identity(moved, lam ** (-n / p) * plain),
        "an interval": on_interval(0, lam),
        **{f"volume, n = {i}": Identity(Matrix(lam * eye(i)).det(), lam**i) for i in (1, 2, 3)},
    }
    note = "The point lambda x runs through lambda Omega as x runs through Omega; the two agree for Omega = R^n alone."
    return Theorem(
        AllOf(claims),
        mutants={
            "the inverse domain": on_interval(0, 1 / lam),
            "the inverse factor": Identity(moved, lam ** (n / p) * plain),
        },
        printed={
            43: Printed(
                claim=on_interval(0, 1 / lam),
                correction=r"\|u_\lambda\|_{L^p(\Omega)}=\lambda^{-n/p}\|u\|_{L^p(\lambda\Omega)}",
                note=note,
            )
        },
    )


def derivatives() -> Theorem:
    """The norm of D^alpha u_lambda over Omega is lambda^(|alpha| - n/p) times that of D^alpha u over lambda Omega."""
    moved = integral(lam ** (-n) * Abs(lam**order * f) ** p) ** (1 / p)
    plain = integral(Abs(f) ** p) ** (1 / p)
    claims: dict[str, Claim] = {
        "any domain": Identity(moved, lam ** (order - n / p) * plain),
        "an interval": on_interval(1, lam),
    }
    a1, a2, x1, x2 = reals("a1 a2 x1 x2")
    wave = exp(a1 * x1 + a2 * x2)
    at = {x1: lam * x1, x2: lam * x2}
    for alpha in multi_indices(2, 3):
        claims[f"chain rule, alpha = {alpha}"] = Identity(
            partial(wave.xreplace(at), (x1, x2), alpha), lam ** sum(alpha) * partial(wave, (x1, x2), alpha).xreplace(at)
        )
    note = "As in 43 the domain on the right is lambda Omega."
    return Theorem(
        AllOf(claims),
        mutants={
            "the inverse domain": on_interval(1, 1 / lam),
            "derivative forgotten": Identity(moved, lam ** (-n / p) * plain),
        },
        printed={
            44: Printed(
                claim=on_interval(1, 1 / lam),
                correction=(
                    r"\|D^\alpha u_\lambda\|_{L^p(\Omega)}=\lambda^{|\alpha|-n/p}\|D^\alpha "
                    r"u\|_{L^p(\lambda\Omega)}"
                ),
                note=note,
            )
        },
    )


# ---- Fourier weights -------------------------------------------------------------------------------------------------


def weights(dimension: int, k: int) -> tuple[Expr, Expr, Expr, list[Any]]:
    """Sum of xi^(2 alpha) over |alpha| <= k, (1 + |xi|^2)^k, the largest multinomial, and the squares xi_i^2."""
    squares = [function(f"z{i + 1}", NONNEGATIVE, rf"\xi_{{{i + 1}}}^2") for i in range(dimension)]
    derivatives, full, most = Integer(0), Integer(0), Integer(1)
    for alpha in multi_indices(dimension, k):
        term = Integer(1)
        for square, times in zip(squares, alpha, strict=True):
            term *= square**times
        derivatives += term
        full += multinomial(k, alpha) * term
        most = max(most, multinomial(k, alpha))
    return derivatives, full, most, squares


def fourier() -> Theorem:
    """The W^{k,2} norm is equivalent to the Fourier norm with the weight (1 + |xi|^2)^k, and to no homogeneous one."""
    size = function("u", NONNEGATIVE, r"|\hat u|")
    claims: dict[str, Claim] = {}
    for dimension, top in product((1, 2, 3), (1, 2)):
        derivatives_, full, most, squares = weights(dimension, top)
        named = f"n = {dimension}, k = {top}"
        if top == 1:
            claims[f"{named}: equal"] = Identity(integral(derivatives_ * size**2), integral(full * size**2))
            continue
        claims[f"{named}: at most"] = Inequality(integral(derivatives_ * size**2), "<=", integral(full * size**2))
        claims[f"{named}: at least"] = Inequality(
            integral(full * size**2), "<=", most * integral(derivatives_ * size**2)
        )
        values = {square: positive(f"t{i}") for i, square in enumerate(squares)}
        claims[f"{named}: the weight"] = Identity(full.xreplace(values), (1 + sum(values.values(), Integer(0))) ** top)
    claims["p > 2 scales otherwise"] = Inequality(k - n / p, ">", k - n / Integer(2), where=(p > 2,))
    claims["p < 2 scales otherwise"] = Inequality(k - n / p, "<", k - n / Integer(2), where=(p < 2,))
    square = function("z", NONNEGATIVE)
    low = Inequality(integral((1 + square) * size**2), "<=", 2 * integral(square * size**2))
    note = (
        "The printed weight |xi|^(2k) misses the low frequencies, so it is a seminorm, and the equivalence is one for "
        "p = 2: for another p the two sides scale differently under dilation. For 1 < p < oo the right statement is "
        "the L^p norm of the inverse transform of (1 + |xi|^2)^(k/2) times the transform (Calderón)."
    )
    return Theorem(
        AllOf(claims),
        sizes="dimensions 1 to 3, k = 1 and 2",
        mutants={
            "low frequencies dropped": low,
            "p = 4 scales alike": Inequality(k - n / Integer(4), "<=", k - n / Integer(2)),
        },
        printed={
            45: Printed(
                claim=wide_gaussians(),
                correction=r"\|u\|_{W^{k,2}}\sim\Big(\int_{\mathbb R^n}(1+|\xi|^2)^k|\hat u(\xi)|^2\,d\xi\Big)^{1/2}",
                note=note,
            )
        },
    )


def wide_gaussians() -> Finite:
    """What the printed equivalence says of exp(-lambda x^2/2), k = 1, p = 2: the quotient of the squared norms stays
    above a positive number as lambda tends to zero."""
    mass, energy = sqrt(pi / lam), sqrt(pi * lam) / 2

    def cases() -> Iterator[tuple[str, Any, Any]]:
        yield "the least quotient of the squared norms, lambda -> 0", limit_at(energy / (mass + energy), lam, 0, "+"), 0

    return Finite(cases, r"\|u\|_{W^{1,2}}\le C\|\xi\hat u\|_{L^2}", "Gaussians of every width", relation=">")


def gaussians() -> Theorem:
    """The norms of exp(-lambda x^2/2) that refute the homogeneous weight."""
    u = exp(-lam * x**2 / 2)
    mass, energy = sqrt(pi / lam), sqrt(pi * lam) / 2
    claims = {
        "squares": Identity(Integral(u**2, (x, -oo, oo)), mass),
        "squares of the slope": Identity(Integral(u.diff(x) ** 2, (x, -oo, oo)), energy),
        "quotient": Identity(energy / (mass + energy), lam / (2 + lam)),
    }
    return Theorem(AllOf(claims), mutants={"slope": Identity(Integral(u.diff(x) ** 2, (x, -oo, oo)), lam * energy)})
