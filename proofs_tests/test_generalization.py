"""The generalization report: counted errors, certified ends, PAC-Bayes by blocks on known laws, and the command."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb
from typer.testing import CliRunner

from theoremcheck.figures.bounds_table import COLOURS, bounds_picture
from theoremcheck.interface import generalization as told
from theoremcheck.interface.command import app
from theoremcheck.numerics import block_posteriors, generalization, network_growth, pac_bayes_recipes
from theoremcheck.numerics.certificates import catoni
from theoremcheck.numerics.generalization import Effort, sample, study
from theoremcheck.numerics.intervals import proportion
from theoremcheck.numerics.vc_bounds import vc_bound

TINY = Effort(sizes=1, steps=30, blocks=2, folds=2, draws=50)
MODEST = Effort(sizes=2, steps=40, blocks=2, folds=2, draws=100)


def test_growth_of_thresholds_and_of_planes_is_exact() -> None:
    assert float(network_growth.log_growth((1, 1), 10)) == pytest.approx(math.log(20))
    assert float(network_growth.log_growth((3, 1), 4)) == pytest.approx(4 * math.log(2))
    assert network_growth.parameters((64, 128, 10)) == 65 * 128 + 129 * 10


@pytest.mark.parametrize("sizes", [(1, 1), (2, 1), (1, 2, 1), (1, 3)])
def test_no_network_shows_more_error_patterns_than_are_counted(sizes: tuple[int, ...]) -> None:
    rng, n = np.random.default_rng(3), 6
    x, y = rng.normal(size=(n, sizes[0])), rng.integers(0, max(sizes[-1], 2), n)
    seen = set()
    for _ in range(4_000):
        values = x
        for layer, (rows, columns) in enumerate(pairwise(sizes)):
            values = (np.maximum(values, 0) if layer else values) @ rng.normal(size=(rows, columns))
            values = values + rng.normal(size=columns)
        guess = values.argmax(axis=1) if sizes[-1] > 1 else (values[:, 0] > 0).astype(int)
        seen.add(tuple(guess != y))
    assert math.log(len(seen)) <= float(network_growth.log_growth(sizes, n)) + 1e-12
    assert len(seen) > 6


def test_growth_bound_is_below_the_one_by_dimension_and_above_what_chance_labels_need() -> None:
    assert network_growth.growth_bound(5, 2000, (4, 1), 0.05) <= vc_bound(5, 2000, 5, 0.05, "both")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 2000)  # along the line: the best threshold errs least, and its risk is 1/2
    ones = np.concatenate([[0], np.cumsum(labels)])
    best = int(min((ones + (len(labels) - ones[-1]) - (np.arange(2001) - ones)).min(), 1000))
    assert best < 1000
    assert network_growth.growth_bound(best, 2000, (1, 1), 0.05) > 0.5


@pytest.mark.parametrize(("errors", "m"), [(0, 20), (3, 114), (11, 359), (20, 20)])
def test_the_test_set_bound_is_certified_and_sharp(errors: int, m: int) -> None:
    end = network_growth.exact_test_bound(errors, m, 0.05)

    def tail(p: float) -> Any:
        at = arb(p)
        return sum((math.comb(m, i) * at**i * (1 - at) ** (m - i) for i in range(errors + 1)), arb(0))

    assert end == 1 if errors == m else tail(end) <= 0.05
    assert errors == m or tail(end * (1 - 1e-9)) > 0.05


def coin_learner(data: Any, rng: np.random.Generator) -> Any:
    """The difference of the classes' means as a linear classifier."""
    x, y = data
    away = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)
    return lambda z: z, np.stack([-away, away], axis=1)


def test_block_certificates_of_chance_labels_fail_no_more_often_than_they_may() -> None:
    """Every classifier has risk 1/2 there; the empirical error itself, as a bound, fails in about half of the runs."""
    delta, runs, failed, naive = 0.3, 60, 0, 0
    for run in range(runs):
        rng = np.random.default_rng([5, run])
        train = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
        one = block_posteriors.block_certificate(
            coin_learner, train, train, rng, delta=delta, blocks=2, draws=50, steps=5, folds=2
        )
        failed, naive = failed + (one.bound < 0.5), naive + (one.train_error < 0.5)
    assert proportion(failed, runs, 1e-6, side="lower").low <= delta
    assert proportion(naive, runs, 1e-3, side="lower").low > 0.2


def test_one_block_without_fitting_is_catonis_bound() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    train = rng.normal(size=(400, 2)) + 2 * y[:, None], y
    one = block_posteriors.block_certificate(coin_learner, train, train, rng, steps=0, draws=100)
    assert one.kl == pytest.approx(1e-9)
    share = 0.05 * (1 - block_posteriors.SPENT)
    assert one.bound == catoni(one.train_error_bound, one.kl, 200, share, one.lam)
    assert one.train_error < one.train_error_bound < one.bound < 0.5
    fitted = block_posteriors.block_certificate(coin_learner, train, train, rng, steps=60, draws=100, spread=1.0)
    assert fitted.kl > 1e-3
    assert (one.m, one.first, one.blocks) == (200, 200, 1)


@pytest.fixture(scope="module")
def readings() -> list[generalization.Reading]:
    return list(generalization.report("breast_cancer", effort=MODEST))


def test_a_report_has_every_bound_and_pac_bayes_is_not_vacuous(readings: list[generalization.Reading]) -> None:
    assert [(one.model, one.n) for one in readings] == [
        (model, n) for n in (205, 411) for model in ("network", "linear")
    ]
    for one in readings:
        names = [bound.name for bound in one.bounds]
        assert set(names) == set(COLOURS) - ({"Rademacher, l2 ball"} if one.model == "network" else set())
        assert all(bound.confidence == pytest.approx(0.95) for bound in one.bounds)
        assert all(bound.computed > one.test_error for bound in one.bounds)
        assert one.bound("PAC-Bayes").computed < 0.3
        assert one.tightest.about == "randomized"
        assert all(bound.value <= 1 and bound.vacuous == (bound.computed >= 1) for bound in one.bounds)
    assert readings[-1].bound("VC").computed < 1
    with pytest.raises(KeyError, match="no bound 'Vc': there are VC"):
        readings[0].bound("Vc")


def test_a_reading_depends_on_the_seed_alone() -> None:
    found = sample("breast_cancer", 1)
    first, second = (study(found, "linear", 100, seed=1, effort=TINY) for _ in range(2))
    assert first.bounds == second.bounds
    assert first.bounds != study("breast_cancer", "linear", 100, seed=2, effort=TINY).bounds


def test_data_of_ones_own_with_three_classes() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    one = study(
        (rng.normal(size=(300, 4)) + 3 * np.eye(3, 4)[y], np.array(["a", "b", "c"])[y]), "network", 200, effort=TINY
    )
    assert one.data == "given"
    assert one.bound("PAC-Bayes").computed < 0.5


@pytest.mark.parametrize(
    ("call", "told_so"),
    [
        (lambda: study("digit", "linear", 100), "no data set 'digit': there are digits, breast_cancer"),
        (lambda: study("digits", "tree", 100), "no model 'tree': there are network, linear"),  # type: ignore[arg-type]
        (lambda: study("breast_cancer", "linear", 9_999), "n = 9999: from 40 to 411"),
        (lambda: study("breast_cancer", "linear", 100, delta=0), "alpha = 0 is not strictly"),
        (lambda: generalization.report("iris"), "no data set 'iris'"),
        (lambda: sample((np.ones((50, 2)), np.ones(50))), "50 data are too few"),
        (lambda: network_growth.log_growth((3,), 5), "inputs, hidden widths and outputs"),
        (lambda: network_growth.growth_bound(6, 5, (3, 1), 0.05), "a count from 0 to n = 5"),
        (lambda: bounds_picture([]), "readings of one data set"),
    ],
)
def test_bad_arguments_are_named(call: Any, told_so: str) -> None:
    with pytest.raises(ValueError, match=told_so):
        call()


def test_blocks_that_are_too_small_are_named() -> None:
    data = np.zeros((40, 1)), np.arange(40) % 2
    with pytest.raises(ValueError, match="40 data are too few for a first part and 5 blocks"):
        block_posteriors.block_certificate(coin_learner, data, data, np.random.default_rng(0), blocks=5)
    with pytest.raises(ValueError, match="first_share = 1"):
        block_posteriors.block_certificate(coin_learner, data, data, np.random.default_rng(0), first_share=1)


def test_a_bound_is_never_printed_below_its_value() -> None:
    assert [told.upwards(one) for one in (0.03121, 0.5, 1.0, 1.21, 833.62)] == [
        "0.0313",
        "0.5000",
        "1 (1.0)",
        "1 (1.3)",
        "1 (834)",
    ]


def test_the_picture_holds_every_bound(readings: list[generalization.Reading], tmp_path: Path) -> None:
    figure = bounds_picture(readings).figure()
    labels = {line.get_label() for panel in figure.axes for line in panel.lines}
    assert set(COLOURS) | {"test error", "training error"} <= labels
    assert [text.get_text() for text in figure.legends[0].texts][-1] == "training error"


def test_recipes_in_small() -> None:
    found = {one.name: one for one in pac_bayes_recipes.recipes(sample("breast_cancer"), effort=MODEST)}
    assert list(found) == list(pac_bayes_recipes.RECIPES)
    published = [one.bound for one in found.values() if one.reference]
    assert all(0 < one.bound <= 1 for one in found.values())
    assert min(one.bound for one in found.values() if not one.reference) < min(published)


def test_the_command_writes_tables_and_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generalization, "QUICK", TINY)
    monkeypatch.setattr(pac_bayes_recipes, "RECIPES", dict(list(pac_bayes_recipes.RECIPES.items())[-2:]))
    done = CliRunner().invoke(app, ["generalization", "--out", str(tmp_path / "out"), "--data", "breast_cancer"])
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"bounds.csv", "bounds.md", "recipes.csv"} | {
        f"bounds_table.breast_cancer.{kind}" for kind in ("svg", "png")
    }
    rows = list(csv.DictReader((tmp_path / "out" / "bounds.csv").open(encoding="utf-8")))
    assert len(rows) == 7 + 8
    assert float(rows[0]["confidence"]) == 0.95
    text = (tmp_path / "out" / "bounds.md").read_text(encoding="utf-8")
    assert "| breast_cancer | linear | 411 |" in text
    assert "interrupted" not in text


def test_an_interrupted_command_writes_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readings: list[generalization.Reading]
) -> None:
    def gather(findings: told.Findings, *_: object) -> None:
        findings.readings.append(readings[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(told, "gather", gather)
    done = CliRunner().invoke(app, ["generalization", "--out", str(tmp_path)])
    assert done.exit_code == 130
    assert "interrupted" in (tmp_path / "bounds.md").read_text(encoding="utf-8")


def test_the_data_sets_are_those_that_can_be_loaded() -> None:
    assert told.DATA == generalization.DATA
    done = CliRunner().invoke(app, ["generalization", "--out", "x", "--data", "digit"])
    assert "there is no data set 'digit'; did you mean digits?" in str(done.exception)


def test_what_is_missing_is_named_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(told, "find_spec", lambda name: None if name in ("torch", "matplotlib") else name)
    assert told.missing_extras() == (
        "the generalization report needs torch and matplotlib: pip install 'theoremcheck[torch,figures]'"
    )
    done = CliRunner().invoke(app, ["generalization", "--out", str(tmp_path / "none")])
    assert "needs torch and matplotlib" in str(done.exception)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_in_full_the_certificates_are_tight() -> None:
    found = sample("digits")
    best = study(found, "network", 1438).bound("PAC-Bayes, blocks")
    assert best.computed < 0.05
    bounds = {one.name: one.bound for one in pac_bayes_recipes.recipes(found)}
    assert min(bounds.values()) == min(bounds[name] for name in bounds if "kernel" in name) < 0.04
