"""What a course can't be without, in one archive, and back: gradebook, key and hand-ins, exchange, logins, leases.

Made while everything runs: databases are copied by SQLite's own backup, whole and as they are at one moment. What can
be made again (releases, results, environments, logs) stays out.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from course.errors import SetupError
from course.files import drafted
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project

MANIFEST = "manifest.json"
_GIVEN_UP = 3600.0  # seconds after which an unfinished file is nobody's any more
_DATABASES = (".db", ".sqlite")
OF_THE_COURSE = ("gradebook.db", "course.key", "lti.key", "lti", "schedule.json", "submitted")
# Of a hub: all databases, its settings, its secret, and what is on the exchange.
_OF_THE_HUB = ("*.db", "*.sqlite", "*.toml", "*.yaml", "cookie_secret", "exchange")


@dataclass(frozen=True)
class Saved:
    """What is in an archive.

    Attributes
    ----------
    files : digests by name; a name begins with ``course/`` or ``hub/``.
    remarks : what is not in it, and where that is.
    """

    files: Mapping[str, str]
    remarks: tuple[str, ...]


def save(project: Project, state: Path, archive: Path) -> Saved:
    """Write an archive, readable for its owner only: whole, or not at all.

    Parameters
    ----------
    state : the hub's folder; one that is not there has nothing to be saved.

    Raises
    ------
    SetupError : there is nothing to save, or a file can't be read or written.
    """
    files: dict[str, str] = {}
    try:
        _clear(archive)
        with drafted(archive) as draft, tarfile.open(draft, "w:gz") as tar:
            for name, path in _found(project, state):
                content = _content(path)
                files[name] = hashlib.sha256(content).hexdigest()
                _add(tar, name, content, path)
            if not files:
                raise SetupError(f"There is nothing to save in {project.build} or {state}.")
            _add(tar, MANIFEST, json.dumps({"files": files}).encode())
    except (OSError, sqlite3.Error) as error:
        raise SetupError(f"{archive} could not be written: {error}. Free some space, or mend the rights.") from error
    return Saved(files, tuple(_remarks(project)))


def restore(project: Project, state: Path, archive: Path, *, replace: bool = False) -> Saved:
    """Put back what an archive holds; nothing is touched before all of it has been found to be whole.

    Parameters
    ----------
    replace : what is there already is moved aside, into ``before-TIME`` beside it; without, it is refused.

    Raises
    ------
    SetupError : it is no such archive, it is damaged, or something is there already.
    """
    roots = {"course": project.build, "hub": state}
    with tempfile.TemporaryDirectory(prefix="course-restore-") as folder:
        files = _unpacked(archive, Path(folder))
        there = [root / first for root, first in _tops(files, roots) if (root / first).exists()]
        if there and not replace:
            named = ", ".join(map(str, there[:3])) + (" …" if len(there) > 3 else "")
            raise SetupError(f"{named} would be replaced: end the hub, then say --replace; they are moved aside.")
        aside = f"before-{time.strftime('%Y%m%d-%H%M%S')}"
        for path in there:
            (path.parent / aside).mkdir(mode=0o700, exist_ok=True)
            path.rename(path.parent / aside / path.name)
        for name in files:
            top, _, rest = name.partition("/")
            _put(Path(folder) / name, roots[top] / rest)
    return Saved(files, tuple(_remarks(project)))


def _put(source: Path, target: Path) -> None:
    """Put a file, with its owner and rights, where it was; a folder that has to be made is its owner's alone."""
    new = [path for path in target.parents if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    about = source.stat()
    _clear(target)
    with drafted(target) as draft:
        draft.write_bytes(source.read_bytes())
        draft.chmod(about.st_mode & 0o777)
        if os.geteuid() == 0:  # nobody else can give files away
            for path in [draft, *new]:
                os.chown(path, about.st_uid, about.st_gid)
        for path in new:
            path.chmod(0o700)


def _clear(target: Path) -> None:
    """Remove what runs that were killed have left of `target`: it holds secrets."""
    for left in target.parent.glob(f".{target.name}.*"):
        if left.stat().st_mtime < time.time() - _GIVEN_UP:
            left.unlink()


def _found(project: Project, state: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and the place of each file to be saved."""
    for top, root, patterns in (("course", project.build, OF_THE_COURSE), ("hub", state, _OF_THE_HUB)):
        for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
            if top == "hub" and path == project.build / "gradebook.db":
                continue  # a demo hub's state is in the build folder
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and not file.is_symlink():
                    yield f"{top}/{file.relative_to(root).as_posix()}", file


def _content(path: Path) -> bytes:
    if path.suffix not in _DATABASES:
        return path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="course-backup-") as folder:
        copy = Path(folder) / "copy.db"
        with (
            contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as there,
            contextlib.closing(sqlite3.connect(copy)) as here,
        ):
            there.backup(here)
        return copy.read_bytes()


def _add(tar: tarfile.TarFile, name: str, content: bytes, path: Path | None = None) -> None:
    about = tar.gettarinfo(path, name) if path else tarfile.TarInfo(name)
    about.size = len(content)  # a database's copy is shorter than the file
    about.type = tarfile.REGTYPE
    tar.addfile(about, io.BytesIO(content))


def _remarks(project: Project) -> Iterator[str]:
    if not gradebook_url(project).startswith("sqlite"):
        yield "The gradebook is on a server (COURSE_DB_URL): save it there, with pg_dump."
    if "COURSE_KEY" in os.environ:
        yield "The course's key is in the environment (COURSE_KEY), and not in the archive."


def _unpacked(archive: Path, folder: Path) -> Mapping[str, str]:
    """Unpack an archive whose every file is as it was saved; return their digests."""
    broken = f"{archive} is no archive of `course backup`, or is damaged: take another."
    found: dict[str, str] = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                if not member.isfile() or name.is_absolute() or ".." in name.parts:
                    raise SetupError(f"{broken} ({member.name!r} leads elsewhere.)")
                tar.extract(member, folder, filter="tar")  # with its owner, where root does it
                found[member.name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        listed: dict[str, str] = json.loads((folder / MANIFEST).read_text())["files"]
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError) as error:
        raise SetupError(f"{broken} ({error})") from error
    del found[MANIFEST]
    if found != listed or not all(name.startswith(("course/", "hub/")) for name in found):
        raise SetupError(broken)
    return found


def _tops(files: Mapping[str, str], roots: Mapping[str, Path]) -> list[tuple[Path, str]]:
    """What stands directly below the two folders."""
    return sorted({(roots[name.split("/")[0]], name.split("/")[1]) for name in files})
