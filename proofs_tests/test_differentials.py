"""The derivatives of the engine: as a textbook prints them, structured, composite, refused, never silently wrong."""

from functools import reduce
from operator import add, mul
from random import Random

import pytest
from sympy import (
    Abs,
    BlockMatrix,
    Derivative,
    Determinant,
    DiagMatrix,
    Function,
    HadamardProduct,
    Identity,
    ImmutableMatrix,
    Integer,
    Integral,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Max,
    Ne,
    OneMatrix,
    Permanent,
    Piecewise,
    Q,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    floor,
    log,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower

from theoremcheck.theory.derivative_check import verify
from theoremcheck.theory.matrix_calculus import (
    CheckFailed,
    Commutation,
    DiagonalSums,
    Eigenvalue,
    Eigenvector,
    FrechetDerivative,
    LowerTriangle,
    MatrixFunction,
    NotDifferentiable,
    NuclearNorm,
    ShapeMismatch,
    SingularValue,
    Vec,
    conditions,
    differential,
    directional_derivative,
    equal,
    gradient,
    hessian,
    jacobian,
    matrix_exp,
    matrix_log,
)

n, m, p = symbols("n m p")
A, B, C, X, S = (MatrixSymbol(name, n, n) for name in "ABCXS")
Y, Z, dY = MatrixSymbol("Y", n, m), MatrixSymbol("Z", n, m), MatrixSymbol("dY", n, m)
dX = MatrixSymbol("dX", n, n)
x, y, a, b, w = (MatrixSymbol(name, n, 1) for name in "xyabw")
I, one = Identity(n), OneMatrix(n, 1)
k = Symbol("k", integer=True, positive=True)
t = Symbol("t", real=True)
sigma = Function("sigma")

PRINTED = {
    "log-determinant": (log(Determinant(X)), X, X.T.inv()),
    "determinant": (3 * Determinant(X), X, 3 * Determinant(X) * X.T.inv()),
    "log |det|": (log(Abs(Determinant(X))), X, X.T.inv()),
    "sum of traces": (Trace(X) + Trace(X**2), X, I + 2 * X.T),
    "exponential of a trace": (exp(Trace(A * X)), X, exp(Trace(A * X)) * A.T),
    "Frobenius norm": (sqrt(Trace(Y.T * Y)), Y, 1 / sqrt(Trace(Y.T * Y)) * Y),
    "quadratic form": (x.T * A * x, x, A * x + A.T * x),
    "bilinear form with an inverse": (a.T * X.inv() * b, X, -X.T.inv() * a * b.T * X.T.inv()),
    "power": (Trace(X**5), X, 5 * X.T**4),
    "symbolic power": (Trace(X**k), X, k * X.T ** (k - 1)),
    "product of scalars": (Trace(A * X) * Determinant(X), X, None),
    "reciprocal": (1 / Determinant(X), X, -1 / Determinant(X) * X.T.inv()),
    "Kronecker": (Trace(KroneckerProduct(A, X)), X, Trace(A) * I),
    "entry": (X[0, 1] ** 2, X, None),
    "constant": (Trace(A), X, ZeroMatrix(n, n)),
    "by a scalar": (Determinant(A + t * B), t, Determinant(A + t * B) * Trace(B * (A + t * B).inv())),
}


@pytest.mark.parametrize("name", PRINTED)
def test_gradient_is_what_a_textbook_prints(name):
    expr, variable, printed = PRINTED[name]
    found = gradient(expr, variable)
    if printed is not None:
        assert found == printed
    else:
        assert found.has(variable)


def explicit(expr):
    """An expression at n = 2, m = 1 with explicit matrices: an oracle by SymPy's derivative by every entry."""
    at = {n: 2, m: 1}
    if isinstance(expr, MatrixSymbol | Identity | OneMatrix):
        rows, cols = (int(length.subs(at)) for length in expr.shape)
        if isinstance(expr, MatrixSymbol):
            return ImmutableMatrix(rows, cols, lambda i, j: Symbol(f"{expr.name}{i}{j}", positive=True))
        return ImmutableMatrix(rows, cols, lambda i, j: int(isinstance(expr, OneMatrix) or i == j))
    if not expr.args:
        return expr.subs(at)
    if isinstance(expr, ElementwiseApplyFunction):
        return explicit(expr.expr).applyfunc(expr.function)
    parts = [explicit(arg) for arg in expr.args]
    rules = {
        Trace: lambda matrix: matrix.trace(),
        Determinant: lambda matrix: matrix.det(method="berkowitz"),
        HadamardProduct: lambda one, other: one.multiply_elementwise(other),
        HadamardPower: lambda matrix, power: matrix.applyfunc(lambda entry: entry**power),
        Inverse: lambda matrix, _=None: matrix.inv(method="ADJ"),
        Transpose: lambda matrix: matrix.T,
        MatMul: lambda *factors: reduce(mul, factors),
        MatAdd: lambda *terms: reduce(add, terms),
    }
    return rules.get(type(expr), expr.func)(*parts)


@pytest.mark.parametrize(
    "expr",
    [
        log(Determinant(Y.T * Y + Identity(m))) + Trace(Y.T * A * Y),
        Trace(A * Y * Z.T) * Trace(Y * Y.T),
        exp(Trace(Z.T * Y)) / Trace(Y.T * Y),
        Trace(Z.T * HadamardProduct(Y, Y)),
        Trace((Y * Z.T + I).inv() * A),
        Trace(Z.T * Y.applyfunc(sin)),
    ],
    ids=str,
)
def test_gradient_agrees_with_the_derivative_of_every_entry(expr):
    found, scalar, entries = explicit(gradient(expr, Y)), explicit(expr), explicit(Y)
    values = {}
    for position, symbol in enumerate(sorted(scalar.free_symbols, key=str)):
        values[symbol] = Rational(position + 2, 7)
    for i in range(entries.rows):
        for j in range(entries.cols):
            assert abs((found[i, j] - scalar.diff(entries[i, j])).subs(values).evalf(30)) < Rational(1, 10**25)


def test_check_rejects_a_wrong_derivative():
    verify(log(Determinant(X)), X, Trace(X.inv() * dX), dX)
    for wrong in (Trace(X.T.inv() * dX), 2 * Trace(X.inv() * dX), Trace(X.inv() * dX) * (1 + Rational(1, 10**20))):
        with pytest.raises(CheckFailed, match="the rules give"):
            verify(log(Determinant(X)), X, wrong, dX)


def test_check_needs_a_point_of_the_domain():
    with pytest.raises(CheckFailed, match="sizes"):
        gradient(log(-Trace(Y.T * Y)), Y)
    assert gradient(log(-Trace(Y.T * Y)), Y, check=False) == 2 / Trace(Y.T * Y) * Y


STRUCTURED = {
    "symmetric": (log(Determinant(X)), 2 * X.inv() - DiagonalMatrix(X.inv())),
    "diagonal": (Trace(A * X), DiagonalMatrix(A)),
    "lower triangular": (Trace(A * X * X), LowerTriangle(A.T * X.T + X.T * A.T)),
    "upper triangular": (Trace(A * X), LowerTriangle(A).T),
    "orthogonal": (Trace(A * X), A.T / 2 - X * A * X / 2),
    "toeplitz": (Trace(A * X), DiagonalSums(A.T)),
    "symmetric toeplitz": (Trace(A * X), DiagonalSums(A.T) + DiagonalSums(A.T).T - DiagonalMatrix(DiagonalSums(A.T))),
}


@pytest.mark.parametrize("structure", STRUCTURED)
def test_structured_gradient(structure):
    expr, printed = STRUCTURED[structure]
    where = [Q.symmetric(X)] if structure == "symmetric" else []
    assert equal(gradient(expr, X, structure=structure), printed, where) is True


SPECTRAL = {
    "exponential": (Trace(A * matrix_exp(X)), X, FrechetDerivative(exp, X.T, A.T), []),
    "logarithm": (Trace(A * matrix_log(X)), X, FrechetDerivative(log, X, A.T), [Q.positive_definite(X)]),
    "trace of a function": (Trace(MatrixFunction(tanh, X)), X, MatrixFunction(lambda s: 1 - tanh(s) ** 2, X).T, []),
    "eigenvalue": (Eigenvalue(X, 0), X, Eigenvector(X, 0) * Eigenvector(X, 0).T, [Q.symmetric(X)]),
    "eigenvector": (a.T * Eigenvector(X, 1), X, None, [Q.symmetric(X)]),
    "singular value": (SingularValue(Y, 0), Y, None, []),
    "singular value of a product": (log(SingularValue(A * Y, 1)), Y, None, []),
    "nuclear norm": (NuclearNorm(Y), Y, Y * MatrixFunction(lambda s: 1 / sqrt(s), Y.T * Y), []),
}


@pytest.mark.parametrize("name", SPECTRAL)
def test_function_of_the_spectrum(name):
    expr, variable, printed, where = SPECTRAL[name]
    found = gradient(expr, variable, where=where)
    assert printed is None or equal(found, printed, where) is not False
    if printed is not None and name not in ("trace of a function",):
        assert found == printed


mu, z = MatrixSymbol("mu", n, 1), MatrixSymbol("z", n, 1)
W = MatrixSymbol("W", m, n)
D = DiagMatrix(w)
data, target = MatrixSymbol("data", m, n), MatrixSymbol("target", m, 1)
keys, queries, values_ = (MatrixSymbol(name, m, n) for name in ("K", "Q_", "V"))
ones_m = OneMatrix(m, 1)
centred = x - Trace(one.T * x) / n * one
scores = (queries * keys.T).applyfunc(exp)
sigmoid = Lambda(t, 1 / (1 + exp(-t)))
low = MatrixSymbol("L", n, p), MatrixSymbol("R", p, m)

COMPOSITES = {
    "Gaussian log-likelihood, mean": (-((x - mu).T * S.inv() * (x - mu)) / 2, mu, S.inv() * (x - mu), [Q.symmetric(S)]),
    "Gaussian log-likelihood, covariance": (
        -log(Determinant(S)) / 2 - Trace(S.inv() * (x - mu) * (x - mu).T) / 2,
        S,
        (S.inv() * (x - mu) * (x - mu).T * S.inv() - S.inv()) / 2,
        [Q.positive_definite(S)],
    ),
    "Rayleigh quotient": (
        (x.T * A * x) / (x.T * x),
        x,
        2 / Trace(x.T * x) * A * x - 2 * Trace(x.T * A * x) / Trace(x.T * x) ** 2 * x,
        [Q.symmetric(A)],
    ),
    "weighted linear regression": (
        (data * x - target).T * DiagMatrix(MatrixSymbol("c", m, 1)) * (data * x - target),
        x,
        2 * data.T * DiagMatrix(MatrixSymbol("c", m, 1)) * (data * x - target),
        [],
    ),
    "logistic regression": (
        Trace(ones_m.T * (data * x).applyfunc(Lambda(t, log(1 + exp(t))))) - Trace(target.T * data * x),
        x,
        data.T * ((data * x).applyfunc(sigmoid) - target),
        [],
    ),
    "softmax cross-entropy": (
        log(Trace(one.T * z.applyfunc(exp))) - Trace(y.T * z),
        z,
        z.applyfunc(exp) / Trace(one.T * z.applyfunc(exp)) - y,
        [],
    ),
    "layer normalization": (Trace(a.T * centred) / sqrt(Trace(centred.T * centred) / n + exp(t)), x, None, []),
    "batch normalization": (
        Trace(W * DiagMatrix((data.T * data).applyfunc(exp) * one).inv() * data.T), data, None, [],
    ),
    "attention": (Trace(values_.T * DiagMatrix(scores * ones_m).inv() * scores * values_), queries, None, []),
    "attention, keys": (Trace(values_.T * DiagMatrix(scores * ones_m).inv() * scores * values_), keys, None, []),
    "low rank": (
        Trace((Y - low[0] * low[1]).T * (Y - low[0] * low[1])), low[0], -2 * (Y - low[0] * low[1]) * low[1].T, [],
    ),
    "whitening": (
        Trace((W * S * W.T - Identity(m)).T * (W * S * W.T - Identity(m))),
        W,
        4 * (W * S * W.T - Identity(m)) * W * S,
        [Q.symmetric(S)],
    ),
    "log-det independent components": (
        log(Abs(Determinant(A))) + Trace(one.T * (A * x).applyfunc(sigma)),
        A,
        A.T.inv() + (A * x).applyfunc(lambda s: Derivative(sigma(s), s)) * x.T,
        [],
    ),
    "deep layer": (Trace(y.T * (A * (B * x + b).applyfunc(sigma)).applyfunc(tanh)), B, None, []),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPOSITES)
def test_composite(name):
    expr, variable, printed, where = COMPOSITES[name]
    found = gradient(expr, variable, where=where)
    if printed is not None:
        assert equal(found, printed, where) is True
    else:
        assert found.shape == variable.shape


def test_differentials():
    assert differential(X.inv(), X) == -X.inv() * dX * X.inv()
    assert differential(log(Determinant(X)), X) == Trace(X.inv() * dX)
    assert differential(HadamardProduct(Y, Z), Y, dY) == HadamardProduct(Z, dY)
    assert differential(Vec(X), X) == Vec(dX)
    assert differential(matrix_exp(X), X) == FrechetDerivative(exp, X, dX)


def test_jacobians():
    assert jacobian(A * Y, Y) == KroneckerProduct(Identity(m), A)
    assert jacobian(Y.T, Y) == Commutation(n, m)
    assert jacobian(X.inv(), X) == -KroneckerProduct(X.T.inv(), X.inv())
    assert jacobian(A * x, x) == A
    assert jacobian(a.T * x, x) == a.T
    assert jacobian(x.applyfunc(tanh), x).shape == (n, n)
    more = (Y * Y.T * Y, KroneckerProduct(X, A), HadamardPower(Y, 3), DiagMatrix(x) * A * x, DiagonalOf(X * A * X))
    for expr in more:
        variable = next(iter(expr.atoms(MatrixSymbol) & {X, Y, x}))
        assert jacobian(expr, variable).cols == variable.rows * variable.cols


def test_hessians():
    assert hessian(x.T * A * x, x) == A + A.T
    assert hessian(Trace(Y.T * Y), Y) == 2 * Identity(m * n)
    where = [Q.positive_definite(X)]
    assert hessian(log(Determinant(X)), X, where=where) == -KroneckerProduct(X.inv(), X.inv()) * Commutation(n, n)
    assert hessian(log(Trace(one.T * x.applyfunc(exp))), x).shape == (n, n)


def test_directional_derivatives():
    assert directional_derivative(log(Determinant(X)), X, A, 2) == -Trace(A * X.inv() * A * X.inv())
    assert equal(directional_derivative(X.inv(), X, A, 3), -6 * (X.inv() * A) ** 3 * X.inv()) is True
    assert directional_derivative(Trace(X**2), X, A, 0) == Trace(X**2)
    assert directional_derivative(Trace(X**2), X, A, 3) == 0
    with pytest.raises(ValueError, match="order"):
        directional_derivative(Trace(X), X, A, -1)
    with pytest.raises(ValueError, match="depends on the variable"):
        directional_derivative(Trace(X), X, X)


def test_conditions():
    assert conditions(X.T.inv()) == (Q.invertible(X),)
    assert conditions(log(Determinant(X)), gradient(log(Determinant(X)), X)) == (Determinant(X) > 0,)
    assert conditions(Trace(X)) == ()
    assert conditions(1 / Trace(X)) == (Ne(Trace(X), 0),)


REFUSED = {
    "floor": (floor(Trace(X)), "floor"),
    "undefined function of X": (sigma(X), "hides"),
    "scalar function of a matrix": (exp(X), "MatrixFunction"),
    "sum over an index": (Sum(Trace(X**k), (k, 1, 3)), "Sum"),
    "piecewise": (Piecewise((Trace(X), Trace(X) > 0), (0, True)), "Piecewise"),
    "integral": (Integral(t * Trace(X), (t, 0, 1)), "Integral"),
    "blocks": (Trace(BlockMatrix([[X, A], [A, X]])), "BlockMatrix"),
    "permanent": (Permanent(X), "Permanent"),
    "sign": (sign(Trace(X)), "sign"),
    "function that hides X": (Trace(ElementwiseApplyFunction(Lambda(t, t * Trace(X)), A)), "function itself"),
    "explicit matrix of entries": (Trace(ImmutableMatrix([[X[0, 0]]])), "rule"),
    "matrix as an exponent": (Trace(HadamardPower(Integer(2), X)), "exponent"),
    "eigenvalue of any matrix": (Eigenvalue(X, 0), "Q.symmetric"),
    "power by itself": (Trace(A ** Trace(X)), "exponent"),
    "Kronecker with a weight": (Trace(MatrixSymbol("G", n * n, n * n) * KroneckerProduct(X, A)), "Kronecker"),
    "second derivative of the exponential": (Trace(FrechetDerivative(exp, X, A) * B), "second derivative"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_differentiated_is_refused_by_name(name):
    expr, word = REFUSED[name]
    with pytest.raises(NotDifferentiable, match=word):
        gradient(expr, X)


def test_bad_input():
    with pytest.raises(ShapeMismatch, match="not square"):
        gradient(Trace(Inverse(Y) * Z), Y)
    with pytest.raises(ShapeMismatch, match="a sum of shapes"):
        gradient(Trace(X + Y), X)
    with pytest.raises(ShapeMismatch, match="needs a scalar"):
        gradient(X * A, X)
    with pytest.raises(ValueError, match="name of the variable"):
        gradient(Trace(MatrixSymbol("X", m, m)), X)
    with pytest.raises(ValueError, match="name of the variable"):
        gradient(Symbol("X") * Trace(A), X)
    with pytest.raises(ValueError, match="size of a matrix"):
        gradient(Trace(X), n)
    with pytest.raises(TypeError, match="neither"):
        gradient(Trace(X * A), X * A)
    with pytest.raises(ValueError, match="structure"):
        gradient(Trace(X), X, structure="banded")
    with pytest.raises(ShapeMismatch, match="not square"):
        gradient(Trace(Y.T * Z), Y, structure="symmetric")
    with pytest.raises(ShapeMismatch, match="increment"):
        differential(Trace(X), X, Y)


i, j = symbols("i j", integer=True, nonnegative=True)
rows, cols = (i, 0, n - 1), (j, 0, m - 1)

INDEXED = {
    "entry of a product": ((x.T * A * x)[0, 0], x, A * x + A.T * x),
    "function of an entry": (log((x.T * x)[0, 0] + 1), x, 2 / (Trace(x.T * x) + 1) * x),
    "sum of squares": (Sum(Y[i, j] ** 2, rows, cols), Y, 2 * Y),
    "sum of all": (Sum(Y[i, j], rows, cols), Y, OneMatrix(n, m)),
    "bilinear": (Sum(X[i, j] * x[i, 0] * y[j, 0], rows, (j, 0, n - 1)), X, x * y.T),
    "diagonal": (Sum(X[i, i], rows), X, I),
}


@pytest.mark.parametrize("name", INDEXED)
def test_sums_over_indices_are_read_as_matrices(name):
    expr, variable, printed = INDEXED[name]
    assert equal(gradient(expr, variable), printed) is True
    direction = MatrixSymbol("E", *variable.shape)
    assert equal(directional_derivative(expr, variable, direction), Trace(printed.T * direction)) is True


@pytest.mark.parametrize(
    "total",
    [
        Sum(x[i, 0] ** 3, rows),
        Sum(X[i, i] * x[i, 0], rows),
        Sum(Y[i, j], (i, 0, m - 1), cols),
        Sum(X[i, i + 1], (i, 0, n - 2)),
        Sum(exp(X[i, 0]), rows),
    ],
    ids=str,
)
def test_sums_that_are_no_matrix_products_are_refused(total):
    variable = next(symbol for symbol in (X, Y, x) if total.has(symbol))
    with pytest.raises(NotDifferentiable, match="Sum"):
        gradient(total, variable)


def test_inner_product_node():
    u, v = MatrixSymbol("u", 3, 1), MatrixSymbol("v", 3, 1)
    assert gradient(DotProduct(u, v), u) == v


def test_functions_that_are_not_named_are_differentiated_by_name():
    first = gradient(sigma(Trace(a.T * x)), x)
    assert first.has(Derivative)
    assert hessian(sigma(Trace(a.T * x)), x).shape == (n, n)
    assert hessian(Trace(one.T * (A * x).applyfunc(sigma)), x).shape == (n, n)


def test_kinks_are_differentiated_off_the_kink():
    assert gradient(Max(Trace(X), Integer(0)), X).shape == X.shape


def random_expression(random, depth, rows, cols):
    """A random matrix expression in X and Y and constants."""
    leaves = {(n, n): [X, A, X.T], (n, m): [Y, Z, Y], (m, n): [Y.T, Z.T], (m, m): [Y.T * Y, Identity(m)]}
    leaves[n, 1] = [x, a]
    if depth == 0:
        return random.choice(leaves[rows, cols])

    def inner(r, c):
        return random_expression(random, depth - 1, r, c)

    options = [
        lambda: inner(rows, n) * inner(n, cols),
        lambda: inner(rows, cols) - 2 * inner(rows, cols),
        lambda: Trace(inner(n, n)) * inner(rows, cols),
    ]
    if cols != 1:
        options += [
            lambda: HadamardProduct(inner(rows, cols), inner(rows, cols)),
            lambda: inner(rows, cols).applyfunc(tanh),
            lambda: inner(rows, m) * inner(m, cols),
        ]
    if rows == cols:
        options += [
            lambda: (inner(rows, rows) + 3 * Identity(rows)).inv(),
            lambda: DiagonalMatrix(inner(rows, rows)),
            lambda: inner(rows, rows) ** 2,
        ]
    if rows == cols == n:
        options += [lambda: DiagMatrix(inner(n, 1)), lambda: inner(n, 1) * inner(n, 1).T]
    return random.choice(options)()


@pytest.mark.parametrize("seed", range(30))
def test_random_expressions_are_differentiated_right_or_refused(seed):
    random = Random(seed)
    matrix = random_expression(random, 3, *random.choice([(n, n), (n, m)]))
    scalar = Trace(matrix * (A if matrix.cols == n else Z.T))
    variable = random.choice([X, Y, x])
    gradient(scalar, variable)  # raises CheckFailed if wrong
    differential(scalar, variable)
    jacobian(matrix, variable)
