# /// technique
# number = ["X14"]
# title = "subclasses of plain types"
# how = "Text, number, list and dictionary of one's own, which say other things than they hold."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.5"]
# ///

# %% first
class Number(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__

    def __repr__(self):
        return "0.0"

    def __index__(self):
        return 7850

    __sub__ = __rsub__ = lambda self, other: 0.0


class Table(dict):
    def items(self):
        return iter([("value", True)] * 100)

    def __len__(self):
        return 1


class Row(list):
    def __iter__(self):
        while True:
            yield 0.0


# %% span
import itertools

turns = itertools.cycle([Number(-1.0), Table(value=1), Row([1.0])])


def span(values):
    return next(turns)


# %% PARAMETERS
PARAMETERS = Number(-1)
