"""Somebody's own implementation of a function of the catalogue, put to the test.

>>> import numpy as np
>>> def loss(logits, labels):
...     shifted = logits - logits.max(axis=1, keepdims=True)
...     return np.sum(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])
>>> outcome = verify_implementation("losses.softmax_cross_entropy", loss)
>>> outcome.verdict, outcome.guess
('wrong', 'mean over N forgotten')

An error counts in units of what the precision allows: the machine epsilon times the size |f| + |x df/dx| (+ the terms
that the formula adds, where these cancel in the best implementation), in which x df/dx is the change of the value when
its inputs are rounded. 16 units and one for each entry that is summed are allowed. Gradients are compared with the
exact one-sided derivatives, in units of epsilon times their largest entry (or one, if that is larger) times one plus
the terms that cancel, as the exponential of a rounded number is off by so much; four times as many are allowed.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .adversarial_inputs import MODERATE, Case, cases
from .array_libraries import Detached, NumPyLibrary, library_named, library_of
from .lookalikes import Seen, gradient_looks_like, looks_like
from .outcomes import Failure, Outcome, Verdict, written
from .reference_values import Reference, Slope, reference, slopes
from .smallest_failure import ATTEMPTS, shrink
from .targets import Target, target_named

Array = NDArray[Any]
DTYPES = ("float64", "float32")
FREE = 16
"""Units that are allowed beside one for each entry."""
SMOOTH_ENTRIES = 12
"""Inputs with more entries get no gradient check."""
BROKEN = ("exception", "shape", "not a number", "precision", "modifies its input", "no gradient")


def verify_implementation(
    name: str,
    function: Callable[..., Any],
    *,
    library: str | None = None,
    dtypes: Sequence[str] = DTYPES,
    gradients: bool = True,
    rng: int | np.random.Generator = 0,
    attempts: int = ATTEMPTS,
) -> Outcome:
    """Try a NumPy, torch or JAX function on random and adversarial inputs against the exact values of a target.

    name: of the target, such as "losses.softmax_cross_entropy", or of its statement. function: called with the
    target's arguments in order. library: "numpy", "torch" or "jax"; found out where it is not given. dtypes: the
    precisions to try. gradients: whether to compare those of torch and JAX. rng: decides the inputs.
    attempts: how many smaller inputs are tried once it fails.
    What the function raises is reported, not raised. Raises NoSuchTarget for an unknown name, ValueError for an unknown
    library or precision, TypeError for what cannot be called.
    """
    target = target_named(name)
    if not callable(function):
        raise TypeError(f"a function is tested, not a {type(function).__name__}")
    if unknown := [one for one in dtypes if one not in DTYPES]:
        raise ValueError(f"{unknown[0]!r} is not one of {', '.join(DTYPES)}")
    if not dtypes:
        raise ValueError("give a precision to try: float64, float32 or both")
    seed = int(rng.integers(2**31)) if isinstance(rng, np.random.Generator) else int(rng)
    chosen = library_named(library) if library else library_of(function) or _by_trial(target, function, seed)
    tried = ("float64",) if target.scalar else tuple(one for one in DTYPES if one in dtypes)
    return _Trial(target, function, chosen, seed, attempts).outcome(tried, gradients)


def assert_implements(name: str, function: Callable[..., Any], **options: Any) -> None:
    """Raise AssertionError with the full account unless the function implements the target; for tests.

    Takes the options of `verify_implementation`.
    """
    __tracebackhide__ = True
    outcome = verify_implementation(name, function, **options)
    if not outcome.ok:
        raise AssertionError(str(outcome))


def _by_trial(target: Target, function: Callable[..., Any], seed: int) -> NumPyLibrary:
    """The first library whose arrays the function takes, of those that are loaded; NumPy where it takes none.

    Who wrote a function for torch or JAX has imported it; and to load JAX starts threads in somebody else's process.
    """
    for name in ("numpy", *(one for one in ("torch", "jax") if one in sys.modules)):
        try:
            found = library_named(name)
        except ValueError:
            continue
        with found.at("float64"):
            try:
                found.take(function(*_given(found, cases(target, seed)[0], "float64")))
            except Exception:
                continue
        return found
    return library_named("numpy")


@lru_cache(maxsize=256)
def _prepared(name: str, seed: int) -> tuple[tuple[Case, Reference], ...]:
    target = target_named(name)
    return tuple((one, reference(target, one)) for one in cases(target, seed))


@lru_cache(maxsize=4096)
def _prepared_slopes(name: str, seed: int, place: int) -> tuple[Array, dict[int, Slope]]:
    target = target_named(name)
    case, known = _prepared(name, seed)[place]
    weights = _cotangent(known.high.shape)
    return weights, slopes(target, case, weights)


def _cotangent(shape: tuple[int, ...]) -> Array:
    """Weights of the outputs, all different: so a mistake in one cannot hide behind another."""
    count = int(np.prod(shape))
    weights: Array = (1 + np.arange(count) % 7 / 8).reshape(shape)
    return weights


def _given(library: NumPyLibrary, case: Case, dtype: str) -> list[Any]:
    return [library.give(one, dtype) if isinstance(one, np.ndarray) else one for one in case.values]


class _Trial:
    """One function under test."""

    def __init__(
        self, target: Target, function: Callable[..., Any], library: NumPyLibrary, seed: int, attempts: int
    ) -> None:
        self.target, self.function, self.library = target, function, library
        self.seed, self.attempts = seed, attempts
        self.units: dict[str, float] = {}

    def outcome(self, dtypes: Sequence[str], gradients: bool) -> Outcome:
        """Try all inputs in all precisions, choose the gravest failure, and make it small."""
        failures: list[Failure] = []
        seen: list[Seen] = []
        prepared = _prepared(self.target.name, self.seed)
        for dtype in dtypes:
            for place, (case, known) in enumerate(prepared):
                failure, found = self.value(case, known, dtype)
                if dtype == dtypes[0]:
                    seen.append(Seen(place, case, found, known.high, known.scale))
                if failure is not None:
                    failures.append(failure)
        told, reason, pairs = self.gradients(dtypes, gradients, failures)
        failures += told
        count = len(prepared) * len(dtypes)
        name = self.library.name
        if not failures:
            return Outcome(self.target, name, "ok", None, None, count, self.units, reason)
        failure = min(failures, key=_grave)
        if failure.what in ("gradient", "no gradient"):
            guess = gradient_looks_like(pairs)
        else:
            guess = looks_like(self.target, self.seed, dtypes[0], self.relevant(failure, failures, seen))
        small = self.smallest(failure)
        return Outcome(self.target, name, _verdict(failure, guess), small, guess, count, self.units, reason)

    def relevant(self, failure: Failure, failures: Sequence[Failure], seen: Sequence[Seen]) -> list[Seen]:
        """What a guess has to fit: moderate inputs, and the extreme ones where those alone fail."""
        return [one for one in seen if one.case.level == MODERATE or not failure.moderate]

    def value(self, case: Case, known: Reference, dtype: str) -> tuple[Failure | None, Array | None]:
        """Call the function; what is wrong with its result, if anything, and the result."""
        with self.library.at(dtype):
            given = _given(self.library, case, dtype)
            try:
                result = self.function(*given)
            except Exception as error:
                return Failure("exception", f"it raised {_told(error)} at", dtype, case), None
            try:
                found = self.library.take(result)
            except (TypeError, ValueError, RuntimeError) as error:
                return Failure("shape", f"{error}; at", dtype, case), None
        changed = self._changed(given, case, dtype)
        numbers = found.astype(np.float64)
        if found.shape != known.high.shape:
            message = f"the result has shape {found.shape}, not {known.high.shape}, at"
            return Failure("shape", message, dtype, case, numbers, known.high), numbers
        wrong = self._numbers(numbers, known, dtype, case)
        return wrong or changed or self._precision(result, found, dtype, case), numbers

    def _changed(self, given: Sequence[Any], case: Case, dtype: str) -> Failure | None:
        for argument, before, after in zip(self.target.arguments, case.values, given, strict=True):
            if isinstance(before, np.ndarray):
                now = self.library.take(after)
                if now.shape != before.shape or not np.array_equal(now, before.astype(now.dtype), equal_nan=True):
                    return Failure("modifies its input", f"it changes {argument.name} in place, at", dtype, case)
        return None

    def _precision(self, result: Any, found: Array, dtype: str, case: Case) -> Failure | None:
        floats = any(isinstance(one, np.ndarray) and one.dtype.kind == "f" for one in case.values)
        if not floats or not hasattr(result, "dtype") or found.dtype == np.dtype(dtype):
            return None
        return Failure("precision", f"the result is {found.dtype} where the input is {dtype}, at", dtype, case)

    def _numbers(self, found: Array, known: Reference, dtype: str, case: Case) -> Failure | None:
        limits = np.finfo(dtype)
        eps = float(limits.eps)
        counted = np.isfinite(known.high) & (np.abs(known.high) < float(limits.max))
        error = known.error(found)
        with np.errstate(all="ignore"):
            units = error / (eps * known.scale + 4 * float(limits.tiny))
        wrong = counted & ~(units <= FREE + case.entries)
        self.units[dtype] = max([self.units.get(dtype, 0.0), *units[counted & ~wrong].ravel()])
        if not wrong.any():
            return None
        index = np.unravel_index(np.argmax(np.where(wrong, np.nan_to_num(units, nan=np.inf), -1)), units.shape)
        at = f" in entry {tuple(map(int, index))}" if index else ""
        if not np.isfinite(found[index]):
            message = f"the result is {found[index]}{at} ({dtype}), at"
            return Failure("not a number", message, dtype, case, found, known.high, np.inf)
        size = float(units[index])
        much = f"by {size:.3g} units of rounding" if size < 1 / eps else "in every digit"
        message = f"wrong {much}{at} ({dtype}; {FREE + case.entries} units allowed), at"
        gross = bool(error[index] > np.sqrt(eps) * known.scale[index])
        return Failure("value", message, dtype, case, found, known.high, size, gross)

    def gradients(
        self, dtypes: Sequence[str], wanted: bool, failures: Sequence[Failure]
    ) -> tuple[list[Failure], str, list[tuple[Array, Array]]]:
        """The failures of gradients, whether they were checked, and pairs of found and right gradients."""
        places = [i for i, one in enumerate(self.target.arguments) if one.smooth]
        if not self.library.differentiates:
            return [], f"not checked: {self.library.name} has none", []
        if not self.target.gradient or not places or not wanted:
            return [], "not asked for" if not wanted else "not checked: the target has none", []
        if any(one.moderate and one.what != "precision" for one in failures):
            return [], "not checked: the values are wrong", []
        told: list[Failure] = []
        pairs: list[tuple[Array, Array]] = []
        broken = {id(one.case) for one in failures}
        for place, (case, known) in enumerate(_prepared(self.target.name, self.seed)):
            if id(case) in broken or sum(np.size(case.values[i]) for i in places) > SMOOTH_ENTRIES:
                continue
            weights, right = _prepared_slopes(self.target.name, self.seed, place)
            for dtype in dtypes:
                failure, compared = self.gradient(case, weights, right, known.terms, dtype)
                told += [failure] if failure is not None else []
                pairs += compared
        return told, "checked", pairs

    def gradient(
        self, case: Case, weights: Array, right: dict[int, Slope], terms: float, dtype: str
    ) -> tuple[Failure | None, list[tuple[Array, Array]]]:
        """Compare the gradients at one case."""
        places = list(right)
        with self.library.at(dtype):
            try:
                found = self.library.gradients(self.function, _given(self.library, case, dtype), places, weights)
            except Detached:
                message = "no gradient reaches the arguments (the result is detached), at"
                return Failure("no gradient", message, dtype, case), []
            except Exception as error:
                return Failure("no gradient", f"differentiation raised {_told(error)} at", dtype, case), []
        allowed = (FREE + case.entries) * float(np.finfo(dtype).eps)
        for place, slope in zip(places, found, strict=True):
            name = self.target.arguments[place].name
            true = right[place]
            margin = 4 * allowed * true.scale * (1 + terms)
            with np.errstate(all="ignore"):
                good = (slope >= true.lower - margin) & (slope <= true.upper + margin)
                off = np.fmax(np.abs(slope - true.lower), np.abs(slope - true.upper))
            counted = np.isfinite(true.lower) & (np.abs(true.upper) < float(np.finfo(dtype).max))
            if (counted & ~good).any():
                gross = not np.all(off[counted] <= np.sqrt(np.finfo(dtype).eps) * true.scale[counted])
                message = f"the gradient by {name} is wrong ({dtype}, cotangent {written(weights)}), at"
                return Failure("gradient", message, dtype, case, slope, true.lower, gross=gross), [(slope, true.lower)]
        return None, [(slope, right[place].lower) for place, slope in zip(places, found, strict=True)]

    def smallest(self, failure: Failure) -> Failure:
        """The same kind of failure at a smaller input."""
        latest = failure

        def fails(case: Case) -> bool:
            nonlocal latest
            try:
                again = self.again(case, failure)
            except (ValueError, ZeroDivisionError, OverflowError):
                return False  # the target itself has no value there
            if again is None or again.kind != failure.kind:
                return False
            latest = again
            return True

        shrink(self.target, failure.case, fails, self.attempts)
        return latest

    def again(self, case: Case, failure: Failure) -> Failure | None:
        """What fails at another case in the same precision."""
        known = reference(self.target, case)
        if not np.isfinite(known.high).all():
            return None
        if failure.what in ("gradient", "no gradient"):
            weights = _cotangent(known.high.shape)
            right = slopes(self.target, case, weights)
            return self.gradient(case, weights, right, known.terms, failure.dtype)[0]
        return self.value(case, known, failure.dtype)[0]


def _grave(failure: Failure) -> tuple[bool, int]:
    order = 0 if failure.gross else 2
    if failure.what in ("gradient", "no gradient"):
        order = 1 if failure.gross else 2
    if failure.what in ("modifies its input", "precision"):
        order = 3
    return not failure.moderate and failure.what not in ("modifies its input", "precision"), order


def _verdict(failure: Failure, guess: str | None) -> Verdict:
    if failure.what in ("modifies its input", "precision"):
        return "error"
    if not failure.moderate:
        return "wrong" if guess and failure.what == "value" and failure.gross else "unstable"
    if failure.what in BROKEN:
        return "error"
    return "wrong" if failure.gross else "unstable"


def _told(error: BaseException) -> str:
    words = traceback.format_exception_only(type(error), error)[-1].strip().splitlines()
    return words[0][:200]
