"""The course's wheel: what students need of it, and nothing that reads solutions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from course.errors import SetupError

_OF_THE_WHEEL = ("LICENSE", "README.md", "pyproject.toml")


def build_wheel(root: Path, place: Path) -> Path:
    """Build the course's wheel of the checkout `root` in the empty folder `place`, and return its path.

    Nothing is written into the checkout.

    Raises
    ------
    SetupError : it can't be built.
    """
    for path in sources(root):
        target = place / "source" / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [*pip, "--wheel-dir", str(place), str(place / "source")]
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False)
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"The course's wheel can't be built: run `make setup` again. The last words of pip:\n{words}")
    (wheel,) = place.glob("*.whl")
    return wheel


def sources(root: Path) -> Iterator[Path]:
    """Yield the files that a wheel is made of."""
    yield from (root / name for name in _OF_THE_WHEEL if (root / name).exists())
    for path in sorted((root / "course").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
