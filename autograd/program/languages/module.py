"""Files in Python: what NumPy, PyTorch, JAX and SymPy have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from autograd.program.languages.target import Function, Page, Statement

__all__ = ["RESERVED", "WIDTH", "Module", "broken", "comment", "converted", "module", "wrapped"]

#: What files in Python call something.
RESERVED = frozenset((
    "np", "math", "torch", "jax", "jnp", "lax", "kept", "where", "program", "batched",
    "GIVEN", "SYMBOLS",
    "value", "gradients", "name", "each", "number", "array", "tensor", "print", "zip", "given", "axes",
))  # fmt: skip
#: How long lines are at most, if they can be broken.
WIDTH = 100


class Module(NamedTuple):
    """How a file in a library of Python looks.

    Attributes:
        about: what is to be known of it, for its docstring.
        imports: its imports, and what is set up after them.
        conversion: what makes an array of a parameter, a template.
        closing: what each derivative is returned as, in terms of ``each`` and of the value, whose text
            is put into the template; "" if as it is.
        decorator: a line before the program; "" if none.
        after: what follows the program.
        main: what the file does as a script.
    """

    about: str
    imports: Callable[[Page], Sequence[str]]
    conversion: str
    closing: str
    main: Sequence[str]
    decorator: str = ""
    after: Sequence[str] = ()


def wrapped(
    before: str, items: Sequence[str], after: str, indent: str = "    ", brackets: str = ""
) -> list[str]:
    """Items between brackets, on a line, or on as many as they need.

    Args:
        before: what comes before them.
        items: texts, which commas are put between.
        after: what comes after them.
        indent: what lines between begin with.
        brackets: those that are needed around several lines alone.

    >>> wrapped("f(", ["a", "b"], ")")
    ['f(a, b)']
    """
    line = f"{before}{', '.join(items)}{after}"
    if len(line) <= WIDTH:
        return [line]
    lead = " " * (len(before) - len(before.lstrip()))
    inside = [""]
    for item in items:
        if inside[-1] and len(lead + indent) + len(inside[-1]) + len(item) + 2 > WIDTH:
            inside.append("")
        inside[-1] += f"{' ' * bool(inside[-1])}{item},"
    opening, closing = (before + brackets[0], brackets[1] + after) if brackets else (before, after)
    return [opening, *(lead + indent + each for each in inside), lead + closing]


def converted(names: Sequence[str], conversion: str) -> list[str]:
    """Statements that make arrays of a function's parameters.

    >>> converted(["w", "x"], "np.asarray({})")
    ['w, x = (np.asarray(each) for each in (w, x))']
    >>> converted(["x"], "np.asarray({})")
    ['x = np.asarray(x)']
    """
    if len(names) == 1:
        return [f"{names[0]} = {conversion.format(names[0])}"]
    line = f"{', '.join(names)} = ({conversion.format('each')} for each in ({', '.join(names)}))"
    if len(line) <= WIDTH:
        return [line]
    return [
        *wrapped("given = (", names, ")"),
        *wrapped("(", names, f") = ({conversion.format('each')} for each in given)"),
    ]


def comment(text: str) -> str:
    """A comment at the end of a line; "" of no text.

    >>> comment("the error"), comment("")
    ('  # the error', '')
    """
    return f"  # {text}" if text else ""


def _assigned(statements: Sequence[Statement]) -> Iterator[str]:
    for each in statements:
        yield from _broken(f"    {each.name} = ", each.text, comment(each.comment))


def _broken(before: str, text: str, after: str = "") -> list[str]:
    """A formula on as many lines as it needs, within brackets."""
    if len(before + text + after) <= WIDTH:
        return [before + text + after]
    return [f"{before}({after}", *broken(text, " " * 8), "    )"]


def broken(text: str, indent: str) -> list[str]:
    """A text on several lines, at spaces.

    >>> broken("a + b", "  ")
    ['  a + b']
    """
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                break_on_hyphens=False)  # fmt: skip


def _defined(function: Function) -> list[str]:
    return [
        *([f"# {function.about}"] if function.about else []),
        f"def {function.name}({', '.join(function.parameters)}):",
        *_assigned(function.steps),
        *_broken("    return ", function.text),
        "",
        "",
    ]


def _literal(symbol: str) -> str:
    return "".join(each if each.isprintable() and each not in '\\"{}' else "_" for each in symbol)


def module(page: Page, style: Module) -> str:
    """The source of a file.

    Args:
        page: its content.
        style: how it looks.
    """
    names = list(page.given)
    lines = [f'"""{_literal(page.heading)}, {style.about}', '"""', "", *style.imports(page), ""]
    lines += ["#: What is given.", "GIVEN = {"]
    lines += [f'    "{name}": {number},' for name, (_, number) in page.given.items()]
    lines += ["}", "", ""]
    for block in page.blocks:
        lines += [*block.strip().splitlines(), "", ""]
    for function in page.functions:
        lines += _defined(function)
    lines += [style.decorator] if style.decorator else []
    lines += wrapped("def program(", names, "):")
    about = f"{_literal(page.root)}, and its derivative with respect to each argument, by its name."
    lines += [f'    """{about}"""']
    lines += [f"    {each}" for each in converted(names, style.conversion)]
    lines += ["    # forward", *_assigned(page.forward)]
    if page.reverse:
        lines += ["    # in reverse", *_assigned(page.reverse)]
    lines += ["    gradients = {"]
    lines += [f'        "{name}": {gradient},' for name, gradient in page.gradients.items()]
    lines += ["    }"]
    if style.closing:
        closing = style.closing.format(value=page.value)
        lines += [f"    return {page.value}, {{"]
        lines += [f"        name: {closing} for name, each in gradients.items()", "    }"]
    else:
        lines += [f"    return {page.value}, gradients"]
    for each in style.after:
        lines += ["", "", *each.strip().splitlines()]
    lines += ["", "", 'if __name__ == "__main__":']
    symbols = {name: _literal(symbol) for name, (symbol, _) in page.given.items()}
    lines += [f"    {each}".rstrip() for each in style.main]
    lines += [f'    print("{_literal(page.root)} =", number(value))']
    if all(name == symbol for name, symbol in symbols.items()):
        shown = "name"
    else:
        lines += ["    symbols = {", *(f'        "{n}": "{s}",' for n, s in symbols.items()), "    }"]
        shown = "symbols[name]"
    lines += [
        "    for name in GIVEN:",
        f'        print(f"d{_literal(page.root)}/d{{{shown}}} =", number(gradients[name]))',
    ]
    return "\n".join(lines) + "\n"
