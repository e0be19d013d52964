"""Ranges split where |g|, max, min, sign, Heaviside and cases change their form, at zeros of g that are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp
from sympy import Expr, Integer, Poly, oo
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from .definite import Range, Unmatched
from .positivity import bound_variable, is_proved_nonnegative, is_proved_positive
from .waves import cut_at_zeros

KINKED = (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min)


def first_kink(f: Expr, over: Range) -> Expr | None:
    """An innermost piece of f whose form changes with x; None where there is none."""
    found = [part for part in f.atoms(*KINKED, Relational) if over.x in part.free_symbols]
    inner = [part for part in found if not any(part != other and part.has(other) for other in found)]
    return min(inner, key=sp.default_sort_key) if inner else None


def _switch(kink: Expr) -> tuple[Expr, Expr, Expr]:
    """(g, the form where g > 0, the form where g < 0)."""
    if isinstance(kink, sp.Max | sp.Min):
        a, rest = kink.args[0], kink.func(*kink.args[1:])
        if rest.has(*KINKED):
            raise Unmatched("a maximum of more than two")
        return (a - rest, a, rest) if isinstance(kink, sp.Max) else (a - rest, rest, a)
    if isinstance(kink, Relational):
        if isinstance(kink, GreaterThan | StrictGreaterThan):
            return kink.lhs - kink.rhs, sp.true, sp.false
        if isinstance(kink, LessThan | StrictLessThan):
            return kink.rhs - kink.lhs, sp.true, sp.false
        raise Unmatched("a case by equality")
    g = kink.args[0]
    above, below = {
        sp.Abs: (g, -g),
        sp.sign: (Integer(1), Integer(-1)),
        sp.Heaviside: (Integer(1), Integer(0)),
    }[kink.func]
    return g, above, below


def smooth_pieces(f: Expr, over: Range) -> Iterator[tuple[Expr, Range]]:
    """The forms of f beside one kink, each with its part of the range; Unmatched where the kink's place is
    not proved.
    """
    kink = first_kink(f, over)
    assert kink is not None
    g, above, below = _switch(kink)
    x, where = over.x, over.where
    # Where g vanishes, a continuous kink has both forms; a jump has neither.
    signed = is_proved_nonnegative if isinstance(kink, sp.Abs | sp.Max | sp.Min) else is_proved_positive
    for form, side in ((above, g), (below, -g)):
        if signed(side, where):
            yield f.xreplace({kink: form}), over
            return
    if not g.is_polynomial(x) or Poly(g, x).degree() != 1:
        for low, high, positive in cut_at_zeros(g, over):
            yield _on_part(f.xreplace({kink: above if positive else below}), over, low, high)
        return
    slope, offset = Poly(g, x).nth(1), Poly(g, x).nth(0)
    if is_proved_positive(slope, where):
        left, right = below, above
    elif is_proved_positive(-slope, where):
        left, right = above, below
    else:
        raise Unmatched(f"the sign of the slope {slope} is not proved")
    root = -offset / slope
    if over.lower != -oo and is_proved_nonnegative(over.lower - root, where):
        yield f.xreplace({kink: right}), over
    elif over.upper != oo and is_proved_nonnegative(root - over.upper, where):
        yield f.xreplace({kink: left}), over
    else:
        inside_low = over.lower == -oo or is_proved_nonnegative(root - over.lower, where)
        inside_high = over.upper == oo or is_proved_nonnegative(over.upper - root, where)
        if not (inside_low and inside_high):
            raise Unmatched(f"the place of the kink {root} in the range is not proved")
        for form, low, high in ((left, over.lower, root), (right, root, over.upper)):
            yield _on_part(f.xreplace({kink: form}), over, low, high)


def _on_part(f: Expr, over: Range, low: Expr, high: Expr) -> tuple[Expr, Range]:
    """The integrand and the range from low to high, in a variable that lives there."""
    about_parameters = tuple(fact for fact in over.where if over.x not in fact.free_symbols)
    part, assumed = bound_variable(f, over.x, low, high, about_parameters)
    return f.subs(over.x, part), replace(over, x=part, lower=low, upper=high, where=assumed)
