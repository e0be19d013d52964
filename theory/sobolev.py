"""Sobolev spaces: weak derivatives, norms, embeddings and their constants, compactness and its failure.

Source: sections 1.2.3 and 1.2.4, equations 39-55.  Adams and Fournier 2003; Evans 2010; Brezis 2011; Maz'ya 2011;
Lieb and Loss 2001; Aubin 1976; Talenti 1976.

What is imported for use: `sobolev_norm`, `torus_norm`, `space_norm` (exact norms of symbolic functions),
`weak_derivative`, `embedding`, `critical_exponent`, `poincare_constant`, `sharp_constant` and `bubble`; the norms of
sampled functions and of networks are in `numerics.sobolev_norms`, eigenvalues of domains in `numerics.poincare`.
"""

from __future__ import annotations

from . import bubbles, convergence, dilations, embeddings, mean_values, weak_derivatives
from .bubbles import bubble, sharp_constant
from .embeddings import critical_exponent, embedding
from .mean_values import poincare_constant
from .sobolev_spaces import sobolev_norm, sobolev_seminorm, space_norm, space_norm_by_derivatives, torus_norm
from .statements import Theorem, statement
from .weak_derivatives import jumps
from .weak_derivatives import weak_derivative as weak_derivative_of

EQUATIONS = tuple(range(39, 56))

__all__ = [
    "EQUATIONS",
    "bubble",
    "critical_exponent",
    "embedding",
    "jumps",
    "poincare_constant",
    "sharp_constant",
    "sobolev_norm",
    "sobolev_seminorm",
    "space_norm",
    "space_norm_by_derivatives",
    "torus_norm",
    "weak_derivative_of",
]


# ---- derivatives and norms -------------------------------------------------------------------------------------------


@statement(answers=(40,), references=("evans2010", "adams2003"))
def weak_derivative() -> Theorem:
    """The weak derivative v of u of order k pairs with each test function as u does with its k-th derivative, up to the
    sign (-1)^k: the sign of x is that of |x|."""
    return weak_derivatives.defining_property()


@statement(references=("evans2010",), cites=(weak_derivative,))
def jump_has_no_weak_derivative() -> Theorem:
    """A step pairs with the derivative of a test function to minus its value at the jump; a v in L^p that does the same
    has a norm of at least (2 epsilon)^(-1/q) for every epsilon > 0, with 1/p + 1/q = 1 and p > 1, so there is none."""
    return weak_derivatives.jump()


@statement(references=("evans2010",), cites=(weak_derivative,))
def derivatives_of_pieces() -> Theorem:
    """Functions that are continuous and smooth in pieces have the derivatives of their pieces as weak derivative."""
    return weak_derivatives.steps_of_pieces()


@statement(answers=(41,), references=("adams2003", "evans2010"))
def norm() -> Theorem:
    """The norm of W^{k,p} is the l^p sum of the L^p norms of all derivatives up to the order k: one integral over
    derivatives and points, and homogeneous."""
    return convergence.sobolev_norm()


@statement(references=("adams2003",), cites=(norm,))
def seminorm_of_constants() -> Theorem:
    """The derivatives of the top order do not control the norm: affine functions have zero second derivatives and a
    norm as large as one likes."""
    return convergence.seminorm()


@statement(references=("brezis2011",))
def norms_compared() -> Theorem:
    """The sum of two norms is between their l^p sum and 2^(1-1/p) times it; the squared norm is convex for p = 2, which
    with homogeneity gives the triangle inequality."""
    return convergence.norms_compared()


@statement(answers=(47,), references=("brezis2011",), cites=(norm, norms_compared))
def sum_norm() -> Theorem:
    """The sum of the L^p norms of a function and its gradient is a norm, for p = 1 that of the pair and otherwise
    equivalent to it, so the same sets are bounded."""
    return convergence.sum_norm()


@statement(answers=(43,), references=("evans2010",))
def dilation() -> Theorem:
    """The L^p norm of u(lambda x) over Omega is lambda^(-n/p) times that of u over lambda Omega, for every domain."""
    return dilations.functions()


@statement(answers=(44,), references=("evans2010",), cites=(dilation,))
def dilation_of_derivatives() -> Theorem:
    """The L^p norm of the derivative alpha of u(lambda x) over Omega is lambda^(|alpha| - n/p) times that of the
    derivative of u over lambda Omega."""
    return dilations.derivatives()


@statement(references=("lieb2001",))
def wide_gaussians() -> Theorem:
    """For exp(-lambda x^2/2) the squared L^2 norm of the slope is lambda/(2 + lambda) of the squared norm of
    W^{1,2}."""
    return dilations.gaussians()


@statement(answers=(45,), references=("adams2003", "stein1970"), cites=(dilation_of_derivatives, wide_gaussians))
def fourier_norm() -> Theorem:
    """The norm of W^{k,2} on the whole space is equivalent to the L^2 norm of the Fourier transform with the weight
    (1 + |xi|^2)^(k/2), with the largest multinomial coefficient as the constant of the squares; with p other than 2 the
    two sides scale differently under dilation."""
    return dilations.fourier()


# ---- embeddings ------------------------------------------------------------------------------------------------------


@statement(answers=(39,), references=("adams2003", "mazya2011", "evans2010"))
def continuity() -> Theorem:
    """W^{k,p} embeds in C^m where k - d/p > m on domains with the cone property: for p = 2 the sum of the Fourier
    coefficients is bounded as the sum of their inverse weights is finite, in one dimension Hölder's inequality gives
    the exponent 1 - 1/p; on a cusp an unbounded power has finite energy."""
    return embeddings.continuity()


@statement(references=("adams2003", "mazya2011"), cites=(continuity,))
def powers_decide() -> Theorem:
    """Powers of |x| show the exponents of the embeddings to be the best: for each Hölder exponent above k - n/p, and
    each Lebesgue exponent above np/(n - kp), a power is in W^{k,p} and not in the space."""
    return embeddings.powers()


@statement(references=("adams2003",), cites=(powers_decide,))
def borderline() -> Theorem:
    """At k = n/p with p > 1 functions need not be bounded: log(1 - log|x|) on the unit disc has the energy 2 pi and no
    bound."""
    return embeddings.borderline()


@statement(references=("adams2003", "evans2010"), cites=(powers_decide, borderline))
def hoelder_exponents() -> Theorem:
    """For k > n/p > 0 and p > 1 the Hölder space has m + alpha = k - n/p with 0 < alpha <= 1, and alpha = 1 is not
    attained: where k - n/p is an integer, m is one less than that."""
    return embeddings.exponents()


@statement(references=("lieb2001",))
def bounded_on_the_line() -> Theorem:
    """On the line |u|^2 is at most half of the squared norm of W^{1,2}, with equality for exp(-|x|)."""
    return embeddings.interval()


@statement(references=("brezis2011",))
def interpolation() -> Theorem:
    """A norm of L^q with q between 2 and the critical exponent is interpolated between the two, with a positive
    share of L^2 exactly below the critical exponent."""
    return embeddings.interpolation()


# ---- mean values -----------------------------------------------------------------------------------------------------


@statement(answers=(42,), references=("payne1960", "evans2010"))
def poincare() -> Theorem:
    """On an interval of length L a function less its mean has at most L/pi times the norm of its derivative in L^2,
    with equality for half a cosine; on a bounded set of two pieces no constant will do."""
    return mean_values.interval()


@statement(references=("payne1960",), cites=(poincare,))
def poincare_on_boxes() -> Theorem:
    """The least frequency of a box above zero belongs to half a cosine along its longest side, so the constant of
    Poincaré's inequality is that side over pi."""
    return mean_values.boxes()


@statement(answers=(52,), references=("evans2010", "mazya2011"), cites=(poincare, poincare_on_boxes))
def sobolev_poincare() -> Theorem:
    """A function less its mean is bounded in L^q by its gradient in L^p for q up to np/(n - p): the mean is the best
    constant in L^2, dilations leave room exactly up to that exponent, and on cubes with p = q = 2 the constant is
    L/pi."""
    return mean_values.with_exponents()


@statement(answers=(53,), references=("evans2010",), cites=(sobolev_poincare,))
def mean_dropped() -> Theorem:
    """The difference of two functions is bounded by the difference of their gradients only after its mean is
    subtracted."""
    return mean_values.mean_dropped()


# ---- the critical exponent -------------------------------------------------------------------------------------------


@statement(references=("aubin1976", "talenti1976"))
def extremals() -> Theorem:
    """The bubbles (1 + |x|^2)^(-(n-2)/2) solve the equation of the sharp Sobolev inequality and attain the constant
    pi n (n-2) (Gamma(n/2)/Gamma(n))^(2/n); dilated, they keep all norms."""
    return bubbles.extremals()


@statement(references=("aubin1976", "talenti1976", "polya1951"), cites=(extremals,))
def sharp_inequality() -> Theorem:
    """For radial functions the energy is at least the sharp constant times the squared norm of the critical
    exponent: in the logarithm of the radius a completed square bounds it by the height of the function, and the
    least value over all heights is the constant."""
    return bubbles.sharp_inequality()


@statement(answers=(46, 48, 55), references=("brezis2011", "adams2003", "rellich1930"), cites=(interpolation,))
def compactness() -> Theorem:
    """Bounded sequences of W^{1,p} have subsequences that converge in L^q for q below np/(n - p): high frequencies are
    uniformly small in L^2; at that exponent cones of constant energy concentrate at a point and keep their norm."""
    return convergence.compactness()


@statement(references=("brezis2011",), cites=(compactness,))
def singular_values() -> Theorem:
    """The embedding of H^s of the torus in L^2 has the singular values (1 + |j|^2)^(-s/2), which tend to zero as the
    power -s of the frequency."""
    return convergence.singular_values()


# ---- convergence -----------------------------------------------------------------------------------------------------


@statement(answers=(49,), references=("brezis2011",))
def strong_convergence() -> Theorem:
    """Strong convergence in L^q is that the norm of the difference tends to zero: a homogeneous, symmetric distance."""
    return convergence.strong()


@statement(answers=(50,), references=("brezis2011",), cites=(compactness,))
def weak_compactness() -> Theorem:
    """Families that concentrate at a point pair to zero with a bounded field where p > 1; at p = 1 their gradients keep
    pairing to a positive number while the functions vanish, so no subsequence converges weakly."""
    return bubbles.weak_compactness()


@statement(answers=(51,), references=("brezis2011",))
def weak_convergence() -> Theorem:
    """Weak convergence is tested by pairings that are linear in both arguments and bounded by the norms, so it follows
    from strong convergence."""
    return convergence.weak()


@statement(answers=(54,), references=("brezis2011", "evans2010"), cites=(weak_convergence, strong_convergence))
def weak_is_not_strong() -> Theorem:
    """The gradients cos(kx) of sin(kx)/k tend weakly to zero on (0, pi) and keep the squared norm pi/2: weak
    convergence of gradients is not convergence in norm, while the functions themselves converge."""
    return convergence.oscillations()
