"""A number leaves the graph in words alone, by .data or .item(), never because C code asks for it."""

import array
import cmath
import ctypes
import datetime
import decimal
import fractions
import math
import operator
import random
import statistics
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, SupportsFloat

import numpy as np
import pytest

import autograd
from autograd import OperandError, Value

#: Ways to a number that lead through a conversion: ours says what to write instead.
CONVERSIONS: dict[str, Callable[[Value], object]] = {
    "float": float,
    "int": int,
    "complex": complex,
    "imaginary part": lambda v: complex(1.0, v),
    "index": operator.index,
    "hex": hex,
    "chr": chr,
    "range": range,
    "item of a list": lambda v: [1.0, 2.0][v],
    "repeated list": lambda v: [1.0] * v,
    "%f": lambda v: "%f" % v,  # noqa: UP031
    "math.exp": math.exp,
    "math.fabs": math.fabs,
    "math.pow": lambda v: math.pow(v, 2.0),
    "math.atan2": lambda v: math.atan2(1.0, v),
    "math.copysign": lambda v: math.copysign(1.0, v),
    "math.fmod": lambda v: math.fmod(v, 1.0),
    "math.ldexp": lambda v: math.ldexp(v, 2),
    "math.modf": math.modf,
    "math.frexp": math.frexp,
    "math.isnan": math.isnan,
    "math.isclose": lambda v: math.isclose(v, v),
    "math.fsum": lambda v: math.fsum([v, v]),
    "math.hypot": lambda v: math.hypot(v, 1.0),
    "math.dist": lambda v: math.dist([v], [0.0]),
    "math.comb": lambda v: math.comb(v, 1),
    "math.gcd": math.gcd,
    "cmath.exp": cmath.exp,
    "statistics.fmean": lambda v: statistics.fmean([v, v]),
    "statistics.mean": lambda v: statistics.mean([v, v]),
    "statistics.stdev": lambda v: statistics.stdev([v, v + 1.0]),
    "statistics.pvariance": lambda v: statistics.pvariance([v, v]),
    "statistics.geometric_mean": lambda v: statistics.geometric_mean([v, v]),
    "statistics.harmonic_mean": lambda v: statistics.harmonic_mean([v, v]),
    "statistics.linear_regression": lambda v: statistics.linear_regression([v, v + 1.0], [1.0, 2.0]),
    "statistics.NormalDist": lambda v: statistics.NormalDist(v, 1.0),
    "random.lognormvariate": lambda v: random.Random(1).lognormvariate(v, 1.0),
    "random.triangular": lambda v: random.Random(1).triangular(0.0, 1.0, v),
    "random.gammavariate": lambda v: random.Random(1).gammavariate(v + 1.0, 1.0),
    "random.vonmisesvariate": lambda v: random.Random(1).vonmisesvariate(0.0, v),
    "random.choices": lambda v: random.Random(1).choices([1, 2], weights=[v, v]),
    "random.randrange": lambda v: random.Random(1).randrange(v),
    "struct of ints": lambda v: struct.pack("i", v),
    "array.array": lambda v: array.array("d", [v]),
    "array of ints": lambda v: array.array("i", [v]),
    "ctypes": ctypes.c_double,
    "time.sleep": time.sleep,
    "np.float64": np.float64,
    "np.array": lambda v: np.array([v, v], dtype=float),
    "np.array, 0-d": lambda v: np.array(v, dtype=float),
    "np.array, float32": lambda v: np.array([v], dtype=np.float32),
    "np.array, longdouble": lambda v: np.array([v], dtype=np.longdouble),
    "np.array, int": lambda v: np.array([v], dtype=int),
    "np.array, complex": lambda v: np.array([v], dtype=complex),
    "astype": lambda v: np.array([v]).astype(float),
    "array[0] =": lambda v: operator.setitem(np.zeros(2), 0, v),
    "array[:] =": lambda v: operator.setitem(np.zeros(2), slice(None), np.array([v, v])),
    "fill": lambda v: np.zeros(2).fill(v),
    "np.full": lambda v: np.full(2, v, dtype=float),
    "np.full_like": lambda v: np.full_like(np.zeros(2), v),
    "np.fromiter": lambda v: np.fromiter([v], float),
    "np.put": lambda v: np.put(np.zeros(2), 0, v),
    "np.insert": lambda v: np.insert(np.zeros(2), 0, v),
    "np.copyto": lambda v: np.copyto(np.zeros(1), np.array([v]), casting="unsafe"),
    "np.interp": lambda v: np.interp(v, [0.0, 1.0], [0.0, 1.0]),
    "np.gradient": lambda v: np.gradient(np.array([v, v])),
    "np.bincount": lambda v: np.bincount([0, 1], weights=[v, v]),
    "np.vectorize": lambda v: np.vectorize(math.exp)(np.array([v])),
    "np.frompyfunc": lambda v: np.frompyfunc(math.exp, 1, 1)(np.array([v])),
}

#: Ways that Python or NumPy close by themselves, in words of their own.
CLOSED: dict[str, Callable[[Value], object]] = {
    "%d": lambda v: "%d" % v,  # noqa: UP031
    "%x": lambda v: "%x" % v,  # noqa: UP031
    "bytes": bytes,
    "Decimal": decimal.Decimal,
    "Decimal + v": lambda v: decimal.Decimal(1) + v,
    "create_decimal": lambda v: decimal.getcontext().create_decimal(v),
    "Fraction": fractions.Fraction,
    "struct": lambda v: struct.pack("d", v),
    "timedelta": lambda v: datetime.timedelta(seconds=v),
    "seed": random.Random,
    "np.interp of nodes": lambda v: np.interp(0.5, [0.0, 1.0], [v, v]),
    "array += v": lambda v: operator.iadd(np.zeros(2), v),
    "array += nodes": lambda v: operator.iadd(np.zeros(2), np.array([v, v])),
    "np.polyfit": lambda v: np.polyfit([1.0, 2.0], [v, v], 1),
    "np.linalg.det": lambda v: np.linalg.det(np.array([[v]])),
    "np.linalg.inv": lambda v: np.linalg.inv(np.array([[v]])),
    "np.linalg.solve": lambda v: np.linalg.solve(np.array([[v]]), np.array([v])),
    "np.fft.fft": lambda v: np.fft.fft(np.array([v, v])),
    "timedelta64": lambda v: np.array([v], dtype="m8[s]"),
}


@pytest.mark.parametrize("way", CONVERSIONS)
def test_a_conversion_is_refused_and_says_what_to_write(way: str) -> None:
    v = Value(2.0, "v")
    words = r"(?s)autograd\.exp\(v\) for math\.exp\(v\) .* v\.data"
    with pytest.raises(TypeError, match=words) as caught:
        CONVERSIONS[way](v)
    assert isinstance(caught.value, OperandError)
    assert "number of node " in str(caught.value)


@pytest.mark.parametrize("way", CLOSED)
def test_what_python_and_numpy_refuse_stays_refused(way: str) -> None:
    with pytest.raises((TypeError, ValueError, struct.error)):
        CLOSED[way](Value(2.0, "v"))


#: What computes by the operators alone keeps the derivative by v, which is at the right.
RECORDED: dict[str, tuple[Callable[[Value], Any], float]] = {
    "sum": (lambda v: sum([v, v * v]), 5.0),
    "math.prod": (lambda v: math.prod([v, v, 3.0]), 12.0),
    "statistics.median": (lambda v: statistics.median([v, v * v, 9.0, 8.0]), 2.0),
    "Fraction * v": (lambda v: fractions.Fraction(1, 2) * v, 0.5),
    "Fraction ** v": (lambda v: fractions.Fraction(1, 2) ** v, math.log(0.5) / 4.0),
    "random.gauss": (lambda v: random.Random(1).gauss(v, 1.0), 1.0),
    "random.uniform": (lambda v: random.Random(1).uniform(v, 3.0), 1.0 - random.Random(1).random()),
    "random.expovariate": (
        lambda v: random.Random(1).expovariate(v),
        -random.Random(1).expovariate(1.0) / 4.0,
    ),
    "np.mean": (lambda v: np.mean([v, v * v]), 2.5),
    "np.linalg.norm": (lambda v: np.linalg.norm(np.array([v, 2.0 * v])), math.sqrt(5.0)),
    "np.dot": (lambda v: np.dot(np.array([v, 1.0]), np.array([v, 3.0])), 4.0),
    "np.polyval": (lambda v: np.polyval([1.0, v, 1.0], v), 8.0),
    "np.full": (lambda v: np.full(3, v).sum(), 3.0),
    "np.where": (lambda v: np.where([True, False], v, 0.0).sum(), 1.0),
}


@pytest.mark.parametrize("way", RECORDED)
def test_what_is_computed_by_operators_is_recorded(way: str) -> None:
    function, expected = RECORDED[way]
    v = Value(2.0, "v")
    result = function(v)
    result.backward()
    assert v.grad == pytest.approx(expected, rel=1e-14)
    assert autograd.gradcheck(function, 2.0)


def test_the_derivative_of_a_function_of_math_is_not_lost() -> None:
    x = Value(1.0, "x")
    with pytest.raises(OperandError):
        math.exp(x) * x
    (autograd.exp(x) * x).backward()
    assert x.grad == 2.0 * math.e


def test_words_do_not_need_the_number() -> None:
    v = Value(2.5, "v")
    assert f"{v:.2f}" == "2.50"
    assert "%s" % v == "Value(2.5, name='v')"  # noqa: UP031
    assert np.array([v], dtype=bool)[0]
    assert v.item() == v.data == 2.5


def test_a_value_is_not_taken_for_a_number_by_type_checkers() -> None:
    """They see a Value through the stub, which has no conversion."""
    from autograd import methods

    stub = Path(methods.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    assert "__truediv__" in stub
    for conversion in ("__float__", "__int__", "__index__", "__complex__", "__round__", "__trunc__"):
        assert conversion not in stub
        assert hasattr(Value, conversion)
    assert isinstance(2.0, SupportsFloat)
