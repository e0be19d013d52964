"""Losses on finitely many outcomes, in exact rational arithmetic: value at risk, conditional value at risk, and others.

>>> law = LossLaw.of([0, 0, 100], ["9/10", "1/20", "1/20"])
>>> law.value_at_risk("0.9"), law.conditional_value_at_risk("0.9"), law.tail_mean("0.9")
(Fraction(0, 1), Fraction(50, 1), Fraction(5, 1))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

Number = int | float | str | Fraction
ONE, ZERO = Fraction(1), Fraction(0)
ROUNDED = Fraction(1, 10**9)
"""How far probabilities that are no counts may add up to another number than one and still be a rounded law."""


def written(value: Any, what: str) -> Fraction:
    """The rational number that was written: a float stands for the decimal it prints as, so 0.9 is 9/10.

    Raises ValueError for what is no finite number.
    """
    try:
        if isinstance(value, Fraction | int | str):
            return Fraction(value)
        return Fraction(repr(float(value)))
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise ValueError(
            f"{what} is {value!r}, not a finite number such as 0.95, '19/20' or Fraction(19, 20)"
        ) from None


def exactly(value: Any, what: str) -> Fraction:
    """The rational number that a value is, a float in binary; raises ValueError for what is no finite number."""
    try:
        if isinstance(value, Fraction | int | str):
            return Fraction(value)
        return Fraction(float(value))
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{what} is {value!r}, not a finite number") from None


def checked_level(level: Any) -> Fraction:
    """The confidence level as a fraction; raises ValueError unless it lies strictly between 0 and 1."""
    found = written(level, "the level")
    if not 0 < found < 1:
        raise ValueError(f"the level {level!r} is not strictly between 0 and 1: 0.95 means the worst 5 per cent")
    return found


def probabilities(weights: Sequence[Any] | None, count: int) -> list[Fraction]:
    """Weights as probabilities: whole numbers are counts, others must add up to one; equal ones where None is given.

    Raises ValueError where their number is another than `count`, one is negative, or the sum is not one.
    """
    if weights is None:
        return [Fraction(1, count)] * count
    found = [written(w, f"weight {k}") for k, w in enumerate(weights)]
    if len(found) != count:
        raise ValueError(f"there are {count} losses and {len(found)} weights: give one weight a loss")
    for k, weight in enumerate(found):
        if weight < 0:
            raise ValueError(f"weight {k} is {weights[k]!r}: probabilities and counts are not negative")
    total = sum(found, ZERO)
    counts = all(weight.denominator == 1 for weight in found)
    if total == 0 or not (counts or abs(total - 1) <= ROUNDED):
        raise ValueError(f"the weights add up to {float(total):.10g}: give probabilities that add up to 1, or counts")
    return [weight / total for weight in found]


@dataclass(frozen=True)
class LossLaw:
    """The law of a loss: its values in increasing order, each with positive probability. Made by `of`."""

    values: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]

    @classmethod
    def of(cls, losses: Sequence[Any], weights: Sequence[Any] | None = None) -> LossLaw:
        """The law of the losses under the weights; equal weights where none are given.

        Weights are counts (whole numbers) or probabilities that add up to one. Raises ValueError where a number is no
        number, there are no losses, or the weights do not fit.
        """
        if len(losses) == 0:
            raise ValueError("there are no losses: give at least one")
        values = [exactly(loss, f"loss {k}") for k, loss in enumerate(losses)]
        masses: dict[Fraction, Fraction] = {}
        for value, weight in zip(values, probabilities(weights, len(values)), strict=True):
            if weight:
                masses[value] = masses.get(value, ZERO) + weight
        ordered = sorted(masses)
        return cls(tuple(ordered), tuple(masses[value] for value in ordered))

    @property
    def mean(self) -> Fraction:
        """The expected loss."""
        return sum((w * x for w, x in zip(self.weights, self.values, strict=True)), ZERO)

    @property
    def variance(self) -> Fraction:
        """The expected squared distance from the mean."""
        return sum((w * (x - self.mean) ** 2 for w, x in zip(self.weights, self.values, strict=True)), ZERO)

    def chance(self, at_most: Number) -> Fraction:
        """The distribution function: the probability of a loss of at most that much."""
        top = exactly(at_most, "the threshold")
        return sum((w for w, x in zip(self.weights, self.values, strict=True) if x <= top), ZERO)

    def value_at_risk(self, level: Number) -> Fraction:
        """The smallest l with P(L <= l) >= level."""
        goal = checked_level(level)
        return next(x for x, up_to in zip(self.values, accumulate(self.weights), strict=True) if up_to >= goal)

    def upper_value_at_risk(self, level: Number) -> Fraction:
        """The largest l with P(L < l) <= level: the right end of the interval of quantiles."""
        goal = checked_level(level)
        return next(x for x, up_to in zip(self.values, accumulate(self.weights), strict=True) if up_to > goal)

    def shortfall(self, threshold: Fraction) -> Fraction:
        """The expected excess E max(L - threshold, 0)."""
        return sum((w * (x - threshold) for w, x in zip(self.weights, self.values, strict=True) if x > threshold), ZERO)

    def tail_cost(self, threshold: Fraction, level: Number) -> Fraction:
        """What Rockafellar and Uryasev minimize: threshold + E max(L - threshold, 0)/(1 - level)."""
        return threshold + self.shortfall(threshold) / (1 - checked_level(level))

    def conditional_value_at_risk(self, level: Number) -> Fraction:
        """The mean of the worst share 1 - level of the outcomes, an atom on its edge divided."""
        return self.tail_cost(self.value_at_risk(level), level)

    def tail_mean(self, level: Number) -> Fraction:
        """E[L | L >= VaR]: the whole atom at the value at risk is counted in."""
        edge = self.value_at_risk(level)
        kept = [(w, x) for w, x in zip(self.weights, self.values, strict=True) if x >= edge]
        return sum((w * x for w, x in kept), ZERO) / sum((w for w, _ in kept), ZERO)

    def worst_density(self, level: Number) -> tuple[Fraction, ...]:
        """A density q <= 1/(1 - level) under which the mean loss is the conditional value at risk: one for each value.

        It is 1/(1 - level) above the value at risk, 0 below, and what is left at it.
        """
        beta, edge = 1 - checked_level(level), self.value_at_risk(level)
        above = 1 - self.chance(edge)
        share = (beta - above) / (beta * self.weights[self.values.index(edge)])
        return tuple(1 / beta if x > edge else share if x == edge else ZERO for x in self.values)
