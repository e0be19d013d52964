"""Covering numbers, Dudley's entropy integral with its constants, and the rates that entropy gives.

The theorems that `theory.rademacher` names. `covering_number` and `packing_number` are exact, by search, for finite
sets of vectors in the largest distance.

>>> line = [(Fraction(i, 4),) for i in range(5)]
>>> [covering_number(line, Fraction(k, 4)) for k in range(4)], packing_number(line, Fraction(1, 4))
([5, 2, 1, 1], 3)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import comb
from typing import Any

from sympy import Expr, Integer, Rational, atan, exp, factorial, log, oo, pi, sqrt

from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion
from .empirical_processes import Class, classes, complexity, gap
from .measures import expect
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, DomainSymbol, bounded, density, function, integer, positive, real, reals

Cases = Iterator[tuple[str, Any, Any]]
ONE = Integer(1)
e = DomainSymbol("e", Domain(Integer(0), ONE, upper_open=False), r"\epsilon")


def covering_number(points: Class, radius: Fraction) -> int:
    """The least number of points of the set whose closed balls of that radius, in the largest distance, cover the set.

    Exact, by trying all subsets in order of size. Raises ValueError for an empty set or a negative radius.
    """
    if not points:
        raise ValueError("the covering number of the empty set is not asked for: give at least one point")
    if radius < 0:
        raise ValueError(f"radius {radius} is negative")
    near = [sum(1 << j for j, q in enumerate(points) if gap(p, q) <= radius) for p in points]
    everything = (1 << len(points)) - 1
    for size in range(1, len(points) + 1):
        for chosen in combinations(near, size):
            covered = 0
            for one in chosen:
                covered |= one
            if covered == everything:
                return size
    raise AssertionError("every point covers itself")


def packing_number(points: Class, apart: Fraction) -> int:
    """The largest number of points of the set that are pairwise more than `apart` from each other. Exact, by search."""
    far = [[gap(p, q) > apart for q in points] for p in points]

    def grow(kept: int, rest: Sequence[int]) -> int:
        best = kept
        for index, i in enumerate(rest):
            if kept + len(rest) - index <= best:
                break
            best = max(best, grow(kept + 1, [j for j in rest[index + 1 :] if far[i][j]]))
        return best

    return grow(0, range(len(points)))


def grid(steps: int) -> Class:
    """The points 0, 1/steps, ..., 1 of the unit interval."""
    return [(Fraction(i, steps),) for i in range(steps + 1)]


def square(steps: int) -> Class:
    """The grid of the unit square."""
    return [(Fraction(i, steps), Fraction(j, steps)) for i, j in product(range(steps + 1), repeat=2)]


SETS: dict[str, Class] = {
    "interval in 6": grid(6),
    "interval in 9": grid(9),
    "square in 3": square(3),
    "three points": [(0, 0), (1, 0), (5, 2)],
    "ramps": list(classes(3)[4]),
    "indicators": list(classes(3)[2]),
}
RADII = tuple(Fraction(k, 12) for k in (1, 2, 3, 4, 6, 12))
EXACT = "six sets of 3 to 16 points, six radii"


def covering() -> Theorem:
    """See `rademacher.covering_number`."""

    def properties(rule: Callable[[Class, Fraction], int]) -> Mapping[str, Claim]:
        def against() -> Cases:
            for name, points in SETS.items():
                for radius in RADII:
                    yield f"{name}, {radius}: packing", packing_number(points, 2 * radius), rule(points, radius)
                    yield (
                        f"{name}, {radius}: no more than a packing",
                        rule(points, radius),
                        packing_number(points, radius),
                    )
                    yield f"{name}, {radius}: fewer when larger", rule(points, 2 * radius), rule(points, radius)

        def known() -> Cases:
            for steps in (6, 9, 12):
                for reach in (0, 1, 2, 3):
                    # a centre sees `reach` neighbours on either side
                    yield (
                        f"interval in {steps}",
                        rule(grid(steps), Fraction(reach, steps)),
                        -(-(steps + 1) // (2 * reach + 1)),
                    )
            corners = [(0,), (2,), (4,)]
            yield "centres in the set", rule(corners, Fraction(1)), 3

        formula = r"M(2\epsilon)\le N(\epsilon)\le M(\epsilon)"
        return {
            "between packings": Finite(against, formula, EXACT, "<="),
            "intervals": Finite(known, r"N(\epsilon)=\lceil(m+1)/(2\lfloor m\epsilon\rfloor+1)\rceil", EXACT),
        }

    def open_balls(points: Class, radius: Fraction) -> int:
        return covering_number(points, radius * Fraction(999, 1000))

    rule = Definition(
        r"N(\epsilon,F)",
        Rule(r"\min\{m:\exists f_1,\ldots,f_m\in F,\ \min_i\lVert f-f_i\rVert\le\epsilon\}", covering_number),
        properties,
    )
    return Theorem(
        rule,
        sizes=EXACT,
        mutants={
            "open balls": rule.of(Rule("<", open_balls)),
            "packing number": rule.of(Rule("M", packing_number)),
            "diameter for radius": rule.of(Rule("N(e/2)", lambda points, r: covering_number(points, r / 2))),
        },
        printed={33: Printed(note="With centres in F; with any centres it lies between N(2 epsilon) and N(epsilon).")},
    )


def dudley_bound(rows: Class, alpha: Fraction, n: int | None = None) -> Expr:
    """4 alpha + (12 / sqrt n) times the integral of sqrt(log N) from alpha on, exactly, for a finite class.

    n: the size of the sample, the number of points at which the functions are given unless they repeat. The covering
    numbers in the largest distance are constant between the distances that occur.
    """
    jumps = sorted({gap(f, g) for f in rows for g in rows if gap(f, g) > alpha})
    ends = [alpha, *jumps]
    total: Expr = Integer(0)
    for low, high in pairwise(ends):
        number = covering_number(rows, low)
        total += Rational((high - low).numerator, (high - low).denominator) * sqrt(log(Integer(number)))
    fixed = Rational(alpha.numerator, alpha.denominator)
    return 4 * fixed + 12 / sqrt(Integer(n or len(rows[0]))) * total


def dudley() -> Theorem:
    """See `rademacher.dudley`."""
    width, level = positive("r"), DomainSymbol("s", NONNEGATIVE)
    weight, excess = density("w"), function("q", NONNEGATIVE)
    n, term = integer("n", least=0), real("b")
    d1, d2, a = DomainSymbol("d1", NONNEGATIVE), DomainSymbol("d2", NONNEGATIVE), positive("a", tex=r"\alpha")
    m1, m2 = reals("m1 m2")
    sizes_ = "classes of up to 8 functions on 2 and 3 points, four cut-offs"

    def exact(factor: Callable[[int], Expr]) -> Callable[[], Cases]:
        def cases() -> Cases:
            for label, rows in _family():
                for alpha in (Fraction(0), Fraction(1, 8), Fraction(1, 2), Fraction(1)):
                    size = factor(len(rows[0]))
                    yield f"{label}, cut at {alpha}", complexity(rows), size * dudley_bound(rows, alpha)
            for half in (1, 10, 800):
                average = Fraction(comb(2 * half, half), 4**half)
                bound = factor(2 * half) * dudley_bound([[1], [-1]], Fraction(0), 2 * half)
                yield f"1 and -1 on {2 * half} points", average, bound

        return cases

    # the level j has radius e_j = r, the one before 2 r, the one after r / 2
    one_level = Inequality(6 * width * level, "<=", 12 * (width / 2) * expect(weight, level + excess))
    formula = r"\hat R_S(F)\le4\alpha+\frac{12}{\sqrt n}\int_\alpha^\infty\sqrt{\log N(\epsilon)}\,d\epsilon"
    claims: dict[str, Claim] = {
        "neighbouring centres": Inequality(d1 + d2, "<=", 3 * width, (d1 <= width, d2 <= 2 * width)),
        "pairs of centres": Inequality(
            3 * width * sqrt(2 * (m1 + m2)), "<=", 6 * width * sqrt(m1), (m1 >= 0, m2 >= 0, m2 <= m1)
        ),
        "one level under the integral": one_level,
        "levels tile the interval": Recursion(
            n, 0, Integer(0), term, term + width / 2 ** (n + 1), width * (1 - Rational(1, 2) ** n)
        ),
        "what is left at the cut": Inequality(width, "<=", 4 * a, (width / 4 <= a,)),
        "on exact classes": Finite(exact(lambda n: ONE), formula, sizes_, "<="),
    }
    mutants: dict[str, Claim] = {
        "1/n for 1/sqrt n": Finite(exact(lambda n: 1 / sqrt(Integer(n))), formula, sizes_, "<="),
        "a thirtieth of it": Finite(exact(lambda n: Rational(1, 30)), formula, sizes_, "<="),
        "half a level": Inequality(one_level.lhs, "<=", one_level.rhs / 2),
        "centres two radii apart": Inequality(d1 + d2, "<=", 2 * width, (d1 <= width, d2 <= 2 * width)),
        "cut at the last radius": Inequality(width, "<=", 2 * a, (width / 4 <= a,)),
    }
    note = (
        "For the pointwise supremum norm (or the norm of L2 of the sample, which is smaller); the essential supremum "
        "may be 0 throughout a class of positive complexity."
    )
    return Theorem(AllOf(claims), sizes=sizes_, mutants=mutants, printed={34: Printed(note=note)})


def _family() -> Iterator[tuple[str, Class]]:
    for points in (2, 3):
        for index, rows in enumerate(classes(points)):
            distinct = sorted({tuple(Fraction(v) for v in row) for row in rows})
            yield f"{points} points, class {index + 1}", distinct


def entropy_rates() -> Theorem:
    """See `rademacher.entropy_rates`."""
    n, x, c = positive("n"), positive("x"), positive("c")
    cut = 1 / sqrt(n)
    p, steep = DomainSymbol("p", Domain(Integer(0), Integer(2)), "p"), DomainSymbol("p", Domain(Integer(2)), "p")

    def primitive(power: Expr) -> Expr:
        return x ** (1 - power / 2) / (1 - power / 2)

    at = n ** (-1 / steep)
    claims: dict[str, Claim] = {
        "exponent below 2: primitive": Identity(primitive(p).diff(x), x ** (-p / 2)),
        "exponent below 2: whole integral": Inequality(primitive(p).subs(x, 1) - primitive(p), "<=", 2 / (2 - p)),
        "exponent 2: primitive": Identity(log(x).diff(x), x ** (-Integer(2) / 2)),
        "exponent 2, cut at 1/sqrt n": Identity(
            4 * cut + 12 / sqrt(n) * sqrt(c) * log(1 / cut), 4 / sqrt(n) + 6 * sqrt(c) * log(n) / sqrt(n)
        ),
        "exponent 2, any cut 3 t/sqrt n": Identity(
            4 * (3 * x * cut) + 12 * cut * log(1 / (3 * x * cut)), 12 * cut * (x - log(x) + log(n) / 2 - log(3))
        ),
        "no cut is better than t = 1": Inequality(x - log(x), ">=", ONE),
        "exponent above 2, cut at n^(-1/p)": Identity(at ** (1 - steep / 2) / sqrt(n), at),
    }
    mutants: dict[str, Claim] = {
        "no logarithm at exponent 2": Identity(
            4 * cut + 12 / sqrt(n) * sqrt(c) * log(1 / cut), (4 + 6 * sqrt(c)) / sqrt(n)
        ),
        "rate n^(-1/2) above exponent 2": Identity(at ** (1 - steep / 2) / sqrt(n), 1 / sqrt(n)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def lipschitz_paths(values: Sequence[Fraction]) -> list[int]:
    """The slopes +1 or -1 of the zigzag from 0, one a step, that stays within one step of a 1-Lipschitz path.

    values: f at the ends of the steps, in units of the step, f(0) = 0 left out. Raises ValueError where they are not
    1-Lipschitz.
    """
    level, before, slopes = Fraction(0), Fraction(0), []
    for value in values:
        if abs(value - before) > 1:
            raise ValueError(f"from {before} to {value} is steeper than 1")
        slopes.append(1 if value >= level else -1)
        level, before = level + slopes[-1], value
    return slopes


def classical() -> Theorem:
    """See `rademacher.classical_coverings`."""
    n, term = integer("n", least=1), real("b")
    f, g, move = reals("f g m")

    def intervals() -> Cases:
        for steps in (6, 12, 18):
            for reach in (1, 2):
                radius = Fraction(reach, steps)
                yield f"1/{radius}", covering_number(grid(steps), radius), -(-1 // (2 * radius)) + 1

    def zigzags(slack: Fraction) -> Callable[[], Cases]:
        def cases() -> Cases:
            for path in product((Fraction(-1), Fraction(-1, 3), Fraction(0), Fraction(1, 2), Fraction(1)), repeat=4):
                heights = [sum(path[: i + 1], Fraction(0)) for i in range(4)]
                slopes = lipschitz_paths(heights)
                levels = [Fraction(sum(slopes[: i + 1])) for i in range(4)]
                yield (
                    str(tuple(map(str, path))),
                    max(gap([a], [b]) for a, b in zip(heights, levels, strict=True)),
                    slack,
                )

        return cases

    def separated() -> Cases:
        for steps in (1, 2, 3, 4):
            paths = [[sum(s[: i + 1]) for i in range(steps)] for s in product((1, -1), repeat=steps)]
            yield f"{steps} steps", packing_number(paths, Fraction(19, 10)), 2**steps

    up = Inequality(f + move - (g + 1), ">=", -1, (f + move >= g, move <= 1))
    claims: dict[str, Claim] = {
        "interval": Finite(intervals, r"N(\epsilon)\le\lceil1/(2\epsilon)\rceil+1", "grids of 6 to 18 steps", "<="),
        "ball: quotient of radii": Identity((1 + e / 2) / (e / 2), 1 + 2 / e),
        "ball: any dimension": Recursion(n, 1, 1 + 2 / e, term, term * (1 + 2 / e), (1 + 2 / e) ** n),
        "Lipschitz: a step up": up,
        "Lipschitz: not too high": Inequality(f + move - (g + 1), "<=", 1, (f - g <= 1, move <= 1)),
        "Lipschitz: zigzags are near": Finite(
            zigzags(Fraction(1)), r"\log_2N(\epsilon)\le\lceil1/\epsilon\rceil", "625 paths of 4 steps", "<="
        ),
        "Lipschitz: zigzags are apart": Finite(
            separated, r"M(2\epsilon)\ge2^{\lceil1/\epsilon\rceil-1}", "1 to 4 steps"
        ),
    }
    mutants: dict[str, Claim] = {
        "zigzags nearer": Finite(zigzags(Fraction(1, 2)), "", "625 paths", "<="),
        "always up": Inequality(up.lhs, ">=", up.rhs, (move <= 1,)),
    }
    return Theorem(AllOf(claims), sizes="exact grids and paths", mutants=mutants)


def gaussian_entropy() -> Theorem:
    """See `rademacher.gaussian_entropy`."""
    t, x, y = bounded("t", 0, 1), *reals("x y")
    n, term, k = integer("n", least=1), real("b"), positive("k")

    def tail(m: int) -> Claim:
        start = sum(t**j / factorial(j) for j in range(m))
        return Inequality(exp(t) - start, "<=", t**m * exp(t) / factorial(m))

    def on_the_line() -> Cases:
        for power in (100, 1000, 3000):
            for radius in (Rational(1, 4), Rational(1, 8)):
                yield f"radius {radius}, 2^{power} points two apart", power * log(Integer(2)), 24 / radius**2

    apart = Inequality(1 - exp(-((x - y) ** 2) / 2), ">=", Rational(1, 2), ((x - y) ** 2 >= 4,))
    printed = Finite(
        on_the_line,
        r"\log N(\epsilon)\le24/\epsilon^2",
        "packings of the ball by 2^k kernels with centres two apart",
        "<=",
    )
    claims: dict[str, Claim] = {
        "kernel by its features": Identity(exp(-(x**2) / 2) * exp(-(y**2) / 2) * exp(x * y), exp(-((x - y) ** 2) / 2)),
        **{f"tail after {m} features": tail(m) for m in (1, 2, 4)},
        "factorials": Recursion(n, 1, ONE, term, (n + 1) * term, 2 ** (n - 1), ">="),
        "as many features as needed": Identity(2 ** (1 + 2 * log(2 / e) / log(2) - 1), 4 / e**2),
        "logarithms": Inequality(log(1 + k), "<=", k),
        "features times logarithm": Inequality((2 + 4 / e) * (4 / e), "<=", 24 / e**2),
        "kernels far apart": apart,
    }
    mutants: dict[str, Claim] = {
        "exponent 1": Inequality((2 + 4 / e) * (4 / e), "<=", 24 / e),
        "on the whole line": printed,
        "kernels one apart": Inequality(apart.lhs, ">=", apart.rhs, ((x - y) ** 2 >= 1,)),
    }
    note = (
        "On an interval of length 2 at scale 1 the bound is 24/epsilon^2, and powers of log(1/epsilon) suffice. On the "
        "line kernels with centres two apart differ by 0.86 at a centre: below the radius 0.43 the number is infinite."
    )
    correction = (
        r"|x|\le1:\quad\log N(\epsilon)\le\Big(2+2\log_2\frac2\epsilon\Big)"
        r"\log\Big(1+\frac4\epsilon\Big)\le\frac{24}{\epsilon^2}"
    )
    assumed = Printed(claim=printed, assumption="the inputs lie in a bounded set", note=note, correction=correction)
    return Theorem(AllOf(claims), sizes="tails after 1, 2 and 4 features", mutants=mutants, printed={36: assumed})


def sobolev_rate() -> Theorem:
    """See `rademacher.sobolev_rate`."""
    n, xi = positive("n"), real("xi", tex=r"\xi")
    count = integer("m", least=1)
    lower = 1 / sqrt(3 * n)
    second = Identity((xi / (2 * (1 + xi**2)) + atan(xi) / 2).diff(xi), (1 + xi**2) ** -2)
    claims: dict[str, Claim] = {
        "any f and -f": Inequality(
            3
            * sqrt(3)
            / 2
            * (count / (9 * count) - (3 * count**2 - 2 * count) / (81 * count**2))
            * 3
            * sqrt(count)
            / count,
            ">=",
            1 / sqrt(3 * count),
        ),
        "order 1 on the line: primitive": Identity(atan(xi).diff(xi), 1 / (1 + xi**2)),
        "order 1 on the line: kernel at 0": Limit(atan(xi) / pi, xi, oo, Rational(1, 2), "-"),
        "order 2 on the line: primitive": second,
        "order 2 on the line: kernel at 0": Limit(
            (xi / (2 * (1 + xi**2)) + atan(xi) / 2) / pi, xi, oo, Rational(1, 4), "-"
        ),
        "unit ball: upper": Identity(sqrt(n / 4) / n, 1 / (2 * sqrt(n))),
        "the rate is attained": Limit(sqrt(n) * lower, n, oo, 1 / sqrt(Integer(3)), "-"),
    }
    too_fast = Limit(sqrt(n) * lower, n, oo, Integer(0), "-")
    note = (
        "Where s > d/2, which bounded point values need, n^(-s/d) is of smaller order than n^(-1/2); but a class with "
        "f and -f has at least E|f|/sqrt(3n) where |f| is constant. The unit ball has exactly the order n^(-1/2), by "
        "its kernel. No bound on the norm is printed; without it the complexity is infinite."
    )
    printed = Printed(
        claim=too_fast,
        correction=r"R_n(\{\lVert f\rVert_{H^s}\le1\})\le\frac{\kappa}{\sqrt n},\quad"
        r"\kappa^2=(2\pi)^{-d}\int(1+|\xi|^2)^{-s}d\xi,\ s>d/2",
        note=note,
    )
    mutants: dict[str, Claim] = {
        "n^(-s/d)": too_fast,
        "without the square root": Identity(sqrt(n / 4) / n, 1 / (4 * sqrt(n))),
    }
    return Theorem(AllOf(claims), sizes="orders 1 and 2 on the line", mutants=mutants, printed={38: printed})
