"""Learning action values from transitions: targets, losses, their gradients, and the bias of the maximum.

The theorems that `theory.reinforcement` names.  A replay buffer, a stream or a model is a density `d` of transitions,
on any space; what varies from one transition to another is a function on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Abs, Expr, Integer, Integral, Max, Piecewise, exp, oo, pi, sqrt

from .bellman import ONE, gamma
from .claims import AllOf, Claim, Definition, Identity, Inequality
from .measures import expect
from .statements import Printed, Theorem
from .symbols import Domain, bounded, density, function, integer, positive, real, reals

d = density("d")  # of the transitions
q, y = function("q", tex=r"Q_\theta"), function("y")  # prediction and target
reward, best = function("r"), function("m", tex=r"\max_{a'}Q_{\theta^-}")
slope, bend = function("g", tex=r"\nabla Q"), function("h")  # Q moves by t slope + t^2 bend
t = real("t")


def loss(prediction: Expr, target: Expr = y) -> Expr:
    """The mean squared temporal-difference error."""
    return expect(d, (target - prediction) ** 2)


def replay_loss() -> Theorem:
    """See `reinforcement.replay_loss`."""
    bootstrapped = reward + gamma * best
    c = real("c")

    def properties(value: Expr) -> Mapping[str, Claim]:
        mean = expect(d, y)
        return {
            "nonnegative": Inequality(value, ">=", Integer(0)),
            "zero at the target": Identity(value.xreplace({q: y}), Integer(0)),
            "a table entry": Identity(value.xreplace({q: c}) - value.xreplace({q: mean}), (c - mean) ** 2),
            "with the target written out": Identity(value.xreplace({y: bootstrapped}), loss(q, bootstrapped)),
        }

    value = Definition(r"L(\theta)", loss(q), properties)
    return Theorem(value, mutants={"no square": value.of(expect(d, y - q)), "halved": value.of(loss(q) / 2)})


def bootstrap_target() -> Theorem:
    """See `reinforcement.bootstrap_target`."""
    r, one, two, c = reals("r q1 q2 c")

    def properties(target: Expr) -> Mapping[str, Claim]:
        return {
            "not less than the first action": Inequality(target, ">=", r + gamma * one),
            "nor than the second": Inequality(target, ">=", r + gamma * two),
            "one of them": Identity((target - r - gamma * one) * (target - r - gamma * two), Integer(0)),
            "a constant more": Identity(
                target.subs({one: one + c, two: two + c}, simultaneous=True), target + gamma * c
            ),
        }

    target = Definition("y_t", r + gamma * Max(one, two), properties)
    note = "At the end of an episode the target is the reward alone, which is not said."
    return Theorem(
        target,
        sizes="two actions",
        mutants={"mean action": target.of(r + gamma * (one + two) / 2), "not discounted": target.of(r + Max(one, two))},
        exempt={"q1 and q2 swapped": "the maximum is symmetric"},
        printed={544: Printed(note=note)},
    )


def loss_gradient() -> Theorem:
    """See `reinforcement.loss_gradient`."""
    along = loss(q + t * slope + t**2 * bend) - loss(q)
    first = -2 * expect(d, (y - q) * slope)
    rest = expect(d, (slope + t * bend) ** 2 - 2 * (y - q) * bend)
    printed = expect(d, (y - q) * slope)
    fixed = r"\nabla_\theta L(\theta)=-2\,\mathbb{E}\left[(y_t-Q_\theta(s_t,a_t))\nabla_\theta Q_\theta(s_t,a_t)\right]"
    note = "Sign and factor are wrong: a descent along the printed vector raises the loss."
    return Theorem(
        Identity(along, t * first + t**2 * rest),
        mutants={
            "factor forgotten": Identity(along, t * first / 2 + t**2 * rest),
            "sign": Identity(along, -t * first + t**2 * rest),
        },
        printed={545: Printed(claim=Identity(along, t * printed + t**2 * rest), correction=fixed, note=note)},
    )


def residual_gradient() -> Theorem:
    """See `reinforcement.residual_gradient`."""
    ahead = function("k", tex=r"\nabla Q(s')")  # how the next value moves; the target moves by gamma times that
    along = loss(q + t * slope, y + t * gamma * ahead) - loss(q)
    first = 2 * expect(d, (y - q) * (gamma * ahead - slope))
    rest = expect(d, (gamma * ahead - slope) ** 2)
    mean = expect(d, y - q)
    claims: dict[str, Claim] = {
        "target moves too": Identity(along, t * first + t**2 * rest),
        "one next state sampled": Identity(loss(q), mean**2 + expect(d, (y - q - mean) ** 2)),
        "never less than the Bellman error": Inequality(loss(q), ">=", mean**2),
    }
    mutants: dict[str, Claim] = {
        "semi-gradient": Identity(along, -2 * t * expect(d, (y - q) * slope) + t**2 * rest),
        "no variance": Identity(loss(q), mean**2),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def epsilon_greedy() -> Theorem:
    """See `reinforcement.epsilon_greedy`."""
    eps, n = bounded("eps", 0, 1, tex=r"\epsilon"), integer("n", least=2)
    top, mean = reals("v m")  # the largest action value, and the mean of all n

    def properties(greedy: Expr) -> Mapping[str, Claim]:
        others = eps / n
        return {
            "a law": Identity(greedy + (n - 1) * others, ONE),
            "no less than the others": Inequality(greedy, ">=", others),
            "expected value": Identity(greedy * top + others * (n * mean - top), (1 - eps) * top + eps * mean),
        }

    greedy = Definition(r"\pi(a^*\mid s)", 1 - eps + eps / n, properties)
    note = (
        "The random action is uniform over all actions, the greedy one among them, so that this has the probability "
        "1 - epsilon + epsilon/n and not 1 - epsilon, as the sentence says; ties are to be broken."
    )
    return Theorem(
        greedy,
        mutants={"as the sentence says": greedy.of(1 - eps), "one action too many": greedy.of(1 - eps + eps / (n + 1))},
        printed={546: Printed(note=note)},
    )


def double_target() -> Theorem:
    """See `reinforcement.double_target`."""
    r, one, two, b1, b2 = reals("r q1 q2 b1 b2")  # online values q, those of the target network b
    chosen = Piecewise((b1, one >= two), (b2, True))

    def properties(target: Expr) -> Mapping[str, Claim]:
        return {
            "the online network chooses the first": Identity(target, r + gamma * b1, (one > two,)),
            "or the second": Identity(target, r + gamma * b2, (one < two,)),
            "not more than the maximum": Inequality(target, "<=", r + gamma * Max(b1, b2)),
            "one network": Identity(target.subs({b1: one, b2: two}), r + gamma * Max(one, two)),
        }

    target = Definition("y_t", r + gamma * chosen, properties)
    mutants = {
        "maximum of the target network": target.of(r + gamma * Max(b1, b2)),
        "networks exchanged": target.of(r + gamma * Piecewise((one, b1 >= b2), (two, True))),
    }
    note = (
        "Double Q-learning proper keeps two tables with independent data and updates one of them at random; the target "
        "network stands for the second one here, though it is an old copy of the first."
    )
    return Theorem(target, sizes="two actions", mutants=mutants, printed={548: Printed(note=note)})


def overestimation() -> Theorem:
    """See `reinforcement.overestimation`."""
    law, one, two = density("p"), function("f"), function("g")
    w, m1, m2 = bounded("w", 0, 1), *reals("m1 m2")
    s, x = positive("sigma", tex=r"\sigma"), real("x")
    largest = Max(expect(law, one), expect(law, two))
    # The difference of two independent normal estimates has the variance 2 sigma^2, and max = (sum + |difference|)/2.
    spread = Integral(x * exp(-(x**2) / (4 * s**2)) / (2 * s * sqrt(pi)), (x, 0, oo))
    claims: dict[str, Claim] = {
        "the maximum of estimates is too large": Inequality(expect(law, Max(one, two)), ">=", largest),
        "half of sum and distance": Identity(Max(m1, m2), (m1 + m2 + Abs(m1 - m2)) / 2),
        "two normal estimates of zero": Identity(spread, s / sqrt(pi)),
        "two tables": Inequality(w * m1 + (1 - w) * m2, "<=", Max(m1, m2)),
    }
    mutants: dict[str, Claim] = {
        "unbiased": Identity(expect(law, Max(one, two)), largest),
        "bias of the whole spread": Identity(spread, s),
        "two tables are unbiased": Inequality(w * m1 + (1 - w) * m2, ">=", Max(m1, m2)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def dueling() -> Theorem:
    """See `reinforcement.dueling`."""
    v, a, c = real("v", tex="V"), real("a", tex="A"), real("c")

    def properties(total: Expr) -> Mapping[str, Claim]:
        return {
            "advantage": Identity(total - v, a),
            "an action as good as the state": Identity(total.subs(a, 0), v),
            "not identified": Identity(total.subs({v: v + c, a: a - c}, simultaneous=True), total),
        }

    total = Definition("Q", v + a, properties)
    note = (
        "Q determines neither part: V + c and A - c have the same sum, so that no state value is learnt unless the "
        "advantages are made to have mean or maximum zero, as reinforcement.centred_dueling does."
    )
    return Theorem(
        total,
        mutants={"difference": total.of(v - a)},
        exempt={"V and A swapped": "a sum is symmetric", "a and v swapped": "a sum is symmetric"},
        printed={549: Printed(note=note)},
    )


def centred_dueling() -> Theorem:
    """See `reinforcement.centred_dueling`."""
    law, a = density("pi", r"\pi"), function("a", tex="A")
    v, c = reals("v c")

    def output(stream: Expr) -> Expr:
        """V + A - mean A at one action, as a function of the advantage stream."""
        return v + stream - expect(law, stream)

    claims: dict[str, Claim] = {
        "the mean is the state's value": Identity(expect(law, output(a)), v),
        "a constant in the stream cancels": Identity(expect(law, output(a + c) * a), expect(law, output(a) * a)),
    }
    mutants: dict[str, Claim] = {
        "not centred": Identity(expect(law, v + a), v),
        "centred twice": Identity(expect(law, output(a) - expect(law, a)), v),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def q_learning_update() -> Theorem:
    """See `reinforcement.q_learning_update`."""
    law, paid, following = density("p"), function("r"), function("m", tex=r"\max Q(s',\cdot)")
    old, alpha = real("q", tex="Q"), bounded("alpha", 0, 1, tex=r"\alpha")
    error = Domain(-ONE, ONE, False, False)
    e0, e1, size = function("e", error), function("f", error), positive("D")
    target = paid + gamma * following

    def properties(new: Expr) -> Mapping[str, Claim]:
        backup = expect(law, paid) + gamma * expect(law, following)
        step = (1 - alpha) * size * e0 + alpha * gamma * size * e1
        return {
            "part of the way": Identity(expect(law, new), (1 - alpha) * old + alpha * backup),
            "at rest where Bellman's equation holds": Identity(expect(law, new.xreplace({old: backup})), backup),
            "errors shrink on the mean": Inequality(expect(law, step), "<=", size * (1 - alpha * (1 - gamma))),
            "no step": Identity(expect(law, new.subs(alpha, 0)), old),
        }

    new = Definition(r"Q(s_t,a_t)", old + alpha * (target - old), properties)
    note = (
        "Convergence with probability one needs every pair visited infinitely often, steps with an infinite sum and a "
        "finite sum of squares (Watkins and Dayan 1992); at the end of an episode the maximum is replaced by 0."
    )
    return Theorem(
        new,
        mutants={
            "old value kept whole": new.of(old + alpha * target),
            "error not weighed": new.of(old + target - old + alpha),
        },
        printed={553: Printed(note=note)},
    )
