"""Programs in JavaScript: the same numbers in a browser, or by Node.

A whole program, as `Program.source` prints it, is a file without dependencies. The page of a
training step has its lines one by one instead, since they can be changed there: what is printed
calls two objects, ``strict``, whose functions raise an error where Python raises one, and ``ieee``,
whose functions never do. As in Python, values are computed by the first, derivatives by the second.
Both are made of the table's rows; what the rows call in turn is in ``primitives.js``. The
elementary functions are the browser's: ``docs/stepper.md`` and ``docs/languages.md`` say by how
much they differ from Python's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pkgutil import get_data

from autograd import special
from autograd.errors import ArgumentValueError
from autograd.expression import PRIMITIVES
from autograd.operations import OPERATIONS, Operation
from autograd.program.languages.module import WIDTH, broken, wrapped
from autograd.program.languages.target import ANGLES, Page, Statement, Target, templates
from autograd.program.line import Line
from autograd.program.printing import Language, spelled
from autograd.program.texts import body_of

__all__ = ["IEEE", "STRICT", "TARGET", "condition", "function", "library"]


def _called(table: str, name: str, operands: Sequence[str]) -> str:
    return f"{table}.{name}({', '.join(operands)})"


#: Raises where Python does.
STRICT = Language(
    power="strict.pow({}, {})".format,
    power_is_call=True,
    call=lambda name, operands: _called("strict", name, operands),
    choice="{test} ? {body} : {orelse}",
    both=" && ",
    either=" || ",
    constants={"pi": "Math.PI", "inf": "Infinity", "nan": "NaN"},
    quotient="strict.div({}, {})".format,
    remainder="remainder({}, {})".format,
)
#: Never raises: JavaScript's own arithmetic is that of IEEE 754.
IEEE = STRICT._replace(
    power="ieee.pow({}, {})".format,
    call=lambda name, operands: _called("ieee", name, operands),
    quotient=None,
)


def _arrow(
    tree: ast.expr,
    names: Sequence[str],
    language: Language,
    before: Iterable[tuple[str, ast.expr]] = (),
) -> str:
    """A tree as a function of some variables, and of what is computed before it."""
    parameters = [f"x{number}" for number in range(len(names))]
    known = dict(zip(names, parameters, strict=True))
    steps: list[tuple[str, str]] = []
    for name, each in before:
        more, text = spelled(each, language, known, name)
        steps += [*more, (name, text)]
    more, text = spelled(tree, language, known, "step")
    steps += more
    head = f"({', '.join(parameters)}) => "
    if not steps:
        return head + text
    return f"{head}{{ {' '.join(f'const {name} = {step};' for name, step in steps)} return {text}; }}"


def function(line: Line) -> str:
    """The source of a function that computes a line of its operands.

    Args:
        line: the line; a value raises where it has none, a derivative never does.

    Raises:
        ValueError: it calls a Python function.

    >>> print(function(Line.of("y", "exp(x) / 2.0", {"x": "a"})))
    (x0) => strict.div(strict.exp(x0), 2.0)
    >>> print(function(Line.of("y", "exp(x) / 2.0", {"x": "a"}, "partial", above="y", below="a")))
    (x0) => ieee.exp(x0) / 2.0
    """
    return _arrow(line.tree, line.variables, STRICT if line.kind in _RAISES else IEEE)


_RAISES = frozenset(("value", "change", "update"))


def condition(tree: ast.expr, names: Sequence[str]) -> str:
    """The source of a function that tells whether a condition holds.

    Args:
        tree: a comparison, or several joined by ``and`` and ``or``.
        names: the variables in it, in the order of the function's parameters.

    >>> print(condition(ast.parse("0.0 < a <= b", mode="eval").body, ["a", "b"]))
    (x0, x1) => 0.0 < x0 && x0 <= x1
    """
    return _arrow(tree, names, IEEE)


def library(operations: Iterable[Operation] | None = None) -> str:
    """The source of ``strict`` and ``ieee``, for some operations and all that the rows call.

    Args:
        operations: rows of the table, or others; the whole table if None.

    Raises:
        ValueError: a row calls a Python function.

    >>> "ieee.sigmoid = " in library()
    True
    """
    rows = list(OPERATIONS.values() if operations is None else operations)
    for row in rows:
        if row.functions:
            raise ArgumentValueError(
                f"operation {row.name!r} calls a Python function, which JavaScript has not"
            )
    source = get_data("autograd.program.languages", "primitives.js")
    assert source is not None
    lines = [source.decode()]
    for name in special.__all__:  # which never fail
        body = body_of(name)
        assert body is not None
        lines.append(f"strict.{name} = {_arrow(body.tree, body.parameters, IEEE, body.steps)};")
    lines += [
        f"strict.{row.name} = {_arrow(row.value.tree, row.parameters, STRICT)};"
        for row in rows
        # the operators that raise are there too
        if row.name not in PRIMITIVES and not (row.operator and row.value.can_fail)
    ]
    for row in rows:
        value = _arrow(row.value.tree, row.parameters, STRICT)
        limit = _arrow(row.ieee.tree, row.parameters, IEEE)
        found = limit if row.ieee is row.value else f"orElse({value}, {limit})"
        lines.append(f"ieee.{row.name} = {found};")
    return "\n".join(lines) + "\n"


# --- whole programs -------------------------------------------------------------------------------


def _primitives() -> dict[str, str]:
    """The functions of ``primitives.js`` that a program may need, by their names."""
    source = get_data("autograd.program.languages", "primitives.js")
    assert source is not None
    pieces = re.finditer(
        r"^/\*\*(?:(?!\*/).)*?\*/\nfunction (\w+)\(.*?^}\n", source.decode(), re.MULTILINE | re.DOTALL
    )
    return {each[1]: each[0] for each in pieces if each[1] in _OF_PRIMITIVES}


_OF_PRIMITIVES = (
    *("remainder", "exactProduct", "power"),
    *("bell", "erfSeries", "erfcFraction", "erf", "erfc", "copysign"),
)
_MATH = (
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "abs", "max", "min"),
    *ANGLES,
)
_KEYWORDS = [
    "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default",
    "delete", "do", "else", "enum", "export", "extends", "false", "finally", "for", "function",
    "if", "implements", "import", "in", "instanceof", "interface", "let", "new", "null", "package",
    "private", "protected", "public", "return", "static", "super", "switch", "this", "throw",
    "true", "try", "typeof", "var", "void", "while", "with", "yield", "arguments", "eval",
    "undefined", "NaN", "Infinity", "Math", "Number", "Object", "console", "module", "require",
    "program", "GIVEN", "value", "gradients", "name", "number",
]  # fmt: skip


def _said(text: str) -> str:
    return "".join(each if each.isprintable() and each not in '"\\\\`' else "_" for each in text)


def _assigned(statements: Iterable[Statement]) -> Iterator[str]:
    for each in statements:
        said = f" // {_said(each.comment)}" if each.comment else ""
        yield from _broken(f"  const {each.name} = ", f"{each.text};", said)


def _broken(before: str, text: str, after: str = "") -> list[str]:
    if len(before + text + after) <= WIDTH:
        return [before + text + after]
    return [
        *([f" {after}"] if after else []),
        before.rstrip() + " (",
        *broken(text[:-1], " " * 4),
        "  );",
    ]


def _page(page: Page) -> str:
    root = _said(page.root)
    lines = [
        f"// {_said(page.heading)}, in JavaScript.",
        "// Where Python would raise an error, as at log(0), a number is infinite or NaN.",
        '"use strict";',
        "",
        "/** What is given. */",
        "const GIVEN = {",
        *(f"  {name}: {number}," for name, (_, number) in page.given.items()),
        "};",
        "",
    ]
    for block in page.blocks:
        lines += [*block.strip().splitlines(), ""]
    for each in page.functions:
        lines += [f"/** {_said(each.about)} */"] if each.about else []
        lines += [f"function {each.name}({', '.join(each.parameters)}) {{", *_assigned(each.steps)]
        lines += [*_broken("  return ", f"{each.text};"), "}", ""]
    lines += [
        f"/** Returns {root}, and its derivative with respect to each given number, by its name. */"
    ]
    lines += [*wrapped("function program({", list(page.given), "}) {", indent="  ")]
    lines += ["  // forward", *_assigned(page.forward)]
    if page.reverse:
        lines += ["  // in reverse", *_assigned(page.reverse)]
    lines += ["  const gradients = {"]
    lines += [f"    {name}: {gradient}," for name, gradient in page.gradients.items()]
    lines += ["  };", f"  return [{page.value}, gradients];", "}", ""]
    lines += ['if (typeof module !== "undefined") {', "  module.exports = { GIVEN, program };"]
    lines += ["  if (require.main === module) {", "    const [value, gradients] = program(GIVEN);"]
    lines += [f'    console.log("{root} = " + value);']
    lines += [
        f'    console.log("d{root}/d{_said(symbol)} = " + gradients.{name});'
        for name, (symbol, _) in page.given.items()
    ]
    return "\n".join([*lines, "  }", "}", ""])


TARGET = Target(
    title="JavaScript",
    ending=".js",
    language=IEEE._replace(
        power="power({}, {})".format,
        brackets_both=True,
    ),
    functions={**templates("Math.{}", {name: name for name in _MATH}), "exp2": "Math.pow(2, {})"},
    blocks=_primitives(),
    page=_page,
    reserved=frozenset(_KEYWORDS),
)
