"""Which of an answer's names a check asks for: only who replaces one of those can do otherwise than the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import LocalSession


class Listening(LocalSession):
    """A session that notes which of its names are asked for."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__(dict(namespace))
        self.names: set[str] = set()

    def request(self, frame: bytes) -> bytes:
        """Called by `Student` for each request."""
        message = codec.decode(frame, lambda number, _: _Number(number))
        if message["do"] == "get" and message["on"] == _Number(0):
            self.names.add(message["name"])
        return super().request(frame)


@dataclass(frozen=True)
class _Number:
    """Stands for the object behind a handle; 0 is the submission as a whole."""

    number: int
