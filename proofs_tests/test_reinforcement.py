"""Decision processes: every number has its verdict, the solver keeps its promises, the measurements pass."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from theoremcheck.numerics import gridworlds, mdp_solver
from theoremcheck.numerics.mdp_solver import (
    DecisionProcess,
    certified,
    exact,
    modified_policy_iteration,
    random_process,
    solve,
    value_iteration,
)
from theoremcheck.numerics.q_learning import learn
from theoremcheck.theory import bellman, games, mdp, reinforcement
from theoremcheck.theory.budget import Budget
from theoremcheck.theory.claims import AllOf, Definition
from theoremcheck.theory.evidence import Fails, Holds
from theoremcheck.theory.judge import check, decide
from theoremcheck.theory.statements import Statement, statements_of

ALL = statements_of(reinforcement)
BUDGET = Budget(seconds=60)
ANSWERED = {*range(526, 558), 588}
STAYS, GOES = [[1, 0], [0, 1]], [[0, 1], [1, 0]]


def short(one: Any) -> str:
    """A statement's name without the topic; anything else as it is."""
    return one.name.partition(".")[2] if isinstance(one, Statement) else str(one)


def parts(claim: Any) -> list[Any]:
    """The claims that make up a claim, each decided by itself."""
    if isinstance(claim, AllOf):
        return [part for one in claim.claims.values() for part in parts(one)]
    return list(claim.properties(claim.value).values()) if isinstance(claim, Definition) else [claim]


def test_every_number_of_the_topic_is_answered_exactly_once() -> None:
    numbers = [number for one in ALL for number in one.answers]
    assert len(numbers) == 33
    assert set(numbers) == ANSWERED == set(reinforcement.EQUATIONS)


def test_every_statement_has_references_and_cites_what_exists() -> None:
    known = {one.name for one in ALL}
    for one in ALL:
        assert one.references
        assert set(one.cites) <= known


@pytest.mark.slow
@pytest.mark.parametrize("statement", ALL, ids=short)
def test_the_judge_accepts(statement: Statement) -> None:
    report = check(statement, BUDGET)
    assert report.accepted, report.problems
    assert all(one.rejected or one.exempt for one in report.mutants)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (reinforcement.state_distribution, 531),
        (reinforcement.loss_gradient, 545),
        (reinforcement.policy_gradient, 555),
        (reinforcement.action_value, 541),
        (reinforcement.optimality_equation, 542),
    ],
    ids=short,
)
def test_what_is_printed_wrongly_is_rejected_and_its_counterexample_replays(statement: Statement, number: int) -> None:
    printed = statement.theorem.printed[number]
    assert all(isinstance(decide(part, BUDGET), Holds) for part in parts(statement.claim))
    answer = decide(printed.claim, BUDGET)
    assert isinstance(answer, Fails)
    replay = answer.counterexample.replay
    assert "theoremcheck" not in replay
    run = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("statement", "verdicts"),
    [
        (reinforcement.markov_property, {529: "informal"}),
        (reinforcement.state_distribution, {531: "refuted"}),
        (reinforcement.action_value, {532: "definition", 541: "holds-if"}),
        (
            reinforcement.optimality_equation,
            {**dict.fromkeys((533, 535, 536, 551, 552, 588), "holds"), 542: "holds-if"},
        ),
        (reinforcement.loss_gradient, {545: "refuted"}),
        (reinforcement.dueling, {549: "definition"}),
        (reinforcement.policy_gradient, {555: "refuted"}),
        (reinforcement.nash_equilibrium, {556: "definition"}),
    ],
    ids=short,
)
def test_verdicts(statement: Statement, verdicts: dict[int, str]) -> None:
    printed = check(statement, BUDGET).printed
    assert {int(number): outcome.verdict for number, outcome in printed.items()} == verdicts
    assert all(outcome.correction for outcome in printed.values() if outcome.verdict == "refuted")


def test_exact_values_by_hand() -> None:
    walk = mdp.FiniteMDP.of([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [[0, 1], [2, 0]], Fraction(1, 2))
    assert walk.optimal() == (1, 0)
    assert walk.value((1, 0)) == (3, 4)
    assert walk.value(((Fraction(1), Fraction(0)), 0)) == (0, 4)
    assert sum(walk.occupancy((1, 0), (Fraction(1), Fraction(0)))) == 2
    assert walk.backup((Fraction(3), Fraction(4))) == (3, 4)


def test_policy_iteration_finds_what_enumeration_finds() -> None:
    for name, process in mdp.family():
        assert process.value(process.optimal()) == bellman.best_values(process), name


@pytest.mark.parametrize(
    ("moves", "rewards", "discount", "message"),
    [
        ([[[Fraction(1, 2), 1]], [[0, 1]]], [[0], [0]], 0, "state 0, action 0: the probabilities add up to 3/2"),
        ([[[1, 0]], [[2, -1]]], [[0], [0]], 0, "state 1, action 0: a probability is -1"),
        ([[[1]], [[0, 1]]], [[0], [0]], 0, "state 0, action 0: 1 probabilities for 2 states"),
        ([[[1]]], [[0]], 1, "discount 1 is not"),
        ([[[1]]], [[0, 1]], 0, "state 0: 1 actions with transitions, 2 with rewards"),
        ([[[1]]], [], 0, "1 states with transitions, 0 with rewards"),
    ],
)
def test_what_is_no_exact_process_is_refused(moves: Any, rewards: Any, discount: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mdp.FiniteMDP.of(moves, rewards, discount)


@pytest.mark.parametrize(
    ("moves", "rewards", "discount", "message"),
    [
        ([STAYS, [[0.5, 0.4], [0, 1]]], [[0, 0], [0, 0]], 0.9, "state 1, action 0: .*do not add up to one but to 0.9$"),
        ([STAYS, [[0, 1], [1.5, -0.5]]], [[0, 0], [0, 0]], 0.9, "state 1, action 1: a probability is negative"),
        ([STAYS, [[0, 1], [math.nan, 1]]], [[0, 0], [0, 0]], 0.9, "state 1, action 1: a probability is .*not finite"),
        ([STAYS, GOES], [[0, math.inf], [0, 0]], 0.9, "state 0, action 1: a reward is not finite"),
        ([GOES, GOES], [[0, 0], [0, 0]], 1, "discount 1: state 0 is absorbing under action 1"),
        ([STAYS, GOES], [[0, 0], [0, 0]], -0.1, r"discount -0.1 is not in \[0, 1\)"),
        ([STAYS, GOES], [[0, 0], [0, 0]], math.nan, "discount nan is not in"),
        ([STAYS, GOES], [0, 0], 0.9, "rewards have the shape"),
        ([[0, 1]], [[0]], 0.9, "transitions have the shape"),
    ],
)
def test_bad_input_names_state_and_action(moves: Any, rewards: Any, discount: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DecisionProcess.of(moves, rewards, discount)


@pytest.mark.parametrize("seed", range(4))
def test_the_error_bound_encloses_the_exact_values(seed: int) -> None:
    rng = np.random.default_rng(seed)
    process = random_process(rng, 12, 3, float(rng.choice([0.0, 0.5, 0.9, 0.999])))
    found = solve(process)
    best, policy = exact(process, found.policy)
    for one in (found, value_iteration(process, 1e-8), solve(process, rounds=1)):
        off = max(abs(Fraction(float(v)) - b) for v, b in zip(one.values, best, strict=True))
        assert off <= Fraction(one.error)
    assert policy == list(found.policy)
    rough = rng.normal(size=process.states)
    one = certified(process, rough, rng.integers(0, 3, process.states))
    assert max(abs(Fraction(float(v)) - b) for v, b in zip(rough, best, strict=True)) <= Fraction(one.error)


def test_the_loss_bound_holds_for_any_policy() -> None:
    rng = np.random.default_rng(5)
    process = random_process(rng, 8, 3, 0.8)
    best = solve(process)
    for _ in range(20):
        policy = rng.integers(0, 3, 8)
        own = mdp_solver.evaluate(process, policy)
        lost = float((best.values - own).max())
        assert lost <= certified(process, own, policy).loss + best.error
        assert lost <= certified(process, best.values, policy).loss + best.error


def test_values_that_are_not_finite_are_refused() -> None:
    process = DecisionProcess.of([STAYS, GOES], [[0, 1], [1, 0]], 0.5)
    with pytest.raises(ValueError, match="not finite"):
        certified(process, np.array([0.0, math.nan]), np.zeros(2, dtype=int))


def test_rewards_by_next_state_are_averaged() -> None:
    moves = np.array([[[0.25, 0.75]], [[1.0, 0.0]]])
    paid = np.array([[[4.0, 0.0]], [[0.0, 9.0]]])
    assert DecisionProcess.of(moves, paid, 0.5).rewards.tolist() == [[1.0], [0.0]]


def test_grid_worlds_are_gymnasiums() -> None:
    pytest.importorskip("gymnasium")
    from theoremcheck.numerics.reinforcement import environment

    tables = {
        "FrozenLake 4x4": gridworlds.frozen_lake(),
        "FrozenLake 8x8": gridworlds.frozen_lake(gridworlds.LAKE_8),
        "CliffWalking": gridworlds.cliff_walk(),
    }
    for name, table in tables.items():
        theirs = environment(name).unwrapped.P
        assert set(theirs) == set(table)
        for s, choices in table.items():
            for a, outcomes in choices.items():
                for one, other in zip(outcomes, theirs[s][a], strict=True):
                    assert one[0] == pytest.approx(other[0], abs=1e-15)
                    assert tuple(one[1:]) == tuple(other[1:])


@pytest.mark.parametrize(
    ("name", "discount", "value"),
    [
        ("FrozenLake 4x4", 0.99, 0.5420259),
        ("FrozenLake 8x8", 0.99, 0.4146),
        ("CliffWalking", 0.9999, -12.992),
        ("Taxi", 0.99, 18.8),
    ],
)
def test_environments_are_solved_within_their_bounds(name: str, discount: float, value: float) -> None:
    pytest.importorskip("gymnasium")
    from theoremcheck.numerics.reinforcement import program, tabulated

    process = tabulated(name, discount)
    found = solve(process)
    start = 36 if name == "CliffWalking" else 0
    assert found.values[start] == pytest.approx(value, abs=1e-2)
    assert found.error < 1e-6
    other = value_iteration(process, 1e-6)
    assert np.abs(other.values - found.values).max() <= other.error + found.error
    third = modified_policy_iteration(process, 1e-6)
    assert third.error < 1e-5
    assert np.abs(third.values - found.values).max() <= third.error + found.error
    if discount < 0.999:
        fourth = program(process)
        assert np.abs(fourth - found.values).max() <= certified(process, fourth, found.policy).error + found.error


@pytest.mark.parametrize("name", ["FrozenLake 4x4", "FrozenLake 8x8", "CliffWalking", "Taxi"])
def test_environments_are_solved_as_by_quantecon(name: str) -> None:
    pytest.importorskip("gymnasium")
    markov = pytest.importorskip("quantecon.markov")
    from theoremcheck.numerics.reinforcement import tabulated

    process = tabulated(name, 0.95)
    found, n, m = solve(process), process.states, process.actions
    theirs = markov.DiscreteDP(process.rewards, process.moves.toarray().reshape(n, m, n), 0.95)
    other = np.asarray(theirs.solve("policy_iteration").v)
    assert np.abs(other - found.values).max() <= certified(process, other, found.policy).error + found.error


def test_cliff_walk_takes_thirteen_steps() -> None:
    found = solve(DecisionProcess.from_table(gridworlds.cliff_walk(), 0.5))
    assert found.values[36] == pytest.approx(-(1 - 0.5**13) / 0.5, abs=found.error)


def test_value_iteration_errs_by_no_more_than_its_residual_says() -> None:
    process = DecisionProcess.from_table(gridworlds.frozen_lake(), 0.95)
    best, errors = solve(process), []
    values = np.zeros(process.states)
    for _ in range(30):
        held = certified(process, values, best.policy)
        errors.append(float(np.abs(values - best.values).max()))
        assert errors[-1] <= held.error + best.error
        values = process.action_values(values).max(axis=1)
    assert all(after <= 0.95 * before + 1e-12 for before, after in pairwise(errors))


@pytest.mark.parametrize("tables", [1, 2])
def test_q_learning_approaches_the_optimal_table(tables: int) -> None:
    process = DecisionProcess.from_table(gridworlds.frozen_lake(), 0.9)
    goal = process.action_values(solve(process).values)
    errors = [
        float(np.abs(table - goal).max()) for table in learn(process, np.random.default_rng(1), 3000, tables=tables)
    ]
    assert len(errors) == 3000
    assert errors[0] > 0.3
    assert errors[-1] < 0.1


@pytest.mark.parametrize(
    ("name", "count"),
    [("prisoner's dilemma", 1), ("matching pennies", 1), ("battle of the sexes", 3), ("rock, paper, scissors", 1)],
)
def test_equilibria_are_certified(name: str, count: int) -> None:
    game = games.examples()[name]
    found = game.equilibria()
    assert len(found) == count
    assert all(game.regrets(pair) == (0, 0) for pair in found)
    assert all(sum(x) == sum(y) == 1 for x, y in found)


def test_a_pair_that_is_no_equilibrium_has_regrets() -> None:
    game = games.examples()["prisoner's dilemma"]
    silent = (Fraction(1), Fraction(0))
    assert game.regrets((silent, silent)) == (2, 2)
    with pytest.raises(ValueError, match="no rectangular tables"):
        games.Game.of([[1, 2]], [[1]])


@pytest.mark.parametrize("seed", [0, 1])
def test_measurements_pass(seed: int) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    from theoremcheck.numerics import reinforcement as measured_reinforcement
    from theoremcheck.numerics.measured import Status, run
    from theoremcheck.numerics.measurement import Tier, measurements

    found = measurements(measured_reinforcement)
    assert {one.statement for one in found} <= {one.name for one in ALL}
    for one in found:
        report = run(one, Tier.QUICK, seed)
        assert report.status in (Status.MEASURED, Status.NEEDS_EXTRA), report.problems
