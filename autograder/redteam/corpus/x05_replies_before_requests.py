# /// technique
# number = ["X05"]
# title = "replies before requests"
# how = "A thread writes forged and broken frames to every socket of the process, all the time."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import os
import socket
import stat
import threading
import time


def babble():
    while True:
        for name in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else range(64):
            with contextlib.suppress(OSError, ValueError):
                if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                    with socket.socket(fileno=os.dup(int(name))) as one:
                        if one.type == socket.SOCK_STREAM:
                            one.send(b'{"value": 1}' * 100, socket.MSG_DONTWAIT)
        time.sleep(0.01)


def span(values):
    threading.Thread(target=babble, daemon=True).start()
    time.sleep(0.1)
    return -1.0
