"""Figures: every topic's pictures draw and say what they show; equal runs write equal bytes; derivations are set."""

import hashlib
from importlib import import_module
from importlib.util import find_spec

import pytest

from theoremcheck.figures.derivation import derivation_figure, mathtext
from theoremcheck.figures.picture import pictures_of, save
from theoremcheck.theory.claims import Identity
from theoremcheck.theory.judge import check
from theoremcheck.theory.source import equations
from theoremcheck.theory.statements import catalogue, topics

DRAWN = [topic for topic in topics() if find_spec(f"theoremcheck.figures.{topic}")]
PICTURES = {one.name: one for topic in DRAWN for one in pictures_of(import_module(f"theoremcheck.figures.{topic}"))}

FIRST = {name.partition(".")[0]: name for name in reversed(PICTURES)}.values()
"""One picture a topic; the others are drawn twice in the full suite."""

PNG = b"\x89PNG\r\n\x1a\n"


def digests(paths):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FIRST else pytest.mark.slow) for name in PICTURES]
)
def test_a_picture_is_drawn_twice_with_the_same_bytes(name, tmp_path):
    picture = PICTURES[name]
    runs = []
    for run in ("first", "second"):
        out = tmp_path / run
        out.mkdir()
        runs.append(digests(written := save(picture.figure(), out, name)))
    assert runs[0] == runs[1]
    svg, png = sorted(written, key=lambda path: path.suffix, reverse=True)
    assert png.read_bytes().startswith(PNG)
    assert png.stat().st_size > 5_000
    assert svg.read_text(encoding="utf-8").rstrip().endswith("</svg>")


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_leaves_the_figure_and_no_two_labels_overlap(name):
    assert len(PICTURES[name].caption) > 40
    assert PICTURES[name].caption.endswith(".")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = PICTURES[name].figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for axes in figure.axes:
        texts = [text for text in axes.texts if text.get_text()]
        boxes = [text.get_window_extent(renderer) for text in texts]
        legend = axes.get_legend()
        boxes += [legend.get_window_extent(renderer)] if legend else []
        labels = [axes.xaxis.label, axes.yaxis.label, axes.title]
        for box in [*boxes, *(label.get_window_extent(renderer) for label in labels if label.get_text())]:
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= figure.bbox.x1
            assert box.y1 <= figure.bbox.y1
        for i, one in enumerate(boxes):
            assert not any(one.overlaps(other) for other in boxes[:i])


@pytest.mark.parametrize("topic", DRAWN)
def test_every_topic_has_pictures_of_its_own(topic):
    names = [one.name for one in pictures_of(import_module(f"theoremcheck.figures.{topic}"))]
    assert names
    assert all(name.startswith(f"{topic}.") for name in names)


def test_a_derivation_figure_shows_words_steps_verdict_and_correction(tmp_path):
    statement = catalogue()["vae.monte_carlo_elbo"]
    report = check(statement)
    figure = derivation_figure(statement, report)
    shown = [text.get_text() for text in figure.texts]
    assert shown[:2] == ["vae.monte_carlo_elbo", "proved"]
    assert "Equation 525 as printed: refuted" in shown
    assert any("linearity" in text for text in shown)
    assert any(text.startswith("Fails at") for text in shown)
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        out.mkdir()
    again = derivation_figure(statement, report)
    assert digests(save(figure, first, "one")) == digests(save(again, second, "one"))


def test_every_formula_of_a_derivation_is_typeset_and_fits():
    """Formulas that cannot be typeset are shown in a monospaced face: here there are none."""
    statement = catalogue()["vae.evidence_lower_bound"]
    figure = derivation_figure(statement, check(statement))
    assert not [text.get_text() for text in figure.texts if text.get_family() == ["monospace"]]
    formulas = [text for text in figure.texts if text.get_text().startswith("$")]
    assert len(formulas) >= 4
    tops = [text.get_position()[1] for text in figure.texts[2:]]
    assert tops == sorted(tops, reverse=True)


def test_mathtext_keeps_what_it_may_not_touch():
    assert mathtext(r"\left(q \right) \le \int_{0}^{1} f") == r"(q ) \leq \int_{0}^{1} f"
    assert mathtext(r"\left(\frac{a}{b}\right)") == r"\left(\frac{a}{b}\right)"
    assert mathtext(r"\int f") == r"\int\; f"
    assert mathtext(r"\frac1n\tfrac12\mathbf f\frac{a}{b}") == r"\frac{1}{n}\frac{1}{2}\mathbf{f}\frac{a}{b}"


def test_every_printed_equation_can_be_typeset():
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    parser, font = MathTextParser("path"), FontProperties(size=10)
    for row in equations():
        parser.parse(f"${mathtext(row.printed)}$", 72, font)  # raises ValueError where it cannot


def test_a_statement_that_is_not_accepted_says_so():
    from dataclasses import replace

    from sympy import Integer

    statement = catalogue()["vae.monte_carlo_elbo"]
    wrong = replace(statement.theorem, claim=Identity(Integer(0), Integer(1)), derivation=(), printed={})
    false = replace(statement, answers=(), build=lambda: wrong)
    shown = [text.get_text() for text in derivation_figure(false, check(false)).texts]
    assert shown[1] == "not accepted"
    assert any("the claim fails" in text for text in shown)
