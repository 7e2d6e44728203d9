"""Unpacks a zip archive that a student has handed in: hostile input in its names, its count and its sizes."""

from __future__ import annotations

import contextlib
import lzma
import os
import stat
import time
import zipfile
import zlib
from pathlib import Path

from course.hand_in_files import MAX_FILES, MAX_PARTS, LeftOut, printable, safe_name

MAX_BYTES = 500 * 10**6  # of all files together
_BLOCK = 2**20


class Unpackable(Exception):
    """The archive can't be unpacked; the text says why."""


def unzip(archive: Path, target: Path, most_files: int = MAX_FILES, most_bytes: int = MAX_BYTES) -> list[LeftOut]:
    """Write the files of `archive` below the folder `target`, which is made, and return what was left out.

    Links, and what would lie elsewhere, are left out. Files keep the time that the archive has for them.

    Raises
    ------
    Unpackable : it is damaged, has a password, or unpacks to more than is taken.
    OSError : the disk is full.
    """
    target.mkdir(parents=True)
    left_out: list[LeftOut] = []
    count, room = 0, most_bytes
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                if member.is_dir():
                    continue
                if member.flag_bits & 1:
                    raise Unpackable("it has a password")
                path = _place(member, target)
                if path is None:
                    left_out.append(LeftOut(printable(f"{archive.name}/{member.filename}"), "it leads elsewhere"))
                    continue
                count += 1
                if count > most_files:
                    raise Unpackable(f"it holds more than {most_files} files")
                room -= _write(opened, member, path, room)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        EOFError,
        ValueError,
        RuntimeError,
    ) as error:
        raise Unpackable(f"it is damaged ({type(error).__name__})") from error
    return left_out


def _place(member: zipfile.ZipInfo, target: Path) -> Path | None:
    parts = member.filename.replace("\\", "/").split("/")
    if stat.S_ISLNK(member.external_attr >> 16) or any(part in ("", ".", "..") for part in parts):
        return None
    return target.joinpath(*map(safe_name, parts)) if len(parts) <= MAX_PARTS else None


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, room: int) -> int:
    """Write one file and return its size, as it is and not as the archive says."""
    size = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as source, path.open("wb") as file:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > room:
                    raise Unpackable("it unpacks to more than is taken")
                file.write(block)
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise Unpackable("a file in it has the name of a folder") from error
    with contextlib.suppress(ValueError, OverflowError, OSError):
        moment = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(path, (moment, moment))
    return size
