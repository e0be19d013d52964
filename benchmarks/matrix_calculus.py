"""Gradients by matrices: this package beside SymPy's own `diff`, on the same expressions.

    python benchmarks/matrix_calculus.py [--markdown]

Both answers are judged by the same complex step at random matrices of two sizes. "no answer" is an unevaluated
derivative, an array of rank four, an exception, or more than 20 seconds. SymPy is given 1 x 1 matrices as traces where
that helps it. The times of this package include its check.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

from sympy import (
    Abs,
    Derivative,
    Determinant,
    DiagMatrix,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    log,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.hadamard import HadamardPower

from theoremcheck.theory.derivative_check import verify
from theoremcheck.theory.matrix_calculus import CheckFailed, gradient

n, m, p = symbols("n m p")
A, B, C, X, S = (MatrixSymbol(name, n, n) for name in "ABCXS")
Y, Z = MatrixSymbol("Y", n, m), MatrixSymbol("Z", n, m)
M = MatrixSymbol("M", m, m)
L, R = MatrixSymbol("L", n, p), MatrixSymbol("R", p, m)
x, y, a, b, mu = (MatrixSymbol(name, n, 1) for name in ("x", "y", "a", "b", "mu"))
bm, cm, w = (MatrixSymbol(name, m, 1) for name in ("bm", "cm", "w"))
I, ones = Identity(n), OneMatrix(n, 1)
t = Symbol("t", real=True)
softplus = Lambda(t, log(1 + exp(t)))
residual = Y.T * x - w

EXPRESSIONS: dict[str, tuple[Any, Any]] = {
    "det X": (Determinant(X), X),
    "det AXB": (Determinant(A * X * B), X),
    "det X'AX": (Determinant(X.T * A * X), X),
    "log det X'X": (log(Determinant(Y.T * Y)), Y),
    "log |det X|": (log(Abs(Determinant(X))), X),
    "log det X": (log(Determinant(X)), X),
    "det X^2": (Determinant(X**2), X),
    "det X^-1": (Determinant(X.inv()), X),
    "3 det X": (3 * Determinant(X), X),
    "1 / det X": (1 / Determinant(X), X),
    "log det X + tr AX": (log(Determinant(X)) + Trace(A * X), X),
    "tr(AX) det X": (Trace(A * X) * Determinant(X), X),
    "exp tr AX": (exp(Trace(A * X)), X),
    "a'X^-1 b": (a.T * X.inv() * b, X),
    "tr AX^-1 B": (Trace(A * X.inv() * B), X),
    "tr (X+A)^-1": (Trace((X + A).inv()), X),
    "x'a": (x.T * a, x),
    "a'Xb": (a.T * Y * bm, Y),
    "a'X'b": (bm.T * Y.T * a, Y),
    "a'Xa": (a.T * X * a, X),
    "b'X'Xc": (bm.T * Y.T * Y * cm, Y),
    "(Bx+b)'C(Ax+a)": ((B * x + b).T * C * (A * x + a), x),
    "x'Bx": (x.T * B * x, x),
    "b'X'AXc": (bm.T * Y.T * A * Y * cm, Y),
    "(Xb+a)'A(Xb+a)": ((Y * bm + a).T * A * (Y * bm + a), Y),
    "x'Ax + b'x": (x.T * A * x + b.T * x, x),
    "tr X": (Trace(X), X),
    "tr XA": (Trace(X * A), X),
    "tr AXB": (Trace(A * X * B), X),
    "tr AX'B": (Trace(A * X.T * B), X),
    "tr A kron X": (Trace(KroneckerProduct(A, X)), X),
    "tr X kron X": (Trace(KroneckerProduct(X, X)), X),
    "tr X^2": (Trace(X**2), X),
    "tr X + tr X^2": (Trace(X) + Trace(X**2), X),
    "tr X^2 B": (Trace(X**2 * B), X),
    "tr X'BX": (Trace(Y.T * B * Y), Y),
    "tr XMX'": (Trace(Y * M * Y.T), Y),
    "tr AXBX": (Trace(A * X * B * X), X),
    "tr X'X": (Trace(Y.T * Y), Y),
    "tr X'X - 3": (Trace(Y.T * Y) - 3, Y),
    "tr X'BXM": (Trace(Y.T * B * Y * M), Y),
    "tr (AXB+C)(AXB+C)'": (Trace((A * X * B + C) * (A * X * B + C).T), X),
    "tr (X'X)^2": (Trace((Y.T * Y) ** 2), Y),
    "tr (I-X)^2": (Trace((I - X) ** 2), X),
    "tr X^5": (Trace(X**5), X),
    "tr AX^4": (Trace(A * X**4), X),
    "tr (X'CX)^-1 M": (Trace((Y.T * C * Y).inv() * M), Y),
    "tr (X'CX)^-1 X'BX": (Trace((Y.T * C * Y).inv() * (Y.T * B * Y)), Y),
    "|x-a|": (sqrt((x - a).T * (x - a)), x),
    "|X|_F": (sqrt(Trace(Y.T * Y)), Y),
    "x'x": (x.T * x, x),
    "tr A'(X o X)": (Trace(Z.T * HadamardProduct(Y, Y)), Y),
    "tr A'X^o3": (Trace(Z.T * HadamardPower(Y, 3)), Y),
    "tr diag(x)A diag(x)B": (Trace(DiagMatrix(x) * A * DiagMatrix(x) * B), x),
    "1' tanh(Xb)": (Trace(ones.T * (Y * bm).applyfunc(tanh)), Y),
    "tr A' exp.(X)": (Trace(Z.T * Y.applyfunc(exp)), Y),
    "Rayleigh quotient": ((x.T * A * x) / (x.T * x), x),
    "Gaussian, mean": ((x - mu).T * S.inv() * (x - mu) / 2, mu),
    "Gaussian, covariance": (log(Determinant(S)) / 2 + Trace(S.inv() * (x - mu) * (x - mu).T) / 2, S),
    "weighted least squares": (residual.T * DiagMatrix(w) * residual, x),
    "ridge regression": (residual.T * residual + 3 * x.T * x, x),
    "logistic regression": (Trace(OneMatrix(1, m) * (Y.T * x).applyfunc(softplus)) - Trace(w.T * Y.T * x), x),
    "softmax cross-entropy": (log(Trace(ones.T * x.applyfunc(exp))) - Trace(y.T * x), x),
    "low rank": (Trace((Y - L * R).T * (Y - L * R)), L),
    "whitening": (Trace((X * S * X.T - I).T * (X * S * X.T - I)), X),
    "attention": (Trace(A * DiagMatrix((X * B).applyfunc(exp) * ones).inv() * (X * B).applyfunc(exp)), X),
    "two layers": (Trace(y.T * (A * (B * x + b).applyfunc(tanh)).applyfunc(tanh)), B),
}


class TooLong(Exception):
    """The time is up."""


def by_sympy(expr: Any, variable: Any) -> Any:
    """SymPy's derivative, the better of two ways to ask."""
    found = expr.diff(variable)
    if getattr(expr, "is_Matrix", False) and not getattr(found, "is_Matrix", False):
        found = Trace(expr).diff(variable)
    return found


def judged(found: Any, expr: Any, variable: Any) -> str:
    """Whether a gradient is right, wrong or no answer."""
    if found == 0:
        found = ZeroMatrix(*variable.shape)
    if not getattr(found, "is_Matrix", False) or found.has(Derivative) or "Array" in str(type(found)):
        return "no answer"
    increment = MatrixSymbol("increment", *variable.shape)
    try:
        verify(expr, variable, Trace(MatMul(Transpose(found), increment, evaluate=False)), increment)
    except CheckFailed as failure:
        return "wrong" if "the rules give" in str(failure) else "no answer"
    except Exception:
        return "no answer"
    return "right"


def timed(differentiate: Callable[[Any, Any], Any], expr: Any, variable: Any) -> tuple[str, float]:
    """The judgement of one derivative and the seconds that it took."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    start = time.perf_counter()
    try:
        found = differentiate(expr, variable)
        seconds = time.perf_counter() - start
        signal.alarm(0)
        return judged(found, expr, variable), seconds
    except Exception:
        return "no answer", time.perf_counter() - start
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> None:
    """Print the table and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="the table of all expressions as well")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    counts: dict[str, Counter[str]] = {"theoremcheck": Counter(), "SymPy diff": Counter()}
    seconds: dict[str, list[float]] = {name: [] for name in counts}
    if options.markdown:
        print("| expression | theoremcheck | s | SymPy diff | s |\n|---|---|---:|---|---:|")
    for name, (expr, variable) in EXPRESSIONS.items():
        row = []
        for way, differentiate in (("theoremcheck", gradient), ("SymPy diff", by_sympy)):
            answer, took = timed(differentiate, expr, variable)
            counts[way][answer] += 1
            seconds[way].append(took)
            row.append(f"{answer} | {took:.3f}")
        if options.markdown:
            print(f"| {name} | {' | '.join(row)} |", flush=True)
    print(f"\n{len(EXPRESSIONS)} expressions in symbolic dimensions\n")
    print("| | right | silently wrong | no answer | median s | total s |\n|---|---:|---:|---:|---:|---:|")
    for way, count in counts.items():
        took = seconds[way]
        numbers = f"{count['right']} | {count['wrong']} | {count['no answer']}"
        print(f"| {way} | {numbers} | {statistics.median(took):.4f} | {sum(took):.2f} |")


if __name__ == "__main__":
    main()
