"""Paths of gradient flows: two from one start, one that never settles, and how far gradient descent goes astray.

The claims that `gradient_flow` states of single paths, and of the predictions of networks that are not linear in their
parameters. A sum over coordinates is an integral, so that the number of parameters is arbitrary.
"""

from __future__ import annotations

from sympy import Derivative, Expr, Integer, MatrixSymbol, Rational, exp, oo, sin

from .claims import AllOf, Claim, Identity, Inequality, Limit, MatrixIdentity, Recursion
from .curvature import J, N, half_square, network, theta, y
from .gradients import gradient
from .measures import integral
from .statements import Theorem
from .symbols import Domain, bounded, function, integer, positive, real

ZERO, ONE, FOUR = Integer(0), Integer(1), Integer(4)
t, k = positive("t"), integer("k", 0)
r, phi = bounded("r", 0, 1, closed=False), real("phi", tex=r"\varphi")  # polar coordinates in the open unit disc
eta = positive("eta", tex=r"\eta", typical=(0.01, 0.3))
M, G = positive("M"), positive("G")  # bounds on the curvature and on the gradient along the flow

turns = 1 / (1 - r**2)


def ripple(factor: Expr = FOUR) -> Expr:
    """The share of the loss that depends on the angle; the flow keeps to the spiral for the factor 4 alone."""
    return factor * r**4 / (factor * r**4 + (1 - r**2) ** 4)


def loss_with(share: Expr) -> Expr:
    """The loss with that ripple, in polar coordinates."""
    return exp(-turns) * (1 - share * sin(phi - turns))


def velocity(loss: Expr) -> tuple[Expr, Expr]:
    """What the flow does to radius and angle on the spiral phi = 1/(1 - r^2)."""
    return (-loss.diff(r)).subs(phi, turns), (-loss.diff(phi) / r**2).subs(phi, turns)


spiral_loss = loss_with(ripple())
"""A smooth loss on the disc, zero outside, along whose valley phi = 1/(1 - r^2) the flow turns without end."""


def uniqueness() -> Theorem:
    """See `gradient_flow.uniqueness`."""
    leaving = (2 * t / 3) ** Rational(3, 2)
    e, share = function("e"), function("h", Domain(-ONE, ONE, False, False))
    claims: dict[str, Claim] = {
        "exp(-2 M t) |theta_1 - theta_2|^2 does not grow": Inequality(
            -2 * integral(M * share * e**2) - 2 * M * integral(e**2), "<=", ZERO
        ),
        "rest is a flow of -(3/4) theta^(4/3)": Identity(ZERO ** Rational(1, 3), ZERO),
        "so is this": Identity(Derivative(leaving, t), leaving ** Rational(1, 3)),
        "from the same start": Limit(leaving, t, ZERO, ZERO, "+"),
        "but not at rest": Inequality(leaving, ">", ZERO),
    }
    mutants: dict[str, Claim] = {
        "distances never grow": Inequality(-2 * integral(M * share * e**2), "<=", ZERO),
        "another power": Identity(Derivative(t ** Rational(3, 2), t), t ** Rational(1, 2)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def endless_spiral() -> Theorem:
    """See `gradient_flow.endless_spiral`."""
    outwards, around = velocity(spiral_loss)
    slower, drifting = velocity(loss_with(ripple(ONE)))
    share, depth, power = bounded("w", 0, 1), positive("u"), integer("k", 0)
    claims: dict[str, Claim] = {
        "the flow keeps to phi = 1/(1 - r^2)": Identity(around, turns.diff(r) * outwards),
        "on which it goes outwards": Inequality(outwards, ">", ZERO),
        "and turns without end": Limit(1 / turns, r, ONE, ZERO, "-"),
        "the ripple is a share": Inequality(ripple(), "<=", ONE),
        "so that no value is negative": Inequality(1 - share * sin(phi), ">=", ZERO),
        "value along it": Identity(spiral_loss.subs(phi, turns), exp(-turns)),
        "flat to every order at the circle": Limit(depth**power * exp(-depth), depth, oo, ZERO),
    }
    mutants: dict[str, Claim] = {
        "without the factor 4 in the ripple": Identity(drifting, turns.diff(r) * slower),
        "straight outwards": Identity(around, ZERO),
        "it ends after one turn": Limit(1 / turns, r, ONE, ONE, "-"),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def descent_bound() -> Theorem:
    """See `gradient_flow.descent_bound`."""
    off, defect = real("a"), eta**2 * M * G / 2
    bound = eta * G / 2 * ((1 + eta * M) ** k - 1)
    e, share = function("e"), function("h", Domain(ZERO, ONE, False, False))  # eta times the curvatures, convex
    claims: dict[str, Claim] = {
        "errors of the steps add up": Recursion(k, 0, ZERO, off, (1 + eta * M) * off + defect, bound),
        "to no more than that of the time": Inequality(1 + eta * M, "<=", exp(eta * M)),
        "in the limit to that": Limit((1 + eta * M) ** (t / eta), eta, ZERO, exp(M * t), "+"),
        "convex, step at most 1/M: a step brings two points no further apart": Inequality(
            integral((1 - share) ** 2 * e**2), "<=", integral(e**2)
        ),
        "so that errors only add": Recursion(k, 0, ZERO, off, off + defect, k * defect),
    }
    mutants: dict[str, Claim] = {
        "errors only add, for any loss": Recursion(k, 0, ZERO, off, (1 + eta * M) * off + defect, k * defect),
        "half the bound": Recursion(k, 0, ZERO, off, (1 + eta * M) * off + defect, bound / 2),
        "any step": Inequality(integral((1 - 3 * share) ** 2 * e**2), "<=", integral(e**2)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def network_predictions() -> Theorem:
    """See `gradient_flow.network_predictions`."""
    down = -gradient(half_square(network), theta)
    elsewhere = MatrixSymbol("j", integer("k", 1), theta.rows)  # Jacobian of the outputs at other inputs
    claims: dict[str, Claim] = {
        "parameters": MatrixIdentity(down, -J.T * (network - y) / N),
        "outputs at any input": MatrixIdentity(elsewhere * down, -elsewhere * J.T * (network - y) / N),
    }
    mutants: dict[str, Claim] = {
        "without 1/N": MatrixIdentity(elsewhere * down, -elsewhere * J.T * (network - y)),
        "residual with the other sign": MatrixIdentity(down, J.T * (network - y) / N),
    }
    return Theorem(AllOf(claims), mutants=mutants)
