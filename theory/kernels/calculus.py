"""Inequalities by calculus: a margin that is nonnegative at one place and moves the right way on both sides of it.

A margin f >= 0 is proved by one of these, tried in this order and recursively:
- z3, with transcendental terms as unknowns (`smt.implies`);
- a factorization whose factors have known signs (found by SymPy, confirmed by z3);
- a sum of groups that are nonnegative one by one; logarithms combined (sum of c_i log a_i >= 0 iff the product of
  a_i^c_i >= 1);
- two terms of opposite signs, compared through their logarithms;
- a variable v and a place x0 (a number, an end, an expression in the other symbols) with f(x0) >= 0, df/dv >= 0 where
  v > x0 and df/dv <= 0 where v < x0.

For the last, v must run through an interval when the other symbols stand still: facts that are affine in v do that,
other facts about v are forgotten on the way. f must be differentiable inside and continuous at x0: every denominator,
logarithm, power and root that it holds is shown to be defined. Floating point only chooses what to try.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import count
from time import process_time
from typing import Any

from sympy import Abs, Add, And, Basic, Expr, Integer, Max, Min, Mul, Rational, S, Symbol, exp, expand, log
from sympy.core.relational import Relational
from sympy.polys.polyerrors import PolynomialError

from ..claims import FLIPPED, Inequality
from ..evidence import Holds, Strength, Unknown
from ..symbols import Domain, DomainSymbol, domain_of
from .floats import compiled, plausible, sample
from .forms import SMOOTH, exponentials, factored, is_affine, nodes, obligations, root
from .limits import limit_at
from .positivity import read_positive
from .smt import implies
from .translation import exponent

Facts = tuple[Basic, ...]
ANCHORS = (S.Zero, S.One, S.Half, S.NegativeOne, Integer(2))


def prove(claim: Inequality, depth: int = 5, seconds: float = 8.0) -> Holds | Unknown:
    """Whether the margin of the claim is shown to be nonnegative (positive where the claim is strict).

    seconds are of the processor, so that a busy machine changes no answer.
    """
    prover = Prover(process_time() + seconds)
    try:
        claim = _on_the_reals(claim)
        margin, where = claim.margin, claim.where
        sides = Add(claim.lhs, -claim.rhs, evaluate=False)
        if not prover.defined(sides, where, smooth=False):
            return Unknown("calculus: a side is not shown to be defined everywhere")
        if not plausible(margin, where, claim.strict):
            return Unknown("calculus: no proof found, the claim looks false at a point")
        reason = None
        for deep in range(1, min(3, depth) + 1):
            reason = reason or prover.sides(claim, where, deep)
        for deep in range(1, depth + 1):
            reason = reason or prover.sign(margin, where, claim.strict, deep)
    except OutOfTime:
        return Unknown(f"calculus: no proof within {seconds:g} s")
    except (PolynomialError, ValueError, NotImplementedError, RecursionError) as error:
        return Unknown(f"calculus: {error}")
    return Holds(Strength.PROVED, "calculus", reason) if reason else Unknown("calculus: no proof found")


class OutOfTime(Exception):
    """The prover's time is over."""


def _on_the_reals(claim: Inequality) -> Inequality:
    """The stronger claim with real symbols in place of the integer ones, and with order relations as its only facts."""
    facts = [fact for part in claim.where for fact in (part.args if isinstance(part, And) else (part,))]
    where = tuple(fact for fact in facts if isinstance(fact, Relational) and fact.rel_op in FLIPPED)
    taken = {symbol.name for symbol in claim.symbols}
    real = {}
    for symbol in claim.symbols:
        domain = domain_of(symbol)
        if domain.integer:
            name = next(name for i in count(1) if (name := symbol.name + "_" * i) not in taken)
            taken.add(name)
            real[symbol] = DomainSymbol(
                name, Domain(domain.lower, domain.upper, domain.lower_open, domain.upper_open), symbol.name
            )
    moved = tuple(fact.xreplace(real) for fact in where)
    return Inequality(claim.lhs.xreplace(real), claim.relation, claim.rhs.xreplace(real), moved)


def relation(lhs: Any, order: str, rhs: Any) -> Basic:
    """lhs order rhs, not evaluated."""
    return Relational(lhs, rhs, order, evaluate=False)


@dataclass
class Prover:
    """One search for a proof, with a deadline and a memory of what was found and what was not."""

    deadline: float
    seen: dict[Any, Any] = field(default_factory=dict)

    # ---- elementary questions ---------------------------------------------------------------------------------------
    def by_smt(self, f: Expr, order: str, facts: Facts, seconds: float = 0.3) -> bool:
        """Whether z3 shows f order 0."""
        key = ("smt", f, order, facts)
        if key not in self.seen:
            left = self.deadline - process_time()
            if left <= 0:
                raise OutOfTime
            self.seen[key] = implies(f, order, S.Zero, facts, min(seconds, left))
        return bool(self.seen[key])

    def positive(self, f: Expr, facts: Facts) -> bool:
        """Whether f > 0 by its look or by z3."""
        return read_positive(f) or self.by_smt(f, ">", facts)

    def defined(self, f: Expr, facts: Facts, smooth: bool) -> bool:
        """Whether f is continuous (differentiable) wherever the facts hold."""
        return all(
            read_positive(part)
            or self.by_smt(part, order, facts)
            or (order != "!=" and self._by_factors(part, order, facts))
            for part, order in obligations(f, smooth)
        )

    def _by_factors(self, f: Expr, order: str, facts: Facts) -> bool:
        return self.factors(f, facts, order == ">", 0) is not None

    def samples(self, symbols: tuple[Symbol, ...], facts: Facts) -> list[dict[Symbol, float]]:
        """Points in floating point where the facts hold: they say what is worth trying."""
        key = ("samples", symbols, facts)
        if key not in self.seen:
            rng = random.Random(0)
            tests = [compiled(fact.lhs - fact.rhs, symbols) for fact in facts]
            orders = [fact.rel_op for fact in facts]
            kept: list[dict[Symbol, float]] = []
            for _ in range(600):
                point = {s: sample(s, rng) for s in symbols}
                values = [test(*point.values()) for test in tests]
                if all(
                    v is not None and (v > 0 if o[0] == ">" else v < 0) for v, o in zip(values, orders, strict=True)
                ):
                    kept.append(point)
                if len(kept) == 80:
                    break
            self.seen[key] = kept
        found: list[dict[Symbol, float]] = self.seen[key]
        return found

    def looks(self, f: Expr, facts: Facts) -> int:
        """The apparent sign of f: 1 (or nothing is seen), -1, or 0 where it takes both."""
        symbols = tuple(sorted(f.free_symbols.union(*(fact.free_symbols for fact in facts)), key=str))
        fast = compiled(f, symbols)
        values = [v for point in self.samples(symbols, facts) if (v := fast(*point.values())) is not None]
        if not values:
            return 1
        slack = 1e-9 * (1 + max(abs(v) for v in values))
        above, below = any(v > slack for v in values), any(v < -slack for v in values)
        return 0 if above and below else -1 if below else 1

    # ---- the sign of a margin ---------------------------------------------------------------------------------------
    def sign(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """Why f >= 0 (> 0 where strict) under the facts, f being defined there; None where no reason was found."""
        key = ("sign", f, facts, strict, depth)
        if key not in self.seen:
            self.seen[key] = None
            self.seen[key] = self._sign(f, facts, strict, depth)
        found: str | None = self.seen[key]
        return found

    def _sign(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        if isinstance(f, Rational):
            return f"{f} >= 0" if f > 0 or (f == 0 and not strict) else None
        if read_positive(f):
            return f"{f} > 0 by its form"
        split = self._cases(f, facts, strict, depth)
        if split is not None:
            return split or None
        if self.looks(f, facts) < 0 and not (f.is_zero and not strict):
            return None
        if self.by_smt(f, ">" if strict else ">=", facts):
            return f"{f} {'>' if strict else '>='} 0 by z3"
        f = self.tidy(f, facts)
        for rule in (self.factors, self.logarithms, self.groups, self.two_terms, self.by_calculus):
            reason = rule(f, facts, strict, depth)
            if reason:
                return reason
        return None

    def _cases(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """By cases over the first absolute value, maximum or minimum; "" where a case resists, None without one."""
        corner = next((part for part in nodes(f) if isinstance(part, Abs | Max | Min)), None)
        if corner is None:
            return None
        one, two = (
            (corner.args[0], -corner.args[0])
            if isinstance(corner, Abs)
            else (corner.args[0], corner.func(*corner.args[1:]))
        )
        upper = not isinstance(corner, Min)
        reasons = [
            self.sign(f.xreplace({corner: value}), (*facts, relation(one - two, order, 0)), strict, depth)
            for value, order in ((one, ">=" if upper else "<="), (two, "<=" if upper else ">="))
        ]
        return "; ".join(f"case {i + 1}: {reason}" for i, reason in enumerate(reasons)) if all(reasons) else ""

    def factors(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """f as a product of factors of known sign."""
        product = factored(f)
        if len(product) == 1 and product[0][1] == 1:
            return None
        shown = Mul(*(base**power for base, power in product))
        if not self.by_smt(f - shown, "==", facts):
            return None
        negative, reasons = 0, []
        for base, power in product:
            even = power.is_Integer and power % 2 == 0
            if even and not strict:
                continue
            look = self.looks(base, facts)
            if even and self.by_smt(base, "!=", facts):
                continue
            reason = self.sign(base if look >= 0 else -base, facts, strict, depth)
            if not reason:
                return None
            negative += look < 0 and not even
            reasons.append(reason if "z3" not in reason and "form" not in reason else "")
        why = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
        return f"{shown} has factors of known sign" + (f" ({why})" if why else "") if negative % 2 == 0 else None

    def logarithms(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """A rational combination of logarithms, as a comparison of two products."""
        split = [term.as_coeff_Mul(rational=True) for term in Add.make_args(f)]
        terms = [(c, rest) for c, rest in split if isinstance(rest, log)]
        others = [(c, exp(rest)) for c, rest in split if not isinstance(rest, log)]
        if not terms or len(split) < 2 or depth < 1 or any(rest.has(log) for _, rest in others):
            return None
        scale = math.lcm(*(int(c.q) for c, _ in split))
        if max(abs(c * scale) for c, _ in split) > 12:
            return None
        powers = [(c * scale, rest.args[0]) for c, rest in terms] + [(c * scale, e) for c, e in others]
        above = Mul(*(base**c for c, base in powers if c > 0))
        below = Mul(*(base**-c for c, base in powers if c < 0))
        reason = self.sign(above - below, facts, strict, depth - 1)
        return (
            f"the logarithm is increasing and {above} {'>' if strict else '>='} {below}: {reason}" if reason else None
        )

    def groups(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """A sum of nonnegative groups: the terms that carry the same factor beside their logarithms."""
        held: dict[Expr, list[Expr]] = {}
        for term in Add.make_args(expand(f)):
            weight = Mul(*(part for part in Mul.make_args(term) if not isinstance(part, log)))
            held.setdefault(weight.as_coeff_Mul(rational=True)[1], []).append(term)
        groups = [Add(*terms) for terms in held.values()]
        if len(groups) < 2 or depth < 1 or any(self.looks(group, facts) <= 0 for group in groups):
            return None
        reasons = [self.sign(group, facts, strict and i == 0, depth - 1) for i, group in enumerate(groups)]
        return "a sum of nonnegative terms: " + "; ".join(r for r in reasons if r) if all(reasons) else None

    def two_terms(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """A difference of two positive terms, through their logarithms."""
        terms = Add.make_args(f)
        if len(terms) != 2 or depth < 1 or not any(exponent(part) is not None for part in nodes(f)):
            return None
        first, second = terms if self.looks(terms[0], facts) > 0 else terms[::-1]
        if not (self.positive(first, facts) and self.positive(-second, facts)):
            return None
        return self._compared(first, -second, facts, strict, depth - 1)

    def _compared(self, larger: Expr, smaller: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        difference = self.tidy(log(larger), facts) - self.tidy(log(smaller), facts)
        reason = self.sign(expand(difference), facts, strict, depth)
        return (
            f"both sides are positive; logarithms turn it into {difference} {'>' if strict else '>='} 0: {reason}"
            if reason
            else None
        )

    def sides(self, claim: Inequality, facts: Facts, depth: int) -> str | None:
        """The two sides compared through their logarithms, where both are positive and one holds a power."""
        ordered = (claim.rhs, claim.lhs) if claim.relation[0] == "<" else (claim.lhs, claim.rhs)
        larger, smaller = (exponentials(side) for side in ordered)
        if not any(
            exponent(part) is not None and part.free_symbols for side in (larger, smaller) for part in nodes(side)
        ):
            return None
        if larger.has(log) or smaller.has(log) or larger == 0 or smaller == 0:
            return None
        if not (self.positive(larger, facts) and self.positive(smaller, facts)):
            return None
        return self._compared(larger, smaller, facts, claim.strict, depth)

    # ---- normal form ------------------------------------------------------------------------------------------------
    def tidy(self, f: Expr, facts: Facts) -> Expr:
        """f with hyperbolic functions as exponentials and logarithms of products split where factors are positive."""
        key = ("tidy", f, facts)
        if key not in self.seen:
            f = exponentials(f)
            logs = {part: self._split(part, facts) for part in f.atoms(log)}
            self.seen[key] = f.xreplace(logs) if logs else f
        found: Expr = self.seen[key]
        return found

    def _split(self, logarithm: Expr, facts: Facts) -> Expr:
        argument = logarithm.args[0]
        pieces = factored(argument)
        if not self.by_smt(argument - Mul(*(base**power for base, power in pieces)), "==", facts):
            return logarithm
        total: Expr = S.Zero
        for base, power in pieces:
            if isinstance(base, exp):
                total += power * base.args[0]
            elif self.positive(base, facts):
                total += power * log(base)
            elif power.is_Integer and self.positive(-base, facts):
                total += power * log(-base)
            else:
                return logarithm
        return total

    # ---- calculus ---------------------------------------------------------------------------------------------------
    def by_calculus(self, f: Expr, facts: Facts, strict: bool, depth: int) -> str | None:
        """A variable and a place from which f rises on both sides."""
        if depth < 1 or f.has(Abs, Max, Min):
            return None
        slopes = {v: f.diff(v) for v in f.free_symbols}
        hardness = {v: (slope.has(*SMOOTH), slope.count_ops(), v.name) for v, slope in slopes.items() if slope != 0}
        for v in sorted(hardness, key=lambda v: hardness[v]):
            if process_time() > self.deadline:
                raise OutOfTime
            reason = self._along(f, v, facts, strict, depth)
            if reason:
                return reason
        return None

    def _along(self, f: Expr, v: Symbol, facts: Facts, strict: bool, depth: int) -> str | None:
        still = tuple(fact for fact in facts if not fact.has(v))
        bounds = tuple(fact for fact in facts if fact.has(v) and is_affine(fact.lhs - fact.rhs, v))
        domain = domain_of(v)
        ends = [relation(v, o, e) for o, e in ((">", domain.lower), ("<", domain.upper)) if e.is_finite]
        path = still + bounds
        if not self.defined(f, path, smooth=True):
            return None
        slope = self.tidy(f.diff(v), path)
        for x0 in self._anchors(f, slope, v, (*bounds, *ends)):
            closed = [relation((b.lhs - b.rhs).xreplace({v: x0}), b.rel_op[0] + "=", 0) for b in (*bounds, *ends)]
            if not all(implies(c.lhs, c.rel_op, 0, facts, 0.3) for c in closed):
                continue
            reason = self._from(f, slope, v, x0, facts, still, path, strict, depth)
            if reason:
                return reason
        return self._from_limit(f, slope, v, still, path, ends, strict, depth)

    def _from_limit(
        self,
        f: Expr,
        slope: Expr,
        v: Symbol,
        still: Facts,
        path: Facts,
        ends: list[Basic],
        strict: bool,
        depth: int,
    ) -> str | None:
        """f moves away from a limit that is nonnegative, at an end of the domain that does not belong to it."""
        if any(fact.has(v) for fact in path):
            return None
        domain = domain_of(v)
        for end, is_open, side, rising in (
            (domain.lower, domain.lower_open, "+", slope),
            (domain.upper, domain.upper_open, "-", -slope),
        ):
            if not is_open or self.looks(rising, path) <= 0:
                continue
            limit = limit_at(f, v, end, "+-" if end.is_infinite else side, still)
            if limit is None or not limit.is_finite or self.looks(limit, still) < 0:
                continue
            base = "0" if self.by_smt(limit, "==", still) else self.sign(limit, still, False, depth - 1)
            reason = base and self.sign(rising, path, strict, depth - 1)
            if reason:
                return f"{f} moves away from its limit {limit} at {v} = {end}, which is >= 0 ({base}): {reason}"
        return None

    def _from(
        self,
        f: Expr,
        slope: Expr,
        v: Symbol,
        x0: Expr,
        facts: Facts,
        still: Facts,
        path: Facts,
        strict: bool,
        depth: int,
    ) -> str | None:
        if self.looks(f - f.xreplace({v: x0}), path) < 1:
            return None
        if not all(self.by_smt(part.xreplace({v: x0}), order, still) for part, order in obligations(f, smooth=False)):
            return None
        start = self.tidy(f.xreplace({v: x0}), still)
        if self.looks(start, still) < 0 and not self.by_smt(start, "==", still):
            return None
        base = self.sign(start, still, True, depth - 1) if strict else None
        steep = strict and not base
        if not base:
            base = "it is 0" if self.by_smt(start, "==", still) else self.sign(start, still, False, depth - 1)
        if not base or (steep and not self.by_smt(v - x0, "!=", facts)):
            return None
        reasons = []
        mirrored = x0 == 0 and not any(fact.has(v) for fact in path) and self._even(f, v, path)
        for order, rising in ((">", slope), ("<", -slope)):
            side = (*path, relation(v, order, x0))
            if (mirrored and order == "<") or self.by_smt(v - x0, "<=" if order == ">" else ">=", path):
                continue
            reason = self.sign(rising, side, steep, depth - 1)
            if not reason:
                return None
            reasons.append(f"where {v} {order} {x0}: {reason}")
        even = "it is even; " if mirrored else ""
        return f"{f} {'>' if strict else '>='} 0: {even}at {v} = {x0} {base}; derivative in {v}: {slope}; " + "; ".join(
            reasons
        )

    def _even(self, f: Expr, v: Symbol, facts: Facts) -> bool:
        domain = domain_of(v)
        return bool(domain.lower == -domain.upper) and self.by_smt(f - f.xreplace({v: -v}), "==", facts)

    def _anchors(self, f: Expr, slope: Expr, v: Symbol, bounds: Facts) -> list[Expr]:
        """Places worth trying: ends, other symbols, small numbers, and where the derivative seems to vanish."""
        found: list[Expr] = []
        for bound in bounds:
            found += root(bound.lhs - bound.rhs, v)
        for base, _ in factored(slope):
            found += root(base, v)
        found += [s for s in sorted(f.free_symbols, key=str) if s != v]
        found += ANCHORS
        return list(dict.fromkeys(x0 for x0 in found if not x0.has(v, S.ComplexInfinity, S.NaN, S.ImaginaryUnit)))
