"""The judge: a check turns a claim into evidence or a counterexample, and a statement's checks into its verdict.

`decide` asks the kernels in order of cost. The refuter always speaks first, so that whatever a kernel proves has also
survived an attack by an independent one; it speaks last too, with all its force, on what none of them could prove.
`check` judges a whole statement: its claim, its witness, its derivation, its mutants, and what the source prints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

from sympy import Derivative, Expr, Integral, Product, Sum, latex

from . import mutants as mutation
from .budget import Budget, OutOfBudget, run
from .claims import (
    AllOf,
    Claim,
    Definition,
    Finite,
    Identity,
    Inequality,
    Limit,
    MatrixIdentity,
    Recursion,
    Typing,
    is_about_measures,
)
from .evidence import (
    Answer,
    Fails,
    Holds,
    MutantOutcome,
    PrintedOutcome,
    Report,
    StepOutcome,
    Strength,
    Unknown,
    to_json,
    weakest,
)
from .kernels import algebra, boxes, calculus, finite, integrals, lifting, limits, matrices, refuter, smt, sums
from .measures import on_atoms
from .shapes import decide as decide_shapes
from .statements import Printed, Statement, Step

UNROLLED = 6
"""How many terms of a recursion are computed outright before its induction is tried."""


def decide(claim: Claim, budget: Budget | None = None) -> Answer:
    """Whether the claim holds, with evidence, fails, with a certified counterexample, or is unknown, with the reason.

    Runs in a process of its own under the budget; raises KernelDisagreement if two kernels contradict each other.
    """
    budget = budget or Budget()
    try:
        return run(lambda: decide_here(claim), budget)
    except OutOfBudget as limit:
        return Unknown(f"out of budget: {limit}")


def decide_all(claims: Sequence[Claim], budget: Budget | None = None) -> list[Answer]:
    """`decide` for several related claims, which share one process and what it has worked out.

    The budget is for all of them together; if it is spent, each is decided anew under a budget of its own, so that no
    answer depends on its neighbours.
    """
    budget = budget or Budget()
    try:
        return run(lambda: [decide_here(claim) for claim in claims], budget)
    except OutOfBudget:
        return [decide(claim, budget) for claim in claims]


@singledispatch
def decide_here(claim: Claim) -> Answer:
    """`decide` in this process, without a budget."""
    raise TypeError(f"no check for a claim of type {type(claim).__name__}")


@decide_here.register
def _(claim: Identity) -> Answer:
    if is_about_measures(claim):
        return _decide_closed(claim, (lifting.prove,))
    if _is_open(claim.lhs, claim.rhs):
        return _decide_open(claim)
    return _decide_closed(claim, (_same_normal_form, smt.decide))


@decide_here.register
def _(claim: Inequality) -> Answer:
    if is_about_measures(claim):
        return _decide_closed(claim, (lifting.prove,))
    if _is_open(claim.lhs, claim.rhs):
        return _decide_open(claim)
    return _decide_closed(claim, (smt.decide,), (calculus.prove, boxes.prove_on_box))


Provers = tuple[Callable[[Any], Answer], ...]


def _decide_closed(claim: Identity | Inequality, fast: Provers, slow: Provers = ()) -> Answer:
    """A handful of points first, which ends most false claims; then proofs and searches in turns, the cheap ones first.

    A claim that a search refutes has no proof, so that the order is one of speed alone.
    """
    attempts: list[Answer] = []
    for effort, provers in (("spot", fast), ("quick", slow), ("full", ())):
        if (failure := refuter.refute(claim, effort)) is not None:  # type: ignore[arg-type]
            return failure
        for prove in provers:
            attempts.append(prove(claim))
            if not isinstance(attempts[-1], Unknown):
                return attempts[-1]
    return _reasons(attempts)


def _decide_open(claim: Identity | Inequality) -> Answer:
    """A claim with integrals or sums in it: they are closed, with justification, and the closed claim is decided."""
    if isinstance(claim, Identity):
        if isinstance(same := _same_normal_form(claim), Holds):
            return same
        if _has_sums(claim) and sums.prove_sum_identity(claim.lhs, claim.rhs, claim.where):
            return Holds(Strength.PROVED, "induction", "both sides start alike and grow alike")
        proof: Answer = integrals.prove_integral_identity(claim.lhs, claim.rhs, claim.where)
        if isinstance(proof, Holds):
            return proof
    closed = [integrals.close(side, claim.where).expr for side in (claim.lhs, claim.rhs)]
    if _is_open(*closed):
        failure = refuter.refute(claim, "quick")
        return failure or Unknown("an integral or a sum in it has no justified closed form")
    answer = decide_here(replace(claim, lhs=closed[0], rhs=closed[1]))
    return answer if isinstance(answer, Unknown) else replace(answer, method=f"integrals closed, {answer.method}")


def _has_sums(claim: Identity) -> bool:
    return bool(claim.lhs.has(Sum, Product) or claim.rhs.has(Sum, Product))


def _same_normal_form(claim: Identity) -> Answer:
    if algebra.is_zero(claim.lhs - claim.rhs, claim.where):
        return Holds(Strength.PROVED, "algebra", "both sides have the same normal form")
    return Unknown("the two sides have different normal forms")


def _reasons(attempts: list[Answer]) -> Unknown:
    return Unknown("; ".join(answer.reason for answer in attempts if isinstance(answer, Unknown)))


@decide_here.register
def _(claim: MatrixIdentity) -> Answer:
    return matrices.decide(claim)


@decide_here.register
def _(claim: Limit) -> Answer:
    answer: Answer = limits.prove_limit(claim)
    if isinstance(answer, Holds):
        return answer
    found = limits.limit_at(claim.expr, claim.variable, claim.point, claim.side)
    if found is None:
        return answer
    difference = decide_here(Identity(found, claim.value, claim.where))
    if isinstance(difference, Fails):
        point = {str(claim.variable): f"-> {claim.point}", **difference.counterexample.point}
        return Fails(replace(difference.counterexample, point=point, replay=""), "limits")
    return answer


@decide_here.register
def _(claim: Recursion) -> Answer:
    value = claim.initial
    for n in range(claim.start, claim.start + UNROLLED):
        closed = claim.closed.subs(claim.variable, n)
        term = (
            Identity(value, closed, claim.where)
            if claim.relation == "=="
            else Inequality(value, claim.relation, closed, claim.where)
        )
        if (failure := refuter.refute(term)) is not None:
            point = {str(claim.variable): str(n), **failure.counterexample.point}
            return Fails(replace(failure.counterexample, point=point), "recursion unrolled")
        value = claim.step.subs(claim.variable, n).xreplace({claim.term: value})
    answer = _all_of(claim.obligations())
    if isinstance(answer, Fails):
        return Unknown(f"the induction does not close: {answer.counterexample}")
    return replace(answer, method="induction") if isinstance(answer, Holds) else answer


@decide_here.register
def _(claim: AllOf) -> Answer:
    return _all_of(claim.claims)


@decide_here.register
def _(claim: Definition) -> Answer:
    return _all_of(claim.properties(claim.value))


@decide_here.register
def _(claim: Finite) -> Answer:
    return finite.decide(claim)


@decide_here.register
def _(claim: Typing) -> Answer:
    return decide_shapes(claim)


def _all_of(claims: Mapping[str, Claim]) -> Answer:
    answers = {name: decide_here(claim) for name, claim in claims.items()}
    for name, answer in answers.items():
        if isinstance(answer, Fails):
            return Fails(answer.counterexample, f"{name}: {answer.method}")
    for name, answer in answers.items():
        if isinstance(answer, Unknown):
            return Unknown(f"{name}: {answer.reason}")
    held = {name: answer for name, answer in answers.items() if isinstance(answer, Holds)}
    if not held:
        return Unknown("nothing is claimed")
    detail = "; ".join(f"{name}: {answer.detail}" for name, answer in held.items() if answer.detail)
    methods = dict.fromkeys(answer.method for answer in held.values())
    return Holds(weakest([answer.strength for answer in held.values()]), ", ".join(methods), detail)


def _is_open(*sides: Expr) -> bool:
    return any(side.has(Integral, Sum, Product, Derivative) for side in sides)


def check(statement: Statement, budget: Budget | None = None) -> Report:
    """Judge a statement: claim, witness, derivation, mutants and printed forms, each by the same `decide`."""
    begun = time.perf_counter()
    budget = budget or Budget()
    theorem = statement.theorem
    problems: list[str] = []

    answer = decide(theorem.claim, budget)
    steps = list(_check_derivation(statement, budget))
    broken = [step.latex for step in steps if step.answer["answer"] != "holds"]
    if broken:
        problems.append(f"{len(broken)} of {len(steps)} steps of the derivation were not accepted: {broken[0]}")
    if steps and not broken and theorem.start is None and isinstance(answer, Unknown):
        answer = Holds(weakest([Strength(step.answer["strength"]) for step in steps]), "derivation", "step by step")
    if theorem.sizes and isinstance(answer, Holds):
        strength = weakest([answer.strength, Strength.AT_SIZES])
        answer = replace(answer, strength=strength, detail="; ".join(filter(None, [theorem.sizes, answer.detail])))
    if isinstance(answer, Fails):
        problems.append(f"the claim fails {answer.counterexample}")
    if isinstance(answer, Unknown):
        problems.append(f"the claim is not decided: {answer.reason}")

    witness = _witness(theorem.claim)
    if witness is None:
        problems.append("no witness was found: the statement may be vacuous")
    outcomes = list(_check_mutants(statement, budget))
    if not outcomes:
        problems.append("there is no mutant: a check that cannot fail is no check")
    problems += [
        f"the mutant {one.name!r} survives: {one.by}" for one in outcomes if not one.rejected and not one.exempt
    ]
    accepted = isinstance(answer, Holds) and not problems
    printed = {str(number): _judge_printed(statement, number, accepted, budget) for number in statement.answers}
    return Report(
        name=statement.name,
        answer=to_json(answer),
        witness=witness,
        derivation=steps,
        mutants=outcomes,
        printed=printed,
        problems=problems,
        cites=list(statement.cited),
        seconds=time.perf_counter() - begun,
    )


def _check_derivation(statement: Statement, budget: Budget) -> Iterator[StepOutcome]:
    theorem, claim = statement.theorem, statement.claim
    if not theorem.derivation:
        return
    before = theorem.start if theorem.start is not None else statement.lhs
    steps = theorem.derivation
    if theorem.start is None and steps[-1].expr != statement.rhs:
        steps = (*steps, Step(statement.rhs, "which is the right side"))
    where = getattr(claim, "where", ())
    for step in steps:
        rewritten = before if step.by is None else _rewritten(before, step)
        one: Claim = (
            Identity(rewritten, step.expr, where)
            if step.relation == "=="
            else Inequality(rewritten, step.relation, step.expr, where)
        )
        cites = step.by.statement.name if step.by is not None else None
        yield StepOutcome(step.relation, latex(step.expr), step.reason, to_json(decide(one, budget)), cites)
        before = step.expr


def _rewritten(before: Expr, step: Step) -> Expr:
    """The expression with the cited identity applied from left to right."""
    assert step.by is not None
    cited, at = step.by.statement, dict(step.by.at)
    return before.xreplace({cited.lhs.xreplace(at): cited.rhs.xreplace(at)})


def _check_mutants(statement: Statement, budget: Budget) -> Iterator[MutantOutcome]:
    theorem = statement.theorem
    generated = mutation.generate(theorem.claim)
    mutants = {**generated, **theorem.mutants}
    tried = {name: mutant for name, mutant in mutants.items() if name not in theorem.exempt}
    answers = dict(zip(tried, decide_all(list(tried.values()), budget), strict=True))
    for name, mutant in mutants.items():
        if name in theorem.exempt:
            yield MutantOutcome(name, rejected=False, by="", exempt=theorem.exempt[name])
            continue
        answer = answers[name]
        if isinstance(answer, Fails):
            yield MutantOutcome(name, rejected=True, by=str(answer.counterexample))
        elif name in generated and _same(mutant, theorem.claim):
            yield MutantOutcome(name, rejected=False, by="", exempt="both forms have the same normal form")
        else:
            by = "accepted" if isinstance(answer, Holds) else answer.reason
            yield MutantOutcome(name, rejected=False, by=by)


def _same(mutant: Claim, claim: Claim) -> bool:
    """Whether a generated mutant is provably the claim itself (such as swapped arguments of a symmetric form)."""
    if isinstance(mutant, Identity) and isinstance(claim, Identity):
        return bool(algebra.is_zero(mutant.rhs - claim.rhs, claim.where))
    if isinstance(mutant, MatrixIdentity) and isinstance(claim, MatrixIdentity):
        return isinstance(decide(replace(claim, lhs=mutant.rhs)), Holds)
    if isinstance(mutant, AllOf) and isinstance(claim, AllOf):
        return all(one == claim.claims[name] or _same(one, claim.claims[name]) for name, one in mutant.claims.items())
    if isinstance(mutant, Definition) and isinstance(claim, Definition):
        return bool(algebra.is_zero(mutant.value - claim.value))
    return False


def _witness(claim: Claim) -> dict[str, str] | None:
    """Values that satisfy all assumptions of the claim; {} where it has no free symbol; None where none was found."""
    if isinstance(claim, AllOf | Definition):
        parts = claim.claims if isinstance(claim, AllOf) else claim.properties(claim.value)
        found = [_witness(part) for part in parts.values()]
        return None if None in found or not found else next((one for one in found if one), {})
    if isinstance(claim, Finite):
        label = next(iter(claim.cases()), None)
        return None if label is None else {"case": str(label[0])}
    if isinstance(claim, Typing):
        return {}
    if isinstance(claim, MatrixIdentity):
        return matrices.witness(claim)
    symbols = set(claim.symbols)
    if is_about_measures(claim):
        symbols = on_atoms(claim.lhs - claim.rhs, 2).free_symbols  # type: ignore[attr-defined]
    point = refuter.witness(tuple(sorted(symbols, key=str)), getattr(claim, "where", ()))
    return None if point is None else {str(symbol): str(value) for symbol, value in point.items()}


def _judge_printed(statement: Statement, number: int | str, accepted: bool, budget: Budget) -> PrintedOutcome:
    """The verdict on one number: what the check says of the printed form decides, nobody's opinion."""
    printed = statement.theorem.printed.get(number, Printed())
    correction = printed.correction or statement.claim.latex()
    if not accepted:
        return PrintedOutcome("open", None, note=printed.note)
    if printed.informal is not None:
        note = " ".join(part for part in (printed.informal, printed.note) if part)
        return PrintedOutcome("informal", None, correction=correction, note=note)
    if printed.claim is None:
        verdict = "definition" if isinstance(statement.claim, Definition) else "holds"
        return PrintedOutcome(verdict, None, note=printed.note)
    answer = decide(printed.claim, budget)
    told = to_json(answer)
    if isinstance(answer, Holds):
        return PrintedOutcome("holds", told, note=printed.note)
    if isinstance(answer, Unknown):
        return PrintedOutcome("open", told, note=f"the printed form is not decided: {answer.reason}")
    if printed.assumption is not None:
        return PrintedOutcome("holds-if", told, assumption=printed.assumption, correction=correction, note=printed.note)
    verdict = "ill-posed" if isinstance(printed.claim, Typing) else "refuted"
    return PrintedOutcome(verdict, told, correction=correction, note=printed.note)
