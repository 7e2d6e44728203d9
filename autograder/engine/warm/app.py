"""ipykernel's own application, started in a forked and shut-in process on sockets that are open already.

`prepare` makes all of it that needs no socket and no thread, in the zygote: making it in each kernel costs 0.2 s.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import types
from collections.abc import Mapping
from typing import Any

import ipykernel.ipkernel
import zmq
from ipykernel.compiler import XCachingCompiler
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class ForkedKernel(IPythonKernel):
    """A kernel without a debugger."""

    def __init__(self, **kwargs: Any) -> None:
        # For its debugger it looks at every module there is, which would copy thousands of shared pages.
        sys_there = ipykernel.ipkernel.sys  # type: ignore[attr-defined]
        ipykernel.ipkernel.sys = types.SimpleNamespace(modules={})  # type: ignore[assignment,attr-defined]
        try:
            super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        finally:
            ipykernel.ipkernel.sys = sys_there  # type: ignore[attr-defined]


class ForkedKernelApp(IPKernelApp):
    """Binds its sockets on descriptors it was given, and reads no configuration of the machine's."""

    kernel_class = ForkedKernel
    descriptors: dict[int, int]

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none."""

    def init_shell(self) -> None:
        """Tell the shell, which was made before, where it lives."""
        shell: Any = ZMQInteractiveShell.instance()
        shell.parent = shell.kernel = self.kernel
        shell.ipython_dir, shell.profile_dir = self.ipython_dir, self.profile_dir
        super().init_shell()  # type: ignore[no-untyped-call]

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


def prepare() -> ForkedKernelApp:
    """Return an application that `serve` can start in a child, and make the shell, which it will find."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 1000
    config.InteractiveShell.xmode = "Plain"  # with context, an endless recursion through large libraries takes 30 s
    app = ForkedKernelApp(config=config)  # type: ignore[no-untyped-call]
    IPKernelApp._instance = app  # type: ignore[assignment]
    ZMQInteractiveShell.instance(
        config=config,
        ipython_dir="/nonexistent",
        profile_dir=ProfileDir(),
        user_ns={},
        compiler_class=XCachingCompiler,
    )
    return app


def serve(app: ForkedKernelApp, connection: Mapping[str, Any], descriptors: Mapping[int, int], path: list[str]) -> None:
    """Run a kernel until it is told to end.

    Parameters
    ----------
    app : what `prepare` has made.
    connection : Jupyter's connection information: ip, ports, key.
    descriptors : a listening socket's file descriptor for each port.
    path : becomes ``sys.path``.
    """
    sys.path[:] = path
    app.descriptors = dict(descriptors)
    app.transport, app.ip = "ipc", connection["ip"]
    for channel in CHANNELS:
        setattr(app, f"{channel}_port", connection[f"{channel}_port"])
    app.session.key = connection["key"].encode()
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
