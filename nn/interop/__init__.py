"""The same network elsewhere: NumPy arrays, PyTorch, JAX, Equinox, ONNX, scikit-learn, safetensors.

Outputs, gradients and what training does are the same to the last few bits; names, explanations and the
judge stay here, and a network that was trained elsewhere comes back to them.

>>> from nn import MLP
>>> from nn.interop import arrays
>>> network = MLP(2, [3, 1], activation=["tanh", "linear"], seed=1)
>>> [layer.weights.shape for layer in arrays(network)]
[(3, 2), (1, 3)]
"""

from autograd.lazy import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.interop.equinox import from_equinox, to_equinox
    from nn.interop.jax import from_jax, to_jax
    from nn.interop.layer_arrays import LayerArrays, arrays, from_arrays, with_arrays
    from nn.interop.onnx import to_onnx
    from nn.interop.safetensors import from_safetensors, to_safetensors
    from nn.interop.sklearn import to_sklearn
    from nn.interop.torch import from_torch, from_torch_optimizer, to_torch, to_torch_optimizer

__all__ = [
    "LayerArrays",
    "arrays",
    "from_arrays",
    "from_equinox",
    "from_jax",
    "from_safetensors",
    "from_torch",
    "from_torch_optimizer",
    "to_equinox",
    "to_jax",
    "to_onnx",
    "to_safetensors",
    "to_sklearn",
    "to_torch",
    "to_torch_optimizer",
    "with_arrays",
]

#: A framework is imported when it is first asked for; a missing one is an error that names the command.
_LATER = {
    "LayerArrays": "layer_arrays",
    "arrays": "layer_arrays",
    "from_arrays": "layer_arrays",
    "from_equinox": "equinox",
    "from_jax": "jax",
    "from_safetensors": "safetensors",
    "from_torch": "torch",
    "from_torch_optimizer": "torch",
    "to_equinox": "equinox",
    "to_jax": "jax",
    "to_onnx": "onnx",
    "to_safetensors": "safetensors",
    "to_sklearn": "sklearn",
    "to_torch": "torch",
    "to_torch_optimizer": "torch",
    "with_arrays": "layer_arrays",
}

__getattr__, __dir__ = lazily(__name__, lambda: __all__, _LATER.get)
