"""Pictures of graphs: they show the graph, the whole graph, and text as text."""

from __future__ import annotations

import math
import os
import re
import shutil
import struct
import sys
import sysconfig
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import SVG, Drawn, accumulated, read, texts, tooltips

from autograd import AutogradError, Diagram, Value, draw, topological_order
from autograd.rendering import dark_style
from autograd.strategies import Graph, graphs
from autograd.symbols import unicode_symbol
from nn import MLP, SGD, Example, TrainingStep, worked

# --- the graph -----------------------------------------------------------------------------------


def test_an_operand_that_stands_twice_has_two_edges() -> None:
    x = Value(3.0, "x")
    drawn = read(draw((x * x).named("y")))
    assert list(drawn.boxes) == ["n0", "n1"]
    assert drawn.edges == [("n0", "n1", "3"), ("n0", "n1", "3")]


def test_edges_keep_the_order_of_the_operands() -> None:
    a, b = Value(3.0, "a"), Value(5.0, "b")
    for result, first, slopes in (
        (a - b, "a", ["1", "-1"]),
        (b - a, "b", ["1", "-1"]),
        (b * a, "b", ["3", "5"]),
    ):
        drawn = read(draw(result))
        assert drawn.named(first) == drawn.edges[0][0]
        assert [label for _, _, label in drawn.edges] == slopes
    assert "ordering=in" in draw(a - b).source


def test_a_constant_is_drawn_where_it_is_used() -> None:
    x, y = Value(3.0, "x"), Value(5.0, "y")
    drawn = read(draw((2 * x) * (y * 2)))
    constants = [name for name, box in drawn.boxes.items() if box.constant]
    assert [drawn.boxes[name].lines for name in constants] == [["2"], ["2"]]
    for constant in constants:
        assert [label for tail, _, label in drawn.edges if tail == constant] == [""]
    left, right = read(draw(2 - x)), read(draw(x - 2))
    assert left.boxes[left.edges[0][0]].constant
    assert right.boxes[right.edges[1][0]].constant


def test_numbers_that_are_shown() -> None:
    x = Value(1.0 / 3.0, "x")
    y = (x * x).named("y1")
    assert read(draw(y)).boxes["n1"].lines == ["y₁ = x·x", "0.111111"]
    y.backward()
    drawn = read(draw(y, digits=4))
    assert drawn.boxes["n0"].lines == ["x", "0.3333", "∂ 0.6667"]
    assert drawn.boxes["n1"].lines == ["y₁ = x·x", "0.1111", "∂ 1"]
    assert drawn.boxes["n0"].tooltip == "x\nvalue 0.3333333333333333\ngradient 0.6666666666666666"
    assert drawn.boxes["n1"].tooltip == "y1: product\nvalue 0.1111111111111111\ngradient 1.0"
    assert drawn.edges == [("n0", "n1", "0.33")] * 2


def test_a_picture_shows_the_graph_as_it_stands() -> None:
    x = Value(3.0, "x")
    y = x * x
    before = draw(y)
    y.backward()
    assert "∂ 6" in draw(y).source
    assert "∂ 6" not in before.source


def test_gradients_of_zero_are_shown_once_there_are_gradients() -> None:
    x, w = Value(0.0, "x"), Value(-2.0, "w")
    out = (w * x - 1.0).relu().named("out")
    error = (out * x - w).named("E")
    assert "∂" not in draw(error).source  # backward has not been called
    error.backward()
    drawn = read(draw(error))
    assert drawn.boxes[drawn.named("out")].lines[-1] == "∂ 0"  # the input that it is times is 0
    assert drawn.boxes[drawn.named("x")].lines[-1] == "∂ 0"  # the relu is dead
    assert all(box.lines[-1].startswith("∂ ") for box in drawn.boxes.values() if not box.constant)
    again = read(draw((w * w).named("F")))  # has not been differentiated, but w has a gradient
    assert [box.lines[-1] for box in again.boxes.values()] == ["∂ -1", "4"]


def test_a_zero_has_no_sign() -> None:
    x = Value(-0.0, "x")
    y = (x * -1.0).named("y")
    z = (y * x).named("z")
    z.backward()
    assert not re.search(r"-0\b(?!\.\d*[1-9])", draw(z, y).source)


def test_names_by_default_have_subscripts_and_the_text_fits_its_box() -> None:
    network = MLP(2, [2, 1], activation="sigmoid", seed=1)
    step = TrainingStep(network, [Example([0.5, -1.0], [1.0])], SGD(network.parameters(), lr=0.5))
    svg = step.draw(view="graph").svg()
    assert {"netₕ₁ =", "wₕ₁,₁·x₁ + wₕ₁,₂·x₂ + bₕ₁"} <= set(texts(svg))
    assert not any("_" in text for text in texts(svg))
    # Helvetica is what Graphviz measures texts in; of a list of fonts it knows no widths
    fonts = {each.attrib["font-family"] for each in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert all(font.lower().startswith("helvetica") for font in fonts)


def test_several_results_share_what_they_have_in_common() -> None:
    x = Value(3.0, "x")
    inner = (x * x).named("inner")
    a, b = inner.exp().named("a"), (inner + x).named("b")
    drawn = read(draw(a, b))
    assert len(drawn.boxes) == 4
    assert {
        drawn.boxes[head].lines[0] for tail, head, _ in drawn.edges if tail == drawn.named("inner")
    } == {
        "a = e^inner",
        "b = inner + x",
    }
    assert read(draw(a, a)) == read(draw(a))
    fills = dict(re.findall(r'(n\d) \[label=.*fillcolor="(#\w+)"', draw(a, b).source))
    assert fills[drawn.named("a")] == fills[drawn.named("b")]
    assert len(set(fills.values())) == 3  # leaves, named nodes, results


def test_a_leaf_alone() -> None:
    drawn = read(draw(Value(2.5)))
    assert [box.lines for box in drawn.boxes.values()] == [["2.5"]]
    assert drawn.edges == []


def moderate_graphs(max_size: int) -> st.SearchStrategy[Graph]:
    return graphs(max_size=max_size, max_depth=max_size, limit=1e6, slope_limit=1e6)


def disagreements(drawn: Drawn, result: Value) -> list[str]:
    """Where the products along a picture's edges do not add up to the gradients of the leaves."""
    gradients = accumulated(drawn)
    return [
        f"{leaf.name}: {gradients[drawn.named(leaf.name)]!r}, not {leaf.grad!r}"
        for leaf in topological_order(result)
        if not leaf.operands
        and not math.isclose(gradients[drawn.named(leaf.name)], leaf.grad, rel_tol=1e-9, abs_tol=1e-6)
    ]


@given(moderate_graphs(12), st.booleans(), st.sets(st.integers(0, 20)))
def test_edges_add_up_to_the_gradients(graph: Graph, fold: bool, named: set[int]) -> None:
    result = graph.result
    result.backward()
    for index, node in enumerate(topological_order(result)):
        if index in named and node.operands:
            node.name = f"y{index}"
    drawn = read(draw(result, digits=19, fold=fold))
    assert disagreements(drawn, result) == []


def test_a_wrong_edge_is_found() -> None:
    x = Value(3.0, "x")
    y = (x * x).exp()
    y.backward()
    right = draw(y, digits=19)
    assert disagreements(read(right), y) == []
    wrong = Diagram(right.source.replace("label=3 ", "label=3.001 ", 1))
    assert disagreements(read(wrong), y)
    lost = Diagram("\n".join(line for line in right.source.splitlines() if "n1_1-edge" not in line))
    assert disagreements(read(lost), y)


@given(moderate_graphs(12))
def test_every_node_is_drawn_once_with_all_its_operands(graph: Graph) -> None:
    order = topological_order(graph.result)
    drawn = read(draw(graph.result))
    assert len(drawn.nodes) == len(order)
    assert len(drawn.edges) == sum(len(node.operands) for node in order)
    constants = [each for node in order for each in node.operands if isinstance(each, float)]
    assert len(drawn.boxes) == len(order) + len(constants)


@pytest.mark.slow
def test_a_deep_graph() -> None:
    y = Value(0.5, "x")
    for _ in range(sys.getrecursionlimit() + 200):
        y = y.sin()
    assert len(read(draw(y)).edges) == sys.getrecursionlimit() + 200
    assert read(draw(y, fold=True)).edges[0][:2] == ("n0", "n1")


# --- folded --------------------------------------------------------------------------------------


def test_very_many_edges_are_drawn_straight() -> None:
    def of_edges(count: int) -> Diagram:
        nodes = [Value(float(number)) for number in range(20)]
        for _ in range(count // 40):
            nodes = [(x + y).named("sum") for x, y in pairwise([*nodes, nodes[0]])]
        return draw(*nodes, fold=False)

    few, many = of_edges(800), of_edges(840)
    assert (few.source.count("->"), many.source.count("->")) == (800, 840)
    assert "splines=" not in few.source
    assert "splines=line" in many.source
    assert many.svg().count('class="edge"') == many.source.count("->")


def test_edges_that_are_too_long_are_refused() -> None:
    def chain(length: int) -> Value:
        """Of n nodes: the edge of x to each passes one more than that to the one before."""
        x = node = Value(0.5, "x")
        for number in range(length):
            node = (node + x).named(f"v{number}")
        return node

    most = 31  # 0 + 1 + … + 30 = 465 = 15 · 31
    draw(chain(most), max_nodes=most + 1)
    with pytest.raises(AutogradError) as caught:
        draw(chain(200), max_nodes=201)
    assert str(caught.value) == (
        "the edges between the 201 nodes to draw pass 19900 places where nodes could stand, more than "
        "15 times max_nodes = 201: draw a node further down, or only some"
    )


def test_folded_only_named_nodes_are_left() -> None:
    x, y = Value(3.0, "x"), Value(5.0)
    inner = (2 * x * y + x).named("inner")
    result = inner.square() * 0.5
    drawn = read(draw(result, fold=True))
    heads = [box.lines[0] for box in drawn.boxes.values()]
    assert heads == ["x", "5", "inner = 2·x·5 + x", "inner²·0.5"]
    assert list(drawn.boxes) == drawn.nodes
    boxes = drawn.nodes
    assert sorted(drawn.edges) == sorted(
        [(drawn.named("x"), boxes[2], "11"), (boxes[1], boxes[2], "6"), (boxes[2], boxes[3], "33")]
    )


def test_folded_edges_are_the_derivatives_that_the_step_knows() -> None:
    step = worked.load("urbain").step()
    drawn = read(step.draw(digits=19, fold=True))
    names = {box: re.match(r"\w+", found.tooltip)[0] for box, found in drawn.boxes.items()}
    assert set(names.values()) == set(step.values)
    for tail, head, label in drawn.edges:
        assert float(label) == step[f"d{names[head]}/d{names[tail]}"]
    assert len(drawn.edges) == 4 * 5 + 4 + 2 * 2 + 2


# --- text stays text -----------------------------------------------------------------------------


def shown(name: str) -> str:
    """A name as a viewer sees it: breaks of lines as such, and of blanks only that there are some.

    What is not seen, but says how the rest is, is replaced; of the joiners, scripts are made.
    """
    seen = "".join(
        "\ufffd" if unicodedata.category(each) == "Cf" and each not in "\u200c\u200d" else each
        for each in name
    )
    return re.sub(r"[ \t\xa0]+", " ", "\n".join(seen.splitlines())).strip(" ")


def differences(svg: str, name: str) -> list[str]:
    """How the picture of a leaf of that name differs from the name, and what else there is in it."""
    complaints = []
    (tooltip,) = tooltips(svg)
    expected = shown(f"{name}\nvalue 2.0\ngradient 0.0")
    if shown(tooltip) != expected:
        complaints.append(f"the tooltip is {tooltip!r}, not {expected!r}")
    seen, lines = texts(svg), [line for line in shown(unicode_symbol(name)).split("\n") if line.strip()]
    if [shown(line) for line in seen[:-1] if line.strip()] != [shown(line) for line in lines]:
        complaints.append(f"the text is {seen[:-1]!r}, not {lines!r}")
    allowed = {f"{SVG}{tag}" for tag in ("svg", "g", "title", "a", "polygon", "path", "text")}
    page = ElementTree.fromstring(svg)
    assert page.attrib.pop("style") == "max-width:100%;height:auto"
    style = page[0]
    assert style.text == ElementTree.fromstring(dark_style(page[1].attrib["id"])).text
    page.remove(style)
    for element in page.iter():
        if element.tag not in allowed:
            complaints.append(f"there is a {element.tag}")
        complaints += [
            f"{element.tag} has {key}" for key in element.attrib if re.search("href|^on|style", key)
        ]
    return complaints


HOSTILE = [
    "<b>bold</b>", "<", ">", "<<>>", "<script>alert(1)</script>", "<TABLE><TR><TD>x</TD></TR></TABLE>",
    "a & b", "&", "&amp;", "&lt;script&gt;", "&#60;b&#62;", "&nbsp;", "&bogus;", "&amp;amp;",
    '"', 'a"b', '"quoted"', "'", '\\"', '"]; evil [label="', "a]b", "{a|b}", "a;b", "//", "/* */", "#x",
    "\\", "a\\", "\\\\", "a\\b", "\\n", "\\l", "\\r", "\\N", "\\G", "\\E", "\\T", "\\H", "\\L",
    "\\Gamma", "\\Theta", "\\Net", "a\\nb", "\\\\N",
    "a\nb", "a\n\nb", "a\r\nb", "a\rb", "\n", "a\tb",
    "]]>", "-->", "<!--", "<![CDATA[", "<?xml?>", "--", "->", "a--b",
    "javascript:alert(1)", "%s", "{}", "x" * 3000, "é", "日本", "🙂", "−½·∂", "node", "digraph", "1.5",
    "netₕ₁", "net_h1", "W[1,2]", "a b  c", "\u200b", "a\u202eb", "\u2066",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_names_stay_text(name: str) -> None:
    assert differences(draw(Value(2.0, name)).svg(), name) == []


visible = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
pieces = st.sampled_from(["<", "&", "&lt;", '"', "\\", "\\N", "\\n", "\n", "<b>", "]", ";", "--", "x"])


@given(st.lists(visible | pieces, min_size=1, max_size=8).map("".join))
def test_any_names_stay_text(name: str) -> None:
    assert differences(draw(Value(2.0, name)).svg(), name) == []


#: Control characters, separators, what is no character, and half of one.
UNPRINTABLE = [*map(chr, (0, 1, 8, 0xB, 0xC, 0x1B, 0x1F, 0x7F, 0x85, 0x2028, 0xFFFE, 0xFFFF, 0xD800))]


@pytest.mark.parametrize("character", UNPRINTABLE, ids=ascii)
def test_characters_that_xml_cannot_have_do_no_harm(character: str) -> None:
    x = Value(2.0, f"a{character}b")
    svg = draw((x * x).named("y")).svg()
    assert "y = " in " ".join(texts(svg))
    assert any(re.match(r"a.?b\n", tooltip, re.DOTALL) for tooltip in tooltips(svg))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bold&lt;", "bolder&lt;"),
        (">&lt;b&gt;bold&lt;/b&gt;</text>", "><b>bold</b></text>"),
        ("</svg>", "<script/></svg>"),
        ("<a ", "<a href='javascript:alert(1)' "),
        ("<g ", "<g onclick='alert(1)' "),
    ],
)
def test_text_that_is_not_the_name_is_found(old: str, new: str) -> None:
    name = "<b>bold</b>"
    svg = draw(Value(2.0, name)).svg()
    assert differences(svg, name) == []
    assert old in svg
    assert differences(svg.replace(old, new), name)


# --- SVG -----------------------------------------------------------------------------------------


def test_svg_shows_every_name_and_value() -> None:
    step = worked.load("urbain").step()
    svg = step.draw(6, fold=False).svg()
    seen, hovered = texts(svg), tooltips(svg)
    for symbol, node in step.nodes.items():
        assert any(text.split(" ")[0] == unicode_symbol(symbol) for text in seen), symbol
        assert f"{node.data:.6g}".replace("-", "−") in [text.replace("-", "−") for text in seen]
        assert f"∂ {node.grad:.6g}" in seen
        assert any(
            re.match(rf"{symbol}(:|\n)", text) and f"value {node.data!r}\ngradient {node.grad!r}" in text
            for text in hovered
        )


def test_svg_is_an_element_to_stand_in_a_page() -> None:
    svg = draw(Value(2.0, "x")).svg()
    assert svg.startswith("<svg ")
    assert svg.rstrip().endswith("</svg>")
    assert ElementTree.fromstring(f"<div>{svg}{svg}</div>").tag == "div"


def identifiers(svg: str) -> list[str]:
    found = [element.attrib.get("id") for element in ElementTree.fromstring(svg).iter()]
    return [each for each in found if each is not None]


def test_identifiers_are_unique_and_prefixed() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    for diagram in (draw(x * x + 2 * y, y.exp()), worked.load("urbain").step().draw(fold=True)):
        prefix = read(diagram).prefix
        assert re.fullmatch(r"g[0-9a-f]{8}", prefix)
        found = identifiers(diagram.svg())
        assert len(set(found)) == len(found) > 10
        assert {re.match("(a_)?(g[0-9a-f]{8})", each)[2] for each in found} == {prefix}


@pytest.mark.parametrize("view", ["graph", "network"])
def test_pictures_of_different_steps_share_no_identifier(view: str) -> None:
    first, second = (worked.load("urbain").step(n).draw(view=view) for n in (1, 2))
    assert not set(identifiers(first.svg())) & set(identifiers(second.svg()))


def unnamed(count: int, steps: list[tuple[int, int]]) -> Value:
    nodes = [Value(1.0) for _ in range(count)]
    for left, right in steps:
        nodes.append(nodes[left] * nodes[right])
    return nodes[-1]


def test_graphs_that_differ_in_their_edges_alone_have_different_prefixes() -> None:
    first, second = draw(unnamed(2, [(0, 1), (2, 1)])), draw(unnamed(2, [(0, 0), (2, 1)]))
    assert first.source != second.source
    assert read(first).prefix != read(second).prefix


ones = graphs(leaves=st.just(1.0), constants=st.just(1.0), max_size=5)


@given(ones, ones)
def test_prefixes_are_the_same_where_the_pictures_are(first: Graph, second: Graph) -> None:
    one, other = draw(first.result), draw(second.result)
    prefixes = read(one).prefix, read(other).prefix
    same = one.source.replace(prefixes[0], "") == other.source.replace(prefixes[1], "")
    assert same == (prefixes[0] == prefixes[1])


@given(moderate_graphs(8))
def test_the_same_graph_gives_the_same_picture(graph: Graph) -> None:
    first, second = graph.result, Graph(graph.function, graph.numbers).result
    first.backward()
    second.backward()
    assert draw(first).source == draw(first).source == draw(second).source


def test_the_same_picture_gives_the_same_svg() -> None:
    step = worked.load("urbain").step()
    assert step.draw().svg() == step.draw().svg()


def test_notebooks_show_the_picture() -> None:
    x = Value(3.0, "x")
    y = (x * x).named("y")
    assert y._repr_svg_() == draw(y)._repr_svg_() == draw(y).svg()
    assert repr(draw(y)) == f"<Diagram, {len(draw(y).source.splitlines())} lines of DOT>"


# --- files ---------------------------------------------------------------------------------------


def test_png() -> None:
    diagram = draw(Value(3.0, "x") * 2)
    content = diagram.png()
    assert content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert content.endswith(b"IEND\xaeB`\x82")
    points = re.search(r'width="(\d+)" height="(\d+)"', diagram.svg())
    for pixels, point in zip(struct.unpack(">II", content[16:24]), points.groups(), strict=True):
        assert pixels == pytest.approx(2 * int(point), abs=4)  # 144 dots per inch of 72 points


def test_save(tmp_path: Path) -> None:
    diagram = draw(Value(3.0, "x") * 2)
    assert diagram.save(tmp_path / "a.svg").read_text(encoding="utf-8") == f"{diagram.svg()}\n"
    assert diagram.save(str(tmp_path / "a.PNG")).read_bytes() == diagram.png()
    assert diagram.save(tmp_path / "a.dot").read_text(encoding="utf-8") == diagram.source
    assert diagram.save(tmp_path / "a", "png").read_bytes() == diagram.png()
    assert diagram.save(tmp_path / "b.png", format="png").read_bytes() == diagram.png()


@pytest.mark.parametrize(
    ("name", "format", "message"),
    [
        ("a.eps", None, "one of 'svg', 'png', 'pdf', 'dot', got 'eps'"),
        ("a", None, "one of 'svg', 'png', 'pdf', 'dot', got ''"),
        ("a.svg.bak", None, "'bak'"),
        ("a.svg", "eps", "'eps'"),
        ("a.svg", "", "''"),
        ("a.jpg", "svg", r"'a.jpg' does not end in .svg, as its format does"),
        ("a.png", "svg", r"'a.png' does not end in .svg"),
        ("a.txt", "dot", r"'a.txt' does not end in .dot"),
    ],
)
def test_another_format(name: str, format: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        draw(Value(3.0)).save(tmp_path / name, format)
    assert list(tmp_path.iterdir()) == []


def test_a_format_is_a_text(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"the format of 'a\.svg' must be one of .* got 3"):
        draw(Value(3.0)).save(tmp_path / "a.svg", 3)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        draw(Value(3.0)).save(tmp_path / "none" / "a.dot")


@pytest.mark.parametrize("result", [3.0, "y", None, [Value(1.0)]])
def test_results_are_values(result: Any) -> None:
    with pytest.raises(TypeError, match=f"a result must be a Value, got {re.escape(repr(result))}"):
        draw(Value(1.0), result)


# --- Graphviz ------------------------------------------------------------------------------------

posix = pytest.mark.skipif(os.name == "nt", reason="the programs here are shell scripts")

#: Makes a program of that name, out of the lines of a shell script.
Fake = Callable[..., Path]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, *lines: str, first: str = "#!/bin/sh") -> Path:
        program = folder / name
        program.write_text("\n".join([first, *lines, ""]))
        program.chmod(0o755)
        return program

    return make


@pytest.fixture
def diagram() -> Diagram:
    return Diagram(draw((Value(3.0, "é") * 2).named("y")).source)


FAKE_SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


@posix
def test_dot_is_used_where_it_is_on_the_path(fake: Fake, diagram: Diagram, tmp_path: Path) -> None:
    fake(
        "dot", f"cat > {tmp_path}/input", f"echo $@ > {tmp_path}/arguments", f'echo "<?xml?> {FAKE_SVG}"'
    )
    assert diagram.svg() == f"{FAKE_SVG}\n"
    assert (tmp_path / "input").read_text(encoding="utf-8") == diagram.source
    assert (tmp_path / "arguments").read_text() == "-Tsvg\n"
    diagram.png()
    assert (tmp_path / "arguments").read_text() == "-Tpng -Gdpi=144\n"


@posix
def test_a_failure_of_graphviz_is_reported(fake: Fake, diagram: Diagram, tmp_path: Path) -> None:
    fake("dot", "cat > /dev/null", "echo 'syntax error near line 7' >&2", "exit 3")
    for attempt in (
        diagram.svg,
        diagram.png,
        diagram._repr_svg_,
        lambda: diagram.save(tmp_path / "a.svg"),
    ):
        with pytest.raises(AutogradError, match=r"^Graphviz failed: syntax error near line 7$"):
            attempt()
    assert not (tmp_path / "a.svg").exists()


@posix
@pytest.mark.parametrize(
    ("first", "lines"), [("#!/bin/sh", ["cat > /dev/null"]), ("\x7f", []), ("#!/no/such/program", [])]
)
def test_a_dot_that_is_not_graphviz_is_reported(
    first: str, lines: list[str], fake: Fake, diagram: Diagram
) -> None:
    fake("dot", *lines, first=first)
    with pytest.raises(AutogradError, match="Graphviz"):
        diagram.svg()


def test_syntax_that_graphviz_refuses_is_reported() -> None:
    with pytest.raises(AutogradError, match=r"^Graphviz failed: .*syntax error"):
        Diagram("digraph {").svg()


def test_without_dot_the_one_from_pypi_is_used(
    diagram: Diagram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("dot") is None
    assert shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
    assert "é·2" in " ".join(texts(diagram.svg()))


@posix
def test_without_both_one_elsewhere_on_the_path_is_used(
    fake: Fake, diagram: Diagram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = fake("graphviz-pure", "cat > /dev/null", f'echo "{FAKE_SVG}"')
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    if shutil.which("dot"):
        pytest.skip("there is a dot beside the shell")
    assert diagram.svg() == f"{FAKE_SVG}\n"


def test_without_any_graphviz(diagram: Diagram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert diagram._repr_svg_() is None
    assert Value(3.0)._repr_svg_() is None
    for attempt in (diagram.svg, diagram.png):
        with pytest.raises(AutogradError, match=r"neither `dot` .* nor is graphviz-pure .*pip install"):
            attempt()
    assert diagram.save(tmp_path / "a.dot").read_text(encoding="utf-8") == diagram.source


def test_a_notebook_draws_no_graph_that_is_too_large_to_look_at() -> None:
    y = Value(0.5, "x")
    for _ in range(299):
        y = y.sin()
    assert y._repr_svg_() is not None
    assert y.sin()._repr_svg_() is None


# --- a leaf that was changed ----------------------------------------------------------------------


def test_what_a_changed_leaf_made_stale_is_marked() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    result = ((x * x).named("square") + 1.0 * y).named("sum")
    fresh = read(draw(result))
    assert "stale" not in draw(result).source
    x.data = 10.0
    drawn = read(draw(result))
    lines = {name: drawn.boxes[drawn.named(name)].lines for name in ("x", "y", "square", "sum")}
    assert lines["x"] == ["x", "10"]
    assert lines["y"] == ["y", "3"]
    assert lines["square"][1] == "4 (stale)"
    assert lines["sum"][1] == "7 (stale)"
    assert [edge[2] for edge in drawn.edges] == [edge[2] for edge in fresh.edges]
    tips = [tip for tip in tooltips(draw(result).svg()) if "stale: recorded before a leaf below" in tip]
    assert len(tips) == 2
    x.data = 2.0
    assert draw(result).source == draw(((x * x).named("square") + 1.0 * y).named("sum")).source


def test_a_slope_alone_may_be_stale() -> None:
    x = Value(2.0, "x")
    result = (x * x).named("y")
    x.data = -2.0  # the square is the same, its derivative is not
    assert "4 (stale)" in draw(result).source


@pytest.mark.parametrize("fold", [False, True])
def test_a_loss_after_the_update_is_stale_and_a_training_step_is_not(fold: bool) -> None:
    network = MLP(2, [2, 1], activation="tanh", seed=1)
    example = Example([1.0, 2.0], [0.5])
    step = TrainingStep(network, [example], SGD(network.parameters(), lr=0.1))
    assert "stale" not in step.draw(fold=fold).source
    loss = (network([1.0, 2.0]) - 0.5) ** 2
    loss.backward()
    assert "stale" not in draw(loss, fold=fold).source
    SGD(network.parameters(), lr=0.1).step()
    assert "(stale)" in draw(loss, fold=fold).source


def test_a_graph_of_derivatives_is_not_stale() -> None:
    x = Value(0.5, "x")
    (x.tanh() * x).backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert "stale" not in draw(x.grad).source
    x.data = 0.25
    assert "stale" in draw(x.grad).source
