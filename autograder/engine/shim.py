"""The submission's side of a session: answers the grader's requests on what the notebook has defined.

Like `wire`, this text is run inside the student's process; it holds nothing secret, and nothing it says is trusted.
"""

from __future__ import annotations

import contextlib
import io
import socket
import sys
import types
from collections.abc import Callable, MutableMapping
from typing import Any

from autograder.engine import decoder, encoder, frame, wire


class Dispatcher:
    """Answers one request after the other.

    Handle 0 is the namespace; every object that has no plain form gets the next number.
    """

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self.namespace = namespace
        self.objects: list[Any] = [namespace]

    def answer(self, frame: bytes) -> bytes:
        """Return the reply to one request: ``{"value": …}`` or ``{"error": …}``."""
        try:
            request = wire.decode(frame, lambda number, _: self.objects[number])
            operation: Callable[..., Any] = getattr(self, f"do_{request.pop('do')}")
            with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
                return wire.encode({"value": operation(**request)}, self.handle_of)
        except BaseException as error:  # SystemExit and KeyboardInterrupt in an answer are answers too
            return wire.encode({"error": describe(error)}, self.handle_of)

    def do_get(self, on: Any, name: str) -> Any:
        if on is self.namespace:
            if name not in self.namespace:
                raise NameError(name)
            return self.namespace[name]
        return getattr(on, name)

    def do_call(self, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return on(*args, **kwargs)

    def do_watch(self, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call, and return the arguments too as they are afterwards."""
        return on(*args, **kwargs), args

    def do_define(self, source: str, name: str) -> Any:
        """Run a probe's source in a namespace of its own; return what it calls `name`."""
        module = types.ModuleType("probe")
        exec(compile(source, "<probe>", "exec"), vars(module))  # noqa: S102  # the grader's own text
        return getattr(module, name)

    def handle_of(self, value: object) -> tuple[int, str]:
        self.objects.append(value)
        kind = type(value)
        return len(self.objects) - 1, f"{kind.__module__}.{kind.__qualname__}"


class _Nowhere(io.TextIOBase):
    """Swallows what an answer prints while it is checked."""

    def write(self, text: str) -> int:
        return len(text)


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error's type, text, and the innermost line in the notebook, as plain data."""
    try:
        text = str(error)[:2000]
    except BaseException:
        text = ""
    function, line = "", 0
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "ipykernel_" in code.co_filename or code.co_filename.startswith("<ipython-input"):
            function, line = code.co_name, trace.tb_lineno - code.co_firstlineno + 1
        trace = trace.tb_next
    return {"type": type(error).__name__, "text": text, "function": function, "line": line}


def serve(address: str | tuple[str, int], token: bytes, namespace: MutableMapping[str, Any]) -> None:
    """Connect to the grader, say who we are, and answer until it hangs up."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.connect(address)
    connection.sendall(token)
    dispatcher = Dispatcher(namespace)
    reader = connection.makefile("rb")

    def receive(size: int) -> bytes:
        content = reader.read(size)
        if content is None or len(content) < size:
            raise EOFError
        return content

    while True:
        try:
            frame = wire.read_frame(receive)
        except EOFError:
            return
        except KeyboardInterrupt:
            continue  # an interrupt that came between two calls
        connection.sendall(dispatcher.answer(frame))


def start_code(address: str | tuple[str, int], token: bytes) -> str:
    """Return the code which, run in the student's kernel, starts `serve` there on the kernel's own namespace."""
    modules = (frame, encoder, decoder, wire, sys.modules[__name__])  # each after those it imports
    sources = {module.__name__: _source(module) for module in modules}
    return "\n".join(
        [
            "def _serve():",
            "    import sys, types",
            f"    for name, text in {sources!r}.items():",
            "        for depth in range(1, name.count('.') + 1):",
            "            parent = '.'.join(name.split('.')[:depth])",
            "            sys.modules.setdefault(parent, types.ModuleType(parent))",
            "        module = sys.modules[name] = types.ModuleType(name)",
            "        setattr(sys.modules[name.rpartition('.')[0]], name.rpartition('.')[2], module)",
            "        exec(compile(text, f'<{name}>', 'exec'), vars(module))",
            f"    sys.modules[{__name__!r}].serve({address!r}, {token!r}, get_ipython().user_ns)",
            "_serve()",
        ]
    )


def _source(module: types.ModuleType) -> str:
    with open(str(module.__file__), encoding="utf-8") as file:
        return file.read()
