"""Claims about every measure: a pointwise fact, integrated.

An identity is settled by linearity (`algebra.is_zero` reads `Mu` as a linear functional that is 1 on densities). For
an inequality, the margin is brought to A(m) + integral(T): the moments m_j = integral(g_j) are the integrals that
enter nonlinearly, A collects what is constant. With multipliers lambda_w for the densities w and kappa_j for the
moments,

    T + sum_w lambda_w w + sum_j kappa_j g_j >= 0 at each point,   A(m) - sum_w lambda_w - sum_j kappa_j m_j >= 0

integrate to the claim. kappa = dA/dm and lambda in total A - kappa m are the tangent (Jensen's inequality at m);
shifts by 1 from one density to another give Gibbs' inequality. z3 and calculus prove the pointwise fact, in which
densities and functions are ordinary symbols and moments are constants of the right sign.

What is assumed: the integrals of the claim exist and are finite, and densities are positive on the space. A density
that vanishes somewhere is covered when the space is restricted to its support, or where 0 log 0 = 0 extends the
pointwise fact by continuity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, permutations, product

from sympy import Add, Basic, Dummy, Expr, Integer, Rational, S, cancel, expand, sympify

from ..claims import Identity, Inequality
from ..evidence import Holds, Strength, Unknown
from ..measures import Mu, linear, pointwise_symbols, varies
from ..symbols import NONNEGATIVE, POSITIVE, REALS, UNIT, Domain, DomainSymbol, Pointwise
from . import calculus, smt
from .floats import plausible

ASSUMED = "for all measures: densities are positive on the space and the integrals exist"
Where = tuple[Basic, ...]


@dataclass(frozen=True)
class Lifted:
    """The margin constant + integral(integrand), with the moments that became constants."""

    constant: Expr
    integrand: Expr
    moments: tuple[tuple[DomainSymbol, Expr], ...]
    densities: tuple[Pointwise, ...]
    where: Where


@dataclass(frozen=True)
class Multipliers:
    """A weight for each density and for each moment's integrand."""

    densities: tuple[Expr, ...]
    moments: tuple[Expr, ...]


def prove(claim: Identity | Inequality, seconds: float = 8.0) -> Holds | Unknown:
    """Whether the claim follows from a pointwise one by integration; `seconds` is for each pointwise proof."""
    if isinstance(claim, Identity):
        from .algebra import is_zero

        if is_zero(claim.lhs - claim.rhs, claim.where) is True:
            return Holds(Strength.PROVED, "lifted", f"equal by linearity of the integral, {ASSUMED}")
        return Unknown("lifting: the two sides are not equal by linearity")
    if varies(claim.margin):
        return Unknown("lifting: a pointwise quantity stands outside the integrals")
    lifted = lift(claim.margin, claim.where)
    if lifted is None:
        return Unknown("lifting: the margin is not affine in integrals of pointwise expressions")
    for multipliers in _given(claim, lifted) if claim.multipliers else _search(lifted):
        reason = _shown(lifted, multipliers, claim.strict, seconds)
        if reason:
            return Holds(Strength.PROVED, "lifted", f"{reason}; {ASSUMED}")
    return Unknown("lifting: no multipliers were found that make it true at each point")


def lift(margin: Expr, where: Where = ()) -> Lifted | None:
    """The margin as A(m) + integral(T), or None where that is not its form."""
    margin = _expanded(linear(margin.replace(Mu, lambda body: Mu(_expanded(body)))))
    densities = tuple(symbol for symbol in pointwise_symbols(margin) if symbol.normalized)
    taken = {symbol.name for part in (margin, *where) for symbol in part.free_symbols}
    fresh = (name for i in count(1) if (name := f"m_{i}") not in taken)
    flat = {mu: Dummy(real=True) for mu in sorted(margin.atoms(Mu), key=str)}
    nested = {inner for mu in flat for inner in mu.args[0].atoms(Mu)}
    outer = margin.xreplace({mu: flat[mu] for mu in flat})
    bent = {mu for mu, mark in flat.items() if mu in nested or outer.diff(mark).has(*flat.values())}
    if any(mu.args[0].has(Mu) for mu in bent):
        return None
    moments = {mu: DomainSymbol(next(fresh), _range(mu.args[0], densities)) for mu in sorted(bent, key=str)}
    integrand: Expr = S.Zero
    constant = outer.xreplace({mark: moments.get(mu, S.Zero) for mu, mark in flat.items()})
    for mu, mark in flat.items():
        if mu not in bent:
            integrand += outer.diff(mark) * mu.args[0].xreplace(moments)
    facts = tuple(fact.xreplace(moments) for fact in where)
    named = tuple((symbol, mu.args[0]) for mu, symbol in moments.items())
    return Lifted(constant, integrand, named, densities, tuple(fact for fact in facts if not fact.has(Mu)))


def _expanded(expr: Expr) -> Expr:
    return expand(expr, power_base=False, power_exp=False, log=False)


def _range(integrand: Expr, densities: tuple[Pointwise, ...]) -> Domain:
    """The sign that the integral has: positive needs a space that is not empty, which a density shows."""
    positive = bool(smt.implies(integrand, ">", 0))
    if positive and any(smt.implies(integrand, "<", w) for w in densities):
        return UNIT
    if positive:
        return POSITIVE if densities else NONNEGATIVE
    return NONNEGATIVE if smt.implies(integrand, ">=", 0) else REALS


def _given(claim: Inequality, lifted: Lifted) -> Iterator[Multipliers]:
    """The claim's own multipliers, with the tangent for the moments that it leaves out."""
    names = {integrand: symbol for symbol, integrand in lifted.moments}
    back = {Mu(integrand): symbol for integrand, symbol in names.items()}
    given = {weight: sympify(value, strict=True).xreplace(back) for weight, value in claim.multipliers}
    unknown = [str(weight) for weight in given if weight not in lifted.densities and weight not in names]
    if unknown:
        raise ValueError(f"multiplier for {', '.join(unknown)}, which is no density and no moment of the claim")
    tangent = [lifted.constant.diff(symbol) for symbol, _ in lifted.moments]
    yield Multipliers(
        tuple(given.get(w, S.Zero) for w in lifted.densities),
        tuple(given.get(g, slope) for (_, g), slope in zip(lifted.moments, tangent, strict=True)),
    )


def _search(lifted: Lifted) -> Iterator[Multipliers]:
    """Tangents for the moments, the rest on one density or on all alike, and shifts between densities."""
    size = len(lifted.densities)
    tangents = [lifted.constant.diff(symbol) for symbol, _ in lifted.moments]
    scales = _scales(lifted.integrand)
    choices = [
        [slope, S.Zero, *(slope + c / symbol for c in scales)]
        for slope, (symbol, _) in zip(tangents, lifted.moments, strict=True)
    ]
    seen = set()
    for kappas in _combinations(choices):
        total = lifted.constant - Add(*(k * symbol for k, (symbol, _) in zip(kappas, lifted.moments, strict=True)))
        total = cancel(total) if total.is_rational_function() else expand(total)
        shares = [tuple(total / size for _ in range(size))] if size else [()]
        shares += [tuple(total if i == j else S.Zero for i in range(size)) for j in range(size)] if total != 0 else []
        shares.append(tuple(S.Zero for _ in range(size)))
        shifts = [tuple(S.Zero for _ in range(size))]
        for c, (i, j) in product(scales, permutations(range(size), 2)):
            shifts.append(tuple(c if k == i else -c if k == j else S.Zero for k in range(size)))
        for share, shift in product(shares, shifts):
            found = Multipliers(tuple(a + b for a, b in zip(share, shift, strict=True)), kappas)
            if found not in seen:
                seen.add(found)
                yield found


def _combinations(choices: list[list[Expr]]) -> list[tuple[Expr, ...]]:
    """The combinations of choices, those with the earliest entries first."""
    found = product(*(list(enumerate(options)) for options in choices))
    ordered = sorted(found, key=lambda combination: sum(i for i, _ in combination))
    return [tuple(value for _, value in combination) for combination in ordered[:32]]


def _scales(integrand: Expr) -> list[Expr]:
    """Sizes of shift worth trying: one, and the constant factors of the integrand's terms, with both signs."""
    found: list[Expr] = [S.One]
    for term in Add.make_args(integrand):
        constant = term.as_independent(*term.atoms(Pointwise), as_Add=False)[0]
        found.append(constant)
    unique = list(dict.fromkeys(found))[:5]
    return list(dict.fromkeys(c for scale in unique for c in (scale, -scale)))


def _shown(lifted: Lifted, multipliers: Multipliers, strict: bool, seconds: float) -> str:
    """Why both conditions hold for the multipliers; "" where that was not shown."""
    pairs = list(zip(multipliers.densities, lifted.densities, strict=True))
    moments = [(k, symbol, g) for k, (symbol, g) in zip(multipliers.moments, lifted.moments, strict=True)]
    rest = expand(lifted.constant - Add(*multipliers.densities, *(k * symbol for k, symbol, _ in moments)))
    if rest != 0 and not _nonnegative(rest, lifted.where, False, seconds):
        return ""
    pointwise = lifted.integrand + Add(*(c * w for c, w in pairs), *(k * g for k, _, g in moments))
    strict = strict and not (rest != 0 and _nonnegative(rest, lifted.where, True, seconds))
    if strict and not lifted.densities:
        return ""
    reason = _nonnegative(pointwise, lifted.where, strict, seconds)
    if not reason:
        return ""
    weights = [f"{c} for {w}" for c, w in pairs if c != 0] + [f"{k} for {g}" for k, _, g in moments if k != 0]
    where = "".join(f", {symbol} = Mu({g})" for symbol, g in lifted.moments)
    added = f" (multipliers {', '.join(weights)}{where})" if weights else ""
    return f"at each point {pointwise} {'>' if strict else '>='} 0{added}, by {reason}"


def _nonnegative(f: Expr, where: Where, strict: bool, seconds: float) -> str:
    """The kernel that shows f >= 0 (> 0), or ""."""
    if isinstance(f, Rational):
        return "arithmetic" if f > 0 or (f == 0 and not strict) else ""
    claim = Inequality(f, ">" if strict else ">=", Integer(0), where)
    if not plausible(f, where, strict):
        return ""
    answer = smt.decide(claim, min(1.0, seconds))
    if not isinstance(answer, Holds):
        answer = calculus.prove(claim, seconds=seconds)
    return f"{answer.method}: {answer.detail}" if isinstance(answer, Holds) else ""


__all__ = ["Lifted", "Multipliers", "lift", "prove"]
