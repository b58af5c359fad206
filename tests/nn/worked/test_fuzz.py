"""Files from strangers: loaded, or refused by file and key; nothing in them is more than data."""

import ast
import copy
import itertools
import json
import re
import tomllib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fuzz_worked import loaded, seeds
from hypothesis import given
from hypothesis import strategies as st
from oracles import latex_mistakes
from toml_tables import entries, keys, places, toml
from work import at_most

import autograd
import nn
from autograd import AutogradError
from autograd.symbols import is_control, latex_symbol
from nn import MLP, Adam, worked

SEEDS = seeds()
TABLES = {name: tomllib.loads(text) for name, text in SEEDS.items()}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worked") / "any.toml"


# --- key by key -----------------------------------------------------------------------------------

#: What a stranger may write in the place of anything; None leaves it out.
ODD: list[Any] = [
    *(None, "", "x", "{n!r}", "ä\x7f\u202e", True, False, 0, -1, 10**400, 1e308, -0.0),
    *(float("nan"), float("inf"), [], [[]], ["x"], [[1.0], [1.0, 2.0]], {}, {"x": {}}, [{}]),
]


def firsts(table: Any) -> list[tuple[Any, Any]]:
    """As `places`, but of a list's items only the first, the others being like it."""
    return [(holder, key) for holder, key in places(table) if isinstance(holder, dict) or key == 0]


@pytest.mark.parametrize("name", SEEDS)
def test_every_entry_replaced_by_everything_odd(name: str, path: Path, everything: bool) -> None:
    count = len(firsts(TABLES[name]))
    tried = list(itertools.product(range(count), ODD))
    for number, odd in tried if everything else tried[::8]:  # everything odd is in turn somewhere
        table = copy.deepcopy(TABLES[name])
        holder, key = firsts(table)[number]
        if odd is None:
            del holder[key]
        else:
            holder[key] = odd
        found = loaded(toml(table), path)
        if isinstance(found, str):
            assert re.match(r"[\w.\[\]'\"-]+: ", found), f"no key in {found!r}"
            assert len(found) < 1_000


@given(st.data())
def test_some_entries_mutated(path: Path, data: st.DataObject) -> None:
    table = copy.deepcopy(TABLES[data.draw(st.sampled_from(list(TABLES)))])
    for _ in range(data.draw(st.integers(1, 4))):
        if not places(table):
            break
        holder, key = data.draw(st.sampled_from(places(table)))
        match data.draw(st.sampled_from(["replace", "leave out", "double", "put in", "swap"])):
            case "replace":
                holder[key] = data.draw(entries)
            case "leave out":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case "swap":
                other, place = data.draw(st.sampled_from(places(table)))
                holder[key] = copy.deepcopy(other[place])
            case _ if isinstance(holder, dict):
                holder[data.draw(keys)] = data.draw(entries)
    found = loaded(toml(table), path)
    if not isinstance(found, str):
        with suppress(AutogradError, ValueError):
            step = found.step()  # type: ignore[attr-defined]
            assert step.values
            assert not any(map(is_control, str(step).replace("\n", "")))


@given(st.data())
def test_pieces_of_files_in_any_order(path: Path, data: st.DataObject) -> None:
    def piece() -> str:
        lines = SEEDS[data.draw(st.sampled_from(list(SEEDS)))].splitlines(keepends=True)
        start = data.draw(st.integers(0, len(lines)))
        return "".join(lines[start : start + data.draw(st.integers(0, 30))])

    text = "".join(piece() + data.draw(st.text(max_size=8)) for _ in range(data.draw(st.integers(1, 4))))
    loaded(text, path)


@given(st.binary(max_size=2_000) | st.text(max_size=500).map(lambda text: text.encode(errors="replace")))
def test_anything(path: Path, content: bytes) -> None:
    assert isinstance(loaded(content, path), str)


def test_an_error_that_is_no_worked_example_error_would_be_noticed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(content: str) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(tomllib, "loads", fail)
    with pytest.raises(ZeroDivisionError):
        loaded(SEEDS["urbain.toml"], path)


def test_an_error_that_does_not_name_the_file_would_be_noticed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise worked.WorkedExampleError("somewhere: something")

    monkeypatch.setattr(worked, "load", fail)
    with pytest.raises(AssertionError):
        loaded("", path)


# --- bounded --------------------------------------------------------------------------------------

LAYER = '[[layers]]\nactivation = "tanh"\nbias = 0.0\nweights = {}\n'
START = "[training]\nlearning_rate = 0.5\n"
EXAMPLE = "[[examples]]\ninputs = [1.0]\ntargets = [0.5]\n"
URBAIN = SEEDS["urbain.toml"]

#: Files of some hundreds of kilobytes.
LARGE = {
    "a wide network": START
    + LAYER.format(f"[{'[0.1], ' * 5_000}]")
    + LAYER.format(f"[[{'0.1, ' * 5_000}]]")
    + EXAMPLE,
    "a deep network": START + LAYER.format("[[0.1]]") * 2_000 + EXAMPLE,
    "many examples": START + LAYER.format("[[0.1]]") + EXAMPLE * 5_000,
    "many keys": "".join(f"k{number} = 1\n" for number in range(20_000)),
    "a long title": f'title = "{"x" * 500_000}"\n' + URBAIN.partition("\n")[2].partition("\n")[2],
    "a long template": URBAIN.replace('"w{n}"', f'"{"{n}" * 20_000}"'),
    "a long name of an error": URBAIN.replace('"half_squared_error"', f'"{"e" * 200_000}"'),
    "many digits": URBAIN.replace("learning_rate = 0.5", f"learning_rate = 0.{'1' * 500_000}"),
    "deep lists": URBAIN.replace("bias = 0.35", f"bias = {'[' * 50_000}"),
}
#: What is found there is nested too deeply to be shown.
DEEP_KEYS = {
    "a number with a deep key": URBAIN.replace(
        "learning_rate = 0.5", f"learning_rate.{'a.' * 3_000}a = 1"
    ),
    "a bias with a deep key": f"bias.{'a.' * 3_000}a = 1\n{URBAIN}",
    # which Python's parser would read for hours
    "a key as long as the file": f"{'a.' * 200_000}a = 1\n",
    "a key in quotes as long": '"a".' * 100_000 + "a = 1\n",
    "a key in an inline table": f"x = {{{'a.' * 200_000}a = 1}}\n",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_large_files_are_loaded_or_refused(text: str, path: Path) -> None:
    found = at_most(500_000 + 25 * len(text), lambda: loaded(text, path))
    assert not isinstance(found, str) or len(found) < 10_000


@pytest.mark.parametrize("text", DEEP_KEYS.values(), ids=DEEP_KEYS)
def test_deep_keys_are_refused(text: str, path: Path) -> None:
    assert isinstance(at_most(50_000, lambda: loaded(text, path)), str)


def test_an_error_takes_a_line_whatever_a_template_says(path: Path) -> None:
    loaded(toml(TABLES["urbain.toml"] | {"notation": {"output": "o{lay\f}"}}), path)


def test_an_error_is_not_as_long_as_a_key(path: Path) -> None:
    found = loaded(f"{'x' * 100_000} = 1\n{URBAIN}", path)
    assert isinstance(found, str)
    assert len(found) < 10_000


# what has just as much as may be, and more
FIGURE = '[[figures]]\nsymbol = "f{}"\nof = "E"\nprinted = "1"\nafter = {}\n'


def a_network(
    nin: int = 1, nout: int = 1, examples: int = 1, figures: int = 0, after: int = 0, name: str = "E"
) -> str:
    """A file with a layer without biases."""
    layer = f'[[layers]]\nactivation = "tanh"\nweights = {[[0.1] * nin] * nout}\n'
    example = f"[[examples]]\ninputs = {[0.1] * nin}\ntargets = {[0.1] * nout}\n"
    figure = "".join(FIGURE.format(number, after) for number in range(figures))
    notation = f'[notation]\nerror = "{name}"\n'
    return f'bias_convention = "none"\n{START}{layer}{example * examples}{notation}{figure}'


def some_formulas(values: int = 1, formulas: int = 1, figures: int = 0, after: int = 0) -> str:
    given = "".join(f"x{number} = 1\n" for number in range(values))
    texts = "".join(f'y{number} = "2 * x0"\n' for number in range(formulas))
    figure = "".join(FIGURE.format(number, after) for number in range(figures))
    return f"[values]\n{given}[formulas]\n{texts}{figure}"


BOUNDS = {
    "weights": (
        (a_network(100, 100), a_network(73, 137)),
        "layers: 10,001 weights and biases; at most 10,000 are read",
    ),
    "examples": (
        (a_network(100, 1, 500), a_network(100, 1, 501)),
        "examples: 501 examples for 100 weights and biases; at most 500 are read",
    ),
    "figures": (
        (a_network(figures=500), a_network(figures=501)),
        "figures: 501 figures; at most 500 are read",
    ),
    "figures of many weights": (
        (a_network(100, 10, figures=100), a_network(100, 10, figures=101)),
        "figures: 101 figures of a step of 1,000 numbers; at most 100 are read",
    ),
    "figures of many examples": (
        (a_network(10, 1, 50, figures=200), a_network(10, 1, 50, figures=201)),
        "figures: 201 figures of a step of 500 numbers; at most 200 are read",
    ),
    "updates": (
        (a_network(10, figures=1, after=100_000), a_network(10, figures=1, after=100_001)),
        "figures[1].after: 100,001 updates of a step of 10 numbers; at most 100,000 are read",
    ),
    "updates of formulas": (
        (some_formulas(1, 1, 1, 500_000), some_formulas(1, 1, 1, 500_001)),
        "figures[1].after: 500,001 updates of a step of 2 numbers; at most 500,000 are read",
    ),
    "values": (
        (some_formulas(1_000), some_formulas(1_001)),
        "values: 1,001 values; at most 1,000 are read",
    ),
    "formulas": (
        (some_formulas(1, 100), some_formulas(1, 101)),
        "formulas: 101 formulas; at most 100 are read",
    ),
    "templates": (
        (a_network(name="E" * 60), a_network(name="E" * 61)),
        "notation.error: 61 characters; at most 60 are read",
    ),
    "bytes": (
        (a_network().ljust(1_000_000), a_network().ljust(1_000_001)),
        "larger than 1,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("texts", "message"), BOUNDS.values(), ids=BOUNDS)
def test_what_a_file_asks_for_is_bounded(texts: tuple[str, str], message: str, path: Path) -> None:
    at_most, more = (loaded(text, path) for text in texts)
    assert not isinstance(at_most, str), at_most
    assert more == message


# --- text stays text ------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</text></svg><script>x</script>",
    "&lt;script&gt;", "]]><!--", "javascript:alert(1)", r"\input{/etc/passwd}", r"\write18{id}",
    r"\N\G\E\T\H\R", "$(id)`id`", "%s%n", "[red]x[/red]", "${jndi:x}", "\x1b[2Jx", "\x00x", "\u202ex",
    '<table><tr><td href="javascript:x">x</td></tr></table>', "<b>x</b>", "a:b;c->d", "}}{{",
]  # fmt: skip
SVG = {
    "svg", "g", "title", "text", "tspan", "path", "polygon", "polyline", "ellipse", "a",
    "circle", "line", "rect", "style",
}  # fmt: skip


def named(hostile: str) -> str:
    """Urbain's file with a title, a source and names of everything that contain some text."""
    table = copy.deepcopy(TABLES["urbain.toml"])
    table.pop("figures", None)
    template = hostile.replace("{", "{{").replace("}", "}}")
    table["title"] = table["source"] = hostile
    table["notation"] = {"weight": f"{template}{{n}}", "input": f"{template}i{{i}}"}
    table["notation"] |= {"output": f"{template}{{j}}", "error": f"{template}E", "hidden": "h{j}"}
    return toml(table)


#: What controls a terminal, or says which way a text runs, in any text of a file.
CONTROLS = ["\x1b[2Jx", "\x00x", "x\x7f", "\x9b2Jx", "\u202ex", "x\u2066", "\ufeffx", "x\u2028"]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_control_characters_are_refused_by_their_key(control: str, path: Path) -> None:
    for name, key in [
        *((name, key) for name in ("urbain.toml", "block 3") for key in ("title", "source", "ours")),
        *(("urbain.toml", f"notation.{key}") for key in ("weight", "error", "updated")),
        *(("urbain.toml", f"figures[1].{key}") for key in ("symbol", "of", "where", "printed")),
        *(("block 3", f"training.{key}") for key in ("error", "parameters")),
        *(("block 3", f"formulas.{key}") for key in ("e", "net")),
    ]:
        table = copy.deepcopy(TABLES[name])
        if key.startswith("notation."):
            table["notation"] = {}
        parts = re.sub(r"\[1\]", "", key).split(".")
        holder = table
        for part in parts[:-1]:
            holder = holder[part][0] if part == "figures" else holder[part]
        holder[parts[-1]] = [control] if parts[-1] == "parameters" else control
        found = loaded(toml(table), path)
        assert isinstance(found, str)
        assert found.startswith(f"{key}: a text without control characters is expected, not one with U+")
        assert found.isprintable()


def test_prose_may_have_lines_and_names_joiners(path: Path) -> None:
    table = copy.deepcopy(TABLES["urbain.toml"])
    table |= {"title": "two\nlines", "source": "a\ttab"}
    assert not isinstance(loaded(toml(table), path), str)
    table["figures"][0]["symbol"] = "two\nlines"
    assert isinstance(loaded(toml(table), path), str)
    table["figures"][0] |= {"symbol": "\u200dx", "of": "net_h1"}
    assert not isinstance(loaded(toml(table), path), str)


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_control_characters_of_ones_own_are_not_printed(control: str) -> None:
    x = autograd.Value(0.5, control)
    y = x.tanh().named(f"{control}y")
    assert autograd.explain(y, x).text().replace("\n", "").isprintable()
    with pytest.raises(ValueError, match="a name has no control characters"):
        nn.Notation(weight=f"{control}{{n}}")


@pytest.mark.parametrize("hostile", [each for each in HOSTILE if each.isprintable()], ids=repr)
def test_names_are_text_in_pictures_tables_and_json(hostile: str, path: Path) -> None:
    step = loaded(named(hostile), path).step()  # type: ignore[attr-defined]
    for options in ({"fold": True}, {"view": "network"}):
        tree = ElementTree.fromstring(step.draw(**options).svg())
        for element in tree.iter():
            assert element.tag.rpartition("}")[2] in SVG
            for attribute, value in element.attrib.items():
                name = attribute.rpartition("}")[2]
                assert not name.startswith("on")
                assert name not in {"href", "src"}
                assert name != "style" or value == "max-width:100%;height:auto"
                assert "javascript:" not in value or name in {"title", "id"}
        assert rules(tree) == harmless_rules(path, **options)
        texts = "".join(tree.itertext())
        assert f"{hostile}1" in texts or f"{hostile}₁" in texts
    assert hostile in "".join(json.loads(step.to_json())["values"])
    assert re.sub(r"\s", "", hostile) in re.sub(r"[\s│┃]", "", str(step))


@cache
def harmless_rules(path: Path, **options: Any) -> list[str]:
    step = loaded(named("n"), path).step()  # type: ignore[attr-defined]
    return rules(ElementTree.fromstring(step.draw(**options).svg()))


def rules(tree: ElementTree.Element) -> list[str]:
    """What the style sheets of a picture say, without the picture's own name."""
    return [
        re.sub(r"#\w+", "#", element.text or "") for element in tree.iter() if "style" in element.tag
    ]


def test_a_script_in_a_picture_would_be_noticed() -> None:
    tree = ElementTree.fromstring('<svg><script>alert(1)</script><a href="x"/></svg>')
    assert {element.tag for element in tree.iter()} - SVG == {"script"}


COMMANDS = re.compile(r"\\([A-Za-z]+|.)")
HARMLESS = {
    *(
        "text",
        "textbackslash",
        "textasciitilde",
        "textasciicircum",
        "textless",
        "textgreater",
        "textbar",
    ),
    *("mathrm", "hat", "frac", "partial", "Delta", *"&%$#_{} "),
}


def commands(latex: str) -> set[str]:
    """The commands of LaTeX in a text that are neither a letter of Greek nor harmless."""
    greek = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "pi"}
    greek |= {"rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Sigma", "Phi", "Omega"}
    return set(COMMANDS.findall(latex)) - HARMLESS - greek


@given(st.sampled_from(HOSTILE) | st.text(st.characters(codec="ascii")) | st.text(max_size=30))
def test_names_are_no_commands_of_latex(name: str) -> None:
    latex = latex_symbol(name)
    assert commands(latex) == set()
    assert "braces do not match" not in latex_mistakes(latex)
    assert not re.search(r"(?<!\\)[%#$&~]", latex.replace("\\\\", ""))


def test_a_command_of_latex_would_be_noticed() -> None:
    assert commands(r"\text{\input{/etc/passwd}}\write18{id}") == {"input", "write"}


# --- nothing is executed or unpickled -------------------------------------------------------------

#: What would turn data into code, or read what can.
EXECUTING = {"eval", "exec", "compile", "__import__", "import_module", "system", "popen", "Popen"}
READING = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}
#: Where that is done all the same: rows of the table and their texts become functions, names of our own
#: modules are imported when they are first asked for, and Graphviz draws.
ALLOWED = {
    ("autograd/engine.py", "__import__"),
    ("autograd/lazy.py", "import_module"),
    ("nn/cli/main.py", "import_module"),
    ("nn/optimizers.py", "compile"),
    ("nn/optimizers.py", "exec"),
    ("nn/runs.py", "compile"),
    ("nn/step/recorded.py", "import_module"),
    ("autograd/rendering.py", "subprocess"),
    ("autograd/codegen.py", "compile"),
    ("autograd/codegen.py", "exec"),
    ("autograd/expression.py", "compile"),
    ("autograd/expression.py", "eval"),
    ("autograd/functions.py", "eval"),
    ("autograd/ieee.py", "eval"),
    # what a client sends to the workers of a cluster that it chose, which run what they are sent
    ("autograd/program/distributed.py", "pickle"),
    ("autograd/program/engines.py", "import_module"),
    ("autograd/program/languages/__init__.py", "import_module"),
    ("autograd/program/python.py", "compile"),
    ("autograd/program/python.py", "exec"),
    ("autograd/strategies/random_graphs.py", "eval"),
}


def dangers(source: str) -> set[str]:
    """The calls and imports in a module that could execute what it is given."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                if name in EXECUTING and not _is_regular_expression(node):
                    found.add(name)
            case ast.Import(names=names):
                found |= {each.name.partition(".")[0] for each in names} & (READING | {"subprocess"})
            case ast.ImportFrom(module=str(module)):
                found |= {module.partition(".")[0]} & (READING | {"subprocess"})
    return found


def _is_regular_expression(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "re.compile"


def test_nothing_that_is_read_is_executed_or_unpickled() -> None:
    root = Path(autograd.__file__).parents[1]
    files = [file for package in (autograd, nn) for file in Path(package.__file__).parent.rglob("*.py")]
    found = {
        (file.relative_to(root).as_posix(), danger)
        for file in files
        for danger in dangers(file.read_text(encoding="utf-8"))
    }
    assert len(files) > 30
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("import pickle\npickle.load(file)", {"pickle"}),
        ("from pickle import loads", {"pickle"}),
        ("import marshal as m", {"marshal"}),
        ("eval(text)", {"eval"}),
        ("builtins.exec(text)", {"exec"}),
        ("os.system(text)", {"system"}),
        ("from subprocess import run", {"subprocess"}),
        ("importlib.import_module(name)", {"import_module"}),
        ("import re\nre.compile(text)", set()),
        ("import json\njson.loads(text)", set()),
    ],
)
def test_what_could_execute_something_is_noticed(source: str, danger: set[str]) -> None:
    assert dangers(source) == danger


def test_states_are_json_and_lose_nothing() -> None:
    network = MLP(2, [3, 1], seed=1)
    optimizer = Adam(network.parameters())
    network([0.1, 0.2]).backward()
    optimizer.step()
    for thing in (network, optimizer):
        state = thing.state_dict()
        again = json.loads(json.dumps(state, allow_nan=False))
        assert again == state
        thing.load_state_dict(again)
        assert thing.state_dict() == state
