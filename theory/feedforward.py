"""Feedforward networks: neurons and layers, the collapse of linear networks, activations, the softmax, approximation.

Source: sections 5.1 to 5.3, equations 172-180, 186-193, 200-203 and 205-213.  Nair and Hinton 2010; Maas, Hannun and
Ng 2013; Bridle 1990; Leshno et al. 1993; Goodfellow, Bengio and Courville 2016.

Sums over inputs, hidden units or classes are integrals (`measures.integral`): over a counting measure they are sums of
any length.  The functions themselves stand in `activations`.
"""

from __future__ import annotations

from . import layers, rectifiers, saturating, softmax, universality
from .statements import Theorem, statement

EQUATIONS = (*range(172, 181), *range(186, 194), *range(200, 204), *range(205, 214))


@statement(answers=(200,), references=("goodfellow2016",))
def net_input() -> Theorem:
    """The net input of a neuron with any number of inputs is the inner product of weights and inputs plus the bias: it
    is affine in the inputs, and symmetric in weights and inputs."""
    return layers.net_input()


@statement(answers=(201,), references=("goodfellow2016",), cites=(net_input,))
def neuron() -> Theorem:
    """The output of a neuron is its activation function at the net input: without weights it is constant, with the
    identity as activation it is the net input, and inputs orthogonal to the weights do not change it."""
    return layers.neuron()


@statement(answers=(178, 179, 186), references=("goodfellow2016",), cites=(neuron,))
def layer() -> Theorem:
    """A layer maps a vector of any length to one of any other: a matrix product, a bias for each unit, and the
    activation entry by entry, so each unit is a neuron of its own row of weights."""
    return layers.layer()


@statement(answers=(187, 188), references=("goodfellow2016",), cites=(layer,))
def two_layers() -> Theorem:
    """Two layers without an activation between them multiply out to one affine map, for any number of units between
    them; an activation f changes the second net input by the sum of its weights times f(z) - z."""
    return layers.two_layers()


@statement(answers=(189,), references=("goodfellow2016",), cites=(two_layers,))
def linear_network() -> Theorem:
    """A network of any depth and widths without activations is one affine map y = Wx + b: an affine layer on top of an
    affine map is affine again, its matrix the product in this order and its bias W_{L+1} b + b_{L+1}."""
    return layers.linear_network()


@statement(answers=(190,), references=("goodfellow2016",), cites=(linear_network,))
def collapsed_bias() -> Theorem:
    """The bias of a linear network is the sum over layers of each bias times the weights of all layers above it,
    W_L ... W_{k+1} b_k, the last one bare: term by term in noncommuting symbols, so for matrices of all sizes."""
    return layers.collapsed_bias()


@statement(answers=(202,), references=("goodfellow2016",), cites=(layer, collapsed_bias))
def composition() -> Theorem:
    """The output of a deep network is the composition of its layers, each bias inside its own layer's activation: at
    four layers, where linear activations turn the biases into the sum of products of a linear network."""
    return layers.composition()


@statement(answers=(203,), references=("goodfellow2016",), cites=(linear_network,))
def linear_activations() -> Theorem:
    """With activations sigma_k(z) = c_k z a network of any depth and widths is an affine map c1 x + c2: so is a layer
    on top of an affine map, and the constants of two layers are c_2 w_2 c_1 w_1 and c_2 (w_2 c_1 b_1 + b_2)."""
    return layers.linear_activations()


@statement(answers=(172, 205), references=("goodfellow2016",))
def sigmoid_function() -> Theorem:
    """The sigmoid lies strictly between 0 and 1, tends to both, and sigma(-z) = 1 - sigma(z); its logit is z."""
    return saturating.sigmoid_function()


@statement(answers=(173, 191, 206), references=("goodfellow2016",), cites=(sigmoid_function,))
def sigmoid_derivative() -> Theorem:
    """The derivative of the sigmoid is sigma (1 - sigma), an even function; the second is sigma' (1 - 2 sigma)."""
    return saturating.sigmoid_derivative()


@statement(references=("goodfellow2016", "hochreiter1998"), cites=(sigmoid_derivative,))
def sigmoid_saturates() -> Theorem:
    """The slope of the sigmoid is at most 1/4, attained at 0, and at most e^-|z|, with equality in the limit: it
    vanishes at both ends, and a path through k sigmoid units of weight 1 multiplies gradients by at most 4^-k."""
    return saturating.sigmoid_saturates()


@statement(references=("goodfellow2016",), cites=(sigmoid_saturates,))
def sigmoid_lipschitz() -> Theorem:
    """The sigmoid is 1/4-Lipschitz."""
    return saturating.sigmoid_lipschitz()


@statement(answers=(174, 207), references=("goodfellow2016", "lecun2012"))
def tanh_function() -> Theorem:
    """The hyperbolic tangent is odd, lies strictly between -1 and 1 and tends to both; it is 2 sigma(2z) - 1."""
    return saturating.tanh_function()


@statement(answers=(175, 192, 208), references=("goodfellow2016",), cites=(tanh_function,))
def tanh_derivative() -> Theorem:
    """The derivative of the hyperbolic tangent is 1 - tanh^2, four times the sigmoid's at twice the argument."""
    return saturating.tanh_derivative()


@statement(references=("lecun2012", "hochreiter1998"), cites=(tanh_derivative, sigmoid_saturates))
def tanh_saturates() -> Theorem:
    """The slope of tanh is at most 1, attained at 0 alone; it is steeper than the sigmoid near
    0, but flatter far out: its slope vanishes like 4 e^-2|z|, faster than the sigmoid's by a factor that grows."""
    return saturating.tanh_saturates()


@statement(references=("lecun2012",), cites=(tanh_saturates,))
def tanh_lipschitz() -> Theorem:
    """The hyperbolic tangent is 1-Lipschitz."""
    return saturating.tanh_lipschitz()


@statement(answers=(176, 209), references=("nair2010",))
def rectifier_function() -> Theorem:
    """The rectifier max(0, z) is (z + |z|)/2: nonnegative, positively homogeneous, idempotent, and the larger of 0 and
    z; z = relu(z) - relu(-z), and it is 1-Lipschitz."""
    return rectifiers.rectifier_function()


@statement(answers=(177, 193, 210), references=("nair2010", "clarke1983"), cites=(rectifier_function,))
def rectifier_derivative() -> Theorem:
    """The rectifier has derivative 1 right of 0 and 0 left of it; at 0 its one-sided derivatives are 0 and 1, so it has
    none there, and its subdifferential is the interval [0, 1]."""
    return rectifiers.rectifier_derivative()


@statement(answers=(211,), references=("maas2013",), cites=(rectifier_function,))
def leaky_function() -> Theorem:
    """For 0 < alpha < 1 the leaky rectifier is the larger of z and alpha z, a mixture of identity and rectifier,
    positively homogeneous, continuous and one-to-one, its inverse again of that form with slope 1/alpha."""
    return rectifiers.leaky_function()


@statement(answers=(212,), references=("maas2013", "clarke1983"), cites=(leaky_function,))
def leaky_derivative() -> Theorem:
    """The leaky rectifier has derivative 1 right of 0 and alpha left of it; at 0 its one-sided derivatives are alpha
    and 1, so for alpha < 1 it has none there."""
    return rectifiers.leaky_derivative()


@statement(references=("maas2013", "clarke1983"), cites=(leaky_derivative,))
def leaky_subdifferential() -> Theorem:
    """The subdifferential of the leaky rectifier at 0 is [alpha, 1], and it is 1-Lipschitz: a unit that is off still
    passes on the share alpha of its gradient."""
    return rectifiers.leaky_subdifferential()


@statement(references=("glorot2011",), cites=(rectifier_function, sigmoid_function))
def softplus_smooths() -> Theorem:
    """The softplus log(1 + e^z) has the sigmoid as derivative and lies above the rectifier by at most log 2, attained
    at 0: sharpened to softplus(k z)/k it comes within (log 2)/k of it everywhere."""
    return rectifiers.softplus_smooths()


@statement(answers=(213,), references=("bridle1990",))
def softmax_function() -> Theorem:
    """The softmax of any number of logits is the probability vector that is proportional to their exponentials: it is
    positive, sums to one, and does not change when a constant is added to all logits."""
    return softmax.softmax_function()


@statement(references=("bridle1990", "gao2017"), cites=(softmax_function,))
def softmax_jacobian() -> Theorem:
    """The Jacobian of the softmax is diag(s) - s s^T, for any number of classes; its quadratic form is the variance of
    the direction under s, so it is positive semidefinite and vanishes along constant directions."""
    return softmax.softmax_jacobian()


@statement(references=("bridle1990",), cites=(softmax_jacobian,))
def softmax_jacobian_matrix() -> Theorem:
    """The Jacobian matrix of the softmax of two or three logits, entry by entry: diag(s) - s s^T, symmetric, with rows
    that sum to zero."""
    return softmax.softmax_jacobian_matrix()


@statement(references=("gao2017",), cites=(softmax_jacobian,))
def softmax_lipschitz() -> Theorem:
    """The softmax is 1/2-Lipschitz in the Euclidean norm: the variance of a direction is at most a quarter of its
    squared range, which is at most half of its squared length; two equally likely classes attain it."""
    return softmax.softmax_lipschitz()


@statement(references=("goodfellow2016",), cites=(softmax_function, sigmoid_function))
def softmax_of_two() -> Theorem:
    """The softmax of two logits is the sigmoid of their difference; scaled up, it tends to the indicator of the larger
    logit, and scaled down to the uniform law."""
    return softmax.softmax_of_two()


@statement(answers=(180,), references=("leshno1993", "stone1948", "hornik1991"), cites=(rectifier_function,))
def universal_approximation() -> Theorem:
    """On a compact set rectifier networks come arbitrarily near to every continuous function: they are closed under
    maxima and minima, pass values on unchanged, and take any two values at any two points, in any dimension, which is
    what the Stone-Weierstrass theorem for lattices asks for."""
    return universality.universal_approximation()


@statement(references=("leshno1993",))
def no_uniform_approximation() -> Theorem:
    """Every affine function misses the square by at least d^2/2 at one of t, t + d and t + 2d: no network that is
    affine far out stays within any distance of it on the line, whatever its width and depth."""
    return universality.no_uniform_approximation()


@statement(references=("devore1993", "leshno1993"), cites=(universal_approximation,))
def interpolation_error() -> Theorem:
    """A rectifier network of one hidden layer interpolates any function on a grid of the line; between two knots it
    misses f by no more than f changes from there to either knot, so by L d/2 where f is L-Lipschitz and d the spacing,
    which is below epsilon from L/(2 epsilon) cells on the unit interval on."""
    return universality.interpolation_error()


@statement(references=("leshno1993", "pinkus1999"), cites=(universal_approximation,))
def polynomial_activations() -> Theorem:
    """Nonlinear is not enough: a hidden layer of any width with the activation z^2 makes quadratic functions, and every
    quadratic function misses x^3 by at least 3/4 at one of 0, 1, 2, 3."""
    return universality.polynomial_activations()
