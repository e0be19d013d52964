"""The finite cases behind the theorems on shattering: all families on few points, all samples from few points.

Each function lists cases for `claims.Finite`; a theorem of `theory.vc` says what they are about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

from sympy import Add, E, Expr, Integer, Matrix, Mul, Rational, Symbol, exp, log, sqrt

from . import hypothesis_classes as classes
from . import separation
from .set_systems import (
    Family,
    all_sets_up_to,
    box_family,
    cover,
    families,
    interval_family,
    network_dimension_bound,
    network_parameters,
    sauer,
    shatters,
    stump_dimension,
    stump_family,
    stump_orders,
    subsets,
    threshold_family,
    vc_dimension,
)
from .symbols import probability

Cases = Iterator[tuple[str, Any, Any]]
POINTS = 3
"""All 256 families on this many points are run."""


@dataclass(frozen=True)
class Rule:
    """A computable rule as the value of a definition, with the formula by which it is shown."""

    formula: str
    of: Callable[..., Any]

    def _latex(self, printer: Any) -> str:
        return self.formula


def shown(family: Family) -> str:
    """A family as the list of its sets, a set as its bits."""
    return "{" + ", ".join(f"{one:0{POINTS}b}" for one in sorted(family)) + "}"


def shattered_sets(family: Family) -> list[int]:
    """All shattered subsets of the points."""
    return [subset for subset in subsets(POINTS) if shatters(family, subset)]


def each_labelling(rule: Callable[[Family, int], bool]) -> Cases:
    """A rule for shattering against the definition word by word, for all families and subsets."""
    for family in families(POINTS):
        for subset in subsets(POINTS):
            inside = [y for y in subsets(POINTS) if y & ~subset == 0]
            by_words = all(any(h & subset == y for h in family) for y in inside)
            yield f"H = {shown(family)}, S = {subset:03b}", rule(family, subset), by_words


def largest_sizes(rule: Callable[[Family], int]) -> Cases:
    """A rule for the dimension against the largest size of a shattered set, for all families that are not empty."""
    for family in families(POINTS):
        if family:
            yield f"H = {shown(family)}", rule(family), max(s.bit_count() for s in shattered_sets(family))


def dimension_and_sizes() -> Cases:
    """The dimension, and the size of each shattered set."""
    for family in families(POINTS):
        for subset in shattered_sets(family):
            yield f"H = {shown(family)}, S = {subset:03b}", vc_dimension(family, POINTS), subset.bit_count()


def related_sets(larger: bool, expected: bool) -> Cases:
    """Whether what lies below (or all that is larger than) a shattered set is shattered, and what is expected."""
    for family in families(POINTS):
        for subset in shattered_sets(family):
            for other in subsets(POINTS):
                related = other.bit_count() > subset.bit_count() if larger else other & ~subset == 0
                if related:
                    label = f"H = {shown(family)}, S = {subset:03b}, S' = {other:03b}"
                    yield label, shatters(family, other), expected


def family_sizes(bound: Callable[[Family], Any]) -> Cases:
    """The size of every family that is not empty, and a bound on it."""
    for family in families(POINTS):
        if family:
            yield f"H = {shown(family)}", len(family), bound(family)


def extremal_families(shift: int = 0) -> Cases:
    """The family of all sets of at most d points: its size, and the sum of binomials."""
    for m in range(1, 8):
        for d in range(m + 1):
            family = all_sets_up_to(m, d)
            yield f"m = {m}, d = {d}", (len(family), vc_dimension(family, m)), (sauer(m, d - shift), d)


def pascal(count: Callable[[int, int], int], most: int = 9) -> Cases:
    """A count with m + 1 points and d + 1 parameters against the sum of those with one point fewer."""
    for m in range(1, most):
        for d in range(1, most):
            yield f"m = {m}, d = {d}", count(m + 1, d + 1), count(m, d + 1) + count(m, d)


def sauer_powers(scale: Expr = E) -> Cases:
    """The sum of binomials and the power (e m / d)^d."""
    sizes = [(points, size) for points in range(1, 13) for size in range(1, points + 1)]
    for m, d in (*sizes, (400, 8)):
        yield f"m = {m}, d = {d}", sauer(m, d), (scale * Rational(m, d)) ** d


def binomial_theorem() -> Cases:
    """(d/m)^d times the sum of binomials up to d, and (1 + d/m)^m."""
    for m in range(1, 16):
        for d in range(1, m + 1):
            yield f"m = {m}, d = {d}", Fraction(d, m) ** d * sauer(m, d), (1 + Fraction(d, m)) ** m


def on_a_line(family: Callable[[int], Family], growth: Callable[[int], int], dimension: int) -> Cases:
    """The size and dimension of a family on m ordered points, m up to 8, against formulas."""
    for m in range(1, 9):
        one = family(m)
        yield f"m = {m}", (len(one), vc_dimension(one, m)), (growth(m), min(m, dimension))


def thresholds(extra: int = 1) -> Cases:
    """Half-lines."""
    return on_a_line(threshold_family, lambda m: m + extra, 1)


def interval_unions(runs: Callable[[int], int]) -> Cases:
    """Unions of k intervals, k up to 3, with the dimension that `runs` says."""
    for k in (1, 2, 3):
        for label, found, said in on_a_line(
            lambda m, k=k: interval_family(m, k),  # type: ignore[misc]
            lambda m, k=k: sauer(m, runs(k)),  # type: ignore[misc]
            runs(k),
        ):
            yield f"k = {k}, {label}", found, said


def crosses(axes: int) -> list[tuple[int, ...]]:
    """The 2d points at distance one on the axes."""
    return [tuple(s if k == i else 0 for k in range(axes)) for i in range(axes) for s in (1, -1)]


def boxes(more: int = 0) -> Cases:
    """The dimension of boxes on the cross points (shattered), and at most 2d on one point more in every order."""
    for d in (1, 2, 3):
        yield f"d = {d}, cross points", vc_dimension(box_family(crosses(d)), 2 * d), 2 * d + more
    for order in permutations(range(5)):
        family = box_family(list(enumerate(order)))
        yield f"d = 2, ranks {order}", min(vc_dimension(family, 5), 4), vc_dimension(family, 5)


def stumps(more: int = 0) -> Cases:
    """The largest dimension of stumps: on the constructed points, and over all orders on up to two axes."""
    for k in range(2, 7):
        orders = stump_orders(k)
        points = [tuple(order.index(i) for order in orders) for i in range(k)]
        yield (
            f"{k} points, {len(orders)} axes",
            vc_dimension(stump_family(points), k),
            stump_dimension(len(orders)) + more,
        )
    for d in (1, 2):
        k = stump_dimension(d) + 1
        best = max(
            vc_dimension(stump_family(list(zip(range(k), *orders, strict=True))), k)
            for orders in product(permutations(range(k)), repeat=d - 1)
        )
        yield f"{k} points in every order on {d} axes", best, k - 1 + more


def sines(most: int = 6) -> Cases:
    """The labels of 1/2, 1/4, ... by the sine of frequency 1 + sum of (1 - y_i) 2^i over pi, and the wanted labels."""
    for m in range(1, most + 1):
        line = [(Fraction(1, 2**i),) for i in range(1, m + 1)]
        for labels in product((0, 1), repeat=m):
            frequency = Fraction(1 + sum((1 - y) << (i + 1) for i, y in enumerate(labels)))
            yield f"y = {labels}", tuple(classes.Sine(frequency)(x) for x in line), labels


def simplex(lift: int = 1) -> Cases:
    """The labels of 0, e_1, ..., e_d by the half-space of weights s_i - s_0 and bias s_0, for all signs s, d to 5."""
    for d in range(1, 6):
        corners = [tuple(Fraction(int(k == i)) for k in range(1, d + 1)) for i in range(d + 1)]
        for labels in product((0, 1), repeat=d + 1):
            s = [Fraction(2 * y - 1) for y in labels]
            half = separation.Halfspace(s[0] * lift, tuple(s[i] - s[0] for i in range(1, d + 1)))
            yield f"y = {labels}", tuple(half(x) for x in corners), labels


def radon(signs: int = -1) -> Cases:
    """d + 2 points of R^d in symbols: their minors with alternating signs are an affine dependence (Cramer's rule)."""
    for d in (1, 2, 3):
        rows = [[Integer(1), *(Symbol(f"x{i}{k}", real=True) for k in range(d))] for i in range(d + 2)]
        weights = [signs**i * Matrix(rows[:i] + rows[i + 1 :]).det(method="berkowitz") for i in range(d + 2)]
        for k in range(d + 1):
            total = Add(*(Mul(w, row[k]) for w, row in zip(weights, rows, strict=True)))
            yield f"d = {d}, {'sum' if k == 0 else f'coordinate {k}'}", total.expand(), Integer(0)


def no_common_hull(strict: int = 1) -> Cases:
    """All labellings of four points of a 3 x 3 grid: a half-space or Farkas weights, and never both."""
    grid = [(Fraction(a), Fraction(b)) for a in range(3) for b in range(3)]
    for points in list(combinations(grid, 4))[::3]:
        for labels in product((0, 1), repeat=4):
            found = separation.separate(points, labels)
            one = found.refutes(points, labels) if isinstance(found, separation.FarkasVector) else False
            other = found.separates(points, labels) if isinstance(found, separation.Halfspace) else False
            yield f"{points}, {labels}", int(one) + int(other), strict


def general_position(count: Callable[[int, int], int] = cover) -> Cases:
    """The half-spaces' dichotomies of points on the moment curve, and Cover's count."""
    for d in (1, 2, 3):
        for m in range(1, 7):
            points = [[t**k for k in range(1, d + 1)] for t in range(m)]
            yield f"d = {d}, m = {m}", len(separation.linear_dichotomies(points)), count(m, d + 1)


def polynomial_shapes(rule: Callable[[int, int], Sequence[Any]]) -> Cases:
    """How many monomials there are, and binomial(n + k, k)."""
    for n in range(1, 5):
        for k in range(1, 5):
            yield f"n = {n}, k = {k}", len(rule(n, k)), sauer_shape(n, k)


def sauer_shape(n: int, k: int) -> int:
    """binomial(n + k, k)."""
    return classes.PolynomialClassifiers(n, k).parameters


def polynomial_dimensions(rule: Callable[[int, int], Sequence[Any]]) -> Cases:
    """Points lifted by the monomials: as many as there are coefficients are independent, one more is not."""
    for n, k in ((1, 1), (1, 4), (2, 1), (2, 2), (2, 3), (3, 2)):
        size, powers = sauer_shape(n, k), [e for e in rule(n, k) if any(e)]
        points = classes.PolynomialClassifiers(n, k).good_points(size + 1)
        lifted = [classes.monomials([Fraction(x) for x in p], powers) for p in points]
        few, many = (separation.affine_dependence(lifted[:c]) for c in (size, size + 1))
        yield f"n = {n}, k = {k}", (few is None, many is None), (True, False)


def with_bias(points: Sequence[Sequence[Any]]) -> int:
    """How many labellings sign(w x + b) gives the points."""
    return len(separation.linear_dichotomies(points))


def without_bias(points: Sequence[Sequence[Any]]) -> int:
    """How many labellings sign(w x) gives: those that hold for the points and, reversed, for their reflections."""
    both = [*points, *(tuple(-x for x in point) for point in points)]
    answers = (
        separation.separate(both, (*labels, *(1 - y for y in labels))) for labels in product((0, 1), repeat=len(points))
    )
    return sum(isinstance(answer, separation.Halfspace) for answer in answers)


def planar(rule: Callable[[Sequence[Sequence[Any]]], int]) -> Cases:
    """Dichotomies of points of the plane: three corners all, three in line not all, four never all."""
    yield "a triangle", rule([(1, 0), (3, 1), (1, 2)]), 8
    yield "three points in line", rule([(1, 0), (1, 1), (1, 2)]), 6
    for points in ([(1, 0), (3, 0), (1, 2), (3, 2)], [(1, 0), (4, 0), (1, 3), (2, 1)]):
        yield f"four points {points}", rule(points), 14
    yield "four points, two pairs in line", rule([(1, 0), (2, 0), (3, 0), (1, 1)]), 12


def interpolating_networks(extra: int = 1) -> Cases:
    """Networks with one hidden layer of N rectifiers give N + 1 points of a line every labelling."""
    for units in range(1, 5):
        points = [(Fraction(t),) for t in range(units + extra)]
        for labels in product((0, 1), repeat=units + extra):
            found = classes.ReluNetworks((1, units)).realize(points, labels)
            got = None if isinstance(found, classes.Undecided) else tuple(found(x) for x in points)
            yield f"N = {units}, y = {labels}", got, labels


def network_bounds(wanted: Callable[[int, int], int]) -> Cases:
    """The upper bound for L hidden layers of N rectifiers, and something it is compared with."""
    for units in (2, 4, 8):
        for layers in (2, 8, 32):
            widths = (units,) * (layers + 1)
            yield f"N = {units}, L = {layers}", network_dimension_bound(widths), wanted(units, layers)


def parameters_times_depth(units: int, layers: int) -> int:
    """4 W L log2 W, rounded up, for L hidden layers of N units."""
    total = network_parameters((units,) * (layers + 1))[-1]
    return 4 * total * (layers + 1) * total.bit_length()


LAW = (*(probability(f"p{i}") for i in (1, 2, 3)),)
"""The free weights of a law on four pairs (x, y) of zeros and ones; the last one makes their sum one."""


def pair_weights() -> dict[tuple[int, int], Expr]:
    """A law on pairs of a point of {0, 1} and its label, in symbols."""
    pairs = [(x, y) for x in (0, 1) for y in (0, 1)]
    return dict(zip(pairs, (*LAW, 1 - Add(*LAW)), strict=True))


def empirical_error(labels: Sequence[int], truth: Sequence[int]) -> Rational:
    """The share of the sample on which the labels differ."""
    return Rational(sum(a != b for a, b in zip(labels, truth, strict=True)), len(labels))


def _labels(most: int = 4) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for size in range(1, most + 1):
        yield from product(product((0, 1), repeat=size), repeat=2)


def error_of_truth(rule: Callable[..., Any]) -> Cases:
    """The empirical error of the true labels, and zero."""
    for labels, _ in _labels():
        yield f"y = {labels}", rule(labels, labels), Integer(0)


def error_of_opposite(rule: Callable[..., Any]) -> Cases:
    """The empirical error of the opposite labels, and what is left of one."""
    for labels, truth in _labels():
        yield f"h = {labels}, y = {truth}", rule([1 - a for a in labels], truth), 1 - rule(labels, truth)


def error_by_points(rule: Callable[..., Any]) -> Cases:
    """The empirical error, and the mean of those on the single points."""
    for labels, truth in _labels():
        single = [rule([a], [b]) for a, b in zip(labels, truth, strict=True)]
        yield f"h = {labels}, y = {truth}", rule(labels, truth), Add(*single) / len(labels)


def error(law: dict[tuple[int, int], Expr], hypothesis: Sequence[int]) -> Expr:
    """The mass of the pairs (x, y) with h(x) != y."""
    return Add(*(mass for (x, y), mass in law.items() if hypothesis[x] != y))


def moments_of_empirical_error(rule: Callable[..., Expr], power: int) -> Cases:
    """The expectation of the empirical error (its variance for power 2) over samples of 1 and 2, against the error."""
    law = pair_weights()
    for h in product((0, 1), repeat=2):
        risk = rule(law, h)
        for n in (1, 2):
            expected = Add(
                *(
                    Mul(*(law[pair] for pair in sample))
                    * (empirical_error([h[x] for x, _ in sample], [y for _, y in sample]) - (risk if power == 2 else 0))
                    ** power
                    for sample in product(law, repeat=n)
                )
            )
            yield f"h = {h}, n = {n}", expected, risk * (1 - risk) / n if power == 2 else risk


def unseen(share: Callable[[int, int], Fraction]) -> Cases:
    """All subsets of d equally likely points: the least over samples of n of the largest deviation, and a share."""
    for d in (1, 2, 3, 4):
        for n in (1, 2, 3):
            least = min(
                max(
                    abs(Fraction(sum(h >> x & 1 for x in sample), n) - Fraction(h.bit_count(), d))
                    for h in range(1 << d)
                )
                for sample in product(range(d), repeat=n)
            )
            yield f"d = {d}, n = {n}", least, share(d, n)


def symmetrized(factor: int = 2) -> Cases:
    """The expected largest excess of error over empirical error, and twice the Rademacher average, exactly."""
    for law in ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 3), Fraction(2, 3))):
        for chosen in families(2):
            if chosen:
                for n in (1, 2):
                    yield (
                        f"P = {law[0]}, {law[1]}, losses {sorted(chosen)}, n = {n}",
                        *_both_sides(chosen, law, n, factor),
                    )


def _both_sides(family: Family, law: Sequence[Fraction], n: int, factor: int) -> tuple[Fraction, Fraction]:
    risk = {h: sum((law[x] for x in (0, 1) if h >> x & 1), Fraction(0)) for h in family}
    excess = average = Fraction(0)
    for sample in product((0, 1), repeat=n):
        mass = Fraction(1)
        for x in sample:
            mass *= law[x]
        excess += mass * max(risk[h] - Fraction(sum(h >> x & 1 for x in sample), n) for h in family)
        for signs in product((1, -1), repeat=n):
            best = max(sum(s * (h >> x & 1) for s, x in zip(signs, sample, strict=True)) for h in family)
            average += mass * Fraction(best, n * 2**n)
    return excess, factor * average


def massart(scale: Rational) -> Cases:
    """The Rademacher average of every family on three points, and sqrt(scale * log |H| / n); equal pairs once."""
    seen = set()
    for family in families(POINTS):
        if family:
            average = sum(
                Fraction(max(sum(s * (h >> i & 1) for i, s in enumerate(signs)) for h in family), POINTS * 2**POINTS)
                for signs in product((1, -1), repeat=POINTS)
            )
            if (average, len(family)) in seen:
                continue
            seen.add((average, len(family)))
            yield f"losses {shown(family)}", average, sqrt(scale * log(len(family)) / POINTS)


def coin_tails(exponent: int = 2) -> Cases:
    """The exact chance that the mean of n coins exceeds its expectation by t, and exp(-exponent n t^2)."""
    for n, chance in product(range(1, 7), (Fraction(k, 7) for k in range(1, 7))):
        for least in range(n + 1):
            t = Fraction(least, n) - chance
            if t > 0:
                mass = sum(math.comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(least, n + 1))
                bound = exp(-exponent * n * Rational(t.numerator, t.denominator) ** 2)
                yield f"n = {n}, p = {chance}, t = {t}", mass, bound
