"""Strong and weak convergence in Sobolev spaces: norms, oscillations, and the singular values of embeddings."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Abs, Expr, Integer, Integral, Rational, cos, oo, pi, sin, sqrt

from . import bubbles
from .claims import AllOf, Claim, Definition, Identity, Inequality, Limit
from .measures import integral
from .statements import Printed, Theorem
from .symbols import NONNEGATIVE, Domain, DomainSymbol, function, integer, positive, real, reals

x = real("x")
f, g, h = function("f"), function("g"), function("h")
p = DomainSymbol("p", Domain(Integer(1), oo, False))
q = DomainSymbol("q", Domain(Integer(1), oo, False))
c, t = real("c"), positive("t")
A, B = positive("A"), positive("B")
s, N = positive("s"), positive("N")


def lebesgue(part: Expr, exponent: Expr = p) -> Expr:
    """The L^p norm over any measure space."""
    return integral(Abs(part) ** exponent) ** (1 / exponent)


def sobolev_norm() -> Theorem:
    """The norm of W^{k,p} as one l^p sum over derivatives and points; f and g are u and its derivatives."""
    together = (integral(Abs(f) ** p) + integral(Abs(g) ** p)) ** (1 / p)

    def properties(norm: Expr) -> Mapping[str, Claim]:
        return {
            "homogeneous": Identity(norm.xreplace({f: c * f, g: c * g}), Abs(c) * norm),
            "one integral over all of them": Identity(norm**p, integral(Abs(f) ** p + Abs(g) ** p)),
            "without derivatives": Identity(norm.subs(g, 0), lebesgue(f)),
        }

    norm = Definition(r"\|u\|_{W^{k,p}}", together, properties)
    mutants = {
        "no root": norm.of(together**p),
        "sum of the norms": norm.of(lebesgue(f) + lebesgue(g)),
        "derivatives alone": norm.of(lebesgue(g)),
    }
    note = (
        "For p = oo it is the largest of the norms. The text adds that the seminorm of the top derivatives "
        "controls it: "
        "it does not, for polynomials of lower degree have none (sobolev.seminorm_of_constants)."
    )
    return Theorem(norm, mutants=mutants, printed={41: Printed(note=note)})


def seminorm() -> Theorem:
    """On (0, 1) the affine function a + b x has zero second derivatives and any norm."""
    a, b = reals("a b")
    u = a + b * x
    squares = Integral(u**2, (x, 0, 1))
    claims: dict[str, Claim] = {
        "norm": Identity(squares, a**2 + a * b + b**2 / 3),
        "positive": Inequality(a**2 + a * b + b**2 / 3, ">=", b**2 / 12),
        "second derivative": Identity(Integral(u.diff(x, 2) ** 2, (x, 0, 1)), 0),
        "first derivative": Identity(Integral(u.diff(x) ** 2, (x, 0, 1)), b**2),
    }
    control = Inequality(squares, "<=", positive("C") * Integral(u.diff(x, 2) ** 2, (x, 0, 1)))
    return Theorem(AllOf(claims), mutants={"the seminorm controls the norm": control})


def sum_norm() -> Theorem:
    """The sum of two norms is another norm, between the p-norm of the pair and 2^(1-1/p) times it."""
    added = lebesgue(f) + lebesgue(g)

    def properties(norm: Expr) -> Mapping[str, Claim]:
        return {
            "homogeneous": Identity(norm.xreplace({f: c * f, g: c * g}), Abs(c) * norm),
            "without gradient": Identity(norm.subs(g, 0), lebesgue(f)),
            "without function": Identity(norm.subs(f, 0), lebesgue(g)),
            "for p = 1 that of the pair": Identity(norm.subs(p, 1), integral(Abs(f) + Abs(g))),
        }

    norm = Definition(r"\|u\|_{L^p}+\|\nabla u\|_{L^p}", added, properties)
    note = (
        "Not the norm 41 but an equivalent one, with constants 1 and 2^(1-1/p) for one derivative: the same sequences "
        "are bounded."
    )
    mutants = {
        "gradient alone": norm.of(lebesgue(g)),
        "no root": norm.of(integral(Abs(f) ** p) + integral(Abs(g) ** p)),
    }
    return Theorem(norm, mutants=mutants, printed={47: Printed(note=note)})


def norms_compared() -> Theorem:
    """The l^p norm of a pair of numbers against their sum; the triangle inequality for p = 2."""
    joint = (A**p + B**p) ** (1 / p)
    u, v = f**2 + g**2, function("F") ** 2 + function("G") ** 2
    middle = (f / 2 + function("F") / 2) ** 2 + (g / 2 + function("G") / 2) ** 2
    claims: dict[str, Claim] = {
        "at least": Inequality(A + B, ">=", joint),
        "at most": Inequality(A + B, "<=", 2 ** (1 - 1 / p) * joint),
        "convex": Inequality(integral(middle), "<=", integral(u) / 2 + integral(v) / 2),
    }
    return Theorem(
        AllOf(claims),
        mutants={
            "equal": Identity(A + B, joint),
            "a smaller constant": Inequality(A + B, "<=", joint),
            "strictly": Inequality(integral(middle), "<=", integral(u) / 4 + integral(v) / 4),
        },
    )


def strong() -> Theorem:
    """Strong convergence is that the norm of the difference tends to zero."""
    apart = lebesgue(f - g, q)

    def properties(distance: Expr) -> Mapping[str, Claim]:
        return {
            "zero where they agree": Identity(distance.subs(g, f), 0),
            "symmetric": Identity(distance, distance.xreplace({f: g, g: f})),
            "of the difference": Identity(distance**q, integral(Abs(f - g) ** q)),
            "homogeneous": Identity(distance.xreplace({f: c * f, g: c * g}), Abs(c) * distance),
        }

    distance = Definition(r"\|u_{k_j}-u\|_{L^q}", apart, properties)
    mutants = {
        "sum for difference": distance.of(lebesgue(f + g, q)),
        "difference of norms": distance.of(lebesgue(f, q) - lebesgue(g, q)),
        "no root": distance.of(apart**q),
    }
    note = "As the meaning of 48. Whether a sequence converges so is another matter: sobolev.compactness."
    return Theorem(distance, mutants=mutants, printed={49: Printed(note=note)})


def weak() -> Theorem:
    """Weak convergence: the pairing of the difference with each test function tends to zero."""
    pairing = integral(f * h)

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "linear in the test function": Identity(value.xreplace({h: c * h + g}), c * value + value.xreplace({h: g})),
            "linear in the sequence": Identity(value.xreplace({f: c * f + g}), c * value + value.xreplace({f: g})),
            "with itself": Identity(value.xreplace({h: f}), integral(f**2)),
            "at most the norms (p = 2)": Inequality(value, "<=", t / 2 * integral(f**2) + integral(h**2) / (2 * t)),
        }

    tested = Definition(r"\int(u_k-u)\varphi", pairing, properties)
    note = (
        "For bounded sequences this is weak convergence: the first line, for all such phi, gives it in L^p by density, "
        "and then for the gradients. For sequences that are not known to be bounded the pairings with all "
        "functions and "
        "vector fields of L^{p'} are needed, not those with gradients alone."
    )
    mutants = {
        "absolute values": tested.of(integral(Abs(f * h))),
        "test function squared": tested.of(integral(f * h**2)),
    }
    return Theorem(tested, mutants=mutants, printed={51: Printed(note=note)})


def oscillations() -> Theorem:
    """sin(k x)/k on (0, pi): the gradients cos(k x) pair to zero with every quadratic polynomial and keep their
    norm."""
    k, j = positive("k"), integer("j", 1)
    c0, c1, c2 = reals("c0 c1 c2")
    test = c0 + c1 * x + c2 * x**2
    paired = (
        c0 * sin(pi * k) / k
        + c1 * (pi * sin(pi * k) / k + (cos(pi * k) - 1) / k**2)
        + c2 * (pi**2 * sin(pi * k) / k + 2 * pi * cos(pi * k) / k**2 - 2 * sin(pi * k) / k**3)
    )
    squares = Integral(cos(j * x) ** 2, (x, 0, pi))
    claims: dict[str, Claim] = {
        "pairing of the gradients": Identity(Integral(cos(k * x) * test, (x, 0, pi)), paired),
        "tends to zero": Limit(paired, k, oo, 0, "-"),
        "squared norm of the gradients": Identity(squares, pi / 2),
        "squared norm of the functions": Identity(Integral((sin(j * x) / j) ** 2, (x, 0, pi)), pi / (2 * j**2)),
        "which tends to zero": Limit(pi / (2 * k**2), k, oo, 0, "-"),
    }
    printed = Limit(pi / 2, k, oo, 0, "-")  # what 54 says of the squared norms, which are pi/2
    note = (
        "Weak convergence of the gradients does not give strong convergence: those of sin(kx)/k keep their norm. The "
        "proof that follows in the source therefore proves nothing; the theorem needs the translation estimate "
        "|u(.+h) - u|_p <= |h| |grad u|_p or a substitute."
    )
    return Theorem(
        AllOf(claims),
        sizes="oscillations on an interval, tested by quadratic polynomials",
        mutants={"strong convergence": printed, "half the norm": Identity(squares, pi / 4)},
        printed={
            54: Printed(
                claim=printed,
                correction=(
                    r"\int(\nabla u_k-\nabla u)\cdot\Phi\,dx\to0\ \text{for each }\Phi\in L^{p'},\ "
                    r"\text{not in norm}"
                ),
                note=note,
            )
        },
    )


def compactness() -> Theorem:
    """Compact below the critical exponent, not at it."""
    frequency, size = function("j", NONNEGATIVE), function("u", NONNEGATIVE, r"|\hat u|")
    above = integral((1 + (N + frequency) ** 2) * size**2) / (1 + N**2)
    claims, mutants = bubbles.concentration()
    # Frequencies beyond N, here N + j: what finitely many frequencies miss is uniformly small on bounded sets.
    claims["missed by frequencies up to N"] = Inequality(integral(size**2), "<=", above)
    claims["which tends to zero"] = Limit(1 / (1 + N**2), N, oo, 0, "-")
    mutants["missed: half"] = Inequality(integral(size**2), "<=", above / 2)
    beyond = "q < np/(n-p): at q = np/(n-p) cones of constant energy concentrate at a point"
    at_end = bubbles.no_limit_at_critical()
    note = (
        "Compact for q < np/(n-p), as the source says itself further down; at q = np/(n-p) the embedding is continuous."
    )
    proof = (
        "The source derives it from 53 and 54, which are both false; it is true below the critical exponent, "
        "on the torus "
        "and for p = 2 by sobolev.interpolation from the estimate proved here."
    )
    return Theorem(
        AllOf(claims),
        sizes="p = 2 on tori, with every q below the critical exponent by interpolation; cones in three dimensions",
        mutants=mutants,
        printed={
            46: Printed(claim=at_end, correction=bubbles.STRONG[46], note=note),
            48: Printed(claim=at_end, assumption=beyond, correction=bubbles.STRONG[48]),
            55: Printed(claim=at_end, assumption=beyond, correction=bubbles.STRONG[55], note=proof),
        },
    )


def singular_value(frequency: Expr, order: Expr = s) -> Expr:
    """(1 + |j|^2)^(-s/2), that of the embedding of H^s in L^2 of the torus for the wave exp(i j.x)."""
    return (1 + frequency**2) ** (-order / 2)


def singular_values() -> Theorem:
    """The embedding of H^s of the torus in L^2 is diagonal in the waves, with these singular values."""
    j = integer("j", 0)
    wave = cos((j + 1) * x)
    squares = Integral(wave**2, (x, 0, 2 * pi))
    energy = Integral(wave**2 + wave.diff(x) ** 2, (x, 0, 2 * pi))
    claims: dict[str, Claim] = {
        "quotient of the norms, s = 1": Identity(sqrt(squares / energy), singular_value(j + 1, Integer(1))),
        "tend to zero": Limit(singular_value(N), N, oo, 0, "-"),
        "as the power -s": Limit(singular_value(N) * N**s, N, oo, 1, "-"),
        "decreasing": Inequality((1 + (N + t) ** 2), ">=", 1 + N**2),
    }
    mutants = {
        "not squared": Identity(sqrt(squares / energy), singular_value(sqrt(j + 1), Integer(1))),
        "faster": Limit(singular_value(N) * N**s, N, oo, Rational(1, 2), "-"),
    }
    return Theorem(AllOf(claims), sizes="orthogonality of waves taken for granted", mutants=mutants)
