"""A kernel that the zygote has forked, as the grader's side sees it: a connection to its supervisor."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

from autograder.engine.isolation.supervisor import LOST
from autograder.engine.isolation.tiers import Tier


class KernelProcess:
    """A kernel and its supervisor, as `subprocess.Popen` would show them.

    Attributes
    ----------
    pid : of the first process inside.
    tier, kind : how it is isolated; whether it was forked ``warm`` or, where that does not work here, is ``cold``.
    reason : why the supervisor ended it: ``cpu``, ``memory``, ``wall``, ``processes``; empty when it ended by itself.
    lost : its supervisor or zygote was killed: nobody's fault but the machine's.
    """

    def __init__(self, connection: socket.socket, first: Mapping[str, Any]) -> None:
        self._connection = connection
        self._pending = b""
        self._lock = threading.Lock()
        self.pid = int(first["pid"])
        self.tier = Tier(first["tier"])
        self.kind = str(first["kind"])
        self.returncode: int | None = None
        self.reason = ""
        self.lost = False

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        self._read(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; return the exit status, None when it did not come in time."""
        until = time.monotonic() + (timeout if timeout is not None else 1e9)
        while self.returncode is None and time.monotonic() < until:
            self._read(min(1.0, until - time.monotonic()))
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        with contextlib.suppress(OSError):
            self._connection.sendall(json.dumps({"do": "signal", "number": number}).encode() + b"\n")

    def kill(self) -> None:
        """End the kernel and all it has started; idempotent."""
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)

    def close(self, wait: float = 5.0) -> None:
        """End it and forget it: the supervisor sees that nobody is there any more."""
        self.kill()
        self.wait(wait)
        self._connection.close()

    def _read(self, timeout: float) -> None:
        with self._lock:
            if self.returncode is not None:
                return
            try:
                if not select.select([self._connection], [], [], max(0.0, timeout))[0]:
                    return
                received = self._connection.recv(4096)
            except (OSError, ValueError):
                received = b""
            if not received:
                self.returncode, self.lost = -signal.SIGKILL, True
                return
            *lines, self._pending = (self._pending + received).split(b"\n")
            for line in lines:
                message = json.loads(line)
                if "exit" in message:
                    self.reason = str(message["reason"])
                    self.lost = self.reason == LOST
                    self.returncode = int(message["exit"])  # last: it says that the rest is known
