"""Implementations put to the test: correct ones pass, every known mistake is rejected and named."""

import doctest
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats
from sympy import Rational

import theoremcheck
from theoremcheck.numerics import implementations
from theoremcheck.numerics.adversarial_inputs import admissible, cases
from theoremcheck.numerics.implementations import assert_implements, verify_implementation
from theoremcheck.numerics.reference_values import plain
from theoremcheck.numerics.smallest_failure import cost
from theoremcheck.numerics.targets import NoSuchTarget, target_named, targets
from theoremcheck.theory.statements import catalogue

torch = pytest.importorskip("torch")
F = torch.nn.functional
normal, kl_divergence = torch.distributions.Normal, torch.distributions.kl_divergence


def stable_bce_gradient(z, y):
    return torch.sigmoid(z) - y


def jacobian_of_softmax(z):
    s = F.softmax(z, 0)
    return torch.diag(s) - torch.outer(s, s)


def softmax_cotangent(z, g):
    return torch.func.vjp(lambda one: F.softmax(one, -1), z)[1](g)[0]


def full_kl(m, sigma):
    law = torch.distributions.MultivariateNormal(m, covariance_matrix=sigma)
    eye = torch.eye(len(m), dtype=m.dtype)
    return kl_divergence(law, torch.distributions.MultivariateNormal(0 * m, covariance_matrix=eye))


def jensen_shannon(p, q):
    m, xlogy = (p + q) / 2, torch.special.xlogy
    return (xlogy(p, p) - xlogy(p, m) + xlogy(q, q) - xlogy(q, m)).sum() / 2


def returns(rewards, gamma):
    found, total = [], 0.0
    for one in rewards.flip(0):
        total = one + gamma * total
        found.append(total)
    return torch.stack(found[::-1])


def double_q(r, online, target, done, gamma):
    best = online.argmax(1, keepdim=True)
    return r + gamma * (1 - done) * target.gather(1, best)[:, 0]


def epsilon_greedy(q, epsilon):
    policy = torch.full_like(q, epsilon / q.shape[1])
    policy[torch.arange(len(q)), q.argmax(1)] += 1 - epsilon
    return policy


def adam(theta, m, v, eta, eps):
    return theta - eta * m / (v.sqrt() + eps)


def moving_average(gradients, beta):
    m = torch.zeros_like(gradients[0])
    for g in gradients:
        m = beta * m + (1 - beta) * g
    return m


def marchenko_pastur(x, q):
    low, high = (1 - math.sqrt(q)) ** 2, (1 + math.sqrt(q)) ** 2
    return np.sqrt(np.clip((high - x) * (x - low), 0, None)) / (2 * np.pi * q * x)


def semicircle(x, radius):
    return 2 * np.sqrt(np.clip((radius - x) * (radius + x), 0, None)) / (np.pi * radius**2)


def mcallester(risk, kl, m, delta):
    return risk + math.sqrt((kl + math.log(2 * math.sqrt(m) / delta)) / (2 * m))


def catoni(risk, kl, m, delta, lam):
    return math.expm1(-lam * risk - (kl - math.log(delta)) / m) / math.expm1(-lam)


def thiemann(risk, kl, m, delta, lam):
    return (risk + (kl + math.log(2 * math.sqrt(m) / delta)) / (m * lam)) / (1 - lam / 2)


def gaussian_divergence(m1, v1, m2, v2):
    return kl_divergence(normal(m1, v1.sqrt()), normal(m2, v2.sqrt())).sum()


def mutual_information(p):
    joint = p / len(p)
    product = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    return np.sum(special.rel_entr(joint, product))


def brier(p, k):
    return ((p - F.one_hot(k, p.shape[1])) ** 2).sum(1).mean()


CORRECT = {
    "feedforward.sigmoid": torch.sigmoid,
    "feedforward.sigmoid_derivative": lambda z: torch.sigmoid(z) * torch.sigmoid(-z),
    "feedforward.tanh": torch.tanh,
    "feedforward.tanh_derivative": lambda z: 4 * special.expit(2 * z) * special.expit(-2 * z),
    "feedforward.relu": F.relu,
    "feedforward.relu_derivative": lambda z: torch.heaviside(z, torch.zeros_like(z)),
    "feedforward.leaky_relu": F.leaky_relu,
    "feedforward.softplus": lambda z: F.softplus(z, threshold=50),
    "feedforward.softmax": lambda z: F.softmax(z, dim=-1),
    "feedforward.softmax_jacobian": jacobian_of_softmax,
    "feedforward.softmax_cotangent": softmax_cotangent,
    "feedforward.affine_layer": F.linear,
    "feedforward.neuron": lambda x, w, b: x @ w + b,
    "feedforward.softmax_temperature": lambda z, t: F.softmax(z / t, dim=-1),
    "losses.mean_squared_error": F.mse_loss,
    "losses.mean_squared_error_gradient": lambda a, y: 2 * (a - y) / len(a),
    "losses.vector_squared_error": lambda a, y: F.mse_loss(a, y, reduction="sum") / len(a),
    "losses.binary_cross_entropy": F.binary_cross_entropy,
    "losses.binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "losses.logit_gradient": stable_bce_gradient,
    "losses.cross_entropy": lambda p, q: -torch.special.xlogy(q, p).sum(1).mean(),
    "losses.probability_gradient": lambda p, q: -q / (len(p) * p),
    "losses.softmax_cross_entropy": F.cross_entropy,
    "losses.softmax_cross_entropy_gradient": lambda z, q: (F.softmax(z, 1) - q) / len(z),
    "losses.squared_error_of_a_sigmoid_gradient": lambda z, y: (
        2 * (torch.sigmoid(z) - y) * torch.sigmoid(z) * torch.sigmoid(-z)
    ),
    "losses.log_sum_exp": lambda z: torch.logsumexp(z, 1),
    "losses.brier_score": brier,
    "losses.label_smoothing": lambda z, k, e: F.cross_entropy(z, k, label_smoothing=e),
    "losses.negative_log_likelihood": lambda y, m, s: -normal(m, s).log_prob(y),
    "losses.l2_penalty": lambda w, lam: lam * w.square().sum(),
    "losses.l2_gradient": lambda w, lam: 2 * lam * w,
    "losses.weight_decay": lambda w, g, eta, lam: w * (1 - 2 * eta * lam) - eta * g,
    "losses.l1_penalty": lambda w, lam: lam * w.abs().sum(),
    "losses.l1_gradient": lambda w, lam: lam * w.sign(),
    "losses.soft_threshold": F.softshrink,
    "gan.jensen_shannon": jensen_shannon,
    "gan.optimal_discriminator": lambda p, q: 1 / (1 + q / p),
    "gan.discriminator_loss": lambda d, f: (
        F.binary_cross_entropy(d, torch.ones_like(d)) + F.binary_cross_entropy(f, torch.zeros_like(f))
    ),
    "gan.discriminator_loss_with_logits": lambda d, f: -F.logsigmoid(d).mean() - F.logsigmoid(-f).mean(),
    "gan.nonsaturating_loss": lambda f: -F.logsigmoid(f).mean(),
    "gan.wasserstein_1d": lambda x, y: np.abs(np.sort(x) - np.sort(y)).mean(),
    "gan.value": lambda d, f: d.log().mean() + torch.log1p(-f).mean(),
    "vae.gaussian_kl": lambda m, s, n, t: kl_divergence(normal(m, s), normal(n, t)),
    "vae.diagonal_kl": lambda m, v: -0.5 * (1 + v - m.square() - v.exp()).sum(1),
    "vae.full_covariance_kl": full_kl,
    "vae.reparametrization": lambda m, s, e: m + s * e,
    "vae.reconstruction_loss": lambda x, y: F.mse_loss(x, y, reduction="none").sum(1),
    "vae.monte_carlo_elbo": lambda a, b, c: (a + b - c).mean(1),
    "vae.importance_weighted_bound": lambda w: torch.logsumexp(w, 1) - math.log(w.shape[1]),
    "statistics.kl_divergence": lambda p, q: F.kl_div(q.log(), p, reduction="sum"),
    "reinforcement.discounted_returns": returns,
    "reinforcement.policy_evaluation_backup": lambda r, p, v, g: r + g * p @ v,
    "reinforcement.optimality_backup": lambda r, p, v, g: (r + g * torch.einsum("sat,t->sa", p, v)).amax(1),
    "reinforcement.action_values": lambda r, p, v, g: r + g * torch.einsum("sat,t->sa", p, v),
    "reinforcement.q_learning_target": lambda r, q, d, g: r + g * (1 - d) * q.amax(1),
    "reinforcement.double_q_target": double_q,
    "reinforcement.epsilon_greedy": epsilon_greedy,
    "reinforcement.dueling": lambda v, a: v[:, None] + a - a.mean(1, keepdim=True),
    "reinforcement.q_learning_update": lambda q, r, n, a, g: torch.lerp(q, r + g * n.amax(1), a),
    "reinforcement.replay_loss": lambda q, k, y: F.mse_loss(q.gather(1, k[:, None])[:, 0], y),
    "reinforcement.constant_return": lambda c, g, n: c * (-math.expm1(n * math.log(g)) / (1 - g)),
    "autodiff.gradient_step": lambda t, g, eta: t - eta * g,
    "autodiff.batch_step": lambda t, g, eta: t - eta * g.mean(0),
    "autodiff.adam_step": adam,
    "autodiff.bias_correction": lambda m, b, t: m / -math.expm1(t * math.log(b)),
    "autodiff.moving_average": moving_average,
    "autodiff.product_adjoint": lambda b, g: g @ b.T,
    "backprop.backward_step": lambda d, w, z: d @ w * (torch.sigmoid(z) * torch.sigmoid(-z)),
    "backprop.weight_gradient": lambda d, a: torch.einsum("nh,nd->hd", d, a) / len(d),
    "backprop.bias_gradient": lambda d: d.mean(0),
    "backprop.squared_output_error": lambda z, y: (torch.sigmoid(z) - y) * torch.sigmoid(z) * torch.sigmoid(-z),
    "statistics.sample_variance": lambda x: torch.var(x),
    "statistics.covariance": lambda x, y: ((x - x.mean()) * (y - y.mean())).mean(),
    "statistics.entropy": lambda p: torch.special.entr(p).sum(),
    "statistics.mutual_information": mutual_information,
    "probability.normal_density": lambda x, m, s: normal(m, s).log_prob(x).exp(),
    "bayes.base_rate": lambda p, s, c: s * p / (s * p + (1 - c) * (1 - p)),
    "random_matrix.marchenko_pastur_density": marchenko_pastur,
    "random_matrix.semicircle_density": semicircle,
    "pac_bayes.mcallester_bound": mcallester,
    "pac_bayes.catoni_bound": catoni,
    "pac_bayes.thiemann_bound": thiemann,
    "pac_bayes.gaussian_divergence": gaussian_divergence,
    "risk.entropic": lambda x, t: (torch.logsumexp(t * x, 0) - math.log(len(x))) / t,
}


def test_each_target_belongs_to_a_statement_and_has_an_implementation_here():
    known = targets()
    assert len(known) >= 80
    assert {one.statement for one in known.values()} <= set(catalogue())
    assert set(CORRECT) == set(known)
    assert all(len(one.mutants) >= 3 for one in known.values())


def as_written(formula):
    """A formula of the tables as a NumPy function."""

    def function(*given):
        found = plain(formula, given)
        if found is None:
            raise ValueError("shapes do not fit")
        return found.astype(next((one.dtype for one in given if getattr(one, "dtype", None) == "float32"), float))

    return function


@pytest.mark.parametrize("name", sorted(CORRECT))
def test_a_correct_implementation_passes_and_every_mistake_is_named(name):
    outcome = verify_implementation(name, CORRECT[name])
    assert outcome.ok, str(outcome)
    assert (outcome.guess, outcome.arguments) == (None, {})
    target = target_named(name)
    slightly = as_written(lambda *given: target.formula(*given) * (1 + 1e-11))
    assert not verify_implementation(name, slightly, library="numpy", dtypes=["float64"], attempts=0).ok
    for mistake, formula in target.mutants.items():
        outcome = verify_implementation(name, as_written(formula), library="numpy", dtypes=["float64"], attempts=0)
        assert not outcome.ok, mistake
        assert outcome.guess == mistake, str(outcome)


MISTAKEN = [
    ("losses.softmax_cross_entropy", lambda z, k: F.cross_entropy(z, k, reduction="sum"), "mean over N forgotten"),
    (
        "losses.softmax_cross_entropy",
        lambda z, k: F.nll_loss(F.log_softmax(z, 0), k),
        "softmax over the samples (axis 0), not the classes",
    ),
    ("losses.softmax_cross_entropy", lambda z, k: F.cross_entropy(F.softmax(z, 1), k), "softmax applied twice"),
    (
        "losses.probability_gradient",
        lambda p, q: (p - q) / len(p),
        "gradient with respect to the logits, not the probabilities",
    ),
    ("feedforward.affine_layer", lambda x, w, b: x @ w + b, "the transposed weights"),
    ("gan.jensen_shannon", lambda p, q: stats.entropy(p, q), "KL(p||q), the mixture forgotten"),
    ("statistics.sample_variance", lambda x: np.var(x), "biased: division by n, not n - 1"),
    ("statistics.entropy", lambda p: stats.entropy(p, base=2), "logarithm base 2, not natural"),
    ("vae.gaussian_kl", lambda m, s, n, t: kl_divergence(normal(n, t), normal(m, s)), "reversed: KL(second || first)"),
    ("reinforcement.discounted_returns", lambda r, g: g * returns(r, g), "discount off by one"),
    ("losses.vector_squared_error", F.mse_loss, "mean over the coordinates too"),
    ("vae.reparametrization", lambda m, s, e: m + (s / 2).exp() * e, "sigma taken for a log-variance"),
    ("losses.l2_gradient", lambda w, lam: 4 * lam * w, "twice the right value"),
    ("losses.log_sum_exp", lambda z: torch.logsumexp(z, 1) + 3, "off by the constant 3"),
    ("losses.logit_gradient", lambda z, y: 3 * (z.sigmoid() - y), None),
]


@pytest.mark.parametrize(("name", "function", "mistake"), MISTAKEN)
def test_mistakes_in_other_words_are_named_too(name, function, mistake):
    outcome = verify_implementation(name, function, dtypes=["float64"])
    assert (outcome.verdict, outcome.guess) == ("wrong", mistake), str(outcome)
    assert outcome.failure.moderate
    assert cost(tuple(outcome.arguments.values())) < 16000
    assert mistake is None or f"looks like: {mistake}" in str(outcome)


NAIVE = [
    ("feedforward.softplus", lambda z: np.log(1 + np.exp(z))),
    ("feedforward.softplus", F.softplus),  # the identity above 20, which is off by 2e-9 there
    ("feedforward.softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)),
    ("feedforward.tanh_derivative", lambda z: 1 - np.tanh(z) ** 2),
    ("losses.softmax_cross_entropy", lambda z, k: F.nll_loss(F.softmax(z, 1).log(), k)),
    ("losses.binary_cross_entropy_with_logits", lambda z, y: F.binary_cross_entropy(z.sigmoid(), y)),
    ("losses.log_sum_exp", lambda z: np.log(np.exp(z).sum(axis=1))),
    ("gan.nonsaturating_loss", lambda f: -f.sigmoid().log().mean()),
    # right in value, with a gradient that is not a number where the branch not taken overflows
    ("feedforward.softplus", lambda z: torch.where(z > 0, z + (-z).exp().log1p(), z.exp().log1p())),
]


@pytest.mark.parametrize(("name", "function"), NAIVE)
def test_naive_formulas_are_unstable_not_wrong(name, function):
    outcome = verify_implementation(name, function, attempts=40)
    assert (outcome.verdict, outcome.guess) == ("unstable", None), str(outcome)


def test_lost_digits_are_no_mistake_of_the_formula():
    outcome = verify_implementation("statistics.sample_variance", lambda x: np.float64(np.var(x, ddof=1) * (1 + 1e-11)))
    assert outcome.verdict == "unstable"
    assert outcome.failure.moderate


def in_place(z):
    z[z < 0] = 0
    return z.copy()


BROKEN = [
    ("feedforward.relu", lambda z: z.no_such_thing, "exception", "AttributeError"),
    ("feedforward.relu", lambda: 1, "exception", "TypeError"),
    ("feedforward.relu", lambda z: np.maximum(z, 0).sum(), "shape", "shape ()"),
    ("feedforward.relu", lambda z: None, "shape", "returned None"),
    ("feedforward.relu", lambda z: (np.maximum(z, 0), 1), "shape", "returned a tuple"),
    ("feedforward.relu", lambda z: "text", "shape", "returned a str"),
    ("feedforward.relu", lambda z: z / 0, "not a number", ""),
    ("feedforward.relu", lambda z: np.maximum(z, 0).astype(float), "precision", "float64 where the input is float32"),
    ("feedforward.relu", in_place, "modifies its input", "changes z in place"),
    ("feedforward.relu", lambda z: F.relu(z.detach()), "no gradient", "detached"),
    (
        "gan.jensen_shannon",  # 0 log 0
        lambda p, q: ((p * (2 * p / (p + q)).log()) + (q * (2 * q / (p + q)).log())).sum() / 2,
        "not a number",
        "nan",
    ),
]


@pytest.mark.parametrize(("name", "function", "what", "told"), BROKEN)
def test_what_goes_wrong_in_the_function_is_reported(name, function, what, told):
    outcome = verify_implementation(name, function)
    assert outcome.verdict == "error"
    assert outcome.failure.what == what
    assert told in str(outcome)
    assert "Traceback" not in str(outcome)


class WrongBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return z.sigmoid()

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        return -grad * z.sigmoid() * (-z).sigmoid()


def test_a_wrong_gradient_is_found_though_the_values_are_right():
    outcome = verify_implementation("feedforward.sigmoid", WrongBackward.apply, library="torch")
    assert (outcome.verdict, outcome.guess, outcome.failure.what) == ("wrong", "sign", "gradient")
    assert outcome.arguments["z"].tolist() == [0.0]
    assert outcome.failure.found == pytest.approx(-0.25)
    assert verify_implementation("feedforward.sigmoid", WrongBackward.apply, library="torch", gradients=False).ok


def test_the_failing_input_is_small():
    outcome = verify_implementation("losses.mean_squared_error", lambda a, y: ((a - y) ** 2).sum())
    assert {name: value.tolist() for name, value in outcome.arguments.items()} in (
        {"prediction": [0.0, 0.0], "target": [0.0, 1.0]},
        {"prediction": [0.0, 0.0], "target": [1.0, 0.0]},
        {"prediction": [0.0, 1.0], "target": [0.0, 0.0]},
        {"prediction": [1.0, 0.0], "target": [0.0, 0.0]},
    )
    assert (float(outcome.failure.found), float(outcome.failure.expected)) == (1.0, 0.5)


def test_the_seed_decides_the_inputs():
    target = target_named("losses.softmax_cross_entropy")

    def inputs(seed):
        return [np.concatenate([np.ravel(v) for v in case.values]).tolist() for case in cases(target, seed)]

    assert inputs(3) == inputs(3) != inputs(4)
    told = [str(verify_implementation(target.name, MISTAKEN[0][1], rng=np.random.default_rng(5))) for _ in range(2)]
    assert told[0] == told[1]


@pytest.mark.parametrize("name", sorted(CORRECT))
def test_inputs_lie_in_their_domains(name):
    target = target_named(name)
    for case in cases(target, 1):
        for argument, value in zip(target.arguments, case.values, strict=True):
            assert admissible(argument, value, case.values, target), (argument, case.flavour)
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                assert np.array_equal(value, value.astype(np.float32))


def test_names():
    assert target_named("vae.diagonal_kl") is target_named("vae.diagonal_kl")
    assert target_named("feedforward.sigmoid_function").name == "feedforward.sigmoid"
    with pytest.raises(NoSuchTarget, match=r"did you mean losses\.softmax_cross_entropy"):
        verify_implementation("losses.softmax_crossentropy", F.cross_entropy)
    with pytest.raises(NoSuchTarget, match=r"softmax_cross_entropy, losses\.softmax_cross_entropy_gradient"):
        verify_implementation("losses.softmax_gradient", F.cross_entropy)
    with pytest.raises(NoSuchTarget, match="lists them"):
        verify_implementation("qqqqqqqq", F.cross_entropy)
    with pytest.raises(ValueError, match="one of numpy, torch, jax"):
        verify_implementation("feedforward.relu", F.relu, library="keras")
    with pytest.raises(ValueError, match="float16"):
        verify_implementation("feedforward.relu", F.relu, dtypes=["float16"])
    with pytest.raises(TypeError, match="not a str"):
        verify_implementation("feedforward.relu", "relu")


def test_the_library_is_found_out():
    found = {
        "numpy": [np.tanh, lambda z: np.tanh(z), lambda z: 1 - 2 / (np.e ** (2 * z) + 1)],
        "torch": [torch.tanh, torch.nn.Tanh(), lambda z: z.tanh(), lambda z: CORRECT["feedforward.tanh"](z)],
    }
    for library, functions in found.items():
        for function in functions:
            assert verify_implementation("feedforward.tanh", function, attempts=0).library == library


def test_the_example_of_the_module():
    assert doctest.testmod(implementations).attempted >= 3
    assert doctest.testmod(implementations).failed == 0


def test_as_an_assertion():
    theoremcheck.assert_implements("losses.softmax_cross_entropy", F.cross_entropy)
    assert theoremcheck.verify_implementation is verify_implementation
    with pytest.raises(AssertionError, match="looks like: half of it"):
        assert_implements("losses.mean_squared_error", lambda a, y: F.mse_loss(a, y) / 2)


def test_outcomes_are_plain_data():
    outcome = verify_implementation("losses.mean_squared_error", lambda a, y: F.mse_loss(a, y) / 2)
    told = json.loads(json.dumps(outcome.to_json()))
    assert told["looks_like"] == "half of it"
    assert told["failure"]["dtype"] == "float64"
    assert set(told["failure"]["input"]) == {"prediction", "target"}
    assert json.loads(json.dumps(verify_implementation("feedforward.relu", F.relu).to_json()))["failure"] is None


def test_the_reference_is_the_textbook_form_to_the_last_place():
    """Against mpmath, on inputs where double precision has no digit left."""
    from mpmath import mp

    with mp.workdps(60):
        for name, value in (("feedforward.softplus", -700.0), ("feedforward.sigmoid", -300.0)):
            exact = mp.log1p(mp.exp(value)) if "softplus" in name else 1 / (1 + mp.exp(-value))
            found = plain(target_named(name).formula, (np.array([value]),))
            assert found[0] == float(exact)


OWN = {
    "vae.gaussian_kl": "mu sigma mu0 sigma0",
    "autodiff.gradient_step": "theta g eta",
    "autodiff.adam_step": "theta m v eta epsilon",
    "autodiff.bias_correction": "m_t beta t",
    "probability.normal_density": "x mu sigma",
    "feedforward.sigmoid": "z",
    "feedforward.tanh": "z",
    "feedforward.relu": "z",
    "feedforward.leaky_relu": "z alpha",
}
"""Targets whose statement has the formula as an expression, with its symbols in the order of the arguments."""


@pytest.mark.parametrize("name", sorted(OWN))
def test_the_formula_is_that_of_the_statement(name):
    target = target_named(name)
    claim = catalogue()[target.statement].claim
    expression = claim.value if hasattr(claim, "value") else claim.rhs
    symbols = {str(one): one for one in expression.free_symbols}
    rng = np.random.default_rng(len(name))
    for _ in range(5):
        numbers = [int(k) for k in rng.integers(1, 64, len(target.arguments))]
        kinds = [one.kind for one in target.arguments]
        point = [Rational(k, {"unit": 64, "count": 1}.get(kind, 16)) for k, kind in zip(numbers, kinds, strict=True)]
        given = [
            np.array([float(v)]) if one.axes else int(v) if one.kind == "count" else float(v)
            for one, v in zip(target.arguments, point, strict=True)
        ]
        exact = expression.subs(dict(zip((symbols[word] for word in OWN[name].split()), point, strict=True)))
        assert plain(target.formula, tuple(given))[0] == pytest.approx(float(exact.evalf(30)), rel=1e-15)


IN_JAX = """
import jax
from theoremcheck import verify_implementation

outcome = verify_implementation("losses.l2_penalty", jax.jit(lambda w, lam: lam * (w * w).sum()), library="jax")
assert outcome.ok, str(outcome)
assert outcome.gradient == "checked"

def half(z):
    return jax.numpy.maximum(z, 0) / 2

outcome = verify_implementation("feedforward.relu", half, dtypes=["float32"], attempts=20)
assert (outcome.library, outcome.verdict, outcome.guess) == ("jax", "wrong", "half the right value")
"""


def test_in_jax():
    pytest.importorskip("jaxlib")  # a process of its own: JAX's threads and the forks of other tests do not go together
    done = subprocess.run([sys.executable, "-c", IN_JAX], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
