"""Writing files so that a reader sees the old content or the new, never a part of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, text: str, *, drafts: Path | None = None) -> None:
    """Replace `path` by a file with `text` (UTF-8), or leave it as it was, whatever happens meanwhile.

    A file that says the same already is left alone. It is its owner's alone, whatever the umask.

    Parameters
    ----------
    drafts : folder for the unfinished file, on the same file system; beside `path` by default.

    Raises
    ------
    OSError : the disk is full, or the folder can't be written to.
    """
    content = text.encode("utf-8", "surrogatepass")
    with contextlib.suppress(OSError):
        if not path.is_symlink() and path.read_bytes() == content:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=drafts or path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
