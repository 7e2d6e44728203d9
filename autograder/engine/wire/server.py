"""The submission's side of a session: answers the grader's requests on what the notebook has defined.

Like `wire`, this text is run inside the student's process; it holds nothing secret, and nothing it says is trusted.
"""

from __future__ import annotations

import contextlib
import io
import re
import signal
import socket
import sys
import types
from collections.abc import Callable, MutableMapping
from typing import Any

from autograder.engine.wire import budget, codec, decoder, encoder, frame, plain_forms, transport

_PROBE = "probe"  # the name of a probe's module


class Server:
    """Answers one request after the other.

    Handle 0 is the namespace; every object that has no plain form gets the next number.
    """

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self.namespace = namespace
        self.objects: list[Any] = [namespace]

    def answer(self, frame: bytes) -> bytes:
        """Return the reply to one request: ``{"value": …}`` or ``{"error": …}``."""
        try:
            request = codec.decode(frame, lambda number, _: self.objects[number])
            operation: Callable[..., Any] = getattr(self, f"do_{request.pop('do')}")
            with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
                return codec.encode({"value": operation(**request)}, self.handle_of, plain=True)
        except BaseException as error:  # SystemExit and KeyboardInterrupt in an answer are answers too
            return self.failure(error)

    def failure(self, error: BaseException) -> bytes:
        """Return the reply that says what an answer has raised."""
        return codec.encode({"error": describe(error)}, self.handle_of)

    def do_get(self, on: Any, name: str) -> Any:
        if on is self.namespace:
            if name not in self.namespace:
                raise NameError(name)
            return self.namespace[name]
        return getattr(on, name)

    def do_call(self, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args, kwargs = beside_model(on, args, kwargs)
        return on(*args, **kwargs)

    def do_watch(self, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call, and return the arguments too as they are afterwards."""
        args, kwargs = beside_model(on, args, kwargs)
        return on(*args, **kwargs), args

    def do_seed(self, number: int) -> None:
        """Seed the global random numbers of what has been imported, so that what is drawn can be drawn again.

        A submission may have broken any of them, which is no reason to judge it differently.
        """
        for module, seed in (("random", "seed"), ("numpy.random", "seed"), ("torch", "manual_seed")):
            with contextlib.suppress(Exception):
                getattr(sys.modules[module], seed)(number)

    def do_define(self, source: str, name: str) -> Any:
        """Run a probe's source in a namespace of its own; return what it calls `name`."""
        module = types.ModuleType(_PROBE)
        exec(compile(source, "<probe>", "exec"), vars(module))  # noqa: S102  # the grader's own text
        return getattr(module, name)

    def handle_of(self, value: object) -> tuple[int, str]:
        self.objects.append(value)
        kind = type(value)
        return len(self.objects) - 1, f"{kind.__module__}.{kind.__qualname__}"


def beside_model(on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return arguments on the device of the model that they are for: `on`, the model that it is a method of, or, for a
    probe, one among the arguments. What the grader sends is on no GPU, wherever a model has been left."""
    try:
        torch = sys.modules["torch"]
        models = [on, getattr(on, "__self__", None)]
        models += [*args, *kwargs.values()] if getattr(on, "__module__", "") == _PROBE else []
        models = [one for one in models if isinstance(one, torch.nn.Module)]
        where = next(one.device for model in models for one in (*model.parameters(), *model.buffers()))
        moved = (args, kwargs) if where.type == "cpu" else _moved((args, kwargs), where)
    except Exception:  # no torch, no model, no weights, or a submission that has changed what these are
        return args, kwargs
    return moved[0], moved[1]


def _moved(value: Any, device: Any) -> Any:
    """Return plain data with its tensors on a device."""
    if type(value) in (tuple, list):
        return type(value)(_moved(one, device) for one in value)
    if type(value) is dict:
        return {key: _moved(one, device) for key, one in value.items()}
    torch = sys.modules["torch"]
    return value.to(device) if isinstance(value, torch.Tensor | torch.nn.utils.rnn.PackedSequence) else value


class _Nowhere(io.TextIOBase):
    """Swallows what an answer prints while it is checked."""

    def write(self, text: str) -> int:
        return len(text)


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error's type, text, what it is about, and the innermost line in the notebook, as plain data.

    The line is counted from its function's first. A comprehension's or a lambda's is that of the function around it.
    """
    try:
        text = str(error)[:2000]
    except BaseException:
        text = ""
    function, line = "", 0
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name.isidentifier() and _of_notebook(code.co_filename):
            function, line = code.co_name, trace.tb_lineno - code.co_firstlineno + 1
        trace = trace.tb_next
    found = {"type": type(error).__name__, "text": text, "function": function, "line": line}
    return {**found, "name": _about(error), "advice": _advice(error, text)}


def _of_notebook(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


def _about(error: BaseException) -> str:
    """Return the name that an error is about, if it has one."""
    name = getattr(error, "name", None)
    if name is None and type(error) is KeyError and error.args:
        name = error.args[0]
    return name[:200] if type(name) is str else ""


# What libraries say where a step of a model is given what it can't take.
_SAID = {
    "category": "Found unknown categor|previously unseen label",
    "fitted": "not fitted",
    "text": "could not convert string to float|type numpy.object_|strategy with non-numeric data",
    "gaps": "contains NaN|contains infinity",
    "columns": "features, but .* expecting|feature names should match|columns are missing",
}


def _advice(error: BaseException, text: str) -> str:
    """Return which of the grader's sentences may help; it has them by these keys."""
    kind = type(error).__name__
    if any(word in text for word in ("CUDA", "cuda", "NVIDIA", "MPS backend")) and not isinstance(error, NameError):
        return "gpu"
    if kind == "BrokenProcessPool" or (kind == "AttributeError" and "__main__" in text and "attribute" in text):
        return "spawn"
    if kind == "StdinNotImplementedError":
        return "input"
    if "Pandas output does not support" in text or "set_output" in text:
        return "pandas output"
    if kind in ("URLError", "gaierror", "ConnectionError", "MaxRetryError", "ConnectTimeout"):
        return "network"
    if isinstance(error, MemoryError) or "not enough memory" in text or "can't allocate memory" in text:
        return "memory"
    return next((key for key, said in _SAID.items() if re.search(said, text)), "")


class _Interrupts:
    """Lets an interrupt end an answer, and nothing else: one that is late must not tear a message in two."""

    def __init__(self) -> None:
        self.wanted = False
        with contextlib.suppress(ValueError):  # not the main thread: no interrupt arrives here
            signal.signal(signal.SIGINT, self._arrived)

    def _arrived(self, number: int, _: types.FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt


def serve(connection: socket.socket, namespace: MutableMapping[str, Any]) -> None:
    """Answer what the grader asks over a connected socket until it hangs up."""
    server, interrupts = Server(namespace), _Interrupts()
    with connection, contextlib.suppress(ConnectionError):
        while True:
            request = transport.receive(connection, None)
            try:
                interrupts.wanted = True
                reply = server.answer(request)
                interrupts.wanted = False
            except KeyboardInterrupt as error:  # it came while an error was being described
                interrupts.wanted = False
                reply = server.failure(error)
            transport.send(connection, reply, None)


def serve_descriptor(number: int, namespace: MutableMapping[str, Any]) -> None:
    """Serve over the connected socket that this process has as descriptor `number`."""
    serve(socket.socket(fileno=number), namespace)


def serve_address(address: str | tuple[str, int], token: bytes, namespace: MutableMapping[str, Any]) -> None:
    """Connect to the grader, say who we are, and serve."""
    connection = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET, socket.SOCK_STREAM)
    connection.connect(address)
    connection.sendall(token)
    serve(connection, namespace)


def start_code(address: str | tuple[str, int] | None = None, token: bytes = b"", *, fd: int | None = None) -> str:
    """Return the code which, run in the student's kernel, starts serving the kernel's own namespace there.

    Parameters
    ----------
    address, token : where to connect to, and what to say first.
    fd : descriptor of a connected socket in the student's process, instead.
    """
    if (address is None) == (fd is None):
        raise TypeError("either an address or a descriptor")
    how = f"serve_descriptor({fd!r}, " if fd is not None else f"serve_address({address!r}, {token!r}, "
    sources = {module.__name__: _source(module) for module in _MODULES}
    return "\n".join(
        [
            "def _serve():",
            "    import sys, types",
            f"    if {__name__!r} not in sys.modules:  # else a warm kernel has them",
            f"        for name, text in {sources!r}.items():",
            "            for depth in range(1, name.count('.') + 1):",
            "                parent = '.'.join(name.split('.')[:depth])",
            "                sys.modules.setdefault(parent, types.ModuleType(parent))",
            "            module = sys.modules[name] = types.ModuleType(name)",
            "            setattr(sys.modules[name.rpartition('.')[0]], name.rpartition('.')[2], module)",
            "            exec(compile(text, f'<{name}>', 'exec'), vars(module))",
            f"    sys.modules[{__name__!r}].{how}get_ipython().user_ns)",
            "_serve()",
        ]
    )


def warm_start_code(fd: int) -> str:
    """Return what `start_code(fd=fd)` does, short, for a kernel whose parent has imported this module."""
    return f"__import__('sys').modules[{__name__!r}].serve_descriptor({fd!r}, get_ipython().user_ns)"


def _source(module: types.ModuleType) -> str:
    with open(str(module.__file__), encoding="utf-8") as file:
        return file.read()


# Each after those it imports.
_MODULES = (frame, transport, plain_forms, encoder, budget, decoder, codec, sys.modules[__name__])
