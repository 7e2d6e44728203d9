"""ipykernel's own application, started in a forked and shut-in process on sockets that are open already.

`prepare` makes all of it that needs no socket and no thread, in the zygote: making it in each kernel costs 0.2 s.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import inspect
import logging
import os
import sys
import tempfile
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ipykernel
import ipykernel.ipkernel
import zmq
from ipykernel.compiler import XCachingCompiler
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_core.paths import jupyter_runtime_dir
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


class ForkedCompiler(XCachingCompiler):
    """Tells `inspect` where a cell's code belongs: for each frame of a traceback it would look through thousands of
    modules, 30 s for an endless recursion."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Called by IPython once per cell."""
        name: str = super().get_code_name(raw_code, code, number)  # type: ignore[no-untyped-call]
        inspect.modulesbyfile[name] = "__main__"
        return name


class ForkedHeartbeat(Heartbeat):
    """Binds its socket on a descriptor it was given."""

    descriptor: int

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.descriptor)
        super()._try_bind_socket()  # type: ignore[no-untyped-call]


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
        """For clients that have only a connection file; others ask the supervisor whether the kernel lives."""
        address = (self.transport, self.ip, self.hb_port)
        self.heartbeat = ForkedHeartbeat(zmq.Context(), address)  # type: ignore[no-untyped-call]
        self.heartbeat.descriptor = self.descriptors[self.hb_port]
        self.heartbeat.start()

    def init_connection_file(self) -> None:
        """The manager's can't be seen from in here; what it says was given, and goes into one that can."""
        Path(self.connection_file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def init_io(self) -> None:
        """Logs of libraries write to this kernel's streams, though they were imported when there were none."""
        before = {id(sys.stdout): "stdout", id(sys.stderr): "stderr"}
        loggers = [logging.root, *logging.root.manager.loggerDict.values()]
        handlers = [one for logger in loggers if logger not in self._own_loggers() for one in _stream_handlers(logger)]
        moved = [(handler, before[id(handler.stream)]) for handler in handlers if id(handler.stream) in before]
        super().init_io()  # type: ignore[no-untyped-call]
        for handler, name in moved:
            handler.stream = getattr(sys, name)

    def _own_loggers(self) -> tuple[object, object]:
        """Those that a cold kernel has before its streams as well."""
        return self.log, logging.getLogger("tornado")

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """There is no user whose configuration it would be."""

    def init_crash_handler(self) -> None:
        """An uncaught error of the kernel's ends it; the supervisor sees that."""


def _stream_handlers(logger: object) -> list[Any]:
    return [one for one in getattr(logger, "handlers", ()) if isinstance(one, logging.StreamHandler)]


# Notebooks can ask for them by name: `%config IPKernelApp`, `type(get_ipython().kernel)`.
ForkedKernelApp.__name__ = ForkedKernelApp.__qualname__ = "IPKernelApp"
ForkedKernel.__name__ = ForkedKernel.__qualname__ = "IPythonKernel"


def prepare() -> ForkedKernelApp:
    """Return an application that `serve` can start in a child, and make the shell, which it will find."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"  # with a file comes a thread
    config.IPKernelApp.connection_file = ""  # by the section alone, many libraries know that they are in a notebook
    # As what it is, and as everything it inherits from: IPython asks each of them for the one that runs.
    app: ForkedKernelApp = ForkedKernelApp.instance(config=config)
    ZMQInteractiveShell.instance(
        config=config, ipython_dir="/nonexistent", profile_dir=ProfileDir(), compiler_class=ForkedCompiler
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
    atexit._clear()  # what the zygote would have done at its end
    sys.path[:] = path
    app.connection_file = app.config.IPKernelApp.connection_file = str(Path(jupyter_runtime_dir()) / "kernel.json")
    launcher = Path(ipykernel.__file__).parent.parent / "ipykernel_launcher.py"
    sys.argv[:] = [str(launcher), "-f", app.connection_file]  # what `argparse` in a notebook expects
    sys.breakpointhook = _pass_over
    ZMQInteractiveShell.instance().init_environment()  # again: the zygote's variables are not this kernel's
    app.descriptors = dict(descriptors)
    app.transport, app.ip = "ipc", connection["ip"]
    for channel in CHANNELS:
        setattr(app, f"{channel}_port", connection[f"{channel}_port"])
    app.session.key = connection["key"].encode()
    _pipe_without_internet()
    app.initialize([])  # type: ignore[no-untyped-call]
    gc.enable()
    with contextlib.suppress(SystemExit):
        app.start()  # type: ignore[no-untyped-call]
    if app.kernel._shutdown_message is not None:
        app.control_thread.join(1.0)  # it says so to the client, by a thread that the next line ends
    atexit._run_exitfuncs()  # the notebook's own, and what sends the last outputs
    os._exit(0)


def _pass_over(*_: object, **__: object) -> None:
    """A `breakpoint()` that was left in: as with a debugger of Jupyter's that nobody has attached."""


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
