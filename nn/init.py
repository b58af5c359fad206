"""How weights begin: an explicit seed, and Xavier's and He's scales."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from random import Random

from autograd.errors import ArgumentTypeError

__all__ = ["INITIALIZATIONS", "generator"]

#: Each gives one weight, for the number of inputs and outputs of the layer.
INITIALIZATIONS: dict[str, Callable[[Random, int, int], float]] = {
    # micrograd's: the same seed gives the same weights
    "uniform": lambda random, _nin, _nout: random.uniform(-1.0, 1.0),
    # Glorot and Bengio, AISTATS 2010, eq. (16) and (12)
    "xavier_uniform": lambda random, nin, nout: random.uniform(-1.0, 1.0) * sqrt(6.0 / (nin + nout)),
    "xavier_normal": lambda random, nin, nout: random.gauss(0.0, sqrt(2.0 / (nin + nout))),
    # He et al., ICCV 2015, eq. (10)
    "he_uniform": lambda random, nin, _nout: random.uniform(-1.0, 1.0) * sqrt(6.0 / nin),
    "he_normal": lambda random, nin, _nout: random.gauss(0.0, sqrt(2.0 / nin)),
    "zeros": lambda _random, _nin, _nout: 0.0,
}


def generator(seed: int | Random) -> Random:
    """The source of random numbers that a seed stands for; one that is given goes on where it is.

    Raises:
        TypeError: it is neither an int nor a `random.Random`.

    >>> generator(7).random() == Random(7).random()
    True
    """
    if isinstance(seed, Random):
        return seed
    if not isinstance(seed, int):
        raise ArgumentTypeError(f"seed must be an int or a random.Random, got {seed!r:.60}")
    return Random(seed)
