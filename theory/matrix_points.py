"""Points for matrix expressions: random sizes, scalars and matrices that meet conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

import sympy
from flint import fmpq, fmpq_mat
from sympy import Derivative, Lambda, MatrixSymbol, Q, Subs, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from . import matrix_nodes as nodes
from .matrix_values import NoValue, Point, Values
from .symbols import domain_of


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
            return inner.xreplace(new)
        return node.func(*(rebuilt(arg) for arg in node.args)) if node.args else node

    return rebuilt(expr)


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
            drawn = random.sample(range(least, least + 3), 3)
            chosen = {size: drawn[k] for k, size in enumerate(sizes)}
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
    """A random matrix of eighths with the properties `kinds`; style 0: of any signs, 1: positive, else near unit."""

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
        return [
            [sum((drawn[i][k] * drawn[j][k] for k in range(cols)), zero) + (i == j) for j in range(rows)]
            for i in range(rows)
        ]
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


__all__ = ["concrete", "dimensions", "meets", "points", "shaped"]
