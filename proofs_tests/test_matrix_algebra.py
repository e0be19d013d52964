"""The normal form of matrix expressions: identities proved, near misses refuted, and never a false equality."""

from random import Random

import pytest
from sympy import (
    Abs,
    Determinant,
    DiagMatrix,
    Dummy,
    Function,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    Transpose,
    exp,
    log,
    sqrt,
    symbols,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from theoremcheck.theory.claims import MatrixIdentity
from theoremcheck.theory.evidence import Fails, Holds, Strength, Unknown
from theoremcheck.theory.kernels.matrices import decide, witness
from theoremcheck.theory.kernels.matrix_entries import entries_vanish
from theoremcheck.theory.matrix_algebra import MatrixAlgebra, equal, normal_form, tidy
from theoremcheck.theory.matrix_equality import proved_equal
from theoremcheck.theory.matrix_nodes import BasisVector, Commutation, ShapeMismatch, Vec
from theoremcheck.theory.matrix_points import points
from theoremcheck.theory.matrix_values import Balls, NoValue, Values, with_precision

n, m = symbols("n m")
A, B, C, D = (MatrixSymbol(name, n, n) for name in "ABCD")
X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m)
U, V = MatrixSymbol("U", n, m), MatrixSymbol("V", m, n)
M = MatrixSymbol("M", m, m)
x, y, z = (MatrixSymbol(name, n, 1) for name in "xyz")
I, one = Identity(n), OneMatrix(n, 1)
k = Symbol("k", integer=True, positive=True)

DEFINITE_A, DEFINITE_B = Q.positive_definite(A), Q.positive_definite(B)

PROVED = {
    "inverse of a product": ((A * B).inv(), B.inv() * A.inv(), ()),
    "inverse of a transpose": (A.T.inv(), A.inv().T, ()),
    "trace of a product": (Trace(A * B * C), Trace(C * A * B), ()),
    "trace of a transpose": (Trace(A * B), Trace(A.T * B.T), ()),
    "trace, rectangular": (Trace(X * V), Trace(V * X), ()),
    "trace of symmetric factors": (Trace(A * B * C), Trace(A * C * B), tuple(map(Q.symmetric, (A, B, C)))),
    "quadratic form": (x.T * A * x, x.T * A.T * x, ()),
    "quadratic form as trace": (Trace(A * x * x.T), x.T * A * x, ()),
    "bracket": (A * (B + C) * D, A * B * D + A * C * D, ()),
    "square of a sum": ((A + B) ** 2, A**2 + A * B + B * A + B**2, ()),
    "difference of inverses": (A.inv() - B.inv(), A.inv() * (B - A) * B.inv(), ()),
    "inverse of a sum cancels": ((A + B).inv() * A + (A + B).inv() * B, I, ()),
    "parallel sum": (A * (A + B).inv() * B, B * (A + B).inv() * A, ()),
    "determinant of a product": (Determinant(A * B), Determinant(B) * Determinant(A), ()),
    "determinant of an inverse": (Determinant(A.inv()), 1 / Determinant(A), ()),
    "determinant of a multiple": (Determinant(2 * A), 2**n * Determinant(A), ()),
    "log-determinant": (log(Determinant(A * B)), log(Determinant(A)) + log(Determinant(B)), (DEFINITE_A, DEFINITE_B)),
    "Woodbury": ((A + U * V).inv(), A.inv() - A.inv() * U * (Identity(m) + V * A.inv() * U).inv() * V * A.inv(), ()),
    "Sylvester": (Determinant(I + U * V), Determinant(Identity(m) + V * U), ()),
    "rank one": (Determinant(2 * I - x * y.T), 2**n * (1 - Trace(y.T * x) / 2), ()),
    "push through": ((I + A * B).inv() * A, A * (I + B * A).inv(), ()),
    "parallel sum of inverses": ((A.inv() + B.inv()).inv(), A * (A + B).inv() * B, ()),
    "projection": (X * (X.T * X).inv() * X.T * X * (X.T * X).inv() * X.T, X * (X.T * X).inv() * X.T, ()),
    "product of diagonals": (DiagMatrix(x) * DiagMatrix(y), DiagMatrix(HadamardProduct(x, y)), ()),
    "square root of a square": (sqrt((x.T * y) ** 2), Abs(Trace(x.T * y)), ()),
    "vec of a product": (Vec(A * X * M), KroneckerProduct(M.T, A) * Vec(X), ()),
    "orthogonal": (A.T * B * A * A.T, A.T * B, (Q.orthogonal(A),)),
    "Kronecker products": (KroneckerProduct(A, B) * KroneckerProduct(C, D), KroneckerProduct(A * C, B * D), ()),
    "Kronecker inverse": (KroneckerProduct(A, B).inv(), KroneckerProduct(A.inv(), B.inv()), ()),
    "Kronecker trace": (Trace(KroneckerProduct(A, M)), Trace(A) * Trace(M), ()),
    "Kronecker transpose": (KroneckerProduct(A, X).T, KroneckerProduct(A.T, X.T), ()),
    "Hadamard commutes": (HadamardProduct(X, Y), HadamardProduct(Y, X), ()),
    "Hadamard transpose": (HadamardProduct(A, B).T, HadamardProduct(B.T, A.T), ()),
    "Hadamard power": (HadamardProduct(X, X), HadamardPower(X, 2), ()),
    "Hadamard distributes": (HadamardProduct(A, B + C), HadamardProduct(A, B) + HadamardProduct(A, C), ()),
    "Hadamard with the identity": (HadamardProduct(A, I), DiagonalMatrix(A), ()),
    "diagonal times ones": (DiagMatrix(x) * one, x, ()),
    "diagonal times vector": (DiagMatrix(x) * A * y, HadamardProduct(x, A * y), ()),
    "three vectors": (x.T * DiagMatrix(y) * z, z.T * DiagMatrix(x) * y, ()),
    "diagonals": (DiagonalOf(DiagMatrix(x)), x, ()),
    "commutation": (Commutation(n, m) * Vec(X), Vec(X.T), ()),
    "powers": (A**k * A, A ** (k + 1), ()),
    "powers and inverses": (A.inv() * A**3, A**2, ()),
    "ones": (one.T * one, n, ()),
    "entries": (MatrixElement(A + B, 0, 1), A[0, 1] + B[0, 1], ()),
    "basis": (BasisVector(n, 0).T * A * BasisVector(n, 1), A[0, 1], ()),
    "scalars move": (Trace(A) * B * Trace(C) * D, Trace(C) * Trace(A) * B * D, ()),
    "root of a quadratic form": (sqrt(x.T * x) ** 2, x.T * x, ()),
}  # fmt: skip

REFUTED = {
    "products commute": (A * B, B * A, ()),
    "trace, wrong order": (Trace(A * B * C), Trace(A * C * B), ()),
    "inverse, wrong order": ((A * B).inv(), A.inv() * B.inv(), ()),
    "binomial": ((A + B) ** 2, A**2 + 2 * A * B + B**2, ()),
    "sum of inverses": ((A + B).inv(), A.inv() + B.inv(), ()),
    "determinant, factor": (Determinant(2 * A), 2 * Determinant(A), ()),
    "determinant of a sum": (Determinant(A + B), Determinant(A) + Determinant(B), ()),
    "symmetric without reason": (A.T, A, ()),
    "symmetric product": ((A * B).T, A * B, (Q.symmetric(A), Q.symmetric(B))),
    "Hadamard is no product": (HadamardProduct(A, B), A * B, ()),
    "Kronecker does not commute": (KroneckerProduct(A, B), KroneckerProduct(B, A), ()),
    "vec of a transpose": (Vec(A.T), Vec(A), ()),
    "sign": (A - B, B - A, ()),
    "determinant of an update": (Determinant(I + U * V), 1 + Trace(U * V), ()),
    "transpose dropped in a trace": (Trace(A * B), Trace(A * B.T), ()),
    "exponential of a sum": (exp(Trace(A + B)), exp(Trace(A)) + exp(Trace(B)), ()),
    "root, wrong scale": (sqrt(x.T * x), x.T * x, ()),
    "diagonal forgotten": (DiagonalMatrix(A * B), DiagonalMatrix(A) * DiagonalMatrix(B), ()),
}

AT_SIZES = {
    "determinant lemma": (Determinant(A + U * V), Determinant(A) * Determinant(Identity(m) + V * A.inv() * U)),
}


@pytest.mark.parametrize("name", PROVED)
def test_identity_is_proved_for_all_sizes(name):
    lhs, rhs, where = PROVED[name]
    answer = decide(MatrixIdentity(lhs, rhs, where))
    assert isinstance(answer, Holds), answer
    assert answer.strength is Strength.PROVED
    assert equal(lhs, rhs, where) is True


@pytest.mark.parametrize("name", REFUTED)
def test_near_miss_is_refuted_with_a_counterexample_that_replays(name):
    lhs, rhs, where = REFUTED[name]
    assert not proved_equal(lhs, rhs, where)
    answer = decide(MatrixIdentity(lhs, rhs, where))
    assert isinstance(answer, Fails), answer
    assert equal(lhs, rhs, where) is False
    replay = answer.counterexample.replay
    if replay:
        exec(compile(replay.replace("print(left, right)", ""), name, "exec"), {})
        with pytest.raises(AssertionError):
            exec(replay.replace("print(left, right)", "right = left"), {})


@pytest.mark.parametrize("name", AT_SIZES)
def test_identity_beyond_the_normal_form_is_proved_at_sizes(name):
    answer = decide(MatrixIdentity(*AT_SIZES[name]))
    assert isinstance(answer, Holds)
    assert answer.strength is Strength.AT_SIZES


def test_counterexample_is_small():
    answer = decide(MatrixIdentity(A * B, B * A))
    assert answer.counterexample.point["n"] == "2"
    assert answer.counterexample.certificate == "exact"
    assert set("".join(answer.counterexample.point.values())) <= set("[], 012-")


def test_conditions_are_used_and_needed():
    assert equal(Trace(A * B * C), Trace(A * C * B), [Q.symmetric(A), Q.symmetric(B), Q.symmetric(C)]) is True
    assert equal(Trace(A * B * C), Trace(A * C * B), [Q.symmetric(A), Q.symmetric(B)]) is False


def test_unknown_is_an_answer():
    f = ElementwiseApplyFunction(Lambda(k, exp(k)), A)
    claim = MatrixIdentity(Determinant(HadamardProduct(f, B)), Determinant(HadamardProduct(B.T, f.T)))
    assert not isinstance(decide(claim), Fails)
    assert isinstance(decide(MatrixIdentity(A.inv(), A, (Determinant(A) > 2, Determinant(A) < 1))), Unknown)


def test_witness_meets_the_conditions():
    found = witness(MatrixIdentity(A, A, (Q.positive_definite(A),)))
    assert found is not None
    assert "A" in found


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        (MatMul(X, Y, evaluate=False), "m columns meet n rows"),
        (A + U, "a sum of shapes n x n and n x m"),
        (Trace(B * A + V * U) + Trace(A + X), "a sum of shapes"),
        (A * (B + X), "in "),
        (X**2, "not square"),
        (Determinant(A + X), "a sum of shapes"),
        (KroneckerProduct(A, X) + X, "a sum of shapes"),
    ],
)
def test_shapes_that_do_not_fit_are_named(expr, words):
    with pytest.raises(ShapeMismatch, match=words):
        normal_form(expr)


def test_inverse_of_a_matrix_that_is_not_square():
    with pytest.raises(ShapeMismatch, match="not square"):
        normal_form(X.inv())


def test_tidy_keeps_brackets_and_says_what_a_textbook_says():
    assert tidy(X.T * (X * V * y - y) + X.T * (X * V * y - y)) == 2 * X.T * (X * V * y - y)
    assert tidy((A.T.inv()).T.inv().T.inv()) == A.T.inv()
    assert tidy(Trace(B * A.T)) == Trace(A.T * B)


def random_matrix(random, depth, rows, cols):
    """A random expression of the given shape."""
    leaves = {(n, n): [A, B, C, I], (n, m): [X, Y], (m, n): [V], (m, m): [M], (n, 1): [x, y, one], (m, 1): [V * x]}
    leaves[1, n], leaves[1, m], leaves[1, 1] = [x.T, one.T], [y.T * X], [x.T * y]
    if depth == 0:
        return random.choice(leaves[rows, cols])

    def inner(r, c):
        return random_matrix(random, depth - 1, r, c)

    square = [
        lambda: inner(rows, rows).inv(),
        lambda: inner(rows, rows) ** 2,
        lambda: DiagonalMatrix(inner(rows, rows)),
        lambda: DiagMatrix(inner(rows, 1)),
        lambda: (inner(rows, rows) + inner(rows, rows)).inv() * inner(rows, rows),
    ]
    middle = random.choice([n, n, m])
    always = [
        lambda: inner(rows, middle) * inner(middle, cols),
        lambda: inner(rows, middle) * inner(middle, cols),
        lambda: inner(rows, cols) + random.choice([2, -1]) * inner(rows, cols),
        lambda: Transpose(inner(cols, rows)),
        lambda: random_scalar(random, depth - 1) * inner(rows, cols),
    ]
    if rows not in (1,) and cols not in (1,):
        always += [
            lambda: HadamardProduct(inner(rows, cols), inner(rows, cols)),
            lambda: HadamardPower(inner(rows, cols), 2),
        ]
    return random.choice(always + (square if rows == cols and rows != 1 else []))()


def random_scalar(random, depth):
    """A random scalar expression."""
    size = random.choice([n, m])
    return random.choice(
        [
            lambda: Trace(random_matrix(random, depth, size, size)),
            lambda: Determinant(random_matrix(random, depth, size, size)),
            lambda: Trace(KroneckerProduct(random_matrix(random, 0, n, n), random_matrix(random, 0, m, m))),
            lambda: Trace(random_matrix(random, depth, 1, n) * random_matrix(random, depth, n, 1)),
        ]
    )()


def values_agree(one_side, other, where, seed):
    """Whether two expressions agree at a few random points of their common domain; None where no point was found."""
    agreed = None
    for _, point in zip(range(12), points([one_side, other], where, Random(seed)), strict=False):
        values = Values(Balls, point)
        try:
            a, b = values.of(one_side), values.of(other)
        except NoValue:
            continue
        pairs = zip(a.entries(), b.entries(), strict=True) if hasattr(a, "entries") else [(a, b)]
        if not all(u.overlaps(v) for u, v in pairs):
            return False
        agreed = True
    return agreed


@pytest.mark.parametrize("seed", range(60))
def test_normal_forms_keep_the_value_of_random_expressions(seed):
    random = Random(seed)
    where = (Q.symmetric(C),)
    expr = random_matrix(random, 3, *random.choice([(n, n), (n, m), (n, 1)])) if seed % 3 else random_scalar(random, 3)
    for expanded in (False, True):
        algebra = MatrixAlgebra(expanded, where)
        form = algebra.matrix(expr) if getattr(expr, "is_Matrix", False) else None
        written = algebra.write(form) if form is not None else algebra.scalar(expr)
        found = with_precision(lambda written=written: values_agree(expr, written, where, seed), 256)
        assert found is not False, (expr, written)


def test_entries_of_the_derivative_of_an_unknown_function_at_a_product_are_no_error():
    n, d = Symbol("n", integer=True, positive=True), Dummy("d")
    A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    slope = Lambda(d, Function("f")(d).diff(d))
    claim = MatrixIdentity(ElementwiseApplyFunction(slope, A * B), ElementwiseApplyFunction(slope, B * A))
    assert entries_vanish(claim) == ""
