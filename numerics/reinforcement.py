"""Measurements of decision processes: solvers against each other and exact arithmetic, and learning by sampling.

Exact values come from `theory.mdp`; the routes are policy iteration, value iteration and linear programming in floating
point, Gymnasium's environments, sampled trajectories and automatic differentiation.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify

from ..theory import policy_gradients as model
from ..theory.bellman import gamma, start
from ..theory.games import Game
from ..theory.mdp import FiniteMDP
from .gridworlds import frozen_lake
from .intervals import Array, Interval, catoni_mean, empirical_bernstein_mean
from .mdp_solver import DecisionProcess, certified, evaluate, solve, value_iteration
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures
from .q_learning import learn

EPS = float(np.finfo(float).eps)
ENVIRONMENTS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "FrozenLake 4x4": ("FrozenLake-v1", {"map_name": "4x4"}),
    "FrozenLake 8x8": ("FrozenLake-v1", {"map_name": "8x8"}),
    "CliffWalking": ("CliffWalking-v1", {}),
    "Taxi": ("Taxi-v4", {}),
}


def environment(name: str) -> Any:
    """One of Gymnasium's toy-text environments, whose transitions `env.unwrapped.P` are known exactly."""
    import gymnasium

    identifier, options = ENVIRONMENTS[name]
    return gymnasium.make(identifier, **options)


def tabulated(name: str, discount: float) -> DecisionProcess:
    """Such an environment as a decision process, with one state more for ended episodes."""
    env = environment(name)
    process = DecisionProcess.from_table(env.unwrapped.P, discount)
    env.close()
    return process


def drawn(rng: np.random.Generator, states: int = 4, actions: int = 3) -> tuple[FiniteMDP, DecisionProcess]:
    """A random process with probabilities in eighths, which floating point holds exactly, and discount 7/8."""
    moves = rng.multinomial(8, np.full(states, 1 / states), size=(states, actions))
    rewards = rng.integers(-8, 9, (states, actions))
    table = [[[Fraction(int(k), 8) for k in row] for row in rows] for rows in moves]
    paid = [[int(r) for r in row] for row in rewards]
    return FiniteMDP.of(table, paid, Fraction(7, 8)), DecisionProcess.of(moves / 8, rewards, 0.875)


@measures("reinforcement.optimality_equation", route="policy and value iteration in floating point, with error bounds")
def two_iterations(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Values of random processes against those of exact policy iteration."""
    found = []
    for k in range(tier.choose(quick=6, full=60)):
        exact, process = drawn(rng)
        best = float(exact.value(exact.optimal())[0])
        worst = FiniteMDP(exact.transitions, tuple(tuple(-r for r in row) for row in exact.rewards), exact.discount)
        mutants = {"least instead of largest": -float(worst.value(worst.optimal())[0])}
        for name, one in (("policy", solve(process)), ("value", value_iteration(process, 1e-9))):
            interval = enclosure(float(one.values[0]), error=one.error, method="Bellman residual over 1 - gamma")
            found.append(Estimate(f"{name} iteration {k + 1}", interval, best, mutants))
    return found


@measures("reinforcement.linear_program", route="HiGHS, its answer shifted to a feasible one above and a policy below")
def highs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The value of the linear program of random processes under a uniform initial law."""
    found = []
    for k in range(tier.choose(quick=5, full=40)):
        exact, process = drawn(rng)
        values = program(process)
        held = certified(process, values, process.action_values(values).argmax(axis=1))
        mean = float(values.mean())
        interval = Interval(mean - held.error, mean + held.error, 0.0, "residual of the program's solution")
        best = exact.value(exact.optimal())
        law = float(sum(best) / exact.states)
        paid = exact.chain(exact.optimal())[1]
        once = float(sum(paid) / exact.states / (1 - exact.discount))
        found.append(
            Estimate(f"program {k + 1}", interval, law, {"largest state": float(max(best)), "no visits": once})
        )
    return found


def program(process: DecisionProcess) -> Array:
    """The values that HiGHS finds: the least ones that no backup exceeds."""
    import scipy.sparse as sp
    from scipy.optimize import linprog

    states, actions = process.states, process.actions
    own = sp.kron(sp.eye_array(states), np.ones((actions, 1)))
    rows = process.discount * process.moves - own
    answer = linprog(np.ones(states), A_ub=rows, b_ub=-process.rewards.ravel(), bounds=(None, None), method="highs")
    if answer.status != 0:
        raise RuntimeError(f"HiGHS: {answer.message}")
    values: Array = np.asarray(answer.x, dtype=float)
    return values


@measures("reinforcement.error_bounds", route="value iteration on Gymnasium's transition tables", needs=("gymnasium",))
def toy_text(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The error of value iteration after some rounds against the bound from its last step."""
    found = []
    names = tier.choose(quick=("FrozenLake 4x4", "CliffWalking"), full=tuple(ENVIRONMENTS))
    for name in names:
        process = tabulated(name, 0.95)
        best = solve(process)
        values = np.zeros(process.states)
        for n in range(1, 11):
            after = process.action_values(values).max(axis=1)
            step = float(np.abs(after - values).max())
            values = after
            if n in (5, 10):
                error = float(np.abs(values - best.values).max())
                bound = 0.95 * step / (1 - 0.95)
                interval = enclosure(error, error=best.error, method="policy iteration, residual over 1 - gamma")
                what = f"{name}, round {n}"
                wrong = {"without 1/(1 - gamma)": 0.95 * step} if error > step + 1e-9 else {"half": bound / 2 - 1e-9}
                found.append(Estimate(what, interval, bound + 1e-12, wrong, relation="<="))
    return found


@measures("reinforcement.contraction", route="backups of random values of Gymnasium's tables", needs=("gymnasium",))
def shrinking(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The ratio of distances after and before a backup: at most gamma, which a constant attains."""
    found = []
    for name in ("FrozenLake 4x4", "CliffWalking"):
        process = tabulated(name, 0.9)
        one = rng.normal(size=process.states)
        for what, other in (("random", rng.normal(size=process.states)), ("constant", one + 3.0)):
            before = float(np.abs(one - other).max())
            after = process.action_values(one).max(axis=1) - process.action_values(other).max(axis=1)
            interval = enclosure(
                float(np.abs(after).max()) / before, error=64 * EPS, method="backups in floating point"
            )
            mutants = {"gamma squared": 0.81, "half of gamma": 0.45} if what == "constant" else {}
            relation: Any = "==" if what == "constant" else "<="
            if what == "random":
                mutants = {"no distance left": 0.0}
            found.append(Estimate(f"{name}, {what}", interval, 0.9, mutants, relation=relation))
    return found


@measures("reinforcement.greedy_policy", route="episodes played in Gymnasium's FrozenLake", needs=("gymnasium",))
def played(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The mean discounted return of the optimal policy from the start."""
    process = tabulated("FrozenLake 4x4", 0.97)
    best = solve(process)
    env = environment("FrozenLake 4x4").unwrapped
    returns = []
    for k in range(tier.choose(quick=1500, full=30_000)):
        state, _ = env.reset(seed=int(rng.integers(2**31))) if k == 0 else env.reset()
        discount = 1.0
        while True:
            state, reward, ended, _, _ = env.step(int(best.policy[state]))
            if ended:
                returns.append(discount * float(reward))
                break
            discount *= 0.97
    interval = empirical_bernstein_mean(returns, 0, 1, ALPHA_PER_TEST)
    naive = np.ones(process.states, dtype=np.int64)
    undiscounted = solve(tabulated("FrozenLake 4x4", 0.9999)).values[0]
    mutants = {"always down": float(evaluate(process, naive)[0]), "not discounted": float(undiscounted)}
    return [Estimate("return from the start", interval, float(best.values[0]), mutants)]


@measures("reinforcement.error_bounds", route="what Q-learning and double Q-learning have learnt of the frozen lake")
def learnt(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The error of the learnt values against the bound from their Bellman residual, and against that of no learning."""
    process = DecisionProcess.from_table(frozen_lake(), 0.9)
    best, found = solve(process), []
    for tables, name in ((1, "Q-learning"), (2, "double Q-learning")):
        table = deque(learn(process, rng, tier.choose(quick=3_000, full=60_000), tables), maxlen=1)[0]
        values = table.max(axis=1)
        held = certified(process, values, best.policy)
        off = float(np.abs(values - best.values).max())
        interval = enclosure(off, error=best.error, method="policy iteration, residual over 1 - gamma")
        tight = {"a third of the residual": held.residual / 3}  # |TV - V| <= (1 + gamma) |V - V*|
        found.append(Estimate(f"{name}, bound", interval, held.error, tight, relation="<="))
        nothing = float(best.values.max()) / 2
        found.append(Estimate(f"{name}, learnt", interval, nothing, {"nothing off": 0.0}, relation="<="))
    return found


@measures("reinforcement.q_learning_update", route="Q-learning on deterministic and on sampled transitions")
def learning(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Sweeps over a deterministic process shrink the error by 1 - alpha (1 - gamma); sampled ones follow the mean."""
    found = []
    states, actions, alpha, discount = 6, 3, 0.5, 0.8
    onto, paid = rng.integers(0, states, (states, actions)), rng.normal(size=(states, actions))
    process = DecisionProcess.of(np.eye(states)[onto], paid, discount)
    best = solve(process)
    table, goal = np.zeros((states, actions)), process.action_values(best.values)
    first, sweeps = float(np.abs(goal).max()), 20
    for _ in range(sweeps):
        table = table + alpha * (paid + discount * table.max(axis=1)[onto] - table)
    left = enclosure(float(np.abs(table - goal).max()), error=best.error + 1e-12, method="policy iteration")
    bound = first * (1 - alpha * (1 - discount)) ** sweeps
    found.append(Estimate("20 sweeps", left, bound, {"rate 1 - alpha": first * (1 - alpha) ** sweeps}, relation="<="))
    runs, steps, chance = tier.choose(quick=20_000, full=400_000), 12, 0.3
    value, mean = np.zeros(runs), 0.0  # one state that pays 1 with this chance, and goes on to itself
    for _ in range(steps):
        value += alpha * ((rng.random(runs) < chance) + discount * value - value)
        mean += alpha * (chance + discount * mean - mean)
    interval = empirical_bernstein_mean(value, 0, 1 / (1 - discount), ALPHA_PER_TEST)
    others = {"at the goal": chance / (1 - discount), "next value forgotten": chance * (1 - (1 - alpha) ** steps)}
    found.append(Estimate("mean after 12 steps", interval, mean, others))
    return found


@measures("reinforcement.overestimation", route="estimates drawn at random, one table and two")
def maximization_bias(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The mean of the maximum of two normal estimates of zero, and of the double estimate."""
    runs, sigma = tier.choose(quick=200_000, full=4_000_000), 1.5
    one, other = rng.normal(scale=sigma, size=(2, runs, 2))
    single = catoni_mean(one.max(axis=1), sigma**2, ALPHA_PER_TEST)
    double = catoni_mean(other[np.arange(runs), one.argmax(axis=1)], sigma**2, ALPHA_PER_TEST)
    bias = sigma / math.sqrt(math.pi)
    return [
        Estimate("one table", single, bias, {"unbiased": 0.0, "the whole spread": sigma, "half": bias / 2}),
        Estimate("two tables", double, 0.0, {"biased as one": bias}),
    ]


def two_states(rng: np.random.Generator) -> dict[Symbol, float]:
    """Data of `theory.policy_gradients`: probabilities, rewards in [0, 1], a policy, a start and a discount."""
    at = {model.w1: rng.uniform(0.3, 0.7), model.w2: rng.uniform(0.3, 0.7), start: 0.4, gamma: 0.6}
    at |= {symbol: rng.uniform(0.1, 0.9) for row in model.go for symbol in row}
    for row in model.pay:
        at |= {row[0]: rng.uniform(0.7, 1.0), row[1]: rng.uniform(0.0, 0.3)}
    return at


def number(expr: Expr, at: Mapping[Symbol, float]) -> float:
    """The value of an expression at numbers, compiled with plain symbols."""
    return float(lambdify(list(at), expr, "math", dummify=True)(*at.values()))


@measures("reinforcement.policy_gradient", route="REINFORCE on sampled trajectories of geometric length")
def reinforce(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The mean of score times sampled return, at a time drawn with chance gamma^t (1 - gamma), without and with a
    baseline: each sample is bounded and unbiased for the exact derivative of J."""
    at = two_states(rng)
    runs, discount = tier.choose(quick=300_000, full=6_000_000), at[gamma]
    chance = np.array([at[model.w1], at[model.w2]])
    go = np.array([[at[p] for p in row] for row in model.go])
    pay = np.array([[at[r] for r in row] for row in model.pay])
    state = (rng.random(runs) >= at[start]).astype(int)

    def act(where: Any) -> Any:
        return (rng.random(runs) >= chance[where]).astype(int)

    def walk(where: Any, action: Any) -> tuple[Any, Any]:
        """State and action after a geometric number of steps."""
        going = rng.random(runs) < discount
        while going.any():
            moved = (rng.random(runs) >= go[where, action]).astype(int)
            where = np.where(going, moved, where)
            action = np.where(going, act(where), action)
            going &= rng.random(runs) < discount
        return where, action

    state, action = walk(state, act(state))
    later = walk(state, action)
    returned = pay[later] / (1 - discount)
    score = np.where(state == 0, np.where(action == 0, 1 / chance[0], -1 / (1 - chance[0])), 0.0)
    most = max(1 / chance[0], 1 / (1 - chance[0])) / (1 - discount) ** 2
    exact = number(model.total_return().diff(model.w1), at)
    mutants = {"555 as printed": (1 - discount) * exact, "sign": -exact, "twice": 2 * exact}
    found = []
    for what, level in (("no baseline", 0.0), ("baseline 1", 1.0)):
        sample = score * (returned - level) / (1 - discount)
        interval = empirical_bernstein_mean(sample, -most, most, ALPHA_PER_TEST)
        found.append(Estimate(f"derivative, {what}", interval, exact, mutants))
    return found


@measures("reinforcement.policy_gradient", route="automatic differentiation of the solved return", needs=("torch",))
def autograd_return(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Five states, softmax policies: the gradient of J in a logit against visits times advantages."""
    import torch

    found = []
    states, actions, discount = 5, 3, 0.9
    for k in range(tier.choose(quick=3, full=20)):
        P = torch.tensor(rng.dirichlet(np.ones(states), (states, actions)))
        R, first = torch.tensor(rng.normal(size=(states, actions))), torch.full((states,), 1 / states).double()
        logits = torch.tensor(rng.normal(size=(states, actions)), requires_grad=True)
        law = torch.softmax(logits, dim=1)
        moves, paid = torch.einsum("sa,sat->st", law, P), (law * R).sum(dim=1)
        values = torch.linalg.solve(torch.eye(states).double() - discount * moves, paid)
        (first @ values).backward()
        with torch.no_grad():
            visits = (1 - discount) * torch.linalg.solve(torch.eye(states).double() - discount * moves.T, first)
            advantage = R + discount * P @ values - values[:, None]
            formula = float(visits[0] * law[0, 0] * advantage[0, 0] / (1 - discount))
        measured = float(logits.grad[0, 0])
        size = float(advantage.abs().max()) / (1 - discount) ** 2
        interval = enclosure(measured, error=256 * EPS * size, method="torch, 256 roundings of the largest return")
        mutants = {"555 as printed": (1 - discount) * formula, "sign": -formula}
        found.append(Estimate(f"logit {k + 1}", interval, formula, mutants))
    return found


@measures("reinforcement.loss_gradient", route="automatic differentiation of a replay buffer's loss", needs=("torch",))
def autograd_loss(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A two-layer network on a buffer: torch's derivative of the loss against a difference of the written-out mean."""
    import torch

    found = []
    for k in range(tier.choose(quick=3, full=15)):
        x, y = torch.tensor(rng.normal(size=(32, 4))), torch.tensor(rng.normal(size=32))
        first, second = torch.tensor(rng.normal(size=(4, 6))), torch.tensor(rng.normal(size=6), requires_grad=True)
        loss = torch.nn.functional.mse_loss(torch.tanh(x @ first) @ second, y)
        loss.backward()
        hidden = np.tanh(x.numpy() @ first.numpy())  # the gradient of the prediction in the second layer
        error = y.numpy() - hidden @ second.detach().numpy()
        formula = -2 * math.fsum(error * hidden[:, 0]) / 32
        size = float(np.abs(error).max())
        interval = enclosure(float(second.grad[0]), error=256 * EPS * (1 + size), method="torch, 256 roundings")
        mutants = {"545 as printed": -formula / 2, "factor forgotten": formula / 2, "sign": -formula}
        found.append(Estimate(f"weight {k + 1}", interval, formula, mutants))
    return found


@measures("reinforcement.nash_equilibrium", route="HiGHS on zero-sum games, with strategies as certificates")
def zero_sum(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The value of random games between what both players can secure, against the exact equilibrium."""
    from scipy.optimize import linprog

    found: list[Estimate] = []
    wanted = tier.choose(quick=5, full=30)
    while len(found) < wanted:
        A = rng.integers(-9, 10, (3, 3)).astype(float)
        game = Game.of([[int(u) for u in row] for row in A], [[-int(u) for u in row] for row in A])
        pairs = game.equilibria()
        if not pairs:
            continue  # degenerate: its equilibria have supports of unequal size
        exact = float(game.payoffs(pairs[0])[0])
        secured = []
        for payoffs in (A, -A.T):
            rows = np.column_stack([-payoffs.T, np.ones(3)])
            limits = [(0, 1)] * 3 + [(None, None)]
            answer = linprog([0, 0, 0, -1], rows, np.zeros(3), [[1, 1, 1, 0]], [1], limits)
            x = np.maximum(answer.x[:3], 0)
            secured.append(float((x / x.sum() @ payoffs).min()) - 64 * EPS * 9)
        interval = Interval(secured[0], -secured[1], 0.0, "what both strategies secure")
        uniform = float(A.mean())
        mutants = {"the other player's": -exact, "both at random": uniform, "one higher": exact + 1}
        wrong = {name: value for name, value in mutants.items() if abs(value - exact) > 1e-6}
        found.append(Estimate(f"value of game {len(found) + 1}", interval, exact, wrong))
    return found


@measures("reinforcement.linear_quadratic", route="SciPy's Riccati solver and a simulated regulator")
def riccati(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The cost of a regulated path from 1 by integration, and the root that SciPy finds."""
    from scipy.integrate import solve_ivp
    from scipy.linalg import solve_continuous_are

    found = []
    for k in range(tier.choose(quick=3, full=12)):
        a, b, weight, price = float(rng.uniform(-1, 1)), *(float(u) for u in rng.uniform(0.5, 2, 3))
        root = math.sqrt(a * a + b * b * weight / price)
        p = price * (a + root) / b**2
        gain = b * p / price
        path = solve_ivp(
            lambda t, z, a=a, b=b, g=gain, q=weight, r=price: [(a - b * g) * z[0], (q + r * g * g) * z[0] ** 2],
            (0, 40 / root), [1.0, 0.0], method="DOP853", rtol=1e-12, atol=1e-14,
        )  # fmt: skip
        solved = float(solve_continuous_are([[a]], [[b]], [[weight]], [[price]])[0, 0])
        mutants = {"the other root": price * (a - root) / b**2, "twice": 2 * p}
        cost = enclosure(float(path.y[1, -1]), error=1e-8, method="Dormand-Prince of order 8, tolerance 1e-12")
        found.append(Estimate(f"cost {k + 1}", cost, p, mutants))
        found.append(Estimate(f"root {k + 1}", enclosure(solved, error=1e-10, method="SciPy"), p, mutants))
    return found
