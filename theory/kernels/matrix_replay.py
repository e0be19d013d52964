"""Counterexamples to matrix identities as plain Python with nothing but the standard library."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from ..claims import MatrixIdentity
from ..matrix_values import Point

_FUNCTIONS = {
    "mul": "def mul(A, B): return [[sum(a * b for a, b in zip(r, c)) for c in zip(*B)] for r in A]",
    "add": "def add(A, B): return [[a + b for a, b in zip(r, s)] for r, s in zip(A, B)]",
    "scale": "def scale(c, A): return [[c * a for a in r] for r in A]",
    "T": "def T(A): return [list(c) for c in zip(*A)]",
    "trace": "def trace(A): return sum(A[i][i] for i in range(len(A)))",
    "det": "def det(A): return A[0][0] if len(A) == 1 else sum((-1) ** j * A[0][j] * det("
    "[r[:j] + r[j + 1:] for r in A[1:]]) for j in range(len(A)))",
    "inv": "def inv(A):\n    n, d = len(A), det(A)\n    return [[Fraction(1) / d]] if n == 1 else [[(-1) ** (i + j) * "
    "det([r[:i] + r[i + 1:] for k, r in enumerate(A) if k != j]) / d for j in range(n)] for i in range(n)]",
    "eye": "def eye(n): return [[Fraction(i == j) for j in range(n)] for i in range(n)]",
    "full": "def full(v, m, n): return [[Fraction(v)] * n for _ in range(m)]",
    "had": "def had(A, B): return [[a * b for a, b in zip(r, s)] for r, s in zip(A, B)]",
    "each": "def each(f, A): return [[f(a) for a in r] for r in A]",
    "kron": "def kron(A, B): return [[a * b for a in r for b in s] for r in A for s in B]",
    "diag": "def diag(v): return [[v[i][0] if i == j else 0 * v[0][0] for j in range(len(v))] for i in range(len(v))]",
    "diagonal": "def diagonal(A): return [[A[i][i]] for i in range(len(A))]",
}
_NEEDS = {"inv": {"det"}}
_SCALAR = {"exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sqrt", "gamma", "erf", "atan", "asin", "acos"}


class _NoCode(Exception):
    """A node without plain Python."""


class _Code:
    def __init__(self, point: Point) -> None:
        self.point = point
        self.used: set[str] = set()

    def call(self, name: str, *args: str) -> str:
        self.used |= {name} | _NEEDS.get(name, set())
        return f"{name}({', '.join(args)})"

    def fold(self, name: str, parts: list[str]) -> str:
        total = parts[0]
        for part in parts[1:]:
            total = self.call(name, total, part)
        return total

    def of(self, expr: Any) -> str:
        return self.matrix(expr) if getattr(expr, "is_Matrix", False) else f"[[{self.scalar(expr)}]]"

    def matrix(self, expr: Any) -> str:
        kind = type(expr)
        if isinstance(expr, sympy.MatrixSymbol):
            return str(expr)
        if kind is sympy.Identity:
            return self.call("eye", self.scalar(expr.rows))
        if kind in (sympy.ZeroMatrix, sympy.OneMatrix):
            sizes = [self.scalar(length) for length in expr.shape]
            return self.call("full", "0" if kind is sympy.ZeroMatrix else "1", *sizes)
        if kind is sympy.MatMul:
            parts = [self.matrix(arg) for arg in expr.args if getattr(arg, "is_Matrix", False)]
            scalars = [self.scalar(arg) for arg in expr.args if not getattr(arg, "is_Matrix", False)]
            product = self.fold("mul", parts)
            return self.call("scale", " * ".join(f"({s})" for s in scalars), product) if scalars else product
        if kind is sympy.MatPow and expr.exp.is_Integer:
            base = self.matrix(expr.base) if expr.exp > 0 else self.call("inv", self.matrix(expr.base))
            return self.fold("mul", [base] * abs(int(expr.exp)))
        if kind is HadamardPower:
            return self.call("each", f"lambda a: a ** ({self.scalar(expr.exp)})", self.matrix(expr.base))
        if kind is ElementwiseApplyFunction:
            (t,) = expr.function.variables
            body = self.scalar(expr.function.expr.xreplace({t: sympy.Symbol("a")}))
            return self.call("each", f"lambda a: {body}", self.matrix(expr.expr))
        if kind is DiagonalMatrix:
            return self.call("diag", self.call("diagonal", self.matrix(expr.args[0])))
        names = {sympy.MatAdd: "add", sympy.HadamardProduct: "had", sympy.KroneckerProduct: "kron"}
        if kind in names:
            return self.fold(names[kind], [self.matrix(arg) for arg in expr.args])
        unary = {sympy.Transpose: "T", sympy.Adjoint: "T", sympy.Inverse: "inv", sympy.DiagMatrix: "diag"}
        unary[DiagonalOf] = "diagonal"
        if kind in unary:
            return self.call(unary[kind], self.matrix(expr.args[0]))
        raise _NoCode(str(expr))

    def scalar(self, expr: Any) -> str:
        if getattr(expr, "is_Matrix", False):
            return f"{self.matrix(expr)}[0][0]"
        if expr.is_Rational:
            return f"Fraction({expr.p}, {expr.q})" if expr.q != 1 else str(expr)
        if expr.is_Symbol:
            return str(expr)
        if isinstance(expr, sympy.Trace):
            return self.call("trace", self.matrix(expr.arg))
        if isinstance(expr, sympy.Determinant):
            return self.call("det", self.matrix(expr.arg))
        if isinstance(expr, MatrixElement):
            return f"{self.matrix(expr.parent)}[{self.scalar(expr.i)}][{self.scalar(expr.j)}]"
        if expr.is_Add or expr.is_Mul:
            return (" + " if expr.is_Add else " * ").join(f"({self.scalar(arg)})" for arg in expr.args)
        if expr.is_Pow:
            base = self.scalar(expr.base)
            return f"Fraction(1) * ({base}) ** ({self.scalar(expr.exp)})"
        if expr.is_Function and expr.func.__name__ in _SCALAR:
            self.used.add("math")
            return f"math.{expr.func.__name__}({', '.join(self.scalar(arg) for arg in expr.args)})"
        raise _NoCode(str(expr))


def _literal(rows: list[list[Any]]) -> str:
    entries = (
        "[" + ", ".join(f"Fraction({int(v.p)}, {int(v.q)})" if v.q != 1 else f"Fraction({int(v.p)})" for v in row) + "]"
        for row in rows
    )
    return "[" + ", ".join(entries) + "]"


def replay(claim: MatrixIdentity, point: Point, certificate: str) -> str:
    """Lines of Python that compute both sides at the point and show that they differ; "" where there are none."""
    code = _Code(point)
    try:
        sides = [code.of(claim.lhs), code.of(claim.rhs)]
    except _NoCode:
        return ""
    lines = ["from fractions import Fraction"] + (["import math"] if "math" in code.used else [])
    lines += [_FUNCTIONS[name] for name in _FUNCTIONS if name in code.used]
    lines += [f"{symbol} = {size}" for symbol, size in point.sizes.items()]
    lines += [f"{symbol} = Fraction({int(value.p)}, {int(value.q)})" for symbol, value in point.scalars.items()]
    lines += [f"{symbol} = {_literal(rows)}" for symbol, rows in point.matrices.items()]
    lines += [f"left = {sides[0]}", f"right = {sides[1]}", "print(left, right)"]
    if certificate == "exact":
        lines.append("assert left != right")
    else:
        lines.append("assert max(abs(a - b) for r, s in zip(left, right) for a, b in zip(r, s)) > 1e-9")
    return "\n".join(lines)


__all__ = ["replay"]
