"""Files from strangers: whatever one says, `worked.load` gives an example or says what is wrong with it.

``python tools/fuzz_worked.py -max_total_time=1200`` lets atheris look for a file that does something
else (``pip install atheris``; its other options are libFuzzer's). It starts from the worked examples
that come along and those of ``docs/worked-examples.md``. The tests hold files that Hypothesis makes to
the same.
"""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]

__all__ = ["loaded", "seeds"]


def seeds() -> dict[str, str]:
    """Files that can be loaded, by name: those that come along, and those of the page on the format."""
    files = resources.files("nn.worked").iterdir()
    found = {
        file.name: file.read_text(encoding="utf-8") for file in files if file.name.endswith(".toml")
    }
    page = (ROOT / "docs" / "worked-examples.md").read_text(encoding="utf-8")
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL), 1):
        found[f"block {number}"] = block
    return found


def loaded(content: str | bytes, path: Path) -> object:
    """The example of a file with that content, or what the error says about it.

    Raises:
        AssertionError: the error does not name the file, takes more than a line, or would control a
            terminal.
        Exception: anything but a `WorkedExampleError` is a defect.
    """
    from autograd.symbols import is_control
    from nn.worked import WorkedExampleError, load

    path.write_bytes(content.encode(errors="surrogatepass") if isinstance(content, str) else content)
    try:
        return load(path)
    except WorkedExampleError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    assert not any(map(is_control, message))
    return message.removeprefix(f"{path}: ")


def main() -> None:
    """Let atheris call `loaded`, measuring what its files reach in our code and in tomllib."""
    import atheris

    with atheris.instrument_imports(include=["nn", "tomllib"]):
        import nn.worked
    assert nn.worked
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, text in enumerate(seeds().values()):
            (corpus / f"{number}.toml").write_text(text, encoding="utf-8")
        path = Path(folder) / "any.toml"
        options = [*sys.argv, "-max_len=20000", "-timeout=60", str(corpus)]
        atheris.Setup(options, lambda content: loaded(content, path))
        atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
