"""Expressions in the language of z3: rational functions, pieces, roots, and transcendental terms by abstraction.

A rational expression is carried as a numerator over a denominator, so that no division is ever handed to z3: n/d >= 0
becomes n*d >= 0. What makes the expression defined (no denominator vanishes, every logarithm meets a positive number,
every root one that is not negative) is listed, to be shown apart. A transcendental term becomes a fresh real unknown
with facts that are true of it: e^u >= 1 + u, log a <= a - 1, |sin| <= 1, the order of two logarithms is that of their
arguments, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any

import z3
from flint import arb, fmpq
from sympy import (
    Abs,
    Add,
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Heaviside,
    KroneckerDelta,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    atan,
    ceiling,
    cos,
    cosh,
    erf,
    exp,
    expand,
    floor,
    log,
    sign,
    sin,
    sinh,
    tanh,
)
from sympy import And as AndSympy
from sympy import Not as NotSympy
from sympy import Or as OrSympy
from sympy.core.relational import Relational

from ..symbols import domain_of

Ratio = tuple[Any, Any]
"""Numerator and denominator as z3 terms."""


class Untranslatable(Exception):
    """The claim holds a term that has no sound translation; the message names it."""


COMPARE: dict[str, Callable[[Any], Any]] = {
    "==": lambda t: t == 0,
    "!=": lambda t: t != 0,
    "<=": lambda t: t <= 0,
    "<": lambda t: t < 0,
    ">=": lambda t: t >= 0,
    ">": lambda t: t > 0,
}


def _bounds(ball: Any) -> tuple[Fraction, Fraction]:
    """The exact ends of a finite real ball."""

    def exact(end: Any) -> Fraction:
        mantissa, exponent = end.man_exp()
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)

    return exact(ball.lower()), exact(ball.upper())


class Translation:
    """Expressions as z3 ratios over one context; facts hold of the fresh unknowns, needed says where all is defined."""

    def __init__(self, parts: Iterable[Basic]) -> None:
        self.context = z3.Context()
        self.one = z3.RealVal(1, self.context)
        self.facts: list[Any] = []
        self.needed: list[Any] = []
        self.guards: list[Any] = []
        self.symbols: dict[Symbol, Any] = {}
        self.unknowns: dict[Any, Ratio] = {}
        self.abstracted = False
        self.integers = False
        self.steps = common_steps(parts)

    # ---- exponentials: e^(k g) for all multiples k g of one g are powers of one unknown -----------------------------
    def exponential(self, argument: Expr) -> Ratio:
        """e to the argument."""
        result: Ratio = (self.one, self.one)
        for factor, rest in exponent_terms(argument):
            if isinstance(rest, log):
                result = self.times(result, self.power(rest.args[0], factor))
                continue
            step = self.steps.get(rest, factor)
            if (factor / step).denominator != 1:
                step = Fraction(1, lcm(step.denominator, factor.denominator))
            result = self.times(result, self.whole(self._exp_unknown(rest, step), int(factor / step)))
        return result

    def _exp_unknown(self, rest: Expr, step: Fraction) -> Ratio:
        key = (exp, rest, step)
        if key not in self.unknowns:
            e = self.fresh()
            self.unknowns[key] = (e, self.one)
            self.facts.append(e > 0)
            if rest == 1:
                self._between(e, arb(fmpq(step.numerator, step.denominator)).exp())
            else:
                n, d = self.ratio(Rational(step.numerator, step.denominator) * rest)
                u = n * d
                square = d * d
                self.facts += [
                    z3.Implies(
                        d != 0,
                        z3.And(e * square >= square + u, (square - u) * e <= square, (e > 1) == (u > 0)),
                    ),
                    z3.Implies(d != 0, (e < 1) == (u < 0)),
                ]
        return self.unknowns[key]

    def _between(self, unknown: Any, ball: Any) -> None:
        low, high = _bounds(ball)
        self.facts += [unknown >= z3.RealVal(low, self.context), unknown <= z3.RealVal(high, self.context)]

    # ---- arithmetic of ratios ---------------------------------------------------------------------------------------
    def fresh(self, whole: bool = False) -> Any:
        """A fresh unknown; all but roots and whole parts lose exactness, which the caller marks."""
        return z3.FreshInt("n", self.context) if whole else z3.FreshReal("t", self.context)

    def times(self, a: Ratio, b: Ratio) -> Ratio:
        """The product."""

        def factor(x: Any, y: Any) -> Any:
            return y if x.eq(self.one) else x if y.eq(self.one) else x * y

        return factor(a[0], b[0]), factor(a[1], b[1])

    def plus(self, a: Ratio, b: Ratio) -> Ratio:
        """The sum."""
        if a[1].eq(b[1]):
            return a[0] + b[0], a[1]
        left, right = self.times((a[0], a[1]), (b[1], b[1])), self.times((b[0], b[1]), (a[1], a[1]))
        return left[0] + right[0], left[1]

    def whole(self, base: Ratio, exponent: int) -> Ratio:
        """An integer power; a negative one needs the base not to vanish."""
        if abs(exponent) > 64:
            raise Untranslatable(f"the power {exponent} is too high")
        if exponent < 0:
            self.need(base[0] != 0)
            return self.whole((base[1], base[0]), -exponent)
        return reduce(self.times, [base] * exponent, (self.one, self.one))

    def need(self, condition: Any) -> None:
        """The expression is defined only where the condition holds."""
        self.needed.append(z3.Implies(z3.And(*self.guards), condition) if self.guards else condition)

    def versus(self, relation: str, a: Ratio, b: Ratio) -> Any:
        """a relation b, given that both are defined."""
        n, d = self.plus(a, (-b[0], b[1]))
        return COMPARE[relation](n if relation in ("==", "!=") or d.eq(self.one) else n * d)

    # ---- expressions ------------------------------------------------------------------------------------------------
    def ratio(self, expr: Expr) -> Ratio:
        """The expression; what makes it defined is added to `needed`. Raises Untranslatable."""
        if isinstance(expr, Rational):
            return z3.RealVal(Fraction(int(expr.p), int(expr.q)), self.context), self.one
        if isinstance(expr, Symbol):
            return self.symbol(expr), self.one
        if isinstance(expr, Add):
            return reduce(self.plus, [self.ratio(a) for a in expr.args])
        if isinstance(expr, Mul):
            return reduce(self.times, [self.ratio(a) for a in expr.args])
        argument = exponent(expr)
        if argument is not None:
            if isinstance(expr, Pow) and not isinstance(expr, exp):
                base = self.ratio(expr.base)
                self.need(base[0] * base[1] > 0)
            self.ratio(argument)
            self.abstracted = True
            return self.exponential(argument)
        if isinstance(expr, Pow) and expr.base == 0:
            raise Untranslatable("a power of zero")
        if isinstance(expr, Pow):
            return self.power(expr.base, Fraction(int(expr.exp.p), int(expr.exp.q)))
        if isinstance(expr, Piecewise):
            return self.piecewise(expr)
        if expr in (S.Pi, S.EulerGamma, S.Catalan):
            return self.unknown(expr)
        if expr.func in _PIECES:
            return self.ratio(_PIECES[expr.func](*expr.args))
        if expr.func in (floor, ceiling):
            return self.rounded(expr)
        return self.unknown(expr)

    def symbol(self, symbol: Symbol) -> Any:
        """The symbol as a z3 term, its domain among the facts."""
        if symbol not in self.symbols:
            try:
                domain = domain_of(symbol)
            except ValueError as error:
                raise Untranslatable(str(error)) from None
            self.integers |= domain.integer
            make = z3.Int if domain.integer else z3.Real
            term = make(f"{symbol.name}#{len(self.symbols)}", self.context)
            self.symbols[symbol] = z3.ToReal(term) if domain.integer else term
            for end, relation in ((domain.lower, ">"), (domain.upper, "<")):
                if end.is_finite:
                    is_open = domain.lower_open if relation == ">" else domain.upper_open
                    own = (self.symbols[symbol], self.one)
                    self.facts.append(self.versus(relation if is_open else relation + "=", own, self.ratio(end)))
        return self.symbols[symbol]

    def power(self, base: Expr, exponent: Fraction) -> Ratio:
        """A rational power; a root is the nonnegative solution of t^q = base, which must not be negative."""
        n, d = self.ratio(base)
        if exponent.denominator == 1:
            return self.whole((n, d), exponent.numerator)
        if exponent.denominator > 8:
            raise Untranslatable(f"the root {exponent} is too high")
        key = ("root", base, exponent.denominator)
        if key not in self.unknowns:
            t = self.fresh()
            self.unknowns[key] = (t, self.one)
            raised = reduce(lambda x, y: x * y, [t] * exponent.denominator)
            self.facts.append(z3.Implies(z3.And(n * d >= 0, d != 0), z3.And(t >= 0, raised * d == n)))
        self.need(n * d >= 0)
        return self.whole(self.unknowns[key], exponent.numerator)

    def piecewise(self, expr: Piecewise) -> Ratio:
        """The first piece whose condition holds; some condition must."""
        pieces: list[tuple[Any, Ratio]] = []
        before: list[Any] = []
        for value, condition in expr.args:
            chosen = self.truth(condition)
            self.guards += [*before, chosen]
            pieces.append((chosen, self.ratio(value)))
            del self.guards[len(self.guards) - len(before) - 1 :]
            before.append(z3.Not(chosen))
        self.need(z3.Or(*(chosen for chosen, _ in pieces)))
        result = pieces[-1][1]
        for chosen, value in reversed(pieces[:-1]):
            result = (z3.If(chosen, value[0], result[0]), z3.If(chosen, value[1], result[1]))
        return result

    def rounded(self, expr: Expr) -> Ratio:
        """The whole part n <= t < n + 1, or n - 1 < t <= n for the ceiling."""
        key = (expr.func, expr.args[0])
        own = self.ratio(expr.args[0])
        if key not in self.unknowns:
            self.integers = True
            n = z3.ToReal(self.fresh(whole=True))
            self.unknowns[key] = (n, self.one)
            low, high = (n, n + 1) if expr.func == floor else (n - 1, n)
            ends = ("<=", "<") if expr.func == floor else ("<", "<=")
            between = (
                self.versus(ends[0], (low, self.one), own),
                self.versus(ends[1], own, (high, self.one)),
            )
            self.facts.append(z3.Implies(own[1] != 0, z3.And(*between)))
        return self.unknowns[key]

    def truth(self, condition: Basic) -> Any:
        """A relation, or a Boolean combination of relations."""
        if condition in (S.true, S.false):
            return z3.BoolVal(bool(condition), self.context)
        if isinstance(condition, Relational):
            return self.versus(condition.rel_op, self.ratio(condition.lhs), self.ratio(condition.rhs))
        connective = {AndSympy: z3.And, OrSympy: z3.Or, NotSympy: z3.Not}.get(condition.func)
        if connective is None:
            raise Untranslatable(f"the condition {condition}")
        return connective(*(self.truth(part) for part in condition.args))

    # ---- transcendental terms ---------------------------------------------------------------------------------------
    def unknown(self, expr: Expr) -> Ratio:
        """A transcendental term as a fresh unknown with the facts that are known of it."""
        self.abstracted = True
        if expr in (S.Pi, S.EulerGamma, S.Catalan):
            if expr not in self.unknowns:
                self.unknowns[expr] = (self.fresh(), self.one)
                constants = {S.Pi: arb.pi, S.EulerGamma: arb.const_euler, S.Catalan: arb.const_catalan}
                self._between(self.unknowns[expr][0], constants[expr]())
            return self.unknowns[expr]
        if expr.func not in (log, sin, cos, atan, erf) or len(expr.args) != 1:
            raise Untranslatable(f"no translation of {expr.func.__name__}")
        n, d = self.ratio(expr.args[0])
        if expr.func == log:
            self.need(n * d > 0)
        if expr not in self.unknowns:
            t = self.fresh()
            self.unknowns[expr] = (t, self.one)
            self._facts_of(expr, t, n, d)
        return self.unknowns[expr]

    def _facts_of(self, expr: Expr, t: Any, n: Any, d: Any) -> None:
        u, square = n * d, d * d
        if expr.func == log:
            if isinstance(expr.args[0], Rational) and expr.args[0] > 0:
                self._between(t, arb(fmpq(int(expr.args[0].p), int(expr.args[0].q))).log())
            facts = [
                t * square <= u - square,
                t * u >= u - square,
                (t > 0) == (u > square),
                (t < 0) == (u < square),
            ]
            for other, (s, _) in list(self.unknowns.items()):
                if isinstance(other, log) and other != expr:
                    m, c = self.ratio(other.args[0])
                    order = z3.And(
                        (t > s) == (n * d * c * c > m * c * d * d), (t < s) == (n * d * c * c < m * c * d * d)
                    )
                    facts.append(z3.Implies(m * c > 0, order))
            self.facts.append(z3.Implies(u > 0, z3.And(*facts)))
        elif expr.func in (sin, cos):
            self.facts.append(z3.And(t >= -1, t <= 1))
            partner = (cos if expr.func == sin else sin)(expr.args[0])
            if partner in self.unknowns:
                self.facts.append(t * t + self.unknowns[partner][0] * self.unknowns[partner][0] == 1)
        else:
            low, high = (-1, 1) if expr.func == erf else (Fraction(-11, 7), Fraction(11, 7))
            self.facts.append(z3.And(t > z3.RealVal(low, self.context), t < z3.RealVal(high, self.context)))
            self.facts.append(z3.Implies(d != 0, z3.And((t > 0) == (u > 0), (t < 0) == (u < 0))))

    # ---- questions --------------------------------------------------------------------------------------------------
    def solve(self, seconds: float, *conditions: Any) -> tuple[str, Any]:
        """Whether the facts and the conditions can be met together ("sat", "unsat", "unknown"), and a model."""
        solver = z3.Solver(ctx=self.context) if self.integers else z3.SolverFor("QF_NRA", ctx=self.context)
        solver.set("timeout", max(1, int(1000 * seconds)))
        solver.add(*self.facts, *conditions)
        try:
            answer = str(solver.check())
            return answer, solver.model() if answer == "sat" else None
        except z3.Z3Exception:
            return "unknown", None


def exponent(expr: Basic) -> Expr | None:
    """u where the expression is e^u or a power with an exponent that is not a rational number."""
    if isinstance(expr, exp):
        return expr.args[0]
    if expr is S.Exp1:
        return S.One
    if isinstance(expr, Pow) and not isinstance(expr.exp, Rational) and expr.base != 0:
        return expr.exp * log(expr.base)
    return None


def exponent_terms(argument: Expr) -> list[tuple[Fraction, Expr]]:
    """The argument as a sum of rational multiples of monomials."""
    split = [term.as_coeff_Mul(rational=True) for term in Add.make_args(expand(argument))]
    return [(Fraction(int(factor.p), int(factor.q)), rest) for factor, rest in split if factor != 0]


def common_steps(parts: Iterable[Basic]) -> dict[Expr, Fraction]:
    """For each monomial in the exponents of the parts, the greatest step that divides all its coefficients."""
    steps: dict[Expr, Fraction] = {}
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        argument = exponent(part)
        for factor, rest in exponent_terms(argument) if argument is not None else ():
            held = steps.get(rest, Fraction(0))
            numerator = gcd(held.numerator * factor.denominator, factor.numerator * held.denominator)
            steps[rest] = Fraction(numerator, held.denominator * factor.denominator)
        waiting += (_PIECES[part.func](*part.args),) if part.func in (sinh, cosh, tanh) else part.args
    return steps


def _tanh(u: Expr) -> Expr:
    return 1 - 2 / (exp(2 * u) + 1)


_PIECES: dict[Any, Callable[..., Expr]] = {
    Abs: lambda u: Piecewise((u, Ge(u, 0, evaluate=False)), (-u, True), evaluate=False),
    sign: lambda u: Piecewise((1, Gt(u, 0, evaluate=False)), (-1, Lt(u, 0, evaluate=False)), (0, True), evaluate=False),
    Max: lambda *u: reduce(lambda a, b: Piecewise((a, Ge(a, b, evaluate=False)), (b, True), evaluate=False), u),
    Min: lambda *u: reduce(lambda a, b: Piecewise((a, Le(a, b, evaluate=False)), (b, True), evaluate=False), u),
    Mod: lambda a, b: a - b * floor(a / b),
    KroneckerDelta: lambda a, b, *_: Piecewise((1, Eq(a, b, evaluate=False)), (0, True), evaluate=False),
    Heaviside: lambda u, at=S.Half: Piecewise(
        (1, Gt(u, 0, evaluate=False)), (0, Lt(u, 0, evaluate=False)), (at, True), evaluate=False
    ),
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    tanh: _tanh,
}
