"""A bundle: the files of a release, a hand-in or a feedback as they travel, cut into chunks and named by their digest.

There is no archive: nothing is unpacked, so nothing can unpack to more than was sent. Both ends use this module; what
comes from the other end is validated before it touches a disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from course.errors import OperatorError, StudentError
from course.files import NAME_TROUBLE, replaced
from course.hand_in_files import IGNORED, MAX_FILES, MAX_PATH, LeftOut, Taken, files_of, printable, safe_path

CHUNK = 4 * 2**20  # bytes; every chunk but a file's last has this size

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]  # of a course, of an assignment
Count = Annotated[int, Field(ge=0, lt=2**53)]


class BundledFile(BaseModel):
    """One file.

    Attributes
    ----------
    path : relative to the bundle's folder, with ``/`` between parts; `safe_path` says what is allowed.
    size : bytes.
    chunks : the digest (SHA-256) of each `CHUNK` bytes, in order; none for an empty file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, StringConstraints(max_length=MAX_PATH)]
    size: Count
    chunks: tuple[Digest, ...]

    @field_validator("path")
    @classmethod
    def _safe(cls, path: str) -> str:
        return safe_path(path)

    @model_validator(mode="after")
    def _whole(self) -> BundledFile:
        if len(self.chunks) != -(-self.size // CHUNK):
            raise ValueError(f"{self.path}: {self.size} bytes are not {len(self.chunks)} chunks")
        return self


class Manifest(BaseModel):
    """All files of a bundle, in any order; none twice, also where upper and lower case are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Annotated[tuple[BundledFile, ...], Field(min_length=1, max_length=MAX_FILES)]

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


class Packed:
    """A folder, ready to be sent.

    Parameters
    ----------
    folder : its files are read when they are asked for; `files_of` says which of them can travel.
    ignored : patterns of names of files and folders that are left out.
    most_bytes : of all files together; what is beyond is left out, the notebooks last.

    Attributes
    ----------
    left_out : what does not travel, or under another name, and why.

    Raises
    ------
    StudentError : the folder holds no file, or a notebook that can't be read.
    """

    def __init__(self, folder: Path, ignored: Sequence[str] = IGNORED, most_bytes: int | None = None) -> None:
        self.folder = folder
        self._places: dict[str, tuple[Path, int]] = {}
        found = files_of(folder, ignored, most_bytes)
        self.left_out = tuple(found.left_out)
        entries = []
        for taken in found.taken:
            try:
                entries.append(self._entry(taken))
            except OSError as error:
                if taken.path.suffix.lower() == ".ipynb" and taken.path.parent == folder:
                    raise StudentError(f"{taken.path} can't be read: {error.strerror}. Save it again.") from error
                self.left_out += (LeftOut(taken.name, f"can't be read ({error.strerror})"),)
        if not entries:
            why = "".join(f"\n{one}" for one in self.left_out[:20])
            raise StudentError(f"{folder} holds no file that could be handed over.{why}")
        self.manifest = Manifest(files=tuple(entries))

    def _entry(self, taken: Taken) -> BundledFile:
        chunks = []
        with taken.path.open("rb") as file:
            while block := file.read(CHUNK):
                chunks.append(hashlib.sha256(block).hexdigest())
                self._places[chunks[-1]] = (taken.path, (len(chunks) - 1) * CHUNK)
            return BundledFile(path=taken.name, size=file.tell(), chunks=tuple(chunks))

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


def unpack(
    manifest: Manifest,
    chunk: Callable[[str], bytes],
    target: Path,
    *,
    replace: bool = False,
    ours: Mapping[str, str] | None = None,
    left_out: list[LeftOut] | None = None,
) -> Path:
    """Write a bundle's files to the folder `target`, all of them or none, and return it.

    Parameters
    ----------
    chunk : returns the bytes of a digest; each is verified.
    replace : put the bundle in the place of what is there. Without it, a folder that is there is an error.
    ours : texts to write beside, by name; what the bundle has by that name is left out.
    left_out : where it is given, a file whose name this disk can't take is noted there, and no error.

    Raises
    ------
    FileExistsError : `target` is there, and is not to be replaced.
    OperatorError : what came is not what the manifest says.
    OSError : the disk is full, or can't be written to.
    """
    if target.exists() and not replace:
        raise FileExistsError(str(target))
    reserved = {name.casefold() for name in ours or ()}
    with replaced(target) as draft:
        for entry in manifest.files:
            if entry.path.split("/")[0].casefold() in reserved:
                if left_out is not None:
                    left_out.append(LeftOut(printable(entry.path), "this name is the grader's own"))
                continue
            try:
                _write(draft / entry.path, entry, chunk)
            except OSError as error:
                if left_out is None or error.errno not in NAME_TROUBLE:
                    raise
                left_out.append(LeftOut(printable(entry.path), f"can't be written here ({error.strerror})"))
        for name, text in (ours or {}).items():
            (draft / name).write_text(text, encoding="utf-8")
    return target


def _write(path: Path, entry: BundledFile, chunk: Callable[[str], bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for digest in entry.chunks:
            block = chunk(digest)
            if hashlib.sha256(block).hexdigest() != digest:
                raise OperatorError(f"{entry.path} came damaged from the exchange: fetch it again.")
            file.write(block)
        if file.tell() != entry.size:
            raise OperatorError(f"{entry.path} came incomplete from the exchange: fetch it again.")
