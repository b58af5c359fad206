"""How the tests run: in two tiers, which differ in how much is tried and never in what holds.

    python -m pytest          the default tier: under two minutes on two cores
    python -m pytest --all    everything

A test belongs to the default tier if it tells by itself whether a module does what it says, and left to
``--all`` by a marker is what

- ``slow``: repeats at full size or in full number what a test of the default tier does on a small graph
  or for a sample (a million nodes, 10,000 updates, every kind of bad input, every page measured again),
  or drives another program (a notebook's kernel, the tests on a copy of the repository with a mistake);
- ``torch``: asks PyTorch itself what the default tier has from a recording of it;
- ``jax``: asks JAX itself;
- ``dask``: starts a cluster of Dask on this machine;
- ``browser``: drives Chromium, or runs Node. Where there is no Chromium, or no Playwright, such a test
  is skipped and says so; in CI it fails.
- ``latex``: compiles worksheets and derivations with pdflatex. Where there is none, such a test is
  skipped and says so; in CI it fails.
- ``native``: replays by machine code, for which llvmlite has to be installed;
- ``moodle``: lets a reader of Moodle's format read what the default tier holds to its documentation.

and so are the modules of `nn.interop` and `autograd.program.languages`, and their tests, that need a
framework.

Which engine is tested is what `autograd.engine.ENGINE` tells: that in C where it has been built (by
``python engine/build.py``), that in Python otherwise and with ``AUTOGRAD_PURE=1``. What looks into one
of them is marked ``python_engine`` or ``c_engine``, and left out where the other is in use. CI runs
both.

Properties are tried on few examples, always the same, so that whoever runs the default tier gets the
same answer; with ``--all`` on many, each time others, but in CI the same, so that what fails there is
what the change broke. No test asserts how long something takes, and what
guards against hanging waits for many minutes.

A test that is named (``path::test``), or chosen by ``-m``, runs in either tier.
"""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import just

from autograd.engine import ENGINE

#: What looks into one engine, by marker.
OF_ENGINES = {"python_engine": "Python", "c_engine": "C"}
#: What only ``--all`` runs, by marker, with the module that it needs.
LEFT_OUT = {
    "slow": None,
    "torch": "torch",
    "jax": "jax",
    "dask": "distributed",
    "native": "llvmlite",
    "moodle": "amc2moodle",
    "browser": None,
    "latex": None,
}

#: By folder, the modules that are only imported by ``--all``, or when they are named.
FRAMEWORKS = {
    "interop": ("equinox", "jax", "onnx", "safetensors", "sklearn", "torch"),
    "program": ("onnx",),
}

# no time limits; and no saved examples, which `find` in a docstring would come upon first
common = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", common, max_examples=15, derandomize=True)
settings.register_profile(
    "all", common, max_examples=100, print_blob=True, derandomize="CI" in os.environ
)


# Among what is drawn are constants from the sources of all modules of this repository that have been
# imported by then: other ones for each worker, and each time that a test is run alone.
providers.is_local_module_file = lambda path: False

# Tables are as wide and as plain as where there is no terminal, whatever that of the reader is.
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that is the second tier."""
    parser.addoption("--all", action="store_true", help="run everything, not only the default tier")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples properties are tried on."""
    settings.load_profile("all" if config.getoption("all") else "default")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave to ``--all`` what imports a framework."""
    left_out = FRAMEWORKS.get(collection_path.parent.name, ())
    if collection_path.stem.removeprefix("test_") not in left_out or config.getoption("all"):
        return None
    return None if any(collection_path.name in each for each in config.args) else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of the other engine, and to ``--all`` what has one of its markers."""
    _leave_out(config, items, [marker for marker, engine in OF_ENGINES.items() if engine != ENGINE])
    if config.getoption("all") or config.option.markexpr or any("::" in each for each in config.args):
        return
    _leave_out(config, items, LEFT_OUT)


def _leave_out(config: pytest.Config, items: list[pytest.Item], markers: Collection[str]) -> None:
    run, left_out = [], []
    for item in items:
        (left_out if any(map(item.get_closest_marker, markers)) else run).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = run


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what the tests are made of out of the garbage collector's sight: it stays until the end.

    Those are some 400,000 objects, and to look through them again and again takes a tenth of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        # Hypothesis asks once who refers to its state of random numbers, and sees nobody who is frozen
        find(just(None), lambda _: True)
        gc.freeze()
        gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, and not skip, what cannot run because something is not installed."""
    for marker, module in LEFT_OUT.items():
        if module and item.get_closest_marker(marker) and find_spec(module) is None:
            pytest.fail(f"needs {module}, or -m 'not {marker}'", pytrace=False)
    for marker, without in (("browser", without_browser), ("latex", without_latex)):
        if item.get_closest_marker(marker) and (problem := without()):
            (pytest.fail if "CI" in os.environ else pytest.skip)(problem)


def without_browser() -> str:
    """Why no browser can be driven; "" if one can."""
    for module in ("playwright", "axe_playwright_python"):
        if find_spec(module) is None:
            return f"needs {module}: pip install scalar-autograd[browser]"
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return "needs Chromium on the PATH: apt-get install chromium"
    return ""


def without_latex() -> str:
    """Why nothing can be set by LaTeX; "" if it can."""
    if not shutil.which("pdflatex"):
        return "needs pdflatex: apt-get install texlive-latex-base texlive-pictures"
    return ""


@pytest.fixture(scope="session")
def everything(request: pytest.FixtureRequest) -> bool:
    """Whether this is ``--all``, and not the default tier, where a sample may do."""
    return bool(request.config.getoption("all"))


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Run a script in a Python of its own, with further environment variables; its output."""

    def run(script: str, **environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
            env=os.environ | environment,
        ).stdout

    return run
