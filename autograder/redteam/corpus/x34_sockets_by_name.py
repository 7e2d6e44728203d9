# /// technique
# number = ["X34"]
# title = "sockets by name"
# how = "The zygote's, a supervisor's or another kernel's socket is looked for by its name and spoken to."
# wanted = "contained"
# promised = ["T1", "T2"]
# aftermath = true
# ///

# %% own
import socket

names = [KNOWN["unix"], KNOWN["abstract"]] if "abstract" in KNOWN else []
with contextlib.suppress(OSError), open("/proc/net/unix") as table:
    # Only those of a grader: this machine has others, which are nobody's business here.
    names += [line.split()[7] for line in table if len(line.split()) > 7 and "course-" in line.split()[7]]
for name in names[:50]:
    address = "\0" + name[1:] if name[:1] in "@\0" else name
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        one.settimeout(0.5)
        one.connect(address)
        if os.getcwd().split("/work")[0] not in name:
            breach("connected to a socket of the grader's side")
