# %% right
# Intent: pandas finds the places in the vocabulary (-1 for others, which get a bucket); numpy's bincount fills the bags.
from zlib import crc32

import numpy as np
import pandas as pd
import torch


def category_codes(values, vocabulary, n_buckets):
    places = pd.Index(list(vocabulary), dtype=object).get_indexer(pd.Index(list(values), dtype=object))
    buckets = np.array([crc32(value.encode("utf-8")) % n_buckets for value in values], dtype=np.int64)
    return torch.from_numpy(np.where(places >= 0, places, len(vocabulary) + buckets).astype(np.int64))


def bags(rows, n_codes):
    counts = [np.bincount(np.asarray(row, dtype=np.int64), minlength=n_codes) for row in rows]
    return torch.from_numpy(np.array(counts, dtype=np.float32).reshape(len(rows), n_codes))


# %% wrong: category_codes
# Misconception: a bucket is handed out to the unlisted ones in the order in which they appear, as a new vocabulary.
def category_codes(values, vocabulary, n_buckets):
    places = pd.Index(list(vocabulary), dtype=object).get_indexer(pd.Index(list(values), dtype=object))
    others = pd.factorize(pd.Series(list(values), dtype=object).where(places < 0))[0] % n_buckets
    return torch.from_numpy(np.where(places >= 0, places, len(vocabulary) + others).astype(np.int64))


# %% wrong: bags
# Misconception: a bag of words says which words are there, not how often (multi-hot).
def bags(rows, n_codes):
    found = torch.zeros(len(rows), n_codes)
    for i, row in enumerate(rows):
        found[i, list(row)] = 1.0
    return found
