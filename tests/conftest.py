"""Fixtures that more than one module uses."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def unix() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection."""
    left, right = socket.socketpair()
    with left, right:
        yield left, right
