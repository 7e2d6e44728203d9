"""The warm parent of kernels: imports what notebooks import, then forks a shut-in kernel for each request.

Run as ``python -m autograder.engine.warm.zygote LISTENING_FD LIFELINE_FD [--cold]``, or forked (see `branch`).
Everything in its memory can be read by submissions: it holds no check, no key, no answer, and of the password only a
digest.

A request is one connection: the password, one JSON line, and the kernel's descriptors; from then on the connection
belongs to the supervisor of that kernel (see `autograder.engine.isolation.supervisor`).
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import hmac
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.engine.isolation import cgroup, linux, seccomp
from autograder.engine.isolation.probe import probe
from autograder.engine.isolation.sandbox import Box, environment
from autograder.engine.isolation.supervisor import Launch, supervise
from autograder.engine.isolation.tiers import Tier
from autograder.engine.isolation.trial import tried_in_child
from autograder.engine.surroundings import CHECKS, places
from autograder.engine.warm.cudnn import beforehand
from autograder.engine.warm.preload import adopt, canary, forget, preload

if TYPE_CHECKING:
    from autograder.engine.warm.kernel_app import ForkedKernelApp

NAME = "course-zygote"  # of the process and all that it forks, as `ps` shows it
_MODULE = "autograder.engine.warm.zygote"
_CHECKOUT = str(Path(__file__).resolve().parents[3])
# What IPython imports only when a shell is made.
_SHELL = ("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect",
          "IPython.extensions.storemagic", "IPython.utils.wildcard", "IPython.core.magics",
          "ipykernel.debugger")  # fmt: skip
_USERS = 20_000  # how many user numbers are used in turn
PASSWORD_BYTES = 16
MAX_REQUEST = 1 << 16
MAX_DESCRIPTORS = 8
_CANARY_SECONDS = 10
_REQUEST_SECONDS = 5.0


def begin(listening: int, lifeline: int, digest: bytes, *, cold: bool) -> None:
    """Serve until the lifeline closes.

    Parameters
    ----------
    listening, lifeline : descriptors of sockets: where kernels are asked for, and what closes when none is any more.
    digest : of the password.
    cold : import nothing beforehand.
    """
    linux.set_dumpable(False)
    linux.set_name(NAME)
    cgroup.sweep()
    server = socket.socket(fileno=listening)
    # Whether there is a GPU is asked of the driver's library: CUDA itself, once asked, works in no forked process.
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    if not cold:
        preload()
        if not _canary_lives():
            for descriptor in (listening, lifeline):
                os.set_inheritable(descriptor, True)
            handed_on, hand_on = os.pipe()
            os.write(hand_on, digest)
            os.dup2(handed_on, 0)
            os.execv(sys.executable, [sys.executable, "-m", _MODULE, str(listening), str(lifeline), "--cold"])
    app = _prepare_kernel()
    filters = {network: seccomp.program(network=network) for network in (True, False)} if seccomp.available() else {}
    gc.collect()
    gc.freeze()
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors need no burial
    best = probe().tier
    os.write(lifeline, b"cold\n" if cold else b"warm\n")
    poll = select.poll()
    poll.register(server, select.POLLIN)
    poll.register(lifeline, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if lifeline in ready:
            return
        connection, _ = server.accept()
        with connection:
            _answer(connection, digest, Offer(best, filters, (listening, lifeline), cold, app))


@dataclass(frozen=True)
class Offer:
    """What every kernel of this zygote has in common: the best tier, its filters of system calls, what to close, the
    application that is ready but for its sockets."""

    best: Tier
    filters: dict[bool, bytes]
    ours: tuple[int, int]
    cold: bool
    app: ForkedKernelApp


def _answer(connection: socket.socket, digest: bytes, offer: Offer) -> None:
    descriptors: list[int] = []
    try:
        request, descriptors = _request(connection, digest)
        if request is None:
            return
        tier = Tier(request["tier"] or offer.best)
        if (tier is Tier.T4 and not request["tier"]) or tier < offer.best or tier > request["minimum"]:
            _refuse(connection, tier, offer.best)
            return
        if request["gpu_libraries"]:
            beforehand(request["gpu_libraries"])
        if os.fork() == 0:
            for descriptor in offer.ours:
                os.close(descriptor)
            status = 1
            try:
                _supervise(connection, request, descriptors, tier, offer)
                status = 0
            finally:
                os._exit(status)
    except (OSError, ValueError, KeyError, TypeError) as error:
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps({"refused": str(error), "tier": offer.best}).encode() + b"\n")
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _request(connection: socket.socket, digest: bytes) -> tuple[dict[str, Any] | None, list[int]]:
    """Read one request; None from who does not know the password."""
    until = time.monotonic() + _REQUEST_SECONDS
    connection.settimeout(_REQUEST_SECONDS)
    content, descriptors, _, _ = socket.recv_fds(connection, MAX_REQUEST, MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    while not content.endswith(b"\n"):
        if len(content) > MAX_REQUEST or time.monotonic() > until:
            raise ValueError("too long a request")
        part = connection.recv(MAX_REQUEST)
        if not part:
            return None, descriptors
        content += part
    password, text = content[:PASSWORD_BYTES], content[PASSWORD_BYTES:]
    if not hmac.compare_digest(hashlib.sha256(password).digest(), digest):
        return None, descriptors
    connection.settimeout(None)
    return json.loads(text), descriptors


def _refuse(connection: socket.socket, wanted: Tier, best: Tier) -> None:
    text = f"isolation {wanted} is asked for or needed, this machine offers {best} (see `course doctor`)"
    connection.sendall(json.dumps({"refused": text, "tier": best}).encode() + b"\n")


def _supervise(
    connection: socket.socket, request: dict[str, Any], descriptors: list[int], tier: Tier, offer: Offer
) -> None:
    uid = int(request["first_uid"]) + os.getpid() % _USERS if tier is Tier.T1 else 0
    box = replace(Box.load(request["box"]), uid=uid)
    name, kind = f"{os.getppid()}-{os.getpid()}", "cold" if offer.cold else "warm"
    launch = Launch(name, tier, box, request["folder"], float(request["seconds"]), kind)
    if len(descriptors) > len(request["ports"]):
        os.dup2(descriptors[-1], CHECKS, inheritable=False)
        descriptors[-1] = CHECKS

    def body() -> None:
        folders = environment(tier, launch.folder) if tier is not Tier.T4 else places(Path(launch.folder))
        variables = {**request["environment"], **folders}
        os.environ.clear()
        os.environ.update(variables)
        tempfile.tempdir = None  # found before for this process, not for the child
        adopt(int(request["threads"]), request["seed"])
        from autograder.engine.warm.kernel_app import serve

        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ports = request["ports"]
        path = [entry for entry in sys.path if entry not in ("", _CHECKOUT)]  # IPython puts "" where it belongs
        serve(offer.app, request["connection"], dict(zip(ports, descriptors, strict=False)), path)

    supervise(launch, connection, descriptors, offer.filters[tier is not Tier.T3], body)


def _prepare_kernel() -> ForkedKernelApp:
    """Import what a kernel itself and the server of calls need, and make all of it that needs no sockets."""
    import autograder.engine.wire.server  # noqa: F401

    blocked = {"debugpy": None, "debugpy.server": None}  # ipykernel's debugger would cost half the start
    sys.modules.update(blocked)  # type: ignore[arg-type]  # None means: there is no such module
    from autograder.engine.warm.kernel_app import prepare

    for name in _SHELL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in blocked:
        del sys.modules[name]
    app = prepare()
    forget()
    return app


def _canary_lives() -> bool:
    """Whether a forked child can use the libraries' threads."""

    def sings() -> bool:
        canary()
        return True

    return tried_in_child(sings, _CANARY_SECONDS)


if __name__ == "__main__":
    begin(int(sys.argv[1]), int(sys.argv[2]), os.read(0, 32), cold="--cold" in sys.argv)
