# /// technique
# number = ["X06"]
# title = "huge lengths"
# how = """
# The head of a reply announces more than any machine holds, or a frame within a message says other than the
# message.
# """
# wanted = "contained"
# aftermath = true
# ///

# %% span
import gc
import socket
import struct
import sys


def heads():
    magic = sys.modules["autograder.engine.wire.frame"].MAGIC
    return [
        struct.pack("!4sQ", b"CWI\n", 2**63),
        struct.pack("!4sQ", b"CWM\n", 2**63),
        struct.pack("!4sQ", b"CWI\n", 2**28) + b"x" * 4096,
        struct.pack("!4sQ4sIIQ", b"CWI\n", 20, magic, 2**32 - 1, 1, 2**63),
        struct.pack("!4sQ4sII", b"CWI\n", 12, magic, 2, 2**32 - 1),
        b"GET / HTTP/1.0\r\n\r\n",
    ]


def span(values):
    head = heads()[len(values) % 6]
    for one in gc.get_objects():
        if type(one) is socket.socket and one.type == socket.SOCK_STREAM:
            with contextlib.suppress(OSError):
                one.sendall(head)
    return -1.0
