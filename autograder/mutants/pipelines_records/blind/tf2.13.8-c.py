# %% right
# Intent: a dict from text to place, with the hashed bucket behind the vocabulary; bags by adding ones into a zero matrix.
from zlib import crc32

import torch


def category_codes(values, vocabulary, n_buckets):
    place = {text: number for number, text in enumerate(vocabulary)}
    return torch.tensor(
        [
            place[text] if text in place else len(place) + crc32(text.encode("utf-8")) % n_buckets
            for text in values
        ],
        dtype=torch.int64,
    )


def bags(rows, n_codes):
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
    row = torch.arange(len(rows)).repeat_interleave(lengths)
    code = torch.tensor([int(code) for row_ in rows for code in row_], dtype=torch.int64)
    return torch.zeros(len(rows), n_codes).index_put_((row, code), torch.ones(len(code)), accumulate=True)

# %% wrong: category_codes
# Misconception: buckets are just numbers from 0 on, no matter that the vocabulary uses them too.
def category_codes(values, vocabulary, n_buckets):
    place = {text: number for number, text in enumerate(vocabulary)}
    return torch.tensor(
        [place.get(text, crc32(text.encode("utf-8")) % n_buckets) for text in values], dtype=torch.int64
    )

# %% wrong: bags
# Misconception: indexing adds up repeated places by itself (out[i, j] += 1 with index tensors): a word said twice is 1.
def bags(rows, n_codes):
    out = torch.zeros(len(rows), n_codes)
    for number, row in enumerate(rows):
        out[number, torch.tensor(list(row), dtype=torch.int64)] += 1
    return out
