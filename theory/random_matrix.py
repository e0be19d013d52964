"""Random matrices: the Marchenko-Pastur and semicircle laws, their edges, and what a spike does to a spectrum.

Source: section 3.1.1, equation 121.  Marchenko and Pastur 1967; Wigner 1958; Silverstein and Choi 1995; Johnstone
2001; Baik, Ben Arous and Peche 2005; Benaych-Georges and Nadakuditi 2011.

The law is that of the eigenvalues of X X^T/n, X with d rows and n columns of independent entries of mean zero and
variance one, d/n -> q.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import (
    Derivative,
    Expr,
    Integer,
    Integral,
    atan,
    binomial,
    cos,
    factorial,
    oo,
    pi,
    sin,
    sqrt,
)

from . import marchenko_pastur as law
from . import spectral_edges
from .claims import AllOf, Finite, Identity, Inequality, Limit
from .kernels.integrals import close
from .marchenko_pastur import (
    ONE,
    ZERO,
    angle,
    angular_density,
    below,
    catalan,
    density,
    distribution,
    inverse_stieltjes,
    level,
    lower_edge,
    m,
    narayana,
    over,
    point,
    q,
    r,
    rational_density,
    recursive_moments,
    scale,
    share,
    stieltjes_equation,
    t,
    u,
    upper_edge,
    z,
)
from .statements import Printed, Theorem, statement
from .symbols import bounded, positive, reals

EQUATIONS = (121,)
HIGHEST = 4


@statement(references=("marchenko1967", "silverstein1995"))
def stieltjes_inversion() -> Theorem:
    """The Stieltjes transform m of the law solves q z m^2 + (z + q - 1) m + 1 = 0, which is z = 1/(1 + q m) - 1/m; its
    discriminant vanishes at (1 - sqrt q)^2 and (1 + sqrt q)^2, and between them its root has imaginary part pi times
    the density."""
    middle, height = -(level + q - 1) / (2 * q * level), sqrt(4 * q * level - (level + q - 1) ** 2) / (2 * q * level)
    edges = {r: sqrt(q)}
    parts = {
        "inverse function": Identity(stieltjes_equation(m, inverse_stieltjes(m, q), q), ZERO),
        "discriminant": Identity((z + r**2 - 1) ** 2 - 4 * r**2 * z, (z - lower_edge(r)) * (z - upper_edge(r))),
        "imaginary part": Identity(2 * q * level * middle * height + (level + q - 1) * height, ZERO),
        "real part": Identity(q * level * (middle**2 - height**2) + (level + q - 1) * middle + 1, ZERO),
        "density": Identity(density(level, sqrt(q)), height / pi),
    }
    wrong = q * z * u**2 + (z - q - 1) * u + 1
    return Theorem(
        AllOf(parts),
        mutants={
            "ratio with the other sign": Identity(wrong.subs({u: m, z: inverse_stieltjes(m, q)}), ZERO),
            "n over d": Identity(stieltjes_equation(m, inverse_stieltjes(m, 1 / q), q), ZERO),
            "edges at 1 - q and 1 + q": Identity((z + q - 1) ** 2 - 4 * q * z, (z - (1 - q) ** 2) * (z - (1 + q) ** 2)),
            "density without the ratio": Identity(density(level, r).subs(edges) * q, height / pi),
        },
    )


@statement(references=("marchenko1967", "bai2010"))
def distribution_function() -> Theorem:
    """The distribution function of the continuous part is elementary: at the point of angle phi it is 2/pi times
    sin(phi)/(2r) + (1 + r^2) phi/(4 r^2) - (|1 - r^2|/(2 r^2)) arctan((1 + r)/|1 - r| tan(phi/2)), r^2 = q."""

    def closed(root: Expr, away: Expr) -> dict[str, Any]:
        return {
            "derivative": Identity(Derivative(distribution(root, away), t), rational_density(root)),
            "start": Limit(distribution(root, away), t, ZERO, ZERO, side="+"),
        }

    substituted = density(point(r), r) ** 2 * point(r).diff(t) ** 2
    parts = {
        **{f"{name}, q < 1": one for name, one in closed(below, 1 - below).items()},
        **{f"{name}, q > 1": one for name, one in closed(1 + over, over).items()},
        "change of variable": Identity(substituted, rational_density(r) ** 2),
        "points grow": Inequality(point(r).diff(t), ">", ZERO),
        "first point": Identity(point(r, ZERO), lower_edge(r)),
        "last point": Limit(point(r), t, oo, upper_edge(r)),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "arc not stretched": Identity(
                Derivative(distribution(below, 1 - below, t * (1 - below) / (1 + below)), t), rational_density(below)
            ),
        },
    )


@statement(answers=(121,), references=("marchenko1967", "bai2010"), cites=(stieltjes_inversion, distribution_function))
def total_mass() -> Theorem:
    """The printed density carries the mass min(1, 1/q): it is a probability law for q <= 1 alone, and for q > 1 the
    mass 1 - 1/q sits at zero, where at least d - n of the d eigenvalues are."""
    r_high = 1 + over
    square = 2 / pi * (t / (1 + t**2) + atan(t))
    whole: dict[str, Any] = {
        "q < 1": Limit(distribution(below, 1 - below), t, oo, ONE),
        "q > 1": Limit(distribution(r_high, over), t, oo, r_high**-2),
        "q = 1, derivative": Identity(Derivative(square, t), rational_density(ONE)),
        "q = 1": Limit(square, t, oo, ONE),
    }
    atom = 1 - 1 / q
    low, high = (1 - sqrt(q)) ** 2, (1 + sqrt(q)) ** 2
    printed = sqrt((high - level) * (level - low)) / (2 * pi * level * q)
    note = (
        "The density integrates to 1/q where d > n, the overparameterized case of which the section speaks: the atom "
        "of mass 1 - 1/q at zero is missing. The entries are independent, of mean zero and variance one (elsewhere "
        "both edges and points scale with the variance), and d and n grow together. The Hessian of a network meets "
        "none of these conditions and may have negative eigenvalues, which the law never has: there it is a "
        "reference to be tested, not a model that is derived."
    )
    return Theorem(
        AllOf({**whole, "with the atom": Identity(1 / q + atom, ONE)}),
        mutants={
            "continuous part alone, q > 1": Limit(distribution(r_high, over), t, oo, ONE),
            "atom of the other ratio": Identity(1 / q + (1 - q), ONE),
            "atom for q < 1": Limit(distribution(below, 1 - below), t, oo, below**-2),
        },
        printed={
            121: Printed(
                Identity(Integral(printed, (level, low, high)), ONE),
                assumption="d <= n; entries independent, of mean zero and variance one",
                correction=r"\rho(\lambda)=\frac{\sqrt{(\lambda_+-\lambda)(\lambda-\lambda_-)}}{2\pi\sigma^2q\lambda}"
                r"\mathbf 1_{[\lambda_-,\lambda_+]}(\lambda)+\max(0,1-\tfrac1q)\,\delta_0(\lambda),\qquad"
                r"\lambda_\pm=\sigma^2(1\pm\sqrt q)^2",
                note=note,
            )
        },
    )


@statement(references=("silverstein1995", "bai2010"), cites=(stieltjes_inversion, distribution_function, total_mass))
def stieltjes_transform() -> Theorem:
    """To the left of the support the integral of 1/(lambda - z) against the law of any ratio but 1, atom included,
    is the root m > 0 of its quadratic equation."""
    value = share / (1 - below**2)  # between 0 and the transform at zero
    z_low = inverse_stieltjes(value, below**2)
    mine = positive("m", typical=(0.2, 3))
    root = 1 + over
    z_high = inverse_stieltjes(mine, root**2)
    low = law.transform_below(t, value, below)
    high = law.transform_above(t, mine, over)
    continuous = mine + (1 - root**-2) / z_high
    parts = {
        "derivative, q < 1": Identity(Derivative(low, t), rational_density(below) / (point(below) - z_low)),
        "derivative, q > 1": Identity(Derivative(high, t), rational_density(root) / (point(root) - z_high)),
        "whole, q < 1": Limit(low, t, oo, value),
        "whole, q > 1, atom apart": Limit(high, t, oo, continuous),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "atom forgotten": Limit(high, t, oo, mine),
            "atom doubled": Limit(high, t, oo, mine + 2 * (1 - root**-2) / z_high),
        },
    )


@statement(references=("bai2010",), cites=(stieltjes_inversion,))
def scale_parameter() -> Theorem:
    """Entries of variance s multiply the law's points by s: the density at s lambda is that at lambda over s, and the
    transform m(z/s)/s solves q s z m^2 + (z + (q - 1) s) m + 1 = 0."""
    stretched = {
        "density": Identity(density(scale * level, r, scale), density(level, r) / scale),
        "equation": Identity(
            q * scale * (scale * z) * (u / scale) ** 2 + (scale * z + (q - 1) * scale) * (u / scale) + 1,
            stieltjes_equation(u, z, q),
        ),
    }
    return Theorem(
        AllOf(stretched),
        mutants={"standard deviation": Identity(density(sqrt(scale) * level, r, scale), density(level, r) / scale)},
    )


@statement(references=("bai2010",), cites=(scale_parameter, total_mass))
def transposition() -> Theorem:
    """X X^T/n and X^T X/n share their positive eigenvalues: q times the density of ratio q is the density of ratio 1/q
    for variance q, and the transform of the transpose is q m - (1 - q)/z."""
    swapped = stieltjes_equation(u, z / q, 1 / q)  # of u = q (q m - (1 - q)/z), the transform in units of q
    companion = q * (q * m - (1 - q) / z)
    return Theorem(
        AllOf(
            {
                "density": Identity(q * density(level, sqrt(q)), density(level, 1 / sqrt(q), q)),
                "equation": Identity(swapped.subs(u, companion), q * stieltjes_equation(m, z, q)),
            }
        ),
        mutants={
            "density without the ratio": Identity(density(level, sqrt(q)), density(level, 1 / sqrt(q), q)),
            "atom with the other sign": Identity(
                swapped.subs(u, q * (q * m + (1 - q) / z)), q * stieltjes_equation(m, z, q)
            ),
        },
    )


def _orders(most: int, left: Callable[[int], Any], right: Callable[[int], Any]) -> Callable[[], Iterator[Any]]:
    return lambda: ((f"k = {k}", left(k), right(k)) for k in range(1, most + 1))


def _cosines(k: int) -> Expr:
    """The k-th moment of 2 cos(phi) under 2 sin^2(phi)/pi, as the integral's justified closed form."""
    return close(Integral(2 * sin(angle) ** 2 / pi * (2 * cos(angle)) ** k, (angle, 0, pi))).expr


def _catalan_moment(k: int) -> Expr:
    return catalan(k // 2) if k % 2 == 0 else ZERO


@statement(references=("wigner1958", "nica2006"))
def semicircle_moments() -> Theorem:
    """The odd moments of the semicircle law vanish and its moment of order 2k is Catalan's number C(2k, k)/(k + 1)."""

    def claim(right: Callable[[int], Expr]) -> Finite:
        formula = r"\int_0^\pi\tfrac2\pi\sin^2\varphi\,(2\cos\varphi)^{2k}\,d\varphi=\tfrac1{k+1}\tbinom{2k}k"
        return Finite(_orders(HIGHEST, _cosines, right), formula, f"orders 1 to {HIGHEST}")

    normal = {2: 1, 4: 3, 6: 15}
    return Theorem(
        claim(_catalan_moment),
        mutants={
            "normal moments": claim(lambda k: Integer(normal.get(k, 0))),
            "binomials unreduced": claim(lambda k: binomial(k, k // 2) if k % 2 == 0 else ZERO),
        },
    )


@statement(references=("bai2010", "nica2006"), cites=(distribution_function, semicircle_moments))
def narayana_moments() -> Theorem:
    """The k-th moment of the law is the Narayana polynomial, the sum over j < k of C(k, j) C(k-1, j) q^j/(j+1), for
    every ratio: in the angle the k-th moment is that of (1 + q - 2 r cos)^(k-1) under 2 sin^2/pi."""
    cosine = bounded("c", -1, 1)

    def moment(order: int, value: Expr) -> Identity:
        powers = range(order)
        expanded = ((1 + r**2) ** (order - 1 - j) * (-r) ** j * _catalan_moment(j) for j in powers)
        return Identity(sum((binomial(order - 1, j) * e for j, e in zip(powers, expanded, strict=True)), ZERO), value)

    def weight(power: int) -> Expr:
        return angular_density(r, power) / angular_density(r, 1)

    parts = {f"moment {k}": moment(k, narayana(k, r**2)) for k in range(1, HIGHEST + 2)}
    parts["in the angle"] = Identity(weight(3).subs(cos(angle), cosine), (1 + r**2 - 2 * r * cosine) ** 2)
    return Theorem(
        AllOf(parts),
        sizes=f"moments 1 to {HIGHEST + 1}",
        mutants={
            "Catalan numbers": moment(3, catalan(3)),
            "ratio itself squared": moment(2, narayana(2, r**4)),
            "binomials unreduced": moment(2, 1 + 2 * r**2),
        },
    )


def _coefficients(k: int) -> tuple[int, ...]:
    return tuple(int(narayana(k).coeff(q, j)) for j in range(k))


@statement(references=("silverstein1995", "nica2006"), cites=(stieltjes_inversion,))
def moments_from_the_equation() -> Theorem:
    """Expanded at infinity, the Stieltjes equation says m_{k+1} = (1 - q) m_k + q sum_i m_i m_{k-i}, which the Narayana
    polynomials satisfy."""
    formula = r"m_{k+1}=(1-q)\,m_k+q\sum_{i=0}^km_im_{k-i},\quad m_k=\sum_j\frac{\binom kj\binom{k-1}j}{j+1}q^j"
    solved = recursive_moments(12)

    def shown(value: Callable[[int], Expr]) -> Finite:
        return Finite(_orders(12, lambda k: solved[k], lambda k: value(k).expand()), formula, "k from 1 to 12")

    return Theorem(
        shown(narayana),
        mutants={
            "order shifted": shown(lambda k: narayana(k + 1)),
            "unreduced": shown(lambda k: Integer(1) + sum((k * q**j for j in range(1, k)), ZERO)),
        },
    )


@statement(references=("nica2006",), cites=(moments_from_the_equation,))
def counted_moments() -> Theorem:
    """The coefficient of q^j in the k-th moment counts the permutations of k letters of genus zero with k - j cycles
    (the non-crossing partitions), and the Dyck paths of 2k steps with j + 1 peaks; all of them together are Catalan's
    number."""

    def counted(k: int) -> tuple[Any, ...]:
        heights = [law.peaks(path) for path in law.dyck_paths(k)]
        return law.planar_pairings(k)[::-1], tuple(heights.count(j + 1) for j in range(k)), len(heights)

    def said(k: int) -> tuple[Any, ...]:
        return _coefficients(k), _coefficients(k), catalan(k)

    def claim(right: Callable[[int], Any]) -> Finite:
        return Finite(_orders(6, counted, right), r"[q^j]\,m_k=N(k,j+1)", "k from 1 to 6")

    return Theorem(
        claim(said),
        mutants={
            "binomial coefficients": claim(
                lambda k: (tuple(binomial(k - 1, j) for j in range(k)), _coefficients(k), catalan(k))
            ),
            "crossings allowed": claim(lambda k: (*said(k)[:2], factorial(k))),
        },
    )


@statement(references=("bai2010",), cites=(narayana_moments,))
def universality_of_moments() -> Theorem:
    """For independent entries of mean 0, variance 1 and any third and fourth moments E tr (X X^T)^2 = d n (d + n - 2 +
    mu_4), and for normal ones E tr (X X^T)^3 = d n (d^2 + n^2 + 3 d n + 3 d + 3 n + 4): divided by d n^k they tend to
    the moments 1 + q and 1 + 3 q + q^2, whatever the fourth moment is."""
    third, fourth = reals("mu_3 mu_4")
    normal = tuple(Integer(one) for one in (0, 1, 0, 3, 0, 15))
    sizes = [(rows, columns) for rows in (1, 2, 3) for columns in (1, 2, 3)]
    formula = r"\mathbb E\,\mathrm{tr}(XX^\top)^2=dn(d+n-2+\mu_4)"

    def cases(fourth_weight: int, constant: int) -> Iterator[Any]:
        for d, n in sizes:
            general = law.expected_trace(d, n, 2, (ZERO, ONE, third, fourth))
            yield f"power 2, d = {d}, n = {n}", general, d * n * (d + n - 2 + fourth_weight * fourth)
            cubic = d * n * (d * d + n * n + 3 * d * n + 3 * d + 3 * n + constant)
            yield f"power 3, d = {d}, n = {n}", law.expected_trace(d, n, 3, normal), cubic

    def claim(weight: int, constant: int) -> Finite:
        return Finite(lambda: cases(weight, constant), formula, "d and n from 1 to 3")

    return Theorem(claim(1, 4), mutants={"fourth moment twice": claim(2, 4), "constant 3": claim(1, 3)})


@statement(references=("johnstone2001", "tracy1996", "silverstein1995"), cites=(stieltjes_inversion,))
def edge_scaling() -> Theorem:
    """At its upper edge the density begins like the square root of the distance with the constant
    1/(pi r^(3/2) (1 + r)^2), r^2 = q; where n q such eigenvalues meet Airy's density sqrt(y)/pi the unit of length is
    Johnstone's (1 + r)^(4/3) r^(-1/3) n^(-2/3), in which the largest eigenvalue fluctuates."""
    distance = positive("h")
    samples = positive("n")
    # Both sides of 'mass per unit' squared: q n density(edge - a y) a = sqrt(y)/pi fixes a^3.
    slope = (1 + r) ** 4 / r  # a^3 n^2
    constant = 1 / (pi**2 * r**3 * (1 + r) ** 4)
    square = density(upper_edge(r) - distance, r) ** 2
    parts = {
        "square-root edge": Limit(square / distance, distance, ZERO, constant, side="+"),
        "critical point": Identity(Derivative(inverse_stieltjes(u, r**2), u).doit().subs(u, -1 / (r * (1 + r))), ZERO),
        "critical value": Identity(inverse_stieltjes(-1 / (r * (1 + r)), r**2), upper_edge(r)),
        "unit": Identity((r**2 * samples) ** 2 * constant * slope / samples**2, pi**-2),
        "Johnstone's form": Identity((1 + r) ** 3 * (1 + 1 / r), slope),
    }
    return Theorem(
        AllOf(parts),
        mutants={
            "lower edge's constant": Limit(
                square / distance, distance, ZERO, 1 / (pi**2 * r**3 * lower_edge(r) ** 2), side="+"
            ),
            "edge at the other critical point": Identity(inverse_stieltjes(1 / (r * (1 - r)), r**2), upper_edge(r)),
        },
    )


@statement(references=("wigner1958", "bai2010"), cites=(distribution_function, semicircle_moments))
def semicircle_law() -> Theorem:
    """The semicircle law on [-2, 2] has transform z = -g - 1/g and distribution function 1/2 + x sqrt(4 - x^2)/(4 pi)
    + arcsin(x/2)/pi; it is what the Marchenko-Pastur law, centred and in units of sqrt q, becomes as q -> 0."""
    return spectral_edges.semicircle_law()


@statement(references=("benaych2011",))
def secular_equation() -> Theorem:
    """A spike 1 + delta in the direction v moves an eigenvalue of the noise to z exactly where the sum of
    v_i^2/(lambda_i - z) is -(1 + delta)/(delta z): the determinant is that of the noise times this condition."""
    return spectral_edges.secular_equation()


@statement(
    references=("baik2005", "benaych2011", "johnstone2001"), cites=(secular_equation, stieltjes_inversion, edge_scaling)
)
def spike_transition() -> Theorem:
    """A population eigenvalue 1 + delta leaves the bulk where delta > sqrt q, at (1 + delta)(1 + q/delta), which beats
    the edge by (delta - sqrt q)^2/delta; its eigenvector then has squared cosine (1 - q/delta^2)/(1 + q/delta) with the
    population's, and 0 at the threshold."""
    return spectral_edges.spike_transition()


@statement(references=("feral2007", "benaych2011"), cites=(semicircle_law,))
def spiked_wigner() -> Theorem:
    """A rank-one perturbation of size theta puts an eigenvalue of a semicircle's matrix at theta + 1/theta where
    theta > 1, (theta - 1)^2/theta beyond the edge, with squared cosine 1 - 1/theta^2."""
    return spectral_edges.spiked_wigner()
