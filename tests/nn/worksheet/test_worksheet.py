"""Worksheets: every answer is the step's number, every formula gives it, and blanks tell nothing."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from made_networks import made
from oracles import latex_mistakes
from strategies import times

import autograd
from autograd import AutogradError, Value
from autograd.expression import evaluate
from autograd.symbolic import DOTS
from autograd.symbols import is_control
from nn import Example, Notation, worked
from nn.cli import main
from nn.notation import notation_names
from nn.step.updates import RATE, UpdateRule
from nn.worked import WorkedExample
from nn.worksheet import FORMATS, Blank, Worksheet, blanks
from nn.worksheet.elements import Formula, Heading, MatrixItem, Question, answer_key
from tests.support.browser import Reader, chromium

EXAMPLES = worked.groups()["lecture notes"]
both = pytest.mark.parametrize("name", EXAMPLES)
every_kind = pytest.mark.parametrize("kind", list(FORMATS))


def load(name: str) -> WorkedExample:
    example = worked.load(name)
    assert isinstance(example, WorkedExample)
    return example


# --- what is asked ------------------------------------------------------------------------------


def mistakes(sheet: Worksheet, example: WorkedExample, notation: str | None = None) -> list[str]:
    """Answers that are not the step's numbers, and formulas that do not give their answers."""
    step = example.step()
    step = step if notation is None else step.in_notation(notation)
    *asked, after = blanks(sheet.items)
    found = [] if after.answer == step.error_after else ["the error after the update"]
    matrices = {matrix.name: matrix for matrix in (step.matrices if step.names.notation.vectors else [])}
    for blank in asked:
        right = matrices[blank.symbol].shape if isinstance(blank.answer, tuple) else step[blank.symbol]
        if blank.answer != right:
            found.append(f"{blank.symbol} is {right}, not {blank.answer}")
    for item in sheet.items:
        if isinstance(item, Question):
            for formula in item.middle:
                result = worked_out(formula, step, example.learning_rate)
                if result is not None and result != pytest.approx(item.right.answer, rel=1e-6, abs=1e-9):
                    found.append(f"{item.right.symbol}: the formula gives {result}")
    return found


def leaves_something_out(formula: Formula) -> bool:
    return any(isinstance(node, ast.Name) and node.id == DOTS for node in ast.walk(formula.tree))


def worked_out(formula: Formula, step: Any, rate: float) -> float | None:
    """What a formula gives with the numbers in their places; None where it leaves something out."""

    def apply(operation: str, operands: Any) -> float:
        return getattr(autograd, operation)(*(Value(float(each)) for each in operands)).data

    if leaves_something_out(formula):
        return None
    numbers = {}
    of_update = {RATE: rate, **step.update_rule.given(step.steps_before), **step.buffers}
    for id, part in formula.named():
        if isinstance(part, float):
            numbers[id] = part
        elif isinstance(part, Blank):
            assert isinstance(part.answer, float)
            numbers[id] = part.answer
        else:
            numbers[id] = of_update[id[1:]] if id[1:] in of_update else step[part]
    try:
        return float(evaluate(formula.tree, numbers, apply))
    except AutogradError:
        return None  # the textbook's form is out of range


@both
def test_every_answer_is_the_number_of_the_step_and_every_formula_gives_it(name: str) -> None:
    assert mistakes(Worksheet(load(name)), load(name)) == []


@both
@pytest.mark.parametrize("notation", notation_names())
def test_so_in_any_notation(name: str, notation: str) -> None:
    assert mistakes(Worksheet(load(name), notation=notation), load(name), notation) == []


def test_a_planted_mistake_is_found() -> None:
    sheet = Worksheet(load("urbain"))
    index, question = next(
        (index, item) for index, item in enumerate(sheet.items) if isinstance(item, Question)
    )
    wrong = ast.UnaryOp(ast.USub(), question.middle[0].tree)
    for planted in (
        replace(question, right=replace(question.right, answer=question.right.answer + 1e-12)),
        replace(question, middle=[replace(question.middle[0], tree=wrong)]),
    ):
        sheet.items[index] = planted
        assert len(mistakes(sheet, load("urbain"))) == 1


def symbols(sheet: Worksheet) -> list[str]:
    return [item.right.symbol for item in sheet.items if isinstance(item, Question)]


def test_everything_is_asked_in_the_order_of_computing() -> None:
    assert symbols(Worksheet(load("urbain"))) == [
        *("net_h1", "out_h1", "net_h2", "out_h2", "net_o1", "out_o1", "net_o2", "out_o2"),
        *("E_o1", "E_o2", "E_total"),
        *("dE/dout_o1", "dout_o1/dnet_o1", "delta_o1", "dE/dout_o2", "dout_o2/dnet_o2", "delta_o2"),
        *("dE/dout_h1", "dout_h1/dnet_h1", "delta_h1", "dE/dout_h2", "dout_h2/dnet_h2", "delta_h2"),
        *(f"dE/dw{n}" for n in range(1, 9)),
        *(f"w{n}+" for n in range(1, 9)),
        "E_total",
    ]


def test_matrices_are_asked_as_wholes_and_for_their_shapes() -> None:
    example = load("guided-16")
    sheet = Worksheet(example)
    matrices = [item for item in sheet.items if isinstance(item, MatrixItem)]
    given_ones = [item.sides[0][0] for item in matrices if not item.number]
    asked = ["".join(item.sides[0]) for item in matrices if item.number]
    assert given_ones == ["X", "W1", "W2", "y"]
    assert asked == [
        *("z2", "a2", "z3", "yhat", "dJ/dyhat", "sigmoid′(z3)", "delta3", "sigmoid′(z2)", "delta2"),
        *("dJ/dW1", "dJ/dW2", "W1new", "W2new"),
    ]
    shapes = {
        blank.symbol: blank.answer for blank in blanks(sheet.items) if isinstance(blank.answer, tuple)
    }
    assert shapes["dJ/dW1"] == (2, 3)
    assert shapes["dJ/dW2"] == (3, 1)
    assert shapes["delta3"] == (3, 1)


def test_gradients_are_sums_over_the_examples() -> None:
    sheet = Worksheet(replace(load("guided-16"), notation=Notation.named("urbain")))
    question = next(
        item for item in sheet.items if isinstance(item, Question) and item.right.symbol == "dE/dw7"
    )
    assert len(list(question.middle[0].named())) == 6


def test_further_neurons_and_examples_have_blanks_alone() -> None:
    example = made([3, 7, 2], ["tanh", "sigmoid"], examples=3)
    sheet = Worksheet(example)
    assert mistakes(sheet, example) == []
    assert len(symbols(sheet)) < 70
    asked = Counter(blank.symbol for blank in blanks(sheet.items))
    assert {"net_h7@1", "net_h7@3", "delta_o2@3", "w_h7_3+"} <= asked.keys()


def test_long_sums_leave_terms_out_but_not_the_last() -> None:
    sheet = Worksheet(made([40, 1], ["tanh"]))
    question = next(item for item in sheet.items if isinstance(item, Question))
    names = [part for _, part in question.middle[0].named()]
    assert leaves_something_out(question.middle[0])
    assert {"w_o1_1", "x1", "b_o1"} <= set(names)
    assert "x40" not in names


@pytest.mark.parametrize("kind", ["md", "html", "tex"])
def test_a_zero_has_no_sign(kind: str) -> None:
    example = made([2, 2, 1], ["relu", "tanh"], examples=2)
    example.layers[0].weights[0] = [-0.0, -0.3]
    example.layers[1].biases[0] = -0.0
    example.examples[0] = Example([-0.0, 0.5], [-0.0])
    text = Worksheet(example).text(kind, answers=True)
    written = re.sub(r"<[^>]*>", "", text) if kind == "html" else text
    assert not re.search(r"(?<![\w.])[-−]0(?![.\d])", written)


def test_parameters_that_are_not_updated_are_not_asked_for() -> None:
    asked = {blank.symbol for blank in blanks(Worksheet(load("urbain")).items)}
    assert "dE/db1" not in asked
    assert "dE/db1" in {
        blank.symbol for blank in blanks(Worksheet(replace(load("urbain"), update_biases=True)).items)
    }


# --- how it is written --------------------------------------------------------------------------

_ANSWER = {"md": r"\mathbf", "tex": r"\answer"}
_EMPTY = {"md": r"\\underline\{\\hspace\{\d+em\}\}|_{6,}", "tex": r"\\blank\{\d+em\}"}


def arguments(text: str, command: str) -> Iterator[tuple[int, int]]:
    """Where a command's arguments begin and end."""
    for match in re.finditer(re.escape(command) + r"\{", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            end += 1
        yield match.end(), end - 1


def body(html: str) -> ET.Element:
    return ET.fromstring("<body>" + html.partition("<body>")[2].partition("</html>")[0].strip())


def emptied(text: str, kind: str) -> str:
    """A worksheet with a sign in the place of each blank, filled in or not."""
    if kind == "html":
        root = body(text)
        for element in root.iter():
            if element.get("class") in {"place", "filled", "line"}:
                element.clear()
                element.tag = "blank"
        return ET.tostring(root, encoding="unicode")
    text = text.partition(r"\begin{document}")[2] or text
    for start, end in reversed(list(arguments(text, _ANSWER[kind]))):
        text = f"{text[: start - 1 - len(_ANSWER[kind])]}□{text[end + 1 :]}"
    return re.sub(_EMPTY[kind], "□", text).replace("$`□`$", "□")


def answers(text: str, kind: str) -> list[str]:
    """The answers in a worksheet, as Python writes numbers."""
    if kind == "html":
        found = ["".join(each.itertext()) for each in body(text).iter() if each.get("class") == "filled"]
        powers = [re.sub(r"·10(.+)", r"e\1", each.replace("−", "-").strip("()")) for each in found]
        return [str(float(each)) if "×" not in each else each for each in powers]
    inside = (text[start:end] for start, end in arguments(text, _ANSWER[kind]))
    plain = (re.sub(r"\\left\(|\\right\)", "", each) for each in inside if each != "#1")
    plain = (re.sub(r" \\cdot 10\^\{(.+)\}", r"e\1", each) for each in plain)
    return [
        str(float(each)) if "times" not in each else each.replace(r" \times ", "×") for each in plain
    ]


def expected(sheet: Worksheet) -> list[str]:
    return [
        f"{blank.answer[0]}×{blank.answer[1]}"
        if isinstance(blank.answer, tuple)
        else str(float(f"{blank.answer + 0.0:.{sheet.digits}g}"))
        for blank in blanks(sheet.items)
    ]


@both
@every_kind
def test_blanks_filled_in_are_all_that_differs(name: str, kind: str) -> None:
    sheet = Worksheet(load(name))
    without, with_answers = sheet.text(kind), sheet.text(kind, answers=True)
    assert without != with_answers
    assert emptied(without, kind) == emptied(with_answers, kind)
    assert answers(without, kind) == []
    assert Counter(answers(with_answers, kind)) == Counter(expected(sheet))


@both
@every_kind
def test_no_answer_is_in_the_blank_version(name: str, kind: str) -> None:
    sheet = Worksheet(load(name))
    without, with_answers = sheet.text(kind), sheet.text(kind, answers=True)
    telling = {
        text
        for blank in blanks(sheet.items)
        if isinstance(blank.answer, float) and len(text := f"{abs(blank.answer):.6g}") >= 7
    }
    assert telling
    assert [text for text in telling if text in without] == []
    assert [text for text in telling if text not in with_answers and "e" not in text] == []


@pytest.mark.parametrize("name", ["urbain", "hoey", "xing-single"])
@every_kind
def test_answers_at_the_back(name: str, kind: str) -> None:
    """Before them is the sheet with its blanks, and there every question is answered once."""
    sheet = Worksheet(load(name))
    without, at_back = sheet.text(kind), sheet.text(kind, answers="back")
    begin, mark = {
        "md": ("\n---\n", r"\mathbf{"),
        "html": ('<section class="back">', "filled"),
        "tex": (r"\newpage", r"\answer{"),
    }[kind]
    before, _, back = at_back.partition(begin)
    assert without.startswith(before.rstrip())
    key = answer_key(sheet.items)
    assert back.count(mark) == len(list(blanks(key)))
    assert {blank.symbol for blank in blanks(key)} == {row["symbol"] for row in sheet.records()}


def test_other_words_for_the_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="answers must be one of 'back', got 'front'"):
        Worksheet(load("xing-single")).text("md", answers="front")
    with pytest.raises(TypeError):
        Worksheet(load("xing-single")).text("md", answers=1)


@every_kind
@pytest.mark.parametrize("digits", [1, 4, 17])
def test_answers_have_the_digits_that_are_asked_for(kind: str, digits: int) -> None:
    sheet = Worksheet(load("xing"), digits=digits)
    assert Counter(answers(sheet.text(kind, answers=True), kind)) == Counter(expected(sheet))


def test_a_question_in_markdown() -> None:
    lines = Worksheet(load("urbain")).text("md").splitlines()
    assert next(line for line in lines if line.startswith("**5.**")) == (
        r"**5.** $`\mathrm{net}_{o1} = w_{5} \cdot \mathrm{out}_{h1} + w_{6} \cdot \mathrm{out}_{h2} "
        r"+ b_{2}`$ $`= 0.4 \cdot \underline{\hspace{5em}} + 0.45 \cdot \underline{\hspace{5em}} "
        r"+ 0.6`$ = ______________"
    )


def test_a_question_in_latex() -> None:
    text = Worksheet(load("hoey")).text("tex", answers=True)
    assert (
        r"$\mathrm{del}_{1} = (\mathrm{del}_{2} \cdot W_{2}[2:]{}^{T}) \odot \sigma'(a_{1}) = " in text
    )
    assert "\\begin{bmatrix}\n\\answer{0.0314767} & \\answer{-0.00847847}\n\\end{bmatrix}" in text


def test_a_negative_answer_stands_in_brackets_where_it_has_to() -> None:
    text = Worksheet(load("urbain")).text("tex", answers=True)
    assert r"\answer{\left(-0.0380982\right)} \cdot 0.5" in text
    assert r"= -\left(0.99 - \answer{0.772928}\right)" in text


# --- any network, any text ----------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> WorkedExample:
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    activations = draw(
        st.lists(
            st.sampled_from(
                ["sigmoid", "tanh", "relu", "linear", "leaky_relu", "gelu", "square", "atan"]
            ),
            min_size=len(sizes) - 1,
            max_size=len(sizes) - 1,
        )
    )
    error = draw(
        st.sampled_from(
            [
                "squared_error",
                "half_squared_error",
                "mean_squared_error",
                "sqrt(1 + (target - out) ** 2)",
            ]
        )
    )
    notation = draw(st.sampled_from([Notation(), *map(Notation.named, notation_names())]))
    example = made(sizes, activations, examples=draw(st.integers(1, 3)), error=error, notation=notation)
    if notation.bias_convention == "none":
        layers = [replace(layer, biases=None) for layer in example.layers]
        return replace(example, bias_convention="none", layers=layers)
    shared = draw(st.booleans())
    layers = [
        replace(layer, biases=layer.biases[0] if shared else layer.biases) for layer in example.layers
    ]
    return replace(example, layers=layers, bias_convention=notation.bias_convention or "+b")


@given(networks())
@times(1 / 2)
def test_any_network_in_any_notation(example: WorkedExample) -> None:
    sheet = Worksheet(example)
    assert mistakes(sheet, example) == []
    for kind in FORMATS:
        without, with_answers = sheet.text(kind), sheet.text(kind, answers=True)
        assert emptied(without, kind) == emptied(with_answers, kind)
        assert Counter(answers(with_answers, kind)) == Counter(expected(sheet))
    for formula in re.findall(
        r"\$((?:[^$\\]|\\.)*)\$", sheet.text("tex").partition(r"\begin{document}")[2]
    ):
        assert latex_mistakes(formula) == []


@pytest.mark.parametrize("error", ["binary_cross_entropy", "cross_entropy"])
def test_other_errors(error: str) -> None:
    last = "linear" if error == "cross_entropy" else "sigmoid"
    example = made([2, 3, 3], ["tanh", last], error=error)
    example = replace(example, examples=[Example([0.5, -0.3], [1.0, 0.0, 0.0])])
    assert mistakes(Worksheet(example), example) == []


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def commands(text: str) -> set[str]:
    return set(re.findall(r"\\([A-Za-z]+)", text))


HARMLESS = Tags(Worksheet(load("xing")).text("html"))
MATHML = {"mfrac", "msub", "msup", "msubsup", "mover", "mtext"}
names = st.text(max_size=12) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        r"\input{x}",
        r"\write18",
        "`",
        "```",
        "$",
        "|",
        "]]>",
        "&lt;",
        "'\"",
        "^^5c",
    ]
)


def dangers(kind: str, text: str) -> list[str]:
    """What in a worksheet does more than being read."""
    if kind == "html":
        page = Tags(text)
        assert body(text) is not None
        return sorted((page.tags - HARMLESS.tags - MATHML) | (page.attributes - HARMLESS.attributes))
    if kind == "tex":
        bare = re.sub(r"\\[{}\\]", "", text)
        depths = [0, *accumulate((character == "{") - (character == "}") for character in bare)]
        found = re.findall(r"\\(?:input|include|write|def|catcode|csname|openin)(?![a-z])|\^\^", text)
        return (
            found + [c for c in text if not c.isascii()] + ["}"] * (min(depths) < 0 or depths[-1] != 0)
        )
    prose = re.sub(r"(?s)```(?:math|mermaid)\n.*?\n```\n|\$`[^`\n]*`\$", "", text)
    return re.findall(r"[<`*\[](?!\*|\d)", re.sub(r"\\.|\*\*\d+\.\*\*", "", prose))


def braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


#: A notation takes no others.
visible = names.filter(lambda name: not any(map(is_control, name)))


@given(title=names, source=names, weight=visible, error=visible)
@times(1 / 2)
def test_no_text_is_more_than_text(title: str, source: str, weight: str, error: str) -> None:
    notation = Notation(weight=f"{braced(weight)}{{n}}w", bias="{n}", error=f"e{braced(error)}")
    sheet = Worksheet(made([1, 1], ["sigmoid"], title=title, source=source, notation=notation))
    for kind in FORMATS:
        assert dangers(kind, sheet.text(kind, answers=True)) == []


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("html", "<script>alert(1)</script>"),
        ("html", "<p onclick='x'>y</p>"),
        ("tex", r"\input{x}"),
        ("tex", "é"),
        ("tex", "}"),
        ("md", "<b>"),
        ("md", "[a](b)"),
        ("md", "`"),
    ],
)
def test_a_planted_danger_is_found(kind: str, planted: str) -> None:
    text = Worksheet(made([1, 1], ["sigmoid"], title="HERE")).text(kind)
    assert dangers(kind, text) == []
    assert dangers(kind, text[::-1].replace("EREH", planted[::-1], 1)[::-1])


def test_a_picture_tells_no_answers_and_has_every_weight() -> None:
    text = Worksheet(load("urbain")).text("html", answers=True)
    picture = body(text).find(".//{http://www.w3.org/2000/svg}svg")
    assert picture is not None
    shown = "".join(picture.itertext())
    assert all(weight in shown for weight in ("w₁", "w₈", "b₁", "b₂", "i₁", "h₂", "o₂"))
    assert "." not in shown


def test_the_network_is_drawn_in_latex_and_markdown_too() -> None:
    text = Worksheet(load("urbain")).text("tex")
    assert r"\usepackage{tikz}" in text
    picture = text.partition(r"\begin{tikzpicture}")[2].partition(r"\end{tikzpicture}")[0]
    for name in ("w_{1}", "w_{8}", "b_{1}", "b_{2}", "i_{1}", "h_{2}", "o_{2}"):
        assert f"{{${name}$}}" in picture
    assert picture.count("->") == 8
    assert picture.count("<-") == 4
    assert '["b₂"] -.-> n2_1' in Worksheet(load("urbain")).text("md")
    without = Worksheet(made([8, 8], ["tanh"])).text("tex")  # too many weights to be seen
    assert "tikz" not in without


# --- how much is asked, and how much given away -------------------------------------------------


OTHERS = sorted(set(worked.names()) - set(EXAMPLES))


@pytest.mark.parametrize("name", [*OTHERS, "urbain", "guided-16"])
@pytest.mark.parametrize("length", ["short", "full"])
def test_what_a_formula_needs_is_asked_before(name: str, length: str) -> None:
    assert unasked(Worksheet(worked.load(name), length=length)) == []


def unasked(sheet: Worksheet) -> list[str]:
    """The blanks within formulas whose numbers no question before asks for."""
    asked: set[str] = set()
    missing: list[str] = []
    for item in sheet.items:
        if isinstance(item, Question):
            needed = {blank.symbol for blank in blanks([replace(item, right=Blank(0.0, ""))])} - {""}
            missing += needed - asked
            asked.add(item.right.symbol)
        elif not isinstance(item, Heading):
            asked |= {blank.symbol for blank in blanks([item])}
    return missing


def test_a_number_that_is_not_asked_for_is_noticed() -> None:
    sheet = Worksheet(load("softmax"))
    [place] = [
        place
        for place, item in enumerate(sheet.items)
        if isinstance(item, Question) and item.right.symbol == "p_o3"
    ]
    del sheet.items[place]
    assert set(unasked(sheet)) == {"p_o3"}


@pytest.mark.parametrize("name", OTHERS)
def test_the_worksheets_of_the_other_examples_have_the_numbers_of_the_step(name: str) -> None:
    example: Any = worked.load(name)
    step = example.step()
    *asked, after = blanks(Worksheet(example).items)
    assert after.answer == step.error_after
    for blank in asked:
        assert blank.answer == pytest.approx(step[blank.symbol], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("rule", [UpdateRule(momentum=0.9), UpdateRule("adam")])
@pytest.mark.parametrize("name", ["urbain", "hoey"])
def test_an_optimizer_is_asked_for_line_by_line(name: str, rule: UpdateRule) -> None:
    example = replace(load(name), update=rule)
    sheet = Worksheet(example)
    step = example.step()
    asked = {each.symbol for each in blanks(sheet.items)}
    for parameter, (update, _) in step.updates.items():
        assert {*rule.symbols(parameter), update} <= asked
    given = {"momentum": r"\mu = 0.9", "Adam": r"\epsilon = 1 \cdot 10^{-8}`$, $`t = 1"}
    kind = "Adam" if rule.buffers.keys() == {"exp_avg", "exp_avg_sq"} else "momentum"
    assert f"{given[kind]}`$. Before it $`" in sheet.text("md")
    assert mistakes(sheet, example) == []


def test_symbols_in_a_title_are_written_as_below_it() -> None:
    (title, *_) = Worksheet(load("urbain")).text("md").splitlines()
    assert title.endswith("one update of w₁ to w₈")


def questions_of(text: str) -> int:
    return int(re.findall(r"\*\*(\d+)\.\*\*", text)[-1])


def test_a_short_worksheet_asks_for_the_same_in_fewer_questions() -> None:
    example = worked.exercise(7, (2, 3, 2))
    short, full = Worksheet(example, length="short"), Worksheet(example)
    assert {blank.symbol for blank in blanks(short.items)} == {
        blank.symbol for blank in blanks(full.items)
    }
    assert [questions_of(sheet.text("md")) for sheet in (short, full)] == [22, 63]
    assert mistakes(short, example) == []


def test_a_short_worksheet_spells_out_each_kind_however_late_it_comes() -> None:
    sheet = Worksheet(worked.load("lstm-cell"), length="short")
    asked = [item.right.symbol for item in sheet.items if isinstance(item, Question)]
    assert asked[:6] == ["net_a1", "a1", "i1", "s1", "h1", "E"]


@every_kind
@pytest.mark.parametrize("name", ["urbain", "hoey", "unrolled-rnn"])
def test_hints_give_away_formulas_or_do_not(name: str, kind: str) -> None:
    none, some, full = (Worksheet(worked.load(name), hints=hints) for hints in ("none", "some", "all"))
    lengths = [len(sheet.text(kind)) for sheet in (none, some, full)]
    assert lengths[0] < lengths[1] <= lengths[2]
    for sheet in (none, some):
        for item in sheet.items:
            if isinstance(item, Question):
                assert not [
                    part for each in item.middle for _, part in each.named() if part != str(part)
                ]
    assert all(not item.middle for item in none.items if isinstance(item, Question))
    assert any(item.asked for item in none.items if isinstance(item, Question))


def test_a_formula_that_is_asked_for_is_among_the_answers() -> None:
    sheet = Worksheet(load("urbain"), hints="none")
    [blank] = [line for line in sheet.text("md").splitlines() if line.startswith("**2.**")]
    assert blank == r"**2.** $`\mathrm{out}_{h1}`$ = " + "_" * 24 + " = " + "_" * 14
    [line] = [line for line in sheet.text("md", True).splitlines() if line.startswith("**2.**")]
    assert line == (
        r"**2.** $`\mathrm{out}_{h1}`$ = $`\mathbf{\sigma\left(\mathrm{net}_{h1}\right)}`$ "
        r"= $`\mathbf{0.593270}`$"
    )


@every_kind
def test_the_error_has_one_symbol(kind: str) -> None:
    text = Worksheet(load("urbain")).text(kind)
    assert not re.search(r"partial E\}|<mi>∂</mi><mi>E</mi></mrow>", text)
    assert re.search(r"partial E_\{total\}\}|<mi>total</mi>|<mtext>total</mtext>", text)


def test_the_formula_of_the_error_is_given() -> None:
    text = Worksheet(load("softmax")).text("md")
    [line] = [line for line in text.splitlines() if line.startswith("Error: ")]
    assert line.startswith(r"Error: cross entropy, $`m = \max\left(\mathrm{out}_{o1}")
    assert r"$`p_{o1} = \dfrac{e^{\mathrm{out}_{o1} - m}}" in line
    assert r"$`E = \mathrm{target}_{o1} \cdot \left(-\ln p_{o1}\right)" in line


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"length": "long"}, "length must be one of 'short', 'full', got 'long'"),
        ({"hints": "few"}, "hints must be one of .*, got 'few'"),
    ],
)
def test_other_lengths_and_hints_are_refused(option: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Worksheet(load("urbain"), **option)


@pytest.mark.browser
def test_nothing_is_off_the_edge_of_a_page(tmp_path: Path) -> None:
    with chromium() as browser:
        for example in (worked.exercise(7, (2, 3, 2)), *map(worked.load, [*OTHERS, *EXAMPLES])):
            for options in ({}, {"length": "short", "hints": "none"}):
                path = Worksheet(example, **options).save(tmp_path / "sheet.html")
                reader = Reader(browser, path)
                for width in (400, 1200):
                    reader.page.set_viewport_size({"width": width, "height": 900})
                    wide = reader.page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, example.name
                reader.close()


def test_a_page_needs_nothing_from_elsewhere() -> None:
    text = Worksheet(load("hoey")).text("html")
    assert "default-src 'none'" in text
    assert re.findall(r"""(?:src|href)\s*=|@import|url\((?!#)""", text) == []
    assert not Tags(text).tags & {"script", "link", "iframe", "img"}


# --- what is refused ----------------------------------------------------------------------------


def test_what_nobody_would_fill_in_is_refused() -> None:
    with pytest.raises(ValueError, match=r"made: a worksheet of some 42,\d+ numbers to find"):
        Worksheet(made([100, 200, 2], ["tanh", "sigmoid"]))


@pytest.mark.parametrize("digits", [0, 18])
def test_digits_that_a_number_has_not_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 17, got {digits}"):
        Worksheet(load("urbain"), digits=digits)


def test_another_kind_of_file_is_refused_and_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a worksheet can be written as md, html, tex, not as 'pdf'"):
        Worksheet(load("urbain")).save(tmp_path / "sheet.pdf")
    assert list(tmp_path.iterdir()) == []


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["worksheet", *arguments])


@every_kind
def test_the_command_writes_what_the_worksheet_is(run: Callable[..., Result], kind: str) -> None:
    result = run("urbain", "--answers", "--digits", "4", "-o", f"sheet.{kind}")
    assert result.output == f"written: sheet.{kind}\n"
    text = Path(f"sheet.{kind}").read_text(encoding="utf-8")
    assert text == Worksheet(load("urbain"), digits=4, length="short").text(kind, answers=True)


def test_the_command_makes_a_new_exercise_and_writes_it_too(run: Callable[..., Result]) -> None:
    arguments = ["--seed", "3", "--layers", "2,3,1", "--activation", "tanh", "--notation", "hoey"]
    result = run(*arguments, "-o", "sheet.md", "--toml", "new.toml")
    assert result.output == "written: sheet.md\nwritten: new.toml\n"
    example = worked.load("new.toml")
    exercise = worked.exercise(3, [2, 3, 1], activation="tanh", notation="hoey")
    assert example == replace(exercise, name="new")
    first = Path("sheet.md").read_text(encoding="utf-8")
    assert run(*arguments, "-o", "again.md").exit_code == 0
    assert Path("again.md").read_text(encoding="utf-8") == first == Worksheet(exercise).text("md")
    assert CliRunner().invoke(main, ["step", "new.toml"]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "x.md"], 2, "just one of them is expected"),
        (["urbain", "--seed", "1", "-o", "x.md"], 2, "just one of them is expected"),
        (["urbain", "--layers", "2,1", "-o", "x.md"], 2, "are for a new exercise"),
        (["urbain", "--activation", "tanh", "-o", "x.md"], 2, "are for a new exercise"),
        (["--seed", "1", "--layers", "2;1", "-o", "x.md"], 2, "numbers separated by commas"),
        (["--seed", "1", "--layers", "2", "-o", "x.md"], 2, "2 to 8 numbers"),
        (["urbain", "-o", "x.pdf"], 2, "does not end in .md or .html or .tex"),
        (["urbain"], 2, "Missing option"),
        (["nothing", "-o", "x.md"], 2, "no worked example 'nothing'"),
    ],
)
def test_the_command_says_what_is_wrong(
    run: Callable[..., Result], arguments: list[str], code: int, message: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.output
    assert list(Path().iterdir()) == []


def test_formulas_that_update_nothing_have_nothing_to_find(run: Callable[..., Result]) -> None:
    Path("f.toml").write_text("[values]\na = 1.0\n\n[formulas]\nE = 'a * a'\n", encoding="utf-8")
    result = run("f.toml", "-o", "x.md")
    assert result.exit_code == 2
    assert "f: training.parameters is empty: nothing to find" in result.output
    assert not Path("x.md").exists()


def test_the_title_is_the_first_heading() -> None:
    first = Worksheet(load("hoey")).items[0]
    assert first == Heading(load("hoey").title, 1)
