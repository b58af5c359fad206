"""Figures in a text: what is written as ``symbol = number``, proposed as figures of a worked example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from autograd import OperandError
from autograd.arguments import shown, text
from autograd.errors import ArgumentValueError
from autograd.files import path_of, read_text
from autograd.symbols import GREEK
from nn.byhand import by_hand
from nn.number_text import read_number
from nn.proofreading.matrices_in_text import Grid, WrittenMatrix, grids, laid_out, without_matrices
from nn.spellings import symbol_as_read
from nn.worked import Figure, FormulaExample, WorkedExample
from nn.worked.writer import figures_text

__all__ = ["ENDINGS", "FoundFigures", "figures_in", "find_figures"]

#: What figures are looked for in, by the ending of the file.
ENDINGS = (".md", ".html", ".txt")
_MAX_BYTES = 2_000_000
#: A symbol is no longer than that, as it is written.
_LONGEST = 60

_NUMBER = re.compile(
    r"(?<![\w.,\[])[-−–+]?\s?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:\s?[·×*]\s?10\s?(?:\^?\s?\(?[-−]?\d{1,3}\)?|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|[eE][-+−]?\d{1,3})?(?:\s?%)?"
    r"(?![\w])"
)
#: What tells a number from the number of a page.
_DECIMALS = re.compile(r"[.,]\d|[eE·×]")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
#: What begins a line that says which example is talked of.
_EXAMPLE = re.compile(
    r"[#>*\s\d.)-]*(?:(?:for|with|the|training|input) )*"
    rf"(?:(?:example|sample|pattern) (?:no\. |number |#)?(\d{{1,4}})\b|({'|'.join(_ORDINALS)}) "
    r"(?:training )?(?:example|sample|pattern)\b)",
    re.IGNORECASE,
)
#: The example that a symbol is of.
_OF_EXAMPLE = re.compile(r"@(\d+)")
_EQUALS = re.compile(r"=|≈|≃|≅|:=|→")
#: What a number that is not alone is followed by, and a symbol that is not alone comes after.
_OPERATORS = "+-−*·×/^([⋅∙"


class _Written(NamedTuple):
    """A number in the text that is said to be that of a symbol."""

    symbol: str
    printed: str
    line: int
    where: str


@dataclass(frozen=True)
class FoundFigures:
    """What is found in a text.

    Attributes:
        figures: those that are proposed, in the order of the text; nothing is taken over by itself.
        lines: the line of the text that each stands in.
        repeated: those of a symbol that has another number before, perhaps after an update.
        numbers: how many numbers with decimals the text has.
        covered: how many of them are figures, or the same numbers again within formulas.
        given: how many others are given numbers of the example.
        left: the others, each with its line.
        unsaid: symbols that each example has its own number of, where the text does not say which it is.

    >>> from nn import worked
    >>> found = figures_in("net = 0.25, and so o = 0.56. See page 3.5", worked.load("xing-single"))
    >>> [(figure.symbol, figure.printed) for figure in found.figures], found.left
    ([('net', '0.25'), ('o', '0.56')], ((1, '3.5'),))
    """

    figures: tuple[Figure, ...]
    lines: tuple[int, ...]
    repeated: tuple[tuple[int, Figure], ...]
    numbers: int
    covered: int
    given: int
    left: tuple[tuple[int, str], ...]
    unsaid: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Which part of the numbers of the text the figures are.

        >>> from nn import worked
        >>> figures_in("net = 0.25, not 0.75", worked.load("xing-single")).share
        0.5
        """
        return self.covered / self.numbers if self.numbers else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data.

        >>> from nn import worked
        >>> figures_in("net = 0.25", worked.load("xing-single")).to_dict()["share"]
        1.0
        """
        return {
            "figures": [*map(_plain_figure, self.lines, self.figures)],
            "repeated": [_plain_figure(*each) for each in self.repeated],
            "numbers": self.numbers,
            "covered": self.covered,
            "given": self.given,
            "share": self.share,
            "left": [{"line": line, "number": number} for line, number in self.left],
            "unsaid": [*self.unsaid],
        }

    def summary(self) -> str:
        """How much of the text is covered, in a sentence.

        >>> from nn import worked
        >>> figures_in("net = 0.25, not 0.75", worked.load("xing-single")).summary()
        '1 figure; it covers 1 of the 2 numbers with decimals in the text (50 %), 0 are given, 1 is left'
        """
        count = len(self.figures)
        left = len(self.left)
        return (
            f"{count} figure{'' if count == 1 else 's'}; {'it covers' if count == 1 else 'they cover'} "
            f"{self.covered} of the {self.numbers} numbers with decimals in the text "
            f"({100.0 * self.share:.0f} %), {self.given} {'is' if self.given == 1 else 'are'} given, "
            f"{left} {'is' if left == 1 else 'are'} left"
        )

    def toml(self) -> str:
        """The figures as entries of an example's file, with what is to be looked at as comments."""
        lines = [f"# {self.summary()}."]
        if self.left:
            told = [f"{number} (line {line})" for line, number in self.left[:_MOST_LEFT]]
            more = ", …" if len(self.left) > _MOST_LEFT else ""
            lines.append(f"# Left: {', '.join(told)}{more}")
        if self.unsaid:
            lines.append(
                f"# Each example has its own {', '.join(self.unsaid[:_MOST_LEFT])}: "
                f"write {self.unsaid[0]}@1, or say which it is by a heading, as Example 1"
            )
        if self.repeated:
            lines.append("# Again with another number, perhaps after an update; say after which:")
        for line, figure in self.repeated:
            lines.append(f"#   {figure.symbol} = {figure.printed} (line {line})")
        entries = "\n".join(figures_text([each]) for each in self.figures)
        return "\n".join([*lines, "", entries])


_MOST_LEFT = 12


def _plain_figure(line: int, figure: Figure) -> dict[str, Any]:
    return {"symbol": figure.symbol, "printed": figure.printed, "where": figure.where, "line": line}


def find_figures(path: str | Path, example: WorkedExample | FormulaExample) -> FoundFigures:
    """What a Markdown, HTML or plain text file says of the numbers of a worked example.

    Args:
        path: the file.
        example: the worked example, whose symbols are looked for.

    Raises:
        ValueError: the file ends in something else, is too large, or is no text.
        OSError: it cannot be read.
        TypeError: an argument is not of its kind.

    >>> from tempfile import TemporaryDirectory
    >>> from nn import worked
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "page.md")
    ...     _ = path.write_text("$net_{h1} = 0.15 * 0.05 + 0.02 + 0.35 = 0.3775$", encoding="utf-8")
    ...     print(find_figures(path, worked.load("urbain")).figures[0].printed)
    0.3775
    """
    path = path_of(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ArgumentValueError(f"{path}: figures are looked for in {', '.join(ENDINGS)}")
    written = read_text(path, _MAX_BYTES)
    return figures_in(_of_html(written) if ending == ".html" else written, example)


def figures_in(written: str, example: WorkedExample | FormulaExample) -> FoundFigures:
    r"""What a text says of the numbers of a worked example: its equations ``symbol = … = number``.

    Symbols may be written as the example, as Unicode or as LaTeX has them. The number is that which
    stands alone at the end of a chain of equations. Columns of a table count as an equation too. Where
    there are several examples, net_h1 is net_h1@2 under a heading, or after a line, that begins with
    Example 2.

    Args:
        written: the text, plain or Markdown.
        example: the worked example, whose symbols are looked for.

    Raises:
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> text = r"$\frac{\partial E}{\partial w_5} = 0.7414 * 0.1868 * 0.5933 = 0.0822$, w₅⁺ = 0,3589"
    >>> for figure in figures_in(text, worked.load("urbain")).figures:
    ...     print(figure.symbol, figure.printed)
    dE/dw5 0.0822
    w5+ 0,3589
    """
    text("written", written)
    if not isinstance(example, WorkedExample | FormulaExample):
        raise OperandError(f"example must be a worked example, got {shown(example)}")
    known = _Known(example)
    given = known.given
    found: list[_Written] = []
    counted, of_given = 0, 0
    others: list[tuple[int, str]] = []
    own: list[tuple[int, str]] = []
    again_given: list[tuple[int, Figure]] = []
    written, matrices = without_matrices(written)
    headings = _headings(written)
    for matrix in matrices:
        for symbol, printed in known.entries(matrix):
            figure = Figure(symbol=symbol, printed=printed, where=headings[matrix.line - 1])
            is_new = _value(printed) not in given.values()
            if symbol and symbol not in given:
                found.append(_Written(symbol, printed, matrix.line, figure.where))
            elif symbol and is_new:
                again_given.append((matrix.line, figure))
            if re.search(_DECIMALS, printed):
                counted += 1
                if symbol and symbol not in given:
                    own.append((matrix.line, printed))
                elif not is_new:
                    of_given += 1
                else:
                    others.append((matrix.line, printed))
    for line, where, chain, equations in _equations(written, known):
        ends = {end for _, end, _ in equations}
        found += [
            _Written(symbol, printed, line, where)
            for symbol, _, printed in equations
            if symbol not in given
        ]
        computed = {end for symbol, end, _ in equations if symbol not in given}
        for number in _NUMBER.finditer(chain):
            value = _value(number[0])
            if value is None or not re.search(_DECIMALS, number[0]):
                continue
            counted += 1
            if number.end() in computed:
                own.append((line, number[0].strip()))
            elif number.end() in ends or value in given.values():
                of_given += 1
            else:
                others.append((line, number[0].strip()))
    figures: dict[str, tuple[int, Figure]] = {}
    repeated = again_given
    for each in sorted(found, key=lambda each: each.line):
        figure = Figure(symbol=each.symbol, printed=each.printed, where=each.where)
        if each.symbol not in figures:
            figures[each.symbol] = each.line, figure
        elif figures[each.symbol][1].printed != each.printed:
            repeated.append((each.line, figure))
    again = {_unsigned(printed) for _, printed in own}
    left = [each for each in others if _unsigned(each[1]) not in again]
    covered = len(own) + len(others) - len(left)
    return FoundFigures(
        tuple(figure for _, figure in figures.values()),
        tuple(line for line, _ in figures.values()),
        tuple(sorted(repeated, key=lambda each: each[0])),
        counted,
        covered,
        of_given,
        tuple(sorted(left, key=lambda each: each[0])),
        tuple(known.unsaid),
    )


def _tidy(printed: str) -> str:
    """A number without the space after its sign."""
    return re.sub(r"^([-−–+])\s", r"\1", printed.strip())


def _unsigned(printed: str) -> str:
    return printed.lstrip("+-−– ")


def _value(printed: str) -> float | None:
    try:
        return float(read_number(_tidy(printed)).exact)
    except ArgumentValueError:
        return None


# --- symbols -------------------------------------------------------------------------------------


class _Known:
    """The symbols of an example's numbers, by how they are read.

    Attributes:
        given: the numbers that are given, by symbol.
        example: the example that is talked of; 0 if the text does not say which it is.
        unsaid: symbols that were met where it does not, and that each example has its own number of.
    """

    def __init__(self, example: WorkedExample | FormulaExample) -> None:
        calculation, self._step = by_hand(example), example.step()
        lines = calculation.program.lines
        symbols = dict.fromkeys([*self._step, *lines, *calculation.program.given])
        readings: dict[str, set[str]] = {}
        for symbol in symbols:
            readings.setdefault(symbol_as_read(symbol), set()).add(symbol)
        for line in lines.values():
            if line.kind in {"gradient", "partial"}:
                for above in {line.above, "E"} if line.above == calculation.error else {line.above}:
                    readings.setdefault(symbol_as_read(f"d{above}/d{line.below}"), {line.symbol})
        self._symbols = {
            reading: min(of, key=len)
            for reading, of in readings.items()
            if len({calculation.symbol(symbol) or symbol for symbol in of}) == 1
        }
        self._grids = {
            reading: ways for name, ways in grids(self._step).items() for reading in _readings(name)
        }
        for reading, ((row, *rows), *_) in self._grids.items():
            if len(row) == 1 and not rows:  # a matrix of one number
                self._symbols.setdefault(reading, row[0])
        self._nodes = {symbol_as_read(symbol): symbol for symbol in self._step.nodes}
        self._of_examples = {
            (int(numbers.pop()), bare): symbol
            for reading, symbol in self._symbols.items()
            if len(numbers := {*_OF_EXAMPLE.findall(reading)}) == 1
            and (bare := _OF_EXAMPLE.sub("", reading)) not in self._symbols
        }
        self._bare = {
            bare: _OF_EXAMPLE.sub("", symbol) for (_, bare), symbol in self._of_examples.items()
        }
        self.example = 0
        self.unsaid: dict[str, None] = {}
        self.given = {
            symbol: number for symbol, number in calculation.program.given.items() if symbol not in lines
        }

    def entries(self, matrix: WrittenMatrix) -> list[tuple[str, str]]:
        """The numbers of a matrix, each with its symbol; "" if it is not known whose they are."""
        printed = [number for row in matrix.rows for number in row]
        for segment in _EQUALS.split(_plain(matrix.before)):
            name = _at_end(segment, lambda reading: reading if reading in self._grids else "")
            if not name:
                continue
            ways = self._grids[name]
            # a matrix of given numbers says which way its letter is written
            told = [way for way in ways if self._are_given(matrix.rows, way)]
            if len(told) == 1 and len(ways) > 1:
                place = ways.index(told[0])
                for each in self._grids:
                    if name in each and len(self._grids[each]) > 1:
                        self._grids[each] = [self._grids[each][place]]
                ways = told
            if (symbols := laid_out(matrix.rows, ways)) is not None:
                return list(zip((symbol for row in symbols for symbol in row), printed, strict=True))
        return [("", number) for number in printed]

    def _are_given(self, rows: Sequence[Sequence[str]], way: Grid) -> bool:
        """Whether they are the given numbers of these symbols."""
        numbers = [_value(number) for row in rows for number in row]
        known = [self.given.get(symbol) for row in way for symbol in row]
        return (len(rows), len(rows[0])) == (len(way), len(way[0])) and numbers == known

    def symbol(self, reading: str) -> str:
        """The symbol that is read so, or the derivative of a number by another; "" if there is none."""
        if reading in self._symbols:
            return self._symbols[reading]
        if reading in self._bare:
            if not self.example:
                self.unsaid[self._bare[reading]] = None
            return self._of_examples.get((self.example, reading), "")
        if "/d" in reading and (derivative := re.fullmatch(r"d(.+)/d(.+)", reading)):
            above, below = (self._nodes.get(each, "") for each in derivative.groups())
            name = f"d{above}/d{below}"
            if above and below and self._step[name]:
                self._symbols[reading] = name
                return name
        return ""


def _readings(name: str) -> set[str]:
    """How the name of a matrix may be read: of W2 also as ``W^{(2)}``."""
    reading = symbol_as_read(name)
    return {reading, re.sub(r"(?<=[A-Za-z])(\d)(?=\+?$|new$)", r"(\1)", reading)}


# --- equations -----------------------------------------------------------------------------------


def _headings(written: str) -> list[str]:
    """The heading that each line stands under."""
    found, where = [], ""
    for line in written.splitlines():
        if heading := _HEADING.match(line):
            where = heading[2].strip()
        found.append(where)
    return found


def _examples(written: str) -> Iterator[int]:
    """The number of the example that each line is of, as a heading or a line before says; or 0."""
    number = depth = 0
    for line in written.splitlines():
        heading = _HEADING.match(line)
        said = _EXAMPLE.match(line)
        if said:
            number = int(said[1] or _ORDINALS.index(said[2].lower()) + 1)
            depth = len(heading[1]) if heading else 7
        elif heading and len(heading[1]) <= depth:
            number = 0
        yield number


def _equations(
    written: str, known: _Known
) -> Iterator[tuple[int, str, str, list[tuple[str, int, str]]]]:
    """The lines of a text: number, heading, the line as it is read, and the equations in it."""
    pending: list[str] = []
    lines = zip(written.splitlines(), _headings(written), _examples(written), strict=True)
    for number, (raw, where, example) in enumerate(lines, 1):
        known.example = example
        line = _plain(raw)
        if "=" not in line and ("|" in line or "\t" in line):
            line = re.sub(r"[|\t]", "=", line)
        if not _EQUALS.match(line.lstrip()):
            pending = []
        found, pending = _in_line(line, known, pending)
        yield number, where, line, found


def _in_line(
    line: str, known: _Known, pending: list[str]
) -> tuple[list[tuple[str, int, str]], list[str]]:
    """The equations in a line: symbol, where the number ends, its text; and what goes on in the next.

    In ``a = b = 0.5`` the number is that of both.
    """
    found: list[tuple[str, int, str]] = []
    start = 0
    ends = [*(each.span() for each in _EQUALS.finditer(line)), (len(line), len(line))]
    for position, (end, after) in enumerate(ends):
        segment = line[start:end]
        if position or pending:
            number = _NUMBER.match(line, start + len(segment) - len(segment.lstrip()))
            if pending and number and number.end() <= end and _is_alone(line, number.end()):
                found += [(symbol, number.end(), _tidy(number[0])) for symbol in pending]
                pending = []
        if end < len(line) and (symbol := _symbol_at_end(segment, known)):
            alone = known.symbol(symbol_as_read(segment)) == symbol
            pending = [*(pending if alone else ()), symbol]
        start = after
    return found, pending


def _is_alone(line: str, end: int) -> bool:
    following = line[end:].lstrip()
    return not following or following[0] not in _OPERATORS


def _symbol_at_end(segment: str, known: _Known) -> str:
    """The symbol that a segment ends with, unless it is part of a formula; "" if it is none."""
    return _at_end(segment, known.symbol)


def _at_end(segment: str, known: Callable[[str], str]) -> str:
    """What is known of the end of a segment, unless it is part of a formula; "" if nothing is."""
    tail = segment.rstrip()
    starts = [place.start() for place in re.finditer(r"(?<!\S)\S|(?<=[\s(,;:])\S", tail)]
    for start in starts:
        if len(tail) - start <= _LONGEST and (symbol := known(symbol_as_read(tail[start:]))):
            before = tail[:start].rstrip()
            return "" if before and before[-1] in _OPERATORS else symbol
    return ""


# --- markup --------------------------------------------------------------------------------------

_COMMANDS = re.compile(
    r"\\(?:mathrm|mathbf|text|operatorname|mathit|left|right|quad|vec|bm|boldsymbol)(?![a-zA-Z])|\\[,;!]"
)
_HAT = re.compile(r"\\(?:wide)?hat\s*(?:\{\s*(\w)\s*\}|(\w))")
_DERIVATIVE = re.compile(r"\\d?frac\s*\{")


def _plain(line: str) -> str:
    """A line of Markdown or LaTeX without what does not matter here."""
    while found := _DERIVATIVE.search(line):
        above, middle = _braced(line, found.end() - 1)
        below, end = _braced(line, middle)
        if end < 0:
            break
        bars = ("", "") if "∂" in above + below or "partial" in above + below else ("(", ")")
        fraction = f"{bars[0]}{above}{bars[1]}/{bars[0]}{below}{bars[1]}"
        line = f"{line[: found.start()]}{fraction}{line[end:]}"
    line = _COMMANDS.sub("", _HAT.sub(lambda hat: f"{hat[1] or hat[2]}hat", line))
    line = line.replace(r"\partial", "∂").replace(r"\cdot", "·").replace(r"\times", "×")
    line = re.sub(r"\\approx\b", "≈", line).replace(r"\%", "%")
    line = re.sub(rf"\\({'|'.join(GREEK)})\b", lambda word: GREEK[word[1]], line)
    line = re.sub(r"\{,\}", ",", line)  # a decimal comma in LaTeX
    line = re.sub(r"[$`&{}]|\\\\|\*\*", "", line)
    return re.sub(r"∂\s+", "∂", line)


def _braced(line: str, start: int) -> tuple[str, int]:
    """What is within the braces that open at a place, and where they end; -1 if they do not."""
    if start < 0 or start >= len(line) or line[start] != "{":
        return "", -1
    depth = 0
    for place in range(start, len(line)):
        depth += {"{": 1, "}": -1}.get(line[place], 0)
        if not depth:
            return line[start + 1 : place], place + 1
    return "", -1


class _Page(HTMLParser):
    """Writes a page as lines: indices, powers and fractions as LaTeX has them, cells with bars."""

    _BLOCKS = frozenset((
        *("p", "div", "li", "tr", "br", "table", "pre", "section", "article", "dd", "dt"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    ))  # fmt: skip
    _JOINED = {"sub": "_", "sup": "^"}  # noqa: RUF012  # never changed
    _BETWEEN = {"mfrac": "/", "msub": "_", "msup": "^"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0
        self._matrix: list[int] | None = None  # rows, and cells of the row, so far
        self._open: list[list[Any]] = []  # elements whose parts are joined: name, depth, parts so far
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "svg", "annotation"}:
            self._hidden += 1
        if tag == "mtable" or (tag == "table" and "matrix" in (dict(attrs).get("class") or "")):
            self.parts.append(r"\begin{matrix}")
            self._matrix = [0, 0]
        elif self._matrix is not None:
            self._cell(tag, self._matrix)
        elif tag in self._BLOCKS:
            self.parts.append("\n")
        if re.fullmatch(r"h[1-6]", tag):
            self.parts.append(f"{'#' * int(tag[1])} ")
        if tag in {"td", "th"} and self._matrix is None:
            self.parts.append(" | ")
        self.parts.append(self._JOINED.get(tag, ""))
        if self._open and self._depth == self._open[-1][1]:
            self._open[-1][2] += 1
            if self._open[-1][2] == 2:
                self.parts.append(self._BETWEEN[self._open[-1][0]])
        if tag not in {"br", "hr", "img", "input", "meta", "link"}:
            self._depth += 1
            if tag in self._BETWEEN:
                self._open.append([tag, self._depth, 0])

    def _cell(self, tag: str, counts: list[int]) -> None:
        """Begin a row or a cell of a matrix, of which so many rows and cells of the row have been."""
        if tag in {"tr", "mtr"}:
            self.parts.append(r"\\" if counts[0] else "")
            counts[:] = counts[0] + 1, 0
        elif tag in {"td", "mtd"}:
            self.parts.append("&" if counts[1] else "")
            counts[1] += 1

    def handle_endtag(self, tag: str) -> None:
        if self._matrix is not None and tag in {"table", "mtable"}:
            self.parts.append(r"\end{matrix}")
            self._matrix = None
        if tag in {"script", "style", "svg", "annotation"}:
            self._hidden = max(0, self._hidden - 1)
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        self._depth = max(0, self._depth - 1)
        if tag in self._BLOCKS and self._matrix is None:
            self.parts.append("\n")
        elif tag in {"b", "strong", "span", "math"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _of_html(written: str) -> str:
    page = _Page()
    page.feed(written)
    page.close()
    return "".join(page.parts)
