"""Write the type stubs that follow from the table: what type checkers and editors see of it.

Run ``python tools/stubs.py`` after changing a row; a test holds the stubs to the table.
"""

from __future__ import annotations

from pathlib import Path

from autograd.codegen import documentation, method_names
from autograd.operations import OPERATIONS, Operation

PACKAGE = Path(__file__).parents[1] / "autograd"
HEAD = "# Generated from the table by tools/stubs.py.\n\n"


def _docstring(operation: Operation, indent: str) -> str:
    lines = documentation(operation).splitlines()
    if len(lines) == 1:
        return f'{indent}"""{lines[0]}"""\n'
    return "\n".join(f"{indent}{line}".rstrip() for line in ('"""' + lines[0], *lines[1:], '"""')) + "\n"


def _second(operation: Operation) -> str:
    if operation.arity == 1:
        return ""
    default = "" if operation.default is None else f" = {operation.default}"
    return f", {operation.parameters[1]}: Value | float{default}"


def methods() -> str:
    """The stub of ``autograd/methods.py``."""
    text = HEAD + "from autograd.value import Value\n\n"
    text += '__all__ = ["Methods"]\n\nclass Methods:\n'
    for operation in OPERATIONS.values():
        for name, function in method_names(operation).items():
            if name.startswith("_r") and not name.startswith("__"):
                continue
            parameter = (
                f", {operation.parameters[0]}: float" if function == "reflected" else _second(operation)
            )
            if name == operation.name:
                text += f"    def {name}(self{parameter}) -> Value:\n"
                text += _docstring(operation, " " * 8)
            else:
                text += f"    def {name}(self{parameter}) -> Value: ...\n"
    return text  # without what is refused: a checker complains of what is not there


def functions() -> str:
    """The stub of ``autograd/functions.py``."""
    text = HEAD + "from typing import overload\n\nfrom autograd.value import Value\n\n"
    text += "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(OPERATIONS)) + "]\n"
    for operation in OPERATIONS.values():
        names = operation.parameters
        default = "" if operation.default is None else f" = {operation.default}"
        ways = [["Value"], ["float"]]
        if operation.arity == 2:
            ways = [["Value", "Value | float"], ["float", "Value"], ["float"] * 2]
        for kinds in ways:
            given = [f"{name}: {kind}" for name, kind in zip(names, kinds, strict=True)]
            if kinds[-1] != "Value":
                given[-1] += default
            result = "Value" if any("Value" in kind for kind in kinds) else "float"
            text += f"\n@overload\ndef {operation.name}({', '.join(given)}) -> {result}: ...\n"
    return text


if __name__ == "__main__":
    (PACKAGE / "methods.pyi").write_text(methods(), encoding="utf-8")
    (PACKAGE / "functions.pyi").write_text(functions(), encoding="utf-8")
