"""Vector functions: `exp` and others of all lanes of a register at once, from the C library's libmvec.

Their results are some units in the last place (ulp) away from Python's, so that machine code calls them
on demand only. glibc documents 4 ulp. Each function is tried, once per process and width of registers,
before machine code calls it; where it is not so near, the lanes call the scalar function one by one.

Source: the x86-64 and AArch64 vector function ABIs, for names; the manual of glibc, "Errors in Math
Functions", for the bound.
"""

from __future__ import annotations

import ctypes
import math
import platform
from array import array
from collections.abc import Sequence
from functools import cache

from autograd.errors import AutogradError
from autograd.expression import PRIMITIVES
from autograd.ieee import ieee_value
from autograd.operations import OPERATIONS
from autograd.program.native.compiler import Machine, host_lanes
from autograd.program.native.functions import TRIED

__all__ = ["MOST_ULP", "in_lanes", "require_vectors", "vector_address"]

#: How far a result may be from Python's, in ulp.
MOST_ULP = 4.0

#: By machine and width, how the names of functions begin: for SSE, AVX2 and AVX-512, or AdvSIMD.
_PREFIXES = {
    "x86_64": {2: "_ZGVbN2", 4: "_ZGVdN4", 8: "_ZGVeN8"},
    "aarch64": {2: "_ZGVnN2"},
}
_LIBRARY = "libmvec.so.1"
#: What is tried besides: beside the ends of domains and where results over- and underflow.
_EDGES = (
    *(math.inf, -math.inf, math.nan, 5e-324, -5e-324, 2.2250738585072014e-308),
    *(1.7976931348623157e308, -1.7976931348623157e308, 1.0000000000000002, 0.9999999999999999),
    *(-1.0000000000000002, -0.9999999999999999, 709.782712893384, 709.7827128933841),
    *(-708.5, -745.1332191019411, -745.2, 710.0, 710.4758600739439, 710.475860073944),
    *(1023.9999999999999, 1024.0, -1022.5, -1074.2, -1075.0, 308.2),
)


@cache
def require_vectors() -> ctypes.CDLL:
    """The vector library of this process.

    Raises:
        AutogradError: there is none.
    """
    missing = f"none is known for {platform.machine()}"
    if platform.machine() in _PREFIXES:
        try:
            return ctypes.CDLL(_LIBRARY)
        except OSError as error:
            missing = str(error)
    raise AutogradError(
        f"functions='vector' needs {_LIBRARY}, which comes with glibc on Linux, and there is none "
        f"here ({missing}); functions='scalar' runs anywhere"
    )


@cache
def vector_address(name: str, lanes: int) -> int | None:
    """Where the vector library has a function; None if it is not there, or not near Python's results.

    Args:
        name: what `math` calls it; "pow" is Python's ``**``.
        lanes: how many numbers it takes at once; no more than a register of this machine holds.
    """
    prefix = _PREFIXES.get(platform.machine(), {}).get(lanes)
    if prefix is None or lanes > host_lanes():
        return None
    if name != "pow" and not (hasattr(math, name) and PRIMITIVES.get(name) is getattr(math, name)):
        return None  # not a function of `math`, but of somebody's own
    count = OPERATIONS[name].arity
    function = getattr(require_vectors(), f"{prefix}{'v' * count}_{name}", None)
    address = ctypes.cast(function, ctypes.c_void_p).value if function else None
    if address is None:
        return None
    tried = (*TRIED, *_EDGES)
    points = [(x, y) for x in tried for y in tried] if count == 2 else [(x,) for x in tried]
    found = zip(in_lanes(address, lanes, points), points, strict=True)
    return address if all(_near(got, ieee_value(name, each)) for got, each in found) else None


def _near(got: float, expected: float) -> bool:
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) and math.isnan(got)
    if 0.0 in (got, expected) or math.inf in (abs(got), abs(expected)):
        return got == expected and math.copysign(1.0, got) == math.copysign(1.0, expected)
    return abs(got - expected) <= MOST_ULP * math.ulp(expected)


def in_lanes(address: int, lanes: int, points: Sequence[Sequence[float]]) -> list[float]:
    """The results of a vector function at some points, so many at a time.

    Args:
        address: where it is.
        lanes: how many numbers it takes at once.
        points: its operands, one or two.
    """
    count = len(points[0])
    padded = [*points, *[points[-1]] * (-len(points) % lanes)]
    columns = [array("d", column) for column in zip(*padded, strict=True)]
    results = array("d", bytes(8 * len(padded)))
    arrays = [*columns, results]
    run = _loop(address, lanes, count).function(
        "run", None, *[ctypes.c_void_p] * (count + 1), ctypes.c_int64
    )
    run(*(each.buffer_info()[0] for each in arrays), len(padded))
    return results[: len(points)].tolist()


def _loop(address: int, lanes: int, count: int) -> Machine:
    kind = f"<{lanes} x double>"
    taken = ", ".join(f"ptr %operand{place}" for place in range(count))
    loads = "\n".join(
        f"  %at{place} = getelementptr double, ptr %operand{place}, i64 %done\n"
        f"  %x{place} = load {kind}, ptr %at{place}, align 8"
        for place in range(count)
    )
    given = ", ".join(f"{kind} %x{place}" for place in range(count))
    return Machine(
        f"define void @run({taken}, ptr %results, i64 %count) nounwind "
        f'"min-legal-vector-width"="512" {{\n'
        "entry:\n"
        "  br label %again\n"
        "again:\n"
        "  %done = phi i64 [ 0, %entry ], [ %more, %again ]\n"
        f"{loads}\n"
        f"  %result = call {kind} inttoptr (i64 {address} to ptr)({given})\n"
        "  %into = getelementptr double, ptr %results, i64 %done\n"
        f"  store {kind} %result, ptr %into, align 8\n"
        f"  %more = add i64 %done, {lanes}\n"
        "  %left = icmp slt i64 %more, %count\n"
        "  br i1 %left, label %again, label %stop\n"
        "stop:\n"
        "  ret void\n}",
        1,
    )
