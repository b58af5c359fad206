"""What Graphviz makes of DOT, and PDF made of SVG.

Graphviz is ``dot`` where it is on the PATH, else the one that is included (graphviz-pure), so that no
system package is needed.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig

from autograd.errors import AutogradError

__all__ = ["graphviz", "pdf", "rendered"]


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


def rendered(source: str, format: str) -> bytes:
    """What Graphviz renders of a DOT text.

    Args:
        source: the text.
        format: "svg" or "png".

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
    command = [program, f"-T{format}"]
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
