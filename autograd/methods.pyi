# Generated from the table by tools/stubs.py.

from autograd.value import Value

__all__ = ["Methods"]

class Methods:
    def add(self, y: Value | float) -> Value:
        """x + y: sum.

        Derivatives: 1, 1.
        """
    def __add__(self, y: Value | float) -> Value: ...
    def __radd__(self, x: float) -> Value: ...
    def sub(self, y: Value | float) -> Value:
        """x - y: difference.

        Derivatives: 1, −1.
        """
    def __sub__(self, y: Value | float) -> Value: ...
    def __rsub__(self, x: float) -> Value: ...
    def mul(self, y: Value | float) -> Value:
        """x * y: product.

        Derivatives: y, x.
        """
    def __mul__(self, y: Value | float) -> Value: ...
    def __rmul__(self, x: float) -> Value: ...
    def div(self, y: Value | float) -> Value:
        """x / y: quotient.

        Derivatives: 1/y, −x/y².
        Domain: y ≠ 0.
        """
    def __truediv__(self, y: Value | float) -> Value: ...
    def __rtruediv__(self, x: float) -> Value: ...
    def neg(self) -> Value:
        """-x: negation.

        Derivative: −1.
        """
    def __neg__(self) -> Value: ...
    def pos(self) -> Value:
        """+x: the number itself.

        Derivative: 1.
        """
    def __pos__(self) -> Value: ...
    def pow(self, y: Value | float) -> Value:
        """x ** y: power; 0**0 is 1 with derivatives (0, 0).

        Derivatives: y·x^(y − 1), out·ln(x).
        Domain: x > 0 or x = 0 and y ≥ 0 or x < 0 and y mod 1 = 0 or x = −∞ or y = ∞ or y = −∞.
        Kink: x = 0 and y = 0, where the subgradient of least norm is taken.
        """
    def __pow__(self, y: Value | float) -> Value: ...
    def __rpow__(self, x: float) -> Value: ...
    def abs(self) -> Value:
        """abs(x): absolute value.

        Derivative: 1 if x > 0, −1 if x < 0, else x.
        Kink: x = 0, where the subgradient of least norm is taken.
        """
    def fabs(self) -> Value: ...
    def __abs__(self) -> Value: ...
    def sign(self) -> Value:
        """sign(x): 1, -1, or 0 at 0, where it jumps; its derivative is 0.

        Derivative: 0 if x = x.
        Kink: x = 0, where the subgradient of least norm is taken.
        """
    def reciprocal(self) -> Value:
        """reciprocal(x): reciprocal.

        Derivative: −x⁻².
        Domain: x ≠ 0.
        """
    def square(self) -> Value:
        """square(x): square.

        Derivative: 2·x.
        """
    def sqrt(self) -> Value:
        """sqrt(x): square root; its slope at 0 is infinite.

        Derivative: 1/(2·√x).
        Domain: x ≥ 0.
        """
    def cbrt(self) -> Value:
        """cbrt(x): cube root; its slope at 0 is infinite.

        Derivative: 1/(3·out²).
        """
    def exp(self) -> Value:
        """exp(x): exponential.

        Derivative: out.
        """
    def expm1(self) -> Value:
        """expm1(x): exp(x) - 1, exact near 0.

        Derivative: e^x.
        """
    def exp2(self) -> Value:
        """exp2(x): power of 2.

        Derivative: out·ln(2).
        """
    def log(self) -> Value:
        """log(x): natural logarithm.

        Derivative: 1/x.
        Domain: x > 0.
        """
    def log1p(self) -> Value:
        """log1p(x): log(1 + x), exact near 0.

        Derivative: 1/(1 + x).
        Domain: x > −1.
        """
    def log2(self) -> Value:
        """log2(x): logarithm to base 2.

        Derivative: 1/(x·ln(2)).
        Domain: x > 0.
        """
    def log10(self) -> Value:
        """log10(x): logarithm to base 10.

        Derivative: 1/(x·ln(10)).
        Domain: x > 0.
        """
    def sin(self) -> Value:
        """sin(x): sine of radians.

        Derivative: cos(x).
        Domain: −∞ < x < ∞.
        """
    def cos(self) -> Value:
        """cos(x): cosine of radians.

        Derivative: −sin(x).
        Domain: −∞ < x < ∞.
        """
    def tan(self) -> Value:
        """tan(x): tangent of radians.

        Derivative: 1/cos(x)².
        Domain: −∞ < x < ∞.
        """
    def asin(self) -> Value:
        """asin(x): inverse sine; its slope at ±1 is infinite.

        Derivative: 1/√(1 − x²).
        Domain: −1 ≤ x ≤ 1.
        """
    def arcsin(self) -> Value: ...
    def acos(self) -> Value:
        """acos(x): inverse cosine; its slope at ±1 is infinite.

        Derivative: −1/√(1 − x²).
        Domain: −1 ≤ x ≤ 1.
        """
    def arccos(self) -> Value: ...
    def atan(self) -> Value:
        """atan(x): inverse tangent.

        Derivative: 1/(1 + x²).
        """
    def arctan(self) -> Value: ...
    def atan2(self, x: Value | float) -> Value:
        """atan2(y, x): angle of the point (x, y).

        Derivatives: x/(x² + y²), −y/(x² + y²).
        Kink: x = 0 and y = 0, where the subgradient of least norm is taken.
        """
    def arctan2(self, x: Value | float) -> Value: ...
    def sinh(self) -> Value:
        """sinh(x): hyperbolic sine.

        Derivative: cosh(x).
        """
    def cosh(self) -> Value:
        """cosh(x): hyperbolic cosine.

        Derivative: sinh(x).
        """
    def tanh(self) -> Value:
        """tanh(x): hyperbolic tangent.

        Derivative: 1 − out².
        """
    def asinh(self) -> Value:
        """asinh(x): inverse hyperbolic sine.

        Derivative: 1/√(x² + 1).
        """
    def arcsinh(self) -> Value: ...
    def acosh(self) -> Value:
        """acosh(x): inverse hyperbolic cosine; its slope at 1 is infinite.

        Derivative: 1/√(x² − 1).
        Domain: x ≥ 1.
        """
    def arccosh(self) -> Value: ...
    def atanh(self) -> Value:
        """atanh(x): inverse hyperbolic tangent.

        Derivative: 1/(1 − x²).
        Domain: −1 < x < 1.
        """
    def arctanh(self) -> Value: ...
    def hypot(self, y: Value | float) -> Value:
        """hypot(x, y): length of the vector (x, y), √(x² + y²).

        Derivatives: 0 if out = 0, else x/out, 0 if out = 0, else y/out.
        Kink: x = 0 and y = 0, where the subgradient of least norm is taken.
        """
    def erf(self) -> Value:
        """erf(x): error function.

        Derivative: 2·e^(−x²)/√π.
        """
    def erfc(self) -> Value:
        """erfc(x): 1 - erf(x), exact far out.

        Derivative: −2·e^(−x²)/√π.
        """
    def gaussian(self) -> Value:
        """gaussian(x): exp(-x²/2).

        Derivative: −x·out.
        """
    def normal_cdf(self) -> Value:
        """normal_cdf(x): standard normal distribution function.

        Derivative: e^(−x²/2)/√(2·π).
        """
    def sigmoid(self) -> Value:
        """sigmoid(x): logistic function 1/(1 + exp(-x)).

        Derivative: out·(1 − out).
        """
    def logsigmoid(self) -> Value:
        """logsigmoid(x): log of the logistic function.

        Derivative: 1 − σ(x).
        """
    def softplus(self) -> Value:
        """softplus(x): log(1 + exp(x)).

        Derivative: σ(x).
        """
    def relu(self) -> Value:
        """relu(x): rectified linear unit.

        Derivative: 0 if x ≤ 0, 1 if x > 0.
        Kink: x = 0, where the subgradient of least norm is taken.
        """
    def leaky_relu(self, slope: Value | float = 0.01) -> Value:
        """leaky_relu(x, slope): rectified linear unit with a slope on the left.

        Derivatives: 1 if x > 0, slope if x < 0, min(max(slope, 0), 1) if x = 0, 0 if x > 0, else x.
        Kink: x = 0, where the subgradient of least norm is taken.
        """
    def elu(self, alpha: Value | float = 1.0) -> Value:
        """elu(x, alpha): exponential linear unit.

        Derivatives: 1 if x > 0, min(max(alpha, 0), 1) if x = 0, else alpha·e^x, 0 if x > 0, else e^x − 1.
        Kink: x = 0, where the subgradient of least norm is taken.
        """
    def silu(self) -> Value:
        """silu(x): sigmoid linear unit x·σ(x), also called swish.

        Derivative: σ(x)·(1 + x·(1 − σ(x))).
        """
    def gelu(self) -> Value:
        """gelu(x): Gaussian error linear unit x·Φ(x), exact.

        Derivative: Φ(x) + x·e^(−x²/2)/√(2·π).
        """
    def max(self, y: Value | float) -> Value:
        """max(x, y): the greater of two; a tie shares the derivative.

        Derivatives: 1 if x > y, 0 if x < y, 0.5 if x = y, 0 if x > y, 1 if x < y, 0.5 if x = y.
        Kink: x = y, where the subgradient of least norm is taken.
        """
    def min(self, y: Value | float) -> Value:
        """min(x, y): the lesser of two; a tie shares the derivative.

        Derivatives: 0 if x > y, 1 if x < y, 0.5 if x = y, 1 if x > y, 0 if x < y, 0.5 if x = y.
        Kink: x = y, where the subgradient of least norm is taken.
        """
