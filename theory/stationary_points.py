"""Stationary points and what second derivatives say of them: the claims that `gradient_flow` states.

In the eigenbasis of a symmetric Hessian a vector is a function on the coordinates, and a sum over coordinates an
integral: so the number of parameters is arbitrary.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integer, MatrixSymbol, Q, Trace, ZeroMatrix, exp, oo, sqrt
from sympy import Identity as Unit

from .claims import AllOf, Claim, Identity, Inequality, Limit, MatrixIdentity
from .gradients import gradient
from .measures import integral
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, function, integer, positive, real

ZERO, ONE = Integer(0), Integer(1)
CLOSED_BALL = Domain(-ONE, ONE, False, False)

n, p = integer("n", 1), integer("p", 1)  # samples, parameters
J, theta = MatrixSymbol("J", n, p), MatrixSymbol("theta", p, 1)  # Jacobian of the predictions, parameters
y, f0 = MatrixSymbol("y", n, 1), MatrixSymbol("f", n, 1)  # targets, predictions at theta = 0
t = positive("t")
g = function("g")  # coordinates of the gradient
low, bound = positive("lambda", tex=r"\lambda"), positive("M")  # a curvature; a bound on derivatives
extra = function("e", NONNEGATIVE)  # what the other curvatures exceed the least by
r, step = positive("r"), positive("eta", tex=r"\eta")  # distance from the point; step size
c = positive("c")


def least_squares(at: MatrixSymbol) -> Expr:
    """(1/2n) |f + J theta - y|^2, the loss of a model that is linear in its parameters."""
    residual = f0 + J * at - y
    return Trace(residual.T * residual) / (2 * n)


def stationary_points() -> Theorem:
    """See `gradient_flow.stationary_points`."""
    h = function("h", CLOSED_BALL)  # curvature along the gradient, as a share of its bound
    change = -step * integral(g**2) + step**2 / 2 * integral(bound * h * g**2)
    solution = (J.T * J).inv() * J.T * (y - f0)
    full = (Q.invertible(J.T * J),)
    slope = gradient(least_squares(theta), theta)
    claims: dict[str, Claim] = {
        "the flow stands still where the gradient is zero and nowhere else": Identity(
            integral((-g) ** 2), integral(g**2)
        ),
        "elsewhere a short step against the gradient lowers the loss": Inequality(
            change, "<=", -step * (1 - step * bound / 2) * integral(g**2)
        ),
        "least squares: the normal equations": MatrixIdentity(
            slope.xreplace({theta: solution}), ZeroMatrix(p, 1), full
        ),
    }
    mutants: dict[str, Claim] = {
        "a step with the gradient lowers it": Inequality(
            step * integral(g**2) + step**2 / 2 * integral(bound * h * g**2), "<=", ZERO
        ),
        "a step of any length lowers it": Inequality(change, "<=", ZERO),
        "normal equations without the predictions at zero": MatrixIdentity(
            slope.xreplace({theta: (J.T * J).inv() * J.T * y}), ZeroMatrix(p, 1), full
        ),
    }
    note = (
        "What is said of the Hessian there is sufficient, not necessary: positive eigenvalues make a strict minimum, "
        "mixed signs a saddle, but with an eigenvalue zero and no two of opposite signs nothing follows "
        "(gradient_flow.second_order_test), and minima with zero loss of a model with more parameters than samples "
        "always have such eigenvalues (gradient_flow.interpolating_minima)."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={100: Printed(note=note)})


def second_order_test() -> Theorem:
    """See `gradient_flow.second_order_test`."""
    at, x = function("h"), real("x")
    near = (r < 3 * low / bound,)
    remainder = bound * r**3 / 6  # of Taylor's second-order formula, third derivatives along rays at most M

    def curvature(expr: Expr) -> Expr:
        return expr.diff(x, 2).subs(x, 0)

    claims: dict[str, Claim] = {
        "positive eigenvalues: the quadratic part": Inequality(
            integral((low + extra) * at**2) / 2, ">=", low / 2 * integral(at**2)
        ),
        "positive eigenvalues: a strict minimum": Inequality(low * r**2 / 2 - remainder, ">", ZERO, near),
        "negative eigenvalues: the quadratic part": Inequality(
            integral(-(low + extra) * at**2) / 2, "<=", -low / 2 * integral(at**2)
        ),
        "negative eigenvalues: a strict maximum": Inequality(-low * r**2 / 2 + remainder, "<", ZERO, near),
        "x^4 has a minimum": Inequality(x**4, ">=", ZERO),
        "where its second derivative is zero": Identity(curvature(x**4), ZERO),
        "as is that of x^3": Identity(curvature(x**3), ZERO),
        "which takes opposite values": Identity((-x) ** 3, -(x**3)),
        "and that of -x^4": Identity(curvature(-(x**4)), ZERO),
    }
    mutants: dict[str, Claim] = {
        "no eigenvalue negative is enough": Inequality(-remainder, ">=", ZERO),
        "at any distance": Inequality(low * r**2 / 2 - remainder, ">", ZERO),
        "a minimum has positive curvature": Inequality(curvature(x**4), ">", ZERO),
        "zero curvature is a minimum": Inequality(x**3, ">=", ZERO),
        "zero curvature is no maximum": Inequality(-(x**4), ">=", ZERO),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def interpolating_minima() -> Theorem:
    """See `gradient_flow.interpolating_minima`."""
    a, b, bend, at, target = real("a"), real("b"), real("c"), real("theta", tex=r"\theta"), real("y")
    full = (Q.invertible(J * J.T),)
    kernel = Unit(p) - J.T * (J * J.T).inv() * J  # the projection on the directions that no prediction feels
    hessian = J.T * J / n
    predicted = a + b * at + bend * at**2
    fitted = {target: predicted}
    curve = ((predicted - target) ** 2 / 2).diff(at, 2)
    claims: dict[str, Claim] = {
        "without residual no second derivative of the model": Identity(curve.xreplace(fitted), predicted.diff(at) ** 2),
        "Hessian": MatrixIdentity(gradient(Trace(theta.T * hessian * theta) / 2, theta), hessian * theta),
        "it vanishes on them": MatrixIdentity(hessian * kernel, ZeroMatrix(p, p), full),
        "their number": MatrixIdentity(Trace(kernel), p - n, full),
    }
    mutants: dict[str, Claim] = {
        "with any residual": Identity(curve, predicted.diff(at) ** 2),
        "it vanishes everywhere": MatrixIdentity(hessian, ZeroMatrix(p, p)),
        "as many as parameters": MatrixIdentity(Trace(kernel), p, full),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def saddle_escape() -> Theorem:
    """See `gradient_flow.saddle_escape`."""
    a0, b0 = positive("a", tex="a_0"), real("b", tex="b_0")
    grown = sqrt(1 + a0**2 * (exp(2 * t) - 1))
    a, b = a0 * exp(t) / grown, b0 * exp(-low * t)
    claims: dict[str, Claim] = {
        "the flow across": Identity(Derivative(a, t), a - a**3),
        "the flow along": Identity(Derivative(b, t), -low * b),
        "the start": Identity(a.subs(t, 0), a0),
        "from the right it ends at the right minimum": Limit(a, t, oo, ONE),
        "along, it always ends": Limit(b, t, oo, ZERO),
        "curvature at the saddle": Identity(((c**2 - 1) ** 2 / 4).diff(c, 2).subs(c, 0), -ONE),
    }
    mutants: dict[str, Claim] = {
        "it ends at the saddle": Limit(a, t, oo, ZERO),
        "slower": Identity(Derivative(a, t), (a - a**3) / 2),
        "curvature of a minimum": Inequality(((c**2 - 1) ** 2 / 4).diff(c, 2).subs(c, 0), ">", ZERO),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def balanced_layers() -> Theorem:
    """See `gradient_flow.balanced_layers`."""
    d, q, m = (integer(name, 1) for name in "dqm")  # inputs, hidden units, outputs
    first, second = MatrixSymbol("W_1", q, d), MatrixSymbol("W_2", m, q)
    data, target = MatrixSymbol("X", d, n), MatrixSymbol("Y", m, n)
    residual = second * first * data - target
    loss = Trace(residual.T * residual) / (2 * n)
    down1, down2 = gradient(loss, first), gradient(loss, second)
    error = MatrixSymbol("h", q, d)
    claims: dict[str, Claim] = {
        "conserved": MatrixIdentity(down1 * first.T + first * down1.T, down2.T * second + second.T * down2),
        "entry by entry of the product": MatrixIdentity(down1 * first.T, second.T * down2),
        "zero weights are stationary": MatrixIdentity(down1.xreplace({second: ZeroMatrix(m, q)}), ZeroMatrix(q, d)),
        "and so is the second layer's": MatrixIdentity(down2.xreplace({first: ZeroMatrix(q, d)}), ZeroMatrix(m, q)),
    }
    mutants: dict[str, Claim] = {
        "with the other sign": MatrixIdentity(down1 * first.T + first * down1.T, -down2.T * second - second.T * down2),
        "transposed": MatrixIdentity(down1 * first.T, down2.T * second),
        "zero in one layer is enough": MatrixIdentity(
            down2.xreplace({second: ZeroMatrix(m, q), first: error}), ZeroMatrix(m, q)
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)
