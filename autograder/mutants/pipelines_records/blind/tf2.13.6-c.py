# %% right
# Intent: two things run side by side, so the slower decides: size / (ratio * speed) against size / unpack.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    return size / min(speed * ratio, unpack)


TF2_13_6_CHOICE = {"bucket": "compress", "drive": "leave", "photos": "leave", "archive": "compress"}

# %% wrong: reading_seconds
# Misconception: first everything is read, then everything is unpacked: the times add up.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    return size / (speed * ratio) + size / unpack

# %% wrong: reading_seconds, TF2_13_6_CHOICE
# Misconception: the decompressor's speed is in compressed MB going in; hence smaller files are always quicker.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    return size / ratio / min(speed, unpack)


TF2_13_6_CHOICE = {"bucket": "compress", "drive": "compress", "photos": "leave", "archive": "compress"}
