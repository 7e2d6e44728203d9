# %% right
# Intent: reading and unpacking overlap, so the longer of the two times is the time; the choices follow from it.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    return max(size / ratio / speed, size / unpack)


TF2_13_6_CHOICE = {"bucket": "compress", "drive": "leave", "photos": "leave", "archive": "compress"}


# %% wrong: reading_seconds
# Misconception: the speed of unpacking is counted in compressed MB, as they come from the disk.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    return size / ratio / min(speed, unpack)


# %% wrong: TF2_13_6_CHOICE
# Misconception: less to read is always sooner; only what does not shrink is left, and cold data need no care.
TF2_13_6_CHOICE = {"bucket": "compress", "drive": "compress", "photos": "leave", "archive": "compress"}
