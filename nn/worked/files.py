"""Worked examples out of TOML files: those that come along, and your own."""

from __future__ import annotations

import re
from os import PathLike
from pkgutil import get_data
from typing import TYPE_CHECKING

from autograd import OperandError
from autograd.arguments import shown
from nn.worked.schema import formula_example, network_example
from nn.worked.section import Section, WorkedExampleError

if TYPE_CHECKING:
    from pathlib import Path

    from nn.worked.example import WorkedExample
    from nn.worked.formulas import FormulaExample

__all__ = ["groups", "load", "names"]

#: The files beside this module, by what they are about.
_GROUPS = {
    "lecture notes": (
        *("guided", "guided-16", "hoey", "signals", "urbain"),
        *("xing", "xing-chain", "xing-double", "xing-single"),
    ),
    "one neuron": ("sigmoid-neuron", "tanh-neuron"),
    "networks": ("batch-of-three", "biases-trained", "dead-relu", "softmax", "tanh-cross-entropy"),
    "shared weights": ("convolution", "elman", "lstm-cell", "unrolled-rnn"),
    "optimizers": ("adam-step",),
}
_NAMES = sorted(name for names in _GROUPS.values() for name in names)

#: The largest file that is read: a hundred times what the largest that comes along has.
_MAX_BYTES = 1_000_000


def names() -> list[str]:
    """The worked examples that come along.

    >>> names()[:4], len(names())
    (['adam-step', 'batch-of-three', 'biases-trained', 'convolution'], 21)
    """
    return list(_NAMES)


def groups() -> dict[str, list[str]]:
    """The names of the included worked examples, by what they are about.

    >>> list(groups())
    ['lecture notes', 'one neuron', 'networks', 'shared weights', 'optimizers']
    >>> groups()["one neuron"]
    ['sigmoid-neuron', 'tanh-neuron']
    """
    return {about: list(names) for about, names in _GROUPS.items()}


def load(name: str | Path) -> WorkedExample | FormulaExample:
    """A worked example: one of `names`, or a path to a TOML file of your own.

    The format is described in ``docs/worked-examples.md``.

    Raises:
        WorkedExampleError: there is no such example, or the file is not as it should be; the message
            names the file, the key and what was expected.
        TypeError: it is neither a text nor a path.
        OSError: the file cannot be read.

    >>> example = load("urbain")
    >>> example.source, example.shape, round(example.step()["w5+"], 9)
    ('Jay Urbain, Backpropagation', [2, 2, 2], 0.35891648)
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from nn.worked import WorkedExampleError, dumps
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.toml")
    ...     _ = path.write_text(dumps(example), encoding="utf-8")
    ...     load(path).name, load(path).layers == example.layers
    ('mine', True)
    >>> try:
    ...     load("urban.tml")
    ... except WorkedExampleError as error:
    ...     print(str(error).partition(";")[0])
    no worked example 'urban.tml'
    """
    if not isinstance(name, str | PathLike):
        raise OperandError(f"name must be a text or a path, got {shown(name)}", operands=(name,))
    if str(name) in _NAMES:
        content = get_data("nn.worked", f"{name}.toml")
        assert content is not None
        return _parsed(str(name), f"{name}.toml", content)
    from pathlib import Path  # takes longer to import than an example takes to read

    path = Path(name)
    if path.suffix != ".toml":
        raise WorkedExampleError(
            f"no worked example {str(name)!r}; there are {', '.join(names())}, and files ending in .toml"
        )
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise WorkedExampleError(f"{path}: larger than {_MAX_BYTES:,} bytes")
    return _parsed(path.stem, str(path), content)


#: A key of more parts takes Python's parser a time that grows with their square.
_MAX_PARTS = 1000


def _parsed(name: str, file: str, content: bytes) -> WorkedExample | FormulaExample:
    import tomllib

    try:
        if content.count(b".") > _MAX_PARTS and any(
            piece.count(b".") > _MAX_PARTS for piece in re.split(rb"[=,\n{}\[\]]", content)
        ):
            raise RecursionError
        table = tomllib.loads(content.decode("utf-8-sig"))  # as some editors write it
    except RecursionError:
        raise WorkedExampleError(f"{file}: nested too deeply") from None
    except ValueError as error:  # not TOML, not UTF-8, or a number of too many digits
        raise WorkedExampleError(f"{file}: {' '.join(str(error).split())}") from None
    top = Section(file, "", table)
    return formula_example(name, top) if "formulas" in top.left else network_example(name, top)
