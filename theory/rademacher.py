"""Rademacher complexity: averages over signs, symmetrization, entropy, concentration and the rates that follow.

Source: sections 1.2 and 1.2.2, equations 13, 14 and 25-38.  Dudley 1967; Ledoux and Talagrand 1991; Massart 2000;
Bartlett and Mendelson 2002; Bousquet 2002.

The theorems are built in `sign_averages`, `dual_balls`, `symmetrization`, `covering` and `bounded_differences`, on the
exact finite models of `empirical_processes`.
"""

from __future__ import annotations

from . import bounded_differences as concentration
from . import covering, dual_balls, sign_averages
from . import symmetrization as symmetric
from .statements import Theorem, statement

EQUATIONS = (13, 14, *range(25, 39))


@statement(answers=(13,), references=("pinkus1999", "golowich2018"))
def shallow_class() -> Theorem:
    """The networks with one hidden layer are a cone that holds -f with every f, and with rectifiers the scale of a unit
    may move from its outer to its inner weights."""
    return sign_averages.shallow_class()


@statement(answers=(29,), references=("ledoux1991",))
def random_sign() -> Theorem:
    """A Rademacher variable is +1 or -1 with probability 1/2: its mean is zero, it makes exchangeable pairs change
    places, and its exponential moments are below those of a standard normal variable."""
    return symmetric.random_sign()


@statement(answers=(14, 30), references=("bartlett2002", "koltchinskii2001"), cites=(random_sign,))
def empirical_complexity() -> Theorem:
    """The empirical Rademacher complexity is zero for one function, unchanged by moving the class or adding midpoints,
    homogeneous, monotone and additive."""
    return sign_averages.complexity_of_a_sample()


@statement(answers=(25,), references=("bartlett2002",), cites=(empirical_complexity,))
def uniform_bound() -> Theorem:
    """The complexity of a class is at most its largest absolute value, and equal to it for the class of all signs."""
    return sign_averages.uniform_bound()


@statement(answers=(26,), references=("vandervaart1996",), cites=(empirical_complexity,))
def separable_class() -> Theorem:
    """A subset that comes within epsilon of every function of the class loses at most epsilon of its suprema and of its
    complexity."""
    return sign_averages.separable_class()


@statement(answers=(27,), references=("vandervaart1996",))
def empirical_measure() -> Theorem:
    """The empirical measure, with ties counted, is a probability measure whose mean over the samples is the law."""
    return symmetric.empirical_measure()


@statement(answers=(28,), references=("vandervaart1996",), cites=(empirical_measure,))
def empirical_integral() -> Theorem:
    """The sample mean is the integral against the empirical measure; its mean is that of the law, and its variance the
    n-th part of that of one value."""
    return symmetric.empirical_integral()


@statement(answers=(32,), references=("bartlett2002",), cites=(empirical_complexity,))
def expected_complexity() -> Theorem:
    """The Rademacher complexity is the mean of the empirical one over the samples: it does not increase with n and is
    at most the bound of the class."""
    return symmetric.expected()


@statement(references=("massart2000",), cites=(random_sign, empirical_complexity))
def massart() -> Theorem:
    """The complexity of a finite class is at most its largest Euclidean norm on the sample times sqrt(2 log M)/n."""
    return sign_averages.massart()


@statement(references=("ledoux1991", "meir2003"), cites=(empirical_complexity,))
def contraction() -> Theorem:
    """A 1-Lipschitz map does not increase the complexity; with the absolute value inside, a map that vanishes at zero
    increases it by the factor 2 at most, and sometimes by 4/3."""
    return sign_averages.contraction()


@statement(references=("khintchine1923", "littlewood1930", "szarek1976"), cites=(random_sign,))
def moment_bound() -> Theorem:
    """The mean absolute value of a signed sum is at least its Euclidean norm divided by the square root of 3."""
    return sign_averages.moment_bound()


@statement(references=("bartlett2002", "kakade2009"), cites=(massart, moment_bound))
def linear_balls() -> Theorem:
    """For linear functions with weights in a ball the supremum is the dual norm of the signed sum of inputs; so the
    complexity of the Euclidean ball lies between 1/sqrt(3) times and once the Frobenius norm of the data over n."""
    return dual_balls.linear_balls()


@statement(answers=(37,), references=("bartlett2002",), cites=(random_sign, linear_balls))
def kernel_ball() -> Theorem:
    """The complexity of the unit ball of a reproducing kernel Hilbert space is the mean square root of the kernel's
    form in the signs over n, at most the square root of its trace over n, hence 1/sqrt(n) for kernels up to one."""
    return dual_balls.kernel_ball()


@statement(answers=(31,), references=("gine1984", "vandervaart1996"), cites=(random_sign, expected_complexity))
def symmetrization() -> Theorem:
    """The expected largest deviation of sample means is at most twice the complexity, where both take the absolute
    value inside, where neither does, or where the class is symmetric."""
    return symmetric.symmetrization()


@statement(references=("vandervaart1996",), cites=(symmetrization,))
def desymmetrization() -> Theorem:
    """The expected largest deviation is at least half the complexity of the centred class, with absolute values."""
    return symmetric.desymmetrization()


@statement(answers=(33,), references=("kolmogorov1959", "vandervaart1996"))
def covering_number() -> Theorem:
    """The covering number with centres in the class lies between the packing numbers at twice the radius and at the
    radius, and does not increase with it."""
    return covering.covering()


@statement(references=("kolmogorov1959", "vandervaart1996"), cites=(covering_number,))
def classical_coverings() -> Theorem:
    """An interval needs about 1/(2 epsilon) balls, a ball of dimension d at most (1 + 2/epsilon)^d, and the 1-Lipschitz
    functions on the unit interval with f(0) = 0 between 2^(1/epsilon - 1) and 2^(1/epsilon), rounded up."""
    return covering.classical()


@statement(answers=(34,), references=("dudley1967", "vandervaart1996"), cites=(massart, covering_number))
def dudley() -> Theorem:
    """The complexity is at most 4 alpha plus 12/sqrt(n) times the integral, from alpha on, of the square root of the
    entropy: centres at halved radii are chained, each level by Massart's bound."""
    return covering.dudley()


@statement(references=("dudley1967", "birman1967", "vandervaart1996"), cites=(dudley,))
def entropy_rates() -> Theorem:
    """Entropy of order epsilon^(-p) gives by Dudley's bound the rate n^(-1/2) where p < 2, log(n)/sqrt(n) where p = 2,
    whatever the cut, and n^(-1/p) where p > 2."""
    return covering.entropy_rates()


@statement(answers=(36,), references=("kuhn2011", "steinwart2008"), cites=(covering_number, classical_coverings))
def gaussian_entropy() -> Theorem:
    """On the interval from -1 to 1 the unit ball of the Gaussian kernel's space has the entropy 24/epsilon^2 at most,
    by few features; kernels with distant centres stay apart, so that on the line no bound is true."""
    return covering.gaussian_entropy()


@statement(answers=(38,), references=("birman1967", "adams2003", "szarek1976"), cites=(kernel_ball, moment_bound))
def sobolev_rate() -> Theorem:
    """The unit ball of a Sobolev space of order s > d/2 has complexity of the order n^(-1/2) and no smaller one: from
    above by its kernel, from below by any two functions f and -f."""
    return covering.sobolev_rate()


@statement(answers=(35,), references=("hoeffding1963", "mcdiarmid1989"), cites=(symmetrization,))
def bounded_differences() -> Theorem:
    """The largest deviation of a class bounded by B exceeds its own mean by epsilon with probability at most
    exp(-n epsilon^2/(2 B^2))."""
    return concentration.bounded_differences()


@statement(references=("talagrand1996", "bousquet2002"), cites=(symmetrization,))
def bousquet() -> Theorem:
    """The supremum Z of sums of centred functions up to 1 exceeds its mean by t with probability at most
    exp(-v h(t/v)), v = n sigma^2 + 2 E Z, so by sqrt(2 v t) + t/3 at most exp(-t); checked on exact classes."""
    return concentration.bousquet()


@statement(references=("koltchinskii2001", "bartlett2002", "mohri2018"), cites=(symmetrization, bounded_differences))
def generalization_bound() -> Theorem:
    """With probability 1 - delta every function with values in [0, 1] has a mean of at most its sample mean plus twice
    the empirical complexity plus 3 sqrt(log(2/delta)/(2n))."""
    return symmetric.generalization_bound()
