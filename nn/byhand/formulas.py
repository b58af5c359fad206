"""A step with formulas as a person does it by hand: the formulas, and the chain rule back through them.

each formula                            kind "value"
its derivative by each name in it       kind "factor"
∂E/∂x where E itself uses x             kind "slope"
∂E/∂x = ∂E/∂y · ∂y/∂x                   kind "delta", where y alone uses x
∂E/∂x, their sum, where several do      kind "back"
x⁺ = x − η ∂E/∂x                        kinds "update" and "change"
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from autograd.symbolic import partials
from nn.byhand.lines import Line, Sheet
from nn.byhand.writing import RATE, WrittenStep, total
from nn.formula_texts import names_in

if TYPE_CHECKING:
    from nn.worked.formulas import FormulaExample

__all__ = ["written_formulas"]


def written_formulas(example: FormulaExample) -> WrittenStep:
    """A step with formulas as someone with a pencil writes it down.

    >>> from nn.worked import FormulaExample
    >>> formulas = {"net": "w * x - b", "o": "sigmoid(net)", "e": "(t - o) ** 2"}
    >>> values = {"w": 0.5, "x": 2.0, "b": 1.0, "t": 1.0}
    >>> example = FormulaExample(
    ...     name="one", values=values, formulas=formulas, parameters=["w"], learning_rate=0.5
    ... )
    >>> lines = written_formulas(example).sheet.lines
    >>> for symbol in ("net", "de/do", "de/dnet", "de/dw", "w+"):
    ...     print(symbol, "=", lines[symbol].formula)
    net = w * x - b
    de/do = -2.0 * (t - o)
    de/dnet = de/do * do/dnet
    de/dw = de/dnet * dnet/dw
    w+ = w - learning rate * de/dw
    """
    updates = {name: f"{name}+" for name in example.parameters}
    given = {**example.values, RATE: example.learning_rate}
    sheet = Sheet(_lines(example), given, updates)
    return WrittenStep(sheet, [], [], weighs=False, neurons=[], rule="", examples=1)


def _lines(example: FormulaExample) -> Iterator[Line]:
    users: dict[str, list[str]] = {name: [] for name in (*example.values, *example.in_order)}
    for name, formula in example.in_order.items():
        used = sorted(names_in(formula) & users.keys())
        yield _line(name, "value", formula.text, used)
        for each in used:
            users[each].append(name)
    nodes = example.differentiated(example.values)
    slopes: dict[tuple[str, str], Line] = {}
    for name in example.in_order:
        for below, tree in partials(nodes[name]).items():
            assert below.name is not None
            text, used = _text(tree)
            slopes[name, below.name] = _line(f"d{name}/d{below.name}", "factor", text, used)
    leading = _leading(example.error, users)
    yield _line(f"d{example.error}/d{example.error}", "factor", "1.0", [])
    for name, above in users.items():
        yield from _back(example.error, name, [each for each in above if each in leading], slopes)
    for name in example.parameters:
        operands = {"w": name, "rate": RATE, "gradient": f"d{example.error}/d{name}"}
        yield Line(f"Δ{name}", "change", "-rate * gradient", operands, -1)
        yield Line(f"{name}+", "update", "w - rate * gradient", operands, -1)


def _back(
    error: str, name: str, above: list[str], slopes: Mapping[tuple[str, str], Line]
) -> Iterator[Line]:
    """∂E/∂x, and the factors that it is made of."""
    if name == error:
        return
    symbol = f"d{error}/d{name}"
    paths: list[str] = []
    for user in above:
        line = slopes[user, name]
        if user == error:
            alone = len(above) == 1
            path = symbol if alone else f"{symbol} directly"
            yield Line(path, "slope" if alone else "path", line.text, line.operands, -1)
        else:
            yield line
            path = symbol if len(above) == 1 else f"{symbol} via {user}"
            operands = {"back": f"d{error}/d{user}", "slope": line.symbol}
            yield Line(path, "delta" if len(above) == 1 else "path", "back * slope", operands, -1)
        paths.append(path)
    if len(paths) > 1:
        yield total(symbol, "back", paths, -1, ())
    elif not paths:
        yield _line(symbol, "factor", "0.0", [])  # the error does not depend on it


def _leading(error: str, users: Mapping[str, list[str]]) -> set[str]:
    """What the error depends on, itself included; users stand in the order of computation."""
    leading = {error}
    for name, above in reversed(list(users.items())):
        if leading.intersection(above):
            leading.add(name)
    return leading


def _line(symbol: str, kind: str, text: str, used: list[str]) -> Line:
    # a layer that no network has, so that nothing that is said of layers is said of it
    return Line(symbol, kind, text, {name: name for name in used}, -1)


def _text(tree: ast.expr) -> tuple[str, list[str]]:
    """A tree of `autograd.symbolic` as Python, and the names in it."""
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id.startswith("=")
    }
    # trees share their branches
    return ast.unparse(_Unmarked().visit(deepcopy(tree))), sorted(name[1:] for name in names)


class _Unmarked(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(node.id.removeprefix("="))
