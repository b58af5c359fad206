"""Learning rates that change: functions of the number of steps taken before, for an optimizer's ``lr``.

A step is an update, of which an epoch has one for each batch.
"""

from __future__ import annotations

from math import cos, pi

from autograd.arguments import non_negative, positive, real, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nn.optimizers import LearningRate

__all__ = ["cosine", "exponential", "warm_up"]


def exponential(lr: float, factor: float, every: int = 1) -> Callable[[int], float]:
    """The rate lr · factorᵏ, where k of a number of steps have been taken.

    ``torch.optim.lr_scheduler.StepLR``, and with ``every=1`` ``ExponentialLR``.

    Args:
        lr: the first rate.
        factor: what it is multiplied by.
        every: after how many steps.

    Raises:
        ArgumentValueError: a number is out of its range.
        ArgumentTypeError: one is no number.

    >>> schedule = exponential(0.5, 0.5, every=10)
    >>> schedule(9), schedule(10), schedule(25)
    (0.5, 0.25, 0.125)
    """
    lr, factor, every = non_negative("lr", lr), positive("factor", factor), whole("every", every, 1)
    return lambda step: lr * factor ** (step // every)


def cosine(lr: float, steps: int, least: float = 0.0) -> Callable[[int], float]:
    """The rate least + ½ (lr − least) (1 + cos(π step / steps)), and ``least`` from there on.

    Loshchilov & Hutter, "SGDR", ICLR 2017, arXiv:1608.03983, eq. (5), without restarts;
    ``torch.optim.lr_scheduler.CosineAnnealingLR``.

    Args:
        lr: the first rate.
        steps: after how many steps it is the least.
        least: that.

    Raises:
        ArgumentValueError: a number is out of its range.
        ArgumentTypeError: one is no number.

    >>> schedule = cosine(0.5, 100)
    >>> schedule(0), round(schedule(50), 6), schedule(100), schedule(1000)
    (0.5, 0.25, 0.0, 0.0)
    """
    lr, least, steps = non_negative("lr", lr), non_negative("least", least), whole("steps", steps, 1)
    return lambda step: (
        least if step >= steps else least + 0.5 * (lr - least) * (1.0 + cos(pi * step / steps))
    )


def warm_up(lr: LearningRate, steps: int) -> Callable[[int], float]:
    """A rate, or a schedule, that rises linearly over the first steps: (step + 1)/steps of it.

    Args:
        lr: the rate, or the schedule.
        steps: over how many steps.

    Raises:
        ArgumentValueError: a number is out of its range.
        ArgumentTypeError: one is no number.

    >>> schedule = warm_up(0.5, 4)
    >>> [schedule(step) for step in range(6)]
    [0.125, 0.25, 0.375, 0.5, 0.5, 0.5]
    """
    steps = whole("steps", steps, 1)
    rate = lr if callable(lr) else non_negative("lr", lr)

    def schedule(step: int) -> float:
        now = real("lr", rate(step)) if callable(rate) else rate
        return now * min(1.0, (step + 1) / steps)

    return schedule
