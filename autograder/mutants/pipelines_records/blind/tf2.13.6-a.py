# %% right
# Intent: seconds to fetch the (smaller) files and seconds to unpack the full records; the larger of the two counts.
# The choices follow from the function for, say, 1,200 MB: 12 against 4; 0.4 against 3; 12 against 13.3; and size alone.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    fetch = size / ratio / speed
    decompress = size / unpack
    return float(fetch if fetch > decompress else decompress)


TF2_13_6_CHOICE = {"bucket": "compress", "drive": "leave", "photos": "leave", "archive": "compress"}

# %% wrong: reading_seconds
# Misconception: the decompression's speed counts the compressed megabytes that go into it.
def reading_seconds(size, speed, ratio=1.0, unpack=float("inf")):
    packed = size / ratio
    return float(max(packed / speed, packed / unpack))

# %% wrong: TF2_13_6_CHOICE
# Misconception: over a slow line every byte that is saved makes reading quicker, even one in a hundred.
TF2_13_6_CHOICE = {"bucket": "compress", "drive": "leave", "photos": "compress", "archive": "compress"}
