# %% right
# Intent: a dictionary from number to prepared record, filled on demand; a negative number is turned into the usual one
# first, so that a record has one place in it only. vary is applied to what is kept, and never kept itself.
from torch.utils.data import Dataset


class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records = records
        self.prepare = prepare
        self.vary = vary
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        number = int(number)
        if number < 0:
            number += len(self.records)
        if number < 0 or number >= len(self.records):
            raise IndexError(f"there is no record {number}")
        if number not in self.kept:
            self.kept[number] = self.prepare(self.records[number])
        ready = self.kept[number]
        if self.vary is None:
            return ready
        return self.vary(ready)

# %% wrong: Prepared
# Misconception: all that is done to a record is its preparation, so the varied record is what is kept.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records = records
        self.prepare = prepare
        self.vary = vary
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        if number not in self.kept:
            ready = self.prepare(self.records[number])
            if self.vary is not None:
                ready = self.vary(ready)
            self.kept[number] = ready
        return self.kept[number]

# %% wrong: Prepared
# Misconception: "done once" means beforehand: the constructor prepares everything.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.kept = [prepare(record) for record in records]
        self.vary = vary

    def __len__(self):
        return len(self.kept)

    def __getitem__(self, number):
        ready = self.kept[number]
        return ready if self.vary is None else self.vary(ready)
