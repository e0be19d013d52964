"""Where a gradient flow goes: energy, vanishing gradients, rates, and what gradient descent adds to it.

The claims that `gradient_flow` states.  Along a flow the loss falls at the rate of the squared gradient: what holds for
any loss is an inequality between these numbers at one time, from which the rate follows by integration over time.
"""

from __future__ import annotations

from sympy import (
    Abs,
    Derivative,
    Expr,
    Integer,
    Integral,
    MatrixSymbol,
    Q,
    Rational,
    Trace,
    atan,
    cos,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from .claims import AllOf, Claim, Identity, Inequality, Limit, MatrixIdentity
from .gradients import gradient
from .measures import expect, integral
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, DomainSymbol, bounded, density, function, integer, positive, real

ZERO, ONE = Integer(0), Integer(1)

t, T, s = positive("t"), positive("T"), positive("s")
g, d = function("g"), function("d")  # coordinates of the gradient; of the way to a minimizer
share = function("h", Domain(-ONE, ONE, False, False))  # curvatures as a share of their bound
M, mu, c = positive("M"), positive("mu", tex=r"\mu"), positive("c")  # Lipschitz, Polyak-Lojasiewicz constants
low = positive("lambda", tex=r"\lambda")
start, above = real("theta0", tex=r"\theta_0"), positive("a", tex=r"\theta_0")
gap = positive("l", tex=r"\ell")  # the loss less its infimum
slack = DomainSymbol("sigma", NONNEGATIVE, tex=r"\sigma")
eta = positive("eta", tex=r"\eta", typical=(0.01, 0.3))
x, u = real("x"), real("u")
k = integer("k", 1)


def energy_identity() -> Theorem:
    """See `gradient_flow.energy_identity`."""
    bowl, quartic = start * exp(-low * t), above / sqrt(1 + 2 * above**2 * t)
    speed, times = function("v"), density("w")  # velocities; the uniform law on an interval of time

    fallen = low * start**2 / 2 - low * bowl.subs(t, T) ** 2 / 2
    claims: dict[str, Claim] = {
        "rate, in any dimension": Identity(integral(g * -g), -integral(g**2)),
        "no velocity gains more for its cost": Inequality(
            integral(g * speed) + integral(speed**2) / 2, ">=", integral(g * -g) + integral((-g) ** 2) / 2
        ),
        "over an interval, quadratic loss": Identity(fallen, Integral((low * bowl).subs(t, s) ** 2, (s, 0, T))),
        "at a time, quartic loss": Identity(Derivative(quartic**4 / 4, t), -((quartic**3) ** 2)),
        "mean speed is paid by mean energy": Inequality(
            expect(times, Abs(speed)), "<=", c / 2 + expect(times, speed**2) / (2 * c)
        ),
    }
    mutants: dict[str, Claim] = {
        "half the rate": Identity(integral(g * -g), -integral(g**2) / 2),
        "norm not squared": Identity(fallen, Integral(low * Abs(bowl).subs(t, s), (s, 0, T))),
        "mean speed paid by half of it": Inequality(
            expect(times, Abs(speed)), "<=", c / 2 + expect(times, speed**2) / (4 * c)
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def comb(at: Expr) -> Expr:
    """1 / (1 + theta^4 sin^2 theta): one at every multiple of pi, and integrable over the half-line."""
    return 1 / (1 + at**4 * sin(at) ** 2)


def comb_time(at: Expr) -> Expr:
    """The time at which the flow of the loss with slope -comb comes from 0 to a place: the integral of 1/comb."""
    wave = (at**4 / 4 - 3 * at**2 / 4 + Rational(3, 8)) * sin(2 * at) + (at**3 / 2 - 3 * at / 4) * cos(2 * at)
    return at + at**5 / 10 - wave


COMB_AREA = pi / 2 + 10 / pi
"""A bound on the integral of the comb over the half-line: on what the loss can fall."""


def vanishing_gradient() -> Theorem:
    """See `gradient_flow.vanishing_gradient`."""
    first = positive("g0", tex="g_0")
    A, v = positive("A"), bounded("v", 0, Rational(8, 5))  # 8/5 > pi/2
    tooth = (k - Rational(1, 2)) ** 2 * pi**2 / 2  # least theta^2 / 2 near k pi, so that comb <= 1/(1 + (tooth u)^2)
    faded = first**2 * exp(-2 * M * s)
    smooth: dict[str, Claim] = {
        "the squared gradient falls no faster than exp(-2 M t)": Inequality(
            -2 * integral(M * share * g**2), ">=", -2 * M * integral(g**2)
        ),
        "so that from now on it takes this from the loss": Identity(
            Integral(faded, (s, 0, T)), first**2 * (1 - exp(-2 * M * T)) / (2 * M)
        ),
        "in the end": Limit(first**2 * (1 - exp(-2 * M * T)) / (2 * M), T, oo, first**2 / (2 * M)),
    }
    jagged: dict[str, Claim] = {
        "sine": Inequality(sin(v), ">=", v / 2),
        "period": Identity(sin(k * pi + u) ** 2, sin(u) ** 2),
        "one tooth": Identity(Integral(1 / (1 + A**2 * u**2), (u, -pi / 2, pi / 2)), 2 * atan(A * pi / 2) / A),
        "its area": Inequality(2 * atan(A * pi / 2) / A, "<=", pi / A),
        "the area of tooth k, telescoping": Inequality(pi / tooth.subs(k, k + 1), "<=", 2 / pi * (1 / k - 1 / (k + 1))),
        "all of it": Identity(pi / 2 + pi / tooth.subs(k, 1) + 2 / pi, COMB_AREA),
        "the time is that of the flow": Identity(Derivative(comb_time(x), x), 1 / comb(x)),
        "which starts at zero": Identity(comb_time(ZERO), ZERO),
        "the gradient at the k-th tooth": Identity(comb(k * pi), ONE),
    }
    bowl, hill, slope = (Abs(low * exp(-low * t)), Abs(exp(low * t)), Abs(c))
    mutants: dict[str, Claim] = {
        "any loss with a lower bound": Limit(comb(k * pi), k, oo, ZERO),
        "any loss with a Lipschitz gradient": Limit(slope, t, oo, ZERO),
        "twice as much is taken": Identity(Integral(faded, (s, 0, T)), first**2 * (1 - exp(-2 * M * T)) / M),
        "a smaller bound on the curvature": Inequality(-2 * integral(M * share * g**2), ">=", -M * integral(g**2)),
        "teeth of larger area": Inequality(2 * atan(A * pi / 2) / A, ">=", pi / A),
    }
    printed = AllOf(
        {
            "a bowl": Limit(bowl, t, oo, ZERO),
            "the comb, which has a lower bound, at its k-th tooth": Limit(comb(k * pi), k, oo, ZERO),
            "a hill": Limit(hill, t, oo, ZERO),
        }
    )
    told = (
        "the loss is bounded below and its gradient is Lipschitz along the flow (a flow that stays in a bounded set "
        "has both where the loss is twice continuously differentiable)"
    )
    note = (
        "With a lower bound alone the squared gradient is integrable over time, so that it comes as close to zero as "
        "one likes; but the loss with slope -1/(1 + theta^4 sin^2 theta) is analytic and bounded below, and its flow "
        "meets slope one at every multiple of pi. Without a lower bound it may stay (linear loss), grow (-theta^2) or "
        "end in finite time (-theta^4). The sentence says that the trajectory converges to critical points: that "
        "needs more still (gradient_flow.flight_to_infinity)."
    )
    return Theorem(
        AllOf({**smooth, **jagged}),
        mutants=mutants,
        printed={
            101: Printed(
                printed,
                assumption=told,
                correction=r"\|\nabla L(\theta(t))\|^2\le 2M\Bigl(L(\theta(t))-\lim_{s\to\infty}L(\theta(s))\Bigr)\to0",
                note=note,
            )
        },
    )


def finite_escape() -> Theorem:
    """See `gradient_flow.finite_escape`."""
    path = above / sqrt(1 - 2 * above**2 * t)
    before = (2 * above**2 * t < 1,)
    ends = 1 / (2 * above**2)
    claims: dict[str, Claim] = {
        "flow of -theta^4/4": Identity(Derivative(path, t), path**3, before),
        "start": Identity(path.subs(t, 0), above),
        "it ends in finite time": Limit(sqrt(s) * path.subs(t, ends - s), s, ZERO, 1 / sqrt(2), "+"),
    }
    mutants: dict[str, Claim] = {
        "it ends sooner": Limit(sqrt(s) * path.subs(t, ends / 2 - s), s, ZERO, 1 / sqrt(2), "+"),
        "flow of -theta^3/3": Identity(Derivative(path, t), path**2, before),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def flight_to_infinity() -> Theorem:
    """See `gradient_flow.flight_to_infinity`."""
    path = log(exp(start) + t)
    claims: dict[str, Claim] = {
        "flow of exp(-theta)": Identity(Derivative(path, t), exp(-path)),
        "start": Identity(path.subs(t, 0), start),
        "the gradient vanishes": Limit(exp(-path), t, oo, ZERO),
        "at the rate 1/t": Limit(t * exp(-path), t, oo, ONE),
        "but the flow leaves every bounded set": Limit(path / log(1 + t), t, oo, ONE),
        "and there is no stationary point": Inequality(exp(-x), ">", ZERO),
        "though the loss is convex": Inequality(exp(-(x + u) / 2), "<=", (exp(-x) + exp(-u)) / 2),
    }
    mutants: dict[str, Claim] = {
        "it converges": Limit(exp(-path), t, oo, exp(-start)),
        "at the rate of the root": Limit(sqrt(t) * exp(-path), t, oo, ONE),
        "as fast as a root": Limit(path / sqrt(t), t, oo, ONE),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def polyak_lojasiewicz() -> Theorem:
    """See `gradient_flow.polyak_lojasiewicz`."""
    squared = 2 * mu * gap + slack  # of the gradient, by the condition |grad L|^2 >= 2 mu (L - inf L)
    speed = sqrt(2 * mu) * sqrt(gap) + slack
    curvature, bent = function("e", NONNEGATIVE), atan(x) + x / 10
    claims: dict[str, Claim] = {
        "exp(2 mu t)(L - inf L) does not grow": Inequality(exp(2 * mu * t) * (2 * mu * gap - squared), "<=", ZERO),
        "nor does the way gone and left: |theta'| <= -d/dt sqrt(2(L - inf L)/mu)": Inequality(
            speed, "<=", speed**2 / sqrt(2 * mu * gap)
        ),
        "least squares meet it with the least positive eigenvalue": Inequality(
            integral((low + curvature) ** 2 * d**2), ">=", 2 * low * (integral((low + curvature) * d**2) / 2)
        ),
        "no faster in general": Identity(low * (start * exp(-low * t)) ** 2, low * start**2 * exp(-2 * low * t)),
        "half a square of a growing function meets it": Inequality(
            (bent**2 / 2).diff(x) ** 2, ">=", 2 * Rational(1, 100) * bent**2 / 2
        ),
        "without being convex": Inequality((bent**2 / 2).diff(x, 2).subs(x, 2), "<", ZERO),
    }
    mutants: dict[str, Claim] = {
        "at twice the rate": Inequality(exp(4 * mu * t) * (4 * mu * gap - squared), "<=", ZERO),
        "half the way": Inequality(speed, "<=", speed**2 / (2 * sqrt(2 * mu * gap))),
        "convex losses meet it": Inequality((4 * x**3) ** 2, ">=", 2 * mu * x**4),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def lojasiewicz() -> Theorem:
    """See `gradient_flow.lojasiewicz`."""
    alpha = bounded("alpha", Rational(1, 2), 1, closed=False, tex=r"\alpha")
    norm = c * gap**alpha + slack
    quartic = above / sqrt(1 + 2 * above**2 * t)
    kappa = bounded("beta", 0, 1, closed=False, tex=r"\beta")
    claims: dict[str, Claim] = {
        "(1 - alpha) c |theta'| <= -d/dt (L - L*)^(1 - alpha)": Inequality(
            (1 - alpha) * c * norm, "<=", (1 - alpha) * gap ** (-alpha) * norm**2
        ),
        "the quartic bowl has alpha = 3/4": Identity((above**3) / (above**4 / 4) ** Rational(3, 4), 2 * sqrt(2)),
        "its flow": Identity(Derivative(quartic, t), -(quartic**3)),
        "which is slow": Limit(sqrt(t) * quartic, t, oo, 1 / sqrt(2)),
    }
    mutants: dict[str, Claim] = {
        "exponent of a parabola for the quartic": Identity(above**3 / sqrt(above**4 / 4), 2 * sqrt(2)),
        "slower than that": Limit(t ** Rational(1, 4) * quartic, t, oo, above),
        "the length is not bounded by a smaller power": Inequality(
            (1 - alpha) * c * norm, "<=", (1 - alpha) * gap ** (-alpha * kappa) * norm**2
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def convex_rate() -> Theorem:
    """See `gradient_flow.convex_rate`."""
    left = integral(g * d) - slack  # L - L*, at most g . (theta - theta*) by convexity
    quartic = above / sqrt(1 + 2 * above**2 * t)
    claims: dict[str, Claim] = {
        "t (L - L*) + |theta - theta*|^2 / 2 does not grow": Inequality(
            left - t * integral(g**2) - integral(g * d), "<=", ZERO
        ),
        "|theta - theta*|^2 / 2 falls at least as fast as L - L* is large": Inequality(-integral(g * d), "<=", -left),
        "an example within the bound": Inequality(quartic**4 / 4, "<=", above**2 / (2 * t)),
    }
    mutants: dict[str, Claim] = {
        "without convexity": Inequality(left + 2 * slack - t * integral(g**2) - integral(g * d), "<=", ZERO),
        "one over t squared": Inequality(2 * t * left - t**2 * integral(g**2) - integral(g * d), "<=", ZERO),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def descent_follows_flow() -> Theorem:
    """See `gradient_flow.descent_follows_flow`."""
    step, flow = (1 - eta * low) ** (t / eta), exp(-low * t)
    e = start * low**2 * exp(-low * t) * t / 2
    claims: dict[str, Claim] = {
        "first order, with its constant": Limit((step - flow) / eta, eta, ZERO, -(low**2) * t * flow / 2, side="+"),
        "the constant solves the linearized flow driven by -H g/2": Identity(
            Derivative(-e, t), -low * -e - low * (low * start * flow) / 2
        ),
        "one step against the flow": Limit((1 - eta * low - exp(-eta * low)) / eta**2, eta, ZERO, -(low**2) / 2, "+"),
        "stable below 2/lambda": Inequality(Abs(1 - eta * low), "<", ONE, (eta * low < 2,)),
    }
    mutants: dict[str, Claim] = {
        "twice the constant": Limit((step - flow) / eta, eta, ZERO, -(low**2) * t * flow, side="+"),
        "descent lags behind": Limit((step - flow) / eta, eta, ZERO, low**2 * t * flow / 2, side="+"),
        "second order": Limit((step - flow) / eta, eta, ZERO, ZERO, side="+"),
        "stable below 3/lambda": Inequality(Abs(1 - eta * low), "<", ONE, (eta * low < 3,)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def modified_loss() -> Theorem:
    """See `gradient_flow.modified_loss`."""
    p = integer("p", 1)
    theta, centre, H = MatrixSymbol("theta", p, 1), MatrixSymbol("c", p, 1), MatrixSymbol("H", p, p)
    slope = H * (theta - centre)
    loss = Trace((theta - centre).T * slope) / 2
    symmetric = (Q.symmetric(H),)
    exact = -log(1 - eta * low) / eta  # the rate at which descent with step eta contracts
    claims: dict[str, Claim] = {
        "its gradient": MatrixIdentity(
            gradient(loss + eta / 4 * Trace(slope.T * slope), theta), slope + eta / 2 * H * slope, symmetric
        ),
        "rate to second order": Limit((exact - low - eta * low**2 / 2) / eta**2, eta, ZERO, low**3 / 3, side="+"),
    }
    mutants: dict[str, Claim] = {
        "half the gradient's square": MatrixIdentity(
            gradient(loss + eta / 2 * Trace(slope.T * slope), theta), slope + eta / 2 * H * slope, symmetric
        ),
        "without the term": Limit((exact - low) / eta, eta, ZERO, ZERO, side="+"),
        "half the term": Limit((exact - low - eta * low**2 / 4) / eta, eta, ZERO, ZERO, side="+"),
    }
    return Theorem(AllOf(claims), mutants=mutants)
