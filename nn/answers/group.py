"""Checking the answers of a group: everybody's marks, and which mistakes were made how often."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.arguments import flag, items
from autograd.errors import AutogradError
from autograd.tables import Table, decimal
from nn.answers.check import CheckedAnswers, check_answers
from nn.answers.reading import ENDINGS
from nn.answers.scheme import Scheme
from nn.answers.tolerance import Tolerance
from nn.byhand.mistakes import MISTAKES
from nn.notation import Notation
from nn.terminal import Part, Tabular
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["CheckedFile", "CheckedGroup", "answer_files", "check_group"]


@dataclass(frozen=True)
class CheckedFile:
    """What has come out about one file.

    Attributes:
        file: the file.
        checked: what has come out; None if it cannot be read.
        problem: why it cannot.
    """

    file: str
    checked: CheckedAnswers | None
    problem: str = ""

    @property
    def student(self) -> str:
        """Whose answers they are."""
        return self.checked.student if self.checked else Path(self.file).stem


class CheckedGroup(Tabular):
    """What has come out about the answers of a group.

    Attributes:
        files: what has come out about each file, in their order.
        reveal: whether the right numbers are shown.

    >>> from tempfile import TemporaryDirectory
    >>> from nn import worked
    >>> with TemporaryDirectory() as folder:
    ...     for name, number in (("ada", "0.5"), ("bob", "0.4")):
    ...         _ = Path(folder, f"{name}.toml").write_text(f'o = "{number}"', encoding="utf-8")
    ...     group = check_group(worked.load("xing-single"), sorted(Path(folder).iterdir()))
    >>> [(each.student, each.checked.marks) for each in group]
    [('ada', 1.0), ('bob', 0.0)]
    """

    def __init__(self, files: Sequence[CheckedFile], reveal: bool = False) -> None:
        self.files, self.reveal = list(files), reveal

    def __iter__(self) -> Iterator[CheckedFile]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def mistakes(self) -> dict[str, tuple[int, str]]:
        """By each mistake, in a word, how many have made it and what it is; the most frequent first."""
        counts: Counter[str] = Counter()
        says: dict[str, set[str]] = {}
        for each in self.files:
            if each.checked:
                counts.update([*each.checked.causes])
                for cause, because in each.checked.causes.items():
                    says.setdefault(cause, set()).add(because)
        return {cause: (count, _of_all(cause, says[cause])) for cause, count in counts.most_common()}

    @property
    def unread(self) -> list[CheckedFile]:
        """The files that cannot be read."""
        return [each for each in self.files if each.checked is None]

    @property
    def values(self) -> dict[str, float]:
        """By the name of each answer the number that it should be.

        >>> from nn import worked
        >>> checked = check_answers(worked.load("xing-single"), {"o": 0.4})
        >>> CheckedGroup([CheckedFile("ada.toml", checked)]).values
        {'o': 0.5}
        """
        return {each.name: each.value for file in self.files for each in file.checked or ()}

    def records(self) -> list[dict[str, Any]]:
        """A dict for every file, as ``pandas.DataFrame`` takes them: the rows of the CSV table."""
        mistakes, names = self.mistakes, self.values
        return [self._record(file, names, mistakes) for file in self.files]

    @staticmethod
    def _record(file: CheckedFile, names: Iterable[str], mistakes: Iterable[str]) -> dict[str, Any]:
        checked = file.checked
        slip = checked.first_slip if checked else None
        outcomes = {each.name: each.outcome for each in checked or ()}
        made = checked.causes if checked else {}
        return {
            "student": file.student,
            "file": file.file,
            "marks": checked.marks if checked else None,
            "points": checked.points if checked else None,
            "right": checked.right if checked else None,
            "follows": checked.count("follows") if checked else None,
            "first slip": slip.name if slip else "",
            "problem": file.problem,
            **{f"mistake: {cause}": int(cause in made) for cause in mistakes},
            **{name: outcomes.get(name, "") for name in names},
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; it has the numbers themselves.

        >>> CheckedGroup([]).to_dict()
        {'files': [], 'mistakes': {}}
        """
        return {
            "files": [
                {
                    "file": each.file,
                    **(each.checked.to_dict() if each.checked else {"problem": each.problem}),
                }
                for each in self.files
            ],
            "mistakes": {cause: count for cause, (count, _) in self.mistakes.items()},
        }

    def csv(self) -> str:
        """The group as a CSV table: a row for each file, and one with how often each mistake was made.

        The columns are the marks, one for each mistake, the most frequent first, and one for each
        quantity with what has come out about it. A row after these adds up the mistakes, and if they are
        revealed, one has the right numbers.
        """
        rows = self.records()
        text = io.StringIO()
        if rows:
            total: dict[str, Any] = dict.fromkeys(rows[0], "")
            total["student"] = "how many"
            total |= {f"mistake: {cause}": count for cause, (count, _) in self.mistakes.items()}
            below = [total]
            if self.reveal:
                below.append({**dict.fromkeys(rows[0], ""), "student": "it is", **self.values})
            writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({key: _safe(each) for key, each in row.items()} for row in [*rows, *below])
        return text.getvalue()

    def tables(self) -> list[Part]:
        """Everybody's marks, the mistakes by how often they were made, and what is unread."""
        marks = Table("", ["student", "marks", "right", "follow", "first slip"], "lrrrl")
        for each in self.files:
            checked = each.checked
            if checked is None:
                marks.add(each.student, "", "", "", "cannot be read", strong=True)
                continue
            slip = checked.first_slip
            marks.add(
                each.student,
                f"{checked.marks:g} of {checked.points:g}",
                str(checked.right),
                str(checked.count("follows")),
                slip.name if slip else "",
            )
        parts: list[Part] = [marks]
        if self.mistakes:
            mistakes = Table("Mistakes", ["how many", "what"], "rl")
            for count, says in self.mistakes.values():
                mistakes.add(str(count), says)
            parts.append(mistakes)
        if self.reveal:
            right = Table("Right numbers", ["", "it is"], "lr")
            for name, number in self.values.items():
                right.add(name, decimal(number))
            parts.append(right)
        return [*parts, *(each.problem for each in self.unread)]


#: What is said of causes that are in no table of mistakes, where it is not the same for all.
_OF_ALL = {
    "sign": "the sign is the wrong one",
    "factors": "factors of the chain rule are left out",
    "neighbour": "another number of the same sort stands in its place",
    "other_step": "it is the number of another step",
    "misprint": "a misprint",
    "changed_input": "a given number was another",
    "ratio": "every gradient is off by one factor",
    "rounded": "rounded on the way",
}


def _of_all(cause: str, said: Collection[str]) -> str:
    """What is said of a cause: as it was said to all, if that was the same, or else in general."""
    if len(said) == 1:
        return next(iter(said))
    return MISTAKES[cause].of_all() if cause in MISTAKES else _OF_ALL.get(cause, min(said, key=len))


def _safe(cell: Any) -> Any:
    """A cell that a spreadsheet takes for a text and not for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def answer_files(paths: Sequence[str | Path]) -> list[Path]:
    """The files of answers among some paths; of a folder, those in it that may be, by their names."""
    found: list[Path] = []
    for path in map(Path, paths):
        found += (
            sorted(each for each in path.iterdir() if each.suffix.lower() in ENDINGS)
            if path.is_dir()
            else [path]
        )
    return found


def check_group(
    example: WorkedExample | FormulaExample,
    paths: Sequence[str | Path],
    *,
    scheme: Scheme | None = None,
    tolerance: Tolerance | None = None,
    notation: Notation | str | None = None,
    reveal: bool = False,
) -> CheckedGroup:
    """What there is to say of the answers in many files, each as by `check_answers`.

    A file that cannot be read stops none of the others.

    Args:
        example: the worked example.
        paths: the files, and folders of files.
        scheme: see `check_answers`.
        tolerance: likewise.
        notation: likewise.
        reveal: likewise; a table, and a row of the CSV, then have the right numbers.

    Raises:
        OSError: a folder cannot be read.
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> check_group(worked.load("xing-single"), ["nobody.toml"]).unread[0].problem
    "[Errno 2] No such file or directory: 'nobody.toml'"
    """
    flag("reveal", reveal)
    files = []
    for path in answer_files(items("paths", paths)):
        try:
            checked = check_answers(
                example, path, scheme=scheme, tolerance=tolerance, notation=notation, reveal=reveal
            )
            files.append(CheckedFile(str(path), checked))
        except (AutogradError, OSError) as error:
            files.append(CheckedFile(str(path), None, str(error)))
    return CheckedGroup(files, reveal)
