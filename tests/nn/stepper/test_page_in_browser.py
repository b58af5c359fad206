"""The page of a training step, driven in headless Chromium: its controls, its numbers and Python's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isclose
from pathlib import Path
from random import Random
from typing import Any

import pytest
from browser import Reader, chromium

from nn import MLP, SGD, Notation, TrainingStep, worked
from nn import Example as Pair
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.step.program import step_program
from nn.stepper import page
from nn.worked import FormulaExample

pytestmark = pytest.mark.browser

#: The page's elementary functions are the browser's, which differ from Python's in the last places.
CLOSE = 1e-13


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """The file of an example's page, written once."""
    folder = tmp_path_factory.mktemp("pages")
    written: dict[str, Path] = {}

    def file(of: Any) -> Path:
        key = of if isinstance(of, str) else repr(of)
        if key not in written:
            example = worked.load(of) if isinstance(of, str) else of
            written[key] = page(example).save(folder / f"page-{len(written)}.html")
        return written[key]

    return file


@pytest.fixture
def read(browser: Any, files: Callable[[Any], Path]) -> Iterator[Callable[..., Reader]]:
    """Open a page; in the end nothing may have been complained of."""
    readers: list[Reader] = []

    def opened(of: Any, fragment: str = "", **context: Any) -> Reader:
        readers.append(Reader(browser, files(of), fragment, **context))
        return readers[-1]

    yield opened
    for each in readers:
        each.close()


def expected(example: Any, notation: str | None = None, steps: int = 1) -> dict[str, float]:
    """Every number of a step as Python computes it."""
    step = example.step(steps)
    if notation:
        step = step.in_notation(notation)
    return step_program(step, example.learning_rate).run()


def check(found: dict[str, float], right: dict[str, float]) -> None:
    assert found.keys() == right.keys()
    for symbol, number in right.items():
        assert isclose(found[symbol], number, rel_tol=CLOSE, abs_tol=1e-16), (
            symbol,
            found[symbol],
            number,
        )


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_numbers_are_those_of_python_in_every_notation(read: Any, name: str) -> None:
    reader, example = read(name), worked.load(name)
    notations = reader.page.locator("#notation option").evaluate_all(
        "all => all.map(each => each.value)"
    )
    for notation in notations:
        reader.page.select_option("#notation", notation)
        check(reader.numbers(), expected(example, notation or None))
    assert len(notations) >= 4


@pytest.mark.parametrize("seed", range(4))
def test_random_networks_at_random_numbers(read: Any, seed: int) -> None:
    random = Random(seed)
    inputs, sizes = random.randint(1, 3), [random.randint(1, 3) for _ in range(random.randint(1, 3))]
    names = [random.choice(["tanh", "sigmoid", "softplus", "gelu", "elu", "relu"]) for _ in sizes]
    network = MLP(inputs, sizes, activation=names, seed=random)
    pairs = [
        Pair([random.gauss(0, 1) for _ in range(inputs)], [random.random() for _ in range(sizes[-1])])
        for _ in range(random.randint(1, 2))
    ]
    error = random.choice(["half_squared_error", "mean_squared_error", "(out - target) ** 4"])
    rate = random.uniform(0.01, 0.5)
    step = TrainingStep(network, pairs, SGD(network.parameters(), lr=rate), error=error)
    example = step_example(step)
    reader = read(example)
    check(reader.numbers(), expected(example))
    for _ in range(3):
        numbers = {symbol: random.gauss(0, 1) for symbol in example.numbers}
        for symbol, number in numbers.items():
            reader.edit(symbol, repr(number))
        check(reader.numbers(), expected(example.with_numbers(numbers)))


def test_numbers_appear_as_they_are_computed(read: Any) -> None:
    reader, step = read("urbain"), worked.load("urbain").step()
    assert reader.status == "step 0 of 53: before the first step"
    assert reader.shown("net_h1") == "—"
    reader.page.click("#next")
    assert reader.status == "step 1 of 53: netₕ₁ = 0.3775"
    assert (reader.shown("net_h1"), reader.shown("out_h1")) == ("0.3775", "—")
    assert reader.page.text_content("#unit-neuron-1-1 .net") == "0.3775"
    reader.page.click("#last")
    for symbol in ("out_o1", "delta_h1", "dE/dw5", "w5+"):
        assert reader.shown(symbol) == f"{step[symbol]:.9g}"
    assert reader.page.text_content("#unit-weight-2-1-1 .after") == "→ 0.3589"


def test_a_step_shows_its_formula_with_numbers_and_its_result(read: Any) -> None:
    reader = read("urbain", "step=17")
    text = reader.page.inner_text("#formula")
    assert "backward · net input of o₁" in text
    assert [part in text.replace("\n", "") for part in ("0.74136507", "0.186815602", "0.138498562")] == [
        True
    ] * 3
    assert reader.page.locator("#unit-neuron-2-1.lit").count() == 1


def test_sums_grow_where_several_uses_contribute(read: Any) -> None:
    reader = read("urbain")
    for _ in range(60):
        reader.page.keyboard.press("ArrowRight")
        if "∂Eₒ₂/∂outₕ₁ =" in reader.status:
            break
    # 0.0554 of the use in o1 was there before
    assert "0.0553994247 → 0.0363503064" in reader.page.inner_text(".growing")


def test_another_step_of_training_and_the_curve(read: Any) -> None:
    reader, example = read("urbain"), worked.load("urbain")
    reader.page.fill("#more", "150")
    reader.page.click("#train")
    check(reader.numbers(), expected(example, steps=151))
    label = reader.page.get_attribute("#curve", "aria-label")
    assert "at step 1, " in label
    assert f"{example.step(151).error_before:.4g} at step 151" in label
    width = reader.page.locator("#curve").bounding_box()["width"]
    reader.page.locator("#curve").click(position={"x": 64 + (width - 76) / 2, "y": 60})
    assert reader.page.input_value("#round") == "76"
    check(reader.numbers(), expected(example, steps=76))
    reader.page.click("#round-back")
    assert reader.page.input_value("#round") == "75"
    reader.page.click("#rewind")
    assert reader.page.input_value("#round") == "1"
    check(reader.numbers(), expected(example))


# --- editing --------------------------------------------------------------------------------------


def test_weights_inputs_targets_and_the_rate_can_be_edited(read: Any) -> None:
    reader, example = read("urbain"), worked.load("urbain")
    for symbol, text in (("w5", "2"), ("i1", "-0.25"), ("target_o2", "0.5"), ("learning rate", "0.125")):
        reader.edit(symbol, text)
    other = replace(
        example.with_numbers(example.numbers | {"w5": 2.0}),
        examples=[Pair([-0.25, 0.1], [0.01, 0.5])],
        learning_rate=0.125,
    )
    check(reader.numbers(), expected(other))
    assert reader.page.inner_text("#edits") == "4 changed"
    reader.page.click("#reset")
    check(reader.numbers(), expected(example))


def test_a_number_is_edited_where_it_stands_in_the_picture(read: Any) -> None:
    reader, example = read("urbain"), worked.load("urbain")
    before = reader.page.evaluate("scrollY")
    reader.page.locator("#unit-weight-2-2-1 .value").click()
    assert reader.page.inner_text("#here-name").replace("\n", "") == "𝑤7="
    assert reader.page.input_value("#here-number") == "0.5"
    assert reader.page.evaluate("scrollY") == before
    reader.page.keyboard.type("much")
    reader.page.keyboard.press("Enter")
    assert reader.page.get_attribute("#here-number", "aria-invalid") == "true"
    reader.page.fill("#here-number", "-0.75")
    reader.page.keyboard.press("Enter")
    assert reader.page.is_hidden("#here")
    assert reader.page.evaluate("document.activeElement.id") == "view-network"
    check(reader.numbers(), expected(example.with_numbers(example.numbers | {"w7": -0.75})))
    reader.page.locator("#line-weight-1-1-1 path").click(force=True)  # the line is the weight too
    assert reader.page.input_value("#here-number") == "0.15"
    reader.page.click("#here-explain")
    assert "with respect to w₁" in reader.page.inner_text("#explanation-title")
    reader.page.keyboard.press("Escape")
    reader.page.click("#here-close")
    assert reader.page.is_hidden("#here")
    reader.page.click("#show-graph")
    reader.page.locator(".graph .node:visible", has_text=re.compile("^i₂0.1$")).click()
    reader.page.keyboard.press("Escape")
    assert reader.page.is_hidden("#here")
    assert reader.page.evaluate("document.activeElement.id") == "view-graph"


def test_the_picture_shows_the_example_that_is_chosen(read: Any) -> None:
    reader = read("batch-of-three")
    step = worked.load("batch-of-three").step()
    reader.page.click("#last")  # the update of a weight is of no example
    for number in ("2", "3", "1"):
        reader.page.select_option("#example", number)
        shown = reader.page.text_content("#unit-neuron-1-1 .net")
        assert float(shown.replace("−", "-")) == pytest.approx(step[f"net_h1@{number}"], rel=1e-3)
    reader.page.select_option("#example", "3")
    assert "example=3" in reader.fragment
    assert read("batch-of-three", reader.fragment).page.input_value("#example") == "3"
    assert read("urbain").page.is_hidden("#examples")


def test_an_edit_in_a_notation_with_the_other_sign_is_taken_with_it(read: Any) -> None:
    reader, example = read("urbain", "notation=signals"), worked.load("urbain")
    reader.edit("b1", "-0.75")  # b is subtracted there
    check(reader.numbers(), expected(example.with_numbers(example.numbers | {"b1": 0.75}), "signals"))
    reader.page.select_option("#notation", "")
    assert reader.numbers()["b1"] == 0.75


def test_an_edit_at_a_later_step_leaves_those_before(read: Any) -> None:
    reader, example = read("urbain", "train=3"), worked.load("urbain")
    reader.edit("w5", "2")
    third = example.step(3)
    check(
        reader.numbers(),
        expected(
            example.with_numbers({symbol: third[symbol] for symbol in example.numbers} | {"w5": 2.0})
        ),
    )
    reader.page.click("#round-back")
    check(reader.numbers(), expected(example, steps=2))


@pytest.mark.parametrize("text", ["", "much", "1e999", "nan", "1 2"])
def test_what_is_no_number_is_refused_and_said(read: Any, text: str) -> None:
    reader = read("urbain")
    before = reader.numbers()
    reader.edit("w5", text)
    assert reader.status == f"w₅ must be a finite number, got {json.dumps(text)}"
    assert reader.row("w5").locator("input").get_attribute("aria-invalid") == "true"
    assert reader.numbers() == before
    reader.edit("learning rate", "-1")
    assert reader.status == 'η must be a number >= 0, got "-1"'


@pytest.mark.parametrize("name", ["urbain", "xing", "guided"])
def test_another_error_and_other_activations(read: Any, name: str) -> None:
    reader, example = read(name), worked.load(name)
    random = Random(name)
    for _ in range(4):
        errors = reader.page.locator("#loss option").all_inner_texts()
        error = random.choice(errors)
        reader.page.select_option("#loss", error)
        layers = []
        for number, layer in enumerate(example.layers, 1):
            names = reader.page.locator(f"#activation-{number} option").all_inner_texts()
            activation = (
                "sigmoid" if number == len(example.layers) and "cross" in error else random.choice(names)
            )
            reader.page.select_option(f"#activation-{number}", activation)
            layers.append(replace(layer, activation=activation))
        check(reader.numbers(), expected(replace(example, error=error, layers=layers)))


def test_where_python_raises_the_page_says_so(read: Any) -> None:
    reader = read("urbain", "loss=binary_cross_entropy")
    assert reader.page.is_hidden("#problem")
    reader.edit("target_o1", "2")
    assert "the target target_o1 lies in [0, 1]" in reader.page.inner_text("#problem")
    reader.edit("target_o1", "1")
    assert reader.page.is_hidden("#problem")
    reader.page.select_option("#activation-2", "linear")
    reader.edit("w5", "-9")
    assert "has no result" in reader.page.inner_text("#problem") or "lies in" in reader.page.inner_text(
        "#problem"
    )


def test_training_that_leaves_the_numbers_stops_and_says_so(read: Any) -> None:
    reader = read("xing-single", "act=linear")
    reader.edit("learning rate", "1e200")
    reader.page.fill("#more", "10")
    reader.page.click("#train")
    assert "training stops at step" in reader.page.inner_text("#problem")


LINE = FormulaExample(
    name="line",
    title="a line with a kink",
    values={"w": 0.5, "x": 2.0},
    formulas={"y": "w * x", "E": "(y - 3) ** 2 if y < 2 else y ** 4"},
    parameters=["w"],
    learning_rate=0.125,
)


def test_formulas_have_a_page_too(read: Any) -> None:
    reader = read(LINE)
    check(reader.numbers(), expected(LINE))
    reader.edit("w", "0.75")
    check(reader.numbers(), expected(LINE.with_numbers({"w": 0.75, "x": 2.0})))
    assert reader.page.locator("#view-network svg").count() == 1


def test_a_condition_that_would_decide_otherwise_is_refused(read: Any) -> None:
    reader = read(LINE)
    reader.edit("w", "1.5")
    assert reader.page.inner_text("#problem") == (
        "training stops at step 1: this page computes nothing here: "
        "formulas.E goes on where y < 2.0 is true"
    )
    assert reader.numbers() == {"w": 1.5, "x": 2.0, "learning rate": 0.125}


# --- the timeline ---------------------------------------------------------------------------------


def test_every_button_of_the_timeline(read: Any) -> None:
    reader = read("urbain")
    for click, step in (("next", 1), ("next", 2), ("back", 1), ("last", 53), ("back", 52), ("first", 0)):
        reader.page.click(f"#{click}")
        assert reader.status.startswith(f"step {step} of 53")
        assert reader.page.get_attribute("#slider", "aria-valuetext") == f"step {step} of 53"
    assert reader.page.is_disabled("#back")
    reader.page.fill("#goto", "17")
    reader.page.press("#goto", "Enter")
    assert reader.status.startswith("step 17 of 53")
    reader.page.locator("#slider").evaluate(
        "each => { each.value = 20; each.dispatchEvent(new Event('input')) }"
    )
    assert reader.status.startswith("step 20 of 53")


def test_to_the_forward_pass_the_backward_pass_and_the_update(read: Any) -> None:
    reader = read("urbain")
    for grain in ("quantity", "operation", "layer"):
        reader.page.select_option("#grain", grain)
        for phase, head in (("update", "update"), ("backward", "backward"), ("forward", "forward")):
            reader.page.click(f"#phase-{phase}")
            assert reader.page.inner_text("#formula h3 >> nth=0").startswith(head)
            assert reader.page.get_attribute(f"#phase-{phase}", "aria-pressed") == "true"
            reader.page.click("#back")
            assert reader.page.get_attribute(f"#phase-{phase}", "aria-pressed") == "false"
    for key, head in (("u", "update"), ("b", "backward"), ("f", "forward")):
        reader.page.locator("#view-network").focus()
        reader.page.keyboard.press(key)
        assert reader.page.inner_text("#formula h3 >> nth=0").startswith(head)


def test_keys(read: Any) -> None:
    reader = read("urbain")
    press = reader.page.keyboard.press
    for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 53), ("Home", 0)):
        press(key)
        assert reader.status.startswith(f"step {step} of 53")
    press("1")
    press("7")
    press("Enter")
    assert reader.status.startswith("step 17 of 53")
    press("ArrowRight")  # the field has let the keys go
    assert reader.status.startswith("step 18 of 53")
    reader.page.check("#predict")
    reader.page.uncheck("#predict")
    press("ArrowLeft")
    assert reader.status.startswith("step 17 of 53")
    press("g")
    assert reader.page.is_visible("#view-graph")
    assert reader.page.is_hidden("#view-network")
    press("g")
    assert reader.page.is_visible("#view-network")
    reader.page.uncheck("#shortcuts")
    reader.page.locator("#shortcuts").blur()
    press("ArrowRight")
    assert reader.status.startswith("step 17 of 53")


def test_it_plays_to_the_end_and_pauses(read: Any) -> None:
    reader = read("xing-single")
    # so slow that it does not end before one looks, and then fast
    for speed in ("3600", "0.02"):
        reader.page.fill("#speed", speed)
        reader.page.locator("#speed").blur()
        reader.page.keyboard.press("Space")
        if speed == "3600":
            assert reader.page.inner_text("#play") == "Pause"
            reader.page.keyboard.press("Space")
            assert reader.page.inner_text("#play") == "Play"
    total = reader.page.inner_text("#total").split()[-1]
    reader.page.locator("#status", has_text=f"step {total} of").wait_for()
    reader.page.locator("#play-text", has_text="Play").wait_for()


def test_steps_of_an_operation_a_number_a_neuron_a_layer(read: Any) -> None:
    reader = read("urbain")
    totals = {}
    for grain in ("operation", "quantity", "neuron", "layer"):
        reader.page.select_option("#grain", grain)
        reader.page.click("#first")
        totals[grain] = int(reader.page.inner_text("#total").split()[-1])
    assert totals["operation"] > totals["quantity"] > totals["neuron"] > totals["layer"]
    reader.page.click("#next")
    assert reader.page.locator("#formula .line").count() > 4  # net and out of both hidden neurons
    reader.page.select_option("#grain", "operation")
    reader.page.click("#first")
    reader.page.click("#next")
    assert reader.status.endswith("w₁·i₁ = 0.0075")


# --- pictures, table, explanations ----------------------------------------------------------------


def test_table_and_picture_lead_to_one_another(read: Any) -> None:
    reader = read("urbain")
    reader.page.locator("#unit-weight-2-1-1 .value").click()
    assert reader.page.evaluate("document.activeElement.getAttribute('aria-label')") == "w₅, weight"
    assert "chosen" in reader.row("w5").get_attribute("class")
    reader.page.fill("#search", "target")
    reader.page.locator("#unit-neuron-1-1 circle").click(position={"x": 50, "y": 15})
    assert "chosen" in reader.row("out_h1").get_attribute("class")
    assert reader.page.input_value("#search") == ""
    inside = reader.page.evaluate("document.activeElement.closest('tr').dataset.symbol")
    assert inside == "out_h1"
    reader.row("w1").locator("button.symbol").click()
    assert reader.page.locator("#unit-weight-1-1-1.chosen").count() == 1
    reader.page.click("#show-graph")
    reader.page.locator(".graph .node:visible", has_text=re.compile("^w₃0.25$")).click()
    assert "chosen" in reader.row("w3").get_attribute("class")
    # an operation that has no row leads to the quantity that it is a part of
    reader.page.locator(".graph .node:visible", has_text="w₁·i₁ + w₂·i₂").click()
    assert "chosen" in reader.row("net_h1").get_attribute("class")


def test_the_graph_shows_the_same_numbers(read: Any) -> None:
    reader = read("urbain", "view=graph")
    reader.page.click("#last")
    texts = reader.page.locator(".graph .node").evaluate_all(
        "all => all.map(node => [...node.querySelectorAll('text')].map(each => each.textContent))"
    )
    assert ["w₅", "0.4", "∂ 0.08217"] in texts
    assert ["outₕ₁", "0.5933", "∂ 0.03635"] in texts


@pytest.mark.parametrize(
    ("name", "error", "activation"),
    [
        ("urbain", "cross_entropy", "sigmoid"),
        ("urbain", "half_squared_error", "tanh"),
        ("softmax", "squared_error", "sigmoid"),
    ],
)
def test_the_graph_of_another_error_or_activation(
    read: Any, name: str, error: str, activation: str
) -> None:
    reader, example = read(name, "view=graph"), worked.load(name)
    assert reader.page.is_hidden("#graph-note")
    reader.page.select_option("#loss", error)
    reader.page.select_option("#activation-1", activation)
    reader.page.click("#last")
    assert "named quantities" in reader.page.inner_text("#graph-note")
    layers = [replace(example.layers[0], activation=activation), *example.layers[1:]]
    other = replace(example, error=error, layers=layers)
    numbers = expected(other)
    assert reader.page.locator(".graph:visible").count() == 2  # Graphviz has a group of that class too
    texts = reader.page.locator(".graph:visible .node").evaluate_all(
        "all => all.map(node => [...node.querySelectorAll('text')].map(each => each.textContent))"
    )
    assert len(texts) == len(other.step().nodes)
    shown = sorted(float(number.replace("−", "-")) for _, number, _ in texts)
    right = sorted(numbers[symbol] for symbol in other.step().nodes)
    assert shown == pytest.approx(right, rel=1e-3)
    reader.page.select_option("#grain", "quantity")
    reader.page.click("#first")
    reader.page.click("#next")  # a net input: the edges of all that it is computed from are lit
    assert reader.page.locator(".graph:visible .edge.lit").count() >= 4
    reader.page.select_option("#loss", example.error)
    reader.page.select_option("#activation-1", example.layers[0].activation)
    assert reader.page.is_hidden("#graph-note")


def test_the_table_is_searched_and_sorted(read: Any) -> None:
    reader = read("urbain")
    reader.page.fill("#search", "w5")
    visible = reader.page.locator("#symbols tr:visible").evaluate_all(
        "all => all.map(row => row.dataset.symbol)"
    )
    assert visible[0] == "w5"
    assert all("w5" in symbol for symbol in visible)
    assert reader.page.inner_text("#found") == f"{len(visible)} found"
    reader.page.fill("#search", "")
    reader.page.click("#last")
    for order, reverse in (("ascending", False), ("descending", True)):
        reader.page.click("th[data-column=number] button")
        assert reader.page.get_attribute("th[data-column=number]", "aria-sort") == order
        numbers = reader.page.locator("#symbols tr").evaluate_all(
            "all => all.map(row => Number(row.dataset.number))"
        )
        assert numbers == sorted(numbers, reverse=reverse)


def test_a_derivative_is_explained_along_its_paths_and_as_delta(read: Any) -> None:
    reader = read("urbain")
    reader.row("w1").get_by_text("explain").click()
    text = re.sub(r"\s+", "", reader.page.inner_text("#explanation"))
    assert "Along2paths:" in text
    assert f"together{worked.load('urbain').step()['dE/dw1']:.9g}" in text
    assert reader.page.evaluate("document.getElementById('explanation').open")
    reader.page.keyboard.press("Escape")
    reader.row("net_h1").get_by_text("explain").click()
    assert "As δ:" in reader.page.inner_text("#explanation")


# --- predict --------------------------------------------------------------------------------------


def test_predict_tells_right_short_wrong_and_no_number(read: Any) -> None:
    reader = read("urbain")
    reader.page.check("#predict")
    reader.page.click("#next")
    assert reader.shown("net_h1") == "—"
    assert "0.3775" not in reader.page.inner_text("#formula")
    for text, says in (
        ("many", '"many" is no number'), ("0.4", "Right so far: give three significant digits."),
        ("0.376", "Not right."), ("0.378", "Right."),
    ):  # fmt: skip
        reader.page.fill("#answer", text)
        reader.page.press("#answer", "Enter")
        assert reader.page.inner_text("#verdict") == says
    assert reader.shown("net_h1") == "0.3775"


def test_predict_follows_from_ones_own_number(read: Any) -> None:
    reader = read("urbain")
    reader.page.check("#predict")
    reader.page.click("#next")
    reader.page.fill("#answer", "0.5")
    reader.page.fill("#answer", "0.500")
    reader.page.click("#check")
    assert reader.page.inner_text("#verdict") == "Not right."
    reader.page.click("#reveal")
    reader.page.click("#next")
    reader.page.fill("#answer", "0.6225")  # σ(0.5)
    reader.page.click("#check")
    assert reader.page.inner_text("#verdict") == "Right from your own number, which was not right."


def test_predict_names_the_slip(read: Any) -> None:
    """Each mistake of the table is made where it shows, and named."""
    example = worked.load("urbain")
    step = by_hand(example)
    reader = read("urbain", "predict=1")
    order = list(step.program.lines)
    right = step.program.run()
    made: dict[str, list[tuple[float, str]]] = {}
    for mistake in MISTAKES.values():
        for variant in mistake.variants(step):
            for symbol, line in variant.lines.items():
                number = step.program.rewritten([line]).run([symbol])[symbol]
                if not isclose(number, right[symbol], rel_tol=1e-4):
                    made.setdefault(symbol, []).append((number, variant.says))
    assert len(made) > 20
    named = 0
    for _ in order:
        if reader.page.is_disabled("#next"):
            break
        reader.page.click("#next")
        if reader.page.is_hidden("#question"):
            break
        symbol = reader.page.get_attribute("#question", "data-symbol")
        for number, _ in made.get(symbol, ())[:2]:
            says = {says for other, says in made[symbol] if isclose(other, number, rel_tol=1e-9)}
            reader.page.fill("#answer", repr(number))
            reader.page.click("#check")
            verdict = reader.page.inner_text("#verdict")
            assert any(f"Not right: {each}" in verdict for each in says), (symbol, number, verdict, says)
            named += 1
        reader.page.click("#reveal")
    assert named > 20


def test_predict_by_keyboard_alone(read: Any) -> None:
    reader = read("xing-single")
    press, kind = reader.page.keyboard.press, reader.page.keyboard.type
    for _ in range(20):
        press("Tab")
        if reader.page.evaluate("document.activeElement.id") == "predict":
            break
    press("Space")
    reader.page.locator("#predict").blur()
    numbers = expected(worked.load("xing-single"))
    steps = int(reader.page.inner_text("#total").split()[-1])
    press("ArrowRight")
    for step in range(steps):
        symbol = reader.page.get_attribute("#question", "data-symbol")
        kind(repr(numbers[symbol]))
        press("Enter")
        assert reader.status.startswith(f"step {step + 1} of {steps}")
        if step < steps - 1:
            assert reader.page.evaluate("document.activeElement.id") == "next"
            press("Enter")


# --- the address and files ------------------------------------------------------------------------


def test_the_address_holds_the_state(read: Any) -> None:
    reader = read("urbain", "step=17&w5=2")
    assert reader.status.startswith("step 17 of 53")
    assert reader.numbers()["w5"] == 2.0
    reader.page.select_option("#notation", "xing")
    reader.page.select_option("#loss", "squared_error")
    reader.page.select_option("#activation-1", "tanh")
    reader.page.select_option("#grain", "neuron")
    reader.page.click("#show-graph")
    reader.page.fill("#digits", "5")
    reader.page.press("#digits", "Enter")
    reader.page.fill("#round", "30")
    reader.page.press("#round", "Enter")
    reader.edit("learning rate", "0.25")
    before, fragment, status = reader.state(), reader.fragment, reader.status
    assert "w5=2" in fragment
    other = read("urbain", fragment)
    assert other.state() == before
    assert other.status == status
    assert other.fragment == fragment
    assert other.page.is_visible("#view-graph")


def test_the_address_can_be_changed_while_the_page_is_open(read: Any) -> None:
    reader = read("urbain", "step=3")
    reader.page.evaluate("location.hash = '#step=5&w1=0.5'")
    reader.page.locator("#status", has_text="step 5 of").wait_for()
    assert reader.numbers()["w1"] == 0.5


@pytest.mark.parametrize(
    "fragment",
    [
        "step=1e9&w5=NaN",
        "notation=<b>&act=x&loss=y",
        "w99=1&constructor=1&__proto__=2",
        "train=-1&digits=99",
        "%%%=%",
    ],
)
def test_what_the_address_cannot_mean_is_said_and_left_out(read: Any, fragment: str) -> None:
    reader = read("urbain", fragment)
    assert reader.status.startswith("not understood in the address: ")
    check(reader.numbers(), expected(worked.load("urbain")))


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_the_exported_file_is_the_step_that_is_shown(read: Any, tmp_path: Path, name: str) -> None:
    reader = read(name, "train=4")
    symbol = next(iter(worked.load(name).numbers))
    reader.edit(symbol, "0.123456789012345")
    path = tmp_path / "mine.toml"
    path.write_text(reader.exported("toml"), encoding="utf-8")
    check(reader.numbers(), expected(worked.load(path)))


def test_formulas_are_exported_too(read: Any, tmp_path: Path) -> None:
    path = tmp_path / "line.toml"
    reader = read(LINE)
    reader.edit("w", "0.25")
    path.write_text(reader.exported("toml"), encoding="utf-8")
    again = worked.load(path)
    assert again.values == {"w": 0.25, "x": 2.0}
    check(reader.numbers(), expected(again))


# --- for everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("fragment", ["", "step=25", "step=53&view=graph", "predict=1&step=4"])
def test_axe_finds_nothing_serious(read: Any, scheme: str, fragment: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    reader = read("urbain", fragment, color_scheme=scheme)
    if "predict" in fragment:
        reader.page.click("#next")
    # axe is put into the page by the test, which the page's policy would refuse as any other script
    found = Axe().run(reader.page).response["violations"]
    assert [(each["id"], each["help"], each["nodes"][0]["html"][:200]) for each in found] == []


def test_axe_finds_nothing_serious_in_what_opens(read: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    reader = read("batch-of-three", viewport={"width": 360, "height": 760})
    reader.page.locator("#unit-weight-1-1-1 .value").click()
    assert reader.page.is_visible("#here")
    assert Axe().run(reader.page).response["violations"] == []
    reader.page.click("#here-explain")
    assert Axe().run(reader.page).response["violations"] == []
    reader.page.keyboard.press("Escape")
    reader.page.click("#export-toml")
    assert Axe().run(reader.page).response["violations"] == []


def test_every_control_is_reached_by_the_tab_key(read: Any) -> None:
    reader = read("batch-of-three", "step=3")
    controls = set(
        reader.page.locator("button:visible, input:visible, select:visible").evaluate_all(
            "all => all.filter(each => !each.disabled && each.id).map(each => each.id)"
        )
    )
    assert len(controls) > 30
    reached = set()
    for _ in range(300):
        reader.page.keyboard.press("Tab")
        reached.add(reader.page.evaluate("document.activeElement.id"))
    assert controls <= reached


def test_a_weight_is_changed_by_keyboard_alone(read: Any) -> None:
    reader, example = read("urbain"), worked.load("urbain")
    for _ in range(100):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("document.activeElement.getAttribute('aria-label')") == "w₁, weight":
            break
    reader.page.keyboard.press("Control+a")
    reader.page.keyboard.type("2")
    reader.page.keyboard.press("Enter")
    check(reader.numbers(), expected(example.with_numbers(example.numbers | {"w1": 2.0})))


def test_what_unicode_has_no_subscript_for_is_one_all_the_same(read: Any) -> None:
    reader = read("lstm-cell")
    assert reader.page.locator("#view-network .below", has_text="f1").count() > 0
    assert "_" not in reader.page.text_content("#view-network")


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_is_wider_than_the_window(read: Any, width: int) -> None:
    reader = read("urbain", "step=30", viewport={"width": width, "height": 700})
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    lit = reader.page.locator("#view-network .lit").first.bounding_box()
    frame = reader.page.locator("#view-network").bounding_box()
    assert frame["x"] <= lit["x"] + lit["width"]
    assert lit["x"] <= frame["x"] + frame["width"]


def test_nothing_moves_for_who_wants_no_motion(read: Any) -> None:
    for motion, moves in (("reduce", False), ("no-preference", True)):
        reader = read("urbain", reduced_motion=motion)
        duration = reader.page.evaluate(
            "getComputedStyle(document.querySelector('.network circle')).transitionDuration"
        )
        assert (duration != "0s") == moves


def test_a_page_of_paper_for_each_step(read: Any) -> None:
    reader = read("urbain", "grain=layer")
    total = int(reader.page.inner_text("#total").split()[-1])
    pdf = reader.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == total
    assert reader.page.locator("#frames .frame").count() in (0, total)


def test_names_with_markup_stay_text(read: Any) -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    network = MLP(1, [1], activation="sigmoid", init="zeros")
    step = TrainingStep(
        network, [Pair([2.0], [1.0])], SGD(network.parameters(), lr=0.5),
        notation=Notation(weight=evil, net="net_<b>{neuron}", error="E'\"&<i>"),
    )  # fmt: skip
    example = replace(step_example(step), title=evil, source=evil, ours=evil)
    reader = read(example)
    reader.page.click("#last")
    assert reader.page.locator("h1").inner_text() == evil
    assert reader.page.locator("img, b, i").count() == 0
    assert evil in reader.numbers()
    reader.row(evil).get_by_text("explain").click()
    reader.page.keyboard.press("Escape")
    reader.page.click("#show-graph")
    assert evil in reader.page.text_content("#view-graph")
    assert reader.page.locator("script").count() == 2


def step_example(step: TrainingStep) -> Any:
    from nn.stepper.examples import example_of

    return example_of(step)


def test_a_notebook_shows_it_inline(browser: Any, tmp_path: Path) -> None:
    inline = page(worked.load("xing-single"))._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><title>notebook</title>{inline}", encoding="utf-8")
    reader = Reader(browser, path)
    reader.complaints.clear()
    frame = reader.page.frame_locator("iframe")
    frame.locator("#next").click()
    assert frame.locator("#status").inner_text().startswith("step 1 of")
    reader.complaints = [each for each in reader.complaints if "srcdoc" not in each]
    reader.close()


def test_the_reader_hears_of_complaints(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<script>console.log('a'); fetch('https://example.invalid/')</script>", encoding="utf-8"
    )
    reader = Reader(browser, path)
    with reader.page.expect_console_message():
        reader.go("")
    with pytest.raises(AssertionError):
        reader.close()
