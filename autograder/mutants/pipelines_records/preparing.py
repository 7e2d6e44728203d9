"""Data pipelines, where and how records are prepared (tf2.13.7 and tf2.13.8): wrong answers, and right ones."""

from functools import lru_cache
from zlib import crc32

import torch
from torch.nn.functional import one_hot

from autograder.testing import alternative, mutant
from solutions.pipelines_records.preparing import Prepared as Right
from solutions.pipelines_records.preparing import bags as right_bags
from solutions.pipelines_records.preparing import category_codes as right_codes

# ---------------------------------------------------------------- tf2.13.7


@mutant("tf2.13.7", replaces="Prepared", fails="test_prepared_once_and_kept")
class PreparedAgainAndAgain(Right):
    """You prepare a record each time that it is asked for: keep what has been prepared."""

    def __getitem__(self, number):
        found = self.prepare(self.records[number])
        return found if self.vary is None else self.vary(found)


@mutant("tf2.13.7", replaces="Prepared", fails="test_prepared_once_and_kept")
class AllAtTheBeginning(Right):
    """You prepare all records at the beginning: only those that are asked for are wanted."""

    def __init__(self, records, prepare, vary=None):
        super().__init__(records, prepare, vary)
        self._kept = {number: prepare(record) for number, record in enumerate(records)}


@mutant("tf2.13.7", replaces="Prepared", fails="test_prepared_once_and_kept")
class ZeroIsNothing(Right):
    """What has become 0 or is empty is prepared again each time: ask whether the number is among those you keep."""

    def __getitem__(self, number):
        self._kept[number] = self._kept.get(number) or self.prepare(self.records[number])
        return self._kept[number] if self.vary is None else self.vary(self._kept[number])


@mutant("tf2.13.7", replaces="Prepared", fails="test_varied_each_time")
class VariedOnce(Right):
    """What `vary` gives is kept, so that it is the same in each epoch: chance has to be anew each time."""

    def __getitem__(self, number):
        if number not in self._kept:
            found = self.prepare(self.records[number])
            self._kept[number] = found if self.vary is None else self.vary(found)
        return self._kept[number]


@mutant("tf2.13.7", replaces="Prepared", fails="test_varied_each_time")
class VariedMoreAndMore(Right):
    """You vary what has been varied before: begin with the prepared record each time."""

    def __getitem__(self, number):
        if number not in self._kept:
            self._kept[number] = self.prepare(self.records[number])
        if self.vary is not None:
            self._kept[number] = self.vary([sum(self._kept[number])])
        return self._kept[number]


@alternative("tf2.13.7", replaces="Prepared")
class InAList(torch.utils.data.Dataset):
    """A place for each record."""

    def __init__(self, records, prepare, vary=None):
        self.records, self.prepare, self.vary = records, prepare, vary
        self.ready = [False] * len(records)
        self.kept = [None] * len(records)

    def __len__(self):
        return len(self.kept)

    def __getitem__(self, number):
        if not self.ready[number]:
            self.kept[number], self.ready[number] = self.prepare(self.records[number]), True
        return self.vary(self.kept[number]) if self.vary else self.kept[number]


@alternative("tf2.13.7", replaces="Prepared")
class ByACache(torch.utils.data.Dataset):
    """A function with a memory."""

    def __init__(self, records, prepare, vary=lambda found: found):
        self.records, self.vary = records, vary
        self.found = lru_cache(maxsize=None)(lambda number: prepare(records[number]))

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        return self.vary(self.found(number))


# ---------------------------------------------------------------- tf2.13.8


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def unknown_ones_in_front(values, vocabulary, n_buckets):
    """The buckets come behind the known ones, not before them."""
    codes = right_codes(values, vocabulary, n_buckets)
    return torch.where(codes < len(vocabulary), codes + n_buckets, codes - len(vocabulary))


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def all_unknown_ones_alike(values, vocabulary, n_buckets):
    """Categories that nobody has listed are spread over all buckets, by their bytes."""
    return right_codes(values, vocabulary, 1)


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def everything_hashed(values, vocabulary, n_buckets):
    """Known categories keep their place in the vocabulary: only the others are hashed."""
    return torch.tensor([len(vocabulary) + crc32(one.encode()) % n_buckets for one in values])


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def by_the_alphabet(values, vocabulary, n_buckets):
    """The numbers go by the place in `vocabulary`, as it stands there: don't sort it."""
    return right_codes(values, sorted(vocabulary), n_buckets)


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def numbered_as_they_come(values, vocabulary, n_buckets):
    """You number the unlisted ones as they come: then a text has another number in the next table. Its bytes decide."""
    seen = {}
    places = {one: place for place, one in enumerate(vocabulary)}
    return torch.tensor(
        [places[one] if one in places else len(places) + seen.setdefault(one, len(seen) % n_buckets) for one in values]
    )


@mutant("tf2.13.8", replaces="category_codes", fails="test_codes_of_categories")
def buckets_from_nought(values, vocabulary, n_buckets):
    """The buckets' numbers begin behind the vocabulary's: from 0 on, an unlisted text has the number of a known one."""
    places = {one: place for place, one in enumerate(vocabulary)}
    return torch.tensor([places.get(one, crc32(one.encode()) % n_buckets) for one in values])


@mutant("tf2.13.8", replaces="bags", fails="test_bags_of_codes")
def there_or_not(rows, n_codes):
    """You say whether a code is there: how often is asked for."""
    return right_bags(rows, n_codes).clamp(max=1)


@mutant("tf2.13.8", replaces="bags", fails="test_bags_of_codes")
def shares(rows, n_codes):
    """You give shares of each row: counts are asked for."""
    found = right_bags(rows, n_codes)
    return found / found.sum(dim=1, keepdim=True).clamp(min=1)


@mutant("tf2.13.8", replaces="bags", fails="test_bags_of_codes")
def as_wide_as_needed(rows, n_codes):
    """There is a column for each of `n_codes` codes, also for those that don't come."""
    return right_bags(rows, 1 + max(code for row in rows for code in row))


@alternative("tf2.13.8", replaces="bags")
def sums_of_one_hot(rows, n_codes):
    """A bag is the sum of its codes' one-hot vectors."""
    return torch.stack([one_hot(torch.tensor(list(row), dtype=torch.int64), n_codes).sum(0).float() for row in rows])


@alternative("tf2.13.8", replaces="category_codes")
def by_index(values, vocabulary, n_buckets):
    """By asking the list."""
    known = list(vocabulary)
    codes = torch.empty(len(values), dtype=torch.long)
    for i, one in enumerate(values):
        codes[i] = known.index(one) if one in known else len(known) + crc32(bytes(one, "utf-8")) % n_buckets
    return codes
