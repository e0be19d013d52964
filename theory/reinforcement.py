"""Reinforcement learning: decision processes, Bellman's equations, learning of action values, policy gradients, games.

Source: sections 10.1 to 10.3, equations 526-557, and equation 588.  Bellman 1957; Howard 1960; Watkins and Dayan 1992;
Puterman 1994; Sutton, McAllester, Singh and Mansour 2000; Mnih et al. 2015; van Hasselt, Guez and Silver 2016.

The theorems are built in `decisions`, `bellman`, `temporal_difference` and `policy_gradients`, on `mdp` and `games`.
"""

from __future__ import annotations

from . import bellman, decisions, policy_gradients, temporal_difference
from .statements import Theorem, statement

EQUATIONS = (*range(526, 558), 588)


@statement(answers=(526,), references=("puterman1994",))
def policy() -> Theorem:
    """A policy gives in each state a law on the actions: it is normalized, its means lie above those of nonnegative
    functions, and they keep constants."""
    return decisions.policy()


@statement(answers=(527,), references=("puterman1994",), cites=(policy,))
def deterministic_policy() -> Theorem:
    """The law that gives probability one to the action pi(s) is a policy whose means are the values at that action."""
    return decisions.deterministic_policy()


@statement(answers=(529,), references=("puterman1994",))
def markov_property() -> Theorem:
    """Under a policy that remembers everything, the law of the next state given the whole history is the law given the
    last state and action alone."""
    return decisions.markov_property()


@statement(answers=(530,), references=("puterman1994",))
def transition_kernel() -> Theorem:
    """The transition probabilities from a state under an action form a law: means keep constants and bounds."""
    return decisions.transition_kernel()


@statement(answers=(531,), references=("puterman1994",), cites=(transition_kernel,))
def state_distribution() -> Theorem:
    """The law of the next state is the mean of the transition probabilities over states and actions, and after k steps
    the law of the state has passed through the k-th power of the policy's transition matrix."""
    return decisions.state_distribution()


@statement(answers=(537,), references=("puterman1994", "sutton2018"))
def expected_reward() -> Theorem:
    """A reward that depends on the next state enters every backup by its mean given state and action."""
    return decisions.expected_reward()


@statement(answers=(538,), references=("sutton2018",))
def discounted_return() -> Theorem:
    """The return is the reward plus the discounted return from the next step on; equal rewards c give c/(1 - gamma),
    and rewards up to one a return up to 1/(1 - gamma)."""
    return decisions.discounted_return()


@statement(answers=(540,), references=("puterman1994",))
def decision_process() -> Theorem:
    """States, actions, transition laws, rewards and a discount below one make a decision process: its optimality
    equation has a solution, bounded by the largest reward over 1 - gamma; what is no process is refused."""
    return decisions.decision_process()


@statement(answers=(539,), references=("bellman1957", "puterman1994"), cites=(expected_reward, discounted_return))
def expectation_equation() -> Theorem:
    """The value of a policy is its expected reward plus the discounted mean of the values of the next states."""
    return bellman.expectation_equation()


@statement(answers=(532, 541), references=("sutton2018",), cites=(expectation_equation,))
def action_value() -> Theorem:
    """The action value is the mean reward of the action plus the discounted mean of the policy's values afterwards: at
    the policy's own action it is the value of the state."""
    return decisions.action_value()


@statement(answers=(550, 554), references=("sutton2018", "kakade2002"), cites=(expectation_equation,))
def objective() -> Theorem:
    """The expected return of a policy is the mean of its values over the first state, and the mean of its rewards over
    the normalized discounted visits, divided by 1 - gamma."""
    return decisions.objective()


@statement(references=("denardo1967", "puterman1994"))
def contraction() -> Theorem:
    """The Bellman operators shrink the distance in the largest absolute value by the factor gamma, no more where the
    values differ by a constant: a mean over the next state shrinks nothing, and neither does a maximum of actions."""
    return bellman.contraction()


@statement(references=("banach1922", "denardo1967"), cites=(contraction,))
def fixed_point() -> Theorem:
    """A contraction has at most one fixed point, and its iterates approach one another, hence it, at the rate
    gamma^n."""
    return bellman.fixed_point()


@statement(
    answers=(533, 535, 536, 542, 551, 552, 588),
    references=("bellman1957", "puterman1994"),
    cites=(expectation_equation, fixed_point),
)
def optimality_equation() -> Theorem:
    """The largest values of all policies satisfy the optimality equation, for states and for actions; and whatever
    satisfies it exceeds the value of each policy by the discounted sum of what that policy misses."""
    return bellman.optimality_equation()


@statement(answers=(528,), references=("blackwell1965", "puterman1994"), cites=(optimality_equation,))
def optimal_policy() -> Theorem:
    """In a finite process one deterministic policy has the largest value from every state at once, among all
    deterministic ones and mixtures of actions."""
    return bellman.optimal_policy()


@statement(answers=(534,), references=("puterman1994",), cites=(optimality_equation,))
def greedy_policy() -> Theorem:
    """A deterministic policy is optimal from every state if and only if each of its actions has the largest optimal
    action value."""
    return bellman.greedy_policy()


@statement(references=("puterman1994", "singh1994"), cites=(contraction,))
def error_bounds() -> Theorem:
    """Values are off by at most their Bellman residual over 1 - gamma, their backup by gamma times that, and the greedy
    policy loses at most 2 gamma/(1 - gamma) times their error."""
    return bellman.error_bounds()


@statement(references=("howard1960", "puterman1994"), cites=(expectation_equation,))
def policy_improvement() -> Theorem:
    """A policy that is greedy for another one's values is nowhere worse, by at least the gain of one step, and has the
    same values only if both are optimal."""
    return bellman.policy_improvement()


@statement(references=("kakade2002",), cites=(expectation_equation, objective))
def performance_difference() -> Theorem:
    """The values of two policies differ by the discounted sum of the advantages that the one's actions have in the
    other's values; from an initial law, by their mean over the discounted visits divided by 1 - gamma."""
    return bellman.performance_difference()


@statement(references=("manne1960", "puterman1994"), cites=(optimality_equation,))
def linear_program() -> Theorem:
    """The least values above all backups and the best discounted visits are dual linear programs: their gap is the
    sum of visits times surplus, and an optimal policy closes it."""
    return bellman.linear_program()


@statement(answers=(544,), references=("mnih2015", "sutton2018"))
def bootstrap_target() -> Theorem:
    """The target of Q-learning is the reward plus the discounted largest value of the next state: one of the actions
    attains it, and none exceeds it."""
    return temporal_difference.bootstrap_target()


@statement(answers=(543, 547), references=("mnih2015",), cites=(bootstrap_target,))
def replay_loss() -> Theorem:
    """The mean squared temporal-difference error is nonnegative, zero at the targets, and for one table entry least at
    the mean target, by the squared distance from it."""
    return temporal_difference.replay_loss()


@statement(answers=(545,), references=("mnih2015", "baird1995"), cites=(replay_loss,))
def loss_gradient() -> Theorem:
    """With the targets held fixed, the gradient of the replay loss is minus twice the mean of error times gradient of
    the prediction, for any parametrization with a second derivative: the rest of the expansion is of second order."""
    return temporal_difference.loss_gradient()


@statement(references=("baird1995",), cites=(loss_gradient,))
def residual_gradient() -> Theorem:
    """Where the target moves with the parameters, the gradient of the loss has a second term, which the step of
    Q-learning leaves out; and one sampled next state adds its variance to the squared Bellman error."""
    return temporal_difference.residual_gradient()


@statement(answers=(546,), references=("sutton2018",))
def epsilon_greedy() -> Theorem:
    """The epsilon-greedy policy takes the greedy one of n actions with probability 1 - epsilon + epsilon/n, and its
    expected action value mixes maximum and mean."""
    return temporal_difference.epsilon_greedy()


@statement(answers=(548,), references=("vanhasselt2016", "vanhasselt2010"), cites=(bootstrap_target,))
def double_target() -> Theorem:
    """The double target evaluates, by the one network, the action that the other prefers: it is at most the maximum,
    and equals it where both networks agree."""
    return temporal_difference.double_target()


@statement(references=("vanhasselt2010", "thrun1993"), cites=(double_target,))
def overestimation() -> Theorem:
    """The expected maximum of unbiased estimates is at least the largest mean, for two independent normal ones of equal
    mean by sigma/sqrt(pi); two independent tables never estimate more than it on the mean."""
    return temporal_difference.overestimation()


@statement(answers=(549,), references=("wang2016",))
def dueling() -> Theorem:
    """A sum of state value and advantage does not determine its parts: what one gains by a constant the other loses."""
    return temporal_difference.dueling()


@statement(references=("wang2016",), cites=(dueling,))
def centred_dueling() -> Theorem:
    """With the mean advantage subtracted, the state value is the mean action value, and a constant in the advantage
    stream has no effect."""
    return temporal_difference.centred_dueling()


@statement(answers=(553,), references=("watkins1992",), cites=(optimality_equation, bootstrap_target))
def q_learning_update() -> Theorem:
    """A step of Q-learning goes the part alpha of the way to the sampled backup, on the mean to the Bellman backup, and
    shrinks the expected error by 1 - alpha (1 - gamma)."""
    return temporal_difference.q_learning_update()


@statement(answers=(555,), references=("sutton2000", "williams1992"), cites=(objective, action_value))
def policy_gradient() -> Theorem:
    """The gradient of the expected return is the mean over the normalized discounted visits of score times the policy's
    own action value, divided by 1 - gamma."""
    return policy_gradients.policy_gradient()


@statement(references=("williams1992", "greensmith2004"), cites=(policy_gradient,))
def baseline() -> Theorem:
    """A baseline that does not depend on the action leaves the policy gradient's mean alone, which for a softmax policy
    is a covariance; the least variance has the mean value weighed by squared scores."""
    return policy_gradients.baseline()


@statement(answers=(556,), references=("nash1951",))
def nash_equilibrium() -> Theorem:
    """At a Nash equilibrium no player gains by any other strategy while the other player keeps the own one; each of the
    games here has one, with zero regrets as its certificate."""
    return policy_gradients.nash_equilibrium()


@statement(references=("nash1951", "vonneumann1928"), cites=(nash_equilibrium,))
def pure_deviations() -> Theorem:
    """No mixture gains more than the best of its actions; in a game of two by two the mixture that makes the opponent
    indifferent depends on the opponent's payoffs alone, and with it goes the value."""
    return policy_gradients.pure_deviations()


@statement(answers=(557,), references=("bertsekas2017",))
def controlled_dynamics() -> Theorem:
    """The linear dynamics under a constant control are solved by an exponential, whose state at any time holds all that
    the future depends on."""
    return decisions.controlled_dynamics()


@statement(references=("bertsekas2017",), cites=(controlled_dynamics,))
def linear_quadratic() -> Theorem:
    """The stabilizing root p of Riccati's equation solves the Hamilton-Jacobi-Bellman equation of the linear quadratic
    regulator: running cost plus change of p x^2 is a square that vanishes at the feedback u = -b p x/r."""
    return decisions.linear_quadratic()
