"""Write ``docs/operations.md``, the table of operations as a page; a test holds the page to the table.

Run ``python tools/operations_page.py`` after changing a row.
"""

from __future__ import annotations

from pathlib import Path

from autograd.formula import latex_of, text_of, value_text
from autograd.operations import OPERATIONS, REFUSED, Operation

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"

#: What is refused although its derivative is not 0.
REMAINDERS = ("%", "divmod")

HEAD = """# Operations

Generated from the table in `autograd/operations.py`. Each operation is a method of `Value`, and a
function of `autograd` that takes Values and plain numbers alike; those with an operator are called by
it too. Derivatives are written as textbooks do; where that form would lose digits, the engine computes
an equal one that does not. At a kink it takes the subgradient of least norm. Beyond its domain an
operation raises, as Python's `math` does.

| operation | what it is | derivatives | domain | kink |
| --- | --- | --- | --- | --- |
"""


def _row(operation: Operation) -> str:
    text = value_text(operation)
    call = f"`{operation.name}`" if text.startswith(operation.name) else f"`{operation.name}`, `{text}`"
    derivatives = ", ".join(f"${latex_of(partial)}$" for partial in operation.as_taught)
    domain = text_of(operation.domain) if operation.domain else "everywhere"
    kink = text_of(operation.kink) if operation.kink else ""
    return f"| {call} | {operation.about} | {derivatives} | {domain} | {kink} |\n".replace(
        "|x|", r"\|x\|"
    )


def page() -> str:
    """The page."""
    refused = ", ".join(f"`{symbol}`" for symbol in REFUSED if symbol not in REMAINDERS)
    remainders = " and ".join(f"`{symbol}`" for symbol in REMAINDERS)
    return (
        HEAD
        + "".join(_row(operation) for operation in OPERATIONS.values())
        + f"\nRefused, since their derivative is 0 wherever they have one: {refused}.\n"
        + f"Refused, since they jump: {remainders}; the derivative of `x % y` with respect to `x` is\n"
        + "1, but where `x / y` is a whole number there is none.\n"
        + "`v.data` is the plain number to apply them to.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
