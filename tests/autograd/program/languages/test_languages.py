"""Programs in other languages against eager computation: operations, random graphs, worked examples.

What is run is in `benchmarks.languages`, which also writes the page of differences.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from registered import SOFTSIGN

import autograd
from autograd import OPERATIONS, Operation, Value
from autograd.errors import ArgumentValueError
from autograd.program import Line, Program
from autograd.program.languages import LANGUAGES, LONG, Target, printed, refused, target
from autograd.program.printable import Printable
from autograd.program.texts import body_of
from benchmarks.languages import PAGE, RUNNERS, differences, places, points_for, read, row_program, ulps
from benchmarks.random_graphs import graph
from nn import MLP, worked
from nn.cli import main
from nn.step.program import differentiated

TEXT = PAGE.read_text(encoding="utf-8")
RECORDED = read(TEXT)

#: Each language with what its tests need.
EVERYWHERE = [
    "numpy",
    pytest.param(
        "c", marks=pytest.mark.skipif(not shutil.which("cc") and "CI" not in os.environ, reason="no C")
    ),
]
ELSEWHERE = [
    pytest.param("torch", marks=pytest.mark.torch),
    pytest.param("jax", marks=pytest.mark.jax),
    pytest.param("javascript", marks=pytest.mark.browser),
]
some_languages = pytest.mark.parametrize("language", [*EVERYWHERE, *ELSEWHERE])
all_languages = pytest.mark.parametrize(
    "language", [*EVERYWHERE, pytest.param("sympy", marks=pytest.mark.slow), *ELSEWHERE]
)


def too_far(language: str, operations: Sequence[Operation], most: int | None = None) -> list[str]:
    """Where a language differs by more than the page says."""
    found = []
    for operation in operations:
        value, derivative = RECORDED[operation.name][language]
        for apart, what, point in differences(
            operation, language, points_for(operation, language)[:most]
        ):
            # what another release of a library, or another processor, may add
            if apart > (value if what == "value" else derivative) + 4.0:
                found.append(f"{operation.name}{point}: {what} by {apart} ulp")
    return found


# --- every operation ------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "most"), [("numpy", 100), ("sympy", 2)])
def test_operations_differ_by_what_the_page_says(language: str, most: int) -> None:
    assert too_far(language, list(OPERATIONS.values()), most) == []


@pytest.mark.parametrize("language", EVERYWHERE[1:])
def test_some_operations_in_c_differ_by_what_the_page_says(language: str) -> None:
    assert too_far(language, [OPERATIONS[name] for name in ("pow", "gelu", "max", "silu")]) == []


@pytest.mark.parametrize("language", [EVERYWHERE[1], ELSEWHERE[2]])
def test_hypot_has_the_same_bits(language: str) -> None:
    row = OPERATIONS["hypot"]
    assert {apart for apart, _, _ in differences(row, language, points_for(row, language))} == {0.0}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["numpy", "c", "sympy"])
def test_all_operations_differ_by_what_the_page_says(language: str) -> None:
    assert too_far(language, list(OPERATIONS.values())) == []


@pytest.mark.parametrize("language", ELSEWHERE)
def test_operations_elsewhere_differ_by_what_the_page_says(language: str) -> None:
    assert too_far(language, list(OPERATIONS.values())) == []


def test_the_page_has_every_operation_and_language() -> None:
    assert RECORDED.keys() == OPERATIONS.keys()
    assert all(list(cells) == list(LANGUAGES) for cells in RECORDED.values())
    assert all(refused(target(language)) == {} for language in LANGUAGES)
    assert "No language lacks an operation." in TEXT
    # C calls what Python calls
    assert all(cells["c"] == (0.0, 0.0) for cells in RECORDED.values())
    assert max(max(cells[language]) for cells in RECORDED.values() for language in LANGUAGES) <= 10.0


def test_operands_are_everywhere_in_the_domain() -> None:
    for operation in OPERATIONS.values():
        found = places(operation)
        assert len({*found}) > (250 if operation.arity == 1 else 400)
        assert len(points_for(operation, "sympy")) >= 40


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_derivatives_in_sympy_are_those_that_sympy_takes(operation: Operation) -> None:
    """Formulas of formulas: SymPy differentiates the printed value itself."""
    scope: dict[str, object] = {"__name__": "printed"}
    exec(printed(row_program(operation).printable(), target("sympy")), scope)
    symbols = scope["SYMBOLS"]
    value, gradients = scope["program"](**symbols)  # type: ignore[operator,arg-type]
    looked_at = 0
    for point in ((0.3, 0.7), (1.7, 2.4), (-0.6, 1.3)):
        numbers = dict(zip(symbols.values(), map(Fraction, point), strict=False))  # type: ignore[attr-defined]
        at = {symbol: sympy.Rational(number) for symbol, number in numbers.items()}
        for name, symbol in symbols.items():  # type: ignore[attr-defined]
            expected = sympy.N(sympy.diff(value, symbol).subs(at).doit(), 30)
            if expected.is_real and "Derivative" not in str(expected):
                looked_at += 1
                found = sympy.N(sympy.sympify(gradients[name]).subs(at), 30)
                assert abs(found - expected) < 1e-25 * (1 + abs(expected)), (name, point)
    assert looked_at


# --- graphs ---------------------------------------------------------------------------------------


def computed(program: Printable, language: str) -> tuple[list[float], list[float]]:
    """The value and the derivatives of a program whose symbols are names, in a language and here."""
    source = printed(program, target(language))
    ((value, *found),) = RUNNERS[language](source, list(program.given), [tuple(program.given.values())])
    run = Program(program.lines, program.given).run([program.root, *program.gradients.values()])
    right = [
        run[program.gradients[each]] if each in program.gradients else 0.0 for each in program.given
    ]
    return [value, *found], [run[program.root], *right]


SMOOTH = (
    "add",
    "mul",
    "sigmoid",
    "tanh",
    "softplus",
    "silu",
    "gelu",
    "erf",
    "normal_cdf",
    "sin",
    "exp",
    "cbrt",
)
EXACT = ("add", "sub", "mul", "div", "neg", "relu", "max", "min", "abs", "square", "reciprocal", "sqrt")


def random_program(seed: int, names: Sequence[str], level: str = "operations") -> Printable:
    """A graph of some operations, which grows by sums of all that it has."""
    random = Random(seed)
    nodes = [Value(random.uniform(0.1, 2.0), f"x{number}") for number in range(4)]
    for number in range(14):
        operation = OPERATIONS[random.choice(names)]
        chosen = [random.choice(nodes) for _ in operation.parameters]
        operands = [
            each if random.random() < 0.8 or not index else 0.75 for index, each in enumerate(chosen)
        ]
        try:
            node = getattr(autograd, operation.name)(*operands)
        except (ArithmeticError, ValueError):
            continue
        if abs(node.data) < 1e3:
            nodes.append(node.named(f"y{number}"))
    root = nodes[0]
    for node in nodes[1:]:
        root = root + node * 0.5
    return Program.from_graph(root.named("E"), level).printable()


def apart(program: Printable, language: str) -> float:
    """The largest relative difference; of what is small, relative to the largest derivative."""
    found, right = computed(program, language)
    largest = max(map(abs, right))
    return max(abs(x - y) / max(abs(y), 1e-2 * largest) for x, y in zip(found, right, strict=True))


@some_languages
def test_random_graphs_of_smooth_functions_differ_in_the_last_digits_alone(language: str) -> None:
    seeds = range(2 if language in {"c", "jax"} else 8)
    for level in ("operations", "named"):
        assert max(apart(random_program(seed, SMOOTH, level), language) for seed in seeds) < 2e-14


@pytest.mark.parametrize("language", [*EVERYWHERE, ELSEWHERE[0], ELSEWHERE[2]])
def test_random_graphs_of_exact_operations_are_the_same_to_the_last_bit(language: str) -> None:
    for seed in range(2 if language == "c" else 8):
        found, right = computed(random_program(seed, EXACT), language)
        assert found == right


@pytest.mark.parametrize("language", [*EVERYWHERE, ELSEWHERE[0], ELSEWHERE[2]])
def test_random_graphs_of_all_operations(language: str, everything: bool) -> None:
    for seed in range(100 if everything else 3 if language == "c" else 15):
        found, right = computed(Program.from_graph(graph(seed)[1], "operations").printable(), language)
        for x, y in zip(found, right, strict=True):
            assert math.isclose(x, y, rel_tol=1e-11)
            assert language != "c" or x == y  # it calls the same library as Python


def test_examples_are_computed_at_once_and_in_float64() -> None:
    """Inputs of many examples, and weights that all of them share."""
    program = random_program(3, SMOOTH)
    scope: dict[str, object] = {"__name__": "printed"}
    exec(printed(program, target("numpy")), scope)
    many = {
        **program.given,
        "x0": np.linspace(0.1, 2.0, 50, dtype=np.float32),
        "x2": np.linspace(1.0, 0.2, 50),
    }
    value, gradients = scope["program"](**many)  # type: ignore[operator]
    assert all(each.dtype == np.float64 and each.shape == (50,) for each in (value, *gradients.values()))
    for index in (0, 17, 49):
        one = {**program.given, "x0": float(many["x0"][index]), "x2": float(many["x2"][index])}
        alone, slopes = scope["program"](**one)  # type: ignore[operator]
        assert ulps(value[index], float(alone)) <= 8
        assert all(ulps(gradients[name][index], float(slopes[name])) <= 64 for name in slopes)


@pytest.mark.torch
def test_pytorch_computes_in_float64_whatever_it_is_given() -> None:
    import torch

    scope: dict[str, object] = {"__name__": "printed"}
    exec(printed(random_program(3, [*SMOOTH, "leaky_relu", "elu", "relu"]), target("torch")), scope)
    numbers = {"x0": torch.rand(30, dtype=torch.float32), "x1": 0.5, "x2": torch.rand(30), "x3": 1}
    value, gradients = scope["program"](**numbers)  # type: ignore[operator]
    assert all(
        each.dtype == torch.float64 and each.shape == (30,) for each in (value, *gradients.values())
    )


@pytest.mark.jax
def test_xla_does_not_simplify_what_rounding_is_to_do() -> None:
    """x + C − C, in one formula and over two lines; and without barriers the test notices."""
    x, y = Value(0.3, "x0"), Value(1.7, "x1")
    big = 6442450944.0
    first = x + big - big
    second = (y - big).named("y1")
    root = first * (second + big).named("y2")
    for level in ("operations", "named"):
        program = Program.from_graph(root.named("E"), level).printable()
        found, right = computed(program, "jax")
        assert found == right
        bare = target("jax")._replace(added="", prepared=lambda tree: tree)
        ((value, *_),) = RUNNERS["jax"](printed(program, bare), ["x0", "x1"], [(0.3, 1.7)])
        assert value != right[0]


# --- worked examples, as the command writes them --------------------------------------------------


def converted(name: str, folder: Path, to: str) -> Path:
    ending = {"c": ".c", "js": ".js"}.get(to, ".py")
    path = folder / f"{name.replace('-', '_')}_{to}{ending}"
    result = CliRunner().invoke(main, ["convert", name, "-o", str(path), "--to", to])
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, f"written: {path}")
    return path


def runs(path: Path) -> list[str]:
    """What a file prints by itself."""
    command = [sys.executable, "-W", "error", str(path)]
    if path.suffix == ".js":
        command = ["node", str(path)]
    if path.suffix == ".c":
        command = [str(path.with_suffix(""))]
        warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
        subprocess.run(
            ["cc", "-std=c11", "-O2", *warnings, "-o", *command, str(path), "-lm"], check=True
        )
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def wrongly_printed(name: str, folder: Path, to: str) -> list[str]:
    """What a file prints that is not the number of the training step."""
    step = worked.load(name).step()
    program = differentiated(step)
    printable = program.printable()
    right = program.run([printable.root, *printable.gradients.values()])
    expected = {printable.root: right[printable.root]}
    for symbol in printable.given:
        number = right[printable.gradients[symbol]] if symbol in printable.gradients else 0.0
        expected[f"d{printable.root}/d{symbol}"] = number
    lines = dict(line.split(" = ") for line in runs(converted(name, folder, to)))
    assert lines.keys() == expected.keys()
    largest = max(map(abs, expected.values()))
    return [
        f"{symbol} = {lines[symbol]}, not {number!r}"
        for symbol, number in expected.items()
        if abs(float(lines[symbol]) - number) > 1e-13 * max(abs(number), 1e-3 * largest)
    ]


@pytest.mark.parametrize("to", ["numpy", "sympy", EVERYWHERE[1]])
def test_a_file_runs_by_itself(to: str, tmp_path: Path) -> None:
    assert wrongly_printed("urbain", tmp_path, to) == []


@pytest.mark.parametrize("to", [pytest.param("js", marks=pytest.mark.browser), *ELSEWHERE[:2]])
def test_a_file_runs_by_itself_elsewhere(to: str, tmp_path: Path) -> None:
    assert wrongly_printed("urbain", tmp_path, to) == []
    assert wrongly_printed("lstm-cell", tmp_path, to) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", worked.names())
def test_every_worked_example_runs_by_itself(name: str, tmp_path: Path) -> None:
    for to in ("numpy", "c"):
        assert wrongly_printed(name, tmp_path, to) == []


def test_what_a_file_is_called_says_what_it_is(tmp_path: Path) -> None:
    def refused(*arguments: object) -> str:
        result = CliRunner().invoke(main, ["convert", "urbain", "-o", *map(str, arguments)])
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr.splitlines()[-1]

    source = worked.load("urbain").step().source("c", "urbain")
    path = tmp_path / "a.c"
    assert CliRunner().invoke(main, ["convert", "urbain", "-o", str(path)]).exit_code == 0
    assert path.read_text(encoding="utf-8") == source
    several = "Error: 'a.py' may be torch, jax, sympy, numpy: say which with --to"
    assert refused("a.py") == several
    assert refused("a.txt").endswith("say what it is with --to")
    assert "'fortran' is not one of" in refused("a.f", "--to", "fortran")
    own = tmp_path / "own.toml"
    own.write_text(
        (Path(worked.__file__).parent / "urbain.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["convert", str(own), "-o", str(own), "--to", "c"])
    assert "are the same file" in result.stderr


def test_a_later_step_has_its_own_numbers(tmp_path: Path) -> None:
    path = tmp_path / "third.py"
    arguments = ["convert", "urbain", "-o", str(path), "--to", "numpy", "--steps", "3"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert runs(path)[0] == f"E_total = {worked.load('urbain').step(3).error_before!r}"


def test_a_long_program_says_that_it_takes_long_to_compile(tmp_path: Path) -> None:
    network = MLP(4, [8, 1], activation="tanh", seed=1)
    inputs = [Value(0.1, f"x{number}") for number in range(4)]
    long = Program.from_graph(((network(inputs) - 1.0) ** 2).named("E"), "operations").printable()
    short = random_program(1, SMOOTH)
    assert len(short.lines) < LONG
    for language, said in (("torch", "torch.compile"), ("jax", "The first call compiles")):
        assert said not in printed(short, target(language))
        text = printed(long._replace(lines=[*long.lines]), target(language))
        assert (said in text) == (len(long.lines) >= LONG)


# --- mistakes -------------------------------------------------------------------------------------


def _wrong(language: str) -> Iterator[tuple[str, Target]]:
    right = target(language)
    functions = {**right.functions, "tanh": f"({right.functions['tanh']} * 1.00000000000001)"}
    yield "tanh", right._replace(functions=functions)
    yield "sigmoid", right._replace(texts={**right.texts, "sigmoid": "1.0 / (1.0 + exp(x))"})
    yield "relu", right._replace(texts={**right.texts, "relu": "x if x <= 0.0 else 0.0"})
    choice = right.language.choice.format(test="{test}", body="{orelse}", orelse="{body}")
    swapped = right.language._replace(choice=choice)
    yield "elu", right._replace(language=swapped)


@pytest.mark.parametrize("language", ["numpy", "sympy"])
def test_a_mistake_in_a_language_is_found(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, wrong in _wrong(language):
        assert too_far(language, [OPERATIONS[name]], 20) == []
        with monkeypatch.context() as patched:
            patched.setattr("benchmarks.languages.target", lambda _, wrong=wrong: wrong)
            assert too_far(language, [OPERATIONS[name]], 20) != []


def test_a_wrong_line_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Program.printable

    def wrong(program: Program, title: str = "") -> Printable:
        found = right(program, title)
        lines = [line.rewritten("-{}") if line.symbol == "delta_o1" else line for line in found.lines]
        return found._replace(lines=lines)

    monkeypatch.setattr(Program, "printable", wrong)
    assert len(wrongly_printed("urbain", tmp_path, "numpy")) > 4


# --- names and refusals ---------------------------------------------------------------------------

HOSTILE = [
    *(
        "double",
        "*/ int main",
        "λ",
        "жук",
        "a\\b",
        'say "no"',
        "x' y",
        "w5+",
        "y1",
        "dE/dx",
        "%s",
        "??/",
    ),
    *(
        "1",
        "program",
        "given",
        "np",
        "value",
        "main",
        "sigmoid",
        "sigmoid_slope",
        "lost",
        "head",
        "where",
    ),
    *("class", "enum", "`${x}`"),
]


@pytest.mark.parametrize("language", [*EVERYWHERE, "sympy", *ELSEWHERE])
def test_symbols_of_any_kind_are_names(language: str, tmp_path: Path) -> None:
    leaves = [Value(0.1 * number + 0.05, symbol) for number, symbol in enumerate(HOSTILE)]
    root = leaves[0]
    for index, leaf in enumerate(leaves[1:]):
        root = (root + leaf.sigmoid() * leaves[index] - (leaf + 0.5).gelu()).named(f"{leaf.name}'")
    program = Program.from_graph(root.named("E"), "operations").printable('a "file" */ of \\ ours\n')
    path = tmp_path / f"hostile{target(language).ending}"
    path.write_text(printed(program, target(language)), encoding="utf-8")
    root.backward()
    first, *lines = runs(path)
    assert math.isclose(float(first.rpartition(" = ")[2]), root.data, rel_tol=1e-12)
    for leaf, line in zip([leaf for leaf in leaves if leaf.name in program.given], lines, strict=True):
        assert math.isclose(float(line.rpartition(" = ")[2]), leaf.grad, rel_tol=1e-12)


def test_what_cannot_be_printed_is_refused_by_name() -> None:
    ramp = autograd.record(lambda x: x if x > 0.0 else -x, 3.0)
    with pytest.raises(
        ArgumentValueError, match=r"the function decides by x > 0\.0, which a file in PyTorch"
    ):
        ramp.source("torch")
    program = autograd.record(lambda x: x * x, 3.0)
    with pytest.raises(ArgumentValueError, match="'batch' is for Python"):
        program.source("c", "batch")
    with pytest.raises(ArgumentValueError, match="language must be one of 'python', 'numpy', "):
        program.source("fortran")
    lines = Program([Line.of("y", "x * x", {"x": "a"})], {"a": 3.0})
    with pytest.raises(ArgumentValueError, match="only a program that was made of a graph"):
        lines.source("c")
    with pytest.raises(ArgumentValueError, match="wanted is for Python"):
        program.lines().source("c", ["x"])
    with pytest.raises(ArgumentValueError, match="'E' is computed from no given number"):
        printed(Printable("E", {}, [Line.of("E", "1.0")], {}), target("c"))


def test_an_operation_of_ones_own_is_printed_from_its_texts() -> None:
    softsign = autograd.register(Operation("softsign_here", **SOFTSIGN))
    twice = autograd.register(
        Operation("twice_here", "x", lambda x: 2.0 * x, partials=["2.0"], about="double")
    )
    try:
        program = Program.from_graph(softsign(Value(-0.5, "x0")).named("E"), "operations").printable()
        found, right = computed(program, "numpy")
        assert found == right
        for level in ("operations", "named"):
            with pytest.raises(
                ArgumentValueError, match="'twice_here' calls a Python function, which NumPy"
            ):
                Program.from_graph(twice(Value(1.0, "x")).named("y"), level).source("numpy")
        assert refused(target("c")) == {
            "twice_here": "operation 'twice_here' calls a Python function, which C has not"
        }
    finally:
        autograd.unregister("softsign_here")
        autograd.unregister("twice_here")


@pytest.mark.parametrize(
    ("language", "name"),
    [pytest.param(*EVERYWHERE[1].values, "double", marks=EVERYWHERE[1].marks), ("numpy", "where")],
)
def test_an_operation_may_be_called_what_means_something_else_there(language: str, name: str) -> None:
    own = autograd.register(Operation(name, **SOFTSIGN))
    try:
        program = Program.from_graph(own(Value(-0.5, "x0")).named("E"), "operations").printable()
        assert f"{name}_of(x0)" in printed(program, target(language))
        found, right = computed(program, language)
        assert found == right
    finally:
        autograd.unregister(name)


@pytest.mark.parametrize("language", ["numpy", "sympy", *EVERYWHERE[1:]])
def test_a_number_that_no_line_uses_is_left_out(language: str) -> None:
    """Of a slope on the other side of a kink, the number is not needed, and the derivative is 0."""
    for name in ("log", "sqrt"):
        x = Value(3.0, "x0")
        slope = getattr(x, name)().named("slope")
        root = (autograd.leaky_relu(2.5, slope) + x).named("E")
        program = Program.from_graph(root, "operations").printable()
        if name == "log" and language != "sympy":  # whose formulas stay as they are
            assert " slope = " not in printed(program, target(language))
        found, right = computed(program, language)
        assert found == right == [5.5, 1.0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_given_number_may_be_infinite(language: str) -> None:
    x = Value(-math.inf, "x")
    source = Program.from_graph((x * 2.0).named("y"), "operations").source(language)
    assert f": -{target(language).language.constants['inf']}," in source.replace(" = ", ": ")
    if language in {"numpy", "sympy"}:
        exec(source, {"__name__": "__main__"})


def test_a_function_that_a_language_lacks_is_refused() -> None:
    without = target("c")._replace(functions={"exp": "exp({})"})
    found = refused(without)
    assert found["erf"] == "C has no operation 'erf'"
    assert "exp" not in found
    assert "sigmoid" in found  # its derivative calls cosh


def test_functions_of_the_engine_are_read_as_texts() -> None:
    for name in ("gaussian", "normal_cdf", "gelu"):
        body = body_of(name)
        assert body is not None
        program = [
            Line.of(step, tree, {each: each for each in ("x", *known)})
            for known, (step, tree) in zip(_before(body.steps), body.steps, strict=True)
        ]
        result = Line.of(
            "y", body.tree, {each: each for each in ("x", *(step for step, _ in body.steps))}
        )
        for x in (-45.0, -38.2, -3.3, -0.2, 0.7, 8.5, 40.0):
            found = Program([*program, result], {"x": x}).run(["y"])["y"]
            assert found == getattr(autograd, name)(x)


def _before(steps: Sequence[tuple[str, object]]) -> Iterator[list[str]]:
    for index in range(len(steps)):
        yield [step for step, _ in steps[:index]]
