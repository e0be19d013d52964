"""Derivatives of risks: along a direction, uniformly over directions, along a path; and losses that have none.

Functions on the input space are `f` (the predictor) and `h` (the direction); `P` is the density of the law, so that
mean(f h) is the inner product and mean(h^2) the squared norm of L2. Times and coordinates of a path are the points of
any measure space.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from sympy import Abs, Expr, Integer, Integral, Ne, cos, exp, log, pi, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .finite_losses import LossLaw
from .measures import integral
from .moments import mean
from .statements import Printed, Theorem
from .symbols import UNIT, Domain, DomainSymbol, bounded, function, positive, real

f, h, y = function("f"), function("h"), function("y")
first, second, share = function("y1", tex="y_1"), function("y2", tex="y_2"), function("s", UNIT)
ratio = function("k", Domain(Integer(-1), Integer(1), False, False))
C, eps = positive("C"), real("epsilon", tex=r"\varepsilon")
path, target, bend = function("x"), function("r", tex=r"\bar x"), function("w")


def square(of: Expr) -> Expr:
    """The square risk of a predictor."""
    return mean((of - y) ** 2)


def valley(u: Expr, v: Expr) -> Expr:
    """A nonnegative functional on R^2 = L2 of two points, flat along each line through 0 but not along v = u^2."""
    return sqrt(u**2) * (2 * u**2 * v / (u**4 + v**2)) ** 2


def gateaux_and_frechet() -> Theorem:
    """What `risk.gateaux_and_frechet` says."""
    e, a, b = real("e"), real("a"), positive("b")
    along_parabola = valley(e, e**2) / sqrt(e**2 + e**4)
    printed = Limit(along_parabola, e, Integer(0), Integer(0), "+")
    return Theorem(
        AllOf(
            {
                "no slope along a ray": Limit(valley(e * a, e * b) / e, e, Integer(0), Integer(0), "+"),
                "nor along its mirror image": Identity(valley(a, -b), valley(a, b)),
                "nor backwards": Identity(valley(-a, b), valley(a, b)),
                "nor along the first axis": Identity(valley(e, Integer(0)), Integer(0), (Ne(e, 0),)),
                "nor along the second": Identity(valley(Integer(0), e), Integer(0), (Ne(e, 0),)),
                "remainder over norm": Limit(along_parabola, e, Integer(0), Integer(1), "+"),
                "nonnegative": Inequality(valley(a, b), ">=", 0),
            }
        ),
        mutants={"slope 1 along a ray": Limit(valley(e * a, e * b) / e, e, Integer(0), Integer(1), "+")},
        printed={
            3: Printed(
                printed,
                correction=r"R(f+g)=R(f)+\langle\nabla R(f),g\rangle+o(\|g\|)\quad(\|g\|\to0)",
                note="The expansion is that of a Gateaux derivative, direction by direction. On L2 of two points "
                "R(u, v) = |u| (2 u^2 v/(u^4 + v^2))^2 with R(0) = 0 has it at 0 with gradient 0, and is not Fréchet "
                "differentiable there: R(u, u^2)/|(u, u^2)| tends to 1. The inner product must be that of L2 of the "
                "law of x, where the gradient is sought.",
            )
        },
    )


def square_loss() -> Theorem:
    """What `risk.square_loss_derivative` says."""
    centre = share * first + (1 - share) * second

    def risk(of: Expr) -> Expr:
        return mean(share * (of - first) ** 2 + (1 - share) * (of - second) ** 2)

    slope, bending = 2 * mean((f - y) * h), mean(h**2)
    return Theorem(
        AllOf(
            {
                "expansion": Identity(square(f + h), square(f) + slope + bending),
                "along a direction": Identity(square(f + eps * h) - square(f), eps * slope + eps**2 * bending),
                "gradient": Identity(risk(f + h), risk(f) + mean(2 * (f - centre) * h) + bending),
            }
        ),
        mutants={
            "half the gradient": Identity(square(f + h), square(f) + slope / 2 + bending),
            "gradient at one of the targets": Identity(
                risk(f + h), risk(f) + mean(2 * (f - first) * h) + bending
            ),
        },
    )  # fmt: skip


def logistic_loss() -> Theorem:
    """What `risk.logistic_loss_derivative` says."""
    label = function("t", Domain(Integer(0), Integer(1), False, False))

    def risk(of: Expr) -> Expr:
        return mean(log(1 + exp(of)) - label * of)

    remainder = risk(f + h) - risk(f) - mean((1 / (1 + exp(-f)) - label) * h)
    return Theorem(
        AllOf(
            {
                "from above": Inequality(remainder, "<=", mean(h**2) / 8),
                "from below": Inequality(remainder, ">=", 0),
            }
        ),
        mutants={"a sixteenth": Inequality(remainder, "<=", mean(h**2) / 16)},
    )


def smooth_loss() -> Theorem:
    """What `risk.smooth_loss_derivative` says."""
    slope = function("g")  # the derivative of the loss at the prediction
    at, moved = function("a"), slope * h + ratio * C * h**2 / 2
    risk = mean(at)
    remainder = mean(at + moved) - risk - mean(slope * h)
    step, size = bounded("t", 0, 1), real("d")
    return Theorem(
        AllOf(
            {
                "remainder from above": Inequality(remainder, "<=", C / 2 * mean(h**2)),
                "remainder from below": Inequality(remainder, ">=", -C / 2 * mean(h**2)),
                "bounded functional": Inequality(
                    2 * mean(slope * h), "<=", C * mean(slope**2) + mean(h**2) / C
                ),
                "change of the slope, integrated": Identity(
                    Integral(C * step * size**2, (step, 0, 1)), C * size**2 / 2
                ),
            }
        ),
        mutants={"half": Inequality(remainder, "<=", C / 4 * mean(h**2))},
    )  # fmt: skip


def absolute_loss() -> Theorem:
    """What `risk.absolute_loss_derivative` says."""
    e, d = real("e"), positive("d")
    move = real("h")

    at, off = Abs(e * d) / e, (Abs(d + e * move) - d) / e
    return Theorem(
        AllOf(
            {
                "right, at the target": Limit(at, e, Integer(0), d, "+"),
                "left, at the target": Limit(at, e, Integer(0), -d, "-"),
                "above the target": Limit(off, e, Integer(0), move),
                "Lipschitz": Inequality(mean(Abs(f + h - y)) - mean(Abs(f - y)), "<=", mean(Abs(h))),
            }
        ),
        mutants={"one slope": Limit(at, e, Integer(0), d, "-")},
    )


def no_second_derivative() -> Theorem:
    """What `risk.no_second_derivative` says."""
    mass, height = bounded("m", 0, 1, closed=False), positive("c")
    # The step of height c on a set of probability m: its squared norm is m c^2.
    value, norm = mass * (1 - cos(height)), mass * height**2
    remainder = value - mass * height**2 / 2
    quotient = (1 - cos(height)) / height**2 - Integer(1) / 2
    return Theorem(
        AllOf(
            {
                "first order": Inequality(mean(1 - cos(h)), "<=", mean(h**2) / 2),
                "second order": Identity(remainder / norm, quotient),
                "not small": Inequality(quotient.subs(height, pi), "<", -Integer(1) / 4),
                "along a direction": Limit(
                    (1 - cos(eps * height)) / eps**2, eps, Integer(0), height**2 / 2
                ),
            }
        ),
        mutants={
            "vanishing quotient": Identity(remainder / norm, Integer(0)),
            "a third": Inequality(mean(1 - cos(h)), "<=", mean(h**2) / 3),
        },
    )  # fmt: skip


def deviation() -> Theorem:
    """What `risk.path_deviation` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(x: Expr) -> Expr:
            return value.xreplace({path: x})

        return {
            "zero on the target": Identity(at(target), Integer(0)),
            "nonnegative": Inequality(value, ">=", 0),
            "scale": Identity(at(target + eps * h), eps**2 * at(target + h)),
            "parallelogram": Identity(
                at(target + h + bend) + at(target + h - bend), 2 * at(target + h) + 2 * at(target + bend)
            ),
            "unit": Identity(at(target + 1), integral(Integer(1))),
            "expansion": Identity(at(path + h), value + 2 * integral((path - target) * h) + integral(h**2)),
        }

    value = Definition("R(x)", integral((path - target) ** 2), properties)
    note = (
        "The integral runs over times and coordinates. It is the squared L2 distance: doubling the deviation "
        "multiplies it by four. Continuous paths with this distance are no complete space; L2 is their completion."
    )
    return Theorem(
        value,
        mutants={
            "absolute": value.of(integral(Abs(path - target))),
            "difference of squares": value.of(integral(path**2 - target**2)),
            "fourth powers": value.of(integral((path - target) ** 4)),
        },
        printed={8: Printed(note=note)},
    )


def power() -> Theorem:
    """What `risk.path_power` says."""
    p = DomainSymbol("p", Domain(Integer(1), Integer(100), False, False))
    x, m, weight = positive("x"), positive("m"), bounded("lambda", 0, 1, tex=r"\lambda")
    other, scale = positive("z"), positive("a")
    middle, u, w = weight * x + (1 - weight) * other, real("u"), real("w")

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(of: Expr) -> Expr:
            return value.xreplace({path: of})

        def point(of: Expr) -> Expr:
            # The integrand at a positive value.
            return value.args[0].xreplace({path: of})

        return {
            "homogeneous": Identity(at(scale * path), scale**p * value),
            "even": Identity(at(-path), value),
            "unit": Identity(at(Integer(1)), integral(Integer(1))),
            "energy": Identity(value.subs(p, 2), integral(path**2)),
            "tangents lie below": Inequality(point(x), ">=", point(m) + p * m ** (p - 1) * (x - m)),
            "weighted tangents": Identity(weight * (x - middle) + (1 - weight) * (other - middle), Integer(0)),
            "absolute value": Inequality(
                Abs(weight * u + (1 - weight) * w), "<=", weight * Abs(u) + (1 - weight) * Abs(w)
            ),
        }

    value = Definition("R(x)", integral(Abs(path) ** p), properties)
    note = (
        "The p-th power of the norm of L^p over times and coordinates, itself no norm unless p = 1. No target is "
        "subtracted. The largest deviation is no case of it: that is the limit of the p-th roots."
    )
    return Theorem(
        value,
        mutants={"without the absolute value": value.of(integral(path**p)), "root": value.of(integral(Abs(path)))},
        printed={9: Printed(note=note)},
    )


def along_a_path() -> Theorem:
    """What `risk.derivative_along_a_path` says."""

    def risk(of: Expr) -> Expr:
        return integral((of - target) ** 2)

    curved = path + eps * h + eps**2 * bend

    def properties(value: Expr) -> Mapping[str, Claim]:
        rest = integral(h**2) + 2 * integral((path - target) * bend) + 2 * eps * integral(h * bend)
        rest += eps**2 * integral(bend**2)
        return {
            "from the definition": Identity(risk(curved) - risk(path), eps * value + eps**2 * rest),
            "linear in the velocity": Identity(
                value.xreplace({h: 2 * h + bend}), 2 * value + value.xreplace({h: bend})
            ),
            "no slope at the target": Identity(value.xreplace({path: target}), Integer(0)),
        }

    value = Definition(r"\left.\frac{d}{d\varepsilon}R(x(\varepsilon))\right|_{0}", 2 * integral((path - target) * h),
                       properties)  # fmt: skip
    note = (
        "It is the ordinary derivative of a function of one number: the Fréchet derivative of R at x(0), applied to "
        "the velocity x'(0) of the path, here for the risk of equation 8. A Gateaux derivative does not give it "
        "(risk.chain_rule_needs_frechet)."
    )
    return Theorem(
        value,
        mutants={
            "derivative by the point, not by the direction": value.of(2 * integral(path - target)),
            "target forgotten": value.of(2 * integral(path * h)),
            "curvature counted": value.of(2 * integral((path - target) * h) + integral(h**2)),
        },
        printed={12: Printed(note=note)},
    )


def chain_rule() -> Theorem:
    """What `risk.chain_rule_needs_frechet` says."""
    e = real("e")
    quotient = valley(e, e**2) / e
    return Theorem(
        AllOf(
            {
                "from the right": Limit(quotient, e, Integer(0), Integer(1), "+"),
                "from the left": Limit(quotient, e, Integer(0), Integer(-1), "-"),
            }
        ),
        mutants={"slope zero": Limit(quotient, e, Integer(0), Integer(0), "+")},
    )


def tail_sensitivity() -> Theorem:
    """What `risk.tail_sensitivity` says."""
    level, small = Fraction(1, 2), Fraction(1, 100)

    def cases(one_atom: bool = False) -> Iterator[tuple[str, Any, Any]]:
        for losses in permutations(range(4)):
            for move in product((-1, 0, 2), repeat=4):
                weights = (1, 2, 3, 4)
                law = LossLaw.of(losses, weights)
                moved = LossLaw.of([x + small * d for x, d in zip(losses, move, strict=True)], weights)
                density = dict(zip(law.values, law.worst_density(level), strict=True))
                if one_atom:
                    density = {x: Fraction(2) * (x >= law.value_at_risk(level)) for x in law.values}
                slope = sum(Fraction(w, 10) * density[Fraction(x)] * d
                            for x, w, d in zip(losses, weights, move, strict=True))  # fmt: skip
                change = moved.conditional_value_at_risk(level) - law.conditional_value_at_risk(level)
                yield f"losses {losses}, direction {move}", change / small, slope

    formula = r"\tfrac{d}{d\varepsilon}\mathrm{CVaR}_\alpha(L+\varepsilon h)=\mathbb{E}[q\,h]"
    sizes = "four different losses with weights 1/10 to 4/10, every direction with entries -1, 0, 2, level 1/2"
    tied, up = LossLaw.of((0, 0)), LossLaw.of((0, 1))

    def ties() -> Iterator[tuple[str, Any, Any]]:
        yield "to the right", up.conditional_value_at_risk(level) - tied.conditional_value_at_risk(level), 1
        down = LossLaw.of((0, -1))
        yield "to the left", tied.conditional_value_at_risk(level) - down.conditional_value_at_risk(level), 0

    return Theorem(
        AllOf(
            {
                "no ties": Finite(cases, formula, sizes),
                "a tie": Finite(ties, "L=(0,0),\\ h=(0,1)", "two equal outcomes, level 1/2"),
            }
        ),
        mutants={"the whole atom": Finite(lambda: cases(True), formula, sizes)},
    )
