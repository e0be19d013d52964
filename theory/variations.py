"""Derivatives as limits: along directions, uniformly in all directions, on a sphere, and of integrals over fields.

What `theory.matrix_calculus` says of Fréchet and Gateaux derivatives, of the Levi-Civita connection and of the
Euler-Lagrange equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    HadamardProduct,
    Integer,
    Integral,
    Lambda,
    MatrixSymbol,
    Ne,
    OneMatrix,
    Symbol,
    Trace,
    cos,
    sin,
)
from sympy import Identity as Unit
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit, MatrixIdentity
from .derivative_claims import derived
from .differentials import differential, directional_derivative
from .gradients import gradient
from .measures import integral
from .statements import Printed, Theorem
from .symbols import Domain, function, integer, positive, real
from .tensor_derivatives import inner
from .written_networks import Form

ZERO, ONE = Integer(0), Integer(1)
m, n = integer("m", 1), integer("n", 1)
A, X, H = MatrixSymbol("A", m, m), MatrixSymbol("X", m, n), MatrixSymbol("H", m, n)
x, h, a, b = (MatrixSymbol(name, n, 1) for name in ("x", "h", "a", "b"))
eps, slope, bend = real("epsilon", tex=r"\epsilon"), real("s"), real("c")
point, step, u = real("x"), real("h"), real("u")
t, dt = function("t"), function("h")  # entries of a tensor of any order and of its increment
bounded_weight = function("w", Domain(Integer(-1), ONE, False, False))


def quadratic(at: Any) -> Expr:
    """tr(X^T A X)."""
    return Trace(at.T * A * at)


def frechet_derivative() -> Theorem:
    """What `matrix_calculus.frechet_derivative` says."""
    along_a_ray = (slope * eps + bend * eps**2) / Abs(eps)
    remainder = integral(bounded_weight * dt**2)
    increment = integral(bounded_weight * (t + dt) ** 2) - integral(bounded_weight * t**2)
    claims = {
        "linear part, matrices": MatrixIdentity(
            quadratic(X + H) - quadratic(X), differential(quadratic(X), X, H) + quadratic(H)
        ),
        "linear part, any order": Identity(increment, 2 * integral(bounded_weight * t * dt) + remainder),
        "remainder from above": Inequality(remainder, "<=", integral(dt**2)),
        "remainder from below": Inequality(remainder, ">=", -integral(dt**2)),
        "quotient by the norm, forwards": Limit(along_a_ray, eps, ZERO, slope, "+"),
        "quotient by the norm, backwards": Limit(along_a_ray, eps, ZERO, -slope, "-"),
    }
    mutants: dict[str, Claim] = {
        "half of the linear part": MatrixIdentity(
            quadratic(X + H) - quadratic(X), differential(quadratic(X), X, H) / 2 + quadratic(H)
        ),
        "a remainder that is smaller": Inequality(remainder, "<=", integral(dt**2) / 2),
    }
    quotient = eps / Abs(eps)
    printed = AllOf(
        {"forwards": Limit(quotient, eps, ZERO, ONE, "+"), "backwards": Limit(quotient, eps, ZERO, ONE, "-")}
    )
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            696: Printed(
                printed,
                correction=r"\lim_{\|H\|\to0}\frac{|f(X+H)-f(X)-df(H)|}{\|H\|}=0,\quad df\ \mathrm{linear\ in}\ H",
                note="For f(x) = x the quotient is 1 on one side and -1 on the other. In general it tends along a ray "
                "to the derivative in that direction: it has a limit only where df = 0, and depends on H, which the "
                "limit has taken away. A differential is a linear map of a finite H, not of an infinitesimal one.",
            )
        },
    )


def directional_variation() -> Theorem:
    """What `matrix_calculus.directional_variation` says."""

    def properties(make: Callable[..., Any]) -> Mapping[str, Claim]:
        def energy(at: Expr) -> Expr:
            return integral(at**2) / 2

        return {
            "cube": Limit(make(lambda at: at**3, point, step, eps), eps, ZERO, 3 * point**2 * step),
            "quotient": Limit(
                make(lambda at: 1 / (1 + at**2), point, step, eps), eps, ZERO, -2 * point * step / (1 + point**2) ** 2
            ),
            "quadratic form, all sizes": MatrixIdentity(
                make(quadratic, X, H, eps),
                directional_derivative(quadratic(X), X, H) + eps * quadratic(H),
                (Ne(eps, 0),),
            ),
            "energy": Identity(make(energy, t, dt, eps), integral(t * dt) + eps * integral(dt**2) / 2, (Ne(eps, 0),)),
        }

    def forwards(f: Any, at: Any, by: Any, e: Any) -> Any:
        return (f(at + e * by) - f(at)) / e

    tex = r"\lim_{\epsilon\to0}\frac{f(X+\epsilon H)-f(X)}{\epsilon}"
    variation = Definition(r"\delta f", Form(tex, forwards), properties)
    wrong: dict[str, Callable[..., Any]] = {
        "backwards": lambda f, at, by, e: (f(at - e * by) - f(at)) / e,
        "both sides, not halved": lambda f, at, by, e: (f(at + e * by) - f(at - e * by)) / e,
        "by the size of the step": lambda f, at, by, e: (f(at + e * by) - f(at)) / Abs(e),
    }
    return Theorem(
        variation,
        mutants={name: variation.of(Form(name, quotient)) for name, quotient in wrong.items()},
        printed={712: Printed(note="It depends on the direction H, which the left side does not name.")},
    )


def variation_that_is_not_linear() -> Theorem:
    """What `matrix_calculus.variation_that_is_not_linear` says."""
    p, q = positive("p"), positive("q")

    def f(first: Expr, second: Expr) -> Expr:
        return first**3 / (first**2 + second**2)

    claims: dict[str, Claim] = {
        "along (p, q)": Limit(f(eps * p, eps * q) / eps, eps, ZERO, f(p, q)),
        "along (p, 0)": Limit(f(eps * p, ZERO) / eps, eps, ZERO, p),
        "along (0, q)": Limit(f(ZERO, eps * q) / eps, eps, ZERO, ZERO),
        "not additive": Inequality(f(p, q), "<", p + 0),
    }
    return Theorem(AllOf(claims), mutants={"additive": Identity(f(p, q), p)})


def _tangent(at: Any) -> Any:
    """The projection onto the tangent space of the sphere through a point."""
    return Unit(n) - at * at.T / inner(at, at)


def _along(field: Any, direction: Any) -> Any:
    """The derivative of a field along another, whose own dependence on the point is left out."""
    fixed = MatrixSymbol("w", n, 1)
    return directional_derivative(field, x, fixed).subs(fixed, direction)


def covariant_derivative() -> Theorem:
    """What `matrix_calculus.covariant_derivative` says."""
    P, where = _tangent(x), (inner(x, x) > 0,)
    Y, Z, W = P * a, P * b, P * h  # tangent fields

    def nabla(field: Any, direction: Any) -> Any:
        return P * _along(field, direction)

    claims = {
        "value": MatrixIdentity(nabla(Y, W), -(inner(x, a) / inner(x, x)) * W, where),
        "metric": MatrixIdentity(_along(inner(Y, Z), W), inner(nabla(Y, W), Z) + inner(Y, nabla(Z, W)), where),
        "no torsion": MatrixIdentity(nabla(Z, Y) - nabla(Y, Z), _along(Z, Y) - _along(Y, Z), where),
        "normal part before the projection": MatrixIdentity(inner(x, _along(Y, W)), -inner(a, W), where),
    }
    mutants = {
        "not projected": MatrixIdentity(_along(Y, W), -(inner(x, a) / inner(x, x)) * W, where),
        "always tangent": MatrixIdentity(inner(x, _along(Y, W)), 0 * inner(a, W), where),
        "flat": MatrixIdentity(nabla(Y, W), 0 * W, where),
    }
    # On the circle at (1, 0): Y = (-sin, cos) is tangent, the projection at its own place leaves it as it is.
    printed = AllOf(
        {
            "first entry": Limit(-sin(eps) / eps, eps, ZERO, ZERO),
            "second entry": Limit((cos(eps) - 1) / eps, eps, ZERO, ZERO),
        }
    )
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            711: Printed(
                printed,
                correction=r"\nabla_HY=\mathrm{Proj}_{T_XM}\left(\left.\frac{d}{d\epsilon}Y(\gamma(\epsilon))\right|_{0}"
                r"\right),\quad \gamma(0)=X,\ \dot\gamma(0)=H",
                note="A tangent field is left as it is by the projection at its own point, so the limit is the "
                "derivative in the surrounding space: for the unit tangent field of the circle it is (-1, 0), normal "
                "to the circle, where the Levi-Civita derivative is 0. The projection at X has to come after the "
                "derivative, X + eps H does not lie on M, and the derivative is along H, not X.",
            )
        },
    )


def euler_lagrange() -> Theorem:
    """What `matrix_calculus.euler_lagrange` says."""
    f, g = Function("f", real=True), Function("g", real=True)
    of = Symbol("t", real=True)
    D = MatrixSymbol("D", m, n)  # differences on a grid

    def entrywise(value: Callable[[Any], Any], at: Any) -> Any:
        return ElementwiseApplyFunction(Lambda(of, value(of)), at)

    def slope_of(value: Any) -> Callable[[Any], Any]:
        return lambda at: value(at).diff(at)

    total = Trace(OneMatrix(1, m) * entrywise(f, D * x)) + Trace(OneMatrix(1, n) * entrywise(g, x))
    equation = D.T * entrywise(slope_of(f), D * x) + entrywise(slope_of(g), x)
    field, first, second, by, by_first = real("X"), real("X'"), real("X''"), real("H"), real("H'")
    density = first**4 / 4 + u * first**2 / 2 + u * field**3 / 3

    def along_u(value: Expr) -> Expr:
        """The derivative of an expression in u, X, X' and H by u."""
        chain = ((u, ONE), (field, first), (first, second), (by, by_first))
        return Add(*(value.diff(symbol) * rate for symbol, rate in chain))

    by_gradient, by_value = density.diff(first), density.diff(field)
    bump = u * (1 - u) * (slope + bend * u)
    claims = {
        "on a grid": derived(gradient, (total, x), equation),
        "first variation on a grid": derived(
            directional_derivative,
            (total, x, h),
            Trace(OneMatrix(1, m) * HadamardProduct(entrywise(slope_of(f), D * x), D * h))
            + Trace(OneMatrix(1, n) * HadamardProduct(entrywise(slope_of(g), x), h)),
        ),
        "by parts": Identity(
            by_gradient * by_first + by_value * by,
            (by_value - along_u(by_gradient)) * by + along_u(by_gradient * by),
        ),
        "the line is stationary": Identity(_first_variation(u, bump), ZERO),
    }
    mutants: dict[str, Claim] = {
        "sign of the divergence": derived(
            gradient, (total, x), -D.T * entrywise(slope_of(f), D * x) + entrywise(slope_of(g), x)
        ),
        "gradient forgotten": derived(gradient, (total, x), entrywise(slope_of(g), x)),
        "the parabola is stationary": Identity(_first_variation(u**2, bump), ZERO),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            713: Printed(
                Identity(_first_variation(u**2, u * (1 - u)), ZERO),
                correction=r"\frac{\partial L}{\partial X}-\mathrm{div}\,\frac{\partial L}{\partial\nabla X}=0",
                note="The integral is a number: if nothing in it depends on t its derivative is 0 for every X, for X = "
                "u^2 on [0, 1] with L = |grad X|^2/2 too, whose first variation along u(1-u) is not 0. If X moves in "
                "time, it need not be constant for a solution: for X = cos t and L = (X'^2 - X^2)/2 it is "
                "-cos(2t)/2. What vanishes is the derivative by epsilon of the integral at X + epsilon H, for every H "
                "that is 0 at the boundary.",
            )
        },
    )


def _first_variation(field: Expr, by: Expr) -> Expr:
    """The first variation of the integral of X'^2/2 over [0, 1]."""
    return Integral((field.diff(u) * by.diff(u)).expand(), (u, 0, 1))
