"""Which files travel, as ``c.CourseDirectory`` says for nbgrader's own exchange: ``ignore``, ``include``,
``max_file_size``, ``max_dir_size``, ``groupshared``."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.utils import ignore_patterns

from course.errors import StudentError
from course.exchange.bundle import BundledFile, Manifest
from course.exchange.client import Received

_KILOBYTE = 1000  # as nbgrader counts


@contextlib.contextmanager
def prepared(folder: Path, coursedir: Any, log: Any, already: Sequence[str] = ()) -> Iterator[Path]:
    """Yield a folder that holds what may travel of `folder`: itself, or a copy where something has to stay behind that
    is not left out `already`, by these patterns.

    Raises
    ------
    StudentError : all of it is larger than ``max_dir_size``.
    """
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    size, most = sum(path.stat().st_size for path in files), _KILOBYTE * coursedir.max_dir_size
    if size > most:
        raise StudentError(
            f"{folder.name} has {size / 1e6:.1f} MB, and a folder of this course may have {most / 1e6:.1f} MB "
            "(`max_dir_size`): move what is not needed out of it."
        )
    patterns = ignore_patterns(
        exclude=coursedir.ignore, include=coursedir.include, max_file_size=coursedir.max_file_size, log=log
    )
    left_out = [name for place, folders, names in os.walk(folder) for name in patterns(place, [*folders, *names])]
    if all(any(fnmatch(name, pattern) for pattern in already) for name in left_out):
        yield folder
        return
    with tempfile.TemporaryDirectory() as draft:
        # Links stay what they are: they are left out later.
        yield Path(shutil.copytree(folder, Path(draft) / folder.name, symlinks=True, ignore=patterns))


def allowed(bundle: Received, coursedir: Any, log: Any) -> Received:
    """Return `bundle` without the files that `coursedir` leaves out; whole where none would be left."""
    kept = [entry for entry in bundle.manifest.files if not _left_out(entry, coursedir, log)]
    return replace(bundle, manifest=Manifest(files=tuple(kept))) if kept else bundle


def _left_out(entry: BundledFile, coursedir: Any, log: Any) -> bool:
    parts = entry.path.split("/")
    if any(fnmatch(part, pattern) for part in parts for pattern in coursedir.ignore):
        return True
    if coursedir.include and not any(fnmatch(parts[-1], pattern) for pattern in coursedir.include):
        return True
    large = bool(coursedir.max_file_size) and entry.size > _KILOBYTE * coursedir.max_file_size
    if large:
        log.warning("Left out, because it is larger than `max_file_size`: %s", entry.path)
    return large


def share_with_group(folder: Path) -> None:
    """Let everybody of the folder's group read and write it, as ``groupshared`` promises."""
    for place, _, names in os.walk(folder):
        os.chmod(place, (os.stat(place).st_mode | 0o2770) & 0o2777)
        for name in names:
            path = Path(place) / name
            path.chmod((path.stat().st_mode | 0o660) & 0o777)
