"""How accurate the operations are, ours and those of PyTorch and JAX: ``python -m benchmarks.accuracy``.

Values and derivatives up to the third order are held against mpmath, and the largest errors are written
into ``docs/accuracy.md``. A test measures our columns again.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from mpmath import mp

import autograd
from autograd import OPERATIONS, AutogradError, Operation, Value, grad
from autograd.ieee import compiled
from benchmarks.exact import EXACT, LEAST_NORMAL, derivative, error, exactly
from benchmarks.peers import PEERS

__all__ = ["KINDS", "PAGE", "errors", "nearby", "orders", "page", "points", "read", "worst", "written"]

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
KINDS = ("value", "first", "second", "third")

Operands = tuple[float, ...]
#: The orders of differentiation, the operands and the exact number.
Place = tuple[tuple[int, ...], Operands, Any]


# --- where ----------------------------------------------------------------------------------------


def _differentiable(operation: Operation, found: Iterable[Operands]) -> list[Operands]:
    """Where it has a value and a derivative. Where it has no value it raises, as other tests show."""
    on_kink = compiled(operation.kink, operation.parameters) if operation.kink else lambda *_: False
    function = getattr(autograd, operation.name)

    def has_value(operands: Operands) -> bool:
        try:
            function(*operands)
        except AutogradError:
            return False
        return True

    return [operands for operands in found if not on_kink(*operands) and has_value(operands)]


def points(operation: Operation) -> list[Operands]:
    """Operands from the least to the greatest float by their logarithms, beside ±1, and at random."""
    random = Random(operation.name)

    def sized(exponent: int) -> float:
        return math.ldexp(1.0 + random.random(), exponent)

    found: list[Operands]
    if operation.arity == 1:
        axis = [0.0, *(sign * sized(k) for k in range(-1074, 1024, 6) for sign in (1, -1))]
        axis += [
            sign * edge
            for edge in (5e-324, LEAST_NORMAL, math.nextafter(math.inf, 0))
            for sign in (1, -1)
        ]
        axis += [
            s * (1.0 + t * 2.0**-k)
            for k in (53, 52, 40, 30, 20, 10, 5, 2)
            for s in (1, -1)
            for t in (1, -1)
        ]
        axis += [random.gauss(0.0, scale) for scale in (1.0, 10.0, 100.0, 1000.0) for _ in range(60)]
        axis += [random.uniform(-end, end) for end in (40.0, 760.0) for _ in range(100)]
        found = [(x,) for x in axis]
    else:
        exponents = (-1074, -1030, -1000, -520, -300, -100, -52, -30, -10, -3, -1, 0, 1, 2, 5, 9, 30, 60)
        axis = [0.0, *(s * sized(k) for k in (*exponents, 150, 300, 520, 900, 1022) for s in (1, -1))]
        found = [*product(axis, axis)]
        for _ in range(300):
            x, y = (random.choice((1, -1)) * sized(random.randrange(-1074, 1023)) for _ in range(2))
            found += [(x, y), (random.gauss(0.0, 3.0), random.gauss(0.0, 3.0))]
            found += [(random.uniform(0.0, 5.0), random.gauss(0.0, 100.0))]
    return _differentiable(operation, found)


def nearby(operation: Operation) -> list[Operands]:
    """Operands of everyday sizes, beside ±1 and 0 and at it, and from 1e-300 to 1e300, or 1e±60 of two.

    Beyond, the second and third derivatives of most operations of two operands leave the floats.
    """
    random = Random(operation.name)
    found: list[Operands]
    if operation.arity == 1:
        sizes = [10.0 ** (k / 2) for k in range(-40, 10)] + [10.0**k for k in range(-300, 301, 20)]
        axis = [0.0, *(s * size * (1.0 + random.random()) for size in sizes for s in (1, -1))]
        axis += [s * (1.0 + t * 2.0**-k) for k in (1, 3, 10, 20, 40) for s in (1, -1) for t in (1, -1)]
        axis += [random.gauss(0.0, scale) for scale in (0.5, 1.0, 2.0, 4.0, 20.0) for _ in range(40)]
        found = [(x,) for x in axis]
    else:
        sizes = [1e-60, 1e-8, 1e-3, 0.3, 0.9, 1.7, 4.3, 30.1, 1e3, 1e60]
        axis = [0.0, *(s * size for size in sizes for s in (1, -1))]
        pairs = [(random.gauss(0.0, 3.0), random.uniform(0.1, 3.0)) for _ in range(100)]
        found = [
            *product(axis, axis),
            *((random.gauss(0.0, 3.0), random.gauss(0.0, 3.0)) for _ in range(100)),
            *((x, x * ratio) for x, ratio in pairs),
        ]
    return _differentiable(operation, found)


def orders(operation: Operation, total: int) -> list[tuple[int, ...]]:
    """How often to differentiate by each operand, in all ways that add up.

    >>> orders(OPERATIONS["mul"], 2)
    [(2, 0), (1, 1), (0, 2)]
    """
    if operation.arity == 1:
        return [(total,)]
    return [(total - second, second) for second in range(total + 1)]


# --- exact ----------------------------------------------------------------------------------------


def exact(operation: Operation, order: tuple[int, ...], operands: Operands) -> Any:
    """The exact derivative; inf where a slope is vertical, None where it has no number or is no float.

    The derivatives of a power at x = 0 are 0·∞ by formula: here are the first, other tests have those by
    x of any order. At x < 0 it has none by y.
    """
    if operation.name == "pow" and any(order) and operands[0] == 0.0:
        return _slope_of_a_power_at_zero(order, operands[1]) if sum(order) == 1 else None
    if operation.name == "pow" and operands[0] < 0.0 < order[1]:
        return None
    function = derivative(operation.name, *order) if any(order) else EXACT[operation.name]
    try:
        found = exactly(function, *operands)
    except ZeroDivisionError:  # the arcsine at 1
        return mp.inf if sum(order) == 1 else None
    return found if abs(found) < mp.ldexp(1, 1023) else None


def _slope_of_a_power_at_zero(order: tuple[int, ...], y: float) -> Any:
    """By y it is 0, as 0**y is for all y around; by x it is that of x, or what is steeper or flatter."""
    if order == (0, 1) or y > 1.0:
        return mp.mpf(0)
    return mp.mpf(1) if y == 1.0 else mp.inf


# --- ours -----------------------------------------------------------------------------------------


def differentiated(operation: Operation, order: Sequence[int]) -> Callable[..., Any]:
    """`autograd.grad` of the operation, once and again."""
    function = getattr(autograd, operation.name)
    for index, times in enumerate(order):
        for _ in range(times):
            function = grad(function, index)
    return function


def ours(operation: Operation, order: Sequence[int], operands: Operands) -> float:
    """The derivative by the engine, or the value."""
    if sum(order) == 0:
        return getattr(Value(operands[0]), operation.name)(*operands[1:]).data
    if sum(order) == 1:
        node = getattr(Value, operation.name)(*map(Value, operands))
        return node.derivatives[list(order).index(1)]
    return differentiated(operation, order)(*operands)


# --- errors ---------------------------------------------------------------------------------------


@cache
def counted(operation: Operation, kind: str) -> list[Place]:
    """Where a kind of error is taken."""
    total = KINDS.index(kind)
    return [
        (order, operands, number)
        for operands in (points(operation) if total < 2 else nearby(operation))
        for order in orders(operation, total)
        if (number := exact(operation, order, operands)) is not None
    ]


def _error(got: float, operation: Operation, place: Place) -> float:
    order, operands, number = place
    if mp.isinf(number):
        return 0.0 if math.isinf(got) else math.inf
    return error(operation.name, order, operands, got, number)


def errors(operation: Operation, kind: str) -> Iterator[tuple[float, tuple[int, ...], Operands]]:
    """Our errors in ulp, each with the order and the operands."""
    for place in counted(operation, kind):
        order, operands, _ = place
        yield _error(ours(operation, order, operands), operation, place), order, operands


def worst(operation: Operation, kind: str) -> float:
    """Our largest error in ulp."""
    return max(error for error, _, _ in errors(operation, kind))


def peers_worst(compute: Callable[..., Any], operation: Operation, kind: str) -> float | None:
    """A peer's largest error in ulp, where all numbers are normal; None if it has no such operation."""
    places = [
        place
        for place in counted(operation, kind)
        if all(number == 0 or abs(number) >= LEAST_NORMAL for number in (*place[1], place[2]))
    ]
    found = []
    for order in orders(operation, KINDS.index(kind)):
        here = [place for place in places if place[0] == order]
        computed = compute(operation.name, [operands for _, operands, _ in here], order)
        if computed is not None:
            found += [_error(got, operation, place) for got, place in zip(computed, here, strict=True)]
    return max(found) if found else None


# --- the page -------------------------------------------------------------------------------------

HEAD = """# Accuracy

The largest errors of every operation, in units of the last place (ulp), measured against mpmath by
`python -m benchmarks.accuracy`, which writes this page. A test measures our columns again.

- **Values and first derivatives** are taken at operands from the least subnormal to the greatest float,
  spaced by their logarithms, beside ±1 and at random: some 1,000 for an operation of one operand, some
  3,000 for one of two. Those where the exact result is no float, or infinite, are left out.
- **Second and third derivatives** are `autograd.grad` of `autograd.grad`, by all mixtures of operands:
  at 0, at everyday sizes, beside ±1, and from 1e-300 to 1e300, or from 1e-60 to 1e60 for two operands.
- Ours are taken at all these points, subnormal operands and results among them; those of PyTorch and JAX
  where operands and results are normal numbers, since XLA takes subnormal ones for 0.
- "all" means that no digit is right, and "∞" that a number is infinite, or NaN, that should not be. A
  blank means that there is no such operation, or no derivative by its second operand.

What an ulp is of: of the exact number, with these exceptions.

- Beside a zero crossing no way of adding doubles gets a derivative right to an ulp of itself. Where it
  changes its sign as an operand moves by less than half of itself, it is an ulp of |x·f′(x)|, what the
  derivative changes by over the size of an operand: rounding the operand alone costs half of that.
- A derivative may be computed from a number that has underflowed, as x/y² is from x/y, and those of
  `pow`, `gelu` and the normal distribution are. The digits lost there stay lost, and it is an ulp of the
  least normal number, times what the derivative magnifies it by.

"""

_FOOT = """
Measured with {versions}, {machine}. Values such as those of `cbrt` and `sinh` are the C library's.
"""


def written(error: float | None) -> str:
    """An error as the page has it.

    >>> written(0.0), written(0.4999), written(1234.5), written(9e15), written(math.inf), written(None)
    ('0', '0.5', '1e3', 'all', '∞', '')
    """
    if error is None:
        return ""
    if error == 0.0 or math.isinf(error):
        return "0" if error == 0.0 else "∞"
    if error >= 1e15:
        return "all"
    return f"{error:.1f}" if error < 999.95 else f"{error:.0e}".replace("e+0", "e").replace("e+", "e")


def table(kinds: Sequence[str]) -> str:
    """The errors of some kinds, a row for an operation."""
    lines = ["| operation |", "| --- |"]
    for kind in kinds:
        lines[0] += f" {kind}: ours | {' | '.join(PEERS)} |"
        lines[1] += " ---: |" * (1 + len(PEERS))
    for operation in OPERATIONS.values():
        cells = [f"`{operation.name}`"]
        for kind in kinds:
            cells.append(written(worst(operation, kind)))
            cells += [written(peers_worst(peer, operation, kind)) for peer in PEERS.values()]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "jax", "mpmath"))
    machine = " ".join((platform.system(), platform.machine(), *platform.libc_ver()))
    return (
        HEAD
        + f"## Values and first derivatives\n\n{table(KINDS[:2])}\n"
        + f"## Second and third derivatives\n\n{table(KINDS[2:])}"
        + _FOOT.format(versions=versions, machine=machine)
    )


def read(text: str) -> dict[str, dict[str, str]]:
    """What a page has in our columns: for each operation and kind, the error as written."""
    found: dict[str, dict[str, str]] = {}
    kinds: Sequence[str] = ()
    for line in text.splitlines():
        first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if first == "operation":
            kinds = [cell.removesuffix(": ours") for cell in cells if cell.endswith(": ours")]
        elif first.strip("`") in OPERATIONS:
            ours_alone = cells[:: 1 + len(PEERS)]
            found.setdefault(first.strip("`"), {}).update(zip(kinds, ours_alone, strict=True))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
