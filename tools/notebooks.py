"""Run the notebooks and keep their outputs, so that they read well where nothing can be run.

Run ``python tools/notebooks.py``; a test runs them too, and holds the outputs to what comes out.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"


def notebooks() -> list[Path]:
    """The notebooks."""
    return sorted(FOLDER.glob("*.ipynb"))


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Outputs whose text comes in one piece, however the kernel happened to send it."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if (
            before
            and output.output_type == before.output_type == "stream"
            and output.name == before.name
        ):
            before.text += output.text
        else:
            joined.append(output)
    return joined


def _installed(folder: Path) -> dict[str, str]:
    """The environment of a Python in which this checkout is installed, with its entry points.

    What is installed there may be another one, or one of before it had them.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / "beside-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: beside\nVersion: 0\n", encoding="utf-8")
    lines = ["[hypothesis]"]
    lines += [f"{name} = {target}" for name, target in project["entry-points"]["hypothesis"].items()]
    (info / "entry_points.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    before = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder), *before])}


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with its outputs as they come out now."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, record_timing=False)
    with TemporaryDirectory() as folder:
        client.execute(env=_installed(Path(folder)))
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = _joined(cell.outputs)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


if __name__ == "__main__":
    for path in notebooks():
        nbformat.write(executed(path), path)
