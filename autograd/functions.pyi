# Generated from the table by tools/stubs.py.

from typing import overload

from autograd.value import Value

__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "div",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "gaussian",
    "gelu",
    "hypot",
    "leaky_relu",
    "log",
    "log10",
    "log1p",
    "log2",
    "logsigmoid",
    "max",
    "min",
    "mul",
    "neg",
    "normal_cdf",
    "pos",
    "pow",
    "reciprocal",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "sub",
    "tan",
    "tanh",
]

@overload
def add(x: Value, y: Value | float) -> Value: ...

@overload
def add(x: float, y: Value) -> Value: ...

@overload
def add(x: float, y: float) -> float: ...

@overload
def sub(x: Value, y: Value | float) -> Value: ...

@overload
def sub(x: float, y: Value) -> Value: ...

@overload
def sub(x: float, y: float) -> float: ...

@overload
def mul(x: Value, y: Value | float) -> Value: ...

@overload
def mul(x: float, y: Value) -> Value: ...

@overload
def mul(x: float, y: float) -> float: ...

@overload
def div(x: Value, y: Value | float) -> Value: ...

@overload
def div(x: float, y: Value) -> Value: ...

@overload
def div(x: float, y: float) -> float: ...

@overload
def neg(x: Value) -> Value: ...

@overload
def neg(x: float) -> float: ...

@overload
def pos(x: Value) -> Value: ...

@overload
def pos(x: float) -> float: ...

@overload
def pow(x: Value, y: Value | float) -> Value: ...

@overload
def pow(x: float, y: Value) -> Value: ...

@overload
def pow(x: float, y: float) -> float: ...

@overload
def abs(x: Value) -> Value: ...

@overload
def abs(x: float) -> float: ...

@overload
def sign(x: Value) -> Value: ...

@overload
def sign(x: float) -> float: ...

@overload
def reciprocal(x: Value) -> Value: ...

@overload
def reciprocal(x: float) -> float: ...

@overload
def square(x: Value) -> Value: ...

@overload
def square(x: float) -> float: ...

@overload
def sqrt(x: Value) -> Value: ...

@overload
def sqrt(x: float) -> float: ...

@overload
def cbrt(x: Value) -> Value: ...

@overload
def cbrt(x: float) -> float: ...

@overload
def exp(x: Value) -> Value: ...

@overload
def exp(x: float) -> float: ...

@overload
def expm1(x: Value) -> Value: ...

@overload
def expm1(x: float) -> float: ...

@overload
def exp2(x: Value) -> Value: ...

@overload
def exp2(x: float) -> float: ...

@overload
def log(x: Value) -> Value: ...

@overload
def log(x: float) -> float: ...

@overload
def log1p(x: Value) -> Value: ...

@overload
def log1p(x: float) -> float: ...

@overload
def log2(x: Value) -> Value: ...

@overload
def log2(x: float) -> float: ...

@overload
def log10(x: Value) -> Value: ...

@overload
def log10(x: float) -> float: ...

@overload
def sin(x: Value) -> Value: ...

@overload
def sin(x: float) -> float: ...

@overload
def cos(x: Value) -> Value: ...

@overload
def cos(x: float) -> float: ...

@overload
def tan(x: Value) -> Value: ...

@overload
def tan(x: float) -> float: ...

@overload
def asin(x: Value) -> Value: ...

@overload
def asin(x: float) -> float: ...

@overload
def acos(x: Value) -> Value: ...

@overload
def acos(x: float) -> float: ...

@overload
def atan(x: Value) -> Value: ...

@overload
def atan(x: float) -> float: ...

@overload
def atan2(y: Value, x: Value | float) -> Value: ...

@overload
def atan2(y: float, x: Value) -> Value: ...

@overload
def atan2(y: float, x: float) -> float: ...

@overload
def sinh(x: Value) -> Value: ...

@overload
def sinh(x: float) -> float: ...

@overload
def cosh(x: Value) -> Value: ...

@overload
def cosh(x: float) -> float: ...

@overload
def tanh(x: Value) -> Value: ...

@overload
def tanh(x: float) -> float: ...

@overload
def asinh(x: Value) -> Value: ...

@overload
def asinh(x: float) -> float: ...

@overload
def acosh(x: Value) -> Value: ...

@overload
def acosh(x: float) -> float: ...

@overload
def atanh(x: Value) -> Value: ...

@overload
def atanh(x: float) -> float: ...

@overload
def hypot(x: Value, y: Value | float) -> Value: ...

@overload
def hypot(x: float, y: Value) -> Value: ...

@overload
def hypot(x: float, y: float) -> float: ...

@overload
def erf(x: Value) -> Value: ...

@overload
def erf(x: float) -> float: ...

@overload
def erfc(x: Value) -> Value: ...

@overload
def erfc(x: float) -> float: ...

@overload
def gaussian(x: Value) -> Value: ...

@overload
def gaussian(x: float) -> float: ...

@overload
def normal_cdf(x: Value) -> Value: ...

@overload
def normal_cdf(x: float) -> float: ...

@overload
def sigmoid(x: Value) -> Value: ...

@overload
def sigmoid(x: float) -> float: ...

@overload
def logsigmoid(x: Value) -> Value: ...

@overload
def logsigmoid(x: float) -> float: ...

@overload
def softplus(x: Value) -> Value: ...

@overload
def softplus(x: float) -> float: ...

@overload
def relu(x: Value) -> Value: ...

@overload
def relu(x: float) -> float: ...

@overload
def leaky_relu(x: Value, slope: Value | float = 0.01) -> Value: ...

@overload
def leaky_relu(x: float, slope: Value) -> Value: ...

@overload
def leaky_relu(x: float, slope: float = 0.01) -> float: ...

@overload
def elu(x: Value, alpha: Value | float = 1.0) -> Value: ...

@overload
def elu(x: float, alpha: Value) -> Value: ...

@overload
def elu(x: float, alpha: float = 1.0) -> float: ...

@overload
def silu(x: Value) -> Value: ...

@overload
def silu(x: float) -> float: ...

@overload
def gelu(x: Value) -> Value: ...

@overload
def gelu(x: float) -> float: ...

@overload
def max(x: Value, y: Value | float) -> Value: ...

@overload
def max(x: float, y: Value) -> Value: ...

@overload
def max(x: float, y: float) -> float: ...

@overload
def min(x: Value, y: Value | float) -> Value: ...

@overload
def min(x: float, y: Value) -> Value: ...

@overload
def min(x: float, y: float) -> float: ...
