"""theoremcheck: the machine-checked edition of the mathematics of deep learning.

The names below are loaded on first use, so that importing the package costs a few milliseconds and
loads neither SymPy nor torch.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "check": "theoremcheck.theory.judge",
    "decide": "theoremcheck.theory.judge",
    "statement": "theoremcheck.theory.statements",
    "catalogue": "theoremcheck.theory.statements",
    "identity": "theoremcheck.theory.lookup",
    "equation": "theoremcheck.theory.lookup",
    "search": "theoremcheck.theory.lookup",
    "falsify": "theoremcheck.theory.falsify",
    "parse": "theoremcheck.interface.formula",
    "verify_implementation": "theoremcheck.numerics.implementations",
    "assert_implements": "theoremcheck.numerics.implementations",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'theoremcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
