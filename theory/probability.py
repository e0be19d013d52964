"""Probability laws: mass functions and densities, the binomial and the normal law, and what the axioms say of events.

Source: section 13.2.1, equations 636-641.  Kolmogorov 1933; Feller 1968; Billingsley 1995; Bonferroni 1936.

Spaces, events and variables are those of `probability_terms`; finite spaces are in `event_spaces`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Eq,
    Expr,
    Integer,
    Integral,
    Max,
    Min,
    Or,
    Piecewise,
    Rational,
    Sum,
    binomial,
    erf,
    exp,
    factorial,
    oo,
    pi,
    sqrt,
)

from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit, Recursion
from .event_spaces import multiplies, pairs_and_all, sequences_counted, triple_alone, unions_of_three
from .gaussian import Normal
from .measures import expect, integral
from .probability_terms import (
    DENSITIES,
    A,
    B,
    C,
    N,
    P,
    X,
    Y,
    a,
    binomial_mass,
    both_ways,
    d,
    e,
    equalities,
    h,
    i,
    k,
    lam,
    m,
    mu,
    mu2,
    n,
    normal,
    over_line,
    p,
    pieces,
    q,
    r,
    raw,
    sigma,
    some,
    t,
    tau,
    variance,
    where,
    x,
    y,
)
from .statements import Printed, Step, Theorem, statement
from .symbols import probability, real

EQUATIONS = (636, 637, 638, 639, 640, 641)


@statement(answers=(636,), references=("kolmogorov1933", "billingsley1995"))
def mass_function() -> Theorem:
    """The mass function of any variable gives each value its probability: it lies between 0 and 1, is 1 at the value of
    a constant, and the probability of one of two different values is the sum of theirs."""

    def properties(mass: Expr) -> dict[str, Claim]:
        either = P(Piecewise((1, Or(Eq(X, a), Eq(X, a + d))), (0, True)))
        return {
            "nonnegative": Inequality(mass, ">=", Integer(0)),
            "at most one": Inequality(mass, "<=", Integer(1)),
            "a constant": Identity(mass.xreplace({X: a}), Integer(1)),
            **both_ways("two values", mass + mass.subs(a, a + d), either),
        }

    mass = Definition("p(a)", P(where(Eq(X, a))), properties)
    mutants = {
        "distribution function": mass.of(P(where(X <= a))),
        "without the law of the outcomes": mass.of(integral(where(Eq(X, a)))),
        "every value": mass.of(P(Integer(1))),
    }
    note = (
        "The sentence calls S the sample space; a variable is defined on the sample space and takes its values in "
        "another set, which is what S is here."
    )
    return Theorem(mass, mutants=mutants, printed={636: Printed(note=note)})


@statement(answers=(637,), references=("kolmogorov1933", "billingsley1995"), cites=(mass_function,))
def mass_total() -> Theorem:
    """The masses of a variable with countably many values, numbered 0, 1, 2, ..., add up to P(N <= i), which misses one
    by the tail P(N > i): it falls, with E N / (i + 1) as a bound, and tends to zero because P is countably additive."""
    upto, tail, following = P(where(N <= i)), P(where(i < N)), P(where(i < N, N <= i + 1))  # the last: N is i + 1
    geometric = q * (1 - q) ** k
    claims: dict[str, Claim] = {
        **both_ways("start", P(where(N <= 0)), P(where(Eq(N, 0)))),
        **both_ways("step", upto + following, P(where(N <= i + 1))),
        **both_ways("rest", upto + tail, Integer(1)),
        "tail falls": Inequality(tail, ">=", P(where(N > i + 1))),
        "tail vanishes": Inequality((i + 1) * tail, "<=", expect(p, N)),
        "first n + 1 masses of the geometric law": Identity(Sum(geometric, (k, 0, n)), 1 - (1 - q) ** (n + 1)),
        "all masses of the geometric law": Limit(1 - (1 - q) ** (n + 1), n, oo, Integer(1), side="-"),
    }
    mutants = {
        "a value counted twice": Inequality(upto + P(where(N >= i)), "<=", Integer(1)),
        "a value left out": Inequality(upto + P(where(N > i + 1)), ">=", Integer(1)),
        "masses counted, not added": Identity(Sum(Integer(1), (k, 0, n)), Integer(1)),
    }
    note = (
        "The set has to be countable, as the sentence before says: a variable with a density has mass 0 at each value. "
        "For infinitely many values it is countable additivity, an axiom, that makes the sum one."
    )
    return Theorem(
        AllOf(claims), mutants=mutants, exempt=equalities("start", "step", "rest"), printed={637: Printed(note=note)}
    )


@statement(references=("feller1968",))
def binomial_trials() -> Theorem:
    """The probabilities of all sequences of independent trials with k successes add up to the binomial mass, also for
    success probabilities 0 and 1, where 0^0 is 1."""
    mutants = {
        "one order of the outcomes": sequences_counted(lambda n, k, chance: chance**k * (1 - chance) ** (n - k), q),
        "success and failure exchanged": sequences_counted(lambda n, k, chance: binomial_mass(n, k, 1 - chance), q),
    }
    return Theorem(sequences_counted(binomial_mass, q), mutants=mutants)


@statement(answers=(638,), references=("feller1968",), cites=(binomial_trials,))
def binomial_law() -> Theorem:
    """The number of successes in n independent trials of equal success probability has the binomial mass function, for
    all n and k: it starts right, and one more trial either succeeds after k or fails after k + 1 successes."""

    def one_more(law: Any) -> dict[str, Claim]:
        return {
            "no trial, no success": Identity(law(Integer(0), Integer(0)), Integer(1)),
            "no trial, some successes": Identity(law(Integer(0), k + 1), Integer(0)),
            "no success": Identity((1 - q) * law(n, Integer(0)), law(n + 1, Integer(0))),
            "one more trial": Identity(q * law(n, k) + (1 - q) * law(n, k + 1), law(n + 1, k + 1)),
        }

    other = probability("o")  # of success in a second trial
    mutants = {
        "failures for nothing": one_more(lambda n, k: binomial(n, k) * q**k)["no success"],
        "one order of the outcomes": one_more(lambda n, k: q**k * (1 - q) ** (n - k))["one more trial"],
        "unequal trials": Identity(q * other, binomial_mass(Integer(2), Integer(2), (q + other) / 2)),
        "one trial repeated": Identity(q, binomial_mass(Integer(2), Integer(2))),
    }
    note = "With p = 0 or p = 1 the printed powers contain 0^0, which has to be read as 1."
    ways = binomial(n, k) + binomial(n, k + 1)
    return Theorem(
        AllOf(one_more(binomial_mass)),
        start=q * binomial_mass(n, k) + (1 - q) * binomial_mass(n, k + 1),
        derivation=(
            Step(ways * q ** (k + 1) * (1 - q) ** (n - k), "either way k + 1 successes and n - k failures"),
            Step(binomial_mass(n + 1, k + 1), "Pascal's triangle"),
        ),
        mutants=mutants,
        printed={638: Printed(note=note)},
    )


@statement(references=("feller1968",), cites=(binomial_law,))
def binomial_moments() -> Theorem:
    """The binomial masses add up to one, with mean n q and variance n q (1 - q); the sum of two independent binomial
    counts of equal success probability is binomial (Vandermonde's identity)."""
    mass = binomial_mass(n, k)

    def over_counts(expr: Expr) -> Sum:
        return Sum(expr, (k, 0, n))

    ways = Sum(binomial(n, k) * binomial(m, r - k), (k, 0, r))
    claims = {
        "total": Identity(over_counts(mass), Integer(1)),
        "mean": Identity(over_counts(k * mass), n * q),
        "variance": Identity(over_counts((k - n * q) ** 2 * mass), n * q * (1 - q)),
        "sums": Identity(ways, binomial(n + m, r)),
    }
    mutants = {
        "variance of the mean": Identity(over_counts((k - n * q) ** 2 * mass), q * (1 - q)),
        "variance as the mean": Identity(over_counts((k - n * q) ** 2 * mass), n * q),
        "sizes multiplied": Identity(ways, binomial(n * m, r)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("feller1968", "lecam1960"), cites=(binomial_law,))
def poisson_limit() -> Theorem:
    """With success probability lambda / n the binomial masses tend to Poisson's."""

    def tends_to(successes: int, value: Expr) -> Limit:
        ways = binomial(n, successes).expand(func=True)
        mass = ways * (lam / n) ** successes * (1 - lam / n) ** (n - successes)
        return Limit(mass, n, oo, value, side="-")

    def poisson(successes: int) -> Expr:
        return exp(-lam) * lam**successes / factorial(successes)

    return Theorem(
        AllOf({f"{successes} successes": tends_to(successes, poisson(successes)) for successes in range(4)}),
        sizes="0 to 3 successes",
        mutants={
            "factorial forgotten": tends_to(2, exp(-lam) * lam**2),
            "not normalized": tends_to(1, lam),
        },
    )


@statement(answers=(639,), references=("billingsley1995",))
def interval_probability() -> Theorem:
    """The integral of a density over the outcomes with a <= X <= a + d, which is the printed one where X is the
    coordinate of a line: it is nonnegative, adds over adjacent intervals, and is what the two half-lines beside it
    leave of one."""

    def properties(chance: Expr) -> dict[str, Claim]:
        further = P(where(a + d < X, X <= a + d + e))
        return {
            "nonnegative": Inequality(chance, ">=", Integer(0)),
            **both_ways("the rest of one", chance + P(where(X < a)) + P(where(a + d < X)), Integer(1)),
            **both_ways("adjacent intervals", chance + further, chance.subs(d, d + e)),
        }

    chance = Definition(r"P(a\le X\le a+d)", P(where(a <= X, X <= a + d)), properties)
    mutants = {
        "open interval": chance.of(P(where(a < X, X < a + d))),
        "left end alone": chance.of(P(where(a <= X))),
        "density not integrated": chance.of(integral(where(a <= X, X <= a + d))),
    }
    note = (
        "For a <= b, as [a, b] says. That a variable takes values in a continuous set does not give it a density: see "
        "probability.atom_without_density. A density is determined up to a set of measure zero, so it need be "
        "nonnegative almost everywhere only, and unlike a mass it may exceed one."
    )
    return Theorem(chance, mutants=mutants, printed={639: Printed(note=note)})


@statement(references=("billingsley1995",), cites=(interval_probability,))
def atom_without_density() -> Theorem:
    """A variable that is 0 with probability q and exponential otherwise takes its values in a half-line and has no
    density: intervals that shrink to 0 keep probability q, while the integral of a density over them vanishes."""
    over_short = Integral(lam * exp(-lam * x), (x, 0, h))
    closed = 1 - exp(-lam * h)
    claims = {
        "exponential part": Identity(over_short, closed),
        "a density leaves nothing": Limit(closed, h, Integer(0), Integer(0), side="+"),
        "the atom stays": Limit(q + (1 - q) * closed, h, Integer(0), q, side="+"),
        "total": Limit(q + (1 - q) * closed, h, oo, Integer(1), side="-"),
    }
    mutants = {
        "the atom vanishes": Limit(q + (1 - q) * closed, h, Integer(0), Integer(0), side="+"),
        "an atom beside a whole exponential law": Limit(q + closed, h, oo, Integer(1), side="-"),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(640,), references=("billingsley1995",), cites=(interval_probability,))
def density_total() -> Theorem:
    """A density integrates to one over its space, since X takes some value: in any three pieces of the line, for the
    usual families, and for every positive function with a finite integral once it is divided by that integral."""
    middle = P(where(a <= X, X <= a + d))
    claims: dict[str, Claim] = {
        **both_ways("three pieces", P(where(X < a)) + middle + P(where(a + d < X)), Integer(1)),
        "normalized": Identity(integral(raw / integral(raw)), Integer(1)),
        **{name: Identity(over_line(pdf), Integer(1)) for name, pdf in DENSITIES.items()},
        "exponential": Identity(Integral(lam * exp(-lam * x), (x, 0, oo)), Integer(1)),
        "uniform": Identity(Integral(1 / d, (x, a, a + d)), Integer(1)),
    }
    mutants = {
        "not normalized": Identity(integral(raw), Integer(1)),
        "half-line": Identity(Integral(DENSITIES["Laplace"], (x, 0, oo)), Integer(1)),
        "rate forgotten": Identity(Integral(exp(-lam * x), (x, 0, oo)), Integer(1)),
        "ends left out": Inequality(P(where(X < a)) + P(where(a < X)), ">=", Integer(1)),
    }
    return Theorem(AllOf(claims), mutants=mutants, exempt=equalities("three pieces"))


@statement(answers=(641,), references=("feller1968", "billingsley1995"))
def normal_density() -> Theorem:
    """The normal density is positive, integrates to one, and has mean mu and variance sigma^2, for sigma > 0."""

    def properties(pdf: Expr) -> dict[str, Claim]:
        return {
            "total": Identity(over_line(pdf), Integer(1)),
            "mean": Identity(over_line(x * pdf), mu),
            "variance": Identity(over_line((x - mu) ** 2 * pdf), sigma**2),
        }

    pdf = Definition("f(x)", normal.pdf(x), properties)
    square = (x - mu) ** 2
    mutants = {
        "no two in the exponent": pdf.of(exp(-square / sigma**2) / sqrt(2 * pi * sigma**2)),
        "no root": pdf.of(exp(-square / (2 * sigma**2)) / (2 * pi * sigma**2)),
        "scale for the variance": pdf.of(exp(-square / (2 * sigma)) / sqrt(2 * pi * sigma)),
        "mean with the other sign": pdf.of(normal.pdf(x).subs(mu, -mu)),
    }
    note = "The variance has to be positive: the law with variance zero has no density."
    return Theorem(pdf, mutants=mutants, printed={641: Printed(note=note)})


@statement(references=("feller1968",), cites=(normal_density,))
def normal_intervals() -> Theorem:
    """A normal variable is within d standard deviations with probability erf(d / sqrt 2), above d with less than the
    density at d divided by d (Mills), and the sum of two independent ones is normal, means and variances adding."""
    within = Integral(normal.pdf(x), (x, mu - d * sigma, mu + d * sigma))
    above = (1 - erf(d / sqrt(2))) / 2
    convolved = over_line(normal.pdf(x) * Normal(mu2, tau**2).pdf(y - x))
    claims = {
        "within": Identity(within, erf(d / sqrt(2))),
        "above": Inequality(above, "<=", Normal(0, 1).pdf(d) / d),
        "sum": Identity(convolved, Normal(mu + mu2, sigma**2 + tau**2).pdf(y)),
    }
    mutants = {
        "both tails within the bound": Inequality(2 * above, "<=", Normal(0, 1).pdf(d) / d),
        "scales add": Identity(convolved, Normal(mu + mu2, (sigma + tau) ** 2).pdf(y)),
        "the root forgotten": Identity(within, erf(d)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kolmogorov1933",))
def complement_and_order() -> Theorem:
    """For all events of any space: complements add to one, differences and unions subtract and add the common part,
    a part is no more probable than the whole, and P(A and B) is at least P(A) + P(B) - 1."""
    claims = {
        "complement": Identity(P(1 - A), 1 - P(A)),
        "difference": Identity(P(A * (1 - B)), P(A) - P(A * B)),
        "part": Inequality(P(A * B), "<=", P(A)),
        "common part": Inequality(P(A * B), ">=", P(A) + P(B) - 1),
    }
    mutants = {
        "difference of any events": Identity(P(A * (1 - B)), P(A) - P(B)),
        "product": Identity(P(A * B), P(A) * P(B)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("feller1968",), cites=(complement_and_order,))
def inclusion_exclusion() -> Theorem:
    """The probability that one of two or three events occurs is the sum of theirs, less that of the pairs, plus that of
    the triple, on any space."""
    pairs = P(A * B) + P(A * C) + P(B * C)
    claims = {
        "two": Identity(P(Max(A, B)), P(A) + P(B) - P(A * B)),
        "three": Identity(P(Max(A, B, C)), P(A) + P(B) + P(C) - pairs + P(A * B * C)),
    }
    mutants = {
        "as if disjoint": Identity(P(Max(A, B)), P(A) + P(B)),
        "triple subtracted": Identity(P(Max(A, B, C)), P(A) + P(B) + P(C) - pairs - P(A * B * C)),
        "triple forgotten": Identity(P(Max(A, B, C)), P(A) + P(B) + P(C) - pairs),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("bonferroni1936", "feller1968"), cites=(inclusion_exclusion,))
def bonferroni() -> Theorem:
    """Where m >= 1 of any number of events occur, the alternating sum of the numbers of their combinations of at most r
    differs from one by a binomial coefficient with the sign of (-1)^r: so the sums of inclusion and exclusion, broken
    off, are in turn too large and too small, and exact at r = m."""
    term = real("s")  # sum of (-1)^j C(m, j), j up to r: one less the count that inclusion and exclusion gives

    def sums(closed: Expr) -> Recursion:
        return Recursion(r, 0, Integer(1), term, term + (-1) ** (r + 1) * binomial(some, r + 1), closed)

    closed = (-1) ** r * binomial(some - 1, r)
    claims = {"partial sums": sums(closed), "all m at a time": Identity(closed.subs(r, some), Integer(0))}
    mutants = {"without the sign": sums(binomial(some - 1, r)), "all m events": sums((-1) ** r * binomial(some, r))}
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("feller1968",), cites=(complement_and_order,))
def union_bound() -> Theorem:
    """The probability that any of countably many events occurs is at most the sum of theirs, the expected number E N;
    the slack is the expected number beyond the first, so it vanishes just where no two occur together."""
    union, total = P(Min(N, 1)), expect(p, N)
    claims = {
        "bound": Inequality(union, "<=", total),
        "slack": Identity(total - union, expect(p, Max(N - 1, 0))),
    }
    mutants = {
        "as if disjoint": Identity(union, total),
        "slack of the pairs": Identity(total - union, expect(p, N * (N - 1)) / 2),
    }
    return Theorem(
        AllOf(claims),
        start=union,
        derivation=(
            Step(P(N - Max(N - 1, 0)), "one is what is left of a positive number less its excess over one"),
            Step(total - expect(p, Max(N - 1, 0)), "linearity"),
            Step(total, "the excess is nonnegative", "<="),
        ),
        mutants=mutants,
    )


@statement(references=("chung1952",), cites=(union_bound,))
def second_moment_bound() -> Theorem:
    """Any variable differs from zero with probability at least 2 t E X - t^2 E X^2, for every t; with t = E X / E X^2
    that is (E X)^2 / E X^2, a lower bound of the probability that any of some events occurs."""
    first, second = expect(p, X), expect(p, X**2)
    bound = 2 * t * first - t**2 * second
    nonzero = P(Piecewise((0, Eq(X, 0)), (1, True)))
    claims = {
        "bound": Inequality(nonzero, ">=", bound),
        "best t": Identity(bound.subs(t, first / second), first**2 / second),
    }
    mutants = {
        "square forgotten": Inequality(nonzero, ">=", 2 * t * first - second),
        "first moment alone": Inequality(nonzero, ">=", first),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kolmogorov1933",), cites=(complement_and_order,))
def conditional_law() -> Theorem:
    """Given an event B of positive probability, P(. | B) = P(. and B) / P(B) is a probability: complements add to one,
    unions follow inclusion and exclusion; and probabilities of A, B and C multiply along a chain."""

    def given(event: Expr, condition: Expr = B) -> Expr:
        # Where P(condition) = 0 this has no value, and an identity claims nothing there.
        return P(event * condition) / P(condition)

    either = 1 - (1 - A) * (1 - C)

    claims = {
        "complement": Identity(given(1 - A), 1 - given(A)),
        "union": Identity(given(either), given(A) + given(C) - given(A * C)),
        "at most one": Inequality(P(A * B), "<=", P(B)),
        "chain": Identity(P(A) * given(B, A) * given(C, A * B), P(A * B * C)),
        "total probability": Identity(given(A) * P(B) + given(A, 1 - B) * P(1 - B), P(A)),
    }
    mutants = {
        "not divided": Identity(P(A * B), 1 - P((1 - A) * B)),
        "conditions exchanged": Identity(given(A, B), given(B, A)),
        "complement of the condition": Identity(given(A, B) + given(A, 1 - B), Integer(1)),
        "weights forgotten": Identity(given(A) + given(A, 1 - B), P(A)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("feller1968",), cites=(conditional_law,))
def pieces_of_an_event() -> Theorem:
    """The probabilities of an event's parts in countably many pieces add to at least its own where the pieces cover the
    space and to at most its own where they are disjoint: to it, then, where they are a partition."""
    claims = {
        "cover": Inequality(P(A * pieces), ">=", P(A)),
        "disjoint": Inequality(P(A * Min(N, 1)), "<=", P(A)),
    }
    mutants = {
        "overlapping pieces": Identity(P(A * pieces), P(A)),
        "pieces that leave a gap": Identity(P(A * Min(N, 1)), P(A)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kolmogorov1933",), cites=(complement_and_order,))
def covariance_of_events() -> Theorem:
    """P(A and B) - P(A) P(B) is the covariance of the indicators, the same for both complements and opposite for one:
    independent events have independent complements; an indicator has variance P(A) (1 - P(A)), at most 1/4."""

    def excess(one: Expr, other: Expr) -> Expr:
        return P(one * other) - P(one) * P(other)

    centred = expect(p, (A - P(A)) * (B - P(B)))
    claims = {
        "covariance": Identity(centred, excess(A, B)),
        "complements": Identity(excess(1 - A, 1 - B), excess(A, B)),
        "one complement": Identity(excess(A, 1 - B), -excess(A, B)),
        "variance": Identity(variance(A), P(A) * (1 - P(A))),
        "largest variance": Inequality(P(A) * (1 - P(A)), "<=", Rational(1, 4)),
    }
    mutants = {
        "disjoint for independent": Identity(centred, -P(A) * P(B)),
        "variance not squared": Identity(variance(A), P(A)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("billingsley1995",))
def moments_of_a_sum() -> Theorem:
    """Expectations of any two variables add, dependent or not; variances add up to twice the covariance."""
    covariance = expect(p, X * Y) - expect(p, X) * expect(p, Y)
    claims = {
        "expectation": Identity(expect(p, a * X + t * Y), a * expect(p, X) + t * expect(p, Y)),
        "variance": Identity(variance(X + Y), variance(X) + variance(Y) + 2 * covariance),
        "scale": Identity(variance(a * X + t), a**2 * variance(X)),
    }
    mutants = {
        "variances add": Identity(variance(X + Y), variance(X) + variance(Y)),
        "product of expectations": Identity(expect(p, X * Y), expect(p, X) * expect(p, Y)),
    }
    squares = expect(p, X**2) + 2 * expect(p, X * Y) + expect(p, Y**2)
    return Theorem(
        AllOf(claims),
        start=variance(X + Y),
        derivation=(
            Step(squares - (expect(p, X) + expect(p, Y)) ** 2, "squares expanded, expectations added"),
            Step(variance(X) + variance(Y) + 2 * covariance, "terms collected"),
        ),
        mutants=mutants,
    )


@statement(references=("feller1968", "billingsley1995"))
def pairwise_independence() -> Theorem:
    """Independence in pairs is less than independence: no three events of at most three equally likely outcomes tell
    them apart, but 48 triples of events of four outcomes do; n fair bits with their parity are independent any n at a
    time and not all together; nor is the product rule for three events enough for two."""
    tex = r"P(A_iA_j)=P(A_i)P(A_j)\ \not\Rightarrow\ P(A_1A_2A_3)=P(A_1)P(A_2)P(A_3)"
    sizes = "all triples of events of 1 to 4 equally likely outcomes; 2 to 4 bits"

    def triple_cases() -> Iterator[tuple[str, Any, Any]]:
        found = triple_alone()
        yield "all three", multiplies(found), True
        yield "the first two", multiplies(found[:2]), False

    claims = {
        "pairs": Finite(pairs_and_all, tex, sizes),
        "triples": Finite(triple_cases, r"P(ABC)=P(A)P(B)P(C)\ \not\Rightarrow\ P(AB)=P(A)P(B)", "one example"),
    }
    mutants = {"pairs are enough": Finite(lambda: pairs_and_all(0), tex, sizes)}
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("feller1968",), cites=(bonferroni, inclusion_exclusion))
def events_of_small_spaces() -> Theorem:
    """For every triple of events of up to three equally likely outcomes, one at a time is too much, two at a time too
    little and three at a time exact: inclusion and exclusion by enumeration."""
    sizes = "all triples of events of 1 to 3 equally likely outcomes"
    tex = r"P(A_1\cup A_2\cup A_3)\ {}\ \sum_{{j\le {}}}(-1)^{{j+1}}\sum_{{|S|=j}}P(\cap_{{i\in S}}A_i)"

    def told(broken_off: int, relation: Any, sign: str) -> Finite:
        return Finite(lambda: unions_of_three(broken_off), tex.format(sign, broken_off), sizes, relation)

    claims = {"one": told(1, "<=", r"\le"), "two": told(2, ">=", r"\ge"), "three": told(3, "==", "=")}
    mutants = {"exact with pairs": told(2, "==", "="), "exact for one at a time": told(1, "==", "=")}
    return Theorem(AllOf(claims), mutants=mutants)
