"""What pdflatex says of a document."""

import re
import subprocess
from pathlib import Path

#: So many points into the margin are not seen.
_MARGIN = 5.0


def complaints(text: str, folder: Path) -> list[str]:
    """The errors of pdflatex, and what does not fit the page.

    Args:
        text: the document.
        folder: where it is compiled.
    """
    source = folder / "document.tex"
    source.write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    log = (folder / "document.log").read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"^! .*", log, re.MULTILINE)
    found += [
        line
        for line in re.findall(r"^Overfull .*", log, re.MULTILINE)
        if float(re.findall(r"\((\d+\.\d+)pt", line)[0]) > _MARGIN
    ]
    if run.returncode or not (folder / "document.pdf").exists():
        found.append(f"pdflatex ended with {run.returncode}")
    return found
