"""Tries in a child what may hang or end the process that does it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable


def tried_in_child(function: Callable[[], bool], seconds: float) -> bool:
    """Call `function` in a forked child; return whether it returned true within so many seconds."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(say, b"y" if function() else b"n")
        finally:
            os._exit(0)
    os.close(say)
    poll = select.poll()
    poll.register(said, select.POLLIN)
    answer = os.read(said, 1) if poll.poll(1000 * seconds) else None
    os.close(said)
    if answer is None:
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # where nobody has to be buried
        os.waitpid(pid, 0)
    return answer == b"y"
