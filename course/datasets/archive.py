"""Reads the files of a data set, packed or not, in memory: nothing is ever unpacked on disk."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from course.errors import DataError

# The largest set unpacks to 240 MB; an archive that claims more than this is broken or hostile.
MEMBER_LIMIT = 1 << 30


@dataclass(frozen=True)
class Archive:
    """The files of one edition of a data set.

    Attributes
    ----------
    files : where they are; a tar, zip or gz file stands for what is in it.
    """

    files: tuple[Path, ...]

    def members(self, want: Callable[[str], bool] = lambda name: True) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the content of every file, also those in archives, that `want` says yes to.

        Raises
        ------
        DataError : an archive is broken, or a member's name leads out of the archive.
        """
        for path in self.files:
            with _explained(path):
                yield from _members(path, want)

    def read(self, name: str) -> bytes:
        """Return the content of the one file called `name`, in whatever folder of whatever archive.

        Raises
        ------
        DataError : there is none.
        """
        for _, data in self.members(lambda member: PurePosixPath(member).name == name):
            return data
        places = ", ".join(path.name for path in self.files)
        raise DataError(f"{name} is not in {places}: delete the data set's folder and fetch it again.")


def _members(path: Path, want: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    if path.name.endswith((".tgz", ".tar.gz", ".tar.bz2")):
        yield from _tar(path, want)
    elif path.suffix == ".zip":
        yield from _zip(path, want)
    elif want(name := path.name.removesuffix(".gz")):
        data = path.read_bytes()
        yield name, gzip.decompress(data) if path.suffix == ".gz" else data


def _tar(path: Path, want: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    # bz2 files are unpacked at once: thousands of small reads from one take three times as long.
    whole = io.BytesIO(bz2.decompress(path.read_bytes())) if path.suffix == ".bz2" else None
    with tarfile.open(path, fileobj=whole) as archive:
        for member in archive:
            _refuse_unsafe(path, member.name, member.size)
            if not (member.isfile() or member.isdir()):
                raise DataError(f"{path}: {member.name!r} is neither a file nor a folder; refused.")
            content = archive.extractfile(member) if member.isfile() and want(member.name) else None
            if content is not None:
                yield member.name, content.read()


def _zip(path: Path, want: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            _refuse_unsafe(path, member.filename, member.file_size)
            if not member.is_dir() and want(member.filename):
                yield member.filename, archive.read(member)


def _refuse_unsafe(path: Path, member: str, size: int) -> None:
    if member.startswith(("/", "\\")) or ".." in member.replace("\\", "/").split("/"):
        raise DataError(f"{path}: {member!r} leads out of the archive; refused. Delete the file.")
    if size > MEMBER_LIMIT:
        raise DataError(f"{path}: {member!r} claims {size:,} bytes; refused. Delete the file.")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, ValueError, OSError) as error:
        raise DataError(f"{path} can't be read ({error}): delete it and fetch it again.") from error
