"""What can go wrong in the engine, one thing at a time: mistakes that its tests must notice.

The derivatives of the table are perturbed where they stand in the source; the rules of the backward pass
are broken by the edits in ``mutants.toml``.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mutant", "mutants"]

ROOT = Path(__file__).parents[1]
TABLE = "autograd/operations.py"
RULES = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True)
class Mutant:
    """One thing that is wrong.

    Args:
        kind: what sort of a mistake it is.
        what: the mistake.
        file: where it is made.
        source: the file with the mistake.
        operation: whose derivative it is, if it is one's.
        equivalent: why it makes no difference, if it makes none; then there is nothing to notice.
    """

    kind: str
    what: str
    file: str
    source: str
    operation: str = ""
    equivalent: str = ""

    @property
    def name(self) -> str:
        """What it is called in lists: kind and mistake."""
        return f"{self.kind}, {self.what}"


# --- derivatives ----------------------------------------------------------------------------------


def _source(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def _replaced(source: str, node: ast.expr, text: str) -> str:
    """A source with another text in the place of a node; the columns of ast count bytes."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    return (before + text.encode() + after).decode()


class _Exchanged(ast.NodeTransformer):
    """One operand in the place of the other."""

    def __init__(self, first: str, second: str) -> None:
        self.other = {first: second, second: first}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.other.get(node.id, node.id))


def _exchanged(text: str, parameters: Sequence[str]) -> str:
    return ast.unparse(_Exchanged(*parameters).visit(ast.parse(text, mode="eval")))


def _texts(row: ast.Call, field: str) -> tuple[ast.expr, list[tuple[ast.expr, str]]] | None:
    """The tuple of a row's texts, and each of them; without those that read as the partial does."""
    found = next((keyword.value for keyword in row.keywords if keyword.arg == field), None)
    if not isinstance(found, ast.Tuple):
        return None
    return found, [(each, ast.literal_eval(each)) for each in found.elts]


def derivative_mutants() -> Iterator[Mutant]:
    """Every derivative of every row, perturbed."""
    source = _source(TABLE)
    rows = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Operation", "_row")
        and len(node.args) > 1
        and isinstance(node.args[0], ast.Constant)
    ]
    for row in rows:
        name, declared = (ast.literal_eval(argument) for argument in row.args[:2])
        parameters = [part.split("=")[0].strip() for part in declared.split(",")]
        partials = _texts(row, "partials")
        assert partials is not None
        for parameter, (node, text) in zip(parameters, partials[1], strict=True):
            what = f"`{name}` by {parameter}"

            def mutant(kind: str, new: str, equivalent: str = "") -> Mutant:
                changed = _replaced(source, node, repr(new))  # noqa: B023
                return Mutant(kind, what, TABLE, changed, name, equivalent)  # noqa: B023

            zero = "its derivative is 0" if text == "0.0 if x == x else nan" else ""
            yield mutant("sign", f"-({text})", zero)
            yield mutant("factor 1.001", f"1.001 * ({text})", zero)
            yield mutant("dropped", "0.0")
            if len(parameters) == 2:
                new = _exchanged(text, parameters)
                same = "the derivative is a number" if new == ast.unparse(ast.parse(text)) else ""
                yield mutant("operands exchanged", new, same)
        if len(parameters) == 2:
            whole, ((_, first), (_, second)) = partials
            yield Mutant(
                "partials exchanged",
                f"`{name}`",
                TABLE,
                _replaced(source, whole, repr((second, first))),
                name,
                "its two derivatives are equal" if first == second else "",
            )
        for parameter, (node, text) in zip(
            parameters, (_texts(row, "as_taught") or (0, []))[1], strict=False
        ):
            if text:
                for kind, new in (("sign", f"-({text})"), ("factor 1.001", f"1.001 * ({text})")):
                    changed = _replaced(source, node, repr(new))
                    yield Mutant("as taught, " + kind, f"`{name}` by {parameter}", TABLE, changed, name)


# --- rules ----------------------------------------------------------------------------------------


def _edited(source: str, edits: Sequence[tuple[str, str]]) -> str:
    for old, new in edits:
        if old not in source:
            raise ValueError(f"there is no {old!r} to be replaced")
        source = source.replace(old, new)
    return source


def rule_mutants() -> Iterator[Mutant]:
    """Every rule of the backward pass, broken as `RULES` has it."""
    for broken in tomllib.loads(RULES.read_text(encoding="utf-8"))["broken"]:
        source = _edited(_source(broken["file"]), broken["edits"])
        yield Mutant(broken["kind"], broken["what"], broken["file"], source)


def mutants() -> list[Mutant]:
    """All of them."""
    return [*derivative_mutants(), *rule_mutants()]
