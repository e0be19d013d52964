"""The Gauss-Newton decomposition of a Hessian, and what it leaves out: the claims behind `theory.hessian`.

A network puts out u = f(theta), a loss is a function of u. With J the Jacobian of f, Q the Hessian of the loss by the
outputs and g its gradient, the Hessian by the parameters is J^T Q J + sum_k g_k D^2 f_k. Sizes are symbols: the network
B phi(A theta) and the loss c^T psi(C u) have unknown functions phi and psi. Outputs of all samples stand in one column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Add, Function, Integer, Matrix, MatrixSymbol, Q, Rational, Trace, ZeroMatrix, expand

from .claims import AllOf, Claim, Definition, Finite, Identity, MatrixIdentity
from .layer_derivatives import entrywise, f, inner
from .matrix_calculus import directional_derivative, gradient, hessian, jacobian
from .smooth_functions import gradient_of, hessian_of, second_derivatives, smooth
from .statements import Printed, Theorem
from .symbols import integer, real, reals
from .written_networks import Form

d, m, k, p, N = (integer(name, 1) for name in ("d", "m", "k", "p", "N"))
theta, v = MatrixSymbol("theta", d, 1), MatrixSymbol("v", d, 1)
A, B = MatrixSymbol("A", k, d), MatrixSymbol("B", m, k)
C, c, S = MatrixSymbol("C", p, m), MatrixSymbol("c", p, 1), MatrixSymbol("S", m, m)
u, y, w = (MatrixSymbol(name, m, 1) for name in "uyw")
psi = Function("psi", real=True)
linear = MatrixSymbol("A", m, d)
network = B * entrywise(f, A * theta)
J = jacobian(network, theta)
Cases = Iterator[tuple[str, Any, Any]]


def any_loss(at: Any) -> Any:
    """c^T psi(C u): a loss in which all outputs meet."""
    return Trace(c.T * entrywise(psi, C * at))


def half_square(at: Any) -> Any:
    """Half the mean over N samples of the squared distances: |u - y|^2/(2 N) for the stacked outputs."""
    return inner(at - y, at - y) / (2 * N)


def split(loss: Callable[[Any], Any], outputs: Any = network, slope: Any = J) -> tuple[Any, Any]:
    """Both terms of the Hessian of loss(f(theta)): J^T Q J, and the outputs' Hessians weighted with g."""
    bend = hessian(loss(u), u).subs(u, outputs)
    rest = hessian(inner(w, outputs), theta).subs(w, gradient(loss(u), u).subs(u, outputs))
    return slope.T * bend * slope, rest


def gauss_newton() -> Theorem:
    """What `hessian.gauss_newton` says."""
    first, second = split(any_loss)
    whole = hessian(any_loss(network), theta)
    t, g, a, q = real("t"), *(MatrixSymbol(name, m, 1) for name in "gap")
    # Outputs along any curve of parameters, to second order: u0 + t q + t^2 a/2; a loss to second order: g and S.
    moved = t * q + t**2 * a / 2
    jet = inner(g, moved) + inner(moved, S * moved) / 2
    left_over = t**3 * inner(q, S * a) / 2 + t**4 * inner(a, S * a) / 8
    symmetric = (Q.symmetric(S),)
    square = t**2 * (inner(q, S * q) + inner(g, a)) / 2
    claims: dict[str, Claim] = {
        "decomposition": MatrixIdentity(whole, first + second),
        "any network and loss, to second order": MatrixIdentity(jet, t * inner(g, q) + square + left_over, symmetric),
        "first term, as a form": MatrixIdentity(inner(v, first * v), _form_of(first, J * v)),
    }
    mutants: dict[str, Claim] = {
        "second term dropped": MatrixIdentity(whole, first),
        "first term dropped": MatrixIdentity(whole, second),
        "second term subtracted": MatrixIdentity(whole, first - second),
        "curvature of the outputs subtracted": MatrixIdentity(
            jet, t * inner(g, q) + t**2 * (inner(q, S * q) - inner(g, a)) / 2 + left_over, symmetric
        ),
        "outputs' curvature halved": MatrixIdentity(
            jet, t * inner(g, q) + t**2 * (inner(q, S * q) + inner(g, a) / 2) / 2 + left_over, symmetric
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants, printed={122: _printed()})


def _form_of(first: Any, moved: Any) -> Any:
    """(J v)^T Q (J v) with the loss's curvature in the middle."""
    bend = hessian(any_loss(u), u).subs(u, network)
    return inner(moved, bend * moved)


def _printed() -> Printed:
    """Equation 122, for the network x^2 of one parameter and half the squared error of one sample."""
    x, target = reals("theta y")
    output = x**2
    loss = (output - target) ** 2 / 2
    return Printed(
        Identity(loss.diff(x, 2), output.diff(x) ** 2),
        correction=r"\nabla^2_\theta L=\mathbb{E}\left[J^\top\,\nabla^2_f\ell\,J"
        r"+\sum_k\frac{\partial\ell}{\partial f_k}\nabla^2_\theta f_k\right],\quad J=\frac{\partial f}{\partial\theta}",
        note="The loss is not in the printed right side at all. For half the squared error of one output it is the "
        "first term, which is the Hessian where the network is affine in its parameters or every residual is zero "
        "(hessian.vanishing_second_term); without the half there is a factor 2, and for other losses the curvature "
        "of the loss stands between the gradients.",
    )


def square_loss() -> Theorem:
    """What `hessian.gauss_newton_square_loss` says."""
    whole = hessian(half_square(network), theta)
    first, second = split(half_square)
    residual = (network - y) / N
    weighted = hessian(inner(w, network), theta).subs(w, residual)
    claims: dict[str, Claim] = {
        "decomposition": MatrixIdentity(whole, J.T * J / N + weighted),
        "first term": MatrixIdentity(first, J.T * J / N),
        "second term": MatrixIdentity(second, weighted),
        "gradient": MatrixIdentity(gradient(half_square(network), theta), J.T * residual),
    }
    mutants: dict[str, Claim] = {
        "residual with the other sign": MatrixIdentity(whole, J.T * J / N - weighted),
        "residual forgotten": MatrixIdentity(whole, J.T * J / N),
        "not divided by N": MatrixIdentity(whole, J.T * J + N * weighted),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def written_out() -> Theorem:
    """What `hessian.gauss_newton_written_out` says."""

    def cases(weight: int = 1, sizes: Any = ((1, 1), (2, 1), (1, 2), (2, 2), (3, 1), (1, 3), (3, 2))) -> Cases:
        for parameters, outputs in sizes:
            at = reals(" ".join(f"theta_{i + 1}" for i in range(parameters)))
            names = [f"f^{{({j + 1})}}" for j in range(outputs)]
            values = [smooth(name)(*at) for name in names]
            slopes = Matrix([list(gradient_of(name, at)) for name in names])
            rest = [one * hessian_of(name, at) for one, name in zip(gradient_of("l", values), names, strict=True)]
            found = slopes.T * hessian_of("l", values) * slopes + weight * sum(rest, Matrix.zeros(parameters))
            whole = second_derivatives(smooth("l")(*values), at)
            yield f"{parameters} parameters, {outputs} outputs", whole, found.applyfunc(expand)

    def concrete(weight: int, curved: bool = True) -> Cases:
        one, other = reals("theta_1 theta_2")
        values = (one * other, one + other**2)

        def loss(a: Any, b: Any) -> Any:
            return a**2 + a * b + b**3

        a, b = reals("a b")
        at = dict(zip((a, b), values, strict=True))
        slopes = Matrix([[value.diff(x) for x in (one, other)] for value in values])
        bend = second_derivatives(loss(a, b), (a, b)).xreplace(at) if curved else Matrix.eye(2)
        rest = [
            loss(a, b).diff(x).xreplace(at) * second_derivatives(value, (one, other))
            for x, value in zip((a, b), values, strict=True)
        ]
        found = (slopes.T * bend * slopes + weight * sum(rest, Matrix.zeros(2))).applyfunc(expand)
        yield "theta_1 theta_2 and theta_1 + theta_2^2", second_derivatives(loss(*values), (one, other)), found

    tex = r"D^2(\ell\circ f)=J^\top(D^2\ell)J+\sum_k\partial_k\ell\,D^2f_k"
    sizes = "one to three parameters and outputs, unknown smooth functions of all of them"
    return Theorem(
        Finite(cases, tex, sizes),
        mutants={
            "second term dropped": Finite(lambda: concrete(0), tex, sizes),
            "second term subtracted": Finite(lambda: concrete(-1), tex, sizes),
            "loss of curvature one": Finite(lambda: concrete(1, curved=False), tex, sizes),
        },
    )


def vanishing_second_term() -> Theorem:
    """What `hessian.vanishing_second_term` says."""
    bend = hessian(any_loss(u), u).subs(u, linear * theta)
    affine = hessian(any_loss(linear * theta), theta)
    whole = hessian(half_square(network), theta)
    a, b, s, x, target = reals("a b s x y")
    piecewise = (a * s * b * x - target) ** 2 / 2
    cross = s**2 * x**2 * a * b + (a * s * b * x - target) * s * x
    claims: dict[str, Claim] = {
        "affine in the parameters": MatrixIdentity(affine, linear.T * bend * linear),
        "every residual zero": MatrixIdentity(whole.subs(y, network), J.T * J / N),
        "one layer of a rectifier network": Identity(piecewise.diff(a, 2), (s * b * x) ** 2),
        "two of its layers": Identity(piecewise.diff(a, b), cross),
    }
    mutants: dict[str, Claim] = {
        "every network": MatrixIdentity(whole, J.T * J / N),
        "targets zero": MatrixIdentity(whole.subs(y, ZeroMatrix(m, 1)), J.T * J / N),
        "rectifier network, all layers": Identity(piecewise.diff(a, b), s**2 * x**2 * a * b),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def hessian_vector_product() -> Theorem:
    """What `hessian.hessian_vector_product` says: the loss is c^T psi(C A theta), the network as above."""
    loss = any_loss(linear * theta)
    whole, slope = hessian(loss, theta), gradient(loss, theta)
    claims: dict[str, Claim] = {
        "derivative of the gradient": MatrixIdentity(directional_derivative(slope, theta, v), whole * v),
        "second derivative along v": MatrixIdentity(
            directional_derivative(loss, theta, v, 2), inner(v, directional_derivative(slope, theta, v))
        ),
        "forward: a product with J": MatrixIdentity(directional_derivative(network, theta, v), J * v),
        "backward: a product with its transpose": MatrixIdentity(gradient(inner(w, network), theta), J.T * w),
    }
    mutants: dict[str, Claim] = {
        "half": MatrixIdentity(directional_derivative(loss, theta, v, 2), inner(v, whole * v) / 2),
        "first derivative": MatrixIdentity(directional_derivative(loss, theta, v), inner(v, whole * v)),
        "forward for backward": MatrixIdentity(gradient(inner(w, network), theta), J.T * (w + w)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def expanded_step() -> Theorem:
    """What `hessian.linearized_step` says: the gradient of a quadratic loss, and what a cubic one adds."""
    H, g, start = MatrixSymbol("H", d, d), MatrixSymbol("g", d, 1), MatrixSymbol("theta_0", d, 1)
    eta, away = real("eta", tex=r"\eta"), theta - start
    quadratic = inner(g, away) + inner(away, H * away) / 2
    kinds = (Q.symmetric(H),)
    found = gradient(quadratic, theta)
    bend, third, at, x0 = reals("a b theta theta_0")
    cubic = bend * at**2 / 2 + third * at**3 / 6
    slope = cubic.diff(at)
    model = _model(slope, at, x0)
    claims: dict[str, Claim] = {
        "step on a quadratic": MatrixIdentity(theta - eta * found, theta - eta * (g + H * away), kinds),
        "what is left out": Identity(slope - model, third * (at - x0) ** 2 / 2),
    }
    mutants: dict[str, Claim] = {
        "step without symmetry": MatrixIdentity(theta - eta * found, theta - eta * (g + H * away)),
        "curvature twice": MatrixIdentity(theta - eta * found, theta - eta * (g + 2 * H * away), kinds),
        "gradient at the start alone": MatrixIdentity(theta - eta * found, theta - eta * g, kinds),
    }
    printed = Printed(
        Identity(at - eta * slope, at - eta * model),
        assumption="the loss is a quadratic function: its third derivatives are zero",
        note="In general both sides differ by eta times the remainder of the gradient's expansion, which is at most "
        "eta M |theta - theta_0|^2/2 where the Hessian is Lipschitz with constant M; over many steps that adds up.",
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={114: printed})


def _model(slope: Any, at: Any, start: Any) -> Any:
    """The gradient expanded about the start to first order."""
    return slope.subs(at, start) + slope.diff(at).subs(at, start) * (at - start)


def trace_estimates() -> Theorem:
    """What `hessian.hutchinson_trace` says."""

    def signs(size: int) -> Iterator[Matrix]:
        return (Matrix(one) for one in product((1, -1), repeat=size))

    def symmetric(size: int) -> Matrix:
        return Matrix(size, size, lambda i, j: real(f"a_{min(i, j) + 1}{max(i, j) + 1}"))

    def means(power: int = 1, drawn: Callable[[int], Iterator[Matrix]] = signs) -> Cases:
        for size in range(1, 5):
            at, draws = symmetric(size), list(drawn(size))
            mean = expand(Add(*((z.T * at * z)[0, 0] for z in draws)) / len(draws))
            yield f"n = {size}", mean, at.trace() ** power

    def variances(diagonal: bool = False) -> Cases:
        for size in range(1, 4):
            at, draws = symmetric(size), list(signs(size))
            spread = Add(*(((z.T * at * z)[0, 0] - at.trace()) ** 2 for z in draws)) / len(draws)
            pairs = [(i, j) for i, j in product(range(size), repeat=2) if diagonal or i != j]
            yield f"n = {size}", expand(spread), expand(2 * Add(*(at[i, j] ** 2 for i, j in pairs)))

    sizes = "n = 1 to 4, all symmetric matrices and all sign vectors"
    claims: dict[str, Claim] = {
        "mean": Finite(means, r"\mathbb{E}\,z^\top Az=\mathrm{tr}A", sizes),
        "variance": Finite(variances, r"\mathrm{Var}\,z^\top Az=2\sum_{i\ne j}a_{ij}^2", "n = 1 to 3, the same"),
    }
    corners = lambda size: (Matrix(one) for one in product((0, 1), repeat=size))  # noqa: E731
    mutants: dict[str, Claim] = {
        "Gaussian variance": Finite(lambda: variances(diagonal=True), r"2\|A\|_F^2", sizes),
        "zeros and ones": Finite(lambda: means(drawn=corners), r"z\in\{0,1\}^n", sizes),
    }
    return Theorem(AllOf(claims), sizes=sizes, mutants=mutants)


def deflated_trace() -> Theorem:
    """What `hessian.hutch_plus_plus` says, with the projection P = X (X^T X)^-1 X^T on the sketch."""
    n, r = integer("n", 1), integer("r", 1)
    M, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, r)
    onto = X * (X.T * X).inv() * X.T
    kinds = (Q.invertible(X.T * X),)
    outside = M - onto * M - M * onto + onto * M * onto
    claims: dict[str, Claim] = {
        "split": MatrixIdentity(Trace(M), Trace(onto * M * onto) + Trace(outside), kinds),
        "a projection": MatrixIdentity(onto * onto, onto, kinds),
        "few quadratic forms": MatrixIdentity(Trace(onto * M * onto), Trace((X.T * X).inv() * X.T * M * X), kinds),
        "exact where the sketch spans the range": MatrixIdentity(onto * (X * X.T) * onto, X * X.T, kinds),
    }
    mutants: dict[str, Claim] = {
        "remainder forgotten": MatrixIdentity(Trace(M), Trace(onto * M * onto), kinds),
        "counted twice": MatrixIdentity(Trace(M), Trace(onto * M * onto) + Trace(M), kinds),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def fixed_step() -> Theorem:
    """What `hessian.gradient_descent` says, with the change it makes to a quadratic loss of any size."""
    H, g, x = MatrixSymbol("H", d, d), MatrixSymbol("g", d, 1), MatrixSymbol("x", d, 1)
    eta, kinds = real("eta", tex=r"\eta"), (Q.symmetric(H),)

    def loss(at: Any) -> Any:
        return inner(g, at) + inner(at, H * at) / 2

    def properties(rule: Callable[..., Any]) -> Mapping[str, Claim]:
        slope = gradient(loss(x), x)
        moved = rule(x, slope, eta)
        drop = -eta * inner(slope, slope) + eta**2 * inner(slope, H * slope) / 2
        return {
            "change of a quadratic loss": MatrixIdentity(loss(moved) - loss(x), drop, kinds),
            "stays where the gradient is zero": MatrixIdentity(rule(x, 0 * x, eta), x),
            "no step": MatrixIdentity(rule(x, g, Integer(0)), x),
        }

    rule = Definition(
        r"\theta^{(t+1)}", Form(r"\theta-\eta\nabla L(\theta)", lambda x, g, eta: x - eta * g), properties
    )
    mutants = {
        "ascent": lambda x, g, eta: x + eta * g,
        "half": lambda x, g, eta: x - eta * g / 2,
        "normalized": lambda x, g, eta: x - eta * Rational(1, 3) * g,
    }
    return Theorem(rule, mutants={name: rule.of(Form(name, make)) for name, make in mutants.items()})
