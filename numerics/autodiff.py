"""Measurements of automatic differentiation: torch's two modes and its flop counter against the theory.

Matrices of small integers make both sides exact; where transcendental functions enter, an enclosure counts roundings.
Steps of training are measured in `numerics.training_steps`, rounding in `numerics.quantization`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Expr, Matrix, Rational, Symbol, hessian

from ..theory import autodiff as theory
from ..theory import branching
from ..theory.accumulation import forward_cost, least_cost, programs, record, reverse_cost
from ..theory.budget import Budget, run
from ..theory.statements import Statement
from ..theory.symbols import reals
from .intervals import Array, Interval
from .measurement import Estimate, Tier, enclosure, measures

EPS = float(np.finfo(float).eps)


def whole(rng: np.random.Generator, *shape: int, most: int = 4) -> Array:
    """An array of integers from -most to most without 0."""
    return np.asarray(rng.integers(1, most + 1, shape) * rng.choice((-1, 1), shape), dtype=np.float64)


def probe(rng: np.random.Generator, *shape: int) -> Array:
    """Large integer weights, under which different arrays of small integers have different sums."""
    return whole(rng, *shape, most=10**6)


def tensor(values: Any, leaf: bool = False) -> Any:
    """A torch tensor in double precision."""
    import torch

    return torch.tensor(np.asarray(values), dtype=torch.float64, requires_grad=leaf)


def exactly(value: Any) -> Interval:
    """A value of sums and products of small integers, which floating point holds without rounding."""
    return enclosure(float(value), error=0, method="integers in floating point")


def rounded(value: Any, terms: float, method: str = "torch") -> Interval:
    """A value that carries the roundings of so many operations on numbers of size one."""
    return enclosure(float(value), error=terms * EPS * max(1.0, abs(float(value))), method=method)


def number(expr: Expr, at: Mapping[Symbol, Any]) -> float:
    """An expression without integrals at numbers, in 50 digits."""
    return float(expr.xreplace({symbol: Rational(str(value)) for symbol, value in at.items()}).evalf(50))


def defined(statement: Statement) -> Any:
    """What a statement defines."""
    return statement.claim.value


@measures("autodiff.product_adjoint", route="torch.autograd on matrices of integers", needs=("torch",))
def product_adjoint(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Random functionals of both gradients, for rectangular factors, and for square ones against the printed form."""
    found = []
    for n, m, p in ((3, 4, 2), (3, 3, 3)):
        A, B, G = (whole(rng, *shape) for shape in ((n, m), (m, p), (n, p)))
        E, F = probe(rng, n, m), probe(rng, m, p)
        a, b = tensor(A, leaf=True), tensor(B, leaf=True)
        (tensor(G) * (a @ b)).sum().backward()
        others = (
            {"as printed": float((G @ A.T * F).sum()), "not transposed": float((A @ G * F).sum())} if n == m else {}
        )
        sizes = f"{n} x {m} by {m} x {p}"
        found.append(Estimate(f"<dL/dA, E>, {sizes}", exactly((a.grad * tensor(E)).sum()), float((G @ B.T * E).sum())))
        found.append(
            Estimate(f"<dL/dB, F>, {sizes}", exactly((b.grad * tensor(F)).sum()), float((A.T @ G * F).sum()), others)
        )
    return found


@measures("autodiff.product_adjoint", route="jax.vjp on matrices of integers", needs=("jax",))
def product_adjoint_jax(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The same with the reverse mode of JAX, in single precision, which holds these integers exactly."""
    A, B, G, F = *(whole(rng, 3, 3) for _ in range(3)), probe(rng, 3, 3)

    def pulled_back(jax: Any) -> Any:
        _, back = jax.vjp(lambda a, b: a @ b, A.astype(np.float32), B.astype(np.float32))
        return back(G.astype(np.float32))[1]

    by_right = _by_jax(pulled_back)
    forms = {"as printed": float((G @ A.T * F).sum()), "not transposed": float((A @ G * F).sum())}
    return [Estimate("<dL/dB, F>", exactly((by_right * F).sum()), float((A.T @ G * F).sum()), forms)]


@measures("autodiff.vectorization", route="jax.vmap on integers", needs=("jax",))
def vectorization_jax(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A polynomial map vectorized by JAX, against a loop over the rows."""
    X, W, G = whole(rng, 5, 3), whole(rng, 2, 3), probe(rng, 5, 2)

    def f(row: Any) -> Any:
        return (W.astype(np.float32) @ row) ** 2

    batch = _by_jax(lambda jax: jax.vmap(f)(X.astype(np.float32)))
    return [_functional(batch, np.stack([(W @ row) ** 2 for row in X]), G)]


def _by_jax(compute: Callable[[Any], Any]) -> Array:
    """An array from a child process: JAX starts threads, after which this process could not be forked safely."""
    roomy = Budget(seconds=120, memory=1 << 40)  # of addresses, which XLA reserves generously
    return run(lambda: np.asarray(compute(import_module("jax")), dtype=np.float64), roomy)


def _functional(batch: Array, rows: Array, G: Array) -> Estimate:
    turned = float((rows[::-1] * G).sum())
    return Estimate("<Y, G>", exactly((batch * G).sum()), float((rows * G).sum()), {"rows turned round": turned})


@measures("autodiff.vectorization", route="torch.func.vmap on integers", needs=("torch",))
def vectorization(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A polynomial map vectorized by torch, against a loop over the rows."""
    import torch

    X, W, G = whole(rng, 5, 3), whole(rng, 2, 3), probe(rng, 5, 2)
    batch = torch.func.vmap(lambda row: (tensor(W) @ row) ** 2)(tensor(X)).numpy()
    return [_functional(batch, np.stack([(W @ row) ** 2 for row in X]), G)]


@measures("autodiff.transposed_sweep", route="torch.func.jvp and torch.func.vjp", needs=("torch",))
def both_modes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The tangent of a nonlinear map met by a cotangent, and the cotangent of the map met by a tangent."""
    import torch

    W, V, x, v = (tensor(whole(rng, *shape)) for shape in ((4, 3), (2, 4), (3,), (3,)))
    w = tensor(probe(rng, 2))

    def f(at: Any) -> Any:
        return V @ (W @ at) ** 3

    _, tangent = torch.func.jvp(f, (x,), (v,))
    _, back = torch.func.vjp(f, x)
    inner = 3 * (W @ x).numpy() ** 2
    product = float(w.numpy() @ (V.numpy() @ (inner * (W.numpy() @ v.numpy()))))
    forms = {"squares not differentiated": float(w @ (V @ ((W @ x) ** 2 * (W @ v)))), "half": product / 2}
    return [
        Estimate("w . (J v), forward", exactly(w @ tangent), product, forms),
        Estimate("(J^T w) . v, reverse", exactly(back(w)[0] @ v), product, forms),
    ]


@measures("autodiff.inverse_adjoint", route="torch.autograd through a solve", needs=("torch",))
def solve_adjoint(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The gradients of <G, S^-1 B> against the formula in exact fractions, for a diagonally dominant S."""
    import torch

    S, B, G, E = whole(rng, 3, 3) + 12 * np.eye(3), whole(rng, 3, 2), whole(rng, 3, 2), whole(rng, 3, 3)
    s, b = tensor(S, leaf=True), tensor(B, leaf=True)
    (tensor(G) * torch.linalg.solve(s, b)).sum().backward()
    exact, right, up, move = (Matrix(one.astype(int).tolist()) for one in (S, B, G, E))
    inverse = exact.inv()
    back, solution = inverse.T * up, inverse * right
    by_s = float((move.T * (-back * solution.T)).trace())
    forms = {"sign": -by_s, "not transposed": float((move.T * (-inverse * up * solution.T)).trace())}
    forward = {"not transposed": float((right.T * (inverse * up)).trace())}
    return [
        Estimate("<dL/dS, E>", rounded((s.grad * tensor(E)).sum(), 400), by_s, forms),
        Estimate("<dL/dB, B>", rounded((b.grad * b).sum().detach(), 400), float((right.T * back).trace()), forward),
    ]


@measures("autodiff.softmax_adjoint", route="torch.func.vjp of the softmax", needs=("torch",))
def softmax_adjoint(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A cotangent sent back through torch's softmax, met by a direction."""
    import torch

    z, g, u = rng.normal(size=(3, 6))
    _, back = torch.func.vjp(lambda at: torch.softmax(at, 0), tensor(z))
    s = np.exp(z) / np.exp(z).sum()
    predicted = float((s * (g - (g * s).sum()) * u).sum())
    forms = {"diagonal alone": float((s * g * u).sum()), "sign": float((s * (g + (g * s).sum()) * u).sum())}
    return [Estimate("<J^T g, u>", rounded(back(tensor(g))[0] @ tensor(u), 200), predicted, forms)]


@measures("autodiff.composed_jacobian", route="torch.func.jacrev of a composition", needs=("torch",))
def composed_jacobian(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Torch's Jacobian of g after h, p x n, met by a matrix, against the product of both Jacobians by hand."""
    import torch

    W, V, x, M = whole(rng, 4, 3), whole(rng, 2, 4), whole(rng, 3), probe(rng, 2, 3)
    found = torch.func.jacrev(lambda at: tensor(V) @ (tensor(W) @ at) ** 2)(tensor(x)).numpy()
    inner, outer = W, V @ np.diag(2 * (W @ x))
    forms = {"outer taken elsewhere": float((V @ np.diag(2 * W[:, 0]) @ inner * M).sum())}
    return [Estimate("<J, M>", exactly((found * M).sum()), float((outer @ inner * M).sum()), forms)]


@measures("autodiff.second_derivatives", route="torch: a tangent of the gradient", needs=("torch",))
def hessian_product(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Hessian times vector by forward over reverse, against SymPy's Hessian of the same quartic."""
    import torch

    x, v = whole(rng, 3), probe(rng, 3)

    def f(at: Any) -> Any:
        return at[0] ** 3 * at[1] + at[1] ** 2 * at[2] ** 2 + at[0] * at[2]

    _, product = torch.func.jvp(torch.func.grad(f), (tensor(x),), (tensor(v),))
    symbols = Matrix(reals("x1 x2 x3"))
    point = dict(zip(symbols, (int(one) for one in x), strict=True))
    expr = f(list(symbols))
    found = np.array(defined(theory.second_derivatives)(expr, symbols).xreplace(point).tolist(), dtype=float)
    slope = np.array([float(expr.diff(one).xreplace(point)) for one in symbols])
    forms = {"diagonal only": float((np.diag(found) * v).sum()), "outer product": float(slope.sum() * (slope @ v))}
    return [Estimate("sum of H v", exactly(product.sum()), float((found @ v).sum()), forms)]


@measures("autodiff.second_derivatives", route="SymPy's entries at numbers, exactly")
def hessian_numpy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """A second difference of a quartic in exact fractions, extrapolated from four steps, against v.H v."""
    symbols = Matrix(reals("x1 x2"))
    expr = symbols[0] ** 3 * symbols[1] + symbols[1] ** 4
    x, v = ([Fraction(int(one)) for one in whole(rng, 2, most=100)] for _ in range(2))

    def along(at: Fraction) -> Fraction:
        a, b = (one + at * move for one, move in zip(x, v, strict=True))
        return a**3 * b + b**4

    def second(step: Fraction) -> Fraction:
        return (along(step) - 2 * along(Fraction(0)) + along(-step)) / step**2

    extrapolated = (4 * second(Fraction(1)) - second(Fraction(2))) / 3  # exact: the rest of a quartic is of order h^2
    matrix = hessian(expr, symbols).xreplace(dict(zip(symbols, map(int, x), strict=True)))
    direction = Matrix([int(one) for one in v])
    predicted = float((direction.T * matrix * direction)[0, 0])
    return [Estimate("v . H v", exactly(extrapolated), predicted, {"half of it": predicted / 2})]


def _flops(run: Callable[[], Any]) -> int:
    """The multiplications of all matrix products in a run, by torch's own counter (two operations each)."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops()) // 2


def _network(rng: np.random.Generator, widths: Sequence[int]) -> tuple[Callable[[Any], Any], Any]:
    """A network of these widths, and an input of it."""
    import torch

    weights = [tensor(rng.normal(size=(b, a))) for a, b in pairwise(widths)]

    def network(at: Any) -> Any:
        for one in weights:
            at = torch.tanh(one @ at)
        return at

    return network, tensor(rng.normal(size=widths[0]))


@measures("autodiff.costs", route="torch's flop counter on jacfwd and jacrev", needs=("torch",))
def costs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The matrix products that torch runs for the Jacobian of a network, tangent by tangent or cotangent by
    cotangent."""
    import torch

    found = []
    for widths in ((3, 4, 5, 2), (2, 6, 6, 6, 7)):
        network, x = _network(rng, widths)
        tangents = widths[0] * forward_cost((1, *widths))
        cotangents = widths[-1] * reverse_cost((*widths, 1))
        for name, mode, here, there in (
            ("jacfwd", torch.func.jacfwd, tangents, cotangents),
            ("jacrev", torch.func.jacrev, cotangents, tangents),
        ):
            count = exactly(_flops(partial(mode(network), x)))
            found.append(Estimate(f"{name}, widths {widths}", count, here, {"the other mode": there}, unit="products"))
    return found


@measures("autodiff.crossover", route="torch's flop counter on chains of matrices", needs=("torch",))
def crossover(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Forward less reverse accumulation, as torch multiplies the matrices, for more and for fewer inputs than
    outputs."""
    found = []
    for inputs, outputs, width, depth in ((2, 5, 4, 3), (5, 2, 4, 4), (3, 3, 6, 5)):
        widths = (inputs, *(width,) * (depth - 1), outputs)
        chain = [tensor(rng.normal(size=(b, a))) for a, b in pairwise(widths)]

        def forward(chain: Any = chain) -> Any:
            product = chain[0]
            for one in chain[1:]:
                product = one @ product
            return product

        def backward(chain: Any = chain) -> Any:
            product = chain[-1]
            for one in chain[-2::-1]:
                product = product @ one
            return product

        gap = exactly(_flops(forward) - _flops(backward))
        predicted = (depth - 2) * width**2 * (inputs - outputs)
        forms = {"one layer more": (depth - 1) * width**2 * (inputs - outputs), "sign": -predicted} if predicted else {}
        found.append(Estimate(f"n = {inputs}, m = {outputs}, w = {width}, L = {depth}", gap, predicted, forms))
    return found


@measures("autodiff.best_order", route="torch.linalg.multi_dot under the flop counter", needs=("torch",))
def best_order(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The products of torch's own optimal order, against dynamic programming."""
    import torch

    found = []
    for widths in ((3, 3, 1, 3, 3), (7, 2, 6, 3, 5, 4), (2, 9, 1, 8, 3)):
        chain = [tensor(rng.normal(size=(b, a))) for a, b in pairwise(widths)]
        count = exactly(_flops(partial(torch.linalg.multi_dot, chain[::-1])))
        sweeps = {"forward": forward_cost(widths), "reverse": reverse_cost(widths)}
        found.append(Estimate(f"widths {widths}", count, least_cost(widths), sweeps, unit="products"))
    return found


@measures("autodiff.paths", route="torch.autograd on random programs", needs=("torch",))
def random_programs(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The gradient by the first of two inputs, summed over programs of three operations with random weights."""
    every = list(programs(2, 3))
    drawn = [every[k] for k in rng.choice(len(every), tier.choose(quick=40, full=400), replace=False)]
    weights = whole(rng, len(drawn), most=1000)
    by_torch = by_tape = half = 0
    for weight, program in zip(weights, drawn, strict=True):
        x, y = (tensor(value, leaf=True) for value in (2.0, 3.0))
        record(program, (x, y)).nodes[-1].value.backward()
        tape = record(program, (2, 3))
        by_torch += int(weight) * int(x.grad if x.grad is not None else 0)
        by_tape += int(weight) * tape.adjoints(tape.nodes[-1])[0]
        half += int(weight) * math.prod(next(tape.paths(0, len(tape.nodes) - 1), (0,)))
    return [Estimate("weighted sum of df/dx", exactly(by_torch), by_tape, {"one path alone": half})]


@measures("autodiff.cheap_gradient", route="counted on random tapes")
def cheap_gradient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The largest ratio of multiplications, backward to forward, on random programs of thirty operations."""
    ratios = []
    for _ in range(tier.choose(quick=50, full=1000)):
        program = []
        for at in range(30):
            reads = sorted(int(k) for k in rng.integers(max(0, at - 4), at + 4, 2))
            program.append(("+*"[int(rng.integers(2))], reads[0], reads[1]))
        tape = record(program, [Fraction(1, k + 2) for k in range(4)])
        before = tape.multiplications
        tape.adjoints(tape.nodes[-1])
        ratios.append((tape.multiplications - before) / before)
    return [Estimate("largest ratio", exactly(max(ratios)), 2.0, {"no more than the program": 1.0}, relation="<=")]


@measures("autodiff.kinks", route="torch.autograd at 0 and a difference quotient", needs=("torch",))
def kinks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Torch takes 0 for the rectifier's derivative at 0, so relu(x) - relu(-x), which is x, gets 0 in the place of
    1."""
    import torch

    x = tensor(0.0, leaf=True)
    (torch.relu(x) - torch.relu(-x)).backward()
    h = 2.0**-20
    quotient = float((torch.relu(tensor(h)) - torch.relu(tensor(-h))) / h)
    return [
        Estimate(
            "the program's derivative at 0, by torch", exactly(x.grad), 0.0, {"the function's": 1.0, "one half": 0.5}
        ),
        Estimate("difference quotient", exactly(quotient), 1.0, {"as torch says": 0.0}),
    ]


@measures("autodiff.branches", route="torch.where under autograd", needs=("torch",))
def branches(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Values and derivatives of a branch on both sides, at the threshold, and by the threshold."""
    import torch

    other, cut = (float(one) for one in whole(rng, 2))
    slope, above, below = other + 5, *(float(one) for one in probe(rng, 2))
    at = {branching.upper: slope, branching.lower: other, branching.above: above, branching.below: below}
    x = tensor([cut - 1, cut, cut + 1], leaf=True)
    t = tensor(cut, leaf=True)
    y = torch.where(x > t, slope * x + above, other * x + below)
    y.sum().backward()
    values = [
        number(branching.branch(x_, branching.t).subs(branching.t, int(cut)), at) for x_ in (int(cut), int(cut) + 1)
    ]
    jump = number(branching.jump, {**at, branching.t: int(cut)})
    closed = {"threshold in the upper branch": values[0] + jump}
    return [
        Estimate("at the threshold", exactly(y[1].detach()), values[0], closed),
        Estimate("above", exactly(y[2].detach()), values[1], {"lower branch": other * (cut + 1) + below}),
        Estimate("derivative below", exactly(x.grad[0]), other, {"upper branch": slope}),
        Estimate("derivative above", exactly(x.grad[2]), slope, {"lower branch": other}),
        Estimate("derivative by the threshold", exactly(t.grad or 0.0), 0.0, {"minus the jump": -jump}),
    ]
