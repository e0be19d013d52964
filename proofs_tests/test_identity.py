"""A statement as an object to import: found by name, number and words, and translated to NumPy, torch and JAX."""

import importlib.util
import math
import os
import re
import subprocess
import sys
import zlib
from collections import Counter
from functools import cache

import numpy as np
import pytest
import sympy as sp
from sympy.core.function import UndefinedFunction
from sympy.matrices.expressions.matexpr import MatrixElement

import theoremcheck
from theoremcheck.theory import matrix_nodes as nodes
from theoremcheck.theory.bibliography import entries, read
from theoremcheck.theory.claims import Definition, Identity, Inequality, MatrixIdentity
from theoremcheck.theory.lookup import NoSuchStatement
from theoremcheck.theory.measures import integral
from theoremcheck.theory.stable_errors import RULES, worst
from theoremcheck.theory.stable_forms import stable
from theoremcheck.theory.stable_nodes import NODES, LogDet
from theoremcheck.theory.statements import catalogue
from theoremcheck.theory.symbols import (
    Pointwise,
    density,
    domain_of,
    function,
    integer,
    positive,
    probability,
    reals,
    typical_range,
)
from theoremcheck.theory.translation import NoNumericForm, parts, translate
from theoremcheck.theory.vae import gaussian_kl

x, y, z = reals("x y z")
r, t = positive("r"), probability("t")
logits, q = function("z"), density("q")
BATCH, POINTS = 40, 6


ALONE = "THEOREMCHECK_TEST_JAX"


def imported(library):
    """The array library; JAX only in a process of its own, for its threads and the forks of the judge do not mix."""
    if library == "jax" and ALONE not in os.environ:
        pytest.skip("run by test_jax_in_a_process_of_its_own")
    return pytest.importorskip(library)


def made(expr, library="numpy", **options):
    kind = MatrixIdentity if getattr(expr, "is_Matrix", False) or expr.has(sp.MatrixSymbol) else Identity
    return translate(kind(expr, expr), library, **options)


# ------------------------------------------------------------------------------------------------ the object


def test_identity_is_the_topics_own_object():
    assert theoremcheck.identity("vae.gaussian_kl") is theoremcheck.theory.vae.gaussian_kl is gaussian_kl
    assert theoremcheck.identity("gaussian_kl") is gaussian_kl


def test_what_a_statement_knows_of_itself():
    mu, mu0, sigma, sigma0 = gaussian_kl.symbols
    assert gaussian_kl.domains[sigma].lower == 0
    assert [str(fact) for fact in gaussian_kl.assumptions] == [
        "Contains(mu, Reals)",
        "Contains(mu0, Reals)",
        "sigma > 0",
        "sigma0 > 0",
    ]
    assert isinstance(gaussian_kl.lhs, sp.Integral)
    assert gaussian_kl.rhs.free_symbols == {mu, mu0, sigma, sigma0}
    assert gaussian_kl._repr_latex_() == f"${gaussian_kl.latex()}$"
    assert "kingma2014" in gaussian_kl.keys
    first = gaussian_kl.references[gaussian_kl.keys.index("kingma2014")]
    assert str(first).startswith("@inproceedings{kingma2014,")
    assert "Welling" in first.fields["author"]
    derived = theoremcheck.identity("vae.principal_subspace")
    assert len(derived.derivation) == 4
    assert derived.derivation[0].reason == "complete the square"


def test_joint_conditions_and_integers_are_among_the_assumptions():
    n = integer("n", least=1)
    one = theoremcheck.theory.statements.Statement(
        "toy.s", "Words.", (), (), (), lambda: theoremcheck.theory.statements.Theorem(Identity(n, n, where=(x < y,)))
    )
    assert {"n >= 1", "Contains(n, Integers)", "x < y", "Contains(x, Reals)"} == {
        str(a) for a in one.assumptions if str(a) != "Contains(y, Reals)"
    }


def test_check_is_the_judges():
    report = theoremcheck.identity("losses.log_sum_exp").check()
    assert report.accepted
    assert report.mutants


def test_a_bibliography_entry_keeps_inner_braces():
    (found,) = read('@book{k1, title = {A {B} c}, year = 1999, note = "q"}\n@string{a = {b}}')
    assert found.fields == {"title": "A {B} c", "year": "1999", "note": "q"}
    with pytest.raises(ValueError, match="never closed"):
        list(read("@book{k1, title = {A"))


def test_the_bibliography_agrees_with_pybtex():
    database = pytest.importorskip("pybtex.database")
    path = theoremcheck.theory.bibliography.files("theoremcheck.theory").joinpath("references.bib")
    other = database.parse_file(str(path)).entries
    assert set(other) == set(entries())
    for key, one in entries().items():
        assert one.fields.get("title") == other[key].fields.get("title")


# ------------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("vae.gaussian_lk", "vae.gaussian_kl"),
        ("gausian_kl", "vae.gaussian_kl"),
        ("softmax_jacobain", "softmax_jacobian"),
    ],
)
def test_an_unknown_name_gets_the_nearest(wrong, hint):
    with pytest.raises(NoSuchStatement, match=hint):
        theoremcheck.identity(wrong)


def test_by_number():
    found = theoremcheck.equation(522)
    assert [one.name for one in found] == ["vae.evidence_lower_bound"]
    assert found.source.section == "9.3"
    row = found.entry()
    assert row.equation == "522"
    assert row.verdict == "holds"
    assert row.strength == "proved"
    assert theoremcheck.equation("522").statements == found.statements
    with pytest.raises(NoSuchStatement, match="no equation 714: numbers are 1 to 713"):
        theoremcheck.equation(714)
    with pytest.raises(NoSuchStatement, match="did you mean BT3"):
        theoremcheck.equation("bt3")


def test_by_words():
    names = [one.name for one in theoremcheck.search("jensen")]
    assert names
    assert all("jensen" in f"{n} {catalogue()[n].words} {catalogue()[n].references}".lower() for n in names)
    assert theoremcheck.search("gaussian kl")[0] is gaussian_kl
    assert gaussian_kl in theoremcheck.search("Kingma Bayes divergence")
    with pytest.raises(NoSuchStatement, match=r"did you mean.*jensen"):
        theoremcheck.search("jenssen")
    with pytest.raises(NoSuchStatement, match="together"):
        theoremcheck.search("kingma eigenvalue jensen")
    with pytest.raises(NoSuchStatement, match="no word"):
        theoremcheck.search("  ?")


def test_importing_stays_light():
    code = (
        "import sys, theoremcheck; assert not {'sympy','numpy','torch'} & set(sys.modules); "
        "f = theoremcheck.identity('vae.gaussian_kl').numpy(); f(0.0, 0.0, 1.0, 1.0); "
        "print(sorted({'torch','jax','matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------------------------------------ calling


def test_arguments_by_position_by_name_and_by_symbol():
    f = gaussian_kl.numpy()
    assert f.names == ("mu", "mu0", "sigma", "sigma0")
    expected = math.log(1 / 2) + (4 + 1) / 2 - 0.5
    assert f(1.0, 0.0, 2.0, 1.0) == f(mu=1, mu0=0, sigma=2, sigma0=1) == pytest.approx(expected, rel=1e-15)
    assert f(dict(zip(gaussian_kl.symbols, (1, 0, 2, 1), strict=True))) == f(1, 0, 2, 1)
    assert f(np.ones((3, 1)), np.zeros(4), 2.0, 1.0).shape == (3, 4)
    lam = sp.Symbol("lambda", positive=True)
    assert made(2 * lam)(lambda_=3.0) == 6


@pytest.mark.parametrize(
    ("given", "named", "message"),
    [
        ((1,), {}, "needs mu0, sigma, sigma0"),
        ((), {"sgma": 1}, "did you mean sigma"),
        ((1,), {"mu": 1}, "mu is given twice"),
        ((1, 2, 3, 4, 5), {}, "takes 4 arguments"),
        ((1j, 0, 1, 1), {}, "real numbers"),
    ],
)
def test_wrong_arguments_are_told(given, named, message):
    with pytest.raises(TypeError, match=message):
        gaussian_kl.numpy()(*given, **named)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_kl.numpy(side="lhs"), "Integral.*take the other side"),
        (lambda: gaussian_kl.numpy(side="left"), 'not "lhs" or "rhs"'),
        (lambda: theoremcheck.identity("feedforward.softmax_jacobian").numpy(), "parts 'on the diagonal'"),
        (lambda: theoremcheck.identity("feedforward.softmax_jacobian").numpy(part="on the diagonl"), "did you mean"),
        (lambda: theoremcheck.identity("feedforward.softmax_jacobian_matrix").numpy(), "cases that are run one by one"),
        (lambda: made(sp.I * x), "imaginary unit"),
        (lambda: made(sp.zeta(x + 2)), "zeta.*no numeric form"),
        (lambda: made(sp.Sum(1 / x**2, (x, 1, sp.oo))), "infinitely many terms"),
        (lambda: made(integral(sp.Integer(1)) * x), "how many points"),
        (lambda: translate(Identity(x, x), "cupy"), "numpy, torch and jax"),
    ],
)
def test_what_has_no_numeric_form_says_why(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_inequalities_and_definitions_translate_by_side():
    claim = Inequality(sp.cosh(x), "<=", sp.exp(x**2 / 2))
    at = np.linspace(-3, 3, 9)
    assert np.all(translate(claim, "numpy", "lhs")(at) <= translate(claim, "numpy", "rhs")(at))
    softmax = theoremcheck.identity("feedforward.softmax_function").numpy()
    found = softmax(np.array([[1e4, 0.0, 1e4], [1.0, 2.0, 3.0]]))
    assert found.sum(-1) == pytest.approx([1, 1])
    assert found[0] == pytest.approx([0.5, 0, 0.5])


def test_integrals_are_sums_along_the_last_axis():
    kl = made(integral(q * sp.log(q / r)))
    masses = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    expected = [np.log(0.5), 0.2 * np.log(0.2) + 0.3 * np.log(0.3) + 0.5 * np.log(0.5)]
    assert kl(q=masses, r=np.ones(2)) == pytest.approx(expected, rel=1e-14)
    nodes_, weights = np.polynomial.legendre.leggauss(20)
    assert made(integral(sp.exp(logits)))(z=nodes_, weights=weights) == pytest.approx(2 * math.sinh(1), rel=1e-14)


def test_finite_sums_with_symbolic_ends_are_loops():
    n, k = integer("n", least=1), integer("k", least=0)
    f = made(sp.Sum(x**k / sp.factorial(k), (k, 0, n)))
    assert f(n=30, x=np.array([1.0, -2.0])) == pytest.approx(np.exp([1.0, -2.0]), rel=1e-14)
    assert made(sp.Product(k + x, (k, 1, n)))(n=3, x=0.5) == pytest.approx(1.5 * 2.5 * 3.5)
    with pytest.raises(ValueError, match="not an integer"):
        f(n=2.5, x=1.0)
    with pytest.raises(ValueError, match="known when the function is called"):
        f(n=np.array([1, 2]), x=1.0)


def test_float32_stays_and_integers_become_float64():
    f = gaussian_kl.numpy()
    assert f(np.float32([1, 2]), 0.0, 1.0, 1).dtype == np.float32
    assert f(np.array([1, 2]), 0, 1, 1).dtype == np.float64


# ------------------------------------------------------------------------------------------------ stable forms


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_stable_form_keeps_its_stated_error_against_balls(rule):
    assert rule.function().expression.has(rule.node)
    found = worst(rule, every=8)
    assert found.undecided == 0
    assert found.points > 60
    assert found.stable <= rule.bound, (found, rule)


@pytest.mark.parametrize("name", ["softplus", "log-sigmoid", "expm1", "1 - cos", "sqrt(1 + x) - 1", "softmax"])
def test_the_comparison_with_balls_rejects_the_textbook_form(name):
    rule = next(rule for rule in RULES if rule.name == name)
    assert worst(rule, every=20).textbook > 1e6 * rule.bound


@pytest.mark.parametrize("library", ["torch", "jax"])
@pytest.mark.parametrize("name", ["log1p", "sigmoid", "softplus", "(exp(x) - 1)/x"])
def test_the_other_libraries_keep_the_same_errors(library, name):
    module = imported(library)
    assert module
    rule = next(rule for rule in RULES if rule.name == name)
    assert worst(rule, library, every=20).stable <= rule.bound


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "log-sigmoid", "1 - tanh^2", "log-cosh"])
def test_float32_too(name):
    rule = next(rule for rule in RULES if rule.name == name)
    found = worst(rule, every=20, precision="float32")
    assert found.stable <= 2 * rule.bound
    assert found.points > 60


def test_every_stable_node_is_named_by_a_rule():
    assert set(NODES) - {LogDet} <= {rule.node for rule in RULES}


@pytest.mark.parametrize(
    "expr",
    [
        sp.log(1 - 1 / (1 + sp.exp(-x))),
        sp.exp(-x) / (1 + sp.exp(-x)) ** 2,
        sp.exp(2 * x) / (1 + sp.exp(x)) ** 2,
        sp.exp(x) / (sp.exp(x) + r),
        (1 - sp.cos(2 * x)) / x**2,
        sp.sin(3 * x) / x,
        -t * sp.log(1 / (1 + sp.exp(-x))) - (1 - t) * sp.log(1 - 1 / (1 + sp.exp(-x))),
        sp.log(sp.exp(x) * r / (sp.exp(x) + sp.exp(y) + sp.exp(z))),
        1 - ((sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x))) ** 2,
        (sp.exp(-x) - 1) / (1 + sp.exp(-x)),
        3 * sp.exp(x) - 3 + sp.log(1 + t) / t,
    ],
    ids=str,
)
def test_rewriting_changes_no_value(expr):
    assert stable(expr) != expr
    rng = np.random.default_rng(0)
    at = {"x": rng.normal(size=99), "y": rng.normal(size=99), "z": rng.normal(size=99)}
    at |= {"r": rng.uniform(0.1, 3, 99), "t": rng.uniform(0.05, 0.95, 99)}
    plain, kept = made(expr, stable=False), made(expr)
    given = {name: at[name] for name in plain.names}
    assert kept(**given) == pytest.approx(plain(**given), rel=1e-11)


# ------------------------------------------------------------------------------------------------ matrices

n_, m_ = sp.symbols("n m")
A, B, S = sp.MatrixSymbol("A", n_, m_), sp.MatrixSymbol("B", n_, m_), sp.MatrixSymbol("S", n_, n_)
u = sp.MatrixSymbol("u", n_, 1)


@cache
def matrices():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(5, 3, 3))
    return {
        "A": rng.normal(size=(5, 3, 2)),
        "B": rng.normal(size=(5, 3, 2)),
        "S": root @ root.swapaxes(-1, -2) + np.eye(3),
        "u": rng.normal(size=(5, 3, 1)),
        "c": rng.uniform(1, 2, 5),
    }


c = sp.Symbol("c", positive=True)
MATRIX_CASES = [
    (c * A + B, lambda A, B, c, **_: c * A + B),
    (A.T * S.I * A, lambda A, S, **_: A.T @ np.linalg.inv(S) @ A),
    (S**3 - S**-1, lambda S, **_: S @ S @ S - np.linalg.inv(S)),
    (sp.Trace(A.T * S * B), lambda A, B, S, **_: np.trace(A.T @ S @ B)),
    (
        c * sp.Determinant(S) + sp.log(sp.Determinant(S)),
        lambda S, c, **_: c * np.linalg.det(S) + np.log(np.linalg.det(S)),
    ),
    (sp.HadamardProduct(A, B), lambda A, B, **_: A * B),
    (sp.KroneckerProduct(A, S), lambda A, S, **_: np.kron(A, S)),
    (sp.DiagMatrix(u) + sp.Identity(n_), lambda u, **_: np.diag(u[:, 0]) + np.eye(3)),
    (A.applyfunc(lambda v: c * sp.exp(v)), lambda A, c, **_: c * np.exp(A)),
    (nodes.Vec(A), lambda A, **_: A.T.reshape(-1, 1)),
    (nodes.Commutation(n_, m_) * nodes.Vec(A) - nodes.Vec(A.T), lambda **_: np.zeros((6, 1))),
    (nodes.DiagonalSelection(n_).T * nodes.Vec(S), lambda S, **_: np.diag(S)[:, None]),
    (nodes.LowerTriangle(S), lambda S, **_: np.tril(S)),
    (S * nodes.BasisVector(n_, 1), lambda S, **_: S[:, 1:2]),
    (nodes.Eigenvalue(S, 0) - nodes.Eigenvalue(S, 2), lambda S, **_: np.ptp(np.linalg.eigvalsh(S))),
    (nodes.NuclearNorm(A), lambda A, **_: np.linalg.norm(A, "nuc")),
    (nodes.matrix_exp(S), lambda S, **_: spectral(S, np.exp)),
    (MatrixElement(S, 0, 1) * A, lambda S, A, **_: S[0, 1] * A),
    (sp.OneMatrix(n_, m_) - sp.ZeroMatrix(n_, m_), lambda **_: np.ones((3, 2))),
]


def spectral(matrix, f):
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(f(values)) @ vectors.T


@pytest.mark.parametrize(
    ("library", "expr", "expected"),
    [
        pytest.param(library, expr, expected, id=f"{library}-{str(expr)[:40]}")
        for library, cases in (("numpy", MATRIX_CASES), ("torch", MATRIX_CASES), ("jax", MATRIX_CASES[::3]))
        for expr, expected in cases
    ],
)
def test_matrix_expressions_in_batches(library, expr, expected):
    module = imported(library)
    f = made(expr, library)
    given = {name: module.asarray(value) if library == "torch" else value for name, value in matrices().items()}
    symbols = {one.name: one for one in (A, B, S, u, c)}
    sizes = {one: {"n": 3, "m": 2}[one.name] for one in f.symbols if one in (n_, m_)}
    found = np.asarray(f({symbols[name]: given[name] for name in f.names if name in symbols} | sizes))
    each = [expected(**{name: value[k] for name, value in matrices().items()}) for k in range(5)]
    assert np.broadcast_to(found, np.shape(each)) == pytest.approx(np.asarray(each), rel=1e-9, abs=1e-9)


def test_vectors_with_one_axis_and_shapes_that_do_not_fit():
    f = made(A.T * u)
    assert f(A=np.ones((3, 2)), u=np.ones(3)).tolist() == [[3.0], [3.0]]
    with pytest.raises(ValueError, match="u is n x 1, here 3 x 1, but 4 x 1 was given"):
        f(A=np.ones((3, 2)), u=np.ones((4, 1)))
    with pytest.raises(ValueError, match="A is n x m, an array with 1 axes"):
        f(A=np.ones(3), u=np.ones(3))


def test_a_size_comes_with_a_matrix_of_the_other_side_or_by_name():
    claim = MatrixIdentity(S, sp.Identity(n_))
    f = translate(claim, "numpy", "rhs")
    assert f.names == ("S", "n")
    assert f(S=np.eye(2)).tolist() == f(n=2).tolist() == np.eye(2).tolist()
    with pytest.raises(TypeError, match="needs n"):
        f()


def test_log_det_survives_where_the_determinant_overflows():
    f = made(sp.log(sp.Determinant(S)))
    assert f(np.eye(400) * 1e3) == pytest.approx(400 * math.log(1e3), rel=1e-14)
    assert math.isinf(made(sp.log(sp.Determinant(S)), stable=False)(np.eye(400) * 1e3))
    assert math.isnan(f(np.diag([1.0, -1.0])))


# ------------------------------------------------------------------------------------------------ torch and JAX


def test_torch_is_float64_clean_batched_and_differentiable():
    torch = pytest.importorskip("torch")
    f = gaussian_kl.torch()
    mu = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    value = f(mu=mu, mu0=0.0, sigma=torch.full((3, 1), 2.0, dtype=torch.float64), sigma0=1)
    assert value.dtype == torch.float64
    assert value.shape == (3, 2)
    assert value.detach().numpy() == pytest.approx(gaussian_kl.numpy()(mu.detach().numpy(), 0, np.full((3, 1), 2.0), 1))
    value.sum().backward()
    assert mu.grad.tolist() == [3.0, 6.0]
    third = sp.Rational(1, 3) * sp.pi * x
    assert made(third, "torch")(torch.ones(1, dtype=torch.float64)).item() == math.pi / 3
    assert made(third, "torch")(1).item() == math.pi / 3
    assert made(third, "torch")(torch.ones(1)).dtype == torch.float32


def test_torchs_function_transforms_apply():
    torch = pytest.importorskip("torch")
    f = made(sp.log(1 + sp.exp(x)) * y, "torch")
    at = torch.linspace(-3, 3, 5, dtype=torch.float64)
    slopes = torch.func.vmap(torch.func.grad(lambda v: f(x=v, y=2.0)))(at)
    assert torch.allclose(slopes, 2 * torch.sigmoid(at), rtol=1e-14)
    assert torch.autograd.gradgradcheck(lambda v: f(x=v, y=2.0), at.clone().requires_grad_())


GRADIENTS = [
    (sp.log(1 + sp.exp(x)), 0.0, 0.5),
    (sp.log(1 + sp.exp(x)), 1e4, 1.0),
    (sp.log(1 / (1 + sp.exp(-x))), -1e4, 1.0),
    (1 / (1 + sp.exp(-x)), 0.0, 0.25),
    (1 / (1 + sp.exp(-x)), 1e4, 0.0),
    ((sp.exp(x) - 1) / x, 0.0, 0.5),
    (sp.sin(x) / x, 0.0, 0.0),
    (sp.log(1 + x) / x, 0.0, -0.5),
    (sp.log(sp.cosh(x)), 1e4, 1.0),
    (sp.log(sp.cosh(x)), 0.0, 0.0),
    (sp.Piecewise((sp.sqrt(x), x > 0), (0, True)), -1.0, 0.0),
    (sp.Piecewise((sp.log(x), x > 1), (x - 1, True)), 0.0, 1.0),
]


@pytest.mark.parametrize(("expr", "at", "slope"), GRADIENTS, ids=str)
def test_gradients_are_right_where_naive_ones_are_not_numbers(expr, at, slope):
    torch = pytest.importorskip("torch")
    point = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    made(expr, "torch")(point).backward()
    assert point.grad.item() == pytest.approx(slope, abs=1e-12)


@pytest.mark.parametrize(("expr", "at", "slope"), GRADIENTS, ids=str)
def test_gradients_in_jax_jitted(expr, at, slope):
    jax = imported("jax")
    assert float(jax.jit(jax.grad(made(expr, "jax")))(at)) == pytest.approx(slope, abs=1e-12)


def test_cross_entropy_of_far_logits_in_torch():
    torch = pytest.importorskip("torch")
    target = function("t")
    loss = made(-integral(target * sp.log(sp.exp(logits) / integral(sp.exp(logits)))), "torch")
    scores = torch.tensor([[1e4, -1e4, 0.0], [1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    hot = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    value = loss(t=hot, z=scores)
    reference = torch.nn.functional.cross_entropy(scores, hot, reduction="none")
    assert torch.allclose(value, reference, rtol=1e-14)
    (slope,) = torch.autograd.grad(value.sum(), scores)
    assert torch.allclose(slope, torch.softmax(scores.detach(), -1) - hot, atol=1e-14)


@pytest.mark.skipif(ALONE in os.environ, reason="this is that process")
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_in_a_process_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "jax", "-p", "no:cacheprovider", __file__],
        env={**os.environ, ALONE: "1", "JAX_ENABLE_X64": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > len(MATRIX_CASES[::3]) + len(GRADIENTS)


def test_jax_jits_maps_and_keeps_float64():
    jax = imported("jax")
    f = gaussian_kl.jax()
    mapped = jax.jit(jax.vmap(lambda m: f(mu=m, mu0=0.0, sigma=2.0, sigma0=1.0)))
    found = mapped(np.array([1.0, 2.0]))
    assert found.dtype == np.float64
    assert np.asarray(found) == pytest.approx(gaussian_kl.numpy()(np.array([1.0, 2.0]), 0, 2, 1), rel=1e-15)


# ------------------------------------------------------------------------------------------------ the whole catalogue


@cache
def translations():
    """For each part of each statement: its claim, and its two sides as functions, or the reasons why there are none."""
    found = {}
    for name, one in catalogue().items():
        for part, claim in parts(one.claim).items():
            for side in ("lhs", "rhs"):
                try:
                    found[name, part, side] = claim, translate(claim, "numpy", side, name=name)
                except NoNumericForm as reason:
                    found[name, part, side] = claim, str(reason)
    return found


def test_every_statement_translates_or_says_why():
    told = Counter()
    for (name, part, side), (claim, made_) in translations().items():
        if isinstance(made_, str):
            assert made_.startswith(f"{name}: "), (name, part)
            assert len(made_) < 400
        told[claim.kind, side, not isinstance(made_, str)] += 1
    scalar = ("identity", "inequality")
    done, all_ = (
        sum(count for (kind, _, ok), count in told.items() if kind in scalar and (ok or everything))
        for everything in (False, True)
    )
    assert done > 0.9 * all_
    whole = {name for (name, _, _), (_, one) in translations().items() if not isinstance(one, str)}
    assert len(whole) > 0.75 * len(catalogue())


def drawn(rng, symbol):
    if isinstance(symbol, UndefinedFunction):
        return np.tanh
    domain, (low, high) = domain_of(symbol), typical_range(symbol)
    if domain.integer:
        return int(rng.integers(math.ceil(low), int(min(high, low + 6)) + 1))
    values = rng.uniform(low, high, (BATCH, POINTS) if isinstance(symbol, Pointwise) else (BATCH,))
    return values / values.sum(-1, keepdims=True) if getattr(symbol, "normalized", False) else values


def test_both_sides_of_the_catalogues_identities_agree_in_numpy():
    compared = 0
    for (name, part, side), (claim, left) in translations().items():
        right = translations()[name, part, "rhs"][1]
        if (
            side == "rhs"
            or not isinstance(claim, Identity)
            or claim.where
            or isinstance(left, str)
            or isinstance(right, str)
        ):
            continue
        rng = np.random.default_rng(zlib.crc32(f"{name} {part}".encode()))
        given = {symbol: drawn(rng, symbol) for symbol in left.symbols}
        a, b = np.broadcast_arrays(left(given), right(given))
        seen = np.isfinite(a) & np.isfinite(b)
        size = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-3)
        assert np.all((np.abs(a - b) < 1e-9 * size)[seen]), (name, part)
        compared += bool(seen.any())
    assert compared > 350


def test_a_program_is_refused_by_name():
    with pytest.raises(NoNumericForm, match="is a program"):
        translate(Definition("f", object(), lambda value: {}))
