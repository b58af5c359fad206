"""Marking schemes: how many points each quantity is worth, for the method and for the number."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograd.arguments import between, flag, non_negative
from autograd.errors import ArgumentValueError
from autograd.files import path_of, read_text
from nn.answers.tolerance import ROUNDINGS, Tolerance
from nn.worked.section import Section

__all__ = ["Points", "Scheme", "load_scheme"]

_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Points:
    """What a quantity is worth.

    Attributes:
        points: how many points.
        method: the share of them for the method; the rest is for the number, the accuracy.
        follow_through: whether a number that is right from the student's own numbers gets the points for
            accuracy too.

    Raises:
        ValueError: the points are fewer than 0, or the share is not between 0 and 1.
        TypeError: an argument is not of its kind.

    >>> Points(4.0, method=0.25).accuracy
    3.0
    """

    points: float = 1.0
    method: float = 0.5
    follow_through: bool = True

    def __post_init__(self) -> None:
        non_negative("points", self.points)
        between("method", self.method, 0.0, 1.0)
        flag("follow_through", self.follow_through)

    @property
    def for_method(self) -> float:
        """The points for the method."""
        return self.points * self.method

    @property
    def accuracy(self) -> float:
        """The points for the number."""
        return self.points - self.for_method


@dataclass(frozen=True)
class Scheme:
    """A marking scheme.

    Attributes:
        default: what a quantity is worth that is not listed.
        quantities: what those are worth that are.
        penalty: how many points each slip takes off; several figures with one cause are one slip.
        tolerance: how close an answer has to be.
        asked: the quantities that are to be given, if these are not those that are answered or left
        blank.

    >>> scheme = Scheme(Points(2.0), {"dE/dw5": Points(4.0)})
    >>> scheme.of("dE/dw5").points, scheme.of("net_h1").points
    (4.0, 2.0)
    """

    default: Points = field(default_factory=Points)
    quantities: Mapping[str, Points] = field(default_factory=dict)
    penalty: float = 0.0
    tolerance: Tolerance = field(default_factory=Tolerance)
    asked: tuple[str, ...] = ()

    def of(self, symbol: str) -> Points:
        """What a quantity is worth.

        >>> Scheme().of("net_h1")
        Points(points=1.0, method=0.5, follow_through=True)
        """
        return self.quantities.get(symbol, self.default)


def load_scheme(path: str | Path) -> Scheme:
    r"""A marking scheme from a TOML file.

    It may have ``points``, ``method``, ``follow_through`` for all quantities, and again in a table
    ``[quantities."SYMBOL"]`` for one; ``penalty``; ``asked``; and a table ``[tolerance]`` with
    ``digits`` or ``decimals``, and ``rounding``.

    Args:
        path: the file.

    Raises:
        ValueError: something in it cannot be meant; the message names the file and the key.
        OSError: it cannot be read.
        TypeError: the path is none.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "scheme.toml")
    ...     _ = path.write_text('points = 2\n[quantities."dE/dw5"]\npoints = 4\n', encoding="utf-8")
    ...     scheme = load_scheme(path)
    >>> scheme.default.points, scheme.of("dE/dw5").points
    (2.0, 4.0)
    """
    path = path_of(path)
    content = read_text(path, _MAX_BYTES)
    try:
        table = tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArgumentValueError(f"{path}: {' '.join(str(error).split())}") from None
    top = Section(path, "", table)
    default = _points(top, Points())
    quantities = top.section("quantities")
    listed = {symbol: _listed(quantities.section(symbol), default) for symbol in list(quantities.left)}
    penalty = top.number("penalty", 0.0)
    if penalty < 0.0:
        top.fail("penalty", f"a number of at least 0 is expected, not {penalty}")
    asked = tuple(top.texts("asked", []))
    tolerance = _tolerance(top.section("tolerance"))
    known = ("points", "method", "follow_through", "quantities", "penalty", "asked", "tolerance")
    top.done(known)
    return Scheme(default, listed, penalty, tolerance, asked)


def _points(section: Section, default: Points) -> Points:
    points = section.number("points", default.points)
    if points < 0.0:
        section.fail("points", f"a number of at least 0 is expected, not {points}")
    method = section.number("method", default.method)
    if not 0.0 <= method <= 1.0:
        section.fail("method", f"a number from 0 to 1 is expected, not {method}")
    follow_through = section.flag("follow_through", default.follow_through)
    return replace(default, points=points, method=method, follow_through=follow_through)


def _listed(section: Section, default: Points) -> Points:
    points = _points(section, default)
    section.done(("points", "method", "follow_through"))
    return points


def _tolerance(section: Section) -> Tolerance:
    digits = section.count("digits", 0) if "digits" in section.left else None
    decimals = section.count("decimals", 0) if "decimals" in section.left else None
    rounding = section.choice("rounding", ROUNDINGS, "either")
    section.done(("digits", "decimals", "rounding"))
    try:
        return Tolerance(digits, decimals, rounding)
    except ArgumentValueError as error:
        section.fail("", str(error))
