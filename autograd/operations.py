"""THE table: one row per operation, and everything about an operation follows from its row.

From a row come the eager method and function (`autograd.codegen`), the local derivatives and, by
evaluating the same texts on nodes, derivatives of any order (`autograd.backward`), the error message
and the domain to test on, the formula in text and LaTeX (`autograd.formula`), the label in a diagram,
the type stubs and the page ``docs/operations.md``. To add an operation, add its row.

How a row reads:

* ``value`` is evaluated on floats and does what `math` does, raising where `math` raises.
* ``partials`` has one text per operand and may use ``out``. It is differentiated again for higher
  derivatives, so where the function is smooth it has no ``abs``, and its conditions choose between forms
  of one smooth function: each where neither it nor its derivatives cancel or overflow, and at 0 and
  infinity, where the textbook form has 0·∞, one that has the limits.
* ``as_taught`` is that textbook form, for explanations, where it reads differently.
* ``ieee`` is what IEEE 754 gives where `math` raises; only slopes are computed with it, since an
  infinite slope at a valid point (sqrt at 0) is a fact and not an error. Without one it is ``value``
  itself, each step by IEEE 754, or NaN where that is a function.
* ``kink`` says where the derivative jumps. There the partials give the subgradient of least norm.
"""

from __future__ import annotations

from autograd.errors import ArgumentValueError, UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from autograd.expression import Expression

__all__ = ["OPERATIONS", "REFUSED", "Operation"]

#: The attributes of an `Operation` that are expressions.
_TEXTS = ("value", "partials", "as_taught", "domain", "ieee", "kink", "formula")

#: Python's operators of one operand and of two, as texts have them.
_OPERATORS = (
    {"-{}": "neg", "+{}": "pos", "abs({})": "abs"},
    {"{}+{}": "add", "{}-{}": "sub", "{}*{}": "mul", "{}/{}": "truediv", "{}**{}": "pow"},
)


def parameter_names(parameters: str) -> tuple[str, ...]:
    """The names of the operands that a row declares.

    >>> parameter_names("x, slope=0.01")
    ('x', 'slope')
    """
    return tuple(part.partition("=")[0].strip() for part in parameters.split(","))


class Operation:
    """One row of the table, or one to be added to it by `autograd.register`.

    What a text cannot say, a Python function may: the value and the derivatives may be functions, which
    texts of the row then call. The value's takes the operands as floats, and raises ValueError outside
    the domain; a derivative's takes the operands and the value. Derivatives of a derivative's function
    are taken on nodes: it has to compute with the functions of `autograd`. One that does not (it calls
    `math`) gives first derivatives only, and says so when more are asked for.

    Args:
        name: what it is called: ``Value.name()`` and ``autograd.name()``.
        parameters: the names of its one or two operands, as in ``"x"`` or ``"x, slope=0.01"``.
        value: its value, a text of the operands; or a function.
        partials: its derivative by each operand, texts of the operands and ``out``; or functions.
        domain: where it is defined; everywhere if None.
        ieee: its value by IEEE 754 where ``value`` raises; if None, what each step of the text gives by
            IEEE 754, or NaN where the value is a function.
        kink: where it is not differentiable although it is defined.
        formula: how its value is written, a text of the operands; as it is computed, if None.
        as_taught: the partials as textbooks print them; "" where they read the same.
        symbol: what formulas call it; the name if None.
        numpy: what NumPy calls it if not so: its functions look for a method of that name.
        shortcuts: plain numbers as the second operand for which an operation of the first alone is
            recorded in its place, by its name.
        about: what it is, in a few words.
        lazy: parse a text when it is first asked for and not now, as is done with the rows of the table,
            which a test checks.

    Attributes:
        functions: the Python functions that its texts call, by name.

    Raises:
        ArgumentValueError: the row contradicts itself, or a text cannot be read.
        ArgumentTypeError: what should be a text or a function is none.

    >>> OPERATIONS["log"].partials[0].text
    '1.0 / x'
    >>> Operation("twice", "x", "x + x", partials=("2.0", "2.0"), about="double")
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: operation 'twice': 1 operands but 2 partials
    """

    __slots__ = (
        "_expressions",
        "about",
        "as_taught",
        "default",
        "domain",
        "formula",
        "functions",
        "given_texts",
        "ieee",
        "kink",
        "name",
        "numpy",
        "operator",
        "parameters",
        "partials",
        "shortcuts",
        "symbol",
        "value",
    )

    def __init__(
        self,
        name: str,
        parameters: str,
        value: str | Callable[..., float],
        *,
        partials: Sequence[str | Callable[..., Any]],
        about: str,
        domain: str | None = None,
        ieee: str | None = None,
        kink: str | None = None,
        formula: str | None = None,
        as_taught: Sequence[str] = (),
        symbol: str | None = None,
        numpy: str | None = None,
        shortcuts: Mapping[float, str] | None = None,
        lazy: bool = False,
    ) -> None:
        if lazy is not True:
            from autograd.arguments import flag, instance, items, real, text

            if shortcuts is not None:
                instance("shortcuts", shortcuts, dict, "a dict")
                shortcuts = {
                    real("a number in shortcuts", number): text("an operation in shortcuts", each)
                    for number, each in shortcuts.items()
                }
            flag("lazy", lazy)
            for what, given in (
                *(("name", name), ("parameters", parameters), ("about", about)),
                *(("domain", domain), ("ieee", ieee), ("kink", kink), ("formula", formula)),
                *(("symbol", symbol), ("numpy", numpy)),
            ):
                if given is not None or what in {"name", "parameters", "about"}:
                    text(what, given)
            partials = items("partials", partials)
            as_taught = [
                text(f"as_taught[{n}]", each) for n, each in enumerate(items("as_taught", as_taught))
            ]
        self.name = name
        self.about = about
        self.symbol = symbol or name
        self.numpy = numpy or name
        self.shortcuts = dict(shortcuts or {})
        #: the names of the operands
        self.parameters = parameter_names(parameters)
        #: the default of the last operand, if it has one
        self.default = self._find_default(parameters)
        if len(self.parameters) > 2:
            raise ArgumentValueError(f"operation {name!r}: a node has at most two operands")
        as_taught = as_taught or [""] * len(partials)
        for what, texts in (("partials", partials), ("as_taught", as_taught)):
            if len(texts) != len(self.parameters):
                raise ArgumentValueError(
                    f"operation {name!r}: {len(self.parameters)} operands but {len(texts)} {what}"
                )
        self.functions: dict[str, Callable[..., Any]] = {}
        value = self._as_text("value", name, value)
        partials = [
            self._as_text(f"partials[{n}]", f"{name}_d{self.parameters[n]}", each, "out")
            for n, each in enumerate(partials)
        ]
        #: Python's operator that the value is, if it is just one: ``mul`` for "x * y"
        self.operator = _operator(value, self.parameters)
        self._expressions: dict[str, Any] = {}
        #: What was given, not yet parsed.
        self.given_texts: dict[str, Any] = {
            "value": value,
            "partials": partials,
            "as_taught": as_taught,
            "domain": domain,
            "ieee": ieee,
            "kink": kink,
            "formula": formula,
        }
        if not lazy:
            for what in _TEXTS:
                getattr(self, what)

    if TYPE_CHECKING:
        value: Expression
        partials: tuple[Expression, ...]
        as_taught: tuple[Expression, ...]
        domain: Expression | None
        ieee: Expression
        kink: Expression | None
        formula: Expression

    else:

        def __getattr__(self, what: str) -> Any:
            """Parse a text that is asked for the first time: its attribute is not set yet."""
            if what not in _TEXTS:
                raise AttributeError(f"'Operation' object has no attribute {what!r}")
            # where several threads ask, all of them get the same
            expression = self._expressions.setdefault(what, self._parsed(what))
            setattr(self, what, expression)
            return expression

    def _as_text(self, what: str, name: str, given: str | Callable[..., Any], *more: str) -> str:
        """A text; of a function, its call."""
        if isinstance(given, str):
            return given
        if not callable(given):
            from autograd.arguments import wrong_kind

            raise wrong_kind(f"operation {self.name!r}: {what}", "a text or a function", given)
        self.functions[name] = given
        return f"{name}({', '.join((*self.parameters, *more))})"

    def _parsed(self, what: str) -> Any:
        from autograd.expression import Expression

        text = self.given_texts[what]
        inside = (*self.parameters, "out")
        try:
            match what:
                case "partials":
                    return tuple(Expression(partial, inside) for partial in text)
                case "as_taught":
                    return tuple(
                        Expression(taught, inside) if taught else partial
                        for taught, partial in zip(text, self.partials, strict=True)
                    )
                case "formula" if not text:
                    return self.value
                case "ieee" if not text:
                    value = self.value
                    # `%` too has no other arithmetic than Python's
                    raises = self.name in value.calls or "%" in value.text
                    return Expression("nan", ()) if raises else value
                case _:
                    return Expression(text, self.parameters) if text else None
        except ArgumentValueError as error:
            given = ", ".join(self.parameters)
            raise ArgumentValueError(f"operation {self.name!r}: {error} (operands: {given})") from None

    def _find_default(self, parameters: str) -> float | None:
        first, equals, default = parameters.partition("=")
        if not equals:
            return None
        try:
            if first.count(",") != len(self.parameters) - 1:
                raise ArgumentValueError("an operand with a default comes last")
            return float(default)
        except ValueError as error:
            raise ArgumentValueError(
                f"operation {self.name!r}: a default of an operand: {error}"
            ) from None

    @property
    def texts(self) -> list[Expression]:
        """All that the row says.

        >>> [text.text for text in OPERATIONS["log"].texts]
        ['log(x)', 'log(x)', '-inf if x == 0.0 else nan', '1.0 / x', '1.0 / x', 'x > 0.0']
        """
        found = [self.value, self.formula, self.ieee, *self.partials, *self.as_taught]
        return found + [condition for condition in (self.domain, self.kink) if condition is not None]

    @property
    def arity(self) -> int:
        """The number of operands, 1 or 2.

        >>> [name for name in ("exp", "max", "leaky_relu") if OPERATIONS[name].arity == 2]
        ['max', 'leaky_relu']
        """
        return len(self.parameters)

    def __repr__(self) -> str:
        return f"Operation({self.name!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return _operation_named, (self.name,)


def _operator(value: str, parameters: Sequence[str]) -> str | None:
    """The operator of Python that a text is, told without parsing it.

    >>> _operator("x * y", ["x", "y"]), _operator("-x", ["x"]), _operator("x * x", ["x"])
    ('mul', 'neg', None)
    """
    dense = value.replace(" ", "")
    for form, operator in _OPERATORS[len(parameters) - 1].items():
        if form.format(*parameters) == dense:
            return operator
    return None


def check_calls(operation: Operation, table: Mapping[str, Operation]) -> None:
    """Raise an error unless every function that a row calls can be had.

    A partial is also evaluated on nodes, so it calls operations alone, or functions of its own.

    Raises:
        ArgumentValueError: it calls what is none of these, or with too few or many operands.

    >>> row = Operation("twice", "x", "double(x)", partials=["2.0"], about="double")
    >>> check_calls(row, OPERATIONS)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: operation 'twice': unknown function 'double'
    """
    from autograd.expression import PRIMITIVES

    for text in (*operation.partials, *operation.as_taught):
        for name in text.calls.keys() - table.keys() - operation.functions.keys():
            raise ArgumentValueError(
                f"operation {operation.name!r}: {text.text!r} calls {name!r}, which is no operation, "
                f"and derivatives are computed on nodes too"
            )
    for text in operation.texts:
        for name, count in text.calls.items():
            if name in operation.functions:
                continue
            if name not in table and name not in PRIMITIVES:
                raise ArgumentValueError(f"operation {operation.name!r}: unknown function {name!r}")
            arity = table[name].arity if name in table else 2  # copysign alone is no operation
            if count != arity:
                raise ArgumentValueError(
                    f"operation {operation.name!r}: {name} takes {arity} operands, not {count}"
                )


def _operation_named(name: str) -> Operation:
    if name not in OPERATIONS:
        raise UnknownNameError(f"operation {name!r} is not registered here; register it before loading")
    return OPERATIONS[name]


def _row(*about: str, **texts: Any) -> Operation:
    return Operation(*about, **texts, lazy=True)


_TABLE = (
    # --- arithmetic -----------------------------------------------------------------------------
    _row("add", "x, y", "x + y", partials=("1.0", "1.0"), about="sum"),
    _row("sub", "x, y", "x - y", partials=("1.0", "-1.0"), about="difference"),
    _row("mul", "x, y", "x * y", partials=("y", "x"), about="product"),
    _row(
        "div",
        "x, y",
        "x / y",
        partials=("1.0 / y", "-out / y"),
        as_taught=("", "-x / y ** 2.0"),
        domain="y != 0.0",
        ieee="nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)",
        about="quotient",
    ),
    _row("neg", "x", "-x", partials=("-1.0",), about="negation"),
    _row("pos", "x", "+x", partials=("1.0",), about="the number itself"),
    _row(
        "pow",
        "x, y",
        "x ** y",
        # y - 1 is not always exact, and x ** (y - 1) magnifies its rounding by log x; out / x does
        # not, but is 0/0 at 0. Neither computes a logarithm, and both are smooth. Where x or out is 0
        # or infinite, 0·inf would be NaN: the texts there are others, which have the limits of the
        # derivatives and, differentiated in turn, those up to the third order, mixed ones too.
        partials=(
            (
                "(sqrt(y) if y == 0.0 else 1.0 / y / (x + 0.0) if 0.0 < y < 1.0 "
                "else x ** (y - 1.0) - sqrt(y - 1.0) if y == 1.0 "
                "else x ** (y - 1.0) if 1.0 < y < 2.0 or y > 2.0 ** 53.0 "
                "else y * x ** (y - 1.0)) if x == 0.0 "
                "else y * x ** (y - 1.0) if 0.0 != y == y - 1.0 + 1.0 != y - 1.0 "
                "else y * out / x if 0.0 < out < inf and x < inf else x ** (y - 1.0) if out == 0.0 "
                "else y * x ** (y - 1.0) if x > 0.0 else -y * out"
            ),
            (
                "(sqrt(x) if y == 0.0 else 0.0 - x ** (y - 0.5) if y == 1.0 or y == 2.0 "
                "else 0.0 - x ** y) if x == 0.0 else out * log(x) if x < inf and -inf < y < inf "
                "else nan if x < 0.0 else -out if x < 1.0 "
                "else x ** (y + 0.5) if y == 0.0 or y == 1.0 or y == 2.0 else x ** y"
            ),
        ),
        as_taught=("y * x ** (y - 1.0)", "out * log(x)"),
        domain=(
            "x > 0.0 or x == 0.0 and y >= 0.0 or x < 0.0 and y % 1.0 == 0.0 "
            "or x == -inf or y == inf or y == -inf"
        ),
        # a tiny negative y has the remainder 1.0 too, by rounding
        ieee=(
            "nan if x < 0.0 and y % 1.0 != 0.0 "
            "else copysign(inf, x) if y % 2.0 == 1.0 and y % 1.0 == 0.0 else inf"
        ),
        kink="x == 0.0 and y == 0.0",
        # exact, and faster than any power
        shortcuts={2.0: "square", -1.0: "reciprocal"},
        about="power; 0**0 is 1 with derivatives (0, 0)",
    ),
    _row(
        "abs",
        "x",
        "abs(x)",
        partials=("1.0 if x > 0.0 else -1.0 if x < 0.0 else x",),
        kink="x == 0.0",
        numpy="fabs",
        about="absolute value",
    ),
    _row(
        "sign",
        "x",
        "1.0 if x > 0.0 else -1.0 if x < 0.0 else x",
        partials=("0.0 if x == x else nan",),
        kink="x == 0.0",
        about="1, -1, or 0 at 0, where it jumps; its derivative is 0",
    ),
    _row(
        "reciprocal",
        "x",
        "1.0 / x",
        partials=("-out * out",),
        as_taught=("-(x ** -2.0)",),
        domain="x != 0.0",
        formula="x ** -1.0",
        about="reciprocal",
    ),
    _row(
        "square",
        "x",
        "x * x if x * x < inf else x ** 2.0",  # which raises where it is too large, as powers do
        partials=("2.0 * x",),
        formula="x ** 2.0",
        about="square",
    ),
    _row(
        "sqrt",
        "x",
        "sqrt(x)",
        partials=("0.5 / (out + 0.0)",),  # at -0.0 too the slope is +inf
        as_taught=("1.0 / (2.0 * sqrt(x))",),
        domain="x >= 0.0",
        about="square root; its slope at 0 is infinite",
    ),
    _row(
        "cbrt",
        "x",
        "cbrt(x)",
        # 2x/out and out² are two thirds and one of 3·out²: as in Newton's step, the error of the root,
        # which is up to 4 ulp in some libraries, drops out. At 0 and ±inf x/out is NaN. Near 0 the third
        # derivative is infinite, and of a sum it would be inf - inf: there it is |x| to -2/3, and to
        # what a float lacks of that.
        partials=(
            (
                "1.0 / (2.0 * (x / out) + out * out) if 1.0 / 2.0 ** 220.0 < out * out < inf "
                "else 1.0 / out / out / 3.0 if x == x + x "
                "else abs(x) ** (-2.0 / 3.0) * abs(x) ** (-2.0 / 3.0 / 2.0 ** 54.0) / 3.0"
            ),
        ),
        as_taught=("1.0 / (3.0 * out ** 2.0)",),
        about="cube root; its slope at 0 is infinite",
    ),
    # --- exponentials and logarithms ------------------------------------------------------------
    _row("exp", "x", "exp(x)", partials=("out",), ieee="inf", about="exponential"),
    _row(
        "expm1",
        "x",
        "expm1(x)",
        partials=("exp(x)",),
        ieee="inf",
        formula="exp(x) - 1.0",
        about="exp(x) - 1, exact near 0",
    ),
    _row(
        "exp2",
        "x",
        "exp2(x)",
        partials=("out * log(2.0)",),
        ieee="inf",
        formula="2.0 ** x",
        about="power of 2",
    ),
    _row(
        "log",
        "x",
        "log(x)",
        partials=("1.0 / x",),
        domain="x > 0.0",
        ieee="-inf if x == 0.0 else nan",
        symbol="ln",
        about="natural logarithm",
    ),
    _row(
        "log1p",
        "x",
        "log1p(x)",
        partials=("1.0 / (1.0 + x)",),
        domain="x > -1.0",
        ieee="-inf if x == -1.0 else nan",
        formula="log(1.0 + x)",
        about="log(1 + x), exact near 0",
    ),
    _row(
        "log2",
        "x",
        "log2(x)",
        partials=("1.0 / log(2.0) / x",),
        as_taught=("1.0 / (x * log(2.0))",),
        domain="x > 0.0",
        ieee="-inf if x == 0.0 else nan",
        symbol="log₂",
        about="logarithm to base 2",
    ),
    _row(
        "log10",
        "x",
        "log10(x)",
        partials=("1.0 / log(10.0) / x",),
        as_taught=("1.0 / (x * log(10.0))",),
        domain="x > 0.0",
        ieee="-inf if x == 0.0 else nan",
        symbol="log₁₀",
        about="logarithm to base 10",
    ),
    # --- trigonometry ---------------------------------------------------------------------------
    _row("sin", "x", "sin(x)", partials=("cos(x)",), domain="-inf < x < inf", about="sine of radians"),
    _row(
        "cos",
        "x",
        "cos(x)",
        partials=("-sin(x)",),
        domain="-inf < x < inf",
        about="cosine of radians",
    ),
    _row(
        "tan",
        "x",
        "tan(x)",
        partials=("1.0 + out * out",),
        as_taught=("1.0 / cos(x) ** 2.0",),
        domain="-inf < x < inf",
        about="tangent of radians",
    ),
    _row(
        "asin",
        "x",
        "asin(x)",
        partials=(
            (
                "1.0 / cos(out) if x * x < 0.5 else 1.0 / sqrt(1.0 - x * x) if x * x == 1.0 "
                "else 1.0 / sqrt((1.0 - x) * (1.0 + x))"
            ),
        ),
        as_taught=("1.0 / sqrt(1.0 - x ** 2.0)",),
        domain="-1.0 <= x <= 1.0",
        symbol="arcsin",
        numpy="arcsin",
        about="inverse sine; its slope at ±1 is infinite",
    ),
    _row(
        "acos",
        "x",
        "acos(x)",
        partials=(
            (
                "-1.0 / sqrt(1.0 - x * x) if x * x < 0.5 or x * x == 1.0 "
                "else -1.0 / sqrt((1.0 - x) * (1.0 + x))"
            ),
        ),
        as_taught=("-1.0 / sqrt(1.0 - x ** 2.0)",),
        domain="-1.0 <= x <= 1.0",
        symbol="arccos",
        numpy="arccos",
        about="inverse cosine; its slope at ±1 is infinite",
    ),
    _row(
        "atan",
        "x",
        "atan(x)",
        partials=(
            (
                "0.5 + 0.5 * cos(2.0 * out) if x * x < 2.0 "
                "else 1.0 / (1.0 + x * x) if x * x < 1e90 else 1.0 / x / x"
            ),
        ),
        as_taught=("1.0 / (1.0 + x ** 2.0)",),
        symbol="arctan",
        numpy="arctan",
        about="inverse tangent",
    ),
    _row(
        "atan2",
        "y, x",
        "atan2(y, x)",
        # The larger operand is divided by, so that no terms cancel in the derivatives of these and no
        # square leaves the floats; where x/y might be subnormal, squares are summed.
        partials=(
            (
                "1.0 / (x + y * (y / x)) if -1.25 * x < y < 1.25 * x or 1.25 * x < y < -1.25 * x "
                "else x / (x * x + y * y) if 1.0 / 2.0 ** 300.0 < y * y < 2.0 ** 300.0 "
                "else x / y / (y + x * (x / y)) if 0.0 < y < inf or -inf < y < 0.0 else 0.0 * out"
            ),
            (
                "-1.0 / (y + x * (x / y)) if -1.25 * y < x < 1.25 * y or 1.25 * y < x < -1.25 * y "
                "else -y / (x * x + y * y) if 1.0 / 2.0 ** 300.0 < x * x < 2.0 ** 300.0 "
                "else -y / x / (x + y * (y / x)) if 0.0 < x < inf or -inf < x < 0.0 else 0.0 * out"
            ),
        ),
        as_taught=("x / (x ** 2.0 + y ** 2.0)", "-y / (x ** 2.0 + y ** 2.0)"),
        kink="x == 0.0 and y == 0.0",
        numpy="arctan2",
        about="angle of the point (x, y)",
    ),
    # --- hyperbolic functions -------------------------------------------------------------------
    _row(
        "sinh",
        "x",
        "sinh(x)",
        partials=("cosh(x)",),
        ieee="copysign(inf, x)",
        about="hyperbolic sine",
    ),
    _row("cosh", "x", "cosh(x)", partials=("sinh(x)",), ieee="inf", about="hyperbolic cosine"),
    _row(
        "tanh",
        "x",
        "tanh(x)",
        partials=(
            (
                "1.0 - out * out if out * out < 0.25 "
                "else 2.0 * (1.0 + out) * exp(-2.0 * x) / (1.0 + exp(-2.0 * x)) if x > 0.0 "
                "else 2.0 * (1.0 - out) * exp(2.0 * x) / (1.0 + exp(2.0 * x))"
            ),
        ),
        as_taught=("1.0 - out ** 2.0",),
        about="hyperbolic tangent",
    ),
    _row(
        "asinh",
        "x",
        "asinh(x)",
        partials=("sqrt(1.0 / (1.0 + x * x)) if x * x < 1e90 else 1.0 / x if x > 0.0 else -1.0 / x",),
        as_taught=("1.0 / sqrt(x ** 2.0 + 1.0)",),
        symbol="arsinh",
        numpy="arcsinh",
        about="inverse hyperbolic sine",
    ),
    _row(
        "acosh",
        "x",
        "acosh(x)",
        partials=("1.0 / sqrt(x - 1.0) / sqrt(x + 1.0)",),
        as_taught=("1.0 / sqrt(x ** 2.0 - 1.0)",),
        domain="x >= 1.0",
        symbol="arcosh",
        numpy="arccosh",
        about="inverse hyperbolic cosine; its slope at 1 is infinite",
    ),
    _row(
        "atanh",
        "x",
        "atanh(x)",
        partials=("1.0 / (1.0 - x * x) if x * x < 0.5 else 1.0 / ((1.0 - x) * (1.0 + x))",),
        as_taught=("1.0 / (1.0 - x ** 2.0)",),
        domain="-1.0 < x < 1.0",
        ieee="copysign(inf, x) if abs(x) == 1.0 else nan",
        symbol="artanh",
        numpy="arctanh",
        about="inverse hyperbolic tangent",
    ),
    _row(
        "hypot",
        "x, y",
        # the naive algorithm of C. F. Borges (ACM Trans. Math. Softw. 47, 2021), rescaled where a square
        # leaves the floats: at most the neighbour of the nearest float, and 2 ** n times as large of
        # operands 2 ** n times as large
        (
            "sqrt(x * x + y * y) if 1e-270 < x * x + y * y < inf "
            "else inf if abs(x) == inf or abs(y) == inf "
            "else 2.0 ** 600.0 * sqrt(x / 2.0 ** 600.0 * (x / 2.0 ** 600.0) "
            "+ y / 2.0 ** 600.0 * (y / 2.0 ** 600.0)) if x * x + y * y == inf "
            "else sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) "
            "+ 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) / 2.0 ** 600.0"
        ),
        # The derivative of x/out is (1 - x²/out²)/out, which cancels where x is the larger operand;
        # x/out is 1 - y²/(out·(out + x)) there. Near the smallest float an out has few digits, and is
        # computed again on a larger scale; near the largest, out + x overflows, and y/x does not.
        partials=(
            (
                "(1.0 - y / out * (y / (out + x)) if x > 0.65 * out "
                "else x / out if x > -0.65 * out "
                "else y / out * (y / (out - x)) - 1.0) if 1e-280 < out < 1e307 "
                "else 0.0 if out == 0.0 else x / out if -0.65 * out < x < 0.65 * out and out > 1.0 "
                "else 2.0 ** 600.0 * x / sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) "
                "+ 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) "
                "if -0.65 * out < x < 0.65 * out "
                "else sqrt(1.0 / (1.0 + y / x * (y / x))) if x > 0.0 "
                "else -sqrt(1.0 / (1.0 + y / x * (y / x)))"
            ),
            (
                "(1.0 - x / out * (x / (out + y)) if y > 0.65 * out "
                "else y / out if y > -0.65 * out "
                "else x / out * (x / (out - y)) - 1.0) if 1e-280 < out < 1e307 "
                "else 0.0 if out == 0.0 else y / out if -0.65 * out < y < 0.65 * out and out > 1.0 "
                "else 2.0 ** 600.0 * y / sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) "
                "+ 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) "
                "if -0.65 * out < y < 0.65 * out "
                "else sqrt(1.0 / (1.0 + x / y * (x / y))) if y > 0.0 "
                "else -sqrt(1.0 / (1.0 + x / y * (x / y)))"
            ),
        ),
        as_taught=("0.0 if out == 0.0 else x / out", "0.0 if out == 0.0 else y / out"),
        kink="x == 0.0 and y == 0.0",
        formula="sqrt(x ** 2.0 + y ** 2.0)",
        about="length of the vector (x, y), √(x² + y²)",
    ),
    # --- the normal distribution ----------------------------------------------------------------
    _row(
        "erf",
        "x",
        "erf(x)",
        partials=("2.0 / sqrt(pi) * square(gaussian(x))",),
        as_taught=("2.0 * exp(-(x ** 2.0)) / sqrt(pi)",),
        about="error function",
    ),
    _row(
        "erfc",
        "x",
        "erfc(x)",
        partials=("-2.0 / sqrt(pi) * square(gaussian(x))",),
        as_taught=("-2.0 * exp(-(x ** 2.0)) / sqrt(pi)",),
        about="1 - erf(x), exact far out",
    ),
    _row(
        "gaussian",
        "x",
        "gaussian(x)",
        partials=("-x * out if out > 0.0 else -0.0 / x",),
        as_taught=("-x * out",),
        formula="exp(-(x ** 2.0) / 2.0)",
        about="exp(-x²/2)",
    ),
    _row(
        "normal_cdf",
        "x",
        "normal_cdf(x)",
        partials=("gaussian(x) / sqrt(2.0 * pi)",),
        as_taught=("exp(-(x ** 2.0) / 2.0) / sqrt(2.0 * pi)",),
        symbol="Φ",
        about="standard normal distribution function",
    ),
    # --- activations ----------------------------------------------------------------------------
    _row(
        "sigmoid",
        "x",
        # with the same exponential on both sides, which so is computed once for several examples
        "1.0 / (1.0 + exp(-abs(x))) if x >= 0.0 else exp(-abs(x)) / (1.0 + exp(-abs(x)))",
        partials=(
            (
                "0.5 / (1.0 + cosh(x)) if -1.0 < x < 1.0 else out * (1.0 - out) if x < 0.0 "
                "else out / (1.0 + exp(x)) if x < 40.0 else exp(-x)"
            ),
        ),
        as_taught=("out * (1.0 - out)",),
        symbol="σ",
        about="logistic function 1/(1 + exp(-x))",
    ),
    _row(
        "logsigmoid",
        "x",
        "min(x, 0.0) - log1p(exp(-abs(x)))",
        partials=("sigmoid(-x)",),
        as_taught=("1.0 - sigmoid(x)",),
        formula="log(sigmoid(x))",
        about="log of the logistic function",
    ),
    _row(
        "softplus",
        "x",
        "max(x, 0.0) + log1p(exp(-abs(x)))",
        partials=("sigmoid(x)",),
        formula="log(1.0 + exp(x))",
        about="log(1 + exp(x))",
    ),
    _row(
        "relu",
        "x",
        "0.0 if x <= 0.0 else x",
        partials=("0.0 if x <= 0.0 else 1.0 if x > 0.0 else nan",),
        kink="x == 0.0",
        symbol="ReLU",
        about="rectified linear unit",
    ),
    _row(
        "leaky_relu",
        "x, slope=0.01",
        "x if x > 0.0 else slope * x",
        partials=(
            "1.0 if x > 0.0 else slope if x < 0.0 else min(max(slope, 0.0), 1.0) if x == 0.0 else nan",
            "0.0 if x > 0.0 else x",
        ),
        kink="x == 0.0",
        symbol="LeakyReLU",
        about="rectified linear unit with a slope on the left",
    ),
    _row(
        "elu",
        "x, alpha=1.0",
        "x if x > 0.0 else alpha * expm1(x)",
        # exp(x) alone underflows before its product with a large alpha does
        partials=(
            (
                "1.0 if x > 0.0 else min(max(alpha, 0.0), 1.0) if x == 0.0 "
                "else alpha * exp(0.5 * x) * exp(0.5 * x) if x < -700.0 else alpha * exp(x)"
            ),
            "0.0 if x > 0.0 else expm1(x)",
        ),
        as_taught=(
            "1.0 if x > 0.0 else min(max(alpha, 0.0), 1.0) if x == 0.0 else alpha * exp(x)",
            "",
        ),
        kink="x == 0.0",
        symbol="ELU",
        about="exponential linear unit",
    ),
    _row(
        "silu",
        "x",
        # far out on the left sigmoid(x) is exp(x), which underflows before the product does
        (
            "-0.0 if x < -1500.0 else x * exp(0.5 * x) * exp(0.5 * x) if x < -700.0 "
            "else x / (1.0 + exp(-x))"
        ),
        partials=(
            (
                "sigmoid(x) + 0.5 * x / (1.0 + cosh(x)) if -1.0 < x < 1.0 "
                "else out / x + out - out * out / x if x < 0.0 "
                "else 1.0 - exp(-x) * (1.0 - out) / (1.0 + exp(-x)) if x < 40.0 "
                "else 1.0 - exp(-x) - silu(-x)"
            ),
        ),
        as_taught=("sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)))",),
        symbol="SiLU",
        about="sigmoid linear unit x·σ(x), also called swish",
    ),
    _row(
        "gelu",
        "x",
        "gelu(x)",
        partials=(
            "normal_cdf(x) + x * gaussian(x) / sqrt(2.0 * pi) if x * x < 1600.0 else normal_cdf(x)",
        ),
        as_taught=("normal_cdf(x) + x * exp(-(x ** 2.0) / 2.0) / sqrt(2.0 * pi)",),
        symbol="GELU",
        about="Gaussian error linear unit x·Φ(x), exact",
    ),
    # --- the greater and the lesser -------------------------------------------------------------
    _row(
        "max",
        "x, y",
        "x if x >= y else y if y >= x else nan",
        partials=(
            "1.0 if x > y else 0.0 if x < y else 0.5 if x == y else nan",
            "0.0 if x > y else 1.0 if x < y else 0.5 if x == y else nan",
        ),
        kink="x == y",
        about="the greater of two; a tie shares the derivative",
    ),
    _row(
        "min",
        "x, y",
        "x if x <= y else y if y <= x else nan",
        partials=(
            "0.0 if x > y else 1.0 if x < y else 0.5 if x == y else nan",
            "1.0 if x > y else 0.0 if x < y else 0.5 if x == y else nan",
        ),
        kink="x == y",
        about="the lesser of two; a tie shares the derivative",
    ),
)

#: Every operation by its name.
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}

#: What is refused, by the names that ask for it: its derivative is 0 wherever it has one, or it jumps.
REFUSED: dict[str, tuple[str, ...]] = {
    "//": ("__floordiv__", "__rfloordiv__"),
    "%": ("__mod__", "__rmod__"),
    "divmod": ("__divmod__", "__rdivmod__"),
    "floor": ("floor", "__floor__"),
    "ceil": ("ceil", "__ceil__"),
    "trunc": ("trunc", "__trunc__"),
    "round": ("__round__",),
    "rint": ("rint",),
}
