"""The files of a hand-in, whatever a student's folder holds: what is taken, under which name, and what is left out.

Names, kinds, counts and sizes are a student's to choose, so each is looked at before it is used. The notebooks come
first: nothing that lies beside one keeps it from being handed in.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

MAX_FILES = 1000
MAX_PARTS = 16  # folders within folders
MAX_PATH = 1024  # characters of a path, and bytes of what a grader writes below its own folders
MAX_NAME = 240  # bytes of a name that we make: there is room for an ending of our own
_LOOKED_AT = 20_000  # entries of folders, after which no more is looked for
_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
_FORBIDDEN = '\\:*?"<>|'
IGNORED = (".*", "*.pyc", "__pycache__", "feedback")  # "feedback" is where fetched pages are put
SYSTEMS = (
    ".*",
    "__MACOSX",
    "Thumbs.db",
    "desktop.ini",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
    "~$*",
)
_ENVIRONMENTS = ("pyvenv.cfg", "conda-meta")  # what is in a folder of installed packages
_INSTALLED = ("node_modules", "site-packages", "venv")
RESERVED = "timestamp.txt"  # the time of the hand-in, written by who collects


@dataclass(frozen=True)
class LeftOut:
    """Something that was not taken, or was renamed, fit to be printed: what, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class Taken:
    """One file: where it lies, and the path that it is given, which `safe_path` allows."""

    path: Path
    name: str


@dataclass
class Files:
    """What a folder holds.

    Attributes
    ----------
    taken : the notebooks of the folder itself first, then by depth and name; at most `MAX_FILES`.
    left_out : all else, but for what is ignored; a whole folder as one.
    """

    taken: list[Taken] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def printable(name: str) -> str:
    """Return a name as a terminal and a page may show it: of at most 120 characters, none of which does anything."""
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return text if len(text) <= 120 else f"{text[:80]}…{text[-30:]}"


def safe_path(path: str) -> str:
    """Return `path` if it names a file below any folder it is put in, on any system.

    Raises
    ------
    ValueError : it is absolute, leads upwards, or a part has a character or a name that some system gives a meaning.
    """
    parts = path.split("/")
    if len(parts) > MAX_PARTS:
        raise ValueError("the path has too many folders")
    for part in parts:
        reserved = part.split(".")[0].casefold() in _DEVICES
        long = len(part.encode("utf-8", "replace")) > 255
        if part in ("", ".", "..") or part != part.rstrip(" .") or reserved or long:
            raise ValueError(f"{part!r} can't be a part of a path")
        if any(letter in _FORBIDDEN or not letter.isprintable() for letter in part):
            raise ValueError(f"{part!r} holds a character that no path may have")
    return path


def safe_name(name: str) -> str:
    """Return a file's name as `safe_path` allows it, the same where it does: what is not allowed becomes ``_``."""
    letters = (" " if unicodedata.category(letter) == "Zs" else letter for letter in name)
    text = "".join("_" if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in letters)
    text = text.rstrip(" .") or "_"
    if text.split(".")[0].casefold() in _DEVICES:
        text = f"_{text}"
    if len(text.encode()) <= 255:
        return text
    stem, suffix = os.path.splitext(text)
    suffix = suffix if len(suffix.encode()) <= 20 else ""
    return stem.encode()[: MAX_NAME - len(suffix.encode())].decode("utf-8", "ignore").rstrip(" .") + suffix


def files_of(folder: Path, ignored: Sequence[str] = IGNORED, most_bytes: int | None = None) -> Files:
    """Return what of `folder` can be handed in.

    Links are left out, since they may lead anywhere, and so is what is neither file nor folder, what can't be read, a
    folder with a notebook's name or of installed packages, and what is beyond `MAX_FILES` or `most_bytes` in all.
    """
    found = Files()
    rows = list(_walk(folder, ignored, found.left_out))
    notebooks_first = sorted(rows, key=lambda row: (row[0].suffix.lower() != ".ipynb", len(row[0].parts), str(row[0])))
    seen: set[str] = set()
    folders: set[str] = set()
    size, dropped = 0, 0
    for inside, path, length in notebooks_first:
        name = "/".join(map(safe_name, inside.parts))
        shown = printable(str(inside))
        key = unicodedata.normalize("NFC", name).casefold()
        parents = {"/".join(key.split("/")[:depth]) for depth in range(1, key.count("/") + 1)}
        if len(inside.parts) > MAX_PARTS or len(name) > MAX_PATH or len(name.encode()) > 2 * MAX_PATH:
            found.left_out.append(LeftOut(shown, "its path is too long"))
        elif key in seen or key in folders or parents & seen:
            found.left_out.append(LeftOut(shown, "another file has this name where upper and lower case are the same"))
        elif most_bytes is not None and size + length > most_bytes and not _is_notebook(inside):
            found.left_out.append(LeftOut(shown, f"too large: all files together may have {most_bytes / 1e6:g} MB"))
        elif len(found.taken) >= MAX_FILES:
            dropped += 1
        else:
            seen.add(key)
            folders |= parents
            size += length
            found.taken.append(Taken(path, name))
            if name != inside.as_posix():
                found.left_out.append(LeftOut(shown, f"renamed to {name}, since not every system takes its name"))
    if dropped:
        found.left_out.append(LeftOut(f"{dropped} more files", f"{MAX_FILES} at most are taken"))
    return found


def _is_notebook(inside: PurePosixPath) -> bool:
    """Whether it is one of the folder itself: too large a one is for the exchange to refuse, in words."""
    return len(inside.parts) == 1 and inside.suffix.lower() == ".ipynb"


def _walk(folder: Path, ignored: Sequence[str], left_out: list[LeftOut]) -> Iterator[tuple[PurePosixPath, Path, int]]:
    """Yield (path in the folder, path, bytes) of each readable file, without any recursion: folders may be deep."""
    waiting, looked_at = [(PurePosixPath(), folder)], 0
    while waiting:
        inside, place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                rows = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            left_out.append(LeftOut(printable(str(inside)), f"can't be read ({error.strerror})"))
            continue
        for entry in rows:
            looked_at += 1
            if any(fnmatchcase(entry.name, pattern) for pattern in ignored):
                continue
            name, shown = inside / entry.name, printable(str(inside / entry.name))
            reason, length = _kind(entry, Path(entry.path))
            if reason == "folder" and len(name.parts) < MAX_PARTS:
                waiting.append((name, Path(entry.path)))
            elif reason == "folder":
                left_out.append(LeftOut(shown, "too many folders within folders"))
            elif reason:
                left_out.append(LeftOut(shown, reason))
            else:
                yield name, Path(entry.path), length
        if looked_at > _LOOKED_AT and waiting:
            left_out.append(LeftOut(f"{len(waiting)} folders", "there are too many files to look at"))
            return


def _kind(entry: os.DirEntry[str], path: Path) -> tuple[str, int]:
    """Why an entry is left out (empty: it is not; ``folder``: it has to be looked into), and its size in bytes."""
    try:
        found = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return "a link, which may lead anywhere", 0
        if stat.S_ISDIR(found.st_mode):
            if path.suffix.lower() == ".ipynb":
                return "a folder with a notebook's name", 0
            if path.name in _INSTALLED or any((path / mark).exists() for mark in _ENVIRONMENTS):
                return "a folder of installed packages", 0
            return "folder", 0
        if not stat.S_ISREG(found.st_mode):
            return "no ordinary file", 0
        if not os.access(path, os.R_OK):
            return "it can't be read", 0
    except OSError as error:
        return f"can't be read ({error.strerror})", 0
    return "", found.st_size
