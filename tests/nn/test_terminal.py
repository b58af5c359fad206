"""Tables in a terminal: framed, as wide as there is room, and nothing of them lost."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from shown import words, wrongly_shown

from autograd.tables import Table
from nn.terminal import Part, plain, styled

WORDS = [
    *("a", "net", "out", "δ", "=", "∂E/∂net", "0.123456789", "-0.5", "not", "updated", "w₁", "gradient"),
    *("E_total", "漢字", "é", "n\u0304", "x²"),
]
ANSI = re.compile(r"\x1b\[[0-9]+m")

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
cells = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 5))
    framed = draw(st.booleans())
    heads = draw(st.lists(cells, min_size=columns, max_size=columns)) if framed else []
    table = Table(
        draw(texts) if framed else "", heads, draw(st.text("lr", min_size=columns, max_size=columns))
    )
    for _ in range(draw(st.integers(0, 4))):
        if framed and draw(st.integers(0, 4)) == 0:
            table.head(draw(st.sampled_from(WORDS)))
        else:
            row = draw(st.lists(cells, min_size=1, max_size=columns))
            table.add(*row, strong=draw(st.booleans()))
    return table


parts = st.lists(tables() | texts, min_size=1, max_size=3)


def sums() -> Table:
    table = Table("Sums", ["what", "value"], "lr")
    table.head("of two")
    table.add("a + b", "3")
    table.head("of none")
    table.add("empty", "0", strong=True)
    table.add("no value")
    return table


def test_a_table_has_a_frame_and_its_headings_a_line_above() -> None:
    assert plain([sums(), "and so on"]).splitlines() == [
        "Sums",
        "┏━━━━━━━━━━┳━━━━━━━┓",
        "┃ what     ┃ value ┃",
        "┡━━━━━━━━━━╇━━━━━━━┩",
        "│ of two   │       │",
        "│ a + b    │     3 │",
        "├──────────┼───────┤",
        "│ of none  │       │",
        "│ empty    │     0 │",
        "│ no value │       │",
        "└──────────┴───────┘",
        "and so on",
    ]


def test_titles_strong_rows_and_headings_are_set_off() -> None:
    lines = styled([sums()], 80).splitlines()
    assert lines[0] == "\x1b[1mSums\x1b[0m"
    assert lines[4] == "│ \x1b[3mof two  \x1b[0m │ \x1b[3m     \x1b[0m │"
    assert lines[5] == "│ a + b    │     3 │"
    assert lines[8] == "│ \x1b[1mempty   \x1b[0m │ \x1b[1m    0\x1b[0m │"


def test_what_is_long_is_wrapped_between_words_in_its_column() -> None:
    table = Table("", ["name", "what a head says"], "lr")
    table.add("x", "1.5")
    table.add("several words", "2\n10")
    assert plain([table], 22).splitlines() == [
        "┏━━━━━━━━━━┳━━━━━━━━━┓",
        "┃          ┃  what a ┃",
        "┃          ┃    head ┃",
        "┃ name     ┃    says ┃",
        "┡━━━━━━━━━━╇━━━━━━━━━┩",
        "│ x        │     1.5 │",
        "│ several  │       2 │",
        "│ words    │      10 │",
        "└──────────┴─────────┘",
    ]


def test_where_a_number_would_be_broken_the_cells_are_lines() -> None:
    table = Table("Neurons", ["neuron", "net", "a long head"], "lrr")
    table.add("h1", "0.123456789", "")
    table.add("h2", "-0.5", "0.987654321")
    assert plain([table], 20).splitlines() == [
        "Neurons",
        "h1",
        "  net: 0.123456789",
        "h2",
        "  net: -0.5",
        "  a long head:",
        "    0.987654321",
    ]


def test_a_list_has_no_frame() -> None:
    notes = Table("", [], "rl")
    notes.add("1", "a note of some words")
    notes.add("10", "another")
    assert plain([notes], 14).splitlines() == [
        *[" 1 a note of", "   some words", "10 another"],
    ]


def test_wide_and_combining_characters_are_counted_as_a_terminal_shows_them() -> None:
    table = Table("", ["漢字", "n\u0304"], "lr")
    table.add("x", "12")
    lines = plain([table]).splitlines()
    assert {cell_len(line) for line in lines} == {13}
    assert lines[3] == "│ x    │ 12 │"


@given(parts, st.integers(20, 100))
@example([Table("a title that is longer than its table", ["x"], "l")], 80)
def test_no_word_is_lost_or_broken_and_no_line_too_long(given: list[Part], width: int) -> None:
    text = plain(given, width)
    assert wrongly_shown(text, given, width) == []
    for word in words(given):
        assert re.sub(r"\s|[│┃]", "", text).count(word) >= 1


@given(parts, st.integers(20, 100))
def test_what_sets_off_takes_no_room(given: list[Part], width: int) -> None:
    bare = ANSI.sub("", styled(given, width))
    assert [line.rstrip() for line in bare.splitlines()] == plain(given, width).splitlines()


@given(tables(), st.integers(40, 100))
def test_a_frame_is_a_rectangle(table: Table, width: int) -> None:
    lines = plain([table], width).splitlines()
    framed = [line for line in lines if line[:1] in set("┏┃┡│├└")]
    assert len({cell_len(line) for line in framed}) <= 1


@pytest.mark.parametrize("columns", ["", "0", "wide"])
def test_without_a_terminal_there_are_80_columns(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from nn.cli import output

    def none(_: int) -> None:
        raise OSError

    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("os.get_terminal_size", none)
    assert output._columns() == 80
    monkeypatch.setenv("COLUMNS", "33")
    assert output._columns() == 33
