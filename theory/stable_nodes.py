"""Functions that say a textbook form in a way that floating-point numbers survive: both forms side by side.

Each is a SymPy function with two readings: `textbook(...)`, the expression that it stands for, and `evaluate(at, ...)`,
how it is computed, where `at.call(name, ...)` calls a function of the array library in use. That the two agree over
the range of floating-point numbers is checked in ball arithmetic: see `theory.stable_errors`.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Add, Expr, Function, Integer, cos, cosh, exp, log, sin, sqrt, tanh

from .measures import Mu

ONE = Integer(1)


class Stable(Function):  # type: ignore[misc]
    """A textbook form under a name of its own."""

    @staticmethod
    def textbook(*args: Expr) -> Expr:
        """The form that it stands for."""
        raise NotImplementedError

    @staticmethod
    def evaluate(at: Any, *values: Any) -> Any:
        """Its value at arrays."""
        raise NotImplementedError

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(arg.is_extended_real for arg in self.args) else None


def logistic(at: Any, u: Any) -> Any:
    """The sigmoid, down to subnormal values, which the libraries' own flush to zero; its slope at 0 is right too."""
    right = u >= 0
    small = at.call("exp", at.where(right, 0.0, u))
    return at.where(right, 1 / (1 + at.call("exp", -at.where(right, u, 0.0))), small / (1 + small))


class Expm1(Stable):
    """exp(u) - 1."""

    textbook = staticmethod(lambda u: exp(u) - 1)
    evaluate = staticmethod(lambda at, u: at.call("expm1", u))


class Log1p(Stable):
    """log(1 + u)."""

    textbook = staticmethod(lambda u: log(1 + u))
    evaluate = staticmethod(lambda at, u: at.call("log1p", u))


class Sigmoid(Stable):
    """1 / (1 + exp(-u))."""

    textbook = staticmethod(lambda u: 1 / (1 + exp(-u)))
    evaluate = staticmethod(lambda at, u: logistic(at, u))


class LogSumExp(Stable):
    """log(exp(u1) + exp(u2) + ...); log(1 + exp(u)), the softplus, is that of 0 and u."""

    textbook = staticmethod(lambda *terms: log(Add(*map(exp, terms))))

    @staticmethod
    def evaluate(at: Any, *terms: Any) -> Any:
        if len(terms) == 2:
            return at.call("logaddexp", *terms)
        side_by_side = at.stack(*terms)
        top = at.lib.largest(side_by_side)
        return (top + at.call("log", at.lib.total(at.call("exp", side_by_side - top))))[..., 0]


class LogSigmoid(Stable):
    """log(1 / (1 + exp(-u)))."""

    textbook = staticmethod(lambda u: log(1 / (1 + exp(-u))))
    evaluate = staticmethod(lambda at, u: -at.call("logaddexp", 0.0, -u))


class Share(Stable):
    """exp(u) / (exp(v1) + exp(v2) + ...): the softmax, when u is among the v."""

    textbook = staticmethod(lambda u, *terms: exp(u) / Add(*map(exp, terms)))

    @staticmethod
    def evaluate(at: Any, u: Any, *terms: Any) -> Any:
        side_by_side = at.stack(*terms)
        top = at.lib.largest(side_by_side)
        return at.call("exp", u - top[..., 0]) / at.lib.total(at.call("exp", side_by_side - top))[..., 0]


class Log1mExp(Stable):
    """log(1 - exp(u)) for u < 0."""

    textbook = staticmethod(lambda u: log(1 - exp(u)))

    @staticmethod
    def evaluate(at: Any, u: Any) -> Any:
        near = u > -math.log(2)
        close = at.call("log", -at.call("expm1", at.where(near, u, -1.0)))
        return at.where(near, close, at.call("log1p", -at.call("exp", at.where(near, -1.0, u))))


class LogCosh(Stable):
    """log(cosh(u))."""

    textbook = staticmethod(lambda u: log(cosh(u)))

    @staticmethod
    def evaluate(at: Any, u: Any) -> Any:
        size = at.call("abs", u)
        near = size < 1
        close = at.call("log1p", 2 * at.call("sinh", at.where(near, u, 0.0) / 2) ** 2)
        far = at.where(near, 1.0, size)
        return at.where(near, close, far + (at.call("log1p", at.call("exp", -2 * far)) - math.log(2)))


class Sech2(Stable):
    """1 - tanh(u)**2."""

    textbook = staticmethod(lambda u: 1 - tanh(u) ** 2)
    evaluate = staticmethod(lambda at, u: 4 * logistic(at, 2 * u) * logistic(at, -2 * u))


class Versine(Stable):
    """1 - cos(u)."""

    textbook = staticmethod(lambda u: 1 - cos(u))
    evaluate = staticmethod(lambda at, u: 2 * at.call("sin", u / 2) ** 2)


class Sqrt1pm1(Stable):
    """sqrt(1 + u) - 1."""

    textbook = staticmethod(lambda u: sqrt(1 + u) - 1)
    evaluate = staticmethod(lambda at, u: u / (1 + at.call("sqrt", 1 + u)))


def _series(at: Any, u: Any, radius: float, coefficients: list[float], far: Any) -> Any:
    """A power series within the radius of 0, so that value and slope are right at 0, and another form outside."""
    near = at.call("abs", u) < radius
    small = at.where(near, u, 0.0)
    value: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = coefficient + small * value
    return at.where(near, value, far(at.where(near, 1.0, u)))


class Sinc(Stable):
    """sin(u) / u, and 1 at 0."""

    textbook = staticmethod(lambda u: sin(u) / u)

    @staticmethod
    def evaluate(at: Any, u: Any) -> Any:
        return _series(at, u, 0.03, [1, 0, -1 / 6, 0, 1 / 120, 0, -1 / 5040], lambda v: at.call("sin", v) / v)


class ExpRel(Stable):
    """(exp(u) - 1) / u, and 1 at 0."""

    textbook = staticmethod(lambda u: (exp(u) - 1) / u)

    @staticmethod
    def evaluate(at: Any, u: Any) -> Any:
        def far(v: Any) -> Any:
            large = v > 64
            half = at.call("exp", at.where(large, v, 64.0) / 2)  # exp(v) itself may overflow where exp(v) / v does not
            return at.where(large, half * (half / v), at.call("expm1", at.where(large, 1.0, v)) / v)

        return _series(at, u, 5e-3, [1 / math.factorial(k + 1) for k in range(7)], far)


class Log1pRel(Stable):
    """log(1 + u) / u, and 1 at 0."""

    textbook = staticmethod(lambda u: log(1 + u) / u)

    @staticmethod
    def evaluate(at: Any, u: Any) -> Any:
        terms = [(-1) ** k / (k + 1) for k in range(8)]
        return _series(at, u, 5e-3, terms, lambda v: at.call("log1p", v) / v)


class XLogY(Stable):
    """x log(y), and 0 where x = 0, whatever y."""

    textbook = staticmethod(lambda x, y: x * log(y))
    evaluate = staticmethod(lambda at, x, y: at.call("xlogy", x, y))


class XLog1pY(Stable):
    """x log(1 + y), and 0 where x = 0, whatever y."""

    textbook = staticmethod(lambda x, y: x * log(1 + y))
    evaluate = staticmethod(lambda at, x, y: at.call("xlog1py", x, y))


class LogDet(Stable):
    """log(det(A)), from the logarithms of the pivots; it has no value where the determinant is negative."""

    @staticmethod
    def textbook(*args: Expr) -> Expr:
        from sympy import Determinant

        return log(Determinant(*args))

    @staticmethod
    def evaluate(at: Any, *values: Any) -> Any:
        sign, value = at.lib.linalg.slogdet(values[0])
        return at.where(sign >= 0, value, math.nan)


class LogMu(Stable):
    """log of the integral of w exp(u) over a measure."""

    textbook = staticmethod(lambda u, w: log(Mu(w * exp(u))))

    @staticmethod
    def evaluate(at: Any, u: Any, w: Any) -> Any:
        top = at.lib.largest(u)
        return top + at.call("log", at.integral(w * at.call("exp", u - top)))


class MuShare(Stable):
    """a exp(u) divided by the integral of b exp(u): the softmax over a measure."""

    textbook = staticmethod(lambda u, a, b: a * exp(u) / Mu(b * exp(u)))

    @staticmethod
    def evaluate(at: Any, u: Any, a: Any, b: Any) -> Any:
        scaled = at.call("exp", u - at.lib.largest(u))
        return a * scaled / at.integral(b * scaled)


class MuRatio(Stable):
    """The integral of a exp(u) divided by that of b exp(u): the mean of a/b under the tilted measure."""

    textbook = staticmethod(lambda u, a, b: Mu(a * exp(u)) / Mu(b * exp(u)))

    @staticmethod
    def evaluate(at: Any, u: Any, a: Any, b: Any) -> Any:
        scaled = at.call("exp", u - at.lib.largest(u))
        return at.integral(a * scaled) / at.integral(b * scaled)


NODES = tuple(kind for kind in Stable.__subclasses__())


__all__ = ["NODES", "Stable", *(kind.__name__ for kind in NODES)]
