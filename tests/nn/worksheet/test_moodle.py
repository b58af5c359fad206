"""Questions for Moodle: in its format, right where the step is, and each mistake has its name."""

from __future__ import annotations

import base64
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from autograd.symbols import unicode_symbol
from nn import worked
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.byhand.rounding import Rounding
from nn.cli import main
from nn.worksheet import Worksheet, blanks, moodle_xml

#: In the default tier one of each kind: a network, one of several examples, formulas.
SAMPLE = {"urbain", "softmax", "tanh-neuron"}
EXAMPLES = [
    pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in worked.names()
]


@cache
def text_of(name: str, digits: int = 6) -> str:
    return moodle_xml([Worksheet(worked.load(name), digits=digits)])


def quiz_of(name: str, digits: int = 6) -> ET.Element:
    return ET.fromstring(text_of(name, digits))


def numerical(quiz: ET.Element) -> list[ET.Element]:
    return [question for question in quiz if question.get("type") == "numerical"]


def graded(question: ET.Element, response: Decimal) -> tuple[int, str]:
    """What Moodle makes of a response: the first answer within whose tolerance it lies."""
    for answer in question.findall("answer"):
        number, tolerance = (Decimal(answer.findtext(each) or "") for each in ("text", "tolerance"))
        slack = Decimal("1e-14") * max(1, abs(number))
        if abs(response - number) <= tolerance + slack:
            return int(answer.get("fraction") or 0), answer.findtext("feedback/text") or ""
    return 0, ""


# --- the format ----------------------------------------------------------------------------------

#: What Moodle's documentation has in a question, and how often; and in an answer.
DOCUMENTED = {
    "name": (1, 1), "questiontext": (1, 1), "generalfeedback": (1, 1), "defaultgrade": (1, 1),
    "penalty": (1, 1), "hidden": (1, 1), "answer": (1, 1000), "unitgradingtype": (1, 1),
    "unitpenalty": (1, 1), "showunits": (1, 1), "unitsleft": (1, 1),
}  # fmt: skip
FORMATS = {"html", "moodle_auto_format", "plain_text", "markdown"}


def wrong_in(text: str) -> list[str]:
    """Where a file is not as https://docs.moodle.org/en/Moodle_XML_format has it."""
    found = []
    if not text.startswith("<?xml version"):
        found.append("the first line is not the XML declaration")
        return found
    quiz = ET.fromstring(text)
    if quiz.tag != "quiz" or {each.tag for each in quiz} != {"question"}:
        found.append("it is no quiz of questions")
    if quiz[0].get("type") != "category":
        found.append("no category comes first")
    for question in quiz:
        if question.get("type") == "category":
            path = question.findtext("category/text") or ""
            if not path.startswith("$course$/top/"):
                found.append(f"category {path}")
            if any(len(each) > 255 for each in path.replace("//", "").split("/")):
                found.append(f"category {path} is too long")
            continue
        counts = {tag: len(question.findall(tag)) for tag in DOCUMENTED}
        found += [
            f"{counts[tag]} {tag}"
            for tag, (least, most) in DOCUMENTED.items()
            if not least <= counts[tag] <= most
        ]
        found += [f"unknown {each.tag}" for each in question if each.tag not in DOCUMENTED]
        for place in ("name", "questiontext", "generalfeedback"):
            if question.find(f"{place}/text") is None:
                found.append(f"no text in {place}")
        found += [
            f"format {each.get('format')}"
            for each in question.iter()
            if each.get("format", "html") not in FORMATS
        ]
        fractions = []
        for answer in question.findall("answer"):
            fractions.append(answer.get("fraction"))
            Decimal(answer.findtext("text") or "")
            if not Decimal(answer.findtext("tolerance") or "-1") >= 0:
                found.append("no tolerance")
            if not answer.findtext("feedback/text"):
                found.append("no feedback")
        if fractions[0] != "100" or set(fractions[1:]) - {"0"}:
            found.append(f"fractions {fractions}")
        pictures = question.findall("questiontext/file")
        named = (question.findtext("questiontext/text") or "").count("@@PLUGINFILE@@/network.svg")
        if named != len(pictures):
            found.append("a picture that is not there")
        for picture in pictures:
            ET.fromstring(base64.b64decode(picture.text or ""))
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_format_is_that_of_moodles_documentation(name: str) -> None:
    assert wrong_in(text_of(name)) == []


def test_what_is_not_so_is_found() -> None:
    text = text_of("xing-single")
    for old, new in (
        ("<?xml", "<!-- quiz --><?xml"),
        ("$course$/top/", "top/"),
        ('fraction="100"', 'fraction="90"'),
        ("<tolerance>0.00", "<tolerance>-0.00"),
        ("<unitsleft>0</unitsleft>", ""),
        ('format="html"', 'format="latex"'),
        ('<file name="network.svg"', '<image name="network.svg"'),
        ("<text>Right.</text>", "<text></text>"),
    ):
        assert old in text
        planted = text.replace(old, new, 1)
        if "<image" in planted:
            planted = planted.replace("</file>", "</image>", 1)
        assert wrong_in(planted), old


def test_formulas_and_names_are_safe_in_xml_and_in_html() -> None:
    example = worked.exercise(3, (1, 1))
    odd = replace(example, name="a<b>&c", title="1/2 <b>&amp;</b> ]]>")
    quiz = ET.fromstring(moodle_xml([Worksheet(odd)]))
    assert quiz[0].findtext("category/text") == "$course$/top/backprop/1//2 <b>&amp;<//b> ]]>"
    assert (quiz[1].findtext("name/text") or "").startswith("a<b>&c 01: ")


# --- what is right, and what is not --------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_number_to_find_is_asked_for_once_and_is_the_steps(name: str) -> None:
    sheet = Worksheet(worked.load(name))
    right = {
        (blank.symbol, blank.after): blank.answer
        for blank in blanks(sheet.items)
        if isinstance(blank.answer, float)
    }
    questions = numerical(quiz_of(name))
    assert len(questions) == len(right)
    found = [Decimal(question.findtext("answer/text") or "") for question in questions]
    assert sorted(found) == sorted(Decimal(Rounding(6).text(number)) for number in right.values())


@pytest.mark.parametrize("digits", [3, 6])
def test_rounded_and_cut_are_right_and_two_units_off_is_not(digits: int) -> None:
    for question in numerical(quiz_of("urbain", digits)):
        right = Decimal(question.findtext("answer/text") or "")
        unit = Decimal(str(Rounding(digits).unit(float(right))))
        assert graded(question, right)[0] == 100
        assert graded(question, right - unit)[0] == graded(question, right + unit)[0] == 100
        assert graded(question, right + 2 * unit)[0] == 0


@pytest.mark.parametrize("name", ["urbain", "xing-chain", "guided"])
def test_every_mistake_that_leads_to_another_number_is_told_by_its_name(name: str) -> None:
    calculation = by_hand(worked.load(name))
    questions = {
        (question.findtext("name/text") or "").partition(": ")[2]: question
        for question in numerical(quiz_of(name))
    }
    told = 0
    right = calculation.program.run()
    for mistake in MISTAKES.values():
        for variant in mistake.variants(calculation):
            wrong = calculation.program.rewritten(variant.lines.values()).run()
            for symbol, number in wrong.items():
                question = questions.get(unicode_symbol(symbol))
                if question is None or symbol in calculation.program.given:
                    continue
                if variant.local and symbol not in variant.lines:
                    continue
                response = Decimal(Rounding(6).text(number))
                unit = Rounding(6).unit(right[symbol])
                if abs(response - Decimal(Rounding(6).text(right[symbol]))) > Decimal("1.5") * unit:
                    fraction, feedback = graded(question, response)
                    general = variant.says.rpartition(",")[0]
                    named = any(
                        each in feedback for each in (variant.says, f"if {general}.", f"if {general} or")
                    )
                    assert (fraction, named) == (0, True), (symbol, variant, feedback)
                    told += 1
    assert told > 100


def test_an_unknown_response_gets_nothing() -> None:
    assert graded(numerical(quiz_of("urbain"))[0], Decimal("12.5")) == (0, "")


# --- a question bank -----------------------------------------------------------------------------


def test_exercises_of_many_seeds_are_a_bank_with_a_category_for_each_number() -> None:
    quiz = ET.fromstring(moodle_xml([Worksheet(worked.exercise(seed)) for seed in (1, 2, 3)]))
    sizes: dict[str, int] = {}
    for question in quiz:
        if question.get("type") == "category":
            category = question.findtext("category/text") or ""
            sizes[category] = 0
        else:
            sizes[category] += 1
    assert set(sizes.values()) == {3}
    assert next(iter(sizes)) == "$course$/top/backprop/a 2-2-1 network of sigmoid neurons/01 netₕ₁"
    names = [question.findtext("name/text") for question in numerical(quiz)]
    assert len(set(names)) == len(names)


def test_different_examples_are_a_category_each() -> None:
    sheets = [Worksheet(worked.load(name)) for name in ("urbain", "guided")]
    quiz = ET.fromstring(moodle_xml(sheets))
    assert [question.get("type") for question in quiz].count("category") == 2


# --- the command ---------------------------------------------------------------------------------


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["worksheet", *map(str, arguments)], prog_name="backprop")


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "quiz.xml"
    result = run("urbain", "-o", path, "--digits", 4)
    assert (result.exit_code, result.output) == (0, f"written: {path}\n")
    assert path.read_text(encoding="utf-8") == text_of("urbain", 4)
    assert run("--seed", 5, "--count", 2, "--layers", "1,1", "-o", path).exit_code == 0
    assert wrong_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["urbain", "-o", "x.xml", "--answers"], "--answers is for .md, .html and .tex"),
        (["urbain", "-o", "x.xml", "--count", "2"], "--count is for exercises in .xml, with --seed"),
        (["--seed", "1", "-o", "x.md", "--count", "2"], "--count is for exercises in .xml"),
        (["--seed", "1", "-o", "x.xml", "--count", "2", "--toml", "x.toml"], "without --toml"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert not Path("x.xml").exists()


# --- read back by somebody else's reader ---------------------------------------------------------


@pytest.mark.moodle
@pytest.mark.parametrize("name", ["urbain", "hoey", "xing-chain"])
def test_another_reader_of_the_format_reads_the_same(name: str, tmp_path: Path) -> None:
    """amc2moodle reads Moodle's quizzes to print them: the number, and its sign."""
    import sys
    from types import ModuleType

    # it reads pictures with wand, which needs ImageMagick; there are none for it here
    sys.modules.setdefault("wand", ModuleType("wand"))
    pictures = sys.modules.setdefault("wand.image", ModuleType("wand.image"))
    pictures.__dict__.setdefault("Image", None)
    from amc2moodle.moodle2amc import Quiz
    from amc2moodle.moodle2amc._questions import QuestionNumerical

    path = tmp_path / "quiz.xml"
    text = text_of(name, 4)
    path.write_text(text, encoding="utf-8")
    read = Quiz(str(path)).mdl.getroot()
    ours = numerical(ET.fromstring(text))
    theirs = read.findall("question[@type='numerical']")
    assert len(theirs) == len(ours) > 0
    for question, own in zip(theirs, ours, strict=True):
        choices = QuestionNumerical(question).answers()
        right = own.findtext("answer/text") or ""
        assert float(choices.get("target")) == float(right)
        assert f"sign={str(float(right) < 0).lower()}" in choices.text.replace(" ", "")


def test_a_quiz_of_a_large_step_is_refused() -> None:
    sheet = Worksheet(worked.exercise(1, (11, 11, 1)))
    with pytest.raises(ValueError, match="a step of 144 numbers; at most 130 are asked for in a quiz"):
        moodle_xml([sheet])
