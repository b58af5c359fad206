"""Matrices of numbers in a text: in brackets, in LaTeX, as rows below a name as MATLAB has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from autograd.errors import ArgumentValueError
from nn.number_text import read_number
from nn.step import TrainingStep
from nn.step.recorded import Recorded

__all__ = ["Grid", "WrittenMatrix", "grids", "laid_out", "without_matrices"]

#: The symbols of the numbers of a matrix, row by row; "" of one that has none.
Grid: TypeAlias = "list[list[str]]"

_LATEX = re.compile(
    r"(?:\\left\s*[\[(|]\s*)?\\begin\{([pbBv]?matrix|array)\}(?:\{[lcr|]*\})?(?P<latex>[^$]*?)"
    r"\\end\{\1\}(?:\s*\\right\s*[\])|])?"
)
_NESTED = r"\[(?P<nested>\s*\[[^\[\]]*\](?:\s*,?\s*\[[^\[\]]*\])*\s*,?\s*)\]"
_BRACKETS = re.compile(
    rf"(?:(?:np\.|torch\.)?\w{{0,20}}\(\s*)?(?:{_NESTED}|\[(?P<row>[^\[\]]*)\])\s*\)?"
)
_NUMBER = r"[-+−]?[\d.][-+−\d.eE]*"
_ROW = rf"[ \t]*{_NUMBER}(?:[ \t]+{_NUMBER})*[ \t]*(?:\n|\Z)"
_BELOW = re.compile(rf"(?<==)[ \t]*\n(?:[ \t]*(?:```\w*)?[ \t]*\n){{0,4}}(?P<below>(?:{_ROW})+)")
#: What a matrix that is not alone is followed by.
_AFTER = re.compile(
    r"\s*(?:[*×·⊙@^'/+\-−.]|\\(?:odot|cdot|times|begin|left)|\s*[A-Za-z]\w*\s*(?:$|[*@]))"
)
_EQUALS = re.compile(r"=|≈|≃|≅|:=|→")


class WrittenMatrix(NamedTuple):
    """A matrix of numbers in a text.

    Attributes:
        before: the line before it, as it stands there.
        line: the number of the line that it begins in.
        rows: the texts of its numbers.

    >>> _, (matrix,) = without_matrices("W1 = [[0.1, 0.2], [0.3, 0.4]]")
    >>> matrix.before, matrix.rows
    ('W1 = ', [['0.1', '0.2'], ['0.3', '0.4']])
    """

    before: str
    line: int
    rows: list[list[str]]


def without_matrices(written: str) -> tuple[str, list[WrittenMatrix]]:
    r"""A text with blanks in the place of its matrices of numbers, and these.

    A matrix counts if it stands alone after a sign of equality and has nothing but numbers.

    Args:
        written: the text.

    >>> without_matrices(r"$z = \begin{bmatrix} 0.5 & 1.5 \end{bmatrix}$")[1][0].rows
    [['0.5', '1.5']]
    >>> without_matrices("z1 =\n   0.6457   0.5498\n")[1][0].rows
    [['0.6457', '0.5498']]
    >>> without_matrices("x = [a, 0.5], y = 2 [0.5, 1.5], z = [0.5, 1.5] W")[1]
    []
    """
    found: list[WrittenMatrix] = []
    for pattern in (_LATEX, _BRACKETS, _BELOW):
        pieces, done = [], 0
        for match in pattern.finditer(written):
            before = written[written.rfind("\n", 0, match.start()) + 1 : match.start()]
            after = written[match.end() :].partition("\n")[0]
            rows = _rows(match)
            alone = _EQUALS.search(before.rstrip(" \\,;!{")[-2:]) and not _AFTER.match(after)
            if rows is None or not alone:
                continue
            found.append(WrittenMatrix(before, written.count("\n", 0, match.start()) + 1, rows))
            pieces += [written[done : match.start()], re.sub(r"[^\n]", " ", match[0])]
            done = match.end()
        written = "".join([*pieces, written[done:]])
    return written, sorted(found, key=lambda matrix: matrix.line)


def _rows(match: re.Match[str]) -> list[list[str]] | None:
    """The texts of the numbers, in rows of one length; None if there is anything else."""
    parts = match.groupdict()
    if (latex := parts.get("latex")) is not None:
        lines = [line for line in re.split(r"\\\\", latex.replace("\\hline", "")) if line.strip()]
        rows = [[_tidy(cell) for cell in line.split("&")] for line in lines]
    elif (nested := parts.get("nested")) is not None:
        rows = [_cells(line) for line in re.findall(r"\[([^\[\]]*)\]", nested)]
    elif (below := parts.get("below")) is not None:
        rows = [line.split() for line in below.splitlines() if line.strip()]
    else:
        rows = [_cells(line) for line in re.split(r"[;\n]", parts["row"] or "") if line.strip()]
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        return None
    return rows if all(map(_is_number, (cell for row in rows for cell in row))) else None


def _tidy(cell: str) -> str:
    plain = re.sub(r"\\(?:mathbf|boldsymbol|bm|text)(?![a-zA-Z])|\\[,;!]|[\s{}$*]", "", cell)
    return plain.replace(r"\cdot", "·").replace(r"\times", "×")


def _cells(row: str) -> list[str]:
    """The cells of a row between brackets; of 0,15 nobody can tell whether they are two."""
    cells = [cell for cell in re.split(r",\s+|\s+|,$", row.strip()) if cell]
    if len(cells) == 1 and "," in row:
        parts = row.strip().strip(",").split(",")
        return parts if all("." in part for part in parts) else []
    return cells


def _is_number(cell: str) -> bool:
    try:
        read_number(cell)
    except ArgumentValueError:
        return False
    return True


# --- whose they are ------------------------------------------------------------------------------


def grids(step: Recorded) -> dict[str, list[Grid]]:
    """By the names of a step's matrices and vectors, their symbols; of some, both ways they may lie.

    They are the matrices of the notation, if it has any; else the vectors of what is numbered, as
    net_h of net_h1 and net_h2, and the weights of each layer, a row for each neuron or a column.

    Args:
        step: the step.

    >>> from nn import worked
    >>> found = grids(worked.load("urbain").step())
    >>> found["net_h"], found["W1"]
    ([[['net_h1', 'net_h2']]], [[['w1', 'w2'], ['w3', 'w4']], [['w1', 'w3'], ['w2', 'w4']]])
    """
    if isinstance(step, TrainingStep) and step.names.notation.vectors:
        return {matrix.name: [matrix.symbols] for matrix in step.matrices}
    found: dict[str, list[Grid]] = {}
    numbered: dict[str, dict[int, str]] = {}
    for symbol in step:
        if match := re.fullmatch(r"(.*?)_?(\d+)(\+?)", symbol):
            numbered.setdefault(match[1] + match[3], {})[int(match[2])] = symbol
    for stem, symbols in numbered.items():
        if len(symbols) > 1 and symbols.keys() == set(range(1, len(symbols) + 1)):
            found[stem] = [[[symbols[number] for number in sorted(symbols)]]]
    found |= dict(_weights(step))
    return found


def _weights(step: Recorded) -> Iterator[tuple[str, list[Grid]]]:
    layers: dict[int, dict[int, dict[int, str]]] = {}
    for symbol, tag in step.tags.items():
        if tag.role == "weight" and tag.input:
            layers.setdefault(tag.layer, {}).setdefault(tag.neuron, {})[tag.input] = symbol
    names = dict(zip(step.nodes, step.gradients, strict=True))
    updates = {symbol: update for symbol, (update, _) in step.updates.items()}
    error = step.error.name or "E"
    for layer, neurons in layers.items():
        rows = [[row[number] for number in sorted(row)] for _, row in sorted(neurons.items())]
        both = [rows, [list(column) for column in zip(*rows, strict=True)]]
        yield f"W{layer}", both
        if all(symbol in updates for row in rows for symbol in row):
            yield f"W{layer}+", [[[updates[each] for each in row] for row in way] for way in both]
        for above in {error, "E"}:
            yield f"d{above}/dW{layer}", [[[names[each] for each in row] for row in way] for way in both]


def laid_out(rows: list[list[str]], ways: list[Grid]) -> Grid | None:
    """The symbols of the numbers of a matrix; None if it has another shape, or may lie either way.

    Args:
        rows: the numbers.
        ways: see `grids`.

    >>> laid_out([["0.1"], ["0.2"]], [[["a", "b"]]])
    [['a'], ['b']]
    >>> laid_out([["1", "2"], ["3", "4"]], [[["a", "b"], ["c", "d"]], [["a", "c"], ["b", "d"]]]) is None
    True
    """
    shape = len(rows), len(rows[0])
    if 1 in shape:  # whether a vector lies or stands makes no difference
        (first, *_) = ways
        flat = [symbol for row in first for symbol in row]
        if 1 not in (len(first), len(first[0])) or len(flat) != shape[0] * shape[1]:
            return None
        return [flat] if shape[0] == 1 else [[symbol] for symbol in flat]
    fitting = [way for way in ways if (len(way), len(way[0])) == shape]
    return fitting[0] if len(fitting) == 1 else None
