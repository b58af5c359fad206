"""Templates of names: what they may use, what they must not do, and the names that they give."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import MLP, SGD, Example, Notation, TrainingStep
from nn.notation import Names, Tag

#: The entries that are no templates, and what they may say.
CHOICES = {
    "bias_convention": ["", "+b", "-b", "x0=1", "x0=-1", "none"],
    "vectors": ["", "row", "column"],
}
TEMPLATES = [field.name for field in fields(Notation) if field.name not in CHOICES]

NEURON = {"layer", "level", "j", "h", "place"}
PASS = NEURON | {"neuron", "e"}
PARAMETER = NEURON | {"neuron", "i", "row", "n"}
#: What each template may use, as the documentation of the module says.
MAY_USE = {
    "input": {"i", "row", "e"},
    "target": PASS,
    "hidden": NEURON,
    "output": NEURON,
    "net": PASS,
    "out": PASS,
    "prediction": PASS,
    "delta": PASS,
    "weight": PARAMETER,
    "bias": PARAMETER,
    "error": set(),
    "error_of": PASS,
    "probability": PASS,
    "largest": {"e"},
    "gradient": {"symbol"},
    "slope": PASS | {"symbol"},
    "updated": PARAMETER | {"symbol"},
    "change": PARAMETER | {"symbol"},
}
FIELDS = sorted({field for allowed in MAY_USE.values() for field in allowed})


def small() -> MLP:
    return MLP(2, [2, 2], activation="sigmoid", seed=1)


# --- names ---------------------------------------------------------------------------------------


def test_default_names() -> None:
    names = Names(Notation(), small())
    (first,) = names.passes
    assert first.inputs == ["x1", "x2"]
    assert first.targets == ["target_o1", "target_o2"]
    assert list(names.neurons.values()) == ["h1", "h2", "o1", "o2"]
    assert list(first.nets.values()) == ["net_h1", "net_h2", "net_o1", "net_o2"]
    assert list(first.outs.values()) == ["out_h1", "out_h2", "out_o1", "out_o2"]
    assert list(first.deltas.values()) == ["delta_h1", "delta_h2", "delta_o1", "delta_o2"]
    assert first.errors == ["E_o1", "E_o2"]
    assert list(names.parameters.values()) == [
        *("w_h1_1", "w_h1_2", "w_h2_1", "w_h2_2", "w_o1_1", "w_o1_2", "w_o2_1", "w_o2_2"),
        *("b_h1", "b_h2", "b_o1", "b_o2"),
    ]
    assert names.gradient("w_o1_1") == "dE/dw_o1_1"
    assert list(names.updates.values()) == [f"{name}+" for name in names.parameters.values()]
    assert list(names.changes.values()) == [f"Δ{name}" for name in names.parameters.values()]


def test_names_go_to_the_parts_that_they_are_of() -> None:
    network = MLP(3, [2, 2, 1], bias_convention="x0=1")
    names = Names(Notation(weight="W{layer}[{i},{j}]", bias="W{layer}[0,{j}]"), network)
    for layer, part in enumerate(network.layers, 1):
        for j, neuron in enumerate(part.neurons, 1):
            assert names.parameters[neuron.bias] == f"W{layer}[0,{j}]"
            for i, weight in enumerate(neuron.weights, 1):
                assert names.parameters[weight] == f"W{layer}[{i},{j}]"
    assert set(names.parameters) == set(network.parameters())


def test_every_field_of_every_template() -> None:
    network = MLP(1, [1, 2], seed=1)
    joint = {
        name: f"{name}:" + ",".join(f"{field}={{{field}}}" for field in sorted(allowed))
        for name, allowed in MAY_USE.items()
        if name != "error"
    }
    names = Names(Notation(**joint), network, 2)
    first, second = names.passes
    last = "output:h=3,j=2,layer=2,level=3,place=2"
    assert first.inputs == ["input:e=1,i=1,row=1"]
    assert second.inputs == ["input:e=2,i=1,row=1"]
    assert list(names.neurons.values()) == [
        "hidden:h=1,j=1,layer=1,level=2,place=1",
        "output:h=2,j=1,layer=2,level=3,place=1",
        last,
    ]
    of_last = f"h=3,j=2,layer=2,level=3,neuron={last},place=2"
    assert second.targets[1] == f"target:e=2,{of_last}"
    assert second.errors[1] == f"error_of:e=2,{of_last}"
    for kind, of in (("net", first.nets), ("delta", first.deltas), ("prediction", first.outs)):
        assert list(of.values())[2] == f"{kind}:e=1,{of_last}"
    assert next(iter(first.outs.values())).startswith("out:e=1,h=1,")
    weight = f"weight:h=3,i=1,j=2,layer=2,level=3,n=3,neuron={last},place=2,row=1"
    assert list(names.parameters.values())[2] == weight
    assert list(names.parameters.values())[5] == (
        f"bias:h=3,i=0,j=2,layer=2,level=3,n=3,neuron={last},place=2,row=0"
    )
    assert list(names.updates.values())[2] == weight.replace("weight", "updated") + f",symbol={weight}"
    assert list(names.changes.values())[2] == weight.replace("weight", "change") + f",symbol={weight}"
    assert names.gradient("w") == "gradient:symbol=w"
    out = list(second.outs.values())[2]
    assert names.gradient(out) == f"slope:e=2,{of_last},symbol={out}"


@pytest.mark.parametrize(("bias", "row"), [("x0=1", 1), ("x0=-1", 1), ("+b", 0), ("-b", 0)])
def test_the_bias_has_the_first_row_where_it_is_a_weight(bias: str, row: int) -> None:
    names = Names(
        Notation(weight="W[{row},{j}]", bias="B[{row},{j}]"), MLP(2, [1], bias_convention=bias)
    )
    assert list(names.parameters.values()) == [f"W[{row + 1},1]", f"W[{row + 2},1]", f"B[{row},1]"]


def test_running_numbers() -> None:
    names = Names(Notation(weight="w{n}", bias="b{n}"), MLP(2, [2, 1]))
    assert list(names.parameters.values()) == ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]


def test_shared_bias_has_one_name() -> None:
    network = MLP(2, [2, 2])
    for layer in network.layers:
        layer.neurons[1].bias = layer.neurons[0].bias
    names = Names(Notation(weight="w{n}", bias="b{n}"), network)
    assert list(names.parameters.values())[8:] == ["b1", "b2"]
    assert len(names.parameters) == len(network.parameters()) == 10


def test_shared_weight_has_one_name() -> None:
    network = MLP(1, [2], bias_convention="none")
    network.layers[0].neurons[1].weights = network.layers[0].neurons[0].weights
    assert list(Names(Notation(), network).parameters.values()) == ["w_o1_1"]


def test_no_bias_has_no_name() -> None:
    assert len(Names(Notation(), MLP(2, [2, 1], bias_convention="none")).parameters) == 6


def test_doubled_braces_stand_for_themselves() -> None:
    names = Names(Notation(weight="w_{{{i}{j}}}^{{({layer})}}"), MLP(1, [1]))
    assert next(iter(names.parameters.values())) == "w_{11}^{(1)}"


def test_one_output_needs_no_name_for_its_part_of_the_error() -> None:
    same = Notation(error="E", error_of="E")
    assert Names(same, MLP(1, [1])).passes[0].errors == []
    with pytest.raises(ValueError, match="'E' twice"):
        Names(same, MLP(1, [2]))


def test_several_examples_have_an_error_each() -> None:
    names = Names(Notation(), MLP(1, [1]), 2)
    assert [each.errors for each in names.passes] == [["E_o1@1"], ["E_o1@2"]]
    together = Names(Notation(), MLP(1, [2]), 2, "cross_entropy")
    assert [each.errors for each in together.passes] == [["E@1"], ["E@2"]]
    assert Names(Notation(), MLP(1, [2]), 1, "cross_entropy").passes[0].errors == []
    with pytest.raises(ValueError, match="'E@1' twice, among the inputs and parts of the error"):
        Names(Notation(input="E"), MLP(1, [2]), 2, "cross_entropy")


def test_every_name_has_a_tag_that_says_where() -> None:
    network = MLP(2, [2, 1], bias_convention="x0=-1")
    network.layers[0].neurons[1].bias = network.layers[0].neurons[0].bias
    names = Names(Notation(), network, 2)
    assert names.tags["x2@2"] == Tag("input", 0, 2, example=2)
    assert names.tags["w_h2_1"] == Tag("weight", 1, 2, input=1, name="h2")
    assert names.tags["b_h1"] == Tag("bias", 1, 0, input=0)  # of two neurons
    assert names.tags["b_o1"] == Tag("bias", 2, 1, input=0, name="o1")
    assert names.tags["net_h2@1"] == Tag("net", 1, 2, example=1, name="h2")
    assert names.tags["out_o1@2"] == Tag("out", 2, 1, example=2, name="o1")
    assert names.tags["target_o1@2"] == Tag("target", 2, 1, example=2, name="o1")
    assert names.tags["E_o1@2"] == Tag("part", 2, 1, example=2, name="o1")
    assert names.tags["E"] == Tag("error", 2)
    assert names.tags.keys() == names._nodes
    assert Names(Notation(), MLP(1, [1], bias_convention="-b")).tags["b_o1"].input is None
    together = Names(Notation(), MLP(1, [2]), 2, "cross_entropy")
    assert together.tags["E@2"] == Tag("part", 1, example=2)
    assert together.tags["p_o2@1"] == Tag("probability", 1, 2, example=1, name="o2")
    assert together.tags["-ln p_o2@1"] == Tag("surprisal", 1, 2, example=1, name="o2")
    assert together.tags["m@2"] == Tag("largest", 1, example=2)
    assert together.tags.keys() == together._nodes


def test_of_several_hidden_layers_a_neuron_tells_its_own() -> None:
    assert [*Names(Notation(), MLP(1, [1, 1])).neurons.values()] == ["h1", "o1"]
    assert [*Names(Notation(), MLP(1, [1, 1, 1])).neurons.values()] == ["h1_1", "h2_1", "o1"]


def test_a_notation_is_data() -> None:
    notation = Notation(weight="w{n}")
    assert notation == Notation(**asdict(notation))
    assert hash(notation) == hash(Notation(weight="w{n}"))
    assert notation != Notation()
    with pytest.raises(FrozenInstanceError):
        notation.weight = "v{n}"  # type: ignore[misc]


# --- applied -------------------------------------------------------------------------------------


def test_names_are_given_to_parameters_and_to_what_is_recorded_next() -> None:
    network = small()
    before = network([0.5, 1.0])
    Names(Notation(), network).apply()
    neuron = network.layers[0].neurons[1]
    assert neuron.net.name is neuron.out.name is None
    assert before[0].name is None
    network([0.5, 1.0])
    assert (neuron.net.name, neuron.out.name) == ("net_h2", "out_h2")
    assert neuron.weights[0].name == "w_h2_1"
    assert neuron.bias.name == "b_h2"


def test_a_linear_neuron_with_names_records_net_and_out() -> None:
    network = MLP(1, [1])
    neuron = network.layers[0].neurons[0]
    assert network([1.0]) is neuron.net is neuron.out
    Names(Notation(), network).apply()
    out = network([1.0])
    assert out is neuron.out
    assert out.operands == (neuron.net,)
    assert (neuron.net.name, out.name) == ("net_o1", "out_o1")  # type: ignore[union-attr]


def test_a_second_notation_replaces_the_first() -> None:
    network = small()
    first, second = Notation(), Notation(weight="w{n}", bias="c{n}", hidden="h{j}", net="a_{neuron}")
    Names(first, network).apply()
    old = network([0.5, 1.0])[0]
    named = Names(second, network)
    assert network.layers[0].neurons[0].weights[0].name == "w_h1_1"  # not applied yet
    named.apply()
    new = network([0.5, 1.0])[0]
    neuron = network.layers[0].neurons[0]
    assert (old.name, new.name) == ("out_o1", "out_o1")
    assert (neuron.weights[0].name, neuron.bias.name, neuron.net.name) == ("w1", "c1", "a_h1")
    assert old.data == new.data
    assert old.operands[0].name == "net_o1"  # what was recorded keeps the names that it had


def test_two_notations_give_the_same_numbers() -> None:
    network = small()
    examples = [Example([0.5, 1.0], [0.0, 1.0])]

    def step(notation: Notation) -> TrainingStep:
        own = network.copy()
        return TrainingStep(own, examples, SGD(own.parameters(), lr=0.5), notation=notation)

    first, second = step(Notation()), step(Notation(weight="w{n}", error="L", gradient="∇{symbol}"))
    for kind in ("values", "gradients", "deltas", "updated"):
        assert list(getattr(first, kind).values()) == list(getattr(second, kind).values())
    assert second["∇w5"] == second["dL/dw5"] == first["dE/dw_o1_1"]
    assert (second["L"], second["E"]) == (first["E"], first["E"])


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("field", FIELDS)
def test_which_template_may_use_which_field(name: str, field: str) -> None:
    template = f"a{{{field}}}"
    if field in MAY_USE[name]:
        assert getattr(Notation(**{name: template}), name) == template
    else:
        with pytest.raises(ValueError, match=rf"notation {name} = '{template}': no field {{{field}}}"):
            Notation(**{name: template})


@pytest.mark.parametrize("entry", CHOICES)
def test_entries_that_are_no_templates_are_chosen(entry: str) -> None:
    for choice in CHOICES[entry]:
        assert getattr(Notation(**{entry: choice}), entry) == choice
    with pytest.raises(ValueError, match=rf"notation {entry} must be one of .* got '{{i}}'"):
        Notation(**{entry: "{i}"})


@pytest.mark.parametrize("name", ["", "Hoey", "mazur", "../urbain"])
def test_an_unknown_notation_lists_the_known_ones(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"notation must be one of 'guided', 'hoey', 'signals', 'urbain', 'xing', got"
    ):
        Notation.named(name)


def test_every_template_is_tested() -> None:
    assert list(MAY_USE) == TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize(
    "template", ["{", "}", "a{i", "{j}}", "{}", "{0}", "{ i}", "{no}", "{i i}", "{I}"]
)
def test_malformed_templates_are_refused(name: str, template: str) -> None:
    with pytest.raises(ValueError, match=rf"^notation {name} = '"):
        Notation(**{name: template})


@pytest.mark.parametrize("template", [None, 1, 1.5, b"w", ["w"], {"i": 1}, Value(1.0)])
def test_a_template_is_text(template: object) -> None:
    with pytest.raises(TypeError, match="notation weight must be a string, got "):
        Notation(weight=template)  # type: ignore[arg-type]


FIELD_OF = {name: min(allowed) for name, allowed in MAY_USE.items() if allowed}


@pytest.mark.parametrize("name", FIELD_OF)
@pytest.mark.parametrize(
    "tail",
    [
        ".__class__", ".real", "[0]", "[a]", ".__class__.__mro__[1]",
        "!r", "!s", "!a",
        ":>5", ":>1000000000", ":1000000000", ":d", ":x", ":s", ":{layer}", ":{symbol}", ":{no}", ":{{",
    ],
)  # fmt: skip
def test_a_field_stands_for_its_name_alone(name: str, tail: str) -> None:
    """No attribute, no item, no conversion; and no format, which could ask for gigabytes of blanks."""
    template = f"a{{{FIELD_OF[name]}{tail}}}"
    with pytest.raises(ValueError, match=rf"^notation {name} = "):
        Notation(**{name: template})


@pytest.mark.parametrize(
    ("templates", "name", "kinds"),
    [
        ({"input": "x"}, "x", "among the inputs"),
        ({"target": "t"}, "t", "among the targets"),
        ({"weight": "w"}, "w", "among the parameters"),
        ({"weight": "w{i}"}, "w1", "among the parameters"),
        ({"weight": "p{n}", "bias": "p{n}"}, "p1", "among the parameters"),
        ({"bias": "b"}, "b", "among the parameters"),
        ({"net": "net"}, "net", "among the net inputs"),
        ({"net": "a{j}"}, "a1", "among the net inputs"),
        ({"out": "z{layer}"}, "z1", "among the outputs"),
        ({"delta": "d"}, "d", "among the δ"),
        ({"input": "v{i}", "weight": "v{n}"}, "v1", "among the inputs and parameters"),
        ({"net": "{neuron}", "out": "{neuron}"}, "h1", "among the net inputs and outputs"),
        ({"net": "s_{neuron}", "delta": "s_{neuron}"}, "s_h1", "among the net inputs and δ"),
        ({"error": "x1"}, "x1", "among the inputs and error"),
        ({"error_of": "x1"}, "x1", "among the inputs and parts of the error"),
        ({"error_of": "E"}, "E", "among the error and parts of the error"),
        ({"error_of": "L"}, "L", "among the parts of the error"),
    ],
)
def test_a_name_given_twice_is_refused(templates: dict[str, str], name: str, kinds: str) -> None:
    network = small()
    with pytest.raises(ValueError, match=f"the notation gives the name '{name}' twice, {kinds}"):
        Names(Notation(**templates), network)
    assert {parameter.name for parameter in network.parameters()} == {None}


@pytest.mark.parametrize(
    "templates",
    [
        # two neurons of one name, of which the mapping of neurons would show only one
        {"hidden": "h", "net": "n{layer}{j}", "out": "o{layer}{j}", "delta": "d{layer}{j}",
         "weight": "w{n}", "bias": "b{n}"},
        # all gradients, or all updates, under one name
        {"gradient": "g"},
        {"updated": "new"},
        # a gradient, an update or a δ under the name of what it is of
        {"gradient": "{symbol}"},
        {"updated": "{symbol}"},
        {"gradient": "{symbol}+"},
        {"gradient": "dE/d{symbol}", "delta": "dE/dout_{neuron}"},
    ],
    ids=str,
)  # fmt: skip
def test_a_name_for_two_numbers_is_refused(templates: dict[str, str]) -> None:
    """A step is asked for its numbers by name, so two numbers under one name are one too few."""
    with pytest.raises(ValueError, match=r"twice|no field|needs"):
        Names(Notation(**templates), small())


@pytest.mark.parametrize("name", ["input", "weight", "net", "error"])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"empty|twice"):
        Names(Notation(**{name: ""}), MLP(1, [1], bias_convention="none"))


# --- any templates -------------------------------------------------------------------------------

pieces = st.sampled_from(
    ["a", "w", "_", "E", "{i}", "{j}", "{n}", "{e}", "{h}", "{layer}", "{neuron}", "{symbol}", "{{"]
)
some_templates = st.dictionaries(
    st.sampled_from(TEMPLATES),
    st.lists(pieces, max_size=4).map("".join) | st.text(max_size=6),
    max_size=4,
)


@given(
    some_templates,
    st.integers(1, 2),
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
    st.integers(1, 2),
)
def test_names_are_distinct_or_refused(
    templates: dict[str, str], nin: int, nouts: list[int], examples: int
) -> None:
    network = MLP(nin, nouts)
    try:
        names = Names(Notation(**templates), network, examples)
    except ValueError as error:
        assert "notation" in str(error)  # noqa: PT017  # it may or may not be raised
        return
    symbols = [*names.parameters.values(), names.notation.error]
    for each in names.passes:
        symbols += [*each.inputs, *each.targets, *each.nets.values(), *each.outs.values()]
        symbols += each.errors
    assert len(set(symbols)) == len(symbols)
    assert set(names.parameters) == set(network.parameters())


def test_braces_in_the_name_of_an_error_are_doubled_as_in_any_template() -> None:
    network, notation = MLP(1, [1], seed=1), Notation(error="E{{1}}")
    optimizer = SGD(network.parameters(), lr=0.5)
    step = TrainingStep(network, [Example([0.5], [1.0])], optimizer, notation=notation)
    assert step["E{1}"] == step.error_before
