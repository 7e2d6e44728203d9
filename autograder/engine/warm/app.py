"""ipykernel's own application, started in a forked and shut-in process on sockets that are open already."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class ForkedKernelApp(IPKernelApp):
    """Binds its sockets on descriptors it was given, and reads no configuration of the machine's."""

    descriptors: dict[int, int]

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.descriptors[port])
        s.bind(f"ipc://{self.ip}-{port}")
        return port

    def init_control(self, context: Any) -> None:
        super().init_control(context)  # type: ignore[no-untyped-call]
        endpoint = self.shell_socket.getsockopt(zmq.LAST_ENDPOINT)
        if endpoint:  # for debuggers; its path can't be seen from in here
            self.debug_shell_socket.disconnect(endpoint)

    def init_heartbeat(self) -> None:
        """Nobody listens to it: the supervisor knows whether the kernel lives."""

    def init_connection_file(self) -> None:
        """There is none; what it would say was given."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """There is nobody to write it for."""

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """There is no user whose configuration it would be."""

    def init_crash_handler(self) -> None:
        """An uncaught error of the kernel's ends it; the supervisor sees that."""


def serve(connection: Mapping[str, Any], descriptors: Mapping[int, int], path: list[str]) -> None:
    """Run a kernel until it is told to end.

    Parameters
    ----------
    connection : Jupyter's connection information: ip, ports, key.
    descriptors : a listening socket's file descriptor for each port.
    path : becomes ``sys.path``.
    """
    sys.path[:] = path
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 1000
    config.InteractiveShell.xmode = "Plain"  # with context, an endless recursion through large libraries takes 30 s
    app = ForkedKernelApp(config=config)  # type: ignore[no-untyped-call]
    app.descriptors = dict(descriptors)
    app.transport, app.ip = "ipc", connection["ip"]
    for channel in CHANNELS:
        setattr(app, f"{channel}_port", connection[f"{channel}_port"])
    app.session.key = connection["key"].encode()
    IPKernelApp._instance = app  # type: ignore[assignment]
    _pipe_without_internet()
    app.initialize([])  # type: ignore[no-untyped-call]
    gc.enable()
    app.start()  # type: ignore[no-untyped-call]


def _pipe_without_internet() -> None:
    """Let what subprocesses print come over a Unix socket: ipykernel's port on 127.0.0.1 would be everybody's, and
    libzmq aborts where internet sockets are forbidden."""
    if not hasattr(IOPubThread, "_setup_pipe_in") or not hasattr(IOPubThread, "_setup_pipe_out"):
        return  # another ipykernel; where it matters, the canary says so
    address = f"ipc://{tempfile.mkdtemp(prefix='pipe-')}/p"

    def setup_in(self: Any) -> None:
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(address)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def setup_out(self: Any) -> tuple[Any, Any]:
        context = zmq.Context()  # a new one after the fork
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000
        pipe.connect(address)
        return context, pipe

    pipes: Any = IOPubThread
    pipes._setup_pipe_in, pipes._setup_pipe_out = setup_in, setup_out
