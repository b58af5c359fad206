"""What a page of a training step is made of, as plain data: its program, names, choices and mistakes.

The program has the lines of `nn.step.program.step_program`; between named quantities stand the single
operations that a value is computed by. The lines come in blocks, one for each quantity: ``f:net_h1``
computes it, ``r:net_h1`` the derivative of the error by it, ``u:w1`` updates it. Another activation or
another error changes some blocks and leaves the others, so a choice is stored as the blocks it changes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import AutogradError, Value
from autograd.errors import ArgumentValueError
from autograd.expression import Expression, evaluate
from autograd.formula import MATHML, UNICODE, Style, Written, write
from autograd.program import Line, Program
from autograd.program.languages.javascript import condition, function
from autograd.symbolic import definition
from autograd.symbols import unicode_symbol
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.error_rules import ERRORS
from nn.formula_texts import read
from nn.notation import Tag, notation_names
from nn.step.program import RATE, step_program
from nn.stepper.names import Composed, in_operation, name_of
from nn.worked import FormulaExample, WorkedExample
from nn.worked.writer import head

if TYPE_CHECKING:
    from nn.step import Recorded, TrainingStep

__all__ = ["Content", "Example", "content"]

Example: TypeAlias = WorkedExample | FormulaExample

#: The activations that a page offers, besides those of the file.
_ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu")
#: A larger program is offered as it is: each choice is recorded by itself.
_MOST_FOR_CHOICES = 1_500
#: What stands for an operand in a template: the first of a range that no text uses.
_PLACE = 0xE000


@dataclass(frozen=True)
class Shown:
    """A line of the page: how its number is computed, and how it is written.

    Attributes:
        block: the block that it belongs to.
        line: how it is computed.
        written: the line as a page of notes has it; that of a single operation is the same.
        label: of an unnamed quantity the formula that it is known by, else None.
    """

    block: str
    line: Line
    written: Line
    label: Line | None


@dataclass(frozen=True)
class Recording:
    """A step, line by line.

    Attributes:
        step: the step.
        lines: the lines.
        given: what they start from.
        program: the lines of the named quantities alone.
        nodes: the nodes of the graph by their symbols, unnamed ones too.
    """

    step: Recorded
    lines: list[Shown]
    given: dict[str, float]
    program: Program
    nodes: dict[str, Value]

    def operands(self, *, named: bool) -> dict[str, list[str]]:
        """By every quantity, those that it is computed from: the edges of the graph.

        Args:
            named: whether only the named quantities are wanted, each computed from named ones.
        """
        known = self.step.nodes if named else self.nodes
        found: dict[str, list[str]] = {symbol: [] for symbol in self.given if symbol in known}
        for line in self.program.lines.values() if named else [each.line for each in self.lines]:
            if line.kind == "value":
                found[line.symbol] = [each for each in line.operands if isinstance(each, str)]
        return found

    def groups(self) -> dict[str, tuple[int, int, int]]:
        """By every quantity of a neuron, single operations too, its layer, neuron and example."""
        neurons = {
            symbol: (tag.layer, tag.neuron, tag.example)
            for symbol, tag in self.step.tags.items()
            if tag.role in {"net", "out"}
        }
        return {
            each.line.symbol: neurons[each.block[2:]]
            for each in self.lines
            if each.line.kind == "value" and each.block[2:] in neurons
        }

    def named(self) -> list[Shown]:
        """The lines of the named quantities."""
        return [each for each in self.lines if each.label is None]

    def blocks(self) -> dict[str, list[Shown]]:
        """The lines by their blocks."""
        found: dict[str, list[Shown]] = {}
        for each in self.lines:
            found.setdefault(each.block, []).append(each)
        return found


def recorded(step: Recorded, learning_rate: float, error: str = "") -> Recording:
    """A step with the single operations that each of its values is computed by.

    Args:
        step: the step.
        learning_rate: η.
        error: tells the operations of its error from those of another one.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> found = recorded(example.step(), example.learning_rate)
    >>> [each.line.symbol for each in found.lines[:4]]
    ['net_h1:1', 'net_h1:2', 'net_h1:3', 'net_h1']
    """
    program = step_program(step, learning_rate)
    nodes: dict[str, Value] = {}
    owner: dict[str, str] = {}
    seen = set(step.nodes.values())
    for symbol, node in step.nodes.items():
        role = step.tags[symbol].role if symbol in step.tags else ""
        mark = f" {error}" if error and role in {"part", "error"} else ""
        for number, each in enumerate(_unnamed_below(node, seen), 1):
            nodes[f"{symbol}:{number}{mark}"] = each
            owner[f"{symbol}:{number}{mark}"] = symbol
        nodes[symbol] = node
    operations = Program.from_graph(step.error, "operations", symbols=nodes)
    named = {node: symbol for symbol, node in step.nodes.items()}
    lines: list[Shown] = []
    for symbol, line in operations.lines.items():
        plain = replace(line, operation=None)
        if symbol in owner:
            tree = definition(nodes[symbol], named.get)
            label = _of_marked(symbol, tree)
            lines.append(Shown(f"f:{owner[symbol]}", plain, plain, label))
        else:
            lines.append(Shown(f"f:{symbol}", plain, program.lines[symbol], None))
    for line in program.lines.values():
        if line.kind != "value":
            phase = "u" if line.kind in {"change", "update"} else "r"
            lines.append(Shown(f"{phase}:{line.below}", line, line, None))
    return Recording(step, lines, {**operations.given, **program.given}, program, nodes)


def _of_marked(symbol: str, tree: ast.expr) -> Line:
    marked = {
        each.id: each.id[1:]
        for each in ast.walk(tree)
        if isinstance(each, ast.Name) and each.id[0] == "="
    }
    return Line.of(symbol, tree, marked)


def _unnamed_below(node: Value, seen: set[Value]) -> Iterator[Value]:
    """The unnamed nodes that a named one is computed by, each after its operands."""
    waiting = [(each, False) for each in reversed(node.operands) if isinstance(each, Value)]
    while waiting:
        each, ready = waiting.pop()
        if ready:
            yield each
        elif each not in seen:
            seen.add(each)
            waiting.append((each, True))
            waiting += [(below, False) for below in reversed(each.operands) if isinstance(below, Value)]


# --- plain data -----------------------------------------------------------------------------------


class Pool:
    """Texts that many lines share, each kept once.

    >>> pool = Pool()
    >>> pool.place("a"), pool.place("b"), pool.place("a"), pool.texts
    (0, 1, 0, ['a', 'b'])
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """The number of a text."""
        return self._places.setdefault(text, len(self._places))

    @property
    def texts(self) -> list[str]:
        """The texts by their numbers."""
        return list(self._places)


def template(line: Line, style: Style = MATHML, euler: bool = True) -> str:
    r"""The formula of a line with places for its operands.

    Args:
        line: the line.
        style: how it is written.
        euler: whether powers of e may be written so, since no quantity is called e.

    >>> template(Line.of("y", "w * x", {"w": "w1", "x": 2.0}), UNICODE) == "\ue000·2"
    True
    """
    if not euler:
        style = style._replace(calls={name: call for name, call in style.calls.items() if name != "exp"})
    names = {
        variable: Written(chr(_PLACE + number))
        if isinstance(operand, str)
        else write(ast.Constant(operand), style)
        for number, (variable, operand) in enumerate(zip(line.variables, line.operands, strict=True))
    }
    return write(line.tree, style, names).text


@dataclass(frozen=True)
class Content:
    """What a page is made of.

    Attributes:
        example: the worked example.
        recording: its first step.
        others: the step with each other error that can be chosen.
        data: plain data, for JSON.
        functions: JavaScript functions that compute the lines, by their numbers.
        composed: how names consist of others.
    """

    example: Example
    recording: Recording
    others: dict[str, Recording]
    data: dict[str, Any]
    functions: list[str]
    composed: Composed


def content(example: Example) -> Content:
    """What the page of a worked example is made of.

    Args:
        example: a network or formulas.

    Raises:
        AutogradError: the example has no first step.
        ValueError: an operation that was registered has no JavaScript.

    >>> from nn import worked
    >>> found = content(worked.load("urbain"))
    >>> len(found.data["blocks"]), found.data["root"]
    (44, 'E_total')
    """
    return _Writer(example).content()


class _Writer:
    def __init__(self, example: Example) -> None:
        self.example = example
        self.functions, self.templates, self.composed = Pool(), Pool(), Composed()
        self._known: dict[tuple[Any, ...], tuple[ast.expr, int]] = {}
        step = example.step()
        if not step.update_rule.descends:
            raise ArgumentValueError(
                f"{example.name}: the page of a step shows gradient descent, not {step.update_rule}"
            )
        self.recording = recorded(step, example.learning_rate)
        self.base = self.recording.blocks()

    def content(self) -> Content:
        example, recording = self.example, self.recording
        program = recording.program
        data: dict[str, Any] = {
            "name": example.name,
            "title": example.title or example.name,
            "source": example.source,
            "ours": example.ours,
            "kind": "network" if isinstance(example, WorkedExample) else "formulas",
            "root": program.root,
            "rate": RATE,
            "given": self._given(),
            "order": list(self.base),
            "blocks": self._own,
            "updates": dict(program.updates),
            "tags": {symbol: _told(tag) for symbol, tag in recording.step.tags.items()},
            "losses": {},
            "activations": [],
            "guards": [],
            "head": head(example),
        }
        others: dict[str, Recording] = {}
        if isinstance(example, WorkedExample):
            others = self._choices(example, data)
            data["layers"] = [layer.activation for layer in example.layers]
            data["loss"] = example.error
            data["shape"] = example.shape
            data["update_biases"] = example.update_biases
            data["file"] = self._places_in_file(example)
        else:
            data["guards"] = [*self._formula_guards(example)]
            data["parameters"] = [*example.parameters]
        data["notations"] = self._notations([recording, *others.values()])
        data["mistakes"] = [*self._mistakes()]
        data["templates"] = self.templates.texts
        data["composed"] = {"names": self.composed.names, "symbols": self.composed.symbols}
        return Content(example, recording, others, data, self.functions.texts, self.composed)

    def _given(self) -> list[dict[str, Any]]:
        tags, example = self.recording.step.tags, self.example
        known = {RATE} | (tags.keys() if isinstance(example, WorkedExample) else example.values.keys())
        return [
            {"symbol": symbol, "value": number, **({} if symbol in known else {"fixed": True})}
            for symbol, number in self.recording.given.items()
        ]

    def _line(self, shown: Shown) -> list[Any]:
        """Symbol, kind, function, operands, template and its operands, above, below."""
        line, written = shown.line, shown.written
        return [
            line.symbol,
            line.kind,
            self._function(line),
            list(line.operands),
            self._template(written),
            [*written.operands],
            line.above,
            line.below,
        ]

    @cached_property
    def _euler(self) -> bool:
        return not any(
            symbol in {"e", "E"} for symbol in self.recording.given.keys() | self.recording.nodes.keys()
        )

    # --- choices ---------------------------------------------------------------------------------

    def _choices(self, example: WorkedExample, data: dict[str, Any]) -> dict[str, Recording]:
        """Write the errors and activations that can be chosen; the step with each other error."""
        few = len(self.recording.lines) <= _MOST_FOR_CHOICES
        others: dict[str, Recording] = {}
        for error in dict.fromkeys([example.error, *(ERRORS if few else [])]):
            found: Recording | None = self.recording
            if error != example.error:
                found = self._tried(replace(example, error=error), error)
            if found is None:
                continue
            blocks = found.blocks()
            data["losses"][error] = self._difference(blocks) | {
                "tags": {
                    symbol: _told(tag)
                    for symbol, tag in found.step.tags.items()
                    if symbol not in data["tags"]
                },
                "guards": [*self._error_guards(example, error, found)],
                "root": found.program.root,
            }
            if found is not self.recording:
                others[error] = found
        for number, layer in enumerate(example.layers):
            choices: dict[str, Any] = {layer.activation: {}}
            for name in _ACTIVATIONS if few else ():
                if name != layer.activation:
                    layers = [*example.layers]
                    layers[number] = replace(layer, activation=name)
                    tried = self._tried(replace(example, layers=layers))
                    if tried is not None:
                        choices[name] = self._difference(tried.blocks())["blocks"]
            data["activations"].append(choices)
        return others

    @staticmethod
    def _tried(example: WorkedExample, error: str = "") -> Recording | None:
        try:
            return recorded(example.step(), example.learning_rate, error)
        except (AutogradError, ValueError):
            return None

    @cached_property
    def _own(self) -> dict[str, list[list[Any]]]:
        return {block: [self._line(each) for each in lines] for block, lines in self.base.items()}

    def _difference(self, blocks: Mapping[str, Sequence[Shown]]) -> dict[str, Any]:
        """The blocks that differ from the file's own, and the order of all if it is another one."""
        own = self._own
        other = {block: [self._line(each) for each in lines] for block, lines in blocks.items()}
        found: dict[str, Any] = {
            "blocks": {block: lines for block, lines in other.items() if own.get(block) != lines}
        }
        if list(own) != list(other):
            found["order"] = list(other)
        return found

    # --- guards ----------------------------------------------------------------------------------

    def _guard(self, tree: ast.expr, names: Mapping[str, str], holds: bool, says: str) -> dict[str, Any]:
        found = dict.fromkeys(each.id for each in ast.walk(tree) if isinstance(each, ast.Name))
        used = [name for name in found if name in names]
        return {
            "function": self.functions.place(condition(tree, used)),
            "operands": [names[name] for name in used],
            "holds": holds,
            "says": says,
        }

    def _formula_guards(self, example: FormulaExample) -> Iterator[dict[str, Any]]:
        """The conditions by which the formulas were recorded; other numbers might decide otherwise."""
        nodes = self.recording.step.nodes
        for name, formula in example.in_order.items():
            for tree, holds in _decided(formula, nodes):
                says = f"formulas.{name} {_goes_on(tree, holds)}"
                yield self._guard(tree, {each: each for each in nodes}, holds, says)

    def _error_guards(
        self, example: WorkedExample, error: str, found: Recording
    ) -> Iterator[dict[str, Any]]:
        step: TrainingStep = found.step  # type: ignore[assignment]
        last = step.network.layers[-1].neurons
        for each in step.names.passes:
            pairs = [
                (each.outs[neuron], target) for neuron, target in zip(last, each.targets, strict=True)
            ]
            if error == "cross_entropy":
                names = {f"t{number}": target for number, (_, target) in enumerate(pairs)}
                total = " + ".join(names)
                says = "the targets of cross_entropy are probabilities that add up to 1"
                for text in (*(f"{name} >= 0.0" for name in names), f"0.999999 <= {total} <= 1.000001"):
                    yield self._guard(_condition(text), names, True, says)
            for out, target in pairs:
                names = {"out": out, "target": target}
                if error == "binary_cross_entropy":
                    for name, what in (("target", "target"), ("out", "probability")):
                        says = f"the {what} {names[name]} lies in [0, 1]"
                        yield self._guard(_condition(f"0.0 <= {name} <= 1.0"), names, True, says)
                elif error not in ERRORS:
                    nodes = {name: found.nodes[symbol] for name, symbol in names.items()}
                    for tree, holds in _decided(read(error, ("out", "target")), nodes):
                        yield self._guard(tree, names, holds, f"the error {_goes_on(tree, holds)}")

    # --- names -----------------------------------------------------------------------------------

    def _notations(self, recordings: Sequence[Recording]) -> list[dict[str, Any]]:
        own = self._notation("", recordings, recordings)
        assert own is not None
        found = [own]
        for name in notation_names() if isinstance(self.example, WorkedExample) else ():
            others = [self._renamed(each, name) for each in recordings]
            if (notation := self._notation(name, recordings, others)) is not None:
                if notation["names"] != own["names"]:
                    found.append(notation)
                else:
                    own["label"] = name
        for notation in found:
            notation["names"] = self.composed.shortened(notation["names"])
        return found

    def _renamed(self, recording: Recording, notation: str) -> Recording | None:
        try:
            step = recording.step.in_notation(notation)  # type: ignore[attr-defined]
        except ValueError:
            return None
        return recorded(step, self.example.learning_rate)

    def _notation(
        self, name: str, recordings: Sequence[Recording], others: Sequence[Recording | None]
    ) -> dict[str, Any] | None:
        """What a notation calls everything, and the lines it writes otherwise; None if it cannot."""
        names: dict[str, list[str]] = {}
        lines: dict[str, list[Any]] = {}
        negative: dict[str, None] = {}
        for own, other in zip(recordings, others, strict=True):
            if other is None:
                return None
            ours, theirs = own.named(), other.named()
            if len(theirs) != len(ours) or len(other.given) != len(own.given):
                return None
            to_own = dict(zip(other.given, own.given, strict=True))
            to_own |= {b.line.symbol: a.line.symbol for a, b in zip(ours, theirs, strict=True)}
            turned = _turned(own, other)
            negative |= dict.fromkeys(sorted(turned))
            for symbol, our in to_own.items():
                names.setdefault(our, [*name_of("eta" if symbol == RATE else symbol)[:2], symbol])
            for a, b in zip(ours, theirs, strict=True):
                symbol = a.line.symbol
                if (a.line.kind, a.block) != (b.line.kind, f"{b.block[:2]}{to_own[b.block[2:]]}"):
                    return None
                if a.line.below in turned:
                    negative[symbol] = None
                written = [self._template(b.written), _renamed_operands(b.written, to_own)]
                if written != [self._template(a.written), [*a.written.operands]]:
                    lines[symbol] = written
            for each in own.lines:
                if each.label is not None:
                    operands = [of for of in each.label.operands if isinstance(of, str)]
                    if turned.isdisjoint(operands) and not self.composed.full(len(operands)):
                        self.composed.operation(each.line.symbol, each.label)
                        continue
                    names[each.line.symbol] = [
                        *(
                            in_operation(
                                each.label,
                                style,
                                {symbol: names[symbol][kind] for symbol in operands},
                                turned,
                            )
                            for kind, style in enumerate((MATHML, UNICODE))
                        ),
                        each.line.symbol,
                    ]
        return {
            "name": name,
            "label": name or "as the file has it",
            "names": names,
            "negative": list(negative),
            "lines": lines,
        }

    def _template(self, line: Line) -> int:
        return self._once(
            "template", line, lambda: self.templates.place(template(line, euler=self._euler))
        )

    def _function(self, line: Line) -> int:
        return self._once(line.kind, line, lambda: self.functions.place(function(line)))

    def _once(self, of: str, line: Line, made: Callable[[], int]) -> int:
        """What is made of a formula, once for all lines that share its tree and the numbers in it."""
        numbers = tuple("" if isinstance(each, str) else each for each in line.operands)
        key = of, id(line.tree), line.variables, numbers
        if key not in self._known:
            self._known[key] = line.tree, made()  # no other tree gets its id as long as it is here
        return self._known[key][1]

    # --- mistakes ---------------------------------------------------------------------------------

    def _mistakes(self) -> Iterator[dict[str, Any]]:
        step = by_hand(self.example)
        for mistake in MISTAKES.values():
            for variant in mistake.variants(step):
                yield {
                    "name": variant.mistake,
                    "says": variant.says,
                    "lines": {
                        symbol: [self._function(line), list(line.operands)]
                        for symbol, line in variant.lines.items()
                    },
                }

    # --- the file ---------------------------------------------------------------------------------

    def _places_in_file(self, example: WorkedExample) -> dict[str, Any]:
        """Which symbol stands where in the file's layers and examples, and the sign of its biases."""
        step: TrainingStep = self.recording.step  # type: ignore[assignment]
        names = step.names
        layers: list[dict[str, Any]] = []
        for layer, data in zip(step.network.layers, example.layers, strict=True):
            biases = [names.parameters[each.bias] for each in layer.neurons if each.bias is not None]
            weights = [[names.parameters[weight] for weight in each.weights] for each in layer.neurons]
            bias = None if not biases else biases[0] if isinstance(data.biases, float) else biases
            layers.append({"weights": weights, "bias": bias})
        return {
            "layers": layers,
            "examples": [{"inputs": each.inputs, "targets": each.targets} for each in names.passes],
            "bias_sign": example.bias_sign,
        }


def _renamed_operands(line: Line, names: Mapping[str, str]) -> list[str | float]:
    return [names.get(each, each) if isinstance(each, str) else each for each in line.operands]


def _told(tag: Tag) -> list[Any]:
    return [*tag[:-1], unicode_symbol(tag.name)]


def _goes_on(tree: ast.expr, holds: bool) -> str:
    return f"goes on where {ast.unparse(tree)} is {'true' if holds else 'false'}"


def _condition(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _turned(own: Recording, other: Recording) -> set[str]:
    """The biases that stand with the other sign in another notation."""
    if own is other:
        return set()
    first, second = (_bias_sign(each.step) for each in (own, other))
    if first == second:
        return set()
    return {symbol for symbol, tag in own.step.tags.items() if tag.role == "bias"}


def _bias_sign(step: Any) -> float:
    neurons = (neuron for layer in step.network.layers for neuron in layer.neurons)
    return next((each.bias_convention.sign for each in neurons if each.bias_convention), 1.0)


def _decided(formula: Expression, nodes: Mapping[str, Value]) -> Iterator[tuple[ast.expr, bool]]:
    """The conditions of a formula that were come upon, and whether they hold."""
    waiting: list[ast.expr] = [formula.tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.IfExp):
            probe = ast.IfExp(each.test, ast.Constant(1.0), ast.Constant(0.0))
            holds = bool(evaluate(probe, nodes, _applied, lambda node: getattr(node, "data", node)))
            yield each.test, holds
            waiting += [each.test, each.body if holds else each.orelse]
        else:
            waiting += list(ast.iter_child_nodes(each))  # type: ignore[arg-type]


def _applied(name: str, operands: Sequence[Value | float]) -> Any:
    import autograd

    return getattr(autograd, name)(*operands)
