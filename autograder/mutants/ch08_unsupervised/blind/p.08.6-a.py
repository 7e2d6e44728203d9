# %% right
# Intent: Collect (largest probability, row number) for every row that has no label yet, sort these pairs, and return
# the row numbers of the first n.
import numpy as np


def query(probas, n: int, labelled) -> list[int]:
    table = np.asarray(probas, dtype=np.float64)
    known: set[int] = {int(row) for row in labelled}
    candidates: list[tuple[float, int]] = []
    for row in range(len(table)):
        if row not in known:
            candidates.append((float(table[row].max()), row))
    candidates.sort()
    return [row for _, row in candidates[: max(0, n)]]


# %% wrong: query
# Misconception: Thinks that a model is least sure where its two most probable classes are closest to each other, and
# that this is the same as the least probable best class; with three classes or more it is not.
import numpy as np


def query(probas, n: int, labelled) -> list[int]:
    table = np.sort(np.asarray(probas, dtype=float), axis=1)
    margin = table[:, -1] - table[:, -2]
    known = {int(row) for row in labelled}
    order = [int(row) for row in np.argsort(margin, kind="stable") if int(row) not in known]
    return order[:n]


# %% wrong: query
# Misconception: Thinks that "not sure" means a probability near one half, as it does with two classes.
import numpy as np


def query(probas, n: int, labelled) -> list[int]:
    doubt = np.abs(np.asarray(probas, dtype=float).max(axis=1) - 0.5)
    known = {int(row) for row in labelled}
    order = [int(row) for row in np.argsort(doubt, kind="stable") if int(row) not in known]
    return order[:n]
