"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autograd.files import write

ROOT = Path(__file__).parents[2]


def test_a_new_file_and_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert write(path, "δ\n") == path
    assert path.read_bytes() == "δ\n".encode()
    assert write(str(path), b"\x00\r\n") == path
    assert path.read_bytes() == b"\x00\r\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_permissions_are_those_that_the_shell_would_give(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch()
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        write(new, "x")
        write(old, "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "a.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    for text in ("new", "old"):
        write(link, text)
        assert link.is_symlink()
        assert target.read_text(encoding="utf-8") == text


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no devices with names here")
def test_devices_and_pipes_are_written_to(tmp_path: Path) -> None:
    write("/dev/null", "x")
    assert not stat.S_ISREG(Path("/dev/null").stat().st_mode)
    code = "from autograd.files import write; print('a', flush=True); write('/dev/stdout', 'b')"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout == b"a\nb"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        write(pipe, "through")
        assert reader.communicate()[0] == b"through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


#: A limit on a file's size is what a full disk is to `write`.
FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from autograd.files import write
try:
    write(sys.argv[1], "x" * 2000)
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("old", ["all that was", None])
def test_a_full_disk_leaves_what_was_there(old: str | None, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "a.txt"
    if old is not None:
        path.write_text(old, encoding="utf-8")
    command = [sys.executable, "-B", "-c", FULL, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[Errno ")
    assert done.stdout.endswith(f": {str(path)!r}\n")
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == (
        {} if old is None else {"a.txt": old}
    )


def test_an_interrupt_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(path, "new")
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["old"]


def test_errors_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none.a\.txt'$"):
        write(tmp_path / "none" / "a.txt", "x")
    with pytest.raises(IsADirectoryError, match="test_errors_name_the_file"):
        write(tmp_path, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="users of POSIX are needed")
def test_what_may_not_be_written_is_not_replaced() -> None:
    user, nobody = os.geteuid(), 65534
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_text("old", encoding="utf-8")
        path.chmod(0o444)
        if user == 0:  # to whom nothing is refused
            os.chown(folder, nobody, -1)
            os.seteuid(nobody)
        try:
            with pytest.raises(PermissionError, match=r"a\.txt'$"):
                write(path, "new")
        finally:
            os.seteuid(user)
        assert path.read_text(encoding="utf-8") == "old"
