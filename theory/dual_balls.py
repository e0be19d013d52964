"""Complexity of the balls of linear functions and of reproducing kernel Hilbert spaces: norms of signed sums.

The theorems that `theory.rademacher` names; the supremum over a ball is the dual norm, at a vertex where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import Abs, Add, Expr, Integer, Max, Rational, exp, log, sqrt

from .claims import AllOf, Claim, Finite, Identity, Inequality
from .empirical_processes import complexity, dot, signs
from .measures import expect
from .statements import Printed, Theorem
from .symbols import POSITIVE, density, function, integer, positive, real, reals

Cases = Iterator[tuple[str, Any, Any]]
ONE = Integer(1)
law, g = density("p"), function("g", POSITIVE)

POINTS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((1, 2),),
    ((1, 0), (0, 1)),
    ((1, 2), (-1, 3), (2, 2)),
    ((1, 0, 2), (2, -1, 0), (0, 1, 1), (3, 0, -2)),
)


def _sums(points: tuple[tuple[int, ...], ...]) -> Iterator[tuple[int, ...]]:
    for sigma in signs(len(points)):
        yield tuple(dot(sigma, column) for column in zip(*points, strict=True))


def linear_balls() -> Theorem:
    """See `rademacher.linear_balls`."""
    w1, w2, z1, z2, B = *reals("w1 w2 z1 z2"), positive("B")

    def average(size: Callable[[tuple[int, ...]], Any]) -> Callable[[tuple[tuple[int, ...], ...]], Any]:
        return lambda points: (
            Add(*(Add(size(total)) for total in _sums(points))) / Integer(len(points) * 2 ** len(points))
        )

    of_l1 = average(lambda z: Integer(max(abs(x) for x in z)))
    of_l2 = average(lambda z: sqrt(Integer(dot(z, z))))
    of_linf = average(lambda z: Integer(sum(abs(x) for x in z)))

    def vertices() -> Cases:
        for k, points in enumerate(POINTS):
            axes = [[s * row[j] for row in points] for j in range(len(points[0])) for s in (1, -1)]
            yield f"l1, sample {k + 1}: the vertices of the ball", complexity(axes), of_l1(points)
            corners = [[dot(v, row) for row in points] for v in signs(len(points[0]))]
            yield f"linf, sample {k + 1}: the vertices of the ball", complexity(corners), of_linf(points)

    def above(factor: Integer) -> Callable[[], Cases]:
        def cases() -> Cases:
            for k, points in enumerate(POINTS):
                n, d = len(points), len(points[0])
                columns = [dot(c, c) for c in zip(*points, strict=True)]
                yield f"l2, sample {k + 1}", of_l2(points), sqrt(Integer(sum(columns))) / n
                yield f"l1, sample {k + 1}", of_l1(points), sqrt(factor * max(columns) * log(2 * d)) / n
                yield f"linf, sample {k + 1}", of_linf(points), Add(*(sqrt(Integer(c)) for c in columns)) / n

        return cases

    def below() -> Cases:
        for k, points in enumerate(POINTS):
            square = Integer(sum(dot(row, row) for row in points))
            yield f"l2, sample {k + 1}", of_l2(points), sqrt(square / 3) / len(points)

    inside = (w1**2 + w2**2 <= B**2,)
    product_ = w1 * z1 + w2 * z2
    tight = sqrt(z1**2 + z2**2)
    claims: dict[str, Claim] = {
        "l2 ball: no larger": Inequality(product_**2, "<=", B**2 * (z1**2 + z2**2), inside),
        "l2 ball: attained": Identity(product_.subs({w1: B * z1 / tight, w2: B * z2 / tight}), B * tight),
        "l1 ball: no larger": Inequality(product_, "<=", B * Max(Abs(z1), Abs(z2)), (Abs(w1) + Abs(w2) <= B,)),
        "linf ball: no larger": Inequality(product_, "<=", B * (Abs(z1) + Abs(z2)), (Abs(w1) <= B, Abs(w2) <= B)),
        "vertices": Finite(vertices, r"\hat R_S(\operatorname{ext}B)=\hat R_S(B)", "four samples of 1 to 4 points"),
        "closed bounds": Finite(
            above(Integer(2)),
            r"\hat R_S(B_1)\le\frac{\max_j\lVert X_j\rVert_2\sqrt{2\log2d}}n",
            "four samples of 1 to 4 points",
            "<=",
        ),
        "and below": Finite(
            below, r"\hat R_S(B_2)\ge\lVert X\rVert_F/(\sqrt3\,n)", "four samples of 1 to 4 points", ">="
        ),
    }
    mutants: dict[str, Claim] = {
        "linf ball by the largest": Inequality(product_, "<=", B * Max(Abs(z1), Abs(z2)), (Abs(w1) <= B, Abs(w2) <= B)),
        "without the logarithm's 2": Finite(above(Integer(1) / 4), "", "four samples", "<="),
    }
    return Theorem(AllOf(claims), sizes="planes for the balls, and exact samples", mutants=mutants)


def kernel_ball() -> Theorem:
    """See `rademacher.kernel_ball`."""
    n = integer("n", least=1)
    K = [[real(f"k{min(i, j)}{max(i, j)}") for j in range(3)] for i in range(3)]

    def quadratic(sigma: tuple[int, ...]) -> Expr:
        return Add(*(a * b * K[i][j] for i, a in enumerate(sigma) for j, b in enumerate(sigma)))

    def traces(off: int) -> Callable[[], Cases]:
        def cases() -> Cases:
            for size in (1, 2, 3):
                mean = Add(*(quadratic(sigma) for sigma in signs(size))) / 2**size
                yield f"{size} points", mean, Add(*(K[i][i] for i in range(size))) + off * K[0][0]

        return cases

    def gaussian(factor: Integer) -> Callable[[], Cases]:
        def cases() -> Cases:
            for points in ((0,), (0, 1), (0, 1, 3), (-2, 0, 0, 1)):
                size = len(points)
                total = Add(
                    *(
                        sqrt(
                            Add(
                                *(
                                    a * b * exp(-Rational((x - y) ** 2, 2))
                                    for a, x in zip(sigma, points, strict=True)
                                    for b, y in zip(sigma, points, strict=True)
                                )
                            )
                        )
                        for sigma in signs(size)
                        if sigma[0] == 1  # the other half is the same
                    )
                )
                yield f"points {points}", total / (size * 2 ** (size - 1)), 1 / sqrt(factor * size)

        return cases

    formula = r"\frac1nE_\sigma\sqrt{\sigma^\top K\sigma}\le\frac{\sqrt{\operatorname{tr}K}}n"
    jensen = Inequality(expect(law, g) ** 2, "<=", expect(law, g**2))
    claims: dict[str, Claim] = {
        "Jensen": jensen,
        "mean of the form": Finite(traces(0), r"E\sigma^\top K\sigma=\operatorname{tr}K", "1 to 3 points, any kernel"),
        "kernels up to one": Identity(sqrt(n * ONE) / n, 1 / sqrt(n)),
        "Gaussian kernel": Finite(gaussian(ONE), formula, "four samples of 1 to 4 points", "<="),
    }
    mutants: dict[str, Claim] = {
        "Jensen reversed": Inequality(jensen.lhs, ">=", jensen.rhs),
        "a form of the trace and more": Finite(traces(1), formula, "1 to 3 points"),
        "half the bound": Finite(gaussian(Integer(4)), formula, "four samples", "<="),
    }
    note = (
        "It follows at once from Jensen's inequality, for every kernel with k(x, x) <= 1 and without covering numbers; "
        "from (36) alone Dudley's bound gives log(n)/sqrt(n) only, so that 'yielding' is no inference."
    )
    return Theorem(AllOf(claims), mutants=mutants, printed={37: Printed(note=note)})
