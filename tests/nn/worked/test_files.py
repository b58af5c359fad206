"""Worked examples: their figures, and files that are not as they should be."""

from __future__ import annotations

import copy
import itertools
import json
import math
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toml_tables import entries, keys, places, toml

from autograd import AutogradError, DomainError
from nn import Example, worked
from nn.notation import Names, notation_names
from nn.proofreading import proofread
from nn.worked import LayerData, WorkedExample, WorkedExampleError

#: Urbain's example with a notation of its own, written out.
URBAIN = (Path(__file__).parents[3] / "tests" / "data" / "own.toml").read_text(encoding="utf-8")
FIGURES = json.loads(
    (Path(__file__).parents[3] / "tests" / "data" / "urbain_figures.json").read_text(encoding="utf-8"),
    parse_float=Decimal,
)

#: Puts some text into a file of its own and loads it.
Load = Callable[[str | bytes], WorkedExample]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(content: str | bytes) -> WorkedExample:
        path = tmp_path / "own.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return worked.load(path)

    return load


def changed(old: str, new: str) -> str:
    """Urbain's file with one thing changed, which must be there."""
    assert old in URBAIN
    return URBAIN.replace(old, new, 1)


# --- the figures ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def step() -> Any:
    return worked.load("urbain").step()


@pytest.mark.parametrize("symbol", FIGURES["symbols"])
def test_figures_of_urbain(symbol: str, step: Any) -> None:
    exact = FIGURES["symbols"][symbol]
    assert abs(Decimal(step[symbol]) - exact) <= abs(exact) * Decimal("1e-14"), step[symbol]
    assert abs(Decimal(step[symbol]) - exact) <= Decimal("1e-15")


def test_errors_of_urbain(step: Any) -> None:
    assert step.error_before == pytest.approx(float(FIGURES["symbols"]["E_total"]), abs=1e-15)
    assert step.error_after == pytest.approx(float(FIGURES["error_after"]["1"]), rel=0, abs=1e-12)
    assert step.error_after != pytest.approx(0.291027924, rel=0, abs=1e-8)  # as printed


@pytest.mark.slow
def test_ten_thousand_updates() -> None:
    example = worked.load("urbain")
    step = example.step(10_000)
    assert step.error_before == pytest.approx(float(FIGURES["error_after"]["9999"]), rel=1e-9, abs=0)
    assert step.error_after == pytest.approx(float(FIGURES["error_after"]["10000"]), rel=1e-9, abs=0)
    network = example.network()
    for parameter, symbol in Names(example.notation, network).parameters.items():
        parameter.data = step.updated.get(f"{symbol}+", parameter.data)
    outputs = [out.data for out in network.outputs(example.examples[0].inputs)]
    assert outputs == pytest.approx(list(map(float, FIGURES["outputs_after_10000"])), rel=1e-11)


def test_worked_examples_that_come_along_can_be_stepped() -> None:
    assert worked.names() == sorted(worked.names())
    assert "urbain" in worked.names()
    for name in worked.names():
        example = worked.load(name)
        assert example.name == name
        assert example.title
        assert example.source
        assert example.step().to_json()


def test_contents_of_urbain() -> None:
    example = worked.load("urbain")
    assert example == worked.load("urbain")
    assert example.shape == [2, 2, 2]
    assert example.layers[0] == LayerData("sigmoid", [[0.15, 0.20], [0.25, 0.30]], 0.35)
    assert example.examples == [Example([0.05, 0.10], [0.01, 0.99])]
    assert (example.learning_rate, example.update_biases, example.bias_convention) == (0.5, False, "+b")


def test_steps_go_on_from_one_another() -> None:
    example = worked.load("urbain")
    first, second, third = (example.step(n) for n in (1, 2, 3))
    for before, after in ((first, second), (second, third)):
        assert before.error_after == after.error_before
        for symbol, number in before.updated.items():
            assert after[symbol.removesuffix("+")] == number
        assert after["b1"] == before["b1"]
    assert example.step(1).to_dict() == first.to_dict()


@pytest.mark.parametrize("steps", [0, -1])
def test_a_step_is_at_least_the_first(steps: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1, got {steps}"):
        worked.load("urbain").step(steps)


def test_biases_are_updated_if_asked_for(load: Load, step: Any) -> None:
    example = worked.load("urbain")
    both = example.step(update_biases=True)
    assert list(both.updated) == [*step.updated, "b1+", "b2+"]
    assert both["b1+"] == 0.35 - 0.5 * both["dE/db1"]
    assert both["dE/db1"] == pytest.approx(both["delta_h1"] + both["delta_h2"], rel=1e-14)
    assert both["dE/db2"] == pytest.approx(both["delta_o1"] + both["delta_o2"], rel=1e-14)
    assert both.error_after < step.error_after
    always = load(changed("update_biases = false", "update_biases = true"))
    assert always.step().updated == both.updated
    assert always.step(update_biases=False).updated == step.updated
    assert load(changed("update_biases = false\n", "")).update_biases is True


def test_every_network_of_an_example_is_new() -> None:
    example = worked.load("urbain")
    first, second = example.network(), example.network()
    assert not set(first.parameters()) & set(second.parameters())
    first.parameters()[0].data = 9.0
    assert example.network().state_dict() == second.state_dict()
    assert example.layers[0].weights[0] == [0.15, 0.20]


# --- files of one's own --------------------------------------------------------------------------


def test_a_file_of_ones_own(tmp_path: Path, step: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        """
        [training]
        learning_rate = 1
        [[layers]]
        activation = "linear"
        weights = [[2, -1]]
        bias = 3
        [[examples]]
        inputs = [1, 0.5]
        targets = [4]
        [[examples]]
        inputs = [0, 0]
        targets = [0]
        """
    )
    for given_path in (path, str(path)):
        example = worked.load(given_path)
        assert (example.name, example.title, example.source) == ("mine", "mine", "")
        assert (example.bias_convention, example.error, example.update_biases) == (
            "+b",
            "half_squared_error",
            True,
        )
        assert (example.shape, example.learning_rate) == ([2, 1], 1.0)
        assert {type(weight) for weight in example.layers[0].weights[0]} == {float}
        taken = example.step()
        assert taken["net_o1@1"] == 2.0 * 1.0 - 1.0 * 0.5 + 3.0
        assert taken["dE/db_o1"] == taken["delta_o1@1"] + taken["delta_o1@2"] == 0.5 + 3.0


def test_the_same_file_by_path_and_by_name(load: Load, step: Any) -> None:
    assert load(URBAIN).step().to_dict() == step.to_dict()
    assert load(URBAIN.replace("\n", "\r\n")).step().to_dict() == step.to_dict()


def test_a_bias_per_neuron(load: Load) -> None:
    example = load(changed("bias = 0.35", "bias = [0.25, 0.75]"))
    assert example.layers[0].biases == [0.25, 0.75]
    taken = example.step(update_biases=True)
    assert (taken["b1"], taken["b2"], taken["b3"]) == (0.25, 0.75, 0.6)
    assert taken["dE/db1"] == taken["delta_h1"]
    assert taken["dE/db2"] == taken["delta_h2"]
    assert taken["net_h2"] == 0.25 * 0.05 + 0.30 * 0.10 + 0.75
    first, second = example.network().layers
    assert first.neurons[0].bias is not first.neurons[1].bias
    assert second.neurons[0].bias is second.neurons[1].bias


def test_no_bias(load: Load) -> None:
    text = 'bias_convention = "none"\n' + URBAIN.replace("bias = 0.35\n", "").replace(
        "bias = 0.60\n", ""
    )
    example = load(text)
    assert [layer.biases for layer in example.layers] == [None, None]
    taken = example.step()
    assert taken["net_h1"] == 0.15 * 0.05 + 0.20 * 0.10
    assert "b1" not in taken.values
    assert example.step(update_biases=True).updated == taken.updated
    with pytest.raises(
        WorkedExampleError, match=r"layers\[1\].bias: unknown key; there are activation, weights, matrix"
    ):
        load('bias_convention = "none"\n' + URBAIN)


def test_the_bias_convention_may_be_called_bias(load: Load) -> None:
    assert load('bias = "-b"\n' + URBAIN).bias_convention == "-b"
    with pytest.raises(
        WorkedExampleError, match="bias: the same as bias_convention, which is given too"
    ):
        load('bias = "-b"\nbias_convention = "-b"\n' + URBAIN)
    with pytest.raises(WorkedExampleError, match=r"bias: one of .* is expected, not str '%b'"):
        load('bias = "%b"\n' + URBAIN)


@pytest.mark.parametrize(("bias", "sign"), [("+b", 1.0), ("-b", -1.0), ("x0=1", 1.0), ("x0=-1", -1.0)])
def test_bias_conventions(bias: str, sign: float, load: Load) -> None:
    taken = load(f'bias_convention = "{bias}"\n' + URBAIN).step()
    assert taken["net_h1"] == pytest.approx(0.15 * 0.05 + 0.20 * 0.10 + sign * 0.35, rel=1e-15)
    assert taken["dE/db1"] == pytest.approx(sign * (taken["delta_h1"] + taken["delta_h2"]), rel=1e-14)


def test_a_deeper_network_with_several_activations(load: Load) -> None:
    layer = '[[layers]]\nactivation = "tanh"\nweights = [[1.0, 0.5]]\nbias = 0.0\n\n[[examples]]'
    text = changed("[[examples]]", layer).replace("targets = [0.01, 0.99]", "targets = [0.5]")
    example = load(text.replace('hidden = "h{j}"', 'hidden = "h{layer}{j}"'))
    assert example.shape == [2, 2, 2, 1]
    assert example.step()["out_o1"] == math.tanh(example.step()["net_o1"])


# --- what cannot be loaded -----------------------------------------------------------------------

WEIGHTS = "weights = [[0.15, 0.20], [0.25, 0.30]]"
INPUTS = "inputs = [0.05, 0.10]"
TARGETS = "targets = [0.01, 0.99]"
ACTIVATION = 'activation = "sigmoid"\n'

#: The activation of the last layer, which is the last in the text.
LAST = 'activation = "sigmoid"'

MALFORMED = [
    # unknown keys at each level
    (
        "title =",
        "colour = 1\ntitle =",
        "colour: unknown key; there are title, source, ours, bias_convention, layers, ",
    ),
    (
        "learning_rate",
        "decay = 0.9\nlearning_rate",
        "training.decay: unknown key; there are error, ",
    ),
    (
        WEIGHTS,
        f"{WEIGHTS}\nsize = 2",
        "layers[1].size: unknown key; there are activation, weights, matrix, bias",
    ),
    (INPUTS, f"{INPUTS}\nw = 2", "examples[1].w: unknown key; there are inputs, targets"),
    ("weight =", "weigth =", "notation.weigth: unknown key; there are like, input, target, "),
    ("learning_rate", "layer.size = 2\nlearning_rate", "training.layer: unknown key"),
    # what is missing
    (WEIGHTS, "", "layers[1].weights: missing; a list of lists of finite numbers is expected"),
    (ACTIVATION, "", "layers[1].activation: missing; one of linear, neg, "),
    ("bias = 0.60", "", "layers[2].bias: missing; a finite number is expected"),
    ("learning_rate = 0.5", "", "training.learning_rate: missing; a finite number is expected"),
    (INPUTS, "", "examples[1].inputs: missing; a list of finite numbers is expected"),
    (TARGETS, "", "examples[1].targets: missing; a list of finite numbers is expected"),
    # numbers of numbers
    ("[0.25, 0.30]", "[0.25]", "layers[1].weights[2]: 2 weights are expected, one per input, not 1"),
    ("[0.25, 0.30]", "[1, 2, 3]", "layers[1].weights[2]: 2 weights are expected, one per input, not 3"),
    ("[0.50, 0.55]", "[0.50]", "layers[2].weights[2]: 2 weights are expected, one per input, not 1"),
    (
        WEIGHTS,
        "weights = [[1, 2]]",
        "layers[2].weights[1]: 1 weights are expected, one per input, not 2",
    ),
    ("bias = 0.35", "bias = [0.35]", "layers[1].bias: 2 are expected, one per neuron, not 1"),
    ("bias = 0.60", "bias = [1, 2, 3]", "layers[2].bias: 2 are expected, one per neuron, not 3"),
    (INPUTS, "inputs = [1, 2, 3]", "examples[1].inputs: 2 numbers are expected, not 3"),
    (TARGETS, "targets = [1]", "examples[1].targets: 2 numbers are expected, not 1"),
    # empty lists
    (WEIGHTS, "weights = []", "layers[1].weights: a list of lists of finite numbers is expected, not "),
    (
        WEIGHTS,
        "weights = [[1, 2], []]",
        "layers[1].weights: a list of lists of finite numbers is expected",
    ),
    ("bias = 0.35", "bias = []", "layers[1].bias: a list of finite numbers is expected, not list []"),
    (INPUTS, "inputs = []", "examples[1].inputs: a list of finite numbers is expected, not list []"),
    (TARGETS, "targets = []", "examples[1].targets: a list of finite numbers is expected, not list []"),
    # of the wrong kind
    (
        WEIGHTS,
        "weights = [1, 2]",
        "layers[1].weights: a list of lists of finite numbers is expected, not ",
    ),
    (
        WEIGHTS,
        "weights = 1",
        "layers[1].weights: a list of lists of finite numbers is expected, not int 1",
    ),
    (INPUTS, "inputs = 1", "examples[1].inputs: a list of finite numbers is expected, not int 1"),
    (INPUTS, "inputs = [[1, 2]]", "examples[1].inputs: a list of finite numbers is expected, not list "),
    ("bias = 0.35", "bias = {b = 1}", "layers[1].bias: a finite number is expected, not dict {'b': 1}"),
    ("= 0.5\n", "= 2024-01-01\n", "training.learning_rate: a finite number is expected, not date "),
    ("title =", "title = 1 #", "title: a text is expected, not int 1"),
    ("source =", "source = true #", "source: a text is expected, not bool True"),
    ("= false", '= "no"', "training.update_biases: true or false is expected, not str 'no'"),
    ("= false", "= 0", "training.update_biases: true or false is expected, not int 0"),
    ('"w{n}"', "1", "notation.weight: a text is expected, not int 1"),
    # of the right kind, but not known
    ('"sigmoid"', '"sigmoind"', "layers[1].activation: there is no 'sigmoind'; did you mean 'sigmoid'?"),
    (
        '"sigmoid"',
        '"softplusses"',
        "layers[1].activation: there is no 'softplusses'; did you mean 'softplus'?",
    ),
    ('"sigmoid"', '"Softmax"', "layers[1].activation: for 'Softmax' write 'linear', with the error "),
    ('"sigmoid"', '"swish"', "layers[1].activation: one of linear, neg, "),
    (
        "learning_rate",
        "learning-rate",
        "training.learning_rate: missing; a finite number is expected; did ",
    ),
    ("title =", "titel =", "titel: unknown key; there are "),
    ('"sigmoid"', "[1]", "layers[1].activation: one of linear, neg, "),
    ('"half_squared_error"', '"mse"', "training.error: no error 'mse'; there are half_squared_error, "),
    (
        "title =",
        'bias_convention = "b"\ntitle =',
        "bias_convention: one of +b, -b, x0=1, x0=-1, none is expected, not str 'b'",
    ),
    (
        "title =",
        "bias_convention = 0.5\ntitle =",
        "bias_convention: one of +b, -b, x0=1, x0=-1, none is expected, not float 0.5",
    ),
    # a number that no training goes by
    ("learning_rate = 0.5", "learning_rate = -0.5", "training.learning_rate: "),
    # names
    ('"w{n}"', '"w"', "notation: the notation gives the name 'w' twice, among the parameters"),
    ('"h{j}"', '"h"', "notation: the notation gives the name "),
    (
        '"i{i}"',
        '"w{i}"',
        "notation: the notation gives the name 'w1' twice, among the inputs and parameters",
    ),
    ('"w{n}"', '"w{k}"', "notation: notation weight = 'w{k}': no field {k}; it may use {h}, "),
    ('"w{n}"', '"{neuron.__class__}{n}"', "notation: notation weight = '{neuron.__class__}{n}': "),
    ('"w{n}"', '"{neuron[0]}{n}"', "notation: notation weight = '{neuron[0]}{n}': "),
    ('"w{n}"', '"{n!r}"', "notation: notation weight = '{n!r}': "),
    ('"w{n}"', '"{n:>1000000000}"', "notation: notation weight = '{n:>1000000000}': "),
    ('"w{n}"', '"{n:{layer}}"', "notation: notation weight = '{n:{layer}}': "),
    ('"w{n}"', '"w{n"', "notation: notation weight = 'w{n': "),
    ("input =", 'gradient = "{symbol:d}"\ninput =', "notation: notation gradient = '{symbol:d}': "),
    ("input =", 'gradient = "g"\ninput =', "notation: "),
]


@pytest.mark.parametrize(("old", "new", "message"), MALFORMED)
def test_malformed_files_say_file_key_and_need(
    old: str, new: str, message: str, load: Load, tmp_path: Path
) -> None:
    with pytest.raises(WorkedExampleError) as caught:
        load(changed(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'own.toml'}: {message}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


PLACES = {
    "training.learning_rate": ("learning_rate = 0.5", "learning_rate = {}"),
    "layers[1].bias": ("bias = 0.35", "bias = {}"),
    "layers[2].bias": ("bias = 0.60", "bias = [1.0, {}]"),
    "layers[1].weights": (WEIGHTS, "weights = [[1, 2], [3, {}]]"),
    "examples[1].inputs": (INPUTS, "inputs = [0, {}]"),
    "examples[1].targets": (TARGETS, "targets = [{}, 1]"),
}
NO_NUMBERS = {
    "text": '"0.5"', "bool": "true", "nan": "nan", "inf": "inf", "minus inf": "-inf", "list": "[[1]]",
    "table": "{}", "huge": "1" + "0" * 400, "time": "07:32:00",
}  # fmt: skip


@pytest.mark.parametrize(("key", "place"), PLACES.items(), ids=PLACES)
@pytest.mark.parametrize("number", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_where_a_number_is_expected(key: str, place: tuple[str, str], number: str, load: Load) -> None:
    old, new = place
    with pytest.raises(WorkedExampleError) as caught:
        load(changed(old, new.replace("{}", number)))
    assert f"own.toml: {key}: a" in str(caught.value)
    assert "finite number" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "number", ["1" + "0" * 5000, "0x1" + "0" * 5000], ids=["decimal", "hexadecimal"]
)
def test_a_number_with_more_digits_than_python_reads_or_writes(number: str, load: Load) -> None:
    with pytest.raises(WorkedExampleError, match=r"own\.toml: ") as caught:
        load(changed("learning_rate = 0.5", f"learning_rate = {number}"))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("key", ["layers", "examples"])
@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("{} = 3", "{}: at least one [[{}]] is expected"),
        ("{} = []", "{}: at least one [[{}]] is expected"),
        ('{} = "none"', "{}: at least one [[{}]] is expected"),
        ("", "{}: at least one [[{}]] is expected"),
        ("[{}]\nweights = [[1]]", "{}: at least one [[{}]] is expected"),
        ("{} = [1]", "{}[1]: a table is expected, not int 1"),
        ("{} = [[1]]", "{}[1]: a table is expected, not list [1]"),
    ],
)
def test_what_is_no_list_of_tables(key: str, found: str, message: str, load: Load) -> None:
    table = tomllib.loads(URBAIN)
    del table[key]
    rest = toml(table)
    text = f"{rest}{found}\n" if found.startswith("[{}]") else f"{found}\n{rest}"
    with pytest.raises(WorkedExampleError) as caught:
        load(text.replace("{} =", f"{key} =").replace("[{}]", f"[{key}]"))
    assert message.replace("{}", key) in str(caught.value)


@pytest.mark.parametrize(
    ("key", "found"),
    [("training", '"x"'), *itertools.product(["training", "notation"], ["1", "[]", "[{}]"])],
)
def test_what_is_no_table(key: str, found: str, load: Load) -> None:
    table = tomllib.loads(URBAIN)
    del table[key]
    with pytest.raises(WorkedExampleError, match=f"own.toml: {key}: a table is expected, not "):
        load(f"{key} = {found}\n{toml(table)}")


NO_EXAMPLES = [
    b"", b"\n# nothing\n", b"title", b"title = ", b"= 1", b"[layers", b"a = 1\na = 2", b'title = "a',
    b"x = 1e", b"x = 2024-99-99", b"a." * 5000 + b"a = 1",
    b"\x00", b"\xff\xfe", b"title = '\xe9'", URBAIN.encode("utf-16"), b"\x89PNG\r\n\x1a\n",
]  # fmt: skip
NESTED = [b"x = " + b"[" * 5000, b"x = " + b"[" * 5000 + b"]" * 5000, b"x = " + b"{a = " * 5000]


@pytest.mark.parametrize("content", [*NO_EXAMPLES, *NESTED], ids=lambda content: repr(content[:12]))
def test_what_is_no_worked_example_at_all(content: bytes, load: Load) -> None:
    with pytest.raises(WorkedExampleError, match=r"own\.toml: "):
        load(content)


def test_an_error_is_in_one_line_whatever_the_file_says(load: Load) -> None:
    for text in ('"new\\nline" = 1\n' + URBAIN, changed('"w{n}"', '"new\\nline"')):
        with pytest.raises(WorkedExampleError) as caught:
            load(text)
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["", "urbane", "urbain2", "Urbain", "../urbain", "urbain.txt", "urbain.toml.bak"]
)
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(
        WorkedExampleError, match=r"there are .*, urbain, .*, and files ending in \.toml"
    ):
        worked.load(name)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        worked.load(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(OSError, match="folder"):
        worked.load(tmp_path / "folder.toml")


def test_the_first_example_that_is_wrong_is_named(load: Load) -> None:
    with pytest.raises(
        WorkedExampleError, match=r"examples\[3\].targets: 2 numbers are expected, not 1"
    ):
        load(
            changed(
                TARGETS,
                f"{TARGETS}\n[[examples]]\n{INPUTS}\n{TARGETS}\n[[examples]]\n{INPUTS}\ntargets = [1]",
            )
        )


# --- notations, matrices and figures in a file ---------------------------------------------------

IN_MATRICES = """
notation = "{notation}"
[training]
learning_rate = 0.5
[[layers]]
activation = "sigmoid"
matrix = {matrix}
{bias}
[[examples]]
inputs = [1, 2]
targets = [1, 0, 0]
"""


@pytest.mark.parametrize(
    ("notation", "matrix", "bias"),
    [
        ("hoey", "[[7, 8, 9], [1, 2, 3], [4, 5, 6]]", ""),
        ("guided", "[[1, 2, 3], [4, 5, 6]]", ""),
        ("xing", "[[1, 4], [2, 5], [3, 6]]", "bias = [7, 8, 9]"),
    ],
)
def test_a_matrix_lies_as_the_notation_has_it(notation: str, matrix: str, bias: str, load: Load) -> None:
    example = load(IN_MATRICES.format(notation=notation, matrix=matrix, bias=bias))
    (layer,) = example.layers
    assert layer.weights == [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]
    assert layer.biases == (None if notation == "guided" else [7.0, 8.0, 9.0])
    sign = {"hoey": 1.0, "guided": 0.0, "xing": -1.0}[notation]
    nets = next(each for each in example.step().matrices if each.name in ("a1", "z2", "net^(1)"))
    numbers = [number for row in nets.numbers for number in row]
    assert numbers == [9.0 + sign * 7.0, 12.0 + sign * 8.0, 15.0 + sign * 9.0]


@pytest.mark.parametrize(
    ("notation", "matrix", "message"),
    [
        ("hoey", "[[1, 2, 3], [4, 5]]", "layers[1].matrix[2]: 3 numbers are expected, not 2"),
        ("hoey", "[[1, 2, 3]]", "layers[1].matrix: the weights of x0 and of one input at least"),
        ("hoey", "[]", "layers[1].matrix: a list of lists of finite numbers is expected"),
        ("urbain", "[[1]]", "layers[1].matrix: the notation has neither row nor column vectors"),
        ("xing", "[[1, 2]]", "layers[1].bias: missing; a finite number is expected"),
        ("guided", "[[1, 2, 3]]", "examples[1].inputs: 1 numbers are expected, not 2"),
        ("guided", "[[1], [2]]", "examples[1].targets: 1 numbers are expected, not 3"),
        ("mazur", "[[1]]", "notation: one of guided, hoey, signals, urbain, xing is expected"),
    ],
)
def test_a_matrix_that_does_not_fit(notation: str, matrix: str, message: str, load: Load) -> None:
    with pytest.raises(WorkedExampleError) as caught:
        load(IN_MATRICES.format(notation=notation, matrix=matrix, bias=""))
    assert f"own.toml: {message}" in str(caught.value)


def test_a_matrix_for_fewer_inputs_than_there_are_neurons(load: Load) -> None:
    text = IN_MATRICES.format(notation="guided", matrix="[[1, 2, 3], [4, 5, 6]]", bias="")
    more = '[[layers]]\nactivation = "tanh"\nmatrix = [[1, 1, 1], [1, 1, 1]]\n[[examples]]'
    with pytest.raises(
        WorkedExampleError, match=r"layers\[2\].matrix: 3 weights are expected, one per "
    ):
        load(text.replace("[[examples]]", more))


def test_a_notation_on_top_of_another(load: Load) -> None:
    example = load(changed("[notation]", '[notation]\nlike = "signals"\nvectors = "column"'))
    assert example.notation.weight == "w{n}"  # the file's own
    assert example.notation.net == "S_{j}^({layer})"
    assert example.notation.vectors == "column"
    with pytest.raises(WorkedExampleError, match=r"notation\.like: one of guided, hoey, "):
        load(changed("[notation]", '[notation]\nlike = "mine"'))


def test_a_bias_of_the_file_goes_before_that_of_the_notation(load: Load) -> None:
    text = URBAIN[: URBAIN.index("[notation]")]
    example = load('notation = "urbain"\nbias_convention = "-b"\n' + text)
    assert example.bias_convention == example.notation.bias_convention == "-b"
    assert load('notation = "signals"\n' + text).bias_convention == "-b"


FIGURE = '\n[[figures]]\nsymbol = "out_h1"\nprinted = "0.59"\n'


@pytest.mark.parametrize("printed", ["0", "-1.50", "+3", "1e-5", "2.5E+10", ".5", "5.", "−0.25"])
def test_texts_that_are_numbers(printed: str, load: Load) -> None:
    (figure,) = load(URBAIN + FIGURE.replace("0.59", printed)).figures
    assert (figure.symbol, figure.of, figure.printed) == ("out_h1", "out_h1", printed)
    assert (figure.where, figure.after) == ("", 0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        *(
            ("0.59", text, f"figures[1].printed: the text of a number is expected, not {text!r}")
            for text in ("", "x", "1,000", "0x1", "1e", "1e9999", "nan", "inf", "1 2", ".", "-")
        ),
        ("0.59", "0." + "1" * 50, "figures[1].printed: the text of a number is expected"),
        ('"0.59"', "0.59", "figures[1].printed: a text is expected, not float 0.59"),
        *(
            ("0.59", text, f"figures[1].printed: the last digit of '{text}' lies beyond what numbers ")
            for text in ("1e-400", "1e400", "0e-999", "−1.5e-300")
        ),
        ('printed = "0.59"', "", "figures[1].printed: missing"),
        ('symbol = "out_h1"', "", "figures[1].symbol: missing"),
        ("out_h1", "out_h3", "figures[1].of: the example has no 'out_h3'"),
        ("out_h1", "dE/dout_h3", "figures[1].of: the example has no 'dE/dout_h3'"),
        ("printed", 'of = "W1"\nprinted', "figures[1].of: the example has no 'W1'"),
        ("printed", "after = -1\nprinted", "figures[1].after: a whole number from 0 to 1000000"),
        ("printed", "after = 1.5\nprinted", "figures[1].after: a whole number from 0 to 1000000"),
        ("printed", "after = 1000001\nprinted", "figures[1].after: a whole number from 0 to 1000000"),
        ("printed", "page = 1\nprinted", "figures[1].page: unknown key; there are symbol, printed, "),
        (FIGURE, FIGURE + FIGURE, "figures[2].symbol: 'out_h1' is the symbol of an earlier figure too"),
    ],
)
def test_a_figure_that_cannot_be_meant(old: str, new: str, message: str, load: Load) -> None:
    with pytest.raises(WorkedExampleError) as caught:
        load(URBAIN + FIGURE.replace(old, new))
    assert f"own.toml: {message}" in str(caught.value)


def test_the_error_is_called_e_in_figures_whatever_the_notation_calls_it(load: Load) -> None:
    figure = FIGURE.replace("out_h1", "E").replace("0.59", "0.298371109")
    example = load(URBAIN + figure)
    assert example.notation.error == "E_total"
    assert [finding.agrees for finding in proofread(example)] == [True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # at once
        (
            {'"half_squared_error"': '"binary_cross_entropy"', "[0.01, 0.99]": "[0.01, 1.5]"},
            "examples[1].targets: a target lies in [0, 1], but is 1.5",
        ),
        (
            {'"half_squared_error"': '"cross_entropy"', "[0.01, 0.99]": "[0.25, 0.5]"},
            "examples[1].targets: target: probabilities add up to 1, not to 0.75",
        ),
        (
            {'"half_squared_error"': '"cross_entropy"', "[0.01, 0.99]": "[-0.5, 1.5]"},
            "examples[1].targets: target[0] lies in [0, inf], but is -0.5",
        ),
        (
            {
                '"half_squared_error"': '"cross_entropy"',
                "[[0.40, 0.45], [0.50, 0.55]]": "[[0.4, 0.5]]",
                "[0.01, 0.99]": "[1.0]",
            },
            "training.error: cross_entropy takes two outputs or more, one for each class; of a single ",
        ),
        # in the first step
        (
            {'"half_squared_error"': '"binary_cross_entropy"', LAST: 'activation = "linear"'},
            "layers[2].activation, 'linear', in example 1: a probability lies in [0, 1], but is 1.1059",
        ),
        (
            {LAST: 'activation = "log"', "bias = 0.60": "bias = -2"},
            "layers[2].activation, in example 1: log(x) needs x > 0, but x = -1.49",
        ),
        (
            {'"half_squared_error"': '"log(out - target)"'},
            "training.error, in example 1: log(x) needs x > 0, but x = -0.217",
        ),
        # in a later one
        (
            {
                '"half_squared_error"': '"binary_cross_entropy"',
                LAST: 'activation = "linear"',
                "bias = 0.60": "bias = 0",
                "= 0.5\n": "= 5\n",
            },
            "layers[2].activation, 'linear', in example 1, after 1 update: a probability lies in ",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_training_meets_is_said_with_file_layer_and_key(
    changes: dict[str, str], message: str, load: Load, tmp_path: Path
) -> None:
    text = URBAIN
    for old, new in changes.items():
        assert old in text
        text = new.join(text.rsplit(old, 1))
    with pytest.raises(ValueError, match=r"\S") as caught:
        load(text).step(5)
    assert str(caught.value).startswith(f"{tmp_path / 'own.toml'}: {message}")


def test_what_training_meets_is_said_of_an_example_without_a_file() -> None:
    example = replace(
        worked.load("xing-single"),
        name="mine",
        layers=[LayerData("linear", [[0.5]], 1.5)],
        error="binary_cross_entropy",
    )
    own = example.with_targets([[0.5]])
    with pytest.raises(
        DomainError, match=r"mine: layers\[1\].activation, 'linear', in example 1: "
    ) as caught:
        own.step()
    assert caught.value.operands
    with pytest.raises(DomainError, match=r"mine: examples\[1\].targets: a target lies in "):
        replace(own, layers=[LayerData("sigmoid", [[0.5]], 1.5)]).with_targets([[1.5]]).step()


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_every_example_in_every_notation(name: str) -> None:
    example = worked.load(name)
    step = example.step()
    for notation in notation_names():
        shown = step.in_notation(notation)
        assert shown.error_before == pytest.approx(step.error_before, rel=1e-14)
        assert shown.error_after == step.error_after
        assert max(map(len, str(step.in_notation(notation)).splitlines())) <= 100
        for old, new in zip(step.deltas.values(), shown.deltas.values(), strict=True):
            assert new == pytest.approx(old, rel=1e-13)


def test_targets_of_ones_own() -> None:
    example = worked.load("guided-16")
    own = example.with_targets([[0], [0.25], [1]])
    assert [list(each.targets) for each in own.examples] == [[0.0], [0.25], [1.0]]
    assert own.step()["y[2,1]"] == 0.25
    assert worked.load("guided").with_targets([[0.5]]).figures == []
    for wrong in ([], [[1.0]], [[1.0], [2.0], [3.0, 4.0]]):
        with pytest.raises(ValueError, match="targets: for each of 3 examples, 1 are expected, not "):
            example.with_targets(wrong)


# --- any file ------------------------------------------------------------------------------------


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """Urbain's file with a few entries replaced, left out, doubled or put in."""
    table = tomllib.loads(URBAIN)
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(places(table)))
        match draw(st.sampled_from(["replace", "leave out", "double", "put in"])):
            case "replace":
                holder[key] = draw(entries)
            case "leave out":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _ if isinstance(holder, dict):
                holder[draw(keys)] = draw(entries)
        if not table:
            break
    return table


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worked") / "any.toml"


def loads_or_says_why(content: str | bytes, path: Path) -> WorkedExample | None:
    """Load it; raise nothing but the error of a file. What is loaded can be stepped, or says why not."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        example = worked.load(path)
    except WorkedExampleError as error:
        message = str(error)
    else:
        assert example.shape[0] == len(example.examples[0].inputs)
        assert len(example.network().layers) == len(example.layers)
        with suppress(AutogradError, ValueError):
            assert str(example.step())
        return example
    assert message.startswith(f"{path}: ")
    return None


@given(table=st.dictionaries(keys, entries, max_size=6))
def test_random_tables(table: dict[str, Any], path: Path) -> None:
    loads_or_says_why(toml(table), path)


@given(table=mutated())
def test_random_mutations(table: dict[str, Any], path: Path) -> None:
    loads_or_says_why(toml(table), path)


@given(content=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_random_bytes(content: bytes, path: Path) -> None:
    assert loads_or_says_why(content, path) is None


@given(st.data())
def test_random_text_within_the_file(path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(URBAIN)))
    stop = data.draw(st.integers(start, min(start + 5, len(URBAIN))))
    loads_or_says_why(URBAIN[:start] + data.draw(st.text(max_size=5)) + URBAIN[stop:], path)


@given(table=st.dictionaries(keys, entries, max_size=4))
def test_toml_is_written_as_it_is_read(table: dict[str, Any]) -> None:
    assert repr(tomllib.loads(toml(table))) == repr(table)


def test_the_fuzz_would_notice_another_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loads_or_says_why(URBAIN, path) is not None
    monkeypatch.setattr("nn.worked.schema.Example", lambda *_: {}["planted"])
    with pytest.raises(KeyError, match="planted"):
        loads_or_says_why(URBAIN, path)


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_an_example_with_its_own_numbers_is_itself(name: str) -> None:
    example = worked.load(name)
    assert isinstance(example, WorkedExample)
    again = example.with_numbers(example.numbers)
    assert again == replace(example, figures=[])
    doubled = {symbol: 2.0 * number for symbol, number in example.numbers.items()}
    step = example.with_numbers(doubled).step()
    assert {symbol: step[symbol] for symbol in doubled} == doubled


def test_numbers_in_another_convention_of_the_bias() -> None:
    example = worked.load("urbain")
    turned = replace(example, notation=replace(example.notation, bias_convention="-b"))
    assert turned.numbers["b1"] == turned.step()["b1"] == -0.35
    assert turned.with_numbers(turned.numbers).layers == example.layers
    with pytest.raises(KeyError, match=r"missing: \['b1'.*unknown: \['w9'\]"):
        example.with_numbers({"w9": 0.5})
