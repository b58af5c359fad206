"""Where operations are compared with those of another language, and how far two floats are apart."""

from __future__ import annotations

import math
import struct
from random import Random

from autograd import Operation

SPECIAL = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    3.0,
    1e300,
    -1e300,
    1e-300,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
)


def place(number: float) -> int:
    """Neighbouring floats have neighbouring places."""
    found: int = struct.unpack("q", struct.pack("d", number))[0]
    return found if found >= 0 else -(found & 0x7FFF_FFFF_FFFF_FFFF)


def operands(operation: Operation, random: Random) -> list[float]:
    """Small numbers, large ones, and those where operations end or change."""

    def one() -> float:
        kind = random.random()
        if kind < 0.6:
            return random.uniform(-4.0, 4.0)
        if kind < 0.8:
            return random.uniform(-45.0, 45.0)
        return (
            random.choice(SPECIAL)
            if kind < 0.9
            else random.choice((-1, 1)) * 10 ** random.uniform(-12, 3)
        )

    found = [one() for _ in operation.parameters]
    if operation.name == "pow" and random.random() < 0.6:
        found[1] = float(random.randint(-6, 8))
    return found
