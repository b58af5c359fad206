"""What the tests hold the engine to: the table in other arithmetics, and the checks made with them.

Each check gives a list of complaints, empty if all is well, so that a test can also show that it
complains about a planted mistake.
"""

from __future__ import annotations

import linecache
import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import accumulate, product
from random import Random
from types import ModuleType
from typing import Any

import mpmath
import pytest
import sympy
from mpmath import mp

import autograd
from autograd import OPERATIONS, Operation, Value
from autograd.backward import topological_order
from autograd.codegen import attach
from autograd.expression import Expression, evaluate
from autograd.ieee import compiled
from autograd.methods import Methods
from benchmarks.exact import EXACT, SYMBOLIC

# --- texts of rows in high precision ---------------------------------------------------------------


def in_mpmath(expression: Expression, variables: dict[str, Any]) -> Any:
    """A text of a row in mpmath's arithmetic, with `EXACT` for what it calls."""
    return evaluate(
        expression.tree,
        {"pi": mp.pi, **variables},
        lambda name, args: EXACT[name](*map(mp.convert, args)),
    )


def exact_value(operation: Operation) -> Callable[..., Any]:
    """An operation as a function of mpmath's numbers; one that `EXACT` lacks, by its row."""

    def by_row(*operands: Any) -> Any:
        return in_mpmath(operation.value, dict(zip(operation.parameters, operands, strict=True)))

    return EXACT.get(operation.name, by_row)


def exact_partial(operation: Operation, index: int) -> Callable[..., Any]:
    """A derivative as textbooks print it, as a function of mpmath's numbers."""

    def partial(*operands: Any) -> Any:
        variables = dict(zip(operation.parameters, operands, strict=True))
        out = exact_value(operation)(*operands)
        return in_mpmath(operation.as_taught[index], variables | {"out": out})

    return partial


# --- where operations are looked at ---------------------------------------------------------------


@cache
def condition(expression: Expression, parameters: tuple[str, ...]) -> Callable[..., bool]:
    """A condition of a row as a function of floats."""
    return compiled(expression, parameters)


def holds(expression: Expression | None, operation: Operation, operands: Sequence[float]) -> bool:
    """Whether a condition of a row holds at some operands; one that is not there holds nowhere."""
    return expression is not None and condition(expression, operation.parameters)(*operands)


def inside(operation: Operation, operands: Sequence[float]) -> bool:
    """Whether an operation is defined at some operands, by its row."""
    return operation.domain is None or holds(operation.domain, operation, operands)


def on_kink(operation: Operation, operands: Sequence[float]) -> bool:
    """Whether an operation has no derivative at some operands, by its row."""
    return holds(operation.kink, operation, operands)


def _magnitudes() -> list[float]:
    logarithmic = [10.0 ** (k / 2) for k in range(-14, 7)] + [10.0**k for k in (-150, -30, 30, 150)]
    beside_one = [1.0 + sign * 2.0**-k for k in (52, 40, 20, 5) for sign in (1, -1)]
    return [*logarithmic, *beside_one]


def points(operation: Operation) -> list[tuple[float, ...]]:
    """Operands spaced by their logarithms, beside ±1 and at random, where there is a derivative."""
    random = Random(operation.name)
    if operation.arity == 1:
        axis = [sign * magnitude for magnitude in _magnitudes() for sign in (1, -1)]
        spread = [(random.gauss(0.0, scale),) for scale in (1.0, 10.0, 100.0) for _ in range(25)]
        found = [*((x,) for x in axis), *spread]
    else:
        axis = [s * m for m in (1e-150, 1e-9, 0.01, 0.5, 1.0, 1.5, 2.0, 3.0, 40.0, 1e9) for s in (1, -1)]
        spread = [(random.gauss(0.0, 3.0), random.gauss(0.0, 3.0)) for _ in range(80)]
        found = [*product(axis, axis), *spread]
    return [p for p in found if inside(operation, p) and not on_kink(operation, p)]


# --- planted rows -----------------------------------------------------------------------------------


def attached(operation: Operation) -> Callable[..., Value]:
    """The method that the engine makes of a row, be the row in the table or not."""
    if OPERATIONS.get(operation.name) is operation:
        return getattr(Value, operation.name)

    class Planted:
        pass

    attach(operation, Planted, Value)
    return getattr(Planted, operation.name)


def plant(monkeypatch: pytest.MonkeyPatch, operation: Operation) -> Callable[..., Value]:
    """Let the engine have a row in the place of the table's; the method that it makes of it."""
    getattr(Value, operation.name)  # in Python, it registers its source when it is first looked up
    registered = f"<autograd {operation.name}>"
    nothing = (0, None, [], registered)  # a method of the engine in C has registered none
    monkeypatch.setitem(linecache.cache, registered, linecache.cache.get(registered, nothing))
    method = attached(operation)
    monkeypatch.setattr(Value, operation.name, method)
    return method


@contextmanager
def replaced(row: Operation) -> Iterator[None]:
    """The operation of a row's name is done by that row, as method and as function, while it lasts."""

    def put(row: Operation) -> None:
        attach(row, Methods, Value)
        for module in (autograd, autograd.functions):  # where functions are kept once they are made
            vars(module).pop(row.name, None)

    put(row)
    try:
        yield
    finally:
        put(OPERATIONS[row.name])


def spoilt(name: str, index: int, partial: str = "({}) + 0.5") -> Operation:
    """A row of the table with one partial wrong, ``{}`` in it standing for what it was."""
    row = OPERATIONS[name]
    partials = [each.text for each in row.partials]
    partials[index] = partial.format(partials[index])
    default = "" if row.default is None else f"={row.default!r}"
    return Operation(
        name,
        ", ".join(row.parameters) + default,
        row.value.text,
        partials=partials,
        about="planted",
        domain=row.domain.text if row.domain else None,
        ieee=row.ieee.text,
        kink=row.kink.text if row.kink else None,
    )


# --- check: differences ----------------------------------------------------------------------------


def wrong_by_differences(operation: Operation) -> list[str]:
    """Where a partial as taught is not the derivative that mpmath finds by differences."""
    complaints = []
    axis = (-1.9, -0.7, -0.2, 0.3, 0.6, 1.4, 2.3)
    for operands in product(axis, repeat=operation.arity):
        around = product(*((x - 0.01, x + 0.01) for x in operands))
        if on_kink(operation, operands) or not all(inside(operation, each) for each in around):
            continue
        for index in range(operation.arity):
            order = tuple(int(index == other) for other in range(operation.arity))
            with mp.workdps(50):
                difference = mp.diff(exact_value(operation), operands, order)
                partial = exact_partial(operation, index)(*map(mp.mpf, operands))
                if abs(difference - partial) > mp.mpf("1e-30") * (1 + abs(difference)):
                    complaints.append(f"{operation.name}{operands}: partial {index}")
    return complaints


# --- check: symbols -------------------------------------------------------------------------------


class Located:
    """A symbolic expression near a point, where it has a number too: that decides conditions."""

    def __init__(self, symbol: Any, number: float) -> None:
        self.symbol, self.number = symbol, number

    def __float__(self) -> float:
        return self.number


def _apply_located(name: str, operands: Sequence[Any]) -> Located:
    located = [
        operand if isinstance(operand, Located) else Located(sympy.Rational(operand), operand)
        for operand in operands
    ]
    number = EXACT[name](*(mp.mpf(operand.number) for operand in located))
    real = math.nan if isinstance(number, mpmath.mpc) else float(number)  # log(x) of x**y by y at x < 0
    return Located(SYMBOLIC[name](*(operand.symbol for operand in located)), real)


def branch(expression: Expression, variables: dict[str, Located]) -> Any:
    """The text as SymPy's expression: of its branches, the one that holds at the point."""
    constants = {"pi": Located(sympy.pi, math.pi), "nan": Located(sympy.nan, math.nan)}
    found = evaluate(expression.tree, constants | variables, _apply_located)
    return found.symbol if isinstance(found, Located) else sympy.Rational(found)


def vanishes(expression: Any, variables: dict[str, Located]) -> bool:
    """Whether an expression is zero around a point: SymPy simplifies it to 0, or it is 0 to 40 digits.

    Digits are asked where SymPy is stuck; it is analytic, so to vanish at several points is enough.
    """
    if sympy.simplify(expression) == 0:
        return True
    for factor in (1.0, 1.0625, 1.25):
        at = {v.symbol: sympy.Rational(v.number * factor) for v in variables.values()}
        if abs(expression.subs(at).evalf(60)) > sympy.Float("1e-40"):
            return False
    return True


def symbolic_mistakes(operation: Operation) -> list[str]:
    """Which partials, stable or as taught, SymPy does not find to be the derivative, by branches."""
    complaints = []
    seen = set()
    for numbers in product((-1.5, -0.5, 0.5, 1.25, 2.0), repeat=operation.arity):
        if on_kink(operation, numbers) or not inside(operation, numbers):
            continue
        variables = {
            name: Located(sympy.Symbol(name, positive=number > 0.0, negative=number < 0.0), number)
            for name, number in zip(operation.parameters, numbers, strict=True)
        }
        value = branch(operation.value, variables)
        out = Located(value, float(exact_value(operation)(*map(mp.mpf, numbers))))
        both = variables | {"out": out}
        for name, partial, taught in zip(
            operation.parameters, operation.partials, operation.as_taught, strict=True
        ):
            derivative = sympy.diff(value, variables[name].symbol)
            for text in {partial.text: partial, taught.text: taught}.values():
                difference = derivative - branch(text, both)
                if difference not in seen and not vanishes(difference, variables):
                    complaints.append(f"{operation.name}: ∂/∂{name} is not {text.text} near {numbers}")
                seen.add(difference)
    return complaints


# --- plain Python and NumPy -----------------------------------------------------------------------

#: What Python itself computes, and raises, for operations that it has; its `hypot` has other last bits.
PYTHON: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "neg", "pos", "abs", "pow")},
    "div": operator.truediv,
    "square": lambda x: x * x if x * x < math.inf else x**2,
    "reciprocal": lambda x: 1.0 / x,
    **{
        name: getattr(math, name)
        for name in OPERATIONS
        if hasattr(math, name) and name not in {"pow", "hypot"}
    },
}


def in_python(name: str, operands: Sequence[float]) -> float | type[Exception]:
    """What Python computes, or the type of what it raises.

    Where Python's power goes on to complex numbers, whatever comes of it, that is a ValueError.
    """
    if (
        name == "pow"
        and -math.inf < operands[0] < 0.0
        and math.isfinite(operands[1])
        and operands[1] % 1
    ):
        return ValueError
    try:
        return PYTHON[name](*operands)
    except (ArithmeticError, ValueError) as error:
        return type(error)


_NUMPY_NAMES = {
    "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "pos": "positive",
    "pow": "power", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "max": "maximum", "min": "minimum",
}  # fmt: skip


def numpy_function(numpy: ModuleType, name: str) -> Callable[..., Any] | None:
    """NumPy's function for an operation, or None if it has none."""
    return getattr(numpy, _NUMPY_NAMES.get(name, name), None)


def same(a: float, b: float) -> bool:
    """Whether two floats are the same to the bit, the sign of zero included; NaN is NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)


# --- a sweep in high precision --------------------------------------------------------------------


def swept(root: Value) -> Iterator[tuple[Value, Any, Any]]:
    """Each node below, the derivative by it, and a bound for the error of a sweep in floats.

    Sums and products of the recorded slopes are taken in mpmath, from the operands' lists alone. The
    bound is the sum of the sizes of all terms, times half an ulp for each of a path's operations.
    """
    order = topological_order(root)
    gradients = dict.fromkeys(order, mp.mpf(0))
    sizes = dict.fromkeys(order, mp.mpf(0))
    gradients[root] = sizes[root] = mp.mpf(1)
    with mp.workdps(50):
        for node in order:
            for operand, slope in zip(node.operands, node.derivatives, strict=True):
                if isinstance(operand, Value):
                    gradients[operand] += gradients[node] * mp.mpf(slope)
                    sizes[operand] += sizes[node] * abs(mp.mpf(slope))
        for node in order:
            yield node, gradients[node], sizes[node] * len(order) * 4 * mp.mpf(2) ** -53


# --- formulas, read back --------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SIGNS = {
    "−": "-",
    "·": "*",
    "^": "**",
    "π": "pi",
    "∞": "inf",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    " mod ": " % ",
}
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")


def _evaluated(python: str, variables: dict[str, Any]) -> Any:
    """Python's reading of a formula, every number in it of high precision."""
    names = {**EXACT, "e": mp.e, "pi": mp.pi, "inf": mp.inf, "number": mp.mpf, **variables}
    names["leaky_relu"] = lambda x, slope=0.01: EXACT["leaky_relu"](x, mp.mpf(slope))
    names["elu"] = lambda x, alpha=1.0: EXACT["elu"](x, mp.mpf(alpha))
    return eval(_NUMBER.sub(r"number(\g<0>)", python), names)


def _cases(branches: Sequence[tuple[str, str | None]]) -> str:
    """Branches and their conditions as one conditional expression."""
    text = "".join(f"({value}) if ({when}) else " for value, when in branches if when)
    return text + next((f"({value})" for value, when in branches if not when), "nan")


def _called_by_symbol(text: str) -> str:
    """The functions of a formula by their operations' names instead of their symbols."""
    for operation in sorted(OPERATIONS.values(), key=lambda operation: -len(operation.symbol)):
        text = re.sub(rf"(?<![\w.]){re.escape(operation.symbol)}\(", f"{operation.name}(", text)
    return text


def _without_bars(text: str) -> str:
    """Absolute values as calls: a bar closes if something ends before it."""
    read = ""
    for character in text:
        if character != "|":
            read += character
        elif read and (read[-1].isalnum() or read[-1] in ")⁰¹²³⁴⁵⁶⁷⁸⁹"):
            read += ")"
        else:
            read += "abs("
    return read


def _top_level(text: str) -> list[str]:
    """The pieces between the commas that stand in no parentheses."""
    pieces = [""]
    for part in re.split(r"(, )", text):
        inside = pieces[-1].count("(") > pieces[-1].count(")")
        if part == ", " and not inside:
            pieces.append("")
        else:
            pieces[-1] += part
    return pieces


def read_unicode(text: str, variables: dict[str, Any]) -> Any:
    """The value of a formula in Unicode, read by the rules of school and not by its tree."""
    text = _called_by_symbol(text)
    for root, function in (("√", "sqrt"), ("∛", "cbrt")):
        text = re.sub(rf"{root}(\w+)", rf"{root}(\1)", text).replace(f"{root}(", f"{function}(")
    text = _without_bars(text)
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: f"**({power[0].translate(_SUPERSCRIPTS)})", text)
    for sign, python in _SIGNS.items():
        text = text.replace(sign, python)
    if " if " in text:
        text = re.sub(r"(?<![<>!])=(?!=)", "==", text)
        pieces = [piece.partition(" if ") for piece in _top_level(text)]
        text = _cases([(value.removeprefix("else "), when or None) for value, _, when in pieces])
    return _evaluated(text, variables)


#: What LaTeX writes in words, as Unicode writes it; what begins with another stands before it.
_WORDS = {
    r"\left(": "(", r"\right)": ")", r"\left|": "abs(", r"\right|": ")", r" \cdot ": "·",
    r"\le ": "≤ ", r"\ge ": "≥ ", r"\ne ": "≠ ", r"\bmod": "mod", r"\pi": "π", r"\infty": "∞",
    r"\sigma": "σ", r"\Phi": "Φ", r"\log_2": "log₂", r"\log_{10}": "log₁₀",
}  # fmt: skip
_INNERMOST = r"\{([^{}]*)\}"
_GROUPS = {
    rf"\\(?:operatorname|mathrm|text){_INNERMOST}": r"\1",
    rf"_{_INNERMOST}": r"\1",
    rf"\\frac{_INNERMOST}{_INNERMOST}": r"((\1)/(\2))",
    rf"\\sqrt\[3\]{_INNERMOST}": r"cbrt(\1)",
    rf"\\sqrt{_INNERMOST}": r"sqrt(\1)",
    rf"\^{_INNERMOST}": r"^(\1)",
}


def read_latex(text: str, variables: dict[str, Any]) -> Any:
    """The value of a formula in LaTeX, read from the innermost braces outwards."""
    for word, sign in _WORDS.items():
        text = text.replace(word, sign)
    text = text.replace(r"\begin{cases}", "").replace(r"\end{cases}", "")
    while found := next((pattern for pattern in _GROUPS if re.search(pattern, text)), None):
        text = re.sub(found, _GROUPS[found], text)
    rows = [row.partition(" & ") for row in text.split(r" \\ ")]
    branches = [
        f"else {value}" if when == "otherwise" else f"{value} if {when}" if when else value
        for value, _, when in rows
    ]
    return read_unicode(", ".join(branches).replace("\\", ""), variables)


def _scripts_collide(text: str) -> bool:
    """Whether something has two superscripts or two subscripts, which LaTeX refuses."""
    outer: list[set[str]] = []
    scripts: set[str] = set()  # those of the last thing, so far
    is_script = False  # whether what comes now is one
    for token in re.findall(r"\\[A-Za-z]+|\\.|[^\\\s]", text):
        if token in "^_":
            if token in scripts:
                return True
            scripts.add(token)
            is_script = True
        elif token == "{":
            outer.append(scripts if is_script else set())
            scripts, is_script = set(), False
        elif token == "}":
            scripts = outer.pop()
        elif is_script:
            is_script = False
        else:
            scripts = set()
    return False


def latex_mistakes(text: str) -> list[str]:
    """What LaTeX would stumble over, or show as something else than is meant."""
    complaints = []
    bare = re.sub(r"\\[{}\\]", "", text)
    depths = [0, *accumulate((character == "{") - (character == "}") for character in bare)]
    if min(depths) < 0 or depths[-1]:
        complaints.append("braces do not match")
    elif _scripts_collide(text):
        complaints.append("two superscripts or two subscripts")
    if len(re.findall(r"\\left\W", text)) != len(re.findall(r"\\right\W", text)):
        complaints.append(r"\left without \right")
    mathematics = re.sub(r"\\(?:text|operatorname|mathrm|begin|end)\{(?:[^{}\\]|\\.)*\}", "", text)
    if found := re.findall(r"(?<![A-Za-z\\])(?:and|or|mod|if|else|otherwise)(?![A-Za-z])", mathematics):
        complaints.append(f"words that are set as products of letters: {found}")
    if re.search(r"(?<!\\)[%&#$]", mathematics.replace(" & ", "")):
        complaints.append("a special character that is not escaped")
    return complaints
