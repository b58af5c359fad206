"""Other engines on the workloads of `benchmarks.replay`, in an environment of their own.

    python -m benchmarks.replay_peers NAME WORK

prints the seconds that a unit of work takes, as JSON. What an engine computes is checked first.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.workloads import (
    NETWORK_RATE,
    NETWORKS,
    W1_BIASES,
    W1_INPUTS,
    W1_RATE,
    W1_TARGETS,
    W1_WEIGHTS,
    W2_DECAY,
    W2_EXAMPLES,
    W2_LOSSES,
    W2_RATE,
    W2_SIZES,
    check,
    w1_trained_by_hand,
    w2_moons,
    w2_numbers,
)

__all__ = ["C_FLAGS", "PEERS", "compiled_c", "seconds_of"]

#: What C is compiled with: as the other engines' generated code, without permission to rearrange sums.
C_FLAGS = ("-O3", "-march=native")
#: How long a measurement takes at least.
_SECONDS = 0.3


def seconds_of(work: Callable[[int], object]) -> float:
    """The seconds that a unit takes, of as many units as take long enough.

    Args:
        work: does so many units.
    """
    work(1)  # what is compiled or prepared on first use
    units = 1
    while True:
        start = perf_counter()
        work(units)
        seconds = perf_counter() - start
        if seconds > _SECONDS:
            return seconds / units
        units = max(2 * units, int(units * _SECONDS / max(seconds, 1e-9) * 1.2))


def repeated(call: Callable[[], object]) -> float:
    def work(units: int) -> None:
        for _ in range(units):
            call()

    return seconds_of(work)


def compiled_c(source: str | Path, *flags: str) -> ctypes.CDLL:
    """The functions of a C file, compiled with `C_FLAGS` and others."""
    with TemporaryDirectory() as folder:
        library = f"{folder}/work.so"
        subprocess.run(
            ["cc", *C_FLAGS, *flags, "-shared", "-fPIC", "-o", library, str(source), "-lm"], check=True
        )
        return ctypes.CDLL(library)


# --- W1 -------------------------------------------------------------------------------------------


def w1_error(weights: Sequence[Any], exp: Callable[[Any], Any]) -> Any:
    """The error of the network of W1, with 1/x and x·x."""
    w1, w2, w3, w4, w5, w6, w7, w8 = weights
    (i1, i2), (b1, b2), (t1, t2) = W1_INPUTS, W1_BIASES, W1_TARGETS

    def sigmoid(net: Any) -> Any:
        return 1.0 / (1.0 + exp(-net))

    h1, h2 = sigmoid(w1 * i1 + w2 * i2 + b1), sigmoid(w3 * i1 + w4 * i2 + b1)
    o1, o2 = sigmoid(w5 * h1 + w6 * h2 + b2), sigmoid(w7 * h1 + w8 * h2 + b2)
    return (o1 - t1) * (o1 - t1) * 0.5 + (o2 - t2) * (o2 - t2) * 0.5


def check_w1(trained: Sequence[float], steps: int) -> None:
    for found, expected in zip(trained, w1_trained_by_hand(steps), strict=True):
        check("a weight", float(found), expected)


def check_w1_slopes(slopes: Sequence[float]) -> None:
    check_w1([w - W1_RATE * float(g) for w, g in zip(W1_WEIGHTS, slopes, strict=True)], 1)


def _micrograd_call() -> float:
    from benchmarks.engines import ENGINES

    engine = ENGINES["micrograd"]()

    def call() -> list[float]:
        leaves = [engine.leaf(w) for w in W1_WEIGHTS]
        engine.backward(w1_error(leaves, engine.exp))
        return [engine.grad(leaf) for leaf in leaves]

    check_w1_slopes(call())
    return repeated(call)


def _torch_call() -> float:
    import torch

    torch.set_num_threads(1)  # to start a thread takes longer than all of this work

    def call() -> list[float]:
        leaves = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in W1_WEIGHTS]
        w1_error(leaves, torch.exp).backward()
        return [leaf.grad.item() for leaf in leaves]

    check_w1_slopes(call())
    return repeated(call)


def _jax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _jax_call() -> float:
    jax = _jax()
    both = jax.jit(jax.value_and_grad(lambda w: w1_error(w, jax.numpy.exp)))
    weights = jax.numpy.array(W1_WEIGHTS)
    check_w1_slopes(both(weights)[1])
    return repeated(lambda: jax.block_until_ready(both(weights)))


def _jax_loop() -> float:
    jax = _jax()
    slope = jax.grad(lambda w: w1_error(w, jax.numpy.exp))

    @jax.jit
    def train(weights: Any, steps: Any) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, w: w - W1_RATE * slope(w), weights)

    weights = jax.numpy.array(W1_WEIGHTS)
    check_w1(train(weights, 100), 100)
    return seconds_of(lambda units: jax.block_until_ready(train(weights, units)))


def _xad_call() -> float:
    import xad.adj_1st as adjoint
    from xad.math import exp

    with adjoint.Tape() as tape:

        def call() -> list[float]:
            leaves = [adjoint.Real(w) for w in W1_WEIGHTS]
            for leaf in leaves:
                tape.registerInput(leaf)
            tape.newRecording()
            error = w1_error(leaves, exp)
            tape.registerOutput(error)
            error.setDerivative(1.0)
            tape.computeAdjoints()
            return [leaf.getDerivative() for leaf in leaves]

        check_w1_slopes(call())
        return repeated(call)


def _ddx_call() -> float:
    import ddx
    import numpy as np

    equation = ddx.equation(lambda: w1_error([ddx.var(f"w{k}") for k in range(8)], ddx.exp))
    equation.compile()
    order = [int(str(symbol)[1:]) for symbol in equation.symbols]
    weights = np.array([W1_WEIGHTS[k] for k in order])
    slopes = np.asarray(equation.jacobian(weights)[1]).ravel()
    check_w1_slopes([slopes[order.index(k)] for k in range(8)])
    return repeated(lambda: equation.jacobian(weights))


def _rsdag_call() -> float:
    import numpy as np
    import rsdag

    slope = rsdag.grad(lambda w: w1_error(w, np.exp))
    weights = list(W1_WEIGHTS)
    check_w1_slopes(np.asarray(slope(weights)).ravel())
    return repeated(lambda: slope(weights))


def _casadi_w1() -> Any:
    import casadi

    weights = casadi.SX.sym("w", 8)
    error = w1_error([weights[k] for k in range(8)], casadi.exp)
    return casadi, weights, error, casadi.gradient(error, weights)


def _casadi_call() -> float:
    casadi, weights, error, slopes = _casadi_w1()
    function = casadi.Function("f", [weights], [error, slopes])
    start = casadi.DM(W1_WEIGHTS)
    check_w1_slopes([float(slope) for slope in function(start)[1].elements()])
    return repeated(lambda: function(start))


_CASADI_LOOP = """
void loop(casadi_real *w, long steps) {
  casadi_int iw[%d]; casadi_real work[%d]; casadi_real next[8];
  for (long k = 0; k < steps; k++) {
    const casadi_real *arg[%d] = {w}; casadi_real *res[%d] = {next};
    one_step(arg, res, iw, work, 0);
    for (int i = 0; i < 8; i++) w[i] = next[i];
  }
}
"""


def _casadi_c(function: Any, loop: str) -> ctypes.CDLL:
    import os

    with TemporaryDirectory() as folder:
        here = os.getcwd()
        os.chdir(folder)  # it writes into the current directory alone
        try:
            function.generate("step.c")
            sizes = function.sz_iw() + 1, function.sz_w() + 1, function.sz_arg(), function.sz_res()
            with open("step.c", "a", encoding="utf-8") as file:
                file.write(loop % sizes)
            return compiled_c("step.c")
        finally:
            os.chdir(here)


def _casadi_loop() -> float:
    casadi, weights, _, slopes = _casadi_w1()
    library = _casadi_c(
        casadi.Function("one_step", [weights], [weights - W1_RATE * slopes]), _CASADI_LOOP
    )

    def train(steps: int) -> Any:
        numbers = (ctypes.c_double * 8)(*W1_WEIGHTS)
        library.loop(numbers, ctypes.c_long(steps))
        return numbers

    check_w1(list(train(100)), 100)
    return seconds_of(train)


# --- W2 -------------------------------------------------------------------------------------------


def check_w2(losses: Sequence[float]) -> None:
    for found, expected in zip(losses, W2_LOSSES, strict=True):
        check("a loss", float(found), expected, 1e-10)


def w2_matrices(array: Callable[[Any], Any]) -> list[Any]:
    """The weights and biases of each layer."""
    numbers = iter(w2_numbers())
    found = []
    for inputs, outputs in pairwise(W2_SIZES):
        rows = [[next(numbers) for _ in range(inputs + 1)] for _ in range(outputs)]
        found += [array([row[:-1] for row in rows]), array([row[-1] for row in rows])]
    return found


def w2_data(array: Callable[[Any], Any]) -> tuple[Any, Any]:
    points, labels = zip(*w2_moons(), strict=True)
    return array([list(point) for point in points]), array(list(labels))


def _jax_w2() -> float:
    jax = _jax()
    np = jax.numpy
    points, labels = w2_data(np.array)

    def loss(parameters: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = jax.nn.relu(points @ w1.T + b1)
        scores = (jax.nn.relu(hidden @ w2.T + b2) @ w3.T + b3)[:, 0]
        decay = sum((each * each).sum() for each in parameters)
        return jax.nn.relu(1.0 - labels * scores).mean() + W2_DECAY * decay

    def step(parameters: Any) -> Any:
        value, slopes = jax.value_and_grad(loss)(parameters)
        return value, [p - W2_RATE * g for p, g in zip(parameters, slopes, strict=True)]

    one = jax.jit(step)
    parameters, losses = w2_matrices(np.array), []
    for _ in W2_LOSSES:
        value, parameters = one(parameters)
        losses.append(value)
    check_w2(losses)

    @jax.jit
    def train(parameters: Any, steps: Any) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, p: step(p)[1], parameters)

    start = w2_matrices(np.array)
    return seconds_of(lambda units: jax.block_until_ready(train(start, units)))


def _jax_network(name: str) -> Callable[[], float]:
    network = NETWORKS[name]

    def measure() -> float:
        jax = _jax()
        np = jax.numpy
        rows = np.array(network.rows())
        inputs, targets = rows[:, : network.sizes[0]], rows[:, network.sizes[0] :]
        layers = [np.array(layer) for layer in network.layers()]
        start = [(layer[:, :-1], layer[:, -1]) for layer in layers]

        def loss(parameters: Any) -> Any:
            signals = inputs
            for weights, biases in parameters:
                signals = np.tanh(signals @ weights.T + biases)
            return 0.5 * ((signals - targets) ** 2).sum() / network.examples

        def step(parameters: Any) -> Any:
            slopes = jax.grad(loss)(parameters)
            return jax.tree_util.tree_map(lambda p, g: p - NETWORK_RATE * g, parameters, slopes)

        network.check([float(loss(start)), float(loss(step(start)))])

        @jax.jit
        def train(parameters: Any, steps: Any) -> Any:
            return jax.lax.fori_loop(0, steps, lambda _, p: step(p), parameters)

        return seconds_of(lambda units: jax.block_until_ready(train(start, units)))

    return measure


def _torch_w2() -> float:
    import torch

    torch.set_num_threads(1)  # to start a thread takes longer than all of this work

    def array(numbers: Any) -> Any:
        return torch.tensor(numbers, dtype=torch.float64)

    points, labels = w2_data(array)
    parameters = [each.requires_grad_() for each in w2_matrices(array)]

    def step() -> float:
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = torch.relu(points @ w1.T + b1)
        scores = (torch.relu(hidden @ w2.T + b2) @ w3.T + b3)[:, 0]
        decay = sum((each * each).sum() for each in parameters)
        loss = torch.relu(1.0 - labels * scores).mean() + W2_DECAY * decay
        loss.backward()
        with torch.no_grad():
            for each in parameters:
                each.sub_(each.grad, alpha=W2_RATE)
                each.grad = None
        return loss.item()

    check_w2([step() for _ in W2_LOSSES])
    return repeated(step)


def _numpy_w2() -> float:
    import numpy as np

    points, labels = w2_data(np.array)
    parameters = w2_matrices(np.array)

    def step() -> float:
        w1, b1, w2, b2, w3, b3 = parameters
        h1 = np.maximum(points @ w1.T + b1, 0.0)
        h2 = np.maximum(h1 @ w2.T + b2, 0.0)
        margins = 1.0 - labels * (h2 @ w3.T + b3)[:, 0]
        loss = np.maximum(margins, 0.0).mean()
        loss += W2_DECAY * sum((each * each).sum() for each in parameters)
        d3 = np.where(margins > 0.0, -labels / W2_EXAMPLES, 0.0)[:, None]
        d2 = (d3 @ w3) * (h2 > 0.0)
        d1 = (d2 @ w2) * (h1 > 0.0)
        slopes = d1.T @ points, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0)
        for each, slope in zip(parameters, slopes, strict=True):
            np.subtract(each, W2_RATE * (slope + 2.0 * W2_DECAY * each), out=each)
        return float(loss)

    check_w2([step() for _ in W2_LOSSES])
    return repeated(step)


def _w2_margin(parameters: Sequence[Any], x: Any, y: Any, label: Any, relu: Callable[[Any], Any]) -> Any:
    signals = [x, y]
    numbers = iter(parameters)
    for number, (inputs, outputs) in enumerate(pairwise(W2_SIZES)):
        nets = []
        for _ in range(outputs):
            weights = [next(numbers) for _ in range(inputs)]
            net = next(numbers)
            for weight, signal in zip(weights, signals, strict=True):
                net = net + weight * signal
            nets.append(net)
        signals = [relu(net) for net in nets] if number < len(W2_SIZES) - 2 else nets
    return relu(1.0 - label * signals[0])


_CASADI_BATCH = """
double loop(casadi_real *p, const casadi_real *rows, long examples, long count, double rate,
            double decay, long steps) {
  casadi_int iw[%d]; casadi_real work[%d]; casadi_real slopes[1024], sums[1024], value, loss = 0;
  for (long step_ = 0; step_ < steps; step_++) {
    loss = 0;
    for (long i = 0; i < count; i++) sums[i] = 0;
    for (long k = 0; k < examples; k++) {
      const casadi_real *arg[%d] = {p, rows + 3 * k}; casadi_real *res[%d] = {&value, slopes};
      one_step(arg, res, iw, work, 0);
      loss += value / examples;
      for (long i = 0; i < count; i++) sums[i] += slopes[i];
    }
    for (long i = 0; i < count; i++) {
      loss += decay * p[i] * p[i];
      p[i] -= rate * (sums[i] / examples + 2 * decay * p[i]);
    }
  }
  return loss;
}
"""


def _casadi_w2() -> float:
    import casadi

    start = w2_numbers()
    parameters, row = casadi.SX.sym("p", len(start)), casadi.SX.sym("row", 3)
    margin = _w2_margin(
        [parameters[k] for k in range(len(start))],
        *(row[0], row[1], row[2]),
        lambda net: casadi.if_else(net > 0.0, net, 0.0),
    )
    function = casadi.Function(
        "one_step", [parameters, row], [margin, casadi.gradient(margin, parameters)]
    )
    library = _casadi_c(function, _CASADI_BATCH)
    library.loop.restype = ctypes.c_double
    rows = (ctypes.c_double * (3 * W2_EXAMPLES))(*(n for (x, y), t in w2_moons() for n in (x, y, t)))

    def train(steps: int) -> float:
        numbers = (ctypes.c_double * len(start))(*start)
        found: float = library.loop(
            *(numbers, rows, ctypes.c_long(W2_EXAMPLES), ctypes.c_long(len(start))),
            *(ctypes.c_double(W2_RATE), ctypes.c_double(W2_DECAY), ctypes.c_long(steps)),
        )
        return found

    check_w2([train(step) for step in (1, 2, 3)])
    return seconds_of(train)


def _ddx_w2() -> float:
    import ddx
    import numpy as np

    start = np.array(w2_numbers())
    names = [f"p{k}" for k in range(len(start))]

    def margin() -> Any:
        return _w2_margin(
            [ddx.var(name) for name in names],
            *(ddx.var(name) for name in ("x", "y", "t")),
            lambda net: ddx.max(net, 0.0),
        )

    equation = ddx.equation(margin)
    equation.compile(points=W2_EXAMPLES)
    symbols = [str(symbol) for symbol in equation.symbols]
    where = [symbols.index(name) for name in names]
    points = np.empty((len(symbols), W2_EXAMPLES))
    columns = [(x, y, label) for (x, y), label in w2_moons()]
    for name, column in zip(("x", "y", "t"), zip(*columns, strict=True), strict=True):
        points[symbols.index(name)] = column
    parameters = start.copy()

    def step() -> float:
        points[where] = parameters[:, None]
        values, slopes = equation.jacobian(points)
        loss = np.asarray(values).mean() + W2_DECAY * (parameters * parameters).sum()
        found = np.asarray(slopes).reshape(-1, W2_EXAMPLES)[where].sum(1) / W2_EXAMPLES
        parameters[:] -= W2_RATE * (found + 2.0 * W2_DECAY * parameters)
        return float(loss)

    check_w2([step() for _ in W2_LOSSES])
    return repeated(step)


#: By package, what each can do: the work and how it is measured.
PEERS: dict[str, dict[str, Callable[[], float]]] = {
    "casadi": {"call": _casadi_call, "loop": _casadi_loop, "batch": _casadi_w2},
    "ddx-ad": {"call": _ddx_call, "batch": _ddx_w2},
    "rsdag": {"call": _rsdag_call},
    "xad": {"call": _xad_call},
    "jax": {
        "call": _jax_call,
        "loop": _jax_loop,
        "batch": _jax_w2,
        **{name: _jax_network(name) for name in NETWORKS},
    },
    "torch": {"call": _torch_call, "batch": _torch_w2},
    "micrograd": {"call": _micrograd_call},
    "numpy": {"batch": _numpy_w2},
}


def main(name: str, work: str) -> None:
    print(json.dumps(PEERS[name][work]()))


if __name__ == "__main__":
    main(*sys.argv[1:])
