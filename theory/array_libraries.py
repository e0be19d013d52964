"""NumPy, torch and JAX behind the same few names: what a translated formula calls.

Every function takes arrays and Python numbers. Python numbers never decide the precision: they are taken in the
precision of the arrays beside them, so that float64 stays float64 and float32 stays float32. torch and JAX are imported
when their library is asked for, and not before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, reduce
from importlib import import_module
from typing import Any

import numpy as np

SPECIAL = frozenset({"erf", "erfc", "gammaln", "digamma", "gamma", "binom", "xlogy", "xlog1py"})
"""Functions that all three have in a module of their own; the others go by NumPy's name in all three."""


def is_number(value: Any) -> bool:
    """Whether it is a Python number or truth value, which has no precision of its own."""
    return isinstance(value, bool | int | float) and not isinstance(value, np.generic)


class Library:
    """One array library. `module` is the library itself, `special` where its special functions live."""

    name = "numpy"
    module: Any = np
    own: frozenset[str] = frozenset()
    """Functions that the library lacks, or has with too large an error: methods here."""

    @property
    def special(self) -> Any:
        return import_module("scipy.special")

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        """The values as arrays of one floating precision: that of the floating arrays among them, else float64.

        Raises TypeError for complex numbers and for what is no number.
        """
        raw = [value if is_number(value) else np.asarray(value) for value in values]
        given = [one for one in raw if not is_number(one)]
        if any(one.dtype.kind not in "fiub" for one in given):
            raise TypeError("the arguments must be real numbers or arrays of real numbers")
        floats = [one.dtype for one in given if one.dtype.kind == "f"]
        dtype = np.result_type(*floats) if floats else np.dtype(np.float64)
        return [np.asarray(one, dtype=dtype) for one in raw]

    def quiet(self) -> AbstractContextManager[Any]:
        """No warnings for infinities and for branches that are not taken: the value itself says it."""
        return np.errstate(all="ignore")

    def like(self, value: Any, array: Any) -> Any:
        """A Python number as an array in the precision of another array."""
        return np.asarray(value, dtype=bool if isinstance(value, bool) else array.dtype)

    def call(self, name: str, *values: Any) -> Any:
        """The function of that name; Python numbers alone give a Python number."""
        if all(map(is_number, values)):
            with np.errstate(all="ignore"):
                found = _NUMPY.function(name)(*(np.float64(v) for v in values))
            return bool(found) if found.dtype == bool else float(found)
        array = next(v for v in values if not is_number(v))
        return self.function(name)(*(self.like(v, array) if is_number(v) else v for v in values))

    def function(self, name: str) -> Any:
        """The function of that name on arrays alone."""
        if name in self.own:
            return getattr(self, name)
        return getattr(self.special if name in SPECIAL else self.module, name)

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        """One where the condition holds, the other elsewhere."""
        if is_number(condition):
            return one if condition else other
        arrays = [v for v in (one, other) if not is_number(v)]
        if not arrays:
            return self.module.where(condition, float(one), float(other))
        return self.module.where(condition, *(self.like(v, arrays[0]) if is_number(v) else v for v in (one, other)))

    def total(self, array: Any, keep: bool = True) -> Any:
        """The sum along the last axis."""
        return self.module.sum(array, axis=-1, keepdims=keep)

    def largest(self, array: Any) -> Any:
        """The maximum along the last axis, kept, as a constant: no gradient runs through it; 0 where it is infinite."""
        top = self.module.max(array, axis=-1, keepdims=True)
        return self.module.where(self.module.isfinite(top), top, self.like(0.0, top))

    def stack(self, arrays: Sequence[Any]) -> Any:
        """The arrays side by side along a new last axis."""
        return self.module.stack(self.module.broadcast_arrays(*arrays), axis=-1)

    def transpose(self, array: Any) -> Any:
        """The last two axes exchanged."""
        return self.module.swapaxes(array, -1, -2)

    def reshape(self, array: Any, shape: tuple[int, ...]) -> Any:
        return self.module.reshape(array, shape)

    def constant(self, rows: Any, like: Any) -> Any:
        """A constant matrix, given as a NumPy array, in the precision of another array."""
        return np.asarray(rows, dtype=like.dtype)

    @property
    def linalg(self) -> Any:
        return self.module.linalg

    def expm(self, matrix: Any) -> Any:
        """The exponential of a matrix."""
        return import_module("scipy.linalg").expm(matrix)

    def eigenvalues(self, matrix: Any) -> Any:
        """The eigenvalues of a symmetric matrix, from the largest."""
        return self.linalg.eigvalsh(matrix)[..., ::-1]

    def singular_values(self, matrix: Any) -> Any:
        """The singular values, from the largest."""
        return self.linalg.svd(matrix, compute_uv=False)


_NUMPY = Library()


class JaxLibrary(Library):
    """JAX: float64 only where the user has set jax_enable_x64, float32 otherwise, as JAX has it."""

    name = "jax"
    own = frozenset(("binom", "log1p", "xlog1py"))

    def __init__(self) -> None:
        self.module = import_module("jax.numpy")
        self._special = import_module("jax.scipy.special")

    @property
    def special(self) -> Any:
        return self._special

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        jnp = self.module
        raw = [value if is_number(value) else jnp.asarray(value) for value in values]
        given = [one for one in raw if not is_number(one)]
        if any(jnp.issubdtype(one.dtype, jnp.complexfloating) for one in given):
            raise TypeError("the arguments must be real numbers or arrays of real numbers")
        floats = [one.dtype for one in given if jnp.issubdtype(one.dtype, jnp.floating)]
        dtype = jnp.result_type(*floats) if floats else jnp.asarray(1.0).dtype
        return [jnp.asarray(one, dtype=dtype) for one in raw]

    def quiet(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def like(self, value: Any, array: Any) -> Any:
        return self.module.asarray(value, dtype=bool if isinstance(value, bool) else array.dtype)

    def largest(self, array: Any) -> Any:
        return import_module("jax").lax.stop_gradient(super().largest(array))

    def constant(self, rows: Any, like: Any) -> Any:
        return self.module.asarray(rows, dtype=like.dtype)

    def binom(self, n: Any, k: Any) -> Any:
        """The binomial coefficient, through log-gamma."""
        log_gamma = self.special.gammaln
        return self.module.exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1))

    def log1p(self, u: Any) -> Any:
        """log(1 + u) by Kahan's quotient, with JAX's own slope: JAX's value is off by 100 ulp near -0.41 on a CPU."""
        jnp, own = self.module, self.module.log1p(u)
        above = 1 + u
        kahan = jnp.where(above == 1, u, u * (jnp.log(above) / jnp.where(above == 1, 1, above - 1)))
        return own + import_module("jax").lax.stop_gradient(jnp.where(jnp.isfinite(own), kahan - own, 0))

    def xlog1py(self, x: Any, y: Any) -> Any:
        """x log(1 + y), and 0 where x = 0 and y = -1."""
        return x * self.log1p(self.module.where((x == 0) & (y == -1), 0, y))

    def expm(self, matrix: Any) -> Any:
        return import_module("jax.scipy.linalg").expm(matrix)


class TorchLibrary(Library):
    """torch: tensors keep their precision and device; bare Python numbers become float64."""

    name = "torch"
    own = frozenset(("binom", "gamma"))

    def __init__(self) -> None:
        self.module = import_module("torch")

    @property
    def special(self) -> Any:
        return self.module.special

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        torch = self.module
        # A nested list has Python's own precision, as a number has.
        weak = [is_number(value) or isinstance(value, list | tuple) for value in values]
        given = [torch.as_tensor(value) for value, plain in zip(values, weak, strict=True) if not plain]
        if any(one.is_complex() for one in given):
            raise TypeError("the arguments must be real numbers or tensors of real numbers")
        floats = [one.dtype for one in given if one.is_floating_point()]
        dtype = reduce(torch.promote_types, floats) if floats else torch.float64
        device = next((one.device for one in values if isinstance(one, torch.Tensor)), None)
        return [torch.as_tensor(value, dtype=dtype, device=device) for value in values]

    def quiet(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def like(self, value: Any, array: Any) -> Any:
        torch = self.module
        return torch.tensor(value, dtype=torch.bool if isinstance(value, bool) else array.dtype, device=array.device)

    def total(self, array: Any, keep: bool = True) -> Any:
        return array.sum(dim=-1, keepdim=keep)

    def largest(self, array: Any) -> Any:
        top = array.detach().amax(dim=-1, keepdim=True)
        return self.module.where(self.module.isfinite(top), top, self.module.zeros_like(top))

    def stack(self, arrays: Sequence[Any]) -> Any:
        return self.module.stack(self.module.broadcast_tensors(*arrays), dim=-1)

    def constant(self, rows: Any, like: Any) -> Any:
        return self.module.as_tensor(np.asarray(rows, dtype=float), dtype=like.dtype, device=like.device)

    def gamma(self, x: Any) -> Any:
        """Euler's gamma function, through log-gamma and the reflection of the sign."""
        torch = self.module
        sign = torch.where((x < 0) & (torch.floor(x) % 2 != 0), -1.0, 1.0).to(x.dtype)
        return sign * torch.exp(torch.lgamma(x))

    def binom(self, n: Any, k: Any) -> Any:
        """The binomial coefficient, through log-gamma."""
        log_gamma = self.module.lgamma
        return self.module.exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1))

    def expm(self, matrix: Any) -> Any:
        return self.module.linalg.matrix_exp(matrix)

    def eigenvalues(self, matrix: Any) -> Any:
        return self.linalg.eigvalsh(matrix).flip(-1)

    def singular_values(self, matrix: Any) -> Any:
        return self.linalg.svdvals(matrix)


KINDS = {"numpy": Library, "torch": TorchLibrary, "jax": JaxLibrary}


@cache
def library(name: str) -> Library:
    """The library of that name; raises ValueError for another name and ImportError, with the remedy, where absent."""
    if name not in KINDS:
        raise ValueError(f"there is no array library {name!r}: numpy, torch and jax are known")
    try:
        return _NUMPY if name == "numpy" else KINDS[name]()
    except ImportError:
        raise ImportError(f"{name} is not installed: pip install 'theoremcheck[{name}]'") from None


CONSTANTS = {"Pi": math.pi, "Exp1": math.e, "EulerGamma": float(np.euler_gamma), "GoldenRatio": (1 + math.sqrt(5)) / 2}


__all__ = ["CONSTANTS", "Library", "is_number", "library"]
