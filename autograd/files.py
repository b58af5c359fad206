"""Reading a text that is not too large; writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from autograd.arguments import shown
from autograd.errors import ArgumentValueError, OperandError

__all__ = ["path_of", "read_text", "write"]


def path_of(given: object) -> Path:
    """A path, of which a text may be given.

    Raises:
        TypeError: it is neither.

    >>> path_of("a.txt").suffix
    '.txt'
    """
    if not isinstance(given, str | os.PathLike):
        raise OperandError(f"path must be a text or a path, got {shown(given)}", operands=(given,))
    return Path(given)


def read_text(path: str | os.PathLike[str], most: int) -> str:
    """The text of a file, which is UTF-8, with a mark at its beginning or without.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        ValueError: it is larger, or no UTF-8; the error names it.
        OSError: it cannot be read.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     read_text(write(f"{folder}/a.txt", "δ"), 100)
    'δ'
    """
    with Path(path).open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ArgumentValueError(f"{path}: larger than {most:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except ValueError as error:
        raise ArgumentValueError(f"{path}: {error}") from None


def write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write a file, and return its path: what is there stays until all of the new content is written.

    The content goes to a new file in the same folder, which then takes the old one's name, and its
    permissions. What is no regular file, as ``/dev/stdout``, is written to as it is.

    Args:
        path: the file; a link is followed.
        content: what it is to contain; a text is written as UTF-8.

    Raises:
        OSError: the file cannot be written; the error names it, and an old file is as it was.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.txt", "δ").read_text(encoding="utf-8")
    'δ'
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        _write(path, data)
    except OSError as error:
        # of the temporary file nobody has heard
        raise OSError(error.errno, error.strerror, str(path)) from None
    return path


def _write(path: Path, data: bytes) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:
        old = None
    if path.parts[:2] == ("/", "dev") or (old is not None and not stat.S_ISREG(old.st_mode)):
        path.write_bytes(data)
        return
    target = path.resolve()
    if old is not None:
        with target.open("r+b"):  # a file that may not be written may not be replaced either
            pass
    new = target.with_name(f".{os.urandom(8).hex()}.new")
    try:
        with new.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # some file systems find only here that the disk is full
        if old is not None:
            new.chmod(stat.S_IMODE(old.st_mode))
        new.replace(target)
    except BaseException:  # Ctrl-C too leaves nothing behind
        with suppress(OSError):
            new.unlink()
        raise
