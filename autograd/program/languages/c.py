"""Programs in C11: a function of a struct of numbers, which needs the library of mathematics alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

from autograd.program.languages.module import WIDTH, broken
from autograd.program.languages.target import ANGLES, Function, Page, Statement, Target, templates
from autograd.program.printing import PYTHON

__all__ = ["TARGET"]


_REMAINDER = """
/* The remainder with the sign of the divisor. */
static double remainder_of(double x, double y)
{
    const double rest = fmod(x, y);
    return rest != 0.0 && (rest < 0.0) != (y < 0.0) ? rest + y : rest;
}
"""


def _said(text: str) -> str:
    """A text within a comment, or within a string, which it does not end."""
    return "".join(
        each if each.isprintable() and each not in '"\\%' else "_"
        for each in text.replace("*/", "* /").replace("??", "? ?")
    )


def _assigned(statements: Sequence[Statement]) -> Iterator[str]:
    for each in statements:
        said = f"  /* {_said(each.comment)} */" if each.comment else ""
        yield from _broken(f"    const double {each.name} = ", f"{each.text};{said}")


def _broken(before: str, text: str) -> list[str]:
    if len(before + text) <= WIDTH:
        return [before + text]
    first, *rest = broken(text, " " * 8)
    return (
        [before + first.lstrip(), *rest]
        if len(before + first) <= WIDTH + 8
        else [before.rstrip(), first, *rest]
    )


def _defined(function: Function) -> list[str]:
    parameters = ", ".join(f"double {each}" for each in function.parameters)
    return [
        *([f"/* {_said(function.about)} */"] if function.about else []),
        f"static double {function.name}({parameters})",
        "{",
        *_assigned(function.steps),
        *_broken("    return ", f"{function.text};"),
        "}",
        "",
    ]


def _page(page: Page) -> str:
    root = _said(page.root)
    about = (
        f"{_said(page.heading)}, in C11. "
        "Compile with: cc -std=c11 -O2 FILE.c -lm, and with -DNO_MAIN to call program() from elsewhere. "
        "Where Python would raise an error, as at log(0), a number is infinite or NaN."
    )
    names = list(page.given)
    used = page.words
    lines = [
        *fill(about, 97, initial_indent="/* ", subsequent_indent="   ").splitlines(),
    ]
    lines[-1] += " */"
    lines += ["", "#include <math.h>", "#include <stdio.h>", ""]
    lines += [f"/* What {root} is computed from, or its derivative with respect to each of them. */"]
    lines += ["struct numbers {", *(f"    double {name};" for name in names), "};", ""]
    lines += [f"/* Returns {root}; the derivatives are stored in *gradients. */"]
    lines += ["double program(const struct numbers *given, struct numbers *gradients);", ""]
    for block in page.blocks:
        lines += [*block.strip().splitlines(), ""]
    for function in page.functions:
        lines += _defined(function)
    lines += ["double program(const struct numbers *given, struct numbers *gradients)", "{"]
    lines += [f"    const double {name} = given->{name};" for name in names if name in used]
    lines += ["", *_assigned(page.forward)]
    if page.reverse:
        lines += ["", "    /* in reverse */", *_assigned(page.reverse)]
    lines += [""] + [f"    gradients->{name} = {gradient};" for name, gradient in page.gradients.items()]
    lines += [f"    return {page.value};", "}", "", "#ifndef NO_MAIN"]
    lines += ["/* What is given. */", "static const struct numbers GIVEN = {"]
    lines += [f"    .{name} = {number}," for name, (_, number) in page.given.items()]
    lines += ["};", "", "int main(void)", "{"]
    lines += ["    struct numbers gradients;", "    const double value = program(&GIVEN, &gradients);"]
    lines += [f'    printf("{root} = %.17g\\n", value);']
    lines += [
        f'    printf("d{root}/d{_said(symbol)} = %.17g\\n", gradients.{name});'
        for name, (symbol, _) in page.given.items()
    ]
    return "\n".join([*lines, "    return 0;", "}", "#endif", ""])


_LIBRARY = (
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt"),
    *("copysign", "erf", "erfc", *ANGLES),
)
_KEYWORDS = [
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict",
    "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
    "unsigned", "void", "volatile", "while", "main", "program", "given", "gradients", "value",
    "numbers", "GIVEN", "printf", "stdin", "stdout", "stderr", "NULL", "EOF", "BUFSIZ", "NAN",
    "INFINITY", "HUGE_VAL", "errno", "fabs", "fmod", "remainder_of", "linux", "unix", "j0", "j1",
    "jn", "y0", "y1", "yn", "gamma", "signgam", "isnan", "isinf", "isfinite", "signbit", "fma", "hypot",
]  # fmt: skip

TARGET = Target(
    title="C",
    ending=".c",
    language=PYTHON._replace(
        power="pow({}, {})".format,
        power_is_call=True,
        choice="{test} ? {body} : {orelse}",
        both=" && ",
        either=" || ",
        constants={"pi": "3.141592653589793", "inf": "INFINITY", "nan": "NAN"},
        remainder="remainder_of({}, {})".format,
        brackets_both=True,
    ),
    functions={**templates("{}", {name: name for name in _LIBRARY}), "abs": "fabs({})"},
    blocks={"remainder_of": _REMAINDER},
    page=_page,
    reserved=frozenset(_KEYWORDS),
    ascii_only=True,
)
