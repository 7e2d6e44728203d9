# /// technique
# number = ["X36"]
# title = "shared memory bomb"
# how = "Memory that a limit on data does not count: shared maps, memory files, shared memory segments."
# wanted = "contained"
# aftermath = true
# promised = ["T1", "T2"]
# ///

# %% own
import mmap


def maps():
    kept = [mmap.mmap(-1, 100 << 20) for _ in range(30)]
    for one in kept:
        for page in range(0, len(one), 4096):
            one[page] = 1
    return True


def files():
    kept = []
    for _ in range(30):
        kept.append(os.memfd_create(KNOWN["mark"]))
        os.posix_fallocate(kept[-1], 0, 100 << 20)
    try:
        return True
    finally:
        for one in kept:
            os.close(one)


attempt("3 GB in memory files", files)
attempt("3 GB in shared maps", maps)
