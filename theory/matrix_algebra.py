"""A normal form for matrix expressions of any size: sums of words in letters X, X.T, X**-1, with scalar coefficients.

A word is a product of letters; a scalar inside it (x.T*A*x between two other factors) is moved to the coefficient, a
trace is the least of its word's rotations and transposes, products of inverses cancel. Two readings: `tidy` keeps
brackets, for results that are to be read; `normal_form` multiplies everything out, for equality.

>>> from sympy import MatrixSymbol, Symbol, Trace
>>> n = Symbol("n")
>>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
>>> equal(Trace(A * B.T), Trace(B * A.T))
True
>>> equal(A * B, B * A)
False

Conditions (`where`): SymPy's Q.symmetric(A), Q.diagonal(A), Q.orthogonal(A), Q.invertible(M), Q.positive_definite(M),
which is meant to say symmetric too, Q.fullrank(M), Q.upper_triangular(A), Q.lower_triangular(A), and relations between
scalars such as Determinant(X) > 0.
All matrices are real. An equality is meant wherever both sides are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import (
    Adjoint,
    Determinant,
    DiagMatrix,
    Expr,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    Sum,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from .index_sums import as_matrices
from .matrix_nodes import (
    BasisVector,
    Commutation,
    DiagonalSums,
    FrechetDerivative,
    LowerTriangle,
    MatrixFunction,
    ShapeMismatch,
    Vec,
    derivative_of,
)
from .matrix_products import ProductForms
from .matrix_words import (
    ONE,
    ZERO,
    Form,
    Letter,
    Word,
    form_key,
    is_scalar_matrix,
    merged,
    rotation_key,
    same,
)


class MatrixAlgebra(ProductForms):
    """Reads SymPy expressions into forms, calculates with forms, and writes them as SymPy expressions.

    expanded: whether products of sums are multiplied out. where: conditions, see the head of the module.
    """

    def __init__(self, expanded: bool = False, where: Iterable[Any] = ()) -> None:
        super().__init__(expanded, where)
        self._matrices: dict[Any, Form] = {}
        self._scalars: dict[Any, Any] = {}

    def trace(self, form: Form) -> Any:
        """The trace as a scalar; raises ShapeMismatch where the form is not square."""
        if not same(form.rows, form.cols):
            raise ShapeMismatch(f"the trace of {self.write(form)}, which is {form.rows} x {form.cols}, not square")
        return sum((c * self._trace_of(w, form.rows) for w, c in form.terms.items()), ZERO)

    def _trace_of(self, word: Word, size: Any) -> Any:
        while len(word) > 1 and word[0].base == word[-1].base and word[0].flip == word[-1].flip:
            power = word[0].power + word[-1].power
            first = () if power == 0 else (Letter(word[0].base, word[0].flip, power),)
            word, size = first + word[1:-1], (word[0].rows if first else word[0].cols)
        if not word:
            return size
        for index, letter in enumerate(word):
            if letter.rows == 1:
                rotated = self.collect(ONE, ONE, [(ONE, word[index:] + word[:index])])
                return self.as_scalar(rotated)
        if len(word) == 1 and word[0].power == 1:
            special = self._trace_of_letter(word[0].base)
            if special is not None:
                return special
        rotations = [word[i:] + word[:i] for i in range(len(word))]
        flipped = self.flipped_word(word)
        rotations += [flipped[i:] + flipped[:i] for i in range(len(word))]
        if self.expanded:
            for rotation in rotations:
                reduced = self.collect(rotation[0].rows, rotation[0].rows, [(ONE, rotation)])
                if reduced.terms != {merged(rotation): ONE} and list(reduced.terms) != [rotation]:
                    return self.trace(reduced)
        return Trace(self.write_word(min(rotations, key=rotation_key)))

    def _trace_of_letter(self, base: Any) -> Any | None:
        if isinstance(base, KroneckerProduct):
            forms = [self.matrix(factor) for factor in base.args]
            if all(same(form.rows, form.cols) for form in forms):
                total = ONE
                for form in forms:
                    total *= self.trace(form)
                return total
        if isinstance(base, DiagMatrix):
            vector = self.matrix(base.args[0])
            return self.as_scalar(self.multiply(self.ones(ONE, vector.rows), vector))
        if isinstance(base, DiagonalMatrix | LowerTriangle):
            return self.trace(self.matrix(base.args[0]))
        if isinstance(base, FrechetDerivative):
            function, at, direction = base.args
            outer = self.function(derivative_of(function), self.matrix(at))
            return self.trace(self.multiply(outer, self.matrix(direction)))
        return None

    def determinant(self, form: Form) -> Any:
        """The determinant as a scalar; raises ShapeMismatch where the form is not square."""
        if not same(form.rows, form.cols):
            text = f"the determinant of {self.write(form)}, which is {form.rows} x {form.cols}, not square"
            raise ShapeMismatch(text)
        if form.rows == 1:
            return self.as_scalar(form)
        if not form.terms:
            return ZERO
        if len(form.terms) == 1:
            ((word, coefficient),) = form.terms.items()
            value = coefficient**form.rows
            if not word:
                return value
            if len(word) == 1 or (self.expanded and all(same(letter.rows, letter.cols) for letter in word)):
                for letter in word:
                    value *= Determinant(letter.base) ** letter.power
                return value
        if self.expanded and len(form.terms) == 2 and getattr(form.terms.get(()), "is_Rational", False):
            return self._determinant_of_update(form)
        flipped = self.transpose(form)
        form = flipped if form_key(flipped) < form_key(form) else form
        return Determinant(self.write(form))

    def _determinant_of_update(self, form: Form) -> Any:
        """det(b I + c U V) by Sylvester's identity det(I + U V) = det(I + V U): one rotation of the word for all."""
        unit = form.terms[()]
        ((word, coefficient),) = [(w, c / unit) for w, c in form.terms.items() if w]
        rotations = []
        for turned in (word, self.flipped_word(word)):
            for index, letter in enumerate(turned):
                rotated = self.collect(letter.rows, letter.rows, [(coefficient, turned[index:] + turned[:index])])
                if letter.rows == 1:
                    return unit**form.rows * (1 + self.as_scalar(rotated))
                rotations += [rotated] if len(rotated.terms) == 1 else []
        best = min(rotations, key=form_key)
        return unit**form.rows * Determinant(self.write(self.add(self.identity(best.rows), best)))

    def element(self, form: Form, i: Any, j: Any) -> Any:
        """The entry (i, j)."""
        left = self.transpose(self.atom(BasisVector(form.rows, i)))
        return self.as_scalar(self.multiply(left, form, self.atom(BasisVector(form.cols, j))))

    # Reading

    def scalar(self, expr: Any) -> Any:
        """A scalar expression with all traces, determinants and entries in it in normal form."""
        if expr not in self._scalars:
            self._scalars[expr] = self._scalar(expr)
        return self._scalars[expr]

    def _scalar(self, expr: Any) -> Any:
        if is_scalar_matrix(expr):
            return self.as_scalar(self.matrix(expr))
        if getattr(expr, "is_Matrix", False):
            raise ShapeMismatch(f"{expr}, which is {expr.rows} x {expr.cols}, stands where a scalar is needed")
        if isinstance(expr, Trace):
            return self.trace(self.matrix(expr.arg))
        if isinstance(expr, Determinant):
            return self.determinant(self.matrix(expr.arg))
        if isinstance(expr, MatrixElement):
            return self.element(self.matrix(expr.parent), *expr.indices)
        if not expr.args or not expr.has(MatrixExpr, MatrixSymbol):
            return expr
        if isinstance(expr, Sum) and (read := as_matrices(expr)) != expr:
            return self.scalar(read)
        if hasattr(expr, "limits") or not isinstance(expr, Expr):
            return expr
        if any(getattr(arg, "is_Matrix", False) and not is_scalar_matrix(arg) for arg in expr.args):
            return expr.func(*(self.write(self.matrix(a)) if getattr(a, "is_Matrix", False) else a for a in expr.args))
        return expr.func(*(self.scalar(arg) for arg in expr.args))

    def matrix(self, expr: Any) -> Form:
        """The form of a matrix expression; raises ShapeMismatch where shapes in it do not fit."""
        if expr not in self._matrices:
            self._matrices[expr] = self._matrix(expr)
        return self._matrices[expr]

    def _matrix(self, expr: Any) -> Form:
        reader = _READERS.get(type(expr))
        try:
            return reader(self, expr) if reader is not None else self.atom(expr)
        except ShapeMismatch as error:
            if " in " in str(error):
                raise
            raise ShapeMismatch(f"{error}, in {expr}") from None


def _read_product(algebra: MatrixAlgebra, expr: Any) -> Form:
    scalar, forms = ONE, []
    for arg in expr.args:
        if getattr(arg, "is_Matrix", False):
            forms.append(algebra.matrix(arg))
        else:
            scalar *= algebra.scalar(arg)
    return algebra.scale(scalar, algebra.multiply(*forms))


def _read_power(algebra: MatrixAlgebra, expr: Any) -> Form:
    base, exponent = expr.args
    form = algebra.matrix(base)
    if form.rows != 1 and exponent.is_integer is not True and not exponent.free_symbols:
        return algebra.function(lambda t: t**exponent, form)
    return algebra.power(form, algebra.scalar(exponent))


def _read_hadamard(algebra: MatrixAlgebra, expr: Any) -> Form:
    if isinstance(expr, HadamardPower) and (not expr.base.is_Matrix or getattr(expr.exp, "is_Matrix", False)):
        return algebra.atom(expr)
    if isinstance(expr, HadamardPower):
        return algebra.hadamard([(algebra.matrix(expr.base), algebra.scalar(expr.exp))])
    return algebra.hadamard([(algebra.matrix(arg), ONE) for arg in expr.args])


def _read_linear(name: str) -> Callable[[MatrixAlgebra, Any], Form]:
    return lambda algebra, expr: getattr(algebra, name)(algebra.matrix(expr.args[0]))


def _read_same_shape(node: Any) -> Callable[[MatrixAlgebra, Any], Form]:
    def read(algebra: MatrixAlgebra, expr: Any) -> Form:
        form = algebra.matrix(expr.args[0])
        return algebra.linear(form, node, form.rows, form.cols)

    return read


_READERS: dict[Any, Callable[[MatrixAlgebra, Any], Form]] = {
    Identity: lambda algebra, expr: algebra.identity(expr.rows),
    ZeroMatrix: lambda algebra, expr: algebra.zero(*expr.shape),
    OneMatrix: lambda algebra, expr: algebra.ones(*expr.shape),
    MatAdd: lambda algebra, expr: algebra.add(*(algebra.matrix(arg) for arg in expr.args)),
    MatMul: _read_product,
    MatPow: _read_power,
    Inverse: lambda algebra, expr: algebra.inverse(algebra.matrix(expr.arg)),
    Transpose: _read_linear("transpose"),
    Adjoint: _read_linear("transpose"),
    HadamardProduct: _read_hadamard,
    HadamardPower: _read_hadamard,
    KroneckerProduct: lambda algebra, expr: algebra.kronecker([algebra.matrix(arg) for arg in expr.args]),
    DiagMatrix: _read_linear("diag"),
    DiagonalMatrix: _read_linear("diagonal_matrix"),
    DiagonalOf: _read_linear("diagonal"),
    Vec: _read_linear("vec"),
    LowerTriangle: _read_same_shape(LowerTriangle),
    DiagonalSums: _read_same_shape(DiagonalSums),
    Commutation: lambda algebra, expr: algebra.identity(expr.rows) if 1 in expr.args else algebra.atom(expr),
    ElementwiseApplyFunction: lambda algebra, expr: algebra.entrywise(expr.function, algebra.matrix(expr.expr)),
    MatrixFunction: lambda algebra, expr: algebra.function(expr.args[0], algebra.matrix(expr.args[1])),
    FrechetDerivative: lambda algebra, expr: algebra.frechet(
        expr.args[0], algebra.matrix(expr.args[1]), algebra.matrix(expr.args[2])
    ),
}


def tidy(expr: Any, where: Iterable[Any] = ()) -> Any:
    """The expression as a textbook would print it: brackets kept, scalars first, like terms collected."""
    algebra = MatrixAlgebra(expanded=False, where=where)
    if getattr(expr, "is_Matrix", False) and not is_scalar_matrix(expr):
        return algebra.write(algebra.matrix(expr))
    return algebra.scalar(expr)


def normal_form(expr: Any, where: Iterable[Any] = ()) -> Form:
    """The form of an expression with everything multiplied out; a scalar is a 1 x 1 form."""
    algebra = MatrixAlgebra(expanded=True, where=where)
    if getattr(expr, "is_Matrix", False):
        return algebra.matrix(expr)
    return algebra.scale(algebra.scalar(expr), algebra.identity(ONE))


def equal(a: Any, b: Any, where: Iterable[Any] = ()) -> bool | None:
    """True where a = b is proved for all sizes, False where it fails at some matrices, None where neither is known.

    Raises ShapeMismatch where the shapes differ or do not fit.
    """
    from .claims import MatrixIdentity
    from .evidence import Fails
    from .kernels.matrices import refute
    from .matrix_equality import proved_equal

    where = tuple(where)
    if proved_equal(a, b, where):
        return True
    return False if isinstance(refute(MatrixIdentity(a, b, where)), Fails) else None


__all__ = ["Form", "MatrixAlgebra", "equal", "is_scalar_matrix", "normal_form", "same", "tidy"]
