"""The table of bounds as one picture: training error, test error and every bound, as n grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..numerics.generalization import MODELS, Reading
from .curves import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION
from .picture import Picture

COLOURS = {
    "spectral": GREY,
    "path norm": ORANGE,
    "Frobenius": PURPLE,
    "Rademacher, l2 ball": SKY,
    "VC": VERMILION,
    "PAC-Bayes": GREEN,
    "PAC-Bayes, blocks": BLUE,
    "test set": "#B79F00",
}
"""One colour a bound, the loosest first."""
TITLES = {"network": "torch network", "linear": "linear classifier"}


def bounds_picture(readings: Sequence[Reading]) -> Picture:
    """The picture of the readings of one data set, a panel a classifier; its name is `bounds_table.` and the data's.

    Raises ValueError where there is no reading, or where they are of several data sets.
    """
    names = {one.data for one in readings}
    if len(names) != 1:
        raise ValueError(f"readings of one data set are drawn, not of {len(names)}")
    present = [model for model in MODELS if any(one.model == model for one in readings)]
    lowest, highest = _range(readings)

    def draw(*axes: Any) -> None:
        for panel, model in zip(axes, present, strict=True):
            _draw_panel(panel, [one for one in readings if one.model == model], lowest, highest)
            panel.set_title(TITLES[model])
        axes[0].set_ylabel("probability of an error, and bounds on it")
        handles = {label: one for panel in axes for one, label in zip(*panel.get_legend_handles_labels(), strict=True)}
        order = [name for name in [*COLOURS, "test error", "training error"] if name in handles]
        axes[0].figure.legend([handles[name] for name in order], order, loc="outside right center")

    caption = f"Errors and bounds of classifiers of {names.pop()}; what lies above 1 says nothing."
    return Picture(f"bounds_table.{readings[0].data}", caption, draw, (2.6 * len(present) + 1.5, 3.2), len(present))


def _range(readings: Sequence[Reading]) -> tuple[float, float]:
    """The range of all values; an error of zero is drawn at the foot."""
    values = [value for one in readings for value in (one.train_error, one.test_error) if value > 0]
    bounds = [bound.computed for one in readings for bound in one.bounds]
    return min([*values, *bounds]) / 2, max([*bounds, 1.0]) * 1.6


def _draw_panel(panel: Any, readings: Sequence[Reading], lowest: float, highest: float) -> None:
    rows = sorted(readings, key=lambda one: one.n)
    at = [one.n for one in rows]
    panel.axhspan(1, highest, color="#EEEEEE", linewidth=0)
    panel.text(0.985, 0.985, "vacuous", transform=panel.transAxes, ha="right", va="top", fontsize=7, color=GREY)
    for name, colour in COLOURS.items():
        found = [(one.n, bound.computed) for one in rows for bound in one.bounds if bound.name == name]
        if found:
            panel.plot(*np.transpose(found), "o-", color=colour, label=name)
    panel.plot(at, [max(one.test_error, lowest) for one in rows], "s-", color="black", label="test error")
    foot = [max(one.train_error, lowest) for one in rows]
    panel.plot(at, foot, "s--", color="black", markerfacecolor="white", label="training error", clip_on=False)
    for one in rows:
        if one.train_error == 0:
            panel.text(one.n * 1.06, lowest * 1.1, "0", fontsize=7)
    panel.set(xscale="log", yscale="log", ylim=(lowest, highest), xlabel="training data $n$")
    panel.set_xticks(at, [str(n) for n in at])
    panel.minorticks_off()
    panel.set_xlim(at[0] / 1.25, at[-1] * 1.25)


__all__ = ["COLOURS", "bounds_picture"]
