"""Vector spaces, bases and linear maps: the claims that `linear_algebra` states, run over whole finite spaces.

Over a field of p elements a space has finitely many vectors: each "for all" and each "there is" of a definition is
carried out, and what the definition means (a rank, a count, a matrix) is found by another route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from .claims import AllOf, Claim, Definition, Finite
from .prime_fields import (
    Family,
    Map,
    added,
    applied,
    combination,
    combinations,
    families,
    independent,
    is_linear,
    kernel,
    maps,
    rank,
    scaled,
    spans,
    vectors,
)
from .statements import Theorem
from .written_networks import Form

Cases = Iterator[tuple[str, Any, Any]]
SPACES = ((2, 1), (2, 2), (2, 3), (3, 1), (3, 2))
"""Fields and dimensions: the spaces F_p^m over which families of up to three vectors are run."""


def every(cases: Callable[[], Cases], formula: str, sizes: str = "F_2^1 to F_2^3, F_3^1 and F_3^2") -> Finite:
    """The claim that both sides agree in all cases."""
    return Finite(cases, formula, sizes)


def all_families(least: int = 0) -> Iterator[tuple[str, int, int, Family]]:
    """All families of at most three vectors, with their label, field and dimension."""
    for (p, size), count in product(SPACES, range(least, 4)):
        for family in families(p, size, count):
            yield f"p = {p}, vectors {family}", p, size, family


def axioms() -> Theorem:
    """The eight axioms, each run over all vectors and scalars of a plane over F_3."""
    p, size = 3, 2
    space, zero = vectors(p, size), (0,) * size

    def properties(operations: Form) -> Mapping[str, Claim]:
        add, scale = operations()

        def law(formula: str, count: int, scalars: int, sides: Callable[..., tuple[Any, Any]]) -> Finite:
            def cases() -> Cases:
                for given in product(*[space] * count, *[range(p)] * scalars):
                    yield f"{formula}: {given}", *sides(*given)

            return Finite(cases, formula, "the plane over F_3")

        return {
            "addition is associative": law(
                "(u+v)+w=u+(v+w)", 3, 0, lambda u, v, w: (add(add(u, v), w), add(u, add(v, w)))
            ),
            "addition is commutative": law("v+w=w+v", 2, 0, lambda v, w: (add(v, w), add(w, v))),
            "there is a zero": law("v+0=v", 1, 0, lambda v: (add(v, zero), v)),
            "there are negatives": law("v+(-1)v=0", 1, 0, lambda v: (add(v, scale(-1, v)), zero)),
            "scalars associate": law("a(bv)=(ab)v", 1, 2, lambda v, a, b: (scale(a, scale(b, v)), scale(a * b, v))),
            "one acts as it should": law("1v=v", 1, 0, lambda v: (scale(1, v), v)),
            "distributive over vectors": law(
                "a(v+w)=av+aw", 2, 1, lambda v, w, a: (scale(a, add(v, w)), add(scale(a, v), scale(a, w)))
            ),
            "distributive over scalars": law(
                "(a+b)v=av+bv", 1, 2, lambda v, a, b: (scale(a + b, v), add(scale(a, v), scale(b, v)))
            ),
        }

    def plus(v: Any, w: Any) -> Any:
        return added(p, v, w)

    def by(factor: int, v: Any) -> Any:
        return scaled(p, factor, v)

    wrong = {
        "subtraction for addition": (lambda v, w: added(p, v, scaled(p, -1, w)), by),
        "every multiple zero": (plus, lambda a, v: zero),
        "scalars do nothing": (plus, lambda a, v: v),
        "scalars squared": (plus, lambda a, v: scaled(p, a * a, v)),
        "sums shifted": (lambda v, w: added(p, added(p, v, w), (1, 0)), by),
        "first coordinate scaled": (plus, lambda a, v: (a * v[0] % p, v[1])),
        "larger of two": (lambda v, w: max(v, w), by),
    }
    space_of = Definition(r"(+,\cdot)", Form(r"(v_i+w_i)_i,\ (\alpha v_i)_i", lambda: (plus, by)), properties)
    return Theorem(
        space_of, mutants={name: space_of.of(Form(name, lambda two=two: two)) for name, two in wrong.items()}
    )


def independence() -> Theorem:
    """Linear independence, against the rank by elimination."""

    def properties(says: Form) -> Mapping[str, Claim]:
        def cases() -> Cases:
            for label, p, size, family in all_families():
                yield label, says(p, size, family), rank(p, family) == len(family)

        return {"as many pivots as vectors": every(cases, r"\operatorname{rank}(v_1,\dots,v_n)=n")}

    def pairwise(p: int, size: int, family: Family) -> bool:
        return all(independent(p, size, (v, w)) for i, v in enumerate(family) for w in family[:i])

    wrong = {
        "no vector is zero": lambda p, size, family: all(any(v) for v in family),
        "no two are parallel": pairwise,
        "the sum is not zero": lambda p, size, family: any(combination(p, size, (1,) * len(family), family)),
        "some combination is not zero": lambda p, size, family: any(map(any, combinations(p, size, family).values())),
    }
    tex = r"\sum_i\alpha_iv_i=0\Rightarrow\alpha_1=\dots=\alpha_n=0"
    definition = Definition(r"v_1,\dots,v_n\text{ independent}", Form(tex, independent), properties)
    return Theorem(definition, mutants={name: definition.of(Form(name, rule)) for name, rule in wrong.items()})


def spanning() -> Theorem:
    """Spanning, against the rank by elimination."""

    def properties(says: Form) -> Mapping[str, Claim]:
        def cases() -> Cases:
            for label, p, size, family in all_families():
                yield label, says(p, size, family), rank(p, family) == size

        return {"as many pivots as coordinates": every(cases, r"\operatorname{rank}(v_1,\dots,v_n)=\dim V")}

    def unit_vectors(p: int, size: int, family: Family) -> bool:
        return all(sum(v) != 1 or v in family for v in product((0, 1), repeat=size))

    wrong = {
        "as many vectors as coordinates": lambda p, size, family: len(family) >= size,
        "independent instead": independent,
        "unit vectors among them": unit_vectors,
        "some vector is reached": lambda p, size, family: any(map(any, combinations(p, size, family).values())),
    }
    definition = Definition(
        r"v_1,\dots,v_n\text{ span }V", Form(r"\forall v\ \exists\beta:\ v=\sum_i\beta_iv_i", spans), properties
    )
    return Theorem(definition, mutants={name: definition.of(Form(name, rule)) for name, rule in wrong.items()})


def _is_basis(p: int, size: int, family: Family) -> bool:
    return independent(p, size, family) and spans(p, size, family)


def dimension() -> Theorem:
    """All bases have one length; the coordinates are unique; the number of ordered bases is known."""

    def lengths(which: Callable[[int, int, Family], bool]) -> Finite:
        def cases() -> Cases:
            for p, size in SPACES:
                for count in range(4):
                    found = any(which(p, size, family) for family in families(p, size, count))
                    yield f"p = {p}, m = {size}, n = {count}", found, count == size

        return every(cases, r"\dim V=m")

    def coordinates(which: Callable[[int, int, Family], bool]) -> Finite:
        def cases() -> Cases:
            for label, p, size, family in all_families():
                reached = sorted(combinations(p, size, family).values())
                yield label, reached == list(vectors(p, size)), which(p, size, family)

        return every(cases, r"\forall v\ \exists!\beta:\ v=\sum_i\beta_iv_i")

    def counted(last: int) -> Finite:
        def cases() -> Cases:
            for p, size in SPACES:
                found = sum(_is_basis(p, size, family) for family in families(p, size, size))
                yield f"p = {p}, m = {size}", found, prod(p**size - p**i for i in range(size + last))

        return every(cases, r"\prod_{i<m}(p^m-p^i)")

    claims = {
        "bases have one length": lengths(_is_basis),
        "coordinates are there and unique": coordinates(_is_basis),
        "number of bases": counted(0),
    }
    mutants = {
        "spanning families have one length": lengths(spans),
        "independent families have one length": lengths(independent),
        "spanning is enough for coordinates": coordinates(spans),
        "independence is enough for coordinates": coordinates(independent),
        "one factor fewer": counted(-1),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def rank_nullity() -> Theorem:
    """Rank and nullity add up to the number of columns; the rows have the rank of the columns."""
    shapes = tuple((p, m, n) for p, most in ((2, 3), (3, 2)) for m, n in product(range(1, most + 1), repeat=2))

    def counted(side: Callable[[int, int, int, Family], tuple[Any, Any]], formula: str) -> Finite:
        def cases() -> Cases:
            for p, m, n in shapes:
                for matrix in families(p, n, m):
                    yield f"p = {p}, A = {matrix}", *side(p, m, n, matrix)

        return every(cases, formula, "all matrices up to 3 x 3 over F_2 and up to 2 x 2 over F_3")

    def image(p: int, n: int, matrix: Family) -> int:
        return len({applied(p, matrix, v) for v in vectors(p, n)})

    claims = {
        "rank and nullity": counted(
            lambda p, m, n, a: (image(p, n, a) * len(kernel(p, a, n)), p**n), r"|\operatorname{im}A|\,|\ker A|=p^n"
        ),
        "the image has the rank of the rows": counted(
            lambda p, m, n, a: (image(p, n, a), p ** rank(p, a)), r"\dim\operatorname{im}A=\operatorname{rank}A"
        ),
        "row rank is column rank": counted(
            lambda p, m, n, a: (rank(p, a), rank(p, tuple(zip(*a, strict=True)))),
            r"\operatorname{rank}A=\operatorname{rank}A^\top",
        ),
    }
    mutants = {
        "rows for columns": counted(lambda p, m, n, a: (image(p, n, a) * len(kernel(p, a, n)), p**m), "p^m"),
        "full rank": counted(lambda p, m, n, a: (rank(p, a), min(m, n)), r"\min(m,n)"),
        "kernel of the transpose": counted(
            lambda p, m, n, a: (len(kernel(p, a, n)), len(kernel(p, tuple(zip(*a, strict=True)), m))), r"\ker A^\top"
        ),
    }
    return Theorem(AllOf(claims), mutants=mutants)


def linearity() -> Theorem:
    """The linear maps among all maps of small spaces, against the maps that matrices give."""
    sizes = ((2, 1, 1), (2, 2, 1), (2, 1, 2), (2, 2, 2), (3, 1, 1), (3, 1, 2))

    def properties(says: Form) -> Mapping[str, Claim]:
        def by_columns() -> Cases:
            for p, n, m in sizes:
                units = [tuple(int(i == j) for i in range(n)) for j in range(n)]
                for of in maps(p, n, m):
                    columns = [of[e] for e in units]
                    fits = all(of[v] == combination(p, m, v, columns) for v in of)
                    yield f"p = {p}, T = {of}", says(p, of), fits

        def counted() -> Cases:
            for p, n, m in sizes:
                yield f"p = {p}, n = {n}, m = {m}", sum(says(p, of) for of in maps(p, n, m)), p ** (m * n)

        told = "all maps from F_2^n to F_2^m up to n = m = 2, from F_3 to F_3 and F_3^2"
        return {
            "given by the images of the unit vectors": every(by_columns, r"T(x)=\sum_jx_jT(e_j)", told),
            "as many as matrices": every(counted, "p^{mn}", told),
        }

    def shifted(p: int, of: Map) -> bool:
        start = next(iter(of.values()))
        return is_linear(p, {v: added(p, value, scaled(p, -1, start)) for v, value in of.items()})

    def homogeneous(p: int, of: Map) -> bool:
        return all(of[scaled(p, a, v)] == scaled(p, a, of[v]) for v in of for a in range(p))

    wrong = {
        "affine maps too": shifted,
        "multiples only": homogeneous,
        "zero stays": lambda p, of: not any(next(iter(of.values()))),
    }
    tex = r"T(\alpha v+\beta w)=\alpha T(v)+\beta T(w)"
    definition = Definition(r"T\text{ linear}", Form(tex, is_linear), properties)
    return Theorem(definition, mutants={name: definition.of(Form(name, rule)) for name, rule in wrong.items()})
