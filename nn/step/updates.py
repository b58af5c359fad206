"""How an optimizer updates a parameter, line by line: gradient descent, momentum, Adam."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nn.optimizers import SGD, Adam, Optimizer

if TYPE_CHECKING:
    from autograd import Value
    from autograd.program import Line

__all__ = ["RATE", "SHOWN", "UpdateRule"]

#: The symbol of η, which no notation names; likewise the others that an update takes.
RATE = "learning rate"
_MOMENTUM, _BETAS, _EPSILON, _STEP = "momentum", ("beta 1", "beta 2"), "epsilon", "step number"
#: How they are shown in formulas.
SHOWN = {
    RATE: "eta",
    _MOMENTUM: "mu",
    _BETAS[0]: "beta_1",
    _BETAS[1]: "beta_2",
    _EPSILON: "epsilon",
    _STEP: "t",
}


@dataclass(frozen=True)
class UpdateRule:
    """How parameters are updated.

    Attributes:
        optimizer: "sgd" or "adam".
        momentum: of "sgd": μ; 0 is plain gradient descent.
        beta1: of "adam": β₁.
        beta2: of "adam": β₂.
        eps: of "adam": ε.

    >>> rule = UpdateRule("adam")
    >>> for line in rule.lines("w5", "w5+", "Δw5", "dE/dw5"):
    ...     print(line.symbol, "=", line.formula)
    m_w5+ = beta 1 * m_w5 + (1.0 - beta 1) * dE/dw5
    v_w5+ = beta 2 * v_w5 + (1.0 - beta 2) * dE/dw5 * dE/dw5
    mhat_w5 = m_w5+ / (1.0 - beta 1 ** step number)
    vhat_w5 = v_w5+ / (1.0 - beta 2 ** step number)
    d_w5 = mhat_w5 / (sqrt(vhat_w5) + epsilon)
    Δw5 = -learning rate * d_w5
    w5+ = w5 - learning rate * d_w5
    """

    optimizer: str = "sgd"
    momentum: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    @staticmethod
    def of(optimizer: Optimizer) -> UpdateRule | None:
        """The rule that an optimizer follows; None if it is one that has no lines here.

        >>> from autograd import Value
        >>> UpdateRule.of(SGD([Value(1.0)], lr=0.5, momentum=0.9)).momentum
        0.9
        """
        if type(optimizer) is SGD:
            plain = not (optimizer.weight_decay or optimizer.dampening or optimizer.nesterov)
            return UpdateRule(momentum=optimizer.momentum) if plain else None
        if type(optimizer) is Adam and not optimizer.weight_decay:
            beta1, beta2 = optimizer.betas
            return UpdateRule("adam", 0.0, beta1, beta2, optimizer.eps)
        return None

    def made(self, parameters: Iterable[Value], lr: float) -> SGD | Adam:
        """The optimizer that follows the rule.

        Args:
            parameters: see `Optimizer`.
            lr: likewise.

        >>> from autograd import Value
        >>> UpdateRule("adam", eps=0.1).made([Value(1.0)], 0.5).eps
        0.1
        """
        if self.optimizer == "adam":
            return Adam(parameters, lr, (self.beta1, self.beta2), self.eps)
        return SGD(parameters, lr, self.momentum)

    @property
    def descends(self) -> bool:
        """Whether it is gradient descent without more.

        >>> UpdateRule().descends, UpdateRule(momentum=0.9).descends
        (True, False)
        """
        return self.optimizer == "sgd" and not self.momentum

    def __str__(self) -> str:
        if self.optimizer == "adam":
            return f"Adam, β₁ = {self.beta1:g}, β₂ = {self.beta2:g}, ε = {self.eps:g}"
        return f"momentum, μ = {self.momentum:g}" if self.momentum else "gradient descent"

    @property
    def buffers(self) -> dict[str, str]:
        """By what the optimizer calls what it remembers of a parameter, the letter of it.

        >>> UpdateRule("adam").buffers
        {'exp_avg': 'm', 'exp_avg_sq': 'v'}
        """
        if self.descends:
            return {}
        return (
            {"exp_avg": "m", "exp_avg_sq": "v"} if self.optimizer == "adam" else {"momentum_buffer": "v"}
        )

    def symbols(self, parameter: str) -> list[str]:
        """What the lines between the gradient of a parameter and its update are called.

        >>> UpdateRule(momentum=0.9).symbols("w5")
        ['v_w5+']
        """
        if self.descends:
            return []
        return [line.symbol for line in self.lines(parameter, "", "", "") if line.kind == "buffer"]

    def given(self, steps: int = 0) -> dict[str, float]:
        """The numbers that the lines take beside those of each parameter.

        Args:
            steps: how many updates come before.

        >>> UpdateRule(momentum=0.9).given()
        {'momentum': 0.9}
        """
        if self.descends:
            return {}
        if self.optimizer == "sgd":
            return {_MOMENTUM: self.momentum}
        betas = dict(zip(_BETAS, (self.beta1, self.beta2), strict=True))
        return {**betas, _EPSILON: self.eps, _STEP: steps + 1.0}

    def counting(self) -> Iterator[tuple[Line, str]]:
        """The line of the next step's number, with the symbol of this one's, where updates take it.

        >>> [line.formula for line, _ in UpdateRule("adam").counting()]
        ['step number + 1.0']
        """
        from autograd.program import Line

        if self.optimizer == "adam":
            yield Line.of(f"{_STEP}+", "t + 1.0", {"t": _STEP}, "buffer"), _STEP

    def lines(self, parameter: str, update: str, change: str, gradient: str) -> Iterator[Line]:
        """The lines of the update of a parameter.

        Args:
            parameter: its symbol.
            update: that of it after the update.
            change: that of its change.
            gradient: that of the derivative by it.
        """
        from autograd.program import Line  # a step that is only shown needs no lines

        if self.optimizer == "adam":
            for letter, beta, text in (("m", _BETAS[0], "g"), ("v", _BETAS[1], "g * g")):
                yield Line.of(
                    f"{letter}_{parameter}+",
                    f"b * before + (1.0 - b) * {text}",
                    {"b": beta, "before": f"{letter}_{parameter}", "g": gradient},
                    "buffer",
                    below=parameter,
                )
            for letter, beta in zip("mv", _BETAS, strict=True):
                yield Line.of(
                    f"{letter}hat_{parameter}",
                    "average / (1.0 - b ** t)",
                    {"average": f"{letter}_{parameter}+", "b": beta, "t": _STEP},
                    "buffer",
                    below=parameter,
                )
            known = {"m": f"mhat_{parameter}", "v": f"vhat_{parameter}", "epsilon": _EPSILON}
            gradient = f"d_{parameter}"
            yield Line.of(gradient, "m / (sqrt(v) + epsilon)", known, "buffer", below=parameter)
        elif self.momentum:
            known = {"mu": _MOMENTUM, "before": f"v_{parameter}", "g": gradient}
            gradient = f"v_{parameter}+"
            yield Line.of(gradient, "mu * before + g", known, "buffer", below=parameter)
        operands = {"w": parameter, "rate": RATE, "gradient": gradient}
        yield Line.of(change, "-rate * gradient", operands, "change", below=parameter)
        yield Line.of(update, "w - rate * gradient", operands, "update", below=parameter)
