"""What is generated from the table: source that one can step through, functions, stubs, help."""

import inspect
import linecache
import math
import pydoc
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from pages import tool

import autograd
from autograd import OPERATIONS, AutogradError, DomainError, Operation, Value
from autograd.codegen import documentation, method_names, source
from autograd.expression import PRIMITIVES

ROOT = Path(__file__).parents[2]
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


# --- the generated source -------------------------------------------------------------------------


def test_the_source_appears_in_tracebacks() -> None:
    with pytest.raises(DomainError) as caught:
        Value(-1.0).log()
    text = "".join(traceback.format_exception(caught.value))
    assert 'File "<autograd log>"' in text
    assert "raise failure(OPERATION, error, (self,)) from None" in text
    assert "During handling" not in text


@pytest.mark.python_engine
@every_operation
def test_the_source_is_registered_for_debuggers(operation: Operation) -> None:
    method = inspect.unwrap(getattr(Value, operation.name))
    linecache.checkcache()
    assert "".join(linecache.getlines(f"<autograd {operation.name}>")) == source(operation.name)
    assert method.__code__.co_filename == f"<autograd {operation.name}>"
    assert inspect.getsource(method).startswith("def ")
    assert inspect.getsource(method) in source(operation.name)


@every_operation
def test_methods_are_called_what_they_are(operation: Operation) -> None:
    method = getattr(Value, operation.name)
    assert (method.__name__, method.__qualname__) == (operation.name, f"Value.{operation.name}")
    assert method.__doc__ == documentation(operation)
    for name in method_names(operation):
        assert callable(getattr(Value, name))


def executed_lines(operation: str, call: Callable[[], object]) -> str:
    """The lines of an operation's generated source that a call executes."""
    lines = []

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            lines.append(linecache.getline(frame.f_code.co_filename, frame.f_lineno))
        return local

    before = sys.gettrace()
    sys.settrace(
        lambda frame, event, _: local if frame.f_code.co_filename == f"<autograd {operation}>" else None
    )
    try:
        call()
    finally:
        sys.settrace(before)
    return "".join(lines)


@pytest.mark.python_engine
def test_constant_exponents_compute_no_logarithm() -> None:
    x, y = Value(2.0), Value(3.0)
    assert "log(" in executed_lines("pow", lambda: x**y)
    assert "log(" in executed_lines("pow", lambda: 2**y)
    constant = executed_lines("pow", lambda: x**3)
    assert "out = x ** y" in constant
    assert "log(" not in constant


def test_plain_functions_fail_with_the_operation_in_the_traceback() -> None:
    with pytest.raises(AutogradError) as caught:
        autograd.log(-1.0)
    assert caught.value.__suppress_context__


# --- generated only when it is asked for ----------------------------------------------------------


@pytest.mark.python_engine
def test_methods_are_generated_when_they_are_first_used(run_python: Callable[..., str]) -> None:
    script = """
import linecache, autograd
def generated():
    return sorted(name for name in linecache.cache if name.startswith("<autograd"))
print(generated())
v = autograd.Value(2.0)
print(generated())
v.log(); v + 1
print(generated())
print(autograd.Value.exp.__name__, autograd.tanh.__name__)
print(generated())
"""
    assert run_python(script).splitlines() == [
        "[]",
        "[]",
        "['<autograd add>', '<autograd log>']",
        "exp tanh",
        "['<autograd add>', '<autograd exp>', '<autograd log>', '<autograd tanh>']",
    ]


@pytest.mark.python_engine
def test_a_method_is_compiled_alone_and_stands_where_the_source_says(
    run_python: Callable[..., str],
) -> None:
    script = """
import inspect, linecache
from autograd import Value
from autograd.codegen import _OnFirstUse, source
from autograd.methods import Methods
def compiled():
    return [name for name in ("__sub__", "__rsub__", "sub", "_rsub")
            if not isinstance(vars(Methods)[name], _OnFirstUse)]
x = Value(2.0)
print(compiled())
x - 1.0
print(compiled())
1.0 - x
print(compiled())
print(x.sub(1.0).data, compiled())
for function in (Value.__sub__, Value.__rsub__, Value.sub):
    lines, first = inspect.getsourcelines(function)
    print(lines[0].strip(), source("sub").splitlines(keepends=True)[first - 1 :][: len(lines)] == lines)
"""
    assert run_python(script).splitlines() == [
        "[]",
        "['__sub__']",
        "['__sub__', '__rsub__', '_rsub']",
        "1.0 ['__sub__', '__rsub__', 'sub', '_rsub']",
        "def forward(self, y): True",
        "def reflected(self, x): True",
        "def named(self, y): True",
    ]


def test_a_first_use_in_many_threads_is_safe(run_python: Callable[..., str]) -> None:
    script = """
import sys, threading
sys.setswitchinterval(1e-6)
from autograd import OPERATIONS, Value
start, failures = threading.Barrier(8), []
def work():
    start.wait()
    try:
        for name, operation in OPERATIONS.items():
            operands = [Value(1.5), Value(0.5)][: operation.arity]
            if name in {"asin", "acos", "atanh"}:
                operands = [Value(0.5)]
            assert getattr(Value, name)(*operands).operation is operation
    except BaseException as failure:
        failures.append(failure)
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failures)
"""
    assert run_python(script) == "[]\n"


# --- help -----------------------------------------------------------------------------------------


def test_help_tells_the_formula_the_derivative_and_the_domain() -> None:
    for text in (
        pydoc.render_doc(Value.log, renderer=pydoc.plaintext),
        pydoc.render_doc(autograd.log, renderer=pydoc.plaintext),
    ):
        assert "log(x): natural logarithm." in text
        assert "Derivative: 1/x." in text
        assert "Domain: x > 0." in text
    assert "Kink: x = 0, where the subgradient of least norm is taken." in str(autograd.abs.__doc__)
    assert "Derivatives: y, x." in str(autograd.mul.__doc__)


def test_help_on_the_class_lists_every_operation() -> None:
    text = pydoc.render_doc(Value, renderer=pydoc.plaintext)
    assert all(f"{name}(self" in text for name in OPERATIONS)


@every_operation
def test_functions_have_the_signature_of_the_row(operation: Operation) -> None:
    signature = inspect.signature(getattr(autograd, operation.name))
    assert tuple(signature.parameters) == operation.parameters
    default = [*signature.parameters.values()][-1].default
    assert default == (inspect.Parameter.empty if operation.default is None else operation.default)
    method = [*inspect.signature(getattr(Value, operation.name)).parameters.values()]
    assert [parameter.name for parameter in method] == ["self", *operation.parameters[1:]]
    assert operation.arity == 1 or method[-1].default == default


def test_signatures_of_operations_with_defaults() -> None:
    assert str(inspect.signature(autograd.leaky_relu)) == "(x, slope=0.01)"
    assert str(inspect.signature(autograd.elu)) == "(x, alpha=1.0)"
    assert autograd.leaky_relu(-2) == -0.02
    assert autograd.leaky_relu(-2, slope=0.5) == -1.0
    assert Value(-2.0).leaky_relu(slope=0.5).data == -1.0
    assert autograd.elu(Value(-1.0)).data == math.expm1(-1.0)
    assert autograd.leaky_relu(x=-2.0, slope=Value(0.5)).data == -1.0


@pytest.mark.parametrize("arguments", [(), (1.0, 2.0, 3.0), (Value(1.0), 2.0, 3.0)])
def test_a_wrong_number_of_operands_is_a_type_error(arguments: tuple[Any, ...]) -> None:
    for name in ("exp", "hypot", "leaky_relu"):
        with pytest.raises(TypeError, match="argument"):
            getattr(autograd, name)(*arguments)


# --- names ----------------------------------------------------------------------------------------


def test_everything_public_can_be_had() -> None:
    names: dict[str, Any] = {}
    exec("from autograd import *", names)
    assert set(autograd.__all__) <= set(names)
    assert set(OPERATIONS) <= set(autograd.__all__)
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    assert set(autograd.__all__) <= set(dir(autograd))
    for name in OPERATIONS:
        assert names[name] is getattr(autograd, name)


def test_what_is_not_there_is_an_attribute_error() -> None:
    for module in (autograd, sys.modules["autograd.functions"]):
        with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'relux'"):
            module.relux  # noqa: B018
    with pytest.raises(AttributeError, match="relux"):
        Value(1.0).relux()


def test_rows_call_primitives_and_operations_only() -> None:
    for operation in OPERATIONS.values():
        assert set(operation.value.calls) <= PRIMITIVES.keys() | OPERATIONS.keys()
        for partial in (*operation.partials, *operation.as_taught):
            assert set(partial.calls) <= OPERATIONS.keys()


@pytest.mark.parametrize("name", sorted(PRIMITIVES.keys() & vars(math).keys()))
def test_primitives_are_those_of_math(name: str) -> None:
    assert PRIMITIVES[name] is getattr(math, name)


# --- stubs ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stubs() -> ModuleType:
    return tool("stubs")


@pytest.mark.parametrize("name", ["methods", "functions"])
def test_stubs_are_what_follows_from_the_table(name: str, stubs: ModuleType) -> None:
    written = (ROOT / "autograd" / f"{name}.pyi").read_text(encoding="utf-8")
    assert written == getattr(stubs, name)()
