"""The policy-gradient theorem with its discounting, baselines, and equilibria of games; see `theory.reinforcement`.

In each of two states the policy takes the first of two actions with probability w1 or w2; the transition
probabilities and rewards of the four pairs are free.  J is then a closed expression, which is differentiated outright.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Expr, Integer, Max

from .batching import Rule
from .bellman import ONE, gamma, resolvent, start
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality
from .games import Game, Pair, deviations, examples
from .measures import expect
from .statements import Printed, Theorem
from .symbols import bounded, density, function, probability, real, reals

w1, w2 = probability("w1", tex=r"\pi(1|1)"), probability("w2", tex=r"\pi(1|2)")
go = [[bounded(f"p{s}{a}", 0, 1) for a in (1, 2)] for s in (1, 2)]  # probability of state 1 next
pay = [[real(f"r{s}{a}") for a in (1, 2)] for s in (1, 2)]


def mixed(pair: Any, weight: Expr) -> Expr:
    """The mean of two actions' entries under the policy."""
    return weight * pair[0] + (1 - weight) * pair[1]


def state_values() -> tuple[Expr, Expr]:
    """The values of the two states under the policy."""
    right = mixed(pay[0], w1), mixed(pay[1], w2)
    return resolvent(right, mixed(go[0], w1), mixed(go[1], w2))


def total_return() -> Expr:
    """J from the initial law."""
    one, two = state_values()
    return start * one + (1 - start) * two


def action_values(state: int) -> tuple[Expr, Expr]:
    """Q of both actions in a state (0 or 1)."""
    one, two = state_values()
    first, second = (r + gamma * (p * one + (1 - p) * two) for r, p in zip(pay[state], go[state], strict=True))
    return first, second


def visits() -> Expr:
    """The normalized discounted share of the time that is spent in state 1."""
    chain = mixed(go[0], w1), mixed(go[1], w2)
    first, second = resolvent((ONE, Integer(0)), *chain)
    return (1 - gamma) * (start * first + (1 - start) * second)


def score_mean(weight: Expr, values: tuple[Expr, Expr]) -> Expr:
    """E[d/dw log pi(a) Q(a)] over the two actions of one state."""
    scores = 1 / weight, -1 / (1 - weight)
    return weight * scores[0] * values[0] + (1 - weight) * scores[1] * values[1]


def policy_gradient() -> Theorem:
    """See `reinforcement.policy_gradient`."""
    J, share = total_return(), visits()
    by_first = share * score_mean(w1, action_values(0)) / (1 - gamma)
    by_second = (1 - share) * score_mean(w2, action_values(1)) / (1 - gamma)
    # One state: whatever law of the states the expectation means, it is this one.
    r1, r2 = pay[0]
    alone = mixed((r1, r2), w1) / (1 - gamma)
    its_values = r1 + gamma * alone, r2 + gamma * alone
    claims: dict[str, Claim] = {
        "parameter of state 1": Identity(J.diff(w1), by_first),
        "parameter of state 2": Identity(J.diff(w2), by_second),
        "one state": Identity(alone.diff(w1), score_mean(w1, its_values) / (1 - gamma)),
    }
    mutants: dict[str, Claim] = {
        "under the initial law": Identity(J.diff(w1), start * score_mean(w1, action_values(0)) / (1 - gamma)),
        "rewards instead of returns": Identity(J.diff(w1), share * score_mean(w1, (r1, r2)) / (1 - gamma)),
    }
    fixed = (
        r"\nabla_\theta J=\mathbb{E}\left[\sum_{t\ge0}\gamma^t\nabla\log\pi_\theta(a_t|s_t)Q^{\pi}(s_t,a_t)\right]"
        r"=\frac{1}{1-\gamma}\mathbb{E}_{s\sim d^\pi,a\sim\pi_\theta}[\nabla\log\pi_\theta(a|s)Q^{\pi}(s,a)]"
    )
    note = (
        "The discounted sum over the times is missing, or the factor 1/(1 - gamma) before the mean over the normalized "
        "discounted visits; with one state, where all laws of the states agree, the printed form is too small by "
        "that factor. Q must be the policy's own. With sampled returns in place of Q it is REINFORCE."
    )
    printed = Printed(claim=Identity(alone.diff(w1), score_mean(w1, its_values)), correction=fixed, note=note)
    return Theorem(
        AllOf(claims),
        sizes="two states and actions with any data",
        mutants=mutants,
        printed={555: printed},
    )


def baseline() -> Theorem:
    """See `reinforcement.baseline`."""
    law, move, worth = density("pi", r"\pi"), function("h"), function("q", tex="Q")
    level = real("b")
    score = move - expect(law, move)  # of a softmax policy whose logits move along h
    strength = expect(law, score**2)
    best = expect(law, score**2 * worth) / strength

    def second_moment(at: Expr) -> Expr:
        return expect(law, score**2 * (worth - at) ** 2)

    gap = second_moment(level) - second_moment(best)
    claims: dict[str, Claim] = {
        "the score has mean zero": Identity(expect(law, score), Integer(0)),
        "a baseline changes no mean": Identity(expect(law, score * (worth - level)), expect(law, score * worth)),
        "softmax": Identity(
            expect(law, score * worth), expect(law, move * worth) - expect(law, move) * expect(law, worth)
        ),
        "the best one": Identity(gap, strength * (level - best) ** 2),
    }
    mutants: dict[str, Claim] = {
        "the mean value is best": Identity(second_moment(level) - second_moment(expect(law, worth)), gap),
        "a baseline that looks at the action": Identity(
            expect(law, score * (worth - function("c"))), expect(law, score * worth)
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def nash_equilibrium() -> Theorem:
    """See `reinforcement.nash_equilibrium`."""

    def properties(rule: Any) -> Mapping[str, Claim]:
        def deviate() -> Iterator[tuple[str, Any, Any]]:
            for name, game in examples().items():
                for x, y in rule(game):
                    own, other = game.payoffs((x, y))
                    for rival in deviations(len(x)):
                        yield f"{name}: the first plays {rival}", own, game.payoffs((rival, y))[0]
                    for rival in deviations(len(y)):
                        yield f"{name}: the second plays {rival}", other, game.payoffs((x, rival))[1]

        def exist() -> Iterator[tuple[str, Any, Any]]:
            for name, game in examples().items():
                pairs = rule(game)
                yield f"{name}: there is one", len(pairs) > 0, True
                yield f"{name}: no regrets", [game.regrets(pair) for pair in pairs], [(0, 0)] * len(pairs)

        sizes = "six games of two or three actions, deviations in quarters"
        return {
            "no deviation pays": Finite(deviate, r"r_i(\pi^*)\ge r_i(\pi_i,\pi_{-i}^*)", sizes, ">="),
            "certificates": Finite(exist, r"\max_ar_i(a,\pi_{-i}^*)=r_i(\pi^*)", sizes),
        }

    found = Definition(r"(\pi_i^*,\pi_j^*)", Rule(r"\text{equilibria}", Game.equilibria), properties)
    note = (
        "For all strategies of the one who deviates, mixed ones included; with pure strategies only there may be none."
    )
    return Theorem(
        found,
        mutants={
            "largest sum of payoffs": found.of(Rule("cooperation", _cooperation)),
            "pure ones only": found.of(Rule("pure", _pure)),
        },
        printed={556: Printed(note=note)},
    )


def _cooperation(game: Game) -> list[Pair]:
    """The pure pairs with the largest sum of payoffs."""
    pairs = [(x, y) for x in deviations(len(game.first), 1) for y in deviations(len(game.first[0]), 1)]
    most = max(sum(game.payoffs(pair)) for pair in pairs)
    return [pair for pair in pairs if sum(game.payoffs(pair)) == most]


def _pure(game: Game) -> list[Pair]:
    return [pair for pair in game.equilibria() if max(pair[0]) == 1 == max(pair[1])]


def pure_deviations() -> Theorem:
    """See `reinforcement.pure_deviations`."""
    law, gap = density("x"), function("h", bounded("h0", 0, 5).domain)
    a, b, c, e, own, rival = reals("a b c e x y")  # payoffs of the first player in a game of two by two
    top = real("u")

    def payoff(x: Expr, y: Expr) -> Expr:
        return x * (y * a + (1 - y) * b) + (1 - x) * (y * c + (1 - y) * e)

    level = (e - b) / (a - b - c + e)
    claims: dict[str, Claim] = {
        "a mixture gains no more than its best action": Inequality(expect(law, top - gap), "<=", top),
        "two actions": Inequality(
            payoff(own, rival), "<=", Max(payoff(ONE, rival), payoff(Integer(0), rival)), (own >= 0, own <= 1)
        ),
        "what makes the first player indifferent": Identity(payoff(own, level), payoff(rival, level)),
        "its value": Identity(payoff(own, level), (a * e - b * c) / (a - b - c + e)),
    }
    mutants: dict[str, Claim] = {
        "a half": Identity(payoff(own, ONE / 2), payoff(rival, ONE / 2)),
        "the own payoffs the other way": Identity(payoff(own, 1 - level), payoff(rival, 1 - level)),
    }
    return Theorem(AllOf(claims), mutants=mutants)
