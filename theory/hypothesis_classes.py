"""Hypothesis classes that answer for themselves: a hypothesis with the wanted labels, or a proof that there is none.

A class is anything with the members of the protocol `HypothesisClass`.

>>> Intervals().realize([0, 1, 2], (0, 1, 0))
IntervalUnion(intervals=((Fraction(1, 1), Fraction(1, 1)),))
>>> Intervals().realize([0, 1, 2], (1, 0, 1))
Alternation(order=(0, 1, 2), intervals=1)
"""

from __future__ import annotations

from .algebraic_classes import (
    HalfSpaces,
    LiftedFarkas,
    PolynomialClassifiers,
    PolynomialRule,
    Sine,
    SineClass,
    Swept,
    exponents_up_to,
    monomials,
)
from .finite_classes import FiniteClass, Missing, Row
from .hypotheses import Answer, Certificate, Dimension, Hypothesis, HypothesisClass, Undecided, vectors
from .network_classes import Network, ReluNetworks
from .ordered_classes import (
    Alternation,
    Box,
    Boxes,
    DecisionStumps,
    InsideBox,
    Intervals,
    IntervalUnion,
    NoCut,
    Stump,
    Threshold,
    Thresholds,
    UnionsOfIntervals,
    WrongOrder,
)

__all__ = [
    "Alternation",
    "Answer",
    "Box",
    "Boxes",
    "Certificate",
    "DecisionStumps",
    "Dimension",
    "FiniteClass",
    "HalfSpaces",
    "Hypothesis",
    "HypothesisClass",
    "InsideBox",
    "IntervalUnion",
    "Intervals",
    "LiftedFarkas",
    "Missing",
    "Network",
    "NoCut",
    "PolynomialClassifiers",
    "PolynomialRule",
    "ReluNetworks",
    "Row",
    "Sine",
    "SineClass",
    "Stump",
    "Swept",
    "Threshold",
    "Thresholds",
    "Undecided",
    "UnionsOfIntervals",
    "WrongOrder",
    "exponents_up_to",
    "monomials",
    "vectors",
]
