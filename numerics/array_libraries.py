"""NumPy, torch and JAX seen alike: arrays in and out, and gradients by automatic differentiation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Detached(Exception):
    """The result does not depend on the argument as far as automatic differentiation can tell."""


class NumPyLibrary:
    """NumPy: no gradients."""

    name = "numpy"
    differentiates = False

    def give(self, value: Array, dtype: str) -> Any:
        """The value as an array of the library, of its own; integers stay integers."""
        return value.astype(dtype if value.dtype.kind == "f" else value.dtype)

    def take(self, found: Any) -> Array:
        """A result as a NumPy array. Raises TypeError for what is no array of numbers."""
        return _numbers(found)

    @contextmanager
    def at(self, dtype: str) -> Iterator[None]:
        """Where calls are made: without warnings about overflow and the like."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield

    def gradients(
        self, function: Callable[..., Any], given: list[Any], places: list[int], cotangent: Array
    ) -> list[Array]:
        """The gradients of <cotangent, function(*given)> by the arguments at these places."""
        raise NotImplementedError


class TorchLibrary(NumPyLibrary):
    """torch, with autograd."""

    name = "torch"
    differentiates = True

    def give(self, value: Array, dtype: str) -> Any:
        import torch

        return torch.from_numpy(super().give(value, dtype).copy())

    def take(self, found: Any) -> Array:
        import torch

        if isinstance(found, torch.Tensor):
            found = found.detach().cpu().numpy()
        return _numbers(found)

    def gradients(
        self, function: Callable[..., Any], given: list[Any], places: list[int], cotangent: Array
    ) -> list[Array]:
        import torch

        given = [one.clone().requires_grad_() if i in places else one for i, one in enumerate(given)]
        found = function(*given)
        if not isinstance(found, torch.Tensor) or not found.requires_grad:
            raise Detached("the result is detached from all arguments")
        weights = torch.from_numpy(np.array(cotangent)).to(found.dtype)
        slopes = torch.autograd.grad(found, [given[i] for i in places], weights, allow_unused=True)
        return [_numbers(torch.zeros_like(given[i]) if g is None else g) for i, g in zip(places, slopes, strict=True)]


class JaxLibrary(NumPyLibrary):
    """JAX, with reverse-mode differentiation; double precision is switched on for the calls that need it."""

    name = "jax"
    differentiates = True

    def give(self, value: Array, dtype: str) -> Any:
        import jax.numpy as jnp

        return jnp.asarray(super().give(value, dtype))

    @contextmanager
    def at(self, dtype: str) -> Iterator[None]:
        with super().at(dtype), _jax_doubles(dtype == "float64"):
            yield

    def gradients(
        self, function: Callable[..., Any], given: list[Any], places: list[int], cotangent: Array
    ) -> list[Array]:
        import jax
        import jax.numpy as jnp

        def of(*chosen: Any) -> Any:
            arguments = list(given)
            for place, one in zip(places, chosen, strict=True):
                arguments[place] = one
            return jnp.asarray(function(*arguments))

        found, pull = jax.vjp(of, *(given[i] for i in places))
        return [np.asarray(one) for one in pull(jnp.asarray(cotangent, dtype=found.dtype))]


def _jax_doubles(wanted: bool) -> Any:
    import jax

    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(wanted)
    from jax.experimental import enable_x64  # before jax 0.8

    return enable_x64(wanted)


def _numbers(found: Any) -> Array:
    if found is None or isinstance(found, (str, bytes, dict)):
        raise TypeError(f"it returned {found!r}, not an array" if found is None else f"it returned a {_kind(found)}")
    if isinstance(found, (tuple, list)):
        raise TypeError(f"it returned a {_kind(found)}, not an array")
    array = np.asarray(found)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"it returned a {_kind(found)}, not an array of real numbers")
    return array


def _kind(found: Any) -> str:
    return type(found).__name__


LIBRARIES = {one.name: one for one in (NumPyLibrary(), TorchLibrary(), JaxLibrary())}


def library_named(name: str) -> NumPyLibrary:
    """The library of that name. Raises ValueError for another name, and where it is not installed."""
    if name not in LIBRARIES:
        raise ValueError(f"there is no library {name!r} here; it is one of {', '.join(LIBRARIES)}")
    if find_spec(name) is None:
        raise ValueError(f"{name} is not installed: pip install 'theoremcheck[{name}]'")
    return LIBRARIES[name]


def library_of(function: Callable[..., Any]) -> NumPyLibrary | None:
    """The library that a function is written in, as its module and the modules that it names tell; None if none do."""
    while isinstance(function, partial):
        function = function.func
    own = [getattr(function, "__module__", None) or "", *(kind.__module__ for kind in type(function).__mro__)]
    code = getattr(function, "__wrapped__", function)
    code = code if hasattr(code, "__code__") else type(code).__call__
    known = [*own, *_modules_named(code)]
    for name in ("torch", "jax", "numpy"):
        if any(module.partition(".")[0] in (name, f"{name}lib") for module in known) and find_spec(name):
            return LIBRARIES[name]
    return None


def _modules_named(function: Any, depth: int = 3) -> list[str]:
    """The modules of the global names and of the closure that a function uses, and the functions that it calls."""
    code = getattr(function, "__code__", None)
    if code is None:
        return []
    space = getattr(function, "__globals__", {})
    codes, used = [code], set()
    while codes:
        one = codes.pop()
        used.update(one.co_names)
        codes.extend(inner for inner in one.co_consts if hasattr(inner, "co_names"))
    values = [space[name] for name in used if name in space]
    values += [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    # `import torch` inside the function leaves its name among the names alone.
    inside = [name for name in used if name in LIBRARIES and name not in space]
    modules = [one.__name__ if isinstance(one, ModuleType) else getattr(one, "__module__", None) for one in values]
    called = [one for one in values if depth and isinstance(one, FunctionType) and one is not function]
    deeper = [module for one in called for module in _modules_named(one, depth - 1)]
    return [one for one in (*modules, *inside, *deeper) if isinstance(one, str)]


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
