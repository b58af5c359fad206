"""What a page is made of: its choices put together are the programs of the files that say them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from nn import Example, worked
from nn.stepper.content import Content, content
from nn.worked import FormulaExample, WorkedExample
from nn.worked.example import LayerData


def lines_of(found: Content, blocks: dict[str, Any], order: list[str]) -> Iterator[tuple[Any, ...]]:
    """Lines as texts, whatever numbers their texts have; single operations of an error by any name."""
    for block in order:
        for symbol, kind, number, operands, template, written, above, below in blocks[block]:
            names = [str(each).partition(" ")[0] if ":" in str(each) else each for each in operands]
            texts = found.functions[number], found.data["templates"][template]
            named = written if ":" not in symbol else names
            yield (
                symbol.partition(" ")[0] if ":" in symbol else symbol,
                kind,
                texts,
                names,
                named,
                above,
                below,
            )


def composed(found: Content, loss: str, activations: list[str]) -> list[tuple[Any, ...]]:
    """As program.js puts it together."""
    data = found.data
    blocks = {**data["blocks"], **data["losses"][loss]["blocks"]}
    for choices, name in zip(data["activations"], activations, strict=True):
        blocks |= choices[name]
    return list(lines_of(found, blocks, data["losses"][loss].get("order", data["order"])))


@pytest.mark.parametrize(
    ("name", "times"),
    [("xing-double", 2), *(pytest.param(name, 4, marks=pytest.mark.slow) for name in worked.names())],
)
def test_choices_put_together_are_the_program_of_such_a_file(name: str, times: int) -> None:
    example = worked.load(name)
    assert isinstance(example, WorkedExample)
    found, random = content(example), Random(name)
    for _ in range(times):
        loss = random.choice([*found.data["losses"]])
        names = [random.choice([*choices]) for choices in found.data["activations"]]
        if "cross" in loss:
            names[-1] = "sigmoid"
        layers = [
            replace(layer, activation=each) for layer, each in zip(example.layers, names, strict=True)
        ]
        direct = content(replace(example, layers=layers, error=loss))
        expected = list(lines_of(direct, direct.data["blocks"], direct.data["order"]))
        assert composed(found, loss, names) == expected, (loss, names)


def test_a_choice_that_is_left_out_would_be_noticed() -> None:
    example = worked.load("xing-single")
    found = content(example)
    direct = content(replace(example, error="half_squared_error"))
    expected = list(lines_of(direct, direct.data["blocks"], direct.data["order"]))
    assert composed(found, "half_squared_error", ["sigmoid"]) == expected
    found.data["losses"]["half_squared_error"]["blocks"].popitem()
    assert composed(found, "half_squared_error", ["sigmoid"]) != expected


def test_what_has_no_value_is_not_offered() -> None:
    data = content(worked.load("xing-single")).data
    assert "cross_entropy" not in data["losses"]  # it has one output
    example = worked.load("xing-single")
    outside = replace(example, examples=[Example([2.0], [3.0])])
    assert "binary_cross_entropy" not in content(outside).data["losses"]


def test_the_conditions_that_a_formula_was_recorded_by_are_guards() -> None:
    example = FormulaExample(
        name="cases",
        values={"a": 1.0, "b": 2.0},
        formulas={"E": "(a if a > 0 else b) + (b if b < 0 and a > 0 else 2 * b)"},
    )
    found = content(example)
    assert [(each["says"], each["holds"]) for each in found.data["guards"]] == [
        ("formulas.E goes on where b < 0.0 and a > 0.0 is false", False),
        ("formulas.E goes on where a > 0.0 is true", True),
    ]
    assert found.functions[found.data["guards"][1]["function"]] == "(x0) => x0 > 0.0"


@pytest.mark.slow
def test_a_large_network_is_offered_as_it_is() -> None:
    layers = [LayerData("tanh", [[0.1] * 9 for _ in range(9)], [0.0] * 9) for _ in range(3)]
    pair = Example([0.5] * 9, [0.1] * 9)
    data = content(WorkedExample(name="large", layers=layers, examples=[pair], learning_rate=0.1)).data
    assert list(data["losses"]) == ["half_squared_error"]
    assert [list(choices) for choices in data["activations"]] == [["tanh"]] * 3
