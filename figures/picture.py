"""A picture is a named function of a matplotlib figure; saving it twice gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

COLOURS = {
    "holds": "#009E73",
    "definition": "#56B4E9",
    "informal": "#CC79A7",
    "holds-if": "#E69F00",
    "refuted": "#D55E00",
    "ill-posed": "#7A3B00",
    "open": "#DDDDDD",
}
"""One colour a verdict, from a palette that colour-blind readers can tell apart."""


@dataclass(frozen=True)
class Picture:
    """One figure of a topic: its name, what it shows, its size in inches and the function that draws it.

    axes: how many panels stand side by side; draw gets the Axes (one, or a list of them).
    """

    name: str
    caption: str
    draw: Callable[..., None]
    size: tuple[float, float]
    panels: int

    def figure(self) -> Any:
        """The drawn matplotlib figure, in the house style."""
        import matplotlib.style
        from matplotlib.figure import Figure

        with matplotlib.style.context(str(files(__package__).joinpath("house.mplstyle"))):
            figure = Figure(figsize=self.size, layout="constrained")
            axes = [figure.add_subplot(1, self.panels, i + 1) for i in range(self.panels)]
            self.draw(*axes)
            figure.canvas.draw()
        return figure


def picture(size: tuple[float, float] = (3.5, 2.6), panels: int = 1) -> Callable[[Callable[..., None]], Picture]:
    """Mark a function of `panels` Axes as a picture of its topic; its docstring is the caption."""

    def mark(draw: Callable[..., None]) -> Picture:
        topic = draw.__module__.rpartition(".")[2]
        caption = " ".join((draw.__doc__ or "").split())
        if not caption:
            raise ValueError(f"{topic}.{draw.__name__}: the docstring must say what the picture shows")
        return Picture(f"{topic}.{draw.__name__}", caption, draw, size, panels)

    return mark


def pictures_of(module: ModuleType) -> list[Picture]:
    """The pictures that a module defines, in its order."""
    return [one for one in vars(module).values() if isinstance(one, Picture)]


def save(figure: Any, out: Path, name: str) -> list[Path]:
    """Write the figure as SVG and PNG with no date in it; the paths written."""
    import matplotlib.style

    written = []
    with matplotlib.style.context(str(files(__package__).joinpath("house.mplstyle"))):
        for suffix, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
            path = out / f"{name}.{suffix}"
            figure.savefig(path, metadata=metadata)
            written.append(path)
    return written
