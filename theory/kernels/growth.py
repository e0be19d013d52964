"""Asymptotic expansions at infinity with exact coefficients and a remainder: the calculus under `limits`.

As t grows, an expression is a finite sum of terms  c * exp(E(t)) * t**p * log(t)**l  plus a remainder of
smaller order, where
E is a sum of terms a * t**b * log(t)**d that tend to infinity and all of c, p, a, b are free of t. Sums,
products, powers, exp,
log, analytic functions at a finite limit (Taylor) and erf, gamma, digamma at infinity (enveloping series)
stay in this class.
Signs and orders are decided only where they are proved; otherwise Undecided is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key, reduce
from math import factorial
from typing import Any

import sympy as sp
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol, exp, log, pi, sqrt
from sympy.core.relational import Relational

from .positivity import Where, is_proved_positive, is_proved_zero

ZERO, ONE = Integer(0), Integer(1)
ANALYTIC = (sp.sin, sp.cos, sp.tanh, sp.sinh, sp.cosh, sp.atan, sp.erf, sp.erfc, sp.asinh)
ANALYTIC_AT_POSITIVE = (sp.gamma, sp.loggamma, sp.polygamma)


class Undecided(Exception):
    """The calculus cannot go on; the message says why."""


@dataclass(frozen=True)
class Scale:
    """exp(sum of a t**b log(t)**d) t**power log(t)**logs; growth maps (b, d) to a."""

    growth: tuple[tuple[tuple[Expr, Expr], Expr], ...] = ()
    power: Expr = ZERO
    logs: Expr = ZERO

    def __mul__(self, other: Scale) -> Scale:
        joined = dict(self.growth)
        for key, value in other.growth:
            joined[key] = (joined.get(key, ZERO) + value).expand()
        growth = tuple(sorted(((k, v) for k, v in joined.items() if v != 0), key=str))
        return Scale(growth, (self.power + other.power).expand(), (self.logs + other.logs).expand())

    def __pow__(self, r: Expr) -> Scale:
        growth = tuple((k, (v * r).expand()) for k, v in self.growth)
        return Scale(growth if r != 0 else (), (self.power * r).expand(), (self.logs * r).expand())


UNIT = Scale()


@dataclass(frozen=True)
class Series:
    """Terms (scale, coefficient), the largest first, and a remainder that is O(error); exact where error is
    None.
    """

    terms: tuple[tuple[Scale, Expr], ...]
    error: Scale | None = None


@dataclass(frozen=True)
class Expansion:
    """How far to expand in which variable, under which assumptions."""

    t: Symbol
    order: int
    where: Where = ()

    def sign(self, value: Expr) -> int:
        """The proved sign of a coefficient."""
        if value.is_Rational:
            return int(sp.sign(value))
        if is_proved_positive(value, self.where):
            return 1
        if is_proved_positive(-value, self.where):
            return -1
        if is_proved_zero(value, self.where):
            return 0
        raise Undecided(f"the sign of {value} is not proved")

    def compare(self, left: Scale, right: Scale) -> int:
        """1 where left/right tends to infinity, -1 where it tends to zero, 0 where they are the same."""
        quotient = left * right ** Integer(-1)
        growth = [(key, value) for key, value in quotient.growth if self.sign(value) != 0]
        if growth:
            by_order = cmp_to_key(self._order)
            return self.sign(max(growth, key=lambda term: by_order(term[0]))[1])
        return self.sign(quotient.power) or self.sign(quotient.logs)

    def _order(self, left: tuple[Expr, Expr], right: tuple[Expr, Expr]) -> int:
        order = self.sign(left[0] - right[0]) or self.sign(left[1] - right[1])
        if not order:
            raise Undecided("two ways of writing the same growth")
        return order

    def largest(self, scales: list[Scale]) -> Scale | None:
        """The largest of the scales; None for none."""
        return reduce(lambda a, b: a if self.compare(a, b) >= 0 else b, scales) if scales else None

    def collect(self, terms: list[tuple[Scale, Expr]], errors: list[Scale | None]) -> Series:
        """The sum of the terms, sorted, what the errors cover dropped, cut at the order."""
        summed: dict[Scale, Expr] = {}
        for scale, coefficient in terms:
            summed[scale] = summed.get(scale, ZERO) + coefficient
        kept = [(scale, c) for scale, c in summed.items() if c != 0]
        by_size = cmp_to_key(self.compare)
        kept.sort(key=lambda term: by_size(term[0]), reverse=True)
        merged: list[tuple[Scale, Expr]] = []
        for scale, c in kept:
            if merged and self.compare(merged[-1][0], scale) == 0:
                merged[-1] = (merged[-1][0], merged[-1][1] + c)
            else:
                merged.append((scale, c))
        dropped = [scale for scale, _ in merged[self.order :]][:1]
        error = self.largest([e for e in errors if e is not None] + dropped)
        if error is not None:
            merged = [(s, c) for s, c in merged[: self.order] if self.compare(s, error) > 0]
        return Series(tuple(merged), error)

    def bound(self, series: Series) -> Scale | None:
        """A scale of which the series is a bounded multiple; None where it is zero."""
        return series.terms[0][0] if series.terms else series.error

    def add(self, *parts: Series) -> Series:
        """The sum."""
        return self.collect([term for part in parts for term in part.terms], [part.error for part in parts])

    def multiply(self, left: Series, right: Series) -> Series:
        """The product."""
        terms = [(a * b, c * d) for a, c in left.terms for b, d in right.terms]
        errors: list[Scale | None] = []
        for one, other in ((left, right), (right, left)):
            bound = self.bound(other)
            if one.error is not None and bound is not None:
                errors.append(one.error * bound)
        return self.collect(terms, errors)

    def leading(self, series: Series) -> tuple[Scale, Expr, int, Series]:
        """(scale, coefficient, its sign, the series from there on), with the coefficient proved nonzero."""
        terms = series.terms
        while terms:
            sign = self.sign(terms[0][1])
            if sign:
                return *terms[0], sign, Series(terms, series.error)
            terms = terms[1:]
        raise Undecided("no leading term within the order of the expansion")

    def _relative(self, series: Series) -> tuple[Scale, Expr, int, Series]:
        """(s, c, sign, e) with series = c s (1 + e), e tending to zero."""
        scale, c, sign, rest = self.leading(series)
        inverse = scale ** Integer(-1)
        error = None if rest.error is None else rest.error * inverse
        if error is not None and self.compare(error, UNIT) >= 0:
            raise Undecided("the remainder hides the leading term")
        return scale, c, sign, Series(tuple((s * inverse, d / c) for s, d in rest.terms[1:]), error)

    def compose(self, coefficients: list[Expr], small: Series) -> Series:
        """The sum of coefficients[k] small**k, for an analytic function of a series that tends to zero."""
        if not small.terms and small.error is None:
            return Series(((UNIT, coefficients[0]),) if coefficients[0] != 0 else ())
        power, total = Series(((UNIT, ONE),)), Series(())
        for c in coefficients:
            total = self.add(total, Series(tuple((s, c * d) for s, d in power.terms), power.error))
            power = self.multiply(power, small)
        bound = self.bound(small)
        assert bound is not None
        return self.collect(list(total.terms), [total.error, bound ** Integer(len(coefficients))])

    def power(self, base: Series, r: Expr) -> Series:
        """base**r for an exponent free of t."""
        if r == 0:
            return Series(((UNIT, ONE),))
        if r.is_Integer and 0 < r <= 6:
            return reduce(self.multiply, [base] * int(r))
        scale, c, sign, small = self._relative(base)
        if sign < 0 and not r.is_Integer:
            raise Undecided("a broken power of a negative quantity")
        series = self.compose([sp.ff(r, k) / factorial(k) for k in range(self.order)], small)
        return self.multiply(Series(((scale**r, c**r),)), series)

    def split(self, series: Series) -> tuple[list[tuple[Scale, Expr]], Expr, Series]:
        """(terms that tend to infinity, the constant, what tends to zero)."""
        if series.error is not None and self.compare(series.error, UNIT) >= 0:
            raise Undecided("the remainder does not tend to zero")
        large = [(s, c) for s, c in series.terms if self.compare(s, UNIT) > 0 and self.sign(c) != 0]
        constant = Add(*(c for s, c in series.terms if self.compare(s, UNIT) == 0))
        small = tuple((s, c) for s, c in series.terms if self.compare(s, UNIT) < 0)
        return large, constant, Series(small, series.error)

    def exponential(self, series: Series) -> Series:
        """exp(series)."""
        large, constant, small = self.split(series)
        scale = UNIT
        for s, c in large:
            if s.growth:
                raise Undecided("an iterated exponential")
            if s.power == 0 and s.logs == 1:
                scale = scale * Scale((), c)
            elif self.sign(s.power) > 0 or self.sign(s.logs - 1) > 0:
                scale = scale * Scale((((s.power, s.logs), c),))
            else:
                raise Undecided("an exponential between the powers of log t and of t")
        tail = self.compose([Rational(1, factorial(k)) for k in range(self.order)], small)
        return self.multiply(Series(((scale, exp(constant)),)), tail)

    def logarithm(self, series: Series) -> Series:
        """log(series), for a series that is eventually positive."""
        scale, c, sign, small = self._relative(series)
        if sign < 0 or scale.logs != 0:
            raise Undecided("the logarithm of a negative quantity, or an iterated one")
        terms = [(Scale((), b, d), a) for (b, d), a in scale.growth]
        terms += [(Scale((), ZERO, ONE), scale.power), (UNIT, log(c))]
        tail = self.compose([ZERO, *(Rational((-1) ** (k + 1), k) for k in range(1, self.order + 1))], small)
        return self.add(self.collect(terms, []), tail)

    def expand(self, expr: Expr) -> Series:
        """The expansion of an expression."""
        t = self.t
        if t not in expr.free_symbols:
            return Series(((UNIT, expr),) if expr != 0 else ())
        if expr == t:
            return Series(((Scale((), ONE), ONE),))
        if isinstance(expr, Add):
            return self.add(*(self.expand(part) for part in expr.args))
        if isinstance(expr, Mul):
            return reduce(self.multiply, (self.expand(part) for part in expr.args))
        if isinstance(expr, Pow):
            if t in expr.exp.free_symbols:
                return self.exponential(self.multiply(self.expand(expr.exp), self.logarithm(self.expand(expr.base))))
            return self.power(self.expand(expr.base), expr.exp)
        if isinstance(expr, exp):
            return self.exponential(self.expand(expr.args[0]))
        if isinstance(expr, log):
            return self.logarithm(self.expand(expr.args[0]))
        return self._function(expr)

    def _function(self, expr: Expr) -> Series:
        kind, t = expr.func, self.t
        if kind is sp.Piecewise:
            return self._cases(expr)
        if kind in (sp.factorial, sp.binomial, sp.beta):
            return self.expand(expr.rewrite(sp.gamma))
        if kind is sp.Max or kind is sp.Min:
            return reduce(lambda a, b: self._extreme(a, b, kind is sp.Max), (self.expand(p) for p in expr.args))
        if kind is sp.polygamma and (t in expr.args[0].free_symbols or expr.args[0] != 0):
            raise Undecided("polygamma of higher order")
        inner = self.expand(expr.args[-1])
        if kind in (sp.Abs, sp.sign, sp.Heaviside):
            _, _, sign, rest = self.leading(inner)
            self._relative(inner)
            if kind is sp.Abs:
                return self.multiply(Series(((UNIT, Integer(sign)),)), rest)
            return Series(((UNIT, Integer(sign if kind is sp.sign else (1 + sign) // 2)),))
        large, constant, small = self.split(inner) if self._settles(inner) else ([(UNIT, ONE)], ZERO, inner)
        if large:
            return self._at_infinity(kind, expr.args[-1], inner)
        positive = kind in ANALYTIC_AT_POSITIVE and is_proved_positive(constant, self.where)
        if kind not in ANALYTIC and not positive:
            raise Undecided(f"no expansion of {kind.__name__}")
        u = sp.Dummy("u", real=True)
        outer = kind(*expr.args[:-1], u)
        derivatives = [outer.diff(u, k) if k else outer for k in range(self.order)]
        return self.compose([d.subs(u, constant) / factorial(k) for k, d in enumerate(derivatives)], small)

    def _cases(self, expr: Expr) -> Series:
        """The branch whose condition holds from some t on."""
        for branch, condition in expr.args:
            if self._eventually(condition):
                return self.expand(branch)
        raise Undecided("no case applies")

    def _eventually(self, condition: Any) -> bool:
        """Whether the condition holds for all large t (or fails for all of them)."""
        if condition in (sp.true, sp.false):
            return bool(condition)
        if not isinstance(condition, Relational):
            raise Undecided(f"the condition {condition}")
        difference = condition.lhs - condition.rhs
        sign = 0 if is_proved_zero(difference, self.where) else self._relative(self.expand(difference))[2]
        return bool(Relational(Integer(sign), ZERO, condition.rel_op))

    def _settles(self, series: Series) -> bool:
        return series.error is None or self.compare(series.error, UNIT) < 0

    def _extreme(self, left: Series, right: Series, largest: bool) -> Series:
        minus = self.multiply(Series(((UNIT, Integer(-1)),)), right)
        _, _, sign, _ = self._relative(self.add(left, minus))
        return left if (sign > 0) == largest else right

    def _at_infinity(self, kind: Any, argument: Expr, inner: Series) -> Series:
        if kind in (sp.sin, sp.cos):
            return Series((), UNIT)
        if kind in (sp.sinh, sp.cosh, sp.tanh):
            return self.expand(kind(argument).rewrite(exp))
        scale, _, sign, _ = self._relative(inner)
        if self.compare(scale, UNIT) <= 0:
            raise Undecided("the argument does not tend to infinity")
        if kind is sp.atan:
            return self.expand(sign * pi / 2 - sp.atan(1 / argument))
        if kind in (sp.erf, sp.erfc):
            upper = self._erfc(sign * argument)
            if kind is sp.erfc and sign > 0:
                return upper
            offset, factor = (Integer(2), -1) if kind is sp.erfc else (Integer(sign), -sign)
            scaled = self.multiply(Series(((UNIT, Integer(factor)),)), upper)
            return self.add(Series(((UNIT, offset),)), scaled)
        if sign > 0 and kind in ANALYTIC_AT_POSITIVE:
            return self._stirling(kind, argument, inner)
        raise Undecided(f"no expansion of {kind.__name__} at infinity")

    def _erfc(self, u: Expr) -> Series:
        """The enveloping series of erfc: the remainder is no larger than the first term left out."""
        count = self.order
        factor = self.expand(exp((-(u**2)).expand()) / (u * sqrt(pi)))
        coefficients = [Rational((-1) ** k * factorial(2 * k), factorial(k) * 4**k) for k in range(count)]
        inverse = self.expand(1 / u**2)
        return self.multiply(factor, self.compose(coefficients, inverse))

    def _stirling(self, kind: Any, u: Expr, inner: Series) -> Series:
        """Stirling's enveloping series of log gamma, and its derivative's."""
        inverse = self.expand(1 / u**2)
        if kind is sp.polygamma:
            terms = [-sp.bernoulli(2 * k) / (2 * k) if k else ZERO for k in range(self.order)]
            return self.add(self.expand(log(u) - 1 / (2 * u)), self.compose(terms, inverse))
        terms = [sp.bernoulli(2 * k) / (2 * k * (2 * k - 1)) if k else ZERO for k in range(self.order)]
        correction = self.multiply(inner, self.compose(terms, inverse))
        result = self.add(self.expand((u - Rational(1, 2)) * log(u) - u + log(2 * pi) / 2), correction)
        return self.exponential(result) if kind is sp.gamma else result
