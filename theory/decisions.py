"""What a decision process consists of: policies, transitions, laws of states, rewards, returns, dynamics.

The theorems that `theory.reinforcement` names.  A quantity that varies over actions or states is a density or function
of `theory.measures`, so that what is proved holds for any number of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Expr, Integer, MatrixSymbol, Symbol, exp, sqrt

from .batching import Rule
from .bellman import ONE, gamma, occupancy, rewards, start, stay1, value
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity
from .mdp import SIZES, FiniteMDP, family
from .measures import expect, integral
from .statements import Printed, Theorem
from .symbols import (
    UNIT,
    Domain,
    bounded,
    density,
    function,
    positive,
    probability,
    real,
    reals,
)

CLOSED = Domain(Integer(0), ONE, lower_open=False, upper_open=False)


def policy() -> Theorem:
    """See `reinforcement.policy`."""
    law, worth, least = density("pi", r"\pi"), function("q"), function("h", UNIT)

    def properties(chosen: Expr) -> Mapping[str, Claim]:
        return {
            "a law on the actions": Identity(integral(chosen), ONE),
            "nonnegative": Inequality(expect(chosen, least), ">=", Integer(0)),
            "a sure reward is kept": Identity(expect(chosen, worth + real("c")), expect(chosen, worth) + real("c")),
        }

    chosen = Definition(r"\pi(\cdot\mid s)", law, properties)
    note = "pi(s) is a law on the actions here, an action in 527, 534 and 539, and pi* a function of both."
    return Theorem(chosen, mutants={"square of a law": chosen.of(law**2)}, printed={526: Printed(note=note)})


def deterministic_policy() -> Theorem:
    """See `reinforcement.deterministic_policy`."""

    def properties(rule: Any) -> Mapping[str, Claim]:
        def laws() -> Iterator[tuple[str, Any, Any]]:
            for count in (1, 2, 3, 4):
                for chosen in range(count):
                    law = [rule(action, chosen) for action in range(count)]
                    yield f"{chosen} of {count}: a law", (sum(law), min(law) >= 0), (1, True)
                    for at in range(count):
                        worth = [int(action == at) for action in range(count)]
                        yield f"{chosen} of {count}: mean of the indicator of {at}", _dot(law, worth), worth[chosen]

        return {"the mean is the value at the action": Finite(laws, r"\sum_a\pi(a|s)q(a)=q(\pi(s))", "1 to 4 actions")}

    rule = Rule(r"[a=\pi(s)]", lambda action, chosen: int(action == chosen))
    law = Definition(r"\pi(a\mid s)", rule, properties)
    others = {
        "cumulative": law.of(Rule(r"[a\le\pi(s)]", lambda action, chosen: int(action <= chosen))),
        "all but it": law.of(Rule(r"[a\ne\pi(s)]", lambda action, chosen: int(action != chosen))),
    }
    return Theorem(law, mutants=others)


def _dot(one: list[int], other: list[int]) -> int:
    return sum(a * b for a, b in zip(one, other, strict=True))


def markov_property() -> Theorem:
    """See `reinforcement.markov_property`."""
    first, act = probability("p0"), {s: probability(f"a{s}") for s in (0, 1)}
    then = {key: probability("b" + "".join(map(str, key))) for key in product((0, 1), repeat=3)}  # by whole history
    moves = {key: probability("m" + "".join(map(str, key))) for key in product((0, 1), repeat=2)}
    bit = (0, 1)

    def chance(p: Expr, outcome: int) -> Expr:
        return p if outcome == 0 else 1 - p

    def path(s0: int, a0: int, s1: int, a1: int, s2: int, kernel: Any) -> Expr:
        joint = chance(first, s0) * chance(act[s0], a0) * chance(moves[s0, a0], s1)
        return joint * chance(then[s0, a0, s1], a1) * chance(kernel(s0, s1, a1), s2)

    def markov(_: int, s1: int, a1: int) -> Expr:
        return moves[s1, a1]

    def remembers(s0: int, s1: int, a1: int) -> Expr:
        return then[s0, s1, a1]

    def given(kernel: Any, past: Any) -> Expr:
        """P(s2 = 0 | s1 = 0, a1 = 1 and the past)."""
        both = [sum(path(s0, a0, 0, 1, s2, kernel) for s0, a0 in past) for s2 in bit]
        return both[0] / (both[0] + both[1])

    every = list(product(bit, bit))
    claims: dict[str, Claim] = {
        "given all that happened": Identity(given(markov, [(1, 0)]), moves[0, 1]),
        "given the last state and action": Identity(given(markov, every), moves[0, 1]),
    }
    mutants: dict[str, Claim] = {
        "a kernel with memory": Identity(given(remembers, [(1, 0)]), given(remembers, every)),
        "another action": Identity(given(markov, every), moves[0, 0]),
    }
    why = (
        "Both sides are the same expression, so that nothing is claimed: on the left the history s_0, a_0, ..., s_t, "
        "a_t should stand behind the bar."
    )
    fixed = r"P(s_{t+1}\mid s_t,a_t,s_{t-1},a_{t-1},\ldots,s_0,a_0)=P(s_{t+1}\mid s_t,a_t)"
    return Theorem(
        AllOf(claims),
        sizes="two states, two actions, two steps, any policy that remembers",
        mutants=mutants,
        printed={529: Printed(informal=why, correction=fixed)},
    )


def transition_kernel() -> Theorem:
    """See `reinforcement.transition_kernel`."""
    law, worth, c = density("p"), function("v"), real("c")
    size = function("u", CLOSED)

    def properties(row: Expr) -> Mapping[str, Claim]:
        return {
            "normalized": Identity(integral(row), ONE),
            "constants are kept": Identity(expect(row, worth + c), expect(row, worth) + c),
            "means lie between the bounds": Inequality(expect(row, size), "<=", ONE),
        }

    row = Definition(r"P(\cdot\mid s,a)", law, properties)
    note = "A sum over a finite or countable state space; an integral over a continuous one."
    return Theorem(row, mutants={"half of it lost": row.of(law / 2)}, printed={530: Printed(note=note)})


def state_distribution() -> Theorem:
    """See `reinforcement.state_distribution`."""
    law, weight = density("rho", r"\rho"), function("w", CLOSED, r"\pi_1")
    one, other = function("p", CLOSED, "P_1"), function("q", CLOSED, "P_2")  # of reaching s' under each action
    n = Symbol("n", integer=True, positive=True)
    P, K, rho = MatrixSymbol("P", n, n), MatrixSymbol("K", n, n), MatrixSymbol("rho", n, 1)
    by_path = expect(law, weight * one) + expect(law, (1 - weight) * other)
    claims: dict[str, Claim] = {
        "one step": Identity(by_path, expect(law, weight * one + (1 - weight) * other)),
        "two steps": MatrixIdentity((rho.T * P) * K, rho.T * (P * K)),
        "three steps": MatrixIdentity(((rho.T * P) * P) * P, rho.T * P**3),
    }
    mutants: dict[str, Claim] = {
        "one action for all": Identity(by_path, expect(law, one)),
        "kernel of one step for two": MatrixIdentity((rho.T * P) * K, rho.T * P),
        "order of the steps": MatrixIdentity((rho.T * P) * K, rho.T * (K * P)),
    }
    fixed = r"\rho_{t+1}(s')=\sum_s\sum_a\rho_t(s)\pi(a\mid s)P(s'\mid s,a),\quad\rho_{t+k}^\top=\rho_t^\top P_\pi^k"
    note = (
        "The action stands free on the right, though the law of the later state does not depend on it: it must be "
        "averaged under the policy. For k > 1 the kernel of one step must be replaced by that of k steps."
    )
    printed = Printed(claim=Identity(by_path, expect(law, one)), correction=fixed, note=note)
    return Theorem(AllOf(claims), mutants=mutants, printed={531: printed})


def expected_reward() -> Theorem:
    """See `reinforcement.expected_reward`."""
    law, paid, later = density("p"), function("r"), function("v")

    def properties(mean: Expr) -> Mapping[str, Claim]:
        backup = expect(law, paid + gamma * later)
        return {
            "rewards enter by their mean": Identity(backup, mean + gamma * expect(law, later)),
            "a sure reward": Identity(mean.xreplace({paid: real("c")}), real("c")),
        }

    mean = Definition("R(s,a)", expect(law, paid), properties)
    note = (
        "Written as if the reward were a function of state and action; where it depends on the next state too, or is "
        "random, R is its mean, and no value or Bellman equation changes."
    )
    return Theorem(mean, mutants={"mean square": mean.of(expect(law, paid**2))}, printed={537: Printed(note=note)})


def discounted_return() -> Theorem:
    """See `reinforcement.discounted_return`."""
    r0, r1, rest, c = reals("r0 r1 G2 c")
    weights, paid = density("w"), function("r", Domain(-ONE, ONE, False, False))  # (1 - gamma) gamma^k over the times
    G = r0 + gamma * r1 + gamma**2 * rest

    def properties(total: Expr) -> Mapping[str, Claim]:
        return {
            "one step": Identity(total, r0 + gamma * (r1 + gamma * rest)),
            "equal rewards": Identity(total.subs({r0: c, r1: c, rest: c / (1 - gamma)}), c / (1 - gamma)),
            "rewards up to one": Inequality(expect(weights, paid) / (1 - gamma), "<=", 1 / (1 - gamma)),
        }

    total = Definition("G_t", G, properties)
    return Theorem(
        total,
        sizes="two rewards and the rest",
        mutants={
            "not discounted": total.of(r0 + r1 + rest),
            "first reward discounted": total.of(gamma * G),
        },
        printed={538: Printed(note="It converges for bounded rewards and a discount below one.")},
    )


def decision_process() -> Theorem:
    """See `reinforcement.decision_process`."""

    def properties(rows: Any) -> Mapping[str, Claim]:
        def accepted() -> Iterator[tuple[str, Any, Any]]:
            for name, one in family():
                made = FiniteMDP.of(rows(one.transitions), one.rewards, one.discount)
                values = made.value(made.optimal())
                yield f"{name}: the optimality equation has a solution", values, made.backup(values)
                bound = max(abs(r) for row in one.rewards for r in row) / (1 - one.discount)
                yield f"{name}: no value beyond the bound", max(map(abs, values)) <= bound, True

        def refused() -> Iterator[tuple[str, Any, Any]]:
            half = Fraction(1, 2)
            for label, given in {
                "row too large": ([[[half, 1]], [[0, 1]]], half),
                "negative": ([[[2, -1]], [[0, 1]]], half),
                "row too short": ([[[1]], [[0, 1]]], half),
                "discount one": ([[[1, 0]], [[0, 1]]], 1),
            }.items():
                yield label, _is_refused(rows(given[0]), given[1]), True

        return {
            "well posed": Finite(accepted, r"TV^*=V^*", SIZES),
            "anything else is refused": Finite(refused, r"(S,A,P,R,\gamma)", "four that are none"),
        }

    made = Definition("M", Rule(r"(\mathcal{S},\mathcal{A},P,R,\gamma)", lambda rows: rows), properties)
    first = Rule("first action", lambda rows: [[[ONE, *([0] * (len(r) - 1))] for r in row] for row in rows])
    note = "In words the discount may be anything; the values exist for 0 <= gamma < 1, or where every episode ends."
    return Theorem(made, mutants={"rows not looked at": made.of(first)}, printed={540: Printed(note=note)})


def _is_refused(rows: Any, discount: Any) -> bool:
    try:
        FiniteMDP.of(rows, [[0], [0]], discount)
    except ValueError:
        return True
    return False


def action_value() -> Theorem:
    """See `reinforcement.action_value`."""
    one, two = value()
    r, p, c, steady = real("r"), bounded("p", 0, 1), real("c"), real("v")
    Q = r + gamma * (p * one + (1 - p) * two)

    def properties(q: Expr) -> Mapping[str, Claim]:
        same = {rewards[0]: c, rewards[1]: c, r: c}
        return {
            "another action once": Identity(q - one, r - rewards[0] + gamma * (p - stay1) * (one - two)),
            "the policy's own action": Identity(q.subs({r: rewards[0], p: stay1}), one),
            "equal rewards": Identity(q.subs(same), c / (1 - gamma)),
            "the first reward alone": Identity(q.subs(gamma, 0), r),
        }

    q = Definition(r"Q^\pi(s,a)", Q, properties)
    note = (
        "The expectation is under one policy from the second action on: the optimal one in the words (then it is Q*), "
        "any fixed one in 555. "
    )
    return Theorem(
        q,
        sizes="two states with any data",
        mutants={"later rewards not discounted": q.of(r + p * one + (1 - p) * two), "no reward": q.of(Q - r)},
        printed={
            532: Printed(note=note),
            541: Printed(
                claim=Identity(steady, 1 + steady),  # the return of rewards 1 at discount 1
                assumption="the discount is less than one (or every episode ends)",
                note=note + "Its sentence allows gamma = 1: for rewards 1 no number is the reward plus itself.",
            ),
        },
    )


def objective() -> Theorem:
    """See `reinforcement.objective`."""
    one, two = value()
    share = occupancy()
    J = (share[0] * rewards[0] + share[1] * rewards[1]) / (1 - gamma)
    c = real("c")

    def properties(total: Expr) -> Mapping[str, Claim]:
        return {
            "mean of the values": Identity(total, start * one + (1 - start) * two),
            "equal rewards": Identity(total.subs({rewards[0]: c, rewards[1]: c}), c / (1 - gamma)),
        }

    total = Definition(r"J(\pi)", J, properties)
    note = (
        "It depends on the law of the first state, which is not named; a policy that is best from all states is best."
    )
    return Theorem(
        total,
        sizes="two states with any data",
        mutants={"factor forgotten": total.of((1 - gamma) * J), "start exchanged": total.of(J.subs(start, 1 - start))},
        printed={550: Printed(note=note), 554: Printed(note=note)},
    )


def controlled_dynamics() -> Theorem:
    """See `reinforcement.controlled_dynamics`."""
    a, b = real("a"), real("b")
    t, later, x0, u = reals("t s x0 u")

    def properties(x: Expr) -> Mapping[str, Claim]:
        restarted = x.subs({x0: x, t: later}, simultaneous=True)
        return {
            "equation": Identity(x.diff(t), a * x + b * u),
            "initial state": Identity(x.subs(t, 0), x0),
            "the state holds all that matters": Identity(restarted, x.subs(t, t + later)),
        }

    path = exp(a * t) * x0 + (exp(a * t) - 1) * b * u / a
    x = Definition("x(t)", path, properties)
    note = (
        "A form, not a claim: what is asked for is a solution. It has exactly one for each measurable bounded control "
        "where f is Lipschitz in the state (Picard-Lindelof)."
    )
    return Theorem(
        x,
        sizes="f(x, u) = a x + b u",
        mutants={"no control": x.of(exp(a * t) * x0), "control not integrated": x.of(exp(a * t) * x0 + b * u)},
        printed={557: Printed(note=note)},
    )


def linear_quadratic() -> Theorem:
    """See `reinforcement.linear_quadratic`."""
    a, b = real("a"), positive("b")
    weight, price = positive("q"), positive("rho", tex="r")
    x, u = reals("x u")
    p = price * (a + sqrt(a**2 + b**2 * weight / price)) / b**2
    other = price * (a - sqrt(a**2 + b**2 * weight / price)) / b**2

    def rest(root: Expr, control: Expr) -> Expr:
        """Running cost plus the derivative of root x^2 along x' = a x + b u."""
        return weight * x**2 + price * control**2 + 2 * root * x * (a * x + b * control)

    claims: dict[str, Claim] = {
        "no control gains": Identity(rest(p, u), price * (u + b * p * x / price) ** 2),
        "the state dies out": Identity(a - b**2 * p / price, -sqrt(a**2 + b**2 * weight / price)),
    }
    mutants: dict[str, Claim] = {
        "half the feedback": Identity(rest(p, u), price * (u + b * p * x / (2 * price)) ** 2),
        "the other root": Identity(a - b**2 * other / price, -sqrt(a**2 + b**2 * weight / price)),
    }
    return Theorem(AllOf(claims), sizes="one state, one control", mutants=mutants)
