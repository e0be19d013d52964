"""Interval arithmetic with exact ends that may be infinite or left out: what boxes up to the edge of a domain need.

An interval is the set of reals between two ends; an open end is not attained, an infinite one never is. So log
maps (0, 1] to (-oo, 0], while log of [0, 1] has no value. Ends are exact dyadic numbers, rounded outwards; a
rounded end counts as attained, which is the cautious reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq

from .ballfunctions import FUNCTIONS, Straddles, Undefined
from .programs import Program, straight_line

INFINITE = arb.pos_inf()


@dataclass(frozen=True, slots=True)
class Interval:
    """The reals from lower to upper, exact `arb` numbers or infinities; the flags say which ends are not attained."""

    lower: Any
    upper: Any
    lower_open: bool = False
    upper_open: bool = False

    @property
    def bounded(self) -> bool:
        """Whether both ends are finite."""
        return bool(self.lower.is_finite() and self.upper.is_finite())

    @property
    def nonnegative(self) -> bool:
        """Whether no number of the interval is negative."""
        return bool(self.lower >= 0)

    @property
    def positive(self) -> bool:
        """Whether every number of the interval is positive."""
        return bool(self.lower > 0 or (self.lower >= 0 and self.lower_open))

    def ball(self) -> Any:
        """A ball that holds the interval; raises Straddles for an unbounded one."""
        if not self.bounded:
            raise Straddles
        return self.lower.union(self.upper) if self.lower != self.upper else self.lower


def of_ball(ball: Any) -> Interval:
    """The interval of a finite ball."""
    if not ball.is_finite():
        raise Straddles
    return Interval(ball.lower(), ball.upper())


def point(number: Any) -> Interval:
    """The interval of one rational (any SymPy Rational), or a tiny one around it."""
    return of_ball(arb(fmpq(int(number.p), int(number.q))))


def _end(ball: Any, up: bool, is_open: bool) -> tuple[Any, bool]:
    """A bound from a ball: the ball's outer end; open only if nothing was rounded. Infinite ends are open."""
    if ball.is_nan():
        raise Straddles
    if not ball.is_finite():
        return (INFINITE if up else -INFINITE), True
    return (ball.upper() if up else ball.lower()), is_open and bool(ball.is_exact())


def _make(low: Any, high: Any, low_open: bool, high_open: bool) -> Interval:
    (lower, lower_open), (upper, upper_open) = _end(low, False, low_open), _end(high, True, high_open)
    return Interval(lower, upper, lower_open, upper_open)


def negated(a: Interval) -> Interval:
    """All -x."""
    return Interval(-a.upper, -a.lower, a.upper_open, a.lower_open)


def add(a: Interval, b: Interval) -> Interval:
    """All x + y."""
    low = -INFINITE if not (a.lower.is_finite() and b.lower.is_finite()) else a.lower + b.lower
    high = INFINITE if not (a.upper.is_finite() and b.upper.is_finite()) else a.upper + b.upper
    return _make(low, high, a.lower_open or b.lower_open, a.upper_open or b.upper_open)


def multiply(a: Interval, b: Interval) -> Interval:
    """All x * y; zero times an unbounded interval is zero, for its numbers are finite."""
    products = []
    for x, x_open in ((a.lower, a.lower_open), (a.upper, a.upper_open)):
        for y, y_open in ((b.lower, b.lower_open), (b.upper, b.upper_open)):
            if x == 0 or y == 0:
                attained = (x == 0 and not x_open) or (y == 0 and not y_open)
                products.append((arb(0), not attained))
            elif x.is_finite() and y.is_finite():
                products.append((x * y, x_open or y_open))
            else:
                products.append((INFINITE if (x > 0) == (y > 0) else -INFINITE, True))
    ends = [(_end(p, False, o), _end(p, True, o)) if p.is_finite() else _infinite(p) for p, o in products]
    lower, lower_open = _extreme([low for low, _ in ends], up=False)
    upper, upper_open = _extreme([high for _, high in ends], up=True)
    return Interval(lower, upper, lower_open, upper_open)


def _infinite(p: Any) -> tuple[tuple[Any, bool], tuple[Any, bool]]:
    """Both bounds from a product without a finite ball: an infinity, or one so large that it overflowed."""
    if p in (INFINITE, -INFINITE):
        return (p, True), (p, True)
    return (-INFINITE, True), (INFINITE, True)


def _extreme(ends: list[tuple[Any, bool]], up: bool) -> tuple[Any, bool]:
    """The outermost end; closed if any of the equal outermost ones is."""
    best, best_open = ends[0]
    for value, is_open in ends[1:]:
        if value == best:
            best_open = best_open and is_open
        elif (value > best) if up else (value < best):
            best, best_open = value, is_open
    return best, best_open


def inverse(a: Interval) -> Interval:
    """All 1 / x; raises Undefined where zero is attained, Straddles where it lies inside."""
    if a.lower > 0 or a.upper < 0:
        low = arb(0) if not a.upper.is_finite() else 1 / a.upper
        high = arb(0) if not a.lower.is_finite() else 1 / a.lower
        return _make(low, high, a.upper_open, a.lower_open)
    if a.lower == 0 and a.lower_open and a.upper > 0:
        low = arb(0) if not a.upper.is_finite() else 1 / a.upper
        return _make(low, INFINITE, a.upper_open, True)
    if a.upper == 0 and a.upper_open and a.lower < 0:
        return negated(inverse(negated(a)))
    raise Undefined if a.lower == 0 or a.upper == 0 else Straddles


def absolute(a: Interval) -> Interval:
    """All |x|."""
    if a.lower >= 0:
        return a
    if a.upper <= 0:
        return negated(a)
    flipped = -a.lower
    if flipped == a.upper:
        return Interval(arb(0), a.upper, False, a.lower_open and a.upper_open)
    return (
        Interval(arb(0), flipped, False, a.lower_open)
        if flipped > a.upper
        else Interval(arb(0), a.upper, False, a.upper_open)
    )


def whole_power(a: Interval, n: int) -> Interval:
    """All x**n for an integer n."""
    if n == 0:
        return Interval(arb(1), arb(1))
    if n < 0:
        return inverse(whole_power(a, -n))
    if n == 1:
        return a
    if n % 2 == 0:
        a = absolute(a)
    return _make(_raised(a.lower, n), _raised(a.upper, n), a.lower_open, a.upper_open)


def _raised(x: Any, n: int) -> Any:
    if x.is_finite():
        return x**n
    return -INFINITE if x < 0 and n % 2 else INFINITE


def power(a: Interval, b: Interval) -> Interval:
    """All x**y: integer exponents for any base, else a base that is positive, or zero under a positive exponent."""
    if b.lower == b.upper and b.lower.is_integer() and abs(b.lower) < 1000:
        return whole_power(a, int(b.lower.unique_fmpz()))
    if a.positive:
        return exponential(multiply(b, logarithm(a)))
    if a.lower == 0 and b.lower > 0:
        rest = (
            exponential(multiply(b, logarithm(Interval(a.lower, a.upper, True, a.upper_open)))) if a.upper > 0 else None
        )
        return Interval(arb(0), arb(0) if rest is None else rest.upper, False, rest is not None and rest.upper_open)
    raise Straddles if a.upper > 0 else Undefined


def _rising(function: Callable[[Any], Any], at_minus: Any, at_plus: Any) -> Callable[[Interval], Interval]:
    """An increasing function on the whole line, with its limits at both infinities."""

    def evaluate(a: Interval) -> Interval:
        low = function(a.lower) if a.lower.is_finite() else at_minus
        high = function(a.upper) if a.upper.is_finite() else at_plus
        return _make(low, high, a.lower_open, a.upper_open)

    return evaluate


exponential = _rising(arb.exp, arb(0), INFINITE)


def logarithm(a: Interval) -> Interval:
    """All log x of an interval of positive numbers."""
    if not a.positive:
        raise Undefined if a.upper <= 0 or a.lower == 0 else Straddles
    low = -INFINITE if a.lower == 0 else a.lower.log()
    high = INFINITE if not a.upper.is_finite() else a.upper.log()
    return _make(low, high, a.lower_open, a.upper_open)


def root(a: Interval) -> Interval:
    """All square roots of an interval of nonnegative numbers."""
    if not a.nonnegative:
        raise Undefined if a.upper < 0 else Straddles
    high = a.upper.sqrt() if a.upper.is_finite() else INFINITE
    return _make(a.lower.sqrt(), high, a.lower_open, a.upper_open)


def _wave(cosine: Callable[[Any], Any], peak: Any) -> Callable[[Interval], Interval]:
    """sin or cos: extremes at peak + whole numbers of half turns, else the values at the ends."""

    def evaluate(a: Interval) -> Interval:
        whole = Interval(arb(-1), arb(1))
        if not a.bounded or a.upper - a.lower > 6:
            return whole
        first, last = ((x - peak()) / arb.pi() for x in (a.lower, a.upper))
        turns = range(int(first.lower().floor().unique_fmpz()), int(last.upper().ceil().unique_fmpz()) + 1)
        inside = [k for k in turns if not (first > k or last < k)]
        ends = [cosine(a.lower), cosine(a.upper)]
        low = arb(-1) if any(k % 2 for k in inside) else ends[0].min(ends[1]).lower()
        high = arb(1) if any(k % 2 == 0 for k in inside) else ends[0].max(ends[1]).upper()
        return _make(low.max(arb(-1)), high.min(arb(1)), False, False)

    return evaluate


def _cosh(a: Interval) -> Interval:
    return _rising(arb.cosh, arb(1), INFINITE)(absolute(a))


def _half_turn(sign: int) -> Any:
    return sign * arb.pi() / 2


def _extremum(up: bool) -> Callable[..., Interval]:
    """Max or Min: each end is the extreme of the ends; an open end stays open only if every equal end is."""

    def evaluate(*parts: Interval) -> Interval:
        ends = [[(p.lower, p.lower_open) for p in parts], [(p.upper, p.upper_open) for p in parts]]
        (lower, lower_open), (upper, upper_open) = (_extreme(e, up) for e in ends)
        return Interval(lower, upper, lower_open and not lower.is_finite(), upper_open and not upper.is_finite())

    return evaluate


_INTERVAL_FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "exp": exponential,
    "log": logarithm,
    "Abs": absolute,
    "Max": _extremum(True),
    "Min": _extremum(False),
    "sin": _wave(arb.sin, lambda: _half_turn(1)),
    "cos": _wave(arb.cos, lambda: arb(0)),
    "sinh": _rising(arb.sinh, -INFINITE, INFINITE),
    "tanh": _rising(arb.tanh, arb(-1), arb(1)),
    "atan": lambda a: _rising(arb.atan, _half_turn(-1), _half_turn(1))(a),
    "asinh": _rising(arb.asinh, -INFINITE, INFINITE),
    "erf": _rising(arb.erf, arb(-1), arb(1)),
    "erfc": lambda a: negated(_rising(lambda x: -arb.erfc(x), arb(-2), arb(0))(a)),
    "cosh": _cosh,
    "sech": lambda a: inverse(_cosh(a)),
}


@lru_cache(maxsize=4096)
def _program(expr: Any, symbols: tuple[Any, ...]) -> Program:
    return straight_line(expr, lambda part: _operation(part, symbols))


def _operation(expr: Any, symbols: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The operation at the top of an expression: the index of a symbol, or a function of intervals, and its parts."""
    if expr in symbols:
        return symbols.index(expr), ()
    if expr.is_Rational:
        return (lambda: point(expr)), ()
    if expr.is_Add or expr.is_Mul:
        fold = add if expr.is_Add else multiply
        return (lambda first, *rest: _fold(fold, first, rest)), expr.args
    if expr.is_Pow:
        if expr.exp.is_Rational and expr.exp.q == 2 and abs(expr.exp.p) < 100:
            n = int(expr.exp.p)
            return (lambda base: whole_power(root(base), n)), (expr.base,)
        return power, (expr.base, expr.exp)
    name = type(expr).__name__
    if name in _INTERVAL_FUNCTIONS:
        return _INTERVAL_FUNCTIONS[name], expr.args
    if name in FUNCTIONS:
        function = FUNCTIONS[name]
        return (lambda *parts: of_ball(function(*(part.ball() for part in parts)))), expr.args
    raise Undefined


def _fold(operation: Callable[[Interval, Interval], Interval], first: Interval, rest: tuple[Interval, ...]) -> Interval:
    for interval in rest:
        first = operation(first, interval)
    return first


def enclose(expr: Any, symbols: tuple[Any, ...], box: tuple[Interval, ...], bits: int = 80) -> Interval | None:
    """An interval that holds every value of the expression on the box; None where one may not exist."""
    try:
        with ctx.workprec(bits):
            values: list[Interval] = []
            for operation, arguments in _program(expr, symbols):
                values.append(
                    box[operation] if isinstance(operation, int) else operation(*[values[i] for i in arguments])
                )
            return values[-1]
    except (Undefined, Straddles, OverflowError, RecursionError):
        return None
