"""Feedforward networks: neurons and layers, the collapse of linear networks, activations, the softmax, approximation.

Source: sections 5.1 to 5.3, equations 172-180, 186-193, 200-203 and 205-213.  Nair and Hinton 2010; Maas, Hannun and
Ng 2013; Bridle 1990; Leshno et al. 1993; Goodfellow, Bengio and Courville 2016.

Sums over inputs, hidden units or classes are integrals (`measures.integral`): over a counting measure they are sums of
any length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sympy import Abs, Expr, Function, Integer, Limit as _NoLimit, Matrix, Max, Min, Rational, Symbol, exp, log, oo

