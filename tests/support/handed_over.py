"""What the tests of every framework train: networks of all kinds, and some examples for them."""

from random import Random

from nn import MLP, Example, worked

#: Of every bias convention, of activations with and without a kink, and with biases that layers share.
NETWORKS = {
    "tanh": lambda: MLP(2, [3, 2], activation=["tanh", "linear"], seed=1),
    "subtracted": lambda: MLP(2, [3, 2], activation="sigmoid", bias_convention="-b", seed=2),
    "x0=1": lambda: MLP(2, [3, 2], activation=["relu", "linear"], bias_convention="x0=1", seed=3),
    "x0=-1": lambda: MLP(2, [3, 2], activation=["gelu", "tanh"], bias_convention="x0=-1", seed=4),
    "none": lambda: MLP(2, [3, 2], activation=["elu", "softplus"], bias_convention="none", seed=5),
    "deep": lambda: MLP(2, [4, 4, 2], activation=["silu", "leaky_relu", "linear"], seed=6),
    "shared": lambda: worked.load("urbain").network(),
}

_random = Random(7)
EXAMPLES = [
    Example([_random.uniform(-1, 1) for _ in range(2)], [_random.uniform(0.1, 0.9) for _ in range(2)])
    for _ in range(5)
]
