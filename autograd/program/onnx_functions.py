"""What the rows of the table call and ONNX, or onnxruntime in float64, lacks: texts of what they have.

ONNX has operators for most functions, but onnxruntime 1.32 computes many of them in float32 alone: Tan,
Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Erf, Softplus, Elu, LeakyRelu and Gelu. In float64 it
has + - * / and Pow, Exp, Log, Sqrt, Sin, Cos, Tanh, Abs, comparisons and Where, of which these texts are
made.
``docs/handover.md`` says by how many units in the last place each differs.
"""

from __future__ import annotations

from autograd.expression import Expression
from autograd.program.texts import Body

__all__ = ["COMPOSED"]


def _composed(parameters: str, value: str, **steps: str) -> Body:
    names = tuple(parameters.split(", "))
    known = (*names, *steps)
    trees = {name: Expression(text, known).tree for name, text in steps.items()}
    return Body(names, tuple(trees.items()), Expression(value, known).tree)


def _polynomial(x: str, *coefficients: float) -> str:
    """By Horner's rule, the constant first."""
    *rest, text = map(repr, coefficients)
    for coefficient in reversed(rest):
        text = f"({coefficient} + {x} * {text})"
    return text


# The approximations of atan and erf are those of Sun's fdlibm, s_atan.c and s_erf.c: "Copyright (C) 1993
# by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
# Permission to use, copy, modify, and distribute this software is freely granted, provided that this
# notice is preserved."
_ATAN = _polynomial(
    "z",
    *(3.33333333333329318027e-01, -1.99999999998764832476e-01, 1.42857142725034663711e-01),
    *(-1.11111104054623557880e-01, 9.09088713343650656196e-02, -7.69187620504482999495e-02),
    *(6.66107313738753120669e-02, -5.83357013379057348645e-02, 4.97687799461593236017e-02),
    *(-3.65315727442169155270e-02, 1.62858201153657823623e-02),
)
_ERF_NEAR_0 = (
    _polynomial(
        "z",
        *(1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02),
        *(-5.77027029648944159157e-03, -2.37630166566501626084e-05),
    ),
    _polynomial(
        "z",
        *(1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03),
        *(1.32494738004321644526e-04, -3.96022827877536812320e-06),
    ),
)
_ERF_NEAR_1 = (
    _polynomial(
        "s",
        *(-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01),
        *(3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02),
        -2.16637559486879084300e-03,
    ),
    _polynomial(
        "s",
        *(1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02),
        *(1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02),
    ),
)
_ERFC_MIDDLE = (
    _polynomial(
        "q",
        *(-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e01),
        *(-6.23753324503260060396e01, -1.62396669462573470355e02, -1.84605092906711035994e02),
        *(-8.12874355063065934246e01, -9.81432934416914548592e00),
    ),
    _polynomial(
        "q",
        *(1.0, 1.96512716674392571292e01, 1.37657754143519042600e02, 4.34565877475229228821e02),
        *(6.45387271733267880336e02, 4.29008140027567833386e02, 1.08635005541779435134e02),
        *(6.57024977031928170135e00, -6.04244152148580987438e-02),
    ),
)
_ERFC_FAR = (
    _polynomial(
        "q",
        *(-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e01),
        *(-1.60636384855821916062e02, -6.37566443368389627722e02, -1.02509513161107724954e03),
        -4.83519191608651397019e02,
    ),
    _polynomial(
        "q",
        *(1.0, 3.03380607434824582924e01, 3.25792512996573918826e02, 1.53672958608443695994e03),
        *(3.19985821950859553908e03, 2.55305040643316442583e03, 4.74528541206955367215e02),
        -2.24409524465858183362e01,
    ),
)
_ERF_STEPS = {
    "a": "abs(x)",
    "z": "x * x",
    "near_0": f"{_ERF_NEAR_0[0]} / {_ERF_NEAR_0[1]}",
    "s": "a - 1.0",
    "near_1": f"{_ERF_NEAR_1[0]} / {_ERF_NEAR_1[1]}",
    # beyond, of erfc: a has its leading digits squared exactly
    "b": "a if a < 28.0 else 28.0",
    "q": "1.0 / (b * b)",
    "ratio": (
        f"{_ERFC_MIDDLE[0]} / {_ERFC_MIDDLE[1]} if b < 1.0 / 0.35 else {_ERFC_FAR[0]} / {_ERFC_FAR[1]}"
    ),
    "head": "b + 6442450944.0 - 6442450944.0",
    "far": "exp(-head * head - 0.5625) * exp((head - b) * (head + b) + ratio) / b",
}
_TURNED = {
    "size": "abs(x)",
    "k": "x * 0.636619772367581343076 + 6755399441055744.0 - 6755399441055744.0",
    "m": "k - 4.0 * (k * 0.25 + 6755399441055744.0 - 6755399441055744.0)",  # -2, …, 2
    "once": "x - k * 1.57079632673412561417",
    "off": "k * 0.0000000000607710050630396597660",
    "twice": "once - off",
    "lost": "k * 0.00000000000000000000202226624879595063154 - (once - twice - off)",
    "r": "twice - lost",
    "rest": "twice - r - lost",
    "s": "onnx_sin(r) + rest * onnx_cos(r)",
    "c": "onnx_cos(r) - rest * onnx_sin(r)",
}
_ERX = "0.845062911510467529297"

#: By name; a function that is not here is an operator, an operation of the table, or has a text there.
COMPOSED: dict[str, Body] = {
    # Python's, and so of equal numbers, or of NaN, the first
    "max": _composed("x, y", "y if y > x else x"),
    "min": _composed("x, y", "y if y < x else x"),
    "copysign": _composed("x, y", "-abs(x) if y < 0.0 or y == 0.0 and 1.0 / y < 0.0 else abs(x)"),
    "exp2": _composed("x", "2.0 ** x"),
    "log2": _composed("x", "log(x) / log(2.0)"),
    "log10": _composed("x", "log(x) / log(10.0)"),
    # W. Kahan's: what rounding does to u, log(u) makes good
    "expm1": _composed(
        "x",
        "x if u == 1.0 else u if u == inf else -1.0 if u - 1.0 == -1.0 else (u - 1.0) * (x / log(u))",
        u="exp(x)",
    ),
    "log1p": _composed("x", "x if u == 1.0 or u == inf else log(u) * (x / (u - 1.0))", u="1.0 + x"),
    # onnxruntime's lose digits near multiples of π/2: the nearest one is taken off first, in three
    # parts, of which the first two have 33 binary digits (fdlibm's e_rem_pio2.c)
    "sin": _composed(
        "x",
        "onnx_sin(x) if size > 100000.0 else x if size < 0.00000001 else s if m == 0.0 "
        "else c if m == 1.0 else -c if m == -1.0 else -s",
        **_TURNED,
    ),
    "cos": _composed(
        "x",
        "onnx_cos(x) if size > 100000.0 else c if m == 0.0 else -s if m == 1.0 "
        "else s if m == -1.0 else -c",
        **_TURNED,
    ),
    "tan": _composed("x", "sin(x) / cos(x)"),
    "sinh": _composed(
        "x",
        "x if x == 0.0 else half if x > 0.0 else -half",
        a="abs(x)",
        u="expm1(a)",
        root="exp(0.5 * a)",
        half="0.5 * (u + u / (u + 1.0)) if a < 22.0 else root * (0.5 * root)",
    ),
    "cosh": _composed(
        "x",
        "0.5 * u + 0.5 / u if a < 700.0 else root * (0.5 * root)",
        a="abs(x)",
        u="exp(a)",
        root="exp(0.5 * a)",
    ),
    "asinh": _composed(
        "x",
        "x if x == 0.0 else size if x > 0.0 else -size",
        a="abs(x)",
        z="a * a",
        size="log1p(a + z / (1.0 + sqrt(1.0 + z))) if a < 1000000000.0 else log(a) + log(2.0)",
    ),
    "acosh": _composed(
        "x",
        "log1p(t + sqrt(2.0 * t + t * t)) if x < 1000000000.0 else log(x) + log(2.0)",
        t="x - 1.0",
    ),
    "atanh": _composed(
        "x",
        "x if x == 0.0 else 0.5 * log1p(2.0 * x / (1.0 - x)) if x > 0.0 "
        "else -0.5 * log1p(-2.0 * x / (1.0 + x))",
    ),
    "atan": _composed(
        "x",
        "x if a < 0.000000001 else angle if x > 0.0 else -angle if x < 0.0 else x",
        a="abs(x)",
        t=(
            "a if a < 0.4375 else (2.0 * a - 1.0) / (2.0 + a) if a < 0.6875 "
            "else (a - 1.0) / (a + 1.0) if a < 1.1875 "
            "else (a - 1.5) / (1.0 + 1.5 * a) if a < 2.4375 else -1.0 / a"
        ),
        z="t * t",
        rest=f"t * (z * {_ATAN})",
        angle=(
            "a - rest if a < 0.4375 "
            "else 0.463647609000806093515 - (rest - 2.26987774529616870924e-17 - t) if a < 0.6875 "
            "else 0.785398163397448278999 - (rest - 3.06161699786838301793e-17 - t) if a < 1.1875 "
            "else 0.982793723247329054082 - (rest - 1.39033110312309984516e-17 - t) if a < 2.4375 "
            "else 1.57079632679489655800 - (rest - 6.12323399573676603587e-17 - t)"
        ),
    ),
    "asin": _composed("x", "atan(x / sqrt((1.0 - x) * (1.0 + x)))"),
    "acos": _composed("x", "2.0 * atan(sqrt((1.0 - x) / (1.0 + x)))"),
    "atan2": _composed(
        "y, x",
        "y + x if y != y or x != x else copysign(angle, y)",
        a="abs(x)",
        b="abs(y)",
        # of two that are both 0, or both infinite, the quotient is 0 or 1
        q="b if b == 0.0 else 1.0 if a == b else b / a",
        left="copysign(1.0, x)",
        angle="atan(q) if left > 0.0 else pi - (atan(q) - 1.2246467991473531772e-16)",
    ),
    "cbrt": _composed(
        "x",
        "x if x == x + x else better if x > 0.0 else -better",
        a="abs(x)",
        r="a ** (1.0 / 3.0)",
        better="r - (r - a / (r * r)) / 3.0",  # a step of Newton's
    ),
    "erf": _composed(
        "x",
        "x + 0.128379167095512586316 * x if a < 0.0000000037 else x + x * near_0 if a < 0.84375 "
        f"else sign * ({_ERX} + near_1) if a < 1.25 else sign * (1.0 - far)",
        **_ERF_STEPS,
        sign="1.0 if x > 0.0 else -1.0 if x < 0.0 else x",
    ),
    "erfc": _composed(
        "x",
        "1.0 - (x + x * near_0) if x < 0.25 and a < 0.84375 "
        "else 0.5 - (x - 0.5 + x * near_0) if a < 0.84375 "
        f"else 1.0 - {_ERX} - near_1 if 0.0 < x < 1.25 else 1.0 + ({_ERX} + near_1) if -1.25 < x < 0.0 "
        "else (far if x < 28.0 else 0.0) if x > 0.0 else 2.0 - far if x < 0.0 else x",
        **_ERF_STEPS,
    ),
}
