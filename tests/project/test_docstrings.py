"""Every public class, function and method has an example that runs: its own, or its class's."""

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import autograd
import autograd.check
import autograd.program
import autograd.strategies
import nn
import nn.byhand
import nn.error_rules
import nn.losses
import nn.proofreading
import nn.strategies
import nn.worked
import nn.worksheet
from autograd.codegen import CONVERSIONS, method_names
from autograd.operations import REFUSED

PACKAGES = [
    *(autograd, autograd.check, autograd.program, autograd.strategies),
    *(nn, nn.error_rules, nn.losses, nn.byhand, nn.proofreading, nn.strategies, nn.worked, nn.worksheet),
]

#: What is of no use by itself: whose example shows it.
SHOWN_BY = {
    "autograd.unregister": autograd.register,
    "nn.worked.WorkedExampleError": nn.worked.load,
}
#: What rows of the table generate, and what is refused; their docstrings follow from the rows.
GENERATED = {
    *(name for operation in autograd.OPERATIONS.values() for name in method_names(operation)),
    *(name for names in REFUSED.values() for name in names),
    *CONVERSIONS,
}
#: What a graph has besides its function is what its repr, in its example, shows.
SHOWN_BY_REPR = {"autograd.strategies.Graph": {"numbers", "operations"}}


def example(documented: object) -> str:
    """The lines of code in a docstring."""
    return "\n".join(
        re.findall(r"^ *(?:>>>|\.\.\.) (.*)", inspect.getdoc(documented) or "", re.MULTILINE)
    )


def public(package: ModuleType) -> Iterator[tuple[str, Any]]:
    """The classes and functions; those of operations are made from rows, which tests walk."""
    for name in package.__all__:
        each = getattr(package, name)
        generated = package is autograd and name in GENERATED
        if not generated and (inspect.isclass(each) or inspect.isroutine(each)):
            yield f"{package.__name__}.{name}", each


def methods(cls: type) -> Iterator[tuple[str, object]]:
    """The public methods and properties, with what is inherited from a class of ours."""
    ours = [each for each in cls.__mro__ if each.__module__.partition(".")[0] in {"autograd", "nn"}]
    for name in dict.fromkeys(name for each in ours for name in vars(each) if not name.startswith("_")):
        found = inspect.getattr_static(cls, name)
        if isinstance(found, staticmethod | classmethod):
            found = found.__func__
        if name not in GENERATED and (isinstance(found, property) or inspect.isfunction(found)):
            yield name, found


def without_example(cls: type) -> list[str]:
    """The methods that neither their own examples show nor those of the class or its bases."""
    shown = "\n".join(example(each) for each in cls.__mro__ if each is not object)
    return [
        name
        for name, method in methods(cls)
        if not example(method) and not re.search(rf"(\.|def ){name}\b", shown)
    ]


PUBLIC = dict(item for package in PACKAGES for item in public(package))


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_has_an_example(name: str) -> None:
    if name in SHOWN_BY:
        assert PUBLIC[name].__name__ in example(SHOWN_BY[name])
    else:
        assert example(PUBLIC[name])


@pytest.mark.parametrize("name", [name for name, found in PUBLIC.items() if inspect.isclass(found)])
def test_every_public_method_has_an_example_or_is_in_that_of_its_class(name: str) -> None:
    assert set(without_example(PUBLIC[name])) == SHOWN_BY_REPR.get(name, set())


def test_a_method_without_example_is_found() -> None:
    class Shown:
        """A class.

        >>> Shown().used()
        """

        def used(self) -> None:
            """In the class's example."""

        def own(self) -> None:
            """One of its own.

            >>> Shown().own()
            """

        def unused(self) -> None:
            """Nowhere."""

    Shown.__module__ = "nn.shown"
    assert without_example(Shown) == ["unused"]
