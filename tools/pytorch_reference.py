"""Write what PyTorch computes, so that tests hold `nn` to it on machines that do not have PyTorch.

Run ``python tools/pytorch_reference.py`` where torch is installed; it writes ``pytorch_losses.json`` and
``pytorch_optimizers.json`` into ``tests/data``. A test repeats both live where torch is installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

DATA = Path(__file__).parents[1] / "tests" / "data"
SOURCE = f"PyTorch {torch.__version__}, float64, CPU; written by tools/pytorch_reference.py"

# --- optimizers ---------------------------------------------------------------------------------

#: From here the paths are calm. From (-1.2, 1.0, 0.5), or with both betas below 0.9, Adam zigzags across
#: the valley and magnifies a rounding error of a gradient a million times within 100 steps.
START = [0.5, 2.0, -1.0]
STEPS = 100
#: the steps after which the point is recorded
RECORDED = [1, 2, 3, 5, 10, 20, 50, 100]


def valley(x: Any, y: Any, z: Any) -> Any:
    """A bent valley in three dimensions, after Rosenbrock (Comput. J. 3, 1960)."""
    return (1 - x) ** 2 + 5 * (y - x * x) ** 2 + (1 - y) ** 2 + 5 * (z - y * y) ** 2 + x * y * z


def optimizer_cases() -> Iterator[dict[str, Any]]:
    """Every combination that PyTorch accepts, with a constant rate and with one that decays."""
    for momentum, dampening, weight_decay, nesterov in product(
        (0.0, 0.9), (0.0, 0.3), (0.0, 0.05), (False, True)
    ):
        if not nesterov or (momentum and not dampening):
            settings: dict[str, Any] = {
                "lr": 0.002,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
            }
            yield {"optimizer": "SGD", "settings": settings, "decay": None}
            if momentum and weight_decay:
                yield {"optimizer": "SGD", "settings": settings, "decay": 0.97}
    for name, betas, eps, weight_decay in product(
        ("Adam", "AdamW"), ([0.9, 0.999], [0.8, 0.95], [0.0, 0.99]), (1e-8, 1e-2), (0.0, 0.05)
    ):
        settings = {"lr": 0.05, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        yield {"optimizer": name, "settings": settings, "decay": None}
        if eps == 1e-8 and weight_decay:
            yield {"optimizer": name, "settings": settings, "decay": 0.97}
    for name in ("Adam", "AdamW"):
        yield {"optimizer": name, "settings": {}, "decay": None}  # as it comes


def path(case: dict[str, Any]) -> list[list[float]]:
    """The point after each step. The rate of step s, from 0, is lr · decay**s."""
    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer = getattr(torch.optim, case["optimizer"])(parameters, **case["settings"], foreach=False)
    decay = case["decay"] or 1.0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: decay**step)
    points = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        valley(*parameters).backward()
        optimizer.step()
        schedule.step()
        points.append([p.item() for p in parameters])
    return points


def optimizers() -> dict[str, Any]:
    """The content of ``pytorch_optimizers.json``."""
    cases = [
        case | {"path": [points[step - 1] for step in RECORDED]}
        for case in optimizer_cases()
        for points in [path(case)]
    ]
    return {"source": SOURCE, "start": START, "steps": RECORDED, "cases": cases}


# --- losses -------------------------------------------------------------------------------------

#: the loss, the outputs or logits, the targets
LOSSES: list[tuple[str, Any, Any]] = [
    ("half_squared_error", [0.75136507, 0.772928465], [0.01, 0.99]),
    ("half_squared_error", 0.3, 0.8),
    ("half_squared_error", [[0.9], [0.2], [-0.4]], [[1.0], [0.0], [0.5]]),
    ("squared_error", [0.75136507, 0.772928465], [0.01, 0.99]),
    ("squared_error", -2.5, 3.0),
    ("mean_squared_error", [1.5, -2.0, 0.25], [1.0, 1.0, 0.0]),
    ("mean_squared_error", [[1.5], [-2.0], [0.25]], [[1.0], [1.0], [0.0]]),
    ("mean_squared_error", 0.7, 0.1),
    ("cross_entropy", [0.5, -1.25, 2.0], 0),
    ("cross_entropy", [0.5, -1.25, 2.0], 2),
    ("cross_entropy", [0.5, -1.25, 2.0], [0.2, 0.5, 0.3]),
    ("cross_entropy", [0.5, 0.5, 0.5, -3.0], 1),
    ("cross_entropy", [1000.0, -1000.0, 999.0], 1),
    ("cross_entropy", [1000.0, -1000.0, 999.0], [0.0, 0.0, 1.0]),
    ("cross_entropy", [-1000.0, -1000.0], 0),
    ("cross_entropy", [[0.5, -1.25, 2.0], [3.0, 1.0, -1.0]], [1, 0]),
    ("cross_entropy", [[0.5, -1.25, 2.0], [3.0, 1.0, -1.0]], [[0.1, 0.2, 0.7], [0.0, 1.0, 0.0]]),
    ("binary_cross_entropy", 0.3, 1.0),
    ("binary_cross_entropy", 0.3, 0.0),
    ("binary_cross_entropy", 0.3, 0.6),
    ("binary_cross_entropy", [0.001, 0.5, 0.999], [0.0, 0.25, 1.0]),
    ("binary_cross_entropy_with_logits", 0.3, 1.0),
    ("binary_cross_entropy_with_logits", -1.7, 0.0),
    ("binary_cross_entropy_with_logits", 2.5, 0.6),
    ("binary_cross_entropy_with_logits", [1000.0, -1000.0, 0.0], [0.0, 1.0, 0.5]),
    ("binary_cross_entropy_with_logits", [1000.0, -1000.0, 0.0], [1.0, 0.0, 0.25]),
    ("hinge", [0.5, 2.0, -3.0, 0.0], [1.0, -1.0, -1.0, 1.0]),
    ("hinge", 0.25, -1.0),
]  # fmt: skip


def loss(name: str, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Our loss, said in PyTorch's words."""
    match name:
        case "half_squared_error":
            return 0.5 * functional.mse_loss(outputs, targets, reduction="sum")
        case "squared_error":
            return functional.mse_loss(outputs, targets, reduction="sum")
        case "mean_squared_error":
            return functional.mse_loss(outputs, targets)
        case "hinge":
            return functional.margin_ranking_loss(
                outputs, torch.zeros_like(outputs), targets, margin=1.0
            )
        case _:
            same_name: Callable[..., torch.Tensor] = getattr(functional, name)
            return same_name(outputs, targets)


def value_and_gradient(name: str, outputs: Any, targets: Any) -> dict[str, Any]:
    """The loss, and its derivative by the outputs, nested as they are."""
    nodes = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    classes = not torch.tensor(targets).is_floating_point()
    wanted = torch.tensor(targets, dtype=torch.long if classes else torch.float64)
    result = loss(name, nodes, wanted)
    (gradient,) = torch.autograd.grad(result, nodes)
    return {"value": result.item(), "gradient": gradient.tolist()}


def losses() -> dict[str, Any]:
    """The content of ``pytorch_losses.json``."""
    cases = [
        {"loss": name, "outputs": outputs, "targets": targets}
        | value_and_gradient(name, outputs, targets)
        for name, outputs, targets in LOSSES
    ]
    return {"source": SOURCE, "cases": cases}


def _write(name: str, content: dict[str, Any]) -> None:
    """As JSON with a case to a line."""
    head = {key: value for key, value in content.items() if key != "cases"}
    cases = ",\n".join(json.dumps(case) for case in content["cases"])
    text = json.dumps(head)[:-1] + f', "cases": [\n{cases}\n]}}\n'
    (DATA / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write("pytorch_losses.json", losses())
    _write("pytorch_optimizers.json", optimizers())
