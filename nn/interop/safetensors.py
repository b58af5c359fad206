"""Networks as safetensors files, which hold numbers and never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograd import AutogradError
from autograd.errors import ArgumentValueError
from autograd.files import write
from nn.interop.layer_arrays import LayerArrays, arrays, from_arrays
from nn.network import MLP

try:
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save
except ImportError:
    raise AutogradError("safetensors is not installed: pip install safetensors numpy") from None

__all__ = ["from_safetensors", "to_safetensors"]

#: The key of the file's own account of what its tensors are, with a version.
_KEY, _VERSION = "scalar-autograd", 1


def to_safetensors(network: MLP, file: str | Path) -> Path:
    """Write a network's weights and biases, and what its layers are; the path.

    The tensors are called ``layers.0.weights`` and ``layers.0.bias``, and so on, in float64.

    Raises:
        TypeError: it is no network.
        ValueError: it cannot be said in arrays, see `layer_parameters`.
        OSError: the file cannot be written; an old one stays whole.

    >>> from tempfile import TemporaryDirectory
    >>> network = MLP(2, [3, 1], seed=1)
    >>> with TemporaryDirectory() as folder:
    ...     path = to_safetensors(network, f"{folder}/network.safetensors")
    ...     from_safetensors(path).state_dict() == network.state_dict()
    True
    """
    tensors, layers = {}, []
    for index, layer in enumerate(arrays(network)):
        tensors[f"layers.{index}.weights"] = layer.weights
        if layer.bias is not None:
            tensors[f"layers.{index}.bias"] = layer.bias
        layers.append({"activation": layer.activation, "bias_convention": layer.bias_convention})
    content = json.dumps({"version": _VERSION, "layers": layers})
    return write(file, save(tensors, {_KEY: content}))


def from_safetensors(file: str | Path) -> MLP:
    """The network that `to_safetensors` wrote. The file may come from anyone.

    Raises:
        ValueError: it is no such file, or what it says of the network does not fit together.
        OSError: it cannot be read.
    """
    path = Path(file)
    path.open("rb").close()  # the error of a file that cannot be read is Python's
    try:
        with safe_open(path, "numpy") as tensors:
            names = set(tensors.keys())
            described = _described(path, tensors.metadata())
            layers = []
            for index, (activation, convention) in enumerate(described):
                weights, bias = f"layers.{index}.weights", f"layers.{index}.bias"
                if weights not in names:
                    raise ArgumentValueError(f"{path}: there is no tensor {weights!r}")
                layers.append(
                    LayerArrays(
                        tensors.get_tensor(weights),
                        tensors.get_tensor(bias) if bias in names else None,
                        activation,
                        convention,
                    )
                )
                names -= {weights, bias}
    except SafetensorError as error:
        raise ArgumentValueError(f"{path} is no safetensors file: {error}") from None
    if names:
        raise ArgumentValueError(f"{path}: nothing says what {', '.join(sorted(names))} is")
    try:
        return from_arrays(layers)
    except ArgumentValueError as error:
        raise ArgumentValueError(f"{path}: {error}") from None


def _described(path: Path, metadata: dict[str, str] | None) -> list[tuple[Any, Any]]:
    """What the file says of each layer: its activation and its bias convention."""
    try:
        content = json.loads((metadata or {})[_KEY])
        if content["version"] != _VERSION:
            raise ArgumentValueError(
                f"{path}: version {content['version']!r} is not {_VERSION}, which this library reads"
            )
        return [(layer["activation"], layer["bias_convention"]) for layer in content["layers"]]
    except (KeyError, TypeError, json.JSONDecodeError):
        raise ArgumentValueError(
            f"{path}: the metadata {_KEY!r} does not say what its layers are"
        ) from None
