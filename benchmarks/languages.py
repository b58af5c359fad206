"""How far programs in other languages are from those here: ``python -m benchmarks.languages``.

Each operation is printed in each language and computed at many operands, its value and its derivatives.
The largest differences from eager computation are written into ``docs/languages.md``. A test measures a
sample again.
"""

from __future__ import annotations

import ctypes
import json
import math
import platform
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

__all__ = [
    "PAGE", "RUNNERS", "cell", "differences", "page", "places", "points_for", "read", "refusals",
    "row_program", "ulps", "worst",
]  # fmt: skip

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
        options = [
            "-std=c11",
            "-O2",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-DNO_MAIN",
            "-shared",
            "-fPIC",
        ]
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
  const given = Object.fromEntries(names.map((name, i) => [name, Number(point[i])]));
  const [value, gradients] = program(given);
  return [value, ...names.map((name) => gradients[name])].map(text);
})));
"""


def in_javascript(source: str, names: Sequence[str], points: Sequence[Numbers]) -> list[Numbers]:
    """Computed by Node."""
    texts = [
        [repr(each).replace("inf", "Infinity").replace("nan", "NaN") for each in point]
        for point in points
    ]
    done = subprocess.run(
        ["node", "-e", _IN_NODE],
        input=json.dumps([source, names, texts]),
        capture_output=True,
        text=True,
        check=True,
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


#: At how many operands languages are compared.
_PLACES = 600


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
        return (
            random.choice(special)
            if kind < 0.9
            else random.choice((-1, 1)) * 10 ** random.uniform(-12, 6)
        )

    found = []
    function = getattr(autograd, operation.name)
    while len(found) < _PLACES:
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
                apart = ulps(abs(number), abs(right))  # SymPy's infinity at a pole has no sign
            else:
                apart = ulps(number, right)
            if 4.0 < apart < math.inf:
                orders = [int(place == index - 1) for place in range(operation.arity)]
                apart = error(operation.name, orders, point, number, mp.mpf(right))
            yield apart, "value" if index == 0 else names[index - 1], point


# --- the page -------------------------------------------------------------------------------------

HEAD = '''# Programs in other languages

A training step, or any recorded computation, is printed as a program in NumPy, PyTorch, JAX, SymPy,
C or JavaScript: one file, which has one function and the numbers to start from, and runs by itself.

```console
$ backprop convert urbain -o urbain_torch.py --to torch
written: urbain_torch.py
```

`python urbain_torch.py` then prints the error and its derivatives. `--to` is `torch`, `jax`,
`sympy`, `numpy`, `c`, `js` or `onnx` (see [handover.md](handover.md)), and can be left out where
the ending of the file tells it. In Python, `step.source("torch")` is the same text; `source` of a
[recorded program](replay.md) and of a `Program` prints any computation:

```python
>>> import autograd
>>> from autograd import Value
>>> w, b = Value(0.5, "w"), Value(0.1, "b")
>>> def error(x, t):
...     out = (w * x + b).tanh().named("out")
...     return ((t - out) ** 2).named("E")
>>> source = autograd.record(error, 1.0, 1.0).source("numpy")
>>> print(source[source.index("@np"):source.index("    gradients = {")], end="")
@np.errstate(all="ignore")
def program(x, t, w, b):
    """E, and its derivative with respect to each argument, by its name."""
    x, t, w, b = (np.asarray(each, dtype=np.float64) for each in (x, t, w, b))
    # forward
    v1 = w * x
    v2 = v1 + b
    out = np.tanh(v2)
    v3 = t - out
    E = v3 * v3
    # in reverse
    dE_dE = 1.0
    dE_dv3_directly = 2.0 * v3
    dE_dv3 = dE_dE * dE_dv3_directly
    dE_dt = dE_dv3
    dE_dout = -dE_dv3
    dout_dv2 = tanh_slope(v2, out)
    dE_dv2 = dE_dout * dout_dv2
    dE_dv1 = dE_dv2
    dE_dw = dE_dv1 * x
    dE_dx = dE_dv1 * w
    dE_db = dE_dv2

```

| | |
| --- | --- |
| NumPy, PyTorch | `program()` takes numbers, or arrays with a number for each example, in float64 |
| JAX | `program()` is jitted, `batched()` vectorised; barriers keep XLA from making x of x + C − C |
| SymPy | `program(**SYMBOLS)` gives formulas: decimals are fractions, derivatives those of textbooks |
| C | C11 and the library of mathematics, without a warning of `-Wall -Wextra` |
| JavaScript | no dependencies; a script of a page, or a module of Node |

- **Numbers are those of IEEE 754.** Where Python raises an error, as at log(0), a number is
  infinite or NaN. A sum that is −0.0 here may be 0.0.
- **What the function decides on a number is refused.** It is a guard of the recorded program, and
  would be lost.
- **An operation of one's own** is printed from its texts; one that calls a Python function is
  refused by name.
- **Long programs.** Compilers look at each line: {compiled}. From 300 lines on, the file and the
  command say so. Hand such a network over as arrays: `nn.interop.to_torch(network)`,
  `nn.interop.to_jax(network)`.

## Differences

The largest differences of values and of derivatives from those here, in units in the last place
(ulp), at {places} operands of each operation where it has a value, from 1e-300 to 1e300, at 0 and
beside 1; in SymPy, whose numbers are the exact ones, at {exact}. `python -m benchmarks.languages`
measures them and writes this page; tests measure them again. Beside a zero crossing it is an ulp as
in [accuracy.md](accuracy.md).

'''

#: How long compilers took, as measured by hand with the versions below, on two cores.
COMPILED = (
    "`torch.compile` took\n  16 s for 277 and 145 s for 2,141 of them, "
    "JAX 10 s for 2,141 and 41 s for 7,341"
)

_FOOT = """
{refused}

Measured with {versions}, {machine}.
XLA fuses a·b + c, which rounds once and not twice: where terms cancel, sums of products differ in more
digits.
"""
#: At how many operands SymPy, which is slow, is asked.
_EXACT = 40


def points_for(operation: Operation, language: str) -> list[Numbers]:
    """Where a language is compared."""
    found = places(operation)
    return found[:_EXACT] if language == "sympy" else found


def worst(operation: Operation, language: str) -> tuple[float, float]:
    """The largest difference of the value, and of a derivative."""
    found = {"value": 0.0, "derivative": 0.0}
    for apart, what, _ in differences(operation, language, points_for(operation, language)):
        kind = "value" if what == "value" else "derivative"
        found[kind] = max(found[kind], apart)
    return found["value"], found["derivative"]


def cell(apart: tuple[float, float]) -> str:
    """The two differences as the page has them.

    >>> cell((0.0, 0.0)), cell((1.0, 2.5)), cell((math.inf, 0.0))
    ('0', '1, 3', '∞, 0')
    """
    texts = ["∞" if math.isinf(each) else str(math.ceil(each)) for each in apart]
    return "0" if texts == ["0", "0"] else ", ".join(texts)


def table() -> str:
    """A row for each operation."""
    titles = [target(language).title for language in LANGUAGES]
    lines = [f"| operation | {' | '.join(titles)} |", "| --- |" + " ---: |" * len(titles)]
    without = {language: refused(target(language)) for language in LANGUAGES}
    for operation in OPERATIONS.values():
        cells = [
            "refused" if operation.name in without[language] else cell(worst(operation, language))
            for language in LANGUAGES
        ]
        lines.append(f"| `{operation.name}` | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def refusals() -> str:
    """What languages cannot have, and why."""
    found = [
        f"- {target(language).title}: `{name}`, since {why}."
        for language in LANGUAGES
        for name, why in refused(target(language)).items()
    ]
    return "\n".join(found) or "No language lacks an operation."


def page(measured: str | None = None) -> str:
    """The page.

    Args:
        measured: the table; measured now, if None.
    """
    versions = [f"{name} {version(name)}" for name in ("numpy", "torch", "jax", "sympy")]
    for program, option in (("cc", "--version"), ("node", "--version")):
        said = subprocess.run([program, option], capture_output=True, text=True, check=True).stdout
        versions.append(f"{program} {said.splitlines()[0].split()[-1]}")
    machine = " ".join((platform.system(), platform.machine(), *platform.libc_ver()))
    notes = (
        HEAD.replace("{compiled}", COMPILED)
        .replace("{places}", str(_PLACES))
        .replace("{exact}", str(_EXACT))
    )
    foot = _FOOT.format(refused=refusals(), versions=", ".join(versions), machine=machine)
    return (
        f"{notes}`1, 2` is an ulp in the value and two in a derivative.\n\n{measured or table()}{foot}"
    )


def read(text: str) -> dict[str, dict[str, tuple[float, float]]]:
    """What a page has: by operation and language, the two differences."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for line in text.splitlines():
        first, *cells = [each.strip() for each in line.strip("|").split("|")]
        if first.strip("`") in OPERATIONS and len(cells) == len(LANGUAGES):
            numbers = [[float(part.replace("∞", "inf")) for part in each.split(", ")] for each in cells]
            pairs = [(each[0], each[-1]) for each in numbers]
            found[first.strip("`")] = dict(zip(LANGUAGES, pairs, strict=True))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
