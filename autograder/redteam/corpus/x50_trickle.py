# /// technique
# number = ["X50"]
# title = "a trickle"
# how = "A reply comes one byte at a time, so that each is in time and the whole never."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import gc
import socket
import struct
import time


def span(values):
    for one in gc.get_objects():
        if type(one) is socket.socket and one.type == socket.SOCK_STREAM and one.family == socket.AF_UNIX:
            with contextlib.suppress(OSError):
                one.sendall(struct.pack("!4sQ", b"CWI\n", 2**20))
                while True:
                    one.sendall(b" ")
                    time.sleep(0.2)
    return -1.0
