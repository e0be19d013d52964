"""The Hessian of a loss: its eigenbasis, what gradient descent does in it, and what the Gauss-Newton matrix leaves out.

Source: section 3.1.1, equations 111-116 and 122.  Pearlmutter 1994; Schraudolph 2002; Sagun et al. 2017; Ghorbani,
Krishnan and Xiao 2019; Martens 2020; Cohen et al. 2021; Meyer et al. 2021.

Claims about networks are in `curvature`, claims about steps in an eigenbasis in `stability`. Sizes are symbols; sums
over eigenvectors or labels are integrals against a counting measure.
"""

from __future__ import annotations

from . import curvature, stability
from .backprop import update
from .linear_algebra import spectral_theorem
from .losses import logit_curvature
from .matrix_calculus import quadratic_form
from .statements import Theorem, statement

EQUATIONS = (*range(111, 117), 122)


@statement(references=("rudin1976",))
def mixed_derivatives() -> Theorem:
    """Where mixed second derivatives are not continuous they may differ: for x y (x^2 - y^2)/(x^2 + y^2) they are -1
    and 1 at the origin, so its matrix of second derivatives is not symmetric there."""
    return stability.symmetry()


@statement(answers=(111,), references=("horn2013",), cites=(spectral_theorem,))
def eigenbasis() -> Theorem:
    """In an orthonormal basis V of eigenvectors a symmetric Hessian is V Lambda V^T: it takes each to a multiple of
    itself, and its quadratic form is a weighted sum of squares of the coordinates."""
    return stability.eigenbasis()


@statement(answers=(112,), references=("rudin1976",))
def second_order_expansion() -> Theorem:
    """Where the Hessian is Lipschitz with constant M, the loss differs from its expansion to second order by at most
    M |h|^3/6, which a cubic attains: the remainder is the integral of (1 - s) h^T (H(theta + s h) - H(theta)) h."""
    return stability.taylor()


@statement(references=("horn2013",), cites=(eigenbasis, second_order_expansion))
def second_order_test() -> Theorem:
    """The curvature along an eigenvector is its eigenvalue; an eigenvalue zero decides nothing: w^2 + s^4 and w^2 - s^4
    have one Hessian at 0, which is a minimum of the first and a saddle of the second."""
    return stability.second_order_test()


@statement(answers=(113,), references=("robbins1951", "bottou2018"), cites=(update,))
def gradient_descent() -> Theorem:
    """A step -eta g changes a quadratic loss of any size by exactly -eta |g|^2 + eta^2 g^T H g/2: it falls where the
    curvature along the gradient is below 2/eta."""
    return curvature.fixed_step()


@statement(answers=(114,), references=("rudin1976",), cites=(gradient_descent, second_order_expansion, quadratic_form))
def linearized_step() -> Theorem:
    """On a quadratic loss the gradient is g + H (theta - theta_0), in any dimension; a third derivative b leaves out
    b (theta - theta_0)^2/2."""
    return curvature.expanded_step()


@statement(answers=(115,), references=("horn2013",), cites=(eigenbasis,))
def eigen_coordinates() -> Theorem:
    """A vector is the sum of the vectors of an orthonormal basis, each times its inner product with it, and the
    coordinates keep lengths."""
    return stability.eigen_coordinates()


@statement(answers=(116,), references=("horn2013",), cites=(linearized_step, eigen_coordinates))
def coordinate_steps() -> Theorem:
    """In the eigenbasis the steps decouple; after t of them the coordinate is c* + (1 - eta lambda)^t (c_0 - c*) with
    c* = -gamma/lambda, and c_0 - t eta gamma where lambda is zero."""
    return stability.coordinate_steps()


@statement(references=("cohen2021", "boyd2004"), cites=(coordinate_steps,))
def stability_edge() -> Theorem:
    """On a quadratic loss gradient descent tends to the stationary point from every start where 0 < eta lambda < 2 for
    all eigenvalues, and only there: at 2 a coordinate flips its sign for ever, beyond it and below 0 it grows."""
    return stability.stability_edge()


@statement(references=("boyd2004",), cites=(stability_edge,))
def best_step() -> Theorem:
    """For eigenvalues between mu and l the step 2/(mu + l) has the least worst factor, (l - mu)/(l + mu)."""
    return stability.best_step()


@statement(references=("cohen2021",), cites=(stability_edge,))
def two_layer_edge() -> Theorem:
    """For (a b - y)^2/2 the minima have the eigenvalues 0 and a^2 + b^2 >= 2 y; a step multiplies the residual r with
    1 - eta (a^2 + b^2) + eta^2 r a b, so that minima beyond 2/eta repel, and a^2 - b^2 with 1 - eta^2 r^2, which leads
    to flatter ones."""
    return stability.two_layer_edge()


@statement(answers=(122,), references=("schraudolph2002", "martens2020"), cites=(quadratic_form,))
def gauss_newton() -> Theorem:
    """The Hessian of loss(f(theta)) is J^T Q J, with the loss's own Hessian Q by the outputs, plus the Hessians of the
    outputs weighted with the loss's gradient: for networks and losses of unknown functions and all sizes, and to
    second order along any curve."""
    return curvature.gauss_newton()


@statement(references=("schraudolph2002",), cites=(gauss_newton,))
def gauss_newton_written_out() -> Theorem:
    """The decomposition written out for smooth functions of which nothing else is known, by every pair of
    parameters."""
    return curvature.written_out()


@statement(references=("martens2020",), cites=(gauss_newton,))
def gauss_newton_square_loss() -> Theorem:
    """For half the mean squared error the Hessian is J^T J/N plus the outputs' Hessians weighted with the residuals
    over N."""
    return curvature.square_loss()


@statement(references=("martens2020",), cites=(gauss_newton, gauss_newton_square_loss))
def vanishing_second_term() -> Theorem:
    """The Hessian is its Gauss-Newton term where the outputs are affine in the parameters, or every residual is zero;
    for a rectifier network by the weights of one layer, but not by those of two."""
    return curvature.vanishing_second_term()


@statement(references=("martens2020", "kunstner2019"), cites=(logit_curvature,))
def fisher_information() -> Theorem:
    """For labels drawn from the softmax's own law the score has mean zero and the mean of its square is the curvature
    of the cross-entropy: gradients of the log-likelihood, not of the outputs, average to a Gauss-Newton matrix."""
    return stability.fisher_information()


@statement(references=("sagun2017",), cites=(vanishing_second_term,))
def flat_directions() -> Theorem:
    """Where the Gauss-Newton term J^T J is all there is, every direction that leaves the m outputs alone is flat: d - m
    of d directions, where J J^T is invertible."""
    return stability.flat_directions()


@statement(references=("pearlmutter1994", "schraudolph2002"), cites=(gauss_newton,))
def hessian_vector_product() -> Theorem:
    """The product of the Hessian with v is the derivative of the gradient along v; that of the Gauss-Newton matrix is a
    forward derivative, the loss's curvature and a backward one."""
    return curvature.hessian_vector_product()


@statement(references=("hutchinson1990",))
def hutchinson_trace() -> Theorem:
    """For random signs z the mean of z^T A z is the trace, and its variance twice the sum of the squared entries off
    the diagonal."""
    return curvature.trace_estimates()


@statement(references=("meyer2021",), cites=(hutchinson_trace,))
def hutch_plus_plus() -> Theorem:
    """The trace is that of P A P, which a few quadratic forms give, plus that of (I - P) A (I - P), for the projection
    P on any sketch: only the second is estimated."""
    return curvature.deflated_trace()


@statement(references=("golub2010", "ubaru2017"), cites=(hutchinson_trace,))
def lanczos_quadrature() -> Theorem:
    """The first entries of the powers of Lanczos' k x k matrix are the moments v^T A^j v for j < 2 k: a Gauss
    quadrature of the spectral measure of v."""
    return stability.lanczos_quadrature()
