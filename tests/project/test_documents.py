"""README and docs say what the code does today."""

import doctest
import re
from pathlib import Path

import pytest
from pages import texts_of, tool

import autograd
from nn import worked

ROOT = Path(__file__).parents[2]


documents = tool("documents")
PAGES = [*documents.documents(), ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]


#: Pages whose examples need something else to be installed.
OF_OTHERS = {"native.md": pytest.mark.native, "handover.md": pytest.mark.torch}


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
def test_commands_print_what_the_page_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert documents.refreshed(text) == text


def test_a_changed_number_in_a_page_is_found() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    planted = text.replace("0.593269992", "0.593269993", 1)
    assert planted != text
    assert documents.refreshed(planted) == text


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.name, marks=OF_OTHERS.get(path.name, ())) for path in PAGES],
)
def test_examples_in_a_page_run(path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, path.name, str(path), 0)
    result = doctest.DocTestRunner().run(test)
    assert result.failed == 0


def test_the_readme_has_examples_and_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(">>> ") > 10
    assert len(documents.BLOCK.findall(text)) >= 2


def test_toml_in_a_page_is_a_worked_example(tmp_path: Path) -> None:
    from nn import worked

    text = (ROOT / "docs" / "worked-examples.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        file = tmp_path / "example.toml"
        file.write_text(block, encoding="utf-8")
        assert worked.load(file).step().error_after < worked.load(file).step().error_before


def test_the_format_page_names_every_key_and_choice() -> None:
    from dataclasses import fields

    from nn.error_rules import ERRORS
    from nn.neuron import BIAS_CONVENTIONS
    from nn.notation import Notation

    text = (ROOT / "docs" / "worked-examples.md").read_text(encoding="utf-8")
    for choice in (*BIAS_CONVENTIONS, *ERRORS):
        assert f'| `"{choice}"` |' in text
    for field in fields(Notation):
        assert f"| `{field.name}` |" in text
        assert f'`"{field.default}"`' in text


def test_the_picture_shows_the_step_as_it_is() -> None:
    drawn = documents.picture()
    assert documents.PICTURE.read_text(encoding="utf-8") == drawn
    assert "δh1" in texts_of(drawn)


def test_the_page_of_operations_follows_from_the_table() -> None:
    page = tool("operations_page")
    assert page.PAGE.read_text(encoding="utf-8") == page.page()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_in_a_page_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_the_changelog_knows_the_version() -> None:
    assert f"## {autograd.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_page_of_worked_examples_has_their_groups() -> None:
    page = (ROOT / "docs" / "worked-examples.md").read_text(encoding="utf-8")
    table = page.partition("| group | examples |\n")[2].partition("\n\n")[0].splitlines()[1:]
    rows = (row.strip("| ").split(" | ") for row in table)
    assert {group: re.findall(r"`([\w-]+)`", names) for group, names in rows} == worked.groups()
