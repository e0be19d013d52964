"""Lipschitz functions as critics: where they attain the Wasserstein distance, and what a gradient penalty makes of
it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sympy import Abs, Add, Eq, Expr, Integer, Max, log, oo, sign

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .divergence import finite_js, point_mass
from .statements import Printed, Theorem
from .symbols import bounded, positive, real, reals
from .transport import (
    SIZES,
    Distance,
    bounded_critic,
    certificates,
    greatest_cost,
    independent,
    independent_cost,
    law,
    least_cost,
    path_metric,
    quantile_coupling,
    solve,
    squared_cost,
    too_steep,
)


def wasserstein() -> Theorem:
    """What `gan.wasserstein` says."""

    def properties(distance: Distance) -> Mapping[str, Claim]:
        return {
            "least over couplings": Finite(distance.least, r"W=\min_{\gamma}\mathbb{E}_\gamma d", SIZES),
            "point masses": Finite(distance.on_points, r"W(\delta_x,\delta_y)=d(x,y)", SIZES),
            "triangle inequality": Finite(distance.triangles, r"W(p,q)\le W(p,r)+W(r,q)", SIZES, "<="),
        }

    distance = Definition("W", least_cost(), properties)
    mutants = {"greatest": greatest_cost(), "squared distance": squared_cost(), "independent": independent_cost()}
    return Theorem(distance, mutants={name: distance.of(other) for name, other in mutants.items()})


def kantorovich_rubinstein() -> Theorem:
    """What `gan.kantorovich_rubinstein` says."""
    least = r"\inf_{\gamma\in\Pi(p,q)}\mathbb{E}_{\gamma}[d(x,y)]"
    formula = least + r"=\sup_{\lVert f\rVert_L\le 1}\mathbb{E}_p[f]-\mathbb{E}_q[f]"
    note = (
        "For laws on a metric space with finite first moments; weak duality is proved for all of them "
        "(gan.weak_duality). A gradient penalty does not ensure the constraint (gan.penalty_overshoots)."
    )
    return Theorem(
        Finite(lambda: certificates(solve), formula, SIZES),
        mutants={
            "independent coupling": Finite(lambda: certificates(independent), formula, SIZES),
            "2-Lipschitz critics": Finite(lambda: certificates(too_steep), formula, SIZES),
            "critics bounded by one half": Finite(lambda: certificates(bounded_critic), formula, SIZES),
        },
        printed={517: Printed(note=note)},
    )


def three_points() -> Theorem:
    """What `gan.three_points` says."""
    d12, d13, d23, excess1, excess2 = (positive(name) for name in ("d12", "d13", "d23", "e1", "e2"))
    triangle = (d13 <= d12 + d23, d23 <= d12 + d13)
    cost = excess1 * d13 + excess2 * d23
    critic = (d13, d23, Integer(0))
    gain = excess1 * critic[0] + excess2 * critic[1] - (excess1 + excess2) * critic[2]
    return Theorem(
        AllOf(
            {"1-Lipschitz": Inequality(Abs(critic[0] - critic[1]), "<=", d12, triangle), "no gap": Identity(cost, gain)}
        ),
        mutants={"no triangle inequality": Inequality(Abs(critic[0] - critic[1]), "<=", d12)},
    )


F1, F2, G1, G2 = (bounded(f"{c}{i}", 0, 1, tex=f"{c}_{i}") for c in "FG" for i in (1, 2))
ORDERED = (F1 <= F2, G1 <= G2)
LEVELS = (Integer(0), F1, F2, Integer(1)), (Integer(0), G1, G2, Integer(1))


def quantiles() -> Theorem:
    """What `gan.quantiles` says."""
    middle = quantile_coupling(*LEVELS)[1]
    shorter = Identity(middle[0] + middle[1], F2 - F1, ORDERED)
    return Theorem(Identity(Add(*middle), F2 - F1, ORDERED), mutants={"one term forgotten": shorter})


GAPS = positive("l1"), positive("l2")
AREA = GAPS[0] * Abs(F1 - G1) + GAPS[1] * Abs(F2 - G2)


def on_the_line() -> Theorem:
    """What `gan.on_the_line` says."""
    away = ((0, GAPS[0], GAPS[0] + GAPS[1]), (GAPS[0], 0, GAPS[1]), (GAPS[0] + GAPS[1], GAPS[1], 0))
    moved = quantile_coupling(*LEVELS)
    cost = Add(*(m * d for row, far in zip(moved, away, strict=True) for m, d in zip(row, far, strict=True)))
    squared = Identity(cost, GAPS[0] * (F1 - G1) ** 2 + GAPS[1] * (F2 - G2) ** 2, ORDERED)
    return Theorem(Identity(cost, AREA, ORDERED), mutants={"squared": squared})


def critics_on_the_line() -> Theorem:
    """What `gan.critics_on_the_line` says."""
    slopes = bounded("s1", -1, 1), bounded("s2", -1, 1)
    gain = -slopes[0] * GAPS[0] * (F1 - G1) - slopes[1] * GAPS[1] * (F2 - G2)  # E_p f - E_q f, summed by parts
    steepest = gain.xreplace({slopes[0]: -sign(F1 - G1), slopes[1]: -sign(F2 - G2)})
    return Theorem(
        AllOf({"no more": Inequality(gain, "<=", AREA), "attained": Identity(steepest, AREA)}),
        mutants={"slopes up to two": Inequality(2 * gain, "<=", AREA)},
    )


def sorted_matching() -> Theorem:
    """What `gan.sorted_matching` says."""
    a1, a2, b1, b2 = reals("a1 a2 b1 b2")
    crossed = Abs(a1 - b2) + Abs(a2 - b1)
    claim = Inequality(Abs(a1 - b1) + Abs(a2 - b2), "<=", crossed, (a1 <= a2, b1 <= b2))
    return Theorem(claim, mutants={"unsorted": replace(claim, where=(a1 <= a2,))})


def slope_on_rays() -> Theorem:
    """What `gan.slope_on_rays` says."""
    drop, t, d = real("A"), bounded("t", 0, 1), positive("d")
    lipschitz = (drop <= t * d, d - drop <= (1 - t) * d)
    g1, g2, u1, u2 = reals("g1 g2 u1 u2")
    along = (g1**2 + g2**2 <= 1, Eq(u1**2 + u2**2, 1), Eq(g1 * u1 + g2 * u2, 1))
    return Theorem(
        AllOf(
            {
                "straight": Identity(drop, t * d, lipschitz),
                "along the ray": Identity((g1 - u1) ** 2 + (g2 - u2) ** 2, 0, along),
            }
        ),
        mutants={
            "any 1-Lipschitz function": Identity(drop, t * d, lipschitz[:1]),
            "any gradient": Identity((g1 - u1) ** 2 + (g2 - u2) ** 2, 0, along[1:]),
        },
    )


def penalty_overshoots() -> Theorem:
    """What `gan.penalty_overshoots` says."""
    s, m, weight = real("s"), positive("m"), positive("lambda", tex=r"\lambda")
    steep = 1 + m / (2 * weight)
    penalized = m * s - weight * (s - 1) ** 2
    one_sided = Max(0, Abs(s) - 1) ** 2
    return Theorem(
        AllOf(
            {
                "best": Inequality(penalized, "<=", m + m**2 / (4 * weight)),
                "attained": Identity(penalized.subs(s, steep), m + m**2 / (4 * weight)),
                "too steep": Inequality(steep, ">", 1),
                "in the limit": Limit(steep, weight, oo, Integer(1), side="-"),
                "one-sided": Identity(one_sided, 0, (Abs(s) <= 1,)),
            }
        ),
        mutants={
            "the constraint is met": Inequality(steep, "<=", 1),
            "the two-sided penalty too": Identity((Abs(s) - 1) ** 2, 0, (Abs(s) <= 1,)),
            "no more than the distance": Inequality(penalized, "<=", m),
        },
    )


def disjoint_supports() -> Theorem:
    """What `gan.disjoint_supports` says."""

    def cases(divergence: Expr) -> Iterator[tuple[str, Any, Any]]:
        for far in range(1, 6):
            here, there = point_mass(0, 6), point_mass(far, 6)
            plan = solve(law(*here), law(*there), path_metric(6))
            yield f"distance {far}", (finite_js(here, there), plan.cost), (divergence, Fraction(far))

    formula = r"\mathrm{JS}(\delta_0,\delta_\theta)=\log 2,\quad W(\delta_0,\delta_\theta)=|\theta|"
    sizes = "theta = 1 to 5 on a line of six points"
    return Theorem(
        Finite(lambda: cases(log(2)), formula, sizes), mutants={"log 4": Finite(lambda: cases(log(4)), formula, sizes)}
    )
