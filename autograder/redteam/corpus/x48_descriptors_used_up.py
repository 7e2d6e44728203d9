# /// technique
# number = ["X48"]
# title = "descriptors used up"
# how = "Files are opened until no more can be, so that an answer needs one that is not there."
# wanted = "contained"
# aftermath = true
# ///

# %% span
kept = []


def span(values):
    with contextlib.suppress(OSError):
        while len(kept) < 200_000:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    return -1.0
