"""The figures of a report: drawn into its folder, and matched with the statements whose expressions they draw."""

from __future__ import annotations

import ast
import inspect
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ...theory.evidence import Report
from ...theory.statements import catalogue
from .edition import Drawing

FOLDER = "figures"


def draw_into(
    site: Path, topics: Sequence[str], reports: Mapping[str, Report], progress: Callable[[str], None]
) -> tuple[list[Drawing], list[Path], dict[str, str]]:
    """Draw the figures of the topics into a scratch folder of the site and move them in place, topic by topic.

    Returns what was drawn, the paths written, and the topics that need a package which is not installed, with its name.
    """
    target = site / FOLDER
    target.mkdir(exist_ok=True)
    drawings: list[Drawing] = []
    written: list[Path] = []
    undrawn: dict[str, str] = {}
    for topic in topics:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=site) as scratch:
            try:
                from ...figures.gallery import draw

                made = draw([topic], Path(scratch), reports, progress)
            except ModuleNotFoundError as error:
                undrawn[topic] = error.name or str(error)
                continue
            for path in made:
                written.append(path.replace(target / path.name))
        drawings += _drawings(topic, {path.stem for path in made})
    return drawings, written, undrawn


def _drawings(topic: str, made: set[str]) -> list[Drawing]:
    from ...figures.picture import pictures_of

    module = import_module(f"...figures.{topic}", __package__)
    shown = statements_drawn(module, topic)
    pictures = [
        Drawing(one.name, topic, one.caption, shown.get(one.draw.__name__, ()))
        for one in pictures_of(module)
        if one.name in made
    ]
    derivations = [
        Drawing(f"{name}.derivation", topic, f"The derivation of {name}.", (name,), derivation=True)
        for name in catalogue()
        if f"{name}.derivation" in made
    ]
    return pictures + derivations


def statements_drawn(module: ModuleType, topic: str) -> dict[str, tuple[str, ...]]:
    """The statements that each function of a module of figures names, by itself or through the functions it calls."""
    tree = ast.parse(inspect.getsource(module))
    aliases = _aliases(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {name: _named(node, aliases) for name, node in functions.items()}
    calls = {
        name: {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & set(functions)
        for name, node in functions.items()
    }
    found = {}
    for name in functions:
        seen, waiting = {name}, [name]
        while waiting:
            fresh = calls[waiting.pop()] - seen
            seen |= fresh
            waiting += sorted(fresh)
        reached = set().union(*(named[one] for one in seen))
        found[name] = tuple(one for one in catalogue() if one in reached)
    return found


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What the names of theory modules, and of the things in them, stand for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "theory":
            inside = (node.module or "").partition(".")[2]
            for one in node.names:
                found[one.asname or one.name] = f"{inside}.{one.name}" if inside else one.name
    return found


def _named(node: ast.AST, aliases: Mapping[str, str]) -> set[str]:
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in aliases:
            found.add(aliases[one.id])
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in aliases:
            found.add(f"{aliases[one.value.id]}.{one.attr}")
    return found
