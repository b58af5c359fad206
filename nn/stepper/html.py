"""The page of a training step as one HTML file: no server, no request, no other file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

from autograd import AutogradError
from autograd.arguments import wrong_kind
from autograd.files import write
from autograd.program.languages.javascript import library
from autograd.symbols import xml_text
from nn.step import Recorded
from nn.stepper.content import Content, content
from nn.stepper.examples import example_of
from nn.stepper.pictures import graph_picture, network_picture
from nn.worked import FormulaExample, WorkedExample

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from nn.stepper.content import Example, Recording

__all__ = ["StepPage", "page"]

#: The scripts in the order in which they are read.
SCRIPTS = (
    "types",
    "program",
    "writing",
    "picture",
    "table",
    "explain",
    "curve",
    "predict",
    "edit",
    "state",
    "page",
)
#: A graph of more operations is drawn of the named quantities, and one of more of these not at all.
_MOST_NODES = 250

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="source">{source}</p>
</header>
<noscript><p>This page computes its numbers by scripts, which this browser does not run.</p></noscript>
<main>
<section class="controls" aria-label="Steps">
<div class="bar">
<button type="button" id="first" aria-label="before the first step">|◀</button>
<button type="button" id="back" aria-label="step back">◀</button>
<button type="button" id="play" aria-pressed="false"><span id="play-text">Play</span></button>
<button type="button" id="next" aria-label="next step">▶</button>
<button type="button" id="last" aria-label="last step">▶|</button>
<label>step <input type="number" id="goto" min="0" step="1" value="0"></label> <span id="total"></span>
<input class="slide" type="range" id="slider" min="0" value="0" step="1" aria-label="step">
<label>by <select id="grain">
<option value="operation">one operation</option><option value="quantity">one number</option>
{grains}</select></label>
<span class="phases" role="group" aria-label="Go to">
<button type="button" id="phase-forward" aria-pressed="false">forward</button>
<button type="button" id="phase-backward" aria-pressed="false">backward</button>
<button type="button" id="phase-update" aria-pressed="false">update</button></span>
<label><input type="checkbox" id="predict"> predict</label>
</div>
<p id="status" role="status" aria-live="polite"></p>
<p id="problem" role="alert" hidden></p>
</section>
<div class="columns">
<section class="view" aria-label="Picture">
<div class="bar"><h2>Picture</h2>
<button type="button" id="show-network" aria-pressed="true">{first_view}</button>
<button type="button" id="show-graph" aria-pressed="false">Graph</button>
{examples}</div>
<p id="graph-note" hidden></p>
{note}<div class="picture" id="view-network" tabindex="0" role="region"
aria-label="{first_view}">{network}</div>
<div class="picture" id="view-graph" tabindex="0" role="region" aria-label="Graph" hidden>{graph}</div>
<div id="here" class="bar" role="group" aria-label="Change this number" hidden>
<span id="here-name"></span>
<input type="text" id="here-number" inputmode="decimal" autocomplete="off" spellcheck="false">
<button type="button" id="here-explain">explain</button>
<button type="button" id="here-close" aria-label="close">×</button></div>
</section>
<section class="side" aria-label="Formula">
<h2>Formula</h2>
<div id="formula" tabindex="0" role="region" aria-label="The formula of this step"></div>
<div id="question" hidden>
<div class="bar"><span id="asked"></span>
<input type="text" id="answer" inputmode="decimal" autocomplete="off" aria-label="your number">
<button type="button" id="check" class="primary">Check</button>
<button type="button" id="reveal">Show it</button></div>
</div>
<p id="verdict" role="status" aria-live="polite"></p>
<section aria-label="Training">
<h2>Training</h2>
<svg id="curve" viewBox="0 0 640 200" role="img" aria-label="the error over the steps of training"></svg>
<div class="bar">
<label>training step <input type="number" id="round" min="1" step="1" value="1"></label>
<span id="rounds-known"></span>
<button type="button" id="round-back" aria-label="one training step back">◀</button>
<button type="button" id="round-next" aria-label="one training step on">▶</button>
<button type="button" id="rewind">Rewind</button>
</div>
<div class="bar">
<button type="button" id="train">Train</button>
<label>for <input type="number" id="more" min="1" step="1" value="100"> steps</label>
</div>
</section>
<section aria-label="Settings">
<h2>Settings</h2>
<div class="bar">
<label>notation <select id="notation"></select></label>
<label>digits <input type="number" id="digits" min="2" max="17" step="1" value="9"></label>
{choices}<label>seconds a step <input type="number" id="speed" min="0.1" step="0.1" value="1"></label>
<label><input type="checkbox" id="shortcuts" checked> keys</label>
</div>
<h2>Export</h2>
<div class="bar">
<button type="button" id="export-toml">TOML</button>
<button type="button" id="export-json">JSON</button>
<button type="button" id="print">Print, a page for each step</button>
</div>
<p>The address of this page holds all that is shown: the numbers you changed, the step, the notation.</p>
<h2>Keys</h2>
<p><kbd>→</kbd> <kbd>←</kbd> one step on and back, <kbd>space</kbd> play and pause, <kbd>Home</kbd>
<kbd>End</kbd>, a number and <kbd>Enter</kbd> go to that step, <kbd>f</kbd> <kbd>b</kbd> <kbd>u</kbd>
to the forward pass, the backward pass and the update, <kbd>g</kbd> the other picture.</p>
</section>
</section>
<section class="symbols" aria-label="Symbols">
<h2>All symbols</h2>
<div class="bar"><label>search <input type="search" id="search" autocomplete="off"></label>
<span id="found" role="status"></span>
<button type="button" id="reset">Undo all changes</button> <span id="edits"></span></div>
<div class="scroll" tabindex="0" role="region" aria-label="Table of all symbols">
<table>
<thead><tr>
<th scope="col" data-column="name" aria-sort="none"><button type="button">symbol</button></th>
<th scope="col" data-column="kind" aria-sort="none"><button type="button">kind</button></th>
<th scope="col" data-column="number" aria-sort="none"><button type="button">number</button></th>
<th scope="col" data-column="order" aria-sort="ascending"><button type="button">in order</button></th>
</tr></thead>
<tbody id="symbols"></tbody>
</table>
</div>
</section>
</div>
</main>
<footer>Written by scalar-autograd. {lit}</footer>
<dialog id="explanation" aria-labelledby="explanation-title">
<h2 id="explanation-title"></h2>
<div id="explanation-body" tabindex="0" role="region" aria-labelledby="explanation-title"></div>
<form method="dialog"><button>Close</button></form>
</dialog>
<dialog id="export" aria-labelledby="export-title">
<h2 id="export-title"></h2>
<textarea id="export-text" readonly aria-label="the file's text"></textarea>
<div class="bar"><a id="export-save" href="#">Save</a>
<form method="dialog"><button>Close</button></form></div>
</dialog>
<div id="frames" aria-hidden="true"></div>
<script type="application/json" id="content">{content}</script>
<script>
(() => {{
"use strict";
{script}}})();
</script>
</body>
</html>
"""


#: Which example the network shows.
_EXAMPLES = '<label id="examples">example <select id="example"></select></label>\n'


@dataclass(frozen=True)
class StepPage:
    """The page of a training step. A notebook shows it inline.

    Attributes:
        html: its text.

    >>> StepPage("<p>a</p>")._repr_html_()[:24]
    '<iframe title="a trainin'
    """

    html: str = field(repr=False)

    def save(self, path: str | PathLike[str]) -> Path:
        """The path, once the page is written there.

        Args:
            path: the file.

        Raises:
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     StepPage("<p>a</p>").save(f"{folder}/step.html").name
        'step.html'
        """
        return write(path, self.html)

    def _repr_html_(self) -> str:
        """The page within another one: it gets nothing of that, and that nothing of it."""
        # in single quotes, since the page has many double ones, each of which would take six characters
        html = self.html.replace("&", "&amp;").replace("'", "&#39;")
        return (
            f'<iframe title="a training step" sandbox="allow-scripts allow-modals allow-downloads" '
            f"srcdoc='{html}' style='width: 100%; height: 900px; border: 0'></iframe>"
        )


def page(of: Example | Recorded) -> StepPage:
    """The page of a worked example's first training step, or of a step.

    Args:
        of: a network or formulas; or a step of training, with which the page begins.

    Raises:
        AutogradError: the example has no first step, or Graphviz failed.
        ValueError: an operation that was registered has no JavaScript; or the step is none that an
            example says, see `example_of`.
        TypeError: it is neither.

    >>> from nn import worked
    >>> html = page(worked.load("xing-single")).html
    >>> html.count("<script"), "http-equiv" in html
    (2, True)
    """
    if isinstance(of, Recorded):
        return StepPage(_html(example_of(of)))
    if not isinstance(of, (WorkedExample, FormulaExample)):
        raise wrong_kind("of", "a worked example or a step", of)
    return StepPage(_html(of))


def _html(example: Example) -> str:
    found = content(example)
    data = found.data
    first, graph, note = _pictures(found)
    is_network = data["kind"] == "network"
    about = [data["source"], f"Not from there: {data['ours']}" if data["ours"] else ""]
    return _PAGE.format(
        title=xml_text(data["title"]),
        style=_asset("style.css"),
        source=xml_text(". ".join(filter(None, about))),
        grains='<option value="neuron">one neuron</option><option value="layer">one layer</option>\n'
        if is_network
        else "",
        first_view="Network" if is_network else "Graph",
        note=f"<p>{xml_text(note)}</p>\n" if note else "",
        network=first,
        graph=graph,
        examples=_EXAMPLES if is_network else "",
        choices="".join(_choices(data.get("layers", []))) if is_network else "",
        lit="Lit in the pictures: what is computed; with a dashed line: what it is computed from.",
        content=_json(data),
        script=_script(found.functions),
    )


def _asset(name: str) -> str:
    found = get_data("nn.stepper", f"assets/{name}")
    assert found is not None
    return found.decode()


def _json(data: object) -> str:
    """JSON that may stand in a script element: nothing in it ends or begins one, or begins a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("<(?=[!s])", r"\\u003c", text.replace("</", r"<\/"), flags=re.IGNORECASE)


def _script(functions: Sequence[str]) -> str:
    numbered = "\n".join(["const functions = [", *(f"{each}," for each in functions), "];", ""])
    parts = [library(), numbered, *(_asset(f"{name}.js") for name in SCRIPTS)]
    return "".join(parts).replace("// @ts-check\n", "")


def _choices(layers: Sequence[str]) -> list[str]:
    return [
        '<label>error <select id="loss"></select></label>\n',
        *(
            f'<label>activation of layer {number} <select id="activation-{number}"></select></label>\n'
            for number in range(1, len(layers) + 1)
        ),
    ]


def _pictures(found: Content) -> tuple[str, str, str]:
    """The first picture, the graphs, and what is to be said of them; the page's data are told of these.

    There is a graph of single operations for the file's own error and activations; for all others, one
    of the named quantities, which is the same for all activations.
    """
    recording, data = found.recording, found.data
    notations = [each["names"] for each in data["notations"]]
    labels = {
        symbol: max((found.composed.shown(symbol, names)[1] for names in notations), key=len)
        for each in (recording, *found.others.values())
        for symbol in (*each.given, *each.nodes)
    }
    pictures: dict[tuple[Any, ...], str] = {}
    symbols: list[list[str]] = []

    def number_of(each: Recording, *, named: bool) -> int:
        """The number of a graph, -1 if it is too large."""
        operands = each.operands(named=named)
        if len(operands) > _MOST_NODES:
            return -1
        groups = {} if named else each.groups()
        key = tuple((symbol, *below) for symbol, below in operands.items())
        if key not in pictures:
            pictures[key] = graph_picture(operands, labels, groups, len(pictures))
            symbols.append([*operands])
        return [*pictures].index(key)

    is_network = data["kind"] == "network"
    note = ""
    try:
        data["graph"] = number_of(recording, named=False)
        if data["graph"] < 0:
            data["graph"] = number_of(recording, named=True)
        if is_network and data["graph"] >= 0:
            own = {data["loss"]: recording}
            for error, each in (own | found.others).items():
                data["losses"][error]["graph"] = number_of(each, named=True)
    except AutogradError as error:
        pictures, symbols, note, data["graph"] = {}, [], str(error), -1
    else:
        if data["graph"] < 0:
            note = "The graph is too large to be drawn."
    data["graphs"] = symbols
    graphs = "".join(
        f'<div id="graph-{number}" hidden>{picture}</div>\n'
        for number, picture in enumerate(pictures.values())
    )
    return (network_picture(data["shape"]), graphs, note) if is_network else (graphs, "", note)
