"""What the pictures share: the palette, curves of expressions, and draws that depend on a picture's name alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, GREY = "#E69F00", "#56B4E9", "#555555"

_NOTHING: Mapping[Symbol, float] = MappingProxyType({})


def curve(expr: Expr, variable: Symbol, at: Mapping[Symbol, float] = _NOTHING) -> Callable[[Any], Any]:
    """The expression as a NumPy function of one symbol, the others held at their values."""
    compiled = lambdify([variable, *at], expr, "numpy", dummify=True)
    return lambda values: np.broadcast_to(compiled(values, *at.values()), np.shape(values))


def generator(name: str) -> np.random.Generator:
    """The generator of the picture of that name."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
