"""A training step as lecture notes draw a network: what it says, and that no text meets another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import CHROMIUM, chromium
from pictures import SVG, texts

from autograd import AutogradError, Diagram
from autograd.rendering import DARK
from autograd.symbols import raised_and_lowered
from nn import MLP, SGD, Adam, Example, TrainingStep, worked
from nn.drawing.contents import FRAMES
from nn.drawing.layers import layers_scene
from nn.drawing.network import network_scene
from nn.drawing.scene import Box, Label, Scene, Shape, meet, plain
from nn.drawing.scene import Path as Edge
from nn.notation import notation_names


def step_of(*shape: int, activation: str = "sigmoid", count: int = 1, **options: object) -> TrainingStep:
    network = MLP(shape[0], list(shape[1:]), activation=activation, seed=1)
    examples = [
        Example([0.5 + 0.1 * i - n for i in range(shape[0])], [1.0, *[0.0] * (shape[-1] - 1)])
        for n in range(count)
    ]
    return TrainingStep(network, examples, SGD(network.parameters(), lr=0.5), **options)


def troubles(scene: Scene) -> list[str]:
    """Texts that touch another, the edge of a shape, or the border; shapes that touch one another."""
    labels = [(thing, thing.box) for thing in scene.things if isinstance(thing, Label)]
    shapes = [(thing, thing.box) for thing in scene.things if isinstance(thing, Shape) and thing.line]
    found = [
        f"{one.text} and {other.text} touch"
        for (one, box), (other, second) in combinations(labels, 2)
        if meet(box, second)
    ]
    found += [
        f"{one.key} and {other.key} touch"
        for (one, box), (other, second) in combinations(shapes, 2)
        if meet(box, second, 2.0)
    ]
    for label, box in labels:
        left, top, right, bottom = box
        if left < 2.0 or top < 2.0 or right > scene.width - 2.0 or bottom > scene.height:
            found.append(f"{label.text} leaves the picture")
        for shape, around in shapes:
            if meet(box, around) and not within(box, shape, around):
                found.append(f"{label.text} leaves {shape.key}")
    return found


def within(box: Box, shape: Shape, around: Box) -> bool:
    """Whether all corners of a text lie in a shape; of one with corners, in its box."""
    left, top, right, bottom = box
    if shape.kind == "circle":
        corners = [(x - shape.x, y - shape.y) for x in (left, right) for y in (top, bottom)]
        return all(x * x + y * y <= (shape.width / 2) ** 2 for x, y in corners)
    s, t, u, v = around
    return s <= left and t <= top and right <= u and bottom <= v


def scene_of(step: TrainingStep, frames: Sequence[str] = FRAMES, digits: int = 4) -> Scene:
    return network_scene(step, frames, digits, 1)


NETWORKS = ["urbain", "hoey", "guided", "xing", "signals", "softmax", "dead-relu"]
SHAPES = [(1, 1), (2, 3, 1), (1, 2, 3, 2), (4, 4, 2), (2, 8, 8, 1), (3, 8, 8, 1), (10, 10, 10)]


@pytest.mark.parametrize("name", NETWORKS)
def test_no_text_meets_another(name: str) -> None:
    assert troubles(scene_of(worked.load(name).step())) == []


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_text_meets_another_whatever_the_shape(shape: tuple[int, ...]) -> None:
    assert troubles(scene_of(step_of(*shape))) == []


@pytest.mark.parametrize("notation", notation_names())
@pytest.mark.parametrize("digits", [2, 17])
def test_no_text_meets_another_in_any_notation(notation: str, digits: int) -> None:
    step = worked.load("urbain").step().in_notation(notation)
    assert troubles(scene_of(step, digits=digits)) == []


@pytest.mark.parametrize("error", ["cross_entropy", "mean_squared_error", "squared_error"])
def test_no_text_meets_another_with_several_examples(error: str) -> None:
    assert troubles(scene_of(step_of(2, 3, 3, count=3, error=error))) == []


def test_texts_that_touch_are_found() -> None:
    scene = scene_of(worked.load("urbain").step())
    labels = [index for index, thing in enumerate(scene.things) if isinstance(thing, Label)]
    one, other = scene.things[labels[10]], scene.things[labels[40]]
    assert isinstance(one, Label)
    assert isinstance(other, Label)
    moved = list(scene.things)
    moved[labels[10]] = replace(one, x=other.x + 1.0, y=other.y + 2.0)
    assert troubles(replace(scene, things=moved)) != []
    longer = list(scene.things)
    longer[labels[10]] = replace(one, text=plain("a text that is too long for where it stands"))
    assert troubles(replace(scene, things=longer)) != []
    assert troubles(replace(scene, width=scene.width - 40.0)) != []


def test_a_small_network_fits_a_page() -> None:
    for name in ("urbain", "signals", "guided", "hoey"):
        scene = scene_of(worked.load(name).step())
        assert scene.width <= 1200.0
        assert scene.height <= 1700.0
    assert scene_of(step_of(2, 8, 8, 1), ["forward"]).width <= 1500.0


# --- what it says ---------------------------------------------------------------------------------


def said(scene: Scene) -> set[str]:
    return {
        "".join(piece for piece, _ in thing.text) for thing in scene.things if isinstance(thing, Label)
    }


def symbol(name: str) -> str:
    return "".join(piece for piece, _ in raised_and_lowered(name))


def shown(number: float) -> str:
    return f"{number + 0.0:.4g}".replace("-", "−")


@pytest.mark.parametrize("name", ["urbain", "xing"])
def test_every_number_is_in_its_frame(name: str) -> None:
    step = worked.load(name).step()
    names, each = step.names, step.names.passes[0]
    numbers = {"forward": {}, "backward": {}, "update": {}}
    for parameter in names.parameters.values():
        numbers["forward"][parameter] = step.values[parameter]
        numbers["backward"][names.gradient(parameter)] = step[names.gradient(parameter)]
    numbers["forward"] |= {symbol: step.values[symbol] for symbol in (*each.inputs, *each.targets)}
    numbers["forward"] |= {
        symbol: step.values[symbol] for symbol in (*each.nets.values(), *each.outs.values())
    }
    numbers["backward"] |= {
        each.deltas[neuron]: step.deltas[each.deltas[neuron]] for neuron in each.nets
    }
    numbers["update"] |= step.updated | step.changes
    for frame, expected in numbers.items():
        text = " ".join(sorted(said(scene_of(step, [frame]))))
        for key, number in expected.items():
            assert symbol(key) in text, key
            assert shown(number) in text, key


def test_gradients_of_zero_are_shown() -> None:
    step = worked.load("dead-relu").step()
    zero = [key for key, number in step.gradients.items() if number == 0.0 and "w" in key]
    assert zero
    texts = said(scene_of(step, ["backward"]))
    assert all(f"{symbol(key)} = 0" in texts for key in zero)


def test_numbers_that_have_no_room_are_left_off_and_that_is_said() -> None:
    texts = said(scene_of(step_of(2, 8, 8, 1), ["forward"]))
    assert "The 64 weights of layer 2 have no room for their numbers." in texts
    assert any(text.startswith("wh1,8,2 = ") for text in texts)
    assert not any(text.startswith("wh2,8,2 = ") for text in texts)


def test_what_is_not_updated_is_said_to_be_so() -> None:
    assert "not updated" in said(scene_of(worked.load("urbain").step(), ["update"]))


def test_an_optimizer_other_than_gradient_descent_is_not_called_so() -> None:
    network = MLP(2, [1], activation="tanh", seed=1)
    step = TrainingStep(network, [Example([1.0, 2.0], [0.5])], Adam(network.parameters(), lr=0.1))
    texts = said(scene_of(step, ["update"]))
    assert "Update: w, by how much the optimizer changes it, w afterwards" in texts
    assert not any("η" in text for text in texts)


def test_each_example_has_its_picture() -> None:
    step = step_of(2, 1, count=2)
    first, second = (said(network_scene(step, ["forward"], 4, example)) for example in (1, 2))
    assert "Example 2 of 2; derivatives by parameters are those of all 2." in second
    assert {"x1@1", "0.5"} <= first
    assert {"x1@2", "−0.5"} <= second


def test_the_frames_have_one_layout() -> None:
    step = worked.load("urbain").step()
    places = []
    for frame in FRAMES:
        shapes = [
            thing for thing in scene_of(step, [frame]).things if isinstance(thing, Shape) and thing.line
        ]
        places.append([(shape.key.partition("-")[2], *shape.box) for shape in shapes])
    assert places[0] == places[1] == places[2]


def test_roles_have_shapes_of_their_own() -> None:
    shapes = [
        thing for thing in scene_of(worked.load("urbain").step()).things if isinstance(thing, Shape)
    ]
    kinds: dict[str, set[tuple[str, str]]] = {}
    for shape in shapes:
        if shape.line:
            kinds.setdefault(shape.key.split("-")[1], set()).add((shape.kind, shape.fill))
    assert all(len(looks) == 1 for looks in kinds.values())
    looks = {role: looks.pop() for role, looks in kinds.items()}
    assert looks.pop("part") == looks["error"]
    assert len({kind for kind, _ in looks.values()}) == len({fill for _, fill in looks.values()}) == 4
    assert all(fill in DARK for _, fill in looks.values())


def test_the_width_of_a_line_tells_its_magnitude_on_demand() -> None:
    step = worked.load("dead-relu").step()

    def widths(*, magnitude: bool) -> dict[str, Edge]:
        scene = network_scene(step, ["backward"], 4, 1, magnitude=magnitude)
        return {f"{each.tail} {each.head}": each for each in scene.things if isinstance(each, Edge)}

    assert {each.width for each in widths(magnitude=False).values()} == {1.0}
    found = widths(magnitude=True)
    assert max(each.width for each in found.values()) == 6.0
    assert any(each.dashed for each in found.values())


# --- a large network, layer by layer --------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 30, 12, 2), (1,) * 8, (784, 2)], ids=str)
def test_a_large_network_is_drawn_layer_by_layer(shape: tuple[int, ...]) -> None:
    step = step_of(*shape, activation="relu")
    assert troubles(layers_scene(step, FRAMES, 4, 1)) == []
    svg = step.draw().svg()
    assert "Layer by layer, since" in " ".join(texts(svg))
    assert float(re.search(r'width="([\d.]+)"', svg)[1]) <= 700.0
    assert f"{shape[-1]} × relu" in " ".join(texts(svg))


def test_the_ranges_of_a_layer_are_those_of_its_numbers() -> None:
    step = step_of(2, 3, 1)
    texts = said(layers_scene(step, FRAMES, 4, 1))
    deltas = [step.deltas[f"delta_h{n}"] for n in (1, 2, 3)]
    assert any(f"δ: {shown(min(deltas))} … {shown(max(deltas))}" in text for text in texts)
    dead = step_of(2, 3, 1, activation="relu")
    zeros = sum(dead.values[f"out_h{n}"] == 0.0 for n in (1, 2, 3))
    assert zeros
    assert any(f"({zeros} of 3 are 0)" in text for text in said(layers_scene(dead, FRAMES, 4, 1)))


# --- files ----------------------------------------------------------------------------------------


def test_a_picture_is_the_same_each_time(tmp_path: Path) -> None:
    def saved(folder: str) -> list[bytes]:
        picture = worked.load("hoey").step().draw()
        (tmp_path / folder).mkdir()
        endings = ("svg", "png", "dot")
        return [picture.save(tmp_path / folder / f"a.{ending}").read_bytes() for ending in endings]

    assert saved("one") == saved("other")


def test_a_name_with_markup_stays_text() -> None:
    from nn import Notation

    evil = '<b>&amp;"\\N'
    step = step_of(1, 1, notation=Notation(input=evil + "{i}", error="<script>"))
    picture = step.draw()
    page = ElementTree.fromstring(picture.svg())
    assert {element.tag.removeprefix(SVG) for element in page.iter()} == {
        *("svg", "title", "style", "rect", "g", "circle", "polygon", "line", "text", "tspan")
    }
    assert f"{evil}1" in texts(picture.svg())
    assert picture.png()[1:4] == b"PNG"


def test_every_colour_has_one_for_dark_pages() -> None:
    for picture in (step_of(2, 2, 2).draw(), step_of(2, 2, 2).draw(view="graph")):
        svg = picture.svg()
        assert {*re.findall(r'(?:fill|stroke)="(#\w+)"', svg)} <= DARK.keys()
        assert "prefers-color-scheme: dark" in svg
        assert "max-width:100%" in svg


def test_dot_has_all_that_svg_has() -> None:
    source = step_of(2, 2, 2).draw(frame="forward").source
    assert source.count("shape=circle") == 4
    assert source.count("->") == 4 + 4 + 2 + 2 + 2  # weights, outputs, parts of the error, targets
    assert Diagram(source).source == source


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "net"}, "view must be one of 'network', 'graph', got 'net'"),
        ({"frame": "later"}, "frame must be one of 'forward', 'backward', 'update', 'all', got 'later'"),
        ({"example": 2}, "example must be at most 1, the number of examples, got 2"),
        ({"view": "network", "fold": True}, "fold and only are for view='graph'"),
        ({"view": "graph", "magnitude": True}, "frame, example and magnitude are for view='network'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(AutogradError, match=re.escape(message)):
        worked.load("urbain").step().draw(**options)


def test_formulas_have_no_network() -> None:
    step = worked.load("lstm-cell").step()
    assert "shape=circle" not in step.draw().source
    with pytest.raises(AutogradError, match="there is no network to draw: view must be 'graph'"):
        step.draw(view="network")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize("name", ["urbain", "softmax"])
def test_texts_are_no_wider_in_a_browser_than_the_room_they_have(name: str, tmp_path: Path) -> None:
    scene = scene_of(worked.load(name).step())
    path = scene.diagram().save(tmp_path / "a.svg")
    labels = [thing for thing in scene.things if isinstance(thing, Label)]
    with chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        widths = page.evaluate(
            "[...document.querySelectorAll('text')].map(each => each.getBBox().width)"
        )
        page.close()
    assert len(widths) == len(labels)
    for label, width in zip(labels, widths, strict=True):
        assert width <= label.width * 1.04 + 1.0, label.text
