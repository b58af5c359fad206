"""Train a network of this library on several devices with JAX's shard_map.

    python examples/jax_shard_map.py

Without accelerators, the processor is taken as four devices. Examples that do not divide evenly are
filled up with ones of weight 0; each device adds up its errors, `psum` adds these, and the sum is
divided by the number of all examples. A mean of the devices' means would be wrong. The network comes
back, and is what one process of `nn.fit` makes of it: the largest difference is printed, and 1e-12 is
the most.
"""

from __future__ import annotations

import os
from functools import partial
from random import Random
from typing import Any

DEVICES = 4
os.environ.setdefault("XLA_FLAGS", f"--xla_force_host_platform_device_count={DEVICES}")

import jax
import numpy
from jax import numpy as jnp
from jax.sharding import Mesh, PartitionSpec

jax.config.update("jax_enable_x64", True)

from nn import MLP, SGD, fit
from nn.interop import from_jax, to_jax

STEPS, RATE = 100, 0.1


def network() -> MLP:
    """The network as it is before training."""
    return MLP(2, [8, 1], activation=["tanh", "linear"], seed=1)


def examples() -> tuple[list[list[float]], list[float]]:
    """A number of points that four does not divide, and the product of their coordinates."""
    random = Random(1)
    points = [[random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0)] for _ in range(101)]
    return points, [x * y for x, y in points]


def trained_here() -> MLP:
    """The network after training in one process, by this library."""
    model = network()
    points, products = examples()
    optimizer = SGD(model.parameters(), lr=RATE)
    fit(model, points, products, optimizer=optimizer, epochs=STEPS, batch_size=None, shuffle=False)
    return model


def trained_on_devices() -> MLP:
    """The network after training on all devices, by JAX."""
    apply, parameters = to_jax(network())
    points, products = examples()
    count, devices = len(points), jax.device_count()
    missing = -count % devices
    inputs = jnp.array(points + [points[0]] * missing)
    targets = jnp.array(products + products[:1] * missing)
    weights = jnp.array([1.0] * count + [0.0] * missing)
    mesh = Mesh(numpy.array(jax.devices()), ("examples",))
    everywhere, divided = PartitionSpec(), PartitionSpec("examples")

    @jax.jit
    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(everywhere, divided, divided, divided),
        out_specs=everywhere,
    )
    def gradient(parameters: Any, inputs: Any, targets: Any, weights: Any) -> Any:
        def error(parameters: Any) -> Any:
            errors = 0.5 * (apply(parameters, inputs)[:, 0] - targets) ** 2
            return jax.lax.psum((weights * errors).sum(), "examples") / count

        return jax.grad(error)(parameters)

    for _ in range(STEPS):
        slopes = gradient(parameters, inputs, targets, weights)
        parameters = jax.tree.map(lambda w, slope: w - RATE * slope, parameters, slopes)
    return from_jax(parameters, network())


def main() -> None:
    """Train in both ways, and compare."""
    found, right = trained_on_devices().state_dict(), trained_here().state_dict()
    largest = max(abs(found[name] - right[name]) for name in right) / max(map(abs, right.values()))
    print(f"{jax.device_count()} devices, {STEPS} steps: the parameters differ by {largest:.1e}")
    if not largest <= 1e-12:
        raise SystemExit("that is more than rounding")


if __name__ == "__main__":
    main()
