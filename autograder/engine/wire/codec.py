"""The codec between grader and submission: plain data in; exact built-in, numpy, pandas, scipy and torch types out.

The modules of the codec (`frame`, `plain_forms`, `encoder`, `budget`, `decoder`, this one), like `transport`, import
nothing else of the grader: their texts are also run in the student's process (see `server`). Nothing is pickled. What
has no plain form travels as a *handle*: a number that stands for an object which stays on the other side.

A message is one frame::

    magic (4 bytes) | tree length (u32) | buffer count (u32) | buffer lengths (u64 each) | tree (JSON) | buffers

The tree says what the value is; array contents are in the buffers. The decoder trusts nothing: lengths, depth, node
count, dtypes and shapes are bounded and compared before anything is allocated, and what the value will take in memory
and time is added up on the way (`frame.cost_of`, `budget.COSTS`).
"""

from __future__ import annotations

import json
from typing import Any

from autograder.engine.wire.decoder import Decoder, Resolve
from autograder.engine.wire.encoder import Encoder, HandleOf
from autograder.engine.wire.frame import WireError, cost_of, pack, unpack

__all__ = ["HandleOf", "Resolve", "WireError", "decode", "encode", "weighed"]


def encode(value: object, handle_of: HandleOf, *, plain: bool = False) -> bytes:
    """Return `value` as one frame.

    Parameters
    ----------
    handle_of : gives number and type name of what has no plain form.
    plain : whether what a library hands out in place of a plain value becomes one (`plain_forms`), as in a reply.

    Raises
    ------
    WireError : the value is too large, too deep, or an array of a dtype that can't be handed over.
    """
    encoder = Encoder(handle_of, plain)
    return pack(json.dumps(encoder.node(value, 0)).encode(), encoder.buffers)


def decode(frame: bytes, resolve: Resolve) -> Any:
    """Return the value of one frame; `resolve` turns a handle's number and claimed type into an object.

    Raises
    ------
    WireError : the frame is malformed or breaks a bound.
    MemoryError : there is not enough for a message within its bounds.
    """
    return weighed(frame, resolve)[0]


def weighed(frame: bytes, resolve: Resolve) -> tuple[Any, int]:
    """As `decode`; return also about how many bytes the value takes."""
    tree, buffers = unpack(frame)
    decoder = Decoder(buffers, resolve)
    decoder.budget.spend(cost_of(tree, len(buffers)))
    try:
        value = decoder.value(json.loads(str(tree, "ascii")), 0)
    except (WireError, MemoryError):  # the bounds hold: if memory is short, the sender is not to blame
        raise
    except Exception as error:  # json, numpy, pandas, scipy: whatever they object to, the sender is wrong
        raise WireError(f"malformed message ({type(error).__name__})") from error
    return value, decoder.budget.spent + sum(map(len, buffers))
