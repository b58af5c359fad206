"""A derivative that somebody has written by hand, held to the reverse sweep quantity by quantity.

`gradcheck` says whether derivatives are right; this says where the first of them goes wrong. Each is
held to the exact number and to the one that follows from the others that were given: what is computed
correctly from a number that is wrong is not wrong again. For the first that is, the mistakes that are
made with the chain rule are tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from math import isclose, isfinite
from typing import Any, TypeAlias

from autograd.arguments import as_number, function, non_negative, number_of, wrong_kind
from autograd.backward import gradients, topological_order
from autograd.check.evaluation import Evaluated, as_lists, results_of
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.program import Line, LineError, Program
from autograd.pytree import leaves, paths, rebuilt
from autograd.symbolic import label, summed, terms
from autograd.symbols import unicode_symbol
from autograd.tables import ShownAsText, Table, html
from autograd.value import Value

__all__ = ["Compared", "RuleReport", "Suspect", "check_rule", "compared"]

#: A mistake: what is said of it, and the lines that are written by it. Of a classic one every line that
#: it changes has to come out as it was given; of a slip, that of the quantity alone.
Suspect: TypeAlias = "tuple[str, Mapping[str, Line]]"

#: Mistakes are looked for among no more products than that, on the way to a quantity.
_MOST_PRODUCTS, _MOST_NODES = 60, 400
#: What a product ``above * partial`` of the chain rule may be by mistake.
_INSTEAD = (
    ("the factor {partial} is left out", "above"),
    ("the derivative from above, {above}, is left out", "partial"),
    ("the factor {partial} is taken twice", "{0} * {0} / above"),
    ("it is divided by {partial}, not multiplied", "above * above / {0}"),
)
#: The same where a known ratio of the whole says it better, unless several paths meet.
_BY_A_RATIO = (
    ("the sign of {partial} is turned", "-{}"),
    ("a factor of 2 is lost in {partial}", "{} / 2.0"),
    ("{partial} has a factor of 2 too many", "2.0 * {}"),
)


@dataclass(frozen=True)
class Compared:
    """One derivative that was given.

    Attributes:
        symbol: the symbol of the program's line.
        name: the same as it is shown.
        given: the number that was given.
        right: the exact one.
        follows: the one that follows from the others that were given.
        verdict: "right"; "follows" if it is right from the others, some of which are wrong; "wrong".
    """

    symbol: str
    name: str
    given: float
    right: float
    follows: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "symbol": self.symbol,
            "given": self.given,
            "right": self.right,
            "follows": self.follows,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class RuleReport(ShownAsText):
    """What came out: true if every derivative is right. ``print`` it, or take it apart.

    Attributes:
        rows: the derivatives that were given, in the order of the reverse sweep.
        mistake: what was done wrong at the first that is wrong; None if that is not known.

    >>> report = check_rule(lambda x: (x * x).sin(), lambda x: 0.5, 3.0)
    >>> bool(report), report.first_wrong.symbol, report.mistake
    (False, 'df/dx', None)
    """

    rows: list[Compared]
    mistake: str | None = None

    def __bool__(self) -> bool:
        return all(row.verdict == "right" for row in self.rows)

    @property
    def first_wrong(self) -> Compared | None:
        """The first that is wrong given the others; None if there is none."""
        return next((row for row in self.rows if row.verdict == "wrong"), None)

    @property
    def factor(self) -> float | None:
        """What the first wrong one has to be multiplied by; None if there is none, or no such number.

        >>> check_rule(lambda x: x * x, lambda x: x, 3.0).factor
        2.0
        """
        first = self.first_wrong
        if first is None or not first.given or not isfinite(first.given) or not isfinite(first.follows):
            return None
        return first.follows / first.given

    def summary(self) -> str:
        """What is wrong first, and why, in a line or two.

        >>> import math
        >>> print(check_rule(lambda x: (x * x).sin(), lambda x: math.cos(x * x), 3.0).summary())
        ∂f/∂x is wrong: the factor ∂(x·x)/∂x is left out
        times 6, it is right
        """
        first = self.first_wrong
        if first is None:
            wrong = sum(row.verdict != "right" for row in self.rows)
            return (
                f"all {len(self.rows)} right" if not wrong else f"{wrong} of {len(self.rows)} not right"
            )
        lines = [f"{first.name} is wrong: {self.mistake or 'no known mistake leads there'}"]
        if self.factor is not None:
            lines.append(f"times {self.factor:.9g}, it is right")
        follow = sum(row.verdict == "follows" for row in self.rows)
        if follow:
            lines.append(f"{follow} more follow{'s' if follow == 1 else ''} from it correctly")
        return "\n".join(lines)

    def table(self) -> Table:
        """The derivatives as a table.

        >>> check_rule(lambda x: x * x, lambda x: 2 * x, 3.0).table().rows[0].cells
        ('∂f/∂x', '6', '6', '6', 'right')
        """
        table = Table("", ["derivative", "yours", "right", "from yours", ""], "lrrrl")
        for row in self.rows:
            numbers = (f"{each:.9g}" for each in (row.given, row.right, row.follows))
            table.add(row.name, *numbers, row.verdict, strong=row.verdict == "wrong")
        return table

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data.

        >>> check_rule(lambda x: x * x, lambda x: 2 * x, 3.0).to_dict()["rows"][0]["verdict"]
        'right'
        """
        return {
            "passed": bool(self),
            "rows": [row.to_dict() for row in self.rows],
            "mistake": self.mistake,
            "factor": self.factor,
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for every derivative, as ``pandas.DataFrame`` takes them.

        >>> check_rule(lambda x: x * x, lambda x: 2 * x, 3.0).records()[0]["given"]
        6.0
        """
        return [row.to_dict() for row in self.rows]

    def __str__(self) -> str:
        cells = [self.table().heads, *(row.cells for row in self.table().rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join([
                f"{first:<{widths[0]}}",
                *(f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:-1], strict=True)),
                last,
            ]).rstrip()
            for first, *numbers, last in cells
        ]  # fmt: skip
        return "\n".join([self.summary(), *lines])

    def _repr_html_(self) -> str:
        return html([*self.summary().splitlines(), self.table()])


def check_rule(
    f: Callable[..., Any],
    df: Callable[..., Any],
    inputs: Any,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
) -> RuleReport:
    """What there is to say of a derivative that is written by hand.

    Args:
        f: a function of scalars, and of nested lists, tuples and dicts of scalars, with one number as
            its result. It may name what it computes on the way (``.named("net")``).
        df: your derivative, of the same arguments as plain numbers. It returns a number for each of
            them, nested alike; or a dict of numbers by name, of some or all of these: an input, or what
            ``f`` names on the way, for the derivative of the result by it; ``"dy/dx"`` for that of one
            by another.
        inputs: a tuple of the arguments, or the only one.
        rtol: how far a derivative may be off relatively.
        atol: how far it may always be off.

    Raises:
        ArgumentTypeError: an argument is not of its kind, or ``f`` does not return one number.
        ArgumentValueError: what ``df`` returns is nested otherwise.
        KeyError: it names something that there is not.
        Exception: what ``f`` or ``df`` raises.

    >>> import math
    >>> def f(w, x):
    ...     net = (w * x).named("net")
    ...     return (net.tanh().named("out") - 1.0) ** 2
    >>> def df(w, x):
    ...     net = w * x
    ...     out = math.tanh(net)
    ...     d_out = 2 * (out - 1)
    ...     d_net = d_out * (1 - net**2)  # f′ is taken of net
    ...     return {"out": d_out, "net": d_net, "w": d_net * x, "x": d_net * w}
    >>> print(check_rule(f, df, (0.5, 3.0)))
    ∂f/∂net is wrong: ∂out/∂net is computed of net where out belongs
    times -0.144565311, it is right
    2 more follow from it correctly
    derivative         yours          right     from yours
    ∂f/∂out     -0.189703493   -0.189703493   -0.189703493  right
    ∂f/∂net      0.237129366  -0.0342806806  -0.0342806806  wrong
    ∂f/∂w        0.711388098   -0.102842042    0.711388098  follows
    ∂f/∂x        0.118564683  -0.0171403403    0.118564683  follows
    """
    non_negative("rtol", rtol)
    non_negative("atol", atol)
    evaluated = Evaluated(f, inputs)
    arguments = evaluated.arguments
    variables = [
        Value(leaf.data, name) for leaf, name in zip(evaluated.inputs, evaluated.names, strict=True)
    ]
    results = results_of(f(*rebuilt(arguments, iter(variables))))
    if len(results.scalars) != 1 or not isinstance(results.scalars[0], Value):
        raise wrong_kind("what f returns", "a single number that depends on its inputs", results.numbers)
    root = results.scalars[0]
    program, finer = (
        _program(root, evaluated.names, variables, spelled_out=each) for each in (False, True)
    )
    numbers = rebuilt(arguments, iter([leaf.data for leaf in evaluated.inputs]))
    returned = as_lists(function("df", df)(*numbers))
    claims = _claims(returned, arguments, evaluated.names, program)
    # as it is recorded: a tidied formula may have no value where the graph has a derivative
    slopes = gradients(root)
    exact = {
        line.symbol: slopes.get(variable, 0.0)
        for name, variable in zip(evaluated.names, variables, strict=True)
        if (line := program.derivative(program.root, name)) is not None
    }
    return compared(program, claims, rtol=rtol, atol=atol, exact=exact, finer=finer)


def _program(
    root: Value, names: Sequence[str], variables: Sequence[Value], *, spelled_out: bool
) -> Program:
    """The program of a graph: a line for each named node; for every node, if it is spelled out."""
    symbols = dict(zip(names, variables, strict=True))
    order = topological_order(root)
    everything = spelled_out and len(order) <= _MOST_NODES
    for node in reversed([node for node in order if everything or node.name]):
        if node not in variables and node is not root and node.operation is not None:
            name = symbol = node.name or label(node, symbol=str)
            count = 2
            while symbol in symbols:
                symbol, count = f"{name} ({count})", count + 1
            symbols[symbol] = node
    if root not in variables:
        symbols[root.name or "f"] = root
    return Program.from_graph(root, symbols=symbols).differentiated()


def _claims(
    returned: Any, arguments: tuple[Any, ...], names: Sequence[str], program: Program
) -> dict[str, float]:
    """What was given, by the symbols of the program's lines."""
    if isinstance(returned, dict) and all(isinstance(key, str) for key in returned):
        claims = {}
        for name, number in returned.items():
            claims[derivative_symbol(program, name)] = _real(f"df(…)[{name!r}]", number)
        return claims
    wanted = arguments if len(arguments) > 1 else arguments[0]
    found, expected = paths(returned, "df(…)"), paths(as_lists(wanted), "df(…)")
    if found != expected:
        raise ArgumentValueError(
            f"df must return a number for each input, nested as they are, or a dict of numbers by name: "
            f"expected {', '.join(expected)}; got {', '.join(found)}"
        )
    return {
        derivative_symbol(program, name): _real(path, number)
        for name, path, number in zip(names, found, leaves(returned), strict=True)
    }


def _real(what: str, given: Any) -> float:
    number = number_of(given) if isinstance(given, Value) else as_number(given)
    if number is None:
        raise wrong_kind(what, "a real number", given)
    return number


def derivative_symbol(program: Program, name: str) -> str:
    """The symbol of a derivative: ``"dy/dx"``, or a name for that of the result by it.

    Raises:
        KeyError: there is none.

    >>> x = Value(3.0, "x")
    >>> derivative_symbol(Program.from_graph((x * x).named("y")).differentiated(), "x")
    'dy/dx'
    """
    line = program.derivative(program.root, name)
    if line is not None:
        return line.symbol
    if name in program.lines and program.lines[name].kind in {"gradient", "partial", "value", "update"}:
        return name
    known = [line.below for line in program.lines.values() if line.kind == "gradient"]
    raise UnknownNameError(
        f"there is no derivative {name!r}; there are those by {', '.join(map(str, known[:20]))}"
    )


# --- the comparison ------------------------------------------------------------------------------


def compared(
    program: Program,
    claims: Mapping[str, float],
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    classic: Iterable[Suspect] = (),
    exact: Mapping[str, float] | None = None,
    finer: Program | None = None,
) -> RuleReport:
    """Hold given numbers to a program's, in the order of its lines.

    Args:
        program: the program, with its reverse sweep.
        claims: the given numbers, by the symbols of its lines.
        rtol: how far each may be off relatively.
        atol: how far it may always be off.
        classic: mistakes to try first, that are made throughout.
        exact: the right numbers of some lines, where they are known better.
        finer: the same program with more lines, whose mistakes are tried last.

    >>> x = Value(3.0, "x")
    >>> program = Program.from_graph((x * x).named("y")).differentiated()
    >>> compared(program, {"dy/dx": 3.0}).mistake
    'a factor of 2 is lost'
    """

    def close(one: float, other: float) -> bool:
        return one == other or isclose(one, other, rel_tol=rtol, abs_tol=atol)

    places = {symbol: place for place, symbol in enumerate(program.lines)}
    in_order = sorted(claims, key=places.__getitem__)
    right = {**program.run(in_order), **(exact or {})}
    rows: list[Compared] = []
    for symbol in in_order:
        follows = right[symbol]
        if any(row.verdict != "right" for row in rows):
            others = {other: claims[other] for other in in_order if other != symbol}
            follows = program.run([symbol], others)[symbol]
        verdict = (
            "right"
            if close(claims[symbol], right[symbol])
            else "follows"
            if close(claims[symbol], follows)
            else "wrong"
        )
        rows.append(
            Compared(
                symbol, _shown(program.lines[symbol]), claims[symbol], right[symbol], follows, verdict
            )
        )
    report = RuleReport(rows)
    if report.first_wrong is not None:
        row, programs = report.first_wrong, [program, *([finer] if finer else [])]
        wrong = {each.symbol for each in rows if each.verdict == "wrong"}
        return replace(report, mistake=_mistake(programs, claims, row, wrong, close, classic))
    return report


_Close: TypeAlias = Callable[[float, float], bool]


def _mistake(
    programs: Sequence[Program],
    claims: Mapping[str, float],
    row: Compared,
    wrong: Set[str],
    close: _Close,
    classic: Iterable[Suspect],
) -> str | None:
    """What was done wrong at a quantity: the mistakes that lead to the given number."""

    def leads(program: Program, lines: Mapping[str, Line], symbol: str) -> bool:
        others = {other: claims[other] for other in claims if other != symbol}
        try:
            number = program.rewritten(lines.values()).run([symbol], others)[symbol]
        except (LineError, ArithmeticError):
            return False
        return close(claims[symbol], number)

    # of those that lead there: what explains the most of what is wrong, with the fewest lines
    explained: dict[str, tuple[int, int]] = {}
    for says, lines in classic:
        changed = [symbol for symbol in claims if symbol == row.symbol or symbol in lines]
        if all(leads(programs[0], lines, symbol) for symbol in changed):
            explained[says] = len(wrong & lines.keys()), -len(lines)
    best = max(explained.values(), default=None)
    found = [says for says, rank in explained.items() if rank == best]
    if not row.given and not found:
        return "it is 0, as if nothing depended on it"

    def slips(products_as: Sequence[tuple[str, str]]) -> Iterator[str]:
        for program in programs:
            for says, lines in _slips(program, claims, row.symbol, products_as):
                if leads(program, lines, row.symbol):
                    yield says

    if not found:
        # by chance it may be both, as where a factor is 2
        found = [*islice(slips(_INSTEAD), 1), *_by_ratio(row, close)]
    if found:
        return " or ".join(dict.fromkeys(found[:2]))
    return _another(programs[0], claims, row, close) or next(slips(_BY_A_RATIO), None)


def _slips(
    program: Program,
    claims: Mapping[str, float],
    symbol: str,
    products_as: Sequence[tuple[str, str]],
) -> Iterator[Suspect]:
    """What may be done wrong on the way to a quantity, from the others that are given."""
    lines = program.above(symbol, until=claims.keys() - {symbol})
    for line in lines:
        if line.kind == "partial":
            yield from _other_slopes(program, line)
    products = [line for line in lines if line.kind in {"gradient", "contribution"}]
    products = [line for line in products if "above" in line.variables]
    for line in products if len(products) <= _MOST_PRODUCTS else ():
        user = line.above if line.kind == "contribution" else program.users[line.below][-1]
        names = {"partial": _slope(user, line.below), "above": _slope(program.root, user)}
        for says, text in products_as:
            if line.can_be(text):
                yield says.format(**names), {line.symbol: line.rewritten(text)}
    for line in lines:
        if line.kind == "gradient" and len(parts := terms(line.tree)) > 1:
            uses = program.contributions(line.below)
            for left_out, use in enumerate(uses if len(uses) == len(parts) else ()):
                kept = [part for number, part in enumerate(parts) if number != left_out]
                through = f"path through {_name(use.above)}"
                if use.above == program.root:
                    through = f"direct use of {_name(line.below)} in {_name(program.root)}"
                yield f"the {through} is left out", {line.symbol: line.with_tree(summed(kept))}


def _other_slopes(program: Program, line: Line) -> Iterator[Suspect]:
    """A partial of another number than the right one, or none at all."""
    which = _slope(line.above, line.below)
    swaps = [(line.above, line.below), (line.below, line.above)]
    below = program.lines.get(line.below)
    swaps += [(line.below, need) for need in (below.needs if below else ())]
    for right, wrong in swaps:
        other = line.with_operands({right: wrong})
        if other.formula != line.formula:
            yield (
                f"{which} is computed of {_name(wrong)} where {_name(right)} belongs",
                {line.symbol: other},
            )
    for text, sign in (("y", ""), ("-y", "−")):
        whole = Line.of(
            line.symbol, text, {"y": line.above}, "partial", above=line.above, below=line.below
        )
        yield f"{which} is taken to be {sign}{_bracketed(_name(line.above))}", {line.symbol: whole}


def _shown(line: Line) -> str:
    """A line's quantity as it is shown; a δ keeps its name."""
    plain = line.kind not in {"gradient", "partial"} or line.symbol != f"d{line.above}/d{line.below}"
    return _name(line.symbol) if plain else _slope(line.above, line.below)


def _name(symbol: str) -> str:
    """A symbol as it is shown; that of a node without a name is its formula."""
    return unicode_symbol(symbol) if _NAME.fullmatch(symbol) else symbol


def _slope(above: str, below: str) -> str:
    return f"∂{_bracketed(_name(above))}/∂{_bracketed(_name(below))}"


def _bracketed(shown: str) -> str:
    return shown if _UNIT.fullmatch(shown) else f"({shown})"


#: A name; and what needs no brackets after ∂, which is one or a call.
_NAME = re.compile(r"[^\s()·+−/*-]+")
_UNIT = re.compile(r"[^\s()·+−/*-]+(\([^()]*\))?")


def _by_ratio(row: Compared, close: _Close) -> Iterator[str]:
    """A factor that is known by itself."""
    for factor, says in (
        (-1.0, "the sign is turned"),
        (2.0, "a factor of 2 is lost"),
        (0.5, "it has a factor of 2 too many"),
        (-2.0, "the sign is turned, and a factor of 2 is lost"),
        (-0.5, "the sign is turned, and it has a factor of 2 too many"),
    ):
        if close(row.given * factor, row.follows):
            yield says


def _another(program: Program, claims: Mapping[str, float], row: Compared, close: _Close) -> str | None:
    """Another number of the computation that stands in its place."""
    others = {other: claims[other] for other in claims if other != row.symbol}
    for symbol, number in program.run(None, others).items():
        if symbol != row.symbol and number not in {0.0, 1.0} and close(row.given, number):
            line = program.lines.get(symbol)
            slope = line is not None and line.kind in {"gradient", "partial"}
            shown = _slope(line.above, line.below) if line and slope else _name(symbol)
            return f"it is {shown} that stands in its place"
    return None
