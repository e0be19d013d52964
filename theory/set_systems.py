"""Families of finite sets: traces, shattering, the counts of Sauer, Shelah and Cover, and what networks can count to.

A family on m points is a set of bit masks: bit i of a mask says whether point i belongs to the set.  A subset of the
points is a mask too.

>>> vc_dimension(threshold_family(4)), vc_dimension(all_sets_up_to(5, 2)), sauer(5, 2), cover(5, 3)
(1, 2, 16, 22)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product

Family = frozenset[int]


def sauer(points: int, dimension: int) -> int:
    """The largest number of dichotomies of m points by a class of VC dimension d: the sum of binomial(m, i), i <= d."""
    total = term = 1 if dimension >= 0 else 0
    for i in range(min(points, dimension)):
        term = term * (points - i) // (i + 1)
        total += term
    return total


def cover(points: int, parameters: int) -> int:
    """Cover's count of the dichotomies of m points in general position by linear functions with this many parameters:
    2 sum of binomial(m - 1, k), k < parameters; a bias counts as a parameter."""
    return 2 * sum(math.comb(points - 1, k) for k in range(min(points, parameters)))


def members(mask: int) -> tuple[int, ...]:
    """The points of a mask, in order."""
    return tuple(i for i in range(mask.bit_length()) if mask >> i & 1)


def traces(family: Iterable[int], subset: int) -> Family:
    """What the sets of the family leave on a subset."""
    return frozenset(one & subset for one in family)


def shatters(family: Iterable[int], subset: int) -> bool:
    """Whether every subset of the subset is a trace."""
    return len(traces(family, subset)) == 1 << subset.bit_count()


def subsets(points: int, size: int | None = None) -> Iterator[int]:
    """All masks on m points, or those of one size."""
    for k in range(points + 1) if size is None else (size,):
        for chosen in combinations(range(points), k):
            yield sum(1 << i for i in chosen)


def largest_shattered(family: Iterable[int], points: int) -> int | None:
    """A shattered subset of the largest size, as a mask; None for the empty family, which shatters nothing.

    Subsets of shattered sets are shattered, so sets grow point by point.
    """
    sets = frozenset(family)
    if not sets:
        return None
    level = [0]
    best = 0
    while level:
        best = level[0]
        longer = (s | 1 << i for s in level for i in range(s.bit_length(), points))
        level = [s for s in longer if shatters(sets, s)]
    return best


def vc_dimension(family: Iterable[int], points: int | None = None) -> int:
    """The size of the largest shattered subset; -1 for the empty family, which does not even shatter the empty set."""
    sets = frozenset(family)
    reach = max((one.bit_length() for one in sets), default=0) if points is None else points
    best = largest_shattered(sets, reach)
    return -1 if best is None else best.bit_count()


def families(points: int) -> Iterator[Family]:
    """All families on m points, the empty one first: 2 to the 2^m of them."""
    everything = list(subsets(points))
    for chosen in range(1 << len(everything)):
        yield frozenset(one for i, one in enumerate(everything) if chosen >> i & 1)


def all_sets_up_to(points: int, size: int) -> Family:
    """All sets of at most this many points: the family that meets Sauer and Shelah's bound."""
    return frozenset(one for k in range(size + 1) for one in subsets(points, k))


def threshold_family(points: int) -> Family:
    """Half-lines to the right on m ordered points."""
    return frozenset(((1 << points) - 1) >> k << k for k in range(points + 1))


def interval_family(points: int, count: int = 1) -> Family:
    """Unions of at most `count` intervals on m ordered points: the masks with at most so many runs of ones."""
    return frozenset(mask for mask in range(1 << points) if (mask & ~(mask << 1)).bit_count() <= count)


def box_family(points: Sequence[Sequence[int]]) -> Family:
    """What boxes with sides parallel to the axes cut out of points of a grid, by all boxes between coordinates."""
    axes = list(zip(*points, strict=True))
    sides = [[(a, b) for a in set(axis) for b in set(axis) if a <= b] for axis in axes]
    found = {0}
    for box in product(*sides):
        inside = (all(a <= x <= b for (a, b), x in zip(box, point, strict=True)) for point in points)
        found.add(sum(1 << i for i, yes in enumerate(inside) if yes))
    return frozenset(found)


def stump_family(points: Sequence[Sequence[int]]) -> Family:
    """What cuts across one axis leave of the points, either side of the cut."""
    everything = (1 << len(points)) - 1
    found = {0, everything}
    for axis in zip(*points, strict=True):
        for t in set(axis):
            above = sum(1 << i for i, x in enumerate(axis) if x >= t)
            found |= {above, everything ^ above}
    return frozenset(found)


def stump_dimension(axes: int) -> int:
    """The largest k with binomial(k, floor(k/2)) <= 2 d: the VC dimension of decision stumps on d axes (Gey 2018)."""
    k = 1
    while math.comb(k + 1, (k + 1) // 2) <= 2 * axes:
        k += 1
    return k


def stump_orders(points: int) -> list[tuple[int, ...]]:
    """Orders of k points, half of binomial(k, floor(k/2)) rounded up, such that each subset or its complement begins
    one of them: one axis each lets decision stumps shatter the points.

    Each half of an order runs down a chain of Greene and Kleitman from a set of the middle size; the two halves belong
    to disjoint sets.
    """
    half, everything = points // 2, (1 << points) - 1
    middle = list(subsets(points, half))
    pairs = _disjoint_pairs(middle)
    orders = []
    for a, b in pairs:
        between = members(everything & ~(a | b))
        orders.append((*reversed(_down(a, points)), *between, *_down(b, points)))
    return orders


def spread_orders(points: int, axes: int) -> list[tuple[int, ...]]:
    """Orders of the points, one an axis, whose beginnings differ as much as those of multiples modulo a prime do."""
    prime = next(q for q in range(points + 1, 2 * points + 3) if all(q % f for f in range(2, q)))
    ranks = [[(i + 1) * factor % prime for i in range(points)] for factor in range(1, prime)]
    tried = [tuple(sorted(range(points), key=rank.__getitem__)) for rank in ranks]
    everything, seen, chosen = (1 << points) - 1, set[int](), []
    for _ in range(axes):
        best = max(tried, key=lambda order: len(_beginnings(order, everything) - seen))
        seen |= _beginnings(best, everything)
        chosen.append(best)
    return chosen


def _beginnings(order: Sequence[int], everything: int) -> set[int]:
    found, mask = {0, everything}, 0
    for i in order:
        mask |= 1 << i
        found |= {mask, everything ^ mask}
    return found


def _disjoint_pairs(sets: list[int]) -> list[tuple[int, int]]:
    """Pairs of disjoint sets that contain every set, as few as possible."""

    def matched(left: list[int]) -> list[tuple[int, int]] | None:
        if len(left) < 2:
            return [(one, next(other for other in sets if not one & other)) for one in left]
        first, rest = left[0], left[1:]
        for other in rest:
            if not first & other and (more := matched([one for one in rest if one != other])) is not None:
                return [(first, other), *more]
        return None

    found = matched(sets)
    if found is None:
        raise ArithmeticError("no matching of disjoint sets was found")
    return found


def _down(mask: int, points: int) -> list[int]:
    """The members of a set in the order in which its chain of matched brackets loses them, the rest behind."""
    waiting: list[int] = []
    loose: list[int] = []
    for i in range(points):
        if not mask >> i & 1:
            waiting.append(i)
        elif waiting:
            waiting.pop()
        else:
            loose.append(i)
    first = loose[::-1]
    return first + [i for i in members(mask) if i not in first]


def network_parameters(widths: Sequence[int]) -> list[int]:
    """The weights and biases up to each layer of a network with inputs, hidden widths and one output."""
    sizes = [*widths, 1]
    total, found = 0, []
    for before, here in pairwise(sizes):
        total += (before + 1) * here
        found.append(total)
    return found


def network_growth_bits(points: int, widths: Sequence[int]) -> float:
    """The logarithm to base 2, rounded up, of a bound on the dichotomies of m points by ReLU networks of this shape.

    widths: inputs, then the hidden layers; one output that is thresholded at 0. Bartlett, Harvey, Liaw and Mehrabian
    (2019): layer i with k_i units and W_i parameters up to it multiplies the regions of parameter space by
    2 (2 e m k_i i / W_i)^W_i. Valid where m is at least the number of parameters.
    """
    total = 0.0
    layers = enumerate(zip([*widths[1:], 1], network_parameters(widths), strict=True), start=1)
    for depth, (units, parameters) in layers:
        total += 1 + parameters * math.log2(2 * math.e * points * units * depth / parameters)
    return total * (1 + 1e-12)


def network_dimension_bound(widths: Sequence[int]) -> int:
    """An upper bound on the VC dimension of ReLU networks of this shape: the last m with 2^m below the growth bound, of
    order W L log W. The bound in bits less m is concave and positive at m = W, so there is one such m."""
    low = network_parameters(widths)[-1]
    high = 2 * low
    while network_growth_bits(high, widths) >= high:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if network_growth_bits(middle, widths) >= middle else (low, middle)
    return low


__all__ = [
    "Family",
    "all_sets_up_to",
    "box_family",
    "cover",
    "families",
    "interval_family",
    "largest_shattered",
    "members",
    "network_dimension_bound",
    "network_growth_bits",
    "network_parameters",
    "sauer",
    "shatters",
    "spread_orders",
    "stump_dimension",
    "stump_family",
    "stump_orders",
    "subsets",
    "threshold_family",
    "traces",
    "vc_dimension",
]
