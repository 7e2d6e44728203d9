"""A bundle: the files of a release, a hand-in or a feedback as they travel, cut into chunks and named by their digest.

There is no archive: nothing is unpacked, so nothing can unpack to more than was sent. Both ends use this module; what
comes from the other end is validated before it touches a disk.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from course.errors import OperatorError, StudentError

CHUNK = 4 * 2**20  # bytes; every chunk but a file's last has this size
IGNORED = (".*", "*.pyc", "__pycache__", "feedback")  # of a hand-in; "feedback" is where fetched pages are put
MAX_PARTS = 16  # folders within folders
_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]  # of a course, of an assignment
Count = Annotated[int, Field(ge=0, lt=2**53)]


class Entry(BaseModel):
    """One file.

    Attributes
    ----------
    path : relative to the bundle's folder, with ``/`` between parts; `safe_path` says what is allowed.
    size : bytes.
    chunks : the digest (SHA-256) of each `CHUNK` bytes, in order; none for an empty file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, StringConstraints(max_length=1024)]
    size: Count
    chunks: tuple[Digest, ...]

    @field_validator("path")
    @classmethod
    def _safe(cls, path: str) -> str:
        return safe_path(path)

    @model_validator(mode="after")
    def _whole(self) -> Entry:
        if len(self.chunks) != -(-self.size // CHUNK):
            raise ValueError(f"{self.path}: {self.size} bytes are not {len(self.chunks)} chunks")
        return self


class Manifest(BaseModel):
    """All files of a bundle, in any order; none twice, also where upper and lower case are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _distinct(self) -> Manifest:
        paths = [entry.path.casefold() for entry in self.files]
        if len(set(paths)) != len(paths):
            raise ValueError("a file is there twice")
        folders = {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}
        if folders & set(paths):
            raise ValueError("a file has the name of a folder")
        return self

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)

    @property
    def chunks(self) -> tuple[str, ...]:
        """The digests of all chunks, each once."""
        return tuple(dict.fromkeys(digest for entry in self.files for digest in entry.chunks))

    @property
    def digest(self) -> str:
        """Of the content: equal for equal files, whatever their order."""
        rows = sorted((entry.path, entry.size, entry.chunks) for entry in self.files)
        return hashlib.sha256(repr(rows).encode()).hexdigest()


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
        if any(letter in '\\:*?"<>|' or not letter.isprintable() for letter in part):
            raise ValueError(f"{part!r} holds a character that no path may have")
    return path


class Packed:
    """A folder, ready to be sent.

    Parameters
    ----------
    folder : its files are read when they are asked for; links are left out, since they may lead anywhere.
    ignored : patterns of names of files and folders that are left out.

    Raises
    ------
    StudentError : the folder holds no file, or one whose name can't travel.
    """

    def __init__(self, folder: Path, ignored: Sequence[str] = IGNORED) -> None:
        self.folder = folder
        self._places: dict[str, tuple[Path, int]] = {}
        entries = []
        for path in _files(folder, ignored):
            chunks = []
            with path.open("rb") as file:
                while block := file.read(CHUNK):
                    chunks.append(hashlib.sha256(block).hexdigest())
                    self._places[chunks[-1]] = (path, (len(chunks) - 1) * CHUNK)
                size = file.tell()
            name = path.relative_to(folder).as_posix()
            try:
                entries.append(Entry(path=name, size=size, chunks=tuple(chunks)))
            except ValueError as error:
                raise StudentError(f"{path} can't be handed over: {_reason(error)}. Rename it.") from error
        if not entries:
            raise StudentError(f"{folder} holds no file that could be handed over.")
        try:
            self.manifest = Manifest(files=tuple(entries))
        except ValueError as error:
            raise StudentError(f"{folder} can't be handed over: {_reason(error)}.") from error

    def chunk(self, digest: str) -> bytes:
        """Return the bytes of one chunk.

        Raises
        ------
        StudentError : the file has changed since it was read.
        """
        path, offset = self._places[digest]
        with path.open("rb") as file:
            file.seek(offset)
            block = file.read(CHUNK)
        if hashlib.sha256(block).hexdigest() != digest:
            raise StudentError(f"{path} has changed while it was handed over: save it, and hand in again.")
        return block


def unpack(manifest: Manifest, chunk: Callable[[str], bytes], target: Path, *, replace: bool = False) -> Path:
    """Write a bundle's files to the folder `target`, all of them or none, and return it.

    Parameters
    ----------
    chunk : returns the bytes of a digest; each is verified.
    replace : put the bundle in the place of what is there. Without it, a folder that is there is an error.

    Raises
    ------
    FileExistsError : `target` is there, and is not to be replaced.
    OperatorError : what came is not what the manifest says.
    """
    if target.exists() and not replace:
        raise FileExistsError(str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for entry in manifest.files:
            _write(draft / entry.path, entry, chunk)
        if target.exists():
            old = draft.with_name(f"{draft.name}.old")
            os.rename(target, old)
            os.rename(draft, target)
            shutil.rmtree(old)
        else:
            os.rename(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _write(path: Path, entry: Entry, chunk: Callable[[str], bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for digest in entry.chunks:
            block = chunk(digest)
            if hashlib.sha256(block).hexdigest() != digest:
                raise OperatorError(f"{entry.path} came damaged from the exchange: fetch it again.")
            file.write(block)
        if file.tell() != entry.size:
            raise OperatorError(f"{entry.path} came incomplete from the exchange: fetch it again.")


def _files(folder: Path, ignored: Sequence[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _files(path, ignored)
        elif path.is_file():
            yield path


def _reason(error: ValueError) -> str:
    """The first reason, without pydantic's words around it."""
    errors = getattr(error, "errors", lambda: [{"msg": str(error)}])()
    return str(errors[0]["msg"]).removeprefix("Value error, ")
