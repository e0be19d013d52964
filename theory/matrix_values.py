"""Values of matrix expressions at explicit matrices: exact fractions, or complex balls, and points that meet conditions.

Nothing here knows a rule of differentiation or of the normal form: it is the independent route by which both are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import sympy
from flint import acb, acb_mat, arb, ctx, fmpq, fmpq_mat
from sympy import Basic, Derivative, Lambda, MatrixSymbol, Q, Subs, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from . import matrix_nodes as nodes
from .symbols import domain_of

PRECISION = 384


class NoValue(Exception):
    """An expression that has no value at a point: a singular inverse, the logarithm of a negative number, an unknown node."""


class Fractions:
    """Exact arithmetic: rational operations only."""

    exact = True
    matrix = staticmethod(fmpq_mat)

    @staticmethod
    def number(value: Any) -> Any:
        """A SymPy number or a Python fraction as an element."""
        value = sympy.sympify(value)
        if not value.is_Rational:
            raise NoValue(f"{value} is not rational")
        return fmpq(int(value.p), int(value.q))

    @staticmethod
    def function(function: Any, values: list[Any]) -> Any:
        """A named function at rational arguments."""
        if function is sympy.Abs:
            return abs(values[0])
        if function is sympy.sign:
            return fmpq((values[0] > 0) - (values[0] < 0))
        if function in (sympy.Max, sympy.Min):
            return max(values) if function is sympy.Max else min(values)
        raise NoValue(f"{function} is not rational")

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """A rational power where it is rational."""
        if exponent.q == 1 and abs(exponent.p) < 64:
            if exponent < 0 and base == 0:
                raise NoValue("a division by zero")
            return base ** int(exponent.p)
        root = None
        if base >= 0 and exponent.q == 2:
            p, q = base.p.sqrtrem(), base.q.sqrtrem()
            root = fmpq(p[0], q[0]) if p[1] == 0 and q[1] == 0 else None
        if root is None:
            raise NoValue("a root that is not rational")
        return Fractions.power(root, fmpq(exponent.p))


class Balls:
    """Complex balls. Functions with branch cuts are refused off the right half plane, where derivatives make sense."""

    exact = False
    matrix = staticmethod(acb_mat)

    @staticmethod
    def number(value: Any) -> Any:
        """A SymPy number or a fraction as a ball."""
        if isinstance(value, int):
            return acb(value)
        value = sympy.sympify(value)
        if value.is_Rational:
            return acb(arb(fmpq(int(value.p), int(value.q))))
        if value is sympy.pi:
            return acb.pi()
        if value is sympy.E:
            return acb(1).exp()
        raise NoValue(f"{value} is no number")

    @staticmethod
    def function(function: Any, values: list[Any]) -> Any:
        """A named function at balls."""
        value = values[0]
        if function in (sympy.Abs, sympy.sign, sympy.Heaviside):
            if value.real.contains(0):
                raise NoValue(f"{function} at zero")
            sign = 1 if value.real > 0 else -1
            if function is sympy.Heaviside:
                return acb((1 + sign) // 2)
            return acb(sign) if function is sympy.sign else value * sign
        if function in (sympy.Max, sympy.Min):
            better = (lambda a, b: a.real > b.real) if function is sympy.Max else (lambda a, b: a.real < b.real)
            for other in values[1:]:
                if not (better(value, other) or better(other, value)):
                    raise NoValue(f"{function} at a tie")
                value = value if better(value, other) else other
            return value
        if function is sympy.log and not value.real > 0:
            raise NoValue("the logarithm of a number that is not positive")
        if function in (sympy.asin, sympy.acos, sympy.atanh) and not abs(value.real) < 1:
            raise NoValue(f"{function} outside (-1, 1)")
        name = {"loggamma": "lgamma"}.get(function.__name__, function.__name__)
        if function in _SIMPLE:
            return getattr(value, name)()
        if function is sympy.polygamma:
            return acb.polygamma(values[1], values[0])
        raise NoValue(f"the function {function} has no ball arithmetic here")

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        """base ** exponent; the base positive where the exponent is no integer."""
        if exponent.imag == 0 and exponent.real.is_integer():
            if exponent.real < 0 and base.contains(0):
                raise NoValue("a division by zero")
            return base ** int(exponent.real.unique_fmpz())
        if not base.real > 0:
            raise NoValue("a power of a number that is not positive")
        return base**exponent


_SIMPLE = {
    sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh, sympy.asin, sympy.acos,
    sympy.atan, sympy.asinh, sympy.acosh, sympy.atanh, sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma, sympy.cot,
    sympy.digamma, sympy.sech, sympy.csch, sympy.coth, sympy.sec, sympy.csc, sympy.erfi,
}  # fmt: skip


@dataclass
class Point:
    """Sizes, scalars and matrices: values for all the symbols of an expression."""

    sizes: dict[Any, int]
    scalars: dict[Any, Any]
    matrices: dict[Any, list[list[Any]]]


class Values:
    """The values of expressions at a point, in an arithmetic (`Fractions` or `Balls`)."""

    def __init__(self, arithmetic: Any, point: Point) -> None:
        self.arithmetic = arithmetic
        self.sizes = point.sizes
        self._known: dict[Any, Any] = {}
        for symbol, size in point.sizes.items():
            self._known[symbol] = arithmetic.number(size)
        for symbol, value in point.scalars.items():
            self._known[symbol] = self._element(value)
        for symbol, rows in point.matrices.items():
            self._known[symbol] = arithmetic.matrix([[self._element(entry) for entry in row] for row in rows])

    def _element(self, value: Any) -> Any:
        if isinstance(value, int | Basic):
            return self.arithmetic.number(value)
        return acb(arb(value)) if isinstance(value, fmpq) and not self.arithmetic.exact else value

    def set(self, symbol: Any, value: Any) -> Values:
        """The same point with another value of one symbol."""
        other = object.__new__(Values)
        other.arithmetic, other.sizes = self.arithmetic, self.sizes
        # A value that does not depend on the symbol stays known.
        kept = {e: v for e, v in self._known.items() if symbol not in e.free_symbols}
        other._known = {**kept, symbol: value}
        return other

    def size(self, expr: Any) -> int:
        """A size as an integer."""
        value = sympy.sympify(expr).xreplace({s: sympy.Integer(k) for s, k in self.sizes.items()})
        if not value.is_Integer or value < 1:
            raise NoValue(f"{expr} is no size here")
        return int(value)

    def index(self, expr: Any) -> int:
        """An index as an integer."""
        value = self.scalar(expr)
        if self.arithmetic.exact:
            return int(value.p)
        return int(value.real.unique_fmpz())

    def of(self, expr: Any) -> Any:
        """The value: a matrix for a matrix expression, an element for a scalar. Raises NoValue."""
        try:
            return self.matrix(expr) if getattr(expr, "is_Matrix", False) else self.scalar(expr)
        except (ZeroDivisionError, ValueError, OverflowError, NotImplementedError, TypeError) as error:
            raise NoValue(str(error)) from None

    def matrix(self, expr: Any) -> Any:
        """The value of a matrix expression."""
        if expr not in self._known:
            rule = _MATRIX_RULES.get(type(expr))
            if rule is None:
                if isinstance(expr, sympy.MatrixBase):
                    return self._build(*expr.shape, lambda i, j: self.scalar(expr[i, j]))
                raise NoValue(f"{type(expr).__name__} has no value rule")
            self._known[expr] = rule(self, expr)
        return self._known[expr]

    def _build(self, rows: int, cols: int, entry: Callable[[int, int], Any]) -> Any:
        return self.arithmetic.matrix([[entry(i, j) for j in range(cols)] for i in range(rows)])

    def each(self, matrix: Any, function: Callable[[Any], Any]) -> Any:
        """A function at every entry."""
        return self._build(matrix.nrows(), matrix.ncols(), lambda i, j: function(matrix[i, j]))

    def ones(self, rows: int, cols: int) -> Any:
        """The matrix of ones."""
        return self._build(rows, cols, lambda i, j: self.arithmetic.number(1))

    def unit(self, size: int) -> Any:
        """The identity."""
        return self._build(size, size, lambda i, j: self.arithmetic.number(int(i == j)))

    def inverse(self, matrix: Any) -> Any:
        """The inverse; raises NoValue where the matrix is singular."""
        if matrix.nrows() != matrix.ncols():
            raise NoValue("an inverse of a matrix that is not square")
        det = matrix.det()
        if (det == 0) if self.arithmetic.exact else det.contains(0):
            raise NoValue("a singular matrix")
        return matrix.inv()

    def scalar(self, expr: Any) -> Any:
        """The value of a scalar expression."""
        if expr not in self._known:
            self._known[expr] = self._scalar(expr)
        return self._known[expr]

    def _scalar(self, expr: Any) -> Any:
        arithmetic = self.arithmetic
        if expr.is_number and not expr.args:
            return arithmetic.number(expr)
        if getattr(expr, "is_Matrix", False):
            return self.matrix(expr)[0, 0]
        if expr.is_Add:
            return sum((self.scalar(arg) for arg in expr.args[1:]), self.scalar(expr.args[0]))
        if expr.is_Mul:
            value = arithmetic.number(1)
            for arg in expr.args:
                value = value * self.scalar(arg)
            return value
        if expr.is_Pow:
            return arithmetic.power(self.scalar(expr.base), self.scalar(expr.exp))
        if isinstance(expr, sympy.Trace):
            matrix = self.matrix(expr.arg)
            return sum((matrix[i, i] for i in range(1, matrix.nrows())), matrix[0, 0])
        if isinstance(expr, sympy.Determinant):
            return self.matrix(expr.arg).det()
        if isinstance(expr, MatrixElement):
            return self.matrix(expr.parent)[self.index(expr.i), self.index(expr.j)]
        if isinstance(expr, sympy.KroneckerDelta):
            return arithmetic.number(int(self.index(expr.args[0]) == self.index(expr.args[1])))
        if isinstance(expr, Subs) and isinstance(expr.expr, Derivative):
            raise NoValue(f"{expr} is not evaluated")
        if isinstance(expr, nodes.Eigenvalue | nodes.SingularValue | nodes.NuclearNorm):
            return self._spectral(expr)
        if expr.is_Function and not isinstance(expr, AppliedUndef):
            return arithmetic.function(expr.func, [self.scalar(arg) for arg in expr.args])
        raise NoValue(f"{type(expr).__name__} {expr} has no value rule")

    def _spectral(self, expr: Any) -> Any:
        matrix, index = expr.args
        values = self._roots(self.matrix(matrix), symmetric=isinstance(expr, nodes.Eigenvalue))
        if isinstance(expr, nodes.NuclearNorm):
            return sum((Balls.power(v, acb(0.5)) for v in values[1:]), Balls.power(values[0], acb(0.5)))
        value = values[self.index(index)]
        return value if isinstance(expr, nodes.Eigenvalue) else Balls.power(value, acb(0.5))

    def _roots(self, matrix: Any, symmetric: bool) -> list[Any]:
        """The eigenvalues of a symmetric matrix, or of the smaller Gram matrix, from the largest."""
        if self.arithmetic.exact:
            raise NoValue("an eigenvalue is not rational")
        if not symmetric:
            gram = matrix.transpose() * matrix if matrix.nrows() >= matrix.ncols() else matrix * matrix.transpose()
            matrix = gram
        return sorted(matrix.eig(), key=lambda v: -float(v.real.mid()))

    def eigenvector(self, matrix: Any, index: int) -> Any:
        """A unit eigenvector of a symmetric matrix; its largest entry is positive."""
        value = self._roots(matrix, symmetric=True)[index]
        size = matrix.nrows()
        shifted = matrix - self.unit(size) * value
        best = None
        for column in range(size):
            # The columns of the adjugate of a matrix of corank one span its kernel.
            vector = [_cofactor(shifted, column, row) for row in range(size)]
            length = sum((v * v for v in vector[1:]), vector[0] * vector[0])
            if best is None or float(abs(length).mid()) > float(abs(best[1]).mid()):
                best = vector, length
        assert best is not None
        vector, length = best
        norm = Balls.power(length, acb(0.5))
        largest = max(vector, key=lambda v: abs(float(v.real.mid())))
        sign = 1 if largest.real > 0 else -1
        return self._build(size, 1, lambda i, j: vector[i] / norm * sign)


def _cofactor(matrix: Any, row: int, col: int) -> Any:
    size = matrix.nrows()
    if size == 1:
        return acb(1)
    rows = [[matrix[i, j] for j in range(size) if j != col] for i in range(size) if i != row]
    return acb_mat(rows).det() * (-1) ** (row + col)


def _product(values: Values, expr: Any) -> Any:
    scalar, matrix = None, None
    for arg in expr.args:
        if getattr(arg, "is_Matrix", False):
            found = values.matrix(arg)
            matrix = found if matrix is None else matrix * found
        else:
            found = values.scalar(arg)
            scalar = found if scalar is None else scalar * found
    return matrix if scalar is None else matrix * scalar


def _sum(values: Values, expr: Any) -> Any:
    total = values.matrix(expr.args[0])
    for arg in expr.args[1:]:
        total = total + values.matrix(arg)
    return total


def _power(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    if matrix.nrows() == 1:
        entry = values.arithmetic.power(matrix[0, 0], values.scalar(expr.args[1]))
        return values.arithmetic.matrix([[entry]])
    exponent = values.scalar(expr.args[1])
    if not (exponent.q == 1 if values.arithmetic.exact else exponent.real.is_integer()):
        return _spectral_function(values, matrix, lambda v: Balls.power(v, exponent))
    n = values.index(expr.args[1])
    base = matrix if n >= 0 else values.inverse(matrix)
    total = values.unit(matrix.nrows())
    for _ in range(abs(n)):
        total = total * base
    return total


def _kronecker(values: Values, expr: Any) -> Any:
    total = values.matrix(expr.args[0])
    for arg in expr.args[1:]:
        left, right = total, values.matrix(arg)
        r, c = right.nrows(), right.ncols()
        total = values._build(
            left.nrows() * r,
            left.ncols() * c,
            lambda i, j, a=left, b=right, r=r, c=c: a[i // r, j // c] * b[i % r, j % c],
        )
    return total


def _hadamard(values: Values, expr: Any) -> Any:
    factors = [values.matrix(arg) for arg in expr.args]

    def entry(i: int, j: int) -> Any:
        value = factors[0][i, j]
        for factor in factors[1:]:
            value = value * factor[i, j]
        return value

    return values._build(factors[0].nrows(), factors[0].ncols(), entry)


def _hadamard_power(values: Values, expr: Any) -> Any:
    exponent = values.scalar(expr.exp)
    return values.each(values.matrix(expr.base), lambda v: values.arithmetic.power(v, exponent))


def apply_lambda(values: Values, function: Any, value: Any) -> Any:
    """A Lambda of one scalar at a value."""
    (t,) = function.variables
    return values.set(t, value).scalar(function.expr)


def _entrywise(values: Values, expr: Any) -> Any:
    return values.each(values.matrix(expr.expr), lambda v: apply_lambda(values, expr.function, v))


def _spectral_function(values: Values, matrix: Any, function: Callable[[Any], Any]) -> Any:
    """f(A) by Newton's interpolation at the eigenvalues: exact for f on a matrix with simple spectrum."""
    if values.arithmetic.exact:
        raise NoValue("a matrix function is not rational")
    size = matrix.nrows()
    roots = sorted(matrix.eig(), key=lambda v: -float(v.real.mid()))
    table = [function(root) for root in roots]
    total = values.unit(size) * table[0]
    basis = values.unit(size)
    differences = list(table)
    for order in range(1, size):
        differences = [
            (differences[k + 1] - differences[k]) / (roots[k + order] - roots[k]) for k in range(size - order)
        ]
        basis = basis * (matrix - values.unit(size) * roots[order - 1])
        total = total + basis * differences[0]
    return total


def _matrix_function(values: Values, expr: Any) -> Any:
    function, argument = expr.args
    matrix = values.matrix(argument)
    (t,) = function.variables
    if function.expr == sympy.exp(t) and not values.arithmetic.exact:
        return matrix.exp()
    return _spectral_function(values, matrix, lambda v: apply_lambda(values, function, v))


def _frechet(values: Values, expr: Any) -> Any:
    """The upper right block of f([[A, E], [0, A]])."""
    function, at, direction = expr.args
    a, e = values.matrix(at), values.matrix(direction)
    size = a.nrows()
    (t,) = function.variables
    exponent = function.expr.as_base_exp()[1] if function.expr.as_base_exp()[0] == t else None
    zero = values.arithmetic.number(0)
    if exponent is not None and not exponent.is_number:
        exponent = sympy.Integer(values.index(exponent))
    if (exponent is not None and exponent.is_integer) or function.expr == sympy.exp(t):
        blocks = [[a, e], [None, a]]

        def entry(i: int, j: int) -> Any:
            block = blocks[i // size][j // size]
            return zero if block is None else block[i % size, j % size]

        block = values._build(2 * size, 2 * size, entry)
        if exponent is None:
            whole = block.exp()
        else:
            base = block if exponent >= 0 else values.inverse(block)
            whole = values.unit(2 * size)
            for _ in range(abs(int(exponent))):
                whole = whole * base
        return values._build(size, size, lambda i, j: whole[i, j + size])
    # For other functions the block has a double spectrum: the derivative is taken along A + i h E instead.
    if values.arithmetic.exact:
        raise NoValue("a matrix function is not rational")
    h = acb(arb(2) ** (-PRECISION // 4))
    shifted = [
        _spectral_function(values, a + e * (h * sign), lambda v: apply_lambda(values, function, v)) for sign in (1, -1)
    ]
    return (shifted[0] - shifted[1]) * (1 / (2 * h))


def _triangle(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    zero = values.arithmetic.number(0)
    return values._build(matrix.nrows(), matrix.ncols(), lambda i, j: matrix[i, j] if i >= j else zero)


def _diagonal_sums(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    size = matrix.nrows()
    zero = values.arithmetic.number(0)
    sums = {d: sum((matrix[k, k + d] for k in range(size) if 0 <= k + d < size), zero) for d in range(1 - size, size)}
    return values._build(size, size, lambda i, j: sums[j - i])


def _commutation(values: Values, expr: Any) -> Any:
    m, n = (values.size(arg) for arg in expr.args)
    # Entry i + j m of vec(A) is A[i, j]; it stands at j + i n in vec(A.T).
    return values._build(
        m * n, m * n, lambda row, col: values.arithmetic.number(int(row == (col // m) + (col % m) * n))
    )


def _selection(values: Values, expr: Any) -> Any:
    n = values.size(expr.args[0])
    return values._build(n * n, n, lambda row, col: values.arithmetic.number(int(row == col * (n + 1))))


def _vec(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    rows = matrix.nrows()
    return values._build(rows * matrix.ncols(), 1, lambda i, j: matrix[i % rows, i // rows])


def _diag(values: Values, expr: Any) -> Any:
    vector = values.matrix(expr.args[0])
    if vector.ncols() != 1:
        vector = vector.transpose()
    zero = values.arithmetic.number(0)
    return values._build(vector.nrows(), vector.nrows(), lambda i, j: vector[i, 0] if i == j else zero)


def _diagonal(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    return values._build(matrix.nrows(), 1, lambda i, j: matrix[i, i])


def _diagonal_matrix(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    zero = values.arithmetic.number(0)
    return values._build(matrix.nrows(), matrix.ncols(), lambda i, j: matrix[i, i] if i == j else zero)


def _basis(values: Values, expr: Any) -> Any:
    index = values.index(expr.args[1])
    return values._build(values.size(expr.args[0]), 1, lambda i, j: values.arithmetic.number(int(i == index)))


def _eigenvector(values: Values, expr: Any) -> Any:
    return values.eigenvector(values.matrix(expr.args[0]), values.index(expr.args[1]))


def _left_singular(values: Values, expr: Any) -> Any:
    matrix = values.matrix(expr.args[0])
    return values.eigenvector(matrix * matrix.transpose(), values.index(expr.args[1]))


def _transpose(values: Values, expr: Any) -> Any:
    return values.matrix(expr.args[0]).transpose()


_MATRIX_RULES: dict[Any, Callable[[Values, Any], Any]] = {
    sympy.Identity: lambda values, expr: values.unit(values.size(expr.rows)),
    sympy.ZeroMatrix: lambda values, expr: (
        values.ones(values.size(expr.rows), values.size(expr.cols)) * values.arithmetic.number(0)
    ),
    sympy.OneMatrix: lambda values, expr: values.ones(values.size(expr.rows), values.size(expr.cols)),
    sympy.MatAdd: _sum,
    sympy.MatMul: _product,
    sympy.MatPow: _power,
    sympy.Inverse: lambda values, expr: values.inverse(values.matrix(expr.arg)),
    sympy.Transpose: _transpose,
    sympy.Adjoint: _transpose,
    sympy.HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    sympy.KroneckerProduct: _kronecker,
    sympy.DiagMatrix: _diag,
    DiagonalMatrix: _diagonal_matrix,
    DiagonalOf: _diagonal,
    ElementwiseApplyFunction: _entrywise,
    nodes.MatrixFunction: _matrix_function,
    nodes.FrechetDerivative: _frechet,
    nodes.LowerTriangle: _triangle,
    nodes.DiagonalSums: _diagonal_sums,
    nodes.Commutation: _commutation,
    nodes.DiagonalSelection: _selection,
    nodes.Vec: _vec,
    nodes.BasisVector: _basis,
    nodes.Eigenvector: _eigenvector,
    nodes.LeftSingularVector: _left_singular,
}


# Points


def dimensions(exprs: Iterable[Any]) -> list[Any]:
    """The symbols that stand in shapes, by name."""
    found: set[Any] = set()
    for expr in exprs:
        for node in sympy.preorder_traversal(expr):
            if getattr(node, "is_Matrix", False) and hasattr(node, "shape"):
                found |= set().union(*(sympy.sympify(size).free_symbols for size in node.shape))
    return sorted(found, key=str)


def concrete(expr: Any) -> Any:
    """The expression with every undefined function of scalars replaced by an analytic one, derivatives carried out."""
    heads = {node.func for node in _everything(expr) if isinstance(node, AppliedUndef)}
    if not heads:
        return expr
    chosen = {}
    for number, head in enumerate(sorted(heads, key=str)):
        shift = sympy.Rational(number + 1, 3)
        chosen[head] = lambda *args, c=shift: (
            sum((sympy.sin(a + c + k) + (c + 1) * a**2 / (k + 3) for k, a in enumerate(args)), c)
            + (sympy.Mul(*args) if len(args) > 1 else 0)
        )

    def rebuilt(node: Any) -> Any:
        if isinstance(node, AppliedUndef):
            return chosen[node.func](*(rebuilt(arg) for arg in node.args))
        if isinstance(node, Lambda):
            return Lambda(node.variables, rebuilt(node.expr))
        if isinstance(node, ElementwiseApplyFunction):
            return ElementwiseApplyFunction(rebuilt(node.function), rebuilt(node.expr))
        if isinstance(node, Derivative):
            return rebuilt(node.expr).diff(*node.variables)
        if isinstance(node, Subs):
            inner = rebuilt(node.expr)
            new = {old: rebuilt(value) for old, value in zip(node.variables, node.point, strict=True)}
            return _scalar_of_matrices(inner.xreplace(new))
        return node.func(*(rebuilt(arg) for arg in node.args)) if node.args else node

    return rebuilt(expr)


def _scalar_of_matrices(expr: Any) -> Any:
    return expr


def _everything(expr: Any) -> Iterator[Any]:
    for node in sympy.preorder_traversal(expr):
        yield node
        if isinstance(node, ElementwiseApplyFunction | nodes.MatrixFunction):
            yield from sympy.preorder_traversal(node.args[0])


def bound_symbols(expr: Any) -> set[Any]:
    """The variables of Lambdas, which are no symbols of the expression."""
    return {v for node in _everything(expr) if isinstance(node, Lambda) for v in node.variables}


def points(exprs: Iterable[Any], where: Iterable[Any], random: Random, least: int = 2) -> Iterator[Point]:
    """Random points at random sizes at which the conditions can be met; the first are the smallest.

    Conditions on a symbol are met by construction; those on compound expressions are tested by `meets`.
    """
    exprs, where = list(exprs), list(where)
    everything = [*exprs, *where]
    sizes = dimensions(everything)
    matrices = sorted(set().union(*(e.atoms(MatrixSymbol) for e in everything)), key=str)
    bound = set().union(*(bound_symbols(e) for e in everything))
    plain = set().union(*(e.free_symbols for e in everything)) - set(sizes) - set(matrices) - bound
    plain = {s for s in plain if isinstance(s, Symbol)}
    exponents = {
        symbol
        for e in everything
        for node in _everything(e)
        if isinstance(node, sympy.MatPow | sympy.Pow)
        for symbol in node.exp.free_symbols
    }
    indices = {symbol for e in everything for node in _everything(e) for symbol in _index_symbols(node)}
    facts = [(fact.function, fact.arguments[0]) for fact in where if hasattr(fact, "arguments")]
    number = 0
    large = any(e.has(sympy.KroneckerProduct, nodes.Commutation, nodes.DiagonalSelection) for e in everything)
    while True:
        style = number % 4
        chosen = {size: random.choice((least, least + 1, least + 1, least + 2)) for size in sizes}
        if large:
            chosen = {size: random.choice((least, least, least + 1)) for size in sizes}
        elif number % 2 == 0 and len(sizes) <= 3:
            kinds = random.sample(range(least, least + 3), 3)
            chosen = {size: kinds[k] for k, size in enumerate(sizes)}
        number += 1
        scalars = {s: _scalar_value(s, random, s in exponents, s in indices) for s in sorted(plain, key=str)}
        values = {}
        try:
            for matrix in matrices:
                shape = [_size_of(length, chosen) for length in matrix.shape]
                kinds = {predicate for predicate, argument in facts if argument == matrix}
                values[matrix] = _random_matrix(shape[0], shape[1], kinds, style, random)
        except NoValue:
            continue
        yield Point(chosen, scalars, values)


def _index_symbols(node: Any) -> set[Any]:
    if isinstance(node, MatrixElement):
        return set(node.i.free_symbols | node.j.free_symbols)
    if isinstance(node, nodes.BasisVector | nodes.Eigenvector | nodes.LeftSingularVector | nodes.Eigenvalue):
        return set(node.args[1].free_symbols)
    if isinstance(node, nodes.SingularValue):
        return set(node.args[1].free_symbols)
    return set(node.free_symbols) if isinstance(node, sympy.KroneckerDelta) else set()


def _size_of(length: Any, sizes: Mapping[Any, int]) -> int:
    value = length.xreplace({s: sympy.Integer(k) for s, k in sizes.items()})
    if not value.is_Integer or value < 1:
        raise NoValue(f"{length} is no size")
    return int(value)


def _scalar_value(symbol: Any, random: Random, exponent: bool, index: bool) -> Any:
    if index:
        return fmpq(random.randint(0, 1))
    if exponent and symbol.is_integer:
        return fmpq(random.randint(2, 4))
    if symbol.is_integer:
        low = 1 if symbol.is_positive else 0 if symbol.is_nonnegative else -3
        return fmpq(random.randint(low, 4))
    try:
        domain = domain_of(symbol)
        low, high = domain.lower, domain.upper
    except ValueError:
        low, high = -sympy.oo, sympy.oo
    share = fmpq(random.randint(1, 15), 16)
    if low.is_finite and high.is_finite:
        return fmpq(int(low.p), int(low.q)) + share * fmpq(int((high - low).p), int((high - low).q))
    if low.is_finite:
        return fmpq(int(low.p), int(low.q)) + 3 * share
    if high.is_finite:
        return fmpq(int(high.p), int(high.q)) - 3 * share
    return 4 * share - 2


def _random_matrix(rows: int, cols: int, kinds: set[Any], style: int, random: Random) -> list[list[Any]]:
    """A random matrix of eighths with the properties `kinds`; style 0: any signs, 1: positive, 2, 3: near the identity."""

    def entry() -> Any:
        return fmpq(random.randint(-8, 8) or 3, 8) if style in (0, 2) else fmpq(random.randint(1, 8), 8)

    drawn = [[entry() + (3 * (i == j) if style >= 2 else 0) for j in range(cols)] for i in range(rows)]
    return shaped(drawn, kinds)


def shaped(drawn: list[list[Any]], kinds: set[Any]) -> list[list[Any]]:
    """A matrix with the properties that are asked for, made from any matrix. Raises NoValue."""
    rows, cols = len(drawn), len(drawn[0])
    zero = drawn[0][0] * 0
    if kinds & {Q.symmetric, Q.positive_definite, Q.diagonal, Q.orthogonal} and rows != cols:
        raise NoValue("a symmetric matrix is square")
    if Q.orthogonal in kinds:
        return _cayley(drawn)
    if Q.diagonal in kinds:
        drawn = [[drawn[i][j] if i == j else zero for j in range(cols)] for i in range(rows)]
        if Q.positive_definite in kinds:
            drawn = [[value * value + (i == j) for j, value in enumerate(row)] for i, row in enumerate(drawn)]
        return drawn
    if Q.positive_definite in kinds:
        product = [
            [sum((drawn[i][k] * drawn[j][k] for k in range(cols)), zero) + (i == j) for j in range(rows)]
            for i in range(rows)
        ]
        return product
    if Q.symmetric in kinds:
        return [[drawn[max(i, j)][min(i, j)] for j in range(cols)] for i in range(rows)]
    if Q.lower_triangular in kinds:
        return [[drawn[i][j] if i >= j else zero for j in range(cols)] for i in range(rows)]
    if Q.upper_triangular in kinds:
        return [[drawn[i][j] if i <= j else zero for j in range(cols)] for i in range(rows)]
    return drawn


def _cayley(drawn: list[list[Any]]) -> list[list[Any]]:
    """An orthogonal matrix (I - S)(I + S)**-1 from the skew part S of a matrix of fractions."""
    size = len(drawn)
    s = fmpq_mat([[drawn[i][j] - drawn[j][i] for j in range(size)] for i in range(size)])
    unit = fmpq_mat([[fmpq(int(i == j)) for j in range(size)] for i in range(size)])
    found = (unit - s) * (unit + s).inv()
    return [[found[i, j] for j in range(size)] for i in range(size)]


def meets(values: Values, fact: Any) -> bool:
    """Whether a condition certainly holds at a point. Raises NoValue where it is not understood."""
    if getattr(fact, "is_Relational", False):
        margin = values.of(fact.lhs - fact.rhs)
        real = margin if values.arithmetic.exact else margin.real
        found = {
            ">": lambda: real > 0,
            ">=": lambda: real >= 0,
            "<": lambda: real < 0,
            "<=": lambda: real <= 0,
            "!=": lambda: real != 0,
        }.get(fact.rel_op)
        if found is None:
            raise NoValue(f"the condition {fact} cannot be tested")
        return bool(found())
    predicate, argument = fact.function, fact.arguments[0]
    matrix = values.of(argument)
    if predicate in (Q.invertible, Q.fullrank):
        if predicate == Q.fullrank and matrix.nrows() < matrix.ncols():
            matrix = matrix.transpose()
        gram = matrix.transpose() * matrix if predicate == Q.fullrank else matrix
        if gram.nrows() != gram.ncols():
            return False
        det = gram.det()
        return bool(det != 0) if values.arithmetic.exact else not det.contains(0)
    zero = matrix - matrix
    if predicate in (Q.symmetric, Q.positive_definite):
        if matrix.nrows() != matrix.ncols() or not _is_same(values, matrix, matrix.transpose()):
            return False
        return predicate == Q.symmetric or _is_definite(values, matrix)
    if predicate == Q.diagonal:
        return all(
            _near_zero(values, matrix[i, j]) for i in range(matrix.nrows()) for j in range(matrix.ncols()) if i != j
        )
    if predicate == Q.lower_triangular:
        return all(
            _near_zero(values, matrix[i, j]) for i in range(matrix.nrows()) for j in range(i + 1, matrix.ncols())
        )
    if predicate == Q.upper_triangular:
        return all(
            _near_zero(values, matrix[i, j]) for i in range(matrix.nrows()) for j in range(min(i, matrix.ncols()))
        )
    if predicate == Q.orthogonal:
        return matrix.nrows() == matrix.ncols() and _is_same(
            values, matrix.transpose() * matrix, zero + values.unit(matrix.nrows())
        )
    if predicate == Q.square:
        return bool(matrix.nrows() == matrix.ncols())
    raise NoValue(f"the condition {fact} is not known")


def _near_zero(values: Values, entry: Any) -> bool:
    return bool(entry == 0) if values.arithmetic.exact else bool(entry.contains(0))


def _is_same(values: Values, a: Any, b: Any) -> bool:
    return bool(a == b) if values.arithmetic.exact else bool(a.overlaps(b))


def _is_definite(values: Values, matrix: Any) -> bool:
    """Sylvester's criterion."""
    for size in range(1, matrix.nrows() + 1):
        minor = values._build(size, size, lambda i, j: matrix[i, j]).det()
        if not (minor > 0 if values.arithmetic.exact else minor.real > 0):
            return False
    return True


def with_precision(task: Callable[[], Any], bits: int = PRECISION) -> Any:
    """The value of task() computed with balls of the given precision."""
    before = ctx.prec
    ctx.prec = bits
    try:
        return task()
    finally:
        ctx.prec = before


__all__ = [
    "Balls",
    "Fractions",
    "NoValue",
    "Point",
    "Values",
    "concrete",
    "dimensions",
    "meets",
    "points",
    "shaped",
    "with_precision",
]
