"""Concentrating families, and the sharp Sobolev inequality with the bubbles of Aubin and Talenti.

|grad u|_2^2 >= S_n |u|_{2*}^2 on R^n, 2* = 2n/(n-2).  Rearrangement (Pólya and Szegő) makes u radial; then u = r^-g
w(log r) with g = (n-2)/2 turns both sides into integrals over the line, where completing the square along w proves it.

>>> sharp_constant(3)
3*2**(2/3)*pi**(4/3)/4
"""

from __future__ import annotations

from sympy import Abs, Add, Expr, Integer, Integral, Rational, S, asin, exp, gamma, oo, pi, powsimp, sqrt, sympify

from .claims import AllOf, Claim, Identity, Inequality, Limit
from .sobolev_spaces import sphere_area
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, DomainSymbol, positive, probability, real, reals

r = positive("r")
epsilon = positive("epsilon", r"\varepsilon", typical=(0.05, 1))


def _dimension(n: int) -> None:
    if int(n) != n or n < 3:
        raise ValueError(f"the Sobolev inequality for gradients in L^2 needs a dimension n >= 3, not {n}")


def sharp_constant(n: int) -> Expr:
    """The largest S with |grad u|_2^2 >= S |u|_{2n/(n-2)}^2 on R^n: pi n (n-2) (Gamma(n/2)/Gamma(n))^(2/n).

    Raises ValueError for n < 3.
    """
    _dimension(n)
    return powsimp(pi * n * (n - 2) * (gamma(Rational(n, 2)) / gamma(Integer(n))) ** Rational(2, n))


def bubble(n: int, radius: Expr = r, scale: Expr = S.One) -> Expr:
    """The extremal (scale/(scale^2 + r^2))^((n-2)/2), of the same norms for every scale. Raises ValueError for n <
    3."""
    _dimension(n)
    return (sympify(scale) / (sympify(scale) ** 2 + radius**2)) ** Rational(n - 2, 2)


def cone(radius: Expr = r, scale: Expr = epsilon) -> Expr:
    """The cone scale^(-1/2) max(1 - r/scale, 0) on its support r <= scale, in dimension 3."""
    return scale ** Rational(-1, 2) * (1 - radius / scale)


def cone_power(q: Expr, scale: Expr = epsilon) -> Expr:
    """The integral over R^3 of the q-th power of the cone: 4 pi B(3, q+1) scale^(3 - q/2)."""
    return 8 * pi / ((q + 1) * (q + 2) * (q + 3)) * scale ** (3 - q / 2)


# ---- what the catalogue says -----------------------------------------------------------------------------------------

Q = DomainSymbol("q", Domain(Integer(1), Integer(6), False, True))
q = DomainSymbol("q", Domain(Integer(1), Integer(6), False, False))
STRONG = {
    46: r"W^{1,p}(\Omega)\hookrightarrow L^q(\Omega)\ \text{compactly for } q<\tfrac{np}{n-p}",
    48: r"u_{k_j}\to u\ \text{strongly in } L^q(\Omega),\ q<\tfrac{np}{n-p}",
    55: r"\|u_{k_j}-u\|_{L^q(\Omega)}\to 0,\ q<\tfrac{np}{n-p}",
}


def concentration() -> tuple[dict[str, Claim], dict[str, Claim]]:
    """Cones of constant energy in the unit ball of R^3: what tends to zero, and what does not; and near misses."""
    u = cone()
    sphere = 4 * pi * r**2
    n, p, power = positive("n"), DomainSymbol("p", Domain(Integer(1), oo, False)), positive("Q", "q")
    rate = n - power * (n - p) / p  # |u|_q^q of the family scale^(-(n-p)/p) phi(x/scale)
    claims: dict[str, Claim] = {
        "energy": Identity(Integral(sphere * u.diff(r) ** 2, (r, 0, epsilon)), 4 * pi / 3),
        "in L^2": Identity(Integral(sphere * u**2, (r, 0, epsilon)), cone_power(Integer(2))),
        "in L^4": Identity(Integral(sphere * u**4, (r, 0, epsilon)), cone_power(Integer(4))),
        "in L^6": Identity(Integral(sphere * u**6, (r, 0, epsilon)), pi / 63),
        "vanishes in L^q, q < 6": Limit(cone_power(Q), epsilon, 0, 0, "+"),
        "not in L^6": Limit(cone_power(Integer(6)), epsilon, 0, pi / 63, "+"),
        "energy for all n, p": Identity(epsilon ** (-(n - p)) * epsilon ** (-p) * epsilon**n, 1),
        "vanishes exactly below np/(n-p)": Inequality(rate, ">", 0, where=(p < n, power * (n - p) < n * p)),
        "and not at it": Identity(rate.subs(power, n * p / (n - p)), 0, where=(p < n,)),
    }
    mutants: dict[str, Claim] = {
        "at the critical exponent too": Limit(cone_power(Integer(6)), epsilon, 0, 0, "+"),
        "above it": Inequality(rate, ">", 0, where=(p < n, power * (n - p) > n * p)),
        "energy vanishes": Identity(Integral(sphere * u.diff(r) ** 2, (r, 0, epsilon)), 4 * pi * epsilon / 3),
    }
    return claims, mutants


def no_limit_at_critical() -> Limit:
    """What compactness into L^6 would say of the cones, whose limit in L^2 is zero."""
    return Limit(cone_power(Integer(6)), epsilon, 0, 0, "+")


def weak_compactness() -> Theorem:
    """The family scale^(-(n-p)/p) phi(x/scale) against the field -x/|x|: its gradients tend weakly to zero in L^p for
    p > 1 and not at all in L^1."""
    n, p = positive("n"), DomainSymbol("p", Domain(Integer(1), oo))
    pairing = epsilon ** (-(n - p) / p) * epsilon ** (n - 1)  # times |grad phi|_1
    at_one = pairing.subs(p, 1)
    plane = 1 / epsilon * (1 - r / epsilon)  # n = 2, p = 1
    claims: dict[str, Claim] = {
        "p > 1: pairing vanishes": Limit(epsilon ** (n * (p - 1) / p), epsilon, 0, 0, "+"),
        "which is that power": Identity(pairing, epsilon ** (n * (p - 1) / p)),
        "p = 1, n = 2: the function vanishes": Limit(pi * epsilon / 3, epsilon, 0, 0, "+"),
        "in L^1": Identity(Integral(2 * pi * r * plane, (r, 0, epsilon)), pi * epsilon / 3),
        "p = 1, n = 2: the pairing stays": Identity(Integral(-2 * pi * r * plane.diff(r), (r, 0, epsilon)), pi),
    }
    printed = Limit(Integer(1) * at_one * pi, epsilon, 0, 0, "+")
    note = (
        "Weak compactness of balls in a reflexive space is the theorem of Banach, Alaoglu and Kakutani; it is "
        "taken from "
        "the books, and what is proved here is where it stops."
    )
    return Theorem(
        AllOf(claims),
        sizes="dilated families, all dimensions and exponents",
        mutants={
            "p = 1 as well": printed,
            "function stays": Identity(Integral(2 * pi * r * plane, (r, 0, epsilon)), pi / 3),
        },
        printed={
            50: Printed(
                claim=printed,
                assumption=(
                    "1 < p: at p = 1, which the theorem and its proof include, bounded sequences need have no "
                    "weakly convergent subsequence"
                ),
                correction=r"u_{k_j}\rightharpoonup u\ \text{in } W^{1,p}(\Omega),\quad 1<p<\infty",
                note=note,
            )
        },
    )


def extremal(n: int) -> dict[str, Claim]:
    """The bubble solves its Euler-Lagrange equation, and its quotient is the sharp constant."""
    x = reals(" ".join(f"x{i + 1}" for i in range(n)))
    u = bubble(n, sqrt(Add(*(v**2 for v in x))))
    critical = Rational(2 * n, n - 2)
    v = bubble(n)
    total = Integral(r ** (n - 1) / (1 + r**2) ** n, (r, 0, oo))
    ratio = Rational(n * (n - 2))
    half_mass = gamma(Rational(n, 2)) ** 2 / (2 * gamma(Integer(n)))
    return {
        f"n = {n}: Euler-Lagrange": Identity(Add(*(u.diff(w, 2) for w in x)), -ratio * u ** (critical - 1)),
        f"n = {n}: squared slope": Identity(v.diff(r) ** 2, (n - 2) ** 2 * r**2 / (1 + r**2) ** n),
        f"n = {n}: mass": Identity(total, half_mass),
        # With this derivative, which integrates to zero, the energy is n (n-2) times the mass.
        f"n = {n}: by parts": Identity(
            (r**n / (1 + r**2) ** (n - 1)).diff(r), (n * r ** (n - 1) - (n - 2) * r ** (n + 1)) / (1 + r**2) ** n
        ),
        f"n = {n}: quotient": Identity(ratio * (sphere_area(n) * half_mass) ** (1 - 2 / critical), sharp_constant(n)),
    }


def extremals() -> Theorem:
    """Bubbles in dimensions 3 and 4, and their invariance under dilation."""
    scale = positive("lam", r"\lambda")
    claims = {**extremal(3), **extremal(4)}
    claims["dilated"] = Identity(bubble(3, r, scale), (bubble(3, r / scale)) / sqrt(scale))
    wrong = Identity(Integral(r**2 / (1 + r**2) ** 3, (r, 0, oo)), pi / 8)
    return Theorem(
        AllOf(claims),
        sizes="dimensions 3 and 4",
        mutants={"mass doubled": wrong, "not dilated": Identity(bubble(3, r, scale), bubble(3, r / scale))},
    )


PROFILES = {3: pi / 8, 4: Rational(1, 3), 6: Rational(4, 15)}
"""The integral of s (1 - s^(4/(n-2)))^(1/2) over (0, 1)."""


def line_inequality(n: int) -> dict[str, Claim]:
    """For w on the line with maximum M: E >= profile + B g^2/M^(2*-2), and its least value over M."""
    g, profile = Rational(n - 2, 2), PROFILES[n]
    critical = Rational(2 * n, n - 2)
    most, size = positive("M"), positive("c")  # size^critical stands for the integral B
    whole = 4 * g * profile
    bound = size**critical * g**2 / most ** (critical - 2) + whole * most**2
    # stationary at M^critical = (critical - 2) g^2 B / (2 whole)
    best = ((critical - 2) * g**2 / (2 * whole)) ** (1 / critical)
    least = g**2 / best ** (critical - 2) + whole * best**2
    z = positive("z")  # M = best * size * z
    return {
        f"n = {n}: least over the height": Inequality(
            g**2 / best ** (critical - 2) * z ** (2 - critical) + whole * best**2 * z**2, ">=", least
        ),
        f"n = {n}: in these units": Identity(
            bound.subs(most, best * size * z) / size**2,
            g**2 / best ** (critical - 2) * z ** (2 - critical) + whole * best**2 * z**2,
        ),
        f"n = {n}: the sharp constant": Identity(least * sphere_area(n) ** (1 - 2 / critical), sharp_constant(n)),
    }


def sharp_inequality() -> Theorem:
    """The radial inequality with its constant, link by link."""
    t, w, slope = real("t"), real("w"), real("v", "w'")
    rest, u = DomainSymbol("G", NONNEGATIVE), probability("s")
    primitive = (u**2 * sqrt(1 - u**4) + asin(u**2)) / 4
    claims: dict[str, Claim] = {
        f"n = {n}: logarithmic radius": Identity(
            exp(n * t) * (exp(-Rational(n, 2) * t) * (slope - Rational(n - 2, 2) * w)) ** 2,
            slope**2 - (n - 2) * w * slope + Rational(n - 2, 2) ** 2 * w**2,
        )
        for n in PROFILES
    }
    # The middle term is the derivative of -(n-2) w^2/2, which vanishes at both ends.
    claims["completed square"] = Inequality(slope**2 + rest, ">=", 2 * Abs(slope) * sqrt(rest))
    height = positive("M")
    size = DomainSymbol("W", NONNEGATIVE, "|w|")
    for power in (6, 4, 3):
        claims[f"2* = {power}: rest is nonnegative"] = Inequality(
            size**2, ">=", size**power / height ** (power - 2), where=(size <= height,)
        )
    claims["n = 3: antiderivative"] = Identity(primitive.diff(u), u * sqrt(1 - u**4))
    claims["n = 3: from 0 to 1"] = Identity(primitive.subs(u, 1) - primitive.subs(u, 0), PROFILES[3])
    claims["n = 4: profile"] = Identity(Integral(u * sqrt(1 - u**2), (u, 0, 1)), PROFILES[4])
    claims["n = 6: profile"] = Identity(Integral(u * sqrt(1 - u), (u, 0, 1)), PROFILES[6])
    for n in PROFILES:
        claims.update(line_inequality(n))
    z = positive("z")
    mutants: dict[str, Claim] = {
        "square not completed": Inequality(slope**2 + rest, ">=", 3 * Abs(slope) * sqrt(rest)),
        "profile": Identity(Integral(u * sqrt(1 - u**2), (u, 0, 1)), Rational(1, 2)),
        "a larger constant": Inequality(1 / z**4 + 2 * z**2, ">=", Rational(31, 10)),
    }
    return Theorem(AllOf(claims), sizes="dimensions 3, 4 and 6, radial functions", mutants=mutants)
