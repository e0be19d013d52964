"""The semicircle law, and eigenvalues that leave a bulk: what `random_matrix` says of them."""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    Integer,
    Matrix,
    Mul,
    atan,
    eye,
    oo,
    pi,
    sqrt,
)

from .claims import AllOf, Identity, Inequality, Limit
from .marchenko_pastur import (
    ONE,
    ZERO,
    density,
    q,
    r,
    semicircle,
    spike,
    spiked_edge,
    spiked_overlap,
    stieltjes_equation,
    upper_edge,
    x,
    z,
)
from .statements import Theorem
from .symbols import bounded, positive, real


def semicircle_law() -> Theorem:
    """What `random_matrix.semicircle_law` says."""
    inside = bounded("x", -2, 2, closed=False)
    slope = positive("c")  # the tangent of half the angle of x = 2 (1 - c^2)/(1 + c^2)
    height, width = 2 * slope / (pi * (1 + slope**2)), 8 * slope / (1 + slope**2) ** 2
    parts: dict[str, Any] = {
        "centred density": Identity(
            r * density(1 + r * inside, r),
            sqrt(4 - (inside - r) ** 2) / (2 * pi * (1 + r * inside)),
            where=(1 + r * inside > 0, inside - r < 2, inside - r > -2),
        ),
        "ratio to zero": Limit(
            (4 - (inside - r) ** 2) / (2 * pi * (1 + r * inside)) ** 2, r, ZERO, semicircle(inside) ** 2, side="+"
        ),
        "imaginary part": Identity((x / 2) ** 2 - (1 - x**2 / 4) - x * (x / 2) + 1, ZERO),
        "angle": Identity(semicircle(2 * (1 - slope**2) / (1 + slope**2)), height),
        "distribution": Identity(
            Derivative(2 * atan(slope) / pi - 2 * slope * (1 - slope**2) / (pi * (1 + slope**2) ** 2), slope),
            height * width,
        ),
        "whole": Limit(2 * atan(slope) / pi - 2 * slope * (1 - slope**2) / (pi * (1 + slope**2) ** 2), slope, oo, ONE),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "radius one": Identity(sqrt(1 - x**2) / pi, semicircle(x)),
        },
    )


def secular_equation() -> Theorem:
    """What `random_matrix.secular_equation` says."""

    def claim(size: int, factor: Expr) -> Identity:
        eigenvalues = [positive(f"l_{i + 1}") for i in range(size)]
        along = [real(f"v_{i + 1}") for i in range(size)]
        column = Matrix(along)
        noise = Matrix.diag(*eigenvalues)
        # The population's inverse is I - delta/(1 + delta) v v^T for a unit vector v.
        whole = (noise - z * (eye(size) - factor * column * column.T)).det()
        others = Mul(*(one - z for one in eigenvalues))
        sums = sum((a**2 / (one - z) for a, one in zip(along, eigenvalues, strict=True)), ZERO)
        return Identity(whole, others * (1 + z * (spike / (1 + spike)) * sums))

    weight = spike / (1 + spike)
    unit = {
        "inverse of the spike": Identity((1 + spike) * (1 - weight), ONE),
        **{f"size {n}": claim(n, weight) for n in (1, 2, 3)},
    }
    return Theorem(
        AllOf(unit), sizes="sizes 1 to 3", mutants={"spike itself": claim(2, spike), "sign": claim(2, -weight)}
    )


def spike_transition() -> Theorem:
    """What `random_matrix.spike_transition` says."""
    at, value = spiked_edge(spike, q), -1 / (spike + q)
    parts = {
        "secular equation": Identity(1 + at * spike / (1 + spike) * value, ZERO),
        "transform": Identity(stieltjes_equation(value, at, q), ZERO),
        "beyond the edge": Identity(spiked_edge(spike, r**2) - upper_edge(r), (spike - r) ** 2 / spike),
        "branch at the edge": Identity((-1 / (spike + r**2)).subs(spike, r), -1 / (r * (1 + r))),
        "moves outward": Identity(Derivative(spiked_edge(spike, q), spike), 1 - q / spike**2),
        "overlap": Identity((1 + spike) * (1 - q / spike**2) / at, spiked_overlap(spike, q)),
        "overlap below one": Inequality(spiked_overlap(spike, q), "<", ONE),
        "overlap at the threshold": Identity(spiked_overlap(r, r**2), ZERO),
        "strong spikes": Limit(spiked_overlap(spike, q), spike, oo, ONE),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "threshold at q": Identity(spiked_edge(q, q), upper_edge(sqrt(q))),
            "outlier at the population value": Identity(stieltjes_equation(value, 1 + spike, q), ZERO),
            "overlap unsquared": Identity((1 + spike) * (1 - sqrt(q) / spike) / at, spiked_overlap(spike, q)),
        },
    )


def spiked_wigner() -> Theorem:
    """What `random_matrix.spiked_wigner` says."""
    theta: Any = positive("theta", tex=r"\theta", typical=(0.5, 3))
    at = theta + 1 / theta
    parts = {
        "transform": Identity((-1 / theta) ** 2 + at * (-1 / theta) + 1, ZERO),
        "beyond the edge": Identity(at - 2, (theta - 1) ** 2 / theta),
        "moves outward": Identity(Derivative(at, theta), 1 - 1 / theta**2),
        "at least the edge": Inequality(at, ">=", Integer(2)),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "at theta": Identity((-1 / theta) ** 2 + theta * (-1 / theta) + 1, ZERO),
            "threshold at two": Identity(at.subs(theta, 2), Integer(2)),
        },
    )
