"""Worked examples out of TOML files: those that come along, and your own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path

from nn.activations import activation_names
from nn.error_rules import error_rule
from nn.forward import Example
from nn.neuron import BIASES
from nn.notation import Notation, notation_names
from nn.worked.example import Figure, LayerData, WorkedExample
from nn.worked.reader import Section, WorkedExampleError

__all__ = ["load", "names"]

#: The largest file that is read: a hundred times what the largest that comes along has.
_MOST_BYTES = 1_000_000
_NUMBER = re.compile(r"[-+−]?(\d+\.?\d*|\.\d+)([eE][-+−]?\d{1,3})?", flags=re.ASCII)


def names() -> list[str]:
    """The worked examples that come along.

    >>> names()  # doctest: +NORMALIZE_WHITESPACE
    ['guided', 'guided-16', 'hoey', 'signals', 'urbain',
     'xing', 'xing-chain', 'xing-double', 'xing-single']
    """
    return sorted(
        file.name.removesuffix(".toml")
        for file in resources.files("nn.worked").iterdir()
        if file.name.endswith(".toml")
    )


def load(name: str | Path) -> WorkedExample:
    """A worked example: one of `names`, or a path to a TOML file of your own.

    The format is described in ``docs/worked-examples.md``.

    Raises:
        WorkedExampleError: there is no such example, or the file is not as it should be; the message
            names the file, the key and what was expected.
        OSError: the file cannot be read.
    """
    if str(name) in names():
        content = (resources.files("nn.worked") / f"{name}.toml").read_bytes()
        return _parsed(str(name), f"{name}.toml", content)
    path = Path(name)
    if path.suffix != ".toml":
        raise WorkedExampleError(
            f"no worked example {str(name)!r}; there are {', '.join(names())}, and files ending in .toml"
        )
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise WorkedExampleError(f"{path}: larger than {_MOST_BYTES:,} bytes")
    return _parsed(path.stem, str(path), content)


def _parsed(name: str, file: str, content: bytes) -> WorkedExample:
    try:
        table = tomllib.loads(content.decode())
    except RecursionError:
        raise WorkedExampleError(f"{file}: nested too deeply") from None
    except ValueError as error:  # not TOML, not UTF-8, or a number of too many digits
        raise WorkedExampleError(f"{file}: {' '.join(str(error).split())}") from None
    top = Section(file, "", table)
    notation = _notation(top)
    bias = top.choice("bias", BIASES, notation.convention or "+b")
    notation = replace(notation, convention=bias)
    layers = _layers(top.sections("layers"), bias, notation.vectors)
    training, printed = top.section("training"), top.sections("figures", at_least=0)
    example = WorkedExample(
        name=name,
        title=top.text("title", name),
        source=top.text("source", ""),
        ours=top.text("ours", ""),
        layers=layers,
        bias=bias,
        examples=_examples(top.sections("examples"), layers),
        error=_error(training),
        learning_rate=_learning_rate(training),
        update_biases=training.flag("update_biases", True),
        notation=notation,
        figures=_figures(printed),
    )
    training.done(("error", "learning_rate", "update_biases"))
    top.done(
        ("title", "source", "ours", "bias", "layers", "training", "examples", "notation", "figures")
    )
    try:
        symbols = notation.names(example.network(), len(example.examples))
    except ValueError as error:
        top.fail("notation", str(error))
    for section, figure in zip(printed, example.figures, strict=True):
        if not symbols.knows(figure.of):
            section.fail("of", f"the example has no {figure.of!r}")
    return example


def _layers(sections: list[Section], bias: str, vectors: str) -> list[LayerData]:
    """The layers, their weights a row per neuron however the file has them."""
    layers: list[LayerData] = []
    for section in sections:
        nin = len(layers[-1].weights) if layers else None
        biases: list[float] | float | None = None
        if "matrix" in section.left:
            weights, biases = _matrix(section, nin, vectors, x0=bias.startswith("x0"))
        else:
            weights = section.rows("weights")
            for number, row in enumerate(weights, 1):
                _check_inputs(section, f"weights[{number}]", row, nin or len(weights[0]))
        if bias != "none" and biases is None:
            biases = section.number_or_numbers("bias")
        if isinstance(biases, list) and len(biases) != len(weights):
            section.fail("bias", f"{len(weights)} are expected, one per neuron, not {len(biases)}")
        layers.append(LayerData(section.choice("activation", activation_names()), weights, biases))
        section.done(["activation", "weights", "matrix", *(["bias"] if bias != "none" else [])])
    return layers


def _matrix(
    section: Section, nin: int | None, vectors: str, *, x0: bool
) -> tuple[list[list[float]], list[float] | None]:
    """A layer's weights, and its biases if they are the weights of x₀, out of a document's matrix."""
    rows = section.rows("matrix")
    if not vectors:
        section.fail("matrix", "the notation has neither row nor column vectors; give weights")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            section.fail(f"matrix[{number}]", f"{len(rows[0])} numbers are expected, not {len(row)}")
    weights = [list(column) for column in zip(*rows, strict=True)] if vectors == "row" else rows
    if x0 and len(weights[0]) < 2:
        section.fail("matrix", "the weights of x0 and of one input at least are expected")
    biases = [row[0] for row in weights] if x0 else None
    weights = [row[1:] for row in weights] if x0 else weights
    _check_inputs(section, "matrix", weights[0], nin or len(weights[0]))
    return weights, biases


def _check_inputs(section: Section, key: str, weights: list[float], nin: int) -> None:
    if len(weights) != nin:
        section.fail(key, f"{nin} weights are expected, one per input, not {len(weights)}")


def _examples(sections: list[Section], layers: list[LayerData]) -> list[Example]:
    examples = []
    for section in sections:
        example = Example(section.numbers("inputs"), section.numbers("targets"))
        for key, found, expected in (
            ("inputs", example.inputs, len(layers[0].weights[0])),
            ("targets", example.targets, len(layers[-1].weights)),
        ):
            if len(found) != expected:
                section.fail(key, f"{expected} numbers are expected, not {len(found)}")
        section.done(("inputs", "targets"))
        examples.append(example)
    return examples


def _error(section: Section) -> str:
    error = section.text("error", "half_squared_error")
    try:
        error_rule(error)
    except ValueError as problem:
        section.fail("error", str(problem))
    return error


def _learning_rate(section: Section) -> float:
    rate = section.number("learning_rate")
    if rate < 0.0:
        section.fail("learning_rate", f"a number of at least 0 is expected, not {rate}")
    return rate


def _notation(top: Section) -> Notation:
    """The notation: one that comes along by its name, or templates, maybe on top of such a one."""
    if isinstance(top.left.get("notation"), str):
        return Notation.named(top.choice("notation", notation_names()))
    section = top.section("notation")
    entries = {}
    if "like" in section.left:
        like = Notation.named(section.choice("like", notation_names()))
        entries = {field.name: getattr(like, field.name) for field in fields(Notation)}
    known = [field.name for field in fields(Notation)]
    entries |= {name: section.text(name) for name in known if name in section.left}
    section.done(["like", *known])
    try:
        return Notation(**entries)
    except ValueError as error:
        section.fail("", str(error))


def _figures(sections: list[Section]) -> list[Figure]:
    figures: dict[str, Figure] = {}
    for section in sections:
        symbol = section.text("symbol")
        printed = section.text("printed")
        if not _NUMBER.fullmatch(printed) or len(printed) > 40:
            section.fail("printed", f"the text of a number is expected, not {printed!r:.60}")
        if symbol in figures:
            section.fail("symbol", f"{symbol!r} is the symbol of an earlier figure too")
        figures[symbol] = Figure(
            symbol=symbol,
            printed=printed,
            of=section.text("of", symbol),
            where=section.text("where", ""),
            after=section.count("after", 0),
        )
        section.done(("symbol", "printed", "of", "where", "after"))
    return list(figures.values())
