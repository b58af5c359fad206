"""Which module imports which, read from the source: imports within functions count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["cycles", "imports"]


def imports(root: Path, packages: tuple[str, ...] = ("autograd", "nn")) -> dict[str, set[str]]:
    """For each module of some packages, the modules of these packages that it imports.

    An import counts wherever it stands, but for ``if TYPE_CHECKING:``, which is for annotations. What is
    imported from a package counts as an import of the submodule of that name, if there is one, and of the
    package itself, whose ``__init__`` gives the name, if there is none.
    """
    files = {_name(file.relative_to(root)): file for each in packages for file in (root / each).rglob("*.py")}
    found = {}
    for module, file in files.items():
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        package = module if file.stem == "__init__" else module.rpartition(".")[0]
        found[module] = {
            each for each in _imported(tree, package, files) if each in files and each != module
        }
    return found


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imported(tree: ast.AST, package: str, modules: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                for each in node.orelse:
                    yield from _imported(each, package, modules)
            case ast.Import(names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module, names, level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                source = ".".join([*above, *([module] if module else [])])
                for each in names:
                    within = f"{source}.{each.name}"
                    yield within if within in modules else source
            case _:
                yield from _imported(node, package, modules)


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules in which each one imports every other, directly or not.

    >>> cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}})
    [['b', 'c']]
    """
    reached = {module: _reached(graph, module) for module in graph}
    groups = {
        frozenset({module, *(other for other in reached[module] if module in reached[other])})
        for module in graph
        if module in reached[module]
    }
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reached(graph: Mapping[str, set[str]], module: str) -> set[str]:
    found: set[str] = set()
    left = [module]
    while left:
        for each in graph[left.pop()] - found:
            found.add(each)
            left.append(each)
    return found


if __name__ == "__main__":
    for group in cycles(imports(Path(__file__).parents[1])):
        print(" ↔ ".join(group))
