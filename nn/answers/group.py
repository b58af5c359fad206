"""Checking the answers of a group: everybody's marks, and which mistakes were made how often."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.arguments import items
from autograd.errors import AutogradError
from autograd.tables import Table, decimal
from nn.answers.check import OUTCOMES, CheckedAnswers, check_answers, in_notation
from nn.answers.reading import ENDINGS, AnswerFile, read_answers, read_class
from nn.answers.scheme import Scheme
from nn.answers.tolerance import Tolerance
from nn.byhand.mistakes import MISTAKES
from nn.notation import Notation
from nn.terminal import Part, Tabular
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["CheckedGroup", "Submission", "answer_files", "check_group"]


@dataclass(frozen=True)
class Submission:
    """What has come out about what a student has handed in.

    Attributes:
        student: whose answers they are.
        file: the file that they are in.
        line: of a class's table, the line.
        checked: what has come out; None if they cannot be read.
        problem: why they cannot.

    >>> Submission("Ada", "ada.toml", None, None, "ada.toml: no such file").checked is None
    True
    """

    student: str
    file: str
    line: int | None
    checked: CheckedAnswers | None
    problem: str = ""

    @property
    def unreadable(self) -> list[str]:
        """The answers that are not numbers, and where they are."""
        where = f"{self.file}: " + (f"line {self.line}: " if self.line else "")
        return [
            f"{where}{self.student}: {each.name}: {each.given!r:.60} is {each.says}"
            for each in self.checked or ()
            if each.outcome == "unreadable"
        ]


class CheckedGroup(Tabular):
    """What has come out about the answers of a group.

    Attributes:
        submissions: what has come out about each student, in the order of the files and of their lines.
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

    def __init__(self, submissions: Sequence[Submission], reveal: bool = False) -> None:
        self.submissions, self.reveal = list(submissions), reveal

    def __iter__(self) -> Iterator[Submission]:
        return iter(self.submissions)

    def __len__(self) -> int:
        return len(self.submissions)

    @property
    def mistakes(self) -> dict[str, tuple[int, str]]:
        """By each mistake, in a word, how many have made it and what it is; the most frequent first."""
        counts: Counter[str] = Counter()
        says: dict[str, set[str]] = {}
        for each in self:
            if each.checked:
                counts.update([*each.checked.causes])
                for cause, because in each.checked.causes.items():
                    says.setdefault(cause, set()).add(because)
        return {cause: (count, _of_all(cause, says[cause])) for cause, count in counts.most_common()}

    @property
    def unread(self) -> list[Submission]:
        """Those that cannot be read."""
        return [each for each in self if each.checked is None]

    @property
    def values(self) -> dict[str, float]:
        """By the name of each answer the number that it should be.

        >>> from nn import worked
        >>> checked = check_answers(worked.load("xing-single"), {"o": 0.4})
        >>> CheckedGroup([Submission("Ada", "ada.toml", None, checked)]).values
        {'o': 0.5}
        """
        return {each.name: each.value for handed_in in self for each in handed_in.checked or ()}

    @property
    def outcomes(self) -> dict[str, Counter[str]]:
        """By the name of each answer, how often each outcome has come out.

        >>> from nn import worked
        >>> checked = check_answers(worked.load("xing-single"), {"o": 0.4})
        >>> CheckedGroup([Submission("Ada", "ada.toml", None, checked)]).outcomes
        {'o': Counter({'slip': 1})}
        """
        found: dict[str, Counter[str]] = {}
        for handed_in in self:
            for each in handed_in.checked or ():
                found.setdefault(each.name, Counter())[each.outcome] += 1
        return found

    def records(self) -> list[dict[str, Any]]:
        """A dict for every student, as ``pandas.DataFrame`` takes them: the rows of the CSV table."""
        mistakes, names = self.mistakes, self.values
        return [self._record(each, names, mistakes) for each in self]

    @staticmethod
    def _record(handed_in: Submission, names: Iterable[str], mistakes: Iterable[str]) -> dict[str, Any]:
        checked = handed_in.checked
        slip = checked.first_slip if checked else None
        outcomes = {each.name: each.outcome for each in checked or ()}
        made = checked.causes if checked else {}
        return {
            "student": handed_in.student,
            "file": handed_in.file,
            "line": handed_in.line,
            "marks": checked.marks if checked else None,
            "points": checked.points if checked else None,
            "right": checked.right if checked else None,
            "follows": checked.count("follows") if checked else None,
            "first slip": slip.name if slip else "",
            "problem": handed_in.problem,
            **{f"mistake: {cause}": int(cause in made) for cause in mistakes},
            **{name: outcomes.get(name, "") for name in names},
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; it has the numbers themselves.

        >>> CheckedGroup([]).to_dict()
        {'submissions': [], 'mistakes': {}, 'outcomes': {}}
        """
        return {
            "submissions": [
                {
                    "student": each.student,
                    "file": each.file,
                    "line": each.line,
                    **(each.checked.to_dict() if each.checked else {"problem": each.problem}),
                }
                for each in self
            ],
            "mistakes": {cause: count for cause, (count, _) in self.mistakes.items()},
            "outcomes": {name: {**counts} for name, counts in self.outcomes.items()},
        }

    def csv(self) -> str:
        """The group as a CSV table: a row for each student, and one with how often mistakes were made.

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
        """Everybody's marks, the mistakes by how often they were made, the outcomes, what is unread."""
        marks = Table("", ["student", "marks", "right", "follow", "first slip"], "lrrrl")
        for each in self:
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
        if counts := self.outcomes:
            kinds = [each for each in OUTCOMES if any(each in of for of in counts.values())]
            heads = ["", *kinds, *(["it is"] if self.reveal else [])]
            quantities = Table("Quantities", heads, "l" + "r" * (len(heads) - 1))
            for name, value in self.values.items():
                cells = [str(counts[name][each] or "") for each in kinds]
                quantities.add(name, *cells, *([decimal(value)] if self.reveal else []))
            parts.append(quantities)
        parts += [said for each in self for said in each.unreadable]
        return [*parts, *(each.problem for each in self.unread)]

    def reports(self) -> list[Part]:
        """What to tell each student: see `CheckedAnswers.tables`.

        >>> CheckedGroup([]).reports()
        []
        """
        parts: list[Part] = []
        for each in self:
            if each.checked:
                sentence, *tables = each.checked.tables()
                parts += [f"{each.student}: {sentence}", *tables]
        return parts


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
    student: Sequence[str] = (),
) -> CheckedGroup:
    """What there is to say of the answers of many, each as by `check_answers`.

    A file, or a student's row in a table, that cannot be read stops none of the others.

    Args:
        example: the worked example.
        paths: the files, and folders of files; see `read_answers` and `read_class`.
        scheme: see `check_answers`.
        tolerance: likewise.
        notation: likewise.
        reveal: likewise; a table, and a row of the CSV, then have the right numbers.
        student: see `read_class`.

    Raises:
        OSError: a folder cannot be read.
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> check_group(worked.load("xing-single"), ["nobody.toml"]).unread[0].problem
    "[Errno 2] No such file or directory: 'nobody.toml'"
    """

    def of(answers: AnswerFile | dict[str, str]) -> CheckedAnswers:
        return check_answers(example, answers, scheme=scheme, tolerance=tolerance, reveal=reveal)

    example = in_notation(example, notation)
    of({})  # what is wrong with the scheme is not said of everybody
    submissions = []
    for path in answer_files(items("paths", paths)):
        try:
            students = read_class(path, example, student)
            answers = [read_answers(path, example)] if students is None else students
        except (AutogradError, OSError) as error:
            submissions.append(Submission(path.stem, str(path), None, None, str(error)))
            continue
        for each in answers:
            checked, problem = None, ""
            try:
                checked = of(each)
            except AutogradError as error:
                problem = str(error)
            submissions.append(Submission(each.student, each.file, each.line, checked, problem))
    return CheckedGroup(submissions, reveal)
