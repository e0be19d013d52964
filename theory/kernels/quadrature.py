"""Rigorous integration in balls: an enclosure of a definite integral at one point of its parameters, tails
included.

On a finite range `acb.integral` encloses the integral. An infinite range is cut where an envelope, a sum of
terms
C x**p exp(q(x)) that dominates the integrand beyond the cut, has a provably small integral; a singular end c
is moved to
infinity by x = c + 1/t and cut there in the same way. Whatever has no envelope is refused with ValueError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import comb
from typing import Any

import sympy as sp
from flint import acb, arb, ctx, fmpq
from sympy import Add, Expr, Integral, Mul, Pow, Rational, Symbol, oo

CONSTANTS: dict[Any, Callable[[], Any]] = {
    sp.pi: arb.pi,
    sp.E: arb.const_e,
    sp.EulerGamma: arb.const_euler,
    sp.Catalan: arb.const_catalan,
}
ENTIRE = {
    sp.exp: "exp",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.erf: "erf",
    sp.erfc: "erfc",
}
MEROMORPHIC = {
    sp.tan: "tan",
    sp.cot: "cot",
    sp.tanh: "tanh",
    sp.coth: "coth",
    sp.gamma: "gamma",
    sp.erfi: "erfi",
}
BRANCHED = {
    sp.log: "log",
    sp.asin: "asin",
    sp.acos: "acos",
    sp.atan: "atan",
    sp.asinh: "asinh",
    sp.loggamma: "lgamma",
}
KINKED = {sp.Abs: "real_abs", sp.sign: "real_sgn", sp.Heaviside: "real_heaviside"}


TOLERANCE_BITS = 60
"""The accuracy aimed at; what is reached is in the radius of the answer."""


class Refused(ValueError):
    """The quadrature cannot enclose this integral; the message says why."""


def ball(expr: Expr, at: Mapping[Symbol, Any], analytic: bool = False) -> Any:
    """An enclosure (acb) of the expression; not finite where it may have a pole or, if `analytic`, a branch or kink.

    Raises Refused for a function that it does not know.
    """
    if isinstance(expr, Rational):
        return acb(arb(fmpq(int(expr.p), int(expr.q))))
    if expr in CONSTANTS:
        return acb(CONSTANTS[expr]())
    if isinstance(expr, Symbol):
        if expr not in at:
            raise Refused(f"{expr} has no value")
        return at[expr]
    if isinstance(expr, Pow):
        return _power(expr, at, analytic)
    parts = [ball(part, at, analytic) for part in expr.args]
    if isinstance(expr, Add):
        return sum(parts, acb(0))
    if isinstance(expr, Mul):
        return reduce(lambda a, b: a * b, parts, acb(1))
    return _function(expr, parts, analytic)


def _power(expr: Expr, at: Mapping[Symbol, Any], analytic: bool) -> Any:
    base = ball(expr.base, at, analytic)
    if expr.exp.is_Integer:
        return base ** int(expr.exp)
    if expr.exp == Rational(1, 2):
        return base.sqrt(analytic=analytic)
    return base.pow(ball(expr.exp, at, analytic), analytic=analytic)


def _function(expr: Expr, parts: list[Any], analytic: bool) -> Any:
    kind = expr.func
    if kind in ENTIRE or kind in MEROMORPHIC:
        return getattr(parts[0], {**ENTIRE, **MEROMORPHIC}[kind])()
    if kind is sp.log:
        return parts[0].log(analytic=analytic)
    if kind in BRANCHED:
        # Where the cuts may be touched there is no analytic value.
        if analytic and not _clear_of_cuts(kind, parts[0]):
            return acb("nan")
        return getattr(parts[0], BRANCHED[kind])()
    if kind in KINKED:
        return getattr(parts[0], KINKED[kind])(analytic=analytic)
    if kind is sp.Max or kind is sp.Min:
        name = "real_max" if kind is sp.Max else "real_min"
        return reduce(lambda a, b: getattr(a, name)(b, analytic=analytic), parts)
    if kind is sp.polygamma and expr.args[0].is_Integer and expr.args[0] >= 0:
        order = int(expr.args[0])
        return parts[1].digamma() if order == 0 else parts[1].polygamma(order)
    if kind is sp.beta:
        return parts[0].gamma() * parts[1].gamma() / (parts[0] + parts[1]).gamma()
    if kind is sp.factorial:
        return (parts[0] + 1).gamma()
    if kind is sp.binomial:
        return (parts[0] + 1).gamma() * (parts[1] + 1).rgamma() * (parts[0] - parts[1] + 1).rgamma()
    raise Refused(f"no ball arithmetic for {kind.__name__}")


def _clear_of_cuts(kind: Any, z: Any) -> bool:
    real, imaginary = z.real, z.imag
    if kind is sp.loggamma:
        return bool(real > 0)
    if kind in (sp.asin, sp.acos):
        return bool(real < 1 and real > -1)
    return bool(imaginary < 1 and imaginary > -1)


def real_ball(expr: Expr, at: Mapping[Symbol, Any]) -> Any:
    """An enclosure (arb) of a real expression; Refused where there is none."""
    value = ball(expr, at)
    if not value.is_finite() or not value.imag.contains(0):
        raise Refused(f"no finite real enclosure of {expr}")
    return value.real


@dataclass(frozen=True)
class Envelope:
    """C x**p exp(q(x)), an upper bound of an absolute value on [R, oo); q by its coefficients, constant
    first.
    """

    constant: Any
    power: Any
    exponent: tuple[Any, ...] = ()

    def times(self, other: Envelope) -> Envelope:
        """The product of two bounds."""
        size = max(len(self.exponent), len(other.exponent))
        mine, its = (e + (arb(0),) * (size - len(e)) for e in (self.exponent, other.exponent))
        return Envelope(
            self.constant * other.constant,
            self.power + other.power,
            tuple(a + b for a, b in zip(mine, its, strict=True)),
        )

    def tail(self, cut: Any) -> Any:
        """An upper bound of its integral over [cut, oo); Refused where none is found."""
        if self.constant.is_zero():
            return arb(0)
        exponent = list(self.exponent)
        while exponent and exponent[-1].is_zero():
            exponent.pop()
        if len(exponent) <= 1:
            if not self.power < -1:
                raise Refused(f"no integrable envelope: x**{self.power}")
            factor = exponent[0].exp() if exponent else arb(1)
            return self.constant * factor * cut ** (self.power + 1) / (-self.power - 1)
        slope = _shifted([exponent[k] * k for k in range(1, len(exponent))], cut)
        if not all(c <= 0 for c in slope[1:]):
            raise Refused("the envelope does not decay from the cut on")
        positive_part = self.power.max(arb(0)) / cut
        rate = -(slope[0] + positive_part)
        if not rate > 0:
            raise Refused("the envelope does not decay from the cut on")
        value = sum((c * cut**k for k, c in enumerate(exponent)), arb(0))
        return self.constant * cut**self.power * value.exp() / rate


def _shifted(coefficients: list[Any], by: Any) -> list[Any]:
    """The coefficients of p(x + by)."""
    size = len(coefficients)
    return [sum((coefficients[j] * comb(j, k) * by ** (j - k) for j in range(k, size)), arb(0)) for k in range(size)]


def envelope(expr: Expr, x: Symbol, cut: Any) -> list[Envelope]:
    """Terms whose sum bounds |expr| for all x >= cut >= 1; expr holds no other symbol. Refused where none
    is found.
    """
    if x not in expr.free_symbols:
        return [Envelope(abs(real_ball(expr, {})), arb(0))]
    if expr == x:
        return [Envelope(arb(1), arb(1))]
    if isinstance(expr, Add | sp.Max | sp.Min):
        return [bound for part in expr.args for bound in envelope(part, x, cut)]
    if isinstance(expr, Mul):
        return reduce(_products, (envelope(part, x, cut) for part in expr.args))
    if isinstance(expr, Pow) and x not in expr.exp.free_symbols:
        return _power_envelope(expr, x, cut)
    if isinstance(expr, sp.exp):
        return [_exponential_envelope(expr.args[0], x, cut)]
    if isinstance(expr, sp.log):
        return _log_envelope(expr.args[0], x, cut)
    if isinstance(expr, sp.Abs):
        return envelope(expr.args[0], x, cut)
    if isinstance(expr, sp.sin | sp.cos | sp.erf | sp.tanh | sp.Heaviside | sp.sign | sp.atan | sp.erfc):
        return [Envelope(arb(2), arb(0))]
    return [Envelope(_bounded(expr, x, cut), arb(0))]


def _products(left: list[Envelope], right: list[Envelope]) -> list[Envelope]:
    if len(left) * len(right) > 400:
        raise Refused("the envelope has too many terms")
    return [a.times(b) for a in left for b in right]


def _bounded(expr: Expr, x: Symbol, cut: Any) -> Any:
    """A bound of |expr| on [cut, oo) by its values at x = 1/u for u in [0, 1/cut]."""
    u = Symbol("u", positive=True)
    inverse = (1 / cut).upper()
    value = ball(expr.subs(x, 1 / u), {u: acb(arb(0).union(inverse))})
    if not value.is_finite():
        raise Refused(f"no bound of {expr} at infinity")
    return value.abs_upper()


def _leading(expr: Expr, x: Symbol, cut: Any) -> tuple[int, Any]:
    """(d, g) with expr = x**d g, g a ball for all x >= cut; for sums of integer powers of x."""
    u = Symbol("u", positive=True)
    series = expr.subs(x, 1 / u).expand()
    powers = [term.as_coeff_exponent(u)[1] for term in Add.make_args(series)]
    if not all(power.is_Integer for power in powers):
        raise Refused(f"no leading power of {expr}")
    lowest = min(powers)
    rest = (series / u**lowest).expand()
    value = ball(rest, {u: acb(arb(0).union((1 / cut).upper()))})
    return -int(lowest), value.real


def _power_envelope(expr: Expr, x: Symbol, cut: Any) -> list[Envelope]:
    if expr.exp.is_Integer and 0 < expr.exp <= 12:
        return reduce(_products, [envelope(expr.base, x, cut)] * int(expr.exp))
    power = real_ball(expr.exp, {})
    if isinstance(expr.base, Add) and power < 0 and all(_is_signed(part) for part in expr.base.args):
        # A sum of positive terms is at least its constant.
        constant = Add(*(part for part in expr.base.args if x not in part.free_symbols))
        if constant != 0:
            return [Envelope((real_ball(constant, {}) ** power).abs_upper(), arb(0))]
    degree, rest = _leading(expr.base, x, cut)
    if not rest > 0:
        if not (expr.exp.is_Integer and rest < 0):
            raise Refused(f"{expr.base} may vanish")
        rest = -rest
    return [Envelope((rest**power).abs_upper(), power * degree)]


def _exponential_envelope(exponent: Expr, x: Symbol, cut: Any) -> Envelope:
    polynomial: list[Expr] = []
    rest: list[Expr] = []
    exponent = _unfolded(exponent, x, cut)
    for term in Add.make_args(exponent.expand()):
        (polynomial if term.is_polynomial(x) else rest).append(term)
    coefficients = sp.Poly(Add(*polynomial), x).all_coeffs()[::-1]
    factor = _bounded(sp.exp(Add(*rest)), x, cut) if rest else arb(1)
    return Envelope(factor, arb(0), tuple(real_ball(c, {}) for c in coefficients))


def _unfolded(expr: Expr, x: Symbol, cut: Any) -> Expr:
    """The expression with each modulus written with the sign that its argument has for all x >= cut."""
    signs = {}
    for modulus in expr.atoms(sp.Abs):
        _, rest = _leading(modulus.args[0], x, cut)
        if rest > 0 or rest < 0:
            signs[modulus] = modulus.args[0] if rest > 0 else -modulus.args[0]
    return expr.xreplace(signs)


def _is_signed(part: Expr) -> bool:
    """Whether a factor or term is positive by its form: an exponential, or a positive rational."""
    if isinstance(part, Mul):
        return all(_is_signed(factor) for factor in part.args)
    return isinstance(part, sp.exp) or (part.is_Rational and bool(part > 0))


def _log_envelope(inner: Expr, x: Symbol, cut: Any) -> list[Envelope]:
    # log(1 + exp(u)) <= log 2 + |u|, and log y <= 32 y**(1/32) for y >= 1.
    if isinstance(inner, Add) and len(inner.args) == 2 and sp.Integer(1) in inner.args:
        other = inner - 1
        if isinstance(other, sp.exp):
            return [Envelope(arb(2).log(), arb(0)), *envelope(other.args[0], x, cut)]
    if isinstance(inner, sp.exp):
        return envelope(inner.args[0], x, cut)
    if isinstance(inner, Mul) and all(_is_signed(part) for part in inner.args):
        return [bound for part in inner.args for bound in envelope(sp.log(part), x, cut)]
    degree, rest = _leading(inner, x, cut)
    if not rest > 0:
        raise Refused(f"{inner} may not be positive")
    return [Envelope(arb(32 * abs(degree)), arb(1) / 32), Envelope(rest.log().abs_upper(), arb(0))]


def _cut(expr: Expr, x: Symbol, least: Any) -> tuple[Any, Any]:
    """A cut beyond `least` and a bound of the integral of |expr| over [cut, oo)."""
    best, refusal = None, Refused("no envelope")
    beyond = Symbol(f"{x.name}_beyond", positive=True)
    expr, x = expr.subs(x, beyond), beyond
    for exponent in (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 32, 48, 64):
        cut = arb(2) ** exponent
        if not cut >= least:
            continue
        try:
            tail = sum((bound.tail(cut) for bound in envelope(expr, x, cut)), arb(0)).abs_upper()
        except Refused as reason:
            refusal = reason
            continue
        if tail.is_finite():
            best = (cut, tail)
            if tail < arb(2) ** -60:
                return best
    if best is None:
        raise refusal
    return best


def _finite(f: Expr, x: Symbol, lower: Any, upper: Any) -> Any:
    value = acb.integral(
        lambda z, analytic: ball(f, {x: z}, analytic),
        acb(lower),
        acb(upper),
        rel_tol=arb(2) ** -TOLERANCE_BITS,
        abs_tol=arb(2) ** -TOLERANCE_BITS,
        eval_limit=20000,
        depth_limit=400,
    )
    if not value.is_finite():
        raise Refused("the ball integration did not converge")
    return value.real


def _plus_minus(bound: Any) -> Any:
    return arb(0, bound.upper()) if hasattr(bound, "upper") else arb(0, bound)


def _singular(f: Expr, x: Symbol, end: Any) -> bool:
    """Whether the integrand has no finite enclosure around this end."""
    nearby = arb(end.mid(), (end.rad() + arb(2) ** -20).upper())
    return not ball(f, {x: acb(nearby)}).is_finite()


def rigorous(integral: Integral, point: Mapping[Symbol, Any], bits: int = 128) -> Any:
    """An enclosure (arb) of a one-variable definite integral at rational values of its parameters.

    Raises Refused (a ValueError) where an end is too singular, the tail has no envelope, or a function is not
    known.
    """
    (x, lower, upper), *more = integral.limits
    if more:
        raise Refused("one variable at a time")
    t = Symbol(f"{x.name}_t", real=True)
    values = {symbol: Rational(value) for symbol, value in point.items() if symbol != x}
    f = integral.function.subs(values).subs(x, t)
    low, high = lower.subs(values), upper.subs(values)
    saved, ctx.prec = ctx.prec, bits
    try:
        return _ranged(f, t, low, high)
    finally:
        ctx.prec = saved


def _ranged(f: Expr, x: Symbol, low: Expr, high: Expr) -> Any:
    if low == -oo and high == oo:
        return _ranged(f, x, sp.Integer(0), oo) + _ranged(f.xreplace({x: -x}), x, sp.Integer(0), oo)
    if low == -oo:
        return _ranged(f.xreplace({x: -x}), x, -high, oo)
    start = real_ball(low, {})
    if high == oo:
        cut, tail = _cut(f, x, start + 1)
        return _from_left(f, x, low, start, cut) + _plus_minus(tail)
    end = real_ball(high, {})
    if not end > start:
        return _reversed_or_empty(f, x, low, high, start, end)
    if not _singular(f, x, end):
        return _from_left(f, x, low, start, end)
    middle = (low + high) / 2
    left = _from_left(f, x, low, start, real_ball(middle, {}))
    mirrored = f.subs(x, high - x)
    return left + _from_left(mirrored, x, sp.Integer(0), arb(0), real_ball(high - middle, {}))


def _reversed_or_empty(f: Expr, x: Symbol, low: Expr, high: Expr, start: Any, end: Any) -> Any:
    if low == high:
        return arb(0)
    if end < start:
        return -_ranged(f, x, high, low)
    raise Refused("the ends of the range cannot be told apart")


def _from_left(f: Expr, x: Symbol, low: Expr, start: Any, end: Any) -> Any:
    """The integral over [start, end], the left end possibly singular."""
    if not _singular(f, x, start):
        return _finite(f, x, start, end)
    beyond = Symbol(f"{x.name}_inverse", positive=True)
    cut, tail = _cut(f.subs(x, low + 1 / beyond) / beyond**2, beyond, 1 / (end - start))
    inner = _finite(f.subs(x, low + x), x, 1 / cut, end - start)
    return inner + _plus_minus(tail)
