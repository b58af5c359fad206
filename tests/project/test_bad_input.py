"""Bad input, of every kind and everywhere: refused by name, or taken for what it is."""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from fractions import Fraction
from typing import Any

import bad_input
import public_calls
import pytest
from bad_input import outcome
from public_calls import Prepared, Way

import autograd
import nn
from autograd import Value
from autograd.symbols import latex_symbol
from nn import Neuron, losses

PAGE = bad_input.PAGE.read_text(encoding="utf-8")
SAID = bad_input.read(PAGE)


@pytest.mark.parametrize(
    ("every", "first"), [(29, 1), *(pytest.param(7, n, marks=pytest.mark.slow) for n in range(7))]
)
def test_the_page_says_what_happens(every: int, first: int) -> None:
    # each kind in turn, since there are 25 of them
    table = bad_input.table(every, first)
    assert table.keys() == SAID.keys()
    for name, row in table.items():
        assert row.items() <= SAID[name].items(), name


def test_the_page_is_read_as_it_is_written() -> None:
    assert bad_input.page(SAID) == PAGE


def test_nothing_is_taken_silently_or_refused_by_accident() -> None:
    wrong = {
        f"{name}: {kind}: {cell}"
        for name, row in SAID.items()
        for kind, cell in row.items()
        if "**" in cell
    }
    assert wrong == set()


def test_all_that_is_public_and_takes_something_is_tried() -> None:
    tried = {name.partition("(")[0].partition(".")[0] for name in SAID}
    for package in public_calls.PACKAGES:
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isfunction(thing) and inspect.signature(thing).parameters:
                assert name in tried
            if isinstance(thing, type) and package is not nn.worked:
                # rows of the table are made at import, and a report's methods take nothing
                assert name in tried | {"Operation", "GradcheckReport", "RuleReport"} or (
                    issubclass(thing, Exception | tuple) or is_dataclass(thing)
                )


def test_a_function_without_a_good_argument_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def unheard(of: Any) -> None:
        del of

    monkeypatch.setattr(losses, "unheard", unheard, raising=False)
    monkeypatch.setattr(losses, "__all__", [*losses.__all__, "unheard"])
    way = next(way for way in public_calls.ways() if way.name == "unheard")
    with pytest.raises(KeyError, match="no sample for 'of' of unheard"):
        way.prepare()


def refusing(error: Exception) -> Callable[[Any], None]:
    def call(x: Any) -> None:
        raise error

    return call


def changing(x: Any, neuron: Neuron) -> None:
    neuron.weights[0].data = 7.0
    raise TypeError(f"x is no {type(x).__name__}")


def keeping(x: Any, neuron: Neuron) -> None:
    neuron.kept = x  # type: ignore[attr-defined]


def taking_bits(x: Any) -> float:
    return 1.0 if x is True else float(x) / 2.0


def going_on(x: Any) -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("call", "kind", "cell"),
    [
        (float, "Fraction", "✓"),
        (lambda x: None, "str", "**silent**"),
        (refusing(AttributeError("x")), "str", "**AttributeError**"),
        (refusing(ZeroDivisionError("x")), "str", "**ZeroDivisionError**"),
        (refusing(TypeError("something else")), "str", "**TypeError: something else**"),
        (refusing(TypeError("x is no str")), "str", "T"),
        (refusing(KeyError("x")), "None", "K"),
        (refusing(autograd.DomainError("x")), "−1", "V"),
        (refusing(autograd.StaleGraphError("x")), "−1", "A"),
        (latex_symbol, "None", "**TypeError by accident**"),
        (changing, "str", "**changed**"),
        (keeping, "True", "**not as 1**"),
        (keeping, "Fraction", "**stored Fraction**"),
        (keeping, "np.float32", "**stored float32**"),
        (taking_bits, "Fraction", "✓"),
        (taking_bits, "True", "**not as 1**"),
        (going_on, "inf", "**endless**"),
    ],
)
def test_planted_mistakes_are_noticed(call: Any, kind: str, cell: str) -> None:
    def prepare() -> Prepared:
        good: dict[str, Any] = {"x": 0.5}
        if call in (changing, keeping):
            good["neuron"] = Neuron(2)
        return Prepared(lambda **given: call(*given.values()), good)

    assert outcome(Way("planted", "x", "float", "planted", prepare), "x", kind) == cell


def test_the_first_item_of_what_holds_others_is_tried() -> None:
    good = {"a": [nn.Example([0.5], [1.0])], "b": 2}
    places = {place.path: place for place in bad_input.places("state", "Mapping[str, Any]", good)}
    assert list(places) == [
        "state", "state['a']", "state['a'][0]", "state['a'][0].inputs", "state['a'][0].inputs[0]",
        "state['a'][0].targets", "state['a'][0].targets[0]", "state['b']",
    ]  # fmt: skip
    assert places["state['a'][0].targets[0]"].put(None) == {"a": [nn.Example([0.5], [None])], "b": 2}
    assert places["state['a'][0]"].put("bad") == {"a": ["bad"], "b": 2}
    assert good == {"a": [nn.Example([0.5], [1.0])], "b": 2}


def test_numbers_of_other_types_count_as_numbers_alone() -> None:
    assert bad_input.foreign(bad_input.described([Fraction(1, 2), 0.5, "text", None])) == {"Fraction"}
    assert bad_input.foreign(bad_input.described(Value(0.5) * 2)) == set()
