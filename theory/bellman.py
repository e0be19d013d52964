"""Bellman's equations and what follows from them; the theorems that `theory.reinforcement` names.

Two kinds of proof stand side by side.  With two states and any rational data the value of a policy is a closed
expression (`value`), about which everything is decided for all probabilities, rewards and discounts.  For other sizes
the operators are run on exact processes (`mdp.family`), and what happens at one state is lifted to any law on the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from sympy import Abs, Expr, Integer, MatrixSymbol, Max, Symbol
from sympy import Identity as Eye

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, MatrixIdentity, Recursion
from .mdp import SIZES, FiniteMDP, Policy, Row, distance, dot, family
from .measures import expect, integral
from .statements import Printed, Theorem
from .symbols import (
    NONNEGATIVE,
    POSITIVE,
    Domain,
    DomainSymbol,
    bounded,
    density,
    function,
    integer,
    probability,
    real,
    reals,
)

ONE = Integer(1)
HALF_OPEN = Domain(Integer(0), ONE, lower_open=False)
gamma = DomainSymbol("g", HALF_OPEN, r"\gamma")
stay1, stay2 = bounded("x", 0, 1), bounded("y", 0, 1)  # P(1|1) and P(1|2) under a policy
start = bounded("s", 0, 1, tex=r"\rho_0")  # the probability of starting in state 1
det = (1 - gamma) * (1 - gamma * (stay1 - stay2))
Pair = tuple[Expr, Expr]
rewards: Pair = real("r1"), real("r2")


def resolvent(right: Pair, x: Expr = stay1, y: Expr = stay2) -> Pair:
    """(I - gamma P)^{-1} applied to a vector, for the chain with P(1|1) = x and P(1|2) = y."""
    below = (1 - gamma) * (1 - gamma * (x - y))
    one, two = right
    upper = ((1 - gamma * (1 - y)) * one + gamma * (1 - x) * two) / below
    return upper, (gamma * y * one + (1 - gamma * x) * two) / below


def value() -> Pair:
    """The values of two states under a policy with expected rewards r1 and r2."""
    return resolvent(rewards)


def occupancy() -> Pair:
    """(1 - gamma) sum over t of gamma^t P(s_t = 1 or 2), starting in state 1 with probability s."""
    first, second = resolvent((ONE, Integer(0)))
    share = (1 - gamma) * (start * first + (1 - start) * second)
    return share, 1 - share


def in_family(run: Callable[[FiniteMDP], Iterator[tuple[str, Any, Any]]]) -> Callable[[], Any]:
    """The cases of every exact process."""
    return lambda: ((f"{name}: {label}", lhs, rhs) for name, one in family() for label, lhs, rhs in run(one))


def best_values(process: FiniteMDP) -> Row:
    """The largest value of any deterministic policy, state by state: no equation is solved for it but linear ones."""
    values = [process.value(policy) for policy in process.policies()]
    return tuple(max(one[s] for one in values) for s in range(process.states))


def best_action_values(process: FiniteMDP) -> tuple[Row, ...]:
    """The largest return of one action and then any deterministic policy."""
    tables = [process.action_values(process.value(policy)) for policy in process.policies()]
    return tuple(
        tuple(max(table[s][a] for table in tables) for a in range(len(process.rewards[s])))
        for s in range(process.states)
    )


def expectation_equation() -> Theorem:
    """See `reinforcement.expectation_equation`."""
    one, two = value()
    n = Symbol("n", integer=True, positive=True)
    P, r, c = MatrixSymbol("P", n, n), MatrixSymbol("r", n, 1), gamma
    upto = r + c * P * r + c**2 * P * P * r
    equations = {
        "state 1": Identity(one, rewards[0] + gamma * (stay1 * one + (1 - stay1) * two)),
        "state 2": Identity(two, rewards[1] + gamma * (stay2 * one + (1 - stay2) * two)),
    }
    claims: dict[str, Claim] = {
        **equations,
        "three rewards and a rest": MatrixIdentity((Eye(n) - c * P) * upto, r - c**3 * P * P * P * r),
    }

    def deterministic(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        for policy in process.policies():
            values = process.value(policy)
            moves, paid = process.chain(policy)
            right = tuple(r + process.discount * dot(row, values) for r, row in zip(paid, moves, strict=True))
            yield str(policy), values, right

    claims["deterministic policies"] = Finite(
        in_family(deterministic), r"V^\pi(s)=R(s,\pi(s))+\gamma\sum_{s'}P(s'|s,\pi(s))V^\pi(s')", SIZES
    )
    late = Identity(one, rewards[0] + gamma**2 * (stay1 * one + (1 - stay1) * two))
    undiscounted = Identity(one, rewards[0] + stay1 * one + (1 - stay1) * two)
    note = (
        "pi(s) is an action here, so that it speaks of deterministic policies; for the stochastic policies of the "
        "first paragraph reward and transition are averaged over the actions, as in this statement."
    )
    return Theorem(
        AllOf(claims),
        sizes="two states with any data, and exact processes",
        mutants={"discounted twice": late, "not discounted": undiscounted},
        printed={539: Printed(note=note)},
    )


def optimality_equation() -> Theorem:
    """See `reinforcement.optimality_equation`."""

    def for_values(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        best = best_values(process)
        yield "V* = max (R + gamma P V*)", best, process.backup(best)
        yield "V* = max Q*", best, tuple(max(row) for row in best_action_values(process))

    def for_actions(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        table = best_action_values(process)
        yield "Q* = R + gamma P max Q*", table, process.action_values([max(row) for row in table])

    def late(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        table = best_action_values(process)
        yield "max outside", table, process.action_values([min(row) for row in table])

    formula = r"Q^*(s,a)=R(s,a)+\gamma\sum_{s'}P(s'|s,a)\max_{a'}Q^*(s',a')"
    gaps = DomainSymbol("h1", NONNEGATIVE), DomainSymbol("h2", NONNEGATIVE)
    V1, V2 = reals("v1 v2")
    # A policy's mean shortfall of the maximum in the optimality equation is h: so its rewards are these.
    paid = (
        V1 - gaps[0] - gamma * (stay1 * V1 + (1 - stay1) * V2),
        V2 - gaps[1] - gamma * (stay2 * V1 + (1 - stay2) * V2),
    )
    short = resolvent(gaps)
    claims: dict[str, Claim] = {
        "values": Finite(in_family(for_values), r"V^*(s)=\max_aR(s,a)+\gamma\sum_{s'}P(s'|s,a)V^*(s')", SIZES),
        "action values": Finite(in_family(for_actions), formula, SIZES),
        "shortfall of a policy": Identity(resolvent(paid)[0], V1 - short[0]),
        "no policy does better": Inequality(short[0], ">=", Integer(0)),
    }
    at_later = Finite(in_family(_later), r"Q^*(s,a)=\mathbb{E}[r_1+\gamma\max Q^*(s_2,\cdot)|s_0,a_0]", SIZES)
    note = "The reward may be random; it enters by its mean alone, as reinforcement.expected_reward has it."
    return Theorem(
        AllOf(claims),
        sizes="two states with any data, and exact processes",
        mutants={
            "the least action next": Finite(in_family(late), formula, SIZES),
            "shortfall not discounted": Identity(resolvent(paid)[0], V1 - gaps[0]),
        },
        printed={
            542: Printed(
                claim=at_later,
                assumption="t = 0, the time at which state and action are given",
                correction=r"Q^*(s,a)=\mathbb{E}[r_0+\gamma\max_{a'}Q^*(s_1,a')\mid s_0=s,a_0=a]",
                note="Conditioned at time 0, with reward and next state of time t: for t = 1 it is another quantity.",
            ),
            552: Printed(note=note),
            588: Printed(note="The V of a policy elsewhere; with the maximum it is the optimal value."),
        },
    )


def _later(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
    """542 at t = 1: reward and best continuation one step after the given state and action, acting optimally."""
    table = best_action_values(process)
    values = [max(row) for row in table]
    later = tuple(tuple(dot(row, values) for row in rows) for rows in process.transitions)
    yield "t = 1", table, later


def optimal_policy() -> Theorem:
    """See `reinforcement.optimal_policy`."""
    mixed = (Fraction(1, 3), Fraction(2, 3))

    def properties(rule: Any) -> Mapping[str, Claim]:
        def gains(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
            chosen = process.value(rule(process))
            rivals: list[Any] = list(process.policies())
            if all(len(row) == 2 for row in process.rewards):
                rivals += [(mixed,) * process.states, (mixed[::-1],) * process.states]
            for rival in rivals:
                for s, (own, other) in enumerate(zip(chosen, process.value(rival), strict=True)):
                    yield f"{rival} from {s}", own, other

        return {"from every state at once": Finite(in_family(gains), r"V^{\pi^*}(s)\ge V^{\pi}(s)", SIZES, ">=")}

    def myopic(process: FiniteMDP) -> Policy:
        return process.greedy((Fraction(0),) * process.states)

    rule = Definition(r"\pi^*", Rule(r"\arg\max_\pi V^\pi(s)", FiniteMDP.optimal), properties)
    note = (
        "That one policy attains the maximum from every state is a theorem, and the argmax is a set. "
        "It needs a discount below one (or episodes that end) and finitely many actions."
    )
    return Theorem(
        rule,
        mutants={"the next reward alone": rule.of(Rule("myopic", myopic))},
        printed={528: Printed(note=note)},
    )


def greedy_policy() -> Theorem:
    """See `reinforcement.greedy_policy`."""

    def attained(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        best = best_values(process)
        ties = [[a for a, q in enumerate(row) if q == max(row)] for row in process.action_values(best)]
        for policy in process.policies():
            if all(choice in tied for choice, tied in zip(policy, ties, strict=True)):
                yield f"{policy} attains", process.value(policy), best
            else:
                yield f"{policy} does not", process.value(policy) == best, False

    def anti(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        best = best_values(process)
        policy = tuple(row.index(min(row)) for row in process.action_values(best))
        yield "least", process.value(policy), best

    formula = r"V^\pi=V^*\iff\pi(s)\in\arg\max_aQ^*(s,a)\ \forall s"
    q, law = function("q"), density("pi", r"\pi")
    gap, top = function("h", NONNEGATIVE), reals("v w")[0]
    claims: dict[str, Claim] = {
        "the greedy ones and no others": Finite(in_family(attained), formula, SIZES),
        "no law on the actions has more": Inequality(expect(law, top - gap), "<=", top),
    }
    mutants: dict[str, Claim] = {
        "the least action": Finite(in_family(anti), formula, SIZES),
        "any law attains it": Identity(expect(law, top - gap), top),
        "the mean is the value of each": Identity(expect(law, q), expect(law, q**2)),
    }
    note = "The argmax is a set; every choice from it is optimal, and so is every law on it."
    return Theorem(AllOf(claims), mutants=mutants, printed={534: Printed(note=note)})


def contraction() -> Theorem:
    """See `reinforcement.contraction`."""
    law, change = density("p"), function("d", Domain(-ONE, ONE, lower_open=False, upper_open=False))
    far = DomainSymbol("e", POSITIVE, r"\varepsilon")
    q, w, m, k = reals("q w m k")
    v, r = function("v"), function("r")
    c = reals("c d")[0]

    def contracts(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        one = tuple(Fraction(3 * s - 2) for s in range(process.states))
        for other in ((Fraction(0),) * process.states, tuple(Fraction(5 - s * s) for s in range(process.states))):
            yield (
                "distance",
                distance(process.backup(one), process.backup(other)),
                process.discount * distance(one, other),
            )

    close = (Abs(m - k) <= far, Abs(q - w) <= far)
    shift = Identity(expect(law, r + gamma * (v + c)), expect(law, r + gamma * v) + gamma * c)
    claims: dict[str, Claim] = {
        "mean": Inequality(Abs(gamma * far * expect(law, change)), "<=", gamma * far),
        "one action more": Inequality(Abs(Max(m, q) - Max(k, w)), "<=", far, close),
        "the rate is attained": shift,
        "operator": Finite(
            in_family(contracts), r"\lVert TV-TW\rVert_\infty\le\gamma\lVert V-W\rVert_\infty", SIZES, "<="
        ),
    }
    mutants: dict[str, Claim] = {
        "rate gamma squared": Identity(shift.lhs, expect(law, r + gamma * v) + gamma**2 * c),
        "half of it": Inequality(Abs(gamma * far * expect(law, change)), "<=", gamma * far / 2),
        "maximum closer than its parts": Inequality(Abs(Max(m, q) - Max(k, w)), "<=", far / 2, close),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def fixed_point() -> Theorem:
    """See `reinforcement.fixed_point`."""
    gap = DomainSymbol("D", NONNEGATIVE)
    n, term = integer("n", least=0), reals("a b")[0]
    first = DomainSymbol("d0", NONNEGATIVE, "d_0")
    rate = probability("g", tex=r"\gamma")  # at discount zero the second iterate is the fixed point
    claims: dict[str, Claim] = {
        "two fixed points have no distance": Identity(gap, Integer(0), (gap <= gamma * gap,)),
        "distances of successive iterates": Recursion(n, 0, first, term, rate * term, rate**n * first, "<="),
    }
    one = DomainSymbol("g1", Domain(Integer(0), ONE, False, False), r"\gamma")
    mutants: dict[str, Claim] = {
        "discount one allowed": Identity(gap, Integer(0), (gap <= one * gap,)),
        "one power more": Recursion(n, 0, first, term, rate * term, rate ** (n + 1) * first, "<="),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def error_bounds() -> Theorem:
    """See `reinforcement.error_bounds`."""
    gap, residual, loss = (DomainSymbol(name, NONNEGATIVE) for name in ("D", "rho", "L"))

    def bounds(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        best, rate = best_values(process), process.discount
        before = tuple(Fraction(2 * s - 1) for s in range(process.states))
        for n in range(4):
            after = process.backup(before)
            step = distance(after, before)
            yield f"residual {n}", distance(before, best), step / (1 - rate)
            yield f"last step {n}", distance(after, best), rate * step / (1 - rate)
            lost = distance(process.value(process.greedy(before)), best)
            yield f"greedy policy {n}", lost, 2 * rate * distance(before, best) / (1 - rate)
            before = after

    def halved(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        for label, lhs, rhs in bounds(process):
            yield label, lhs, rhs / 2

    formula = r"\lVert V-V^*\rVert_\infty\le\lVert TV-V\rVert_\infty/(1-\gamma)"
    fact = (gap <= residual + gamma * gap,)
    claims: dict[str, Claim] = {
        "from the residual": Inequality(gap, "<=", residual / (1 - gamma), fact),
        "of the greedy policy": Inequality(
            loss, "<=", 2 * gamma * gap / (1 - gamma), (loss <= gamma * loss + 2 * gamma * gap,)
        ),
        "on exact processes": Finite(in_family(bounds), formula, SIZES, "<="),
    }
    mutants: dict[str, Claim] = {
        "the residual alone": Inequality(gap, "<=", residual, fact),
        "half of the bounds": Finite(in_family(halved), formula, SIZES, "<="),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def policy_improvement() -> Theorem:
    """See `reinforcement.policy_improvement`."""
    gains = DomainSymbol("h1", NONNEGATIVE), DomainSymbol("h2", NONNEGATIVE)
    better = resolvent(gains)

    def improved(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        best = best_values(process)
        for policy in process.policies():
            before = process.value(policy)
            after = process.value(process.greedy(before))
            yield f"{policy} not worse", all(b >= a for a, b in zip(before, after, strict=True)), True
            yield f"{policy} alike only at the optimum", after == before, before == best

    def one_round(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        for policy in process.policies():
            yield str(policy), process.value(process.greedy(process.value(policy))), best_values(process)

    formula = r"V^{\pi'}\ge V^\pi,\ \text{equal only if}\ V^\pi=V^*"
    claims: dict[str, Claim] = {
        "gains pass through": Inequality(better[0], ">=", gains[0]),
        "in the other state": Inequality(better[1], ">=", gains[1]),
        "greedy policies": Finite(in_family(improved), formula, SIZES),
    }
    mutants: dict[str, Claim] = {
        "twice the gain at least": Inequality(better[0], ">=", 2 * gains[0]),
        "one round suffices": Finite(in_family(one_round), formula, SIZES),
    }
    return Theorem(AllOf(claims), sizes="two states with any data, and exact processes", mutants=mutants)


def performance_difference() -> Theorem:
    """See `reinforcement.performance_difference`."""
    n = Symbol("n", integer=True, positive=True)
    old, new = MatrixSymbol("V", n, 1), MatrixSymbol("W", n, 1)
    P = MatrixSymbol("P", n, n)
    reward = new - gamma * P * new  # of the new policy, by its Bellman equation
    advantage = reward + gamma * P * old - old
    V1, V2 = reals("v1 v2")
    gained = tuple(
        r + gamma * (x * V1 + (1 - x) * V2) - v for r, x, v in zip(rewards, (stay1, stay2), (V1, V2), strict=True)
    )
    one, two = value()
    difference = start * (one - V1) + (1 - start) * (two - V2)
    share = occupancy()
    averaged = (share[0] * gained[0] + share[1] * gained[1]) / (1 - gamma)
    claims: dict[str, Claim] = {
        "any number of states": MatrixIdentity((Eye(n) - gamma * P) * (new - old), advantage),
        "from an initial law": Identity(difference, averaged),
    }
    mutants: dict[str, Claim] = {
        "factor forgotten": Identity(difference, (1 - gamma) * averaged),
        "under the initial law": Identity(difference, (start * gained[0] + (1 - start) * gained[1]) / (1 - gamma)),
        "undiscounted": MatrixIdentity((Eye(n) - P) * (new - old), advantage),
    }
    return Theorem(AllOf(claims), sizes="two states from an initial law", mutants=mutants)


def linear_program() -> Theorem:
    """See `reinforcement.linear_program`."""
    visits, surplus = function("x", NONNEGATIVE), function("h", NONNEGATIVE)

    def dual(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        count = process.states
        law = tuple(Fraction(2 * (s + 1), count * (count + 1)) for s in range(count))
        best, policy = best_values(process), process.optimal()
        visited = process.occupancy(policy, law)
        moves, paid = process.chain(policy)
        inflow = [law[s] + process.discount * dot(visited, [row[s] for row in moves]) for s in range(count)]
        yield "flow", visited, tuple(inflow)
        yield "visits are nonnegative", min(visited) >= 0, True
        yield "both programs have one value", dot(law, best), dot(visited, paid)
        tables = process.action_values(best)
        yield "feasible", all(v >= max(row) for v, row in zip(best, tables, strict=True)), True

    def forgotten(process: FiniteMDP) -> Iterator[tuple[str, Any, Any]]:
        law = (Fraction(1, process.states),) * process.states
        policy = process.optimal()
        yield "start law instead of visits", dot(law, best_values(process)), dot(law, process.chain(policy)[1])

    # Two states, two actions: visits x_sa, probabilities p_sa of state 1 next, surplus v_s - r_sa - gamma P v.
    x = [[DomainSymbol(f"x{s}{a}", NONNEGATIVE) for a in (1, 2)] for s in (1, 2)]
    p = [[bounded(f"p{s}{a}", 0, 1) for a in (1, 2)] for s in (1, 2)]
    r = [[reals(f"r{s}{a} z")[0] for a in (1, 2)] for s in (1, 2)]
    v = reals("v1 v2")
    all_of = [(s, a) for s in (0, 1) for a in (0, 1)]
    into = sum(x[s][a] * p[s][a] for s, a in all_of)
    total = sum(x[s][a] for s, a in all_of)
    law = (sum(x[0]) - gamma * into, sum(x[1]) - gamma * (total - into))  # what the flow constraint makes of the start
    over = {(s, a): v[s] - r[s][a] - gamma * (p[s][a] * v[0] + (1 - p[s][a]) * v[1]) for s, a in all_of}
    primal, gain = law[0] * v[0] + law[1] * v[1], sum(x[s][a] * r[s][a] for s, a in all_of)
    formula = r"\min_V\rho_0^\top V=\max_x\sum_{s,a}x(s,a)R(s,a)"
    claims: dict[str, Claim] = {
        "gap of the two programs": Identity(primal - gain, sum(x[s][a] * over[s, a] for s, a in all_of)),
        "the gap is nonnegative": Inequality(integral(visits * surplus), ">=", Integer(0)),
        "no gap at the optimum": Finite(in_family(dual), formula, SIZES),
    }
    mutants: dict[str, Claim] = {
        "flow not discounted": Identity(primal.subs(gamma, 1) - gain, sum(x[s][a] * over[s, a] for s, a in all_of)),
        "start law instead of visits": Finite(in_family(forgotten), formula, SIZES),
    }
    return Theorem(AllOf(claims), sizes="two states and actions with any data, and exact processes", mutants=mutants)
