"""A normal form for matrix expressions of any size: sums of words in letters X, X.T, X**-1, with scalar coefficients.

A word is a product of letters; a scalar inside it (x.T*A*x between two other factors) is moved to the coefficient, a trace
is the least of its word's rotations and transposes, products of inverses cancel. Two readings: `tidy` keeps brackets,
for results that are to be read; `normal_form` multiplies everything out, for equality.

>>> from sympy import MatrixSymbol, Symbol, Trace
>>> n = Symbol("n")
>>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
>>> equal(Trace(A * B.T), Trace(B * A.T))
True
>>> equal(A * B, B * A)
False

Conditions (`where`): SymPy's Q.symmetric(A), Q.diagonal(A), Q.orthogonal(A), Q.invertible(M), Q.positive_definite(M),
Q.fullrank(M), Q.upper_triangular(A), Q.lower_triangular(A), and relations between scalars such as Determinant(X) > 0.
All matrices are real. An equality is meant wherever both sides are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import product as choices
from typing import Any, NamedTuple

from sympy import (
    Adjoint,
    Determinant,
    DiagMatrix,
    Expr,
    HadamardProduct,
    Identity,
    Integer,
    Inverse,
    KroneckerDelta,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    Q,
    Rational,
    S,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    expand,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from .matrix_nodes import (
    BasisVector,
    Commutation,
    DiagonalSums,
    FrechetDerivative,
    LowerTriangle,
    MatrixFunction,
    ShapeMismatch,
    Vec,
    as_lambda,
    derivative_of,
)

ONE, ZERO = S.One, S.Zero


class Letter(NamedTuple):
    """A matrix, perhaps transposed, to a power: the transpose is taken first, which makes no difference."""

    base: Any
    flip: bool
    power: Any

    @property
    def rows(self) -> Any:
        """The number of rows."""
        return self.base.cols if self.flip else self.base.rows

    @property
    def cols(self) -> Any:
        """The number of columns."""
        return self.base.rows if self.flip else self.base.cols


Word = tuple[Letter, ...]


class Form(NamedTuple):
    """A matrix of the given shape as a sum of coefficients times words; the empty word is the identity."""

    rows: Any
    cols: Any
    terms: dict[Word, Any]


def same(a: Any, b: Any) -> bool:
    """Whether two sizes are equal for all values of their symbols."""
    return bool(a == b) or bool(expand(a - b) == 0)


@lru_cache(maxsize=4096)
def _text(base: Any) -> str:
    return str(base)


def _key(word: Word) -> tuple[Any, ...]:
    return (len(word), tuple((_text(letter.base), letter.flip, str(letter.power)) for letter in word))


def _rotation_key(word: Word) -> tuple[Any, ...]:
    """Orders rotations: few transposes, and those in front, as in tr(X.T A X)."""
    return (sum(letter.flip for letter in word), [(not letter.flip, _text(letter.base), str(letter.power)) for letter in word])


def _form_key(form: Form) -> tuple[Any, ...]:
    flips = sum(letter.flip for word in form.terms for letter in word)
    return (flips, sorted((_key(word), str(coefficient)) for word, coefficient in form.terms.items()))


def is_scalar_matrix(expr: Any) -> bool:
    """Whether the expression is a 1 x 1 matrix, which is used as a scalar."""
    return bool(getattr(expr, "is_Matrix", False)) and expr.rows == 1 and expr.cols == 1


class MatrixAlgebra:
    """Reads SymPy expressions into forms, calculates with forms, and writes them as SymPy expressions.

    expanded: whether products of sums are multiplied out. where: conditions, see the head of the module.
    """

    def __init__(self, expanded: bool = False, where: Iterable[Any] = ()) -> None:
        self.expanded = expanded
        self._symmetric, self._orthogonal = set(), set()
        for fact in where:
            predicate = getattr(fact, "function", None)
            if predicate in (Q.symmetric, Q.positive_definite, Q.diagonal):
                self._symmetric.add(fact.arguments[0])
            if predicate == Q.orthogonal:
                self._orthogonal.add(fact.arguments[0])
        self._blocks: dict[frozenset[Any], tuple[Any, Letter]] = {}
        self._rules: list[tuple[Word, Form]] = []
        self._matrices: dict[Any, Form] = {}
        self._scalars: dict[Any, Any] = {}

    # Building blocks

    def letter(self, base: Any, flip: bool = False, power: Any = ONE) -> Letter:
        """A letter, with its symmetry used."""
        if base in self._orthogonal and flip:
            return Letter(base, False, -power)
        if base in self._symmetric or isinstance(base, DiagMatrix | DiagonalMatrix):
            flip = False
        return Letter(base, flip, power)

    def atom(self, base: Any, flip: bool = False) -> Form:
        """A matrix of which nothing more is known."""
        letter = self.letter(base, flip)
        return self.collect(letter.rows, letter.cols, [(ONE, (letter,))])

    def identity(self, size: Any) -> Form:
        """The identity of a size."""
        return Form(size, size, {(): ONE})

    def zero(self, rows: Any, cols: Any) -> Form:
        """The zero matrix of a shape."""
        return Form(rows, cols, {})

    def ones(self, rows: Any, cols: Any) -> Form:
        """The matrix of ones, as a column of ones times a row of ones."""
        word = [Letter(OneMatrix(rows, ONE), False, ONE)] if rows != 1 else []
        word += [Letter(OneMatrix(cols, ONE), True, ONE)] if cols != 1 else []
        return Form(rows, cols, {tuple(word): ONE})

    def collect(self, rows: Any, cols: Any, terms: Iterable[tuple[Any, Word]]) -> Form:
        """The sum of the terms, each word reduced."""
        total: dict[Word, Any] = {}
        pending = list(terms)[::-1]
        while pending:
            coefficient, word = pending.pop()
            factor, word, rest = self._reduce(word)
            coefficient = coefficient * factor
            if rest is not None:
                pending += [(coefficient * c, w) for w, c in rest]
                continue
            total[word] = total.get(word, ZERO) + coefficient
        return Form(rows, cols, {word: c for word, c in total.items() if c != 0})

    def _reduce(self, word: Word) -> tuple[Any, Word, list[tuple[Word, Any]] | None]:
        """A word as (scalar, shorter word, None), or as a sum of other words in the third place."""
        scalar, merged = self._without_scalars(self._merged(word))
        for index in range(len(merged) - 1):
            found = self._pair(merged[index], merged[index + 1])
            if found is not None:
                before, after = merged[:index], merged[index + 2 :]
                return scalar, (), [(before + w + after, c) for w, c in found.terms.items()]
        for pattern, replacement in self._rules:
            exploded = _exploded(merged)
            for start in range(len(exploded) - len(pattern) + 1):
                if exploded[start : start + len(pattern)] == pattern:
                    before, after = exploded[:start], exploded[start + len(pattern) :]
                    return scalar, (), [(before + w + after, c) for w, c in replacement.terms.items()]
        return scalar, merged, None

    @staticmethod
    def _merged(word: Word) -> Word:
        out: list[Letter] = []
        for letter in word:
            if out and out[-1].base == letter.base and (out[-1].flip == letter.flip or _is_symmetric(letter.base)):
                last = out.pop()
                power = last.power + letter.power
                if power != 0:
                    out.append(Letter(letter.base, letter.flip, power))
            else:
                out.append(letter)
        return tuple(out)

    def _without_scalars(self, word: Word) -> tuple[Any, Word]:
        """Moves what stands between two places of size one out of the word."""
        if not word:
            return ONE, word
        sizes = [letter.rows for letter in word] + [word[-1].cols]
        cuts = [index for index, size in enumerate(sizes) if size == 1]
        if len(cuts) < 2:
            return ONE, word
        scalar = ONE
        for start, end in zip(cuts, cuts[1:], strict=False):
            scalar *= self._inner(word[start:end])
        return scalar, word[: cuts[0]] + word[cuts[-1] :]

    def _inner(self, word: Word) -> Any:
        """The scalar that a 1 x 1 word is, without places of size one inside."""
        flipped = self._flipped(word)
        if _key(flipped) < _key(word):
            word = flipped
        first, last = word[0], word[-1]
        if isinstance(first.base, BasisVector) and isinstance(last.base, BasisVector) and len(word) > 1:
            i, j = first.base.args[1], last.base.args[1]
            if len(word) == 2:
                return KroneckerDelta(i, j)
            inner = word[1:-1]
            if len(inner) == 1 and inner[0].flip and inner[0].power == 1:
                return MatrixElement(inner[0].base, j, i)
            return MatrixElement(self._write_word(inner), i, j)
        if len(word) == 2 and isinstance(first.base, OneMatrix) and first.base == last.base:
            return first.base.rows
        if len(word) == 1 and word[0].power != 1:
            return Trace(word[0].base) ** word[0].power
        return Trace(self._write_word(word))

    def _pair(self, left: Letter, right: Letter) -> Form | None:
        """The product of two neighbours where there is a rule for it."""
        plain = left.power == 1 and right.power == 1
        if not plain:
            return None
        if isinstance(left.base, KroneckerProduct) and isinstance(right.base, KroneckerProduct):
            one, other = self._factors(left), self._factors(right)
            if len(one) == len(other) and all(same(a.cols, b.rows) for a, b in zip(one, other, strict=True)):
                return self.kronecker([self.multiply(a, b) for a, b in zip(one, other, strict=True)])
        if isinstance(left.base, DiagMatrix) and isinstance(right.base, OneMatrix) and not right.flip:
            return self.matrix(left.base.args[0])
        if isinstance(right.base, DiagMatrix) and isinstance(left.base, OneMatrix) and left.flip:
            return self.transpose(self.matrix(right.base.args[0]))
        if isinstance(left.base, Commutation) and isinstance(right.base, Vec) and not (left.flip or right.flip):
            inner = right.base.args[0]
            if same(left.base.args[0], inner.rows) and same(left.base.args[1], inner.cols):
                return self.vec(self.transpose(self.matrix(inner)))
        if isinstance(left.base, Commutation) and isinstance(right.base, Commutation) and not (left.flip or right.flip):
            (m, n), (p, q) = left.base.args, right.base.args
            if same(m, q) and same(n, p):
                return self.identity(m * n)
        return None

    def _factors(self, letter: Letter) -> list[Form]:
        forms = [self.matrix(factor) for factor in letter.base.args]
        return [self.transpose(form) for form in forms] if letter.flip else forms

    # Arithmetic

    def add(self, *forms: Form) -> Form:
        """The sum; raises ShapeMismatch where the shapes differ."""
        first = forms[0]
        for form in forms[1:]:
            if not (same(form.rows, first.rows) and same(form.cols, first.cols)):
                raise ShapeMismatch(f"a sum of shapes {first.rows} x {first.cols} and {form.rows} x {form.cols}")
        return self.collect(first.rows, first.cols, [(c, w) for form in forms for w, c in form.terms.items()])

    def scale(self, scalar: Any, form: Form) -> Form:
        """The form times a scalar."""
        if scalar == 0:
            return self.zero(form.rows, form.cols)
        return Form(form.rows, form.cols, {word: scalar * c for word, c in form.terms.items()})

    def multiply(self, *forms: Form) -> Form:
        """The product; raises ShapeMismatch where the inner sizes differ."""
        for left, right in zip(forms, forms[1:], strict=False):
            if not same(left.cols, right.rows):
                raise ShapeMismatch(
                    f"a product of shapes {left.rows} x {left.cols} and {right.rows} x {right.cols}: "
                    f"{left.cols} columns meet {right.rows} rows"
                )
        rows, cols = forms[0].rows, forms[-1].cols
        sums = [form for form in forms if len(form.terms) > 1]
        if not self.expanded and sums and sum(form.terms.keys() != {()} for form in forms) > 1:
            forms = tuple(self._bracket(form) if len(form.terms) > 1 else form for form in forms)
        terms = []
        for chosen in choices(*(form.terms.items() for form in forms)):
            coefficient, word = ONE, ()
            for part, c in chosen:
                coefficient, word = coefficient * c, word + part
            terms.append((coefficient, word))
        return self.collect(rows, cols, terms)

    def transpose(self, form: Form) -> Form:
        """The transpose."""
        return self.collect(form.cols, form.rows, [(c, self._flipped(w)) for w, c in form.terms.items()])

    def _flipped(self, word: Word) -> Word:
        return tuple(self.letter(letter.base, not letter.flip, letter.power) for letter in reversed(word))

    def power(self, form: Form, exponent: Any) -> Form:
        """An integer power of a square form, or any power of a 1 x 1 form."""
        if not same(form.rows, form.cols):
            raise ShapeMismatch(f"a power of {self.write(form)}, which is {form.rows} x {form.cols}, not square")
        if form.rows == 1:
            return self.scale(self.as_scalar(form) ** exponent, self.identity(ONE))
        if exponent == 0 or form.terms == {(): ONE}:
            return self.identity(form.rows)
        if len(form.terms) == 1:
            ((word, coefficient),) = form.terms.items()
            if coefficient == 1 or exponent.is_integer:
                found = self._word_power(form.rows, word, exponent)
                if found is not None:
                    return self.scale(coefficient**exponent, found)
        if self.expanded and exponent.is_Integer and 0 < exponent <= 6:
            return self.multiply(*[form] * int(exponent))
        return self._bracket(form, exponent)

    def _word_power(self, size: Any, word: Word, exponent: Any) -> Form | None:
        if len(word) == 1 and isinstance(word[0].base, KroneckerProduct) and exponent == -1:
            factors = self._factors(word[0])
            if all(same(factor.rows, factor.cols) for factor in factors):
                return self.kronecker([self.power(factor, exponent) for factor in factors])
            return None
        if len(word) <= 1:
            if not all((letter.power * exponent).is_integer or letter.power == 1 for letter in word):
                return None
            return self.collect(size, size, [(ONE, tuple(Letter(b, f, p * exponent) for b, f, p in word))])
        if exponent == -1 and all(same(letter.rows, letter.cols) for letter in word):
            inverted = tuple(Letter(b, f, -p) for b, f, p in reversed(word))
            return self.collect(size, size, [(ONE, inverted)])
        if exponent.is_Integer and 0 < exponent <= 6:
            return self.collect(size, size, [(ONE, word * int(exponent))])
        return None

    def inverse(self, form: Form) -> Form:
        """The inverse."""
        return self.power(form, -ONE)

    def _bracket(self, form: Form, power: Any = ONE) -> Form:
        """A sum as one letter; the same letter for its negative and its transpose."""
        scale = ONE
        if self.expanded or len(form.terms) == 1:
            numbers = [c for _, c in sorted(form.terms.items(), key=lambda term: _key(term[0])) if c.is_Rational]
            scale = numbers[-1] if numbers else ONE
            form = self.scale(1 / scale, form)
        name = frozenset(form.terms.items())
        if name not in self._blocks:
            form, turned = self.oriented(form)
            flipped = self.transpose(form)
            letter = Letter(self.write(form), False, ONE)
            if frozenset(flipped.terms.items()) == name:
                self._symmetric.add(letter.base)
            for sign in (ONE, -ONE):
                self._blocks.setdefault(
                    frozenset((w, sign * c) for w, c in flipped.terms.items()), (sign, self.letter(letter.base, True))
                )
            for sign in (-ONE, ONE):
                self._blocks[frozenset((w, sign * c) for w, c in form.terms.items())] = (sign, letter)
            if turned:
                form = flipped
        sign, letter = self._blocks[name]
        if self.expanded and power == -1:
            self._learn_inverse(letter.base, sign, form, letter.flip)
        block = Letter(letter.base, letter.flip, power)
        return self.collect(form.rows, form.cols, [((scale * sign) ** power, (block,))])

    def _learn_inverse(self, base: Any, sign: Any, form: Form, flip: bool) -> None:
        """Adds P w = (1 - P (B - c w)) / c for the inverse P of the sum B and its longest word w, and its mirrors."""
        form = self.scale(sign, form)
        if flip:
            form = self.transpose(form)
        leads = [word for word, c in form.terms.items() if c.is_Rational and word]
        if not leads:
            return
        lead = max(leads, key=_key)
        inverse = self.letter(base, False, -ONE)
        if any(pattern[0] == inverse for pattern, _ in self._rules):
            return
        coefficient = form.terms[lead]
        rest = [(word, c) for word, c in form.terms.items() if word != lead]
        left = {(): 1 / coefficient} | {(inverse, *word): -c / coefficient for word, c in rest}
        right = {(): 1 / coefficient} | {(*word, inverse): -c / coefficient for word, c in rest}
        size = form.rows
        for pattern, terms in (((inverse, *lead), left), ((*lead, inverse), right)):
            self._rules.append((_exploded(pattern), Form(size, size, terms)))
            if base not in self._symmetric:
                mirrored = {self._flipped(word): c for word, c in terms.items()}
                self._rules.append((_exploded(self._flipped(pattern)), Form(size, size, mirrored)))

    # Entrywise products, Kronecker products and other linear maps

    def _linear(self, form: Form, build: Callable[[Any], Any], rows: Any, cols: Any) -> Form:
        """A linear map of the form, as a sum over its terms (over the whole form where brackets are kept)."""
        if not self.expanded and len(form.terms) > 1:
            return self.collect(rows, cols, [(ONE, (self.letter(build(self.write(form))),))])
        return self.collect(
            rows,
            cols,
            [(c, (self.letter(build(self._write_word(w, form.rows))),)) for w, c in form.terms.items()],
        )

    def oriented(self, form: Form) -> tuple[Form, bool]:
        """The form or its transpose, whichever is the simpler to write, and whether it was transposed."""
        flipped = self.transpose(form)
        keys = [_form_key(one) for one in (flipped, form)]
        return (flipped, True) if self._before(*keys) else (form, False)

    def _before(self, key: Any, other: Any) -> bool:
        """Whether to write what has the first key: a tie in transposes keeps what was given, unless all is multiplied out."""
        return bool(key < other if self.expanded else key[0] < other[0])

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
            coefficient, powers = ONE, {}
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
        return [(self._write_word(word, size), ONE)]

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
            sorted((_text(HadamardPower(base, power) if power != 1 else base) for base, power in these.items()))
            for these in (powers, flipped)
        )
        marks = [sum(text.count(".T") for text in texts) for texts in (written, other)]
        flip = self._before((marks[1], other), (marks[0], written))
        chosen = flipped if flip else powers
        nodes = [HadamardPower(base, power) if power != 1 else base for base, power in chosen.items()]
        nodes.sort(key=_text)
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
        keys = [[_form_key(part) for part in these] for these in (parts, flipped)]
        flip = self._before((sum(k[0] for k in keys[1]), keys[1]), (sum(k[0] for k in keys[0]), keys[0]))
        letter = self.letter(KroneckerProduct(*(self.write(part) for part in (flipped if flip else parts))), flip)
        return self.collect(letter.rows, letter.cols, [(ONE, (letter,))])

    def vec(self, form: Form) -> Form:
        """The columns stacked."""
        if form.cols == 1:
            return form
        if form.rows == 1:
            return self.transpose(form)
        return self._linear(form, Vec, form.rows * form.cols, ONE)

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
                node = DiagMatrix(self._write_word(word, form.rows))
                terms.append(Form(form.rows, form.rows, {(self.letter(node),): coefficient}))
        if not self.expanded and len(terms) > 1:
            return Form(form.rows, form.rows, {(self.letter(DiagMatrix(self.write(form))),): ONE})
        return self.add(self.zero(form.rows, form.rows), *terms)

    def entrywise(self, function: Any, form: Form) -> Form:
        """A function of one scalar at every entry."""
        form, flip = self.oriented(form)
        node = ElementwiseApplyFunction(as_lambda(function), self.write(form))
        if form.rows == 1 and form.cols == 1:
            return self.scale(function(self.as_scalar(form)), self.identity(ONE))
        if not isinstance(node, ElementwiseApplyFunction):
            return self.matrix(node)
        letter = self.letter(node, flip)
        return Form(letter.rows, letter.cols, {(letter,): ONE})

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
        written = self.write(form)
        return self._linear(
            direction, lambda e: FrechetDerivative(function, written, e), direction.rows, direction.cols
        )

    # Scalars of matrices

    def as_scalar(self, form: Form) -> Any:
        """The value of a 1 x 1 form."""
        return form.terms.get((), ZERO)

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
        flipped = self._flipped(word)
        rotations += [flipped[i:] + flipped[:i] for i in range(len(word))]
        if self.expanded:
            for rotation in rotations:
                reduced = self.collect(rotation[0].rows, rotation[0].rows, [(ONE, rotation)])
                if reduced.terms != {self._merged(rotation): ONE} and list(reduced.terms) != [rotation]:
                    return self.trace(reduced)
        return Trace(self._write_word(min(rotations, key=_rotation_key)))

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
        flipped = self.transpose(form)
        form = flipped if _form_key(flipped) < _form_key(form) else form
        return Determinant(self.write(form))

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

    # Writing

    def write(self, form: Form) -> Any:
        """The form as a SymPy matrix expression."""
        if not form.terms:
            return ZeroMatrix(form.rows, form.cols)
        terms = []
        for word, coefficient in form.terms.items():
            body = self._write_word(word, form.rows)
            terms.append(body if coefficient == 1 else MatMul(coefficient, body).doit(deep=False))
        return terms[0] if len(terms) == 1 else MatAdd(*terms).doit(deep=False)

    def _write_word(self, word: Word, size: Any = None) -> Any:
        if not word:
            return Identity(size)
        factors = [self._write_letter(letter) for letter in _ones_joined(word)]
        return factors[0] if len(factors) == 1 else MatMul(*factors).doit(deep=False)


    def _write_letter(self, letter: Letter) -> Any:
        base = letter.base
        if letter.flip:
            if isinstance(base, OneMatrix):
                base = OneMatrix(base.cols, base.rows)
            elif isinstance(base, KroneckerProduct | HadamardProduct):
                base = base.func(*(self.write(self.transpose(self.matrix(arg))) for arg in base.args))
            else:
                base = Transpose(base)
        if letter.power == 1:
            return base
        return Inverse(base) if letter.power == -1 else MatPow(base, letter.power)


def _ones_joined(word: Word) -> list[Letter]:
    """The word with a column of ones times a row of ones as one letter."""
    out: list[Letter] = []
    for letter in word:
        if out and isinstance(letter.base, OneMatrix) and isinstance(out[-1].base, OneMatrix):
            last = out.pop()
            letter = Letter(OneMatrix(last.rows, letter.cols), False, ONE)
        out.append(letter)
    return out


def _exploded(word: Word) -> Word:
    """The word with integer powers written out."""
    out: list[Letter] = []
    for letter in word:
        if letter.power.is_Integer and abs(letter.power) <= 12:
            step = ONE if letter.power > 0 else -ONE
            out += [Letter(letter.base, letter.flip, step)] * abs(int(letter.power))
        else:
            out.append(letter)
    return tuple(out)


def _is_symmetric(base: Any) -> bool:
    return isinstance(base, DiagMatrix | DiagonalMatrix)


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
    if isinstance(expr, HadamardPower):
        return algebra.hadamard([(algebra.matrix(expr.base), algebra.scalar(expr.exp))])
    return algebra.hadamard([(algebra.matrix(arg), ONE) for arg in expr.args])


def _read_linear(name: str) -> Callable[[MatrixAlgebra, Any], Form]:
    return lambda algebra, expr: getattr(algebra, name)(algebra.matrix(expr.args[0]))  # type: ignore[no-any-return]


def _read_same_shape(node: Any) -> Callable[[MatrixAlgebra, Any], Form]:
    def read(algebra: MatrixAlgebra, expr: Any) -> Form:
        form = algebra.matrix(expr.args[0])
        return algebra._linear(form, node, form.rows, form.cols)

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


def difference(a: Any, b: Any, where: Iterable[Any] = ()) -> Form:
    """The form of a - b with everything multiplied out. Raises ShapeMismatch where the shapes differ."""
    algebra = MatrixAlgebra(expanded=True, where=where)
    forms = [
        algebra.matrix(side)
        if getattr(side, "is_Matrix", False)
        else algebra.scale(algebra.scalar(side), algebra.identity(ONE))
        for side in (a, b)
    ]
    forms = [algebra.collect(form.rows, form.cols, [(c, w) for w, c in form.terms.items()]) for form in forms]
    return algebra.add(forms[0], algebra.scale(-ONE, forms[1]))


def proved_equal(a: Any, b: Any, where: Iterable[Any] = ()) -> bool:
    """Whether the normal form of a - b is zero, for all sizes; False says nothing."""
    where = tuple(where)
    return all(_vanishes(expand(coefficient), where) for coefficient in difference(a, b, where).terms.values())


def _vanishes(coefficient: Any, where: tuple[Any, ...]) -> bool:
    if coefficient == 0:
        return True
    from .kernels.algebra import is_zero

    return bool(is_zero(with_symbols(coefficient, where)))


def with_symbols(scalar: Any, where: tuple[Any, ...] = ()) -> Any:
    """The scalar with a real symbol in the place of every trace, determinant, entry and plain symbol."""
    from .symbols import positive, real

    positives = {
        fact.gts for fact in where if getattr(fact, "is_Relational", False) and fact.lts == 0 and fact.rel_op == ">"
    }
    definite = {fact.arguments[0] for fact in where if getattr(fact, "function", None) == Q.positive_definite}

    def opaque(node: Any) -> bool:
        return bool(node.is_Symbol and not node.is_extended_real) or (
            isinstance(node, Expr) and (node.has(MatrixSymbol) or isinstance(node, AppliedUndef)) and _is_atom(node)
        )

    found: dict[Any, Any] = {}

    def replaced(node: Any) -> Any:
        if opaque(node):
            if node not in found:
                known = node in positives or (isinstance(node, Determinant) and node.arg in definite)
                found[node] = (positive if known or node.is_positive else real)(f"scalar{len(found)}")
            return found[node]
        return node.func(*(replaced(arg) for arg in node.args)) if node.args else node

    return replaced(scalar)


def _is_atom(node: Any) -> bool:
    """Whether a scalar is no sum, product, power or known function of scalars."""
    if isinstance(node, AppliedUndef):
        return True
    return not (node.is_Add or node.is_Mul or node.is_Pow or node.is_Function) or any(
        getattr(arg, "is_Matrix", False) for arg in node.args
    )


def equal(a: Any, b: Any, where: Iterable[Any] = ()) -> bool | None:
    """True where a = b is proved for all sizes, False where it fails at some matrices, None where neither is known.

    Raises ShapeMismatch where the shapes differ or do not fit.
    """
    from .claims import MatrixIdentity
    from .evidence import Fails
    from .kernels.matrices import refute

    where = tuple(where)
    if proved_equal(a, b, where):
        return True
    return False if isinstance(refute(MatrixIdentity(a, b, where)), Fails) else None


__all__ = [
    "Form",
    "Letter",
    "MatrixAlgebra",
    "Rational",
    "Symbol",
    "difference",
    "equal",
    "is_scalar_matrix",
    "normal_form",
    "proved_equal",
    "same",
    "tidy",
]
