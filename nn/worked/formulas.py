"""FormulaExample: a worked example that is no network, but formulas of named values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

from autograd import OPERATIONS, AutogradError, Value
from autograd.arguments import instance, number_of, whole
from autograd.errors import ArgumentValueError
from autograd.expression import Expression
from autograd.symbolic import definition_text
from autograd.tables import Table, decimal
from nn.formula_texts import computed, names_in, read
from nn.notation import Tag
from nn.optimizers import SGD
from nn.step.recorded import Recorded
from nn.terminal import Tabular
from nn.worked.example import Figure, about_table, check_names, checked_numbers
from nn.worked.locate import located

__all__ = ["FormulaError", "FormulaExample", "FormulaStep"]


class FormulaError(ArgumentValueError):
    """A name or a formula of an example cannot be meant.

    Attributes:
        table: where it stands: among the ``values``, the ``formulas``, or what ``training`` names.
        name: which one.
    """

    def __init__(self, table: str, name: str, problem: str) -> None:
        super().__init__(problem)
        self.table, self.name = table, name


@dataclass(frozen=True, kw_only=True)
class FormulaExample(Tabular):
    """Formulas of named values, one of which is made small by changing some of the values.

    Attributes:
        name: what the example is called.
        title: what it is, in a line.
        source: where it comes from.
        ours: what of it is not from there, in a line; "" if all is.
        values: the numbers that are given, by name.
        formulas: what is computed of them, by name; each a text of other names, in any order.
        error: the name of the formula that is differentiated; the last one's if it is left out.
        parameters: the names of the values that are updated.
        learning_rate: η of the update w − η ∂E/∂w.
        figures: what a document prints.
        file: the file that it was read from, for messages; "" if it was from none.

    Raises:
        FormulaError: a name is no name or has two meanings, a formula cannot be read, uses an unknown
            name or depends on itself.

    >>> example = FormulaExample(
    ...     name="line",
    ...     values={"w": 0.5, "x": 2.0},
    ...     formulas={"y": "w * x", "E": "(y - 3) ** 2"},
    ...     parameters=["w"],
    ...     learning_rate=0.125,
    ... )
    >>> step = example.step()
    >>> step["y"], step["dE/dw"], step["w+"], step["dy/dw"]
    (1.0, -8.0, 1.5, 2.0)
    """

    name: str
    title: str = ""
    source: str = ""
    ours: str = ""
    values: Mapping[str, float]
    formulas: Mapping[str, str]
    error: str = ""
    parameters: Sequence[str] = field(default_factory=list)
    learning_rate: float = 0.0
    figures: Sequence[Figure] = field(default_factory=list)
    file: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for table, names in (("values", self.values), ("formulas", self.formulas)):
            for name in names:
                if problem := _wrong_with(name):
                    raise FormulaError(table, name, problem)
        if not self.formulas:
            raise FormulaError("formulas", "", "one formula at least is expected")
        object.__setattr__(self, "error", self.error or [*self.formulas][-1])
        for name in self.formulas:
            if name in self.values:
                raise FormulaError("formulas", name, "is the name of a value too")
        _ = self.in_order
        if self.error not in self.formulas:
            raise FormulaError("training", "error", f"there is no formula {self.error!r}")
        for name in self.parameters:
            if name not in self.values:
                raise FormulaError("training", "parameters", f"there is no value {name!r}")

    @cached_property
    def in_order(self) -> dict[str, Expression]:
        """The formulas, each after those that it depends on.

        >>> formulas = {"E": "(y - 3) ** 2", "y": "2 * w"}
        >>> example = FormulaExample(name="line", values={"w": 0.5}, formulas=formulas, error="E")
        >>> list(example.in_order)
        ['y', 'E']
        """
        known = {*self.values, *self.formulas}
        found: dict[str, Expression] = {}
        for name, text in self.formulas.items():
            try:
                found[name] = read(text, known)
            except ValueError as error:
                raise FormulaError("formulas", name, str(error)) from None
        below = {name: names_in(formula) & found.keys() for name, formula in found.items()}
        try:
            order = list(TopologicalSorter(below).static_order())
        except CycleError as error:
            cycle: list[str] = error.args[1][::-1]
            raise FormulaError("formulas", cycle[0], f"depends on itself: {' → '.join(cycle)}") from None
        return {name: found[name] for name in order}

    def step(self, steps: int = 1) -> FormulaStep:
        """A step of training, recorded: the last of some.

        Raises:
            ValueError: fewer than one step.
            TypeError: the number of steps is no whole number.
            AutogradError: a formula has no value at these numbers.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.125,
        ... )
        >>> example.step()["dE/dw"], example.step()["w+"], example.step(2)["w"]
        (-8.0, 1.5, 1.5)
        """
        steps = whole("the number of steps", steps, 1)
        numbers = dict(self.values)
        for _ in range(steps - 1):
            numbers |= self.updated(self.differentiated(numbers))
        return FormulaStep(self, numbers)

    def training(self, steps: int) -> Iterator[tuple[float, dict[str, float]]]:
        """The error and the parameters before each step of training, and after all.

        Raises:
            ValueError: fewer than one step.
            TypeError: the number of steps is no whole number.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.0625,
        ... )
        >>> list(example.training(2))
        [(4.0, {'w': 0.5}), (1.0, {'w': 1.0}), (0.25, {'w': 1.25})]
        """
        return self._training(whole("the number of steps", steps, 1))

    def _training(self, steps: int) -> Iterator[tuple[float, dict[str, float]]]:
        numbers = dict(self.values)
        for _ in range(steps):
            nodes = self.differentiated(numbers)
            yield nodes[self.error].data, {name: numbers[name] for name in self.parameters}
            numbers |= self.updated(nodes)
        yield self.error_at(numbers), {name: numbers[name] for name in self.parameters}

    @property
    def size(self) -> int:
        """How many numbers a step has: values and formulas.

        A weight of a network is a number that takes a multiplication and an addition. So where formulas
        have more than two operations to a number, each two are counted as one.

        >>> FormulaExample(name="line", values={"w": 0.5, "x": 2.0}, formulas={"E": "w * x"}).size
        3
        """
        operations = sum(
            isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call)
            for formula in self.in_order.values()
            for node in ast.walk(formula.tree)
        )
        return max(len(self.values) + len(self.formulas), operations // 2)

    @property
    def numbers(self) -> dict[str, float]:
        """What the example starts from, by name: its values.

        >>> example = FormulaExample(
        ...     name="line", values={"w": 0.5}, formulas={"E": "(2 * w - 3) ** 2"}
        ... )
        >>> example.numbers
        {'w': 0.5}
        """
        return dict(self.values)

    def to_dict(self) -> dict[str, Any]:
        """The example as plain data.

        >>> example = FormulaExample(name="line", values={"w": 0.5}, formulas={"E": "w ** 2"})
        >>> example.to_dict()["formulas"], example.to_dict()["error"]
        ({'E': 'w ** 2'}, 'E')
        """
        return asdict(self)

    def records(self) -> list[dict[str, Any]]:
        """A dict for every value and every formula, as ``pandas.DataFrame`` takes them.

        >>> example = FormulaExample(name="line", values={"w": 0.5}, formulas={"E": "w ** 2"})
        >>> for row in example.records():
        ...     print(row)
        {'symbol': 'w', 'value': 0.5, 'formula': None, 'updated': False}
        {'symbol': 'E', 'value': None, 'formula': 'w ** 2', 'updated': False}
        """
        given = [(name, value, None) for name, value in self.values.items()]
        computed = [(name, None, text) for name, text in self.formulas.items()]
        return [
            {"symbol": name, "value": value, "formula": text, "updated": name in self.parameters}
            for name, value, text in (*given, *computed)
        ]

    def tables(self) -> list[Table]:
        """The example as tables: what it is about, its values, its formulas.

        >>> example = FormulaExample(name="line", values={"w": 0.5}, formulas={"E": "w ** 2"})
        >>> about, values, formulas = example.tables()
        >>> values.rows[0].cells, formulas.rows[0].cells
        (('w', '0.5', ''), ('E', 'w ** 2'))
        """
        rate = repr(self.learning_rate) if self.parameters else ""
        about = about_table(self, {"error": self.error, "learning rate": rate})
        values = Table("Values", ["value", "number", ""], "lrl")
        for name, value in self.values.items():
            values.add(name, decimal(value), "updated" if name in self.parameters else "")
        formulas = Table("Formulas", ["formula", ""], "ll")
        for name, text in self.formulas.items():
            formulas.add(name, text)
        return [about, values, formulas]

    def with_numbers(self, numbers: Mapping[str, float]) -> FormulaExample:
        """The same example with other values.

        What a document prints does not belong to it any more, so it has no figures.

        Args:
            numbers: a number for each of `numbers`.

        Raises:
            KeyError: one is missing, or unknown.
            TypeError: they are no dict of real numbers.

        >>> example = FormulaExample(
        ...     name="line", values={"w": 0.5}, formulas={"E": "(2 * w - 3) ** 2"}
        ... )
        >>> example.with_numbers({"w": 1.5}).step().error_before
        0.0
        """
        return replace(self, values=checked_numbers(numbers, self.values), figures=[])

    def differentiated(self, numbers: Mapping[str, float]) -> dict[str, Value]:
        """Every value and formula by its name, recorded and with its gradient.

        Raises:
            KeyError: a value is missing, or one is unknown.
            OperandError: one is no real number.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.125,
        ... )
        >>> nodes = example.differentiated({"w": 1.0})
        >>> nodes["E"].data, nodes["w"].grad
        (1.0, -4.0)
        """
        nodes = self._recorded(numbers)
        nodes[self.error].backward()
        return nodes

    def updated(self, nodes: Mapping[str, Value]) -> dict[str, float]:
        """The parameters after the update that the nodes' gradients make.

        Raises:
            KeyError: a value or a formula is missing, or one is unknown.
            OperandError: one is no node.
            ValueError: a parameter's gradient, or what the parameter would become, is infinite or NaN.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.125,
        ... )
        >>> example.updated(example.differentiated({"w": 1.0}))
        {'w': 1.5}
        """
        check_names("nodes", nodes, {*self.values, *self.formulas})
        for name, node in nodes.items():
            instance(f"nodes[{name!r}]", node, Value, "a node")
        if not self.parameters:
            return {}
        # the nodes keep the numbers that they were recorded with
        copies = {name: Value(nodes[name].data, name) for name in self.parameters}
        for name, copy in copies.items():
            copy.grad = nodes[name].grad
        SGD(copies.values(), self.learning_rate).step()
        return {name: copy.data for name, copy in copies.items()}

    def error_at(self, numbers: Mapping[str, float]) -> float:
        """The error if the values were these numbers; raises as `differentiated`.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.125,
        ... )
        >>> example.error_at({"w": 1.0}), example.error_at({"w": 1.5})
        (1.0, 0.0)
        """
        return self._recorded(numbers)[self.error].data

    def _recorded(self, numbers: Mapping[str, float]) -> dict[str, Value]:
        check_names("numbers", numbers, self.values.keys())
        nodes = {name: Value(number, name) for name, number in numbers.items()}
        for name, formula in self.in_order.items():
            try:
                node = computed(formula, nodes)
            except AutogradError as error:
                raise located(error, self.file or self.name, f"formulas.{name}") from None
            # a formula that is just another name is a node of its own
            nodes[name] = (+node if node.name else node).named(name)
        return nodes


def _wrong_with(name: str) -> str | None:
    """What is wrong with a name; None if a formula can use it."""
    if not name.isidentifier() or iskeyword(name):
        return "a name has letters, digits and _, and no meaning in Python"
    read_as = normalize("NFKC", name)
    if read_as != name:  # so Python reads the names in a formula
        codes = " ".join(f"U+{ord(each):04X}" for each in read_as)
        return f"in a formula this name would be read as {read_as!r} ({codes}); write it so"
    if name in OPERATIONS:
        return "is the name of an operation"
    return None


class FormulaStep(Recorded):
    """One step with formulas, recorded: their values, their derivatives, the update.

    Args:
        example: the formulas.
        numbers: what the values are at this step.

    Attributes:
        example: the formulas.
        values: the number of every value and formula.
        gradients: the derivative of the error by each.
        updated: every updated parameter after the update.
        changes: by how much the update changed each of them.

    >>> formulas = {"y": "2 * w", "E": "(y - 3) ** 2"}
    >>> example = FormulaExample(
    ...     name="line", values={"w": 0.5}, formulas=formulas, parameters=["w"], learning_rate=0.125
    ... )
    >>> step = FormulaStep(example, {"w": 1.0})
    >>> step.values, step.gradients
    ({'w': 1.0, 'y': 2.0, 'E': 1.0}, {'dE/dw': -4.0, 'dE/dy': -2.0, 'dE/dE': 1.0})
    >>> step.updated, step.error_after
    ({'w+': 1.5}, 0.0)
    """

    def __init__(self, example: FormulaExample, numbers: Mapping[str, float]) -> None:
        self.example = example
        self.nodes = example.differentiated(numbers)
        self.error = self.nodes[example.error]
        updated = example.updated(self.nodes)
        self.error_after = example.error_at({**numbers, **updated})
        self.values = {name: node.data for name, node in self.nodes.items()}
        self.gradients = {
            f"d{example.error}/d{name}": number_of(node.grad) for name, node in self.nodes.items()
        }
        self.updated = {f"{name}+": after for name, after in updated.items()}
        self.changes = {f"Δ{name}": after - numbers[name] for name, after in updated.items()}
        from autograd.program import LEIBNIZ

        self.naming = LEIBNIZ
        self.tags = {example.error: Tag("error")}
        self.updates = {name: (f"{name}+", f"Δ{name}") for name in example.parameters}
        self.numbers = {
            "values": self.values,
            "gradients": self.gradients,
            "updated": self.updated,
            "changes": self.changes,
        }

    def _after_update(self, symbol: str) -> float | None:
        return self.updated.get(f"{symbol}+")

    def tables(self) -> list[Table]:
        """The step as tables: the values, the formulas, the error.

        >>> example = FormulaExample(
        ...     name="line",
        ...     values={"w": 0.5},
        ...     formulas={"E": "(2 * w - 3) ** 2"},
        ...     parameters=["w"],
        ...     learning_rate=0.125,
        ... )
        >>> values, formulas, error = example.step().tables()
        >>> values.rows[0].cells, formulas.rows[0].cells
        (('w', '0.5', '-8', '1.5'), ('E', '(2·w − 3)²', '4', '1'))
        """
        error = self.example.error
        given = Table("Values", ["value", "number", f"∂{error}/∂", "after"], "lrrr")
        formulas = Table("Formulas", ["formula", "", "number", f"∂{error}/∂"], "llrr")
        for name in self.example.values:
            after = self._after_update(name)
            given.add(name, *self._numbers(name), "not updated" if after is None else decimal(after))
        for name in self.example.in_order:
            formula = definition_text(self.nodes[name], symbol=str, width=60)
            formulas.add(name, formula, *self._numbers(name))
        if not self.updated:
            return [given, formulas]
        errors = Table("Error", ["", "value"], "lr")
        errors.add(f"{error} before the update", decimal(self.error_before))
        errors.add(f"{error} after the update", decimal(self.error_after))
        return [given, formulas, errors]

    def _numbers(self, name: str) -> tuple[str, str]:
        """A number and its gradient."""
        gradient = self.gradients[f"d{self.example.error}/d{name}"]
        return decimal(self.values[name]), decimal(gradient)
