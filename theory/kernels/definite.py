"""Exact rules for definite integrals of c x**a (1-x)**b log(x)**j log(1-x)**k exp(q(x)) cos(w x + f), term by
term.

Each rule is a theorem with its conditions, and applies only where the conditions are proved:

- Gaussian: q quadratic with negative leading coefficient, over R: moments by Stein's lemma, waves by the
characteristic
  function; over a half line or an interval: integration by parts down to erf;
- gamma: x**a exp(-c x**n) over (0, oo), a > -1, c > 0, with logarithms by differentiation in a;
- exponential: polynomial times exp(-c x) over [lower, oo) or an interval, by parts;
- beta: x**a (1-x)**b over (0, 1), a, b > -1, with logarithms by differentiation in a and b;
- power: x**a over a range of positive numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import sympy as sp
from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Mul,
    Poly,
    Pow,
    Rational,
    Symbol,
    cos,
    erf,
    exp,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from .positivity import Where, is_proved_nonnegative, is_proved_positive

LARGEST_EXPANSION = 400
ZERO = Integer(0)


class Unmatched(Exception):
    """No exact rule applies; the message says why."""


@dataclass(frozen=True)
class Range:
    """The open interval over which x runs, with the joint assumptions of the parameters (and of x)."""

    x: Symbol
    lower: Expr
    upper: Expr
    where: Where = ()

    def positive(self, expr: Expr) -> bool:
        """Whether expr > 0 is proved on the whole range."""
        if expr == self.x:
            return self.lower != -oo and is_proved_nonnegative(self.lower, self.where)
        if expr == 1 - self.x:
            return self.upper != oo and is_proved_nonnegative(1 - self.upper, self.where)
        return is_proved_positive(expr, self.where)

    @property
    def whole_line(self) -> bool:
        """Whether this is all of R."""
        return bool(self.lower == -oo and self.upper == oo)


@dataclass(frozen=True)
class Term:
    """coefficient x**power (1-x)**complement log(x)**logs log(1-x)**clogs exp(exponent) cos(wave) (no wave:
    1).
    """

    coefficient: Expr
    power: Expr = ZERO
    complement: Expr = ZERO
    logs: int = 0
    clogs: int = 0
    exponent: Expr = ZERO
    wave: Expr | None = None


def _times(left: Term, right: Term) -> list[Term]:
    product = Term(
        left.coefficient * right.coefficient,
        left.power + right.power,
        left.complement + right.complement,
        left.logs + right.logs,
        left.clogs + right.clogs,
        left.exponent + right.exponent,
    )
    if left.wave is None or right.wave is None:
        return [replace(product, wave=right.wave if left.wave is None else left.wave)]
    half = replace(product, coefficient=product.coefficient / 2)
    waves = (left.wave + right.wave).expand(), (left.wave - right.wave).expand()
    return [replace(half, wave=wave) for wave in waves]


def _product(left: list[Term], right: list[Term]) -> list[Term]:
    if len(left) * len(right) > LARGEST_EXPANSION:
        raise Unmatched("the expanded integrand has too many terms")
    return [term for a in left for b in right for term in _times(a, b)]


def terms(expr: Expr, over: Range) -> list[Term]:
    """The integrand as a sum of terms; Unmatched where it is none. Every rewriting is an equality on the
    range.
    """
    x = over.x
    if x not in expr.free_symbols:
        return [Term(expr)]
    if expr == x:
        return [Term(Integer(1), power=Integer(1))]
    if isinstance(expr, Add):
        return [term for part in expr.args for term in terms(part, over)]
    if isinstance(expr, Mul):
        return reduce(_product, (terms(part, over) for part in expr.args))
    if isinstance(expr, exp):
        return [_exponential(expr.args[0], over)]
    if isinstance(expr, Pow):
        return _power(expr, over)
    if isinstance(expr, log):
        return _logarithm(expr.args[0], over)
    if isinstance(expr, sp.cosh | sp.sinh):
        return terms(expr.rewrite(exp), over)
    if isinstance(expr, cos | sin):
        wave = expr.args[0] - (pi / 2 if isinstance(expr, sin) else 0)
        if wave.is_polynomial(x) and Poly(wave, x).degree() == 1:
            return [Term(Integer(1), wave=wave.expand())]
    raise Unmatched(f"no rule for {expr.func.__name__}")


def _power(expr: Expr, over: Range) -> list[Term]:
    base, power, x = expr.base, expr.exp, over.x
    if x in power.free_symbols:
        if x in base.free_symbols or not over.positive(base):
            raise Unmatched(f"the power {expr}")
        return [_exponential(power * log(base), over)]
    if base == x and (power.is_Integer or over.positive(x)):
        return [Term(Integer(1), power=power)]
    if power.is_Integer and 0 < power <= 24 and isinstance(base, Add):
        return reduce(_product, [terms(base, over)] * int(power))
    if isinstance(base, exp):
        return [_exponential(base.args[0] * power, over)]
    if isinstance(base, Mul) and (power.is_Integer or sum(not over.positive(part) for part in base.args) == 0):
        return reduce(_product, (terms(Pow(part, power), over) for part in base.args))
    if isinstance(base, Pow) and (power.is_Integer or over.positive(base.base)):
        return terms(Pow(base.base, base.exp * power), over)
    scale = base.subs(x, 0)
    if (base - scale * (1 - x)).expand() == 0 and over.positive(1 - x) and (power.is_Integer or over.positive(scale)):
        return [Term(Pow(scale, power), complement=power)]
    raise Unmatched(f"the power {expr}")


def _exponential(exponent: Expr, over: Range) -> Term:
    x, term, polynomial = over.x, Term(Integer(1)), []
    for part in Add.make_args(exponent.expand()):
        if part.is_polynomial(x):
            polynomial.append(part)
            continue
        rest = part / log(x)
        if x in rest.free_symbols or not over.positive(x):
            raise Unmatched(f"the exponent {part}")
        term = replace(term, power=term.power + rest)
    return replace(term, exponent=Add(*polynomial))


def _logarithm(inner: Expr, over: Range) -> list[Term]:
    x = over.x
    if x not in inner.free_symbols:
        return [Term(log(inner))]
    if inner == x and over.positive(x):
        return [Term(Integer(1), logs=1)]
    if inner == 1 - x and over.positive(1 - x):
        return [Term(Integer(1), clogs=1)]
    if isinstance(inner, exp):
        return terms(inner.args[0], over)
    if isinstance(inner, Mul) and all(over.positive(part) for part in inner.args):
        return [term for part in inner.args for term in _logarithm(part, over)]
    if isinstance(inner, Pow) and over.positive(inner.base):
        return _product(terms(inner.exp, over), _logarithm(inner.base, over))
    raise Unmatched(f"the logarithm of {inner}")


def integrate_terms(expr: Expr, over: Range) -> Expr:
    """The integral of expr over the range; Unmatched where a term has no rule or its conditions are not
    proved.
    """
    collected: dict[Term, list[Expr]] = {}
    for term in terms(expr, over):
        exponent = Poly(term.exponent, over.x)
        constant = exponent.nth(0)
        key = replace(
            term,
            coefficient=Integer(1),
            exponent=(term.exponent - constant).expand(),
            power=sp.expand(term.power),
        )
        collected.setdefault(key, []).append(term.coefficient * exp(constant))
    return Add(*(Add(*parts) * _integral(key, over) for key, parts in collected.items() if Add(*parts) != 0))


def _integral(term: Term, over: Range) -> Expr:
    degree = Poly(term.exponent, over.x).degree() if term.exponent != 0 else 0
    plain = term.logs == 0 and term.clogs == 0 and term.complement == 0
    natural = term.power.is_Integer and term.power >= 0
    if term.wave is not None and not (plain and natural and degree == 2 and over.whole_line):
        raise Unmatched("a wave outside a Gaussian integral")
    if over.whole_line:
        if plain and natural and degree == 2:
            return _gaussian(term, over)
        raise Unmatched("over the whole line only Gaussian terms are integrated")
    if (over.lower, over.upper) == (0, 1) and degree == 0:
        return _beta(term, over)
    if (over.lower, over.upper) == (0, oo) and term.complement == 0 and term.clogs == 0 and degree > 0:
        try:
            return _gamma(term, over)
        except Unmatched:
            pass
    if plain and natural and degree in (1, 2):
        return _by_parts(term, over)
    if plain and degree == 0:
        return _power_integral(term.power, over)
    raise Unmatched("no rule for this term on this range")


def _quadratic(term: Term, over: Range) -> tuple[Expr, Expr]:
    """(c, b) of the exponent -c x**2 + b x with c proved positive."""
    polynomial = Poly(term.exponent, over.x)
    c, b = -polynomial.nth(2), polynomial.nth(1)
    if not is_proved_positive(c, over.where):
        raise Unmatched(f"{c} is not proved positive, so that the Gaussian may not decay")
    return c, b


def _gaussian(term: Term, over: Range) -> Expr:
    c, b = _quadratic(term, over)
    power = int(term.power)
    if power > 40:
        raise Unmatched("the power is too large")
    mass = sqrt(pi / c) * exp(b**2 / (4 * c))
    if term.wave is not None:
        # x**k exp(b x) is the k-th derivative of exp(b x) in b, and so are the integrals.
        wave, tilt = Poly(term.wave, over.x), Dummy("tilt", real=True)
        w, phase = wave.nth(1), wave.nth(0)
        value = sqrt(pi / c) * exp((tilt**2 - w**2) / (4 * c)) * cos(w * tilt / (2 * c) + phase)
        return value.diff(tilt, power).subs(tilt, b) if power else value.subs(tilt, b)
    mean, variance = b / (2 * c), 1 / (2 * c)
    moments = [Integer(1), mean]
    for k in range(2, power + 1):
        moments.append((mean * moments[-1] + (k - 1) * variance * moments[-2]).expand())
    return mass * moments[power]


def _gamma(term: Term, over: Range) -> Expr:
    monomial = Poly(term.exponent, over.x)
    ((n,), lead), *others = monomial.terms()
    c = -lead
    if others or not is_proved_positive(c, over.where):
        raise Unmatched("the exponent is no decaying monomial")
    if not is_proved_positive(term.power + 1, over.where):
        raise Unmatched(f"the exponent {term.power} is not proved greater than -1")
    a = Dummy("a", positive=True)
    shape = (a + 1) / n
    value = gamma(shape) * c ** (-shape) / n
    if term.logs:
        value = value.diff(a, term.logs)
    return value.subs(a, term.power)


def _beta(term: Term, over: Range) -> Expr:
    for exponent in (term.power, term.complement):
        if not is_proved_positive(exponent + 1, over.where):
            raise Unmatched(f"the exponent {exponent} is not proved greater than -1")
    a, b = Dummy("a", positive=True), Dummy("b", positive=True)
    value = gamma(a + 1) * gamma(b + 1) / gamma(a + b + 2)
    if term.logs:
        value = value.diff(a, term.logs)
    if term.clogs:
        value = value.diff(b, term.clogs)
    return value.subs({a: term.power, b: term.complement}, simultaneous=True)


def _power_integral(power: Expr, over: Range) -> Expr:
    lower, upper, where = over.lower, over.upper, over.where
    natural = power.is_Integer and power >= 0
    if upper == oo:
        if lower != -oo and is_proved_positive(lower, where) and is_proved_positive(-power - 1, where):
            return lower ** (power + 1) / (-power - 1)
        raise Unmatched("the power is not proved integrable at infinity")
    if lower == -oo:
        raise Unmatched("a power up to minus infinity")
    if natural:
        return (upper ** (power + 1) - lower ** (power + 1)) / (power + 1)
    if lower == 0 and is_proved_positive(power + 1, where) and is_proved_nonnegative(upper, where):
        return upper ** (power + 1) / (power + 1)
    if not (is_proved_positive(lower, where) and is_proved_nonnegative(upper - lower, where)):
        raise Unmatched("the range of a power is not proved positive")
    if power == -1:
        return log(upper) - log(lower)
    if is_proved_positive(power + 1, where) or is_proved_positive(-power - 1, where):
        return (upper ** (power + 1) - lower ** (power + 1)) / (power + 1)
    raise Unmatched(f"{power} is not proved different from -1")


def _by_parts(term: Term, over: Range) -> Expr:
    """Polynomial times exp(linear or quadratic) on any range on which the boundary terms exist."""
    x, quadratic = over.x, Poly(term.exponent, over.x).degree() == 2
    if quadratic:
        c, b = _quadratic(term, over)
    else:
        c, b = Integer(0), Poly(term.exponent, x).nth(1)
        _check_linear_decay(b, over)

    def boundary(antiderivative: Expr, at_infinity: Expr) -> Expr:
        ends = []
        for end in (over.lower, over.upper):
            infinite = at_infinity if end == oo else -at_infinity
            ends.append(infinite if end.is_infinite else antiderivative.subs(x, end))
        return ends[1] - ends[0]

    zero, density = Integer(0), exp(term.exponent)
    if quadratic:
        scale = sqrt(pi / c) * exp(b**2 / (4 * c)) / 2
        values = [scale * boundary(erf(sqrt(c) * (x - b / (2 * c))), Integer(1))]
    else:
        values = [boundary(density / b, zero)]
    for k in range(1, int(term.power) + 1):
        edge = boundary(x ** (k - 1) * density, zero) if quadratic else boundary(x**k * density / b, zero)
        if quadratic:
            # (x**(k-1) e**q)' = (k-1) x**(k-2) e**q + (b - 2 c x) x**(k-1) e**q
            before = (k - 1) * values[k - 2] if k > 1 else zero
            values.append(((before + b * values[k - 1] - edge) / (2 * c)).expand())
        else:
            values.append((edge - Rational(k) / b * values[k - 1]).expand())
    return values[int(term.power)]


def _check_linear_decay(b: Expr, over: Range) -> None:
    down, up = is_proved_positive(-b, over.where), is_proved_positive(b, over.where)
    if not (down or up):
        raise Unmatched(f"the sign of {b} is not proved")
    if (over.upper == oo and not down) or (over.lower == -oo and not up):
        raise Unmatched("the exponential grows")
