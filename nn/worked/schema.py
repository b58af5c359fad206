"""What the file of a worked example says: a network, or formulas; and the figures that it prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from nn.activations import activation_names
from nn.error_rules import ONE_OUTPUT, error_rule
from nn.forward import Example
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import Names, Notation, notation_names
from nn.step.updates import UpdateRule
from nn.worked.example import Figure, LayerData, WorkedExample
from nn.worked.limits import MAX_NUMBERS, MAX_TRAINED
from nn.worked.locate import wrong_with_targets
from nn.worked.section import Section

if TYPE_CHECKING:
    from decimal import Decimal

    from nn.worked.formulas import FormulaExample

__all__ = ["formula_example", "network_example"]

#: Nobody works out by hand what has more. See `nn.worked.limits`.
_MAX_PARAMETERS, _MAX_VALUES, _MAX_FORMULAS, _MAX_FIGURES = 10_000, 1_000, 100, 500
#: To check a figure takes the numbers of its step.
_MAX_CHECKED = 100_000
#: A name is short; and some names have others in them.
_LONGEST_TEMPLATE = 60

#: Digits that a float cannot have cannot be checked.
_MAX_EXPONENT = 300
#: The longest text of a number.
_LONGEST_NUMBER = 40


def formula_example(name: str, top: Section) -> FormulaExample:
    """The example that a file with formulas has.

    Raises:
        WorkedExampleError: something in it cannot be meant.
    """
    from nn.worked.formulas import FormulaError, FormulaExample

    values, formulas, training = (top.section(key) for key in ("values", "formulas", "training"))
    printed = top.sections("figures", at_least=0)
    given = {each: values.number(each) for each in list(values.left)}
    texts = {each: formulas.text(each) for each in list(formulas.left)}
    if not texts:
        formulas.fail("", "one formula at least is expected")
    for section, what, found, most in (
        (values, "values", given, _MAX_VALUES),
        (formulas, "formulas", texts, _MAX_FORMULAS),
    ):
        if len(found) > most:
            section.fail("", f"{len(found):,} {what}; at most {most:,} are read")
    figures = _figures(top, printed)
    _check_work(top, printed, figures, len(given) + len(texts))
    try:
        example = FormulaExample(
            name=name,
            title=top.text("title", name),
            source=top.text("source", ""),
            ours=top.text("ours", ""),
            values=given,
            formulas=texts,
            error=training.text("error", next(reversed(texts))),
            parameters=training.texts("parameters", []),
            learning_rate=_learning_rate(training, 0.0),
            figures=figures,
            file=str(top.file),
        )
    except FormulaError as error:
        sections = {"values": values, "formulas": formulas, "training": training}
        sections[error.table].fail(error.name, str(error))
    training.done(("error", "parameters", "learning_rate"))
    top.done(("title", "source", "ours", "values", "formulas", "training", "figures", "decimal_comma"))
    nodes = {*given, *texts, "E"}
    updated = {f"{each}+" for each in example.parameters} | {f"Δ{each}" for each in example.parameters}
    for section, figure in zip(printed, figures, strict=True):
        derivative = re.fullmatch(r"d(.+)/d(.+)", figure.of)
        if figure.of not in nodes | updated and not (
            derivative and nodes.issuperset(derivative.groups())
        ):
            section.fail("of", f"the example has no {figure.of!r}")
    return example


def network_example(name: str, top: Section) -> WorkedExample:
    """The example that a file with a network has.

    Raises:
        WorkedExampleError: something in it cannot be meant.
    """
    notation = _notation(top)
    bias = _bias_convention(top, notation.bias_convention or "+b")
    notation = replace(notation, bias_convention=bias)
    layers = _layers(top.sections("layers"), bias, notation.vectors)
    parameters = sum(layer.size for layer in layers)
    if parameters > _MAX_PARAMETERS:
        top.fail("layers", f"{parameters:,} weights and biases; at most {_MAX_PARAMETERS:,} are read")
    given = top.sections("examples")
    examples = _examples(given, layers)
    if parameters * len(examples) > MAX_NUMBERS:
        top.fail(
            "examples",
            f"{len(examples):,} examples for {parameters:,} weights and biases; at most "
            f"{MAX_NUMBERS // parameters:,} are read",
        )
    training, printed = top.section("training"), top.sections("figures", at_least=0)
    example = WorkedExample(
        name=name,
        title=top.text("title", name),
        source=top.text("source", ""),
        ours=top.text("ours", ""),
        layers=layers,
        bias_convention=bias,
        examples=examples,
        error=_error(training),
        learning_rate=_learning_rate(training),
        update_biases=training.flag("update_biases", True),
        update=_update(training),
        notation=notation,
        figures=_figures(top, printed),
        file=str(top.file),
    )
    _check_targets(training, given, example)
    _check_work(top, printed, example.figures, parameters * len(examples))
    training.done(("error", "learning_rate", "update_biases", *_UPDATE))
    top.done(
        (
            "title",
            "source",
            "ours",
            "bias_convention",
            "layers",
            "training",
            "examples",
            "notation",
            "figures",
            "decimal_comma",
        )
    )
    try:
        symbols = Names(notation, example.network(), len(example.examples), example.error)
    except ValueError as error:
        top.fail("notation", str(error))
    buffers = {each for symbol in symbols.parameters.values() for each in example.update.symbols(symbol)}
    for section, figure in zip(printed, example.figures, strict=True):
        if not symbols.knows(figure.of) and figure.of not in buffers:
            section.fail("of", f"the example has no {figure.of!r}")
    return example


def _bias_convention(top: Section, default: str) -> str:
    """How biases enter the net inputs, by either name of the key."""
    given = [key for key in ("bias_convention", "bias") if key in top.left]
    if len(given) == 2:
        top.fail("bias", "the same as bias_convention, which is given too; one of them is expected")
    return top.choice(given[0] if given else "bias_convention", BIAS_CONVENTIONS, default)


def _check_targets(training: Section, sections: list[Section], example: WorkedExample) -> None:
    """Refuse targets that the error cannot take, whatever the network gives."""
    if example.error == "cross_entropy" and example.shape[-1] < 2:
        training.fail("error", ONE_OUTPUT)
    for section, each in zip(sections, example.examples, strict=True):
        if problem := wrong_with_targets(example.error, each.targets):
            section.fail("targets", problem)


def _check_work(top: Section, sections: list[Section], figures: Sequence[Figure], numbers: int) -> None:
    """Refuse what would take too long to check, of a step of so many numbers."""
    if len(figures) * numbers > _MAX_CHECKED:
        top.fail(
            "figures",
            f"{len(figures):,} figures of a step of {numbers:,} numbers; at most "
            f"{_MAX_CHECKED // numbers:,} are read",
        )
    for section, figure in zip(sections, figures, strict=True):
        if figure.after * numbers > MAX_TRAINED:
            section.fail(
                "after",
                f"{figure.after:,} updates of a step of {numbers:,} numbers; at most "
                f"{MAX_TRAINED // numbers:,} are read",
            )


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


def _learning_rate(section: Section, default: float | None = None) -> float:
    rate = section.number("learning_rate", default)
    if rate < 0.0:
        section.fail("learning_rate", f"a number of at least 0 is expected, not {rate}")
    return rate


#: The keys that say how parameters are updated.
_UPDATE = ("optimizer", "momentum", "betas", "eps")


def _update(section: Section) -> UpdateRule:
    optimizer = section.choice("optimizer", ("sgd", "adam"), "sgd")
    usual = UpdateRule()
    if optimizer == "sgd":
        for key in ("betas", "eps"):
            if key in section.left:
                section.fail(key, 'only optimizer = "adam" has it')
        momentum = section.number("momentum", 0.0)
        if not 0.0 <= momentum < 1.0:
            section.fail("momentum", f"a number from 0 to below 1 is expected, not {momentum}")
        return UpdateRule(momentum=momentum)
    if "momentum" in section.left:
        section.fail("momentum", 'optimizer = "adam" has betas')
    betas = section.numbers("betas") if "betas" in section.left else [usual.beta1, usual.beta2]
    if len(betas) != 2 or not all(0.0 <= beta < 1.0 for beta in betas):
        section.fail("betas", f"two numbers from 0 to below 1 are expected, not {betas}")
    eps = section.number("eps", usual.eps)
    if eps <= 0.0:
        section.fail("eps", f"a number above 0 is expected, not {eps}")
    beta1, beta2 = betas
    return UpdateRule("adam", 0.0, beta1, beta2, eps)


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
    for name, template in entries.items():
        if len(template) > _LONGEST_TEMPLATE:
            section.fail(name, f"{len(template):,} characters; at most {_LONGEST_TEMPLATE} are read")
    section.done(["like", *known])
    try:
        return Notation(**entries)
    except ValueError as error:
        section.fail("", str(error))


def _figures(top: Section, sections: list[Section]) -> list[Figure]:
    if len(sections) > _MAX_FIGURES:
        top.fail("figures", f"{len(sections):,} figures; at most {_MAX_FIGURES:,} are read")
    from nn.number_text import read_number

    declared = _decimal_comma(top)
    figures: dict[str, Figure] = {}
    for section in sections:
        symbol = section.text("symbol")
        own = _decimal_comma(section)
        decimal_comma = declared if own is None else own
        printed = section.text("printed")
        try:
            read = read_number(printed, decimal_comma)
        except ValueError as error:
            section.fail("printed", str(error))
        if len(printed) > _LONGEST_NUMBER:
            section.fail(
                "printed", f"the text of a number is expected, of {_LONGEST_NUMBER} characters at most"
            )
        if _is_extreme(read.exact):
            section.fail(
                "printed", f"the last digit of {printed!r} lies beyond what numbers have here, 1e±300"
            )
        if symbol in figures:
            section.fail("symbol", f"{symbol!r} is the symbol of an earlier figure too")
        figures[symbol] = Figure(
            symbol=symbol,
            printed=printed,
            of=section.text("of", symbol),
            where=section.text("where", ""),
            after=section.count("after", 0),
            decimal_comma=decimal_comma,
        )
        section.done(("symbol", "printed", "of", "where", "after", "decimal_comma"))
    return list(figures.values())


def _decimal_comma(section: Section) -> bool | None:
    return section.flag("decimal_comma") if "decimal_comma" in section.left else None


def _is_extreme(exact: Decimal) -> bool:
    """Whether a number is too large for a float, or its last digit too small."""
    return exact.adjusted() > _MAX_EXPONENT or int(exact.as_tuple().exponent) < -_MAX_EXPONENT
