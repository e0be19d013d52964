"""What a result depends on, as one hash: the code and values behind a statement, the checker, the libraries.

The hash is taken over everything that can be reached from the function that builds the statement: the bytecode of the
functions of this package that it calls, the expressions and other values that it names, the statements that it cites.
No line number enters it. So moving a statement changes nothing, and editing one makes its own rows stale and those of
the statements that refer to it. No expression is built and nothing is imported for it.

Functions, classes and statements are nodes, and the hash is over the set of nodes that are reached; hence it does not
matter where a circle of references is entered.
"""

from __future__ import annotations

import dataclasses
import dis
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from sympy import Basic, Dummy, Symbol
from sympy.matrices import MatrixBase

from ..theory import statements as theory_statements
from ..theory.statements import Statement
from ..theory.symbols import DomainSymbol

if TYPE_CHECKING:
    from ..numerics.measurement import Measurement

PACKAGE = __name__.partition(".")[0]
HERE = Path(__file__).parent.parent
EXACT = ("sympy", "mpmath", "numpy", "python-flint", "z3-solver")
NUMERIC = ("torch", "jax", "scipy", "scikit-learn", "POT", "gymnasium", "scikit-fem")

_UNTOLD = {
    "__module__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotations__",
    "__doc__",
}
_CARRIED = ("__wrapped__", "__func__", "__self__", "fget", "fset", "func", "args", "keywords")
"""Where wrappers (methods, properties, partial and cached functions) keep what they wrap."""
_IMPORT = re.compile(r"^\s*from\s+(\.+)([\w.]*)\s+import\s+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_LOAD_GLOBAL, _IMPORT_NAME, _EXTENDED = (dis.opmap[name] for name in ("LOAD_GLOBAL", "IMPORT_NAME", "EXTENDED_ARG"))


def statement_digest(statement: Statement) -> str:
    """The hash of all that the report on a statement depends on; neither seed nor tier is part of it."""
    return _hash([_checker(), *_reached(statement)])


def measurement_digest(measurement: Measurement, tier: str, seed: int) -> str:
    """The hash of all that the result of a measurement depends on."""
    statement = theory_statements.catalogue().get(measurement.statement)
    about = measurement.statement if statement is None else statement_digest(statement)
    needs = [f"{module} {find_spec(module.partition('.')[0]) is not None}" for module in measurement.needs]
    setting = (_measuring(), tier, str(seed), measurement.key, measurement.route, *needs)
    return _hash([about, *setting, *_reached(measurement.function)])


@cache
def _checker() -> str:
    """The hash of the judge with all that it imports, of all kernels, and of the libraries of exact mathematics."""
    return _hash([*_sources(_checker_files()), *_versions(EXACT)])


@cache
def _measuring() -> str:
    files = [HERE / "numerics" / name for name in ("measurement.py", "measured.py", "intervals.py")]
    return _hash([*_sources(_closure(files)), *_versions(NUMERIC)])


@cache
def _checker_files() -> frozenset[Path]:
    theory = HERE / "theory"
    return _closure([theory / "judge.py", *sorted((theory / "kernels").glob("*.py"))])


@cache
def _checker_modules() -> frozenset[str]:
    return frozenset(
        ".".join((PACKAGE, *file.relative_to(HERE).with_suffix("").parts)).removesuffix(".__init__")
        for file in _checker_files()
    )


def _sources(files: Iterable[Path]) -> list[str]:
    return [f"{file.relative_to(HERE)}\n{file.read_text(encoding='utf-8')}" for file in sorted(files)]


def _versions(names: Iterable[str]) -> list[str]:
    def installed(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return "absent"

    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {installed(name)}" for name in names)]


def _closure(files: Iterable[Path]) -> frozenset[Path]:
    """The files with all modules of this package that they import, directly or not."""
    found: set[Path] = set()
    waiting = [file for file in files if file.exists()]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported(file)
    return frozenset(found)


def _imported(file: Path) -> Iterator[Path]:
    for dots, module, names in _IMPORT.findall(file.read_text(encoding="utf-8")):
        folder = file.parents[len(dots) - 1].joinpath(*module.split("."))
        tails = [word.split()[0] for word in names.strip("() \n").split(",") if word.strip()]
        for target in (folder, *(folder / tail for tail in tails)):
            if target.with_suffix(".py").is_file():
                yield target.with_suffix(".py")


# ------------------------------------------------------------------------------------------------ what is reached


def _hash(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _reached(root: Any) -> list[str]:
    """The nodes that can be reached from one, each with the hash of its own contents, in a fixed order."""
    seen: dict[int, str] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen[id(node)], references = _contents(node)
            waiting += references
    return sorted(seen.values())


@cache
def _contents(node: Any) -> tuple[str, tuple[Any, ...]]:
    references: list[Any] = []
    parts = list(_Reader(references).parts(node))
    return _hash(parts), tuple(references)


@cache
def _is_ours(module: str | None) -> bool:
    """Whether names of this module are followed: it is no library's, and its text is not hashed as a whole."""
    if module is None or module in _checker_modules():
        return False
    top = module.partition(".")[0]
    if top in (PACKAGE, "__main__"):
        return True
    file = getattr(sys.modules.get(top), "__file__", None) or ""
    return top not in sys.stdlib_module_names and "site-packages" not in Path(file).parts


class _Reader:
    """Turns one node into text; the nodes that it names are appended to `references` and told by name only."""

    def __init__(self, references: list[Any]) -> None:
        self.references = references

    def parts(self, node: Any) -> Iterator[str]:
        if isinstance(node, Statement):
            yield f"statement {node.name} {node.answers!r}"
            yield self.value(node.build)
            known = theory_statements.catalogue()
            yield from (self.value(known.get(name, name)) for name in node.cites)
        elif hasattr(node, "registry"):  # of functools.singledispatch
            yield f"dispatched {node.__module__}.{node.__qualname__}"
            yield self.value(list(node.registry.items()))
        elif isinstance(node, FunctionType):
            yield f"function {node.__module__}.{node.__qualname__}"
            yield from self.code(node.__code__, node.__globals__, node.__module__)
            yield from (self.value(part) for part in (node.__defaults__, node.__kwdefaults__))
            yield from (self.cell(cell) for cell in node.__closure__ or ())
        else:
            yield f"class {node.__module__}.{node.__qualname__}"
            yield from (self.value(base) for base in node.__bases__)
            for name, part in sorted(vars(node).items()):
                if name not in _UNTOLD and not name.startswith("_abc"):
                    yield f"{name}: {self.value(part)}"

    def code(self, code: CodeType, names: Mapping[str, Any], module: str) -> Iterator[str]:
        yield f"{code.co_code.hex()} {code.co_exceptiontable.hex()} {code.co_flags} {code.co_argcount}"
        yield f"{code.co_kwonlyargcount} {code.co_names} {code.co_varnames} {code.co_freevars} {code.co_cellvars}"
        for name in _globals_of(code):
            if name in names:
                yield f"{name} = {self.named(names[name], code.co_names)}"
        yield from self.late_imports(code, module)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield f"code {constant.co_name}"
                yield from self.code(constant, names, module)
            else:
                yield self.value(constant)

    def named(self, value: Any, attributes: tuple[str, ...]) -> str:
        """A global; of a module of this package, those of its names that the function may use."""
        if not isinstance(value, ModuleType):
            return self.value(value)
        used = [name for name in attributes if name in vars(value)] if _is_ours(value.__name__) else []
        return f"module {value.__name__}" + "".join(f" {name}={self.value(vars(value)[name])}" for name in used)

    def late_imports(self, code: CodeType, module: str) -> Iterator[str]:
        """The text of the modules of this package that the function imports when it runs."""
        if not module.startswith(f"{PACKAGE}.") or _IMPORT_NAME not in code.co_code[::2]:
            return
        file = HERE.joinpath(*module.split(".")[1:]).with_suffix(".py")
        for dots, name, tails in _late(code):
            folder = file.parents[dots - 1].joinpath(*name.split(".")) if dots else HERE / "absent"
            files = [folder.with_suffix(".py"), *((folder / tail).with_suffix(".py") for tail in tails)]
            yield from _sources(_closure(files))

    def cell(self, cell: Any) -> str:
        try:
            return self.value(cell.cell_contents)
        except ValueError:
            return "empty cell"

    def value(self, value: Any) -> str:
        """The text of a value: data in full, functions, classes and statements by name."""
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            return f"{type(value).__name__} {value!r}"
        if isinstance(value, Statement):
            return self.reference(value, value.name)
        if isinstance(value, FunctionType | type):
            name = f"{value.__module__}.{value.__qualname__}"
            return self.reference(value, name) if _is_ours(value.__module__) else name
        if isinstance(value, Basic):
            return self.expression(value)
        if isinstance(value, MatrixBase):
            return f"matrix {value.shape} " + " ".join(self.value(entry) for entry in value.flat())
        if isinstance(value, set | frozenset):
            return f"set {sorted(map(self.value, value))}"
        if isinstance(value, tuple | list):
            return f"{type(value).__name__} [{', '.join(map(self.value, value))}]"
        if isinstance(value, Mapping):
            return f"mapping {[(self.value(key), self.value(one)) for key, one in value.items()]}"
        return self.object(value)

    def reference(self, node: Any, name: str) -> str:
        self.references.append(node)
        return f"<{name}>"

    def object(self, value: Any) -> str:
        kind = type(value)
        if isinstance(value, ModuleType):
            return f"module {value.__name__}"
        if isinstance(value, BuiltinFunctionType):
            return f"builtin {value.__qualname__}"
        if carried := [getattr(value, name) for name in _CARRIED if hasattr(value, name)]:
            return f"{kind.__name__} {self.value(carried)}"
        if dataclasses.is_dataclass(value):
            told = [(one.name, getattr(value, one.name, None)) for one in dataclasses.fields(value)]
            return f"{self.value(kind)} {self.value(told)}"
        if isinstance(value, dataclasses.Field):
            return f"field {value.name} {value.type} {self.value((value.default, value.default_factory))}"
        if kind.__module__ == "numpy" and hasattr(value, "tobytes"):
            return f"array {value.dtype} {value.shape} {value.tobytes().hex()}"
        if _is_ours(kind.__module__) and hasattr(value, "__dict__"):
            return f"{self.value(kind)} {self.value(vars(value))}"
        return f"{kind.__module__}.{kind.__qualname__} " + re.sub(r" at 0x[0-9a-f]+", "", repr(value))

    def expression(self, expr: Basic) -> str:
        if isinstance(expr, Symbol):
            # As declared: what SymPy concludes from it grows with each question that somebody asked.
            facts = sorted((name, fact) for name, fact in expr._assumptions_orig.items())
            own = "" if not isinstance(expr, DomainSymbol) else f"{expr.domain} {expr.tex} {expr.typical}"
            name = expr.name if not isinstance(expr, Dummy) else f"dummy {expr.name}"
            return f"{type(expr).__name__} {name} {facts} {own} {getattr(expr, 'normalized', '')}"
        head = f"{type(expr).__module__}.{type(expr).__name__}"
        if _is_ours(type(expr).__module__):
            self.value(type(expr))
        return f"{head}({', '.join(map(self.value, expr.args))})" if expr.args else f"{head} {expr!r}"


def _globals_of(code: CodeType) -> list[str]:
    """The names that the code loads from its module, without those of nested code."""
    found: dict[str, None] = {}
    extended, raw = 0, code.co_code
    for at in range(0, len(raw), 2):
        argument = extended << 8 | raw[at + 1]
        if raw[at] == _LOAD_GLOBAL:
            found[code.co_names[argument >> 1]] = None
        extended = argument if raw[at] == _EXTENDED else 0
    return list(found)


def _late(code: CodeType) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The imports inside a function: leading dots, module, names."""
    constants: list[Any] = []
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            constants.append(instruction.argval)
        elif instruction.opcode == _IMPORT_NAME:
            dots, names = constants[-2:]
            yield dots, instruction.argval, names or ()
