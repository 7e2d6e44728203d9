"""Writing files so that a reader sees the old content or the new, never a part of it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# Of a disk that can't keep a file by this name, or at this place; a full one is another trouble.
NAME_TROUBLE = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)
_GIVEN_UP = 24 * 3600.0  # seconds after which nobody is at work on an unfinished folder


def write_atomically(path: Path, text: str, *, drafts: Path | None = None, synced: bool = True) -> None:
    """Replace `path` by a file with `text` (UTF-8), or leave it as it was, whatever happens meanwhile.

    A file that says the same already is left alone. It is its owner's alone, whatever the umask.

    Parameters
    ----------
    drafts : folder for the unfinished file, on the same file system; beside `path` by default.
    synced : wait until the disk has it. Otherwise the file may be empty after a loss of power: for what is made again.

    Raises
    ------
    OSError : the disk is full, or the folder can't be written to.
    """
    content = text.encode("utf-8", "surrogatepass")
    with contextlib.suppress(OSError):
        if not path.is_symlink() and path.read_bytes() == content:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    with drafted(path, drafts) as draft, draft.open("wb") as file:
        file.write(content)
        if synced:
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def drafted(path: Path, drafts: Path | None = None) -> Iterator[Path]:
    """Yield an empty file, its owner's alone, which takes the place of the file `path` unless the body fails.

    Parameters
    ----------
    drafts : as in `write_atomically`.

    Raises
    ------
    OSError : the disk is full, or the folder can't be written to.
    """
    handle, name = tempfile.mkstemp(dir=drafts or path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_once(path: Path, content: bytes) -> None:
    """Write a file, whole and for its owner alone, unless there is one; of several processes the first has its way.

    Raises
    ------
    OSError : the disk is full, or the folder can't be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # unlike a rename it never replaces what another has made
    finally:
        os.unlink(name)


@contextlib.contextmanager
def replaced(target: Path, drafts: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder to fill, which takes the place of the folder `target` as a whole at the end.

    Whatever `target` is before, a file, a link or a folder, is gone then; when the body fails, or the process is killed
    at any moment, it is as it was. A reader sees the old folder or the new one.

    Parameters
    ----------
    drafts : folder for what is unfinished, on the same file system; beside `target` by default.

    Raises
    ------
    OSError : the disk is full, or the folder can't be written to.
    """
    home = drafts or target.parent
    home.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in home.glob(".draft.*"):  # by a process that was killed
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - _GIVEN_UP:
                remove(left)
    draft = Path(tempfile.mkdtemp(dir=home, prefix=".draft."))
    try:
        (draft / "new").mkdir()
        yield draft / "new"
        _put(draft / "new", target, draft / "old")
    finally:
        remove(draft)


def _put(new: Path, target: Path, old: Path) -> None:
    if not target.is_symlink() and not target.exists():
        os.rename(new, target)
    elif not _exchanged(new, target):
        os.rename(target, old)  # where the system can't exchange two names at once, there is a moment without `target`
        try:
            os.rename(new, target)
        except OSError:
            os.rename(old, target)
            raise


def _exchanged(one: Path, other: Path) -> bool:
    """Give each of two paths the name of the other, at once; False where this system can't."""
    if sys.platform != "linux":
        return False
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    done: int = function(here, os.fsencode(one), here, os.fsencode(other), exchange)
    return done == 0


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with what is in it, however deep it is; what can't be removed stays."""
    if path.is_symlink() or not path.is_dir():
        with contextlib.suppress(OSError):
            path.unlink()
        return
    try:
        shutil.rmtree(path, ignore_errors=True)
    except RecursionError:  # Python's own, before 3.13
        with contextlib.suppress(OSError):
            _flatten(path)


def _flatten(folder: Path) -> None:
    """Remove a folder by lifting what is two levels down to its top, again and again."""
    numbers = itertools.count()
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            for inner in os.scandir(entry.path):
                os.rename(inner.path, folder / f"course-lifted-{next(numbers)}")
            os.rmdir(entry.path)
    os.rmdir(folder)
