"""What each function means to the zero test: a rewriting into generators, or an opaque generator."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import arb
from sympy import Expr, S
from sympy.core.function import AppliedUndef, UndefinedFunction

from ..measures import Mu
from . import transcendental as tr
from .functional_rules import read_functional
from .generators import Quotient, Undecided, to_fraction
from .ranges import NONNEGATIVE_RAY, POSITIVE_RAY, REAL_LINE, Range, enclosure
from .signs import sign

if TYPE_CHECKING:
    from .algebra import Reader

Rule = Callable[["Reader", Expr], Quotient]
UNIT = Range(Fraction(0), Fraction(1), False, False)
UNIT_BALL = Range(Fraction(-1), Fraction(1), False, False)
NOT_DIFFERENTIATED = (sp.Piecewise, sp.Heaviside, sp.sign, sp.floor, sp.ceiling, sp.Integral, sp.Sum, Mu)


def read_function(reader: Reader, expr: Expr) -> Quotient:
    """The element for a node that is no number, symbol, sum or product."""
    if expr.is_Pow:
        base, exponent = reader.read(expr.base), reader.read(expr.exp)
        if base.num.is_zero() and reader.field.is_integer(exponent) and sign(reader.field, exponent) == 1:
            return _indicator_of_zero(reader, exponent)  # 0^0 = 1
        return tr.power(reader.field, base, exponent)
    rule = RULES.get(expr.func)
    if rule is not None:
        try:
            return rule(reader, expr)
        except Undecided:
            # No rule applies under these assumptions: fall through to the opaque reading.
            pass
    if isinstance(expr, Mu | sp.Integral | sp.Sum | sp.Product):
        return read_functional(reader, expr)
    return _opaque(reader, expr)


def _opaque(reader: Reader, expr: Expr) -> Quotient:
    values = None
    if isinstance(expr, AppliedUndef) and isinstance(expr.func, UndefinedFunction):
        values = POSITIVE_RAY if expr.is_positive else REAL_LINE if expr.is_extended_real else None
    plain = isinstance(expr, sp.Function) and all(isinstance(arg, Expr) for arg in expr.args)
    if plain and not isinstance(expr, sp.Piecewise):
        return reader.opaque(expr.func, [reader.read(arg) for arg in expr.args], values)
    return reader.opaque(expr, (), values, depends=frozenset(expr.free_symbols))


def _rewritten(rewrite: Callable[..., Expr]) -> Rule:
    """A rule that reads another expression, valid for all arguments."""
    return lambda reader, expr: reader.read(rewrite(*expr.args))


def _exp(reader: Reader, expr: Expr) -> Quotient:
    return tr.exp(reader.field, reader.read(expr.args[0]))


def _log(reader: Reader, expr: Expr) -> Quotient:
    return tr.log(reader.field, reader.read(expr.args[0]))


def _constant(value: Callable[[], Any]) -> Rule:
    return lambda reader, expr: reader.opaque(expr, (), enclosure(value))


def _pi(reader: Reader, expr: Expr) -> Quotient:
    return tr.number_pi(reader.field)


def _wave(signs: tuple[int, int]) -> Rule:
    """(a exp(iu) + b exp(-iu)) / 2, over i for the sine."""

    def rule(reader: Reader, expr: Expr) -> Quotient:
        field = reader.field
        unit = tr.imaginary_unit(field)
        turn = tr.exp(field, field.multiply(unit, reader.read(expr.args[0])))
        back = field.power(turn, -1)
        total = field.add(turn, field.scaled(back, signs[1]))
        return field.divide(total, field.scaled(unit if signs[1] < 0 else field.one, 2))

    return rule


def _magnitude(reader: Reader, expr: Expr) -> Quotient:
    field, a = reader.field, reader.read(expr.args[0])
    if field.is_real(a):
        return tr.magnitude(field, a)
    if not is_real_tree(expr.args[0]):
        raise Undecided("not known to be real")
    return reader.opaque(
        "size", (_unsigned(reader, "size", a)[0],), NONNEGATIVE_RAY, relation=(2, field.multiply(a, a))
    )


def is_real_tree(expr: Expr) -> bool:
    """Whether only real functions of real symbols occur."""
    if expr.is_Symbol:
        return bool(expr.is_extended_real)
    if expr.is_Rational or expr in (S.Pi, S.Exp1):
        return True
    if expr.is_Pow and not expr.exp.is_Integer:
        return False
    whole = expr.is_Add or expr.is_Mul or expr.is_Pow
    return (whole or isinstance(expr, sp.sin | sp.cos | sp.tanh | sp.exp | sp.atan | sp.erf)) and all(
        is_real_tree(arg) for arg in expr.args
    )


def _sign(reader: Reader, expr: Expr) -> Quotient:
    a = reader.read(expr.args[0])
    if a.num.is_zero():
        return a
    known = sign(reader.field, a)
    if abs(known) == 2:
        return reader.field.constant(known // 2)
    return reader.opaque("sign", (a,), UNIT_BALL if reader.field.is_real(a) else None)


def _heaviside(reader: Reader, expr: Expr) -> Quotient:
    a = reader.read(expr.args[0])
    known = sign(reader.field, a)
    if abs(known) == 2:
        return reader.field.constant(int(known > 0))
    return reader.opaque("Heaviside", (a, reader.read(expr.args[1])))


def _extreme(direction: int) -> Rule:
    """max(u, v) = (u + v + |u - v|) / 2 for real arguments, and the same with a minus for min."""

    def rule(reader: Reader, expr: Expr) -> Quotient:
        field = reader.field
        elements = [reader.read(arg) for arg in sorted(expr.args, key=str)]
        result = elements[0]
        for element in elements[1:]:
            size = tr.magnitude(field, field.subtract(result, element))
            total = field.add(field.add(result, element), field.scaled(size, direction))
            result = field.scaled(total, Fraction(1, 2))
        return result

    return rule


def _delta(reader: Reader, expr: Expr) -> Quotient:
    if len(expr.args) != 2:
        raise Undecided("a delta that is restricted to a range")
    return _indicator_of_zero(reader, reader.read(expr.args[0] - expr.args[1]))


def _indicator_of_zero(reader: Reader, a: Quotient) -> Quotient:
    """1 where the element is zero, else 0."""
    field = reader.field
    if a.num.is_zero():
        return field.one
    if field.rational(a) is not None or abs(sign(field, a)) == 2:
        return field.zero
    return reader.opaque("delta", (_unsigned(reader, "delta", a)[0],), UNIT)


def _floor(reader: Reader, expr: Expr) -> Quotient:
    return _floor_of(reader, reader.read(expr.args[0]))


def _ceiling(reader: Reader, expr: Expr) -> Quotient:
    field = reader.field
    return field.negative(_floor_of(reader, field.negative(reader.read(expr.args[0]))))


def _floor_of(reader: Reader, a: Quotient) -> Quotient:
    field = reader.field
    if not field.is_real(a):
        raise Undecided("the floor of a number that is not known to be real")
    whole, rest = field.zero, a
    if a.den.is_one():
        for monomial, coefficient in a.num.terms():
            part = Quotient(field.context.from_dict({monomial: to_fraction(coefficient).__floor__()}), field.one_poly)
            if field.is_integer(part):
                whole, rest = field.add(whole, part), field.subtract(rest, part)
    constant = field.rational(rest)
    if constant is not None:
        return field.add(whole, field.constant(constant.__floor__()))
    return field.add(whole, reader.opaque("floor", (rest,), REAL_LINE, integer=True))


def _gamma(reader: Reader, expr: Expr) -> Quotient:
    return tr.gamma(reader.field, reader.read(expr.args[0]))


def _require(reader: Reader, *positive: Expr) -> None:
    for expr in positive:
        if sign(reader.field, reader.read(expr)) != 2:
            raise Undecided(f"{expr} is not known to be positive")


def _loggamma(reader: Reader, expr: Expr) -> Quotient:
    _require(reader, expr.args[0])
    return tr.log(reader.field, reader.read(sp.gamma(expr.args[0], evaluate=False)))


def _binomial(reader: Reader, expr: Expr) -> Quotient:
    n, k = expr.args
    _require(reader, n + 1)
    return reader.read(_gamma_node(n + 1) / (_gamma_node(k + 1) * _gamma_node(n - k + 1)))


def _beta(reader: Reader, expr: Expr) -> Quotient:
    a, b = expr.args if len(expr.args) == 2 else expr.args * 2
    _require(reader, a, b)
    return reader.read(_gamma_node(a) * _gamma_node(b) / _gamma_node(a + b))


def _rising(reader: Reader, expr: Expr) -> Quotient:
    x, k = expr.args
    _require(reader, x)
    return reader.read(_gamma_node(x + k) / _gamma_node(x))


def _falling(reader: Reader, expr: Expr) -> Quotient:
    x, k = expr.args
    _require(reader, x + 1)
    return reader.read(_gamma_node(x + 1) / _gamma_node(x - k + 1))


def _gamma_node(a: Expr) -> Expr:
    return sp.gamma(a, evaluate=False)


def _polygamma(reader: Reader, expr: Expr) -> Quotient:
    order, a = expr.args
    if not (order.is_Integer and 0 <= order <= 10):
        raise Undecided("a polygamma function of symbolic order")
    return tr.polygamma(reader.field, int(order), reader.read(a))


def _harmonic(reader: Reader, expr: Expr) -> Quotient:
    if len(expr.args) > 1 and expr.args[1] != 1:
        raise Undecided("a generalized harmonic number")
    n = expr.args[0]
    _require(reader, n + 1)
    return reader.read(sp.polygamma(0, n + 1) + sp.EulerGamma)


def _odd(values: Callable[[bool], Range | None]) -> Rule:
    """A rule for an odd function; values(real) is its range on real or other arguments."""

    def rule(reader: Reader, expr: Expr) -> Quotient:
        a = reader.read(expr.args[0])
        argument, direction = _unsigned(reader, expr.func, a)
        if argument.num.is_zero():
            return argument
        element = reader.opaque(expr.func, (argument,), values(reader.field.is_real(a)))
        return reader.field.scaled(element, direction)

    return rule


def _unsigned(reader: Reader, head: object, a: Quotient) -> tuple[Quotient, int]:
    """The representative of a and -a, and the sign that leads back."""
    negative = reader.field.negative(a)
    known = reader.field.find("function", (negative,), head) is not None
    flipped = known or (not a.num.is_zero() and a.num.leading_coefficient() < 0)
    if flipped and reader.field.find("function", (a,), head) is None:
        return negative, -1
    return a, 1


def _uppergamma(reader: Reader, expr: Expr) -> Quotient:
    a, x = expr.args
    _require(reader, a)
    return reader.read(_gamma_node(a) - sp.lowergamma(a, x, evaluate=False))


def _real_part(reader: Reader, expr: Expr) -> Quotient:
    a = reader.read(expr.args[0])
    if not reader.field.is_real(a):
        raise Undecided("not known to be real")
    return reader.field.zero if isinstance(expr, sp.im) else a


def _derivative(reader: Reader, expr: Expr) -> Quotient:
    if expr.expr.has(*NOT_DIFFERENTIATED) or expr.expr.atoms(AppliedUndef):
        raise Undecided("not differentiated")
    result = expr.expr.diff(*expr.variable_count)
    if result.has(sp.Derivative):
        raise Undecided("not differentiated")
    return reader.read(result)


def _hyperbolic(of_exp: Callable[[Expr, Expr], Expr]) -> Rule:
    return _rewritten(lambda u: of_exp(sp.exp(u), sp.exp(-u)))


RULES: dict[Any, Rule] = {
    sp.exp: _exp,
    sp.log: _log,
    type(S.Exp1): lambda reader, expr: tr.exp(reader.field, reader.field.one),
    type(S.Pi): _pi,
    type(S.EulerGamma): _constant(arb.const_euler),
    type(S.Catalan): _constant(arb.const_catalan),
    type(S.GoldenRatio): _rewritten(lambda: (1 + sp.sqrt(5)) / 2),
    sp.cos: _wave((1, 1)),
    sp.sin: _wave((1, -1)),
    sp.tan: _rewritten(lambda u: sp.sin(u) / sp.cos(u)),
    sp.cot: _rewritten(lambda u: sp.cos(u) / sp.sin(u)),
    sp.sec: _rewritten(lambda u: 1 / sp.cos(u)),
    sp.csc: _rewritten(lambda u: 1 / sp.sin(u)),
    sp.sinh: _hyperbolic(lambda e, f: (e - f) / 2),
    sp.cosh: _hyperbolic(lambda e, f: (e + f) / 2),
    sp.tanh: _hyperbolic(lambda e, f: (e - f) / (e + f)),
    sp.coth: _hyperbolic(lambda e, f: (e + f) / (e - f)),
    sp.sech: _hyperbolic(lambda e, f: 2 / (e + f)),
    sp.csch: _hyperbolic(lambda e, f: 2 / (e - f)),
    sp.asinh: _rewritten(lambda u: sp.log(u + sp.sqrt(u**2 + 1))),
    sp.acosh: _rewritten(lambda u: sp.log(u + sp.sqrt(u - 1) * sp.sqrt(u + 1))),
    sp.atanh: _rewritten(lambda u: (sp.log(1 + u) - sp.log(1 - u)) / 2),
    sp.acos: _rewritten(lambda u: sp.pi / 2 - sp.asin(u)),
    sp.asin: _odd(lambda real: None),
    sp.atan: _odd(lambda real: REAL_LINE if real else None),
    sp.erf: _odd(lambda real: Range(Fraction(-1), Fraction(1)) if real else None),
    sp.erfi: _odd(lambda real: REAL_LINE if real else None),
    sp.erfc: _rewritten(lambda u: 1 - sp.erf(u)),
    sp.Abs: _magnitude,
    sp.sign: _sign,
    sp.Heaviside: _heaviside,
    sp.Max: _extreme(1),
    sp.Min: _extreme(-1),
    sp.KroneckerDelta: _delta,
    sp.floor: _floor,
    sp.ceiling: _ceiling,
    sp.gamma: _gamma,
    sp.loggamma: _loggamma,
    sp.factorial: _rewritten(lambda n: _gamma_node(n + 1)),
    sp.binomial: _binomial,
    sp.beta: _beta,
    sp.RisingFactorial: _rising,
    sp.FallingFactorial: _falling,
    sp.polygamma: _polygamma,
    sp.harmonic: _harmonic,
    sp.uppergamma: _uppergamma,
    sp.re: _real_part,
    sp.im: _real_part,
    sp.conjugate: _real_part,
    sp.Derivative: _derivative,
}
