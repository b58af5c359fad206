"""Every public way to hand something to `autograd` and `nn`, with arguments that are good.

What is public is found by looking: the names in ``__all__``, and the methods and settable properties of
the classes among them. What a good argument is like is known by its name, so that a new function whose
arguments are called as those of the others needs nothing here.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from types import FunctionType, MethodDescriptorType
from typing import Any

import hypothesis

import autograd
import autograd.linalg
import autograd.strategies
import nn
import nn.answers
import nn.byhand
import nn.proofreading
import nn.strategies
import nn.worksheet
from autograd import Value
from autograd.engine import IN_PYTHON
from autograd.pytree import leaves, mapped

__all__ = ["PACKAGES", "Prepared", "Way", "ways"]

#: Where what is public is listed.
PACKAGES = (
    *(autograd, autograd.linalg, autograd.strategies),
    *(nn, nn.losses, nn.worked, nn.worksheet, nn.proofreading, nn.strategies),
)

#: Good arguments by their names, or by the function's name and theirs; made anew each time.
Samples = Mapping[str, Callable[[], Any]]


@dataclass(frozen=True)
class Prepared:
    """A call with good arguments.

    Args:
        call: the function or method.
        good: its arguments.
        owner: the object that the method belongs to, or None.
        operands: whether it has operands, which have no names.
    """

    call: Callable[..., Any]
    good: dict[str, Any]
    owner: Any = None
    operands: bool = False

    def __call__(self, argument: str, bad: Any) -> Any:
        """Call it with another argument in the place of a good one."""
        given = {**self.good, argument: bad}
        positional = ("f", "domains") if "domains" in given else ("results", "others", "columns")
        starred = [given.pop(name) for name in positional if name in given]
        if "inputs" in given and getattr(self.call, "__module__", "") == autograd.record.__module__:
            starred.append(given.pop("inputs"))
        if self.operands:
            starred, given = [*given.values()], {}
        return self.call(*starred, **given)


@dataclass(frozen=True)
class Way:
    """A way to hand something over.

    Args:
        name: what the table calls the function or method.
        argument: the argument's name.
        annotation: what the signature says of it.
        module: where the function was written.
        prepare: makes everything that the call needs.
    """

    name: str
    argument: str
    annotation: str
    module: str
    prepare: Callable[[], Prepared]


# --- what is good --------------------------------------------------------------------------------


def _graph() -> Value:
    x, y = Value(0.5, "x"), Value(2.0, "y")
    return (x * y).tanh().named("out")


def _nodes() -> list[Value]:
    return [Value(0.25, "a"), Value(0.75, "b")]


def _network() -> nn.MLP:
    return nn.MLP(2, [2, 1], activation="sigmoid", seed=1)


def _examples() -> list[nn.Example]:
    return [nn.Example([0.5, -1.0], [1.0]), nn.Example([0.25, 1.0], [0.0])]


def _trained() -> nn.TrainingStep:
    network = _network()
    return nn.TrainingStep(network, _examples(), nn.SGD(network.parameters(), lr=0.5))


def _formulas() -> nn.worked.FormulaExample:
    return nn.worked.FormulaExample(
        name="line",
        title="A line",
        source="",
        ours="",
        values={"w": 0.5, "x": 2.0},
        formulas={"y": "w * x", "E": "(y - 3) ** 2"},
        error="E",
        parameters=["w"],
        learning_rate=0.125,
        figures=[],
    )


def _proof() -> nn.proofreading.Proof:
    figure = nn.worked.Figure(symbol="y", printed="1.0", where="page 1")
    return nn.proofreading.proofread(replace(_formulas(), figures=[figure]))


def _checked() -> nn.answers.CheckedAnswers:
    return nn.answers.check_answers(_formulas(), {"y": 1.0})


def _history() -> nn.History:
    history = nn.History()
    history.rows.append({"epoch": 1, "error": 0.5})
    return history


def _squares(*trees: Any) -> Any:
    return sum(leaf * leaf for leaf in leaves(trees))


def _registered(operation: Any) -> None:
    """Register an operation, and leave the table as it was."""
    autograd.register(operation)
    autograd.unregister(operation.name)


def _recorded() -> autograd.RecordedProgram:
    return autograd.record(lambda x: x * Value(0.5, "w"), 2.0)


def _program_file() -> str:
    """A file of a program, in the folder in which all is tried, beside one that is none."""
    Path("55").write_text("no program", encoding="utf-8")  # as the text is called that is handed over
    _recorded().save("program.json")
    return "program.json"


def _twice() -> autograd.Operation:
    return autograd.Operation("twice", "x", "2.0 * x", partials=["2.0"], about="twice as much")


def _unregistered(name: Any) -> None:
    """Unregister the operation of the samples, or fail to, and leave the table as it was."""
    autograd.register(_twice())
    try:
        autograd.unregister(name)
    finally:
        if "twice" in autograd.OPERATIONS:
            autograd.unregister("twice")


def _sheet() -> nn.worksheet.Worksheet:
    return nn.worksheet.Worksheet(nn.worked.exercise(7, (1, 1)))


def _drawing(strategy_of: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a strategy and draws from it, since it may well fail only then."""

    def draw(**given: Any) -> Any:
        settings = hypothesis.settings(database=None, deadline=None, phases=[hypothesis.Phase.generate])
        strategy = strategy_of(**given)
        return hypothesis.find(strategy, lambda _: True, settings=settings, random=Random(1))

    return draw


_LEAF = Value(0.5, "leaf")
#: What is called instead of functions that change the table of operations.
UNDONE = {"register": _registered, "unregister": _unregistered}

#: Functions that give strategies.
STRATEGIES = {
    *(autograd.strategies.between, autograd.strategies.operands, autograd.strategies.values),
    *(autograd.strategies.graphs, nn.strategies.networks, nn.strategies.examples),
    nn.strategies.worked_examples,
}

SAMPLES: Samples = {
    **dict.fromkeys(("x", "y", "slope", "other"), lambda: Value(0.5)),
    "acosh.x": lambda: Value(1.5),
    **dict.fromkeys(("data", "grad", "lr", "momentum", "weight_decay", "strength"), lambda: 0.5),
    **dict.fromkeys(("nin", "nout", "digits", "steps", "seed"), lambda: 2),
    "name": lambda: "w",
    "load.name": lambda: "urbain",
    "exercise.seed": lambda: 7,
    "Notation.named.name": lambda: "xing",
    "register.operation": _twice,
    "Operation.name": lambda: "twice",
    "Operation.parameters": lambda: "x",
    "Operation.value": lambda: "2.0 * x",
    "Operation.partials": lambda: ["2.0"],
    "Operation.about": lambda: "twice as much",
    "unregister.name": lambda: "twice",
    "activation": lambda: "tanh",
    "MLP.activation": lambda: ["tanh", "linear"],
    "symbol": lambda: "E",
    "what": lambda: "∂E/∂w",
    "explain.by": _graph,
    "hessian_table.result": lambda: _LEAF,
    "hessian_table.inputs": lambda: [_LEAF],
    "HessianTable.__getitem__.pair": lambda: ("leaf", "leaf"),
    **{
        f"{step}.{argument}": lambda default=default: default
        for step, leaf in (("TrainingStep", "x1@1"), ("FormulaStep", "x"))
        for argument, default in (
            ("hessian.symbols", [leaf]),
            ("hessian.of", "E"),
            ("contributions.symbol", leaf),
            ("contributions.of", "E"),
            ("derivative.by", leaf),
            ("derivative.of", "E"),
        )
    },
    "find_anomaly.by": lambda: None,
    "Anomaly.lines.what": lambda: "dE/dx",
    "TrainingStep.explain.by": lambda: "x1@1",
    "page.of": _trained,
    "TrainingStep.explain.of": lambda: "E",
    "TrainingStep.draw.only": lambda: ["x1@1"],
    **dict.fromkeys(("TrainingStep.draw.view", "FormulaStep.draw.view"), lambda: "graph"),
    **dict.fromkeys(("TrainingStep.draw.example", "FormulaStep.draw.example"), lambda: 1),
    "draw.groups": dict,
    "draw.roles": dict,
    "draw.note": lambda: "a note",
    "FormulaStep.explain.by": lambda: "x",
    "FormulaStep.explain.of": lambda: "E",
    "FormulaStep.draw.only": lambda: ["x"],
    "path": lambda: "/dev/null",
    "Diagram.save.format": lambda: "dot",
    **dict.fromkeys(("result", "results", "root", "node"), _graph),
    "f": lambda: autograd.tanh,
    **dict.fromkeys(
        ("gradcheck.f", "gradgradcheck.f", "error_over_eps.f", "check_rule.f"), lambda: _squares
    ),
    "check_rule.df": lambda: lambda tree: mapped(lambda x: 2.0 * x, tree),
    "my_backward": lambda: lambda network, examples: [0.5] * 9,
    "check_answers.answers": lambda: {"net_h1": 0.3775},
    "check_answers.notation": lambda: "urbain",
    "check_group.notation": lambda: "urbain",
    "scheme": nn.answers.Scheme,
    "tolerance": nn.answers.Tolerance,
    "paths": lambda: ["/dev/null"],
    "read_answers.path": lambda: "answers.csv",
    "load_scheme.path": lambda: "scheme.toml",
    "worksheets": lambda: [_sheet()],
    "rows": list,
    "CheckedAnswers.student": lambda: "Ada",
    "CheckedAnswers.outcomes": list,
    "CheckedAnswers.count.outcome": lambda: "right",
    "CheckedAnswers.__getitem__.name": lambda: "y",
    "CheckedGroup.submissions": list,
    "Tolerance.accepts.given": lambda: Decimal("0.5"),
    **dict.fromkeys(("Tolerance.accepts.value", "Tolerance.unit.value"), lambda: 0.5),
    "Scheme.of.symbol": lambda: "y",
    "gradgradcheck.grad_outputs": lambda: 1.0,
    "error_over_eps.eps": lambda: [0.5, 0.25],
    "inputs": lambda: [0.5, -1.0],
    "record.f": lambda: lambda x: x[0] * x[1],
    **{
        f"RecordedProgram.{method}.inputs": lambda: 0.5
        for method in ("__call__", "gradients", "backward", "sync")
    },
    "RecordedProgram().inputs": lambda: 0.5,
    "RecordedProgram.load.path": _program_file,
    "RecordedProgram.outputs.examples": lambda: [[0.5], [1.0]],
    "RecordedProgram.batch.examples": lambda: [[0.5], [1.0]],
    "RecordedProgram.compile.engine": lambda: "python",
    "RecordedProgram.compile.functions": lambda: "scalar",
    "RecordedProgram.batch.gradients": lambda: None,
    "RecordedProgram.source.what": lambda: "backward",
    "a": lambda: [[0.5, 1.0], [0.25, 2.0]],
    "b": lambda: [0.5, 1.0],
    "language": lambda: "c",
    "model": _network,
    "X": lambda: [[0.5, -1.0], [0.25, 1.0]],
    "Y": lambda: [1.0, 0.0],
    "best.rows": lambda: [{"error": 0.5}],
    "EarlyStopping.best.rows": lambda: [{"error": 0.5}],
    "validates": lambda: True,
    "column": lambda: "error",
    "columns": lambda: "error",
    "parameters": _nodes,
    "betas": lambda: [0.5, 0.75],
    **dict.fromkeys(("outputs", "probability", "logits", "logit", "scores"), _nodes),
    **dict.fromkeys(("targets", "target"), lambda: [0.0, 1.0]),
    "WorkedExample.with_targets.targets": lambda: [[0.25, 0.75]],
    "labels": lambda: [-1.0, 1.0],
    "nouts": lambda: [2, 1],
    "examples": _examples,
    "example": lambda: nn.worked.load("urbain"),
    "numbers": lambda: {"w": 0.5, "x": 2.0},
    "WorkedExample.with_numbers.numbers": lambda: nn.worked.load("urbain").numbers,
    "nodes": lambda: _formulas().differentiated({"w": 0.5, "x": 2.0}),
    "Notation.names.examples": lambda: 2,
    "network": _network,
    "notation": nn.Notation,
    "vector": lambda: [1.0, -1.0],
    "others": lambda: 2.0,
    "Worksheet.notation": lambda: "xing",
    "Worksheet.text.format": lambda: "md",
    "Worksheet.save.path": lambda: "sheet.md",
    "blanks.items": lambda: _sheet().items,
    "Proof.__getitem__.symbol": lambda: "y",
    "networks.outputs": lambda: ["tanh"],
    "function": lambda: _squares,
    "Graph.numbers": lambda: [0.5],
    "low": lambda: 0.5,
    "high": lambda: 2.0,
    "operation": lambda: "mul",
    "operations": lambda: ["mul"],
    "gradcheck_everywhere.domains": lambda: (-1.0, 1.0),
    "gradcheck_everywhere.settings": lambda: hypothesis.settings(
        max_examples=2, database=None, deadline=None
    ),
    "network.shape": lambda: [1, 1],
    "network.activations": lambda: ["tanh"],
    "network.bias_convention": lambda: "+b",
    "network.parameters": lambda: [0.5, 0.25],
    **{
        f"{name}.{argument}": lambda default=default: default
        for name in ("values", "graphs", "networks", "worked_examples", "examples")
        for argument, default in (("parameters", None), ("numbers", None))
    },
    **{f"{name}.kink_margin": lambda: None for name in ("operands", "graphs")},
    "examples.inputs": lambda: None,
    "examples.targets": lambda: None,
}


def _anomaly() -> autograd.Anomaly:
    x = Value(0.0, "x")
    found = autograd.find_anomaly((x * x).sqrt())
    assert found is not None
    return found


#: Objects whose methods are called, made anew each time.
OWNERS: dict[type, Callable[[], Any]] = {
    Value: lambda: Value(0.5, "w"),
    autograd.Anomaly: _anomaly,
    autograd.Derivation: lambda: autograd.explain(*_ends()),
    autograd.Anomaly: lambda: autograd.find_anomaly(Value(0.0, "x").sqrt() ** 2),
    autograd.HessianTable: lambda: autograd.hessian_table(_LEAF, [_LEAF]),
    autograd.SecondDerivation: lambda: autograd.explain(_LEAF * _LEAF, _LEAF, _LEAF),
    autograd.RuleReport: lambda: autograd.check_rule(lambda x: x * x, lambda x: 2.0 * x, 3.0),
    autograd.RecordedProgram: _recorded,
    autograd.GradcheckReport: lambda: autograd.gradcheck(_squares, [0.5, -1.0], report=True),
    autograd.Diagram: lambda: autograd.draw(_graph()),
    nn.Neuron: lambda: nn.Neuron(2, seed=1),
    nn.Layer: lambda: nn.Layer(2, 2, seed=1),
    nn.MLP: _network,
    nn.Module: nn.Module,
    nn.TrainingStep: _trained,
    nn.Notation: nn.Notation,
    nn.EarlyStopping: nn.EarlyStopping,
    nn.History: _history,
    nn.Optimizer: lambda: nn.Optimizer(_nodes(), lr=0.5),
    nn.SGD: lambda: nn.SGD(_nodes(), lr=0.5, momentum=0.5),
    nn.Adam: lambda: nn.Adam(_nodes()),
    nn.AdamW: lambda: nn.AdamW(_nodes()),
    nn.worked.WorkedExample: lambda: nn.worked.load("urbain"),
    nn.worked.FormulaExample: _formulas,
    nn.worked.FormulaStep: lambda: _formulas().step(),
    nn.worksheet.Worksheet: _sheet,
    nn.proofreading.Cause: lambda: nn.proofreading.Cause(
        names=("sign",), says="the sign is lost", figures=("y",), chance=0.01
    ),
    nn.proofreading.Finding: lambda: _proof().findings[0],
    nn.proofreading.Proof: _proof,
    nn.answers.AnswerFile: nn.answers.AnswerFile,
    nn.answers.CheckedAnswers: _checked,
    nn.answers.CheckedGroup: lambda: nn.answers.CheckedGroup([]),
    nn.answers.Outcome: lambda: _checked().outcomes[0],
    nn.answers.Points: nn.answers.Points,
    nn.answers.Scheme: nn.answers.Scheme,
    nn.answers.Tolerance: nn.answers.Tolerance,
}


def _ends() -> tuple[Value, Value]:
    root = _graph()
    return root, autograd.topological_order(root)[-1]


def _good(name: str, parameter: inspect.Parameter) -> Any:
    short = name.removeprefix("Value.")
    for key in (f"{short}.{parameter.name}", f"{name}.{parameter.name}"):
        if key in SAMPLES:
            return SAMPLES[key]()
    if isinstance(parameter.default, str):
        return parameter.default
    if parameter.name in SAMPLES:
        return SAMPLES[parameter.name]()
    if parameter.default is not parameter.empty:
        return parameter.default
    raise KeyError(f"no sample for {parameter.name!r} of {name}: tools/public_calls.py needs one")


# --- what is public ------------------------------------------------------------------------------


def ways() -> Iterator[Way]:
    """Every public way to hand something over, argument by argument.

    Raises:
        KeyError: an argument without a default has no sample, or a class no object to go with.
    """
    seen = set()
    for package in PACKAGES:
        for name in package.__all__:
            thing = getattr(package, name)
            # what is callable otherwise is an annotation
            if (inspect.isroutine(thing) or isinstance(thing, type)) and thing not in seen:
                seen.add(thing)
                yield from _of_class(name, thing) if isinstance(thing, type) else _of_call(name, thing)
    for function in (nn.byhand.by_hand, nn.byhand.rounded):
        yield from _of_call(function.__name__, function)
    yield from _of_operators()
    yield from _of_derivatives()


def _of_call(
    name: str, function: Callable[..., Any], owner: Callable[[], Any] | None = None, method: str = ""
) -> Iterator[Way]:
    # what is passed on by name is tried where it goes
    parameters = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.name != "self" and each.kind is not each.VAR_KEYWORD
    ]

    def prepare() -> Prepared:
        good = {
            each.name: _good(name, each)
            for each in parameters
            if each.name not in ("state", "optimizer")
        }
        if {"result", "by"} <= good.keys():
            good["result"], good["by"] = _ends()
        if {"result", "node"} <= good.keys():
            good["result"], good["node"] = _ends()
        if {"results", "only"} <= good.keys():
            good["results"], leaf = _ends()
            good["only"] = [leaf]
        if any(each.name == "optimizer" for each in parameters):
            good["optimizer"] = nn.SGD((good.get("network") or good["model"]).parameters(), lr=0.5)
        if function in STRATEGIES:
            return Prepared(_drawing(function), good)
        if name in UNDONE:
            return Prepared(UNDONE[name], good, autograd.OPERATIONS)
        if owner is None:
            return Prepared(function, good)
        made = owner()
        if any(each.name == "state" for each in parameters):
            good["state"] = made.state_dict()
        return Prepared(getattr(made, method), good, made)

    module = getattr(function, "__module__", None) or ""
    for each in parameters:
        # the methods that the table gives have no annotations, all being alike
        annotation = "Value | float" if each.annotation is each.empty else str(each.annotation)
        if annotation == "Any":
            annotation = "tree | None" if each.default is None else "tree"
            if each.name in ("X", "Y", "a", "b"):  # examples or matrices, which arrays may hold
                annotation += " | array"
        yield Way(name, each.name, annotation, module, prepare)


def _of_class(name: str, kind: type) -> Iterator[Way]:
    # errors are raised by us; what a list, a tuple or a plain record holds is checked where it is used
    if issubclass(kind, Exception | tuple | list) or getattr(kind, "_is_protocol", False):
        return
    plain = is_dataclass(kind) and not hasattr(kind, "__post_init__")
    loaded = kind.__module__.startswith("nn.worked")
    if not (plain or loaded or kind in (autograd.Diagram, nn.proofreading.Proof)):
        yield from _of_call(name, kind)
    for attribute, member in inspect.getmembers(kind):
        public = not attribute.startswith("_") or attribute in ("__call__", "__getitem__")
        owner = OWNERS.get(kind)
        # what the engine in C does of Value in its place looks otherwise
        found = IN_PYTHON.get(attribute, member) if kind is Value else member
        if public and isinstance(found, FunctionType | MethodDescriptorType):
            if owner is None:
                raise KeyError(f"no object for {name}: tools/public_calls.py needs one")
            yield from _of_call(
                f"{name}.{attribute}".replace(".__call__", "()"), found, owner, attribute
            )
        elif public and isinstance(found, property) and found.fset and owner is not None:
            yield _of_property(name, attribute, owner, kind.__module__)


def _of_property(name: str, attribute: str, owner: Callable[[], Any], module: str) -> Way:
    def prepare() -> Prepared:
        made = owner()
        good = {attribute: getattr(made, attribute)}
        return Prepared(lambda **given: setattr(made, attribute, given[attribute]), good, made)

    annotation = {"name": "str", "grad": "float | Value"}.get(attribute, "float")
    return Way(f"{name}.{attribute} =", attribute, annotation, module, prepare)


def _of_operators() -> Iterator[Way]:
    arithmetic = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow"}
    order = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
    for symbol, name in (arithmetic | order).items():
        operate = getattr(operator, name)

        def prepare(operate: Any = operate) -> Prepared:
            return Prepared(operate, {"x": Value(0.5), "y": Value(2.0)}, operands=True)

        for side in "xy":
            yield Way(f"x {symbol} y", side, "Value | float | array", "operator", prepare)


def _of_derivatives() -> Iterator[Way]:
    for name in ("grad", "value_and_grad", "jacobian", "hessian", "hvp"):
        differentiate = getattr(autograd, name)

        def prepare(differentiate: Any = differentiate, name: str = name) -> Prepared:
            good: dict[str, Any] = {"argument": [0.5, 2.0]}
            if name == "hvp":
                good["vector"] = [1.0, -1.0]
            return Prepared(lambda **given: differentiate(_squares)(*given.values()), good)

        yield Way(f"{name}(f)", "argument", "tree", "autograd.functional", prepare)
        if name == "hvp":
            yield Way(f"{name}(f)", "vector", "tree", "autograd.functional", prepare)
        else:

            def returning(differentiate: Any = differentiate) -> Prepared:
                return Prepared(lambda result: differentiate(lambda _: result)(0.5), {"result": 0.5})

            yield Way(f"{name}(f)", "result", "tree", "autograd.functional", returning)
