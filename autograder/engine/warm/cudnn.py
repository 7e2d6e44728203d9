"""cuDNN's libraries, loaded by the parent of kernels, so that kernels share them: a first convolution loads them else,
in each process anew.

To load a library makes no CUDA context. A parent must never have one, since none of its children could use a GPU then,
so this is not taken on trust: a child tries it before, and where that opens a device, starts a thread or does not end
well, the parent loads nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.util
import os
from pathlib import Path

from autograder.engine.gpu import nvml
from autograder.engine.isolation.trial import tried_in_child

AUTO, NONE = "auto", "none"  # where to look: beside torch, nowhere; else in a folder
_SECONDS = 30.0  # to read a gigabyte from a slow disk
_NAMES = "libcudnn*.so*"


@functools.cache
def beforehand(where: str) -> tuple[str, ...]:
    """Load the libraries once, where that is harmless; return the names of those that are loaded.

    Parameters
    ----------
    where : a folder, `AUTO` or `NONE`.
    """
    paths = libraries(where)
    if not paths or not tried_in_child(lambda: _harmless(paths), _SECONDS):
        return ()
    return _load(paths)


def libraries(where: str) -> tuple[Path, ...]:
    """Return the files of cuDNN in a folder, or in the places beside torch where its wheels put them."""
    if where == NONE:
        return ()
    if where != AUTO:
        return _in(Path(where))
    torch = importlib.util.find_spec("torch")  # which does not import it
    if torch is None or not torch.origin:
        return ()
    home = Path(torch.origin).parent
    places = (home / "lib", *sorted((home.parent / "nvidia").glob("*/lib")))
    return tuple(path for place in places for path in _in(place))


def _in(folder: Path) -> tuple[Path, ...]:
    # What has no further version is a link for compilers.
    return tuple(sorted(path for path in folder.glob(_NAMES) if path.is_file() and not path.name.endswith(".so")))


def _load(paths: tuple[Path, ...]) -> tuple[str, ...]:
    """Load what can be loaded: again and again, as one needs another, for as long as another one can be."""
    loaded: dict[Path, str] = {}
    while True:
        before = len(loaded)
        for path in paths:
            if path not in loaded:
                with contextlib.suppress(OSError):
                    ctypes.CDLL(str(path))
                    loaded[path] = path.name
        if len(loaded) in (before, len(paths)):
            return tuple(loaded.values())


def _harmless(paths: tuple[Path, ...]) -> bool:
    """In a child: whether to load them opens no device of a GPU and starts no thread."""
    before = _devices(), _threads()
    _load(paths)
    return (_devices(), _threads()) == before


def _devices() -> list[str]:
    """The files of GPUs that this process has open: with none there is no context."""
    prefix = str(nvml.DEVICES / "nvidia")
    opened = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # that of the listing itself
            opened.append(os.readlink(f"/proc/self/fd/{name}"))
    return sorted(one for one in opened if one.startswith(prefix))


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))
