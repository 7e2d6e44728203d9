"""Finds, verifies and downloads the files of a data set."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pooch
import requests
from filelock import FileLock
from tqdm import tqdm
from urllib3.exceptions import MaxRetryError

from course.datasets.registry import DataFile, Edition, RegisteredSet
from course.datasets.shapes import Origin
from course.errors import DataError
from course.project import data_cache

WEIGHTS = Path(__file__).parent / "weights"  # the small models, which come with the course
ATTEMPTS = 3  # of one address, before the next is tried
TIMEOUT = (5, 60)  # seconds: to connect, and between two pieces


@dataclass(frozen=True)
class Places:
    """Where data is looked for.

    Attributes
    ----------
    cache : the folder that downloads go to (``COURSE_DATA_CACHE``, else the user's cache folder).
    mirror : a folder of ready files (``COURSE_DATA_MIRROR``), None when there is none.
    offline : nothing is downloaded (``COURSE_DATA_OFFLINE=1``).
    only : of all other data sets there are stand-ins, because this is a notebook that is graded
        (``COURSE_DATA_ONLY``, names with spaces between them); None elsewhere.
    """

    cache: Path
    mirror: Path | None
    offline: bool
    only: frozenset[str] | None = None

    def hides(self, name: str) -> bool:
        """Whether there is only a stand-in of data set `name` here."""
        return self.only is not None and name not in self.only

    @classmethod
    def from_environ(cls) -> Places:
        """Read the environment.

        Raises
        ------
        DataError : ``COURSE_DATA_MIRROR`` is not a folder, or ``COURSE_DATA_OFFLINE`` is neither 0 nor 1.
        """
        mirror = os.environ.get("COURSE_DATA_MIRROR")
        if mirror and not Path(mirror).is_dir():
            raise DataError(f"COURSE_DATA_MIRROR={mirror} is not a folder: correct it, or unset it.")
        offline = os.environ.get("COURSE_DATA_OFFLINE", "0")
        if offline not in {"", "0", "1"}:
            raise DataError(f"COURSE_DATA_OFFLINE={offline} is not understood: set it to 1 or 0.")
        return cls(
            data_cache(),
            Path(mirror).resolve() if mirror else None,
            offline == "1",
            frozenset(only.split()) if (only := os.environ.get("COURSE_DATA_ONLY")) is not None else None,
        )


@dataclass(frozen=True)
class Copy:
    """One complete copy of a data set on this machine."""

    edition: Edition
    origin: Origin
    files: tuple[Path, ...]
    other: Edition | None = None  # another edition whose files have the same names: only a checksum can tell

    @property
    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes when a file is written again: time (ns) and size of each."""
        return tuple((stat.st_mtime_ns, stat.st_size) for stat in map(Path.stat, self.files))


def folder_name(name: str, entry: RegisteredSet) -> str:
    """Return the folder of data set `name` in the cache and in a mirror."""
    return entry.folder or name


def find(name: str, entry: RegisteredSet, places: Places) -> Copy | None:
    """Return the copy in the cache, else the one in the mirror, else None; nothing is verified.

    A small model is where the course is.
    """
    roots: list[tuple[Origin, Path]] = [("course", WEIGHTS)] if entry.recipe else [("cache", places.cache)]
    if places.mirror and not entry.recipe:
        roots.append(("mirror", places.mirror))
    for origin, root in roots:
        folder = root / folder_name(name, entry)
        editions = entry.editions[::-1] if origin == "mirror" else entry.editions
        here = [edition for edition in editions if _all_there(edition, folder)]
        if here:
            first, *others = here
            twin = [edition for edition in others if _names(edition) == _names(first)]
            return Copy(first, origin, tuple(folder / file for file in _names(first)), *twin)
    return None


def _names(edition: Edition) -> tuple[str, ...]:
    return tuple(file.name for file in edition.files)


def _all_there(edition: Edition, folder: Path) -> bool:
    return all(os.path.isfile(folder / name) for name in _names(edition))  # False where `folder` is none


def verify(copy: Copy) -> Copy:
    """Return `copy` if each file has its checksum, as the edition that they are of.

    Raises
    ------
    DataError : a file is truncated or altered; names it, and what was wanted and found.
    """
    try:
        for file, path, (time_ns, size) in zip(copy.edition.files, copy.files, copy.stamp, strict=True):
            _verify_file(file, path, copy.origin, time_ns, size)
    except DataError:
        if copy.other is None:
            raise
        try:
            return verify(replace(copy, edition=copy.other, other=None))
        except DataError:
            pass  # of the two, the edition that is expected in this place is the better explanation
        raise
    return copy


@functools.lru_cache(maxsize=256)  # a file that has not been written since needs no second look
def _verify_file(file: DataFile, path: Path, origin: Origin, time_ns: int, size: int) -> None:
    refuse_altered(file, path, _REMEDIES.get(origin, "delete it and fetch it again"))


_REMEDIES: Mapping[Origin, str] = {
    "mirror": "ask whoever looks after the mirror to restore it, or unset COURSE_DATA_MIRROR",
    "course": "install the course again",
}


def refuse_altered(file: DataFile, path: Path, remedy: str) -> None:
    """Raise DataError unless the content of `path` is that of `file`."""
    size = path.stat().st_size
    wanted = file.checksum or _noted(path)
    if wanted is None:
        if file.bytes and size != file.bytes:
            raise DataError(f"{path} has {size:,} bytes instead of {file.bytes:,}: {remedy}.")
        return
    algorithm, digest = wanted
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, algorithm).hexdigest()
    if found != digest:
        how = "truncated" if file.bytes and size < file.bytes else "altered"
        raise DataError(
            f"{file.name} is {how} and is not used: {algorithm} wanted {digest}, found {found} "
            f"({path}, {size:,} bytes): {remedy}."
        )


def _note(path: Path) -> Path:
    """Where the checksum of a downloaded file is kept that nobody publishes one for."""
    return path.with_name(path.name + ".sha256")


def _noted(path: Path) -> tuple[str, str] | None:
    note = _note(path)
    return ("sha256", note.read_text(encoding="ascii").strip()) if note.is_file() else None


def download(name: str, entry: RegisteredSet, places: Places, progress: bool) -> Copy:
    """Download what is missing of the owner's files into the cache; return the verified copy.

    Two processes that do so at once take turns: the second finds the files of the first.

    Raises
    ------
    DataError : a file arrives altered, the cache can't be written, or only a person can fetch the file.
    requests.RequestException : no address answers.
    """
    folder = places.cache / folder_name(name, entry)
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            for file in entry.upstream.files:
                if not (folder / file.name).is_file():
                    _download_file(file, folder, entry, progress)
    files = tuple(folder / file.name for file in entry.upstream.files)
    return verify(Copy(entry.upstream, "upstream", files))


def _download_file(file: DataFile, folder: Path, entry: RegisteredSet, progress: bool) -> None:
    if not file.urls:
        raise DataError(f"{file.name} has to be downloaded by hand from {entry.page} and put into {folder}.")
    for leftover in folder.glob("tmp*"):  # of a process that was killed; the lock says that it is not ours
        leftover.unlink()
    for url in file.urls:
        try:
            return _transfer(file, url, folder, progress)
        except requests.RequestException:
            if url == file.urls[-1]:
                raise


def _transfer(file: DataFile, url: str, folder: Path, progress: bool) -> None:
    """Download to a temporary name, verify, then rename: a file in the cache is always whole."""

    def downloader(url: str, temporary: str, pup: object) -> None:
        try:
            _stream(url, Path(temporary), progress)
        except requests.RequestException as error:
            if _is_final(error):
                raise _Final(error) from error
            raise
        refuse_altered(file, Path(temporary), f"{url} does not serve the file the course knows; tell us")

    pooch.get_logger().setLevel("WARNING")
    store = pooch.create(
        folder, base_url="", registry={file.name: None}, urls={file.name: url}, retry_if_failed=ATTEMPTS - 1
    )
    try:
        path = Path(store.fetch(file.name, downloader=downloader))
    except _Final as final:
        raise final.error from None
    path.chmod(0o644)  # the temporary file was its owner's only, but a cache may be shared
    if file.checksum is None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        _note(path).write_text(digest + "\n", encoding="ascii")


def _stream(url: str, target: Path, progress: bool) -> None:
    """Write what `url` serves; pooch's own downloader leaves the connection open when this fails."""
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0)) or None
        with (
            target.open("wb") as output,
            tqdm(total=total, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], disable=not progress) as bar,
        ):
            for piece in response.iter_content(1 << 16):
                output.write(piece)
                bar.update(len(piece))


class _Final(Exception):
    """There is no use in asking this address again."""

    def __init__(self, error: requests.RequestException) -> None:
        super().__init__(str(error))
        self.error = error


def _is_final(error: requests.RequestException) -> bool:
    """No connection at all, or a refusal; a connection that broke down is worth another attempt."""
    if error.response is not None:
        return error.response.status_code < 500
    reason = error.args[0] if error.args else None
    return isinstance(reason, MaxRetryError)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except requests.RequestException:  # is an OSError, but not one of the disk's
        raise
    except OSError as error:
        raise DataError(
            f"Can't write to the data cache {folder} ({error.strerror or error}): free some space, or set "
            "COURSE_DATA_CACHE to a folder you can write to, or COURSE_DATA_OFFLINE=1 to use the stand-in."
        ) from error
