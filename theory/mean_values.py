"""Poincaré's inequality: functions less their mean against their gradients, on intervals and boxes.

The cosines cos(j pi x/L) are orthogonal on (0, L) with orthogonal derivatives, so by Parseval's identity the inequality
is one about the sums of c_j^2 and (pi j/L)^2 c_j^2 over j >= 1.
"""

from __future__ import annotations

from sympy import Expr, Integer, Integral, Max, cos, oo, pi, sympify

from .claims import AllOf, Claim, Identity, Inequality
from .measures import expect, integral
from .statements import Printed, Theorem
from .symbols import Domain, DomainSymbol, density, function, integer, positive, real, reals

x = real("x")
L = positive("L")
C = positive("C")
a, b, c = reals("a b c")
f = function("f")
frequency = function("j", Domain(Integer(1), oo, False))


def poincare_constant(*sides: Expr) -> Expr:
    """The best constant of |u - mean|_2 <= C |grad u|_2 on the box with these sides: the longest over pi.

    Raises ValueError without sides or for a side that is not known to be positive.

    >>> poincare_constant(1, 2)
    2/pi
    """
    exact = [sympify(side, strict=True) for side in sides]
    if not exact or any(side.is_positive is not True for side in exact):
        raise ValueError(f"a box has at least one side and all are positive, not {sides}")
    return Max(*exact) / pi


def on_series(constant: Expr) -> Inequality:
    """Poincaré's inequality for cosine series without constant term, of any length."""
    return Inequality(integral(f**2), "<=", constant**2 * integral((pi * frequency / L * f) ** 2))


def one_wave(shift: Expr, taken: Expr, constant: Expr = 1 / pi) -> Inequality:
    """The inequality on (0, 1) for u = shift + a cos(2 pi x), with `taken` subtracted in place of the mean."""
    u = shift + a * cos(2 * pi * x)
    left = Integral((u - taken) ** 2, (x, 0, 1))
    return Inequality(left, "<=", constant**2 * Integral(u.diff(x) ** 2, (x, 0, 1)))


def interval() -> Theorem:
    """The best constant on an interval is L/pi; without connectedness there is none."""
    j = integer("j", 1)
    wave = cos(j * pi * x / L)
    first = cos(pi * x / L)
    claims: dict[str, Claim] = {
        "waves": Identity(Integral(wave**2, (x, 0, L)), L / 2),
        "their slopes": Identity(Integral(wave.diff(x) ** 2, (x, 0, L)), (pi * j / L) ** 2 * L / 2),
        "their means": Identity(Integral(wave, (x, 0, L)), 0),
        "series": on_series(L / pi),
        "one wave, integrated": one_wave(c, c),
        "attained": Identity(Integral(first**2, (x, 0, L)), (L / pi) ** 2 * Integral(first.diff(x) ** 2, (x, 0, L))),
    }
    # u is a on (0, 1) and b on (2, 3): its mean is (a + b)/2 and its gradient zero.
    mean = (a + b) / 2
    apart = Integral((a - mean) ** 2, (x, 0, 1)) + Integral((b - mean) ** 2, (x, 2, 3))
    gradient = Integral(a.diff(x) ** 2, (x, 0, 1)) + Integral(b.diff(x) ** 2, (x, 2, 3))
    note = (
        "On a bounded set of two pieces a function may be constant on each, with zero gradient; connected sets "
        "with bad "
        "boundaries (rooms and corridors) can fail as well."
    )
    return Theorem(
        AllOf(claims),
        sizes="p = 2 on intervals",
        mutants={
            "a smaller constant": on_series(L / (2 * pi)),
            "no mean": one_wave(c, Integer(0)),
            "waves doubled": Identity(Integral(wave**2, (x, 0, L)), L),
        },
        printed={
            42: Printed(
                claim=Inequality(apart, "<=", C**2 * gradient),
                assumption="the domain is connected and has a Lipschitz boundary",
                correction=(
                    r"\|u-u_\Omega\|_{L^p}\le C\|Du\|_{L^p}\ \text{for } \Omega\text{ bounded, "
                    r"connected, Lipschitz}"
                ),
                note=note,
            )
        },
    )


def boxes() -> Theorem:
    """The least eigenvalue above zero of a box is (pi/longest side)^2."""
    n = [integer(f"n{i + 1}", 0) for i in range(3)]
    sides = [positive(f"L{i + 1}") for i in range(3)]
    claims: dict[str, Claim] = {}
    for dimension in (2, 3):
        ordered = tuple(sides[0] >= other for other in sides[1:dimension])
        total = sum((n[i] ** 2 / sides[i] ** 2 for i in range(dimension)), Integer(0))
        claims[f"{dimension} dimensions"] = Inequality(
            total, ">=", 1 / sides[0] ** 2, where=(*ordered, sum(n[:dimension]) >= 1)
        )
        claims[f"{dimension} dimensions: attained"] = Identity(
            total.xreplace({n[0]: Integer(1), **{other: Integer(0) for other in n[1:]}}), 1 / sides[0] ** 2
        )
    wrong = Inequality(
        n[0] ** 2 / sides[0] ** 2 + n[1] ** 2 / sides[1] ** 2,
        ">=",
        1 / sides[0] ** 2 + 1 / sides[1] ** 2,
        where=(n[0] + n[1] >= 1,),
    )
    return Theorem(
        AllOf(claims), sizes="boxes of two and three dimensions", mutants={"as with zero boundary values": wrong}
    )


def with_exponents() -> Theorem:
    """The mean is the best constant, and the Sobolev-Poincaré inequality for p = q = 2 below the critical exponent."""
    weight = density("w", r"1/|\Omega|")
    mean = expect(weight, f)
    p = DomainSymbol("p", Domain(Integer(1), oo, False))
    q, n = positive("q"), positive("n")
    claims: dict[str, Claim] = {
        "the mean is best": Inequality(expect(weight, (f - mean) ** 2), "<=", expect(weight, (f - c) ** 2)),
        "on a cube": on_series(L / pi),
        "invariant at np/(n-p)": Identity(((1 - n / p) + n / q).subs(q, n * p / (n - p)), 0, where=(p < n,)),
        "small balls are no obstacle below": Inequality(
            (1 - n / p) + n / q, ">", 0, where=(p < n, q * (n - p) < n * p)
        ),
    }
    note = (
        "For q up to np/(n-p), on bounded connected Lipschitz domains; the constant depends on the domain. For other "
        "exponents than p = q = 2 it is taken from the books."
    )
    return Theorem(
        AllOf(claims),
        sizes="p = q = 2 on cubes; the range of q by dilation",
        mutants={
            "zero for the mean": Inequality(expect(weight, f**2), "<=", expect(weight, (f - c) ** 2)),
            "a smaller constant": on_series(L / 4),
            "above the critical exponent": Inequality((1 - n / p) + n / q, ">", 0, where=(p < n, q * (n - p) > n * p)),
        },
        printed={52: Printed(note=note)},
    )


def mean_dropped() -> Theorem:
    """For a difference of functions the mean has to be subtracted too: constants have no gradient."""
    claims: dict[str, Claim] = {
        "with the mean": one_wave(c, c),
        "what the mean adds": Identity(
            Integral((c + a * cos(pi * x)) ** 2, (x, 0, 1)), c**2 + Integral((a * cos(pi * x)) ** 2, (x, 0, 1))
        ),
    }
    constant = Inequality(Integral(c**2, (x, 0, 1)), "<=", C**2 * Integral(c.diff(x) ** 2, (x, 0, 1)))
    note = (
        "Applied to u_k - u the inequality 52 bounds the difference less its mean; u_k = u + 1 has zero on the right."
    )
    return Theorem(
        AllOf(claims),
        sizes="constants and a wave on an interval",
        mutants={"constants too": constant, "a smaller constant": one_wave(c, c, 1 / (4 * pi))},
        printed={
            53: Printed(
                claim=constant,
                correction=r"\|(u_k-u)-(u_k-u)_\Omega\|_{L^q(\Omega)}\le C\|\nabla(u_k-u)\|_{L^p(\Omega)}",
                note=note,
            )
        },
    )
