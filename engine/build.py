"""Compile the engine in C: ``python engine/build.py`` puts it beside the modules of ``autograd/``.

``pip install`` does so by itself, see ``hatch_build.py``.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

ENGINE = Path(__file__).parent
PACKAGE = ENGINE.parent / "autograd"
SOURCES = (ENGINE / "engine.c", ENGINE / "rows.h")


def digest() -> str:
    """What tells this source from another one: the module has it as ``DIGEST``."""
    found = hashlib.sha256()
    for source in SOURCES:
        found.update(source.read_bytes())
    return found.hexdigest()


def build(into: Path, *more_options: str) -> Path:
    """Compile it into a directory; gives the file.

    Args:
        into: the directory.
        more_options: further ones for the compiler.

    Raises:
        Exception: there is no compiler, or no setuptools, or Python has no headers; of whatever kind.
    """
    from setuptools import Distribution, Extension

    if sys.platform == "win32":
        options = ["/O2", "/utf-8", "/fp:strict"]
    else:
        # products are not to be joined with sums into one rounding, as some processors could
        options = ["-O2", "-std=c11", "-ffp-contract=off", "-Wall", "-Wextra"]
    options += [f'-DSOURCE_DIGEST="{digest()}"', *more_options]
    libraries = [] if sys.platform == "win32" else ["m"]
    extension = Extension("_engine", [str(SOURCES[0])], extra_compile_args=options, libraries=libraries)
    distribution = Distribution({"name": "engine", "ext_modules": [extension]})
    with tempfile.TemporaryDirectory() as scratch:
        command = distribution.get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(into), scratch
        command.force = True  # whatever has changed
        distribution.run_command("build_ext")
        return into / command.get_ext_filename("_engine")


if __name__ == "__main__":
    print(build(PACKAGE, *sys.argv[1:]))
