"""The variables of the derivatives that are being taken, in whichever thread.

A derivative of a function is taken by leaves made for it. While the function runs, whoever meets one of
them, or a node above one, must not cut it off: a copy stays connected with it, a pickle is refused, and
a derivative taken meanwhile is recorded, even in another thread, which knows nothing of the one around.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["VARIABLES", "depends_on_one"]

#: Each while the function that it was made for runs.
VARIABLES: set[object] = set()


def depends_on_one(nodes: Iterable[object]) -> bool:
    """Whether a variable is among the nodes, say among all of a graph's.

    >>> from autograd import Value, grad
    >>> from autograd.backward import topological_order
    >>> def f(x):
    ...     print(depends_on_one(topological_order(2.0 * x)))
    ...     return x
    >>> grad(f)(3.0), depends_on_one([Value(3.0)])
    True
    (1.0, False)
    """
    return not VARIABLES.isdisjoint(nodes)
