"""Every matrix of a step is what its own formula says, computed from the other matrices."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sized import Array, Sized, apart, numbers
from steps import FUNCTIONS, Case, cases

from autograd import OPERATIONS
from autograd.program import Program
from nn import MLP, SGD, Adam, Example, Notation, Optimizer, TrainingStep
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import notation_names
from nn.step.matrices import Matrix
from nn.step.program import step_program

IN_MATRICES = [name for name in notation_names() if Notation.named(name).vectors]

#: What formulas call the activations; "id" is a linear neuron among others.
CALLED = {OPERATIONS[name].symbol: each for name, each in FUNCTIONS.items() if name != "linear"}
CALLED["id"] = FUNCTIONS["linear"]


#: The rest of what a formula may have, in Python.
SIGNS = {"·": " @ ", "⊙": "*", "−": "-", "ᵀ": ".T", **{sign: sign for sign in " +()]"}}


def either(texts: Sequence[str]) -> str:
    """A pattern of any of them, the longest first."""
    return "|".join(sorted(map(re.escape, texts), key=len, reverse=True))


class Reader:
    """Evaluates formulas of matrices: each piece of one is a piece of Python.

    What is computed has a size, so that it says how exactly a matrix has to agree with it.

    Args:
        matrices: what formulas may speak of.
        eta: η.
        row: whether vectors are rows, and examples too.
    """

    def __init__(self, matrices: Sequence[Matrix], eta: Sized, row: bool) -> None:
        self.row = row
        self.names: dict[str, Any] = {"eta": eta, "led": self.led, "total": self.total}
        self.matrices = {matrix.name: numbers(matrix.numbers) for matrix in matrices}
        one = rf"(?:{either(list(CALLED))})′?"
        self.pieces: list[tuple[str, Callable[[str], str]]] = [
            (rf"{one}(?=\()", lambda text: self.called(self.activation([text]))),
            (rf"\[{one}(?:;? {one})+\](?=\()", self.of_each),
            (either(list(self.matrices)), lambda text: self.called(self.matrices[text])),
            (rf"\[−?1;? (?:{either(list(self.matrices))})\]", self.after_x0),
            (r"\[2:\]", lambda _: "[1:]"),  # rows and columns are counted from 1
            (r"\[:,2:\]", lambda _: "[:, 1:]"),
            (
                rf"Σ (?:{either(list(self.matrices))})",
                lambda text: f"total({self.called(self.matrices[text[2:]])})",
            ),
            (r"η·", lambda _: "eta * "),
            (either(list(SIGNS)), SIGNS.__getitem__),
        ]

    def __call__(self, formula: str) -> Array:
        python, rest = "", formula
        while rest:
            for pattern, translated in self.pieces:
                if piece := re.match(pattern, rest):
                    python += translated(piece[0])
                    rest = rest[piece.end() :]
                    break
            else:
                raise ValueError(f"{formula!r} cannot be read from {rest!r} on")
        return eval(python, {}, self.names)

    def called(self, thing: Any) -> str:
        name = f"thing{len(self.names)}"
        self.names[name] = thing
        return name

    def of_each(self, text: str) -> str:
        return self.called(self.activation(re.split(";? ", text[1:-1])))

    def activation(self, names: Sequence[str]) -> Callable[[Array], Array]:
        """One for all neurons, or one for each."""
        functions = [getattr(CALLED[n.removesuffix("′")], "slope" if "′" in n else "f") for n in names]

        def apply(nets: Array) -> Array:
            found = np.empty(nets.shape, dtype=object)
            for index in np.ndindex(nets.shape):
                neuron = index[1 if self.row else 0]
                found[index] = functions[neuron if len(functions) > 1 else 0](nets[index])
            return found

        return apply

    def after_x0(self, text: str) -> str:
        constant, name = re.split(";? ", text[1:-1], maxsplit=1)
        return f"led({constant.replace('−', '-')}, {self.called(self.matrices[name])})"

    def led(self, constant: float, signals: Array) -> Array:
        """[1 z] or [1; z]: after the constant input, for every example."""
        count = signals.shape[0 if self.row else 1]
        shape, axis = ((count, 1), 1) if self.row else ((1, count), 0)
        return np.concatenate([numbers(np.full(shape, float(constant))), signals], axis)

    def total(self, deltas: Array) -> Array:
        """Σ over the examples, as a row or a column of the neurons' sums."""
        return deltas.sum(axis=0 if self.row else 1, keepdims=True)


def of_shared(matrix: Matrix, numbers_of_each: Array) -> Array:
    """Neurons that share a bias have the sum of what each of them would have."""
    symbols = np.array(matrix.symbols)
    found = np.empty(symbols.shape, dtype=object)
    for index in np.ndindex(symbols.shape):
        found[index] = numbers_of_each[symbols == symbols[index]].sum()
    return found


def mistakes(step: TrainingStep, eta: float) -> list[str]:
    """Matrices that are not what their formulas say."""
    row = step.names.notation.vectors == "row"
    matrices, found = step.matrices, []
    read = Reader(matrices, Sized(eta), row)
    for matrix in matrices:
        if matrix.formula.startswith("∂"):
            error = step.names.notation.error
            slopes = [[step[f"d{error}/d{out}"] for out in outs] for outs in outputs(step)]
            written = numbers(slopes if row else list(zip(*slopes, strict=True)))
        elif matrix.formula:
            written = read(matrix.formula)
            if "Σ" in matrix.formula:
                written = of_shared(matrix, written)
        else:
            continue
        found += [f"{matrix.name} = {matrix.formula}: {each}" for each in apart(matrix.numbers, written)]
    return found


def outputs(step: TrainingStep) -> list[list[str]]:
    """The symbols of the network's outputs, by example."""
    neurons = step.network.layers[-1].neurons
    return [[each.outs[neuron] for neuron in neurons] for each in step.names.passes]


examples = st.integers(1, 3)
anything = cases(
    Notation(), biases=list(BIAS_CONVENTIONS), alike=False, examples=examples, error="mean_squared_error"
)
in_layers = cases(Notation(), biases=list(BIAS_CONVENTIONS), examples=examples)
with_shared_biases = cases(Notation(), shared=True, examples=examples)


@pytest.mark.parametrize("notation", IN_MATRICES)
@pytest.mark.parametrize("vectors", ["row", "column"])
@given(case=in_layers | anything | with_shared_biases)
def test_matrices_are_what_their_formulas_say(notation: str, vectors: str, case: Case) -> None:
    named = replace(Notation.named(notation), vectors=vectors)
    assert mistakes(case.step.in_notation(named), case.eta.value) == []


@pytest.mark.parametrize("notation", IN_MATRICES)
@given(case=in_layers)
def test_what_has_a_formula(notation: str, case: Case) -> None:
    """All but what is given, if nothing is shared."""
    step = case.step.in_notation(notation)
    names, network = step.names, step.network
    first, last = network.layers[0].neurons[0], network.layers[-1].neurons[0]
    given_names = {names.whole("input"), names.whole("target", last)}
    for layer in network.layers:
        given_names |= {names.whole(kind, layer.neurons[0]) for kind in ("weight", "bias")}
    without = {matrix.name for matrix in step.matrices if not matrix.formula}
    assert without <= given_names
    assert without == given_names & {matrix.name for matrix in step.matrices}
    assert names.whole("net", first) not in without


# --- what is shared, mixed, or updated otherwise -------------------------------------------------


def step_of(
    network: MLP, count: int = 2, optimizer: Callable[[list[Any]], Optimizer] | None = None
) -> TrainingStep:
    width = len(network.layers[0].neurons[0].weights)
    learned = [
        Example([0.3 * (e + i) for i in range(1, width + 1)], [0.5] * len(network.layers[-1].neurons))
        for e in range(count)
    ]
    chosen = optimizer(network.parameters()) if optimizer else SGD(network.parameters(), lr=0.5)
    return TrainingStep(network, learned, chosen)


def formulas(step: TrainingStep) -> dict[str, str]:
    return {matrix.name: matrix.formula for matrix in step.matrices}


def test_formulas_of_the_documents() -> None:
    network = MLP(2, [2, 1], activation="sigmoid", seed=1)
    step = step_of(network, count=1)
    assert formulas(step.in_notation("hoey")) == {
        "X": "", "W1": "", "a1": "X·W1", "z1": "σ(a1)",
        "W2": "", "a2": "[1 z1]·W2", "z2": "σ(a2)", "y": "",
        "derror": "∂Error/∂z2", "del2": "derror ⊙ σ′(a2)", "del1": "(del2·W2[2:]ᵀ) ⊙ σ′(a1)",
        "dErrorDW1": "Xᵀ·del1", "dErrorDW2": "[1 z1]ᵀ·del2",
        "W1new": "W1 − η·dErrorDW1", "W2new": "W2 − η·dErrorDW2",
    }  # fmt: skip
    assert formulas(step.in_notation("xing")) == {
        "o^(0)": "", "w^(1)": "", "b^(1)": "", "net^(1)": "w^(1)·o^(0) − b^(1)", "o^(1)": "σ(net^(1))",
        "w^(2)": "", "b^(2)": "", "net^(2)": "w^(2)·o^(1) − b^(2)", "o^(2)": "σ(net^(2))", "t": "",
        "de/do^(2)": "∂e/∂o^(2)", "delta^(2)": "de/do^(2) ⊙ σ′(net^(2))",
        "delta^(1)": "(w^(2)ᵀ·delta^(2)) ⊙ σ′(net^(1))",
        "de/dw^(1)": "delta^(1)·o^(0)ᵀ", "de/db^(1)": "−delta^(1)",
        "de/dw^(2)": "delta^(2)·o^(1)ᵀ", "de/db^(2)": "−delta^(2)",
        "w^(1)+": "w^(1) − η·de/dw^(1)", "b^(1)+": "b^(1) − η·de/db^(1)",
        "w^(2)+": "w^(2) − η·de/dw^(2)", "b^(2)+": "b^(2) − η·de/db^(2)",
    }  # fmt: skip


@pytest.mark.parametrize("notation", IN_MATRICES)
def test_other_updates_have_no_formula(notation: str) -> None:
    """They are w − η ∂E/∂w only in plain gradient descent."""
    for optimizer in (
        lambda p: SGD(p, lr=0.5, weight_decay=0.1),
        lambda p: SGD(p, lr=0.5, momentum=0.9),
        lambda p: Adam(p, lr=0.5),
    ):
        step = step_of(MLP(2, [2, 1], activation="sigmoid", seed=1), optimizer=optimizer)
        names = step.in_notation(notation).names
        named = formulas(step.in_notation(notation))
        updated = [named[name] for name in named if name.endswith(("new", "+"))]
        assert len(updated) >= 2
        assert set(updated) == {""}
        assert mistakes(step.in_notation(names.notation), 0.5) == []


@pytest.mark.parametrize("notation", IN_MATRICES)
@pytest.mark.parametrize("bias", ["+b", "-b", "x0=1", "x0=-1"])
def test_biases_that_some_neurons_share(notation: str, bias: str) -> None:
    network = MLP(2, [3, 3], activation="sigmoid", bias_convention=bias, seed=1)
    for layer in network.layers:
        layer.neurons[2].bias = layer.neurons[0].bias
    assert mistakes(step_of(network).in_notation(notation), 0.5) == []


@pytest.mark.parametrize("notation", IN_MATRICES)
@pytest.mark.parametrize("bias", ["+b", "-b", "x0=1", "x0=-1"])
def test_parameters_that_layers_share(notation: str, bias: str) -> None:
    network = MLP(2, [2, 2], activation="sigmoid", bias_convention=bias, seed=1)
    first, second = (layer.neurons for layer in network.layers)
    second[1].weights = first[0].weights
    second[0].bias = first[1].bias
    assert mistakes(step_of(network).in_notation(notation), 0.5) == []


@pytest.mark.parametrize("notation", IN_MATRICES)
def test_a_layer_in_which_not_all_have_a_bias_is_refused(notation: str) -> None:
    network = MLP(2, [1, 2], activation="sigmoid", seed=1)
    network.layers[1].neurons[1].bias = network.layers[1].neurons[1].bias_convention = None
    step = step_of(network).in_notation(notation)
    with pytest.raises(ValueError, match="layer 2 has no matrices: its neurons differ"):
        _ = step.matrices


def test_activations_of_each_neuron() -> None:
    network = MLP(2, [3, 2], activation="sigmoid", seed=1)
    for neuron, name in zip(network.layers[0].neurons, ("tanh", "linear", "logsigmoid"), strict=True):
        neuron.activation = name
    network.layers[1].neurons[0].activation = network.layers[1].neurons[1].activation = "logsigmoid"
    step = step_of(network)
    hoey, xing = formulas(step.in_notation("hoey")), formulas(step.in_notation("xing"))
    assert hoey["z1"] == "[tanh id logsigmoid](a1)"
    assert hoey["del1"] == "(del2·W2[2:]ᵀ) ⊙ [tanh′ id′ logsigmoid′](a1)"
    assert hoey["z2"] == "logsigmoid(a2)"
    assert xing["delta^(1)"] == "(w^(2)ᵀ·delta^(2)) ⊙ [tanh′; id′; logsigmoid′](net^(1))"


@pytest.mark.parametrize(
    ("symbol", "written", "formula"),
    [
        ("a1[1]", "{} + 1.0", {"a1": ""}),
        ("del2[1]", "-{}", {"del2": ""}),
        ("W1new[1,1]", "w + rate * gradient", {"W1new": ""}),
        ("dErrorDW2[2,1]", "{} / 2.0", {"dErrorDW2": ""}),
    ],
)
def test_formulas_are_read_from_the_program(
    symbol: str, written: str, formula: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a line of the program is another one, its matrix has another formula, or none."""

    def other(step: TrainingStep, rate: float) -> Program:
        program = step_program(step, rate)
        line = program.lines[symbol]
        return program.rewritten([line.rewritten(written)])

    step = step_of(MLP(2, [2, 2], activation="sigmoid", seed=1), count=1)
    before = formulas(step.in_notation("hoey"))
    monkeypatch.setattr("nn.step.matrix_formulas.step_program", other)
    after = formulas(step.in_notation("hoey"))
    assert {name: each for name, each in after.items() if each != before[name]} == formula


# --- mistakes are found --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a1", "W1·X"), ("a1", "Xᵀ·W1"), ("z1", "tanh(a1)"), ("a2", "[−1 z1]·W2"), ("z2", "σ(a1)"),
        ("del2", "derror ⊙ σ(a2)"), ("del1", "(del2·W2[2:]ᵀ)"), ("del1", "(del2·W2[:,2:]) ⊙ σ′(a1)"),
        ("dErrorDW1", "Xᵀ·del2"), ("W1new", "W1 + η·dErrorDW1"), ("W1new", "W1 − dErrorDW1"),
        ("derror", "y"),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_found(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = MLP(2, [2, 2], activation="sigmoid", seed=1)
    for layer in network.layers:
        layer.neurons[0].bias.data = 0.5
    step = step_of(network).in_notation("hoey")
    assert mistakes(step, 0.5) == []
    planted = [each._replace(pieces=[wrong]) if each.name == name else each for each in step.matrices]
    monkeypatch.setattr(TrainingStep, "matrices", planted)
    try:
        complaints = mistakes(step, 0.5)
    except ValueError as error:
        assert "mismatch" in str(error) or "broadcast" in str(error)  # noqa: PT017  # or it fits
    else:
        assert all(complaint.startswith(f"{name} = ") for complaint in complaints)
        assert complaints


@pytest.mark.parametrize("formula", ["X×W1", "X·V", "[2 z1]·W2", "cosh(a1)", "Σ"])
def test_a_formula_that_cannot_be_read_is_refused(formula: str) -> None:
    step = step_of(MLP(2, [2, 2], activation="sigmoid", seed=1)).in_notation("hoey")
    with pytest.raises(ValueError, match="cannot be read"):
        Reader(step.matrices, Sized(0.5), row=True)(formula)
