"""No derivative is cut off without a word: the right one comes out, or an error says why none does.

What a function does with its argument (empty it, copy it, pickle it, hand it to a thread) is its own
affair; its derivative is that of the number that it returns.
"""

import asyncio
import copy
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass
from typing import Any, NamedTuple

import pytest

import autograd
from autograd import (
    ArgumentTypeError,
    AutogradError,
    GradcheckError,
    Value,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    value_and_grad,
)
from autograd.variables import VARIABLES
from nn import MLP


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Any:
    yield
    assert not VARIABLES


# --- functions that change their argument ---------------------------------------------------------


def sum_of_squares_popped(v: list[Any]) -> Any:
    total: Any = 0.0
    while v:
        total = total + v.pop() ** 2
    return total


def product_popped(d: dict[str, Any]) -> Any:
    return d.pop("a") * d.pop("b")


def product_grown(v: list[Any]) -> Any:
    v.append(v[0] * v[1])
    return v[-1]


def product_replaced(v: list[Any]) -> Any:
    v[0] = v[0] * v[1]
    v[1:] = []
    return v[0]


def product_of_branches(d: dict[str, Any]) -> Any:
    rest = d["rest"]
    d.clear()
    d["total"] = rest.pop() * rest.pop()
    return d["total"]


CHANGING: list[tuple[Callable[[Any], Any], Any, float, Any, Any]] = [
    # function, argument, value, gradient, hessian
    (sum_of_squares_popped, [1.0, 2.0, 3.0], 14.0, [2.0, 4.0, 6.0], [[2, 0, 0], [0, 2, 0], [0, 0, 2]]),
    (product_popped, {"a": 2.0, "b": 3.0}, 6.0, {"a": 3.0, "b": 2.0},
     {"a": {"a": 0, "b": 1}, "b": {"a": 1, "b": 0}}),
    (product_grown, [2.0, 3.0], 6.0, [3.0, 2.0], [[0, 1], [1, 0]]),
    (product_replaced, [2.0, 3.0], 6.0, [3.0, 2.0], [[0, 1], [1, 0]]),
    (product_of_branches, {"rest": [2.0, 3.0]}, 6.0, {"rest": [3.0, 2.0]},
     {"rest": [{"rest": [0, 1]}, {"rest": [1, 0]}]}),
]  # fmt: skip
changing = pytest.mark.parametrize(("f", "argument", "value", "gradient", "second"), CHANGING)


@changing
def test_the_structure_is_that_before_the_call(
    f: Callable[[Any], Any], argument: Any, value: float, gradient: Any, second: Any
) -> None:
    given = copy.deepcopy(argument)
    assert grad(f)(given) == gradient
    assert value_and_grad(f)(given) == (value, gradient)
    assert jacobian(lambda v: [f(v)])(given) == [gradient]
    assert hessian(f)(given) == second
    assert given == argument


def test_columns_of_a_jacobian_stay() -> None:
    def f(v: list[Any]) -> list[Any]:
        return [v.pop() * v[0], v[-1]]

    assert jacobian(f)([2.0, 5.0]) == [[5.0, 2.0], [1.0, 0.0]]


def test_hvp_of_what_changes_its_argument() -> None:
    assert hvp(sum_of_squares_popped)([1.0, 2.0, 3.0], [1.0, 10.0, 100.0]) == [2.0, 20.0, 200.0]
    assert hvp(product_popped)({"a": 2.0, "b": 3.0}, {"a": 1.0, "b": 10.0}) == {"a": 10.0, "b": 1.0}
    assert hvp(product_grown)([2.0, 3.0], [1.0, 10.0]) == [10.0, 1.0]


def test_an_argument_that_grows_ends_no_map() -> None:
    assert list(map(grad(product_grown), [[2.0, 3.0], [4.0, 5.0]])) == [[3.0, 2.0], [5.0, 4.0]]


def test_named_tuples_whose_branches_are_emptied() -> None:
    class Pair(NamedTuple):
        left: list[Any]
        right: list[Any]

    slopes = grad(lambda pair: pair.left.pop() * pair.right.pop())(Pair([2.0], [3.0]))
    assert slopes == Pair([3.0], [2.0])
    assert isinstance(slopes, Pair)


@pytest.mark.parametrize("take", [grad, hessian, jacobian, value_and_grad])
def test_a_function_that_moves_its_input_is_refused(take: Callable[..., Any]) -> None:
    def f(d: Any) -> Any:
        d["w"][1].data = 10.0
        return d["w"][1] * d["w"][1]

    if take is hessian:  # whose inner derivative is taken by nodes that are no leaves
        with pytest.raises(AutogradError, match="only a leaf's data can be set"):
            take(f)({"w": [1.0, 2.0]})
        return
    with pytest.raises(
        ArgumentTypeError, match=r"changes its input args\[0\]\['w'\]\[1\] from 2\.0 to 10\.0"
    ):
        take(f)({"w": [1.0, 2.0]})


# --- copies ---------------------------------------------------------------------------------------


@dataclass
class Pair:
    x: Any
    y: Any


def by_asdict(x: Any) -> Any:
    found = asdict(Pair(x, [x * x]))
    return found["x"] * found["y"][0]


def by_astuple(x: Any) -> Any:
    a, b = astuple(Pair(x, {"square": x * x}))
    return a * b["square"]


CUBES: list[Callable[[Any], Any]] = [
    lambda x: copy.deepcopy([x])[0] ** 3,
    lambda x: copy.deepcopy(x) ** 3,
    lambda x: copy.copy(x) ** 3,
    lambda x: copy.copy(x * x) * x,
    lambda x: copy.deepcopy(x * x) * x,
    lambda x: copy.deepcopy(x * copy.copy(x)) * copy.deepcopy(x),
    lambda x: copy.deepcopy(copy.deepcopy({"x": x}))["x"] ** 3,
    lambda x: copy.deepcopy([x * x, x])[0] * copy.deepcopy((x * x, x))[1],
    lambda x: copy.copy([x])[0] ** 3,
    by_asdict,
    by_astuple,
]


@pytest.mark.parametrize("cube", CUBES)
def test_a_copy_within_a_derivative_stays_connected(cube: Callable[[Any], Any]) -> None:
    assert grad(cube)(2.0) == 12.0
    assert grad(grad(cube))(2.0) == 12.0
    assert grad(grad(grad(cube)))(2.0) == 6.0
    assert gradcheck(cube, 2.0)
    assert grad(lambda x: grad(cube)(x) * x)(2.0) == 36.0
    x = Value(2.0, "x")
    slope = grad(cube)(x)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


def test_the_example_of_a_list() -> None:
    assert grad(lambda x: copy.deepcopy([x])[0] * 3)(2.0) == 3.0


def test_what_is_shared_in_what_is_copied_is_shared_in_the_copy() -> None:
    def f(x: Any) -> Any:
        one, other, square = copy.deepcopy([x, x, x * x])
        assert one is other
        assert one is not x
        with pytest.raises(AutogradError, match="only a leaf's data can be set"):
            one.data = 3.0
        assert one.name == x.name
        return one * square

    assert grad(f)(2.0) == 12.0
    x = Value(2.0, "x")
    assert grad(f)(x).data == 12.0


def test_what_does_not_depend_on_the_variable_is_copied_for_good() -> None:
    network = MLP(1, [2, 1], activation="tanh", seed=1)
    w = Value(5.0, "w")

    def f(x: Any) -> Any:
        other = network.copy()
        for parameter in other.parameters():
            parameter.data += 1.0
        apart = copy.deepcopy(w * 2.0)
        assert apart.operands[0] is not w
        assert copy.copy(w) is not w
        assert copy.copy(w).operation is None
        return x * apart

    before = network.state_dict()
    assert grad(f)(3.0) == 10.0
    assert network.state_dict() == before


def test_a_copy_after_the_derivative_is_a_copy() -> None:
    kept: list[Value] = []

    def f(x: Any) -> Any:
        kept.append(x)
        return x * x

    assert grad(f)(3.0) == 6.0
    for copied in (copy.copy(kept[0]), copy.deepcopy(kept[0]), pickle.loads(pickle.dumps(kept[0]))):
        assert (copied.data, copied.operation) == (3.0, None)


def test_a_deep_graph_is_copied_within_a_derivative() -> None:
    def f(x: Any) -> Any:
        total = x
        for _ in range(3_000):
            total = total + x
        return copy.deepcopy([total, x])[0]

    assert grad(f)(1.0) == 3_001.0


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "make", [lambda x: x, lambda x: [x * x], lambda x: {"a": (x + 1.0) * Value(2.0)}]
)
def test_a_pickle_within_a_derivative_is_refused(make: Callable[[Any], Any], protocol: int) -> None:
    def f(x: Any) -> Any:
        return pickle.loads(pickle.dumps(make(x), protocol))

    for take in (grad, jacobian, hessian, lambda f: grad(grad(f))):
        with pytest.raises(AutogradError, match="a derivative is being taken by"):
            take(f)(2.0)


def test_a_pickle_of_something_else_within_a_derivative() -> None:
    w = Value(5.0, "w")
    assert grad(lambda x: pickle.loads(pickle.dumps(w * 2.0)) * x)(3.0) == 10.0


def test_gradcheck_refuses_pickles_too() -> None:
    with pytest.raises(AutogradError, match="a derivative is being taken by"):
        gradcheck(lambda x: pickle.loads(pickle.dumps(x)) * 3.0, 2.0)


def test_gradcheck_still_finds_what_is_cut_off_in_words() -> None:
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: Value(x.data) * 3.0, 2.0)


# --- threads --------------------------------------------------------------------------------------


def in_a_pool(call: Callable[..., Any], *args: Any) -> Any:
    with ThreadPoolExecutor() as pool:
        return pool.submit(call, *args).result()


def in_a_thread(call: Callable[..., Any], *args: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call(*args)))
    thread.start()
    thread.join()
    return found[0]


def by_asyncio(call: Callable[..., Any], *args: Any) -> Any:
    return asyncio.run(asyncio.to_thread(call, *args))


def here(call: Callable[..., Any], *args: Any) -> Any:
    return call(*args)


elsewhere = pytest.mark.parametrize("run", [here, in_a_pool, in_a_thread, by_asyncio])


@elsewhere
def test_a_derivative_in_another_thread_within_a_derivative(run: Callable[..., Any]) -> None:
    assert grad(lambda x: run(grad(lambda y: x * y**2), 3.0))(1.0) == 6.0
    assert grad(lambda x: run(grad(lambda y: x * x * y), 1.0))(3.0) == 6.0
    assert grad(grad(lambda x: run(grad(lambda y: x * x * y), 1.0)))(3.0) == 2.0
    assert grad(lambda x: run(grad(lambda y: x * y**2), x))(3.0) == 12.0
    assert grad(lambda x: run(value_and_grad(lambda y: x * y), 2.0)[0])(3.0) == 2.0
    assert grad(lambda x: run(jacobian(lambda y: [y, x * y]), 2.0)[1] * x)(3.0) == 6.0
    assert grad(lambda x: run(hessian(lambda v: x * v[0] * v[0]), [2.0])[0][0] * x)(3.0) == 12.0
    assert grad(lambda x: run(hvp(lambda v: x * v[0] ** 3), [2.0], [1.0])[0])(3.0) == 12.0


@elsewhere
def test_a_node_above_the_variable_is_enough(run: Callable[..., Any]) -> None:
    def f(x: Any) -> Any:
        square = x * x
        return run(grad(lambda y: (square + y) ** 2), 1.0)

    assert grad(f)(3.0) == 12.0  # d/dx of 2(x² + 1)


@elsewhere
def test_threads_within_threads(run: Callable[..., Any]) -> None:
    def f(x: Any) -> Any:
        return run(grad(lambda y: run(grad(lambda z: x * x * y * z), 1.0) * y), 2.0)

    assert grad(f)(3.0) == 24.0  # d/dx of d/dy of x²y² at y = 2: 4x²·… = 8x


@elsewhere
def test_what_has_nothing_to_do_with_the_variable_is_plain_or_recorded_and_right(
    run: Callable[..., Any],
) -> None:
    assert grad(lambda x: run(grad(lambda y: y**3), 2.0) * x)(5.0) == 12.0


def test_a_derivative_beside_another_is_plain() -> None:
    """A thread of its own that takes one while another is being taken elsewhere."""
    inside, outside = threading.Event(), threading.Event()

    def f(x: Any) -> Any:
        inside.set()
        assert outside.wait(1_800)
        return x * x

    with ThreadPoolExecutor() as pool:
        other = pool.submit(grad(f), 3.0)
        assert inside.wait(1_800)
        found = grad(autograd.tanh)(0.0), copy.deepcopy(Value(2.0) * 3.0).data
        outside.set()
        assert other.result() == 6.0
    assert found == (1.0, 6.0)
    assert type(found[0]) is float


def test_a_failure_leaves_no_variable_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: grad(lambda y: x / (y - y))(1.0))(1.0)
    with pytest.raises(KeyboardInterrupt):
        grad(lambda x: (_ for _ in ()).throw(KeyboardInterrupt))(1.0)


@changing
def test_gradcheck_of_what_changes_its_argument(
    f: Callable[[Any], Any], argument: Any, value: float, gradient: Any, second: Any
) -> None:
    assert gradcheck(f, (argument,))
    with pytest.raises(GradcheckError):
        gradcheck(lambda v: f(v).data * 1.0, (argument,))
