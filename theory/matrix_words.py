"""Words in letters X, X.T, X**-1, and forms: sums of words with scalar coefficients."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sympy import DiagMatrix, MatrixSymbol, OneMatrix, S, Symbol, expand
from sympy.matrices.expressions.diagonal import DiagonalMatrix

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


@lru_cache(maxsize=65536)
def text_of(node: Any) -> str:
    """A text that orders expressions: SymPy's printer and its sort keys take too long to ask so often."""
    if isinstance(node, MatrixSymbol | Symbol):
        return str(node.name)
    if not node.args:
        return str(node)
    return f"{type(node).__name__}({','.join(map(text_of, node.args))})"


def word_key(word: Word) -> tuple[Any, ...]:
    return (len(word), tuple((text_of(letter.base), letter.flip, text_of(letter.power)) for letter in word))


def rotation_key(word: Word) -> tuple[Any, ...]:
    """Orders rotations: few transposes, and those in front, as in tr(X.T A X)."""
    return (
        sum(letter.flip for letter in word),
        [(not letter.flip, text_of(letter.base), text_of(letter.power)) for letter in word],
    )


def form_key(form: Form) -> tuple[Any, ...]:
    flips = sum(letter.flip for word in form.terms for letter in word)
    return (flips, sorted((word_key(word), text_of(coefficient)) for word, coefficient in form.terms.items()))


def is_scalar_matrix(expr: Any) -> bool:
    """Whether the expression is a 1 x 1 matrix, which is used as a scalar."""
    return bool(getattr(expr, "is_Matrix", False)) and expr.rows == 1 and expr.cols == 1


def merged(word: Word) -> Word:
    """The word with neighbours that are powers of one matrix joined."""
    out: list[Letter] = []
    for letter in word:
        if out and out[-1].base == letter.base and (out[-1].flip == letter.flip or is_diagonal_node(letter.base)):
            last = out.pop()
            power = last.power + letter.power
            if power != 0:
                out.append(Letter(letter.base, letter.flip, power))
        else:
            out.append(letter)
    return tuple(out)


def exploded(word: Word) -> Word:
    """The word with integer powers written out."""
    out: list[Letter] = []
    for letter in word:
        if letter.power.is_Integer and abs(letter.power) <= 12:
            step = ONE if letter.power > 0 else -ONE
            out += [Letter(letter.base, letter.flip, step)] * abs(int(letter.power))
        else:
            out.append(letter)
    return tuple(out)


def ones_joined(word: Word) -> list[Letter]:
    """The word with a column of ones times a row of ones as one letter."""
    out: list[Letter] = []
    for letter in word:
        if out and isinstance(letter.base, OneMatrix) and isinstance(out[-1].base, OneMatrix):
            last = out.pop()
            letter = Letter(OneMatrix(last.rows, letter.cols), False, ONE)
        out.append(letter)
    return out


def is_diagonal_node(base: Any) -> bool:
    return isinstance(base, DiagMatrix | DiagonalMatrix)


__all__ = [
    "ONE", "ZERO", "Form", "Letter", "Word", "exploded", "form_key", "is_diagonal_node", "is_scalar_matrix", "merged",
    "ones_joined", "rotation_key", "same", "text_of", "word_key",
]  # fmt: skip
