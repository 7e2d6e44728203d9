"""The first cell of every attack: words for what came of it. `KNOWN` is filled with all an attacker could know.

The text of this module runs in the submission's process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable
from typing import Any

KNOWN: dict[str, Any] = {}  # paths, addresses, process ids and the mark of this submission; no secret


def breach(what: str) -> None:
    """Say that something worked that should not have."""
    print("BREACH" + ": " + what, flush=True)


def attempt(what: str, function: Callable[[], object]) -> Any:
    """Try something: a true value means that it worked, an error that it was refused."""
    try:
        value = function()
    except Exception as error:
        print(f"refused: {what}: {type(error).__name__}: {error}"[:200], flush=True)
        return None
    if value:
        breach(what)
    else:
        print(f"nothing came of it: {what}", flush=True)
    return value


def loot(path: str) -> None:
    """Print the beginning of one of the grader's planted files; whoever finds its secret knows that it leaked."""
    try:
        with open(path, "rb") as file:
            print(file.read(4000), flush=True)
    except Exception as error:
        print(f"refused: {path}: {type(error).__name__}", flush=True)


def syscall(number: int, *arguments: Any) -> tuple[int, int]:
    """Make a system call; return its result and errno."""
    library = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    result = library.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if a is None else a for a in arguments))
    return int(result), ctypes.get_errno()


def leave_mark() -> None:
    """Name the process, and a file in its folder, such that the red team finds what is left of them."""
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).prctl(15, KNOWN["mark"].encode()[:15], 0, 0, 0)
    with contextlib.suppress(Exception), open(KNOWN["mark"], "w", encoding="utf-8") as file:
        file.write("left behind")


def outside() -> bool:
    """Whether this process shares the grader's process ids: then nothing may be done to a process by its number."""
    try:
        return bool(os.readlink("/proc/self/ns/pid") == KNOWN["processes"])
    except OSError:
        return False


# Takes memory of the lent GPU, as a real one and as a stand-in of the tests has it taken.
_TAKE = {
    False: "import torch\nkept = torch.ones({mb} << 18, device='cuda')\ntorch.cuda.synchronize()",
    True: "kept = open({file!r}, 'r+b', 0)\nkept.seek(0, 2)\nkept.write(b'x' * ({mb} << 10))",
}


def card_file() -> str:
    """Return the device file of the GPU that this submission has been lent."""
    paths: list[str] = KNOWN["cards"][os.environ["CUDA_VISIBLE_DEVICES"]]
    return next(path for path in paths if os.path.exists(path))


def taking(megabytes: int) -> str:
    """Return a program that takes memory of the lent GPU, and has it as `kept`."""
    stand_in = KNOWN["stand_in"]
    return _TAKE[stand_in].format(mb=megabytes, file=card_file() if stand_in else "")


def take(megabytes: int) -> Any:
    """Take memory of the lent GPU, and return what holds it."""
    namespace: dict[str, Any] = {}
    exec(taking(megabytes), namespace)  # noqa: S102
    return namespace["kept"]
