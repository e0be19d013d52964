"""Risk functionals: expected loss, its derivatives, value at risk and conditional value at risk, coherence.

Source: sections 1, 1.1.1 and 1.1.2, equations 1-12.  Markowitz 1952; Artzner, Delbaen, Eber and Heath 1999; Rockafellar
and Uryasev 2000, 2002; Acerbi and Tasche 2002; Föllmer and Schied 2016; Vapnik 1998.

The theorems are built in `risk_derivatives`, `tail_risk`, `tail_laws`, `coherence` and `convex_risks`; exact laws in
`finite_losses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Add, Expr, Integer, Integral, exp, expand, log, oo

from . import coherence, convex_risks, risk_derivatives, tail_laws, tail_risk
from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Limit
from .measures import integral
from .moments import X, mean
from .moments import variance as spread
from .statements import Printed, Theorem, statement
from .symbols import NONNEGATIVE, UNIT, function, positive, real, reals

EQUATIONS = tuple(range(1, 13))

Table = Sequence[Sequence[Any]]
Case = tuple[str, Any, Any]


def _least(table: Table, weights: Sequence[Any]) -> tuple[int, ...]:
    """The rows of a table of losses, one row a hypothesis and one column an outcome, with the least expected loss."""
    risks = [sum(Fraction(w) * loss for w, loss in zip(weights, row, strict=True)) for row in table]
    return tuple(k for k, risk in enumerate(risks) if risk == min(risks))


@statement(answers=(1,), references=("vapnik1998",))
def risk_minimizers() -> Theorem:
    """The hypotheses of least expected loss in a finite class: a loss that all share changes nothing, nor does a
    positive factor, and under the zero-one loss the minimizer among all classifiers is the more probable label."""

    def properties(value: Callable[[Table, Sequence[Any]], tuple[int, ...]]) -> Mapping[str, Claim]:
        def tables() -> Iterator[tuple[Table, tuple[int, ...]]]:
            for entries in product((0, 1, 3), repeat=4):
                yield (entries[:2], entries[2:], (1, 2)), (1, 2)

        def shared() -> Iterator[Case]:
            for table, weights in tables():
                moved = [[5 * loss + extra for loss, extra in zip(row, (7, -2), strict=True)] for row in table]
                yield f"{table}", value(moved, weights), value(table, weights)

        def bayes() -> Iterator[Case]:
            for masses in product((1, 2, 3), repeat=4):  # of (x, y) = (0, 0), (0, 1), (1, 0), (1, 1)
                classifiers = list(product((0, 1), repeat=2))
                table = [[int(f[x] != y) for x, y in product((0, 1), repeat=2)] for f in classifiers]
                likely = [[y for y in (0, 1) if masses[2 * x + y] == max(masses[2 * x : 2 * x + 2])] for x in (0, 1)]
                best = tuple(k for k, f in enumerate(classifiers) if all(f[x] in likely[x] for x in (0, 1)))
                yield f"masses {masses}", value(table, masses), best

        def planted() -> Iterator[Case]:
            for table, weights in tables():
                lower = [min(row[k] for row in table) for k in range(2)]
                yield f"{table}", 3 in value([*table, lower], weights), True

        sizes = "three hypotheses with losses 0, 1, 3 on two outcomes of weights 1 and 2"
        return {
            "shared loss and positive factor": Finite(shared, r"\ell\mapsto5\ell+c(x,y)", sizes),
            "zero-one loss": Finite(bayes, r"f(x)\in\arg\max_yP(y\mid x)", "two inputs, two labels, masses 1 to 3"),
            "a hypothesis below all others": Finite(planted, r"\ell_3\le\ell_k", sizes),
        }

    rule = Rule(r"\arg\min_{f}\mathbb{E}_{(x,y)\sim P}[\ell(f(x),y)]", _least)
    value = Definition(r"f_\theta", rule, properties)
    note = (
        "A task, not an assertion: the law P is not known, and over an infinite class the least risk need not be "
        "attained (risk.no_minimizer)."
    )
    return Theorem(
        value,
        mutants={
            "the first alone": value.of(Rule("first", lambda table, w: _least(table, w)[:1])),
            "unweighted": value.of(Rule("unweighted", lambda table, w: _least(table, [1] * len(w)))),
            "least worst case": value.of(
                Rule("worst", lambda table, w: _least([[max(row)] for row in table], [1]))
            ),
        },
        printed={1: Printed(note=note)},
    )  # fmt: skip


@statement(references=("vapnik1998",), cites=(risk_minimizers,))
def regression_function() -> Theorem:
    """The square risk of a predictor exceeds that of the conditional mean by their squared distance in L2 of the law of
    the input: the conditional mean has the least risk of all."""
    f, y1, y2, share = function("f"), function("y1", tex="y_1"), function("y2", tex="y_2"), function("s", UNIT)
    centre = share * y1 + (1 - share) * y2

    def risk(of: Expr) -> Expr:
        return mean(share * (of - y1) ** 2 + (1 - share) * (of - y2) ** 2)

    return Theorem(
        AllOf(
            {
                "excess": Identity(risk(f) - risk(centre), mean((f - centre) ** 2)),
                "least": Inequality(risk(f), ">=", risk(centre)),
                "what is left": Identity(risk(centre), mean(share * (1 - share) * (y1 - y2) ** 2)),
            }
        ),
        mutants={
            "midpoint": Inequality(risk(f), ">=", risk((y1 + y2) / 2)),
            "half the distance": Identity(risk(f) - risk(centre), mean((f - centre) ** 2) / 2),
        },
    )


@statement(references=("vapnik1998",), cites=(risk_minimizers,))
def no_minimizer() -> Theorem:
    """On one labelled sample the logistic loss of the linear predictors is positive for every slope and tends to zero:
    its infimum is not attained."""
    z = real("z")
    loss = log(1 + exp(-z))
    return Theorem(
        AllOf({"positive": Inequality(loss, ">", 0), "infimum": Limit(loss, z, oo, Integer(0), "-")}),
        mutants={"bounded below": Inequality(loss, ">=", Integer(1) / 100)},
    )


@statement(answers=(2,), references=("vapnik1998",))
def expected_risk() -> Theorem:
    """The risk of a predictor is the integral of its loss over inputs and targets: linear and monotone in the loss, and
    equal to a constant loss."""
    loss, other, slack, c = function("l", tex=r"\ell"), function("k"), function("d", NONNEGATIVE), real("c")

    def properties(value: Expr) -> Mapping[str, Claim]:
        def at(losses: Expr) -> Expr:
            return value.xreplace({loss: losses})

        return {
            "linear": Identity(at(c * loss + other), c * value + at(other)),
            "constant": Identity(at(c), c),
            "monotone": Inequality(at(loss + slack), ">=", value),
            "one predictor": Identity(at(Integer(1)), Integer(1)),
        }

    value = Definition("R(f)", mean(loss), properties)
    note = (
        "The loss has to be measurable and bounded below or integrable; R may be infinite. An element of L^p of "
        "another measure than the law of x is no function: its risk is defined only where the law of x has a density "
        "with respect to that measure (risk.null_sets). The sentence's measurable spaces are measure spaces."
    )
    return Theorem(
        value,
        mutants={
            "another measure": value.of(integral(loss)),
            "square": value.of(mean(loss**2)),
            "largest": value.of(mean(loss) + spread(loss)),
        },
        printed={2: Printed(note=note)},
    )


@statement(references=("vapnik1998",), cites=(expected_risk,))
def null_sets() -> Theorem:
    """Predictors that agree outside a null set of the law of the input have one risk; agreeing outside a null set of
    another measure is not enough."""

    def cases(own: bool = True) -> Iterator[Case]:
        for law in product(range(3), repeat=3):
            if not any(law):
                continue
            reference = law if own else (1, 0, 1)
            for one, other in product(product((0, 1), repeat=3), repeat=2):
                if all(u == w for u, w, mass in zip(one, other, reference, strict=True) if mass):
                    risks = [sum(m * (u - 2) ** 2 for m, u in zip(law, f, strict=True)) for f in (one, other)]
                    yield f"law {law}, f = {one}, g = {other}", risks[0], risks[1]

    formula, sizes = r"f=g\ P\text{-a.e.}\Rightarrow R(f)=R(g)", "three inputs, weights 0 to 2, predictions 0 and 1"
    return Theorem(
        Finite(cases, formula, sizes), mutants={"almost everywhere of mu": Finite(lambda: cases(False), formula, sizes)}
    )


@statement(answers=(3,), references=("clarke1983", "dudley2011"))
def gateaux_and_frechet() -> Theorem:
    """A functional may have an expansion along each direction, with gradient zero, and still not be Fréchet
    differentiable: the remainder must be small against the norm uniformly over directions."""
    return risk_derivatives.gateaux_and_frechet()


@statement(references=("clarke1983",), cites=(expected_risk,))
def square_loss_derivative() -> Theorem:
    """The square risk is Fréchet differentiable on L2 with remainder exactly the squared norm of the step; its gradient
    is twice the distance of the predictor from the conditional mean of the target."""
    return risk_derivatives.square_loss()


@statement(references=("clarke1983", "boyd2004"), cites=(expected_risk,))
def logistic_loss_derivative() -> Theorem:
    """The logistic risk is Fréchet differentiable on L2 with gradient sigmoid(f) - y: the remainder lies between zero
    and an eighth of the squared norm of the step."""
    return risk_derivatives.logistic_loss()


@statement(references=("clarke1983",), cites=(expected_risk, square_loss_derivative))
def smooth_loss_derivative() -> Theorem:
    """If the derivative of the loss by the prediction is Lipschitz with constant C, the expected loss is Fréchet
    differentiable on L2: the remainder is at most C/2 times the squared norm of the step."""
    return risk_derivatives.smooth_loss()


@statement(references=("clarke1983",), cites=(expected_risk,))
def absolute_loss_derivative() -> Theorem:
    """The absolute loss is differentiable off the target and has slopes of both signs at it, so the absolute risk has
    no Gateaux derivative where predictor and target agree with positive probability; it is Lipschitz in L1."""
    return risk_derivatives.absolute_loss()


@statement(references=("ambrosetti1993",), cites=(smooth_loss_derivative,))
def no_second_derivative() -> Theorem:
    """The risk of the loss 1 - cos f is Fréchet differentiable at 0 in L2 but not twice: along steps of height c on
    sets of small probability the second remainder over the squared norm stays (1 - cos c)/c^2 - 1/2."""
    return risk_derivatives.no_second_derivative()


@statement(answers=(4,), references=("billingsley1995",), cites=(expected_risk,))
def expected_loss() -> Theorem:
    """The expected loss of a random state is the sum, or integral, of the losses of its values against their law."""

    def cases(counted: bool = True) -> Iterator[Case]:
        losses, weights = reals("l0 l1 l2"), reals("w0 w1 w2 w3")
        for size in range(1, 5):
            for states in product(range(3), repeat=size):
                over_outcomes = Add(*(w * losses[x] for w, x in zip(weights, states, strict=False)))
                law = {x: Add(*(w for w, y in zip(weights, states, strict=False) if x == y)) for x in set(states)}
                shares = law if counted else dict.fromkeys(law, sum(law.values()) / len(law))
                over_values = Add(*(share * losses[x] for x, share in shares.items()))
                yield f"states {states}", expand(over_outcomes), expand(over_values)

    u, x, rate = real("u"), real("x"), positive("r")
    squares = Integral(log(1 - u) ** 2 / rate**2, (u, 0, 1))
    formula, sizes = r"\mathbb{E}L(X)=\sum_xL(x)P(X=x)", "one to four outcomes, three states, any weights and losses"
    note = (
        "The letter x stands for a random variable on the left and for its values on the right. The law need not have "
        "a density, and L must be measurable and integrable (not any function): a Cauchy variable has no mean."
    )
    return Theorem(
        AllOf(
            {
                "discrete": Finite(cases, formula, sizes),
                "density": Identity(squares, Integral(x**2 * rate * exp(-rate * x), (x, 0, oo))),
            }
        ),
        sizes=sizes + "; the squared exponential variable by its quantile function",
        mutants={"values equally likely": Finite(lambda: cases(False), formula, sizes)},
        printed={4: Printed(note=note)},
    )


@statement(answers=(5,), references=("markowitz1952", "billingsley1995"), cites=(expected_loss,))
def variance_as_least_risk() -> Theorem:
    """The squared risk about a point is the variance plus the squared distance of the point from the mean: the variance
    is its minimum, attained at the mean alone."""
    m = real("mu", tex=r"\mu")
    about = mean((X - m) ** 2)
    return Theorem(
        AllOf(
            {
                "about any point": Identity(about, spread(X) + (mean(X) - m) ** 2),
                "least": Inequality(about, ">=", spread(X)),
            }
        ),
        mutants={"distance not squared": Identity(about, spread(X) + mean(X) - m)},
        printed={
            5: Printed(
                Identity(about, spread(X)),
                assumption="mu is the expected value, not a target",
                correction=r"\int(x-\mu)^2p(x)\,dx=\operatorname{Var}(X)+(\mathbb{E}X-\mu)^2",
            )
        },
    )


@statement(answers=(6,), references=("follmer2016", "jorion2006"))
def value_at_risk() -> Theorem:
    """Value at risk is the smallest threshold that the loss stays below or at with probability at least alpha: at most
    l if and only if the distribution function at l is at least alpha."""
    return tail_risk.value_at_risk()


@statement(references=("follmer2016",), cites=(value_at_risk,))
def exceedance() -> Theorem:
    """The probability of a loss beyond the value at risk is at most 1 - alpha and short of it by no more than the atom
    there: it is 1 - alpha where the law has no atom."""
    return tail_risk.exceedance()


@statement(references=("rockafellar2000", "rockafellar2002"), cites=(value_at_risk,))
def rockafellar_uryasev() -> Theorem:
    """The threshold c plus 1/(1 - alpha) times the expected excess over c rises from a quantile in both directions:
    conditional value at risk is its minimum, attained at the value at risk, for every law with a mean."""
    return tail_risk.rockafellar_uryasev()


@statement(references=("rockafellar2002",), cites=(rockafellar_uryasev,))
def sets_of_quantiles() -> Theorem:
    """The thresholds of least tail cost are the interval from the value at risk to the upper quantile."""
    return tail_risk.minimizers()


@statement(answers=(7,), references=("rockafellar2002", "acerbi2002"), cites=(rockafellar_uryasev,))
def conditional_value_at_risk() -> Theorem:
    """Conditional value at risk exceeds the mean of the losses from the value at risk on by their excess times
    1/(1 - alpha) - 1/P(L >= VaR): both agree exactly where P(L >= VaR) = 1 - alpha or no loss lies beyond."""
    return tail_risk.conditional_value_at_risk()


@statement(references=("acerbi2002",), cites=(rockafellar_uryasev,))
def tail_average() -> Theorem:
    """Conditional value at risk is the mean of the values at risk of all higher levels; for n equally likely losses and
    alpha = 1 - k/n it is the mean of the k largest."""
    return tail_risk.tail_average()


@statement(references=("artzner1999", "rockafellar2002"), cites=(rockafellar_uryasev,))
def duality() -> Theorem:
    """Conditional value at risk is the greatest mean loss under the densities that are at most 1/(1 - alpha)."""
    return tail_risk.duality()


@statement(references=("norton2021",), cites=(tail_average,))
def closed_forms() -> Theorem:
    """The tail integrals of the normal, log-normal, uniform, exponential, logistic, Laplace and Pareto laws have minus
    the value at risk as derivative by the level and vanish at level 1."""
    return tail_laws.closed_forms()


@statement(references=("norton2021",), cites=(tail_average,))
def student_tail() -> Theorem:
    """For Student's law the tail integral at the quantile z is (nu + z^2)/(nu - 1) times the density."""
    return tail_laws.student()


@statement(references=("rockafellar2002", "tasche2000"), cites=(duality,))
def tail_sensitivity() -> Theorem:
    """Where no two losses are tied, the derivative of conditional value at risk along a direction is its mean under the
    worst density; at a tie the slopes to both sides differ."""
    return risk_derivatives.tail_sensitivity()


@statement(answers=(8,), references=("luenberger1969",))
def path_deviation() -> Theorem:
    """The integrated squared deviation of a path from a target is nonnegative, quadratic, satisfies the parallelogram
    law and has the linear part 2 times the integral of deviation times step."""
    return risk_derivatives.deviation()


@statement(answers=(9,), references=("luenberger1969",))
def path_power() -> Theorem:
    """The integrated p-th power of a path is homogeneous of degree p, the energy for p = 2, and convex for every p >=
    1: the power lies above its tangents."""
    return risk_derivatives.power()


@statement(answers=(12,), references=("clarke1983",), cites=(path_deviation, square_loss_derivative))
def derivative_along_a_path() -> Theorem:
    """The derivative of the integrated squared deviation along a path of paths is twice the integral of the deviation
    times the velocity, whatever the curvature."""
    return risk_derivatives.along_a_path()


@statement(references=("clarke1983",), cites=(gateaux_and_frechet, derivative_along_a_path))
def chain_rule_needs_frechet() -> Theorem:
    """Along a parabola the functional with Gateaux gradient zero has slopes 1 and -1: a Gateaux derivative applied to
    the velocity need not be the derivative along the path."""
    return risk_derivatives.chain_rule()


@statement(answers=(10,), references=("artzner1999", "follmer2016"))
def convexity() -> Theorem:
    """A risk is convex if mixing never costs more than the weighted mean of the risks; the variance gains
    lambda (1 - lambda) Var(L - M), CVaR at least nothing, and VaR may lose."""
    return convex_risks.convexity()


@statement(references=("markowitz1952",), cites=(convexity,))
def diversification() -> Theorem:
    """The variance of a portfolio of two assets is at most the larger of theirs; it falls below the smaller one for
    some share if and only if the correlation is less than the ratio of the standard deviations."""
    return convex_risks.diversification()


@statement(answers=(11,), references=("artzner1999", "follmer2016"))
def monotonicity() -> Theorem:
    """A risk is monotone if larger losses have larger risk: so are the mean, the worst case, VaR, CVaR and the mean
    plus semideviation, and so the variance is not."""
    return convex_risks.monotonicity()


@statement(references=("artzner1999", "rockafellar2002", "acerbi2002"), cites=(rockafellar_uryasev,))
def coherent() -> Theorem:
    """Conditional value at risk is coherent: the cost that it minimizes is monotone, moves with cash, and is
    homogeneous and sub-additive in losses and thresholds together."""
    return coherence.coherent_tail()


@statement(references=("artzner1999",), cites=(value_at_risk,))
def value_at_risk_axioms() -> Theorem:
    """Value at risk is monotone, moves with cash and is homogeneous, but not sub-additive; for jointly normal losses at
    levels above one half it is."""
    return coherence.quantile_axioms()


@statement(references=("acerbi2002",), cites=(conditional_value_at_risk,))
def tail_mean_axioms() -> Theorem:
    """The mean of the losses from the value at risk on moves with cash and is homogeneous, but is neither monotone nor
    sub-additive where the law has atoms."""
    return coherence.tail_mean_axioms()


@statement(references=("artzner1999",))
def mean_and_worst_case() -> Theorem:
    """The mean and the worst case are coherent."""
    return coherence.mean_and_worst()


@statement(references=("markowitz1952", "artzner1999"))
def variance_axioms() -> Theorem:
    """The variance is convex, and neither monotone, homogeneous, sub-additive, nor moved by cash."""
    return coherence.variance_axioms()


@statement(references=("artzner1999",), cites=(variance_axioms,))
def deviation_axioms() -> Theorem:
    """The mean plus standard deviations moves with cash, is homogeneous and sub-additive, and is not monotone."""
    return coherence.deviation_axioms()


@statement(references=("ogryczak2002",))
def semideviation_axioms() -> Theorem:
    """The mean plus the mean excess over it is coherent."""
    return coherence.semideviation_axioms()


@statement(references=("follmer2016",))
def entropic_axioms() -> Theorem:
    """The logarithm of the mean exponential is monotone, moves with cash and is convex, and is neither homogeneous nor
    sub-additive."""
    return coherence.entropic_axioms()
