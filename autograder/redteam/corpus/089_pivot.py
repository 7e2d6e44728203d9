# /// technique
# number = ["89"]
# title = "localhost pivot"
# how = "Services of the same machine are reached: sockets by port, by path and by abstract name."
# wanted = "contained"
# promised = ["T1", "T2"]
# ///

# %% own
import socket

targets = [(socket.AF_INET, tuple(KNOWN["tcp"]))]
targets += [(socket.AF_UNIX, KNOWN[name]) for name in ("unix", "abstract") if name in KNOWN]
for family, address in targets:
    with contextlib.suppress(OSError), socket.socket(family) as connection:
        connection.settimeout(1)
        connection.connect(address)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
