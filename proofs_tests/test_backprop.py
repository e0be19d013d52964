"""Backpropagation: every statement accepted, 28 numbers judged, gradients right entry by entry on random networks."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Matrix, Rational

from theoremcheck.numerics import backprop as numerics
from theoremcheck.numerics import network_gradients as gradients
from theoremcheck.numerics.measured import run
from theoremcheck.numerics.measurement import measurements
from theoremcheck.theory import backprop, written_networks
from theoremcheck.theory.judge import check
from theoremcheck.theory.statements import statements_of

STATEMENTS = {one.name.partition(".")[2]: one for one in statements_of(backprop)}
MEASUREMENTS = {one.key: one for one in measurements(numerics)}
DEFINITIONS = (183, 199, 226, 227, 229, 230, 231, 238, 239, 242, 243)
VERDICTS = {
    **dict.fromkeys(DEFINITIONS, "definition"),
    **dict.fromkeys((196, 197, 204, 228, 232, 233, 234, 236, 237, 244, 245), "holds"),
    184: "holds-if",
    185: "refuted",
    198: "holds-if",
    235: "ill-posed",
    246: "refuted",
    247: "refuted",
}
AT_SIZES = {"written_out", "counted_cost"}

report = cache(lambda name: check(STATEMENTS[name]))


@pytest.mark.slow  # the main job checks every statement, and the ledger's picture every verdict
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_is_proved_and_its_mutants_are_rejected(name):
    found = report(name)
    assert (found.problems, found.strength) == ([], "proved at sizes" if name in AT_SIZES else "proved")
    assert any(mutant.rejected for mutant in found.mutants)
    verdicts = {number: one.verdict for number, one in found.printed.items()}
    assert verdicts == {str(number): VERDICTS[number] for number in STATEMENTS[name].answers}


def test_every_number_is_answered_once():
    answered = [number for one in STATEMENTS.values() for number in one.answers]
    assert sorted(answered) == sorted(VERDICTS) == list(backprop.EQUATIONS)


def test_the_shape_of_the_transpose_in_235_is_what_is_wrong():
    told = report("backward_step").printed["235"].answer
    assert told["answer"] == "fails"
    assert "rows" in told["counterexample"]["left"]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("key", MEASUREMENTS)
def test_the_measurement_agrees(key, seed):
    found = run(MEASUREMENTS[key], run_seed=seed)
    assert (found.problems, found.status) == ([], "measured")


def test_every_statement_is_measured():
    assert {one.statement.partition(".")[2] for one in MEASUREMENTS.values()} == set(STATEMENTS)


@st.composite
def networks(draw):
    """Networks of up to five layers and nine units a layer, any activations, either loss."""
    widths = draw(st.lists(st.integers(1, 9), min_size=2, max_size=6))
    names = draw(st.lists(st.sampled_from(sorted(gradients.ACTIVATIONS)), min_size=len(widths) - 1, max_size=5))
    samples, loss = draw(st.integers(1, 5)), draw(st.sampled_from(["squared", "softmax"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    targets = rng.standard_normal((widths[-1], samples))
    if loss == "softmax":
        targets = np.eye(widths[-1])[:, rng.integers(0, widths[-1], samples)]
    return gradients.network(
        rng, widths, names[: len(widths) - 1], targets, loss, draw(st.sampled_from([0.3, 1.0, 2.0]))
    )


@settings(derandomize=True, max_examples=40, deadline=None)
@given(networks())
def test_recursion_autograd_and_complex_steps_agree_entry_by_entry(net):
    reference = gradients.complex_step(net)
    assert gradients.disagreement(net, gradients.backward(net), reference) <= 1
    assert gradients.disagreement(net, gradients.by_torch(net), reference) <= 1


@settings(derandomize=True, max_examples=25, deadline=None)
@given(networks())
def test_central_differences_agree_to_their_own_accuracy(net):
    """Truncation and cancellation leave about 2/3 of the digits: each entry within 1e-7 of the largest loss slope."""
    found = gradients.central_differences(net, 1e-5)
    size = 1 + float(gradients.loss(net)) + max(np.abs(one).max() for one in gradients.backward(net))
    for one, other in zip(found, gradients.backward(net), strict=True):
        assert np.abs(one - other).max() <= 1e-7 * size**3


@settings(derandomize=True, max_examples=25, deadline=None)
@given(networks())
def test_errors_are_the_derivatives_by_the_preactivations(net):
    found, bounds = gradients.by_torch(net, "errors"), numerics.bounds_of_errors(net)
    for one, other, bound in zip(gradients.errors(net), found, bounds, strict=True):
        assert bool((np.abs(one - other) <= bound).all())


@cache
def thousand():
    rng = np.random.default_rng(7)
    targets = rng.standard_normal((6, 5))
    net = gradients.network(rng, [20, 25, 16, 6], ["tanh", "sigmoid", "sin"], targets)
    return net, gradients.complex_step(net), gradients.rounding(net)


def corrupted(gradient, index, relative):
    """The gradient with one entry of all made wrong."""
    flat = np.concatenate([one.ravel() for one in gradient])
    flat[index] *= 1 + relative
    ends = np.cumsum([one.size for one in gradient])[:-1]
    return [part.reshape(one.shape) for part, one in zip(np.split(flat, ends), gradient, strict=True)]


def test_every_single_entry_of_a_thousand_is_rejected_when_it_is_off_by_1e_8():
    net, reference, bounds = thousand()
    right = gradients.backward(net)
    size = sum(one.size for one in right)
    assert size > 1000
    assert gradients.disagreement(net, right, reference, bounds) <= 1
    assert gradients.detectable(net).max() < 1e-8
    for index in range(size):
        for relative in (1e-8, -1e-8):
            assert gradients.disagreement(net, corrupted(right, index, relative), reference, bounds) > 1


def test_half_of_the_entries_are_rejected_when_they_are_off_by_1e_11():
    net, reference, bounds = thousand()
    right = gradients.backward(net)
    size = sum(one.size for one in right)
    caught = [
        gradients.disagreement(net, corrupted(right, index, 1e-11), reference, bounds) > 1 for index in range(size)
    ]
    assert np.mean(caught) > 0.5


def test_gradcheck_accepts_what_is_rejected_here():
    """torch.autograd.gradcheck at its defaults passes a gradient with an entry that is wrong by a thousandth."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.sin(x).sum()

        @staticmethod
        def backward(ctx, above):
            (x,) = ctx.saved_tensors
            slope = torch.cos(x)
            slope[3] *= 1.0009
            return above * slope

    x = torch.linspace(-1, 1, 1000, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Wrong.apply, (x,))
    net, reference, bounds = thousand()
    assert gradients.disagreement(net, corrupted(gradients.backward(net), 3, 9e-4), reference, bounds) > 1e5


def test_the_comparison_finds_the_approximation_in_torchs_softplus(monkeypatch):
    rng = np.random.default_rng(3)
    net = gradients.network(rng, [3, 2], ["softplus"], rng.standard_normal((2, 1)))
    net = net.at([net.weights[0], np.array([21.0, 22.0])])
    assert gradients.disagreement(net, gradients.by_torch(net)) <= 1
    default = {**gradients.torch_activations(), "softplus": torch.nn.functional.softplus}
    monkeypatch.setattr(gradients, "torch_activations", lambda: default)
    assert gradients.disagreement(net, gradients.by_torch(net)) > 1000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_is_rejected(bad):
    net, reference, bounds = thousand()
    found = [one.copy() for one in gradients.backward(net)]
    found[1][0] = bad
    assert gradients.disagreement(net, found, reference, bounds) == np.inf


def test_a_gradient_of_another_shape_is_refused():
    net, reference, _ = thousand()
    with pytest.raises(ValueError, match="a gradient of shape"):
        gradients.disagreement(net, [one.T for one in gradients.backward(net)], reference)


def test_a_network_by_hand():
    """One hidden unit with z + z^2: J = (w2 (z + z^2) - 1)^2 / 2 at z = 2, w2 = 1/2, identity-like slope on top."""
    square = written_networks.square(1), written_networks.square(1, 1)
    line = (lambda z: z), (lambda z: 1)
    layers = [
        written_networks.Layer(Matrix([[2]]), Matrix([[0]]), *square),
        written_networks.Layer(Matrix([[Rational(1, 2)]]), Matrix([[0]]), *line),
    ]
    (W1, b1), (W2, b2) = written_networks.gradients(layers, Matrix([[1]]), Matrix([[1]]))
    assert [one[0, 0] for one in (W2, b2, W1, b1)] == [12, 2, 5, 5]


@pytest.mark.parametrize("widths", [(1, 1), (3, 2), (4, 3, 2), (2, 5, 3, 4)])
@pytest.mark.parametrize("samples", [1, 3])
def test_counted_costs_are_those_of_torch(widths, samples):
    for inputs in (False, True):
        assert written_networks.multiply_adds(widths, samples, inputs) == numerics.counted_by_torch(
            widths, samples, inputs
        )
