"""THE table: one row per operation, and everything about an operation follows from its row.

From a row come the eager method and function (`autograd.codegen`), the local derivatives and, by
evaluating the same texts on nodes, derivatives of any order (`autograd.backward`), the error message
and the domain to test on, the formula in text and LaTeX (`autograd.formula`), the label in a diagram,
the type stubs and the page ``docs/operations.md``. To add an operation, add its row.

How a row reads:

* ``value`` is evaluated on floats and does what `math` does, raising where `math` raises.
* ``partials`` has one text per operand and may use ``out``. It is differentiated again for higher
  derivatives, so where the function is smooth it has no ``abs`` and no condition; the forms are chosen
  to stay accurate where the textbook form cancels or overflows.
* ``as_taught`` is that textbook form, for explanations, where it reads differently.
* ``ieee`` is what IEEE 754 gives where `math` raises; only slopes are computed with it, since an
  infinite slope at a valid point (sqrt at 0) is a fact and not an error.
* ``kink`` says where the derivative jumps. There the partials give the subgradient of least norm.
"""

from __future__ import annotations

import ast

from autograd.expression import BINARY, PRIMITIVES, UNARY, Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["OPERATIONS", "REFUSED", "Operation"]


def parameter_names(parameters: str) -> tuple[str, ...]:
    """The names of the operands that a row declares.

    >>> parameter_names("x, slope=0.01")
    ('x', 'slope')
    """
    return tuple(part.partition("=")[0].strip() for part in parameters.split(","))


class Operation:
    """One row of the table.

    Args:
        name: what it is called: ``Value.name()`` and ``autograd.name()``.
        parameters: the names of its one or two operands, as in ``"x"`` or ``"x, slope=0.01"``.
        value: its value, a text of the operands.
        partials: its derivative by each operand, texts of the operands and ``out``.
        domain: where it is defined; everywhere if None.
        ieee: its value by IEEE 754 where ``value`` raises.
        kink: where it is not differentiable although it is defined.
        formula: how its value is written, a text of the operands; as it is computed, if None.
        as_taught: the partials as textbooks print them; "" where they read the same.
        symbol: what formulas call it; the name if None.
        numpy: what NumPy calls it if not so: its functions look for a method of that name.
        about: what it is, in a few words.

    Raises:
        ValueError: the row contradicts itself.

    >>> OPERATIONS["log"].partials[0].text
    '1.0 / x'
    >>> Operation("twice", "x", "x + x", partials=("2.0", "2.0"), about="double")
    Traceback (most recent call last):
    ValueError: operation 'twice': 1 operands but 2 partials
    """

    __slots__ = (
        "about",
        "as_taught",
        "default",
        "domain",
        "formula",
        "ieee",
        "kink",
        "name",
        "numpy",
        "operator",
        "parameters",
        "partials",
        "symbol",
        "value",
    )

    def __init__(
        self,
        name: str,
        parameters: str,
        value: str,
        *,
        partials: Sequence[str],
        about: str,
        domain: str | None = None,
        ieee: str = "nan",
        kink: str | None = None,
        formula: str | None = None,
        as_taught: Sequence[str] = (),
        symbol: str | None = None,
        numpy: str | None = None,
    ) -> None:
        self.name = name
        self.about = about
        self.symbol = symbol or name
        self.numpy = numpy or name
        #: the names of the operands
        self.parameters = parameter_names(parameters)
        #: the default of the last operand, if it has one
        self.default = self._find_default(parameters)
        if len(self.parameters) > 2:
            raise ValueError(f"operation {name!r}: a node has at most two operands")
        as_taught = as_taught or [""] * len(partials)
        for what, texts in (("partials", partials), ("as_taught", as_taught)):
            if len(texts) != len(self.parameters):
                raise ValueError(
                    f"operation {name!r}: {len(self.parameters)} operands but {len(texts)} {what}"
                )
        inside = (*self.parameters, "out")
        try:
            self.value = Expression(value, self.parameters)
            self.partials = tuple(Expression(text, inside) for text in partials)
            self.as_taught = tuple(
                Expression(taught, inside) if taught else partial
                for taught, partial in zip(as_taught, self.partials, strict=True)
            )
            self.domain = Expression(domain, self.parameters) if domain else None
            self.ieee = Expression(ieee, self.parameters)
            self.kink = Expression(kink, self.parameters) if kink else None
            self.formula = Expression(formula, self.parameters) if formula else self.value
        except ValueError as error:
            raise ValueError(f"operation {name!r}: {error}") from None
        self.operator = self._find_operator()

    def _find_default(self, parameters: str) -> float | None:
        first, equals, default = parameters.partition("=")
        if not equals:
            return None
        try:
            if first.count(",") != len(self.parameters) - 1:
                raise ValueError("an operand with a default comes last")
            return float(default)
        except ValueError as error:
            raise ValueError(f"operation {self.name!r}: a default of an operand: {error}") from None

    def _find_operator(self) -> str | None:
        """``mul`` for "x * y": the operator of Python that the value is, if it is just one."""
        match self.value.tree:
            case ast.BinOp(left=ast.Name(id=x), op=op, right=ast.Name(id=y)) if x != y:
                return {"div": "truediv"}.get(BINARY[type(op)], BINARY[type(op)])
            case ast.UnaryOp(op=op, operand=ast.Name()):
                return UNARY[type(op)]
            case ast.Call(func=ast.Name(id="abs"), args=[ast.Name()]):
                return "abs"
        return None

    def check_calls(self, table: Mapping[str, Operation], functions: Collection[str] = ()) -> None:
        """Raise ValueError unless every function that the row calls can be had.

        A partial is also evaluated on nodes, so it calls operations alone, or ``functions`` of its own.

        Raises:
            ValueError: the row calls what is none of these, or with too few or too many operands.

        >>> row = Operation("twice", "x", "double(x)", partials=["2.0"], about="double")
        >>> row.check_calls(OPERATIONS, ["double"])
        >>> row.check_calls(OPERATIONS)
        Traceback (most recent call last):
        ValueError: operation 'twice': unknown function 'double'
        """
        for text in (*self.partials, *self.as_taught):
            for name in text.calls.keys() - table.keys() - set(functions):
                raise ValueError(
                    f"operation {self.name!r}: {text.text!r} calls {name!r}, which is no operation, "
                    f"and derivatives are computed on nodes too"
                )
        for text in self.texts:
            for name, count in text.calls.items():
                if name in functions:
                    continue
                if name not in table and name not in PRIMITIVES:
                    raise ValueError(f"operation {self.name!r}: unknown function {name!r}")
                arity = table[name].arity if name in table else 2  # copysign alone is no operation
                if count != arity:
                    raise ValueError(
                        f"operation {self.name!r}: {name} takes {arity} operands, not {count}"
                    )

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


def _operation_named(name: str) -> Operation:
    if name not in OPERATIONS:
        from autograd.errors import AutogradError

        raise AutogradError(f"operation {name!r} is not registered here; register it before loading")
    return OPERATIONS[name]


_TABLE = (
    # --- arithmetic -----------------------------------------------------------------------------
    Operation("add", "x, y", "x + y", partials=("1.0", "1.0"), about="sum"),
    Operation("sub", "x, y", "x - y", partials=("1.0", "-1.0"), about="difference"),
    Operation("mul", "x, y", "x * y", partials=("y", "x"), about="product"),
    Operation(
        "div",
        "x, y",
        "x / y",
        partials=("1.0 / y", "-out / y"),
        as_taught=("", "-x / y ** 2.0"),
        domain="y != 0.0",
        ieee="nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)",
        about="quotient",
    ),
    Operation("neg", "x", "-x", partials=("-1.0",), about="negation"),
    Operation("pos", "x", "+x", partials=("1.0",), about="the number itself"),
    Operation(
        "pow",
        "x, y",
        "x ** y",
        # y - 1 is not always exact, and x ** (y - 1) magnifies its rounding by log x; out / x does
        # not, but is 0/0 at 0. Neither computes a logarithm, and both are smooth. At x = 0 the texts
        # are others that have the right value there and the right derivatives in turn, -inf by x and y
        # for y <= 1, where 0·inf would be NaN.
        partials=(
            (
                "(0.0 if y == 0.0 else (2.0 - y) / (x + 0.0) if 0.0 < y < 1.0 "
                "else x ** (y - 1.0) + sqrt(1.0 - y) if y == 1.0 else y * x ** (y - 1.0)) if x == 0.0 "
                "else y * x ** (y - 1.0) if 0.0 != y == y - 1.0 + 1.0 != y - 1.0 else y * out / x"
            ),
            (
                "(0.0 if y <= 0.0 else 0.0 - x ** y if y < 1.0 or y > 2.0 "
                "else 0.0 - sqrt(x) if y == 1.0 else 0.0 - x ** ((y + 1.0) / 2.0)) if x == 0.0 "
                "else out * log(x)"
            ),
        ),
        as_taught=("y * x ** (y - 1.0)", "out * log(x)"),
        domain="x > 0.0 or x == 0.0 and y >= 0.0 or x < 0.0 and y % 1.0 == 0.0",
        # a tiny negative y has the remainder 1.0 too, by rounding
        ieee=(
            "nan if x < 0.0 and y % 1.0 != 0.0 "
            "else copysign(inf, x) if y % 2.0 == 1.0 and y % 1.0 == 0.0 else inf"
        ),
        kink="x == 0.0 and y == 0.0",
        about="power; 0**0 is 1 with derivatives (0, 0)",
    ),
    Operation(
        "abs",
        "x",
        "abs(x)",
        partials=("1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else nan",),
        kink="x == 0.0",
        about="absolute value",
    ),
    Operation(
        "reciprocal",
        "x",
        "1.0 / x",
        partials=("-out * out",),
        as_taught=("-1.0 / x ** 2.0",),
        domain="x != 0.0",
        ieee="copysign(inf, x)",
        about="reciprocal",
    ),
    Operation("square", "x", "x * x", partials=("2.0 * x",), formula="x ** 2.0", about="square"),
    Operation(
        "sqrt",
        "x",
        "sqrt(x)",
        partials=("0.5 / (out + 0.0)",),  # at -0.0 too the slope is +inf
        as_taught=("1.0 / (2.0 * sqrt(x))",),
        domain="x >= 0.0",
        about="square root; its slope at 0 is infinite",
    ),
    Operation(
        "cbrt",
        "x",
        "cbrt(x)",
        # Two thirds of out/x and one of 1/out²: as in Newton's step, the error of the root, which is up
        # to 4 ulp in some libraries, drops out. At 0 and ±inf out/x is NaN.
        partials=(
            "1.0 / (3.0 * out * out) if x == x + x else (2.0 * out / x + 1.0 / (out * out)) / 9.0",
        ),
        as_taught=("1.0 / (3.0 * out ** 2.0)",),
        about="cube root; its slope at 0 is infinite",
    ),
    # --- exponentials and logarithms ------------------------------------------------------------
    Operation("exp", "x", "exp(x)", partials=("out",), ieee="inf", about="exponential"),
    Operation(
        "expm1",
        "x",
        "expm1(x)",
        partials=("exp(x)",),
        ieee="inf",
        formula="exp(x) - 1.0",
        about="exp(x) - 1, exact near 0",
    ),
    Operation(
        "exp2",
        "x",
        "exp2(x)",
        partials=("out * log(2.0)",),
        ieee="inf",
        formula="2.0 ** x",
        about="power of 2",
    ),
    Operation(
        "log",
        "x",
        "log(x)",
        partials=("1.0 / x",),
        domain="x > 0.0",
        ieee="-inf if x == 0.0 else nan",
        symbol="ln",
        about="natural logarithm",
    ),
    Operation(
        "log1p",
        "x",
        "log1p(x)",
        partials=("1.0 / (1.0 + x)",),
        domain="x > -1.0",
        ieee="-inf if x == -1.0 else nan",
        formula="log(1.0 + x)",
        about="log(1 + x), exact near 0",
    ),
    Operation(
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
    Operation(
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
    Operation(
        "sin", "x", "sin(x)", partials=("cos(x)",), domain="-inf < x < inf", about="sine of radians"
    ),
    Operation(
        "cos",
        "x",
        "cos(x)",
        partials=("-sin(x)",),
        domain="-inf < x < inf",
        about="cosine of radians",
    ),
    Operation(
        "tan",
        "x",
        "tan(x)",
        partials=("1.0 + out * out",),
        as_taught=("1.0 / cos(x) ** 2.0",),
        domain="-inf < x < inf",
        about="tangent of radians",
    ),
    Operation(
        "asin",
        "x",
        "asin(x)",
        partials=("1.0 / sqrt((1.0 - x) * (1.0 + x))",),
        as_taught=("1.0 / sqrt(1.0 - x ** 2.0)",),
        domain="-1.0 <= x <= 1.0",
        symbol="arcsin",
        numpy="arcsin",
        about="inverse sine; its slope at ±1 is infinite",
    ),
    Operation(
        "acos",
        "x",
        "acos(x)",
        partials=("-1.0 / sqrt((1.0 - x) * (1.0 + x))",),
        as_taught=("-1.0 / sqrt(1.0 - x ** 2.0)",),
        domain="-1.0 <= x <= 1.0",
        symbol="arccos",
        numpy="arccos",
        about="inverse cosine; its slope at ±1 is infinite",
    ),
    Operation(
        "atan",
        "x",
        "atan(x)",
        partials=("square(1.0 / hypot(x, 1.0))",),
        as_taught=("1.0 / (1.0 + x ** 2.0)",),
        symbol="arctan",
        numpy="arctan",
        about="inverse tangent",
    ),
    Operation(
        "atan2",
        "y, x",
        "atan2(y, x)",
        # the squares where they neither overflow nor underflow; beyond, x/h underflows only if x/h²
        # does, and where both are infinite the angle has their quotient
        partials=(
            (
                "x / (x * x + y * y) if 1.0 / 2.0 ** 960.0 < x * x + y * y < 2.0 ** 960.0 "
                "else 0.0 if x == 0.0 and y == 0.0 else cos(out) / hypot(x, y) if hypot(x, y) == inf "
                "else x / hypot(x, y) / hypot(x, y)"
            ),
            (
                "-y / (x * x + y * y) if 1.0 / 2.0 ** 960.0 < x * x + y * y < 2.0 ** 960.0 "
                "else 0.0 if x == 0.0 and y == 0.0 else -sin(out) / hypot(x, y) if hypot(x, y) == inf "
                "else -y / hypot(x, y) / hypot(x, y)"
            ),
        ),
        as_taught=("x / (x ** 2.0 + y ** 2.0)", "-y / (x ** 2.0 + y ** 2.0)"),
        kink="x == 0.0 and y == 0.0",
        numpy="arctan2",
        about="angle of the point (x, y)",
    ),
    # --- hyperbolic functions -------------------------------------------------------------------
    Operation(
        "sinh",
        "x",
        "sinh(x)",
        partials=("cosh(x)",),
        ieee="copysign(inf, x)",
        about="hyperbolic sine",
    ),
    Operation("cosh", "x", "cosh(x)", partials=("sinh(x)",), ieee="inf", about="hyperbolic cosine"),
    Operation(
        "tanh",
        "x",
        "tanh(x)",
        partials=("4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)",),
        as_taught=("1.0 - out ** 2.0",),
        about="hyperbolic tangent",
    ),
    Operation(
        "asinh",
        "x",
        "asinh(x)",
        partials=("1.0 / hypot(x, 1.0)",),
        as_taught=("1.0 / sqrt(x ** 2.0 + 1.0)",),
        symbol="arsinh",
        numpy="arcsinh",
        about="inverse hyperbolic sine",
    ),
    Operation(
        "acosh",
        "x",
        "acosh(x)",
        partials=("1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))",),
        as_taught=("1.0 / sqrt(x ** 2.0 - 1.0)",),
        domain="x >= 1.0",
        symbol="arcosh",
        numpy="arccosh",
        about="inverse hyperbolic cosine; its slope at 1 is infinite",
    ),
    Operation(
        "atanh",
        "x",
        "atanh(x)",
        partials=("1.0 / ((1.0 - x) * (1.0 + x))",),
        as_taught=("1.0 / (1.0 - x ** 2.0)",),
        domain="-1.0 < x < 1.0",
        ieee="copysign(inf, x) if abs(x) == 1.0 else nan",
        symbol="artanh",
        numpy="arctanh",
        about="inverse hyperbolic tangent",
    ),
    Operation(
        "hypot",
        "x, y",
        "hypot(x, y)",
        # an out of a few digits, so near the smallest float, is computed again on a larger scale; an
        # infinite one has the slope ±1 by the operand that makes it so
        partials=(
            (
                "x / out if 1.0 / 2.0 ** 960.0 < out < inf else 0.0 if out == 0.0 "
                "else 2.0 ** 960.0 * x / hypot(2.0 ** 960.0 * x, 2.0 ** 960.0 * y) if out < 1.0 "
                "else 1.0 if x == inf and -inf < y < inf else -1.0 if x == -inf and -inf < y < inf "
                "else x / out"
            ),
            (
                "y / out if 1.0 / 2.0 ** 960.0 < out < inf else 0.0 if out == 0.0 "
                "else 2.0 ** 960.0 * y / hypot(2.0 ** 960.0 * x, 2.0 ** 960.0 * y) if out < 1.0 "
                "else 1.0 if y == inf and -inf < x < inf else -1.0 if y == -inf and -inf < x < inf "
                "else y / out"
            ),
        ),
        as_taught=("0.0 if out == 0.0 else x / out", "0.0 if out == 0.0 else y / out"),
        kink="x == 0.0 and y == 0.0",
        formula="sqrt(x ** 2.0 + y ** 2.0)",
        about="length of the vector (x, y), √(x² + y²)",
    ),
    # --- the normal distribution ----------------------------------------------------------------
    Operation(
        "erf",
        "x",
        "erf(x)",
        partials=("2.0 / sqrt(pi) * square(gaussian(x))",),
        as_taught=("2.0 * exp(-(x ** 2.0)) / sqrt(pi)",),
        about="error function",
    ),
    Operation(
        "erfc",
        "x",
        "erfc(x)",
        partials=("-2.0 / sqrt(pi) * square(gaussian(x))",),
        as_taught=("-2.0 * exp(-(x ** 2.0)) / sqrt(pi)",),
        about="1 - erf(x), exact far out",
    ),
    Operation(
        "gaussian",
        "x",
        "gaussian(x)",
        partials=("-x * out",),
        formula="exp(-(x ** 2.0) / 2.0)",
        about="exp(-x²/2)",
    ),
    Operation(
        "normal_cdf",
        "x",
        "normal_cdf(x)",
        partials=("gaussian(x) / sqrt(2.0 * pi)",),
        as_taught=("exp(-(x ** 2.0) / 2.0) / sqrt(2.0 * pi)",),
        symbol="Φ",
        about="standard normal distribution function",
    ),
    # --- activations ----------------------------------------------------------------------------
    Operation(
        "sigmoid",
        "x",
        "1.0 / (1.0 + exp(-x)) if x >= 0.0 else exp(x) / (1.0 + exp(x))",
        partials=("out * sigmoid(-x)",),
        as_taught=("out * (1.0 - out)",),
        symbol="σ",
        about="logistic function 1/(1 + exp(-x))",
    ),
    Operation(
        "logsigmoid",
        "x",
        "min(x, 0.0) - log1p(exp(-abs(x)))",
        partials=("sigmoid(-x)",),
        as_taught=("1.0 - sigmoid(x)",),
        formula="log(sigmoid(x))",
        about="log of the logistic function",
    ),
    Operation(
        "softplus",
        "x",
        "max(x, 0.0) + log1p(exp(-abs(x)))",
        partials=("sigmoid(x)",),
        formula="log(1.0 + exp(x))",
        about="log(1 + exp(x))",
    ),
    Operation(
        "relu",
        "x",
        "0.0 if x <= 0.0 else x",
        partials=("0.0 if x <= 0.0 else 1.0 if x > 0.0 else nan",),
        kink="x == 0.0",
        symbol="ReLU",
        about="rectified linear unit",
    ),
    Operation(
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
    Operation(
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
    Operation(
        "silu",
        "x",
        # far out on the left sigmoid(x) is exp(x), which underflows before the product does
        ("-0.0 if x < -1500.0 else x * exp(0.5 * x) * exp(0.5 * x) if x < -700.0 else x * sigmoid(x)"),
        partials=("sigmoid(x) + out * sigmoid(-x)",),
        as_taught=("sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)))",),
        symbol="SiLU",
        about="sigmoid linear unit x·σ(x), also called swish",
    ),
    Operation(
        "gelu",
        "x",
        "gelu(x)",
        partials=("normal_cdf(x) + x * gaussian(x) / sqrt(2.0 * pi)",),
        as_taught=("normal_cdf(x) + x * exp(-(x ** 2.0) / 2.0) / sqrt(2.0 * pi)",),
        symbol="GELU",
        about="Gaussian error linear unit x·Φ(x), exact",
    ),
    # --- the greater and the lesser -------------------------------------------------------------
    Operation(
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
    Operation(
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

for _operation in _TABLE:
    _operation.check_calls(OPERATIONS)

#: What is refused, by the names that ask for it: its derivative is 0 wherever it has one.
REFUSED: dict[str, tuple[str, ...]] = {
    "//": ("__floordiv__", "__rfloordiv__"),
    "%": ("__mod__", "__rmod__"),
    "divmod": ("__divmod__", "__rdivmod__"),
    "floor": ("floor", "__floor__"),
    "ceil": ("ceil", "__ceil__"),
    "trunc": ("trunc", "__trunc__"),
}
