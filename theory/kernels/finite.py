"""Finite claims: every case is run, exactly.

Sides are integers, fractions, exact SymPy expressions, truth values, words, matrices, or tuples and lists of such,
compared entry by entry. A floating-point number is refused: it is never exact.
"""

from __future__ import annotations

from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any

from sympy import Basic, Float, MatrixBase, Rational, S, sympify
from sympy import Tuple as TupleSympy

from ..claims import Finite, Identity, Inequality
from ..evidence import Answer, Counterexample, Fails, Holds, Strength, Unknown

ORDER = {"<=": le, "<": lt, ">=": ge, ">": gt}


def decide(claim: Finite) -> Answer:
    """Whether the relation holds in every case; the first case in which it fails is the counterexample.

    Raises TypeError for a side that is not exact, and names the case.
    """
    count, undecided = 0, ""
    for label, lhs, rhs in claim.cases():
        count += 1
        left, right = (_exact(side, label) for side in (lhs, rhs))
        holds = _compare(left, claim.relation, right, label)
        if holds is False:
            point = {"case": str(label)}
            shown = Counterexample(
                point,
                _shown(left),
                claim.relation,
                _shown(right),
                "exact",
                _replay(left, claim.relation, right),
            )
            return Fails(shown, f"case {count} of the enumeration")
        undecided = undecided or ("" if holds else str(label))
    if count == 0:
        return Unknown("no case: the claim is vacuous")
    if undecided:
        return Unknown(f"undecided in the case {undecided}")
    return Holds(Strength.AT_SIZES, "enumeration", f"{claim.sizes}: all {count} case{'s' * (count > 1)}")


def _exact(side: Any, label: str) -> Any:
    """The side as bool, str, Fraction, SymPy expression or tuple of such. Raises TypeError."""
    if isinstance(side, bool | str) or side is None:
        return side
    if side in (S.true, S.false) if isinstance(side, Basic) else False:
        return bool(side)
    if isinstance(side, int | Fraction):
        return Fraction(side)
    if isinstance(side, Rational):
        return Fraction(int(side.p), int(side.q))
    if isinstance(side, MatrixBase):
        return tuple(_exact(row, label) for row in side.tolist())
    if isinstance(side, tuple | list | TupleSympy):
        return tuple(_exact(entry, label) for entry in side)
    if isinstance(side, set | frozenset):
        return tuple(sorted((_exact(entry, label) for entry in side), key=repr))
    if hasattr(side, "tolist"):
        return _exact(side.tolist(), label)
    if isinstance(side, Basic) and not side.has(Float):
        return side
    raise TypeError(f"case {label}: {side!r} of type {type(side).__name__} is not exact")


def _compare(left: Any, relation: str, right: Any, label: str) -> bool | None:
    """Whether left relation right, entry by entry; None where that could not be decided."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        if not (isinstance(left, tuple) and isinstance(right, tuple)) or len(left) != len(right):
            return False
        answers = [_compare(a, relation, b, label) for a, b in zip(left, right, strict=True)]
        return False if False in answers else None if None in answers else True
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left == right if relation == "==" else bool(ORDER[relation](left, right))
    if any(isinstance(side, bool | str) or side is None for side in (left, right)):
        if relation != "==":
            raise TypeError(f"case {label}: {left!r} and {right!r} have no order")
        return type(left) is type(right) and left == right
    return _symbolic(_sympy(left), relation, _sympy(right))


def _sympy(side: Any) -> Any:
    return Rational(side.numerator, side.denominator) if isinstance(side, Fraction) else sympify(side, strict=True)


def _symbolic(left: Any, relation: str, right: Any) -> bool | None:
    from .algebra import is_zero
    from .balls import relation_at

    if relation in ("==", "<=", ">=") and is_zero(left - right) is True:
        return True
    if not (left.free_symbols | right.free_symbols):
        return relation_at(left, relation, right, {})
    return _of_symbols(Identity(left, right) if relation == "==" else Inequality(left, relation, right))  # type: ignore[arg-type]


def _of_symbols(claim: Identity | Inequality) -> bool | None:
    from . import calculus, refuter, smt

    answer = smt.decide(claim)
    if isinstance(answer, Unknown) and isinstance(claim, Inequality):
        answer = calculus.prove(claim)
    if isinstance(answer, Unknown):
        answer = refuter.refute(claim, "quick") or answer
    return None if isinstance(answer, Unknown) else isinstance(answer, Holds)


def _shown(side: Any) -> str:
    if isinstance(side, tuple):
        return "(" + ", ".join(_shown(entry) for entry in side) + ("," if len(side) == 1 else "") + ")"
    return str(side)


def _replay(left: Any, relation: str, right: Any) -> str:
    """Plain Python that shows the failure, for numbers."""
    if any(isinstance(side, tuple | bool | str) or side is None for side in (left, right)):
        return ""
    from .replay import replay

    one, two = _sympy(left), _sympy(right)
    return "" if one.free_symbols | two.free_symbols else replay(one, relation, two, {})
