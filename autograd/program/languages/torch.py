"""Programs in PyTorch: batched over examples, in float64.

PyTorch has no cube root: it is a power, corrected by a step of Newton's method.
"""

from __future__ import annotations

from autograd.program.languages.module import RESERVED, Module, module
from autograd.program.languages.numpy import SAME_NAME, of_arrays
from autograd.program.languages.target import LONG, Page, Target, templates

__all__ = ["TARGET"]

_ABOUT = """in PyTorch.

program() takes numbers, or tensors with a number for each example; its results have one for each, too,
and are of type float64. Where Python would raise an error, as at log(0), a number is infinite or
NaN.{long}"""
_LONG = """

As it stands it runs at once; torch.compile would take long for its {lines} lines. A network of this
size is better handed over as arrays: nn.interop.to_torch(network) makes a module of it."""

_WHERE = '''
def where(test, body, orelse):
    """One or the other number, in float64: torch.where makes float32 of two of Python's."""
    return torch.where(test, *(torch.as_tensor(each, dtype=torch.float64) for each in (body, orelse)))
'''


def _page(page: Page) -> str:
    long = _LONG.format(lines=page.lines) if page.lines >= LONG else ""
    return module(page, _STYLE._replace(about=_ABOUT.format(long=long)))


_STYLE = Module(
    about="",
    imports=lambda _: ["import torch"],
    conversion="torch.as_tensor({}, dtype=torch.float64)",
    closing="torch.as_tensor(each, dtype=torch.float64).expand({value}.shape)",
    main=["number = float", "value, gradients = program(**GIVEN)"],
)

TARGET = Target(
    title="PyTorch",
    ending=".py",
    language=of_arrays("torch", "where"),
    functions=templates(
        "torch.{}",
        {
            **{name: own for name, own in SAME_NAME.items() if name != "cbrt"},
            "erf": "erf",
            "erfc": "erfc",
        },
    ),
    texts={
        "cbrt": (
            "x if x == 0.0 or x == x + x "
            "else root(x) - (root(x) * root(x) * root(x) - x) / (3.0 * root(x) * root(x))"
        ),
        "root": "copysign(abs(x) ** (1.0 / 3.0), x)",
    },
    blocks={"where": _WHERE},
    page=_page,
    reserved=RESERVED,
    constant="torch.tensor({}, dtype=torch.float64)",
)
