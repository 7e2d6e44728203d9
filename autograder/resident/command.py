"""What a process becomes that a resident has forked: the command that was asked for, as if it were started there."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import resource
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

from autograder.engine.isolation import linux
from autograder.engine.surroundings import usual_threads
from autograder.engine.warm.launcher import ADDRESS
from autograder.engine.warm.preload import set_threads


def become(request: dict[str, Any], descriptors: Sequence[int], zygote: str) -> Callable[[], None]:
    """Take on the folder, the variables, the terminal and the limits of who asks; return what runs the command.

    Parameters
    ----------
    descriptors : standard input, output, errors, and the folder it works in.
    zygote : the address of the parent of warm kernels.
    """
    linux.die_with_parent()
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.fchdir(descriptors[3])
    for descriptor in descriptors:
        os.close(descriptor)
    _open_streams()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who asks passes on what it does not ignore itself
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH):
        signal.signal(number, signal.SIG_DFL)
    os.umask(int(request["umask"]))
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ[ADDRESS] = zygote
    time.tzset()
    os.sched_setaffinity(0, request["cores"])
    for name, bounds in request["limits"].items():
        with contextlib.suppress(ValueError, OSError):  # a higher one than the resident's own
            resource.setrlimit(getattr(resource, name), tuple(bounds))
    sys.path[:] = request["path"]
    sys.argv[:] = [request["kind"], *request["words"]]
    main = sys.modules["__main__"] = types.ModuleType("__main__")  # that workers look for no file of it
    main.__dict__["__builtins__"] = __builtins__
    importlib.invalidate_caches()
    tempfile.tempdir = None
    _forget_chance()
    import course.resident

    course.resident.inside = True
    return lambda: _end(_RUN[request["kind"]])


def _open_streams() -> None:
    """Make Python's own streams of the descriptors, as it does when it starts."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, f"__{name}__")
        lines = 1 if number == 2 or os.isatty(number) else -1
        mode, how = "r" if number == 0 else "w", (before.encoding, before.errors)
        made = open(number, mode, lines, *how, closefd=False)  # noqa: SIM115  # stays open
        setattr(sys, name, made)
        setattr(sys, f"__{name}__", made)


def _forget_chance() -> None:
    """Have no random number that another command has too."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


def _course() -> None:
    from course.cli import main

    main()


def _pytest() -> None:
    import pytest

    set_threads(usual_threads())  # a class's workers, forked from here, go on with one
    sys.exit(pytest.console_main())


_RUN: dict[str, Callable[[], None]] = {"course": _course, "pytest": _pytest}


def _end(run: Callable[[], None]) -> None:
    """Run a command, and end as Python ends, without taking apart all that was imported."""
    status = 0
    try:
        run()
    except SystemExit as error:
        status = _status(error.code)
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    finally:
        with contextlib.suppress(BaseException):
            threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at every end
        import atexit

        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)


def _status(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1
