"""The judge: three answers, and verdicts that follow from the checks alone."""

import pytest
from sympy import Abs, Eq, Integer, Integral, Ne, Sum, log, oo, sqrt

from theoremcheck.theory import mutants
from theoremcheck.theory.budget import Budget, OutOfBudget, run
from theoremcheck.theory.claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion, rate
from theoremcheck.theory.evidence import Fails, Holds, Report, Strength, Unknown, from_json, to_json
from theoremcheck.theory.judge import check, decide, decide_all
from theoremcheck.theory.measures import expect, integral, on_atoms
from theoremcheck.theory.statements import Printed, Step, Theorem, statement
from theoremcheck.theory.symbols import POSITIVE, density, function, integer, positive, real, reals

x, y = reals("x y")
s = positive("s")
n, a = integer("n", least=1), real("a")


def judged(theorem, **marks):
    """The report of a statement made on the spot."""

    def stand_in():
        """A statement of a test."""
        return theorem

    return check(statement(**marks)(stand_in))


def test_the_three_answers():
    assert isinstance(decide(Identity((x + y) ** 2, x**2 + 2 * x * y + y**2)), Holds)
    failure = decide(Identity(sqrt(x**2), x))
    assert isinstance(failure, Fails)
    assert failure.counterexample.point == {"x": "-1"}
    sophomore = Identity(Integral(x**-x, (x, 0, 1)), Sum(n**-n, (n, 1, oo)))  # true, and beyond every kernel
    assert isinstance(decide(sophomore), Unknown)


def test_answers_survive_as_plain_data():
    for claim in (Identity(x, x), Identity(x, x + 1), Inequality(log(s), "<=", s - 1)):
        answer = decide(claim)
        assert from_json(to_json(answer)) == answer


def test_related_claims_get_the_answers_that_each_gets_alone():
    claims = [Identity(x, x), Identity(x, 2 * x), Identity(Abs(x) ** 2, x**2)]
    assert decide_all(claims) == [decide(claim) for claim in claims]


def test_a_budget_really_stops():
    def forever():
        while True:
            pass

    with pytest.raises(OutOfBudget, match=r"0\.2 s"):
        run(forever, Budget(seconds=0.2))
    with pytest.raises(OutOfBudget, match="GiB"):
        run(lambda: bytearray(1 << 32), Budget(memory=1 << 30))


def test_relations_are_checked_when_a_claim_is_made():
    with pytest.raises(ValueError, match="not one of <=, <, >=, >"):
        Inequality(x, "=<", y)
    with pytest.raises(TypeError, match="no check for a claim of type"):
        decide(Claim())


def test_holds_and_definition():
    report = judged(Theorem(Identity((x + 1) ** 2, x**2 + 2 * x + 1)), answers=(1,))
    assert report.accepted
    assert report.strength is Strength.PROVED
    assert report.printed["1"].verdict == "holds"
    double = Definition(
        "d",
        2 * x,
        lambda d: {"linear": Identity(d.subs(x, x + y), d + d.subs(x, y)), "at one": Identity(d.subs(x, 1), 2)},
    )
    assert judged(Theorem(double), answers=(1,)).printed["1"].verdict == "definition"


def test_refuted_needs_a_failing_printed_form_and_a_proved_correction():
    theorem = Theorem(Identity((x + 1) ** 2, x**2 + 2 * x + 1), printed={1: Printed(Identity((x + 1) ** 2, x**2 + 1))})
    outcome = judged(theorem, answers=(1,)).printed["1"]
    assert outcome.verdict == "refuted"
    assert outcome.answer["counterexample"]["point"] == {"x": "1"}
    assert "2 x" in outcome.correction


def test_a_printed_form_that_is_right_is_never_refuted():
    theorem = Theorem(
        Identity((x + 1) ** 2, x**2 + 2 * x + 1), printed={1: Printed(Identity((1 + x) ** 2, x * (x + 2) + 1))}
    )
    assert judged(theorem, answers=(1,)).printed["1"].verdict == "holds"


def test_holds_if_names_the_assumption_and_shows_what_happens_without_it():
    theorem = Theorem(
        Identity(sqrt(x**2), x, where=(x >= 0,)),
        printed={1: Printed(Identity(sqrt(x**2), x), assumption="x is nonnegative")},
    )
    outcome = judged(theorem, answers=(1,)).printed["1"]
    assert (outcome.verdict, outcome.assumption) == ("holds-if", "x is nonnegative")
    assert outcome.answer["counterexample"]["point"] == {"x": "-1"}


def test_an_unproved_claim_leaves_its_numbers_open():
    report = judged(Theorem(Identity(x**2, x)), answers=(1,))
    assert not report.accepted
    assert report.printed["1"].verdict == "open"


def test_a_vacuous_claim_is_not_accepted():
    report = judged(Theorem(Identity(x, x + 1, where=(x > 0, x < 0))))
    assert not report.accepted


def test_a_surviving_mutant_denies_acceptance_and_an_exemption_needs_its_reason():
    theorem = Theorem(
        Identity((x + 1) ** 2, x**2 + 2 * x + 1), mutants={"reordered": Identity((x + 1) ** 2, 1 + x * (x + 2))}
    )
    report = judged(theorem)
    assert not report.accepted
    assert any("reordered" in problem for problem in report.problems)
    exempted = Theorem(theorem.claim, mutants=theorem.mutants, exempt={"reordered": "the same polynomial"})
    assert judged(exempted).accepted


def test_a_derivation_is_checked_step_by_step():
    good = (Step(x**2 + x + x + 1, "multiply out"), Step(x**2 + 2 * x + 1, "collect"))
    assert judged(Theorem(Identity((x + 1) ** 2, x**2 + 2 * x + 1), derivation=good)).accepted
    bad = (Step(x**2 + x + 1, "multiply out"), Step(x**2 + 2 * x + 1, "collect"))
    report = judged(Theorem(Identity((x + 1) ** 2, x**2 + 2 * x + 1), derivation=bad))
    assert [step.answer["answer"] for step in report.derivation] == ["fails", "fails"]
    assert not report.accepted


def test_a_step_may_cite_another_statement():
    def square():
        """The square of a sum."""
        return Theorem(Identity((x + y) ** 2, x**2 + 2 * x * y + y**2))

    cited = statement()(square)
    theorem = Theorem(
        Identity((s + 1) ** 2 - 1, s**2 + 2 * s),
        derivation=(Step(s**2 + 2 * s + 1 - 1, "the square of a sum", by=cited.at({x: s, y: Integer(1)})),),
    )
    report = judged(theorem)
    assert report.accepted
    assert report.cites == [cited.name]


def test_induction_limits_and_cases():
    triangle = Recursion(n, 1, Integer(1), a, a + n + 1, n * (n + 1) / 2)
    assert decide(triangle).method == "induction"
    wrong = decide(Recursion(n, 1, Integer(1), a, a + n + 1, n**2))
    assert wrong.counterexample.point["n"] == "2"
    assert isinstance(decide(Limit(s * log(s), s, Integer(0), Integer(0), "+")), Holds)
    assert isinstance(decide(rate(n * (n + 1), n**2, n, oo, Integer(1))), Holds)
    assert decide(Finite(lambda: [("1", 1, 1), ("2", 4, 4)], "n^2", "n <= 2")).strength is Strength.AT_SIZES
    assert decide(Finite(lambda: [("2", 4, 5)], "n^2", "n = 2")).counterexample.point == {"case": "2"}
    assert isinstance(decide(AllOf({"one": Identity(x, x), "two": Identity(x, y)})), Fails)


def test_integrals_over_any_measure():
    p, q, f = density("p"), density("q"), function("f")
    assert isinstance(decide(Identity(expect(p, f + 2), expect(p, f) + 2)), Holds)
    assert isinstance(decide(Inequality(integral(p * log(p / q)), ">=", 0)), Holds)
    assert isinstance(decide(Identity(integral(p * log(p / q)), integral(q * log(q / p)))), Fails)
    with pytest.raises(ValueError, match="outside the integral"):
        on_atoms(p + integral(q), 2)


def test_generated_mutants():
    names = set(mutants.generate(Identity(x, x - y)))
    assert {"sign", "factor 2", "x dropped", "-y with the other sign", "x and y swapped"} <= names
    assert set(mutants.generate(Inequality(x, "<=", y))) == {"relation flipped"}
    assert "n shifted by one" in mutants.generate(Identity(x, n * x))
    conditional = Identity(x / y, 1 / (y / x), where=(Ne(x, 0), Ne(y, 0)))
    assert all(mutant.where == conditional.where for mutant in mutants.generate(conditional).values())


def test_reports_survive_as_plain_data():
    report = judged(Theorem(Identity(x + 1, 1 + x, where=(Eq(y, 0),))), answers=(1,))
    assert Report.from_json(report.to_json()) == report


def test_a_density_is_not_equal_to_a_function_of_its_name() -> None:
    # SymPy's cache hands out an equal symbol for another: a function must never become a density by that.
    plain, dense = function("r", POSITIVE), density("r")
    assert plain != dense
    assert log(plain).free_symbols == {plain}
    assert log(dense).free_symbols == {dense}
    gap = integral(dense * log(dense / density("s")))
    assert isinstance(decide(Inequality(gap, ">=", Integer(0))), Holds)
    lost = integral(plain * log(plain / function("s", POSITIVE)))
    assert isinstance(decide(Inequality(lost, ">=", Integer(0))), Fails)
