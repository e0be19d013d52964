"""What `losses` says of gradient steps, penalties on the weights, and what they make of the minimizers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from sympy import Abs, Add, Derivative, Expr, Integer, Max, Ne, Piecewise, sign, sqrt

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion
from .loss_terms import N, V, W, b, count, data, eta, h, lam, others
from .measures import integral
from .statements import Printed, Theorem
from .symbols import bounded, function, integer, positive, real, reals


def _descends(gradient: Expr, step: Expr, rate: Expr) -> Claim:
    """The step minimizes the linear model of the loss plus the squared length of the step over twice the rate."""
    rivals = function("e")
    return Inequality(
        integral(gradient * step) + integral(step**2) / (2 * rate),
        "<=",
        integral(gradient * rivals) + integral(rivals**2) / (2 * rate),
    )


def gradient_step() -> Theorem:
    """What `losses.gradient_step` says."""
    slope = function("g")  # the gradient, over the weights

    def properties(moved: Expr) -> Mapping[str, Claim]:
        step, smooth = moved - W, positive("K")
        rise = integral(slope * step) + smooth / 2 * integral(step**2)  # bounds the change of the loss
        return {
            "best step": _descends(slope, step, eta),
            "descent": Identity(rise, -eta * (1 - smooth * eta / 2) * integral(slope**2)),
            "steps of rate below 1/K": Inequality(rise, "<=", -eta / 2 * integral(slope**2), (smooth * eta <= 1,)),
        }

    update = Definition("W", W - eta * slope, properties)
    return Theorem(
        update,
        mutants={"ascent": update.of(W + eta * slope), "half the rate": update.of(W - eta * slope / 2)},
        printed={215: Printed(note="That the step lowers the loss needs a learning rate below 2/K.")},
    )


def stochastic_step() -> Theorem:
    """What `losses.stochastic_step` says."""
    slopes, w = reals("g1 g2 g3 g4"), real("w")

    def properties(moved: Expr) -> Mapping[str, Claim]:
        def at(batch: tuple[Expr, ...]) -> Expr:
            return moved.xreplace(dict(zip(slopes[:2], batch, strict=True)))

        batches = list(combinations(slopes, 2))
        step, other, gradient = moved - w, real("e"), (slopes[0] + slopes[1]) / 2
        return {
            "unbiased": Identity(Add(*(at(batch) for batch in batches)) / len(batches), w - eta * Add(*slopes) / 4),
            "best step": Inequality(
                gradient * step + step**2 / (2 * eta), "<=", gradient * other + other**2 / (2 * eta)
            ),
        }

    update = Definition("W", w - eta * (slopes[0] + slopes[1]) / 2, properties)
    note = (
        "That it converges to a local minimum or a saddle point rather than to the global minimum is an observation, "
        "not a consequence of the rule: of a convex loss every local minimum is global."
    )
    return Theorem(
        update,
        mutants={"sum of the batch": update.of(w - eta * (slopes[0] + slopes[1]))},
        printed={225: Printed(note=note)},
    )


def unbiased_batches() -> Theorem:
    """What `losses.unbiased_batches` says."""

    def cases(short: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for samples in range(1, 6):
            slopes = [real(f"g{i}") for i in range(samples)]
            for size in range(1, samples + 1):
                batches = list(combinations(slopes, size))
                mean = Add(*(Add(*batch) / (size + short) for batch in batches)) / len(batches)
                yield f"N = {samples}, batch of {size}", mean.expand(), Add(*slopes) / samples

    formula = r"\mathbb{E}[\nabla L_{\mathrm{batch}}]=\nabla L"
    sizes = "all batches of one to five samples, all gradients"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"divided by one more": Finite(lambda: cases(1), formula, sizes)}
    )


def l2_penalized() -> Theorem:
    """What `losses.l2_penalized` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(weights: Expr) -> Expr:
            return value.xreplace({W: weights})

        gap = (at(W) + at(V)) / 2 - at((W + V) / 2)
        return {
            "no weights": Identity(at(Integer(0)), data),
            "weights of size one": Identity(at(Integer(-1)), data + lam * count),
            "no reward": Inequality(value, ">=", data),
            "curvature": Identity(gap, lam / 4 * integral((W - V) ** 2)),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{reg}}", data + lam * integral(W**2), properties)
    return Theorem(
        loss,
        mutants={
            "half": loss.of(data + lam * integral(W**2) / 2),
            "norm not squared": loss.of(data + lam * sqrt(integral(W**2))),
        },
        printed={221: Printed(note="Ridge regression is the case of a linear model.")},
    )


def l2_gradient() -> Theorem:
    """What `losses.l2_gradient` says."""
    w, x, offset, held = reals("w x b S")  # held: the other weights' squares
    fit = (others + (w * x + offset - b) ** 2) / N  # one sample that holds the weight, and the others
    penalized = fit + lam * (held + w**2)
    return Theorem(
        AllOf(
            {
                "penalty": Limit(lam * ((w + h) ** 2 - w**2) / h, h, Integer(0), 2 * lam * w),
                "sum": Identity(Derivative(penalized, w), Derivative(fit, w) + 2 * lam * w),
                "linear model": Identity(Derivative(penalized, w), 2 * x * (w * x + offset - b) / N + 2 * lam * w),
            }
        ),
        mutants={"factor 2 forgotten": Identity(Derivative(penalized, w), Derivative(fit, w) + lam * w)},
    )


def weight_decay() -> Theorem:
    """What `losses.weight_decay` says."""
    w, slope, held = reals("w g v")
    precondition = positive("v")
    k, start = integer("k", least=0), real("w0")
    shrink = 1 - 2 * eta * lam
    return Theorem(
        AllOf(
            {
                "one step": Identity(w - eta * (slope + 2 * lam * w), shrink * w - eta * slope),
                "k steps": Recursion(k, 0, start, held, shrink * held, shrink**k * start),
            }
        ),
        mutants={
            "preconditioned": Identity(
                w - eta * (slope + 2 * lam * w) / sqrt(precondition), shrink * w - eta * slope / sqrt(precondition)
            ),
            "factor 2 forgotten": Identity(w - eta * (slope + 2 * lam * w), (1 - eta * lam) * w - eta * slope),
        },
    )


def l1_penalized() -> Theorem:
    """What `losses.l1_penalized` says."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(weights: Expr) -> Expr:
            return value.xreplace({W: weights})

        ones, scale = (at(Integer(1)), at(Integer(-1))), positive("c")
        return {
            "weights of one": Identity(ones[0], data + lam * count),
            "weights of minus one": Identity(ones[1], data + lam * count),
            "proportional": Identity(at(scale * W) - data, scale * (value - data)),
            "convex": Inequality(at((W + V) / 2), "<=", (value + at(V)) / 2),
        }

    loss = Definition(r"\mathcal{L}_{\mathrm{reg}}", data + lam * integral(Abs(W)), properties)
    return Theorem(
        loss,
        mutants={
            "signs kept": loss.of(data + lam * integral(W)),
            "squares": loss.of(data + lam * integral(W**2)),
        },
    )


def l1_gradient() -> Theorem:
    """What `losses.l1_gradient` says."""
    w, down = positive("w"), bounded("k", -1, 1, closed=False)  # steps h = k w keep the sign

    def quotient(weight: Expr, step: Expr) -> Expr:
        return lam * (Abs(weight + step) - Abs(weight)) / step

    at_zero = quotient(Integer(0), h)
    away: dict[str, Claim] = {
        "positive": Identity(quotient(w, down * w), lam, (Ne(down, 0),)),
        "negative": Identity(quotient(-w, -down * w), -lam, (Ne(down, 0),)),
    }
    kink: dict[str, Claim] = {
        "from the right": Limit(at_zero, h, Integer(0), lam, side="+"),
        "from the left": Limit(at_zero, h, Integer(0), -lam, side="-"),
    }
    printed = AllOf(
        {**away, "at zero, from the right": Limit(at_zero, h, Integer(0), lam * sign(Integer(0)), side="+")}
    )
    one_side = AllOf({**kink, "from the left": Limit(at_zero, h, Integer(0), lam, side="-")})
    return Theorem(
        AllOf({**away, **kink}),
        mutants={"derivative 0 at zero": printed, "one derivative at zero": one_side},
        printed={
            224: Printed(
                printed,
                correction=r"\frac{\partial\mathcal{L}_{\mathrm{reg}}}{\partial W_j}"
                r"=\frac{\partial\mathcal{L}_{\mathrm{MSE}}}{\partial W_j}+\lambda\,\mathrm{sign}(W_j)\quad(W_j\ne 0)",
                assumption="W_j is not 0 (there the one-sided derivatives of the penalty are -lambda and lambda)",
                note="The value 0 that the text gives to sign(0) is one of the subgradients (losses.l1_subgradients).",
            )
        },
    )


def l1_subgradients() -> Theorem:
    """What `losses.l1_subgradients` says."""
    v, w, g = real("v"), positive("w"), bounded("g", -1, 1)
    steeper, off = positive("d"), real("e")
    near = w * off / (1 + Abs(off))  # a step from w that keeps its sign
    return Theorem(
        AllOf(
            {
                "at zero": Inequality(Abs(v), ">=", g * v),
                "no steeper line": Inequality(Abs(w), "<", (1 + steeper) * w),
                "nor one that falls": Inequality(Abs(-w), "<", -(1 + steeper) * -w),
                "elsewhere": Inequality(Abs(v), ">=", w + (v - w)),
                "no other slope there": Inequality(Abs(w + near), "<", w + (1 + off) * near, (Ne(off, 0),)),
                "zero is optimal": Inequality(lam * g * v + lam * Abs(v), ">=", 0),
            }
        ),
        mutants={
            "slopes up to two": Inequality(Abs(v), ">=", 2 * g * v),
            "any data slope": Inequality(2 * lam * g * v + lam * Abs(v), ">=", 0),
        },
    )


def soft_thresholded(x: Expr, threshold: Expr) -> Expr:
    """The number moved towards zero by the threshold, and zero within it."""
    return Max(x - threshold, 0) - Max(-x - threshold, 0)


def soft_threshold() -> Theorem:
    """What `losses.soft_threshold` says."""
    v, x = reals("v x")
    best = soft_thresholded(x, lam)

    def objective(at: Expr) -> Expr:
        return (at - x) ** 2 / 2 + lam * Abs(at)

    def least(at: Expr) -> Claim:
        return Inequality(objective(v), ">=", objective(at) + (v - at) ** 2 / 2)

    return Theorem(
        AllOf(
            {
                "minimizer": least(best),
                "zero within": Identity(best, Integer(0), (Abs(x) <= lam,)),
                "not beyond": Inequality(Abs(best), ">", 0, (Abs(x) > lam,)),
            }
        ),
        mutants={
            "half the threshold": least(soft_thresholded(x, lam / 2)),
            "hard": least(Piecewise((x, Abs(x) > lam), (Integer(0), True))),
        },
    )


def normalized_thresholds() -> Theorem:
    """What `losses.normalized_thresholds` says."""
    v, x, s_x = real("v"), real("c"), positive("s")  # x: the mean of y times the input
    loss = s_x * v**2 - 2 * x * v  # the mean squared error less its value at zero

    def lasso(at: Expr) -> Claim:
        best = loss.xreplace({v: at}) + lam * Abs(at)
        return Inequality(loss + lam * Abs(v), ">=", best + s_x * (v - at) ** 2)

    def ridge(at: Expr) -> Claim:
        excess = loss + lam * v**2 - loss.xreplace({v: at}) - lam * at**2
        return Identity(excess, (s_x + lam) * (v - at) ** 2)

    return Theorem(
        AllOf(
            {
                "L1": lasso(soft_thresholded(x, lam / 2) / s_x),
                "L2": ridge(x / (s_x + lam)),
                "L2 keeps": Inequality(Abs(x / (s_x + lam)), ">", 0, (Ne(x, 0),)),
            }
        ),
        mutants={
            "threshold lambda": lasso(soft_thresholded(x, lam) / s_x),
            "twice lambda": ridge(x / (s_x + 2 * lam)),
        },
    )
