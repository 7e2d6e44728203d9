# /// technique
# number = ["X56"]
# title = "the channel taken over"
# how = """
# While the cells run, the descriptor on which checks will be answered is already there: replies are written to
# it, and then it is replaced.
# """
# wanted = "0 points"
# aftermath = true
# ///

# %% own
import json
import socket
import stat
import struct
import sys
import threading


def reply(value):
    tree = json.dumps(value).encode()
    frame = struct.pack("!4sII", sys.modules["autograder.engine.wire.frame"].MAGIC, len(tree), 0) + tree
    return struct.pack("!4sQ", b"CWI\n", len(frame)) + frame


def answer_for_ever(connection):
    with contextlib.suppress(OSError):
        while connection.recv(1 << 16):
            connection.sendall(reply({"value": True}))


for number in range(3, 256):
    with contextlib.suppress(OSError, ValueError, KeyError):
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            taken = socket.socket(fileno=os.dup(number))
            if taken.family == socket.AF_UNIX and taken.type == socket.SOCK_STREAM and not taken.getsockname():
                for _ in range(20):
                    taken.send(reply({"value": True}), socket.MSG_DONTWAIT)
                ours, theirs = socket.socketpair()
                os.dup2(theirs.fileno(), number)
                threading.Thread(target=answer_for_ever, args=(taken,), daemon=True).start()
