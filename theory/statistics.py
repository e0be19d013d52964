"""Statistical measures: moments, medians and modes, covariance, entropy, and what averages tend to.

Source: section 13.2.3, equations 646-672.  Billingsley 1995; Feller 1971; Casella and Berger 2002; Cover and Thomas
2006.

Expectations are integrals against the density of the law with respect to any measure on the outcomes: what is proved
of them holds for discrete and continuous laws at once, wherever the moments are finite.
"""

from __future__ import annotations

from . import higher_moments, law_families, limit_laws, medians, moments, uncertainty
from .claims import Identity
from .moments import X, Y, a, b, mean
from .statements import Printed, Step, Theorem, statement

EQUATIONS = tuple(range(646, 673))


@statement(answers=(646,), references=("billingsley1995",))
def expectation() -> Theorem:
    """The expectation is the integral of the random variable over the outcomes: the linear and monotone functional that
    takes each constant to itself."""
    return moments.expectation()


@statement(answers=(647, 666), references=("billingsley1995",), cites=(expectation,))
def discrete_expectation() -> Theorem:
    """The integral of a discrete random variable over the outcomes is the sum of its values times their
    probabilities."""
    return moments.discrete_expectation()


@statement(answers=(648, 667), references=("billingsley1995",), cites=(expectation,))
def density_expectation() -> Theorem:
    """The integral over the outcomes is the integral of x f(x): the quantile function, a random variable on the unit
    interval, has the mean that the density gives."""
    return moments.density_expectation()


@statement(references=("billingsley1995", "feller1971"), cites=(density_expectation,))
def no_mean() -> Theorem:
    """The Cauchy density has no expectation: its integral of x f(x), cut at -T and kT, tends to (log k)/pi, which
    depends on how the ends go to infinity."""
    return moments.no_mean()


@statement(answers=(664,), references=("billingsley1995",), cites=(expectation,))
def linearity() -> Theorem:
    """Expectation is linear, whether the variables depend on each other or not."""
    note = "Both expectations have to exist: if X is Cauchy and Y = -X, the left side is 0 and the right side nothing."
    return Theorem(
        Identity(mean(a * X + b * Y), a * mean(X) + b * mean(Y)),
        mutants={"products": Identity(mean(X * Y), mean(X) * mean(Y))},
        printed={664: Printed(note=note)},
    )


@statement(answers=(649,), references=("casella2002", "feller1971"))
def median() -> Theorem:
    """A median has at least half of the mass on either side of it, itself included: no more than half lies below, no
    more than half above, and an atom of half the mass or a centre of symmetry is one."""
    return medians.median()


@statement(answers=(650,), references=("feller1971",), cites=(median,))
def median_equation() -> Theorem:
    """At a median without an atom the distribution function is one half; with an atom it jumps over one half there, by
    no more than the atom."""
    return medians.median_equation()


@statement(references=("casella2002",), cites=(median,))
def least_absolute_deviation() -> Theorem:
    """Moving the centre from m by d to the right costs in mean absolute deviation at least d times 2 P(X <= m) - 1, and
    to the left d times 2 P(X >= m) - 1: a median is the best centre."""
    return medians.least_absolute_deviation()


@statement(references=("feller1971",), cites=(median, least_absolute_deviation))
def sets_of_medians() -> Theorem:
    """The medians of a law are exactly the centres of least mean absolute deviation, an interval: all of [0, 1] for a
    fair coin."""
    return medians.sets_of_medians()


@statement(references=("casella2002",), cites=(least_absolute_deviation,))
def mean_and_median() -> Theorem:
    """The distance of the mean from any centre is at most the mean absolute deviation from it, which is at most the
    root mean square; so mean and median are no further apart than one standard deviation."""
    return medians.mean_and_median()


@statement(answers=(651,), references=("casella2002",))
def mode() -> Theorem:
    """The mode maximizes the density: moving the points moves it along, all points of a plateau are modes, and one
    heaviest point is the only one."""
    return medians.mode()


@statement(references=("casella2002",), cites=(mode,))
def modes() -> Theorem:
    """The gamma density of shape k + 1 has its mode at k theta, below the mean; one density has two highest points, and
    the arcsine density has none since it is unbounded."""
    return medians.modes()


@statement(answers=(652,), references=("billingsley1995",), cites=(expectation,))
def variance() -> Theorem:
    """The variance is the least mean squared distance from a point, attained at the mean: zero for constants, unchanged
    by shifts, and never negative."""
    return moments.spread()


@statement(answers=(653, 668, 669), references=("billingsley1995",), cites=(linearity,))
def variance_expanded() -> Theorem:
    """The variance is the mean square less the square of the mean, for discrete laws and densities alike."""
    square = mean(X**2)
    note = "The mean has to be finite; where the mean square is infinite, so is the variance."
    return Theorem(
        Identity(moments.variance(X), square - mean(X) ** 2),
        derivation=(
            Step(square - 2 * mean(X) * mean(X) + mean(X) ** 2, "expand the square; the mean is a constant"),
            Step(square - mean(X) ** 2, "collect"),
        ),
        mutants={"mean not squared": Identity(moments.variance(X), square - mean(X))},
        printed={number: Printed(note=note) for number in (653, 668, 669)},
    )


@statement(answers=(665,), references=("casella2002",), cites=(variance,))
def variance_scaling() -> Theorem:
    """The variance is unchanged by a shift and multiplied by the square of a factor."""
    scaled = moments.variance(a * X + b)
    return Theorem(
        Identity(scaled, a**2 * moments.variance(X)),
        mutants={
            "factor not squared": Identity(scaled, a * moments.variance(X)),
            "shift added": Identity(scaled, a**2 * moments.variance(X) + b**2),
        },
    )


@statement(answers=(654, 670), references=("casella2002",), cites=(variance_scaling,))
def standard_deviation() -> Theorem:
    """The standard deviation is the nonnegative root of the variance; it has the unit of the variable: aX + b has |a|
    times that of X."""
    return moments.deviation()


@statement(answers=(655,), references=("hyndman1996",))
def interquartile_range() -> Theorem:
    """The interquartile range is the distance of the quartiles: it moves with the unit but not with the origin, and is
    half the length of a uniform law."""
    return medians.interquartile_range()


@statement(answers=(656, 671), references=("casella2002",), cites=(standard_deviation,))
def skewness() -> Theorem:
    """The skewness is the third central moment in units of the standard deviation: free of location and scale, odd
    under reflection, zero for normal laws."""
    return higher_moments.skewness()


@statement(references=("vonhippel2005",), cites=(skewness,))
def skewness_and_tails() -> Theorem:
    """A law may have skewness zero without being symmetric, and positive skewness though it reaches further to the left
    of its mean than to the right."""
    return higher_moments.skewness_and_tails()


@statement(answers=(657, 672), references=("westfall2014", "casella2002"), cites=(standard_deviation,))
def kurtosis() -> Theorem:
    """The kurtosis is the fourth central moment in units of the standard deviation: free of location, scale and
    reflection, 1 for a fair coin and 3 for normal laws."""
    return higher_moments.kurtosis()


@statement(references=("westfall2014",), cites=(kurtosis,))
def kurtosis_and_tails() -> Theorem:
    """The two-sided Pareto law with density 5/(2 x^6) beyond 1 has kurtosis 9/5, below the normal 3, though its tails
    are heavier; a law on two points, with no tails, can have kurtosis 98."""
    return higher_moments.kurtosis_and_tails()


@statement(references=("feller1971",), cites=(kurtosis, skewness))
def kurtosis_bound() -> Theorem:
    """The kurtosis is at least one plus the square of the skewness, with equality for laws on two points."""
    return higher_moments.kurtosis_bound()


@statement(references=("feller1971",), cites=(variance_expanded,))
def cumulants() -> Theorem:
    """The second and third cumulant are central moments, the fourth is the fourth central moment less three squared
    variances; the cumulants of independent variables add, up to order four."""
    return higher_moments.cumulants()


@statement(answers=(658,), references=("casella2002",), cites=(expectation,))
def covariance() -> Theorem:
    """The covariance is a symmetric bilinear form that ignores constants; on the diagonal it is the variance, and twice
    it is what the variance of a sum has beyond the variances."""
    return moments.covariances()


@statement(answers=(659,), references=("casella2002",), cites=(covariance, linearity))
def covariance_expanded() -> Theorem:
    """The covariance is the mean product less the product of the means."""
    found = moments.covariance(X, Y)
    return Theorem(
        Identity(found, mean(X * Y) - mean(X) * mean(Y)),
        derivation=(
            Step(
                mean(X * Y) - mean(X) * mean(Y) - mean(Y) * mean(X) + mean(X) * mean(Y),
                "expand the product; the means are constants",
            ),
            Step(mean(X * Y) - mean(X) * mean(Y), "collect"),
        ),
        mutants={"means forgotten": Identity(found, mean(X * Y))},
    )


@statement(answers=(660,), references=("casella2002",), cites=(covariance, standard_deviation))
def correlation() -> Theorem:
    """The correlation is the covariance in units of the standard deviations: free of location and scale, turned by a
    reflection, and 1 of a variable with itself."""
    return moments.correlation()


@statement(references=("casella2002",), cites=(correlation,))
def correlation_bounds() -> Theorem:
    """In any units s and t the covariance is at most the mean of the two variances in size; at the standard deviations
    that bound is 1, so the correlation lies between -1 and 1, and a line attains it."""
    return moments.correlation_bounds()


@statement(references=("casella2002",), cites=(correlation,))
def uncorrelated() -> Theorem:
    """A variable that is uniform on -1, 0, 1 is uncorrelated with its square, which is a function of it."""
    return moments.uncorrelated()


@statement(answers=(661,), references=("shannon1948", "cover2006"))
def entropy() -> Theorem:
    """The entropy of a discrete law is nonnegative, at most the logarithm of the number of values, and that where the
    law is uniform."""
    return uncertainty.shannon()


@statement(answers=(662,), references=("shannon1948", "cover2006"))
def differential_entropy() -> Theorem:
    """The differential entropy of a density moves by log|a| when the variable is multiplied by a, is the logarithm of
    the length for a uniform law, and is below every cross-entropy."""
    return uncertainty.differential()


@statement(references=("cover2006",), cites=(differential_entropy, entropy))
def negative_entropy() -> Theorem:
    """The differential entropy of the uniform law on less than unit length is negative; the entropy of its N cells is
    that less the logarithm of the width of a cell, so it grows without bound as the cells shrink."""
    return uncertainty.negative()


@statement(references=("cover2006",), cites=(differential_entropy,))
def normal_entropy() -> Theorem:
    """Minus the normal log-density is quadratic, so its mean depends on the first two moments alone; by Gibbs'
    inequality the normal law has the greatest differential entropy for its variance, log(2 pi e s^2)/2."""
    return uncertainty.normal_is_greatest()


@statement(answers=(663,), references=("shannon1948", "cover2006"), cites=(entropy,))
def mutual_information() -> Theorem:
    """The mutual information is the relative entropy of the joint law from the product of the marginal laws: it is
    nonnegative, zero for independent variables, and H(Y) less the entropy of Y given X."""
    return uncertainty.mutual()


@statement(references=("cover2006",), cites=(mutual_information,))
def information_tables() -> Theorem:
    """In a table of masses the entropies of the margins less that of the table are the sum of each mass times the
    logarithm of its ratio to the product of its margins."""
    return uncertainty.tables()


@statement(references=("cover2006",))
def relative_entropy() -> Theorem:
    """The relative entropy is at least the squared Hellinger distance, hence zero only for equal laws, and from the
    uniform law it is the logarithm of the number of values less the entropy; it is not symmetric."""
    return uncertainty.relative()


@statement(references=("casella2002",), cites=(variance_expanded, kurtosis, skewness))
def continuous_laws() -> Theorem:
    """Mean, variance, skewness and kurtosis of the normal, uniform, exponential, gamma and beta laws agree with their
    first four moments, integrated from the densities."""
    return law_families.continuous_laws()


@statement(references=("casella2002",), cites=(variance_expanded, kurtosis, skewness))
def counting_laws() -> Theorem:
    """Mean, variance, skewness and kurtosis of the binomial, Poisson and geometric laws agree with their first four
    factorial or raw moments, summed from the weights."""
    return law_families.counting_laws()


@statement(references=("billingsley1995",), cites=(variance,))
def chebyshev() -> Theorem:
    """The chance of a distance of at least eps from any centre is at most the mean squared distance over eps^2, and for
    the distance from zero at most the mean size over eps."""
    return limit_laws.chebyshev()


@statement(references=("billingsley1995",), cites=(chebyshev, variance_scaling, covariance))
def large_numbers() -> Theorem:
    """The variances of uncorrelated variables add, so the mean of n has variance sigma^2/n; by Chebyshev's inequality
    it is further than eps from its expectation with a chance of at most sigma^2/(n eps^2), which vanishes."""
    return limit_laws.large_numbers()


@statement(references=("casella2002",), cites=(large_numbers,))
def sample_variance() -> Theorem:
    """The squares about the sample mean are those about any centre less n times its squared distance from the sample
    mean, so they have expectation (n-1) sigma^2: division by n is biased by the factor (n-1)/n."""
    return limit_laws.sample_variance()


@statement(references=("feller1971",), cites=(large_numbers, cumulants))
def standardized_sums() -> Theorem:
    """The third and fourth central moments of a sum of n independent copies are n mu3 and n mu4 + 3 n (n-1) sigma^4, so
    its skewness falls as 1/sqrt(n) and its excess kurtosis as 1/n."""
    return limit_laws.sums()


@statement(references=("feller1971", "billingsley1995"), cites=(standardized_sums,))
def central_limit() -> Theorem:
    """The characteristic function of the standardized sum of independent copies with a finite variance tends to
    exp(-t^2/2); the variance of the sum itself grows without bound, and unscaled it has no limit law."""
    return limit_laws.central_limit()


@statement(references=("feller1971",), cites=(no_mean, central_limit))
def heavy_averages() -> Theorem:
    """The mean of n independent Cauchy variables, with characteristic function exp(-|t|) each, has that of one of them:
    neither the law of large numbers nor the central limit theorem holds without moments."""
    return limit_laws.heavy_averages()


@statement(references=("berry1941", "esseen1956", "shevtsova2011"), cites=(central_limit,))
def berry_esseen() -> Theorem:
    """The distribution function of a standardized binomial law is nowhere further from the normal one than 0.4748 times
    E|X|^3/(sigma^3 sqrt(n)), which Berry and Esseen's theorem, with Shevtsova's constant, says of all laws."""
    return limit_laws.berry_esseen()


@statement(references=("esseen1956", "feller1971"), cites=(berry_esseen,))
def slowest_rate() -> Theorem:
    """Among 2k fair coins exactly k show heads with a chance of at least 1/(2 sqrt(k)): the distribution function jumps
    by that at its centre, so the rate 1/sqrt(n) cannot be improved."""
    return limit_laws.slowest_rate()
