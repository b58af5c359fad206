"""Writing a worked example as the TOML that it is read from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from autograd.arguments import instance
from autograd.errors import ArgumentValueError
from nn.notation import Notation, notation_names
from nn.worked.example import Figure, LayerData, WorkedExample
from nn.worked.formulas import FormulaExample
from nn.worked.section import control_in

__all__ = ["dumps", "figures_text", "head"]


def dumps(example: WorkedExample) -> str:
    """A worked example as the text of its file: read again, it is the same.

    The name alone is not in it, for that is the name of the file.

    Raises:
        TypeError: it is no `WorkedExample`.
        ValueError: a text has control characters, which no file may have.

    >>> from nn import worked
    >>> print(dumps(worked.exercise(7)).partition("[training]")[0].rstrip())
    title = "Exercise 7: a 2-2-1 network of sigmoid neurons"
    bias_convention = "+b"
    <BLANKLINE>
    [notation]
    hidden = "h{h}"
    weight = "w{n}"
    bias = "b{n}"
    """
    instance("example", example, WorkedExample, "a WorkedExample")
    training = {
        "error": example.error,
        "learning_rate": example.learning_rate,
        "update_biases": example.update_biases,
        **_update(example),
    }
    tables: list[tuple[str, Mapping[str, object]]] = [
        *_head(example),
        ("[training]", training),
        *(("[[layers]]", _layer(layer)) for layer in example.layers),
        *(("[[examples]]", each._asdict()) for each in example.examples),
        *(("[[figures]]", _figure(figure)) for figure in example.figures),
    ]
    return "\n".join("".join(_lines(header, entries)) for header, entries in tables)


def figures_text(figures: Iterable[Figure]) -> str:
    """Figures as entries of an example's file, without what goes without saying.

    >>> print(figures_text([Figure(symbol="net_h1", printed="0.3775")]))
    [[figures]]
    symbol = "net_h1"
    printed = "0.3775"
    <BLANKLINE>
    """
    entries = (
        {
            key: entry
            for key, entry in _figure(figure).items()
            if entry not in {"", 0} and (key, entry) != ("of", figure.symbol)
        }
        for figure in figures
    )
    return "\n".join("".join(_lines("[[figures]]", entry)) for entry in entries)


def head(example: WorkedExample | FormulaExample) -> str:
    """The text that the file of a worked example begins with: all that is no number of it.

    Raises:
        ValueError: a text has control characters, which no file may have.

    >>> from nn import worked
    >>> print(head(worked.load("urbain")))
    title = "2-2-2 network of sigmoid neurons, one example, one update of w1 to w8"
    source = "Jay Urbain, Backpropagation"
    bias_convention = "+b"
    notation = "urbain"
    <BLANKLINE>
    """
    return "\n".join("".join(_lines(header, entries)) for header, entries in _head(example))


def _head(example: WorkedExample | FormulaExample) -> list[tuple[str, Mapping[str, object]]]:
    about = {key: text for key in ("source", "ours") if (text := getattr(example, key))}
    if isinstance(example, FormulaExample):
        return [("", {"title": example.title, **about}), ("[formulas]", example.formulas)]
    head = {"title": example.title, **about, "bias_convention": example.bias_convention}
    named = _name(example.notation)
    return [
        ("", head | ({"notation": named} if named else {})),
        *([] if named else [("[notation]", _templates(example.notation))]),
    ]


def _lines(header: str, entries: Mapping[str, object]) -> list[str]:
    for key, entry in entries.items():
        if isinstance(entry, str) and (found := control_in(entry, key)):
            raise ArgumentValueError(f"{key}: {found}")
    lines = [f"{header}\n"] if header else []
    return lines + [f"{_key(key)} = {_value(entry)}\n" for key, entry in entries.items()]


def _key(key: str) -> str:
    """A name of a formula may have letters that TOML takes in quotes only."""
    return key if key.isascii() else _value(key)


def _value(entry: object) -> str:
    match entry:
        case str():
            # as JSON has it, but for one sign that TOML wants escaped
            return json.dumps(entry, ensure_ascii=False).replace("\x7f", "\\u007F")
        case bool():
            return str(entry).lower()
        case Sequence():
            return f"[{', '.join(map(_value, entry))}]"
        case _:
            return repr(entry)


def _name(notation: Notation) -> str | None:
    """The name of a notation that comes along, whatever it says of the bias, which has its own key."""
    for name in notation_names():
        if replace(Notation.named(name), bias_convention=notation.bias_convention) == notation:
            return name
    return None


def _templates(notation: Notation) -> dict[str, str]:
    """What a notation has of its own; the bias has its own key."""
    usual = asdict(Notation())
    return {
        entry: text
        for entry, text in asdict(notation).items()
        if text != usual[entry] and entry != "bias_convention"
    }


def _update(example: WorkedExample) -> dict[str, object]:
    rule = example.update
    if rule.optimizer == "adam":
        return {"optimizer": "adam", "betas": [rule.beta1, rule.beta2], "eps": rule.eps}
    return {"momentum": rule.momentum} if rule.momentum else {}


def _figure(figure: Figure) -> dict[str, object]:
    return {key: entry for key, entry in asdict(figure).items() if entry is not None}


def _layer(layer: LayerData) -> dict[str, object]:
    entries: dict[str, object] = {"activation": layer.activation, "weights": layer.weights}
    return entries if layer.biases is None else {**entries, "bias": layer.biases}
