"""Gradient descent in the eigenbasis of a Hessian, and the edge of its stability: the claims behind `theory.hessian`.

On a quadratic loss the steps decouple: the coordinate along an eigenvector with eigenvalue lambda is multiplied with
1 - eta lambda at each step, about its own fixed point.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Integer, Integral, MatrixSymbol, Q, Rational, Symbol, Trace, expand
from sympy import Identity as Unit

from .claims import AllOf, Claim, Finite, Identity, Inequality, Limit, MatrixIdentity, Recursion
from .layer_derivatives import inner
from .matrix_nodes import BasisVector
from .measures import integral
from .smooth_functions import along, gradient_of, hessian_of, smooth
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, density, function, integer, positive, real, reals

d = integer("d", 1)
V, D = MatrixSymbol("V", d, d), MatrixSymbol("Lambda", d, d)
x, g, z = (MatrixSymbol(name, d, 1) for name in ("x", "g", "z"))
basis = (Q.orthogonal(V), Q.diagonal(D))
H = V * D * V.T
eta, lam = positive("eta", tex=r"\eta"), real("lambda", tex=r"\lambda")
t = integer("t", least=0)
coordinate, slope, start = real("c"), real("gamma", tex=r"\gamma"), real("c_0")
factor = 1 - eta * lam
i = Symbol("i", integer=True, nonnegative=True)
Cases = Iterator[tuple[str, Any, Any]]


def eigenbasis() -> Theorem:
    """Equation 111: a symmetric matrix written in an orthonormal basis of eigenvectors."""
    claims: dict[str, Claim] = {
        "eigenvectors": MatrixIdentity(H * V, V * D, basis),
        "one of them": MatrixIdentity(H * (V * BasisVector(d, i)), V * (D * BasisVector(d, i)), basis),
        "diagonal in the basis": MatrixIdentity(V.T * H * V, D, basis),
        "quadratic form": MatrixIdentity(inner(x, H * x), inner(V.T * x, D * (V.T * x)), basis),
        "trace": MatrixIdentity(Trace(H), Trace(D), basis),
    }
    mutants: dict[str, Claim] = {
        "any basis": MatrixIdentity(H * V, V * D, (Q.invertible(V), Q.diagonal(D))),
        "not diagonal": MatrixIdentity(V.T * H * V, D.T, (Q.orthogonal(V),)),
        "transposed basis": MatrixIdentity(H * V.T, V.T * D, basis),
    }
    note = (
        "There is such a basis (linear_algebra.spectral_theorem). Those of different eigenvalues are orthogonal; "
        "those of a repeated one only if they are chosen so, and unit length is a choice as well."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={111: Printed(note=note)})


def symmetry() -> Theorem:
    """Mixed second derivatives agree where they are continuous, and may differ where they are not."""
    y, h = positive("y"), real("h")

    def bump(one: Any, other: Any) -> Any:
        return one * other * (one**2 - other**2) / (one**2 + other**2)

    claims: dict[str, Claim] = {
        "by x at (0, y)": Limit(bump(h, y) / h, h, Integer(0), -y),
        "by x and then by y at 0": Limit(-y / y, y, Integer(0), Integer(-1), "+"),
        "by y at (x, 0)": Limit(bump(y, h) / h, h, Integer(0), y),
        "by y and then by x at 0": Limit(y / y, y, Integer(0), Integer(1), "+"),
        "odd": Identity(bump(-h, y), -bump(h, y)),
    }
    mutants: dict[str, Claim] = {"both alike": Limit(bump(y, h) / h, h, Integer(0), -y)}
    return Theorem(AllOf(claims), mutants=mutants)


def taylor() -> Theorem:
    """Equation 112: the expansion along a segment, its remainder as an integral, and the bound on that."""
    s, r = real("s"), positive("r")
    M = positive("M")
    # At each s of the segment |phi''(s) - phi''(0)| <= M r^3 s; slack is what is missing to equality.
    weight, rise, slack = function("w", NONNEGATIVE), function("q", NONNEGATIVE), function("d", NONNEGATIVE)

    def cases(order: int = 1) -> Cases:
        for size in range(1, 4):
            both = reals(" ".join(f"x_{j} h_{j}" for j in range(1, size + 1)))
            at, to = both[0::2], both[1::2]
            phi = along(smooth("L"), at, to, s)
            moved = [one + s * step for one, step in zip(at, to, strict=True)]
            lines = gradient_of("L", moved), hessian_of("L", moved)
            yield f"d = {size}, slope", phi.diff(s), expand(Add(*(h * c for h, c in zip(to, lines[0], strict=True))))
            bend = Add(*(to[a] * to[b] * lines[1][a, b] for a in range(size) for b in range(size)))
            yield f"d = {size}, curvature", expand(phi.diff(s, 2)), expand(order * bend)
            parts = (1 - s) * phi.diff(s) + phi
            yield f"d = {size}, by parts", expand(parts.diff(s)), expand((1 - s) * phi.diff(s, 2))

    w = real("w")
    line = "along the segment: d = 1 to 3, unknown smooth functions"
    formula = r"\varphi'=h^\top\nabla L,\ \varphi''=h^\top Hh,\ ((1-s)\varphi'+\varphi)'=(1-s)\varphi''"
    claims: dict[str, Claim] = {
        "derivatives along the segment": Finite(cases, formula, line),
        "bound at each point lifted": Inequality(integral(weight * (rise - slack)), "<=", integral(weight * rise)),
        "value of the bound": Identity(Integral((1 - s) * M * r**3 * s, (s, 0, 1)), M * r**3 / 6),
        "attained by a cubic": Identity(
            M * (w + r) ** 3 / 6 - M * (w**3 / 6 + w**2 * r / 2 + w * r**2 / 2), M * r**3 / 6
        ),
    }
    half, h = Rational(1, 2), positive("h")
    mutants: dict[str, Claim] = {
        "curvature twice": Finite(lambda: cases_at_a_square(2), formula, line),
        "half of the bound": Identity(Integral((1 - s) * M * r**3 * s, (s, 0, 1)), M * r**3 / 12),
        "no factor": Identity(Integral(M * r**3 * s, (s, 0, 1)), M * r**3 / 6),
    }
    # L(w) = w^2 + |w|^(5/2) has a continuous second derivative; divided by h^(5/2) anything O(h^3) tends to zero.
    remainder = h**2 + h ** (2 + half) - h**2
    printed = Printed(
        Limit(remainder / h ** (2 + half), h, Integer(0), Integer(0), "+"),
        assumption="the Hessian is Lipschitz near theta_0 (as it is where third derivatives are continuous)",
        note="The section assumes continuous second derivatives; then the remainder is o(|theta - theta_0|^2) only, "
        "as w^2 + |w|^(5/2) shows at 0. Its change is the quadratic term alone, as the text says next, only "
        "where the gradient vanishes; and eigenvalues zero leave open what kind of critical point it is.",
    )
    return Theorem(AllOf(claims), sizes=line, mutants=mutants, printed={112: printed})


def cases_at_a_square(order: int) -> Cases:
    """The curvature of x^2 along a segment, against `order` times h^2 H."""
    at, h, s = reals("x h s")
    yield "x^2", ((at + s * h) ** 2).diff(s, 2), order * 2 * h**2


def eigen_coordinates() -> Theorem:
    """Equation 115: coordinates in an orthonormal basis."""
    a, b, p, q = reals("a b p q")
    unit = V.T * x
    claims: dict[str, Claim] = {
        "expansion": MatrixIdentity(V * unit, x, basis[:1]),
        "coordinates": MatrixIdentity(V.T * (V * z), z, basis[:1]),
        "lengths": MatrixIdentity(inner(unit, unit), inner(x, x), basis[:1]),
    }
    mutants: dict[str, Claim] = {
        "any basis": MatrixIdentity(V * unit, x, (Q.invertible(V),)),
        "basis transposed": MatrixIdentity(V * x, V.T * x, basis[:1]),
    }
    # In the plane every orthogonal pair is (a, b) and a multiple of (-b, a).
    first, second = (p * a + q * b) * a + (q * a - p * b) * -b, (p * a + q * b) * b + (q * a - p * b) * a
    printed = Printed(
        AllOf({"first": Identity(first, p), "second": Identity(second, q)}),
        assumption="the eigenvectors have unit length",
        correction=r"\theta-\theta_0=\sum_i\frac{v_i^\top(\theta-\theta_0)}{v_i^\top v_i}v_i",
        note="The text has them orthogonal only; shown in the plane, for (a, b) and (-b, a).",
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={115: printed})


def coordinate_steps() -> Theorem:
    """Equation 116 and its solution."""
    step = coordinate - eta * (slope + lam * coordinate)
    rest = -slope / lam
    claims: dict[str, Claim] = {
        "decoupled": MatrixIdentity(V.T * (x - eta * (g + H * x)), V.T * x - eta * (V.T * g + D * (V.T * x)), basis),
        "solved": Recursion(t, 0, start, coordinate, step, rest + factor**t * (start - rest)),
        "solved, eigenvalue zero": Recursion(
            t, 0, start, coordinate, coordinate - eta * slope, start - t * eta * slope
        ),
        "all at once": MatrixIdentity(
            V.T * ((Unit(d) - eta * H) * (Unit(d) - eta * H) * z),
            (Unit(d) - eta * D) * (Unit(d) - eta * D) * (V.T * z),
            basis,
        ),
    }
    mutants: dict[str, Claim] = {
        "eigenvalues of another basis": MatrixIdentity(V.T * (H * x), D * x, basis),
        "gradient forgotten": Recursion(t, 0, start, coordinate, step, factor**t * start),
        "one step more": Recursion(t, 0, start, coordinate, step, rest + factor ** (t + 1) * (start - rest)),
        "no symmetry": MatrixIdentity(V.T * (V * D * V * x), D * (V.T * x), basis),
    }
    note = (
        "Exact for the expanded step of equation 114. It settles where |1 - eta lambda_i| < 1, which no step does for "
        "an eigenvalue that is not positive: with eigenvalue zero the coordinate drifts by -eta v_i^T g a step."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={116: Printed(note=note)})


def stability_edge() -> Theorem:
    """What `hessian.stability_edge` says."""
    over, c = positive("epsilon", tex=r"\varepsilon"), function("c")
    share = function("u", Domain(Integer(0), Integer(2)))  # eta lambda of each eigenvector
    size = real("a")
    below, above = (eta * lam > 0, eta * lam < 2), (eta * lam >= 2,)
    claims: dict[str, Claim] = {
        "squared factor": Identity(factor**2, 1 - eta * lam * (2 - eta * lam)),
        "inside it shrinks": Inequality(factor**2, "<", Integer(1), below),
        "beyond it does not": Inequality(factor**2, ">=", Integer(1), above),
        "nor where it bends down": Inequality(factor**2, ">=", Integer(1), (lam <= 0,)),
        "any number of eigenvectors": Inequality(
            integral(share * (1 - share) ** 2 * c**2), "<=", integral(share * c**2)
        ),
        "at the edge, two steps": Identity((1 - eta * (2 / eta)) ** 2 * coordinate, coordinate),
        "beyond it grows without bound": Recursion(t, 0, Integer(1), size, size * (1 + over), 1 + over * t, ">="),
    }
    mutants: dict[str, Claim] = {
        "edge at 1/lambda": Inequality(factor**2, ">=", Integer(1), (eta * lam >= 1,)),
        "edge at 4/lambda": Inequality(factor**2, "<", Integer(1), (eta * lam > 0, eta * lam < 4)),
        "any curvature": Inequality(factor**2, "<", Integer(1), (eta * lam < 2,)),
        "twice as wide, lifted": Inequality(
            integral(2 * share * (1 - 2 * share) ** 2 * c**2), "<=", integral(2 * share * c**2)
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def best_step() -> Theorem:
    """What `hessian.best_step` says: the factor of the slowest coordinate, for eigenvalues between mu and l."""
    low, gap, share = positive("mu", tex=r"\mu"), positive("delta", tex=r"\delta"), real("s")
    high = low + gap
    step = 2 / (low + high)
    value = low + share * gap
    worst = gap / (low + high)
    claims: dict[str, Claim] = {
        "no coordinate is slower": Inequality((1 - step * value) ** 2, "<=", worst**2, (share >= 0, share <= 1)),
        "the lowest is as slow": Identity(1 - step * low, worst),
        "the highest is as slow": Identity(1 - step * high, -worst),
        "a shorter step is slower": Inequality(1 - eta * low, ">", worst, (eta * (low + high) < 2,)),
        "a longer step is slower": Inequality(eta * high - 1, ">", worst, (eta * (low + high) > 2,)),
    }
    mutants: dict[str, Claim] = {
        "step 1/l": Inequality((1 - value / high) ** 2, "<=", worst**2, (share >= 0, share <= 1)),
        "half the factor": Inequality((1 - step * value) ** 2, "<=", worst**2 / 4, (share >= 0, share <= 1)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def two_layer_edge() -> Theorem:
    """What `hessian.two_layer_edge` says, of the loss (a b - y)^2/2."""
    a, b, y = reals("a b y")
    loss = (a * b - y) ** 2 / 2
    residual, sharpness = a * b - y, a**2 + b**2
    one, other = a - eta * loss.diff(a), b - eta * loss.diff(b)
    at = {y: a * b}
    claims: dict[str, Claim] = {
        "Hessian where it is zero, first entry": Identity(loss.diff(a, 2), b**2),
        "mixed entry, with the residual": Identity(loss.diff(a, b), a * b + residual),
        "sharpness at a minimum": Identity((loss.diff(a, 2) + loss.diff(b, 2)).subs(at), sharpness),
        "the other eigenvalue": Identity(
            (loss.diff(a, 2) * loss.diff(b, 2) - loss.diff(a, b) ** 2).subs(at), Integer(0)
        ),
        "residual after a step": Identity(
            one * other - y, residual * (1 - eta * sharpness + eta**2 * residual * a * b)
        ),
        "sharpness after a step": Identity(
            one**2 + other**2, sharpness - 4 * eta * residual * a * b + eta**2 * residual**2 * sharpness
        ),
        "difference of squares": Identity(one**2 - other**2, (a**2 - b**2) * (1 - eta**2 * residual**2)),
        "flattest minimum": Inequality(sharpness, ">=", 2 * a * b),
    }
    mutants: dict[str, Claim] = {
        "balance is kept": Identity(one**2 - other**2, a**2 - b**2),
        "linear residual": Identity(one * other - y, residual * (1 - eta * sharpness)),
        "flatter minima": Inequality(sharpness, ">=", 3 * a * b),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def second_order_test() -> Theorem:
    """What `hessian.second_order_test` says."""
    w, s = real("w"), real("s")
    direction = V * BasisVector(d, i)
    claims: dict[str, Claim] = {
        "curvature along an eigenvector": MatrixIdentity(
            inner(direction, H * direction), inner(BasisVector(d, i), D * BasisVector(d, i)), basis
        ),
        "a minimum with eigenvalue zero": Inequality(w**2 + s**4, ">=", Integer(0)),
        "the same Hessian, a saddle": Inequality((w**2 - s**4).subs(w, 0), "<", Integer(0), (s**2 > 0,)),
        "that Hessian": Identity((w**2 + s**4).diff(s, 2).subs(s, 0), (w**2 - s**4).diff(s, 2).subs(s, 0)),
    }
    mutants: dict[str, Claim] = {
        "a positive semidefinite Hessian makes a minimum": Inequality(w**2 - s**4, ">=", Integer(0)),
        "any basis": MatrixIdentity(
            inner(direction, H * direction),
            inner(BasisVector(d, i), D * BasisVector(d, i)),
            (Q.invertible(V), Q.diagonal(D)),
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def flat_directions() -> Theorem:
    """What `hessian.flat_directions` says: J has one row for each output of each sample."""
    rows = integer("m", 1)
    J, v = MatrixSymbol("J", rows, d), MatrixSymbol("v", d, 1)
    K = J * J.T
    kernel = (Unit(d) - J.T * K.inv() * J) * v
    kinds = (Q.invertible(K),)
    claims: dict[str, Claim] = {
        "curvature is the change of the outputs": MatrixIdentity(inner(v, J.T * J * v), inner(J * v, J * v)),
        "directions that leave the outputs alone": MatrixIdentity(J * kernel, 0 * (J * v), kinds),
        "are flat": MatrixIdentity(J.T * J * kernel, 0 * v, kinds),
        "d - m of them": MatrixIdentity(Trace(Unit(d) - J.T * K.inv() * J), d - rows, kinds),
        "a projection": MatrixIdentity((Unit(d) - J.T * K.inv() * J) * kernel, kernel, kinds),
    }
    mutants: dict[str, Claim] = {
        "every direction is flat": MatrixIdentity(J.T * J * v, 0 * v),
        "as many as outputs": MatrixIdentity(Trace(Unit(d) - J.T * K.inv() * J), rows + 0 * d, kinds),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def fisher_information() -> Theorem:
    """What `hessian.fisher_information` says: q is the label's law, v the logits' change along a direction."""
    q, v = density("q"), function("v")
    mean = integral(q * v)
    away = mean - v  # the derivative of the loss of a label along v
    claims: dict[str, Claim] = {
        "the score has mean zero": Identity(integral(q * (mean - v)), Integer(0)),
        "its square has the curvature as mean": Identity(integral(q * away**2), integral(q * v**2) - mean**2),
    }
    mutants: dict[str, Claim] = {
        "outputs for scores": Identity(integral(q * v**2), integral(q * v**2) - mean**2),
        "mean not subtracted": Identity(integral(q * v), Integer(0)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def lanczos_quadrature() -> Theorem:
    """What `hessian.lanczos_quadrature` says, for one and two steps, with the moments m_j = v^T A^j v of a unit v."""
    m1, m2, m3 = reals("m_1 m_2 m_3")
    # Lanczos' coefficients: v^T A v, the squared length of A v - alpha v, and the same quotient for the next vector.
    alpha, beta2 = m1, m2 - m1**2
    after = (m3 - 2 * m1 * m2 + m1**3) / beta2

    def moment(power: int, last: Any = after) -> Any:
        # The first entry of a power of Lanczos' matrix, by a matrix that is similar to it and has no roots.
        column = (Integer(1), Integer(0))
        for _ in range(power):
            column = (alpha * column[0] + beta2 * column[1], column[0] + last * column[1])
        return column[0]

    w, r = positive("w"), real("r")
    two_points = w / (1 + w) * lam**4 + r**4 / (1 + w)
    moments = {one: (w * lam**k + r**k) / (1 + w) for k, one in enumerate((m1, m2, m3), start=1)}
    claims: dict[str, Claim] = {
        "one step": AllOf({"total": Identity(moment(0), Integer(1)), "mean": Identity(moment(1), m1)}),
        "two steps, second moment": Identity(moment(2), m2),
        "two steps, third moment": Identity(moment(3), m3),
        "two eigenvalues, all moments": Identity(moment(4).subs(moments), two_points),
    }
    mutants: dict[str, Claim] = {
        "a coefficient too large": Identity(moment(3, after + 1), m3),
        "one step, second moment": Identity(alpha**2, m2),
        "fourth moment of the third": Identity(moment(4), m3**2 / m2),
    }
    return Theorem(AllOf(claims), sizes="one and two steps of Lanczos, any matrix", mutants=mutants)
