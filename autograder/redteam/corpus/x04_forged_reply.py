# /// technique
# number = ["X04"]
# title = "forged reply"
# how = """
# The socket on which checks are answered is found among the process's objects, and replies of one's own are
# written to it.
# """
# wanted = "0 points"
# aftermath = true
# ///

# %% first
import gc
import json
import socket
import struct
import sys


def channels():
    """Find the server's socket: a connected stream socket that is an object of Python's own class."""
    return [one for one in gc.get_objects() if type(one) is socket.socket and one.type == socket.SOCK_STREAM]


def message(value):
    tree = json.dumps(value).encode()
    frame = struct.pack("!4sII", sys.modules["autograder.engine.wire.frame"].MAGIC, len(tree), 0) + tree
    return struct.pack("!4sQ", b"CWI\n", len(frame)) + frame


# %% span
def span(values):
    number = values[0] - values[-1]
    for connection in channels():
        for reply in ({"value": True}, {"passed": True}, {"value": number}, ["d", [["value", number]]], 4):
            with contextlib.suppress(OSError):
                connection.sendall(message(reply))
    return -1.0
