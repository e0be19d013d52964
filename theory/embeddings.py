"""The Sobolev embeddings of W^{k,p} on a bounded Lipschitz domain of R^n: where k stands against n/p.

>>> embedding(1, 2, 3)
Embedding(kind='Lebesgue', q=6, m=None, alpha=None, attained=True, compact='L^q for every q < 6')
>>> embedding(2, 2, 3).alpha
1/2

Powers of the distance decide that nothing better is true: |x|^a has derivatives of order k in L^p near 0 exactly if
a > k - n/p (or it is a polynomial), is in L^q if a > -n/q, is bounded if a >= 0, and Hoelder with exponent alpha if
a >= alpha.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Abs, Add, Expr, Integer, Integral, Rational, exp, floor, log, oo, pi, sign, sympify

from .claims import AllOf, Claim, Finite, Identity, Inequality, Limit
from .measures import expect, integral
from .statements import Printed, Theorem
from .symbols import POSITIVE, Domain, DomainSymbol, density, function, integer, positive, probability, real, reals

a, b = reals("a b")
r = positive("r")
n, k = integer("n", 1), integer("k", 1)
p = DomainSymbol("p", Domain(Integer(1), oo, False))
q = DomainSymbol("q", Domain(Integer(1), oo, False))
d, s, t, m = positive("d"), positive("s"), positive("t"), real("m")
HALF = Rational(1, 2)


@dataclass(frozen=True)
class Embedding:
    """The smallest space of its scale into which W^{k,p} embeds.

    kind: "Lebesgue" (into L^q, the largest q; for k = n/p with p > 1 every finite q, and q is oo, not attained),
    "continuous" (into C^m, bounded with derivatives up to m: p = 1 and k - n an integer >= 0) or "Hölder" (into
    C^{m,alpha}). attained: whether the limiting exponent itself belongs. compact: what embeds compactly.
    """

    kind: str
    q: Expr | None
    m: int | None
    alpha: Expr | None
    attained: bool
    compact: str


def critical_exponent(k: Any, p: Any, n: Any) -> Expr:
    """The exponent q with 1/q = 1/p - k/n. Raises ValueError unless k p < n."""
    k, p, n = (sympify(one, strict=True) for one in (k, p, n))
    if (n - k * p).is_positive is not True:
        raise ValueError(f"there is a critical exponent for k p < n alone; here k p = {k * p}, n = {n}")
    return n * p / (n - k * p)


def embedding(k: int, p: Any, n: int) -> Embedding:
    """Where W^{k,p} of a bounded Lipschitz domain of R^n embeds, for an integer k >= 1 and a rational p >= 1.

    Raises ValueError for other arguments.
    """
    p = sympify(p, strict=True)
    if int(k) != k or int(n) != n or k < 1 or n < 1:
        raise ValueError(f"k and n are integers >= 1, not k = {k}, n = {n}")
    if not (p.is_Rational and p >= 1):
        raise ValueError(f"p is a rational number >= 1, not {p}: write Rational(3, 2) for 1.5")
    smoothness = k - Integer(n) / p
    if smoothness < 0:
        top = critical_exponent(k, p, n)
        return Embedding("Lebesgue", top, None, None, True, f"L^q for every q < {top}")
    if not smoothness.is_Integer:
        whole = int(floor(smoothness))
        alpha = smoothness - whole
        return Embedding("Hölder", None, whole, alpha, True, f"C^({whole},b) for every b < {alpha}")
    if p == 1:
        below = "L^q for every finite q" if smoothness == 0 else f"C^({smoothness - 1},b) for every b < 1"
        return Embedding("continuous", None, int(smoothness), None, True, below)
    if smoothness == 0:
        return Embedding("Lebesgue", oo, None, None, False, "L^q for every finite q")
    whole = int(smoothness) - 1
    return Embedding("Hölder", None, whole, Integer(1), False, f"C^({whole},b) for every b < 1")


# ---- what the catalogue says -----------------------------------------------------------------------------------------


def gap(small: Expr, large: Expr) -> Expr:
    """The middle of two numbers."""
    return (small + large) / 2


def powers() -> Theorem:
    """Powers of |x| on the unit ball: which integrals are finite, and the exponents that no embedding can pass."""
    radial = Integral(r ** ((a - k) * p + n - 1), (r, 0, 1))
    finite = ((a - k) * p + n > 0,)
    alpha = positive("alpha", r"\alpha")
    middle = gap(k - n / p, alpha)  # an exponent between k - n/p and alpha
    critical = n * p / (n - k * p)
    between = gap(k - n / p, -n / q)
    claims: dict[str, Claim] = {
        "derivatives in L^p": Identity(radial, 1 / ((a - k) * p + n), finite),
        "the condition is a > k - n/p": Inequality(a, ">", k - n / p, finite),
        "a better Hölder exponent fails": Inequality((middle - k) * p + n, ">", 0, where=(alpha > k - n / p,)),
        "for that power is too rough": Inequality(middle, "<", alpha, where=(alpha > k - n / p,)),
        "a better Lebesgue exponent fails": Inequality(
            (between - k) * p + n, ">", 0, where=(k * p < n, q * (n - k * p) > n * p)
        ),
        "for that power is too large": Inequality(between * q + n, "<", 0, where=(k * p < n, q * (n - k * p) > n * p)),
        "the critical exponent": Identity(1 / critical, 1 / p - Add(k) / n, where=(k * p < n,)),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "condition a > k": Inequality(a, ">", k, finite),
            "below the Hölder exponent": Inequality((middle - k) * p + n, ">", 0, where=(alpha < k - n / p,)),
            "below the critical exponent": Inequality(
                between * q + n, "<", 0, where=(k * p < n, q * (n - k * p) < n * p)
            ),
            "conjugate": Identity(1 / critical, 1 / p + Add(k) / n, where=(k * p < n,)),
        },
    )


def borderline() -> Theorem:
    """log(1 - log|x|) on the unit disc: in W^{1,2} and unbounded, so k = n/p is not enough."""
    u = log(1 - log(r))
    energy = Integral(1 / (r * (1 - log(r)) ** 2), (r, 0, 1))
    x1 = real("x1")
    claims: dict[str, Claim] = {
        "slope": Identity(u.diff(r) ** 2 * r, 1 / (r * (1 - log(r)) ** 2), where=(r < 1,)),
        "energy over 2 pi": Identity(energy, 1),
        "height at distance exp(1 - t)": Identity(u.subs(r, exp(1 - t)), log(t)),
        "whose inverse vanishes": Limit(1 / log(t), t, oo, 0, "-"),
        # For W^{2,2} in the plane: x1 log|x| with an iterated logarithm has an unbounded slope at 0 in the same way.
        "x1 times it has this slope across": Identity((x1 * u).diff(x1), u),
    }
    return Theorem(
        AllOf(claims),
        mutants={"twice the energy": Identity(energy, 2), "slope without the logarithm": Identity(u.diff(r), 1 / r)},
    )


def continuity() -> Theorem:
    """Embedding into C^m: by Fourier coefficients, by Hölder's inequality on an interval, and the cusp without it."""
    c, weight = function("c"), function("W", Domain(Integer(1), oo, False))
    beta, w, level = DomainSymbol("beta", Domain(Integer(1), oo, False), r"\beta"), positive("w"), positive("v")
    near, values = density("h"), function("g", POSITIVE)
    mean = expect(near, values)
    room = (2 * (s - m) > d, m >= 0)
    on_cusp: tuple[Any, ...] = (beta + 1 - (a + 1) * p > 0, p > 2)
    claims: dict[str, Claim] = {
        # |u(x)| <= sum |c_j| <= t/2 sum W_j c_j^2 + 1/(2t) sum 1/W_j, at its best |c|_W (sum 1/W)^(1/2).
        "sum of the coefficients": Inequality(
            integral(abs(c)), "<=", t / 2 * integral(weight * c**2) + integral(1 / weight) / (2 * t)
        ),
        "sum of 1/W beyond 1, s - m > d/2": Identity(
            Integral(r ** (d - 1 - 2 * (s - m)), (r, 1, oo)), 1 / (2 * (s - m) - d), room
        ),
        # Hölder on an interval: the p-th power of the mean slope is at most the mean of the p-th powers.
        "tangent of the power": Inequality(w**p, ">=", level**p + p * level ** (p - 1) * (w - level)),
        "its mean": Identity(expect(near, mean**2 + 2 * mean * (values - mean)), mean**2),
        "exponent 1 - 1/p": Identity(t ** (1 / p) * t ** (1 - 1 / p), t),
        # The powers x^(-a) on {0 < y < x^beta}; beta = 1 is a corner, beta > 1 a cusp.
        "energy on a cusp": Identity(
            Integral(r**beta * r ** (-(a + 1) * p), (r, 0, 1)), 1 / (beta + 1 - (a + 1) * p), on_cusp
        ),
        "corners keep powers bounded": Inequality(a, "<=", 0, where=tuple(one.subs(beta, 1) for one in on_cusp)),
    }
    note = (
        "k - d/p > m is the right condition on Lipschitz domains; on a cusp {0 < y < x^beta} the unbounded 1/x is in "
        "W^{1,p} for p between 2 and (beta + 1)/2. That a network with smooth activations is smooth follows from the "
        "chain rule, not from the embedding; the embedding says nothing where the network is not known to lie "
        "in W^{k,p}."
    )
    return Theorem(
        AllOf(claims),
        sizes="p = 2 on tori of every dimension, k = d = 1 with every p, powers on plane domains",
        mutants={
            "half of it": Inequality(
                integral(abs(c)), "<=", t / 4 * integral(weight * c**2) + integral(1 / weight) / (4 * t)
            ),
            "dimension forgotten": Identity(Integral(r ** (d - 1 - 2 * s), (r, 1, oo)), 1 / (2 * s), (2 * s > d,)),
            "cusps too": Inequality(a, "<=", 0, where=on_cusp),
        },
        printed={
            39: Printed(
                claim=Inequality(a, "<=", 0, where=on_cusp),
                assumption="the domain has the cone property, as bounded Lipschitz domains do",
                correction=(
                    r"W^{k,p}(\Omega)\hookrightarrow C^m(\overline\Omega)\ \text{if } k-\tfrac dp>m,\ "
                    r"\Omega\text{ bounded Lipschitz}"
                ),
                note=note,
            )
        },
    )


def printed_exponents(most: int = 4) -> Finite:
    """The source's m and alpha against those of `embedding`, where k > n/p: all k, p, n up to `most`."""

    def cases() -> Iterator[tuple[str, Any, Any]]:
        for order in range(1, most + 1):
            for power in range(2, most + 1):
                for dimension in range(1, most + 1):
                    smoothness = order - Rational(dimension, power)
                    if smoothness > 0:
                        found = embedding(order, power, dimension)
                        printed = floor(smoothness), smoothness - floor(smoothness)
                        yield f"k={order}, p={power}, n={dimension}", printed, (found.m, found.alpha)

    return Finite(cases, r"m=\lfloor k-n/p\rfloor,\ \alpha=k-n/p-m", f"k, n <= {most}, 2 <= p <= {most}")


def exponents() -> Theorem:
    """m + alpha = k - n/p with 0 < alpha <= 1: alpha is 1, and not attained, where k - n/p is an integer."""

    def cases(shift: int = 0) -> Iterator[tuple[str, Any, Any]]:
        for order in range(1, 5):
            for power in (Rational(3, 2), 2, 3, 4):
                for dimension in range(1, 5):
                    found = embedding(order, power, dimension)
                    if found.kind == "Hölder" and found.m is not None and found.alpha is not None:
                        label, smooth = f"k={order}, p={power}, n={dimension}", order - Integer(dimension) / power
                        held = bool(0 < found.alpha <= 1) and found.attained == (found.alpha < 1)
                        yield label, (found.m + found.alpha + shift, held), (smooth, True)

    formula, sizes = r"m+\alpha=k-\tfrac np,\quad 0<\alpha\le 1", "k, n <= 4, p in {3/2, 2, 3, 4}"
    return Theorem(
        Finite(cases, formula, sizes),
        mutants={
            "as in the list of the source": printed_exponents(),
            "one more": Finite(lambda: cases(1), formula, sizes),
        },
    )


def interval() -> Theorem:
    """On the line the best constant of H^1 in the bounded functions is 1/sqrt(2), attained by exp(-|x|)."""
    x, u, du = real("x"), real("u"), real("w", "u'")
    bump = exp(-Abs(x))
    claims: dict[str, Claim] = {
        # u(0)^2 = -2 integral of u u' over the half-line on either side.
        "pointwise": Inequality(-2 * u * du, "<=", u**2 + du**2),
        "squares of exp(-|x|)": Identity(Integral(bump**2, (x, -oo, oo)), 1),
        "squares of its slope": Identity(Integral((-sign(x) * bump) ** 2, (x, -oo, oo)), 1),
        "attained": Identity(bump.subs(x, 0) ** 2, HALF * (1 + 1)),
        "total weight of 1/(1 + xi^2)": Identity(Integral(1 / (1 + x**2), (x, -oo, oo)) / (2 * pi), HALF),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "a smaller constant": Inequality(-2 * u * du, "<=", (u**2 + du**2) * Rational(9, 10)),
            "weight": Identity(Integral(1 / (1 + x**2), (x, -oo, oo)) / (2 * pi), 1),
        },
    )


def interpolation() -> Theorem:
    """Exponents between 2 and the critical one: 1/q = theta/2 + (1 - theta)/q*, theta > 0 exactly below q*."""
    top = DomainSymbol("Q", Domain(Integer(2), oo), "q^*")
    theta = (1 / q - 1 / top) / (HALF - 1 / top)
    mix, one, other = probability("theta", r"\theta"), positive("A"), positive("B")
    claims: dict[str, Claim] = {
        "the exponents": Identity(theta / 2 + (1 - theta) / top, 1 / q),
        "positive below": Inequality(theta, ">", 0, where=(q < top,)),
        "zero at it": Identity(theta.subs(q, top), 0),
        "Young's inequality": Inequality(one**mix * other ** (1 - mix), "<=", mix * one + (1 - mix) * other),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "positive above": Inequality(theta, ">", 0, where=(q > top,)),
            "exponents exchanged": Inequality(one**mix * other ** (1 - mix), "<=", (1 - mix) * one + mix * other),
        },
    )
