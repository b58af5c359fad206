"""Programs in JAX: jitted, vectorised over examples, in float64.

XLA makes x of x + C − C, and so takes from a sum what rounding is to do: a sum with a number that is
added up with another is kept as it is by a barrier.
"""

from __future__ import annotations

import ast
from copy import deepcopy

from autograd.program.languages.module import RESERVED, Module, module
from autograd.program.languages.numpy import SAME_NAME, of_arrays
from autograd.program.languages.target import LONG, Page, Target, adds_a_number, templates

__all__ = ["TARGET"]

_ABOUT = """in JAX.

program() is jitted and takes numbers; batched() takes numbers, and arrays with a number for each
example. Results are of type float64. Where Python would raise an error, as at log(0), a number is
infinite or NaN.{long}"""
_LONG = """

The first call compiles its {lines} lines, which takes long. A network of this size is better handed
over as arrays: nn.interop.to_jax(network) makes a function of it, and nn.interop.to_torch(network) a
module of PyTorch."""

_BATCHED = '''
def batched(**given):
    """What program() returns, for each example."""
    axes = {name: 0 if jnp.ndim(each) else None for name, each in given.items()}
    return jax.vmap(lambda given: program(**given), in_axes=(axes,))(given)
'''


def _imports(page: Page) -> list[str]:
    words = page.words
    lines = ["import jax", "import jax.numpy as jnp"]
    lines += ["from jax.lax import optimization_barrier"] if "optimization_barrier" in words else []
    return [*lines, "", 'jax.config.update("jax_enable_x64", True)']


def _page(page: Page) -> str:
    long = _LONG.format(lines=page.lines) if page.lines >= LONG else ""
    return module(page, _STYLE._replace(about=_ABOUT.format(long=long)))


class _Kept(ast.NodeTransformer):
    """Sums with a number, as terms of another sum, within a barrier."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Sub):
            node.left, node.right = map(_kept, (node.left, node.right))
        return node


def _kept(tree: ast.expr) -> ast.expr:
    """Within a barrier if it is a sum with a number, or 0, which makes 0.0 of -0.0."""
    zero = isinstance(tree, ast.Constant) and tree.value == 0.0
    return ast.Call(ast.Name("kept"), [tree], []) if zero or adds_a_number(tree) else tree


def _prepared(tree: ast.expr) -> ast.expr:
    # what `folded` makes may share parts with the table's
    kept: ast.expr = _Kept().visit(deepcopy(tree))
    return kept


_STYLE = Module(
    about="",
    imports=_imports,
    conversion="jnp.asarray({}, dtype=jnp.float64)",
    closing="jnp.broadcast_to(each, {value}.shape)",
    decorator="@jax.jit",
    after=[_BATCHED],
    main=["number = float", "value, gradients = program(**GIVEN)"],
)

#: Where the functions of XLA are a hundred units in the last place from the right number.
_TEXTS = {
    "log1p": "x if 1.0 + x == 1.0 or x == inf else log(1.0 + x) * (x / (1.0 + x - 1.0))",
    "atanh": "copysign(0.5 * log1p(2.0 * abs(x) / (1.0 - abs(x))), x)",
    "cosh": (
        "0.5 * exp(x) + 0.5 * exp(-x) if abs(x) < 700.0 else 0.5 * exp(0.5 * abs(x)) * exp(0.5 * abs(x))"
    ),
    "sinh": (
        "copysign(0.5 * (expm1(abs(x)) + expm1(abs(x)) / (1.0 + expm1(abs(x)))) if abs(x) < 700.0 "
        "else 0.5 * exp(0.5 * abs(x)) * exp(0.5 * abs(x)), x)"
    ),
    # far out it is exp(-x²) of a rounded x², which it magnifies
    "erfc": "erfc_of_xla(x) - erfc_of_xla(x) * lost(x) if 1.0 < x < 27.0 else erfc_of_xla(x)",
    "lost": (
        "head(x) * head(x) - kept(x * x) + 2.0 * head(x) * (x - head(x)) + (x - head(x)) * (x - head(x))"
    ),
    "head": "134217729.0 * x - (134217729.0 * x - x)",
}

TARGET = Target(
    title="JAX",
    ending=".py",
    language=of_arrays("jnp", "jnp.where"),
    functions={
        **templates("jnp.{}", {name: own for name, own in SAME_NAME.items() if name not in _TEXTS}),
        "erf": "jax.scipy.special.erf({})",
        "erfc_of_xla": "jax.scipy.special.erfc({})",
        "kept": "optimization_barrier({})",
        "exp2": "jnp.power(2.0, {})",
    },
    texts=_TEXTS,
    page=_page,
    reserved=RESERVED | {"optimization_barrier"},
    prepared=_prepared,
    added="kept",
)
