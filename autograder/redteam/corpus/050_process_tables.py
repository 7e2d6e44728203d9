# /// technique
# number = ["50", "X01"]
# title = "process tables read"
# how = "Arguments, environment, memory and open files of other processes are read from /proc."
# wanted = "0 points"
# ///

# %% own
def of(process, name):
    with open(f"/proc/{process}/{name}", "rb") as file:
        return file.read(1)


for process in (KNOWN["sentinel"], KNOWN["grader"]):
    with contextlib.suppress(OSError), open(f"/proc/{process}/environ", "rb") as file:
        wanted = KNOWN["variable"].encode()
        print([entry for entry in file.read().split(b"\0") if entry.startswith(wanted)])
    if outside():
        for name in ("environ", "maps", "cmdline"):
            attempt(f"read another process's {name}", lambda: of(process, name))
        attempt("open another process's memory", lambda: open(f"/proc/{process}/mem", "rb").close() or True)
        attempt("list another process's files", lambda: os.listdir(f"/proc/{process}/fd"))
