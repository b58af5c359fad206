"""Builds the engine in C into the wheel where there is a compiler; the package is whole without it."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EngineBuildHook(BuildHookInterface[Any]):
    """Adds ``autograd/_engine`` to a wheel, for this Python and machine, or leaves a pure one alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, before files are collected.

        Args:
            version: ``"standard"`` or, for ``pip install -e``, ``"editable"``.
            build_data: what the wheel is to be.
        """
        pure = os.environ.get("AUTOGRAD_PURE", "0") not in {"", "0"}
        # Pyodide's builds tell so by PYODIDE; other Pythons than CPython are slow at its C API
        if pure or "PYODIDE" in os.environ or sys.implementation.name != "cpython":
            return
        build = runpy.run_path(str(Path(self.root, "engine", "build.py")))["build"]
        if version == "editable":
            into = Path(self.root, "autograd")
        else:
            self.scratch = tempfile.TemporaryDirectory()
            into = Path(self.scratch.name)
        try:
            compiled = build(into)
        except Exception as error:  # no compiler, no headers, no setuptools: each of them its own kind
            self.app.display_info(f"the engine in C was not built, that in Python does all: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"][str(compiled)] = f"autograd/{compiled.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled.

        Args:
            version: as above.
            build_data: as above.
            artifact_path: the wheel.
        """
        if hasattr(self, "scratch"):
            self.scratch.cleanup()
