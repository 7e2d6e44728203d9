"""Data pipelines, where and how records are prepared (tf2.13.7 and tf2.13.8): the answers."""

from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import torch
from torch import Tensor
from torch.utils.data import Dataset

TF2_13_7 = """
- *When the files are written*: done once, so that training is fast, and the files may become smaller. But each change
  of mind means to write them again, chance (augmentation) can't be in it, a second version takes space, and whoever
  uses the model has to do the very same to new data: code that is written twice drifts apart.
- *In the pipeline* (a Dataset's `__getitem__`, `collate_fn`): easy to change and easy to vary by chance, several
  workers do it while the network trains. But it is done again in each epoch, and who uses the model has to repeat it.
- *In the model*, as a first layer: it is saved with the model and goes wherever it goes, so that training and use
  can't differ, and it runs on the GPU. But it slows every step down, in each epoch; and statistics it needs have to
  be worked out beforehand.
- *By a tool of its own*, which goes over all data once and hands out two things, the prepared data and the same
  preparation as something to put in front of the model: fast and consistent, but one more thing to learn and to run.
"""
TF2_13_7_RUBRIC = """
- 1 point: at writing: fast training, but inflexible, no augmentation, and the same is needed when the model is used
- 1 point: in the pipeline: flexible and parallel, but in each epoch, and the same is needed when the model is used
- 1 point: in the model: goes with it, no difference between training and use, but in each step
- 1 point: a tool of its own that gives both (prepared data and the function), or another good compromise
"""


class Prepared(Dataset[Any]):
    """Records that are prepared when they are first asked for, and kept.

    Parameters
    ----------
    records : raw records of any kind (arrays, lists), by number; they are asked for by
        0 to ``len(records) - 1``.
    prepare : called with a raw record, gives the prepared one, of any kind. It takes
        long, and always gives the same: it is called once for each record at most, and
        only for records that are asked for.
    vary : if given, called with a prepared record each time that it is asked for; what
        it gives is handed out. It varies by chance, and leaves its argument as it is.

    Examples
    --------
    >>> data = Prepared(["3", "4"], int, vary=lambda number: number * 10)
    >>> len(data), data[1], data[0]
    (2, 40, 30)
    """

    def __init__(
        self, records: Sequence[Any], prepare: Callable[[Any], Any], vary: Callable[[Any], Any] | None = None
    ) -> None:
        self.records, self.prepare, self.vary = records, prepare, vary
        self._kept: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, number: int) -> Any:
        if number not in self._kept:
            self._kept[number] = self.prepare(self.records[number])
        prepared = self._kept[number]
        return prepared if self.vary is None else self.vary(prepared)


TF2_13_8 = """
*Categories*:

- a number for each, if they have an order that means something (small, medium, large);
- one-hot: a column for each, where there are few, and no order is to be invented;
- an embedding, a vector for each that is learned with the rest: for many categories, and where some are alike. It is
  what a dense layer does to a one-hot vector, without the zeros;
- hashing into a fixed number of buckets, where there is no list of them or new ones come: some share a bucket then.

*Text*, once it is cut into words, parts of words or characters:

- a bag of words, which counts each word of a vocabulary; weighted by how rare a word is (tf-idf); with pairs or triples
  of words (n-grams), since a bag forgets the order;
- embeddings of its words, their mean, or better all of them in order, for a network that reads sequences;
- a language model that was trained before, which gives each token a vector that depends on its neighbours.
"""
TF2_13_8_RUBRIC = """
- 1 point: categories: one-hot for few, embeddings for many
- 1 point: categories: a bare number only where there is an order; hashing or extra buckets for unknown ones
- 1 point: text: bag of words or n-grams, with counts or tf-idf
- 1 point: text: embeddings of words or parts of words, a network that reads them in order, or a trained language model
"""


def category_codes(values: Sequence[str], vocabulary: Sequence[str], n_buckets: int) -> Tensor:
    """Return a number for each category, also for those that nobody has listed.

    Parameters
    ----------
    values : (n,) texts.
    vocabulary : the known ones, each once.
    n_buckets : 1 or more, how many numbers there are for all others together.

    Returns
    -------
    (n,) int64: for known ones their place in `vocabulary`; for each other one
    ``len(vocabulary)`` plus its bucket: the CRC-32 (`zlib.crc32`) of its bytes in
    UTF-8, modulo `n_buckets`. (Python's own `hash` differs from run to run.)

    Examples
    --------
    >>> category_codes(["sea", "hill", "moor"], ["hill", "sea"], n_buckets=1).tolist()
    [1, 0, 2]
    """
    numbers = {value: number for number, value in enumerate(vocabulary)}
    size = len(numbers)
    codes = [numbers[one] if one in numbers else size + crc32(one.encode()) % n_buckets for one in values]
    return torch.tensor(codes, dtype=torch.int64)


def bags(rows: Sequence[Sequence[int]], n_codes: int) -> Tensor:
    """Return how often each code is in each row; of rows with one code that is one-hot.

    Parameters
    ----------
    rows : B lists of codes from 0 to ``n_codes - 1``, of any lengths, perhaps empty.

    Returns
    -------
    (B, n_codes) float32

    Examples
    --------
    >>> bags([[2, 0, 2], [], [1]], n_codes=3).tolist()
    [[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    counts = torch.zeros(len(rows), n_codes)
    for count, row in zip(counts, rows, strict=True):
        for code in row:
            count[code] += 1
    return counts
