"""Gradient flow: energy, stationary points, convergence and its conditions, predictions and their tangent kernel.

Source: section 3.1, equations 98-110.  Cauchy 1847; Polyak 1963; Lojasiewicz 1963; Jacot, Gabriel and Hongler 2018;
Lee et al. 2019; Barrett and Dherin 2021.

Claims about stationary points are in `stationary_points`, those about the way to them in `flow_convergence` and
`flow_paths`, those about predictions in `kernel_flows`. The source's loss (99) is a mean over n samples; its 1/n is
carried through.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Integer

from . import flow_convergence, flow_paths, kernel_flows
from . import stationary_points as points
from .claims import Claim, Definition, Identity, Inequality
from .measures import integral
from .statements import Theorem, statement
from .symbols import function

EQUATIONS = tuple(range(98, 111))


@statement(answers=(98,), references=("cauchy1847", "ambrosio2008"))
def gradient_flow() -> Theorem:
    """The velocity of gradient flow is the negative gradient: of all velocities the one with the least sum of the rate
    of the loss and half the squared speed, in any dimension; the loss falls at the rate of the squared gradient."""
    slope, other = function("g"), function("u")

    def cost(velocity: Expr) -> Expr:
        """Rate of the loss and half the squared speed."""
        return integral(slope * velocity) + integral(velocity**2) / 2

    def properties(velocity: Expr) -> Mapping[str, Claim]:
        return {
            "least cost": Inequality(cost(velocity), "<=", cost(other)),
            "rate of the loss": Identity(integral(slope * velocity), -integral(slope**2)),
            "stands still at zero gradient": Identity(
                integral(velocity.xreplace({slope: Integer(0)}) ** 2), Integer(0)
            ),
        }

    velocity = Definition(r"\dot\theta", -slope, properties)
    return Theorem(velocity, mutants={"uphill": velocity.of(slope), "half the speed": velocity.of(-slope / 2)})


@statement(references=("ambrosio2008",), cites=(gradient_flow,))
def energy_identity() -> Theorem:
    """What the loss has lost is the integral over time of the squared gradient; so the mean speed over any time is paid
    by the mean energy, and a flow of a loss with a lower bound cannot run away in finite time."""
    return flow_convergence.energy_identity()


@statement(answers=(99,), references=("goodfellow2016",))
def mean_square_loss() -> Theorem:
    """Half the mean over the samples of the squared error has the gradient (F - Y)/n by the predictions, for any number
    of outputs and samples, and grows with the square of the distance from the targets."""
    return kernel_flows.mean_square_loss()


@statement(answers=(100,), references=("nesterov2018",), cites=(gradient_flow,))
def stationary_points() -> Theorem:
    """The flow stands still exactly where the gradient is zero; elsewhere a step against the gradient shorter than two
    over the largest curvature lowers the loss, so that every local minimum or maximum is such a point."""
    return points.stationary_points()


@statement(references=("nesterov2018",), cites=(stationary_points,))
def second_order_test() -> Theorem:
    """Where third derivatives are at most M, a Hessian whose eigenvalues are at least lambda > 0 makes the stationary
    point the strict minimum of the ball of radius 3 lambda/M, and mixed signs make it a saddle; with an eigenvalue
    zero it may be a minimum, a maximum or neither, as x^4, -x^4 and x^3 show."""
    return points.second_order_test()


@statement(references=("cooper2021",), cites=(second_order_test, mean_square_loss))
def interpolating_minima() -> Theorem:
    """Where a model with p parameters meets all n < p targets with independent gradients, the Hessian of its loss is
    J^T J/n and has exactly p - n eigenvalues zero: the minimum is never an isolated one."""
    return points.interpolating_minima()


@statement(references=("lee2016",), cites=(second_order_test,))
def saddle_escape() -> Theorem:
    """On (a^2 - 1)^2/4 + lambda b^2/2 the flow is known in closed form: from any start off the line a = 0 it ends in a
    minimum, and from that line, a set of measure zero, at the saddle."""
    return points.saddle_escape()


@statement(references=("saxe2014", "du2018"), cites=(mean_square_loss,))
def balanced_layers() -> Theorem:
    """Under gradient flow of a linear network of any widths W_1 W_1^T - W_2^T W_2 does not change; all weights zero is
    a stationary point, though no minimum."""
    return points.balanced_layers()


@statement(answers=(101,), references=("barbalat1959", "nesterov2018"), cites=(energy_identity,))
def vanishing_gradient() -> Theorem:
    """Where the gradient is Lipschitz with constant M and the loss bounded below, |grad L|^2 is at most 2 M times what
    the loss has still to lose, and so tends to zero; a lower bound alone is not enough, not for analytic losses."""
    return flow_convergence.vanishing_gradient()


@statement(references=("hirsch2013",), cites=(gradient_flow,))
def finite_escape() -> Theorem:
    """The flow of -theta^4/4 leaves every bounded set at the time 1/(2 theta_0^2)."""
    return flow_convergence.finite_escape()


@statement(references=("hirsch2013",), cites=(gradient_flow,))
def uniqueness() -> Theorem:
    """Where the gradient is Lipschitz with constant M two flows part no faster than exp(M t), so that there is one flow
    from each start; that of -(3/4) theta^(4/3) may leave zero as (2 t/3)^(3/2), or stay."""
    return flow_paths.uniqueness()


@statement(references=("soudry2018",), cites=(vanishing_gradient,))
def flight_to_infinity() -> Theorem:
    """The flow of the convex loss exp(-theta), that of one separable sample, has a gradient that tends to zero like 1/t
    and converges to nothing: it grows like log t, and there is no stationary point to converge to."""
    return flow_convergence.flight_to_infinity()


@statement(references=("polyak1963", "karimi2016"), cites=(energy_identity,))
def polyak_lojasiewicz() -> Theorem:
    """Where |grad L|^2 >= 2 mu (L - inf L), the loss tends to its infimum like exp(-2 mu t), and the whole way is at
    most sqrt(2 (L - inf L)/mu) long, so that the flow converges; the loss need not be convex."""
    return flow_convergence.polyak_lojasiewicz()


@statement(references=("lojasiewicz1963", "absil2005"), cites=(energy_identity,))
def lojasiewicz() -> Theorem:
    """Where |grad L| >= c (L - L*)^alpha with 1/2 < alpha < 1, the way has finite length, so that the flow converges:
    to the quartic's minimum like 1/sqrt(2 t). Analytic losses have such an alpha by Lojasiewicz's theorem."""
    return flow_convergence.lojasiewicz()


@statement(references=("absil2005",), cites=(energy_identity, lojasiewicz))
def endless_spiral() -> Theorem:
    """A smooth loss with a lower bound and a bounded flow are not enough to converge: there is a loss on the disc whose
    flow keeps to the spiral phi = 1/(1 - r^2) and turns without end, each point of the circle being a limit point."""
    return flow_paths.endless_spiral()


@statement(references=("su2016",), cites=(energy_identity,))
def convex_rate() -> Theorem:
    """For a convex loss with a minimizer, t (L - L*) + |theta - theta*|^2/2 does not grow along the flow, so that the
    loss is at most |theta_0 - theta*|^2/(2 t) above its minimum at time t."""
    return flow_convergence.convex_rate()


@statement(references=("hairer1993",), cites=(gradient_flow,))
def descent_follows_flow() -> Theorem:
    """Gradient descent with step eta is off the flow at time t by eta e(t) to first order, where e' = -H e - H g/2;
    on a mode of curvature lambda e = -lambda^2 t exp(-lambda t) theta_0/2: descent runs ahead of the flow."""
    return flow_convergence.descent_follows_flow()


@statement(references=("hairer1993", "nesterov2018"), cites=(descent_follows_flow,))
def descent_bound() -> Theorem:
    """With curvatures at most M and gradients at most G along the flow, gradient descent with step eta is off it by at
    most eta G (exp(M t) - 1)/2 at time t; by at most eta M G t/2 where the loss is convex and eta at most 1/M."""
    return flow_paths.descent_bound()


@statement(references=("barrett2021",), cites=(descent_follows_flow,))
def modified_loss() -> Theorem:
    """To second order in the step gradient descent follows the flow of L + eta |grad L|^2/4: its gradient is
    g + eta H g/2, and its rate on a mode agrees with that of descent up to eta^2 lambda^3/3."""
    return flow_convergence.modified_loss()


@statement(answers=(102,), references=("rudin1976",))
def second_order_expansion() -> Theorem:
    """A prediction whose third derivatives are at most M differs from its expansion to second order in the parameters
    by at most M |h|^3/6, by the remainder in integral form; with two derivatives the remainder need not be cubic."""
    return kernel_flows.second_order_expansion()


@statement(answers=(103,), references=("jacot2018", "lee2019", "chizat2019"), cites=(second_order_expansion,))
def linearization() -> Theorem:
    """With second derivatives at most M on the way the linearized prediction is off by at most M |h|^2/2; with outputs
    scaled by 1/sqrt(N) a network of width N is off by M |h|^2/(2 sqrt(N)), while its linear model can reach all
    targets."""
    return kernel_flows.linearization()


@statement(answers=(104,), references=("rudin1976",))
def prediction_chain_rule() -> Theorem:
    """A prediction that is differentiable moves with its Jacobian by the parameters times their velocity."""
    return kernel_flows.prediction_chain_rule()


@statement(answers=(105,), references=("jacot2018",), cites=(gradient_flow, mean_square_loss, prediction_chain_rule))
def prediction_flow() -> Theorem:
    """Under the flow of half the mean squared error over n samples the parameters move with -J^T (f - y)/n and the
    prediction at any input with -j J^T (f - y)/n, where j is its own Jacobian."""
    return kernel_flows.prediction_flow()


@statement(references=("jacot2018",), cites=(prediction_flow,))
def network_predictions() -> Theorem:
    """For a network B phi(A theta) of any sizes with an unknown function phi and the Jacobian J of its outputs on the
    samples, parameters move with -J^T (f - y)/N, and outputs at any input with their own Jacobian times that."""
    return flow_paths.network_predictions()


@statement(answers=(106, 107), references=("jacot2018", "lee2019"), cites=(prediction_flow, linearization))
def constant_kernel_flow() -> Theorem:
    """With a constant kernel K = J J^T, as a model has that is linear in its parameters, predictions at the samples
    move with -K (f - y)/n and elsewhere with the kernel between that input and the samples in the place of K."""
    return kernel_flows.constant_kernel_flow()


@statement(answers=(108,), references=("jacot2018", "lee2019", "higham2008"), cites=(constant_kernel_flow,))
def kernel_solution() -> Theorem:
    """The system f' = -K (f - y) with a symmetric K has the one solution exp(-K t) f(0) + (I - exp(-K t)) y; the flow
    of the mean loss is this at t/n, and elsewhere k K^-1 (I - exp(-K t/n)) (y - f(0)) is added to the first
    prediction."""
    return kernel_flows.kernel_solution()


@statement(references=("jacot2018", "lee2019"), cites=(kernel_solution,))
def interpolation() -> Theorem:
    """Predictions tend to the targets where the kernel is positive definite, no slower than its least eigenvalue says;
    along a null vector the residual stays, as with equal inputs or with fewer parameters than samples."""
    return kernel_flows.interpolation()


@statement(answers=(109,), references=("jacot2018",), cites=(constant_kernel_flow,))
def kernel_modes() -> Theorem:
    """In the kernel's orthonormal eigenbasis the predictions of the mean loss decouple into modes that move with
    -lambda_i/n times their residual, for any number of samples."""
    return kernel_flows.kernel_modes()


@statement(answers=(110,), references=("jacot2018",), cites=(kernel_modes, kernel_solution))
def mode_solution() -> Theorem:
    """A mode with f' = -lambda (f - y) is exp(-lambda t) f(0) + (1 - exp(-lambda t)) y, which loses the same share of
    its residual in equal times, more for a larger eigenvalue."""
    return kernel_flows.mode_solution()
