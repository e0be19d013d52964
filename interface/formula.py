"""Formulas written by people: a grammar of our own over Python's syntax trees, which evaluates nothing.

    formula("cosh(x) <= exp(0.4999*x^2)", {"x": real("x")})

Names are the declared symbols, the functions of FUNCTIONS and the constants of CONSTANTS, and no others. There is no
attribute, index, text, lambda or comprehension in the grammar; whatever is not in it is refused with its place. Sizes
are bounded, so that no input of a few lines can keep the parser busy.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import sympy as sp

from ..theory.claims import Claim
from ..theory.falsify import chained
from ..theory.symbols import REALS, Domain, DomainSymbol

LONGEST = 4000
"""Characters of a formula."""
DEEPEST = 60
"""Brackets and operators inside each other."""
LARGEST = 10_000
"""Bits of a number, and the largest argument of a factorial or a binomial coefficient."""


class NotAFormula(ValueError):
    """The text is no formula; the message says what is wrong, where, and what would be right."""


_OF_ONE = (
    *(sp.exp, sp.sin, sp.cos, sp.tan, sp.cot, sp.asin, sp.acos, sp.atan, sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh),
    *(sp.atanh, sp.sign, sp.floor, sp.ceiling, sp.erf, sp.erfc, sp.gamma, sp.loggamma, sp.digamma, sp.factorial),
)


def _log(x: Any, base: Any = None) -> Any:
    return sp.log(x) if base is None else sp.log(x) / sp.log(base)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    # name: (function, fewest arguments, most)
    **{function.__name__: (function, 1, 1) for function in _OF_ONE},
    "sqrt": (sp.sqrt, 1, 1),
    "abs": (sp.Abs, 1, 1),
    "log": (_log, 1, 2),
    "ln": (sp.log, 1, 1),
    "log2": (lambda x: sp.log(x) / sp.log(2), 1, 1),
    "log10": (lambda x: sp.log(x) / sp.log(10), 1, 1),
    "log1p": (lambda x: sp.log(1 + x), 1, 1),
    "expm1": (lambda x: sp.exp(x) - 1, 1, 1),
    "ceil": (sp.ceiling, 1, 1),
    "atan2": (sp.atan2, 2, 2),
    "min": (sp.Min, 1, 16),
    "max": (sp.Max, 1, 16),
    "binomial": (sp.binomial, 2, 2),
    "sigmoid": (lambda x: 1 / (1 + sp.exp(-x)), 1, 1),
    "logit": (lambda p: sp.log(p / (1 - p)), 1, 1),
    "softplus": (lambda x: sp.log(1 + sp.exp(x)), 1, 1),
    "relu": (lambda x: sp.Max(0, x), 1, 1),
}
"""What can be applied, with how many arguments. sum and integral, which bind a name, are known too."""

CONSTANTS = {"pi": sp.pi, "e": sp.E, "E": sp.E, "oo": sp.oo, "inf": sp.oo}
_BOUND = ("sum", "integral")
_GROWING = ("factorial", "binomial", "gamma")
_RELATIONS = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "=="}
_MADE = {"<=": sp.Le, "<": sp.Lt, ">=": sp.Ge, ">": sp.Gt, "==": sp.Eq}
_SIGNS = {"≤": "<=", "≥": ">=", "−": "-", "·": "*", "×": "*", "^": "**", "π": "pi", "∞": "oo"}
_DOMAIN = re.compile(r"([\[(])\s*([^,]+?)\s*,\s*([^,]+?)\s*([\])])")
_NAMED = {
    "real": REALS,
    "positive": Domain(sp.Integer(0)),
    "nonnegative": Domain(sp.Integer(0), lower_open=False),
    "negative": Domain(upper=sp.Integer(0)),
    "probability": Domain(sp.Integer(0), sp.Integer(1)),
    "integer": Domain(integer=True),
}


def formula(text: str, symbols: Mapping[str, Any], where: tuple[Any, ...] = ()) -> Claim:
    """The claim that a text makes: two or more expressions with <=, <, >=, >, == (or a single =) between them.

    Raises NotAFormula.
    """
    first, relations, others = _comparison(text)
    reader = _Reader(text, symbols)
    sides = [reader.read(part) for part in (first, *others)]
    parts = [(sides[n], relation, sides[n + 1]) for n, relation in enumerate(relations)]
    try:
        return chained(parts, where)
    except (TypeError, ValueError) as error:
        raise NotAFormula(f"{text.strip()!r}: {error}") from None


def condition(text: str, symbols: Mapping[str, Any]) -> tuple[Any, ...]:
    """The relations that a text states, such as 0 < x <= y; kept as they stand. Raises NotAFormula."""
    first, relations, others = _comparison(text)
    reader = _Reader(text, symbols)
    sides = [reader.read(part) for part in (first, *others)]
    return tuple(_MADE[one](sides[n], sides[n + 1], evaluate=False) for n, one in enumerate(relations))


def parse(text: str, symbols: Mapping[str, Any] | None = None, **domains: str) -> Any:
    """The SymPy expression that a text stands for; symbols by name, or their domains: parse("x^2", x="real").

    Raises NotAFormula for everything outside the grammar, with what would be right.
    """
    known = {**(symbols or {}), **{name: symbol(name, domain) for name, domain in domains.items()}}
    return _Reader(text, known).read(_tree(text))


def symbol(name: str, domain: str = "real") -> DomainSymbol:
    """A symbol with its domain in words: real, positive, nonnegative, negative, probability, integer, an interval such
    as [0, 1) or (-oo, 2], or integers in one: integer [1, oo). Raises NotAFormula.
    """
    if not name.isidentifier() or not name.isascii() or name in FUNCTIONS or name in CONSTANTS or name in _BOUND:
        raise NotAFormula(f"{name!r} cannot be the name of a symbol: take letters and digits, and no function's name")
    word, _, rest = domain.strip().partition(" ")
    if domain.strip() in _NAMED:
        return DomainSymbol(name, _NAMED[domain.strip()])
    integer = word in ("integer", "integers")
    found = _DOMAIN.fullmatch((rest if integer else domain).strip().removeprefix("in ").strip())
    if found is None:
        raise NotAFormula(f"{domain!r} is no domain of {name}: say {', '.join(_NAMED)}, or an interval such as [0, 1)")
    left, low, high, right = found.groups()
    ends = parse(low), parse(high)
    if not all(end.is_extended_real for end in ends) or not bool(ends[0] < ends[1]):
        raise NotAFormula(f"the interval {domain} of {name} is empty or has no real ends")
    open_ends = left == "(" or ends[0].is_infinite, right == ")" or ends[1].is_infinite
    return DomainSymbol(name, Domain(*ends, *open_ends, integer=integer))


def _tree(text: str) -> ast.expr:
    """The syntax tree of one expression, nothing evaluated."""
    if not isinstance(text, str):
        raise NotAFormula(f"a formula is text, not a {type(text).__name__}")
    if len(text) > LONGEST:
        raise NotAFormula(f"the formula has {len(text)} characters; at most {LONGEST} are read")
    source = _plain(text)
    if not source:
        raise NotAFormula("the formula is empty")
    if (depth := _bracket_depth(source)) > DEEPEST:
        raise NotAFormula(f"brackets stand {depth} deep; at most {DEEPEST} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on its own language
            return ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise NotAFormula(f"{text.strip()!r} cannot be read near character {error.offset}: {error.msg}") from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise NotAFormula(f"{text.strip()[:60]!r} cannot be read: {error or type(error).__name__}") from None


def _plain(text: str) -> str:
    """The text in Python's signs, on one line."""
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    return " ".join(text.split())


def _bracket_depth(source: str) -> int:
    depth = deepest = 0
    for sign in source:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _comparison(text: str) -> tuple[ast.expr, list[str], list[ast.expr]]:
    single = re.sub(r"(?<![<>=!])=(?!=)", "==", text) if isinstance(text, str) else text
    tree = _tree(single)
    if not isinstance(tree, ast.Compare):
        raise NotAFormula(f"{text.strip()!r} claims nothing: put one of <=, <, >=, >, == between two expressions")
    unknown = [type(one).__name__ for one in tree.ops if type(one) not in _RELATIONS]
    if unknown:
        raise NotAFormula(f"{text.strip()!r}: the relation {unknown[0]} is not one of <=, <, >=, >, ==")
    return tree.left, [_RELATIONS[type(one)] for one in tree.ops], tree.comparators


class _Reader:
    """Turns syntax trees into expressions, by a table of what is known."""

    def __init__(self, text: str, symbols: Mapping[str, Any]) -> None:
        self.text, self.symbols = text, dict(symbols)

    def read(self, node: ast.AST, depth: int = 0) -> Any:
        """The expression; raises NotAFormula."""
        if depth > DEEPEST:
            raise self._refused(node, f"it is more than {DEEPEST} operations deep")
        found = self._read(node, depth + 1)
        if found.has(sp.nan, sp.zoo):
            raise self._refused(node, "it divides by zero or has no value")
        return found

    def _read(self, node: ast.AST, depth: int) -> Any:
        match node:
            case ast.Constant(value=bool()):
                raise self._refused(node, "True and False are no numbers")
            case ast.Constant(value=int(value)):
                return self._bounded(node, sp.Integer(value))
            case ast.Constant(value=float()):
                return self._decimal(node)
            case ast.Name(id=name):
                return self._named(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.read(operand, depth)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth)
            case ast.BinOp(left=left, op=operation, right=right):
                return self._operation(node, self.read(left, depth), operation, self.read(right, depth))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(node, name, arguments, depth)
        raise self._refused(node, f"{type(node).__name__} is not in the grammar: numbers, names, + - * / ^ and calls")

    def _operation(self, node: ast.AST, left: Any, operation: ast.operator, right: Any) -> Any:
        match operation:
            case ast.Add():
                return self._bounded(node, left + right)
            case ast.Sub():
                return self._bounded(node, left - right)
            case ast.Mult():
                return self._bounded(node, left * right)
            case ast.Div():
                if right.is_zero:
                    raise self._refused(node, "it divides by zero")
                return self._bounded(node, left / right)
            case ast.Pow():
                return self._power(node, left, right)
        raise self._refused(node, "only + - * / and ^ are known between expressions")

    def _power(self, node: ast.AST, base: Any, exponent: Any) -> Any:
        if exponent.is_number and exponent.is_Rational and max(map(_bits, (exponent.p, exponent.q))) > 32:
            raise self._refused(node, "its exponent is too large")
        if base.is_Rational and exponent.is_Rational:
            if base.is_zero and exponent.is_negative:
                raise self._refused(node, "it divides by zero")
            if max(_bits(base.p), _bits(base.q)) * abs(exponent) > LARGEST:
                raise self._refused(node, f"its value has more than {LARGEST} bits")
        return sp.Pow(base, exponent)

    def _call(self, node: ast.Call, name: str, arguments: list[ast.expr], depth: int) -> Any:
        if any(isinstance(one, ast.Starred) for one in arguments):
            raise self._refused(node, "a star is not in the grammar")
        if name in _BOUND:
            return self._bound(node, name, arguments, depth)
        if name not in FUNCTIONS:
            raise self._refused(node, f"there is no function {name}" + _nearest(name, [*FUNCTIONS, *_BOUND]))
        function, fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            some = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise self._refused(node, f"{name} takes {some} argument{'s' * (some != '1')}, not {len(arguments)}")
        values = [self.read(one, depth) for one in arguments]
        if name in _GROWING and any(value.is_number and abs(value.evalf(5)) > 1000 for value in values):
            raise self._refused(node, f"{name} is computed up to 1000 only")
        return self._bounded(node, function(*values))

    def _bound(self, node: ast.Call, name: str, arguments: list[ast.expr], depth: int) -> Any:
        """sum(term, n, first, last) and integral(f, x, low, high), whose second argument is a name of their own."""
        if len(arguments) != 4 or not isinstance(arguments[1], ast.Name):
            raise self._refused(node, f"write {name}(expression, name, from, to)")
        own, (low, high) = arguments[1].id, (self.read(one, depth) for one in arguments[2:])
        if own in FUNCTIONS or own in CONSTANTS or own in _BOUND:
            raise self._refused(node, f"{own} cannot be the name that {name} binds")
        inner = sp.Symbol(own, integer=True) if name == "sum" else sp.Symbol(own, real=True)
        body = _Reader(self.text, {**self.symbols, own: inner}).read(arguments[0], depth)
        return sp.Sum(body, (inner, low, high)) if name == "sum" else sp.Integral(body, (inner, low, high))

    def _named(self, node: ast.AST, name: str) -> Any:
        if name in self.symbols:
            return self.symbols[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS or name in _BOUND:
            raise self._refused(node, f"{name} is a function: write {name}(...)")
        raise self._refused(node, f"the symbol {name} is not declared" + _nearest(name, list(self.symbols)))

    def _decimal(self, node: ast.AST) -> Any:
        """A decimal fraction, exactly as it is written."""
        written = (ast.get_source_segment(_equated(self.text), node) or "").replace("_", "").lower()
        digits, _, power = written.partition("e")
        if not re.fullmatch(r"\d*\.?\d*", digits) or len(digits) > 400 or abs(int(power or 0)) > 400:
            raise self._refused(node, "the number is too long, or has an exponent beyond 400")
        return sp.Rational(digits) * sp.Integer(10) ** int(power or 0)

    def _bounded(self, node: ast.AST, value: Any) -> Any:
        if value.is_Rational and max(_bits(value.p), _bits(value.q)) > LARGEST:
            raise self._refused(node, f"a number in it has more than {LARGEST} bits")
        return value

    def _refused(self, node: ast.AST, why: str) -> NotAFormula:
        part = ast.get_source_segment(_equated(self.text), node) or self.text.strip()
        return NotAFormula(f"{part if len(part) <= 60 else part[:57] + '...'!r}: {why}")


def _equated(text: str) -> str:
    """The text as the tree was made of it, with a single = doubled."""
    plain = _plain(text)
    return re.sub(r"(?<![<>=!])=(?!=)", "==", plain)


def _bits(number: int) -> int:
    return int(math.log2(abs(number)) + 1) if number else 1


def _nearest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else (f"; known: {', '.join(known)}" if len(known) <= 8 else "")


__all__ = ["CONSTANTS", "FUNCTIONS", "NotAFormula", "condition", "formula", "parse", "symbol"]
