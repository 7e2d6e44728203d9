"""A walk through the plain data of a reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Convert = Callable[[Any], Any]


def converted(reply: Any, convert: Convert) -> Any:
    """Return a reply with each of its plain values converted, wherever it stands in lists, tuples and dicts."""
    if type(reply) in (list, tuple):
        return convert(type(reply)(converted(one, convert) for one in reply))
    if type(reply) is dict:
        return {name: converted(one, convert) for name, one in reply.items()}
    return convert(reply)
