"""Reads Dockerfiles without an engine: which files of the checkout their images have, and what they run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.support.checkout import ROOT

IMAGES = ROOT / "hub_config" / "images"


@dataclass(frozen=True)
class Step:
    """An instruction, and the folder that relative paths of it are in."""

    word: str
    rest: str
    workdir: PurePosixPath


@dataclass(frozen=True)
class Stage:
    """From one FROM to the next."""

    base: str
    name: str
    steps: tuple[Step, ...]

    def all(self, word: str) -> list[Step]:
        return [step for step in self.steps if step.word == word]


def stages(path: Path) -> list[Stage]:
    """Return the stages of a Dockerfile; the last is the image."""
    found: list[Stage] = []
    workdir = PurePosixPath("/")
    for word, rest in _instructions(path.read_text(encoding="utf-8")):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name, ()))
            workdir = PurePosixPath("/")
            continue
        workdir = workdir / rest if word == "WORKDIR" else workdir
        last = found[-1]
        found[-1] = Stage(last.base, last.name, (*last.steps, Step(word, rest, workdir)))
    return found


def emulated(path: Path, folder: Path) -> Path:
    """Make, below `folder`, what an image has of the checkout and what its Python writes; return the image's root."""
    made: dict[str, Path] = {}
    for number, stage in enumerate(stages(path)):
        root = folder / f"stage-{number}"
        root.mkdir(parents=True)
        for step in stage.steps:
            if step.word == "COPY":
                _copy(step, root, made)
            elif step.word == "RUN" and step.rest.startswith("python -c "):
                _write(step, root)
        made[stage.name] = root
    return root


def ignored(path: PurePosixPath, text: str | None = None) -> bool:
    """Whether ``.dockerignore`` keeps a file of the checkout out of all images."""
    found = False
    for line in (text or (ROOT / ".dockerignore").read_text(encoding="utf-8")).splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            wanted = _pattern(pattern.removeprefix("!").strip("/"))
            if any(wanted.fullmatch(str(one)) for one in (path, *path.parents[:-1])):
                found = not pattern.startswith("!")
    return found


def installs(path: Path) -> list[tuple[str, PurePosixPath]]:
    """Return the shell lines of the image that choose and install packages, and where they run."""
    runs = stages(path)[-1].all("RUN")
    return [(step.rest, step.workdir) for step in runs if "constraints.txt" in step.rest]


def build_arguments(path: Path) -> dict[str, str]:
    """Return the arguments of an image's build, with their defaults."""
    pairs = (step.rest.partition("=") for step in stages(path)[-1].all("ARG"))
    return {name: value.strip('"') for name, _, value in pairs}


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, " ".join(rest.split())


def _copy(step: Step, root: Path, made: dict[str, Path]) -> None:
    words = shlex.split(step.rest)
    origin = next((made[word.removeprefix("--from=")] for word in words if word.startswith("--from=")), None)
    *sources, to = (word for word in words if not word.startswith("--"))
    target = root / (step.workdir / to).relative_to("/")
    for source in sources:
        where = (origin or ROOT) / source.strip("/")
        assert where.exists(), f"{source} is not there"
        files = [one for one in where.rglob("*") if one.is_file()] if where.is_dir() else [where]
        for file in files:
            if origin is None and ignored(PurePosixPath(file.relative_to(ROOT).as_posix())):
                continue
            copy = target / file.relative_to(where) if where.is_dir() else target / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def _write(step: Step, root: Path) -> None:
    """Run the Python of a step, with the image's ``/etc`` in `root`."""
    code = shlex.split(step.rest)[2].replace("'/etc/", f"'{root}/etc/")
    place = root / step.workdir.relative_to("/")
    env = {**os.environ, "PYTHONPATH": str(place)}
    subprocess.run([sys.executable, "-c", code], cwd=place, env=env, check=True, timeout=60)


def _pattern(pattern: str) -> re.Pattern[str]:
    parts = {"**/": r"(?:.*/)?", "**": ".*", "*": r"[^/]*", "?": r"[^/]"}
    return re.compile(re.sub(r"\*\*/|\*\*|\*|\?|.", lambda one: parts.get(one[0], re.escape(one[0])), pattern))
