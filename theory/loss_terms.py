"""The symbols and the formulas that the statements of `losses` share.

Sums of any length are integrals against a counting measure: over the samples, over pairs of a sample and a coordinate
(or class), or over the weights. A derivative by one output or one weight treats what the other terms add as constants.
"""

from __future__ import annotations

from sympy import Expr, Integer, exp, log

from .measures import integral
from .symbols import UNIT, Domain, bounded, density, function, integer, positive, probability, real, reals

CLOSED_UNIT = Domain(Integer(0), Integer(1), lower_open=False, upper_open=False)

N = integer("N", least=1)  # samples
C = integer("C", least=1)  # classes, or coordinates of an output
count = integral(Integer(1))  # the number of terms of a sum
y, yhat, move = function("y"), function("yhat", tex=r"\hat{y}"), function("delta", tex=r"\delta")
t, p = function("t", CLOSED_UNIT), function("p", UNIT, tex=r"\hat{p}")  # targets and predicted probabilities
q, r = density("q"), density("r")  # laws of the label: the true one and a forecast
z = function("z")  # logits

W, V = function("W"), function("V")  # weights, over their indices
lam, eta = positive("lambda", tex=r"\lambda"), positive("eta", tex=r"\eta")
data = real("L", tex=r"\mathcal{L}_{\mathrm{MSE}}")  # the loss on the data at the weights
others = real("R")  # what the other terms of a sum add
c, h = reals("c h")

a, b = real("yhat_i", tex=r"\hat{y}_i"), real("y_i")  # one output and its target
s = probability("p_ic", tex=r"\hat{y}_{i,c}")  # one probability
share = bounded("y_ic", 0, 1, tex=r"y_{i,c}")  # its target
logit, target = real("z"), bounded("y", 0, 1)
rival = positive("E")  # the sum of exp(logit) over the other classes
rest = bounded("T", 0, 1)  # the sum of the other targets of the sample


def over_all(value: Expr, each: int | Expr = 1) -> Expr:
    """A mean over N samples, where the sum runs over all samples with `each` terms a sample."""
    return value.xreplace({N: count / each})


def squared(output: Expr) -> Expr:
    """The squared error of the outputs, summed and divided by the number of samples."""
    return integral((y - output) ** 2) / N


def binary(truth: Expr, forecast: Expr) -> Expr:
    """The binary cross-entropy, summed and divided by the number of samples."""
    return -integral(truth * log(forecast) + (1 - truth) * log(1 - forecast)) / N


def categorical(truth: Expr, forecast: Expr) -> Expr:
    """The cross-entropy, summed over samples and classes and divided by the number of samples."""
    return -integral(truth * log(forecast)) / N


def sigmoid(x: Expr) -> Expr:
    """The logistic function."""
    return 1 / (1 + exp(-x))
