"""The Python environment of people's servers, and of the services that run as other users than the hub's.

It lies outside the checkout and everybody may read it: a virtual environment with the course's wheel, which has what
students need, and the packages of ``constraints.txt``. A course's services find the checkout by PYTHONPATH besides;
nobody else does. It is made anew, beside the old one, whenever what it is made of has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.authoring.wheel import build_wheel, sources
from course.errors import SetupError

_EXTRAS = "instructor,deep,hub,lab,cluster"
_READY = ".ready"
_SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin")
_OLDEST = (3, 11)
_LAST_WORDS = 12  # lines of pip's that are shown

Install = Callable[[Path, Path], None]  # puts the wheel (second) and what it needs into an environment (first)


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is there, or is to be made.

    Attributes
    ----------
    folder : of the environment.
    root : the checkout that its wheel is of.
    packages : what is in it besides.
    interpreter : the Python that it is made with; empty to look for one.
    """

    folder: Path
    root: Path
    packages: tuple[str, ...] = ()
    interpreter: str = ""

    @classmethod
    def of(cls, root: Path, base: Path, packages: Sequence[str] = (), interpreter: str = "") -> Environment:
        """Return the environment below `base` for the checkout in `root` as its files are now."""
        digest = hashlib.sha256(repr((*packages, interpreter, sys.version_info[:2])).encode())
        for path in (root / "constraints.txt", *sources(root)):
            digest.update(f"\n{path.relative_to(root)} ".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"")
        return cls(base / digest.hexdigest()[:12], root, tuple(packages), interpreter)

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "bin"

    @property
    def python(self) -> str:
        """Its Python."""
        return str(self.bin / "python")

    @property
    def path(self) -> str:
        """What PATH is in it: nothing of the hub's own."""
        return os.pathsep.join([str(self.bin), *_SYSTEM])

    @property
    def is_ready(self) -> bool:
        """Whether it has been made to the end."""
        return (self.folder / _READY).exists()

    def make(self, install: Install | None = None, tell: Callable[[str], None] = lambda text: None) -> None:
        """Make it, unless it is ready; everybody may read it, whatever the umask.

        Parameters
        ----------
        install : puts the packages in; pip by default, which needs its index, or the wheels that its settings name.

        Raises
        ------
        SetupError : there is no Python that people can run, or a package can't be had.
        """
        if self.is_ready:
            return
        tell(f"The Python environment of people's servers is made, once, in {self.folder}: this takes minutes …")
        shutil.rmtree(self.folder, ignore_errors=True)  # what was left half made
        mask = os.umask(0o022)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            _run([self._base(), "-m", "venv", "--without-pip", str(self.folder)], "venv")
            with tempfile.TemporaryDirectory() as place:
                (install or self._pip)(self.folder, build_wheel(self.root, Path(place)))
            (self.folder / _READY).write_text("", encoding="utf-8")
        finally:
            os.umask(mask)

    def _pip(self, folder: Path, wheel: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
        constraints = ["--constraint", str(self.root / "constraints.txt")]
        _run([*pip, *constraints, "pip", f"handson-course[{_EXTRAS}] @ {wheel.as_uri()}", *self.packages], "pip")

    def _base(self) -> str:
        """A Python that everybody can run.

        Raises
        ------
        SetupError : there is none.
        """
        if self.interpreter:
            return self.interpreter
        own = Path(sys.executable).resolve()
        if is_open(own) and is_open(Path(sysconfig.get_path("stdlib"))):
            return str(own)
        newest = range(sys.version_info.minor + 3, _OLDEST[1] - 1, -1)
        names = [f"python3.{minor}" for minor in (sys.version_info.minor, *newest)]
        for name in names:
            found = shutil.which(name, path=os.pathsep.join(_SYSTEM))
            if found and is_open(Path(found).resolve()):
                return found
        raise SetupError(
            f"People's servers need a Python of {'.'.join(map(str, _OLDEST))} or later that everybody on this machine "
            f"can run, and {own} is not for everybody. Install the system's (Debian, Ubuntu: apt install "
            "python3-venv), or name one in hub.toml: python = …"
        )


def is_open(path: Path) -> bool:
    """Whether everybody may read `path` and enter all folders above it."""
    try:
        return bool(path.stat().st_mode & 0o004) and all(one.stat().st_mode & 0o001 for one in path.parents)
    except OSError:
        return False


def _run(command: Sequence[str], what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=_clean())
    except OSError as error:
        raise SetupError(
            f"{command[0]} can't be run: {error.strerror}. Name another in hub.toml: python = …"
        ) from error
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_WORDS:])
        raise SetupError(
            f"The Python environment of people's servers can't be made. The last words of {what}:\n{words}\n"
            "Where it speaks of a conflict, the packages of constraints.txt may want a newer Python than that: name "
            "another in hub.toml (python = …). Without a network, name a folder of wheels in PIP_FIND_LINKS and set "
            "PIP_NO_INDEX=1. Then start again."
        )


def _clean() -> dict[str, str]:
    """The environment without what would lead to the checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
