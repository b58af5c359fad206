"""How far programs in other languages are from those here: ``python -m benchmarks.languages``.

Each operation is printed in each language and computed at many operands, its value and its derivatives.
The largest differences from eager computation are written into ``docs/languages.md``. A test measures a
sample again.
"""

from __future__ import annotations

import ctypes
import json
import math
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from mpmath import mp

import autograd
from autograd import OPERATIONS, AutogradError, Operation, Value
from autograd.program import Program
from autograd.program.languages import LANGUAGES, printed, refused, target
from benchmarks.exact import error

__all__ = ["PAGE", "RUNNERS", "differences", "places", "row_program", "ulps"]

PAGE = Path(__file__).parents[1] / "docs" / "languages.md"

Numbers = tuple[float, ...]
#: Computes a source at some places: the value and the derivatives at each.
Runner = Callable[[str, Sequence[str], Sequence[Numbers]], list[Numbers]]


# --- running --------------------------------------------------------------------------------------


def _executed(source: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "printed"}
    exec(compile(source, "<printed>", "exec"), scope)
    return scope


def _rows(names: Sequence[str], value: Any, gradients: Mapping[str, Any]) -> list[Numbers]:
    columns = [value, *(gradients[name] for name in names)]
    return list(zip(*(map(float, column) for column in columns), strict=True))


def in_numpy(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by NumPy."""
    import numpy as np

    columns = zip(names, np.array(points).T, strict=True)
    return _rows(names, *_executed(source)["program"](**dict(columns)))


def in_torch(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by PyTorch."""
    import torch

    columns = zip(names, torch.tensor(points, dtype=torch.float64).T, strict=True)
    value, gradients = _executed(source)["program"](**dict(columns))
    assert all(each.dtype == torch.float64 for each in (value, *gradients.values()))
    return _rows(names, value, gradients)


def in_jax(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by JAX, jitted and vectorised."""
    import numpy as np

    scope = _executed(source)
    jitted = scope["jax"].jit(scope["batched"])
    value, gradients = jitted(**dict(zip(names, np.array(points).T, strict=True)))
    return _rows(names, np.asarray(value), {name: np.asarray(each) for name, each in gradients.items()})


def in_sympy(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by SymPy, exactly, and then to the nearest float."""
    import sympy

    program = _executed(source)["program"]
    found = []
    for point in points:
        given = [sympy.Rational(each) if math.isfinite(each) else sympy.sympify(each) for each in point]
        value, gradients = program(*given)
        found.append(tuple(_nearest(each) for each in (value, *(gradients[name] for name in names))))
    return found


def _nearest(formula: Any) -> float:
    import sympy

    number = sympy.N(formula, 25, maxn=2000)
    if number is sympy.zoo:
        return math.inf
    return float(number) if number.is_extended_real else math.nan


def in_c(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by C: compiled without a warning, and loaded."""
    count = len(names)
    array = ctypes.c_double * count
    with TemporaryDirectory() as folder:
        path = Path(folder, "program.c")
        path.write_text(source, encoding="utf-8")
        library = Path(folder, "program.so")
        options = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-DNO_MAIN", "-shared", "-fPIC"]
        subprocess.run(["cc", *options, "-o", str(library), str(path), "-lm"], check=True)
        program = ctypes.CDLL(str(library)).program
        program.restype = ctypes.c_double
        found: list[Numbers] = []
        for point in points:
            gradients = array()
            value = program(array(*point), gradients)
            found.append((value, *gradients))
        return found


_IN_NODE = """
const [source, names, points] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const program = new Function("module", source + "; return program;")(undefined);
const bits = new BigInt64Array(new Float64Array(1).buffer), word = new Float64Array(bits.buffer);
const text = (x) => { word[0] = x; return Number.isNaN(x) ? "nan" : String(bits[0]); };
console.log(JSON.stringify(points.map((point) => {
  const [value, gradients] = program(Object.fromEntries(names.map((name, i) => [name, Number(point[i])])));
  return [value, ...names.map((name) => gradients[name])].map(text);
})));
"""


def in_javascript(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by Node."""
    texts = [[repr(each).replace("inf", "Infinity").replace("nan", "NaN") for each in point] for point in points]
    done = subprocess.run(
        ["node", "-e", _IN_NODE], input=json.dumps([source, names, texts]), capture_output=True, text=True, check=True
    )
    return [tuple(map(_of_bits, row)) for row in json.loads(done.stdout)]


def _of_bits(text: str) -> float:
    number: float = math.nan if text == "nan" else struct.unpack("d", struct.pack("q", int(text)))[0]
    return number


#: How each language is run.
RUNNERS: dict[str, Runner] = {
    "numpy": in_numpy,
    "torch": in_torch,
    "jax": in_jax,
    "sympy": in_sympy,
    "c": in_c,
    "javascript": in_javascript,
}


# --- comparing ------------------------------------------------------------------------------------


def row_program(operation: Operation) -> Program:
    """An operation alone, as a program."""
    point = places(operation)[0]
    leaves = [Value(number, name) for number, name in zip(point, operation.parameters, strict=True)]
    return Program.from_graph(getattr(autograd, operation.name)(*leaves).named("out"), "operations")


@cache
def places(operation: Operation) -> list[Numbers]:
    """Operands of everyday sizes, at random and at special places, where the operation has a value."""
    random = Random(operation.name)
    special = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -2.5, 1e-300, 1e300, 40.0, -40.0, 700.0, -745.0)

    def one() -> float:
        kind = random.random()
        if kind < 0.5:
            return random.gauss(0.0, 2.0)
        if kind < 0.7:
            return random.uniform(-40.0, 40.0)
        if kind < 0.8:
            return 1.0 + random.choice((-1, 1)) * 2.0 ** random.randint(-40, -1)
        return random.choice(special) if kind < 0.9 else random.choice((-1, 1)) * 10 ** random.uniform(-12, 6)

    found = []
    function = getattr(autograd, operation.name)
    while len(found) < 600:
        point = tuple(one() for _ in operation.parameters)
        try:
            function(*point)
        except AutogradError:
            continue
        found.append(point)
    return found


def eager(operation: Operation, point: Numbers) -> Numbers:
    """The value and the derivatives as they are here."""
    node = getattr(autograd, operation.name)(*map(Value, point))
    return (node.data, *node.derivatives)


def ulps(found: float, right: float) -> float:
    """By how many units in the last place a number differs from another, of normal size at least.

    >>> ulps(1.0, 1.0), ulps(1.0000000000000002, 1.0), ulps(math.nan, 1.0), ulps(0.0, 5e-324)
    (0.0, 1.0, inf, 2.220446049250313e-16)
    """
    if found == right or (math.isnan(found) and math.isnan(right)):
        return 0.0
    if not (math.isfinite(found) and math.isfinite(right)):
        return math.inf
    return abs(found - right) / math.ulp(max(abs(right), sys.float_info.min / sys.float_info.epsilon))


def differences(
    operation: Operation, language: str, points: Sequence[Numbers] | None = None
) -> Iterator[tuple[float, str, Numbers]]:
    """Each difference in ulp, with what it is of and where."""
    chosen = places(operation) if points is None else points
    source = printed(row_program(operation).printable(), target(language))
    names = list(operation.parameters)
    results = RUNNERS[language](source, names, chosen)
    for point, found in zip(chosen, results, strict=True):
        for index, (number, right) in enumerate(zip(found, eager(operation, point), strict=True)):
            if language == "sympy" and math.isinf(right):
                right = math.copysign(right, number)  # SymPy's infinity at a pole has no sign
            apart = ulps(number, right)
            if 4.0 < apart < math.inf:
                orders = [int(place == index - 1) for place in range(operation.arity)]
                apart = error(operation.name, orders, point, number, mp.mpf(right))
            yield apart, "value" if index == 0 else names[index - 1], point
