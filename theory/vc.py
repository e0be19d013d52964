"""Vapnik-Chervonenkis theory: shattering, the dimension of the usual classes, and what it promises of unseen data.

Source: section 1.2.1, equations 15-24.  Vapnik and Chervonenkis 1971; Sauer 1972; Shelah 1972; Cover 1965;
Shalev-Shwartz and Ben-David 2014; Bartlett, Harvey, Liaw and Mehrabian 2019.

A hypothesis has the values 0 and 1; a class on finitely many points is a family of sets.  d is the VC dimension, n the
size of the sample, delta the probability of failure.

The theorems are built in `dichotomies` and `uniform_convergence`, on `shattering` and `set_systems`.
"""

from __future__ import annotations

from . import dichotomies, uniform_convergence
from .statements import Theorem, statement

EQUATIONS = tuple(range(15, 25))


@statement(answers=(15,), references=("vapnik1971", "shalev2014"))
def shattering() -> Theorem:
    """A class shatters S when every labelling of S is the trace of a hypothesis: when it has 2^|S| traces on S."""
    return dichotomies.shattering()


@statement(answers=(16,), references=("vapnik1971",), cites=(shattering,))
def dimension() -> Theorem:
    """The VC dimension is the largest size of a shattered set; every class with a hypothesis shatters the empty set."""
    return dichotomies.dimension()


@statement(answers=(17,), references=("vapnik1971",), cites=(dimension,))
def lower_bound() -> Theorem:
    """A shattered set of k points shows that the VC dimension is at least k; larger sets may be shattered as well."""
    return dichotomies.lower_bound()


@statement(references=("vapnik1971",), cites=(shattering,))
def hereditary() -> Theorem:
    """Every subset of a shattered set is shattered; so the set sizes that are shattered have no gap."""
    return dichotomies.hereditary()


@statement(references=("sauer1972", "shelah1972", "pajor1985"), cites=(dimension,))
def sauer_shelah() -> Theorem:
    """A class has at most as many dichotomies of m points as it shatters subsets (Pajor), so at most the sum of
    binomial(m, i) up to its dimension, which obeys Pascal's rule and is met by all sets of at most d points."""
    return dichotomies.sauer_shelah()


@statement(references=("sauer1972", "shalev2014"), cites=(sauer_shelah,))
def sauer_power() -> Theorem:
    """For d <= m the sum of binomial(m, i) up to d is at most (1 + d/m)^m (m/d)^d, hence at most (e m/d)^d."""
    return dichotomies.sauer_power()


@statement(references=("vapnik1971",), cites=(dimension,))
def thresholds() -> Theorem:
    """Half-lines to the right have m + 1 dichotomies of m points, and VC dimension 1."""
    return dichotomies.thresholds()


@statement(references=("shalev2014",), cites=(dimension, sauer_shelah))
def unions_of_intervals() -> Theorem:
    """Unions of k intervals of the line have VC dimension 2k and meet Sauer and Shelah's bound at every m."""
    return dichotomies.unions_of_intervals()


@statement(references=("shalev2014",), cites=(dimension,))
def boxes() -> Theorem:
    """Boxes of R^d with sides along the axes have VC dimension 2d: the cross points are shattered, and of 2d + 1 points
    one lies in the box of the 2d that are extreme."""
    return dichotomies.boxes()


@statement(references=("gey2018",), cites=(dimension,))
def decision_stumps() -> Theorem:
    """Cuts across one of d axes have as VC dimension the largest k with binomial(k, floor(k/2)) <= 2d: each axis gives
    two sets of the middle size, and chains of brackets reach all others."""
    return dichotomies.decision_stumps()


@statement(references=("shalev2014",), cites=(shattering, dimension))
def finite_classes() -> Theorem:
    """A finite class has VC dimension at most log2 of its size."""
    return dichotomies.finite_classes()


@statement(references=("radon1921", "shalev2014"), cites=(dimension,))
def half_spaces() -> Theorem:
    """Half-spaces of R^d have VC dimension d + 1: the corners of a simplex get every labelling from the weights
    s_i - s_0 and the bias s_0, and d + 2 points have an affine dependence, whose signs no half-space has."""
    return dichotomies.half_spaces()


@statement(references=("gordan1873", "radon1921"), cites=(half_spaces,))
def separation_alternative() -> Theorem:
    """Labelled points have either a half-space or Farkas weights, which put equal mass and centre on both labels, and
    never both: a weighted sum of the affine function would be positive and zero."""
    return dichotomies.separation_alternative()


@statement(references=("cover1965", "schlaefli1901"), cites=(half_spaces,))
def cover_count() -> Theorem:
    """m points in general position in R^d have 2 sum of binomial(m - 1, k), k <= d, dichotomies by half-spaces; the
    count with one point more is that of the old points and that of their projections."""
    return dichotomies.cover_count()


@statement(references=("shalev2014",), cites=(shattering, dimension))
def sine_class() -> Theorem:
    """The signs of sin(w x) shatter 1/2, 1/4, ..., 2^-m for every m, so one parameter has infinite VC dimension: from
    one point to the next the phase in half turns is halved and gets 1 - y added, so it stays in (0, 2)."""
    return dichotomies.sine_class()


@statement(references=("bartlett2019", "goldberg1995"), cites=(dimension,))
def relu_networks() -> Theorem:
    """One hidden layer of N rectifiers interpolates N + 1 points of a line with every labelling; with W parameters and
    L layers the bound of Bartlett et al. is at most 4 W L log2 W: not exponential in L."""
    return dichotomies.relu_networks()


@statement(answers=(18,), references=("shalev2014",))
def empirical_error() -> Theorem:
    """The empirical error is the share of the sample that is labelled wrongly: nought for consistent labels, one less
    its value for the opposite ones, and additive over the points."""
    return uniform_convergence.empirical_error()


@statement(answers=(19,), references=("shalev2014",), cites=(empirical_error,))
def error() -> Theorem:
    """The error is the mass of the pairs that are labelled wrongly; the empirical error of a fixed hypothesis has it as
    expectation, and variance err (1 - err)/n."""
    return uniform_convergence.error()


@statement(references=("vapnik1971", "bousquet2004"), cites=(error, empirical_error))
def symmetrization() -> Theorem:
    """The expected largest excess of the error over the empirical error is at most twice the Rademacher average."""
    return uniform_convergence.symmetrization()


@statement(references=("massart2000", "bousquet2004"))
def massart_lemma() -> Theorem:
    """The Rademacher average of N loss vectors of zeros and ones is at most sqrt(log N/(2n)): a sign has
    E exp(t s) <= exp(t^2/2), so the average is at most log N/r + r/(8n) for every r, and the best r gives the root."""
    return uniform_convergence.massart_lemma()


@statement(references=("hoeffding1963", "mcdiarmid1989"))
def bounded_differences() -> Theorem:
    """A function of n independent draws that changes by at most 1/n with each exceeds its mean by t with probability
    at most exp(-2 n t^2): the cumulant function of a variable of [0, 1] has second derivative u (1 - u) <= 1/4 (so
    Hoeffding's lemma), factors multiply, and the exponent 4 n t is the best."""
    return uniform_convergence.bounded_differences()


@statement(references=("vapnik1971",), cites=(error, empirical_error))
def unseen_points() -> Theorem:
    """If a class has all labellings of d equally likely points, then on every sample of n its largest deviation is at
    least the share (d - n)/d that no draw can reach."""
    return uniform_convergence.unseen_points()


@statement(
    answers=(20, 21),
    references=("vapnik1971", "bousquet2004", "shalev2014"),
    cites=(symmetrization, massart_lemma, bounded_differences, sauer_shelah, sauer_power, unseen_points),
)
def uniform_deviation() -> Theorem:
    """With probability at least 1 - delta all hypotheses of a class of VC dimension d have |err^ - err| at most
    sqrt(2 d log(e n/d)/n) + sqrt(log(2/delta)/(2n)), which for n >= d is at most the printed root."""
    return uniform_convergence.uniform_deviation()


@statement(references=("vapnik1971", "shalev2014"), cites=(uniform_deviation,))
def empirical_risk_minimization() -> Theorem:
    """Where all deviations are at most epsilon, the hypothesis of least empirical error has an error at most 2 epsilon
    above that of any other."""
    return uniform_convergence.empirical_risk_minimization()


@statement(
    answers=(22,), references=("vapnik1971", "shalev2014"), cites=(uniform_deviation, empirical_risk_minimization)
)
def sample_size() -> Theorem:
    """For epsilon and delta at most 1/2, samples of n >= 80/epsilon^2 (d log(1/epsilon) + log(1/delta)) have all
    deviations at most epsilon with probability at least 1 - delta, for every law: both terms of the squared bound of
    vc.uniform_deviation are then at most half of epsilon^2."""
    return uniform_convergence.sample_size()


@statement(answers=(23,), references=("radon1921", "cover1965"), cites=(half_spaces, separation_alternative))
def linear_classifiers() -> Theorem:
    """Half-planes have all labellings of the corners of a triangle, six of three points in line, and fourteen or fewer
    of any four points: VC dimension 3."""
    return dichotomies.linear_classifiers()


@statement(answers=(24,), references=("cover1965", "shalev2014"), cites=(half_spaces,))
def polynomial_classifiers() -> Theorem:
    """Polynomials of degree at most k in n variables have binomial(n + k, k) coefficients, and their signs this VC
    dimension: the monomials lift half-spaces to points of which so many are independent, and one more never is."""
    return dichotomies.polynomial_classifiers()
