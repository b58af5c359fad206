"""Write the rows of the table as C, for the engine in C: ``engine/rows.h``.

Run ``python tools/engine.py`` after changing a row, and build the engine again (``python
engine/build.py``); a test holds the file to the table. The texts of the rows are printed as any other
language is; what they call beyond C's own functions is translated from Python, ``autograd/special.py``.
"""

from __future__ import annotations

import ast
import json
import math
import textwrap
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from autograd import special
from autograd.codegen import documentation, method_names
from autograd.engine import texts
from autograd.expression import PRIMITIVES, Expression
from autograd.operations import OPERATIONS, Operation
from autograd.program.printing import Language, spelled
from autograd.program.texts import definition

ENGINE = Path(__file__).parents[1] / "engine"
WIDTH = 104

#: Functions that neither fail nor leave the floats.
_TOTAL = {"abs": "fabs", "copysign": "copysign", "max": "greater", "min": "lesser"}
#: Functions of Python that are another one than C's of the same name, or might be.
_OTHERS = {"sin": "libm_sin", "cos": "libm_cos"}


# --- expressions ----------------------------------------------------------------------------------


def _call(name: str, operands: Sequence[str]) -> str:
    given = ", ".join(operands)
    if name in _TOTAL:
        return f"{_TOTAL[name]}({given})"
    if name in special.__all__:
        return f"special_{name}({given}, failed)"
    if name in PRIMITIVES:
        return f"real({_OTHERS.get(name, name)}({given}), failed)"
    return f"value_{name}({given}{', failed' if _fails(OPERATIONS[name].value) else ''})"


#: C whose every step that may fail in Python tells so by ``failed``.
C = Language(
    power="power({}, {}, failed)".format,
    power_is_call=True,
    call=_call,
    choice="{test} ? {body} : {orelse}",
    both=" && ",
    either=" || ",
    constants={"pi": repr(math.pi), "inf": "INFINITY", "nan": "NAN"},
    quotient="quotient({}, {}, failed)".format,
    brackets_both=True,  # a compiler warns otherwise
)


def _expression(tree: ast.expr) -> str:
    steps, text = spelled(tree, C, {}, "step", share=False)
    assert not steps, "no text of the table is so deep"
    return text


def _written(expression: Expression) -> str:
    """A text as C: what is computed of numbers alone is computed now, as for Python."""
    return _expression(ast.parse(expression.source(), mode="eval").body)


def _fails(expression: Expression) -> bool:
    return "failed" in _written(expression)


def _lines(text: str, indent: str = "    ") -> str:
    """A statement, in lines of some width; of a long one, each case begins a line."""
    cases = text.split(" : ") if len(indent + text) > WIDTH else [text]
    lines: list[str] = []
    for case in (cases[0], *(f": {each}" for each in cases[1:])):
        lines += textwrap.wrap(
            case,
            WIDTH,
            initial_indent=f"{indent}    " if lines else indent,
            subsequent_indent=f"{indent}        " if lines else f"{indent}    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


# --- the functions of autograd/special.py ---------------------------------------------------------


def _special(name: str) -> str:
    """A function of `autograd.special`: assignments, returns and conditions for these."""
    function = definition(name)
    parameters = [argument.arg for argument in function.args.args]
    body = [_statement(each) for each in function.body[1:]]
    head = f"{', '.join(f'double {each}' for each in parameters)}, bool *failed"
    about = str(getattr(special, name).__doc__).splitlines()[0]
    return "\n".join(
        (
            _lines(f"/* autograd.special.{name}: {about} */", ""),
            "static double",
            f"special_{name}({head})",
            "{",
            *body,
            "}\n",
        )
    )


def _place(name: str) -> int:
    """Where a function is defined: after those that it calls."""
    return getattr(special, name).__code__.co_firstlineno  # type: ignore[no-any-return]


def _statement(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return _lines(f"const double {name} = {_expression(value)};")
        case ast.Return(value=ast.expr() as value):
            return _lines(f"return {_expression(value)};")
        case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]):
            returned = _lines(f"return {_expression(value)};", " " * 8)
            return f"{_lines(f'if ({_expression(test)}) {{')}\n{returned}\n    }}"
        case _:
            raise AssertionError(f"not translated: {ast.unparse(statement)}")


# --- rows -----------------------------------------------------------------------------------------


def _row(operation: Operation) -> str:
    name, parameters = operation.name, operation.parameters
    doubles = [f"double {each}" for each in parameters]
    failing = _fails(operation.value)
    about = documentation(operation).splitlines()[0]
    value = [*doubles, "bool *failed"] if failing else doubles
    given = [*parameters, "failed"] if failing else parameters
    arguments = [*doubles, *(["uint32_t by"] if len(doubles) > 1 else []), "Result *result"]
    lines = [
        f"/* {about} */",
        "static inline double",
        f"value_{name}({', '.join(value)})",
        "{",
        _lines(f"return {_written(operation.value)};"),
        "}",
        "",
        "static inline bool",
        f"row_{name}({', '.join(arguments)})",
        "{",
    ]
    if failing or any(map(_fails, operation.partials)):
        lines.append("    bool failure = false, *const failed = &failure;")
    lines.append(f"    const double out = value_{name}({', '.join(given)});")
    lines.append("    result->out = out;")
    for which, partial in zip("xy", operation.partials, strict=False):
        assign = f"result->d{which} = {_written(partial)};"
        if operation.arity == 1:
            lines.append(_lines(assign))
        else:
            lines += [f"    if (by & BY_{which.upper()}) {{", _lines(assign, " " * 8), "    }"]
    end = "!failure" if "failure" in "".join(lines) else "true"
    return "\n".join([*lines, f"    return {end};", "}\n"])


def _string(text: str) -> str:
    """A literal of C, which reads as one of JSON but for the escapes of what is beyond ASCII."""
    return json.dumps(text, ensure_ascii=False)


def _after_what_they_call(operations: Iterable[Operation]) -> list[Operation]:
    waiting = list(operations)
    ready: list[Operation] = []
    while waiting:
        done = {each.name for each in ready} | PRIMITIVES.keys()
        found = next(each for each in waiting if _called(each) <= done | {each.name})
        waiting.remove(found)
        ready.append(found)
    return ready


def _called(operation: Operation) -> Collection[str]:
    return {name for text in (operation.value, *operation.partials) for name in text.calls}


def _row_texts(operation: Operation) -> str:
    given = [operation.name, *texts(operation)]
    return "    {" + ",\n     ".join(_string(each) for each in given) + "},"


def _macro(name: str, entries: Iterable[str]) -> str:
    return " \\\n".join([f"#define {name}", *(f"    {entry}" for entry in entries)]) + "\n"


def _shortcuts(operation: Operation) -> str:
    """The numbers as a second operand for which another operation is recorded."""
    taken = "".join(f" DO({x!r}, {name})" for x, name in operation.shortcuts.items())
    return f"#define SHORTCUTS_{operation.name}(DO){taken}"


def _docstring(operation: Operation, attribute: str) -> str:
    parameters = ["$self", *operation.parameters[1:]]
    if operation.default is not None:
        parameters[-1] += f"={operation.default!r}"
    text = f"{attribute}({', '.join(parameters)})\n--\n\n{documentation(operation)}"
    lines = "\n".join(f"    {_string(line)}" for line in text.splitlines(keepends=True))
    return f"PyDoc_STRVAR(doc_{attribute},\n{lines});\n"


def _methods(operation: Operation) -> dict[str, str]:
    """The entries of the table of methods, by attribute."""
    return {
        attribute: f'METHOD("{attribute}", method_{operation.name}, doc_{attribute})'
        if kind != "reflected"
        else f'REFLECTED_METHOD("{attribute}", reflected_{operation.name}, NULL)'
        for attribute, kind in method_names(operation).items()
        if not attribute.startswith("__")
    }


def _operator(operation: Operation) -> str:
    """The entry of the table of operators."""
    slots = {"neg": "negative", "pos": "positive", "abs": "absolute", "sub": "subtract",
             "mul": "multiply", "truediv": "true_divide"}  # fmt: skip
    slot = slots.get(str(operation.operator), operation.operator)
    kind = "unary" if operation.arity == 1 else "binary"
    return f".nb_{slot} = {kind}_{operation.name},"


def rows() -> str:
    """The file ``engine/rows.h``."""
    table = list(OPERATIONS.values())
    ordered = _after_what_they_call(table)
    names: dict[int, list[str]] = {1: [], 2: []}
    methods: dict[str, str] = {}
    for each in table:
        names[each.arity].append(each.name)
        methods |= _methods(each)
    docs = {
        attribute: _docstring(each, attribute)
        for each in table
        for attribute, kind in method_names(each).items()
        if not attribute.startswith("__") and kind != "reflected"
    }
    numbers = "".join(f"    ROW_{each.name},\n" for each in table)
    parts = [
        "/* Generated from the table by tools/engine.py. */\n",
        "/* --- functions that C lacks ---------------------------------------------------- */\n",
        *map(_special, sorted(special.__all__, key=_place)),
        "/* --- the value and the derivatives of each row ---------------------------------- */\n",
        *map(_row, ordered),
        "/* --- the table ------------------------------------------------------------------ */\n",
        f"enum {{\n    LEAF,\n{numbers}    ROW_END,\n    ROW_COUNT = ROW_END - 1,\n}};\n",
        "/* What each was compiled from: its name, its operands, its value, the derivatives. */",
        "static const char *const row_texts[ROW_COUNT + 1][5] = {\n    {NULL},",
        *map(_row_texts, table),
        "};\n",
        _macro("FOR_EACH_UNARY_ROW(DO)", (f"DO({name})" for name in names[1])),
        _macro("FOR_EACH_BINARY_ROW(DO)", (f"DO({name})" for name in names[2])),
        *docs.values(),
        *map(_shortcuts, (each for each in table if each.arity == 2)),
        _macro("ROW_METHODS", methods.values()),
        _macro(
            "ROW_OPERATORS",
            # Python's power may have a third operand, so it is not among them
            (_operator(each) for each in table if each.operator not in {None, "pow"}),
        ),
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    (ENGINE / "rows.h").write_text(rows(), encoding="utf-8")
