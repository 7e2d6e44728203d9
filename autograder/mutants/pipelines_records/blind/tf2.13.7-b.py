# %% right
# Intent: a dict as the cache, by the number as range() normalises it (negative ones and numpy's too).
from torch.utils.data import Dataset


class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records, self.prepare, self.vary = records, prepare, vary
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        number = range(len(self))[number]
        if number not in self.kept:
            self.kept[number] = self.prepare(self.records[number])
        return self.kept[number] if self.vary is None else self.vary(self.kept[number])


# %% wrong: Prepared
# Misconception: all that is done to a record is one preparation, so its result, chance and all, is what one keeps.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records, self.prepare, self.vary = records, prepare, vary
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        number = range(len(self))[number]
        if number not in self.kept:
            record = self.prepare(self.records[number])
            self.kept[number] = record if self.vary is None else self.vary(record)
        return self.kept[number]


# %% wrong: Prepared
# Misconception: once for each record means: all of them beforehand, in the constructor.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.kept = list(map(prepare, records))
        self.vary = vary or (lambda record: record)

    def __len__(self):
        return len(self.kept)

    def __getitem__(self, number):
        return self.vary(self.kept[number])
