"""Case distinctions on the sign of the arguments of |u|, sign, max, piecewise definitions, all cases covered.

A case is dropped only when its assumptions are proved contradictory. The case u = 0 is solved for a symbol in which
u is linear; otherwise it is kept with nothing assumed but the value of the function at zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Basic, Expr, Ge, Gt, Heaviside, Integer, Symbol, oo
from sympy.core.relational import Eq, Ne, Relational

from ..measures import Mu, varies
from ..symbols import Pointwise, domain_of
from .functional_rules import linear_parts, with_canonical_bounds
from .generators import Field, Quotient, Undecided

Where = tuple[Basic, ...]
MOST_CASES = 48
CLOSED = (Mu, sp.Integral, sp.Sum, sp.Product, sp.Derivative, sp.Subs, sp.Lambda)


class _Cases:
    """How many cases may still be looked at."""

    def __init__(self) -> None:
        self.left = MOST_CASES

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Undecided(f"more than {MOST_CASES} cases")


def prepared(expr: Expr, where: Where) -> tuple[Expr, Where]:
    """The expression with canonical bound variables, and the linear equations among the assumptions substituted."""
    expr, where = with_canonical_bounds(expr), tuple(where)
    for _ in range(len(where)):
        equation = next((fact for fact in where if isinstance(fact, Eq)), None)
        if equation is None:
            break
        where = tuple(fact for fact in where if fact is not equation)
        solved = solved_for_symbol(equation.lhs - equation.rhs, where)
        if solved is not None:
            expr, where = substituted(expr, where, *solved)
    return expr, where


def solved_for_symbol(difference: Expr, where: Where) -> tuple[Symbol, Expr] | None:
    """A symbol and its value where difference = 0, if that is linear in it with a coefficient that is not zero."""
    from .algebra import is_nonzero

    for symbol in sorted(difference.free_symbols, key=lambda s: s.name):
        slope = difference.diff(symbol)
        if slope.has(symbol) or slope.has(sp.Derivative) or slope == 0 or difference.has(Mu):
            continue
        if slope.is_Rational or is_nonzero(slope, where):
            return symbol, sp.expand((slope * symbol - difference) / slope)
    return None


def substituted(expr: Expr, where: Where, symbol: Symbol, value: Expr) -> tuple[Expr, Where]:
    """Expression and assumptions with the symbol replaced; that the value lies in its domain is a new assumption."""
    if any(_binds(node, symbol) for node in expr.atoms(sp.Derivative, sp.Subs, sp.Lambda, sp.Integral)):
        raise Undecided(f"{symbol} is differentiated by, and cannot be replaced")
    try:
        replaced = expr.xreplace({symbol: value})
        facts = [fact.xreplace({symbol: value}) for fact in where]
    except (TypeError, ValueError) as refusal:
        raise Undecided(str(refusal)) from None
    try:
        domain = domain_of(symbol)
        if domain.lower != -oo:
            facts.append((Gt if domain.lower_open else Ge)(value, domain.lower, evaluate=False))
        if domain.upper != oo:
            facts.append((Gt if domain.upper_open else Ge)(domain.upper, value, evaluate=False))
    except ValueError:
        pass
    return replaced, tuple(fact for fact in facts if isinstance(fact, Relational))


def _binds(node: Basic, symbol: Symbol) -> bool:
    """Whether the node means something else by the symbol than its value."""
    if isinstance(node, sp.Integral):
        return any(len(limit) < 3 for limit in node.limits)
    return symbol in node.free_symbols or isinstance(node, sp.Subs | sp.Lambda)


def zero_in_cases(expr: Expr, where: Where, cases: _Cases | None = None) -> bool:
    """Whether the expression is proved to be zero in every case. Raises Undecided."""
    from .algebra import read

    cases = cases or _Cases()
    cases.take()
    expr, where = prepared(expr, where)
    value = read(expr, where)[1]
    if value.num.is_zero() or _balanced_integrals(expr, where, cases):
        return True
    squeezed = _squeezed(where)
    if squeezed is not None and not expr.has(Mu):
        solved = solved_for_symbol(squeezed, where)
        if solved is not None:
            return zero_in_cases(*substituted(expr, where, *solved), cases)
    distinction = next(_distinctions(expr), None)
    if distinction is None or (expr.has(Mu) and varies(distinction)) or not _is_real(distinction, where):
        return False
    return all(
        zero_in_cases(part, facts, cases)
        for part, facts in _branches(expr, where, distinction)
        if not _is_infeasible(facts)
    )


def _squeezed(where: Where) -> Expr | None:
    """A quantity that two of the assumptions bound by zero from both sides."""
    gaps = {sp.expand(fact.gts - fact.lts) for fact in where if isinstance(fact, Ge | sp.Le)}
    return next((gap for gap in sorted(gaps, key=str) if gap.free_symbols and sp.expand(-gap) in gaps), None)


def _is_real(distinction: Basic, where: Where) -> bool:
    """Whether positive, zero and negative are all cases there are."""
    from .algebra import read
    from .function_rules import is_real_tree

    def real(part: Expr) -> bool:
        reader, value = read(part, where)
        return reader.field.is_real(value) or is_real_tree(part)

    arguments = distinction.args[:1] if isinstance(distinction, Heaviside) else distinction.args
    return all(real(part) for part in arguments)


def _is_infeasible(where: Where) -> bool:
    from .algebra import read

    try:
        return read(Integer(0), where)[0].infeasible
    except Undecided:
        return False


def _distinctions(expr: Basic) -> Iterator[Basic]:
    """The nodes to distinguish by, innermost first: functions with a kink or jump, and atomic conditions."""
    if isinstance(expr, CLOSED):
        return
    for part in expr.args:
        yield from _distinctions(part)
    if isinstance(expr, sp.Abs | sp.sign | Heaviside | sp.Max | sp.Min):
        yield expr
    if isinstance(expr, Relational):
        yield expr


def _branches(expr: Expr, where: Where, node: Basic) -> Iterator[tuple[Expr, Where]]:
    if isinstance(node, Relational):
        yield from _condition_branches(expr, where, node)
        return
    if isinstance(node, sp.Max | sp.Min):
        first, second, *others = node.args
        for kept, dropped in ((first, second), (second, first)):
            gap = kept - dropped if isinstance(node, sp.Max) else dropped - kept
            yield expr.xreplace({node: node.func(kept, *others)}), (*where, Ge(gap, 0, evaluate=False))
        return
    u = node.args[0]
    at_zero = node.args[1] if isinstance(node, Heaviside) else Integer(0)
    above, below = {sp.Abs: (u, -u), sp.sign: (Integer(1), Integer(-1))}.get(node.func, (Integer(1), Integer(0)))
    strict = Ge if isinstance(node, sp.Abs) else Gt
    yield expr.xreplace({node: above}), (*where, strict(u, 0, evaluate=False))
    yield expr.xreplace({node: below}), (*where, strict(-u, 0, evaluate=False))
    if strict is Gt:
        yield _at_equality(expr.xreplace({node: at_zero}), where, u)


def _at_equality(expr: Expr, where: Where, u: Expr) -> tuple[Expr, Where]:
    solved = solved_for_symbol(u, where)
    return substituted(expr, where, *solved) if solved else (expr, where)


def _condition_branches(expr: Expr, where: Where, node: Relational) -> Iterator[tuple[Expr, Where]]:
    gap = node.gts - node.lts if not isinstance(node, Eq | Ne) else node.lhs - node.rhs
    true, false = expr.xreplace({node: sp.true}), expr.xreplace({node: sp.false})
    if isinstance(node, Eq | Ne):
        equal, different = (true, false) if isinstance(node, Eq) else (false, true)
        yield _at_equality(equal, where, gap)
        yield different, (*where, Gt(gap, 0, evaluate=False))
        yield different, (*where, Gt(-gap, 0, evaluate=False))
        return
    strict = isinstance(node, sp.StrictGreaterThan | sp.StrictLessThan)
    yield true, (*where, (Gt if strict else Ge)(gap, 0, evaluate=False))
    yield false, (*where, (Ge if strict else Gt)(-gap, 0, evaluate=False))


# --- identities between integrals over any measure


def _balanced_integrals(expr: Expr, where: Where, cases: _Cases) -> bool:
    """Whether expr = c0 + sum c_i Mu(f_i) with sum c_i f_i = sum l_w w at each point and sum l_w = -c0, densities w."""
    nodes = _outer_integrals(expr)
    parts = linear_parts(expr, nodes) if nodes else None
    if parts is None or any(varies(part) for part in (parts[0], *parts[1])):
        return False
    constant, coefficients = parts
    body = sp.Add(*(c * node.args[0] for c, node in zip(coefficients, nodes, strict=True)))
    weights = _density_weights(body, where, cases)
    if weights is None or not zero_in_cases(constant + sp.Add(*weights.values()), where, cases):
        return False
    return zero_in_cases(body - sp.Add(*(w * weight for w, weight in weights.items())), where, cases)


def _outer_integrals(expr: Basic) -> list[Expr]:
    if isinstance(expr, Mu):
        return [expr]
    return list(dict.fromkeys(node for part in expr.args for node in _outer_integrals(part)))


def _density_weights(body: Expr, where: Where, cases: _Cases) -> dict[Symbol, Expr] | None:
    """Constants l_w that make body = sum l_w w possible: read off where the body is linear, in one case if need be."""
    from .algebra import read

    cases.take()
    reader, value = read(body, where)
    weights = _read_weights(reader.field, value)
    if weights is not None:
        return weights
    distinction = next(_distinctions(body), None)
    if distinction is None:
        return None
    for part, facts in _branches(body, where, distinction):
        found = _density_weights(part, facts, cases)
        if found is not None:
            return found
    return None


def _read_weights(field: Field, value: Quotient) -> dict[Symbol, Expr] | None:
    from .readback import to_expression

    weights: dict[Symbol, Expr] = {}
    rest = value.num
    for index, generator in enumerate(field.generators):
        symbol = generator.label
        if isinstance(symbol, Pointwise) and symbol.normalized and rest.degrees()[index] == 1:
            slope = rest.derivative(index)
            if any(isinstance(s, Pointwise) for s in field.depends(Quotient(slope, value.den))):
                return None
            rest = rest - slope * field.variables[index]
            weights[symbol] = to_expression(field, Quotient(slope, value.den))
    if not rest.is_zero() or any(varies(weight) for weight in weights.values()):
        return None
    return weights


__all__ = ["prepared", "solved_for_symbol", "zero_in_cases"]
