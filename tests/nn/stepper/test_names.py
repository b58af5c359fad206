"""Names on a page: what follows from other names is left out, and made of them again."""

from __future__ import annotations

import pytest

from autograd.symbols import mathml_symbol, unicode_symbol
from nn import worked
from nn.stepper.content import Content, content, recorded
from nn.stepper.names import Composed, name_of


@pytest.fixture(scope="module", params=["batch-of-three", "urbain", "xing"])
def found(request: pytest.FixtureRequest) -> Content:
    return content(worked.load(request.param))


def test_every_quantity_is_called_as_its_notation_says(found: Content) -> None:
    own = found.recording
    for notation in found.data["notations"]:
        if not notation["name"]:
            continue
        other = recorded(own.step.in_notation(notation["name"]), 0.5)  # type: ignore[attr-defined]
        for ours, theirs in zip(own.named(), other.named(), strict=True):
            symbol = theirs.line.symbol
            name = found.composed.shown(ours.line.symbol, notation["names"])
            assert name == name_of(symbol)
            if " " not in symbol:
                assert name == [mathml_symbol(symbol), unicode_symbol(symbol), symbol]


def test_an_operation_is_called_by_its_operands(found: Content) -> None:
    for notation in found.data["notations"]:
        if notation["negative"]:
            continue
        for each in found.recording.lines:
            if each.label is not None:
                in_mathml, text, symbol = found.composed.shown(each.line.symbol, notation["names"])
                assert symbol == each.line.symbol
                for operand in each.label.operands:
                    if isinstance(operand, str):
                        name = found.composed.shown(operand, notation["names"])
                        assert name[0] in in_mathml
                        assert name[1] in text


def test_most_names_are_left_out(found: Content) -> None:
    names = found.data["notations"][0]["names"]
    # ∂E/∂(−ln p) has brackets as text, and none in MathML
    assert not [each for each in names if "-ln" not in each and ("/d" in each or ":" in each)]
    for notation in found.data["notations"]:
        assert len(notation["names"]) < len(found.recording.lines)


def test_the_order_of_turned_biases_is_always_the_same(found: Content) -> None:
    for notation in found.data["notations"]:
        biases = [symbol for symbol in notation["negative"] if symbol in found.recording.nodes]
        assert biases == sorted(biases)


def test_a_name_that_does_not_follow_is_kept() -> None:
    composed = Composed()
    names = {"net": name_of("z"), "dE/dnet": name_of("delta"), "dE/dw": name_of("dL/dv")}
    short = composed.shortened(names)
    assert short == {
        "net": name_of("z"),
        "dE/dnet": name_of("delta"),
        "E": name_of("L"),
        "w": name_of("v"),
    }
    for symbol, name in names.items():
        assert composed.shown(symbol, short) == name
