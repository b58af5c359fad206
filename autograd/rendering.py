"""What Graphviz makes of DOT, and what becomes of SVG: PDF, and colours for dark pages.

Graphviz is ``dot`` where it is on the PATH, else the one that is included (graphviz-pure), so that no
system package is needed.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Mapping

from autograd.errors import AutogradError

__all__ = [
    "DARK", "ERROR", "GIVEN", "INK", "LINE", "NEURON", "PAPER", "PARAMETER", "SLOPE", "TARGET", "UPDATE",
    "dark_style", "graphviz", "pdf", "rendered",
]  # fmt: skip

#: The colours of all pictures: of what lies behind, of texts and lines, of what a shape stands for, and
#: of texts that are derivatives or updates. No role is told by its colour alone.
PAPER, INK, LINE = "#ffffff", "#16202a", "#5b6b7b"
GIVEN, PARAMETER, NEURON, TARGET, ERROR = "#e3f0ff", "#f1f3f5", "#fff7e0", "#fbe4d5", "#cfe8cb"
SLOPE, UPDATE = "#8a3d00", "#5a2a8a"

#: What each of them becomes where the reader has asked for dark pages.
DARK: Mapping[str, str] = {
    PAPER: "#12181f", INK: "#e8eef4", LINE: "#a9b7c4", GIVEN: "#1c3550", PARAMETER: "#2a323a",
    NEURON: "#40371c", TARGET: "#5a3218", ERROR: "#1f4a24", SLOPE: "#ffb27a", UPDATE: "#d3b3ff",
}  # fmt: skip


def dark_style(prefix: str) -> str:
    """A style sheet for what has that id in an SVG: `DARK` on pages that are shown dark.

    >>> dark_style("g1")[:54]
    '<style>@media (prefers-color-scheme: dark) {#g1 [fill='
    """
    rules = "".join(
        f'#{prefix} [{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme: dark) {{{rules}}}</style>"


def graphviz() -> str | None:
    """The program that renders, if there is one.

    >>> graphviz() is not None
    True
    """
    return (
        shutil.which("dot")
        or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
        or shutil.which("graphviz-pure")
    )


def rendered(source: str, format: str, *, placed: bool = False) -> bytes:
    """What Graphviz renders of a DOT text.

    Args:
        source: the text.
        format: "svg" or "png".
        placed: whether every node has its place in the text already, so that none is looked for.

    Raises:
        AutogradError: no Graphviz was found, or it failed.

    >>> rendered("digraph {a -> b}", "png")[1:4]
    b'PNG'
    """
    program = graphviz()
    if program is None:
        raise AutogradError(
            "no Graphviz to render with: neither `dot` is on the PATH, nor is graphviz-pure installed "
            "(pip install graphviz-pure); the DOT text itself is in .source"
        )
    command = [program, *(["-Kneato", "-n2"] if placed else []), f"-T{format}"]
    if format == "png":
        command.append("-Gdpi=144")
    try:
        run = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
    except OSError as error:
        raise AutogradError(f"Graphviz could not be run: {error}") from None
    if run.returncode:
        raise AutogradError(f"Graphviz failed: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout


def pdf(svg: str) -> bytes:
    """An SVG as a PDF file's content.

    Raises:
        AutogradError: vl-convert-python is not installed, or it cannot read the SVG.

    >>> pdf('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')[:4]
    b'%PDF'
    """
    try:
        from vl_convert import svg_to_pdf
    except ImportError:
        raise AutogradError(
            "a PDF is made by vl-convert-python, which is not installed: "
            "pip install 'scalar-autograd[pdf]'"
        ) from None
    try:
        content: bytes = svg_to_pdf(svg)
    except ValueError as error:
        raise AutogradError(f"the picture cannot be written as PDF: {error}") from None
    return content
