"""Optimal transport between laws on finitely many points, in exact rationals, with both certificates.

A coupling is an upper bound of the Wasserstein distance, a 1-Lipschitz function a lower bound; where the two agree,
both are optimal, whoever found them. `solve` finds them by successive shortest paths; `Plan` holds them for all to
check.

>>> plan = solve(law(1, 1, 0), law(0, 1, 1), path_metric(3))
>>> plan.cost, plan.gain
(Fraction(1, 1), Fraction(1, 1))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, pairwise, permutations, product
from typing import Any

from sympy import Expr, Max, Min

Law = tuple[Fraction, ...]
Metric = tuple[tuple[Fraction, ...], ...]
Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Plan:
    """A coupling of p and q with a potential: the primal and the dual certificate.

    coupling[i][j] is the mass moved from point i to point j, potential[i] the critic's value at point i.
    """

    p: Law
    q: Law
    metric: Metric
    coupling: tuple[tuple[Fraction, ...], ...]
    potential: tuple[Fraction, ...]

    @property
    def cost(self) -> Fraction:
        """E d(x, y) under the coupling."""
        return total(
            m * d for row, far in zip(self.coupling, self.metric, strict=True) for m, d in zip(row, far, strict=True)
        )

    @property
    def gain(self) -> Fraction:
        """E_p[f] - E_q[f] for the potential f."""
        return total(f * (a - b) for f, a, b in zip(self.potential, self.p, self.q, strict=True))

    @property
    def marginals(self) -> tuple[Law, Law]:
        """The two laws that the coupling couples."""
        return tuple(total(row) for row in self.coupling), tuple(
            total(column) for column in zip(*self.coupling, strict=True)
        )

    @property
    def least_mass(self) -> Fraction:
        """The smallest mass that the coupling moves: not negative for a coupling."""
        return min(min(row) for row in self.coupling)

    @property
    def steepness(self) -> Fraction:
        """The Lipschitz constant of the potential."""
        n = range(len(self.p))
        slopes = (abs(self.potential[i] - self.potential[j]) / self.metric[i][j] for i in n for j in n if i != j)
        return max(slopes, default=Fraction(0))

    @property
    def slack_on_rays(self) -> Fraction:
        """The most by which f(x) - f(y) misses d(x, y) where the coupling moves mass: 0 at the optimum."""
        n = range(len(self.p))
        return max(
            self.metric[i][j] - self.potential[i] + self.potential[j] for i in n for j in n if self.coupling[i][j]
        )


def total(terms: Iterable[Fraction]) -> Fraction:
    """The sum, a fraction even of nothing."""
    return sum(terms, Fraction(0))


def law(*counts: int) -> Law:
    """The law proportional to the counts."""
    return tuple(Fraction(count, sum(counts)) for count in counts)


def laws(size: int, grain: int) -> list[Law]:
    """All laws on `size` points whose weights are multiples of 1/grain."""
    draws = combinations_with_replacement(range(size), grain)
    return [tuple(Fraction(draw.count(i), grain) for i in range(size)) for draw in draws]


def path_metric(size: int) -> Metric:
    """|i - j|: points on a line."""
    return _metric(size, lambda i, j: abs(i - j))


def cycle_metric(size: int) -> Metric:
    """The shorter way round a cycle."""
    return _metric(size, lambda i, j: min((i - j) % size, (j - i) % size))


def discrete_metric(size: int) -> Metric:
    """1 between any two points: the Wasserstein distance is then the total variation."""
    return _metric(size, lambda i, j: int(i != j))


def star_metric(size: int) -> Metric:
    """A centre, point 0, with point i at distance i from it."""
    return _metric(size, lambda i, j: i + j if i != j else 0)


def _metric(size: int, distance: Callable[[int, int], int]) -> Metric:
    return tuple(tuple(Fraction(distance(i, j)) for j in range(size)) for i in range(size))


def independent(p: Law, q: Law, metric: Metric) -> Plan:
    """The product coupling with the zero potential: feasible, seldom optimal."""
    return Plan(p, q, metric, tuple(tuple(a * b for b in q) for a in p), (Fraction(0),) * len(p))


def solve(p: Law, q: Law, metric: Metric) -> Plan:
    """An optimal coupling and an optimal 1-Lipschitz potential. Raises ValueError where p, q have different masses."""
    if sum(p) != sum(q):
        raise ValueError("the two laws have different masses")
    n = len(p)
    moved: Matrix = [[Fraction(0)] * n for _ in range(n)]
    supply, demand = list(p), list(q)
    while any(supply):
        distance, previous = _shortest(metric, moved, [left > 0 for left in supply])
        end = min((j for j in range(n) if demand[j] > 0), key=lambda j: distance[n + j])
        path = _path(previous, n + end)
        back = [moved[b][a - n] for a, b in path if a >= n]
        amount = min([supply[path[0][0]], demand[end], *back])
        for a, b in path:
            if a < n:
                moved[a][b - n] += amount
            else:
                moved[b][a - n] -= amount
        supply[path[0][0]] -= amount
        demand[end] -= amount
    distance, _ = _shortest(metric, moved, [True] * n)
    # The c-transform of the prices at the targets: a minimum of 1-Lipschitz functions.
    potential = tuple(min(metric[i][j] - distance[n + j] for j in range(n)) for i in range(n))
    return Plan(p, q, metric, tuple(map(tuple, moved)), potential)


def _shortest(metric: Metric, moved: Matrix, starts: list[bool]) -> tuple[list[Fraction], list[int | None]]:
    """Bellman and Ford on the residual graph: sources 0..n-1, targets n..2n-1, moved mass may be taken back."""
    n = len(metric)
    far = 2 * total(max(row) for row in metric) + 1  # more than any path can win back
    distance = [Fraction(0) if start else far for start in starts] + [far] * n
    previous: list[int | None] = [None] * (2 * n)
    changed = True
    while changed:
        changed = False
        for i in range(n):
            for j in range(n):
                if distance[i] + metric[i][j] < distance[n + j]:
                    distance[n + j], previous[n + j], changed = distance[i] + metric[i][j], i, True
                if moved[i][j] and distance[n + j] - metric[i][j] < distance[i]:
                    distance[i], previous[i], changed = distance[n + j] - metric[i][j], n + j, True
    return distance, previous


def _path(previous: list[int | None], end: int) -> list[tuple[int, int]]:
    path = []
    while (before := previous[end]) is not None:
        path.append((before, end))
        end = before
    return path[::-1]


METRICS = {"line": path_metric(4), "cycle": cycle_metric(4), "discrete": discrete_metric(4), "star": star_metric(4)}
GRAIN = 3
SIZES = "all pairs of laws on four points with weights in thirds, in four metrics: line, cycle, star, discrete"

Case = tuple[str, Any, Any]


def instances() -> Iterator[tuple[str, Law, Law, Metric]]:
    """All pairs of different laws on four points with weights in thirds, in four metrics."""
    for name, metric in METRICS.items():
        for p, q in combinations(laws(len(metric), GRAIN), 2):
            yield f"{name}: {_told(p)} to {_told(q)}", p, q, metric


def certificates(plan_of: Callable[[Law, Law, Metric], Plan]) -> Iterator[Case]:
    """For each instance what makes a plan a proof: its marginals, no negative mass, no slope above 1, cost = gain."""
    for label, p, q, metric in instances():
        plan = plan_of(p, q, metric)
        feasible = (*plan.marginals, min(plan.least_mass, Fraction(0)), max(plan.steepness, Fraction(1)))
        yield label, (*feasible, plan.cost), (p, q, Fraction(0), Fraction(1), plan.gain)


def too_steep(p: Law, q: Law, metric: Metric) -> Plan:
    """The optimal coupling with twice the optimal potential."""
    plan = solve(p, q, metric)
    return replace(plan, potential=tuple(2 * f for f in plan.potential))


def bounded_critic(p: Law, q: Law, metric: Metric) -> Plan:
    """The optimal coupling with the critic that is optimal among those between 0 and 1: for the total variation."""
    return replace(solve(p, q, metric), potential=tuple(Fraction(a > b) for a, b in zip(p, q, strict=True)))


@dataclass(frozen=True)
class Distance:
    """A distance between finite laws as an executable object, and what must be true of it, case by case."""

    formula: str
    between: Callable[[Law, Law, Metric], Fraction]

    def _latex(self, printer: Any) -> str:
        return self.formula

    def least(self) -> Iterator[Case]:
        """It is the least mean distance over all matchings of three equal atoms, which are the extreme couplings."""
        for label, p, q, metric in instances():
            xs, ys = _atoms(p), _atoms(q)
            costs = (total(metric[x][y] for x, y in zip(xs, order, strict=True)) for order in permutations(ys))
            yield label, self.between(p, q, metric), min(costs) / GRAIN

    def on_points(self) -> Iterator[Case]:
        """Between point masses it is the distance of the points."""
        for name, metric in METRICS.items():
            masses = [law(*(int(i == k) for i in range(len(metric)))) for k in range(len(metric))]
            for i, j in product(range(len(metric)), repeat=2):
                yield f"{name}: {i} to {j}", self.between(masses[i], masses[j], metric), metric[i][j]

    def triangles(self) -> Iterator[Case]:
        """Three laws with weights in halves, one of them a detour."""
        for name, metric in METRICS.items():
            for p, q, r in permutations(laws(len(metric), 2)[:6], 3):
                detour = self.between(p, r, metric) + self.between(r, q, metric)
                yield f"{name}: {_told(p)} to {_told(q)} by {_told(r)}", self.between(p, q, metric), detour


def _atoms(p: Law) -> list[int]:
    return [i for i, weight in enumerate(p) for _ in range(int(weight * GRAIN))]


def _told(p: Law) -> str:
    return f"({', '.join(map(str, p))})"


def least_cost() -> Distance:
    """The Wasserstein-1 distance."""
    return Distance(r"\inf_{\gamma\in\Pi(p,q)}\mathbb{E}_\gamma[d(x,y)]", lambda p, q, metric: solve(p, q, metric).cost)


def greatest_cost() -> Distance:
    """The supremum in place of the infimum."""

    def between(p: Law, q: Law, metric: Metric) -> Fraction:
        top = max(max(row) for row in metric)
        turned = tuple(tuple(top - d for d in row) for row in metric)
        return top - solve(p, q, turned).cost

    return Distance(r"\sup_{\gamma}\mathbb{E}_\gamma[d(x,y)]", between)


def squared_cost() -> Distance:
    """Squared distances."""
    return Distance(
        r"\inf_{\gamma}\mathbb{E}_\gamma[d(x,y)^2]",
        lambda p, q, metric: solve(p, q, tuple(tuple(d**2 for d in row) for row in metric)).cost,
    )


def independent_cost() -> Distance:
    """The product coupling."""
    return Distance(r"\mathbb{E}_{p\otimes q}[d(x,y)]", lambda p, q, metric: independent(p, q, metric).cost)


def quantile_coupling(first: Sequence[Expr], second: Sequence[Expr]) -> list[list[Expr]]:
    """The coupling of two laws on ordered points by their quantiles, from the distribution functions at the points.

    Both start with 0 and end with 1; entry i, j is the length that the i-th and j-th steps have in common.
    """
    return [[Max(0, Min(b, d) - Max(a, c)) for c, d in pairwise(second)] for a, b in pairwise(first)]
