"""A claim as a function of NumPy, torch or JAX arrays.

    from theoremcheck.theory.vae import gaussian_kl
    kl = gaussian_kl.torch()
    kl(mu=mu, sigma=sigma, mu0=0.0, sigma0=1.0)     # tensors of any shapes that broadcast; gradients flow

Which expression is taken: of an identity or an inequality the right side, or the left one by side="lhs"; of a
definition its value; of a limit the expression (lhs) or the value (rhs); of an induction the closed form. A conjunction
has named parts, and part= chooses one. How arrays are laid out is said in `theory.array_values`: scalars broadcast,
matrices are the last two axes, the points of a measure space are the last axis and its integral is the sum along it
(a counting measure; `weights` makes it another). Sums and products with finite limits are loops over integers that are
known when the function is called. Integrals over the real line are refused: a quadrature without an error bound is
no value. Each expression is first brought into its stable form (`theory.stable_forms`), unless stable=False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import sympy
from sympy import Basic, Derivative, Lambda, MatrixSymbol, Subs, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement

from . import array_matrices, array_nodes
from . import matrix_nodes as nodes
from .array_libraries import Library, library
from .array_values import NoNumericForm, Rules, Values, refusal, rule_of, whole
from .claims import AllOf, Claim, Definition, Finite, Limit, Recursion, Typing
from .measures import Mu, varies
from .stable_forms import stable as stable_form
from .symbols import Pointwise

RULES: Rules = {**array_nodes.RULES, **array_matrices.RULES}
SIDES = ("lhs", "rhs")
_LEAVES = (
    Symbol,
    MatrixSymbol,
    sympy.Number,
    sympy.Identity,
    sympy.ZeroMatrix,
    sympy.OneMatrix,
    nodes.BasisVector,
    nodes.Commutation,
    nodes.DiagonalSelection,
)
"""What has no parts that need values: sizes and indices are integers that come with the shapes."""


# ------------------------------------------------------------------------------------------------ what is translated


def parts(claim: Claim, prefix: str = "") -> dict[str, Claim]:
    """The claims that a conjunction consists of, by name, those of an inner one as "outer: inner"; else {"": claim}."""
    if not isinstance(claim, AllOf):
        return {prefix: claim}
    found: dict[str, Claim] = {}
    for name, one in claim.claims.items():
        found.update(parts(one, f"{prefix}: {name}" if prefix else name))
    return found


def chosen(claim: Claim, part: str | None, name: str) -> Claim:
    """The claim itself, or the part of a conjunction with that name; raises NoNumericForm where none is named."""
    known = parts(claim)
    if part is None and len(known) == 1:
        return next(iter(known.values()))
    if part is None or part not in known:
        near = get_close_matches(part or "", known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        which = f"it has no part {part!r}{hint} It" if part is not None else "it says several things at once and"
        raise NoNumericForm(f"{name}: {which} has the parts {', '.join(map(repr, known))}: choose one with part=")
    return known[part]


def side_of(claim: Any, side: str) -> Any:
    """The expression that a side of the claim is; raises NoNumericForm with the reason where there is none."""
    if side not in SIDES:
        raise ValueError(f'side is {side!r}, not "lhs" or "rhs"')
    if isinstance(claim, Finite):
        raise NoNumericForm(f"it is a list of cases that are run one by one ({claim.sizes}), not one formula")
    if isinstance(claim, Typing):
        raise NoNumericForm("it is a claim about shapes, not about values")
    if isinstance(claim, Recursion):
        if side == "lhs":
            raise NoNumericForm(
                'the left side is a sequence that is defined by recursion; side="rhs" is its closed form'
            )
        return claim.closed
    if isinstance(claim, Limit):
        return claim.expr if side == "lhs" else claim.value
    if isinstance(claim, Definition):
        if not isinstance(claim.value, Basic):
            kind = type(claim.value).__name__
            raise NoNumericForm(f"the definition is a program ({kind}), not an expression: call .claim.value itself")
        return claim.value
    return getattr(claim, side)


def _evaluated(expr: Any) -> Any:
    """The expression with its derivatives carried out."""
    if not expr.has(Derivative, Subs):
        return expr
    return expr.replace(lambda e: isinstance(e, Derivative | Subs), lambda e: e.doit())


def _inside(expr: Any) -> Iterator[Any]:
    """The parts of a node that need values."""
    if isinstance(expr, _LEAVES):
        return
    if isinstance(expr, sympy.Sum | sympy.Product):
        yield expr.function
        for _, low, high in expr.limits:
            if low.is_infinite or high.is_infinite:
                raise NoNumericForm(f"{expr} has infinitely many terms")
            yield from (low, high)
    elif isinstance(expr, Lambda):
        yield expr.expr
    elif isinstance(expr, sympy.MatrixBase):
        yield from expr.flat()
    elif isinstance(expr, MatrixElement | nodes.Eigenvalue | nodes.SingularValue):
        yield expr.args[0]
    elif isinstance(expr, nodes.MatrixFunction):
        array_matrices._exponential(expr.args[0])
        yield expr.args[1]
    else:
        yield from expr.args


def require(expr: Any) -> None:
    """Raises NoNumericForm, which names the node, for an expression that cannot be computed in arrays."""
    seen: set[Any] = set()
    waiting = [expr]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if not isinstance(one, Lambda | sympy.functions.elementary.piecewise.ExprCondPair):
            rule_of(one, RULES)
        if one is sympy.zoo or one is sympy.nan:
            raise NoNumericForm(refusal(one))
        waiting += _inside(one)
    if expr.has(Mu) and not expr.atoms(Pointwise):
        raise NoNumericForm(f"nothing in {expr} says how many points the measure space has")
    if expr.has(Mu) and expr.atoms(MatrixSymbol):
        raise NoNumericForm("integrals over a measure and matrices in one expression are not translated")


# ------------------------------------------------------------------------------------------------ the function


def _dimensions(expr: Any) -> set[Any]:
    """The size symbols that the shapes of the matrices determine."""
    return {size for matrix in expr.atoms(MatrixSymbol) for size in matrix.shape if isinstance(size, Symbol)}


def _unknowns(*expressions: Any) -> list[Any]:
    """The symbols and functions in the expressions, by name, but the sizes that the matrices of the first determine."""
    found: set[Any] = set()
    for expr in expressions:
        found |= expr.free_symbols - {m.args[0] for m in expr.atoms(MatrixSymbol)}
        found |= {one.func for one in expr.atoms(AppliedUndef)}
    return sorted(found - _dimensions(expressions[0]), key=lambda one: (str(getattr(one, "name", one)), str(type(one))))


@dataclass(frozen=True)
class ArrayFunction:
    """A formula as a function of arrays; arguments by position, in the order of `names`, by name, or {symbol: value}.

    expression: what is computed, in its stable form where that was asked for. textbook: as the statement has it.
    A name that Python keeps for itself, such as lambda, may be written with an underscore: lambda_.
    Raises TypeError for a missing, unknown or repeated argument, ValueError where the shapes of matrices do not fit.
    """

    name: str
    lib: Library
    textbook: Any
    expression: Any
    symbols: tuple[Any, ...] = field(repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, in order."""
        return tuple(str(getattr(one, "name", one)) for one in self.symbols)

    @cached_property
    def needed(self) -> tuple[Any, ...]:
        """The symbols without which there is no value; the others are those of the other side."""
        return tuple(_unknowns(self.textbook))

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"{sympy.sstr(self.textbook)} in {self.lib.name}, of {', '.join(self.names) or 'nothing'}."

    def __repr__(self) -> str:
        return f"<{self.name}({', '.join(self.names)}) in {self.lib.name}>"

    def __call__(self, *given: Any, weights: Any = None, **named: Any) -> Any:
        """The value; weights: the masses of the points of the measure space, one each where not given."""
        bound = self._bound(given, named)
        functions = {one: value for one, value in bound.items() if callable(value)}
        plain = {one: value for one, value in bound.items() if one not in functions}
        with self.lib.quiet():
            extra = [] if weights is None else [weights]
            *arrays, like = self.lib.arrays([*plain.values(), *extra, 1.0])
            leaves = dict(zip(plain, arrays, strict=False))
            sizes = self._sizes(leaves)
            like = arrays[0] if arrays else like
            trail = int(self.textbook.has(Mu) or bool(self.textbook.atoms(Pointwise)))
            measure = arrays[-1] if extra else None
            at = Values(self.lib, RULES, like, {**leaves, **functions}, sizes, trail, measure)
            value = at.array(at(self.expression))
            if trail and value.ndim and not varies(self.textbook):
                value = value[..., 0]
        return value[()] if self.lib.name == "numpy" else value

    def _bound(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> dict[Any, Any]:
        if len(given) == 1 and isinstance(given[0], Mapping):
            bound = dict(given[0])
            if unknown := [one for one in bound if one not in self.symbols]:
                raise TypeError(f"{self.name} has no symbol {unknown[0]}: it takes {', '.join(self.names)}")
        elif len(given) > len(self.symbols):
            raise TypeError(f"{self!r} takes {len(self.symbols)} arguments, {len(given)} were given")
        else:
            bound = dict(zip(self.symbols, given, strict=False))
        for word, value in named.items():
            symbol = self._named(word)
            if symbol in bound:
                raise TypeError(f"{self.name}: {word} is given twice")
            bound[symbol] = value
        told = {size for one in bound if isinstance(one, MatrixSymbol) for size in one.shape}
        missing = [str(getattr(one, "name", one)) for one in self.needed if one not in bound and one not in told]
        if missing:
            raise TypeError(f"{self.name} needs {', '.join(missing)}: it takes {', '.join(self.names)}")
        return bound

    def _named(self, word: str) -> Any:
        fitting = [s for s, name in zip(self.symbols, self.names, strict=True) if word in (name, f"{name}_")]
        if len(fitting) > 1:
            raise TypeError(f"{self.name} has {len(fitting)} symbols called {word}: give {{symbol: value}}")
        if not fitting:
            near = get_close_matches(word, self.names, n=1)
            hint = f"; did you mean {near[0]}?" if near else f": it takes {', '.join(self.names)}"
            raise TypeError(f"{self.name} has no argument {word}{hint}")
        return fitting[0]

    def _sizes(self, leaves: dict[Any, Any]) -> dict[Any, int]:
        """The sizes that the given matrices have; a vector may be given with one axis. Raises ValueError."""
        sizes: dict[Any, int] = {
            s: whole(value, s) for s, value in leaves.items() if isinstance(s, Symbol) and s in self._shape_symbols
        }
        matrices = [one for one in leaves if isinstance(one, MatrixSymbol)]
        for matrix in matrices:
            value = leaves[matrix]
            if value.ndim == 1 and 1 in matrix.shape:
                leaves[matrix] = value = value[:, None] if matrix.shape[1] == 1 else value[None, :]
            if value.ndim < 2:
                raise ValueError(
                    f"{self.name}: {matrix} is {_shape(matrix)}, an array with {value.ndim} axes was given"
                )
            for size, length in zip(matrix.shape, value.shape[-2:], strict=True):
                if isinstance(size, Symbol):
                    sizes.setdefault(size, int(length))
        for matrix in matrices:
            expected = [size.xreplace({s: sympy.Integer(n) for s, n in sizes.items()}) for size in matrix.shape]
            got = tuple(leaves[matrix].shape[-2:])
            if any(e.is_Integer and int(e) != n for e, n in zip(expected, got, strict=True)):
                wanted = " x ".join(map(str, expected))
                raise ValueError(
                    f"{self.name}: {matrix} is {_shape(matrix)}, here {wanted}, but {got[0]} x {got[1]} was given"
                )
        return sizes

    @cached_property
    def _shape_symbols(self) -> set[Any]:
        return {s for m in self.textbook.atoms(sympy.MatrixExpr) for size in m.shape for s in size.free_symbols}


def _shape(matrix: Any) -> str:
    return " x ".join(map(str, matrix.shape))


def translate(
    claim: Claim,
    array_library: str = "numpy",
    side: str = "rhs",
    part: str | None = None,
    stable: bool = True,
    name: str = "formula",
) -> ArrayFunction:
    """The side of a claim as a function of arrays, in its stable form unless stable is false.

    Raises NoNumericForm, which names the node, where there is no such function, ImportError where the library is not
    installed, and ValueError for an unknown library or side.
    """
    lib = library(array_library)
    try:
        one = chosen(claim, part, name)
        expr = _evaluated(sympy.sympify(side_of(one, side), strict=True))
        require(expr)
    except NoNumericForm as reason:
        raise NoNumericForm(f"{name}: {str(reason).removeprefix(f'{name}: ')}") from None
    rewritten = stable_form(expr) if stable else expr
    require(rewritten)
    return ArrayFunction(name, lib, expr, rewritten, tuple(_all_unknowns(one, expr)))


def _all_unknowns(claim: Claim, expr: Any) -> list[Any]:
    """The unknowns of both sides, so that both take the same arguments."""
    sides = [getattr(claim, side) for side in SIDES if isinstance(getattr(claim, side, None), Basic)]
    if isinstance(claim, Limit):
        sides = [claim.expr, claim.value]
    own, both = _unknowns(expr), _unknowns(expr, *sides)
    shapes = set().union(*map(_dimensions, sides))
    return [one for one in both if one not in shapes] + [one for one in own if one in shapes]


Translator = Callable[..., ArrayFunction]

__all__ = ["ArrayFunction", "NoNumericForm", "parts", "require", "side_of", "translate"]
