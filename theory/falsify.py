"""One formula of somebody's own, put before the same judge as the statements of this package.

    from sympy import Symbol, cosh, exp
    x = Symbol("x", real=True)
    outcome = falsify(cosh(x), "<=", exp(x**2 / 3))
    outcome.verdict           # 'refuted'
    outcome.counterexample    # the point, with both sides
    print(outcome.replay())   # plain Python that shows it without this package

Domains are read off the symbols' assumptions, joint assumptions stand in `where`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sympy import Basic, Expr, Float, MatrixSymbol, Rational, Symbol, sympify
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixExpr

from .budget import Budget
from .claims import FLIPPED, AllOf, Claim, Identity, Inequality, MatrixIdentity, Order
from .evidence import Answer, Counterexample, Fails, Holds, Strength, Unknown, to_json
from .judge import decide
from .symbols import domain_of

SECONDS = 10.0
"""How long a formula is worked at where nothing else is said."""

RELATIONS = ("==", *FLIPPED)


@dataclass(frozen=True)
class Outcome:
    """What became of a formula: proved, certified (by ball arithmetic or at listed sizes), refuted, or unknown."""

    claim: Claim
    answer: Answer
    seconds: float

    @property
    def verdict(self) -> str:
        """One of "proved", "certified", "refuted", "unknown"."""
        if isinstance(self.answer, Holds):
            return "proved" if self.answer.strength is Strength.PROVED else "certified"
        return "refuted" if isinstance(self.answer, Fails) else "unknown"

    @property
    def counterexample(self) -> Counterexample | None:
        """Where it fails, with both sides; None unless it is refuted."""
        return self.answer.counterexample if isinstance(self.answer, Fails) else None

    @property
    def evidence(self) -> str:
        """What the verdict rests on: the kernels and what they cover, or the reason why nothing was decided."""
        if isinstance(self.answer, Holds):
            return ": ".join(filter(None, (self.answer.method, self.answer.detail)))
        if isinstance(self.answer, Fails):
            return f"{self.answer.method}: {self.answer.counterexample.certificate}"
        return self.answer.reason

    def replay(self) -> str:
        """A few lines of plain Python that show the failure without this package.

        Raises ValueError where nothing failed, and where plain Python and mpmath have no name for a function in it.
        """
        if self.counterexample is None:
            raise ValueError(f"there is no failure to replay: the verdict is {self.verdict!r}")
        if not self.counterexample.replay:
            raise ValueError("plain Python and mpmath cannot say this formula; the counterexample is certified")
        return self.counterexample.replay

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "verdict": self.verdict,
            "claim": self.claim.latex(),
            "seconds": round(self.seconds, 3),
            **to_json(self.answer),
        }

    def __str__(self) -> str:
        return f"{self.verdict} {self.counterexample or f'({self.evidence})'}"


def falsify(
    lhs: Any, relation: str, rhs: Any, where: Sequence[Basic] = (), budget: float | Budget = SECONDS
) -> Outcome:
    """Whether lhs relation rhs (one of ==, <=, <, >=, >) holds wherever the symbols and `where` allow it.

    The sides are SymPy expressions or numbers; a matrix expression can be claimed equal (==) to another. A decimal
    fraction such as 0.4999 is taken for what it says, 4999/10000. budget: seconds of wall time, or a `Budget`.
    Raises TypeError for text and ValueError for a symbol that is not real, an unknown relation or an assumption that
    is none; each says what would be right.
    """
    return judge(claim_of(lhs, relation, rhs, where), budget)


def judge(claim: Claim, budget: float | Budget = SECONDS) -> Outcome:
    """The outcome of a claim that stands already."""
    limit = budget if isinstance(budget, Budget) else Budget(seconds=_positive(budget))
    begun = time.perf_counter()
    answer = decide(claim, limit)
    if isinstance(answer, Unknown) and answer.reason.startswith("out of budget"):
        answer = Unknown(f"{answer.reason}; {_order(claim)}")
    return Outcome(claim, answer, time.perf_counter() - begun)


def claim_of(lhs: Any, relation: str, rhs: Any, where: Sequence[Basic] = ()) -> Claim:
    """The claim that lhs relation rhs; raises as `falsify` does."""
    if relation not in RELATIONS:
        raise ValueError(f"the relation {relation!r} is not one of {', '.join(RELATIONS)}")
    left, right = _expression(lhs, "left side"), _expression(rhs, "right side")
    conditions = tuple(_condition(one) for one in ([where] if isinstance(where, Basic) else where))
    if any(side.has(MatrixSymbol) or isinstance(side, MatrixExpr) for side in (left, right)):
        if relation != "==":
            raise ValueError(f"matrix expressions can be claimed equal, not {relation!r}")
        return MatrixIdentity(left, right, conditions)
    for symbol in set().union(*(part.free_symbols for part in (left, right, *conditions))):
        domain_of(symbol)  # raises for a symbol that is not real, and names it
    if relation == "==":
        return Identity(left, right, conditions)
    return Inequality(left, cast("Order", relation), right, conditions)


def chained(parts: Sequence[tuple[Any, str, Any]], where: Sequence[Basic] = ()) -> Claim:
    """The claim that all of (lhs, relation, rhs) hold, as in a <= b <= c."""
    claims = [claim_of(*part, where) for part in parts]
    return claims[0] if len(claims) == 1 else AllOf({f"part {n}": claim for n, claim in enumerate(claims, 1)})


def rational(expression: Any) -> Any:
    """The expression with each binary float replaced by the decimal fraction that it is written as."""
    return expression.xreplace({number: Rational(str(number)) for number in expression.atoms(Float)})


def _expression(value: Any, name: str) -> Any:
    if isinstance(value, str):
        raise TypeError(f"the {name} is text: give a SymPy expression, or use theoremcheck.parse({value!r})")
    if isinstance(value, float):
        value = Rational(repr(value)) if value - value == 0 else value
    try:
        found = sympify(value, strict=True)
    except Exception:
        raise TypeError(f"the {name} is a {type(value).__name__}, not a SymPy expression or a number") from None
    if not isinstance(found, Expr | MatrixExpr):
        raise TypeError(f"the {name} is {found}, not an expression with a value")
    found = rational(found)
    if isinstance(found, Expr) and (found.is_finite is False or found.has(sympify("nan"))):
        raise ValueError(f"the {name} is {found}, not a finite expression")
    return found


def _condition(value: Any) -> Any:
    if isinstance(value, Relational) or type(value).__module__.startswith(__package__.partition(".")[0]):
        return value if not isinstance(value, Basic) else rational(value)
    if value is True or value is False or value in (sympify(True), sympify(False)):
        raise ValueError(f"an assumption is {value}: SymPy decided it on the spot; leave it out, or write it otherwise")
    if isinstance(value, Basic) and not isinstance(value, Symbol | Expr):
        return value
    raise TypeError(f"the assumption {value!r} is not a SymPy relation such as x + y <= 1")


def _positive(seconds: float) -> float:
    if not seconds > 0:
        raise ValueError(f"the budget is {seconds} seconds; give a positive number")
    return float(seconds)


def _order(claim: Claim) -> str:
    if isinstance(claim, Identity):
        return "points, normal forms, z3 and a search were begun in this order"
    if isinstance(claim, Inequality):
        return "points, z3, a search, calculus and boxes in ball arithmetic were begun in this order"
    return "give it more seconds, or claim less at a time"


__all__ = ["Outcome", "RELATIONS", "SECONDS", "chained", "claim_of", "falsify", "judge", "rational"]
