"""Packs what grading needs as a folder of wheels, for a machine with a GPU where nothing can be installed.

``python tests/support/wheels.py pack FOLDER [--python 3.12] [--machine x86_64] [--has NAME …]``: here, where pip works.
``python tests/support/wheels.py unpack FOLDER SITE``: there, by a plain Python, for ``PYTHONPATH=SITE:CHECKOUT``.

Torch, and what it needs, is there already. The C library libseccomp travels beside the wheels.
"""

from __future__ import annotations

import argparse
import ctypes.util
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "libseccomp.so.2"
LIST = "requirements.txt"  # in the folder: what is packed, for whoever has to get it elsewhere
# Needed by nothing that grades: nbgrader's pages, a debugger, widgets.
NEVER = {"jupyterlab", "jupyterlab-server", "notebook", "jupyter-server", "debugpy", "ipywidgets"}
BESIDES = ("pytest-xdist",)  # the tests' own
GIVEN = "torch"
_PLATFORMS = ("2_28", "2_27", "2_24", "2_17", "2014", "2_12", "2010", "2_5", "1")  # pip wants each by its name


def plain(name: str) -> str:
    """Return a distribution's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(python: str, machine: str, has: Iterable[str] = ()) -> dict[str, str]:
    """Return the distributions to be packed, with their versions, by name.

    Parameters
    ----------
    python, machine : of the machine that they are for, e.g. ``"3.12"`` and ``"x86_64"``.
    has : distributions that are there already.
    """
    place = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine,
             "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}  # fmt: skip
    given = {GIVEN, *_closure([GIVEN], place, frozenset())}
    left_out = frozenset({*NEVER, GIVEN, *map(plain, has)})
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["instructor"], *BESIDES]
    pins = dict(_pins())
    found = {name: pins.get(name, "") or _installed(name) for name in _closure(asked, place, left_out)}
    # What torch brings is there, but for what grading asks for by name and torch can do without.
    return {name: version for name, version in sorted(found.items()) if name not in given - set(_names(asked))}


def _closure(asked: Iterable[str], place: dict[str, str], left_out: frozenset[str]) -> set[str]:
    """The names of what is asked for, and of what that needs in its turn, by the metadata of what is installed here."""
    from packaging.requirements import Requirement

    found: dict[str, set[str]] = {}
    waiting = [(Requirement(text), "") for text in asked]
    while waiting:
        one, extra = waiting.pop()
        name = plain(one.name)
        if name in left_out or not (one.marker is None or one.marker.evaluate({**place, "extra": extra})):
            continue
        new = {"", *one.extras} - found.setdefault(name, set())
        found[name] |= new
        for needed in _needs(name):
            waiting += [(Requirement(needed), each) for each in new]
    return set(found)


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the names of what is asked for, and of what that needs here."""
    return _closure(requirements, {}, frozenset())


def link(names: Iterable[str], site: Path) -> None:
    """Make in `site` a link to each file and package of the distributions, as they are installed here."""
    for name in names:
        made = _distribution(name)
        for file in (made.files if made else None) or []:
            top = file.parts[0]
            if made and top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(Path(str(made.locate_file(top))))


def _needs(name: str) -> list[str]:
    made = _distribution(name)
    return (made.requires if made else None) or []


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # of another system, or another Python
        return None


def _installed(name: str) -> str:
    made = _distribution(name)
    return made.version if made else ""


def _names(requirements: Iterable[str]) -> Iterator[str]:
    for text in requirements:
        match = re.match(r"[\w.-]+", text)
        assert match is not None
        yield plain(match[0])


def _pins() -> Iterator[tuple[str, str]]:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, equal, version = line.partition("==")
        if equal and not line.startswith("#"):
            yield plain(name), version.split(";")[0].strip()


def pack(folder: Path, python: str, machine: str, has: Sequence[str]) -> None:
    """Fill a folder with wheels; raises `SystemExit` where pip can't get them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = [f"{name}=={version}" if version else name for name, version in wanted(python, machine, has).items()]
    (folder / LIST).write_text("\n".join(names) + "\n", encoding="utf-8")
    platforms = [f"--platform=manylinux{'' if one.isdigit() else '_'}{one}_{machine}" for one in _PLATFORMS]
    command = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", f"--python-version={python}",
               "--implementation=cp", *platforms, f"--dest={folder}", f"--requirement={folder / LIST}"]  # fmt: skip
    if subprocess.run([sys.executable, *command], check=False).returncode:
        raise SystemExit(
            f"pip could not get the wheels: see above. What is wanted stands in {folder / LIST}; where there is an "
            f"index, run python {' '.join(command)}"
        )
    library = _library()
    if library is None:
        print(
            "libseccomp is not here, so it is not packed: without it submissions are shut in nowhere.", file=sys.stderr
        )
    else:
        shutil.copy(library, folder / LIBRARY)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: {len(list(folder.glob('*.whl')))} wheels for Python {python}, {size / 1e6:.0f} MB")


def _library() -> Path | None:
    if not ctypes.util.find_library("seccomp"):
        return None
    ctypes.CDLL(LIBRARY)
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return next((Path(line.split(maxsplit=5)[5]) for line in maps if "libseccomp.so" in line), None)


def unpack(folder: Path, site: Path) -> None:
    """Unpack the wheels of a folder; raises `SystemExit` where there are none."""
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise SystemExit(
            f"There are no wheels in {folder}: run `make wheels` where pip has an index, and bring it along."
        )
    shutil.rmtree(site, ignore_errors=True)
    for path in wheels:
        with zipfile.ZipFile(path) as wheel:
            wheel.extractall(site)
        for part in site.glob("*.data/*lib"):
            shutil.copytree(part, site, dirs_exist_ok=True)
        for left in site.glob("*.data"):
            shutil.rmtree(left)
    if (folder / LIBRARY).exists():
        shutil.copy(folder / LIBRARY, site)


def main(arguments: Sequence[str] | None = None) -> None:
    """Called by `make wheels` and `make test-gpu`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    verbs: Any = parser.add_subparsers(required=True, dest="verb")
    packing = verbs.add_parser("pack")
    packing.add_argument("folder", type=Path)
    packing.add_argument("--python", default="3.12")
    packing.add_argument("--machine", default="x86_64")
    packing.add_argument("--has", nargs="*", default=[])
    unpacking = verbs.add_parser("unpack")
    unpacking.add_argument("folder", type=Path)
    unpacking.add_argument("site", type=Path)
    asked = parser.parse_args(arguments)
    if asked.verb == "pack":
        pack(asked.folder, asked.python, asked.machine, asked.has)
    else:
        unpack(asked.folder, asked.site)


if __name__ == "__main__":
    main()
