"""LLVM, through llvmlite: the text of a module becomes machine code of this process.

Nothing is compiled "fast": no pass rearranges floating-point operations, and none are contracted, so
that a sum is the sum that Python computes. The code is made for the processor that runs it.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache
from typing import Any

from autograd.errors import AutogradError

__all__ = ["Machine", "MissingCompilerError", "host_lanes", "require"]


class MissingCompilerError(AutogradError, ImportError):
    """The package that compiles is not installed, or this Python cannot run what it compiles.

    >>> error = MissingCompilerError("native replay needs llvmlite: …")
    >>> isinstance(error, ImportError)
    True
    """


@cache
def require() -> Any:
    """The module ``llvmlite.binding``, ready to compile for this machine.

    Raises:
        MissingCompilerError: llvmlite is not installed, or Python is not CPython.
    """
    if platform.python_implementation() != "CPython":
        raise MissingCompilerError(
            f"native replay needs CPython, and this is {platform.python_implementation()}; "
            f"engine='python' runs anywhere"
        )
    try:
        import llvmlite.binding as llvm
    except ImportError as error:
        raise MissingCompilerError(
            f"native replay needs llvmlite ({error}): pip install 'scalar-autograd[native]'"
        ) from None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def _features() -> str:
    flat: str = require().get_host_cpu_features().flatten()
    return flat


@cache
def host_lanes() -> int:
    """How many doubles a vector register of this machine holds."""
    features = _features().split(",")
    return 8 if "+avx512f" in features else 4 if "+avx" in features else 2


class Machine:
    """Compiled functions; they live as long as this does.

    Args:
        text: a module in LLVM's assembly language.
        level: how much the code generator tries, 0 to 3. Its time per line is constant at 0 alone.
    """

    def __init__(self, text: str, level: int) -> None:
        llvm = require()
        module = llvm.parse_assembly(text)
        target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=_features(), opt=level
        )
        self._engine = llvm.create_mcjit_compiler(module, target)
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function is."""
        found: int = self._engine.get_function_address(name)
        return found

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        """A function as Python calls it; other threads run while it does."""
        function = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        function.machine = self  # type: ignore[attr-defined]  # whose code it is
        return function
