"""What PyTorch and JAX call the table's operations, and what they compute at many points at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

__all__ = ["PEERS"]

#: Operations that have another name there; "" if there is none.
_TORCH = {
    "div": "divide", "neg": "negative", "pos": "positive", "max": "maximum", "min": "minimum",
    "cbrt": "", "gaussian": "", "normal_cdf": "special.ndtr", "logsigmoid": "nn.functional.logsigmoid",
    "softplus": "nn.functional.softplus", "leaky_relu": "nn.functional.leaky_relu",
    "elu": "nn.functional.elu", "silu": "nn.functional.silu", "gelu": "nn.functional.gelu",
}  # fmt: skip
_JAX = {
    "sub": "numpy.subtract", "mul": "numpy.multiply", "div": "numpy.divide", "neg": "numpy.negative",
    "pos": "numpy.positive", "pow": "numpy.power", "max": "numpy.maximum", "min": "numpy.minimum",
    "asin": "numpy.arcsin", "acos": "numpy.arccos", "atan": "numpy.arctan", "atan2": "numpy.arctan2",
    "asinh": "numpy.arcsinh", "acosh": "numpy.arccosh", "atanh": "numpy.arctanh",
    "erf": "scipy.special.erf", "erfc": "scipy.special.erfc", "gaussian": "",
    "normal_cdf": "scipy.special.ndtr", "sigmoid": "nn.sigmoid", "logsigmoid": "nn.log_sigmoid",
    "softplus": "nn.softplus", "relu": "nn.relu", "leaky_relu": "nn.leaky_relu", "elu": "nn.elu",
    "silu": "nn.silu", "gelu": "nn.gelu",
}  # fmt: skip


def _found(module: Any, path: str) -> Callable[..., Any]:
    for part in path.split("."):
        module = getattr(module, part)
    function: Callable[..., Any] = module
    return function


def _in_torch(
    name: str, points: Sequence[Sequence[float]], order: Sequence[int]
) -> Sequence[float] | None:
    import torch

    path = _TORCH.get(name, name)
    has_plain_operand = name in {"leaky_relu", "elu"}  # there is no derivative by it
    if not path or (has_plain_operand and order[1]):
        return None
    function = _found(torch, path)
    columns = [torch.tensor(column, dtype=torch.float64) for column in zip(*points, strict=True)]
    if has_plain_operand:
        x, plain = columns[0].requires_grad_(), columns[1].tolist()
        result = torch.stack([function(each, a) for each, a in zip(x.unbind(), plain, strict=True)])
    else:
        result = function(*(column.requires_grad_() for column in columns))
    for column, times in zip(columns, order, strict=True):
        for _ in range(times):
            if not result.requires_grad:  # it is constant, and PyTorch refuses to differentiate it
                result = torch.zeros_like(column, requires_grad=True)
            (result,) = torch.autograd.grad(
                result.sum(), column, create_graph=True, allow_unused=True, materialize_grads=True
            )
    numbers: list[float] = (result + torch.zeros_like(columns[0])).tolist()  # zeros may have no storage
    return numbers


def _in_jax(
    name: str, points: Sequence[Sequence[float]], order: Sequence[int]
) -> Sequence[float] | None:
    import jax

    jax.config.update("jax_enable_x64", True)
    path = _JAX.get(name, f"numpy.{name}")
    if not path:
        return None
    function = _found(jax, path)
    if name == "gelu":
        function = partial(function, approximate=False)
    for index, times in enumerate(order):
        for _ in range(times):
            function = jax.grad(function, index)
    columns = [jax.numpy.array(column) for column in zip(*points, strict=True)]
    numbers: list[float] = jax.vmap(function)(*columns).tolist()
    return numbers


#: What computes an operation, so many times differentiated by each operand, at each of some points; None
#: if the peer has no such operation or derivative.
PEERS: dict[str, Callable[..., Sequence[float] | None]] = {"PyTorch": _in_torch, "JAX": _in_jax}
