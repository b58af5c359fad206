"""How parameters follow their gradients downhill: one rule per class, as its paper prints it.

A rule is a text, of which `Optimizer.step` is made, and the training loop in machine code too.

    for _ in range(100):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

The rules are those of `torch.optim` (single parameters, no graphics card), and follow the same path to
twelve digits and more.
"""

from __future__ import annotations

import ast
import math
from array import array
from functools import cache
from itertools import repeat
from math import isfinite

from autograd import Value
from autograd.arguments import (
    between,
    each,
    finite,
    flag,
    non_negative,
    number_of,
    positive,
    whole,
    wrong_kind,
    wrong_value,
)
from autograd.atomic import all_or_nothing, set_together
from autograd.errors import ArgumentValueError
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, ClassVar, TypeAlias

    from autograd.atomic import Change

    #: A learning rate, or a schedule: a function of the number of steps taken before, from 0.
    LearningRate: TypeAlias = float | Callable[[int], float]

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]


# --- checks -------------------------------------------------------------------------------------


def _described(index: int, parameter: Value) -> str:
    return f"parameter {index}" + (f" ({parameter.name!r})" if parameter.name else "")


def _not_finite(numbers: list[float]) -> int | None:
    """The place of the first number that is infinite or NaN."""
    if isfinite(sum(numbers)):  # which none of these would leave
        return None
    return next((index for index, number in enumerate(numbers) if not isfinite(number)), None)


def _checked_parameters(parameters: Iterable[Value]) -> list[Value]:
    found: dict[Value, int] = {}
    for index, p in enumerate(each("parameters", parameters)):
        if not isinstance(p, Value):
            raise wrong_kind(f"parameter {index}", "a Value", p)
        if p.operation is not None:
            raise ArgumentValueError(
                f"{_described(index, p)} must be a leaf, and is the result of {p.operation.name}",
                operands=(p,),
            )
        if p in found:
            raise ArgumentValueError(
                f"{_described(found[p], p)} stands again as parameter {index}", operands=(p,)
            )
        found[p] = index
    if not found:
        raise ArgumentValueError(
            "there are no parameters to optimize; a Module of your own says in own_parameters and "
            "named_children which it has"
        )
    return list(found)


def _betas(name: str, betas: object) -> tuple[float, float]:
    """β₁ and β₂: what is divided by 1 − βᵗ would be divided by 0 where β is 1."""
    if not isinstance(betas, list | tuple):
        raise wrong_kind(name, "two numbers", betas)
    if len(betas) != 2:
        raise wrong_value(name, "two numbers", betas)
    beta1, beta2 = (non_negative(f"{name}[{index}]", beta) for index, beta in enumerate(betas))
    if beta1 >= 1.0 or beta2 >= 1.0:
        raise wrong_value(name, "two numbers in [0, 1)", betas)
    return beta1, beta2


def _check_keys(what: str, given: Any, expected: Mapping[str, Any]) -> None:
    wanted = f"a dict with {', '.join(map(repr, expected))}"
    if not isinstance(given, dict):
        raise wrong_kind(what, wanted, given)
    if given.keys() != expected.keys():
        raise wrong_value(what, wanted, given)


def _plain(setting: Any) -> Any:
    """As JSON would give it back: it has lists for tuples."""
    return list(setting) if isinstance(setting, tuple) else setting


# --- the optimizers ------------------------------------------------------------------------------------


class Setting:
    """An attribute of an optimizer that is checked whenever it is set.

    Args:
        check: is given the attribute's name and what it is to be, returns that as it is kept, or raises.

    >>> optimizer = SGD([Value(1.0)], lr=0.5)
    >>> optimizer.momentum = -0.9
    Traceback (most recent call last):
    ArgumentValueError: momentum must be a non-negative number, got -0.9
    """

    def __init__(self, check: Callable[[str, Any], Any]) -> None:
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    if TYPE_CHECKING:  # it is in the optimizer's __dict__, where Python looks where there is no __get__

        def __get__(self, optimizer: Optimizer | None, owner: type) -> Any: ...

    def __set__(self, optimizer: Optimizer, given: Any) -> None:
        vars(optimizer)[self._name] = self._check(self._name, given)


#: What a rule may call: what a text of the table may, and those of its operations that `math` has.
FUNCTIONS = PRIMITIVES | {name: getattr(math, name) for name in OPERATIONS if hasattr(math, name)}


def statements(rule: str) -> list[ast.stmt]:
    r"""The lines of a rule, parsed; they may be indented alike or not.

    >>> [ast.unparse(each) for each in statements("    v = g\n    p = p - lr * v")]
    ['v = g', 'p = p - lr * v']
    """
    return ast.parse("\n".join(map(str.strip, rule.strip().splitlines()))).body


@cache
def _written(rule: str, changed: tuple[str, ...], named: tuple[str, ...]) -> Callable[..., None]:
    """A rule as a function of lists, which changes all but the second: that of the gradients.

    It takes a list for each of ``changed``, and as keywords what else is ``named`` in the rule.
    """
    lists = [f"each_{name}" for name in changed]
    lines = [
        f"def update({', '.join(lists)}, *, {', '.join(named)}):",
        f"    for index, ({', '.join(changed)}) in enumerate(zip({', '.join(lists)}, strict=True)):",
        *(f"        {line.strip()}" for line in rule.strip().splitlines()),
        *(f"        each_{name}[index] = {name}" for name in changed if name != "g"),
    ]
    scope = {**FUNCTIONS, **CONSTANTS}
    exec(compile("\n".join(lines), "<the rule of an optimizer>", "exec"), scope)
    written: Callable[..., None] = scope["update"]
    unknown = {*written.__code__.co_names} - scope.keys() - {"enumerate", "zip"}
    if unknown:
        raise ArgumentValueError(
            f"the rule needs {', '.join(sorted(unknown))}, and is given {', '.join((*changed, *named))}"
        )
    return written


class Optimizer:
    """What every optimizer has in common; a subclass says in `RULE` how a parameter changes.

    A rule of another kind, which looks at several parameters at once, overrides ``_update(gradients,
    lr)``; training in machine code is not for it.

    A parameter that the loss does not depend on has the gradient 0, and is treated so. (PyTorch passes
    over parameters that have had no gradient yet.)

    Args:
        parameters: leaves, each once.
        lr: the learning rate, or a schedule: a function that is given the number of steps taken before,
            0 at first, and returns the rate of the next one. It may be set at any time.

    Attributes:
        parameters: the leaves, in order.
        lr: as above.
        steps: how many steps have been taken.
        buffers: by the names in `BUFFERS`, what is remembered of each parameter.

    Raises:
        ValueError: there are no parameters, one stands twice or is no leaf, or ``lr`` is
            negative or not finite.
        TypeError: a parameter is not a `Value`, or ``lr`` neither a real number nor a function.

    >>> class SignDescent(Optimizer):
    ...     RULE = "p = p - lr * copysign(1.0, g) if g else p"
    >>> w = Value(1.0, "w")
    >>> optimizer = SignDescent([w], lr=lambda step: 0.25 / (step + 1))
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> w.data, optimizer.steps
    (0.625, 2)
    """

    #: The rule: an assignment per line, of formulas in the language of the table's texts. It changes the
    #: parameter ``p`` by its gradient ``g``, and the buffers, given ``lr``, ``steps`` and the settings.
    RULE: ClassVar[str] = ""
    #: The arguments, kept as attributes, that say how the rule works, besides the first two.
    SETTINGS: ClassVar[tuple[str, ...]] = ()
    #: What the rule remembers of each parameter from step to step: 0.0 at first.
    BUFFERS: ClassVar[tuple[str, ...]] = ()
    #: Those among the buffers that are never negative, as means of squares.
    SQUARES: ClassVar[tuple[str, ...]] = ()

    lr = Setting(lambda name, given: given if callable(given) else non_negative(name, given))

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse a rule that is no Python, or calls an unknown function."""
        super().__init_subclass__(**options)
        try:
            lines = statements(cls.RULE)
        except SyntaxError as error:
            raise ArgumentValueError(f"the rule of {cls.__name__}: {error.msg}: {cls.RULE!r}") from None
        for line in lines:
            for part in ast.walk(line):
                if isinstance(part, ast.Call) and (name := ast.unparse(part.func)) not in FUNCTIONS:
                    raise ArgumentValueError(
                        f"the rule of {cls.__name__} calls {name!r} in {ast.unparse(line)!r}; known are "
                        f"{', '.join(sorted(FUNCTIONS))}"
                    )

    def __init__(self, parameters: Iterable[Value], lr: LearningRate) -> None:
        self.parameters = _checked_parameters(parameters)
        self.lr = lr
        self.steps = 0
        self.buffers = {name: [0.0] * len(self.parameters) for name in self.BUFFERS}

    def step(self) -> None:
        """Change every parameter once, by its ``grad``.

        Raises:
            ValueError: a gradient is infinite or NaN, or a result would be; or the schedule's rate is
                negative or not finite, or settings do not go together.
            TypeError: the schedule did not return a real number. Whatever is raised, even by
                Ctrl-C half-way, nothing has been changed.

        >>> w = Value(1.0, "w")
        >>> optimizer = SGD([w], lr=0.25)
        >>> w.grad = 2.0
        >>> optimizer.step()
        >>> w.data, optimizer.steps
        (0.5, 1)
        >>> w.grad, optimizer.lr = 1e300, 1e10
        >>> optimizer.step()
        Traceback (most recent call last):
        ArgumentValueError: the step would make parameter 0 ('w') -inf; no parameter has been changed
        """
        self.check_settings()
        gradients = [number_of(p.grad) for p in self.parameters]  # Values after create_graph=True
        index = _not_finite(gradients)
        if index is not None:
            raise ArgumentValueError(
                f"the gradient of {_described(index, self.parameters[index])} is {gradients[index]!r}; "
                f"no parameter has been changed (autograd.detect_anomaly() says where NaN comes from)"
            )
        lr = self.lr(self.steps) if callable(self.lr) else self.lr
        lr = non_negative(f"lr at step {self.steps}", lr)
        numbers = [p.data for p in self.parameters]
        before: list[Change] = list(zip(self.parameters, repeat("_data"), numbers, strict=False))
        buffers = {name: list(remembered) for name, remembered in self.buffers.items()}
        before += [(self, "steps", self.steps), (self, "buffers", buffers)]

        def update() -> None:
            self._update(gradients, lr)
            self._check_results()
            self.steps += 1

        all_or_nothing(update, before)

    def check_settings(self) -> None:
        """Refuse settings that do not go together; each has been checked by itself.

        >>> optimizer = SGD([Value(1.0)], lr=0.5, momentum=0.9, nesterov=True)
        >>> optimizer.momentum = 0.0
        >>> optimizer.check_settings()  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ArgumentValueError: nesterov needs momentum > 0 and dampening = 0, got momentum 0.0 ...
        """

    def _check_results(self) -> None:
        results = {"": [p.data for p in self.parameters], **self.buffers}
        for name, numbers in results.items():
            index = _not_finite(numbers)
            if index is not None:
                whose = f"{name} of " if name else ""
                raise ArgumentValueError(
                    f"the step would make {whose}{_described(index, self.parameters[index])} "
                    f"{numbers[index]!r}; no parameter has been changed"
                )

    def _update(self, gradients: list[float], lr: float) -> None:
        if not self.RULE:
            raise NotImplementedError(f"{type(self).__name__} has no RULE, and no _update of its own")
        given = self.constants() | self._at_step(self.steps, lr)
        update = _written(self.RULE, ("p", "g", *self.buffers), tuple(given))
        numbers = [p.data for p in self.parameters]
        update(numbers, gradients, *self.buffers.values(), **given)
        for p, number in zip(self.parameters, numbers, strict=True):
            p.data = number

    @property
    def by_rule(self) -> bool:
        """Whether it follows a `RULE`, and no ``_update`` of its own.

        >>> SGD([Value(1.0)], lr=0.5).by_rule
        True
        """
        return type(self)._update is Optimizer._update

    @property
    def varying(self) -> list[str]:
        """The names in the rule of the numbers that differ from step to step.

        >>> SGD([Value(1.0)], lr=0.5).varying
        ['lr', 'steps']
        """
        return [*self._at_step(0, 0.0)]

    def constants(self) -> dict[str, float]:
        """By their names in the rule, the numbers that are the same at each step.

        >>> Adam([Value(1.0)]).constants()["beta1"]
        0.9
        """
        return {name: getattr(self, name) for name in self.SETTINGS}

    def _at_step(self, steps: int, lr: float) -> dict[str, float]:
        """By their names in the rule, the numbers of the step after some others."""
        return {"lr": lr, "steps": steps}

    def zero_grad(self) -> None:
        """Set every parameter's ``grad`` to 0, since ``backward`` adds to it.

        >>> w = Value(3.0, "w")
        >>> optimizer = SGD([w], lr=0.25)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     (w * w).backward()
        >>> w.grad
        6.0
        """
        set_together((p, "_grad", 0.0) for p in self.parameters)

    def state_dict(self) -> dict[str, Any]:
        """All that the next steps depend on, besides the parameters: JSON can write it and lose nothing.

        A schedule is a function, which cannot be written: its place is None.

        >>> SGD([Value(1.0)], lr=0.5, momentum=0.9).state_dict()["buffers"]
        {'momentum_buffer': [0.0]}
        """
        return {
            "optimizer": type(self).__name__,
            "steps": self.steps,
            "lr": None if callable(self.lr) else non_negative("lr", self.lr),
            "settings": {name: _plain(getattr(self, name)) for name in self.SETTINGS},
            "buffers": {name: list(numbers) for name, numbers in self.buffers.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, to the last bit.

        As in PyTorch, the settings and the learning rate are replaced too; a schedule, which is not in
        the state, must be this optimizer's own. The parameters are saved and restored elsewhere.

        Raises:
            ValueError: the state is another optimizer's, of other parameters, or not a state; or
                it was taken with a schedule and this optimizer has none. Nothing has been changed.
            TypeError: something in the state is not the number that it should be, likewise.

        >>> old = Adam([Value(1.0)], lr=0.5)
        >>> old.step()
        >>> new = Adam([Value(1.0)])
        >>> new.load_state_dict(old.state_dict())
        >>> new.steps, new.lr
        (1, 0.5)
        """
        own = self.state_dict()
        _check_keys("the state", state, own)
        kind = state["optimizer"]
        if not isinstance(kind, str) or kind != own["optimizer"]:
            raise wrong_value("the state's optimizer", repr(own["optimizer"]), kind)
        _check_keys("settings", state["settings"], own["settings"])
        _check_keys("buffers", state["buffers"], own["buffers"])
        lr = self.lr if state["lr"] is None else non_negative("lr", state["lr"])
        if state["lr"] is None and not callable(lr):
            raise ArgumentValueError(
                "the state was taken with a schedule as lr, and this optimizer has none"
            )
        restored = type(self)(self.parameters, lr, **state["settings"])
        restored.steps = whole("steps", state["steps"], 0)
        for name, numbers in state["buffers"].items():
            if not isinstance(numbers, list | tuple) or len(numbers) != len(self.parameters):
                count = len(self.parameters)
                raise wrong_value(
                    name, f"a list with one number for each of {count} parameters", numbers
                )
            check = non_negative if name in self.SQUARES else finite
            restored.buffers[name] = [check(name, number) for number in numbers]
        vars(self).update(vars(restored))


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    With learning rate η, momentum μ, dampening τ, weight decay λ::

        g ← g + λ p
        v ← μ v + (1 − τ) g         v ← g at the first step
        g ← v                       g ← g + μ v with nesterov
        p ← p − η g

    Momentum is Polyak's heavy ball, USSR Comput. Math. Math. Phys. 4(5), 1964. Nesterov's gradient is
    that of Soviet Math. Dokl. 27, 1983, in the form of Sutskever, Martens, Dahl & Hinton, ICML 2013,
    eqs. (1) to (4), written for the point that they look ahead to. Unlike theirs, the velocity v is, as
    in PyTorch, not yet multiplied by η, so that a schedule acts at once.

    Args:
        parameters: leaves, each once.
        lr: the learning rate η, or a schedule; see `Optimizer`.
        momentum: μ, not negative; 0 is plain gradient descent.
        dampening: τ, in [0, 1]; without momentum it does nothing.
        weight_decay: λ, not negative: the gradient of ½ λ Σ p² is added.
        nesterov: whether to look ahead; needs momentum, and no dampening.

    Raises:
        ValueError: a number is out of its range, or what is asked for does not go together; or
            as `Optimizer`.
        TypeError: what should be a number or a bool is none; or as `Optimizer`.

    >>> w = Value(1.0, "w")
    >>> optimizer = SGD([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    RULE = """
        g = g + weight_decay * p if weight_decay else g
        momentum_buffer = (
            momentum * momentum_buffer + (1.0 - dampening) * g if momentum and steps else
            g if momentum else momentum_buffer
        )
        g = (g + momentum * momentum_buffer if nesterov else momentum_buffer) if momentum else g
        p = p - lr * g
    """
    SETTINGS = ("momentum", "dampening", "weight_decay", "nesterov")
    BUFFERS = ("momentum_buffer",)

    momentum = Setting(non_negative)
    dampening = Setting(lambda name, given: between(name, given, 0, 1))
    weight_decay = Setting(non_negative)
    nesterov = Setting(flag)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: LearningRate,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.check_settings()

    def check_settings(self) -> None:  # noqa: D102
        if self.nesterov and (not self.momentum or self.dampening):
            raise ArgumentValueError(
                f"nesterov needs momentum > 0 and dampening = 0, "
                f"got momentum {self.momentum!r} and dampening {self.dampening!r}"
            )


class Adam(Optimizer):
    """Steps as long as the gradient is steady: Kingma & Ba, ICLR 2015, arXiv:1412.6980, Algorithm 1.

    At step t, counted from 1, with learning rate α and weight decay λ::

        g ← g + λ p
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        p ← p − α m̂ / (√v̂ + ε)      m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)

    Args:
        parameters: leaves, each once.
        lr: the learning rate α, or a schedule; see `Optimizer`.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε, positive. (PyTorch takes 0 too, and divides 0 by 0 where a gradient was always 0.)
        weight_decay: λ, not negative: the gradient of ½ λ Σ p² is added. See `AdamW`.

    Raises:
        ValueError: a number is out of its range; or as `Optimizer`.
        TypeError: what should be a number is none; or as `Optimizer`.

    >>> w = Value(1.0, "w")
    >>> optimizer = Adam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()  # the first step is lr long, whatever the slope
    >>> round(w.data, 6)
    0.75
    """

    RULE = """
        g = g + weight_decay * p if weight_decay else g
        exp_avg = beta1 * exp_avg + (1.0 - beta1) * g
        exp_avg_sq = beta2 * exp_avg_sq + (1.0 - beta2) * g * g
        p = p - lr * (exp_avg / correction1) / (sqrt(exp_avg_sq / correction2) + eps)
    """
    SETTINGS = ("betas", "eps", "weight_decay")
    BUFFERS = ("exp_avg", "exp_avg_sq")
    SQUARES = ("exp_avg_sq",)

    betas = Setting(_betas)
    eps = Setting(positive)
    weight_decay = Setting(non_negative)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: LearningRate = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay

    def constants(self) -> dict[str, float]:  # noqa: D102
        beta1, beta2 = self.betas
        return {"beta1": beta1, "beta2": beta2, "eps": self.eps, "weight_decay": self.weight_decay}

    def _at_step(self, steps: int, lr: float) -> dict[str, float]:
        beta1, beta2 = self.betas
        return {
            "lr": lr,
            "correction1": 1.0 - beta1 ** (steps + 1),
            "correction2": 1.0 - beta2 ** (steps + 1),
        }


class AdamW(Adam):
    """Adam whose weight decay does not pass through the gradient's averages.

    Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101,
    Algorithm 2: the decay leaves line 6, the gradient, for line 12, the step. As in PyTorch the
    learning rate, α and schedule in one, multiplies the decay too::

        p ← p − α λ p
        p ← p − α m̂ / (√v̂ + ε)      as in Adam with λ = 0

    Args:
        parameters: leaves, each once.
        lr: the learning rate α, or a schedule; see `Optimizer`.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε, positive.
        weight_decay: λ, not negative.

    Raises:
        ValueError: a number is out of its range; or as `Optimizer`.
        TypeError: what should be a number is none; or as `Optimizer`.

    >>> w = Value(1.0, "w")
    >>> AdamW([w], lr=0.5, weight_decay=0.5).step()  # the gradient is 0, and the weight decays
    >>> w.data
    0.75
    """

    RULE = """
        p = p - lr * weight_decay * p
        exp_avg = beta1 * exp_avg + (1.0 - beta1) * g
        exp_avg_sq = beta2 * exp_avg_sq + (1.0 - beta2) * g * g
        p = p - lr * (exp_avg / correction1) / (sqrt(exp_avg_sq / correction2) + eps)
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: LearningRate = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)


def numbers_of_steps(
    optimizer: Optimizer, names: Sequence[str], count: int
) -> Sequence[Sequence[float]] | array[float]:
    """For each of the next batches the numbers of the rule that differ from step to step.

    It ends before a step whose learning rate is refused, or fails to be computed.

    >>> numbers_of_steps(SGD([Value(1.0)], lr=lambda step: 1.0 - step), ["lr"], 5)
    [[1.0], [0.0]]
    """
    lr, first = optimizer.lr, optimizer.steps
    if names == ["lr"] and not callable(lr):
        return array("d", [lr]) * count
    found: list[list[float]] = []
    for steps in range(first, first + count):
        try:
            now = non_negative("lr", lr(steps)) if callable(lr) else lr
        except Exception:  # the optimizer will raise it, at that step
            break
        numbers = optimizer._at_step(steps, now)
        found.append([numbers[name] for name in names])
    return found
