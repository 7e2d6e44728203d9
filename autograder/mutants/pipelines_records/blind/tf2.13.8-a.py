# %% right
# Intent: a dictionary from text to place, and the checksum's bucket behind the vocabulary for all others; bags are
# counted one code at a time.
from zlib import crc32

import numpy as np
import torch


def category_codes(values, vocabulary, n_buckets):
    places = {}
    for place, text in enumerate(vocabulary):
        places[text] = place
    codes = np.zeros(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        if value in places:
            codes[i] = places[value]
        else:
            codes[i] = len(vocabulary) + crc32(value.encode("utf-8")) % n_buckets
    return torch.from_numpy(codes)


def bags(rows, n_codes):
    counts = np.zeros((len(rows), n_codes), dtype=np.float32)
    for i, row in enumerate(rows):
        for code in row:
            counts[i, int(code)] += 1.0
    return torch.from_numpy(counts)

# %% wrong: category_codes
# Misconception: unknown texts are numbered as they come: each new one gets the next bucket, from the start again when
# there are no more.
def category_codes(values, vocabulary, n_buckets):
    places = {text: place for place, text in enumerate(vocabulary)}
    unknown = {}
    codes = []
    for value in values:
        if value in places:
            codes.append(places[value])
        else:
            if value not in unknown:
                unknown[value] = len(unknown) % n_buckets
            codes.append(len(vocabulary) + unknown[value])
    return torch.tensor(codes, dtype=torch.int64)

# %% wrong: bags
# Misconception: += with a list of places adds one for each entry of the list, also for those that are in it twice.
def bags(rows, n_codes):
    counts = np.zeros((len(rows), n_codes), dtype=np.float32)
    for i, row in enumerate(rows):
        counts[i, np.array(row, dtype=np.int64)] += 1
    return torch.from_numpy(counts)
