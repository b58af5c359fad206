"""Networks as Equinox modules, in float64, and back."""

from __future__ import annotations

from typing import Any

from autograd import AutogradError
from nn.interop.jax import Parameters, from_jax, to_jax
from nn.network import MLP

try:
    import equinox
    import jax
except ImportError:
    raise AutogradError("Equinox is not installed: pip install equinox 'scalar-autograd[jax]'") from None

__all__ = ["Network", "from_equinox", "to_equinox"]


class Network(equinox.Module):
    """A network as an Equinox module, called with inputs of shape (…, inputs).

    >>> jax.config.update("jax_enable_x64", True)
    >>> to_equinox(MLP(2, [1]))(jax.numpy.zeros(2)).shape
    (1,)
    """

    layers: Parameters
    apply: Any = equinox.field(static=True)

    def __call__(self, inputs: Any) -> jax.Array:
        """The outputs."""
        outputs: jax.Array = self.apply(self.layers, inputs)
        return outputs


def to_equinox(network: MLP) -> Network:
    """The network as an Equinox module; raises as `to_jax`.

    >>> jax.config.update("jax_enable_x64", True)
    >>> len(jax.tree.leaves(to_equinox(MLP(2, [3, 1]))))
    4
    """
    apply, parameters = to_jax(network)
    return Network(parameters, apply)


def from_equinox(module: Network, like: MLP) -> MLP:
    """A network like another, with the numbers of an Equinox module; raises as `from_jax`.

    >>> jax.config.update("jax_enable_x64", True)
    >>> network = MLP(2, [3, 1], seed=1)
    >>> from_equinox(to_equinox(network), network).state_dict() == network.state_dict()
    True
    """
    return from_jax(module.layers, like)
