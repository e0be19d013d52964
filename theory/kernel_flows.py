"""Predictions along a gradient flow: expansion in the parameters, the tangent kernel, and its exponential.

The claims that `gradient_flow` states.  Predictions on n samples are a column f; J is their Jacobian by p parameters,
one row a sample, and j that of the prediction at another input.  The loss is |f - y|^2/(2n), and its 1/n is carried
through: what the source leaves out from equation 105 on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import (
    Abs,
    Derivative,
    DiagMatrix,
    Expr,
    Integer,
    Integral,
    Lambda,
    MatrixSymbol,
    Q,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    exp,
    expand,
    oo,
    sqrt,
    tanh,
)
from sympy import Identity as Unit
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, MatrixIdentity
from .gradients import gradient
from .measures import expect, integral
from .smooth_functions import smooth
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, density, function, integer, positive, real, reals
from .written_networks import Form

ZERO, ONE = Integer(0), Integer(1)
CLOSED_BALL = Domain(-ONE, ONE, False, False)

m, n, p = integer("m", 1), integer("n", 1), integer("p", 1)  # outputs, samples, parameters
J, j = MatrixSymbol("J", n, p), MatrixSymbol("j", 1, p)
theta = MatrixSymbol("theta", p, 1)
f, f0, y = (MatrixSymbol(name, n, 1) for name in ("f", "f_0", "y"))
Qm, E = MatrixSymbol("Q", n, n), MatrixSymbol("E", n, n)  # eigenvectors of the kernel; exp(-Lambda t/n)
rates = MatrixSymbol("lambda", n, 1)  # its eigenvalues
cross = MatrixSymbol("k", 1, n)  # kernel of another input with the samples
t, s, M = positive("t"), positive("s"), positive("M")
h, a, x = reals("h a x")
lam = positive("lambda", tex=r"\lambda")
start, goal = real("f0", tex=r"\tilde f_0"), real("y", tex=r"\tilde y")
low = positive("l", tex=r"\lambda_{\min}")
extra, rest = function("e", NONNEGATIVE), function("r")

LEFT_OUT = (
    "The loss of equation 99 has 1/n before its sum, which is lost here: the predictions move n times slower than "
    "printed (or the printed time is t/n)."
)


def mean_square_loss() -> Theorem:
    """See `gradient_flow.mean_square_loss`."""
    F, Y = MatrixSymbol("F", m, n), MatrixSymbol("Y", m, n)  # one sample a column

    def properties(loss: Form) -> Mapping[str, Claim]:
        return {
            "gradient by the predictions": MatrixIdentity(gradient(loss(F, Y), F), (F - Y) / n),
            "zero at the targets": MatrixIdentity(loss(Y, Y), ZERO),
            "quadratic": MatrixIdentity(loss(3 * F - 2 * Y, Y), 9 * loss(F, Y)),
        }

    def with_factor(tex: str, factor: Expr) -> Form:
        return Form(tex, lambda found, wanted: factor * Trace((found - wanted).T * (found - wanted)))

    loss = Definition("L", with_factor(r"\frac1{2n}\sum_i\|f(x_i)-y_i\|^2", 1 / (2 * n)), properties)
    return Theorem(
        loss,
        mutants={
            "without 1/n": loss.of(with_factor(r"\frac12\sum_i\|f(x_i)-y_i\|^2", Rational(1, 2))),
            "without 1/2": loss.of(with_factor(r"\frac1n\sum_i\|f(x_i)-y_i\|^2", 1 / n)),
            "divided by all entries": loss.of(with_factor(r"\frac1{2nm}\sum_i\|f(x_i)-y_i\|^2", 1 / (2 * n * m))),
        },
        printed={99: Printed(note="The factor 1/n of this loss is missing in equations 105 to 107 and 109.")},
    )


def second_order_expansion() -> Theorem:
    """See `gradient_flow.second_order_expansion`."""
    coefficients = reals("c0 c1 c2 c3 c4 c5")
    along = sum((c * s**k for k, c in enumerate(coefficients)), ZERO)  # the prediction on the way from theta_0
    remainder = Integral((1 - s) ** 2 / 2 * along.diff(s, 3), (s, 0, 1))
    first = sum(along.diff(s, k).subs(s, 0) / (1, 1, 2)[k] for k in range(3))
    weight, third = density("w"), function("u", CLOSED_BALL)  # 3 (1 - s)^2; third derivatives as a share of M
    kink = Abs(h) ** Rational(5, 2)  # value, slope and curvature zero at zero
    claims: dict[str, Claim] = {
        "remainder in integral form": Identity(remainder, along.subs(s, 1) - first),
        "weights of the remainder": Identity(Integral((1 - s) ** 2 / 2, (s, 0, 1)), Rational(1, 6)),
        "at most M |h|^3/6": Inequality(expect(weight, M * third) / 6, "<=", M / 6),
        "at least -M |h|^3/6": Inequality(expect(weight, M * third) / 6, ">=", -M / 6),
        "an exponential": Limit((exp(a * h) - 1 - a * h - a**2 * h**2 / 2) / h**3, h, ZERO, a**3 / 6),
        "a unit with tanh, two parameters": Limit(
            ((1 + h) * tanh(h * x) - h * x - h**2 * x) / h**3, h, ZERO, -(x**3) / 3
        ),
    }
    mutants: dict[str, Claim] = {
        "half of the second order": Identity(remainder, along.subs(s, 1) - first + coefficients[2] / 2),
        "a smaller bound": Inequality(expect(weight, M * third) / 6, "<=", M / 12),
        "fourth order": Limit((exp(h) - 1 - h - h**2 / 2) / h**3, h, ZERO, ZERO),
        "two derivatives are enough": Limit(kink / Abs(h) ** Rational(5, 2), h, ZERO, ZERO),
    }
    printed = AllOf({"|theta|^(5/2): O(|h|^3) is o(|h|^(5/2))": mutants["two derivatives are enough"]})
    note = (
        "A network of rectifiers has no second derivative at its kinks. For several outputs the quadratic term is a "
        "column of quadratic forms, one Hessian an output."
    )
    told = "f has bounded third derivatives near theta_0: |theta|^(5/2) is twice continuously differentiable only"
    correction = (
        r"\Bigl|f(\theta)-f(\theta_0)-J_f\,h-\tfrac12h^\top H_fh\Bigr|\le\tfrac M6\|h\|^3,\quad h=\theta-\theta_0"
    )
    return Theorem(
        AllOf(claims),
        sizes="integral form: polynomials up to degree five on the way",
        mutants=mutants,
        printed={102: Printed(printed, assumption=told, correction=correction, note=note)},
    )


def linearization() -> Theorem:
    """See `gradient_flow.linearization`."""
    c, width = (
        positive("c"),
        positive("N"),
    )  # squared move; width of a network sum_j a_j sigma(w_j x)/sqrt(N), trained in w
    move, sign, bend = function("d"), function("a", CLOSED_BALL), function("b", CLOSED_BALL)
    weight, second = density("w"), function("u", CLOSED_BALL)  # 2 (1 - s); second derivatives as a share of M
    curved = integral(sign * M * bend * move**2) / (2 * sqrt(width))  # its term of second order
    linear = f0 + J * theta
    residual = linear - y
    loss = Trace(residual.T * residual) / (2 * n)
    full = (Q.invertible(J * J.T),)
    nearest = J.T * (J * J.T).inv() * (y - f0)
    kernel = Unit(p) - J.T * (J * J.T).inv() * J
    claims: dict[str, Claim] = {
        "weights of the remainder": Identity(Integral(1 - s, (s, 0, 1)), Rational(1, 2)),
        "at most M |h|^2/2": Inequality(expect(weight, M * second) / 2, "<=", M / 2),
        "at least -M |h|^2/2": Inequality(expect(weight, M * second) / 2, ">=", -M / 2),
        "the error of a wide network": Inequality(curved, "<=", M * integral(move**2) / (2 * sqrt(width))),
        "from below": Inequality(curved, ">=", -M * integral(move**2) / (2 * sqrt(width))),
        "tends to zero with the width": Limit(M * c / (2 * sqrt(width)), width, oo, ZERO),
        "the linear model reaches the targets": MatrixIdentity(linear.xreplace({theta: nearest}), y, full),
        "on the shortest way, which its flow takes from zero": MatrixIdentity(
            kernel * gradient(loss, theta), ZeroMatrix(p, 1), full
        ),
    }
    mutants: dict[str, Claim] = {
        "half of it": Inequality(expect(weight, M * second) / 2, "<=", M / 4),
        "no error": Inequality(curved, "<=", ZERO),
        "in the course of time, at one width": Limit(M * c / (2 * sqrt(width)), s, oo, ZERO),
        "half the way": MatrixIdentity(linear.xreplace({theta: nearest / 2}), y, full),
        "all directions are kept": MatrixIdentity(gradient(loss, theta), ZeroMatrix(p, 1), full),
    }
    why = (
        "An approximation without a bound says nothing that can be checked. The error is at most M |theta - theta_0|^2 "
        "/2 with a bound M on second derivatives on the way; what makes it small is the scaling 1/sqrt(width) with "
        "parameters of order one, not the number of parameters: without it a wide network leaves its linearization."
    )
    fixed = r"\Bigl|f(x;\theta)-f(x;\theta_0)-J_f(x;\theta_0)(\theta-\theta_0)\Bigr|\le\tfrac M2\|\theta-\theta_0\|^2"
    return Theorem(AllOf(claims), mutants=mutants, printed={103: Printed(informal=why, correction=fixed)})


def prediction_chain_rule() -> Theorem:
    """See `gradient_flow.prediction_chain_rule`."""
    w0, w1, w2, v0, v1, v2 = reals("w0 w1 w2 v0 v1 v2")
    w, v = w0 + w1 * t + w2 * t**2, v0 + v1 * t + v2 * t**2
    W, V = reals("W V")

    def composed(predict: Any) -> tuple[Expr, Expr]:
        """The derivative along the curve, and the Jacobian at its place times its velocity."""
        by_weight = predict(W, V).diff(W).xreplace({W: w, V: v}) * w.diff(t)
        by_other = predict(W, V).diff(V).xreplace({W: w, V: v}) * v.diff(t)
        return Derivative(predict(w, v), t), by_weight + by_other

    units = {
        "a unit with tanh": lambda inner, outer: outer * tanh(inner * x),
        "an exponential unit": lambda inner, outer: outer * exp(inner * x),
        "a product of layers": lambda inner, outer: inner**2 * outer**3 * x,
    }
    sides = {name: composed(predict) for name, predict in units.items()}
    claims: dict[str, Claim] = {name: Identity(left, right) for name, (left, right) in sides.items()}

    def any_smooth() -> Iterator[tuple[str, Any, Any]]:
        for count in (1, 2, 3):
            curve = [smooth(f"theta^{{({i + 1})}}")(t) for i in range(count)]
            moved = (smooth("f", (i,))(*curve) * curve[i].diff(t) for i in range(count))
            yield f"{count} parameters", expand(smooth("f")(*curve).diff(t)), expand(sum(moved, ZERO))

    formula = r"\frac{d}{dt}f(\theta(t))=\sum_i\partial_if(\theta(t))\,\theta_i'(t)"
    covered = "one to three parameters; unknown smooth functions"
    claims["any smooth prediction along any smooth curve"] = Finite(any_smooth, formula, covered)
    claims["linear in the parameters, all sizes"] = MatrixIdentity(
        (f + J * (theta + h * j.T)) - (f + J * theta), h * J * j.T
    )
    left, right = sides["a unit with tanh"]
    kink = (Abs(h) - Abs(ZERO)) / h
    mutants: dict[str, Claim] = {
        "velocity of one layer only": Identity(left, right.xreplace({v1: ZERO, v2: ZERO})),
        "a kink on the way": Limit(kink, h, ZERO, -ONE, "+"),
        "twice as fast": Finite(lambda: iter([("t^2", (t**2).diff(t), 2 * 2 * t)]), formula, covered),
    }
    note = "It needs a prediction that is differentiable along the flow: at a rectifier's kink there is no Jacobian."
    return Theorem(
        AllOf(claims),
        sizes="any smooth prediction of one to three parameters; linear models of every size",
        mutants=mutants,
        printed={104: Printed(note=note)},
    )


def prediction_flow() -> Theorem:
    """See `gradient_flow.prediction_flow`."""
    residual = f + J * theta - y
    down = -gradient(Trace(residual.T * residual) / (2 * n), theta)
    claims: dict[str, Claim] = {
        "parameters": MatrixIdentity(down, -J.T * residual / n),
        "predictions": MatrixIdentity(j * down, -j * J.T * residual / n),
    }
    mutants: dict[str, Claim] = {
        "without 1/n": MatrixIdentity(j * down, -j * J.T * residual),
        "without 1/2 in the loss": MatrixIdentity(j * down, -2 * j * J.T * residual / n),
        "uphill": MatrixIdentity(j * down, j * J.T * residual / n),
    }
    fixed = (
        r"\frac{df(x;\theta(t))}{dt}=-\frac1n\sum_{i=1}^nJ_f(x;\theta(t))J_f(x_i;\theta(t))^\top(f(x_i;\theta(t))-y_i)"
    )
    note = LEFT_OUT + " The sentence before has the same slip, and J where its transpose belongs."
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={105: Printed(mutants["without 1/n"], correction=fixed, note=note)},
    )


def constant_kernel_flow() -> Theorem:
    """See `gradient_flow.constant_kernel_flow`."""
    residual = f + J * theta - y
    down = -gradient(Trace(residual.T * residual) / (2 * n), theta)
    K = J * J.T
    elsewhere, here = j * down, J * down
    claims: dict[str, Claim] = {
        "at another input": MatrixIdentity(elsewhere, -(j * J.T) * residual / n),
        "at the samples": MatrixIdentity(here, -K * residual / n),
        "the kernel is symmetric": MatrixIdentity(K.T, K),
        "of a model that is linear in its parameters it is constant": MatrixIdentity(
            (f + J * (theta + j.T)) - (f + J * theta), J * j.T
        ),
    }
    mutants: dict[str, Claim] = {
        "another input, without 1/n": MatrixIdentity(elsewhere, -(j * J.T) * residual),
        "samples, without 1/n": MatrixIdentity(here, -K * residual),
        "kernel of the parameters": MatrixIdentity(down, -J.T * J * theta / n),
    }
    fixed = r"\frac{df(x;\theta(t))}{dt}=-\frac1n\sum_{i=1}^nK_0(x,x_i)(f(x_i;\theta(t))-y_i)"
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            106: Printed(mutants["another input, without 1/n"], correction=fixed, note=LEFT_OUT),
            107: Printed(
                mutants["samples, without 1/n"],
                correction=r"\frac{d\mathbf f(t)}{dt}=-\frac1nK_0(\mathbf f(t)-\mathbf y)",
                note=LEFT_OUT,
            ),
        },
    )


def scaled(power: int, time: Any) -> Any:
    """diag((-lambda)^power exp(-lambda time)): the exponential of the eigenvalues and its derivatives in time."""
    u = Symbol("u", real=True)
    return DiagMatrix(ElementwiseApplyFunction(Lambda(u, (-u) ** power * exp(-u * time)), rates))


def kernel_solution() -> Theorem:
    """See `gradient_flow.kernel_solution`."""
    D = MatrixSymbol("Lambda", n, n)
    spectral = (Q.orthogonal(Qm), Q.diagonal(D), Q.diagonal(E))
    decay = Qm * E * Qm.T
    solved = decay * f0 + (Unit(n) - decay) * y
    velocity = Qm * (-D * E) * Qm.T * (f0 - y)  # by d/dt E = -Lambda E
    K = Qm * D * Qm.T

    def other(c: Any) -> Any:
        return decay * f0 + c * (Unit(n) - decay) * y

    claims: dict[str, Claim] = {
        "derivative of exp(-Lambda t)": MatrixIdentity(scaled(1, t), -DiagMatrix(rates) * scaled(0, t)),
        "it is a semigroup": MatrixIdentity(scaled(0, t + s), scaled(0, t) * scaled(0, s)),
        "the solution moves as it should": MatrixIdentity(velocity, -K * (solved - y), spectral),
        "and starts as it should": MatrixIdentity(
            (Qm * scaled(0, ZERO) * Qm.T) * f0 + (Unit(n) - Qm * scaled(0, ZERO) * Qm.T) * y, f0, (Q.orthogonal(Qm),)
        ),
        "it is the only one: where u' = -lambda u, exp(lambda t) u is constant": Identity(
            lam * exp(lam * t) * start + exp(lam * t) * (-lam * start), ZERO
        ),
        "where the kernel is regular, at another input": MatrixIdentity(
            cross * K.inv() * velocity, -cross * (decay * (f0 - y)), (*spectral, Q.invertible(D))
        ),
    }
    mutants: dict[str, Claim] = {
        "growing": MatrixIdentity(velocity, K * (solved - y), spectral),
        "half the rate": MatrixIdentity(velocity, -K * (solved - y) / 2, spectral),
        "twice the targets": MatrixIdentity(velocity, -K * (other(2) - y), spectral),
        "derivative with the other sign": MatrixIdentity(scaled(1, t), DiagMatrix(rates) * scaled(0, t)),
    }
    note = (
        "It solves the system as printed in 107; the predictions of the flow of loss 99 are this at time t/n. The "
        "sentence after it, f(t) -> y, needs a kernel that is positive definite (gradient_flow.interpolation)."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={108: Printed(note=note)})


def interpolation() -> Theorem:
    """See `gradient_flow.interpolation`."""
    residue = exp(-lam * t) * (start - goal)
    mean = (start + goal) / 2  # two equal inputs: kernel ((1, 1), (1, 1)), both predictions x0, targets start and goal
    x0 = real("x0", tex="x_0")
    both = mean + exp(-2 * t) * (x0 - mean)
    claims: dict[str, Claim] = {
        "positive eigenvalue": Limit(residue, t, oo, ZERO),
        "eigenvalue zero": Identity(residue.xreplace({lam: ZERO}), start - goal),
        "no slower than the least eigenvalue": Inequality(
            integral(exp(-2 * t * (low + extra)) * rest**2), "<=", exp(-2 * t * low) * integral(rest**2)
        ),
        "equal inputs, different targets: the flow": Identity(Derivative(both, t), -(both - start) - (both - goal)),
        "ends at their mean": Limit(both, t, oo, mean),
        "fewer parameters than samples: left null vectors of J stay": MatrixIdentity(
            (Unit(n) - J * (J.T * J).inv() * J.T) * (J * J.T), ZeroMatrix(n, n), (Q.invertible(J.T * J),)
        ),
    }
    mutants: dict[str, Claim] = {
        "any kernel": Limit(both, t, oo, goal),
        "twice as fast": Inequality(
            integral(exp(-2 * t * (low + extra)) * rest**2), "<=", exp(-4 * t * low) * integral(rest**2)
        ),
        "without decay": Limit(residue.xreplace({lam: ZERO}), t, oo, ZERO),
        "any kernel is singular": MatrixIdentity(J * J.T, ZeroMatrix(n, n)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def kernel_modes() -> Theorem:
    """See `gradient_flow.kernel_modes`."""
    D = MatrixSymbol("Lambda", n, n)
    spectral = (Q.orthogonal(Qm), Q.diagonal(D))
    moved = Qm.T * (-(Qm * D * Qm.T) * (f - y) / n)
    turned = Qm.T * f - Qm.T * y
    claims: dict[str, Claim] = {
        "in the eigenbasis": MatrixIdentity(moved, -D * turned / n, spectral),
        "lengths are kept": MatrixIdentity(turned.T * turned, (f - y).T * (f - y), spectral),
    }
    mutants: dict[str, Claim] = {
        "without 1/n": MatrixIdentity(moved, -D * turned, spectral),
        "eigenvectors transposed": MatrixIdentity(moved, -D * (Qm * f - Qm * y) / n, spectral),
        "any basis": MatrixIdentity(moved, -D * turned / n, (Q.diagonal(D),)),
    }
    fixed = r"\frac{d\tilde{\mathbf f}(t)}{dt}=-\frac1n\Lambda(\tilde{\mathbf f}(t)-\tilde{\mathbf y})"
    note = LEFT_OUT + " As a change of basis in 107 as printed it is right."
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={109: Printed(mutants["without 1/n"], correction=fixed, note=note)},
    )


def mode_solution() -> Theorem:
    """See `gradient_flow.mode_solution`."""
    mode = exp(-lam * t) * start + (1 - exp(-lam * t)) * goal
    faster = lam + positive("d")
    claims: dict[str, Claim] = {
        "flow": Identity(Derivative(mode, t), -lam * (mode - goal)),
        "start": Identity(mode.subs(t, 0), start),
        "rate": Identity((mode - goal).subs(t, t + s), exp(-lam * s) * (mode - goal)),
        "a larger eigenvalue is faster": Inequality(exp(-faster * t), "<", exp(-lam * t)),
        "end": Limit(mode, t, oo, goal),
    }
    mutants: dict[str, Claim] = {
        "rate twice the eigenvalue": Identity((mode - goal).subs(t, t + s), exp(-2 * lam * s) * (mode - goal)),
        "a larger eigenvalue is slower": Inequality(exp(-faster * t), ">", exp(-lam * t)),
        "targets forgotten": Identity(Derivative(mode, t), -lam * mode),
    }
    note = (
        "It solves 109 as printed, with a rate equal to the eigenvalue; along the flow of loss 99 the rate is the "
        "eigenvalue over n. A mode with eigenvalue zero does not decay."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={110: Printed(note=note)})
