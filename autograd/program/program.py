"""Program: a computation line by line, forward and in reverse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from autograd.arguments import choice, instance
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.program.forward import LEVELS, applied
from autograd.program.line import Line
from autograd.program.naming import LEIBNIZ, Naming, Symbols
from autograd.program.order import post_order
from autograd.program.printable import Printable
from autograd.program.python import ORDERING, STEPPING, Function, Rounds, Sources, stepping
from autograd.program.reverse import named_sweep, operation_sweep
from autograd.program.tape import Tape
from autograd.value import Value

__all__ = ["Keep", "Program"]

#: What replaces each computed number: it gets the symbol and the number.
Keep: TypeAlias = Callable[[str, float], float]

#: More lines than this are not compiled into one function, but computed one after the other.
_MOST_COMPILED = 5000


class Program:
    """A computation as a list of lines, each a symbol and the formula of its number.

    It is made of a graph alone (`from_graph`), or of lines. The lines of the reverse sweep are lines
    like others (`differentiated`). It runs on the given numbers or on others, and any line can be
    written otherwise (`rewritten`).

    What is asked for becomes one generated Python function, made once: ten thousand rounds of training
    take a moment.

    Args:
        lines: the lines, in the order in which they are shown; each may stand before those it needs.
        given: the numbers that it starts from, by their symbols.
        updates: which number takes the place of a given one in the next round.

    Attributes:
        lines: the lines by their symbols.
        given: as above.
        updates: as above.
        level: "operations" or "named" if it was made of a graph; "" if of lines.
        root: the symbol of the node that it was made of; "" if of lines.
        nodes: at the level "named", the nodes of the graph by their symbols.

    Raises:
        ValueError: a symbol stands for two numbers, or an update is of no given number.

    >>> from autograd import Value
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> y = (w * x).named("y")
    >>> error = ((y - 3.0) ** 2).named("E")
    >>> program = Program.from_graph(error).differentiated()
    >>> print(program)
    w = 0.5
    x = 2.0
    y = w * x
    E = (y - 3.0) ** 2.0
    dE/dE = 1.0
    dE/dy = 2.0 * (y - 3.0)
    dy/dw = x
    dE/dw = dE/dy * x
    dy/dx = w
    dE/dx = dE/dy * w
    >>> program.run(["E", "dE/dw"]), program.run(["dE/dw"], {"y": 3.5})
    ({'E': 4.0, 'dE/dw': -8.0}, {'dE/dw': 2.0})
    """

    def __init__(
        self,
        lines: Iterable[Line],
        given: Mapping[str, float],
        updates: Mapping[str, str] | None = None,
    ) -> None:
        found: dict[str, Line] = {}
        for line in lines:
            if line.symbol in found or line.symbol in given:
                raise ArgumentValueError(f"the symbol {line.symbol!r} stands for two numbers")
            found[line.symbol] = line
        self._fill(found, dict(given), dict(updates or {}))
        for updated, by in self.updates.items():
            if updated not in self.given or by not in found:
                raise ArgumentValueError(
                    f"an update is of a given number, by that of a line: not {updated!r} by {by!r}"
                )

    def _fill(
        self,
        lines: dict[str, Line],
        given: dict[str, float],
        updates: dict[str, str],
        like: Program | None = None,
    ) -> None:
        self.lines, self.given, self.updates = lines, given, updates
        self.level: str = like.level if like else ""
        self.root: str = like.root if like else ""
        self.nodes: Mapping[str, Value] = like.nodes if like else {}
        self._sources: Sources = like._sources if like else Sources()
        # by the lines' identity: what a variant computes by the same lines is the same function
        self._functions: dict[Any, Function] = like._functions if like else {}
        self._found: dict[Any, Function] = {}

    def _with(self, lines: dict[str, Line], updates: dict[str, str] | None = None) -> Program:
        program = object.__new__(Program)
        program._fill(lines, self.given, self.updates if updates is None else updates, self)
        return program

    @staticmethod
    def from_graph(
        root: Value, level: str = "named", symbols: Mapping[str, Value] | None = None
    ) -> Program:
        """The program that a recorded graph is: what a node was computed by, from the leaves on.

        Args:
            root: the node.
            level: "named" for a line per named quantity, with its formula in terms of named ones;
                "operations" for a line per operation. Unnamed nodes are then called ``v1``, ``v2``, …,
                and of two nodes with one name the second gets a number.
            symbols: nodes that are to have a symbol of their own, in the order in which they are to
                stand; those that ``root`` does not depend on are recorded too.

        Raises:
            TypeError: ``root`` is no Value.
            ValueError: there is no such level.
            AutogradError: a named quantity is too long a formula of other named ones.

        >>> a, b = Value(3.0, "a"), Value(5.0, "b")
        >>> area = (a * b).named("area")
        >>> half = area / 2
        >>> print(Program.from_graph(half, "operations"))
        a = 3.0
        b = 5.0
        area = a * b
        v1 = area / 2.0
        >>> Program.from_graph(half, symbols={"triangle": half}).run(["triangle"])
        {'triangle': 7.5}
        """
        instance("root", root, Value, "a Value")
        forward = LEVELS[choice("level", level, LEVELS)](root, symbols or {})
        program = Program((), {})
        program._fill({line.symbol: line for line in forward.lines}, forward.given, {})
        program.level, program.root = level, forward.symbols[root]
        if level == "named":
            program.nodes = {symbol: node for node, symbol in forward.symbols.items()}
        return program

    @staticmethod
    def of_tape(tape: Tape, symbols: Sequence[str], leaves: Sequence[float]) -> Program:
        """The program that a tape is, with a line per operation.

        Args:
            tape: the tape.
            symbols: what each of its slots is called.
            leaves: the numbers of its inputs and parameters.

        >>> from autograd.program.tape import Leaves
        >>> x = Value(2.0, "x")
        >>> print(Program.of_tape(Tape.of([x * x], Leaves([x], [])), ["x", "y"], [3.0]))
        x = 3.0
        y = x * x
        """
        given = dict(zip(symbols, leaves, strict=False))
        operands: list[str | float] = [*symbols]
        operands[tape.leaves : tape.start] = tape.constants
        lines: dict[str, Line] = {}
        for slot, operation, slots in tape.lines():
            variables, places = applied(operation)
            found = tuple([operands[slots[place]] for place in places])
            symbol = symbols[slot]
            lines[symbol] = Line(
                symbol, "value", operation.value.tree, variables, found, "", "", operation
            )
        root = tape.outputs[0]
        if tape.leaves <= root < tape.start:
            given[symbols[root]] = tape.constants[root - tape.leaves]
        program = Program((), {})
        program._fill(lines, given, {})
        program.level, program.root = "operations", symbols[root]
        return program

    def differentiated(self, of: str | None = None, naming: Naming = LEIBNIZ) -> Program:
        """The program with the lines of the reverse sweep: every derivative of a number.

        At the level of operations a run gives exactly the numbers of `Value.backward`.

        Args:
            of: the symbol of what is differentiated; the node that the program was made of, if None.
            naming: what the lines are called.

        Raises:
            KeyError: there is no number of that symbol.
            ValueError: the program was not made of a graph.

        >>> x = Value(3.0, "x")
        >>> print(Program.from_graph(x * x, "operations").differentiated())
        x = 3.0
        v1 = x * x
        dv1/dv1 = 1.0
        dv1/dx directly = dv1/dv1 * x
        dv1/dx directly (2) = dv1/dv1 * x
        dv1/dx = 0.0 + dv1/dx directly + dv1/dx directly (2)
        """
        if not self.level:
            raise ArgumentValueError("only a program that was made of a graph can be differentiated")
        of = self.root if of is None else of
        self._check([of])
        forward = {symbol: line for symbol, line in self.lines.items() if line.kind == "value"}
        taken = Symbols([*self.given, *self.lines])
        if self.level == "operations":
            reverse = operation_sweep(forward, of, naming, taken)
        else:
            given = [symbol for symbol in self.given if symbol in self.nodes]
            reverse = named_sweep(forward, given, self.nodes, of, naming, taken)
        lines = {**self.lines}
        lines.update((line.symbol, line) for line in reverse)
        return self._with(lines)

    def extended(
        self,
        lines: Iterable[Line],
        given: Mapping[str, float] | None = None,
        updates: Mapping[str, str] | None = None,
    ) -> Program:
        """The program with more lines after its own, and more given numbers and updates.

        Raises:
            ValueError: a symbol is taken already, or an update is of no given number.

        >>> w = Value(0.5, "w")
        >>> program = Program.from_graph(((2 * w) ** 2).named("E")).differentiated()
        >>> update = Line.of("w+", "w - rate * g", {"w": "w", "rate": "rate", "g": "dE/dw"}, "update")
        >>> program.extended([update], {"rate": 0.0625}, {"w": "w+"}).train(2)
        {'w': 0.125, 'rate': 0.0625}
        """
        more = Program(
            [*self.lines.values(), *lines],
            {**self.given, **(given or {})},
            {**self.updates, **(updates or {})},
        )
        program = self._with(more.lines, more.updates)
        program.given = more.given
        return program

    def rewritten(self, lines: Iterable[Line]) -> Program:
        """The same program with other lines for some of its numbers.

        Raises:
            KeyError: there is no line of a symbol.

        >>> program = Program([Line.of("y", "x * x", {"x": "a"})], {"a": 3.0})
        >>> program.rewritten([Line.of("y", "2.0 * x", {"x": "a"})]).run(["y"])
        {'y': 6.0}
        """
        others = {line.symbol: line for line in lines}
        for symbol in others.keys() - self.lines.keys():
            raise UnknownNameError(f"there is no line {symbol!r} to be rewritten")
        return self._with({**self.lines, **others})

    # --- what depends on what -------------------------------------------------------------------

    def _check(self, symbols: Iterable[str], also: Collection[str] = ()) -> None:
        for symbol in symbols:
            if symbol not in self.lines and symbol not in self.given and symbol not in also:
                raise UnknownNameError(f"there is no number {symbol!r} in this program")

    def above(self, *symbols: str, until: Collection[str] = ()) -> list[Line]:
        """The lines that numbers are computed by, the last one's own first, each before those it needs.

        Args:
            symbols: which numbers.
            until: the symbols of those that are known, whose lines are not needed.

        Raises:
            KeyError: there is no such number.

        >>> lines = [Line.of("y", "x + 1.0", {"x": "a"}), Line.of("z", "y * y", {"y": "y"})]
        >>> program = Program(lines, {"a": 3.0})
        >>> [line.symbol for line in program.above("z")]
        ['z', 'y']
        >>> [line.symbol for line in program.above("z", until=["y"])]
        ['z']
        """
        return self._order(symbols, until)[::-1]

    def _order(self, wanted: Sequence[str], until: Collection[str] = ()) -> list[Line]:
        """The lines that lead to some numbers, each after those that it needs."""
        self._check(wanted, until)
        known, lines = {*until}, self.lines

        def below(symbol: str) -> tuple[str, ...]:
            return () if symbol in known or symbol not in lines else lines[symbol].needs

        found = post_order(wanted, below)
        self._sources.work += ORDERING * len(found)
        order = [lines[symbol] for symbol in found if symbol in lines and symbol not in known]
        done = {symbol for symbol in found if symbol not in lines} | known
        for line in order:
            for need in line.needs:
                if need not in done:
                    self._check([need])
                    raise ArgumentValueError(f"{line.symbol!r} depends on itself, by {need!r}")
            done.add(line.symbol)
        return order

    @cached_property
    def _ordered(self) -> bool:
        """Whether each line stands after those it needs, as in all programs that were made of graphs."""
        done = {*self.given}
        for line in self.lines.values():
            if not done.issuperset(line.needs):
                return False
            done.add(line.symbol)
        return True

    def _leading_to(self, wanted: Sequence[str], until: Collection[str]) -> list[Line]:
        """The lines that lead to some numbers, in an order in which they can be computed."""
        if len(self.lines) <= _MOST_COMPILED or not self._ordered:
            return self._order(wanted, until)
        self._check(wanted, until)
        needed, found = {*wanted}, []
        for line in reversed(self.lines.values()):
            if line.symbol in needed and line.symbol not in until:
                found.append(line)
                needed.update(line.needs)
        self._sources.work += ORDERING * len(found)
        found.reverse()
        return found

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """By each symbol those of the values that are directly computed from its number, in order.

        >>> a = Value(3.0, "a")
        >>> program = Program.from_graph(((a * a).named("b") + a).named("c"))
        >>> program.users
        {'a': ['b', 'c'], 'b': ['c'], 'c': []}
        """
        found: dict[str, list[str]] = {symbol: [] for symbol in self.given}
        for line in self.lines.values():
            if line.kind == "value":
                found[line.symbol] = []
        for line in self.lines.values():
            if line.kind == "value":
                for need in line.needs:
                    found[need].append(line.symbol)
        return found

    def derivative(self, above: str, below: str) -> Line | None:
        """The line of the derivative of one number by another; None if there is none.

        Args:
            above: the symbol of what is differentiated, or was directly computed from the other.
            below: the symbol of what it is differentiated by.

        >>> x = Value(3.0, "x")
        >>> y = (x * x).named("y")
        >>> program = Program.from_graph((y + 1).named("E")).differentiated()
        >>> program.derivative("E", "x"), program.derivative("y", "x").formula
        (Line('dE/dx = dE/dy * dy/dx', kind='gradient'), '2.0 * x')
        """
        return self._derivatives.get((above, below))

    @cached_property
    def _derivatives(self) -> dict[tuple[str, str], Line]:
        gradients = self._by_ends("gradient")
        return self._by_ends("partial") | gradients

    def _by_ends(self, kind: str) -> dict[tuple[str, str], Line]:
        return {(line.above, line.below): line for line in self.lines.values() if line.kind == kind}

    def contributions(self, below: str, of: str | None = None) -> list[Line]:
        """The lines of ∂E/∂x along each use of x: its gradient's own line if there is one use alone.

        Args:
            below: the symbol of x.
            of: that of E; the node that the program was made of, if None.

        Raises:
            KeyError: the program has no such gradient.

        >>> x = Value(3.0, "x")
        >>> y, z = (x * x).named("y"), (2 * x).named("z")
        >>> program = Program.from_graph((y + z).named("E")).differentiated()
        >>> [line.symbol for line in program.contributions("x")], len(program.contributions("y"))
        (['dE/dx via y', 'dE/dx via z'], 1)
        """
        gradient = self.derivative(self.root if of is None else of, below)
        if gradient is None:
            raise UnknownNameError(f"the program has no derivative of {of or self.root!r} by {below!r}")
        several = self._contributions.get(below, [])
        return several or [gradient]

    @cached_property
    def _contributions(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in self.lines.values():
            if line.kind == "contribution":
                found.setdefault(line.below, []).append(line)
        return found

    # --- running --------------------------------------------------------------------------------

    def run(
        self,
        wanted: Sequence[str] | None = None,
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
    ) -> dict[str, float]:
        """The numbers of some symbols.

        Args:
            wanted: their symbols; all of them if None.
            instead: numbers to use in the place of given or of computed ones.
            keep: replaces each computed number, before it is used: it gets the symbol and the number.

        Raises:
            LineError: a value has no real number as its result. Derivatives never raise: where Python
                cannot divide, they are infinite or NaN.
            KeyError: there is no such symbol.

        >>> area = Line.of("area", "width * height", {"width": "a", "height": "b"})
        >>> program = Program([area, Line.of("half", "x / 2.0", {"x": "area"})], {"a": 3.0, "b": 5.0})
        >>> program.run(["half"])
        {'half': 7.5}
        >>> program.run(["half"], {"area": 10.0}), program.run(["half"], keep=lambda symbol, x: round(x))
        ({'half': 5.0}, {'half': 8})
        """
        wanted = [*self.given, *self.lines] if wanted is None else wanted
        instead = instead or {}
        numbers = {**self.given, **instead} if instead else self.given
        key = (tuple(wanted), frozenset(instead.keys() - self.given.keys()), keep is None)
        function = self._found.get(key)
        if function is None:
            order = self._leading_to(wanted, key[1])
            if len(order) > _MOST_COMPILED:
                return self._stepped(order, wanted, numbers, keep)
            same = (key, tuple(map(id, order)))
            function = self._functions.get(same)
            if function is None:
                function = Function(order, wanted, self._sources, kept=keep is not None)
                self._functions[same] = function
            self._found[key] = function
        return dict(zip(wanted, function(numbers, keep), strict=True))

    def _stepped(
        self, order: Sequence[Line], wanted: Iterable[str], given: Mapping[str, float], keep: Keep | None
    ) -> dict[str, float]:
        numbers = dict(given)
        self._sources.work += STEPPING * len(order)
        for line, number in stepping(order, numbers):
            numbers[line.symbol] = number if keep is None else keep(line.symbol, number)
        return {symbol: numbers[symbol] for symbol in wanted}

    def train(
        self, rounds: int, instead: Mapping[str, float] | None = None, keep: Keep | None = None
    ) -> dict[str, float]:
        """The given numbers after some rounds of updates.

        Args:
            rounds: how many.
            instead: other given numbers than the program's.
            keep: see `run`.

        Raises:
            LineError: a value has no real number as its result.

        >>> halved = Line.of("w+", "w / 2.0", {"w": "w"}, "update")
        >>> Program([halved], {"w": 8.0}, {"w": "w+"}).train(3)
        {'w': 1.0}
        """
        given = {**self.given, **(instead or {})}
        if not self.updates or not rounds:
            return given
        order = self._updating
        if len(order) > _MOST_COMPILED:
            for _ in range(rounds):
                new = self._stepped(order, self.updates.values(), given, keep)
                given |= {symbol: new[by] for symbol, by in self.updates.items()}
            return given
        key = (keep is None, tuple(self.updates.items()), tuple(map(id, order)))
        function = self._functions.get(key)
        if function is None:
            function = Rounds(order, self.updates, self._sources, kept=keep is not None)
            self._functions[key] = function
        assert isinstance(function, Rounds)
        return function.take(rounds, given, keep)

    @property
    def work(self) -> int:
        """How much it and its variants have computed: the same on a busy machine as on an idle one.

        It counts the lines that were run, and for what comes on top (a call, a line that is written as
        Python for the first time) the number of lines that take as long.

        >>> program = Program([Line.of("y", "x + 1.0", {"x": "a"})], {"a": 3.0})
        >>> before = program.work
        >>> _ = program.run(["y"])
        >>> first = program.work - before
        >>> _ = program.run(["y"])
        >>> before, first > program.work - before - first > 0
        (0, True)
        """
        return self._sources.work

    @cached_property
    def _updating(self) -> list[Line]:
        return self._order(list(dict.fromkeys(self.updates.values())))

    def trains_as(self, other: Program) -> bool:
        """Whether training is the same as in another program, since no line that it goes by differs.

        >>> halved = Line.of("w+", "w / 2.0", {"w": "w"}, "update")
        >>> program = Program([Line.of("y", "w * w", {"w": "w"}), halved], {"w": 8.0}, {"w": "w+"})
        >>> program.rewritten([program.lines["y"].rewritten("-{}")]).trains_as(program)
        True
        >>> program.rewritten([halved.rewritten("-{}")]).trains_as(program)
        False
        """
        return self.updates == other.updates and self._updating == other._updating

    # --- what it looks like ---------------------------------------------------------------------

    def source(self, language: str = "python", wanted: Sequence[str] | None = None) -> str:
        """The program as text: a Python function, or a whole file in another language.

        A file has one function, which returns the value of the node that the program was made of and its
        derivatives with respect to all given numbers, and those numbers, so that it runs by itself. In
        NumPy, PyTorch and JAX it computes many examples at once, in float64; in SymPy formulas. Where
        Python raises an error, a number is infinite or NaN there. Programs of
        more than some 300 lines take long to be compiled by torch.compile and JAX: hand networks over as
        arrays, by `nn.interop`.

        Args:
            language: "python"; or "numpy", "torch", "jax", "sympy", "c" or "javascript".
            wanted: in Python, the symbols of the numbers that are computed; those that no other line
                needs, if None.

        Raises:
            KeyError: there is no such symbol.
            ValueError: there is no such language, or it lacks a function that the program calls; the
                program was not made of a graph, or other numbers are wanted.

        >>> a, b = Value(3.0, "a"), Value(5.0, "b")
        >>> program = Program.from_graph((a * b).named("area").log().named("out"))
        >>> print(program.source(wanted=["out"]))
        def program(a, b):
            area = a * b
            out = log(area)
            return (out, )
        <BLANKLINE>
        >>> "    out = np.log(area)" in program.source("numpy").splitlines()
        True
        """
        from autograd.program import languages

        choice("language", language, ("python", *languages.LANGUAGES))
        if language != "python":
            if wanted is not None:
                raise ArgumentValueError(
                    "wanted is for Python; files in other languages have all derivatives"
                )
            source: str = languages.printed(self.printable(), languages.target(language))
            return source
        if wanted is None:
            needed = {need for line in self.lines.values() for need in line.needs}
            wanted = [symbol for symbol in self.lines if symbol not in needed]
        return Function(self._order(wanted), wanted, self._sources, kept=False).source

    def printable(self, title: str = "") -> Printable:
        """What a file in another language has of the program: see `source`.

        Args:
            title: what the file is of, for its first line.

        Raises:
            ValueError: the program was not made of a graph.

        >>> x = Value(3.0, "x")
        >>> Program.from_graph(x * x).printable().gradients
        {'x': 'dv1/dx'}
        """
        if not self.level:
            raise ArgumentValueError("only a program that was made of a graph can be printed as a file")
        root = self.root
        program = self if self.derivative(root, root) else self.differentiated()
        gradients = {
            symbol: line.symbol
            for symbol in self.given
            if (line := program.derivative(root, symbol)) and line.kind == "gradient"
        }
        wanted = [root, *gradients.values()]
        order = program._order(wanted)
        needed = {line.symbol for line in order}
        as_shown = [line for line in program.lines.values() if line.symbol in needed]
        known = {*self.given}
        for line in as_shown:
            if not known.issuperset(line.needs):
                break
            known.add(line.symbol)
        else:
            order = as_shown
        used = {need for line in order for need in line.needs} | gradients.keys() | {root}
        given = {symbol: number for symbol, number in self.given.items() if symbol in used}
        return Printable(root, given, order, gradients, title)

    def to_dict(self) -> dict[str, Any]:
        """The given numbers, the lines in order and the updates, as plain data.

        >>> program = Program([Line.of("y", "x * x", {"x": "a"})], {"a": 3.0})
        >>> program.to_dict()["lines"]
        [{'symbol': 'y', 'kind': 'value', 'formula': 'a * a', 'needs': ['a']}]
        """
        return {
            "given": dict(self.given),
            "lines": [
                {
                    "symbol": line.symbol,
                    "kind": line.kind,
                    "formula": line.formula,
                    "needs": list(line.needs),
                    **({"above": line.above, "below": line.below} if line.below else {}),
                }
                for line in self.lines.values()
            ],
            "updates": dict(self.updates),
        }

    def __str__(self) -> str:
        given = [f"{symbol} = {number!r}" for symbol, number in self.given.items()]
        return "\n".join([*given, *(f"{line.symbol} = {line.formula}" for line in self.lines.values())])

    def __repr__(self) -> str:
        return f"Program({self.root or 'of lines'}: {len(self.given)} given, {len(self.lines)} lines)"
