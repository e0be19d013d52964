"""Shapes: what fits for all dimensions, and the smallest dimensions at which it does not."""

import doctest

import pytest

from theoremcheck.theory import shapes
from theoremcheck.theory.claims import Typing
from theoremcheck.theory.evidence import Fails, Holds, Strength, Unknown
from theoremcheck.theory.shapes import (
    Index,
    decide,
    diagonal,
    gradient,
    hadamard,
    inner,
    inverse,
    jacobian,
    norm,
    outer,
    scalar,
    shaped,
    total,
    trace,
    undefined,
)
from theoremcheck.theory.symbols import integer

n, m, k = (integer(name, 1) for name in "nmk")
W, V, x, y, c = shaped("W", n, m), shaped("V", k, n), shaped("x", m), shaped("y", n), shaped("c")
i, j = Index("i", n), Index("j", m)

FIT = {
    "layer": (W @ x, y),
    "two layers": (V @ (W @ x), shaped("z", k)),
    "transpose of a product": ((V @ W).T, W.T @ V.T),
    "gradient of a loss": (gradient(scalar("L", W), W), outer(y, x)),
    "Jacobian": (jacobian(y, x), W),
    "entries": (total(j, W[i, j] * x[j]), y[i]),
    "number": (x.T @ x, norm(x) * inner(y, y)),
    "scaled": (2 * W / c + c * W, -W),
    "diagonal": (diagonal(y) @ W, hadamard(W, W)),
    "trace": (trace(W @ W.T), c),
    "polynomial dimensions": (shaped("a", (n + 1) ** 2), shaped("b", n**2 + 2 * n + 1)),
    "samples": (shaped("x", m, over=(i,)), shaped("y", m, over=(i,))),
}
MISFIT = {
    "order of a product": (W.T @ x, y),
    "outer product transposed": (gradient(scalar("L", W), W), outer(x, y)),
    "Jacobian transposed": (jacobian(y, x), W.T),
    "matrix and vector": (W + x, W),
    "inverse of a rectangle": (inverse(W), W),
    "gradient of a vector": (gradient(y, x), x),
    "Hadamard": (hadamard(x, y), x),
    "vector times vector": (y * y, c),
    "range of an index": (W[j, i], c),
    "free on the left": (W[i, j] * x[j], y[i]),
    "free on the right": (c, y[i]),
    "bound twice": (total(j, total(j, W[i, j])), y[i]),
    "undefined": (undefined("r") + c, c),
}


@pytest.mark.parametrize("name", FIT)
def test_fits(name):
    answer = decide(Typing(*FIT[name]))
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.PROVED


@pytest.mark.parametrize("name", MISFIT)
def test_does_not_fit(name):
    answer = decide(Typing(*MISFIT[name]))
    assert isinstance(answer, Fails)
    shown = answer.counterexample
    assert shown.certificate.startswith("shapes, in ")
    if shown.replay:
        with pytest.raises(AssertionError):
            exec(shown.replay, {})


def test_counterexample_is_smallest():
    shown = decide(Typing(W, W.T)).counterexample
    assert sorted(shown.point.values()) == ["1", "2"]
    assert decide(Typing(c, undefined("gamma"))).counterexample.right.startswith("undefined")


def test_what_has_no_shape_is_unknown():
    assert isinstance(decide(Typing(1, W)), Unknown)
    with pytest.raises(ValueError, match="at most two"):
        shaped("T", n, m, k)


def test_examples():
    assert doctest.testmod(shapes).failed == 0
