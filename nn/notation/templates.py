"""How a document names things, and how it treats the bias: data, applied to any network.

A name is a template, as ``"net_{neuron}"``. It may use

* ``{layer}``: the number of the layer, from 1; the inputs are layer 0.
* ``{level}``: the same, but with the inputs as level 1.
* ``{j}``: the number of the neuron in its layer, from 1.
* ``{i}``: the number of the input that a weight belongs to, from 1; 0 of a bias.
* ``{ij}``: both numbers of a weight, ``{i}{j}``; with a comma between where one has several digits.
* ``{row}``: the row of a weight in its layer's matrix, from 1. If the bias is the weight of a constant
  input x₀, it has the first row.
* ``{h}``: the running number of a hidden neuron in the network, from 1.
* ``{place}``: ``{j}`` if the network has one hidden layer at most, else ``{layer}_{j}``.
* ``{neuron}``: the neuron's own name, from the templates ``hidden`` and ``output``.
* ``{n}``: the running number of the weight or the bias in the network, from 1.
* ``{e}``: the number of the example, from 1. Where a template does without, its names end in ``@1``,
  ``@2``, … if there are several examples.
* ``{symbol}``: the name of the thing that a gradient, an update or a change is of.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pkgutil import get_data
from string import Formatter
from typing import Any

from autograd.arguments import choice, instance, wrong_kind, wrong_value
from autograd.errors import ArgumentValueError
from autograd.symbols import is_control
from nn.neuron import BIAS_CONVENTIONS

__all__ = ["Notation", "notation_names", "notation_of"]

_NEURON = {"layer", "level", "j", "h", "place"}
_PASS = _NEURON | {"neuron", "e"}
_PARAMETER = _NEURON | {"neuron", "i", "ij", "row", "n"}
#: Which fields each template may use.
_FIELDS = {
    "input": {"i", "row", "e"},
    "target": _PASS,
    "hidden": _NEURON,
    "output": _NEURON,
    "net": _PASS,
    "out": _PASS,
    "prediction": _PASS,
    "delta": _PASS,
    "weight": _PARAMETER,
    "bias": _PARAMETER,
    "error": set(),
    "error_of": _PASS,
    "probability": _PASS,
    "largest": {"e"},
    "gradient": {"symbol"},
    "slope": _PASS | {"symbol"},
    "updated": _PARAMETER | {"symbol"},
    "change": _PARAMETER | {"symbol"},
}
#: What the entries that are no templates may say.
_CHOICES = {"bias_convention": ("", *BIAS_CONVENTIONS), "vectors": ("", "row", "column")}


@dataclass(frozen=True, kw_only=True)
class Notation:
    """The names of everything in a training step, as templates, and what else a document settles.

    Attributes:
        input: an input of the network.
        target: the target of an output neuron.
        hidden: what a neuron of a hidden layer is called.
        output: what a neuron of the last layer is called.
        net: a net input.
        out: an output of a neuron.
        prediction: an output of the network, where it is not called as the other ``out`` are.
        delta: a δ = ∂E/∂net.
        weight: a weight.
        bias: a bias.
        error: the error.
        error_of: the part of the error that one output neuron contributes.
        probability: a probability, where the error is the cross-entropy of softmax(outputs).
        largest: the largest of the outputs of an example, which softmax subtracts.
        gradient: the derivative of the error by something.
        slope: the derivative of the error by an output of the network, where it has a name of its own.
        updated: a parameter after the update.
        change: by how much the update changes a parameter.
        bias_convention: how the bias enters the net input, a name in `nn.neuron.BIAS_CONVENTIONS`; ""
            for however the network has it.
        vectors: "row" if the signals of a layer are a row, so that net = x·W and W[i,j] leads from i to
            j; "column" if they are a column, net = W·x and w_jk leads to j from k; "" if the document
            has no matrices.

    Raises:
        ValueError: a template uses a field that it has not or has control characters, or an entry is not
            among its choices.

    >>> Notation(weight="w{n}").weight
    'w{n}'
    >>> Notation.named("hoey").weight, Notation.named("xing").weight
    ('W{layer}[{row},{j}]', 'w_{j},{i}^({layer})')
    >>> Notation(input="x_{k}")
    Traceback (most recent call last):
    ArgumentValueError: notation input = 'x_{k}': no field {k}; it may use {e}, {i}, {row}
    """

    input: str = "x{i}"
    target: str = "target_{neuron}"
    hidden: str = "h{place}"
    output: str = "o{j}"
    net: str = "net_{neuron}"
    out: str = "out_{neuron}"
    prediction: str = ""
    delta: str = "delta_{neuron}"
    weight: str = "w_{neuron}_{i}"
    bias: str = "b_{neuron}"
    error: str = "E"
    error_of: str = "E_{neuron}"
    probability: str = "p_{neuron}"
    largest: str = "m"
    gradient: str = "dE/d{symbol}"
    slope: str = ""
    updated: str = "{symbol}+"
    change: str = "Δ{symbol}"
    bias_convention: str = ""
    vectors: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            entry = getattr(self, field.name)
            if not isinstance(entry, str):
                raise wrong_kind(f"notation {field.name}", "a string", entry)
            if choices := _CHOICES.get(field.name):
                if entry not in choices:
                    wanted = ", ".join(map(repr, filter(None, choices)))
                    raise wrong_value(f"notation {field.name}", f"one of {wanted}", entry)
            else:
                if not entry and field.default:
                    raise ArgumentValueError(
                        f"notation {field.name} is empty: a name has a letter at least"
                    )
                _check_template(field.name, entry)

    @staticmethod
    def named(name: str) -> Notation:
        """One that comes along: that of a document, by the document's name.

        Raises:
            ValueError: there is none of that name.

        >>> Notation.named("signals").bias_convention, Notation.named("urbain").weight
        ('-b', 'w{n}')
        """
        return Notation(**_along()[choice("notation", name, notation_names())])


def notation_of(given: Notation | str) -> Notation:
    """The notation itself, or that of a document, by the document's name.

    Raises:
        ValueError: there is none of that name.
        TypeError: it is neither.

    >>> notation_of("xing") == notation_of(Notation.named("xing"))
    True
    """
    if isinstance(given, str):
        return Notation.named(given)
    return instance("notation", given, Notation, "a Notation, or the name of one")


def notation_names() -> list[str]:
    """The notations that come along.

    >>> notation_names()
    ['guided', 'hoey', 'signals', 'urbain', 'xing']
    """
    return sorted(_along())


@cache
def _along() -> dict[str, dict[str, Any]]:
    import tomllib

    content = get_data(__package__, "notations.toml")
    assert content is not None
    return tomllib.loads(content.decode())


def _check_template(name: str, template: str) -> None:
    if any(map(is_control, template)):
        raise ArgumentValueError(f"notation {name} = {template!r}: a name has no control characters")
    try:
        used = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise ArgumentValueError(f"notation {name} = {template!r}: {error}") from None
    for field, width, conversion in used:
        if width or conversion:
            raise ArgumentValueError(f"notation {name} = {template!r}: a field is a name alone")
        if field not in _FIELDS[name]:
            may = ", ".join(f"{{{each}}}" for each in sorted(_FIELDS[name])) or "none"
            raise ArgumentValueError(
                f"notation {name} = {template!r}: no field {_shown(field)}; it may use {may}"
            )


def _shown(field: str | None) -> str:
    """A field as it stands in a template, without what would break a line."""
    return f"{{{field}}}".encode("unicode_escape").decode("ascii")
