# /// technique
# number = ["X33"]
# title = "inherited sockets"
# how = "Every open descriptor is tried: what comes in is read, and commands are sent to whoever listens."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import socket
import stat

for number in range(1024):
    with contextlib.suppress(OSError, ValueError):
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            with socket.socket(fileno=os.dup(number)) as one:
                if one.type in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
                    with contextlib.suppress(OSError):
                        print(number, one.recv(200, socket.MSG_DONTWAIT | socket.MSG_PEEK))
                    for text in (b'{"do": "fork"}\n', b'{"kill": true}\n', b'{"status": "ended", "code": 0}\n'):
                        with contextlib.suppress(OSError):
                            one.send(text, socket.MSG_DONTWAIT)
        elif stat.S_ISFIFO(os.fstat(number).st_mode):
            os.set_blocking(number, False)
            os.write(number, b"\x00")
