"""Shapes of vectors, matrices and entries with symbolic dimensions: whether a formula makes sense at all.

A vector is a column; a 1 x 1 matrix is a number. Free indices are tracked, so that an index that is free on one side
only is found.

>>> from theoremcheck.theory.symbols import integer
>>> from theoremcheck.theory.claims import Typing
>>> n, m = integer("n", 1), integer("m", 1)
>>> W, x = shaped("W", n, m), shaped("x", m)
>>> decide(Typing(W @ x, shaped("y", n))).detail
'both sides are n x 1 for all dimensions'
>>> print(decide(Typing(W.T @ x, shaped("y", m))).counterexample)
at m = 1, n = 2: 2 (columns of W^\\top) == 1 (rows of x) is false
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from sympy import Expr, Symbol, expand, sympify

from .claims import Typing
from .evidence import Counterexample, Fails, Holds, Strength, Unknown

Shape = tuple[Expr, ...]
Free = Mapping[str, Expr]
SCALAR: Shape = ()


class Misfit(Exception):
    """Two dimensions, or two sets of indices, that have to agree and do not: each with what it is of."""

    def __init__(self, left: Any, what: str, right: Any, other: str, node: str) -> None:
        super().__init__(f"{left} ({what}) is not {right} ({other}) in {node}")
        self.left, self.what, self.right, self.other, self.node = left, what, right, other, node


def same(a: Expr, b: Expr) -> bool:
    """Whether two dimensions are equal as polynomials in their symbols."""
    return bool(expand(a - b) == 0)


def need(a: Any, what: str, b: Any, other: str, node: str) -> None:
    """Raises Misfit unless the two dimensions agree for all values of their symbols."""
    a, b = sympify(a, strict=True), sympify(b, strict=True)
    if not same(a, b):
        raise Misfit(a, what, b, other, node)


@dataclass(frozen=True)
class Index:
    """An index with its range: it runs from 1 to `size`."""

    name: str
    size: Any


@dataclass(frozen=True)
class Array:
    """A formula with a shape and free indices, or with the reason why it has none."""

    text: str
    dims: Shape = SCALAR
    free: tuple[tuple[str, Expr], ...] = ()
    misfit: Misfit | None = None

    def latex(self) -> str:
        """The formula."""
        return self.text

    @property
    def rows(self) -> Expr:
        """The number of rows; 1 for a number."""
        return self.dims[0] if self.dims else sympify(1)

    @property
    def columns(self) -> Expr:
        """The number of columns; 1 for a number."""
        return self.dims[1] if self.dims else sympify(1)

    @property
    def T(self) -> Array:
        """The transpose."""
        return _made(rf"{_tight(self)}^\top", lambda: (self.columns, self.rows), self)

    def __matmul__(self, other: Array) -> Array:
        text = f"{_tight(self)} {_tight(other)}"

        def shape() -> Shape:
            need(self.columns, f"columns of {self.text}", other.rows, f"rows of {other.text}", text)
            return (self.rows, other.columns)

        return _made(text, shape, self, other)

    def __add__(self, other: Any) -> Array:
        other = _array(other)
        return _alike(f"{self.text} + {other.text}", self, other)

    def __sub__(self, other: Any) -> Array:
        other = _array(other)
        return _alike(f"{self.text} - {_tight(other)}", self, other)

    def __neg__(self) -> Array:
        return _made(f"-{_tight(self)}", lambda: self.dims, self)

    def __mul__(self, other: Any) -> Array:
        other = _array(other)
        text = f"{_tight(self)} {_tight(other)}"

        def shape() -> Shape:
            if self.dims and other.dims:
                raise Misfit(sizes(self), self.text, "a number", other.text, text)
            return self.dims or other.dims

        return _made(text, shape, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Array:
        other = _array(other)
        text = rf"\frac{{{self.text}}}{{{other.text}}}"

        def shape() -> Shape:
            _number(other, text)
            return self.dims

        return _made(text, shape, self, other)

    def __getitem__(self, at: Index | tuple[Index, ...]) -> Array:
        """The entry at the indices, which become free."""
        indices = at if isinstance(at, tuple) else (at,)
        text = f"{_tight(self)}_{{{''.join(index.name for index in indices)}}}"

        def shape() -> Shape:
            sides = [self.rows] if len(indices) == 1 else [self.rows, self.columns]
            need(len(indices), "indices", len(sides), "dimensions", text)
            if len(indices) == 1:
                need(self.columns, f"columns of {self.text}", 1, "column of a vector", text)
            for index, side in zip(indices, sides, strict=True):
                need(index.size, f"range of {index.name}", side, f"size of {self.text}", text)
            return SCALAR

        added = _merge(text, self, Array("", free=tuple((i.name, sympify(i.size)) for i in indices)))
        made = _made(text, shape, self)
        return made if made.misfit else Array(text, SCALAR, *added) if not added[1] else Array(text, misfit=added[1])


def _merge(node: str, *parts: Array) -> tuple[tuple[tuple[str, Expr], ...], Misfit | None]:
    """The free indices of the parts together; an index with two ranges is a misfit."""
    free: dict[str, Expr] = {}
    for part in parts:
        for name, size in part.free:
            if name in free and not same(free[name], size):
                return (), Misfit(free[name], f"range of {name}", size, f"range of {name} in {part.text}", node)
            free[name] = size
    return tuple(sorted(free.items())), None


def _made(text: str, shape: Any, *parts: Array) -> Array:
    """The formula of the parts; the first misfit among them is its own."""
    for part in parts:
        if part.misfit:
            return Array(text, misfit=part.misfit)
    free, misfit = _merge(text, *parts)
    if misfit:
        return Array(text, misfit=misfit)
    try:
        dims = shape()
    except Misfit as error:
        return Array(text, misfit=error)
    return Array(text, SCALAR if all(same(side, sympify(1)) for side in dims) else dims, free)


def _tight(array: Array) -> str:
    return f"({array.text})" if any(sign in array.text[1:] for sign in ("+ ", "- ")) else array.text


def _array(value: Any) -> Array:
    return value if isinstance(value, Array) else Array(str(sympify(value, strict=True)))


def sizes(array: Array) -> str:
    """The shape in words."""
    return f"{array.rows} x {array.columns}" if array.dims else "a number"


def _alike(text: str, *parts: Array) -> Array:
    """Parts that must have one shape."""

    def shape() -> Shape:
        for part in parts[1:]:
            need(parts[0].rows, f"rows of {parts[0].text}", part.rows, f"rows of {part.text}", text)
            need(parts[0].columns, f"columns of {parts[0].text}", part.columns, f"columns of {part.text}", text)
        return parts[0].dims

    return _made(text, shape, *parts)


def _number(array: Array, node: str) -> None:
    need(array.rows, f"rows of {array.text}", 1, "a number", node)
    need(array.columns, f"columns of {array.text}", 1, "a number", node)


def _column(array: Array, node: str) -> None:
    need(array.columns, f"columns of {array.text}", 1, "column of a vector", node)


def shaped(name: str, *dims: Any, over: tuple[Index, ...] = ()) -> Array:
    """A number (no dimension), a column vector (one) or a matrix (two); one for each value of the indices `over`."""
    if len(dims) > 2:
        raise ValueError(f"{name}: at most two dimensions, not {len(dims)}")
    given = tuple(sympify(side, strict=True) for side in dims)
    full = (*given, sympify(1)) if len(given) == 1 else given
    free = tuple(sorted((index.name, sympify(index.size, strict=True)) for index in over))
    text = f"{name}_{{{','.join(index.name for index in over)}}}" if over else name
    return Array(text, SCALAR if all(same(side, sympify(1)) for side in full) else full, free)


def undefined(name: str, why: str = "a meaning") -> Array:
    """A quantity without meaning: no formula that holds it fits."""
    return Array(name, misfit=Misfit(name, "as printed", "undefined", why, name))


def elementwise(name: str, *arrays: Array) -> Array:
    """A function applied entry by entry to arrays of one shape."""
    return _alike(rf"{name}({', '.join(array.text for array in arrays)})", *arrays)


def hadamard(a: Array, b: Array) -> Array:
    """The product entry by entry."""
    return _alike(rf"{_tight(a)} \odot {_tight(b)}", a, b)


def inner(a: Array, b: Array) -> Array:
    """The inner product of two arrays of one shape: a number."""
    return _made(rf"\langle {a.text}, {b.text} \rangle", lambda: SCALAR, _alike(f"{a.text}, {b.text}", a, b))


def outer(a: Array, b: Array) -> Array:
    """The outer product of two column vectors: as many rows as a, as many columns as b."""
    text = rf"{_tight(a)} \otimes {_tight(b)}"

    def shape() -> Shape:
        _column(a, text)
        _column(b, text)
        return (a.rows, b.rows)

    return _made(text, shape, a, b)


def norm(a: Array) -> Array:
    """A norm: a number."""
    return _made(rf"\|{a.text}\|", lambda: SCALAR, a)


def scalar(name: str, *arrays: Array) -> Array:
    """A real-valued function of arrays of any shapes."""
    return _made(f"{name}({', '.join(array.text for array in arrays)})", lambda: SCALAR, *arrays)


def _square(array: Array, text: str) -> None:
    need(array.rows, f"rows of {array.text}", array.columns, f"columns of {array.text}", text)


def trace(a: Array) -> Array:
    """The trace of a square matrix: a number."""
    return _of_square(rf"\operatorname{{tr}} {_tight(a)}", a, keep=False)


def determinant(a: Array) -> Array:
    """The determinant of a square matrix: a number."""
    return _of_square(rf"\det {_tight(a)}", a, keep=False)


def inverse(a: Array) -> Array:
    """The inverse of a square matrix."""
    return _of_square(f"{_tight(a)}^{{-1}}", a, keep=True)


def _of_square(text: str, a: Array, keep: bool) -> Array:
    def shape() -> Shape:
        _square(a, text)
        return a.dims if keep else SCALAR

    return _made(text, shape, a)


def diagonal(a: Array) -> Array:
    """The diagonal matrix of a column vector."""
    text = rf"\operatorname{{diag}}({a.text})"

    def shape() -> Shape:
        _column(a, text)
        return (a.rows, a.rows)

    return _made(text, shape, a)


def gradient(of: Array, by: Array) -> Array:
    """The gradient of a number by an array, in the array's shape."""
    text = rf"\nabla_{{{by.text}}} {_tight(of)}"

    def shape() -> Shape:
        _number(of, text)
        return by.dims

    return _made(text, shape, of, by)


def jacobian(of: Array, by: Array) -> Array:
    """The Jacobian of a column by a column: one row for each entry of the first."""
    text = rf"\frac{{\partial {of.text}}}{{\partial {by.text}}}"

    def shape() -> Shape:
        _column(of, text)
        _column(by, text)
        return (of.rows, by.rows)

    return _made(text, shape, of, by)


def total(index: Index, body: Array) -> Array:
    """The sum over an index, which is free in the body and bound in the sum."""
    text = rf"\sum_{{{index.name}}} {body.text}"
    range_of = dict(body.free).get(index.name)

    def shape() -> Shape:
        if range_of is None:
            raise Misfit(index.name, "index of the sum", "free", body.text, text)
        need(index.size, f"range of {index.name}", range_of, f"range of {index.name} in {body.text}", text)
        return body.dims

    made = _made(text, shape, body)
    return made if made.misfit else Array(text, made.dims, tuple((n, s) for n, s in made.free if n != index.name))


def decide(claim: Typing) -> Holds | Fails | Unknown:
    """Whether both sides have one shape and the same free indices, for all dimensions.

    The counterexample gives the smallest dimensions at which they do not fit, and names the place.
    """
    lhs, rhs = claim.lhs, claim.rhs
    if not (isinstance(lhs, Array) and isinstance(rhs, Array)):
        return Unknown("shapes: a side is no array with a shape")
    try:
        for side in (lhs, rhs):
            if side.misfit:
                raise side.misfit
        _alike_free(lhs, rhs)
        for what, a, b in (("rows", lhs.rows, rhs.rows), ("columns", lhs.columns, rhs.columns)):
            need(a, f"{what} of {lhs.text}", b, f"{what} of {rhs.text}", claim.latex())
    except Misfit as misfit:
        return Fails(_smallest(misfit), "shapes")
    return Holds(Strength.PROVED, "shapes", f"both sides are {sizes(lhs)} for all dimensions")


def _alike_free(lhs: Array, rhs: Array) -> None:
    one, two = dict(lhs.free), dict(rhs.free)
    for name in sorted(one.keys() ^ two.keys()):
        side, other = (lhs, rhs) if name in one else (rhs, lhs)
        raise Misfit(name, f"index free in {side.text}", "not free", other.text, f"{lhs.text} = {rhs.text}")
    for name, size in one.items():
        need(
            size,
            f"range of {name} in {lhs.text}",
            two[name],
            f"range of {name} in {rhs.text}",
            f"{lhs.text} = {rhs.text}",
        )


def _smallest(misfit: Misfit) -> Counterexample:
    """The misfit at the smallest dimensions at which it shows."""
    left, right = misfit.left, misfit.right
    certificate = f"shapes, in {misfit.node}"
    if isinstance(left, str) or isinstance(right, str):
        return Counterexample({}, f"{left} ({misfit.what})", "==", f"{right} ({misfit.other})", certificate)
    symbols: list[Symbol] = sorted(left.free_symbols | right.free_symbols, key=lambda s: str(s))
    points = product(range(1, 6), repeat=len(symbols))
    for point in sorted(points, key=lambda values: (sum(values), values)):
        at = dict(zip(symbols, point, strict=True))
        a, b = left.subs(at), right.subs(at)
        if a != b:
            shown = {symbol.name: str(value) for symbol, value in at.items()}
            replay = "".join(f"{name} = {value}\n" for name, value in shown.items()) + f"assert ({left}) == ({right})"
            return Counterexample(shown, f"{a} ({misfit.what})", "==", f"{b} ({misfit.other})", certificate, replay)
    raise AssertionError(f"no small dimensions tell {left} from {right}")
