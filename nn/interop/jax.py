"""Networks as functions and parameters of JAX, in float64, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autograd import AutogradError
from autograd.errors import ArgumentValueError
from nn.interop.layer_arrays import arrays, layer_parameters, with_arrays
from nn.network import MLP

try:
    import jax
    from jax import numpy as jnp
except ImportError:
    raise AutogradError("JAX is not installed: pip install 'scalar-autograd[jax]'") from None

__all__ = ["FUNCTIONS", "Parameters", "check_float64", "from_jax", "to_jax"]

#: A dict for each layer, with its weights and, if it has one, its bias.
Parameters: TypeAlias = list[dict[str, jax.Array]]

_SAME_NAME = (
    "reciprocal sign square sqrt cbrt exp expm1 exp2 log log1p log2 log10 sin cos tan sinh cosh tanh"
)
#: Activations as functions of JAX.
FUNCTIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    **{name: getattr(jnp, name) for name in _SAME_NAME.split()},
    **{f"a{name}": getattr(jnp, f"arc{name}") for name in ["sin", "cos", "tan", "sinh", "cosh", "tanh"]},
    "linear": lambda x: x,
    "pos": jnp.positive,
    "neg": jnp.negative,
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "normal_cdf": jax.scipy.special.ndtr,
    "gaussian": lambda x: jnp.exp(-0.5 * x * x),
    "sigmoid": jax.nn.sigmoid,
    "logsigmoid": jax.nn.log_sigmoid,
    "softplus": jax.nn.softplus,
    "relu": jax.nn.relu,
    # at the kink, with the slope of least norm as here
    "abs": lambda x: jnp.where(x == 0.0, 0.0 * x, jnp.abs(x)),
    "leaky_relu": lambda x: jnp.where(x > 0.0, x, 0.01 * x),
    "elu": jax.nn.elu,
    "silu": jax.nn.silu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
}


def check_float64() -> None:
    """Refuse to compute in float32, which JAX would do without a word.

    Raises:
        AutogradError: JAX has not been told to keep float64.
    """
    if not jax.config.read("jax_enable_x64"):
        raise AutogradError(
            "JAX makes float32 of float64: call jax.config.update('jax_enable_x64', True) first"
        )


def to_jax(network: MLP) -> tuple[Callable[[Parameters, Any], jax.Array], Parameters]:
    """The network as a function of parameters and inputs, and its parameters, a pytree.

    The function takes inputs of shape (…, inputs) and returns outputs of shape (…, outputs). It can be
    jitted, vectorised and differentiated. Biases keep their convention, and a bias that a layer shares
    is one number.

    Raises:
        TypeError: it is no network.
        ValueError: JAX has no such activation, or parameters are shared in another way.
        AutogradError: JAX has not been told to keep float64.

    >>> jax.config.update("jax_enable_x64", True)
    >>> network = MLP(2, [3, 1], activation=["tanh", "linear"], seed=1)
    >>> apply, parameters = to_jax(network)
    >>> gradients = jax.grad(lambda parameters: apply(parameters, jnp.array([0.5, -1.0]))[0])(parameters)
    >>> network([0.5, -1.0]).backward()
    >>> abs(gradients[0]["weights"][2, 1] - network.layers[0].neurons[2].weights[1].grad) < 1e-15
    Array(True, dtype=bool)
    """
    check_float64()
    layers = layer_parameters(network)
    for index, layer in enumerate(layers):
        if layer.activation not in FUNCTIONS:
            raise ArgumentValueError(
                f"JAX has no activation {layer.activation!r}, that of layers.{index}"
            )
    steps = [(layer.sign, FUNCTIONS[layer.activation]) for layer in layers]

    def apply(parameters: Parameters, inputs: Any) -> jax.Array:
        signals = jnp.asarray(inputs)
        for (sign, activation), layer in zip(steps, parameters, strict=True):
            net = signals @ layer["weights"].T
            if "bias" in layer:
                net = net + sign * layer["bias"]
            signals = activation(net)
        return signals

    parameters = [
        {
            "weights": jnp.asarray(layer.weights),
            **({} if layer.bias is None else {"bias": jnp.asarray(layer.bias)}),
        }
        for layer in arrays(network)
    ]
    return apply, parameters


def from_jax(parameters: Sequence[dict[str, Any]], like: MLP) -> MLP:
    """A network like another, with the numbers that JAX made of its parameters.

    Raises:
        ValueError: they are not of its shape.
        TypeError: ``like`` is no network.

    >>> jax.config.update("jax_enable_x64", True)
    >>> network = MLP(2, [3, 1], seed=1)
    >>> from_jax(to_jax(network)[1], network).state_dict() == network.state_dict()
    True
    """
    return with_arrays(like, [(layer["weights"], layer.get("bias")) for layer in parameters])
