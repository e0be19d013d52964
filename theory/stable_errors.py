"""How far the stable forms are from the textbook forms, over the range of floating-point numbers, by ball arithmetic.

For each rule the stable form is computed in an array library at floating-point numbers of all magnitudes, subnormal
ones and the largest ones among them (no subnormal ones in JAX, which flushes them to zero), and compared with an
enclosure of the textbook form, in as many bits as that takes. An error is counted in units of the precision's epsilon
(2^-52 for float64), relative to the value; where the value is below the smallest normal number, relative to that
number. The value of some forms (log-sum-exp, log-gamma, means) can vanish while the arguments do not, so that no
algorithm has a small relative error: theirs is relative to the largest argument, or to 1 where that is larger.

>>> rule = next(rule for rule in RULES if rule.name == "softplus")
>>> rule.textbook
log(exp(x) + 1)
>>> worst(rule, every=40).stable <= rule.bound
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy
from flint import arb
from sympy import Expr, Rational, cos, cosh, exp, gamma, log, sin, sqrt, tanh

from .array_libraries import library
from .claims import Definition
from .kernels.balls import enclose
from .measures import Mu
from .stable_nodes import (
    Expm1,
    ExpRel,
    Log1mExp,
    Log1p,
    Log1pRel,
    LogCosh,
    LogMu,
    LogSigmoid,
    LogSumExp,
    MuRatio,
    MuShare,
    Sech2,
    Share,
    Sigmoid,
    Sinc,
    Sqrt1pm1,
    Versine,
    XLog1pY,
    XLogY,
)
from .symbols import NONNEGATIVE, DomainSymbol, function, positive, probability, reals
from .translation import ArrayFunction, translate

x, y, z = reals("x y z")
above, least = positive("u"), DomainSymbol("t", NONNEGATIVE)
p = probability("p")
f = function("f")  # at three points of a counting measure
TRIES = (160, 320, 640, 1280, 2560, 5120, 10240)
DEEP = 2.0**-1074
GRID = {2: 41, 3: 11}
"""How many numbers an axis has where there are two or three arguments."""


@dataclass(frozen=True)
class Rule:
    """A rewriting: the textbook form, the function that replaces it, and the largest error, in epsilons.

    bound: what is claimed of NumPy, torch and JAX in float64. allowed: which arguments are tried. floor: what the error
    is relative to where the value is small: "normal", or the "argument". measure: the textbook form on three points.
    """

    name: str
    textbook: Expr
    node: type
    bound: float
    allowed: Callable[..., bool] = lambda *values: True
    floor: str = "normal"
    measure: Expr | None = None

    @property
    def symbols(self) -> tuple[Any, ...]:
        """The arguments."""
        return tuple(sorted(self.exact.free_symbols, key=str))

    @property
    def exact(self) -> Expr:
        """The textbook form in scalars."""
        return self.textbook if self.measure is None else self.measure

    def function(self, array_library: str = "numpy", stable: bool = True) -> ArrayFunction:
        """The rule's expression as it is translated."""
        claim = Definition(self.name, self.textbook, lambda value: {})
        return translate(claim, array_library, stable=stable, name=self.name)


_f = [function("f_1"), function("f_2"), function("f_3")]
_on_three = sum(map(exp, _f))

RULES: tuple[Rule, ...] = (
    Rule("expm1", exp(x) - 1, Expm1, 3),
    Rule("log1p", log(1 + x), Log1p, 3, lambda v: v > -1),
    Rule("sigmoid", 1 / (1 + exp(-x)), Sigmoid, 4),
    Rule("one minus sigmoid", 1 - 1 / (1 + exp(-x)), Sigmoid, 4),
    Rule("softplus", log(1 + exp(x)), LogSumExp, 3),
    Rule("log-sigmoid", log(1 / (1 + exp(-x))), LogSigmoid, 3),
    Rule("log-add-exp", log(exp(x) + exp(y)), LogSumExp, 3, floor="argument"),
    Rule("log-sum-exp", log(exp(x) + exp(y) + exp(z)), LogSumExp, 4, floor="argument"),
    Rule("softmax of two", exp(x) / (exp(x) + exp(y)), Sigmoid, 400),
    Rule("softmax", exp(x) / (exp(x) + exp(y) + exp(z)), Share, 400),
    Rule("tanh", (exp(x) - exp(-x)) / (exp(x) + exp(-x)), tanh, 4),
    Rule("1 - tanh^2", 1 - tanh(x) ** 2, Sech2, 5),
    Rule("log(1 - exp)", log(1 - exp(-above)), Log1mExp, 4),
    Rule("log-cosh", log(cosh(x)), LogCosh, 5),
    Rule("1 - cos", 1 - cos(x), Versine, 3),
    Rule("sqrt(1 + x) - 1", sqrt(1 + x) - 1, Sqrt1pm1, 4, lambda v: v >= -1),
    Rule("sin(x)/x", sin(x) / x, Sinc, 4, lambda v: v != 0),
    Rule("(exp(x) - 1)/x", (exp(x) - 1) / x, ExpRel, 5, lambda v: v != 0),
    Rule("log(1 + x)/x", log(1 + x) / x, Log1pRel, 5, lambda v: v != 0 and v > -1),
    Rule("x log(y)", least * log(above), XLogY, 4),
    Rule("(1 - p) log(1 - p)", (1 - p) * log(1 - p), XLog1pY, 4),
    Rule("log-gamma", log(gamma(above)), sympy.loggamma, 8, lambda v: 1e-300 < v < 1e15, floor="argument"),
    Rule("log-sum-exp over a measure", log(Mu(exp(f))), LogMu, 4, floor="argument", measure=log(_on_three)),
    Rule("softmax over a measure", exp(f) / Mu(exp(f)), MuShare, 400, measure=exp(_f[0]) / _on_three),
    Rule("tilted mean", Mu(f * exp(f)) / Mu(exp(f)), MuRatio, 400, floor="argument",
         measure=sum(one * exp(one) for one in _f) / _on_three),
)  # fmt: skip


@dataclass(frozen=True)
class Worst:
    """The largest errors over the points that were tried, in epsilons, and where the stable form has its own."""

    stable: float
    at: tuple[float, ...]
    textbook: float
    points: int
    undecided: int


def axis(every: int = 1, precision: str = "float64") -> list[float]:
    """Floating-point numbers of all magnitudes and both signs, with those where functions overflow or round away."""
    info = np.finfo(precision)
    lowest, highest = int(math.log2(float(info.smallest_subnormal))), int(info.maxexp) - 1
    powers = [math.ldexp(m, e) for e in range(lowest, highest + 1, 8) for m in (1.0, 1.37)]
    middle = [float(v) for v in np.geomspace(1e-9, 1e5, 300)]
    special = [0.0, 1 - 2.0**-53, 1.0, 1 + 2.0**-52, math.log(2), math.pi, 36.7, 37.5, 88.7, 103.9, 709.7, 710.0, 745.1]
    sizes = [float(v) for v in np.asarray([*powers[::every], *middle[::every], *special, float(info.max)], precision)]
    return sorted({sign * v for v in sizes if math.isfinite(v) for sign in (1, -1)})


def points(rule: Rule, every: int = 1, precision: str = "float64") -> Iterator[tuple[float, ...]]:
    """The arguments at which a rule is tried: an axis, or a grid of thinned axes, cut to the rule's domain."""
    line = axis(every, precision)
    count = GRID.get(len(rule.symbols))
    if count is not None:
        line = [v for v in axis(1, precision) if abs(v) < math.ldexp(1.0, int(np.finfo(precision).maxexp) - 24)]
        line = [line[round(k * (len(line) - 1) / (count - 1))] for k in range(count)]
    axes = [line] * len(rule.symbols)
    symbols = rule.symbols
    for values in product(*axes):
        inside = all(_inside(symbol, value) for symbol, value in zip(symbols, values, strict=True))
        if inside and rule.allowed(*values):
            yield values


def _inside(symbol: Any, value: float) -> bool:
    domain = getattr(symbol, "domain", None)
    return domain is None or Rational(value) in domain


def worst(rule: Rule, array_library: str = "numpy", every: int = 1, precision: str = "float64") -> Worst:
    """The largest error of a rule's stable form, and of its textbook form, over its points."""
    tried = list(points(rule, every, precision))
    if array_library == "jax":
        tried = [values for values in tried if all(v == 0 or abs(v) >= np.finfo(precision).tiny for v in values)]
    epsilon = float(np.finfo(precision).eps)
    stable, textbook = (_values(rule, array_library, tried, precision, form) for form in (True, False))
    found, where, plain, undecided = 0.0, tried[0], 0.0, 0
    for values, computed, naive in zip(tried, stable, textbook, strict=True):
        ball = enclosure(rule, values)
        if ball is None:
            undecided += 1
            continue
        floor = float(np.finfo(precision).tiny)
        if array_library == "jax":  # flushes subnormal numbers to zero
            floor /= epsilon
        if rule.floor == "argument":
            floor = max(1.0, *map(abs, values))
        error = _error(computed, ball, floor, precision) / epsilon
        plain = max(plain, _error(naive, ball, floor, precision) / epsilon)
        if error > found:
            found, where = error, values
    return Worst(found, where, plain, len(tried), undecided)


def _values(
    rule: Rule, array_library: str, tried: list[tuple[float, ...]], precision: str, stable: bool
) -> list[float]:
    run = rule.function(array_library, stable)
    columns = np.asarray(tried, precision)
    given = [columns] if rule.measure is not None else list(columns.T)
    lib = library(array_library)
    arrays = [lib.module.asarray(column) for column in given]
    value = np.asarray(run(dict(zip(run.symbols, arrays, strict=True))))
    return [float(v) for v in (value[..., 0] if value.ndim > 1 else np.broadcast_to(value, (len(tried),)))]


def enclosure(rule: Rule, values: tuple[float, ...]) -> Any | None:
    """The textbook form in a ball of 70 correct bits, or below the smallest subnormal number; None where that fails."""
    point = {symbol: Rational(value) for symbol, value in zip(rule.symbols, values, strict=True)}
    for bits in TRIES:
        ball = enclose(rule.exact, point, bits)
        if ball is not None and (ball.rel_accuracy_bits() >= 70 or ball.abs_upper() < arb(DEEP) / 1024):
            return ball
    return None


def _error(computed: float, exact: Any, floor: float, precision: str) -> float:
    """The distance of a float from a ball, relative to the value or the floor; infinite for what is no number."""
    if math.isnan(computed):
        return math.inf
    if math.isinf(computed):
        largest = arb(float(np.finfo(precision).max))
        return 0.0 if (exact > largest if computed > 0 else exact < -largest) else math.inf
    size = abs(exact).max(arb(floor))
    return float((abs(arb(computed) - exact) / size).abs_upper())


__all__ = ["RULES", "Rule", "Worst", "axis", "enclosure", "points", "worst"]
