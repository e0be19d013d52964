"""The Marchenko-Pastur and semicircle laws as expressions: densities, distribution functions, transforms, moments.

Everything is written in the root r of the ratio q = d/n, since the ends of the support are the squares (1 - r)^2 and
(1 + r)^2; the law's points are 1 + r^2 - 2 r cos(phi), and t = tan(phi/2) makes all of it rational but the arcs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import permutations, product

from sympy import Expr, Integer, Poly, Rational, atan, binomial, cos, pi, prod, sin, sqrt

from .symbols import bounded, positive, reals

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)

q = positive("q", typical=(0.1, 4))  # features per sample
r = positive("r", typical=(0.3, 2))  # its root
below = bounded("r_1", 0, 1, closed=False, tex="r")  # a root below 1: more samples than features
over = positive("w", typical=(0.2, 1.5))  # by how much a root exceeds 1: more features than samples
level = positive("lambda", tex=r"\lambda")
x, z, m, u, v = reals("x z m u v")
t = positive("t")  # the tangent of half the angle
angle = bounded("phi", 0, pi, tex=r"\varphi")
scale = positive("s", tex=r"\sigma^2")
spike = positive("delta", tex=r"\delta", typical=(0.2, 4))  # by how much a population eigenvalue exceeds 1
share = bounded("p", 0, 1, closed=False)


def lower_edge(root: Expr) -> Expr:
    """Where the continuous part begins."""
    return (1 - root) ** 2


def upper_edge(root: Expr) -> Expr:
    """Where it ends."""
    return (1 + root) ** 2


def density(at: Expr, root: Expr, variance: Expr = ONE) -> Expr:
    """The density of the continuous part, for entries of the given variance."""
    inside = (variance * upper_edge(root) - at) * (at - variance * lower_edge(root))
    return sqrt(inside) / (2 * pi * at * variance * root**2)


def point(root: Expr, tangent: Expr = t) -> Expr:
    """The point of the support at the angle whose half has this tangent."""
    return (lower_edge(root) + upper_edge(root) * tangent**2) / (1 + tangent**2)


def rational_density(root: Expr) -> Expr:
    """The density in t = tan(phi/2)."""
    return 16 * t**2 / (pi * (1 + t**2) ** 2 * (lower_edge(root) + upper_edge(root) * t**2))


def arc(tangent: Expr, root: Expr, gap: Expr, low: Expr, high: Expr) -> Expr:
    """The integral of (2/pi) sin^2/(point - z) from 0 to the angle, gap being |lower edge - z|^(1/2) |upper - z|^(1/2).

    low and high are the roots of the distances of the edges from z.
    """
    middle = (low**2 + high**2) / 2
    bend = tangent / (root * (1 + tangent**2)) + middle / (2 * root**2) * atan(tangent)
    return 2 / pi * (bend - gap / (2 * root**2) * atan(high / low * tangent))


def distribution(root: Expr, away: Expr, tangent: Expr = t) -> Expr:
    """The mass of the continuous part up to the angle, in closed form; away is |1 - root|."""
    return arc(tangent, root, (1 + root) * away, away, 1 + root)


def angular_density(root: Expr, power: int = 0) -> Expr:
    """The density in the angle, times a power of the point."""
    return 2 * sin(angle) ** 2 / pi * (1 + root**2 - 2 * root * cos(angle)) ** (power - 1)


def inverse_stieltjes(at: Expr, ratio: Expr) -> Expr:
    """The point z at which the Stieltjes transform of the law has the given value."""
    return -1 / at + 1 / (1 + ratio * at)


def stieltjes_equation(value: Expr, at: Expr, ratio: Expr) -> Expr:
    """Zero where value is the Stieltjes transform, the integral of 1/(lambda - z), at the point."""
    return ratio * at * value**2 + (at + ratio - 1) * value + 1


def transform_below(tangent: Expr, value: Expr, root: Expr) -> Expr:
    """The integral of density/(lambda - z) up to the angle, z where the law's transform has the value; root < 1."""
    return _transform(tangent, value, root, 1 - root)


def transform_above(tangent: Expr, value: Expr, excess: Expr) -> Expr:
    """The same for the root 1 + excess."""
    return _transform(tangent, value, 1 + excess, excess)


def _transform(tangent: Expr, value: Expr, root: Expr, away: Expr) -> Expr:
    # (edge - z) is a perfect square over value (1 + q value), so no root of a root is left.
    at, size = inverse_stieltjes(value, root**2), value * (1 + root**2 * value)
    low, high = 1 - root * (1 - root) * value, 1 + root * (1 + root) * value
    middle = 1 + root**2 - at
    bend = tangent / (root * (1 + tangent**2)) + middle / (2 * root**2) * atan(tangent)
    shifted = 2 / pi * (bend - low * high / size / (2 * root**2) * atan(high / low * tangent))
    return (shifted - distribution(root, away, tangent)) / at


def narayana(order: int, ratio: Expr = q) -> Expr:
    """The moment of the given order: the Narayana polynomial, its coefficients C(k, j) C(k-1, j)/(j+1)."""
    if order == 0:
        return ONE
    terms = (binomial(order, j) * binomial(order - 1, j) / (j + 1) * ratio**j for j in range(order))
    return sum(terms, ZERO)


def catalan(k: int) -> Expr:
    """The number of Dyck paths of 2k steps."""
    return binomial(2 * k, k) / (k + 1)


def recursive_moments(most: int) -> list[Expr]:
    """The moments 0 to most from the Stieltjes equation: m(k+1) = (1 - q) m(k) + q sum of m(i) m(k-i)."""
    found: list[Expr] = [ONE]
    for k in range(most):
        convolved = sum((found[i] * found[k - i] for i in range(k + 1)), ZERO)
        found.append(Poly((1 - q) * found[k] + q * convolved, q).as_expr())
    return found


def cycles(of: tuple[int, ...]) -> int:
    """The number of cycles of a permutation of 0, 1, ..."""
    seen: set[int] = set()
    count = 0
    for start in range(len(of)):
        count += start not in seen
        while start not in seen:
            seen.add(start)
            start = of[start]
    return count


@cache
def planar_pairings(k: int) -> tuple[int, ...]:
    """How many permutations of k letters of genus zero have 1, 2, ..., k cycles.

    A permutation is of genus zero where its cycles and those of the long cycle after its inverse are k + 1 in all.
    """
    counts = [0] * k
    for one in permutations(range(k)):
        inverse = tuple(one.index(i) for i in range(k))
        after = tuple((inverse[i] + 1) % k for i in range(k))
        if (mine := cycles(one)) + cycles(after) == k + 1:
            counts[mine - 1] += 1
    return tuple(counts)


def dyck_paths(k: int) -> Iterator[tuple[int, ...]]:
    """The paths of k steps up and k down that never go below zero."""
    for path in product((1, -1), repeat=2 * k):
        if sum(path) == 0 and all(sum(path[:i]) >= 0 for i in range(2 * k)):
            yield path


def peaks(path: tuple[int, ...]) -> int:
    """How often a step up is followed by one down."""
    return sum(path[i : i + 2] == (1, -1) for i in range(len(path) - 1))


def expected_trace(rows: int, columns: int, power: int, moments: tuple[Expr, ...]) -> Expr:
    """E tr (X X^T)^power for independent entries with the given moments (from order 1 on), term by term."""
    total = ZERO
    for left in product(range(rows), repeat=power):
        for right in product(range(columns), repeat=power):
            used: dict[tuple[int, int], int] = {}
            for i in range(power):
                for entry in ((left[i], right[i]), (left[(i + 1) % power], right[i])):
                    used[entry] = used.get(entry, 0) + 1
            total += prod(moments[times - 1] for times in used.values())
    return total


def semicircle(at: Expr) -> Expr:
    """The density of the semicircle law on (-2, 2)."""
    return sqrt(4 - at**2) / (2 * pi)


def spiked_edge(excess: Expr, ratio: Expr) -> Expr:
    """Where the sample eigenvalue of a population eigenvalue 1 + excess comes to lie, above the threshold."""
    return (1 + excess) * (1 + ratio / excess)


def spiked_overlap(excess: Expr, ratio: Expr) -> Expr:
    """The squared cosine of the angle between the sample and the population eigenvector, above the threshold."""
    return (1 - ratio / excess**2) / (1 + ratio / excess)
