"""Forms of a margin: factors, roots, exponentials in place of hyperbolic functions, and where all of it is defined.

SymPy suggests the factors and the roots; whoever uses them shows that they are right.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    atan,
    cos,
    cosh,
    erf,
    exp,
    expand,
    factor,
    fraction,
    log,
    sin,
    sinh,
    tanh,
    together,
)

from .translation import common_steps, exponent, exponent_terms

SMOOTH = (exp, log, sin, cos, sinh, cosh, tanh, atan, erf)


def obligations(f: Expr, smooth: bool) -> list[tuple[Expr, str]]:
    """The (part, order) such that f is continuous (differentiable where `smooth`) where each part order 0 holds.

    Raises ValueError for a function that is not known to be smooth.
    """
    found: list[tuple[Expr, str]] = []
    for part in nodes(f):
        if isinstance(part, log):
            found.append((part.args[0], ">"))
        elif isinstance(part, Pow) and not isinstance(part, exp) and not (part.exp.is_Integer and part.exp > 0):
            if part.exp.is_Integer:
                found.append((part.base, "!="))
            elif part.base is not S.Exp1:
                closed = isinstance(part.exp, Rational) and part.exp > 0 and not smooth
                found.append((part.base, ">=" if closed else ">"))
        elif isinstance(part, Add | Mul | Pow | Symbol | Rational) or part in (S.Exp1, S.Pi, S.EulerGamma):
            continue
        elif not isinstance(part, SMOOTH) and not (not smooth and isinstance(part, Abs | Max | Min)):
            raise ValueError(f"{part.func.__name__} is not a function that calculus knows")
    return list(dict.fromkeys(found))


def nodes(f: Expr) -> Iterator[Expr]:
    """The expression and all its parts."""
    yield f
    for part in f.args:
        yield from nodes(part)


def exponentials(f: Expr) -> Expr:
    """Hyperbolic functions as exponentials."""
    if not f.has(sinh, cosh, tanh):
        return f
    parts = [exponentials(part) for part in f.args]
    if isinstance(f, sinh | cosh):
        sign = 1 if isinstance(f, cosh) else -1
        return exp(-parts[0]) * (exp(2 * parts[0]) + sign) / 2
    return 1 - 2 / (exp(2 * parts[0]) + 1) if isinstance(f, tanh) else f.func(*parts)


def is_affine(f: Expr, v: Symbol) -> bool:
    """Whether f is a polynomial of degree at most one in v."""
    return bool(f.is_polynomial(v)) and not f.diff(v).has(v)


def root(f: Expr, v: Symbol, depth: int = 2) -> list[Expr]:
    """Where an expression that is affine in v, or in one logarithm, exponential or power of v, vanishes."""
    if not f.has(v) or depth == 0:
        return []
    steep = f.diff(v)
    if not steep.has(v):
        return [together(-f.xreplace({v: S.Zero}) / steep)]
    logs = [term.as_coeff_Mul() for term in Add.make_args(f)]
    if len(logs) > 1 and all(isinstance(rest, log) for _, rest in logs):
        n, d = fraction(together(Mul(*(rest.args[0] ** c for c, rest in logs))))
        return root(expand(n - d), v, depth - 1) if (n - d).is_polynomial(v) else []
    for inner in f.atoms(log, exp, Pow):
        mark = Symbol("mark", positive=True)
        outer = f.xreplace({inner: mark})
        if inner.has(v) and not outer.has(v) and not outer.diff(mark).has(mark):
            level = together(-outer.xreplace({mark: S.Zero}) / outer.diff(mark))
            if isinstance(inner, log):
                return root(inner.args[0] - exp(level), v, depth - 1)
            if isinstance(inner, exp):
                return root(inner.args[0] - log(level), v, depth - 1)
            return root(inner.base - level ** (1 / inner.exp), v, depth - 1) if not inner.exp.has(v) else []
    return []


def factored(f: Expr) -> list[tuple[Expr, Expr]]:
    """Factors of f with their exponents, as SymPy finds them with exponentials and logarithms as generators."""
    steps = common_steps((f,))
    marks: dict[Expr, Expr] = {}

    def mark(part: Expr) -> Expr:
        argument = exponent(part)
        if argument is not None:
            result = S.One
            for c, rest in exponent_terms(argument):
                ratio = c / steps[rest]
                step = steps[rest] if abs(ratio) <= 16 else c
                unit = exp(Rational(step.numerator, step.denominator) * rest)
                result *= marks.setdefault(unit, Dummy(positive=True)) ** int(c / step)
            return result
        if isinstance(part, SMOOTH):
            return marks.setdefault(part, Dummy(real=True))
        return part.func(*(mark(each) for each in part.args)) if part.args else part

    numerator, denominator = fraction(together(mark(f)))
    back = {dummy: part for part, dummy in marks.items()}
    product = _powers(factor(numerator)) + [(base, -power) for base, power in _powers(factor(denominator))]
    found = [(base.xreplace(back), power.xreplace(back)) for base, power in product if base != 1]
    return found or [(S.One, S.One)]


def _powers(product: Expr) -> list[tuple[Expr, Expr]]:
    """The factors of a product with their exponents."""
    found = []
    for part in Mul.make_args(product):
        base, power = part.as_base_exp() if isinstance(part, Pow) and not isinstance(part, exp) else (part, S.One)
        found.append((base, power) if base is not S.Exp1 else (part, S.One))
    return found
