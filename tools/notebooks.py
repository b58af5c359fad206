"""Run the notebooks and keep their outputs, so that they read well where nothing can be run.

Run ``python tools/notebooks.py``; a test runs them too, and holds the outputs to what comes out.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
#: What a notebook needs besides what tests need.
NEEDS = {"handover": "torch"}


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


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with its outputs as they come out now."""
    notebook = nbformat.read(path, as_version=4)
    # by itself it gives a kernel a minute to start, and 4 seconds to send what is left of an output
    patience = dict.fromkeys(("timeout", "startup_timeout", "iopub_timeout"), 1_800)
    client = NotebookClient(notebook, kernel_name="python3", record_timing=False, **patience)
    with TemporaryDirectory() as folder:
        if os.name == "posix":  # a port that is free may be taken by another before it is used
            kernel = client.create_kernel_manager()
            kernel.transport, kernel.ip = "ipc", f"{folder}/kernel"
        client.execute()
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
        needed = NEEDS.get(path.stem)
        if needed and find_spec(needed) is None:
            print(f"{path.stem} is left as it is: it needs {needed}")
        else:
            nbformat.write(executed(path), path)
