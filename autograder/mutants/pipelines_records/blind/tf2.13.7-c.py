# %% right
# Intent: a dict as a memo of prepared records, filled on demand; `vary` is composed on top on each access.
from torch.utils.data import Dataset


class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records, self.prepare, self.vary = records, prepare, vary
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        place = range(len(self))[number]  # also puts -1 in its place, and raises IndexError beyond the end
        if place not in self.kept:
            self.kept[place] = self.prepare(self.records[place])
        prepared = self.kept[place]
        return prepared if self.vary is None else self.vary(prepared)

# %% wrong: Prepared
# Misconception: the whole way of a record can be kept, chance included: what was handed out once is the prepared record.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.records, self.prepare = records, prepare
        self.vary = vary or (lambda record: record)
        self.kept = {}

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        if number not in self.kept:
            self.kept[number] = self.vary(self.prepare(self.records[number]))
        return self.kept[number]

# %% wrong: Prepared
# Misconception: "once" means at the start: prepare all records when the data set is made.
class Prepared(Dataset):
    def __init__(self, records, prepare, vary=None):
        self.data = [prepare(record) for record in records]
        self.vary = vary

    def __len__(self):
        return len(self.data)

    def __getitem__(self, number):
        return self.data[number] if self.vary is None else self.vary(self.data[number])
