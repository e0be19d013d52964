"""Forms of entrywise and Kronecker products, diagonals, vec and functions of matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product as choices
from typing import Any

from sympy import DiagMatrix, HadamardProduct, Identity, Integer, KroneckerProduct, OneMatrix
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from .kernels.algebra import is_zero
from .matrix_forms import FormArithmetic
from .matrix_nodes import FrechetDerivative, MatrixFunction, ShapeMismatch, Vec, as_lambda, derivative_of
from .matrix_words import ONE, ZERO, Form, Word, form_key, same, text_of
from .symbols import real


class ProductForms(FormArithmetic):
    """The products and linear maps beyond the matrix product."""

    def __init__(self, expanded: bool = False, where: Iterable[Any] = ()) -> None:
        super().__init__(expanded, where)
        self._functions: dict[Any, list[Any]] = {}

    def linear(self, form: Form, build: Callable[[Any], Any], rows: Any, cols: Any) -> Form:
        """A linear map of the form, as a sum over its terms (over the whole form where brackets are kept)."""
        if not self.expanded and len(form.terms) > 1:
            return self.collect(rows, cols, [(ONE, (self.letter(build(self.write(form))),))])
        return self.collect(
            rows,
            cols,
            [(c, (self.letter(build(self.write_word(w, form.rows))),)) for w, c in form.terms.items()],
        )

    def hadamard(self, factors: Iterable[tuple[Form, Any]]) -> Form:
        """The entrywise product of the forms, each to its entrywise power."""
        factors = [(form, power) for form, power in factors]
        rows, cols = factors[0][0].rows, factors[0][0].cols
        for form, _ in factors:
            if not (same(form.rows, rows) and same(form.cols, cols)):
                raise ShapeMismatch(f"an entrywise product of shapes {rows} x {cols} and {form.rows} x {form.cols}")
        if rows == 1 and cols == 1:
            scalar = ONE
            for form, power in factors:
                scalar *= self.as_scalar(form) ** power
            return self.scale(scalar, self.identity(ONE))
        if any(not form.terms and power.is_positive for form, power in factors):
            return self.zero(rows, cols)
        whole = [self._entrywise_power(form, power) for form, power in factors]
        terms = []
        for chosen in choices(*whole):
            coefficient: Any = ONE
            powers: dict[Any, Any] = {}
            for c, parts in chosen:
                coefficient *= c
                for base, power in parts:
                    powers[base] = powers.get(base, ZERO) + power
            terms.append((coefficient, {base: power for base, power in powers.items() if power != 0}))
        return self.add(
            self.zero(rows, cols), *(self.scale(c, self._entrywise(powers, rows, cols)) for c, powers in terms)
        )

    def _entrywise_power(self, form: Form, power: Any) -> list[tuple[Any, list[tuple[Any, Any]]]]:
        """A power of a form as terms: coefficient and factors with powers; a factor is an expression."""
        several = len(form.terms) > 1
        if several and self.expanded and power.is_Integer and 1 <= power <= 4:
            parts = [(c, self._written(w, form.rows)) for w, c in form.terms.items()]
            out = []
            for chosen in choices(parts, repeat=int(power)):
                coefficient = ONE
                for c, _ in chosen:
                    coefficient *= c
                out.append((coefficient, [pair for _, pairs in chosen for pair in pairs]))
            return out
        if several or (power != 1 and not power.is_Integer):
            return [(ONE, [(self.write(form), power)])]
        ((word, coefficient),) = form.terms.items() or (((), ZERO),)
        return [(coefficient**power, [(base, p * power) for base, p in self._written(word, form.rows)])]

    def _written(self, word: Word, size: Any) -> list[tuple[Any, Any]]:
        """A word as entrywise factors: those of an entrywise product, nothing for ones, or itself."""
        ones = all(isinstance(letter.base, OneMatrix) for letter in word) and word
        if ones:
            return []
        if len(word) == 1 and isinstance(word[0].base, HadamardProduct | HadamardPower) and word[0].power == 1:
            base = word[0].base
            args = base.args if isinstance(base, HadamardProduct) else (base,)
            pairs = [(arg.base, arg.exp) if isinstance(arg, HadamardPower) else (arg, ONE) for arg in args]
            if word[0].flip:
                pairs = [(self.write(self.transpose(self.matrix(one))), power) for one, power in pairs]
            return pairs
        return [(self.write_word(word, size), ONE)]

    def _entrywise(self, powers: dict[Any, Any], rows: Any, cols: Any) -> Form:
        if not powers:
            return self.ones(rows, cols)
        for base in powers:
            if isinstance(base, Identity) and powers[base].is_positive:
                others = [(self.matrix(other), p) for other, p in powers.items() if other != base]
                return self.diagonal_matrix(self.hadamard(others)) if others else self.identity(rows)
        if len(powers) == 1:
            ((base, power),) = powers.items()
            if power == 1:
                return self.matrix(base)
            form, flip = self.oriented(self.matrix(base))
            return self.collect(rows, cols, [(ONE, (self.letter(HadamardPower(self.write(form), power), flip),))])
        flipped = {self.write(self.transpose(self.matrix(base))): power for base, power in powers.items()}
        written, other = (
            sorted((text_of(HadamardPower(base, power) if power != 1 else base) for base, power in these.items()))
            for these in (powers, flipped)
        )
        marks = [sum(text.count("Transpose") for text in texts) for texts in (written, other)]
        flip = self.before((marks[1], other), (marks[0], written))
        chosen = flipped if flip else powers
        nodes = [HadamardPower(base, power) if power != 1 else base for base, power in chosen.items()]
        nodes.sort(key=text_of)
        return self.collect(rows, cols, [(ONE, (self.letter(HadamardProduct(*nodes), flip),))])

    def kronecker(self, forms: list[Form]) -> Form:
        """The Kronecker product of the forms."""
        rows = cols = ONE
        for form in forms:
            rows, cols = rows * form.rows, cols * form.cols
        split = self.expanded or any(form.rows == 1 and form.cols == 1 for form in forms)
        pieces = [
            [(c, Form(form.rows, form.cols, {w: ONE})) for w, c in form.terms.items()]
            if split or len(form.terms) == 1
            else [(ONE, form)]
            for form in forms
        ]
        terms = []
        for chosen in choices(*pieces):
            coefficient = ONE
            for c, _ in chosen:
                coefficient *= c
            parts = [form for _, form in chosen if not (form.rows == 1 and form.cols == 1)]
            terms.append(self.scale(coefficient, self._kronecker_of(parts, rows)))
        return self.add(self.zero(rows, cols), *terms)

    def _kronecker_of(self, parts: list[Form], size: Any) -> Form:
        if all(part.terms == {(): ONE} for part in parts):
            return self.identity(size)
        if len(parts) == 1:
            return parts[0]
        flipped = [self.transpose(part) for part in parts]
        keys = [[form_key(part) for part in these] for these in (parts, flipped)]
        flip = self.before((sum(k[0] for k in keys[1]), keys[1]), (sum(k[0] for k in keys[0]), keys[0]))
        letter = self.letter(KroneckerProduct(*(self.write(part) for part in (flipped if flip else parts))), flip)
        return self.collect(letter.rows, letter.cols, [(ONE, (letter,))])

    def vec(self, form: Form) -> Form:
        """The columns stacked."""
        if form.cols == 1:
            return form
        if form.rows == 1:
            return self.transpose(form)
        return self.linear(form, Vec, form.rows * form.cols, ONE)

    def diagonal(self, form: Form) -> Form:
        """The diagonal as a column; a transpose makes no difference."""
        if not same(form.rows, form.cols):
            raise ShapeMismatch(f"the diagonal of {self.write(form)}, which is {form.rows} x {form.cols}, not square")
        terms = []
        for word, coefficient in form.terms.items():
            if not word:
                terms.append(self.scale(coefficient, self.ones(form.rows, ONE)))
            elif len(word) == 1 and isinstance(word[0].base, DiagMatrix) and word[0].power == 1:
                terms.append(self.scale(coefficient, self.matrix(word[0].base.args[0])))
            else:
                one, _ = self.oriented(Form(form.rows, form.cols, {word: ONE}))
                node = DiagonalOf(self.write(one))
                terms.append(Form(form.rows, ONE, {(self.letter(node),): coefficient}))
        return self.add(self.zero(form.rows, ONE), *terms)

    def diagonal_matrix(self, form: Form) -> Form:
        """The form with all entries off the diagonal set to zero."""
        if not same(form.rows, form.cols):
            raise ShapeMismatch(f"the diagonal of {self.write(form)}, which is {form.rows} x {form.cols}, not square")
        total = []
        for word, coefficient in form.terms.items():
            if not word or (len(word) == 1 and isinstance(word[0].base, DiagMatrix | DiagonalMatrix)):
                total.append((coefficient, word))
            else:
                one, _ = self.oriented(Form(form.rows, form.cols, {word: ONE}))
                total.append((coefficient, (self.letter(DiagonalMatrix(self.write(one))),)))
        return self.collect(form.rows, form.cols, total)

    def diag(self, form: Form) -> Form:
        """The diagonal matrix of a column."""
        if form.cols != 1:
            form = self.transpose(form)
        if form.cols != 1:
            raise ShapeMismatch(f"DiagMatrix of {self.write(form)}, which is no vector")
        terms = []
        for word, coefficient in form.terms.items():
            if len(word) == 1 and isinstance(word[0].base, OneMatrix):
                terms.append(self.scale(coefficient, self.identity(form.rows)))
            elif len(word) == 1 and isinstance(word[0].base, DiagonalOf):
                inner = self.matrix(word[0].base.args[0])
                terms.append(self.scale(coefficient, self.diagonal_matrix(inner)))
            else:
                node = DiagMatrix(self.write_word(word, form.rows))
                terms.append(Form(form.rows, form.rows, {(self.letter(node),): coefficient}))
        if not self.expanded and len(terms) > 1:
            return Form(form.rows, form.rows, {(self.letter(DiagMatrix(self.write(form))),): ONE})
        return self.add(self.zero(form.rows, form.rows), *terms)

    def entrywise(self, function: Any, form: Form) -> Form:
        """A function of one scalar at every entry."""
        function = as_lambda(function)
        (t,), body = function.variables, function.expr
        if form.rows == 1 and form.cols == 1:
            return self.scale(function(self.as_scalar(form)), self.identity(ONE))
        if not body.has(t):
            return self.scale(body, self.ones(form.rows, form.cols))
        if body == t:
            return form
        form, flip = self.oriented(form)
        node = ElementwiseApplyFunction(function, self.write(form))
        if not isinstance(node, ElementwiseApplyFunction):
            return self.matrix(node)
        if self.expanded:
            node = self._known_function(node)
        letter = self.letter(node, flip)
        return Form(letter.rows, letter.cols, {(letter,): ONE})

    def _known_function(self, node: Any) -> Any:
        """An earlier node of the same argument whose function is proved to be the same, or the node itself."""
        point = real("entry")
        earlier = self._functions.setdefault(node.expr, [])
        for other in earlier:
            if node == other or is_zero(node.function(point) - other.function(point)):
                return other
        earlier.append(node)
        return node

    def function(self, function: Any, form: Form) -> Form:
        """An analytic function of a square form."""
        function = as_lambda(function)
        (t,), body = function.variables, function.expr
        if form.rows == 1:
            return self.scale(function(self.as_scalar(form)), self.identity(ONE))
        if not body.has(t):
            return self.scale(body, self.identity(form.rows))
        factor, rest = body.as_independent(t, as_Add=False)
        base, exponent = rest.as_base_exp()
        if base == t and exponent.is_integer:
            return self.scale(factor, self.power(form, exponent))
        if form.terms.keys() <= {()}:
            return self.scale(function(form.terms.get((), ZERO)), self.identity(form.rows))
        form, flip = self.oriented(form)
        letter = self.letter(MatrixFunction(as_lambda(lambda s: rest.subs(t, s)), self.write(form)), flip)
        if form == self.transpose(form):
            self._symmetric.add(letter.base)
            letter = self.letter(letter.base)
        return Form(form.rows, form.rows, {(letter,): factor})

    def frechet(self, function: Any, form: Form, direction: Form) -> Form:
        """The derivative of a function of the form in a direction: see `FrechetDerivative`."""
        function = as_lambda(function)
        (t,), body = function.variables, function.expr
        base, exponent = body.as_base_exp()
        if base == t and exponent.is_Integer and exponent > 0:
            n = int(exponent)
            powers = [self.power(form, Integer(k)) for k in range(n)]
            return self.add(*(self.multiply(powers[r], direction, powers[n - 1 - r]) for r in range(n)))
        if base == t and exponent == -1:
            inverse = self.inverse(form)
            return self.scale(-ONE, self.multiply(inverse, direction, inverse))
        if direction.terms.keys() <= {()}:
            return self.scale(direction.terms.get((), ZERO), self.function(derivative_of(function), form))
        if _commute(form, direction):
            return self.multiply(self.function(derivative_of(function), form), direction)
        written = self.write(form)
        return self.linear(direction, lambda e: FrechetDerivative(function, written, e), direction.rows, direction.cols)


def _commute(form: Form, direction: Form) -> bool:
    """Whether the first form is one letter and the second is made of its powers."""
    words = [*form.terms, *direction.terms]
    if len(form.terms) != 1 or any(len(word) > 1 for word in words) or not next(iter(form.terms)):
        return False
    return len({(letter.base, letter.flip) for word in words for letter in word}) == 1


__all__ = ["ProductForms"]
