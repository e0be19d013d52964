"""Arithmetic with forms: sums, products, transposes, powers, and the writing of a form as a SymPy expression."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from itertools import product as choices
from typing import Any

from sympy import (
    DiagMatrix,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerDelta,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    OneMatrix,
    Q,
    Trace,
    Transpose,
    ZeroMatrix,
    default_sort_key,
)
from sympy.matrices.expressions.diagonal import DiagonalMatrix
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement

from .matrix_nodes import BasisVector, Commutation, ShapeMismatch, Vec
from .matrix_words import (
    ONE,
    ZERO,
    Form,
    Letter,
    Word,
    exploded,
    form_key,
    merged,
    ones_joined,
    same,
    word_key,
)


class FormArithmetic:
    """Sums and products of forms under conditions.

    expanded: whether products of sums are multiplied out. where: conditions, see `matrix_algebra`.
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

    def letter(self, base: Any, flip: bool = False, power: Any = ONE) -> Letter:
        """A letter, with its symmetry used."""
        if base in self._orthogonal and flip:
            return Letter(base, False, -power)
        if base in self._symmetric or isinstance(base, DiagMatrix | DiagonalMatrix):
            flip = False
        return Letter(base, flip, power)

    def atom(self, base: Any, flip: bool = False) -> Form:
        """A matrix of which nothing more is known."""
        if isinstance(base, BasisVector) and base.rows == 1:
            return self.identity(ONE)
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
        joined = merged(word)
        split = self._joined_diagonals(joined) or self._diagonal_times_vector(joined) if self.expanded else None
        if split is not None:
            return ONE, (), split
        scalar, joined = self._without_scalars(joined)
        for index in range(len(joined) - 1):
            found = self._pair(joined[index], joined[index + 1])
            if found is not None:
                before, after = joined[:index], joined[index + 2 :]
                return scalar, (), [(before + w + after, c) for w, c in found.terms.items()]
        for pattern, replacement in self._rules:
            written = exploded(joined)
            for start in range(len(written) - len(pattern) + 1):
                if written[start : start + len(pattern)] == pattern:
                    before, after = written[:start], written[start + len(pattern) :]
                    return scalar, (), [(before + w + after, c) for w, c in replacement.terms.items()]
        return scalar, joined, None

    def _joined_diagonals(self, word: Word) -> list[tuple[Word, Any]] | None:
        """DiagMatrix(u) DiagMatrix(v) = DiagMatrix(u o v), and its powers likewise."""
        for index, letter in enumerate(word):
            if not isinstance(letter.base, DiagMatrix) or not letter.power.is_Integer:
                continue
            factors = [(self.matrix(letter.base.args[0]), letter.power)]
            end = index + 1
            while end < len(word) and isinstance(word[end].base, DiagMatrix) and word[end].power.is_Integer:
                factors.append((self.matrix(word[end].base.args[0]), word[end].power))
                end += 1
            if len(factors) == 1 and letter.power == 1:
                continue
            columns = [(form if form.cols == 1 else self.transpose(form), power) for form, power in factors]
            product = self.diag(self.hadamard(columns))
            return [(word[:index] + w + word[end:], c) for w, c in product.terms.items()]
        return None

    def _diagonal_times_vector(self, word: Word) -> list[tuple[Word, Any]] | None:
        """DiagMatrix(u) v = u o v for a column v, and v.T DiagMatrix(u) = (u o v).T for a row."""
        for index, letter in enumerate(word):
            if not isinstance(letter.base, DiagMatrix) or letter.power != 1:
                continue
            vector = (self.matrix(letter.base.args[0]), ONE)
            end = next((k for k in range(index + 1, len(word)) if word[k].cols == 1), None)
            if end is not None:
                rest = Form(letter.cols, ONE, {word[index + 1 : end + 1]: ONE})
                product = self.hadamard([vector, (rest, ONE)])
                return [(word[:index] + w + word[end + 1 :], c) for w, c in product.terms.items()]
            start = next((k for k in range(index - 1, -1, -1) if word[k].rows == 1), None)
            if start is not None:
                rest = self.transpose(Form(ONE, letter.rows, {word[start:index]: ONE}))
                product = self.transpose(self.hadamard([vector, (rest, ONE)]))
                return [(word[:start] + w + word[index + 1 :], c) for w, c in product.terms.items()]
        return None

    def _without_scalars(self, word: Word) -> tuple[Any, Word]:
        """Moves what stands between two places of size one out of the word."""
        if not word:
            return ONE, word
        sizes = [letter.rows for letter in word] + [word[-1].cols]
        cuts = [index for index, size in enumerate(sizes) if size == 1]
        if len(cuts) < 2:
            return ONE, word
        scalar = ONE
        for start, end in pairwise(cuts):
            scalar *= self._inner(word[start:end])
        return scalar, word[: cuts[0]] + word[cuts[-1] :]

    def _inner(self, word: Word) -> Any:
        """The scalar that a 1 x 1 word is, without places of size one inside."""
        flipped = self.flipped_word(word)
        if word_key(flipped) < word_key(word):
            word = flipped
        if self.expanded:
            word = self._joined(word)
        first, last = word[0], word[-1]
        if isinstance(first.base, BasisVector) and isinstance(last.base, BasisVector) and len(word) > 1:
            i, j = first.base.args[1], last.base.args[1]
            if len(word) == 2:
                return KroneckerDelta(i, j)
            inner = word[1:-1]
            if len(inner) == 1 and inner[0].flip and inner[0].power == 1:
                return MatrixElement(inner[0].base, j, i)
            return MatrixElement(self.write_word(inner), i, j)
        if len(word) == 2 and isinstance(first.base, OneMatrix) and first.base == last.base:
            return first.base.rows
        if len(word) == 1 and word[0].power != 1:
            return Trace(word[0].base) ** word[0].power
        return Trace(self.write_word(word))

    def _joined(self, word: Word) -> Word:
        """v.T (u o w) as ones.T (u o v o w): one form for all ways to write it."""
        options = []
        for one in (word, self.flipped_word(word)):
            last = one[-1]
            entrywise = isinstance(last.base, HadamardProduct | HadamardPower) and not last.flip and len(one) > 1
            if entrywise and last.power == 1 and not isinstance(one[0].base, OneMatrix):
                rest = self.transpose(Form(ONE, last.rows, {one[:-1]: ONE}))
                joined = self.hadamard([(self.matrix(last.base), ONE), (rest, ONE)])
                if len(joined.terms) == 1:
                    ((inner, coefficient),) = joined.terms.items()
                    if coefficient == 1:
                        options.append((Letter(OneMatrix(last.rows, ONE), True, ONE), *inner))
        return min(options, key=word_key) if options else word

    def _pair(self, left: Letter, right: Letter) -> Form | None:
        """The product of two neighbours where there is a rule for it."""
        plain = left.power == 1 and right.power == 1
        if not plain:
            return None
        if isinstance(left.base, KroneckerProduct) and isinstance(right.base, KroneckerProduct):
            one, other = self.factors(left), self.factors(right)
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
        if self.expanded and isinstance(left.base, KroneckerProduct) and isinstance(right.base, Vec) and not right.flip:
            factors, inner = self.factors(left), self.matrix(right.base.args[0])
            if len(factors) == 2 and same(factors[1].cols, inner.rows):
                return self.vec(self.multiply(factors[1], inner, self.transpose(factors[0])))
        if isinstance(left.base, Commutation) and isinstance(right.base, Commutation) and not (left.flip or right.flip):
            (m, n), (p, q) = left.base.args, right.base.args
            if same(m, q) and same(n, p):
                return self.identity(m * n)
        return None

    def factors(self, letter: Letter) -> list[Form]:
        forms = [self.matrix(factor) for factor in letter.base.args]
        return [self.transpose(form) for form in forms] if letter.flip else forms

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
        for left, right in pairwise(forms):
            if not same(left.cols, right.rows):
                raise ShapeMismatch(
                    f"a product of shapes {left.rows} x {left.cols} and {right.rows} x {right.cols}: "
                    f"{left.cols} columns meet {right.rows} rows"
                )
        rows, cols = forms[0].rows, forms[-1].cols
        sums = [form for form in forms if len(form.terms) > 1]
        if not self.expanded and sums and sum(form.terms.keys() != {()} for form in forms) > 1:
            forms = tuple(self.bracket(form) if len(form.terms) > 1 else form for form in forms)
        terms = []
        for chosen in choices(*(form.terms.items() for form in forms)):
            coefficient: Any = ONE
            word: Word = ()
            for part, c in chosen:
                coefficient, word = coefficient * c, word + part
            terms.append((coefficient, word))
        return self.collect(rows, cols, terms)

    def transpose(self, form: Form) -> Form:
        """The transpose."""
        return self.collect(form.cols, form.rows, [(c, self.flipped_word(w)) for w, c in form.terms.items()])

    def flipped_word(self, word: Word) -> Word:
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
        return self.bracket(form, exponent)

    def _word_power(self, size: Any, word: Word, exponent: Any) -> Form | None:
        if len(word) == 1 and isinstance(word[0].base, KroneckerProduct) and exponent == -1:
            factors = self.factors(word[0])
            if all(same(factor.rows, factor.cols) for factor in factors):
                return self.kronecker([self.power(factor, exponent) for factor in factors])
            return None
        if len(word) <= 1:
            # (X**n)**(1/n) is not X: an inner power may be multiplied by an integer only.
            if not all(exponent.is_integer or letter.power == 1 for letter in word):
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

    def bracket(self, form: Form, power: Any = ONE) -> Form:
        """A sum as one letter; the same letter for its negative and its transpose."""
        if power.is_integer is not True:
            return Form(form.rows, form.cols, {(Letter(self.write(form), False, power),): ONE})
        scale = ONE
        if self.expanded or len(form.terms) == 1:
            numbers = [c for _, c in sorted(form.terms.items(), key=lambda term: word_key(term[0])) if c.is_Rational]
            scale = numbers[-1] if numbers else ONE
            form = self.scale(1 / scale, form)
        name = frozenset(form.terms.items())
        if name not in self._blocks:
            form, turned = self.oriented(form)
            flipped = self.transpose(form)
            letter = Letter(self.write(form), False, ONE)
            if flipped.terms == form.terms:
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
        lead = max(leads, key=word_key)
        inverse = self.letter(base, False, -ONE)
        if any(pattern[0] == inverse for pattern, _ in self._rules):
            return
        coefficient = form.terms[lead]
        rest = [(word, c) for word, c in form.terms.items() if word != lead]
        left = {(): 1 / coefficient} | {(inverse, *word): -c / coefficient for word, c in rest}
        right = {(): 1 / coefficient} | {(*word, inverse): -c / coefficient for word, c in rest}
        size = form.rows
        for pattern, terms in (((inverse, *lead), left), ((*lead, inverse), right)):
            self._rules.append((exploded(pattern), Form(size, size, terms)))
            if base not in self._symmetric:
                mirrored = {self.flipped_word(word): c for word, c in terms.items()}
                self._rules.append((exploded(self.flipped_word(pattern)), Form(size, size, mirrored)))

    def oriented(self, form: Form) -> tuple[Form, bool]:
        """The form or its transpose, whichever is the simpler to write, and whether it was transposed."""
        flipped = self.transpose(form)
        keys = [form_key(one) for one in (flipped, form)]
        return (flipped, True) if self.before(*keys) else (form, False)

    def before(self, key: Any, other: Any) -> bool:
        """Whether to write what has the first key; a tie in transposes keeps what was given, unless all is expanded."""
        return bool(key < other if self.expanded else key[0] < other[0])

    def as_scalar(self, form: Form) -> Any:
        """The value of a 1 x 1 form."""
        return form.terms.get((), ZERO)

    def write(self, form: Form) -> Any:
        """The form as a SymPy matrix expression."""
        if not form.terms:
            return ZeroMatrix(form.rows, form.cols)
        terms = []
        for word, coefficient in form.terms.items():
            body = self.write_word(word, form.rows)
            factors = body.args if isinstance(body, MatMul) else (body,)
            terms.append(body if coefficient == 1 else MatMul(coefficient, *factors, evaluate=False))
        # In SymPy's own order, but without its evaluation, which descends into every node.
        return terms[0] if len(terms) == 1 else MatAdd(*sorted(terms, key=default_sort_key), evaluate=False)

    def write_word(self, word: Word, size: Any = None) -> Any:
        if not word:
            return Identity(size)
        factors = [self._write_letter(letter) for letter in ones_joined(word)]
        return factors[0] if len(factors) == 1 else MatMul(*factors, evaluate=False)

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

    # What the classes above this one supply

    def matrix(self, expr: Any) -> Form:
        """The form of a matrix expression."""
        raise NotImplementedError

    def kronecker(self, forms: list[Form]) -> Form:
        """The Kronecker product of the forms."""
        raise NotImplementedError

    def hadamard(self, factors: Iterable[tuple[Form, Any]]) -> Form:
        """The entrywise product of the forms, each to its entrywise power."""
        raise NotImplementedError

    def vec(self, form: Form) -> Form:
        """The columns stacked."""
        raise NotImplementedError

    def diag(self, form: Form) -> Form:
        """The diagonal matrix of a column."""
        raise NotImplementedError


__all__ = ["FormArithmetic"]
