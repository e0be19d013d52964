"""Dichotomies: what shattering is, how many labellings a class has, and the VC dimension of the usual classes.

The theorems of `theory.vc` on finite point sets; their cases are listed in `shattering`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Integer, log

from . import shattering as cases
from .claims import AllOf, Claim, Definition, Finite, Inequality
from .hypothesis_classes import exponents_up_to
from .set_systems import cover, sauer, shatters, stump_family, subsets, vc_dimension
from .shattering import Rule
from .statements import Printed, Theorem
from .symbols import positive, real

d = positive("d", typical=(1, 10))
ALL_FAMILIES = "all 256 families of sets of three points"


def shattering() -> Theorem:
    """The theorem of `vc.shattering`."""

    def properties(rule: Rule) -> Mapping[str, Claim]:
        formula = r"|\{h|_S: h\in H\}| = 2^{|S|}\iff\forall y\,\exists h\,\forall i:\ h(x_i)=y_i"
        return {
            "every labelling has a hypothesis": Finite(lambda: cases.each_labelling(rule.of), formula, ALL_FAMILIES)
        }

    definition = Definition("H \\text{ shatters } S", Rule(r"|\{h|_S: h\in H\}|=2^{|S|}", shatters), properties)
    some = Rule("some", lambda family, subset: any(h & subset == subset for h in family))
    many = Rule("many", lambda family, subset: len(family) >= 1 << subset.bit_count())
    return Theorem(
        definition,
        mutants={"only the labelling of ones": definition.of(some), "as many hypotheses": definition.of(many)},
    )


def dimension() -> Theorem:
    """The theorem of `vc.dimension`."""

    def properties(rule: Rule) -> Mapping[str, Claim]:
        formula = r"\mathrm{VC}(H)=\max\{|S|: S\text{ shattered}\}"
        return {"largest shattered set": Finite(lambda: cases.largest_sizes(rule.of), formula, ALL_FAMILIES)}

    name = r"\mathrm{VC}(H)"
    definition = Definition(name, Rule(r"\sup\{|S|: H\text{ shatters }S\}", lambda f: vc_dimension(f, 3)), properties)
    first = Rule("first", lambda family: _first_failure(family) - 1)
    count = Rule("count", lambda family: len(family).bit_length() - 1)
    note = "The supremum is infinite where there is no largest set, and -1 (or minus infinity) for the empty class."
    return Theorem(
        definition,
        mutants={
            "one below the smallest set that is not shattered": definition.of(first),
            "log of |H|": definition.of(count),
        },
        printed={16: Printed(note=note)},
    )


def _first_failure(family: Any) -> int:
    return next((s.bit_count() for s in subsets(cases.POINTS) if not shatters(family, s)), cases.POINTS + 1)


def lower_bound() -> Theorem:
    """The theorem of `vc.lower_bound`."""
    formula = r"S\text{ shattered}\Rightarrow\mathrm{VC}(H)\ge|S|"
    claim = Finite(cases.dimension_and_sizes, formula, ALL_FAMILIES, ">=")
    printed_sentence = Finite(
        lambda: cases.related_sets(True, False), r"|S'|>|S|\Rightarrow S'\text{ not}", ALL_FAMILIES
    )
    note = (
        "The sentence before it is false: that no set of more than k points can be shattered does not follow from a "
        "shattered set of k points (a class that shatters three points shatters two of them). It needs k = VC(H)."
    )
    return Theorem(
        claim,
        mutants={
            "equality": Finite(cases.dimension_and_sizes, formula, ALL_FAMILIES),
            "no larger set is shattered": printed_sentence,
        },
        printed={17: Printed(note=note)},
    )


def hereditary() -> Theorem:
    """The theorem of `vc.hereditary`."""
    formula = r"S'\subseteq S,\ S\text{ shattered}\Rightarrow S'\text{ shattered}"
    larger = Finite(lambda: cases.related_sets(True, True), formula, ALL_FAMILIES)
    return Theorem(
        Finite(lambda: cases.related_sets(False, True), formula, ALL_FAMILIES), mutants={"every larger set": larger}
    )


def sauer_shelah() -> Theorem:
    """The theorem of `vc.sauer_shelah`."""
    formula = r"|H|\le\sum_{i\le d}\binom{m}{i}"

    def bound(less: int) -> Finite:
        return Finite(
            lambda: cases.family_sizes(lambda f: sauer(3, vc_dimension(f, 3) - less)), formula, ALL_FAMILIES, "<="
        )

    pajor = Finite(lambda: cases.family_sizes(lambda f: len(cases.shattered_sets(f))), formula, ALL_FAMILIES, "<=")
    rule = Finite(lambda: cases.pascal(sauer), r"\Phi_d(m)=\Phi_d(m-1)+\Phi_{d-1}(m-1)", "m and d up to 9")
    met = Finite(cases.extremal_families, formula, "m up to 7")
    return Theorem(
        AllOf({"Pajor": pajor, "bound": bound(0), "Pascal": rule, "met": met}),
        mutants={
            "one dimension less": bound(1),
            "met one lower": Finite(lambda: cases.extremal_families(1), formula, "m up to 7"),
        },
    )


def sauer_power() -> Theorem:
    """The theorem of `vc.sauer_power`."""
    m = positive("m")
    formula = r"\sum_{i\le d}\binom{m}{i}\le(em/d)^d"
    sizes = "d <= m <= 12, and 8 of 400"
    binomial = Finite(cases.binomial_theorem, r"(d/m)^d\Phi_d(m)\le(1+d/m)^m", "d <= m <= 15", "<=")
    return Theorem(
        AllOf(
            {
                "binomial theorem": binomial,
                "exponential": Inequality(m * log(1 + d / m), "<=", d),
                "power": Finite(cases.sauer_powers, formula, sizes, "<="),
            }
        ),
        mutants={
            "without e": Finite(lambda: cases.sauer_powers(Integer(1)), formula, sizes, "<="),
            "2 for e": Finite(lambda: cases.sauer_powers(Integer(2)), formula, sizes, "<="),
        },
    )


def thresholds() -> Theorem:
    """The theorem of `vc.thresholds`."""
    formula, sizes = r"\Pi(m)=m+1,\ \mathrm{VC}=1", "m up to 8"
    return Theorem(
        Finite(cases.thresholds, formula, sizes),
        mutants={"m dichotomies": Finite(lambda: cases.thresholds(0), formula, sizes)},
    )


def unions_of_intervals() -> Theorem:
    """The theorem of `vc.unions_of_intervals`."""
    formula, sizes = r"\Pi(m)=\sum_{i\le 2k}\binom{m}{i}", "k up to 3, m up to 8"
    return Theorem(
        Finite(lambda: cases.interval_unions(lambda k: 2 * k), formula, sizes),
        mutants={"dimension 2k - 1": Finite(lambda: cases.interval_unions(lambda k: 2 * k - 1), formula, sizes)},
    )


def boxes() -> Theorem:
    """The theorem of `vc.boxes`."""
    formula, sizes = r"\mathrm{VC}=2d", "cross points for d up to 3, five points of the plane in all orders"
    return Theorem(
        Finite(cases.boxes, formula, sizes), mutants={"2d + 1": Finite(lambda: cases.boxes(1), formula, sizes)}
    )


def decision_stumps() -> Theorem:
    """The theorem of `vc.decision_stumps`."""
    formula, sizes = r"\mathrm{VC}=\max\{k:\tbinom{k}{\lfloor k/2\rfloor}\le 2d\}", "up to six points on ten axes"
    return Theorem(
        Finite(cases.stumps, formula, sizes), mutants={"one more": Finite(lambda: cases.stumps(1), formula, sizes)}
    )


def finite_classes() -> Theorem:
    """The theorem of `vc.finite_classes`."""
    formula = r"2^{\mathrm{VC}(H)}\le|H|"

    def claim(more: int) -> Finite:
        return Finite(
            lambda: cases.family_sizes(lambda f: 2 ** (vc_dimension(f, 3) + more)), formula, ALL_FAMILIES, ">="
        )

    return Theorem(claim(0), mutants={"one more": claim(1)})


def half_spaces() -> Theorem:
    """The theorem of `vc.half_spaces`."""
    simplex_formula = r"h(x)=[\,s_0+\sum_i(s_i-s_0)x_i>0\,]"
    sizes = "points in symbols, d up to 3"
    dependence = r"\sum_i\lambda_i=0,\ \sum_i\lambda_i x_i=0,\ \lambda_i=(-1)^i\det X_{-i}"
    return Theorem(
        AllOf(
            {
                "simplex": Finite(cases.simplex, simplex_formula, "d up to 5"),
                "Radon": Finite(cases.radon, dependence, sizes),
            }
        ),
        sizes="Radon's dependence for points in symbols in dimensions 1 to 3, the simplex up to 5",
        mutants={
            "bias of the other sign": Finite(lambda: cases.simplex(-1), simplex_formula, "d up to 5"),
            "minors without signs": Finite(lambda: cases.radon(1), dependence, sizes),
        },
    )


def separation_alternative() -> Theorem:
    """The theorem of `vc.separation_alternative`."""
    formula, sizes = (
        r"\text{half-space}\ \veebar\ \text{Farkas vector}",
        "every third four of nine grid points, all labels",
    )
    return Theorem(
        Finite(cases.no_common_hull, formula, sizes),
        mutants={"both": Finite(lambda: cases.no_common_hull(2), formula, sizes)},
    )


def cover_count() -> Theorem:
    """The theorem of `vc.cover_count`."""
    formula, sizes = r"C(m,d)=2\sum_{k\le d}\binom{m-1}{k}", "d up to 3, m up to 6, on the moment curve"
    wrong = {
        "m for m - 1": lambda m, parameters: cover(m + 1, parameters),
        "without bias": lambda m, parameters: cover(m, parameters - 1),
        "Sauer and Shelah": lambda m, parameters: sauer(m, parameters),
    }
    recursion = Finite(lambda: cases.pascal(cover), r"C(m+1,d)=C(m,d)+C(m,d-1)", "m and d up to 9")
    return Theorem(
        AllOf({"recursion": recursion, "points": Finite(cases.general_position, formula, sizes)}),
        mutants={
            name: Finite(lambda count=count: cases.general_position(count), formula, sizes)  # type: ignore[misc]
            for name, count in wrong.items()
        },
    )


def sine_class() -> Theorem:
    """The theorem of `vc.sine_class`."""
    phase, bit = real("f"), real("z")
    following = phase / 2 + bit
    where = (phase > 0, phase < 2, bit >= 0, bit <= 1)
    formula, sizes = (
        r"\mathrm{sign}\sin(\omega 2^{-j})\leftrightarrow y_j,\ \omega=\pi(1+\sum_i(1-y_i)2^i)",
        "m up to 6",
    )
    return Theorem(
        AllOf(
            {
                "stays above": Inequality(following, ">", 0, where),
                "stays below": Inequality(following, "<", 2, where),
                "half turn": Inequality(phase / 2, "<", 1, (phase > 0, phase < 2)),
                "labels": Finite(cases.sines, formula, sizes),
            }
        ),
        sizes="the step from one point to the next for all phases, all labels of up to six points",
        mutants={"a phase below 1": Inequality(following, "<", 1, where)},
    )


def relu_networks() -> Theorem:
    """The theorem of `vc.relu_networks`."""
    interpolates = r"f(t)=v_0+\sum_j c_j\,(t-t_j)_+"
    bound = Finite(
        lambda: cases.network_bounds(cases.parameters_times_depth), r"\mathrm{VC}\le 4WL\log_2 W", "nine shapes", "<="
    )
    power = Finite(
        lambda: cases.network_bounds(lambda units, layers: units**layers), r"\mathrm{VC}\ge N^L", "nine shapes", ">="
    )
    more = Finite(lambda: cases.interpolating_networks(2), interpolates, "N up to 4")
    return Theorem(
        AllOf({"lower": Finite(cases.interpolating_networks, interpolates, "N up to 4"), "upper": bound}),
        mutants={"exponential in the depth": power, "one point more by the construction": more},
    )


def linear_classifiers() -> Theorem:
    """The theorem of `vc.linear_classifiers`."""

    def properties(rule: Rule) -> Mapping[str, Claim]:
        formula = r"|\{(h(x_i))_i\}|"
        return {
            "dichotomies": Finite(lambda: cases.planar(rule.of), formula, "a triangle, points in line, four points")
        }

    definition = Definition("h(x)", Rule(r"\mathrm{sign}(w^\top x+b)", cases.with_bias), properties)
    stumps = Rule("stumps", lambda points: len(stump_family(points)))
    note = (
        "The VC dimension 3 is right. That any three points are shattered is not: three in line have no half-plane "
        "around the middle one. The classifier is a half-plane, of which the hyperplane is the boundary; its "
        "sign stands for the labels 0 and 1."
    )
    return Theorem(
        definition,
        mutants={
            "without bias": definition.of(Rule("homogeneous", cases.without_bias)),
            "axis-parallel": definition.of(stumps),
        },
        printed={23: Printed(note=note)},
    )


def polynomial_classifiers() -> Theorem:
    """The theorem of `vc.polynomial_classifiers`."""

    def properties(rule: Rule) -> Mapping[str, Claim]:
        return {
            "coefficients": Finite(lambda: cases.polynomial_shapes(rule.of), r"\tbinom{n+k}{k}", "n, k up to 4"),
            "dimension": Finite(
                lambda: cases.polynomial_dimensions(rule.of), r"\mathrm{VC}=\tbinom{n+k}{k}", "six pairs of n and k"
            ),
        }

    formula = r"\sum_{|i|\le k}\alpha_i x_1^{i_1}\cdots x_n^{i_n}"
    definition = Definition("h(x)", Rule(formula, lambda n, k: ((0,) * n, *exponents_up_to(n, k))), properties)
    homogeneous = Rule("homogeneous", lambda n, k: [e for e in exponents_up_to(n, k) if sum(e) == k])
    note = (
        "The sum must stop at |i| <= d (else every finite set is shattered), and the classifier is its sign: the "
        "polynomial itself has values beyond 0 and 1. binomial(n + d, d) is of order n^d for a fixed degree d only, "
        "and of order d^n for a fixed number of variables. The sentence after it, that networks have a VC dimension "
        "exponential in the depth, is false: see vc.relu_networks."
    )
    return Theorem(
        definition,
        mutants={
            "homogeneous": definition.of(homogeneous),
            "without the constant": definition.of(Rule("no constant", exponents_up_to)),
        },
        printed={24: Printed(note=note)},
    )
